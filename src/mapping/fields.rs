//! One lead field's rule: where its value comes from and how it is turned.

use crate::model::Contact;

use super::source;
use super::transform::{self, Transform};

/// How one field is filled.
#[derive(Debug, Clone)]
pub(super) struct FieldRule {
    pub(super) origin: Origin,
    pub(super) transforms: Vec<Transform>,
    /// `blank = "clear"`.
    pub(super) is_clearing: bool,
}

/// Where a value comes from.
#[derive(Debug, Clone)]
pub(super) enum Origin {
    /// The first of these attributes that is not blank.
    From(Vec<String>),
    /// The same for every contact.
    Constant(String),
}

impl FieldRule {
    /// An attribute as it is.
    pub(super) fn plain(name: &str) -> Self {
        Self { origin: Origin::From(vec![name.to_owned()]), transforms: Vec::new(), is_clearing: false }
    }

    /// The attributes it reads.
    pub(super) fn reads(&self) -> impl Iterator<Item = &str> {
        let names: &[String] = match &self.origin {
            Origin::From(names) => names,
            Origin::Constant(_) => &[],
        };
        names.iter().map(String::as_str)
    }

    /// The contact's value; what is only white space becomes empty.
    pub(super) fn value(&self, contact: &Contact) -> String {
        let raw = match &self.origin {
            Origin::From(names) => names
                .iter()
                .map(|name| source::value(contact, name))
                .find(|value| !value.is_blank())
                .map_or_else(String::new, |value| source::text(&value)),
            Origin::Constant(text) => text.clone(),
        };
        let value = transform::apply_all(&self.transforms, &raw);
        if value.trim().is_empty() { String::new() } else { value }
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
