//! Where `init`'s files go, and whether what is proposed holds: read and tested by the same readers as later.

use std::fs;
use std::path::{Path, PathBuf};

use secrecy::SecretString;
use url::Url;

use crate::cli::exit::Exit;
use crate::cli::screen::Failed;
use crate::config;
use crate::mapping;
use crate::setup::propose::Proposal;

/// A longer secret is a wrong file.
const SECRET_MAX: u64 = 64 * 1024;

/// The config's directory; empty where that is the present one.
pub(super) fn home(config: &Path) -> PathBuf {
    config.parent().map(Path::to_owned).unwrap_or_default()
}

/// A file that is there is never overwritten.
pub(super) fn refuse_taken(path: &Path) -> Result<(), Failed> {
    if fs::symlink_metadata(path).is_err() {
        return Ok(());
    }
    let message = format!("{} is there already; nothing was written", path.display());
    Err(Failed::new(
        Exit::Usage,
        message,
        "see a proposal without writing it: --stdout; or choose another place: --config FILE, --job NAME",
    ))
}

/// The address of a server, as the config takes it.
pub(super) fn address(text: &str) -> Result<String, &'static str> {
    const WRONG: &str = "write it as https://dialer.example.com";
    let text = if text.contains("://") { text.to_owned() } else { format!("https://{text}") };
    let url = Url::parse(&text).map_err(|_| WRONG)?;
    let is_plain = url.username().is_empty() && url.password().is_none() && url.query().is_none() && url.fragment().is_none();
    if !matches!(url.scheme(), "http" | "https") || !url.has_host() || !is_plain {
        return Err(WRONG);
    }
    Ok(url.as_str().trim_end_matches('/').to_owned())
}

/// Whether the mapping's reader knows that country.
pub(super) fn is_region(text: &str) -> bool {
    let mapping = format!("object = \"Contact\"\n[list_default]\nlist = 1000\n[phone]\nfrom = \"a\"\ndefault_region = {text:?}\n");
    text.len() == 2 && mapping::parse("region", &mapping).is_ok()
}

/// The schemas' paths relative to the config and to the mapping, where they lie beside the config.
pub(super) fn schemas(home: &Path) -> Option<(String, String)> {
    let folder = ["schema", "docs/schema"]
        .into_iter()
        .find(|folder| ["config", "mapping"].iter().all(|name| home.join(folder).join(format!("{name}.schema.json")).is_file()))?;
    Some((format!("{folder}/config.schema.json"), format!("../{folder}/mapping.schema.json")))
}

/// A secret's file: one line.
pub(super) fn secret(path: &Path) -> Result<SecretString, Failed> {
    let help = "name a file that holds the secret alone, on one line";
    let wrong = |why: String| Failed::new(Exit::Usage, format!("{}: {why}", path.display()), help);
    let facts = fs::metadata(path).map_err(|error| wrong(error.to_string()))?;
    if facts.len() > SECRET_MAX {
        return Err(wrong("it is too large to be a secret".to_owned()));
    }
    let text = fs::read_to_string(path).map_err(|error| wrong(error.to_string()))?;
    let secret = text.trim();
    if secret.is_empty() || secret.contains(['\n', '\r']) {
        return Err(wrong("it does not hold one line of text".to_owned()));
    }
    Ok(secret.to_owned().into())
}

/// A path as the config writes it: relative where the file lies below the config's directory.
pub(super) fn beside_config(home: &Path, file: &Path) -> Result<String, Failed> {
    let whole = fs::canonicalize(file)
        .map_err(|error| Failed::new(Exit::Usage, format!("{}: {error}", file.display()), "name a file that holds the secret alone"))?;
    let home = if home.as_os_str().is_empty() { Path::new(".") } else { home };
    let below = fs::canonicalize(home).ok().and_then(|home| whole.strip_prefix(home).map(Path::to_owned).ok());
    Ok(below.unwrap_or(whole).display().to_string())
}

/// Both texts are read, and the mapping's tests run, before anything is written.
pub(super) fn prove(proposal: &Proposal) -> Result<(), Failed> {
    let wrong = |why: String| {
        Failed::new(
            Exit::Usage,
            format!("the proposal does not hold, and nothing was written: {why}"),
            "write the files by hand: README.md shows how",
        )
    };
    let first = |found: Vec<crate::diag::Diagnostic>| found.first().map(|diagnostic| diagnostic.message.clone()).unwrap_or_default();
    config::parse("vicisync.toml", &proposal.config).map_err(|found| wrong(first(found)))?;
    let (program, _) = mapping::parse("mapping", &proposal.mapping).map_err(|found| wrong(first(found)))?;
    match program.tests().into_iter().find(|outcome| !outcome.problems.is_empty()) {
        Some(failed) => Err(wrong(format!("test `{}`: {}", failed.name, failed.problems.join("; ")))),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_as_people_type_them() {
        assert_eq!(address("dialer.example.com/").as_deref(), Ok("https://dialer.example.com"));
        assert_eq!(address("http://127.0.0.1:8091").as_deref(), Ok("http://127.0.0.1:8091"));
        for wrong in ["ftp://a", "https://me:word@a", "https://a/?x=1", "https://"] {
            assert!(address(wrong).is_err(), "{wrong}");
        }
        assert!(is_region("GB") && !is_region("gb") && !is_region("XX") && !is_region("USA"));
    }
}
