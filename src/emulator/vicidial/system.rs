//! What the API tells of the server itself and of its campaigns, and the change of a campaign.

use super::api::Call;
use super::text::Keep;
use super::world::{Died, World};

/// Answers version, which needs no login.
pub(super) fn version(world: &World, out: &mut String) {
    let now = world.now();
    let servers = world.table("servers");
    let zone = servers.slots().next().map_or("", |slot| servers.get(slot, "local_gmt"));
    let is_summer = world.clock.is_summer();
    // In summer the number is counted up and loses its decimals.
    let present = if is_summer { world.clock.offset_hours().to_string() } else { zone.to_owned() };
    let summer = i32::from(is_summer);
    out.push_str(&format!(
        "VERSION: 2.14-194|BUILD: 241004-1518|DATE: {}|EPOCH: {}|DST: {summer}|TZ: {zone}|TZNOW: {present}|\n",
        now.local, now.epoch
    ));
}

/// Answers campaigns_list.
pub(super) fn campaigns(world: &mut World, call: &Call<'_>, out: &mut String) -> Result<(), Died> {
    let group = world.table("vicidial_users").get(call.slot, "user_group");
    let allowed = world.campaigns_of_group(group);
    let table = world.table("vicidial_campaigns");
    let mut found = table.select(|slot| {
        let name = table.get(slot, "campaign_id");
        allowed.as_ref().is_none_or(|allowed| allowed.iter().any(|one| one == name))
    });
    found.sort_by(|left, right| table.get(*left, "campaign_id").cmp(table.get(*right, "campaign_id")));
    if found.is_empty() {
        return call.say(out, &format!("ERROR: campaigns_list NO RESULTS FOUND: {}|", call.user));
    }
    let separator = call.separator();
    if call.wants_header() {
        let header = "campaign_id|campaign_name|active|user_group|dial_method|dial_level|lead_order|dial_statuses|\
                      dial_timeout|dial_prefix|manual_dial_prefix|three_way_dial_prefix";
        out.push_str(&format!("{}\n", header.replace('|', separator)));
    }
    for slot in found {
        let own = |name: &str| table.get(slot, name).to_owned();
        let or = |name: &str, other: &str| table.cell(slot, name).unwrap_or(other).to_owned();
        let statuses = own("dial_statuses");
        let row = [
            own("campaign_id"),
            own("campaign_name"),
            own("active"),
            own("user_group"),
            own("dial_method"),
            own("auto_dial_level"),
            own("lead_order"),
            statuses.trim_end_matches('-').trim().to_owned(),
            or("dial_timeout", "60"),
            or("dial_prefix", "9"),
            own("manual_dial_prefix"),
            own("three_way_dial_prefix"),
        ];
        out.push_str(&format!("{}\n", row.join(separator)));
    }
    call.log()
}

/// Answers update_campaign.
pub(super) fn update_campaign(world: &mut World, call: &Call<'_>, out: &mut String) -> Result<(), Died> {
    let campaign = call.text("campaign_id", Keep::Code);
    let name = call.text("campaign_name", Keep::Statuses);
    let user = &call.user;
    if !(2..=20).contains(&campaign.len()) {
        let line = "ERROR: update_campaign YOU MUST USE ALL REQUIRED FIELDS";
        return call.say(out, &format!("{line}: |{user}|{campaign}|{name}|{campaign}"));
    }
    let table = world.table("vicidial_campaigns");
    let Some(slot) = table.find("campaign_id", &campaign).filter(|_| call.sees(world, &campaign)) else {
        return call.say(out, &format!("ERROR: update_campaign CAMPAIGN DOES NOT EXIST: |{user}|{campaign}"));
    };
    let values = [
        ("active", call.text("active", Keep::Switch)),
        ("campaign_name", name),
        ("auto_dial_level", call.text("auto_dial_level", Keep::Offset)),
        ("hopper_level", call.digits("hopper_level")),
        ("dial_timeout", call.digits("dial_timeout")),
        ("dispo_call_url", call.text("dispo_call_url", Keep::Url)),
    ];
    let mut values: Vec<(&str, &str)> = values.iter().map(|(name, value)| (*name, value.as_str())).collect();
    values.retain(|(_, value)| !value.is_empty());
    if values.is_empty() {
        return call.say(out, &format!("NOTICE: update_campaign NO UPDATES DEFINED: |{user}|"));
    }
    let now = world.now();
    world.table_mut("vicidial_campaigns").update(slot, &values, &now);
    call.say(out, &format!("SUCCESS: update_campaign CAMPAIGN HAS BEEN UPDATED - {user}|{campaign}"))
}
