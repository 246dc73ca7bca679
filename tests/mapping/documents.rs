//! The manual is true: every example in it is read without a mistake, its tests pass, and no field or code is left out.

use vicisync::diag::render::render;
use vicisync::mapping::parse;
use vicisync::model::LeadField;

const MAPPING: &str = include_str!("../../docs/mapping.md");
const CONFIG: &str = include_str!("../../docs/config.md");

/// The TOML blocks of a page.
fn examples(page: &str) -> Vec<&str> {
    page.split("```toml\n").skip(1).map(|rest| rest.split("```").next().unwrap_or_default()).collect()
}

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
fn every_mapping_example_is_read_and_its_tests_pass() {
    let examples = examples(MAPPING);
    assert!(examples.len() >= 9);
    let mut tests = 0;
    for example in examples {
        let text = whole(example);
        let (program, warnings) = parse("example.toml", &text).unwrap_or_else(|found| panic!("{}", render(&found, &text, false)));
        assert_eq!(warnings, []);
        for outcome in program.tests() {
            assert_eq!(outcome.problems, Vec::<String>::new(), "{}", outcome.name);
            tests += 1;
        }
    }
    assert!(tests >= 4);
}

#[test]
fn every_config_example_is_read() {
    let examples = examples(CONFIG);
    assert!(examples.len() >= 2);
    for example in &examples {
        let text = if example.contains("format =") { (*example).to_owned() } else { format!("{}\n{example}", examples[0]) };
        let config = vicisync::config::parse("example.toml", &text).unwrap_or_else(|found| panic!("{}", render(&found, &text, false)));
        assert_eq!(config.warnings, []);
        assert_eq!(config.jobs[0].brakes, vicisync::config::Brakes::default());
    }
}

#[test]
fn every_lead_field_and_its_width_stand_in_the_manual() {
    for field in LeadField::ALL {
        let is_dialed = matches!(field, LeadField::PhoneCode | LeadField::PhoneNumber);
        assert_eq!(MAPPING.contains(&format!("`{}`", field.name())), !is_dialed, "{}", field.name());
        let is_wide = field.name().starts_with("address") || field.name() == "gender" || is_dialed;
        assert!(is_wide || MAPPING.contains(&format!("`{}` ({})", field.name(), field.width())), "{}", field.name());
    }
}

#[test]
fn every_transform_and_variable_of_the_manual_exists() {
    let names = |start: &str, end: &str| {
        let part = MAPPING.split(start).nth(1).unwrap_or_default().split(end).next().unwrap_or_default();
        let cells = part.lines().filter(|line| line.starts_with("| `")).filter_map(|line| line.split(" | ").next());
        cells.flat_map(|cell| cell.split('`').skip(1).step_by(2).map(str::to_owned).collect::<Vec<_>>()).collect::<Vec<_>>()
    };
    let transforms = names("### Transforms", "## `[leaving]`");
    assert_eq!(transforms.len(), 14);
    for name in transforms {
        let step = if name.starts_with('{') { name } else { format!("\"{name}\"") };
        let text = whole(&format!("[lead]\ncomments = {{ from = \"a\", transform = [{step}] }}\n"));
        assert!(parse("a.toml", &text).is_ok(), "{step}");
    }
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
