//! The administrator's side that a client may look at or need: custom fields and settings. How fields are described: `description`.
//!
//! A custom field gets the prefix `c` and shows at once; the rebuild that the real server needs is accepted.

use serde_json::{Value, json};

use super::attribute::{CustomField, Holds};
use super::description::definition;
use super::login::Actor;
use super::schema::Entity;
use super::wire::{Object, Outcome, Refusal};
use super::world::World;

impl World {
    /// `/Admin/...`, for the administrator only.
    pub(super) fn administer(&mut self, actor: &Actor, method: &str, path: &[&str], body: &Object) -> Outcome {
        if !actor.is_admin {
            return Err(Refusal::new(403, ""));
        }
        match (method, path) {
            ("POST", ["rebuild" | "clearCache"]) => {
                self.rebuild();
                Ok(json!(true))
            }
            ("POST", ["fieldManager", entity]) => {
                let entity = Entity::named(entity).ok_or_else(|| Refusal::new(404, ""))?;
                self.add_field(entity, body)
            }
            ("DELETE", ["fieldManager", entity, name]) => {
                let fields = &mut self.options.fields;
                fields.retain(|field| field.entity.name() != *entity || field.name != *name);
                self.rebuild();
                Ok(json!(true))
            }
            ("GET", ["fieldManager", entity, name]) => self.metadata(actor, &format!("entityDefs.{entity}.fields.{name}")),
            _ => Err(Refusal::new(404, "")),
        }
    }

    fn add_field(&mut self, entity: Entity, body: &Object) -> Outcome {
        let text = |name: &str| body.get(name).and_then(Value::as_str).unwrap_or_default();
        let mut letters = text("name").chars();
        let first: String = letters.next().into_iter().flat_map(char::to_uppercase).collect();
        let name = format!("c{first}{}", letters.as_str());
        if self.schema(entity).iter().any(|attribute| attribute.name == name) {
            let reason = format!("Field '{name}' already exists in '{}'.", entity.name());
            let data = json!({"field": name, "entityType": entity.name()});
            return Err(Refusal::new(409, reason).with_body(json!({"messageTranslation": {
                "label": "fieldAlreadyExists", "scope": "FieldManager", "data": data}})));
        }
        let length = body.get("maxLength").and_then(Value::as_u64);
        let length = length.and_then(|length| usize::try_from(length).ok()).unwrap_or(255);
        let holds = match text("type") {
            "text" => Holds::Text,
            "int" => Holds::Int,
            "bool" => Holds::Bool,
            "datetime" => Holds::Datetime,
            _ => Holds::Varchar(length),
        };
        let field = CustomField { entity, name, holds };
        let mut shown = definition(&field.attribute());
        shown["label"] = body.get("label").cloned().unwrap_or_default();
        self.options.fields.push(field);
        self.rebuild();
        Ok(shown)
    }

    /// `GET /Settings`.
    pub(super) fn settings(&self) -> Value {
        json!({"timeZone": "UTC", "recordsPerPage": 20, "recordListMaxSizeLimit": 200,
            "version": "8.4.2", "dateFormat": "YYYY-MM-DD", "timeFormat": "HH:mm"})
    }
}
