//! Which of a contact's leads: a contact may have several, each for one of its phones.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::id::ContactId;

/// The main lead, which every contact has or is to have; or one of the mapping's `[[slot]]`s, by its name. The name is what makes it the same
/// slot tomorrow: codes are derived from it, and its place among the others says nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Slot(String);

impl Slot {
    /// The main lead's.
    #[must_use]
    pub fn main() -> Self {
        Self::default()
    }

    /// Characters of the longest name that a person may give.
    pub const NAME_MAX: usize = 20;

    /// The slot of that name, as a person may write it: letters of ASCII, digits, `_` and `-`. It stands in messages, and codes are derived from it.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
        ((1..=Self::NAME_MAX).contains(&name.len()) && name.bytes().all(is_plain)).then(|| Self::named(name))
    }

    /// The same slot of a job that has a slot of its own: `JOB/SLOT`, which no person can write. Where the job has none it is the slot itself.
    #[must_use]
    pub fn of_job(&self, job: &Self) -> Self {
        if job.is_main() { self.clone() } else { Self(format!("{}/{}", job.0, self.0)) }
    }

    /// That of a name as it was kept; a blank one is the main lead's.
    #[must_use]
    pub fn named(name: &str) -> Self {
        Self(name.to_owned())
    }

    /// Whether it is the main lead's.
    #[must_use]
    pub fn is_main(&self) -> bool {
        self.0.is_empty()
    }

    /// Its name, empty for the main lead's: as the state keeps it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// One of a contact's leads, there or not.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Seat {
    /// The contact.
    pub contact: ContactId,
    /// Which of its leads.
    pub slot: Slot,
}

impl Seat {
    /// A contact's main lead.
    #[must_use]
    pub fn main(contact: &ContactId) -> Self {
        Self { contact: contact.clone(), slot: Slot::main() }
    }
}

impl From<&str> for Seat {
    /// The main lead of the contact of that id.
    fn from(contact: &str) -> Self {
        Self::main(&contact.into())
    }
}

impl fmt::Display for Seat {
    /// The contact's id; of a further lead `ID/SLOT`.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.slot.is_main() { write!(out, "{}", self.contact) } else { write!(out, "{}/{}", self.contact, self.slot.as_str()) }
    }
}
