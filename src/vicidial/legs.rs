//! The body of `call_report_export` read into legs of calls. Pure; windows, folding and what a status means are others' matter.
//!
//! Columns are found by their names, so that a release with more of them still reads. A row that cannot be read is counted
//! with a remark that says why, without anything of the person.

use std::collections::{BTreeMap, HashSet};

use chrono::{DateTime, Duration, NaiveDateTime, TimeZone, Utc};
use chrono_tz::Tz;

use super::facts::local_time;
use super::line::decode;
use super::listing::{is_masked_phone, split_crlf};
use crate::model::{CampaignId, LeadId, Leg, LegKey, LegKind, ListId};
use crate::ports::Calls;

/// Why a body could not be read at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unreadable {
    /// The header lacks a column that is needed, or there is none.
    Header,
    /// The body does not end with a line's end.
    CutOff,
    /// The user is not shown real data.
    Masked,
}

const NEEDED: [&str; 12] = [
    "call_date",
    "phone_number_dialed",
    "status",
    "user",
    "campaign_id",
    "vendor_lead_code",
    "list_id",
    "length_in_sec",
    "alt_dial",
    "lead_id",
    "queue_time",
    "uniqueid",
];

/// Reads the file. `groups` are known in-groups, for rows that do not tell their log themselves.
///
/// # Errors
/// [`Unreadable`] where no row of it may be trusted.
pub fn read(body: &[u8], zone: Tz, groups: &[String]) -> Result<Calls, Unreadable> {
    if !body.ends_with(b"\r\n") {
        return Err(Unreadable::CutOff);
    }
    let mut rows = split_crlf(body).filter(|row| !row.is_empty());
    let header = rows.next().map(decode).unwrap_or_default().into_owned();
    let columns: BTreeMap<&str, usize> = header.split('\t').enumerate().map(|(at, name)| (name, at)).collect();
    if NEEDED.iter().any(|name| !columns.contains_key(name)) {
        return Err(Unreadable::Header);
    }
    let width = header.split('\t').count();
    let mut calls = Calls::default();
    let mut seen = HashSet::new();
    for (at, row) in rows.enumerate() {
        let cells: Vec<String> = row.split(|&byte| byte == b'\t').map(|cell| decode(cell).into_owned()).collect();
        if cells.len() != width {
            calls.unreadable.push(format!(
                "row {}: {} cells instead of {width}, a text of the lead holds tabs or line breaks",
                at + 1,
                cells.len()
            ));
            continue;
        }
        let row = Row { columns: &columns, cells: &cells };
        let code = row.get("vendor_lead_code");
        if is_masked_phone(row.get("phone_number_dialed")) || (code.len() > 2 && code.bytes().all(|byte| byte == b'X')) {
            return Err(Unreadable::Masked);
        }
        match row.leg(zone, row.kind(groups)) {
            // The join with the agent log repeats rows: one key, one leg.
            Ok(leg) if seen.insert(leg.key.clone()) => calls.legs.push(leg),
            Ok(_) => {}
            Err(column) => calls.unreadable.push(format!("row {}: `{column}` is not what it should be", at + 1)),
        }
    }
    Ok(calls)
}

/// One row with the places of its columns.
pub(super) struct Row<'a> {
    pub(super) columns: &'a BTreeMap<&'a str, usize>,
    pub(super) cells: &'a [String],
}

impl Row<'_> {
    fn get(&self, name: &str) -> &str {
        self.columns.get(name).and_then(|&at| self.cells.get(at)).map_or("", String::as_str)
    }

    /// The leg, or the column that cannot be read.
    pub(super) fn leg(&self, zone: Tz, kind: Result<LegKind, &'static str>) -> Result<Leg, &'static str> {
        let number = |name: &'static str| self.get(name).parse::<u64>().map_err(|_| name);
        let start = local_time(self.get("call_date")).ok_or("call_date")?;
        let campaign = CampaignId::from(self.get("campaign_id"));
        let user = match self.get("user") {
            "" => "VDAD",
            user => user,
        };
        if self.get("uniqueid").is_empty() {
            return Err("uniqueid");
        }
        let key = LegKey {
            kind: kind?,
            lead_id: LeadId(number("lead_id")?),
            campaign,
            start,
            uniqueid: self.get("uniqueid").to_owned(),
            user: user.to_owned(),
        };
        Ok(Leg {
            key,
            start: instant(zone, start),
            status: self.get("status").to_owned(),
            seconds: number("length_in_sec")?,
            phone: self.get("phone_number_dialed").to_owned(),
            code: self.get("vendor_lead_code").to_owned(),
            list_id: ListId(number("list_id")?),
            term_reason: self.get("term_reason").to_owned(),
        })
    }

    /// Which log the row is from. Inbound rows print the queue's seconds where outbound ones print which number was dialed.
    fn kind(&self, groups: &[String]) -> Result<LegKind, &'static str> {
        match self.get("alt_dial") {
            "" if groups.iter().any(|group| group == self.get("campaign_id")) => Ok(LegKind::Inbound),
            "" if self.get("queue_time").contains('.') => Ok(LegKind::Inbound),
            "" => Ok(LegKind::Outbound),
            seconds if seconds.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.') => Ok(LegKind::Inbound),
            word if word.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_') => Ok(LegKind::Outbound),
            _ => Err("alt_dial"),
        }
    }
}

/// Server-local wall time as an instant: the first of an hour that comes twice; a time that the clock jumped over counts from the jump on.
#[must_use]
pub fn instant(zone: Tz, local: NaiveDateTime) -> DateTime<Utc> {
    if let Some(time) = zone.from_local_datetime(&local).earliest() {
        return time.with_timezone(&Utc);
    }
    // In a gap: the offset before it, which is that of three hours earlier (no zone jumps by more).
    let before = local - Duration::hours(3);
    match zone.from_local_datetime(&before).latest() {
        Some(time) => time.with_timezone(&Utc) + Duration::hours(3),
        None => local.and_utc(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(local: &str, utc: &str) {
        let local = local_time(local).expect("a local time");
        assert_eq!(instant(chrono_tz::America::New_York, local).to_rfc3339(), utc);
    }

    #[test]
    fn instants() {
        check("2026-11-24 14:05:00", "2026-11-24T19:05:00+00:00");
        check("2026-11-01 01:30:00", "2026-11-01T05:30:00+00:00");
        check("2027-03-14 02:30:00", "2027-03-14T07:30:00+00:00");
    }
}
