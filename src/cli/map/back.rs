//! The way back, told: which fields go back to the CRM and how, and what would go back of texts that somebody types into the lead. Pure.

use serde_json::{Value as Json, json};

use crate::mapping::{Trace, Traced};
use crate::model::{Direction, FieldName, LeadField, Side, Value, Winner};

use super::super::describe::{quoted, value_text};
use super::super::screen::table;

/// A text that somebody types into a field of the lead, and what the contact gets of it, or why nothing.
pub(super) struct Typed {
    /// The field.
    pub field: FieldName,
    /// The text.
    pub text: String,
    /// The contact's field with its value.
    pub outcome: Result<(String, Value), String>,
}

/// `FIELD=TEXT` of the command line.
///
/// # Errors
/// What is wrong with it, in a sentence.
pub(in crate::cli) fn argument(argument: &str) -> Result<(FieldName, String), String> {
    let Some((field, text)) = argument.split_once('=') else {
        return Err("write a field of the lead, `=`, and what is typed: city=Tampa".to_owned());
    };
    let name = field.trim();
    let known = || LeadField::ALL.iter().map(|field| field.name());
    let unknown = || crate::diag::suggest::meant(name, known()).unwrap_or_else(|| "write city, or custom.LABEL".to_owned());
    let field = name.parse().map_err(|why: String| format!("{why}; {}", unknown()))?;
    Ok((field, text.to_owned()))
}

/// The fields that go back, and what was typed.
pub(super) fn text(trace: &Trace, typed: &[Typed]) -> String {
    let mut text = String::new();
    let back: Vec<Vec<String>> = trace.fields.iter().filter_map(row).collect();
    if !back.is_empty() {
        let head = ["  field", "to", "where both sides changed it", "a blank"].map(str::to_owned).to_vec();
        let rows: Vec<_> = [head].into_iter().chain(back).collect();
        text.push_str(&format!("\n  what is changed in VICIdial goes back to the CRM, of these fields:\n{}", table(&rows)));
    }
    if !typed.is_empty() {
        let rows: Vec<Vec<String>> =
            typed.iter().map(|typed| vec![format!("  {}", typed.field), quoted(&typed.text), outcome(typed)]).collect();
        text.push_str(&format!("\n  typed into the lead:\n{}", table(&rows)));
    }
    text
}

fn row(field: &Traced) -> Option<Vec<String>> {
    let to = field.back_to.clone()?;
    let both = match field.way.direction {
        Direction::Both => counts(field.way.winner),
        Direction::Pull | Direction::Push => "nothing goes to VICIdial".to_owned(),
    };
    let blank = if field.way.clears { "empties the other side" } else { "says nothing" };
    Some(vec![format!("  {}", field.field), to, both, blank.to_owned()])
}

fn counts(winner: Winner) -> String {
    let whose = |side: Option<Side>| match side {
        Some(Side::Crm) => "the CRM's value counts",
        Some(Side::Vicidial) => "VICIdial's value counts",
        None => "a person decides",
    };
    match winner {
        Winner::Always(side) => whose(side).to_owned(),
        Winner::Newest(otherwise) => format!("the later value counts; where that cannot be told, {}", whose(otherwise)),
    }
}

fn outcome(typed: &Typed) -> String {
    match &typed.outcome {
        Ok((attribute, value)) => format!("{attribute} = {}", value_text(value)),
        Err(why) => format!("nothing goes to the CRM: {why}"),
    }
}

/// Which way a field goes, for programs.
pub(super) fn way_json(field: &Traced) -> Json {
    let side = |side: Option<Side>| match side {
        Some(Side::Crm) => "crm",
        Some(Side::Vicidial) => "vicidial",
        None => "hold",
    };
    let (wins, otherwise) = match (field.way.direction, field.way.winner) {
        (Direction::Push | Direction::Pull, _) => (None, None),
        (Direction::Both, Winner::Always(winner)) => (Some(side(winner)), None),
        (Direction::Both, Winner::Newest(otherwise)) => (Some("newest"), Some(side(otherwise))),
    };
    json!({ "direction": field.way.direction.name(), "to": field.back_to, "wins": wins, "otherwise": otherwise })
}

/// What was typed, for programs.
pub(super) fn typed_json(typed: &Typed) -> Json {
    let set = typed.outcome.as_ref().ok();
    json!({
        "field": typed.field,
        "text": typed.text,
        "to": set.map(|(attribute, _)| attribute),
        "value": set.map(|(_, value)| value),
        "why": typed.outcome.as_ref().err(),
    })
}
