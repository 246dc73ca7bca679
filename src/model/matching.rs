//! What a mapping says of contacts and leads that exist on both sides already: by what they are known to be one. It knows no lead, and decides
//! nothing; that is done in `sync`.

use std::collections::BTreeSet;

use super::field::FieldName;

/// How contacts without a lead find one that no contact has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Matching {
    /// The contact's field that holds what stands in `vendor_lead_code` of leads that an older tool made; `id` is the CRM's own id.
    pub code_from: Option<String>,
    /// Whether by phone, and then the lead fields that must agree as well.
    pub phone_and: Option<BTreeSet<FieldName>>,
    /// What happens where it cannot be told which is which.
    pub ambiguous: Ambiguous,
}

/// What happens to a contact where several leads fit it, or several contacts one lead.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Ambiguous {
    /// It gets no lead before a person mended the data.
    #[default]
    Hold,
    /// It gets a new lead.
    New,
}

impl Matching {
    /// The phone rule in words: `phone and last_name`.
    #[must_use]
    pub fn phone_words(&self) -> String {
        let mut words = vec!["phone".to_owned()];
        words.extend(self.phone_and.iter().flatten().map(ToString::to_string));
        match words.split_last() {
            Some((last, before)) if !before.is_empty() => format!("{} and {last}", before.join(", ")),
            Some(_) | None => words.concat(),
        }
    }
}
