//! The hopper: the leads that will be dialled next.
//!
//! Decides how leads get in and out by the API, and how the list of them reads. A row in the hopper keeps what it was
//! given: a later change of the lead's status or list does not reach it.

use super::add_lead::Added;
use super::api::Call;
use super::column::leading_number;
use super::places;
use super::text::Keep;
use super::world::{Died, World};

/// A lead and a list as a request names them: what was sent counts, though the lead found may be another one.
pub(super) struct Named {
    pub(super) lead_id: String,
    pub(super) list_id: String,
}

/// Whether a request asks for the hopper. To take a lead out wins over to put it in.
fn wants_in(call: &Call<'_>) -> bool {
    call.is_on("add_to_hopper") && !wants_out(call)
}

fn wants_out(call: &Call<'_>) -> bool {
    call.text("remove_from_hopper", Keep::Plain) == "Y"
}

/// Puts the lead that was just added into the hopper, if the request asks for it.
pub(super) fn after_add(world: &mut World, call: &Call<'_>, out: &mut String, added: &Added) -> Result<(), Died> {
    if !wants_in(call) {
        return Ok(());
    }
    let Added { phone, lead_id, list_id, offset } = added;
    let named = Named { lead_id: lead_id.clone(), list_id: list_id.clone() };
    put(world, call, out, &Entry { function: "add_lead", table: "vicidial_list", phone, named: &named, offset: Some(offset) })
}

/// Puts a lead into the hopper or takes it out, as update_lead was asked to.
pub(super) fn after_update(
    world: &mut World,
    call: &Call<'_>,
    out: &mut String,
    table: &str,
    phone: &str,
    named: &Named,
) -> Result<(), Died> {
    let (lead_id, user) = (&named.lead_id, &call.user);
    if wants_in(call) {
        if world.table("vicidial_hopper").find("lead_id", lead_id).is_some() {
            let line = "NOTICE: update_lead NOT ADDED TO HOPPER, LEAD IS ALREADY IN THE HOPPER";
            call.say(out, &format!("{line} - {phone}|{lead_id}|{user}"))?;
        } else {
            put(world, call, out, &Entry { function: "update_lead", table, phone, named, offset: None })?;
        }
    }
    if !wants_out(call) {
        return Ok(());
    }
    let hopper = world.table_mut("vicidial_hopper");
    let Some(slot) = hopper.find("lead_id", lead_id) else {
        let line = "NOTICE: update_lead NOT REMOVED FROM HOPPER, LEAD IS NOT IN THE HOPPER";
        return call.say(out, &format!("{line} - {phone}|{lead_id}|{user}"));
    };
    let status = hopper.get(slot, "status").to_owned();
    // A lead that is being called stays.
    let stays = matches!(status.as_str(), "INCALL" | "DONE" | "HOLD" | "DNC");
    if !stays {
        hopper.delete(slot);
    }
    let done = if stays { "NOT REMOVED FROM HOPPER" } else { "REMOVED FROM HOPPER" };
    call.say(out, &format!("NOTICE: update_lead {done} - {phone}|{lead_id}|{status}|{user}"))
}

struct Entry<'a> {
    function: &'a str,
    table: &'a str,
    phone: &'a str,
    named: &'a Named,
    /// The offset as an insert has just reckoned it; else the lead's own counts.
    offset: Option<&'a str>,
}

fn put(world: &mut World, call: &Call<'_>, out: &mut String, entry: &Entry<'_>) -> Result<(), Died> {
    let Entry { function, table, phone, named, offset } = entry;
    let Named { lead_id, list_id } = named;
    let Some((leads, slot)) = world.find_table(table).and_then(|leads| Some((leads, leads.find("lead_id", lead_id)?))) else {
        let line = format!("NOTICE: {function} NOT ADDED TO HOPPER, LEAD NOT FOUND");
        return call.say(out, &format!("{line} - {phone}|{lead_id}|{}", call.user));
    };
    let code = leads.get(slot, "vendor_lead_code").to_owned();
    let state = leads.get(slot, "state").to_owned();
    let stored_offset = leads.get(slot, "gmt_offset_now").to_owned();
    let campaign = world.campaign_of(list_id);
    if call.is_on("hopper_local_call_time_check") {
        let call_time = call_time(world, list_id, &campaign);
        if !places::is_dialable(world, &call_time, &stored_offset) {
            let line = format!("NOTICE: {function} NOT ADDED TO HOPPER, OUTSIDE OF LOCAL TIME");
            let offset = offset.unwrap_or(&stored_offset);
            return call.say(out, &format!("{line} - {phone}|{lead_id}|{offset}|0|{}", call.user));
        }
    }
    let priority = call.text("hopper_priority", Keep::Date).parse::<i32>().unwrap_or(0).clamp(-99, 99);
    let now = world.now();
    let row = [
        ("lead_id", lead_id.as_str()),
        ("campaign_id", &campaign),
        ("status", "READY"),
        ("user", ""),
        ("list_id", list_id),
        ("gmt_offset_now", &stored_offset),
        ("state", &state),
        ("priority", &priority.to_string()),
        ("source", "P"),
        ("vendor_lead_code", &code),
    ];
    let (_, hopper_id) = world.table_mut("vicidial_hopper").insert(&row, &now);
    let line = format!("NOTICE: {function} ADDED TO HOPPER");
    call.say(out, &format!("{line} - {phone}|{lead_id}|{hopper_id}|{}", call.user))
}

/// The call time of a list: its own, or its campaign's.
pub(super) fn call_time(world: &World, list_id: &str, campaign: &str) -> String {
    let lists = world.table("vicidial_lists");
    let own = lists.find("list_id", list_id).map_or("", |slot| lists.get(slot, "local_call_time"));
    if !matches!(own, "" | "campaign") {
        return own.to_owned();
    }
    let campaigns = world.table("vicidial_campaigns");
    let found = campaigns.find("campaign_id", campaign);
    found.map_or_else(String::new, |slot| campaigns.get(slot, "local_call_time").to_owned())
}

const HEADER: &str = "hopper_order|priority|lead_id|list_id|phone_number|phone_code|state|status|count|gmt_offset|rank|alt|\
                      hopper_source|vendor_lead_code|source_id|age_days|last_call_time";

/// Answers hopper_list.
pub(super) fn list(world: &mut World, call: &Call<'_>, out: &mut String) -> Result<(), Died> {
    let campaign = call.text("campaign_id", Keep::Code);
    let user = &call.user;
    let group = world.table("vicidial_users").get(call.slot, "user_group");
    let is_visible = world.campaigns_of_group(group).is_none_or(|allowed| allowed.iter().any(|one| one.eq_ignore_ascii_case(&campaign)));
    if !world.has_campaign(&campaign) || !is_visible {
        return call.say(out, &format!("ERROR: hopper_list THIS CAMPAIGN DOES NOT EXIST: |{user}|{campaign}"));
    }
    let hopper = world.table("vicidial_hopper");
    let mut slots = hopper.find_all("campaign_id", &campaign);
    slots.retain(|slot| hopper.is(*slot, "status", "READY"));
    slots.sort_by_key(|slot| (-hopper.number(*slot, "priority"), hopper.number(*slot, "hopper_id")));
    if slots.is_empty() {
        let line = "ERROR: hopper_list THERE ARE NO LEADS IN THE HOPPER FOR THIS CAMPAIGN";
        return call.say(out, &format!("{line}: {user}|{campaign}"));
    }
    let separator = call.separator();
    let mut rows = String::new();
    if call.wants_header() {
        rows = format!("{}\n", HEADER.replace('|', separator));
    }
    for (order, slot) in slots.into_iter().enumerate() {
        rows.push_str(&row(world, order, slot).join(separator));
        rows.push('\n');
    }
    out.push_str(&rows);
    call.log()
}

fn row(world: &World, order: usize, slot: usize) -> Vec<String> {
    let (hopper, leads) = (world.table("vicidial_hopper"), world.table("vicidial_list"));
    let own = |name: &str| hopper.get(slot, name).to_owned();
    let lead = leads.find("lead_id", hopper.get(slot, "lead_id"));
    let of_lead = |name: &str| lead.map_or_else(String::new, |lead| leads.get(lead, name).to_owned());
    let now = world.clock.epoch();
    // A lead that is gone is as old as the epoch.
    let epoch = |local: &str| world.clock.epoch_of(local).unwrap_or(0);
    let days = (now - epoch(&of_lead("entry_date"))) / 86_400;
    // The time of the last call is the customer's, and is shifted the wrong way.
    let shift = leading_number(hopper.get(slot, "gmt_offset_now")) - places::server_offset(world);
    let called = epoch(&of_lead("last_local_call_time")) + (shift * 3600.0) as i64;
    let hours = (now - called) / 3600;
    let since = match hours {
        ..24 => format!("{hours} HOURS "),
        24..8760 => format!("{} DAYS  ", hours / 24),
        8760..262_800 => format!("{} YEARS ", hours / 24 / 365),
        _ => "NEVER    ".to_owned(),
    };
    vec![
        order.to_string(),
        own("priority"),
        own("lead_id"),
        own("list_id"),
        of_lead("phone_number"),
        of_lead("phone_code"),
        own("state"),
        of_lead("status"),
        of_lead("called_count"),
        own("gmt_offset_now"),
        of_lead("rank"),
        own("alt_dial"),
        own("source"),
        own("vendor_lead_code"),
        of_lead("source_id"),
        days.to_string(),
        since,
    ]
}
