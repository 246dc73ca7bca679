//! The number to dial: the first usable one of a contact's fields, as country code and national number.
//!
//! Usable is what the numbering plans call valid and the mapping allows. Extensions are cut: VICIdial dials digits only. Which
//! numbers may be dialed at all is not decided here.

use std::collections::BTreeSet;
use std::str::FromStr;

use phonenumber::country::Id;
use unicode_normalization::UnicodeNormalization;

use crate::model::{Contact, Phone};

use super::source;

/// The `[phone]` table.
#[derive(Debug, Clone)]
pub(super) struct PhoneRule {
    pub(super) from: Vec<String>,
    pub(super) default_region: Id,
    /// The countries that may be dialed; `None` for all.
    pub(super) regions: Option<BTreeSet<String>>,
}

/// Why there is no number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct NoPhone {
    pub(super) reason: &'static str,
    pub(super) detail: String,
}

impl PhoneRule {
    /// The contact's number. Where none is usable, the first one says why.
    pub(super) fn find(&self, contact: &Contact) -> Result<Phone, NoPhone> {
        let mut trouble = None;
        for field in &self.from {
            let mut texts = Vec::new();
            source::singles(&source::value(contact, field), &mut texts);
            for text in texts {
                match self.check(field, &text) {
                    Ok(phone) => return Ok(phone),
                    Err(no_phone) => trouble = trouble.or(Some(no_phone)),
                }
            }
        }
        Err(trouble.unwrap_or_else(|| NoPhone { reason: "phone_missing", detail: format!("no phone number in {}", self.from.join(", ")) }))
    }

    fn check(&self, field: &str, text: &str) -> Result<Phone, NoPhone> {
        let Some((phone, region)) = parse(self.default_region, text) else {
            return Err(NoPhone { reason: "phone_invalid", detail: format!("`{field}` is no valid phone number: \"{}\"", text.trim()) });
        };
        match &self.regions {
            Some(allowed) if !is_allowed(allowed, &phone, region) => {
                let country = region.map_or_else(|| format!("country code {}", phone.code), |region| region.as_ref().to_owned());
                let detail = format!("`{field}` is a number of {country}, which `regions` does not allow: {}", phone.e164());
                Err(NoPhone { reason: "phone_foreign", detail })
            }
            Some(_) | None => Ok(phone),
        }
    }
}

/// The library knows no country for some numbers that it finds valid (Italy's, which begin with 0), nor for new area codes of North America:
/// then the calling code decides.
fn is_allowed(allowed: &BTreeSet<String>, phone: &Phone, region: Option<Id>) -> bool {
    if let Some(region) = region {
        return allowed.contains(region.as_ref());
    }
    allowed.iter().filter_map(|name| phonenumber::metadata::DATABASE.by_id(name)).any(|plan| plan.country_code().to_string() == phone.code)
}

/// A country by its two letters.
pub(super) fn region(name: &str) -> Option<Id> {
    Id::from_str(name).ok()
}

/// A valid number, and the country it belongs to where that is known.
pub(super) fn parse(default_region: Id, text: &str) -> Option<(Phone, Option<Id>)> {
    // Full-width digits of some keyboards, and the parameters that follow a number in a tel: address.
    let plain: String = text.nfkc().collect();
    let plain = plain.split(';').next().unwrap_or_default().trim();
    let number = phonenumber::parse(Some(default_region), plain).ok()?;
    let phone = Phone { code: number.code().value().to_string(), number: number.national().to_string() };
    if number.is_valid() {
        let is_e164 = phone.code.len() + phone.number.len() <= 15;
        return is_e164.then(|| (phone, number.country().id()));
    }
    is_north_american(&phone).then_some((phone, None))
}

/// North America opens new area codes every year, and the library knows only those of its own day: by form, a number of any area code that the
/// plan may open is one. Middle digit 9 is kept for longer numbers, and N11 for services.
fn is_north_american(phone: &Phone) -> bool {
    let digits = phone.number.as_bytes();
    let opens = |part: &[u8]| part[0] >= b'2' && part[1..] != *b"11";
    phone.code == "1" && digits.len() == 10 && digits[1] != b'9' && opens(&digits[..3]) && opens(&digits[3..6])
}

#[cfg(test)]
mod tests {
    use super::{Id, parse};

    fn e164(region: Id, text: &str) -> Option<String> {
        parse(region, text).map(|(phone, _)| phone.e164())
    }

    #[test]
    fn spellings_of_one_number() {
        for text in [
            "(212) 555-0100",
            "212-555-0100",
            "1 212 555 0100",
            "+1 212 555 0100",
            "212.555.0100 x55",
            "+1 (212) 555-0100 ext. 7",
            "2125550100#5",
            "tel:+1-212-555-0100;ext=5",
            "２１２５５５０１００",
            "  2125550100\n",
        ] {
            assert_eq!(e164(Id::US, text).as_deref(), Some("+12125550100"), "{text}");
        }
        assert_eq!(e164(Id::GB, "020 7946 0123").as_deref(), Some("+442079460123"));
        assert_eq!(e164(Id::US, "+49 30 23125123").as_deref(), Some("+493023125123"));
        assert_eq!(e164(Id::US, "+39 06 5550 0123").as_deref(), Some("+390655500123"));
    }

    #[test]
    fn area_codes_that_are_newer_than_the_library() {
        for text in ["(983) 555-0101", "+1 983 555 0101", "686-555-0101", "(471) 555-0199"] {
            assert!(e164(Id::US, text).is_some(), "{text}");
        }
        for text in ["211 555 0101", "983 155 0101", "183 555 0101", "299 555 0101", "471 911 0101", "(983) 555-010"] {
            assert_eq!(e164(Id::US, text), None, "{text}");
        }
    }

    #[test]
    fn what_is_no_number() {
        for text in ["", " ", "call me", "555-0100", "999-555-0100", "212 555 010", "0000000000", "+1 212 555 0100 0100", "n/a", "+", ";"] {
            assert_eq!(e164(Id::US, text), None, "{text}");
        }
    }
}
