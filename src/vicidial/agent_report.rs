//! The answer of `agent_stats_export`: a line for each agent, or for each campaign and agent, under a header.
//!
//! Columns are found by name, since releases added some. Traps that are met here:
//! - Times are `H:MM:SS`, but `pause_time` is plain seconds.
//! - Without `group_by_campaign` the first disposition time of each agent is counted twice, so it is always asked for.
//! - `avg_talk_time` is made of the talk time of the agent before, so it is made anew.
//! - A full name may hold the separator.

use super::reports::{Unread, count, percent};
use crate::model::{Cell, ReportAsk, Table};

/// What a column holds.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Holds {
    Text,
    Count,
    Time,
    Percent,
}

/// VICIdial's name, ours, and what it holds; in the order of VICIdial's header.
const COLUMNS: [(&str, &str, Holds); 21] = [
    ("campaign_id", "campaign", Holds::Text),
    ("user", "user", Holds::Text),
    (FULL_NAME, "full_name", Holds::Text),
    ("user_group", "user_group", Holds::Text),
    ("calls", "calls", Holds::Count),
    ("login_time", "login_time_s", Holds::Time),
    ("total_talk_time", "total_talk_time_s", Holds::Time),
    (AVERAGE_TALK, "avg_talk_time_s", Holds::Time),
    ("avg_wait_time", "avg_wait_time_s", Holds::Time),
    ("pct_of_queue", "pct_of_queue", Holds::Percent),
    ("pause_time", "pause_time_s", Holds::Time),
    ("sessions", "sessions", Holds::Count),
    ("avg_session", "avg_session_s", Holds::Time),
    ("pauses", "pauses", Holds::Count),
    ("avg_pause_time", "avg_pause_time_s", Holds::Time),
    ("pause_pct", "pause_pct", Holds::Percent),
    ("pauses_per_session", "pauses_per_session", Holds::Count),
    ("wait_time", "wait_time_s", Holds::Time),
    ("talk_time", "talk_time_s", Holds::Time),
    ("dispo_time", "dispo_time_s", Holds::Time),
    ("dead_time", "dead_time_s", Holds::Time),
];
const FULL_NAME: &str = "full_name";
const AVERAGE_TALK: &str = "avg_talk_time";
/// Those without which it is no such answer.
const NEEDED: [&str; 3] = ["user", "calls", "login_time"];

/// The table of a time in which no agent was logged in.
pub(super) fn nobody() -> Table {
    Table { columns: COLUMNS.iter().map(|(_, ours, _)| *ours).collect(), rows: Vec::new() }
}

/// The table of an answer.
pub(super) fn table(wanted: &ReportAsk, text: &str) -> Result<Table, Unread> {
    if !text.ends_with('\n') {
        return Err(Unread::NoAnswer);
    }
    let mut lines = text.lines().map(|line| line.trim_end_matches('\r'));
    let header: Vec<&str> = lines.next().unwrap_or_default().split('|').collect();
    let place = |name: &str| header.iter().position(|column| *column == name);
    if NEEDED.iter().any(|name| place(name).is_none()) {
        return Err(Unread::NoAnswer);
    }
    let campaign = place("campaign_id");
    if !wanted.campaigns.is_empty() && campaign.is_none() {
        return Err(Unread::NoCampaigns);
    }
    let found: Vec<(usize, &str, &'static str, Holds)> =
        COLUMNS.iter().filter_map(|(theirs, ours, holds)| Some((place(theirs)?, *theirs, *ours, *holds))).collect();
    let mut table = Table { columns: found.iter().map(|(_, _, ours, _)| *ours).collect(), rows: Vec::new() };
    for line in lines.filter(|line| !line.is_empty()) {
        let cells = cut(line, header.len(), place(FULL_NAME)).ok_or(Unread::NoAnswer)?;
        let cell = |name: &str| place(name).map_or("", |place| cells[place].as_str());
        let is_wanted = |names: &[String], text: &str| names.is_empty() || names.iter().any(|name| name.eq_ignore_ascii_case(text));
        let campaigns: Vec<String> = wanted.campaigns.iter().map(ToString::to_string).collect();
        if !is_wanted(&wanted.users, cell("user")) || !is_wanted(&campaigns, cell("campaign_id")) {
            continue;
        }
        let mut row = Vec::with_capacity(found.len());
        for (place, theirs, _, holds) in &found {
            let text = if *theirs == AVERAGE_TALK { average(cell("total_talk_time"), cell("calls")) } else { Some(cells[*place].clone()) };
            row.push(text.and_then(|text| read(*holds, &text)).ok_or(Unread::NoAnswer)?);
        }
        table.rows.push(row);
    }
    Ok(table)
}

/// A line's cells, as many as the header has. What is too much belongs to the full name.
fn cut(line: &str, width: usize, full_name: Option<usize>) -> Option<Vec<String>> {
    let cells: Vec<&str> = line.split('|').collect();
    let surplus = cells.len().checked_sub(width)?;
    if surplus == 0 {
        return Some(cells.into_iter().map(str::to_owned).collect());
    }
    let name = full_name?;
    let (before, rest) = cells.split_at(name);
    let (name, after) = rest.split_at(surplus + 1);
    let name = name.join("|");
    Some(before.iter().chain(std::iter::once(&name.as_str())).chain(after).map(|cell| (*cell).to_owned()).collect())
}

fn read(holds: Holds, text: &str) -> Option<Cell> {
    match holds {
        Holds::Text => Some(Cell::Text(text.to_owned())),
        Holds::Count => number(text).map(Cell::Count),
        Holds::Time => seconds(text).map(Cell::Seconds),
        Holds::Percent => percent(text).map(Cell::Percent),
    }
}

fn number(text: &str) -> Option<u64> {
    if text.is_empty() { None } else { count(text) }
}

/// `1:02:33`, or plain seconds.
fn seconds(text: &str) -> Option<u64> {
    let parts: Vec<&str> = text.split(':').collect();
    match parts.as_slice() {
        [seconds] => number(seconds),
        [hours, minutes, seconds] if minutes.len() == 2 && seconds.len() == 2 => {
            let (minutes, seconds) = (number(minutes)?, number(seconds)?);
            if minutes > 59 || seconds > 59 {
                return None;
            }
            number(hours)?.checked_mul(3600)?.checked_add(minutes * 60 + seconds)
        }
        _ => None,
    }
}

fn average(talk: &str, calls: &str) -> Option<String> {
    let (talk, calls) = (seconds(talk)?, number(calls)?);
    Some((talk + calls / 2).checked_div(calls).unwrap_or(0).to_string())
}
