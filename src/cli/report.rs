//! `vicisync report`: makes reports now, once. It decides which, of what time, and whether they go to files or to stdout.

use std::collections::BTreeSet;

use chrono::{DateTime, Days, NaiveDate, NaiveDateTime, Utc};
use serde_json::{Value as Json, json};

use super::arguments::Report;
use super::exit::Exit;
use super::logins;
use super::screen::{Failed, Screen};
use super::session::Session;
use crate::engine::{self, Reported, Surroundings};
use crate::model::{RunEnd, Window};
use crate::ports::{Fault, Made, Shelf, Store};
use crate::report::{csv, objects};
use crate::setup::{Checked, ReadyReport, SystemClock};
use crate::state::State;

/// The place of a report that goes to stdout.
struct NoFiles;

impl Shelf for NoFiles {
    fn keep(&self, _made: &Made) -> Result<Vec<String>, Fault> {
        Ok(Vec::new())
    }

    fn failed(&self) -> Result<(), Fault> {
        Ok(())
    }
}

/// Runs the command.
///
/// # Errors
/// Why no report could be made.
pub(super) async fn run(session: &Session, wanted: &Report) -> Result<Exit, Failed> {
    let checked = session.read()?;
    let names = chosen(session, &checked, wanted)?;
    // What goes to stdout is no run of the report: the copy forgets it.
    let (state, is_own) = if wanted.stdout { (session.open_copy()?, true) } else { session.open_or_copy()? };
    if !is_own {
        session.screen.talk("note: another vicisync works on the state, so this run will not show in `vicisync status`");
    }
    let reports = session.reports(&checked, &names, &[], &state)?;
    let mut exit = Exit::Fine;
    let mut all = Vec::new();
    for report in &reports {
        let asked = window(wanted, Utc::now().with_timezone(&report.job.quiet.zone).naive_local())?;
        let reported = if wanted.stdout {
            let around = Surroundings { reports: &*report.dialer, shelf: &NoFiles, store: &state, clock: &SystemClock };
            engine::report(&around, &report.job, "manual", asked).await
        } else {
            let around = Surroundings { reports: &*report.dialer, shelf: &report.files, store: &state, clock: &SystemClock };
            engine::report(&around, &report.job, "manual", asked).await
        };
        told(&session.screen, &reported, wanted.stdout);
        exit = exit.max(reported.end.into());
        all.push(to_json(&reported));
    }
    if wanted.stdout || !is_own {
        keep_refused_logins(session, &checked, &reports, state);
    }
    session.screen.json(&json!({ "reports": all, "exit": exit.number() }));
    Ok(exit)
}

fn chosen(session: &Session, checked: &Checked, wanted: &Report) -> Result<Vec<String>, Failed> {
    let names = checked.report_names();
    let config = session.places.config.display();
    if names.is_empty() {
        let help = "add a table [[report]] to it; docs/reports.md shows how";
        return Err(Failed::new(Exit::Usage, format!("{config} has no report"), help));
    }
    let known = names.join(", ");
    match &wanted.name {
        Some(name) if names.contains(name) => Ok(vec![name.clone()]),
        Some(name) => Err(Failed::new(Exit::Usage, format!("{config} has no report `{name}`"), format!("its reports are: {known}"))),
        None if wanted.stdout && names.len() > 1 && !session.screen.is_json => {
            let help = format!("name one of: {known}, for example: vicisync report {} --stdout", names[0]);
            Err(Failed::new(Exit::Usage, "`--stdout` prints one report", help))
        }
        None => Ok(names),
    }
}

/// The window that a person asks for; `None` for the report's own period. `now` is the server's wall time.
fn window(wanted: &Report, now: NaiveDateTime) -> Result<Option<Window>, Failed> {
    let today = now.date();
    let wrong = |option: &str, text: &str, help: &str| Failed::new(Exit::Usage, format!("`--{option} {text}` is no day up to today"), help);
    if let Some(text) = &wanted.day {
        let day = day(text, today).ok_or_else(|| wrong("day", text, "write `today`, `yesterday`, `3d` or `2026-11-25`"))?;
        return Ok(Some(Window::of_days(day, day)));
    }
    let Some(text) = &wanted.since else { return Ok(None) };
    let moment = ["%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M"]
        .iter()
        .find_map(|format| NaiveDateTime::parse_from_str(text.trim(), format).ok())
        .filter(|moment| *moment <= now);
    let whole = Window::of_days(today, today);
    match (moment, day(text, today)) {
        (Some(from), _) => Ok(Some(Window { from, ..whole })),
        (None, Some(day)) => Ok(Some(Window::of_days(day, today))),
        (None, None) => Err(wrong("since", text, "write `3d`, `2026-11-25` or `2026-11-25 14:30`, by the clock of VICIdial's server")),
    }
}

fn day(text: &str, today: NaiveDate) -> Option<NaiveDate> {
    let text = text.trim();
    let ago = |days: u64| today.checked_sub_days(Days::new(days));
    let day = match text {
        "today" => Some(today),
        "yesterday" => ago(1),
        text => text
            .strip_suffix('d')
            .and_then(|days| days.parse().ok())
            .and_then(ago)
            .or_else(|| NaiveDate::parse_from_str(text, "%Y-%m-%d").ok()),
    };
    day.filter(|day| *day <= today)
}

fn told(screen: &Screen, reported: &Reported, is_to_stdout: bool) {
    let report = &reported.report;
    if reported.end != RunEnd::Clean {
        screen.talk(&format!("error: report {report}: {}", reported.message));
        if let Some(help) = &reported.help {
            screen.talk(&format!("  help: {help}"));
        }
        return;
    }
    let Some(window) = &reported.window else { return };
    let rows = reported.table.rows.len();
    if is_to_stdout {
        screen.data(&csv(window, &reported.table));
        screen.talk(&format!("report {report}: {window}, {rows} rows"));
    } else {
        screen.data(&format!("report {report}: {window}, {rows} rows"));
        for file in &reported.files {
            screen.data(&format!("  {file}"));
        }
    }
}

fn to_json(reported: &Reported) -> Json {
    let moment = |time: NaiveDateTime| time.format("%Y-%m-%dT%H:%M:%S").to_string();
    json!({
        "report": reported.report,
        "end": reported.end,
        "message": reported.message,
        "help": reported.help,
        "from": reported.window.map(|window| moment(window.from)),
        "until": reported.window.map(|window| moment(window.until)),
        "rows": reported.window.map(|window| objects(&window, &reported.table)).unwrap_or_default(),
        "files": reported.files,
    })
}

/// A refused login stops the connection for what follows too.
fn keep_refused_logins(session: &Session, checked: &Checked, reports: &[ReadyReport], copy: State) {
    let connections: BTreeSet<&str> = reports.iter().map(|report| report.job.vicidial.as_str()).collect();
    let refused: Vec<(&str, DateTime<Utc>)> =
        connections.into_iter().filter_map(|connection| Some((connection, copy.login_refused(connection).ok().flatten()?.0))).collect();
    // The copy is closed before the state is opened.
    drop(copy);
    for (connection, at) in refused {
        logins::keep(session, checked, connection, at);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(day: Option<&str>, since: Option<&str>, expected: Option<&str>) {
        let now = NaiveDate::from_ymd_opt(2026, 11, 26).and_then(|day| day.and_hms_opt(12, 0, 0)).expect("a fixed time");
        let wanted = Report { name: None, day: day.map(str::to_owned), since: since.map(str::to_owned), stdout: false };
        let found = window(&wanted, now).ok().flatten().map(|window| window.to_string());
        assert_eq!(found.as_deref(), expected, "{day:?} {since:?}");
    }

    #[test]
    fn days_are_read_as_people_write_them() {
        check(None, None, None);
        check(Some("today"), None, Some("2026-11-26 00:00:00 to 2026-11-26 23:59:59"));
        check(Some("yesterday"), None, Some("2026-11-25 00:00:00 to 2026-11-25 23:59:59"));
        check(Some("3d"), None, Some("2026-11-23 00:00:00 to 2026-11-23 23:59:59"));
        check(Some("2026-11-24"), None, Some("2026-11-24 00:00:00 to 2026-11-24 23:59:59"));
        check(Some("2026-11-27"), None, None);
        check(Some("often"), None, None);
        check(Some("999999999999d"), None, None);
        check(None, Some("2026-11-24"), Some("2026-11-24 00:00:00 to 2026-11-26 23:59:59"));
        check(None, Some("2d"), Some("2026-11-24 00:00:00 to 2026-11-26 23:59:59"));
        check(None, Some("2026-11-25 14:30"), Some("2026-11-25 14:30:00 to 2026-11-26 23:59:59"));
        check(None, Some("2026-11-26 14:30"), None);
    }
}
