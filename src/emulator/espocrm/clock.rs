//! The server's clock and its ids.
//!
//! Times are UTC, to the second, written `YYYY-MM-DD HH:MM:SS`. An id is 17 hexadecimal digits: seconds, microseconds and
//! four more, so ids made later sort later, also within one second (as seen on the real server).

use std::collections::VecDeque;

use chrono::{DateTime, NaiveDate, NaiveDateTime, TimeDelta, Utc};

/// How the server writes a time.
const FORMAT: &str = "%Y-%m-%d %H:%M:%S";

/// The clock, real or standing still, and the maker of ids.
#[derive(Clone, Debug, Default)]
pub struct Clock {
    fixed: Option<DateTime<Utc>>,
    shift: TimeDelta,
    last: (i64, u32),
    count: u64,
    given: VecDeque<String>,
}

impl Clock {
    /// The time now.
    pub fn now(&self) -> DateTime<Utc> {
        self.fixed.unwrap_or_else(|| Utc::now() + self.shift)
    }

    /// The time now, as the server writes it.
    pub fn text(&self) -> String {
        self.now().format(FORMAT).to_string()
    }

    /// Lets the clock stand at this time, written as the server writes it. A text that is no time changes nothing.
    pub fn fix(&mut self, time: &str) {
        if let Ok(time) = NaiveDateTime::parse_from_str(time, FORMAT) {
            self.fixed = Some(time.and_utc());
        }
    }

    /// Moves the clock by so many seconds, a standing one or a running one.
    pub fn advance(&mut self, seconds: i64) {
        let step = TimeDelta::seconds(seconds);
        match &mut self.fixed {
            Some(time) => *time += step,
            None => self.shift += step,
        }
    }

    /// Lets the clock run with the machine's again.
    pub fn run(&mut self) {
        self.fixed = None;
        self.shift = TimeDelta::zero();
    }

    /// The next records made get these ids, so that a recorded exchange can be replayed with its own.
    pub fn give_ids(&mut self, ids: impl IntoIterator<Item = String>) {
        self.given.extend(ids);
    }

    /// The id of a new record.
    pub(super) fn record_id(&mut self) -> String {
        match self.given.pop_front() {
            Some(id) => id,
            None => self.id(),
        }
    }

    /// A new id, later than all before it while the clock does not run backwards.
    pub(super) fn id(&mut self) -> String {
        let now = self.now();
        let second = now.timestamp();
        let mut micro = now.timestamp_subsec_micros();
        if self.last.0 == second && self.last.1 >= micro {
            micro = self.last.1 + 1;
        }
        self.last = (second, micro);
        self.count = self.count.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let tail = self.count >> 48;
        format!("{second:08x}{micro:05x}{tail:04x}")
    }
}

/// A time in a request body, as the server keeps it in the answer; `None` if it is not one.
///
/// ISO with a zone is converted; `YYYY-MM-DD HH:MM` passes as sent; fractions, a date alone and blank do not pass.
pub(super) fn body_time(text: &str) -> Option<String> {
    if NaiveDateTime::parse_from_str(text, FORMAT).is_ok() && text.len() == 19 {
        return Some(text.to_owned());
    }
    let minutes = format!("{text}:00");
    if NaiveDateTime::parse_from_str(&minutes, FORMAT).is_ok() && text.len() == 16 {
        return Some(text.to_owned());
    }
    let is_iso = text.contains('T') && !text.contains('.');
    let time = is_iso.then(|| DateTime::parse_from_rfc3339(text).ok())??;
    Some(time.with_timezone(&Utc).format(FORMAT).to_string())
}

/// A time in a filter, as the database reads it: an offset is ignored, and what is no time is before all times.
pub(super) fn filter_time(text: &str) -> String {
    let head: String = text.chars().take(19).collect();
    let head = head.replace(['T', 't'], " ");
    let whole = match head.len() {
        10 => format!("{head} 00:00:00"),
        16 => format!("{head}:00"),
        _ => head,
    };
    match NaiveDateTime::parse_from_str(&whole, FORMAT) {
        Ok(time) => time.format(FORMAT).to_string(),
        Err(_) => String::new(),
    }
}

/// The seconds from one written time to another.
pub(super) fn seconds_between(start: &str, end: &str) -> Option<i64> {
    let start = NaiveDateTime::parse_from_str(start, FORMAT).ok()?;
    let end = NaiveDateTime::parse_from_str(end, FORMAT).ok()?;
    Some((end - start).num_seconds())
}

/// The start of the day that lies so many days from this time.
pub(super) fn day_start(now: DateTime<Utc>, days: i64) -> String {
    let day: NaiveDate = now.date_naive() + TimeDelta::days(days);
    format!("{day} 00:00:00")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_of_one_second_sort_as_made() {
        let mut clock = Clock::default();
        clock.fix("2026-11-25 02:23:22");
        let ids: Vec<String> = (0..50).map(|_| clock.id()).collect();
        assert!(ids.is_sorted());
        assert!(ids.iter().all(|id| id.len() == 17));
        assert!(ids[0].starts_with("6b06469a"));
    }

    #[test]
    fn offsets_count_in_bodies_and_not_in_filters() {
        let text = "2026-11-25T03:00:00+02:00";
        assert_eq!(body_time(text).as_deref(), Some("2026-11-25 01:00:00"));
        assert_eq!(filter_time(text), "2026-11-25 03:00:00");
        assert_eq!(filter_time("x"), "");
    }
}
