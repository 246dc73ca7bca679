//! Do-not-call lists and filter groups: adding, deleting, and looking a number up.
//!
//! Decides which entries a check sees: exact digits, and with AREACODE the wildcard of the first three. A campaign that
//! does not exist has a list as well.

use super::add_lead;
use super::api::Call;
use super::places::{self, Question};
use super::text::Keep;
use super::world::{Died, World};

const SYSTEM: &str = "SYSTEM_INTERNAL";

/// The line that refuses a number for a do-not-call list that the request wants checked.
pub(super) fn refusal(world: &World, call: &Call<'_>, function: &str, phone: &str) -> Option<String> {
    let user = &call.user;
    if is_listed(world, "vicidial_dnc", phone, &call.text("dnc_check", Keep::Switch), None) {
        return Some(format!("ERROR: {function} PHONE NUMBER IN DNC - {phone}|{user}"));
    }
    let campaign = call.text("campaign_id", Keep::Code);
    let campaigns = world.table("vicidial_campaigns");
    let other = campaigns.find("campaign_id", &campaign);
    let other = other.map_or("", |slot| campaigns.get(slot, "use_other_campaign_dnc"));
    let looked_in = if other.is_empty() { &campaign } else { other };
    let check = call.text("campaign_dnc_check", Keep::Switch);
    if is_listed(world, "vicidial_campaign_dnc", phone, &check, Some(looked_in)) {
        return Some(format!("ERROR: {function} PHONE NUMBER IN CAMPAIGN DNC - {phone}|{campaign}|{user}"));
    }
    None
}

fn is_listed(world: &World, table: &str, phone: &str, check: &str, campaign: Option<&str>) -> bool {
    if !matches!(check, "Y" | "AREACODE") {
        return false;
    }
    let wildcard = format!("{}XXXXXXX", phone.get(..3).unwrap_or_default());
    let rows = world.table(table);
    rows.slots().any(|slot| {
        let number = rows.get(slot, "phone_number");
        let is_it = number == phone || (check == "AREACODE" && number == wildcard);
        is_it && campaign.is_none_or(|campaign| rows.is(slot, "campaign_id", campaign))
    })
}

/// The status that a lead gets because its number stands on a do-not-call list that the campaign uses; `None` if it may be
/// dialled. A campaign may use another one's list.
pub(super) fn listed(world: &World, phone: &str, campaign: &str) -> Option<&'static str> {
    let campaigns = world.table("vicidial_campaigns");
    let slot = campaigns.find("campaign_id", campaign)?;
    let own = |name: &str| campaigns.get(slot, name);
    if is_listed(world, "vicidial_dnc", phone, own("use_internal_dnc"), None) {
        return Some("DNCL");
    }
    let other = own("use_other_campaign_dnc");
    let looked_in = if other.is_empty() { campaign } else { other };
    is_listed(world, "vicidial_campaign_dnc", phone, own("use_campaign_dnc"), Some(looked_in)).then_some("DNCC")
}

/// Answers add_dnc_phone and delete_dnc_phone.
pub(super) fn change(world: &mut World, call: &Call<'_>, function: &str, out: &mut String) -> Result<(), Died> {
    let phone = call.text("phone_number", Keep::Numbers);
    let campaign = call.text("campaign_id", Keep::Code);
    let user = &call.user;
    if phone.len() < 6 || campaign.is_empty() {
        return call.say(out, &format!("ERROR: {function} YOU MUST USE ALL REQUIRED FIELDS: |{user}|{phone}|{campaign}"));
    }
    let is_system = campaign == SYSTEM;
    let table = if is_system { "vicidial_dnc" } else { "vicidial_campaign_dnc" };
    let rows = world.table(table);
    let found =
        rows.slots().find(|slot| rows.get(*slot, "phone_number") == phone && (is_system || rows.is(*slot, "campaign_id", &campaign)));
    let is_add = function == "add_dnc_phone";
    let now = world.now();
    match (found, is_add) {
        (Some(_), true) => {
            let line = format!("ERROR: {function} DNC NUMBER ALREADY EXISTS");
            return call.say(out, &format!("{line}: |{user}|{phone}|{campaign}"));
        }
        (None, false) => {
            let line = format!("ERROR: {function} DNC NUMBER DOES NOT EXIST");
            return call.say(out, &format!("{line}: |{user}|{phone}|{campaign}"));
        }
        (None, true) => {
            let row = [("phone_number", phone.as_str()), ("campaign_id", &campaign)];
            world.table_mut(table).insert(&row, &now);
        }
        (Some(slot), false) => {
            world.table_mut(table).delete(slot);
        }
    }
    let logged = if is_system { "-SYSINT-" } else { &campaign };
    let row = [
        ("phone_number", phone.as_str()),
        ("campaign_id", logged),
        ("action", if is_add { "add" } else { "delete" }),
        ("action_date", &now.local),
        ("user", user),
    ];
    world.table_mut("vicidial_dnc_log").insert(&row, &now);
    let done = if is_add { "ADDED" } else { "DELETED" };
    call.say(out, &format!("SUCCESS: {function} DNC NUMBER HAS BEEN {done} - {user}|{phone}|{campaign}"))
}

/// Answers add_fpg_phone and delete_fpg_phone.
pub(super) fn change_filter(world: &mut World, call: &Call<'_>, function: &str, out: &mut String) -> Result<(), Died> {
    let phone = call.text("phone_number", Keep::Numbers);
    let group = call.text("group", Keep::Group);
    let user = &call.user;
    if phone.len() < 6 || group.is_empty() {
        return call.say(out, &format!("ERROR: {function} YOU MUST USE ALL REQUIRED FIELDS: |{user}|{phone}|{group}"));
    }
    let groups = world.table("vicidial_filter_phone_groups");
    if groups.find("filter_phone_group_id", &group).is_none() {
        return call.say(out, &format!("ERROR: {function} FILTER PHONE GROUP DOES NOT EXIST: |{user}|{group}"));
    }
    let now = world.now();
    let numbers = world.table_mut("vicidial_filter_phone_numbers");
    let found =
        numbers.slots().find(|slot| numbers.get(*slot, "phone_number") == phone && numbers.is(*slot, "filter_phone_group_id", &group));
    let what = "FILTER PHONE GROUP NUMBER";
    let line = match (found, function == "add_fpg_phone") {
        (Some(_), true) => {
            format!("ERROR: {function} {what} ALREADY EXISTS: |{user}|{phone}|{group}")
        }
        (None, false) => {
            format!("ERROR: {function} {what} DOES NOT EXIST: |{user}|{phone}|{group}")
        }
        (None, true) => {
            let row = [("phone_number", phone.as_str()), ("filter_phone_group_id", &group)];
            numbers.insert(&row, &now);
            format!("SUCCESS: {function} {what} HAS BEEN ADDED - {user}|{phone}|{group}")
        }
        (Some(slot), false) => {
            numbers.delete(slot);
            format!("SUCCESS: {function} {what} HAS BEEN DELETED - {user}|{phone}|{group}")
        }
    };
    call.say(out, &line)
}

/// Answers check_phone_number, the only check that changes nothing.
pub(super) fn check_number(world: &mut World, call: &Call<'_>, out: &mut String) -> Result<(), Died> {
    let phone = call.text("phone_number", Keep::Numbers);
    let phone_code = Some(call.digits("phone_code")).filter(|code| !code.is_empty());
    let phone_code = phone_code.unwrap_or_else(|| "1".to_owned());
    let call_time = call.text("local_call_time", Keep::Code);
    let user = &call.user;
    if world.table("vicidial_call_times").find("call_time_id", &call_time).is_none() {
        let line = "ERROR: check_phone_number THIS IS NOT A VALID CALL TIME";
        return call.say(out, &format!("{line}: |{user}|{call_time}|"));
    }
    if let Some(count) = add_lead::lacks_prefixes(world, call) {
        let line = "ERROR: check_phone_number NANPA options disabled, NANPA prefix data not loaded";
        return call.say(out, &format!("{line} - {count}|{user}"));
    }
    if let Some(line) = add_lead::phone_trouble(world, call, "check_phone_number", &phone) {
        return call.say(out, &line);
    }
    if let Some(line) = refusal(world, call, "check_phone_number", &phone) {
        return call.say(out, &line);
    }
    let postal = call.text("postal_code", Keep::Postal);
    let (state, owner) = (call.text("state", Keep::State), call.text("owner", Keep::Address));
    let asked = Some(call.text("tz_method", Keep::Code)).filter(|asked| !asked.is_empty());
    let asked = asked.map_or_else(|| "AREACODE".to_owned(), |asked| asked.to_uppercase());
    let mut line = String::new();
    for (name, word, is_usable) in [
        ("AREACODE", "", true),
        ("POSTAL", "POSTAL", postal.len() == 5),
        ("TZCODE", "TZCODE", (1..7).contains(&owner.len())),
        ("NANPA", "NANPA", true),
    ] {
        if !asked.contains(name) {
            continue;
        }
        if !is_usable {
            line.push_str(&format!("{name}: 0|#"));
            continue;
        }
        let question = Question { phone_code: &phone_code, phone_number: &phone, postal_code: &postal, owner: &owner, method: word };
        let offset = places::offset(world, question);
        let is_dialable = places::is_dialable(world, &call_time, &offset);
        line.push_str(&format!("{name}: {}|{offset}#", i32::from(is_dialable)));
    }
    line.push_str(&format!("PHONE: {phone}|{phone_code}|{postal}|{state}|{owner}|"));
    call.say(out, &line)
}
