//! One lead's cells with their columns' names: whether each has the form that its column's must have, and the lead that they are.
//!
//! VICIdial's files quote nothing, so cells prove themselves by their form or are not believed. Which file they come from is not known here.

use std::collections::BTreeMap;

use chrono::NaiveDateTime;

use super::facts::local_time;
use super::listing::shown;
use crate::model::{FieldName, LeadField, LeadId, LeadRow, ListId};

/// Cells and the names of their columns, in one order. A column that is not among them is not looked at.
pub(super) struct Cells<'a> {
    pub(super) names: &'a [&'a str],
    pub(super) cells: &'a [String],
}

impl Cells<'_> {
    /// The lead with its standard fields; `None` where a cell cannot be what its name says.
    pub(super) fn lead(&self, lead: LeadId) -> Option<LeadRow> {
        if !self.stand() {
            return None;
        }
        Some(LeadRow {
            lead_id: lead,
            code: self.get("vendor_lead_code").to_owned(),
            list_id: ListId(self.get("list_id").parse().ok()?),
            status: self.get("status").to_owned(),
            called_count: self.get("called_count").parse().ok()?,
            modified: time(self.get("modify_date")).flatten(),
            values: LeadField::ALL
                .iter()
                .map(|&field| (FieldName::Standard(field), shown(field, self.get(field.name()))))
                .collect::<BTreeMap<_, _>>(),
        })
    }

    /// A cell; blank where there is no such column.
    pub(super) fn get(&self, name: &str) -> &str {
        self.find(name).unwrap_or("")
    }

    fn find(&self, name: &str) -> Option<&str> {
        self.names.iter().position(|column| *column == name).and_then(|at| self.cells.get(at)).map(String::as_str)
    }

    /// What a column may hold beside a blank, which older leads have in some.
    fn stand(&self) -> bool {
        let is = |name: &str, fits: &dyn Fn(&str) -> bool| self.find(name).is_none_or(fits);
        let is_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        let is_count = |text: &str| !text.is_empty() && is_digits(text);
        is("list_id", &is_count)
            && is("gmt_offset_now", &|text| text.is_empty() || text.parse::<f64>().is_ok_and(|offset| (-12.0..=14.0).contains(&offset)))
            && is("called_since_last_reset", &|text| matches!(text, "" | "N" | "D") || text.strip_prefix('Y').is_some_and(is_digits))
            && is("phone_code", &is_digits)
            && is("phone_number", &|text| !text.contains(|letter: char| letter.is_ascii_alphabetic() && letter != 'X'))
            && is("gender", &|text| matches!(text, "" | "M" | "F" | "U"))
            && is("date_of_birth", &is_date)
            && is("called_count", &is_count)
            && is("last_local_call_time", &|text| time(text).is_some())
            && is("rank", &|text| text.is_empty() || text.parse::<i32>().is_ok())
            && is("entry_list_id", &is_count)
    }
}

/// A time that may be none.
pub(super) fn time(text: &str) -> Option<Option<NaiveDateTime>> {
    if text.is_empty() || text == "0000-00-00 00:00:00" { Some(None) } else { local_time(text).map(Some) }
}

fn is_date(text: &str) -> bool {
    text.is_empty()
        || (text.len() == 10
            && text.bytes().enumerate().all(|(at, byte)| if at == 4 || at == 7 { byte == b'-' } else { byte.is_ascii_digit() }))
}
