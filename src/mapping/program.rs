//! A checked mapping, and what it makes of a contact.
//!
//! The order in which a contact is judged: the filter (not ours at all), the opt-out (never dialed), the list, the phone. The first
//! that speaks against it is the reason that people see.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use chrono::{DateTime, Utc};

use crate::diag::Place;
use crate::diag::names::Named;
use crate::model::{
    Call, Contact, Fates, FieldName, Fields, Intake, Lead, LeadField, ListChange, ListId, Matching, Rejection, Slot, StatusRule, Value, Way,
};

use super::attributes::{Attributes, Seen};
use super::calls::{Calls, Disposed};
use super::condition::Conditions;
use super::fields::FieldRule;
use super::flags::{Flag, StatusFlags};
use super::phone::PhoneRule;
use super::slots::SlotRule;
use super::source;
use super::strangers::WithoutContact;
use super::trace_read::Places;
use super::trial::{self, TestOutcome, Trial};

/// A mapping that was read and checked.
#[derive(Debug, Clone)]
pub struct Program {
    pub(super) object: String,
    pub(super) hash: String,
    pub(super) filter: Conditions,
    pub(super) lists: Vec<ListRule>,
    pub(super) list_default: Destination,
    pub(super) list_change: ListChange,
    pub(super) intake: Intake,
    pub(super) matching: Option<Matching>,
    pub(super) phone: PhoneRule,
    /// The further leads of a contact, in the order of the text.
    pub(super) slots: Vec<SlotRule>,
    pub(super) fields: BTreeMap<FieldName, FieldRule>,
    /// The names of those fields, in their order: all leads share them.
    pub(super) filled: Arc<[FieldName]>,
    /// What the rules read of a contact.
    pub(super) attributes: Attributes,
    pub(super) leaving: Leaving,
    pub(super) opt_out_status: String,
    pub(super) statuses: Vec<RuledStatus>,
    pub(super) calls: Calls,
    pub(super) without_contact: Option<WithoutContact>,
    pub(super) trials: Vec<Trial>,
    /// Where the text names things of the CRM and of VICIdial.
    pub(super) names: Vec<Named>,
    pub(super) places: Places,
}

/// A rule of `[[list]]`.
#[derive(Debug, Clone)]
pub(super) struct ListRule {
    pub(super) when: Conditions,
    pub(super) then: Destination,
}

/// A rule of `[[status]]`.
#[derive(Debug, Clone)]
pub(super) struct RuledStatus {
    pub(super) when: Conditions,
    pub(super) then: StatusRule,
    /// Where each status of `from` stands.
    pub(super) places: Vec<Place>,
}

/// Where a contact goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Destination {
    List(ListId),
    Reject,
}

impl Destination {
    /// The list, if it is one.
    pub(super) fn list(self) -> Option<ListId> {
        match self {
            Self::List(list) => Some(list),
            Self::Reject => None,
        }
    }
}

/// What happens to the lead of a contact that left.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Leaving {
    /// The status that its lead gets.
    pub status: String,
    /// Statuses that stay as they are.
    pub keep: Vec<String>,
    /// What becomes of it, by why the contact left.
    pub fates: Fates,
}

/// What a contact becomes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Mapped {
    /// A lead.
    Lead(Lead),
    /// No lead, though the filter lets the contact in: `opted_out`, `no_list`, `phone_missing`, `phone_invalid`, `phone_foreign`, `template_failed`.
    Rejected(Rejection),
    /// Not one of this job's contacts.
    Filtered {
        /// The condition that does not hold.
        why: String,
    },
}

impl Mapped {
    /// The lead, if it is one.
    #[must_use]
    pub fn lead(self) -> Option<Lead> {
        match self {
            Self::Lead(lead) => Some(lead),
            Self::Rejected(_) | Self::Filtered { .. } => None,
        }
    }
}

/// The main lead of a contact, refused.
pub(super) fn rejected(contact: &Contact, reason: &str, detail: String) -> Mapped {
    Mapped::Rejected(Rejection { contact: contact.id.clone(), slot: Slot::main(), reason: reason.to_owned(), detail })
}

impl Program {
    /// The CRM's object: `Contact`.
    #[must_use]
    pub fn object(&self) -> &str {
        &self.object
    }

    /// Hash of the file's text and of how this release reads it, hex: another hash means that every contact is looked at again.
    #[must_use]
    pub fn hash(&self) -> &str {
        &self.hash
    }

    /// The attributes that the CRM must be asked for.
    #[must_use]
    pub fn contact_fields(&self) -> BTreeSet<String> {
        let conditions = self.lists.iter().map(|rule| &rule.when).chain([&self.filter]);
        let conditions = conditions.chain(self.statuses.iter().map(|rule| &rule.when));
        let tested = conditions.flat_map(Conditions::fields);
        let read = self.fields.values().flat_map(FieldRule::reads).chain(self.phone.reads());
        let read = read.chain(self.slots.iter().flat_map(|rule| rule.phone.reads()));
        let read = read.chain(self.matching.iter().filter_map(|matching| matching.code_from.as_deref()));
        let key = self.without_contact.iter().filter_map(WithoutContact::key);
        tested.chain(read).chain(key).filter(|name| *name != source::ID).map(str::to_owned).collect()
    }

    /// The attributes that calls set.
    #[must_use]
    pub fn patch_names(&self) -> BTreeSet<String> {
        self.calls.patch_names()
    }

    /// The lists that leads of contacts can go to, those of slots among them.
    #[must_use]
    pub fn lists(&self) -> BTreeSet<ListId> {
        let contacts = self.lists.iter().map(|rule| rule.then).chain([self.list_default]).filter_map(Destination::list);
        contacts.chain(self.slots.iter().filter_map(|rule| rule.list)).collect()
    }

    /// Labels of the custom fields that are filled.
    #[must_use]
    pub fn custom_labels(&self) -> BTreeSet<String> {
        let labels = self.fields.keys().filter_map(|field| match field {
            FieldName::Custom(label) => Some(label.clone()),
            FieldName::Standard(_) => None,
        });
        labels.collect()
    }

    /// All fields that are filled, phone code and number among them.
    #[must_use]
    pub fn lead_fields(&self) -> BTreeSet<FieldName> {
        let phone = [LeadField::PhoneCode, LeadField::PhoneNumber];
        let phones = phone.iter().chain(&self.phone.others).copied().map(FieldName::Standard);
        self.fields.keys().cloned().chain(phones).collect()
    }

    /// What a contact's main lead becomes. Those of its slots: [`Program::leads`].
    #[must_use]
    pub fn map(&self, contact: &Contact) -> Mapped {
        let seen = self.attributes.see(contact);
        let list_id = match self.destined(&seen) {
            Ok(list) => list,
            Err(mapped) => return mapped,
        };
        let found = match self.phone.find_beside(&seen, &self.numbers_of_slots(&seen)) {
            Ok(found) => found,
            Err(no_phone) => return rejected(contact, no_phone.reason, no_phone.detail),
        };
        let mut fields = match self.texts(&seen) {
            Ok(fields) => fields,
            Err(mapped) => return mapped,
        };
        fields.extend(found.others.into_iter().map(|(field, digits)| (FieldName::Standard(field), digits)));
        Mapped::Lead(Lead { list_id, phone: found.phone, fields })
    }

    /// The list of a contact that may be dialed, or what becomes of all its leads instead.
    pub(super) fn destined(&self, seen: &Seen<'_>) -> Result<ListId, Mapped> {
        if let Some(broken) = self.filter.broken(seen) {
            return Err(Mapped::Filtered { why: format!("the filter wants that {broken}") });
        }
        if seen.contact.opted_out {
            return Err(rejected(seen.contact, "opted_out", "the person, or the number, must not be called".to_owned()));
        }
        let rule = self.lists.iter().find(|rule| rule.when.hold(seen));
        let list = rule.map_or(self.list_default, |rule| rule.then).list();
        list.ok_or_else(|| rejected(seen.contact, "no_list", "no list rule takes this contact".to_owned()))
    }

    /// The fields that all leads of a contact have; or what becomes of them all where one cannot be worked out.
    pub(super) fn texts(&self, seen: &Seen<'_>) -> Result<Fields, Mapped> {
        let value = |field: &FieldName| self.fields.get(field).map_or(Ok(String::new()), |rule| rule.value(seen));
        let texts = self.filled.iter().zip(seen.made()).map(|(field, made)| match made {
            Some(text) => Ok(text),
            None => value(field).map(Cow::Owned).map_err(|why| format!("the text for `{field}` cannot be worked out: {why}")),
        });
        Fields::of(Arc::clone(&self.filled), texts).map_err(|why| rejected(seen.contact, "template_failed", why))
    }

    /// The status that a lead of this contact may get: of the first rule whose conditions hold.
    #[must_use]
    pub fn status(&self, contact: &Contact) -> Option<&StatusRule> {
        if self.statuses.is_empty() {
            return None;
        }
        let seen = self.attributes.see(contact);
        self.statuses.iter().find(|rule| rule.when.hold(&seen)).map(|rule| &rule.then)
    }

    /// The statuses that rules take leads out of, each with its place, in the order of the text.
    pub fn left_statuses(&self) -> impl Iterator<Item = (&str, &Place)> {
        self.statuses.iter().flat_map(|rule| rule.then.from.iter().map(String::as_str).zip(&rule.places))
    }

    /// The lists that contacts go to, and those that leads move to whose contact left.
    #[must_use]
    pub fn all_lists(&self) -> BTreeSet<ListId> {
        self.lists().into_iter().chain(self.leaving.fates.lists()).collect()
    }

    /// The fields of further numbers, where contacts have several leads. A number that one of them does not have may be another one's, and would be dialed
    /// for both.
    #[must_use]
    pub fn numbers_beside_slots(&self) -> BTreeSet<FieldName> {
        self.phone.others.iter().filter(|_| !self.slots.is_empty()).copied().map(FieldName::Standard).collect()
    }

    /// Which way each filled field goes; phones go to VICIdial. Beside slots, further numbers are emptied as well.
    #[must_use]
    pub fn ways(&self) -> BTreeMap<FieldName, Way> {
        let numbers = self.numbers_beside_slots();
        let phones = self.lead_fields().into_iter().map(|field| {
            let clears = numbers.contains(&field);
            (field, Way { clears, ..Way::default() })
        });
        phones.chain(self.fields.iter().map(|(field, rule)| (field.clone(), rule.way))).collect()
    }

    /// The attribute of the contact that a field goes back to, and the value that it must get there, so that the field is what VICIdial shows.
    ///
    /// # Errors
    /// Why there is none, in a sentence.
    pub fn back(&self, field: &FieldName, shown: &str, contact: &Contact) -> Result<(String, Value), String> {
        let rule = self.fields.get(field).filter(|rule| rule.way.direction.pulls());
        let shown = if field.shows_nothing(shown) { "" } else { shown };
        rule.ok_or_else(|| format!("`{field}` does not go to the CRM"))?.back(shown, contact)
    }

    /// What a call sets, and what is logged of it. A call with a transient status does nothing.
    #[must_use]
    pub fn dispose(&self, call: &Call, call_count: u64) -> Disposed {
        self.calls.dispose(call, call_count)
    }

    /// The statuses, in capitals, that rules for calls name.
    #[must_use]
    pub fn call_statuses(&self) -> BTreeSet<String> {
        self.calls.named_statuses()
    }

    /// The flags of VICIdial's statuses that rules for calls name. Where there are any, the program must know the statuses before it judges calls.
    #[must_use]
    pub fn call_flags(&self) -> BTreeSet<Flag> {
        self.calls.named_flags()
    }

    /// Where the first rule by flag says so.
    #[must_use]
    pub fn flag_place(&self) -> Option<Place> {
        self.calls.flag_place.clone()
    }

    /// The same program, knowing the flags of VICIdial's statuses.
    #[must_use]
    pub fn with_statuses(mut self, statuses: StatusFlags) -> Self {
        self.calls.statuses = statuses;
        self
    }

    /// Whether the flags of a call's status are known.
    #[must_use]
    pub fn knows_status(&self, call: &Call) -> bool {
        self.calls.statuses.get(call.campaign.as_str(), &call.status).is_some()
    }

    /// The attributes that count the lead's calls that a rule took.
    #[must_use]
    pub fn counters(&self) -> BTreeSet<String> {
        self.calls.counters()
    }

    /// The agents, in small letters, that are mapped to users of the CRM.
    #[must_use]
    pub fn agents(&self) -> BTreeSet<String> {
        self.calls.users.keys().cloned().collect()
    }

    /// The CRM's users that calls are given to.
    #[must_use]
    pub fn users(&self) -> BTreeSet<String> {
        self.calls.users.values().chain(&self.calls.user_default).cloned().collect()
    }

    /// The moment from which calls are taken; `None` where calls do nothing.
    #[must_use]
    pub fn go_live(&self) -> Option<DateTime<Utc>> {
        self.calls.go_live
    }

    /// Whether that status is no result yet.
    #[must_use]
    pub fn is_transient(&self, status: &str) -> bool {
        self.calls.is_transient(status)
    }

    /// What happens to a lead when the list rules say another list.
    #[must_use]
    pub fn list_change(&self) -> ListChange {
        self.list_change
    }

    /// What VICIdial is told of new leads beside their fields.
    #[must_use]
    pub fn intake(&self) -> Intake {
        self.intake
    }

    /// What happens to the lead of a contact that left.
    #[must_use]
    pub fn leaving(&self) -> &Leaving {
        &self.leaving
    }

    /// The status that the lead of an opted-out person gets.
    #[must_use]
    pub fn opt_out_status(&self) -> &str {
        &self.opt_out_status
    }

    /// Where the text names things of the CRM and of VICIdial, in the order of the text.
    #[must_use]
    pub fn names(&self) -> &[Named] {
        &self.names
    }

    /// The contacts of the admin's own tests.
    pub fn samples(&self) -> impl Iterator<Item = &Contact> {
        self.trials.iter().filter_map(|trial| trial.contact.as_ref().map(|(contact, _)| contact))
    }

    /// Runs the admin's own tests.
    #[must_use]
    pub fn tests(&self) -> Vec<TestOutcome> {
        self.trials.iter().map(|trial| trial::run(self, trial)).collect()
    }
}
