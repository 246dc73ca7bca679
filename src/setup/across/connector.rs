//! What a CRM's connector knows: its settings, the kinds of record that it syncs, and the fields that it never writes.

use std::collections::BTreeSet;

use super::used::{self, Way};
use super::{Checked, Problem, Work};
use crate::config::CrmConnection;
use crate::crm::Connector;
use crate::diag::form::Names;
use crate::diag::{Code, suggest};
use crate::mapping::{Then, WithoutContact};

/// The settings of all CRM connections.
pub(super) fn connections(checked: &Checked) -> Vec<Problem> {
    let known = checked.config.crms.values().filter_map(|crm| Some((crm, checked.connectors.get(&crm.name)?)));
    known.flat_map(|(crm, connector)| settings(checked, crm, connector)).collect()
}

fn settings(checked: &Checked, crm: &CrmConnection, connector: &Connector) -> Vec<Problem> {
    let mut problems = Vec::new();
    let source = &checked.source;
    let mut unknown = |code: Code, table: &str, what: &str, name: &str, known: Vec<&str>| {
        if !known.contains(&name) {
            let place = source.key(&["crm", &crm.name, table, name]);
            let problem = Problem::at(code, source, place, format!("the connector for {} has no {what} `{name}`", connector.title));
            problems.push(problem.help(suggest::help(name, &known).unwrap_or_else(|| "take it out".to_owned())));
        }
    };
    for option in crm.options.keys() {
        unknown(Code::UnknownOption, "options", "option", option, connector.options.keys().map(String::as_str).collect());
    }
    for secret in crm.secrets.keys() {
        unknown(Code::UnknownSecret, "secrets", "secret", secret, connector.secrets.keys().map(String::as_str).collect());
    }
    let can_log_in = connector.logins().any(|needs| needs.iter().all(|secret| crm.secrets.contains_key(secret)));
    // A misspelt secret is the reason, and was told.
    if !can_log_in && problems.is_empty() {
        let ways: Vec<String> = connector.logins().map(|needs| needs.iter().cloned().collect::<Vec<_>>().join(" and ")).collect();
        let place = source.key(&["crm", &crm.name, "secrets"]);
        let message = format!("{} needs a login, and `crm.{}` has no secrets for one", connector.title, crm.name);
        let example = connector.logins().last().and_then(|needs| needs.first()).map_or("NAME", String::as_str);
        let help = format!("it takes {}; write secrets = {{ {example} = \"file:PATH\" }}", ways.join(", or "));
        problems.push(Problem::at(Code::NoLogin, source, place, message).help(help));
    }
    problems
}

/// A mapping that the connector cannot serve.
pub(super) fn mapping(work: Work<'_>) -> Vec<Problem> {
    let Some(connector) = work.connector else { return Vec::new() };
    let source = &work.mapping.source;
    let mut problems = Vec::new();
    let program = &work.mapping.program;
    if !connector.objects.iter().any(|object| object == program.object()) {
        let known: Vec<&str> = connector.objects.iter().map(String::as_str).collect();
        let message = format!("the connector for {} cannot sync `{}`", connector.title, program.object());
        let help = format!("write object = \"{}\"", known.join("\" or \""));
        problems.push(Problem::at(Code::WrongObject, source, source.value(&["object"]), message).help(help));
    }
    problems.extend(without_contact(work, connector));
    let values = used::all(&source.text);
    let set: BTreeSet<String> = program.patch_names().into_iter().chain(program.created_names()).collect();
    for named in work.named(Names::Attribute).filter(|named| set.contains(&named.text)) {
        let at = |code: Code, message: String, help: &str| Problem::at(code, source, named.place.clone(), message).help(help);
        let name = &named.text;
        if connector.never_set().contains(name) {
            let message = format!("calls set `{name}`, which is never written: {} could clear opt-outs by it", connector.title);
            problems.push(at(Code::NeverSet, message, "take it out; note the outcome in a field of your own"));
        } else if connector.computed().contains(name) {
            let message = format!("calls set `{name}`, which {} sets by itself: what is sent is dropped without a word", connector.title);
            problems.push(at(Code::ComputedSet, message, "take it out, or set a field of your own"));
        }
    }
    for used in values.iter().filter(|used| used.way == Way::Set && connector.only_true().contains(&used.name) && used.text != "true") {
        let message = format!("calls set `{}` to something else than true: that would clear opt-outs", used.name);
        let problem = Problem::at(Code::NeverSet, source, used.place.clone(), message);
        problems.push(problem.help(format!("write {} = true, or take it out", used.name)));
    }
    problems
}

/// Leads without a contact are looked for, and contacts made, only where the connector says how.
fn without_contact(work: Work<'_>, connector: &Connector) -> Option<Problem> {
    let then = work.mapping.program.without_contact().map(WithoutContact::then)?;
    let lacks = match then {
        Then::Hold => None,
        Then::Match | Then::Create if !connector.searches() => Some("search"),
        Then::Create if !connector.creates() => Some("create"),
        Then::Match | Then::Create => None,
    };
    let lacks = lacks?;
    let source = &work.mapping.source;
    let message = format!("the connector for {} has no [{lacks}], which this needs", connector.title);
    let problem = Problem::at(Code::MissingKey, source, source.value(&["without_contact", "then"]), message);
    Some(problem.help("write `then = \"hold\"`, or add the table to the connector: docs/connectors.md"))
}
