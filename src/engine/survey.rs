//! What a run asks, learns and heeds of the server itself. Ordinary runs ask nothing: only the first run and full ones do, once a day at most,
//! and any run while something is known that it must not run with, or calls wait for statuses that are not known.
//!
//! A survey that gets no answer stops nothing: the run's own questions tell that better. What the facts mean stands in `sync::server`.

use chrono::TimeDelta;

use crate::model::{FactName, FactSource, FactValue, ListId, ServerFacts};
use crate::ports::{Clock, Contacts, Dialer, Effect, Fault, Reach, Store, Wanted};
use crate::sync::server::{Change, dangers, disagreement, merge};

use super::{Job, Outside, Request, Scope, Stop, flags};

/// A little less than a day: full runs of one hour of the day shift by minutes.
const AGE_MAX: TimeDelta = TimeDelta::hours(20);

/// Asks what is due, and stops a run that the server is not fit for.
pub(super) async fn survey<D: Dialer, C: Contacts, S: Store, K: Clock>(
    outside: &Outside<'_, D, C, S, K>,
    job: &Job,
    request: &Request,
    is_first_run: bool,
) -> Result<(), Stop> {
    let has_custom = !job.program.custom_labels().is_empty();
    let mut known = outside.store.server_facts(&job.vicidial)?;
    let now = outside.clock.now();
    let is_wide = match request.scope {
        Scope::Full => true,
        Scope::Changed => is_first_run,
        Scope::Since(_) | Scope::Contact(_) | Scope::Lead(_) | Scope::List(_) => false,
    };
    let is_old = known.surveyed_at().is_none_or(|at| now - at >= AGE_MAX || at > now);
    let is_due = is_wide && is_old && !request.is_dry;
    let awaits_flags = flags::lacks_all(job, &known) || (!request.is_dry && flags::is_awaited(outside, job, &known)?);
    if is_due || !dangers(&known, has_custom).is_empty() || awaits_flags {
        outside.progress.stage("asking about the server");
        let wanted = Wanted { lists: job.program.all_lists(), custom: job.program.custom_labels() };
        match outside.dialer.survey(&wanted, now).await {
            Ok(found) => known = keep(outside, job, &known, &found)?,
            Err(fault) if fault.reach == Reach::Login => return Err(job.dialer_stop(fault)),
            Err(fault) => tracing::warn!(vicidial = job.vicidial, code = fault.code, "the server could not be asked about itself"),
        }
    }
    if flags::lacks_all(job, &known) {
        let message = "the mapping has rules by flag, and the flags of VICIdial's statuses are not known";
        let help = "give the connection a `database` table in the config, with an account that may read vicidial_statuses; or write the rules by status; \
                    to see what is known: vicisync check --live";
        return Err(job.dialer_stop(Fault::new(Effect::None, Reach::Person, "flags_unknown", message).help(help)));
    }
    let Some(danger) = dangers(&known, has_custom).into_iter().next() else { return Ok(()) };
    Err(job.dialer_stop(Fault::new(Effect::None, Reach::Person, danger.code, danger.message).help(danger.help)))
}

/// Keeps what was learned on the way, and tells what changed. Gives all that is known now.
pub(super) fn keep<D, C, S: Store, K>(
    outside: &Outside<'_, D, C, S, K>,
    job: &Job,
    known: &ServerFacts,
    found: &ServerFacts,
) -> Result<ServerFacts, Stop> {
    let (merged, changes) = merge(known, found);
    if merged == *known {
        return Ok(merged);
    }
    outside.store.put_server_facts(&job.vicidial, &merged)?;
    for Change { name, before, after } in &changes {
        tracing::warn!(vicidial = job.vicidial, fact = %name, %before, %after, "the server is another than it was");
    }
    if disagreement(known).is_none()
        && let Some(danger) = disagreement(&merged)
    {
        tracing::warn!(vicidial = job.vicidial, "{}", danger.message);
    }
    Ok(merged)
}

/// Keeps one conclusion about the server.
pub(super) fn conclude<D, C, S: Store, K: Clock>(
    outside: &Outside<'_, D, C, S, K>,
    job: &Job,
    name: FactName,
    value: FactValue,
) -> Result<(), Stop> {
    let known = outside.store.server_facts(&job.vicidial)?;
    let mut found = ServerFacts::default();
    found.put(name, value, FactSource::Inferred, outside.clock.now());
    keep(outside, job, &known, &found).map(|_| ())
}

/// What a stop says of the server: that it shows X instead of data.
pub(super) fn heed<D, C, S: Store, K: Clock>(outside: &Outside<'_, D, C, S, K>, job: &Job, stop: &Stop) -> Result<(), Stop> {
    match stop {
        Stop::Fault { connection, fault } if *connection == job.vicidial && fault.code == "masked" => {
            conclude(outside, job, FactName::Masking, true.into())
        }
        Stop::Fault { .. } | Stop::Store(_) | Stop::Held(_) | Stop::Quiet(_) => Ok(()),
    }
}

/// A list that could not be handed out: the smallest of them is a fact, where a survey counted its leads.
pub(super) fn too_large<D, C, S: Store, K: Clock>(
    outside: &Outside<'_, D, C, S, K>,
    job: &Job,
    list: ListId,
    fault: &Fault,
) -> Result<(), Stop> {
    if fault.code != "too_large_or_broken" {
        return Ok(());
    }
    let known = outside.store.server_facts(&job.vicidial)?;
    let least = known.number(&FactName::SmallestTooLarge);
    match known.number(&FactName::ListLeads(list)).filter(|leads| least.is_none_or(|least| *leads < least)) {
        Some(leads) => conclude(outside, job, FactName::SmallestTooLarge, leads.into()),
        None => Ok(()),
    }
}
