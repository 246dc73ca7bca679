//! Dates as a mapping writes them, made moments.

use chrono::{DateTime, FixedOffset, LocalResult, NaiveDate, NaiveDateTime, NaiveTime, TimeZone, Utc};
use chrono_tz::Tz;
use toml::value::{Datetime, Offset};

/// Why a date is no moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NoMoment {
    /// It has no offset, and no zone was given.
    NoZone,
    /// A time of day without a date, or a date that the calendar does not have.
    NoDate,
    /// The clock of that zone never showed it.
    Skipped,
}

/// The moment of a date. A date alone means its midnight; a time that came twice means its first pass.
pub(super) fn read(date: Datetime, zone: Option<Tz>) -> Result<DateTime<Utc>, NoMoment> {
    let day = date.date.ok_or(NoMoment::NoDate)?;
    let day = NaiveDate::from_ymd_opt(i32::from(day.year), u32::from(day.month), u32::from(day.day)).ok_or(NoMoment::NoDate)?;
    let time = match date.time {
        Some(time) => NaiveTime::from_hms_opt(u32::from(time.hour), u32::from(time.minute), u32::from(time.second.unwrap_or(0))),
        None => Some(NaiveTime::MIN),
    };
    let wall = day.and_time(time.ok_or(NoMoment::NoDate)?);
    match (date.offset, zone) {
        (Some(Offset::Z), _) => Ok(wall.and_utc()),
        (Some(Offset::Custom { minutes }), _) => {
            let offset = FixedOffset::east_opt(i32::from(minutes) * 60).ok_or(NoMoment::NoDate)?;
            local(wall, offset)
        }
        (None, Some(zone)) => local(wall, zone),
        (None, None) => Err(NoMoment::NoZone),
    }
}

fn local(wall: NaiveDateTime, zone: impl TimeZone) -> Result<DateTime<Utc>, NoMoment> {
    match zone.from_local_datetime(&wall) {
        LocalResult::Single(moment) | LocalResult::Ambiguous(moment, _) => Ok(moment.with_timezone(&Utc)),
        LocalResult::None => Err(NoMoment::Skipped),
    }
}
