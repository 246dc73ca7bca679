//! The calls of one contact's leads: which CRM attributes and activities are to be written for them.
//!
//! What a mapping says of each call comes in as values; here they are compared with what was written before, so that the
//! same calls seen again write nothing.

use std::collections::BTreeMap;

use crate::model::{Activity, ActivityId, Base, ContactId, Lane, Link, Op, OpId, OpState, Payload, Value};

use super::settle::same;

/// What was written of a call before: the CRM's id, and the hash of the activity.
pub type Written = BTreeMap<String, (ActivityId, String)>;

/// The subject of a patch. Not that of the contact's lead: a patch that is done must not end the failure of a lead that is still
/// to leave dialing, nor a look at the lead the failure of a patch.
#[must_use]
pub fn patch_of(contact: &ContactId) -> String {
    format!("patch:{contact}")
}

/// What a mapping makes of all calls of a contact's leads.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Told {
    /// What its newest call sets.
    pub set: BTreeMap<String, Value>,
    /// Attributes that count calls, with their number.
    pub counters: BTreeMap<String, u64>,
    /// What is logged, of each call.
    pub activities: Vec<Activity>,
}

/// Ops for the calls of a contact's leads: one patch at most, and an activity for each call that has none or another one. `links` are those of the leads,
/// the main one first, which keeps what is written. Empty for none.
#[must_use]
pub fn ops(links: &[Link], told: &Told, written: &Written) -> Vec<Op> {
    let Some(link) = links.first() else { return Vec::new() };
    let mut ops = Vec::new();
    let last = |name: &String| links.iter().find_map(|link| link.base.pulled.get(name));
    // No call yet is nothing to tell; a number that fell back to none is.
    let counted = told.counters.iter().filter(|(name, count)| **count > 0 || last(name).is_some());
    let counted = counted.map(|(name, count)| (name.clone(), Value::Int(i64::try_from(*count).unwrap_or(i64::MAX))));
    let set = told.set.iter().map(|(name, value)| (name.clone(), value.clone())).chain(counted);
    let changed: BTreeMap<String, Value> = set.filter(|(name, value)| !last(name).is_some_and(|last| same(last, value))).collect();
    if !changed.is_empty() {
        let reason = format!("calls set {}", changed.keys().cloned().collect::<Vec<_>>().join(", "));
        let base_after = Base { pulled: changed.clone(), ..Base::default() };
        let payload = Payload::PatchContact { contact: link.contact.clone(), set: changed };
        ops.push(op(Lane::Patch, link, patch_of(&link.contact), payload, base_after, reason));
    }
    for activity in &told.activities {
        let before = written.get(&activity.key);
        if before.is_some_and(|(_, hash)| *hash == activity.hash()) {
            continue;
        }
        let existing = before.map(|(id, _)| id.clone());
        let reason = match existing {
            None => format!("a call ended with {}", activity.status),
            Some(_) => format!("the call's outcome is {} now", activity.status),
        };
        let payload = Payload::LogCall { contact: link.contact.clone(), activity: activity.clone(), existing };
        ops.push(op(Lane::Activity, link, format!("call:{}", activity.key), payload, Base::default(), reason));
    }
    ops
}

fn op(lane: Lane, link: &Link, subject: String, payload: Payload, base_after: Base, reason: String) -> Op {
    Op {
        id: OpId(0),
        lane,
        subject,
        link: Some(link.id),
        contact: link.contact.clone(),
        slot: link.slot.clone(),
        payload,
        base_after,
        reason,
        state: OpState::Intended,
        tries: 0,
    }
}
