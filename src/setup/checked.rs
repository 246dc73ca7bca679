//! The files of a vicisync, read and checked as far as that goes without secrets: what `test`, `status` and `explain` need.
//!
//! A mistake in one file hides none in another: mappings and connectors are read also where the config has errors.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::across;
use super::places::{Places, beside};
use super::problem::{Problem, sorted};
use super::source::{Source, shown};
use crate::config::{self, Config, Job};
use crate::crm::Connector;
use crate::diag::{Code, Diagnostic};
use crate::mapping::{self, Program};
use crate::model::JobName;
use crate::schedule::Schedule;

/// All files, as far as they are right.
#[derive(Debug)]
pub struct Checked {
    /// The config: its connections, jobs and reports without mistakes.
    pub config: Config,
    /// What is wrong, or worth a look, in the order of files and lines.
    pub problems: Vec<Problem>,
    /// The config's file.
    pub(super) source: Source,
    /// The directory of the config: what its paths are relative to.
    pub(super) home: PathBuf,
    pub(super) programs: BTreeMap<JobName, Mapping>,
    pub(super) connectors: BTreeMap<String, Connector>,
}

/// A mapping with its file.
#[derive(Debug, Clone)]
pub(super) struct Mapping {
    pub(super) program: Program,
    pub(super) source: Source,
}

/// A job's connections and when it runs.
#[derive(Debug, Clone)]
pub struct Timetable {
    /// The job.
    pub name: JobName,
    /// Its CRM connection.
    pub crm: String,
    /// Its VICIdial connection.
    pub vicidial: String,
    /// When it looks at what changed.
    pub schedule: Schedule,
    /// When it looks at everything.
    pub full_schedule: Schedule,
}

impl Timetable {
    pub(super) fn of(job: &Job) -> Self {
        Self {
            name: job.name.clone(),
            crm: job.crm.clone(),
            vicidial: job.vicidial.clone(),
            schedule: job.schedule.clone(),
            full_schedule: job.full_schedule.clone(),
        }
    }
}

impl Checked {
    /// Reads the config and all that it names.
    ///
    /// # Errors
    /// Every problem of every file; warnings among them.
    pub fn read(places: &Places) -> Result<Self, Vec<Problem>> {
        let checked = Self::look(places);
        if checked.is_good() { Ok(checked) } else { Err(checked.problems) }
    }

    /// Reads the config and all that it names, whatever is wrong.
    #[must_use]
    pub fn look(places: &Places) -> Self {
        let path = &places.config;
        let mut problems = Vec::new();
        let help = "name it with `--config FILE`, or have one proposed: vicisync init (README.md shows how)";
        let (source, reading) = match Source::read(path, "the config", help) {
            Ok(source) => {
                let reading = config::read(&source.file, &source.text);
                (Source { is_config: true, ..source }, reading)
            }
            Err(problem) => {
                problems.push(problem);
                (Source::config(&shown(path), ""), config::Reading::default())
            }
        };
        problems.extend(reading.found.iter().map(|diagnostic| Problem::of(diagnostic.clone(), &source)));
        let home = beside(path);
        let files: BTreeMap<PathBuf, Option<Mapping>> =
            reading.mappings.iter().map(|file| (file.clone(), job_mapping(&home, file, &reading, &source, &mut problems))).collect();
        let programs = reading.config.jobs.iter().filter_map(|job| Some((job.name.clone(), files.get(&job.mapping)?.clone()?)));
        let programs = programs.collect();
        let connectors = connectors(&reading, &home, &source, &mut problems);
        let mut checked = Self { config: reading.config, problems: Vec::new(), source, home, programs, connectors };
        problems.extend(across::check(&checked));
        checked.problems = sorted(problems);
        checked
    }

    /// Whether the files can be used.
    #[must_use]
    pub fn is_good(&self) -> bool {
        !self.problems.iter().any(Problem::is_error)
    }

    /// The jobs, in the order of the config.
    #[must_use]
    pub fn job_names(&self) -> Vec<JobName> {
        self.config.jobs.iter().map(|job| job.name.clone()).collect()
    }

    /// A job's mapping.
    #[must_use]
    pub fn program(&self, job: &JobName) -> Option<&Program> {
        self.programs.get(job).map(|mapping| &mapping.program)
    }

    /// The file of a job's mapping.
    #[must_use]
    pub fn mapping_file(&self, job: &JobName) -> Option<PathBuf> {
        self.job(job).map(|job| self.home.join(&job.mapping))
    }

    /// All mappings with their files' names, each file once.
    #[must_use]
    pub fn mappings(&self) -> Vec<(String, Program)> {
        let mut mappings: BTreeMap<String, Program> = BTreeMap::new();
        for job in &self.config.jobs {
            if let Some(program) = self.program(&job.name) {
                mappings.entry(self.home.join(&job.mapping).display().to_string()).or_insert_with(|| program.clone());
            }
        }
        mappings.into_iter().collect()
    }

    /// Each job with its CRM connection and its mapping's object.
    pub fn synced(&self) -> impl Iterator<Item = (&JobName, &str, &str)> {
        self.config.jobs.iter().filter_map(|job| Some((&job.name, job.crm.as_str(), self.program(&job.name)?.object())))
    }

    /// All jobs' connections and schedules.
    #[must_use]
    pub fn timetables(&self) -> Vec<Timetable> {
        self.config.jobs.iter().map(Timetable::of).collect()
    }

    pub(super) fn job(&self, name: &JobName) -> Option<&Job> {
        self.config.jobs.iter().find(|job| job.name == *name)
    }
}

/// Reads one mapping file. Gives its warnings too.
///
/// # Errors
/// Every problem of the file.
pub fn mapping(path: &Path) -> Result<(Program, Vec<Problem>), Vec<Problem>> {
    let (mapping, problems) = read_mapping(path);
    match mapping {
        Some(mapping) => Ok((mapping.program, problems)),
        None => Err(problems),
    }
}

pub(super) fn read_mapping(path: &Path) -> (Option<Mapping>, Vec<Problem>) {
    let source = match Source::read(path, "the mapping", "check the path; in a config it is relative to the config's directory") {
        Ok(source) => source,
        Err(problem) => return (None, vec![problem]),
    };
    let of = |found: Vec<Diagnostic>| found.into_iter().map(|diagnostic| Problem::of(diagnostic, &source)).collect();
    match mapping::parse(&source.file, &source.text) {
        Ok((program, warnings)) => {
            let problems = of(warnings);
            (Some(Mapping { program, source }), problems)
        }
        Err(found) => (None, of(found)),
    }
}

/// A mapping that the config names. Where it cannot be read, the config's line is shown too.
fn job_mapping(home: &Path, file: &Path, reading: &config::Reading, source: &Source, problems: &mut Vec<Problem>) -> Option<Mapping> {
    let (mapping, found) = read_mapping(&home.join(file));
    let job = reading.config.jobs.iter().find(|job| job.mapping == file);
    let place = job.map(|job| source.value(&["job", job.name.as_str(), "mapping"]));
    problems.extend(found.into_iter().map(|problem| match &place {
        Some(place) if problem.code() == Code::Unreadable => problem.and(source, place.clone(), "named here"),
        Some(_) | None => problem,
    }));
    mapping
}

/// The connectors of all CRM connections: embedded ones by their name, or files of the admin's own.
fn connectors(reading: &config::Reading, home: &Path, source: &Source, problems: &mut Vec<Problem>) -> BTreeMap<String, Connector> {
    let mut files: BTreeMap<PathBuf, Option<Connector>> = BTreeMap::new();
    for file in &reading.connectors {
        let (connector, found) = own_connector(&home.join(file));
        problems.extend(found);
        files.insert(file.clone(), connector);
    }
    let mut connectors = BTreeMap::new();
    for (name, crm) in &reading.config.crms {
        let found = match &crm.connector {
            Some(file) => files.get(file).cloned().flatten(),
            None => {
                let embedded = Connector::embedded(&crm.kind);
                if embedded.is_none() {
                    let place = source.value(&["crm", name, "kind"]);
                    let help = format!(
                        "write one of: {}; or name a connector file with `connector = \"FILE.toml\"`",
                        Connector::names().join(", ")
                    );
                    problems.push(Problem::at(Code::BadValue, source, place, format!("there is no connector `{}`", crm.kind)).help(help));
                }
                embedded
            }
        };
        connectors.extend(found.map(|connector| (name.clone(), connector)));
    }
    connectors
}

fn own_connector(path: &Path) -> (Option<Connector>, Vec<Problem>) {
    let source = match Source::read(path, "the connector", "check the path; it is relative to the config's directory") {
        Ok(source) => source,
        Err(problem) => return (None, vec![problem]),
    };
    let of = |found: Vec<Diagnostic>| found.into_iter().map(|diagnostic| Problem::of(diagnostic, &source)).collect();
    match Connector::parse(&source.file, &source.text) {
        Ok((connector, warnings)) => (Some(connector), of(warnings)),
        Err(found) => (None, of(found)),
    }
}
