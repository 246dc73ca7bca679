//! What is known of a VICIdial, as an admin reads it: a table, what changed, what disagrees. `check --live` and `status` show the same.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value as Json, json};

use super::screen::table;
use crate::model::{FactName, FactValue, ServerFacts};
use crate::sync::server::{Change, disagreement};

/// How long `status` goes on telling of a change.
const NEWS: TimeDelta = TimeDelta::days(14);

/// The longest line of gathered words.
const LINE_MAX: usize = 48;

/// The table of `check --live`: a line a fact; rights, statuses and columns gathered. `now` is the instant of the survey: facts of another one are dated.
pub(super) fn rows(facts: &ServerFacts, now: DateTime<Utc>) -> String {
    let mut rows = Vec::new();
    let mut gathered: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for (name, fact) in &facts.0 {
        let dated = if fact.at == now { String::new() } else { format!("({})", fact.at.format("%Y-%m-%d %H:%M UTC")) };
        match name {
            FactName::Right(function) if fact.value == FactValue::Switch(true) => {
                gathered.entry("may use").or_default().push(function.clone())
            }
            FactName::Right(function) => gathered.entry("may not use").or_default().push(function.clone()),
            FactName::Status(_, status) => gathered.entry("statuses").or_default().push(status.clone()),
            _ => rows.push(vec![title(name), said(name, &fact.value), fact.source.name().to_owned(), dated]),
        }
    }
    for (title, words) in gathered {
        let source = facts.0.iter().find_map(|(name, fact)| (is_of(name, title)).then(|| fact.source.name())).unwrap_or_default();
        for (place, line) in wrapped(&words).into_iter().enumerate() {
            let (title, source) = if place == 0 { (title, source) } else { ("", "") };
            rows.push(vec![title.to_owned(), line, source.to_owned()]);
        }
    }
    table(&rows)
}

/// Words in lines that leave room for the columns beside them.
fn wrapped(words: &[String]) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in words {
        match lines.last_mut().filter(|line| line.len() + word.len() < LINE_MAX) {
            Some(line) => {
                line.push(' ');
                line.push_str(word);
            }
            None => lines.push(word.clone()),
        }
    }
    lines
}

fn is_of(name: &FactName, title: &str) -> bool {
    match name {
        FactName::Right(_) => title.starts_with("may"),
        FactName::Status(..) => title == "statuses",
        _ => false,
    }
}

/// One sentence of `status`, and what an admin should look at.
pub(super) fn summary(connection: &str, facts: &ServerFacts, now: DateTime<Utc>) -> String {
    let Some(at) = facts.surveyed_at() else {
        return format!("vicidial {connection}: not asked about itself yet; ask now: vicisync check --live\n");
    };
    let mut parts = vec![facts.0.get(&FactName::Release).map(|fact| fact.value.to_string()).unwrap_or_default()];
    let switch = |name: &FactName, on: &str, off: &str| facts.switch(name).map(|is_on| if is_on { on.to_owned() } else { off.to_owned() });
    parts.extend(switch(&FactName::NonLatin, "use_non_latin on", "use_non_latin off"));
    parts.extend(switch(&FactName::CustomFields, "custom fields on", "custom fields off"));
    parts.extend(switch(&FactName::SlowLogins, "hashed passwords", "plain passwords"));
    parts.extend(switch(&FactName::Masking, "data hidden by X", "real data shown"));
    let mut text = format!("vicidial {connection}: {} (asked {})\n", parts.join(", "), at.format("%Y-%m-%d %H:%M UTC"));
    for (name, fact) in &facts.0 {
        if let Some((before, since)) = fact.before.as_ref().filter(|(_, since)| now - *since < NEWS) {
            let when = since.format("%Y-%m-%d %H:%M UTC");
            text.push_str(&format!("  CHANGED: {} (seen {when})\n", turned(name, before, &fact.value)));
        }
    }
    if let Some(danger) = disagreement(facts) {
        text.push_str(&format!("  WRONG: {}\n         {}\n", danger.message, danger.help));
    }
    text
}

/// A change in a sentence.
pub(super) fn change(change: &Change) -> String {
    turned(&change.name, &change.before, &change.after)
}

fn turned(name: &FactName, before: &FactValue, after: &FactValue) -> String {
    format!("{}: was {}, is {} now", title(name), said(name, before), said(name, after))
}

/// Facts as JSON, by their names.
pub(super) fn to_json(facts: &ServerFacts) -> Json {
    let object = facts.0.iter().map(|(name, fact)| {
        let (before, changed_at) = fact.before.clone().unzip();
        (name.to_string(), json!({ "value": fact.value, "source": fact.source, "at": fact.at, "before": before, "changed_at": changed_at }))
    });
    Json::Object(object.collect())
}

/// A change as JSON.
pub(super) fn change_json(connection: &str, change: &Change) -> Json {
    json!({ "connection": connection, "fact": change.name.to_string(), "before": change.before, "after": change.after })
}

fn title(name: &FactName) -> String {
    match name {
        FactName::Release => "version".to_owned(),
        FactName::Schema => "database schema".to_owned(),
        FactName::ClockOffset => "clock, minutes from UTC".to_owned(),
        FactName::ClockSkew => "clock, seconds ahead of ours".to_owned(),
        FactName::ServersOffset => "clock, hours by the servers table".to_owned(),
        FactName::ZoneAgrees => "clock is of the configured zone".to_owned(),
        FactName::PhpErrors => "failing statements in PHP".to_owned(),
        FactName::CustomFields => "custom fields".to_owned(),
        FactName::NonLatin => "use_non_latin".to_owned(),
        FactName::NonLatinSaid => "use_non_latin in the config".to_owned(),
        FactName::Masking => "X instead of phones or names".to_owned(),
        FactName::LoginCost => "cost of a login, ms".to_owned(),
        FactName::SlowLogins => "hashed passwords".to_owned(),
        FactName::LargestList => "largest list read whole, leads".to_owned(),
        FactName::LargestListBytes => "largest list read whole, bytes".to_owned(),
        FactName::SmallestTooLarge => "smallest list too large, leads".to_owned(),
        FactName::Right(function) => format!("right to use {function}"),
        FactName::List(list) => format!("list {list}"),
        FactName::ListCampaign(list) => format!("list {list}, campaign"),
        FactName::ListLeads(list) => format!("list {list}, leads"),
        FactName::ListCustom(list) => format!("list {list}, custom fields"),
        FactName::Column(list, label) => format!("list {list}, column {label}"),
        FactName::Campaign(campaign) => format!("campaign {campaign}"),
        FactName::CampaignDnc(campaign) => format!("campaign {campaign}, do-not-call"),
        FactName::DialStatuses(campaign) => format!("campaign {campaign}, dials"),
        FactName::Agent(user) => format!("user {user}"),
        FactName::Status(None, status) => format!("status {status}"),
        FactName::Status(Some(campaign), status) => format!("status {status} of {campaign}"),
    }
}

fn said(name: &FactName, value: &FactValue) -> String {
    match (name, value) {
        (FactName::CustomFields | FactName::NonLatin | FactName::NonLatinSaid, FactValue::Switch(is_on)) => {
            if *is_on { "on" } else { "off" }.to_owned()
        }
        (FactName::PhpErrors, FactValue::Text(text)) if text == "exceptions" => "raise exceptions".to_owned(),
        (FactName::PhpErrors, FactValue::Text(text)) if text == "hidden" => "are not shown".to_owned(),
        _ => value.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::FactSource;

    fn at(day: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::days(day)
    }

    #[test]
    fn a_table_and_what_changed() {
        let mut facts = ServerFacts::default();
        assert!(summary("main", &facts, at(1)).contains("vicisync check --live"));
        facts.put(FactName::Release, "2.14 build 1", FactSource::Asked, at(2));
        facts.put(FactName::NonLatin, false, FactSource::Inferred, at(1));
        facts.put(FactName::NonLatinSaid, true, FactSource::Config, at(2));
        facts.put(FactName::Right("add_lead".to_owned()), true, FactSource::Asked, at(2));
        facts.put(FactName::Right("lead_search".to_owned()), true, FactSource::Asked, at(2));
        facts.put(FactName::Right("callbacks_export.php".to_owned()), false, FactSource::Asked, at(2));
        if let Some(fact) = facts.0.get_mut(&FactName::NonLatin) {
            fact.before = Some((true.into(), at(1)));
        }
        let shown = rows(&facts, at(2));
        assert_eq!(
            shown,
            "version                      2.14 build 1          asked\n\
             use_non_latin                off                   inferred  (1970-01-02 00:00 UTC)\n\
             use_non_latin in the config  on                    config\n\
             may not use                  callbacks_export.php  asked\n\
             may use                      add_lead lead_search  asked\n"
        );
        let text = summary("main", &facts, at(3));
        assert!(text.contains("CHANGED: use_non_latin: was on, is off now (seen 1970-01-02 00:00 UTC)"), "{text}");
        assert!(text.contains("WRONG: `use_non_latin` is off on the server"), "{text}");
        assert!(!summary("main", &facts, at(30)).contains("CHANGED"), "old news are none");
        assert_eq!(to_json(&facts)["use_non_latin"]["before"], json!(true));
    }
}
