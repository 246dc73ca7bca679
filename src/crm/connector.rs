//! A connector: what the file that says how one CRM's API works came to.
//!
//! How the file is read and checked stands in `reader`, its keys in `form`. It knows no CRM: what is EspoCRM's stands in `connectors/espocrm.toml`.

use std::collections::{BTreeMap, BTreeSet};

use super::describe::Describe;
use super::path::Path;
use super::reader;
use super::record::{self, Unreadable, Wanted};
use super::request::Request;
use super::template::Text;
use super::verdict::{self, Answer, Kind, Verdict};
use crate::diag::Diagnostic;
use crate::model::Contact;

/// The connectors that are built in.
const EMBEDDED: [(&str, &str); 1] = [("espocrm", include_str!("connectors/espocrm.toml"))];

/// A checked connector.
#[derive(Debug, Clone)]
pub struct Connector {
    /// Its name in the config.
    pub name: String,
    /// The CRM's name for people.
    pub title: String,
    /// The objects that it can sync.
    pub objects: Vec<String>,
    /// The most rows that the CRM gives at once.
    pub page_size_max: usize,
    /// Secrets that it takes, each with a sentence.
    pub secrets: BTreeMap<String, String>,
    /// Options that it takes, each with a sentence.
    pub options: BTreeMap<String, String>,
    pub(super) base: Text,
    pub(super) headers: BTreeMap<String, String>,
    pub(super) auth: Vec<Auth>,
    pub(super) answers: Answers,
    pub(super) record: Record,
    pub(super) list: List,
    pub(super) get: Request,
    pub(super) patch: Patch,
    /// How records are found by a value, where the file says so.
    pub(super) search: Option<Search>,
    /// How a record is made, where the file says so.
    pub(super) create: Option<Create>,
    pub(super) activity: Activity,
    pub(super) probe: Probe,
    /// How the CRM describes its fields, where the file says so.
    pub(super) describe: Option<Describe>,
}

/// One way to log in.
#[derive(Debug, Clone)]
pub(super) struct Auth {
    pub(super) header: String,
    pub(super) value: Text,
    pub(super) is_base64: bool,
    /// The secret and the text of an HMAC-SHA-256 signature.
    pub(super) sign: Option<(String, Text)>,
    /// The secrets that it needs.
    pub(super) needs: BTreeSet<String>,
}

/// How answers that are no success are read.
#[derive(Debug, Clone)]
pub(super) struct Answers {
    pub(super) reason: String,
    pub(super) refused_label: Path,
    pub(super) refused_field: Path,
    pub(super) refused_type: Path,
    pub(super) record_labels: Vec<String>,
    pub(super) field_help: String,
    pub(super) no_right_help: String,
    pub(super) locked_help: String,
}

/// How a record is read.
#[derive(Debug, Clone)]
pub(super) struct Record {
    pub(super) id: Path,
    pub(super) updated: Path,
    pub(super) time: String,
    pub(super) deleted: Path,
    pub(super) opted_out: Vec<Path>,
    /// The id of the record that it was merged into.
    pub(super) merged_into: Option<Path>,
    /// The ids of those that were merged into it.
    pub(super) merged_ids: Option<Path>,
    /// Names of the connector's own, with the paths whose values they list. They need the whole record.
    pub(super) fields: BTreeMap<String, Vec<Path>>,
}

/// How contacts are listed.
#[derive(Debug, Clone)]
pub(super) struct List {
    pub(super) rows: Path,
    pub(super) count: Count,
    pub(super) changed: Request,
    pub(super) all: Request,
}

/// Where an answer says whether there is a further page.
#[derive(Debug, Clone)]
pub(super) struct Count {
    pub(super) path: Path,
    pub(super) more: i64,
    pub(super) last: i64,
}

/// How a contact is changed.
#[derive(Debug, Clone)]
pub(super) struct Patch {
    pub(super) never: BTreeSet<String>,
    /// Attributes that the CRM sets by itself, whatever it is sent.
    pub(super) computed: BTreeSet<String>,
    pub(super) only_true: BTreeSet<String>,
    pub(super) request: Request,
}

/// How records are found by a value.
#[derive(Debug, Clone)]
pub(super) struct Search {
    pub(super) request: Request,
    /// By which attribute the connector's own names are searched.
    pub(super) names: BTreeMap<String, String>,
    /// Further objects that share phones with contacts.
    pub(super) holders: Vec<String>,
    /// The numbers of a record that must not be called.
    pub(super) opted_out: Option<Path>,
}

/// How a record is made.
#[derive(Debug, Clone)]
pub(super) struct Create {
    pub(super) request: Request,
    pub(super) phone: String,
    /// Where the CRM says whether records may be made.
    pub(super) right: Option<Right>,
}

/// Where the CRM says whether the API user may make records.
#[derive(Debug, Clone)]
pub(super) struct Right {
    pub(super) request: Request,
    /// By object.
    pub(super) at: BTreeMap<String, Path>,
    pub(super) denied: String,
}

/// How calls are kept.
#[derive(Debug, Clone)]
pub(super) struct Activity {
    pub(super) id: Path,
    pub(super) key_attribute: Text,
    pub(super) key_text: Path,
    pub(super) key_line: Text,
    pub(super) words: Words,
    pub(super) find: Request,
    pub(super) create: Request,
    pub(super) update: Request,
}

/// The CRM's words about a call.
#[derive(Debug, Clone)]
pub(super) struct Words {
    pub(super) inbound: String,
    pub(super) outbound: String,
    pub(super) answered: String,
    pub(super) unanswered: String,
}

/// What a live check asks.
#[derive(Debug, Clone)]
pub(super) struct Probe {
    pub(super) activity_entity: String,
    pub(super) attribute: Request,
    pub(super) user: Request,
}

impl Connector {
    /// A built-in connector.
    #[must_use]
    pub fn embedded(name: &str) -> Option<Self> {
        let (_, text) = EMBEDDED.iter().find(|(known, _)| *known == name)?;
        // The test `embedded_connectors_are_sound` parses each of them.
        Self::parse(name, text).ok().map(|(connector, _)| connector)
    }

    /// The names of the built-in connectors.
    #[must_use]
    pub fn names() -> Vec<&'static str> {
        EMBEDDED.iter().map(|(name, _)| *name).collect()
    }

    /// Names that a mapping may use beyond the CRM's own attributes.
    #[must_use]
    pub fn fields(&self) -> BTreeSet<String> {
        self.record.fields.keys().cloned().collect()
    }

    /// A whole record, or a row of a list, as a contact with these fields; `None` for one that was deleted.
    ///
    /// # Errors
    /// What makes it none.
    pub fn contact(&self, fields: &BTreeSet<String>, json: &serde_json::Value) -> Result<Option<Contact>, Unreadable> {
        record::contact(&self.record, &Wanted::new(&self.record, fields), json)
    }

    /// What became of a request.
    #[must_use]
    pub fn judge(&self, kind: Kind, answer: Answer<'_>) -> Verdict {
        verdict::judge(&self.answers, &self.title, kind, answer)
    }

    /// Parses a connector's file. Gives its warnings too.
    ///
    /// # Errors
    /// All that is wrong with it, warnings among it, in the order of the text.
    pub fn parse(file_name: &str, text: &str) -> Result<(Self, Vec<Diagnostic>), Vec<Diagnostic>> {
        reader::parse(file_name, text)
    }
}
