//! What a report asks of VICIdial, and the table that comes of it: counts of calls and of agents' time, never a person who is called.

use std::fmt;

use chrono::{Days, NaiveDateTime, NaiveTime, TimeDelta, Timelike};

use super::id::CampaignId;

/// A function of VICIdial that counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ReportKind {
    /// Calls of each campaign and in-group, by hour and by status.
    CallStatusStats,
    /// Calls of each campaign and in-group, by status, with shares.
    CallDispoReport,
    /// Calls and time of each agent.
    AgentStatsExport,
}

impl ReportKind {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::CallStatusStats, Self::CallDispoReport, Self::AgentStatsExport];

    /// VICIdial's name for it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::CallStatusStats => "call_status_stats",
            Self::CallDispoReport => "call_dispo_report",
            Self::AgentStatsExport => "agent_stats_export",
        }
    }
}

impl fmt::Display for ReportKind {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.name())
    }
}

/// What time a report is about, by the clock of VICIdial's server.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Period {
    /// The present day, so far.
    Today,
    /// The day before, whole.
    Yesterday,
    /// The last hour that is over, from :00 to :59.
    LastHour,
    /// The seven days before today, whole.
    LastSevenDays,
}

impl Period {
    /// The words of the config.
    pub const WORDS: [(&'static str, Self); 4] =
        [("today", Self::Today), ("yesterday", Self::Yesterday), ("last_hour", Self::LastHour), ("last_7_days", Self::LastSevenDays)];

    /// The window that it means. `hour_ago` is the wall time of an hour before `now`: not always one hour less.
    #[must_use]
    pub fn window(self, now: NaiveDateTime, hour_ago: NaiveDateTime) -> Window {
        let today = now.date();
        let before = |days| today.checked_sub_days(Days::new(days)).unwrap_or(today);
        match self {
            Self::Today => Window::of_days(today, today),
            Self::Yesterday => Window::of_days(before(1), before(1)),
            Self::LastSevenDays => Window::of_days(before(7), before(1)),
            Self::LastHour => {
                let from = hour_ago.date().and_time(NaiveTime::MIN) + TimeDelta::hours(i64::from(hour_ago.hour()));
                Window { from, until: from + TimeDelta::seconds(3599) }
            }
        }
    }
}

/// From one second to another of the server's wall clock, both included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    /// The first second.
    pub from: NaiveDateTime,
    /// The last second.
    pub until: NaiveDateTime,
}

impl Window {
    /// Whole days, both included.
    #[must_use]
    pub fn of_days(first: chrono::NaiveDate, last: chrono::NaiveDate) -> Self {
        Self { from: first.and_time(NaiveTime::MIN), until: last.and_time(NaiveTime::MIN) + TimeDelta::seconds(86_399) }
    }
}

impl fmt::Display for Window {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{} to {}", self.from, self.until)
    }
}

/// One question. `campaigns` and `groups` together say what is counted: neither means everything, one alone means only that.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReportAsk {
    /// Which function.
    pub kind: ReportKind,
    /// Of what time.
    pub window: Window,
    /// Campaigns.
    pub campaigns: Vec<CampaignId>,
    /// In-groups.
    pub groups: Vec<CampaignId>,
    /// Agents; none for all.
    pub users: Vec<String>,
}

/// One value of a table.
#[derive(Debug, Clone, PartialEq)]
pub enum Cell {
    /// A name, a status.
    Text(String),
    /// How many.
    Count(u64),
    /// How long.
    Seconds(u64),
    /// A share in percent, as VICIdial rounds it.
    Percent(f64),
}

/// Rows under named columns; each row has a cell for each column.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Table {
    /// The columns' names.
    pub columns: Vec<&'static str>,
    /// The rows.
    pub rows: Vec<Vec<Cell>>,
}

impl Table {
    /// The place of a column.
    #[must_use]
    pub fn place(&self, column: &str) -> Option<usize> {
        self.columns.iter().position(|name| *name == column)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(period: Period, now: &str, hour_ago: &str, expected: &str) {
        let at = |text: &str| NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M:%S").expect("a fixed time");
        assert_eq!(period.window(at(now), at(hour_ago)).to_string(), expected);
    }

    #[test]
    fn periods_are_whole_days_and_whole_hours() {
        let (now, hour_ago) = ("2026-03-01 00:05:00", "2026-02-28 23:05:00");
        check(Period::Today, now, hour_ago, "2026-03-01 00:00:00 to 2026-03-01 23:59:59");
        check(Period::Yesterday, now, hour_ago, "2026-02-28 00:00:00 to 2026-02-28 23:59:59");
        check(Period::LastSevenDays, now, hour_ago, "2026-02-22 00:00:00 to 2026-02-28 23:59:59");
        check(Period::LastHour, now, hour_ago, "2026-02-28 23:00:00 to 2026-02-28 23:59:59");
        // In spring the hour before 3 is 1, or the calls of that hour would be in no report.
        check(Period::LastHour, "2026-03-08 03:05:00", "2026-03-08 01:05:00", "2026-03-08 01:00:00 to 2026-03-08 01:59:59");
    }
}
