//! A few whole contacts with every attribute that the CRM shows, for whoever does not know yet which there are. It changes nothing.

use std::collections::BTreeSet;

use super::connection::Crm;
use super::record::{self, Wanted};
use crate::model::Contact;
use crate::ports::Fault;

impl Crm {
    /// The first contacts by id, at most so many, with all their attributes; the names that the connector makes of a record among them.
    ///
    /// # Errors
    /// A refused login, a missing right, an address where no such CRM answers.
    pub async fn sample_contacts(&self, count: usize) -> Result<Vec<Contact>, Fault> {
        let rules = &self.connector.record;
        let mut contacts = Vec::new();
        for whole in self.samples(count).await? {
            let attributes = whole.as_object().into_iter().flat_map(|object| object.keys().cloned());
            let wanted: BTreeSet<String> = attributes.chain(rules.fields.keys().cloned()).collect();
            let contact = record::contact(rules, &Wanted::new(rules, &wanted), &whole).map_err(|unreadable| self.no_contact(unreadable))?;
            contacts.extend(contact);
        }
        Ok(contacts)
    }

    /// Which of these attributes the CRM's call activities have, by a question each. For few names.
    ///
    /// # Errors
    /// A [`Fault`] that is not about the attribute: the right to read calls may be missing.
    pub async fn activity_attributes(&self, names: &[&str]) -> Result<BTreeSet<String>, Fault> {
        let mut found = BTreeSet::new();
        for name in names {
            if self.has_attribute(&self.connector.probe.activity_entity, name).await? {
                found.insert((*name).to_owned());
            }
        }
        Ok(found)
    }
}
