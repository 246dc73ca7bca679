//! A live check of the connection: what works, what does not, and what to do about it.
//!
//! It decides nothing for a run and writes nothing. Whether calls may be created shows only when the first is; that is said, not guessed.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use serde_json::Value as Json;

use super::connection::Crm;
use super::http;
use super::verdict::Kind;
use crate::diag::suggest;
use crate::model::CrmField;
use crate::ports::{Fault, Reach};

/// Clocks further apart than this are worth a word, in seconds.
const SKEW_MAX_S: i64 = 120;

/// Users that a mapping names and that are asked for.
const USERS_MAX: usize = 50;

/// One thing that was looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Whether it is as it should be.
    pub ok: bool,
    /// What was seen.
    pub what: String,
    /// What to do.
    pub advice: Option<String>,
}

impl Finding {
    pub(super) fn good(what: impl Into<String>) -> Self {
        Self { ok: true, what: what.into(), advice: None }
    }

    pub(super) fn bad(what: impl Into<String>, advice: impl Into<String>) -> Self {
        Self { ok: false, what: what.into(), advice: Some(advice.into()) }
    }

    pub(super) fn fault(fault: Fault) -> Self {
        Self { ok: false, what: fault.message, advice: fault.help }
    }
}

impl Crm {
    /// Looks at login, rights, attributes and clock. `patch_names` are the attributes that calls set; `described` are the fields as the CRM describes them,
    /// where it does: then no attribute is asked for by itself.
    pub async fn probe(&self, patch_names: &BTreeSet<String>, described: Option<&[CrmField]>) -> Vec<Finding> {
        let title = &self.connector.title;
        let mut findings = Vec::new();
        findings.extend(self.plain_http());
        let (sample, at) = match self.sample().await {
            Ok(found) => found,
            Err(fault) => {
                findings.push(Finding::fault(fault));
                return findings;
            }
        };
        findings.push(Finding::good(format!("{title} accepts the login and lists contacts.")));
        findings.push(clock(title, at, Utc::now()));
        match sample {
            Some(contact) => match self.whole(&contact).await {
                Ok(Some(record)) => self.attributes_of(&record, patch_names, described, &mut findings),
                Ok(None) => findings.push(Finding::bad(
                    format!("{title} lists a contact and then does not show it."),
                    "Try again; if it stays so, look at the API user's role.",
                )),
                Err(fault) => findings.push(Finding::fault(fault)),
            },
            None => {
                findings.push(Finding::good("There are no contacts yet."));
                match described {
                    Some(fields) => self.attributes_described(patch_names, fields, &mut findings),
                    None => self.attributes_asked(patch_names, &mut findings).await,
                }
            }
        }
        self.written(patch_names, described.unwrap_or_default(), &mut findings);
        self.calls(&mut findings).await;
        findings
    }

    fn plain_http(&self) -> Option<Finding> {
        let site = url::Url::parse(self.site.trim()).ok()?;
        (site.scheme() == "http" && !http::is_loopback(&site)).then(|| {
            Finding::bad(
                "The key and people's data go over the network unencrypted.",
                "Write the site with https://, and give the CRM a certificate.",
            )
        })
    }

    /// A whole record has every attribute there is, empty ones too.
    fn attributes_of(&self, record: &Json, patch_names: &BTreeSet<String>, described: Option<&[CrmField]>, findings: &mut Vec<Finding>) {
        for name in self.wanted.attributes().union(patch_names) {
            let is_there = record.get(name).is_some();
            findings.push(if is_there { self.there(name) } else { self.not_there(name, described.unwrap_or_default()) });
        }
    }

    /// Without a record, the CRM's own description.
    fn attributes_described(&self, patch_names: &BTreeSet<String>, described: &[CrmField], findings: &mut Vec<Finding>) {
        for name in self.wanted.attributes().union(patch_names) {
            let is_there = described.iter().any(|field| field.name == *name);
            findings.push(if is_there { self.there(name) } else { self.not_there(name, described) });
        }
    }

    /// Without a record: a filter by an attribute that does not exist is refused.
    async fn attributes_asked(&self, patch_names: &BTreeSet<String>, findings: &mut Vec<Finding>) {
        let object = self.connector.objects.first().map(String::as_str).unwrap_or_default();
        for name in self.wanted.attributes().union(patch_names) {
            findings.push(match self.has_attribute(object, name).await {
                Ok(true) => self.there(name),
                Ok(false) => self.not_there(name, &[]),
                Err(fault) => Finding::fault(fault),
            });
        }
    }

    fn there(&self, name: &str) -> Finding {
        Finding::good(format!("Contacts have the attribute `{name}`."))
    }

    fn not_there(&self, name: &str, described: &[CrmField]) -> Finding {
        let meant = suggest::closest(name, described.iter().map(|field| field.name.as_str()).filter(|known| *known != name));
        let meant = meant.map(|meant| format!("Did you mean `{meant}`? ")).unwrap_or_default();
        Finding::bad(
            format!("{} shows no attribute `{name}` of contacts.", self.connector.title),
            format!("{meant}{}", self.connector.answers.field_help),
        )
    }

    fn written(&self, patch_names: &BTreeSet<String>, described: &[CrmField], findings: &mut Vec<Finding>) {
        let rules = &self.connector.patch;
        let is_known = |name: &String| rules.never.contains(name) || rules.computed.contains(name);
        for field in described.iter().filter(|field| !field.is_writable && patch_names.contains(&field.name) && !is_known(&field.name)) {
            findings.push(Finding::bad(
                format!("Calls set `{}`, which {} does not let the API user set.", field.name, self.connector.title),
                "Take it out of the mapping, set a field of your own, or let the user's role edit the field.",
            ));
        }
        for name in patch_names.intersection(&self.connector.patch.never) {
            findings.push(Finding::bad(
                format!("Calls set `{name}`, which is never written: {} could clear opt-outs by it.", self.connector.title),
                "Take it out of the mapping.",
            ));
        }
        for name in patch_names.intersection(&self.connector.patch.computed) {
            findings.push(Finding::bad(
                format!("Calls set `{name}`, which {} sets by itself: what is sent is dropped without a word.", self.connector.title),
                "Take it out of the mapping, or set a field of your own.",
            ));
        }
    }

    /// Those of these users that the CRM does not show to the API user: one request each, and at most fifty.
    ///
    /// # Errors
    /// A [`Fault`]: the right to read users may be missing.
    pub async fn unknown_users(&self, users: &BTreeSet<String>) -> Result<BTreeSet<String>, Fault> {
        let mut unknown = BTreeSet::new();
        for user in users.iter().take(USERS_MAX) {
            let names = self.names.clone().with("option.user_id", user.as_str());
            if self.request(Kind::Read, &self.connector.probe.user, &names).await?.found.is_none() {
                unknown.insert(user.clone());
            }
        }
        Ok(unknown)
    }

    async fn calls(&self, findings: &mut Vec<Finding>) {
        let title = &self.connector.title;
        let probe = &self.connector.probe;
        let entity = &probe.activity_entity;
        match self.connector.activity.key_attribute.render(&self.names, str::to_owned).ok().flatten() {
            Some(name) => findings.push(match self.has_attribute(entity, &name).await {
                Ok(true) => {
                    Finding::good(format!("{entity} has the key field `{name}`. Whether calls may be created shows with the first."))
                }
                Ok(false) => Finding::bad(
                    format!("{entity} has no field `{name}`, which is to keep the keys of calls."),
                    "Create it as a text field of 26 characters or more, or take the option activity_key_field out.",
                ),
                Err(fault) => Finding::fault(fault),
            }),
            // Any attribute will do to see whether calls may be read.
            None => findings.push(match self.has_attribute(entity, "id").await {
                Ok(_) => {
                    Finding::good("Calls can be read; their keys are kept in their text. Whether they may be created shows with the first.")
                }
                Err(fault) => Finding::fault(fault),
            }),
        }
        if self.options.get("user_id").is_some_and(|user| !user.trim().is_empty()) {
            findings.push(match self.request(Kind::Read, &probe.user, &self.names).await {
                Ok(reply) if reply.found.is_some() => Finding::good("The user of the option user_id is there."),
                Ok(_) => Finding::bad(
                    format!("{title} has no user with the id of the option user_id."),
                    "Copy the id from the address of the user's page.",
                ),
                Err(fault) => Finding::fault(fault),
            });
        }
    }

    pub(super) async fn has_attribute(&self, entity: &str, name: &str) -> Result<bool, Fault> {
        let names = self.names.clone().with("entity", entity).with("name", name);
        match self.request(Kind::List, &self.connector.probe.attribute, &names).await {
            Ok(_) => Ok(true),
            Err(fault) if fault.reach == Reach::Person && fault.code == "request_refused" => Ok(false),
            Err(fault) => Err(fault),
        }
    }
}

fn clock(title: &str, theirs: Option<DateTime<Utc>>, ours: DateTime<Utc>) -> Finding {
    let Some(theirs) = theirs else {
        return Finding::bad(
            format!("{title}'s answers tell no time; this machine's clock is used."),
            "Let the web server or proxy pass the header Date on, and keep both clocks by NTP.",
        );
    };
    let skew = (theirs - ours).num_seconds();
    if skew.abs() <= SKEW_MAX_S {
        return Finding::good(format!("{title}'s clock and this machine's agree."));
    }
    let way = if skew > 0 { "ahead of" } else { "behind" };
    Finding::bad(format!("{title}'s clock is {} s {way} this machine's.", skew.abs()), "Keep both clocks by NTP.")
}
