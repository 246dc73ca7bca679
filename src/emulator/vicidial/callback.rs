//! Scheduled callbacks: adding, changing and removing them by the API.
//!
//! Decides what is checked. Adding checks user and campaign; changing an existing callback checks nothing. Times are the
//! server's, and one that is none is stored as noughts. The lead's status stays as it is.

use super::api::Call;
use super::text::Keep;
use super::update_lead::Before;
use super::world::{Died, World};

/// What a request says about a callback.
struct Wanted {
    campaign: String,
    time: String,
    kind: String,
    user: String,
    status: String,
    remark: Option<String>,
}

impl Wanted {
    fn read(world: &World, call: &Call<'_>) -> Self {
        let time = call.text("callback_datetime", Keep::Moment);
        let days = time.strip_suffix("DAYS").and_then(|days| days.parse::<i64>().ok());
        let time = match (time.as_str(), days) {
            ("NOW", _) => world.now().local,
            (_, Some(days)) => later(world, days),
            _ => time,
        };
        let remark = call.text("callback_comments", Keep::Remark);
        Wanted {
            campaign: call.text("campaign_id", Keep::Code),
            time,
            kind: call.text("callback_type", Keep::Switch),
            user: call.text("callback_user", Keep::Code),
            status: call.text("callback_status", Keep::Code),
            remark: Some(remark).filter(|remark| !remark.is_empty()),
        }
    }
}

/// The same time of day some days on.
fn later(world: &World, days: i64) -> String {
    let now = world.clock.at(world.clock.epoch()).naive_local();
    let then = now.checked_add_signed(chrono::Duration::days(days)).unwrap_or(now);
    then.format("%Y-%m-%d %H:%M:%S").to_string()
}

/// Adds a callback for a lead.
pub(super) fn add(world: &mut World, call: &Call<'_>, out: &mut String, function: &str, lead_id: &str, list_id: &str) -> Result<(), Died> {
    let wanted = Wanted::read(world, call);
    let Wanted { campaign, time, .. } = &wanted;
    let not_added = |why: &str| format!("NOTICE: {function} SCHEDULED CALLBACK NOT ADDED, {why} - {lead_id}|{campaign}");
    if !world.has_campaign(campaign) {
        return call.say(out, &not_added("CAMPAIGN NOT VALID"));
    }
    let is_for_one = wanted.kind == "USERONLY";
    let kind = if is_for_one { "USERONLY" } else { "ANYONE" };
    let (mut user, mut group) = (String::new(), String::new());
    if is_for_one {
        let users = world.table("vicidial_users");
        let Some(slot) = users.find("user", &wanted.user) else {
            return call.say(out, &format!("{}|{}|{kind}", not_added("USER NOT VALID"), wanted.user));
        };
        user.clone_from(&wanted.user);
        users.get(slot, "user_group").clone_into(&mut group);
    }
    let status = if wanted.status.is_empty() { "CALLBK" } else { &wanted.status };
    let now = world.now();
    let row = [
        ("lead_id", lead_id),
        ("list_id", list_id),
        ("campaign_id", campaign),
        ("status", "ACTIVE"),
        ("entry_time", &now.local),
        ("callback_time", time),
        ("user", &user),
        ("recipient", kind),
        ("comments", wanted.remark.as_deref().unwrap_or_default()),
        ("user_group", &group),
        ("lead_status", status),
    ];
    world.table_mut("vicidial_callbacks").insert(&row, &now);
    let line = format!("NOTICE: {function} SCHEDULED CALLBACK ADDED");
    call.say(out, &format!("{line} - {lead_id}|{campaign}|{time}|{kind}|{user}|{status}"))
}

/// Changes the callback of a lead, or adds one if it has none.
pub(super) fn add_or_change(world: &mut World, call: &Call<'_>, out: &mut String, before: &Before) -> Result<(), Died> {
    let lead_id = &before.lead_id;
    let callbacks = world.table("vicidial_callbacks");
    let mut found = callbacks.find_all("lead_id", lead_id).into_iter();
    let slot = found.rfind(|slot| matches!(callbacks.get(*slot, "status"), "ACTIVE" | "LIVE"));
    let Some(slot) = slot else {
        return add(world, call, out, "update_lead", lead_id, &before.list_id);
    };
    let wanted = Wanted::read(world, call);
    let mut values: Vec<(&str, &str)> = Vec::new();
    let group = {
        let users = world.table("vicidial_users");
        let slot = users.find("user", &wanted.user);
        slot.map_or(String::new(), |slot| users.get(slot, "user_group").to_owned())
    };
    for (name, value) in [
        ("campaign_id", &wanted.campaign),
        ("callback_time", &wanted.time),
        ("recipient", &wanted.kind),
        ("user", &wanted.user),
        ("lead_status", &wanted.status),
    ] {
        if !value.is_empty() {
            values.push((name, value));
        }
    }
    if !wanted.user.is_empty() {
        values.push(("user_group", &group));
    }
    if let Some(remark) = &wanted.remark {
        values.push(("comments", remark));
    }
    if values.is_empty() {
        let line = "NOTICE: update_lead SCHEDULED CALLBACK NOT UPDATED, NO FIELDS SPECIFIED";
        return call.say(out, &format!("{line} - {lead_id}|"));
    }
    let now = world.now();
    values.push(("entry_time", &now.local));
    world.table_mut("vicidial_callbacks").update(slot, &values, &now);
    let Wanted { campaign, time, kind, user, status, .. } = &wanted;
    let line = "NOTICE: update_lead SCHEDULED CALLBACK UPDATED";
    call.say(out, &format!("{line} - {lead_id}|{campaign}|{time}|{kind}|{user}|{status}"))
}

/// Moves a lead's callbacks to the archive. Gives how many were archived and deleted.
pub(super) fn remove(world: &mut World, lead_id: &str) -> (usize, usize) {
    let slots = world.table("vicidial_callbacks").find_all("lead_id", lead_id);
    for slot in &slots {
        let row = world.table_mut("vicidial_callbacks").delete(*slot);
        if let Some(row) = row {
            world.table_mut("vicidial_callbacks_archive").place_row(row);
        }
    }
    (slots.len(), slots.len())
}
