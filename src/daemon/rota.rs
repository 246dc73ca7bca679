//! Whose turn it is: the next due moment of each job's two schedules. Pure: every moment is an argument.

use chrono::{DateTime, TimeDelta, Utc};

use crate::model::RunEnd;
use crate::schedule::Schedule;

/// Between two looks of a held job, and before a stopped full run is tried again.
const PAUSE: TimeDelta = TimeDelta::minutes(15);

/// Runs skipped are counted up to here.
const SKIPPED_MAX: u64 = 10_000;

/// One job's schedules and when they are due.
#[derive(Debug)]
pub(super) struct Turn {
    schedule: Schedule,
    full_schedule: Schedule,
    next: Option<DateTime<Utc>>,
    next_full: Option<DateTime<Utc>>,
}

/// A run that is to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Due {
    /// The job's place.
    pub(super) job: usize,
    /// When.
    pub(super) at: DateTime<Utc>,
    /// Whether it looks at everything.
    pub(super) is_full: bool,
}

/// All turns.
#[derive(Debug)]
pub(super) struct Rota {
    turns: Vec<Turn>,
}

impl Turn {
    /// A job at the daemon's start. It runs at once, since nobody watched while the daemon was down; a full run that was due meanwhile is made up for.
    pub(super) fn new(schedule: Schedule, full_schedule: Schedule, full_done_at: Option<DateTime<Utc>>, now: DateTime<Utc>) -> Self {
        // A job that never had a full run reads everything in its first one anyway.
        let next_full = full_schedule.next_after(full_done_at.unwrap_or(now));
        Self { schedule, full_schedule, next: Some(now), next_full }
    }

    /// A full run does the work of the other too, so at the same moment it goes first.
    fn due(&self, job: usize) -> Option<Due> {
        let full = self.next_full.map(|at| Due { job, at, is_full: true });
        let changes = self.next.map(|at| Due { job, at, is_full: false });
        match (full, changes) {
            (Some(full), Some(changes)) => Some(if full.at <= changes.at { full } else { changes }),
            (full, changes) => full.or(changes),
        }
    }
}

impl Rota {
    pub(super) fn new(turns: Vec<Turn>) -> Self {
        Self { turns }
    }

    /// The run that is due first; `None` where no job has any.
    pub(super) fn next(&self) -> Option<Due> {
        self.turns.iter().enumerate().filter_map(|(job, turn)| turn.due(job)).min_by_key(|due| (due.at, due.job))
    }

    /// A run came to its end. Gives how many runs of the same schedule fell due while it was under way: they are skipped.
    ///
    /// A run that a blackout ended at `resumes` goes on then; meanwhile the runs over changes keep their schedule, for opt-outs.
    ///
    /// A full run that was stopped by trouble that may pass is tried again before its next day. A held job looks again every now and then: each
    /// look reads everything, and the dialer works beside it.
    pub(super) fn ran(&mut self, due: Due, end: RunEnd, resumes: Option<DateTime<Utc>>, began: DateTime<Utc>, ended: DateTime<Utc>) -> u64 {
        let turn = &mut self.turns[due.job];
        let schedule = if due.is_full { &turn.full_schedule } else { &turn.schedule };
        let skipped = falling(schedule, began, ended);
        let next = match end {
            RunEnd::Held => schedule.next_after(ended + PAUSE),
            RunEnd::Clean | RunEnd::WithFailures | RunEnd::Stopped | RunEnd::Refused => schedule.next_after(ended),
        };
        let next = match resumes {
            Some(resumes) if due.is_full => Some(resumes),
            Some(resumes) => Some(next.map_or(resumes, |next| next.min(resumes))),
            None => next,
        };
        if due.is_full {
            turn.next_full = match end {
                RunEnd::Stopped if resumes.is_some() => next,
                RunEnd::Stopped => next.map(|next| next.min(ended + PAUSE)),
                RunEnd::Clean | RunEnd::WithFailures | RunEnd::Held | RunEnd::Refused => next,
            };
            // What the full run looked at need not be looked at again at once.
            if turn.next.is_some_and(|next| next <= ended) {
                turn.next = turn.schedule.next_after(ended);
            }
        } else {
            turn.next = next;
        }
        skipped
    }

    /// The clock was set back: what is due is computed anew, or nothing would run until the old time comes again.
    pub(super) fn rewind(&mut self, now: DateTime<Utc>) {
        for turn in &mut self.turns {
            turn.next = turn.next.and_then(|_| turn.schedule.next_after(now));
            turn.next_full = turn.next_full.and_then(|_| turn.full_schedule.next_after(now));
        }
    }

    /// A job that does not run any more.
    pub(super) fn stop(&mut self, job: usize) {
        self.turns[job].next = None;
        self.turns[job].next_full = None;
    }
}

fn falling(schedule: &Schedule, began: DateTime<Utc>, ended: DateTime<Utc>) -> u64 {
    let mut count = 0;
    let mut at = began;
    while let Some(next) = schedule.next_after(at).filter(|next| *next <= ended) {
        count += 1;
        at = next;
        if count == SKIPPED_MAX {
            break;
        }
    }
    count
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        DateTime::parse_from_rfc3339(text).expect("a fixed time").with_timezone(&Utc)
    }

    fn schedule(text: &str) -> Schedule {
        Schedule::parse(text, chrono_tz::UTC).expect("a fixed schedule")
    }

    #[test]
    fn a_job_runs_at_once_then_by_its_schedule_and_skips_what_it_missed() {
        let start = at("2026-11-26T12:00:30Z");
        let mut rota = Rota::new(vec![Turn::new(schedule("*/2 * * * *"), schedule("0 3 * * *"), Some(start), start)]);
        let due = rota.next().expect("a run is due");
        assert_eq!(due, Due { job: 0, at: start, is_full: false });
        assert_eq!(rota.ran(due, RunEnd::Clean, None, start, at("2026-11-26T12:00:40Z")), 0);
        let due = rota.next().expect("a run is due");
        assert_eq!(due.at, at("2026-11-26T12:02:00Z"));
        assert_eq!(rota.ran(due, RunEnd::Stopped, None, due.at, at("2026-11-26T12:07:00Z")), 2);
        assert_eq!(rota.next().expect("a run is due").at, at("2026-11-26T12:08:00Z"));
    }

    #[test]
    fn a_full_run_missed_while_down_comes_first_and_counts_for_the_other() {
        let start = at("2026-11-26T12:00:30Z");
        let mut rota = Rota::new(vec![Turn::new(schedule("*/2 * * * *"), schedule("0 3 * * *"), Some(at("2026-11-25T03:00:00Z")), start)]);
        let due = rota.next().expect("a run is due");
        assert!(due.is_full);
        rota.ran(due, RunEnd::Clean, None, start, at("2026-11-26T12:01:00Z"));
        assert_eq!(rota.next(), Some(Due { job: 0, at: at("2026-11-26T12:02:00Z"), is_full: false }));
    }

    #[test]
    fn a_held_job_looks_less_often_and_a_stopped_full_run_is_tried_again() {
        let start = at("2026-11-26T12:00:30Z");
        let full = Some(at("2026-11-25T03:00:00Z"));
        let mut rota = Rota::new(vec![Turn::new(schedule("*/2 * * * *"), schedule("0 3 * * *"), full, start)]);
        let due = rota.next().expect("a run is due");
        assert!(due.is_full);
        rota.ran(due, RunEnd::Stopped, None, start, at("2026-11-26T12:01:00Z"));
        rota.turns[0].next = None;
        assert_eq!(rota.next(), Some(Due { job: 0, at: at("2026-11-26T12:16:00Z"), is_full: true }));
        rota.ran(due, RunEnd::Clean, None, start, at("2026-11-26T12:17:00Z"));
        assert_eq!(rota.next(), Some(Due { job: 0, at: at("2026-11-27T03:00:00Z"), is_full: true }));
        let changes = Due { job: 0, at: at("2026-11-26T12:18:00Z"), is_full: false };
        rota.ran(changes, RunEnd::Held, None, changes.at, at("2026-11-26T12:18:10Z"));
        assert_eq!(rota.next(), Some(Due { job: 0, at: at("2026-11-26T12:34:00Z"), is_full: false }));
    }

    #[test]
    fn a_clock_that_was_set_back_stops_nobody() {
        let start = at("2026-11-26T12:00:30Z");
        let mut rota = Rota::new(vec![Turn::new(schedule("*/2 * * * *"), schedule("0 3 * * *"), None, start)]);
        let due = rota.next().expect("a run is due");
        rota.ran(due, RunEnd::Clean, None, start, at("2026-11-26T12:00:40Z"));
        rota.rewind(at("2026-11-26T10:00:00Z"));
        assert_eq!(rota.next().map(|due| due.at), Some(at("2026-11-26T10:02:00Z")));
        rota.stop(0);
        rota.rewind(at("2026-11-26T09:00:00Z"));
        assert_eq!(rota.next(), None);
    }

    #[test]
    fn a_stopped_job_leaves_the_others_alone() {
        let start = at("2026-11-26T12:00:30Z");
        let turn = || Turn::new(schedule("*/2 * * * *"), schedule("0 3 * * *"), None, start);
        let mut rota = Rota::new(vec![turn(), turn()]);
        rota.stop(0);
        assert_eq!(rota.next().map(|due| due.job), Some(1));
        rota.stop(1);
        assert_eq!(rota.next(), None);
    }

    #[test]
    fn a_blackout_is_waited_for_by_full_runs_and_keeps_no_opt_out_waiting() {
        let start = at("2026-11-26T03:00:00Z");
        let full = Some(at("2026-11-25T03:00:00Z"));
        let mut rota = Rota::new(vec![Turn::new(schedule("0 * * * *"), schedule("0 3 * * *"), full, start)]);
        let due = rota.next().expect("a run is due");
        let resumes = Some(at("2026-11-26T04:20:00Z"));
        rota.ran(due, RunEnd::Stopped, resumes, start, at("2026-11-26T03:00:05Z"));
        let due = rota.next().expect("a run is due");
        assert_eq!(due, Due { job: 0, at: at("2026-11-26T04:00:00Z"), is_full: false });
        rota.ran(due, RunEnd::Stopped, resumes, due.at, at("2026-11-26T04:00:05Z"));
        let due = rota.next().expect("a run is due");
        assert_eq!(due, Due { job: 0, at: at("2026-11-26T04:20:00Z"), is_full: true });
        rota.ran(due, RunEnd::Clean, None, due.at, at("2026-11-26T04:21:00Z"));
        assert_eq!(rota.next(), Some(Due { job: 0, at: at("2026-11-26T05:00:00Z"), is_full: false }));
    }
}
