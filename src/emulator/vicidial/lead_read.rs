//! Reading single leads: lead_all_info, lead_field_info, lead_callback_info, and bringing one back from the archive.
//!
//! Decides the columns and what a lead with an apostrophe does: the result is pasted into the log statement, which
//! breaks; lead_all_info logs before it prints, lead_field_info after.

use super::api::Call;
use super::custom;
use super::pages::masked;
use super::table::Table;
use super::text::{self, Keep};
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

/// The same without the id of the lead, which other functions show elsewhere.
pub(super) const COLUMNS: &[&str] = ALL.split_at(ALL.len() - 1).0;

/// The columns of ccc_lead_info: the same without the last two.
pub(super) const CALLED: &[&str] = ALL.split_at(ALL.len() - 2).0;

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
    if text::breaks_a_statement(result) { world.failed() } else { Ok(()) }
}

/// Answers lead_all_info. The rows are printed at the end, so a log statement that fails takes all of them along.
pub(super) fn all_info(world: &mut World, call: &Call<'_>, out: &mut String) -> Result<(), Died> {
    let (lead_id, phone) = (call.digits("lead_id"), call.text("phone_number", Keep::Numbers));
    let user = &call.user;
    let not_found = format!("ERROR: lead_all_info LEAD NOT FOUND: {user}|{lead_id}|{phone}");
    if lead_id.is_empty() && !(6..=19).contains(&phone.len()) {
        return call.say(out, &not_found);
    }
    let Some(leads) = leads(world, call)? else {
        // Rows of no result are counted, which no PHP 8 forgives.
        return Err(Died);
    };
    let mut found = match lead_id.is_empty() {
        false => leads.find("lead_id", &lead_id).into_iter().collect(),
        true => leads.find_all("phone_number", &phone),
    };
    if found.is_empty() {
        return call.say(out, &not_found);
    }
    found.sort_by_key(|slot| -leads.number(*slot, "lead_id"));
    found.truncate(LEADS_MAX);
    let mut rows = String::new();
    let mut unseen = None;
    for slot in found {
        let list = leads.get(slot, "list_id");
        if sees_list(world, call, list) {
            rows.push_str(&lead(world, call, leads, slot)?);
            log_result(world, &rows)?;
            call.log()?;
            continue;
        }
        unseen = Some(list);
        if call.lists.is_some() {
            call.say(out, &format!("ERROR: lead_all_info LIST NOT FOUND: {user}|{lead_id}|{phone}"))?;
        }
    }
    out.push_str(&rows);
    match unseen.filter(|_| rows.is_empty()) {
        Some(list) => call.say(out, &format!("ERROR: lead_all_info LIST NOT FOUND: {user}|{lead_id}|{phone}|{list}")),
        None => Ok(()),
    }
}

/// Whether a list is defined and of a campaign that the user's group sees.
fn sees_list(world: &World, call: &Call<'_>, list: &str) -> bool {
    world.has_list(list) && call.sees(world, &world.campaign_of(list))
}

/// Whether custom values are masked for the user.
pub(super) fn hides_custom(world: &World, call: &Call<'_>) -> bool {
    world.table("vicidial_users").number(call.slot, "admin_hide_lead_data") > 0
}

fn lead(world: &World, call: &Call<'_>, leads: &Table, slot: usize) -> Result<String, Died> {
    let mut names: Vec<String> = ALL.iter().map(|name| (*name).to_owned()).collect();
    let mut cells: Vec<String> = ALL.iter().map(|name| leads.get(slot, name).to_owned()).collect();
    if call.has_custom_fields() {
        let forced = call.digits("force_entry_list_id");
        let list = if forced.is_empty() { leads.get(slot, "entry_list_id") } else { &forced };
        if !custom::has_table(world, list) {
            // The script counts the fields of no table, which no PHP 8 forgives.
            return Err(Died);
        }
        let hides = hides_custom(world, call);
        let row = world.custom_row(list, leads.get(slot, "lead_id"));
        for label in custom::labels(world, list) {
            if let Some(value) = row.get(&label) {
                cells.push(if hides { masked(value) } else { value.clone() });
                names.push(label);
            }
        }
    }
    let separator = if call.stage() == "newline" { "\n" } else { call.separator() };
    let mut text = String::new();
    if call.wants_header() {
        text.push_str(&format!("{}\n", names.join(separator)));
    }
    text.push_str(&format!("{}\n", cells.join(separator)));
    Ok(text)
}

/// Answers lead_field_info: the bare value.
pub(super) fn field_info(world: &mut World, call: &Call<'_>, out: &mut String) -> Result<(), Died> {
    let (lead_id, field) = (call.digits("lead_id"), call.text("field_name", Keep::Code));
    let user = &call.user;
    if !(1..12).contains(&lead_id.len()) || field.is_empty() {
        return call.say(out, &format!("ERROR: lead_field_info INVALID SEARCH PARAMETERS: {user}|{lead_id}|{field}"));
    }
    let leads = leads(world, call)?.ok_or(Died)?;
    let Some(slot) = leads.find("lead_id", &lead_id) else {
        return call.say(out, &format!("ERROR: lead_field_info LEAD NOT FOUND: {user}|{lead_id}"));
    };
    let list = leads.get(slot, "list_id");
    if !sees_list(world, call, list) {
        return call.say(out, &format!("ERROR: lead_field_info LIST NOT FOUND: {user}|{lead_id}|{list}"));
    }
    let is_custom = call.has_custom_fields();
    let given = call.text("list_id", Keep::Ascii);
    let table_list = if given.len() > 1 { &given } else { leads.get(slot, "entry_list_id") };
    let table = if is_custom { world.find_table(&format!("custom_{table_list}")) } else { Some(leads) };
    // The name of a column stands in the statement as it is; capitals do not matter to it.
    let column = table.and_then(|table| table.columns().iter().find(|column| column.name.eq_ignore_ascii_case(&field)));
    let (Some(table), Some(column)) = (table, column) else {
        return Err(Died);
    };
    let Some(slot) = table.find("lead_id", &lead_id) else {
        return call.say(out, &format!("ERROR: lead_field_info LIST FIELD NOT FOUND: {user}|{lead_id}"));
    };
    let value = table.get(slot, &column.name);
    let value = if is_custom && hides_custom(world, call) { masked(value) } else { value.to_owned() };
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
    if !(1..12).contains(&lead_id.len()) {
        return call.say(out, &format!("ERROR: lead_callback_info INVALID SEARCH PARAMETERS: {user}|{lead_id}"));
    }
    let location = call.text("search_location", Keep::Switch);
    let separator = if call.stage() == "newline" { "\n" } else { call.separator() };
    let mut rows = String::new();
    for (table, kind) in [("vicidial_callbacks_archive", "ARCHIVE"), ("vicidial_callbacks", "CURRENT")] {
        let is_wanted = location == kind || location == "ALL" || (location.is_empty() && kind == "CURRENT");
        if !is_wanted {
            continue;
        }
        let table = world.table(table);
        let mut found = table.find_all("lead_id", &lead_id);
        found.sort_by_key(|slot| table.number(*slot, "callback_id"));
        for slot in found {
            let list = table.get(slot, "list_id");
            if call.lists.is_some() && !sees_list(world, call, list) {
                return call.say(out, &format!("ERROR: lead_callback_info LEAD NOT FOUND: |{user}|1|"));
            }
            let own = |name: &str| table.get(slot, name);
            let zone = own("customer_timezone").replace(',', "-");
            let row = [
                lead_id.as_str(),
                kind,
                own("recipient"),
                own("status"),
                own("lead_status"),
                own("callback_time"),
                own("entry_time"),
                own("user"),
                list,
                own("campaign_id"),
                own("user_group"),
                &zone,
                own("customer_time"),
                own("comments"),
            ];
            rows.push_str(&format!("{}\n", row.join(separator)));
        }
    }
    // Any other word for the header gives nothing, found or not.
    let is_shown = matches!(call.text("header", Keep::Plain).as_str(), "" | "NO" | "YES");
    if rows.is_empty() || !is_shown {
        let line = "ERROR: lead_callback_info CALLBACK NOT FOUND";
        return call.say(out, &format!("{line}: {user}|{lead_id}|{}|{location}", call.stage()));
    }
    let mut text = String::new();
    if call.wants_header() {
        text.push_str(&format!("{}\n", CALLBACK_HEADER.replace('|', separator)));
    }
    text.push_str(&rows);
    out.push_str(&text);
    log_result(world, &text)?;
    call.log()
}

/// Answers lead_dearchive.
pub(super) fn dearchive(world: &mut World, call: &Call<'_>, out: &mut String) -> Result<(), Died> {
    let lead_id = call.digits("lead_id");
    let user = &call.user;
    if !(1..12).contains(&lead_id.len()) {
        return call.say(out, &format!("ERROR: lead_dearchive INVALID SEARCH PARAMETERS: {user}|{lead_id}"));
    }
    let archive = world.find_table("vicidial_list_archive").ok_or(Died)?;
    let visible = |slot: &usize| world.sees_all(call.slot) || sees_list(world, call, archive.get(*slot, "list_id"));
    let Some(slot) = archive.find("lead_id", &lead_id).filter(visible) else {
        let (stage, location) = (call.params.sent("stage").unwrap_or_default(), call.text("search_location", Keep::Switch));
        return call.say(out, &format!("ERROR: lead_dearchive ARCHIVED LEAD NOT FOUND: {user}|{lead_id}|{stage}|{location}"));
    };
    let leads = world.table("vicidial_list");
    if leads.find("lead_id", &lead_id).is_some() {
        let list = archive.get(slot, "list_id");
        return call.say(out, &format!("ERROR: lead_dearchive NON-ARCHIVED LEAD FOUND: {user}|{lead_id}|{list}"));
    }
    if let Some(row) = world.table_mut("vicidial_list_archive").delete(slot) {
        world.table_mut("vicidial_list").place_row(row);
    }
    call.say(out, &format!("SUCCESS: lead_dearchive LEAD DE-ARCHIVED: {user}|{lead_id}|1|1"))
}
