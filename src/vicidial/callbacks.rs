//! Scheduled callbacks: the page that lists them, and `lead_callback_info` for one lead. Pure.
//!
//! The page quotes each cell and escapes nothing. The notes come last, so whatever they hold, quotes and line breaks included, the six
//! cells before them are certain: a line that does not begin a row belongs to the notes before it. Times are server-local;
//! `0000-00-00`, which VICIdial stores for a time that it could not read, is none, and no range of days ever holds it.

use chrono::NaiveDateTime;

use super::facts::local_time;
use super::rows::Table;
use crate::model::{CampaignId, LeadId, ListId};

/// One scheduled callback, as the page lists it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Callback {
    /// The lead.
    pub lead_id: LeadId,
    /// The lead's number; blank where the lead is not there any more.
    pub phone: String,
    /// `ACTIVE`, `LIVE` (its time has come) or `INACTIVE`; `LEAD MISSING` and `LEAD ARCHIVED` are the page's own.
    pub state: String,
    /// The agent that it is for, blank for anyone.
    pub user: String,
    /// When it was entered or last changed.
    pub entered: Option<NaiveDateTime>,
    /// When to call.
    pub due: Option<NaiveDateTime>,
    /// The agent's remark.
    pub notes: String,
}

/// Callbacks of a range of days.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Callbacks {
    /// The callbacks, by the time to call.
    pub all: Vec<Callback>,
    /// Rows that cannot be read, as short remarks without personal data.
    pub odd: Vec<String>,
}

/// A callback of one lead, as `lead_callback_info` shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeadCallback {
    /// The lead.
    pub lead_id: LeadId,
    /// Whether it is done with: VICIdial moved it to its archive.
    pub is_archived: bool,
    /// Whether it is for one agent only.
    pub is_for_one: bool,
    /// `ACTIVE`, `LIVE` or `INACTIVE`.
    pub state: String,
    /// The status that the lead gets when its time has come.
    pub lead_status: String,
    /// When to call; `None` where VICIdial could not read the time that it was given.
    pub due: Option<NaiveDateTime>,
    /// When it was entered or last changed.
    pub entered: Option<NaiveDateTime>,
    /// The agent that it is for, blank for anyone.
    pub user: String,
    /// The list that the lead was in.
    pub list_id: ListId,
    /// The campaign that calls.
    pub campaign: CampaignId,
    /// The agent's remark.
    pub notes: String,
}

const COLUMNS: [&str; 7] =
    ["LEAD ID", "PHONE NUMBER", "CALLBACK STATUS", "CREATED BY USER", "CALLBACK ENTRY TIME", "SCHEDULED CALLBACK TIME", "NOTES"];

/// The page's file as columns, rows, and remarks on rows that are none.
pub(super) fn cells(text: &str) -> (Vec<String>, Vec<Vec<String>>, Vec<String>) {
    let (mut rows, mut odd): (Vec<Vec<String>>, _) = (Vec::new(), Vec::new());
    let mut lines = text.strip_suffix('\n').unwrap_or(text).split('\n');
    let columns: Vec<String> = lines.next().map(|line| split(line).unwrap_or_default()).unwrap_or_default();
    for line in lines {
        match (split(line).filter(|cells| is_row(cells)), rows.last_mut()) {
            (Some(cells), _) => rows.push(cells),
            (None, Some(before)) => {
                if let Some(notes) = before.last_mut() {
                    notes.push('\n');
                    notes.push_str(line);
                }
            }
            (None, None) => odd.push("row 1: it is no callback".to_owned()),
        }
    }
    for (at, row) in rows.iter_mut().enumerate() {
        // The quote that ends a row ends its notes.
        match row.last_mut().and_then(|notes| notes.strip_suffix('"').map(str::to_owned).map(|whole| (notes, whole))) {
            Some((notes, whole)) => *notes = whole,
            None => odd.push(format!("row {}: its notes do not end", at + 1)),
        }
    }
    (columns.iter().map(|name| name.trim_end_matches('"').to_owned()).collect(), rows, odd)
}

/// Seven cells of a line that begins a row, the end of the last one not looked at.
fn split(line: &str) -> Option<Vec<String>> {
    let cells: Vec<String> = line.strip_prefix('"')?.splitn(COLUMNS.len(), "\",\"").map(str::to_owned).collect();
    (cells.len() == COLUMNS.len()).then_some(cells)
}

fn is_row(cells: &[String]) -> bool {
    let is_time = |text: &str| time(text).is_some();
    cells[0].parse::<u64>().is_ok() && is_time(&cells[4]) && is_time(&cells[5])
}

/// A time that may be none.
fn time(text: &str) -> Option<Option<NaiveDateTime>> {
    if text.is_empty() || text.starts_with("0000-00-00") { Some(None) } else { local_time(text).map(Some) }
}

/// Reads the page's file; `None` where it is not one.
#[must_use]
pub fn read(text: &str) -> Option<Callbacks> {
    if !text.ends_with('\n') {
        return None;
    }
    let (columns, rows, odd) = cells(text);
    if columns != COLUMNS {
        return None;
    }
    let callback = |mut row: Vec<String>| {
        Some(Callback {
            lead_id: LeadId(row[0].parse().ok()?),
            entered: time(&row[4])?,
            due: time(&row[5])?,
            phone: std::mem::take(&mut row[1]),
            state: std::mem::take(&mut row[2]),
            user: std::mem::take(&mut row[3]),
            notes: std::mem::take(&mut row[6]),
        })
    };
    Some(Callbacks { all: rows.into_iter().filter_map(callback).collect(), odd })
}

/// Reads the rows of `lead_callback_info`; `None` where a cell is not what it should be.
#[must_use]
pub fn of_lead(table: &Table) -> Option<Vec<LeadCallback>> {
    if !table.odd.is_empty() {
        return None;
    }
    let callback = |row: &Vec<String>| {
        let get = |name: &str| table.cell(row, name);
        Some(LeadCallback {
            lead_id: LeadId(get("lead_id").parse().ok()?),
            is_archived: match get("callback_type") {
                "CURRENT" => false,
                "ARCHIVE" => true,
                _ => return None,
            },
            is_for_one: get("recipient") == "USERONLY",
            state: get("callback_status").to_owned(),
            lead_status: get("lead_status").to_owned(),
            due: time(get("callback_date"))?,
            entered: time(get("entry_date"))?,
            user: get("user").to_owned(),
            list_id: ListId(if get("list_id").is_empty() { 0 } else { get("list_id").parse().ok()? }),
            campaign: CampaignId::from(get("campaign_id")),
            notes: get("comments").to_owned(),
        })
    };
    table.rows.iter().map(callback).collect()
}
