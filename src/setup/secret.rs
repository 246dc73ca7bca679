//! Secrets: resolved from the environment, a file, or a systemd credential, as late as possible. A secret's text stands in no message.

use std::env;
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use secrecy::SecretString;

use super::problem::Problem;
use crate::config::SecretRef;

/// A longer secret is a mistake: a wrong file.
const BYTES_MAX: u64 = 64 * 1024;

/// Resolves one reference. Relative files are beside the config. What is worth a look is added to `warnings`.
pub(super) fn resolve(reference: &SecretRef, what: &str, beside: &Path, warnings: &mut Vec<Problem>) -> Result<SecretString, Problem> {
    match reference {
        SecretRef::Env(name) => match env::var(name) {
            Ok(text) if !text.trim().is_empty() => Ok(text.trim().to_owned().into()),
            Ok(_) | Err(env::VarError::NotPresent) => Err(Problem::error(
                format!("{what}: the environment has no variable `{name}`"),
                format!("set it: export {name}=... , or keep the secret in a file and write file:PATH"),
            )),
            Err(env::VarError::NotUnicode(_)) => {
                Err(Problem::error(format!("{what}: the environment's variable `{name}` is no text"), "set it again, in UTF-8"))
            }
        },
        SecretRef::File(path) => file(&beside.join(path), what, warnings),
        SecretRef::Credential(name) => match env::var_os("CREDENTIALS_DIRECTORY") {
            Some(dir) => file(&PathBuf::from(dir).join(name), what, &mut Vec::new()),
            None => Err(Problem::error(
                format!("{what}: there is no credential `{name}`, because $CREDENTIALS_DIRECTORY is not set"),
                format!(
                    "credentials are there in the systemd service only (LoadCredential={name}:PATH); for commands by hand: \
                     sudo systemd-run --pty --uid=vicisync -p LoadCredential={name}:PATH vicisync ..."
                ),
            )),
        },
    }
}

/// Reads a secret's file: its first line, without the line's end.
fn file(path: &Path, what: &str, warnings: &mut Vec<Problem>) -> Result<SecretString, Problem> {
    let cannot = |error: &std::io::Error| {
        let help = match error.kind() {
            std::io::ErrorKind::NotFound => {
                format!("make the file, readable by vicisync's user only: sudo install -m 600 -o vicisync /dev/stdin {}", path.display())
            }
            std::io::ErrorKind::PermissionDenied => {
                format!(
                    "run the command as vicisync's user (sudo -u vicisync vicisync ...), or give it the file: sudo chown vicisync {}",
                    path.display()
                )
            }
            _ => "name the file that holds the secret alone".to_owned(),
        };
        Problem::error(format!("{what}: {} cannot be read: {error}", path.display()), help)
    };
    let facts = fs::metadata(path).map_err(|error| cannot(&error))?;
    if facts.len() > BYTES_MAX {
        return Err(Problem::error(
            format!("{what}: {} is too large to be a secret", path.display()),
            "name the file that holds the secret alone",
        ));
    }
    if facts.mode() & 0o077 != 0 {
        warnings.push(Problem::warning(
            format!("{what}: others can read {} (mode {:03o})", path.display(), facts.mode() & 0o777),
            format!("close it: chmod 600 {}", path.display()),
        ));
    }
    let text = fs::read_to_string(path).map_err(|error| cannot(&error))?;
    let secret = text.trim();
    if secret.is_empty() || secret.contains(['\n', '\r']) {
        return Err(Problem::error(
            format!("{what}: {} does not hold one line of text", path.display()),
            "write the secret alone into the file, on one line",
        ));
    }
    Ok(secret.to_owned().into())
}
