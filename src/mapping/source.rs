//! Values of a contact by the names that a mapping writes.
//!
//! The one name that is not an attribute is `id`, the CRM's own id of the contact. Texts are borrowed from the contact, not copied.

use std::borrow::Cow;

use crate::model::Value;

use super::attributes::Seen;
use super::transform::several::Values;

/// The name that means the contact's id.
pub(super) const ID: &str = "id";

/// The value of that name.
pub(super) fn value<'c>(contact: &Seen<'c>, name: &str) -> Cow<'c, Value> {
    if name == ID { Cow::Owned(Value::Text(contact.contact.id.as_str().to_owned())) } else { Cow::Borrowed(contact.get(name)) }
}

/// Whether a text is white space alone. Asked of every text, so the first letter, which mostly decides, is looked at first.
#[inline]
pub(super) fn is_blank(text: &str) -> bool {
    !text.bytes().next().is_some_and(|byte| byte.is_ascii_graphic()) && text.trim_start().is_empty()
}

/// A value as one text: several values are joined by commas, no value is an empty text.
pub(super) fn text(value: &Value) -> String {
    match value {
        Value::List(values) => values.iter().map(text).filter(|text| !text.is_empty()).collect::<Vec<_>>().join(", "),
        single => single.text().unwrap_or_default(),
    }
}

/// The filled single values of that name, in order.
pub(super) fn each<'c>(contact: &Seen<'c>, name: &str, take: &mut impl FnMut(Cow<'c, str>)) {
    if name == ID {
        take(Cow::Borrowed(contact.contact.id.as_str()));
    } else {
        each_of(contact.get(name), take);
    }
}

fn each_of<'c>(value: &'c Value, take: &mut impl FnMut(Cow<'c, str>)) {
    match value {
        Value::Null => {}
        Value::Bool(flag) => take(Cow::Borrowed(if *flag { "true" } else { "false" })),
        Value::Int(number) => take(Cow::Owned(number.to_string())),
        Value::Text(text) if is_blank(text) => {}
        Value::Text(text) => take(Cow::Borrowed(text)),
        Value::List(values) => values.iter().for_each(|value| each_of(value, take)),
    }
}

/// Of which names values are taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Take {
    /// Of the first that has any.
    First,
    /// Of all.
    All,
}

/// The filled values of these names.
pub(super) fn values<'c>(contact: &Seen<'c>, names: &[String], take: Take) -> Values<'c> {
    // Mostly it is one, and one needs no list.
    let (mut one, mut several) = (None, Vec::new());
    for name in names {
        each(contact, name, &mut |text| match one.take() {
            None if several.is_empty() => one = Some(text),
            None => several.push(text),
            Some(first) => several.extend([first, text]),
        });
        if take == Take::First && (one.is_some() || !several.is_empty()) {
            break;
        }
    }
    one.map_or(Values::Several(several), Values::One)
}
