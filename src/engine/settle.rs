//! What the last run left open: ops of unknown effect are waited for and looked at, by their class. Nothing is sent
//! again here; only a lead that was found to have left its place in dialing is taken out of the hopper, since whether it was cannot be seen.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use crate::model::{ContactId, Failure, FieldName, Lane, LeadId, Op, OpResult, Outcome, Payload, VendorLeadCode};
use crate::ports::{Clock, Contacts, Dialer, Fault, Reach, Sought, Store};
use crate::sync::settle;

use super::send::marked;
use super::{Job, Outside, Stop};

/// Between the first look for a creating write and the second.
const SECOND_LOOK: Duration = Duration::from_secs(2);

/// Codes looked for in one request.
const CODES_MAX: usize = 500;

/// A write that was sent so often and never took effect is a failure, with its pauses: sent again at once it would make every run wait.
const SENDS_MAX: u32 = 3;

/// A lead that carries the code of a contact's lead and is another one.
pub(crate) type Double = (ContactId, LeadId);

/// Settles unknown ops of these lanes; waits for those whose connection closed less than the job's settling time ago. Gives the doubles
/// that it met.
pub(crate) async fn settle<D: Dialer, C: Contacts, S: Store, K: Clock>(
    outside: &Outside<'_, D, C, S, K>,
    job: &Job,
    lanes: &[Lane],
) -> Result<Vec<Double>, Stop> {
    outside.store.close_sent(&job.name, outside.clock.now())?;
    let mut unknown = outside.store.unknown_ops(&job.name)?;
    unknown.retain(|(op, _)| lanes.contains(&op.lane));
    let Some(last_closed) = unknown.iter().map(|(_, closed)| *closed).max() else { return Ok(Vec::new()) };
    let since = (outside.clock.now() - last_closed).to_std().unwrap_or_default();
    if let Some(wait) = job.settle.checked_sub(since).filter(|wait| !wait.is_zero()) {
        outside.progress.stage(&format!("waiting {} s until {} interrupted writes can be looked at", wait.as_secs() + 1, unknown.len()));
        outside.clock.sleep(wait).await;
    }
    outside.progress.stage("looking at interrupted writes");
    let ops: Vec<Op> = unknown.into_iter().map(|(op, _)| op).collect();
    let (creates, others): (Vec<Op>, Vec<Op>) = ops.into_iter().partition(|op| matches!(op.payload, Payload::AddLead { .. }));
    let doubles = settle_creates(outside, job, creates).await?;
    for op in others {
        match look(outside, job, &op).await {
            Ok(outcome) => {
                let outcome = bounded(&op, outcome);
                outside.store.advance(&job.name, &[OpResult { op, outcome }], &[], outside.clock.now())?;
            }
            // It cannot be looked at: it alone is a failure. It stays open, since nobody knows what it did.
            Err(Stop::Fault { fault, .. }) if fault.reach == Reach::Record => {
                let contact = Some(op.contact);
                let failure = Failure { subject: op.subject, contact, code: fault.code.to_owned(), raw: fault.message, tries: 0 };
                outside.store.put_failure(&job.name, &failure, outside.clock.now())?;
            }
            Err(stop) => return Err(stop),
        }
    }
    Ok(doubles)
}

async fn settle_creates<D: Dialer, C: Contacts, S: Store, K: Clock>(
    outside: &Outside<'_, D, C, S, K>,
    job: &Job,
    creates: Vec<Op>,
) -> Result<Vec<Double>, Stop> {
    let mut doubles = Vec::new();
    let mut coded = Vec::new();
    for op in creates {
        match code_of(outside, &op)? {
            Some(code) => coded.push((op, code)),
            None => {
                let outcome = Outcome::Superseded { why: "its link is gone".to_owned() };
                outside.store.advance(&job.name, &[OpResult { op, outcome }], &[], outside.clock.now())?;
            }
        }
    }
    for chunk in coded.chunks(CODES_MAX) {
        let sought: Vec<Sought> = chunk
            .iter()
            .map(|(op, code)| Sought { code: code.clone(), phone: op.payload.added().map(|lead| lead.phone.clone()) })
            .collect();
        let mut found = outside.dialer.find_by_code(&sought).await.map_err(|fault| job.dialer_stop(fault))?;
        let absent: Vec<Sought> = sought.into_iter().filter(|sought| found.get(&sought.code).is_none_or(Vec::is_empty)).collect();
        if !absent.is_empty() {
            outside.clock.sleep(SECOND_LOOK).await;
            found.extend(outside.dialer.find_by_code(&absent).await.map_err(|fault| job.dialer_stop(fault))?);
        }
        let (looked_for, left): (Vec<_>, Vec<_>) = chunk.iter().partition(|(_, code)| found.contains_key(code));
        for (op, _) in left {
            // Without a look nobody knows what it did: it stays open.
            let raw = "it cannot be looked for while agents are logged in to VICIdial".to_owned();
            let failure = Failure {
                subject: op.subject.clone(),
                contact: Some(op.contact.clone()),
                code: crate::ports::LOOK_AGAIN.to_owned(),
                raw,
                tries: 0,
            };
            outside.store.put_failure(&job.name, &failure, outside.clock.now())?;
        }
        let results: Vec<OpResult> = looked_for
            .into_iter()
            .map(|(op, code)| OpResult { op: op.clone(), outcome: bounded(op, settle::create(found.get(code).map_or(&[], Vec::as_slice))) })
            .collect();
        outside.store.advance(&job.name, &results, &[], outside.clock.now())?;
        for (op, code) in chunk {
            doubles.extend(found.get(code).into_iter().flatten().skip(1).map(|lead| (op.contact.clone(), *lead)));
        }
    }
    Ok(doubles)
}

/// Whoever leaves dialing leaves it at once, however often that takes.
fn bounded(op: &Op, outcome: Outcome) -> Outcome {
    let is_leaving = matches!(op.payload, Payload::Deactivate { .. });
    if outcome != Outcome::NotSent || op.tries < SENDS_MAX || is_leaving {
        return outcome;
    }
    let raw = format!("it was tried {} times, got no clear answer, and did not take effect", op.tries);
    Outcome::Refused { code: "no_effect".to_owned(), raw }
}

fn code_of<D, C, S: Store, K>(outside: &Outside<'_, D, C, S, K>, op: &Op) -> Result<Option<VendorLeadCode>, Stop> {
    let Some(id) = op.link else { return Ok(None) };
    Ok(outside.store.link(id)?.map(|link| link.code))
}

async fn look<D: Dialer, C: Contacts, S: Store, K: Clock>(outside: &Outside<'_, D, C, S, K>, job: &Job, op: &Op) -> Result<Outcome, Stop> {
    let dialer_stop = |fault: Fault| job.dialer_stop(fault);
    let crm_stop = |fault: Fault| job.crm_stop(fault);
    Ok(match &op.payload {
        Payload::UpdateLead { change, before, .. } => {
            let Some(lead) = lead_of(outside, op)? else { return Ok(no_lead()) };
            let fields: BTreeSet<FieldName> = change.fields.keys().cloned().collect();
            let row = outside.dialer.read_lead(lead, &fields).await.map_err(dialer_stop)?;
            let outcome = settle::update(change, before, &outside.dialer.stored(&change.fields), row.as_ref());
            if change.list_id.is_some() && is_done(&outcome) {
                outside.dialer.leave_hopper(lead).await.map_err(dialer_stop)?;
            }
            outcome
        }
        Payload::SetCustom { values } => {
            let Some(lead) = lead_of(outside, op)? else { return Ok(no_lead()) };
            let wanted: BTreeMap<FieldName, String> =
                values.iter().map(|(label, value)| (FieldName::Custom(label.clone()), value.clone())).collect();
            let fields = wanted.keys().cloned().collect();
            let row = outside.dialer.read_lead(lead, &fields).await.map_err(dialer_stop)?;
            settle::custom(values, &outside.dialer.stored(&wanted), row.as_ref())
        }
        Payload::Deactivate { status, double, list, .. } => {
            let Some(lead) = double.or(lead_of(outside, op)?) else { return Ok(no_lead()) };
            let row = outside.dialer.read_lead(lead, &BTreeSet::new()).await.map_err(dialer_stop)?;
            let outcome = settle::deactivate(status, *list, row.as_ref());
            if row.is_some() && is_done(&outcome) {
                outside.dialer.leave_dialing(lead).await.map_err(dialer_stop)?;
            }
            outcome
        }
        Payload::PatchContact { contact, set } => {
            let names = set.keys().cloned().collect();
            let shown = outside.contacts.read(contact, &names).await.map_err(crm_stop)?;
            settle::patch(set, shown.as_ref())
        }
        Payload::LogCall { existing: Some(_), .. } => Outcome::NotSent,
        Payload::LogCall { contact, activity, existing: None } => {
            let mut found = outside.contacts.find_activity(contact, &activity.key).await.map_err(crm_stop)?;
            if found.is_none() {
                outside.clock.sleep(SECOND_LOOK).await;
                found = outside.contacts.find_activity(contact, &activity.key).await.map_err(crm_stop)?;
            }
            settle::activity(found)
        }
        Payload::CreateContact { key, mark, .. } => {
            let mut found = marked(outside, key, mark).await.map_err(crm_stop)?;
            if found.is_none() {
                outside.clock.sleep(SECOND_LOOK).await;
                found = marked(outside, key, mark).await.map_err(crm_stop)?;
            }
            settle::contact(found)
        }
        Payload::AddLead { .. } => Outcome::NotSent,
        Payload::SetStatus { rule } => {
            let Some(lead) = lead_of(outside, op)? else { return Ok(no_lead()) };
            let row = outside.dialer.read_lead(lead, &BTreeSet::new()).await.map_err(dialer_stop)?;
            let outcome = settle::status(rule, row.as_ref());
            if is_done(&outcome) {
                outside.dialer.leave_hopper(lead).await.map_err(dialer_stop)?;
            }
            outcome
        }
        Payload::DeleteLead { .. } => {
            let Some(lead) = lead_of(outside, op)? else { return Ok(no_lead()) };
            settle::delete(outside.dialer.read_lead(lead, &BTreeSet::new()).await.map_err(dialer_stop)?.as_ref())
        }
    })
}

fn lead_of<D, C, S: Store, K>(outside: &Outside<'_, D, C, S, K>, op: &Op) -> Result<Option<LeadId>, Stop> {
    let Some(id) = op.link else { return Ok(None) };
    Ok(outside.store.link(id)?.and_then(|link| link.lead_id))
}

fn is_done(outcome: &Outcome) -> bool {
    matches!(outcome, Outcome::Done { .. })
}

fn no_lead() -> Outcome {
    Outcome::Superseded { why: "its link has no lead".to_owned() }
}
