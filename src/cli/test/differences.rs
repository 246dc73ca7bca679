//! How the result of a test looks: one line where it passed, else each field with both values one under the other and what differs marked.

use crate::mapping::{Difference, TestOutcome};

/// What stands in front of the lines of a failed test.
const INDENT: &str = "       ";

/// A test's result. `file` is the mapping's name.
#[must_use]
pub(super) fn text(file: &str, outcome: &TestOutcome) -> String {
    let TestOutcome { name, line, problems, differences, made } = outcome;
    if problems.is_empty() {
        return format!("ok     {file}:{line}: {name}");
    }
    let mut text = format!("FAILED {file}:{line}: {name}");
    // What is about one field is drawn; all else is a sentence.
    let is_drawn =
        |problem: &&String| differences.iter().any(|difference| problem.starts_with(&format!("`{}`: expected", difference.field)));
    let sentences: Vec<&String> = problems.iter().filter(|problem| !is_drawn(problem)).collect();
    for sentence in &sentences {
        text.push_str(&format!("\n{INDENT}{sentence}"));
    }
    let width = differences.iter().map(|difference| difference.field.chars().count()).max().unwrap_or(0);
    for difference in differences {
        text.push_str(&drawn(difference, width));
    }
    if !sentences.is_empty() && !made.is_empty() {
        text.push_str(&format!("\n{INDENT}the mapping made of it:"));
        let width = made.iter().map(|(name, _)| name.chars().count()).max().unwrap_or(0);
        for (name, value) in made {
            text.push_str(&format!("\n{INDENT}  {name:<width$}  {}", on_one_line(value)));
        }
    }
    text
}

/// Both values, one under the other; under each the characters that the other has not.
fn drawn(difference: &Difference, width: usize) -> String {
    let Difference { field, expected, actual } = difference;
    let margin = " ".repeat(width);
    let expected = on_one_line(expected);
    let Some(actual) = actual.as_deref().map(on_one_line) else {
        return format!("\n{INDENT}{field:<width$}  expected  {expected}\n{INDENT}{margin}  actual    (nothing fills it)");
    };
    let (expected_mark, actual_mark) = marks(&expected, &actual);
    let mut text = format!("\n{INDENT}{field:<width$}  expected  {expected}");
    let mut mark = |mark: &str| {
        if !mark.is_empty() {
            text.push_str(&format!("\n{INDENT}{margin}            {mark}"));
        }
    };
    mark(&expected_mark);
    text.push_str(&format!("\n{INDENT}{margin}  actual    {actual}"));
    if !actual_mark.is_empty() {
        text.push_str(&format!("\n{INDENT}{margin}            {actual_mark}"));
    }
    text
}

/// Line breaks and other characters that nobody sees, as they are written in Rust and TOML.
fn on_one_line(text: &str) -> String {
    let mut line = String::with_capacity(text.len());
    for letter in text.chars() {
        if letter.is_control() || (letter.is_whitespace() && letter != ' ') {
            line.extend(letter.escape_default());
        } else {
            line.push(letter);
        }
    }
    line
}

/// `^` under what stands between the common beginning and the common end. Where one of the two has nothing there, only the other is marked.
fn marks(expected: &str, actual: &str) -> (String, String) {
    let (one, two): (Vec<char>, Vec<char>) = (expected.chars().collect(), actual.chars().collect());
    let start = one.iter().zip(&two).take_while(|(one, two)| one == two).count();
    let end = one[start..].iter().rev().zip(two[start..].iter().rev()).take_while(|(one, two)| one == two).count();
    let mark = |length: usize| match length - start - end {
        0 => String::new(),
        count => format!("{}{}", " ".repeat(start), "^".repeat(count)),
    };
    (mark(one.len()), mark(two.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(expected: &str, actual: &str, marked: (&str, &str)) {
        let found = marks(expected, actual);
        assert_eq!((found.0.as_str(), found.1.as_str()), marked, "{expected} {actual}");
    }

    #[test]
    fn marks_stand_under_what_differs() {
        check("+12125550100", "+12125550190", ("          ^", "          ^"));
        check("\"Ann Marie\"", "\"Ann  Marie\"", ("", "     ^"));
        check("\"Ann\"", "\"Bo\"", (" ^^^", " ^^"));
        check("\"Łukasz\"", "\"Łukas\"", ("      ^", ""));
        check("aaa", "aa", ("  ^", ""));
        check("", "x", ("", "^"));
    }

    #[test]
    fn a_failed_test_shows_both_values_and_its_line() {
        let difference = |field: &str, expected: &str, actual: Option<&str>| Difference {
            field: field.to_owned(),
            expected: expected.to_owned(),
            actual: actual.map(str::to_owned),
        };
        let outcome = TestOutcome {
            name: "untidy".to_owned(),
            line: 12,
            problems: vec!["`first_name`: expected ..".to_owned(), "`list`: expected ..".to_owned(), "expected an activity".to_owned()],
            differences: vec![difference("first_name", "\"Ann\"", Some("\"A\tn\"")), difference("list", "1001", None)],
            made: vec![("activity".to_owned(), "false".to_owned())],
        };
        assert_eq!(
            text("m.toml", &outcome),
            "FAILED m.toml:12: untidy\n       \
             expected an activity\n       \
             first_name  expected  \"Ann\"\n                               ^\n                   \
             actual    \"A\\tn\"\n                               ^^\n       \
             list        expected  1001\n                   \
             actual    (nothing fills it)\n       \
             the mapping made of it:\n         \
             activity  false"
        );
    }
}
