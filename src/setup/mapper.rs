//! What shows how one contact is mapped: a mapping with its text, the connector that reads records, and what is known of VICIdial's forms.
//!
//! It needs no secret, no server and no state.

use std::path::Path;

use super::checked::{self, Checked, Mapping};
use super::problem::Problem;
use super::ready::known_non_latin;
use crate::crm::Connector;
use crate::diag::Place;
use crate::diag::render::position;
use crate::mapping::Program;
use crate::model::JobName;
use crate::vicidial::Forms;

/// A mapping, ready to show what it makes of a contact.
#[derive(Debug)]
pub struct Mapper {
    /// The job, where a config says one.
    pub job: Option<JobName>,
    /// What reads the CRM's records.
    pub connector: Connector,
    /// What VICIdial keeps of values.
    pub forms: Forms,
    mapping: Mapping,
}

impl Mapper {
    /// The mapping of a job. `known` says what is known of the server's `use_non_latin`; the config's word goes before, so it is asked only
    /// where that says nothing. `None` for a job that the config does not have.
    pub fn of_job(checked: &Checked, name: &JobName, known: impl FnOnce(&str) -> Option<bool>) -> Option<Self> {
        let job = checked.job(name)?;
        let connection = checked.config.vicidials.get(&job.vicidial)?;
        let non_latin = known_non_latin(connection.use_non_latin, || known(&job.vicidial));
        let mapping = checked.programs.get(name)?.clone();
        let connector = checked.connectors.get(&job.crm)?.clone();
        Some(Self { job: Some(name.clone()), mapping, connector, forms: Forms { non_latin } })
    }

    /// A mapping's file alone, with a built-in connector. Gives its warnings too.
    ///
    /// # Errors
    /// Every problem of the file.
    pub fn of_file(path: &Path, connector: Connector) -> Result<(Self, Vec<Problem>), Vec<Problem>> {
        let (mapping, problems) = checked::read_mapping(path);
        match mapping {
            Some(mapping) => Ok((Self { job: None, mapping, connector, forms: Forms::default() }, problems)),
            None => Err(problems),
        }
    }

    /// The mapping.
    #[must_use]
    pub fn program(&self) -> &Program {
        &self.mapping.program
    }

    /// The mapping's file.
    #[must_use]
    pub fn file(&self) -> &str {
        &self.mapping.source.file
    }

    /// The line of a place, from 1.
    #[must_use]
    pub fn line(&self, place: &Place) -> usize {
        position(&self.mapping.source.text, place.start).0
    }
}
