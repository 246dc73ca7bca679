//! Secrets as references: where a secret is, never the secret.
//!
//! A value that is no reference may well be the secret itself, so no message repeats it.

use std::path::PathBuf;

use crate::diag::{Code, Item};

/// Where a secret is to be found.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum SecretRef {
    /// `env:NAME`, an environment variable.
    Env(String),
    /// `file:PATH`, the first line of a file; relative to the config file.
    File(PathBuf),
    /// `credential:NAME`, a file that systemd hands over.
    Credential(String),
}

/// Reads a reference.
pub(super) fn read(item: &Item<'_, '_>) -> Option<SecretRef> {
    let text = item.text()?;
    let text = text.trim();
    let name = |rest: &str| {
        let is_name = !rest.is_empty() && rest.chars().all(|letter| letter.is_ascii_alphanumeric() || matches!(letter, '_' | '-' | '.'));
        is_name.then(|| rest.to_owned())
    };
    let reference = match text.split_once(':') {
        Some(("env", rest)) => name(rest).map(SecretRef::Env),
        Some(("file", rest)) => (!rest.trim().is_empty()).then(|| SecretRef::File(PathBuf::from(rest))),
        Some(("credential", rest)) => name(rest).map(SecretRef::Credential),
        Some(_) | None => {
            item.wrong(
                Code::PlainSecret,
                format!("`{}` must say where the secret is, not what it is", item.path()),
                "write env:NAME, file:PATH or credential:NAME",
            );
            return None;
        }
    };
    if reference.is_none() {
        item.wrong(Code::BadValue, format!("`{}` names no place of a secret", item.path()), "write env:NAME, file:PATH or credential:NAME");
    }
    reference
}
