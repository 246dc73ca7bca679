//! From an answer to what was wanted of it: data, a write that was done, or the fault that it means. Decides nothing of a run.

use std::sync::PoisonError;

use super::call::{self, Ask};
use super::client::Vicidial;
use super::reply::{Outcome, Reply};
use super::{facts, trouble};
use crate::model::{FieldName, LeadChange, LeadId, ListId, Phone, TzMethod};
use crate::ports::{Effect, Fault, Reach, ServerTime};

impl Vicidial {
    /// One call that needs the credentials and no right, and one of the database where it is read.
    ///
    /// # Errors
    /// The login's fault, or one of the connection. A missing right is none: the login was good.
    pub async fn login(&self) -> Result<(), Fault> {
        let ask = Ask::api("campaigns_list");
        let reply = self.ask(&ask).await?;
        let is_in = match reply.outcome {
            Outcome::NoRight => !reply.said.contains("IP Address"),
            Outcome::Data | Outcome::NotFound | Outcome::Refused => true,
            Outcome::Done
            | Outcome::DoneInPart
            | Outcome::Nothing
            | Outcome::Already
            | Outcome::Duplicate
            | Outcome::LoginRefused
            | Outcome::Locked
            | Outcome::Unknown
            | Outcome::ServerFault => false,
        };
        if !is_in {
            return Err(trouble::fault(&ask, &reply));
        }
        match &self.database {
            Some(database) => database.login().await,
            None => Ok(()),
        }
    }

    pub(super) async fn version(&self) -> Result<(String, ServerTime), Fault> {
        let ask = Ask::api("version");
        let reply = self.ask_openly(&ask).await?;
        is_read(&ask, &reply)?;
        facts::version(&reply.data).ok_or_else(|| trouble::fault(&ask, &reply))
    }

    /// A list by `list_info` or `list_custom_fields`; `None` where it does not exist.
    pub(super) async fn list_facts(&self, function: &str, list: ListId) -> Result<Option<facts::ListFacts>, Fault> {
        let ask = Ask::api(function).with("list_id", list.to_string());
        let reply = self.read(&ask).await?;
        if reply.outcome == Outcome::NotFound {
            return Ok(None);
        }
        facts::list(&reply.data, list).map(Some).ok_or_else(|| trouble::fault(&ask, &reply))
    }

    /// Asks for data; an answer that says that there is none is fine too.
    pub(super) async fn read(&self, ask: &Ask) -> Result<Reply, Fault> {
        let reply = self.ask(ask).await?;
        is_read(ask, &reply)?;
        Ok(reply)
    }

    /// Asks for a write; an answer that says that it was done, or so already, is fine.
    pub(super) async fn write(&self, ask: &Ask) -> Result<Reply, Fault> {
        let reply = self.ask(ask).await?;
        match reply.outcome {
            Outcome::Done | Outcome::DoneInPart | Outcome::Nothing | Outcome::Already => Ok(reply),
            Outcome::Duplicate
            | Outcome::NotFound
            | Outcome::Refused
            | Outcome::NoRight
            | Outcome::LoginRefused
            | Outcome::Locked
            | Outcome::Data
            | Outcome::Unknown
            | Outcome::ServerFault => Err(self.fault(ask, &reply).await),
        }
    }

    /// The offset that goes with a change of what it goes by. Where VICIdial gives none the old one stays; that is no reason to keep an old number.
    pub(super) async fn offset(&self, lead: LeadId, change: &LeadChange) -> Result<Option<String>, Fault> {
        if !change.moves_zone() {
            return Ok(None);
        }
        match self.offset_by(lead, change).await {
            Err(fault) if matches!(fault.reach, Reach::Record | Reach::Person) => Ok(None),
            answer => answer,
        }
    }

    async fn offset_by(&self, lead: LeadId, change: &LeadChange) -> Result<Option<String>, Fault> {
        let phone = match call::phone_of(change) {
            Some(phone) => phone,
            None => match (self.column(lead, "phone_code").await?, self.column(lead, "phone_number").await?) {
                (Some(code), Some(number)) => Phone { code, number },
                // A lead that is not there: the write says so.
                _ => return Ok(None),
            },
        };
        let method = change.tz_method;
        let beside = match method.field().map(|field| (field, FieldName::Standard(field))) {
            Some((field, name)) => match change.fields.get(&name) {
                Some(text) => self.forms.wire(&name, text),
                None => self.column(lead, field.name()).await?.unwrap_or_default(),
            },
            None => String::new(),
        };
        match self.read(&call::check_zone(&phone, method, &beside)).await {
            // Without a table of prefixes an add says so and goes on; this question is refused.
            Err(fault) if fault.reach == Reach::Record && method == TzMethod::Nanpa => {
                let reply = self.read(&call::check_phone(&phone)).await?;
                Ok(facts::offset(&reply.data, TzMethod::AreaCode))
            }
            Err(fault) => Err(fault),
            Ok(reply) => Ok(facts::offset(&reply.data, method)),
        }
    }

    /// Whether a list is active; `false` where it is not there. Asked once a run.
    pub(super) async fn is_active(&self, list: ListId) -> Result<bool, Fault> {
        if let Some(is_active) = self.active.lock().unwrap_or_else(PoisonError::into_inner).get(&list) {
            return Ok(*is_active);
        }
        let is_active = match &self.database {
            Some(database) => database.is_active(list).await?,
            None => self.list_facts("list_info", list).await?.is_some_and(|facts| facts.is_active),
        };
        self.active.lock().unwrap_or_else(PoisonError::into_inner).insert(list, is_active);
        Ok(is_active)
    }

    /// The fault of a write. A bare status 500 may be this record's values or a server that is down: the clock tells which.
    pub(super) async fn fault(&self, ask: &Ask, reply: &Reply) -> Fault {
        let fault = trouble::fault(ask, reply);
        if fault.effect == Effect::Unknown && reply.said.starts_with("HTTP 500") && self.version().await.is_ok() {
            return Fault { reach: Reach::Record, code: "write_broke", ..fault };
        }
        fault
    }

    pub(super) async fn column(&self, lead: LeadId, name: &str) -> Result<Option<String>, Fault> {
        self.value(&call::lead_field(lead, name, false)).await
    }

    pub(super) async fn number(&self, lead: LeadId, name: &str) -> Result<Option<u64>, Fault> {
        let ask = call::lead_field(lead, name, false);
        let Some(text) = self.value(&ask).await? else { return Ok(None) };
        // Blank where an old lead has none.
        let text = if text.trim().is_empty() { "0" } else { text.trim() };
        text.parse().map(Some).map_err(|_| {
            Fault::new(Effect::None, Reach::Connection, "not_an_answer", format!("VICIdial shows no number as `{name}` of a lead"))
                .help("see whether something stands between vicisync and VICIdial")
        })
    }

    pub(super) async fn value(&self, ask: &Ask) -> Result<Option<String>, Fault> {
        value(ask, self.ask(ask).await?)
    }
}

/// The one value that an answer holds; `None` where the lead is not there.
pub(super) fn value(ask: &Ask, reply: Reply) -> Result<Option<String>, Fault> {
    if is_read(ask, &reply)? {
        Ok(Some(reply.data))
    } else if reply.said.contains("LEAD NOT FOUND") {
        Ok(None)
    } else {
        Err(trouble::fault(ask, &reply))
    }
}

/// Whether an answer holds data: `false` where it says that there is none.
pub(super) fn is_read(ask: &Ask, reply: &Reply) -> Result<bool, Fault> {
    match reply.outcome {
        Outcome::Data => Ok(true),
        Outcome::NotFound => Ok(false),
        Outcome::Done
        | Outcome::DoneInPart
        | Outcome::Nothing
        | Outcome::Already
        | Outcome::Duplicate
        | Outcome::Refused
        | Outcome::NoRight
        | Outcome::LoginRefused
        | Outcome::Locked
        | Outcome::Unknown
        | Outcome::ServerFault => Err(trouble::fault(ask, reply)),
    }
}
