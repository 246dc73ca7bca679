//! One request to the CRM and its answer: login header, limits, time-outs.
//!
//! It decides what is known of a write when the connection fails, stops for good once the login was refused, and sees when troubles follow one another.
//! It retries nothing and follows no redirect: both could repeat a write. Secrets go into one header and into no message.

use std::collections::{BTreeMap, BTreeSet};
use std::error::Error as _;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::Duration;

use base64::Engine as _;
use chrono::{DateTime, Utc};
use hmac::{Hmac, Mac};
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value as Json;
use sha2::Sha256;
use tokio::sync::Semaphore;

use super::connector::{Answers, Auth, Connector};
use super::request::{Method, Prepared};
use super::template::Names;
use super::verdict::{self, Answer, Kind, Verdict};
use crate::ports::{Effect, Fault, Reach};

/// The largest body that is read.
const BODY_MAX: usize = 16 << 20;
/// The longest wait for a connection.
const CONNECT_MAX: Duration = Duration::from_secs(10);
/// How long an idle connection is kept. Apache closes them after 5 s by default, and a write into one that is just being closed has an unknown effect.
const IDLE_MAX: Duration = Duration::from_secs(3);
/// So many troubles in a row are the connection's, not a record's.
const TROUBLES_IN_A_ROW: u32 = 3;

/// A connection to one CRM.
pub(super) struct Http {
    client: reqwest::Client,
    base: String,
    title: String,
    headers: HeaderMap,
    auth: Auth,
    answers: Answers,
    secrets: BTreeMap<String, SecretString>,
    permits: Semaphore,
    is_login_refused: AtomicBool,
    troubles: AtomicU32,
}

/// An answer.
#[derive(Debug)]
pub(super) struct Reply {
    /// The JSON; `None` where the CRM says that the record is not there.
    pub(super) found: Option<Json>,
    /// The CRM's clock.
    pub(super) at: Option<DateTime<Utc>>,
}

impl Http {
    /// Gets everything ready; sends nothing.
    pub(super) fn new(
        connector: &Connector,
        site: &str,
        secrets: BTreeMap<String, SecretString>,
        timeout: Duration,
        concurrency: usize,
    ) -> Result<Self, Fault> {
        let site = checked_site(site)?;
        let base = connector.base.render(&Names::default().with("site", site.as_str().trim_end_matches('/')), str::to_owned);
        let base = base.ok().flatten().ok_or_else(|| setting("The connector's base address needs more than the site."))?;
        let has = |secret: &String| secrets.get(secret).is_some_and(|value| !value.expose_secret().is_empty());
        let Some(auth) = connector.auth.iter().find(|auth| auth.needs.iter().all(has)) else {
            let needed: BTreeSet<&str> = connector.auth.iter().flat_map(|auth| &auth.needs).map(String::as_str).collect();
            let needed: Vec<&str> = needed.into_iter().collect();
            return Err(setting(format!("{} needs a login: {}.", connector.title, needed.join(", or with it ")))
                .help("Name the secret in the connection's part of the config."));
        };
        let mut headers = HeaderMap::new();
        for (name, value) in &connector.headers {
            headers.insert(
                header_name(name)?,
                HeaderValue::from_str(value).map_err(|_| setting(format!("The header {name} has an impossible value.")))?,
            );
        }
        header_name(&auth.header)?;
        header_name(&connector.answers.reason)?;
        Ok(Self {
            client: client(&site, timeout)?,
            base,
            title: connector.title.clone(),
            headers,
            auth: auth.clone(),
            answers: connector.answers.clone(),
            secrets,
            permits: Semaphore::new(concurrency),
            is_login_refused: AtomicBool::new(false),
            troubles: AtomicU32::new(0),
        })
    }

    /// Sends one request, once.
    pub(super) async fn send(&self, kind: Kind, request: &Prepared) -> Result<Reply, Fault> {
        let result = self.exchange(kind, request).await;
        let fault = match result {
            Ok(reply) => {
                self.troubles.store(0, Ordering::Relaxed);
                return Ok(reply);
            }
            Err(fault) => fault,
        };
        Err(self.count(self.scrub(fault)))
    }

    async fn exchange(&self, kind: Kind, request: &Prepared) -> Result<Reply, Fault> {
        let built = self.build(request)?;
        let Ok(_permit) = self.permits.acquire().await else {
            return Err(Fault::new(Effect::None, Reach::Connection, "unreachable", "The connection was closed."));
        };
        // Looked at after the wait: those that waited while one was refused must not be sent.
        if self.is_login_refused.load(Ordering::Acquire) {
            return Err(Fault::new(
                Effect::None,
                Reach::Login,
                "login_refused",
                format!("{} refused the login before: nothing more is sent.", self.title),
            )
            .help("Correct the credentials; `vicisync check --live` tries them."));
        }
        let mut response = self.client.execute(built).await.map_err(|error| self.failed(kind, &error))?;
        let status = response.status().as_u16();
        tracing::debug!(method = request.method.name(), status, "the CRM answered");
        if status == 401 {
            self.is_login_refused.store(true, Ordering::Release);
        }
        let at = date(response.headers());
        let reason = response.headers().get(&self.answers.reason).map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned());
        let body = match self.body(kind, &mut response).await {
            Ok(body) => body,
            // A refusal's status says all; only a success needs its body.
            Err(fault) if (200..300).contains(&status) => return Err(fault),
            Err(_) => Vec::new(),
        };
        match verdict::judge(&self.answers, &self.title, kind, Answer { status, reason: reason.as_deref(), body: &body }) {
            Verdict::Found(json) => Ok(Reply { found: Some(json), at }),
            Verdict::Missing => Ok(Reply { found: None, at }),
            Verdict::Fault(fault) => Err(fault),
        }
    }

    fn build(&self, request: &Prepared) -> Result<reqwest::Request, Fault> {
        let method = match request.method {
            Method::Get => reqwest::Method::GET,
            Method::Post => reqwest::Method::POST,
            Method::Put => reqwest::Method::PUT,
            Method::Patch => reqwest::Method::PATCH,
        };
        let mut builder = self.client.request(method, format!("{}{}", self.base, request.path)).headers(self.headers.clone());
        if !request.query.is_empty() {
            builder = builder.query(&request.query);
        }
        for (name, value) in &request.headers {
            builder = builder.header(name, value);
        }
        builder = builder.header(header_name(&self.auth.header)?, self.credentials(request)?);
        if let Some(json) = &request.json {
            builder = builder.header(reqwest::header::CONTENT_TYPE, "application/json").body(json.to_string());
        }
        builder.build().map_err(|error| setting(format!("The request cannot be made: {}.", chain(error))))
    }

    fn credentials(&self, request: &Prepared) -> Result<HeaderValue, Fault> {
        let unusable = || setting("The credentials cannot be sent in a header: a key has a character that none should have.");
        let mut names = Names::default();
        for name in &self.auth.needs {
            if let Some(secret) = self.secrets.get(name) {
                names = names.with(&format!("secret.{name}"), secret.expose_secret());
            }
        }
        if let Some((key, text)) = &self.auth.sign {
            let signed = Names::default().with("method", request.method.name()).with("path", request.path.as_str());
            let text = text.render(&signed, str::to_owned).ok().flatten().ok_or_else(unusable)?;
            let key = self.secrets.get(key).ok_or_else(unusable)?;
            let mut mac = Hmac::<Sha256>::new_from_slice(key.expose_secret().as_bytes()).map_err(|_| unusable())?;
            mac.update(text.as_bytes());
            let hex: String = mac.finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).collect();
            names = names.with("signature", hex);
        }
        let mut value = self.auth.value.render(&names, str::to_owned).ok().flatten().ok_or_else(unusable)?;
        if self.auth.is_base64 {
            value = base64::engine::general_purpose::STANDARD.encode(value);
        }
        let mut value = HeaderValue::from_str(&value).map_err(|_| unusable())?;
        value.set_sensitive(true);
        Ok(value)
    }

    async fn body(&self, kind: Kind, response: &mut reqwest::Response) -> Result<Vec<u8>, Fault> {
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(|error| self.failed(kind, &error))? {
            if body.len() + chunk.len() > BODY_MAX {
                let message = format!("{}'s answer is larger than {} MB.", self.title, BODY_MAX >> 20);
                return Err(Fault::new(verdict::unknown_of(kind), verdict::reach_of(kind), "not_an_answer", message));
            }
            body.extend_from_slice(&chunk);
        }
        Ok(body)
    }

    /// A request that got no whole answer.
    fn failed(&self, kind: Kind, error: &reqwest::Error) -> Fault {
        let why = causes(error);
        if error.is_builder() {
            return setting(format!("The request cannot be made: {why}."));
        }
        if error.is_connect() {
            return Fault::new(Effect::None, Reach::Connection, "unreachable", format!("{} cannot be reached: {why}.", self.title))
                .help("Check the site's address, that it is up, and its certificate.");
        }
        let (effect, reach) = (verdict::unknown_of(kind), verdict::reach_of(kind));
        if error.is_timeout() {
            return Fault::new(effect, reach, "timed_out", format!("{} did not answer in time.", self.title));
        }
        Fault::new(effect, reach, "cut_off", format!("The connection to {} broke before the answer was whole: {why}.", self.title))
    }

    /// Counts troubles that may be a record's or the connection's; several in a row are the connection's.
    fn count(&self, mut fault: Fault) -> Fault {
        if matches!(fault.code, "server_error" | "timed_out" | "cut_off" | "not_an_answer") {
            let troubles = self.troubles.fetch_add(1, Ordering::Relaxed).saturating_add(1);
            if troubles >= TROUBLES_IN_A_ROW && fault.reach == Reach::Record {
                fault.reach = Reach::Connection;
            }
        } else if fault.reach == Reach::Record {
            self.troubles.store(0, Ordering::Relaxed);
        }
        fault
    }

    fn scrub(&self, mut fault: Fault) -> Fault {
        for secret in self.secrets.values() {
            let secret = secret.expose_secret();
            if !secret.is_empty() && fault.message.contains(secret) {
                fault.message = fault.message.replace(secret, "***");
            }
        }
        fault
    }
}

fn client(site: &url::Url, timeout: Duration) -> Result<reqwest::Client, Fault> {
    match rustls::crypto::ring::default_provider().install_default() {
        // Refused only where one was installed before, which serves as well.
        Ok(()) | Err(_) => {}
    }
    let mut builder = reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .retry(reqwest::retry::never())
        .connect_timeout(timeout.min(CONNECT_MAX))
        .timeout(timeout)
        .pool_idle_timeout(IDLE_MAX)
        .user_agent(concat!("vicisync/", env!("CARGO_PKG_VERSION")));
    if site.scheme() == "http" {
        // No certificates will be looked at: a machine without a trust store must do.
        builder = builder.tls_certs_only([]);
    }
    if is_loopback(site) {
        builder = builder.no_proxy();
    }
    builder.build().map_err(|error| setting(format!("The connection cannot be set up: {}.", chain(error))))
}

fn checked_site(site: &str) -> Result<url::Url, Fault> {
    let help = "Write it as https://crm.example.com, with the path where the CRM is not at the top.";
    let Ok(url) = url::Url::parse(site.trim()) else { return Err(setting("The site is not an address.").help(help)) };
    if !matches!(url.scheme(), "http" | "https") || url.host().is_none() {
        return Err(setting("The site must begin with https:// or http://.").help(help));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(setting("The site must not hold a user or a password: it is shown in messages.").help(help));
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err(setting("The site must not hold `?` or `#`.").help(help));
    }
    Ok(url)
}

/// Whether the site is this machine.
pub(super) fn is_loopback(site: &url::Url) -> bool {
    match site.host() {
        Some(url::Host::Domain(name)) => name == "localhost",
        Some(url::Host::Ipv4(address)) => address.is_loopback(),
        Some(url::Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

/// The CRM's clock, of an answer's `Date` header.
fn date(headers: &HeaderMap) -> Option<DateTime<Utc>> {
    let text = headers.get(reqwest::header::DATE)?.to_str().ok()?;
    DateTime::parse_from_rfc2822(text).ok().map(|time| time.with_timezone(&Utc))
}

fn header_name(name: &str) -> Result<HeaderName, Fault> {
    HeaderName::from_bytes(name.as_bytes()).map_err(|_| setting(format!("`{name}` is no header's name.")))
}

/// A setting that only a person can mend.
pub(super) fn setting(message: impl Into<String>) -> Fault {
    Fault::new(Effect::None, Reach::Person, "bad_setting", message)
}

fn chain(error: reqwest::Error) -> String {
    // Without its URL, which holds what was searched for.
    causes(&error.without_url())
}

/// The innermost causes say what happened; the outer ones only that something did, and with which URL.
fn causes(error: &reqwest::Error) -> String {
    let mut causes: Vec<String> = Vec::new();
    let mut source = error.source();
    while let Some(inner) = source {
        let text = verdict::tidy(&inner.to_string());
        if causes.last() != Some(&text) {
            causes.push(text);
        }
        source = inner.source();
    }
    if causes.is_empty() { "no cause was given".to_owned() } else { causes.join(": ") }
}
