//! Edits of several leads of one contact on their way into the CRM: where two of them say different things of one attribute, nobody knows which counts,
//! and a person decides. What nobody disputes goes on.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::{ContactId, Failure, FieldName, Op, Payload, Value};

/// The subject of a failure about leads that contradict each other.
#[must_use]
pub fn torn_of(contact: &ContactId) -> String {
    format!("torn:{contact}")
}

/// Takes out of a plan what contradicts each other. `goes_to` says which attribute of the contact a field goes to. Gives a failure for each contact, and
/// how many writes had nothing else to say.
pub fn agree(ops: &mut Vec<Op>, goes_to: &BTreeMap<FieldName, String>) -> (Vec<Failure>, u64) {
    let mut said: BTreeMap<ContactId, BTreeMap<String, BTreeSet<Value>>> = BTreeMap::new();
    for op in ops.iter_mut().filter(|op| op.is_pull()) {
        let contact = op.contact.clone();
        for (name, value) in set_by(op).into_iter().flatten() {
            said.entry(contact.clone()).or_default().entry(name.clone()).or_default().insert(value.clone());
        }
    }
    let torn = |(contact, names): (ContactId, BTreeMap<String, BTreeSet<Value>>)| {
        let names: BTreeSet<String> = names.into_iter().filter(|(_, values)| values.len() > 1).map(|(name, _)| name).collect();
        (!names.is_empty()).then_some((contact, names))
    };
    let torn: BTreeMap<ContactId, BTreeSet<String>> = said.into_iter().filter_map(torn).collect();
    for op in ops.iter_mut().filter(|op| op.is_pull()) {
        let Some(names) = torn.get(&op.contact) else { continue };
        op.base_after.fields.retain(|field, _| goes_to.get(field).is_none_or(|name| !names.contains(name)));
        if let Some(set) = set_by(op) {
            set.retain(|name, _| !names.contains(name));
        }
    }
    let before = ops.len();
    ops.retain_mut(|op| !op.is_pull() || set_by(op).is_none_or(|set| !set.is_empty()));
    (torn.into_iter().map(|(contact, names)| failure(contact, &names)).collect(), (before - ops.len()) as u64)
}

fn set_by(op: &mut Op) -> Option<&mut BTreeMap<String, Value>> {
    match &mut op.payload {
        Payload::PatchContact { set, .. } => Some(set),
        Payload::AddLead { .. }
        | Payload::SetCustom { .. }
        | Payload::UpdateLead { .. }
        | Payload::Deactivate { .. }
        | Payload::LogCall { .. }
        | Payload::SetStatus { .. }
        | Payload::DeleteLead { .. }
        | Payload::CreateContact { .. } => None,
    }
}

fn failure(contact: ContactId, names: &BTreeSet<String>) -> Failure {
    let names = names.iter().map(String::as_str).collect::<Vec<_>>().join(", ");
    Failure {
        subject: torn_of(&contact),
        contact: Some(contact),
        code: "field_conflict".to_owned(),
        raw: format!("{names}: leads of this contact were changed in VICIdial, each to something else; make them the same there"),
        tries: 0,
    }
}
