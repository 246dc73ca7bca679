//! Where a value stands in a JSON answer: `modifiedAt`, `messageTranslation.data.field`, `phoneNumberData[?primary==false && optOut!=true].phoneNumber`.
//!
//! It decides nothing about what the values mean. A path that leads nowhere gives no values; it never fails.

use serde_json::Value as Json;

#[derive(Debug, Clone, PartialEq)]
struct Condition {
    attribute: String,
    is_equal: bool,
    value: Json,
}

#[derive(Debug, Clone, PartialEq)]
struct Step {
    attribute: String,
    /// Of a list: the elements that meet all of these. `None`: the value as it is.
    filter: Option<Vec<Condition>>,
}

/// A parsed path.
#[derive(Debug, Clone, PartialEq)]
pub struct Path {
    steps: Vec<Step>,
}

impl Path {
    /// Parses a path.
    ///
    /// # Errors
    /// Says what is wrong with it.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut steps = Vec::new();
        let mut rest = text;
        loop {
            let end = rest.find(['.', '[']).unwrap_or(rest.len());
            let attribute = rest[..end].to_owned();
            if attribute.is_empty() || !attribute.chars().all(|c| c.is_alphanumeric() || c == '_' || c == '-') {
                return Err(format!("`{text}` is not a path: `{attribute}` is no attribute's name"));
            }
            rest = &rest[end..];
            let mut filter = None;
            if let Some(inside) = rest.strip_prefix('[') {
                let Some(close) = inside.find(']') else { return Err(format!("`{text}` is not a path: a `[` without its `]`")) };
                filter = Some(conditions(&inside[..close]).map_err(|problem| format!("`{text}` is not a path: {problem}"))?);
                rest = &inside[close + 1..];
            }
            steps.push(Step { attribute, filter });
            if rest.is_empty() {
                return Ok(Self { steps });
            }
            let Some(after) = rest.strip_prefix('.') else {
                return Err(format!("`{text}` is not a path: a `.` is missing before `{rest}`"));
            };
            rest = after;
        }
    }

    /// The path that leads to the whole.
    pub(super) fn empty() -> Self {
        Self { steps: Vec::new() }
    }

    /// The attribute's name, where the path is nothing but that.
    #[must_use]
    pub fn attribute(&self) -> Option<&str> {
        match self.steps.as_slice() {
            [Step { attribute, filter: None }] => Some(attribute),
            _ => None,
        }
    }

    /// All values that the path leads to.
    #[must_use]
    pub fn all<'a>(&self, json: &'a Json) -> Vec<&'a Json> {
        let mut found = vec![json];
        for step in &self.steps {
            found = found.into_iter().filter_map(|value| value.get(&step.attribute)).collect();
            if let Some(conditions) = &step.filter {
                found = found
                    .into_iter()
                    .filter_map(Json::as_array)
                    .flatten()
                    .filter(|element| conditions.iter().all(|condition| condition.is_met(element)))
                    .collect();
            }
        }
        found
    }

    /// The first value that the path leads to.
    #[must_use]
    pub fn first<'a>(&self, json: &'a Json) -> Option<&'a Json> {
        self.all(json).into_iter().next()
    }

    /// The first value, where it is text.
    #[must_use]
    pub fn text<'a>(&self, json: &'a Json) -> Option<&'a str> {
        self.first(json).and_then(Json::as_str)
    }
}

impl Condition {
    fn is_met(&self, element: &Json) -> bool {
        (element.get(&self.attribute).unwrap_or(&Json::Null) == &self.value) == self.is_equal
    }
}

fn conditions(text: &str) -> Result<Vec<Condition>, String> {
    let Some(text) = text.strip_prefix('?') else { return Err(format!("`[{text}]` is not a filter (`[?attribute==value]`)")) };
    text.split("&&").map(condition).collect()
}

fn condition(text: &str) -> Result<Condition, String> {
    let (attribute, value, is_equal) = match (text.split_once("=="), text.split_once("!=")) {
        (Some((attribute, value)), None) => (attribute, value, true),
        (None, Some((attribute, value))) => (attribute, value, false),
        (Some(_), Some(_)) | (None, None) => return Err(format!("`{}` is not `attribute==value` or `attribute!=value`", text.trim())),
    };
    let (attribute, value) = (attribute.trim(), value.trim());
    if attribute.is_empty() {
        return Err(format!("`{}` names no attribute", text.trim()));
    }
    let value = match value.strip_prefix('\'').and_then(|rest| rest.strip_suffix('\'')) {
        Some(text) => Json::from(text),
        None => serde_json::from_str(value).map_err(|_| format!("`{value}` is not a value (true, false, null, a number, 'text')"))?,
    };
    Ok(Condition { attribute: attribute.to_owned(), is_equal, value })
}
