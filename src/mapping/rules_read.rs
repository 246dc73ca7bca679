//! Reads what decides about a contact as a whole: filter, lists, leaving, opt-out. The phone: [`super::phone_read`].

use crate::diag::{Code, Item, Place, Table};
use crate::model::ListId;

use super::check;
use super::condition::Conditions;
use super::condition_read;
use super::program::{Destination, Leaving, ListRule};

/// `[filter]`, or `[[filter]]`; none lets everybody in.
pub(super) fn filter(root: &Table<'_, '_>) -> Conditions {
    let Some(item) = root.get("filter") else { return Conditions::default() };
    let errors = root.sink().errors();
    let conditions = condition_read::read(&item);
    // Of conditions that could not all be read nothing is concluded.
    if root.sink().errors() == errors {
        check::filter(root.sink(), &conditions);
    }
    conditions
}

/// `[[list]]` and `[list_default]`.
pub(super) fn lists(root: &Table<'_, '_>, filter: &Conditions) -> (Vec<ListRule>, Destination) {
    let tables = root.get("list").and_then(|item| item.tables()).unwrap_or_default();
    let mut rules = Vec::new();
    let mut is_whole = Vec::new();
    for table in &tables {
        let errors = root.sink().errors();
        let when = table.get("when").map(|when| condition_read::read(&when)).unwrap_or_default();
        let is_read = root.sink().errors() == errors;
        let then = destination(table);
        let errors = root.sink().errors();
        table.finish();
        // A key that is not known may be a misspelt `when`.
        is_whole.push(is_read && root.sink().errors() == errors);
        rules.push(ListRule { when, then: then.unwrap_or(Destination::Reject) });
    }
    // A rule whose conditions could not all be read seems to take more than it will: nothing is concluded from it.
    let whole = rules.iter().zip(&tables).zip(&is_whole).filter(|(_, is_whole)| **is_whole).map(|(rule, _)| rule);
    let placed: Vec<_> = whole.map(|(rule, table)| check::Placed { when: &rule.when, place: table.place() }).collect();
    check::list_rules(root.sink(), filter, &placed);
    let unconditional = placed.iter().find(|rule| rule.when.is_unconditional()).map(|rule| rule.place.clone());
    (rules, default(root, unconditional))
}

fn default(root: &Table<'_, '_>, unconditional: Option<Place>) -> Destination {
    let sink = root.sink();
    let Some(item) = root.get("list_default") else {
        if unconditional.is_none() && !root.is_misspelt("list_default") {
            let message = "nothing says what happens to contacts that no [[list]] rule takes";
            let help = "add `[list_default]` with `list = 1000`, or with `reject = true`";
            sink.report(sink.at(Code::NoDefaultList, root.place(), message).help(help));
        }
        return Destination::Reject;
    };
    if let Some(earlier) = unconditional {
        let message = "`list_default` is never used: a [[list]] rule without `when` takes every contact";
        sink.report(
            sink.at(Code::NeverMatches, item.key_place.clone(), message).and(earlier, "takes every contact").help("keep one of the two"),
        );
    }
    let Some(table) = item.table() else { return Destination::Reject };
    let destination = destination(&table);
    table.finish();
    destination.unwrap_or(Destination::Reject)
}

/// `list = 1001` or `reject = true`.
fn destination(table: &Table<'_, '_>) -> Option<Destination> {
    let list = table.get("list");
    let reject = table.get("reject");
    match (list, reject) {
        // The API sends leads of lists with fewer than three digits to list 999, with SUCCESS.
        (Some(list), None) => list.number(100, 99_999_999_999_999).map(|number| Destination::List(ListId(number))),
        (None, Some(reject)) => match reject.flag()? {
            true => Some(Destination::Reject),
            false => {
                reject.wrong(Code::BadValue, "`reject = false` says nothing", "write `list = ...` instead");
                None
            }
        },
        (Some(list), Some(_)) => {
            list.wrong(Code::Doubled, "both `list` and `reject` are given", "keep one of the two");
            None
        }
        (None, None) => {
            let message = format!("`{}` says neither `list` nor `reject`", table.path());
            table.sink().report(table.sink().at(Code::MissingKey, table.place(), message).help("add a line `list = 1001`"));
            None
        }
    }
}

/// The statuses by which VICIdial itself marks a person, or a number, that must not be called.
const DNC_STATUSES: [&str; 3] = ["DNC", "DNCL", "DNCC"];

/// `[leaving]`.
pub(super) fn leaving(root: &Table<'_, '_>) -> Leaving {
    let mut leaving = Leaving { status: "VSGONE".to_owned(), keep: ["SALE", "DNC", "DNCL", "DNCC"].map(str::to_owned).to_vec() };
    let Some(table) = root.get("leaving").and_then(|item| item.table()) else { return leaving };
    if let Some(status) = table.get("status").and_then(|item| set_status(&item)) {
        leaving.status = status;
    }
    if let Some(keep) = table.get("keep").and_then(|item| item.list()) {
        leaving.keep = keep.iter().filter_map(status).collect();
        // A do-not-call status is never written over: a contact that comes back would be dialed again.
        for never in DNC_STATUSES {
            if !leaving.keep.iter().any(|kept| kept == never) {
                leaving.keep.push(never.to_owned());
            }
        }
    }
    table.finish();
    leaving
}

/// `[opt_out]`.
pub(super) fn opt_out(root: &Table<'_, '_>) -> String {
    let fallback = || "DNC".to_owned();
    let Some(table) = root.get("opt_out").and_then(|item| item.table()) else { return fallback() };
    let status = table.get("status").and_then(|item| set_status(&item));
    table.finish();
    status.unwrap_or_else(fallback)
}

/// A status of VICIdial's, as it was written.
pub(super) fn status(item: &Item<'_, '_>) -> Option<String> {
    let text = item.text()?;
    let is_status = (1..=6).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_');
    if !is_status {
        item.wrong(Code::BadStatus, format!("`{text}` cannot be a status"), "a status has 1 to 6 letters, digits, `-` or `_`");
    }
    is_status.then_some(text)
}

/// A status that takes a lead out of dialing.
fn set_status(item: &Item<'_, '_>) -> Option<String> {
    let status = status(item)?;
    if ["NEW", "QUEUE", "INCALL", "CALLBK", "CBHOLD"].contains(&status.to_uppercase().as_str()) {
        item.wrong(Code::BadStatus, format!("`{status}` does not take a lead out of dialing"), "choose a status that no campaign dials");
        return None;
    }
    Some(status)
}
