//! What `vicisync status` shows of reports: how each stands, from a copy of the state.

use chrono::{DateTime, Utc};
use serde_json::{Value as Json, json};

use super::screen::Failed;
use crate::config::Report;
use crate::engine::ReportJob;
use crate::model::{Failure, RunEnd};
use crate::ports::{RunRecord, Store};
use crate::state::State;

/// How one report stands.
pub(super) struct Standing {
    name: String,
    vicidial: String,
    kind: &'static str,
    last_good: Option<DateTime<Utc>>,
    failure: Option<Failure>,
    stopped_at: Option<DateTime<Utc>>,
    last: Option<RunRecord>,
    next: Option<DateTime<Utc>>,
}

/// Looks at one report. `runs` are the newest of all.
pub(super) fn look(state: &State, report: &Report, runs: &[RunRecord]) -> Result<Standing, Failed> {
    let name = ReportJob::record_name(&report.name);
    Ok(Standing {
        name: report.name.clone(),
        vicidial: report.vicidial.clone(),
        kind: report.kind.name(),
        last_good: state.job(&name)?.full_done_at,
        failure: state.failures(&name, None)?.into_iter().next(),
        stopped_at: state.login_refused(&report.vicidial)?.map(|(at, _)| at),
        last: runs.iter().find(|run| run.job == name.as_str()).cloned(),
        next: report.schedule.next_after(Utc::now()),
    })
}

/// For people.
pub(super) fn text(report: &Standing) -> String {
    let moment =
        |time: Option<DateTime<Utc>>| time.map_or_else(|| "(never)".to_owned(), |time| time.format("%Y-%m-%d %H:%M:%S UTC").to_string());
    let mut text = format!("report {} ({} of {})\n", report.name, report.kind, report.vicidial);
    let mut line = |words: String| text.push_str(&format!("  {words}\n"));
    if let Some(at) = report.stopped_at {
        line(format!(
            "STOPPED: the login of `{}` was refused at {}; mend it, then: vicisync check --live",
            report.vicidial,
            moment(Some(at))
        ));
    }
    if let Some(failure) = &report.failure {
        line(format!("FAILED {} times: {}; to try it now: vicisync report {}", failure.tries, failure.raw, report.name));
    }
    let rows = report.last.as_ref().filter(|run| run.end == Some(RunEnd::Clean)).map(|run| format!(", {} rows", run.totals.read));
    line(format!("last good {}{}", moment(report.last_good), rows.unwrap_or_default()));
    line(format!("next by the daemon {}", moment(report.next)));
    text
}

/// For programs.
pub(super) fn to_json(report: &Standing) -> Json {
    let last = report.last.as_ref().map(|run| {
        json!({ "trigger": run.trigger, "started": run.started, "ended": run.ended, "end": run.end, "message": run.message, "rows": run.totals.read })
    });
    json!({
        "report": report.name,
        "kind": report.kind,
        "vicidial": report.vicidial,
        "last_good": report.last_good,
        "failure": report.failure,
        "stopped_login": report.stopped_at,
        "last_run": last,
        "next": report.next,
    })
}
