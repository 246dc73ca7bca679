//! One value of a text: read as the type that is wanted, or reported as something else.

use std::borrow::Cow;
use std::collections::BTreeMap;

use toml::Spanned;
use toml::de::DeValue;
use toml::value::Datetime;

use super::code::Code;
use super::form::{FREE, Kind};
use super::reader::{Place, Sink, Table};
use super::suggest;

/// One value with its key and its place. Reading it as the wrong type reports that and gives `None`.
#[derive(Debug, Clone)]
pub struct Item<'r, 'i> {
    /// The key, or the number in a list.
    pub key: String,
    /// Where the key stands; of a list's element, the element.
    pub key_place: Place,
    pub(super) path: String,
    /// What may stand here, by the file's form.
    pub(super) kind: &'static Kind,
    pub(super) value: &'r Spanned<DeValue<'i>>,
    pub(super) sink: &'r Sink,
}

impl<'r, 'i> Item<'r, 'i> {
    /// Where the value stands.
    #[must_use]
    pub fn place(&self) -> Place {
        self.value.span()
    }

    /// The name by which messages call it: `job.sales.schedule`.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }

    /// Where it collects.
    #[must_use]
    pub fn sink(&self) -> &'r Sink {
        self.sink
    }

    /// Where a piece of the text stands, by its bytes inside the text. A text that is written with escapes gives its whole place: there the
    /// bytes of the file are others.
    #[must_use]
    pub fn part(&self, piece: Place) -> Place {
        let place = self.place();
        let DeValue::String(Cow::Borrowed(text)) = self.raw() else { return place };
        // One quote at each side, or three; the first line's end after three quotes is no part of the text.
        let before = match place.len().checked_sub(text.len()) {
            Some(2) => 1,
            Some(6) => 3,
            Some(7) => 4,
            Some(8) => 5,
            Some(_) | None => return place,
        };
        let start = place.start + before;
        start + piece.start..start + piece.end
    }

    /// The raw value, for those who accept several types.
    #[must_use]
    pub fn raw(&self) -> &'r DeValue<'i> {
        self.value.get_ref()
    }

    /// Reports something wrong with the value.
    pub fn wrong(&self, code: Code, message: impl Into<String>, help: impl Into<String>) {
        self.sink.report(self.sink.at(code, self.place(), message).help(help));
    }

    /// Reports something wrong with a part of a text, given as bytes of it; no bytes mean the whole.
    pub fn wrong_part(&self, part: Place, code: Code, message: impl Into<String>, help: impl Into<String>) {
        let place = if part.is_empty() { self.place() } else { self.part(part) };
        self.sink.report(self.sink.at(code, place, message).help(help));
    }

    /// Reports something wrong with the key.
    pub fn wrong_key(&self, code: Code, message: impl Into<String>, help: impl Into<String>) {
        self.sink.report(self.sink.at(code, self.key_place.clone(), message).help(help));
    }

    /// Reports that the value is of another type than `wanted`.
    pub fn wrong_type(&self, wanted: &str) {
        let found = match self.raw() {
            DeValue::String(_) => "text",
            DeValue::Integer(_) => "a number",
            DeValue::Float(_) => "a number with a fraction",
            DeValue::Boolean(_) => "true or false",
            DeValue::Datetime(_) => "a date",
            DeValue::Array(_) => "a list",
            DeValue::Table(_) => "a table",
        };
        let message = format!("`{}` must be {wanted}, and is {found}", self.path);
        self.sink.report(self.sink.at(Code::WrongType, self.place(), message).help(self.typed_as(wanted)));
    }

    /// What to type in place of a value of another type. Texts are not repeated: one may be a secret.
    fn typed_as(&self, wanted: &str) -> String {
        let begins = |word: &str| wanted.starts_with(word);
        match self.raw() {
            DeValue::String(text) if begins("a whole number") && text.trim().parse::<i64>().is_ok() => "take the quotes away".to_owned(),
            DeValue::String(text) if begins("true or false") && matches!(text.trim(), "true" | "false") => {
                "take the quotes away".to_owned()
            }
            DeValue::String(text) if begins("a date") && text.trim().starts_with(|letter: char| letter.is_ascii_digit()) => {
                "take the quotes away; a date is written as 2026-11-01, or with a time as 2026-11-01T00:00:00Z".to_owned()
            }
            DeValue::Integer(_) | DeValue::Float(_) | DeValue::Boolean(_) | DeValue::Datetime(_) if begins("text in quotes") => {
                "put quotes around it".to_owned()
            }
            DeValue::String(_) | DeValue::Integer(_) | DeValue::Float(_) | DeValue::Boolean(_) | DeValue::Datetime(_)
                if begins("a list in square brackets") =>
            {
                "put square brackets around it".to_owned()
            }
            DeValue::Array(_) if begins("a table") => format!("write it once, as `[{}]` with one bracket on each side", self.path),
            _ if begins("a table") => "write keys with their values in braces: { key = \"value\" }".to_owned(),
            _ => format!("write {wanted}"),
        }
    }

    /// Text.
    #[must_use]
    pub fn text(&self) -> Option<String> {
        match self.raw() {
            DeValue::String(text) => Some(text.clone().into_owned()),
            _ => {
                self.wrong_type("text in quotes");
                None
            }
        }
    }

    /// Text that says something.
    #[must_use]
    pub fn filled(&self) -> Option<String> {
        let text = self.text()?;
        if text.trim().is_empty() {
            self.wrong(Code::BadValue, format!("`{}` is empty", self.path), "write something between the quotes, or take the line out");
            return None;
        }
        Some(text)
    }

    /// A whole number between two bounds, both allowed.
    #[must_use]
    pub fn number(&self, least: u64, most: u64) -> Option<u64> {
        let DeValue::Integer(integer) = self.raw() else {
            self.wrong_type("a whole number");
            return None;
        };
        let number = u64::from_str_radix(integer.as_str(), integer.radix()).ok().filter(|number| (least..=most).contains(number));
        if number.is_none() {
            self.wrong(Code::BadValue, format!("`{}` is out of range", self.path), format!("write a number from {least} to {most}"));
        }
        number
    }

    /// A whole number that may be below zero, between two bounds, both allowed.
    #[must_use]
    pub fn signed(&self, least: i64, most: i64) -> Option<i64> {
        let DeValue::Integer(integer) = self.raw() else {
            self.wrong_type("a whole number");
            return None;
        };
        let number = i64::from_str_radix(integer.as_str(), integer.radix()).ok().filter(|number| (least..=most).contains(number));
        if number.is_none() {
            self.wrong(Code::BadValue, format!("`{}` is out of range", self.path), format!("write a number from {least} to {most}"));
        }
        number
    }

    /// A share between 0 and 1.
    #[must_use]
    pub fn share(&self) -> Option<f64> {
        let number = match self.raw() {
            DeValue::Float(float) => float.as_str().parse::<f64>().ok(),
            DeValue::Integer(integer) => integer.as_str().parse::<f64>().ok(),
            _ => {
                self.wrong_type("a number from 0 to 1");
                return None;
            }
        };
        let share = number.filter(|share| (0.0..=1.0).contains(share));
        if share.is_none() {
            self.wrong(Code::BadValue, format!("`{}` is out of range", self.path), "write a share from 0 to 1, as 0.2 for a fifth");
        }
        share
    }

    /// Yes or no.
    #[must_use]
    pub fn flag(&self) -> Option<bool> {
        match self.raw() {
            DeValue::Boolean(flag) => Some(*flag),
            _ => {
                self.wrong_type("true or false, without quotes");
                None
            }
        }
    }

    /// A date, with or without time and offset.
    #[must_use]
    pub fn date(&self) -> Option<Datetime> {
        match self.raw() {
            DeValue::Datetime(date) => Some(*date),
            _ => {
                self.wrong_type("a date without quotes, as in 2026-11-01T00:00:00Z");
                None
            }
        }
    }

    /// A time zone by its IANA name.
    #[must_use]
    pub fn zone(&self) -> Option<chrono_tz::Tz> {
        let text = self.text()?;
        let zone = text.trim().parse().ok();
        if zone.is_none() {
            self.wrong(Code::BadZone, format!("there is no time zone `{text}`"), suggest::zone(&text));
        }
        zone
    }

    /// A list's elements.
    #[must_use]
    pub fn list(&self) -> Option<Vec<Item<'r, 'i>>> {
        let DeValue::Array(array) = self.raw() else {
            self.wrong_type("a list in square brackets");
            return None;
        };
        let items = array.iter().enumerate().map(|(number, value)| Item {
            key: number.to_string(),
            key_place: value.span(),
            path: self.path.clone(),
            kind: self.kind.element(),
            value,
            sink: self.sink,
        });
        Some(items.collect())
    }

    /// A text, or a list of texts; each with its place.
    #[must_use]
    pub fn texts(&self) -> Option<Vec<(String, Place)>> {
        match self.raw() {
            DeValue::String(_) => Some(vec![(self.filled()?, self.place())]),
            DeValue::Array(_) => Some(self.list()?.iter().filter_map(|item| Some((item.filled()?, item.place()))).collect()),
            _ => {
                self.wrong_type("text in quotes, or a list of texts");
                None
            }
        }
    }

    /// A table.
    #[must_use]
    pub fn table(&self) -> Option<Table<'r, 'i>> {
        let DeValue::Table(table) = self.raw() else {
            self.wrong_type("a table");
            return None;
        };
        let place = if self.place().is_empty() { self.key_place.clone() } else { self.place() };
        Some(Table::nested(self.sink, table, place, self.path.clone(), self.kind.form().unwrap_or(&FREE)))
    }

    /// A list of tables, as `[[name]]` makes it.
    #[must_use]
    pub fn tables(&self) -> Option<Vec<Table<'r, 'i>>> {
        match self.raw() {
            DeValue::Array(_) => Some(self.list()?.iter().filter_map(Item::table).collect()),
            _ => {
                self.sink.report(
                    self.sink
                        .at(Code::WrongType, self.key_place.clone(), format!("`{}` must be a list of tables", self.path))
                        .help(format!("write `[[{}]]` with two brackets, once for each of them", self.path)),
                );
                None
            }
        }
    }

    /// A word out of a few. One of the form's words that is not among these is reported as not yet supported.
    #[must_use]
    pub fn word<T: Copy>(&self, words: &[(&str, T)]) -> Option<T> {
        let text = self.text()?;
        if let Some((_, value)) = words.iter().find(|(word, _)| *word == text) {
            return Some(*value);
        }
        let known: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
        if self.kind.words().iter().any(|word| word.name == text) {
            self.wrong(
                Code::NotYet,
                format!("`{} = \"{text}\"` is not yet supported", self.path),
                format!("for now: {}", known.join(", ")),
            );
        } else {
            let help = suggest::help(&text, &known).unwrap_or_default();
            self.wrong(Code::BadValue, format!("`{text}` is not allowed for `{}`", self.path), help);
        }
        None
    }

    /// A table of texts by name.
    #[must_use]
    pub fn text_map(&self) -> Option<BTreeMap<String, (String, Place)>> {
        let table = self.table()?;
        Some(table.entries().iter().filter_map(|item| Some((item.key.clone(), (item.text()?, item.place())))).collect())
    }
}
