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

pub use connection::{CrmConnection, NonLatin, VicidialConnection};
pub use database::{DatabaseConnection, DatabaseTls};
pub use job::{Brakes, Job};
pub use report::Report;
pub use secret::SecretRef;

use crate::diag::{Code, Diagnostic, Sink, Table, reader};

/// A config that was read and checked.
#[derive(Debug, Clone)]
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

/// Reads a config.
///
/// # Errors
///
/// Everything that is wrong with the text, warnings among it, in the order of the text.
pub fn parse(file_name: &str, text: &str) -> Result<Config, Vec<Diagnostic>> {
    let sink = Sink::new(file_name);
    let config = reader::document(&sink, text).map(|table| config(&Table::root(&sink, &table, &form::CONFIG)));
    let is_clean = sink.errors() == 0;
    let found = sink.into_found();
    match config {
        Some(config) if is_clean => Ok(Config { warnings: found, ..config }),
        Some(_) | None => Err(found),
    }
}

fn config(root: &Table<'_, '_>) -> Config {
    if let Some(format) = root.need("format")
        && format.number(0, u64::MAX).is_some_and(|number| number != 1)
    {
        format.wrong(Code::BadFormat, "this release reads configs of format 1", "write `format = 1`");
    }
    let crms = connection::crms(root);
    let vicidials = connection::vicidials(root);
    let (reports, reported) = report::reports(root, &vicidials);
    let jobs = job::jobs(root, &crms, &vicidials, &reported);
    root.finish();
    Config { crms: crms.kept(), vicidials: vicidials.kept(), jobs, reports, warnings: Vec::new() }
}
