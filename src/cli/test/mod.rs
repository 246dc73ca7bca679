//! `vicisync test`: runs the `[[test]]` tables of mappings; it needs neither server nor secret. With `--record` it makes one, of a contact of the CRM.

mod differences;
mod record;

use std::path::Path;

use serde_json::{Value as Json, json};

use super::arguments::Test;
use super::exit::Exit;
use super::screen::Failed;
use super::session::Session;
use crate::mapping::{Program, TestOutcome};
use crate::setup;

/// Runs the command.
///
/// # Errors
/// Files that cannot be used; no test of the name that was asked for.
pub(super) async fn run(session: &Session, wanted: &Test) -> Result<Exit, Failed> {
    if let Some(contact) = &wanted.record {
        return record::run(session, wanted, contact).await;
    }
    let programs = match &wanted.mapping {
        Some(file) => vec![(file.display().to_string(), one(session, file)?)],
        None => session.read()?.mappings(),
    };
    let only = wanted.only.as_deref().map(str::to_lowercase);
    let is_meant = |outcome: &TestOutcome| only.as_ref().is_none_or(|only| outcome.name.to_lowercase().contains(only));
    let mut failed = 0_u64;
    let mut results = Vec::new();
    for (file, program) in &programs {
        let outcomes = program.tests();
        if outcomes.is_empty() {
            session.screen.talk(&format!("{file}: no [[test]] tables; docs/mapping.md shows how to write one"));
        }
        for outcome in outcomes.into_iter().filter(is_meant) {
            failed += u64::from(!outcome.problems.is_empty());
            session.screen.data(&differences::text(file, &outcome));
            results.push(result(file, &outcome));
        }
    }
    if let Some(only) = wanted.only.as_deref().filter(|_| results.is_empty()) {
        let message = format!("no test has `{only}` in its name");
        return Err(Failed::new(Exit::Usage, message, "see all of them: vicisync test"));
    }
    session.screen.json(&json!({ "tests": results, "failed": failed }));
    if failed > 0 {
        session.screen.talk(&format!("{failed} of {} tests failed: mend the mapping, or the test, and run: vicisync test", results.len()));
        return Ok(Exit::Failures);
    }
    session.screen.talk(&format!("{} {} passed", results.len(), if results.len() == 1 { "test" } else { "tests" }));
    Ok(Exit::Fine)
}

fn result(file: &str, outcome: &TestOutcome) -> Json {
    let TestOutcome { name, line, problems, differences, made } = outcome;
    let differences: Vec<Json> = differences
        .iter()
        .map(|difference| json!({ "field": difference.field, "expected": difference.expected, "actual": difference.actual }))
        .collect();
    let made: serde_json::Map<String, Json> = made.iter().map(|(name, value)| (name.clone(), json!(value))).collect();
    json!({
        "file": file, "line": line, "name": name, "ok": problems.is_empty(), "problems": problems, "differences": differences, "made": made,
    })
}

fn one(session: &Session, file: &Path) -> Result<Program, Failed> {
    let (program, warnings) = setup::mapping(file).map_err(Failed::problems)?;
    session.screen.problems(&warnings);
    Ok(program)
}
