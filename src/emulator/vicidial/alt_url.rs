//! update_alt_url: the addresses that are called after a disposition, where a campaign has several.
//!
//! Decides what is asked for and refused. A campaign must have the word ALT in place of one address.

use super::api::Call;
use super::text::Keep;
use super::world::{Died, World};

const COLUMNS: &str = "url_id|campaign_id|entry_type|active|url_type|url_rank|url_statuses|url_description|url_lists|url_call_length|\
                       url_address";

/// Answers update_alt_url.
pub(super) fn run(world: &mut World, call: &Call<'_>, out: &mut String) -> Result<(), Died> {
    let campaign = call.text("campaign_id", Keep::Code);
    let (user, name) = (&call.user, call.text("campaign_name", Keep::Statuses));
    if !(2..=20).contains(&campaign.len()) {
        let line = "ERROR: update_alt_url YOU MUST USE ALL REQUIRED FIELDS";
        return call.say(out, &format!("{line}: |{user}|{campaign}|{name}|{campaign}"));
    }
    let campaigns = world.table("vicidial_campaigns");
    let Some(slot) = campaigns.find("campaign_id", &campaign).filter(|_| call.sees(world, &campaign)) else {
        return call.say(out, &format!("ERROR: update_alt_url CAMPAIGN DOES NOT EXIST: |{user}|{campaign}"));
    };
    let (entry, kind) = (call.text("entry_type", Keep::FieldLabel), call.text("url_type", Keep::FieldLabel));
    let id = call.text("alt_url_id", Keep::Plain);
    let about = format!("{user}|{kind}|{entry}|{campaign}");
    if id == "LIST" {
        return list(world, call, out, &[("campaign_id", &campaign), ("entry_type", &entry), ("url_type", &kind)], &about);
    }
    if entry != "campaign" {
        return call.say(out, &format!("ERROR: update_alt_url NO ENTRY TYPE DEFINED:: |{user}|{entry}|{campaign}"));
    }
    let column = match kind.as_str() {
        "dispo" => "dispo_call_url",
        "start" => "start_call_url",
        "noagent" => "na_call_url",
        _ => return call.say(out, &format!("ERROR: update_alt_url NO VALID URL TYPE DEFINED:: |{about}")),
    };
    if campaigns.get(slot, column) != "ALT" {
        let line = format!("ERROR: update_alt_url CAMPAIGNS {kind} URL IS NOT SET TO ALT");
        return call.say(out, &format!("{line}: |{about}"));
    }
    let now = world.now();
    let active = if call.is_on("active") { "Y" } else { "N" };
    let row = [
        ("campaign_id", campaign.clone()),
        ("entry_type", entry),
        ("url_type", kind),
        ("active", active.to_owned()),
        ("url_rank", call.digits("url_rank")),
        ("url_statuses", call.text("url_statuses", Keep::Statuses)),
        ("url_address", call.text("url_address", Keep::Url)),
    ];
    let row: Vec<(&str, &str)> = row.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let (_, id) = world.table_mut("vicidial_url_multi").insert(&row, &now);
    call.say(out, &format!("SUCCESS: update_alt_url ALT URL HAS BEEN ADDED - {about}|{id}"))
}

fn list(world: &World, call: &Call<'_>, out: &mut String, wanted: &[(&str, &str)], about: &str) -> Result<(), Died> {
    let urls = world.table("vicidial_url_multi");
    let found = urls.select(|slot| wanted.iter().all(|(name, value)| urls.is(slot, name, value)));
    if found.is_empty() {
        return call.say(out, &format!("NOTICE: update_alt_url LIST, No Records Found - {about}|0"));
    }
    let rows: Vec<Vec<&str>> = found.into_iter().map(|slot| COLUMNS.split('|').map(|name| urls.get(slot, name)).collect()).collect();
    call.table(out, COLUMNS, &rows)
}
