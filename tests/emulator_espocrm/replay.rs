//! Replays the recorded scenarios, answer by answer and row by row.
//!
//! New records get the recorded ids and the clock stands at the recorded time, so nearly everything must be equal to the
//! letter. What cannot be is in [`EXCEPTIONS`].

use std::collections::{BTreeMap, BTreeSet};

use base64::Engine;
use serde_json::{Value, json};
use vicisync::emulator::espocrm::{CustomField, Entity, Holds, Options, Server};

/// What cannot agree, and why. Nothing else may differ.
const EXCEPTIONS: [(&str, &str); 5] = [
    ("own-id", "ids of history entries, login records and the server's own notes: mapped at first appearance"),
    ("number", "numbers of history entries and notes count for the whole server: mapped at first appearance"),
    ("secret", "keys and secrets are made by the server: the recorded ones are put in after the answer"),
    ("signature", "a delivery whose secret was not recorded: its signature cannot be computed"),
    ("start", "X-App-Timestamp is when the server was last rebuilt: only its presence is compared"),
];

const ADMIN_ID: &str = "6b06379fdeac54e3c";

fn options() -> Options {
    let contact = |name: &str, holds| CustomField::new(Entity::Contact, name, holds);
    let role = "6b0637c78f195d6c8";
    Options {
        users: vec![
            json!({"id": ADMIN_ID, "userName": "admin", "lastName": "Admin", "type": "admin", "password": "ADMIN"}),
            json!({"id": "6b0637c7bc2356593", "userName": "dialersync", "lastName": "dialersync", "type": "api",
                "authMethod": "ApiKey", "apiKey": "KEY", "rolesIds": [role]}),
            json!({"id": "6b0638ab9e8ff0f58", "userName": "agent101", "firstName": "Agent", "lastName": "101",
                "type": "regular"}),
        ],
        fields: vec![
            contact("cDialerLeadId", Holds::Varchar(40)),
            contact("cDialerStatus", Holds::Varchar(20)),
            contact("cLastCalledAt", Holds::Datetime),
            contact("cCallCount", Holds::Int),
        ],
        ..Options::default()
    }
}

/// What differs between the recorded and the given, and which exceptions were needed.
#[derive(Default)]
struct Judge {
    mapped: BTreeMap<String, String>,
    used: BTreeMap<&'static str, BTreeSet<String>>,
    differences: Vec<String>,
    compared: usize,
    rows: usize,
}

impl Judge {
    fn excuse(&mut self, name: &'static str, place: &str) {
        assert!(EXCEPTIONS.iter().any(|(known, _)| *known == name));
        self.used.entry(name).or_default().insert(place.to_owned());
    }

    /// True if this recorded value was always answered by this given one.
    fn is_mapped(&mut self, kind: &str, recorded: &Value, given: &Value) -> bool {
        let key = format!("{kind}:{recorded}");
        let value = given.to_string();
        *self.mapped.entry(key).or_insert_with(|| value.clone()) == value
    }

    fn compare(&mut self, place: &str, path: &str, recorded: &Value, given: &Value) {
        match (recorded, given) {
            (Value::Object(a), Value::Object(b)) => {
                let keys: BTreeSet<&String> = a.keys().chain(b.keys()).collect();
                if a.len() == b.len() && !a.keys().eq(b.keys()) {
                    self.differ(place, path, &format!("{:?}", a.keys()), &format!("{:?}", b.keys()));
                }
                for key in keys {
                    let (a, b) = (a.get(key), b.get(key));
                    match (a, b) {
                        (Some(a), Some(b)) => self.compare(place, &format!("{path}.{key}"), a, b),
                        (Some(a), None) => self.differ(place, &format!("{path}.{key}"), &a.to_string(), "(absent)"),
                        (None, b) => {
                            let b = b.map(Value::to_string).unwrap_or_default();
                            self.differ(place, &format!("{path}.{key}"), "(absent)", &b);
                        }
                    }
                }
            }
            (Value::Array(a), Value::Array(b)) => {
                if a.len() != b.len() {
                    self.differ(place, path, &format!("{} items", a.len()), &format!("{} items", b.len()));
                }
                if path.ends_with(".list") {
                    self.rows += a.len();
                }
                for (n, (a, b)) in a.iter().zip(b).enumerate() {
                    self.compare(place, &format!("{path}[{n}]"), a, b);
                }
            }
            _ if recorded == given => {}
            (Value::String(_), Value::String(_)) if path.ends_with("apiKey") || path.ends_with("secretKey") => {
                self.excuse("secret", place);
            }
            (Value::String(a), Value::String(b)) if is_id(a) && is_id(b) => {
                if self.is_mapped("id", recorded, given) {
                    self.excuse("own-id", place);
                } else {
                    self.differ(place, path, a, b);
                }
            }
            (Value::Number(_), Value::Number(_)) if path.ends_with(".number") => {
                if self.is_mapped("number", recorded, given) {
                    self.excuse("number", place);
                } else {
                    self.differ(place, path, &recorded.to_string(), &given.to_string());
                }
            }
            _ => self.differ(place, path, &recorded.to_string(), &given.to_string()),
        }
    }

    fn differ(&mut self, place: &str, what: &str, recorded: &str, given: &str) {
        self.differences.push(format!("{place}: {what}: recorded {recorded}, given {given}"));
    }
}

fn is_id(text: &str) -> bool {
    text.len() == 17 && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// `Wed, 25 Nov 2026 02:23:17 GMT` as the server writes times.
fn server_time(date: &str) -> String {
    let time = chrono::DateTime::parse_from_rfc2822(date).expect("a Date header is in this form");
    time.format("%Y-%m-%d %H:%M:%S").to_string()
}

/// The latest time that an answer shows. A slow answer was written a second before its Date header.
fn written_at(body: &Value, latest: &mut String) {
    match body {
        Value::Object(object) => {
            for name in ["createdAt", "modifiedAt"] {
                if let Some(time) = object.get(name).and_then(Value::as_str) {
                    *latest = latest.clone().max(time.to_owned());
                }
            }
            object.values().for_each(|value| written_at(value, latest));
        }
        Value::Array(items) => items.iter().for_each(|value| written_at(value, latest)),
        _ => {}
    }
}

async fn run(scenario: &Value, judge: &mut Judge) {
    let name = scenario["name"].as_str().unwrap();
    let mut options = options();
    if name != "custom-fields-by-admin" {
        options.fields.push(CustomField::new(Entity::Call, "cDialerKey", Holds::Varchar(64)));
    }
    let server = Server::start(options).await.unwrap();
    let client = crate::client();
    let mut previous = "2026-11-01 00:00:00".to_owned();
    server.with_world(|world| world.clock.fix(&previous));
    if name == "changed-since-keyset" {
        // That server held other contacts too; one filter that is not understood counts them.
        server.with_world(|world| {
            for n in 0..5003 {
                world.insert_contact(json!({"lastName": format!("Other{n}")}));
            }
        });
    }
    for (n, step) in scenario["steps"].as_array().unwrap().iter().enumerate() {
        let place = format!("{name}/{n}");
        judge.compared += 1;
        if step.get("request").is_none() {
            note(&server, step, &place, judge);
            continue;
        }
        let recorded = &step["response"];
        let date = server_time(recorded["headers"]["Date"].as_str().unwrap());
        let mut written = String::new();
        written_at(&recorded["body"], &mut written);
        let is_slow = written >= previous && written < date;
        let now = if is_slow { &written } else { &date };
        server.with_world(|world| world.clock.fix(now));
        previous = date;
        server.with_world(|world| world.clock.give_ids(new_ids(step)));
        let given = send(&client, &server, &step["request"]).await;
        judge_answer(&place, recorded, &given, is_slow, judge);
        put_secrets(&server, step);
    }
    server.stop().await;
}

/// The ids that the step's new records had.
fn new_ids(step: &Value) -> Vec<String> {
    let (request, body) = (&step["request"], &step["response"]["body"]);
    let path = request["path"].as_str().unwrap();
    let is_create = request["method"] == "POST" && path.matches('/').count() == 3 && step["response"]["status"].as_u64().unwrap() < 300;
    let id = if path.ends_with("/Lead/action/convert") {
        &body["createdContactId"]
    } else if is_create {
        &body["id"]
    } else {
        &Value::Null
    };
    id.as_str().filter(|_| !path.ends_with("Action")).map(str::to_owned).into_iter().collect()
}

/// Puts the recorded keys and secrets of new users and webhooks in.
fn put_secrets(server: &Server, step: &Value) {
    let body = &step["response"]["body"];
    let path = step["request"]["path"].as_str().unwrap();
    let entity = if path.ends_with("/User") { Entity::User } else { Entity::Webhook };
    let is_create = step["request"]["method"] == "POST" && (path.ends_with("/User") || path.ends_with("/Webhook"));
    let Some(id) = body["id"].as_str().filter(|_| is_create) else {
        return;
    };
    for name in ["apiKey", "secretKey"] {
        if let Some(secret) = body[name].as_str() {
            assert!(server.with_world(|world| world.set_raw(entity, id, json!({name: secret}))));
        }
    }
}

struct Given {
    status: u16,
    headers: BTreeMap<String, String>,
    body: String,
}

async fn send(client: &reqwest::Client, server: &Server, request: &Value) -> Given {
    let mut url = url::Url::parse(&server.url()).unwrap();
    url.set_path(request["path"].as_str().unwrap());
    for pair in request["query"].as_array().unwrap() {
        url.query_pairs_mut().append_pair(pair[0].as_str().unwrap(), pair[1].as_str().unwrap());
    }
    let method = reqwest::Method::from_bytes(request["method"].as_str().unwrap().as_bytes()).unwrap();
    let mut builder = client.request(method, url);
    for (name, value) in request["headers"].as_object().unwrap() {
        let value = value.as_str().unwrap();
        let admin = base64::engine::general_purpose::STANDARD.encode("admin:ADMIN");
        builder = builder.header(name, value.replace("Basic ADMIN", &format!("Basic {admin}")));
    }
    let text = request.get("body_text").and_then(Value::as_str).map(str::to_owned);
    let body = request.get("body").filter(|body| !body.is_null()).map(Value::to_string);
    if let Some(body) = text.or(body) {
        builder = builder.body(body);
    }
    let response = builder.send().await.unwrap();
    let status = response.status().as_u16();
    let headers = response.headers().iter();
    let headers = headers.map(|(name, value)| {
        let value = String::from_utf8_lossy(value.as_bytes()).into_owned();
        (name.as_str().to_owned(), value)
    });
    let headers = headers.collect();
    Given { status, headers, body: response.text().await.unwrap() }
}

fn judge_answer(place: &str, recorded: &Value, given: &Given, is_slow: bool, judge: &mut Judge) {
    let status = recorded["status"].as_u64().unwrap();
    if status != u64::from(given.status) {
        judge.differ(place, "status", &status.to_string(), &given.status.to_string());
    }
    let recorded_headers = recorded["headers"].as_object().unwrap();
    for (name, value) in recorded_headers {
        let value = value.as_str().unwrap();
        let ours = given.headers.get(&name.to_lowercase()).cloned();
        match (name.as_str(), ours) {
            ("Date", Some(_)) if is_slow => {}
            ("X-App-Timestamp", Some(_)) => judge.excuse("start", "every good answer"),
            (_, Some(ours)) if ours == value => {}
            (_, ours) => judge.differ(place, name, value, &ours.unwrap_or_else(|| "(absent)".to_owned())),
        }
    }
    for name in given.headers.keys().filter(|name| name.starts_with("x-") || *name == "allow") {
        if !recorded_headers.keys().any(|known| known.to_lowercase() == *name) {
            judge.differ(place, name, "(absent)", &given.headers[name]);
        }
    }
    let body = serde_json::from_str(&given.body).unwrap_or_else(|_| Value::String(given.body.clone()));
    judge.compare(place, "body", &recorded["body"], &body);
}

/// A step that is no request: what receivers got, or what was done on the server itself.
fn note(server: &Server, step: &Value, place: &str, judge: &mut Judge) {
    let data = &step["data"];
    if let Some(hook) = data["webhookId"].as_str() {
        let is_removed = server.with_world(|world| world.set_raw(Entity::Webhook, hook, json!({"isActive": false})));
        assert!(is_removed, "{place}");
    }
    let Some(recorded) = data["deliveries"].as_array() else {
        return;
    };
    let at = recorded[0]["at"].as_str().unwrap();
    let time = at.split('.').next().unwrap().replace('T', " ");
    let given = server.with_world(|world| {
        world.clock.fix(&time);
        world.take_deliveries()
    });
    if given.len() != recorded.len() {
        judge.differ(place, "deliveries", &recorded.len().to_string(), &given.len().to_string());
    }
    for (recorded, given) in recorded.iter().zip(given) {
        let path = recorded["path"].as_str().unwrap();
        let headers = recorded["headers"].as_array().unwrap();
        let signature = headers.iter().find(|pair| pair[0] == "X-Signature").unwrap()[1].as_str().unwrap();
        if !given.url.ends_with(path) {
            judge.differ(place, "delivered to", path, &given.url);
        }
        let body = recorded["body_text"].as_str().unwrap();
        if body != given.body {
            judge.differ(place, path, body, &given.body);
        }
        if recorded["secretKey"].is_null() {
            judge.excuse("signature", place);
        } else if signature != given.signature {
            judge.differ(place, path, signature, &given.signature);
        }
        let answered = recorded["answered"].as_u64().and_then(|status| u16::try_from(status).ok());
        server.with_world(|world| world.delivered(given, answered));
    }
}

#[tokio::test]
async fn all_recorded_scenarios_agree() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/espocrm-scenarios.json");
    let text = std::fs::read_to_string(path).unwrap();
    let recorded: Value = serde_json::from_str(&text).unwrap();
    let scenarios = recorded["scenarios"].as_array().unwrap();
    assert_eq!(scenarios.len(), 22);
    let mut judge = Judge::default();
    for scenario in scenarios {
        run(scenario, &mut judge).await;
    }
    println!("{} steps compared, {} rows of lists among them", judge.compared, judge.rows);
    for (name, why) in EXCEPTIONS {
        let places = judge.used.get(name).map(BTreeSet::len).unwrap_or_default();
        println!("{name:10} {places:4} places  {why}");
    }
    assert!(judge.differences.is_empty(), "{} differences:\n{}", judge.differences.len(), judge.differences.join("\n"));
    assert_eq!(judge.compared, 531);
    assert_eq!(judge.rows, 215);
}
