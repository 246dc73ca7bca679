//! A field of the CRM, as the CRM describes it: what an admin may write into a mapping, and what may be set.

use serde::{Deserialize, Serialize};

/// One field of an object.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CrmField {
    /// The name as a mapping writes it.
    pub name: String,
    /// The name that people see in the CRM, where the CRM tells it.
    pub label: Option<String>,
    /// What it holds.
    pub kind: CrmFieldKind,
    /// Whether people made it, rather than the CRM's maker.
    pub is_custom: bool,
    /// Whether it can be set over the API.
    pub is_writable: bool,
}

/// What a field holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CrmFieldKind {
    /// Text; its width in characters where the CRM has one.
    Text(Option<usize>),
    /// A number.
    Number,
    /// Yes or no.
    Flag,
    /// A day.
    Date,
    /// A moment.
    Moment,
    /// One of these values.
    Choice(Vec<String>),
    /// Some of these values.
    Choices(Vec<String>),
    /// A phone number, or several.
    Phone,
    /// An e-mail address, or several.
    Email,
    /// Another record, by its id.
    Link,
    /// Something else, by the CRM's own word.
    Other(String),
}
