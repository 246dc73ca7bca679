//! VICIdial's three counting functions: how they are asked, and what their answers mean. Which report is wanted, and where it goes, is not known here.
//!
//! Traps that are met here (read in VICIdial's source, and tried on a server):
//! - `call_dispo_report` names its statuses in the order in which it met them, campaign after campaign, but prints the numbers of every row in
//!   sorted order. With two campaigns its own columns are wrong; `dispositions` puts them right.
//! - Its body has no line's end at its end. The `TOTAL` row is the proof that it is whole.
//! - A status may hold `-`, which also stands before each number of `call_status_stats`. That function adds the in-groups that its campaigns take,
//!   and one that is called `-`, or nothing, where a campaign takes none.
//! - Agents stand in `agent_report`.

use chrono::Timelike;

use super::agent_report;
use super::call::Ask;
use super::client::Vicidial;
use super::reply::Outcome;
use super::trouble;
use crate::model::{CampaignId, Cell, ReportAsk, ReportKind, Table, Window};
use crate::ports::{Dialer, Effect, Fault, Reach, Reports, ServerTime};

/// All campaigns, and all in-groups.
const ALL: &str = "---ALL---";

/// Why an answer gives no table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unread {
    /// It is not the function's answer, or not all of it.
    NoAnswer,
    /// Several statuses, and one of them is a number: which count belongs to which cannot be told.
    NumberStatuses,
    /// Campaigns were asked for, and this VICIdial does not tell them apart.
    NoCampaigns,
}

impl Reports for Vicidial {
    async fn time(&self) -> Result<ServerTime, Fault> {
        Dialer::time(self).await
    }

    async fn report(&self, wanted: &ReportAsk) -> Result<Table, Fault> {
        let ask = ask(wanted);
        let reply = self.read(&ask).await?;
        let text = match (reply.outcome, wanted.kind) {
            (Outcome::Data, _) => reply.data.as_str(),
            // It says so where no agent was logged in.
            (Outcome::NotFound, ReportKind::AgentStatsExport) => return Ok(agent_report::nobody()),
            (_, ReportKind::AgentStatsExport | ReportKind::CallDispoReport | ReportKind::CallStatusStats) => {
                return Err(trouble::fault(&ask, &reply));
            }
        };
        table(wanted, text).map_err(|why| match why {
            Unread::NoAnswer => trouble::fault(&ask, &reply),
            Unread::NumberStatuses => Fault::new(
                Effect::None,
                Reach::Person,
                "number_statuses",
                "`call_dispo_report` cannot be read where one of several statuses of a period is a number: VICIdial sorts them in another way than it names them",
            )
            .help("use kind = \"call_status_stats\" for this report"),
            Unread::NoCampaigns => Fault::new(
                Effect::None,
                Reach::Person,
                "no_campaigns",
                "`agent_stats_export` of this VICIdial does not tell campaigns apart",
            )
            .help("take `campaigns` out of the report, or update VICIdial to a build of 2021 or newer"),
        })
    }
}

/// The request for a report.
#[must_use]
pub fn ask(wanted: &ReportAsk) -> Ask {
    let ask = Ask::api(wanted.kind.name());
    let (from, until) = (wanted.window.from, wanted.window.until);
    let of_window = |ask: Ask| {
        ask.with("query_date", from.format("%Y-%m-%d").to_string())
            .with("query_time", from.format("%H:%M:%S").to_string())
            .with("end_date", until.format("%Y-%m-%d").to_string())
            .with("end_time", until.format("%H:%M:%S").to_string())
    };
    let is_all = wanted.campaigns.is_empty() && wanted.groups.is_empty();
    match wanted.kind {
        ReportKind::CallStatusStats => {
            // Campaigns must be named; without in-groups it takes those of the campaigns. What is too much is left out of the answer.
            let campaigns = if wanted.campaigns.is_empty() { ALL.to_owned() } else { joined(&wanted.campaigns) };
            let ask = of_window(ask.with("campaigns", campaigns));
            if wanted.groups.is_empty() { ask } else { ask.with("ingroups", joined(&wanted.groups)) }
        }
        ReportKind::CallDispoReport => {
            let mut ask = of_window(ask);
            for (name, places) in [("campaigns", &wanted.campaigns), ("ingroups", &wanted.groups)] {
                if is_all {
                    ask = ask.with(name, ALL);
                } else if !places.is_empty() {
                    ask = ask.with(name, joined(places));
                }
            }
            if !wanted.users.is_empty() {
                ask = ask.with("users", wanted.users.join("-"));
            }
            ask.with("status_breakdown", "1").with("show_percentages", "1")
        }
        ReportKind::AgentStatsExport => ask
            .with("datetime_start", from.format("%Y-%m-%d %H:%M:%S").to_string())
            .with("datetime_end", until.format("%Y-%m-%d %H:%M:%S").to_string())
            .with("header", "YES")
            .with("group_by_campaign", "YES"),
    }
}

/// The table of an answer.
///
/// # Errors
/// Why it gives none.
pub fn table(wanted: &ReportAsk, text: &str) -> Result<Table, Unread> {
    match wanted.kind {
        ReportKind::CallStatusStats => status_stats(wanted, text).ok_or(Unread::NoAnswer),
        ReportKind::CallDispoReport => dispositions(text),
        ReportKind::AgentStatsExport => agent_report::table(wanted, text),
    }
}

fn joined(places: &[CampaignId]) -> String {
    places.iter().map(CampaignId::as_str).collect::<Vec<_>>().join("-")
}

/// `CAMP1|6|4|00-0,01-0,..|NA-2,SALE-1|`, a line for each campaign and in-group. Gives a row for each of its numbers: all calls, those that a
/// person answered, each hour of the window, each status.
fn status_stats(wanted: &ReportAsk, text: &str) -> Option<Table> {
    let mut lines: Vec<Counted<'_>> = Vec::new();
    if !text.ends_with('\n') {
        return None;
    }
    for line in text.lines().filter(|line| !line.trim().is_empty()) {
        let counted = Counted::read(line)?;
        // A campaign and an in-group of one name have each its own calls, and the hours and statuses of both.
        match lines.iter_mut().find(|other| other.campaign.eq_ignore_ascii_case(counted.campaign) && other.statuses == counted.statuses) {
            Some(other) => {
                other.calls += counted.calls;
                other.answered += counted.answered;
            }
            None => lines.push(counted),
        }
    }
    let mut table = Table { columns: vec!["campaign", "counted", "value", "calls"], rows: Vec::new() };
    for line in lines {
        let is_nowhere = matches!(line.campaign, "" | "-") && line.calls == 0;
        if is_nowhere || !is_wanted(wanted, line.campaign) {
            continue;
        }
        if sum(&line.statuses) != line.calls || line.answered > line.calls {
            return None;
        }
        let mut row = |counted: &str, value: &str, calls: u64| {
            let text = |text: &str| Cell::Text(text.to_owned());
            table.rows.push(vec![text(line.campaign), text(counted), text(value), Cell::Count(calls)]);
        };
        row("all", "", line.calls);
        row("human_answered", "", line.answered);
        for (hour, calls) in line.hours.iter().filter(|(hour, _)| is_in(&wanted.window, hour)) {
            row("hour", hour, *calls);
        }
        for (status, calls) in line.statuses {
            row("status", status, calls);
        }
    }
    Some(table)
}

/// One line of `call_status_stats`.
struct Counted<'a> {
    campaign: &'a str,
    calls: u64,
    answered: u64,
    hours: Vec<(&'a str, u64)>,
    statuses: Vec<(&'a str, u64)>,
}

impl<'a> Counted<'a> {
    fn read(line: &'a str) -> Option<Self> {
        let cells: Vec<&str> = line.trim_end_matches('\r').split('|').collect();
        let [campaign, calls, answered, hours, statuses, ""] = cells[..] else { return None };
        let hours = counts(hours)?;
        (hours.len() == 24).then_some(())?;
        Some(Self { campaign, calls: count(calls)?, answered: count(answered)?, hours, statuses: counts(statuses)? })
    }
}

/// Whether an hour of the day is in a window. Over several days VICIdial adds up the hours of all.
fn is_in(window: &Window, hour: &str) -> bool {
    let is_one_day = window.from.date() == window.until.date();
    !is_one_day || hour.parse().is_ok_and(|hour: u32| (window.from.hour()..=window.until.hour()).contains(&hour))
}

fn is_wanted(wanted: &ReportAsk, campaign: &str) -> bool {
    let (campaigns, groups) = (&wanted.campaigns, &wanted.groups);
    let is_all = campaigns.is_empty() && groups.is_empty();
    is_all || campaigns.iter().chain(groups).any(|place| place.as_str().eq_ignore_ascii_case(campaign))
}

/// `NA-2,SALE-1`.
fn counts(text: &str) -> Option<Vec<(&str, u64)>> {
    if text.is_empty() {
        return Some(Vec::new());
    }
    text.split(',')
        .map(|entry| {
            let (name, number) = entry.rsplit_once('-')?;
            Some((name, count(number)?))
        })
        .collect()
}

fn sum(counts: &[(&str, u64)]) -> u64 {
    counts.iter().map(|(_, number)| number).sum()
}

/// `CAMPAIGN,TOTAL CALLS,NA,SALE` and rows below it. Gives a row for each campaign and status that had calls.
fn dispositions(text: &str) -> Result<Table, Unread> {
    let mut lines = text.lines();
    let header = lines.next().and_then(|line| line.trim_end().strip_prefix("CAMPAIGN,TOTAL CALLS")).ok_or(Unread::NoAnswer)?;
    let mut statuses: Vec<&str> = match header {
        "" => Vec::new(),
        header => header.strip_prefix(',').ok_or(Unread::NoAnswer)?.split(',').collect(),
    };
    if statuses.len() > 1 && statuses.iter().any(|status| is_number(status)) {
        return Err(Unread::NumberStatuses);
    }
    // The numbers come in this order, whatever the header says.
    statuses.sort_unstable();
    let rows: Vec<Disposed<'_>> = lines.map(|line| Disposed::read(line, statuses.len())).collect::<Option<_>>().ok_or(Unread::NoAnswer)?;
    // Shares stand beside all numbers or none, or one was cut off.
    let mut shares = rows.iter().flat_map(|row| &row.counts).map(|(_, share)| share.is_some());
    let is_alike = shares.next().is_none_or(|first| shares.all(|other| other == first));
    let (total, rows) = rows.split_last().ok_or(Unread::NoAnswer)?;
    let is_whole = is_alike
        && total.campaign == "TOTAL"
        && total.calls == rows.iter().map(|row| row.calls).sum::<u64>()
        && (0..statuses.len()).all(|place| total.counts[place].0 == rows.iter().map(|row| row.counts[place].0).sum::<u64>())
        && rows.iter().all(|row| row.calls == row.counts.iter().map(|(number, _)| number).sum::<u64>());
    if !is_whole {
        return Err(Unread::NoAnswer);
    }
    let mut table = Table { columns: vec!["campaign", "status", "calls", "percent"], rows: Vec::new() };
    for row in rows {
        for (status, (calls, share)) in statuses.iter().zip(&row.counts).filter(|(_, (calls, _))| *calls > 0) {
            let share = share.unwrap_or_else(|| rounded(100.0 * *calls as f64 / row.calls as f64));
            table.rows.push(vec![
                Cell::Text(row.campaign.to_owned()),
                Cell::Text((*status).to_owned()),
                Cell::Count(*calls),
                Cell::Percent(share),
            ]);
        }
    }
    Ok(table)
}

/// One row: `CAMP1,7,2 (28.6%),5 (71.4%)`.
struct Disposed<'a> {
    campaign: &'a str,
    calls: u64,
    counts: Vec<(u64, Option<f64>)>,
}

impl<'a> Disposed<'a> {
    fn read(line: &'a str, statuses: usize) -> Option<Self> {
        let mut cells = line.trim_end_matches('\r').split(',');
        let (campaign, calls) = (cells.next()?, count(cells.next()?)?);
        let counts: Vec<(u64, Option<f64>)> = cells.map(counted_share).collect::<Option<_>>()?;
        (counts.len() == statuses).then_some(Self { campaign, calls, counts })
    }
}

/// `2`, or `2 (28.6%)`.
fn counted_share(cell: &str) -> Option<(u64, Option<f64>)> {
    match cell.split_once(" (") {
        None => Some((count(cell)?, None)),
        Some((number, share)) => Some((count(number)?, Some(percent(share.strip_suffix(')')?)?))),
    }
}

/// `28.6%`.
pub(super) fn percent(text: &str) -> Option<f64> {
    let number = text.strip_suffix('%')?;
    let is_number = number.starts_with(|letter: char| letter.is_ascii_digit());
    is_number.then(|| number.parse::<f64>().ok()).flatten().filter(|share| share.is_finite())
}

/// Digits, and nothing else.
pub(super) fn count(text: &str) -> Option<u64> {
    if text.bytes().all(|byte| byte.is_ascii_digit()) { text.parse().ok() } else { None }
}

/// To one digit after the point, as VICIdial does.
pub(super) fn rounded(share: f64) -> f64 {
    (share * 10.0).round() / 10.0
}

/// Whether PHP takes a text for a number, and so sorts it as one.
fn is_number(status: &str) -> bool {
    let status = status.trim();
    status.bytes().any(|byte| byte.is_ascii_digit())
        && status.starts_with(|letter: char| letter.is_ascii_digit() || matches!(letter, '+' | '-' | '.'))
        && status.parse::<f64>().is_ok()
}
