//! The fields that a mapping names, and those that the CRM has.

use std::collections::BTreeMap;

use super::used::{self, Used, Way};
use super::{Problem, Work};
use crate::diag::form::Names;
use crate::diag::{Code, Place, suggest};
use crate::model::{CrmField, CrmFieldKind};

/// What every record has, whether or not the CRM counts it among its fields.
const ID: &str = "id";

/// Fields that are not there or cannot be set, and values that they cannot have.
pub(super) fn check(work: Work<'_>, fields: &[CrmField]) -> Vec<Problem> {
    let known: BTreeMap<&str, &CrmField> = fields.iter().map(|field| (field.name.as_str(), field)).collect();
    let mut problems = unknown(work, &known);
    for named in work.named(Names::Attribute) {
        let Some(field) = known.get(named.text.as_str()).filter(|field| !field.is_writable) else { continue };
        // The connector's own word about it was told.
        let is_told = work
            .connector
            .is_some_and(|connector| connector.computed().contains(&field.name) || connector.never_set().contains(&field.name));
        if !is_told {
            let message = format!("the CRM does not let `{}` be set", field.name);
            let problem = Problem::at(Code::ReadOnlyField, &work.mapping.source, named.place.clone(), message);
            problems.push(problem.help("take it out, or set a field of your own"));
        }
    }
    for used in used::all(&work.mapping.source.text) {
        if let Some(field) = known.get(used.name.as_str()) {
            problems.extend(value(work, field, &used));
        }
    }
    problems
}

/// Each name that the CRM does not have, with all its places.
fn unknown(work: Work<'_>, known: &BTreeMap<&str, &CrmField>) -> Vec<Problem> {
    let own = work.connector.map(|connector| connector.fields()).unwrap_or_default();
    let is_known = |name: &str| name == ID || known.contains_key(name) || own.contains(name);
    let mut places: BTreeMap<&str, Vec<Place>> = BTreeMap::new();
    for named in work.named(Names::ContactField).chain(work.named(Names::Attribute)) {
        if !is_known(&named.text) {
            places.entry(named.text.as_str()).or_default().push(named.place.clone());
        }
    }
    // Those that stand in the middle of a text.
    let wanted = work.mapping.program.contact_fields();
    for name in wanted.iter().filter(|name| !is_known(name)) {
        let entry = places.entry(name.as_str()).or_default();
        let texts = work.named(Names::ContactTemplate).filter(|named| named.text.contains(name.as_str()));
        entry.extend(texts.map(|named| named.place.clone()));
    }
    let candidates: Vec<&str> = known.keys().copied().chain(own.iter().map(String::as_str)).collect();
    let unknown = places.into_iter();
    unknown
        .map(|(name, mut places)| {
            places.sort_by_key(|place| place.start);
            let mut places = places.into_iter();
            let message = format!("the CRM's {} has no field `{name}`", work.mapping.program.object());
            let problem = Problem::at(Code::UnknownCrmField, &work.mapping.source, places.next().unwrap_or(0..0), message);
            let help = match suggest::meant(name, candidates.iter().copied()) {
                Some(meant) => format!("{meant} A field that was made just now shows after: vicisync check --live"),
                None => {
                    "see what it has: vicisync fields crm; a field that was made just now shows after: vicisync check --live".to_owned()
                }
            };
            places.fold(problem.help(help), |problem, place| problem.and(&work.mapping.source, place, "here too"))
        })
        .collect()
}

/// A value that the field cannot have.
fn value(work: Work<'_>, field: &CrmField, used: &Used) -> Option<Problem> {
    let at = |code: Code, message: String| Problem::at(code, &work.mapping.source, used.place.clone(), message);
    let (shown, text) = (field.name.as_str(), &used.text);
    match (&field.kind, used.way) {
        // What stands for a fact of the call is known only when it is there.
        (_, Way::Set) if text.contains("${") || text.is_empty() => None,
        (CrmFieldKind::Choice(choices) | CrmFieldKind::Choices(choices), _) if !choices.is_empty() => {
            let fits = |choice: &String| {
                if used.way == Way::Mapped { choice.trim().to_lowercase() == text.to_lowercase() } else { choice.trim() == text }
            };
            if choices.iter().any(fits) {
                return None;
            }
            let choices: Vec<&str> = choices.iter().map(String::as_str).filter(|choice| !choice.is_empty()).collect();
            let help = suggest::closest(text, choices.iter().copied()).map_or_else(
                || format!("it is one of: {}", choices.join(", ")),
                |word| format!("did you mean \"{word}\"? It is one of: {}", choices.join(", ")),
            );
            Some(at(Code::UnknownChoice, format!("`{shown}` is never \"{text}\" in the CRM")).help(help))
        }
        (CrmFieldKind::Number, Way::Compared) if text.parse::<f64>().is_err() => {
            Some(at(Code::OtherType, format!("`{shown}` is a number in the CRM, so that this never fits")).help("write a number"))
        }
        (CrmFieldKind::Flag, Way::Compared) if !matches!(text.as_str(), "true" | "false") => {
            let message = format!("`{shown}` is true or false in the CRM, so that this never fits");
            Some(at(Code::OtherType, message).help("write true or false, without quotes"))
        }
        (CrmFieldKind::Flag, Way::Set) if used.is_text => {
            Some(at(Code::OtherType, format!("`{shown}` is true or false in the CRM")).help("write true or false, without quotes"))
        }
        (
            CrmFieldKind::Text(_)
            | CrmFieldKind::Number
            | CrmFieldKind::Flag
            | CrmFieldKind::Date
            | CrmFieldKind::Moment
            | CrmFieldKind::Choice(_)
            | CrmFieldKind::Choices(_)
            | CrmFieldKind::Phone
            | CrmFieldKind::Email
            | CrmFieldKind::Link
            | CrmFieldKind::Other(_),
            Way::Compared | Way::Mapped | Way::Set,
        ) => None,
    }
}
