//! How long a mapping takes for a contact: with phone spellings that it has seen before, and with new ones.
//!
//! 100,000 made-up contacts go through `mappings/sales.toml`. The goals are 2 us for a contact whose number's spelling was seen before, and
//! 8 us for one whose number has to be read.
//!
//! `cargo bench --bench mapping`

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a measurement that cannot go on ends")]

use std::collections::BTreeMap;
use std::fs;
use std::hint::black_box;
use std::path::Path;

use vicisync::emulator::people::people;
use vicisync::mapping::{Mapped, Program, parse};
use vicisync::model::{Contact, ContactId, Value};

const CONTACTS: usize = 100_000;
const ROUNDS: usize = 5;

fn main() {
    let (name, text) = mapping();
    let program = parse(&name, &text).unwrap_or_else(|found| panic!("{name} has {} mistakes", found.len())).0;
    // Warms up, and says what the figures are of.
    let people = contacts(|_, number| number.to_owned());
    let leads = people.iter().filter(|contact| matches!(program.map(contact), Mapped::Lead(_))).count();
    println!("{name}: {leads} of {CONTACTS} contacts become leads");
    let seen = (0..ROUNDS).map(|_| time(&program, &people)).fold(f64::MAX, f64::min);
    println!("spellings seen before: {seen:.0} ns per contact");
    // Each program is new and each contact has a spelling of its own, so nothing was seen before.
    let strangers = contacts(|at, _| spelling(at));
    let new = (0..ROUNDS).map(|_| time(&parse(&name, &text).unwrap().0, &strangers)).fold(f64::MAX, f64::min);
    println!("spellings never seen:  {new:.0} ns per contact");
    let bare: Vec<Contact> =
        strangers.into_iter().map(|contact| Contact { fields: only(contact.fields, "phoneNumber"), ..contact }).collect();
    let phone = (0..ROUNDS).map(|_| phones(&parse(&name, &text).unwrap().0, &bare)).fold(f64::MAX, f64::min);
    println!("  of that the phone:   {phone:.0} ns");
    let program = parse(&name, &text).unwrap().0;
    phones(&program, &bare);
    let phone = (0..ROUNDS).map(|_| phones(&program, &bare)).fold(f64::MAX, f64::min);
    println!("a phone seen before:   {phone:.0} ns");
    let abroad: Vec<Contact> = (0..9_000)
        .map(|at| Contact { fields: [("phoneNumber".to_owned(), Value::Text(far_spelling(at)))].into(), ..bare[at].clone() })
        .collect();
    let phone = (0..ROUNDS).map(|_| phones(&parse(&name, &text).unwrap().0, &abroad)).fold(f64::MAX, f64::min);
    println!("a new one from abroad: {phone:.0} ns");
}

fn mapping() -> (String, String) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("mappings/sales.toml");
    ("sales.toml".to_owned(), fs::read_to_string(path).unwrap())
}

/// Nanoseconds that this thread has worked, as Linux counts them: others on the machine do not count.
fn worked() -> u64 {
    let counted = fs::read_to_string("/proc/thread-self/schedstat").ok();
    counted.and_then(|text| text.split(' ').next()?.parse().ok()).unwrap_or(0)
}

/// Nanoseconds per contact.
fn time(program: &Program, contacts: &[Contact]) -> f64 {
    let began = worked();
    for contact in contacts {
        black_box(program.map(black_box(contact)));
    }
    (worked() - began) as f64 / contacts.len() as f64
}

fn phones(program: &Program, contacts: &[Contact]) -> f64 {
    let began = worked();
    for contact in contacts {
        black_box(program.phone(black_box(contact)));
    }
    (worked() - began) as f64 / contacts.len() as f64
}

fn only(fields: BTreeMap<String, Value>, name: &str) -> BTreeMap<String, Value> {
    fields.into_iter().filter(|(key, _)| key == name).collect()
}

/// A hundred numbers of each of some hundred area codes, in four spellings: as many as there are contacts.
fn spelling(at: usize) -> String {
    let (form, number) = (at % 4, at / 4);
    let (area, line) = (201 + number / 100 % 700, 100 + number % 100);
    match form {
        0 => format!("({area}) 555-{line:04}"),
        1 => format!("+1 {area} 555 {line:04}"),
        2 => format!("{area}.555.{line:04}"),
        _ => format!("1-{area}-555-{line:04}"),
    }
}

/// Numbers kept for fiction in Britain and Germany, in three spellings.
fn far_spelling(at: usize) -> String {
    let (form, number) = (at % 3, at / 3);
    let (kind, line) = (number % 3, number / 3);
    let (code, area, rest) = [("44", "20", "7946 0"), ("44", "7700", "900"), ("49", "30", "23125")][kind];
    match form {
        0 => format!("+{code} {area} {rest}{line:03}"),
        1 => format!("+{code} (0){area} {rest}{line:03}"),
        _ => format!("011 {code}-{area}-{rest}{line:03}"),
    }
}

/// Made-up people as a connector hands them on.
fn contacts(number: impl Fn(usize, &str) -> String) -> Vec<Contact> {
    let made = people(7, 5_000);
    (0..CONTACTS)
        .map(|at| {
            let person = made[at % made.len()].as_object().unwrap();
            let mut fields: BTreeMap<String, Value> =
                person.iter().filter_map(|(name, value)| Some((name.clone(), value_of(value)?))).collect();
            let first = person.get("phoneNumberData").and_then(|list| list[0]["phoneNumber"].as_str());
            if let Some(first) = first {
                fields.insert("phoneNumber".to_owned(), Value::Text(number(at, first)));
            }
            let opted_out = person["doNotCall"].as_bool().unwrap();
            // What the shipped mapping asks for beyond what the made-up people have.
            fields.insert("cSalesStage".to_owned(), Value::Text(["prospect", "customer"][at % 2].to_owned()));
            fields.insert("middleName".to_owned(), Value::Text("Ann".to_owned()));
            Contact { id: ContactId(format!("{at:017x}")), updated: None, opted_out, fields }
        })
        .collect()
}

fn value_of(json: &serde_json::Value) -> Option<Value> {
    match json {
        serde_json::Value::Null => Some(Value::Null),
        serde_json::Value::Bool(flag) => Some(Value::Bool(*flag)),
        serde_json::Value::Number(number) => number.as_i64().map(Value::Int),
        serde_json::Value::String(text) => Some(Value::Text(text.clone())),
        serde_json::Value::Array(_) | serde_json::Value::Object(_) => None,
    }
}
