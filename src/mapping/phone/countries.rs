//! The countries of a calling code, and which digits are numbers of theirs. The facts are the library's; its patterns are compiled once and
//! kept, since the library itself keeps a hundred for the whole world and looks each up by its text.

use std::sync::{OnceLock, PoisonError};

use phonenumber::Metadata;
use phonenumber::Type;
use phonenumber::country::Id;
use phonenumber::metadata::{DATABASE, Descriptor};

/// Whether digits fit a pattern.
type Test = Box<dyn Fn(&str) -> bool + Send + Sync>;

/// What is known of one country's numbers.
pub(super) struct Country {
    /// `None` for codes that are no country's, as 800.
    id: Option<Id>,
    /// The digits in front of a national number that are dialed at home alone.
    pub(super) trunk: Option<&'static str>,
    /// How its numbers begin, where it shares its code.
    leading: Option<Test>,
    general: Kind,
    kinds: Vec<(Type, Kind)>,
}

struct Kind {
    lengths: &'static [u16],
    test: Test,
}

/// Kinds of which a number must be one.
const KINDS: [Type; 10] = [
    Type::FixedLine,
    Type::Mobile,
    Type::TollFree,
    Type::PremiumRate,
    Type::SharedCost,
    Type::Voip,
    Type::PersonalNumber,
    Type::Pager,
    Type::Uan,
    Type::Voicemail,
];

/// The countries of a calling code, the main one first; none for what is no code.
pub(super) fn of(code: u16) -> &'static [Country] {
    static KNOWN: [OnceLock<Vec<Country>>; 1000] = [const { OnceLock::new() }; 1000];
    let Some(place) = KNOWN.get(usize::from(code)) else { return &[] };
    place.get_or_init(|| {
        let names = DATABASE.region(&code).unwrap_or_default();
        let shared = names.len() > 1;
        let plans = names
            .iter()
            .filter_map(|name| if *name == "001" { DATABASE.by_code(&code)?.into_iter().next() } else { DATABASE.by_id(*name) });
        plans.map(|plan| Country::new(plan, shared)).collect()
    })
}

/// Whether these national digits are a number of that calling code, and of which country.
pub(super) fn owner(code: u16, national: &str) -> Option<Option<Id>> {
    let countries = of(code);
    let owner = countries.iter().find(|country| match &country.leading {
        _ if countries.len() == 1 => true,
        Some(leading) => leading(national),
        None => country.has(national),
    });
    owner.filter(|country| country.has(national)).map(|country| country.id)
}

/// Whether national digits that are a number may be a line of somebody, at a place or mobile; and whether they may be a mobile one.
pub(super) fn lines(code: u16, national: &str) -> (bool, bool) {
    let is = |wanted| of(code).iter().flat_map(|country| &country.kinds).any(|(kind, test)| *kind == wanted && test.fits(national));
    let is_mobile = is(Type::Mobile);
    (is_mobile || is(Type::FixedLine), is_mobile)
}

/// The country of North America whose area code that is. Each code is one country's.
pub(super) fn of_area(area: &str) -> Option<Id> {
    let sample = format!("{area}2345678");
    let owner = of(1).iter().find(|country| country.leading.as_ref().map_or_else(|| country.has(&sample), |leading| leading(&sample)));
    owner.and_then(|country| country.id)
}

impl Country {
    fn new(plan: &'static Metadata, shared: bool) -> Self {
        let kinds = KINDS.into_iter().filter_map(|kind| Some((kind, Kind::new(plan.descriptors().get(kind)?)))).collect();
        Self {
            id: super::region(plan.id()),
            trunk: plan.national_prefix(),
            leading: plan.leading_digits().filter(|_| shared).map(|leading| test(leading.as_str(), "")),
            general: Kind::new(plan.descriptors().general()),
            kinds,
        }
    }

    fn has(&self, national: &str) -> bool {
        self.general.fits(national) && self.kinds.iter().any(|(_, kind)| kind.fits(national))
    }
}

impl Kind {
    fn new(descriptor: &'static Descriptor) -> Self {
        Self { lengths: descriptor.possible_length(), test: test(descriptor.national_number().as_str(), "$") }
    }

    fn fits(&self, national: &str) -> bool {
        let is_length = self.lengths.is_empty() || self.lengths.iter().any(|length| usize::from(*length) == national.len());
        is_length && (self.test)(national)
    }
}

/// A pattern at the beginning of a text. What does not compile fits nothing.
fn test(pattern: &str, end: &str) -> Test {
    let pattern: String = pattern.chars().filter(|letter| !letter.is_whitespace()).collect();
    let cache = DATABASE.cache();
    let mut cache = cache.lock().unwrap_or_else(PoisonError::into_inner);
    let compiled = cache.compile(&format!("^(?:{pattern}){end}")).ok().cloned();
    Box::new(move |text| compiled.as_ref().is_some_and(|compiled| compiled.is_match(text)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn owners_of_numbers() {
        for (code, national, owner) in [
            (44, "2079460123", Some(Some(Id::GB))),
            (44, "1481960123", Some(Some(Id::GG))),
            (39, "0655500123", Some(Some(Id::IT))),
            (7, "7012345678", Some(Some(Id::KZ))),
            (49, "3023125123", Some(Some(Id::DE))),
            (49, "03023125123", None),
            (800, "12345678", Some(None)),
            (999, "12345678", None),
            (1000, "12345678", None),
            (0, "12345678", None),
        ] {
            assert_eq!(super::owner(code, national), owner, "+{code} {national}");
        }
    }

    #[test]
    fn every_countrys_own_examples_are_its_numbers() {
        let mut others: Vec<String> = DATABASE
            .iter()
            .filter_map(|plan| Some((plan, plan.descriptors().get(Type::FixedLine)?.example()?)))
            .filter(|(plan, example)| owner(plan.country_code(), example) != Some(super::super::region(plan.id())))
            .map(|(plan, _)| plan.id().to_owned())
            .collect();
        others.sort();
        // Western Sahara's are Morocco's too, and Saint Martin's Guadeloupe's.
        assert_eq!(others, ["EH", "MF"]);
    }
}
