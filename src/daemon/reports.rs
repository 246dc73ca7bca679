//! Reports beside the jobs: each by its schedule, one after another, so that VICIdial never counts for two at once.
//!
//! It decides when a report is made and what is said of it. A job's run is never waited for, nor does one wait for a report. A report uses the
//! client that the jobs of its connection use at that moment: a wrong password is sent once, by whoever comes first, and by nobody after.

use std::collections::{BTreeMap, BTreeSet};
use std::convert::Infallible;
use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, Utc};
use tokio::task::JoinSet;

use super::{SLEEP_MAX, wait};
use crate::engine::{self, ReportJob, Reported, Surroundings};
use crate::model::RunEnd;
use crate::ports::Store;
use crate::schedule::Schedule;
use crate::setup::{Ready, ReadyReport, SystemClock};
use crate::state::State;

/// The jobs whose clients are in use, by VICIdial connection.
#[derive(Default)]
pub(super) struct Lines(Mutex<BTreeMap<String, Arc<Ready>>>);

impl Lines {
    /// Those of these jobs.
    pub(super) fn of(jobs: &[Arc<Ready>]) -> Self {
        let lines = Self::default();
        for job in jobs {
            lines.put(job);
        }
        lines
    }

    /// A job was built anew.
    pub(super) fn put(&self, job: &Arc<Ready>) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(job.job.vicidial.clone(), Arc::clone(job));
    }

    fn get(&self, connection: &str) -> Option<Arc<Ready>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(connection).cloned()
    }
}

/// When each report is due. Pure: every moment is an argument.
struct Round {
    turns: Vec<(Schedule, Option<DateTime<Utc>>)>,
}

impl Round {
    /// At the daemon's start: what fell due since the last good one is made up for, and what was never made is made at once.
    fn new(schedules: impl IntoIterator<Item = (Schedule, Option<DateTime<Utc>>)>, now: DateTime<Utc>) -> Self {
        let turn = |(schedule, last): (Schedule, Option<DateTime<Utc>>)| {
            let next = match last {
                // A last one that lies ahead is of a clock that was wrong.
                Some(last) if last <= now => schedule.next_after(last),
                Some(_) => schedule.next_after(now),
                None => Some(now),
            };
            (schedule, next)
        };
        Self { turns: schedules.into_iter().map(turn).collect() }
    }

    fn next(&self) -> Option<(usize, DateTime<Utc>)> {
        self.turns.iter().enumerate().filter_map(|(place, (_, next))| Some((place, (*next)?))).min_by_key(|(place, at)| (*at, *place))
    }

    /// One was made, or not: either way it waits for its next time.
    fn ran(&mut self, place: usize, ended: DateTime<Utc>) {
        let (schedule, next) = &mut self.turns[place];
        *next = schedule.next_after(ended);
    }

    /// One has to wait.
    fn postpone(&mut self, place: usize, until: DateTime<Utc>) {
        self.turns[place].1 = Some(until);
    }

    fn stop(&mut self, place: usize) {
        self.turns[place].1 = None;
    }

    /// The clock was set back: what is due is computed anew.
    fn rewind(&mut self, now: DateTime<Utc>) {
        for (schedule, next) in &mut self.turns {
            *next = next.and_then(|_| schedule.next_after(now));
        }
    }
}

/// Makes reports until it is dropped. `renew` builds a report anew, for connections that no job has: after a refused login the secrets are read
/// again before each run.
pub(super) async fn run(
    state: Arc<State>,
    mut reports: Vec<ReadyReport>,
    lines: &Lines,
    renew: impl Fn(&str) -> Option<ReadyReport>,
) -> Infallible {
    let mut round = Round::new(reports.iter().map(|report| (report.schedule.clone(), last_good(&state, &report.job.name))), Utc::now());
    let mut refused: BTreeSet<String> = BTreeSet::new();
    let mut told = Told::default();
    let mut seen = Utc::now();
    // Dropped with this future: what is under way is ended with it.
    let mut tasks: JoinSet<Reported> = JoinSet::new();
    loop {
        let Some((place, at)) = round.next() else { return std::future::pending().await };
        tokio::time::sleep(wait(at, Utc::now())).await;
        let began = Utc::now();
        if began + SLEEP_MAX < seen {
            round.rewind(began);
        }
        seen = began;
        if at > began {
            continue;
        }
        if let Some(until) = closed_until(&reports[place], began) {
            round.postpone(place, until);
            continue;
        }
        let connection = reports[place].job.vicidial.clone();
        if let Some(job) = lines.get(&connection) {
            let report = &mut reports[place];
            report.dialer = Arc::clone(&job.dialer);
            report.job.credentials = job.job.credentials.get(&connection).cloned().unwrap_or_default();
        } else if refused.contains(&connection)
            && let Some(fresh) = renew(&reports[place].job.name).filter(|fresh| fresh.job.credentials != reports[place].job.credentials)
        {
            tracing::info!(connection, "the credentials changed; they are tried");
            for report in reports.iter_mut().filter(|report| report.job.vicidial == connection) {
                report.dialer = Arc::clone(&fresh.dialer);
                report.job.credentials.clone_from(&fresh.job.credentials);
            }
        }
        tasks.spawn(once(Arc::clone(&state), reports[place].clone()));
        match tasks.join_next().await {
            Some(Ok(reported)) => {
                if reported.end == RunEnd::Refused {
                    refused.insert(connection);
                } else {
                    refused.remove(&connection);
                }
                told.ran(&reported, began);
                round.ran(place, Utc::now());
            }
            Some(Err(error)) => {
                round.stop(place);
                let report = &reports[place].job.name;
                tracing::error!(report, %error, "a report came upon a fault of vicisync's own; it stops until a restart; please report it");
            }
            None => round.ran(place, Utc::now()),
        }
    }
}

async fn once(state: Arc<State>, report: ReadyReport) -> Reported {
    let around = Surroundings { reports: &*report.dialer, shelf: &report.files, store: &*state, clock: &SystemClock };
    engine::report(&around, &report.job, "schedule", None).await
}

/// Until when VICIdial is not to be asked for this report.
fn closed_until(report: &ReadyReport, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    report.job.quiet.until(now)
}

fn last_good(state: &State, report: &str) -> Option<DateTime<Utc>> {
    match state.job(&ReportJob::record_name(report)) {
        Ok(record) => record.full_done_at,
        Err(error) => {
            tracing::warn!(report, %error, "the report's last run could not be read");
            None
        }
    }
}

/// What was said of each report's trouble, so that it is said once.
#[derive(Default)]
struct Told {
    trouble: BTreeMap<String, String>,
}

impl Told {
    fn ran(&mut self, reported: &Reported, began: DateTime<Utc>) {
        let report = &reported.report;
        let ms = (Utc::now() - began).num_milliseconds();
        tracing::info!(report, end = ?reported.end, ms, rows = reported.table.rows.len(), files = reported.files.len(), "report ended");
        if reported.end == RunEnd::Clean {
            if self.trouble.remove(report).is_some() {
                tracing::info!(report, "the report is well again");
            }
            return;
        }
        if self.trouble.get(report) == Some(&reported.message) {
            return;
        }
        let (what, help) = (&reported.message, reported.help.as_deref().unwrap_or(""));
        if reported.end == RunEnd::Refused {
            tracing::error!(report, what, help, "the report is not made until this is mended");
        } else {
            tracing::warn!(report, what, help, "the report was not made; it is tried again at its next time");
        }
        self.trouble.insert(report.clone(), reported.message.clone());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        DateTime::parse_from_rfc3339(text).expect("a fixed time").with_timezone(&Utc)
    }

    fn hourly() -> Schedule {
        Schedule::parse("5 * * * *", chrono_tz::UTC).expect("a fixed schedule")
    }

    #[test]
    fn a_report_is_made_at_once_or_made_up_for_and_then_by_its_schedule() {
        let now = at("2026-11-26T12:00:00Z");
        let next = |last: Option<&str>| Round::new([(hourly(), last.map(at))], now).next().map(|(_, at)| at);
        assert_eq!(next(None), Some(now));
        assert_eq!(next(Some("2026-11-26T11:05:02Z")), Some(at("2026-11-26T12:05:00Z")));
        assert_eq!(next(Some("2026-11-26T02:05:02Z")), Some(at("2026-11-26T03:05:00Z")), "it is due since then");
        assert_eq!(next(Some("2026-12-26T02:05:02Z")), Some(at("2026-11-26T12:05:00Z")));

        let mut round = Round::new([(hourly(), None), (hourly(), Some(now))], now);
        round.ran(0, at("2026-11-26T12:31:00Z"));
        assert_eq!(round.next(), Some((1, at("2026-11-26T12:05:00Z"))));
        round.postpone(1, at("2026-11-26T14:00:00Z"));
        assert_eq!(round.next(), Some((0, at("2026-11-26T13:05:00Z"))));
        round.stop(0);
        round.rewind(at("2026-11-26T10:00:00Z"));
        assert_eq!(round.next(), Some((1, at("2026-11-26T10:05:00Z"))), "what was stopped stays so");
    }
}
