//! update_list: changing, resetting, emptying and deleting a list.
//!
//! Decides the order of what is printed: commands print their own lines, and the line that nothing was to be changed comes
//! beside them. A refusal to delete is a notice, not an error. A list that does not exist is let through for the commands
//! of custom fields.

use super::api::Call;
use super::text::Keep;
use super::world::{Died, World};
use super::{list_add, list_fields, list_values};

/// Answers update_list.
pub(super) fn run(world: &mut World, call: &Call<'_>, out: &mut String) -> Result<(), Died> {
    let list_id = call.digits("list_id");
    let user = call.user.clone();
    if !(2..=14).contains(&list_id.len()) {
        let (name, campaign) = (call.text("list_name", Keep::Label), call.text("campaign_id", Keep::Code));
        return call.say(out, &format!("ERROR: update_list YOU MUST USE ALL REQUIRED FIELDS: |{user}|{list_id}|{name}|{campaign}"));
    }
    if !call.may_touch(&list_id) {
        return call.say(out, &format!("ERROR: update_list NOT AN ALLOWED LIST ID - {list_id}"));
    }
    let from = call.digits("custom_fields_copy");
    let copies = (2..15).contains(&from.len());
    let exists = world.has_list(&list_id) && call.sees(world, &world.campaign_of(&list_id));
    let is_about_fields = list_fields::COMMANDS.iter().any(|command| command.is_sent(call)) || (1..=14).contains(&from.len());
    if !exists && !is_about_fields {
        if call.is_on("insert_if_not_found") {
            call.say(out, &format!("NOTICE: update_list LIST DOES NOT EXIST, SENDING TO add_list FUNCTION: |{user}|{list_id}"))?;
            return list_add::run(world, call, out);
        }
        return call.say(out, &format!("ERROR: update_list LIST DOES NOT EXIST: |{user}|{list_id}"));
    }
    list_fields::run(world, call, &list_id, exists, out)?;
    if let Some(trouble) = list_values::update_trouble(world, call) {
        return call.say(out, &trouble.line("update_list", &user));
    }
    set(world, call, &list_id, out)?;
    if commands(world, call, &list_id, out)? && copies {
        list_fields::copy_and_say(world, call, &list_id, &from, out)?;
    }
    Ok(())
}

fn set(world: &mut World, call: &Call<'_>, list_id: &str, out: &mut String) -> Result<(), Died> {
    let user = &call.user;
    let values = list_values::changes(call);
    if values.is_empty() {
        return call.say(out, &format!("NOTICE: update_list NO UPDATES DEFINED: |{user}|"));
    }
    let now = world.now();
    let campaign = call.text("campaign_id", Keep::Code);
    let old = world.campaign_of(list_id);
    // What waits in the hopper for the campaign that the list leaves is taken out.
    if !campaign.is_empty() && campaign != old {
        let hopper = world.table_mut("vicidial_hopper");
        for slot in hopper.find_all("list_id", list_id) {
            if hopper.is(slot, "campaign_id", &old) {
                hopper.delete(slot);
            }
        }
    }
    let mut row: Vec<(&str, &str)> = values.iter().map(|(name, value)| (*name, value.as_str())).collect();
    row.push(("list_changedate", &now.local));
    let lists = world.table_mut("vicidial_lists");
    if let Some(slot) = lists.find("list_id", list_id) {
        lists.update(slot, &row, &now);
    }
    call.say(out, &format!("SUCCESS: update_list LIST HAS BEEN UPDATED - {user}|{list_id}"))
}

/// Resets and deletes as asked. False if the script ends there.
fn commands(world: &mut World, call: &Call<'_>, list_id: &str, out: &mut String) -> Result<bool, Died> {
    let user = call.user.clone();
    let users = world.table("vicidial_users");
    let (deletes, leads) = (users.number(call.slot, "delete_lists"), users.number(call.slot, "modify_leads"));
    if call.is_on("reset_list") {
        reset(world, call, list_id, out)?;
    }
    if call.is_on("delete_list") {
        if deletes == 0 {
            let line = "NOTICE: update_list USER DOES NOT HAVE PERMISSION TO DELETE LISTS";
            call.say(out, &format!("{line}: |{user}|0"))?;
            return Ok(false);
        }
        let table = world.table_mut("vicidial_lists");
        let deleted = table.find("list_id", list_id).and_then(|slot| table.delete(slot));
        let count = i32::from(deleted.is_some());
        call.say(out, &format!("NOTICE: update_list LIST HAS BEEN DELETED - {user}|{list_id}|{count}"))?;
    }
    if call.is_on("delete_leads") {
        if deletes == 0 || !(1..=4).contains(&leads) {
            let line = "NOTICE: update_list USER DOES NOT HAVE PERMISSION TO DELETE LEADS";
            call.say(out, &format!("{line}: |{user}|0"))?;
            return Ok(false);
        }
        let table = world.table_mut("vicidial_list");
        let slots = table.find_all("list_id", list_id);
        for slot in &slots {
            table.delete(*slot);
        }
        let line = "NOTICE: update_list LEADS IN LIST HAVE BEEN DELETED";
        call.say(out, &format!("{line} - {user}|{list_id}|{}", slots.len()))?;
    }
    Ok(true)
}

/// Makes all leads of a list dialable again, as often in a day as the list allows.
fn reset(world: &mut World, call: &Call<'_>, list_id: &str, out: &mut String) -> Result<(), Died> {
    let (user, now) = (&call.user, world.now());
    let lists = world.table("vicidial_lists");
    if let Some(slot) = lists.find("list_id", list_id) {
        let limit = lists.get(slot, "daily_reset_limit").parse::<i64>().unwrap_or(-1);
        let resets = lists.number(slot, "resets_today");
        if (0..=resets).contains(&limit) {
            let line = "NOTICE: update_list LIST RESET FAILED, daily reset limit reached";
            return call.say(out, &format!("{line}: {resets} / {limit} - {user}|{list_id}"));
        }
        let values = [("resets_today", (resets + 1).to_string()), ("list_changedate", now.local.clone())];
        let values: Vec<(&str, &str)> = values.iter().map(|(name, value)| (*name, value.as_str())).collect();
        world.table_mut("vicidial_lists").update(slot, &values, &now);
    }
    let leads = world.table_mut("vicidial_list");
    for slot in leads.find_all("list_id", list_id) {
        leads.update(slot, &[("called_since_last_reset", "N")], &now);
    }
    call.say(out, &format!("NOTICE: update_list LEADS IN LIST HAVE BEEN RESET - {user}|{list_id}|"))
}
