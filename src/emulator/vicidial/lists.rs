//! Lists: list_info, list_custom_fields, add_list.
//!
//! Decides what may be read of a list and what a new one needs. Changes of a list have a file of their own.

use super::api::Call;
use super::custom;
use super::places;
use super::seed;
use super::table::Table;
use super::text::Keep;
use super::world::{Died, World};
use super::{dnc, hopper};

/// Answers list_info.
pub(super) fn info(world: &mut World, call: &Call<'_>, out: &mut String) -> Result<(), Died> {
    let list_id = call.digits("list_id");
    let user = &call.user;
    if list_id.len() < 2 {
        return call.say(out, &format!("ERROR: list_info YOU MUST USE ALL REQUIRED FIELDS: |{user}|{list_id}||"));
    }
    if !call.may_touch(&list_id) {
        return call.say(out, &format!("ERROR: list_info NOT AN ALLOWED LIST ID - {list_id}"));
    }
    let lists = world.table("vicidial_lists");
    let Some(slot) = lists.find("list_id", &list_id) else {
        return call.say(out, &format!("ERROR: list_info LIST DOES NOT EXIST: |{user}|{list_id}"));
    };
    let mut header = "list_id|list_name|campaign_id|active|list_changedate|list_lastcalldate|expiration_date|resets_today".to_owned();
    let mut row = String::new();
    for name in ["list_id", "list_name", "campaign_id", "active", "list_changedate", "list_lastcalldate", "expiration_date", "resets_today"]
    {
        row.push_str(&format!("{}|", lists.get(slot, name)));
    }
    if call.is_on("leads_counts") {
        header.push_str("|all_leads_count|new_leads_count");
        let leads = world.table("vicidial_list");
        let all = leads.find_all("list_id", &list_id);
        let new = all.iter().filter(|slot| leads.is(**slot, "status", "NEW")).count();
        row.push_str(&format!("{}|{new}|", all.len()));
    }
    if call.is_on("dialable_count") {
        header.push_str("|dialable_count");
        row.push_str(&dialable(world, &list_id).len().to_string());
    }
    let separator = call.separator();
    if call.wants_header() {
        out.push_str(&format!("{}\n", header.replace('|', separator)));
    }
    out.push_str(&format!("{}\n", row.replace('|', separator)));
    call.log()
}

/// The slots of a list's leads that the dialer would dial now: an active list, a status that its campaign dials, not
/// called since the last reset, in calling time, in no do-not-call list.
pub(super) fn dialable(world: &World, list_id: &str) -> Vec<usize> {
    let (lists, campaigns) = (world.table("vicidial_lists"), world.table("vicidial_campaigns"));
    let Some(list) = lists.find("list_id", list_id).filter(|slot| lists.is(*slot, "active", "Y")) else {
        return Vec::new();
    };
    let campaign = lists.get(list, "campaign_id");
    let found = campaigns.find("campaign_id", campaign).filter(|slot| campaigns.is(*slot, "active", "Y"));
    let Some(slot) = found else {
        return Vec::new();
    };
    let statuses: Vec<&str> = campaigns.get(slot, "dial_statuses").split_whitespace().filter(|word| *word != "-").collect();
    let call_time = hopper::call_time(world, list_id, campaign);
    let leads = world.table("vicidial_list");
    leads.select(|slot| {
        leads.is(slot, "list_id", list_id)
            && statuses.iter().any(|status| leads.is(slot, "status", status))
            && leads.is(slot, "called_since_last_reset", "N")
            && places::is_dialable(world, &call_time, leads.get(slot, "gmt_offset_now"))
            && !dnc::is_blocked(world, leads.get(slot, "phone_number"), campaign)
    })
}

/// Answers list_custom_fields.
pub(super) fn custom_fields(world: &mut World, call: &Call<'_>, out: &mut String) -> Result<(), Died> {
    let user = &call.user;
    if !world.has_custom_fields() {
        let line = "ERROR: CUSTOM LIST FIELDS ARE NOT ENABLED ON THIS SYSTEM";
        return call.say(out, &format!("{line}: |{user}|list_custom_fields|"));
    }
    let asked = call.text("list_id", Keep::Code);
    let is_all = asked == "---ALL---";
    let list_id = if is_all { asked.clone() } else { call.digits("list_id") };
    if list_id.len() < 2 {
        return call.say(out, &format!("ERROR: list_custom_fields YOU MUST USE ALL REQUIRED FIELDS: |{user}|{list_id}||"));
    }
    if !is_all && !call.may_touch(&list_id) {
        return call.say(out, &format!("ERROR: list_custom_fields NOT AN ALLOWED LIST ID - {list_id}"));
    }
    let lists = world.table("vicidial_lists");
    let mut found: Vec<usize> = match is_all {
        true => lists.select(|slot| call.may_touch(lists.get(slot, "list_id"))),
        false => lists.find("list_id", &list_id).into_iter().collect(),
    };
    found.sort_by_key(|slot| lists.number(*slot, "list_id"));
    if found.is_empty() {
        return call.say(out, &format!("ERROR: list_custom_fields LIST DOES NOT EXIST: |{user}|{list_id}"));
    }
    let separator = call.separator();
    if call.wants_header() {
        let header = "list_id|list_name|campaign_id|active|list_changedate|list_lastcalldate|custom_fields_list_space_delimited";
        out.push_str(&format!("{}\n", header.replace('|', separator)));
    }
    for slot in found {
        let own = |name: &str| lists.get(slot, name);
        let labels = custom::labels(world, own("list_id")).join(" ");
        let row = [
            own("list_id"),
            own("list_name"),
            own("campaign_id"),
            own("active"),
            own("list_changedate"),
            own("list_lastcalldate"),
            &labels,
        ];
        out.push_str(&format!("{}\n", row.join(separator)));
    }
    call.log()
}

/// Answers add_list.
pub(super) fn add(world: &mut World, call: &Call<'_>, out: &mut String) -> Result<(), Died> {
    let list_id = call.digits("list_id");
    let name = call.text("list_name", Keep::Label);
    let campaign = call.text("campaign_id", Keep::Code);
    let user = &call.user;
    let is_complete = (2..=14).contains(&list_id.len()) && (2..=30).contains(&name.chars().count()) && (2..=8).contains(&campaign.len());
    if !is_complete {
        let line = "ERROR: add_list YOU MUST USE ALL REQUIRED FIELDS";
        return call.say(out, &format!("{line}: |{user}|{list_id}|{name}|{campaign}"));
    }
    if !world.has_campaign(&campaign) {
        return call.say(out, &format!("ERROR: add_list CAMPAIGN DOES NOT EXIST: |{user}|{campaign}"));
    }
    if world.has_list(&list_id) {
        return call.say(out, &format!("ERROR: add_list LIST ALREADY EXISTS: |{user}|{list_id}"));
    }
    let reset_time = call.text("reset_time", Keep::Date);
    if !reset_time.is_empty() && reset_time.len() < 4 {
        let line = "ERROR: add_list RESET TIME IS NOT VALID, THIS IS AN OPTIONAL FIELD";
        return call.say(out, &format!("{line}: |{user}|{reset_time}"));
    }
    let now = world.now();
    let active = if call.is_on("active") { "Y" } else { "N" };
    let description = call.text("list_description", Keep::Label);
    let expiration = call.text("expiration_date", Keep::Date);
    let expiration = if expiration.len() == 10 { expiration.as_str() } else { "2099-12-31" };
    let row = [
        ("list_id", list_id.as_str()),
        ("list_name", &name),
        ("campaign_id", &campaign),
        ("active", active),
        ("list_description", &description),
        ("expiration_date", expiration),
        ("resets_today", "0"),
        ("local_call_time", "campaign"),
    ];
    world.table_mut("vicidial_lists").insert(&row, &now);
    let from = call.digits("custom_fields_copy");
    if from.len() > 1 && !custom::labels(world, &from).is_empty() {
        copy_fields(world, &from, &list_id);
    }
    call.say(out, &format!("SUCCESS: add_list LIST HAS BEEN ADDED - {user}|{list_id}|{name}|{campaign}"))
}

/// Copies the definitions of custom fields from one list to another, and makes the table.
pub(super) fn copy_fields(world: &mut World, from: &str, to: &str) {
    let known = custom::labels(world, to);
    let now = world.now();
    let fields = world.table("vicidial_lists_fields");
    let mut rows = Vec::new();
    for slot in fields.find_all("list_id", from) {
        if known.iter().any(|label| label == fields.get(slot, "field_label")) {
            continue;
        }
        rows.push(field_row(fields, slot, to));
    }
    let fields = world.table_mut("vicidial_lists_fields");
    for row in rows {
        let row: Vec<(&str, &str)> = row.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        fields.insert(&row, &now);
    }
    seed::custom_tables(&mut world.tables);
}

fn field_row(fields: &Table, slot: usize, list_id: &str) -> Vec<(String, String)> {
    let cells = fields.columns().iter().map(|column| (column.name.clone(), fields.get(slot, &column.name).to_owned()));
    let mut row: Vec<(String, String)> = cells.collect();
    let next = fields.slots().map(|slot| fields.number(slot, "field_id")).max().unwrap_or(0) + 1;
    for (name, value) in &mut row {
        match name.as_str() {
            "list_id" => list_id.clone_into(value),
            "field_id" => *value = next.to_string(),
            _ => {}
        }
    }
    row
}

impl World {
    /// Defines a custom field of a list and makes room for it in the list's table.
    pub fn add_custom_field(&mut self, list_id: u64, label: &str, kind: &str, width: usize) {
        let now = self.now();
        let fields = self.table("vicidial_lists_fields");
        let next = (fields.len() + 1).to_string();
        let (list_id, width) = (list_id.to_string(), width.to_string());
        let row = [
            ("field_id", next.as_str()),
            ("list_id", &list_id),
            ("field_label", label),
            ("field_name", label),
            ("field_type", kind),
            ("field_max", &width),
            ("field_rank", &next),
            ("field_order", "1"),
        ];
        self.table_mut("vicidial_lists_fields").insert(&row, &now);
        seed::custom_tables(&mut self.tables);
    }
}
