//! One op, sent: which calls it takes, and what their answers say about it.

use std::collections::BTreeSet;

use crate::model::{LeadId, Link, LinkState, ListId, Op, Outcome, Payload};
use crate::ports::{Clock, Contacts, Dialer, Effect, Fault, Reach, Store, StoreError};

use super::{Job, Outside};

/// Statuses of a lead that is in a call now: what is written meanwhile is overwritten by the agent's screen.
const IN_CALL: [&str; 3] = ["INCALL", "QUEUE", "DISPO"];

/// What became of a sent op.
pub(crate) struct Sent {
    pub(crate) outcome: Outcome,
    /// Trouble that stops the lane.
    pub(crate) stop: Option<Fault>,
    /// The lead that was written.
    pub(crate) lead: Option<LeadId>,
    /// The status that a lead had before it left dialing.
    pub(crate) left_status: Option<String>,
    /// The lead that left dialing, or its list, and that list.
    pub(crate) departed: Option<(LeadId, ListId)>,
}

impl Sent {
    pub(crate) fn not_sent() -> Self {
        Self::of(Outcome::NotSent)
    }

    fn of(outcome: Outcome) -> Self {
        Self { outcome, stop: None, lead: None, left_status: None, departed: None }
    }

    fn done(lead: Option<LeadId>) -> Self {
        Self { lead, ..Self::of(Outcome::Done { lead_id: None, activity: None, skipped: Vec::new() }) }
    }

    fn superseded(why: &str) -> Self {
        Self::of(Outcome::Superseded { why: why.to_owned() })
    }

    /// What a fault says about an op whose write it answers.
    fn fault(fault: Fault) -> Self {
        let outcome = match (fault.effect, fault.reach) {
            (Effect::Unknown, _) => Outcome::Unknown { raw: fault.message.clone() },
            (Effect::None, Reach::Record) => Outcome::Refused { code: fault.code.to_owned(), raw: fault.message.clone() },
            (Effect::None, Reach::Connection | Reach::Person | Reach::Login) => Outcome::NotSent,
        };
        let stop = (fault.reach != Reach::Record).then_some(fault);
        Self { stop, ..Self::of(outcome) }
    }

    /// A fault of a read before anything was written: the op is not sent.
    fn before(fault: Fault) -> Self {
        if fault.reach == Reach::Record {
            return Self::of(Outcome::Refused { code: fault.code.to_owned(), raw: fault.message });
        }
        Self { stop: Some(fault), ..Self::of(Outcome::NotSent) }
    }
}

impl From<StoreError> for Sent {
    fn from(error: StoreError) -> Self {
        let fault = Fault::new(Effect::None, Reach::Connection, "state", error.to_string());
        Self { stop: Some(fault), ..Self::of(Outcome::NotSent) }
    }
}

/// Sends one op. It was marked as sent before.
pub(crate) async fn send<D: Dialer, C: Contacts, S: Store, K: Clock>(outside: &Outside<'_, D, C, S, K>, _job: &Job, op: &Op) -> Sent {
    let link = match op.link.map(|id| outside.store.link(id)).transpose() {
        Ok(link) => link.flatten(),
        Err(error) => return error.into(),
    };
    match &op.payload {
        Payload::PatchContact { contact, set } => match outside.contacts.patch(contact, set).await {
            Ok(()) => Sent::done(None),
            Err(fault) => Sent::fault(fault),
        },
        Payload::LogCall { contact, activity, existing } => {
            let known = match existing {
                Some(id) => Some(id.clone()),
                None => match outside.contacts.find_activity(contact, &activity.key).await {
                    Ok(found) => found,
                    Err(fault) => return Sent::before(fault),
                },
            };
            let written = match &known {
                Some(id) => outside.contacts.update_activity(id, contact, activity).await.map(|()| id.clone()),
                None => outside.contacts.create_activity(contact, activity).await,
            };
            match written {
                Ok(id) => Sent::of(Outcome::Done { lead_id: None, activity: Some(id), skipped: Vec::new() }),
                Err(fault) => Sent::fault(fault),
            }
        }
        Payload::Deactivate { status, keep, double, .. } => {
            let Some(lead) = double.or_else(|| link.as_ref().and_then(|link| link.lead_id)) else {
                return Sent::superseded("its link has no lead");
            };
            deactivate(outside, lead, status, keep).await
        }
        Payload::AddLead { lead } => {
            let Some(link) = link else { return Sent::superseded("its link is gone") };
            if link.lead_id.is_some() {
                return Sent::superseded("its link has a lead by now");
            }
            match outside.dialer.add_lead(&link.code, lead).await {
                Ok(id) => Sent { lead: Some(id), ..Sent::of(Outcome::Done { lead_id: Some(id), activity: None, skipped: Vec::new() }) },
                Err(fault) => Sent::fault(fault),
            }
        }
        Payload::SetCustom { values } => {
            let Some(link) = link else { return Sent::superseded("its link is gone") };
            // The lead's own add has an unknown effect: this waits for what a look finds.
            let Some(lead) = link.lead_id else { return Sent::not_sent() };
            match outside.dialer.set_custom(lead, values).await {
                Ok(()) => Sent::done(Some(lead)),
                Err(fault) => Sent::fault(fault),
            }
        }
        Payload::UpdateLead { .. } => match link {
            Some(link) => update(outside, op, &link).await,
            None => Sent::superseded("its link is gone"),
        },
    }
}

async fn update<D: Dialer, C: Contacts, S: Store, K: Clock>(outside: &Outside<'_, D, C, S, K>, op: &Op, link: &Link) -> Sent {
    let Payload::UpdateLead { change, before, is_return } = &op.payload else { return Sent::superseded("it is no update") };
    let Some(lead) = link.lead_id else { return Sent::superseded("its link has no lead") };
    if link.state == LinkState::OptedOut {
        return Sent::superseded("the person opted out meanwhile");
    }
    let mut change = change.clone();
    if *is_return || change.list_id.is_some() {
        match outside.dialer.read_lead(lead, &BTreeSet::new()).await {
            Ok(Some(row)) if IN_CALL.contains(&row.status.as_str()) => return Sent::of(in_call(lead, &row.status)),
            Ok(Some(row)) if before.status.as_deref() != Some(row.status.as_str()) => change.status = None,
            Ok(Some(_)) => {}
            Ok(None) => return Sent::of(missing(lead)),
            Err(fault) => return Sent::before(fault),
        }
    }
    if let Err(fault) = outside.dialer.update_lead(lead, &change).await {
        return Sent::fault(fault);
    }
    if change.list_id.is_none() {
        return Sent::done(Some(lead));
    }
    match outside.dialer.leave_hopper(lead).await {
        Ok(()) => Sent { departed: Some((lead, before.list_id.unwrap_or(link.list_id))), ..Sent::done(Some(lead)) },
        // The fields are written; absolute, so the whole op may be looked at and sent again.
        Err(fault) => Sent::fault(Fault { effect: Effect::Unknown, ..fault }),
    }
}

/// Status, then hopper. A lead in a call now waits; one with a status that is kept only leaves the hopper.
async fn deactivate<D: Dialer, C: Contacts, S: Store, K: Clock>(
    outside: &Outside<'_, D, C, S, K>,
    lead: LeadId,
    status: &str,
    keep: &[String],
) -> Sent {
    let row = match outside.dialer.read_lead(lead, &BTreeSet::new()).await {
        Ok(Some(row)) => row,
        // Deleted or archived: nobody dials it.
        Ok(None) => return Sent::done(None),
        Err(fault) => return Sent::before(fault),
    };
    if IN_CALL.contains(&row.status.as_str()) {
        return Sent::of(in_call(lead, &row.status));
    }
    let is_changed = row.status != status && !keep.contains(&row.status);
    if is_changed {
        let change = crate::model::LeadChange { status: Some(status.to_owned()), ..Default::default() };
        if let Err(fault) = outside.dialer.update_lead(lead, &change).await {
            return Sent::fault(fault);
        }
    }
    match outside.dialer.leave_dialing(lead).await {
        Ok(()) => Sent {
            // A kept status, or one of ours already, is nothing to put back.
            left_status: is_changed.then_some(row.status),
            departed: Some((lead, row.list_id)),
            ..Sent::done(None)
        },
        // It reads the lead before it writes, so to send it again is to look again.
        Err(fault) => Sent::fault(Fault { effect: Effect::Unknown, ..fault }),
    }
}

fn in_call(lead: LeadId, status: &str) -> Outcome {
    Outcome::Refused { code: "in_call".to_owned(), raw: format!("lead {lead} is in a call now ({status}); it is looked at again") }
}

fn missing(lead: LeadId) -> Outcome {
    Outcome::Refused { code: "lead_missing".to_owned(), raw: format!("VICIdial no longer has lead {lead}") }
}
