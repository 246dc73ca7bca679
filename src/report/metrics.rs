//! A table as Prometheus text for the node exporter's textfile collector.
//!
//! The counts of a period start again with the next one, so they are gauges. Each file says also whether its report's last run was good, and
//! when one was last: a run that failed leaves the last good numbers and says `vicisync_report_up 0`, and a daemon that runs no more shows in
//! an old timestamp. Every series carries its report's name, so that files of several reports may stand in one folder. No series names an
//! agent but by the user id.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use crate::model::{Cell, ReportKind, Table};

/// The gauge of whether the last run was good.
const UP: &str = "vicisync_report_up";
const UP_HELP: &str = "Whether the last run of the report was good (1) or failed (0).";
const LAST: &str = "vicisync_report_last_success_timestamp_seconds";
const LAST_HELP: &str = "When the last good run of the report was.";

/// One gauge of a table: the column with its value, and those that tell its series apart.
struct Family {
    name: &'static str,
    help: &'static str,
    value: &'static str,
    labels: &'static [(&'static str, &'static str)],
    /// Only rows with this text in this column.
    only: Option<(&'static str, &'static str)>,
}

const AGENT: &[(&str, &str)] = &[("campaign", "campaign"), ("user", "user")];

const fn of_agents(name: &'static str, help: &'static str, value: &'static str) -> Family {
    Family { name, help, value, labels: AGENT, only: None }
}

/// Text of `help` is the same wherever a name occurs: the collector refuses files that differ in it.
const CALLS: &str = "vicisync_calls";
const CALLS_HELP: &str = "Calls of the report's period, by campaign or in-group and status.";

const STATUS_STATS: &[Family] = &[
    Family {
        name: CALLS,
        help: CALLS_HELP,
        value: "calls",
        labels: &[("campaign", "campaign"), ("status", "value")],
        only: Some(("counted", "status")),
    },
    Family {
        name: "vicisync_calls_answered",
        help: "Calls of the report's period that a person answered.",
        value: "calls",
        labels: &[("campaign", "campaign")],
        only: Some(("counted", "human_answered")),
    },
    Family {
        name: "vicisync_calls_by_hour",
        help: "Calls of the report's period, by the hour of the server's clock at which they began.",
        value: "calls",
        labels: &[("campaign", "campaign"), ("hour", "value")],
        only: Some(("counted", "hour")),
    },
];

const DISPOSITIONS: &[Family] =
    &[Family { name: CALLS, help: CALLS_HELP, value: "calls", labels: &[("campaign", "campaign"), ("status", "status")], only: None }];

const AGENTS: &[Family] = &[
    of_agents("vicisync_agent_calls", "Calls of the agent in the report's period.", "calls"),
    of_agents("vicisync_agent_login_seconds", "Time that the agent was logged in, in the report's period.", "login_time_s"),
    of_agents("vicisync_agent_pause_seconds", "Time that the agent paused, in the report's period.", "pause_time_s"),
    of_agents("vicisync_agent_wait_seconds", "Time that the agent waited for calls, in the report's period.", "wait_time_s"),
    of_agents("vicisync_agent_talk_seconds", "Time that the agent was in calls, in the report's period.", "talk_time_s"),
    of_agents("vicisync_agent_dispo_seconds", "Time that the agent took to choose statuses, in the report's period.", "dispo_time_s"),
    of_agents("vicisync_agent_dead_seconds", "Time that the agent stayed in calls whose other side had hung up.", "dead_time_s"),
];

/// The text after a good run.
#[must_use]
pub fn metrics(report: &str, kind: ReportKind, table: &Table, at: DateTime<Utc>) -> String {
    let mut text = String::new();
    gauge(&mut text, UP, UP_HELP, &[(vec![("report", report)], 1)]);
    gauge(&mut text, LAST, LAST_HELP, &[(vec![("report", report)], u64::try_from(at.timestamp()).unwrap_or(0))]);
    let families = match kind {
        ReportKind::CallStatusStats => STATUS_STATS,
        ReportKind::CallDispoReport => DISPOSITIONS,
        ReportKind::AgentStatsExport => AGENTS,
    };
    for family in families {
        let series = series(family, table);
        let rows: Vec<(Vec<(&str, &str)>, u64)> = series
            .iter()
            .map(|(values, count)| {
                let labels = family.labels.iter().zip(values).map(|((label, _), value)| (*label, value.as_str()));
                (std::iter::once(("report", report)).chain(labels).collect(), *count)
            })
            .collect();
        if !rows.is_empty() {
            gauge(&mut text, family.name, family.help, &rows);
        }
    }
    text
}

/// The text after a failed run: what was there, and that it is no longer kept up.
#[must_use]
pub fn down(report: &str, old: &str) -> String {
    let mut fresh = String::new();
    gauge(&mut fresh, UP, UP_HELP, &[(vec![("report", report)], 0)]);
    let is_up = |line: &str| line.starts_with(UP) && line[UP.len()..].starts_with('{');
    if !old.lines().any(is_up) {
        // Not a file of ours, or none: nothing in it is worth keeping.
        return fresh;
    }
    let zero = fresh.lines().last().unwrap_or_default();
    old.lines().map(|line| format!("{}\n", if is_up(line) { zero } else { line })).collect()
}

/// Values by labels. Rows with the same labels are added up: a series that stands twice makes the collector drop the whole file.
fn series(family: &Family, table: &Table) -> BTreeMap<Vec<String>, u64> {
    let mut series = BTreeMap::new();
    let Some(value) = table.place(family.value) else { return series };
    let text = |row: &[Cell], column: &str| match table.place(column).map(|place| &row[place]) {
        Some(Cell::Text(text)) => text.clone(),
        Some(Cell::Count(number) | Cell::Seconds(number)) => number.to_string(),
        Some(Cell::Percent(_)) | None => String::new(),
    };
    for row in &table.rows {
        if family.only.is_some_and(|(column, wanted)| text(row, column) != wanted) {
            continue;
        }
        let (Cell::Count(number) | Cell::Seconds(number)) = &row[value] else { continue };
        let labels = family.labels.iter().map(|(_, column)| text(row, column)).collect();
        *series.entry(labels).or_insert(0) += number;
    }
    series
}

/// Labels and the value.
type Series<'a> = (Vec<(&'a str, &'a str)>, u64);

fn gauge(text: &mut String, name: &str, help: &str, series: &[Series<'_>]) {
    text.push_str(&format!("# HELP {name} {help}\n# TYPE {name} gauge\n"));
    for (labels, value) in series {
        // An empty label is the same as none.
        let labels: Vec<String> =
            labels.iter().filter(|(_, value)| !value.is_empty()).map(|(label, value)| format!("{label}=\"{}\"", escaped(value))).collect();
        text.push_str(&format!("{name}{{{}}} {value}\n", labels.join(",")));
    }
}

fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dispositions() -> Table {
        let row = |campaign: &str, status: &str, calls| {
            vec![Cell::Text(campaign.to_owned()), Cell::Text(status.to_owned()), Cell::Count(calls), Cell::Percent(50.0)]
        };
        let rows = vec![row("SALES", "NI", 3), row("SALES", "SALE", 2), row("A\"B\\C", "", 1), row("SALES", "NI", 4)];
        Table { columns: vec!["campaign", "status", "calls", "percent"], rows }
    }

    fn at() -> DateTime<Utc> {
        DateTime::from_timestamp(1_795_703_468, 0).expect("a fixed time")
    }

    #[test]
    fn series_are_escaped_and_stand_once() {
        let text = metrics("daily", ReportKind::CallDispoReport, &dispositions(), at());
        let expected = "# HELP vicisync_report_up Whether the last run of the report was good (1) or failed (0).\n\
            # TYPE vicisync_report_up gauge\n\
            vicisync_report_up{report=\"daily\"} 1\n\
            # HELP vicisync_report_last_success_timestamp_seconds When the last good run of the report was.\n\
            # TYPE vicisync_report_last_success_timestamp_seconds gauge\n\
            vicisync_report_last_success_timestamp_seconds{report=\"daily\"} 1795703468\n\
            # HELP vicisync_calls Calls of the report's period, by campaign or in-group and status.\n\
            # TYPE vicisync_calls gauge\n\
            vicisync_calls{report=\"daily\",campaign=\"A\\\"B\\\\C\"} 1\n\
            vicisync_calls{report=\"daily\",campaign=\"SALES\",status=\"NI\"} 7\n\
            vicisync_calls{report=\"daily\",campaign=\"SALES\",status=\"SALE\"} 2\n";
        assert_eq!(text, expected);
        let empty = metrics("daily", ReportKind::AgentStatsExport, &Table::default(), at());
        assert_eq!(empty.lines().count(), 6, "without rows it says only that it is well: {empty}");
    }

    #[test]
    fn after_a_failure_the_numbers_stay_and_the_report_is_down() {
        let good = metrics("daily", ReportKind::CallDispoReport, &dispositions(), at());
        let bad = down("daily", &good);
        assert_eq!(bad, good.replace("vicisync_report_up{report=\"daily\"} 1", "vicisync_report_up{report=\"daily\"} 0"));
        assert_ne!(bad, good);
        assert_eq!(down("daily", &bad), bad);
        for none in ["", "something else\n"] {
            assert_eq!(down("daily", none).lines().last(), Some("vicisync_report_up{report=\"daily\"} 0"));
            assert_eq!(down("daily", none).lines().count(), 3);
        }
    }
}
