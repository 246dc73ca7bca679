//! HTTP to VICIdial: how a request travels, how much of an answer is taken, when nothing is sent any more. The only file that
//! knows the password.
//!
//! POST only, so that no name and no password stands in an access log. After a refused login every later call gets the same
//! fault without a byte being sent: ten refusals lock the user for everybody.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use chrono_tz::Tz;
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, HeaderValue};
use secrecy::{ExposeSecret, SecretString};
use url::Url;

use super::agents::Floor;
use super::archive::Archive;
use super::call::{Ask, Page};
use super::custom::Columns;
use super::database::Database;
use super::days::Counted;
use super::gate::{Gate, Pass};
use super::load::{CAP_MAX, End, Kind, Load};
use super::reply::{self, Outcome, Reply};
use super::sendable;
use super::stored::{Forms, NonLatin};
use super::{trouble, unanswered};
use crate::model::{CampaignId, ListId};
use crate::ports::{Effect, Fault, Reach};

/// The most that an API answer may weigh.
const API_BYTES_MAX: usize = 32 << 20;
/// The most that an export may weigh that is taken whole.
const PAGE_BYTES_MAX: usize = 512 << 20;
/// The most that an export may weigh that is taken piece by piece. It costs no memory: it ends a file that has no end.
const FILE_BYTES_MAX: u64 = 64 << 30;
/// How much of a file is looked at to tell it from a message.
const BEGINNING: usize = 1024;
/// Exports ask the database once for each lead where custom fields are on: 150,000 leads took 50 s.
const PAGE_TIMEOUT_MIN: Duration = Duration::from_secs(600);
/// Shorter than the keep-alive of usual web servers: a write on a connection that the server just gave up has an unknown effect.
const IDLE_MAX: Duration = Duration::from_secs(3);

/// How to reach a VICIdial, and how it is set.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The address before `/vicidial/`.
    pub url: String,
    /// The API user.
    pub user: String,
    /// Its password.
    pub pass: SecretString,
    /// The word that VICIdial's API log shows for us: 2 to 20 letters and digits.
    pub source: String,
    /// How long an API call may take.
    pub timeout: Duration,
    /// The zone of the server's clock.
    pub zone: Tz,
    /// The system setting `use_non_latin`.
    pub use_non_latin: NonLatin,
    /// Campaigns whose calls are pulled; empty means all.
    pub campaigns: Vec<CampaignId>,
    /// In-groups whose calls are pulled; empty means all.
    pub groups: Vec<String>,
}

/// A VICIdial. One connection; cheap to share behind a reference.
pub struct Vicidial {
    pub(super) settings: Settings,
    pub(super) forms: Forms,
    /// Campaigns of lists, once known. A list does not change its campaign within a run's life.
    pub(super) campaigns: Mutex<BTreeMap<ListId, CampaignId>>,
    /// Whether lists are active, as far as that was asked.
    pub(super) active: Mutex<BTreeMap<ListId, bool>>,
    /// The database lane: where there is one, it does all the reading.
    pub(super) database: Option<Database>,
    /// Calls as VICIdial counted them, for the hour that they were counted in.
    pub(super) counted: Mutex<Counted>,
    /// Types of custom columns, where the database told them.
    pub(super) columns: Mutex<Arc<Columns>>,
    /// Whether agents are at work.
    pub(super) floor: Floor,
    /// Whether there is an archive of leads.
    pub(super) archive: Archive,
    gate: Gate,
    http: reqwest::Client,
    base: Url,
    /// The fault of a refused login: it is all that this client answers from then on.
    stopped: Mutex<Option<Fault>>,
    /// Held by the first call, so that a wrong password is sent once and not once for each call in flight.
    first: tokio::sync::Mutex<bool>,
}

impl std::fmt::Debug for Vicidial {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "Vicidial({})", self.base)
    }
}

/// What came back, before it is read.
struct Raw {
    status: u16,
    content_type: String,
    /// All of it, or its beginning.
    body: Vec<u8>,
    /// Where the rest comes from.
    rest: Option<reqwest::Response>,
}

/// How much of an answer is taken before it is looked at.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Take {
    /// All of it, in one time limit.
    Whole,
    /// Of a file only the beginning; anything else is a message, and taken whole.
    Beginning,
}

/// An export under way.
pub(super) struct File<'a> {
    ask: Ask,
    /// What came already.
    beginning: Option<Vec<u8>>,
    /// What is still to come, and its place among the requests in flight.
    rest: Option<(reqwest::Response, Pass<'a>)>,
    size: u64,
}

/// Whether a request carries credentials.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Login {
    Sent,
    Left,
}

impl Vicidial {
    /// Makes a client. Sends nothing.
    ///
    /// # Errors
    /// A [`Fault`] for a person, where the address is none or credentials could never match.
    pub fn new(settings: Settings) -> Result<Self, Fault> {
        let wrong = |message: String, help: &str| Fault::new(Effect::None, Reach::Person, "bad_settings", message).help(help);
        let mut address = settings.url.trim_end_matches('/').to_owned();
        address.push('/');
        let base = Url::parse(&address)
            .ok()
            .filter(|url| {
                matches!(url.scheme(), "http" | "https") && url.has_host() && url.username().is_empty() && url.password().is_none()
            })
            .ok_or_else(|| {
                wrong(
                    "the `url` of the VICIdial connection is no web address".to_owned(),
                    "write it like `https://dialer.example.com`, without user or password",
                )
            })?;
        let source = &settings.source;
        if !(2..=20).contains(&source.len()) || !source.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
            return Err(wrong(format!("`{source}` cannot be the source of API calls"), "use 2 to 20 letters and digits"));
        }
        // Ignored: somebody else of this process installed one already.
        rustls::crypto::ring::default_provider().install_default().ok();
        let mut http = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .connect_timeout(settings.timeout.min(Duration::from_secs(20)))
            .pool_idle_timeout(IDLE_MAX)
            .user_agent(concat!("vicisync/", env!("CARGO_PKG_VERSION")));
        if is_loopback(&base) {
            http = http.no_proxy();
        }
        let http = http.build().map_err(|error| {
            wrong(format!("no HTTP client can be made: {}", unanswered::text_of(&error)), "see whether the system has its TLS certificates")
        })?;
        let forms = Forms { non_latin: settings.use_non_latin };
        Ok(Self {
            settings,
            forms,
            campaigns: Mutex::default(),
            active: Mutex::default(),
            database: None,
            counted: Mutex::default(),
            columns: Mutex::default(),
            floor: Floor::default(),
            archive: Archive::default(),
            gate: Gate::new(CAP_MAX),
            http,
            base,
            stopped: Mutex::default(),
            first: tokio::sync::Mutex::new(true),
        })
    }

    /// The same VICIdial, read through its database. Writing goes over the API as before; a database that does not answer is a fault.
    #[must_use]
    pub fn with_database(self, database: Database) -> Self {
        Self { database: Some(database), ..self }
    }

    /// The same VICIdial, given what is known of its `use_non_latin`. The config's word goes before.
    #[must_use]
    pub fn known(self, non_latin: Option<bool>) -> Self {
        let non_latin = match (self.settings.use_non_latin, non_latin) {
            (NonLatin::Unknown, Some(true)) => NonLatin::On,
            (NonLatin::Unknown, Some(false)) => NonLatin::Off,
            (said @ (NonLatin::Unknown | NonLatin::On | NonLatin::Off), _) => said,
        };
        Self { forms: Forms { non_latin }, ..self }
    }

    /// The same VICIdial, with at most so many requests in flight: 1 to 8. Within that the number follows VICIdial's own pace.
    #[must_use]
    pub fn with_concurrency(self, most: usize) -> Self {
        Self { gate: Gate::new(most), ..self }
    }

    /// How many requests may be in flight now, and why.
    #[must_use]
    pub fn load(&self) -> Load {
        self.gate.load()
    }

    /// The database lane, where there is one.
    #[must_use]
    pub fn database(&self) -> Option<&Database> {
        self.database.as_ref()
    }

    /// Asks the API, and gives its answer whatever the outcome; a refused login is a fault.
    pub(super) async fn ask(&self, ask: &Ask) -> Result<Reply, Fault> {
        self.exchange(ask, Login::Sent, Take::Whole).await.map(|(reply, _, _)| reply)
    }

    /// The same without credentials, for the one function that wants none.
    pub(super) async fn ask_openly(&self, ask: &Ask) -> Result<Reply, Fault> {
        self.exchange(ask, Login::Left, Take::Whole).await.map(|(reply, _, _)| reply)
    }

    /// Asks for something whose bytes count; the body comes along.
    pub(super) async fn fetch(&self, ask: &Ask) -> Result<(Reply, Vec<u8>), Fault> {
        self.exchange(ask, Login::Sent, Take::Whole).await.map(|(reply, raw, _)| (reply, raw.body))
    }

    /// Asks an export page, and gives its answer as soon as it can be told from a message; where it is data, the file is to be read.
    pub(super) async fn open(&self, ask: &Ask) -> Result<(Reply, File<'_>), Fault> {
        let (reply, raw, pass) = self.exchange(ask, Login::Sent, Take::Beginning).await?;
        let size = raw.body.len() as u64;
        Ok((reply, File { ask: ask.clone(), beginning: Some(raw.body), rest: raw.rest.zip(pass), size }))
    }

    /// The next bytes of a file; `None` at its end.
    pub(super) async fn piece(&self, file: &mut File<'_>) -> Result<Option<Vec<u8>>, Fault> {
        if let Some(beginning) = file.beginning.take() {
            return Ok(Some(beginning));
        }
        let Some((response, _)) = &mut file.rest else { return Ok(None) };
        let Some(piece) = self.chunk(&file.ask, response).await? else {
            file.rest = None;
            return Ok(None);
        };
        file.size += piece.len() as u64;
        if file.size > FILE_BYTES_MAX {
            return Err(unanswered::too_large(&file.ask, FILE_BYTES_MAX));
        }
        Ok(Some(piece))
    }

    /// What comes next of an answer. A server that is silent for long is given up.
    async fn chunk(&self, ask: &Ask, response: &mut reqwest::Response) -> Result<Option<Vec<u8>>, Fault> {
        let next =
            tokio::time::timeout(self.patience(ask), response.chunk()).await.map_err(|_| unanswered::late(ask, self.patience(ask)))?;
        Ok(next
            .map_err(|error| unanswered::lost(ask, self.base.host_str().unwrap_or(""), self.patience(ask), &error))?
            .map(|piece| piece.to_vec()))
    }

    /// How long a page may take before it answers, and then between two pieces of its answer.
    fn patience(&self, ask: &Ask) -> Duration {
        if ask.page == Page::Api { self.settings.timeout } else { self.settings.timeout.max(PAGE_TIMEOUT_MIN) }
    }

    /// The bare status and body of an API call, for the one question that the status answers. Only after a good login.
    pub(super) async fn bare(&self, ask: &Ask) -> Result<(u16, Vec<u8>), Fault> {
        self.check_stopped()?;
        self.send(ask, Login::Sent, Take::Whole).await.map(|raw| (raw.status, raw.body))
    }

    async fn exchange(&self, ask: &Ask, login: Login, take: Take) -> Result<(Reply, Raw, Option<Pass<'_>>), Fault> {
        sendable::check(ask)?;
        self.check_stopped()?;
        // Before anything else that is waited for: who holds a place never waits for one who does not.
        let mut pass = match login {
            Login::Sent if ask.page == Page::Api => Some(self.gate.enter(Kind::of(ask)).await),
            Login::Sent => Some(self.gate.enter_with_file().await),
            Login::Left => None,
        };
        let mut is_first = match login {
            Login::Sent => Some(self.first.lock().await).filter(|first| **first),
            Login::Left => None,
        };
        // While we waited, the call before us may have been refused.
        self.check_stopped()?;
        let sent = self.send(ask, login, take).await;
        let answer = sent.map(|raw| (reply::read(ask, raw.status, &raw.content_type, &raw.body), raw));
        // A file that is still to come keeps its place to the end.
        let is_whole = answer.as_ref().map_or(true, |(_, raw)| raw.rest.is_none());
        if let Some(pass) = pass.take_if(|_| is_whole) {
            pass.ended(end(&answer));
        }
        let (reply, raw) = answer?;
        tracing::trace!(function = ask.function(), status = raw.status, outcome = reply.outcome.name(), "VICIdial answered");
        if matches!(reply.outcome, Outcome::LoginRefused | Outcome::Locked) {
            let mut fault = trouble::fault(ask, &reply);
            if reply.outcome == Outcome::LoginRefused && !self.settings.pass.expose_secret().chars().all(is_kept_in_passwords) {
                fault = fault.help(
                    "this password can never match: VICIdial drops all but letters, digits, `-` and `_` from passwords of API calls. Give the API user \
                     another password, then run `vicisync check --live`",
                );
            }
            *self.stopped.lock().unwrap_or_else(PoisonError::into_inner) = Some(fault.clone());
            return Err(fault);
        }
        if let Some(first) = &mut is_first {
            **first = false;
        }
        Ok((reply, raw, pass))
    }

    fn check_stopped(&self) -> Result<(), Fault> {
        match &*self.stopped.lock().unwrap_or_else(PoisonError::into_inner) {
            Some(fault) => Err(fault.clone()),
            None => Ok(()),
        }
    }

    async fn send(&self, ask: &Ask, login: Login, take: Take) -> Result<Raw, Fault> {
        let address = self.base.join(&format!("vicidial/{}", ask.page.file())).map_err(|error| {
            Fault::new(Effect::None, Reach::Person, "bad_settings", format!("the address of VICIdial cannot be used: {error}"))
        })?;
        let is_api = ask.page == Page::Api;
        let mut request = self.http.post(address).header(CONTENT_TYPE, "application/x-www-form-urlencoded").body(self.form(ask, login));
        if take == Take::Whole {
            request = request.timeout(self.patience(ask));
        }
        if !is_api {
            request = request.header(AUTHORIZATION, self.basic()?);
        }
        let answer =
            tokio::time::timeout(self.patience(ask), request.send()).await.map_err(|_| unanswered::late(ask, self.patience(ask)))?;
        let mut response = answer.map_err(|error| unanswered::lost(ask, self.base.host_str().unwrap_or(""), self.patience(ask), &error))?;
        let status = response.status().as_u16();
        let content_type = response.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or("").to_owned();
        let is_file = take == Take::Beginning && status == 200 && content_type.starts_with(reply::FILE_TYPE);
        let limit = if is_api { API_BYTES_MAX } else { PAGE_BYTES_MAX };
        let mut body = Vec::new();
        while let Some(piece) = self.chunk(ask, &mut response).await? {
            if body.len() + piece.len() > limit {
                return Err(unanswered::too_large(ask, limit as u64));
            }
            body.extend_from_slice(&piece);
            if is_file && body.len() >= BEGINNING {
                return Ok(Raw { status, content_type, body, rest: Some(response) });
            }
        }
        Ok(Raw { status, content_type, body, rest: None })
    }

    /// The body. The last parameter is pasted unescaped into a log statement on the server, so it is a harmless one.
    fn form(&self, ask: &Ask, login: Login) -> String {
        let mut form = url::form_urlencoded::Serializer::new(String::new());
        if ask.page == Page::Api {
            form.append_pair("source", &self.settings.source);
            if login == Login::Sent {
                form.append_pair("user", &self.settings.user).append_pair("pass", self.settings.pass.expose_secret());
            }
        }
        form.extend_pairs(&ask.params);
        if ask.page == Page::Api && ask.get("zz").is_empty() {
            form.append_pair("zz", "1");
        }
        form.finish()
    }

    fn basic(&self) -> Result<HeaderValue, Fault> {
        use base64::Engine;
        let pair = format!("{}:{}", self.settings.user, self.settings.pass.expose_secret());
        let mut value =
            HeaderValue::from_str(&format!("Basic {}", base64::engine::general_purpose::STANDARD.encode(pair))).map_err(|_| {
                Fault::new(Effect::None, Reach::Person, "bad_settings", "user and password of the VICIdial connection cannot be sent")
            })?;
        value.set_sensitive(true);
        Ok(value)
    }
}

/// What an answer says of the server's pace. A status of 500 comes with good answers too.
fn end(answer: &Result<(Reply, Raw), Fault>) -> End {
    match answer {
        Ok((reply, raw)) if raw.status >= 500 && matches!(reply.outcome, Outcome::ServerFault | Outcome::Unknown) => End::Failed,
        Ok(_) => End::Answered,
        Err(fault) if fault.code == "timed_out" => End::TimedOut,
        Err(_) => End::Failed,
    }
}

fn is_kept_in_passwords(letter: char) -> bool {
    letter.is_alphanumeric() || matches!(letter, '-' | '_')
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(url::Host::Ipv4(address)) => address.is_loopback(),
        Some(url::Host::Ipv6(address)) => address.is_loopback(),
        Some(url::Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        None => false,
    }
}
