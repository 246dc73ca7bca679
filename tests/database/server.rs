//! The MariaDB of the tests: whose it is, who reads in it, one test at a time.

use std::time::Duration;

use mysql_async::prelude::Queryable;
use mysql_async::{Conn, Opts};
use tokio::sync::{Mutex, MutexGuard};
use vicisync::vicidial::database::{Settings, Tls};
use vicisync::vicidial::{Database, NonLatin};

/// Where a MariaDB is that tests may fill and empty, as in `mysql://user:pass@127.0.0.1:3306/vicisync_test`.
pub(crate) const URL: &str = "VICISYNC_TEST_MARIADB_URL";
/// The file with the certificate of its authority, if it has TLS.
pub(crate) const CA: &str = "VICISYNC_TEST_MARIADB_CA";

/// The account that reads, made by the tests.
const READER: &str = "vicisync_reader";
const READER_PASS: &str = "reads-only";

/// All tests share one database.
static TURN: Mutex<()> = Mutex::const_new(());

/// The server, for one test.
pub(crate) struct Mariadb {
    pub(crate) conn: Conn,
    pub(crate) opts: Opts,
    _turn: MutexGuard<'static, ()>,
}

/// The server, or none: then the test says so and is over.
pub(crate) async fn mariadb(test: &str) -> Option<Mariadb> {
    let Ok(url) = std::env::var(URL) else {
        eprintln!("{test}: skipped, since {URL} names no MariaDB");
        return None;
    };
    let turn = TURN.lock().await;
    let opts = Opts::from_url(&url).expect("the URL of the MariaDB");
    let database = opts.db_name().expect("the URL names a database").to_owned();
    assert!(database.contains("test"), "tables of {database} would be emptied: name one whose name contains `test`");
    let mut conn = Conn::new(mysql_async::OptsBuilder::from_opts(opts.clone()).prefer_socket(false)).await.unwrap();
    conn.query_drop("SET SESSION sql_mode = ''").await.unwrap();
    conn.query_drop(format!("CREATE OR REPLACE USER {READER}@'%' IDENTIFIED BY '{READER_PASS}'")).await.unwrap();
    conn.query_drop(format!("GRANT SELECT ON `{database}`.* TO {READER}@'%'")).await.unwrap();
    Some(Mariadb { conn, opts, _turn: turn })
}

impl Mariadb {
    /// How the reader reaches it.
    pub(crate) fn settings(&self) -> Settings {
        Settings {
            host: self.opts.ip_or_hostname().to_owned(),
            port: self.opts.tcp_port(),
            user: READER.into(),
            pass: READER_PASS.into(),
            database: self.opts.db_name().unwrap().to_owned(),
            tls: Tls::Off,
            timeout: Duration::from_secs(60),
            zone: chrono_tz::America::New_York,
            non_latin: NonLatin::Unknown,
        }
    }

    pub(crate) fn lane(&self) -> Database {
        Database::new(self.settings()).unwrap()
    }

    pub(crate) async fn run(&mut self, statement: &str) {
        self.conn.query_drop(statement).await.unwrap_or_else(|error| panic!("{statement}: {error}"));
    }

    pub(crate) async fn texts(&mut self, statement: &str) -> Vec<String> {
        self.conn.query(statement).await.unwrap_or_else(|error| panic!("{statement}: {error}"))
    }
}
