//! Changes of leads: sorted out, looked at where somebody may be in a call with them, and what a look allows. Which step follows which stands in `step`;
//! which comes when, and how many are under way, in `queue` and `lane`.

mod refused;
mod step;

use std::collections::{BTreeMap, BTreeSet};

use crate::model::{FieldName, LeadChange, LeadId, LeadRow, LinkState, ListId, Op, Payload, Taken};
use crate::ports::{Effect, Fault};

use super::send::Sent;
use refused::{changed, in_call, left_with, may_be_marked, missing, other_code};
pub(crate) use step::{Group, Step, Went};

/// Statuses of a lead that is in a call now: what is written meanwhile is overwritten by the agent's screen.
pub(super) const IN_CALL: [&str; 3] = ["INCALL", "QUEUE", "DISPO"];

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
