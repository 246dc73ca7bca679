//! What VICIdial was when it was last asked, beside what the files say of it: lists, custom fields, statuses, campaigns, agents, its character set.
//!
//! Each warning says when that was seen. Nothing that was not looked at is taken for missing.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};

use super::{Checked, Problem, Work};
use crate::diag::form::Names;
use crate::diag::names::Named;
use crate::diag::{Code, suggest};
use crate::model::{CampaignId, FactName, FactValue, ListId, ServerFacts};

const AGAIN: &str = "vicisync check --live asks again";

/// What a mapping names and VICIdial did not have.
pub(super) fn mapping(work: Work<'_>, facts: &ServerFacts) -> Vec<Problem> {
    let mut problems = Vec::new();
    for named in work.named(Names::List) {
        problems.extend(list(work, named, facts));
    }
    for named in work.named(Names::CustomLabel) {
        problems.extend(label(work, named, facts));
    }
    problems.extend(statuses(work, facts));
    problems.extend(dialed(work, facts));
    for named in work.named(Names::Campaign) {
        let missing = campaign(&named.text, facts);
        problems.extend(missing.map(|(message, help)| at(work, Code::CampaignNotSeen, named, message).help(help)));
    }
    for named in work.named(Names::Agent) {
        if let Some(("missing", day)) = text(facts, &FactName::Agent(named.text.to_lowercase())) {
            let message = format!("VICIdial had no user `{}` on {day}", named.text);
            problems.push(at(work, Code::AgentNotSeen, named, message).help(format!("write the agent's user id, not the name; {AGAIN}")));
        }
    }
    problems
}

/// What the config says of a VICIdial, and what it was.
pub(super) fn connection(checked: &Checked, name: &str, facts: &ServerFacts) -> Vec<Problem> {
    let mut problems = Vec::new();
    let Some(connection) = checked.config.vicidials.get(name) else { return problems };
    let source = &checked.source;
    for (number, named) in connection.campaigns.iter().enumerate() {
        let place = source.value(&["vicidial", name, "campaigns", &number.to_string()]);
        let missing = campaign(named.as_str(), facts);
        problems.extend(missing.map(|(message, help)| Problem::at(Code::CampaignNotSeen, source, place, message).help(help)));
    }
    let said = match connection.use_non_latin {
        crate::config::NonLatin::On => Some(true),
        crate::config::NonLatin::Off => Some(false),
        crate::config::NonLatin::Unknown => None,
    };
    if let (Some(said), Some(is_on), Some(fact)) = (said, facts.switch(&FactName::NonLatin), facts.0.get(&FactName::NonLatin))
        && said != is_on
    {
        let word = |is_on: bool| if is_on { "on" } else { "off" };
        let message = format!("VICIdial's `use_non_latin` was {} on {}, and the config says {}", word(is_on), day(fact.at), word(said));
        let help = format!("write use_non_latin = \"{}\", or change the setting of the server; {AGAIN}", word(is_on));
        let place = source.value(&["vicidial", name, "use_non_latin"]);
        problems.push(Problem::at(Code::OtherNonLatin, source, place, message).help(help));
    }
    problems
}

fn list(work: Work<'_>, named: &Named, facts: &ServerFacts) -> Option<Problem> {
    let list = ListId(named.text.parse().ok()?);
    let (message, help) = match text(facts, &FactName::List(list))? {
        ("missing", day) => (format!("VICIdial had no list {list} on {day}"), "make the list in VICIdial, or correct its number"),
        // Leads that left wait in a list that nobody needs to dial.
        ("not active", _) if work.mapping.program.leaving().fates.lists().any(|other| other == list) => return None,
        ("not active", day) => (format!("list {list} was not active on {day}: its leads are not dialed"), "switch the list on in VICIdial"),
        _ => return None,
    };
    Some(at(work, Code::ListNotSeen, named, message).help(format!("{help}; {AGAIN}")))
}

fn label(work: Work<'_>, named: &Named, facts: &ServerFacts) -> Option<Problem> {
    let mut known = BTreeSet::new();
    let mut seen: Option<DateTime<Utc>> = None;
    let mut lacking = Vec::new();
    for list in work.mapping.program.lists() {
        let name = FactName::ListCustom(list);
        let Some((labels, fact)) = facts.words(&name).zip(facts.0.get(&name)) else { continue };
        known.extend(labels.iter().map(String::as_str));
        // VICIdial does not tell capitals from small letters.
        if !labels.iter().any(|label| label.eq_ignore_ascii_case(&named.text)) {
            seen = Some(seen.map_or(fact.at, |at| at.min(fact.at)));
            lacking.push(list.to_string());
        }
    }
    let day = day(seen?);
    let message = format!(
        "{} {} had no custom field `{}` on {day}",
        if lacking.len() == 1 { "list" } else { "lists" },
        lacking.join(", "),
        named.text
    );
    let advice =
        suggest::meant(&named.text, known).unwrap_or_else(|| "make it in VICIdial (Lists, Custom Fields), or take it out;".to_owned());
    Some(at(work, Code::LabelNotSeen, named, message).help(format!("{advice} {AGAIN}")))
}

/// Statuses, where all of the server's are known.
fn statuses(work: Work<'_>, facts: &ServerFacts) -> Vec<Problem> {
    let campaigns = campaigns(work, facts);
    let known: BTreeSet<String> = facts.0.keys().filter_map(|name| status(name, &campaigns)).collect();
    let seen = facts.0.iter().find(|(name, _)| status(name, &campaigns).is_some()).map(|(_, fact)| fact.at);
    let Some(seen) = seen else { return Vec::new() };
    let named = work.named(Names::LeadStatus).chain(work.named(Names::CallStatus));
    let missing = named.filter(|named| !known.contains(&named.text.to_uppercase()));
    missing
        .map(|named| {
            let message = format!("VICIdial had no status `{}` on {}", named.text, day(seen));
            let help = suggest::meant(&named.text, known.iter().map(String::as_str))
                .unwrap_or_else(|| "define it in VICIdial (Admin, System Statuses), or correct it;".to_owned());
            at(work, Code::StatusNotSeen, named, message).help(format!("{help} {AGAIN}"))
        })
        .collect()
}

fn status(name: &FactName, campaigns: &BTreeSet<CampaignId>) -> Option<String> {
    match name {
        FactName::Status(None, status) => Some(status.to_uppercase()),
        FactName::Status(Some(campaign), status) if campaigns.contains(campaign) => Some(status.to_uppercase()),
        _ => None,
    }
}

/// Statuses of people who left that a campaign dials.
fn dialed(work: Work<'_>, facts: &ServerFacts) -> Vec<Problem> {
    let program = &work.mapping.program;
    let campaigns = campaigns(work, facts);
    let out = [
        ("leaving", program.leaving().status.as_str(), "the leads of contacts that left"),
        ("opt_out", program.opt_out_status(), "opted-out people"),
    ];
    let mut problems = Vec::new();
    for (table, status, who) in out {
        for campaign in &campaigns {
            let name = FactName::DialStatuses(campaign.clone());
            let Some((dialed, fact)) = facts.words(&name).zip(facts.0.get(&name)) else { continue };
            if dialed.iter().any(|other| other.eq_ignore_ascii_case(status)) {
                let source = &work.mapping.source;
                let message = format!(
                    "campaign {campaign} dialed the status {status} on {}, which {who} get: they would be called again",
                    day(fact.at)
                );
                let help = format!("take {status} out of the dial statuses of the campaign, or choose another status; {AGAIN}");
                problems.push(Problem::at(Code::StatusDialed, source, source.value(&[table, "status"]), message).help(help));
            }
        }
    }
    problems
}

/// The campaigns of the mapping's lists.
fn campaigns(work: Work<'_>, facts: &ServerFacts) -> BTreeSet<CampaignId> {
    let lists = work.mapping.program.lists().into_iter();
    lists.filter_map(|list| text(facts, &FactName::ListCampaign(list)).map(|(campaign, _)| CampaignId::from(campaign))).collect()
}

fn campaign(name: &str, facts: &ServerFacts) -> Option<(String, String)> {
    match text(facts, &FactName::Campaign(CampaignId::from(name)))? {
        ("missing", day) => {
            let help = format!("correct its name, or let the API user see it (VICIdial, User Groups, Allowed Campaigns); {AGAIN}");
            Some((format!("VICIdial showed no campaign {name} on {day}"), help))
        }
        _ => None,
    }
}

fn text<'f>(facts: &'f ServerFacts, name: &FactName) -> Option<(&'f str, String)> {
    let fact = facts.0.get(name)?;
    match &fact.value {
        FactValue::Text(text) => Some((text.as_str(), day(fact.at))),
        FactValue::Switch(_) | FactValue::Number(_) | FactValue::Words(_) => None,
    }
}

fn day(at: DateTime<Utc>) -> String {
    at.format("%Y-%m-%d").to_string()
}

fn at(work: Work<'_>, code: Code, named: &Named, message: String) -> Problem {
    Problem::at(code, &work.mapping.source, named.place.clone(), message)
}
