//! Calls by the id that the dialer gives them: callid_info and ccc_lead_info.
//!
//! Decides what an id looks like and which log rows belong to it: its first letter tells the kind of call.

use super::api::Call;
use super::lead_read;
use super::text::Keep;
use super::world::{Died, World};

/// How an id begins, by kind of call.
const STARTS: &[&str] = &["Y", "J", "V", "M", "DC", "S", "LP", "VH", "XL"];
const INBOUND: &[&str] = &["Y", "J", "LP", "VH"];
/// How old a call may be for its lead to be told.
const LEAD_S: i64 = 36_000;

fn is_id(call_id: &str) -> bool {
    (18..40).contains(&call_id.len()) && STARTS.iter().any(|start| call_id.starts_with(start))
}

/// Answers callid_info.
pub(super) fn call_info(world: &mut World, call: &Call<'_>, out: &mut String) -> Result<(), Died> {
    let (call_id, agent) = (call.text("call_id", Keep::Plain), call.text("agent_user", Keep::Code));
    let user = &call.user;
    if !is_id(&call_id) {
        return call.say(out, &format!("ERROR: callid_info INVALID SEARCH PARAMETERS: {user}|{call_id}"));
    }
    let extended = world.table("vicidial_log_extended");
    let Some(slot) = extended.find("caller_code", &call_id) else {
        return call.say(out, &format!("ERROR: callid_info CALL NOT FOUND: {user}|{agent}"));
    };
    let own = |name: &str| extended.get(slot, name);
    let is_inbound = INBOUND.iter().any(|start| call_id.starts_with(start));
    let log = world.table(if is_inbound { "vicidial_closer_log" } else { "vicidial_log" });
    let row = log.slots().find(|row| {
        log.is(*row, "uniqueid", own("uniqueid"))
            && log.is(*row, "lead_id", own("lead_id"))
            && (!is_inbound || log.is(*row, "call_date", own("call_date")))
    });
    let Some(row) = row else {
        return call.say(out, &format!("ERROR: callid_info CALL LOG NOT FOUND: {user}|{agent}"));
    };
    let of_log = |name: &str| log.get(row, name);
    let agents = world.table("vicidial_agent_log");
    let worked = agents.slots().find(|slot| {
        agents.is(*slot, "uniqueid", own("uniqueid"))
            && agents.is(*slot, "lead_id", own("lead_id"))
            && agents.is(*slot, "user", of_log("user"))
    });
    let seconds = worked.map_or(0, |slot| agents.number(slot, "talk_sec") - agents.number(slot, "dead_sec")).to_string();
    if call.params.is("detail", "YES") {
        let kind = match call_id.chars().next() {
            _ if is_inbound => "INBOUND",
            Some('V') => "OUTBOUND_AUTO",
            Some('M') => "OUTBOUND_MANUAL",
            _ => "OUTBOUND_OTHER",
        };
        let cells =
            [own("call_date"), of_log("phone_number"), kind, of_log("campaign_id"), of_log("list_id"), of_log("status"), of_log("user")];
        let mut row = vec![call_id.as_str(), &seconds];
        row.extend(cells);
        return call.table(out, "call_id|custtime|call_date|phone|call_type|campaign_id|list_id|status|user", &[row]);
    }
    call.table(out, "call_id|custtime", &[vec![&call_id, &seconds]])
}

/// Answers ccc_lead_info: the lead of a call of the last ten hours.
pub(super) fn lead_of_call(world: &mut World, call: &Call<'_>, out: &mut String) -> Result<(), Died> {
    let (call_id, agent) = (call.text("call_id", Keep::Plain), call.text("agent_user", Keep::Code));
    let user = &call.user;
    if !is_id(&call_id) {
        return call.say(out, &format!("ERROR: ccc_lead_info INVALID SEARCH PARAMETERS: {user}|{call_id}"));
    }
    let extended = world.table(if call_id.starts_with("DC") { "vicidial_dial_log" } else { "vicidial_log_extended" });
    let since = world.clock.local(world.clock.epoch() - LEAD_S);
    let found =
        extended.slots().find(|slot| extended.is(*slot, "caller_code", &call_id) && extended.get(*slot, "call_date") > since.as_str());
    let Some(slot) = found else {
        return call.say(out, &format!("ERROR: ccc_lead_info CALL NOT FOUND: {user}|{agent}"));
    };
    let leads = world.table("vicidial_list");
    let Some(lead) = leads.find("lead_id", extended.get(slot, "lead_id")) else {
        return call.say(out, &format!("ERROR: ccc_lead_info LEAD NOT FOUND: {user}|{agent}"));
    };
    if call.lists.is_some() && !call.may_touch(leads.get(lead, "list_id")) {
        return call.say(out, &format!("ERROR: ccc_lead_info LEAD NOT FOUND: |{user}|1|"));
    }
    let names = lead_read::CALLED;
    let row: Vec<&str> = names.iter().map(|name| leads.get(lead, name)).collect();
    call.table(out, &names.join("|"), &[row])
}
