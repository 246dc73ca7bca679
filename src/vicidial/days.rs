//! The calls of one day over HTTP: from the archive of the logs too where the day is old, and held against VICIdial's own count.
//!
//! The archive job moves log rows away after a number of days that no function shows, and the export then looks for them only if it is
//! told to. So an old day is asked for twice, the archive first: a row that is moved meanwhile is seen twice rather than never, and
//! counts once by its key. The count costs one small request a day and hour, however often calls are read: what VICIdial
//! counted holds for the hours that were over then. Without the right it is not asked for again.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::sync::PoisonError;

use chrono::{NaiveDate, NaiveDateTime, TimeDelta, Timelike};

use super::answers::is_read;
use super::ask_read;
use super::call::{self, Ask};
use super::client::Vicidial;
use super::counts::{self, Counts, Reading};
use super::legs;
use super::probe::Finding;
use super::reading::{cut_off, masked};
use super::reply::Outcome;
use super::trouble;
use crate::model::{CampaignId, LegKey};
use crate::ports::{Calls, Fault, Reach};

/// Days that lie further back than this are looked for in the archive too. VICIdial's archive job keeps more in the logs by default, and
/// admins of busy servers keep less, but hardly less than a month.
const ARCHIVE_AFTER: TimeDelta = TimeDelta::days(30);

/// Days that lie further back are not counted: nobody mends a gap any more then, and a count reads a day's whole log.
const COUNTED_WITHIN: TimeDelta = TimeDelta::days(7);

/// Hours of a day, `last` included to its end.
#[derive(Debug, Clone, Copy)]
pub(super) struct Day {
    pub(super) day: NaiveDate,
    pub(super) first: u32,
    pub(super) last: u32,
}

/// What was counted, and when.
#[derive(Debug, Default)]
pub(super) struct Counted {
    /// By the day; with the instant, server-local, that it was asked for. Nothing where it could not be had.
    days: BTreeMap<NaiveDate, (NaiveDateTime, Option<Vec<Counts>>)>,
    /// The day on which the right was seen to lack: nothing more is asked for on it.
    refused_on: Option<NaiveDate>,
}

impl Counted {
    /// What was found out about a day within the same hour.
    fn known(&self, day: NaiveDate, now: NaiveDateTime) -> Option<(NaiveDateTime, Option<Vec<Counts>>)> {
        if self.refused_on == Some(now.date()) {
            return Some((now, None));
        }
        self.days.get(&day).filter(|(at, _)| is_same_hour(*at, now)).cloned()
    }

    fn keep(&mut self, day: NaiveDate, now: NaiveDateTime, counts: Option<Vec<Counts>>) {
        self.days.retain(|_, (at, _)| is_same_hour(*at, now));
        self.days.insert(day, (now, counts));
    }
}

fn is_same_hour(one: NaiveDateTime, other: NaiveDateTime) -> bool {
    one.date() == other.date() && one.hour() == other.hour()
}

impl Vicidial {
    /// Adds the calls of one day. `now` is the end of the whole window, server-local.
    pub(super) async fn read_day(&self, day: Day, now: NaiveDateTime, calls: &mut Calls) -> Result<(), Fault> {
        // Before the calls: a row that comes in between is then read and not counted, which is no gap.
        let counted = self.count_for(day, now).await?;
        let before = calls.legs.len();
        let mut seen: HashSet<LegKey> = HashSet::new();
        let mut unreadable = BTreeSet::new();
        let ask = call::call_report(day.day, day.first, day.last, &self.settings.campaigns, &self.settings.groups);
        let is_old = now.date().signed_duration_since(day.day) > ARCHIVE_AFTER;
        let asks = if is_old { vec![ask_read::archived(ask.clone()), ask] } else { vec![ask] };
        for ask in asks {
            let more = self.export(&ask).await?;
            calls.legs.extend(more.legs.into_iter().filter(|leg| seen.insert(leg.key.clone())));
            // A server without an archive gives the same rows again.
            unreadable.extend(more.unreadable);
        }
        if let Some((counted_at, counts)) = counted {
            let reading =
                Reading { day: day.day, from: day.first, counted_at, legs: &calls.legs[before..], unreadable: unreadable.len() as u64 };
            calls.gaps.extend(counts::gaps(&counts, &reading));
            calls.compared.insert(day.day);
        }
        calls.unreadable.extend(unreadable);
        Ok(())
    }

    async fn export(&self, ask: &Ask) -> Result<Calls, Fault> {
        let (reply, body) = self.fetch(ask).await?;
        if !is_read(ask, &reply)? {
            return Ok(Calls::default());
        }
        legs::read(&body, self.settings.zone, &self.settings.groups).map_err(|why| match why {
            legs::Unreadable::Masked => masked("call_report_export.php"),
            legs::Unreadable::CutOff => cut_off("call_report_export.php"),
            legs::Unreadable::Header => trouble::fault(ask, &reply),
        })
    }

    /// The counts of a day, if it has hours that are over and they can be had. Not having them stops no run.
    async fn count_for(&self, day: Day, now: NaiveDateTime) -> Result<Option<(NaiveDateTime, Vec<Counts>)>, Fault> {
        let age = now.date().signed_duration_since(day.day);
        if age > COUNTED_WITHIN || (age == TimeDelta::zero() && day.first >= now.hour()) {
            return Ok(None);
        }
        let known = self.counted.lock().unwrap_or_else(PoisonError::into_inner).known(day.day, now);
        if let Some((at, counts)) = known {
            return Ok(counts.map(|counts| (at, counts)));
        }
        let answer = self.counts_over_http(day.day, &self.settings.campaigns, &self.settings.groups).await;
        let mut counted = self.counted.lock().unwrap_or_else(PoisonError::into_inner);
        let counts = match answer {
            Ok(counts) => counts,
            Err(fault) if fault.reach == Reach::Login => return Err(fault),
            Err(fault) => {
                tracing::debug!(day = %day.day, fault = fault.message, "the calls of a day could not be counted");
                if fault.code == "no_right" || fault.code == "no_function" {
                    counted.refused_on = Some(now.date());
                }
                None
            }
        };
        counted.keep(day.day, now, counts.clone());
        Ok(counts.map(|counts| (now, counts)))
    }

    /// Whether missing calls would be noticed. Not to have that right is nothing wrong.
    pub(super) async fn may_count(&self) -> Option<Finding> {
        if self.database.is_some() {
            return None;
        }
        let today = chrono::Utc::now().with_timezone(&self.settings.zone).date_naive();
        match self.counts_over_http(today, &[], &[]).await {
            Ok(_) => Some(Finding::good("the API user may count calls: those that VICIdial's export leaves out are noticed")),
            Err(fault) if fault.code == "no_right" => Some(Finding {
                ok: true,
                what: "the API user may not count calls: those that VICIdial's export leaves out stay unnoticed".to_owned(),
                advice: fault.help,
            }),
            Err(fault) => Some(Finding::of(fault)),
        }
    }

    /// `call_status_stats`; `None` where none of the campaigns can be asked for. None given mean all.
    pub(super) async fn counts_over_http(
        &self,
        day: NaiveDate,
        campaigns: &[CampaignId],
        groups: &[String],
    ) -> Result<Option<Vec<Counts>>, Fault> {
        let Some(ask) = ask_read::counts(day, campaigns, groups) else { return Ok(None) };
        let reply = self.ask(&ask).await?;
        if reply.outcome != Outcome::Data {
            return Err(trouble::fault(&ask, &reply));
        }
        counts::read(&reply.data).map(Some).ok_or_else(|| trouble::fault(&ask, &reply))
    }
}
