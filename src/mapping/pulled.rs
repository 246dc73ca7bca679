//! What fields that go back to the CRM do to the rest of a mapping: two that write one field of the contact, one that writes what calls write too, one
//! from which the phone is read, one that decides about the list.
//!
//! Whether a field by itself can go back: [`super::two_ways`]. What the CRM says of its fields: `setup`.

use std::collections::{BTreeMap, BTreeSet};

use crate::diag::form::Names;
use crate::diag::names::Named;
use crate::diag::{Code, Place, Table};
use crate::model::{FieldName, LeadField, Way};

use super::back::is_space;
use super::condition::{Condition, Conditions, Test};
use super::fields::FieldRule;
use super::program::{ListRule, Program};
use super::trace_read::Places;
use super::transform::{Transform, undo_all};

/// A field that goes back to the CRM.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pulled {
    /// VICIdial's field.
    pub field: FieldName,
    /// The contact's field that it goes to.
    pub attribute: String,
    /// How it goes.
    pub way: Way,
    /// Where the mapping names the contact's field.
    pub place: Place,
    /// What goes back.
    pub gives: Gives,
}

/// What can go back, as far as the steps say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Gives {
    /// Whatever stands in VICIdial.
    Anything,
    /// What stands in VICIdial, without a piece of it.
    Piece,
    /// One of these.
    Texts(BTreeSet<String>),
    /// Days, as 1990-12-31.
    Days,
    /// Moments, as 2026-11-01 15:00:00.
    Moments,
    /// True or false.
    Flags,
}

impl Program {
    /// The fields that go back to the CRM, in the order of their names.
    #[must_use]
    pub fn pulled(&self) -> Vec<Pulled> {
        pulled(&self.fields, &self.places)
    }
}

fn pulled(fields: &BTreeMap<FieldName, FieldRule>, places: &Places) -> Vec<Pulled> {
    let back = fields.iter().filter(|(_, rule)| rule.way.direction.pulls());
    back.filter_map(|(field, rule)| {
        let place = places.fields.get(field).map(|place| place.from.clone().unwrap_or_else(|| place.place.clone()));
        Some(Pulled {
            field: field.clone(),
            attribute: rule.single()?.to_owned(),
            way: rule.way,
            place: place.unwrap_or_default(),
            gives: gives(&rule.transforms),
        })
    })
    .collect()
}

/// What the last of the undone steps makes: it is the first of the pipeline that says anything.
fn gives(transforms: &[Transform]) -> Gives {
    let Ok(back) = undo_all(transforms) else { return Gives::Anything };
    match transforms.iter().find(|step| !is_space(step)) {
        Some(Transform::YesNo { .. }) => Gives::Flags,
        Some(Transform::DateTo(_)) => Gives::Days,
        Some(Transform::Moment { .. }) => Gives::Moments,
        Some(Transform::Map(_)) => match back.last() {
            Some(turned @ Transform::Map(_)) => Gives::Texts(turned.constants().into_iter().map(str::to_owned).collect()),
            Some(_) | None => Gives::Anything,
        },
        Some(_) if !back.is_empty() => Gives::Piece,
        Some(_) | None => Gives::Anything,
    }
}

/// What else of the mapping reads or writes the contact's fields.
pub(super) struct Rest<'m> {
    pub(super) filter: &'m Conditions,
    pub(super) lists: &'m [ListRule],
    /// The fields that phones are read from, each with where the mapping says so.
    pub(super) phones: BTreeMap<&'m str, Option<Place>>,
    /// The fields that calls set.
    pub(super) set: BTreeSet<String>,
    pub(super) names: &'m [Named],
}

/// Reports fields that go back where they should not.
pub(super) fn check(root: &Table<'_, '_>, fields: &BTreeMap<FieldName, FieldRule>, places: &Places, rest: &Rest<'_>) {
    let sink = root.sink();
    let all = pulled(fields, places);
    for (number, one) in all.iter().enumerate() {
        let at = |code: Code, message: String| sink.at(code, one.place.clone(), message);
        let (field, attribute) = (&one.field, one.attribute.as_str());
        if *field == FieldName::Standard(LeadField::SourceId) {
            let message = "`source_id` says who the contact is, and nobody edits it in VICIdial: it cannot go back to the CRM".to_owned();
            sink.report(at(Code::NoWayBack, message).help("leave `direction` out"));
        }
        if let Some(other) = all[..number].iter().find(|other| other.attribute == attribute) {
            let message = format!("`{}` and `{field}` both go back to `{attribute}`: each would overwrite the other", other.field);
            let help = "keep `direction` at one of the two; the other one may still be filled from it";
            sink.report(at(Code::TwoSources, message).and(other.place.clone(), format!("`{}` goes there too", other.field)).help(help));
        }
        if rest.set.contains(attribute) {
            let message = format!("`{field}` goes back to `{attribute}`, which calls set as well: each would overwrite the other");
            let set = rest.names.iter().find(|named| named.names == Names::Attribute && named.text == attribute);
            let told = at(Code::TwoSources, message).help("let calls set another field of the contact, or leave `direction` out");
            sink.report(match set {
                Some(set) => told.and(set.place.clone(), "set here by calls"),
                None => told,
            });
        }
        if let Some(phone) = rest.phones.get(attribute) {
            let message = format!(
                "`{field}` goes back to `{attribute}`, by which the number to dial is found: an agent's edit would change whom we dial"
            );
            let told =
                at(Code::PulledPhone, message).help("leave `direction` out; who may change the number to dial changes it in the CRM");
            sink.report(match phone {
                Some(phone) => told.and(phone.clone(), "the phone is read from it"),
                None => told,
            });
        }
        decides(root, one, rest);
    }
}

/// Says so where an agent's edit moves the lead to another list, or out of dialing.
fn decides(root: &Table<'_, '_>, one: &Pulled, rest: &Rest<'_>) {
    let sink = root.sink();
    let (field, attribute) = (&one.field, one.attribute.as_str());
    let of = |conditions: &Conditions| {
        // What only keeps single values out is passed by nearly all that is typed.
        let tests = |condition: &Condition| condition.field == attribute && !matches!(condition.test, Test::NoneOf(_));
        let found = conditions.0.iter().find(|alternative| alternative.conditions.iter().any(tests));
        found.map(|alternative| alternative.place.clone())
    };
    let lists = rest.lists.iter().find_map(|rule| of(&rule.when));
    let found = of(rest.filter).map(|place| (place, "take the lead out of dialing", "the filter"));
    if let Some((place, does, what)) = found.or_else(|| lists.map(|place| (place, "move the lead to another list", "a list rule"))) {
        let message = format!("`{field}` goes back to `{attribute}`, on which {what} depends: what an agent types may {does}");
        let told = sink.at(Code::PulledDecides, one.place.clone(), message).and(place, "it decides here");
        sink.report(told.help("if that is not meant, leave `direction` out"));
    }
}
