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

impl CrmFieldKind {
    /// The word for it; the CRM's own for what is something else.
    #[must_use]
    pub fn word(&self) -> &str {
        match self {
            Self::Text(_) => "text",
            Self::Number => "number",
            Self::Flag => "flag",
            Self::Date => "date",
            Self::Moment => "moment",
            Self::Choice(_) => "choice",
            Self::Choices(_) => "choices",
            Self::Phone => "phone",
            Self::Email => "email",
            Self::Link => "link",
            Self::Other(word) => word,
        }
    }

    /// The most characters, where there is such a limit.
    #[must_use]
    pub fn width(&self) -> Option<usize> {
        match self {
            Self::Text(width) => *width,
            Self::Number
            | Self::Flag
            | Self::Date
            | Self::Moment
            | Self::Choice(_)
            | Self::Choices(_)
            | Self::Phone
            | Self::Email
            | Self::Link
            | Self::Other(_) => None,
        }
    }

    /// The values that it can have, where they are few.
    #[must_use]
    pub fn options(&self) -> &[String] {
        match self {
            Self::Choice(options) | Self::Choices(options) => options,
            Self::Text(_)
            | Self::Number
            | Self::Flag
            | Self::Date
            | Self::Moment
            | Self::Phone
            | Self::Email
            | Self::Link
            | Self::Other(_) => &[],
        }
    }
}
