//! Reads what decides about a contact as a whole: filter, lists. The phone: [`super::phone_read`]; what becomes of leads: [`super::leads_read`].

use crate::diag::{Code, Item, Place, Table};
use crate::model::ListId;

use super::check;
use super::condition::Conditions;
use super::condition_read;
use super::program::{Destination, ListRule};

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

/// A status of VICIdial's, as it was written.
pub(super) fn status(item: &Item<'_, '_>) -> Option<String> {
    let text = item.text()?;
    let is_status = (1..=6).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_');
    if !is_status {
        item.wrong(Code::BadStatus, format!("`{text}` cannot be a status"), "a status has 1 to 6 letters, digits, `-` or `_`");
    }
    is_status.then_some(text)
}
