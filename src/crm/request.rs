//! One request as a connector writes it, and as it is sent.
//!
//! It decides how names get into path, query, headers and body: percent-encoded, as JSON text, or as they are. It sends nothing, and adds no login.

use serde_json::Value as Json;

use super::template::{Names, Shape, Text, Unfilled};

/// The methods that connectors use.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Method {
    /// Reads.
    #[default]
    Get,
    /// Creates.
    Post,
    /// Changes.
    Put,
    /// Changes.
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

/// A request with its templates parsed.
#[derive(Debug, Clone, Default)]
pub struct Request {
    pub(super) method: Method,
    pub(super) path: Text,
    pub(super) query: Vec<(String, Shape)>,
    pub(super) headers: Vec<(String, Text)>,
    pub(super) json: Option<Shape>,
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
