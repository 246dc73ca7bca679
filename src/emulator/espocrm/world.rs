//! Everything the server holds, and what a test may do to it from behind.
//!
//! One struct, changed only by answering requests or by these calls. What a user of the server's own screens does
//! (`edit_contact`, `merge`, ...) goes the same way as the API, as the administrator.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde_json::{Value, json};

use super::Options;
use super::attribute::{Attribute, CustomField};
use super::clock::Clock;
use super::hooks::Hooks;
use super::login::{Actor, Failures};
use super::points::{Book, Entry, Shelf, key_of};
use super::schema::{ENTITIES, Entity, attributes};
use super::wire::Object;

/// A contact's link to an account. The contact's title is the role here.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct AccountLink {
    pub(super) account: String,
    pub(super) role: Value,
}

/// One record.
#[derive(Clone, Debug)]
pub(super) struct Row {
    pub(super) entity: Entity,
    pub(super) id: String,
    pub(super) is_deleted: bool,
    pub(super) values: Object,
    pub(super) phones: Shelf,
    pub(super) emails: Shelf,
    pub(super) accounts: Vec<AccountLink>,
}

impl Row {
    pub(super) fn new(entity: Entity, id: String) -> Self {
        Row {
            entity,
            id,
            is_deleted: false,
            values: Object::new(),
            phones: Shelf::default(),
            emails: Shelf::default(),
            accounts: Vec::new(),
        }
    }

    /// A stored text, empty if there is none.
    pub(super) fn text(&self, name: &str) -> &str {
        self.values.get(name).and_then(Value::as_str).unwrap_or_default()
    }

    pub(super) fn set(&mut self, name: &str, value: impl Into<Value>) {
        self.values.insert(name.to_owned(), value.into());
    }
}

/// The state of the server.
pub struct World {
    /// The clock and the ids to come.
    pub clock: Clock,
    pub(super) options: Options,
    pub(super) schemas: BTreeMap<Entity, Arc<Vec<Attribute>>>,
    pub(super) tables: BTreeMap<Entity, BTreeMap<String, Row>>,
    pub(super) phones: Book,
    pub(super) emails: Book,
    pub(super) failures: Failures,
    pub(super) hooks: Hooks,
    pub(super) denied: BTreeSet<(Entity, &'static str)>,
    /// Attributes that roles hide.
    pub(super) hidden: BTreeSet<(Entity, String)>,
    pub(super) sequence: u64,
    pub(super) started: i64,
}

impl World {
    /// A server with the users and fields of the options and nothing else.
    pub fn new(options: Options) -> Self {
        let clock = Clock::default();
        let started = clock.now().timestamp();
        let mut world = World {
            clock,
            options,
            schemas: BTreeMap::new(),
            tables: BTreeMap::new(),
            phones: Book::default(),
            emails: Book::default(),
            failures: Failures::default(),
            hooks: Hooks::default(),
            denied: BTreeSet::new(),
            hidden: BTreeSet::new(),
            sequence: 0,
            started,
        };
        world.rebuild();
        for user in world.options.users.clone() {
            world.insert(Entity::User, &user);
        }
        world
    }

    /// Makes the tables of attributes anew, after the custom fields changed.
    pub(super) fn rebuild(&mut self) {
        for entity in ENTITIES {
            let custom = self.options.fields.iter().filter(|field| field.entity == entity);
            let custom: Vec<Attribute> = custom.map(CustomField::attribute).collect();
            self.schemas.insert(entity, Arc::new(attributes(entity, &custom)));
        }
    }

    pub(super) fn schema(&self, entity: Entity) -> Arc<Vec<Attribute>> {
        self.schemas.get(&entity).cloned().unwrap_or_default()
    }

    /// A record, deleted or not.
    pub(super) fn any_row(&self, entity: Entity, id: &str) -> Option<&Row> {
        self.tables.get(&entity)?.get(id)
    }

    /// A record that is not deleted.
    pub(super) fn row(&self, entity: Entity, id: &str) -> Option<&Row> {
        self.any_row(entity, id).filter(|row| !row.is_deleted)
    }

    pub(super) fn row_mut(&mut self, entity: Entity, id: &str) -> Option<&mut Row> {
        self.tables.get_mut(&entity)?.get_mut(id).filter(|row| !row.is_deleted)
    }

    /// All records of a type that are not deleted, oldest id first.
    pub(super) fn rows(&self, entity: Entity) -> impl Iterator<Item = &Row> {
        let table = self.tables.get(&entity);
        table.into_iter().flat_map(BTreeMap::values).filter(|row| !row.is_deleted)
    }

    pub(super) fn put(&mut self, row: Row) {
        let table = self.tables.entry(row.entity).or_default();
        table.insert(row.id.clone(), row);
    }

    pub(super) fn next_number(&mut self) -> u64 {
        self.sequence += 1;
        self.sequence
    }

    /// The administrator, as whom changes from behind are made.
    fn admin(&self) -> Actor {
        let found = self.rows(Entity::User).find(|row| row.text("type") == "admin");
        found.map_or_else(Actor::system, Actor::of)
    }

    /// Puts a record in as it is, unchecked: bad numbers, over-long texts and times of one's own are kept.
    fn insert(&mut self, entity: Entity, record: &Value) -> String {
        let now = self.clock.text();
        let given = record.get("id").and_then(Value::as_str).map(str::to_owned);
        let id = given.unwrap_or_else(|| self.clock.record_id());
        let mut row = Row::new(entity, id.clone());
        row.set("createdAt", now.clone());
        row.set("modifiedAt", now);
        row.set("createdById", self.admin().id);
        if entity == Entity::Lead {
            row.set("versionNumber", 1);
        }
        for (name, value) in record.as_object().into_iter().flatten() {
            row.values.insert(name.clone(), value.clone());
        }
        for (is_phone, single, many) in [(true, "phoneNumber", "phoneNumberData"), (false, "emailAddress", "emailAddressData")] {
            let mut entries: Vec<Entry> = Vec::new();
            for item in record.get(many).and_then(Value::as_array).into_iter().flatten() {
                let is = |name: &str| item.get(name).and_then(Value::as_bool).unwrap_or(false);
                entries.push(Entry {
                    value: item.get(single).and_then(Value::as_str).unwrap_or_default().to_owned(),
                    kind: item.get("type").and_then(Value::as_str).map(str::to_owned),
                    is_primary: is("primary"),
                    opt_out: is("optOut"),
                    invalid: is("invalid"),
                });
            }
            let flat = record.get(single).and_then(Value::as_str).unwrap_or_default();
            if entries.is_empty() && !flat.is_empty() {
                // A number that is there already keeps its marks: this way in is to disturb nobody.
                let book = if is_phone { &self.phones } else { &self.emails };
                let known = book.points.get(&key_of(flat));
                entries.push(Entry {
                    value: flat.to_owned(),
                    kind: known.map(|point| point.kind.clone()),
                    is_primary: true,
                    opt_out: known.is_some_and(|point| point.opt_out),
                    invalid: known.is_some_and(|point| point.invalid),
                });
            }
            entries.retain(|entry| !entry.value.trim().is_empty());
            if is_phone {
                self.phones.store_all(&mut row.phones, &entries);
            } else {
                self.emails.store_all(&mut row.emails, &entries);
            }
        }
        self.put(row);
        id
    }

    /// Puts a contact in unchecked, with `id`, `createdAt` and `modifiedAt` of the record if it has them. Gives its id.
    pub fn insert_contact(&mut self, record: Value) -> String {
        self.insert(Entity::Contact, &record)
    }

    /// Puts a user in (`userName`, `lastName`, `type`; for API users `apiKey`). Gives its id.
    pub fn insert_user(&mut self, record: Value) -> String {
        self.insert(Entity::User, &record)
    }

    /// Changes a contact as a user of the screens does; false if it is not there or the change is refused.
    pub fn edit_contact(&mut self, id: &str, change: Value) -> bool {
        let admin = self.admin();
        let change = change.as_object().cloned().unwrap_or_default();
        self.update(&admin, Entity::Contact, id, &change, None).is_ok()
    }

    /// Deletes a contact as a user of the screens does; false if it is not there.
    pub fn delete_contact(&mut self, id: &str) -> bool {
        let admin = self.admin();
        self.remove(&admin, Entity::Contact, id).is_ok()
    }

    /// Brings a deleted contact back, as an administrator does; its `modifiedAt` stays that of the deletion.
    pub fn restore(&mut self, id: &str) -> bool {
        let admin = self.admin();
        self.restore_deleted(&admin, Entity::Contact, id).is_ok()
    }

    /// Merges contacts into one, as a user of the screens does; the others are gone.
    pub fn merge(&mut self, winner: &str, losers: &[&str]) -> bool {
        let admin = self.admin();
        let order = json!({"entityType": "Contact", "action": "merge", "id": winner,
            "data": {"sourceIdList": losers, "attributes": {}}});
        let order = order.as_object().cloned().unwrap_or_default();
        self.action(&admin, &order).is_ok()
    }

    /// Marks a number as opted out for everyone who holds it. No contact's `modifiedAt` moves.
    pub fn set_opt_out(&mut self, phone: &str) -> bool {
        let point = self.phones.points.get_mut(&key_of(phone));
        point.map(|point| point.opt_out = true).is_some()
    }

    /// Clears a number's opt-out for everyone who holds it.
    pub fn clear_opt_out(&mut self, phone: &str) -> bool {
        let point = self.phones.points.get_mut(&key_of(phone));
        point.map(|point| point.opt_out = false).is_some()
    }

    /// Takes a right (`create`, `read`, `edit` or `delete`) from every user who is no administrator.
    pub fn deny(&mut self, entity: Entity, right: &'static str) {
        self.denied.insert((entity, right));
    }

    /// Gives all denied rights back.
    pub fn allow_all(&mut self) {
        self.denied.clear();
        self.hidden.clear();
    }

    /// Changes the key of the API user that has this one.
    pub fn change_api_key(&mut self, old: &str, new: &str) {
        let users = self.tables.entry(Entity::User).or_default();
        for user in users.values_mut().filter(|user| user.text("apiKey") == old) {
            user.set("apiKey", new);
        }
    }

    /// Sets stored values of a record as they are, without moving its `modifiedAt`; false if it is not there.
    pub fn set_raw(&mut self, entity: Entity, id: &str, values: Value) -> bool {
        let Some(row) = self.row_mut(entity, id) else {
            return false;
        };
        for (name, value) in values.as_object().into_iter().flatten() {
            row.values.insert(name.clone(), value.clone());
        }
        true
    }

    /// The live contacts, as one reads them singly, oldest id first.
    pub fn contacts(&self) -> Vec<Value> {
        self.records(Entity::Contact)
    }

    /// The live calls, as one reads them singly, oldest id first.
    pub fn calls(&self) -> Vec<Value> {
        self.records(Entity::Call)
    }

    /// The live records of a type, as one reads them singly, oldest id first.
    pub fn records(&self, entity: Entity) -> Vec<Value> {
        self.rows(entity).map(|row| Value::Object(self.read_view(row))).collect()
    }
}
