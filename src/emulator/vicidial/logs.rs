//! Logs: recording_lookup, phone_number_log, did_log_export, update_log_entry.
//!
//! Decides the order of rows: outbound before inbound, each newest first.

use super::api::Call;
use super::column::leading_number;
use super::table::Table;
use super::text::Keep;
use super::world::{Died, World};

/// Whether a log row is of a day.
fn is_of_day(table: &Table, slot: usize, column: &str, day: &str) -> bool {
    table.get(slot, column).starts_with(day)
}

/// Answers recording_lookup. A lead or a call is enough to ask by; a user, an extension or a day needs one of the others.
pub(super) fn recordings(world: &mut World, call: &Call<'_>, out: &mut String) -> Result<(), Died> {
    let (agent, lead_id) = (call.text("agent_user", Keep::Code), call.digits("lead_id"));
    let (date, uniqueid) = (call.text("date", Keep::Date), call.text("uniqueid", Keep::CallId));
    let extension = call.text("extension", Keep::Extension);
    let user = &call.user;
    let asked = format!("{user}|{agent}|{lead_id}|{date}|{uniqueid}");
    let calls = if uniqueid.len() > 8 { recorded_calls(world, &uniqueid) } else { None };
    let (by_agent, by_lead) = ((3..21).contains(&agent.len()), (1..11).contains(&lead_id.len()));
    let (by_extension, by_date) = ((3..101).contains(&extension.len()), date.len() == 10);
    let enough = [calls.is_some(), by_lead].map(|is_it| 2 * usize::from(is_it)).iter().sum::<usize>()
        + [by_agent, by_extension, by_date].iter().filter(|is_it| **is_it).count();
    if enough < 2 {
        return call.say(out, &format!("ERROR: recording_lookup INVALID SEARCH PARAMETERS: {asked}"));
    }
    let log = world.table("recording_log");
    let mut found = log.select(|slot| {
        (!by_lead || log.is(slot, "lead_id", &lead_id))
            && calls.as_ref().is_none_or(|calls| calls.has(log.get(slot, "vicidial_id")))
            && (!by_agent || log.is(slot, "user", &agent))
            && (!by_extension || log.is(slot, "extension", &extension))
            && (!by_date || is_of_day(log, slot, "start_time", &date))
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
        let reckoned = log.number(slot, "end_epoch") - log.number(slot, "start_epoch");
        let length = match log.number(slot, "length_in_sec") {
            0 if (1..86_400).contains(&reckoned) => reckoned,
            length => length.max(0),
        };
        let length = length.to_string();
        let mut row = vec![own("start_time"), own("user"), own("recording_id"), own("lead_id")];
        if call.text("duration", Keep::Code).contains('Y') {
            row.push(&length);
        }
        row.push(own("location"));
        out.push_str(&format!("{}\n", row.join(separator)));
    }
    call.log()
}

/// The calls that a recording may belong to.
struct RecordedCalls {
    start: Option<String>,
    ids: Vec<String>,
}

impl RecordedCalls {
    fn has(&self, id: &str) -> bool {
        self.start.as_ref().is_some_and(|start| id.starts_with(start)) || self.ids.iter().any(|one| one == id)
    }
}

/// The calls whose unique id starts with the second of the one asked for: outbound by that start, inbound by number.
fn recorded_calls(world: &World, uniqueid: &str) -> Option<RecordedCalls> {
    let start = uniqueid.split('.').next().unwrap_or_default();
    let (outbound, inbound) = (world.table("vicidial_log"), world.table("vicidial_closer_log"));
    let is_outbound = outbound.slots().any(|slot| outbound.get(slot, "uniqueid").starts_with(start));
    let of_call = inbound.select(|slot| inbound.get(slot, "uniqueid").starts_with(start));
    let ids: Vec<String> = of_call.into_iter().map(|slot| inbound.get(slot, "closecallid").to_owned()).collect();
    (is_outbound || !ids.is_empty()).then(|| RecordedCalls { start: is_outbound.then(|| start.to_owned()), ids })
}

/// Answers phone_number_log.
pub(super) fn phone_numbers(world: &mut World, call: &Call<'_>, out: &mut String) -> Result<(), Died> {
    let asked = call.text("phone_number", Keep::Numbers);
    let user = &call.user;
    let numbers: Vec<&str> = asked.split(',').filter(|number| number.len() > 3).collect();
    if numbers.is_empty() {
        let date = call.text("date", Keep::Date);
        return call.say(out, &format!("ERROR: phone_number_log NO VALID PHONE NUMBERS DEFINED: {user}|{asked}|{date}"));
    }
    let kind = call.text("type", Keep::Code);
    let tables: &[&str] = match kind.as_str() {
        "IN" => &["vicidial_closer_log"],
        "ALL" => &["vicidial_log", "vicidial_closer_log"],
        _ => &["vicidial_log"],
    };
    let mut rows = Vec::new();
    for number in numbers {
        for table in tables {
            let mut found = calls_of(world, table, number);
            if call.params.is("detail", "LAST") {
                found.truncate(1);
            }
            rows.extend(found);
        }
    }
    if rows.is_empty() {
        let (lead_id, date) = (call.digits("lead_id"), call.text("date", Keep::Date));
        let line = "NOTICE: phone_number_log NO RECORDS FOUND FOR THIS PHONE NUMBER";
        return call.say(out, &format!("{line} - {user}|{asked}|{lead_id}|{date}"));
    }
    let separator = call.separator();
    if call.wants_header() {
        let header = "phone_number|call_date|list_id|length_in_sec|lead_status|hangup_reason|call_status|source_id|user";
        out.push_str(&format!("{}\n", header.replace('|', separator)));
    }
    for row in rows {
        out.push_str(&format!("{}\n", row.join(separator)));
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
        // For a call whose lead is gone an outbound row repeats its own status, an inbound one has none.
        let without = if table == "vicidial_log" { own("status") } else { String::new() };
        let status = lead.map_or(without, |lead| leads.get(lead, "status").to_owned());
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

/// Answers did_log_export: the calls to one of the centre's own numbers on a day.
pub(super) fn did(world: &mut World, call: &Call<'_>, out: &mut String) -> Result<(), Died> {
    let (number, date) = (call.text("phone_number", Keep::Numbers), call.text("date", Keep::Date));
    let user = &call.user;
    if !(1..21).contains(&number.len()) || date.len() != 10 {
        return call.say(out, &format!("ERROR: did_log_export INVALID SEARCH PARAMETERS: {user}|{number}|{date}"));
    }
    let (log, inbound) = (world.table("vicidial_did_log"), world.table("vicidial_closer_log"));
    let mut found = log.select(|slot| log.is(slot, "extension", &number) && is_of_day(log, slot, "call_date", &date));
    if found.is_empty() {
        let (agent, lead_id) = (call.text("agent_user", Keep::Code), call.digits("lead_id"));
        return call.say(out, &format!("ERROR: did_log_export NO RECORDS FOUND - {user}|{agent}|{lead_id}|{date}"));
    }
    found.sort_by(|left, right| log.get(*left, "call_date").cmp(log.get(*right, "call_date")));
    let separator = call.separator();
    if call.wants_header() {
        out.push_str(&format!("{}\n", "did_number|call_date|caller_id_number|length_in_sec".replace('|', separator)));
    }
    for slot in found {
        let (called, caller) = (log.get(slot, "call_date"), log.get(slot, "caller_id_number"));
        let legs = inbound.find_all("uniqueid", log.get(slot, "uniqueid"));
        let leg = legs.into_iter().max_by_key(|leg| inbound.number(*leg, "closecallid"));
        let epoch = |local: &str| world.clock.epoch_of(local).unwrap_or(0);
        let ended = leg.map(|leg| epoch(inbound.get(leg, "call_date")) + inbound.number(leg, "length_in_sec"));
        let seconds = (ended.unwrap_or_else(|| epoch(called)) - epoch(called)).to_string();
        out.push_str(&format!("{}\n", [number.as_str(), called, caller, &seconds].join(separator)));
    }
    call.log()
}

/// Answers update_log_entry: changes the status of a log row, not of the lead.
pub(super) fn update_entry(world: &mut World, call: &Call<'_>, out: &mut String) -> Result<(), Died> {
    let (group, call_id) = (call.text("group", Keep::Group), call.text("call_id", Keep::Plain));
    let status = call.text("status", Keep::Code);
    let user = &call.user;
    // The test is upside down: a request is refused if all three are long enough.
    if group.len() >= 2 && call_id.len() >= 8 && status.len() >= 8 {
        let line = "ERROR: update_log_entry INVALID SEARCH PARAMETERS";
        return call.say(out, &format!("{line}: {user}|{group}|{call_id}|{status}"));
    }
    let is_inbound = world.table("vicidial_inbound_groups").find("group_id", &group).is_some();
    if !is_inbound && !world.has_campaign(&group) {
        let line = "ERROR: update_log_entry GROUP NOT FOUND";
        return call.say(out, &format!("{line}: {user}|{group}"));
    }
    let (table, id) = if is_inbound { ("vicidial_closer_log", "closecallid") } else { ("vicidial_log", "uniqueid") };
    // Dots are gone by now, so the last ten characters are always taken for a lead; letters among them end the script.
    let tail = call_id.get(call_id.len().saturating_sub(10)..).unwrap_or_default();
    if !tail.starts_with(|char: char| char.is_ascii_digit()) {
        return Err(Died);
    }
    let lead_id = leading_number(tail).to_string();
    let log = world.table(table);
    let found = log.select(|slot| log.is(slot, "lead_id", &lead_id) && log.is(slot, "campaign_id", &group));
    let newest = match is_inbound {
        true => found.into_iter().max_by_key(|slot| log.number(*slot, "closecallid")),
        false => found.into_iter().max_by(|left, right| log.get(*left, "call_date").cmp(log.get(*right, "call_date"))),
    };
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
