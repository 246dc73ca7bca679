//! One problem of the admin's set-up: a diagnostic with the texts that it points into, and how several are drawn.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::Value as Json;

use super::source::{Source, shown};
use crate::diag::render::{Beside, draw, masked, to_json};
use crate::diag::{Code, Diagnostic, Place};

/// A problem, ready to be drawn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    diagnostic: Box<Diagnostic>,
    source: Source,
    /// Places in other files.
    beside: Vec<(Source, Place, String)>,
}

impl Problem {
    /// A diagnostic of that text.
    pub(super) fn of(diagnostic: Diagnostic, source: &Source) -> Self {
        Self { diagnostic: Box::new(diagnostic), source: source.clone(), beside: Vec::new() }
    }

    /// A problem at a place of that text.
    pub(super) fn at(code: Code, source: &Source, place: Place, message: impl Into<String>) -> Self {
        Self::of(Diagnostic::new(code, &source.file, place, message), source)
    }

    /// A file that was not written.
    pub(super) fn unwritten(path: &Path, message: impl Into<String>) -> Self {
        Self::at(Code::Unwritable, &Source::new(&shown(path), ""), 0..0, message)
    }

    /// What to type.
    pub(super) fn help(mut self, words: impl Into<String>) -> Self {
        *self.diagnostic = self.diagnostic.clone().help(words);
        self
    }

    /// Words at the first place.
    pub(super) fn label(mut self, words: impl Into<String>) -> Self {
        *self.diagnostic = self.diagnostic.clone().label(words);
        self
    }

    /// A further place that has to do with it, in the same text or in another.
    pub(super) fn and(mut self, source: &Source, place: Place, words: impl Into<String>) -> Self {
        if source.file == self.source.file {
            *self.diagnostic = self.diagnostic.clone().and(place, words);
        } else {
            self.beside.push((source.clone(), place, words.into()));
        }
        self
    }

    /// Whether nothing goes on with it.
    #[must_use]
    pub fn is_error(&self) -> bool {
        self.diagnostic.is_error()
    }

    /// Its code.
    #[must_use]
    pub fn code(&self) -> Code {
        self.diagnostic.code
    }

    /// The file's name.
    #[must_use]
    pub fn file(&self) -> &str {
        &self.diagnostic.file
    }

    /// What is wrong, in a sentence.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.diagnostic.message
    }

    /// For programs.
    #[must_use]
    pub fn to_json(&self) -> Json {
        to_json(&self.diagnostic, &self.source.text, &self.besides(|source| &source.text))
    }

    fn besides<'a>(&'a self, text: impl Fn(&'a Source) -> &'a str) -> Vec<Beside<'a>> {
        self.beside.iter().map(|(source, place, words)| Beside { file: &source.file, source: text(source), place, words }).collect()
    }

    fn start(&self) -> usize {
        self.diagnostic.labels.first().map_or(0, |(place, _)| place.start)
    }
}

/// Puts problems into the order of the files as they were read, and of the lines; each once.
#[must_use]
pub fn sorted(problems: Vec<Problem>) -> Vec<Problem> {
    let mut files: Vec<String> = Vec::new();
    let mut kept: Vec<Problem> = Vec::new();
    for problem in problems {
        if !files.iter().any(|file| file == problem.file()) {
            files.push(problem.file().to_owned());
        }
        if !kept.contains(&problem) {
            kept.push(problem);
        }
    }
    kept.sort_by_key(|problem| (!problem.source.is_config, files.iter().position(|file| file == problem.file()), problem.start()));
    kept
}

/// Draws problems for a terminal, one under the other.
#[must_use]
pub fn drawn(problems: &[Problem], is_coloured: bool) -> String {
    // A secret that one problem tells of must not stand in the lines of another.
    let mut texts: BTreeMap<&str, String> = BTreeMap::new();
    let sources = problems.iter().flat_map(|problem| problem.beside.iter().map(|(source, ..)| source).chain([&problem.source]));
    for source in sources {
        if !texts.contains_key(&*source.file) {
            let own: Vec<&Diagnostic> =
                problems.iter().filter(|problem| problem.source == *source).map(|problem| &*problem.diagnostic).collect();
            texts.insert(&source.file, masked(&own, &source.text));
        }
    }
    let text = |source: &Source| texts.get(&*source.file).map_or("", String::as_str);
    let drawn: Vec<String> = problems
        .iter()
        .map(|problem| draw(&problem.diagnostic, text(&problem.source), &problem.besides(|source| text(source)), is_coloured))
        .collect();
    drawn.join("\n")
}

/// How many problems there are: `3 errors and 1 warning`.
#[must_use]
pub fn counted(problems: &[Problem]) -> String {
    let errors = problems.iter().filter(|problem| problem.is_error()).count();
    let count = |number: usize, word: &str| format!("{number} {word}{}", if number == 1 { "" } else { "s" });
    match (errors, problems.len() - errors) {
        (errors, 0) => count(errors, "error"),
        (0, warnings) => count(warnings, "warning"),
        (errors, warnings) => format!("{} and {}", count(errors, "error"), count(warnings, "warning")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn problems_come_by_file_and_line_and_each_once() {
        let (config, mapping) = (Source::config("vicisync.toml", "a = 1\nb = 2\n"), Source::new("m.toml", "c = 3\n"));
        let at = |source: &Source, at: usize, message: &str| Problem::at(Code::BadValue, source, at..at + 1, message);
        let problems = vec![at(&mapping, 0, "c"), at(&config, 6, "b"), at(&config, 0, "a"), at(&mapping, 0, "c")];
        let sorted = sorted(problems);
        assert_eq!(sorted.iter().map(Problem::message).collect::<Vec<_>>(), ["a", "b", "c"]);
        assert_eq!(counted(&sorted), "3 errors");
        assert_eq!(counted(&[Problem::at(Code::OpenSecret, &config, 0..1, "w")]), "1 warning");
    }

    #[test]
    fn a_place_in_another_file_is_drawn_with_its_lines() {
        let (config, mapping) = (Source::new("vicisync.toml", "lists = [1]\n"), Source::new("m.toml", "\nlist = 3\n"));
        let problem =
            Problem::at(Code::ListNotAllowed, &mapping, 8..9, "not allowed").label("fills it").and(&config, 8..11, "allows these");
        let expected = "error[E0509]: not allowed\n --> m.toml:2:8\n  |\n2 | list = 3\n  |        ^ fills it\n  |\n ::: vicisync.toml:1:9\n  |\n1 | lists = [1]\n  |         --- allows these\n";
        assert_eq!(drawn(std::slice::from_ref(&problem), false), expected);
        assert_eq!(problem.to_json()["labels"][1]["file"], "vicisync.toml");
    }

    #[test]
    fn a_secret_is_hidden_in_the_lines_of_other_problems_too() {
        let config = Source::new("vicisync.toml", "x = { hidden = \"hunter2\", b = 1 }\n");
        let problems = [
            Problem::at(Code::PlainSecret, &config, 15..24, "plain"),
            Problem::at(Code::UnknownKey, &config, 26..27, "there is no key `b`"),
        ];
        let drawn = drawn(&problems, false);
        assert!(!drawn.contains("hunter2") && drawn.matches("*********").count() == 2, "{drawn}");
    }
}
