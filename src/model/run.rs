//! A run's record: totals, rejections, failures, how it ended.

use serde::{Deserialize, Serialize};

use super::id::ContactId;
use super::slot::{Seat, Slot};

/// What a plan wants, or a run did, counted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Totals {
    /// Contacts that were read.
    pub read: u64,
    /// Leads added.
    pub added: u64,
    /// Leads with changed fields.
    pub updated: u64,
    /// Leads moved to another list.
    pub moved: u64,
    /// Leads found again by their code.
    pub adopted: u64,
    /// Contacts with nothing to write.
    pub unchanged: u64,
    /// Contacts that the mapping refuses.
    pub rejected: u64,
    /// Leads taken out of dialing.
    pub deactivated: u64,
    /// Leads of people who opted out, taken out of dialing.
    pub opted_out: u64,
    /// Doubles of ours taken out of dialing.
    pub doubles: u64,
    /// CRM contacts changed.
    pub patched: u64,
    /// Call activities created.
    pub logged: u64,
    /// Call activities changed.
    pub relogged: u64,
    /// Call legs read that were new or changed.
    pub legs: u64,
    /// Ops that were refused.
    pub refused: u64,
    /// Ops whose effect is not known yet.
    pub unknown: u64,
    /// Those of the changed CRM contacts to which edits of their lead went.
    pub pulled: u64,
    /// Leads deleted.
    pub deleted: u64,
    /// Of the leads found again, those that were known by the code of an older tool.
    pub matched_by_code: u64,
    /// Of the leads found again, those that were known by their phone.
    pub matched_by_phone: u64,
    /// Contacts that get no lead before a person decided which is their own.
    pub unmatched: u64,
    /// Contacts made for leads that had none.
    pub contacts: u64,
    /// Leads that no contact has and that wait for a person, as far as the run looked at them.
    pub strangers: u64,
}

/// A contact that the mapping refuses: reported, no failure.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rejection {
    /// The contact.
    pub contact: ContactId,
    /// Which of its leads is refused; the main one stands for the contact.
    #[serde(default, skip_serializing_if = "Slot::is_main")]
    pub slot: Slot,
    /// A stable word: `phone_missing`, `opted_out`.
    pub reason: String,
    /// The same in a sentence, with the value where that helps.
    pub detail: String,
}

impl Rejection {
    /// Whose lead it is about.
    #[must_use]
    pub fn seat(&self) -> Seat {
        Seat { contact: self.contact.clone(), slot: self.slot.clone() }
    }
}

/// An op or record that went wrong, kept until good.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    /// As an op's subject.
    pub subject: String,
    /// The contact to look at again.
    pub contact: Option<ContactId>,
    /// A stable code.
    pub code: String,
    /// What was said, secrets removed.
    pub raw: String,
    /// How often it failed.
    pub tries: u32,
}

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RunEnd {
    /// All well.
    Clean,
    /// Finished, with failed records or unsettled writes.
    WithFailures,
    /// Stopped by a brake or an unapproved first run: a person decides.
    Held,
    /// Stopped by trouble that a later run may not meet.
    Stopped,
    /// A login was refused, or a right is missing: nothing goes on until that is mended.
    Refused,
}
