//! The number to dial: the first usable one of a contact's fields, as country code and national number; and further ones for other fields.
//!
//! Usable is what the numbering plans call valid and the mapping allows. How people write numbers is read in [`spelling`], what the plans
//! say of the digits in [`plan`]; [`memo`] remembers. Which numbers may be dialed at all is not decided here.

mod countries;
mod memo;
mod number;
mod plan;
mod spelling;

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::str::FromStr;

use phonenumber::country::Id;

use crate::model::{LeadField, Phone};

use super::attributes::Seen;
use super::places;
use super::source;
use super::transform::ALT_PHONE;
pub(super) use memo::Memo;
use memo::Numbers;
use number::Number;

/// The `[phone]` table.
#[derive(Debug, Clone)]
pub(super) struct PhoneRule {
    pub(super) from: Vec<String>,
    pub(super) default_region: Id,
    /// The contact's field whose country is the region of its numbers, where it names one.
    pub(super) region_from: Option<String>,
    /// The countries that may be dialed; `None` for all.
    pub(super) regions: Option<BTreeSet<String>>,
    /// The fields that the contact's further numbers go to.
    pub(super) others: Vec<LeadField>,
    pub(super) memo: Memo,
}

/// The number of a contact.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Found {
    pub(super) phone: Phone,
    /// Each of the rule's fields for further numbers, with national digits, or blank where there is no further number.
    pub(super) others: Vec<(LeadField, String)>,
}

/// Why there is no number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct NoPhone {
    pub(super) reason: &'static str,
    pub(super) detail: String,
    /// Every text that was tried, with why it was not taken.
    pub(super) tried: Vec<Tried>,
}

/// A text that gave no number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Tried {
    pub(super) field: String,
    pub(super) text: String,
    pub(super) reason: &'static str,
    pub(super) detail: String,
}

/// A field, a text of it, and the numbers in it that may not be dialed.
type Refused<'c> = (&'c str, Cow<'c, str>, Numbers);

impl PhoneRule {
    /// The contact's fields that it reads.
    pub(super) fn reads(&self) -> impl Iterator<Item = &str> {
        self.from.iter().chain(&self.region_from).map(String::as_str)
    }

    /// The contact's number. Where none is usable, the first one says why.
    pub(super) fn find(&self, contact: &Seen<'_>) -> Result<Found, NoPhone> {
        self.find_beside(contact, &[])
    }

    /// The same, where other leads of the contact dial these: they are no further numbers of this one.
    pub(super) fn find_beside(&self, contact: &Seen<'_>, elsewhere: &[Phone]) -> Result<Found, NoPhone> {
        let region = self.region(contact);
        let mut found: Option<Number> = None;
        let mut spare: Vec<Number> = Vec::new();
        let mut tried: Vec<Refused<'_>> = Vec::new();
        for field in &self.from {
            if found.is_some() && self.others.is_empty() {
                break;
            }
            source::each(contact, field, &mut |text| {
                if found.is_some() && self.others.is_empty() {
                    return;
                }
                let numbers = self.memo.numbers(region, &text);
                for number in numbers.iter().filter(|number| self.is_allowed(number)) {
                    match &found {
                        None => found = Some(*number),
                        Some(first) => {
                            let is_new = !spare.iter().chain([first]).any(|known| known.is_same_phone(number));
                            if is_new && first.code() == number.code() && !elsewhere.iter().any(|other| *other == number.phone()) {
                                spare.push(*number);
                            }
                        }
                    }
                }
                if found.is_none() {
                    tried.push((field.as_str(), text, numbers));
                }
            });
        }
        match found {
            Some(found) => Ok(Found { phone: found.phone(), others: self.shared_out(spare) }),
            None => Err(self.no_phone(&tried)),
        }
    }

    /// Every text that is looked at, to the one that gives the number: with it, or with why it gives none. Those of `elsewhere` are dialed by other
    /// leads of the contact.
    pub(super) fn tried(&self, contact: &Seen<'_>, elsewhere: &[Phone]) -> Vec<(String, String, Result<Phone, Tried>)> {
        let region = self.region(contact);
        let mut tried = Vec::new();
        for field in &self.from {
            let mut texts = Vec::new();
            source::each(contact, field, &mut |text| texts.push(text));
            for text in texts {
                let numbers = self.memo.numbers(region, &text);
                let usable = || numbers.iter().filter(|number| self.is_allowed(number)).map(Number::phone);
                let refused = || match usable().next() {
                    Some(phone) => Tried {
                        field: field.clone(),
                        text: text.clone().into_owned(),
                        reason: "dialed_already",
                        detail: format!("`{field}` is dialed by another lead of the contact: {}", phone.e164()),
                    },
                    None => self.refused(field, &text, &numbers),
                };
                let outcome = usable().find(|phone| !elsewhere.contains(phone)).ok_or_else(refused);
                let is_taken = outcome.is_ok();
                tried.push((field.clone(), text.into_owned(), outcome));
                if is_taken {
                    return tried;
                }
            }
        }
        tried
    }

    /// Every number of the contact that may be dialed, each once, in the rule's order.
    pub(super) fn all(&self, contact: &Seen<'_>) -> Vec<Phone> {
        let region = self.region(contact);
        let mut phones = Vec::new();
        for field in &self.from {
            source::each(contact, field, &mut |text| {
                for number in self.memo.numbers(region, &text).iter().filter(|number| self.is_allowed(number)) {
                    let phone = number.phone();
                    if !phones.contains(&phone) {
                        phones.push(phone);
                    }
                }
            });
        }
        phones
    }

    /// Whether that is one of the contact's numbers, be it one that may not be dialed.
    pub(super) fn has(&self, contact: &Seen<'_>, phone: &Phone) -> bool {
        let region = self.region(contact);
        let mut has = false;
        for field in &self.from {
            source::each(contact, field, &mut |text| {
                has |= self.memo.numbers(region, &text).iter().any(|number| number.phone() == *phone);
            });
        }
        has
    }

    /// The number that a lead has, in the form that contacts' numbers have.
    pub(super) fn of_lead(&self, code: &str, number: &str) -> Option<Phone> {
        self.number_of_lead(code, number).as_ref().map(Number::phone)
    }

    /// The same, where it may be dialed.
    ///
    /// # Errors
    /// A stable word and a sentence: it is none, or may not be dialed.
    pub(super) fn of_caller(&self, code: &str, number: &str) -> Result<Phone, (&'static str, String)> {
        match self.number_of_lead(code, number) {
            None => Err(("phone_invalid", format!("its number is no valid one: \"{code} {number}\""))),
            Some(found) if !self.is_allowed(&found) => {
                Err(("phone_foreign", format!("{} is a number of a country that `regions` does not allow", found.phone().e164())))
            }
            Some(found) => Ok(found.phone()),
        }
    }

    /// Older tools left trunk prefixes, and codes in the number, and no code; a number without one is of the home country.
    fn number_of_lead(&self, code: &str, number: &str) -> Option<Number> {
        let digits = |text: &str| text.chars().filter(char::is_ascii_digit).collect::<String>();
        let (code, number) = (digits(code), digits(number));
        let read = |text: &str| self.memo.numbers(self.default_region, text).first().copied();
        if code.is_empty() {
            return read(&number);
        }
        let has_code = || number.starts_with(&code).then(|| read(&format!("+{number}"))).flatten();
        read(&format!("+{code}{number}")).or_else(has_code).filter(|found| found.code() == code)
    }

    fn region(&self, contact: &Seen<'_>) -> Id {
        let mut named = None;
        if let Some(field) = &self.region_from {
            source::each(contact, field, &mut |text| {
                named = named.or_else(|| places::country(&text).and_then(|country| region(country.two)))
            });
        }
        named.unwrap_or(self.default_region)
    }

    /// Each field gets the first number left that it can hold.
    fn shared_out(&self, mut spare: Vec<Number>) -> Vec<(LeadField, String)> {
        let others = self.others.iter().map(|field| {
            let width = if *field == LeadField::AltPhone { ALT_PHONE } else { field.width() };
            let place = spare.iter().position(|number| number.national().len() <= width);
            (*field, place.map_or_else(String::new, |place| spare.remove(place).national().to_owned()))
        });
        others.collect()
    }

    fn no_phone(&self, tried: &[Refused<'_>]) -> NoPhone {
        let tried: Vec<Tried> = tried.iter().map(|(field, text, numbers)| self.refused(field, text, numbers)).collect();
        match tried.first() {
            Some(first) => NoPhone { reason: first.reason, detail: first.detail.clone(), tried },
            None => NoPhone { reason: "phone_missing", detail: format!("no phone number in {}", self.from.join(", ")), tried },
        }
    }

    fn refused(&self, field: &str, text: &str, numbers: &[Number]) -> Tried {
        let (reason, detail) = match numbers.first() {
            Some(number) => {
                let unknown = || format!("country code {}", number.code());
                let country = number.region.map_or_else(unknown, |region| region.as_ref().to_owned());
                ("phone_foreign", format!("`{field}` is a number of {country}, which `regions` does not allow: {}", number.phone().e164()))
            }
            None => ("phone_invalid", format!("`{field}` is no valid phone number: \"{}\"", text.trim())),
        };
        Tried { field: field.to_owned(), text: text.to_owned(), reason, detail }
    }

    /// No country is known of new area codes of North America, nor of codes that are no country's: then the calling code decides.
    fn is_allowed(&self, number: &Number) -> bool {
        let Some(allowed) = &self.regions else { return true };
        match number.region {
            Some(region) => allowed.contains(region.as_ref()),
            None => allowed.iter().filter_map(|name| region(name)).any(|region| plan::calling_code(region) == Some(number.code())),
        }
    }
}

/// A country by its two letters.
pub(super) fn region(name: &str) -> Option<Id> {
    Id::from_str(name).ok()
}

/// Reads numbers as those of one country.
#[derive(Debug, Clone)]
pub(super) struct Dialing {
    region: Id,
    memo: Memo,
}

impl Dialing {
    pub(super) fn new(region: Id) -> Self {
        Self { region, memo: Memo::default() }
    }

    /// The national digits of the first number of a text.
    pub(super) fn national(&self, text: &str) -> Option<String> {
        self.memo.numbers(self.region, text).first().map(|number| number.national().to_owned())
    }
}

impl PartialEq for Dialing {
    fn eq(&self, other: &Self) -> bool {
        self.region == other.region
    }
}

#[cfg(test)]
mod tests {
    use crate::model::{Contact, ContactId, Value};

    use super::super::attributes::Attributes;

    use super::*;

    fn rule(from: &[&str], others: &[LeadField]) -> PhoneRule {
        PhoneRule {
            from: from.iter().map(|name| (*name).to_owned()).collect(),
            default_region: Id::US,
            region_from: Some("land".to_owned()),
            regions: Some(["US", "CA", "DE"].map(str::to_owned).into()),
            others: others.to_vec(),
            memo: Memo::default(),
        }
    }

    fn find(rule: &PhoneRule, fields: &[(&str, &str)]) -> Result<Found, NoPhone> {
        rule.find(&Attributes::default().see(&contact(fields)))
    }

    fn contact(fields: &[(&str, &str)]) -> Contact {
        let fields = fields.iter().map(|(name, text)| ((*name).to_owned(), Value::Text((*text).to_owned()))).collect();
        Contact { id: ContactId("c1".to_owned()), updated: None, opted_out: false, fields }
    }

    #[test]
    fn the_first_usable_number_says_where_it_stands() {
        let rule = rule(&["a", "b"], &[]);
        let found = find(&rule, &[("a", "n/a"), ("b", "call 212-555-0100 x5")]).expect("a number");
        assert_eq!((found.phone.e164().as_str(), found.others), ("+12125550100", Vec::new()));
        // The same spelling in another country is another number.
        let found = find(&rule, &[("a", "030 23125123"), ("land", "Deutschland")]).expect("a number");
        assert_eq!(found.phone.e164(), "+493023125123");
        assert!(find(&rule, &[("a", "030 23125123"), ("land", "Narnia")]).is_err());
    }

    #[test]
    fn a_refusal_tells_of_every_number_that_was_tried() {
        let no_phone = find(&rule(&["a", "b", "c"], &[]), &[("a", "+44 20 7946 0123"), ("c", "555-0100")]).expect_err("none");
        assert_eq!(no_phone.reason, "phone_foreign");
        let tried: Vec<_> = no_phone.tried.iter().map(|tried| (tried.field.as_str(), tried.text.as_str(), tried.reason)).collect();
        assert_eq!(tried, [("a", "+44 20 7946 0123", "phone_foreign"), ("c", "555-0100", "phone_invalid")]);
        assert!(no_phone.tried[0].detail.contains("GB") && no_phone.detail == no_phone.tried[0].detail);
        let no_phone = find(&rule(&["a"], &[]), &[]).expect_err("none");
        assert_eq!((no_phone.reason, no_phone.tried.len()), ("phone_missing", 0));
    }

    #[test]
    fn further_numbers_are_shared_out() {
        let others = [LeadField::AltPhone, LeadField::Address3];
        let rule = rule(&["a", "b", "c", "d"], &others);
        let found = |fields: &[(&str, &str)]| find(&rule, fields).expect("a number").others;
        assert_eq!(found(&[("a", "2125550100")]), [(others[0], String::new()), (others[1], String::new())]);
        // The same again, another calling code, a country that is not allowed, and a bad one do not count.
        let mixed =
            [("a", "2125550100"), ("b", "+1 212 555 0100"), ("c", "+49 30 23125123; +44 20 7946 0123 or 416-555-0123"), ("d", "bad")];
        assert_eq!(found(&mixed), [(others[0], "4165550123".to_owned()), (others[1], String::new())]);
        let many = [("a", "2125550100 / 2125550101"), ("b", "2125550101"), ("c", "2125550102"), ("d", "2125550103")];
        assert_eq!(found(&many), [(others[0], "2125550101".to_owned()), (others[1], "2125550102".to_owned())]);
    }

    #[test]
    fn what_alt_phone_cannot_hold_goes_elsewhere() {
        let others = [LeadField::AltPhone, LeadField::Address3];
        let spare = ["1234567890123", "12345"].map(|number| Number::new("49", number, None).expect("a number"));
        let shared = rule(&["a"], &others).shared_out(spare.to_vec());
        assert_eq!(shared, [(others[0], "12345".to_owned()), (others[1], "1234567890123".to_owned())]);
    }
}
