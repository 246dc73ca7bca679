//! What the API tells of the server itself: version, campaigns, users, agents.

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
    let user = &call.user;
    let table = world.table("vicidial_campaigns");
    let Some(slot) = table.find("campaign_id", &campaign) else {
        return call.say(out, &format!("ERROR: update_campaign CAMPAIGN DOES NOT EXIST: |{user}|{campaign}"));
    };
    let url = call.params.sent("dispo_call_url").unwrap_or_default();
    let url: String = url.chars().filter(|char| char.is_ascii_alphanumeric() || " -%=+.:/@?&_".contains(*char)).collect();
    let values = [
        ("active", call.text("active", Keep::Switch)),
        ("campaign_name", call.text("campaign_name", Keep::Label)),
        ("auto_dial_level", call.text("auto_dial_level", Keep::Offset)),
        ("hopper_level", call.digits("hopper_level")),
        ("dial_timeout", call.digits("dial_timeout")),
        ("dispo_call_url", url),
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

/// Answers user_details.
pub(super) fn user_details(world: &mut World, call: &Call<'_>, out: &mut String) -> Result<(), Died> {
    let agent = call.text("agent_user", Keep::Code);
    let users = world.table("vicidial_users");
    let Some(slot) = users.find("user", &agent) else {
        return call.say(out, &format!("ERROR: user_details USER DOES NOT EXIST: |{}|{agent}|", call.user));
    };
    let separator = call.separator();
    if call.wants_header() {
        out.push_str(&format!("{}\n", "user|full_name|user_group|user_level|active".replace('|', separator)));
    }
    let row: Vec<&str> = ["user", "full_name", "user_group", "user_level", "active"].iter().map(|name| users.get(slot, name)).collect();
    out.push_str(&format!("{}\n", row.join(separator)));
    call.log()
}

/// Answers logged_in_agents.
pub(super) fn logged_in_agents(world: &mut World, call: &Call<'_>, out: &mut String) -> Result<(), Died> {
    let (agents, users) = (world.table("vicidial_live_agents"), world.table("vicidial_users"));
    let group = users.get(call.slot, "user_group");
    let allowed = world.campaigns_of_group(group);
    let asked = call.text("campaigns", Keep::Code);
    let found = agents.select(|slot| {
        let campaign = agents.get(slot, "campaign_id");
        (asked.is_empty() || asked.split('-').any(|one| one == campaign))
            && allowed.as_ref().is_none_or(|allowed| allowed.iter().any(|one| one == campaign))
    });
    if found.is_empty() {
        return call.say(out, &format!("ERROR: logged_in_agents NO LOGGED IN AGENTS: {}|", call.user));
    }
    let separator = call.separator();
    if call.wants_header() {
        let header = "user|campaign_id|session_id|status|lead_id|callerid|calls_today|full_name|user_group|user_level";
        out.push_str(&format!("{}\n", header.replace('|', separator)));
    }
    for slot in found {
        let own = |name: &str| agents.get(slot, name).to_owned();
        let user = users.find("user", agents.get(slot, "user"));
        let of_user = |name: &str| user.map_or_else(String::new, |user| users.get(user, name).to_owned());
        let row = [
            own("user"),
            own("campaign_id"),
            own("conf_exten"),
            own("status"),
            own("lead_id"),
            own("callerid"),
            own("calls_today"),
            of_user("full_name"),
            of_user("user_group"),
            of_user("user_level"),
        ];
        out.push_str(&format!("{}\n", row.join(separator)));
    }
    call.log()
}
