//! The daemon: every job by its schedules, until it is told to end.
//!
//! It decides when a job runs and what is said of a run. What a run does is the engine's; it knows no HTTP and no SQL. Runs follow one
//! after another, reports beside them. A run that panics stops its own job until a restart; the others go on.

mod ending;
mod log;
mod notify;
mod reports;
mod rota;

use std::collections::BTreeSet;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use tokio::signal::unix::{SignalKind, signal};

pub use ending::Ending;
pub use log::begin as begin_log;

use crate::engine::{self, Outside, Report, Request, Unwatched};
use crate::model::{FactName, JobName, RunEnd};
use crate::ports::Store;
use crate::setup::{Ready, ReadyReport, SystemClock};
use crate::state::State;

use log::Told;
use reports::Lines;
use rota::{Due, Rota, Turn};

/// The longest sleep: a wall clock that was set is followed within it.
const SLEEP_MAX: Duration = Duration::from_secs(60);

/// Why the daemon ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// It was told to.
    Told,
    /// Every job stopped after a panic.
    NoJobLeft,
}

/// Runs jobs and reports by their schedules until SIGTERM or SIGINT. `renew` and `renew_report` build one anew: after a refused login the secrets
/// are read again before each run, so that a mended one is taken without a restart.
///
/// # Errors
/// Where the system gives no signal handler.
pub async fn run(
    state: Arc<State>,
    jobs: Vec<Ready>,
    reports: Vec<ReadyReport>,
    renew: impl Fn(&JobName) -> Option<Ready>,
    renew_report: impl Fn(&str) -> Option<ReadyReport>,
) -> io::Result<Ended> {
    let jobs: Vec<Arc<Ready>> = jobs.into_iter().map(Arc::new).collect();
    let lines = Lines::of(&jobs);
    tokio::select! {
        ended = run_jobs(Arc::clone(&state), jobs, &lines, renew) => ended,
        never = reports::run(state, reports, &lines, renew_report) => match never {},
    }
}

async fn run_jobs(
    state: Arc<State>,
    mut jobs: Vec<Arc<Ready>>,
    lines: &Lines,
    renew: impl Fn(&JobName) -> Option<Ready>,
) -> io::Result<Ended> {
    let mut ending = Ending::listen()?;
    let mut hangup = signal(SignalKind::hangup())?;
    let mut refused: BTreeSet<usize> = BTreeSet::new();
    let mut seen = Utc::now();
    let mut rota = Rota::new(turns(&state, &jobs));
    let mut told = Told::default();
    tracing::info!(jobs = jobs.len(), version = env!("CARGO_PKG_VERSION"), "vicisync is ready");
    notify::ready(&status(&rota, &jobs, &told));
    while let Some(due) = rota.next() {
        tokio::select! {
            signal = ending.wished() => return Ok(ended(signal)),
            _ = hangup.recv() => {
                tracing::warn!("SIGHUP is ignored: reloading is not supported yet; systemctl restart vicisync reads the files again");
                continue;
            }
            () = tokio::time::sleep(wait(due.at, Utc::now())) => {}
        }
        let began = Utc::now();
        if began + SLEEP_MAX < seen {
            tracing::warn!("the clock was set back; what is due is computed anew");
            rota.rewind(began);
        }
        seen = began;
        if due.at > began {
            continue;
        }
        if refused.contains(&due.job)
            && let Some(fresh) = renew(&jobs[due.job].job.name).filter(|fresh| fresh.job.credentials != jobs[due.job].job.credentials)
        {
            tracing::info!(job = %fresh.job.name, "the credentials changed; they are tried");
            jobs[due.job] = Arc::new(fresh);
            lines.put(&jobs[due.job]);
        }
        if knows_another(&state, &jobs[due.job])
            && let Some(fresh) = renew(&jobs[due.job].job.name)
        {
            jobs[due.job] = Arc::new(fresh);
            // Reports follow: two clients of one VICIdial would each send a wrong password, and each as much as one may.
            lines.put(&jobs[due.job]);
        }
        let job = &jobs[due.job];
        notify::status(&format!("job {} runs", job.job.name));
        let mut run = tokio::spawn(once(Arc::clone(&state), Arc::clone(job), due.is_full));
        let report = tokio::select! {
            report = &mut run => report,
            signal = ending.wished() => {
                // What was in flight stands in the journal as sent; the next start looks it up before it writes there again.
                run.abort();
                return Ok(ended(signal));
            }
        };
        match report {
            Ok(report) => {
                if report.end == RunEnd::Refused {
                    refused.insert(due.job);
                } else {
                    refused.remove(&due.job);
                }
                let skipped = rota.ran(due, report.end, report.resumes, began, Utc::now());
                told.run(&report, if due.is_full { "full" } else { "changes" }, began, skipped);
            }
            Err(error) => {
                rota.stop(due.job);
                told.panicked(&job.job.name, &error);
            }
        }
        notify::status(&status(&rota, &jobs, &told));
    }
    notify::stopping();
    Ok(Ended::NoJobLeft)
}

async fn once(state: Arc<State>, ready: Arc<Ready>, is_full: bool) -> Report {
    let scope = if is_full { engine::Scope::Full } else { engine::Scope::Changed };
    let request = Request { trigger: if is_full { "full" } else { "schedule" }, scope, is_approved: false, is_dry: false };
    let outside = Outside { dialer: &*ready.dialer, contacts: &*ready.contacts, store: &*state, clock: &SystemClock, progress: &Unwatched };
    engine::run(&outside, &ready.job, &request).await
}

/// Whether a run found out about `use_non_latin` since the job was built.
fn knows_another(state: &State, ready: &Ready) -> bool {
    match state.server_facts(&ready.job.vicidial) {
        Ok(facts) => facts.switch(&FactName::NonLatin) != ready.non_latin,
        Err(error) => {
            tracing::warn!(job = %ready.job.name, %error, "what is known of the server could not be read");
            false
        }
    }
}

/// When each job was last looked at in full: a full run that was missed while the daemon was down is made up for.
fn turns(state: &State, jobs: &[Arc<Ready>]) -> Vec<Turn> {
    let now = Utc::now();
    jobs.iter()
        .map(|ready| {
            let full_done_at = match state.job(&ready.job.name) {
                Ok(record) => record.full_done_at,
                Err(error) => {
                    tracing::warn!(job = %ready.job.name, %error, "the job's last full run could not be read");
                    None
                }
            };
            Turn::new(ready.timetable.schedule.clone(), ready.timetable.full_schedule.clone(), full_done_at, now)
        })
        .collect()
}

fn wait(at: DateTime<Utc>, now: DateTime<Utc>) -> Duration {
    (at - now).to_std().unwrap_or_default().min(SLEEP_MAX)
}

fn ended(signal: &str) -> Ended {
    notify::stopping();
    tracing::info!(signal, "vicisync ends");
    Ended::Told
}

/// The line that `systemctl status` shows.
fn status(rota: &Rota, jobs: &[Arc<Ready>], told: &Told) -> String {
    let next = match rota.next() {
        Some(Due { job, at, .. }) => format!("next: {} at {}", jobs[job].job.name, at.format("%H:%M:%S UTC")),
        None => "no job left".to_owned(),
    };
    let trouble = told.trouble();
    if trouble.is_empty() { next } else { format!("{next}; {trouble}") }
}
