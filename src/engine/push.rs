//! The one pusher: drains lane after lane of the journal. It knows no contact, no mapping, no call.
//!
//! How one lane is drained stands in `lane`; what is sent for an op, in `send` and `change`. Whatever stops a run, each op is then done,
//! turned down, surely not sent, or of unknown effect; the next run looks at those.

use std::collections::BTreeSet;

use crate::model::{
    CampaignId, ContactId, Failure, Lane, LeadId, LinkState, ListId, Op, Outcome, Payload, Rejection, RunId, Target, Totals,
};
use crate::ports::{Clock, Contacts, Dialer, JobRecord, PlanCommit, Store};

use super::lane::{Drain, drain};
use super::prove::Samples;
use super::send::Sent;
use super::{Job, Outside, Stop};

/// What a push did.
#[derive(Default)]
pub(crate) struct Pushed {
    pub(crate) totals: Totals,
    pub(crate) samples: Samples,
    /// Leads that left a place in dialing, with the lists that they left.
    departed: Vec<(LeadId, [ListId; 2])>,
    /// Contacts whose number is on a do-not-call list of VICIdial.
    pub(crate) on_dnc: Vec<Rejection>,
    /// Contacts that were made.
    pub(crate) made: BTreeSet<ContactId>,
}

/// What a push drains.
#[derive(Clone, Copy)]
pub(crate) struct Drained<'a> {
    /// Lanes, in this order.
    pub(crate) lanes: &'a [Lane],
    /// The only contacts whose ops are sent. What an earlier run left of others waits for a run that looks at them: they may
    /// have opted out since.
    pub(crate) only: Option<&'a BTreeSet<ContactId>>,
}

/// Drains lanes. Trouble of one side does not keep the other side's ops: whoever left is taken out of dialing whatever the CRM says.
pub(crate) async fn push<D: Dialer, C: Contacts, S: Store, K: Clock>(
    outside: &Outside<'_, D, C, S, K>,
    job: &Job,
    record: &JobRecord,
    run: RunId,
    drained: Drained<'_>,
    pushed: &mut Pushed,
    planned: u64,
) -> Result<(), Stop> {
    outside.progress.stage("writing");
    let mut crm_stop = None;
    let mut drain_all = Drain { only: drained.only, pushed, done: 0, planned };
    for lane in drained.lanes.iter().copied() {
        if crm_stop.is_some() && lane.target() == Target::Crm {
            continue;
        }
        match drain(outside, job, lane, &mut drain_all).await {
            Ok(()) => {}
            Err(stop @ Stop::Fault { .. }) if lane.target() == Target::Crm => crm_stop = Some(stop),
            Err(stop @ Stop::Quiet(_)) => {
                // Whoever left is not dialed in a blackout either.
                check_hopper(outside, job, drain_all.pushed).await?;
                keep_dnc_rejections(outside, job, record, run, drain_all.pushed)?;
                return Err(stop);
            }
            Err(stop) => return Err(stop),
        }
        check_hopper(outside, job, drain_all.pushed).await?;
    }
    keep_dnc_rejections(outside, job, record, run, pushed)?;
    crm_stop.map_or(Ok(()), Err)
}

impl Pushed {
    pub(crate) fn note(&mut self, op: &Op, sent: &Sent) {
        let totals = &mut self.totals;
        match &sent.outcome {
            Outcome::Done { .. } if sent.is_shown => return,
            Outcome::Done { .. } => {}
            Outcome::Made { contact } => drop(self.made.insert(contact.clone())),
            Outcome::Refused { code, raw } => {
                if code == "on_dnc" {
                    totals.rejected += 1;
                    self.on_dnc.push(Rejection {
                        contact: op.contact.clone(),
                        slot: op.slot.clone(),
                        reason: "on_dnc".to_owned(),
                        detail: on_dnc_detail(op, raw),
                    });
                } else {
                    totals.refused += 1;
                }
                return;
            }
            Outcome::Unknown { .. } => {
                totals.unknown += 1;
                return;
            }
            Outcome::NotSent | Outcome::Superseded { .. } => return,
        }
        if let Some(departed) = sent.departed {
            self.departed.push(departed);
        }
        if let Some(lead) = sent.lead {
            self.samples.note(lead, op);
        }
        match &op.payload {
            Payload::AddLead { .. } => totals.added += 1,
            Payload::SetCustom { .. } => totals.updated += u64::from(!op.reason.contains("new lead")),
            Payload::UpdateLead { change, .. } => {
                totals.moved += u64::from(change.list_id.is_some());
                totals.updated += u64::from(!change.fields.is_empty() || change.status.is_some() || change.code.is_some());
            }
            Payload::Deactivate { double: None, then: LinkState::OptedOut, .. } => totals.opted_out += 1,
            Payload::Deactivate { double: None, .. } => totals.deactivated += 1,
            Payload::Deactivate { double: Some(_), .. } => totals.doubles += 1,
            Payload::PatchContact { .. } => {
                totals.patched += 1;
                totals.pulled += u64::from(op.is_pull());
            }
            Payload::LogCall { existing: None, .. } => totals.logged += 1,
            Payload::LogCall { existing: Some(_), .. } => totals.relogged += 1,
            // A lead whose status was not one to be set from was not written.
            Payload::SetStatus { .. } => totals.updated += u64::from(sent.lead.is_some()),
            Payload::DeleteLead { .. } => totals.deleted += 1,
            Payload::CreateContact { .. } => totals.contacts += 1,
        }
    }
}

fn on_dnc_detail(op: &Op, raw: &str) -> String {
    op.payload.added().map_or_else(|| raw.to_owned(), |lead| format!("{} is on a do-not-call list of VICIdial", lead.phone.e164()))
}

/// Whoever left is not dialed: the hopper is read, and what is still in it taken out once more.
async fn check_hopper<D: Dialer, C: Contacts, S: Store, K: Clock>(
    outside: &Outside<'_, D, C, S, K>,
    job: &Job,
    pushed: &mut Pushed,
) -> Result<(), Stop> {
    let departed = std::mem::take(&mut pushed.departed);
    if departed.is_empty() {
        return Ok(());
    }
    let lists: BTreeSet<ListId> = departed.iter().flat_map(|(_, lists)| *lists).collect();
    let leads: BTreeSet<LeadId> = departed.iter().map(|(lead, _)| *lead).collect();
    let mut campaigns: BTreeSet<CampaignId> = BTreeSet::new();
    for list in lists {
        campaigns.extend(outside.dialer.campaign_of(list).await.map_err(|fault| job.dialer_stop(fault))?);
    }
    for campaign in campaigns {
        let rows = outside.dialer.hopper(&campaign).await.map_err(|fault| job.dialer_stop(fault))?;
        for row in rows.into_iter().filter(|row| leads.contains(&row.lead_id)) {
            if let Err(fault) = job.dialer_record(outside.dialer.leave_hopper(row.lead_id).await)? {
                let subject = format!("lead:{}", row.lead_id);
                let failure = Failure { subject, contact: None, code: "in_hopper".to_owned(), raw: fault.message, tries: 0 };
                outside.store.put_failure(&job.name, &failure, outside.clock.now())?;
            }
        }
    }
    Ok(())
}

/// A number on VICIdial's do-not-call list is a rejection, not a failure.
fn keep_dnc_rejections<D, C, S: Store, K: Clock>(
    outside: &Outside<'_, D, C, S, K>,
    job: &Job,
    record: &JobRecord,
    run: RunId,
    pushed: &mut Pushed,
) -> Result<(), Stop> {
    if pushed.on_dnc.is_empty() {
        return Ok(());
    }
    let rejections = pushed.on_dnc.clone();
    let mended = rejections.iter().map(|rejection| crate::sync::decide::subject_of(&rejection.seat())).collect();
    let commit = PlanCommit { rejections, mended, job: record.clone(), ..PlanCommit::default() };
    Ok(outside.store.commit_plan(&job.name, run, &commit, outside.clock.now())?)
}
