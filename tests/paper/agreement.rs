//! Schema and reader agree: every value of the shipped files is taken out, named otherwise, and changed into everything that TOML has.

use serde_json::Value as Json;
use toml::{Table, Value};
use vicisync::cli::schema::FILES;
use vicisync::diag::render::render;
use vicisync::diag::{Code, schema};

use crate::read;
use crate::whole::Kind;

/// So many items of each list are changed.
const ITEMS_MAX: usize = 3;

/// A step into a document.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Step {
    Key(String),
    Index(usize),
}

/// Where values stand in a document, the tables and lists themselves among them.
fn places(value: &Value, path: &[Step], found: &mut Vec<Vec<Step>>) {
    if !path.is_empty() {
        found.push(path.to_vec());
    }
    let below = |step| [path, &[step]].concat();
    match value {
        Value::Table(table) => table.iter().for_each(|(key, value)| places(value, &below(Step::Key(key.clone())), found)),
        // What stands later in a list is of the same kind as what stands before.
        Value::Array(items) => {
            items.iter().enumerate().take(ITEMS_MAX).for_each(|(index, item)| places(item, &below(Step::Index(index)), found))
        }
        Value::String(_) | Value::Integer(_) | Value::Float(_) | Value::Boolean(_) | Value::Datetime(_) => {}
    }
}

fn holder<'v>(mut value: &'v mut Value, path: &[Step]) -> &'v mut Value {
    for step in path {
        value = match step {
            Step::Key(key) => &mut value[key.as_str()],
            Step::Index(index) => &mut value[*index],
        };
    }
    value
}

/// Whether a schema cannot tell what is wrong there. Dates come to it as text; a number is whole or not as the reader likes; what a test expects is
/// anything to the form; and of conditions the form says already that there may be several tables.
fn is_beyond(document: &Value, path: &[Step]) -> bool {
    let found = path.iter().try_fold(document, |value, step| match step {
        Step::Key(key) => value.get(key),
        Step::Index(index) => value.get(index),
    });
    let is_conditions = matches!(path.last(), Some(Step::Key(key)) if key == "filter" || key == "when");
    is_in_test(path)
        || match found {
            Some(Value::Datetime(_) | Value::Float(_)) => true,
            Some(Value::Array(_)) => is_conditions,
            Some(Value::String(_) | Value::Integer(_) | Value::Boolean(_) | Value::Table(_)) | None => false,
        }
}

fn is_in_test(path: &[Step]) -> bool {
    path.len() > 2 && path[0] == Step::Key("test".to_owned())
}

/// The document with one value changed in many ways.
fn changed(document: &Value, path: &[Step]) -> Vec<Value> {
    let (last, outer) = path.split_last().unwrap();
    let mut all = Vec::new();
    let mut change = |how: &dyn Fn(&mut Value)| {
        let mut copy = document.clone();
        how(holder(&mut copy, outer));
        all.push(copy);
    };
    if let Step::Key(key) = last {
        change(&|holder| {
            holder.as_table_mut().unwrap().remove(key);
        });
        change(&|holder| {
            let table = holder.as_table_mut().unwrap();
            let value = table.remove(key).unwrap();
            table.insert(format!("{key}_zz"), value);
        });
    }
    let others: Table = r#"all = [5, -1, 0.5, "x", " ", true, 2026-11-01, 2026-11-01T00:00:00Z, [], ["x"], [5], {}, { x = "y" }, [{ x = 5 }]]"#.parse().unwrap();
    for other in others["all"].as_array().unwrap() {
        change(&|holder| match last {
            Step::Key(key) => holder[key.as_str()] = other.clone(),
            Step::Index(index) => holder[*index] = other.clone(),
        });
    }
    all
}

/// The document as a file.
fn written(document: &Value) -> String {
    document.as_table().unwrap().to_string()
}

fn check(kind: Kind, name: &str, text: &str) -> usize {
    let file = FILES.iter().find(|file| file.name == name).unwrap();
    let validator = jsonschema::draft7::new(&file.schema()).unwrap();
    let document = Value::Table(text.parse().unwrap());
    let mut paths = Vec::new();
    places(&document, &[], &mut paths);
    assert!(kind.read(&written(&document)).is_empty() && validator.is_valid(&schema::json_of(&document)));
    let mut count = 0;
    let mut unlike = Vec::new();
    for path in &paths {
        for changed in changed(&document, path) {
            let json: Json = schema::json_of(&changed);
            let is_taken = validator.is_valid(&json);
            let text = written(&changed);
            let found = kind.read(&text);
            let errors: Vec<Code> = found.iter().filter(|diagnostic| diagnostic.is_error()).map(|diagnostic| diagnostic.code).collect();
            count += 1;
            let is_plain = errors.iter().any(|code| [Code::UnknownKey, Code::WrongType, Code::UnknownLeadField].contains(code));
            if !is_taken && errors.is_empty() && !is_in_test(path) {
                unlike.push(format!("the schema refuses what the reader takes, at {path:?}: {json}"));
            } else if is_taken && is_plain && !is_beyond(&changed, path) {
                unlike.push(format!("the schema takes what the reader refuses, at {path:?}:\n{}", render(&found, &text, false)));
            }
        }
    }
    assert!(unlike.is_empty(), "{} of {count}:\n{}", unlike.len(), unlike.join("\n"));
    count
}

#[test]
fn reader_and_schema_of_mappings_agree() {
    let count = check(Kind::Mapping, "mapping", &read("mappings/rehearsal.toml"));
    assert!(count > 1000, "{count}");
}

#[test]
fn reader_and_schema_of_configs_agree() {
    let example = read("config/vicisync.example.toml");
    // The report of the example is a remark.
    let (before, report) = example.split_once("#[[report]]").unwrap();
    let count = check(Kind::Config, "config", &format!("{before}[[report]]{}", report.replace("\n#", "\n")));
    assert!(count > 300, "{count}");
}
