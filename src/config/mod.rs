//! `vicisync.toml`: which connections there are, and which jobs run between them.
//!
//! Text becomes checked values here, or a list of everything that is wrong with it. Secrets stay references; no file is opened, so
//! paths are as they were written (they are meant relative to the config file). Whether a mapping and a connection fit together is
//! found out where both are known. How the file is written: `docs/config.md`.

mod address;
mod blackout;
mod connection;
mod database;
pub mod form;
mod job;
mod report;
mod secret;

use std::collections::BTreeMap;
use std::path::PathBuf;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

pub use connection::{CrmConnection, NonLatin, VicidialConnection};
pub use database::{DatabaseConnection, DatabaseTls};
pub use job::{Brakes, Job};
pub use report::Report;
pub use secret::SecretRef;

use crate::diag::{Code, Diagnostic, Sink, Table, reader, syntax};

/// A config that was read and checked.
#[derive(Debug, Clone, Default)]
pub struct Config {
    /// CRM connections by name.
    pub crms: BTreeMap<String, CrmConnection>,
    /// VICIdial connections by name.
    pub vicidials: BTreeMap<String, VicidialConnection>,
    /// Jobs, in the order of the text.
    pub jobs: Vec<Job>,
    /// Reports, in the order of the text.
    pub reports: Vec<Report>,
    /// What a person should look at, though it stops nothing.
    pub warnings: Vec<Diagnostic>,
}

/// What was read of a config, whole or not.
#[derive(Debug, Default)]
pub struct Reading {
    /// The connections, jobs and reports without a mistake.
    pub config: Config,
    /// Everything that is wrong with the text, warnings among it, in the order of the text.
    pub found: Vec<Diagnostic>,
    /// The mappings' files that the text names, also in jobs with mistakes.
    pub mappings: Vec<PathBuf>,
    /// The connectors' files that the text names, also in connections with mistakes.
    pub connectors: Vec<PathBuf>,
}

impl Reading {
    /// Whether the config can be used.
    #[must_use]
    pub fn is_good(&self) -> bool {
        !self.found.iter().any(Diagnostic::is_error)
    }
}

/// Reads a config.
///
/// # Errors
///
/// Everything that is wrong with the text, warnings among it, in the order of the text.
pub fn parse(file_name: &str, text: &str) -> Result<Config, Vec<Diagnostic>> {
    let reading = read(file_name, text);
    if reading.is_good() { Ok(Config { warnings: reading.found, ..reading.config }) } else { Err(reading.found) }
}

/// Reads as much of a config as can be read.
#[must_use]
pub fn read(file_name: &str, text: &str) -> Reading {
    let sink = Sink::new(file_name);
    let mended = syntax::mend(&sink, text);
    let mut reading = Reading::default();
    if let Some(table) = reader::document(&sink, &mended) {
        reading.config = config(&Table::root(&sink, &table, &form::CONFIG));
        reading.mappings = files(table.get_ref(), "job", "mapping");
        reading.connectors = files(table.get_ref(), "crm", "connector");
    }
    reading.found = sink.into_found();
    reading
}

/// The files that the tables `[KIND.NAME]` name, each once.
fn files(document: &DeTable<'_>, kind: &str, key: &str) -> Vec<PathBuf> {
    let Some(DeValue::Table(tables)) = document.get(kind).map(Spanned::get_ref) else { return Vec::new() };
    let mut named = Vec::new();
    for table in tables.values() {
        let DeValue::Table(table) = table.get_ref() else { continue };
        if let Some(DeValue::String(path)) = table.get(key).map(Spanned::get_ref)
            && !path.trim().is_empty()
        {
            named.push((table.get(key).map_or(0, |value| value.span().start), PathBuf::from(path.as_ref())));
        }
    }
    named.sort();
    let mut files: Vec<PathBuf> = Vec::new();
    for (_, path) in named {
        if !files.contains(&path) {
            files.push(path);
        }
    }
    files
}

fn config(root: &Table<'_, '_>) -> Config {
    if let Some(format) = root.need("format")
        && format.number(0, u64::MAX).is_some_and(|number| number != 1)
    {
        format.wrong(Code::BadFormat, "this release reads configs of format 1", "write `format = 1`");
    }
    let crms = connection::crms(root);
    let vicidials = connection::vicidials(root);
    crms.refuse_shared(root, &vicidials);
    let (reports, reported) = report::reports(root, &vicidials);
    let jobs = job::jobs(root, &crms, &vicidials, &reported);
    root.finish();
    Config { crms: crms.kept(), vicidials: vicidials.kept(), jobs, reports, warnings: Vec::new() }
}
