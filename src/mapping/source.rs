//! Values of a contact by the names that a mapping writes.
//!
//! The one name that is not an attribute is `id`, the CRM's own id of the contact.

use std::borrow::Cow;

use crate::model::{Contact, Value};

/// The name that means the contact's id.
pub(super) const ID: &str = "id";

/// The value of that name.
pub(super) fn value<'c>(contact: &'c Contact, name: &str) -> Cow<'c, Value> {
    if name == ID { Cow::Owned(Value::Text(contact.id.as_str().to_owned())) } else { Cow::Borrowed(contact.get(name)) }
}

/// A value as one text: several values are joined by commas, no value is an empty text.
pub(super) fn text(value: &Value) -> String {
    match value {
        Value::List(values) => values.iter().map(text).filter(|text| !text.is_empty()).collect::<Vec<_>>().join(", "),
        single => single.text().unwrap_or_default(),
    }
}

/// The single values inside a value, in order.
pub(super) fn singles(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::List(values) => values.iter().for_each(|value| singles(value, found)),
        single => found.extend(single.text()),
    }
}
