//! Actions on many records: mass update, mass delete, merge.
//!
//! A mass action never names the record that failed: it just counts fewer. A merge takes the losers' numbers and calls
//! over; what else the losers had is lost unless the request says it.

use serde_json::{Value, json};

use super::hooks::Event;
use super::intake::take;
use super::login::Actor;
use super::schema::Entity;
use super::search::Search;
use super::wire::{Object, Outcome, Refusal};
use super::world::World;

impl World {
    /// `POST /MassAction`.
    pub(super) fn mass_action(&mut self, actor: &Actor, order: &Object) -> Outcome {
        let entity = order.get("entityType").and_then(Value::as_str).unwrap_or_default();
        let Some(entity) = Entity::named(entity) else {
            return Err(Refusal::new(404, format!("Entity type '{entity}' does not exist.")));
        };
        let action = order.get("action").and_then(Value::as_str).unwrap_or_default();
        if !matches!(action, "update" | "delete") {
            let refusal = Refusal::new(404, format!("Mass action '{action}' not found."));
            return Err(Refusal { is_html: true, ..refusal });
        }
        self.need(actor, entity, if action == "update" { "edit" } else { "delete" })?;
        let params = order.get("params").cloned().unwrap_or_default();
        let listed = params.get("ids").and_then(Value::as_array);
        let ids: Vec<String> = match listed {
            Some(ids) => ids.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
            None => {
                let wheres = params.get("where").and_then(Value::as_array).cloned();
                let search = Search { wheres: wheres.unwrap_or_default(), ..Search::default() };
                let found = self.find(actor, entity, &search, &|_| true)?;
                found.into_iter().map(|row| row.id.clone()).collect()
            }
        };
        let values = order.get("data").and_then(|data| data.get("values")).and_then(Value::as_object);
        let values = values.cloned().unwrap_or_default();
        let mut done = Vec::new();
        for id in ids {
            let is_done =
                if action == "update" { self.mass_update(actor, entity, &id, &values) } else { self.remove(actor, entity, &id).is_ok() };
            if is_done {
                done.push(id);
            }
        }
        if listed.is_some() {
            return Ok(json!({"count": done.len(), "ids": done}));
        }
        Ok(json!({"count": done.len()}))
    }

    fn mass_update(&mut self, actor: &Actor, entity: Entity, id: &str, values: &Object) -> bool {
        let Some(row) = self.row(entity, id) else {
            return false;
        };
        let before = self.read_view(row);
        let Ok(sent) = take(entity, &self.schema(entity), values, false) else {
            return false;
        };
        self.apply(entity, id, &sent, false);
        self.touch(actor, entity, id);
        let after = self.row(entity, id).map(|row| self.read_view(row)).unwrap_or_default();
        self.history(actor, entity, id, "update");
        self.hook(entity, id, Event::Update { before: &before, after: &after, is_mass: true });
        true
    }

    /// `POST /Action`: only `merge` is known.
    pub(super) fn action(&mut self, actor: &Actor, order: &Object) -> Outcome {
        let text = |name: &str| order.get(name).and_then(Value::as_str).unwrap_or_default();
        let html = |reason: &str| Refusal { is_html: true, ..Refusal::new(404, reason) };
        let (Some(entity), "merge") = (Entity::named(text("entityType")), text("action")) else {
            return Err(html(&format!("Action '{}' not found.", text("action"))));
        };
        self.need(actor, entity, "edit")?;
        let winner = text("id").to_owned();
        let Some(row) = self.row(entity, &winner) else {
            return Err(html("Record not found."));
        };
        let before = self.read_view(row);
        let data = order.get("data").cloned().unwrap_or_default();
        let losers = data.get("sourceIdList").and_then(Value::as_array).cloned().unwrap_or_default();
        let losers: Vec<&str> = losers.iter().filter_map(Value::as_str).collect();
        if losers.iter().any(|loser| self.row(entity, loser).is_none()) {
            return Err(html("Source record not found."));
        }
        let attributes = data.get("attributes").and_then(Value::as_object).cloned().unwrap_or_default();
        let sent = take(entity, &self.schema(entity), &attributes, false)?;
        for loser in &losers {
            self.take_over(entity, &winner, loser);
        }
        for loser in &losers {
            self.remove(actor, entity, loser)?;
        }
        self.apply(entity, &winner, &sent, false);
        self.touch(actor, entity, &winner);
        let after = self.row(entity, &winner).map(|row| self.read_view(row)).unwrap_or_default();
        self.history(actor, entity, &winner, "update");
        self.hook(entity, &winner, Event::Update { before: &before, after: &after, is_mass: false });
        Ok(Value::Object(after))
    }

    /// Gives a loser's numbers, addresses and calls to the winner.
    fn take_over(&mut self, entity: Entity, winner: &str, loser: &str) {
        let Some(from) = self.row(entity, loser).cloned() else {
            return;
        };
        if let Some(to) = self.row_mut(entity, winner) {
            let shelves = [(&mut to.phones, &from.phones), (&mut to.emails, &from.emails)];
            for (shelf, other) in shelves {
                for key in other.ordered() {
                    if !shelf.keys.contains(key) {
                        shelf.keys.push(key.clone());
                    }
                }
                if shelf.primary.is_none() {
                    shelf.primary.clone_from(&other.primary);
                }
            }
        }
        let list = match entity {
            Entity::Contact => "contactsIds",
            Entity::Lead => "leadsIds",
            Entity::Account | Entity::Call | Entity::User | Entity::Note | Entity::Webhook | Entity::ActionHistoryRecord => return,
        };
        for call in self.calls_of(list, loser) {
            self.relink(&call, list, loser, false);
            self.relink(&call, list, winner, true);
        }
        for table in [Entity::Call, Entity::Note] {
            for row in self.tables.entry(table).or_default().values_mut() {
                if row.text("parentId") == loser {
                    row.set("parentId", winner);
                }
            }
        }
    }
}
