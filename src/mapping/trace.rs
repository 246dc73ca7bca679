//! Why a contact becomes what it becomes: each decision of [`Program::map`] with what it looked at, as plain data.
//!
//! What becomes of the contact is [`Program::map`]'s word, and of its further leads that of [`Program::leads`]. The stages are told by the same rules, as far as the contact came; places are byte
//! ranges of the mapping's text. How it looks on a screen is not decided here.

use crate::diag::Place;
use crate::model::{Contact, ContactId, FieldName, LeadField, ListId, Phone, Slot, StatusRule, Value, Way};

use super::attributes::Seen;
use super::fields::{self, FieldRule};
use super::phone::PhoneRule;
use super::program::{Destination, Mapped, Program};
use super::source;

/// One contact's way through a mapping.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trace {
    /// The contact.
    pub contact: ContactId,
    /// What becomes of it.
    pub mapped: Mapped,
    /// The filter; `None` where the mapping has none.
    pub filter: Option<Stage>,
    /// Whether the person must not be called; judged after the filter.
    pub opted_out: bool,
    /// The list rules that were tried, to the one that decided.
    pub lists: Vec<ListTried>,
    /// The rule for the lead's status that holds, if one does.
    pub status: Option<StatusHeld>,
    /// The numbers that were tried, to the one that is dialed.
    pub phones: Vec<NumberTried>,
    /// Where `[phone]` stands.
    pub phone_place: Option<Place>,
    /// The fields, standard ones first, to the end or to the first that cannot be worked out. All leads of the contact have them.
    pub fields: Vec<Traced>,
    /// What becomes of the further leads, in the order of the text.
    pub slots: Vec<SlotTraced>,
}

/// A further lead of the contact, or why it has none there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SlotTraced {
    /// Which.
    pub slot: Slot,
    /// Where its `[[slot]]` stands.
    pub place: Place,
    /// What becomes of it.
    pub mapped: Mapped,
    /// The numbers that were tried, to the one that is dialed.
    pub phones: Vec<NumberTried>,
}

/// A stage that holds or not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stage {
    /// Where it stands.
    pub place: Option<Place>,
    /// What does not hold; `None` where all does.
    pub why_not: Option<String>,
}

/// A list rule that was tried.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListTried {
    /// Which `[[list]]` it is, from 1; `None` for `[list_default]`.
    pub number: Option<usize>,
    /// Where it stands.
    pub place: Option<Place>,
    /// What does not hold; `None` for the rule that decided.
    pub why_not: Option<String>,
    /// Where it sends contacts; `None` where it refuses them.
    pub list: Option<ListId>,
}

/// A rule for statuses that holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatusHeld {
    /// Which `[[status]]` it is, from 1.
    pub number: usize,
    /// Where it stands.
    pub place: Option<Place>,
    /// From where to where.
    pub rule: StatusRule,
}

/// A number that was tried.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NumberTried {
    /// The contact's field.
    pub field: String,
    /// The number as the CRM has it.
    pub text: String,
    /// The number that is dialed, or why it is not: a reason as rejections have it, or `dialed_already`, and a sentence.
    pub outcome: Result<Phone, (String, String)>,
}

/// One lead field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Traced {
    /// VICIdial's field.
    pub field: FieldName,
    /// Where its rule stands; `None` for `source_id` where the mapping does not fill it.
    pub place: Option<Place>,
    /// How its value is found.
    pub origin: Origin,
    /// The contact's fields that it looks at.
    pub reads: Vec<Read>,
    /// The value before the first step.
    pub before: String,
    /// The steps.
    pub steps: Vec<Step>,
    /// The value at the end, or why there is none.
    pub value: Result<String, String>,
    /// Which way it goes, whose value counts, and whether a blank empties the other side's field.
    pub way: Way,
    /// The contact's field that it goes back to; `None` where it goes to VICIdial only.
    pub back_to: Option<String>,
}

/// How a field's value is found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// The first field that is not blank.
    First,
    /// All fields that are not blank.
    All,
    /// A text made of fields.
    Template,
    /// The same for every contact.
    Constant,
    /// A further number of the contact's.
    FurtherNumber,
}

impl Origin {
    /// The key by which a mapping says so.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::First => "from",
            Self::All => "all",
            Self::Template => "template",
            Self::Constant => "value",
            Self::FurtherNumber => "phone.others",
        }
    }
}

/// A contact's field that a rule looks at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Read {
    /// Its name.
    pub name: String,
    /// What the contact has there.
    pub value: Value,
    /// Whether its value went into the lead's.
    pub is_taken: bool,
}

/// A step, and the text after it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// As it is written; of tables, the key.
    pub written: String,
    /// Where it stands.
    pub place: Option<Place>,
    /// The text after it.
    pub after: String,
}

impl Program {
    /// What a contact becomes, and why.
    #[must_use]
    pub fn trace(&self, contact: &Contact) -> Trace {
        let mapped = self.map(contact);
        let seen = &self.attributes.see(contact);
        let further = self.leads(contact).into_iter().filter(|(slot, _)| !slot.is_main());
        let has_filter = self.places.filter.is_some();
        let why_not = self.filter.broken(seen).map(|broken| broken.to_string());
        let is_ours = why_not.is_none();
        let is_judged = is_ours && !contact.opted_out;
        let lists = if is_judged { self.lists_tried(seen) } else { Vec::new() };
        let has_list = lists.last().is_some_and(|last| last.list.is_some());
        let mut dialed = Vec::new();
        let mut tried = |rule: &PhoneRule| {
            let numbers = if has_list { numbers_tried(rule, seen, &dialed) } else { Vec::new() };
            dialed.extend(numbers.iter().filter_map(|number| number.outcome.clone().ok()));
            numbers
        };
        let phones = tried(&self.phone);
        let slots: Vec<SlotTraced> = self
            .slots
            .iter()
            .zip(further)
            .map(|(rule, (slot, mapped))| SlotTraced { slot, place: rule.place.clone(), mapped, phones: tried(&rule.phone) })
            .collect();
        let is_usable = |phones: &[NumberTried]| phones.last().is_some_and(|last| last.outcome.is_ok());
        let has_phone = is_usable(&phones) || slots.iter().any(|slot| is_usable(&slot.phones));
        Trace {
            contact: contact.id.clone(),
            mapped,
            filter: has_filter.then(|| Stage { place: self.places.filter.clone(), why_not }),
            opted_out: is_ours && contact.opted_out,
            lists,
            status: if has_phone { self.status_held(seen) } else { None },
            phones,
            phone_place: self.places.phone.clone(),
            fields: if has_phone { self.fields_traced(seen) } else { Vec::new() },
            slots,
        }
    }

    fn lists_tried(&self, contact: &Seen<'_>) -> Vec<ListTried> {
        let list = |destination: &Destination| match destination {
            Destination::List(list) => Some(*list),
            Destination::Reject => None,
        };
        let mut tried = Vec::new();
        for (number, rule) in self.lists.iter().enumerate() {
            let why_not = rule.when.broken(contact).map(|broken| broken.to_string());
            let is_taken = why_not.is_none();
            tried.push(ListTried {
                number: Some(number + 1),
                place: self.places.lists.get(number).cloned(),
                why_not,
                list: list(&rule.then),
            });
            if is_taken {
                return tried;
            }
        }
        let (place, list) = (self.places.list_default.clone(), list(&self.list_default));
        tried.push(ListTried { number: None, place, why_not: None, list });
        tried
    }

    fn status_held(&self, contact: &Seen<'_>) -> Option<StatusHeld> {
        let number = self.statuses.iter().position(|rule| rule.when.hold(contact))?;
        let rule = self.statuses.get(number)?.then.clone();
        Some(StatusHeld { number: number + 1, place: self.places.statuses.get(number).cloned(), rule })
    }

    fn fields_traced(&self, contact: &Seen<'_>) -> Vec<Traced> {
        let mut traced = Vec::new();
        for (field, rule) in &self.fields {
            let field = self.field_traced(field, rule, contact);
            let is_end = field.value.is_err();
            traced.push(field);
            if is_end {
                return traced;
            }
        }
        if let Ok(found) = self.phone.find_beside(contact, &self.numbers_of_slots(contact)) {
            traced.extend(found.others.into_iter().map(|(field, digits)| self.number_traced(field, digits)));
        }
        traced
    }

    /// A field for a further number of the contact's.
    fn number_traced(&self, field: LeadField, digits: String) -> Traced {
        Traced {
            field: FieldName::Standard(field),
            place: self.places.phone.clone(),
            origin: Origin::FurtherNumber,
            reads: Vec::new(),
            before: digits.clone(),
            steps: Vec::new(),
            value: Ok(digits),
            way: Way::default(),
            back_to: None,
        }
    }

    fn field_traced(&self, field: &FieldName, rule: &FieldRule, contact: &Seen<'_>) -> Traced {
        let after = |count: usize| rule.value_after(contact, count).unwrap_or_default();
        let place = self.places.fields.get(field);
        let value = rule.value(contact);
        let written = place.filter(|_| value.is_ok()).map(|place| place.steps.as_slice()).unwrap_or_default();
        let steps = written.iter().take(rule.transforms.len()).enumerate().map(|(number, (written, place))| Step {
            written: written.clone(),
            place: Some(place.clone()),
            after: after(number + 1),
        });
        Traced {
            field: field.clone(),
            place: place.map(|place| place.place.clone()),
            origin: match &rule.origin {
                fields::Origin::From(_) => Origin::First,
                fields::Origin::All(_) => Origin::All,
                fields::Origin::Template(_) => Origin::Template,
                fields::Origin::Constant(_) => Origin::Constant,
            },
            reads: reads(rule, contact),
            before: after(0),
            steps: steps.collect(),
            value,
            way: rule.way,
            back_to: rule.single().filter(|_| rule.way.direction.pulls()).map(str::to_owned),
        }
    }
}

fn numbers_tried(rule: &PhoneRule, contact: &Seen<'_>, elsewhere: &[Phone]) -> Vec<NumberTried> {
    let tried = rule.tried(contact, elsewhere).into_iter().map(|(field, text, outcome)| NumberTried {
        field,
        text,
        outcome: outcome.map_err(|refused| (refused.reason.to_owned(), refused.detail)),
    });
    tried.collect()
}

fn reads(rule: &FieldRule, contact: &Seen<'_>) -> Vec<Read> {
    let takes_one = matches!(rule.origin, fields::Origin::From(_));
    let mut reads: Vec<Read> = Vec::new();
    for name in rule.reads() {
        if reads.iter().any(|read| read.name == name) {
            continue;
        }
        let value = source::value(contact, name).into_owned();
        let is_behind = takes_one && reads.iter().any(|read| read.is_taken);
        let is_taken = !value.is_blank() && !is_behind;
        reads.push(Read { name: name.to_owned(), value, is_taken });
    }
    reads
}
