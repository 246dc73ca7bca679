//! Reads `[[disposition]]`: for which calls a rule is, what it sets and counts, and what it logs.

use std::collections::BTreeSet;

use toml::de::DeValue;

use crate::diag::{Code, Item, Place, Table};

use super::calls::{Calls, DispositionRule, Results};
use super::calls_read::{logged, settings};
use super::dispositions_check::{self, Taken, What};
use super::flags::Flag;
use super::rules_read;

/// All rules, and the statuses that they name.
pub(super) fn read(root: &Table<'_, '_>, tables: &[Table<'_, '_>]) -> (Vec<DispositionRule>, Vec<(String, Place)>) {
    let mut rules = Vec::new();
    let mut taken = Vec::new();
    for table in tables {
        if let Some((rule, takes)) = one(table) {
            rules.push(rule);
            taken.push(takes);
        }
    }
    dispositions_check::check(root.sink(), &taken);
    let statuses = taken.into_iter().flat_map(|taken| taken.what).filter_map(|(what, place)| match what {
        What::Status(status) => Some((status, place)),
        What::Flag(_) | What::Any => None,
    });
    (rules, statuses.collect())
}

fn one(table: &Table<'_, '_>) -> Option<(DispositionRule, Taken)> {
    let status = table.get("status").map(|item| statuses(&item));
    let flag = table.get("flag").map(|item| flags(&item));
    let any = table.get("any").map(|item| item.flag());
    let is_any = any.flatten().unwrap_or(false);
    let campaigns = table.get("campaign").map(|item| campaigns(&item));
    let is_inbound = table.get("inbound").and_then(|item| item.flag());
    let set = table.get("set").map(|item| settings(&item)).unwrap_or_default();
    let counter = table.get("counter").and_then(|item| item.filled()).map(|name| name.trim().to_owned());
    let words = [table.get("title"), table.get("note")];
    let is_logged = table.get("activity").and_then(|item| item.flag());
    let is_answered = table.get("answered").and_then(|item| item.flag());
    table.finish();
    let [title, note] = words.each_ref().map(|item| item.as_ref().and_then(logged));
    // A logged call is one that a human answered, unless the rule says otherwise; and the other way round.
    let has_activity = is_logged.or(is_answered).unwrap_or(false);
    for item in words.iter().flatten().filter(|_| !has_activity) {
        let message = format!("`{}` says nothing, since the rule logs no call", item.key);
        item.wrong_key(Code::SaysNothing, message, "add `activity = true` to the rule, or take it out");
    }
    let what = match (status, flag, is_any) {
        (Some(statuses), None, false) => statuses,
        (None, Some(flags), false) => flags,
        (None, None, true) => vec![(What::Any, table.place())],
        // What was meant for it was reported already.
        (None, None, false) if any == Some(None) || ["status", "flag", "any"].iter().any(|key| table.is_misspelt(key)) => return None,
        _ => {
            let message = "a disposition rule says which statuses it is for, or which flags, or `any = true`, and one of the three only";
            let help = "write `status = [\"SALE\"]`, or `flag = \"sale\"`";
            table.sink().report(table.sink().at(Code::MissingKey, table.place(), message).help(help));
            return None;
        }
    };
    let results = match what.first() {
        Some((What::Any, _)) => Results::Any,
        Some((What::Flag(_), _)) => Results::Flags(what.iter().filter_map(|(what, _)| what.flag()).collect()),
        Some((What::Status(_), _)) | None => Results::Statuses(what.iter().filter_map(|(what, _)| what.status()).collect()),
    };
    let rule = DispositionRule {
        results,
        campaigns: campaigns.clone(),
        is_inbound,
        set,
        counter,
        title,
        note,
        is_logged: has_activity,
        is_answered: is_answered.or(is_logged).unwrap_or(false),
    };
    Some((rule, Taken { what, campaigns, is_inbound, place: table.place() }))
}

/// One value, or the values of a list that has some.
fn values<'r, 'i>(item: &Item<'r, 'i>) -> Vec<Item<'r, 'i>> {
    if matches!(item.raw(), DeValue::String(_)) {
        return vec![item.clone()];
    }
    let items = item.list().unwrap_or_default();
    if items.is_empty() && matches!(item.raw(), DeValue::Array(_)) {
        item.wrong(Code::BadValue, format!("`{}` is an empty list, so the rule takes no call", item.path()), "write the values");
    }
    items
}

fn statuses(item: &Item<'_, '_>) -> Vec<(What, Place)> {
    values(item).iter().filter_map(|item| Some((What::Status(rules_read::status(item)?.to_uppercase()), item.place()))).collect()
}

fn flags(item: &Item<'_, '_>) -> Vec<(What, Place)> {
    values(item).iter().filter_map(|item| Some((What::Flag(item.word(Flag::ALL)?), item.place()))).collect()
}

fn campaigns(item: &Item<'_, '_>) -> BTreeSet<String> {
    values(item).iter().filter_map(Item::filled).map(|name| name.trim().to_uppercase()).collect()
}

/// A rule for a status that is declared to be no result would never be used.
pub(super) fn transient(root: &Table<'_, '_>, statuses: &[(String, Place)], transient: &BTreeSet<String>) {
    for (status, place) in statuses.iter().filter(|(status, _)| transient.contains(status)) {
        let message = format!("`{status}` never gets here: `transient` in [calls] says that it is no result");
        let help = "take it out here, or write a list `transient = [..]` without it in [calls]";
        root.sink().report(root.sink().at(Code::NeverMatches, place.clone(), message).help(help));
    }
}

/// A counter is the calls' number and nothing else: what another rule sets there would be written over, and the other way round.
pub(super) fn counters(root: &Table<'_, '_>, tables: &[Table<'_, '_>], calls: &Calls) {
    for table in tables {
        let Some(item) = table.get("counter") else { continue };
        let DeValue::String(name) = item.raw() else { continue };
        let name = name.trim();
        if calls.always.contains_key(name) || calls.rules.iter().any(|rule| rule.set.contains_key(name)) {
            let message = format!("`{name}` counts calls here, and `set` writes something else into it");
            root.sink().report(root.sink().at(Code::Doubled, item.place(), message).help("use two fields, or keep one of the two"));
        }
    }
}
