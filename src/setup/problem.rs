//! One problem of the admin's set-up: in a text, with its place, or of the machine around it.

use std::path::Path;
use std::sync::Arc;

use serde_json::{Value as Json, json};

use crate::diag::Diagnostic;
use crate::diag::render::{render, to_json};

/// A problem, ready to be drawn.
#[derive(Debug, Clone)]
pub struct Problem {
    what: What,
}

#[derive(Debug, Clone)]
enum What {
    /// In a text, with the text.
    Text { diagnostic: Diagnostic, source: Arc<str> },
    /// Not in a text.
    Plain { is_error: bool, message: String, help: String },
}

impl Problem {
    pub(super) fn text(diagnostic: Diagnostic, source: &Arc<str>) -> Self {
        Self { what: What::Text { diagnostic, source: Arc::clone(source) } }
    }

    pub(super) fn error(message: impl Into<String>, help: impl Into<String>) -> Self {
        Self { what: What::Plain { is_error: true, message: message.into(), help: help.into() } }
    }

    pub(super) fn warning(message: impl Into<String>, help: impl Into<String>) -> Self {
        Self { what: What::Plain { is_error: false, message: message.into(), help: help.into() } }
    }

    /// A file that cannot be read.
    pub(super) fn unreadable(what: &str, path: &Path, error: &std::io::Error, help: impl Into<String>) -> Self {
        Self::error(format!("{what} {} cannot be read: {error}", path.display()), help)
    }

    /// Whether nothing goes on with it.
    #[must_use]
    pub fn is_error(&self) -> bool {
        match &self.what {
            What::Text { diagnostic, .. } => diagnostic.is_error(),
            What::Plain { is_error, .. } => *is_error,
        }
    }

    /// For a terminal.
    #[must_use]
    pub fn draw(&self, is_coloured: bool) -> String {
        match &self.what {
            What::Text { diagnostic, source } => render(std::slice::from_ref(diagnostic), source, is_coloured),
            What::Plain { is_error, message, help } => {
                format!("{}: {message}\n  help: {help}", if *is_error { "error" } else { "warning" })
            }
        }
    }

    /// For programs: as a diagnostic; without a place where there is none.
    #[must_use]
    pub fn to_json(&self) -> Json {
        match &self.what {
            What::Text { diagnostic, source } => to_json(diagnostic, source),
            What::Plain { is_error, message, help } => {
                json!({ "severity": if *is_error { "error" } else { "warning" }, "message": message, "help": help })
            }
        }
    }
}
