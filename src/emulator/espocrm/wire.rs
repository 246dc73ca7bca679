//! How this server's HTTP looks: reading queries and bodies, and writing answers and refusals.
//!
//! Refusals carry their reason in the header `X-Status-Reason` and mostly an empty body. Knows no records.

use serde_json::{Map, Value, json};

use crate::emulator::http::{Reply, Request};

/// A JSON object.
pub(super) type Object = Map<String, Value>;

/// An answer that is not the one asked for.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Refusal {
    pub(super) status: u16,
    pub(super) reason: Option<String>,
    /// The body's JSON text. Kept as text so that the error stays small.
    pub(super) body: Option<String>,
    pub(super) is_html: bool,
    pub(super) headers: Vec<(&'static str, &'static str)>,
}

/// What a handler gives: the body of a good answer, or a refusal.
pub(super) type Outcome = Result<Value, Refusal>;

impl Refusal {
    /// A refusal with its reason.
    pub(super) fn new(status: u16, reason: impl Into<String>) -> Self {
        Refusal { status, reason: Some(reason.into()), ..Refusal::default() }
    }

    /// A refusal that says nothing: an unexpected failure of the server.
    pub(super) fn silent(status: u16) -> Self {
        Refusal { status, ..Refusal::default() }
    }

    /// A refusal before any controller, answered as HTML.
    pub(super) fn html(status: u16) -> Self {
        Refusal { status, is_html: true, ..Refusal::default() }
    }

    pub(super) fn with_body(mut self, body: Value) -> Self {
        self.body = Some(body.to_string());
        self
    }

    /// A field that does not pass its check.
    pub(super) fn validation(entity: &str, field: &str, kind: &str) -> Self {
        let reason = format!("Field validation failure; entityType: {entity}, field: {field}, type: {kind}.");
        Refusal::new(400, reason).with_body(json!({"messageTranslation": {
            "label": "validationFailure", "scope": null, "data": {"field": field, "type": kind}}}))
    }

    /// A link to a record that is not there.
    pub(super) fn not_existing_link(entity: &str, link: &str, foreign: &str) -> Self {
        let reason = format!("Can't relate with non-existing record. entity type: {entity}, link: {link}.");
        Refusal::new(403, reason).with_body(json!({"messageTranslation": {
            "label": "cannotRelateNonExisting", "scope": null, "data": {"foreignEntityType": foreign}}}))
    }

    /// A link to a record that the user may not see.
    pub(super) fn forbidden_link(entity: &str, link: &str, foreign: &str) -> Self {
        let reason = format!("Can't relate with forbidden record. entity type: {entity}, link: {link}.");
        Refusal::new(403, reason).with_body(json!({"messageTranslation": {
            "label": "cannotRelateForbidden", "scope": null,
            "data": {"foreignEntityType": foreign, "action": "read"}}}))
    }

    pub(super) fn reply(self) -> Reply {
        let content_type = if self.is_html { "text/html; charset=UTF-8" } else { "application/json" };
        let body = self.body.unwrap_or_default();
        let mut reply = Reply::new(self.status, content_type, body);
        if let Some(reason) = self.reason {
            reply.headers.push(("x-status-reason".to_owned(), header_text(&reason)));
        }
        for (name, value) in self.headers {
            reply.headers.push((name.to_owned(), value.to_owned()));
        }
        reply
    }
}

/// A header takes no control characters; everything else goes as its bytes.
fn header_text(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

/// The decoded pairs of a query.
pub(super) fn query(request: &Request) -> Vec<(String, String)> {
    url::form_urlencoded::parse(request.query.as_bytes()).into_owned().collect()
}

/// The body as an object. Broken JSON is the server's failure (500); a type it does not know is an empty object.
pub(super) fn body(request: &Request) -> Result<Object, Refusal> {
    let content_type = request.header("content-type").unwrap_or_default();
    let is_form = content_type.starts_with("application/x-www-form-urlencoded");
    if is_form {
        let pairs = url::form_urlencoded::parse(&request.body);
        return Ok(pairs.map(|(key, value)| (key.into_owned(), Value::String(value.into_owned()))).collect());
    }
    if !content_type.starts_with("application/json") || request.body.is_empty() {
        return Ok(Object::new());
    }
    match serde_json::from_slice(&request.body) {
        Ok(Value::Object(object)) => Ok(object),
        Ok(Value::Array(_) | Value::Null) => Ok(Object::new()),
        Ok(Value::String(_) | Value::Number(_) | Value::Bool(_)) => Err(Refusal::new(400, "Body is not a JSON object.")),
        Err(_) => Err(Refusal::silent(500)),
    }
}

/// Builds the tree that PHP makes of keys such as `where[0][value][]`. Objects with keys 0, 1, 2 ... become lists.
pub(super) fn tree(pairs: &[(String, String)]) -> Object {
    let mut root = Object::new();
    for (key, value) in pairs {
        let mut parts = key.split('[');
        let mut path = vec![parts.next().unwrap_or_default().to_owned()];
        path.extend(parts.map(|part| part.trim_end_matches(']').to_owned()));
        plant(&mut root, &path, value);
    }
    for value in root.values_mut() {
        listed(value);
    }
    root
}

fn plant(object: &mut Object, path: &[String], value: &str) {
    let Some((first, rest)) = path.split_first() else {
        return;
    };
    let key = if first.is_empty() { object.len().to_string() } else { first.clone() };
    if rest.is_empty() {
        object.insert(key, Value::String(value.to_owned()));
        return;
    }
    let inner = object.entry(key).or_insert_with(|| Value::Object(Object::new()));
    if !inner.is_object() {
        *inner = Value::Object(Object::new());
    }
    if let Value::Object(inner) = inner {
        plant(inner, rest, value);
    }
}

fn listed(value: &mut Value) {
    let Value::Object(object) = value else { return };
    object.values_mut().for_each(listed);
    let is_list = !object.is_empty() && object.keys().enumerate().all(|(n, key)| *key == n.to_string());
    if is_list {
        let items = std::mem::take(object).into_iter().map(|(_, item)| item);
        *value = Value::Array(items.collect());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bracket_keys_become_lists_and_objects() {
        let pairs = [
            ("where[0][type]", "in"),
            ("where[0][attribute]", "id"),
            ("where[0][value][]", "a"),
            ("where[0][value][]", "b"),
            ("maxSize", "3"),
        ];
        let pairs = pairs.map(|(key, value)| (key.to_owned(), value.to_owned()));
        assert_eq!(Value::Object(tree(&pairs)), json!({"where": [{"type": "in", "attribute": "id", "value": ["a", "b"]}], "maxSize": "3"}));
    }
}
