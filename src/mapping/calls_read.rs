//! Reads `[calls]` and `[users]`, and what calls set. `[[disposition]]`: [`super::dispositions_read`].

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use toml::de::DeValue;

use crate::diag::{Code, Item, Table};
use crate::model::Value;

use super::calls::{Calls, Setting};
use super::flags::StatusFlags;
use super::moment::{self, NoMoment};
use super::template::Template;
use super::{dispositions_read, rules_read, template_read};

const TITLE: &str = "Dialer call: ${status}";
const NOTE: &str = "Result: ${status}\nAgent: ${agent}\nCampaign: ${campaign}\nLead: ${lead_id}\nSeconds: ${talk_seconds}";
/// Statuses that VICIdial shows while a call lives or is handed on. An admin whose agents use XFER as a result says so.
const TRANSIENT: [&str; 4] = ["INCALL", "QUEUE", "DISPO", "XFER"];

/// Reads all that is said of calls.
pub(super) fn read(root: &Table<'_, '_>) -> Option<Calls> {
    let calls = root.get("calls").and_then(|item| item.table());
    let rule_tables = root.get("disposition").and_then(|item| item.tables()).unwrap_or_default();
    let (users, user_default) = users(root);
    let (rules, statuses) = dispositions_read::read(root, &rule_tables);
    let mut read = Calls {
        go_live: None,
        transient: TRANSIENT.map(str::to_owned).into(),
        always: BTreeMap::new(),
        rules,
        title: Template::parse(TITLE).ok()?,
        note: Template::parse(NOTE).ok()?,
        users,
        user_default,
        flag_place: rule_tables.iter().find_map(|table| table.get("flag")).map(|item| item.key_place),
        statuses: StatusFlags::default(),
    };
    let mut is_dated = false;
    if let Some(table) = &calls {
        is_dated = table.get("go_live").is_some();
        read.go_live = go_live(table);
        if let Some(statuses) = table.get("transient").and_then(|item| item.list()) {
            read.transient = statuses.iter().filter_map(rules_read::status).map(|status| status.to_uppercase()).collect();
        }
        if let Some(title) = table.get("title").and_then(|item| logged(&item)) {
            read.title = title;
        }
        if let Some(note) = table.get("note").and_then(|item| logged(&item)) {
            read.note = note;
        }
        read.always = always(table, &rule_tables);
        table.finish();
    }
    let needs_date = !read.rules.is_empty() || !read.always.is_empty();
    let is_misspelt = calls.as_ref().map_or_else(|| root.is_misspelt("calls"), |table| table.is_misspelt("go_live"));
    if needs_date && !is_dated && !is_misspelt {
        let place = calls.as_ref().map(Table::place).or_else(|| rule_tables.first().map(Table::place)).unwrap_or_default();
        let message = "calls set something, and `go_live` in [calls] does not say from which date on";
        root.sink().report(root.sink().at(Code::NoGoLive, place, message).help("add `go_live = 2026-11-01T00:00:00Z` to [calls]"));
    }
    dispositions_read::transient(root, &statuses, &read.transient);
    dispositions_read::counters(root, &rule_tables, &read);
    Some(read)
}

fn go_live(table: &Table<'_, '_>) -> Option<DateTime<Utc>> {
    let zone = table.get("zone").and_then(|item| item.zone());
    let item = table.get("go_live")?;
    let moment = moment::read(item.date()?, zone);
    let (message, help) = match moment {
        Ok(moment) => return Some(moment),
        Err(NoMoment::NoZone) => {
            ("`go_live` has no offset, so it is no moment yet", "add `zone = \"America/New_York\"` to [calls], or write the offset")
        }
        Err(NoMoment::NoDate) => ("`go_live` needs a date", "write it as 2026-11-01T00:00:00Z"),
        Err(NoMoment::Skipped) => ("the clocks of that zone skip this time", "write a time an hour later"),
    };
    // A zone that is wrong was reported already.
    if moment != Err(NoMoment::NoZone) || table.get("zone").is_none() {
        item.wrong(Code::BadMoment, message, help);
    }
    None
}

/// `[calls.always]`: what every call with a result sets, apart from the rules.
fn always(calls: &Table<'_, '_>, rules: &[Table<'_, '_>]) -> BTreeMap<String, Setting> {
    let Some(table) = calls.get("always").and_then(|item| item.table()) else { return BTreeMap::new() };
    let set = table.need("set");
    table.finish();
    let Some(set) = set else { return BTreeMap::new() };
    let settings = settings(&set);
    for rule in rules {
        let Some(DeValue::Table(own)) = rule.get("set").map(|item| item.raw()) else { continue };
        for name in own.keys().filter(|name| settings.contains_key(name.get_ref().as_ref())) {
            let message = format!("`{}` is set here and in [calls.always]", name.get_ref());
            calls.sink().report(
                calls.sink().at(Code::Doubled, name.span(), message).and(set.place(), "set for every call").help("keep one of the two"),
            );
        }
    }
    settings
}

pub(super) fn settings(item: &Item<'_, '_>) -> BTreeMap<String, Setting> {
    settings_by(item, template_read::of_calls)
}

/// Settings whose texts are read by `text`.
pub(super) fn settings_by(item: &Item<'_, '_>, text: fn(&Item<'_, '_>) -> Option<Template>) -> BTreeMap<String, Setting> {
    let entries = item.table().map_or_else(Vec::new, |table| table.entries());
    entries.iter().filter_map(|entry| Some((entry.key.clone(), setting(entry, text)?))).collect()
}

fn setting(item: &Item<'_, '_>, text: fn(&Item<'_, '_>) -> Option<Template>) -> Option<Setting> {
    match item.raw() {
        DeValue::Boolean(flag) => Some(Setting::Constant(Value::Bool(*flag))),
        DeValue::Integer(number) => {
            let number = i64::from_str_radix(number.as_str(), number.radix()).ok();
            if number.is_none() {
                item.wrong(Code::BadValue, format!("`{}` is out of range", item.path()), "write a smaller number");
            }
            number.map(|number| Setting::Constant(Value::Int(number)))
        }
        DeValue::String(_) => text(item).map(Setting::Filled),
        DeValue::Float(_) | DeValue::Datetime(_) | DeValue::Array(_) | DeValue::Table(_) => {
            item.wrong_type("a text, a whole number, or true or false");
            None
        }
    }
}

/// Words of a logged call. They must not change when the person is called again or the lead is moved, or every old activity would be rewritten.
pub(super) fn logged(item: &Item<'_, '_>) -> Option<Template> {
    let template = template_read::of_calls(item)?;
    if let Some((variable, why)) = template.moves_on() {
        let place = variable.place.clone();
        let message = format!("`${{{}}}` cannot stand in `{}`: {why}", variable.text, item.path());
        item.sink().report(item.sink().at(Code::UnknownVariable, item.part(place), message).help("take it out here; `set` may use it"));
        return None;
    }
    Some(template)
}

/// `[users]`: agents by name, and `default`.
fn users(root: &Table<'_, '_>) -> (BTreeMap<String, String>, Option<String>) {
    let mut users = BTreeMap::new();
    let Some(table) = root.get("users").and_then(|item| item.table()) else { return (users, None) };
    let default = table.get("default").and_then(|item| item.filled());
    for item in table.entries() {
        if item.key == "default" {
            continue;
        }
        let Some(user) = item.filled() else { continue };
        if users.insert(item.key.to_lowercase(), user).is_some() {
            let message = format!("`{}` stands twice, since VICIdial's user names do not tell capitals from small letters", item.key);
            item.wrong_key(Code::Doubled, message, "keep one of the two");
        }
    }
    (users, default)
}
