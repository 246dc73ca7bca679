//! A link: contact and lead known to be one, with what each side last showed.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::code::VendorLeadCode;
use super::contact::Value;
use super::field::FieldName;
use super::id::{ContactId, LeadId, LinkId, ListId};
use super::slot::{Seat, Slot};

/// What the two sides last showed of one field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pair {
    /// What the mapping made of the contact.
    pub crm: String,
    /// What VICIdial showed, or will show after our last write.
    pub vicidial: String,
}

/// The base of a link.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Base {
    /// Lead fields, by name.
    #[serde(default)]
    pub fields: BTreeMap<FieldName, Pair>,
    /// CRM attributes that calls set, as we last wrote them.
    #[serde(default)]
    pub pulled: BTreeMap<String, Value>,
    /// The status that the lead had before it left, to be put back when its contact comes back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub left_status: Option<String>,
    /// The list that the lead was in when it left, to be put back where its list does not follow the rules.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub left_list: Option<ListId>,
    /// Whether somebody changed or called the lead when it was to be deleted: then a person decides. Nothing where it never was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub is_spared: Option<bool>,
    /// The list that the rules said last, where they do not move leads; the lead's own where they agree.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ruled_list: Option<ListId>,
    /// The status that the rules asked for last; empty where they asked for none, nothing where they never asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ruled_status: Option<String>,
    /// What the lead carries as its code, blank for nothing, as long as ours is not written on it yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub carries: Option<String>,
    /// Further leads that the contact had and that were deleted: their calls are the contact's.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub former: BTreeSet<LeadId>,
}

/// Where a link stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LinkState {
    /// Its lead is to be added; `lead_id` is not known yet.
    Wanted,
    /// Its lead is live.
    Live,
    /// The contact left (gone, filtered out, rejected): its lead was taken out of dialing.
    Left,
    /// The person opted out: its lead was taken out of dialing, and nothing here puts it back.
    OptedOut,
    /// VICIdial no longer has the lead (deleted or archived): reported, never added again by itself.
    LeadMissing,
}

impl LinkState {
    /// The word in the state database and in `--json`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Wanted => "wanted",
            Self::Live => "live",
            Self::Left => "left",
            Self::OptedOut => "opted_out",
            Self::LeadMissing => "lead_missing",
        }
    }

    /// The state of that word.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Wanted, Self::Live, Self::Left, Self::OptedOut, Self::LeadMissing].into_iter().find(|state| state.name() == name)
    }
}

/// A link of one job.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// Its row; 0 before it was kept.
    pub id: LinkId,
    /// The contact.
    pub contact: ContactId,
    /// Which of the contact's leads.
    pub slot: Slot,
    /// The lead, once it is known.
    pub lead_id: Option<LeadId>,
    /// The code that marks the lead: ours, or the one of an older tool by which it was known.
    pub code: VendorLeadCode,
    /// The list where we last put it or saw it.
    pub list_id: ListId,
    /// The phone as last pushed, E.164.
    pub phone: String,
    /// Where it stands.
    pub state: LinkState,
    /// What each side last showed.
    pub base: Base,
    /// Fingerprint of the contact as the mapping last saw it (with the mapping's hash): equal means nothing to decide.
    pub fingerprint: String,
}

impl Link {
    /// Whose lead it is of.
    #[must_use]
    pub fn seat(&self) -> Seat {
        Seat { contact: self.contact.clone(), slot: self.slot.clone() }
    }

    /// Whether its lead may carry this as its code: the link's own, or what it carries until that is written.
    #[must_use]
    pub fn knows_code(&self, shown: &str) -> bool {
        self.code.as_str() == shown || self.base.carries.as_deref() == Some(shown)
    }
}
