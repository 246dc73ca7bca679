//! One contact: what is written for it, and why. The table of link state against what was seen stands in [`linked`].
//!
//! It decides about leads only; what calls do to contacts is [`super::dispose`]'s. It does not know how a lead was looked
//! for, nor when anything is sent.

mod change;
mod leave;
mod link;
mod merge;
mod status;

use std::collections::BTreeMap;

use crate::model::{
    Base, Failure, Fates, FieldName, Intake, Lane, Lead, Link, LinkId, LinkState, ListChange, Op, OpId, OpState, Pair, Payload, Rejection,
    Seat, StoredLead,
};

use super::delta::{Rules, Shown};
use super::matching::By;
use change::change;
pub use change::conflict_of;
pub use leave::{leaves_again, spared, tighten};
pub use link::{Matched, double, held, matched, unlinked};
pub use merge::{Fate, Merged, inherits, merged, opted_out, passed, yields};
pub use status::{ruled, ruled_before};

/// What a run saw of a contact.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Seen {
    /// The lead that it is to be.
    Lead(Lead),
    /// The person opted out.
    OptedOut(Rejection),
    /// The mapping refuses it.
    Rejected(Rejection),
    /// The filter leaves it out.
    Filtered(String),
    /// The contact has other leads, and this one no more: there is no number of its own for it, or no slot. Another lead may have its number now, so it
    /// is never dialed on.
    NoSeat(String),
    /// The CRM no longer has it.
    Gone,
}

/// What a job says about leaving and blanks.
#[derive(Debug, Clone, Default)]
pub struct Settings {
    /// Blanks, and fields that are not written.
    pub rules: Rules,
    /// The status of leads whose contact left.
    pub leaving: String,
    /// Statuses that leaving leads keep.
    pub keep: Vec<String>,
    /// What becomes of leads whose contact left.
    pub fates: Fates,
    /// The status of leads whose person opted out.
    pub opt_out: String,
    /// What VICIdial is told of new leads.
    pub intake: Intake,
    /// Whether leads follow the list rules.
    pub list_change: ListChange,
}

/// How a contact is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Nothing to write.
    Unchanged,
    /// A new lead.
    Added,
    /// An existing lead was found by its code.
    Adopted,
    /// Fields, or also the list, are to change.
    Changed,
    /// It leaves dialing.
    Leaves,
    /// Refused by the mapping.
    Rejected,
    /// Left out by the filter, or gone, and without a lead.
    Out,
    /// It waits for a person: its lead is missing.
    Waits,
    /// An existing lead was known to be its own.
    Matched(By),
    /// It gets no lead before a person decided which is its own.
    Held,
}

/// What one contact adds to a plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// How it counts.
    pub verdict: Verdict,
    /// The link, made or changed.
    pub link: Option<Link>,
    /// The base, where it moved without a write.
    pub base: Option<Base>,
    /// What is written.
    pub ops: Vec<Op>,
    /// Why the mapping refuses it.
    pub rejection: Option<Rejection>,
    /// What a person has to look at.
    pub failures: Vec<Failure>,
    /// Fields whose value goes to the CRM: the pairs, once it is there.
    pub pulls: BTreeMap<FieldName, Pair>,
}

impl Step {
    fn new(verdict: Verdict) -> Self {
        Self { verdict, link: None, base: None, ops: Vec::new(), rejection: None, failures: Vec::new(), pulls: BTreeMap::new() }
    }
}

/// The subject of ops and failures about one of a contact's leads; what concerns the contact itself is about the main one.
#[must_use]
pub fn subject_of(seat: &Seat) -> String {
    format!("contact:{seat}")
}

fn op(lane: Lane, seat: &Seat, link: Option<LinkId>, payload: Payload, base_after: Base, reason: impl Into<String>) -> Op {
    Op {
        id: OpId(0),
        lane,
        subject: subject_of(seat),
        link,
        contact: seat.contact.clone(),
        slot: seat.slot.clone(),
        payload,
        base_after,
        reason: reason.into(),
        state: OpState::Intended,
        tries: 0,
    }
}

/// A contact with a lead:
///
/// | link | a lead | opted out | rejected, filtered, without a seat, gone |
/// |---|---|---|---|
/// | live | its changes | leaves dialing, opted out | what the mapping says: leaves dialing, and may move or be deleted then; or stays, unchanged |
/// | left | comes back, with its changes | opted out | stays away; deleted where the mapping says so |
/// | opted out | stays away: only a person releases | stays away | stays away |
/// | lead missing | waits for a person | stays away | stays away |
///
/// Its list is among its changes where the mapping moves leads; else the lead stays in its own, and the base keeps what the rules said.
#[must_use]
pub fn linked(seen: &Seen, link: &Link, stored: &StoredLead, shown: &Shown, settings: &Settings) -> Step {
    match (link.state, seen) {
        (LinkState::Wanted | LinkState::LeadMissing, Seen::Lead(_)) => Step::new(Verdict::Waits),
        (LinkState::Live, Seen::Lead(lead)) => change(lead, link, stored, shown, settings, false),
        (LinkState::Left, Seen::Lead(lead)) => change(lead, link, stored, shown, settings, true),
        (LinkState::OptedOut, Seen::Lead(_)) => Step { rejection: Some(opted_out_before(&link.seat())), ..Step::new(Verdict::Rejected) },
        (LinkState::Live | LinkState::Left, Seen::OptedOut(rejection)) => {
            let op = op(Lane::Dnc, &link.seat(), Some(link.id), leave::opted_out(settings), Base::default(), "the person opted out");
            Step { ops: vec![op], rejection: Some(rejection.clone()), ..Step::new(Verdict::Leaves) }
        }
        (LinkState::Live, Seen::Rejected(_) | Seen::Filtered(_) | Seen::NoSeat(_) | Seen::Gone) => leave::leaves(seen, link, settings),
        (LinkState::Left, Seen::Rejected(_) | Seen::Filtered(_) | Seen::NoSeat(_) | Seen::Gone) => leave::is_away(seen, link, settings),
        (
            LinkState::Wanted | LinkState::LeadMissing | LinkState::OptedOut,
            Seen::OptedOut(_) | Seen::Rejected(_) | Seen::Filtered(_) | Seen::NoSeat(_) | Seen::Gone,
        ) => leave::stays_away(seen),
    }
}

/// What was seen of one of a person's leads, where the person opted out by another one: an opt-out is the person's, and none of their leads is dialed,
/// wherever the mapping would keep it. `has_lead`: it is there.
#[must_use]
pub fn out_before(seat: &Seat, seen: Seen, has_lead: bool) -> Seen {
    match seen {
        Seen::Rejected(_) | Seen::Filtered(_) | Seen::NoSeat(_) | Seen::Gone if !has_lead => seen,
        Seen::OptedOut(_) => seen,
        Seen::Lead(_) | Seen::Rejected(_) | Seen::Filtered(_) | Seen::NoSeat(_) | Seen::Gone => Seen::OptedOut(opted_out_before(seat)),
    }
}

fn opted_out_before(seat: &Seat) -> Rejection {
    Rejection {
        contact: seat.contact.clone(),
        slot: seat.slot.clone(),
        reason: "opted_out_before".to_owned(),
        detail: "the person opted out earlier, and vicisync never puts a lead back by itself after that".to_owned(),
    }
}

fn rejection_of(seen: &Seen) -> Option<Rejection> {
    match seen {
        Seen::OptedOut(rejection) | Seen::Rejected(rejection) => Some(rejection.clone()),
        Seen::Lead(_) | Seen::Filtered(_) | Seen::NoSeat(_) | Seen::Gone => None,
    }
}
