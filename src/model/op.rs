//! An op: one intended write, and what became of it. Whatever writes to either system is one of these first.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::call::Activity;
use super::contact::Value;
use super::field::FieldName;
use super::id::{ActivityId, ContactId, LeadId, LinkId, ListId, OpId};
use super::intake::Intake;
use super::lead::{Lead, LeadChange};
use super::leaving::StatusRule;
use super::link::{Base, LinkState};
use super::phone::Phone;
use super::slot::{Seat, Slot};

/// The connection that an op is sent to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Target {
    /// VICIdial.
    Vicidial,
    /// The CRM.
    Crm,
}

/// Ops of one kind and urgency. The order is that in which a run drains them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Lane {
    /// Leads of people who opted out leave dialing: before everything.
    Dnc,
    /// New leads.
    Create,
    /// Custom fields, in a second call.
    Custom,
    /// Changed fields, moves, and leads that come back.
    Update,
    /// New contacts, for leads that have none.
    Contact,
    /// CRM properties.
    Patch,
    /// Call activities.
    Activity,
    /// Leads whose contact left, and doubles of ours.
    Deactivate,
    /// Leads that left and are deleted.
    Delete,
}

impl Lane {
    /// All, in order.
    pub const ALL: [Self; 9] =
        [Self::Dnc, Self::Create, Self::Custom, Self::Update, Self::Contact, Self::Patch, Self::Activity, Self::Deactivate, Self::Delete];

    /// The word in the state and in `--json`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Dnc => "dnc",
            Self::Create => "create",
            Self::Custom => "custom",
            Self::Update => "update",
            Self::Contact => "contact",
            Self::Patch => "patch",
            Self::Activity => "activity",
            Self::Deactivate => "deactivate",
            Self::Delete => "delete",
        }
    }

    /// The lane of that word.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|lane| lane.name() == name)
    }

    /// Where its ops go.
    #[must_use]
    pub fn target(self) -> Target {
        match self {
            Self::Dnc | Self::Create | Self::Custom | Self::Update | Self::Deactivate | Self::Delete => Target::Vicidial,
            Self::Contact | Self::Patch | Self::Activity => Target::Crm,
        }
    }
}

/// What an op writes. Kept as JSON in the journal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Payload {
    /// `add_lead`; class creating, found again by its code. Custom fields follow in their own op.
    AddLead {
        /// The lead, custom fields included (they are not sent here).
        lead: Lead,
        /// What VICIdial is told beside.
        #[serde(default, skip_serializing_if = "Intake::is_plain")]
        intake: Intake,
    },
    /// Custom fields by `update_lead`; class absolute.
    SetCustom {
        /// Labels and values.
        values: BTreeMap<String, String>,
    },
    /// Fields, list or status of a lead; class absolute.
    UpdateLead {
        /// What is set.
        change: LeadChange,
        /// What VICIdial last showed of the same things.
        before: LeadChange,
        /// Whether the lead comes back from `Left`: its status goes from the leaving status to NEW, if it still is that.
        is_return: bool,
    },
    /// Takes the lead out of dialing: status and list, then hopper and callbacks, then looked at again; class absolute.
    Deactivate {
        /// The status that it gets.
        status: String,
        /// Statuses that are left as they are, because a lead with them is not dialed.
        keep: Vec<String>,
        /// What the link becomes.
        then: LinkState,
        /// Another lead than the link's: a double of ours.
        double: Option<LeadId>,
        /// The list that it moves to.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        list: Option<ListId>,
    },
    /// CRM attributes; class absolute.
    PatchContact {
        /// The contact.
        contact: ContactId,
        /// Attributes and their values.
        set: BTreeMap<String, Value>,
    },
    /// A call activity; class creating, found again by its key among the contact's own.
    LogCall {
        /// The contact.
        contact: ContactId,
        /// The call.
        activity: Activity,
        /// The activity that exists already and is to be changed.
        existing: Option<ActivityId>,
    },
    /// A status that the CRM sets, out of others and no other; class absolute.
    SetStatus {
        /// The rule.
        rule: StatusRule,
    },
    /// Deletes a lead that left dialing; class absolute: not there is done.
    DeleteLead {
        /// Statuses of a lead that left dialing. With another one it is not deleted.
        out: Vec<String>,
        /// What the lead showed when this was planned, and how often it was called. What differs was changed since. Nothing where it was not looked at.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        shown: Option<Shown>,
    },
    /// A contact for a lead that has none; class creating, found again by its mark.
    CreateContact {
        /// The lead.
        lead: LeadId,
        /// Its phone, which the contact gets.
        phone: Phone,
        /// The attributes that a contact's phones stand in: nobody who has this one is made again.
        phones: BTreeSet<String>,
        /// Contacts that a search for the phone found, and that have another one.
        others: BTreeSet<ContactId>,
        /// The attribute that holds the mark.
        key: String,
        /// The mark: VICIdial's connection and the lead.
        mark: String,
        /// The other attributes and their values.
        set: BTreeMap<String, Value>,
    },
}

/// What a lead showed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shown {
    /// Its fields.
    pub fields: BTreeMap<FieldName, String>,
    /// Its calls so far.
    pub called: u64,
}

impl Payload {
    /// The lead that it adds, if it adds one.
    #[must_use]
    pub fn added(&self) -> Option<&Lead> {
        match self {
            Self::AddLead { lead, .. } => Some(lead),
            Self::SetCustom { .. }
            | Self::UpdateLead { .. }
            | Self::Deactivate { .. }
            | Self::PatchContact { .. }
            | Self::LogCall { .. }
            | Self::SetStatus { .. }
            | Self::DeleteLead { .. }
            | Self::CreateContact { .. } => None,
        }
    }

    /// Its kind: with lane and subject it makes an open op unique.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::AddLead { .. } => "add_lead",
            Self::SetCustom { .. } => "set_custom",
            Self::UpdateLead { .. } => "update_lead",
            Self::Deactivate { .. } => "deactivate",
            Self::PatchContact { .. } => "patch_contact",
            Self::LogCall { .. } => "log_call",
            Self::SetStatus { .. } => "set_status",
            Self::DeleteLead { .. } => "delete_lead",
            Self::CreateContact { .. } => "create_contact",
        }
    }
}

/// Where an op stands. intended → sent → done | refused | unknown | intended; unknown → done | intended | superseded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OpState {
    /// To be sent.
    Intended,
    /// Marked as sent, before it was.
    Sent,
    /// It may have taken effect.
    Unknown,
    /// It took effect.
    Done,
    /// The other side turned it down.
    Refused,
    /// A newer plan, or a look, made it pointless.
    Superseded,
}

impl OpState {
    /// The word in the state.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Intended => "intended",
            Self::Sent => "sent",
            Self::Unknown => "unknown",
            Self::Done => "done",
            Self::Refused => "refused",
            Self::Superseded => "superseded",
        }
    }

    /// The state of that word.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Intended, Self::Sent, Self::Unknown, Self::Done, Self::Refused, Self::Superseded]
            .into_iter()
            .find(|state| state.name() == name)
    }
}

/// One intended write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Op {
    /// Its row; 0 before it was kept.
    pub id: OpId,
    /// The lane it travels in.
    pub lane: Lane,
    /// What it is about: `contact:SEAT` for the contact's lead, `lead:ID` for doubles, `patch:ID` for CRM attributes that calls set,
    /// `edit:SEAT` for those that VICIdial's edits go to, `call:KEY` for activities, `stranger:ID` for a lead that no contact has.
    pub subject: String,
    /// The link it belongs to; none in a plan for a link that the same plan makes (found by contact and slot).
    pub link: Option<LinkId>,
    /// The contact it belongs to, for people who ask; an empty id where it is yet to be made.
    pub contact: ContactId,
    /// Which of the contact's leads it belongs to.
    pub slot: Slot,
    /// What it writes.
    pub payload: Payload,
    /// The base's fields once it is done: what each side will have shown.
    pub base_after: Base,
    /// Why, in the admin's words.
    pub reason: String,
    /// Where it stands.
    pub state: OpState,
    /// How often it was sent.
    pub tries: u32,
}

impl Op {
    /// Whose lead it is about.
    #[must_use]
    pub fn seat(&self) -> Seat {
        Seat { contact: self.contact.clone(), slot: self.slot.clone() }
    }

    /// The subject of a pull: edits in VICIdial that go to a contact. Calls write to contacts under another one, so that neither waits for the other.
    #[must_use]
    pub fn pull_of(seat: &Seat) -> String {
        format!("edit:{seat}")
    }

    /// Whether it is one.
    #[must_use]
    pub fn is_pull(&self) -> bool {
        self.lane == Lane::Patch && self.subject == Self::pull_of(&self.seat())
    }
}

/// What a sent op came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// It took effect.
    Done {
        /// The lead's id, of a create.
        lead_id: Option<LeadId>,
        /// The activity's id, of an activity.
        activity: Option<ActivityId>,
    },
    /// Turned down: nothing was written, and sending the same again would not help.
    Refused {
        /// A stable code.
        code: String,
        /// What the other side said, secrets removed.
        raw: String,
    },
    /// It may have taken effect; the connection closed now.
    Unknown {
        /// What was seen.
        raw: String,
    },
    /// Nothing was written; to be sent again.
    NotSent,
    /// A look showed that the world moved on: the contact is looked at again.
    Superseded {
        /// What was seen.
        why: String,
    },
    /// A contact was made, or found to be made.
    Made {
        /// The contact.
        contact: ContactId,
    },
}

/// What is recorded of one op in one commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpResult {
    /// The op.
    pub op: Op,
    /// What it came to.
    pub outcome: Outcome,
}

#[cfg(test)]
mod tests {
    use super::super::intake::{Hopper, TzMethod};
    use super::*;

    /// Ops of states that an older release left open.
    #[test]
    fn what_an_older_release_planned_is_read() {
        let add = r#"{"kind":"add_lead","lead":{"list_id":1001,"phone":{"code":"1","number":"2025550101"},"fields":{}}}"#;
        let Ok(Payload::AddLead { intake, lead }) = serde_json::from_str(add) else { panic!("it is an add") };
        assert!(intake.is_plain());
        assert_eq!(serde_json::to_string(&Payload::AddLead { lead: lead.clone(), intake }).ok().as_deref(), Some(add));
        let update = r#"{"kind":"update_lead","change":{"fields":{"city":"Tampa"}},"before":{},"is_return":false}"#;
        let Ok(payload @ Payload::UpdateLead { .. }) = serde_json::from_str::<Payload>(update) else { panic!("it is an update") };
        assert_eq!(serde_json::to_string(&payload).ok().as_deref(), Some(update));
        let intake = Intake { tz_method: TzMethod::TzCode, hopper: Some(Hopper { priority: -7, checks_local_time: true }) };
        let told = Payload::AddLead { lead, intake };
        let text = serde_json::to_string(&told).unwrap_or_default();
        assert!(text.contains(r#""intake":{"tz_method":"tz_code","hopper":{"priority":-7,"checks_local_time":true}}"#), "{text}");
        assert_eq!(serde_json::from_str::<Payload>(&text).ok(), Some(told));
    }
}
