//! Changes of leads, step by step: looked at where somebody may be in a call with them, written together where the same is written, and taken
//! out of the hopper where they left their place. It decides what a look allows and what follows a write; which step comes
//! when, and how many are under way, stands in `queue` and `lane`.

mod refused;

use std::collections::{BTreeMap, BTreeSet};

use crate::model::{CampaignId, FieldName, LeadChange, LeadId, LeadRow, LinkState, ListId, Op, Payload, Taken};
use crate::ports::{Contacts, Dialer, Effect, Fault, HOPPER_SHOWN_MAX};

use super::Outside;
use super::send::{Sent, send};
use refused::{changed, in_call, left_with, may_be_marked, missing, other_code};

/// Statuses of a lead that is in a call now: what is written meanwhile is overwritten by the agent's screen.
pub(super) const IN_CALL: [&str; 3] = ["INCALL", "QUEUE", "DISPO"];

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

/// An op that changes a lead, on its way.
#[derive(Debug)]
pub(crate) struct Change {
    op: Op,
    lead: LeadId,
    /// Where the state has the lead, and where the look saw it.
    lists: [ListId; 2],
    left_status: Option<String>,
    /// Whether the state knows the status that the lead left with. A death between a write and its record loses it.
    knows_left: bool,
}

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

/// What an op starts with, without its fellows.
pub(crate) enum First {
    /// It goes by itself.
    Alone(Box<Taken>),
    /// It changes a lead, as this says.
    Change(LeadChange, Change),
    /// Nothing is to be sent.
    Answer(Op, Sent),
}

/// Sorts an op out.
pub(crate) fn first(taken: Taken) -> First {
    let answer = |taken: Taken, why: &str| First::Answer(taken.op, Sent::superseded(why));
    match &taken.op.payload {
        Payload::AddLead { .. }
        | Payload::SetCustom { .. }
        | Payload::PatchContact { .. }
        | Payload::LogCall { .. }
        | Payload::CreateContact { .. } => First::Alone(Box::new(taken)),
        Payload::UpdateLead { before, .. } => {
            let Some(link) = &taken.link else { return answer(taken, "its link is gone") };
            let Some(lead) = link.lead_id else { return answer(taken, "its link has no lead") };
            if link.state == LinkState::OptedOut {
                return answer(taken, "the person opted out meanwhile");
            }
            let list = before.list_id.unwrap_or(link.list_id);
            let knows_left = link.base.left_status.is_some();
            Change { lead, lists: [list; 2], left_status: None, knows_left, op: taken.op }.first()
        }
        Payload::SetStatus { .. } => {
            let Some(link) = &taken.link else { return answer(taken, "its link is gone") };
            if link.state == LinkState::OptedOut {
                return answer(taken, "the person opted out meanwhile");
            }
            // The lead's own add has an unknown effect: this waits for what a look finds.
            let Some(lead) = link.lead_id else { return First::Answer(taken.op, Sent::not_sent()) };
            let list = link.list_id;
            Change { lead, lists: [list; 2], left_status: None, knows_left: true, op: taken.op }.first()
        }
        Payload::DeleteLead { .. } => {
            let Some(link) = &taken.link else { return answer(taken, "its link is gone") };
            let Some(lead) = link.lead_id else { return answer(taken, "its link has no lead") };
            let list = link.list_id;
            match link.state {
                LinkState::Left => Change { lead, lists: [list; 2], left_status: None, knows_left: true, op: taken.op }.first(),
                // It is still in a call, or nobody knows whether it left dialing.
                LinkState::Live | LinkState::Wanted => First::Answer(taken.op, Sent::not_sent()),
                LinkState::OptedOut => answer(taken, "the person opted out meanwhile"),
                LinkState::LeadMissing => answer(taken, "VICIdial no longer has the lead"),
            }
        }
        Payload::Deactivate { double, .. } => {
            let lead = double.or_else(|| taken.link.as_ref().and_then(|link| link.lead_id));
            let Some(lead) = lead else { return answer(taken, "its link has no lead") };
            let list = taken.link.as_ref().map_or(ListId(0), |link| link.list_id);
            Change { lead, lists: [list; 2], left_status: None, knows_left: true, op: taken.op }.first()
        }
    }
}

impl Change {
    fn first(self) -> First {
        First::Change(self.asked(), self)
    }

    /// What the op would write.
    fn asked(&self) -> LeadChange {
        match &self.op.payload {
            Payload::UpdateLead { change, .. } => change.clone(),
            Payload::Deactivate { status, list, .. } => {
                LeadChange { status: Some(status.clone()), list_id: *list, ..LeadChange::default() }
            }
            Payload::SetStatus { rule } => LeadChange { status: Some(rule.to.clone()), ..LeadChange::default() },
            Payload::AddLead { .. }
            | Payload::SetCustom { .. }
            | Payload::PatchContact { .. }
            | Payload::LogCall { .. }
            | Payload::CreateContact { .. }
            | Payload::DeleteLead { .. } => LeadChange::default(),
        }
    }

    /// Whether it may be written together with others. What got no clear answer before goes alone: its own answer tells what is wrong with it. A code
    /// is nobody else's.
    pub(crate) fn has_fellows(&self) -> bool {
        self.op.tries == 0 && !self.asked().moves_zone() && self.asked().code.is_none() && !self.is_deletion()
    }

    /// Whether the lead is looked at before it is written: it may be in a call, or have got another status.
    pub(crate) fn is_looked_at(&self) -> bool {
        match &self.op.payload {
            Payload::UpdateLead { change, is_return, .. } => *is_return || change.list_id.is_some() || change.code.is_some(),
            Payload::Deactivate { .. } | Payload::SetStatus { .. } | Payload::DeleteLead { .. } => true,
            Payload::AddLead { .. }
            | Payload::SetCustom { .. }
            | Payload::PatchContact { .. }
            | Payload::LogCall { .. }
            | Payload::CreateContact { .. } => false,
        }
    }

    /// From its first step on, without fellows.
    pub(crate) fn alone(self) -> Step {
        if self.is_looked_at() { Step::Look(None, self) } else { Step::Write(self.asked(), vec![self]) }
    }

    /// The fields that a look is about.
    fn looks_at(&self) -> BTreeSet<FieldName> {
        match &self.op.payload {
            Payload::DeleteLead { shown: Some(shown), .. } => shown.fields.keys().cloned().collect(),
            Payload::AddLead { .. }
            | Payload::SetCustom { .. }
            | Payload::UpdateLead { .. }
            | Payload::Deactivate { .. }
            | Payload::PatchContact { .. }
            | Payload::LogCall { .. }
            | Payload::SetStatus { .. }
            | Payload::CreateContact { .. }
            | Payload::DeleteLead { shown: None, .. } => BTreeSet::new(),
        }
    }

    fn is_move(&self) -> bool {
        matches!(&self.op.payload, Payload::UpdateLead { change, .. } if change.list_id.is_some())
    }

    fn is_deletion(&self) -> bool {
        matches!(self.op.payload, Payload::DeleteLead { .. })
    }

    /// Whether its lead may be in a hopper for what it no longer is.
    fn leaves_place(&self) -> bool {
        self.is_move() || matches!(self.op.payload, Payload::SetStatus { .. })
    }

    fn is_return(&self) -> bool {
        matches!(&self.op.payload, Payload::UpdateLead { is_return: true, .. })
    }

    fn is_leaving(&self) -> bool {
        matches!(self.op.payload, Payload::Deactivate { .. })
    }

    /// What is to be written after a look, if anything is: `Err` is how the op ends without a write.
    fn allowed(&mut self, row: Option<LeadRow>) -> Result<LeadChange, Box<Sent>> {
        let lead = self.lead;
        let mut asked = self.asked();
        let Some(row) = row else {
            // Deleted or archived: nobody dials it.
            return Err(Box::new(if self.is_leaving() || self.is_deletion() { Sent::done(None) } else { Sent::of(missing(lead)) }));
        };
        if IN_CALL.contains(&row.status.as_str()) {
            return Err(Box::new(Sent::of(in_call(lead, &row.status))));
        }
        if let Payload::DeleteLead { out, shown } = &self.op.payload {
            return match changed(&row, out, shown.as_ref()) {
                None => Ok(asked),
                Some(why) => Err(Box::new(Sent::superseded(&why))),
            };
        }
        if let Payload::UpdateLead { change: LeadChange { code: Some(code), .. }, before, .. } = &self.op.payload
            && !may_be_marked(&row.code, code, before)
        {
            return Err(Box::new(Sent::of(other_code(lead, &row.code))));
        }
        self.lists = if self.is_leaving() { [row.list_id; 2] } else { [self.lists[0], row.list_id] };
        let keeps_status = match &self.op.payload {
            Payload::UpdateLead { before, .. } => before.status.as_ref() != Some(&row.status),
            Payload::Deactivate { status, keep, .. } => row.status == *status || keep.contains(&row.status),
            // What dialing made of the lead stands: the rule is answered, and nothing is written.
            Payload::SetStatus { rule } if row.status == rule.to || !rule.takes(&row.status) => return Err(Box::new(Sent::done(None))),
            Payload::SetStatus { .. } => false,
            Payload::AddLead { .. }
            | Payload::SetCustom { .. }
            | Payload::PatchContact { .. }
            | Payload::LogCall { .. }
            | Payload::CreateContact { .. }
            | Payload::DeleteLead { .. } => true,
        };
        if !keeps_status && !self.knows_left && self.is_return() && row.called_count > 0 {
            return Err(Box::new(Sent::of(left_with(lead, &row.status))));
        }
        if self.is_leaving() && asked.list_id == Some(row.list_id) {
            asked.list_id = None;
        }
        if keeps_status {
            asked.status = None;
        } else if self.is_leaving() {
            // A kept status, or one of ours already, is nothing to put back.
            self.left_status = Some(row.status);
        }
        Ok(asked)
    }

    /// It is written, and left what it had to leave.
    fn done(self) -> (Op, Sent) {
        let is_leaving = self.is_leaving();
        let departed = (is_leaving || self.leaves_place()).then_some((self.lead, self.lists));
        let sent = Sent { left_status: self.left_status, departed, ..Sent::done((!is_leaving).then_some(self.lead)) };
        (self.op, sent)
    }

    /// The write is done and what follows it went wrong. It is absolute: the whole op may be looked at and sent again.
    fn half_done(self, fault: &Fault) -> (Op, Sent) {
        self.failed(Fault { effect: Effect::Unknown, ..fault.clone() })
    }

    /// The write went wrong. The status that the look saw is kept: once the write shows, nothing else tells it.
    fn failed(self, fault: Fault) -> (Op, Sent) {
        (self.op, Sent { left_status: self.left_status, ..Sent::fault(fault) })
    }
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
            Self::Alone(taken) => match &taken.op.payload {
                Payload::AddLead { lead, .. } => Some(lead.phone.e164()),
                Payload::SetCustom { .. }
                | Payload::UpdateLead { .. }
                | Payload::Deactivate { .. }
                | Payload::PatchContact { .. }
                | Payload::LogCall { .. }
                | Payload::SetStatus { .. }
                | Payload::DeleteLead { .. }
                | Payload::CreateContact { .. } => None,
            },
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

/// Groups of a taken window: what is written to each, and whether they are looked at before.
pub(crate) fn alike(changes: Vec<(LeadChange, Change)>) -> (Vec<Step>, Vec<(LeadChange, Vec<Change>)>) {
    let mut alone = Vec::new();
    let mut groups: BTreeMap<LeadChange, Vec<Change>> = BTreeMap::new();
    for (asked, change) in changes {
        if change.has_fellows() {
            groups.entry(asked).or_default().push(change);
        } else {
            alone.push(change.alone());
        }
    }
    (alone, groups.into_iter().collect())
}
