//! What shows how one contact is mapped: a mapping with its text, the connector that reads records, and what is known of VICIdial's forms.
//!
//! It needs no secret, no server and no state.

use std::path::Path;

use super::checked::{self, Checked};
use super::problem::Problem;
use super::ready::non_latin;
use crate::crm::Connector;
use crate::diag::Place;
use crate::diag::render::position;
use crate::mapping::Program;
use crate::model::JobName;
use crate::vicidial::{Forms, NonLatin};

/// A mapping, ready to show what it makes of a contact.
#[derive(Debug)]
pub struct Mapper {
    /// The job, where a config says one.
    pub job: Option<JobName>,
    /// The mapping's file.
    pub file: String,
    /// The mapping.
    pub program: Program,
    /// What reads the CRM's records.
    pub connector: Connector,
    /// What VICIdial keeps of values.
    pub forms: Forms,
    text: String,
}

impl Mapper {
    /// The mapping of a job. `known` says what is known of the server's `use_non_latin`; the config's word goes before, so it is asked only
    /// where that says nothing.
    ///
    /// # Errors
    /// A mapping that cannot be read any more.
    pub fn of_job(checked: &Checked, name: &JobName, known: impl FnOnce(&str) -> Option<bool>) -> Result<Self, Vec<Problem>> {
        let nothing = || vec![Problem::error(format!("there is no job `{name}`"), "run: vicisync check")];
        let job = checked.job(name).ok_or_else(nothing)?;
        let connection = checked.config.vicidials.get(&job.vicidial).ok_or_else(nothing)?;
        let non_latin = match non_latin(connection.use_non_latin) {
            NonLatin::Unknown => known(&job.vicidial).map_or(NonLatin::Unknown, |is_on| if is_on { NonLatin::On } else { NonLatin::Off }),
            said @ (NonLatin::On | NonLatin::Off) => said,
        };
        let path = checked.home.join(&job.mapping);
        let text = checked::mapping_text(&path).map_err(|problem| vec![problem])?;
        Ok(Self {
            job: Some(name.clone()),
            file: path.display().to_string(),
            program: checked.program(name).cloned().ok_or_else(nothing)?,
            connector: checked.connectors.get(&job.crm).cloned().ok_or_else(nothing)?,
            forms: Forms { non_latin },
            text,
        })
    }

    /// A mapping's file alone, with a built-in connector. Gives its warnings too.
    ///
    /// # Errors
    /// Every problem of the file; a connector that does not exist.
    pub fn of_file(path: &Path, crm: &str) -> Result<(Self, Vec<Problem>), Vec<Problem>> {
        let connector = Connector::embedded(crm).ok_or_else(|| {
            let help = format!("write one of: {}", Connector::names().join(", "));
            vec![Problem::error(format!("there is no connector `{crm}`"), help)]
        })?;
        let (program, warnings) = checked::mapping(path)?;
        let text = checked::mapping_text(path).map_err(|problem| vec![problem])?;
        let file = path.display().to_string();
        Ok((Self { job: None, file, program, connector, forms: Forms::default(), text }, warnings))
    }

    /// The line of a place, from 1.
    #[must_use]
    pub fn line(&self, place: &Place) -> usize {
        position(&self.text, place.start).0
    }
}
