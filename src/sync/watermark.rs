//! From where the next run reads. Always a little before what this one has surely seen.

use chrono::{DateTime, Duration, NaiveDateTime, Utc};

/// Contacts are read again from this long before the newest that was seen: stamps of running transactions come late.
pub const CONTACTS_OVERLAP: Duration = Duration::seconds(30);

/// Calls are read again from this long back: VICIdial changes a call's row up to about four hours after the call.
pub const CALLS_OVERLAP: Duration = Duration::hours(5);

/// The watermark after a complete listing that began at `read_at`, CRM's clock. It never goes back.
#[must_use]
pub fn contacts(read_at: DateTime<Utc>, last: Option<DateTime<Utc>>) -> DateTime<Utc> {
    let next = read_at - CONTACTS_OVERLAP;
    last.map_or(next, |last| last.max(next))
}

/// The watermark after a complete reading of calls up to `until`, server-local. It never goes back.
#[must_use]
pub fn calls(until: NaiveDateTime, last: Option<NaiveDateTime>) -> NaiveDateTime {
    let next = until - CALLS_OVERLAP;
    last.map_or(next, |last| last.max(next))
}
