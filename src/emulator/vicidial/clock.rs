//! The server's clock: one zone for the web side and the database, real time unless a test holds it still.
//!
//! Decides what local time it is. At the end of daylight saving two moments share a local time, so both are given out.

use chrono::{DateTime, Offset, TimeZone, Utc};
use chrono_tz::{OffsetComponents, Tz};

use super::table::Now;

/// A clock in a zone.
#[derive(Clone, Debug)]
pub struct Clock {
    zone: Tz,
    held_at: Option<i64>,
    ahead_s: i64,
}

impl Clock {
    /// A clock that runs with real time.
    pub fn real(zone: Tz) -> Self {
        Clock { zone, held_at: None, ahead_s: 0 }
    }

    /// Stops the clock at a moment, in seconds since 1970.
    pub fn hold(&mut self, epoch: i64) {
        self.held_at = Some(epoch);
    }

    /// Lets the clock run with real time again.
    pub fn release(&mut self) {
        self.held_at = None;
        self.ahead_s = 0;
    }

    /// Moves the clock on, or back.
    pub fn advance(&mut self, seconds: i64) {
        match &mut self.held_at {
            Some(epoch) => *epoch += seconds,
            None => self.ahead_s += seconds,
        }
    }

    /// The present moment in seconds since 1970.
    pub fn epoch(&self) -> i64 {
        self.held_at.unwrap_or_else(|| Utc::now().timestamp() + self.ahead_s)
    }

    /// The present moment.
    pub fn now(&self) -> Now {
        let epoch = self.epoch();
        Now { local: self.local(epoch), epoch }
    }

    /// A moment as local time, `YYYY-MM-DD HH:MM:SS`.
    pub fn local(&self, epoch: i64) -> String {
        self.at(epoch).format("%Y-%m-%d %H:%M:%S").to_string()
    }

    /// A moment in the server's zone.
    pub(super) fn at(&self, epoch: i64) -> DateTime<Tz> {
        let utc = DateTime::<Utc>::from_timestamp(epoch, 0).unwrap_or_default();
        utc.with_timezone(&self.zone)
    }

    /// Seconds since 1970 of a local time; the earlier one where two share it, `None` where there is none.
    pub fn epoch_of(&self, local: &str) -> Option<i64> {
        let naive = chrono::NaiveDateTime::parse_from_str(local, "%Y-%m-%d %H:%M:%S").ok()?;
        Some(self.zone.from_local_datetime(&naive).earliest()?.timestamp())
    }

    /// Whether daylight saving time is in force.
    pub(super) fn is_summer(&self) -> bool {
        let offset = *self.at(self.epoch()).offset();
        offset.dst_offset().num_seconds() != 0
    }

    /// Hours ahead of Greenwich.
    pub(super) fn offset_hours(&self) -> f64 {
        f64::from(self.at(self.epoch()).offset().fix().local_minus_utc()) / 3600.0
    }
}
