//! The fields of one lead: what the CRM changed since it was last seen, and what must be written for it.
//!
//! Each side is compared with its own base. VICIdial's edits of a pushed field are none of the CRM's: they stay until the
//! CRM changes the same field. A blank in the CRM, or a value of which VICIdial would keep nothing, writes nothing, unless the mapping says that it
//! clears.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::{Base, FieldName, LeadField, Pair, StoredLead, Way};

/// What VICIdial shows where there is no date.
const NO_DATE: &str = "0000-00-00";

/// What one contact's fields come to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Delta {
    /// Fields to write: value as the mapping made it; empty clears.
    pub write: BTreeMap<FieldName, String>,
    /// What VICIdial last showed of the written fields.
    pub before: BTreeMap<FieldName, String>,
    /// Pairs of the written fields, once they are written.
    pub after: BTreeMap<FieldName, Pair>,
    /// Pairs that moved without a write.
    pub settled: BTreeMap<FieldName, Pair>,
}

/// What a mapping says of blanks and what earlier reads taught about fields.
#[derive(Debug, Clone, Default)]
pub struct Rules {
    /// Which way each field goes; a field without an entry is pushed.
    pub ways: BTreeMap<FieldName, Way>,
    /// Fields that are not written, since VICIdial showed something else than predicted.
    pub stopped: BTreeSet<FieldName>,
}

impl Rules {
    /// Which way a field goes.
    #[must_use]
    pub fn way(&self, field: &FieldName) -> Way {
        self.ways.get(field).copied().unwrap_or_default()
    }
}

/// Compares wanted values with the base. `stored` is what VICIdial would show of all of them.
#[must_use]
pub fn delta(base: &Base, wanted: &BTreeMap<FieldName, String>, stored: &StoredLead, rules: &Rules) -> Delta {
    let mut delta = Delta::default();
    for (field, value) in wanted.iter().filter(|(field, _)| !rules.stopped.contains(field)) {
        let shown = stored.0.get(field).cloned().unwrap_or_default();
        let last = base.fields.get(field);
        if last.is_some_and(|last| last.crm == *value) {
            continue;
        }
        let vicidial = last.map(|last| last.vicidial.clone()).unwrap_or_default();
        // Of a value whose letters VICIdial drops, or whose word its column does not know, nothing is left: that says no more than a blank.
        let is_blank = value.trim().is_empty() || matches!(shown.trim(), "" | NO_DATE);
        let keeps = is_blank && !rules.way(field).clears;
        if keeps || vicidial == shown {
            delta.settled.insert(field.clone(), Pair { crm: value.clone(), vicidial });
        } else {
            delta.before.insert(field.clone(), vicidial);
            delta.after.insert(field.clone(), Pair { crm: value.clone(), vicidial: shown });
            delta.write.insert(field.clone(), if is_blank { String::new() } else { value.clone() });
        }
    }
    join_phone(&mut delta, base, wanted, stored);
    delta
}

/// Code and number are one phone: where one is written, so is the other.
fn join_phone(delta: &mut Delta, base: &Base, wanted: &BTreeMap<FieldName, String>, stored: &StoredLead) {
    let parts = [FieldName::Standard(LeadField::PhoneCode), FieldName::Standard(LeadField::PhoneNumber)];
    if !parts.iter().any(|part| delta.write.contains_key(part)) {
        return;
    }
    for part in parts {
        let Some(value) = wanted.get(&part) else { continue };
        if delta.write.contains_key(&part) {
            continue;
        }
        delta.settled.remove(&part);
        let before = base.fields.get(&part).map(|pair| pair.vicidial.clone()).unwrap_or_default();
        let shown = stored.0.get(&part).cloned().unwrap_or_default();
        delta.before.insert(part.clone(), before);
        delta.after.insert(part.clone(), Pair { crm: value.clone(), vicidial: shown });
        delta.write.insert(part, value.clone());
    }
}

/// The base of a lead that is linked just now: fields on which both sides agree, and those that the CRM leaves blank.
///
/// Only here are the sides compared with each other. A field that is left out counts as changed by the CRM.
#[must_use]
pub fn base_when_linking(wanted: &BTreeMap<FieldName, String>, stored: &StoredLead, shown: &BTreeMap<FieldName, String>) -> Base {
    let mut base = Base::default();
    for (field, value) in wanted {
        let Some(vicidial) = shown.get(field) else { continue };
        let agrees = stored.0.get(field) == Some(vicidial);
        if agrees || value.trim().is_empty() {
            base.fields.insert(field.clone(), Pair { crm: value.clone(), vicidial: vicidial.clone() });
        }
    }
    base
}

/// What VICIdial shows now replaces what it showed last; the CRM's side stays. `None` where nothing moved.
#[must_use]
pub fn refresh(base: &Base, shown: &BTreeMap<FieldName, String>) -> Option<Base> {
    let mut fresh = base.clone();
    for (field, pair) in &mut fresh.fields {
        if let Some(value) = shown.get(field) {
            pair.vicidial.clone_from(value);
        }
    }
    (fresh != *base).then_some(fresh)
}
