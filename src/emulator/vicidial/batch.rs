//! batch_update_lead: one set of values for many leads by their numbers.

use super::api::Call;
use super::fields::{self, Sent};
use super::text::Keep;
use super::world::{Died, World};

/// How many leads are touched unless the request says otherwise.
const RECORDS: usize = 1000;

/// Answers batch_update_lead.
pub(super) fn run(world: &mut World, call: &Call<'_>, out: &mut String) -> Result<(), Died> {
    let user = &call.user;
    let ids = call.text("lead_ids", Keep::Numbers);
    let list_field = call.digits("list_id_field");
    if ids.is_empty() {
        return call.say(out, &format!("ERROR: batch_update_lead NO LEADS DEFINED - {user}|{ids}"));
    }
    if fields::checks_list(call) && !list_field.is_empty() && !world.has_list(&list_field) {
        let line = "ERROR: batch_update_lead NOT A DEFINED LIST ID, LIST EXISTS CHECK ENABLED";
        return call.say(out, &format!("{line} - {user}|{list_field}"));
    }
    if !list_field.is_empty() && !call.may_touch(&list_field) {
        let line = "ERROR: batch_update_lead NOT AN ALLOWED LIST ID";
        return call.say(out, &format!("{line} - {user}|{list_field}"));
    }
    let mut found = Vec::new();
    if ids.split(',').any(str::is_empty) {
        // An empty place between commas makes the statement wrong.
        world.failed()?;
    } else {
        let leads = world.table("vicidial_list");
        let slots = ids.split(',').filter_map(|id| leads.find("lead_id", id));
        let allowed = slots.filter(|slot| call.may_touch(leads.get(*slot, "list_id")));
        found = allowed.map(|slot| (leads.number(slot, "lead_id"), slot)).collect();
    }
    found.sort_unstable();
    found.dedup();
    found.reverse();
    found.truncate(call.digits("records").parse().unwrap_or(RECORDS));
    if found.is_empty() {
        let line = "ERROR: batch_update_lead NO MATCHES FOUND IN THE SYSTEM";
        return call.say(out, &format!("{line}: |{user}|{ids}"));
    }
    let changes = fields::changes(call, &Sent::read(call));
    if changes.is_empty() {
        return Ok(());
    }
    let Some(plain) = fields::plain(&changes) else {
        world.failed()?;
        return say(call, out, -1, &found);
    };
    let now = world.now();
    let values: Vec<(&str, &str)> = plain.iter().map(|(name, value)| (*name, value.as_str())).collect();
    if world.is_strict && !world.table("vicidial_list").takes(&values) {
        world.failed()?;
        return say(call, out, -1, &found);
    }
    let leads = world.table_mut("vicidial_list");
    let changed = found.iter().filter(|(_, slot)| leads.update(*slot, &values, &now)).count();
    say(call, out, i64::try_from(changed).unwrap_or(i64::MAX), &found)
}

fn say(call: &Call<'_>, out: &mut String, affected: i64, found: &[(i64, usize)]) -> Result<(), Died> {
    let ids: Vec<String> = found.iter().map(|(lead_id, _)| lead_id.to_string()).collect();
    let line = "SUCCESS: batch_update_lead LEADS HAVE BEEN UPDATED";
    call.say(out, &format!("{line} - {}|{affected}|{}|{}", call.user, ids.len(), ids.join(",")))
}
