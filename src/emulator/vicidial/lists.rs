//! Reading lists: list_info and list_custom_fields, and which leads of a list can be dialled.
//!
//! Decides what may be read of a list. A list that is read is named as it is sent, while the functions that write take only
//! the digits. New lists and changes of lists have files of their own.

use super::api::Call;
use super::column::leading_number;
use super::text::Keep;
use super::world::{Died, World};
use super::{dnc, hopper, places};

/// The slot of a list by the text that a request names it with, as the database compares a number with a text.
fn named(world: &World, call: &Call<'_>, list_id: &str) -> Option<usize> {
    let lists = world.table("vicidial_lists");
    let number = leading_number(list_id).trunc();
    let slot = lists.find("list_id", &number.to_string())?;
    call.sees(world, lists.get(slot, "campaign_id")).then_some(slot)
}

/// Answers list_info.
pub(super) fn info(world: &mut World, call: &Call<'_>, out: &mut String) -> Result<(), Died> {
    let list_id = call.text("list_id", Keep::Ascii);
    let user = &call.user;
    if !(2..=14).contains(&list_id.len()) {
        let (name, campaign) = (call.text("list_name", Keep::Label), call.text("campaign_id", Keep::Code));
        return call.say(out, &format!("ERROR: list_info YOU MUST USE ALL REQUIRED FIELDS: |{user}|{list_id}|{name}|{campaign}"));
    }
    if !call.may_touch(&list_id) {
        return call.say(out, &format!("ERROR: list_info NOT AN ALLOWED LIST ID - {list_id}"));
    }
    let Some(slot) = named(world, call, &list_id) else {
        return call.say(out, &format!("ERROR: list_info LIST DOES NOT EXIST: |{user}|{list_id}"));
    };
    let lists = world.table("vicidial_lists");
    let mut header = "list_id|list_name|campaign_id|active|list_changedate|list_lastcalldate|expiration_date|resets_today".to_owned();
    let mut row = format!("{list_id}|");
    for name in ["list_name", "campaign_id", "active", "list_changedate", "list_lastcalldate", "expiration_date", "resets_today"] {
        row.push_str(&format!("{}|", lists.get(slot, name)));
    }
    let own = lists.get(slot, "list_id");
    if call.text("leads_counts", Keep::Code) == "Y" {
        header.push_str("|all_leads_count|new_leads_count");
        let leads = world.table("vicidial_list");
        let all = leads.find_all("list_id", own);
        let new = all.iter().filter(|slot| leads.is(**slot, "status", "NEW")).count();
        row.push_str(&format!("{}|{new}|", all.len()));
    }
    if call.text("dialable_count", Keep::Code) == "Y" {
        header.push_str("|dialable_count");
        row.push_str(&with_dialable_status(world, own).len().to_string());
    }
    let separator = call.separator();
    if call.wants_header() {
        out.push_str(&format!("{}\n", header.replace('|', separator)));
    }
    out.push_str(&format!("{}\n", row.replace('|', separator)));
    call.log()
}

/// The slots of a list's leads by the count of list_info: a status that the list's campaign dials, not called since the
/// last reset, in calling time. The list must be active and not over; do-not-call lists are not looked at.
fn with_dialable_status(world: &World, list_id: &str) -> Vec<usize> {
    let (lists, campaigns) = (world.table("vicidial_lists"), world.table("vicidial_campaigns"));
    let campaign = world.campaign_of(list_id);
    let today = &world.now().local[..10];
    let list = lists.find("list_id", list_id);
    let list = list.filter(|slot| lists.is(*slot, "active", "Y") && lists.cell(*slot, "expiration_date").is_none_or(|end| end >= today));
    let (Some(_), Some(slot)) = (list, campaigns.find("campaign_id", &campaign)) else {
        return Vec::new();
    };
    let statuses: Vec<&str> = campaigns.get(slot, "dial_statuses").split_whitespace().filter(|word| *word != "-").collect();
    let call_time = hopper::call_time(world, list_id, &campaign);
    let leads = world.table("vicidial_list");
    leads.select(|slot| {
        leads.is(slot, "list_id", list_id)
            && statuses.iter().any(|status| leads.is(slot, "status", status))
            && leads.is(slot, "called_since_last_reset", "N")
            && places::is_dialable(world, &call_time, leads.get(slot, "gmt_offset_now"))
    })
}

/// The slots of a list's leads that the dialer would dial now, were it not for do-not-call lists: countable as dialable, of
/// an active campaign.
pub(super) fn candidates(world: &World, list_id: &str) -> Vec<usize> {
    let campaigns = world.table("vicidial_campaigns");
    let is_active = campaigns.find("campaign_id", &world.campaign_of(list_id)).is_some_and(|slot| campaigns.is(slot, "active", "Y"));
    if is_active { with_dialable_status(world, list_id) } else { Vec::new() }
}

/// The slots of a list's leads that the dialer would dial now.
pub(super) fn dialable(world: &World, list_id: &str) -> Vec<usize> {
    let (leads, campaign) = (world.table("vicidial_list"), world.campaign_of(list_id));
    let found = candidates(world, list_id).into_iter();
    found.filter(|slot| dnc::listed(world, leads.get(*slot, "phone_number"), &campaign).is_none()).collect()
}

/// Answers list_custom_fields.
pub(super) fn custom_fields(world: &mut World, call: &Call<'_>, out: &mut String) -> Result<(), Died> {
    let user = &call.user;
    if !world.has_custom_fields() {
        let line = "ERROR: CUSTOM LIST FIELDS ARE NOT ENABLED ON THIS SYSTEM";
        return call.say(out, &format!("{line}: |{user}|list_custom_fields|"));
    }
    let list_id = call.text("list_id", Keep::Ascii);
    let is_all = list_id == "---ALL---";
    if !(2..=14).contains(&list_id.len()) {
        let (name, campaign) = (call.text("list_name", Keep::Label), call.text("campaign_id", Keep::Code));
        let line = "ERROR: list_custom_fields YOU MUST USE ALL REQUIRED FIELDS";
        return call.say(out, &format!("{line}: |{user}|{list_id}|{name}|{campaign}"));
    }
    if !is_all && !call.may_touch(&list_id) {
        return call.say(out, &format!("ERROR: list_custom_fields NOT AN ALLOWED LIST ID - {list_id}"));
    }
    let lists = world.table("vicidial_lists");
    let mut found: Vec<usize> = match is_all {
        true => lists.select(|slot| call.may_touch(lists.get(slot, "list_id")) && call.sees(world, lists.get(slot, "campaign_id"))),
        false => named(world, call, &list_id).into_iter().collect(),
    };
    found.sort_by_key(|slot| lists.number(*slot, "list_id"));
    if found.is_empty() && !is_all {
        return call.say(out, &format!("ERROR: list_custom_fields LIST DOES NOT EXIST: |{user}|{list_id}"));
    }
    let separator = call.separator();
    let mut text = String::new();
    if call.wants_header() {
        let header = "list_id|list_name|campaign_id|active|list_changedate|list_lastcalldate|custom_fields_list_space_delimited";
        text.push_str(&format!("{}\n", header.replace('|', separator)));
    }
    let order = call.text("custom_order", Keep::Code);
    let mut sorted: Option<Vec<String>> = None;
    for slot in found {
        let own = |name: &str| lists.get(slot, name);
        let labels = labels_by(world, own("list_id"), &order, &mut sorted)?;
        let row = [
            own("list_id"),
            own("list_name"),
            own("campaign_id"),
            own("active"),
            own("list_changedate"),
            own("list_lastcalldate"),
            &labels,
        ];
        text.push_str(&format!("{}\n", row.join(separator)));
    }
    out.push_str(&text);
    call.log()
}

/// The labels of a list in the order asked for. The script sorts one array for all lists and never empties it: what a
/// shorter list does not overwrite stays, and before the first list with fields there is no array to sort.
fn labels_by(world: &World, list_id: &str, order: &str, sorted: &mut Option<Vec<String>>) -> Result<String, Died> {
    let table = world.find_table(&format!("custom_{list_id}"));
    let columns = table.iter().flat_map(|table| table.columns().iter()).skip(1);
    let labels: Vec<String> = columns.map(|column| column.name.clone()).collect();
    if !labels.is_empty() {
        let all = sorted.get_or_insert_default();
        for (place, label) in labels.iter().enumerate() {
            match all.get_mut(place) {
                Some(old) => old.clone_from(label),
                None => all.push(label.clone()),
            }
        }
    }
    if !matches!(order, "alpha_up" | "alpha_down") {
        return Ok(labels.join(" "));
    }
    let all = sorted.as_mut().ok_or(Died)?;
    all.sort();
    if order == "alpha_down" {
        all.reverse();
    }
    Ok(all.join(" "))
}
