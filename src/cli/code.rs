//! `vicisync code`: explains an error code, or lists all of them.

use serde_json::{Value as Json, json};

use super::arguments;
use super::exit::Exit;
use super::screen::{Failed, Screen, table};
use crate::diag::{Code, Severity, suggest};

/// Runs the command.
///
/// # Errors
/// A code that does not exist.
pub(super) fn run(screen: &Screen, wanted: &arguments::Code) -> Result<Exit, Failed> {
    let Some(wanted) = &wanted.code else {
        list(screen);
        return Ok(Exit::Fine);
    };
    let Some(code) = find(wanted) else {
        let help = match closest(wanted) {
            Some(code) => format!("did you mean {code} ({})? all codes: vicisync code", code.title()),
            None => "codes look like E0102 and stand in front of each message about a file; all codes: vicisync code".to_owned(),
        };
        return Err(Failed::new(Exit::Usage, format!("there is no code `{}`", wanted.trim()), help));
    };
    screen.data(&format!("{}: {}\n\n{}", code.name(), code.title(), code.explanation()));
    let mut json = brief(code);
    json["explanation"] = code.explanation().into();
    screen.json(&json);
    Ok(Exit::Fine)
}

fn list(screen: &Screen) {
    let codes = sorted();
    let rows: Vec<Vec<String>> = codes.iter().map(|code| vec![code.name().to_owned(), code.title().to_owned()]).collect();
    screen.data(&table(&rows));
    screen.talk("E: the file cannot be used. W: a person should look. More about one: vicisync code E0102");
    screen.json(&json!({ "codes": codes.iter().map(|code| brief(*code)).collect::<Vec<_>>() }));
}

fn brief(code: Code) -> Json {
    let severity = match code.severity() {
        Severity::Error => "error",
        Severity::Warning => "warning",
    };
    json!({ "code": code.name(), "severity": severity, "title": code.title() })
}

fn sorted() -> Vec<Code> {
    let mut codes = Code::ALL.to_vec();
    codes.sort_by_key(|code| code.name());
    codes
}

/// By its name, also as it stands in a message: `error[E0102]`.
fn find(wanted: &str) -> Option<Code> {
    let inner = wanted.split_once('[').map_or(wanted, |(_, rest)| rest.trim_end_matches([']', ':', ' ']));
    Code::from_name(inner)
}

/// The code that was most likely meant. Of a number alone, the one with that number.
fn closest(wanted: &str) -> Option<Code> {
    let number = wanted.trim().trim_start_matches(|letter: char| letter.is_ascii_alphabetic()).trim_start_matches('0');
    let is_number = !number.is_empty() && number.chars().all(|letter| letter.is_ascii_digit());
    let of_number = || sorted().into_iter().find(|code| code.name()[1..].trim_start_matches('0') == number);
    let near = || suggest::closest(&wanted.to_uppercase(), sorted().iter().map(|code| code.name())).and_then(Code::from_name);
    if is_number { of_number().or_else(near) } else { near() }
}

#[cfg(test)]
mod tests {
    use super::{closest, find};
    use crate::diag::Code;

    #[test]
    fn codes_are_found_as_people_write_them() {
        for wanted in ["E0102", "e0102", " e0102 ", "error[E0102]", "error[E0102]:"] {
            assert_eq!(find(wanted), Some(Code::UnknownKey), "{wanted}");
        }
        for wanted in ["102", "0102", "E102", "E00102", "EO102"] {
            assert_eq!((find(wanted), closest(wanted)), (None, Some(Code::UnknownKey)), "{wanted}");
        }
        assert_eq!(closest("W0102"), Some(Code::UnknownKey));
        assert_eq!((find("E9999"), closest("nonsense")), (None, None));
    }
}
