//! What can only be guessed: a zone from an offset, a country from phone numbers, kinds of fields from a few records.

use std::collections::{BTreeMap, BTreeSet};
use std::str::FromStr;

use chrono::{DateTime, NaiveDate, Offset, TimeZone, Utc};
use chrono_tz::Tz;
use phonenumber::country::Id;

use crate::model::{Contact, CrmField, CrmFieldKind, Value};

/// The zones of most call centres, the likeliest of each offset first, with their countries.
const ZONES: [(Tz, &str); 31] = [
    (Tz::America__New_York, "US"),
    (Tz::America__Chicago, "US"),
    (Tz::America__Denver, "US"),
    (Tz::America__Los_Angeles, "US"),
    (Tz::America__Phoenix, "US"),
    (Tz::America__Anchorage, "US"),
    (Tz::Pacific__Honolulu, "US"),
    (Tz::UTC, ""),
    (Tz::Europe__London, "GB"),
    (Tz::Europe__Berlin, "DE"),
    (Tz::Europe__Paris, "FR"),
    (Tz::Europe__Madrid, "ES"),
    (Tz::Europe__Rome, "IT"),
    (Tz::Europe__Bucharest, "RO"),
    (Tz::Europe__Istanbul, "TR"),
    (Tz::America__Toronto, "CA"),
    (Tz::America__Vancouver, "CA"),
    (Tz::America__Halifax, "CA"),
    (Tz::America__Mexico_City, "MX"),
    (Tz::America__Bogota, "CO"),
    (Tz::America__Sao_Paulo, "BR"),
    (Tz::Asia__Dubai, "AE"),
    (Tz::Asia__Karachi, "PK"),
    (Tz::Asia__Kolkata, "IN"),
    (Tz::Asia__Dhaka, "BD"),
    (Tz::Asia__Bangkok, "TH"),
    (Tz::Asia__Manila, "PH"),
    (Tz::Asia__Tokyo, "JP"),
    (Tz::Africa__Johannesburg, "ZA"),
    (Tz::Australia__Sydney, "AU"),
    (Tz::Pacific__Auckland, "NZ"),
];

/// A field with more different values is no choice.
const CHOICES_MAX: usize = 6;

/// A zone whose clock is so many minutes from UTC at that instant. Several are, and they differ at other times of the year.
#[must_use]
pub fn zone(offset_min: i64, at: DateTime<Utc>) -> Option<Tz> {
    let is_of = |zone: Tz| i64::from(zone.offset_from_utc_datetime(&at.naive_utc()).fix().local_minus_utc()) == offset_min * 60;
    ZONES.into_iter().map(|(zone, _)| zone).find(|zone| is_of(*zone))
}

/// The countries of the sampled numbers.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Regions {
    /// The likeliest country of a number that is written without one.
    pub default: Option<String>,
    /// The other countries that were seen, with how many numbers.
    pub others: Vec<(String, usize)>,
}

/// By numbers that say their country themselves; where they are few, by the zone's.
#[must_use]
pub fn regions(samples: &[Contact], fields: &[CrmField], zone: Tz) -> Regions {
    let is_phone = |name: &String| fields.iter().any(|field| field.name == **name && field.kind == CrmFieldKind::Phone);
    let home = ZONES.into_iter().find(|(known, country)| *known == zone && !country.is_empty()).map(|(_, country)| country.to_owned());
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for (_, value) in samples.iter().flat_map(|contact| &contact.fields).filter(|(name, _)| is_phone(name)) {
        let Some(text) = value.text().filter(|text| text.trim().starts_with('+')) else { continue };
        let region = phonenumber::parse(None, text.trim()).ok().filter(phonenumber::is_valid).and_then(|number| number.country().id());
        if let Some(region) = region {
            *counts.entry(region.as_ref().to_owned()).or_default() += 1;
        }
    }
    let most = counts.iter().max_by_key(|(_, count)| **count).map(|(region, _)| region.clone());
    let default = most.or(home).filter(|region| Id::from_str(region).is_ok());
    let mut others: Vec<(String, usize)> = counts.into_iter().filter(|(region, _)| Some(region) != default.as_ref()).collect();
    others.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    Regions { default, others }
}

/// The attributes of these records, with kinds by what stands in them.
#[must_use]
pub fn guessed_fields(samples: &[Contact]) -> Vec<CrmField> {
    let names: BTreeSet<&String> = samples.iter().flat_map(|contact| contact.fields.keys()).collect();
    let usable = names.into_iter().filter(|name| !["Ids", "Names", "Data", "Columns"].iter().any(|end| name.ends_with(end)));
    let field = |name: &String| {
        let values: Vec<&Value> = samples.iter().map(|contact| contact.get(name)).filter(|value| !value.is_blank()).collect();
        let is_custom = name.strip_prefix('c').is_some_and(|rest| rest.starts_with(char::is_uppercase));
        CrmField { name: name.clone(), label: None, kind: kind(name, &values, is_custom), is_custom, is_writable: true }
    };
    usable.map(field).collect()
}

fn kind(name: &str, values: &[&Value], is_custom: bool) -> CrmFieldKind {
    let lower = name.to_lowercase();
    if lower.ends_with("phone") || lower.ends_with("phonenumber") || lower == "phones" {
        return CrmFieldKind::Phone;
    }
    if name.ends_with("Id") {
        return CrmFieldKind::Link;
    }
    let all = |fits: fn(&Value) -> bool| !values.is_empty() && values.iter().all(|value| fits(value));
    if all(|value| matches!(value, Value::Bool(_))) {
        return CrmFieldKind::Flag;
    }
    if all(|value| matches!(value, Value::Int(_))) {
        return CrmFieldKind::Number;
    }
    let texts: Vec<String> = values.iter().filter_map(|value| value.text()).collect();
    let is_date = |text: &str| NaiveDate::parse_from_str(text.get(..10).unwrap_or_default(), "%Y-%m-%d").is_ok();
    if !texts.is_empty() && texts.iter().all(|text| is_date(text)) {
        return if texts.iter().all(|text| text.len() == 10) { CrmFieldKind::Date } else { CrmFieldKind::Moment };
    }
    let distinct: BTreeSet<&String> = texts.iter().collect();
    let is_few = (2..=CHOICES_MAX).contains(&distinct.len()) && distinct.len() * 2 <= texts.len() && texts.iter().all(|text| is_word(text));
    if is_custom && is_few {
        return CrmFieldKind::Choice(distinct.into_iter().cloned().collect());
    }
    CrmFieldKind::Text(None)
}

/// One short word: a sentence may say something of a person.
fn is_word(text: &str) -> bool {
    let text = text.trim();
    text.len() <= 20 && text.chars().all(|letter| letter.is_alphanumeric() || letter == '-' || letter == '_')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::ContactId;

    fn contact(values: &[(&str, Value)]) -> Contact {
        let fields = values.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
        Contact { id: ContactId("a".to_owned()), updated: None, opted_out: false, fields }
    }

    fn text(text: &str) -> Value {
        Value::Text(text.to_owned())
    }

    #[test]
    fn a_zone_by_its_offset_that_day() {
        let winter = Utc.with_ymd_and_hms(2026, 11, 26, 12, 0, 0).unwrap();
        let summer = Utc.with_ymd_and_hms(2026, 7, 1, 12, 0, 0).unwrap();
        assert_eq!(
            (zone(-300, winter), zone(-240, summer), zone(330, winter)),
            (Some(Tz::America__New_York), Some(Tz::America__New_York), Some(Tz::Asia__Kolkata))
        );
        assert_eq!((zone(0, winter), zone(7, winter)), (Some(Tz::UTC), None));
    }

    #[test]
    fn kinds_and_countries_by_what_stands_in_records() {
        let sample =
            |phone: &str, segment: &str| contact(&[("phoneNumber", text(phone)), ("cSegment", text(segment)), ("cCount", Value::Int(1))]);
        let samples =
            [sample("+12125550100", "north"), sample("+12125550101", "south"), sample("+442079460123", "north"), sample("5550", "south")];
        let fields = guessed_fields(&samples);
        let kinds: Vec<_> = fields.iter().map(|field| (field.name.as_str(), &field.kind)).collect();
        let choice = CrmFieldKind::Choice(vec!["north".to_owned(), "south".to_owned()]);
        assert_eq!(kinds, [("cCount", &CrmFieldKind::Number), ("cSegment", &choice), ("phoneNumber", &CrmFieldKind::Phone)]);
        let found = regions(&samples, &fields, Tz::UTC);
        assert_eq!((found.default.as_deref(), found.others), (Some("US"), vec![("GB".to_owned(), 1)]));
        assert_eq!(regions(&[], &fields, Tz::Europe__Berlin).default.as_deref(), Some("DE"));
    }
}
