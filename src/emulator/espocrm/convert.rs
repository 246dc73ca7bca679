//! Turning a lead into a contact: the attributes that are offered for it, and the conversion itself.
//!
//! The lead stays, with status Converted; its calls follow to the contact. Only the contact part is modelled.

use serde_json::{Value, json};

use super::filter::fold;
use super::login::Actor;
use super::schema::Entity;
use super::wire::{Object, Outcome, Refusal};
use super::world::World;

/// What a contact takes from the lead, under the same name. What the lead has not is null.
const CONTACT_TAKES: [&str; 31] = [
    "salutationName",
    "firstName",
    "lastName",
    "middleName",
    "name",
    "title",
    "addressStreet",
    "addressCity",
    "addressState",
    "addressCountry",
    "addressPostalCode",
    "emailAddressIsOptedOut",
    "emailAddressIsInvalid",
    "emailAddress",
    "emailAddressData",
    "phoneNumberIsOptedOut",
    "phoneNumberIsInvalid",
    "phoneNumber",
    "phoneNumberData",
    "doNotCall",
    "description",
    "assignedUserId",
    "assignedUserName",
    "teamsIds",
    "teamsNames",
    "teamsColumns",
    "campaignId",
    "campaignName",
    "targetListsIds",
    "targetListsNames",
    "targetListsColumns",
];

/// What an account takes from the lead: its own name for it, and the lead's.
const ACCOUNT_TAKES: [(&str, &str); 27] = [
    ("industry", "industry"),
    ("website", "website"),
    ("emailAddressIsOptedOut", "emailAddressIsOptedOut"),
    ("emailAddressIsInvalid", "emailAddressIsInvalid"),
    ("emailAddress", "emailAddress"),
    ("emailAddressData", "emailAddressData"),
    ("phoneNumberIsOptedOut", "phoneNumberIsOptedOut"),
    ("phoneNumberIsInvalid", "phoneNumberIsInvalid"),
    ("phoneNumber", "phoneNumber"),
    ("phoneNumberData", "phoneNumberData"),
    ("description", "description"),
    ("assignedUserId", "assignedUserId"),
    ("assignedUserName", "assignedUserName"),
    ("teamsIds", "teamsIds"),
    ("teamsNames", "teamsNames"),
    ("teamsColumns", "teamsColumns"),
    ("campaignId", "campaignId"),
    ("campaignName", "campaignName"),
    ("targetListsIds", "targetListsIds"),
    ("targetListsNames", "targetListsNames"),
    ("targetListsColumns", "targetListsColumns"),
    ("name", "accountName"),
    ("billingAddressStreet", "addressStreet"),
    ("billingAddressCity", "addressCity"),
    ("billingAddressState", "addressState"),
    ("billingAddressPostalCode", "addressPostalCode"),
    ("billingAddressCountry", "addressCountry"),
];

impl World {
    /// `POST /Lead/action/getConvertAttributes`.
    pub(super) fn convert_attributes(&self, actor: &Actor, order: &Object) -> Outcome {
        self.need(actor, Entity::Lead, "read")?;
        let id = order.get("id").and_then(Value::as_str).unwrap_or_default();
        let Some(row) = self.row(Entity::Lead, id) else {
            return Err(Refusal::new(404, ""));
        };
        let lead = self.read_view(row);
        let value = |name: &str| lead.get(name).cloned().unwrap_or_default();
        let mut contact = Object::new();
        for name in CONTACT_TAKES {
            contact.insert(name.to_owned(), value(name));
        }
        let mut account = Object::new();
        for (own, of_lead) in ACCOUNT_TAKES {
            account.insert(own.to_owned(), value(of_lead));
        }
        Ok(json!({"Account": account, "Contact": contact}))
    }

    /// `POST /Lead/action/convert`.
    pub(super) fn convert(&mut self, actor: &Actor, order: &Object, is_forced: bool) -> Outcome {
        self.need(actor, Entity::Lead, "edit")?;
        let id = order.get("id").and_then(Value::as_str).unwrap_or_default().to_owned();
        let Some(lead) = self.row(Entity::Lead, &id).cloned() else {
            return Err(Refusal::new(404, ""));
        };
        let record = order.get("records").and_then(|records| records.get("Contact"));
        let record = record.and_then(Value::as_object).cloned().unwrap_or_default();
        let text = |name: &str| record.get(name).and_then(Value::as_str).unwrap_or_default();
        let name = fold(&format!("{} {}", text("firstName"), text("lastName")));
        let named = |row: &super::world::Row| super::view::display_name(row);
        let twins = self.rows(Entity::Contact).filter(|row| fold(&named(row)) == name.trim());
        let twins: Vec<Value> = twins.map(|row| json!({"id": row.id, "name": named(row), "_entityType": "Contact"})).collect();
        if !twins.is_empty() && !is_forced {
            return Err(Refusal::new(409, "duplicate").with_body(Value::Array(twins)));
        }
        let made = self.create(actor, Entity::Contact, &record, true)?;
        let contact = made.get("id").and_then(Value::as_str).unwrap_or_default().to_owned();
        if let Some(row) = self.row_mut(Entity::Contact, &contact) {
            row.set("originalLeadId", lead.id.clone());
        }
        for call in self.calls_of("leadsIds", &id) {
            self.relink(&call, "contactsIds", &contact, true);
        }
        let now = self.clock.text();
        if let Some(row) = self.row_mut(Entity::Lead, &id) {
            row.set("status", "Converted");
            row.set("convertedAt", now);
            row.set("createdContactId", contact);
        }
        self.touch(actor, Entity::Lead, &id);
        let mut shown = self.row(Entity::Lead, &id).map(|row| self.read_view(row)).unwrap_or_default();
        // The contact's name is joined only at the next reading.
        shown.insert("createdContactName".to_owned(), Value::Null);
        Ok(Value::Object(shown))
    }
}
