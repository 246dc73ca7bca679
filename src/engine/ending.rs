//! The end of a run: what its report says, and what is kept of it.

use crate::model::{RunEnd, RunId, Totals};
use crate::ports::{Clock, Reach, Store};

use super::push::Pushed;
use super::{Job, Outside, Report, Stop};

/// What was planned and needs no push counts as planned; what is pushed counts as pushed.
pub(super) fn done(report: &mut Report, planned: &Totals, pushed: &Pushed) {
    for rejection in &pushed.on_dnc {
        *report.rejected.entry(rejection.reason.clone()).or_default() += 1;
        report.rejections.push(rejection.clone());
    }
    report.totals = Totals {
        read: planned.read,
        adopted: planned.adopted,
        unchanged: planned.unchanged,
        rejected: planned.rejected + pushed.totals.rejected,
        legs: planned.legs,
        matched_by_code: planned.matched_by_code,
        matched_by_phone: planned.matched_by_phone,
        unmatched: planned.unmatched,
        strangers: planned.strangers,
        ..pushed.totals
    };
}

/// What shows the plan of a run.
fn looking(job: &Job, again: &str) -> String {
    if again.contains(" --") { format!("{again} --dry-run") } else { format!("vicisync plan {}", job.name) }
}

/// What a run that stopped says of itself. A refused login is remembered.
pub(super) fn stopped<D, C, S: Store, K: Clock>(report: &mut Report, outside: &Outside<'_, D, C, S, K>, job: &Job, stop: Stop) {
    report.end = stop.end();
    match stop {
        Stop::Store(error) => {
            report.message = error.message;
            report.help = error.help;
        }
        Stop::Held(blown) => {
            report.message = blown.iter().map(|blown| blown.message.as_str()).collect::<Vec<_>>().join("; ");
            report.help =
                Some(format!("look at the plan: {}\n  then, if it is right: {} --approve", looking(job, &report.again), report.again));
            report.holds = blown.into_iter().map(|blown| blown.brake.to_owned()).collect();
        }
        Stop::Quiet(end) => {
            let wall = job.quiet.wall(end).format("%H:%M");
            report.message = format!("{} is left alone until {wall} ({}): it has a blackout now", job.vicidial, job.quiet.zone);
            report.help = Some(format!(
                "until then nothing but opt-outs goes out; run it again at {wall}, or change `blackout` of [vicidial.{}] in the config",
                job.vicidial
            ));
            report.resumes = Some(end);
        }
        Stop::Fault { connection, fault } => {
            if fault.reach == Reach::Login {
                let print = job.credentials.get(&connection).map_or("", String::as_str);
                if let Err(error) = outside.store.put_login_refused(&connection, Some((outside.clock.now(), print))) {
                    tracing::error!(%error, "the refused login could not be kept");
                }
            }
            report.message = format!("{connection}: {}", fault.message);
            report.help = fault.help;
        }
    }
}

/// Keeps the run's record.
pub(super) fn finish<D, C, S: Store, K: Clock>(outside: &Outside<'_, D, C, S, K>, job: &Job, run: RunId, report: &mut Report) {
    match outside.store.failures(&job.name, None) {
        Ok(failures) => report.failures = failures.len() as u64,
        Err(error) => tracing::error!(%error, "failures could not be counted"),
    }
    let is_unwell = report.failures > 0 || report.totals.unknown > 0;
    if report.end == RunEnd::Clean && is_unwell {
        report.end = RunEnd::WithFailures;
        report.message = match report.totals.unknown {
            0 => format!("{} failed records are kept and looked at again", report.failures),
            unknown => format!(
                "{} failed records are kept, and {unknown} writes got no clear answer; the next run looks at them again",
                report.failures
            ),
        };
        report.help = Some(format!("see what is wrong: vicisync status {}", job.name));
    }
    if let Err(error) = outside.store.end_run(run, report.end, &report.message, &report.totals, outside.clock.now()) {
        tracing::error!(%error, "the run's end could not be kept");
        report.end = RunEnd::Stopped;
        report.message = error.to_string();
    }
}
