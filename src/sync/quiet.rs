//! Blackouts: whether a dialer is to be left alone now, and until when. No clock; the moment is an argument.
//!
//! Windows are times of day of the server's own wall clock. Where one begins as another ends they are one.

use chrono::{DateTime, Days, NaiveDateTime, TimeDelta, TimeZone, Utc};
use chrono_tz::Tz;

use crate::model::Blackout;

/// The blackouts of one dialer, with its zone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Quiet {
    /// The windows; none for a dialer that may always be asked.
    pub windows: Vec<Blackout>,
    /// The zone of the server's clock.
    pub zone: Tz,
}

impl Quiet {
    /// A dialer that may always be asked.
    #[must_use]
    pub fn never() -> Self {
        Self { windows: Vec::new(), zone: Tz::UTC }
    }

    /// The instant at which the blackout of this one ends; `None` where there is none.
    #[must_use]
    pub fn until(&self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let end = until(&self.windows, now.with_timezone(&self.zone).naive_local())?;
        Some(self.instant(end, now))
    }

    /// The wall time of an instant, as the server's clock shows it.
    #[must_use]
    pub fn wall(&self, instant: DateTime<Utc>) -> NaiveDateTime {
        instant.with_timezone(&self.zone).naive_local()
    }

    /// When the wall clock shows `end` the next time after `now`. In spring it may never show it: then where the gap ends.
    fn instant(&self, end: NaiveDateTime, now: DateTime<Utc>) -> DateTime<Utc> {
        // No clock was ever set forward by more than a day; steps of a quarter of an hour meet the end of every gap.
        for quarter in 0..=96 {
            let shown = self.zone.from_local_datetime(&(end + TimeDelta::minutes(15 * quarter)));
            let later = [shown.earliest(), shown.latest()].into_iter().flatten().map(|shown| shown.with_timezone(&Utc));
            if let Some(instant) = later.filter(|instant| *instant > now).min() {
                return instant;
            }
        }
        now + TimeDelta::minutes(15)
    }
}

/// The wall time at which the blackout of that wall time ends; `None` where there is none.
#[must_use]
pub fn until(windows: &[Blackout], now: NaiveDateTime) -> Option<NaiveDateTime> {
    let mut end = None;
    // Each step leaves one window for another; after as many there is nothing new.
    for _ in 0..=windows.len() {
        let at = end.unwrap_or(now);
        let Some(next) = windows.iter().filter(|window| window.holds(at.time())).map(|window| end_of(window, at)).max() else { break };
        end = Some(next);
    }
    end
}

fn end_of(window: &Blackout, at: NaiveDateTime) -> NaiveDateTime {
    let day = if at.time() < window.end { at.date() } else { at.date().checked_add_days(Days::new(1)).unwrap_or(at.date()) };
    day.and_time(window.end)
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::NaiveTime;

    fn windows(texts: &[(&str, &str)]) -> Vec<Blackout> {
        let time = |text: &str| NaiveTime::parse_from_str(text, "%H:%M").expect("a fixed time");
        texts.iter().map(|(begin, end)| Blackout { begin: time(begin), end: time(end) }).collect()
    }

    #[track_caller]
    fn check(texts: &[(&str, &str)], now: &str, expected: Option<&str>) {
        let time = |text: &str| NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M:%S").expect("a fixed time");
        assert_eq!(until(&windows(texts), time(now)), expected.map(time), "{texts:?} at {now}");
    }

    #[test]
    fn windows_begin_and_end_on_their_minute() {
        let night = [("02:00", "03:30")];
        check(&night, "2026-11-26 01:59:59", None);
        check(&night, "2026-11-26 02:00:00", Some("2026-11-26 03:30:00"));
        check(&night, "2026-11-26 03:29:59", Some("2026-11-26 03:30:00"));
        check(&night, "2026-11-26 03:30:00", None);
        check(&[], "2026-11-26 03:30:00", None);
    }

    #[test]
    fn windows_run_over_midnight_and_into_each_other() {
        let late = [("23:50", "00:20")];
        check(&late, "2026-11-30 23:55:00", Some("2026-12-01 00:20:00"));
        check(&late, "2026-12-01 00:10:00", Some("2026-12-01 00:20:00"));
        check(&late, "2026-12-01 12:00:00", None);
        check(&[("02:00", "03:00"), ("03:00", "04:00"), ("02:30", "02:45")], "2026-11-26 02:40:00", Some("2026-11-26 04:00:00"));
        check(&[("22:00", "00:00"), ("00:00", "05:00")], "2026-11-26 23:00:00", Some("2026-11-27 05:00:00"));
    }

    #[test]
    fn windows_that_leave_no_time_between_them_still_end() {
        assert!(until(&windows(&[("00:00", "12:00"), ("12:00", "00:00")]), NaiveDateTime::default()).is_some());
    }

    #[track_caller]
    fn check_instant(texts: &[(&str, &str)], now: &str, expected: &str) {
        let at = |text: &str| DateTime::parse_from_rfc3339(text).expect("a fixed time").with_timezone(&Utc);
        let quiet = Quiet { windows: windows(texts), zone: chrono_tz::America::New_York };
        assert_eq!(quiet.until(at(now)), Some(at(expected)), "{now}");
    }

    #[test]
    fn the_end_is_an_instant_also_where_clocks_change() {
        check_instant(&[("02:00", "03:30")], "2026-11-26T07:10:00Z", "2026-11-26T08:30:00Z");
        // 02:15 is never shown on the day of the spring change: 01:59:59 is followed by 03:00.
        check_instant(&[("01:00", "02:15")], "2027-03-14T06:30:00Z", "2027-03-14T07:00:00Z");
        // 01:30 is shown twice on the day of the autumn change; the second time ends the window's second pass.
        check_instant(&[("01:00", "01:30")], "2026-11-01T05:10:00Z", "2026-11-01T05:30:00Z");
        check_instant(&[("01:00", "01:30")], "2026-11-01T06:10:00Z", "2026-11-01T06:30:00Z");
    }
}
