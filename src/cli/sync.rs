//! `vicisync sync`: runs jobs now, once. It decides what is asked of the engine and how the answer is told.

use chrono::{DateTime, NaiveDate, NaiveDateTime, TimeDelta, TimeZone, Utc};
use chrono_tz::Tz;
use serde_json::json;

use super::arguments::Sync;
use super::describe::{plan_json, rejected_text, totals_text};
use super::exit::Exit;
use super::plan::{self, Shown};
use super::progress::Bar;
use super::screen::{Failed, Screen};
use super::session::Session;
use crate::daemon::Ending;
use crate::engine::{self, Outside, Report, Request, Scope};
use crate::model::{ContactId, LeadId, ListId, RunEnd};
use crate::setup::{Ready, SystemClock};
use crate::state::State;

/// Ops shown of a plan that was held.
const HELD_OPS_SHOWN: usize = 10;

/// Runs the command.
///
/// # Errors
/// Why nothing could be run.
pub(super) async fn run(session: &Session, wanted: &Sync) -> Result<Exit, Failed> {
    let checked = session.read()?;
    let names = session.chosen(&checked, wanted.job.as_deref())?;
    if names.len() > 1 && (wanted.contact.is_some() || wanted.lead.is_some() || wanted.list.is_some()) {
        let known = names.iter().map(|name| name.as_str()).collect::<Vec<_>>().join(", ");
        return Err(Failed::new(
            Exit::Usage,
            "`--contact`, `--lead` and `--list` need the job that is meant",
            format!("name one of: {known}, for example: vicisync sync {}", names[0]),
        ));
    }
    if wanted.dry_run {
        let scope = |ready: &Ready| scope(wanted, ready.zone, Utc::now());
        return plan::show(session, &checked, &names, Shown { scope: &scope, limit: None }).await;
    }
    let state = session.open()?;
    let jobs = session.ready(&checked, &names, &state)?;
    let mut ending = Ending::listen().map_err(|error| {
        Failed::new(
            Exit::Temporary,
            format!("the system gives no signal handler: {error}"),
            "try again; if it stays so, restart the machine",
        )
    })?;
    let mut reports = Vec::new();
    let mut exit = Exit::Fine;
    for ready in &jobs {
        let scope = scope(wanted, ready.zone, Utc::now())?;
        let request = Request { trigger: "manual", scope, is_approved: wanted.approve, is_dry: false };
        let bar = Bar::new();
        let report = tokio::select! {
            report = once(ready, &state, &request, &bar) => report,
            signal = ending.wished() => {
                bar.clear();
                // What was in flight stands in the journal as sent; the next run looks it up before it writes there again.
                return Err(Failed::new(
                    Exit::Temporary,
                    format!("ended by {signal} in the middle of job {}; nothing is lost", ready.job.name),
                    format!("go on where it stopped: vicisync sync {}", ready.job.name),
                ));
            }
        };
        bar.clear();
        told(&session.screen, &report);
        exit = exit.max(report.end.into());
        reports.push(report);
    }
    session.screen.json(&json!({ "jobs": reports.iter().map(plan_json).collect::<Vec<_>>(), "exit": exit.number() }));
    Ok(exit)
}

/// One run of one job.
pub(super) async fn once(ready: &Ready, state: &State, request: &Request, progress: &dyn engine::Progress) -> Report {
    let outside = Outside { dialer: &*ready.dialer, contacts: &*ready.contacts, store: state, clock: &SystemClock, progress };
    engine::run(&outside, &ready.job, request).await
}

/// Tells a person what a run came to.
pub(super) fn told(screen: &Screen, report: &Report) {
    let end = match report.end {
        RunEnd::Clean => "done",
        RunEnd::WithFailures => "done, with failures",
        RunEnd::Held => "held, and sent nothing but opt-outs",
        RunEnd::Stopped if report.resumes.is_some() => "ended by a blackout",
        RunEnd::Stopped | RunEnd::Refused => "stopped",
    };
    screen.data(&format!("job {}: {end}: {}", report.job, totals_text(&report.totals)));
    screen.block(&rejected_text(report));
    if report.end == RunEnd::Held {
        plan::ops(screen, &report.plan, Some(HELD_OPS_SHOWN));
    }
    if !report.message.is_empty() {
        let is_note = report.end == RunEnd::WithFailures || report.resumes.is_some();
        screen.talk(&format!("{}: {}", if is_note { "note" } else { "error" }, report.message));
    }
    if let Some(help) = &report.help {
        screen.talk(&format!("  help: {help}"));
    }
}

/// What a `sync` looks at.
fn scope(wanted: &Sync, zone: Tz, now: DateTime<Utc>) -> Result<Scope, Failed> {
    if let Some(contact) = &wanted.contact {
        return Ok(Scope::Contact(ContactId(contact.clone())));
    }
    if let Some(lead) = wanted.lead {
        return Ok(Scope::Lead(LeadId(lead)));
    }
    if let Some(list) = wanted.list {
        return Ok(Scope::List(ListId(list)));
    }
    if let Some(text) = &wanted.since {
        return match since(text, zone, now) {
            Some(instant) => Ok(Scope::Since(instant)),
            None => Err(Failed::new(
                Exit::Usage,
                format!("`--since {text}` is no time in the past"),
                "write `2h`, `3d`, `2026-11-25`, `2026-11-25 14:30`, or with an offset `2026-11-25T14:30:00-05:00`",
            )),
        };
    }
    Ok(if wanted.full { Scope::Full } else { Scope::Changed })
}

/// An instant as people write it; wall times are of the job's zone, the earlier one where a clock says it twice.
fn since(text: &str, zone: Tz, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let text = text.trim();
    let ago = |unit: char, seconds: i64| {
        let count: i64 = text.strip_suffix(unit)?.parse().ok().filter(|count| *count > 0)?;
        now.checked_sub_signed(TimeDelta::try_seconds(count.checked_mul(seconds)?)?)
    };
    let wall = || {
        let formats = ["%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M"];
        let time = formats.iter().find_map(|format| NaiveDateTime::parse_from_str(text, format).ok());
        let day = || NaiveDate::parse_from_str(text, "%Y-%m-%d").ok().and_then(|day| day.and_hms_opt(0, 0, 0));
        zone.from_local_datetime(&time.or_else(day)?).earliest().map(|time| time.with_timezone(&Utc))
    };
    let exact = || DateTime::parse_from_rfc3339(text).ok().map(|time| time.with_timezone(&Utc));
    let found = ago('m', 60).or_else(|| ago('h', 3600)).or_else(|| ago('d', 86_400)).or_else(exact).or_else(wall);
    found.filter(|instant| *instant <= now)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: Option<&str>) {
        let now = DateTime::parse_from_rfc3339("2026-11-26T12:00:00Z").expect("a fixed time").with_timezone(&Utc);
        let found = since(text, chrono_tz::America::New_York, now).map(|time| time.to_rfc3339());
        assert_eq!(found.as_deref(), expected, "{text}");
    }

    #[test]
    fn times_are_read_as_people_write_them() {
        check("2h", Some("2026-11-26T10:00:00+00:00"));
        check("3d", Some("2026-11-23T12:00:00+00:00"));
        check("2026-11-25", Some("2026-11-25T05:00:00+00:00"));
        check("2026-11-25 14:30", Some("2026-11-25T19:30:00+00:00"));
        check("2026-11-25T14:30:00-05:00", Some("2026-11-25T19:30:00+00:00"));
        check("2026-11-27", None);
        check("0h", None);
        check("yesterday", None);
        check("99999999999999999999d", None);
    }
}
