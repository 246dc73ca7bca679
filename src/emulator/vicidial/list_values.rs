//! The optional values of a list as parameters: what is looked at, what is refused, and which column each one fills.
//!
//! Decides one value at a time; the functions decide the order. Knows nothing of custom fields.

use super::api::Call;
use super::fields::BLANK;
use super::text::Keep;
use super::world::World;

/// A value that a list cannot take.
pub(super) struct Trouble {
    what: String,
    value: String,
}

impl Trouble {
    fn of(what: &str, value: String) -> Option<Self> {
        Some(Trouble { what: what.to_owned(), value })
    }

    /// The line that refuses it.
    pub(super) fn line(&self, function: &str, user: &str) -> String {
        format!("ERROR: {function} {}, THIS IS AN OPTIONAL FIELD: |{user}|{}", self.what, self.value)
    }
}

/// An unknown script.
pub(super) fn script_trouble(world: &World, call: &Call<'_>) -> Option<Trouble> {
    let script = call.text("script", Keep::Code);
    let is_known = script.is_empty()
        || script == BLANK
        || world.find_table("vicidial_scripts").is_some_and(|scripts| scripts.find("script_id", &script).is_some());
    if is_known { None } else { Trouble::of("SCRIPT DOES NOT EXIST", script) }
}

/// An unknown in-group.
pub(super) fn group_trouble(world: &World, call: &Call<'_>) -> Option<Trouble> {
    let group = call.text("drop_inbound_group", Keep::Code);
    let is_known = group.is_empty() || group == BLANK || world.table("vicidial_inbound_groups").find("group_id", &group).is_some();
    if is_known { None } else { Trouble::of("IN-GROUP DOES NOT EXIST", group) }
}

/// A time of resets that is too short.
pub(super) fn reset_trouble(call: &Call<'_>) -> Option<Trouble> {
    let time = call.text("reset_time", Keep::Times);
    if (1..4).contains(&time.len()) { Trouble::of("RESET TIME IS NOT VALID", time) } else { None }
}

/// A way to find time zones that is none.
pub(super) fn zone_trouble(call: &Call<'_>) -> Option<Trouble> {
    let method = call.text("tz_method", Keep::Code);
    let is_known = matches!(method.as_str(), "" | "COUNTRY_AND_AREA_CODE" | "POSTAL_CODE" | "NANPA_PREFIX" | "OWNER_TIME_ZONE_CODE");
    if is_known { None } else { Trouble::of("TIME ZONE METHOD IS NOT VALID", method) }
}

/// An unknown call time.
pub(super) fn call_time_trouble(world: &World, call: &Call<'_>) -> Option<Trouble> {
    let time = call.text("local_call_time", Keep::Code);
    let is_known = matches!(time.as_str(), "" | "campaign") || world.table("vicidial_call_times").find("call_time_id", &time).is_some();
    if is_known { None } else { Trouble::of("LOCAL CALL TIME DOES NOT EXIST", time) }
}

/// The numbers that a transfer may go to, with their names in refusals and their columns.
const TRANSFERS: &[(&str, &str, &str)] = &[
    ("xferconf_one", "ONE", "xferconf_a_number"),
    ("xferconf_two", "TWO", "xferconf_b_number"),
    ("xferconf_three", "THREE", "xferconf_c_number"),
    ("xferconf_four", "FOUR", "xferconf_d_number"),
    ("xferconf_five", "FIVE", "xferconf_e_number"),
];

/// A transfer number that is too long.
pub(super) fn transfer_trouble(call: &Call<'_>) -> Option<Trouble> {
    TRANSFERS.iter().find_map(|(name, word, _)| {
        let number = call.text(name, Keep::Code);
        if number.len() > 50 { Trouble::of(&format!("TRANSFER CONF OVERRIDE {word} IS NOT VALID"), number) } else { None }
    })
}

/// The first thing that update_list refuses.
pub(super) fn update_trouble(world: &World, call: &Call<'_>) -> Option<Trouble> {
    let campaign = call.text("campaign_id", Keep::Code);
    if !campaign.is_empty() && !world.has_campaign(&campaign) {
        return Trouble::of("CAMPAIGN DOES NOT EXIST", campaign);
    }
    if let Some(trouble) = script_trouble(world, call).or_else(|| group_trouble(world, call)) {
        return Some(trouble);
    }
    let name = call.text("list_name", Keep::Label);
    if !name.is_empty() && !(6..=30).contains(&name.len()) {
        return Trouble::of("LIST NAME MUST BE FROM 6 TO 30 CHARACTERS", name);
    }
    let active = call.text("active", Keep::Switch);
    if !matches!(active.as_str(), "" | "Y" | "N") {
        return Trouble::of("ACTIVE MUST BE Y OR N", active);
    }
    let cid = outbound_cid(call);
    if !cid.is_empty() && cid != BLANK && !(6..=18).contains(&cid.len()) {
        return Trouble::of("OUTBOUND CID MUST BE FROM 6 TO 18 DIGITS", cid);
    }
    let message = call.text("am_message", Keep::Code);
    if message.len() > 100 {
        return Trouble::of("ANSWERING MACHINE MESSAGE MUST LESS THAN 101 DIGITS", message);
    }
    reset_trouble(call).or_else(|| zone_trouble(call)).or_else(|| call_time_trouble(world, call)).or_else(|| transfer_trouble(call))
}

fn outbound_cid(call: &Call<'_>) -> String {
    call.text("outbound_cid", Keep::Code)
}

/// The columns that the request fills, with their values; `--BLANK--` empties one.
pub(super) fn changes(call: &Call<'_>) -> Vec<(&'static str, String)> {
    let mut changes = vec![
        ("web_form_address_three", call.text("web_form_address_three", Keep::Url)),
        ("web_form_address_two", call.text("web_form_address_two", Keep::Url)),
        ("web_form_address", call.text("web_form_address", Keep::Url)),
        ("am_message_exten_override", call.text("am_message", Keep::Code)),
        ("campaign_cid_override", outbound_cid(call)),
        ("active", call.text("active", Keep::Switch)),
        ("list_name", call.text("list_name", Keep::Label)),
        ("campaign_id", call.text("campaign_id", Keep::Code)),
        ("agent_script_override", call.text("script", Keep::Code)),
        ("drop_inbound_group_override", call.text("drop_inbound_group", Keep::Code)),
        ("list_description", call.text("list_description", Keep::Label)),
        ("time_zone_setting", call.text("tz_method", Keep::Code)),
        ("local_call_time", call.text("local_call_time", Keep::Code)),
    ];
    let expiration = call.text("expiration_date", Keep::Code);
    // A date takes the place of the times of resets.
    if expiration.len() > 9 {
        changes.push(("expiration_date", expiration));
    } else {
        changes.push(("reset_time", call.text("reset_time", Keep::Times)));
    }
    changes.extend(TRANSFERS.iter().map(|(name, _, column)| (*column, call.text(name, Keep::Code))));
    changes.retain(|(_, value)| !value.is_empty());
    for (_, value) in &mut changes {
        if value == BLANK {
            value.clear();
        }
    }
    changes
}
