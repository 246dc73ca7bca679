//! Named steps that change a value. Total: whatever comes in, a text comes out, blank where nothing sensible can be said.
//!
//! They know nothing of fields and widths. How they are written stands in [`super::transform_read`].

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, NaiveDateTime};
use phonenumber::country::Id;

use super::{phone, places};

/// One step.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Transform {
    /// Cuts white space at both ends.
    Trim,
    /// Makes every run of white space, line breaks too, one space.
    Collapse,
    /// Capitals.
    Upper,
    /// Small letters.
    Lower,
    /// A capital in front of each word.
    TitleCase,
    /// Keeps 0 to 9.
    Digits,
    /// At most so many characters.
    Truncate(usize),
    /// A state of the US by its two letters.
    StateUs,
    /// A country by its two letters.
    CountryIso2,
    /// A country by its three letters.
    CountryIso3,
    /// A date as `YYYY-MM-DD`.
    Date,
    /// The national digits of a valid phone number.
    PhoneDigits(Id),
    /// One text for another.
    Map(Table),
    /// A text in place of a blank.
    Default(String),
}

/// A `map`: from texts, compared without regard to case, to texts.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Table {
    pub(super) entries: BTreeMap<String, String>,
    /// For what is in no entry; without it, that becomes blank.
    pub(super) default: Option<String>,
}

impl Transform {
    /// The text after this step.
    pub(super) fn apply(&self, text: &str) -> String {
        match self {
            Self::Trim => text.trim().to_owned(),
            Self::Collapse => text.split_whitespace().collect::<Vec<_>>().join(" "),
            Self::Upper => text.to_uppercase(),
            Self::Lower => text.to_lowercase(),
            Self::TitleCase => title_case(text),
            Self::Digits => text.chars().filter(char::is_ascii_digit).collect(),
            Self::Truncate(width) => text.chars().take(*width).collect::<String>().trim_end().to_owned(),
            Self::StateUs => places::state_us(text).unwrap_or_default().to_owned(),
            Self::CountryIso2 => places::country(text).map_or("", |country| country.two).to_owned(),
            Self::CountryIso3 => places::country(text).map_or("", |country| country.three).to_owned(),
            Self::Date => date(text.trim()).map_or_else(String::new, |date| date.format("%Y-%m-%d").to_string()),
            Self::PhoneDigits(region) => phone::parse(*region, text).map_or_else(String::new, |(phone, _)| phone.number),
            Self::Map(table) => table.find(text),
            Self::Default(default) => {
                if text.trim().is_empty() {
                    default.clone()
                } else {
                    text.to_owned()
                }
            }
        }
    }

    /// The texts that the file itself can put into a field by this step.
    pub(super) fn constants(&self) -> Vec<&str> {
        match self {
            Self::Map(table) => table.entries.values().chain(&table.default).map(String::as_str).collect(),
            Self::Default(text) => vec![text],
            Self::Trim
            | Self::Collapse
            | Self::Upper
            | Self::Lower
            | Self::TitleCase
            | Self::Digits
            | Self::Truncate(_)
            | Self::StateUs
            | Self::CountryIso2
            | Self::CountryIso3
            | Self::Date
            | Self::PhoneDigits(_) => Vec::new(),
        }
    }
}

/// All steps, from left to right.
pub(super) fn apply_all(transforms: &[Transform], text: &str) -> String {
    transforms.iter().fold(text.to_owned(), |text, transform| transform.apply(&text))
}

impl Table {
    /// The key under which an entry is kept.
    pub(super) fn key(text: &str) -> String {
        text.trim().to_lowercase()
    }

    fn find(&self, text: &str) -> String {
        if text.trim().is_empty() {
            return String::new();
        }
        self.entries.get(&Self::key(text)).or(self.default.as_ref()).cloned().unwrap_or_default()
    }
}

/// `O'BRIEN-smith` becomes `O'Brien-Smith`, `don't` becomes `Don't`: after an apostrophe only where a word follows.
fn title_case(text: &str) -> String {
    let letters: Vec<char> = text.chars().collect();
    let is_letter = |place: usize| letters.get(place).is_some_and(|letter| letter.is_alphabetic());
    let mut cased = String::with_capacity(text.len());
    for (place, letter) in letters.iter().enumerate() {
        let starts_word = match place.checked_sub(1).map(|before| letters[before]) {
            None => true,
            Some('\'' | '\u{2019}') => is_letter(place + 1),
            Some(before) => !before.is_alphanumeric(),
        };
        if starts_word {
            cased.extend(letter.to_uppercase());
        } else {
            cased.extend(letter.to_lowercase());
        }
    }
    cased
}

/// ISO dates, with or without a time. A date like 01/02/1990 means one day here and another there: no date.
fn date(text: &str) -> Option<NaiveDate> {
    NaiveDate::parse_from_str(text, "%Y-%m-%d")
        .or_else(|_| NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M:%S%.f").map(|moment| moment.date()))
        .or_else(|_| NaiveDateTime::parse_from_str(text, "%Y-%m-%dT%H:%M:%S%.f").map(|moment| moment.date()))
        .or_else(|_| DateTime::parse_from_rfc3339(text).map(|moment| moment.date_naive()))
        .ok()
        .filter(|_| text.len() >= 10 && text.as_bytes()[4] == b'-')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(transform: &Transform, cases: &[(&str, &str)]) {
        for (before, after) in cases {
            assert_eq!(transform.apply(before), *after, "{transform:?} of \"{before}\"");
        }
    }

    #[test]
    fn white_space_and_letters() {
        check(&Transform::Trim, &[("  Ann \n", "Ann"), ("", ""), (" a b ", "a b")]);
        check(&Transform::Collapse, &[(" 1  Main\r\nStreet\t2 ", "1 Main Street 2"), (" ", "")]);
        check(&Transform::Upper, &[("josé", "JOSÉ"), ("", "")]);
        check(&Transform::Lower, &[("ANN@Example.COM", "ann@example.com")]);
        check(&Transform::Digits, &[("(212) 555-0100 x5", "21255501005"), ("none", "")]);
        check(&Transform::Truncate(3), &[("abcdef", "abc"), ("Łuk", "Łuk"), ("ab cd", "ab"), ("", "")]);
    }

    #[test]
    fn title_case_knows_names() {
        check(
            &Transform::TitleCase,
            &[("mary ann o'brien", "Mary Ann O'Brien"), ("SMITH-JONES", "Smith-Jones"), ("don't", "Don't"), ("élodie", "Élodie"), ("", "")],
        );
    }

    #[test]
    fn states_and_countries() {
        check(
            &Transform::StateUs,
            &[("New York", "NY"), (" new  york ", "NY"), ("ny", "NY"), ("N.Y.", "NY"), ("District of Columbia", "DC"), ("Bavaria", "")],
        );
        check(&Transform::CountryIso2, &[("United States", "US"), ("USA", "US"), ("us", "US"), ("Deutschland", "DE"), ("Narnia", "")]);
        check(&Transform::CountryIso3, &[("US", "USA"), ("Great Britain", "GBR"), ("mexico", "MEX"), ("México", "MEX"), ("", "")]);
    }

    #[test]
    fn dates_are_iso_or_nothing() {
        check(
            &Transform::Date,
            &[
                ("1990-02-01", "1990-02-01"),
                ("1990-02-01 10:11:12", "1990-02-01"),
                ("1990-02-01T10:11:12", "1990-02-01"),
                ("1990-02-01T23:30:00-05:00", "1990-02-01"),
                ("1990-02-30", ""),
                ("01/02/1990", ""),
                ("90-2-1", ""),
                ("", ""),
            ],
        );
    }

    #[test]
    fn phones_maps_and_defaults() {
        check(&Transform::PhoneDigits(Id::US), &[("+1 212 555 0100 x5", "2125550100"), ("none", ""), ("", "")]);
        let entries = [("gold", "G"), ("silver", "S")].map(|(key, value)| (key.to_owned(), value.to_owned())).into();
        let mut table = Table { entries, default: None };
        check(&Transform::Map(table.clone()), &[("Gold", "G"), (" silver ", "S"), ("bronze", ""), ("", "")]);
        table.default = Some("B".to_owned());
        check(&Transform::Map(table), &[("bronze", "B"), ("", "")]);
        check(&Transform::Default("none".to_owned()), &[("", "none"), ("  ", "none"), ("a", "a")]);
    }

    #[test]
    fn steps_go_from_left_to_right() {
        let steps = [Transform::Trim, Transform::Truncate(2), Transform::Upper, Transform::Default("XX".to_owned())];
        assert_eq!(apply_all(&steps, "  abc"), "AB");
        assert_eq!(apply_all(&steps, "  "), "XX");
        assert_eq!(apply_all(&[], " as it is "), " as it is ");
    }
}
