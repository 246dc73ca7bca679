//! VICIdial's row: as a mapping wants it, as VICIdial will show it, as VICIdial showed it, and a change of it.

use std::collections::BTreeMap;

use chrono::NaiveDateTime;
use serde::{Deserialize, Serialize};

use super::code::VendorLeadCode;
use super::field::{FieldName, LeadField};
use super::fields::Fields;
use super::id::{LeadId, ListId};
use super::intake::TzMethod;
use super::phone::Phone;

/// A lead as the mapping wants it: values as the mapping made them, before VICIdial cuts or drops anything.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lead {
    /// The list that it belongs to.
    pub list_id: ListId,
    /// The number to dial.
    pub phone: Phone,
    /// All mapped fields but list, phone and code. A blank value is kept as an empty text.
    pub fields: Fields,
}

impl Lead {
    /// All values by field, phone code and number among them.
    #[must_use]
    pub fn values(&self) -> BTreeMap<FieldName, String> {
        let mut values = BTreeMap::from(&self.fields);
        values.insert(FieldName::Standard(LeadField::PhoneCode), self.phone.code.clone());
        values.insert(FieldName::Standard(LeadField::PhoneNumber), self.phone.number.clone());
        values
    }
}

/// What VICIdial will show after a write: values after its filters and widths. Made by `vicidial::stored` alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredLead(pub BTreeMap<FieldName, String>);

/// A lead as VICIdial showed it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeadRow {
    /// Its id.
    pub lead_id: LeadId,
    /// Its `vendor_lead_code`, ours or anybody's.
    pub code: String,
    /// Its list.
    pub list_id: ListId,
    /// Its present status.
    pub status: String,
    /// Calls so far.
    pub called_count: u64,
    /// `modify_date`, server-local, where the route shows it.
    pub modified: Option<NaiveDateTime>,
    /// The other fields that the route showed. An empty text is a blank.
    pub values: BTreeMap<FieldName, String>,
}

/// One change of a lead, all in one `update_lead`.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct LeadChange {
    /// Fields to set; an empty text clears the field. Phone code and number travel together.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub fields: BTreeMap<FieldName, String>,
    /// The list to move to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub list_id: Option<ListId>,
    /// The status to set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<String>,
    /// By what the time zone is found, where something changes that it goes by ([`LeadChange::moves_zone`]).
    #[serde(default, skip_serializing_if = "TzMethod::is_own")]
    pub tz_method: TzMethod,
    /// The `vendor_lead_code` to write: one of ours, onto a lead that carries none, or the one that stands in what was there before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<VendorLeadCode>,
}

impl LeadChange {
    /// Whether the lead may be in another time zone afterwards: its phone changes, or the field that its method goes by.
    #[must_use]
    pub fn moves_zone(&self) -> bool {
        let decides = |field: LeadField| self.fields.contains_key(&FieldName::Standard(field));
        decides(LeadField::PhoneCode) || decides(LeadField::PhoneNumber) || self.tz_method.field().is_some_and(decides)
    }
}
