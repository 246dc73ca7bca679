//! Commits a plan. It decides the order in which a plan's parts take hold, and what happens to older ops that the plan
//! contradicts; what a plan should hold is decided elsewhere.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use rusqlite::Connection;

use super::journal::{self, Entry};
use super::trouble::broken;
use super::{failures, jobs, legs, links, rejections, strangers};
use crate::model::{LinkId, LinkState, Op, Payload, RunId, Seat};
use crate::ports::{LinkWrite, PlanCommit, StoreError};

/// Commits all of a plan inside the transaction of the caller.
pub(super) fn commit(connection: &Connection, job: i64, run: RunId, plan: &PlanCommit, at: DateTime<Utc>) -> Result<(), StoreError> {
    jobs::put_record(connection, job, &plan.job)?;
    // Before the links: a lead that is linked only now has its calls told in the next run.
    legs::put_folded(connection, job, &plan.folded)?;
    cancel(connection, job, plan, at)?;
    for write in &plan.links {
        links::write(connection, job, write)?;
        stop_writes_of_leavers(connection, job, write, at)?;
    }
    for rejection in &plan.rejections {
        rejections::put(connection, job, rejection)?;
        journal::supersede_writes(connection, job, &rejection.seat(), &format!("the mapping now refuses it: {}", rejection.reason), at)?;
    }
    for seat in &plan.accepted {
        rejections::forget(connection, job, seat)?;
    }
    for subject in &plan.mended {
        failures::forget(connection, job, subject)?;
    }
    for stranger in &plan.strangers {
        strangers::put(connection, job, stranger)?;
        strangers::supersede(connection, job, stranger.lead, at)?;
    }
    for lead in &plan.no_strangers {
        strangers::forget(connection, job, *lead)?;
        strangers::supersede(connection, job, *lead, at)?;
    }
    let mut left_out = Vec::new();
    for op in &plan.ops {
        let link = link_of(connection, job, op)?;
        match journal::insert(connection, job, run, op, link, at)? {
            Entry::Kept => {}
            Entry::LeftOut => left_out.push(op),
        }
    }
    // Ops of this plan do not end the failures of this plan: they were decided together.
    let newest = journal::newest(connection)?;
    for failure in &plan.failures {
        failures::put(connection, job, failure, at, newest)?;
    }
    for op in left_out {
        // The link may say already that this contact was seen. Without these two, the newer value would be lost.
        links::forget_fingerprint(connection, job, &op.contact)?;
        let why = "an earlier write of the same kind is not settled yet";
        failures::look_again(connection, job, &op.subject, &op.contact, why, at, newest)?;
    }
    Ok(())
}

/// Ends what older plans still wanted of leads that were looked at anew. A link that this plan puts again keeps its row: its ops name that.
fn cancel(connection: &Connection, job: i64, plan: &PlanCommit, at: DateTime<Utc>) -> Result<(), StoreError> {
    let mut put: BTreeSet<Seat> = BTreeSet::new();
    for write in &plan.links {
        match write {
            LinkWrite::Put(link) => put.insert(link.seat()),
            LinkWrite::Pass(_) | LinkWrite::Seen { .. } => false,
        };
    }
    for seat in &plan.cancelled {
        journal::cancel(connection, job, seat, at)?;
        if !put.contains(seat) {
            links::remove_wanted(connection, job, seat)?;
        }
    }
    Ok(())
}

/// A lead that left after an earlier plan must not be added or changed by that plan's ops.
fn stop_writes_of_leavers(connection: &Connection, job: i64, write: &LinkWrite, at: DateTime<Utc>) -> Result<(), StoreError> {
    let LinkWrite::Put(link) = write else { return Ok(()) };
    match link.state {
        LinkState::Wanted | LinkState::Live => Ok(()),
        LinkState::Left | LinkState::OptedOut | LinkState::LeadMissing => {
            journal::supersede_writes(connection, job, &link.seat(), "its contact's lead is no longer to be written", at)
        }
    }
}

/// The link of an op, found by contact and slot where the plan itself made it.
fn link_of(connection: &Connection, job: i64, op: &Op) -> Result<Option<LinkId>, StoreError> {
    let link = match op.link {
        // Its contact is yet to be made.
        _ if matches!(op.payload, Payload::CreateContact { .. }) => None,
        Some(LinkId(0)) | None => links::id_of(connection, job, &op.seat())?,
        Some(link) => Some(link),
    };
    let needs_link = match &op.payload {
        Payload::AddLead { .. }
        | Payload::SetCustom { .. }
        | Payload::UpdateLead { .. }
        | Payload::SetStatus { .. }
        | Payload::DeleteLead { .. } => true,
        Payload::Deactivate { double, .. } => double.is_none(),
        Payload::PatchContact { .. } | Payload::LogCall { .. } | Payload::CreateContact { .. } => false,
    };
    if needs_link && link.is_none() {
        return Err(broken(format!("a plan writes to the lead of contact {}, which has no link", op.seat())));
    }
    Ok(link)
}
