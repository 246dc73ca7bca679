//! Custom fields: one table for each list that has some, one row for each lead with data.
//!
//! Decides which list's table holds a lead's data, which labels are known, and what is written. The insert of add_lead is
//! broken in this release; the one of update_lead works. Values stand in the statement as they were sent, but for one
//! backslash at the end.

use super::add_lead::Added;
use super::api::Call;
use super::fields::{self, BLANK};
use super::text::{self, Keep};
use super::update_lead::{Before, Search};
use super::world::{Died, World};

/// Whether the list has a custom table.
pub(super) fn has_table(world: &World, list_id: &str) -> bool {
    world.find_table(&format!("custom_{list_id}")).is_some()
}

/// The labels of a list's custom fields that hold data, in their order on the screen.
pub(super) fn labels(world: &World, list_id: &str) -> Vec<String> {
    let fields = world.table("vicidial_lists_fields");
    let mut found: Vec<(i64, i64, &str, String)> = fields
        .find_all("list_id", list_id)
        .into_iter()
        .filter(|slot| !matches!(fields.get(*slot, "field_type"), "DISPLAY" | "SCRIPT" | "SWITCH" | "BUTTON"))
        .map(|slot| {
            let label = fields.get(slot, "field_label");
            let (rank, order) = (fields.number(slot, "field_rank"), fields.number(slot, "field_order"));
            (rank, order, label, label.to_owned())
        })
        .collect();
    found.sort();
    found.into_iter().map(|(.., label)| label).collect()
}

/// What add_lead does with custom fields: nothing that lasts.
pub(super) fn after_add(world: &mut World, call: &Call<'_>, out: &mut String, added: &Added) -> Result<(), Died> {
    let Added { phone, lead_id, list_id, .. } = added;
    let not_added = |why: &str| format!("NOTICE: add_lead CUSTOM FIELDS NOT ADDED, {why} - {phone}|{lead_id}|{list_id}");
    if !world.has_custom_fields() {
        return call.say(out, &not_added("CUSTOM FIELDS DISABLED"));
    }
    if !has_table(world, list_id) {
        return call.say(out, &not_added("NO CUSTOM FIELDS DEFINED FOR THIS LIST"));
    }
    // The statement ends in a comma, whether any field was sent or not.
    world.failed()?;
    call.say(out, &not_added("NO FIELDS TO UPDATE DEFINED"))
}

/// What update_lead does with custom fields of a lead that was there. Here the system's switch is not asked.
pub(super) fn after_update(world: &mut World, call: &Call<'_>, out: &mut String, search: &Search, before: &Before) -> Result<(), Died> {
    let Before { lead_id, list_id, entry_list_id } = before;
    let phone = &search.phone;
    let table_list = table_list(call, before);
    let name = format!("custom_{table_list}");
    if !has_table(world, &table_list) {
        let line = "NOTICE: update_lead CUSTOM FIELDS NOT ADDED, NO CUSTOM FIELDS DEFINED FOR THIS LIST";
        return call.say(out, &format!("{line} - {phone}|{lead_id}|{list_id}"));
    }
    if call.is_on("delete_lead") {
        let deleted = delete_row(world, &table_list, lead_id);
        if deleted == 0 {
            return Ok(());
        }
        let line = "NOTICE: update_lead CUSTOM FIELDS ENTRY DELETED";
        return call.say(out, &format!("{line} - {phone}|{lead_id}|{list_id}|{entry_list_id}|{table_list}|{deleted}"));
    }
    let labels = labels(world, &table_list);
    let sent = labels.iter().filter(|label| call.params.is_sent_after_another(label));
    let mut values = Vec::new();
    for label in sent {
        let value = call.text(label, Keep::Custom);
        let value = if value == BLANK { String::new() } else { value };
        let Some(value) = text::unescape(&value) else {
            // The script gives up with a message of its own, which its function for it has no way to make.
            return Err(Died);
        };
        values.push((label.as_str(), value));
    }
    if values.is_empty() {
        return Ok(());
    }
    let now = world.now();
    let values: Vec<(&str, &str)> = values.iter().map(|(label, value)| (*label, value.as_str())).collect();
    let table = world.table_mut(&name);
    let affected = match table.find("lead_id", lead_id) {
        Some(slot) => i32::from(table.update(slot, &values, &now)),
        None => {
            let mut row = vec![("lead_id", lead_id.as_str())];
            row.extend(values);
            table.insert(&row, &now);
            1
        }
    };
    let line = "NOTICE: update_lead CUSTOM FIELDS VALUES UPDATED";
    call.say(out, &format!("{line} - {phone}|{lead_id}|{list_id}|{entry_list_id}|{table_list}|{affected}"))?;
    if affected > 0 {
        set_entry_list(world, search.table, lead_id, &table_list);
    }
    Ok(())
}

/// What update_lead does with custom fields of a lead that it has put in: it writes all of the list's fields.
pub(super) fn after_insert(
    world: &mut World,
    call: &Call<'_>,
    out: &mut String,
    search: &Search,
    lead_id: &str,
    list_id: &str,
) -> Result<(), Died> {
    let phone = &search.phone;
    let not_added = |why: &str| format!("NOTICE: update_lead CUSTOM FIELDS NOT ADDED, {why} - {phone}|{lead_id}|{list_id}");
    if !world.has_custom_fields() {
        return call.say(out, &not_added("CUSTOM FIELDS DISABLED"));
    }
    if !has_table(world, list_id) {
        return call.say(out, &not_added("NO CUSTOM FIELDS DEFINED FOR THIS LIST"));
    }
    let mut row = vec![("lead_id".to_owned(), lead_id.to_owned())];
    for label in labels(world, list_id) {
        let value = call.text(&label, Keep::Custom);
        let Some(value) = text::unescape(&value) else {
            world.failed()?;
            return call.say(out, &not_added("NO FIELDS TO UPDATE DEFINED"));
        };
        row.push((label, if value == BLANK { String::new() } else { value }));
    }
    let now = world.now();
    let row: Vec<(&str, &str)> = row.iter().map(|(label, value)| (label.as_str(), value.as_str())).collect();
    world.table_mut(&format!("custom_{list_id}")).insert(&row, &now);
    set_entry_list(world, "vicidial_list", lead_id, list_id);
    let line = "NOTICE: update_lead CUSTOM FIELDS VALUES ADDED";
    call.say(out, &format!("{line} - {phone}|{lead_id}|{list_id}|1"))
}

/// Deletes a lead's custom row and says so; the lead keeps no entry list. A list without a table leaves its count empty.
pub(super) fn delete_data(world: &mut World, call: &Call<'_>, out: &mut String, search: &Search, before: &Before) -> Result<(), Died> {
    let given = fields::entry_list(call);
    let table_list = if given.is_empty() { &before.entry_list_id } else { &given };
    let deleted = has_table(world, table_list).then(|| delete_row(world, table_list, &before.lead_id).to_string());
    let updated = set_entry_list(world, search.table, &before.lead_id, "0");
    let line = "NOTICE: update_lead CUSTOM FIELDS DATA HAS BEEN DELETED";
    let (user, lead_id) = (&call.user, &before.lead_id);
    call.say(out, &format!("{line} - {user}|{lead_id}|{table_list}|{}|{}", i32::from(updated), deleted.unwrap_or_default()))
}

/// The list whose table holds the lead's data: its entry list if it has one, else a forced one, else its own.
fn table_list(call: &Call<'_>, before: &Before) -> String {
    let forced = call.digits("force_entry_list_id");
    if before.entry_list_id.parse::<u64>().is_ok_and(|list| list > 99) {
        before.entry_list_id.clone()
    } else if forced.len() > 1 {
        forced
    } else {
        before.list_id.clone()
    }
}

fn delete_row(world: &mut World, table_list: &str, lead_id: &str) -> usize {
    let name = format!("custom_{table_list}");
    let Some(slot) = world.find_table(&name).and_then(|table| table.find("lead_id", lead_id)) else {
        return 0;
    };
    usize::from(world.table_mut(&name).delete(slot).is_some())
}

fn set_entry_list(world: &mut World, table: &str, lead_id: &str, list_id: &str) -> bool {
    let now = world.now();
    let leads = world.table_mut(table);
    let slot = leads.find("lead_id", lead_id);
    slot.is_some_and(|slot| leads.update(slot, &[("entry_list_id", list_id)], &now))
}
