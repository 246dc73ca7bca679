//! The admin's own tests: this contact gives this lead, this call sets these values.
//!
//! What a test does not name is not compared, so that a test stays short; an empty `set = {}` says that nothing is set.

use std::collections::BTreeMap;

use crate::model::{Call, Contact, FieldName, Lead, ListId, Value};

use super::flags::Flags;
use super::program::{Mapped, Program};

/// One `[[test]]`.
#[derive(Debug, Clone)]
pub(super) struct Trial {
    pub(super) name: String,
    pub(super) contact: Option<(Contact, Expected)>,
    pub(super) call: Option<CallTrial>,
}

/// What must become of the contact.
#[derive(Debug, Clone)]
pub(super) enum Expected {
    Lead(ExpectedLead),
    Rejected(String),
    Filtered,
}

/// The named parts of a lead.
#[derive(Debug, Clone, Default)]
pub(super) struct ExpectedLead {
    pub(super) list: Option<ListId>,
    pub(super) phone: Option<String>,
    pub(super) fields: BTreeMap<FieldName, String>,
}

/// A call and what must become of it.
#[derive(Debug, Clone)]
pub(super) struct CallTrial {
    pub(super) call: Call,
    /// The flags of its status; `None` where the test says none.
    pub(super) flags: Option<Flags>,
    pub(super) count: u64,
    /// Earlier calls that the rule's counter has counted.
    pub(super) earlier: u64,
    pub(super) set: Option<BTreeMap<String, Value>>,
    pub(super) activity: Option<bool>,
}

/// What a test came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TestOutcome {
    /// The test's name.
    pub name: String,
    /// What differs, in sentences; none where the test passed.
    pub problems: Vec<String>,
}

/// Runs one test.
pub(super) fn run(program: &Program, trial: &Trial) -> TestOutcome {
    let mut problems = Vec::new();
    if let Some((contact, expected)) = &trial.contact {
        compare_contact(&program.map(contact), expected, &mut problems);
    }
    if let Some(call) = &trial.call {
        compare_call(program, call, &mut problems);
    }
    TestOutcome { name: trial.name.clone(), problems }
}

fn compare_contact(mapped: &Mapped, expected: &Expected, problems: &mut Vec<String>) {
    let wanted = match expected {
        Expected::Lead(_) => "a lead".to_owned(),
        Expected::Rejected(reason) => format!("a rejection `{reason}`"),
        Expected::Filtered => "a contact that the filter keeps out".to_owned(),
    };
    match (mapped, expected) {
        (Mapped::Lead(lead), Expected::Lead(expected)) => compare_lead(lead, expected, problems),
        (Mapped::Rejected(rejection), Expected::Rejected(reason)) if rejection.reason == *reason => {}
        (Mapped::Filtered { .. }, Expected::Filtered) => {}
        (Mapped::Lead(lead), Expected::Rejected(_) | Expected::Filtered) => {
            problems.push(format!("expected {wanted}, and it gives a lead in list {} with phone {}", lead.list_id, lead.phone.e164()));
        }
        (Mapped::Rejected(rejection), Expected::Lead(_) | Expected::Rejected(_) | Expected::Filtered) => {
            problems.push(format!("expected {wanted}, and it is rejected as `{}`: {}", rejection.reason, rejection.detail));
        }
        (Mapped::Filtered { why }, Expected::Lead(_) | Expected::Rejected(_)) => {
            problems.push(format!("expected {wanted}, and it is kept out: {why}"));
        }
    }
}

fn compare_lead(lead: &Lead, expected: &ExpectedLead, problems: &mut Vec<String>) {
    if let Some(list) = expected.list.filter(|list| *list != lead.list_id) {
        problems.push(format!("`list`: expected {list}, and it is {}", lead.list_id));
    }
    let phone = lead.phone.e164();
    if let Some(wanted) = expected.phone.as_ref().filter(|wanted| **wanted != phone) {
        problems.push(format!("`phone`: expected {wanted}, and it is {phone}"));
    }
    for (field, wanted) in &expected.fields {
        match lead.fields.get(field) {
            Some(value) if value == wanted => {}
            Some(value) => problems.push(format!("`{field}`: expected \"{wanted}\", and it is \"{value}\"")),
            None => problems.push(format!("`{field}`: expected \"{wanted}\", and the mapping does not fill this field")),
        }
    }
}

fn compare_call(program: &Program, trial: &CallTrial, problems: &mut Vec<String>) {
    let mut disposed = program.calls.dispose_as(&trial.call, trial.count, trial.flags.as_ref());
    if let Some(counter) = disposed.counter.take() {
        let count = trial.earlier.saturating_add(1);
        disposed.set.insert(counter, i64::try_from(count).map_or_else(|_| Value::Text(count.to_string()), Value::Int));
    }
    if let Some(set) = &trial.set {
        for (name, wanted) in set {
            match disposed.set.get(name) {
                Some(value) if value == wanted => {}
                Some(value) => problems.push(format!("`{name}`: expected {}, and it is {}", shown(wanted), shown(value))),
                None => problems.push(format!("`{name}`: expected {}, and the call does not set it", shown(wanted))),
            }
        }
        if set.is_empty() && !disposed.set.is_empty() {
            let names: Vec<_> = disposed.set.keys().map(String::as_str).collect();
            problems.push(format!("expected that nothing is set, and the call sets {}", names.join(", ")));
        }
    }
    match (trial.activity, disposed.activity.is_some()) {
        (Some(true), false) => problems.push("expected an activity, and none is logged".to_owned()),
        (Some(false), true) => problems.push("expected no activity, and one is logged".to_owned()),
        (Some(true), true) | (Some(false), false) | (None, _) => {}
    }
}

fn shown(value: &Value) -> String {
    match value {
        Value::Null => "nothing".to_owned(),
        Value::Bool(flag) => flag.to_string(),
        Value::Int(number) => number.to_string(),
        Value::Text(text) => format!("\"{text}\""),
        Value::List(values) => values.iter().map(shown).collect::<Vec<_>>().join(", "),
    }
}
