//! The way back: what the contact must hold so that its lead shows what VICIdial shows.
//!
//! The law: what is given here makes, through the same rule, exactly that text again, but for spaces that its steps cut; where nothing does, it says why. What is done with it, and when,
//! is decided in `sync`.

use crate::model::{Contact, FieldName, Value};

use super::fields::FieldRule;
use super::program::Program;
use super::transform::{self, Transform, undo_all};

impl FieldRule {
    /// The contact's field, and what it must hold so that this rule makes of it what VICIdial shows; a blank becomes no value. Spaces that the rule's own
    /// steps cut are left out.
    ///
    /// # Errors
    /// Why nothing can be told, in a sentence: the steps cannot be undone, or make something else of it.
    pub(super) fn back(&self, shown: &str, contact: &Contact) -> Result<(String, Value), String> {
        let Some(attribute) = self.single() else { return Err("it is made of several fields".to_owned()) };
        let now = contact.get(attribute);
        if matches!(now, Value::List(_)) {
            return Err(format!("`{attribute}` holds several values in the CRM, and one text cannot take their place"));
        }
        let steps = undo_all(&self.transforms).map_err(|(_, why)| why.to_owned())?;
        if shown.trim().is_empty() {
            return Ok((attribute.to_owned(), Value::Null));
        }
        // Spaces that the rule's own steps cut are none of the value.
        let cut: Vec<Transform> = self.transforms.iter().filter(|step| is_space(step)).cloned().collect();
        let tidy = transform::apply_all(&cut, shown);
        let made_of = |shown: &str| {
            let text = transform::apply_all(&steps, shown);
            (!text.trim().is_empty() && transform::apply_all(&self.transforms, &text) == shown).then_some(text)
        };
        let Some(text) = made_of(shown).or_else(|| made_of(&tidy)) else {
            return Err(format!("no value of `{attribute}` is \"{shown}\" in VICIdial"));
        };
        let is_flag = matches!(self.transforms.iter().find(|step| !is_space(step)), Some(Transform::YesNo { .. }));
        Ok((attribute.to_owned(), of_kind(text, now, is_flag)))
    }
}

impl Program {
    /// The same of a text that an agent types into a field of the contact's lead: the contact's field, and what it gets.
    ///
    /// # Errors
    /// Why nothing goes to the CRM, in a sentence.
    pub fn typed(&self, field: &FieldName, text: &str, contact: &Contact) -> Result<(String, Value), String> {
        let Some(rule) = self.fields.get(field) else {
            let is_phone = self.lead_fields().contains(field);
            return Err(if is_phone { "numbers go to VICIdial only".to_owned() } else { format!("the mapping does not fill `{field}`") });
        };
        if !rule.way.direction.pulls() {
            return Err(format!("`{field}` goes to VICIdial only: its direction is \"{}\"", rule.way.direction));
        }
        if field.shows_nothing(text) && !rule.way.clears {
            return Err("a blank says nothing, unless the field has `blank = \"clear\"`".to_owned());
        }
        self.back(field, text, contact)
    }
}

/// Whether a step only cuts white space.
pub(super) fn is_space(step: &Transform) -> bool {
    matches!(step, Transform::Trim | Transform::Collapse)
}

/// A text as a value of the kind that the CRM has there now, where that says the same.
fn of_kind(text: String, now: &Value, is_flag: bool) -> Value {
    let flag = match text.as_str() {
        "true" => Some(Value::Bool(true)),
        "false" => Some(Value::Bool(false)),
        _ => None,
    };
    // `007` and `+7` are other texts than 7.
    let number = text.parse::<i64>().ok().filter(|number| number.to_string() == text).map(Value::Int);
    let typed = match now {
        Value::Bool(_) => flag,
        Value::Int(_) => number,
        Value::Null if is_flag => flag,
        Value::Null | Value::Text(_) | Value::List(_) => None,
    };
    typed.unwrap_or(Value::Text(text))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::attributes::Attributes;
    use super::super::fields::Origin;
    use super::super::transform::{input, steps};
    use super::*;
    use crate::model::{ContactId, Way};

    fn contact(value: Value) -> Contact {
        let fields = [("field".to_owned(), value)].into();
        Contact { id: ContactId("c1".to_owned()), updated: None, opted_out: false, fields }
    }

    fn rule(transforms: Vec<Transform>) -> FieldRule {
        FieldRule { origin: Origin::From(vec!["field".to_owned()]), transforms, way: Way::default() }
    }

    fn shows(rule: &FieldRule, contact: &Contact) -> Result<String, String> {
        rule.value(&Attributes::default().see(contact))
    }

    fn value() -> impl Strategy<Value = Value> {
        let number = prop_oneof![Just(0), Just(1), -20_i64..2_100];
        prop_oneof![
            1 => Just(Value::Null),
            2 => any::<bool>().prop_map(Value::Bool),
            2 => number.prop_map(Value::Int),
            6 => input().prop_map(Value::Text),
        ]
    }

    fn config() -> ProptestConfig {
        let rng_seed = proptest::test_runner::RngSeed::Fixed(1);
        ProptestConfig { rng_seed, failure_persistence: None, cases: 20_000, ..Default::default() }
    }

    proptest! {
        #![proptest_config(config())]

        /// What a contact shows in VICIdial goes back to it, and shows the same again.
        #[test]
        fn what_a_contact_shows_comes_back(steps in prop::collection::vec(prop::sample::select(steps()), 0..4), value in value()) {
            let rule = rule(steps);
            if undo_all(&rule.transforms).is_err() {
                return Ok(());
            }
            let contact_before = contact(value);
            let shown = shows(&rule, &contact_before).unwrap_or_default();
            let back = rule.back(&shown, &contact_before);
            let Ok((_, value)) = back else {
                return Err(TestCaseError::fail(format!("{:?} of {contact_before:?} shows {shown:?}: {back:?}", rule.transforms)));
            };
            prop_assert_eq!(shows(&rule, &contact(value.clone())), Ok(shown.clone()), "{:?} of {:?}", rule.transforms, value);
        }

        /// Whatever an agent types: what goes back shows it, or nothing goes.
        #[test]
        fn what_is_typed_shows_as_it_was_typed(
            steps in prop::collection::vec(prop::sample::select(steps()), 0..4), now in value(), typed in input(),
        ) {
            let rule = rule(steps);
            if let Ok((_, value)) = rule.back(&typed, &contact(now)) {
                let shown = if typed.trim().is_empty() { String::new() } else { typed.clone() };
                // Spaces that its own steps cut are none of a value.
                let cut: Vec<Transform> = rule.transforms.iter().filter(|step| is_space(step)).cloned().collect();
                let tidy = transform::apply_all(&cut, &shown);
                let after = shows(&rule, &contact(value.clone()));
                prop_assert!(after == Ok(shown) || after == Ok(tidy), "{:?} of {:?}: {:?}", rule.transforms, value, after);
            }
        }
    }

    #[test]
    fn a_value_comes_back_as_the_kind_that_it_is() {
        let yes_no = || vec![Transform::YesNo { yes: "Y".to_owned(), no: "N".to_owned() }];
        let text = |text: &str| Value::Text(text.to_owned());
        for (transforms, now, shown, expected) in [
            (vec![], Value::Int(5), "7", Some(Value::Int(7))),
            (vec![], Value::Int(5), "007", Some(text("007"))),
            (vec![], text("5"), "7", Some(text("7"))),
            (vec![], Value::Null, "7", Some(text("7"))),
            (vec![], Value::Bool(true), "false", Some(Value::Bool(false))),
            (vec![], Value::Bool(true), "no", Some(text("no"))),
            (yes_no(), Value::Bool(true), "N", Some(Value::Bool(false))),
            (yes_no(), Value::Null, "Y", Some(Value::Bool(true))),
            (yes_no(), text("yes"), "N", Some(text("false"))),
            (yes_no(), Value::Null, "maybe", None),
            (vec![Transform::Prefix("CRM-".to_owned())], Value::Null, "CRM-7", Some(text("7"))),
            (vec![Transform::Prefix("CRM-".to_owned())], Value::Null, "7", None),
            (vec![Transform::Upper], text("a"), "A", None),
            (vec![], Value::List(vec![text("a"), text("b")]), "a, b", None),
            (vec![], text("Miami"), " ", Some(Value::Null)),
        ] {
            let back = rule(transforms.clone()).back(shown, &contact(now.clone())).ok().map(|(_, value)| value);
            assert_eq!(back, expected, "{transforms:?} {now:?} {shown}");
        }
    }
}
