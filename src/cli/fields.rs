//! `vicisync fields`: what a mapping can name. The CRM's fields and VICIdial's, as both show them, with examples in which no person is.
//!
//! It reads both systems and writes neither. Of the state it changes nothing, but that a refused login is kept.

use std::collections::{BTreeMap, BTreeSet};

use chrono::Utc;
use serde_json::{Value as Json, json};

use super::arguments::{Fields, FieldsOf, FieldsOfCrm, FieldsOfVicidial};
use super::exit::Exit;
use super::logins;
use super::screen::{Failed, table};
use super::session::Session;
use crate::mapping::Program;
use crate::model::{CrmFieldKind, FieldName, LeadField};
use crate::ports::Store;
use crate::setup::{self, Checked, CrmFieldShown, CrmFields, EXAMPLES_MAX, ListFields, Ready, VicidialFields, alone};
use crate::state::State;
use crate::vicidial::CustomShown;
use crate::vicidial::custom::Column;

/// The longest cell of a text, in characters; `--json` has all.
const CELL_MAX: usize = 48;

/// Runs the command.
///
/// # Errors
/// Files that cannot be used, a system that cannot be asked.
pub(super) async fn run(session: &Session, wanted: &Fields) -> Result<Exit, Failed> {
    let checked = session.read()?;
    let state = session.open_copy()?;
    match &wanted.of {
        FieldsOf::Crm(wanted) => crm(session, &checked, &state, wanted).await,
        FieldsOf::Vicidial(wanted) => vicidial(session, &checked, &state, wanted).await,
    }
}

async fn crm(session: &Session, checked: &Checked, state: &State, wanted: &FieldsOfCrm) -> Result<Exit, Failed> {
    let (name, found, program) = match &wanted.crm {
        Some(name) => {
            let object = object(checked, name, wanted.object.as_deref())?;
            let key = state.install_key()?;
            let found = alone::crm(checked, name, &object, &key).ok_or_else(|| no_connection("crm", name, &checked.config.crms))?;
            let found = found.map_err(Failed::problems)?;
            session.screen.problems(&found.warnings);
            logins::not_stopped(state, name, &found.credentials)?;
            (name.clone(), setup::crm_fields(&found.connection, EXAMPLES_MAX).await, None)
        }
        None => {
            let ready = one(session, checked, state, wanted.job.as_deref())?;
            let name = ready.job.crm.clone();
            logins::not_stopped(state, &name, credentials(&ready, &name))?;
            (name, setup::crm_fields(&ready.contacts, EXAMPLES_MAX).await, Some(ready.job.program))
        }
    };
    let found = logins::answered(session, checked, &name, found)?;
    let used = Used::of(program.as_ref());
    session.screen.data(&crm_text(&name, &found, &used));
    if !found.is_described {
        session.screen.talk(
            "note: the connector does not say how this CRM describes its fields: these are what its records show, with kinds guessed by their values",
        );
    }
    session.screen.json(&json!({
        "crm": name, "object": found.object, "described": found.is_described, "records": found.records,
        "fields": found.fields.iter().map(|shown| crm_json(shown, &used)).collect::<Vec<_>>(),
    }));
    Ok(Exit::Fine)
}

async fn vicidial(session: &Session, checked: &Checked, state: &State, wanted: &FieldsOfVicidial) -> Result<Exit, Failed> {
    let (name, found, program) = match &wanted.vicidial {
        Some(name) => {
            let key = state.install_key()?;
            let known = [(name.clone(), state.server_facts(name)?)].into();
            let found =
                alone::vicidial(checked, name, &key, &known).ok_or_else(|| no_connection("vicidial", name, &checked.config.vicidials))?;
            let found = found.map_err(Failed::problems)?;
            session.screen.problems(&found.warnings);
            logins::not_stopped(state, name, &found.credentials)?;
            not_in_blackout(checked, name)?;
            (name.clone(), setup::vicidial_lists(&found.connection, &BTreeSet::new(), EXAMPLES_MAX).await, None)
        }
        None => {
            let ready = one(session, checked, state, wanted.job.as_deref())?;
            let name = ready.job.vicidial.clone();
            logins::not_stopped(state, &name, credentials(&ready, &name))?;
            not_in_blackout(checked, &name)?;
            let found = setup::vicidial_lists(&ready.dialer, &ready.job.program.lists(), EXAMPLES_MAX).await;
            (name, found, Some(ready.job.program))
        }
    };
    let found = logins::answered(session, checked, &name, found)?;
    let filled = program.as_ref().map(Program::lead_fields).unwrap_or_default();
    session.screen.data(&vicidial_text(&name, &found, &filled));
    session.screen.json(&json!({
        "vicidial": name, "leads": found.leads,
        "fields": LeadField::ALL.iter().map(|field| standard_json(*field, &found, &filled)).collect::<Vec<_>>(),
        "lists": found.lists.iter().map(|list| list_json(list, &filled)).collect::<Vec<_>>(),
    }));
    Ok(Exit::Fine)
}

/// The job that is meant: the one named, else the only one.
fn one(session: &Session, checked: &Checked, state: &State, job: Option<&str>) -> Result<Ready, Failed> {
    let names = session.chosen(checked, job)?;
    if names.len() > 1 {
        let known = names.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
        return Err(Failed::new(Exit::Usage, "there are several jobs", format!("name one with --job: {known}")));
    }
    let ready = session.ready(checked, &names, state)?;
    ready.into_iter().next().ok_or_else(|| Failed::new(Exit::Usage, "there is no job", "add a table [job.NAME] to the config"))
}

fn object(checked: &Checked, crm: &str, wanted: Option<&str>) -> Result<String, Failed> {
    if let Some(object) = wanted {
        return Ok(object.to_owned());
    }
    match checked.objects(crm) {
        None => Err(no_connection("crm", crm, &checked.config.crms)),
        Some([object]) => Ok(object.clone()),
        Some(objects) => {
            Err(Failed::new(Exit::Usage, "the CRM has several objects", format!("name one with --object: {}", objects.join(", "))))
        }
    }
}

fn no_connection<T>(kind: &str, name: &str, known: &BTreeMap<String, T>) -> Failed {
    let known = known.keys().map(String::as_str).collect::<Vec<_>>().join(", ");
    Failed::new(Exit::Usage, format!("the config has no connection [{kind}.{name}]"), format!("it has: {known}"))
}

fn credentials<'a>(ready: &'a Ready, connection: &str) -> &'a str {
    ready.job.credentials.get(connection).map_or("", String::as_str)
}

/// In a blackout VICIdial is asked for nothing.
fn not_in_blackout(checked: &Checked, name: &str) -> Result<(), Failed> {
    let Some(quiet) = checked.quiet(name) else { return Ok(()) };
    match quiet.until(Utc::now()) {
        Some(end) => {
            let message = format!("{name} is left alone until {} ({}): it has a blackout now", quiet.wall(end).format("%H:%M"), quiet.zone);
            Err(Failed::new(Exit::Temporary, message, "run the command again then"))
        }
        None => Ok(()),
    }
}

/// The attributes that a mapping reads, and those that its calls set.
#[derive(Default)]
struct Used {
    read: BTreeSet<String>,
    set: BTreeSet<String>,
}

impl Used {
    fn of(program: Option<&Program>) -> Self {
        program.map(|program| Self { read: program.contact_fields(), set: program.patch_names() }).unwrap_or_default()
    }

    fn words(&self, name: &str) -> Vec<&'static str> {
        let reads = self.read.contains(name).then_some("reads");
        reads.into_iter().chain(self.set.contains(name).then_some("sets")).collect()
    }
}

fn crm_text(name: &str, found: &CrmFields, used: &Used) -> String {
    let head = ["field", "type", "set", "made by", "mapping", "label", "example"].map(str::to_owned).to_vec();
    let row = |shown: &CrmFieldShown| {
        let field = &shown.field;
        let may_set = if field.is_writable { "yes" } else { "no" };
        let maker = if field.is_custom { "you" } else { "CRM" };
        let cells = [
            field.name.clone(),
            kind_text(&field.kind),
            may_set.to_owned(),
            maker.to_owned(),
            used.words(&field.name).join(", "),
            field.label.clone().unwrap_or_default(),
            shown.example.clone().unwrap_or_default(),
        ];
        cells.map(|cell| short(&cell)).to_vec()
    };
    let rows: Vec<Vec<String>> = std::iter::once(head).chain(found.fields.iter().map(row)).collect();
    format!(
        "{name}, {}: {} fields; masked examples from {} records\n\n{}",
        found.object,
        found.fields.len(),
        found.records,
        table(&rows).trim_end()
    )
}

fn kind_text(kind: &CrmFieldKind) -> String {
    match (kind.width(), kind.options()) {
        (Some(width), _) => format!("{} {width}", kind.word()),
        (None, []) => kind.word().to_owned(),
        (None, options) => format!("{}: {}", kind.word(), options.join(", ")),
    }
}

fn crm_json(shown: &CrmFieldShown, used: &Used) -> Json {
    let field = &shown.field;
    json!({
        "name": field.name, "label": field.label, "type": field.kind.word(), "width": field.kind.width(), "options": field.kind.options(),
        "writable": field.is_writable, "custom": field.is_custom, "mapping": used.words(&field.name), "example": shown.example,
    })
}

fn vicidial_text(name: &str, found: &VicidialFields, filled: &BTreeSet<FieldName>) -> String {
    let head = ["field", "width", "mapping", "example"].map(str::to_owned).to_vec();
    let standard = LeadField::ALL.iter().map(|field| {
        let example = found.standard.get(field).map(|example| short(example)).unwrap_or_default();
        vec![field.name().to_owned(), field.width().to_string(), fills(filled, &FieldName::Standard(*field)).to_owned(), example]
    });
    let rows: Vec<Vec<String>> = std::iter::once(head).chain(standard).collect();
    let mut text = format!("{name}: the fields of all leads; masked examples from {} leads\n\n{}", found.leads, table(&rows));
    for list in &found.lists {
        let shown = &list.shown;
        let activity = if shown.is_active { "" } else { ", not active" };
        text.push_str(&format!("\nlist {} (campaign {}{activity})", shown.list, shown.campaign));
        if shown.custom.is_empty() {
            text.push_str(": no custom fields\n");
        } else {
            let head = ["custom field", "type", "mapping", "example"].map(str::to_owned).to_vec();
            let custom = shown.custom.iter().map(|custom| {
                let example = list.examples.get(&custom.label).map(|example| short(example)).unwrap_or_default();
                vec![
                    custom.label.clone(),
                    short(&column_text(custom)),
                    fills(filled, &FieldName::Custom(custom.label.clone())).to_owned(),
                    example,
                ]
            });
            let rows: Vec<Vec<String>> = std::iter::once(head).chain(custom).collect();
            text.push_str(&format!("\n{}", table(&rows)));
        }
        if let Some(remark) = &list.remark {
            text.push_str(&format!("no examples: {remark}\n"));
        }
    }
    text.trim_end().to_owned()
}

fn fills(filled: &BTreeSet<FieldName>, field: &FieldName) -> &'static str {
    if filled.contains(field) { "fills" } else { "" }
}

/// The type of a custom field in words; a mark where only the database would show it.
fn column_text(custom: &CustomShown) -> String {
    match (custom.column(), &custom.definition) {
        (Some(Column::Text(width)), _) => format!("text {width}"),
        (Some(Column::Words(words)), _) => format!("choice: {}", words.join(", ")),
        (Some(Column::Date), _) => "date".to_owned(),
        (Some(Column::Other), Some(definition)) => definition.clone(),
        (Some(Column::Other) | None, _) => "-".to_owned(),
    }
}

fn standard_json(field: LeadField, found: &VicidialFields, filled: &BTreeSet<FieldName>) -> Json {
    let is_filled = filled.contains(&FieldName::Standard(field));
    json!({ "name": field.name(), "width": field.width(), "mapping": is_filled, "example": found.standard.get(&field) })
}

fn list_json(list: &ListFields, filled: &BTreeSet<FieldName>) -> Json {
    let custom = list.shown.custom.iter().map(|custom| {
        let (kind, width, options) = match (custom.column(), &custom.definition) {
            (Some(Column::Text(width)), _) => (Some("text".to_owned()), Some(width), Vec::new()),
            (Some(Column::Words(words)), _) => (Some("choice".to_owned()), None, words),
            (Some(Column::Date), _) => (Some("date".to_owned()), None, Vec::new()),
            (Some(Column::Other) | None, definition) => (definition.clone(), None, Vec::new()),
        };
        json!({
            "label": custom.label, "type": kind, "width": width, "options": options,
            "mapping": filled.contains(&FieldName::Custom(custom.label.clone())), "example": list.examples.get(&custom.label),
        })
    });
    json!({
        "list": list.shown.list.0, "campaign": list.shown.campaign.as_str(), "active": list.shown.is_active,
        "fields": custom.collect::<Vec<_>>(), "remark": list.remark,
    })
}

fn short(text: &str) -> String {
    if text.chars().count() <= CELL_MAX {
        return text.to_owned();
    }
    text.chars().take(CELL_MAX - 2).chain("..".chars()).collect()
}
