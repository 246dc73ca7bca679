//! How diagnostics look: drawn with the source for people, and as JSON for programs.
//!
//! Drawn lines end up in logs, so a secret that stands in the text is drawn as stars.
//!
//! Drawing needs the text that the ranges point into; a range outside of it (the file changed meanwhile) is cut to fit, never a panic.

use std::borrow::Cow;
use std::ops::Range;

use annotate_snippets::{AnnotationKind, Level, Origin, Renderer, Snippet};
use serde_json::{Value as Json, json};

use super::{Diagnostic, Severity, mask};

/// A place in another file that has to do with a diagnostic.
#[derive(Debug, Clone, Copy)]
pub struct Beside<'a> {
    /// The file's name.
    pub file: &'a str,
    /// Its text.
    pub source: &'a str,
    /// The place.
    pub place: &'a Range<usize>,
    /// A few words.
    pub words: &'a str,
}

/// Draws diagnostics one under the other, with the lines of `source` that they point at.
#[must_use]
pub fn render(diagnostics: &[Diagnostic], source: &str, is_coloured: bool) -> String {
    let source = masked(&diagnostics.iter().collect::<Vec<_>>(), source);
    let drawn: Vec<String> = diagnostics.iter().map(|diagnostic| draw(diagnostic, &source, &[], is_coloured)).collect();
    drawn.join("\n")
}

/// The text as it may be drawn for these diagnostics: with stars in place of secrets.
#[must_use]
pub fn masked(diagnostics: &[&Diagnostic], source: &str) -> String {
    mask::masked(diagnostics, source)
}

/// Draws one diagnostic; `source` and the texts beside it went through [`masked`].
#[must_use]
pub fn draw(diagnostic: &Diagnostic, source: &str, beside: &[Beside<'_>], is_coloured: bool) -> String {
    let renderer = if is_coloured { Renderer::styled() } else { Renderer::plain() };
    let level = match diagnostic.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
    };
    let title = level.primary_title(tame(&diagnostic.message)).id(diagnostic.code.name());
    let mut group = if source.is_empty() {
        title.element(Origin::path(diagnostic.file.as_str()).line(1))
    } else {
        title.element(snippet(&diagnostic.file, source, diagnostic.labels.iter().map(|(place, words)| (place, words.as_str())), true))
    };
    for other in beside {
        group = group.element(snippet(other.file, other.source, std::iter::once((other.place, other.words)), false));
    }
    if let Some(help) = &diagnostic.help {
        group = group.element(Level::HELP.message(tame(help)));
    }
    let mut drawn = renderer.render(&[group]);
    drawn.push('\n');
    drawn
}

fn snippet<'a>(
    file: &'a str,
    source: &'a str,
    labels: impl Iterator<Item = (&'a Range<usize>, &'a str)>,
    is_first_primary: bool,
) -> Snippet<'a, annotate_snippets::Annotation<'a>> {
    let mut snippet = Snippet::source(source).path(file);
    for (number, (range, words)) in labels.enumerate() {
        let kind = if number == 0 && is_first_primary { AnnotationKind::Primary } else { AnnotationKind::Context };
        let span = kind.span(fit(range, source));
        snippet = snippet.annotation(if words.is_empty() { span } else { span.label(tame(words)) });
    }
    snippet
}

/// Without the characters by which a text could write elsewhere on the terminal.
fn tame(text: &str) -> Cow<'_, str> {
    let is_wild = |letter: char| letter.is_control() && letter != '\n';
    if text.contains(is_wild) { Cow::Owned(text.replace(is_wild, "\u{fffd}")) } else { Cow::Borrowed(text) }
}

/// `{code, severity, file, line, column, end_line, end_column, message, help, labels}`; lines and columns count from 1, columns in characters; an end
/// is the place behind the last character. A label is `{file, line, column, end_line, end_column, text}`.
#[must_use]
pub fn to_json(diagnostic: &Diagnostic, source: &str, beside: &[Beside<'_>]) -> Json {
    let (place, _) = diagnostic.labels.first().cloned().unwrap_or_default();
    let (line, column) = position(source, place.start);
    let (end_line, end_column) = position(source, place.end.max(place.start));
    let severity = match diagnostic.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
    };
    let own = diagnostic.labels.iter().map(|(place, words)| label(&diagnostic.file, source, place, words));
    let others = beside.iter().map(|other| label(other.file, other.source, other.place, other.words));
    json!({
        "code": diagnostic.code.name(),
        "severity": severity,
        "file": diagnostic.file,
        "line": line,
        "column": column,
        "end_line": end_line,
        "end_column": end_column,
        "message": diagnostic.message,
        "help": diagnostic.help,
        "labels": own.chain(others).collect::<Vec<Json>>(),
    })
}

fn label(file: &str, source: &str, place: &Range<usize>, words: &str) -> Json {
    let (line, column) = position(source, place.start);
    let (end_line, end_column) = position(source, place.end.max(place.start));
    json!({ "file": file, "line": line, "column": column, "end_line": end_line, "end_column": end_column, "text": words })
}

/// Line and column of a byte offset, both from 1.
#[must_use]
pub fn position(source: &str, offset: usize) -> (usize, usize) {
    let before = &source[..boundary(source, offset)];
    let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
    (before.matches('\n').count() + 1, before[line_start..].chars().count() + 1)
}

fn fit(range: &Range<usize>, source: &str) -> Range<usize> {
    let start = boundary(source, range.start);
    start..boundary(source, range.end).max(start)
}

fn boundary(source: &str, offset: usize) -> usize {
    let mut offset = offset.min(source.len());
    while !source.is_char_boundary(offset) {
        offset -= 1;
    }
    offset
}
