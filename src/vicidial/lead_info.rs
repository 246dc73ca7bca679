//! The answer of `lead_all_info` read into a lead. Pure.
//!
//! It is one row, unquoted, in the columns of a header that comes along. No `modify_date` is among them, and of the custom fields only those that
//! the lead has values of. Line breaks inside values do no harm, since there is one row only; a tab does, and then there are more cells
//! than columns: such an answer, like any that does not prove itself, is none.

use super::columns::LEAD;
use super::lead_cells::Cells;
use super::line::decode;
use crate::model::{LeadId, LeadRow};

/// A lead as the answer shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeadInfo {
    /// Its standard columns; no custom ones.
    pub row: LeadRow,
    /// Whether it ever had custom data.
    pub has_custom: bool,
    /// Labels and raw texts of the custom fields that are shown.
    pub custom: Vec<(String, String)>,
}

/// Reads an answer with header and tabs, asked for by the lead's id; `None` where it does not prove itself.
#[must_use]
pub fn read(body: &[u8], lead: LeadId) -> Option<LeadInfo> {
    let body = body.strip_suffix(b"\n")?;
    let end = body.iter().position(|&byte| byte == b'\n')?;
    let header = decode(&body[..end]);
    let names: Vec<&str> = header.split('\t').collect();
    let standard: Vec<&str> = LEAD.split_whitespace().collect();
    // Each cell by itself: a server with an old character set mixes two in one answer.
    let cells: Vec<String> = body[end + 1..].split(|&byte| byte == b'\t').map(|cell| decode(cell).into_owned()).collect();
    if !names.starts_with(&standard) || cells.len() != names.len() {
        return None;
    }
    let (own, custom) = cells.split_at(standard.len());
    let own = Cells { names: &standard, cells: own };
    if own.get("lead_id") != lead.to_string() {
        return None;
    }
    Some(LeadInfo {
        row: own.lead(lead)?,
        has_custom: own.get("entry_list_id").parse::<u64>().ok()? > 0,
        custom: names[standard.len()..].iter().map(|&label| label.to_owned()).zip(custom.iter().cloned()).collect(),
    })
}
