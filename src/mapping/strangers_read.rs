//! Reads `[without_contact]`: what it needs, what says nothing, and the names in its texts.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};

use crate::diag::{Code, Item, Table, suggest};
use crate::model::{FieldName, LeadField, LeadId, LeadRow, ListId, Phone};

use super::strangers::{self, Then, WithoutContact};
use super::template::Template;
use super::{calls_read, rules_read, template_read};

/// Reads the table. Such leads are seen by their calls, so `go_live` must be there.
pub(super) fn read(root: &Table<'_, '_>, go_live: Option<DateTime<Utc>>, written: &BTreeSet<&str>) -> Option<WithoutContact> {
    let table = root.get("without_contact")?.table()?;
    let words = [("ignore", None), ("hold", Some(Then::Hold)), ("match", Some(Then::Match)), ("create", Some(Then::Create))];
    // A word that is wrong was told; the rest is read all the same.
    let then = table.get("then").map_or(Some(Some(Then::Hold)), |item| item.word(&words));
    let is_made = matches!(then, Some(Some(Then::Create)));
    let (statuses, key) = if is_made { (table.need("statuses"), table.need("key")) } else { (table.get("statuses"), table.get("key")) };
    let statuses = statuses.and_then(|item| statuses_of(&item));
    let groups = table.get("groups").and_then(|item| groups_of(&item));
    let set = table.get("set");
    if let Some(Some(Then::Hold | Then::Match) | None) = then {
        for item in [&key, &set].into_iter().flatten() {
            let message = format!("`{}` says nothing, since no contact is made", item.key);
            item.wrong_key(Code::SaysNothing, message, "take it out, or write `then = \"create\"`");
        }
    }
    let key = key.and_then(|item| {
        let name = item.filled()?;
        if written.contains(name.as_str()) {
            let message =
                format!("`{name}` is written by calls, or by edits in VICIdial: by the key vicisync knows a contact that it made");
            item.wrong(Code::TwoSources, message, "choose a text field of the contact that nothing else writes");
        }
        Some(name)
    });
    let set = set.map_or_else(BTreeMap::new, |item| calls_read::settings_by(&item, text));
    if let Some(key) = key.as_ref().filter(|key| set.contains_key(*key)) {
        let message = format!("`{key}` is set here, and is the `key` that vicisync fills by itself");
        root.sink()
            .report(root.sink().at(Code::Doubled, table.place(), message).help("choose another field as `key`, or take it out of `set`"));
    }
    table.finish();
    let then = then??;
    let is_dated = root.get("calls").and_then(|item| item.table()).is_some_and(|calls| calls.get("go_live").is_some());
    if go_live.is_none() && !is_dated && !root.is_misspelt("calls") {
        let message = "leads without a contact are seen by their calls, and `go_live` in [calls] does not say from which date on";
        root.sink().report(root.sink().at(Code::NoGoLive, table.place(), message).help("add `go_live = 2026-11-01T00:00:00Z` to [calls]"));
    }
    Some(WithoutContact { then, statuses, groups, key: key.filter(|_| then == Then::Create), set })
}

fn statuses_of(item: &Item<'_, '_>) -> Option<BTreeSet<String>> {
    let items = some(item)?;
    Some(items.iter().filter_map(rules_read::status).map(|status| status.to_uppercase()).collect())
}

fn groups_of(item: &Item<'_, '_>) -> Option<BTreeSet<String>> {
    let items = some(item)?;
    Some(items.iter().filter_map(Item::filled).map(|group| group.to_uppercase()).collect())
}

/// A list that is not empty: an empty one takes nobody, which is hardly meant.
fn some<'r, 'i>(item: &Item<'r, 'i>) -> Option<Vec<Item<'r, 'i>>> {
    let items = item.list()?;
    if items.is_empty() {
        item.wrong(Code::BadValue, format!("`{}` takes no lead at all", item.path()), "name some, or take the line out");
    }
    Some(items)
}

/// A text of a lead and its call.
fn text(item: &Item<'_, '_>) -> Option<Template> {
    let template = template_read::parse(item)?;
    let names = strangers::names();
    let known: Vec<&str> = names.iter().map(String::as_str).collect();
    let unknown: Vec<_> = template.names().filter(|name| !known.contains(&name.text.as_str())).collect();
    for name in &unknown {
        let of_lead = format!("lead_{}", name.text);
        let help = if known.contains(&of_lead.as_str()) {
            format!("write `${{{of_lead}}}`")
        } else {
            suggest::help(&name.text, &known).unwrap_or_else(|| {
                "write `${lead_first_name}` and so on for VICIdial's standard fields, or a fact of the call as `${status}`; custom fields cannot stand here".to_owned()
            })
        };
        let message = format!("there is no variable `{}`", name.text);
        item.sink().report(item.sink().at(Code::UnknownVariable, item.part(name.place.clone()), message).help(help));
    }
    if !unknown.is_empty() {
        return None;
    }
    let phone = Phone { code: "1".to_owned(), number: "2125550100".to_owned() };
    let call = template_read::sample("SALE", "agent6001");
    let why = |shown: &str| template.work_out(&|name| strangers::fact(name, &row(shown), &phone, &call, 3)).err();
    if let Some(why) = why("Sample").or_else(|| why("")) {
        let help = "see docs/mapping.md for what an expression may say";
        item.wrong(Code::BrokenText, format!("this cannot be worked out for a lead: {why}"), help);
        return None;
    }
    Some(template)
}

fn row(shown: &str) -> LeadRow {
    let values = LeadField::ALL.iter().map(|field| (FieldName::Standard(*field), shown.to_owned()));
    LeadRow {
        lead_id: LeadId(1),
        code: String::new(),
        list_id: ListId(1001),
        status: "SALE".to_owned(),
        called_count: 1,
        modified: None,
        values: values.collect(),
    }
}
