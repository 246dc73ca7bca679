//! The manual is true: no field or variable is left out, and none is told of that is not there. Its examples: `tests/paper`.

use vicisync::diag::render::render;
use vicisync::mapping::parse;
use vicisync::model::LeadField;

const MAPPING: &str = include_str!("../../docs/mapping.md");
const REFERENCE: &str = include_str!("../../docs/reference/mapping.md");

/// A piece of a mapping, with what every mapping needs.
fn whole(piece: &str) -> String {
    let mut text = piece.to_owned();
    if !text.contains("object =") {
        text.insert_str(0, "object = \"Contact\"\n");
    }
    if !text.contains("[list_default]") {
        text.push_str("\n[list_default]\nlist = 1000\n");
    }
    if !text.contains("[phone]") {
        text.push_str("\n[phone]\nfrom = \"phoneNumber\"\ndefault_region = \"US\"\n");
    }
    text
}

#[test]
fn every_lead_field_and_its_width_stand_in_the_reference() {
    for field in LeadField::ALL {
        let is_dialed = matches!(field, LeadField::PhoneCode | LeadField::PhoneNumber);
        let row = REFERENCE.lines().find(|line| line.starts_with(&format!("| `{}` |", field.name())));
        assert_eq!(row.is_some(), !is_dialed, "{}", field.name());
        // Of these the sentence says what they hold.
        let is_told = ["middle_initial", "state", "country_code", "gender", "date_of_birth", "rank"].contains(&field.name());
        let has_width = row.is_some_and(|row| {
            row.contains(&format!(" {} characters.", field.width())) || row.contains(&format!(" {} digits.", field.width()))
        });
        assert!(is_dialed || is_told || has_width, "{}", field.name());
    }
}

#[test]
fn every_variable_of_the_manual_exists() {
    let names = |start: &str, end: &str| {
        let part = MAPPING.split(start).nth(1).unwrap_or_default().split(end).next().unwrap_or_default();
        let cells = part.lines().filter(|line| line.starts_with("| `")).filter_map(|line| line.split(" | ").next());
        cells.flat_map(|cell| cell.split('`').skip(1).step_by(2).map(str::to_owned).collect::<Vec<_>>()).collect::<Vec<_>>()
    };
    let variables = names("| in a text |", "`activity = true` logs");
    assert_eq!(variables.len(), 9);
    for name in variables {
        let text = whole(&format!("[calls]\ngo_live = 2026-11-01T00:00:00Z\nalways = {{ set = {{ a = \"{name}\" }} }}\n"));
        assert!(parse("a.toml", &text).is_ok(), "{name}");
    }
}

#[test]
fn every_expression_and_filter_of_the_manual_works() {
    let part = MAPPING.split("### Texts with").nth(1).unwrap_or_default().split("### Transforms").next().unwrap_or_default();
    let is_read = |expression: &str| {
        let text = whole(&format!("[lead]\ncomments = {{ template = '{expression}' }}\n"));
        parse("a.toml", &text).map(|_| ()).map_err(|found| render(&found, &text, false))
    };
    let rows: Vec<String> = part.lines().filter(|line| line.starts_with("| `${")).map(|line| line.replace("\\|", "!bar!")).collect();
    assert!(rows.len() >= 9);
    for row in rows {
        let cell = row.split(" | ").next().unwrap_or_default().trim_matches(['|', ' ', '`']).replace("!bar!", "|");
        assert_eq!(is_read(&cell), Ok(()), "{cell}");
    }
    let (filters, tests) =
        part.split("Besides there are").nth(1).unwrap_or_default().split_once("after `is` may stand").unwrap_or_default();
    let words = |text: &str| text.split('`').skip(1).step_by(2).map(str::to_owned).collect::<Vec<_>>();
    assert_eq!(words(filters).len(), 22);
    for filter in words(filters) {
        assert_eq!(is_read(&format!("${{a | {filter}}}")), Ok(()), "{filter}");
    }
    let tests = tests.split("There are no functions").next().unwrap_or_default();
    assert_eq!(words(tests).len(), 18);
    for test in words(tests) {
        let test = if test == "in" { "in(\"ab\")" } else { test.as_str() };
        assert_eq!(is_read(&format!("${{a is {test}}}")), Ok(()), "{test}");
    }
}
