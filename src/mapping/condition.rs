//! Conditions on a contact's fields: read from text, tried on a contact, and compared with one another.
//!
//! Values are compared as trimmed text, case and all. A field with several values fulfils `is` and `in` when one of them does, and
//! `is_not` and `not_in` when none does. A blank field is equal to nothing, so it fulfils `is_not`.

use std::collections::BTreeSet;
use std::fmt;

use toml::de::DeValue;

use crate::diag::{Code, Item, Table};
use crate::model::Contact;

use super::source;

/// One thing that must hold for one field.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Test {
    /// `is`, `in`.
    OneOf(BTreeSet<String>),
    /// `is_not`, `not_in`.
    NoneOf(BTreeSet<String>),
    /// `is_set = true`.
    IsSet,
    /// `is_blank = true`.
    IsBlank,
    /// `starts_with`.
    StartsWith(String),
}

/// A test of a field.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Condition {
    pub(super) field: String,
    test: Test,
}

/// Conditions that must all hold.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Conditions(pub(super) Vec<Condition>);

impl Condition {
    fn holds(&self, contact: &Contact) -> bool {
        let value = source::value(contact, &self.field);
        let mut texts = Vec::new();
        source::singles(&value, &mut texts);
        let texts: Vec<&str> = texts.iter().map(|text| text.trim()).collect();
        match &self.test {
            Test::OneOf(wanted) => texts.iter().any(|text| wanted.contains(*text)),
            Test::NoneOf(unwanted) => !texts.iter().any(|text| unwanted.contains(*text)),
            Test::IsSet => !value.is_blank(),
            Test::IsBlank => value.is_blank(),
            Test::StartsWith(start) => texts.iter().any(|text| text.starts_with(start.as_str())),
        }
    }

    /// Whether every contact that fulfils `self` fulfils `other`. May say no where the truth is yes, never the other way.
    fn implies(&self, other: &Self) -> bool {
        self.field == other.field
            && match (&self.test, &other.test) {
                (Test::OneOf(own), Test::OneOf(others)) => own.is_subset(others),
                (Test::NoneOf(own), Test::NoneOf(others)) => own.is_superset(others),
                (Test::OneOf(_) | Test::StartsWith(_), Test::IsSet) => true,
                (Test::StartsWith(own), Test::StartsWith(others)) => own.starts_with(others.as_str()),
                (Test::IsBlank, Test::NoneOf(_)) => true,
                (own, others) => own == others,
            }
    }

    /// Whether no contact fulfils both. Fields may have several values, so two different values do not exclude each other.
    fn excludes(&self, other: &Self) -> bool {
        self.field == other.field
            && match (&self.test, &other.test) {
                (Test::IsBlank, Test::IsSet | Test::OneOf(_) | Test::StartsWith(_)) => true,
                (Test::OneOf(wanted), Test::NoneOf(unwanted)) => wanted.is_subset(unwanted),
                _ => false,
            }
    }
}

impl Conditions {
    /// The first condition that does not hold.
    pub(super) fn broken<'c>(&'c self, contact: &Contact) -> Option<&'c Condition> {
        self.0.iter().find(|condition| !condition.holds(contact))
    }

    /// Whether all hold.
    pub(super) fn hold(&self, contact: &Contact) -> bool {
        self.broken(contact).is_none()
    }

    /// Whether every contact that fulfils `self` fulfils `other`.
    pub(super) fn imply(&self, other: &Self) -> bool {
        other.0.iter().all(|wanted| self.0.iter().any(|own| own.implies(wanted)))
    }

    /// Two conditions, of `self` or of `given` as well, that exclude each other.
    pub(super) fn contradiction<'c>(&'c self, given: &'c Self) -> Option<(&'c Condition, &'c Condition)> {
        let all = || self.0.iter().chain(&given.0);
        self.0.iter().find_map(|one| all().find(|other| one.excludes(other) || other.excludes(one)).map(|other| (one, other)))
    }
}

impl fmt::Display for Condition {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let field = &self.field;
        let list = |values: &BTreeSet<String>| values.iter().map(|value| format!("\"{value}\"")).collect::<Vec<_>>().join(" or ");
        match &self.test {
            Test::OneOf(values) => write!(out, "`{field}` is {}", list(values)),
            Test::NoneOf(values) => write!(out, "`{field}` is not {}", list(values)),
            Test::IsSet => write!(out, "`{field}` is set"),
            Test::IsBlank => write!(out, "`{field}` is blank"),
            Test::StartsWith(start) => write!(out, "`{field}` starts with \"{start}\""),
        }
    }
}

/// Reads a table of conditions: `field = value`, or `field = { is = .., in = [..], is_set = true, .. }`.
pub(super) fn read(table: &Table<'_, '_>) -> Conditions {
    let mut conditions = Vec::new();
    for item in table.entries() {
        let field = item.key.clone();
        if let DeValue::Table(_) = item.raw() {
            let Some(tests) = item.table() else { continue };
            let before = conditions.len();
            let errors = table.sink().errors();
            read_tests(&field, &tests, &mut conditions);
            if conditions.len() == before && table.sink().errors() == errors {
                item.wrong(
                    Code::BadCondition,
                    format!("`{field}` says nothing that must hold"),
                    "write a value, as in `field = \"value\"`",
                );
            }
        } else if let Some(value) = scalar(&item) {
            conditions.push(Condition { field, test: Test::OneOf(BTreeSet::from([value])) });
        }
    }
    Conditions(conditions)
}

fn read_tests(field: &str, tests: &Table<'_, '_>, conditions: &mut Vec<Condition>) {
    let mut add = |test| conditions.push(Condition { field: field.to_owned(), test });
    let one = |key: &str| tests.get(key).and_then(|item| scalar(&item)).map(|value| BTreeSet::from([value]));
    let many = |key: &str| {
        let items = tests.get(key)?.list()?;
        if items.is_empty() {
            let message = format!("`{key}` of `{field}` is an empty list");
            tests.sink().report(tests.sink().at(Code::BadCondition, tests.place(), message).help("write the values, or take it out"));
            return None;
        }
        Some(items.iter().filter_map(scalar).collect::<BTreeSet<_>>())
    };
    if let Some(values) = one("is") {
        add(Test::OneOf(values));
    }
    if let Some(values) = many("in") {
        add(Test::OneOf(values));
    }
    if let Some(values) = one("is_not") {
        add(Test::NoneOf(values));
    }
    if let Some(values) = many("not_in") {
        add(Test::NoneOf(values));
    }
    if let Some(flag) = tests.get("is_set").and_then(|item| item.flag()) {
        add(if flag { Test::IsSet } else { Test::IsBlank });
    }
    if let Some(flag) = tests.get("is_blank").and_then(|item| item.flag()) {
        add(if flag { Test::IsBlank } else { Test::IsSet });
    }
    if let Some(start) = tests.get("starts_with").and_then(|item| item.filled()) {
        add(Test::StartsWith(start));
    }
    tests.finish();
}

/// A value to compare with, as text.
fn scalar(item: &Item<'_, '_>) -> Option<String> {
    match item.raw() {
        DeValue::String(_) => item.filled().map(|text| text.trim().to_owned()),
        DeValue::Boolean(flag) => Some(flag.to_string()),
        DeValue::Integer(number) if number.radix() == 10 => Some(number.as_str().to_owned()),
        DeValue::Integer(_) | DeValue::Float(_) | DeValue::Datetime(_) | DeValue::Array(_) | DeValue::Table(_) => {
            item.wrong_type("a text, a whole number, or true or false");
            None
        }
    }
}
