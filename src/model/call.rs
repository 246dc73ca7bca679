//! Calls: legs as VICIdial logs them, a whole call, and the activity that a CRM keeps of one.

use std::fmt;

use chrono::{DateTime, NaiveDateTime, Utc};
use serde::{Deserialize, Serialize};

use super::id::{CampaignId, LeadId, ListId};

/// Which log a leg comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LegKind {
    /// `vicidial_log`.
    Outbound,
    /// `vicidial_closer_log`: inbound calls and transfers.
    Inbound,
}

impl LegKind {
    /// The word in keys and in the state.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Outbound => "out",
            Self::Inbound => "in",
        }
    }
}

/// What makes a leg one and the same: `uniqueid` alone does not, a transferred call keeps it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct LegKey {
    /// Which log.
    pub kind: LegKind,
    /// The lead.
    pub lead_id: LeadId,
    /// Campaign, or in-group.
    pub campaign: CampaignId,
    /// Start, server-local wall time.
    pub start: NaiveDateTime,
    /// The telephony server's id of the call.
    pub uniqueid: String,
    /// The agent, `VDAD` where there was none.
    pub user: String,
}

impl fmt::Display for LegKey {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            out,
            "{}:{}:{}:{}:{}:{}",
            self.kind.name(),
            self.lead_id,
            self.campaign,
            self.start.format("%Y%m%dT%H%M%S"),
            self.uniqueid,
            self.user
        )
    }
}

/// One row of one call's life.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Leg {
    /// Its key.
    pub key: LegKey,
    /// Start as an instant, by the server's zone.
    pub start: DateTime<Utc>,
    /// The call's status (disposition), not the lead's.
    pub status: String,
    /// `length_in_sec`.
    pub seconds: u64,
    /// The number that was dialed.
    pub phone: String,
    /// The lead's code as shown beside the call.
    pub code: String,
    /// The lead's list as shown beside the call.
    pub list_id: ListId,
    /// `term_reason`, where the export has it.
    pub term_reason: String,
}

/// A call as the mapping sees it: its legs folded into one, with the final status.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Call {
    /// What makes it one: the key of the call's first leg, hashed to 26 characters.
    pub key: String,
    /// The lead.
    pub lead_id: LeadId,
    /// The disposition: the status of the leg that decides.
    pub status: String,
    /// The agent of that leg, `VDAD` where there was none.
    pub user: String,
    /// Campaign, or in-group, of that leg.
    pub campaign: CampaignId,
    /// The lead's list as shown beside that leg.
    pub list_id: ListId,
    /// Start of the first leg.
    pub start: DateTime<Utc>,
    /// End of the last leg.
    pub end: DateTime<Utc>,
    /// Seconds of talk and wait over all legs.
    pub seconds: u64,
    /// Whether the person called us.
    pub is_inbound: bool,
    /// The number, digits.
    pub phone: String,
}

/// A call as a CRM keeps it. The connector turns it into its own JSON.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Activity {
    /// What makes it one: the key of the call's first leg, hashed to 26 characters. Stands in the CRM's record.
    pub key: String,
    /// A line for the list of activities.
    pub title: String,
    /// The note's text.
    pub note: String,
    /// The disposition.
    pub status: String,
    /// Whether a human answered.
    pub is_answered: bool,
    /// Inbound or outbound.
    pub is_inbound: bool,
    /// Start.
    pub start: DateTime<Utc>,
    /// End: never before the start.
    pub end: DateTime<Utc>,
    /// The CRM's id of the user it is logged for.
    pub user: Option<String>,
    /// The phone, digits.
    pub phone: String,
}

impl Activity {
    /// Hash of all that is written, 32 hexadecimal digits: the same activity is not written twice.
    #[must_use]
    pub fn hash(&self) -> String {
        let text = serde_json::to_vec(self).expect("an activity is plain data");
        blake3::hash(&text).to_hex()[..32].to_owned()
    }
}
