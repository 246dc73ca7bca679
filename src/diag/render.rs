//! How diagnostics look: drawn with the source for people, and as JSON for programs.
//!
//! Drawn lines end up in logs, so a secret that stands in the text is drawn as stars.
//!
//! Drawing needs the text that the ranges point into; a range outside of it (the file changed meanwhile) is cut to fit, never a panic.

use std::ops::Range;

use annotate_snippets::{AnnotationKind, Level, Renderer, Snippet};
use serde_json::json;

use super::{Code, Diagnostic, Severity};

/// Draws diagnostics one under the other, with the lines of `source` that they point at.
#[must_use]
pub fn render(diagnostics: &[Diagnostic], source: &str, is_coloured: bool) -> String {
    let renderer = if is_coloured { Renderer::styled() } else { Renderer::plain() };
    let source = &without_secrets(diagnostics, source);
    let mut drawn = String::new();
    for diagnostic in diagnostics {
        if !drawn.is_empty() {
            drawn.push('\n');
        }
        drawn.push_str(&draw(&renderer, diagnostic, source));
        drawn.push('\n');
    }
    drawn
}

/// The text with stars in place of what was recognised as a secret; every range still points at the same place.
fn without_secrets(diagnostics: &[Diagnostic], source: &str) -> String {
    let places =
        diagnostics.iter().filter(|diagnostic| diagnostic.code == Code::PlainSecret).filter_map(|diagnostic| diagnostic.labels.first());
    let places: Vec<Range<usize>> = places.map(|(place, _)| place.clone()).collect();
    let mut masked = String::with_capacity(source.len());
    for (offset, letter) in source.char_indices() {
        if letter != '\n' && places.iter().any(|place| place.contains(&offset)) {
            masked.extend(std::iter::repeat_n('*', letter.len_utf8()));
        } else {
            masked.push(letter);
        }
    }
    masked
}

fn draw(renderer: &Renderer, diagnostic: &Diagnostic, source: &str) -> String {
    let level = match diagnostic.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
    };
    let mut snippet = Snippet::source(source).path(diagnostic.file.as_str());
    for (number, (range, words)) in diagnostic.labels.iter().enumerate() {
        let kind = if number == 0 { AnnotationKind::Primary } else { AnnotationKind::Context };
        let span = kind.span(fit(range, source));
        snippet = snippet.annotation(if words.is_empty() { span } else { span.label(words.as_str()) });
    }
    let mut group = level.primary_title(diagnostic.message.as_str()).id(diagnostic.code.name()).element(snippet);
    if let Some(help) = &diagnostic.help {
        group = group.element(Level::HELP.message(help.as_str()));
    }
    renderer.render(&[group])
}

/// `{code, severity, file, line, column, message, help}`; line and column count from 1, the column in characters.
#[must_use]
pub fn to_json(diagnostic: &Diagnostic, source: &str) -> serde_json::Value {
    let (line, column) = diagnostic.labels.first().map_or((1, 1), |(range, _)| position(source, range.start));
    let severity = match diagnostic.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
    };
    json!({
        "code": diagnostic.code.name(),
        "severity": severity,
        "file": diagnostic.file,
        "line": line,
        "column": column,
        "message": diagnostic.message,
        "help": diagnostic.help,
    })
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
