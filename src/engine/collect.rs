//! Calls: read into the inbox, folded, and turned into CRM writes.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, NaiveDateTime, Utc};

use crate::mapping::Program;
use crate::model::{Call, ContactId, Failure, LeadId, Link, LinkState, Op};
use crate::ports::{Clock, Contacts, Dialer, Store};
use crate::sync::decide::Settings;
use crate::sync::dispose::{self, Told, Written};
use crate::sync::watermark;

use super::flags::{self, Reader};
use super::gaps;
use super::plan::Plan;
use super::{Job, Outside, Stop};

/// Leads folded in one go.
const FOLD_BATCH: u32 = 500;

/// Reads the calls since the watermark into the inbox. Legs before the go-live date are left out.
pub(crate) async fn collect<D: Dialer, C: Contacts, S: Store, K: Clock>(
    outside: &Outside<'_, D, C, S, K>,
    job: &Job,
    plan: &mut Plan,
    since: Option<DateTime<Utc>>,
) -> Result<(), Stop> {
    let Some(go_live) = job.program.go_live() else { return Ok(()) };
    outside.progress.stage("reading calls");
    let time = outside.dialer.time().await.map_err(|fault| job.dialer_stop(fault))?;
    let local = |instant: DateTime<Utc>| -> NaiveDateTime { time.local + (instant - time.utc) };
    let from = match since {
        Some(since) => local(since.max(go_live)),
        // The zone's offset may have been another one then; legs are filtered by their true start.
        None => plan.commit.job.calls_watermark.unwrap_or_else(|| local(go_live) - chrono::Duration::hours(2)),
    };
    if go_live > time.utc || from > time.local {
        return Ok(());
    }
    let calls = outside.dialer.calls(from, time.local).await.map_err(|fault| job.dialer_stop(fault))?;
    gaps::gaps(outside, job, plan, from, time.local, &calls)?;
    let legs: Vec<_> = calls.legs.into_iter().filter(|leg| leg.start >= go_live).collect();
    let fresh = outside.store.put_legs(&job.name, &legs)?;
    plan.totals.legs = fresh.len() as u64;
    if since.is_none() {
        plan.commit.job.calls_watermark = Some(watermark::calls(time.local, plan.commit.job.calls_watermark));
    }
    unreadable_calls(outside, job, plan, from, &calls.unreadable)
}

/// Rows of calls that cannot be read are a failure with the window's start in its name: only a readable window that reaches as far back ends it.
fn unreadable_calls<D, C, S: Store, K>(
    outside: &Outside<'_, D, C, S, K>,
    job: &Job,
    plan: &mut Plan,
    from: NaiveDateTime,
    remarks: &[String],
) -> Result<(), Stop> {
    if !remarks.is_empty() {
        let since = from.format("%Y-%m-%d %H:%M");
        plan.fail(Failure {
            subject: format!("calls:{since}"),
            contact: None,
            code: "unreadable_calls".to_owned(),
            raw: format!(
                "{}; when the rows are mended in VICIdial, run: vicisync sync {} --since \"{since}\"",
                remarks.join("; "),
                job.name
            ),
            tries: 0,
        });
        return Ok(());
    }
    for failure in outside.store.failures(&job.name, None)? {
        let Some(since) = failure.subject.strip_prefix("calls:") else { continue };
        let is_covered =
            NaiveDateTime::parse_from_str(since, "%Y-%m-%d %H:%M").is_ok_and(|since| from <= since + chrono::Duration::minutes(1));
        if is_covered {
            plan.commit.mended.push(failure.subject);
        }
    }
    Ok(())
}

/// Plans what the calls of leads ask for: of those whose legs changed, and of the leads named; of these contacts only, where the run is about some.
pub(crate) fn fold_calls<D: Dialer, C: Contacts, S: Store, K: Clock>(
    outside: &Outside<'_, D, C, S, K>,
    job: &Job,
    plan: &mut Plan,
    settings: &Settings,
    also: &[LeadId],
    only: Option<&BTreeSet<ContactId>>,
) -> Result<(), Stop> {
    if job.program.go_live().is_none() {
        return Ok(());
    }
    let reader = Reader::new(outside, job)?;
    let mut warned = BTreeSet::new();
    // Contacts whose calls were told, with whether they have to wait.
    let mut told: BTreeMap<ContactId, bool> = BTreeMap::new();
    let mut leads = also.to_vec();
    leads.extend(outside.store.unfolded(&job.name, u32::MAX)?);
    leads.sort();
    leads.dedup();
    for batch in leads.chunks(FOLD_BATCH as usize) {
        for lead in batch {
            let link = outside.store.link_by_lead(&job.name, *lead)?;
            if only.is_some_and(|only| link.as_ref().is_none_or(|link| !only.contains(&link.contact))) {
                continue;
            }
            if let Some(link) = link.filter(|link| !plan.gone.contains(&link.contact)) {
                let waits = match told.get(&link.contact) {
                    Some(waits) => *waits,
                    None => tell(outside, job, plan, &reader, &link.contact, &mut warned)?,
                };
                told.insert(link.contact.clone(), waits);
                if link.state == LinkState::OptedOut {
                    // A call may have left the lead with a status that is dialed: it is looked at, and taken out again.
                    plan.tighten(&link, settings);
                }
                // Its legs stay unfolded, and are looked at again by the next run.
                if waits {
                    continue;
                }
            }
            // Of a lead that is to become somebody's the calls are told as soon as it is.
            if plan.claimed_leads.contains(lead) {
                continue;
            }
            plan.commit.folded.push(*lead);
        }
    }
    Ok(())
}

/// Plans what the calls of all of a contact's leads ask for. Gives whether they have to wait.
fn tell<D: Dialer, C: Contacts, S: Store, K: Clock>(
    outside: &Outside<'_, D, C, S, K>,
    job: &Job,
    plan: &mut Plan,
    reader: &Reader<'_>,
    contact: &ContactId,
    warned: &mut BTreeSet<String>,
) -> Result<bool, Stop> {
    let mut links = outside.store.links_of(&job.name, contact)?;
    links.retain(|link| link.state != LinkState::Wanted);
    let mut calls = Vec::new();
    let mut waits = false;
    for (link, lead) in links.iter().flat_map(|link| link.lead_id.iter().chain(&link.base.former).map(move |lead| (link, *lead))) {
        let of_lead = flags::calls(outside, job, lead)?;
        waits |= reader.waits(&of_lead);
        if let Some(status) = reader.in_vain(&of_lead) {
            plan.fail(flags_unknown(link, lead, status));
        }
        calls.extend(of_lead);
    }
    if !waits {
        // Each lead's are in order; those of one person are one story.
        calls.sort_by(|one, other| (one.start, &one.key).cmp(&(other.start, &other.key)));
        reader.warn(&calls, warned);
        plan.calls(ops_of(outside, job, &reader.program, &links, &calls)?);
    }
    Ok(waits)
}

fn flags_unknown(link: &Link, lead: LeadId, status: &str) -> Failure {
    Failure {
        subject: format!("call:flags:{lead}"),
        contact: Some(link.contact.clone()),
        code: "flags_unknown".to_owned(),
        raw: format!(
            "a call of lead {lead} ended with {status}, and VICIdial's statuses could not be read since; the mapping has rules by flag, so the lead's calls \
             wait; to see why: vicisync check --live"
        ),
        tries: 0,
    }
}

fn ops_of<D, C, S: Store, K>(
    outside: &Outside<'_, D, C, S, K>,
    job: &Job,
    program: &Program,
    links: &[Link],
    calls: &[Call],
) -> Result<Vec<Op>, Stop> {
    let Some(told) = told(program, calls) else { return Ok(Vec::new()) };
    let mut written = Written::new();
    for activity in &told.activities {
        if let Some(before) = outside.store.activity(&job.name, &activity.key)? {
            written.insert(activity.key.clone(), before);
        }
    }
    Ok(dispose::ops(links, &told, &written))
}

/// What the mapping tells the CRM of a person's calls: the newest decides the attributes, each may be counted, and an activity.
fn told(program: &Program, calls: &[Call]) -> Option<Told> {
    let newest = calls.last()?;
    let count = calls.len() as u64;
    let mut told = Told {
        set: program.dispose(newest, count).set,
        counters: program.counters().into_iter().map(|name| (name, 0)).collect(),
        activities: Vec::new(),
    };
    for disposed in calls.iter().map(|call| program.dispose(call, count)) {
        if let Some(counted) = disposed.counter.and_then(|name| told.counters.get_mut(&name)) {
            *counted += 1;
        }
        told.activities.extend(disposed.activity);
    }
    Some(told)
}
