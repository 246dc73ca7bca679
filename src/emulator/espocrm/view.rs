//! What a record looks like in answers: the value of each attribute, whole records, rows of lists.
//!
//! Decides nothing about rights and changes nothing. Names of links, numbers and account fields are looked up at the
//! time of the answer, as the server joins them: a renamed account shows at once, with no `modifiedAt` moved.

use serde_json::{Value, json};

use super::attribute::{Attribute, Kind};
use super::clock::seconds_between;
use super::schema::Entity;
use super::wire::Object;
use super::world::{Row, World};

impl World {
    /// The value of one attribute of a record.
    pub(super) fn attribute(&self, row: &Row, attribute: &Attribute) -> Value {
        let name = attribute.name.as_str();
        match &attribute.kind {
            Kind::Id => json!(row.id),
            Kind::Person => json!(display_name(row)),
            Kind::Deleted => json!(row.is_deleted),
            Kind::Title(_) => primary_link(row).map_or(Value::Null, |link| link.role.clone()),
            Kind::Account => self.account_value(row, name),
            Kind::LinkName(link) => self.link_name(row, link),
            Kind::Email => self.emails.primary(&row.emails).map_or(Value::Null, |point| json!(point.shown)),
            Kind::Phone => self.phones.primary(&row.phones).map_or(Value::Null, |point| json!(point.shown)),
            Kind::Flag => self.flag(row, name),
            Kind::Data if name == "phoneNumberData" => self.phones.show(&row.phones, true),
            Kind::Data => self.emails.show(&row.emails, false),
            Kind::Ids(entity) => json!(self.linked(row, name, *entity)),
            Kind::Roles => row.values.get(name).cloned().unwrap_or_else(|| json!([])),
            Kind::Multi => self.multi(row, name),
            Kind::PhoneMap => self.phone_map(row),
            Kind::Duration => {
                json!(seconds_between(row.text("dateStart"), row.text("dateEnd")))
            }
            Kind::Fixed => attribute.default.clone(),
            Kind::Bool => row.values.get(name).cloned().unwrap_or(json!(false)),
            Kind::Varchar(_)
            | Kind::Text
            | Kind::Int
            | Kind::Datetime
            | Kind::Enum(_)
            | Kind::Stamp
            | Kind::Link(_)
            | Kind::Parent
            | Kind::Auto => row.values.get(name).cloned().unwrap_or(Value::Null),
        }
    }

    /// The record as it is read singly.
    pub(super) fn read_view(&self, row: &Row) -> Object {
        let schema = self.schema(row.entity);
        let shown = schema.iter().filter(|attribute| attribute.in_read);
        shown.map(|attribute| (attribute.name.clone(), self.attribute(row, attribute))).collect()
    }

    /// The record as a row of a list. A selection adds to what is always there; unknown names are ignored.
    pub(super) fn list_row(&self, row: &Row, select: Option<&[String]>, order_by: &str) -> Object {
        let schema = self.schema(row.entity);
        let is_selected = |name: &str| select.is_some_and(|select| select.iter().any(|one| one == name));
        let mut shown = Object::new();
        for attribute in schema.iter().filter(|attribute| attribute.in_list) {
            let name = attribute.name.as_str();
            let is_shown = match select {
                None => true,
                Some(_) => attribute.always_in_list || name == "id" || name == order_by || is_selected(name),
            };
            if !is_shown {
                continue;
            }
            // A parent's name needs both halves of the link; a selection without the type leaves it out.
            let is_nameless = name == "parentName" && select.is_some() && !is_selected("parentType");
            let value = if is_nameless { Value::Null } else { self.attribute(row, attribute) };
            shown.insert(name.to_owned(), value);
        }
        if row.entity == Entity::Lead && select.is_some() && !is_selected("name") {
            self.lead_name(row, &is_selected, &mut shown);
        }
        shown
    }

    /// A lead read without its name is called by the first thing at hand: company, address or number.
    fn lead_name(&self, row: &Row, is_selected: &dyn Fn(&str) -> bool, shown: &mut Object) {
        let schema = self.schema(row.entity);
        for name in ["accountName", "emailAddress", "phoneNumber"] {
            let attribute = schema.iter().find(|attribute| attribute.name == name);
            let value = attribute.map_or(Value::Null, |attribute| self.attribute(row, attribute));
            if is_selected(name) && !value.is_null() {
                shown.shift_insert(1, "name".to_owned(), value);
                return;
            }
        }
    }

    fn account_value(&self, row: &Row, name: &str) -> Value {
        let Some(link) = primary_link(row) else {
            return Value::Null;
        };
        if name == "accountIsInactive" {
            return json!(false);
        }
        let account = self.row(Entity::Account, &link.account);
        account.and_then(|account| account.values.get("type").cloned()).unwrap_or(Value::Null)
    }

    fn link_name(&self, row: &Row, link: &str) -> Value {
        let id = row.text(&format!("{link}Id"));
        let entity = match link {
            "account" | "createdAccount" => Some(Entity::Account),
            "createdBy" | "modifiedBy" | "assignedUser" => Some(Entity::User),
            "originalLead" => Some(Entity::Lead),
            "createdContact" => Some(Entity::Contact),
            _ => Entity::named(row.text("parentType")),
        };
        let found = entity.and_then(|entity| self.row(entity, id));
        found.map_or(Value::Null, |found| json!(display_name(found)))
    }

    fn flag(&self, row: &Row, name: &str) -> Value {
        let point = if name.starts_with("phone") { self.phones.primary(&row.phones) } else { self.emails.primary(&row.emails) };
        point.map_or(Value::Null, |point| json!(if name.ends_with("OptedOut") { point.opt_out } else { point.invalid }))
    }

    /// The ids of a list of links whose records are still there.
    pub(super) fn linked(&self, row: &Row, name: &str, entity: Entity) -> Vec<String> {
        let ids = row.values.get(name).and_then(Value::as_array);
        let ids = ids.into_iter().flatten().filter_map(Value::as_str);
        let ids = ids.filter(|id| self.row(entity, id).is_some());
        ids.map(str::to_owned).collect()
    }

    fn multi(&self, row: &Row, name: &str) -> Value {
        let mut all = Object::new();
        if row.entity == Entity::Contact {
            let ids = row.accounts.iter().map(|link| link.account.clone());
            if name == "accountsIds" {
                return Value::Array(ids.map(Value::String).collect());
            }
            for link in &row.accounts {
                let account = self.row(Entity::Account, &link.account);
                let value = if name == "accountsNames" {
                    account.map_or(Value::Null, |account| json!(display_name(account)))
                } else {
                    json!({"role": link.role, "isInactive": false})
                };
                all.insert(link.account.clone(), value);
            }
            return Value::Object(all);
        }
        if name == "rolesNames" {
            let roles = row.values.get("rolesIds").and_then(Value::as_array);
            for role in roles.into_iter().flatten().filter_map(Value::as_str) {
                all.insert(role.to_owned(), json!(self.options.role_name));
            }
            return Value::Object(all);
        }
        let (link, entity) = match name {
            "usersNames" | "usersColumns" => ("usersIds", Entity::User),
            "contactsNames" | "contactsColumns" => ("contactsIds", Entity::Contact),
            _ => ("leadsIds", Entity::Lead),
        };
        for id in self.linked(row, link, entity) {
            let value = if name.ends_with("Columns") { json!({"status": "None"}) } else { json!(self.row(entity, &id).map(display_name)) };
            all.insert(id, value);
        }
        Value::Object(all)
    }

    fn phone_map(&self, row: &Row) -> Value {
        let mut map = Object::new();
        for (link, entity) in [("contactsIds", Entity::Contact), ("leadsIds", Entity::Lead)] {
            for id in self.linked(row, link, entity) {
                let found = self.row(entity, &id);
                let point = found.and_then(|found| self.phones.primary(&found.phones));
                if let Some(point) = point {
                    map.insert(format!("{}_{id}", entity.name()), json!(point.shown));
                }
            }
        }
        Value::Object(map)
    }
}

/// The link that carries a contact's title.
pub(super) fn primary_link(row: &Row) -> Option<&super::world::AccountLink> {
    let account = row.text("accountId");
    row.accounts.iter().find(|link| link.account == account)
}

/// A record's name: of a person first and last, of anything else its name.
pub(super) fn display_name(row: &Row) -> String {
    let is_person = matches!(row.entity, Entity::Contact | Entity::Lead | Entity::User);
    if !is_person {
        return row.text("name").to_owned();
    }
    let parts = [row.text("firstName"), row.text("lastName")];
    let parts: Vec<&str> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    parts.join(" ")
}
