//! Checks across files: what each file alone cannot know. Pure: what is known of the servers is handed in.
//!
//! [`check`] compares the files with one another; [`Checked::against`] compares them with what both systems said of themselves.

mod connector;
mod fields;
mod flags;
mod jobs;
mod kept;
mod leads;
mod lists;
mod pulled;
mod used;
mod widths;

use std::collections::BTreeMap;

use super::checked::{Checked, Mapping};
use super::problem::Problem;
use crate::config::Job;
use crate::crm::Connector;
use crate::diag::form::Names;
use crate::diag::names::Named;
use crate::model::{Contact, CrmField, JobName, ServerFacts};

/// What both systems said of themselves, as it was last seen.
#[derive(Debug, Clone, Default)]
pub struct Known {
    /// Facts by VICIdial connection.
    pub servers: BTreeMap<String, ServerFacts>,
    /// The CRM's fields of a job's object, where they are known.
    pub fields: BTreeMap<JobName, Vec<CrmField>>,
}

/// A job whose files are right by themselves.
#[derive(Clone, Copy)]
struct Work<'a> {
    checked: &'a Checked,
    job: &'a Job,
    mapping: &'a Mapping,
    connector: Option<&'a Connector>,
}

impl<'a> Work<'a> {
    /// Where the mapping names things of that kind.
    fn named(self, names: Names) -> impl Iterator<Item = &'a Named> {
        self.mapping.program.names().iter().filter(move |named| named.names == names)
    }

    fn name(self) -> &'a str {
        self.job.name.as_str()
    }
}

/// All jobs that can be looked at.
fn works(checked: &Checked) -> Vec<Work<'_>> {
    let with_mapping = checked.config.jobs.iter().filter_map(|job| Some((job, checked.programs.get(&job.name)?)));
    with_mapping.map(|(job, mapping)| Work { checked, job, mapping, connector: checked.connectors.get(&job.crm) }).collect()
}

/// Everything that does not fit together.
pub(super) fn check(checked: &Checked) -> Vec<Problem> {
    let works = works(checked);
    let mut problems = connector::connections(checked);
    for (number, work) in works.iter().enumerate() {
        problems.extend(connector::mapping(*work));
        problems.extend(pulled::connector(*work));
        problems.extend(lists::check(*work));
        problems.extend(flags::check(*work));
        problems.extend(leads::check(*work));
        for other in &works[..number] {
            problems.extend(jobs::check(*work, *other));
        }
    }
    problems
}

impl Checked {
    /// Everything in the files that does not fit what is known of both systems: fields that the CRM does not have, and final statuses that a
    /// rule would take leads out of, are errors; all else is a warning that says when it was seen. The mappings are tried on the contacts of their own tests.
    #[must_use]
    pub fn against(&self, known: &Known) -> Vec<Problem> {
        let mut problems = Vec::new();
        for work in works(self) {
            problems.extend(known.fields.get(&work.job.name).map(|fields| fields::check(work, fields)).unwrap_or_default());
            let facts = known.servers.get(&work.job.vicidial);
            problems.extend(known.fields.get(&work.job.name).map(|fields| pulled::fields(work, fields, facts)).unwrap_or_default());
            problems.extend(facts.map(|facts| kept::mapping(work, facts)).unwrap_or_default());
            problems.extend(facts.map(|facts| leads::final_statuses(work, facts)).unwrap_or_default());
            let samples: Vec<&Contact> = work.mapping.program.samples().collect();
            problems.extend(widths::check(work, &samples, "your own tests", facts));
        }
        for (name, facts) in &known.servers {
            problems.extend(kept::connection(self, name, facts));
        }
        problems
    }

    /// What VICIdial would cut of these contacts of the CRM.
    #[must_use]
    pub fn cut(&self, job: &JobName, contacts: &[Contact], facts: Option<&ServerFacts>) -> Vec<Problem> {
        let samples: Vec<&Contact> = contacts.iter().collect();
        let work = works(self).into_iter().find(|work| work.job.name == *job);
        work.map(|work| widths::check(work, &samples, "the CRM", facts)).unwrap_or_default()
    }
}
