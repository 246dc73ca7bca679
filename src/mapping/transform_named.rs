//! A transform by its name and what stands behind its colon, as a mapping and an expression write it.
//!
//! Which there are, and what stands behind the colon of each, is in [`super::transform::registry`].

use std::ops::Range;

use chrono_tz::Tz;

use crate::diag::{Code, suggest};

use super::phone::{self, Dialing};
use super::places;
use super::transform::registry::{KNOWN, Known, Make};
use super::transform::{NoPattern, Pattern, Transform};

/// Something that is wrong with a transform.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Wrong {
    /// Bytes of the text; none for all of it.
    pub(super) part: Range<usize>,
    pub(super) code: Code,
    pub(super) message: String,
    pub(super) help: String,
}

/// The names of those that are no tables, each once.
pub(super) fn names() -> impl Iterator<Item = &'static str> {
    let plain = KNOWN.iter().filter(|known| !matches!(known.make, Make::Map | Make::Replace)).map(|known| known.shown.name);
    let mut seen = std::collections::BTreeSet::new();
    plain.filter(move |name| seen.insert(*name))
}

/// The transform of a text such as `truncate:30`.
///
/// # Errors
/// What is wrong with it, each with its place in the text.
pub(super) fn of_text(text: &str) -> Result<Transform, Vec<Wrong>> {
    let (name, argument) = match text.split_once(':') {
        Some((name, argument)) => (name, Some(Argument { text: argument, start: name.len() + 1 })),
        None => (text, None),
    };
    of_parts(name, argument)
}

/// The same of its two parts; places are those of the argument alone.
///
/// # Errors
/// What is wrong with it.
pub(super) fn by_name(name: &str, argument: Option<&str>) -> Result<Transform, Vec<Wrong>> {
    of_parts(name, argument.map(|text| Argument { text, start: 0 }))
}

fn of_parts(name: &str, argument: Option<Argument<'_>>) -> Result<Transform, Vec<Wrong>> {
    let whole = |message: String, help: String| Err(vec![Wrong { part: 0..0, code: Code::UnknownTransform, message, help }]);
    let is_named = |known: &&Known| known.shown.name == name.trim();
    let Some(first) = KNOWN.iter().find(is_named) else { return Err(vec![unknown(name, argument.is_none())]) };
    // Of `date` there are two: one without a form, one with.
    let fits = |known: &&Known| is_named(known) && matches!(known.make, Make::Bare(_)) == argument.is_none();
    let known = KNOWN.iter().find(fits).unwrap_or(first);
    match (&known.make, argument) {
        (Make::Bare(make), None) => Ok(make()),
        (Make::Map | Make::Replace, _) => {
            whole(format!("`{}` needs a table", known.shown.name), format!("write `{}`", known.shown.examples[0].written))
        }
        (Make::Bare(_), Some(argument)) => argument.wrong(
            Code::UnknownTransform,
            format!("`{}` takes nothing after a colon", known.shown.name),
            format!("write `{}`", known.shown.name),
        ),
        (_, Some(argument)) if !argument.is_empty(known) => argument.read(known),
        (_, _) => whole(
            format!("`{}` needs {} after a colon", known.shown.name, wanted(known)),
            format!("write `{}:{}`", known.shown.name, known.shown.argument),
        ),
    }
}

/// Advice that shows a transform as a step, `truncate:30`, with the argument as a filter has it: `truncate(30)`.
pub(super) fn bracketed(name: &str, help: &str) -> String {
    let step = format!("`{name}:");
    let Some((before, rest)) = help.split_once(&step) else { return help.to_owned() };
    let Some((argument, after)) = rest.split_once('`') else { return help.to_owned() };
    let argument = if argument.parse::<u64>().is_ok() { argument.to_owned() } else { format!("\"{argument}\"") };
    format!("{before}`{name}({argument})`{after}")
}

fn unknown(name: &str, is_whole: bool) -> Wrong {
    let mut names: Vec<&str> = KNOWN.iter().map(|known| known.shown.name).collect();
    names.dedup();
    let help = suggest::meant(name, names.iter().copied()).unwrap_or_else(|| format!("there are: {}", names.join(", ")));
    let message = format!("there is no transform `{}`", name.trim());
    Wrong { part: if is_whole { 0..0 } else { 0..name.len() }, code: Code::UnknownTransform, message, help }
}

/// What stands after the colon, in words.
fn wanted(known: &Known) -> &'static str {
    match known.make {
        Make::Bare(_) | Make::Map | Make::Replace => "nothing",
        Make::Text(_) | Make::Joint(_) => "a text",
        Make::Number(..) => "a number",
        Make::ReadForm(_) | Make::WriteForm(_) => "the form of a date",
        Make::Country(_) | Make::States(_) => "a country",
        Make::Zone(_) => "a time zone",
        Make::Zones(_) => "two time zones with `>` between them",
        Make::Pair(_) => "two texts with `/` between them",
    }
}

type Read<T> = Result<T, Vec<Wrong>>;

/// What stands after a colon, and where in the text.
struct Argument<'a> {
    text: &'a str,
    start: usize,
}

impl Argument<'_> {
    fn is_empty(&self, known: &Known) -> bool {
        match known.make {
            Make::Joint(_) => self.text.is_empty(),
            _ => self.text.trim().is_empty(),
        }
    }

    /// Reports it at a part of the argument.
    fn wrong_part<T>(&self, part: &str, code: Code, message: impl Into<String>, help: impl Into<String>) -> Read<T> {
        let offset = self.text.find(part).unwrap_or_default();
        let start = self.start + offset;
        Err(vec![Wrong { part: start..start + part.len(), code, message: message.into(), help: help.into() }])
    }

    fn wrong<T>(&self, code: Code, message: impl Into<String>, help: impl Into<String>) -> Read<T> {
        self.wrong_part(self.text.trim(), code, message, help)
    }

    fn read(&self, known: &Known) -> Read<Transform> {
        let name = known.shown.name;
        match known.make {
            Make::Bare(make) => Ok(make()),
            Make::Map | Make::Replace => Err(Vec::new()),
            Make::Text(make) | Make::Joint(make) => Ok(make(self.text.to_owned())),
            Make::Number(least, most, make) => match self.text.trim().parse::<usize>() {
                Ok(number) if (least..=most).contains(&number) => Ok(make(number)),
                Ok(_) | Err(_) => {
                    let message = format!("`{name}` needs a number from {least} to {most}");
                    self.wrong(Code::BadValue, message, format!("write `{name}:{}`", known.shown.argument))
                }
            },
            Make::ReadForm(make) => self.form(name, Pattern::to_read(self.text.trim())).map(make),
            Make::WriteForm(make) => self.form(name, Pattern::to_write(self.text.trim())).map(make),
            Make::Country(make) => match phone::region(self.text.trim()) {
                Some(region) => Ok(make(Dialing::new(region))),
                None => {
                    let message = format!("`{}` is not a country", self.text.trim());
                    self.wrong(Code::BadRegion, message, format!("write two capital letters, as in `{name}:US`"))
                }
            },
            Make::States(make) => match places::states(self.text.trim()) {
                Some(states) => Ok(make(states)),
                None => {
                    let countries: Vec<&str> = places::WITH_STATES.iter().map(|states| states.country).collect();
                    let message = format!("the states of `{}` are not known", self.text.trim());
                    self.wrong(Code::BadRegion, message, format!("write one of {}, as in `{name}:US`", countries.join(", ")))
                }
            },
            Make::Zone(make) => self.zone(self.text).map(make),
            Make::Zones(make) => match self.text.split_once('>') {
                Some((from, to)) => match (self.zone(from), self.zone(to)) {
                    (Ok(from), Ok(to)) => Ok(make(from, to)),
                    (from, to) => Err([from, to].into_iter().filter_map(Result::err).flatten().collect()),
                },
                None => {
                    let message = format!("`{name}` needs two time zones");
                    self.wrong(Code::BadZone, message, format!("write `{name}:{}`", known.shown.argument))
                }
            },
            Make::Pair(make) => match self.text.split_once('/') {
                Some((yes, no)) if !yes.trim().is_empty() && !no.trim().is_empty() => Ok(make(yes.trim().to_owned(), no.trim().to_owned())),
                Some(_) | None => {
                    let message = format!("`{name}` needs a word for yes and one for no, with `/` between them");
                    self.wrong(Code::BadValue, message, format!("write `{name}:{}`", known.shown.argument))
                }
            },
        }
    }

    fn form(&self, name: &str, form: Result<Pattern, NoPattern>) -> Read<Pattern> {
        match form {
            Ok(pattern) => Ok(pattern),
            Err(NoPattern::Part(part)) => {
                let message = format!("`{part}` is no part of a date");
                let help = "there are %d, %m and %Y for day, month and year, %y for a year of two digits, %b and %B for the month's name";
                self.wrong_part(&part, Code::BadValue, message, help)
            }
            Err(NoPattern::NoDay) => {
                let message = "no date can be read by this form";
                self.wrong(Code::BadValue, message, format!("say day, month and year, as in `{name}:%d/%m/%Y`"))
            }
        }
    }

    fn zone(&self, name: &str) -> Read<Tz> {
        let name = name.trim();
        if let Ok(zone) = name.parse() {
            return Ok(zone);
        }
        self.wrong_part(name, Code::BadZone, format!("there is no time zone `{name}`"), suggest::zone(name))
    }
}
