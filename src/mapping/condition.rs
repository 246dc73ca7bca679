//! Conditions on a contact's fields: tried on a contact, and put into words.
//!
//! Values are compared as trimmed text, case and all. A field with several values fulfils `is`, `in` and the parts of texts when one of them does,
//! and `is_not` and `not_in` when none does. A blank field is equal to nothing, so it fulfils `is_not`. A range wants one number, or one date: a field
//! with several values is in no range. What conditions say of one another stands in [`super::logic`].

use std::collections::BTreeSet;
use std::fmt;
use std::io::Write as _;

use crate::diag::Place;
use crate::model::Value;

use super::attributes::Seen;
use super::measure::Range;
use super::source;

/// Where in a text something must stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    Start,
    End,
    Anywhere,
}

impl Part {
    /// Whether it stands there.
    pub(super) fn fits(self, text: &str, wanted: &str) -> bool {
        match self {
            Self::Start => text.starts_with(wanted),
            Self::End => text.ends_with(wanted),
            Self::Anywhere => text.contains(wanted),
        }
    }
}

/// One thing that must hold for one field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Test {
    /// `is`, `in`.
    OneOf(BTreeSet<String>),
    /// `is_not`, `not_in`.
    NoneOf(BTreeSet<String>),
    /// `is_set = true`.
    IsSet,
    /// `is_blank = true`.
    IsBlank,
    /// `starts_with`, `ends_with`, `contains`: one of these.
    Has(Part, Vec<String>),
    /// `at_least`, `more_than`, `at_most`, `less_than`, and how they were written.
    In(Range, String),
}

/// A test of a field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Condition {
    pub(super) field: String,
    pub(super) test: Test,
}

/// Conditions that must all hold, with their place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Alternative {
    pub(super) conditions: Vec<Condition>,
    pub(super) place: Place,
}

/// Alternatives of which one must hold. Without any, every contact is taken.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Conditions(pub(super) Vec<Alternative>);

/// The first condition that does not hold, of each alternative.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Broken<'c>(pub(super) Vec<&'c Condition>);

impl Condition {
    /// Whether a contact fulfils it.
    pub(super) fn holds(&self, contact: &Seen<'_>) -> bool {
        let value = if self.field == source::ID { None } else { Some(contact.get(&self.field)) };
        let any = |is: &dyn Fn(&str) -> bool| match value {
            Some(value) => any_text(value, is),
            None => filled(contact.contact.id.as_str()).is_some_and(is),
        };
        match &self.test {
            Test::OneOf(wanted) => any(&|text| wanted.contains(text)),
            Test::NoneOf(unwanted) => !any(&|text| unwanted.contains(text)),
            Test::IsSet => any(&|_| true),
            Test::IsBlank => !any(&|_| true),
            Test::Has(part, wanted) => any(&|text| wanted.iter().any(|wanted| part.fits(text, wanted))),
            Test::In(range, _) => !matches!(value, Some(Value::List(_) | Value::Bool(_))) && any(&|text| range.has(text)),
        }
    }
}

/// A text without the spaces around it, if it says something.
fn filled(text: &str) -> Option<&str> {
    Some(text.trim()).filter(|text| !text.is_empty())
}

/// Whether one of the single values inside a value is so. Makes no text of its own: conditions are tried on every contact.
fn any_text(value: &Value, is: &dyn Fn(&str) -> bool) -> bool {
    match value {
        Value::Null => false,
        Value::Bool(flag) => is(if *flag { "true" } else { "false" }),
        Value::Int(number) => {
            // The longest number has 20 characters.
            let mut digits = [0; 20];
            let mut rest = digits.as_mut_slice();
            let free = match write!(rest, "{number}") {
                Ok(()) => rest.len(),
                Err(_) => return is(&number.to_string()),
            };
            str::from_utf8(&digits[..digits.len() - free]).is_ok_and(is)
        }
        Value::Text(text) => filled(text).is_some_and(is),
        Value::List(values) => values.iter().any(|value| any_text(value, is)),
    }
}

impl Conditions {
    /// Whether one of the alternatives holds.
    pub(super) fn hold(&self, contact: &Seen<'_>) -> bool {
        self.0.is_empty() || self.0.iter().any(|alternative| alternative.broken(contact).is_none())
    }

    /// Why a contact is not taken; `None` where it is.
    pub(super) fn broken(&self, contact: &Seen<'_>) -> Option<Broken<'_>> {
        if self.hold(contact) {
            return None;
        }
        Some(Broken(self.0.iter().filter_map(|alternative| alternative.broken(contact)).collect()))
    }

    /// Whether every contact is taken.
    pub(super) fn is_unconditional(&self) -> bool {
        self.0.is_empty() || self.0.iter().any(|alternative| alternative.conditions.is_empty())
    }

    /// The fields that are looked at.
    pub(super) fn fields(&self) -> impl Iterator<Item = &str> {
        self.0.iter().flat_map(|alternative| &alternative.conditions).map(|condition| condition.field.as_str())
    }
}

impl Alternative {
    /// The first condition that does not hold.
    pub(super) fn broken(&self, contact: &Seen<'_>) -> Option<&Condition> {
        self.conditions.iter().find(|condition| !condition.holds(contact))
    }
}

impl fmt::Display for Condition {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let field = &self.field;
        match &self.test {
            Test::OneOf(values) => write!(out, "`{field}` is {}", quoted(values)),
            Test::NoneOf(values) => write!(out, "`{field}` is not {}", quoted(values)),
            Test::IsSet => write!(out, "`{field}` is set"),
            Test::IsBlank => write!(out, "`{field}` is blank"),
            Test::Has(Part::Start, wanted) => write!(out, "`{field}` starts with {}", quoted(wanted)),
            Test::Has(Part::End, wanted) => write!(out, "`{field}` ends with {}", quoted(wanted)),
            Test::Has(Part::Anywhere, wanted) => write!(out, "`{field}` contains {}", quoted(wanted)),
            Test::In(_, words) => write!(out, "`{field}` is {words}"),
        }
    }
}

fn quoted<'t>(values: impl IntoIterator<Item = &'t String>) -> String {
    values.into_iter().map(|value| format!("\"{value}\"")).collect::<Vec<_>>().join(" or ")
}

impl fmt::Display for Broken<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (number, condition) in self.0.iter().enumerate() {
            write!(out, "{}{condition}", if number == 0 { "" } else { ", or that " })?;
        }
        Ok(())
    }
}
