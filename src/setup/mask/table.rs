//! A recorded test as text: the contact, and what the mapping makes of it.

use std::fmt::Write;

use crate::mapping::Mapped;
use crate::model::{Contact, FieldName, Value};

use super::uses::Uses;

/// The `[[test]]` table.
pub(super) fn text(name: &str, contact: &Contact, mapped: &Mapped, uses: &Uses) -> String {
    let mut text = format!("[[test]]\nname = {}\n", quoted(name));
    let result = match mapped {
        Mapped::Lead(_) => None,
        Mapped::Rejected(rejection) => Some(format!("rejected = {}\n", quoted(&rejection.reason))),
        Mapped::Filtered { .. } => Some("filtered = true\n".to_owned()),
    };
    text.push_str(&result.unwrap_or_default());
    text.push_str("[test.contact]\n");
    for (field, value) in &contact.fields {
        line(&mut text, field, &literal(value));
    }
    if contact.opted_out {
        line(&mut text, "opted_out", "true");
    }
    if let Mapped::Lead(lead) = mapped {
        text.push_str("[test.lead]\n");
        line(&mut text, "list", &lead.list_id.to_string());
        line(&mut text, "phone", &quoted(&lead.phone.e164()));
        // A blank is worth a line only where something was there and became nothing.
        let is_told = |field: &FieldName, value: &str| {
            let sources = uses.sources.get(&field.to_string());
            sources.is_some_and(|sources| !value.is_empty() || sources.iter().any(|source| !contact.get(source).is_blank()))
        };
        let told: Vec<_> = lead.fields.iter().filter(|(field, value)| is_told(field, value)).collect();
        let mut customs = String::new();
        for (field, value) in told {
            match field {
                FieldName::Standard(field) => line(&mut text, field.name(), &quoted(value)),
                FieldName::Custom(label) => line(&mut customs, label, &quoted(value)),
            }
        }
        if !customs.is_empty() {
            text.push_str("[test.lead.custom]\n");
            text.push_str(&customs);
        }
    }
    text
}

fn line(text: &mut String, key: &str, value: &str) {
    // Writing into a text cannot fail.
    writeln!(text, "{} = {value}", self::key(key)).ok();
}

/// A key as TOML writes it: in quotes where it needs them.
pub(in crate::setup) fn key(name: &str) -> String {
    let is_bare = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-');
    if is_bare { name.to_owned() } else { quoted(name) }
}

/// A value as TOML writes it.
pub(in crate::setup) fn literal(value: &Value) -> String {
    match value {
        Value::Null => "\"\"".to_owned(),
        Value::Bool(flag) => flag.to_string(),
        Value::Int(number) => number.to_string(),
        Value::Text(text) => quoted(text),
        Value::List(values) => format!("[{}]", values.iter().map(literal).collect::<Vec<_>>().join(", ")),
    }
}

/// A text as TOML writes it, on one line.
pub(in crate::setup) fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for letter in text.chars() {
        match letter {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\n' => quoted.push_str("\\n"),
            '\r' => quoted.push_str("\\r"),
            '\t' => quoted.push_str("\\t"),
            other if other.is_control() => {
                write!(quoted, "\\u{:04X}", u32::from(other)).ok();
            }
            other => quoted.push(other),
        }
    }
    quoted.push('"');
    quoted
}
