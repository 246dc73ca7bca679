//! add_list: a new list, with the custom fields of another one if asked for.
//!
//! Decides what a new list needs and which of its optional values are looked at, in the script's order.

use super::api::Call;
use super::list_fields;
use super::list_values;
use super::text::Keep;
use super::world::{Died, World};

/// Answers add_list.
pub(super) fn run(world: &mut World, call: &Call<'_>, out: &mut String) -> Result<(), Died> {
    let list_id = call.digits("list_id");
    let name = call.text("list_name", Keep::Label);
    let campaign = call.text("campaign_id", Keep::Code);
    let user = &call.user;
    let is_complete = (2..=14).contains(&list_id.len()) && (2..=30).contains(&name.len()) && (1..=8).contains(&campaign.len());
    if !is_complete {
        let line = "ERROR: add_list YOU MUST USE ALL REQUIRED FIELDS";
        return call.say(out, &format!("{line}: |{user}|{list_id}|{name}|{campaign}"));
    }
    if !world.has_campaign(&campaign) || !call.sees(world, &campaign) {
        return call.say(out, &format!("ERROR: add_list CAMPAIGN DOES NOT EXIST: |{user}|{campaign}"));
    }
    if world.has_list(&list_id) {
        return call.say(out, &format!("ERROR: add_list LIST ALREADY EXISTS: |{user}|{list_id}"));
    }
    let trouble = list_values::script_trouble(world, call)
        .or_else(|| list_values::group_trouble(world, call))
        .or_else(|| list_values::reset_trouble(call));
    if let Some(trouble) = trouble {
        return call.say(out, &trouble.line("add_list", user));
    }
    let from = call.digits("custom_fields_copy");
    let copies = (2..15).contains(&from.len());
    if copies && let Some(why) = list_fields::copy_trouble(world, call, &list_id, &from) {
        return call.say(out, &format!("ERROR: add_list {why}"));
    }
    let trouble = list_values::zone_trouble(call)
        .or_else(|| list_values::call_time_trouble(world, call))
        .or_else(|| list_values::transfer_trouble(call));
    if let Some(trouble) = trouble {
        return call.say(out, &trouble.line("add_list", user));
    }
    let mut row = vec![
        ("list_id", list_id.clone()),
        ("list_name", name.clone()),
        ("campaign_id", campaign.clone()),
        ("resets_today", "0".to_owned()),
        ("daily_reset_limit", "-1".to_owned()),
        ("local_call_time", "campaign".to_owned()),
        ("active", "N".to_owned()),
        ("expiration_date", "2099-12-31".to_owned()),
    ];
    // A later value of a column wins.
    row.extend(list_values::changes(call).into_iter().filter(|(name, _)| !matches!(*name, "list_name" | "campaign_id")));
    let now = world.now();
    let row: Vec<(&str, &str)> = row.iter().map(|(name, value)| (*name, value.as_str())).collect();
    world.table_mut("vicidial_lists").insert(&row, &now);
    if copies {
        list_fields::copy(world, &from, &list_id);
    }
    call.say(out, &format!("SUCCESS: add_list LIST HAS BEEN ADDED - {user}|{list_id}|{name}|{campaign}"))
}
