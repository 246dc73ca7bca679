//! The CRM's room: the pure parts by table, the faults against a stub of raw bytes, the whole against the emulated EspoCRM.

#![allow(clippy::unwrap_used, reason = "helpers of tests may fail the test")]

mod created;
mod describe;
mod espocrm;
mod faults;
mod files;
mod pure;
mod stub;
mod verdicts;

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use vicisync::crm::{Connector, Settings};

/// The key that tests log in with; no message may show it.
pub(crate) const KEY: &str = "rehearsal-key";

pub(crate) fn connector() -> Connector {
    Connector::embedded("espocrm").unwrap()
}

pub(crate) fn names(names: &[&str]) -> BTreeSet<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

pub(crate) fn settings(site: &str, fields: &[&str]) -> Settings {
    Settings {
        site: site.to_owned(),
        secrets: BTreeMap::from([("api_key".to_owned(), KEY.into())]),
        options: BTreeMap::new(),
        connector: connector(),
        fields: names(fields),
        object: "Contact".to_owned(),
        timeout: Duration::from_secs(60),
        concurrency: 4,
        page_size: 200,
    }
}
