//! Secrets: resolved from the environment, a file, or a systemd credential, as late as possible. A secret's text stands in no message.

use std::env;
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use secrecy::SecretString;

use super::problem::Problem;
use super::source::{Source, because, shown};
use crate::config::SecretRef;
use crate::diag::Code;

/// A longer secret is a mistake: a wrong file.
const BYTES_MAX: u64 = 64 * 1024;

/// Where a reference stands in the config.
#[derive(Debug, Clone)]
pub(super) struct Spot<'a> {
    pub(super) config: &'a Source,
    /// The entry's path: `["vicidial", "main", "pass"]`.
    pub(super) path: Vec<&'a str>,
}

impl Spot<'_> {
    /// A problem at the reference.
    pub(super) fn problem(&self, code: Code, message: impl Into<String>) -> Problem {
        Problem::at(code, self.config, self.config.value(&self.path), message)
    }
}

/// Resolves one reference. Relative files are beside the config. What is worth a look is added to `warnings`.
pub(super) fn resolve(reference: &SecretRef, spot: &Spot<'_>, beside: &Path, warnings: &mut Vec<Problem>) -> Result<SecretString, Problem> {
    match reference {
        SecretRef::Env(name) => match env::var(name) {
            Ok(text) if !text.trim().is_empty() => Ok(text.trim().to_owned().into()),
            Ok(_) | Err(env::VarError::NotPresent) => Err(spot
                .problem(Code::NoVariable, format!("the environment has no variable `{name}`"))
                .help(format!("set it: export {name}=... , or keep the secret in a file and write file:PATH"))),
            Err(env::VarError::NotUnicode(_)) => Err(spot
                .problem(Code::NoVariable, format!("the environment's variable `{name}` is no text"))
                .help("set it again, in UTF-8")),
        },
        SecretRef::File(path) => file(&beside.join(path), spot, warnings),
        SecretRef::Credential(name) => match env::var_os("CREDENTIALS_DIRECTORY") {
            Some(dir) => file(&PathBuf::from(dir).join(name), spot, &mut Vec::new()),
            None => Err(spot
                .problem(Code::NoCredential, format!("there is no credential `{name}`, because $CREDENTIALS_DIRECTORY is not set"))
                .help(format!(
                    "credentials are there in the systemd service only (LoadCredential={name}:PATH); for commands by hand: \
                     sudo systemd-run --pty --uid=vicisync -p LoadCredential={name}:PATH vicisync ..."
                ))),
        },
    }
}

/// Reads a secret's file: its first line, without the line's end.
fn file(path: &Path, spot: &Spot<'_>, warnings: &mut Vec<Problem>) -> Result<SecretString, Problem> {
    let shown = shown(path);
    let cannot = |error: &std::io::Error| {
        let help = match error.kind() {
            std::io::ErrorKind::NotFound => {
                format!("make the file, readable by vicisync's user only: sudo install -m 600 -o vicisync /dev/stdin {shown}")
            }
            std::io::ErrorKind::PermissionDenied => {
                format!(
                    "run the command as vicisync's user (sudo -u vicisync vicisync ...), or give it the file: sudo chown vicisync {shown}"
                )
            }
            _ => "name the file that holds the secret alone".to_owned(),
        };
        spot.problem(Code::NoSecretFile, format!("the secret's file {shown} cannot be read: {}", because(error))).help(help)
    };
    let facts = fs::metadata(path).map_err(|error| cannot(&error))?;
    if facts.len() > BYTES_MAX {
        let problem = spot.problem(Code::NotASecret, format!("{shown} is too large to be a secret: {} bytes", facts.len()));
        return Err(problem.help("name the file that holds the secret alone"));
    }
    if facts.mode() & 0o077 != 0 && facts.is_file() {
        let message = format!("others can read the secret's file {shown} (mode {:03o})", facts.mode() & 0o777);
        warnings.push(spot.problem(Code::OpenSecret, message).help(format!("close it: chmod 600 {shown}")));
    }
    let bytes = fs::read(path).map_err(|error| cannot(&error))?;
    let text = String::from_utf8(bytes).unwrap_or_default();
    let secret = text.trim();
    if secret.is_empty() || secret.contains(['\n', '\r']) {
        let problem = spot.problem(Code::NotASecret, format!("{shown} does not hold one line of text"));
        return Err(problem.help("write the secret alone into the file, on one line"));
    }
    Ok(secret.to_owned().into())
}
