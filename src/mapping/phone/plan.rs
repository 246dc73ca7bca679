//! What the numbering plans say of digits: whose number it is, and whether it is one.
//!
//! North America's plan opens new area codes every year, and the library knows those of its own day: there the form counts too. Elsewhere
//! digits are a number as they are, or behind a trunk prefix; only for what is neither the library is asked how it would read them, and
//! with a country only where that is the number's: it would strip that country's trunk prefix from a number of another.

use std::sync::OnceLock;

use phonenumber::country::Id;
use phonenumber::metadata::DATABASE;

use super::countries;
use super::number::Number;
use super::spelling::Written;

/// The number that digits are, for somebody in that country.
pub(super) fn read(region: Id, written: &Written) -> Option<Number> {
    let digits = written.digits.as_str();
    if written.has_plus {
        // `+0049` is a doubt about which of the two to write.
        return international(digits.strip_prefix("00").unwrap_or(digits));
    }
    let prefixes = [international_prefix(region), "00"];
    let abroad = prefixes.iter().find_map(|prefix| international(digits.strip_prefix(prefix)?));
    abroad.or_else(|| at_home(region, digits))
}

/// What is dialed in front of another country's code; where there are several, the first.
fn international_prefix(region: Id) -> &'static str {
    match region {
        Id::AU => "0011",
        Id::JP => "010",
        Id::HK | Id::SG | Id::TH | Id::ID | Id::KH | Id::KR | Id::MN | Id::GY => "001",
        Id::TW => "002",
        Id::RU | Id::KZ | Id::BY => "810",
        Id::KE | Id::TZ | Id::UG => "000",
        Id::NG => "009",
        Id::CU => "119",
        region if calling_code(region) == Some("1") => "011",
        _ => "00",
    }
}

/// Digits with the country's code in front. No code begins with a nought: in `+049 30 ...` it would be anybody's guess which digits follow it.
fn international(digits: &str) -> Option<Number> {
    if digits.starts_with('0') {
        return None;
    }
    if let Some(national) = digits.strip_prefix('1') {
        return area(national);
    }
    let code = (1..=3).find_map(|length| digits.get(..length)?.parse().ok().filter(|code| !countries::of(*code).is_empty()))?;
    let national = digits.get(if code > 99 { 3 } else { 1 + usize::from(code > 9) }..)?;
    by_plan(code, national).or_else(|| by_library(None, &format!("+{digits}")))
}

/// National digits of somebody at home.
fn at_home(region: Id, digits: &str) -> Option<Number> {
    let code = calling_code(region)?;
    if code == "1" {
        return north_american(digits);
    }
    let number: u16 = code.parse().ok()?;
    let with_code = || by_plan(number, digits.strip_prefix(code)?);
    match by_plan(number, digits) {
        // `4915112345678` in Germany: hardly somebody of Leer (0491) without the nought.
        Some(own) => Some(with_code().filter(|other| goes_before(other, &own, number)).unwrap_or(own)),
        None => with_code().or_else(|| by_library(Some(region), digits)),
    }
}

/// Whether digits that are a number as they are, without the trunk prefix, and another behind the country's code, rather mean the other: where
/// numbers are written with a trunk prefix and the other is a line of somebody. A mobile number goes before one that is none.
fn goes_before(other: &Number, own: &Number, code: u16) -> bool {
    let has_trunk = countries::of(code).first().is_some_and(|country| country.trunk.is_some());
    let (is_line, is_mobile) = countries::lines(code, other.national());
    has_trunk && (is_mobile || is_line && !countries::lines(code, own.national()).1)
}

/// Digits as they are, or behind the trunk prefix that some write abroad too.
fn by_plan(code: u16, digits: &str) -> Option<Number> {
    let without_trunk = || digits.strip_prefix(countries::of(code).first()?.trunk?);
    valid(code, digits).or_else(|| valid(code, without_trunk()?))
}

fn valid(code: u16, national: &str) -> Option<Number> {
    let region = countries::owner(code, national)?;
    Number::new(&code.to_string(), national, region)
}

/// Ten digits, or the trunk prefix 1 and ten digits.
fn north_american(digits: &str) -> Option<Number> {
    area(if digits.len() == 11 { digits.strip_prefix('1')? } else { digits })
}

/// The library knows the area code, or by form the plan may open it: the middle digit 9 is kept for longer numbers, and N11 for services.
fn area(national: &str) -> Option<Number> {
    let digits = national.as_bytes();
    if digits.len() != 10 || digits[0] < b'2' || digits[3] < b'2' {
        return None;
    }
    let region = region_of_area(national);
    let is_service = |part: &[u8]| part[1..] == *b"11";
    let may_open = digits[1] != b'9' && !is_service(&digits[..3]) && !is_service(&digits[3..6]);
    if region.is_some() || may_open { Number::new("1", national, region) } else { None }
}

/// The country of an area code of North America, as the library knows it; looked for once for each.
fn region_of_area(national: &str) -> Option<Id> {
    static KNOWN: [OnceLock<Option<Id>>; 1000] = [const { OnceLock::new() }; 1000];
    let code = national.get(..3)?;
    *KNOWN.get(code.parse::<usize>().ok()?)?.get_or_init(|| countries::of_area(code))
}

/// The library knows the prefixes of carriers, and mobile numbers that are dialed otherwise at home than from abroad.
fn by_library(region: Option<Id>, digits: &str) -> Option<Number> {
    let number = phonenumber::parse(region, digits).ok()?;
    valid(number.code().value(), &number.national().to_string())
}

/// The calling code of a country.
pub(super) fn calling_code(region: Id) -> Option<&'static str> {
    static KNOWN: OnceLock<Vec<(Id, String)>> = OnceLock::new();
    let known = KNOWN.get_or_init(|| {
        let countries = DATABASE.iter().filter_map(|plan| Some((super::region(plan.id())?, plan.country_code().to_string())));
        let mut known: Vec<_> = countries.collect();
        known.sort_by_key(|(region, _)| *region as usize);
        known
    });
    let place = known.binary_search_by_key(&(region as usize), |(region, _)| *region as usize).ok()?;
    Some(known[place].1.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn e164(region: Id, digits: &str) -> Option<String> {
        let (digits, has_plus) = digits.strip_prefix('+').map_or((digits, false), |digits| (digits, true));
        read(region, &Written { digits: digits.to_owned(), has_plus }).map(|number| number.phone().e164())
    }

    #[test]
    fn area_codes_that_are_newer_than_the_library() {
        for text in ["9835550101", "+19835550101", "6865550101", "4715550199", "14715550199"] {
            assert!(e164(Id::US, text).is_some(), "{text}");
        }
        for text in ["2115550101", "9831550101", "1835550101", "2995550101", "4719110101", "983555010", "+1983555010", "24715550199"] {
            assert_eq!(e164(Id::US, text), None, "{text}");
        }
    }

    #[test]
    fn countries_of_area_codes() {
        for (area, region) in [
            ("212", Some(Id::US)),
            ("416", Some(Id::CA)),
            ("787", Some(Id::PR)),
            ("242", Some(Id::BS)),
            ("876", Some(Id::JM)),
            ("658", Some(Id::JM)),
            ("671", Some(Id::GU)),
            ("809", Some(Id::DO)),
            ("441", Some(Id::BM)),
            ("800", Some(Id::US)),
            ("299", None),
        ] {
            assert_eq!(region_of_area(&format!("{area}5550123")), region, "{area}");
        }
    }

    #[test]
    fn a_number_from_abroad_keeps_its_digits() {
        // Asked as the US, the library would take the 1 for a trunk prefix.
        assert_eq!(e164(Id::US, "+4915112345678").as_deref(), Some("+4915112345678"));
        assert_eq!(e164(Id::US, "0114915112345678").as_deref(), Some("+4915112345678"));
        assert_eq!(e164(Id::DE, "0012125550100").as_deref(), Some("+12125550100"));
        assert_eq!(e164(Id::AU, "00112125550100").as_deref(), None);
        assert_eq!(e164(Id::AU, "001112125550100").as_deref(), Some("+12125550100"));
    }

    #[test]
    fn calling_codes() {
        for (region, code) in [(Id::US, "1"), (Id::CA, "1"), (Id::DE, "49"), (Id::VA, "39"), (Id::IE, "353")] {
            assert_eq!(calling_code(region), Some(code), "{region:?}");
        }
    }
}
