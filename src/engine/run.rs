//! The way of a run, from the first look to the last.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::{ContactId, Lane, LeadId, LinkState, OpState, RunEnd, RunId, Totals};
use crate::ports::{self, Clock, Contacts, Dialer, Reach, Store};
use crate::sync::{brake, watermark};

use super::edits::{self, Edits};
use super::ending::{done, finish, stopped};
use super::fetch::{self, Fetch};
use super::opt_outs::{in_blackout, leaves_opt_outs, opt_outs, tighten};
use super::part::Part;
use super::plan::Plan;
use super::push::{Drained, Pushed, push};
use super::settle::Double;
use super::sweep::{Swept, sweep};
use super::{Job, Outside, Report, Request, Scope, Stop, collect, follow, guard, prove, settle, strangers, survey};

/// Runs a job once. Never fails: what went wrong is in the report, and in the state.
pub async fn run<D: Dialer, C: Contacts, S: Store, K: Clock>(outside: &Outside<'_, D, C, S, K>, job: &Job, request: &Request) -> Report {
    let mut report = Report {
        job: job.name.clone(),
        end: RunEnd::Clean,
        message: String::new(),
        help: None,
        totals: Totals::default(),
        failures: 0,
        resumes: None,
        holds: Vec::new(),
        rejected: BTreeMap::new(),
        again: format!("vicisync sync {}{}", job.name, request.scope.words()),
        plan: Vec::new(),
        rejections: Vec::new(),
    };
    let begun = match outside.store.begin_run(&job.name, request.trigger, outside.clock.now()) {
        Ok(run) => run,
        Err(error) => {
            stopped(&mut report, outside, job, Stop::Store(error));
            return report;
        }
    };
    if let Err(stop) = steps(outside, job, request, begun, &mut report).await {
        stopped(&mut report, outside, job, stop);
    }
    finish(outside, job, begun, &mut report);
    report
}

async fn steps<D: Dialer, C: Contacts, S: Store, K: Clock>(
    outside: &Outside<'_, D, C, S, K>,
    job: &Job,
    request: &Request,
    run: RunId,
    report: &mut Report,
) -> Result<(), Stop> {
    refuse_stopped_logins(outside, job)?;
    match all_steps(outside, job, request, run, report).await {
        Err(stop @ Stop::Quiet(_)) if !request.is_dry => Err(in_blackout(outside, job, run, stop).await),
        result => result,
    }
}

async fn all_steps<D: Dialer, C: Contacts, S: Store, K: Clock>(
    outside: &Outside<'_, D, C, S, K>,
    job: &Job,
    request: &Request,
    run: RunId,
    report: &mut Report,
) -> Result<(), Stop> {
    job.awake(outside.clock.now())?;
    outside.dialer.prepare().await.map_err(|fault| job.dialer_stop(fault))?;
    let doubles = if request.is_dry { Vec::new() } else { settle::settle(outside, job, &Lane::ALL).await? };
    // That may have taken minutes.
    job.awake(outside.clock.now())?;
    guard::guard(outside, job, request.is_approved && request.scope == Scope::Full).await?;
    let record = outside.store.job(&job.name)?;
    let is_first_run = !record.is_approved;
    let mut plan = Plan::new(record);
    let looked = match survey::survey(outside, job, request, is_first_run).await {
        Ok(()) => look(outside, job, request, &mut plan, doubles).await,
        Err(stop) => Err(stop),
    };
    if let Err(stop) = &looked {
        survey::heed(outside, job, stop)?;
    }
    let only = match looked {
        Ok(only) => only,
        Err(stop) if !request.is_dry && leaves_opt_outs(job, &stop) => return Err(opt_outs(outside, job, run, stop).await),
        Err(stop) => return Err(stop),
    };

    report.totals = plan.totals;
    report.rejected.clone_from(&plan.rejected);
    report.rejections.clone_from(&plan.commit.rejections);
    let live = outside.store.link_count(&job.name)?.get(LinkState::Live.name()).copied().unwrap_or(0);
    let blown = brake::blown(&plan.totals, live, is_first_run, &job.limits);
    if request.is_dry {
        report.holds = blown.iter().map(|blown| blown.brake.to_owned()).collect();
        report.plan = plan.commit.ops;
        return Ok(());
    }
    if !blown.is_empty() && !request.is_approved {
        tighten(outside, job, run, &plan).await?;
        report.plan = plan.commit.ops;
        return Err(Stop::Held(blown));
    }
    // A person who approves one contact has not seen the job's plan.
    plan.commit.job.is_approved |= request.is_approved && matches!(request.scope, Scope::Changed | Scope::Full);
    let planned = plan.commit.ops.len() as u64;
    outside.store.commit_plan(&job.name, run, &plan.commit, outside.clock.now())?;

    let mut record = plan.commit.job;
    let mut pushed = Pushed::default();
    let mut result = push(outside, job, &record, run, Drained { lanes: &Lane::ALL, only: only.as_ref() }, &mut pushed, planned).await;
    if result.is_ok() {
        let fresh: BTreeSet<ContactId> = plan.claimed.iter().chain(&pushed.made).cloned().collect();
        result = follow::follow(outside, job, run, &fresh, &mut pushed).await.map(|adopted| plan.totals.adopted += adopted);
    }
    done(report, &plan.totals, &pushed);
    result?;
    prove::prove(outside, job, &mut record, &pushed.samples).await?;
    Ok(())
}

/// A refused login stays refused until the credentials change: ten tries lock the account.
fn refuse_stopped_logins<D, C, S: Store, K>(outside: &Outside<'_, D, C, S, K>, job: &Job) -> Result<(), Stop> {
    for connection in [&job.vicidial, &job.crm] {
        let Some((at, print)) = outside.store.login_refused(connection)? else { continue };
        if job.credentials.get(connection) != Some(&print) {
            outside.store.put_login_refused(connection, None)?;
            continue;
        }
        return Err(Stop::Fault { connection: connection.clone(), fault: login_stopped(connection, at) });
    }
    Ok(())
}

/// The fault of a login that was refused before: nothing is sent.
#[must_use]
pub fn login_stopped(connection: &str, at: chrono::DateTime<chrono::Utc>) -> ports::Fault {
    let message = format!("the login of `{connection}` was refused at {}, and is not tried again", at.format("%Y-%m-%d %H:%M:%S UTC"));
    ports::Fault::new(ports::Effect::None, Reach::Person, "login_stopped", message)
        .help("mend the credentials, or if they are right now, run: vicisync check --live")
}

/// Looks at both sides and fills the plan. Gives the contacts that the run is about, where it is about some only.
async fn look<D: Dialer, C: Contacts, S: Store, K: Clock>(
    outside: &Outside<'_, D, C, S, K>,
    job: &Job,
    request: &Request,
    plan: &mut Plan,
    doubles: Vec<Double>,
) -> Result<Option<BTreeSet<ContactId>>, Stop> {
    let now = outside.clock.now();
    let mut contacts: BTreeSet<ContactId> = BTreeSet::new();
    let mut leads: Vec<LeadId> = Vec::new();
    let mut only = false;
    let mut due = Vec::new();
    let mut part = Part::of(&request.scope);
    part.known(outside, job)?;
    match &request.scope {
        Scope::Contact(id) => {
            contacts.insert(id.clone());
            only = true;
        }
        Scope::Lead(lead) => {
            let Some(link) = outside.store.link_by_lead(&job.name, *lead)? else {
                let fault =
                    ports::Fault::new(ports::Effect::None, Reach::Person, "lead_unknown", format!("lead {lead} is linked to no contact"))
                        .help("look for the contact: vicisync explain CONTACT_ID");
                return Err(job.dialer_stop(fault));
            };
            contacts.insert(link.contact);
            only = true;
        }
        Scope::Changed | Scope::Full | Scope::Since(_) | Scope::List(_) => {
            due = outside.store.failures(&job.name, Some(now))?;
            contacts.extend(due.iter().filter_map(|failure| failure.contact.clone()));
        }
    }
    let since = match &request.scope {
        Scope::Since(since) => Some(*since),
        Scope::Changed | Scope::Full | Scope::Contact(_) | Scope::Lead(_) | Scope::List(_) => None,
    };
    if !only {
        // A lead that an earlier run would delete is deleted for what is so now.
        let waiting = outside.store.ops(&job.name, &[OpState::Intended], u32::MAX)?;
        contacts.extend(waiting.into_iter().filter(|op| op.lane == Lane::Delete).map(|op| op.contact));
    }
    collect::collect(outside, job, plan, since).await?;
    for contact in &contacts {
        leads.extend(outside.store.links_of(&job.name, contact)?.into_iter().filter_map(|link| link.lead_id));
    }

    if request.is_approved && request.scope == Scope::Full {
        // A person says that what was wrong is mended: fields that read back otherwise are tried again, and proven again.
        let stopped = std::mem::take(&mut plan.commit.job.stopped);
        plan.commit.mended.extend(stopped.keys().map(|field| format!("field:{field}")));
    }
    let is_new_mapping = plan.commit.job.mapping_hash != job.hash();
    if (is_new_mapping || since.is_some()) && !only {
        // Writes that an older mapping planned are not sent, nor such whose contact may have changed before this run's own
        // instant: their contacts are looked at again.
        contacts.extend(outside.store.contacts_with_ops(&job.name, &[OpState::Intended])?);
    }
    if !only {
        contacts.extend(Edits::of(job).overtaken(outside, job)?);
    }
    let listing = match &request.scope {
        Scope::Full | Scope::List(_) => Some(ports::Scope::All),
        Scope::Changed if is_new_mapping => Some(ports::Scope::All),
        Scope::Changed => Some(plan.commit.job.watermark.map_or(ports::Scope::All, ports::Scope::ChangedSince)),
        Scope::Since(since) => Some(ports::Scope::ChangedSince(*since)),
        Scope::Contact(_) | Scope::Lead(_) => None,
    };
    let is_complete = listing == Some(ports::Scope::All);
    if is_complete {
        // Where one side went back to what it was nothing shows that there is something to decide again.
        let open = outside.store.failures(&job.name, None)?;
        contacts.extend(open.into_iter().filter(edits::is_about_fields).filter_map(|failure| failure.contact));
    }
    let mut swept = if is_complete {
        let swept = sweep(outside, job, plan, &mut part, request.is_approved).await?;
        swept.mend(outside, job, plan, &part)?;
        swept
    } else if plan.commit.job.full_done_at.is_none() {
        // A state that never saw the lists, or was lost, adds nobody before it knows the leads in them by their codes: beside agents they
        // would be looked for by their phones only.
        sweep(outside, job, plan, &mut part, request.is_approved).await?
    } else {
        Swept::none(job)
    };
    edits::look_at(outside, job, plan, &mut swept.edits, &contacts, only).await?;
    let mut claims = strangers::Claims::new();
    if !only && part.list().is_none() {
        let broken = due.iter().filter_map(|failure| failure.subject.strip_prefix("stranger:")?.parse().ok().map(LeadId));
        let broken: Vec<LeadId> = broken.collect();
        claims = strangers::look(outside, job, plan, &broken, is_complete || is_new_mapping).await?;
        plan.claimed = claims.keys().map(|seat| seat.contact.clone()).collect();
        contacts.extend(plan.claimed.iter().cloned());
    }
    let mut fetch = Fetch::new(outside, job, plan, &mut part, swept, contacts.clone())?.with_claims(claims);
    let began = match &listing {
        Some(scope) => Some(fetch.listing(scope).await?),
        None => None,
    };
    fetch.by_id(&contacts).await?;
    if !only {
        fetch.edited().await?;
    }
    if let Scope::Contact(id) = &request.scope
        && fetch.is_unknown(id)?
    {
        let fault = ports::Fault::new(
            ports::Effect::None,
            Reach::Person,
            "contact_unknown",
            format!("the CRM has no contact {id}, and no lead is linked to it"),
        )
        .help("correct the id: it is what stands in the address of the contact's page in the CRM");
        return Err(job.crm_stop(fault));
    }
    if is_complete {
        fetch.absent(request.is_approved).await?;
    }
    fetch.merge().await?;
    fetch.finish(doubles, is_complete).await?;
    // Of a run over one list nobody else was looked at.
    if let (Some(began), true) = (began, since.is_none() && part.list().is_none()) {
        plan.commit.job.watermark = Some(watermark::contacts(began, plan.commit.job.watermark));
        if is_complete {
            plan.commit.job.full_done_at = Some(now);
            // Only now was every contact looked at by this mapping. A run over some of them must not say so.
            plan.commit.job.mapping_hash = job.hash();
        }
    }
    let settings = fetch::settings(job, &plan.commit.job);
    if only {
        for contact in &contacts {
            for link in outside.store.links_of(&job.name, contact)?.iter().filter(|link| link.state == LinkState::OptedOut) {
                plan.tighten(link, &settings);
            }
        }
    }
    let only = if only { Some(contacts) } else { part.contacts().cloned() };
    collect::fold_calls(outside, job, plan, &settings, &leads, only.as_ref())?;
    due.retain(|failure| part.list().is_none() || failure.contact.as_ref().is_some_and(|contact| part.has(contact)));
    plan.settle_failures(&due, &job.program.slots());
    Ok(only)
}
