//! One connection by itself, without a job: for looking at what there is.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::checked::Checked;
use super::problem::Problem;
use super::ready::{Building, quiet};
use crate::crm::Crm;
use crate::model::{InstallKey, ServerFacts};
use crate::sync::quiet::Quiet;
use crate::vicidial::Vicidial;

/// A connection that can be asked.
pub struct Alone<T> {
    /// The connection.
    pub connection: Arc<T>,
    /// The fingerprint of its credentials, by which a login that was refused is known again.
    pub credentials: String,
    /// What is worth a look.
    pub warnings: Vec<Problem>,
}

/// A CRM connection of the config, for one of its objects.
///
/// # Errors
/// A secret that is not there, a setting that cannot work. `None` for a connection that the config does not have.
pub fn crm(checked: &Checked, name: &str, object: &str, key: &InstallKey) -> Option<Result<Alone<Crm>, Vec<Problem>>> {
    checked.config.crms.get(name)?;
    let known = BTreeMap::new();
    let mut building = Building::new(checked, key, &known);
    let built = building.crm(name, object, BTreeSet::new());
    Some(done(built, building.problems))
}

/// A VICIdial connection of the config.
///
/// # Errors
/// As [`crm`].
pub fn vicidial(
    checked: &Checked,
    name: &str,
    key: &InstallKey,
    known: &BTreeMap<String, ServerFacts>,
) -> Option<Result<Alone<Vicidial>, Vec<Problem>>> {
    checked.config.vicidials.get(name)?;
    let mut building = Building::new(checked, key, known);
    let built = building.vicidial(name);
    Some(done(built, building.problems))
}

/// The fingerprint of a connection's credentials; `None` for a connection that the config does not have or that cannot be made.
#[must_use]
pub fn credentials(checked: &Checked, name: &str, key: &InstallKey) -> Option<String> {
    let known = BTreeMap::new();
    let mut building = Building::new(checked, key, &known);
    match checked.config.crms.get(name) {
        Some(connection) => building.secrets(name, connection).map(|(_, print)| print),
        None => building.vicidial(name).map(|(_, print)| print),
    }
}

fn done<T>(built: Option<(Arc<T>, String)>, problems: Vec<Problem>) -> Result<Alone<T>, Vec<Problem>> {
    match built {
        Some((connection, credentials)) if !problems.iter().any(Problem::is_error) => {
            Ok(Alone { connection, credentials, warnings: problems })
        }
        Some(_) | None => Err(problems),
    }
}

impl Checked {
    /// When a VICIdial connection is left alone; `None` for a connection that the config does not have.
    #[must_use]
    pub fn quiet(&self, vicidial: &str) -> Option<Quiet> {
        self.config.vicidials.get(vicidial).map(quiet)
    }

    /// The objects that the connector of a CRM connection can sync; `None` for a connection that the config does not have.
    #[must_use]
    pub fn objects(&self, crm: &str) -> Option<&[String]> {
        self.connectors.get(crm).map(|connector| connector.objects.as_slice())
    }
}
