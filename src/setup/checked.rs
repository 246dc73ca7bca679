//! The files of a vicisync, read and checked as far as that goes without secrets: what `test`, `status` and `explain` need.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::across;
use super::flags;
use super::places::{Places, beside};
use super::problem::Problem;
use crate::config::{self, Config, Job};
use crate::crm::Connector;
use crate::diag::Diagnostic;
use crate::mapping::{self, Program};
use crate::model::JobName;
use crate::schedule::Schedule;

/// Files larger than this are no config.
const BYTES_MAX: u64 = 4 << 20;

/// All files, checked.
#[derive(Debug)]
pub struct Checked {
    /// The config.
    pub config: Config,
    /// What is worth a look, and stops nothing.
    pub warnings: Vec<Problem>,
    /// The directory of the config: what its paths are relative to.
    pub(super) home: PathBuf,
    pub(super) programs: BTreeMap<JobName, Program>,
    pub(super) connectors: BTreeMap<String, Connector>,
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
        let path = &places.config;
        let text =
            read(path, "the config", "name it with `--config FILE`, or write one: README.md shows how").map_err(|problem| vec![problem])?;
        let source: Arc<str> = text.into();
        let file = path.display().to_string();
        let mut problems = Vec::new();
        let config = match config::parse(&file, &source) {
            Ok(config) => {
                take(&mut problems, config.warnings.clone(), &source);
                config
            }
            Err(found) => {
                take(&mut problems, found, &source);
                return Err(problems);
            }
        };
        let home = beside(path);
        let programs = programs(&config, &home, &mut problems);
        let connectors = connectors(&config, &home, &mut problems);
        problems.extend(across::check(&config, &programs, &connectors));
        if problems.iter().any(Problem::is_error) {
            return Err(problems);
        }
        Ok(Self { config, warnings: problems, home, programs, connectors })
    }

    /// The jobs, in the order of the config.
    #[must_use]
    pub fn job_names(&self) -> Vec<JobName> {
        self.config.jobs.iter().map(|job| job.name.clone()).collect()
    }

    /// A job's mapping.
    #[must_use]
    pub fn program(&self, job: &JobName) -> Option<&Program> {
        self.programs.get(job)
    }

    /// All mappings with their files' names, each file once.
    #[must_use]
    pub fn mappings(&self) -> Vec<(String, Program)> {
        let mut mappings: BTreeMap<String, Program> = BTreeMap::new();
        for job in &self.config.jobs {
            if let Some(program) = self.programs.get(&job.name) {
                mappings.entry(self.home.join(&job.mapping).display().to_string()).or_insert_with(|| program.clone());
            }
        }
        mappings.into_iter().collect()
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
    with_source(path).map(|(program, problems, _)| (program, problems))
}

fn with_source(path: &Path) -> Result<(Program, Vec<Problem>, Arc<str>), Vec<Problem>> {
    let text = mapping_text(path).map_err(|problem| vec![problem])?;
    let source: Arc<str> = text.into();
    let mut problems = Vec::new();
    match mapping::parse(&path.display().to_string(), &source) {
        Ok((program, warnings)) => {
            take(&mut problems, warnings, &source);
            Ok((program, problems, source))
        }
        Err(found) => {
            take(&mut problems, found, &source);
            Err(problems)
        }
    }
}

/// The text of a mapping's file.
///
/// # Errors
/// A file that cannot be read.
pub(super) fn mapping_text(path: &Path) -> Result<String, Problem> {
    read(path, "the mapping", "check the path; in a config it is relative to the config's directory")
}

/// The mappings of all jobs; one that several jobs use is read, and complained of, once.
fn programs(config: &Config, home: &Path, problems: &mut Vec<Problem>) -> BTreeMap<JobName, Program> {
    let mut read: BTreeMap<PathBuf, Option<(Program, Arc<str>)>> = BTreeMap::new();
    let mut programs = BTreeMap::new();
    for job in &config.jobs {
        let path = home.join(&job.mapping);
        let program = read.entry(path.clone()).or_insert_with(|| match with_source(&path) {
            Ok((program, warnings, source)) => {
                problems.extend(warnings);
                Some((program, source))
            }
            Err(found) => {
                problems.extend(found);
                None
            }
        });
        if let Some((program, source)) = program {
            let connection = config.vicidials.get(&job.vicidial);
            let unknown = connection.and_then(|connection| flags::unknown(&path.display().to_string(), program, &job.vicidial, connection));
            take(problems, unknown.into_iter().collect(), source);
            programs.insert(job.name.clone(), program.clone());
        }
    }
    programs
}

/// The connectors of all CRM connections: embedded ones by their name, or files of the admin's own.
fn connectors(config: &Config, home: &Path, problems: &mut Vec<Problem>) -> BTreeMap<String, Connector> {
    let mut connectors = BTreeMap::new();
    for (name, crm) in &config.crms {
        let found = match &crm.connector {
            Some(file) => own_connector(&home.join(file)),
            None => Connector::embedded(&crm.kind).map(|connector| (connector, Vec::new())).ok_or_else(|| {
                let known = Connector::names().join(", ");
                vec![Problem::error(
                    format!("[crm.{name}]: there is no connector `{}`", crm.kind),
                    format!("write one of: {known}; or name a connector file with `connector = \"FILE.toml\"`"),
                )]
            }),
        };
        match found {
            Ok((connector, warnings)) => {
                problems.extend(warnings);
                connectors.insert(name.clone(), connector);
            }
            Err(found) => problems.extend(found),
        }
    }
    connectors
}

fn own_connector(path: &Path) -> Result<(Connector, Vec<Problem>), Vec<Problem>> {
    let text = read(path, "the connector", "check the path; it is relative to the config's directory").map_err(|problem| vec![problem])?;
    let source: Arc<str> = text.into();
    let mut problems = Vec::new();
    match Connector::parse(&path.display().to_string(), &source) {
        Ok((connector, warnings)) => {
            take(&mut problems, warnings, &source);
            Ok((connector, problems))
        }
        Err(found) => {
            take(&mut problems, found, &source);
            Err(problems)
        }
    }
}

fn take(problems: &mut Vec<Problem>, found: Vec<Diagnostic>, source: &Arc<str>) {
    problems.extend(found.into_iter().map(|diagnostic| Problem::text(diagnostic, source)));
}

fn read(path: &Path, what: &str, help: &str) -> Result<String, Problem> {
    let facts = fs::metadata(path).map_err(|error| Problem::unreadable(what, path, &error, help))?;
    if facts.len() > BYTES_MAX {
        return Err(Problem::error(format!("{what} {} is too large: {} bytes", path.display(), facts.len()), help));
    }
    let bytes = fs::read(path).map_err(|error| Problem::unreadable(what, path, &error, help))?;
    String::from_utf8(bytes)
        .map_err(|_| Problem::error(format!("{what} {} is not in UTF-8", path.display()), "save it as UTF-8 in your editor"))
}
