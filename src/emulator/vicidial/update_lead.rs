//! update_lead: finds leads by number, foreign key or phone, and changes, deletes or looks at them, or puts one in.
//!
//! Decides how the search words are read, which matches are touched, and the order of what is printed. Custom fields,
//! callbacks and the hopper have files of their own.

use super::api::Call;
use super::fields::{self, Sent};
use super::text::{self, Keep};
use super::world::{Died, World};
use super::{callback, custom, hopper, upsert};

/// What the request searches by.
pub(super) struct Search {
    pub(super) table: &'static str,
    pub(super) lead_id: String,
    pub(super) code: String,
    pub(super) phone: String,
    pub(super) list_id: String,
    method: String,
    location: String,
}

impl Search {
    fn read(call: &Call<'_>) -> Self {
        let sent = call.text("search_method", Keep::Code);
        Search {
            table: table(call),
            lead_id: call.digits("lead_id"),
            code: call.text("vendor_lead_code", Keep::Free),
            phone: call.text("phone_number", Keep::Numbers),
            list_id: call.digits("list_id"),
            // A word that is too short to be one of the three is not looked at.
            method: if sent.chars().count() < 6 { "LEAD_ID".to_owned() } else { sent },
            location: call.text("search_location", Keep::Switch),
        }
    }

    /// The columns to search by, in the fixed order, with what to look for.
    fn ways(&self) -> Vec<(&'static str, &str)> {
        let is_number = (6..19).contains(&self.phone.len());
        let all = [
            ("LEAD_ID", "lead_id", &self.lead_id, !self.lead_id.is_empty()),
            ("VENDOR_LEAD_CODE", "vendor_lead_code", &self.code, !self.code.is_empty()),
            ("PHONE_NUMBER", "phone_number", &self.phone, is_number),
        ];
        let asked = all.into_iter().filter(|(word, _, _, is_usable)| self.method.contains(word) && *is_usable);
        asked.map(|(_, column, value, _)| (column, value.as_str())).collect()
    }

    /// The three keys as the answers print them.
    fn keys(&self) -> String {
        format!("{}|{}|{}", self.lead_id, self.code, self.phone)
    }
}

/// The lists that a search is limited to, or `None` for all: by the word and a list of three digits.
pub(super) fn searched_lists(world: &World, location: &str, list_id: &str) -> Option<Vec<String>> {
    let is_limited = location.len() > 3 && list_id.len() > 2 && list_id.parse::<f64>().is_ok_and(|list| list >= 99.0);
    if !is_limited {
        return None;
    }
    let mut lists = None;
    // A list that is not defined has no campaign, and limits nothing.
    if location.contains("CAMPAIGN") && world.has_list(list_id) {
        lists = Some(world.lists_of(&world.campaign_of(list_id)));
    }
    if location.contains("LIST") {
        lists = Some(vec![list_id.to_owned()]);
    }
    lists
}

/// The lead table, or the archive of leads.
pub(super) fn table(call: &Call<'_>) -> &'static str {
    if call.text("archived_lead", Keep::Plain) == "Y" { "vicidial_list_archive" } else { "vicidial_list" }
}

/// Answers update_lead.
pub(super) fn run(world: &mut World, call: &Call<'_>, out: &mut String) -> Result<(), Died> {
    let search = Search::read(call);
    let user = &call.user;
    if search.ways().is_empty() {
        let line = "ERROR: update_lead NO VALID SEARCH METHOD";
        return call.say(out, &format!("{line} - {user}|{}|{}", search.method, search.keys()));
    }
    if !call.may_use(&search.list_id) {
        let line = "ERROR: update_lead NOT AN ALLOWED LIST ID, SEARCH";
        return call.say(out, &format!("{line} - {}|{}", search.phone, search.list_id));
    }
    let list_field = call.digits("list_id_field");
    if fields::checks_list(call) && !list_field.is_empty() && !world.has_list(&list_field) {
        let line = "ERROR: update_lead NOT A DEFINED LIST ID, LIST EXISTS CHECK ENABLED";
        return call.say(out, &format!("{line} - {}|{list_field}", search.phone));
    }
    if world.find_table(search.table).is_none() {
        world.failed()?;
    }
    let only_looks = call.is_on("no_update");
    let wants_insert = call.is_on("insert_if_not_found") && !only_looks;
    // A search and an insert are two statements: requests side by side may all find nothing.
    let is_missed = wants_insert && world.is_missed();
    let found = if is_missed { Vec::new() } else { matches(world, call, &search)? };
    let Some(first) = found.first() else {
        let kind = if only_looks || wants_insert { "NOTICE" } else { "ERROR" };
        let line = format!("{kind}: update_lead NO MATCHES FOUND IN THE SYSTEM: |{user}|{}", search.keys());
        call.say(out, &line)?;
        return if wants_insert { upsert::insert(world, call, &search, out) } else { Ok(()) };
    };
    let named = hopper::Named {
        lead_id: if search.lead_id.is_empty() { first.lead_id.clone() } else { search.lead_id.clone() },
        list_id: if search.list_id.is_empty() { first.list_id.clone() } else { search.list_id.clone() },
    };
    if only_looks {
        let line = "NOTICE: update_lead LEADS FOUND IN THE SYSTEM";
        let (named, code, phone) = (&named.lead_id, &search.code, &search.phone);
        call.say(out, &format!("{line}: |{user}|{named}|{code}|{phone}|{}|{}", first.list_id, first.entry_list_id))?;
    } else {
        for before in &found {
            if !call.may_use(&before.list_id) {
                return call.say(out, &format!("ERROR: update_lead NOT AN ALLOWED LIST ID, RESULTS - {}", before.list_id));
            }
            change(world, call, &search, before, out)?;
        }
    }
    hopper::after_update(world, call, out, search.table, &search.phone, &named)
}

/// The leads that the first successful way of searching finds, newest first, as many as asked for.
fn matches(world: &mut World, call: &Call<'_>, search: &Search) -> Result<Vec<Before>, Died> {
    let limit = Some(call.digits("records")).filter(|records| !records.is_empty());
    let limit = limit.map_or(1, |records| records.parse::<usize>().unwrap_or(usize::MAX));
    let forced = call.digits("force_entry_list_id");
    for (column, value) in search.ways() {
        let Some(value) = text::unescape(value) else {
            world.failed()?;
            continue;
        };
        let Some(leads) = world.find_table(search.table) else {
            return Ok(Vec::new());
        };
        let lists = searched_lists(world, &search.location, &search.list_id);
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
        // Of two leads that were put in within one second the first on disk comes first, of more the last: the database
        // keeps no more rows in order than it is asked for.
        if found.len() > 2 {
            found.reverse();
        }
        found.sort_by(|left, right| leads.get(*right, "entry_date").cmp(leads.get(*left, "entry_date")));
        found.truncate(limit);
        if !found.is_empty() {
            let before = found.into_iter().map(|slot| Before {
                lead_id: leads.get(slot, "lead_id").to_owned(),
                list_id: leads.get(slot, "list_id").to_owned(),
                entry_list_id: if forced.len() > 1 { forced.clone() } else { leads.get(slot, "entry_list_id").to_owned() },
            });
            return Ok(before.collect());
        }
    }
    Ok(Vec::new())
}

/// What a lead was before the request changed it; a forced entry list stands in place of its own.
pub(super) struct Before {
    pub(super) lead_id: String,
    pub(super) list_id: String,
    pub(super) entry_list_id: String,
}

fn change(world: &mut World, call: &Call<'_>, search: &Search, before: &Before, out: &mut String) -> Result<(), Died> {
    let lead_id = &before.lead_id;
    if call.is_on("delete_cf_data") {
        custom::delete_data(world, call, out, search, before)?;
    }
    let mut changes = fields::changes(call, &Sent::read(call));
    if call.is_on("update_phone_number") && !search.phone.is_empty() {
        changes.push(("phone_number", search.phone.clone()));
    }
    let entry_list = fields::entry_list(call);
    if !entry_list.is_empty() && !call.has_custom_fields() {
        changes.push(("entry_list_id", entry_list));
    }
    if call.is_on("delete_lead") {
        delete(world, call, search, before, out)?;
    } else if !changes.is_empty() {
        let affected = match world.table(search.table).find("lead_id", lead_id) {
            Some(slot) => update(world, search.table, slot, &changes)?,
            None => 0,
        };
        let line = "SUCCESS: update_lead LEAD HAS BEEN UPDATED";
        call.say(out, &format!("{line} - {}|{lead_id}|{affected}|||", call.user))?;
    }
    match call.text("callback", Keep::Switch).as_str() {
        "Y" => callback::add_or_change(world, call, out, before)?,
        "REMOVE" => {
            let (archived, deleted) = callback::remove(world, lead_id);
            let line = "NOTICE: update_lead SCHEDULED CALLBACK DELETED";
            call.say(out, &format!("{line} - {}|{lead_id}|{archived}|{deleted}", call.user))?;
        }
        _ => {}
    }
    if call.has_custom_fields() {
        custom::after_update(world, call, out, search, before)?;
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
    if world.is_strict && !world.table(table).takes(&values) {
        world.failed()?;
        return Ok(-1);
    }
    Ok(i64::from(world.table_mut(table).update(slot, &values, &now)))
}

fn delete(world: &mut World, call: &Call<'_>, search: &Search, before: &Before, out: &mut String) -> Result<(), Died> {
    let lead_id = &before.lead_id;
    let leads = world.table_mut(search.table);
    let gone = leads.find("lead_id", lead_id).and_then(|slot| leads.delete(slot));
    let gone = i32::from(gone.is_some());
    let (archived, deleted) = callback::remove(world, lead_id);
    let line = "SUCCESS: update_lead LEAD HAS BEEN DELETED";
    let user = &call.user;
    call.say(out, &format!("{line} {archived}|{deleted} - {user}|{lead_id}|{gone}|{archived}|{deleted}|"))
}
