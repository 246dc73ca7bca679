//! The thin HTTP shell under every emulator: takes requests, counts them, carries out scripted faults, sends answers.
//!
//! A server is a [`Site`]: a value that answers requests by changing itself. The shell keeps it behind one lock, which is
//! never held over an await. It knows nothing of what the site's requests mean, except which of them are writes.

use std::collections::BTreeMap;
use std::io;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::body::Body;
use axum::extract::{ConnectInfo, State};
use axum::response::Response;
use bytes::Bytes;
use futures_util::stream;
use tokio::net::TcpListener;
use tokio::sync::{Semaphore, watch};
use tokio::task::{JoinHandle, JoinSet};

use super::connection::{Switch, SwitchedListener};
use super::fault::{Fault, Script};

/// The longest request body that is read.
const BODY_BYTES_MAX: usize = 64 << 20;
/// How long a stopping server waits for requests under way.
const STOP_WAIT: Duration = Duration::from_secs(2);

/// A request as it came in.
#[derive(Clone, Debug, Default)]
pub struct Request {
    /// `GET`, `POST`, ...
    pub method: String,
    /// The path without the query.
    pub path: String,
    /// The query as sent, without the question mark; empty if there is none.
    pub query: String,
    /// Header names in lower case, with their values.
    pub headers: Vec<(String, String)>,
    /// The body as sent.
    pub body: Bytes,
    /// The sender's address, without the port.
    pub peer: String,
    /// What the site said when the request came in; see [`Site::arrive`].
    pub arrived: Option<u64>,
}

impl Request {
    /// The value of a header, by its name in lower case.
    pub fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(key, _)| key == name);
        found.map(|(_, value)| value.as_str())
    }
}

/// An answer to send.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reply {
    /// The HTTP status code.
    pub status: u16,
    /// Headers, `content-type` among them; lengths are added by the shell.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
}

impl Reply {
    /// An answer with a status, a content type and a body.
    pub fn new(status: u16, content_type: &str, body: impl Into<Vec<u8>>) -> Self {
        Reply { status, headers: vec![("content-type".to_owned(), content_type.to_owned())], body: body.into() }
    }
}

/// What the shell must know of a request before it is done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kind {
    /// The name by which fault scripts call it.
    pub function: String,
    /// True if it asks for a change, also if that will be refused.
    pub is_write: bool,
}

/// A server's state and its answers.
pub trait Site: Send + 'static {
    /// Says what a request is, without doing it.
    fn kind(&self, request: &Request) -> Kind;
    /// Does what the request asks and gives the answer.
    fn answer(&mut self, request: &Request) -> Reply;
    /// A mark of how things stand when a request comes in, for a site on which requests side by side miss each other's work.
    fn arrive(&self) -> Option<u64> {
        None
    }
    /// Whether a request makes the server check a login.
    fn logs_in(&self, _request: &Request) -> bool {
        true
    }
}

/// Workers that requests wait for, and how long a request keeps one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pace {
    /// How many requests are at work at once.
    pub workers: usize,
    /// How long each takes.
    pub service: Duration,
}

/// A pace in force.
struct Pool {
    workers: Arc<Semaphore>,
    service: Duration,
    /// Whether only requests that check a login go through it.
    is_of_logins: bool,
}

struct Shared<S> {
    site: Mutex<S>,
    script: Mutex<Script>,
    previous: Mutex<BTreeMap<String, Reply>>,
    pools: Mutex<Vec<Pool>>,
    late: Mutex<JoinSet<()>>,
    requests: AtomicU64,
    writes: AtomicU64,
}

/// A running server around a site. A clone is another handle on the same server.
pub struct Running<S> {
    shared: Arc<Shared<S>>,
    stop: watch::Sender<bool>,
    task: Arc<Mutex<Option<JoinHandle<()>>>>,
    port: u16,
}

impl<S> Clone for Running<S> {
    fn clone(&self) -> Self {
        Running { shared: Arc::clone(&self.shared), stop: self.stop.clone(), task: Arc::clone(&self.task), port: self.port }
    }
}

impl<S: Site> Running<S> {
    /// Starts the site on 127.0.0.1. Port 0 takes a free port.
    pub async fn start_on(port: u16, site: S) -> io::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", port)).await?;
        let port = listener.local_addr()?.port();
        let shared = Arc::new(Shared {
            site: Mutex::new(site),
            script: Mutex::new(Script::new()),
            previous: Mutex::new(BTreeMap::new()),
            pools: Mutex::new(Vec::new()),
            late: Mutex::new(JoinSet::new()),
            requests: AtomicU64::new(0),
            writes: AtomicU64::new(0),
        });
        let (stop, mut stopped) = watch::channel(false);
        let router =
            axum::Router::new().fallback(serve::<S>).with_state(Arc::clone(&shared)).into_make_service_with_connect_info::<Switch>();
        let server = axum::serve(SwitchedListener(listener), router).with_graceful_shutdown(async move {
            // An error means that every handle is gone, which is a reason to stop too.
            drop(stopped.wait_for(|is_stopped| *is_stopped).await);
        });
        let task = tokio::spawn(async move {
            if let Err(error) = server.await {
                tracing::warn!(%error, "an emulator's listener failed");
            }
        });
        let task = Arc::new(Mutex::new(Some(task)));
        Ok(Running { shared, stop, task, port })
    }

    /// The address of the server's root, without a slash at the end.
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// How many requests arrived.
    pub fn requests(&self) -> u64 {
        self.shared.requests.load(Ordering::SeqCst)
    }

    /// How many write requests arrived, the refused ones included.
    pub fn writes(&self) -> u64 {
        self.shared.writes.load(Ordering::SeqCst)
    }

    /// Starts both counts at nought again.
    pub fn reset_counts(&self) {
        self.shared.requests.store(0, Ordering::SeqCst);
        self.shared.writes.store(0, Ordering::SeqCst);
    }

    /// Puts a fault script in force; its counting starts now.
    pub fn script(&self, faults: Script) {
        *lock(&self.shared.script) = faults;
    }

    /// Makes requests wait for workers from now on, those that check a login for others besides.
    pub fn pace(&self, all: Option<Pace>, logins: Option<Pace>) {
        let pool = |pace: Pace, is_of_logins| Pool { workers: Arc::new(Semaphore::new(pace.workers)), service: pace.service, is_of_logins };
        let all = all.map(|pace| pool(pace, false));
        *lock(&self.shared.pools) = all.into_iter().chain(logins.map(|pace| pool(pace, true))).collect();
    }

    /// Looks at or changes the site between requests.
    pub fn with<R>(&self, f: impl FnOnce(&mut S) -> R) -> R {
        f(&mut lock(&self.shared.site))
    }

    /// Stops listening, lets requests under way end within two seconds, and waits for late commits.
    pub async fn stop(&self) {
        self.stop.send_replace(true);
        let task = lock(&self.task).take();
        if let Some(mut task) = task
            && tokio::time::timeout(STOP_WAIT, &mut task).await.is_err()
        {
            task.abort();
        }
        let mut late = std::mem::take(&mut *lock(&self.shared.late));
        while late.join_next().await.is_some() {}
    }
}

/// A panic in a test's closure must not hide the state from the checks that follow it.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

async fn serve<S: Site>(
    State(shared): State<Arc<Shared<S>>>,
    ConnectInfo(switch): ConnectInfo<Switch>,
    request: axum::extract::Request,
) -> Response {
    let Some(mut request) = read(request, &switch).await else {
        switch.hang_up();
        return respond(&Reply::default());
    };
    request.arrived = lock(&shared.site).arrive();
    let kind = lock(&shared.site).kind(&request);
    shared.requests.fetch_add(1, Ordering::SeqCst);
    if kind.is_write {
        shared.writes.fetch_add(1, Ordering::SeqCst);
    }
    work(&shared, &request).await;
    let fault = lock(&shared.script).take(&kind.function, kind.is_write);
    let Some(fault) = fault else {
        return respond(&answer(&shared, &kind, &request));
    };
    match fault {
        Fault::Reset => {
            switch.hang_up();
            respond(&Reply::default())
        }
        Fault::DropAfter => {
            answer(&shared, &kind, &request);
            switch.hang_up();
            respond(&Reply::default())
        }
        Fault::Stall { ms } => {
            let reply = answer(&shared, &kind, &request);
            tokio::time::sleep(Duration::from_millis(ms)).await;
            respond(&reply)
        }
        Fault::LateCommit { ms } => {
            let later = Arc::clone(&shared);
            lock(&shared.late).spawn(async move {
                tokio::time::sleep(Duration::from_millis(ms)).await;
                answer(&later, &kind, &request);
            });
            switch.hang_up();
            respond(&Reply::default())
        }
        Fault::Status(status, body) => respond(&Reply::new(status, "text/html; charset=utf-8", body)),
        Fault::Html => respond(&Reply::new(200, "text/html", PROXY_PAGE)),
        Fault::CutBody(length) => respond_cut(&answer(&shared, &kind, &request), length, switch),
        Fault::Repeat => {
            let previous = lock(&shared.previous).get(&kind.function).cloned();
            let reply = previous.unwrap_or_else(|| answer(&shared, &kind, &request));
            respond(&reply)
        }
    }
}

/// Waits for a worker of each pool that the request goes through, and for the time that it keeps it.
async fn work<S: Site>(shared: &Shared<S>, request: &Request) {
    let logs_in = lock(&shared.site).logs_in(request);
    let pools: Vec<(Arc<Semaphore>, Duration)> = lock(&shared.pools)
        .iter()
        .filter(|pool| logs_in || !pool.is_of_logins)
        .map(|pool| (Arc::clone(&pool.workers), pool.service))
        .collect();
    let mut held = Vec::new();
    for (workers, service) in pools {
        // The semaphores are never closed.
        held.push(workers.acquire_owned().await.ok());
        tokio::time::sleep(service).await;
    }
}

/// The page of a proxy that could not reach the server, sent with the wrong status by many set-ups.
const PROXY_PAGE: &str = "<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n<center><h1>502 Bad \
                          Gateway</h1></center>\r\n<hr><center>proxy</center>\r\n</body>\r\n</html>\r\n";

async fn read(request: axum::extract::Request, switch: &Switch) -> Option<Request> {
    let (parts, body) = request.into_parts();
    let body = axum::body::to_bytes(body, BODY_BYTES_MAX).await.ok()?;
    let headers = parts.headers.iter().map(|(name, value)| {
        let value = String::from_utf8_lossy(value.as_bytes()).into_owned();
        (name.as_str().to_owned(), value)
    });
    Some(Request {
        method: parts.method.as_str().to_owned(),
        path: parts.uri.path().to_owned(),
        query: parts.uri.query().unwrap_or_default().to_owned(),
        headers: headers.collect(),
        body,
        peer: switch.peer.clone(),
        arrived: None,
    })
}

fn answer<S: Site>(shared: &Shared<S>, kind: &Kind, request: &Request) -> Reply {
    let reply = lock(&shared.site).answer(request);
    lock(&shared.previous).insert(kind.function.clone(), reply.clone());
    reply
}

fn respond(reply: &Reply) -> Response {
    build(reply, Body::from(reply.body.clone()))
}

/// Announces the whole length, sends a part, lets it reach the wire, then breaks off.
fn respond_cut(reply: &Reply, length: usize, switch: Switch) -> Response {
    let part = Bytes::copy_from_slice(&reply.body[..length.min(reply.body.len())]);
    let whole = reply.body.len();
    let body = stream::unfold(Some(part), move |part| {
        let switch = switch.clone();
        async move {
            if let Some(part) = part {
                return Some((Ok(part), None));
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
            switch.hang_up();
            Some((Err(io::Error::from(io::ErrorKind::ConnectionReset)), None))
        }
    });
    let mut response = build(reply, Body::from_stream(body));
    response.headers_mut().insert("content-length", whole.into());
    response
}

fn build(reply: &Reply, body: Body) -> Response {
    let mut builder = Response::builder().status(reply.status.max(200));
    for (name, value) in &reply.headers {
        builder = builder.header(name, value);
    }
    builder.body(body).unwrap_or_else(|error| {
        let mut response = Response::new(Body::from(format!("the emulator made a bad answer: {error}")));
        *response.status_mut() = axum::http::StatusCode::NOT_IMPLEMENTED;
        response
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::emulator::fault::Class;

    struct Counter(u64);

    impl Site for Counter {
        fn kind(&self, request: &Request) -> Kind {
            Kind { function: request.path.clone(), is_write: request.method == "POST" }
        }
        fn answer(&mut self, request: &Request) -> Reply {
            self.0 += u64::from(request.method == "POST");
            Reply::new(200, "text/plain", format!("count is {}", self.0))
        }
    }

    async fn text(sent: Result<reqwest::Response, reqwest::Error>) -> Option<(u16, String)> {
        let response = sent.ok()?;
        let status = response.status().as_u16();
        Some((status, response.text().await.ok()?))
    }

    #[tokio::test]
    async fn each_fault_does_what_it_says() {
        let server = Running::start_on(0, Counter(0)).await.unwrap();
        server.script(
            Script::new()
                .nth(Class::Write, 1, Fault::Reset)
                .nth(Class::Write, 2, Fault::DropAfter)
                .nth(Class::Write, 3, Fault::CutBody(3))
                .nth(Class::Write, 4, Fault::LateCommit { ms: 1 })
                .nth(Class::Write, 5, Fault::Status(429, "slow".to_owned()))
                .nth(Class::Write, 6, Fault::Stall { ms: 1 })
                .nth(Class::Read, 1, Fault::Html)
                .function("/again", 2, Fault::Repeat),
        );
        rustls::crypto::ring::default_provider().install_default().ok();
        let client = reqwest::Client::builder().pool_max_idle_per_host(0).build().unwrap();
        let url = server.url();
        let count = || server.with(|counter| counter.0);
        assert_eq!(text(client.post(&url).send().await).await, None);
        assert_eq!(count(), 0);
        assert_eq!(text(client.post(&url).send().await).await, None);
        assert_eq!(count(), 1);
        let cut = client.post(&url).send().await.unwrap();
        assert_eq!(cut.status(), 200);
        assert!(cut.text().await.is_err());
        assert_eq!(count(), 2);
        assert_eq!(text(client.post(&url).send().await).await, None);
        while count() < 3 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        let refused = text(client.post(&url).send().await).await;
        assert_eq!(refused, Some((429, "slow".to_owned())));
        let stalled = text(client.post(&url).send().await).await;
        assert_eq!(stalled, Some((200, "count is 4".to_owned())));
        let page = text(client.get(&url).send().await).await.unwrap();
        assert!(page.0 == 200 && page.1.starts_with("<html>"));
        let again = format!("{url}/again");
        let first = text(client.post(&again).send().await).await;
        let second = text(client.post(&again).send().await).await;
        assert_eq!(first, second);
        assert_eq!(count(), 5);
        assert_eq!((server.requests(), server.writes()), (9, 8));
        server.stop().await;
        assert_eq!(text(client.get(&url).send().await).await, None);
    }
}
