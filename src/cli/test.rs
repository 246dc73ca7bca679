//! `vicisync test`: runs the `[[test]]` tables of mappings. It needs neither server nor secret.

use std::path::Path;

use serde_json::json;

use super::arguments::Test;
use super::exit::Exit;
use super::screen::Failed;
use super::session::Session;
use crate::mapping::Program;
use crate::setup;

/// Runs the command.
///
/// # Errors
/// Files that cannot be used.
pub(super) fn run(session: &Session, wanted: &Test) -> Result<Exit, Failed> {
    let programs = match &wanted.mapping {
        Some(file) => vec![(file.display().to_string(), one(session, file)?)],
        None => session.read()?.mappings(),
    };
    let mut failed = 0_u64;
    let mut results = Vec::new();
    for (file, program) in &programs {
        let outcomes = program.tests();
        if outcomes.is_empty() {
            session.screen.talk(&format!("{file}: no [[test]] tables; docs/mapping.md shows how to write one"));
        }
        for outcome in outcomes {
            let is_good = outcome.problems.is_empty();
            failed += u64::from(!is_good);
            session.screen.data(&format!("{} {file}: {}", if is_good { "ok    " } else { "FAILED" }, outcome.name));
            for problem in &outcome.problems {
                session.screen.data(&format!("         {problem}"));
            }
            results.push(json!({ "file": file, "name": outcome.name, "ok": is_good, "problems": outcome.problems }));
        }
    }
    session.screen.json(&json!({ "tests": results, "failed": failed }));
    if failed > 0 {
        session.screen.talk(&format!("{failed} of {} tests failed: mend the mapping, or the test, and run: vicisync test", results.len()));
        return Ok(Exit::Failures);
    }
    session.screen.talk(&format!("{} tests passed", results.len()));
    Ok(Exit::Fine)
}

fn one(session: &Session, file: &Path) -> Result<Program, Failed> {
    let (program, warnings) = setup::mapping(file).map_err(Failed::problems)?;
    session.screen.problems(&warnings);
    Ok(program)
}
