//! Phone numbers and e-mail addresses: records of their own, shared by all who hold them.
//!
//! Opt-out, invalid and type belong to the number, not to the contact. Writing a number without its opt-out therefore
//! clears it for every holder, and their `modifiedAt` does not move: that is the real server's behaviour.

use std::collections::BTreeMap;

use serde_json::{Value, json};

/// What is known of one number or address.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Point {
    pub(super) shown: String,
    pub(super) kind: String,
    pub(super) opt_out: bool,
    pub(super) invalid: bool,
}

/// All numbers, or all addresses, by their key (addresses in lower case).
#[derive(Clone, Debug, Default)]
pub(super) struct Book {
    pub(super) points: BTreeMap<String, Point>,
}

/// The keys that one record holds, in the order they came to it, and which is the first to use.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Shelf {
    pub(super) keys: Vec<String>,
    pub(super) primary: Option<String>,
}

/// One entry as sent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) value: String,
    pub(super) kind: Option<String>,
    pub(super) is_primary: bool,
    pub(super) opt_out: bool,
    pub(super) invalid: bool,
}

impl Shelf {
    /// The keys, the primary first.
    pub(super) fn ordered(&self) -> impl Iterator<Item = &String> {
        let rest = self.keys.iter().filter(|key| Some(*key) != self.primary.as_ref());
        self.primary.iter().chain(rest)
    }

    fn hold(&mut self, key: &str) {
        if !self.keys.iter().any(|held| held == key) {
            self.keys.push(key.to_owned());
        }
    }
}

/// The key of a value: addresses do not differ by case.
pub(super) fn key_of(value: &str) -> String {
    value.trim().to_lowercase()
}

impl Book {
    /// Replaces all that a record holds. What an entry does not say of its number counts as no.
    pub(super) fn store_all(&mut self, shelf: &mut Shelf, entries: &[Entry]) {
        let keys: Vec<String> = entries.iter().map(|entry| key_of(&entry.value)).collect();
        shelf.keys.retain(|key| keys.contains(key));
        for (key, entry) in keys.iter().zip(entries) {
            let kind = entry.kind.clone().unwrap_or_else(|| "Mobile".to_owned());
            let point = self.points.entry(key.clone()).or_default();
            if point.shown.is_empty() {
                point.shown.clone_from(&entry.value);
            }
            point.kind = kind;
            point.opt_out = entry.opt_out;
            point.invalid = entry.invalid;
            shelf.hold(key);
        }
        // Of several marked primary the last one wins; of none, the first.
        let marked = entries.iter().rposition(|entry| entry.is_primary);
        shelf.primary = keys.get(marked.unwrap_or(0)).cloned();
    }

    /// Replaces the primary only. A number that comes new to the record takes the record's marks with it.
    pub(super) fn store_primary(&mut self, shelf: &mut Shelf, value: &str, opt_out: bool, invalid: bool) {
        let key = key_of(value);
        if shelf.primary.as_ref() == Some(&key) {
            return;
        }
        let old = shelf.primary.take();
        shelf.keys.retain(|held| Some(held) != old.as_ref());
        if key.is_empty() {
            return;
        }
        let point = self.points.entry(key.clone()).or_insert_with(|| Point {
            shown: value.trim().to_owned(),
            kind: "Mobile".to_owned(),
            ..Point::default()
        });
        point.opt_out = opt_out;
        point.invalid = invalid;
        shelf.hold(&key);
        shelf.primary = Some(key);
    }

    /// The primary's record.
    pub(super) fn primary(&self, shelf: &Shelf) -> Option<&Point> {
        self.points.get(shelf.primary.as_ref()?)
    }

    /// The primary's record, to change it.
    pub(super) fn primary_mut(&mut self, shelf: &Shelf) -> Option<&mut Point> {
        self.points.get_mut(shelf.primary.as_ref()?)
    }

    /// The set as the server writes it, of numbers or of addresses.
    pub(super) fn show(&self, shelf: &Shelf, is_phone: bool) -> Value {
        let entries = shelf.ordered().filter_map(|key| {
            let point = self.points.get(key)?;
            let primary = Some(key) == shelf.primary.as_ref();
            Some(if is_phone {
                json!({"phoneNumber": point.shown, "type": point.kind, "primary": primary,
                    "optOut": point.opt_out, "invalid": point.invalid})
            } else {
                json!({"emailAddress": point.shown, "lower": key, "primary": primary,
                    "optOut": point.opt_out, "invalid": point.invalid})
            })
        });
        Value::Array(entries.collect())
    }
}

/// Country codes whose numbers the server knows, with the digits that may follow.
const COUNTRIES: [(&str, usize, usize); 14] = [
    ("1", 10, 10),
    ("44", 9, 10),
    ("49", 5, 13),
    ("52", 10, 11),
    ("33", 9, 9),
    ("34", 9, 9),
    ("39", 6, 11),
    ("31", 9, 9),
    ("48", 9, 9),
    ("61", 9, 9),
    ("64", 8, 10),
    ("91", 10, 10),
    ("353", 7, 9),
    ("55", 10, 11),
];

/// A number as the server keeps it, or `None` if it refuses it: international form is needed, an extension gets lost.
pub(super) fn normal_phone(text: &str) -> Option<String> {
    let text = text.trim();
    let rest = text.strip_prefix('+')?;
    let end = rest.find(|c: char| !(c.is_ascii_digit() || " -().".contains(c))).unwrap_or(rest.len());
    let (number, extension) = rest.split_at(end);
    if !is_extension(extension) {
        return None;
    }
    let digits: String = number.chars().filter(char::is_ascii_digit).collect();
    let is_possible = COUNTRIES
        .iter()
        .any(|(code, least, most)| digits.strip_prefix(code).is_some_and(|national| (*least..=*most).contains(&national.len())));
    is_possible.then(|| format!("+{digits}"))
}

fn is_extension(text: &str) -> bool {
    if text.is_empty() {
        return true;
    }
    let lower = text.to_lowercase();
    let marks = ["ext.", "ext", ";ext=", "x", "#"];
    marks.iter().any(|mark| {
        lower.strip_prefix(mark).is_some_and(|digits| {
            let digits = digits.trim();
            !digits.is_empty() && digits.len() <= 7 && digits.chars().all(|c| c.is_ascii_digit())
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_international_numbers_pass_and_extensions_are_lost() {
        let check = |text: &str| normal_phone(text);
        let normal = Some("+12065550141".to_owned());
        assert_eq!(check("+1 206 555 0141"), normal);
        assert_eq!(check("+12065550141x9"), normal);
        assert_eq!(check("+1-206-555-0141 ext. 12"), normal);
        for bad in ["202-555-0103", "2025550188", "12025550188", "abc", "+999", "+1206555", ""] {
            assert_eq!(check(bad), None, "{bad}");
        }
    }

    #[test]
    fn a_number_written_without_its_opt_out_is_cleared_for_all() {
        let mut book = Book::default();
        let (mut a, mut b) = (Shelf::default(), Shelf::default());
        let entry = |opt_out| Entry { value: "+12065550141".to_owned(), opt_out, ..Entry::default() };
        book.store_all(&mut a, &[entry(true)]);
        assert!(book.primary(&a).unwrap().opt_out);
        book.store_primary(&mut a, "+12065550141", false, false);
        assert!(book.primary(&a).unwrap().opt_out, "the same number again keeps it");
        book.store_all(&mut b, &[entry(false)]);
        assert!(!book.primary(&a).unwrap().opt_out);
    }
}
