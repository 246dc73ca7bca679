//! The port [`Contacts`]: listings, single contacts, and calls.
//!
//! It decides when a row must be read again whole, and which attributes are never written. What a request looks like stands in the connector.

use std::collections::{BTreeMap, BTreeSet};

use chrono::Utc;
use futures_util::future::join_all;
use serde_json::Value as Json;

use super::activity;
use super::connection::Crm;
use super::paging::{self, More, Place, Row};
use super::record::{self, Wanted};
use super::template::Names;
use super::verdict::Kind;
use crate::model::{Activity, ActivityId, Contact, ContactId, Merge, Merges, Phone, Value};
use crate::ports::{Birth, Contacts, Cursor, Fault, KnownActivity, Page, Reach, Scope};

impl Contacts for Crm {
    async fn page(&self, scope: &Scope, cursor: Option<&Cursor>) -> Result<Page, Fault> {
        let before = cursor.map(Place::read).transpose()?;
        let rules = &self.connector.record;
        let fields: Vec<Json> = self.wanted.selected(rules).into_iter().map(Json::from).collect();
        let mut names = self.names.clone().with("fields", fields).with("page_size", self.page_size);
        if let Some(place) = &before {
            names = names.with("after.id", place.last.id.as_str());
        }
        let request = match scope {
            Scope::ChangedSince(since) => {
                let first = since.format(&rules.time).to_string();
                names = names.with("since", before.as_ref().map_or(first, |place| place.last.updated.clone()));
                &self.connector.list.changed
            }
            Scope::All => &self.connector.list.all,
        };
        let asked = std::time::Instant::now();
        let reply = self.request(Kind::List, request, &names).await?;
        // The server stamps its answer when it has it; what the answer holds may be as old as the question.
        let age = chrono::TimeDelta::from_std(asked.elapsed()).unwrap_or_default();
        let read_at = reply.at.unwrap_or_else(Utc::now) - age;
        let Some(json) = reply.found else { return Err(self.unreadable(Kind::List, "it is empty")) };
        let rows = self.rows(&json)?;
        let marks = rows.iter().map(|row| self.mark(scope, row)).collect::<Result<Vec<_>, _>>()?;
        let more = self.more(&json);
        let checked = match scope {
            Scope::ChangedSince(since) => paging::by_change(*since, before.as_ref(), &marks, more, |text| record::time(rules, text))?,
            Scope::All => paging::by_id(before.as_ref(), &marks, more)?,
        };
        let new: Vec<&Json> = checked.new.iter().filter_map(|index| rows.get(*index)).collect();
        let mut contacts = Vec::with_capacity(new.len());
        let mut unreadable = Vec::new();
        for (row, read) in new.iter().zip(join_all(new.iter().map(|row| self.contact(row))).await) {
            match (read, record::id(rules, row)) {
                (Ok(contact), _) => contacts.extend(contact),
                // Only what is this record's own trouble: a mapping's missing attribute would be the trouble of all.
                (Err(fault), Some(id)) if fault.reach == Reach::Record && self.wanted.needs_whole(row) && fault.code != "field_missing" => {
                    unreadable.push((id, fault));
                }
                (Err(fault), _) => return Err(of_the_list(fault)),
            }
        }
        let merged = new.iter().filter_map(|row| Some((record::id(rules, row)?, record::merges(rules, row))));
        let merged = merged.flat_map(|(id, merges)| {
            let into = merges.into.map(|winner| Merge { loser: id.clone(), winner });
            into.into_iter().chain(merges.losers.into_iter().map(move |loser| Merge { loser, winner: id.clone() }))
        });
        Ok(Page { contacts, unreadable, merged: merged.collect(), next: checked.next.map(|place| place.cursor()), read_at })
    }

    async fn get(&self, contact: &ContactId) -> Result<Option<Contact>, Fault> {
        let Some(json) = self.whole(contact).await? else { return Ok(None) };
        record::contact(&self.connector.record, &self.wanted, &json).map_err(|unreadable| self.no_contact(unreadable))
    }

    async fn merges(&self, contact: &ContactId) -> Result<Merges, Fault> {
        let rules = &self.connector.record;
        if rules.merged_into.is_none() && rules.merged_ids.is_none() {
            return Ok(Merges::default());
        }
        let names = self.names.clone().with("id", contact.as_str());
        let Some(json) = self.request(Kind::Read, &self.connector.get, &names).await?.found else { return Ok(Merges::default()) };
        match record::id(rules, &json) {
            Some(id) if id == *contact => Ok(record::merges(rules, &json)),
            // Asked for a loser, some give the winner.
            Some(id) if record::merges(rules, &json).losers.contains(contact) => Ok(Merges { into: Some(id), losers: Vec::new() }),
            Some(_) | None => Err(self.unreadable(Kind::Read, "it is about another record")),
        }
    }

    async fn read(&self, contact: &ContactId, names: &BTreeSet<String>) -> Result<Option<BTreeMap<String, Value>>, Fault> {
        let rules = &self.connector.record;
        let wanted = Wanted::new(rules, names);
        let Some(json) = self.whole(contact).await? else { return Ok(None) };
        if rules.deleted.first(&json) == Some(&Json::Bool(true)) {
            return Ok(None);
        }
        record::values(rules, &wanted, &json).map(Some).map_err(|unreadable| self.no_contact(unreadable))
    }

    async fn patch(&self, contact: &ContactId, set: &BTreeMap<String, Value>) -> Result<(), Fault> {
        for (name, value) in set {
            self.writable(name, value)?;
        }
        if set.is_empty() {
            // Sent all the same, it would move the time of change.
            return Ok(());
        }
        let object: serde_json::Map<String, Json> = set.iter().map(|(name, value)| (name.clone(), record::json(value))).collect();
        let names = self.names.clone().with("id", contact.as_str()).with("set", object);
        let Some(json) = self.request(Kind::Write, &self.connector.patch.request, &names).await?.found else {
            return Err(Fault::refused("contact_missing", format!("{} has no such contact any more.", self.connector.title)));
        };
        if record::id(&self.connector.record, &json).as_ref() != Some(contact) {
            return Err(self.unreadable(Kind::Write, "it is about another record"));
        }
        // An attribute that does not exist is left out with a 200, and the answer has all that do.
        match set.keys().find(|name| json.get(name.as_str()).is_none()) {
            None => Ok(()),
            Some(name) => Err(Fault::refused(
                "field_missing",
                format!("{} did not take `{name}`: contacts have no such attribute.", self.connector.title),
            )
            .help(self.connector.answers.field_help.clone())),
        }
    }

    async fn find(&self, name: &str, texts: &[String]) -> Result<Vec<Contact>, Fault> {
        self.find_contacts(name, texts).await
    }

    async fn create(&self, phone: &Phone, set: &BTreeMap<String, Value>) -> Result<Birth, Fault> {
        self.create_contact(phone, set).await
    }

    async fn find_activity(&self, contact: &ContactId, key: &str) -> Result<Option<ActivityId>, Fault> {
        Ok(self.find_call(contact, key).await?.map(|(id, _)| id))
    }

    async fn known_activity(&self, contact: &ContactId, activity: &Activity) -> Result<Option<KnownActivity>, Fault> {
        let Some((id, row)) = self.find_call(contact, &activity.key).await? else { return Ok(None) };
        let names = self.call_names(contact, activity).with("activity_id", id.as_str());
        let written = self.connector.activity.update.prepare(&names).map_err(|unfilled| self.unfilled(&unfilled))?;
        Ok(Some(KnownActivity { id, is_same: written.json.is_some_and(|written| activity::shows(&row, &written)) }))
    }

    async fn create_activity(&self, contact: &ContactId, activity: &Activity) -> Result<ActivityId, Fault> {
        let rules = &self.connector.activity;
        let names = self.call_names(contact, activity);
        let Some(json) = self.request(Kind::Write, &rules.create, &names).await?.found else {
            return Err(Fault::refused("contact_missing", format!("{} has no such contact any more.", self.connector.title)));
        };
        match rules.id.text(&json) {
            Some(id) if !id.is_empty() => Ok(ActivityId::from(id)),
            Some(_) | None => Err(self.unreadable(Kind::Write, "the new call has no id")),
        }
    }

    async fn update_activity(&self, id: &ActivityId, contact: &ContactId, activity: &Activity) -> Result<(), Fault> {
        let rules = &self.connector.activity;
        let names = self.call_names(contact, activity).with("activity_id", id.as_str());
        let Some(json) = self.request(Kind::Write, &rules.update, &names).await?.found else {
            return Err(Fault::refused("activity_missing", format!("{} has no such call any more.", self.connector.title)));
        };
        if rules.id.text(&json) == Some(id.as_str()) { Ok(()) } else { Err(self.unreadable(Kind::Write, "it is about another record")) }
    }
}

/// A contact that cannot be read stops its page: left out, it would pass for one that is gone.
fn of_the_list(mut fault: Fault) -> Fault {
    if fault.reach == Reach::Record {
        fault.reach = Reach::Connection;
    }
    fault
}

impl Crm {
    /// The call with that key among the contact's own, with the row that shows it.
    async fn find_call(&self, contact: &ContactId, key: &str) -> Result<Option<(ActivityId, Json)>, Fault> {
        let rules = &self.connector.activity;
        let mut before: Option<Place> = None;
        loop {
            let mut names = self.names.clone().with("id", contact.as_str()).with("key", key).with("page_size", self.page_size);
            if let Some(place) = &before {
                names = names.with("after.id", place.last.id.as_str());
            }
            // No contact, no calls of it; creating one is refused then.
            let Some(json) = self.request(Kind::Read, &rules.find, &names).await?.found else { return Ok(None) };
            let rows = self.rows(&json)?;
            let id = |row: &Json| rules.id.text(row).map(str::to_owned);
            if let Some(row) = rows.iter().find(|row| activity::is_call(rules, &self.names, key, row)) {
                return id(row)
                    .map(|id| Some((ActivityId(id), row.clone())))
                    .ok_or_else(|| self.unreadable(Kind::Read, "a call in it has no id"));
            }
            let marks = rows.iter().map(|row| id(row).map(|id| Row { id, updated: String::new() })).collect::<Option<Vec<_>>>();
            let marks = marks.ok_or_else(|| self.unreadable(Kind::Read, "a call in it has no id"))?;
            let checked = paging::by_id(before.as_ref(), &marks, self.more(&json))?;
            match checked.next {
                None => return Ok(None),
                Some(place) => before = Some(place),
            }
        }
    }

    /// A row as a contact, read again whole where the row is not enough. `None` where it is gone by then.
    pub(super) async fn contact(&self, row: &Json) -> Result<Option<Contact>, Fault> {
        let rules = &self.connector.record;
        if let Some(name) = Wanted::hidden_opt_out(rules, row) {
            return Err(self.no_contact(record::Unreadable::Lacks(name.to_owned())));
        }
        if !self.wanted.needs_whole(row) {
            return record::contact(rules, &self.wanted, row).map_err(|unreadable| self.no_contact(unreadable));
        }
        let id = record::id(rules, row).ok_or_else(|| self.no_contact(record::Unreadable::NoId))?;
        let Some(whole) = self.whole(&id).await? else { return Ok(None) };
        record::contact(rules, &self.wanted, &whole).map_err(|unreadable| self.no_contact(unreadable))
    }

    /// What paging needs of a row.
    fn mark(&self, scope: &Scope, row: &Json) -> Result<Row, Fault> {
        let rules = &self.connector.record;
        let id = record::id(rules, row).ok_or_else(|| self.no_contact(record::Unreadable::NoId))?;
        let updated = match scope {
            Scope::ChangedSince(_) => rules.updated.text(row).unwrap_or_default().to_owned(),
            Scope::All => String::new(),
        };
        Ok(Row { id: id.0, updated })
    }

    /// What the answer says of further pages.
    fn more(&self, json: &Json) -> More {
        let count = &self.connector.list.count;
        match count.path.first(json).and_then(Json::as_i64) {
            Some(total) if total == count.more => More::Yes,
            Some(total) if total == count.last => More::No,
            Some(total) => u64::try_from(total).map_or(More::Unsaid, More::Total),
            None => More::Unsaid,
        }
    }

    pub(super) fn writable(&self, name: &str, value: &Value) -> Result<(), Fault> {
        let rules = &self.connector.patch;
        if rules.never.contains(name) {
            return Err(Fault::refused(
                "unsafe_attribute",
                format!("`{name}` is never written: {} could clear opt-outs by it.", self.connector.title),
            )
            .help("Take it out of what calls set in the mapping."));
        }
        if rules.only_true.contains(name) && *value != Value::Bool(true) {
            return Err(Fault::refused("unsafe_attribute", format!("`{name}` is only ever set to true: nothing here loosens an opt-out."))
                .help("Take it out of what calls set in the mapping, or set it to true."));
        }
        Ok(())
    }

    fn call_names(&self, contact: &ContactId, call: &Activity) -> Names {
        let names = self.names.clone().with("id", contact.as_str());
        activity::names(&self.connector.activity, &self.connector.record, names, call, activity::fallback_user(&self.options))
    }
}
