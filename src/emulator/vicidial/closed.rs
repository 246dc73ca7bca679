//! Functions that this server knows but does not carry out: phones, users, numbers and other work of administrators.
//!
//! Decides only how each refuses a request that lacks what it needs, and one that has it: a client that syncs leads has no
//! business there.

use super::api::Call;
use super::text::Keep;
use super::world::{Died, World};

/// A function, the parameters that its refusal prints, and how many empty places follow them.
struct Closed {
    function: &'static str,
    lacks: &'static str,
    prints: &'static [&'static str],
}

const REQUIRED: &str = "YOU MUST USE ALL REQUIRED FIELDS";

const CLOSED: &[Closed] = &[
    closed("copy_did", REQUIRED, &["source_did_pattern", "new_dids"]),
    closed("copy_user", REQUIRED, &["agent_user", "agent_pass", "agent_full_name", "source_user"]),
    closed("update_cid_group_entry", REQUIRED, &["cid_group_id", "areacode", "stage"]),
    closed("update_did", REQUIRED, &["did_pattern"]),
    closed("update_phone", REQUIRED, &["extension", "server_ip"]),
    closed("update_phone_alias", REQUIRED, &["alias_id", "phone_logins", "alias_name"]),
    closed("update_presets", REQUIRED, &["campaign_id", "preset_name", "action"]),
    closed("update_remote_agent", REQUIRED, &["agent_user", "status"]),
    closed("update_user", REQUIRED, &["agent_user", "agent_pass"]),
    closed("add_did", REQUIRED, &["did_pattern"]),
    closed("add_group_alias", REQUIRED, &["group_alias_id", "caller_id_number", "group_alias_name"]),
    closed(
        "add_phone",
        REQUIRED,
        &[
            "extension",
            "dialplan_number",
            "voicemail_id",
            "phone_login",
            "phone_pass",
            "server_ip",
            "protocol",
            "registration_password",
            "phone_full_name",
            "local_gmt",
            "outbound_cid",
        ],
    ),
    closed("add_phone_alias", REQUIRED, &["alias_id", "phone_logins", "alias_name"]),
    closed("add_user", REQUIRED, &["agent_user", "agent_pass", "agent_user_level", "agent_full_name", "agent_user_group"]),
];

const fn closed(function: &'static str, lacks: &'static str, prints: &'static [&'static str]) -> Closed {
    Closed { function, lacks, prints }
}

/// Answers such a function; `None` for any other name.
pub(super) fn answer(world: &World, call: &Call<'_>, function: &str, out: &mut String) -> Option<Result<(), Died>> {
    let user = &call.user;
    let line = match function {
        "agent_ingroup_info" => format!("ERROR: agent_ingroup_info INVALID USER ID - {}|{user}", call.text("agent_user", Keep::Code)),
        "blind_monitor" => {
            let (phone, session) = (call.text("phone_login", Keep::Code), call.digits("session_id"));
            format!("ERROR: blind_monitor INVALID SESSION ID - {session}|{phone}|{user}")
        }
        "container_list" => {
            let kind = call.text("type", Keep::Code);
            match (kind.is_empty(), call.refusal(world, function)) {
                (true, _) => format!("ERROR: container_list NO CONTAINER TYPE DEFINED: |{user}|{kind}|"),
                (false, Some(refusal)) => refusal.trim_end().to_owned(),
                (false, None) => String::new(),
            }
        }
        "ingroup_list" | "callmenu_list" | "sounds_list" | "moh_list" | "vm_list" => {
            out.push_str(CHOOSER);
            return Some(call.log());
        }
        _ => {
            let closed = CLOSED.iter().find(|closed| closed.function == function)?;
            let sent: Vec<String> = closed.prints.iter().map(|name| call.text(name, Keep::Label)).collect();
            format!("ERROR: {function} {}: |{user}|{}", closed.lacks, sent.join("|"))
        }
    };
    Some(call.say(out, &line))
}

/// How the page begins on which an administrator chooses from a list.
const CHOOSER: &str = "\n<HTML><head><title>NON-AGENT API</title>\n</head><body>\n</body></HTML>\n";
