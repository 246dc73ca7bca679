//! The part of a job that a run decides about: all of it, or one list of VICIdial. It decides which links and contacts belong to it; what becomes of
//! those is decided as in any other run, and the others are left alone.

use std::collections::BTreeSet;

use crate::model::{ContactId, Link, LinkId, ListId};
use crate::ports::{Effect, Fault, Reach, Store};

use super::{Job, Outside, Scope, Stop};

/// Links walked in one go.
const LINKS_BATCH: u32 = 1000;

/// The part.
pub(crate) struct Part {
    list: Option<ListId>,
    /// Contacts of the list, as far as they are known: their lead is in it, or is to be.
    contacts: BTreeSet<ContactId>,
}

impl Part {
    /// All of a job.
    pub(crate) fn whole() -> Self {
        Self { list: None, contacts: BTreeSet::new() }
    }

    /// What a run of this scope decides about.
    pub(crate) fn of(scope: &Scope) -> Self {
        match scope {
            Scope::List(list) => Self { list: Some(*list), ..Self::whole() },
            Scope::Changed | Scope::Full | Scope::Since(_) | Scope::Contact(_) | Scope::Lead(_) => Self::whole(),
        }
    }

    /// The list, where it is one.
    pub(crate) fn list(&self) -> Option<ListId> {
        self.list
    }

    /// Whether it is that list, or holds it.
    pub(crate) fn has_list(&self, list: ListId) -> bool {
        self.list.is_none_or(|own| own == list)
    }

    /// Whether a link belongs to it.
    pub(crate) fn has_link(&self, link: &Link) -> bool {
        self.has_list(link.list_id) || self.contacts.contains(&link.contact)
    }

    /// Whether a contact is known to belong to it.
    pub(crate) fn has(&self, contact: &ContactId) -> bool {
        self.list.is_none() || self.contacts.contains(contact)
    }

    /// A contact belongs to it.
    pub(crate) fn add(&mut self, contact: &ContactId) {
        if self.list.is_some() && !self.contacts.contains(contact) {
            self.contacts.insert(contact.clone());
        }
    }

    /// Its contacts; `None` where it is all of the job.
    pub(crate) fn contacts(&self) -> Option<&BTreeSet<ContactId>> {
        self.list.map(|_| &self.contacts)
    }

    /// Stops a run over a list that has nothing to do with the job.
    pub(crate) fn known<D, C, S: Store, K>(&self, outside: &Outside<'_, D, C, S, K>, job: &Job) -> Result<(), Stop> {
        let lists = job.program.lists();
        let Some(list) = self.list.filter(|list| !lists.contains(list)) else { return Ok(()) };
        let mut after = LinkId(0);
        loop {
            let links = outside.store.links_after(&job.name, after, LINKS_BATCH)?;
            if links.iter().any(|link| link.list_id == list) {
                return Ok(());
            }
            let Some(last) = links.last() else { break };
            after = last.id;
        }
        let names = lists.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
        let message = format!("no list rule of job {} names list {list}, and no lead of the job is in it", job.name);
        let fault = Fault::new(Effect::None, Reach::Person, "list_unknown", message);
        Err(job.dialer_stop(fault.help(format!("its lists are: {names}"))))
    }
}
