//! What the result of an op does to links, failures, activities and other ops. It decides what is known after a write;
//! whether a write took effect is decided by whoever looked.

use chrono::{DateTime, Utc};
use rusqlite::Connection;

use super::journal::{self, Kept};
use super::trouble::broken;
use super::{activities, failures, legs, links, strangers};
use crate::model::{
    ActivityId, Failure, FieldName, LeadChange, LeadField, LeadId, Link, LinkState, OpId, OpResult, OpState, Outcome, Payload,
};
use crate::ports::StoreError;

/// Records results, then marks ops as sent, inside the transaction of the caller.
pub(super) fn advance(connection: &Connection, job: i64, results: &[OpResult], sent: &[OpId], at: DateTime<Utc>) -> Result<(), StoreError> {
    for result in results {
        record(connection, job, result, at)?;
    }
    for op in sent {
        journal::mark_sent(connection, job, *op, at)?;
    }
    Ok(())
}

fn record(connection: &Connection, job: i64, result: &OpResult, at: DateTime<Utc>) -> Result<(), StoreError> {
    let op = &result.op;
    let kept = journal::kept(connection, job, op.id)?;
    if kept.kind != op.payload.kind() {
        return Err(broken(format!("op {} is of kind {}, but its result is of kind {}", op.id, kept.kind, op.payload.kind())));
    }
    match kept.state {
        OpState::Intended | OpState::Sent | OpState::Unknown => {}
        // A late reply never changes a settled op: its record was read back, and others were planned from there.
        OpState::Done | OpState::Refused | OpState::Superseded => return Ok(()),
    }
    match &result.outcome {
        Outcome::Done { lead_id, activity } => {
            journal::set_state(connection, op.id, OpState::Done, "", at)?;
            failures::forget_by(connection, job, &kept.subject, op.id)?;
            take_effect(connection, job, &kept, result, *lead_id, activity.as_ref(), at)
        }
        Outcome::Made { contact } => {
            journal::set_state(connection, op.id, OpState::Done, "", at)?;
            failures::forget_by(connection, job, &kept.subject, op.id)?;
            if let Payload::CreateContact { lead, .. } = &op.payload {
                strangers::forget(connection, job, *lead)?;
            }
            let why = "it was made for a lead, and is to be linked to it";
            failures::look_again(connection, job, &format!("contact:{contact}"), contact, why, at, op.id)
        }
        Outcome::Refused { code, raw } => {
            journal::set_state(connection, op.id, OpState::Refused, raw, at)?;
            let failure = Failure {
                subject: kept.subject.clone(),
                contact: Some(kept.contact.clone()),
                code: code.clone(),
                raw: raw.clone(),
                tries: 0,
            };
            failures::put(connection, job, &failure, at, journal::newest(connection)?)?;
            links::forget_fingerprint(connection, job, &kept.contact)?;
            clear_after_add(connection, &kept, result, at)
        }
        Outcome::Unknown { raw } => {
            if op.base_after.left_status.is_some() {
                journal::set_base_after(connection, op.id, &op.base_after)?;
            }
            journal::set_state(connection, op.id, OpState::Unknown, raw, at)
        }
        Outcome::NotSent => journal::set_state(connection, op.id, OpState::Intended, "", at),
        Outcome::Superseded { why } => {
            journal::set_state(connection, op.id, OpState::Superseded, why, at)?;
            failures::look_again(connection, job, &kept.subject, &kept.contact, why, at, journal::newest(connection)?)?;
            links::forget_fingerprint(connection, job, &kept.contact)?;
            clear_after_add(connection, &kept, result, at)
        }
    }
}

/// A lead that was not added: what waited for it is pointless. A refused one has no link either, so that a later look plans it anew.
fn clear_after_add(connection: &Connection, kept: &Kept, result: &OpResult, at: DateTime<Utc>) -> Result<(), StoreError> {
    let (Payload::AddLead { .. }, Some(id)) = (&result.op.payload, kept.link) else { return Ok(()) };
    let Some(link) = links::by_id(connection, id)? else { return Ok(()) };
    if link.lead_id.is_some() {
        return Ok(());
    }
    journal::supersede_on_link(connection, id, "its lead was not added", at)?;
    match result.outcome {
        Outcome::Refused { .. } => links::remove(connection, id),
        Outcome::Done { .. } | Outcome::Unknown { .. } | Outcome::NotSent | Outcome::Superseded { .. } | Outcome::Made { .. } => Ok(()),
    }
}

#[allow(clippy::too_many_arguments)]
fn take_effect(
    connection: &Connection,
    job: i64,
    kept: &Kept,
    result: &OpResult,
    lead_id: Option<LeadId>,
    activity_id: Option<&ActivityId>,
    at: DateTime<Utc>,
) -> Result<(), StoreError> {
    let op = &result.op;
    let link = match kept.link {
        Some(id) => links::by_id(connection, id)?,
        None => None,
    };
    match (&op.payload, link) {
        (Payload::LogCall { activity, existing, .. }, _) => {
            let id = activity_id.or(existing.as_ref());
            let id = id.ok_or_else(|| broken(format!("op {} wrote a call activity and did not learn its id", op.id)))?;
            activities::put(connection, job, activity, id)
        }
        (Payload::CreateContact { .. }, _) => Err(broken(format!("op {} made a contact and did not learn its id", op.id))),
        // Another lead than the link's: nothing of the link changes.
        (Payload::Deactivate { double: Some(_), .. }, _) => Ok(()),
        (Payload::AddLead { .. }, None) => Err(broken(format!("op {} added a lead that has no link", op.id))),
        (Payload::AddLead { lead, .. }, Some(mut link)) => {
            let id = lead_id.ok_or_else(|| broken(format!("op {} added a lead and did not learn its id", op.id)))?;
            let has_left = match link.state {
                LinkState::Left | LinkState::OptedOut => true,
                LinkState::Wanted | LinkState::Live | LinkState::LeadMissing => false,
            };
            link.lead_id = Some(id);
            link.state = LinkState::Live;
            link.list_id = lead.list_id;
            link.phone = lead.phone.e164();
            links::merge(&mut link.base, &op.base_after);
            if has_left {
                // The contact left while its add was on its way: the lead is live, and only a new look takes it out of dialing.
                link.fingerprint.clear();
                let why = "the contact left while its lead was being added";
                failures::look_again(connection, job, &kept.subject, &kept.contact, why, at, journal::newest(connection)?)?;
            }
            links::put(connection, job, &link)?;
            // A lead that was found again may have been called before anybody knew whose it is.
            legs::unfold(connection, job, id)
        }
        (Payload::SetCustom { .. } | Payload::PatchContact { .. } | Payload::SetStatus { .. }, Some(mut link)) => {
            if matches!(op.payload, Payload::PatchContact { .. }) && !op.base_after.fields.is_empty() {
                // The contact is another one now: should somebody make it what it was, that is an edit.
                link.fingerprint.clear();
            }
            links::merge(&mut link.base, &op.base_after);
            links::put(connection, job, &link)
        }
        (Payload::UpdateLead { change, is_return, .. }, Some(mut link)) => {
            if let Some(phone) = new_phone(change, &link) {
                link.phone = phone;
            }
            if let Some(list_id) = change.list_id {
                link.list_id = list_id;
            }
            if change.code.is_some() {
                link.base.carries = None;
            }
            // Whoever opted out since does not come back by a write that was open.
            if *is_return && link.state != LinkState::OptedOut {
                link.state = LinkState::Live;
            }
            links::merge(&mut link.base, &op.base_after);
            links::put(connection, job, &link)
        }
        (Payload::Deactivate { then, double: None, list, .. }, Some(mut link)) => {
            link.list_id = list.unwrap_or(link.list_id);
            if link.state != LinkState::OptedOut {
                link.state = *then;
            }
            links::merge(&mut link.base, &op.base_after);
            links::put(connection, job, &link)
        }
        // A contact that comes back is a new lead. An opt-out outlives its lead.
        (Payload::DeleteLead { .. }, Some(link)) => match link.state {
            LinkState::OptedOut => Ok(()),
            LinkState::Wanted | LinkState::Live | LinkState::Left | LinkState::LeadMissing => links::bequeath(connection, job, &link),
        },
        (
            Payload::SetCustom { .. }
            | Payload::PatchContact { .. }
            | Payload::UpdateLead { .. }
            | Payload::Deactivate { .. }
            | Payload::SetStatus { .. }
            | Payload::DeleteLead { .. },
            None,
        ) => Ok(()),
    }
}

/// The phone that a change leaves on the lead, E.164; `None` where it leaves the phone alone.
fn new_phone(change: &LeadChange, link: &Link) -> Option<String> {
    let of = |field: LeadField| {
        let name = FieldName::Standard(field);
        let written = change.fields.get(&name);
        (written.is_some(), written.or_else(|| link.base.fields.get(&name).map(|pair| &pair.vicidial)).cloned().unwrap_or_default())
    };
    let (code_written, code) = of(LeadField::PhoneCode);
    let (number_written, number) = of(LeadField::PhoneNumber);
    (code_written || number_written).then(|| if number.is_empty() { String::new() } else { format!("+{code}{number}") })
}
