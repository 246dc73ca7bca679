//! `vicisync check`: are the files right, and does the machine have what they ask for; with `--live` also both systems ([`super::live`]).
//!
//! All problems of all files come at once, by file and line.

use std::collections::BTreeMap;

use serde_json::{Value as Json, json};

use super::arguments::Check;
use super::exit::Exit;
use super::live;
use super::screen::{Failed, Screen};
use super::session::Session;
use crate::model::{CrmField, JobName};
use crate::ports::Store;
use crate::setup::{self, Checked, Known, Problem, Ready, ReadyReport, counted, sorted};
use crate::state::State;

/// The files, and what they ask of the machine.
struct Files {
    checked: Checked,
    jobs: Vec<Ready>,
    reports: Vec<ReadyReport>,
    /// A copy of the state.
    copy: State,
    warnings: Vec<Problem>,
}

/// Runs the command.
///
/// # Errors
/// Files that cannot be used.
pub(super) async fn run(session: &Session, wanted: &Check) -> Result<Exit, Failed> {
    let files = files(session, wanted.live)?;
    let names = files.checked.job_names();
    let report_names = files.checked.report_names();
    session.screen.problems(&files.warnings);
    session.screen.data(&format!(
        "{}: the files are good; jobs: {}",
        session.places.config.display(),
        names.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
    ));
    session.screen.block(&if report_names.is_empty() { String::new() } else { format!("reports: {}", report_names.join(", ")) });
    if !wanted.live {
        ended(&session.screen, &files.warnings);
        session.screen.json(&json!({ "diagnostics": told(&files.warnings), "jobs": names, "reports": report_names }));
        return Ok(Exit::Fine);
    }
    let found = live::run(session, &files.checked, files.jobs, files.reports, &files.copy).await?;
    session.screen.problems(&found.warnings);
    let warnings = sorted(files.warnings.into_iter().chain(found.warnings).collect());
    ended(&session.screen, &warnings);
    session.screen.json(&json!({
        "diagnostics": told(&warnings), "jobs": names, "reports": report_names, "findings": found.findings, "vicidials": found.servers,
        "changes": found.changes, "exit": found.exit.number(),
    }));
    Ok(found.exit)
}

/// Reads everything, whatever is wrong with some of it.
fn files(session: &Session, is_live: bool) -> Result<Files, Failed> {
    let checked = Checked::look(&session.places);
    let mut problems = checked.problems.clone();
    problems.extend(checked.machine());
    let copy = match session.open_copy() {
        Ok(copy) => copy,
        // The files' own trouble comes first.
        Err(_) if problems.iter().any(Problem::is_error) => return Err(Failed::problems(problems)),
        Err(failed) => return Err(failed),
    };
    // What is asked again just now is not told from memory.
    let known =
        if is_live { Known::default() } else { Known { servers: session.known(&checked, &copy)?, fields: fields(&checked, &copy)? } };
    problems.extend(checked.against(&known));
    if problems.iter().any(Problem::is_error) {
        return Err(Failed::problems(problems));
    }
    let names: Vec<JobName> = checked.job_names();
    let key = copy.install_key()?;
    let built = session.ready_quietly(&checked, &names, &copy)?;
    let built = built.and_then(|(jobs, warnings)| {
        let (reports, more) = setup::reports(&checked, &checked.report_names(), &jobs, &key)?;
        Ok((jobs, reports, warnings.into_iter().chain(more)))
    });
    match built {
        Ok((jobs, reports, warnings)) => {
            problems.extend(warnings);
            Ok(Files { jobs, reports, warnings: sorted(problems), checked, copy })
        }
        Err(found) => {
            problems.extend(found);
            Err(Failed::problems(problems))
        }
    }
}

/// The CRM's fields of each job's object, as far as they were seen.
fn fields(checked: &Checked, copy: &State) -> Result<BTreeMap<JobName, Vec<CrmField>>, Failed> {
    let mut fields = BTreeMap::new();
    for (job, connection, object) in checked.synced() {
        if let Some((_, seen)) = copy.crm_fields(connection, object)? {
            fields.insert(job.clone(), seen);
        }
    }
    Ok(fields)
}

fn told(problems: &[Problem]) -> Vec<Json> {
    problems.iter().map(Problem::to_json).collect()
}

/// The last line, where there are warnings.
fn ended(screen: &Screen, warnings: &[Problem]) {
    if let Some(first) = warnings.first() {
        screen.talk(&format!("{}; more about the first: vicisync code {}", counted(warnings), first.code()));
    }
}
