//! Calls that VICIdial counts and does not hand out: kept as failures, and ended when a later reading shows them.
//!
//! A gap does not stop a run, for the other calls are good. It is one failure a day and campaign, named by the first hour that lacks a
//! call: `gap:2026-11-24 14:SALES`. Only a reading that reaches back to that hour can end it, as the window of usual runs moves on. What is
//! never found again, the calls of a deleted lead, is kept for a week. How calls are counted is not known here.

use chrono::{NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, Timelike};

use crate::model::{Failure, JobName};
use crate::ports::{Calls, Gap, Store};

use super::plan::Plan;
use super::{Job, Outside, Stop};

/// After so long nobody mends a gap any more.
const KEPT: TimeDelta = TimeDelta::days(7);

/// A gap that is kept: what its subject says.
struct Kept {
    subject: String,
    day: NaiveDate,
    hour: u32,
    campaign: String,
}

impl Kept {
    fn read(subject: &str) -> Option<Self> {
        let (start, campaign) = subject.strip_prefix("gap:")?.split_once(':')?;
        let (day, hour) = start.split_once(' ')?;
        Some(Self {
            subject: subject.to_owned(),
            day: day.parse().ok()?,
            hour: hour.parse().ok().filter(|hour| *hour < 24)?,
            campaign: campaign.to_owned(),
        })
    }

    fn start(&self) -> NaiveDateTime {
        self.day.and_time(NaiveTime::MIN) + TimeDelta::hours(i64::from(self.hour))
    }
}

/// Plans the failures of what was not handed out of a window that begins at `from`, and the end of those that are over.
pub(super) fn gaps<D, C, S: Store, K>(
    outside: &Outside<'_, D, C, S, K>,
    job: &Job,
    plan: &mut Plan,
    from: NaiveDateTime,
    now: NaiveDateTime,
    calls: &Calls,
) -> Result<(), Stop> {
    let kept: Vec<Kept> = outside.store.failures(&job.name, None)?.iter().filter_map(|failure| Kept::read(&failure.subject)).collect();
    let (failures, mended) = settle(&job.name, &kept, from, now, calls);
    failures.into_iter().for_each(|failure| plan.fail(failure));
    plan.commit.mended.extend(mended);
    Ok(())
}

fn settle(job: &JobName, kept: &[Kept], from: NaiveDateTime, now: NaiveDateTime, calls: &Calls) -> (Vec<Failure>, Vec<String>) {
    // Hours are read whole.
    let first = from.date().and_time(NaiveTime::MIN) + TimeDelta::hours(i64::from(from.hour()));
    let is_seen = |kept: &Kept| calls.compared.contains(&kept.day) && first <= kept.start();
    let mut failures = Vec::new();
    for gap in &calls.gaps {
        let is_of = |kept: &&Kept| kept.day == gap.day && kept.campaign == gap.campaign.as_str();
        // A gap that began before this window is the same one still.
        let before = kept.iter().find(|kept| is_of(kept) && !is_seen(kept) && kept.hour < gap.hour);
        let hour = before.map_or(gap.hour, |kept| kept.hour);
        failures.push(failure(job, gap, hour));
    }
    let is_over = |kept: &&Kept| is_seen(kept) || now - kept.start() > KEPT;
    let mended = kept.iter().filter(is_over).map(|kept| kept.subject.clone());
    let mended = mended.filter(|subject| failures.iter().all(|failure| failure.subject != *subject)).collect();
    (failures, mended)
}

fn failure(job: &JobName, gap: &Gap, hour: u32) -> Failure {
    let start = format!("{} {hour:02}", gap.day);
    let campaign = gap.campaign.as_str();
    Failure {
        subject: format!("gap:{start}:{campaign}"),
        contact: None,
        code: "calls_missing".to_owned(),
        raw: format!(
            "campaign {campaign} on {}: {} counted, {} exported{}. VICIdial's export leaves out calls whose list, campaign, agent, status or lead \
             is not defined any more, and those of campaigns that the API user may not see. Define it again, then run: vicisync sync {job} \
             --since \"{start}:00\". If these calls are not wanted, name the wanted `campaigns` in the VICIdial connection",
            gap.day,
            plural(gap.counted, "call"),
            gap.read,
            missing(gap)
        ),
        tries: 0,
    }
}

/// `; one status NI and 2 status SALE are missing`.
fn missing(gap: &Gap) -> String {
    if gap.statuses.is_empty() {
        return String::new();
    }
    let total: u64 = gap.statuses.values().sum();
    let each = gap.statuses.iter().map(|(status, count)| {
        let count = if *count == 1 { "one".to_owned() } else { count.to_string() };
        format!("{count} status {status}")
    });
    format!("; {} {} missing", each.collect::<Vec<_>>().join(" and "), if total == 1 { "is" } else { "are" })
}

fn plural(count: u64, word: &str) -> String {
    if count == 1 { format!("{count} {word}") } else { format!("{count} {word}s") }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn at(text: &str) -> NaiveDateTime {
        NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M").expect("a time")
    }

    fn gap(hour: u32) -> Gap {
        Gap {
            day: at("2026-11-24 00:00").date(),
            hour,
            campaign: "SALES".into(),
            counted: 7,
            read: 6,
            statuses: [("NI".to_owned(), 1)].into(),
        }
    }

    /// What becomes of the gaps that are kept, when a window from `from` to `now` shows `gaps`.
    fn check(kept: &[&str], from: &str, now: &str, gaps: Vec<Gap>, failed: &[&str], mended: &[&str]) {
        let kept: Vec<Kept> = kept.iter().map(|subject| Kept::read(subject).expect("a subject")).collect();
        let (from, now) = (at(from), at(now));
        let compared = BTreeSet::from([from.date(), now.date()]);
        let calls = Calls { gaps, compared, ..Calls::default() };
        let (failures, ends) = settle(&JobName::from("job"), &kept, from, now, &calls);
        assert_eq!(failures.iter().map(|failure| failure.subject.as_str()).collect::<Vec<_>>(), failed);
        assert_eq!(ends, mended);
    }

    #[test]
    fn gaps_begin_stay_and_end() {
        let kept = "gap:2026-11-24 14:SALES";
        check(&[], "2026-11-24 10:30", "2026-11-24 15:30", vec![gap(14)], &[kept], &[]);
        check(&[kept], "2026-11-24 10:31", "2026-11-24 15:31", vec![gap(14)], &[kept], &[]);
        check(&[kept], "2026-11-24 14:40", "2026-11-24 19:40", Vec::new(), &[], &[kept]);
        // The window moved on: nobody knows.
        check(&[kept], "2026-11-24 15:00", "2026-11-24 20:00", Vec::new(), &[], &[]);
        check(&[kept], "2026-11-24 15:00", "2026-11-24 20:00", vec![gap(17)], &[kept], &[]);
        // The first hour was mended, a later one was not.
        check(&[kept], "2026-11-24 14:00", "2026-11-24 20:00", vec![gap(17)], &["gap:2026-11-24 17:SALES"], &[kept]);
        check(&[kept], "2026-12-01 13:00", "2026-12-01 14:00", Vec::new(), &[], &[]);
        check(&[kept], "2026-12-01 13:00", "2026-12-01 14:01", Vec::new(), &[], &[kept]);
        // Another campaign's gap says nothing of this one.
        check(&["gap:2026-11-24 09:B:C"], "2026-11-24 10:30", "2026-11-24 15:30", vec![gap(14)], &[kept], &[]);
    }

    #[test]
    fn a_day_that_was_not_compared_ends_nothing() {
        let kept = [Kept::read("gap:2026-11-24 14:SALES").expect("a subject")];
        let (failures, ends) = settle(&JobName::from("job"), &kept, at("2026-11-24 10:00"), at("2026-11-24 15:00"), &Calls::default());
        assert_eq!((failures.len(), ends.len()), (0, 0));
    }

    #[test]
    fn what_an_admin_reads() {
        let text = failure(&JobName::from("job"), &gap(14), 14).raw;
        assert!(text.starts_with("campaign SALES on 2026-11-24: 7 calls counted, 6 exported; one status NI is missing. "), "{text}");
        assert!(text.contains("vicisync sync job --since \"2026-11-24 14:00\""), "{text}");
    }
}
