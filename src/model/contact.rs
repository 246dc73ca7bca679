//! The CRM's record, as its connector read it: named values, and whether the person opted out.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::id::ContactId;

/// One value of a contact, in the CRM's own shape.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Value {
    /// No value.
    Null,
    /// A yes or no.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// Text; numbers with a fraction are kept as their text.
    Text(String),
    /// Several values.
    List(Vec<Value>),
}

impl Value {
    /// The text of a single value: `None` where there is none, it is blank, or it is a list.
    #[must_use]
    pub fn text(&self) -> Option<String> {
        match self {
            Self::Null | Self::List(_) => None,
            Self::Bool(flag) => Some(flag.to_string()),
            Self::Int(number) => Some(number.to_string()),
            Self::Text(text) => (!text.trim().is_empty()).then(|| text.clone()),
        }
    }

    /// Whether the value says nothing: null, blank text, an empty list. Zero and `false` say something.
    #[must_use]
    pub fn is_blank(&self) -> bool {
        match self {
            Self::Null => true,
            Self::Bool(_) | Self::Int(_) => false,
            Self::Text(text) => text.trim().is_empty(),
            Self::List(values) => values.iter().all(Self::is_blank),
        }
    }
}

/// A contact with the fields that the mapping asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contact {
    /// The CRM's id.
    pub id: ContactId,
    /// When the CRM says that it changed, by the CRM's clock.
    pub updated: Option<DateTime<Utc>>,
    /// Whether the person, or a phone of theirs, must not be called.
    pub opted_out: bool,
    /// Values by the CRM's own attribute names, or by the names that the connector gives.
    pub fields: BTreeMap<String, Value>,
}

/// Two contacts that the CRM made one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Merge {
    /// The one that is no more.
    pub loser: ContactId,
    /// The one that it went into.
    pub winner: ContactId,
}

/// What a CRM tells of one contact's merges.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Merges {
    /// The contact that it went into, and which may be gone itself by now.
    pub into: Option<ContactId>,
    /// The contacts that went into it.
    pub losers: Vec<ContactId>,
}

impl Contact {
    /// The value of a field; `Null` where the contact has none.
    #[must_use]
    pub fn get(&self, name: &str) -> &Value {
        self.fields.get(name).unwrap_or(&Value::Null)
    }
}
