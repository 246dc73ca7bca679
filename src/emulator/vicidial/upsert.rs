//! The insert branch of update_lead: puts a lead in when none was found.
//!
//! Decides what it needs and what it takes. It has no duplicate or do-not-call check, takes a status, stores `--BLANK--`
//! as it is, and does not look whether the list exists.

use super::api::Call;
use super::fields::{self, Sent};
use super::places::{self, Question};
use super::text::Keep;
use super::update_lead::Search;
use super::world::{Died, World};
use super::{add_lead, custom, hopper};

/// Puts the lead in and prints the rest of the answer.
pub(super) fn insert(world: &mut World, call: &Call<'_>, search: &Search, out: &mut String) -> Result<(), Died> {
    let phone_code = call.digits("phone_code");
    let list_field = call.digits("list_id_field");
    let list_id = if list_field.is_empty() { search.list_id.clone() } else { list_field };
    let (phone, user) = (&search.phone, &call.user);
    let is_complete = (6..=18).contains(&phone.len()) && !phone_code.is_empty() && list_id.len() > 2;
    if !is_complete {
        let line = "ERROR: update_lead INVALID DATA FOR LEAD INSERTION";
        return call.say(out, &format!("{line} - {user}|{phone}|{phone_code}|{list_id}|Y"));
    }
    if !call.may_use(&list_id) {
        let line = "ERROR: update_lead NOT AN ALLOWED LIST ID, INSERT";
        return call.say(out, &format!("{line} - {phone}|{list_id}"));
    }
    let sent = Sent::read(call);
    let offset = places::offset(
        world,
        Question {
            phone_code: &phone_code,
            phone_number: phone,
            postal_code: sent.get("postal_code"),
            owner: sent.get("owner"),
            method: &call.text("tz_method", Keep::Code),
        },
    );
    let now = world.now();
    let status = Some(call.text("status", Keep::Code)).filter(|status| !status.is_empty());
    let mut values: Vec<(&str, String)> = vec![
        ("phone_code", phone_code),
        ("phone_number", phone.clone()),
        ("list_id", list_id.clone()),
        ("status", status.unwrap_or_else(|| "NEW".to_owned())),
        ("user", user.clone()),
        ("gmt_offset_now", offset.clone()),
        ("called_since_last_reset", "N".to_owned()),
        ("entry_date", now.local.clone()),
        ("last_local_call_time", now.local.clone()),
    ];
    for name in [
        "vendor_lead_code",
        "source_id",
        "title",
        "first_name",
        "middle_initial",
        "last_name",
        "address1",
        "address2",
        "address3",
        "city",
        "state",
        "province",
        "postal_code",
        "country_code",
        "gender",
        "date_of_birth",
        "alt_phone",
        "email",
        "security_phrase",
        "comments",
        "rank",
        "owner",
    ] {
        values.push((name, sent.get(name).to_owned()));
    }
    let entry_list = Some(fields::entry_list(call)).filter(|list| !list.is_empty() && !call.has_custom_fields());
    let Some(lead_id) = fields::insert_lead(world, &values, &entry_list.unwrap_or_else(|| "0".to_owned()))? else {
        // A statement that fails without an exception goes unmentioned.
        return Ok(());
    };
    let line = "SUCCESS: update_lead LEAD HAS BEEN ADDED";
    call.say(out, &format!("{line} - {phone}|{list_id}|{lead_id}|{offset}|{user}"))?;
    add_lead::alternates(world, call, out, "update_lead", &lead_id)?;
    if call.has_custom_fields() {
        custom::after_insert(world, call, out, search, &lead_id, &list_id)?;
    }
    let named = hopper::Named { lead_id, list_id };
    hopper::after_update(world, call, out, search.table, phone, &named)
}
