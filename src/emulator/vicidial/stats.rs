//! Counts of calls: call_status_stats and call_dispo_report.
//!
//! Decides which campaigns are listed and how often each status came. Outbound calls only; no lead is named.

use std::collections::{BTreeMap, BTreeSet};

use super::api::Call;
use super::text::Keep;
use super::world::{Died, World};

/// The calls of one campaign.
#[derive(Default)]
struct Counts {
    all: u64,
    answered: u64,
    hours: [u64; 24],
    statuses: BTreeMap<String, u64>,
}

fn counts(world: &World, campaign: &str, from: &str, to: &str, statuses: &[&str]) -> Counts {
    let log = world.table("vicidial_log");
    let mut counts = Counts::default();
    for slot in log.find_all("campaign_id", campaign) {
        let called = log.get(slot, "call_date");
        let day = called.get(..10).unwrap_or_default();
        if day < from || day > to {
            continue;
        }
        let status = log.get(slot, "status");
        if !statuses.is_empty() && !statuses.contains(&status) {
            continue;
        }
        counts.all += 1;
        counts.answered += u64::from(is_answered(world, status));
        let hour = called.get(11..13).and_then(|hour| hour.parse::<usize>().ok());
        if let Some(count) = hour.and_then(|hour| counts.hours.get_mut(hour)) {
            *count += 1;
        }
        *counts.statuses.entry(status.to_owned()).or_default() += 1;
    }
    counts
}

/// Whether a status means that a person answered, in the system's table or in that of any campaign.
fn is_answered(world: &World, status: &str) -> bool {
    ["vicidial_statuses", "vicidial_campaign_statuses"].iter().any(|table| {
        let table = world.table(table);
        table.slots().any(|slot| table.is(slot, "status", status) && table.is(slot, "human_answered", "Y"))
    })
}

/// The campaigns that a request names; with all of them, those too that only the log knows.
fn campaigns(world: &World, asked: &str, from: &str, to: &str) -> BTreeSet<String> {
    if !asked.contains("---ALL---") {
        return asked.split('-').filter(|word| !word.is_empty()).map(str::to_owned).collect();
    }
    let (defined, log) = (world.table("vicidial_campaigns"), world.table("vicidial_log"));
    let named = defined.slots().map(|slot| defined.get(slot, "campaign_id"));
    let called = log.slots().filter(|slot| {
        let day = log.get(*slot, "call_date").get(..10).unwrap_or_default();
        (from..=to).contains(&day)
    });
    let called = called.map(|slot| log.get(slot, "campaign_id"));
    named.chain(called).map(str::to_owned).collect()
}

/// Answers call_status_stats.
pub(super) fn status_stats(world: &mut World, call: &Call<'_>, out: &mut String) -> Result<(), Died> {
    let asked = call.text("campaigns", Keep::Code);
    if asked.is_empty() {
        let source = call.text("source", Keep::Plain);
        let line = format!("ERROR: call_status_stats INVALID OR MISSING CAMPAIGNS - {source}");
        call.say(out, &line)?;
        return call.say(out, &format!("ERROR: Invalid Source: |{source}|"));
    }
    let date = day(world, call, "query_date");
    let wanted = call.text("statuses", Keep::Code);
    let wanted: Vec<&str> = wanted.split('-').filter(|status| !status.is_empty()).collect();
    for campaign in campaigns(world, &asked, &date, &date) {
        let counts = counts(world, &campaign, &date, &date, &wanted);
        let hours: Vec<String> = (0..24).map(|hour: usize| format!("{hour:02}-{}", counts.hours[hour])).collect();
        let statuses: Vec<String> = counts.statuses.iter().map(|(status, count)| format!("{status}-{count}")).collect();
        let (hours, statuses) = (hours.join(","), statuses.join(","));
        out.push_str(&format!("{campaign}|{}|{}|{hours}|{statuses}|\n", counts.all, counts.answered));
    }
    call.log()
}

/// Answers call_dispo_report.
pub(super) fn dispo_report(world: &mut World, call: &Call<'_>, out: &mut String) -> Result<(), Died> {
    let asked = call.text("campaigns", Keep::Code);
    let (from, to) = (day(world, call, "query_date"), day(world, call, "end_date"));
    let rows: Vec<(String, Counts)> = campaigns(world, &asked, &from, &to)
        .into_iter()
        .map(|campaign| {
            let counts = counts(world, &campaign, &from, &to, &[]);
            (campaign, counts)
        })
        .filter(|(_, counts)| counts.all > 0)
        .collect();
    let mut total = Counts::default();
    for (_, counts) in &rows {
        total.all += counts.all;
        for (status, count) in &counts.statuses {
            *total.statuses.entry(status.clone()).or_default() += count;
        }
    }
    let has_statuses = call.params.sent("status_breakdown") == Some("1");
    let has_shares = call.params.sent("show_percentages") == Some("1");
    let columns: Vec<String> = if has_statuses { total.statuses.keys().cloned().collect() } else { Vec::new() };
    let mut lines = vec![once("CAMPAIGN,TOTAL CALLS", &columns)];
    for (name, counts) in rows.iter().map(|(name, counts)| (name.as_str(), counts)).chain([("TOTAL", &total)]) {
        let cells: Vec<String> = columns.iter().map(|status| share(counts, status, has_shares)).collect();
        lines.push(once(&format!("{name},{}", counts.all), &cells));
    }
    out.push_str(&lines.join("\n"));
    call.log()
}

fn once(start: &str, cells: &[String]) -> String {
    let mut line = start.to_owned();
    for cell in cells {
        line.push(',');
        line.push_str(cell);
    }
    line
}

fn share(counts: &Counts, status: &str, has_shares: bool) -> String {
    let count = counts.statuses.get(status).copied().unwrap_or(0);
    if !has_shares {
        return count.to_string();
    }
    let share = if counts.all == 0 { 0.0 } else { count as f64 * 100.0 / counts.all as f64 };
    format!("{count} ({share:.1}%)")
}

fn day(world: &World, call: &Call<'_>, name: &str) -> String {
    let sent = call.text(name, Keep::Date);
    if sent.len() == 10 { sent } else { world.now().local[..10].to_owned() }
}
