//! The admin's own tests: this contact gives this lead, what is typed into it goes here, this call sets these values.
//!
//! What a test does not name is not compared, so that a test stays short; an empty `set = {}` says that nothing is set.

use std::collections::BTreeMap;

use crate::model::{Call, Contact, FieldName, Lead, ListId, Rejection, Slot, StatusRule, Value};

use super::calls::Disposed;
use super::flags::Flags;
use super::program::{Mapped, Program};
use super::trial_found::{Difference, Found, made};

/// One `[[test]]`.
#[derive(Debug, Clone)]
pub(super) struct Trial {
    pub(super) name: String,
    /// The line of the text on which it stands, from 1.
    pub(super) line: usize,
    pub(super) contact: Option<(Contact, Option<Expected>)>,
    /// Which of the contact's leads is meant.
    pub(super) slot: Slot,
    pub(super) typed: Option<TypedTrial>,
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
    /// The status that the rules ask for; empty where none holds.
    pub(super) status: Option<String>,
    pub(super) fields: BTreeMap<FieldName, String>,
}

/// What is typed into the contact's lead, and what the contact must get of it.
#[derive(Debug, Clone)]
pub(super) struct TypedTrial {
    pub(super) fields: BTreeMap<FieldName, String>,
    pub(super) set: BTreeMap<String, Value>,
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
    /// The line of the text on which it stands, from 1.
    pub line: usize,
    /// What differs, in sentences; none where the test passed.
    pub problems: Vec<String>,
    /// Those of them that are about one field, value beside value.
    pub differences: Vec<Difference>,
    /// What the mapping made in all, by name.
    pub made: Vec<(String, String)>,
}

const UNFILLED: &str = "the mapping does not fill this field";
const UNSET: &str = "the call does not set it";
const UNTYPED: &str = "nothing that is typed goes there";

/// Runs one test.
pub(super) fn run(program: &Program, trial: &Trial) -> TestOutcome {
    let mut problems = Found::default();
    if let Some((contact, Some(expected))) = &trial.contact {
        let mapped = program.map_as(contact, &trial.slot);
        compare_contact(&mapped, expected, &mut problems);
        if let (Mapped::Lead(_), Expected::Lead(ExpectedLead { status: Some(wanted), .. })) = (&mapped, expected) {
            compare_status(program.status(contact), wanted, &mut problems);
        }
    }
    if let Some((typed, (contact, _))) = trial.typed.as_ref().zip(trial.contact.as_ref()) {
        match program.map_as(contact, &trial.slot) {
            Mapped::Lead(_) => compare_typed(program, contact, typed, &mut problems),
            Mapped::Rejected(Rejection { detail: why, .. }) | Mapped::Filtered { why } => {
                problems.push(format!("nothing can be typed into the lead of a contact that has none: {why}"));
            }
        }
    }
    if let Some(call) = &trial.call {
        compare_call(program, call, &mut problems);
    }
    let Found { problems, differences } = problems;
    TestOutcome { name: trial.name.clone(), line: trial.line, problems, differences, made: made(program, trial) }
}

fn compare_contact(mapped: &Mapped, expected: &Expected, problems: &mut Found) {
    let wanted = match expected {
        Expected::Lead(_) => "a lead".to_owned(),
        Expected::Rejected(reason) => format!("a rejection `{reason}`"),
        Expected::Filtered => "a contact that is kept out".to_owned(),
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

fn compare_status(rule: Option<&StatusRule>, wanted: &str, problems: &mut Found) {
    let asked = rule.map_or("", |rule| rule.to.as_str());
    if asked != wanted {
        problems.differs("status", quoted(wanted), rule.map(|rule| quoted(&rule.to)), "no [[status]] rule holds");
    }
}

fn compare_lead(lead: &Lead, expected: &ExpectedLead, problems: &mut Found) {
    if let Some(list) = expected.list.filter(|list| *list != lead.list_id) {
        problems.differs("list", list.to_string(), Some(lead.list_id.to_string()), UNFILLED);
    }
    let phone = lead.phone.e164();
    if let Some(wanted) = expected.phone.as_ref().filter(|wanted| **wanted != phone) {
        problems.differs("phone", wanted.clone(), Some(phone), UNFILLED);
    }
    for (field, wanted) in &expected.fields {
        match lead.fields.get(field) {
            Some(value) if value == wanted => {}
            Some(value) => problems.differs(&field.to_string(), quoted(wanted), Some(quoted(value)), UNFILLED),
            None => problems.differs(&field.to_string(), quoted(wanted), None, UNFILLED),
        }
    }
}

/// What becomes of the call, its counter among what it sets.
pub(super) fn disposed(program: &Program, trial: &CallTrial) -> Disposed {
    let mut disposed = program.calls.dispose_as(&trial.call, trial.count, trial.flags.as_ref());
    if let Some(counter) = disposed.counter.take() {
        let count = trial.earlier.saturating_add(1);
        disposed.set.insert(counter, i64::try_from(count).map_or_else(|_| Value::Text(count.to_string()), Value::Int));
    }
    disposed
}

/// What the contact gets of what is typed into its lead, and why it gets nothing of the rest.
pub(super) fn gets(program: &Program, contact: &Contact, typed: &TypedTrial) -> (BTreeMap<String, Value>, Vec<String>) {
    let (mut gets, mut refused) = (BTreeMap::new(), Vec::new());
    for (field, text) in &typed.fields {
        match program.typed(field, text, contact) {
            Ok((attribute, value)) => {
                gets.insert(attribute, value);
            }
            Err(why) => refused.push(format!("\"{text}\" in `{field}` does not go to the CRM: {why}")),
        }
    }
    (gets, refused)
}

fn compare_typed(program: &Program, contact: &Contact, typed: &TypedTrial, problems: &mut Found) {
    let (gets, refused) = gets(program, contact, typed);
    for (name, wanted) in &typed.set {
        match gets.get(name) {
            Some(value) if value == wanted || (value.is_blank() && wanted.is_blank()) => {}
            Some(value) => problems.differs(name, shown(wanted), Some(shown(value)), UNTYPED),
            None => problems.differs(name, shown(wanted), None, UNTYPED),
        }
    }
    if typed.set.keys().any(|name| !gets.contains_key(name)) {
        refused.into_iter().for_each(|why| problems.push(why));
    }
    if typed.set.is_empty() && !gets.is_empty() {
        let names: Vec<_> = gets.keys().map(String::as_str).collect();
        problems.push(format!("expected that nothing goes to the CRM, and it sets {}", names.join(", ")));
    }
}

fn compare_call(program: &Program, trial: &CallTrial, problems: &mut Found) {
    let disposed = disposed(program, trial);
    if let Some(set) = &trial.set {
        for (name, wanted) in set {
            match disposed.set.get(name) {
                Some(value) if value == wanted => {}
                Some(value) => problems.differs(name, shown(wanted), Some(shown(value)), UNSET),
                None => problems.differs(name, shown(wanted), None, UNSET),
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

fn quoted(text: &str) -> String {
    format!("\"{text}\"")
}

pub(super) fn shown(value: &Value) -> String {
    match value {
        Value::Null => "nothing".to_owned(),
        Value::Bool(flag) => flag.to_string(),
        Value::Int(number) => number.to_string(),
        Value::Text(text) => quoted(text),
        Value::List(values) => values.iter().map(shown).collect::<Vec<_>>().join(", "),
    }
}
