//! The fields of one lead: what each side changed since it was last seen, and what must be written to which side for it.
//!
//! Each side is compared with its own base; which way a change then goes is the table's in [`super::field`]. A value of which VICIdial would keep nothing
//! says no more than a blank. Without a base nobody knows who changed what: then what is filled counts as changed, and a blank says nothing.
//!
//! It does not know how VICIdial was looked at, nor how a value gets back into the CRM.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDateTime;

use super::field::{Action, Edit, decide};
use crate::model::{Base, FieldName, LeadField, NO_DATE, Pair, Side, StoredLead, Way};

/// What one contact's fields come to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Delta {
    /// Fields to write: value as the mapping made it; empty clears.
    pub write: BTreeMap<FieldName, String>,
    /// What VICIdial shows of the written fields until then.
    pub before: BTreeMap<FieldName, String>,
    /// Pairs of the written fields, once they are written.
    pub after: BTreeMap<FieldName, Pair>,
    /// Pairs that moved without a write.
    pub settled: BTreeMap<FieldName, Pair>,
    /// Fields whose value goes to the CRM: the pairs, once it is there.
    pub pulls: BTreeMap<FieldName, Pair>,
    /// Fields that both sides changed, and that a person decides about. Their pairs stay.
    pub held: BTreeSet<FieldName>,
}

/// What a mapping says of fields and what earlier reads taught about them.
#[derive(Debug, Clone, Default)]
pub struct Rules {
    /// Which way each field goes; a field without an entry is pushed.
    pub ways: BTreeMap<FieldName, Way>,
    /// Fields that are not written, since VICIdial showed something else than predicted.
    pub stopped: BTreeSet<FieldName>,
    /// Fields of further numbers that a lead is not to keep when it is linked, unless the contact has them: another lead may dial them.
    pub numbers: BTreeSet<FieldName>,
}

/// How VICIdial shows a lead now, as far as that is not what its base says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Shown {
    /// Whether somebody looked. Else the base is taken for what it shows, and a field without a base that goes to the CRM is left alone.
    pub is_seen: bool,
    /// Fields of which it shows something else than the base says, or which the base does not have.
    pub fields: BTreeMap<FieldName, String>,
    /// Those of them that show an earlier write of ours, which got no answer and took effect late.
    pub late: BTreeSet<FieldName>,
    /// When VICIdial says that the row was changed last, server-local.
    pub modified: Option<NaiveDateTime>,
    /// The side that changed the lead later, where that can be told.
    pub later: Option<Side>,
}

impl Rules {
    /// Which way a field goes.
    #[must_use]
    pub fn way(&self, field: &FieldName) -> Way {
        self.ways.get(field).copied().unwrap_or_default()
    }
}

/// One field, as both sides have it.
struct Sides<'a> {
    field: &'a FieldName,
    last: Option<&'a Pair>,
    /// What the mapping makes of the contact.
    value: &'a str,
    /// What VICIdial would show of that.
    will: &'a str,
    /// What it shows now.
    now: &'a str,
    is_late: bool,
}

/// Compares wanted values, and what VICIdial shows now, with the base. `stored` is what VICIdial would show of all wanted values.
#[must_use]
pub fn delta(base: &Base, wanted: &BTreeMap<FieldName, String>, stored: &StoredLead, shown: &Shown, rules: &Rules) -> Delta {
    let mut delta = Delta::default();
    for (field, value) in wanted {
        let sides = Sides::of(base, field, value, stored, shown);
        if rules.stopped.contains(field) {
            // What it shows is none of anybody's edits; how it will be written again is found out when a person says so.
            if let Some(last) = sides.last {
                delta.settle(field, Some(last), Pair { crm: last.crm.clone(), vicidial: sides.now.to_owned() });
            }
            continue;
        }
        let way = rules.way(field);
        if sides.last.is_none() && !shown.is_seen && way.direction.pulls() {
            continue;
        }
        match decide(way, sides.crm(), sides.vicidial(), sides.will == sides.now, shown.later) {
            Action::Nothing if sides.last.is_some() => {}
            Action::Nothing | Action::Keep => delta.settle(field, sides.last, sides.kept()),
            Action::Push => delta.push(field, &sides, way),
            Action::Pull => drop(delta.pulls.insert(field.clone(), Pair { crm: sides.now.to_owned(), vicidial: sides.now.to_owned() })),
            Action::Hold => drop(delta.held.insert(field.clone())),
        }
    }
    join_phone(&mut delta, base, wanted, stored, shown);
    delta
}

impl<'a> Sides<'a> {
    fn of(base: &'a Base, field: &'a FieldName, value: &'a str, stored: &'a StoredLead, shown: &'a Shown) -> Self {
        let last = base.fields.get(field);
        let now = shown.fields.get(field).or(last.map(|last| &last.vicidial));
        let will = stored.0.get(field).map_or("", String::as_str);
        Self { field, last, value, will, now: now.map_or("", String::as_str), is_late: shown.late.contains(field) }
    }

    /// Whether the CRM's value is a blank. Of one whose letters VICIdial drops, or whose word its column does not know, nothing is left.
    fn is_blank(&self) -> bool {
        self.value.trim().is_empty() || matches!(self.will.trim(), "" | NO_DATE)
    }

    fn crm(&self) -> Edit {
        match self.last {
            Some(last) if last.crm == self.value => Edit::None,
            Some(_) if self.is_blank() => Edit::Blank,
            None if self.is_blank() => Edit::None,
            Some(_) | None => Edit::Value,
        }
    }

    fn vicidial(&self) -> Edit {
        let is_blank = self.field.shows_nothing(self.now);
        match self.last {
            Some(last) if last.vicidial == self.now => Edit::None,
            Some(_) | None if self.is_late => Edit::Late,
            Some(_) if is_blank => Edit::Blank,
            None if is_blank => Edit::None,
            Some(_) | None => Edit::Value,
        }
    }

    /// The pair where both sides stay as they are.
    fn kept(&self) -> Pair {
        Pair { crm: self.value.to_owned(), vicidial: self.now.to_owned() }
    }
}

impl Delta {
    fn settle(&mut self, field: &FieldName, last: Option<&Pair>, pair: Pair) {
        if last != Some(&pair) {
            self.settled.insert(field.clone(), pair);
        }
    }

    fn push(&mut self, field: &FieldName, sides: &Sides<'_>, way: Way) {
        let is_restored = sides.is_late && (sides.crm() == Edit::None || (sides.is_blank() && !way.clears));
        let (written, will) = match sides.last {
            // The CRM says nothing new: what stood there before our late write is put back, an agent's value that was left alone as well.
            Some(last) if is_restored => (last.vicidial.as_str(), last.vicidial.as_str()),
            Some(_) | None if sides.is_blank() => ("", sides.will),
            Some(_) | None => (sides.value, sides.will),
        };
        self.before.insert(field.clone(), sides.now.to_owned());
        self.after.insert(field.clone(), Pair { crm: sides.value.to_owned(), vicidial: will.to_owned() });
        self.write.insert(field.clone(), written.to_owned());
    }
}

/// Code and number are one phone: where one is written, so is the other.
fn join_phone(delta: &mut Delta, base: &Base, wanted: &BTreeMap<FieldName, String>, stored: &StoredLead, shown: &Shown) {
    let parts = [FieldName::Standard(LeadField::PhoneCode), FieldName::Standard(LeadField::PhoneNumber)];
    if !parts.iter().any(|part| delta.write.contains_key(part)) {
        return;
    }
    for part in parts {
        let Some(value) = wanted.get(&part) else { continue };
        if delta.write.contains_key(&part) {
            continue;
        }
        let sides = Sides::of(base, &part, value, stored, shown);
        delta.settled.remove(&part);
        delta.before.insert(part.clone(), sides.now.to_owned());
        delta.after.insert(part.clone(), Pair { crm: value.clone(), vicidial: sides.will.to_owned() });
        delta.write.insert(part, value.clone());
    }
}

/// The base of a lead that is linked just now: fields on which both sides agree. Only here are the sides compared with each other. A further number that
/// the contact does not have counts as one that it has no more.
#[must_use]
pub fn base_when_linking(
    wanted: &BTreeMap<FieldName, String>,
    stored: &StoredLead,
    shown: &BTreeMap<FieldName, String>,
    numbers: &BTreeSet<FieldName>,
) -> Base {
    let mut base = Base::default();
    for (field, value) in wanted {
        let Some(vicidial) = shown.get(field) else { continue };
        let crm = if stored.0.get(field) == Some(vicidial) {
            value
        } else if value.is_empty() && numbers.contains(field) {
            vicidial
        } else {
            continue;
        };
        base.fields.insert(field.clone(), Pair { crm: crm.clone(), vicidial: vicidial.clone() });
    }
    base
}

/// The base of a lead whose contact nobody decided about: of fields that only go to VICIdial, what it shows now replaces what it showed last. Edits that
/// go to the CRM, and late writes of ours, wait for a decision. `None` where nothing moved.
#[must_use]
pub fn refresh(base: &Base, shown: &Shown, rules: &Rules) -> Option<Base> {
    let mut fresh = base.clone();
    for (field, pair) in &mut fresh.fields {
        let waits = shown.late.contains(field) || (rules.way(field).direction.pulls() && !rules.stopped.contains(field));
        if let Some(value) = shown.fields.get(field).filter(|_| !waits) {
            pair.vicidial.clone_from(value);
        }
    }
    (fresh != *base).then_some(fresh)
}
