//! lead_status_search: the leads that had a call with a status on a day, as they are now.
//!
//! Decides which leads are found, by their call log rows, and the order: newest call first. At most a thousand leads of
//! each kind of log come out. A lead asked for by its number must have had a call as well.

use std::collections::HashSet;

use super::api::Call;
use super::lead_read;
use super::table::Table;
use super::text::Keep;
use super::update_lead;
use super::world::{Died, World};

const ROWS_MAX: usize = 1000;

/// Answers lead_status_search.
pub(super) fn run(world: &mut World, call: &Call<'_>, out: &mut String) -> Result<(), Died> {
    let (lead_id, status) = (call.digits("lead_id"), call.text("status", Keep::Code));
    let date = call.text("date", Keep::Date);
    let user = &call.user;
    let by_day = !status.is_empty() && date.len() == 10;
    if lead_id.is_empty() && !by_day {
        let line = "ERROR: lead_status_search INVALID SEARCH PARAMETERS";
        return call.say(out, &format!("{line}: {user}|{status}|{date}|{lead_id}"));
    }
    let is_limited = !world.sees_all(call.slot);
    if by_day && is_limited {
        // The clause that limits the campaigns stands after LIMIT.
        return Err(Died);
    }
    let asked = if by_day { Asked::Day { status: &status, date: &date } } else { Asked::Lead(&lead_id) };
    let leads = world.find_table(update_lead::table(call)).ok_or(Died)?;
    let mut text = String::new();
    let mut count = 0;
    for id in with_calls(world, call, &asked) {
        let Some(slot) = leads.find("lead_id", &id) else {
            continue;
        };
        let list = leads.get(slot, "list_id");
        if call.lists.is_some() && !(world.has_list(list) && call.sees(world, &world.campaign_of(list))) {
            continue;
        }
        count += 1;
        text.push_str(&format!(";---------- START OF RECORD {count} ----------\n"));
        for name in ["lead_id"].iter().chain(lead_read::COLUMNS) {
            text.push_str(&format!("{name} => {}\n", leads.get(slot, name)));
        }
        if call.has_custom_fields() {
            custom_lines(world, leads, slot, &mut text);
        }
    }
    if count == 0 {
        let line = "ERROR: lead_status_search NO RESULTS FOUND";
        return call.say(out, &format!("{line}: {user}|{lead_id}|{status}|"));
    }
    out.push_str(&text);
    lead_read::log_result(world, &text)?;
    call.log()
}

/// The custom data of a lead, if it has a row; what would break a line is written otherwise.
fn custom_lines(world: &World, leads: &Table, slot: usize, text: &mut String) {
    let entry_list = leads.get(slot, "entry_list_id");
    let is_list = entry_list.parse::<u64>().is_ok_and(|list| list > 99);
    let list = if is_list { entry_list } else { leads.get(slot, "list_id") };
    let Some(table) = world.find_table(&format!("custom_{list}")) else {
        return;
    };
    let Some(row) = table.find("lead_id", leads.get(slot, "lead_id")) else {
        return;
    };
    for column in table.columns().iter().skip(1) {
        let value = table.get(row, &column.name).replace('\t', " -- ").replace('\n', "!N");
        text.push_str(&format!("{} => {value}\n", column.name));
    }
}

/// What a request asks by.
enum Asked<'a> {
    Day { status: &'a str, date: &'a str },
    Lead(&'a str),
}

/// The numbers of the leads that had such a call, newest call first, outbound before inbound, each once.
fn with_calls(world: &World, call: &Call<'_>, asked: &Asked<'_>) -> Vec<String> {
    let mut ids: Vec<String> = Vec::new();
    let mut known = HashSet::new();
    for table in ["vicidial_log", "vicidial_closer_log"] {
        let log = world.table(table);
        let mut rows = log.select(|slot| match asked {
            Asked::Day { status, date } => log.is(slot, "status", status) && log.get(slot, "call_date").starts_with(date),
            // Only here can the campaigns of the user's group be told, and only for outbound calls.
            Asked::Lead(lead) => {
                log.is(slot, "lead_id", lead) && (table != "vicidial_log" || call.sees(world, log.get(slot, "campaign_id")))
            }
        });
        // Each lead stands where its first row on disk puts it.
        let mut of_table = HashSet::new();
        rows.retain(|slot| of_table.insert(log.get(*slot, "lead_id")));
        rows.sort_by_key(|slot| std::cmp::Reverse((log.get(*slot, "call_date"), log.number(*slot, "lead_id"))));
        for slot in rows.into_iter().take(ROWS_MAX) {
            let id = log.get(slot, "lead_id");
            if known.insert(id.to_owned()) {
                ids.push(id.to_owned());
            }
        }
    }
    ids
}
