//! Where words go: data to stdout, talk to stderr, and with `--json` one object on stdout. No other file writes to either.

use std::io::{self, IsTerminal, Write};

use serde::Serialize;
use serde_json::{Value as Json, json};

use super::exit::Exit;
use crate::ports::{Fault, StoreError};
use crate::setup::{Problem, counted, drawn, sorted};

/// The terminal, or what stands for it.
pub(super) struct Screen {
    /// Whether one JSON object is wanted instead of text.
    pub is_json: bool,
}

/// Why a command stopped, and the exit code that says so.
#[derive(Debug)]
pub(super) struct Failed {
    /// The exit code.
    pub exit: Exit,
    /// What went wrong, in a sentence.
    pub message: String,
    /// What to type next.
    pub help: Option<String>,
    /// Problems of the admin's files.
    pub problems: Vec<Problem>,
}

impl Failed {
    /// A command that stopped, with what to do.
    pub(super) fn new(exit: Exit, message: impl Into<String>, help: impl Into<String>) -> Self {
        Self { exit, message: message.into(), help: Some(help.into()), problems: Vec::new() }
    }

    /// Files that cannot be used.
    pub(super) fn problems(problems: Vec<Problem>) -> Self {
        let problems = sorted(problems);
        let message = format!("the configuration has {}", counted(&problems));
        let first = problems.iter().find(|problem| problem.is_error()).map(Problem::code);
        let more = first.map(|code| format!("; more about the first: vicisync code {code}")).unwrap_or_default();
        Self { exit: Exit::Usage, message, help: Some(format!("mend it, then run: vicisync check{more}")), problems }
    }
}

impl From<StoreError> for Failed {
    fn from(error: StoreError) -> Self {
        Self { exit: Exit::from(&error), message: error.message, help: error.help, problems: Vec::new() }
    }
}

impl From<Fault> for Failed {
    fn from(fault: Fault) -> Self {
        Self { exit: Exit::from(&fault), message: fault.message, help: fault.help, problems: Vec::new() }
    }
}

impl Screen {
    /// A line, or several, of data.
    pub(super) fn data(&self, text: &str) {
        if !self.is_json {
            put(&mut io::stdout().lock(), text);
        }
    }

    /// Lines of data that may be none.
    pub(super) fn block(&self, text: &str) {
        if !text.trim().is_empty() {
            self.data(text);
        }
    }

    /// The one object of `--json`.
    pub(super) fn json<T: Serialize>(&self, value: &T) {
        if self.is_json {
            match serde_json::to_string(value) {
                Ok(text) => put(&mut io::stdout().lock(), &text),
                Err(error) => self.talk(&format!("error: the answer cannot be written as JSON: {error}")),
            }
        }
    }

    /// Talk: what is not the data that was asked for.
    pub(super) fn talk(&self, text: &str) {
        put(&mut io::stderr().lock(), text);
    }

    /// A question, whose answer is typed behind it.
    pub(super) fn question(&self, text: &str) {
        let mut err = io::stderr().lock();
        if write!(err, "{text}").and_then(|()| err.flush()).is_err() {
            // Nobody reads it; the answer may still come.
        }
    }

    /// Problems of the admin's files, drawn.
    pub(super) fn problems(&self, problems: &[Problem]) {
        let is_coloured = io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none();
        if !problems.is_empty() {
            self.talk(&format!("{}\n", drawn(problems, is_coloured)));
        }
    }

    /// Says why a command stopped. Gives its exit code.
    pub(super) fn failed(&self, failed: &Failed) -> Exit {
        self.problems(&failed.problems);
        self.talk(&format!("error: {}", failed.message));
        if let Some(help) = &failed.help {
            self.talk(&format!("  help: {help}"));
        }
        self.json(&failed_json(failed));
        failed.exit
    }
}

fn failed_json(failed: &Failed) -> Json {
    let diagnostics: Vec<Json> = failed.problems.iter().map(Problem::to_json).collect();
    json!({ "error": { "message": failed.message, "help": failed.help, "exit": failed.exit.number() }, "diagnostics": diagnostics })
}

/// Writes a text and a line's end. A reader that went away (`vicisync plan | head`) ends the output, not the command's work.
fn put(out: &mut impl Write, text: &str) {
    if writeln!(out, "{}", text.trim_end_matches('\n')).and_then(|()| out.flush()).is_err() {
        // Nobody is left to be told.
    }
}

/// A line of talk from a place that has no screen.
pub(super) fn note(text: &str) {
    put(&mut io::stderr().lock(), text);
}

/// Whether progress may be drawn.
#[must_use]
pub(super) fn may_draw() -> bool {
    io::stderr().is_terminal()
}

/// Columns of text, each as wide as its widest cell.
#[must_use]
pub(super) fn table(rows: &[Vec<String>]) -> String {
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let width = |column: usize| rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count()).max().unwrap_or(0);
    let widths: Vec<usize> = (0..columns).map(width).collect();
    let mut text = String::new();
    for row in rows {
        let mut line = String::new();
        for (cell, width) in row.iter().zip(&widths) {
            line.push_str(cell);
            line.extend(std::iter::repeat_n(' ', width - cell.chars().count() + 2));
        }
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::table;

    #[test]
    fn columns_are_as_wide_as_their_widest_cell() {
        let rows = [vec!["a".to_owned(), "1".to_owned()], vec!["Łódź".to_owned(), "22".to_owned()]];
        assert_eq!(table(&rows), "a     1\nŁódź  22\n");
    }
}
