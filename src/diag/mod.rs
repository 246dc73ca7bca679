//! Trouble in the admin's own text: what is wrong, where, and what to type instead.
//!
//! A [`Diagnostic`] is plain data. It is made by whoever reads a file's text (config, mapping), collected until all of the text was
//! looked at, and drawn by [`render`]. This room knows TOML and no key of any file; it reads no file and writes to no terminal.

mod catalogue;
pub mod code;
pub mod explain;
mod explain_across;
mod explain_connector;
mod explain_machine;
mod explain_two_ways;
pub mod form;
pub mod item;
mod mask;
pub mod names;
mod outline;
pub mod places;
pub mod reader;
pub mod reference;
pub mod render;
pub mod schema;
mod shape;
pub mod suggest;
pub mod syntax;

use std::ops::Range;

pub use catalogue::catalogue;
pub use code::Code;
pub use form::Form;
pub use item::Item;
pub use reader::{Place, Sink, Table};

/// How bad it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// The file cannot be used.
    Error,
    /// The file can be used, and a person should look.
    Warning,
}

/// One thing that is wrong in a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// The stable code, for `vicisync code`.
    pub code: Code,
    /// Error or warning.
    pub severity: Severity,
    /// What is wrong, in the admin's words; one sentence without a full stop.
    pub message: String,
    /// The file's name as the admin knows it.
    pub file: String,
    /// Byte ranges of the text, the first one being the place; each with a few words, which may be empty.
    pub labels: Vec<(Range<usize>, String)>,
    /// What to type.
    pub help: Option<String>,
}

impl Diagnostic {
    /// A diagnostic at one place, with the severity of its code.
    #[must_use]
    pub fn new(code: Code, file: &str, place: Range<usize>, message: impl Into<String>) -> Self {
        Self {
            code,
            severity: code.severity(),
            message: message.into(),
            file: file.to_owned(),
            labels: vec![(place, String::new())],
            help: None,
        }
    }

    /// Words at the first place.
    #[must_use]
    pub fn label(mut self, words: impl Into<String>) -> Self {
        if let Some(first) = self.labels.first_mut() {
            first.1 = words.into();
        }
        self
    }

    /// A further place that has to do with it.
    #[must_use]
    pub fn and(mut self, place: Range<usize>, words: impl Into<String>) -> Self {
        self.labels.push((place, words.into()));
        self
    }

    /// What to type.
    #[must_use]
    pub fn help(mut self, words: impl Into<String>) -> Self {
        self.help = Some(words.into());
        self
    }

    /// Whether the file cannot be used because of it.
    #[must_use]
    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }
}
