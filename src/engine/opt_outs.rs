//! Do-not-call of a run that stops: held, in a blackout, or for a person to mend. Nobody who opted out is dialed on for that.
//!
//! Of a plan that is not committed, only what takes opted-out people out of dialing is, and sent. The watermark stays, so that the next run plans all again.

use std::collections::BTreeSet;

use crate::model::{Lane, Op, OpState, Rejection, RunId, Seat};
use crate::ports::{self, Clock, Contacts, Dialer, PlanCommit, Reach, Store};

use super::fetch::Fetch;
use super::part::Part;
use super::plan::Plan;
use super::push::{Drained, Pushed, push};
use super::sweep::Swept;
use super::{Job, Outside, Stop, guard, settle};

/// Whether do-not-call goes out although the run stops here: a person decides, or mends one of VICIdial's answers (a right, a list).
/// Masked values may mean that nothing that VICIdial shows is true.
pub(super) fn leaves_opt_outs(job: &Job, stop: &Stop) -> bool {
    match stop {
        Stop::Held(_) => true,
        // A blackout has a way of its own.
        Stop::Store(_) | Stop::Quiet(_) => false,
        Stop::Fault { connection, fault } => {
            *connection == job.vicidial && matches!(fault.reach, Reach::Person | Reach::Record) && fault.code != "masked"
        }
    }
}

/// Reads what changed in the CRM for its opt-outs alone. Gives what the run ends with.
pub(super) async fn opt_outs<D: Dialer, C: Contacts, S: Store, K: Clock>(
    outside: &Outside<'_, D, C, S, K>,
    job: &Job,
    run: RunId,
    stop: Stop,
) -> Stop {
    let sent = async {
        let plan = opted_out(outside, job).await?;
        tighten(outside, job, run, &plan).await
    };
    match sent.await {
        Err(worse @ (Stop::Store(_) | Stop::Fault { fault: ports::Fault { reach: Reach::Login, .. }, .. })) => worse,
        Ok(()) | Err(Stop::Fault { .. } | Stop::Held(_) | Stop::Quiet(_)) => stop,
    }
}

/// The same in a blackout. VICIdial is asked for nothing unless somebody opted out, or may have a lead that is not known yet. What goes wrong
/// with that is the run's end: nobody else would tell.
pub(super) async fn in_blackout<D: Dialer, C: Contacts, S: Store, K: Clock>(
    outside: &Outside<'_, D, C, S, K>,
    job: &Job,
    run: RunId,
    stop: Stop,
) -> Stop {
    let sent = async {
        // An add of unknown effect may be the lead of somebody who opted out since.
        settle::settle(outside, job, &[Lane::Dnc, Lane::Create]).await?;
        let plan = opted_out(outside, job).await?;
        let is_wanted = plan.commit.ops.iter().any(|op| op.lane == Lane::Dnc && op.link.is_some());
        if is_wanted || waiting_opt_outs(outside, job)? > 0 {
            guard::guard(outside, job, false).await?;
        }
        tighten(outside, job, run, &plan).await
    };
    match sent.await {
        Err(worse) => worse,
        Ok(()) => stop,
    }
}

/// A plan of what changed in the CRM, without a look at VICIdial: of leads that are known.
async fn opted_out<D: Dialer, C: Contacts, S: Store, K: Clock>(outside: &Outside<'_, D, C, S, K>, job: &Job) -> Result<Plan, Stop> {
    let mut plan = Plan::new(outside.store.job(&job.name)?);
    let scope = plan.commit.job.watermark.map_or(ports::Scope::All, ports::Scope::ChangedSince);
    Fetch::new(outside, job, &mut plan, &mut Part::whole(), Swept::default(), BTreeSet::new())?.of_known_leads().listing(&scope).await?;
    Ok(plan)
}

/// Do-not-call goes out also while the job is held: of a held plan, only what takes opted-out people out of dialing is committed and
/// sent. The watermark stays.
pub(super) async fn tighten<D: Dialer, C: Contacts, S: Store, K: Clock>(
    outside: &Outside<'_, D, C, S, K>,
    job: &Job,
    run: RunId,
    plan: &Plan,
) -> Result<(), Stop> {
    let ops: Vec<Op> = plan.commit.ops.iter().filter(|op| op.lane == Lane::Dnc && op.link.is_some()).cloned().collect();
    let opted_out = plan.commit.rejections.iter().filter(|rejection| rejection.reason.starts_with("opted_out"));
    let cancelled: Vec<Seat> = opted_out.map(Rejection::seat).collect();
    let record = outside.store.job(&job.name)?;
    if !ops.is_empty() || !cancelled.is_empty() {
        let commit = PlanCommit { ops, cancelled, job: record.clone(), ..PlanCommit::default() };
        outside.store.commit_plan(&job.name, run, &commit, outside.clock.now())?;
    }
    // What an earlier run planned and could not send waits no longer either.
    let planned = waiting_opt_outs(outside, job)?;
    push(outside, job, &record, run, Drained { lanes: &[Lane::Dnc], only: None }, &mut Pushed::default(), planned).await
}

/// Opt-outs that were planned and are not sent yet.
fn waiting_opt_outs<D, C, S: Store, K>(outside: &Outside<'_, D, C, S, K>, job: &Job) -> Result<u64, Stop> {
    let ops = outside.store.ops(&job.name, &[OpState::Intended], u32::MAX)?;
    Ok(ops.iter().filter(|op| op.lane == Lane::Dnc).count() as u64)
}
