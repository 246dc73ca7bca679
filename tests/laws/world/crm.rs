//! The CRM: contacts with stamps of whole seconds, and their call activities. It keeps no key unique by itself.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, SubsecRound, TimeDelta, Utc};
use vicisync::model::{Activity, ActivityId, Contact, ContactId, Merge, Merges, Phone, Value};
use vicisync::ports::{Birth, Contacts, Cursor, Effect, Fault, KnownActivity, Page, Reach, Scope};

use super::{Sim, World};

/// Contacts on one page of a listing.
const PAGE: usize = 5;

/// One contact's row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Person {
    pub(crate) fields: BTreeMap<String, Value>,
    pub(crate) opted_out: bool,
    pub(crate) modified: DateTime<Utc>,
}

/// One call activity.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Logged {
    pub(crate) contact: ContactId,
    pub(crate) activity: Activity,
}

/// How a CRM tells of merges.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tells {
    /// Not at all: the loser is gone.
    Nothing,
    /// The loser's record, which no listing shows any more, points to the winner.
    ByLoser,
    /// The loser's record is still listed, and points to the winner.
    ByListedLoser,
    /// The winner's record lists those that went right into it.
    ByWinner,
}

/// The CRM's tables.
pub(crate) struct Crm {
    pub(crate) people: BTreeMap<ContactId, Person>,
    pub(crate) activities: BTreeMap<ActivityId, Logged>,
    /// Attributes that a listing shows; the others are read by name.
    pub(crate) asked: BTreeSet<String>,
    /// How far the CRM's clock is off.
    pub(crate) skew: TimeDelta,
    /// Listings come out empty, as after a change of rights.
    pub(crate) lists_nothing: bool,
    /// Contacts that listings leave out.
    pub(crate) unlisted: BTreeSet<ContactId>,
    /// Contacts that cannot be read, in listings or by their id.
    pub(crate) broken: BTreeSet<ContactId>,
    /// Single contacts may not be read.
    pub(crate) is_forbidden: bool,
    /// Contacts that went into others.
    pub(crate) merged: BTreeMap<ContactId, ContactId>,
    /// How it tells of merges.
    pub(crate) tells: Tells,
    /// Searches do not find contacts that were made so many seconds ago or less.
    pub(crate) search_lag: TimeDelta,
    /// A value that no contact may have.
    pub(crate) forbidden: Option<String>,
    next_activity: u64,
    next_person: u64,
}

impl Crm {
    pub(crate) fn new() -> Self {
        Self {
            people: BTreeMap::new(),
            activities: BTreeMap::new(),
            asked: BTreeSet::new(),
            skew: TimeDelta::zero(),
            lists_nothing: false,
            unlisted: BTreeSet::new(),
            broken: BTreeSet::new(),
            is_forbidden: false,
            merged: BTreeMap::new(),
            tells: Tells::Nothing,
            search_lag: TimeDelta::seconds(-1),
            forbidden: None,
            next_activity: 1,
            next_person: 1,
        }
    }

    fn shown(&self, id: &ContactId, person: &Person) -> Contact {
        let fields = person.fields.iter().filter(|(name, _)| self.asked.contains(*name));
        Contact {
            id: id.clone(),
            updated: Some(person.modified),
            opted_out: person.opted_out,
            fields: fields.map(|(name, value)| (name.clone(), value.clone())).collect(),
        }
    }
}

impl World {
    /// Somebody works on a contact in the CRM; made where it is not there.
    pub(crate) fn person(&mut self, id: &str, change: impl FnOnce(&mut Person)) {
        let modified = self.crm_now();
        let empty = Person { fields: BTreeMap::new(), opted_out: false, modified };
        let person = self.crm.people.entry(ContactId::from(id)).or_insert(empty);
        change(person);
        person.modified = modified;
    }

    /// Somebody merges a contact into another one: the loser is gone, its activities are the winner's, and its opt-out is forgotten.
    pub(crate) fn merge(&mut self, loser: &str, winner: &str) {
        let (loser, winner) = (ContactId::from(loser), ContactId::from(winner));
        assert!(self.crm.people.remove(&loser).is_some() && self.crm.people.contains_key(&winner));
        for logged in self.crm.activities.values_mut().filter(|logged| logged.contact == loser) {
            logged.contact = winner.clone();
        }
        self.crm.merged.insert(loser, winner.clone());
        self.person(winner.as_str(), |_| ());
    }

    fn merges(&self, contact: &ContactId) -> Merges {
        let losers = || self.crm.merged.iter().filter(|(_, winner)| *winner == contact).map(|(loser, _)| loser.clone()).collect();
        match self.crm.tells {
            Tells::Nothing => Merges::default(),
            Tells::ByLoser | Tells::ByListedLoser => Merges { into: self.crm.merged.get(contact).cloned(), losers: Vec::new() },
            Tells::ByWinner if self.crm.people.contains_key(contact) => Merges { into: None, losers: losers() },
            Tells::ByWinner => Merges::default(),
        }
    }

    /// The CRM's clock: whole seconds.
    pub(crate) fn crm_now(&self) -> DateTime<Utc> {
        (self.now + self.crm.skew).trunc_subsecs(0)
    }

    fn page(&self, scope: &Scope, cursor: Option<&Cursor>) -> Page {
        let read_at = self.crm_now();
        let mut rows: Vec<(String, &ContactId, &Person)> = Vec::new();
        for (id, person) in &self.crm.people {
            let is_in = match scope {
                Scope::ChangedSince(since) => person.modified >= *since,
                Scope::All => true,
            };
            if is_in && !self.crm.lists_nothing && !self.crm.unlisted.contains(id) {
                let key = match scope {
                    Scope::ChangedSince(_) => format!("{:012}|{id}", person.modified.timestamp()),
                    Scope::All => id.to_string(),
                };
                rows.push((key, id, person));
            }
        }
        rows.sort();
        let rest: Vec<_> = rows.into_iter().filter(|(key, ..)| cursor.is_none_or(|cursor| *key > cursor.0)).collect();
        let next = (rest.len() > PAGE).then(|| Cursor(rest[PAGE - 1].0.clone()));
        let (broken, whole): (Vec<_>, Vec<_>) = rest.iter().take(PAGE).partition(|(_, id, _)| self.crm.broken.contains(*id));
        let contacts = whole.iter().map(|(_, id, person)| self.crm.shown(id, person)).collect();
        let unreadable = broken.iter().map(|(_, id, _)| ((*id).clone(), Fault::refused("server_fault", "the CRM answers 500"))).collect();
        let of = |winner: &ContactId| self.merges(winner).losers.into_iter().map(|loser| Merge { loser, winner: winner.clone() }).collect();
        let mut merged: Vec<Merge> = whole.iter().flat_map(|(_, id, _)| -> Vec<Merge> { of(id) }).collect();
        if self.crm.tells == Tells::ByListedLoser && next.is_none() {
            merged.extend(self.crm.merged.iter().map(|(loser, winner)| Merge { loser: loser.clone(), winner: winner.clone() }));
        }
        Page { contacts, unreadable, merged, next, read_at }
    }

    fn patch(&mut self, contact: &ContactId, set: &BTreeMap<String, Value>) -> Result<(), Fault> {
        let modified = self.crm_now();
        let person = self.crm.people.get_mut(contact).ok_or_else(|| no_contact(contact))?;
        person.fields.extend(set.clone());
        person.modified = modified;
        Ok(())
    }

    /// Contacts with one of these texts, as they are written.
    fn find(&self, name: &str, texts: &[String]) -> Vec<Contact> {
        let has = |value: &Value| value.text().is_some_and(|text| texts.contains(&text));
        let is_it = |person: &Person| match person.fields.get(name) {
            Some(Value::List(values)) => values.iter().any(has),
            Some(value) => has(value),
            None => false,
        };
        let is_indexed = |person: &Person| self.crm_now() - person.modified > self.crm.search_lag;
        let found = self.crm.people.iter().filter(|(_, person)| is_it(person) && is_indexed(person));
        found.map(|(id, person)| self.crm.shown(id, person)).collect()
    }

    /// A contact is made, unless one with the same names is there.
    fn create(&mut self, phone: &Phone, set: &BTreeMap<String, Value>) -> Result<Birth, Fault> {
        if self.crm.forbidden.iter().any(|text| set.values().any(|value| value.text().as_ref() == Some(text))) {
            return Err(Fault::refused("validation", "the CRM refused the values: field email, valid"));
        }
        let names = ["firstName", "lastName"].map(|name| set.get(name).cloned().unwrap_or(Value::Null));
        let is_named = names.iter().any(|name| !name.is_blank());
        let is_alike = |person: &Person| {
            ["firstName", "lastName"].iter().zip(&names).all(|(name, value)| person.fields.get(*name).unwrap_or(&Value::Null) == value)
        };
        let alike: Vec<ContactId> =
            self.crm.people.iter().filter(|(_, person)| is_named && is_alike(person)).map(|(id, _)| id.clone()).collect();
        if !alike.is_empty() {
            return Ok(Birth::Alike(alike));
        }
        let id = ContactId(format!("n{:02}", self.crm.next_person));
        self.crm.next_person += 1;
        let mut fields = set.clone();
        fields.insert("phoneNumber".to_owned(), Value::Text(phone.e164()));
        self.crm.people.insert(id.clone(), Person { fields, opted_out: false, modified: self.crm_now() });
        Ok(Birth::Made(id))
    }

    fn create_activity(&mut self, contact: &ContactId, activity: Activity) -> Result<ActivityId, Fault> {
        if !self.crm.people.contains_key(contact) {
            return Err(no_contact(contact));
        }
        let id = ActivityId(format!("a{:03}", self.crm.next_activity));
        self.crm.next_activity += 1;
        self.crm.activities.insert(id.clone(), Logged { contact: contact.clone(), activity });
        Ok(id)
    }
}

impl PartialOrd for Person {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Person {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.modified.cmp(&other.modified)
    }
}

fn no_contact(contact: &ContactId) -> Fault {
    Fault::refused("contact_missing", format!("there is no contact {contact}"))
}

impl Contacts for Sim {
    async fn page(&self, scope: &Scope, cursor: Option<&Cursor>) -> Result<Page, Fault> {
        let (scope, cursor) = (scope.clone(), cursor.cloned());
        self.request("page", None, move |world| Ok(world.page(&scope, cursor.as_ref()))).await
    }

    async fn get(&self, contact: &ContactId) -> Result<Option<Contact>, Fault> {
        let contact = contact.clone();
        self.request("get", None, move |world| {
            if world.crm.is_forbidden {
                return Err(Fault::new(Effect::None, Reach::Person, "no_right", "this user may not read contacts"));
            }
            if world.crm.broken.contains(&contact) {
                return Err(Fault::refused("server_fault", "the CRM answers 500"));
            }
            Ok(world.crm.people.get(&contact).map(|person| world.crm.shown(&contact, person)))
        })
        .await
    }

    async fn merges(&self, contact: &ContactId) -> Result<Merges, Fault> {
        let contact = contact.clone();
        if self.world().crm.tells == Tells::Nothing {
            return Ok(Merges::default());
        }
        self.request("merges", None, move |world| Ok(world.merges(&contact))).await
    }

    async fn read(&self, contact: &ContactId, names: &BTreeSet<String>) -> Result<Option<BTreeMap<String, Value>>, Fault> {
        let (contact, names) = (contact.clone(), names.clone());
        self.request("read", None, move |world| {
            let Some(person) = world.crm.people.get(&contact) else { return Ok(None) };
            let value = |name: &String| person.fields.get(name).cloned().unwrap_or(Value::Null);
            Ok(Some(names.iter().map(|name| (name.clone(), value(name))).collect()))
        })
        .await
    }

    async fn patch(&self, contact: &ContactId, set: &BTreeMap<String, Value>) -> Result<(), Fault> {
        let (contact, set) = (contact.clone(), set.clone());
        self.request("patch", Some(format!("patch {contact}")), move |world| world.patch(&contact, &set)).await
    }

    async fn find(&self, name: &str, texts: &[String]) -> Result<Vec<Contact>, Fault> {
        let (name, texts) = (name.to_owned(), texts.to_vec());
        self.request("find", None, move |world| Ok(world.find(&name, &texts))).await
    }

    async fn create(&self, phone: &Phone, set: &BTreeMap<String, Value>) -> Result<Birth, Fault> {
        let (phone, set) = (phone.clone(), set.clone());
        self.request("create", Some(format!("create {}", phone.e164())), move |world| world.create(&phone, &set)).await
    }

    async fn find_activity(&self, contact: &ContactId, key: &str) -> Result<Option<ActivityId>, Fault> {
        let (contact, key) = (contact.clone(), key.to_owned());
        self.request("find_activity", None, move |world| {
            let is_it = |logged: &Logged| logged.contact == contact && logged.activity.key == key;
            Ok(world.crm.activities.iter().find(|(_, logged)| is_it(logged)).map(|(id, _)| id.clone()))
        })
        .await
    }

    async fn known_activity(&self, contact: &ContactId, activity: &Activity) -> Result<Option<KnownActivity>, Fault> {
        let (contact, activity) = (contact.clone(), activity.clone());
        self.request("find_activity", None, move |world| {
            let is_it = |logged: &Logged| logged.contact == contact && logged.activity.key == activity.key;
            let found = world.crm.activities.iter().find(|(_, logged)| is_it(logged));
            Ok(found.map(|(id, logged)| KnownActivity { id: id.clone(), is_same: logged.activity == activity }))
        })
        .await
    }

    async fn create_activity(&self, contact: &ContactId, activity: &Activity) -> Result<ActivityId, Fault> {
        let (contact, activity) = (contact.clone(), activity.clone());
        self.request("create_activity", Some(format!("create_activity {contact}")), move |world| world.create_activity(&contact, activity))
            .await
    }

    async fn update_activity(&self, id: &ActivityId, contact: &ContactId, activity: &Activity) -> Result<(), Fault> {
        let (id, contact, activity) = (id.clone(), contact.clone(), activity.clone());
        self.request("update_activity", Some(format!("update_activity {id}")), move |world| {
            let logged = world.crm.activities.get_mut(&id).ok_or_else(|| no_contact(&contact))?;
            logged.activity = activity;
            Ok(())
        })
        .await
    }
}
