//! One request as a connector writes it, and as it is sent.
//!
//! It decides how names get into path, query, headers and body: percent-encoded, as JSON text, or as they are. It sends nothing, and adds no login.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value as Json;

use super::template::{Names, Shape, Text, Unfilled};

/// The methods that connectors use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub enum Method {
    /// Reads.
    #[serde(rename = "GET")]
    Get,
    /// Creates.
    #[serde(rename = "POST")]
    Post,
    /// Changes.
    #[serde(rename = "PUT")]
    Put,
    /// Changes.
    #[serde(rename = "PATCH")]
    Patch,
}

impl Method {
    /// The word on the wire.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Patch => "PATCH",
        }
    }
}

/// A request in the file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RequestText {
    method: Method,
    path: String,
    #[serde(default)]
    query: BTreeMap<String, toml::Value>,
    #[serde(default)]
    headers: BTreeMap<String, String>,
    json: Option<toml::Value>,
}

/// A request with its templates parsed.
#[derive(Debug, Clone)]
pub struct Request {
    method: Method,
    path: Text,
    query: Vec<(String, Shape)>,
    headers: Vec<(String, Text)>,
    json: Option<Shape>,
}

/// A request that is ready but for the login.
#[derive(Debug, Clone, PartialEq)]
pub struct Prepared {
    /// The method.
    pub method: Method,
    /// The path below the base address, percent-encoded.
    pub path: String,
    /// The query, not encoded yet.
    pub query: Vec<(String, String)>,
    /// Headers.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub json: Option<Json>,
}

impl Request {
    /// Parses the templates; `is_allowed` says which names its place offers.
    pub(super) fn parse(text: &RequestText, place: &str, is_allowed: &dyn Fn(&str) -> bool, problems: &mut Vec<String>) -> Self {
        let mut keep = |what: &str, result: Result<Text, String>| {
            result.unwrap_or_else(|problem| {
                problems.push(format!("{place}.{what}: {problem}"));
                Text::default()
            })
        };
        let path = keep("path", Text::parse(&text.path));
        let headers: Vec<_> =
            text.headers.iter().map(|(name, value)| (name.clone(), keep(&format!("headers.{name}"), Text::parse(value)))).collect();
        let mut shape = |what: &str, value: &toml::Value| {
            Shape::parse(value).unwrap_or_else(|problem| {
                problems.push(format!("{place}.{what}: {problem}"));
                Shape::Fixed(Json::Null)
            })
        };
        let query: Vec<_> = text.query.iter().map(|(name, value)| (name.clone(), shape(&format!("query.{name}"), value))).collect();
        let json = text.json.as_ref().map(|value| shape("json", value));
        let request = Self { method: text.method, path, query, headers, json };
        if !text.path.starts_with('/') {
            problems.push(format!("{place}.path: `{}` must begin with `/`", text.path));
        }
        if text.method == Method::Get && request.json.is_some() {
            problems.push(format!("{place}.json: a GET has no body"));
        }
        for name in request.names() {
            if !is_allowed(name) {
                problems.push(format!("{place}: there is no `${{{name}}}` here"));
            }
        }
        request
    }

    fn names(&self) -> Vec<&str> {
        let mut names: Vec<&str> = self.path.names().collect();
        names.extend(self.headers.iter().flat_map(|(_, value)| value.names()));
        names.extend(self.query.iter().flat_map(|(_, shape)| shape.names()));
        names.extend(self.json.iter().flat_map(Shape::names));
        names
    }

    /// Fills in the names.
    ///
    /// # Errors
    /// A name without a value, or with one that cannot stand there: an id that would change the path (empty, `.`, `..`).
    pub fn prepare(&self, names: &Names) -> Result<Prepared, Unfilled> {
        let path = self.path.render(names, encode)?.unwrap_or_default();
        // A segment of dots would be taken for a way up, encoded or not, and an empty id would ask for the whole list.
        if path.split('/').skip(1).any(|segment| matches!(segment, "" | "." | "..")) {
            return Err(Unfilled { name: "id".to_owned(), is_misfit: true });
        }
        let mut query = Vec::new();
        for (name, shape) in &self.query {
            match shape.render(names)? {
                Some(Json::String(text)) => query.push((name.clone(), text)),
                Some(value) => query.push((name.clone(), value.to_string())),
                None => {}
            }
        }
        let mut headers = Vec::new();
        for (name, text) in &self.headers {
            if let Some(value) = text.render(names, str::to_owned)? {
                headers.push((name.clone(), value));
            }
        }
        let json = match &self.json {
            Some(shape) => shape.render(names)?,
            None => None,
        };
        Ok(Prepared { method: self.method, path, query, headers, json })
    }
}

/// Percent-encodes a value as part of a path: all but letters, digits and `-_.~`.
fn encode(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'~') {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}
