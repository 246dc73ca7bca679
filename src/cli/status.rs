//! `vicisync status`: how the jobs and reports stand, from a copy of the state. It asks no server.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde_json::{Value as Json, json};

use super::arguments::Status;
use super::describe::totals_text;
use super::exit::Exit;
use super::facts;
use super::report_status;
use super::screen::{Failed, table};
use super::session::Session;
use crate::model::{Failure, JobName, OpState, RunEnd, Stranger};
use crate::ports::{JobRecord, RunRecord, Store};
use crate::setup::Timetable;
use crate::state::State;

/// Runs shown of each job.
const RUNS_SHOWN: usize = 5;
/// Runs looked through for them.
const RUNS_READ: u32 = 500;
/// Failures shown as text; `--json` has all.
const FAILURES_SHOWN: usize = 20;
/// Leads without a contact shown as text; `--json` has all.
const STRANGERS_SHOWN: usize = 10;

/// How one job stands.
struct Standing {
    name: JobName,
    crm: String,
    vicidial: String,
    record: JobRecord,
    runs: Vec<RunRecord>,
    links: BTreeMap<String, u64>,
    failures: Vec<Failure>,
    rejections: BTreeMap<String, u64>,
    strangers: Vec<Stranger>,
    waiting: usize,
    unknown: usize,
    stopped_logins: Vec<(String, DateTime<Utc>)>,
    live_leads_per_link_max: u64,
    next: Option<DateTime<Utc>>,
    next_full: Option<DateTime<Utc>>,
}

/// Runs the command.
///
/// # Errors
/// Files or a state that cannot be read.
pub(super) fn run(session: &Session, wanted: &Status) -> Result<Exit, Failed> {
    let checked = session.read()?;
    let names = session.chosen(&checked, wanted.job.as_deref())?;
    let state = session.open_copy()?;
    let all = state.runs(RUNS_READ)?;
    let mut jobs = Vec::new();
    for timetable in checked.timetables().into_iter().filter(|timetable| names.contains(&timetable.name)) {
        let standing = look(&state, &timetable, &all)?;
        session.screen.data(&text(&standing));
        jobs.push(to_json(&standing));
    }
    let mut reports = Vec::new();
    // Who names a job asks about that job.
    for report in checked.reports().iter().filter(|_| wanted.job.is_none()) {
        let standing = report_status::look(&state, report, &all)?;
        session.screen.data(&report_status::text(&standing));
        reports.push(report_status::to_json(&standing));
    }
    let mut vicidials = BTreeMap::new();
    for timetable in checked.timetables().into_iter().filter(|timetable| names.contains(&timetable.name)) {
        vicidials.insert(timetable.vicidial.clone(), state.server_facts(&timetable.vicidial)?);
    }
    for (name, known) in &vicidials {
        session.screen.data(&facts::summary(name, known, Utc::now()));
    }
    let vicidials: BTreeMap<&String, Json> = vicidials.iter().map(|(name, known)| (name, facts::to_json(known))).collect();
    session.screen.json(&json!({ "state": session.places.state, "jobs": jobs, "reports": reports, "vicidials": vicidials }));
    Ok(Exit::Fine)
}

fn look(state: &State, job: &Timetable, all: &[RunRecord]) -> Result<Standing, Failed> {
    let name = &job.name;
    let now = Utc::now();
    let mut stopped_logins = Vec::new();
    for connection in [&job.vicidial, &job.crm] {
        if let Some((at, _)) = state.login_refused(connection)? {
            stopped_logins.push((connection.to_owned(), at));
        }
    }
    Ok(Standing {
        name: name.clone(),
        crm: job.crm.clone(),
        vicidial: job.vicidial.clone(),
        record: state.job(name)?,
        runs: all.iter().filter(|run| run.job == name.as_str()).take(RUNS_SHOWN).cloned().collect(),
        links: state.link_count(name)?,
        failures: state.failures(name, None)?,
        rejections: state.rejections(name, 0)?.1,
        strangers: state.strangers(name)?,
        waiting: state.ops(name, &[OpState::Intended], u32::MAX)?.len(),
        unknown: state.ops(name, &[OpState::Sent, OpState::Unknown], u32::MAX)?.len(),
        stopped_logins,
        live_leads_per_link_max: state.live_leads_per_link_max(name)?,
        next: job.schedule.next_after(now),
        next_full: job.full_schedule.next_after(now),
    })
}

/// What a person decides before the job goes on, if its last run was held.
fn hold(job: &Standing) -> Option<&str> {
    job.runs.first().filter(|run| run.end == Some(RunEnd::Held)).map(|run| run.message.as_str())
}

fn text(job: &Standing) -> String {
    let mut text = format!("job {} ({} -> {})\n", job.name, job.crm, job.vicidial);
    let mut line = |words: String| {
        text.push_str("  ");
        text.push_str(&words);
        text.push('\n');
    };
    if !job.record.is_approved {
        line(format!("not approved yet: its first run is a plan; see it: vicisync plan {}", job.name));
    }
    if let Some(hold) = hold(job) {
        line(format!("HELD: {hold}; look: vicisync plan {0}; send it: vicisync sync {0} --approve", job.name));
    }
    for (connection, at) in &job.stopped_logins {
        line(format!("STOPPED: the login of `{connection}` was refused at {}; mend it, then: vicisync check --live", moment(*at)));
    }
    line(format!("changes read up to {}", job.record.watermark.map_or_else(|| "(never)".to_owned(), moment)));
    let calls = job.record.calls_watermark.map(|time| format!("{} (VICIdial's clock)", time.format("%Y-%m-%d %H:%M:%S")));
    line(format!("calls read up to {}", calls.unwrap_or_else(|| "(never)".to_owned())));
    line(format!("last full look {}", job.record.full_done_at.map_or_else(|| "(never)".to_owned(), moment)));
    line(format!("next run by the daemon {}, full {}", job.next.map_or_else(never, moment), job.next_full.map_or_else(never, moment)));
    line(format!("links: {}", counted(&job.links)));
    line(format!("rejected: {}", counted(&job.rejections)));
    for words in strangers(&job.strangers, &job.name) {
        line(words);
    }
    line(format!("writes waiting: {}, of unknown effect: {}", job.waiting, job.unknown));
    for (field, seen) in &job.record.stopped {
        line(format!("field {field} is not written any more: {seen}"));
    }
    if job.live_leads_per_link_max > 1 {
        line(format!("WRONG: {} live links share one lead; please report this", job.live_leads_per_link_max));
    }
    line(format!("failures: {}", job.failures.len()));
    for failure in job.failures.iter().take(FAILURES_SHOWN) {
        line(format!("  {} {} ({} tries): {}", failure.subject, failure.code, failure.tries, failure.raw));
    }
    if job.failures.len() > FAILURES_SHOWN {
        line(format!("  ... and {} more: vicisync status {} --json", job.failures.len() - FAILURES_SHOWN, job.name));
    }
    let runs: Vec<Vec<String>> = job.runs.iter().map(run_row).collect();
    if !runs.is_empty() {
        line("last runs:".to_owned());
        for row in table(&runs).lines() {
            line(format!("  {row}"));
        }
    }
    text
}

/// Leads without a contact that wait for a person; none, no line.
fn strangers(held: &[Stranger], job: &JobName) -> Vec<String> {
    let mut counts: BTreeMap<String, u64> = BTreeMap::new();
    for stranger in held {
        *counts.entry(stranger.reason.clone()).or_default() += 1;
    }
    if held.is_empty() {
        return Vec::new();
    }
    let shown = held.iter().take(STRANGERS_SHOWN).map(|stranger| {
        let Stranger { lead, phone, status, campaign, reason, detail, last_at, .. } = stranger;
        format!("  lead {lead} {phone} {reason}: {detail} ({status} in {campaign}, last call {})", moment(*last_at))
    });
    let more =
        (held.len() > STRANGERS_SHOWN).then(|| format!("  ... and {} more: vicisync status {job} --json", held.len() - STRANGERS_SHOWN));
    [format!("leads without a contact: {}", counted(&counts))].into_iter().chain(shown).chain(more).collect()
}

fn run_row(run: &RunRecord) -> Vec<String> {
    let end = run.end.map_or("cut off, or still running", end_word);
    let message = if run.message.is_empty() { totals_text(&run.totals) } else { run.message.clone() };
    vec![run.started.map_or_else(never, moment), run.trigger.clone(), end.to_owned(), message]
}

/// How a run ended, in a word.
#[must_use]
pub(super) fn end_word(end: RunEnd) -> &'static str {
    match end {
        RunEnd::Clean => "clean",
        RunEnd::WithFailures => "with failures",
        RunEnd::Held => "held",
        RunEnd::Stopped => "stopped",
        RunEnd::Refused => "refused",
    }
}

fn moment(time: DateTime<Utc>) -> String {
    time.format("%Y-%m-%d %H:%M:%S UTC").to_string()
}

fn never() -> String {
    "(never)".to_owned()
}

fn counted(counts: &BTreeMap<String, u64>) -> String {
    if counts.is_empty() {
        return "none".to_owned();
    }
    counts.iter().map(|(word, count)| format!("{count} {word}")).collect::<Vec<_>>().join(", ")
}

fn to_json(job: &Standing) -> Json {
    let runs: Vec<Json> = job
        .runs
        .iter()
        .map(|run| {
            json!({
                "id": run.id, "trigger": run.trigger, "started": run.started, "ended": run.ended, "end": run.end,
                "message": run.message, "totals": run.totals,
            })
        })
        .collect();
    let stopped: Vec<Json> = job.stopped_logins.iter().map(|(connection, at)| json!({ "connection": connection, "at": at })).collect();
    let fields: BTreeMap<String, &String> = job.record.stopped.iter().map(|(field, seen)| (field.to_string(), seen)).collect();
    json!({
        "job": job.name,
        "crm": job.crm,
        "vicidial": job.vicidial,
        "approved": job.record.is_approved,
        "hold": hold(job),
        "stopped_logins": stopped,
        "watermark": job.record.watermark,
        "calls_watermark": job.record.calls_watermark,
        "full_done_at": job.record.full_done_at,
        "next": job.next,
        "next_full": job.next_full,
        "links": job.links,
        "rejections": job.rejections,
        "strangers": job.strangers,
        "waiting": job.waiting,
        "unknown": job.unknown,
        "stopped_fields": fields,
        "failures": job.failures,
        "live_leads_per_link_max": job.live_leads_per_link_max,
        "runs": runs,
    })
}
