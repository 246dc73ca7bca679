//! The connection to one CRM: its settings, checked once, and the requests that all else here is made of.
//!
//! It decides which settings can work. What the requests mean stands in the connector; how they are sent, in `http`.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use chrono::{DateTime, Utc};
use secrecy::SecretString;
use serde_json::Value as Json;

use super::connector::Connector;
use super::http::{Http, Reply, setting};
use super::record::{self, Unreadable, Wanted};
use super::request::Request;
use super::template::{Names, Unfilled};
use super::verdict::{self, Kind};
use crate::model::ContactId;
use crate::ports::{Effect, Fault, Reach};

/// What a connection needs.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The address of the CRM's start page.
    pub site: String,
    /// Secrets by the connector's names for them.
    pub secrets: BTreeMap<String, SecretString>,
    /// Options by the connector's names for them.
    pub options: BTreeMap<String, String>,
    /// The connector.
    pub connector: Connector,
    /// The attributes, and names of the connector's own, that the mapping wants.
    pub fields: BTreeSet<String>,
    /// The object: `Contact`.
    pub object: String,
    /// The longest wait for one answer.
    pub timeout: Duration,
    /// How many requests may be under way at once.
    pub concurrency: usize,
    /// How many rows are asked for at once.
    pub page_size: usize,
}

/// A CRM.
pub struct Crm {
    pub(super) connector: Connector,
    pub(super) http: Http,
    pub(super) wanted: Wanted,
    pub(super) page_size: usize,
    pub(super) options: BTreeMap<String, String>,
    pub(super) site: String,
    pub(super) object: String,
    /// The object and the options.
    pub(super) names: Names,
}

impl Crm {
    /// Checks the settings and gets everything ready; sends nothing.
    ///
    /// # Errors
    /// A setting that cannot work (`bad_setting`, for a person).
    pub fn new(settings: Settings) -> Result<Self, Fault> {
        let Settings { site, secrets, options, connector, fields, object, timeout, concurrency, page_size } = settings;
        if !connector.objects.contains(&object) {
            let known = connector.objects.join(", ");
            return Err(
                setting(format!("The connector for {} cannot sync `{object}`.", connector.title)).help(format!("It can sync: {known}."))
            );
        }
        if page_size == 0 || page_size > connector.page_size_max {
            return Err(setting(format!("The page size must be from 1 to {}.", connector.page_size_max)));
        }
        if concurrency == 0 || concurrency > tokio::sync::Semaphore::MAX_PERMITS || timeout.is_zero() {
            return Err(setting("Concurrency and time-out must be more than zero."));
        }
        known(secrets.keys(), &connector.secrets, "secret")?;
        known(options.keys(), &connector.options, "option")?;
        let http = Http::new(&connector, &site, secrets, timeout, concurrency)?;
        let mut names = Names::default().with("object", object.as_str());
        for (name, value) in options.iter().filter(|(_, value)| !value.trim().is_empty()) {
            names = names.with(&format!("option.{name}"), value.trim());
        }
        let wanted = Wanted::new(&connector.record, &fields);
        Ok(Self { connector, http, wanted, page_size, options, site, object, names })
    }

    /// Logs in by one harmless request: a list of one.
    ///
    /// # Errors
    /// A refused login, a missing right, an address where no such CRM answers.
    pub async fn login(&self) -> Result<(), Fault> {
        self.sample().await.map(|_| ())
    }

    /// The first contact by id, if there is one, and the CRM's clock.
    pub(super) async fn sample(&self) -> Result<(Option<ContactId>, Option<DateTime<Utc>>), Fault> {
        let names = self.names.clone().with("fields", vec![Json::from("id")]).with("page_size", 1);
        let reply = self.request(Kind::List, &self.connector.list.all, &names).await?;
        let Some(json) = reply.found else { return Err(self.unreadable(Kind::List, "it is empty")) };
        let rows = self.rows(&json)?;
        Ok((rows.first().and_then(|row| record::id(&self.connector.record, row)), reply.at))
    }

    /// Sends a request of the connector's.
    pub(super) async fn request(&self, kind: Kind, request: &Request, names: &Names) -> Result<Reply, Fault> {
        let prepared = request.prepare(names).map_err(|unfilled| self.unfilled(&unfilled))?;
        self.http.send(kind, &prepared).await
    }

    /// The whole record of a contact; `None` where it is not there.
    pub(super) async fn whole(&self, contact: &ContactId) -> Result<Option<Json>, Fault> {
        let names = self.names.clone().with("id", contact.as_str());
        let Some(json) = self.request(Kind::Read, &self.connector.get, &names).await?.found else { return Ok(None) };
        if record::id(&self.connector.record, &json).as_ref() != Some(contact) {
            return Err(self.unreadable(Kind::Read, "it is about another record"));
        }
        Ok(Some(json))
    }

    /// The rows of a list.
    pub(super) fn rows<'a>(&self, json: &'a Json) -> Result<&'a [Json], Fault> {
        let rows = self.connector.list.rows.first(json).and_then(Json::as_array);
        rows.map(Vec::as_slice).ok_or_else(|| self.unreadable(Kind::List, "it holds no list"))
    }

    /// A success that is not what it should be.
    pub(super) fn unreadable(&self, kind: Kind, why: &str) -> Fault {
        verdict::not_an_answer(&self.connector.title, kind, why)
    }

    /// A record that is no contact.
    pub(super) fn no_contact(&self, unreadable: Unreadable) -> Fault {
        match unreadable {
            Unreadable::NoId => self.unreadable(Kind::List, "a contact in it has no id"),
            Unreadable::Lacks(name) => {
                let message = format!("{} shows no attribute `{name}` of contacts.", self.connector.title);
                Fault::new(Effect::None, Reach::Person, "field_missing", message).help(self.connector.answers.field_help.clone())
            }
        }
    }

    pub(super) fn unfilled(&self, unfilled: &Unfilled) -> Fault {
        match (unfilled.name.as_str(), unfilled.is_misfit) {
            ("call.user", false) => {
                Fault::refused("user_missing", format!("{} wants a user for each call, and this one has none.", self.connector.title))
                    .help("Add the agent to [users], or set the option user_id of the connection.")
            }
            ("id" | "activity_id", _) => Fault::refused("bad_id", "The record's id cannot be one."),
            _ => Fault::refused("value_missing", format!("The request cannot be made: {unfilled}.")),
        }
    }
}

fn known<'a>(names: impl Iterator<Item = &'a String>, declared: &BTreeMap<String, String>, what: &str) -> Result<(), Fault> {
    for name in names {
        if !declared.contains_key(name) {
            let list: Vec<&str> = declared.keys().map(String::as_str).collect();
            return Err(setting(format!("The connector has no {what} `{name}`.")).help(format!("It has: {}.", list.join(", "))));
        }
    }
    Ok(())
}
