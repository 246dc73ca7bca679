//! Reads the connections: `[crm.NAME]` and `[vicidial.NAME]`.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use chrono_tz::Tz;

use crate::diag::{Code, Item, Place, Table, suggest};
use crate::model::{Blackout, CampaignId};

use super::database::DatabaseConnection;
use super::secret::SecretRef;
use super::{address, blackout, database, secret};

/// A CRM and how to log in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CrmConnection {
    /// Its name in the file.
    pub name: String,
    /// The connector's name.
    pub kind: String,
    /// The site's address, without a slash at its end.
    pub site: String,
    /// A connector file in place of the built-in one, relative to the config file.
    pub connector: Option<PathBuf>,
    /// Secrets by the connector's names for them.
    pub secrets: BTreeMap<String, SecretRef>,
    /// Options by the connector's names for them.
    pub options: BTreeMap<String, String>,
}

/// Whether VICIdial keeps characters beyond Latin ones: its system setting `use_non_latin`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum NonLatin {
    /// Not said.
    #[default]
    Unknown,
    /// Switched on.
    On,
    /// Switched off: other characters are dropped.
    Off,
}

/// A VICIdial and how to log in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VicidialConnection {
    /// Its name in the file.
    pub name: String,
    /// The web server's address, without a slash at its end.
    pub url: String,
    /// The API user.
    pub user: String,
    /// Its password.
    pub pass: SecretRef,
    /// The server's time zone: its times carry none.
    pub zone: Tz,
    /// Requests at one time, at most: ten wrong logins would lock the user.
    pub concurrency: usize,
    /// Times of day in which it is left alone, but for do-not-call.
    pub blackout: Vec<Blackout>,
    /// `use_non_latin` of the server.
    pub use_non_latin: NonLatin,
    /// Campaigns whose calls are read; none for all.
    pub campaigns: Vec<CampaignId>,
    /// In-groups whose calls are read; none for all.
    pub groups: Vec<CampaignId>,
    /// Its database, where it is read by SQL.
    pub database: Option<DatabaseConnection>,
}

/// Connections of one kind, those with mistakes as names only.
pub(super) struct Connections<T> {
    read: BTreeMap<String, Option<T>>,
    places: BTreeMap<String, Place>,
}

impl<T> Connections<T> {
    /// The connection of that name: the outer `None` is an unknown name, the inner one a connection with mistakes.
    pub(super) fn get(&self, name: &str) -> Option<Option<&T>> {
        self.read.get(name).map(Option::as_ref)
    }

    pub(super) fn names(&self) -> Vec<&str> {
        self.read.keys().map(String::as_str).collect()
    }

    pub(super) fn kept(self) -> BTreeMap<String, T> {
        self.read.into_iter().filter_map(|(name, connection)| Some((name, connection?))).collect()
    }

    /// Refuses names that connections of two kinds have: the state remembers logins that were refused by name alone.
    pub(super) fn refuse_shared<U>(&self, root: &Table<'_, '_>, others: &Connections<U>) {
        for (name, place) in &others.places {
            if let Some(first) = self.places.get(name) {
                let message = format!("`{name}` is the name of a CRM and of a VICIdial");
                let diagnostic = root.sink().at(Code::Doubled, place.clone(), message).and(first.clone(), "the CRM");
                root.sink().report(diagnostic.help("give one of them another name, here and in the jobs"));
            }
        }
    }

    /// Warns of each connection that is not in `used`.
    pub(super) fn warn_unused(&self, root: &Table<'_, '_>, kind: &str, used: &BTreeSet<String>) {
        for (name, place) in self.places.iter().filter(|(name, _)| !used.contains(*name)) {
            let message = format!("no job uses the connection `{kind}.{name}`");
            let help = format!("name it in a job as `{kind} = \"{name}\"`, or take it out");
            root.sink().report(root.sink().at(Code::UnusedConnection, place.clone(), message).help(help));
        }
    }
}

/// Connectors that are built in, and CRMs whose connectors come later.
const KINDS: [&str; 1] = ["espocrm"];
const LATER_KINDS: [&str; 14] = [
    "hubspot",
    "salesforce",
    "zoho",
    "pipedrive",
    "gohighlevel",
    "dynamics365",
    "suitecrm",
    "odoo",
    "twenty",
    "vtiger",
    "frappe",
    "mysql",
    "sql",
    "csv",
];

pub(super) fn crms(root: &Table<'_, '_>) -> Connections<CrmConnection> {
    named(root, "crm", |name, table| {
        let connector = table.get("connector").map(|item| item.filled().map(PathBuf::from));
        let kind = table.need("kind").and_then(|item| kind(&item, connector.is_some()));
        let site = table.need("site").and_then(|item| address::read(&item));
        let secrets = table.get("secrets").map(|item| secrets(&item)).unwrap_or_default();
        let options = table.get("options").and_then(|item| item.text_map()).unwrap_or_default();
        table.finish();
        let options = options.into_iter().map(|(option, (text, _))| (option, text)).collect();
        Some(CrmConnection { name, kind: kind?, site: site?, connector: connector.flatten(), secrets, options })
    })
}

fn kind(item: &Item<'_, '_>, has_connector: bool) -> Option<String> {
    let kind = item.filled()?;
    if has_connector || KINDS.contains(&kind.as_str()) {
        return Some(kind);
    }
    if LATER_KINDS.contains(&kind.as_str()) {
        item.wrong(Code::NotYet, format!("CRMs of the kind `{kind}` are not yet supported"), format!("for now: {}", KINDS.join(", ")));
    } else {
        let help = suggest::help(&kind, &KINDS).unwrap_or_default();
        item.wrong(Code::BadValue, format!("there is no connector `{kind}`"), help);
    }
    None
}

fn secrets(item: &Item<'_, '_>) -> BTreeMap<String, SecretRef> {
    let entries = item.table().map_or_else(Vec::new, |table| table.entries());
    entries.iter().filter_map(|entry| Some((entry.key.clone(), secret::read(entry)?))).collect()
}

pub(super) fn vicidials(root: &Table<'_, '_>) -> Connections<VicidialConnection> {
    named(root, "vicidial", |name, table| {
        let url = table.need("url").and_then(|item| address::read(&item));
        let user = table.need("user").and_then(|item| item.filled());
        let pass = table.need("pass").and_then(|item| secret::read(&item));
        let zone = table.need("zone").and_then(|item| item.zone());
        let concurrency = table.get("concurrency").and_then(|item| item.number(1, 8)).unwrap_or(8);
        let blackout = table.get("blackout").map(|item| blackout::read(&item)).unwrap_or_default();
        let words = [("unknown", NonLatin::Unknown), ("on", NonLatin::On), ("off", NonLatin::Off)];
        let use_non_latin = table.get("use_non_latin").and_then(|item| item.word(&words)).unwrap_or(NonLatin::Unknown);
        let campaigns = table.get("campaigns").map(|item| campaign_list(&item)).unwrap_or_default();
        let groups = table.get("groups").map(|item| campaign_list(&item)).unwrap_or_default();
        let database = table.get("database").map(|item| database::read(&item));
        table.finish();
        let concurrency = usize::try_from(concurrency).ok()?;
        // A lane with a mistake in it is not left out.
        let database = match database {
            Some(read) => Some(read?),
            None => None,
        };
        Some(VicidialConnection {
            name,
            url: url?,
            user: user?,
            pass: pass?,
            zone: zone?,
            concurrency,
            blackout,
            use_non_latin,
            campaigns,
            groups,
            database,
        })
    })
}

/// Campaigns and in-groups: up to 20 characters without spaces; VICIdial's exports take them joined by `-`.
pub(super) fn campaign_list(item: &Item<'_, '_>) -> Vec<CampaignId> {
    let mut campaigns = Vec::new();
    for entry in item.list().unwrap_or_default() {
        let Some(name) = entry.text() else { continue };
        if (1..=20).contains(&name.len()) && name.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '_') {
            campaigns.push(CampaignId(name));
        } else {
            let help = "write it as VICIdial shows it: 1 to 20 letters, digits or `_`";
            entry.wrong(Code::BadValue, format!("`{name}` cannot be a campaign or in-group"), help);
        }
    }
    campaigns
}

/// All tables under `[KIND.NAME]`.
fn named<T>(root: &Table<'_, '_>, kind: &str, read: impl Fn(String, &Table<'_, '_>) -> Option<T>) -> Connections<T> {
    let mut connections = Connections { read: BTreeMap::new(), places: BTreeMap::new() };
    for item in tables(root, kind) {
        let Some(table) = item.table() else { continue };
        check_name(&item);
        connections.read.insert(item.key.clone(), read(item.key.clone(), &table));
        connections.places.insert(item.key.clone(), item.key_place.clone());
    }
    connections
}

/// The entries of `[KIND]`, of which there must be one.
pub(super) fn tables<'r, 'i>(root: &Table<'r, 'i>, kind: &str) -> Vec<Item<'r, 'i>> {
    let sink = root.sink();
    let Some(item) = root.get(kind) else {
        let message = format!("there is no table `[{kind}.NAME]`");
        sink.report(
            sink.at(Code::MissingKey, root.place(), message).help(format!("add one, as in `[{kind}.main]`; docs/config.md shows it")),
        );
        return Vec::new();
    };
    item.table().map_or_else(Vec::new, |table| table.entries())
}

/// Names stand in the state and in commands.
pub(super) fn check_name(item: &Item<'_, '_>) {
    let name = item.key.as_str();
    let is_name = (1..=32).contains(&name.len())
        && name.chars().all(|letter| letter.is_ascii_lowercase() || letter.is_ascii_digit() || matches!(letter, '_' | '-'));
    if !is_name {
        item.wrong_key(Code::BadValue, format!("`{name}` cannot be a name"), "use 1 to 32 small letters, digits, `-` or `_`");
    }
}
