//! Whether a field could go back to the CRM. Fields that do are not built yet and are refused; what is wrong with one beyond that is told with
//! it, so that nobody waits for something that cannot be.

use toml::de::DeValue;

use crate::diag::{Code, Item, Place, Table};

use super::source;
use super::transform::{Transform, undo_all};

/// What `wins` may say.
const WINNERS: [&str; 4] = ["crm", "vicidial", "hold", "newest"];

/// Reports what keeps a field of `direction = "pull"` or `"both"` from going back, and a `wins` that says nothing.
pub(super) fn check(table: &Table<'_, '_>, transforms: &[Transform]) {
    let direction = table.get("direction").map(|item| text(&item));
    let goes_back = matches!(direction.as_deref(), Some("pull" | "both"));
    wins(table, direction.as_deref() == Some("both"));
    if !goes_back {
        return;
    }
    let no_way = |place: Place, message: &str, help: &str| {
        table.sink().report(table.sink().at(Code::NoWayBack, place, message).help(help));
    };
    let push = "name one field of the contact with `from`, or leave `direction` out";
    if let Some(template) = table.get("template") {
        no_way(
            template.key_place.clone(),
            "a text made of several fields cannot go back to the CRM: it does not say what belongs to which",
            push,
        );
    }
    if let Some(value) = table.get("value") {
        no_way(value.key_place.clone(), "a constant cannot go back to the CRM: it belongs to no field there", push);
    }
    if let Some(all) = table.get("all") {
        no_way(all.key_place.clone(), "several fields as one cannot go back to the CRM: nothing says what belongs to which", push);
    }
    if let Some(from) = table.get("from")
        && names(&from) == [source::ID]
    {
        no_way(from.place(), "the CRM gives the id, and nobody changes it", "leave `direction` out");
    }
    if let Some(from) = table.get("from")
        && let DeValue::Array(names) = from.raw()
        && names.len() > 1
    {
        no_way(from.place(), "with several fields nothing says to which of them a value goes back", push);
    }
    let Err((number, why)) = undo_all(transforms) else { return };
    let help = "take the step out, or leave `direction` out: then the field goes to VICIdial only";
    if let Some(step) = table.get("transform") {
        no_way(
            step_place(&step, number, transforms.len()),
            &format!("this step cannot be undone, so nothing can go back to the CRM: {why}"),
            help,
        );
    }
}

/// Where a step stands; the whole of them where one of them was not understood.
fn step_place(item: &Item<'_, '_>, number: usize, count: usize) -> Place {
    match item.raw() {
        DeValue::Array(steps) if steps.len() == count => steps.get(number).map_or_else(|| item.place(), toml::Spanned::span),
        _ => item.place(),
    }
}

fn wins(table: &Table<'_, '_>, goes_both_ways: bool) {
    let (wins, otherwise) = (table.get("wins"), table.get("otherwise"));
    let report = |code, place: Place, message: String, help: String| {
        table.sink().report(table.sink().at(code, place, message).help(help));
    };
    let Some(wins) = wins else {
        if let Some(otherwise) = otherwise {
            let message = "`otherwise` says what counts where `wins = \"newest\"` cannot tell, and there is no `wins`".to_owned();
            report(Code::NothingToWin, otherwise.key_place.clone(), message, "take it out".to_owned());
        }
        return;
    };
    let winner = text(&wins);
    if !goes_both_ways {
        let message = "`wins` says whose value counts where both sides changed, and this field goes one way".to_owned();
        report(Code::NothingToWin, wins.key_place.clone(), message, "take it out".to_owned());
    } else if winner == "newest" && otherwise.is_none() {
        let message = "`wins = \"newest\"` does not say what counts where one side has no date for the change".to_owned();
        report(Code::MissingKey, wins.place(), message, "add `otherwise = \"crm\"`, or \"vicidial\" or \"hold\"".to_owned());
    } else if winner != "newest"
        && WINNERS.contains(&winner.as_str())
        && let Some(otherwise) = otherwise
    {
        let message = format!("`otherwise` is never needed: `wins = \"{winner}\"` can always tell");
        report(Code::NothingToWin, otherwise.key_place.clone(), message, "take it out, or write `wins = \"newest\"`".to_owned());
    }
}

fn names(item: &Item<'_, '_>) -> Vec<String> {
    match item.raw() {
        DeValue::Array(_) => item.list().unwrap_or_default().iter().map(text).collect(),
        _ => vec![text(item)],
    }
}

fn text(item: &Item<'_, '_>) -> String {
    match item.raw() {
        DeValue::String(text) => text.clone().into_owned(),
        _ => String::new(),
    }
}
