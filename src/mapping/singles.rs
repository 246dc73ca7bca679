//! Fields that are made of one attribute each, which most are: their texts are found in one walk over a contact.
//!
//! A contact's values and these names are both in order, so nothing is searched for. What is no single text is left to the rule itself.

use std::collections::BTreeMap;

use crate::model::{Contact, FieldName, Value};

use super::fields::FieldRule;

/// The attributes in order, each with the place of its rule among all rules.
#[derive(Debug, Clone)]
pub(super) struct Singles {
    names: Vec<(String, usize)>,
    rules: usize,
}

impl Singles {
    /// Those of these rules.
    pub(super) fn of(rules: &BTreeMap<FieldName, FieldRule>) -> Self {
        let single = rules.values().enumerate().filter_map(|(place, rule)| Some((rule.single()?.to_owned(), place)));
        let mut names: Vec<_> = single.collect();
        names.sort();
        Self { names, rules: rules.len() }
    }

    /// For each rule the one text that it is made of, where there is one that says something.
    pub(super) fn texts<'c>(&self, contact: &'c Contact) -> Vec<Option<&'c str>> {
        let mut texts = vec![None; self.rules];
        let mut values = contact.fields.iter().peekable();
        for (name, place) in &self.names {
            while values.next_if(|(known, _)| *known < name).is_some() {}
            // It stays: another rule may read the same attribute.
            if let Some((known, Value::Text(text))) = values.peek()
                && *known == name
                && !text.trim_start().is_empty()
            {
                texts[*place] = Some(text.as_str());
            }
        }
        texts
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{ContactId, LeadField};

    #[test]
    fn one_walk_finds_each_text_and_no_other() {
        let rule = |field, name: &str| (FieldName::Standard(field), FieldRule::plain(name));
        let rules = [
            rule(LeadField::Title, "m"),
            rule(LeadField::FirstName, "b"),
            rule(LeadField::LastName, "z"),
            rule(LeadField::City, "b"),
            rule(LeadField::State, "blank"),
            rule(LeadField::Email, "several"),
            rule(LeadField::Owner, "a0"),
        ];
        let rules = BTreeMap::from(rules);
        let text = |text: &str| Value::Text(text.to_owned());
        let fields = [
            ("a", text("A")),
            ("b", text("B")),
            ("blank", text(" ")),
            ("several", Value::List(vec![text("x")])),
            ("y", text("Y")),
            ("z", text("Z")),
        ];
        let fields = fields.map(|(name, value)| (name.to_owned(), value)).into();
        let contact = Contact { id: ContactId("c1".to_owned()), updated: None, opted_out: false, fields };
        let texts: Vec<_> = rules.keys().map(ToString::to_string).zip(Singles::of(&rules).texts(&contact)).collect();
        let found: Vec<_> = texts.iter().filter_map(|(field, text)| Some((field.as_str(), (*text)?))).collect();
        assert_eq!(found, [("first_name", "B"), ("last_name", "Z"), ("city", "B")]);
        for (rule, (field, text)) in rules.values().zip(&texts) {
            if let Some(text) = text {
                assert_eq!(Ok(rule.of_text(text)), rule.value(&contact), "{field}");
            }
        }
    }
}
