//! The columns of a lead as parameters: what each may hold, and how a statement puts them into the table.
//!
//! Decides which values pass unescaped into a statement: the two foreign keys and the comments. A backslash in them is an
//! escape, and one at the end breaks the statement.

use std::collections::BTreeMap;

use super::api::Call;
use super::text::{self, Keep};
use super::world::{Died, World};

/// The parameters that are columns of the lead table by the same name.
const FIELDS: &[(&str, Keep)] = &[
    ("vendor_lead_code", Keep::Free),
    ("source_id", Keep::Free),
    ("title", Keep::Title),
    ("first_name", Keep::Name),
    ("middle_initial", Keep::Initial),
    ("last_name", Keep::Name),
    ("address1", Keep::Address),
    ("address2", Keep::Address),
    ("address3", Keep::Address),
    ("city", Keep::Address),
    ("state", Keep::State),
    ("province", Keep::Province),
    ("postal_code", Keep::Postal),
    ("country_code", Keep::Code),
    ("gender", Keep::Switch),
    ("date_of_birth", Keep::Date),
    ("alt_phone", Keep::AltPhone),
    ("email", Keep::Email),
    ("security_phrase", Keep::Address),
    ("comments", Keep::Free),
    ("rank", Keep::Digits),
    ("owner", Keep::Address),
];

/// What an update calls an emptied field.
pub(super) const BLANK: &str = "--BLANK--";

/// The columns whose values stand in a statement as they were sent.
fn is_pasted(name: &str) -> bool {
    matches!(name, "vendor_lead_code" | "source_id" | "comments")
}

/// The columns that were sent, cleaned.
#[derive(Clone, Debug, Default)]
pub(super) struct Sent(BTreeMap<&'static str, String>);

impl Sent {
    /// Reads them from a call.
    pub(super) fn read(call: &Call<'_>) -> Self {
        let values = FIELDS.iter().map(|(name, keep)| (*name, call.text(name, *keep)));
        Sent(values.collect())
    }

    /// One of them; empty if it was not sent.
    pub(super) fn get(&self, name: &str) -> &str {
        self.0.get(name).map_or("", String::as_str)
    }
}

/// Whether the list must exist. The words of this switch work in small letters too.
pub(super) fn checks_list(call: &Call<'_>) -> bool {
    call.text("list_exists_check", Keep::Plain).contains(['Y', 'y'])
}

/// The entry list that the request gives, a forced one first.
pub(super) fn entry_list(call: &Call<'_>) -> String {
    let forced = call.digits("force_entry_list_id");
    if forced.len() > 1 { forced } else { call.digits("entry_list_id") }
}

/// Puts a lead in. Gives its number, or `None` if the statement failed and the script goes on.
pub(super) fn insert_lead(world: &mut World, values: &[(&str, String)], entry_list_id: &str) -> Result<Option<String>, Died> {
    let Some(mut plain) = plain(values) else {
        world.failed()?;
        return Ok(None);
    };
    plain.push(("entry_list_id", entry_list_id.to_owned()));
    let now = world.now();
    let row: Vec<(&str, &str)> = plain.iter().map(|(name, value)| (*name, value.as_str())).collect();
    if world.is_strict && !world.table("vicidial_list").takes(&row) {
        world.failed()?;
        return Ok(None);
    }
    let (_, lead_id) = world.table_mut("vicidial_list").insert(&row, &now);
    Ok(Some(lead_id))
}

/// The values as the database reads them, or `None` if the statement breaks.
pub(super) fn plain<'a>(values: &[(&'a str, String)]) -> Option<Vec<(&'a str, String)>> {
    let plain = values.iter().map(|(name, value)| {
        let value = if is_pasted(name) { text::unescape(value)? } else { value.clone() };
        Some((*name, value))
    });
    plain.collect()
}

/// The statement of an insert, as a server without exceptions prints it when it fails.
pub(super) fn insert_statement(values: &[(&str, String)], entry_list_id: &str) -> String {
    let sets: Vec<String> = values.iter().map(|(name, value)| format!("{name}=\"{value}\"")).collect();
    let sets = sets.join(",");
    format!("INSERT INTO vicidial_list SET {sets} ,entry_list_id='{entry_list_id}';")
}

/// What an update or a batch update sets: the non-empty fields, with `--BLANK--` for an emptied one.
pub(super) fn changes(call: &Call<'_>, sent: &Sent) -> Vec<(&'static str, String)> {
    let mut changes = Vec::new();
    for (name, _) in FIELDS {
        let value = sent.get(name);
        // Line breaks of the pasted columns become the two characters that the agent's screen shows as one.
        let value = if is_pasted(name) { value.replace('\n', "!N") } else { value.to_owned() };
        changes.push((*name, value));
    }
    changes.push(("status", call.text("status", Keep::Code)));
    changes.push(("user", call.text("user_field", Keep::Code)));
    changes.push(("list_id", call.digits("list_id_field")));
    changes.push(("called_count", call.digits("called_count")));
    changes.push(("phone_code", call.digits("phone_code")));
    changes.push(("gmt_offset_now", call.text("gmt_offset_now", Keep::Offset)));
    if call.is_on("reset_lead") {
        changes.push(("called_since_last_reset", "N".to_owned()));
    }
    changes.retain(|(_, value)| !value.is_empty());
    for (_, value) in &mut changes {
        if value == BLANK {
            value.clear();
        }
    }
    changes
}
