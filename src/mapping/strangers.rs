//! What becomes of a lead that no contact has: which calls make it one, and what a contact that is made for it says.
//!
//! Whether there is a contact is not known here: whoever asks looks for it.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::{Call, Contact, ContactId, FieldName, LeadField, LeadRow, Phone, Value};

use super::calls::Setting;
use super::program::Program;
use super::source;
use super::variables::{self, Variable};

/// What is done with such leads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Then {
    /// A person decides.
    Hold,
    /// The one contact with the phone is linked.
    Match,
    /// The same, and where there is none, one is made.
    Create,
}

/// `[without_contact]`, where it says more than `ignore`.
#[derive(Debug, Clone)]
pub struct WithoutContact {
    pub(super) then: Then,
    /// In capitals; `None` for all.
    pub(super) statuses: Option<BTreeSet<String>>,
    /// In-groups and campaigns in capitals; `None` for all.
    pub(super) groups: Option<BTreeSet<String>>,
    pub(super) key: Option<String>,
    pub(super) set: BTreeMap<String, Setting>,
}

/// What begins the names of the lead's columns in texts.
const LEAD: &str = "lead_";

/// The variable of the lead's number with its country code.
const PHONE: &str = "lead_phone";

/// The names that texts for a new contact may use.
pub(super) fn names() -> Vec<String> {
    let columns = LeadField::ALL.iter().map(|field| format!("{LEAD}{}", field.name()));
    Variable::NAMES.iter().map(|name| (*name).to_owned()).chain([PHONE.to_owned()]).chain(columns).collect()
}

/// The column that a name stands for. The lead's number is a fact of the call.
pub(super) fn column(name: &str) -> Option<LeadField> {
    LeadField::from_name(name.strip_prefix(LEAD)?)
}

/// What a name stands for.
pub(super) fn fact(name: &str, row: &LeadRow, phone: &Phone, call: &Call, call_count: u64) -> Value {
    if name == PHONE {
        return Value::Text(phone.e164());
    }
    match column(name) {
        Some(field) => row.values.get(&FieldName::Standard(field)).map_or(Value::Null, |text| Value::Text(text.trim().to_owned())),
        None => variables::fact(name, call, call_count),
    }
}

impl WithoutContact {
    /// What is done.
    #[must_use]
    pub fn then(&self) -> Then {
        self.then
    }

    /// The attribute that keeps whose a contact is that was made.
    #[must_use]
    pub fn key(&self) -> Option<&str> {
        self.key.as_deref()
    }

    /// Whether a call that ended makes its lead one of these.
    #[must_use]
    pub fn takes(&self, call: &Call) -> bool {
        let is_in = |words: &Option<BTreeSet<String>>, word: &str| words.as_ref().is_none_or(|words| words.contains(&word.to_uppercase()));
        is_in(&self.statuses, &call.status) && is_in(&self.groups, call.campaign.as_str())
    }

    fn columns(&self) -> impl Iterator<Item = LeadField> {
        let texts = self.set.values().filter_map(|setting| match setting {
            Setting::Constant(_) => None,
            Setting::Filled(template) => Some(template),
        });
        texts.flat_map(|template| template.names().filter_map(|name| column(&name.text)))
    }
}

impl Program {
    /// What becomes of leads that no contact has; `None` where nothing does.
    #[must_use]
    pub fn without_contact(&self) -> Option<&WithoutContact> {
        self.without_contact.as_ref()
    }

    /// The attributes that a contact is made with, beside its phone.
    #[must_use]
    pub fn created_names(&self) -> BTreeSet<String> {
        let Some(rule) = &self.without_contact else { return BTreeSet::new() };
        rule.set.keys().chain(&rule.key).cloned().collect()
    }

    /// The attributes that a contact's phones stand in, those of slots among them.
    #[must_use]
    pub fn phone_names(&self) -> BTreeSet<String> {
        let slots = self.slots.iter().flat_map(|rule| &rule.phone.from);
        self.phone.from.iter().chain(slots).filter(|name| *name != source::ID).cloned().collect()
    }

    /// The columns that must be read of a lead without a contact: those of the mapping, its phone, and what a new contact is made of.
    #[must_use]
    pub fn stranger_fields(&self) -> BTreeSet<FieldName> {
        let own = self.without_contact.iter().flat_map(WithoutContact::columns).map(FieldName::Standard);
        self.lead_fields().into_iter().chain(own).collect()
    }

    /// The number of a lead, as contacts are dialed by it.
    ///
    /// # Errors
    /// A stable word and a sentence: it is none, or one of a country that is not dialed.
    pub fn stranger_phone(&self, row: &LeadRow) -> Result<Phone, (&'static str, String)> {
        let of = |field: LeadField| row.values.get(&FieldName::Standard(field)).map_or("", |text| text.trim());
        self.phone.of_caller(of(LeadField::PhoneCode), of(LeadField::PhoneNumber))
    }

    /// Whether one of a contact's numbers is exactly this one.
    #[must_use]
    pub fn has_phone(&self, contact: &Contact, phone: &Phone) -> bool {
        let seen = self.attributes.see(contact);
        self.phone.has(&seen, phone) || self.slots.iter().any(|rule| rule.phone.has(&seen, phone))
    }

    /// The attributes of a new contact for a lead, beside its phone and its mark: what fields of two ways bring, and what `set` says.
    #[must_use]
    pub fn new_contact(&self, row: &LeadRow, phone: &Phone, call: &Call, call_count: u64) -> BTreeMap<String, Value> {
        let nobody = Contact { id: ContactId(String::new()), updated: None, opted_out: false, fields: BTreeMap::new() };
        let phones = self.phone_names();
        let brought = row.values.iter().filter_map(|(field, shown)| self.back(field, shown, &nobody).ok());
        let mut set: BTreeMap<String, Value> = brought.filter(|(name, _)| !phones.contains(name)).collect();
        for (name, setting) in self.without_contact.iter().flat_map(|rule| &rule.set) {
            let value = match setting {
                Setting::Constant(value) => value.clone(),
                Setting::Filled(template) => template.work_out(&|name| fact(name, row, phone, call, call_count)).unwrap_or(Value::Null),
            };
            if !value.is_blank() {
                set.insert(name.clone(), value);
            }
        }
        set.retain(|_, value| !value.is_blank());
        set
    }
}
