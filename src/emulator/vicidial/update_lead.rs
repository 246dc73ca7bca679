//! update_lead: finds leads by number, foreign key or phone, and changes, deletes or looks at them, or puts one in.
//!
//! Decides how the search words are read, which matches are touched, and the order of what is printed. Custom fields,
//! callbacks and the hopper have files of their own.

use super::api::Call;
use super::fields::{self, Sent};
use super::text::{self, Keep};
use super::world::{Died, World};
use super::{callback, custom, duplicates, hopper, upsert};

/// What the request searches by.
pub(super) struct Search {
    pub(super) table: &'static str,
    pub(super) lead_id: String,
    pub(super) code: String,
    pub(super) phone: String,
    pub(super) list_id: String,
    method: String,
    location: &'static str,
}

impl Search {
    fn read(call: &Call<'_>) -> Self {
        let list_id = call.digits("list_id");
        let sent = call.text("search_method", Keep::Code);
        // A word that is too short to be one of the three is not looked at.
        let method = if sent.len() < 6 { "LEAD_ID".to_owned() } else { sent };
        let location = call.text("search_location", Keep::Code);
        let location = match location.as_str() {
            "LIST" if list_id.len() > 2 => "LIST",
            "CAMPAIGN" if list_id.len() > 2 => "CAMPAIGN",
            _ => "SYSTEM",
        };
        Search {
            table: table(call),
            lead_id: call.digits("lead_id"),
            code: call.text("vendor_lead_code", Keep::Free),
            phone: call.text("phone_number", Keep::Numbers),
            list_id,
            method,
            location,
        }
    }

    /// The columns to search by, in the fixed order, with what to look for.
    fn ways(&self) -> Vec<(&'static str, &str)> {
        let all = [
            ("LEAD_ID", "lead_id", &self.lead_id),
            ("VENDOR_LEAD_CODE", "vendor_lead_code", &self.code),
            ("PHONE_NUMBER", "phone_number", &self.phone),
        ];
        let asked = all.into_iter().filter(|(word, _, value)| self.method.contains(word) && !value.is_empty());
        asked.map(|(_, column, value)| (column, value.as_str())).collect()
    }

    /// The three keys as the answers print them.
    fn keys(&self) -> String {
        format!("{}|{}|{}", self.lead_id, self.code, self.phone)
    }
}

/// The lead table, or the archive of leads.
pub(super) fn table(call: &Call<'_>) -> &'static str {
    if call.is_on("archived_lead") { "vicidial_list_archive" } else { "vicidial_list" }
}

/// Answers update_lead.
pub(super) fn run(world: &mut World, call: &Call<'_>, out: &mut String) -> Result<(), Died> {
    let search = Search::read(call);
    let user = &call.user;
    let list_field = call.digits("list_id_field");
    if fields::checks_list(call) && !list_field.is_empty() && !world.has_list(&list_field) {
        let line = "ERROR: update_lead NOT A DEFINED LIST ID, LIST EXISTS CHECK ENABLED";
        return call.say(out, &format!("{line} - {}|{list_field}", search.phone));
    }
    if !search.list_id.is_empty() && !call.may_touch(&search.list_id) {
        let line = "ERROR: update_lead NOT AN ALLOWED LIST ID, SEARCH";
        return call.say(out, &format!("{line} - {}|{}", search.phone, search.list_id));
    }
    if search.ways().is_empty() {
        let line = "ERROR: update_lead NO VALID SEARCH METHOD";
        return call.say(out, &format!("{line} - {user}|{}|{}", search.method, search.keys()));
    }
    if world.find_table(search.table).is_none() {
        world.failed()?;
    }
    let wants_insert = call.is_on("insert_if_not_found") && !call.is_on("no_update");
    // A search and an insert are two statements: requests side by side may all find nothing.
    let is_missed = wants_insert && duplicates::is_missed(world);
    let found = if is_missed { Vec::new() } else { matches(world, call, &search)? };
    let Some(first) = found.first() else {
        let kind = if call.is_on("no_update") || wants_insert { "NOTICE" } else { "ERROR" };
        let line = format!("{kind}: update_lead NO MATCHES FOUND IN THE SYSTEM: |{user}|{}", search.keys());
        call.say(out, &line)?;
        return if wants_insert { upsert::insert(world, call, &search, out) } else { Ok(()) };
    };
    if call.is_on("no_update") {
        let leads = world.table(search.table);
        let list = leads.find("lead_id", first).map(|slot| {
            let text = |name| leads.get(slot, name);
            format!("{}|{}", text("list_id"), text("entry_list_id"))
        });
        let line = "NOTICE: update_lead LEADS FOUND IN THE SYSTEM";
        let list = list.unwrap_or_default();
        return call.say(out, &format!("{line}: |{user}|{first}|{}|{}|{list}", search.code, search.phone));
    }
    for lead_id in &found {
        let list = world.table(search.table).find("lead_id", lead_id);
        let list = list.map_or("", |slot| world.table(search.table).get(slot, "list_id")).to_owned();
        if !call.may_touch(&list) {
            return call.say(out, &format!("ERROR: update_lead NOT AN ALLOWED LIST ID, RESULTS - {list}"));
        }
    }
    for lead_id in &found {
        change(world, call, &search, lead_id, lead_id == first, out)?;
    }
    Ok(())
}

/// The leads that the first successful way of searching finds, newest first, as many as asked for.
fn matches(world: &mut World, call: &Call<'_>, search: &Search) -> Result<Vec<String>, Died> {
    let limit = call.digits("records").parse::<usize>().unwrap_or(1).max(1);
    for (column, value) in search.ways() {
        let Some(value) = text::unescape(value) else {
            world.failed()?;
            continue;
        };
        let Some(leads) = world.find_table(search.table) else {
            return Ok(Vec::new());
        };
        let lists = match search.location {
            "LIST" => Some(vec![search.list_id.clone()]),
            "CAMPAIGN" => Some(world.lists_of(&world.campaign_of(&search.list_id))),
            _ => None,
        };
        let candidates = match column {
            "lead_id" => leads.find(column, &value).into_iter().collect(),
            _ => leads.find_all(column, &value),
        };
        let mut found: Vec<usize> = candidates
            .into_iter()
            .filter(|slot| {
                let list = leads.get(*slot, "list_id");
                lists.as_ref().is_none_or(|lists| lists.iter().any(|one| one == list))
            })
            .collect();
        found.sort_by(|left, right| leads.get(*right, "entry_date").cmp(leads.get(*left, "entry_date")));
        if !found.is_empty() {
            let ids = found.iter().take(limit).map(|slot| leads.get(*slot, "lead_id").to_owned());
            return Ok(ids.collect());
        }
    }
    Ok(Vec::new())
}

/// What a lead was before the request changed it.
pub(super) struct Before {
    pub(super) lead_id: String,
    pub(super) list_id: String,
    pub(super) entry_list_id: String,
}

fn change(world: &mut World, call: &Call<'_>, search: &Search, lead_id: &str, is_first: bool, out: &mut String) -> Result<(), Died> {
    let leads = world.table(search.table);
    let Some(slot) = leads.find("lead_id", lead_id) else {
        return Ok(());
    };
    let before = Before {
        lead_id: lead_id.to_owned(),
        list_id: leads.get(slot, "list_id").to_owned(),
        entry_list_id: leads.get(slot, "entry_list_id").to_owned(),
    };
    if call.is_on("delete_lead") {
        return delete(world, call, search, slot, &before, out);
    }
    if call.is_on("delete_cf_data") {
        custom::delete_data(world, call, out, search, &before)?;
    }
    let mut changes = fields::changes(call, &Sent::read(call));
    let is_phone = call.is_on("update_phone_number") && (6..=18).contains(&search.phone.chars().count());
    if is_phone {
        changes.push(("phone_number", search.phone.clone()));
    }
    if !changes.is_empty() {
        let affected = update(world, search.table, slot, &changes)?;
        let line = "SUCCESS: update_lead LEAD HAS BEEN UPDATED";
        call.say(out, &format!("{line} - {}|{lead_id}|{affected}|||", call.user))?;
    }
    if call.is_on("custom_fields") {
        custom::after_update(world, call, out, search, &before)?;
    }
    match call.text("callback", Keep::Switch).as_str() {
        "Y" => callback::add_or_change(world, call, out, &before)?,
        "REMOVE" => {
            let (archived, deleted) = callback::remove(world, lead_id);
            let line = "NOTICE: update_lead SCHEDULED CALLBACK DELETED";
            call.say(out, &format!("{line} - {}|{lead_id}|{archived}|{deleted}", call.user))?;
        }
        _ => {}
    }
    if is_first {
        hopper::after_update(world, call, out, search, lead_id)?;
    }
    Ok(())
}

/// Changes a row. Gives the count of changed rows as the database reports it: -1 for a statement that failed.
pub(super) fn update(world: &mut World, table: &str, slot: usize, changes: &[(&'static str, String)]) -> Result<i64, Died> {
    let Some(plain) = fields::plain(changes) else {
        world.failed()?;
        return Ok(-1);
    };
    let now = world.now();
    let values: Vec<(&str, &str)> = plain.iter().map(|(name, value)| (*name, value.as_str())).collect();
    Ok(i64::from(world.table_mut(table).update(slot, &values, &now)))
}

fn delete(world: &mut World, call: &Call<'_>, search: &Search, slot: usize, before: &Before, out: &mut String) -> Result<(), Died> {
    let lead_id = &before.lead_id;
    world.table_mut(search.table).delete(slot);
    let (archived, deleted) = callback::remove(world, lead_id);
    let line = "SUCCESS: update_lead LEAD HAS BEEN DELETED";
    let user = &call.user;
    call.say(out, &format!("{line} {archived}|{deleted} - {user}|{lead_id}|1|{archived}|{deleted}|"))?;
    if call.is_on("custom_fields") {
        custom::delete_entry(world, call, out, search, before)?;
    }
    Ok(())
}
