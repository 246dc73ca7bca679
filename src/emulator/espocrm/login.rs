//! Who is asking: the four ways to log in, and the lock-out after too many refusals.
//!
//! More than ten refused credentials within 60 seconds, and every request with credentials is 403, the right ones too;
//! requests without any stay 401. What is asked during the lock-out is not counted. Measured on the real server.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, Mac};
use sha2::Sha256;

use super::schema::Entity;
use super::wire::Refusal;
use super::world::{Row, World};
use crate::emulator::http::Request;

/// Refused logins that are still let through as 401.
const FAILURES_MAX: usize = 10;
/// For how long a refused login counts.
const FAILURES_PERIOD_S: i64 = 60;

/// The refused logins of the last minute.
#[derive(Clone, Debug, Default)]
pub(super) struct Failures {
    times: Vec<i64>,
}

/// A user who is logged in.
#[derive(Clone, Debug)]
pub(super) struct Actor {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) kind: String,
    pub(super) is_admin: bool,
    pub(super) has_role: bool,
}

impl Actor {
    pub(super) fn of(user: &Row) -> Actor {
        let roles = user.values.get("rolesIds").and_then(|roles| roles.as_array());
        Actor {
            id: user.id.clone(),
            name: user.text("userName").to_owned(),
            kind: user.text("type").to_owned(),
            is_admin: user.text("type") == "admin",
            has_role: roles.is_some_and(|roles| !roles.is_empty()),
        }
    }

    /// The server itself, where there is no administrator.
    pub(super) fn system() -> Actor {
        Actor { id: "system".to_owned(), name: "system".to_owned(), kind: "system".to_owned(), is_admin: true, has_role: true }
    }
}

impl World {
    /// The user of a request, or its refusal.
    pub(super) fn login(&mut self, request: &Request) -> Result<Actor, Refusal> {
        let names = ["x-hmac-authorization", "x-api-key", "espo-authorization", "authorization"];
        let credentials = names.iter().find_map(|name| Some((*name, request.header(name)?)));
        let Some((name, value)) = credentials else {
            let mut refusal = Refusal::html(401);
            refusal.headers.push(("www-authenticate", "Basic realm=\"\""));
            return Err(refusal);
        };
        let now = self.clock.now().timestamp();
        self.failures.times.retain(|time| now - time < FAILURES_PERIOD_S);
        if self.failures.times.len() > FAILURES_MAX {
            return Err(Refusal::html(403));
        }
        let user = match name {
            "x-hmac-authorization" => self.by_hmac(request, value),
            "x-api-key" => self.by_key(value),
            _ => self.by_password(value),
        };
        let Some(actor) = user.map(Actor::of) else {
            self.failures.times.push(now);
            return Err(Refusal::html(401));
        };
        let time = self.clock.text();
        if let Some(user) = self.row_mut(Entity::User, &actor.id) {
            user.set("lastAccess", time);
        }
        Ok(actor)
    }

    fn active(&self) -> impl Iterator<Item = &Row> {
        let is_active = |user: &&Row| user.values.get("isActive").is_none_or(|value| value != false);
        self.rows(Entity::User).filter(is_active)
    }

    fn by_key(&self, key: &str) -> Option<&Row> {
        let mut users = self.active();
        users.find(|user| !key.is_empty() && user.text("apiKey") == key && user.text("authMethod") != "Hmac")
    }

    fn by_password(&self, value: &str) -> Option<&Row> {
        let encoded = value.strip_prefix("Basic ").unwrap_or(value);
        let decoded = String::from_utf8(STANDARD.decode(encoded).ok()?).ok()?;
        let (name, password) = decoded.split_once(':')?;
        let mut users = self.active();
        users.find(|user| user.text("userName") == name && !password.is_empty() && user.text("password") == password)
    }

    /// The hash is over method and path, without `api/v1` and without the query; raw and hexadecimal are both taken.
    fn by_hmac(&self, request: &Request, value: &str) -> Option<&Row> {
        let decoded = STANDARD.decode(value).ok()?;
        let colon = decoded.iter().position(|byte| *byte == b':')?;
        let key = std::str::from_utf8(&decoded[..colon]).ok()?;
        let sent = &decoded[colon + 1..];
        let mut users = self.active();
        let user = users.find(|user| user.text("apiKey") == key && user.text("authMethod") == "Hmac")?;
        let path = request.path.strip_prefix("/api/v1").unwrap_or(&request.path);
        let signed = format!("{} {path}", request.method);
        let raw = hmac_sha256(user.text("secretKey").as_bytes(), signed.as_bytes());
        let hex: String = raw.iter().map(|byte| format!("{byte:02x}")).collect();
        (sent == raw.as_slice() || sent == hex.as_bytes()).then_some(user)
    }

    /// Refuses a user without the right to do this with a record type.
    pub(super) fn need(&self, actor: &Actor, entity: Entity, right: &'static str) -> Result<(), Refusal> {
        if self.may(actor, entity, right) {
            return Ok(());
        }
        Err(Refusal::new(403, format!("No {right} access.")))
    }

    /// True if the user has the right.
    pub(super) fn may(&self, actor: &Actor, entity: Entity, right: &'static str) -> bool {
        actor.is_admin || (actor.has_role && !self.denied.contains(&(entity, right)))
    }
}

/// The keyed hash that logins and webhooks use.
pub(super) fn hmac_sha256(key: &[u8], text: &[u8]) -> Vec<u8> {
    // A key of any length is fine for HMAC; the error exists only in the type.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key) else {
        return Vec::new();
    };
    mac.update(text);
    mac.finalize().into_bytes().to_vec()
}
