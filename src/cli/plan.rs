//! `vicisync plan`: what a run would do, op by op. It works on a copy of the state and sends nothing that writes.

use chrono::Utc;
use serde_json::json;

use super::arguments::Plan;
use super::describe::{op_text, plan_json, rejected_text, totals_text};
use super::exit::Exit;
use super::logins;
use super::progress::Bar;
use super::screen::{Failed, Screen};
use super::session::Session;
use super::sync::once;
use crate::engine::{Report, Request, Scope};
use crate::model::{JobName, Op, RunEnd};
use crate::ports::Store;
use crate::setup::{Checked, Ready};
use crate::state::State;

/// What is shown.
pub(super) struct Shown<'a> {
    /// What each job looks at.
    pub scope: &'a (dyn Fn(&Ready) -> Result<Scope, Failed> + std::marker::Sync),
    /// How many ops at most.
    pub limit: Option<usize>,
}

/// Runs the command.
///
/// # Errors
/// Why nothing could be planned.
pub(super) async fn run(session: &Session, wanted: &Plan) -> Result<Exit, Failed> {
    let checked = session.read()?;
    let names = session.chosen(&checked, wanted.job.as_deref())?;
    let is_full = wanted.full;
    let scope = move |_: &Ready| Ok(if is_full { Scope::Full } else { Scope::Changed });
    show(session, &checked, &names, Shown { scope: &scope, limit: wanted.limit }).await
}

/// Plans and shows jobs.
///
/// # Errors
/// Why nothing could be planned.
pub(super) async fn show(session: &Session, checked: &Checked, names: &[JobName], shown: Shown<'_>) -> Result<Exit, Failed> {
    let copy = session.open_copy()?;
    let jobs = session.ready(checked, names, &copy)?;
    let mut exit = Exit::Fine;
    let mut reports = Vec::new();
    for ready in &jobs {
        let request = Request { trigger: "manual", scope: (shown.scope)(ready)?, is_approved: false, is_dry: true };
        let bar = Bar::new();
        let report = once(ready, &copy, &request, &bar).await;
        bar.clear();
        keep_refused_login(session, checked, ready, &copy);
        told(&session.screen, &report, shown.limit);
        exit = exit.max(planned(&report));
        reports.push(report);
    }
    session.screen.json(&json!({ "jobs": reports.iter().map(plan_json).collect::<Vec<_>>(), "exit": exit.number() }));
    Ok(exit)
}

/// A plan that came to its end is fine, whatever it holds.
fn planned(report: &Report) -> Exit {
    match report.end {
        RunEnd::Clean | RunEnd::WithFailures => Exit::Fine,
        RunEnd::Held | RunEnd::Stopped | RunEnd::Refused => report.end.into(),
    }
}

/// A refused login stops the connection for the runs that follow too.
fn keep_refused_login(session: &Session, checked: &Checked, ready: &Ready, copy: &State) {
    for connection in [&ready.job.vicidial, &ready.job.crm] {
        if let Ok(Some((at, _))) = copy.login_refused(connection) {
            logins::keep(session, checked, connection, at);
        }
    }
}

fn told(screen: &Screen, report: &Report, limit: Option<usize>) {
    if report.end == RunEnd::Clean || report.end == RunEnd::WithFailures || !report.plan.is_empty() {
        screen.data(&format!("job {}: the plan: {}", report.job, totals_text(&report.totals)));
        ops(screen, &report.plan, limit);
        screen.block(&rejected_text(report));
    }
    if report.end != RunEnd::WithFailures && !report.message.is_empty() {
        screen.talk(&format!("error: {}", report.message));
        if let Some(help) = &report.help {
            screen.talk(&format!("  help: {help}"));
        }
        return;
    }
    screen.talk(&next(report));
}

/// What to type after a plan.
fn next(report: &Report) -> String {
    let again = &report.again;
    match report.holds.as_slice() {
        [] if report.plan.is_empty() => format!("planned at {}; nothing to write", Utc::now().format("%H:%M:%S UTC")),
        [] => format!("nothing was sent; to send it: {again}"),
        holds => {
            format!("nothing was sent; a run would be held ({}); if the plan is right: {again} --approve", holds.join(", "))
        }
    }
}

/// Ops, at most so many.
pub(super) fn ops(screen: &Screen, ops: &[Op], limit: Option<usize>) {
    let limit = limit.unwrap_or(usize::MAX);
    for op in ops.iter().take(limit) {
        screen.data(&op_text(op));
    }
    if ops.len() > limit {
        screen.data(&format!("... and {} more", ops.len() - limit));
    }
}
