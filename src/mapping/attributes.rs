//! The attributes that a mapping reads, and what a contact has there.
//!
//! A contact's values stand in the order of their names, and so do the names of a mapping: one walk over both finds all values, and rules then
//! ask for theirs by name without searching the contact. Fields that are made of one attribute each, which most are, need not even ask.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};
use std::fmt;

use foldhash::fast::RandomState;

use crate::model::{Contact, FieldName, Value};

use super::fields::FieldRule;
use super::source;

/// Names of attributes, each with its place in their order.
#[derive(Clone, Default)]
pub(super) struct Attributes {
    names: Vec<String>,
    places: HashMap<String, usize, RandomState>,
    /// Of each field, in their order, how it is made of one attribute; `None` where it is made of other things.
    singles: Vec<Option<Single>>,
}

/// A field that is made of one attribute.
#[derive(Clone)]
struct Single {
    place: usize,
    rule: FieldRule,
    /// What becomes of a blank: always the same.
    of_blank: String,
}

/// The names say all; a table of places has no order to be shown in.
impl fmt::Debug for Attributes {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_list().entries(&self.names).finish()
    }
}

/// A contact, seen by a mapping.
#[derive(Debug)]
pub(super) struct Seen<'c> {
    /// The contact.
    pub(super) contact: &'c Contact,
    attributes: &'c Attributes,
    /// By the places of the names.
    values: Vec<&'c Value>,
}

impl Attributes {
    /// Those of these names, and which of them these rules are made of.
    pub(super) fn of(names: impl IntoIterator<Item = String>, rules: &BTreeMap<FieldName, FieldRule>) -> Self {
        let mut names: Vec<String> = names.into_iter().collect();
        names.sort();
        names.dedup();
        let places: HashMap<_, _, _> = names.iter().cloned().enumerate().map(|(place, name)| (name, place)).collect();
        let single = |rule: &FieldRule| {
            Some(Single { place: *places.get(rule.single()?)?, rule: rule.clone(), of_blank: rule.of_text("").into_owned() })
        };
        let singles = rules.values().map(single).collect();
        Self { names, places, singles }
    }

    /// A contact's values of these names.
    pub(super) fn see<'c>(&'c self, contact: &'c Contact) -> Seen<'c> {
        let mut values = vec![&Value::Null; self.names.len()];
        let mut asked = self.names.iter().zip(&mut values);
        let mut next = asked.next();
        for (known, value) in &contact.fields {
            while let Some((name, place)) = &mut next {
                // Mostly they are the same, and then one comparison does.
                if *name == known {
                    **place = value;
                    next = asked.next();
                    break;
                }
                if *name > known {
                    break;
                }
                next = asked.next();
            }
        }
        Seen { contact, attributes: self, values }
    }
}

impl<'c> Seen<'c> {
    /// The value of an attribute; `Null` where the contact has none. A name that the mapping did not tell of is searched for.
    #[inline]
    pub(super) fn get(&self, name: &str) -> &'c Value {
        match self.attributes.places.get(name).and_then(|place| self.values.get(*place)) {
            Some(value) => value,
            None => self.contact.get(name),
        }
    }

    /// For each field's rule what it makes of its one text; `None` for rules and values of other kinds.
    pub(super) fn made(&self) -> impl Iterator<Item = Option<Cow<'c, str>>> {
        self.attributes.singles.iter().map(|single| {
            let single = single.as_ref()?;
            match self.values.get(single.place)? {
                Value::Text(text) if !source::is_blank(text) => Some(single.rule.of_text(text)),
                Value::Text(_) | Value::Null => Some(single.of_blank.as_str().into()),
                Value::Bool(_) | Value::Int(_) | Value::List(_) => None,
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mapping::transform::Transform;
    use crate::model::{ContactId, LeadField};

    #[test]
    fn one_walk_finds_what_a_search_finds() {
        let names = ["a", "a0", "b", "blank", "m", "y", "z", "zz"];
        let some = |mask: usize| (0..names.len()).filter(move |place| mask >> place & 1 == 1).map(|place| names[place].to_owned());
        for known in 0..1 << names.len() {
            let fields = some(known).map(|name| (name.clone(), Value::Text(name))).collect();
            let contact = Contact { id: ContactId("c1".to_owned()), updated: None, opted_out: false, fields };
            for asked in [0, 0b1111_1111, 0b1010_1010, 0b0101_0101, 0b1000_0001, 0b0111_1110] {
                let attributes = Attributes::of(some(asked).chain(some(asked)), &BTreeMap::new());
                let seen = attributes.see(&contact);
                for name in names {
                    assert_eq!(seen.get(name), contact.get(name), "{name} of {known:b}, asked for {asked:b}");
                }
                let is_found = seen.values.iter().filter(|value| !value.is_blank()).count();
                assert_eq!(is_found, (known & asked).count_ones() as usize, "found by the walk: {known:b}, asked for {asked:b}");
            }
        }
    }
    #[test]
    fn a_single_text_makes_what_the_rule_makes_of_the_contact() {
        let rule = |field, name: &str, transforms| (FieldName::Standard(field), FieldRule { transforms, ..FieldRule::plain(name) });
        let none = || vec![Transform::Upper, Transform::Default("none".to_owned())];
        let rules = BTreeMap::from([
            rule(LeadField::Title, "missing", vec![]),
            rule(LeadField::FirstName, "b", vec![Transform::Upper]),
            rule(LeadField::LastName, "z", vec![]),
            rule(LeadField::City, "b", vec![]),
            rule(LeadField::State, "blank", none()),
            rule(LeadField::Province, "null", none()),
            rule(LeadField::Email, "several", vec![]),
            rule(LeadField::Owner, "count", none()),
            rule(LeadField::SourceId, "id", vec![]),
        ]);
        let text = |text: &str| Value::Text(text.to_owned());
        let fields = [
            ("b", text(" b")),
            ("blank", text(" ")),
            ("count", Value::Int(3)),
            ("null", Value::Null),
            ("several", Value::List(vec![text("x"), text("y")])),
            ("z", text("Z")),
        ];
        let fields = fields.map(|(name, value)| (name.to_owned(), value)).into();
        let contact = Contact { id: ContactId("c1".to_owned()), updated: None, opted_out: false, fields };
        let names = rules.values().filter_map(FieldRule::single).map(str::to_owned);
        let attributes = Attributes::of(names, &rules);
        let seen = attributes.see(&contact);
        let found: Vec<_> = rules.keys().map(ToString::to_string).zip(seen.made()).collect();
        let expected = [
            ("source_id", None),
            ("title", Some("")),
            ("first_name", Some(" B")),
            ("last_name", Some("Z")),
            ("city", Some(" b")),
            ("state", Some("none")),
            ("province", Some("none")),
            ("email", None),
            ("owner", None),
        ];
        assert_eq!(found, expected.map(|(field, text)| (field.to_owned(), text.map(Cow::Borrowed))));
        for (rule, (field, made)) in rules.values().zip(found) {
            if let Some(made) = made {
                assert_eq!(Ok(made.into_owned()), rule.value(&seen), "{field}");
            }
        }
    }
}
