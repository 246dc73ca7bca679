//! What the form says of a key that is left out is what the reader does without it.

use std::collections::BTreeSet;

use toml::{Table, Value};
use vicisync::config::form::CONFIG;
use vicisync::diag::Form;
use vicisync::diag::form::{Kind, Need};
use vicisync::mapping::form::MAPPING;
use vicisync::{config, mapping};

const CONFIG_TEXT: &str = r#"
format = 1
crm.espo = { kind = "espocrm", site = "https://crm.example.com", secrets = { api_key = "env:ESPO_KEY" } }
job.sales = { crm = "espo", vicidial = "main", mapping = "mappings/sales.toml", brakes = {} }
report = [{ name = "calls", vicidial = "main", kind = "call_status_stats", schedule = "0 * * * *", csv = "calls.csv" }]

[vicidial.main]
url = "https://dialer.example.com"
user = "vicisync"
pass = "env:VICIDIAL_PASS"
zone = "America/New_York"
database = { host = "dialer.example.com", user = "reader", pass = "env:READER_PASS" }
"#;

const MAPPING_TEXT: &str = r#"
object = "Contact"
list_default = { list = 1000 }
phone = { from = "phoneNumber", default_region = "US" }
lead.first_name = { from = "firstName" }
custom.plan = { from = "cPlan" }
hopper = { new_leads = true }
match = { code_from = "cOldCode" }
leaving = {}
without_contact = {}
opt_out = {}
calls = { go_live = 2026-11-01T00:00:00Z }
disposition = [{ any = true, activity = true, set = { cResult = "${status}", cCount = "${call_count}" } }]
test = [
    { name = "one", contact = { phoneNumber = "+12025550101" }, lead = { list = 1000 } },
    { name = "two", call = { status = "SALE" }, set = {} },
]
"#;

/// What was read, without the places of the text.
fn config_of(text: &str) -> String {
    without_places(&format!("{:?}", config::parse("a.toml", text).unwrap_or_else(|found| panic!("{found:?}\n{text}"))))
}

fn mapping_of(text: &str) -> String {
    let (program, warnings) = mapping::parse("a.toml", text).unwrap_or_else(|found| panic!("{found:?}\n{text}"));
    assert!(warnings.is_empty(), "{warnings:?}");
    // The hash is that of the text, names and lines are where they stand in it.
    let read = format!("{program:?}");
    let (before, hash) = read.split_once("hash: \"").unwrap();
    let (rules, _) = hash.split_once('"').unwrap().1.split_once(", names: [").unwrap();
    let mut lines = rules.split(", line: ");
    let first = lines.next().unwrap_or_default();
    let lines: String = lines.map(|rest| rest.trim_start_matches(|letter: char| letter.is_ascii_digit())).collect();
    without_places(&format!("{before}{first}{lines}"))
}

fn without_places(text: &str) -> String {
    let is_place = |word: &str| {
        word.split_once("..").is_some_and(|(start, end)| [start, end].iter().all(|part| part.bytes().all(|byte| byte.is_ascii_digit())))
    };
    text.split_inclusive([' ', ',', '(', ')', '{', '}', '[', ']'])
        .map(|word| {
            let (bare, end) = word.split_at(word.len() - word.chars().last().map_or(0, char::len_utf8));
            if is_place(bare) { format!("_{end}") } else { word.to_owned() }
        })
        .collect()
}

/// Every key of the form with a value that counts without it, as `form: key`.
fn keys(form: &'static Form, seen: &mut BTreeSet<String>, visited: &mut BTreeSet<*const Form>) {
    if !visited.insert(form) {
        return;
    }
    for key in form.keys.iter().filter(|key| !matches!(key.need, Need::Later(_))) {
        if matches!(key.need, Need::Else(_)) {
            seen.insert(format!("{}: {}", form.about, key.name));
        }
        key.kind.form().into_iter().for_each(|form| keys(form, seen, visited));
    }
    form.others.iter().filter_map(|others| others.kind.form()).for_each(|form| keys(form, seen, visited));
}

/// The table at a path; elements of lists by number.
fn table<'v>(value: &'v mut Value, path: &[String]) -> &'v mut Table {
    let found = path.iter().fold(value, |value, part| match part.parse::<usize>() {
        Ok(number) => &mut value[number],
        Err(_) => &mut value[part.as_str()],
    });
    found.as_table_mut().unwrap()
}

/// Writes each such key that the text leaves out into it, one at a time.
fn try_each(whole: &Table, path: &[String], form: &'static Form, tried: &mut BTreeSet<String>, same: &dyn Fn(&Table, &str)) {
    let at = table(&mut Value::Table(whole.clone()), path).clone();
    for key in form.keys {
        if let Need::Else(default) = key.need
            && !at.contains_key(key.name)
        {
            let value: Table = format!("value = {default}").parse().unwrap();
            let mut root = Value::Table(whole.clone());
            table(&mut root, path).insert(key.name.to_owned(), value["value"].clone());
            same(root.as_table().unwrap(), &format!("{}.{}", path.join("."), key.name));
            tried.insert(format!("{}: {}", form.about, key.name));
        }
    }
    for (name, value) in &at {
        let Some(inner) = form.kind(name).filter(|kind| !matches!(kind, Kind::Any)).and_then(Kind::form) else { continue };
        let count = value.as_array().map(Vec::len);
        let further: Vec<Vec<String>> = match count {
            Some(count) => (0..count).map(|number| vec![name.clone(), number.to_string()]).collect(),
            None => vec![vec![name.clone()]],
        };
        for more in further {
            let path: Vec<String> = path.iter().cloned().chain(more).collect();
            if value.is_table() || value.as_array().is_some_and(|items| items.iter().all(Value::is_table)) {
                try_each(whole, &path, inner, tried, same);
            }
        }
    }
}

fn check(text: &str, form: &'static Form, read: fn(&str) -> String) {
    let whole: Table = text.parse().unwrap();
    let plain = read(&whole.to_string());
    let mut tried = BTreeSet::new();
    try_each(&whole, &[], form, &mut tried, &|changed, key| assert_eq!(read(&changed.to_string()), plain, "{key}"));
    let mut all = BTreeSet::new();
    keys(form, &mut all, &mut BTreeSet::new());
    if whole.contains_key("format") {
        all.retain(|key| !key.ends_with(": format"));
    }
    assert_eq!(tried, all);
}

#[test]
fn what_counts_without_a_key_of_the_config_is_what_is_said() {
    check(CONFIG_TEXT, &CONFIG, config_of);
}

#[test]
fn what_counts_without_a_key_of_the_mapping_is_what_is_said() {
    check(MAPPING_TEXT, &MAPPING, mapping_of);
}
