//! Which side changed a record later, where that can be told. Neither side dates single fields: all that is known is that a change lies between two moments,
//! and only where these times do not touch is one later than the other.

use chrono::{DateTime, TimeDelta, Utc};

use crate::model::Side;

/// The clocks of the two systems may differ by so much.
pub const CLOCKS: TimeDelta = TimeDelta::minutes(1);

/// When a side changed a record: after the one moment, and at the latest at the other. What is not known is open.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Span {
    /// The record was seen without the change then.
    pub after: Option<DateTime<Utc>>,
    /// The side says that it changed the record last then.
    pub until: Option<DateTime<Utc>>,
}

impl Span {
    /// The time between two moments. Where the record was changed last before the first of them, it is not the change in question that was seen there.
    #[must_use]
    pub fn between(after: Option<DateTime<Utc>>, until: Option<DateTime<Utc>>) -> Self {
        let is_open = until.zip(after).is_some_and(|(until, after)| until <= after);
        Self { after: after.filter(|_| !is_open), until }
    }

    fn is_after(self, other: Self) -> bool {
        self.after.zip(other.until).is_some_and(|(after, until)| after >= until + CLOCKS)
    }
}

/// The side whose change is the later one; `None` where both may be.
#[must_use]
pub fn later(crm: Span, vicidial: Span) -> Option<Side> {
    match (crm.is_after(vicidial), vicidial.is_after(crm)) {
        (true, false) => Some(Side::Crm),
        (false, true) => Some(Side::Vicidial),
        (false, false) | (true, true) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(minute: i64) -> Option<DateTime<Utc>> {
        DateTime::from_timestamp(1_800_000_000 + minute * 60, 0)
    }

    #[test]
    fn a_change_is_later_only_where_the_times_do_not_touch() {
        for (crm, vicidial, expected) in [
            ((10, 20), (0, 9), Some(Side::Crm)),
            ((10, 20), (0, 10), None),
            ((10, 20), (21, 30), Some(Side::Vicidial)),
            ((10, 20), (20, 30), None),
            ((10, 20), (5, 15), None),
            ((10, 20), (0, 30), None),
        ] {
            let span = |(after, until)| Span::between(at(after), at(until));
            assert_eq!(later(span(crm), span(vicidial)), expected, "{crm:?} {vicidial:?}");
        }
    }

    #[test]
    fn what_is_not_known_is_not_guessed() {
        let early = Span::between(at(0), at(5));
        assert_eq!(later(Span::between(None, at(20)), early), None);
        assert_eq!(later(Span::between(at(10), None), early), Some(Side::Crm));
        assert_eq!(later(Span::between(at(10), at(20)), Span::between(at(0), None)), None);
        // Changed last before it was seen last: the change was there already, whoever did not decide about it.
        assert_eq!(Span::between(at(10), at(7)), Span { after: None, until: at(7) });
        assert_eq!(later(Span::between(at(10), at(7)), early), None);
    }
}
