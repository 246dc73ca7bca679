//! From a request to the handler, and from its outcome to the answer.
//!
//! The order is the real server's: a wrong method is refused before the login, an unknown record type after it.

use serde_json::{Value, json};

use super::login::Actor;
use super::schema::Entity;
use super::search::Search;
use super::special::has_link;
use super::wire::{Object, Outcome, Refusal, body, query};
use super::world::{Row, World};
use crate::emulator::http::{Kind, Reply, Request, Site};

/// Where the API is.
const ROOT: &str = "/api/v1/";
/// Links that exist and that nothing here fills.
const EMPTY_LINKS: [&str; 7] = ["meetings", "tasks", "opportunities", "cases", "emails", "targetLists", "documents"];

impl Site for World {
    /// Requests are called `GET Contact` (list), `POST Call`, `PUT Contact/ID`, `GET Contact/ID/calls`, `POST MassAction`.
    fn kind(&self, request: &Request) -> Kind {
        let path = request.path.strip_prefix(ROOT).unwrap_or(&request.path);
        let mut parts: Vec<&str> = path.split('/').collect();
        if parts.len() > 1 && Entity::named(parts[0]).is_some() && parts[1] != "action" {
            parts[1] = "ID";
        }
        Kind {
            function: format!("{} {}", request.method, parts.join("/")),
            is_write: request.method != "GET" && !path.ends_with("getConvertAttributes"),
        }
    }

    fn answer(&mut self, request: &Request) -> Reply {
        let outcome = self.route(request);
        let mut reply = match outcome {
            Ok(value) => {
                let is_hook = request.method == "POST" && request.path.ends_with("/Webhook");
                let status = if is_hook { 201 } else { 200 };
                let body = if value.is_null() { String::new() } else { value.to_string() };
                let mut reply = Reply::new(status, "application/json", body);
                let started = self.started.to_string();
                reply.headers.push(("x-app-timestamp".to_owned(), started));
                reply
            }
            Err(refusal) => refusal.reply(),
        };
        let date = self.clock.now().format("%a, %d %b %Y %H:%M:%S GMT");
        reply.headers.push(("date".to_owned(), date.to_string()));
        reply
    }
}

fn not_allowed(allow: &'static str) -> Refusal {
    let mut refusal = Refusal::silent(405).with_body(json!({"message": "405 Method Not Allowed"}));
    refusal.headers.push(("allow", allow));
    refusal
}

impl World {
    fn route(&mut self, request: &Request) -> Outcome {
        let Some(path) = request.path.strip_prefix(ROOT) else {
            return Err(Refusal::html(404));
        };
        let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
        let method = request.method.as_str();
        let is_special = matches!(parts.first(), Some(&("Admin" | "App" | "I18n" | "Metadata" | "Settings")));
        match (parts.len(), method) {
            (1, "GET" | "POST") | (2, "GET" | "PUT" | "PATCH" | "DELETE") | (3.., _) => {}
            (_, _) if is_special => {}
            (1, _) => return Err(not_allowed("GET, POST")),
            (_, _) => return Err(not_allowed("GET, DELETE, PUT, PATCH")),
        }
        let actor = self.login(request)?;
        let text = |name: &str| {
            let pairs = query(request);
            pairs.into_iter().find(|(key, _)| key == name).map(|(_, value)| value)
        };
        match (method, parts.as_slice()) {
            ("GET", ["Metadata"]) => self.metadata(&actor, &text("key").unwrap_or_default()),
            ("GET", ["I18n"]) => Ok(self.words()),
            ("GET", ["Settings"]) => Ok(self.settings()),
            ("GET", ["App", "user"]) => self.own_user(&actor),
            (_, ["Admin", rest @ ..]) => {
                let body = body(request)?;
                self.administer(&actor, method, rest, &body)
            }
            ("POST", ["MassAction"]) => self.mass_action(&actor, &body(request)?),
            ("POST", ["Action"]) => self.action(&actor, &body(request)?),
            (_, [controller, rest @ ..]) => match Entity::named(controller) {
                Some(entity) => self.record_route(&actor, entity, rest, request),
                None => {
                    let reason = format!("Controller '{controller}' does not exist.");
                    Err(Refusal::new(404, reason))
                }
            },
            (_, []) => Err(Refusal::html(404)),
        }
    }

    fn record_route(&mut self, actor: &Actor, entity: Entity, rest: &[&str], request: &Request) -> Outcome {
        let is_forced = request.header("x-skip-duplicate-check") == Some("true");
        let id = rest.first().copied().unwrap_or_default();
        match (request.method.as_str(), rest) {
            ("GET", []) => {
                self.need(actor, entity, "read")?;
                self.list(actor, entity, &Search::read(request)?, &|_| true)
            }
            ("POST", []) => self.create(actor, entity, &body(request)?, is_forced),
            ("POST", ["action", action]) => {
                let order = body(request)?;
                match (entity, *action) {
                    (_, "restoreDeleted") => {
                        let id = order.get("id").and_then(Value::as_str).unwrap_or_default();
                        self.restore_deleted(actor, entity, id)
                    }
                    (Entity::Lead, "getConvertAttributes") => self.convert_attributes(actor, &order),
                    (Entity::Lead, "convert") => self.convert(actor, &order, is_forced),
                    _ => Err(Refusal::new(404, "")),
                }
            }
            ("GET", [_]) => self.read_one(actor, entity, id),
            ("PUT" | "PATCH", [_]) => {
                let body = body(request)?;
                let version = request.header("x-version-number");
                let mut answer = self.update(actor, entity, id, &body, version)?;
                hide_secrets(actor, entity, &mut answer);
                Ok(answer)
            }
            ("DELETE", [_]) => self.remove(actor, entity, id),
            ("GET", [_, link]) => self.linked_list(actor, entity, id, link, request),
            ("POST", [_, link]) => self.link(actor, entity, id, link, &body(request)?, true),
            ("DELETE", [_, link]) => self.link(actor, entity, id, link, &body(request)?, false),
            _ => Err(Refusal::new(404, "")),
        }
    }

    fn read_one(&self, actor: &Actor, entity: Entity, id: &str) -> Outcome {
        self.need(actor, entity, "read")?;
        // Only an administrator can tell a deleted record from one that never was.
        let row = if actor.is_admin { self.any_row(entity, id) } else { self.row(entity, id) };
        let Some(row) = row else {
            return Err(Refusal::new(404, format!("Record {id} does not exist.")));
        };
        let mut view = self.read_view(row);
        self.without_hidden(actor, entity, &mut view);
        let mut shown = Value::Object(view);
        hide_secrets(actor, entity, &mut shown);
        Ok(shown)
    }

    fn linked_list(&self, actor: &Actor, entity: Entity, id: &str, link: &str, request: &Request) -> Outcome {
        self.need(actor, entity, "read")?;
        let Some(row) = self.row(entity, id) else {
            return Err(Refusal::new(404, ""));
        };
        let search = Search::read(request)?;
        let list = match (entity, link) {
            (_, "stream" | "posts") => return self.stream(actor, entity, id, link, &search),
            (Entity::Contact, "calls") => "contactsIds",
            (Entity::Lead, "calls") => "leadsIds",
            (Entity::User, "calls") => "usersIds",
            (Entity::Account, "calls") => {
                let is_own = |call: &Row| call.text("parentId") == id;
                return self.list(actor, Entity::Call, &search, &is_own);
            }
            (Entity::Account, "contacts") => {
                let is_own = |contact: &Row| contact.accounts.iter().any(|link| link.account == id);
                return self.list(actor, Entity::Contact, &search, &is_own);
            }
            (Entity::Contact, "accounts") => {
                let is_own = |account: &Row| row.accounts.iter().any(|link| link.account == account.id);
                return self.list(actor, Entity::Account, &search, &is_own);
            }
            (Entity::Call, link) => {
                let lists = self.link_lists(entity);
                let found = lists.iter().find(|(list, _)| *list == format!("{link}Ids"));
                let Some((list, foreign)) = found else {
                    return Err(Refusal::silent(500));
                };
                return self.list(actor, *foreign, &search, &|other| has_link(row, list, &other.id));
            }
            (_, link) if EMPTY_LINKS.contains(&link) => {
                return Ok(json!({"total": 0, "list": []}));
            }
            _ => return Err(Refusal::silent(500)),
        };
        self.need(actor, Entity::Call, "read")?;
        self.list(actor, Entity::Call, &search, &|call| has_link(call, list, id))
    }

    fn stream(&self, actor: &Actor, entity: Entity, id: &str, link: &str, search: &Search) -> Outcome {
        let is_here = |note: &Row| {
            note.text("parentId") == id && note.text("parentType") == entity.name() && (link == "stream" || note.text("type") == "Post")
        };
        let mut answer = self.list(actor, Entity::Note, search, &is_here)?;
        let list = answer.get_mut("list").and_then(Value::as_array_mut);
        for note in list.into_iter().flatten().filter_map(Value::as_object_mut) {
            if note.get("type").is_some_and(|kind| kind != "Post") {
                note.retain(|name, _| !name.starts_with("attachments"));
            }
        }
        if link == "stream" {
            answer["pinnedList"] = json!([]);
        }
        Ok(answer)
    }

    fn link(&mut self, actor: &Actor, entity: Entity, id: &str, link: &str, body: &Object, is_linked: bool) -> Outcome {
        self.need(actor, entity, "edit")?;
        if self.row(entity, id).is_none() {
            return Err(Refusal::new(404, ""));
        }
        let many = body.get("ids").and_then(Value::as_array).cloned().unwrap_or_default();
        let one = body.get("id").cloned();
        for other in many.iter().chain(&one).filter_map(Value::as_str) {
            let list = format!("{link}Ids");
            let lists = self.link_lists(entity);
            if let Some((list, foreign)) = lists.iter().find(|(name, _)| *name == list) {
                if self.row(*foreign, other).is_none() {
                    return Err(Refusal::new(404, ""));
                }
                self.relink(id, list, other, is_linked);
            } else if entity == Entity::Account && link == "contacts" {
                self.link_contact(actor, id, other, is_linked)?;
            } else {
                return Err(Refusal::silent(500));
            }
        }
        Ok(json!(true))
    }

    /// Linking from the account's side moves the contact's `modifiedAt`.
    fn link_contact(&mut self, actor: &Actor, account: &str, contact: &str, is_linked: bool) -> Result<(), Refusal> {
        let Some(row) = self.row_mut(Entity::Contact, contact) else {
            return Err(Refusal::new(404, ""));
        };
        if is_linked {
            super::write::link_account(row, account);
            if row.text("accountId").is_empty() {
                row.set("accountId", account);
            }
        } else {
            row.accounts.retain(|link| link.account != account);
            if row.text("accountId") == account {
                row.set("accountId", Value::Null);
            }
        }
        self.touch(actor, Entity::Contact, contact);
        Ok(())
    }
}

/// Only an administrator reads the keys of users.
fn hide_secrets(actor: &Actor, entity: Entity, shown: &mut Value) {
    let Some(shown) = shown.as_object_mut().filter(|_| entity == Entity::User) else {
        return;
    };
    let is_hmac = shown.get("authMethod").is_some_and(|method| method == "Hmac");
    shown.retain(|name, _| match name.as_str() {
        "apiKey" => actor.is_admin,
        "secretKey" => actor.is_admin && is_hmac,
        _ => true,
    });
}
