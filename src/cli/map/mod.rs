//! `vicisync map`: what the mapping makes of one contact, and why. It decides where the contact and the mapping come from; it writes nothing to
//! a server, and nothing to the state but that a login was refused.

mod back;
mod kept;
mod report;
mod told;

use std::cell::LazyCell;
use std::fs;
use std::io::{self, Read};
use std::path::Path;

use serde_json::{Value as Json, json};

use super::arguments::Map;
use super::exit::Exit;
use super::logins;
use super::screen::Failed;
use super::session::Session;
use crate::crm::{Connector, Unreadable};
use crate::mapping::Trace;
use crate::model::{Contact, ContactId, FactName};
use crate::ports::{Contacts, Store};
use crate::setup::{self, Checked, Mapper};
use crate::state::State;
use back::Typed;

pub(super) use back::argument;

/// A file that is larger is no record.
const BYTES_MAX: u64 = 4 << 20;

/// A contact with the mapping that it went through.
struct Shown {
    mapper: Mapper,
    trace: Trace,
    typed: Vec<Typed>,
}

impl Shown {
    fn of(mapper: Mapper, contact: &Contact, wanted: &Map) -> Self {
        let program = mapper.program();
        let typed = wanted.typed.iter().map(|(field, text)| Typed {
            field: field.clone(),
            text: text.clone(),
            outcome: program.typed(field, text, contact),
        });
        Self { trace: program.trace(contact), typed: typed.collect(), mapper }
    }

    fn to_json(&self) -> Json {
        let mut json = report::to_json(&self.mapper, &self.trace);
        if let Some(fields) = json.as_object_mut() {
            fields.insert("typed".to_owned(), self.typed.iter().map(back::typed_json).collect());
        }
        json
    }
}

/// Runs the command.
///
/// # Errors
/// Files that cannot be used, a contact that is not there, a CRM that does not answer.
pub(super) async fn run(session: &Session, wanted: &Map) -> Result<Exit, Failed> {
    let shown = match (&wanted.file, &wanted.contact) {
        (Some(file), _) => of_file(session, wanted, file)?,
        (None, Some(contact)) => of_crm(session, wanted, contact).await?,
        (None, None) => return Err(Failed::new(Exit::Usage, "no contact is named", "write: vicisync map CONTACT_ID")),
    };
    for shown in &shown {
        let text = told::text(&shown.mapper, &shown.trace);
        session.screen.data(&format!("{text}{}", back::text(&shown.trace, &shown.typed)));
    }
    session.screen.json(&json!({ "mapped": shown.iter().map(Shown::to_json).collect::<Vec<_>>() }));
    Ok(Exit::Fine)
}

/// A record of a file, through one mapping or those of the jobs.
fn of_file(session: &Session, wanted: &Map, file: &Path) -> Result<Vec<Shown>, Failed> {
    let mappers = match &wanted.mapping {
        Some(mapping) => {
            let connector = Connector::embedded(&wanted.crm).ok_or_else(|| {
                let help = format!("write one of: {}", Connector::names().join(", "));
                Failed::new(Exit::Usage, format!("there is no connector `{}`", wanted.crm), help)
            })?;
            let (mapper, warnings) = Mapper::of_file(mapping, connector).map_err(Failed::problems)?;
            session.screen.problems(&warnings);
            vec![mapper]
        }
        None => {
            // What is known of the server is a help and no need: a state that cannot be read is passed over.
            let state = LazyCell::new(|| State::open_copy(&session.places.state).ok());
            mappers(session, &session.read()?, wanted.job.as_deref(), &|connection| non_latin(state.as_ref()?, connection))?
        }
    };
    let record = record(file)?;
    let mut shown = Vec::new();
    for mapper in mappers {
        let contact = contact(&mapper, &record, file)?;
        shown.push(Shown::of(mapper, &contact, wanted));
    }
    Ok(shown)
}

/// A contact of the CRM, through the mappings of the jobs.
async fn of_crm(session: &Session, wanted: &Map, contact: &str) -> Result<Vec<Shown>, Failed> {
    let checked = session.read()?;
    let names = session.chosen(&checked, wanted.job.as_deref())?;
    let state = session.open_copy()?;
    let (asked, warnings) = setup::crms(&checked, &names, &state.install_key()?).map_err(Failed::problems)?;
    session.screen.problems(&warnings);
    let mappers = mappers(session, &checked, wanted.job.as_deref(), &|connection| non_latin(&state, connection))?;
    let id = ContactId::from(contact.trim());
    let mut shown = Vec::new();
    for (mapper, crm) in mappers.into_iter().zip(&asked) {
        logins::not_stopped(&state, &crm.connection, &crm.credentials)?;
        if let Some(contact) = logins::answered(session, &checked, &crm.connection, crm.contacts.get(&id).await)? {
            shown.push(Shown::of(mapper, &contact, wanted));
        }
    }
    if shown.is_empty() {
        let crms: Vec<&str> = asked.iter().map(|crm| crm.connection.as_str()).collect();
        return Err(Failed::new(
            Exit::Usage,
            format!("{} has no contact `{id}`: it never had it, or it was deleted", crms.join(", ")),
            "the id stands at the end of the address when you open the contact in the CRM's screens",
        ));
    }
    Ok(shown)
}

/// The mappings of the jobs that are meant; `known` is asked for `use_non_latin` of servers of which the config does not say it.
fn mappers(session: &Session, checked: &Checked, job: Option<&str>, known: &dyn Fn(&str) -> Option<bool>) -> Result<Vec<Mapper>, Failed> {
    let names = session.chosen(checked, job)?;
    Ok(names.iter().filter_map(|name| Mapper::of_job(checked, name, known)).collect())
}

fn non_latin(state: &State, connection: &str) -> Option<bool> {
    state.server_facts(connection).ok()?.switch(&FactName::NonLatin)
}

fn record(file: &Path) -> Result<Json, Failed> {
    let name = if file == Path::new("-") { "stdin".to_owned() } else { file.display().to_string() };
    let unreadable = |error: &io::Error| {
        let help = "name a file with one record as the CRM's API gives it, or `-` for stdin";
        Failed::new(Exit::Usage, format!("{name} cannot be read: {error}"), help)
    };
    let mut bytes = Vec::new();
    let read = if file == Path::new("-") {
        io::stdin().lock().take(BYTES_MAX + 1).read_to_end(&mut bytes)
    } else {
        fs::File::open(file).and_then(|file| file.take(BYTES_MAX + 1).read_to_end(&mut bytes))
    };
    read.map_err(|error| unreadable(&error))?;
    if bytes.len() as u64 > BYTES_MAX {
        return Err(Failed::new(Exit::Usage, format!("{name} is too large to be one record"), "keep one record in it"));
    }
    let json: Json = serde_json::from_slice(&bytes).map_err(|error| {
        let help = "it must hold one record as the CRM's API gives it, in braces: {\"id\": \"...\", ...}";
        Failed::new(Exit::Usage, format!("{name} is no JSON: {error}"), help)
    })?;
    if json.is_object() {
        return Ok(json);
    }
    let what = if json.is_array() { "a list" } else { "no record" };
    Err(Failed::new(Exit::Usage, format!("{name} holds {what}"), "keep one record in it, in braces: {\"id\": \"...\", ...}"))
}

/// The record as the connector reads it.
fn contact(mapper: &Mapper, record: &Json, file: &Path) -> Result<Contact, Failed> {
    let file = file.display();
    let crm = &mapper.connector.title;
    match mapper.connector.contact(&mapper.program().contact_fields(), record) {
        Ok(Some(contact)) => Ok(contact),
        Ok(None) => Err(Failed::new(
            Exit::Usage,
            format!("the record in {file} is one that was deleted in {crm}: it is no contact any more"),
            "take a record that is there; the lead of a deleted contact leaves dialing as [leaving] says",
        )),
        Err(Unreadable::NoId) => Err(Failed::new(
            Exit::Usage,
            format!("the record in {file} has no id"),
            format!("give the whole record as {crm}'s API gives it for one contact, not a list of records"),
        )),
        Err(Unreadable::Lacks(name)) => Err(Failed::new(
            Exit::Usage,
            format!("the record in {file} has no `{name}`, which {} reads", mapper.file()),
            format!(
                "give the whole record as {crm}'s API gives it for one contact; a blank field stands there as null. If {crm} has no such field, correct its name"
            ),
        )),
    }
}
