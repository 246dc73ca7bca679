//! A piece of a file, made a whole file by what every such file needs.

use toml::{Table, Value};
use vicisync::diag::{Code, Diagnostic};
use vicisync::{config, mapping};

/// A kind of file that has a reader.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Config,
    Mapping,
}

const CONFIG: &str = r#"
format = 1

[crm.espo]
kind = "espocrm"
site = "https://crm.example.com"
secrets = { api_key = "env:ESPO_KEY" }

[vicidial.main]
url = "https://dialer.example.com"
user = "vicisync"
pass = "env:VICIDIAL_PASS"
zone = "America/New_York"

[job.sales]
crm = "espo"
vicidial = "main"
mapping = "mappings/sales.toml"
"#;

const MAPPING: &str = r#"
object = "Contact"

[list_default]
list = 1000

[phone]
from = "phoneNumber"
default_region = "US"
"#;

impl Kind {
    /// What every file of the kind needs.
    pub(crate) fn base(self) -> Table {
        self.base_text().parse().unwrap()
    }

    pub(crate) fn base_text(self) -> &'static str {
        match self {
            Self::Config => CONFIG,
            Self::Mapping => MAPPING,
        }
    }

    /// The file, with the piece in place of what the base says of the same.
    pub(crate) fn with(self, piece: &Table) -> String {
        let mut whole = self.base();
        merge(&mut whole, piece);
        whole.to_string()
    }

    /// Errors and warnings of a file.
    pub(crate) fn read(self, text: &str) -> Vec<Diagnostic> {
        match self {
            Self::Config => config::parse("example.toml", text).map_or_else(|found| found, |config| config.warnings),
            Self::Mapping => mapping::parse("example.toml", text).map_or_else(|found| found, |(_, warnings)| warnings),
        }
    }
}

/// The codes of what was found.
pub(crate) fn codes(found: &[Diagnostic]) -> Vec<Code> {
    found.iter().map(|diagnostic| diagnostic.code).collect()
}

/// Puts a piece into a file. `[list_default]` has two keys of which one may stand, so it is taken as a whole.
pub(crate) fn merge(whole: &mut Table, piece: &Table) {
    for (key, value) in piece {
        match (whole.get_mut(key), value) {
            (Some(Value::Table(whole)), Value::Table(piece)) if key != "list_default" => merge(whole, piece),
            _ => {
                whole.insert(key.clone(), value.clone());
            }
        }
    }
}
