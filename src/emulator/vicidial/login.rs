//! Who may do what: passwords, the lock after ten failures, addresses, and the rights that each function wants.
//!
//! Decides whether a user gets in and whether a function is his to call. The counter of failures is shared by the API and
//! the export pages. Knows nothing of what the functions do.

use base64::Engine;

use super::text::Keep;
use super::world::World;
use crate::emulator::http::Request;

/// Failures in a row that lock a user.
const FAILURES_MAX: i64 = 10;
/// How long after the last success the lock lasts.
const LOCK_S: i64 = 900;

/// What became of a login.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Login {
    /// The row of the user in the user table.
    Good(usize),
    /// Wrong password, unknown or inactive user, or too low a level: all the same.
    Bad,
    /// Locked.
    Locked,
}

/// Tries a login of a user with at least that level, and counts it.
pub(super) fn log_in(world: &mut World, user: &str, pass: &str, level: i64) -> Login {
    let now = world.now();
    let users = world.table("vicidial_users");
    let Some(slot) = users.find("user", user).filter(|_| !user.is_empty()) else {
        return Login::Bad;
    };
    let failures = users.number(slot, "failed_login_count");
    let last = users.get(slot, "last_login_date").to_owned();
    let is_over = world.clock.epoch_of(&last).is_none_or(|last| now.epoch > last + LOCK_S);
    if failures >= FAILURES_MAX && !is_over {
        return Login::Locked;
    }
    let is_hashed = world.setting("pass_hash_enabled") == "1";
    let users = world.table_mut("vicidial_users");
    let is_same = if is_hashed { users.get(slot, "pass") == pass } else { users.is(slot, "pass", pass) };
    let is_good = !pass.is_empty() && is_same && users.is(slot, "active", "Y") && users.number(slot, "user_level") >= level;
    if is_good {
        users.update(slot, &[("failed_login_count", "0"), ("last_login_date", &now.local)], &now);
        return Login::Good(slot);
    }
    if failures < FAILURES_MAX {
        users.update(slot, &[("failed_login_count", &(failures + 1).to_string())], &now);
    } else {
        // The failure after a lock that ran out counts as the first, and moves the date of the "last login" to now.
        users.update(slot, &[("failed_login_count", "1"), ("last_login_date", &now.local)], &now);
    }
    Login::Bad
}

/// The user name and password of HTTP Basic, cleaned as the pages clean them.
pub(super) fn basic(world: &World, request: &Request) -> (String, String) {
    let sent = request.header("authorization").unwrap_or_default();
    let coded = sent.strip_prefix("Basic ").unwrap_or_default();
    let plain = base64::engine::general_purpose::STANDARD.decode(coded).unwrap_or_default();
    let plain = world.charset().decode(&plain);
    let (user, pass) = plain.split_once(':').unwrap_or((&plain, ""));
    let clean = |text: &str| Keep::Code.clean(text, world.charset());
    (clean(user), clean(pass))
}

/// Whether the address may use the API as this user.
pub(super) fn is_address_allowed(world: &World, slot: usize, peer: &str) -> bool {
    if matches!(world.setting("allow_ip_lists"), "0" | "") {
        return true;
    }
    let group = world.table("vicidial_users").get(slot, "user_group");
    let groups = world.table("vicidial_user_groups");
    let list = groups.find("user_group", group).map_or("", |slot| groups.get(slot, "api_ip_list"));
    if list.is_empty() {
        return true;
    }
    let entries = world.table("vicidial_ip_list_entries");
    entries.find_all("ip_list_id", list).iter().any(|slot| {
        let allowed = entries.get(*slot, "ip_address");
        allowed == peer || allowed.strip_suffix(".x").is_some_and(|net| peer.starts_with(&format!("{net}.")))
    })
}

/// What one function wants of a user.
struct Right {
    functions: &'static [&'static str],
    level: i64,
    /// Whether the flag of API access must be 1.
    api: bool,
    /// Flags that must not be 0.
    flags: &'static [&'static str],
    /// The highest value of `modify_leads`; 0 if it does not matter.
    modify_leads: i64,
    /// What the user may not do, and how the line ends.
    refusal: &'static str,
    tail: &'static str,
}

const RIGHTS: &[Right] = &[
    right(&["add_lead"], 8, true, &[], 4, "ADD LEADS TO THE SYSTEM", "0|"),
    right(&["update_lead", "batch_update_lead"], 8, true, &[], 4, "UPDATE LEADS IN THE SYSTEM", "0|"),
    right(&["lead_search"], 8, true, &[], 5, "SEARCH FOR LEADS", "0|"),
    right(&["lead_all_info"], 7, true, &["view_reports"], 5, "GET LEAD INFO", "0|"),
    right(&["lead_field_info", "lead_status_search"], 7, true, &[], 4, "GET LEAD INFO", "0|"),
    right(&["lead_callback_info"], 7, true, &["view_reports"], 0, "GET LEAD INFO", "0|"),
    right(&["lead_dearchive"], 8, true, &[], 1, "MODIFY LEAD INFO", "0|"),
    right(&["list_info", "list_custom_fields"], 8, true, &["modify_lists"], 0, "MODIFY LISTS", "0"),
    right(&["add_list"], 8, true, &["modify_lists"], 0, "ADD LISTS", "0"),
    right(&["update_list"], 8, true, &["modify_lists"], 0, "UPDATE LISTS", "0"),
    right(&["add_dnc_phone"], 8, false, &["modify_lists"], 0, "ADD DNC NUMBERS", "0"),
    right(&["delete_dnc_phone"], 8, false, &["modify_lists", "delete_from_dnc"], 0, "DELETE DNC NUMBERS", "0"),
    right(&["add_fpg_phone"], 8, false, &["modify_lists"], 0, "ADD FILTER PHONE GROUP NUMBERS", "0"),
    right(&["delete_fpg_phone"], 8, false, &["modify_lists"], 0, "DELETE FILTER PHONE GROUP NUMBERS", "0"),
    right(&["hopper_list", "campaigns_list"], 8, true, &["view_reports"], 0, "GET CAMPAIGN INFO", "0|"),
    right(&["check_phone_number"], 8, true, &[], 0, "CHECK PHONE NUMBERS", "|"),
    right(&["call_status_stats", "call_dispo_report"], 9, false, &["view_reports"], 0, "VIEW STATS", "0|"),
    right(&["recording_lookup"], 7, true, &["view_reports"], 0, "GET RECORDING INFO", "0|"),
    right(&["phone_number_log"], 7, true, &["view_reports"], 0, "GET CALL LOG INFO", "0|"),
    right(&["update_log_entry"], 8, true, &[], 4, "UPDATE LOGS", "0|"),
    right(&["update_campaign"], 8, true, &["modify_campaigns"], 0, "UPDATE CAMPAIGNS", "0"),
    right(&["user_details"], 7, true, &["view_reports"], 0, "GET USER DETAILS", "0|"),
    right(&["update_alt_url"], 8, true, &["modify_campaigns"], 0, "UPDATE CAMPAIGNS", "0"),
    right(&["update_presets"], 8, true, &["modify_campaigns"], 0, "UPDATE CAMPAIGNS", "0"),
    right(&["update_cid_group_entry"], 8, true, &["modify_campaigns"], 0, "UPDATE CID GROUPS", "0"),
    right(&["agent_campaigns"], 8, true, &["view_reports", "modify_users"], 0, "GET AGENT INFO", "0|"),
    right(&["agent_ingroup_info"], 7, true, &["modify_users"], 0, "GET AGENT INFO", "0|"),
    right(&["agent_stats_export", "agent_status"], 7, true, &["view_reports"], 0, "GET AGENT INFO", "0|"),
    right(&["callid_info"], 7, true, &["view_reports"], 0, "GET CALL INFO", "0|"),
    right(&["ccc_lead_info"], 7, true, &["view_reports"], 0, "GET LEAD INFO", "0|"),
    right(&["in_group_status"], 7, true, &["view_reports"], 0, "GET IN-GROUP INFO", "0|"),
    right(&["user_group_status"], 7, true, &["view_reports"], 0, "GET USER GROUP INFO", "0|"),
    right(&["blind_monitor"], 7, true, &[], 0, "BLIND MONITOR", "0|"),
    right(&["ingroup_list"], 7, false, &[], 0, "VIEW INGROUPS LIST", "0|"),
    right(&["callmenu_list", "container_list"], 7, false, &[], 0, "VIEW CALL MENUS LIST", "0|"),
    right(&["sounds_list", "moh_list", "vm_list"], 7, false, &[], 0, "VIEW SOUNDS LIST", "0|"),
    right(&["add_did", "copy_did"], 8, true, &["modify_dids"], 0, "ADD DIDS", "0"),
    right(&["update_did"], 8, true, &["modify_dids"], 0, "UPDATE DIDS", "0"),
    right(&["add_user"], 8, true, &["modify_users"], 0, "ADD USERS", "0"),
    right(&["copy_user"], 8, true, &["modify_users"], 0, "COPY USERS", "0"),
    right(&["update_user"], 8, true, &["modify_users"], 0, "UPDATE USERS", "0"),
    right(&["add_phone"], 8, true, &["ast_admin_access"], 0, "ADD PHONES", "0"),
    right(&["update_phone"], 8, true, &["ast_admin_access"], 0, "UPDATE PHONES", "0"),
    right(&["add_phone_alias"], 8, true, &["ast_admin_access"], 0, "ADD PHONE ALIASES", "0"),
    right(&["update_phone_alias"], 8, true, &["ast_admin_access"], 0, "UPDATE PHONE ALIASES", "0"),
    right(&["add_group_alias"], 8, true, &["ast_admin_access"], 0, "ADD GROUP ALIASES", "0"),
    right(&["update_remote_agent"], 8, true, &["modify_remoteagents"], 0, "UPDATE REMOTE AGENTS", "0"),
    right(&["logged_in_agents"], 7, true, &["view_reports"], 0, "GET AGENT INFO", "0|"),
    right(&["did_log_export"], 7, true, &["view_reports"], 0, "GET DID INFO", "0|"),
];

const fn right(
    functions: &'static [&'static str],
    level: i64,
    api: bool,
    flags: &'static [&'static str],
    modify_leads: i64,
    refusal: &'static str,
    tail: &'static str,
) -> Right {
    Right { functions, level, api, flags, modify_leads, refusal, tail }
}

/// Whether a function wants a right, which every one that the API has does.
pub(super) fn has_right(function: &str) -> bool {
    RIGHTS.iter().any(|right| right.functions.contains(&function))
}

/// The line that refuses a function to a user, or `None` if he may call it.
pub(super) fn refusal(world: &World, slot: usize, function: &str) -> Option<String> {
    let users = world.table("vicidial_users");
    let right = RIGHTS.iter().find(|right| right.functions.contains(&function))?;
    let level = users.number(slot, "modify_leads");
    let is_allowed = users.number(slot, "user_level") >= right.level
        && (!right.api || users.is(slot, "vdc_agent_api_access", "1"))
        && right.flags.iter().all(|flag| users.place(flag).is_none() || users.number(slot, flag) > 0)
        && (right.modify_leads == 0 || (1..=right.modify_leads).contains(&level));
    if is_allowed {
        return None;
    }
    // This one function names another in its refusal.
    let named = if function == "call_dispo_report" { "call_status_stats" } else { function };
    let user = users.get(slot, "user");
    let (refusal, tail) = (right.refusal, right.tail);
    Some(format!("ERROR: {named} USER DOES NOT HAVE PERMISSION TO {refusal}: |{user}|{tail}\n"))
}

/// Whether the user record allows the function by name.
pub(super) fn is_function_allowed(world: &World, slot: usize, function: &str) -> bool {
    let allowed = world.table("vicidial_users").get(slot, "api_allowed_functions");
    allowed.contains("ALL_FUNCTIONS") || allowed.split_whitespace().any(|word| word == function)
}

/// The lists that a user with restricted lists may touch, or `None` for all.
pub(super) fn lists_allowed(world: &World, slot: usize) -> Option<Vec<String>> {
    let users = world.table("vicidial_users");
    if users.number(slot, "api_list_restrict") == 0 {
        return None;
    }
    let campaigns = world.campaigns_of_group(users.get(slot, "user_group"))?;
    Some(campaigns.iter().flat_map(|campaign| world.lists_of(campaign)).collect())
}
