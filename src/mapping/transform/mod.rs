//! Named steps that change a value. Total: whatever comes in, a text comes out, blank where nothing sensible can be said.
//!
//! They know nothing of fields and widths. A step works on one text; [`several`] takes a field's several values through a pipeline, [`undo`]
//! turns a pipeline round. The names, and what an admin reads about each, stand in [`registry`]; how they are written, in
//! [`super::transform_read`].

mod dates;
mod html;
mod names;
mod numbers;
mod pieces;
pub(super) mod registry;
pub(super) mod several;
mod undo;
mod words;

use std::borrow::Cow;

use chrono_tz::Tz;

use super::phone::Dialing;
use super::places::{self, States};

pub(super) use dates::{NoPattern, Pattern};
pub(super) use pieces::{Pieces, Table};
#[cfg(test)]
pub(super) use undo::tests::{input, steps};
pub(super) use undo::undo_all;

/// One step.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Transform {
    /// Cuts white space at both ends.
    Trim,
    /// Makes every run of white space, line breaks too, one space.
    Collapse,
    /// Capitals.
    Upper,
    /// Small letters.
    Lower,
    /// A capital in front of each word.
    TitleCase,
    /// A person's name with its usual capitals.
    NameCase,
    /// The first word.
    FirstWord,
    /// The last word.
    LastWord,
    /// The first letter, as a capital.
    FirstLetter,
    /// Keeps 0 to 9.
    Digits,
    /// At most so many characters.
    Truncate(usize),
    /// Zeros in front of digits, up to so many.
    Pad(usize),
    /// A plain number with so many decimals.
    Number(usize),
    /// What stands before a text.
    Before(String),
    /// What stands after a text.
    After(String),
    /// A text in front of a value.
    Prefix(String),
    /// A text behind a value.
    Suffix(String),
    /// Cuts a text off the end; only turns [`Self::Suffix`] round.
    CutEnd(String),
    /// Pieces of a text for others.
    Replace(Pieces),
    /// Text without the tags of HTML.
    StripHtml,
    /// `M`, `F` or `U`.
    Gender,
    /// One word for yes, another for no.
    YesNo { yes: String, no: String },
    /// A state by its code.
    State(&'static States),
    /// A country by its two letters.
    CountryIso2,
    /// A country by its three letters.
    CountryIso3,
    /// A date as `YYYY-MM-DD`.
    Date,
    /// A date in some form, as `YYYY-MM-DD`.
    DateFrom(Pattern),
    /// An ISO date in some form.
    DateTo(Pattern),
    /// A moment, taken as the wall time of one zone where it has no offset, as the wall time of another.
    Moment { from: Tz, to: Tz },
    /// The national digits of a valid phone number.
    PhoneDigits(Dialing),
    /// The same, where VICIdial's `alt_phone` can hold them.
    AltPhone(Dialing),
    /// One text for another.
    Map(Table),
    /// A text in place of a blank.
    Default(String),
    /// Several values as one text with this between them.
    Join(String),
}

impl Transform {
    /// The text after this step. `Join` has nothing to join in a single text.
    pub(super) fn apply<'t>(&'t self, text: Cow<'t, str>) -> Cow<'t, str> {
        match self {
            Self::Trim => words::part(text, str::trim),
            Self::Collapse => words::collapse(text),
            Self::Upper => words::upper(text),
            Self::Lower => words::lower(text),
            Self::TitleCase => names::title_case(&text).into(),
            Self::NameCase => names::name_case(&text).into(),
            Self::FirstWord => words::part(text, |text| text.split_whitespace().next().unwrap_or_default()),
            Self::LastWord => words::part(text, |text| text.split_whitespace().next_back().unwrap_or_default()),
            Self::FirstLetter => words::first_letter(&text).into(),
            Self::Digits => words::digits(text),
            Self::Truncate(width) => words::part(text, |text| words::truncated(text, *width)),
            Self::Pad(width) => numbers::pad(text, *width),
            Self::Number(decimals) => numbers::number(&text, *decimals).unwrap_or_default().into(),
            Self::Before(end) => words::part(text, |text| text.split_once(end.as_str()).map_or(text, |(before, _)| before)),
            Self::After(start) => words::part(text, |text| text.split_once(start.as_str()).map_or("", |(_, after)| after)),
            Self::Prefix(start) => words::around(start, &text, ""),
            Self::Suffix(end) => words::around("", &text, end),
            Self::CutEnd(end) => words::part(text, |text| text.strip_suffix(end.as_str()).unwrap_or(text)),
            Self::Replace(pieces) => pieces.replace(text),
            Self::StripHtml => html::text(text),
            Self::Gender => words::gender(&text).into(),
            Self::YesNo { yes, no } => words::yes_no(&text).map_or("", |says| if says { yes } else { no }).into(),
            Self::State(states) => states.code(&text).unwrap_or_default().into(),
            Self::CountryIso2 => places::country(&text).map_or("", |country| country.two).into(),
            Self::CountryIso3 => places::country(&text).map_or("", |country| country.three).into(),
            Self::Date => dates::date(text.trim()).map_or_else(String::new, dates::iso).into(),
            Self::DateFrom(pattern) => pattern.read(text.trim()).map_or_else(String::new, dates::iso).into(),
            Self::DateTo(pattern) => dates::date(text.trim()).map_or_else(String::new, |date| pattern.write(date)).into(),
            Self::Moment { from, to } => dates::moment(text.trim(), *from, *to).unwrap_or_default().into(),
            Self::PhoneDigits(dialing) => dialing.national(&text).unwrap_or_default().into(),
            Self::AltPhone(dialing) => dialing.national(&text).filter(|digits| digits.len() <= ALT_PHONE).unwrap_or_default().into(),
            Self::Map(table) => table.find(&text).into(),
            Self::Default(default) if text.trim().is_empty() => default.as_str().into(),
            Self::Default(_) | Self::Join(_) => text,
        }
    }

    /// The texts that the file itself can put into a field by this step.
    pub(super) fn constants(&self) -> Vec<&str> {
        match self {
            Self::Map(table) => table.values().collect(),
            Self::Default(text) => vec![text],
            Self::YesNo { yes, no } => vec![yes, no],
            Self::Trim
            | Self::Collapse
            | Self::Upper
            | Self::Lower
            | Self::TitleCase
            | Self::NameCase
            | Self::FirstWord
            | Self::LastWord
            | Self::FirstLetter
            | Self::Digits
            | Self::Truncate(_)
            | Self::Pad(_)
            | Self::Number(_)
            | Self::Before(_)
            | Self::After(_)
            | Self::Prefix(_)
            | Self::Suffix(_)
            | Self::CutEnd(_)
            | Self::Replace(_)
            | Self::StripHtml
            | Self::Gender
            | Self::State(_)
            | Self::CountryIso2
            | Self::CountryIso3
            | Self::Date
            | Self::DateFrom(_)
            | Self::DateTo(_)
            | Self::Moment { .. }
            | Self::PhoneDigits(_)
            | Self::AltPhone(_)
            | Self::Join(_) => Vec::new(),
        }
    }
}

/// Digits that `alt_phone` holds.
pub(super) const ALT_PHONE: usize = 12;

/// All steps on one text, from left to right.
pub(super) fn apply_all(transforms: &[Transform], text: &str) -> String {
    transforms.iter().fold(Cow::Borrowed(text), |text, transform| transform.apply(text)).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_go_from_left_to_right() {
        let steps = [Transform::Trim, Transform::Truncate(2), Transform::Upper, Transform::Default("XX".to_owned())];
        assert_eq!(apply_all(&steps, "  abc"), "AB");
        assert_eq!(apply_all(&steps, "  "), "XX");
        assert_eq!(apply_all(&[], " as it is "), " as it is ");
    }
}
