//! What becomes of the lead of a contact that left, by why it left; and a status that the CRM may set.

use serde::{Deserialize, Serialize};

use super::id::ListId;

/// What becomes of a lead whose contact left.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Fate {
    /// It gets the leaving status and is taken out of dialing.
    #[default]
    Deactivate,
    /// It stays as it is, and is dialed on; nothing is written to it while its contact is away.
    Keep,
    /// As `Deactivate`, and it moves to another list.
    Move(ListId),
    /// As `Deactivate`, and then it is deleted, unless somebody changed or called it meanwhile.
    Delete,
}

/// Fates by why a contact left.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Fates {
    /// The CRM no longer has the contact.
    pub gone: Fate,
    /// The filter leaves it out.
    pub filtered: Fate,
    /// The mapping refuses it.
    pub rejected: Fate,
}

impl Fates {
    /// All, with the words by which a mapping names them.
    #[must_use]
    pub fn all(self) -> [(&'static str, Fate); 3] {
        [("gone", self.gone), ("filtered", self.filtered), ("rejected", self.rejected)]
    }

    /// The lists that leads move to.
    pub fn lists(self) -> impl Iterator<Item = ListId> {
        self.all().into_iter().filter_map(|(_, fate)| match fate {
            Fate::Move(list) => Some(list),
            Fate::Deactivate | Fate::Keep | Fate::Delete => None,
        })
    }
}

/// A status that the CRM sets: out of these statuses and no other, in capitals or not as the mapping has them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StatusRule {
    /// Statuses that the lead may have before.
    pub from: Vec<String>,
    /// The status that it gets.
    pub to: String,
}

impl StatusRule {
    /// Whether a lead with that status gets the other one. VICIdial's database does not tell capitals from small letters.
    #[must_use]
    pub fn takes(&self, status: &str) -> bool {
        self.from.iter().any(|from| from.eq_ignore_ascii_case(status))
    }
}
