//! How transforms are written: `"trim"`, `"truncate:30"`, `{ map = { gold = "G" }, default = "B" }`, or `{ replace = { Street = "St" } }`.
//!
//! Which there are, and what stands behind the colon of each, is in [`super::transform::registry`].

use chrono_tz::Tz;
use toml::de::DeValue;

use crate::diag::{Code, Item, suggest};

use super::phone::{self, Dialing};
use super::places;
use super::transform::registry::{KNOWN, Known, Make};
use super::transform::{NoPattern, Pattern, Pieces, Table, Transform};

/// Reads one transform or a list of them.
pub(super) fn read(item: &Item<'_, '_>) -> Vec<Transform> {
    let single = std::slice::from_ref(item);
    match item.raw() {
        DeValue::Array(_) => item.list().unwrap_or_default().iter().filter_map(one).collect(),
        DeValue::String(_) | DeValue::Table(_) => single.iter().filter_map(one).collect(),
        DeValue::Integer(_) | DeValue::Float(_) | DeValue::Boolean(_) | DeValue::Datetime(_) => {
            item.wrong_type("the name of a transform, or a list of them");
            Vec::new()
        }
    }
}

fn one(item: &Item<'_, '_>) -> Option<Transform> {
    if let DeValue::Table(_) = item.raw() {
        return table(item);
    }
    let text = item.filled()?;
    let (name, argument) = match text.split_once(':') {
        Some((name, argument)) => (name, Some(Argument { item, text: argument, start: name.len() + 1 })),
        None => (text.as_str(), None),
    };
    let is_named = |known: &&Known| known.shown.name == name.trim();
    let Some(first) = KNOWN.iter().find(is_named) else {
        unknown(item, name);
        return None;
    };
    // Of `date` there are two: one without a form, one with.
    let fits = |known: &&Known| is_named(known) && matches!(known.make, Make::Bare(_)) == argument.is_none();
    let known = KNOWN.iter().find(fits).unwrap_or(first);
    match (&known.make, argument) {
        (Make::Bare(make), None) => Some(make()),
        (Make::Map | Make::Replace, _) => {
            let message = format!("`{}` needs a table", known.shown.name);
            item.wrong(Code::UnknownTransform, message, format!("write `{}`", known.shown.examples[0].written));
            None
        }
        (Make::Bare(_), Some(argument)) => argument.wrong(
            Code::UnknownTransform,
            format!("`{}` takes nothing after a colon", known.shown.name),
            format!("write `{}`", known.shown.name),
        ),
        (_, Some(argument)) if !is_empty(&argument, known) => argument.read(known),
        (_, _) => {
            let message = format!("`{}` needs {} after a colon", known.shown.name, wanted(known));
            item.wrong(Code::UnknownTransform, message, format!("write `{}:{}`", known.shown.name, known.shown.argument));
            None
        }
    }
}

fn is_empty(argument: &Argument<'_, '_, '_>, known: &Known) -> bool {
    match known.make {
        Make::Joint(_) => argument.text.is_empty(),
        _ => argument.text.trim().is_empty(),
    }
}

fn unknown(item: &Item<'_, '_>, name: &str) {
    let names: Vec<&str> = KNOWN.iter().map(|known| known.shown.name).collect();
    let help = suggest::closest(name, names.iter().copied())
        .map_or_else(|| format!("there are: {}", names.join(", ")), |word| format!("did you mean `{word}`?"));
    let message = format!("there is no transform `{}`", name.trim());
    let is_whole = matches!(item.raw(), DeValue::String(text) if text.len() == name.len());
    item.wrong_part(if is_whole { 0..0 } else { 0..name.len() }, Code::UnknownTransform, message, help);
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

/// What stands after a colon, and where in the text.
struct Argument<'a, 'r, 'i> {
    item: &'a Item<'r, 'i>,
    text: &'a str,
    start: usize,
}

impl Argument<'_, '_, '_> {
    /// Reports it at a part of the argument.
    fn wrong_part<T>(&self, part: &str, code: Code, message: impl Into<String>, help: impl Into<String>) -> Option<T> {
        let offset = self.text.find(part).unwrap_or_default();
        let start = self.start + offset;
        self.item.wrong_part(start..start + part.len(), code, message, help);
        None
    }

    fn wrong<T>(&self, code: Code, message: impl Into<String>, help: impl Into<String>) -> Option<T> {
        self.wrong_part(self.text.trim(), code, message, help)
    }

    fn read(&self, known: &Known) -> Option<Transform> {
        let name = known.shown.name;
        match known.make {
            Make::Bare(make) => Some(make()),
            Make::Map | Make::Replace => None,
            Make::Text(make) | Make::Joint(make) => Some(make(self.text.to_owned())),
            Make::Number(least, most, make) => match self.text.trim().parse::<usize>() {
                Ok(number) if (least..=most).contains(&number) => Some(make(number)),
                Ok(_) | Err(_) => {
                    let message = format!("`{name}` needs a number from {least} to {most}");
                    self.wrong(Code::BadValue, message, format!("write `{name}:{}`", known.shown.argument))
                }
            },
            Make::ReadForm(make) => self.form(name, Pattern::to_read(self.text.trim())).map(make),
            Make::WriteForm(make) => self.form(name, Pattern::to_write(self.text.trim())).map(make),
            Make::Country(make) => match phone::region(self.text.trim()) {
                Some(region) => Some(make(Dialing::new(region))),
                None => {
                    let message = format!("`{}` is not a country", self.text.trim());
                    self.wrong(Code::BadRegion, message, format!("write two capital letters, as in `{name}:US`"))
                }
            },
            Make::States(make) => match places::states(self.text.trim()) {
                Some(states) => Some(make(states)),
                None => {
                    let countries: Vec<&str> = places::WITH_STATES.iter().map(|states| states.country).collect();
                    let message = format!("the states of `{}` are not known", self.text.trim());
                    self.wrong(Code::BadRegion, message, format!("write one of {}, as in `{name}:US`", countries.join(", ")))
                }
            },
            Make::Zone(make) => self.zone(self.text).map(make),
            Make::Zones(make) => match self.text.split_once('>') {
                Some((from, to)) => {
                    let (from, to) = (self.zone(from), self.zone(to));
                    Some(make(from?, to?))
                }
                None => {
                    let message = format!("`{name}` needs two time zones");
                    self.wrong(Code::BadZone, message, format!("write `{name}:{}`", known.shown.argument))
                }
            },
            Make::Pair(make) => match self.text.split_once('/') {
                Some((yes, no)) if !yes.trim().is_empty() && !no.trim().is_empty() => {
                    Some(make(yes.trim().to_owned(), no.trim().to_owned()))
                }
                Some(_) | None => {
                    let message = format!("`{name}` needs a word for yes and one for no, with `/` between them");
                    self.wrong(Code::BadValue, message, format!("write `{name}:{}`", known.shown.argument))
                }
            },
        }
    }

    fn form(&self, name: &str, form: Result<Pattern, NoPattern>) -> Option<Pattern> {
        match form {
            Ok(pattern) => Some(pattern),
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

    fn zone(&self, name: &str) -> Option<Tz> {
        let name = name.trim();
        if let Ok(zone) = name.parse() {
            return Some(zone);
        }
        let help = suggest::closest(name, chrono_tz::TZ_VARIANTS.iter().map(|zone| zone.name()))
            .map_or_else(|| "write the name of a place, as in America/New_York".to_owned(), |name| format!("did you mean `{name}`?"));
        self.wrong_part(name, Code::BadZone, format!("there is no time zone `{name}`"), help)
    }
}

/// `{ map = .., default = .. }` or `{ replace = .. }`.
fn table(item: &Item<'_, '_>) -> Option<Transform> {
    let table = item.table()?;
    let replace = table.get("replace");
    let map = if replace.is_some() { table.get("map") } else { table.need("map") };
    let default = table.get("default");
    table.finish();
    match (map, replace) {
        (Some(map), None) => self::map(&map, default.and_then(|default| default.text())),
        (None, Some(replace)) => {
            if let Some(default) = default {
                default.wrong_key(Code::UnknownTransform, "`replace` has no `default`", "add a step `default:TEXT` behind it");
                return None;
            }
            pieces(&replace)
        }
        (Some(_), Some(replace)) => {
            replace.wrong_key(Code::Doubled, "both `map` and `replace` are given", "make them two steps, each in braces of its own");
            None
        }
        (None, None) => None,
    }
}

fn map(item: &Item<'_, '_>, default: Option<String>) -> Option<Transform> {
    let mut table = Table::new(default);
    for (from, (to, place)) in item.text_map()? {
        if !table.add(&from, &to) {
            let message = format!("`{from}` stands twice in this map, since capitals count for nothing");
            let sink = item.table()?;
            sink.sink().report(sink.sink().at(Code::Doubled, place, message).help("keep one of the two"));
        }
    }
    Some(Transform::Map(table))
}

fn pieces(item: &Item<'_, '_>) -> Option<Transform> {
    let pairs = item.text_map()?;
    if pairs.is_empty() || pairs.contains_key("") {
        item.wrong(Code::BadValue, "`replace` has a piece that is empty, or none at all", "write `{ replace = { Street = \"St\" } }`");
        return None;
    }
    Some(Transform::Replace(Pieces::new(pairs.into_iter().map(|(from, (to, _))| (from, to)))))
}

#[cfg(test)]
pub(super) fn of_text(written: &str) -> Vec<Transform> {
    let text = format!("transform = {written}");
    let sink = crate::diag::Sink::new("example");
    let document = crate::diag::reader::document(&sink, &text);
    let root = document.as_ref().map(|document| crate::diag::Table::root(&sink, document, &crate::diag::form::FREE));
    let transforms = root.and_then(|root| root.get("transform")).map(|item| read(&item));
    assert_eq!(sink.errors(), 0, "{written}");
    transforms.unwrap_or_default()
}
