//! Webhooks: what is told about a change, in which portions, signed how, and what an answer to a delivery does.
//!
//! Nothing is sent from here: [`World::take_deliveries`] gives what the server's queue run would post. A receiver that
//! answers 410 loses the hook; any other failure is posted again ten minutes later, four times at most.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::attribute::Kind;
use super::login::hmac_sha256;
use super::schema::Entity;
use super::wire::Object;
use super::world::{Row, World};

/// The most records of one post.
const BATCH_MAX: usize = 50;
/// How often a post is tried.
const ATTEMPTS_MAX: u32 = 4;
/// How long a refused post waits.
const RETRY_WAIT_S: i64 = 600;

/// What happened to a record.
pub(super) enum Event<'a> {
    Create(&'a Object),
    Update { before: &'a Object, after: &'a Object, is_mass: bool },
    Delete,
}

/// What waits to be posted.
#[derive(Clone, Debug, Default)]
pub(super) struct Hooks {
    items: Vec<(String, Value)>,
    retries: Vec<(i64, Delivery)>,
}

/// One post to a receiver.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivery {
    /// The webhook's id.
    pub webhook: String,
    /// Where to.
    pub url: String,
    /// A JSON array of records.
    pub body: String,
    /// The value of the header `X-Signature`.
    pub signature: String,
    /// How often it was tried before.
    pub attempts: u32,
}

impl World {
    /// Puts what subscribers are told of a change into the queue.
    pub(super) fn hook(&mut self, entity: Entity, id: &str, event: Event<'_>) {
        let is_wanted =
            |hook: &&Row| hook.text("entityType") == entity.name() && hook.values.get("isActive").is_none_or(|value| value != false);
        let hooks: Vec<(String, String, String)> = self
            .rows(Entity::Webhook)
            .filter(is_wanted)
            .map(|hook| (hook.id.clone(), hook.text("type").to_owned(), hook.text("field").to_owned()))
            .collect();
        for (hook, kind, field) in hooks {
            let told = match (&event, kind.as_str()) {
                (Event::Create(shown), "create") => Some(self.told_of_create(entity, shown)),
                (Event::Update { before, after, is_mass }, "update") => Some(self.told_of_update(entity, id, before, after, *is_mass)),
                (Event::Update { before, after, .. }, "fieldUpdate") => {
                    let is_changed = before.get(&field) != after.get(&field);
                    is_changed.then(|| json!({"id": id, field.as_str(): after.get(&field)}))
                }
                (Event::Delete, "delete") => Some(json!({"id": id})),
                _ => None,
            };
            if let Some(told) = told {
                self.hooks.items.push((hook, told));
            }
        }
    }

    /// What was set, without names of links and sets.
    fn told_of_create(&self, entity: Entity, shown: &Object) -> Value {
        let mut told = Object::new();
        for attribute in self.schema(entity).iter() {
            let is_link_name = matches!(attribute.kind, Kind::LinkName(_));
            match shown.get(&attribute.name) {
                None | Some(Value::Null | Value::Array(_) | Value::Object(_)) => {}
                Some(_) if is_link_name => {}
                Some(value) => {
                    told.insert(attribute.name.clone(), value.clone());
                }
            }
        }
        Value::Object(told)
    }

    /// What changed, never `modifiedAt`; the followers always, but not after a mass update; the id last.
    fn told_of_update(&self, entity: Entity, id: &str, before: &Object, after: &Object, is_mass: bool) -> Value {
        let mut told = Object::new();
        for attribute in self.schema(entity).iter() {
            let name = attribute.name.as_str();
            let is_told = match name {
                "id" | "modifiedAt" => false,
                "modifiedByName" if is_mass => false,
                "followersIds" | "followersNames" => !is_mass,
                _ => before.get(name) != after.get(name),
            };
            if let Some(value) = after.get(name).filter(|_| is_told) {
                told.insert(name.to_owned(), value.clone());
            }
        }
        told.insert("id".to_owned(), json!(id));
        Value::Object(told)
    }

    /// What the queue run would post now, in its order. Each is to be answered by [`World::delivered`].
    pub fn take_deliveries(&mut self) -> Vec<Delivery> {
        let items = std::mem::take(&mut self.hooks.items);
        let mut batches: Vec<(String, Vec<Value>)> = Vec::new();
        for (hook, told) in items {
            let batch = batches.iter_mut().find(|(of, batch)| *of == hook && batch.len() < BATCH_MAX);
            match batch {
                Some((_, batch)) => batch.push(told),
                None => batches.push((hook, vec![told])),
            }
        }
        let now = self.clock.now().timestamp();
        let (due, later) = std::mem::take(&mut self.hooks.retries).into_iter().partition(|(at, _)| *at <= now);
        self.hooks.retries = later;
        let due: Vec<(i64, Delivery)> = due;
        let mut deliveries: Vec<Delivery> = due.into_iter().map(|(_, delivery)| delivery).collect();
        for (hook, told) in batches {
            let Some(row) = self.row(Entity::Webhook, &hook) else {
                continue;
            };
            let body = Value::Array(told).to_string();
            let mut signed = format!("{hook}:").into_bytes();
            signed.extend(hmac_sha256(row.text("secretKey").as_bytes(), body.as_bytes()));
            deliveries.push(Delivery {
                url: row.text("url").to_owned(),
                webhook: hook,
                body,
                signature: STANDARD.encode(signed),
                attempts: 0,
            });
        }
        deliveries
    }

    /// Takes a receiver's status for a post; `None` if it could not be reached.
    pub fn delivered(&mut self, mut delivery: Delivery, status: Option<u16>) {
        match status {
            Some(200..300) => {}
            Some(410) => {
                if let Some(hook) = self.row_mut(Entity::Webhook, &delivery.webhook) {
                    hook.is_deleted = true;
                }
            }
            Some(_) | None => {
                delivery.attempts += 1;
                if delivery.attempts < ATTEMPTS_MAX {
                    let due = self.clock.now().timestamp() + RETRY_WAIT_S;
                    self.hooks.retries.push((due, delivery));
                }
            }
        }
    }
}
