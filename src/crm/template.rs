//! `${name}` in a connector's texts: parsed once at load, filled in for each request.
//!
//! It decides what a template may say and what it gives. It is strict: a name that its place does not offer is an error at load, a name without a
//! value is an error when filled in, unless it ends in `?`. It knows no HTTP and no CRM.

use std::collections::BTreeMap;
use std::fmt;
use std::ops::Range;

use serde_json::Value as Json;

/// The values of names, for one request.
#[derive(Debug, Clone, Default)]
pub struct Names(BTreeMap<String, Json>);

impl Names {
    /// The same names with one more. Null counts as no value.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<Json>) -> Self {
        let value = value.into();
        if !value.is_null() {
            self.0.insert(name.to_owned(), value);
        }
        self
    }

    fn get(&self, name: &str) -> Option<&Json> {
        self.0.get(name)
    }
}

/// A name had no value, or one that does not fit its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unfilled {
    /// The name.
    pub name: String,
    /// Whether there was a value, of a kind that cannot stand there.
    pub is_misfit: bool,
}

impl fmt::Display for Unfilled {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let problem = if self.is_misfit { "has a value that cannot stand there" } else { "has no value" };
        write!(out, "`{}` {problem}", self.name)
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    Literal(String),
    Name { name: String, is_optional: bool },
}

/// A text with names in it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Text {
    parts: Vec<Part>,
}

/// The names in a text, each with its bytes.
pub type NamedPlaces = Vec<(String, Range<usize>)>;

/// A `${` that is no template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadTemplate {
    /// What is wrong.
    pub message: String,
    /// Its bytes in the text.
    pub place: Range<usize>,
}

impl Text {
    /// Parses a text. Gives also where its names stand in it: the bytes between the braces.
    ///
    /// # Errors
    /// Says what is wrong with a `${`.
    pub fn parse(text: &str) -> Result<(Self, NamedPlaces), BadTemplate> {
        let mut parts = Vec::new();
        let mut names = Vec::new();
        let mut at = 0;
        while let Some(start) = text[at..].find("${").map(|found| at + found) {
            let begin = start + 2;
            let Some(end) = text[begin..].find('}').map(|found| begin + found) else {
                return Err(BadTemplate { message: "there is a `${` without its `}`".to_owned(), place: start..text.len() });
            };
            if at < start {
                parts.push(Part::Literal(text[at..start].to_owned()));
            }
            let inside = &text[begin..end];
            let (name, is_optional) = inside.strip_suffix('?').map_or((inside, false), |name| (name, true));
            let is_name = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_' || c == '.';
            if name.is_empty() || !name.chars().all(is_name) {
                return Err(BadTemplate { message: format!("`{inside}` is not a name"), place: start..end + 1 });
            }
            names.push((name.to_owned(), begin..begin + name.len()));
            parts.push(Part::Name { name: name.to_owned(), is_optional });
            at = end + 1;
        }
        if at < text.len() {
            parts.push(Part::Literal(text[at..].to_owned()));
        }
        Ok((Self { parts }, names))
    }

    /// The names in it.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.parts.iter().filter_map(|part| match part {
            Part::Literal(_) => None,
            Part::Name { name, .. } => Some(name.as_str()),
        })
    }

    /// The text with its names filled in, each value passed through `escape`; `None` where an optional name has no value.
    ///
    /// # Errors
    /// A name without a value, or with a list or object.
    pub fn render(&self, names: &Names, escape: impl Fn(&str) -> String) -> Result<Option<String>, Unfilled> {
        let mut out = String::new();
        for part in &self.parts {
            match part {
                Part::Literal(text) => out.push_str(text),
                Part::Name { name, is_optional } => match names.get(name) {
                    Some(Json::String(text)) => out.push_str(&escape(text)),
                    Some(value @ (Json::Number(_) | Json::Bool(_))) => out.push_str(&escape(&value.to_string())),
                    Some(Json::Null | Json::Array(_) | Json::Object(_)) => return Err(Unfilled { name: name.clone(), is_misfit: true }),
                    None if *is_optional => return Ok(None),
                    None => return Err(Unfilled { name: name.clone(), is_misfit: false }),
                },
            }
        }
        Ok(Some(out))
    }

    /// As JSON: a text that is one name alone gives that name's value as it is, whatever its type.
    fn json(&self, names: &Names) -> Result<Option<Json>, Unfilled> {
        if let [Part::Name { name, is_optional }] = self.parts.as_slice() {
            return match names.get(name) {
                Some(value) => Ok(Some(value.clone())),
                None if *is_optional => Ok(None),
                None => Err(Unfilled { name: name.clone(), is_misfit: false }),
            };
        }
        Ok(self.render(names, str::to_owned)?.map(Json::String))
    }
}

/// A JSON value with names in it. Entries and elements whose optional name has no value are left out.
#[derive(Debug, Clone, PartialEq)]
pub enum Shape {
    /// A value without names.
    Fixed(Json),
    /// A text.
    Text(Text),
    /// A list.
    List(Vec<Shape>),
    /// An object, there only where the name `only_if` has a value.
    Table {
        /// That name.
        only_if: Option<String>,
        /// Its entries; the keys too may have names in them.
        entries: Vec<(Text, Shape)>,
    },
}

impl Shape {
    /// The JSON with its names filled in; `None` where it falls away.
    ///
    /// # Errors
    /// A name without a value.
    pub fn render(&self, names: &Names) -> Result<Option<Json>, Unfilled> {
        Ok(match self {
            Self::Fixed(value) => Some(value.clone()),
            Self::Text(text) => text.json(names)?,
            Self::List(shapes) => {
                let mut list = Vec::new();
                for shape in shapes {
                    list.extend(shape.render(names)?);
                }
                Some(Json::Array(list))
            }
            Self::Table { only_if: Some(name), .. } if names.get(name).is_none() => None,
            Self::Table { entries, .. } => {
                let mut object = serde_json::Map::new();
                for (key, shape) in entries {
                    if let (Some(key), Some(value)) = (key.render(names, str::to_owned)?, shape.render(names)?) {
                        object.insert(key, value);
                    }
                }
                Some(Json::Object(object))
            }
        })
    }
}
