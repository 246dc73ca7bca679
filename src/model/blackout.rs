//! A time of day in which a dialer is left alone.

use chrono::NaiveTime;

/// From one wall time to another, the second not included; over midnight where it is the earlier one. Never empty.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Blackout {
    /// Its first moment.
    pub begin: NaiveTime,
    /// The first moment after it.
    pub end: NaiveTime,
}

impl Blackout {
    /// Whether a wall time lies in it.
    #[must_use]
    pub fn holds(&self, time: NaiveTime) -> bool {
        if self.begin < self.end { (self.begin..self.end).contains(&time) } else { time >= self.begin || time < self.end }
    }
}
