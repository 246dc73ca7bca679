//! A newtype for every id, so that a list is never taken for a lead.

use std::fmt;

use serde::{Deserialize, Serialize};

macro_rules! text_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub String);

        impl $name {
            /// The text of the id.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.write_str(&self.0)
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                Self(text.to_owned())
            }
        }

        impl From<String> for $name {
            fn from(text: String) -> Self {
                Self(text)
            }
        }
    };
}

macro_rules! number_id {
    ($(#[$doc:meta])* $name:ident, $number:ty) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub $number);

        impl fmt::Display for $name {
            fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(out)
            }
        }
    };
}

text_id!(
    /// The CRM's id of a contact, as the CRM spells it.
    ContactId
);
text_id!(
    /// The CRM's id of a call activity.
    ActivityId
);
text_id!(
    /// A VICIdial campaign, 1 to 8 characters.
    CampaignId
);
text_id!(
    /// A job's name in the config.
    JobName
);
number_id!(
    /// `lead_id`, the only unique key of VICIdial's lead table.
    LeadId,
    u64
);
number_id!(
    /// `list_id`; 2 to 14 digits.
    ListId,
    u64
);
number_id!(
    /// A link's row in the state.
    LinkId,
    i64
);
number_id!(
    /// An op's row in the state.
    OpId,
    i64
);
number_id!(
    /// A run's row in the state.
    RunId,
    i64
);
