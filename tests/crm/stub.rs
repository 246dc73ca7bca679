//! A server of raw bytes on 127.0.0.1: gives scripted answers in order, and keeps what it was asked.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use serde_json::Value as Json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

#[derive(Clone)]
pub(crate) enum Reply {
    /// Status, extra header lines, body.
    Whole(u16, &'static str, String),
    /// These bytes, then the connection is closed.
    Bytes(String),
    /// Nothing, for as long as the client waits.
    Silence,
}

#[derive(Clone, Debug)]
pub(crate) struct Asked {
    pub line: String,
    pub head: String,
    pub body: String,
}

#[derive(Clone)]
pub(crate) struct Stub {
    pub url: String,
    asked: Arc<Mutex<Vec<Asked>>>,
}

impl Stub {
    /// Gives the replies in order; the last one again and again.
    pub(crate) async fn start(replies: Vec<Reply>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let asked = Arc::new(Mutex::new(Vec::new()));
        let stub = Self { url, asked: Arc::clone(&asked) };
        let replies = Arc::new(Mutex::new(VecDeque::from(replies)));
        tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                tokio::spawn(serve(stream, Arc::clone(&asked), Arc::clone(&replies)));
            }
        });
        stub
    }

    pub(crate) fn asked(&self) -> Vec<Asked> {
        self.asked.lock().unwrap().clone()
    }
}

impl Asked {
    /// The JSON of the query's `searchParams`.
    pub(crate) fn search(&self) -> Json {
        let target = self.line.split(' ').nth(1).unwrap();
        let url = url::Url::parse(&format!("http://127.0.0.1{target}")).unwrap();
        let (_, text) = url.query_pairs().find(|(name, _)| name == "searchParams").unwrap();
        serde_json::from_str(&text).unwrap()
    }

    pub(crate) fn json(&self) -> Json {
        serde_json::from_str(&self.body).unwrap()
    }
}

async fn serve(mut stream: TcpStream, asked: Arc<Mutex<Vec<Asked>>>, replies: Arc<Mutex<VecDeque<Reply>>>) {
    let mut bytes = Vec::new();
    let mut chunk = [0; 4096];
    let (head, body_at, length) = loop {
        let count = stream.read(&mut chunk).await.unwrap_or(0);
        if count == 0 {
            return;
        }
        bytes.extend_from_slice(&chunk[..count]);
        if let Some(end) = bytes.windows(4).position(|window| window == b"\r\n\r\n") {
            let head = String::from_utf8(bytes[..end].to_vec()).unwrap();
            let length =
                head.lines().find_map(|line| line.to_ascii_lowercase().strip_prefix("content-length:").map(|n| n.trim().parse().unwrap()));
            break (head, end + 4, length.unwrap_or(0_usize));
        }
    };
    while bytes.len() < body_at + length {
        let count = stream.read(&mut chunk).await.unwrap_or(0);
        if count == 0 {
            return;
        }
        bytes.extend_from_slice(&chunk[..count]);
    }
    let line = head.lines().next().unwrap().to_owned();
    asked.lock().unwrap().push(Asked { line, head, body: String::from_utf8(bytes[body_at..].to_vec()).unwrap() });
    let reply = {
        let mut replies = replies.lock().unwrap();
        if replies.len() > 1 { replies.pop_front().unwrap() } else { replies.front().unwrap().clone() }
    };
    let text = match reply {
        Reply::Whole(status, headers, body) => {
            format!("HTTP/1.1 {status} X\r\nConnection: close\r\nContent-Length: {}\r\n{headers}\r\n{body}", body.len())
        }
        Reply::Bytes(text) => text,
        Reply::Silence => {
            // Ends when the client hangs up.
            while stream.read(&mut chunk).await.is_ok_and(|count| count > 0) {}
            return;
        }
    };
    let _gone_client_is_fine = stream.write_all(text.as_bytes()).await;
    let _gone_client_is_fine = stream.shutdown().await;
}

pub(crate) fn ok(json: Json) -> Reply {
    Reply::Whole(200, "Content-Type: application/json\r\nDate: Wed, 25 Nov 2026 02:23:22 GMT\r\n", json.to_string())
}

pub(crate) fn refuse(status: u16, headers: &'static str, body: &str) -> Reply {
    Reply::Whole(status, headers, body.to_owned())
}
