//! The plan as it grows: what one run will commit, counted.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::{Base, ContactId, Failure, FieldName, LeadId, Link, LinkId, Op, Payload, Rejection, Seat, Slot, Totals};
use crate::ports::{Fault, JobRecord, LinkWrite, PlanCommit};
use crate::sync::agree;
use crate::sync::decide::{self, Settings, Step, Verdict, subject_of};
use crate::sync::matching::By;

/// A plan under way.
pub(crate) struct Plan {
    pub(crate) commit: PlanCommit,
    pub(crate) totals: Totals,
    pub(crate) rejected: BTreeMap<String, u64>,
    /// Whether contacts may have several leads.
    pub(crate) has_slots: bool,
    /// Contacts whose rejection for a reason was counted, where they may have several leads.
    counted: BTreeSet<(ContactId, String)>,
    /// Contacts that were decided about, so that a row that moved between pages is not decided twice.
    pub(crate) seen: BTreeSet<ContactId>,
    /// Contacts that the CRM said it does not have: there is nobody to be told of their calls.
    pub(crate) gone: BTreeSet<ContactId>,
    /// Contacts that get a lead which had none.
    pub(crate) claimed: BTreeSet<ContactId>,
    /// Their leads: their calls are told as soon as they are linked.
    pub(crate) claimed_leads: BTreeSet<LeadId>,
}

impl Plan {
    pub(crate) fn new(job: JobRecord) -> Self {
        Self {
            commit: PlanCommit { job, ..PlanCommit::default() },
            totals: Totals::default(),
            rejected: BTreeMap::new(),
            has_slots: false,
            counted: BTreeSet::new(),
            seen: BTreeSet::new(),
            gone: BTreeSet::new(),
            claimed: BTreeSet::new(),
            claimed_leads: BTreeSet::new(),
        }
    }

    /// Takes what one of a contact's leads came to. `before` is its link as the state has it.
    pub(crate) fn take(&mut self, seat: &Seat, before: Option<&Link>, step: Step, fingerprint: &str) {
        self.count(&step);
        // A lead that is missing stays a failure, whatever its contact does.
        if step.verdict != Verdict::Waits {
            self.commit.mended.push(subject_of(seat));
        }
        self.commit.cancelled.push(seat.clone());
        match step.rejection {
            Some(rejection) => {
                self.reject(&rejection);
                self.commit.rejections.push(rejection);
            }
            None => self.commit.accepted.push(seat.clone()),
        }
        match (step.link, before) {
            (Some(mut link), _) => {
                fingerprint.clone_into(&mut link.fingerprint);
                // One that is kept already was another contact's.
                self.commit.links.push(if link.id == LinkId(0) { LinkWrite::Put(link) } else { LinkWrite::Pass(link) });
            }
            (None, Some(link)) if link.lead_id.is_some() => self.see(link.id, fingerprint, step.base),
            (None, _) => {}
        }
        self.commit.ops.extend(step.ops);
        self.commit.failures.extend(step.failures);
    }

    /// Counts a rejection. What speaks against a contact as a whole speaks against each of its leads, and is counted once.
    pub(crate) fn reject(&mut self, rejection: &Rejection) {
        if !self.has_slots || self.counted.insert((rejection.contact.clone(), rejection.reason.clone())) {
            *self.rejected.entry(rejection.reason.clone()).or_default() += 1;
            self.totals.rejected += 1;
        }
    }

    /// The link of one of a contact's leads, as this plan leaves it.
    pub(crate) fn link_at(&self, seat: &Seat) -> Option<&Link> {
        self.commit.links.iter().find_map(|write| match write {
            LinkWrite::Put(link) | LinkWrite::Pass(link) if link.contact == seat.contact && link.slot == seat.slot => Some(link),
            LinkWrite::Put(_) | LinkWrite::Pass(_) | LinkWrite::Seen { .. } => None,
        })
    }

    /// The leads that this plan makes somebody's.
    pub(crate) fn leads(&self) -> BTreeSet<LeadId> {
        let lead = |write: &LinkWrite| match write {
            LinkWrite::Put(link) | LinkWrite::Pass(link) => link.lead_id,
            LinkWrite::Seen { .. } => None,
        };
        self.commit.links.iter().filter_map(lead).collect()
    }

    /// No contact is made for a lead that is somebody's now.
    pub(crate) fn make_nobody_twice(&mut self) {
        let linked = self.leads();
        let is_made = |op: &Op| matches!(&op.payload, Payload::CreateContact { lead, .. } if linked.contains(lead));
        let before = self.commit.ops.len();
        self.commit.ops.retain(|op| !is_made(op));
        self.totals.contacts = self.totals.contacts.saturating_sub((before - self.commit.ops.len()) as u64);
        let held = self.commit.strangers.len();
        self.commit.strangers.retain(|stranger| !linked.contains(&stranger.lead));
        self.totals.strangers = self.totals.strangers.saturating_sub((held - self.commit.strangers.len()) as u64);
        self.commit.no_strangers.extend(linked);
    }

    /// Takes back a lead that this plan would add.
    pub(crate) fn withdraw(&mut self, seat: &Seat) {
        let adds = self.commit.ops.iter().filter(|op| op.seat() == *seat && matches!(op.payload, Payload::AddLead { .. })).count();
        self.totals.added = self.totals.added.saturating_sub(adds as u64);
        self.commit.ops.retain(|op| op.seat() != *seat);
        self.commit.links.retain(|write| !matches!(write, LinkWrite::Put(link) if link.seat() == *seat && link.lead_id.is_none()));
    }

    /// Keeps a fingerprint, and a base that moved without a write.
    pub(crate) fn see(&mut self, link: LinkId, fingerprint: &str, base: Option<Base>) {
        self.commit.links.push(LinkWrite::Seen { link, fingerprint: fingerprint.to_owned(), base });
    }

    /// Something that a person has to look at, or that is to be looked at again.
    pub(crate) fn fail(&mut self, failure: Failure) {
        self.commit.failures.push(failure);
    }

    /// One record could not be read: it alone is a failure.
    pub(crate) fn unreadable(&mut self, subject: String, contact: Option<ContactId>, fault: Fault) {
        self.fail(Failure { subject, contact, code: fault.code.to_owned(), raw: fault.message, tries: 0 });
    }

    /// Edits of several leads of one contact that contradict each other wait for a person.
    pub(crate) fn agree(&mut self, goes_to: &BTreeMap<FieldName, String>) {
        let (failures, held) = agree::agree(&mut self.commit.ops, goes_to);
        self.totals.patched = self.totals.patched.saturating_sub(held);
        self.totals.pulled = self.totals.pulled.saturating_sub(held);
        self.commit.failures.extend(failures);
    }

    /// Which of the failures that were due are over: those of leads whose slot is no more, those of calls that ask for nothing any more, and of edits that are in order now. A subject with a planned op, or that
    /// failed again, is not over before the op is done: its backoff goes on.
    pub(crate) fn settle_failures(&mut self, due: &[Failure], slots: &[Slot]) {
        let of_calls_or_edits = |subject: &String| {
            let kind = subject.split(':').next().unwrap_or_default();
            ["call", "patch", "edit", "conflict", "back", "torn"].contains(&kind)
        };
        let of_no_slot = |failure: &&Failure| {
            let contact = failure.contact.as_ref().filter(|contact| self.seen.contains(contact));
            let slot = contact.and_then(|contact| failure.subject.strip_prefix(&format!("contact:{contact}/")));
            slot.is_some_and(|slot| !slots.iter().any(|known| known.as_str() == slot))
        };
        let of_no_slot: Vec<String> = due.iter().filter(of_no_slot).map(|failure| failure.subject.clone()).collect();
        self.commit.mended.extend(of_no_slot);
        self.commit.mended.extend(due.iter().map(|failure| failure.subject.clone()).filter(of_calls_or_edits));
        let open: BTreeSet<&str> = self.commit.ops.iter().map(|op| op.subject.as_str()).collect();
        let failed: BTreeSet<&str> = self.commit.failures.iter().map(|failure| failure.subject.as_str()).collect();
        self.commit.mended.retain(|subject| !open.contains(subject.as_str()) && !failed.contains(subject.as_str()));
    }

    /// The lead of a person who opted out is looked at, and taken out of dialing again where somebody let it in.
    pub(crate) fn tighten(&mut self, link: &Link, settings: &Settings) {
        let mut step = decide::tighten(link, settings);
        for op in &mut step.ops {
            // A link that this plan makes has no row yet.
            op.link = op.link.filter(|link| *link != LinkId(0));
        }
        let is_planned = |op: &Op| self.commit.ops.iter().any(|planned| planned.lane == op.lane && planned.subject == op.subject);
        if step.ops.iter().any(is_planned) {
            return;
        }
        self.count(&step);
        self.commit.ops.extend(step.ops);
    }

    /// Ops that calls ask for.
    pub(crate) fn calls(&mut self, ops: Vec<Op>) {
        for op in &ops {
            match &op.payload {
                Payload::PatchContact { .. } => self.totals.patched += 1,
                Payload::LogCall { existing: None, .. } => self.totals.logged += 1,
                Payload::LogCall { existing: Some(_), .. } => self.totals.relogged += 1,
                Payload::AddLead { .. }
                | Payload::SetCustom { .. }
                | Payload::UpdateLead { .. }
                | Payload::Deactivate { .. }
                | Payload::SetStatus { .. }
                | Payload::DeleteLead { .. }
                | Payload::CreateContact { .. } => {}
            }
        }
        self.commit.ops.extend(ops);
    }

    fn count(&mut self, step: &Step) {
        let totals = &mut self.totals;
        match step.verdict {
            Verdict::Unchanged => totals.unchanged += 1,
            Verdict::Added => totals.added += 1,
            Verdict::Adopted => totals.adopted += 1,
            Verdict::Changed => {}
            Verdict::Leaves | Verdict::Rejected | Verdict::Out | Verdict::Waits => {}
            Verdict::Matched(by) => {
                totals.adopted += 1;
                match by {
                    By::Code => totals.matched_by_code += 1,
                    By::Phone => totals.matched_by_phone += 1,
                }
            }
            Verdict::Held => totals.unmatched += 1,
        }
        let (mut is_moved, mut is_updated) = (false, false);
        for op in &step.ops {
            match &op.payload {
                Payload::UpdateLead { change, .. } => {
                    is_moved |= change.list_id.is_some();
                    is_updated |= !change.fields.is_empty() || change.status.is_some() || change.code.is_some();
                }
                Payload::SetCustom { .. } => is_updated |= step.verdict != Verdict::Added,
                // An opt-out is never braked, so it does not count as leaving here.
                Payload::Deactivate { double: None, then, .. } => {
                    let is_opt_out = *then == crate::model::LinkState::OptedOut;
                    totals.deactivated += u64::from(!is_opt_out);
                    totals.opted_out += u64::from(is_opt_out);
                }
                Payload::Deactivate { double: Some(_), .. } => totals.doubles += 1,
                Payload::SetStatus { .. } => is_updated |= step.verdict != Verdict::Added,
                Payload::DeleteLead { .. } => totals.deleted += 1,
                Payload::PatchContact { .. } => {
                    totals.patched += 1;
                    totals.pulled += 1;
                }
                Payload::AddLead { .. } | Payload::LogCall { .. } | Payload::CreateContact { .. } => {}
            }
        }
        totals.moved += u64::from(is_moved);
        totals.updated += u64::from(is_updated);
    }
}
