//! What single record types need at their creation beyond their fields: webhooks, notes, users, calls.
//!
//! Also the stream notes that the server writes by itself. Knows nothing of requests.

use serde_json::{Value, json};

use super::attribute::Kind;
use super::login::Actor;
use super::schema::Entity;
use super::wire::{Object, Refusal};
use super::world::{Row, World};

impl World {
    /// Checks and fills a body before its fields are looked at.
    pub(super) fn prepare(&self, actor: &Actor, entity: Entity, body: &mut Object) -> Result<(), Refusal> {
        match entity {
            Entity::Webhook => self.check_event(body),
            Entity::Note => {
                let text = |name: &str| body.get(name).and_then(Value::as_str).unwrap_or_default();
                let parent = Entity::named(text("parentType"));
                let found = parent.and_then(|parent| self.row(parent, text("parentId")));
                if found.is_none() {
                    return Err(Refusal::new(403, "No create access."));
                }
                body.entry("type").or_insert_with(|| json!("Post"));
                Ok(())
            }
            Entity::User => {
                if !actor.is_admin {
                    return Err(Refusal::new(403, "No create access."));
                }
                let name = body.get("userName").cloned().unwrap_or_default();
                body.entry("lastName").or_insert(name);
                Ok(())
            }
            Entity::ActionHistoryRecord => Err(Refusal::new(403, "No create access.")),
            Entity::Contact | Entity::Lead | Entity::Account | Entity::Call => Ok(()),
        }
    }

    fn check_event(&self, body: &Object) -> Result<(), Refusal> {
        let event = body.get("event").and_then(Value::as_str).unwrap_or_default();
        let (entity, kind, field) = event_parts(event);
        let Some(entity) = entity else {
            return Err(Refusal::new(403, "Entity type is not available for Webhooks."));
        };
        let is_known = match kind {
            "create" | "update" | "delete" => field.is_empty(),
            "fieldUpdate" => self.schema(entity).iter().any(|attribute| attribute.name == field),
            _ => false,
        };
        if is_known {
            return Ok(());
        }
        Err(Refusal::new(403, "Not supported event."))
    }

    /// Sets what the server itself puts into a new record.
    pub(super) fn complete(&mut self, entity: Entity, row: &mut Row, body: &Object, sent: &Object) {
        let text = |name: &str| body.get(name).and_then(Value::as_str).unwrap_or_default();
        match entity {
            Entity::Webhook => {
                let (target, kind, field) = event_parts(text("event"));
                row.set("entityType", target.map_or("", Entity::name));
                row.set("type", kind);
                row.set("field", if field.is_empty() { Value::Null } else { json!(field) });
                row.set("secretKey", self.secret("secret"));
            }
            Entity::Note => row.set("number", self.next_number()),
            Entity::User if text("type") == "api" => {
                row.set("apiKey", self.secret("key"));
                if text("authMethod") == "Hmac" {
                    row.set("secretKey", self.secret("secret"));
                }
            }
            Entity::Call if !sent.contains_key("usersIds") => {
                row.set("usersIds", json!([sent.get("assignedUserId")]));
            }
            Entity::Call | Entity::User | Entity::Contact | Entity::Lead | Entity::Account | Entity::ActionHistoryRecord => {}
        }
    }

    fn secret(&mut self, what: &str) -> String {
        format!("example-{what}-{}", self.clock.id())
    }

    /// The note that the server puts on the stream of a new record.
    pub(super) fn stream_note(&mut self, actor: &Actor, entity: Entity, id: &str) {
        let mut note = Row::new(Entity::Note, self.clock.id());
        let now = self.clock.text();
        note.set("number", self.next_number());
        note.set("type", "Create");
        note.set("parentType", entity.name());
        note.set("parentId", id);
        note.set("createdAt", now.clone());
        note.set("modifiedAt", now);
        note.set("createdById", actor.id.clone());
        self.put(note);
    }

    /// Adds a record to a call's list of links, or takes it out.
    pub(super) fn relink(&mut self, call: &str, list: &str, id: &str, is_linked: bool) {
        if let Some(row) = self.row_mut(Entity::Call, call) {
            let old = row.values.get(list).and_then(Value::as_array).cloned().unwrap_or_default();
            let mut ids: Vec<Value> = old.into_iter().filter(|held| held != id).collect();
            if is_linked {
                ids.push(json!(id));
            }
            row.set(list, ids);
        }
    }

    /// The calls that have a record in one of their lists.
    pub(super) fn calls_of(&self, list: &str, id: &str) -> Vec<String> {
        let calls = self.rows(Entity::Call).filter(|call| has_link(call, list, id));
        calls.map(|call| call.id.clone()).collect()
    }

    /// The names of the lists of links that a record type has.
    pub(super) fn link_lists(&self, entity: Entity) -> Vec<(String, Entity)> {
        let schema = self.schema(entity);
        let lists = schema.iter().filter_map(|attribute| {
            let is_list = matches!(attribute.kind, Kind::Ids(_));
            let foreign = attribute.kind.foreign().filter(|_| is_list)?;
            Some((attribute.name.clone(), foreign))
        });
        lists.collect()
    }
}

/// True if a record's list of links holds this id.
pub(super) fn has_link(row: &Row, list: &str, id: &str) -> bool {
    let ids = row.values.get(list).and_then(Value::as_array);
    ids.is_some_and(|ids| ids.iter().any(|held| held == id))
}

/// The record type, kind and field of an event such as `Contact.fieldUpdate.cDialerStatus`.
pub(super) fn event_parts(event: &str) -> (Option<Entity>, &str, &str) {
    let mut parts = event.splitn(3, '.');
    let mut part = || parts.next().unwrap_or_default();
    let (entity, kind, field) = (part(), part(), part());
    let is_offered = !matches!(entity, "User" | "Webhook" | "ActionHistoryRecord");
    (Entity::named(entity).filter(|_| is_offered), kind, field)
}
