//! Reads what becomes of leads beside their fields: `[leaving]`, `[opt_out]`, `[[status]]`.
//!
//! A status that means something to VICIdial itself is never set, and never left, by a slip of the pen: calls, callbacks and do-not-call have theirs.

use crate::diag::{Code, Item, Table};
use crate::model::{Fate, Fates, ListId, StatusRule};

use super::check;
use super::condition::Conditions;
use super::condition_read;
use super::program::{Leaving, RuledStatus};
use super::rules_read::status;

/// The statuses by which VICIdial itself marks a person, or a number, that must not be called.
const DNC_STATUSES: [&str; 3] = ["DNC", "DNCL", "DNCC"];

/// Statuses of a lead that waits for its callback.
const CALLBACKS: [&str; 2] = ["CALLBK", "CBHOLD"];

/// Statuses of a lead in a live call.
const LIVE: [&str; 3] = ["INCALL", "QUEUE", "DISPO"];

/// Statuses that VICIdial is shipped with and that end a lead's dialing for good.
const FINAL: [&str; 2] = ["SALE", "XFER"];

/// `[leaving]`. `lists` are those that contacts go to.
pub(super) fn leaving(root: &Table<'_, '_>, lists: &[ListId]) -> Leaving {
    let keep = ["SALE", "DNC", "DNCL", "DNCC"].map(str::to_owned).to_vec();
    let mut leaving = Leaving { status: "VSGONE".to_owned(), keep, fates: Fates::default() };
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
    leaving.fates = fates(&table, lists);
    table.finish();
    leaving
}

#[derive(Clone, Copy)]
enum Word {
    Deactivate,
    Keep,
    Move,
    Delete,
}

const WORDS: [(&str, Word); 4] = [("deactivate", Word::Deactivate), ("keep", Word::Keep), ("move", Word::Move), ("delete", Word::Delete)];

fn fates(table: &Table<'_, '_>, lists: &[ListId]) -> Fates {
    let place = table.get("move_to");
    let move_to = place.as_ref().and_then(|item| item.number(100, 99_999_999_999_999).map(ListId));
    let mut moves = 0;
    let mut fate = |key: &str| {
        let Some(item) = table.get(key) else { return Fate::default() };
        match item.word(&WORDS) {
            Some(Word::Keep) => Fate::Keep,
            Some(Word::Delete) => Fate::Delete,
            Some(Word::Move) => {
                moves += 1;
                if place.is_none() {
                    item.wrong(
                        Code::MissingKey,
                        format!("`{}` says \"move\", and nothing says where", item.path()),
                        "add a line `move_to = 9999` with a list that nobody dials",
                    );
                }
                move_to.map_or(Fate::Deactivate, Fate::Move)
            }
            Some(Word::Deactivate) | None => Fate::Deactivate,
        }
    };
    let fates = Fates { gone: fate("gone"), filtered: fate("filtered"), rejected: fate("rejected") };
    let Some(place) = place else { return fates };
    if moves == 0 && table.sink().errors() == 0 {
        place.wrong(Code::SaysNothing, "`move_to` has no effect: nothing moves", "write `gone = \"move\"`, or take the line out");
    }
    if let Some(list) = move_to.filter(|list| lists.contains(list)) {
        place.wrong(
            Code::BadValue,
            format!("leads that left would move to list {list}, to which contacts go"),
            "name a list of its own, that no campaign dials",
        );
    }
    fates
}

/// `[opt_out]`.
pub(super) fn opt_out(root: &Table<'_, '_>) -> String {
    let fallback = || "DNC".to_owned();
    let Some(table) = root.get("opt_out").and_then(|item| item.table()) else { return fallback() };
    let status = table.get("status").and_then(|item| set_status(&item));
    table.finish();
    status.unwrap_or_else(fallback)
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

/// `[[status]]`, which never touches the statuses of leads that left or opted out.
pub(super) fn statuses(root: &Table<'_, '_>, filter: &Conditions, leaving: &Leaving, opt_out: &str) -> Vec<RuledStatus> {
    let tables = root.get("status").and_then(|item| item.tables()).unwrap_or_default();
    let mut rules = Vec::new();
    for table in &tables {
        let when = table.need("when").map(|when| condition_read::read(&when)).unwrap_or_default();
        let from = table.need("from").and_then(|item| {
            let items = item.list()?;
            if items.is_empty() {
                item.wrong(
                    Code::SaysNothing,
                    "`from` names no status: the rule never sets one",
                    "name the statuses that the lead may have before, as `[\"NEW\"]`",
                );
            }
            Some(items)
        });
        let to = table.need("to").and_then(|item| target(&item, leaving, opt_out));
        let read: Vec<String> = from.iter().flatten().filter_map(|item| origin(item, to.as_deref(), leaving, opt_out)).collect();
        table.finish();
        if let (Some(from), Some(to)) = (from, to)
            && from.len() == read.len()
        {
            let places = from.iter().map(Item::place).collect();
            rules.push((table.place(), RuledStatus { when, then: StatusRule { from: read, to }, places }));
        }
    }
    if root.sink().errors() == 0 {
        let placed: Vec<_> = rules.iter().map(|(place, rule)| check::Placed { when: &rule.when, place: place.clone() }).collect();
        check::list_rules(root.sink(), filter, &placed);
    }
    rules.into_iter().map(|(_, rule)| rule).collect()
}

/// What a status means to VICIdial, where that forbids to set it or to leave it.
fn meaning(status: &str, leaving: &Leaving, opt_out: &str) -> Option<&'static str> {
    let is = |known: &&str| known.eq_ignore_ascii_case(status);
    if DNC_STATUSES.iter().any(is) || is(&opt_out) {
        Some("means that the person must not be called")
    } else if CALLBACKS.iter().any(is) {
        Some("means that the lead waits for a callback")
    } else if LIVE.iter().any(is) {
        Some("is that of a lead in a call")
    } else if is(&leaving.status.as_str()) {
        Some("is that of leads whose contact left")
    } else {
        None
    }
}

fn origin(item: &Item<'_, '_>, to: Option<&str>, leaving: &Leaving, opt_out: &str) -> Option<String> {
    let status = status(item)?;
    let what = meaning(&status, leaving, opt_out).or_else(|| FINAL.contains(&status.to_uppercase().as_str()).then_some("is final"));
    if let Some(what) = what {
        item.wrong(Code::BadStatus, format!("`{status}` {what}: nothing of the CRM takes a lead out of it"), "take it out of `from`");
        return None;
    }
    if to.is_some_and(|to| to.eq_ignore_ascii_case(&status)) {
        item.wrong(Code::SaysNothing, format!("a lead with `{status}` has that status already"), "take it out of `from`");
        return None;
    }
    Some(status)
}

fn target(item: &Item<'_, '_>, leaving: &Leaving, opt_out: &str) -> Option<String> {
    let status = status(item)?;
    let what = meaning(&status, leaving, opt_out).or_else(|| FINAL.contains(&status.to_uppercase().as_str()).then_some("is final"));
    if let Some(what) = what {
        let help =
            "results come from calls, opt-outs are marked at the contact, and who leaves is told by the filter; choose another status here";
        item.wrong(Code::BadStatus, format!("`{status}` {what}: a rule for statuses does not set it"), help);
        return None;
    }
    Some(status)
}
