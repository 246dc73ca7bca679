//! Calls as VICIdial counts them, and what its export left out. Pure.
//!
//! `call_status_stats` counts the rows of the logs by campaign: outbound calls of each campaign, and inbound legs of each in-group that a
//! campaign takes calls from. It joins nothing, so it counts what `call_report_export` drops without a word: calls whose list, campaign,
//! agent, status or lead is not defined any more. It counts what stands in the logs now; archived rows it does not see.
//!
//! Hours and statuses are counted apart, so a missing status can be named only where all hours with calls are compared. Only
//! hours that were over when the counts were asked for are compared, and the counts are asked for first: a row that comes between both
//! answers can then not look like a missing one.

use std::collections::BTreeMap;

use chrono::{NaiveDate, NaiveDateTime, Timelike};

use crate::model::{CampaignId, Leg};
use crate::ports::Gap;

/// The calls of one campaign or in-group on one day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Counts {
    /// The campaign or in-group. The log's word, which may be defined nowhere.
    pub campaign: CampaignId,
    /// Calls of each hour of the day, by their start.
    pub hours: [u64; 24],
    /// Calls of each status.
    pub statuses: BTreeMap<String, u64>,
}

/// Reads `call_status_stats`: `campaign|calls|answered|00-0,…,23-0|NA-1,SALE-2|`. `None` where it is something else.
#[must_use]
pub fn read(text: &str) -> Option<Vec<Counts>> {
    let mut all: Vec<Counts> = Vec::new();
    for line in text.lines().filter(|line| !line.is_empty()) {
        let cells: Vec<&str> = line.split('|').collect();
        let [campaign, _, _, hours, statuses, ""] = cells[..] else { return None };
        let mut counts = Counts { campaign: campaign.into(), hours: [0; 24], statuses: BTreeMap::new() };
        let mut seen = 0;
        for (hour, count) in pairs(hours)? {
            *counts.hours.get_mut(hour.parse::<usize>().ok()?)? = count;
            seen += 1;
        }
        if seen != 24 {
            return None;
        }
        counts.statuses.extend(pairs(statuses)?.into_iter().map(|(status, count)| (status.to_owned(), count)));
        // A campaign and an in-group of one name come as two lines with the same counts.
        if all.iter().all(|other| !is_same(&other.campaign, &counts.campaign)) {
            all.push(counts);
        }
    }
    Some(all)
}

/// `NAME-count,NAME-count`; a name may hold a dash.
fn pairs(text: &str) -> Option<Vec<(&str, u64)>> {
    let pair = |pair: &'_ str| -> Option<(usize, u64)> {
        let (name, count) = pair.rsplit_once('-')?;
        Some((name.len(), count.parse().ok()?))
    };
    text.split(',').filter(|piece| !piece.is_empty()).map(|piece| pair(piece).map(|(length, count)| (&piece[..length], count))).collect()
}

/// VICIdial's database does not tell capitals from small letters.
fn is_same(one: &CampaignId, other: &CampaignId) -> bool {
    one.as_str().trim_end().eq_ignore_ascii_case(other.as_str().trim_end())
}

/// What was read of one day.
#[derive(Debug, Clone, Copy)]
pub struct Reading<'a> {
    /// The day.
    pub day: NaiveDate,
    /// The first hour that was read.
    pub from: u32,
    /// When the counts were asked for: the hours before are over.
    pub counted_at: NaiveDateTime,
    /// The legs, those of other days too.
    pub legs: &'a [Leg],
    /// Rows that came and could not be read: they are missing, and are told of already.
    pub unreadable: u64,
}

impl Reading<'_> {
    /// The hours that can be compared.
    fn hours(&self) -> std::ops::Range<usize> {
        let end = match self.day.cmp(&self.counted_at.date()) {
            std::cmp::Ordering::Less => 24,
            std::cmp::Ordering::Equal => self.counted_at.hour(),
            std::cmp::Ordering::Greater => 0,
        };
        self.from as usize..(end as usize).max(self.from as usize)
    }
}

/// Campaigns of which more calls were counted than read.
#[must_use]
pub fn gaps(counts: &[Counts], reading: &Reading<'_>) -> Vec<Gap> {
    counts.iter().filter_map(|counts| gap(counts, reading)).collect()
}

fn gap(counts: &Counts, reading: &Reading<'_>) -> Option<Gap> {
    let hours = reading.hours();
    let mut read = [0u64; 24];
    let mut statuses: BTreeMap<&str, u64> = BTreeMap::new();
    for leg in reading.legs.iter().filter(|leg| leg.key.start.date() == reading.day && is_same(&leg.key.campaign, &counts.campaign)) {
        let hour = leg.key.start.hour() as usize;
        read[hour] += 1;
        if hours.contains(&hour) {
            *statuses.entry(leg.status.as_str()).or_default() += 1;
        }
    }
    // Hour by hour: a call too many in one does not make up for one too few in another.
    let short = |hour: usize| counts.hours[hour].saturating_sub(read[hour]);
    let missing: u64 = hours.clone().map(short).sum();
    let first = hours.clone().find(|hour| short(*hour) > 0)?;
    if missing <= reading.unreadable {
        return None;
    }
    let sum = |of: &[u64; 24]| hours.clone().map(|hour| of[hour]).sum::<u64>();
    let is_whole = sum(&counts.hours) == counts.hours.iter().sum::<u64>();
    let lacking: BTreeMap<String, u64> = counts
        .statuses
        .iter()
        .map(|(status, count)| (status.clone(), count.saturating_sub(statuses.get(status.as_str()).copied().unwrap_or(0))))
        .filter(|(_, count)| *count > 0)
        .collect();
    // A status that was changed between both answers would be named wrongly.
    let adds_up = lacking.values().sum::<u64>() == missing;
    Some(Gap {
        day: reading.day,
        hour: u32::try_from(first).unwrap_or(0),
        campaign: counts.campaign.clone(),
        counted: sum(&counts.hours),
        read: sum(&read),
        statuses: if is_whole && adds_up { lacking } else { BTreeMap::new() },
    })
}
