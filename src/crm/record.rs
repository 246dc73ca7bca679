//! A record of the CRM as JSON, turned into a contact.
//!
//! It decides which values a contact gets, and whether the person opted out. An attribute that the mapping wants and the record does not even have is
//! trouble, not a blank: a right that was taken away, or a misspelled name, must not empty a lead. It knows no HTTP.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, NaiveDateTime, Utc};
use serde_json::Value as Json;

use super::connector::Record;
use super::path::Path;
use crate::model::{Contact, ContactId, Merges, Value};

/// What the mapping wants of a contact.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Wanted {
    /// The CRM's own attributes.
    attributes: BTreeSet<String>,
    /// Names that the connector makes of the whole record.
    named: BTreeSet<String>,
}

/// Why a record is no contact.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unreadable {
    /// It has no id.
    NoId,
    /// It lacks an attribute that is wanted: not empty, not there.
    Lacks(String),
}

impl Wanted {
    /// Sorts names into the CRM's own and the connector's.
    #[must_use]
    pub(super) fn new(rules: &Record, names: &BTreeSet<String>) -> Self {
        let (named, attributes) = names.iter().cloned().partition(|name| rules.fields.contains_key(name));
        Self { attributes, named }
    }

    /// The CRM's own attributes.
    #[must_use]
    pub fn attributes(&self) -> &BTreeSet<String> {
        &self.attributes
    }

    /// The attributes that a list is asked for: also the id, the time of change and what tells of an opt-out.
    #[must_use]
    pub(super) fn selected(&self, rules: &Record) -> BTreeSet<String> {
        let merges = rules.merged_into.iter().chain(&rules.merged_ids);
        let always = [&rules.id, &rules.updated].into_iter().chain(&rules.opted_out).chain(merges).filter_map(|path| path.attribute());
        always.map(str::to_owned).chain(self.attributes.iter().cloned()).collect()
    }

    /// An attribute that tells of opt-outs and that a row of a list does not show, though it was asked for. Hidden by a right, an opt-out
    /// would pass for none.
    pub(super) fn hidden_opt_out<'r>(rules: &'r Record, row: &Json) -> Option<&'r str> {
        rules.opted_out.iter().filter_map(|path| path.attribute()).find(|name| row.get(name).is_none())
    }

    /// Whether a row of a list is not enough: a name needs the whole record, or the list hides an attribute.
    #[must_use]
    pub fn needs_whole(&self, row: &Json) -> bool {
        !self.named.is_empty() || self.attributes.iter().any(|name| row.get(name).is_none())
    }
}

/// The values of a record.
///
/// # Errors
/// An attribute that is wanted and not there.
pub(super) fn values(rules: &Record, wanted: &Wanted, json: &Json) -> Result<BTreeMap<String, Value>, Unreadable> {
    let mut values = BTreeMap::new();
    for name in &wanted.attributes {
        let Some(value) = json.get(name) else { return Err(Unreadable::Lacks(name.clone())) };
        values.insert(name.clone(), self::value(value));
    }
    for name in &wanted.named {
        let paths = rules.fields.get(name).map(Vec::as_slice).unwrap_or_default();
        let list = paths.iter().flat_map(|path| path.all(json)).map(self::value).filter(|value| !value.is_blank()).collect();
        values.insert(name.clone(), Value::List(list));
    }
    Ok(values)
}

/// A record as a contact; `None` where it is one that was deleted.
///
/// # Errors
/// What makes it none.
pub(super) fn contact(rules: &Record, wanted: &Wanted, json: &Json) -> Result<Option<Contact>, Unreadable> {
    if rules.deleted.first(json).is_some_and(is_true) || merges(rules, json).into.is_some() {
        return Ok(None);
    }
    let id = id(rules, json).ok_or(Unreadable::NoId)?;
    let opted_out = rules.opted_out.iter().any(|path| path.all(json).into_iter().any(is_true));
    Ok(Some(Contact { id, updated: updated(rules, json), opted_out, fields: values(rules, wanted, json)? }))
}

/// The id of a record.
pub(super) fn id(rules: &Record, json: &Json) -> Option<ContactId> {
    rules.id.text(json).filter(|id| !id.is_empty()).map(ContactId::from)
}

/// What a record tells of merges.
pub(super) fn merges(rules: &Record, json: &Json) -> Merges {
    let ids = |path: &Option<Path>| {
        let found = path.iter().flat_map(|path| path.all(json)).flat_map(|value| match value {
            Json::Array(values) => values.iter().collect(),
            Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) | Json::Object(_) => vec![value],
        });
        let texts = found.filter_map(|value| self::value(value).text());
        let ids = texts.flat_map(|text| text.split(';').map(|id| id.trim().to_owned()).collect::<Vec<_>>());
        ids.filter(|id| !id.is_empty()).map(ContactId).collect::<Vec<_>>()
    };
    Merges { into: ids(&rules.merged_into).into_iter().next(), losers: ids(&rules.merged_ids) }
}

/// When the record changed.
pub(super) fn updated(rules: &Record, json: &Json) -> Option<DateTime<Utc>> {
    rules.updated.text(json).and_then(|text| time(rules, text))
}

/// A time in the CRM's form.
pub(super) fn time(rules: &Record, text: &str) -> Option<DateTime<Utc>> {
    NaiveDateTime::parse_from_str(text, &rules.time).ok().map(|time| time.and_utc())
}

/// A JSON value as the model keeps it. Objects are kept as their JSON text.
#[must_use]
pub fn value(json: &Json) -> Value {
    match json {
        Json::Null => Value::Null,
        Json::Bool(flag) => Value::Bool(*flag),
        Json::Number(number) => number.as_i64().map_or_else(|| Value::Text(number.to_string()), Value::Int),
        Json::String(text) => Value::Text(text.clone()),
        Json::Array(values) => Value::List(values.iter().map(value).collect()),
        Json::Object(_) => Value::Text(json.to_string()),
    }
}

/// A value of the model as JSON.
#[must_use]
pub fn json(value: &Value) -> Json {
    match value {
        Value::Null => Json::Null,
        Value::Bool(flag) => Json::from(*flag),
        Value::Int(number) => Json::from(*number),
        Value::Text(text) => Json::from(text.as_str()),
        Value::List(values) => Json::Array(values.iter().map(json).collect()),
    }
}

/// Whether a flag is set. Only a clear yes is one: `true`, or a number other than zero.
pub(super) fn is_true(json: &Json) -> bool {
    match json {
        Json::Bool(flag) => *flag,
        Json::Number(number) => number.as_f64() != Some(0.0),
        Json::Null | Json::String(_) | Json::Array(_) | Json::Object(_) => false,
    }
}
