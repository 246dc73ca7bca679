//! Counts of calls: call_status_stats and call_dispo_report.
//!
//! Decides which campaigns and in-groups are listed and how often each status came. No lead is named. Both look at what
//! they are asked for before they look at the user's rights.

use std::collections::{BTreeMap, BTreeSet};

use super::api::Call;
use super::text::Keep;
use super::world::{Died, World};

/// The calls of one campaign or in-group.
#[derive(Default)]
struct Counts {
    all: u64,
    answered: u64,
    hours: BTreeMap<String, u64>,
    statuses: BTreeMap<String, u64>,
}

/// The window of time and the filters of a request.
struct Window {
    from: String,
    to: String,
    statuses: Option<Vec<String>>,
    users: Option<Vec<String>>,
}

impl Window {
    fn read(world: &World, call: &Call<'_>) -> Self {
        let or = |name: &str, keep: Keep, other: &str| {
            Some(call.text(name, keep)).filter(|text| !text.is_empty()).unwrap_or_else(|| other.to_owned())
        };
        let day = or("query_date", Keep::Date, &world.now().local[..10]);
        let end = or("end_date", Keep::Date, &day);
        let statuses = call.text("statuses", Keep::Statuses);
        Window {
            from: format!("{day} {}", or("query_time", Keep::Clock, "00:00:00")),
            to: format!("{end} {}", or("end_time", Keep::Clock, "23:59:59")),
            statuses: (!statuses.is_empty()).then(|| words(&statuses)),
            users: None,
        }
    }
}

fn words(text: &str) -> Vec<String> {
    text.split('-').map(str::to_owned).collect()
}

/// Whether a list of names stands for all of them.
fn is_all(asked: &str, word: &str) -> bool {
    asked.contains("---ALL---") || asked.split('-').any(|one| one == word)
}

/// The calls of a log by campaign, of those names or of all.
fn counts(world: &World, table: &str, window: &Window, names: Option<&[String]>) -> BTreeMap<String, Counts> {
    let log = world.table(table);
    let within = |all: &Option<Vec<String>>, slot: usize, column: &str| {
        all.as_ref().is_none_or(|all| all.iter().any(|one| log.is(slot, column, one)))
    };
    let mut found: BTreeMap<String, Counts> = BTreeMap::new();
    for slot in log.slots() {
        let called = log.get(slot, "call_date");
        let campaign = log.get(slot, "campaign_id");
        let is_wanted = called >= window.from.as_str()
            && called <= window.to.as_str()
            && names.is_none_or(|names| names.iter().any(|name| name.eq_ignore_ascii_case(campaign)))
            && within(&window.statuses, slot, "status")
            && within(&window.users, slot, "user");
        if !is_wanted {
            continue;
        }
        let status = log.get(slot, "status");
        let counts = found.entry(campaign.to_owned()).or_default();
        counts.all += 1;
        counts.answered += u64::from(is_answered(world, status));
        *counts.hours.entry(called.get(11..13).unwrap_or_default().to_owned()).or_default() += 1;
        *counts.statuses.entry(status.to_owned()).or_default() += 1;
    }
    found
}

/// Whether a status means that a person answered, in the system's table or in that of any campaign.
fn is_answered(world: &World, status: &str) -> bool {
    ["vicidial_statuses", "vicidial_campaign_statuses"].iter().any(|table| {
        let table = world.table(table);
        table.slots().any(|slot| table.is(slot, "status", status) && table.is(slot, "human_answered", "Y"))
    })
}

/// Says what is missing, in two lines, or refuses what the user may not.
fn trouble(world: &World, call: &Call<'_>, function: &str, lacks: Option<&str>) -> Option<String> {
    if let Some(what) = lacks {
        let source = call.text("source", Keep::Plain);
        return Some(format!("ERROR: {function} INVALID OR MISSING {what} - {source}\nERROR: Invalid Source: |{source}|\n"));
    }
    call.refusal(world, function)
}

/// Answers call_status_stats.
pub(super) fn status_stats(world: &mut World, call: &Call<'_>, out: &mut String) -> Result<(), Died> {
    let asked = call.text("campaigns", Keep::Words);
    let lacks = (asked.len() < 2).then_some("CAMPAIGNS");
    if let Some(lines) = trouble(world, call, "call_status_stats", lacks) {
        out.push_str(&lines);
        return call.log();
    }
    let window = Window::read(world, call);
    let all = is_all(&asked, "ALLCAMPAIGNS");
    let campaigns = world.table("vicidial_campaigns");
    let names: Vec<String> = match all {
        true => campaigns.slots().map(|slot| campaigns.get(slot, "campaign_id").to_owned()).collect(),
        false => words(&asked),
    };
    let groups = call.text("ingroups", Keep::Code);
    let groups = if groups.is_empty() { closer_groups(world, (!all).then_some(&names)) } else { words(&groups) };
    let outbound = counts(world, "vicidial_log", &window, (!all).then_some(&names));
    let inbound = counts(world, "vicidial_closer_log", &window, Some(&groups));
    for (names, counts) in [(names, outbound), (groups, inbound)] {
        let listed: BTreeSet<&String> = names.iter().chain(counts.keys()).collect();
        for name in listed {
            let none = Counts::default();
            let counts = counts.get(name).unwrap_or(&none);
            let hour = |hour: u32| {
                let name = format!("{hour:02}");
                let count = counts.hours.get(&name).copied().unwrap_or(0);
                format!("{name}-{count}")
            };
            let hours: Vec<String> = (0..24).map(hour).collect();
            let statuses: Vec<String> = counts.statuses.iter().map(|(status, count)| format!("{status}-{count}")).collect();
            let (hours, statuses) = (hours.join(","), statuses.join(","));
            out.push_str(&format!("{name}|{}|{}|{hours}|{statuses}|\n", counts.all, counts.answered));
        }
    }
    call.log()
}

/// The in-groups that campaigns take calls of.
fn closer_groups(world: &World, names: Option<&Vec<String>>) -> Vec<String> {
    let campaigns = world.table("vicidial_campaigns");
    let of = campaigns.select(|slot| names.is_none_or(|names| names.iter().any(|name| campaigns.is(slot, "campaign_id", name))));
    let mut groups: Vec<String> = Vec::new();
    for slot in of {
        let text = campaigns.get(slot, "closer_campaigns").trim();
        let text = text.strip_suffix(" -").unwrap_or(text);
        for group in text.split(' ').filter(|_| !text.is_empty()) {
            if !groups.iter().any(|known| known == group) {
                groups.push(group.to_owned());
            }
        }
    }
    groups
}

/// Answers call_dispo_report.
pub(super) fn dispo_report(world: &mut World, call: &Call<'_>, out: &mut String) -> Result<(), Died> {
    let (campaigns, groups) = (call.text("campaigns", Keep::Words), call.text("ingroups", Keep::Code));
    let lacks_numbers = call.text("did_ids", Keep::Plain).is_empty() && call.text("did_patterns", Keep::Plain).len() < 2;
    let lacks = (campaigns.len() < 2 && groups.len() < 2 && lacks_numbers).then_some("CAMPAIGNS, INGROUPS, OR DIDS");
    if let Some(lines) = trouble(world, call, "call_dispo_report", lacks) {
        out.push_str(&lines);
        return call.log();
    }
    let mut window = Window::read(world, call);
    by_category(world, call, &mut window);
    by_user(world, call, &mut window);
    let mut rows: Vec<(String, Counts)> = Vec::new();
    for (table, asked, word) in [("vicidial_log", &campaigns, "ALLCAMPAIGNS"), ("vicidial_closer_log", &groups, "ALLGROUPS")] {
        if !asked.is_empty() {
            let names = words(asked);
            rows.extend(counts(world, table, &window, (!is_all(asked, word)).then_some(&names)));
        }
    }
    let mut total = Counts::default();
    // The columns stand in the order in which the statuses came up, the numbers below them by the alphabet.
    let mut columns: Vec<&String> = Vec::new();
    for (_, counts) in &rows {
        total.all += counts.all;
        for (status, count) in &counts.statuses {
            *total.statuses.entry(status.clone()).or_default() += count;
            if !columns.contains(&status) {
                columns.push(status);
            }
        }
    }
    let is_on = |name: &str| !call.text(name, Keep::Flag).is_empty();
    let has_statuses = is_on("status_breakdown");
    let has_shares = has_statuses && is_on("show_percentages");
    let mut text = "CAMPAIGN,TOTAL CALLS".to_owned();
    for column in columns.iter().filter(|_| has_statuses) {
        text.push_str(&format!(",{column}"));
    }
    for (name, counts) in rows.iter().map(|(name, counts)| (name.as_str(), counts)).chain([("TOTAL", &total)]) {
        text.push_str(&format!("\n{name},{}", counts.all));
        for status in total.statuses.keys().filter(|_| has_statuses) {
            let count = counts.statuses.get(status).copied().unwrap_or(0);
            text.push_str(&format!(",{count}"));
            if has_shares {
                text.push_str(&format!(" ({:.1}%)", count as f64 * 100.0 / counts.all.max(1) as f64));
            }
        }
    }
    out.push_str(&text);
    call.log()
}

/// Adds the statuses of the categories that are asked for.
fn by_category(world: &World, call: &Call<'_>, window: &mut Window) {
    let asked = call.text("categories", Keep::Words);
    let all = is_all(&call.text("statuses", Keep::Statuses), "ALLSTATUSES") || is_all(&asked, "ALLCATEGORIES");
    let statuses = window.statuses.get_or_insert_default();
    for table in ["vicidial_statuses", "vicidial_campaign_statuses"] {
        let table = world.table(table);
        for slot in table.slots().filter(|slot| words(&asked).iter().any(|word| table.is(*slot, "category", word))) {
            statuses.push(table.get(slot, "status").to_owned());
        }
    }
    if all || statuses.is_empty() {
        window.statuses = None;
    }
}

/// Narrows to the users and the users' groups that are asked for.
fn by_user(world: &World, call: &Call<'_>, window: &mut Window) {
    let (users, groups) = (call.text("users", Keep::Words), call.text("user_groups", Keep::Words));
    if (users.is_empty() && groups.is_empty()) || is_all(&users, "ALLUSERS") || is_all(&groups, "ALLGROUPS") {
        return;
    }
    let table = world.table("vicidial_users");
    let of_groups = table.slots().filter(|slot| words(&groups).iter().any(|group| table.is(*slot, "user_group", group)));
    let mut wanted = words(&users);
    wanted.extend(of_groups.map(|slot| table.get(slot, "user").to_owned()));
    window.users = Some(wanted);
}
