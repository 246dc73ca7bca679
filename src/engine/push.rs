//! The one pusher: drains lane after lane of the journal. It knows no contact, no mapping, no call.
//!
//! A window of ops is marked as sent before any of them is sent, in the same commit that records the window before. Whatever
//! stops a run, each op is then done, turned down, surely not sent, or of unknown effect; the next run looks at those.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicBool, Ordering};

use futures_util::StreamExt;
use futures_util::stream;

use crate::model::{
    CampaignId, ContactId, Failure, Lane, LeadId, LinkState, ListId, Op, OpId, OpResult, Outcome, Payload, Rejection, RunId, Target, Totals,
};
use crate::ports::{Clock, Contacts, Dialer, Fault, JobRecord, PlanCommit, Reach, Store};

use super::prove::Samples;
use super::send::{Sent, send};
use super::{Job, Outside, Stop};

/// Ops of one commit.
pub(crate) const WINDOW: u32 = 128;

/// So many writes of unknown effect in one window are trouble of the connection, not of records.
const UNKNOWN_MAX: usize = 8;

/// What a push did.
#[derive(Default)]
pub(crate) struct Pushed {
    pub(crate) totals: Totals,
    pub(crate) samples: Samples,
    /// Leads that left a place in dialing, with the list that they left.
    departed: Vec<(LeadId, ListId)>,
    /// Contacts whose number is on a do-not-call list of VICIdial.
    pub(crate) on_dnc: Vec<Rejection>,
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
    let mut done = 0;
    let mut crm_stop = None;
    for lane in drained.lanes.iter().copied() {
        if crm_stop.is_some() && lane.target() == Target::Crm {
            continue;
        }
        match drain(outside, job, lane, drained.only, pushed, &mut done, planned).await {
            Ok(()) => {}
            Err(stop @ Stop::Fault { .. }) if lane.target() == Target::Crm => crm_stop = Some(stop),
            Err(stop @ Stop::Quiet(_)) => {
                // Whoever left is not dialed in a blackout either.
                check_hopper(outside, job, pushed).await?;
                keep_dnc_rejections(outside, job, record, run, pushed)?;
                return Err(stop);
            }
            Err(stop) => return Err(stop),
        }
        check_hopper(outside, job, pushed).await?;
    }
    keep_dnc_rejections(outside, job, record, run, pushed)?;
    crm_stop.map_or(Ok(()), Err)
}

async fn drain<D: Dialer, C: Contacts, S: Store, K: Clock>(
    outside: &Outside<'_, D, C, S, K>,
    job: &Job,
    lane: Lane,
    only: Option<&BTreeSet<ContactId>>,
    pushed: &mut Pushed,
    done: &mut u64,
    planned: u64,
) -> Result<(), Stop> {
    let in_flight = match lane.target() {
        Target::Vicidial => job.vicidial_concurrency,
        Target::Crm => job.crm_concurrency,
    };
    let mut window = next(outside, job, lane, only)?;
    mark(outside, job, &[], &window)?;
    let mut again = BTreeSet::new();
    while !window.is_empty() {
        let mut stopped: Option<Fault> = None;
        let mut results = Vec::with_capacity(window.len());
        {
            let halt = AtomicBool::new(false);
            let halt = &halt;
            let mut answers = stream::iter(by_phone(window.drain(..)))
                .map(|ops| async move {
                    let mut answered = Vec::with_capacity(ops.len());
                    for op in ops {
                        if halt.load(Ordering::Relaxed) {
                            answered.push((op, Sent::not_sent()));
                            continue;
                        }
                        let sent = send(outside, job, &op).await;
                        if sent.stop.is_some() {
                            halt.store(true, Ordering::Relaxed);
                        }
                        answered.push((op, sent));
                    }
                    stream::iter(answered)
                })
                .buffer_unordered(in_flight.max(1))
                .flatten();
            while let Some((op, sent)) = answers.next().await {
                *done += 1;
                outside.progress.step(*done, planned);
                pushed.note(&op, &sent);
                // A refused login must be remembered, whatever else went wrong beside it.
                stopped = match (stopped, sent.stop) {
                    (Some(known), Some(new)) if known.reach != Reach::Login && new.reach == Reach::Login => Some(new),
                    (known, new) => known.or(new),
                };
                let mut op = op;
                op.base_after.left_status = sent.left_status;
                results.push(OpResult { op, outcome: sent.outcome });
            }
        }
        let unknown = results.iter().filter(|result| matches!(result.outcome, Outcome::Unknown { .. })).count();
        again.extend(results.iter().filter(|result| result.outcome == Outcome::NotSent).map(|result| result.op.id));
        if let Some(fault) = stopped {
            outside.store.advance(&job.name, &results, &[], outside.clock.now())?;
            return Err(match lane.target() {
                Target::Vicidial => job.dialer_stop(fault),
                Target::Crm => job.crm_stop(fault),
            });
        }
        if unknown >= UNKNOWN_MAX {
            outside.store.advance(&job.name, &results, &[], outside.clock.now())?;
            return Err(too_many_unknown(job, lane, unknown));
        }
        // The next window is read before this one is recorded, so that one commit does both. Ops of this window are not
        // intended any more, since they were marked.
        window = next(outside, job, lane, only)?;
        window.retain(|op| !again.contains(&op.id));
        mark(outside, job, &results, &window)?;
    }
    job.awake_for(lane, outside.clock.now())
}

/// One writer a phone: new leads of one number are added one after the other, so that VICIdial's own look at a number is never
/// raced by ourselves. All else is one op a subject in a lane.
fn by_phone(window: impl Iterator<Item = Op>) -> Vec<Vec<Op>> {
    let mut alone = Vec::new();
    let mut shared: BTreeMap<String, Vec<Op>> = BTreeMap::new();
    for op in window {
        match &op.payload {
            Payload::AddLead { lead } => shared.entry(lead.phone.e164()).or_default().push(op),
            Payload::SetCustom { .. }
            | Payload::UpdateLead { .. }
            | Payload::Deactivate { .. }
            | Payload::PatchContact { .. }
            | Payload::LogCall { .. } => alone.push(vec![op]),
        }
    }
    alone.extend(shared.into_values());
    alone
}

/// The next window. In a blackout there is none.
fn next<D, C, S: Store, K: Clock>(
    outside: &Outside<'_, D, C, S, K>,
    job: &Job,
    lane: Lane,
    only: Option<&BTreeSet<ContactId>>,
) -> Result<Vec<Op>, Stop> {
    if job.awake_for(lane, outside.clock.now()).is_err() {
        return Ok(Vec::new());
    }
    let Some(only) = only else { return Ok(outside.store.next_ops(&job.name, lane, WINDOW)?) };
    let mut ops = outside.store.next_ops(&job.name, lane, u32::MAX)?;
    ops.retain(|op| only.contains(&op.contact));
    ops.truncate(WINDOW as usize);
    Ok(ops)
}

fn mark<D, C, S: Store, K: Clock>(outside: &Outside<'_, D, C, S, K>, job: &Job, results: &[OpResult], window: &[Op]) -> Result<(), Stop> {
    if results.is_empty() && window.is_empty() {
        return Ok(());
    }
    let ids: Vec<OpId> = window.iter().map(|op| op.id).collect();
    Ok(outside.store.advance(&job.name, results, &ids, outside.clock.now())?)
}

fn too_many_unknown(job: &Job, lane: Lane, unknown: usize) -> Stop {
    let fault = Fault::new(
        crate::ports::Effect::Unknown,
        crate::ports::Reach::Connection,
        "many_unknown",
        format!("{unknown} writes in a row got no clear answer; the next run looks at what became of them"),
    );
    match lane.target() {
        Target::Vicidial => job.dialer_stop(fault),
        Target::Crm => job.crm_stop(fault),
    }
}

impl Pushed {
    fn note(&mut self, op: &Op, sent: &Sent) {
        let totals = &mut self.totals;
        match &sent.outcome {
            Outcome::Done { .. } => {}
            Outcome::Refused { code, raw } => {
                if code == "on_dnc" {
                    totals.rejected += 1;
                    self.on_dnc.push(Rejection {
                        contact: op.contact.clone(),
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
        if let Some((lead, list)) = sent.departed {
            self.departed.push((lead, list));
        }
        if let Some(lead) = sent.lead {
            self.samples.note(lead, op);
        }
        match &op.payload {
            Payload::AddLead { .. } => totals.added += 1,
            Payload::SetCustom { .. } => totals.updated += u64::from(!op.reason.contains("new lead")),
            Payload::UpdateLead { change, .. } => {
                totals.moved += u64::from(change.list_id.is_some());
                totals.updated += u64::from(!change.fields.is_empty() || change.status.is_some());
            }
            Payload::Deactivate { double: None, then: LinkState::OptedOut, .. } => totals.opted_out += 1,
            Payload::Deactivate { double: None, .. } => totals.deactivated += 1,
            Payload::Deactivate { double: Some(_), .. } => totals.doubles += 1,
            Payload::PatchContact { .. } => totals.patched += 1,
            Payload::LogCall { existing: None, .. } => totals.logged += 1,
            Payload::LogCall { existing: Some(_), .. } => totals.relogged += 1,
        }
    }
}

fn on_dnc_detail(op: &Op, raw: &str) -> String {
    match &op.payload {
        Payload::AddLead { lead } => format!("{} is on a do-not-call list of VICIdial", lead.phone.e164()),
        Payload::SetCustom { .. }
        | Payload::UpdateLead { .. }
        | Payload::Deactivate { .. }
        | Payload::PatchContact { .. }
        | Payload::LogCall { .. } => raw.to_owned(),
    }
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
    let lists: BTreeSet<ListId> = departed.iter().map(|(_, list)| *list).collect();
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
    let mended = rejections.iter().map(|rejection| crate::sync::decide::subject_of(&rejection.contact)).collect();
    let commit = PlanCommit { rejections, mended, job: record.clone(), ..PlanCommit::default() };
    Ok(outside.store.commit_plan(&job.name, run, &commit, outside.clock.now())?)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::{Op, OpId, Payload, by_phone};
    use crate::model::{Base, Lane, Lead, ListId, OpState, Phone};

    fn add(number: i64, phone: &str) -> Op {
        let phone = Phone { code: "1".to_owned(), number: phone.to_owned() };
        Op {
            id: OpId(number),
            lane: Lane::Create,
            subject: format!("contact:{number}"),
            link: None,
            contact: number.to_string().into(),
            payload: Payload::AddLead { lead: Lead { list_id: ListId(101), phone, fields: BTreeMap::new() } },
            base_after: Base::default(),
            reason: String::new(),
            state: OpState::Intended,
            tries: 0,
        }
    }

    #[test]
    fn leads_of_one_number_are_added_one_after_the_other() {
        let window = [add(1, "2025550101"), add(2, "2025550102"), add(3, "2025550101")];
        let groups: Vec<Vec<i64>> = by_phone(window.into_iter()).iter().map(|ops| ops.iter().map(|op| op.id.0).collect()).collect();
        assert_eq!(groups, [vec![1, 3], vec![2]]);
    }
}
