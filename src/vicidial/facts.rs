//! Small answers of the API read into values: the clock, a time-zone offset, hopper rows, lists, labels, leads by code.
//!
//! Each function takes the text of an answer whose outcome is `Data` and gives `None` where it is not what the function would
//! print. Nothing is guessed.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDateTime};

use crate::model::{CampaignId, LeadId, ListId, TzMethod};
use crate::ports::{HopperRow, ServerTime};

/// VICIdial's way to write an instant.
pub const TIME_FORMAT: &str = "%Y-%m-%d %H:%M:%S";

/// Reads a server-local time.
#[must_use]
pub fn local_time(text: &str) -> Option<NaiveDateTime> {
    NaiveDateTime::parse_from_str(text, TIME_FORMAT).ok()
}

/// `version`: its release, and the clock by its two pieces that are written at one moment.
#[must_use]
pub fn version(text: &str) -> Option<(String, ServerTime)> {
    let pieces: BTreeMap<&str, &str> = text.trim().split('|').filter_map(|piece| piece.split_once(": ")).collect();
    let local = local_time(pieces.get("DATE")?)?;
    let utc = DateTime::from_timestamp(pieces.get("EPOCH")?.parse().ok()?, 0)?;
    let release = format!("{} build {}", pieces.get("VERSION")?, pieces.get("BUILD").unwrap_or(&"unknown"));
    Some((release, ServerTime { local, utc }))
}

/// `version`: the hours from UTC that VICIdial's servers table claims for now.
#[must_use]
pub fn servers_offset(text: &str) -> Option<String> {
    let offset = text.trim().split('|').find_map(|piece| piece.strip_prefix("TZNOW: "))?.trim();
    offset.parse::<f64>().ok().map(|_| offset.to_owned())
}

/// `check_phone_number`: `AREACODE: 1|-5#POSTAL: 1|-8#PHONE: …`; by the area code where the method finds nothing, as an add does it. `None` where
/// VICIdial knows no offset.
#[must_use]
pub fn offset(text: &str, method: TzMethod) -> Option<String> {
    let by = |word: &str| {
        let part = text.trim().split('#').find_map(|part| part.strip_prefix(word)?.strip_prefix(": "))?;
        let offset = part.split('|').nth(1)?.trim();
        let hours: f64 = offset.parse().ok()?;
        (-12.0..=14.0).contains(&hours).then(|| offset.to_owned())
    };
    method.word().and_then(by).or_else(|| by("AREACODE"))
}

/// `hopper_list`: order, priority, lead, list, phone, code, state, status, …
///
/// A lead that was deleted stays in the hopper with empty cells. Rows are numbered from 0 on; codes and source ids, which stand behind all that is
/// read here, may hold line breaks, so a line that has not the next number is the rest of the row before.
#[must_use]
pub fn hopper(text: &str) -> Option<Vec<HopperRow>> {
    let mut rows: Vec<HopperRow> = Vec::new();
    for line in text.lines() {
        let cells: Vec<&str> = line.split('|').collect();
        let number = |at: usize| cells.get(at).and_then(|cell| cell.parse::<u64>().ok());
        let is_next = number(0) == Some(rows.len() as u64);
        match (number(2), cells.get(7)) {
            (Some(lead), Some(status)) if is_next => {
                rows.push(HopperRow { lead_id: LeadId(lead), list_id: ListId(number(3).unwrap_or(0)), status: (*status).to_owned() });
            }
            // Numbered otherwise than is known: no row may be lost.
            (Some(_), Some(_)) if number(0).is_some() => return None,
            (Some(_) | None, Some(_) | None) if rows.is_empty() && !line.trim().is_empty() => return None,
            (Some(_) | None, Some(_) | None) => {}
        }
    }
    Some(rows)
}

/// A list as `list_info` and `list_custom_fields` show it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListFacts {
    /// Its campaign.
    pub campaign: CampaignId,
    /// Whether it is active.
    pub is_active: bool,
    /// Labels of its custom fields; only `list_custom_fields` shows them.
    pub labels: Vec<String>,
    /// How many leads it holds; only `list_info` with `leads_counts=Y` shows it.
    pub leads: Option<i64>,
}

/// `list_info` or `list_custom_fields` without a header. A list's name may hold a pipe, so the cells are counted from where it cannot.
#[must_use]
pub fn list(text: &str, list: ListId) -> Option<ListFacts> {
    let line = text.lines().find(|line| line.split('|').next() == Some(list.to_string().as_str()))?;
    let cells: Vec<&str> = line.split('|').collect();
    let active = cells.iter().skip(3).position(|cell| matches!(*cell, "Y" | "N"))? + 3;
    Some(ListFacts {
        campaign: CampaignId(cells.get(active - 1)?.to_string()),
        is_active: cells.get(active) == Some(&"Y"),
        labels: cells.get(active + 3).map(|cell| cell.split_whitespace().map(str::to_owned).collect()).unwrap_or_default(),
        leads: cells.get(active + 5).and_then(|cell| cell.parse().ok()),
    })
}

/// A campaign as `campaigns_list` shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CampaignFacts {
    /// Whether it is active.
    pub is_active: bool,
    /// The statuses that it dials.
    pub dial_statuses: Vec<String>,
}

/// `campaigns_list` without a header: id, name, active, user group, method, level, order, statuses, ... A name may hold a pipe.
#[must_use]
pub fn campaign(text: &str, campaign: &CampaignId) -> Option<CampaignFacts> {
    let line = text.lines().find(|line| line.split('|').next() == Some(campaign.as_str()))?;
    let cells: Vec<&str> = line.split('|').collect();
    let active = cells.iter().skip(2).position(|cell| matches!(*cell, "Y" | "N"))? + 2;
    Some(CampaignFacts {
        is_active: cells.get(active) == Some(&"Y"),
        dial_statuses: cells.get(active + 5)?.split_whitespace().map(str::to_owned).collect(),
    })
}

/// `list_info` with `leads_counts=Y` and without a header: how many leads the list has. `None` where it does not say so.
///
/// The counts follow `resets_today`, with or without a pipe at the end.
#[must_use]
pub fn lead_count(text: &str, list: ListId) -> Option<u64> {
    let line = text.lines().find(|line| line.split('|').next() == Some(list.to_string().as_str()))?;
    let cells: Vec<&str> = line.split('|').collect();
    let active = cells.iter().skip(3).position(|cell| matches!(*cell, "Y" | "N"))? + 3;
    let number = |after: usize| cells.get(active + after)?.parse::<u64>().ok();
    // Resets and new leads are numbers too: where one of them is none, these are other columns.
    let (_, all, _) = (number(4)?, number(5)?, number(6)?);
    Some(all)
}

/// `lead_search`: `key|count|lead-lead-…`, highest id first. Every key that was asked for must be there, and every id that was counted.
/// Each key is asked for once.
#[must_use]
pub fn found(text: &str, keys: &[&str]) -> Option<BTreeMap<String, Vec<LeadId>>> {
    let mut rows: BTreeMap<&str, (usize, Vec<LeadId>)> = BTreeMap::new();
    for line in text.lines().filter(|line| !line.is_empty()) {
        let (key, rest) = line.split_once('|')?;
        let (count, ids) = rest.split_once('|')?;
        let ids: Option<Vec<LeadId>> = ids.split('-').filter(|id| !id.is_empty()).map(|id| id.parse().ok().map(LeadId)).collect();
        rows.insert(key, (count.parse().ok()?, ids?));
    }
    let mut found = BTreeMap::new();
    for key in keys {
        let (count, mut ids) = rows.remove(key)?;
        if count != ids.len() {
            return None;
        }
        ids.sort_unstable();
        found.insert((*key).to_owned(), ids);
    }
    Some(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clock() {
        let (release, time) =
            version("VERSION: 2.14-194|BUILD: 241004-1518|DATE: 2026-11-24 20:20:16|EPOCH: 1795569616|DST: 0|TZ: -5.00|TZNOW: -5.00|\n")
                .expect("a clock");
        assert_eq!(release, "2.14-194 build 241004-1518");
        assert_eq!(time.local.format(TIME_FORMAT).to_string(), "2026-11-24 20:20:16");
        assert_eq!(time.utc.to_rfc3339(), "2026-11-25T01:20:16+00:00");
        assert!(version("nonsense").is_none());
    }

    #[test]
    fn offsets() {
        let check = |text: &str, method, expected: Option<&str>| assert_eq!(offset(text, method).as_deref(), expected, "{text}");
        check("AREACODE: 1|-5#PHONE: 7275550102|1||||\n", TzMethod::AreaCode, Some("-5"));
        let both = "AREACODE: 1|-5#POSTAL: 1|-8#PHONE: 7275550111|1|94105|||\n";
        check(both, TzMethod::PostalCode, Some("-8"));
        check(both, TzMethod::AreaCode, Some("-5"));
        check("AREACODE: 1|-5#POSTAL: 0|#PHONE: 7275550111|1|9|||\n", TzMethod::PostalCode, Some("-5"));
        check("AREACODE: 1|-5#TZCODE: 1|-6#PHONE: 7275550111|1|||CST|\n", TzMethod::TzCode, Some("-6"));
        check("AREACODE: 0|#PHONE: 7275550102|999||||\n", TzMethod::AreaCode, None);
    }

    #[test]
    fn leads_by_code() {
        let (one, two) = ("V0000000000000000001", "V0000000000000000002");
        let text = "V0000000000000000001|2|8-1\nV0000000000000000002|0|\n";
        let both = found(text, &[one, two]).expect("both");
        assert_eq!((both[one].clone(), both[two].clone()), (vec![LeadId(1), LeadId(8)], vec![]));
        assert!(found("V0000000000000000001|2|8-1\n", &[one, two]).is_none(), "a code without an entry is no answer");
        assert!(found("V0000000000000000001|3|8-1\n", &[one]).is_none(), "fewer ids than counted is no answer");
    }

    #[test]
    fn hopper_rows_with_line_breaks() {
        let row = |order: u64, lead: u64, source: &str| {
            format!("{order}|0|{lead}|1001|7275550401|1||NEW|0|-5.00|0|NONE|P|CRM-401|{source}|0|0 HOURS \n")
        };
        let leads = |text: &str| hopper(text).map(|rows| rows.iter().map(|row| row.lead_id.0).collect::<Vec<_>>());
        assert_eq!(leads(&(row(0, 7, "a\r\nb") + &row(1, 8, "1|x\n\n2") + &row(2, 9, ""))), Some(vec![7, 8, 9]));
        assert_eq!(leads("0|0|7||||||0|-5.00|0|NONE|P||||20781|\n"), Some(vec![7]), "a lead that is gone");
        assert_eq!(leads(&(row(0, 7, "") + &row(2, 9, ""))), None, "a row is missing");
        assert_eq!(leads("something else\n"), None);
        assert_eq!(leads(""), Some(vec![]));
    }

    #[test]
    fn list_with_a_pipe_in_its_name() {
        let facts = list("1001|A|B|CAMP1|Y|2026-11-24 10:00:00||crm_id product\n", ListId(1001)).expect("a list");
        assert_eq!((facts.campaign.as_str(), facts.is_active, facts.labels.len()), ("CAMP1", true, 2));
        assert!(list("1002|A|CAMP1|Y|||\n", ListId(1001)).is_none());
        let counted = list("1001|A|B|CAMP1|N|2026-11-24 10:00:00||2099-12-31|0|4321|12|\n", ListId(1001)).expect("a list");
        assert_eq!((counted.is_active, counted.leads), (false, Some(4321)));
    }

    #[test]
    fn campaign_with_a_pipe_in_its_name() {
        let text = "OLD|Old|N|G|RATIO|1||NEW|60|9||\nSALES|A|B|Y|---ALL---|RATIO|1||NEW NA B|60|9||\n";
        let found = campaign(text, &CampaignId::from("SALES")).expect("a campaign");
        assert_eq!((found.is_active, found.dial_statuses.join(" ").as_str()), (true, "NEW NA B"));
        assert!(campaign(text, &CampaignId::from("NONE")).is_none());
    }

    #[test]
    fn leads_of_a_list() {
        let count = |text: &str| lead_count(text, ListId(1001));
        assert_eq!(count("1001|Sync list A|CAMP1|Y|2026-11-24 20:17:53||2099-12-31|0|5|0|1\n"), Some(5));
        assert_eq!(count("1001|A|B|CAMP1|Y|2026-11-24 20:17:53||2099-12-31|0|412000|7|\n"), Some(412_000));
        assert_eq!(count("1001|A|CAMP1|Y|2026-11-24 20:17:53||2099-12-31|0|\n"), None, "a release without counts");
        assert_eq!(count("1002|A|CAMP1|Y|2026-11-24 20:17:53||2099-12-31|0|5|0\n"), None);
    }
}
