//! add_lead: puts a lead in, after the checks that the request asks for.
//!
//! Decides the order of the checks and what is printed. What counts as a duplicate, what is in a do-not-call list, and
//! what follows the insert (custom fields, hopper, callback) have files of their own.

use super::api::Call;
use super::fields::{self, Sent};
use super::places::{self, Question};
use super::text::Keep;
use super::world::{Died, World};
use super::{callback, custom, dnc, duplicates, hopper};

/// Fewer rows than this in the table of prefixes, and checks by prefix are off.
const PREFIXES_MIN: usize = 10;

/// Answers add_lead.
pub(super) fn run(world: &mut World, call: &Call<'_>, out: &mut String) -> Result<(), Died> {
    let phone = call.text("phone_number", Keep::Numbers);
    let phone_code = Some(call.digits("phone_code")).filter(|code| !code.is_empty());
    let phone_code = phone_code.unwrap_or_else(|| "1".to_owned());
    let named = call.digits("list_id");
    let user = &call.user;
    if !call.may_touch(&named) {
        return call.say(out, &format!("ERROR: add_lead NOT AN ALLOWED LIST ID - {phone}|{named}"));
    }
    if fields::checks_list(call) && !world.has_list(&named) {
        let line = "ERROR: add_lead NOT A DEFINED LIST ID, LIST EXISTS CHECK ENABLED";
        return call.say(out, &format!("{line} - {phone}|{named}"));
    }
    let list_id = if named.len() > 2 { named } else { "999".to_owned() };
    if let Some(count) = lacks_prefixes(world, call) {
        let line = "NOTICE: add_lead NANPA options disabled, NANPA prefix data not loaded";
        call.say(out, &format!("{line} - {count}|{user}"))?;
    }
    if let Some(line) = phone_trouble(world, call, "add_lead", &phone) {
        return call.say(out, &line);
    }
    if let Some(line) = dnc::refusal(world, call, "add_lead", &phone) {
        return call.say(out, &line);
    }
    if let Some(line) = duplicates::find(world, call, &phone, &list_id)? {
        return call.say(out, &line);
    }
    let sent = Sent::read(call);
    let offset = places::offset(
        world,
        Question {
            phone_code: &phone_code,
            phone_number: &phone,
            postal_code: sent.get("postal_code"),
            owner: sent.get("owner"),
            method: &call.text("tz_method", Keep::Code),
        },
    );
    let mut state = sent.get("state").to_owned();
    if call.is_on("lookup_state") && state.is_empty() {
        state = places::state_of(world, &phone_code, &phone).unwrap_or_default();
    }
    let now = world.now();
    let or = |value: &str, other: &str| {
        if value.is_empty() { other.to_owned() } else { value.to_owned() }
    };
    let entry_list = call.digits("entry_list_id");
    // In the order of the statement: a server without exceptions prints it whole when it fails.
    let mut values: Vec<(&str, String)> = vec![
        ("phone_code", phone_code.clone()),
        ("phone_number", phone.clone()),
        ("list_id", list_id.clone()),
        ("status", if call.is_on("callback") { "CBHOLD" } else { "NEW" }.to_owned()),
        ("user", user.clone()),
        ("vendor_lead_code", sent.get("vendor_lead_code").to_owned()),
        ("source_id", sent.get("source_id").to_owned()),
        ("gmt_offset_now", offset.clone()),
    ];
    for name in ["title", "first_name", "middle_initial", "last_name", "address1", "address2", "address3", "city"] {
        values.push((name, sent.get(name).to_owned()));
    }
    values.push(("state", state));
    for name in ["province", "postal_code", "country_code"] {
        values.push((name, sent.get(name).to_owned()));
    }
    values.push(("gender", or(sent.get("gender"), "U")));
    for name in ["date_of_birth", "alt_phone", "email", "security_phrase", "comments"] {
        values.push((name, sent.get(name).to_owned()));
    }
    values.push(("called_since_last_reset", "N".to_owned()));
    let packed: String = now.local.chars().filter(char::is_ascii_digit).collect();
    values.push(("entry_date", packed));
    values.push(("last_local_call_time", now.local.clone()));
    values.push(("rank", or(sent.get("rank"), "0")));
    values.push(("owner", sent.get("owner").to_owned()));
    let Some(lead_id) = fields::insert_lead(world, &values, &or(&entry_list, "0"))? else {
        let statement = fields::insert_statement(&values, &or(&entry_list, "0"));
        let line = format!("ERROR: add_lead LEAD HAS NOT BEEN ADDED - {phone}|{list_id}|{statement}|{user}");
        return call.say(out, &line);
    };
    let line = format!("SUCCESS: add_lead LEAD HAS BEEN ADDED - {phone}|{list_id}|{lead_id}|{offset}|{user}");
    call.say(out, &line)?;
    after(world, call, out, &Added { phone, lead_id, list_id, offset })
}

/// The lead that has just been put in.
pub(super) struct Added {
    pub(super) phone: String,
    pub(super) lead_id: String,
    pub(super) list_id: String,
    pub(super) offset: String,
}

fn after(world: &mut World, call: &Call<'_>, out: &mut String, added: &Added) -> Result<(), Died> {
    alternates(world, call, out, "add_lead", &added.lead_id)?;
    if call.has_custom_fields() {
        custom::after_add(world, call, out, added)?;
    }
    hopper::after_add(world, call, out, added)?;
    if call.is_on("callback") {
        callback::add(world, call, out, "add_lead", &added.lead_id, &added.list_id)?;
    }
    Ok(())
}

/// How many prefixes the server has, if the request wants them used and they are too few.
pub(super) fn lacks_prefixes(world: &World, call: &Call<'_>) -> Option<usize> {
    let wants = call.is_on("nanpa_ac_prefix_check") || call.text("tz_method", Keep::Code).to_ascii_uppercase().contains("NANPA");
    let count = world.table("vicidial_nanpa_prefix_codes").len();
    (wants && count < PREFIXES_MIN).then_some(count)
}

/// What is wrong with a phone number, by the checks that were asked for.
pub(super) fn phone_trouble(world: &World, call: &Call<'_>, function: &str, phone: &str) -> Option<String> {
    let line = |what: &str| Some(format!("ERROR: {function} INVALID PHONE NUMBER {what} - {phone}|{}", call.user));
    if !(6..=16).contains(&phone.len()) {
        return line("LENGTH");
    }
    // A comma counts as less than any digit.
    if call.is_on("usacan_prefix_check") && phone.get(3..4).is_some_and(|digit| digit < "2") {
        return line("PREFIX");
    }
    let is_known = phone.get(..3).is_some_and(|area| places::is_area_known(world, area));
    if call.is_on("usacan_areacode_check") && !is_known {
        return line("AREACODE");
    }
    // A known area code of a number that is too long or short goes through: only the reason is set.
    if call.is_on("nanpa_ac_prefix_check") && lacks_prefixes(world, call).is_none() {
        let prefixes = world.table("vicidial_nanpa_prefix_codes");
        let (area, prefix) = (phone.get(..3).unwrap_or_default(), phone.get(3..6).unwrap_or_default());
        let is_known = prefixes.slots().any(|slot| prefixes.is(slot, "areacode", area) && prefixes.is(slot, "prefix", prefix));
        if !is_known {
            return line("NANPA AREACODE PREFIX");
        }
    }
    None
}

/// Loads further numbers of a lead. The parts are echoed without line ends, so the notice does not start a line.
pub(super) fn alternates(world: &mut World, call: &Call<'_>, out: &mut String, function: &str, lead_id: &str) -> Result<(), Died> {
    let sent = call.text("multi_alt_phones", Keep::Alternates);
    if sent.len() < 6 {
        return Ok(());
    }
    let now = world.now();
    let mut count = 0;
    for part in sent.split('!') {
        let mut parts = part.split('_');
        let mut next = || parts.next().unwrap_or_default();
        let (number, code, note) = (next(), next(), next());
        out.push_str(&format!("{number}|{code}|{note}"));
        count += 1;
        let row = [
            ("lead_id", lead_id),
            ("phone_code", if code.is_empty() { "1" } else { code }),
            ("phone_number", number),
            ("alt_phone_note", note),
            ("alt_phone_count", &count.to_string()),
        ];
        world.table_mut("vicidial_list_alt_phones").insert(&row, &now);
    }
    let line = format!("NOTICE: {function} MULTI-ALT-PHONE NUMBERS LOADED");
    call.say(out, &format!("{line} - {count}|{lead_id}|{}", call.user))
}
