//! Recorded exchanges and scenarios, as values.

use serde_json::Value;
use vicisync::vicidial::call::{Ask, Page};

/// One recorded exchange.
pub(crate) struct Exchange {
    pub(crate) name: String,
    pub(crate) ask: Ask,
    pub(crate) status: u16,
    pub(crate) content_type: String,
    pub(crate) body: Vec<u8>,
    pub(crate) outcome: String,
    /// What was so before, in words; empty where nothing was.
    pub(crate) preconditions: String,
}

fn load(variable: &str, file: &str) -> Value {
    std::env::var(variable).map_or_else(|_| fixture(file), |path| json_of(&path))
}

fn fixture(file: &str) -> Value {
    json_of(&format!("{}/tests/fixtures/{file}", env!("CARGO_MANIFEST_DIR")))
}

fn json_of(path: &str) -> Value {
    let text = std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{path}: {error}"));
    serde_json::from_str(&text).unwrap()
}

fn bytes(body: &str, encoding: &Value) -> Vec<u8> {
    if encoding == "latin1" {
        body.chars().map(|letter| u8::try_from(u32::from(letter)).unwrap()).collect()
    } else {
        body.as_bytes().to_vec()
    }
}

/// The fixture of single exchanges.
pub(crate) fn transcripts() -> Vec<Exchange> {
    exchanges(&fixture("vicidial-transcripts.json"))
}

/// The same, or those of the file that `VICISYNC_TRANSCRIPTS` names.
pub(crate) fn named_transcripts() -> Vec<Exchange> {
    exchanges(&load("VICISYNC_TRANSCRIPTS", "vicidial-transcripts.json"))
}

fn exchanges(file: &Value) -> Vec<Exchange> {
    file.as_array().unwrap().iter().map(transcript).collect()
}

fn transcript(entry: &Value) -> Exchange {
    let page = Page::from_path(entry["path"].as_str().unwrap()).unwrap();
    let mut params = Vec::new();
    for (name, value) in entry["params"].as_object().unwrap() {
        let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        if name == "_raw_query" {
            params.extend(url::form_urlencoded::parse(text.as_bytes()).map(|(name, value)| (name.into_owned(), value.into_owned())));
        } else {
            params.push((name.clone(), text));
        }
    }
    Exchange {
        name: entry["name"].as_str().unwrap().to_owned(),
        ask: Ask { page, params },
        status: u16::try_from(entry["http_status"].as_u64().unwrap()).unwrap(),
        content_type: entry["content_type"].as_str().unwrap().to_owned(),
        body: bytes(entry["body"].as_str().unwrap(), &entry["body_encoding"]),
        outcome: entry["outcome"].as_str().unwrap().to_owned(),
        preconditions: entry["preconditions"].as_str().unwrap_or("").to_owned(),
    }
}

/// The fixture of whole scenarios.
pub(crate) fn scenarios() -> Vec<Value> {
    fixture("vicidial-scenarios.json")["scenarios"].as_array().unwrap().clone()
}

/// The same, or those of the file that `VICISYNC_SCENARIOS` names.
pub(crate) fn named_scenarios() -> Vec<Value> {
    load("VICISYNC_SCENARIOS", "vicidial-scenarios.json")["scenarios"].as_array().unwrap().clone()
}

/// The exchange of a scenario's step; `None` where the step is none, or its body was summed up.
pub(crate) fn step(scenario: &Value, step: &Value) -> Option<Exchange> {
    let (request, response) = (step.get("request")?, step.get("response")?);
    let page = Page::from_path(request["path"].as_str().unwrap()).unwrap();
    let text = |value: &Value| value.as_str().map_or_else(|| "(bytes)".to_owned(), str::to_owned);
    let params = request["params"].as_array().unwrap().iter().map(|pair| (text(&pair[0]), text(&pair[1]))).collect();
    Some(Exchange {
        name: format!("{} at {}", scenario["name"].as_str().unwrap(), step["clock"].as_str().unwrap()),
        ask: Ask { page, params },
        status: u16::try_from(response["status"].as_u64().unwrap()).unwrap(),
        content_type: response["content_type"].as_str().unwrap_or("").to_owned(),
        body: bytes(response.get("body")?.as_str().unwrap(), &response["body_encoding"]),
        outcome: step["outcome"].as_str().unwrap().to_owned(),
        preconditions: String::new(),
    })
}

/// Labels and types of the custom columns that the scenarios begin with.
pub(crate) fn custom_columns() -> Vec<(String, String)> {
    let start = fixture("vicidial-scenarios.json")["start"]["tables"]["custom_1001"].clone();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let columns = start.as_array().map(Vec::as_slice).unwrap_or_default();
    columns.iter().map(|column| (text(&column["name"]), text(&column["type"]))).filter(|(name, _)| name != "lead_id").collect()
}
