//! When a job is due: a cron expression in a time zone, computed in UTC.
//!
//! The wall clock is not a line: in spring it skips an hour, in autumn it says one hour twice. A fixed time that is skipped fires where
//! the gap ends, a time that comes twice fires at its first pass. A schedule whose hour has `*` or `/` means "every so often" and runs
//! through both passes. [`Schedule::next_after`] only ever moves forward. It knows no clock: the moment is an argument.

mod expression;

use chrono::{DateTime, LocalResult, NaiveDateTime, Offset, TimeDelta, TimeZone, Utc};
use chrono_tz::Tz;

/// A cron expression in a zone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Schedule {
    text: String,
    zone: Tz,
    wall: cron::Schedule,
    is_every_so_often: bool,
}

impl Schedule {
    /// Reads five fields (minute, hour, day of the month, month, day of the week) or six with seconds in front.
    ///
    /// # Errors
    ///
    /// A sentence for the admin: what is wrong with the expression, and what to write.
    pub fn parse(text: &str, zone: Tz) -> Result<Self, String> {
        let expression = expression::parse(text)?;
        Ok(Self { text: text.trim().to_owned(), zone, wall: expression.wall, is_every_so_often: expression.is_every_so_often })
    }

    /// The expression as it was written.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The zone whose wall clock it means.
    #[must_use]
    pub fn zone(&self) -> Tz {
        self.zone
    }

    /// The next moment strictly after `moment`; `None` where there is none (30 February).
    #[must_use]
    pub fn next_after(&self, moment: DateTime<Utc>) -> Option<DateTime<Utc>> {
        if self.is_every_so_often { self.next_elapsed(moment) } else { self.next_fixed(moment) }
    }

    /// The moments whose wall time matches: walked from one change of the offset to the next, so that both passes count.
    fn next_elapsed(&self, moment: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let mut from = moment;
        let mut is_from_allowed = false;
        loop {
            let offset = self.offset(from);
            let wall = from.naive_utc() + offset;
            let start = if is_from_allowed { wall - TimeDelta::seconds(1) } else { wall };
            let candidate = (self.next_wall(start)? - offset).and_utc();
            match self.first_change(from, candidate) {
                None => return Some(candidate),
                Some(change) => from = change,
            }
            is_from_allowed = true;
        }
    }

    /// The first wall time whose moment lies ahead. Moments of rising wall times never fall, so the first one found is the next.
    fn next_fixed(&self, moment: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let mut wall = moment.naive_utc() + self.offset(moment);
        loop {
            wall = self.next_wall(wall)?;
            let candidate = match self.zone.from_local_datetime(&wall) {
                LocalResult::Single(local) | LocalResult::Ambiguous(local, _) => local.with_timezone(&Utc),
                LocalResult::None => self.gap_end(wall),
            };
            if candidate > moment {
                return Some(candidate);
            }
        }
    }

    fn next_wall(&self, after: NaiveDateTime) -> Option<NaiveDateTime> {
        // The expression is asked as if wall time were UTC: there it has neither gaps nor repeats.
        self.wall.after(&after.and_utc()).next().map(|next| next.naive_utc())
    }

    fn offset(&self, moment: DateTime<Utc>) -> TimeDelta {
        let local = self.zone.offset_from_utc_datetime(&moment.naive_utc());
        TimeDelta::seconds(i64::from(local.fix().local_minus_utc()))
    }

    /// The first second in (`from`, `to`] with another offset than `from`. Zones change at most once in any day.
    fn first_change(&self, from: DateTime<Utc>, to: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let offset = self.offset(from);
        let mut before = from;
        while before < to {
            let next = (before + TimeDelta::days(1)).min(to);
            if self.offset(next) != offset {
                return Some(first_second(before, next, |second| self.offset(second) != offset));
            }
            before = next;
        }
        None
    }

    /// The moment at which the clock jumped over `wall`. Whole days were skipped too (Samoa, 2011).
    fn gap_end(&self, wall: NaiveDateTime) -> DateTime<Utc> {
        let reach = TimeDelta::hours(38);
        let middle = wall.and_utc();
        first_second(middle - reach, middle + reach, |second| second.naive_utc() + self.offset(second) > wall)
    }
}

/// The first whole second in (`before`, `after`] for which `is_past` holds; it holds at `after` and from there back to the answer.
fn first_second(before: DateTime<Utc>, after: DateTime<Utc>, is_past: impl Fn(DateTime<Utc>) -> bool) -> DateTime<Utc> {
    let (mut low, mut high) = (before.timestamp(), after.timestamp());
    while high - low > 1 {
        let middle = low + (high - low) / 2;
        let is_high = DateTime::from_timestamp(middle, 0).is_some_and(&is_past);
        if is_high { high = middle } else { low = middle }
    }
    DateTime::from_timestamp(high, 0).unwrap_or(after)
}
