//! Edits of several leads of one contact on their way into the CRM: where two of them say different things of one attribute, nobody knows which counts,
//! and a person decides.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::{ContactId, Failure, Op, Payload, Seat, Value};

use super::decide::conflict_of;

/// Takes out of a plan the edits that contradict each other. Gives a failure for each contact, and how many writes were taken out.
pub fn agree(ops: &mut Vec<Op>) -> (Vec<Failure>, u64) {
    let mut said: BTreeMap<&ContactId, BTreeMap<&String, BTreeSet<&Value>>> = BTreeMap::new();
    for op in ops.iter().filter(|op| op.is_pull()) {
        for (name, value) in set_by(op) {
            said.entry(&op.contact).or_default().entry(name).or_default().insert(value);
        }
    }
    let mut torn: BTreeMap<ContactId, BTreeSet<String>> = BTreeMap::new();
    for (contact, names) in said {
        let names: BTreeSet<String> = names.into_iter().filter(|(_, values)| values.len() > 1).map(|(name, _)| name.clone()).collect();
        if !names.is_empty() {
            torn.insert(contact.clone(), names);
        }
    }
    let before = ops.len();
    ops.retain(|op| !op.is_pull() || torn.get(&op.contact).is_none_or(|torn| set_by(op).all(|(name, _)| !torn.contains(name))));
    let failures = torn.into_iter().map(|(contact, names)| failure(contact, &names)).collect();
    (failures, (before - ops.len()) as u64)
}

fn set_by(op: &Op) -> impl Iterator<Item = (&String, &Value)> {
    let set = match &op.payload {
        Payload::PatchContact { set, .. } => Some(set),
        Payload::AddLead { .. }
        | Payload::SetCustom { .. }
        | Payload::UpdateLead { .. }
        | Payload::Deactivate { .. }
        | Payload::LogCall { .. }
        | Payload::SetStatus { .. }
        | Payload::DeleteLead { .. }
        | Payload::CreateContact { .. } => None,
    };
    set.into_iter().flatten()
}

fn failure(contact: ContactId, names: &BTreeSet<String>) -> Failure {
    let names = names.iter().map(String::as_str).collect::<Vec<_>>().join(", ");
    Failure {
        subject: conflict_of(&Seat::main(&contact)),
        contact: Some(contact),
        code: "field_conflict".to_owned(),
        raw: format!("{names}: leads of this contact were changed in VICIdial, each to something else; make them the same there"),
        tries: 0,
    }
}
