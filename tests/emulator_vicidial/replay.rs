//! Replays whole recorded scenarios from the described start, answer by answer and row by row.
//!
//! Ids and times are compared too: the scenarios give the server's clock at every step. What cannot agree is named in
//! `EXCEPTIONS`, with the reason; any other disagreement fails the test.

use std::collections::BTreeMap;

use base64::Engine;
use serde_json::Value;
use vicisync::emulator::http::{Reply, Request};
use vicisync::emulator::vicidial::{Options, Php, World};

/// What cannot agree, and why.
const EXCEPTIONS: &[(&str, &str)] = &[
    (
        "callbacks form",
        "callbacks_export.php with nothing to list gives its form, a page of 55 kB: compared by status, type, start and \
         length",
    ),
    (
        "racing requests",
        "how many of twenty requests at once land differs from run to run: the recorded count is given to the emulator, \
         then answers are compared without order",
    ),
];

/// The scenarios recorded from a live server.
fn scenarios() -> Value {
    let path = std::env::var("VICISYNC_SCENARIOS");
    let path = path.unwrap_or_else(|_| "tests/fixtures/vicidial-scenarios.json".to_owned());
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
    serde_json::from_str(&text).unwrap()
}

#[derive(Default)]
struct Tally {
    answers: usize,
    checks: usize,
    side_steps: usize,
    excepted: BTreeMap<&'static str, usize>,
    wrong: Vec<String>,
}

#[test]
fn all_scenarios_agree() {
    let file = scenarios();
    let mut tally = Tally::default();
    let all = file["scenarios"].as_array().unwrap();
    for scenario in all {
        replay(&file["start"], scenario, &mut tally);
    }
    println!("{} scenarios: {} answers, {} tables, {} side steps", all.len(), tally.answers, tally.checks, tally.side_steps);
    for (name, why) in EXCEPTIONS {
        println!("{:>5} x {name}: {why}", tally.excepted.get(name).copied().unwrap_or(0));
    }
    for wrong in tally.wrong.iter().take(40) {
        println!("{wrong}\n");
    }
    assert!(tally.wrong.is_empty(), "{} disagreements", tally.wrong.len());
    assert!(tally.answers > 1000 && tally.checks > 100, "the file was not read");
}

fn replay(start: &Value, scenario: &Value, tally: &mut Tally) {
    let name = scenario["name"].as_str().unwrap();
    let mut description = start.clone();
    for (setting, value) in scenario["settings"].as_object().unwrap() {
        description["system_settings"][setting] = value.clone();
    }
    let mut world = World::new(&Options {
        php: if scenario["server"] == "legacy" { Php::Silent } else { Php::Exceptions },
        description: Some(description),
        ..Options::default()
    });
    world.clock.hold(scenario["epoch"].as_i64().unwrap());
    // The one thing of the start that depends on the scenario.
    let changed = serde_json::json!({ "list_changedate": world.now().local });
    for list in [1001, 1002, 1003, 2001] {
        let step = serde_json::json!({"update": "vicidial_lists", "where": {"list_id": list}, "set": changed});
        world.database(&step).unwrap();
    }
    for (number, step) in scenario["steps"].as_array().unwrap().iter().enumerate() {
        world.clock.hold(step["epoch"].as_i64().unwrap());
        let place = format!("{name}, step {number}");
        if step.get("database").is_some() {
            world.database(&step["database"]).unwrap();
            tally.side_steps += 1;
        } else if step.get("check").is_some() {
            check(&world, &step["check"], &place, tally);
        } else if step.get("concurrent").is_some() {
            race(&mut world, step, &place, tally);
        } else {
            let reply = world.answer(&request(&step["request"]));
            compare(&reply, &step["response"], &step["request"], &place, tally);
        }
    }
}

fn bytes(value: &Value) -> Vec<u8> {
    let Some(hex) = value["hex"].as_str() else {
        return value.as_str().unwrap().as_bytes().to_vec();
    };
    let digits = hex.as_bytes().chunks(2);
    digits.map(|pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap()).collect()
}

fn quote(bytes: &[u8]) -> String {
    let mut quoted = String::new();
    for byte in bytes {
        if byte.is_ascii_alphanumeric() {
            quoted.push(char::from(*byte));
        } else {
            quoted.push_str(&format!("%{byte:02X}"));
        }
    }
    quoted
}

fn request(step: &Value) -> Request {
    let params = step["params"].as_array().unwrap().iter();
    let pairs = params.map(|pair| format!("{}={}", quote(&bytes(&pair[0])), quote(&bytes(&pair[1]))));
    let text = pairs.collect::<Vec<_>>().join("&");
    let mut request = Request {
        method: step["method"].as_str().unwrap().to_owned(),
        path: step["path"].as_str().unwrap().to_owned(),
        peer: "127.0.0.1".to_owned(),
        ..Request::default()
    };
    if step["basic_auth"] == true {
        let credentials = &step["basic_credentials"];
        let user = credentials[0].as_str().unwrap_or("apiuser");
        let pass = credentials[1].as_str().unwrap_or("apipass");
        let coded = base64::engine::general_purpose::STANDARD.encode(format!("{user}:{pass}"));
        request.headers.push(("authorization".to_owned(), format!("Basic {coded}")));
    }
    if request.method == "POST" {
        let form = "application/x-www-form-urlencoded";
        request.headers.push(("content-type".to_owned(), form.to_owned()));
        request.body = text.into();
    } else {
        request.query = text;
    }
    request
}

fn content_type(reply: &Reply) -> &str {
    let found = reply.headers.iter().find(|(name, _)| name == "content-type");
    found.map_or("", |(_, value)| value.as_str())
}

fn recorded_body(response: &Value) -> Option<Vec<u8>> {
    let body = response["body"].as_str()?;
    if response["body_encoding"] == "latin1" {
        return Some(body.chars().map(|char| u8::try_from(u32::from(char)).unwrap()).collect());
    }
    Some(body.as_bytes().to_vec())
}

fn compare(reply: &Reply, recorded: &Value, asked: &Value, place: &str, tally: &mut Tally) {
    tally.answers += 1;
    let status = u64::from(reply.status);
    let kind = content_type(reply);
    let is_form = asked["path"].as_str().unwrap().ends_with("callbacks_export.php") && reply.body.len() > 50_000;
    let mut differences = Vec::new();
    if recorded["status"].as_u64() != Some(status) {
        differences.push(format!("status {status}, recorded {}", recorded["status"]));
    }
    if recorded["content_type"].as_str() != Some(kind) {
        differences.push(format!("type {kind}, recorded {}", recorded["content_type"]));
    }
    if is_form {
        *tally.excepted.entry("callbacks form").or_default() += 1;
        let summary = &recorded["summary"];
        let begins = summary["begins"].as_str().unwrap_or_else(|| &recorded["body"].as_str().unwrap()[..160]);
        let is_same = reply.body.starts_with(begins.as_bytes());
        let length = summary["bytes"].as_u64();
        if !is_same || length.is_some_and(|length| length != reply.body.len() as u64) {
            differences.push("the form starts or ends differently".to_owned());
        }
    } else if let Some(summary) = recorded.get("summary").filter(|summary| summary.is_object()) {
        differences.extend(summary_differences(&reply.body, summary));
    } else {
        let body = recorded_body(recorded).unwrap();
        if body != reply.body {
            let (ours, theirs) = excerpts(&reply.body, &body);
            differences.push(format!("\n    ours     {ours}\n    recorded {theirs}"));
        }
    }
    if !differences.is_empty() {
        tally.wrong.push(format!("{place}: {}\n    {}", differences.join("; "), brief(asked)));
    }
}

/// Long answers are recorded by their counts, their first lines and their length.
fn summary_differences(body: &[u8], summary: &Value) -> Vec<String> {
    let text = String::from_utf8_lossy(body);
    let ids: Vec<u64> = text.lines().filter_map(|line| line.strip_prefix("lead_id => ")).map(|id| id.parse().unwrap()).collect();
    let mut differences = Vec::new();
    let mut same = |what: &str, ours: Value| {
        if summary[what] != ours {
            differences.push(format!("{what} {ours}, recorded {}", summary[what]));
        }
    };
    same("records", ids.len().into());
    same("first_lead_id", ids.first().copied().into());
    same("last_lead_id", ids.last().copied().into());
    same("bytes", body.len().into());
    let first = summary["first_lines"].as_array().map_or(0, Vec::len);
    same("first_lines", text.lines().take(first).collect::<Vec<_>>().into());
    differences
}

fn excerpts(ours: &[u8], theirs: &[u8]) -> (String, String) {
    let agree = ours.iter().zip(theirs).take_while(|(left, right)| left == right).count();
    let from = agree.saturating_sub(40);
    let cut = |bytes: &[u8]| {
        let end = bytes.len().min(from + 200);
        format!("@{from} {:?}", String::from_utf8_lossy(bytes.get(from..end).unwrap_or_default()))
    };
    (cut(ours), cut(theirs))
}

fn brief(asked: &Value) -> String {
    let params = asked["params"].as_array().unwrap().iter();
    let pairs = params.map(|pair| format!("{}={}", pair[0].as_str().unwrap_or_default(), pair[1]));
    let text: String = pairs.collect::<Vec<_>>().join(" ").chars().take(400).collect();
    format!("{} {text}", asked["path"].as_str().unwrap())
}

fn check(world: &World, check: &Value, place: &str, tally: &mut Tally) {
    tally.checks += 1;
    let table = check["table"].as_str().unwrap();
    let recorded = check["rows"].as_array().unwrap();
    let columns: Vec<&String> = recorded.iter().flat_map(|row| row.as_object().unwrap().keys()).collect();
    let rows = world.rows(table).into_iter();
    let rows = rows.filter(|row| check["where"].as_str().is_none_or(|condition| is_selected(row, condition)));
    let mut ours: Vec<String> = rows
        .map(|row| {
            let cells = row.into_iter().filter(|(name, _)| columns.contains(&name));
            format!("{:?}", cells.collect::<BTreeMap<_, _>>())
        })
        .collect();
    let mut theirs: Vec<String> = recorded
        .iter()
        .map(|row| {
            let cells = row.as_object().unwrap().iter().map(|(name, value)| {
                let cell = match value {
                    Value::Null => None,
                    Value::String(text) => Some(text.clone()),
                    other => Some(other.to_string()),
                };
                (name.clone(), cell)
            });
            format!("{:?}", cells.collect::<BTreeMap<_, _>>())
        })
        .collect();
    ours.sort();
    theirs.sort();
    if recorded.is_empty() && !ours.is_empty() || ours.len() != theirs.len() {
        tally.wrong.push(format!("{place}: {} rows in {table}, recorded {}", ours.len(), theirs.len()));
        return;
    }
    for (ours, theirs) in ours.iter().zip(&theirs) {
        if ours != theirs {
            let (left, right) = excerpts(ours.as_bytes(), theirs.as_bytes());
            tally.wrong.push(format!("{place}: a row of {table}\n    ours     {left}\n    recorded {right}"));
        }
    }
}

/// The few forms of conditions that the checks have.
fn is_selected(row: &BTreeMap<String, Option<String>>, condition: &str) -> bool {
    let cell = |name: &str| row[name].clone().unwrap_or_default();
    let bare = |text: &str| text.trim_matches('\'').to_owned();
    if let Some((name, range)) = condition.split_once(" between ") {
        let (low, high) = range.split_once(" and ").unwrap();
        return (bare(low)..=bare(high)).contains(&cell(name));
    }
    if let Some((name, low)) = condition.split_once(">=") {
        return cell(name).parse::<i64>().unwrap() >= low.parse::<i64>().unwrap();
    }
    let (name, wanted) = condition.split_once('=').unwrap();
    cell(name) == bare(wanted)
}

/// Requests that ran at once: as many land as did then; the answers are compared as a set.
fn race(world: &mut World, step: &Value, place: &str, tally: &mut Tally) {
    *tally.excepted.entry("racing requests").or_default() += 1;
    let recorded = step["responses"].as_array().unwrap();
    let landed = step["summary"]["added"].as_u64().unwrap();
    world.racing = u32::try_from(landed).unwrap();
    let request = request(&step["concurrent"]["request"]);
    let answers = recorded.iter().map(|_| {
        let reply = world.answer(&request);
        tally.answers += 1;
        String::from_utf8(reply.body).unwrap()
    });
    let mut ours: Vec<String> = answers.collect();
    let mut theirs: Vec<String> = recorded.iter().map(|answer| answer["body"].as_str().unwrap().to_owned()).collect();
    ours.sort();
    theirs.sort();
    if ours != theirs {
        tally.wrong.push(format!("{place}: racing\n    ours     {ours:?}\n    recorded {theirs:?}"));
    }
}
