//! What never goes out, whoever built it: the last look at a request before it is sent. Pure.
//!
//! One parameter too many makes VICIdial delete a lead, reset a list or insert what was not found, and a custom field with such
//! a label would be enough. So functions are named one by one, and the parameters that do more than was asked for are refused.
//! A request that is turned back here is our own mistake, but for a phone and a status, which may come from a mapping.

use std::collections::BTreeSet;

use super::call::{Ask, Page};
use crate::model::{TzMethod, VendorLeadCode};
use crate::ports::{Effect, Fault, Reach};

/// The functions that write and that we use. Lists are never made, changed or reset by us.
const WRITES: [&str; 6] = ["add_lead", "update_lead", "batch_update_lead", "add_dnc_phone", "delete_dnc_phone", "lead_dearchive"];

/// The functions that only read. `none` is none of VICIdial's: it says so as soon as it knows the user, which is what a survey times.
const READS: [&str; 26] = [
    "agent_ingroup_info",
    "agent_stats_export",
    "agent_status",
    "call_dispo_report",
    "call_status_stats",
    "callid_info",
    "campaigns_list",
    "check_phone_number",
    "did_log_export",
    "hopper_list",
    "in_group_status",
    "ingroup_list",
    "lead_all_info",
    "lead_callback_info",
    "lead_field_info",
    "lead_search",
    "lead_status_search",
    "list_custom_fields",
    "list_info",
    "logged_in_agents",
    "none",
    "phone_number_log",
    "recording_lookup",
    "user_details",
    "user_group_status",
    "version",
];

/// Parameters with effects that no request of ours wants, and those that `client` adds itself.
const FORBIDDEN: [&str; 28] = [
    "DB",
    "archived_lead",
    "called_count",
    "custom_fields_add",
    "custom_fields_copy",
    "custom_fields_delete",
    "custom_fields_update",
    "delete_cf_data",
    "delete_leads",
    "delete_lead",
    "delete_list",
    "duplicate_check",
    "entry_list_id",
    "force_entry_list_id",
    "insert_if_not_found",
    "lookup_state",
    "multi_alt_phones",
    "nanpa_ac_prefix_check",
    "pass",
    "reset_lead",
    "reset_list",
    "search_location",
    "source",
    "tz_method",
    "usacan_areacode_check",
    "usacan_prefix_check",
    "user_field",
    "zz",
];

/// Whether a name is a parameter that VICIdial takes from any write, so that no custom field may have it.
#[must_use]
pub fn is_forbidden(name: &str) -> bool {
    FORBIDDEN.iter().any(|other| other.eq_ignore_ascii_case(name))
}

/// Looks at a request.
///
/// # Errors
/// A [`Fault`] of the record that wrote nothing, where the request must not go out.
pub fn check(ask: &Ask) -> Result<(), Fault> {
    if ask.page != Page::Api {
        return Ok(());
    }
    let function = ask.function();
    let is_write = WRITES.contains(&function);
    if !is_write && !READS.contains(&function) {
        return Err(never(function, "vicisync does not use this function"));
    }
    status(ask, is_write)?;
    let mut names = BTreeSet::new();
    for (name, value) in &ask.params {
        if name.is_empty() || !name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-')) {
            return Err(never(function, "a parameter's name is not plain"));
        }
        if !names.insert(name.as_str()) {
            return Err(never(function, &format!("`{name}` is there twice")));
        }
        if is_write && is_forbidden(name) && !is_zone(function, name) && !(name == "delete_lead" && is_deletion(ask)) {
            return Err(never(function, &format!("`{name}` does more than was asked for")));
        }
        if is_write && value.contains(['\\', '\n', '\r', '\t', '\0']) {
            return Err(never(function, &format!("the value of `{name}` holds a character that breaks statements or rows")));
        }
    }
    match function {
        "add_lead" => add(ask),
        "update_lead" => update(ask),
        "batch_update_lead" => batch(ask),
        _ => Ok(()),
    }
}

/// By what VICIdial finds the time zone: a parameter of adds. At lists a word of the same name changes the list.
fn is_zone(function: &str, name: &str) -> bool {
    function == "add_lead" && name == "tz_method"
}

/// A lead is deleted by its id, with its custom row, and by a request that does nothing else.
fn is_deletion(ask: &Ask) -> bool {
    let said = [("function", "update_lead"), ("search_method", "LEAD_ID"), ("custom_fields", "Y"), ("delete_lead", "Y")];
    ask.params.len() == said.len() + 1 && said.iter().all(|(name, value)| ask.get(name) == *value) && is_digits(ask.get("lead_id"))
}

fn add(ask: &Ask) -> Result<(), Fault> {
    if ask.get("list_exists_check") != "Y" {
        return Err(never("add_lead", "without a check of its list a lead may land in a list that does not exist"));
    }
    // A probe sends a phone that is refused for its length.
    let is_probe = ask.get("phone_number").len() < 6;
    if !is_probe && ask.get("dnc_check") != "Y" {
        return Err(never("add_lead", "without a check of the do-not-call list"));
    }
    if ["custom_fields", "callback", "remove_from_hopper", "search_method"].iter().any(|name| has(ask, name)) {
        return Err(never("add_lead", "custom fields and callbacks go in calls of their own"));
    }
    if has(ask, "tz_method") && !TzMethod::ALL.iter().any(|method| method.word() == Some(ask.get("tz_method"))) {
        return Err(never("add_lead", "VICIdial passes over a method for time zones that it does not know"));
    }
    hopper(ask)
}

/// A lead that is added may enter the hopper, in so many words. The dialer looks at nothing more once it is in it.
fn hopper(ask: &Ask) -> Result<(), Fault> {
    let is_wanted = has(ask, "add_to_hopper");
    if !is_wanted && ["hopper_priority", "hopper_local_call_time_check"].iter().any(|name| has(ask, name)) {
        return Err(never("add_lead", "a place in the hopper that is not entered"));
    }
    if !is_wanted {
        return Ok(());
    }
    if ask.get("campaign_dnc_check") != "Y" || ask.get("campaign_id").is_empty() || ask.get("dnc_check") != "Y" {
        return Err(never("add_lead", "nobody enters the hopper without a check of both do-not-call lists"));
    }
    let is_priority = ask.get("hopper_priority").parse::<i8>().is_ok_and(|priority| (-99..=99).contains(&priority));
    let is_checked = !has(ask, "hopper_local_call_time_check") || ask.get("hopper_local_call_time_check") == "Y";
    if ask.get("add_to_hopper") != "Y" || !is_priority || !is_checked {
        return Err(never("add_lead", "VICIdial would understand something else of how the lead enters the hopper"));
    }
    Ok(())
}

fn has(ask: &Ask, name: &str) -> bool {
    ask.params.iter().any(|(other, _)| other == name)
}

fn update(ask: &Ask) -> Result<(), Fault> {
    if ask.get("search_method") != "LEAD_ID" || !is_digits(ask.get("lead_id")) {
        return Err(never("update_lead", "a lead is changed by its id only"));
    }
    // Keys that are searched by are written too, and a list narrows the search instead of moving the lead.
    let is_marked = has(ask, "vendor_lead_code");
    if is_marked && (VendorLeadCode::parse(ask.get("vendor_lead_code")).is_none() || has(ask, "custom_fields")) {
        return Err(never("update_lead", "no code is written on a lead that exists but one of our own"));
    }
    if ["list_id", "records", "lead_ids"].iter().any(|name| has(ask, name)) {
        return Err(never("update_lead", "a key beside the lead's id would be written or searched by"));
    }
    let has_phone = has(ask, "phone_number");
    if has_phone != (ask.get("update_phone_number") == "Y") {
        return Err(never("update_lead", "a phone number without its switch is searched by, and not written"));
    }
    if has_phone && !((6..=18).contains(&ask.get("phone_number").len()) && is_digits(ask.get("phone_number"))) {
        // VICIdial answers SUCCESS and keeps the old number.
        return Err(Fault::refused("phone_refused", "VICIdial does not take this phone number: it must have 6 to 18 digits")
            .help("correct the phone number in the CRM"));
    }
    list(ask)
}

fn batch(ask: &Ask) -> Result<(), Fault> {
    let ids = ask.get("lead_ids");
    if ids.is_empty() || !ids.split(',').all(is_digits) {
        return Err(never("batch_update_lead", "leads are named by their ids, without a comma at the end"));
    }
    if ["lead_id", "search_method", "phone_number", "vendor_lead_code", "list_id", "custom_fields", "callback"]
        .iter()
        .any(|name| has(ask, name))
    {
        return Err(never("batch_update_lead", "this function does not take all that was asked for"));
    }
    list(ask)
}

/// A longer status is cut without a word, and lands among the statuses of nobody.
fn status(ask: &Ask, is_write: bool) -> Result<(), Fault> {
    let status = ask.get("status");
    let is_plain = status.len() <= 6 && status.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'));
    if !is_write || is_plain || status == "--BLANK--" {
        return Ok(());
    }
    Err(Fault::refused("status_refused", format!("VICIdial cannot hold `{status}` as a status: at most six letters, digits, `-` and `_`"))
        .help("correct the status in the mapping"))
}

fn list(ask: &Ask) -> Result<(), Fault> {
    if ask.get("list_id_field").is_empty() || ask.get("list_exists_check") == "Y" {
        return Ok(());
    }
    Err(never(ask.function(), "without a check of its list a lead may be moved to a list that does not exist"))
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn never(function: &str, why: &str) -> Fault {
    Fault::new(Effect::None, Reach::Record, "never_sent", format!("vicisync did not send a request of its own to `{function}`: {why}"))
        .help("this is a mistake in vicisync or a label in the mapping that means something to VICIdial; report it")
}
