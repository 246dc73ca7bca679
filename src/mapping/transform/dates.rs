//! Dates in the forms that a mapping names, and moments from the wall time of one zone to that of another.
//!
//! A date has a year of four digits: what is shorter is a slip of the pen, and VICIdial's columns hold nothing else.

use chrono::format::{Item, Numeric, Parsed, StrftimeItems, parse};
use chrono::{DateTime, Datelike, Duration, LocalResult, NaiveDate, NaiveDateTime, Offset, TimeZone, Utc};
use chrono_tz::Tz;

/// The form of a date: `%d/%m/%Y`.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::mapping) struct Pattern {
    text: String,
    items: Vec<Item<'static>>,
}

/// Why a text is not the form of a date.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::mapping) enum NoPattern {
    /// This part means nothing, or no part of a date.
    Part(String),
    /// It does not name a day, so no date can be read by it.
    NoDay,
}

impl Pattern {
    /// A form by which dates are written: any of day, month and year.
    pub(in crate::mapping) fn to_write(text: &str) -> Result<Self, NoPattern> {
        let mut items = Vec::new();
        let mut rest = text;
        // Part by part, so that the first bad one can be named.
        while !rest.is_empty() {
            let end = part_end(rest);
            let (part, after) = rest.split_at(end);
            for item in StrftimeItems::new(part) {
                if !is_of_a_date(&item) {
                    return Err(NoPattern::Part(part.to_owned()));
                }
                items.push(item.to_owned());
            }
            rest = after;
        }
        Ok(Self { text: text.to_owned(), items })
    }

    /// A form by which dates are read: it says day, month and year.
    pub(in crate::mapping) fn to_read(text: &str) -> Result<Self, NoPattern> {
        let pattern = Self::to_write(text)?;
        // Years that two digits mean.
        let is_read = are_read(&pattern, &[(1970, 1, 1), (1999, 12, 31), (2001, 1, 12), (2023, 11, 5), (2024, 2, 29), (2069, 10, 12)]);
        if is_read { Ok(pattern) } else { Err(NoPattern::NoDay) }
    }

    /// The date of a text in this form.
    pub(super) fn read(&self, text: &str) -> Option<NaiveDate> {
        let mut parsed = Parsed::new();
        parse(&mut parsed, text, self.items.iter()).ok()?;
        parsed.to_naive_date().ok().filter(|date| has_four_digits(*date))
    }

    /// A date in this form.
    pub(super) fn write(&self, date: NaiveDate) -> String {
        date.format_with_items(self.items.iter()).to_string()
    }

    /// Whether any date can be read from what this form made of it, by the same form.
    pub(super) fn is_whole(&self) -> bool {
        are_read(self, &[(1000, 1, 1), (1899, 12, 31), (1969, 2, 3), (2024, 2, 29), (2026, 11, 30), (2069, 10, 12), (9999, 12, 31)])
    }

    /// Whether what it writes has single spaces only, and none at the ends.
    pub(super) fn is_tidy(&self) -> bool {
        self.text.split_whitespace().eq(self.text.split(' ')) && !self.text.contains("%e") && !self.text.contains("%_")
    }
}

/// Whether these days come back from what the form makes of them. White space at the ends is cut before a date is read.
fn are_read(pattern: &Pattern, days: &[(i32, u32, u32)]) -> bool {
    let dates = days.iter().filter_map(|(year, month, day)| NaiveDate::from_ymd_opt(*year, *month, *day));
    dates.into_iter().all(|date| pattern.read(pattern.write(date).trim()) == Some(date))
}

/// Where the first specifier, or the run of literals before one, ends.
fn part_end(text: &str) -> usize {
    let Some(spec) = text.strip_prefix('%') else { return text.find('%').unwrap_or(text.len()) };
    let pad = spec.starts_with(['-', '_', '0']);
    let letter = spec.chars().nth(usize::from(pad)).map_or(0, char::len_utf8);
    1 + usize::from(pad) + letter
}

fn is_of_a_date(item: &Item<'_>) -> bool {
    use chrono::format::Fixed;
    match item {
        Item::Literal(_) | Item::OwnedLiteral(_) | Item::Space(_) | Item::OwnedSpace(_) => true,
        Item::Numeric(numeric, _) => {
            matches!(numeric, Numeric::Year | Numeric::YearMod100 | Numeric::Month | Numeric::Day | Numeric::Ordinal)
        }
        Item::Fixed(fixed) => {
            matches!(fixed, Fixed::ShortMonthName | Fixed::LongMonthName | Fixed::ShortWeekdayName | Fixed::LongWeekdayName)
        }
        Item::Error => false,
    }
}

fn has_four_digits(date: NaiveDate) -> bool {
    (1000..=9999).contains(&date.year())
}

/// ISO dates, with or without a time. A date like 01/02/1990 means one day here and another there: no date.
pub(super) fn date(text: &str) -> Option<NaiveDate> {
    let bytes = text.as_bytes();
    if bytes.len() < 10 || bytes[4] != b'-' {
        return None;
    }
    let plain = |text: &str| NaiveDate::parse_from_str(text, "%Y-%m-%d").ok();
    let date = if bytes.len() == 10 { plain(text) } else { wall(text).map(|wall| wall.date()).or_else(|| plain(text)) };
    date.or_else(|| DateTime::parse_from_rfc3339(text).ok().map(|moment| moment.date_naive())).filter(|date| has_four_digits(*date))
}

/// `YYYY-MM-DD`.
pub(super) fn iso(date: NaiveDate) -> String {
    date.format("%Y-%m-%d").to_string()
}

/// A date with a time and no offset.
fn wall(text: &str) -> Option<NaiveDateTime> {
    ["%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M"]
        .into_iter()
        .find_map(|form| NaiveDateTime::parse_from_str(text, form).ok())
}

/// The wall time of `to`, as `YYYY-MM-DD HH:MM:SS`, of a moment that was written with its offset, or without one as the wall time of `from`.
///
/// A time that came twice there, when clocks went back, means its first pass. A time that never came, when clocks went forward, means what
/// a clock that was not yet put forward shows: 02:30 is 03:30. A date without a time is no moment.
pub(super) fn moment(text: &str, from: Tz, to: Tz) -> Option<String> {
    let moment = match wall(text) {
        Some(wall) => instant(wall, from)?,
        None => DateTime::parse_from_rfc3339(text).or_else(|_| DateTime::parse_from_str(text, "%Y-%m-%d %H:%M:%S%.f%#z")).ok()?.to_utc(),
    };
    // Years of more digits are read too, and the last of them has no wall time in some zones.
    if !has_four_digits(moment.date_naive()) {
        return None;
    }
    let shown = moment.with_timezone(&to).naive_local();
    // The day beside a bound is another year in some zones.
    has_four_digits(shown.date()).then(|| shown.format("%Y-%m-%d %H:%M:%S").to_string())
}

fn instant(wall: NaiveDateTime, zone: Tz) -> Option<DateTime<Utc>> {
    match zone.from_local_datetime(&wall) {
        LocalResult::Single(moment) | LocalResult::Ambiguous(moment, _) => Some(moment.to_utc()),
        LocalResult::None => {
            // No zone is further than 15 hours from UTC: then it is surely before the gap.
            let before = wall.checked_sub_signed(Duration::hours(15))?;
            let offset = zone.offset_from_utc_datetime(&before).fix();
            Some(wall.checked_sub_offset(offset)?.and_utc())
        }
    }
}

/// Whether the zone's clock never changes, so that a wall time there means one moment.
pub(super) fn is_steady(zone: Tz) -> bool {
    use chrono_tz::Tz::{Etc__GMT, Etc__UCT, Etc__UTC, Etc__Universal, Etc__Zulu, GMT, UCT, UTC, Universal, Zulu};
    matches!(zone, UTC | UCT | Universal | Zulu | GMT | Etc__UTC | Etc__UCT | Etc__Universal | Etc__Zulu | Etc__GMT)
}

#[cfg(test)]
mod tests {
    use chrono_tz::{America, Europe, Pacific};

    use super::*;

    #[test]
    fn dates_are_iso_or_nothing() {
        for (text, day) in [
            ("1990-02-01", "1990-02-01"),
            ("1990-02-01 10:11:12", "1990-02-01"),
            ("1990-02-01T10:11:12", "1990-02-01"),
            ("1990-02-01T10:11:12.5", "1990-02-01"),
            ("1990-02-01T23:30:00-05:00", "1990-02-01"),
            ("1990-02-30", ""),
            ("01/02/1990", ""),
            ("90-2-1", ""),
            ("0090-02-01", ""),
            ("-123-02-01", ""),
            ("1990-02-01 noon", ""),
            ("1990é-2-01", ""),
            ("", ""),
        ] {
            assert_eq!(date(text).map_or_else(String::new, iso), day, "{text}");
        }
    }

    #[test]
    fn forms_of_dates() {
        for (form, text, day) in [
            ("%d/%m/%Y", "05/11/2023", "2023-11-05"),
            ("%m/%d/%Y", "5/11/2023", "2023-05-11"),
            ("%d.%m.%y", "05.11.70", "1970-11-05"),
            ("%d.%m.%y", "05.11.69", "2069-11-05"),
            ("%d %b %Y", "5 nov 2023", "2023-11-05"),
            ("%B %d, %Y", "November 05, 2023", "2023-11-05"),
            ("%Y%m%d", "20231105", "2023-11-05"),
            ("%Y-%j", "2023-309", "2023-11-05"),
            ("%d/%m/%Y", "31/02/2023", ""),
            ("%d/%m/%Y", "05/11/23", ""),
            ("%d/%m/%Y", "05/11/2023 x", ""),
            ("%d/%m/%Y", "", ""),
        ] {
            let pattern = Pattern::to_read(form).expect(form);
            assert_eq!(pattern.read(text).map_or_else(String::new, iso), day, "{form} of {text}");
        }
        assert_eq!(Pattern::to_read("%d/%m"), Err(NoPattern::NoDay));
        assert_eq!(Pattern::to_read("day"), Err(NoPattern::NoDay));
        for (form, part) in [("%d/%q/%Y", "%q"), ("%H:%M", "%H"), ("%Y %", "%"), ("%s", "%s"), ("%Y é%é", "%é"), ("%-", "%-")] {
            assert_eq!(Pattern::to_write(form), Err(NoPattern::Part(part.to_owned())), "{form}");
        }
        let (whole, short) = (Pattern::to_write("%d.%m.%Y"), Pattern::to_write("%d.%m.%y"));
        assert!(whole.is_ok_and(|form| form.is_whole() && form.is_tidy()) && short.is_ok_and(|form| !form.is_whole()));
    }

    #[test]
    fn moments_go_to_the_wall_time_of_a_zone() {
        let (utc, york, berlin) = (Tz::UTC, America::New_York, Europe::Berlin);
        for (text, from, to, wall) in [
            ("2026-07-01 12:00:00", utc, york, "2026-07-01 08:00:00"),
            ("2026-12-01 12:00:00", utc, york, "2026-12-01 07:00:00"),
            ("2026-07-01T12:00:00Z", utc, york, "2026-07-01 08:00:00"),
            ("2026-07-01T12:00:00+02:00", utc, york, "2026-07-01 06:00:00"),
            ("2026-07-01 12:00:00+0200", utc, york, "2026-07-01 06:00:00"),
            ("2026-07-01T12:00:00.250", utc, york, "2026-07-01 08:00:00"),
            ("2026-07-01 12:00", utc, york, "2026-07-01 08:00:00"),
            // Clocks go back: both passes are shown alike.
            ("2026-11-01 05:30:00", utc, york, "2026-11-01 01:30:00"),
            ("2026-11-01 06:30:00", utc, york, "2026-11-01 01:30:00"),
            // A time that came twice means its first pass; one that never came, the clock that was not put forward.
            ("2026-11-01 01:30:00", york, utc, "2026-11-01 05:30:00"),
            ("2026-03-08 02:30:00", york, utc, "2026-03-08 07:30:00"),
            ("2026-03-08 02:30:00", york, york, "2026-03-08 03:30:00"),
            ("2026-03-29 02:00:00", berlin, utc, "2026-03-29 01:00:00"),
            // Samoa left out a whole day.
            ("2011-12-30 12:00:00", Pacific::Apia, Pacific::Apia, "2011-12-31 12:00:00"),
            ("2026-07-01", utc, york, ""),
            ("2026-07-01 25:00:00", utc, york, ""),
            ("9999-12-31 23:59:59", utc, berlin, ""),
            ("1000-01-01T00:00:00+09:00", utc, utc, ""),
            ("+262142-12-31 23:59:59", utc, berlin, ""),
            ("-262143-01-01 00:00:00", utc, york, ""),
            ("tomorrow", utc, york, ""),
            ("", utc, york, ""),
        ] {
            assert_eq!(moment(text, from, to).unwrap_or_default(), wall, "{text} {from} {to}");
        }
    }
}
