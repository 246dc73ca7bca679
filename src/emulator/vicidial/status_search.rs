//! lead_status_search: the leads that had a call with a status on a day, as they are now.
//!
//! Decides which leads are found, by their call log rows, and the order: newest number first. At most a thousand log rows
//! of each kind count.

use super::api::Call;
use super::custom;
use super::lead_read;
use super::login;
use super::text::Keep;
use super::world::{Died, World};

const ROWS_MAX: usize = 1000;

const NAMES: &[&str] = &[
    "lead_id",
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
];

/// Answers lead_status_search.
pub(super) fn run(world: &mut World, call: &Call<'_>, out: &mut String) -> Result<(), Died> {
    let (lead_id, status) = (call.digits("lead_id"), call.text("status", Keep::Code));
    let date = call.text("date", Keep::Date);
    let user = &call.user;
    if lead_id.is_empty() && (status.is_empty() || date.len() < 10) {
        let line = "ERROR: lead_status_search INVALID SEARCH PARAMETERS";
        return call.say(out, &format!("{line}: {user}|{status}|{date}|{lead_id}"));
    }
    let group = world.table("vicidial_users").get(call.slot, "user_group");
    let is_limited = world.campaigns_of_group(group).is_some() || login::lists_allowed(world, call.slot).is_some();
    if is_limited {
        // The clause that limits the campaigns stands after LIMIT.
        world.failed()?;
    }
    let mut ids = if lead_id.is_empty() { with_calls(world, &status, &date) } else { lead_id.parse().into_iter().collect() };
    ids.sort_unstable();
    ids.dedup();
    let leads = world.table("vicidial_list");
    let found: Vec<usize> = ids.iter().rev().filter_map(|id| leads.find("lead_id", &id.to_string())).collect();
    if found.is_empty() {
        let line = "ERROR: lead_status_search NO RESULTS FOUND";
        return call.say(out, &format!("{line}: {user}|{lead_id}|{status}|"));
    }
    for (place, slot) in found.into_iter().enumerate() {
        out.push_str(&format!(";---------- START OF RECORD {} ----------\n", place + 1));
        for name in NAMES {
            out.push_str(&format!("{name} => {}\n", leads.get(slot, name)));
        }
        if call.is_on("custom_fields") {
            let list = leads.get(slot, "entry_list_id");
            let row = world.custom_row(list, leads.get(slot, "lead_id"));
            for label in custom::labels(world, list) {
                let value = row.get(&label).map_or("", String::as_str).replace('\n', "!N");
                out.push_str(&format!("{label} => {value}\n"));
            }
        }
    }
    lead_read::log_result(world, out)?;
    call.log()
}

/// The numbers of the leads that had a call with that status on that day.
fn with_calls(world: &World, status: &str, date: &str) -> Vec<i64> {
    let mut ids = Vec::new();
    for table in ["vicidial_log", "vicidial_closer_log"] {
        let log = world.table(table);
        let rows = log.select(|slot| log.is(slot, "status", status) && log.get(slot, "call_date").starts_with(date));
        let mut found: Vec<i64> = rows.into_iter().map(|slot| log.number(slot, "lead_id")).collect();
        found.sort_unstable_by(|left, right| right.cmp(left));
        found.truncate(ROWS_MAX);
        ids.extend(found);
    }
    ids
}
