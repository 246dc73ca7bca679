//! What the config asks of the machine: secrets, certificates and folders that must be there. Looks at all of them and keeps nothing; also where other
//! parts of the config are wrong.

use super::checked::Checked;
use super::problem::Problem;
use super::reports::folders;
use super::secret::{Spot, resolve};
use super::source::{because, shown};
use crate::config::{DatabaseTls, SecretRef};
use crate::diag::Code;

const CERTIFICATE: &[u8] = b"-----BEGIN CERTIFICATE-----";

impl Checked {
    /// Everything that the machine lacks.
    #[must_use]
    pub fn machine(&self) -> Vec<Problem> {
        let mut problems = Vec::new();
        let mut secret = |reference: &SecretRef, path: Vec<&str>| {
            let mut warnings = Vec::new();
            let found = resolve(reference, &Spot { config: &self.source, path }, &self.home, &mut warnings);
            problems.extend(warnings.into_iter().chain(found.err()));
        };
        for (name, crm) in &self.config.crms {
            for (word, reference) in &crm.secrets {
                secret(reference, vec!["crm", name, "secrets", word]);
            }
        }
        for (name, vicidial) in &self.config.vicidials {
            secret(&vicidial.pass, vec!["vicidial", name, "pass"]);
            if let Some(database) = &vicidial.database {
                secret(&database.pass, vec!["vicidial", name, "database", "pass"]);
            }
        }
        problems.extend(self.config.vicidials.keys().filter_map(|name| self.certificate(name)));
        problems.extend(self.config.reports.iter().flat_map(|report| folders(self, report)));
        problems
    }

    /// A certificate that cannot be read.
    fn certificate(&self, vicidial: &str) -> Option<Problem> {
        match &self.config.vicidials.get(vicidial)?.database.as_ref()?.tls {
            DatabaseTls::RequiredWithCa(path) => self.read_certificate(vicidial, path).err(),
            DatabaseTls::Off | DatabaseTls::Required => None,
        }
    }

    /// The text of a database's certificate.
    pub(super) fn read_certificate(&self, vicidial: &str, path: &std::path::Path) -> Result<Vec<u8>, Problem> {
        let path = self.home.join(path);
        let spot = Spot { config: &self.source, path: vec!["vicidial", vicidial, "database", "ca"] };
        let help = "name the file with the certificate of the authority, in PEM form";
        let text = std::fs::read(&path).map_err(|error| {
            let message = format!("the certificate {} cannot be read: {}", shown(&path), because(&error));
            spot.problem(Code::Unreadable, message).help(help)
        })?;
        if !text.windows(CERTIFICATE.len()).any(|piece| piece == CERTIFICATE) {
            return Err(spot.problem(Code::BadConnection, format!("{} holds no certificate", shown(&path))).help(help));
        }
        Ok(text)
    }
}
