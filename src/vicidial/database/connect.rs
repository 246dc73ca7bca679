//! Connections to VICIdial's database: how they are made, that they can only read, how long an answer may take.
//!
//! The only file that knows the driver and the password. A few connections are kept; each is used for one plain statement at a
//! time and is thrown away after any trouble. A statement on a kept connection that the server gave up meanwhile is sent once
//! more on a new one, which is harmless since all of them read. After a refused login nothing is sent any more.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use chrono_tz::Tz;
use mysql_async::prelude::Queryable;
use mysql_async::{Conn, Opts, OptsBuilder, Row, SslOpts};
use secrecy::{ExposeSecret, SecretString};
use tokio::sync::Semaphore;
use tokio::time::timeout;

use super::super::stored::NonLatin;
use super::cells::Cells;
use super::refused::{self, TABLE_MISSING};
use crate::ports::{Effect, Fault, Reach};

/// Connections at one time. Each costs the dialer's database a thread.
const CONNECTIONS_MAX: usize = 3;
/// A kept connection that was idle for longer is not used again: firewalls forget such ones without a word.
const IDLE_MAX: Duration = Duration::from_secs(60);
/// The server stops a statement by itself; we wait a little longer for it to say so.
const GRACE: Duration = Duration::from_secs(5);
/// The longest wait for a connection.
const CONNECT_MAX: Duration = Duration::from_secs(20);

/// How a connection is kept from being read by others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Tls {
    /// Not at all: for a server on this machine only.
    Off,
    /// Encrypted; the server's certificate is from an authority that the world knows.
    Required,
    /// Encrypted; the server's certificate is from this authority (its certificate, PEM).
    RequiredWithCa(Vec<u8>),
}

/// How to reach a VICIdial's database.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The server's name or address.
    pub host: String,
    /// Its port, 3306 on most.
    pub port: u16,
    /// An account that can read.
    pub user: String,
    /// Its password.
    pub pass: SecretString,
    /// The database, `asterisk` on most servers.
    pub database: String,
    /// How the connection is kept secret.
    pub tls: Tls,
    /// How long one statement may take.
    pub timeout: Duration,
    /// The zone of the server's clock.
    pub zone: Tz,
    /// The system setting `use_non_latin`. The lane reads it where it is not known.
    pub non_latin: NonLatin,
}

/// What the first connection tells of the server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Facts {
    /// Its release.
    pub(super) release: String,
    /// The character set that it gives to a client that asks for none, as VICIdial's pages do.
    pub(super) charset: String,
    /// `use_non_latin` as it is set.
    pub(super) is_non_latin: bool,
    /// Whether custom fields are switched on.
    pub(super) has_custom: bool,
    /// Whether the connection is encrypted.
    pub(super) is_encrypted: bool,
}

/// A VICIdial's database. Cheap to share behind a reference.
pub struct Database {
    pub(super) settings: Settings,
    opts: Opts,
    room: Semaphore,
    kept: Mutex<Vec<(Conn, Instant)>>,
    /// Held while a connection is made, so that a wrong password is sent once and not once for each statement in flight.
    door: tokio::sync::Mutex<()>,
    facts: Mutex<Option<Facts>>,
    /// The fault of a refused login: it is all that this lane answers from then on.
    stopped: Mutex<Option<Fault>>,
}

impl std::fmt::Debug for Database {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "Database({}:{}/{})", self.settings.host, self.settings.port, self.settings.database)
    }
}

impl Database {
    /// Makes a lane. Sends nothing: the first question connects.
    ///
    /// # Errors
    /// A [`Fault`] for a person, where a setting cannot work.
    pub fn new(settings: Settings) -> Result<Self, Fault> {
        for (key, text) in [("host", &settings.host), ("user", &settings.user), ("database", &settings.database)] {
            if text.trim().is_empty() {
                return Err(refused::bad_settings(format!("`{key}` of VICIdial's database is empty"), "write it into the config"));
            }
        }
        if settings.tls == Tls::Off && !is_loopback(&settings.host) {
            return Err(refused::bad_settings(
                format!("the connection to VICIdial's database at {} would not be encrypted", settings.host),
                "only a server on this machine is reached without encryption: write tls = \"required\"",
            ));
        }
        // Ignored: somebody else of this process installed one already.
        rustls::crypto::ring::default_provider().install_default().ok();
        let tls = match &settings.tls {
            Tls::Off => None,
            Tls::Required => Some(SslOpts::default()),
            Tls::RequiredWithCa(pem) => {
                Some(SslOpts::default().with_disable_built_in_roots(true).with_root_certs(vec![pem.clone().into()]))
            }
        };
        // On this machine the driver would go on by the server's socket, past the account of the config.
        let opts = OptsBuilder::default()
            .ip_or_hostname(settings.host.clone())
            .tcp_port(settings.port)
            .user(Some(settings.user.clone()))
            .pass(Some(settings.pass.expose_secret().to_owned()))
            .db_name(Some(settings.database.clone()))
            .ssl_opts(tls)
            .prefer_socket(false)
            .stmt_cache_size(0)
            .tcp_keepalive(Some(Duration::from_secs(30)));
        Ok(Self {
            opts: opts.into(),
            settings,
            room: Semaphore::new(CONNECTIONS_MAX),
            kept: Mutex::default(),
            door: tokio::sync::Mutex::new(()),
            facts: Mutex::default(),
            stopped: Mutex::default(),
        })
    }

    /// Connects, to see whether the login is good.
    ///
    /// # Errors
    /// The login's fault, or one of the connection.
    pub async fn login(&self) -> Result<(), Fault> {
        self.rows("SELECT 1").await.map(|_| ())
    }

    /// The server's own word on `use_non_latin`, which no API function shows.
    ///
    /// # Errors
    /// A [`Fault`] of the connection.
    pub async fn non_latin(&self) -> Result<NonLatin, Fault> {
        Ok(if self.facts().await?.is_non_latin { NonLatin::On } else { NonLatin::Off })
    }

    /// What the server told of itself.
    pub(super) async fn facts(&self) -> Result<Facts, Fault> {
        if let Some(facts) = self.known() {
            return Ok(facts);
        }
        self.login().await?;
        self.known().ok_or_else(|| refused::odd("no system settings"))
    }

    /// Runs one statement, whole: the dialer's tables are locked while rows are sent, so they are taken as fast as they come.
    pub(super) async fn rows(&self, statement: &str) -> Result<Vec<Cells>, Fault> {
        debug_assert!(["SELECT ", "SHOW "].iter().any(|word| statement.starts_with(word)), "the lane only reads");
        let Ok(_room) = self.room.acquire().await else { return Err(refused::odd("a closed lane")) };
        self.check_stopped()?;
        let kept = self.kept();
        let is_kept = kept.is_some();
        let mut conn = match kept {
            Some(conn) => conn,
            None => self.open().await?,
        };
        let mut answer = self.ask(&mut conn, statement).await;
        if let Err(Trouble::Driver(error)) = &answer
            && is_kept
            && refused::is_gone(error)
        {
            tracing::debug!("a kept connection to the database was gone; trying a new one");
            conn = self.open().await?;
            answer = self.ask(&mut conn, statement).await;
        }
        match answer {
            Ok(rows) => {
                self.kept.lock().unwrap_or_else(PoisonError::into_inner).push((conn, Instant::now()));
                Ok(Cells::all(rows))
            }
            Err(trouble) => Err(self.fault(&trouble)),
        }
    }

    /// The same, where the table may not exist: `None` then.
    pub(super) async fn rows_if_table(&self, statement: &str) -> Result<Option<Vec<Cells>>, Fault> {
        match self.rows(statement).await {
            Ok(rows) => Ok(Some(rows)),
            Err(fault) if fault.code == TABLE_MISSING => Ok(None),
            Err(fault) => Err(fault),
        }
    }

    async fn ask(&self, conn: &mut Conn, statement: &str) -> Result<Vec<Row>, Trouble> {
        match timeout(self.settings.timeout + GRACE, conn.query::<Row, _>(statement)).await {
            Ok(answer) => answer.map_err(Trouble::Driver),
            Err(_) => Err(Trouble::TimedOut),
        }
    }

    fn known(&self) -> Option<Facts> {
        self.facts.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn kept(&self) -> Option<Conn> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.retain(|(_, since)| since.elapsed() < IDLE_MAX);
        kept.pop().map(|(conn, _)| conn)
    }

    /// Makes a connection that can only read, and reads texts as VICIdial's pages do.
    async fn open(&self) -> Result<Conn, Fault> {
        let _door = self.door.lock().await;
        // While we waited, the login before us may have been refused.
        self.check_stopped()?;
        let opening = async {
            let mut conn = Conn::new(self.opts.clone()).await?;
            // Comments of this form are statements for the one product and nothing for the other.
            let limit = self.settings.timeout.as_secs().max(1);
            conn.query_drop(format!(
                "SET SESSION net_write_timeout = 60 /*M!100100 , max_statement_time = {limit} */ /*!50708 , max_execution_time = {} */",
                limit * 1000
            ))
            .await?;
            conn.query_drop("SET SESSION TRANSACTION ISOLATION LEVEL READ UNCOMMITTED, READ ONLY").await?;
            let told: Vec<Row> = conn
                .query(
                    "SELECT VERSION(), @@GLOBAL.character_set_server, use_non_latin, custom_fields_enabled \
                     FROM system_settings LIMIT 1",
                )
                .await?;
            let told = Cells::all(told);
            let ciphers = Cells::all(conn.query("SHOW SESSION STATUS LIKE 'Ssl_cipher'").await?);
            let facts = told.first().map(|row| Facts {
                release: row.at(0).to_owned(),
                charset: row.at(1).to_owned(),
                is_non_latin: row.at(2) == "1",
                has_custom: !matches!(row.at(3), "" | "0"),
                is_encrypted: ciphers.first().is_some_and(|row| !row.at(1).is_empty()),
            });
            if let Some(facts) = &facts {
                conn.query_drop(format!("SET NAMES {}", literal_charset(self.charset(facts)))).await?;
            }
            Ok::<_, mysql_async::Error>((conn, facts))
        };
        let (conn, facts) = match timeout(self.settings.timeout.min(CONNECT_MAX), opening).await {
            Ok(Ok(opened)) => opened,
            Ok(Err(error)) => return Err(self.fault(&Trouble::Driver(error))),
            Err(_) => return Err(self.fault(&Trouble::TimedOut)),
        };
        let Some(facts) = facts else { return Err(refused::odd("no system settings")) };
        *self.facts.lock().unwrap_or_else(PoisonError::into_inner) = Some(facts);
        Ok(conn)
    }

    /// The character set of the connection. With `use_non_latin` on VICIdial's pages ask for UTF-8; with it off they take what
    /// the server gives, and what they once stored that way reads right only the same way.
    fn charset<'a>(&self, facts: &'a Facts) -> &'a str {
        let is_on = match self.settings.non_latin {
            NonLatin::On => true,
            NonLatin::Off => false,
            NonLatin::Unknown => facts.is_non_latin,
        };
        if is_on { "utf8mb4" } else { &facts.charset }
    }

    fn fault(&self, trouble: &Trouble) -> Fault {
        let fault = match trouble {
            Trouble::Driver(error) => refused::fault(&self.settings, error),
            Trouble::TimedOut => refused::timed_out(&self.settings),
        };
        if fault.reach == Reach::Login {
            *self.stopped.lock().unwrap_or_else(PoisonError::into_inner) = Some(fault.clone());
        }
        fault
    }

    fn check_stopped(&self) -> Result<(), Fault> {
        match &*self.stopped.lock().unwrap_or_else(PoisonError::into_inner) {
            Some(fault) => Err(fault.clone()),
            None => Ok(()),
        }
    }

    /// The fault of a record that is not there for the lane.
    pub(super) fn missing(code: &'static str, message: String, help: &str) -> Fault {
        Fault::new(Effect::None, Reach::Record, code, message).help(help)
    }
}

enum Trouble {
    Driver(mysql_async::Error),
    TimedOut,
}

/// A character set's name: a word of the server's own.
fn literal_charset(name: &str) -> String {
    name.chars().filter(|letter| letter.is_ascii_alphanumeric() || *letter == '_').collect()
}

/// Whether a host is this machine.
fn is_loopback(host: &str) -> bool {
    let host = host.trim_matches(['[', ']']);
    host == "localhost" || host.ends_with(".localhost") || host.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
impl Settings {
    /// Settings of a server that nobody asks.
    pub(super) fn local(database: &str) -> Self {
        Self {
            host: "127.0.0.1".to_owned(),
            port: 3306,
            user: "reader".to_owned(),
            pass: "x".into(),
            database: database.to_owned(),
            tls: Tls::Off,
            timeout: Duration::from_secs(1),
            zone: chrono_tz::UTC,
            non_latin: NonLatin::Unknown,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_this_machine_is_reached_in_the_clear() {
        for host in ["127.0.0.1", "localhost", "::1"] {
            assert!(Database::new(Settings { host: host.to_owned(), ..Settings::local("asterisk") }).is_ok(), "{host}");
        }
        let far = Settings { host: "dialer.example.com".to_owned(), ..Settings::local("asterisk") };
        let fault = Database::new(far.clone()).expect_err("in the clear");
        assert_eq!((fault.reach, fault.code), (Reach::Person, "bad_settings"));
        assert!(Database::new(Settings { tls: Tls::Required, ..far }).is_ok());
        assert!(Database::new(Settings::local(" ")).is_err());
    }

    #[test]
    fn the_password_is_not_shown() {
        let settings = Settings { pass: "hunter2".into(), ..Settings::local("asterisk") };
        assert!(!format!("{settings:?}").contains("hunter2"));
        assert!(!format!("{:?}", Database::new(settings)).contains("hunter2"));
    }
}
