//! A web server of a few lines that says what a test tells it to, and keeps what it was asked.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use vicisync::vicidial::{NonLatin, Settings, Vicidial};

/// What to do with one request.
pub(crate) enum Act {
    /// Answer: status, content type, body.
    Answer(u16, &'static str, String),
    /// Promise more than is sent, then close.
    Cut(String),
    /// Begin a file, and never end it.
    Stall(String),
    /// Close without an answer.
    Close,
    /// Never answer.
    Hang,
}

impl Act {
    pub(crate) fn text(body: &str) -> Self {
        Self::Answer(200, "text/html; charset=utf-8", body.to_owned())
    }
}

/// The server.
pub(crate) struct Peer {
    pub(crate) url: String,
    seen: Arc<Mutex<Vec<String>>>,
}

impl Peer {
    pub(crate) async fn start(script: impl Fn(&str) -> Act + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let seen = Arc::new(Mutex::new(Vec::new()));
        let (script, log) = (Arc::new(script), Arc::clone(&seen));
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (script, log) = (Arc::clone(&script), Arc::clone(&log));
                tokio::spawn(async move { serve(stream, &*script, &log).await });
            }
        });
        Self { url, seen }
    }

    /// The requests so far, whole.
    pub(crate) fn seen(&self) -> Vec<String> {
        self.seen.lock().unwrap().clone()
    }

    pub(crate) fn client(&self) -> Vicidial {
        client(&self.url, Duration::from_secs(20))
    }
}

pub(crate) const PASSWORD: &str = "hunter2secret";

pub(crate) fn client(url: &str, timeout: Duration) -> Vicidial {
    Vicidial::new(settings(url, timeout)).unwrap()
}

pub(crate) fn settings(url: &str, timeout: Duration) -> Settings {
    Settings {
        url: url.to_owned(),
        user: "apiuser".to_owned(),
        pass: PASSWORD.into(),
        source: "vicisync".to_owned(),
        timeout,
        zone: chrono_tz::America::New_York,
        use_non_latin: NonLatin::On,
        campaigns: Vec::new(),
        groups: Vec::new(),
    }
}

async fn serve(mut stream: TcpStream, script: &(impl Fn(&str) -> Act + Sync), log: &Mutex<Vec<String>>) {
    let mut buffer = Vec::new();
    loop {
        let Some(request) = next(&mut stream, &mut buffer).await else { return };
        log.lock().unwrap().push(request.clone());
        match script(&request) {
            Act::Answer(status, content_type, body) => {
                let head = format!(
                    "HTTP/1.1 {status} X\r\nContent-Type: {content_type}\r\nLocation: /elsewhere\r\nContent-Length: {}\r\n\r\n",
                    body.len()
                );
                if stream.write_all((head + &body).as_bytes()).await.is_err() {
                    return;
                }
            }
            Act::Cut(body) => {
                let head =
                    format!("HTTP/1.1 200 OK\r\nContent-Type: application/octet-stream\r\nContent-Length: {}\r\n\r\n", body.len() + 50);
                stream.write_all((head + &body).as_bytes()).await.ok();
                return;
            }
            Act::Stall(body) => {
                let head = "HTTP/1.1 200 OK\r\nContent-Type: application/octet-stream\r\nContent-Length: 99999999\r\n\r\n";
                stream.write_all((head.to_owned() + &body).as_bytes()).await.ok();
                std::future::pending().await
            }
            Act::Close => return,
            Act::Hang => std::future::pending().await,
        }
    }
}

/// One request: head and body.
async fn next(stream: &mut TcpStream, buffer: &mut Vec<u8>) -> Option<String> {
    loop {
        let text = String::from_utf8_lossy(buffer).into_owned();
        if let Some(head) = text.find("\r\n\r\n") {
            let length = text[..head]
                .to_lowercase()
                .lines()
                .find_map(|line| line.strip_prefix("content-length: ").and_then(|length| length.parse::<usize>().ok()))
                .unwrap_or(0);
            let end = head + 4 + length;
            if buffer.len() >= end {
                let request = String::from_utf8_lossy(&buffer[..end]).into_owned();
                buffer.drain(..end);
                return Some(request);
            }
        }
        let mut piece = [0; 4096];
        match stream.read(&mut piece).await {
            Ok(0) | Err(_) => return None,
            Ok(size) => buffer.extend_from_slice(&piece[..size]),
        }
    }
}
