//! Jobs that can run: secrets resolved, connections built, nothing sent yet.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use chrono_tz::Tz;
use secrecy::{ExposeSecret, SecretString};

use super::checked::{Checked, Timetable};
use super::problem::Problem;
use super::secret::{Spot, resolve};
use crate::config::{self, CrmConnection, DatabaseConnection, DatabaseTls, SecretRef, VicidialConnection};
use crate::crm::{self, Crm};
use crate::diag::Code;
use crate::engine::Job;
use crate::model::{FactName, InstallKey, JobName, ServerFacts};
use crate::ports::Fault;
use crate::sync::brake::Limits;
use crate::sync::quiet::Quiet;
use crate::vicidial::{self, Database, Vicidial, database};

/// The longest wait for one answer of the CRM, and of VICIdial's API.
const TIMEOUT: Duration = Duration::from_secs(60);
/// Requests in flight at the CRM.
const CRM_CONCURRENCY: usize = 4;
/// Rows asked for at once.
const PAGE_SIZE: usize = 200;
/// The word that VICIdial's API log shows for us.
const SOURCE: &str = "vicisync";

/// A job with its connections.
pub struct Ready {
    /// What the engine runs.
    pub job: Job,
    /// VICIdial; jobs of one connection share it, so that a refused login is seen by all.
    pub dialer: Arc<Vicidial>,
    /// The CRM.
    pub contacts: Arc<Crm>,
    /// The zone of wall times that people type.
    pub zone: Tz,
    /// When it runs.
    pub timetable: Timetable,
    /// What was known of `use_non_latin` when the connection was built: it predicts what VICIdial shows.
    pub non_latin: Option<bool>,
}

/// Resolves the secrets of these jobs and builds their connections; `known` is what is known of each server. Gives warnings too.
///
/// # Errors
/// Every secret that is not there, and every setting that cannot work.
pub fn ready(
    checked: &Checked,
    names: &[JobName],
    key: &InstallKey,
    known: &BTreeMap<String, ServerFacts>,
) -> Result<(Vec<Ready>, Vec<Problem>), Vec<Problem>> {
    let mut building = Building::new(checked, key, known);
    let jobs: Vec<Ready> = names.iter().filter_map(|name| building.job(name)).collect();
    let problems = building.problems;
    if problems.iter().any(Problem::is_error) { Err(problems) } else { Ok((jobs, problems)) }
}

/// A job's CRM alone, for a look at one contact.
pub struct AskedCrm {
    /// The job.
    pub job: JobName,
    /// The name of the connection.
    pub connection: String,
    /// The CRM.
    pub contacts: Arc<Crm>,
    /// The fingerprint of its credentials.
    pub credentials: String,
}

/// The CRM connections of these jobs; VICIdial's secrets are not needed. Gives warnings too.
///
/// # Errors
/// Every secret that is not there, and every setting that cannot work.
pub fn crms(checked: &Checked, names: &[JobName], key: &InstallKey) -> Result<(Vec<AskedCrm>, Vec<Problem>), Vec<Problem>> {
    let known = BTreeMap::new();
    let mut building = Building::new(checked, key, &known);
    let asked = |name: &JobName| {
        let connection = checked.job(name)?.crm.clone();
        let program = checked.program(name)?;
        let (contacts, credentials) = building.crm(&connection, program.object(), program.contact_fields())?;
        Some(AskedCrm { job: name.clone(), connection, contacts, credentials })
    };
    let asked: Vec<AskedCrm> = names.iter().filter_map(asked).collect();
    let problems = building.problems;
    if problems.iter().any(Problem::is_error) { Err(problems) } else { Ok((asked, problems)) }
}

/// Secrets by name with their fingerprint; `None` where one is missing, which was reported.
pub(super) type Secrets = Option<(BTreeMap<String, SecretString>, String)>;

pub(super) struct Building<'a> {
    checked: &'a Checked,
    key: &'a InstallKey,
    pub(super) known: &'a BTreeMap<String, ServerFacts>,
    pub(super) problems: Vec<Problem>,
    vicidials: BTreeMap<String, Option<(Arc<Vicidial>, String)>>,
    crm_secrets: BTreeMap<String, Secrets>,
}

impl<'a> Building<'a> {
    pub(super) fn new(checked: &'a Checked, key: &'a InstallKey, known: &'a BTreeMap<String, ServerFacts>) -> Self {
        Self { checked, key, known, problems: Vec::new(), vicidials: BTreeMap::new(), crm_secrets: BTreeMap::new() }
    }

    /// A connection that is built already.
    pub(super) fn share(&mut self, name: &str, dialer: Arc<Vicidial>, print: String) {
        self.vicidials.insert(name.to_owned(), Some((dialer, print)));
    }

    fn job(&mut self, name: &JobName) -> Option<Ready> {
        let checked = self.checked;
        let job = checked.job(name)?;
        let program = checked.program(name)?.clone();
        // Both connections are looked at before either's trouble ends this, so that all problems come at once.
        let dialer = self.vicidial(&job.vicidial);
        let contacts = self.crm(&job.crm, program.object(), program.contact_fields());
        let ((dialer, dialer_print), (contacts, crm_print)) = (dialer?, contacts?);
        let brakes = &job.brakes;
        let limits = Limits {
            creates: brakes.creates,
            updates: brakes.updates,
            moves: brakes.moves,
            deactivates: brakes.deactivates,
            deactivates_share: brakes.deactivates_share,
            patches: brakes.patches,
            deletes: brakes.deletes,
            contacts: brakes.contacts,
        };
        let site = &checked.config.crms.get(&job.crm)?.site;
        let systems = format!("{site}\n{}", checked.config.vicidials.get(&job.vicidial)?.url);
        let connection = checked.config.vicidials.get(&job.vicidial)?;
        let url = |name: &str| checked.config.vicidials.get(name).map(|vicidial| vicidial.url.trim_end_matches('/').to_owned());
        let is_neighbour = |other: &&config::Job| other.name != *name && url(&other.vicidial) == url(&job.vicidial);
        let neighbours = checked.config.jobs.iter().filter(is_neighbour).map(|other| other.name.clone()).collect();
        let vicidial_concurrency = connection.concurrency;
        let quiet = quiet(connection);
        Some(Ready {
            job: Job {
                name: name.clone(),
                crm: job.crm.clone(),
                vicidial: job.vicidial.clone(),
                neighbours,
                program,
                limits,
                settle: job.settle,
                quiet,
                vicidial_concurrency,
                crm_concurrency: CRM_CONCURRENCY,
                systems,
                key: self.key.clone(),
                slot: job.slot.clone(),
                credentials: [(job.vicidial.clone(), dialer_print), (job.crm.clone(), crm_print)].into(),
            },
            dialer,
            contacts,
            zone: job.zone,
            timetable: Timetable::of(job),
            non_latin: self.non_latin(&job.vicidial),
        })
    }

    pub(super) fn vicidial(&mut self, name: &str) -> Option<(Arc<Vicidial>, String)> {
        if let Some(built) = self.vicidials.get(name) {
            return built.clone();
        }
        let built = self.checked.config.vicidials.get(name).and_then(|connection| self.build_vicidial(name, connection));
        self.vicidials.insert(name.to_owned(), built.clone());
        built
    }

    fn build_vicidial(&mut self, name: &str, connection: &VicidialConnection) -> Option<(Arc<Vicidial>, String)> {
        let pass = match self.resolve(&connection.pass, vec!["vicidial", name, "pass"]) {
            Ok(pass) => pass,
            Err(problem) => {
                self.problems.push(problem);
                return None;
            }
        };
        let use_non_latin = non_latin(connection.use_non_latin);
        let database = match &connection.database {
            Some(database) => Some(self.database(name, database, connection.zone, use_non_latin)?),
            None => None,
        };
        let mut words = vec![connection.url.as_str(), &connection.user, pass.expose_secret()];
        if let Some(database) = &database {
            words.extend([database.host.as_str(), &database.user, database.pass.expose_secret()]);
        }
        let print = fingerprint(self.key, words);
        let settings = vicidial::Settings {
            url: connection.url.clone(),
            user: connection.user.clone(),
            pass,
            source: SOURCE.to_owned(),
            timeout: TIMEOUT,
            zone: connection.zone,
            use_non_latin,
            campaigns: connection.campaigns.clone(),
            groups: connection.groups.iter().map(|group| group.0.clone()).collect(),
        };
        let database = database.map(|settings| Database::new(settings).map_err(|fault| self.unfit(&["vicidial", name, "database"], fault)));
        let vicidial = Vicidial::new(settings).map_err(|fault| self.unfit(&["vicidial", name], fault));
        let vicidial = vicidial.map(|vicidial| vicidial.with_concurrency(connection.concurrency));
        let built = match (vicidial, database.transpose()) {
            (Ok(vicidial), Ok(Some(database))) => Ok(vicidial.known(self.non_latin(name)).with_database(database)),
            (Ok(vicidial), Ok(None)) => Ok(vicidial.known(self.non_latin(name))),
            (Err(problem), _) | (_, Err(problem)) => Err(problem),
        };
        built.map(|vicidial| (Arc::new(vicidial), print)).map_err(|problem| self.problems.push(problem)).ok()
    }

    /// What is known of a server's `use_non_latin`.
    fn non_latin(&self, name: &str) -> Option<bool> {
        self.known.get(name).and_then(|facts| facts.switch(&FactName::NonLatin))
    }

    /// The database lane's settings; zone and character set are those of its connection.
    fn database(
        &mut self,
        name: &str,
        connection: &DatabaseConnection,
        zone: Tz,
        non_latin: vicidial::NonLatin,
    ) -> Option<database::Settings> {
        let found = self.resolve(&connection.pass, vec!["vicidial", name, "database", "pass"]).and_then(|pass| {
            let tls = match &connection.tls {
                DatabaseTls::Off => database::Tls::Off,
                DatabaseTls::Required => database::Tls::Required,
                DatabaseTls::RequiredWithCa(path) => database::Tls::RequiredWithCa(self.checked.read_certificate(name, path)?),
            };
            Ok((pass, tls))
        });
        match found {
            Ok((pass, tls)) => Some(database::Settings {
                host: connection.host.clone(),
                port: connection.port,
                user: connection.user.clone(),
                pass,
                database: connection.database.clone(),
                tls,
                timeout: TIMEOUT,
                zone,
                non_latin,
            }),
            Err(problem) => {
                self.problems.push(problem);
                None
            }
        }
    }

    pub(super) fn crm(&mut self, name: &str, object: &str, fields: BTreeSet<String>) -> Option<(Arc<Crm>, String)> {
        let connection = self.checked.config.crms.get(name)?;
        let connector = self.checked.connectors.get(name)?.clone();
        let (secrets, print) = self.secrets(name, connection)?;
        let page_size = connector.page_size_max.min(PAGE_SIZE);
        let settings = crm::Settings {
            site: connection.site.clone(),
            secrets,
            options: connection.options.clone(),
            connector,
            fields,
            object: object.to_owned(),
            timeout: TIMEOUT,
            concurrency: CRM_CONCURRENCY,
            page_size,
        };
        match Crm::new(settings) {
            Ok(crm) => Some((Arc::new(crm), print)),
            Err(fault) => {
                let problem = self.unfit(&["crm", name], fault);
                self.problems.push(problem);
                None
            }
        }
    }

    fn resolve(&mut self, reference: &SecretRef, path: Vec<&str>) -> Result<SecretString, Problem> {
        resolve(reference, &Spot { config: &self.checked.source, path }, &self.checked.home, &mut self.problems)
    }

    /// A connection that cannot be made.
    fn unfit(&self, path: &[&str], fault: Fault) -> Problem {
        let spot = Spot { config: &self.checked.source, path: path.to_vec() };
        let help = fault.help.unwrap_or_else(|| "mend it in the config".to_owned());
        spot.problem(Code::BadConnection, format!("the connection `{}` cannot be made: {}", path.join("."), fault.message)).help(help)
    }

    pub(super) fn secrets(&mut self, name: &str, connection: &CrmConnection) -> Secrets {
        if let Some(known) = self.crm_secrets.get(name) {
            return known.clone();
        }
        let mut secrets = BTreeMap::new();
        let mut is_whole = true;
        for (word, reference) in &connection.secrets {
            match self.resolve(reference, vec!["crm", name, "secrets", word]) {
                Ok(secret) => {
                    secrets.insert(word.clone(), secret);
                }
                Err(problem) => {
                    self.problems.push(problem);
                    is_whole = false;
                }
            }
        }
        let words = secrets.iter().flat_map(|(word, secret)| [word.as_str(), secret.expose_secret()]);
        let print = fingerprint(self.key, std::iter::once(connection.site.as_str()).chain(words));
        let found = is_whole.then_some((secrets, print));
        self.crm_secrets.insert(name.to_owned(), found.clone());
        found
    }
}

fn non_latin(setting: config::NonLatin) -> vicidial::NonLatin {
    match setting {
        config::NonLatin::On => vicidial::NonLatin::On,
        config::NonLatin::Off => vicidial::NonLatin::Off,
        config::NonLatin::Unknown => vicidial::NonLatin::Unknown,
    }
}

/// As the config says, else as it was found out.
pub(super) fn known_non_latin(setting: config::NonLatin, found_out: impl FnOnce() -> Option<bool>) -> vicidial::NonLatin {
    match non_latin(setting) {
        vicidial::NonLatin::Unknown => match found_out() {
            Some(true) => vicidial::NonLatin::On,
            Some(false) => vicidial::NonLatin::Off,
            None => vicidial::NonLatin::Unknown,
        },
        said @ (vicidial::NonLatin::On | vicidial::NonLatin::Off) => said,
    }
}

/// By this a refused login is known again, and forgotten when the credentials change. Without the install key it tells nothing.
fn fingerprint<'a>(key: &InstallKey, parts: impl IntoIterator<Item = &'a str>) -> String {
    let mut hasher = blake3::Hasher::new_keyed(&key.0);
    for part in parts {
        hasher.update(&(part.len() as u64).to_le_bytes());
        hasher.update(part.as_bytes());
    }
    hasher.finalize().to_hex()[..32].to_owned()
}

/// When a VICIdial is left alone.
pub(super) fn quiet(connection: &VicidialConnection) -> Quiet {
    Quiet { windows: connection.blackout.clone(), zone: connection.zone }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fingerprint_changes_with_any_part_and_with_the_key() {
        let key = InstallKey([1; 32]);
        let print = fingerprint(&key, ["user", "secret"]);
        assert_eq!(print, fingerprint(&key, ["user", "secret"]));
        assert_ne!(print, fingerprint(&key, ["users", "ecret"]));
        assert_ne!(print, fingerprint(&InstallKey([2; 32]), ["user", "secret"]));
        assert!(!print.contains("secret"));
    }
}
