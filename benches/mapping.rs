//! How long a mapping takes for a contact: with phone spellings that it has seen before, and with new ones.
//!
//! 100,000 made-up contacts go through `mappings/sales.toml`, page by page, each with the attributes that the mapping asks for: as a sync hands
//! them on. A page is made first and then timed alone; the figure is the median of the pages. The goals are 2 us for a contact whose number's
//! spelling was seen before, and 8 us for one whose number has to be read.
//!
//! `cargo bench --bench mapping`

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a measurement that cannot go on ends")]

use std::collections::BTreeSet;
use std::fs;
use std::hint::black_box;
use std::path::Path;
use std::time::Instant;

use serde_json::Value as Json;
use vicisync::emulator::people::people;
use vicisync::mapping::{Mapped, parse};
use vicisync::model::{Contact, ContactId, Slot, Value};

const CONTACTS: usize = 100_000;
const PAGE: usize = 200;
const ROUNDS: usize = 3;

/// Where contacts come from: made-up people, with numbers spelled anew.
struct Source {
    people: Vec<Json>,
    asked: BTreeSet<String>,
    spell: fn(usize) -> String,
}

fn main() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("mappings/sales.toml");
    let text = fs::read_to_string(path).unwrap();
    let program = || parse("sales.toml", &text).unwrap_or_else(|found| panic!("{} mistakes", found.len())).0;
    let mapping = program();
    let source = Source { people: people(7, 5_000), asked: mapping.contact_fields(), spell: spelling };
    let leads = (0..CONTACTS).filter(|at| matches!(mapping.map(&source.contact(*at)), Mapped::Lead(_))).count();
    println!("sales.toml, {} attributes: {leads} of {CONTACTS} contacts become leads", source.asked.len());

    let seen: Vec<f64> = (0..ROUNDS).flat_map(|_| source.timed(CONTACTS, |contact| drop(black_box(mapping.map(contact))))).collect();
    println!("spelling seen before: {:.0} ns a contact", median(seen));
    let new: Vec<f64> = (0..ROUNDS)
        .flat_map(|_| {
            let mapping = program();
            source.timed(CONTACTS, |contact| drop(black_box(mapping.map(contact))))
        })
        .collect();
    println!("spelling never seen:  {:.0} ns a contact", median(new));
    let phone: Vec<f64> =
        (0..ROUNDS).flat_map(|_| source.timed(CONTACTS, |contact| drop(black_box(mapping.phone(contact, &Slot::main()))))).collect();
    println!("a phone alone, seen before:           {:.0} ns", median(phone));
    let abroad = Source { spell: far_spelling, ..source };
    let far: Vec<f64> = (0..ROUNDS)
        .flat_map(|_| {
            let mapping = program();
            abroad.timed(9_000, |contact| drop(black_box(mapping.phone(contact, &Slot::main()))))
        })
        .collect();
    println!("a phone alone, from abroad, new:      {:.0} ns", median(far));
}

impl Source {
    /// Nanoseconds a contact, of each page.
    fn timed(&self, contacts: usize, work: impl Fn(&Contact)) -> Vec<f64> {
        let pages = (0..contacts).step_by(PAGE).map(|start| {
            let page: Vec<Contact> = (start..start + PAGE).map(|at| self.contact(at)).collect();
            let began = Instant::now();
            page.iter().for_each(|contact| work(black_box(contact)));
            began.elapsed().as_nanos() as f64 / PAGE as f64
        });
        pages.collect()
    }

    /// A made-up person as a connector hands it on.
    fn contact(&self, at: usize) -> Contact {
        let person = &self.people[at % self.people.len()];
        let value = |name: &str| match name {
            "phoneNumber" if person["phoneNumberData"].get(0).is_some() => Some(Value::Text((self.spell)(at))),
            // What the shipped mapping asks for beyond what the made-up people have.
            "cSalesStage" => Some(Value::Text(["prospect", "customer"][at % 2].to_owned())),
            "middleName" => Some(Value::Text("Ann".to_owned())),
            name => person.get(name).map(value_of),
        };
        let fields = self.asked.iter().map(|name| (name.clone(), value(name).unwrap_or(Value::Null))).collect();
        let opted_out = person["doNotCall"].as_bool().unwrap();
        Contact { id: ContactId(format!("{at:017x}")), updated: None, opted_out, fields }
    }
}

fn median(mut figures: Vec<f64>) -> f64 {
    figures.sort_by(f64::total_cmp);
    figures[figures.len() / 2]
}

fn value_of(json: &Json) -> Value {
    match json {
        Json::Null | Json::Array(_) | Json::Object(_) => Value::Null,
        Json::Bool(flag) => Value::Bool(*flag),
        Json::Number(number) => number.as_i64().map_or(Value::Null, Value::Int),
        Json::String(text) => Value::Text(text.clone()),
    }
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
