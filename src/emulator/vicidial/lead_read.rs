//! Reading single leads: lead_all_info, lead_field_info, lead_callback_info, and bringing one back from the archive.
//!
//! Decides the columns and what a lead with an apostrophe does: the result is pasted into the log statement, which
//! breaks; lead_all_info logs before it prints, lead_field_info after.

use super::api::Call;
use super::custom;
use super::table::Table;
use super::text::Keep;
use super::update_lead;
use super::world::{Died, World};

/// The columns of lead_all_info, before the custom ones.
const ALL: &[&str] = &[
    "status",
    "user",
    "vendor_lead_code",
    "source_id",
    "list_id",
    "gmt_offset_now",
    "phone_code",
    "phone_number",
    "title",
    "first_name",
    "middle_initial",
    "last_name",
    "address1",
    "address2",
    "address3",
    "city",
    "state",
    "province",
    "postal_code",
    "country_code",
    "gender",
    "date_of_birth",
    "alt_phone",
    "email",
    "security_phrase",
    "comments",
    "called_count",
    "last_local_call_time",
    "rank",
    "owner",
    "entry_list_id",
    "lead_id",
];

/// At most so many leads of one phone number are given.
const LEADS_MAX: usize = 1000;

/// The table of leads that a read looks in, or the end of the script if there is none.
pub(super) fn leads<'a>(world: &'a World, call: &Call<'_>) -> Result<Option<&'a Table>, Died> {
    let found = world.find_table(update_lead::table(call));
    if found.is_none() {
        world.failed()?;
    }
    Ok(found)
}

/// Logs a result that is pasted into the statement.
pub(super) fn log_result(world: &World, result: &str) -> Result<(), Died> {
    if result.contains('\'') { world.failed() } else { Ok(()) }
}

/// Answers lead_all_info.
pub(super) fn all_info(world: &mut World, call: &Call<'_>, out: &mut String) -> Result<(), Died> {
    let (lead_id, phone) = (call.digits("lead_id"), call.text("phone_number", Keep::Digits));
    let user = &call.user;
    let Some(leads) = leads(world, call)? else {
        return call.say(out, &format!("ERROR: lead_all_info LEAD NOT FOUND: {user}|{lead_id}|{phone}"));
    };
    let mut found = match lead_id.is_empty() {
        false => leads.find("lead_id", &lead_id).into_iter().collect(),
        true if phone.is_empty() => Vec::new(),
        true => leads.find_all("phone_number", &phone),
    };
    if found.is_empty() {
        return call.say(out, &format!("ERROR: lead_all_info LEAD NOT FOUND: {user}|{lead_id}|{phone}"));
    }
    found.sort_by_key(|slot| -leads.number(*slot, "lead_id"));
    found.truncate(LEADS_MAX);
    for slot in found {
        let list = leads.get(slot, "list_id");
        if !call.may_touch(list) {
            call.say(out, &format!("ERROR: lead_all_info LIST NOT FOUND: {user}|{lead_id}|{phone}"))?;
        }
        if !world.has_list(list) || !call.may_touch(list) {
            call.say(out, &format!("ERROR: lead_all_info LIST NOT FOUND: {user}|{lead_id}|{phone}|{list}"))?;
            continue;
        }
        lead(world, call, leads, slot, out)?;
    }
    Ok(())
}

fn lead(world: &World, call: &Call<'_>, leads: &Table, slot: usize, out: &mut String) -> Result<(), Died> {
    let mut names: Vec<String> = ALL.iter().map(|name| (*name).to_owned()).collect();
    let mut cells: Vec<String> = ALL.iter().map(|name| leads.get(slot, name).to_owned()).collect();
    if call.is_on("custom_fields") {
        let forced = call.digits("force_entry_list_id");
        let own = leads.get(slot, "entry_list_id");
        let list = if forced.len() > 2 { forced.as_str() } else { own };
        if custom::has_table(world, list) {
            let row = world.custom_row(list, leads.get(slot, "lead_id"));
            for label in custom::labels(world, list) {
                if let Some(value) = row.get(&label) {
                    cells.push(value.clone());
                    names.push(label);
                }
            }
        } else {
            // The script counts the fields of no table, which no PHP 8 forgives.
            return Err(Died);
        }
    }
    let separator = if call.stage() == "newline" { "\n" } else { call.separator() };
    let row = cells.join(separator);
    log_result(world, &row)?;
    call.log()?;
    if call.wants_header() {
        out.push_str(&names.join(separator));
        out.push('\n');
    }
    out.push_str(&row);
    out.push('\n');
    Ok(())
}

/// Answers lead_field_info: the bare value.
pub(super) fn field_info(world: &mut World, call: &Call<'_>, out: &mut String) -> Result<(), Died> {
    let (lead_id, field) = (call.digits("lead_id"), call.text("field_name", Keep::Code));
    let user = &call.user;
    if lead_id.is_empty() || field.is_empty() {
        return call.say(out, &format!("ERROR: lead_field_info INVALID SEARCH PARAMETERS: {user}|{lead_id}|{field}"));
    }
    let leads = leads(world, call)?;
    let Some((leads, slot)) = leads.and_then(|leads| Some((leads, leads.find("lead_id", &lead_id)?))) else {
        return call.say(out, &format!("ERROR: lead_field_info LEAD NOT FOUND: {user}|{lead_id}"));
    };
    let list = leads.get(slot, "list_id");
    if !world.has_list(list) || !call.may_touch(list) {
        return call.say(out, &format!("ERROR: lead_field_info LIST NOT FOUND: {user}|{lead_id}|{list}"));
    }
    let value = if call.is_on("custom_fields") {
        let entry_list = leads.get(slot, "entry_list_id");
        let table_list = if entry_list.len() > 2 { entry_list } else { list };
        let table = world.find_table(&format!("custom_{table_list}"));
        let known = table.filter(|table| table.place(&field).is_some());
        known.map(|table| table.find("lead_id", &lead_id).map_or("", |slot| table.get(slot, &field)).to_owned())
    } else {
        leads.place(&field).map(|_| leads.get(slot, &field).to_owned())
    };
    let Some(value) = value else {
        return world.failed();
    };
    out.push_str(&value);
    log_result(world, &value)?;
    call.log()
}

const CALLBACK_HEADER: &str = "lead_id|callback_type|recipient|callback_status|lead_status|callback_date|entry_date|user|\
                               list_id|campaign_id|user_group|customer_timezone|customer_time|comments";

/// Answers lead_callback_info.
pub(super) fn callback_info(world: &mut World, call: &Call<'_>, out: &mut String) -> Result<(), Died> {
    let lead_id = call.digits("lead_id");
    let user = &call.user;
    if lead_id.is_empty() {
        return call.say(out, &format!("ERROR: lead_callback_info INVALID SEARCH PARAMETERS: {user}|{lead_id}"));
    }
    let location = call.text("search_location", Keep::Code);
    let mut rows = Vec::new();
    for (table, kind) in [("vicidial_callbacks", "CURRENT"), ("vicidial_callbacks_archive", "ARCHIVE")] {
        let is_wanted = location == kind || location == "ALL" || (location.is_empty() && kind == "CURRENT");
        if !is_wanted {
            continue;
        }
        let table = world.table(table);
        for slot in table.find_all("lead_id", &lead_id) {
            let own = |name: &str| table.get(slot, name).to_owned();
            let mut row = vec![lead_id.clone(), kind.to_owned()];
            for name in [
                "recipient",
                "status",
                "lead_status",
                "callback_time",
                "entry_time",
                "user",
                "list_id",
                "campaign_id",
                "user_group",
                "customer_timezone",
                "customer_time",
                "comments",
            ] {
                row.push(own(name));
            }
            rows.push(row);
        }
    }
    if rows.is_empty() {
        let line = "ERROR: lead_callback_info CALLBACK NOT FOUND";
        return call.say(out, &format!("{line}: {user}|{lead_id}|{}|{location}", call.stage()));
    }
    let separator = call.separator();
    if call.wants_header() {
        out.push_str(&CALLBACK_HEADER.replace('|', separator));
        out.push('\n');
    }
    for row in rows {
        out.push_str(&row.join(separator));
        out.push('\n');
    }
    call.log()
}

/// Answers lead_dearchive.
pub(super) fn dearchive(world: &mut World, call: &Call<'_>, out: &mut String) -> Result<(), Died> {
    let lead_id = call.digits("lead_id");
    let user = &call.user;
    if lead_id.is_empty() {
        return call.say(out, &format!("ERROR: lead_dearchive INVALID SEARCH PARAMETERS: {user}|{lead_id}"));
    }
    let archive = world.find_table("vicidial_list_archive");
    if archive.is_none() {
        world.failed()?;
    }
    let Some(slot) = archive.and_then(|archive| archive.find("lead_id", &lead_id)) else {
        return call.say(out, &format!("ERROR: lead_dearchive ARCHIVED LEAD NOT FOUND: {user}|{lead_id}||"));
    };
    let leads = world.table("vicidial_list");
    if let Some(other) = leads.find("lead_id", &lead_id) {
        let list = leads.get(other, "list_id");
        return call.say(out, &format!("ERROR: lead_dearchive NON-ARCHIVED LEAD FOUND: {user}|{lead_id}|{list}"));
    }
    if let Some(row) = world.table_mut("vicidial_list_archive").delete(slot) {
        world.table_mut("vicidial_list").place_row(row);
    }
    call.say(out, &format!("SUCCESS: lead_dearchive LEAD DE-ARCHIVED: {user}|{lead_id}|1|1"))
}
