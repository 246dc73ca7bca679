//! A form as a JSON Schema (draft-07), by which editors complete keys, show what they are for, and underline what vicisync would refuse.
//!
//! What is not yet supported is left out, so that it is underlined too. A schema says less than the reader: it knows types, words and bounds, and not
//! what a value means. Tables that several keys share stand once, in `definitions`.

use serde_json::{Map, Value as Json, json};

use super::form::{Form, Key, Kind, Names, Need, Word};
use super::outline::{self, Part};

/// The schema of a whole file. It has no `$id`: Taplo takes none that is no whole address.
#[must_use]
pub fn schema(title: &str, form: &'static Form) -> Json {
    let writer = Writer { parts: outline::parts(form) };
    let mut root = Map::new();
    root.insert("$schema".to_owned(), json!("http://json-schema.org/draft-07/schema#"));
    root.insert("title".to_owned(), json!(title));
    root.extend(writer.table(form));
    let shared: Map<String, Json> =
        writer.parts.iter().filter(|part| part.places > 1).map(|part| (part.path.clone(), Json::Object(writer.table(part.form)))).collect();
    if !shared.is_empty() {
        root.insert("definitions".to_owned(), Json::Object(shared));
    }
    Json::Object(root)
}

struct Writer {
    parts: Vec<Part>,
}

impl Writer {
    /// A table's keys.
    fn table(&self, form: &'static Form) -> Map<String, Json> {
        let mut keys = Map::new();
        let mut needed = Vec::new();
        for key in form.keys {
            match key.need {
                // Where any other key may stand, its absence alone would allow it.
                Need::Later(_) if form.others.is_some() => {
                    keys.insert(key.name.to_owned(), refused("something that is not yet supported"));
                    continue;
                }
                Need::Later(_) => continue,
                Need::Must => needed.push(key.name),
                Need::May | Need::Else(_) => {}
            }
            keys.insert(key.name.to_owned(), self.key(key));
        }
        let others = form
            .others
            .as_ref()
            .map_or_else(|| refused("a key that vicisync does not know"), |others| self.described(others.about, others.kind));
        let mut schema = Map::new();
        schema.insert("description".to_owned(), json!(form.about));
        schema.insert("type".to_owned(), json!("object"));
        if !needed.is_empty() {
            schema.insert("required".to_owned(), json!(needed));
        }
        if !keys.is_empty() {
            schema.insert("properties".to_owned(), Json::Object(keys));
        }
        schema.insert("additionalProperties".to_owned(), others);
        schema
    }

    fn key(&self, key: &'static Key) -> Json {
        let mut schema = self.described(key.about, &key.kind);
        if let (Need::Else(otherwise), Json::Object(entries)) = (key.need, &mut schema)
            && let Some(value) = value(otherwise)
        {
            entries.insert("default".to_owned(), value);
        }
        schema
    }

    /// What may stand behind a key, with what the key is for.
    fn described(&self, about: &str, kind: &'static Kind) -> Json {
        let mut schema = Map::new();
        schema.insert("description".to_owned(), json!(with_words(about, kind.words())));
        match self.kind(kind) {
            // Beside a reference nothing else counts.
            Json::Object(entries) if entries.contains_key("$ref") => {
                schema.insert("allOf".to_owned(), json!([entries]));
            }
            Json::Object(mut entries) => {
                entries.remove("description");
                schema.extend(entries);
            }
            _ => {}
        }
        Json::Object(schema)
    }

    fn kind(&self, kind: &'static Kind) -> Json {
        match kind {
            Kind::Text => json!({ "type": "string" }),
            Kind::Name(Names::List) => json!({ "type": "integer", "minimum": LIST_LEAST, "maximum": LIST_MOST }),
            Kind::Name(_) | Kind::Schedule | Kind::Zone | Kind::Path | Kind::Template => json!({ "type": "string", "minLength": 1 }),
            Kind::Number(least, most) => {
                let mut schema = json!({ "type": "integer" });
                if *least > i64::MIN {
                    schema["minimum"] = json!(least);
                }
                if *most < i64::MAX {
                    schema["maximum"] = json!(most);
                }
                schema
            }
            Kind::Share => json!({ "type": "number", "minimum": 0, "maximum": 1 }),
            Kind::Flag => json!({ "type": "boolean" }),
            // Dates of TOML come to a schema as text.
            Kind::Date => json!({ "type": "string", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}([Tt ][0-9:.]+([Zz]|[+-][0-9:]+)?)?$" }),
            Kind::Secret => json!({ "type": "string", "pattern": "^\\s*(env|file|credential):." }),
            Kind::Url => json!({ "type": "string", "pattern": "^\\s*[Hh][Tt][Tt][Pp][Ss]?://." }),
            Kind::Word(words) => {
                let now: Vec<&Word> = words.iter().filter(|word| !word.is_later).collect();
                json!({
                    "type": "string",
                    "enum": now.iter().map(|word| word.name).collect::<Vec<_>>(),
                    "x-taplo": { "docs": { "enumValues": now.iter().map(|word| word.about).collect::<Vec<_>>() } },
                })
            }
            Kind::Scalar => json!({ "type": ["string", "number", "boolean"] }),
            Kind::Any => json!({}),
            Kind::List(kind) => json!({ "type": "array", "items": self.kind(kind) }),
            Kind::OneOf(kinds) => json!({ "anyOf": kinds.iter().map(|kind| self.kind(kind)).collect::<Vec<_>>() }),
            Kind::Table(form) => self.form(form),
            Kind::Tables(form) => json!({ "type": "array", "items": self.form(form) }),
        }
    }

    fn form(&self, form: &'static Form) -> Json {
        match outline::part_of(&self.parts, form) {
            Some(part) if part.places > 1 => json!({ "$ref": format!("#/definitions/{}", part.path) }),
            Some(_) | None => Json::Object(self.table(form)),
        }
    }
}

/// VICIdial's API puts leads of lists with fewer digits into list 999.
const LIST_LEAST: u64 = 100;
const LIST_MOST: u64 = 99_999_999_999_999;

/// What nothing fits. It is `false` with a place: for `"additionalProperties": false` Taplo underlines the whole table, for this the key.
fn refused(why: &str) -> Json {
    json!({ "not": { "title": why } })
}

fn with_words(about: &str, words: &[Word]) -> String {
    let mut text = about.to_owned();
    for word in words.iter().filter(|word| !word.is_later) {
        text.push_str(&format!("\n- `{}`: {}", word.name, word.about));
    }
    text
}

/// A value of TOML as a schema sees it.
fn value(text: &str) -> Option<Json> {
    let table: toml::Table = toml::from_str(&format!("value = {text}")).ok()?;
    table.get("value").map(json_of)
}

/// TOML as JSON: dates are texts.
#[must_use]
pub fn json_of(value: &toml::Value) -> Json {
    match value {
        toml::Value::String(text) => json!(text),
        toml::Value::Integer(number) => json!(number),
        toml::Value::Float(number) => json!(number),
        toml::Value::Boolean(flag) => json!(flag),
        toml::Value::Datetime(date) => json!(date.to_string()),
        toml::Value::Array(items) => Json::Array(items.iter().map(json_of).collect()),
        toml::Value::Table(entries) => Json::Object(entries.iter().map(|(key, value)| (key.clone(), json_of(value))).collect()),
    }
}
