//! A first config and mapping, proposed from what both systems have. Pure: answers and what was seen in, texts out.
//!
//! A text holds nothing that the checks would refuse: what is only likely stands in remarks. Who asks, and where the files go, is decided by `vicisync init`.

mod config_text;
mod field_lines;
mod guess;
mod likeness;
mod mapping_text;
mod result_lines;
mod test_text;

use chrono::NaiveDate;
use chrono_tz::Tz;

use crate::model::{Contact, CrmField};
use crate::vicidial::offered_lists::OfferedList;

pub use guess::{Regions, guessed_fields, regions, zone};
pub use likeness::lists_to_fill;

/// What the admin said, or was guessed for him.
#[derive(Debug, Clone)]
pub struct Answers {
    /// VICIdial's web server.
    pub vicidial_url: String,
    /// Its API user.
    pub vicidial_user: String,
    /// Where the password is: `file:..` or `env:..`.
    pub vicidial_pass: String,
    /// The connector.
    pub crm: String,
    /// The CRM's address.
    pub crm_site: String,
    /// Where the key is.
    pub crm_key: String,
    /// The CRM user for calls of agents whom no mapping names; calls are logged only with one.
    pub crm_user: Option<String>,
    /// The zone of the VICIdial server.
    pub zone: Tz,
    /// The country of numbers without one.
    pub region: String,
    /// The job's name.
    pub job: String,
    /// The mapping's path, relative to the config.
    pub mapping: String,
    /// The CRM's kind of record.
    pub object: String,
    /// The lists for the leads; the first is for all that no rule takes.
    pub lists: Vec<u64>,
    /// Today, by the server's zone.
    pub day: NaiveDate,
    /// The path of the schema, relative to each file, where there is one: config's, mapping's.
    pub schemas: Option<(String, String)>,
}

/// What the CRM has.
#[derive(Debug, Clone, Default)]
pub enum Fields {
    /// Nobody was asked.
    #[default]
    Unknown,
    /// The CRM described them.
    Told(Vec<CrmField>),
    /// Concluded from a few records: kinds may be wrong.
    Guessed(Vec<CrmField>),
}

impl Fields {
    /// All of them.
    #[must_use]
    pub fn all(&self) -> &[CrmField] {
        match self {
            Self::Unknown => &[],
            Self::Told(fields) | Self::Guessed(fields) => fields,
        }
    }
}

/// What was seen of both systems; nothing where nobody was asked.
#[derive(Debug, Clone, Default)]
pub struct Seen {
    /// VICIdial's release.
    pub release: Option<String>,
    /// Its lists.
    pub lists: Vec<OfferedList>,
    /// The CRM's fields.
    pub fields: Fields,
    /// A few of its contacts, with all attributes.
    pub samples: Vec<Contact>,
    /// A text field of the CRM's calls that can keep the key of a call.
    pub activity_key_field: Option<String>,
}

/// The proposed texts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proposal {
    /// vicisync.toml.
    pub config: String,
    /// The job's mapping.
    pub mapping: String,
    /// What the admin should do by hand, in sentences.
    pub notes: Vec<String>,
}

/// Proposes both texts.
#[must_use]
pub fn propose(answers: &Answers, seen: &Seen) -> Proposal {
    let mut notes = Vec::new();
    let mapping = mapping_text::mapping(answers, seen, &mut notes);
    Proposal { config: config_text::config(answers, seen), mapping, notes }
}
