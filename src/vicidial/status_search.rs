//! `lead_status_search` read into leads: who had a call with a status on a day, as they are now.
//!
//! The answer is blocks of `name => value` with nothing escaped: a line that does not go on with the next name belongs to the value
//! before it. It looks at no more than 1,000 log rows of each direction and does not say when it stopped there, so that is
//! worked out here. It tells nothing of the calls themselves.

use std::collections::BTreeMap;

use super::columns::{RECORD, names};
use super::listing::{shown, shown_custom};
use crate::model::{FieldName, LeadField, LeadId, LeadRow, ListId};

/// Log rows of one direction that VICIdial looks at.
pub const LOG_ROWS_MAX: u64 = 1_000;

/// Leads by the status of a call.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Found {
    /// The leads as they are now, highest id first. Their status may be another one since.
    pub leads: Vec<LeadRow>,
    /// Whether VICIdial stopped at its limit: there may be more.
    pub is_capped: bool,
    /// Records that cannot be read, as short remarks without personal data.
    pub odd: Vec<String>,
}

/// One record: names and values in order.
pub(super) type Record = Vec<(String, String)>;

/// Cuts an answer into records. Gives the remarks on those that are none, too.
pub(super) fn records(text: &str) -> (Vec<Record>, Vec<String>) {
    let standard = names(&[RECORD]);
    let (mut records, mut odd) = (Vec::new(), Vec::new());
    let mut record: Record = Vec::new();
    let mut number = 0;
    let mut close = |record: &mut Record, number: usize| {
        if record.len() >= standard.len() {
            records.push(std::mem::take(record));
        } else if number > 0 {
            odd.push(format!("record {number}: {} values instead of {}", record.len(), standard.len()));
            record.clear();
        }
    };
    for line in text.strip_suffix('\n').unwrap_or(text).split('\n') {
        if line == format!(";---------- START OF RECORD {} ----------", number + 1) && (number == 0 || record.len() >= standard.len()) {
            close(&mut record, number);
            number += 1;
            continue;
        }
        let next = standard.get(record.len());
        match line.split_once(" => ").or_else(|| line.strip_suffix(" =>").map(|name| (name, ""))) {
            Some((name, value)) if next.is_some_and(|next| next == name) || (next.is_none() && is_label(name)) => {
                record.push((name.to_owned(), value.to_owned()));
            }
            Some(_) | None => {
                // Part of a value with line breaks.
                if let Some((_, value)) = record.last_mut() {
                    value.push('\n');
                    value.push_str(line);
                }
            }
        }
    }
    close(&mut record, number);
    (records, odd)
}

fn is_label(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

/// Reads an answer whose outcome is `Data`. `counted` are the log rows with that status on that day, where they are known:
/// several rows of one lead are one record, so that the records alone do not tell.
#[must_use]
pub fn read(text: &str, counted: Option<u64>) -> Found {
    let (records, mut odd) = records(text);
    let is_capped = records.len() as u64 >= LOG_ROWS_MAX || counted.is_some_and(|counted| counted > LOG_ROWS_MAX);
    let mut leads = Vec::with_capacity(records.len());
    for (at, record) in records.into_iter().enumerate() {
        match lead(record) {
            Some(lead) => leads.push(lead),
            None => odd.push(format!("record {}: its numbers are none", at + 1)),
        }
    }
    // VICIdial goes by the log rows: which lead comes first says nothing.
    leads.sort_by_key(|lead| std::cmp::Reverse(lead.lead_id));
    Found { leads, is_capped, odd }
}

fn lead(record: Record) -> Option<LeadRow> {
    let standard = names(&[RECORD]).len();
    let custom: Vec<(String, String)> = record[standard..].to_vec();
    let cells: BTreeMap<String, String> = record.into_iter().take(standard).collect();
    let get = |name: &str| cells.get(name).map_or("", String::as_str);
    let number = |name: &str| get(name).parse::<u64>().ok();
    let mut values: BTreeMap<FieldName, String> =
        LeadField::ALL.iter().map(|&field| (FieldName::Standard(field), shown(field, get(field.name())))).collect();
    values.extend(custom.into_iter().map(|(label, text)| (FieldName::Custom(label), shown_custom(&text))));
    Some(LeadRow {
        lead_id: LeadId(number("lead_id")?),
        code: get("vendor_lead_code").to_owned(),
        list_id: ListId(number("list_id")?),
        status: get("status").to_owned(),
        called_count: if get("called_count").is_empty() { 0 } else { number("called_count")? },
        modified: None,
        values,
    })
}
