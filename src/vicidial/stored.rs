//! What VICIdial will show of a value: its filters, its widths, its own idea of a blank. Pure; the only maker of a [`StoredLead`].
//!
//! Two steps. [`Forms::wire`] turns a value into the text that we send: everything that VICIdial would break, cut or drop is
//! taken out here first, so that the server has nothing left to change. [`Forms::shown`] is VICIdial's own filter as observed on
//! a live server (schema 1720). [`Forms::stored`] is the second after the first.

use std::collections::BTreeMap;

use chrono::{Datelike, NaiveDate};
use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

use crate::model::{FieldName, LeadField, StoredLead};

/// VICIdial's system setting `use_non_latin`. No API function shows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum NonLatin {
    /// Letters of all scripts are kept.
    On,
    /// Only A to Z are letters; others are deleted from names and addresses.
    Off,
    /// Not known: taken for on; the first writes are read back and tell.
    #[default]
    Unknown,
}

/// The forms of values, given how the server is set.
#[derive(Debug, Clone, Copy, Default)]
pub struct Forms {
    /// The setting.
    pub non_latin: NonLatin,
}

/// What a field's filter keeps beside letters and digits.
enum Keep {
    /// These characters; `plus_is_space` where the filter turns `+` into a space before.
    Words { others: &'static str, plus_is_space: bool },
    /// Everything but these; `+` becomes a space.
    AllBut(&'static str),
    /// Digits only.
    Digits,
    /// Digits and hyphens, and what is no date becomes none.
    Date,
    /// Capital letters, and what is none of M, F, U becomes nameless.
    Gender,
}

fn keep(field: LeadField) -> Keep {
    let words = |others| Keep::Words { others, plus_is_space: true };
    match field {
        LeadField::FirstName | LeadField::LastName => words(" '_.-"),
        LeadField::Address1
        | LeadField::Address2
        | LeadField::Address3
        | LeadField::City
        | LeadField::SecurityPhrase
        | LeadField::Owner => words(" '.:/@_-"),
        LeadField::Email => words(" '.:/@_-%"),
        LeadField::Province | LeadField::AltPhone => words(" '._-"),
        LeadField::PostalCode => words(" '-"),
        LeadField::Title => Keep::Words { others: " '_.-", plus_is_space: false },
        LeadField::MiddleInitial | LeadField::CountryCode => Keep::Words { others: "-_", plus_is_space: false },
        LeadField::State => Keep::Words { others: " -", plus_is_space: false },
        LeadField::SourceId | LeadField::Comments => Keep::AllBut(";#\""),
        LeadField::PhoneCode | LeadField::PhoneNumber | LeadField::Rank => Keep::Digits,
        LeadField::DateOfBirth => Keep::Date,
        LeadField::Gender => Keep::Gender,
    }
}

/// What VICIdial shows for no date.
pub const NO_DATE: &str = "0000-00-00";
const RANK_MAX: u64 = 32_767;

impl Forms {
    /// The text that is sent for a value. Empty means a blank.
    #[must_use]
    pub fn wire(self, field: &FieldName, text: &str) -> String {
        let tame = tame(text);
        let wire = match field {
            FieldName::Standard(field) => match keep(*field) {
                Keep::Words { .. } => self.cut(*field, &self.filter(*field, &tame)),
                Keep::AllBut(_) => {
                    let kept = self.filter(*field, &tame);
                    // `!N` is how VICIdial writes a line break; a text that holds it by chance must not come back as one.
                    let kept = if *field == LeadField::Comments { kept.replace("!N", "! N") } else { kept };
                    self.cut(*field, &kept)
                }
                Keep::Digits => self.cut(*field, &self.filter(*field, &tame)),
                Keep::Date => date(&tame).unwrap_or_default(),
                Keep::Gender => match self.filter(*field, &tame).as_str() {
                    known @ ("M" | "F" | "U") => known.to_owned(),
                    _ => String::new(),
                },
            },
            // The width of a custom column is not shown by any function. `!N` as with comments.
            FieldName::Custom(_) => tame.replace([';', '"'], "").replace("!N", "! N").nfc().collect::<String>().trim().to_owned(),
        };
        let is_blank = wire == "--BLANK--" || (wire == NO_DATE && matches!(field, FieldName::Custom(_)));
        if is_blank { String::new() } else { wire }
    }

    /// What VICIdial shows after that text was sent; `text` as sent, an empty one as our calls send it.
    #[must_use]
    pub fn shown(self, field: &FieldName, text: &str) -> String {
        let field = match field {
            FieldName::Standard(field) => *field,
            FieldName::Custom(_) => return text.replace([';', '"'], "").replace('+', " "),
        };
        let kept = self.filter(field, text);
        match keep(field) {
            Keep::Words { .. } | Keep::AllBut(_) => kept.chars().take(field.width()).collect(),
            Keep::Digits if field == LeadField::Rank => {
                kept.parse::<u64>().map_or(if kept.is_empty() { 0 } else { RANK_MAX }, |rank| rank.min(RANK_MAX)).to_string()
            }
            Keep::Digits => kept.chars().take(field.width()).collect(),
            Keep::Date => date(&kept).unwrap_or_else(|| NO_DATE.to_owned()),
            Keep::Gender => match kept.as_str() {
                "" => "U".to_owned(),
                "M" | "F" | "U" => kept,
                _ => String::new(),
            },
        }
    }

    /// The text of a callback's remark that VICIdial takes as it is: its filter here keeps less than that of a lead's comments.
    #[must_use]
    pub fn remark(self, text: &str) -> String {
        let kept = tame(text)
            .chars()
            .filter(|&letter| letter.is_ascii_digit() || " .:/@_-".contains(letter) || self.is_letter(letter))
            .collect::<String>();
        self.cut(LeadField::Comments, &kept)
    }

    /// What VICIdial will show of a value after we wrote it.
    #[must_use]
    pub fn stored(self, field: &FieldName, text: &str) -> String {
        self.shown(field, &self.wire(field, text))
    }

    /// The same for a whole lead.
    #[must_use]
    pub fn stored_lead(self, values: &BTreeMap<FieldName, String>) -> StoredLead {
        StoredLead(values.iter().map(|(field, text)| (field.clone(), self.stored(field, text))).collect())
    }

    /// The field's own filter, without its width.
    fn filter(self, field: LeadField, text: &str) -> String {
        match keep(field) {
            Keep::Words { others, plus_is_space } => text
                .chars()
                .map(|letter| if letter == '+' && plus_is_space { ' ' } else { letter })
                .filter(|&letter| letter.is_ascii_digit() || others.contains(letter) || self.is_letter(letter))
                .collect(),
            Keep::AllBut(dropped) => {
                text.chars().filter(|letter| !dropped.contains(*letter)).map(|letter| if letter == '+' { ' ' } else { letter }).collect()
            }
            Keep::Digits => text.chars().filter(char::is_ascii_digit).collect(),
            Keep::Date => text.chars().filter(|letter| letter.is_ascii_digit() || *letter == '-').collect(),
            Keep::Gender => text.chars().filter(char::is_ascii_uppercase).collect(),
        }
    }

    fn is_letter(self, letter: char) -> bool {
        match self.non_latin {
            NonLatin::Off => letter.is_ascii_alphabetic(),
            NonLatin::On | NonLatin::Unknown => is_unicode_letter(letter),
        }
    }

    /// Cuts to the column's width and trims. With `use_non_latin` off and an old character set each byte takes a place of its
    /// own, so the cut is by bytes there.
    fn cut(self, field: LeadField, text: &str) -> String {
        self.cut_to(field.width(), text)
    }

    /// The same for any width.
    pub(super) fn cut_to(self, width: usize, text: &str) -> String {
        let mut room = width;
        // What the filter took out may have stood between two characters that compose.
        let text: String = text.nfc().collect();
        let kept = text.trim().chars().take_while(|letter| {
            let size = match self.non_latin {
                NonLatin::Off => letter.len_utf8(),
                NonLatin::On | NonLatin::Unknown => 1,
            };
            let fits = size <= room;
            room = room.saturating_sub(size);
            fits
        });
        kept.collect::<String>().trim_end().to_owned()
    }
}

/// What no field survives: NFC, line breaks and tabs to spaces, no control characters, `/` for `\` (an SQL escape on the
/// server), a space for `+`, and nothing beyond the three bytes of the lead table's character set.
fn tame(text: &str) -> String {
    let mut tame = String::with_capacity(text.len());
    for letter in text.replace("\r\n", " ").nfc() {
        match letter {
            '\n' | '\r' | '\t' | '+' => tame.push(' '),
            '\\' => tame.push('/'),
            _ if letter.is_control() || letter.len_utf8() > 3 => {}
            _ => tame.push(letter),
        }
    }
    tame.nfc().collect::<String>().trim().to_owned()
}

/// PCRE's `\p{L}` for the characters that the lead table can hold. Rust's `is_alphabetic` also takes in vowel signs, Roman
/// numerals and letters in circles.
fn is_unicode_letter(letter: char) -> bool {
    letter.is_alphabetic()
        && !is_combining_mark(letter)
        && !matches!(letter, '\u{16EE}'..='\u{16F0}' | '\u{2160}'..='\u{2182}' | '\u{2185}'..='\u{2188}' | '\u{24B6}'..='\u{24E9}' | '\u{3007}' | '\u{3021}'..='\u{3029}' | '\u{3038}'..='\u{303A}' | '\u{A6E6}'..='\u{A6EF}')
}

fn date(text: &str) -> Option<String> {
    let date = NaiveDate::parse_from_str(text, "%Y-%m-%d").ok()?;
    (1000..=9999).contains(&date.year()).then(|| date.format("%Y-%m-%d").to_string())
}
