//! What a client sends to be written: brought into the server's form, and checked field by field.
//!
//! Unknown attributes and those that only the server sets are dropped without a word. The first field that fails, in the
//! order of the record's attributes, is the one named. Changes nothing.

use serde_json::{Value, json};

use super::attribute::{Attribute, Kind};
use super::clock::body_time;
use super::points::{Entry, normal_phone};
use super::schema::Entity;
use super::wire::{Object, Refusal};

/// The types of a phone number.
const PHONE_TYPES: [&str; 5] = ["Mobile", "Office", "Home", "Fax", "Other"];

/// The writable part of a body. On a create, required fields must be there; on an update, not be emptied.
pub(super) fn take(entity: Entity, schema: &[Attribute], body: &Object, is_create: bool) -> Result<Object, Refusal> {
    let mut taken = Object::new();
    for attribute in schema {
        let name = attribute.name.as_str();
        let sent = body.get(name);
        if attribute.is_required {
            let is_empty = match sent {
                None => is_create,
                Some(Value::Null) => true,
                Some(Value::String(text)) => text.is_empty() && attribute.kind != Kind::Datetime,
                Some(_) => false,
            };
            if is_empty {
                return Err(Refusal::validation(entity.name(), attribute.field(), "required"));
            }
        }
        let Some(sent) = sent else { continue };
        match normal(attribute, sent) {
            Ok(Some(value)) => {
                taken.insert(name.to_owned(), value);
            }
            Ok(None) => {}
            Err(kind) => return Err(Refusal::validation(entity.name(), attribute.field(), kind)),
        }
    }
    Ok(taken)
}

/// The value as it is kept and echoed, `None` for what a client cannot write; an error is the kind of check that failed.
fn normal(attribute: &Attribute, sent: &Value) -> Result<Option<Value>, &'static str> {
    let value = match &attribute.kind {
        Kind::Varchar(length) | Kind::Title(length) => text(sent, Some(*length))?,
        Kind::Text => text(sent, None)?,
        Kind::Link(_) | Kind::Parent => text(sent, Some(17))?,
        Kind::Bool | Kind::Flag => json!(is_true(sent)),
        Kind::Int => match sent {
            Value::Null | Value::Number(_) => sent.clone(),
            _ => return Err("valid"),
        },
        Kind::Datetime => match sent {
            Value::Null => Value::Null,
            Value::String(text) => json!(body_time(text).ok_or("valid")?),
            _ => return Err("valid"),
        },
        Kind::Enum(options) => match sent {
            Value::Null => Value::Null,
            Value::String(text) if options.contains(text) || text.is_empty() => sent.clone(),
            _ => return Err("valid"),
        },
        Kind::Email => match sent {
            Value::String(address) if address.trim().is_empty() => Value::Null,
            Value::String(address) if is_address(address.trim()) => json!(address.trim()),
            Value::Null => Value::Null,
            _ => return Err("emailAddress"),
        },
        Kind::Phone => match sent {
            Value::Null => Value::Null,
            Value::String(number) if number.trim().is_empty() => Value::Null,
            Value::String(number) => json!(normal_phone(number).ok_or("valid")?),
            _ => return Err("valid"),
        },
        Kind::Data => data(attribute.name == "phoneNumberData", sent)?,
        Kind::Ids(_) | Kind::Roles => match sent {
            Value::Array(_) => sent.clone(),
            _ => json!([]),
        },
        Kind::Duration => sent.clone(),
        Kind::Id
        | Kind::Person
        | Kind::Stamp
        | Kind::Deleted
        | Kind::Account
        | Kind::Auto
        | Kind::LinkName(_)
        | Kind::Multi
        | Kind::PhoneMap
        | Kind::Fixed => return Ok(None),
    };
    Ok(Some(value))
}

fn text(sent: &Value, length: Option<usize>) -> Result<Value, &'static str> {
    let text = match sent {
        Value::Null => return Ok(Value::Null),
        Value::String(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        Value::Bool(is_true) => String::from(if *is_true { "1" } else { "" }),
        Value::Array(_) | Value::Object(_) => return Err("valid"),
    };
    if length.is_some_and(|length| text.chars().count() > length) {
        return Err("maxLength");
    }
    Ok(Value::String(text))
}

/// What PHP takes for true; anything odd is false.
fn is_true(sent: &Value) -> bool {
    match sent {
        Value::Bool(is_true) => *is_true,
        Value::Number(number) => number.as_i64() == Some(1),
        Value::String(text) => matches!(text.to_lowercase().as_str(), "1" | "true" | "on" | "yes"),
        Value::Null | Value::Array(_) | Value::Object(_) => false,
    }
}

fn is_address(text: &str) -> bool {
    let Some((local, domain)) = text.rsplit_once('@') else {
        return false;
    };
    let is_plain = |c: char| !c.is_whitespace() && !c.is_control() && !"<>()[],;:\\\"".contains(c);
    !local.is_empty() && domain.contains('.') && !domain.starts_with('.') && !domain.ends_with('.') && text.chars().all(is_plain)
}

/// A set of numbers or addresses, each normalised and otherwise as sent. What is no list counts as an empty one.
fn data(is_phone: bool, sent: &Value) -> Result<Value, &'static str> {
    let name = if is_phone { "phoneNumber" } else { "emailAddress" };
    let mut kept = Vec::new();
    for item in sent.as_array().into_iter().flatten() {
        let Some(item) = item.as_object() else {
            continue;
        };
        let mut item = item.clone();
        let value = item.get(name).and_then(Value::as_str).unwrap_or_default().trim();
        if value.is_empty() {
            continue;
        }
        let value = if is_phone {
            let kind = item.get("type").and_then(Value::as_str);
            if kind.is_some_and(|kind| !PHONE_TYPES.contains(&kind)) {
                return Err("valid");
            }
            normal_phone(value).ok_or("valid")?
        } else {
            if !is_address(value) {
                return Err("emailAddress");
            }
            value.to_owned()
        };
        item.insert(name.to_owned(), Value::String(value));
        kept.push(Value::Object(item));
    }
    Ok(Value::Array(kept))
}

/// The entries of a taken set.
pub(super) fn entries(is_phone: bool, data: &Value) -> Vec<Entry> {
    let name = if is_phone { "phoneNumber" } else { "emailAddress" };
    let items = data.as_array().into_iter().flatten();
    let entry = |item: &Value| {
        let is = |name: &str| item.get(name).is_some_and(is_true);
        Entry {
            value: item.get(name).and_then(Value::as_str).unwrap_or_default().to_owned(),
            kind: item.get("type").and_then(Value::as_str).map(str::to_owned),
            is_primary: is("primary"),
            opt_out: is("optOut"),
            invalid: is("invalid"),
        }
    };
    items.map(entry).collect()
}
