//! The columns of answers that come without a header, in the order that VICIdial 2.14 prints them.
//!
//! Names are those of its own headers; where it has none (`lead_status_search`, `version`) those of the tables. Orders that no
//! recorded answer shows (`agent_status`, `callid_info`, `did_log_export`) are those of VICIdial's own API document.

use super::call::{Ask, Page};

/// The 32 columns of `lead_all_info`. Custom ones follow.
pub(super) const LEAD: &str = "status user vendor_lead_code source_id list_id gmt_offset_now phone_code phone_number title first_name \
    middle_initial last_name address1 address2 address3 city state province postal_code country_code gender date_of_birth alt_phone \
    email security_phrase comments called_count last_local_call_time rank owner entry_list_id lead_id";

/// The 32 names of a record of `lead_status_search`.
pub(super) const RECORD: &str = "lead_id status user vendor_lead_code source_id list_id gmt_offset_now phone_code phone_number title \
    first_name middle_initial last_name address1 address2 address3 city state province postal_code country_code gender date_of_birth \
    alt_phone email security_phrase comments called_count last_local_call_time rank owner entry_list_id";

const CALLBACK: &str = "lead_id callback_type recipient callback_status lead_status callback_date entry_date user list_id campaign_id \
    user_group customer_timezone customer_time comments";
const LIST: &str = "list_id list_name campaign_id active list_changedate list_lastcalldate expiration_date resets_today";
const LIST_FIELDS: &str = "list_id list_name campaign_id active list_changedate list_lastcalldate custom_fields_list_space_delimited";
const CAMPAIGN: &str = "campaign_id campaign_name active user_group dial_method dial_level lead_order dial_statuses dial_timeout \
    dial_prefix manual_dial_prefix three_way_dial_prefix";
const HOPPER: &str = "hopper_order priority lead_id list_id phone_number phone_code state status count gmt_offset rank alt \
    hopper_source vendor_lead_code source_id age_days last_call_time";
const PHONE_LOG: &str = "phone_number call_date list_id length_in_sec lead_status hangup_reason call_status source_id user";
const AGENTS: &str = "user campaign_id session_id status lead_id callerid calls_today full_name user_group user_level";
const AGENT: &str = "status call_id lead_id campaign_id calls_today full_name user_group user_level pause_code real_time_sub_status \
    phone_number vendor_lead_code session_id";
const AGENT_STATS: &str = "user full_name user_group calls login_time total_talk_time avg_talk_time avg_wait_time pct_of_queue \
    pause_time sessions avg_session pauses avg_pause_time pause_pct pauses_per_session wait_time talk_time dispo_time dead_time";

/// What every call export begins with.
const CALL: &str = "call_date phone_number_dialed status user full_name campaign_id vendor_lead_code source_id list_id gmt_offset_now \
    phone_code phone_number title first_name middle_initial last_name address1 address2 address3 city state province postal_code \
    country_code gender date_of_birth alt_phone email security_phrase comments length_in_sec user_group alt_dial rank owner lead_id";
const CALL_LIST: &str = "list_name list_description status_name";
const CALL_LEAD: &str = "entry_date called_count last_local_call_time modify_date called_since_last_reset";
const CALL_LINE: &str = "wrapup_time queue_time uniqueid caller_code server_ip hangup_cause dialstatus channel dial_time answered_time \
    cpd_result did_pattern did_id did_description";
const CALL_DID: &str = "did_custom_one did_custom_two did_custom_three did_custom_four did_custom_five did_carrier_description";
const LEAD_LINE: &str = "uniqueid caller_code server_ip hangup_cause dialstatus channel dial_time answered_time cpd_result";
/// `ALTERNATE_2`, which never has a header.
const SHORT_CALL: &str = "address3 first_name last_name phone_number address2 status_name call_date";

/// The columns that a request's answer has where it prints no header; `None` where they are not known.
pub(super) fn known(ask: &Ask) -> Option<Vec<String>> {
    let lists = match ask.page {
        Page::Api => of_function(ask)?,
        Page::CallReport => of_calls(ask)?,
        Page::LeadReport if ask.get("export_fields").starts_with("EXTENDED") => vec![CALL, CALL_LEAD, CALL_LIST, LEAD_LINE],
        Page::LeadReport => vec![CALL, CALL_LIST],
        // These always print their header.
        Page::ListDownload | Page::CallbacksExport => return None,
    };
    Some(names(&lists))
}

/// Words as names.
pub(super) fn names(lists: &[&str]) -> Vec<String> {
    lists.iter().flat_map(|list| list.split_whitespace()).map(str::to_owned).collect()
}

fn of_function(ask: &Ask) -> Option<Vec<&'static str>> {
    let is_on = |name: &str, value: &str| ask.get(name) == value;
    Some(match ask.function() {
        "lead_all_info" => vec![LEAD],
        "lead_search" => vec!["search_key records_found lead_ids"],
        "lead_callback_info" => vec![CALLBACK],
        "list_info" => {
            let counts = if is_on("leads_counts", "Y") { "all_leads_count new_leads_count" } else { "" };
            vec![LIST, counts, if is_on("dialable_count", "Y") { "dialable_count" } else { "" }]
        }
        "list_custom_fields" => vec![LIST_FIELDS],
        "campaigns_list" => vec![CAMPAIGN],
        "hopper_list" => vec![HOPPER],
        "user_details" => vec!["user full_name user_group user_level active"],
        "logged_in_agents" => vec![AGENTS, if is_on("show_sub_status", "YES") { "pause_code sub_status" } else { "" }],
        "agent_status" => vec![AGENT, if is_on("include_ip", "YES") { "computer_ip" } else { "" }],
        "phone_number_log" => vec![PHONE_LOG],
        // The header lacks the duration that the rows have.
        "recording_lookup" if is_on("duration", "Y") => vec!["start_time user recording_id lead_id duration location"],
        "recording_lookup" => vec!["start_time user recording_id lead_id location"],
        "did_log_export" => vec!["did_number call_date caller_id_number length_in_sec"],
        "callid_info" if is_on("detail", "YES") => vec!["call_id custtime call_date campaign_id list_id status user phone"],
        "callid_info" => vec!["call_id custtime"],
        "call_status_stats" => vec!["campaign_id calls human_answered hours statuses"],
        "agent_stats_export" => vec![AGENT_STATS],
        "check_phone_number" => vec!["method is_dialable gmt_offset phone_number phone_code postal_code state owner"],
        "update_lead" => vec!["user lead_id vendor_lead_code phone_number list_id entry_list_id"],
        _ => return None,
    })
}

fn of_calls(ask: &Ask) -> Option<Vec<&'static str>> {
    Some(match ask.get("export_fields") {
        "" | "STANDARD" => vec![CALL, CALL_LIST],
        "EXTENDED" => vec![CALL, CALL_LEAD, CALL_LIST, CALL_LINE],
        "EXTENDED_2" => vec![CALL, CALL_LEAD, "term_reason", CALL_LIST, CALL_LINE],
        "EXTENDED_3" => vec![CALL, CALL_LEAD, "term_reason", CALL_LIST, CALL_LINE, CALL_DID],
        "EXTENDED_4" => vec![CALL, "log_called_count log_list_id", CALL_LIST, CALL_LINE],
        "ALTERNATE_2" => vec![SHORT_CALL],
        _ => return None,
    })
}
