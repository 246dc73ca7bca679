//! Numbers and moments as texts say them, and ranges of them.
//!
//! Numbers are plain decimals (`-12.50`; no exponent, no thousands separator) and are compared exactly, however long they are. Moments are
//! `YYYY-MM-DD`, alone or with a time of day and perhaps an offset; without an offset they are UTC. It knows no contact and no condition.

use std::borrow::Cow;
use std::cmp::Ordering;

use chrono::{Days, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta};

/// What can be compared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Measure<'t> {
    Number(Decimal<'t>),
    /// UTC; of a date alone its midnight.
    Moment {
        at: NaiveDateTime,
        is_day: bool,
    },
}

impl<'t> Measure<'t> {
    /// Reads a text; `None` for what is neither.
    pub(super) fn read(text: &'t str) -> Option<Self> {
        Decimal::read(text).map(Self::Number).or_else(|| moment(text).map(|(at, is_day)| Self::Moment { at, is_day }))
    }
}

/// A plain decimal, without zeros that say nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Decimal<'t> {
    is_negative: bool,
    whole: Cow<'t, str>,
    part: Cow<'t, str>,
}

impl<'t> Decimal<'t> {
    fn read(text: &'t str) -> Option<Self> {
        let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
        let (whole, part) = match digits.split_once('.') {
            Some((whole, part)) if is_digits(part) => (whole, part),
            Some(_) => return None,
            None => (digits, ""),
        };
        if !is_digits(whole) {
            return None;
        }
        let (whole, part) = (whole.trim_start_matches('0'), part.trim_end_matches('0'));
        let is_zero = whole.is_empty() && part.is_empty();
        Some(Self { is_negative: text.starts_with('-') && !is_zero, whole: whole.into(), part: part.into() })
    }

    fn into_owned(self) -> Decimal<'static> {
        Decimal { is_negative: self.is_negative, whole: self.whole.into_owned().into(), part: self.part.into_owned().into() }
    }
}

impl PartialOrd for Decimal<'_> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Decimal<'_> {
    fn cmp(&self, other: &Self) -> Ordering {
        let size = || (self.whole.len(), &self.whole, &self.part).cmp(&(other.whole.len(), &other.whole, &other.part));
        match (self.is_negative, other.is_negative) {
            (false, false) => size(),
            (true, true) => size().reverse(),
            (false, true) => Ordering::Greater,
            (true, false) => Ordering::Less,
        }
    }
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// A moment, and whether only its day is said.
fn moment(text: &str) -> Option<(NaiveDateTime, bool)> {
    let (day, rest) = text.split_at_checked(10)?;
    let day = NaiveDate::from_ymd_opt(
        i32::try_from(number(day.get(..4)?)?).ok()?,
        number(day.get(4..)?.strip_prefix('-')?.get(..2)?)?,
        number(day.get(7..)?.strip_prefix('-')?)?,
    )?;
    if rest.is_empty() {
        return Some((day.and_time(NaiveTime::MIN), true));
    }
    let time = rest.strip_prefix(['T', 't', ' '])?;
    let (time, offset) = match time.find(['Z', 'z', '+', '-']) {
        Some(at) => time.split_at(at),
        None => (time, ""),
    };
    let east = minutes_east(offset)?;
    let at = day.and_time(time_of_day(time)?).checked_sub_signed(TimeDelta::minutes(east))?;
    Some((at, false))
}

/// `15:04`, `15:04:05`, `15:04:05.123`; parts of a second are dropped.
fn time_of_day(text: &str) -> Option<NaiveTime> {
    let (hour, rest) = text.split_once(':')?;
    let (minute, second) = rest.split_once(':').unwrap_or((rest, "00"));
    let second = match second.split_once('.') {
        Some((second, part)) if is_digits(part) => second,
        Some(_) => return None,
        None => second,
    };
    let pair = |text: &str| (text.len() == 2).then(|| number(text)).flatten();
    NaiveTime::from_hms_opt(pair(hour)?, pair(minute)?, pair(second)?)
}

/// Minutes that `+05:30`, `-0400` or `Z` is ahead of UTC.
fn minutes_east(offset: &str) -> Option<i64> {
    if matches!(offset, "" | "Z" | "z") {
        return Some(0);
    }
    let (sign, clock) = offset.split_at_checked(1)?;
    let (hours, minutes) = match clock.split_once(':') {
        Some(pair) => pair,
        None => clock.split_at_checked(2)?,
    };
    if hours.len() != 2 || minutes.len() != 2 {
        return None;
    }
    let minutes = i64::from(number(hours)?) * 60 + i64::from(number(minutes)?);
    Some(if sign == "-" { -minutes } else { minutes })
}

fn number(text: &str) -> Option<u32> {
    if is_digits(text) { text.parse().ok() } else { None }
}

/// Which side of a bound is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    AtLeast,
    MoreThan,
    AtMost,
    LessThan,
}

impl Side {
    pub(super) const ALL: [Self; 4] = [Self::AtLeast, Self::MoreThan, Self::AtMost, Self::LessThan];

    /// The key that says it.
    pub(super) fn key(self) -> &'static str {
        match self {
            Self::AtLeast => "at_least",
            Self::MoreThan => "more_than",
            Self::AtMost => "at_most",
            Self::LessThan => "less_than",
        }
    }

    /// The same in a sentence.
    pub(super) fn words(self) -> &'static str {
        match self {
            Self::AtLeast => "at least",
            Self::MoreThan => "more than",
            Self::AtMost => "at most",
            Self::LessThan => "less than",
        }
    }
}

/// A stretch between two bounds; `None` is no bound, `true` takes the bound itself in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Span<T> {
    low: Option<(T, bool)>,
    high: Option<(T, bool)>,
}

impl<T: Ord + Clone> Span<T> {
    fn new(side: Side, bound: T) -> Self {
        match side {
            Side::AtLeast => Self { low: Some((bound, true)), high: None },
            Side::MoreThan => Self { low: Some((bound, false)), high: None },
            Side::AtMost => Self { low: None, high: Some((bound, true)) },
            Side::LessThan => Self { low: None, high: Some((bound, false)) },
        }
    }

    fn has(&self, value: &T) -> bool {
        let above = self.low.as_ref().is_none_or(|(low, is_in)| value > low || *is_in && value == low);
        let below = self.high.as_ref().is_none_or(|(high, is_in)| value < high || *is_in && value == high);
        above && below
    }

    /// What lies in both.
    fn and(&self, other: &Self) -> Self {
        let tighter = |one: &Option<(T, bool)>, two: &Option<(T, bool)>, is_tighter: Ordering| match (one, two) {
            (Some(one), Some(two)) => Some(match two.0.cmp(&one.0) {
                Ordering::Equal => (one.0.clone(), one.1 && two.1),
                order if order == is_tighter => two.clone(),
                _ => one.clone(),
            }),
            (one, two) => one.as_ref().or(two.as_ref()).cloned(),
        };
        Self { low: tighter(&self.low, &other.low, Ordering::Greater), high: tighter(&self.high, &other.high, Ordering::Less) }
    }

    fn is_empty(&self) -> bool {
        match (&self.low, &self.high) {
            (Some((low, takes_low)), Some((high, takes_high))) => low > high || low == high && !(*takes_low && *takes_high),
            (None, _) | (_, None) => false,
        }
    }
}

/// A range of numbers, or of moments.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Range {
    Numbers(Span<Decimal<'static>>),
    Moments(Span<NaiveDateTime>),
}

impl Range {
    /// All on that side of a bound. A day is compared as a whole: at most that day means until its end.
    pub(super) fn new(side: Side, bound: Measure<'_>) -> Self {
        match bound {
            Measure::Number(number) => Self::Numbers(Span::new(side, number.into_owned())),
            Measure::Moment { at, is_day } => {
                let next = || at.checked_add_days(Days::new(1)).unwrap_or(NaiveDateTime::MAX);
                let (side, at) = match (side, is_day) {
                    (Side::AtMost, true) => (Side::LessThan, next()),
                    (Side::MoreThan, true) => (Side::AtLeast, next()),
                    (side, _) => (side, at),
                };
                Self::Moments(Span::new(side, at))
            }
        }
    }

    /// Whether a text says a value of the range.
    pub(super) fn has(&self, text: &str) -> bool {
        match (self, Measure::read(text)) {
            (Self::Numbers(span), Some(Measure::Number(number))) => span.has(&number),
            (Self::Moments(span), Some(Measure::Moment { at, .. })) => span.has(&at),
            (Self::Numbers(_), Some(Measure::Moment { .. }) | None) | (Self::Moments(_), Some(Measure::Number(_)) | None) => false,
        }
    }

    /// What lies in both; `None` for numbers and moments, which have nothing in common.
    pub(super) fn and(&self, other: &Self) -> Option<Self> {
        match (self, other) {
            (Self::Numbers(one), Self::Numbers(two)) => Some(Self::Numbers(one.and(two))),
            (Self::Moments(one), Self::Moments(two)) => Some(Self::Moments(one.and(two))),
            (Self::Numbers(_), Self::Moments(_)) | (Self::Moments(_), Self::Numbers(_)) => None,
        }
    }

    /// Whether nothing lies in it.
    pub(super) fn is_empty(&self) -> bool {
        match self {
            Self::Numbers(span) => span.is_empty(),
            Self::Moments(span) => span.is_empty(),
        }
    }

    /// Whether no value lies in both.
    pub(super) fn is_apart(&self, other: &Self) -> bool {
        self.and(other).is_none_or(|both| both.is_empty())
    }

    /// Whether all of it lies in the other.
    pub(super) fn is_within(&self, other: &Self) -> bool {
        self.and(other).is_some_and(|both| both == *self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_compared_by_value_and_exactly() {
        let sorted = ["-100000000000000000000", "-12.5", "-1.25", "0", "0.001", "1.1", "1.25", "9", "9007199254740992", "9007199254740993"];
        for (place, one) in sorted.iter().enumerate() {
            for (other_place, other) in sorted.iter().enumerate() {
                let read = |text| Decimal::read(text).unwrap();
                assert_eq!(read(one).cmp(&read(other)), place.cmp(&other_place), "{one} {other}");
            }
        }
        for (one, other) in [("007", "7"), ("1.50", "1.5"), ("-0", "0"), ("+3", "3.0")] {
            assert_eq!(Decimal::read(one), Decimal::read(other), "{one}");
        }
        for text in ["", "-", ".5", "5.", "1,234.5", "1e3", "0x10", "1 000", "12a", "--1", "inf", "٣"] {
            assert_eq!(Decimal::read(text), None, "{text}");
        }
    }

    #[test]
    fn moments_are_utc_unless_they_say_otherwise() {
        let at = |text: &str| moment(text).map(|(at, is_day)| (at.to_string(), is_day));
        let is = |text: &str, is_day| Some((text.to_owned(), is_day));
        assert_eq!(at("2026-11-01"), is("2026-11-01 00:00:00", true));
        assert_eq!(at("2026-11-01 15:04:05"), is("2026-11-01 15:04:05", false));
        assert_eq!(at("2026-11-01T15:04:05Z"), is("2026-11-01 15:04:05", false));
        assert_eq!(at("2026-11-01T15:04:05.678-04:00"), is("2026-11-01 19:04:05", false));
        assert_eq!(at("2026-11-01T00:30+0530"), is("2026-10-31 19:00:00", false));
        for text in [
            "2026-13-01",
            "2026-02-29",
            "2026-1-1",
            "01/02/2026",
            "2026-11-01 25:00:00",
            "2026-11-01x",
            "2026-11-01 1:02",
            "2026-11-0é",
            "15:04:05",
        ] {
            assert_eq!(at(text), None, "{text}");
        }
    }

    #[test]
    fn a_day_is_compared_as_a_whole() {
        let range = |side, text| Range::new(side, Measure::read(text).unwrap());
        let day = "2026-11-01";
        assert!(range(Side::AtMost, day).has("2026-11-01 23:59:59") && !range(Side::AtMost, day).has("2026-11-02"));
        assert!(!range(Side::MoreThan, day).has("2026-11-01 23:59:59") && range(Side::MoreThan, day).has("2026-11-02"));
        assert!(range(Side::AtLeast, day).has("2026-11-01") && !range(Side::LessThan, day).has("2026-11-01 00:00:00"));
        assert!(range(Side::AtMost, day).is_apart(&range(Side::MoreThan, day)));
        assert!(range(Side::AtMost, day).is_apart(&range(Side::AtLeast, "5")), "a number is no date");
    }
}
