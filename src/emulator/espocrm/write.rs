//! Creating, changing and deleting records, and what the answers to that look like.
//!
//! The answer to a change is the record as it was before, with what was sent laid over it. So what depends on the sent
//! values (a call's duration, the flat number beside a sent set) still shows the old state, as on the real server.

use serde_json::{Value, json};

use super::attribute::Kind;
use super::filter::fold;
use super::hooks::Event;
use super::intake::{entries, take};
use super::login::Actor;
use super::points::{Entry, key_of};
use super::schema::Entity;
use super::view::display_name;
use super::wire::{Object, Outcome, Refusal};
use super::world::{AccountLink, Row, World};

impl World {
    /// Creates a record.
    pub(super) fn create(&mut self, actor: &Actor, entity: Entity, body: &Object, is_forced: bool) -> Outcome {
        self.need(actor, entity, "create")?;
        let mut body = body.clone();
        self.prepare(actor, entity, &mut body)?;
        let schema = self.schema(entity);
        let sent = take(entity, &schema, &body, true)?;
        self.check_links(actor, entity, &sent)?;
        if !is_forced {
            self.check_duplicates(entity, &sent)?;
        }
        let now = self.clock.text();
        let mut row = Row::new(entity, self.clock.record_id());
        for attribute in schema.iter().filter(|attribute| !attribute.default.is_null()) {
            if attribute.kind != Kind::Fixed {
                row.values.insert(attribute.name.clone(), attribute.default.clone());
            }
        }
        row.set("createdAt", now.clone());
        row.set("modifiedAt", now);
        row.set("createdById", actor.id.clone());
        self.complete(entity, &mut row, &body, &sent);
        let id = row.id.clone();
        self.put(row);
        self.apply(entity, &id, &sent, true);
        let shown = self.created_view(entity, &id, &sent);
        self.history(actor, entity, &id, "create");
        self.hook(entity, &id, Event::Create(&shown));
        if matches!(entity, Entity::Contact | Entity::Lead | Entity::Account) {
            self.stream_note(actor, entity, &id);
        }
        Ok(Value::Object(shown))
    }

    /// The answer to a create: what is always there, and what was set; numbers are read again, their marks are not.
    fn created_view(&self, entity: Entity, id: &str, sent: &Object) -> Object {
        let mut shown = Object::new();
        let Some(row) = self.row(entity, id) else {
            return shown;
        };
        for attribute in self.schema(entity).iter() {
            let name = attribute.name.as_str();
            let is_set = row.values.get(name).is_some_and(|value| !value.is_null());
            let sent = sent.get(name);
            let is_sent = sent.is_some_and(|value| !value.is_null()) && attribute.kind != Kind::Data;
            let is_unread = matches!(attribute.kind, Kind::Flag | Kind::Account);
            let value = if attribute.kind == Kind::Duration || (is_unread && sent.is_none()) {
                attribute.default.clone()
            } else if is_unread || is_sent {
                sent.cloned().unwrap_or_default()
            } else {
                self.attribute(row, attribute)
            };
            // A note is numbered by the database, so its number shows only when it is read.
            let is_set = is_set && attribute.in_read && name != "number";
            let is_shown = attribute.in_create || is_sent || is_set;
            if is_shown {
                shown.insert(name.to_owned(), value);
            }
        }
        shown
    }

    /// Changes a record. `version` is the one the client says it has read.
    pub(super) fn update(&mut self, actor: &Actor, entity: Entity, id: &str, body: &Object, version: Option<&str>) -> Outcome {
        self.need(actor, entity, "edit")?;
        let Some(row) = self.row(entity, id) else {
            return Err(Refusal::new(404, format!("Record {id} not found.")));
        };
        let before = self.read_view(row);
        let schema = self.schema(entity);
        let sent = take(entity, &schema, body, false)?;
        self.check_links(actor, entity, &sent)?;
        check_version(&before, &sent, version)?;
        self.apply(entity, id, &sent, false);
        self.touch(actor, entity, id);
        let mut shown = before.clone();
        for (name, value) in &sent {
            if let Some(place) = shown.get_mut(name) {
                place.clone_from(value);
            }
        }
        if let Some(row) = self.row(entity, id) {
            self.refresh(row, &sent, &mut shown);
        }
        self.history(actor, entity, id, "update");
        self.hook(entity, id, Event::Update { before: &before, after: &shown, is_mass: false });
        Ok(Value::Object(shown))
    }

    /// What the answer to a change shows anew beside the sent values: times, version, names of changed links.
    fn refresh(&self, row: &Row, sent: &Object, shown: &mut Object) {
        for attribute in self.schema(row.entity).iter() {
            let name = attribute.name.as_str();
            let is_new = if let Kind::LinkName(link) = &attribute.kind {
                link == "modifiedBy" || sent.contains_key(&format!("{link}Id"))
            } else if attribute.kind == Kind::Multi {
                let list = name.replace("Names", "Ids").replace("Columns", "Ids");
                sent.contains_key(&list)
            } else {
                attribute.kind == Kind::Person || matches!(name, "modifiedAt" | "modifiedById" | "versionNumber")
            };
            if is_new && shown.contains_key(name) {
                shown.insert(name.to_owned(), self.attribute(row, attribute));
            }
        }
    }

    /// Moves `modifiedAt` and who changed it last.
    pub(super) fn touch(&mut self, actor: &Actor, entity: Entity, id: &str) {
        let now = self.clock.text();
        if let Some(row) = self.row_mut(entity, id) {
            row.set("modifiedAt", now);
            row.set("modifiedById", actor.id.clone());
            let version = row.values.get("versionNumber").and_then(Value::as_i64);
            if let Some(version) = version {
                row.set("versionNumber", version + 1);
            }
        }
    }

    /// Writes the taken values into a record and into the numbers and addresses that it holds.
    pub(super) fn apply(&mut self, entity: Entity, id: &str, sent: &Object, is_create: bool) {
        let schema = self.schema(entity);
        let Some(mut row) = self.row(entity, id).cloned() else {
            return;
        };
        if let Some(account) = sent.get("accountId").filter(|_| entity == Entity::Contact) {
            let account = account.as_str().unwrap_or_default().to_owned();
            let old = row.text("accountId").to_owned();
            if account.is_empty() {
                row.accounts.retain(|link| link.account != old);
            }
            link_account(&mut row, &account);
        }
        for attribute in schema.iter() {
            let name = attribute.name.as_str();
            let Some(value) = sent.get(name) else {
                continue;
            };
            if matches!(attribute.kind, Kind::Title(_)) {
                let account = row.text("accountId").to_owned();
                let mut links = row.accounts.iter_mut();
                if let Some(link) = links.find(|link| link.account == account) {
                    link.role = value.clone();
                }
            } else if attribute.kind.is_column() {
                let minutes = value.as_str().filter(|text| text.len() == 16);
                let whole = minutes.filter(|_| attribute.kind == Kind::Datetime);
                let stored = whole.map_or_else(|| value.clone(), |text| json!(format!("{text}:00")));
                row.values.insert(name.to_owned(), stored);
            }
        }
        self.apply_points(true, &mut row, sent, is_create);
        self.apply_points(false, &mut row, sent, is_create);
        self.put(row);
    }

    fn apply_points(&mut self, is_phone: bool, row: &mut Row, sent: &Object, is_create: bool) {
        let name = if is_phone { "phoneNumber" } else { "emailAddress" };
        let (book, shelf) = if is_phone { (&mut self.phones, &mut row.phones) } else { (&mut self.emails, &mut row.emails) };
        let mark = |which: &str| sent.get(&format!("{name}{which}")).and_then(Value::as_bool);
        let (opt_out, invalid) = (mark("IsOptedOut"), mark("IsInvalid"));
        if let Some(data) = sent.get(&format!("{name}Data")) {
            let entries: Vec<Entry> = entries(is_phone, data);
            book.store_all(shelf, &entries);
        } else if let Some(value) = sent.get(name) {
            let now = book.primary(shelf).filter(|_| !is_create);
            let now = now.map_or((false, false), |point| (point.opt_out, point.invalid));
            let value = value.as_str().unwrap_or_default();
            book.store_primary(shelf, value, opt_out.unwrap_or(now.0), invalid.unwrap_or(now.1));
        }
        if let Some(point) = book.primary_mut(shelf) {
            point.opt_out = opt_out.unwrap_or(point.opt_out);
            point.invalid = invalid.unwrap_or(point.invalid);
        }
    }

    /// Deletes a record: it stays in the table, marked, its `modifiedAt` moved.
    pub(super) fn remove(&mut self, actor: &Actor, entity: Entity, id: &str) -> Outcome {
        self.need(actor, entity, "delete")?;
        if self.row(entity, id).is_none() {
            return Err(Refusal::new(404, format!("Record {id} not found.")));
        }
        self.touch(actor, entity, id);
        if let Some(row) = self.row_mut(entity, id) {
            row.is_deleted = true;
        }
        self.history(actor, entity, id, "delete");
        self.hook(entity, id, Event::Delete);
        Ok(json!(true))
    }

    /// Brings a deleted record back; its `modifiedAt` stays that of the deletion.
    pub(super) fn restore_deleted(&mut self, actor: &Actor, entity: Entity, id: &str) -> Outcome {
        if !actor.is_admin {
            return Err(Refusal::new(403, ""));
        }
        let row = self.tables.get_mut(&entity).and_then(|table| table.get_mut(id));
        let Some(row) = row else {
            return Err(Refusal::new(404, ""));
        };
        if !row.is_deleted {
            return Err(Refusal::new(403, "No 'deleted' attribute."));
        }
        row.is_deleted = false;
        Ok(json!(true))
    }

    fn check_links(&self, actor: &Actor, entity: Entity, sent: &Object) -> Result<(), Refusal> {
        for attribute in self.schema(entity).iter() {
            let foreign = if attribute.kind == Kind::Parent {
                let kind = sent.get("parentType").and_then(Value::as_str);
                kind.and_then(Entity::named)
            } else {
                attribute.kind.foreign()
            };
            let (Some(foreign), Some(value)) = (foreign, sent.get(&attribute.name)) else {
                continue;
            };
            let ids: Vec<&str> = match value {
                Value::String(id) => vec![id.as_str()],
                Value::Array(ids) => ids.iter().filter_map(Value::as_str).collect(),
                _ => Vec::new(),
            };
            for id in ids.into_iter().filter(|id| !id.is_empty()) {
                let link = attribute.field();
                if self.row(foreign, id).is_none() {
                    return Err(Refusal::not_existing_link(entity.name(), link, foreign.name()));
                }
                if !self.may(actor, foreign, "read") {
                    return Err(Refusal::forbidden_link(entity.name(), link, foreign.name()));
                }
            }
        }
        Ok(())
    }

    /// A person of the same name or address is a duplicate; the number does not count. The answer shows the oldest one.
    fn check_duplicates(&self, entity: Entity, sent: &Object) -> Result<(), Refusal> {
        if !matches!(entity, Entity::Contact | Entity::Lead) {
            return Ok(());
        }
        let text = |name: &str| sent.get(name).and_then(Value::as_str).unwrap_or_default();
        let names: Vec<(&str, String)> =
            ["firstName", "lastName"].into_iter().map(|name| (name, fold(text(name)))).filter(|(_, value)| !value.is_empty()).collect();
        let data = sent.get("emailAddressData").cloned().unwrap_or_default();
        let mut addresses: Vec<String> = entries(false, &data).iter().map(|entry| key_of(&entry.value)).collect();
        addresses.push(key_of(text("emailAddress")));
        let same = |row: &&Row| {
            let is_namesake = !names.is_empty() && names.iter().all(|(name, value)| fold(row.text(name)) == *value);
            is_namesake || row.emails.keys.iter().any(|key| addresses.contains(key))
        };
        let Some(found) = self.rows(entity).find(same) else {
            return Ok(());
        };
        let found = self.list_row(found, None, "createdAt");
        Err(Refusal::new(409, "duplicate").with_body(json!([found])))
    }

    /// Keeps who did what, as the action history shows it.
    pub(super) fn history(&mut self, actor: &Actor, entity: Entity, id: &str, action: &str) {
        if matches!(entity, Entity::Webhook | Entity::User | Entity::Note) {
            return;
        }
        let name = self.any_row(entity, id).map(display_name).unwrap_or_default();
        let mut row = Row::new(Entity::ActionHistoryRecord, self.clock.id());
        let log = self.clock.id();
        row.set("number", self.next_number());
        row.set("targetType", entity.name());
        row.set("targetId", id);
        row.set("targetName", name);
        row.set("action", action);
        row.set("createdAt", self.clock.text());
        row.set("userType", actor.kind.clone());
        row.set("ipAddress", "127.0.0.1");
        row.set("userId", actor.id.clone());
        row.set("userName", actor.name.clone());
        row.set("authLogRecordId", log.clone());
        row.set("authLogRecordName", log);
        self.put(row);
    }
}

/// Links a contact to an account, which becomes its first one.
pub(super) fn link_account(row: &mut Row, account: &str) {
    if !account.is_empty() && !row.accounts.iter().any(|link| link.account == account) {
        row.accounts.push(AccountLink { account: account.to_owned(), role: Value::Null });
    }
}

/// A client that says which version it read is refused if what it writes differs from what is stored since.
fn check_version(before: &Object, sent: &Object, version: Option<&str>) -> Result<(), Refusal> {
    let (Some(stored), Some(version)) = (before.get("versionNumber"), version) else {
        return Ok(());
    };
    if stored.as_i64() == version.parse().ok() {
        return Ok(());
    }
    let mut values = Object::new();
    for (name, value) in sent {
        if let Some(old) = before.get(name).filter(|old| *old != value) {
            values.insert(name.clone(), old.clone());
        }
    }
    if values.is_empty() {
        return Ok(());
    }
    let body = json!({"values": values, "versionNumber": stored});
    Err(Refusal::new(409, "modified").with_body(body))
}
