//! Text that is not TOML: what is wrong in an admin's words, and how much of the rest can still be read.
//!
//! A mistake inside of one value (a missing quote, a wrong date) leaves the rest as it is. One that shakes the structure (a list that is not
//! closed, a key without `=`) is reported and its lines are blanked out with spaces, so that every later place stays where it is and the rest is
//! read as if they were not there. What then seems to be missing may stand in those lines: `follows` says which reports would be guesses.

use std::borrow::Cow;
use std::ops::Range;

use toml::de::DeTable;

use super::code::Code;
use super::reader::Sink;

/// After so many shaken places the rest is left alone: it is another kind of file.
const SHAKEN_MAX: usize = 10;
/// With so many at once it surely is.
const SHAKEN_SURELY: usize = 300;

/// Reports what shakes the structure of a text, and gives the text without it.
pub fn mend<'t>(sink: &Sink, text: &'t str) -> Cow<'t, str> {
    let mut mended = Cow::Borrowed(text);
    for turn in 1.. {
        let found = shaken(&mended);
        let Some((message, place)) = found.first() else { break };
        if found.len() > SHAKEN_SURELY || turn == SHAKEN_MAX {
            let told = if turn == SHAKEN_MAX { 1 } else { SHAKEN_MAX };
            found.iter().take(told).for_each(|(message, place)| report(sink, message, place.clone(), text));
            return Cow::Owned(blank(&mended, line_start(&mended, place.start)..text.len()));
        }
        report(sink, message, place.clone(), text);
        let blanked = blank(&mended, statement(&mended, message, place.start));
        if blanked == mended {
            // Nothing is left to take out: the rest is not worth reading.
            return Cow::Owned(blank(&mended, 0..text.len()));
        }
        mended = Cow::Owned(blanked);
    }
    mended
}

/// Reports one mistake of the syntax.
pub(super) fn report(sink: &Sink, message: &str, place: Range<usize>, text: &str) {
    let is_doubled = message.starts_with("duplicate key");
    let raw = message;
    let (message, help) = said(message, &place, text);
    sink.torn(text, &place, is_doubled);
    let place = match own_line(text, place.start).filter(|_| is_inside(raw)) {
        // What is not closed was to be closed before this line.
        Some(line) => here(text, written(&text[..line])),
        None if place.is_empty() => here(text, place.start),
        None => place,
    };
    sink.report(sink.at(Code::Syntax, place, message).help(help));
}

/// Whether a report of that code may only follow from a mistake of the syntax: what it misses may stand where the text could not be read.
pub(super) fn follows(code: Code) -> bool {
    matches!(
        code,
        Code::MissingKey
            | Code::UnknownConnection
            | Code::NeverMatches
            | Code::NoDefaultList
            | Code::NoGoLive
            | Code::EmptyTest
            | Code::UnusedConnection
    )
}

/// Where a text ends without the blank lines and remarks at its end.
fn written(text: &str) -> usize {
    let mut rest = text;
    loop {
        rest = rest.trim_end();
        let start = line_start(rest, rest.len());
        let line = &rest[start..];
        let remark = line.match_indices('#').map(|(at, _)| at).find(|at| line[..*at].matches('"').count().is_multiple_of(2));
        match remark {
            Some(at) => rest = &rest[..start + at],
            None => return rest.len(),
        }
    }
}

/// The mistakes that shake the structure, in the order of the text.
fn shaken(text: &str) -> Vec<(String, Range<usize>)> {
    let (_, errors) = DeTable::parse_recoverable(text);
    let errors = errors.iter().filter(|error| !is_local(error.message()));
    let mut found: Vec<_> = errors.map(|error| (error.message().to_owned(), error.span().unwrap_or(0..0))).collect();
    found.sort_by_key(|(_, place)| place.start);
    found
}

/// Mistakes after which the reader of TOML goes on in the next line as if nothing had been.
pub(super) fn is_local(message: &str) -> bool {
    const LOCAL: [&str; 12] = [
        "string values must be quoted",
        "invalid boolean",
        "invalid date",
        "invalid time",
        "invalid datetime",
        "unexpected leading zero",
        "missing escaped value",
        "invalid basic string",
        "invalid literal string",
        "duplicate key",
        "carriage return must be followed by newline",
        "unexpected key or value",
    ];
    LOCAL.iter().any(|local| message.starts_with(local))
}

/// The lines that a shaken place makes unreadable.
fn statement(text: &str, message: &str, at: usize) -> Range<usize> {
    let line = line_start(text, at);
    if is_inside(message) {
        let before = own_line(text, at).unwrap_or_else(|| line_end(text, at));
        let start =
            text[..before].match_indices('\n').map(|(newline, _)| newline + 1).chain([0]).filter(|start| is_entry(&text[*start..before]));
        return start.max().unwrap_or(line)..before;
    }
    if text[line..].trim_start().starts_with('[') {
        // Without its heading a table's keys would seem to belong to the table before.
        let rest = line_end(text, at);
        let next = text[rest..]
            .match_indices('\n')
            .map(|(newline, _)| rest + newline + 1)
            .find(|start| text[*start..].trim_start().starts_with('['));
        return line..next.unwrap_or(text.len());
    }
    line..line_end(text, at)
}

/// The start of a line that is an entry of its own, and no part of a value that began before: nothing of a value stands in it before the place.
fn own_line(text: &str, at: usize) -> Option<usize> {
    let line = line_start(text, at);
    (line > 0 && at < text.len() && !text.get(line..at)?.contains(['=', '[', '{', '"', '\''])).then_some(line)
}

/// Whether the mistake is one of a value that may go over several lines.
fn is_inside(message: &str) -> bool {
    ["array", "key-value pairs", "inline table"].iter().any(|word| message.contains(word))
}

/// Whether a text begins like `key =`.
fn is_entry(text: &str) -> bool {
    let line = text.lines().next().unwrap_or_default().trim_start();
    let rest = line.trim_start_matches(|letter: char| letter.is_alphanumeric() || matches!(letter, '_' | '-' | '.' | '"' | '\''));
    rest.len() < line.len() && rest.trim_start().starts_with('=')
}

fn line_start(text: &str, at: usize) -> usize {
    text[..boundary(text, at)].rfind('\n').map_or(0, |newline| newline + 1)
}

fn line_end(text: &str, at: usize) -> usize {
    let at = boundary(text, at);
    text[at..].find('\n').map_or(text.len(), |newline| at + newline)
}

fn boundary(text: &str, at: usize) -> usize {
    (0..=at.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0)
}

/// Spaces in place of all but the lines' ends; nothing moves.
fn blank(text: &str, place: Range<usize>) -> String {
    let mut blanked = String::with_capacity(text.len());
    for (at, letter) in text.char_indices() {
        if place.contains(&at) && !matches!(letter, '\n' | '\r') {
            blanked.extend(std::iter::repeat_n(' ', letter.len_utf8()));
        } else {
            blanked.push(letter);
        }
    }
    blanked
}

/// Of an empty place: the character before it, where it stands in the same line.
fn here(text: &str, at: usize) -> Range<usize> {
    let at = boundary(text, at);
    match text[..at].chars().next_back() {
        Some(letter) if letter != '\n' => at - letter.len_utf8()..at,
        Some(_) | None => at..at,
    }
}

/// The mistake in an admin's words, and what to type.
fn said(message: &str, place: &Range<usize>, text: &str) -> (String, String) {
    let found = text.get(place.clone()).unwrap_or_default();
    let rest = text.get(place.start..).unwrap_or_default();
    let words = |message: &str, help: &str| (message.to_owned(), help.to_owned());
    let begins = |word: &str| message.starts_with(word);
    if begins("duplicate key") {
        return (format!("the key `{}` is there twice", found.trim()), "keep one of the two entries".to_owned());
    }
    if let Some(letter) = rest.chars().next().filter(|letter| letter.is_control() && !letter.is_whitespace()) {
        let message = format!("a character that no text has stands here (U+{:04X})", u32::from(letter));
        return (message, "this is not a text file, or it is damaged: type the line again".to_owned());
    }
    if begins("string values must be quoted") {
        return unquoted(found);
    }
    if begins("invalid boolean") {
        return words("this is neither true nor false", "write true or false, in small letters and without quotes");
    }
    if begins("invalid basic string") || begins("invalid literal string") {
        return words("the text is not closed by a quote on its line", "write a quote at its end");
    }
    if begins("invalid multi-line") {
        return words("the text that begins with three quotes is not closed", "write three quotes at its end");
    }
    if begins("missing escaped value") || begins("too few unicode") || begins("too few hexadecimal") {
        return words(
            "a backslash means something of its own here",
            "write two backslashes for one, or put the text in single quotes: 'C:\\path'",
        );
    }
    if rest.trim_start().starts_with(':') && (begins("key with no value") || begins("invalid unquoted key")) {
        return words("TOML has `=` where this has `:`", "write it as key = \"value\"");
    }
    if begins("key with no value") {
        return words("there is no `=` after the key", "write it as key = \"value\", or put a `#` in front if it is a remark");
    }
    if begins("invalid key-value pair") && rest.trim_start().starts_with(['{', '}']) {
        return words("this looks like JSON, and the file is read as TOML", "write key = \"value\" lines under [table] lines");
    }
    if begins("unclosed table") || message.contains("table header") {
        return words("the table's name is not closed by `]`", "write it as [name], or [[name]] for one of several");
    }
    if begins("cannot recurse") || begins("recursion limit") {
        return words("this is nested too deeply", "take brackets out; nothing here is nested more than a few levels");
    }
    if message.contains("array") {
        return words("the list is not closed by `]`, or a comma is missing in it", "write it as [\"one\", \"two\"]");
    }
    if message.contains("inline table") || message.contains("key-value pairs") {
        return words("the table in braces is not closed by `}`, or a comma is missing in it", "write it as { one = 1, two = 2 }");
    }
    if let Some(space) = rest.chars().next().filter(|letter| letter.is_whitespace() && !letter.is_ascii()) {
        let message = format!("a space that is none of the keyboard's stands here (U+{:04X})", u32::from(space));
        return (message, "delete it, and type a space".to_owned());
    }
    if begins("extra `=`") {
        return words("there is one `=` too many", "write it as key = \"value\"");
    }
    if begins("invalid date") || begins("invalid time") {
        return words(
            "there is no such date or time",
            "write it as 2026-11-01, or with a time as 2026-11-01T15:00:00Z; a text stands in quotes",
        );
    }
    if begins("unquoted keys cannot be empty") || begins("invalid unquoted key") {
        return words("a key cannot be written like this", "use letters, digits, `-` and `_`, or put the key in quotes");
    }
    if begins("unexpected key or value") {
        return words("something follows after the value", "write each key on a line of its own, and remarks after a `#`");
    }
    if begins("carriage return") {
        return words("a line ends as on old Macs, with a carriage return alone", "save the file with Unix line ends in your editor");
    }
    if begins("unexpected leading zero") {
        return words("a number cannot begin with 0", "take the 0 away, or put quotes around it if it is a text such as a postal code");
    }
    (message.trim().replace('\n', ", "), "write each line as key = \"value\", or as [table]".to_owned())
}

fn unquoted(found: &str) -> (String, String) {
    let bare = found.trim();
    if bare.is_empty() {
        return ("there is nothing after the `=`".to_owned(), "write a value, or take the line out".to_owned());
    }
    if bare.starts_with(['“', '”', '„', '‘', '’', '«', '»']) {
        return ("these quotes are those of a text processor".to_owned(), "use straight quotes: \"...\"".to_owned());
    }
    if ["true", "false", "yes", "no", "on", "off"].iter().any(|word| bare.eq_ignore_ascii_case(word)) {
        let help = format!("write true or false in small letters, or \"{bare}\" where a word is wanted");
        return (format!("`{bare}` is no value"), help);
    }
    // It may be a secret, so that it is not repeated.
    ("text must stand in quotes".to_owned(), "write a quote in front of it and one behind it".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, messages: &[&str], left: &str) {
        let sink = Sink::new("a.toml");
        let mended = mend(&sink, text).into_owned();
        assert_eq!(mended.len(), text.len());
        let found: Vec<String> = sink.into_found().into_iter().map(|diagnostic| diagnostic.message).collect();
        assert_eq!(found, messages);
        assert_eq!(mended.split_whitespace().collect::<Vec<_>>().join(" "), left);
    }

    #[test]
    fn what_is_whole_stays_as_it_is() {
        check("a = 1\n[b]\nc = \"d\"\n", &[], "a = 1 [b] c = \"d\"");
    }

    #[test]
    fn shaken_lines_are_taken_out_and_the_rest_stays() {
        let no_equals = "there is no `=` after the key";
        check("a = 1\nsite\nb = 2\n[c]\nd\ne = 5\n", &[no_equals, no_equals], "a = 1 b = 2 [c] e = 5");
        let list = "the list is not closed by `]`, or a comma is missing in it";
        check("a = 1\nx = [\n  \"é\",\nb = 2\n[c]\nd = 3\n", &[list], "a = 1 b = 2 [c] d = 3");
        check("a = 1\nx = [1, 2\n", &[list], "a = 1");
        check("x = [1,\nb = 2\n[c]\nd = 3\n", &[list], "b = 2 [c] d = 3");
        check("x = [b = 1]\nc = 2\n", &[list], "c = 2");
        check("kind: \"x\"\nc = 2\n", &["TOML has `=` where this has `:`"], "c = 2");
        let braces = "the table in braces is not closed by `}`, or a comma is missing in it";
        check("a = 1\nx = { b = 1\nc = 2\n", &[braces], "a = 1 c = 2");
        check("a = 1\n[x\nb = 1\n[c]\nd = 3\n", &["the table's name is not closed by `]`"], "a = 1 [c] d = 3");
    }

    #[test]
    fn another_kind_of_file_ends_soon() {
        let sink = Sink::new("a.toml");
        assert_eq!(mend(&sink, &"some words\n".repeat(1000)).trim(), "");
        assert_eq!(sink.into_found().len(), SHAKEN_MAX);
    }
}
