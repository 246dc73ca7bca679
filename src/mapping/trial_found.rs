//! What a test of the admin's found: sentences, and for single fields the two values side by side. How they are drawn is not decided here.

use crate::model::{Lead, Value};

use super::program::{Mapped, Program};
use super::trial::{self, CallTrial, Trial, shown};

/// One field that came out otherwise than a test says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// The field: `list`, `phone`, a lead field, `custom.LABEL`, or a CRM field that a call, or what is typed, sets.
    pub field: String,
    /// What the test wants; texts stand in quotes.
    pub expected: String,
    /// What came out; `None` where the field is not filled, or not set, at all.
    pub actual: Option<String>,
}

/// What collects while a test runs.
#[derive(Debug, Default)]
pub(super) struct Found {
    pub(super) problems: Vec<String>,
    pub(super) differences: Vec<Difference>,
}

impl Found {
    /// Something that is about no single field.
    pub(super) fn push(&mut self, sentence: String) {
        self.problems.push(sentence);
    }

    /// A field that came out otherwise; `absent` says what it is where there is nothing.
    pub(super) fn differs(&mut self, field: &str, expected: String, actual: Option<String>, absent: &str) {
        self.problems.push(match &actual {
            Some(actual) => format!("`{field}`: expected {expected}, and it is {actual}"),
            None => format!("`{field}`: expected {expected}, and {absent}"),
        });
        self.differences.push(Difference { field: field.to_owned(), expected, actual });
    }
}

/// All that the mapping made of a test's contact, of what is typed, and of the call, by name.
pub(super) fn made(program: &Program, trial: &Trial) -> Vec<(String, String)> {
    let mut made = Vec::new();
    if let Some((contact, Some(_))) = &trial.contact {
        match program.map_as(contact, &trial.slot) {
            Mapped::Lead(lead) => {
                of_lead(&lead, &mut made);
                made.extend(program.status(contact).map(|rule| ("status".to_owned(), format!("\"{}\"", rule.to))));
            }
            Mapped::Rejected(rejection) => made.push(("rejected".to_owned(), format!("{}: {}", rejection.reason, rejection.detail))),
            Mapped::Filtered { why } => made.push(("filtered".to_owned(), why)),
        }
    }
    if let Some((typed, (contact, _))) = trial.typed.as_ref().zip(trial.contact.as_ref()) {
        let (gets, _) = trial::gets(program, contact, typed);
        made.extend(gets.iter().map(|(name, value)| (name.clone(), shown(value))));
    }
    if let Some(call) = &trial.call {
        of_call(program, call, &mut made);
    }
    made
}

fn of_lead(lead: &Lead, made: &mut Vec<(String, String)>) {
    made.push(("list".to_owned(), lead.list_id.to_string()));
    made.push(("phone".to_owned(), lead.phone.e164()));
    let filled = lead.fields.iter().filter(|(_, text)| !text.is_empty());
    made.extend(filled.map(|(field, text)| (field.to_string(), format!("\"{text}\""))));
}

fn of_call(program: &Program, trial: &CallTrial, made: &mut Vec<(String, String)>) {
    let disposed = trial::disposed(program, trial);
    made.extend(disposed.set.iter().map(|(name, value)| (name.clone(), shown(value))));
    made.push(("activity".to_owned(), shown(&Value::Bool(disposed.activity.is_some()))));
}
