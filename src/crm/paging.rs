//! Where a listing goes on, and whether a page is one that was asked for.
//!
//! A CRM that does not understand a filter leaves it out and says nothing: the whole table comes back, or the same page for ever. It decides, from the
//! rows alone, whether the filter and the order were applied, which rows came before, and whether there is a further page. It sends nothing.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::ports::{Cursor, Effect, Fault, Reach};

/// Our own limit: a listing longer than this goes in circles, or needs another way.
pub const PAGES_MAX: u32 = 100_000;

/// One row, as far as paging cares.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Row {
    /// Its id.
    pub id: String,
    /// When it changed, in the CRM's own words; empty where a listing goes by id alone.
    pub updated: String,
}

/// The place after a page; kept as JSON in a [`Cursor`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// How many pages came before.
    pub page: u32,
    /// The last row.
    pub last: Row,
    /// The rows of the last page: what comes again is known by them.
    pub seen: Vec<Row>,
}

/// What the answer says of further pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum More {
    /// There is one.
    Yes,
    /// This was the last.
    No,
    /// This many rows match, those of this page included.
    Total(u64),
    /// Nothing: go on until a page is empty.
    Unsaid,
}

/// A page that was checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checked {
    /// The indexes of rows that are new.
    pub new: Vec<usize>,
    /// Where to go on; `None` at the end.
    pub next: Option<Place>,
}

impl Place {
    /// Reads a cursor.
    ///
    /// # Errors
    /// A cursor that is none of ours.
    pub fn read(cursor: &Cursor) -> Result<Self, Fault> {
        serde_json::from_str(&cursor.0)
            .map_err(|_| Fault::new(Effect::None, Reach::Connection, "bad_cursor", "The place in the list is lost."))
    }

    /// As a cursor.
    #[must_use]
    pub fn cursor(&self) -> Cursor {
        Cursor(serde_json::json!(self).to_string())
    }
}

/// Checks a page of a listing by time of change: `since` is what the scope says, `time` reads the CRM's times.
///
/// # Errors
/// Rows that were not asked for, an order that was not asked for, the same page again.
pub fn by_change(
    since: DateTime<Utc>,
    before: Option<&Place>,
    rows: &[Row],
    more: More,
    time: impl Fn(&str) -> Option<DateTime<Utc>>,
) -> Result<Checked, Fault> {
    repeats(before, rows)?;
    let from = before.and_then(|place| time(&place.last.updated)).unwrap_or(since);
    let mut previous = from;
    for row in rows {
        let Some(updated) = time(&row.updated) else {
            return Err(fault("not_an_answer", format!("The contact {} came without a readable time of change.", row.id)));
        };
        // Whole seconds are all that the CRM knows, so the scope's fraction does not count.
        if updated.timestamp() < from.timestamp() {
            return Err(fault(
                "filter_not_understood",
                format!("The CRM listed a contact that changed at {updated}, before {from} that was asked for."),
            )
            .help("Its version may not know the filter that the connector sends. Nothing was taken from this answer."));
        }
        if updated.timestamp() < previous.timestamp() {
            return Err(fault("order_not_understood", "The CRM did not list contacts in the order of their change.".to_owned())
                .help("Its version may not know the order that the connector asks for. Nothing was taken from this answer."));
        }
        previous = updated;
    }
    finish(before, rows, more)
}

/// Checks a page of a listing by id.
///
/// # Errors
/// An order that was not asked for, the same page again.
pub fn by_id(before: Option<&Place>, rows: &[Row], more: More) -> Result<Checked, Fault> {
    repeats(before, rows)?;
    // Databases compare without case; a false alarm would stop every full run.
    let is_sorted = rows.is_sorted_by_key(|row| row.id.to_ascii_lowercase());
    if !is_sorted {
        return Err(fault("order_not_understood", "The CRM did not list contacts in the order of their ids.".to_owned())
            .help("Its version may not know the order that the connector asks for. Nothing was taken from this answer."));
    }
    finish(before, rows, more)
}

fn repeats(before: Option<&Place>, rows: &[Row]) -> Result<(), Fault> {
    let Some(before) = before else { return Ok(()) };
    if !rows.is_empty() && rows.iter().all(|row| before.seen.contains(row)) {
        return Err(fault("page_repeats", "The CRM gave the same page of the list again.".to_owned()).help(
            "Something between here and the CRM may answer from a cache, or the CRM does not know the filter that the connector sends.",
        ));
    }
    Ok(())
}

fn finish(before: Option<&Place>, rows: &[Row], more: More) -> Result<Checked, Fault> {
    let mut known: BTreeSet<(&str, &str)> =
        before.iter().flat_map(|place| &place.seen).map(|row| (row.id.as_str(), row.updated.as_str())).collect();
    let new = rows.iter().enumerate().filter(|(_, row)| known.insert((&row.id, &row.updated))).map(|(index, _)| index).collect();
    let goes_on = match more {
        More::Yes => true,
        More::No => false,
        More::Total(total) => (rows.len() as u64) < total,
        More::Unsaid => !rows.is_empty(),
    };
    if !goes_on {
        return Ok(Checked { new, next: None });
    }
    let Some(last) = rows.last() else {
        return Err(fault("not_an_answer", "The CRM gave an empty page and said that more follow.".to_owned()));
    };
    let page = before.map_or(0, |place| place.page) + 1;
    if page >= PAGES_MAX {
        return Err(fault("too_many_pages", format!("The list did not end within {PAGES_MAX} pages.")));
    }
    Ok(Checked { new, next: Some(Place { page, last: last.clone(), seen: rows.to_vec() }) })
}

fn fault(code: &'static str, message: String) -> Fault {
    let reach = if code == "not_an_answer" { Reach::Connection } else { Reach::Person };
    Fault::new(Effect::None, reach, code, message)
}
