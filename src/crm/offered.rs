//! Texts, paths, free JSON and requests of a connector file, read with their places.
//!
//! It decides which names a template may use where: those that its place offers, and what the file itself declares. It knows no table of the file.

use std::collections::BTreeSet;
use std::ops::Range;

use reqwest::header::{HeaderName, HeaderValue};
use serde_json::Value as Json;
use toml::de::DeValue;

use super::path::Path;
use super::request::{Method, Request};
use super::template::{Names, Shape, Text};
use crate::diag::form::FREE;
use crate::diag::reader::document;
use crate::diag::{Code, Diagnostic, Item, Place, Sink, Table, suggest};

/// Tables with this key are there only where the name that it gives has a value.
const ONLY_IF: &str = "?";
/// What every request may name.
const EVERYWHERE: [&str; 1] = ["object"];
const METHODS: [(&str, Method); 4] = [("GET", Method::Get), ("POST", Method::Post), ("PUT", Method::Put), ("PATCH", Method::Patch)];

/// What a file declares, which its texts can name.
#[derive(Debug, Default)]
pub(super) struct Declared {
    pub(super) objects: Vec<String>,
    pub(super) secrets: BTreeSet<String>,
    pub(super) options: BTreeSet<String>,
}

impl Declared {
    /// A text that may use these names and the options.
    pub(super) fn text(&self, item: &Item<'_, '_>, offered: &[&str]) -> Text {
        item.text().map(|text| self.template(item, &text, offered)).unwrap_or_default()
    }

    /// A request.
    pub(super) fn request(&self, table: &Table<'_, '_>, offered: &[&str]) -> Request {
        let offered: Vec<&str> = EVERYWHERE.iter().chain(offered).copied().collect();
        let method = table.need("method").and_then(|item| item.word(&METHODS));
        let path = table.need("path").map(|item| self.request_path(&item, &offered)).unwrap_or_default();
        let query = table.get("query").and_then(|item| item.table()).map(|table| table.entries()).unwrap_or_default();
        let query = query.iter().map(|entry| (entry.key.clone(), self.shape(entry, &offered))).collect();
        let headers = table.get("headers").map(|item| self.headers(&item, &offered)).unwrap_or_default();
        let json = table.get("json").map(|item| {
            if method == Some(Method::Get) {
                item.wrong_key(Code::ConnectorRequest, "a GET has no body", "put it into `query`, or use another method");
            }
            self.shape(&item, &offered)
        });
        table.finish();
        Request { method: method.unwrap_or(Method::Get), path, query, headers, json }
    }

    /// Headers whose values may use these names.
    pub(super) fn headers(&self, item: &Item<'_, '_>, offered: &[&str]) -> Vec<(String, Text)> {
        let entries = item.table().map(|table| table.entries()).unwrap_or_default();
        let read = |entry: &Item<'_, '_>| {
            check_header_name(entry, &entry.key, entry.key_place.clone());
            check_header_value(entry);
            (entry.key.clone(), self.text(entry, offered))
        };
        entries.iter().map(read).collect()
    }

    /// A path into an answer, perhaps another one for each object; by object.
    pub(super) fn path_of_object(&self, item: &Item<'_, '_>) -> Vec<(String, Path)> {
        let text = self.text(item, &EVERYWHERE);
        let mut paths = Vec::new();
        for object in &self.objects {
            let rendered = text.render(&Names::default().with("object", object.as_str()), str::to_owned).ok().flatten();
            match rendered.as_deref().map(Path::parse) {
                Some(Ok(path)) => paths.push((object.clone(), path)),
                Some(Err(problem)) => {
                    bad_path(item, &problem);
                    break;
                }
                // What it names was reported.
                None => break,
            }
        }
        paths
    }

    fn request_path(&self, item: &Item<'_, '_>, offered: &[&str]) -> Text {
        if item.text().is_some_and(|text| !text.starts_with('/')) {
            item.wrong(Code::ConnectorRequest, format!("`{}` must begin with `/`", item.path()), "it is added to the base address");
        }
        self.text(item, offered)
    }

    /// A JSON value with names in it.
    pub(super) fn shape(&self, item: &Item<'_, '_>, offered: &[&str]) -> Shape {
        match item.raw() {
            DeValue::String(text) => Shape::Text(self.template(item, text, offered)),
            DeValue::Integer(number) => Shape::Fixed(i64::from_str_radix(number.as_str(), number.radix()).map_or(Json::Null, Json::from)),
            DeValue::Float(number) => Shape::Fixed(number.as_str().parse::<f64>().map_or(Json::Null, Json::from)),
            DeValue::Boolean(flag) => Shape::Fixed(Json::from(*flag)),
            DeValue::Datetime(_) => {
                item.wrong(Code::ConnectorJson, "JSON has no dates", "write it as text, in quotes");
                Shape::Fixed(Json::Null)
            }
            DeValue::Array(_) => Shape::List(item.list().unwrap_or_default().iter().map(|element| self.shape(element, offered)).collect()),
            DeValue::Table(_) => {
                let entries = item.table().map(|table| table.entries()).unwrap_or_default();
                let mut only_if = None;
                let mut shapes = Vec::new();
                for entry in &entries {
                    if entry.key == ONLY_IF {
                        only_if = self.only_if(entry, offered);
                    } else {
                        let key = self.template_at(entry, &entry.key, &entry.key_place, offered);
                        shapes.push((key, self.shape(entry, offered)));
                    }
                }
                Shape::Table { only_if, entries: shapes }
            }
        }
    }

    fn only_if(&self, item: &Item<'_, '_>, offered: &[&str]) -> Option<String> {
        let DeValue::String(name) = item.raw() else {
            item.wrong(Code::ConnectorJson, "the key `?` takes the name of a value", "write `\"?\" = \"after.id\"`");
            return None;
        };
        self.check(item, name, inside(&item.place(), name, 0..name.len()), offered);
        Some(name.clone().into_owned())
    }

    fn template(&self, item: &Item<'_, '_>, text: &str, offered: &[&str]) -> Text {
        self.template_at(item, text, &item.place(), offered)
    }

    fn template_at(&self, item: &Item<'_, '_>, text: &str, at: &Place, offered: &[&str]) -> Text {
        match Text::parse(text) {
            Ok((parsed, names)) => {
                for (name, place) in names {
                    self.check(item, &name, inside(at, text, place), offered);
                }
                parsed
            }
            Err(bad) => {
                let help = "write a name between `${` and `}`: small letters, digits, `_` and `.`, then perhaps `?`";
                report(item, Code::ConnectorTemplate, inside(at, text, bad.place), bad.message, help);
                Text::default()
            }
        }
    }

    /// Reports a name that its place does not offer.
    pub(super) fn check(&self, item: &Item<'_, '_>, name: &str, place: Place, offered: &[&str]) {
        if offered.contains(&name) {
            return;
        }
        let Some(option) = name.strip_prefix("option.") else {
            let options: Vec<String> = self.options.iter().map(|option| format!("option.{option}")).collect();
            let known: Vec<&str> = offered.iter().copied().chain(options.iter().map(String::as_str)).collect();
            let help = if name.starts_with("secret.") {
                "secrets are offered in `[[auth]]` alone, so that they get into no address and no log".to_owned()
            } else {
                suggest::help(name, &known).unwrap_or_default()
            };
            return report(item, Code::ConnectorName, place, format!("there is no `${{{name}}}` here"), help);
        };
        if !self.options.contains(option) {
            let known: Vec<&str> = self.options.iter().map(String::as_str).collect();
            let help = suggest::closest(option, known).map_or_else(
                || format!("declare it under `[options]`: {option} = \"what it chooses\""),
                |word| format!("did you mean `option.{word}`?"),
            );
            report(item, Code::ConnectorUndeclared, place, format!("`{option}` is not among `[options]`"), help);
        }
    }

    /// Reports a secret that is not declared.
    pub(super) fn check_secret(&self, item: &Item<'_, '_>, secret: &str, place: Place) {
        if !self.secrets.contains(secret) {
            let known = self.secrets.iter().map(String::as_str);
            let help = suggest::meant(secret, known).unwrap_or_else(|| format!("declare it under `[secrets]`: {secret} = \"what it is\""));
            report(item, Code::ConnectorUndeclared, place, format!("`{secret}` is not among `[secrets]`"), help);
        }
    }
}

impl Shape {
    /// The shape that a text of TOML has, whose templates may use these names; and what is wrong with it.
    #[must_use]
    pub fn read(text: &str, offered: &[&str]) -> (Option<Self>, Vec<Diagnostic>) {
        let sink = Sink::new("a shape");
        let shape = document(&sink, text).map(|document| {
            let entries = Table::root(&sink, &document, &FREE).entries();
            let entry = |item: &Item<'_, '_>| {
                let declared = Declared::default();
                (declared.template_at(item, &item.key, &item.key_place, offered), declared.shape(item, offered))
            };
            Self::Table { only_if: None, entries: entries.iter().map(entry).collect() }
        });
        (shape, sink.into_found())
    }
}

/// A path into an answer.
pub(super) fn path(item: &Item<'_, '_>) -> Path {
    let Some(text) = item.text() else { return Path::empty() };
    Path::parse(&text).unwrap_or_else(|problem| {
        bad_path(item, &problem);
        Path::empty()
    })
}

/// Paths into an answer.
pub(super) fn paths(item: &Item<'_, '_>) -> Vec<Path> {
    item.list().unwrap_or_default().iter().map(path).collect()
}

fn bad_path(item: &Item<'_, '_>, problem: &str) {
    item.wrong(Code::ConnectorPath, problem, "write attributes with dots between them: error.data.type, or phones[?primary==true].number");
}

/// The name of a header.
pub(super) fn check_header_name(item: &Item<'_, '_>, name: &str, place: Place) {
    if HeaderName::from_bytes(name.as_bytes()).is_err() {
        report(
            item,
            Code::ConnectorHeader,
            place,
            format!("`{name}` cannot be the name of a header"),
            "write letters, digits and `-` only",
        );
    }
}

/// The value of a header.
pub(super) fn check_header_value(item: &Item<'_, '_>) {
    if let DeValue::String(text) = item.raw()
        && HeaderValue::from_str(text).is_err()
    {
        item.wrong(Code::ConnectorHeader, format!("`{}` has characters that a header cannot have", item.path()), "write it on one line");
    }
}

fn report(item: &Item<'_, '_>, code: Code, place: Place, message: String, help: impl Into<String>) {
    let help: String = help.into();
    let diagnostic = item.sink().at(code, place, message);
    item.sink().report(if help.is_empty() { diagnostic } else { diagnostic.help(help) });
}

/// Where a part of a text stands in the file. Where TOML writes the text otherwise than it is, the place of the whole.
pub(super) fn inside(place: &Place, text: &str, part: Range<usize>) -> Place {
    let quotes = match place.len().checked_sub(text.len()) {
        Some(quotes @ (0 | 2 | 6)) => quotes / 2,
        Some(_) | None => return place.clone(),
    };
    place.start + quotes + part.start..place.start + quotes + part.end
}
