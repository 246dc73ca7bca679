//! update_list: changing, resetting, emptying and deleting a list, and its custom fields.
//!
//! Decides the order of what is printed: commands print their own lines, and the line that nothing was to be changed comes
//! beside them. A refusal to delete is a notice, not an error.

use super::api::Call;
use super::custom;
use super::lists;
use super::seed;
use super::text::Keep;
use super::world::{Died, World};

/// Answers update_list.
pub(super) fn run(world: &mut World, call: &Call<'_>, out: &mut String) -> Result<(), Died> {
    let list_id = call.digits("list_id");
    let user = call.user.clone();
    if list_id.len() < 2 {
        return call.say(out, &format!("ERROR: update_list YOU MUST USE ALL REQUIRED FIELDS: |{user}|{list_id}||"));
    }
    if !call.may_touch(&list_id) {
        return call.say(out, &format!("ERROR: update_list NOT AN ALLOWED LIST ID - {list_id}"));
    }
    if !world.has_list(&list_id) {
        if call.is_on("insert_if_not_found") {
            call.say(out, &format!("NOTICE: update_list LIST DOES NOT EXIST, SENDING TO add_list FUNCTION: |{user}|{list_id}"))?;
            return lists::add(world, call, out);
        }
        return call.say(out, &format!("ERROR: update_list LIST DOES NOT EXIST: |{user}|{list_id}"));
    }
    let campaign = call.text("campaign_id", Keep::Code);
    if !campaign.is_empty() && !world.has_campaign(&campaign) {
        let line = "ERROR: update_list CAMPAIGN DOES NOT EXIST, THIS IS AN OPTIONAL FIELD";
        return call.say(out, &format!("{line}: |{user}|{campaign}"));
    }
    let name = call.text("list_name", Keep::Label);
    if !name.is_empty() && !(6..=30).contains(&name.chars().count()) {
        let line = "ERROR: update_list LIST NAME MUST BE FROM 6 TO 30 CHARACTERS, THIS IS AN OPTIONAL FIELD";
        return call.say(out, &format!("{line}: |{user}|{name}"));
    }
    if call.is_on("custom_fields_add") {
        add_field(world, call, &list_id, out)?;
    }
    set(world, call, &list_id, &campaign, &name, out)?;
    commands(world, call, &list_id, out)
}

fn set(world: &mut World, call: &Call<'_>, list_id: &str, campaign: &str, name: &str, out: &mut String) -> Result<(), Died> {
    let user = &call.user;
    let active = call.text("active", Keep::Switch);
    let description = call.text("list_description", Keep::Label);
    let expiration = call.text("expiration_date", Keep::Date);
    let call_time = call.text("local_call_time", Keep::Code);
    let mut values = vec![
        ("campaign_id", campaign),
        ("list_name", name),
        ("active", active.as_str()),
        ("list_description", &description),
        ("expiration_date", &expiration),
        ("local_call_time", &call_time),
    ];
    values.retain(|(_, value)| !value.is_empty());
    if values.is_empty() {
        return call.say(out, &format!("NOTICE: update_list NO UPDATES DEFINED: |{user}|"));
    }
    let now = world.now();
    values.push(("list_changedate", &now.local));
    let lists = world.table_mut("vicidial_lists");
    if let Some(slot) = lists.find("list_id", list_id) {
        lists.update(slot, &values, &now);
    }
    call.say(out, &format!("SUCCESS: update_list LIST HAS BEEN UPDATED - {user}|{list_id}"))
}

fn commands(world: &mut World, call: &Call<'_>, list_id: &str, out: &mut String) -> Result<(), Died> {
    let user = call.user.clone();
    let users = world.table("vicidial_users");
    let (deletes, leads) = (users.number(call.slot, "delete_lists"), users.number(call.slot, "modify_leads"));
    let now = world.now();
    if call.is_on("reset_list") {
        let table = world.table_mut("vicidial_list");
        for slot in table.find_all("list_id", list_id) {
            table.update(slot, &[("called_since_last_reset", "N")], &now);
        }
        call.say(out, &format!("NOTICE: update_list LEADS IN LIST HAVE BEEN RESET - {user}|{list_id}|"))?;
    }
    let from = call.digits("custom_fields_copy");
    if from.len() > 1 {
        copy(world, call, list_id, &from, out)?;
    }
    if call.is_on("delete_list") {
        if deletes > 0 {
            let table = world.table_mut("vicidial_lists");
            let deleted = table.find("list_id", list_id).and_then(|slot| table.delete(slot));
            let count = i32::from(deleted.is_some());
            call.say(out, &format!("NOTICE: update_list LIST HAS BEEN DELETED - {user}|{list_id}|{count}"))?;
        } else {
            let line = "NOTICE: update_list USER DOES NOT HAVE PERMISSION TO DELETE LISTS";
            call.say(out, &format!("{line}: |{user}|0"))?;
        }
    }
    if call.is_on("delete_leads") {
        if deletes > 0 && (1..=4).contains(&leads) {
            let table = world.table_mut("vicidial_list");
            let slots = table.find_all("list_id", list_id);
            for slot in &slots {
                table.delete(*slot);
            }
            let line = "NOTICE: update_list LEADS IN LIST HAVE BEEN DELETED";
            call.say(out, &format!("{line} - {user}|{list_id}|{}", slots.len()))?;
        } else {
            let line = "NOTICE: update_list USER DOES NOT HAVE PERMISSION TO DELETE LEADS";
            call.say(out, &format!("{line}: |{user}|0"))?;
        }
    }
    Ok(())
}

fn copy(world: &mut World, call: &Call<'_>, list_id: &str, from: &str, out: &mut String) -> Result<(), Died> {
    let user = &call.user;
    if custom::labels(world, from).is_empty() {
        let line = "NOTICE: update_list CUSTOM FIELDS LIST ID TO COPY FROM HAS NO CUSTOM FIELDS, THIS IS AN OPTIONAL FIELD";
        return call.say(out, &format!("{line}: |{user}|{list_id}|{from}|0"));
    }
    let method = Some(call.text("custom_copy_method", Keep::Switch)).filter(|method| !method.is_empty());
    let method = method.unwrap_or_else(|| "APPEND".to_owned());
    lists::copy_fields(world, from, list_id);
    let line = "NOTICE: update_list COPY CUSTOM FIELDS COMMAND SENT";
    call.say(out, &format!("{line} - {user}|{list_id}|{from}|{method}|SUCCESS: Fields copied|"))
}

fn add_field(world: &mut World, call: &Call<'_>, list_id: &str, out: &mut String) -> Result<(), Died> {
    let label = call.text("field_label", Keep::Code);
    let kind = call.text("field_type", Keep::Switch);
    let width = Some(call.digits("field_max")).filter(|width| !width.is_empty());
    let width = width.unwrap_or_else(|| call.digits("field_size"));
    let is_new = !label.is_empty() && !custom::labels(world, list_id).contains(&label);
    let result = if is_new { "SUCCESS: Field added" } else { "ERROR: Field not added" };
    if is_new {
        let now = world.now();
        let fields = world.table_mut("vicidial_lists_fields");
        let next = fields.slots().map(|slot| fields.number(slot, "field_id")).max().unwrap_or(0) + 1;
        let rank = call.digits("field_rank");
        let name = call.text("field_name", Keep::Label);
        let row = [
            ("field_id", next.to_string()),
            ("list_id", list_id.to_owned()),
            ("field_label", label.clone()),
            ("field_name", name),
            ("field_type", kind.clone()),
            ("field_max", width),
            ("field_rank", rank),
            ("field_order", "1".to_owned()),
        ];
        let row: Vec<(&str, &str)> = row.iter().map(|(name, value)| (*name, value.as_str())).collect();
        fields.insert(&row, &now);
        seed::custom_tables(&mut world.tables);
    }
    let line = "NOTICE: update_list ADD CUSTOM FIELD COMMAND SENT";
    call.say(out, &format!("{line} - {}|{list_id}|{label}|{kind}|{result}|", call.user))
}
