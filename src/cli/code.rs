//! `vicisync code`: explains an error code.

use serde_json::json;

use super::arguments;
use super::exit::Exit;
use super::screen::{Failed, Screen};
use crate::diag::Code;

/// Runs the command.
///
/// # Errors
/// A code that does not exist.
pub(super) fn run(screen: &Screen, wanted: &arguments::Code) -> Result<Exit, Failed> {
    let name = wanted.code.trim().to_ascii_uppercase();
    let Some(code) = Code::from_name(&name) else {
        return Err(Failed::new(
            Exit::Usage,
            format!("there is no code `{}`", wanted.code),
            "codes look like E0102; they stand in front of each message about a file",
        ));
    };
    screen.data(&format!("{}: {}\n\n{}", code.name(), code.title(), code.explanation()));
    screen.json(&json!({ "code": code.name(), "title": code.title(), "explanation": code.explanation() }));
    Ok(Exit::Fine)
}
