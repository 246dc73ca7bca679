//! The legs of a lead, folded into its calls.
//!
//! A transferred call is several legs with one `uniqueid`; a join's repeats have one and the same key. The last leg
//! with a final status says how the call ended. A call that only has transient statuses did not end yet.

use std::collections::BTreeMap;

use chrono::{Duration, NaiveDateTime};

use crate::model::{Call, Leg, LegKey};

/// Folds legs into calls, oldest first. Calls that have not ended are left out.
#[must_use]
pub fn fold(legs: &[Leg], is_transient: &dyn Fn(&str) -> bool) -> Vec<Call> {
    let mut distinct: BTreeMap<&LegKey, &Leg> = BTreeMap::new();
    for leg in legs {
        distinct.insert(&leg.key, leg);
    }
    let mut calls: BTreeMap<(String, NaiveDateTime), Vec<&Leg>> = BTreeMap::new();
    for leg in distinct.into_values() {
        // Without a telephony id each start is a call of its own.
        let start = if leg.key.uniqueid.is_empty() { leg.key.start } else { NaiveDateTime::MIN };
        calls.entry((leg.key.uniqueid.clone(), start)).or_default().push(leg);
    }
    let mut folded: Vec<Call> = calls.into_values().filter_map(|legs| one(legs, is_transient)).collect();
    folded.sort_by(|one, other| (one.start, &one.key).cmp(&(other.start, &other.key)));
    folded
}

fn one(mut legs: Vec<&Leg>, is_transient: &dyn Fn(&str) -> bool) -> Option<Call> {
    legs.sort_by_key(|leg| (leg.start, leg.key.kind, leg.key.clone()));
    let first = *legs.first()?;
    let last = legs.iter().rev().find(|leg| !leg.status.is_empty() && !is_transient(&leg.status))?;
    let end = legs.iter().map(|leg| leg.start + Duration::seconds(i64::try_from(leg.seconds).unwrap_or(0))).max()?;
    Some(Call {
        key: call_key(&first.key),
        lead_id: last.key.lead_id,
        list_id: last.list_id,
        campaign: last.key.campaign.clone(),
        user: last.key.user.clone(),
        status: last.status.clone(),
        start: first.start,
        end,
        seconds: u64::try_from((end - first.start).num_seconds()).unwrap_or(0),
        is_inbound: first.key.kind == crate::model::LegKind::Inbound,
        phone: first.phone.clone(),
    })
}

/// The key of a call: its lead, its `uniqueid` (or its start, where that is missing), hashed to 26 hexadecimal digits. Legs that
/// come to light later do not change it.
#[must_use]
pub fn call_key(first: &LegKey) -> String {
    let mark = if first.uniqueid.is_empty() { first.start.to_string() } else { first.uniqueid.clone() };
    let text = format!("{}|{mark}", first.lead_id);
    blake3::hash(text.as_bytes()).to_hex()[..26].to_owned()
}
