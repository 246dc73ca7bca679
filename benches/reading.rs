//! How fast, and in how much memory, VICIdial's bulk routes are read: whole lists, and the calls of some days.
//!
//! Without a server it reads an emulated one of 5,000 leads. With `VICISYNC_LIVE_VICIDIAL_URL` (user and password in it) it reads that,
//! and with `VICISYNC_LIVE_VICIDIAL_DATABASE_URL` its database too; `VICISYNC_LIVE_VICIDIAL_LISTS` and `..._DAYS` say how much. Each
//! measurement is a process of its own, so that its peak of memory is its own.
//!
//! `cargo bench --bench reading`, or one alone: `cargo bench --bench reading -- lists-http`.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a measurement that cannot go on ends")]

use std::process::Command;
use std::time::{Duration, Instant};

use chrono::Days;
use futures_util::StreamExt;
use mysql_async::Opts;
use vicisync::emulator::vicidial::{Options, Server};
use vicisync::model::{FieldName, Intake, Lead, LeadField, ListId, Phone, VendorLeadCode};
use vicisync::ports::Dialer;
use vicisync::vicidial::database::{Settings, Tls};
use vicisync::vicidial::{Database, NonLatin, Settings as WebSettings, Vicidial};

const WEB: &str = "VICISYNC_LIVE_VICIDIAL_URL";
const DATABASE: &str = "VICISYNC_LIVE_VICIDIAL_DATABASE_URL";
const LISTS: &str = "VICISYNC_LIVE_VICIDIAL_LISTS";
const DAYS: &str = "VICISYNC_LIVE_VICIDIAL_DAYS";
const ZONE: &str = "VICISYNC_LIVE_VICIDIAL_ZONE";
/// Leads of the emulated list.
const LEADS: u64 = 5_000;

#[tokio::main(flavor = "current_thread")]
async fn main() {
    // Cargo adds `--bench`.
    let wanted = std::env::args().skip(1).find(|argument| !argument.starts_with("--"));
    match wanted.as_deref() {
        Some(name) => measure(name).await,
        None => all().await,
    }
}

async fn all() {
    let emulated = match std::env::var(WEB) {
        Ok(_) => None,
        Err(_) => Some(emulated().await),
    };
    let address = emulated.as_ref().map(|server| server.url().replacen("http://", "http://apiuser:apipass@", 1));
    let mut names = vec!["lists-http", "calls-http"];
    if std::env::var(DATABASE).is_ok() {
        names.extend(["lists-sql", "calls-sql"]);
    }
    for name in names {
        let mut command = Command::new(std::env::current_exe().unwrap());
        command.arg(name);
        if let Some(address) = &address {
            command.env(WEB, address);
        }
        // The emulated server answers from this process.
        let status = tokio::task::spawn_blocking(move || command.status()).await.unwrap().unwrap();
        assert!(status.success(), "{name}: {status}");
    }
}

async fn emulated() -> Server {
    let server = Server::start(Options::default()).await.unwrap();
    let dialer = client(&server.url().replacen("http://", "http://apiuser:apipass@", 1), None);
    for number in 0..LEADS {
        let code = VendorLeadCode::parse(&format!("V{number:019}")).unwrap();
        let phone = Phone { code: "1".to_owned(), number: (2_025_550_100 + number % 100).to_string() };
        let name = (FieldName::Standard(LeadField::LastName), format!("Example {number}"));
        dialer.add_lead(&code, &Lead { list_id: ListId(1001), phone, fields: [name].into() }, Intake::default()).await.unwrap();
    }
    server
}

async fn measure(name: &str) {
    let database = name.ends_with("-sql").then(|| std::env::var(DATABASE).unwrap());
    let dialer = client(&std::env::var(WEB).unwrap(), database.as_deref());
    let began = Instant::now();
    let (what, count) = if name.starts_with("lists") {
        let lists = std::env::var(LISTS).unwrap_or_else(|_| "1001".to_owned());
        let mut count = 0;
        for list in lists.split(',').map(|list| ListId(list.trim().parse().unwrap())) {
            let mut pages = std::pin::pin!(dialer.sweep(list));
            while let Some(page) = pages.next().await {
                count += page.unwrap().len();
            }
        }
        ("leads", count)
    } else {
        let days = std::env::var(DAYS).map_or(1, |days| days.parse().unwrap());
        let now = dialer.time().await.unwrap().local;
        ("legs", dialer.calls(now.checked_sub_days(Days::new(days)).unwrap(), now).await.unwrap().legs.len())
    };
    let seconds = began.elapsed().as_secs_f64();
    let rate = count as f64 / seconds;
    println!("{name}: {count} {what} in {seconds:.2} s, {rate:.0}/s, peak memory {} MB", peak_mb());
}

/// The most memory that this process held, as Linux counts it.
fn peak_mb() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmHWM:")).unwrap_or("");
    line.split_whitespace().nth(1).and_then(|kilobytes| kilobytes.parse::<u64>().ok()).unwrap_or(0) / 1024
}

fn client(web: &str, database: Option<&str>) -> Vicidial {
    let zone = std::env::var(ZONE).map_or(chrono_tz::America::New_York, |zone| zone.parse().unwrap());
    let mut web = url::Url::parse(web).unwrap();
    let (user, pass) = (web.username().to_owned(), web.password().unwrap_or_default().to_owned());
    web.set_username("").unwrap();
    web.set_password(None).unwrap();
    let dialer = Vicidial::new(WebSettings {
        url: web.to_string(),
        user,
        pass: pass.into(),
        source: "vicisync".to_owned(),
        timeout: Duration::from_secs(60),
        zone,
        use_non_latin: NonLatin::On,
        campaigns: Vec::new(),
        groups: Vec::new(),
    })
    .unwrap();
    let Some(database) = database else { return dialer };
    let opts = Opts::from_url(database).unwrap();
    let database = Database::new(Settings {
        host: opts.ip_or_hostname().to_owned(),
        port: opts.tcp_port(),
        user: opts.user().unwrap().to_owned(),
        pass: opts.pass().unwrap_or_default().into(),
        database: opts.db_name().unwrap().to_owned(),
        tls: Tls::Off,
        timeout: Duration::from_secs(600),
        zone,
        non_latin: NonLatin::Unknown,
    });
    dialer.with_database(database.unwrap())
}
