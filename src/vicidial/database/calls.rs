//! Calls by SQL: both logs, and their archives where a window reaches behind the logs.
//!
//! The export page drops a row without a word where its list, campaign, user or lead is not defined any more. Here nothing is
//! dropped: what the lead would tell is blank or taken from the log. The logs are read hour by hour, since a table is locked
//! while its rows are sent.

use std::collections::{BTreeMap, HashSet};

use chrono::{Duration, NaiveDateTime, Timelike};

use super::super::facts::{TIME_FORMAT, local_time};
use super::super::legs::Row;
use super::cells::literals;
use super::connect::Database;
use crate::model::{CampaignId, LegKind};
use crate::ports::{Calls, Fault};

/// Hours that one question may span: a year and two days.
const HOURS_MAX: usize = 368 * 24;

/// Columns of a leg, by the names of the export page.
const COLUMNS: [(&str, &str); 10] = [
    ("call_date", "v.call_date"),
    ("phone_number_dialed", "v.phone_number"),
    ("status", "v.status"),
    ("user", "v.user"),
    ("campaign_id", "v.campaign_id"),
    ("vendor_lead_code", "l.vendor_lead_code"),
    // Where the lead stands now; where it stood, if it was deleted since.
    ("list_id", "COALESCE(l.list_id, v.list_id, 0)"),
    ("length_in_sec", "v.length_in_sec"),
    ("lead_id", "v.lead_id"),
    ("uniqueid", "v.uniqueid"),
];

/// A log, its archive, and whose calls are wanted of it.
struct Log<'a> {
    kind: LegKind,
    table: &'static str,
    archive: &'static str,
    wanted: Vec<&'a str>,
}

impl Database {
    /// Legs of calls that started in the hours from `from` to `to`, both server-local, inclusive. Empty `campaigns` or `groups` mean all.
    ///
    /// # Errors
    /// A [`Fault`] of the connection.
    pub async fn calls(&self, from: NaiveDateTime, to: NaiveDateTime, campaigns: &[CampaignId], groups: &[String]) -> Result<Calls, Fault> {
        let mut reading = Reading { calls: Calls::default(), seen: HashSet::new() };
        if to < from {
            return Ok(reading.calls);
        }
        let logs = [
            Log {
                kind: LegKind::Outbound,
                table: "vicidial_log",
                archive: "vicidial_log_archive",
                wanted: campaigns.iter().map(CampaignId::as_str).collect(),
            },
            Log {
                kind: LegKind::Inbound,
                table: "vicidial_closer_log",
                archive: "vicidial_closer_log_archive",
                wanted: groups.iter().map(String::as_str).collect(),
            },
        ];
        let from = hour(from);
        for log in &logs {
            // The archive first: a row that is moved while we read is then seen twice rather than never.
            if self.first(log.table, None).await?.flatten().is_none_or(|first| from < first) {
                self.read_log(log, log.archive, from, to, &mut reading).await?;
            }
            self.read_log(log, log.table, from, to, &mut reading).await?;
        }
        Ok(reading.calls)
    }

    async fn read_log(
        &self,
        log: &Log<'_>,
        table: &str,
        from: NaiveDateTime,
        to: NaiveDateTime,
        reading: &mut Reading,
    ) -> Result<(), Fault> {
        let mut next = from;
        for _ in 0..HOURS_MAX {
            // Most hours of a long window have no calls: go on where there are some.
            let Some(Some(first)) = self.first(table, Some(next)).await? else { return Ok(()) };
            let start = hour(first).max(next);
            if start > to {
                return Ok(());
            }
            next = hour(start) + Duration::hours(1);
            let columns: Vec<&str> = COLUMNS.iter().map(|(_, column)| *column).collect();
            let only = if log.wanted.is_empty() {
                String::new()
            } else {
                format!(" AND v.campaign_id IN ({})", literals(log.wanted.iter().copied()))
            };
            let statement = format!(
                "SELECT {} FROM {table} v LEFT JOIN vicidial_list l ON l.lead_id = v.lead_id \
                 WHERE v.call_date >= '{}' AND v.call_date < '{}'{only} ORDER BY v.call_date",
                columns.join(", "),
                start.format(TIME_FORMAT),
                next.format(TIME_FORMAT)
            );
            for cells in self.rows(&statement).await? {
                reading.take(&cells.texts(), log.kind, self.settings.zone, table);
            }
        }
        reading.calls.unreadable.push(format!("{table}: more than {HOURS_MAX} hours with calls were asked for at once"));
        Ok(())
    }

    /// The first call of a log, from an instant on; the outer `None` where there is no such table.
    async fn first(&self, table: &str, from: Option<NaiveDateTime>) -> Result<Option<Option<NaiveDateTime>>, Fault> {
        let from = from.map(|from| format!(" WHERE call_date >= '{}'", from.format(TIME_FORMAT))).unwrap_or_default();
        let rows = self.rows_if_table(&format!("SELECT MIN(call_date) FROM {table}{from}")).await?;
        Ok(rows.map(|rows| rows.first().and_then(|row| local_time(row.at(0)))))
    }
}

struct Reading {
    calls: Calls,
    seen: HashSet<crate::model::LegKey>,
}

impl Reading {
    fn take(&mut self, cells: &[String], kind: LegKind, zone: chrono_tz::Tz, table: &str) {
        let columns: BTreeMap<&str, usize> = COLUMNS.iter().enumerate().map(|(at, (name, _))| (*name, at)).collect();
        let row = Row { columns: &columns, cells };
        match row.leg(zone, Ok(kind)) {
            Ok(leg) if self.seen.insert(leg.key.clone()) => self.calls.legs.push(leg),
            Ok(_) => {}
            Err(column) => self.calls.unreadable.push(format!("{table}: `{column}` of a row is not what it should be")),
        }
    }
}

/// The full hour of a time.
fn hour(time: NaiveDateTime) -> NaiveDateTime {
    time.with_minute(0).and_then(|time| time.with_second(0)).and_then(|time| time.with_nanosecond(0)).unwrap_or(time)
}
