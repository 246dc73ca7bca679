//! The steps of ops on their way: one request each, or few that belong together, and what follows from an answer.
//!
//! What a look allows is [`Change`]'s word.

use std::collections::BTreeSet;

use crate::model::{CampaignId, LeadChange, LeadId, ListId, Op, Taken};
use crate::ports::{Contacts, Dialer, Effect, Fault, HOPPER_SHOWN_MAX};

use super::super::Outside;
use super::super::send::{Sent, send};
use super::Change;

/// What is sent next: one request, or few that belong together.
#[derive(Debug)]
pub(crate) enum Step {
    /// All of an op that changes no lead.
    Alone(Box<Taken>),
    /// One lead is looked at, before it is written with its group, or alone.
    Look(Option<Group>, Change),
    /// The same is written to these.
    Write(LeadChange, Vec<Change>),
    /// Which of these, that were moved together, are in a hopper?
    Hopper(Vec<Change>),
    /// One lead leaves the hopper, or dialing.
    Leave(Change),
    /// One lead is deleted.
    Delete(Change),
}

/// Changes that are written together as soon as all of them were looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Group(pub(crate) u64);

/// What a step came to.
#[derive(Default)]
pub(crate) struct Went {
    /// Ops that are through.
    pub(crate) answers: Vec<(Op, Sent)>,
    /// What is to be done next of the others.
    pub(crate) steps: Vec<Step>,
    /// A change of a group was looked at: what is to be written, if anything is.
    pub(crate) looked: Option<(Group, Option<(LeadChange, Change)>)>,
}

impl Step {
    /// Ops that it is the first step of.
    pub(crate) fn fresh(&self) -> usize {
        match self {
            Self::Alone(_) | Self::Look(..) | Self::Delete(_) => 1,
            Self::Write(_, changes) => changes.len(),
            Self::Hopper(_) | Self::Leave(_) => 0,
        }
    }

    /// Whether it ends what a write began.
    pub(crate) fn is_ending(&self) -> bool {
        match self {
            Self::Alone(_) | Self::Look(..) | Self::Write(..) | Self::Delete(_) => false,
            Self::Hopper(_) | Self::Leave(_) => true,
        }
    }

    /// The phone that a lead is added with: VICIdial's own look at a number must not be raced by ourselves.
    pub(crate) fn phone(&self) -> Option<String> {
        match self {
            Self::Alone(taken) => taken.op.payload.added().map(|lead| lead.phone.e164()),
            Self::Look(..) | Self::Write(..) | Self::Hopper(_) | Self::Leave(_) | Self::Delete(_) => None,
        }
    }

    /// It is not taken any more, because the lane stopped.
    pub(crate) fn given_up(self, stop: &Fault) -> Vec<(Op, Sent)> {
        let unsent = |change: Change| (change.op, Sent::not_sent());
        match self {
            Self::Alone(taken) => vec![(taken.op, Sent::not_sent())],
            Self::Look(_, change) | Self::Delete(change) => vec![unsent(change)],
            Self::Write(_, changes) => changes.into_iter().map(unsent).collect(),
            Self::Hopper(changes) => changes.into_iter().map(|change| change.half_done(stop)).collect(),
            Self::Leave(change) => vec![change.half_done(stop)],
        }
    }

    /// Sends it.
    pub(crate) async fn take<D: Dialer, C: Contacts, S, K>(self, outside: &Outside<'_, D, C, S, K>) -> Went {
        match self {
            Self::Alone(taken) => {
                let sent = send(outside, &taken).await;
                Went::answers([(taken.op, sent)])
            }
            Self::Look(group, change) => look(outside, group, change).await,
            Self::Write(written, changes) => write(outside, written, changes).await,
            Self::Hopper(changes) => hopper(outside, changes).await,
            Self::Leave(change) => leave(outside, change).await,
            Self::Delete(change) => delete(outside, change).await,
        }
    }
}

impl Went {
    fn answers(answers: impl IntoIterator<Item = (Op, Sent)>) -> Self {
        Self { answers: answers.into_iter().collect(), ..Self::default() }
    }

    /// What follows a write.
    fn written(mut self, changes: Vec<Change>) -> Self {
        let (moved, others): (Vec<Change>, Vec<Change>) = changes.into_iter().partition(Change::leaves_place);
        for change in others {
            if change.is_leaving() {
                // Scheduled callbacks are removed one lead at a time.
                self.steps.push(Step::Leave(change));
            } else {
                self.answers.push(change.done());
            }
        }
        match moved.len() {
            0 => {}
            1 => self.steps.extend(moved.into_iter().map(Step::Leave)),
            _ => self.steps.push(Step::Hopper(moved)),
        }
        self
    }
}

async fn look<D: Dialer, C, S, K>(outside: &Outside<'_, D, C, S, K>, group: Option<Group>, mut change: Change) -> Went {
    let allowed = match outside.dialer.read_lead(change.lead, &change.looks_at()).await {
        Ok(row) => change.allowed(row),
        Err(fault) => Err(Box::new(Sent::before(fault))),
    };
    match (allowed, group) {
        (Ok(written), Some(group)) => Went { looked: Some((group, Some((written, change)))), ..Went::default() },
        (Ok(_), None) if change.is_deletion() => Went { steps: vec![Step::Delete(change)], ..Went::default() },
        (Ok(written), None) => Went { steps: vec![Step::Write(written, vec![change])], ..Went::default() },
        (Err(sent), group) => Went { looked: group.map(|group| (group, None)), ..Went::answers([(change.op, *sent)]) },
    }
}

async fn write<D: Dialer, C, S, K>(outside: &Outside<'_, D, C, S, K>, written: LeadChange, changes: Vec<Change>) -> Went {
    if written == LeadChange::default() {
        return Went::default().written(changes);
    }
    let leads: Vec<LeadId> = changes.iter().map(|change| change.lead).collect();
    let found = match leads.as_slice() {
        [lead] => outside.dialer.update_lead(*lead, &written).await.map(|()| BTreeSet::from([*lead])),
        leads => outside.dialer.update_leads(leads, &written).await,
    };
    match found {
        // What was not found is tried alone, to learn why: it may be gone, or in a list that the user may not touch.
        Ok(found) => {
            let (there, others): (Vec<Change>, Vec<Change>) = changes.into_iter().partition(|change| found.contains(&change.lead));
            Went { steps: others.into_iter().map(Change::alone).collect(), ..Went::default() }.written(there)
        }
        // The database turned the statement down: nothing was written, and one lead may be why.
        Err(fault) if fault.code == "not_written" && fault.effect == Effect::None && leads.len() > 1 => {
            Went { steps: changes.into_iter().map(Change::alone).collect(), ..Went::default() }
        }
        Err(fault) => Went::answers(changes.into_iter().map(|change| change.failed(fault.clone()))),
    }
}

/// Moved leads that no hopper shows need no request of their own. A lead that the dialer holds back is not shown: it may be dialed once more
/// for the list that it left.
async fn hopper<D: Dialer, C, S, K>(outside: &Outside<'_, D, C, S, K>, changes: Vec<Change>) -> Went {
    let lists: BTreeSet<ListId> = changes.iter().flat_map(|change| change.lists).collect();
    match in_hopper(outside, lists).await {
        Ok(shown) => {
            let (inside, outside): (Vec<Change>, Vec<Change>) =
                changes.into_iter().partition(|change| shown.as_ref().is_none_or(|shown| shown.contains(&change.lead)));
            Went { steps: inside.into_iter().map(Step::Leave).collect(), ..Went::answers(outside.into_iter().map(Change::done)) }
        }
        Err(fault) => Went::answers(changes.into_iter().map(|change| change.half_done(&fault))),
    }
}

/// The leads in the hoppers of these lists' campaigns; `None` where that cannot be seen whole.
async fn in_hopper<D: Dialer, C, S, K>(
    outside: &Outside<'_, D, C, S, K>,
    lists: BTreeSet<ListId>,
) -> Result<Option<BTreeSet<LeadId>>, Fault> {
    let mut campaigns: BTreeSet<CampaignId> = BTreeSet::new();
    for list in lists {
        let Some(campaign) = outside.dialer.campaign_of(list).await? else { return Ok(None) };
        campaigns.insert(campaign);
    }
    let mut leads = BTreeSet::new();
    for campaign in campaigns {
        let rows = outside.dialer.hopper(&campaign).await?;
        if rows.len() >= HOPPER_SHOWN_MAX {
            return Ok(None);
        }
        leads.extend(rows.into_iter().map(|row| row.lead_id));
    }
    Ok(Some(leads))
}

async fn leave<D: Dialer, C, S, K>(outside: &Outside<'_, D, C, S, K>, change: Change) -> Went {
    let left =
        if change.is_leaving() { outside.dialer.leave_dialing(change.lead).await } else { outside.dialer.leave_hopper(change.lead).await };
    Went::answers([match left {
        Ok(()) => change.done(),
        Err(fault) => change.half_done(&fault),
    }])
}

async fn delete<D: Dialer, C, S, K>(outside: &Outside<'_, D, C, S, K>, change: Change) -> Went {
    let deleted = outside.dialer.delete_lead(change.lead).await;
    Went::answers([(change.op, deleted.map_or_else(Sent::fault, |()| Sent::done(None)))])
}
