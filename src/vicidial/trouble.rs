//! From an answer to a [`Fault`] in an admin's words: how far it reaches, what is known of its effect, what to do.
//!
//! Messages are made of what VICIdial said *without its data*, so that no password, phone or name can be in them.

use super::call::Ask;
use super::reply::{Outcome, Reply};
use crate::ports::{Effect, Fault, Reach};

/// The fault that an answer means; for answers that are not what the function would give on success.
#[must_use]
pub fn fault(ask: &Ask, reply: &Reply) -> Fault {
    let function = ask.function();
    let said = if reply.said.is_empty() { "an answer without a message".to_owned() } else { format!("`{}`", reply.said) };
    match reply.outcome {
        Outcome::LoginRefused => login_refused(),
        Outcome::Locked => Fault::new(
            Effect::None,
            Reach::Login,
            "locked",
            "VICIdial has locked this API user after too many wrong passwords; while that lasts it refuses the right one too",
        )
        .help("find out who sends wrong passwords for this user, wait 15 minutes, then run `vicisync check --live`"),
        // One lead that somebody moved to a list outside of the user's stops itself only.
        Outcome::NoRight if matches!(function, "update_lead" | "batch_update_lead") && reply.said.contains("NOT AN ALLOWED") => {
            Fault { reach: Reach::Record, ..no_right(function, &reply.said) }
        }
        Outcome::NoRight => no_right(function, &reply.said),
        Outcome::ServerFault if reply.is_database_down() => Fault::new(
            Effect::None,
            Reach::Connection,
            "database_down",
            format!("VICIdial's web server cannot reach its database ({said}); nothing was written by `{function}`"),
        )
        .help("see whether the database of VICIdial runs; vicisync goes on with the next run"),
        Outcome::ServerFault if ["LEAD HAS BEEN UPDATED", "LEADS HAVE BEEN UPDATED"].iter().any(|done| reply.says(done)) => Fault::refused(
            "not_written",
            "VICIdial answered SUCCESS, but counted -1 changed leads: its database refused the statement and nothing was written",
        )
        .help("look at the values of this contact for characters that break SQL"),
        Outcome::ServerFault if reply.said.starts_with("HTTP 3") || reply.said.starts_with("HTTP 40") => Fault::new(
            Effect::None,
            Reach::Person,
            "wrong_address",
            format!("this address does not lead to VICIdial's `{function}`: the web server answered {said}"),
        )
        .help("check `url` of the VICIdial connection: it is the address before `/vicidial/`, with the right `http` or `https`"),
        Outcome::ServerFault => {
            Fault::new(Effect::None, Reach::Connection, "server_fault", format!("VICIdial's web server failed at `{function}`: {said}"))
                .help("look at the web server's error log on VICIdial; vicisync tries again at the next run")
        }
        Outcome::Unknown => Fault::new(
            Effect::Unknown,
            Reach::Connection,
            "not_an_answer",
            format!("what came back from `{function}` is no answer of VICIdial's ({said}); whether it was done is not known yet"),
        )
        .help("vicisync looks the lead up before it sends anything again; look for a proxy or an error page in front of VICIdial"),
        Outcome::NotFound | Outcome::Refused | Outcome::Duplicate => refused(function, &said, reply),
        Outcome::Done | Outcome::DoneInPart | Outcome::Nothing | Outcome::Already | Outcome::Data => Fault::new(
            if ask.is_write() { Effect::Unknown } else { Effect::None },
            Reach::Connection,
            "not_an_answer",
            format!("VICIdial's answer to `{function}` lacks what it should hold ({said})"),
        )
        .help("see whether this VICIdial is a version that vicisync knows: run `vicisync check --live`"),
    }
}

/// The fault of a write of which a part was done and a part was not.
#[must_use]
pub fn in_part(ask: &Ask, reply: &Reply) -> Fault {
    Fault::new(
        Effect::Unknown,
        Reach::Record,
        "done_in_part",
        format!("VICIdial did a part of what `{}` asked for, and not the rest: `{}`", ask.function(), reply.said),
    )
    .help("vicisync looks at the lead again before it writes to it")
}

/// The fault of refused credentials.
#[must_use]
pub fn login_refused() -> Fault {
    Fault::new(Effect::None, Reach::Login, "login_refused", "VICIdial refused the login of the API user; vicisync sends nothing more, because ten refused logins lock the user")
        .help(
            "check user and password: the user must be active with user level 7 or more (8 for the list download), and VICIdial drops all but letters, digits, `-` and `_` \
             from passwords. Then run `vicisync check --live`",
        )
}

/// The fault of a right that the user lacks.
#[must_use]
pub fn no_right(function: &str, said: &str) -> Fault {
    let help = if said.contains("IP Address") {
        "add the address of this machine to the IP list of the API user's group, or take the list off the group".to_owned()
    } else if said.contains("NOT AN ALLOWED") || said.contains("not allowed to download this list") {
        "see whether the list exists, and whether the API user is restricted (`api_list_restrict`) to campaigns that do not include it"
            .to_owned()
    } else if said.starts_with("auth ") {
        format!("add `{function}` to `api_allowed_functions` of the API user, or set it to ALL_FUNCTIONS")
    } else {
        format!("give the API user {}", rights(function))
    };
    Fault::new(Effect::None, Reach::Person, "no_right", format!("the API user may not use `{function}`: VICIdial said `{said}`")).help(help)
}

/// The flags of the user record that a function wants (read in VICIdial's source, and tried one by one).
#[must_use]
pub fn rights(function: &str) -> &'static str {
    match function {
        "add_lead" | "update_lead" | "batch_update_lead" => "user level 8 or more, `vdc_agent_api_access` and `modify_leads` 1 to 4",
        "lead_search" => "user level 8 or more, `vdc_agent_api_access` and `modify_leads` 1 to 5",
        "lead_field_info" | "lead_status_search" => "user level 7 or more, `vdc_agent_api_access` and `modify_leads` 1 to 4",
        "lead_all_info" => "user level 7 or more, `vdc_agent_api_access`, `modify_leads` 1 to 5 and `view_reports`",
        "logged_in_agents" => "user level 7 or more, `vdc_agent_api_access` and `view_reports`",
        "hopper_list" | "campaigns_list" => "user level 8 or more, `vdc_agent_api_access` and `view_reports`",
        "list_info" | "list_custom_fields" => "user level 8 or more, `vdc_agent_api_access` and `modify_lists`",
        "agent_stats_export" => "user level 7 or more, `vdc_agent_api_access` and `view_reports`",
        "check_phone_number" => "user level 8 or more and `vdc_agent_api_access`",
        "list_download.php" => "user level 8 or more and `download_lists`",
        "call_report_export.php" | "lead_report_export.php" => "user level 7 or more, `view_reports` and `export_reports`",
        "callbacks_export.php" => "user level 8 or more and `modify_leads`",
        "lead_callback_info" | "phone_number_log" | "recording_lookup" | "user_details" => {
            "user level 7 or more, `vdc_agent_api_access` and `view_reports`"
        }
        "call_status_stats" | "call_dispo_report" => "user level 9 and `view_reports`",
        "add_dnc_phone" => "user level 8 or more and `modify_lists`",
        "delete_dnc_phone" => "user level 8 or more, `modify_lists` and `delete_from_dnc`",
        "lead_dearchive" => "user level 8 or more, `vdc_agent_api_access` and `modify_leads` 1",
        _ => "the rights that VICIdial's API document names for this function",
    }
}

fn refused(function: &str, said: &str, reply: &Reply) -> Fault {
    let says = |part: &str| reply.said.contains(part);
    if says("NOT A DEFINED LIST") || says("LIST DOES NOT EXIST") || says("LIST NOT FOUND") {
        Fault::refused("list_missing", format!("VICIdial has no list of that id ({said})"))
            .help("create the list in VICIdial, or correct the list id in the mapping")
    } else if says("IN DNC") || says("IN CAMPAIGN DNC") {
        Fault::refused("on_dnc", format!("the phone number is on a do-not-call list of VICIdial ({said}); no lead was added"))
            .help("this person must not be called; mark the contact as opted out in the CRM")
    } else if says("INVALID PHONE NUMBER") {
        Fault::refused("phone_refused", format!("VICIdial does not take this phone number ({said})"))
            .help("correct the phone number in the CRM")
    } else if says("NO MATCHES FOUND") || says("LEAD NOT FOUND") {
        Fault::refused("lead_missing", format!("VICIdial has no such lead ({said}): it was deleted or archived"))
    } else if says("CUSTOM FIELDS NOT ADDED") || says("CUSTOM LIST FIELDS ARE NOT ENABLED") {
        Fault::refused("custom_missing", format!("the lead's list has no custom fields ({said})"))
            .help("create the custom fields for this list in VICIdial (Lists, Custom Fields), or take them out of the mapping")
    } else if says("CAMPAIGN DOES NOT EXIST") {
        Fault::new(Effect::None, Reach::Person, "campaign_missing", format!("VICIdial has no such campaign ({said})"))
            .help("correct the campaign in the configuration")
    } else if says("CALLBACK NOT") && says("CAMPAIGN NOT VALID") {
        Fault::refused("campaign_missing", format!("VICIdial has no such campaign for a callback ({said})"))
            .help("correct the campaign in the configuration")
    } else if says("CALLBACK NOT") && says("USER NOT VALID") {
        Fault::refused("agent_missing", format!("VICIdial has no such user for a callback ({said})"))
            .help("correct the user in the mapping")
    } else if says("DUPLICATE") {
        Fault::refused("duplicate", format!("VICIdial has a lead like this already ({said})"))
    } else if says("Invalid Source") {
        Fault::new(Effect::None, Reach::Person, "bad_settings", format!("VICIdial does not take the source of our calls ({said})"))
            .help("use 2 to 20 letters and digits as `source` of the VICIdial connection")
    } else if says("NO FUNCTION SPECIFIED") {
        Fault::new(Effect::None, Reach::Person, "no_function", format!("this VICIdial does not know the API function `{function}`"))
            .help("update VICIdial to 2.14 or newer")
    } else {
        Fault::refused("refused", format!("VICIdial turned `{function}` down: {said}"))
    }
}
