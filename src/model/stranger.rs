//! A lead that no contact of the CRM has, seen by its calls.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::id::{CampaignId, LeadId};

/// A lead without a contact that waits for a person: reported, no failure.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stranger {
    /// The lead.
    pub lead: LeadId,
    /// Its number, digits as VICIdial shows them.
    pub phone: String,
    /// How its newest call ended that the rule takes.
    pub status: String,
    /// The in-group, or campaign, of that call.
    pub campaign: CampaignId,
    /// Why it waits, a stable word: `no_contact`, `several_contacts`.
    pub reason: String,
    /// The same in a sentence, with the candidates.
    pub detail: String,
    /// Its first call.
    pub first_at: DateTime<Utc>,
    /// Its newest one.
    pub last_at: DateTime<Utc>,
}

/// The subject of ops and failures about a lead without a contact.
#[must_use]
pub fn stranger_subject(lead: LeadId) -> String {
    format!("stranger:{lead}")
}
