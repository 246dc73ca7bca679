//! One lead field's rule: where its value comes from and how it is turned.

use std::borrow::Cow;

use crate::model::Way;

use super::attributes::Seen;
use super::source;
use super::template::Template;
use super::transform::several::{self, Values};
use super::transform::{self, Transform};

/// How one field is filled.
#[derive(Debug, Clone)]
pub(super) struct FieldRule {
    pub(super) origin: Origin,
    pub(super) transforms: Vec<Transform>,
    /// Which way it goes.
    pub(super) way: Way,
}

/// Where a value comes from.
#[derive(Debug, Clone)]
pub(super) enum Origin {
    /// The first of these attributes that is not blank.
    From(Vec<String>),
    /// All values of these attributes that are not blank, as several.
    All(Vec<String>),
    /// A text made of attributes.
    Template(Template),
    /// The same for every contact.
    Constant(String),
}

impl FieldRule {
    /// An attribute as it is.
    pub(super) fn plain(name: &str) -> Self {
        Self { origin: Origin::From(vec![name.to_owned()]), transforms: Vec::new(), way: Way::default() }
    }

    /// The attributes it reads.
    pub(super) fn reads(&self) -> Vec<&str> {
        match &self.origin {
            Origin::From(names) | Origin::All(names) => names.iter().map(String::as_str).collect(),
            Origin::Template(template) => template.names().map(|name| name.text.as_str()).collect(),
            Origin::Constant(_) => Vec::new(),
        }
    }

    /// The contact's value; what is only white space becomes empty.
    ///
    /// # Errors
    /// Why a template cannot be worked out for this contact, in a sentence.
    pub(super) fn value(&self, contact: &Seen<'_>) -> Result<String, String> {
        self.value_after(contact, self.transforms.len())
    }

    /// The same after its first so many steps.
    ///
    /// # Errors
    /// As those of [`Self::value`].
    pub(super) fn value_after(&self, contact: &Seen<'_>, steps: usize) -> Result<String, String> {
        let steps = self.transforms.get(..steps).unwrap_or_default();
        let values = match &self.origin {
            Origin::From(names) => source::values(contact, names, source::Take::First),
            Origin::All(names) => source::values(contact, names, source::Take::All),
            Origin::Template(template) => {
                let value = |name: &str| source::value(contact, name).into_owned();
                let text = if template.is_blank(&value) { String::new() } else { template.spell(&value)?.trim().to_owned() };
                Values::One(text.into())
            }
            Origin::Constant(text) => Values::One(text.into()),
        };
        Ok(filled(several::apply(steps, values)).into_owned())
    }

    /// The attribute that it is made of, where that is one alone.
    pub(super) fn single(&self) -> Option<&str> {
        match &self.origin {
            Origin::From(names) => match names.as_slice() {
                [name] if name != source::ID => Some(name),
                _ => None,
            },
            Origin::All(_) | Origin::Template(_) | Origin::Constant(_) => None,
        }
    }

    /// What becomes of the one text of that attribute: as [`Self::value`] says, sooner.
    #[inline]
    pub(super) fn of_text<'t>(&'t self, text: &'t str) -> Cow<'t, str> {
        filled(self.transforms.iter().fold(Cow::Borrowed(text), |text, step| step.apply(text)))
    }

    /// The texts that the file itself can put into the field.
    pub(super) fn constants(&self) -> Vec<String> {
        let mut constants = Vec::new();
        if let Origin::Constant(text) = &self.origin {
            constants.push(transform::apply_all(&self.transforms, text));
        }
        for (place, step) in self.transforms.iter().enumerate() {
            let after = &self.transforms[place + 1..];
            constants.extend(step.constants().into_iter().map(|text| transform::apply_all(after, text)));
        }
        constants
    }
}

/// What is only white space says nothing.
#[inline]
fn filled(value: Cow<'_, str>) -> Cow<'_, str> {
    if source::is_blank(&value) { Cow::Borrowed("") } else { value }
}

#[cfg(test)]
mod tests {
    use crate::model::{Contact, ContactId, Value};

    use super::super::attributes::Attributes;
    use super::*;

    fn contact() -> Contact {
        let list = |texts: &[&str]| Value::List(texts.iter().map(|text| Value::Text((*text).to_owned())).collect());
        let fields = [
            ("tags", list(&["red", " ", "blue"])),
            ("blank", Value::Text("  ".to_owned())),
            ("count", Value::Int(3)),
            ("nested", Value::List(vec![Value::Bool(true), list(&["x"])])),
        ];
        let fields = fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        Contact { id: ContactId("c1".to_owned()), updated: None, opted_out: false, fields }
    }

    fn names(names: &[&str]) -> Vec<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    #[test]
    fn several_values_go_through_each_step() {
        for (origin, transforms, expected) in [
            (Origin::From(names(&["blank", "tags", "count"])), vec![Transform::Upper], "RED, BLUE"),
            (Origin::From(names(&["tags"])), vec![Transform::Truncate(1), Transform::Join("+".to_owned())], "r+b"),
            (Origin::From(names(&["blank", "missing"])), vec![Transform::Default("none".to_owned())], "none"),
            (Origin::From(names(&["blank"])), vec![Transform::Prefix("x".to_owned())], ""),
            (Origin::From(names(&["id"])), vec![], "c1"),
            (Origin::All(names(&["tags", "blank", "count", "id"])), vec![Transform::Join(" | ".to_owned())], "red | blue | 3 | c1"),
            (Origin::All(names(&["count", "nested"])), vec![], "3, true, x"),
            (Origin::All(names(&["blank"])), vec![Transform::Default("none".to_owned())], "none"),
            (Origin::Constant("a".to_owned()), vec![Transform::Upper], "A"),
        ] {
            let rule = FieldRule { origin, transforms, way: Way::default() };
            assert_eq!(rule.value(&Attributes::default().see(&contact())).as_deref(), Ok(expected), "{rule:?}");
        }
    }
}
