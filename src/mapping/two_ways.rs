//! The way of one field: as it is written, and whether the field can go it. What fields do to each other: [`super::pulled`].
//!
//! A field that goes back needs one field of the contact to go to, and steps that can be undone.

use crate::diag::{Code, Item, Place, Table};
use crate::model::{Direction, Side, Way, Winner};
use toml::de::DeValue;

use super::fields::Origin;
use super::source;
use super::transform::{Transform, undo_all};

/// What `wins` and `otherwise` may name.
const SIDES: [(&str, Option<Side>); 3] = [("crm", Some(Side::Crm)), ("vicidial", Some(Side::Vicidial)), ("hold", None)];

/// Reads which way a field goes, whose value counts, and what a blank means; `None` where a word of it is none, which is reported.
pub(super) fn read(table: &Table<'_, '_>) -> Option<Way> {
    let clears = word(table, "blank", &[("keep", false), ("clear", true)], false);
    let direction = word(table, "direction", &Direction::ALL.map(|direction| (direction.name(), direction)), Direction::Push);
    let otherwise = word(table, "otherwise", &SIDES, None);
    let newest = Winner::Newest(otherwise.unwrap_or_default());
    let winners: Vec<(&str, Winner)> =
        SIDES.map(|(word, side)| (word, Winner::Always(side))).into_iter().chain([("newest", newest)]).collect();
    let winner = word(table, "wins", &winners, Winner::default());
    otherwise?;
    Some(Way { direction: direction?, winner: winner?, clears: clears? })
}

fn word<T: Copy>(table: &Table<'_, '_>, key: &str, words: &[(&str, T)], without: T) -> Option<T> {
    table.get(key).map_or(Some(without), |item| item.word(words))
}

/// Reports what keeps a field from going the way that it says.
pub(super) fn check(table: &Table<'_, '_>, way: Way, origin: &Origin, transforms: &[Transform]) {
    wins(table, way);
    if !way.direction.pulls() {
        return;
    }
    if let Some((key, message, help)) = no_target(origin)
        && let Some(item) = table.get(key)
    {
        let place = if key == "from" { item.place() } else { item.key_place.clone() };
        table.sink().report(table.sink().at(Code::NoWayBack, place, message).help(help));
    }
    if let Err((number, why)) = undo_all(transforms)
        && let Some(step) = table.get("transform")
    {
        let message = format!("this step cannot be undone, so nothing can go back to the CRM: {why}");
        let help = "take the step out, or leave `direction` out: then the field goes to VICIdial only";
        table.sink().report(table.sink().at(Code::NoWayBack, step_place(&step, number, transforms.len()), message).help(help));
    }
}

/// Why a value of that origin has nothing in the CRM to go to: the key, the words, and what to do.
fn no_target(origin: &Origin) -> Option<(&'static str, &'static str, &'static str)> {
    let push = "name one field of the contact with `from`, or leave `direction` out";
    match origin {
        Origin::Template(_) => {
            Some(("template", "a text made of several fields cannot go back to the CRM: it does not say what belongs to which", push))
        }
        Origin::Constant(_) => Some(("value", "a constant cannot go back to the CRM: it belongs to no field there", push)),
        Origin::All(_) => Some(("all", "several fields as one cannot go back to the CRM: nothing says what belongs to which", push)),
        Origin::From(names) => match names.as_slice() {
            [name] if name == source::ID => Some(("from", "the CRM gives the id, and nobody changes it", "leave `direction` out")),
            [_] => None,
            _ => Some(("from", "with several fields nothing says to which of them a value goes back", push)),
        },
    }
}

/// Where a step stands; the whole of them where one of them was not understood.
fn step_place(item: &Item<'_, '_>, number: usize, count: usize) -> Place {
    match item.raw() {
        DeValue::Array(steps) if steps.len() == count => steps.get(number).map_or_else(|| item.place(), toml::Spanned::span),
        _ => item.place(),
    }
}

/// Reports a `wins` or `otherwise` that says nothing, and one that does not say all.
fn wins(table: &Table<'_, '_>, way: Way) {
    let report = |code, place: Place, message: &str, help: &str| {
        table.sink().report(table.sink().at(code, place, message).help(help));
    };
    let (wins, otherwise) = (table.get("wins"), table.get("otherwise"));
    let Some(wins) = wins else {
        if let Some(otherwise) = otherwise {
            let message = "`otherwise` says what counts where `wins = \"newest\"` cannot tell, and there is no `wins`";
            report(Code::NothingToWin, otherwise.key_place.clone(), message, "take it out");
        }
        return;
    };
    match (way.direction, way.winner, otherwise) {
        (Direction::Push | Direction::Pull, _, _) => {
            let message =
                format!("`wins` says whose value counts where both sides changed, and this field goes one way: {}", way.direction);
            report(Code::NothingToWin, wins.key_place.clone(), &message, "take it out, or write `direction = \"both\"`");
        }
        (Direction::Both, Winner::Newest(_), None) => {
            let message = "`wins = \"newest\"` does not say what counts where one side has no date for the change";
            report(Code::MissingKey, wins.place(), message, "add `otherwise = \"crm\"`, or \"vicidial\" or \"hold\"");
        }
        (Direction::Both, Winner::Always(_), Some(otherwise)) => {
            let message = "`otherwise` is never needed: without `newest`, `wins` can always tell";
            report(Code::NothingToWin, otherwise.key_place.clone(), message, "take it out, or write `wins = \"newest\"`");
        }
        (Direction::Both, Winner::Newest(_), Some(_)) | (Direction::Both, Winner::Always(_), None) => {}
    }
}
