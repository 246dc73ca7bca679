//! Leads of the lists that no contact has and that carry no mark of ours, kept while a run looks for contacts of theirs: packed, found by what they
//! carry as code, and by the end of their number.
//!
//! Who they belong to is not decided here: what is found may fit, and is compared. A lead takes its texts and some thirty bytes, and sixteen more for
//! each of the two ways to find it.

use std::collections::BTreeSet;
use std::hash::{DefaultHasher, Hash, Hasher};

use chrono::DateTime;

use crate::model::{FieldName, LeadField, LeadId, LeadRow, ListId, Matching};
use crate::sync::matching::{Person, is_stranger};

/// Bytes of a page. Pages are filled one after the other, so that nothing is copied as they grow.
const PAGE: usize = 1 << 20;
/// Digits by which numbers are found: fewer than any number has, so that prefixes and codes in front do not matter.
const TAIL: usize = 7;

/// Where a lead lies: its page, and the byte in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Address(u64);

/// The leads.
pub(crate) struct Unowned {
    matching: Matching,
    /// The fields that are kept, in order.
    fields: Vec<FieldName>,
    pages: Vec<Vec<u8>>,
    by_code: Index,
    by_phone: Index,
}

/// Hashes, and whose they are. Two may have one hash.
#[derive(Default)]
struct Index {
    entries: Vec<(u64, Address)>,
    is_sorted: bool,
}

impl Unowned {
    /// None yet.
    pub(crate) fn new(matching: Matching, fields: BTreeSet<FieldName>) -> Self {
        Self { matching, fields: fields.into_iter().collect(), pages: Vec::new(), by_code: Index::default(), by_phone: Index::default() }
    }

    /// Keeps a lead, if the mapping could find it.
    pub(crate) fn keep(&mut self, row: &LeadRow) {
        let code = Some(row.code.trim()).filter(|code| self.matching.code_from.is_some() && !code.is_empty());
        let number = row.values.get(&FieldName::Standard(LeadField::PhoneNumber)).map(String::as_str);
        let phone = number.and_then(tail).filter(|_| self.matching.phone_and.is_some());
        if !is_stranger(row) || (code.is_none() && phone.is_none()) {
            return;
        }
        let address = self.pack(row);
        self.by_code.put(code, address);
        self.by_phone.put(phone.as_deref(), address);
    }

    /// Leads that may be this person's.
    pub(crate) fn of(&mut self, person: &Person) -> Vec<(Address, LeadRow)> {
        let mut found = BTreeSet::new();
        if let Some(code) = &person.code {
            found.extend(self.by_code.get(code));
        }
        for phone in &person.phones {
            found.extend(tail(&phone.number).iter().flat_map(|tail| self.by_phone.get(tail)));
        }
        found.into_iter().filter_map(|address| Some((address, self.row(address)?))).collect()
    }

    /// The lead that lies there.
    pub(crate) fn row(&self, Address(at): Address) -> Option<LeadRow> {
        let page = self.pages.get(usize::try_from(at >> 32).ok()?)?;
        let mut bytes = Bytes(page.get(usize::try_from(at & 0xffff_ffff).ok()?..)?);
        let lead_id = LeadId(bytes.number()?);
        let (list_id, called_count, modified) = (ListId(bytes.number()?), bytes.number()?, bytes.number()?);
        let (code, status) = (bytes.text()?, bytes.text()?);
        let mut values: std::collections::BTreeMap<FieldName, String> =
            self.fields.iter().map(|field| (field.clone(), String::new())).collect();
        for _ in 0..bytes.number()? {
            let field = usize::try_from(bytes.number()?).ok().and_then(|place| self.fields.get(place))?;
            values.insert(field.clone(), bytes.text()?);
        }
        let modified = i64::try_from(modified).ok().filter(|seconds| *seconds > 0);
        let modified = modified.and_then(|seconds| Some(DateTime::from_timestamp(seconds, 0)?.naive_utc()));
        Some(LeadRow { lead_id, code, list_id, status, called_count, modified, values })
    }

    /// Bytes that all of it takes.
    #[cfg(test)]
    fn size(&self) -> usize {
        let entries = self.by_code.entries.capacity() + self.by_phone.entries.capacity();
        self.pages.iter().map(Vec::capacity).sum::<usize>() + entries * size_of::<(u64, Address)>()
    }

    fn pack(&mut self, row: &LeadRow) -> Address {
        let mut bytes = Vec::with_capacity(128);
        let modified = row.modified.map_or(0, |at| at.and_utc().timestamp());
        for value in [row.lead_id.0, row.list_id.0, row.called_count, modified.try_into().unwrap_or(0)] {
            number(&mut bytes, value);
        }
        text(&mut bytes, &row.code);
        text(&mut bytes, &row.status);
        let shown = |field: &FieldName| row.values.get(field).filter(|value| !value.is_empty());
        number(&mut bytes, self.fields.iter().filter(|field| shown(field).is_some()).count() as u64);
        for (place, value) in self.fields.iter().enumerate().filter_map(|(place, field)| Some((place, shown(field)?))) {
            number(&mut bytes, place as u64);
            text(&mut bytes, value);
        }
        if self.pages.last().is_none_or(|page| page.len() + bytes.len() > PAGE) {
            self.pages.push(Vec::with_capacity(PAGE.max(bytes.len())));
        }
        let place = self.pages.len().saturating_sub(1);
        let Some(page) = self.pages.last_mut() else { return Address(0) };
        let at = page.len();
        page.extend(bytes);
        Address((place as u64) << 32 | at as u64)
    }
}

impl Index {
    fn put(&mut self, key: Option<&str>, address: Address) {
        if let Some(key) = key {
            self.entries.push((hash(key), address));
            self.is_sorted = false;
        }
    }

    fn get(&mut self, key: &str) -> Vec<Address> {
        if !self.is_sorted {
            self.entries.sort_unstable();
            self.is_sorted = true;
        }
        let key = hash(key);
        let first = self.entries.partition_point(|(other, _)| *other < key);
        self.entries[first..].iter().take_while(|(other, _)| *other == key).map(|(_, address)| *address).collect()
    }
}

/// The last digits of a number that has so many.
fn tail(number: &str) -> Option<String> {
    let digits: String = number.chars().filter(char::is_ascii_digit).collect();
    Some(digits.get(digits.len().checked_sub(TAIL)?..)?.to_owned())
}

fn hash(key: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    key.hash(&mut hasher);
    hasher.finish()
}

/// A number, seven bits a byte.
fn number(bytes: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        bytes.push((value & 0x7f) as u8 | 0x80);
        value >>= 7;
    }
    bytes.push(value as u8);
}

fn text(bytes: &mut Vec<u8>, text: &str) {
    number(bytes, text.len() as u64);
    bytes.extend_from_slice(text.as_bytes());
}

/// What is left to read.
struct Bytes<'a>(&'a [u8]);

impl Bytes<'_> {
    fn number(&mut self) -> Option<u64> {
        let mut value = 0;
        for shift in (0..64).step_by(7) {
            let (byte, rest) = self.0.split_first()?;
            self.0 = rest;
            value |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Some(value);
            }
        }
        None
    }

    fn text(&mut self) -> Option<String> {
        let length = usize::try_from(self.number()?).ok()?;
        let (text, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        String::from_utf8(text.to_vec()).ok()
    }
}

#[cfg(test)]
mod tests {
    use crate::model::{Ambiguous, ContactId, Phone, Seat};

    use super::*;

    fn field(field: LeadField) -> FieldName {
        FieldName::Standard(field)
    }

    fn strangers() -> Unowned {
        let matching = Matching { code_from: Some("cCode".to_owned()), phone_and: Some(BTreeSet::new()), ambiguous: Ambiguous::Hold };
        let fields = [LeadField::PhoneCode, LeadField::PhoneNumber, LeadField::FirstName, LeadField::LastName, LeadField::Email];
        Unowned::new(matching, fields.map(field).into())
    }

    fn row(number: u64) -> LeadRow {
        let values = [
            (LeadField::PhoneCode, "1".to_owned()),
            (LeadField::PhoneNumber, format!("727{:07}", 5_550_100 + number)),
            (LeadField::FirstName, format!("Ann{number}")),
            (LeadField::LastName, "Example".to_owned()),
            (LeadField::Email, format!("ann{number}@example.com")),
        ];
        LeadRow {
            lead_id: LeadId(1_000_000 + number),
            code: format!("OLD-{number}"),
            list_id: ListId(1001),
            status: "NEW".to_owned(),
            called_count: number % 300,
            modified: DateTime::from_timestamp(1_795_000_000, 0).map(|at| at.naive_utc()),
            values: values.map(|(name, text)| (field(name), text)).into(),
        }
    }

    fn person(code: Option<&str>, number: &str) -> Person {
        let phones = vec![Phone { code: "1".to_owned(), number: number.to_owned() }];
        Person { seat: Seat::main(&ContactId::from("c1")), code: code.map(str::to_owned), phones, shown: Default::default() }
    }

    #[test]
    fn what_is_kept_comes_back_whole_by_code_and_by_phone() {
        let mut strangers = strangers();
        for number in 0..30_000 {
            strangers.keep(&row(number));
        }
        let leads = |found: Vec<(Address, LeadRow)>| found.into_iter().map(|(_, row)| row).collect::<Vec<_>>();
        assert_eq!(leads(strangers.of(&person(Some("OLD-29999"), "9"))), [row(29_999)]);
        assert_eq!(leads(strangers.of(&person(None, "7275550117"))), [row(17)]);
        assert_eq!(leads(strangers.of(&person(Some("OLD-2"), "7275550103"))), [row(2), row(3)]);
        assert!(strangers.of(&person(Some("old-2"), "2025550000")).is_empty());
    }

    #[test]
    fn leads_that_nobody_could_find_take_nothing() {
        let mut strangers = strangers();
        let ours = LeadRow { code: "V0123456789ABCDEFGHJ".to_owned(), ..row(1) };
        let mut mute = LeadRow { code: " ".to_owned(), ..row(2) };
        mute.values.insert(field(LeadField::PhoneNumber), "12".to_owned());
        strangers.keep(&ours);
        strangers.keep(&mute);
        assert_eq!(strangers.size(), 0);
    }

    #[test]
    fn a_hundred_thousand_leads_take_less_than_fifteen_megabytes() {
        let mut strangers = strangers();
        for number in 0..100_000 {
            strangers.keep(&row(number));
        }
        assert!(strangers.size() < 15_000_000, "{} bytes a lead", strangers.size() / 100_000);
    }
}
