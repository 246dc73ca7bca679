//! Where in the text the rules stand that decide about a contact: so that a trace can name the lines.

use std::collections::BTreeMap;

use toml::de::{DeTable, DeValue};

use crate::diag::{Place, Table};
use crate::model::{FieldName, LeadField};

/// Places of a mapping's rules.
#[derive(Debug, Clone, Default)]
pub(super) struct Places {
    pub(super) filter: Option<Place>,
    /// Of each `[[list]]`, in order.
    pub(super) lists: Vec<Place>,
    pub(super) list_default: Option<Place>,
    /// Of each `[[status]]`, in order.
    pub(super) statuses: Vec<Place>,
    pub(super) phone: Option<Place>,
    pub(super) fields: BTreeMap<FieldName, FieldPlace>,
}

/// Where a field's rule stands.
#[derive(Debug, Clone)]
pub(super) struct FieldPlace {
    pub(super) place: Place,
    /// Where `from` of a table names the contact's field.
    pub(super) from: Option<Place>,
    /// Its steps as they are written, with their places.
    pub(super) steps: Vec<(String, Place)>,
}

/// Finds the places. What is wrong with the text is reported by those who read it.
pub(super) fn read(root: &Table<'_, '_>) -> Places {
    let key = |name: &str| root.get(name).map(|item| item.key_place.clone());
    let tables = |name: &str| match root.get(name).map(|item| item.raw()) {
        Some(DeValue::Array(rules)) => rules.iter().map(toml::Spanned::span).collect(),
        Some(_) | None => Vec::new(),
    };
    let (lists, statuses) = (tables("list"), tables("status"));
    let mut fields = BTreeMap::new();
    for (table, to_name) in [("lead", standard as fn(&str) -> Option<FieldName>), ("custom", custom)] {
        let Some(DeValue::Table(rules)) = root.get(table).map(|item| item.raw()) else { continue };
        for (name, rule) in rules {
            let Some(field) = to_name(name.get_ref()) else { continue };
            let (from, steps) = match rule.get_ref() {
                DeValue::Table(rule) => (rule.get("from").map(toml::Spanned::span), steps(rule)),
                _ => (None, Vec::new()),
            };
            fields.insert(field, FieldPlace { place: name.span(), from, steps });
        }
    }
    Places { filter: key("filter"), lists, statuses, list_default: key("list_default"), phone: key("phone"), fields }
}

fn standard(name: &str) -> Option<FieldName> {
    LeadField::from_name(name).map(FieldName::Standard)
}

fn custom(name: &str) -> Option<FieldName> {
    Some(FieldName::Custom(name.to_owned()))
}

fn steps(rule: &DeTable<'_>) -> Vec<(String, Place)> {
    let Some(transform) = rule.get("transform") else { return Vec::new() };
    match transform.get_ref() {
        DeValue::Array(steps) => steps.iter().map(|step| (written(step.get_ref()), step.span())).collect(),
        single => vec![(written(single), transform.span())],
    }
}

fn written(step: &DeValue<'_>) -> String {
    match step {
        DeValue::String(text) => text.trim().to_owned(),
        DeValue::Table(table) => ["map", "replace"].into_iter().find(|name| table.contains_key(*name)).unwrap_or("step").to_owned(),
        _ => "step".to_owned(),
    }
}
