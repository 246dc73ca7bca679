//! Logs: recording_lookup, phone_number_log, did_log_export, update_log_entry.
//!
//! Decides the order of rows: outbound before inbound, each newest first.

use super::api::Call;
use super::text::Keep;
use super::world::{Died, World};

/// Answers recording_lookup.
pub(super) fn recordings(world: &mut World, call: &Call<'_>, out: &mut String) -> Result<(), Died> {
    let (agent, lead_id) = (call.text("agent_user", Keep::Code), call.digits("lead_id"));
    let (date, uniqueid) = (call.text("date", Keep::Date), call.text("uniqueid", Keep::Offset));
    let user = &call.user;
    let asked = format!("{user}|{agent}|{lead_id}|{date}|{uniqueid}");
    let is_enough = !lead_id.is_empty() || !uniqueid.is_empty() || (!agent.is_empty() && date.len() == 10);
    if !is_enough {
        return call.say(out, &format!("ERROR: recording_lookup INVALID SEARCH PARAMETERS: {asked}"));
    }
    let log = world.table("recording_log");
    let mut found = log.select(|slot| {
        (lead_id.is_empty() || log.is(slot, "lead_id", &lead_id))
            && (uniqueid.is_empty() || log.is(slot, "vicidial_id", &uniqueid))
            && (agent.is_empty() || log.is(slot, "user", &agent))
            && (date.is_empty() || log.get(slot, "start_time").starts_with(&date))
    });
    if found.is_empty() {
        return call.say(out, &format!("ERROR: recording_lookup NO RECORDINGS FOUND - {asked}"));
    }
    found.sort_by(|left, right| log.get(*left, "start_time").cmp(log.get(*right, "start_time")));
    let separator = call.separator();
    if call.wants_header() {
        out.push_str(&format!("{}\n", "start_time|user|recording_id|lead_id|location".replace('|', separator)));
    }
    for slot in found {
        let own = |name: &str| log.get(slot, name);
        let mut row = vec![own("start_time"), own("user"), own("recording_id"), own("lead_id")];
        if call.is_on("duration") {
            row.push(own("length_in_sec"));
        }
        row.push(own("location"));
        out.push_str(&format!("{}\n", row.join(separator)));
    }
    call.log()
}

/// Answers phone_number_log.
pub(super) fn phone_numbers(world: &mut World, call: &Call<'_>, out: &mut String) -> Result<(), Died> {
    let asked = call.text("phone_number", Keep::Numbers);
    let user = &call.user;
    let numbers: Vec<&str> = asked.split(',').filter(|number| number.len() >= 6).collect();
    if numbers.is_empty() {
        return call.say(out, &format!("ERROR: phone_number_log NO VALID PHONE NUMBERS DEFINED: {user}|{asked}|"));
    }
    let separator = call.separator();
    if call.wants_header() {
        let header = "phone_number|call_date|list_id|length_in_sec|lead_status|hangup_reason|call_status|source_id|user";
        out.push_str(&format!("{}\n", header.replace('|', separator)));
    }
    let kind = call.text("type", Keep::Switch);
    for number in numbers {
        let mut rows = Vec::new();
        for (table, word) in [("vicidial_log", "OUT"), ("vicidial_closer_log", "IN")] {
            if matches!(kind.as_str(), "" | "ALL") || kind == word {
                rows.extend(calls_of(world, table, number));
            }
        }
        if call.params.is("detail", "LAST") {
            rows.truncate(1);
        }
        if rows.is_empty() {
            let line = "NOTICE: phone_number_log NO RECORDS FOUND FOR THIS PHONE NUMBER";
            call.say(out, &format!("{line} - {user}|{number}||"))?;
        }
        for row in rows {
            out.push_str(&format!("{}\n", row.join(separator)));
        }
    }
    call.log()
}

fn calls_of(world: &World, table: &str, number: &str) -> Vec<Vec<String>> {
    let (log, leads) = (world.table(table), world.table("vicidial_list"));
    let mut found = log.find_all("phone_number", number);
    found.sort_by(|left, right| log.get(*right, "call_date").cmp(log.get(*left, "call_date")));
    let rows = found.into_iter().map(|slot| {
        let own = |name: &str| log.get(slot, name).to_owned();
        let lead = leads.find("lead_id", log.get(slot, "lead_id"));
        let status = lead.map_or_else(|| own("status"), |lead| leads.get(lead, "status").to_owned());
        let source = lead.map_or_else(String::new, |lead| leads.get(lead, "source_id").to_owned());
        vec![
            number.to_owned(),
            own("call_date"),
            own("list_id"),
            own("length_in_sec"),
            status,
            own("term_reason"),
            own("status"),
            source,
            own("user"),
        ]
    });
    rows.collect()
}

/// Answers did_log_export; the emulator keeps no log of called numbers.
pub(super) fn did(call: &Call<'_>, out: &mut String) -> Result<(), Died> {
    let date = call.text("date", Keep::Date);
    call.say(out, &format!("ERROR: did_log_export NO RECORDS FOUND - {}|||{date}", call.user))
}

/// Answers update_log_entry: changes the status of a log row, not of the lead.
pub(super) fn update_entry(world: &mut World, call: &Call<'_>, out: &mut String) -> Result<(), Died> {
    let (group, call_id) = (call.text("group", Keep::Code), call.text("call_id", Keep::Code));
    let status = call.text("status", Keep::Code);
    let user = &call.user;
    let is_complete = !group.is_empty() && !call_id.is_empty() && (1..8).contains(&status.len());
    if !is_complete {
        let line = "ERROR: update_log_entry INVALID SEARCH PARAMETERS";
        return call.say(out, &format!("{line}: {user}|{group}|{call_id}|{status}"));
    }
    let is_inbound = world.table("vicidial_inbound_groups").find("group_id", &group).is_some();
    if !is_inbound && !world.has_campaign(&group) {
        let line = "ERROR: update_log_entry GROUP NOT FOUND";
        return call.say(out, &format!("{line}: {user}|{group}"));
    }
    let (table, id) = if is_inbound { ("vicidial_closer_log", "closecallid") } else { ("vicidial_log", "uniqueid") };
    let tail = call_id.get(call_id.len().saturating_sub(10)..).unwrap_or_default();
    let lead_id = tail.trim_start_matches('0');
    let log = world.table(table);
    let found = log.select(|slot| log.is(slot, "lead_id", lead_id) && log.is(slot, "campaign_id", &group));
    let newest = found.into_iter().max_by(|left, right| log.get(*left, "call_date").cmp(log.get(*right, "call_date")));
    let Some(slot) = newest else {
        let line = "ERROR: update_log_entry NO RECORDS FOUND";
        return call.say(out, &format!("{line}: {user}|{group}|{call_id}|{status}"));
    };
    let (before, uniqueid) = (log.get(slot, "status").to_owned(), log.get(slot, id).to_owned());
    let now = world.now();
    if !world.table_mut(table).update(slot, &[("status", &status)], &now) {
        let line = "ERROR: update_log_entry NO RECORDS UPDATED";
        return call.say(out, &format!("{line}: {user}|{group}|{call_id}|{status}|{before}|{uniqueid}"));
    }
    let line = "SUCCESS: update_log_entry RECORD HAS BEEN UPDATED";
    call.say(out, &format!("{line} - {user}|{user}|{group}|{call_id}|{status}|{before}|{uniqueid}|"))
}
