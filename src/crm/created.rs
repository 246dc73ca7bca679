//! Contacts that are found by a value, and contacts that are made.
//!
//! It decides what is never made: a contact with a phone of which somebody opted out, since EspoCRM and its like would clear that for everybody who has the
//! phone. What the requests look like stands in the connector; who is who, the engine decides.

use std::collections::BTreeMap;

use futures_util::future::join_all;
use serde_json::Value as Json;

use super::connection::Crm;
use super::connector::Search;
use super::http::setting;
use super::probe::Finding;
use super::record;
use super::verdict::Kind;
use crate::model::{Contact, ContactId, Phone, Value};
use crate::ports::{Birth, Fault};

impl Crm {
    pub(super) async fn find_contacts(&self, name: &str, texts: &[String]) -> Result<Vec<Contact>, Fault> {
        let fields: Vec<Json> = self.wanted.selected(&self.connector.record).into_iter().map(Json::from).collect();
        let rows = self.rows_of(&self.object, name, texts, fields).await?;
        let mut found = Vec::new();
        for contact in join_all(rows.iter().map(|row| self.contact(row))).await {
            found.extend(contact?);
        }
        Ok(found)
    }

    /// The rows of an object with one of these texts.
    async fn rows_of(&self, object: &str, name: &str, texts: &[String], fields: Vec<Json>) -> Result<Vec<Json>, Fault> {
        let Some(search) = &self.connector.search else { return Err(self.cannot("search")) };
        let attribute = search.names.get(name).map_or(name, String::as_str);
        let values: Vec<Json> = texts.iter().map(|text| Json::from(text.as_str())).collect();
        let names = self.names.clone().with("object", object).with("fields", fields).with("page_size", self.page_size);
        let names = names.with("attribute", attribute).with("values", values);
        let Some(json) = self.request(Kind::List, &search.request, &names).await?.found else {
            return Err(self.unreadable(Kind::List, "it is empty"));
        };
        Ok(self.rows(&json)?.to_vec())
    }

    pub(super) async fn create_contact(&self, phone: &Phone, set: &BTreeMap<String, Value>) -> Result<Birth, Fault> {
        let Some(create) = &self.connector.create else { return Err(self.cannot("create")) };
        for (name, value) in set {
            self.writable(name, value)?;
        }
        self.not_opted_out(&create.phone, phone).await?;
        let mut object: serde_json::Map<String, Json> = set.iter().map(|(name, value)| (name.clone(), record::json(value))).collect();
        object.insert(create.phone.clone(), Json::from(phone.e164()));
        let names = self.names.clone().with("set", object);
        let Some(json) = self.request(Kind::Create, &create.request, &names).await?.found else {
            return Err(Fault::refused("request_refused", format!("{} makes no such record.", self.connector.title)));
        };
        let rules = &self.connector.record;
        match json.as_array() {
            Some(alike) => Ok(Birth::Alike(alike.iter().filter_map(|row| record::id(rules, row)).collect())),
            None => match record::id(rules, &json) {
                Some(id) if id != ContactId(String::new()) => Ok(Birth::Made(id)),
                Some(_) | None => Err(self.unreadable(Kind::Create, "the new contact has no id")),
            },
        }
    }

    /// A new holder of a phone could clear the opt-out that another kind of record has on it.
    async fn not_opted_out(&self, attribute: &str, phone: &Phone) -> Result<(), Fault> {
        let Some(search) = &self.connector.search else { return Ok(()) };
        for object in search.holders.iter().filter(|object| **object != self.object) {
            if self.has_opted_out(search, object, attribute, &phone.e164()).await.map_err(|fault| unseen(fault, object, phone))? {
                let message = format!(
                    "A {object} of {} has the phone {} and opted out: no contact is made with it.",
                    self.connector.title,
                    phone.e164()
                );
                return Err(Fault::refused("opted_out", message));
            }
        }
        Ok(())
    }

    async fn has_opted_out(&self, search: &Search, object: &str, attribute: &str, phone: &str) -> Result<bool, Fault> {
        let rules = &self.connector.record;
        for row in self.rows_of(object, attribute, &[phone.to_owned()], vec![Json::from("id")]).await? {
            let Some(id) = record::id(rules, &row) else { return Err(self.unreadable(Kind::List, "a record in it has no id")) };
            let names = self.names.clone().with("object", object).with("id", id.as_str());
            let Some(whole) = self.request(Kind::Read, &self.connector.get, &names).await?.found else { continue };
            let is_flagged = rules.opted_out.iter().any(|path| path.all(&whole).contains(&&Json::Bool(true)));
            let is_named = search.opted_out.as_ref().is_some_and(|path| path.all(&whole).contains(&&Json::from(phone)));
            if is_flagged || is_named {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Whether contacts can be found, and made where `makes` says that they are, for a live check.
    pub async fn probe_strangers(&self, makes: bool) -> Vec<Finding> {
        let title = &self.connector.title;
        let Some(_) = &self.connector.search else { return vec![Finding::fault(self.cannot("search"))] };
        if !makes {
            return Vec::new();
        }
        let Some(create) = &self.connector.create else { return vec![Finding::fault(self.cannot("create"))] };
        let mut findings = Vec::new();
        // Nobody has it: it only shows whether the question may be asked.
        let nobody = Phone { code: "1".to_owned(), number: "2125550100".to_owned() };
        if let Err(fault) = self.not_opted_out(&create.phone, &nobody).await {
            findings.push(Finding::fault(fault));
        }
        let later = || Finding::good("Whether contacts may be made shows with the first.");
        let Some(right) = &create.right else {
            findings.push(later());
            return findings;
        };
        findings.push(match self.request(Kind::List, &right.request, &self.names).await {
            Ok(reply) => {
                let json = reply.found.unwrap_or_default();
                match right.at.get(&self.object).and_then(|path| path.text(&json)) {
                    Some(word) if word == right.denied => Finding::bad(
                        format!("{title} does not let the API user make contacts."),
                        self.connector.answers.no_right_help.clone(),
                    ),
                    Some(_) => Finding::good(format!("{title} lets the API user make contacts.")),
                    None => later(),
                }
            }
            Err(fault) => Finding::fault(fault),
        });
        findings
    }

    fn cannot(&self, what: &str) -> Fault {
        setting(format!("The connector for {} does not say how contacts are found and made: it has no [{what}].", self.connector.title))
    }
}

/// Where nobody can look, nobody knows: nothing is written on a guess.
fn unseen(fault: Fault, object: &str, phone: &Phone) -> Fault {
    let message = format!("Whether a {object} opted out of {} cannot be seen: {}", phone.e164(), fault.message);
    Fault { message, ..fault }
}
