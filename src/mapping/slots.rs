//! `[[slot]]`: further leads of a contact, one for each of its phones. Which number each of a contact's leads dials, and what becomes of each.
//!
//! No number is dialed twice: the main lead comes first, then the slots in the order of the text, each with the first number that none before it dials.
//! Whose lead is which in VICIdial is not known here: a slot is known by its name.

use crate::diag::Place;
use crate::model::{Contact, FieldName, Lead, ListId, Phone, Rejection, Slot};

use super::attributes::{Attributes, Seen};
use super::phone::{NoPhone, PhoneRule};
use super::program::{Mapped, Program, rejected};

/// One `[[slot]]`.
#[derive(Debug, Clone)]
pub(super) struct SlotRule {
    pub(super) name: Slot,
    /// Its fields, read as `[phone]` reads numbers.
    pub(super) phone: PhoneRule,
    /// Its own list; `None` for the contact's.
    pub(super) list: Option<ListId>,
    pub(super) place: Place,
}

/// Why a slot has no number of its own for a contact.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Without {
    /// Its fields are blank.
    Number,
    /// All of its numbers are dialed by other leads of the contact, the first by this one.
    OwnNumber(Slot),
    /// What stands in its fields may not be dialed.
    UsableNumber(NoPhone),
}

impl Without {
    /// What becomes of the slot of this contact.
    fn mapped(self, contact: &Contact, slot: &Slot) -> Mapped {
        let name = slot.as_str();
        match self {
            Self::Number => Mapped::Filtered { why: format!("it has no number for the slot `{name}`") },
            Self::OwnNumber(other) if other.is_main() => Mapped::Filtered { why: "its number is that of the main lead".to_owned() },
            Self::OwnNumber(other) => Mapped::Filtered { why: format!("its number is that of the slot `{}`", other.as_str()) },
            Self::UsableNumber(no_phone) => of_slot(rejected(contact, no_phone.reason, no_phone.detail), slot),
        }
    }
}

/// The same, said of that lead.
fn of_slot(mapped: Mapped, slot: &Slot) -> Mapped {
    match mapped {
        Mapped::Rejected(rejection) => Mapped::Rejected(Rejection { slot: slot.clone(), ..rejection }),
        Mapped::Lead(_) | Mapped::Filtered { .. } => mapped,
    }
}

impl Program {
    /// The names of the further leads that contacts may have, in the order of the text.
    #[must_use]
    pub fn slots(&self) -> Vec<Slot> {
        self.slots.iter().map(|rule| rule.name.clone()).collect()
    }

    /// What each of a contact's leads becomes, the main one first, then the slots in the order of the text. No number is in two of them.
    #[must_use]
    pub fn leads(&self, contact: &Contact) -> Vec<(Slot, Mapped)> {
        if self.slots.is_empty() {
            return vec![(Slot::main(), self.map(contact))];
        }
        let seen = self.attributes.see(contact);
        let contacts = match self.destined(&seen) {
            Ok(list) => list,
            Err(mapped) => {
                let all = [Slot::main()].into_iter().chain(self.slots());
                return all.map(|slot| (slot.clone(), of_slot(mapped.clone(), &slot))).collect();
            }
        };
        let fields = self.texts(&seen);
        let lead = |list_id: ListId, phone: Phone, others: Vec<(FieldName, String)>| match &fields {
            Ok(fields) => {
                let mut fields = fields.clone();
                fields.extend(others);
                Mapped::Lead(Lead { list_id, phone, fields })
            }
            Err(mapped) => mapped.clone(),
        };
        let found = self.phone.find_beside(&seen, &self.numbers_of_slots(&seen));
        let dialed = found.as_ref().ok().map(|found| found.phone.clone());
        let main = match found {
            Ok(found) => {
                lead(contacts, found.phone, found.others.into_iter().map(|(field, digits)| (FieldName::Standard(field), digits)).collect())
            }
            Err(no_phone) => rejected(contact, no_phone.reason, no_phone.detail),
        };
        // VICIdial would dial the contact's further numbers once for each of its leads.
        let none: Vec<(FieldName, String)> = self.phone.others.iter().map(|field| (FieldName::Standard(*field), String::new())).collect();
        let slots = self.dialed_by_slots(&seen, dialed.as_ref()).into_iter().map(|(rule, number)| {
            let mapped = match number {
                Ok(phone) => of_slot(lead(rule.list.unwrap_or(contacts), phone, none.clone()), &rule.name),
                Err(without) => without.mapped(contact, &rule.name),
            };
            (rule.name.clone(), mapped)
        });
        [(Slot::main(), main)].into_iter().chain(slots).collect()
    }

    /// What becomes of one of a contact's leads. A slot that the mapping does not have gives none.
    #[must_use]
    pub fn map_as(&self, contact: &Contact, slot: &Slot) -> Mapped {
        if slot.is_main() {
            return self.map(contact);
        }
        let found = self.leads(contact).into_iter().find(|(name, _)| name == slot);
        found.map_or_else(|| Mapped::Filtered { why: format!("the mapping has no slot `{}`", slot.as_str()) }, |(_, mapped)| mapped)
    }

    /// The phone that one of this contact's leads has, or would have.
    #[must_use]
    pub fn phone(&self, contact: &Contact, slot: &Slot) -> Option<Phone> {
        // One name or two are searched for sooner than all are walked over.
        let unread = Attributes::default();
        let seen = unread.see(contact);
        let main = self.phone.find(&seen).ok().map(|found| found.phone);
        if slot.is_main() { main } else { self.dialed_by(slot, &seen, main.as_ref()) }
    }

    /// The numbers of a contact that may be dialed by one of its leads, the one to dial first: of a further lead the one that it dials, of the main one
    /// all that no further lead dials.
    #[must_use]
    pub fn phones(&self, contact: &Contact, slot: &Slot) -> Vec<Phone> {
        let seen = self.attributes.see(contact);
        let mut all = self.phone.all(&seen);
        if !slot.is_main() {
            return self.dialed_by(slot, &seen, all.first()).into_iter().collect();
        }
        if !self.slots.is_empty() {
            let slots: Vec<Phone> = self.dialed_by_slots(&seen, all.first()).into_iter().filter_map(|(_, number)| number.ok()).collect();
            all.retain(|phone| !slots.contains(phone));
        }
        all
    }

    /// The numbers that slots dial. A mapping without slots, or without fields for further numbers, looks at nothing.
    pub(super) fn numbers_of_slots(&self, contact: &Seen<'_>) -> Vec<Phone> {
        if self.slots.is_empty() || self.phone.others.is_empty() {
            return Vec::new();
        }
        let main = self.phone.find(contact).ok().map(|found| found.phone);
        self.dialed_by_slots(contact, main.as_ref()).into_iter().filter_map(|(_, number)| number.ok()).collect()
    }

    /// The number that each slot dials, or why it dials none, where the main lead dials `main`.
    pub(super) fn dialed_by_slots(&self, contact: &Seen<'_>, main: Option<&Phone>) -> Vec<(&SlotRule, Result<Phone, Without>)> {
        let mut dialed: Vec<(&SlotRule, Result<Phone, Without>)> = Vec::with_capacity(self.slots.len());
        for rule in &self.slots {
            let whose = |phone: &Phone| match dialed.iter().find(|(_, number)| number.as_ref() == Ok(phone)) {
                _ if main == Some(phone) => Some(Slot::main()),
                other => other.map(|(other, _)| other.name.clone()),
            };
            let all = rule.phone.all(contact);
            let number = match (all.iter().find(|phone| whose(phone).is_none()), all.first().and_then(whose), rule.phone.find(contact)) {
                (Some(free), ..) => Ok(free.clone()),
                (None, Some(other), _) => Err(Without::OwnNumber(other)),
                (None, None, Err(no_phone)) if !no_phone.tried.is_empty() => Err(Without::UsableNumber(no_phone)),
                (None, None, _) => Err(Without::Number),
            };
            dialed.push((rule, number));
        }
        dialed
    }

    fn dialed_by(&self, slot: &Slot, contact: &Seen<'_>, main: Option<&Phone>) -> Option<Phone> {
        let all = self.dialed_by_slots(contact, main);
        all.into_iter().find(|(rule, _)| rule.name == *slot)?.1.ok()
    }
}
