//! Reads `[vicidial.NAME.database]`: an account that reads VICIdial's database.

use std::net::IpAddr;
use std::path::PathBuf;

use crate::diag::{Code, Item, Table};

use super::secret::{self, SecretRef};

/// How the connection is kept from being read by others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DatabaseTls {
    /// Not encrypted: the server is this machine.
    Off,
    /// Encrypted, with a certificate from an authority that the world knows.
    Required,
    /// Encrypted, with a certificate from the authority whose own is in this file; relative to the config file.
    RequiredWithCa(PathBuf),
}

/// A VICIdial's database and how to log in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DatabaseConnection {
    /// The server's name or address.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// The account.
    pub user: String,
    /// Its password.
    pub pass: SecretRef,
    /// The database's name.
    pub database: String,
    /// Whether the connection is encrypted.
    pub tls: DatabaseTls,
}

/// The word in the file; who is who on the net is not known to it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Word {
    Off,
    Required,
}

/// Reads the table.
pub(super) fn read(item: &Item<'_, '_>) -> Option<DatabaseConnection> {
    let table = item.table()?;
    let host = table.need("host").and_then(|item| host(&item));
    let port = table.get("port").map_or(Some(3306), |item| item.number(1, 65_535));
    let user = table.need("user").and_then(|item| item.filled());
    let pass = table.need("pass").and_then(|item| secret::read(&item));
    let database = table.get("database").map_or_else(|| Some("asterisk".to_owned()), |item| database(&item));
    let tls = tls(&table, host.as_deref());
    table.finish();
    let port = u16::try_from(port?).ok()?;
    Some(DatabaseConnection { host: host?, port, user: user?, pass: pass?, database: database?, tls: tls? })
}

fn host(item: &Item<'_, '_>) -> Option<String> {
    let text = item.filled()?.trim().to_owned();
    let is_host =
        text.parse::<IpAddr>().is_ok() || text.chars().all(|letter| letter.is_ascii_alphanumeric() || matches!(letter, '-' | '.' | '_'));
    if !is_host {
        // The text is not repeated: it may be an address with a password in it.
        item.wrong(
            Code::BadValue,
            format!("`{}` is not the name or address of a server", item.path()),
            "write it alone, as in host = \"dialer.example.com\"; port, user and password have keys of their own",
        );
        return None;
    }
    Some(text)
}

fn database(item: &Item<'_, '_>) -> Option<String> {
    let text = item.filled()?.trim().to_owned();
    if text.chars().all(|letter| letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_' | '$')) {
        return Some(text);
    }
    item.wrong(Code::BadValue, format!("`{text}` cannot be the name of a database"), "it is called asterisk on most servers");
    None
}

fn tls(table: &Table<'_, '_>, host: Option<&str>) -> Option<DatabaseTls> {
    let is_here = host.is_some_and(is_loopback);
    let item = table.get("tls");
    let ca = table.get("ca").map(|item| (item.filled().map(PathBuf::from), item));
    let word = match &item {
        Some(item) => item.word(&[("required", Word::Required), ("off", Word::Off)])?,
        // A certificate is named to be used.
        None if is_here && ca.is_none() => Word::Off,
        None => Word::Required,
    };
    match (word, ca, item) {
        (Word::Off, Some((_, ca)), _) => {
            ca.wrong_key(Code::BadValue, "`ca` says nothing with `tls = \"off\"`", "write tls = \"required\", or take `ca` out");
            None
        }
        (Word::Off, None, Some(item)) if host.is_some() && !is_here => {
            item.wrong(
                Code::BadValue,
                "only a database on this machine is read without encryption",
                "write tls = \"required\"; docs/database-lane.md says how MariaDB gets a certificate",
            );
            None
        }
        (Word::Off, None, _) => Some(DatabaseTls::Off),
        (Word::Required, Some((ca, _)), _) => ca.map(DatabaseTls::RequiredWithCa),
        (Word::Required, None, _) => Some(DatabaseTls::Required),
    }
}

fn is_loopback(host: &str) -> bool {
    host == "localhost" || host.ends_with(".localhost") || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}
