//! Replays the recorded single exchanges, each on a server that its preconditions and its answer imply.
//!
//! Status, content type and text are compared, ids and times aside. Other exchanges took place between two recorded ones,
//! so each is tried on the server as the earlier ones left it, and on a fresh one that is set up for it. What cannot agree
//! is named in `EXCEPTIONS`, with the reason.

use std::collections::BTreeMap;

use base64::Engine;
use serde_json::Value;
use vicisync::emulator::http::{Reply, Request};
use vicisync::emulator::vicidial::World;

use crate::scene;

/// Exchanges by the start of their names that cannot agree, and why.
const EXCEPTIONS: &[(&str, &str)] = &[
    ("lead_all_info of utf8 lead with non_latin=0", "the lead was stored byte by byte by a request that took place elsewhere in the file"),
    ("hopper_list", "two requests that were not kept had filled the hopper"),
    ("phone_number_log {\"phone_number\": \"7275550507\"", "the call's status had been changed by another exchange"),
    ("lead_all_info archived_lead=Y", "a value holds the separator, so the row cannot be read back from the answer"),
    ("lead_all_info of moved lead", "the lead's custom data came from an exchange that was not kept"),
    ("call_report_export date_field entry_date", "all leads were entered in one second; the database orders them as it likes"),
    ("lead_report_export entry_date", "all leads were entered in one second; the database orders them as it likes"),
    ("list_download list without custom table, custom fields disabled", "a lead of the list was changed by an exchange that was not kept"),
    ("call_report_export drops rows", "a scenario shows the same with all rows; here they are told in words"),
];

/// One recorded exchange.
pub(crate) struct Exchange(pub(crate) Value);

impl Exchange {
    /// A part that is text.
    pub(crate) fn text(&self, name: &str) -> &str {
        self.0[name].as_str().unwrap_or_default()
    }

    /// A parameter as it was sent.
    pub(crate) fn param(&self, name: &str) -> Option<String> {
        let value = self.0["params"].get(name)?;
        Some(plain(value))
    }

    fn pairs(&self) -> Vec<(String, String)> {
        let mut pairs = Vec::new();
        for (name, value) in self.0["params"].as_object().unwrap() {
            match value {
                Value::Array(values) => pairs.extend(values.iter().map(|value| (name.clone(), plain(value)))),
                value => pairs.push((name.clone(), plain(value))),
            }
        }
        pairs
    }

    fn request(&self) -> Request {
        let raw = self.param("_raw_query");
        let mut pairs = self.pairs();
        let mut request = Request {
            method: self.text("method").to_owned(),
            path: format!("/vicidial/{}", self.text("path")),
            peer: "127.0.0.1".to_owned(),
            ..Request::default()
        };
        if self.0.get("auth").is_some() {
            let user = user_in(self.text("body"));
            let pass = scene::password(&user);
            let coded = base64::engine::general_purpose::STANDARD.encode(format!("{user}:{pass}"));
            request.headers.push(("authorization".to_owned(), format!("Basic {coded}")));
        }
        pairs.retain(|(name, _)| !name.starts_with('_'));
        let form = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(&pairs).finish();
        request.query = raw.clone().unwrap_or_default();
        if request.method == "POST" {
            let kind = "application/x-www-form-urlencoded";
            request.headers.push(("content-type".to_owned(), kind.to_owned()));
            request.body = form.into();
        } else if raw.is_none() {
            request.query = form;
        }
        request
    }

    fn body(&self) -> Vec<u8> {
        match self.text("body_encoding") {
            "latin1" => self.text("body").chars().map(|char| u8::try_from(u32::from(char)).unwrap()).collect(),
            _ => self.text("body").as_bytes().to_vec(),
        }
    }
}

fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// The user whom a refusal names; the exchanges do not keep the credentials of HTTP Basic.
fn user_in(body: &str) -> String {
    let named = body
        .split('|')
        .nth(1)
        .filter(|name| body.contains("permission") || body.contains("allowed to") || body.contains("LOCK") && !name.is_empty());
    named.filter(|name| name.chars().all(char::is_alphanumeric)).unwrap_or("apiuser").to_owned()
}

/// A text with everything blanked that is an id or a time: each run of digits that the request did not send, and dates.
fn blanked(text: &str, sent: &[(String, String)]) -> String {
    let known = |digits: &str| digits.len() > 5 && sent.iter().any(|(_, value)| value.contains(digits));
    let mut out = String::new();
    let mut digits = String::new();
    for char in text.chars().chain(['\0']) {
        if char.is_ascii_digit() {
            digits.push(char);
            continue;
        }
        if !digits.is_empty() {
            out.push_str(if known(&digits) { &digits } else { "#" });
            digits.clear();
        }
        if char != '\0' {
            out.push(char);
        }
    }
    out
}

fn kind(reply: &Reply) -> &str {
    let found = reply.headers.iter().find(|(name, _)| name == "content-type");
    found.map_or("", |(_, value)| value.as_str())
}

/// How an answer differs from the recorded one; `None` if it does not.
fn difference(exchange: &Exchange, reply: &Reply) -> Option<String> {
    let status = exchange.0["http_status"].as_u64();
    if status != Some(u64::from(reply.status)) {
        return Some(format!("status {}, recorded {}: {}", reply.status, exchange.0["http_status"], String::from_utf8_lossy(&reply.body)));
    }
    if exchange.text("content_type") != kind(reply) {
        return Some(format!("type {}, recorded {}", kind(reply), exchange.text("content_type")));
    }
    let sent = exchange.pairs();
    let ours = blanked(&String::from_utf8_lossy(&reply.body), &sent);
    let theirs = blanked(&String::from_utf8_lossy(&exchange.body()), &sent);
    (ours != theirs).then(|| {
        let from = ours.char_indices().zip(theirs.chars()).take_while(|((_, left), right)| left == right).count().saturating_sub(30);
        let cut = |text: &str| text.chars().skip(from).take(260).collect::<String>();
        format!("\n    ours     @{from} {:?}\n    recorded @{from} {:?}", cut(&ours), cut(&theirs))
    })
}

#[test]
fn single_exchanges_agree() {
    let path = "tests/fixtures/vicidial-transcripts.json";
    let text = std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{path}: {error}"));
    let all: Vec<Value> = serde_json::from_str(&text).unwrap();
    let mut running: BTreeMap<String, World> = BTreeMap::new();
    let (mut agreed, mut excepted, mut wrong) = (0, BTreeMap::<&str, usize>::new(), Vec::new());
    let total = all.len();
    for (number, exchange) in all.into_iter().map(Exchange).enumerate() {
        let mode = scene::mode(&exchange);
        let world = running.entry(mode.clone()).or_insert_with(|| scene::fresh(&exchange));
        let mut own = scene::set_up(&exchange);
        let on_own = difference(&exchange, &own.answer(&exchange.request()));
        let on_running = difference(&exchange, &world.answer(&exchange.request()));
        let on_floor = difference(&exchange, &scene::floor(&exchange).answer(&exchange.request()));
        if on_own.is_none() || on_running.is_none() || on_floor.is_none() {
            agreed += 1;
        } else if let Some((name, _)) = EXCEPTIONS.iter().find(|(name, _)| exchange.text("name").starts_with(name)) {
            *excepted.entry(name).or_default() += 1;
        } else {
            let params = exchange.0["params"].to_string();
            wrong.push(format!(
                "{number} {} {{{}}} {}\n  set up: {}\n  running: {}\n  floor: {}",
                exchange.text("name"),
                exchange.text("preconditions"),
                params.chars().take(400).collect::<String>(),
                on_own.unwrap_or_default(),
                on_running.unwrap_or_default(),
                on_floor.unwrap_or_default()
            ));
        }
    }
    println!("{agreed} of {total} exchanges agree");
    for (name, why) in EXCEPTIONS {
        println!("{:>5} x {name}: {why}", excepted.get(name).copied().unwrap_or(0));
    }
    for wrong in &wrong {
        println!("{wrong}\n");
    }
    assert!(wrong.is_empty(), "{} exchanges disagree", wrong.len());
    assert!(total > 100, "the file was not read");
}
