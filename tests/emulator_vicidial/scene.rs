//! Servers for recorded exchanges: what their preconditions say in words, and the rows that their answers imply.

use std::sync::OnceLock;

use serde_json::{Map, Value, json};
use vicisync::emulator::vicidial::{Database, Options, Php, World};

use crate::exchanges::Exchange;
use crate::floor_scene;

/// 20:25:02 on 2026-11-24 in New York, about when the exchanges took place.
const EVENING: i64 = 1_795_569_902;

/// A server with the leads and calls of most recorded reads.
pub(crate) fn floor(exchange: &Exchange) -> World {
    let mut world = fresh(exchange);
    if mode(exchange).contains("stopped") {
        return world;
    }
    floor_scene::fill(&mut world);
    users(&mut world, exchange);
    world
}

/// The passwords of the users, as the recorded requests have them.
pub(crate) fn password(user: &str) -> String {
    let word = match user {
        "apiuser" => "api",
        "lowuser" => "low",
        "lockme" => "lock",
        "ipuser" => "ip",
        other => other,
    };
    format!("{word}pass")
}

/// The set-up of the server that an exchange ran on, as a name.
pub(crate) fn mode(exchange: &Exchange) -> String {
    let said = exchange.text("preconditions");
    let words = ["use_non_latin=1", "utf8mb4", "custom_fields_enabled=0", "strict", "stopped"];
    let mut mode: Vec<&str> = words.into_iter().filter(|word| said.contains(word)).collect();
    if said.contains("reporting off") || exchange.text("server").contains("reporting off") {
        mode.push("silent");
    }
    mode.join(" ")
}

/// A fresh server of that set-up.
pub(crate) fn fresh(exchange: &Exchange) -> World {
    static START: OnceLock<Value> = OnceLock::new();
    let start = START.get_or_init(|| {
        let text = std::fs::read_to_string("tests/fixtures/vicidial-scenarios.json").unwrap();
        let mut file: Value = serde_json::from_str(&text).unwrap();
        file["start"].take()
    });
    let mode = mode(exchange);
    let mut world = World::new(&Options {
        php: if mode.contains("silent") { Php::Silent } else { Php::Exceptions },
        is_strict: mode.contains("strict"),
        database: if mode.contains("utf8mb4") { Database::Utf8mb4 } else { Database::Latin1 },
        description: Some(start.clone()),
        ..Options::default()
    });
    world.clock.hold(EVENING);
    world.set_setting("use_non_latin", if mode.contains("use_non_latin=1") { "1" } else { "0" });
    world.set_setting("custom_fields_enabled", if mode.contains("custom_fields_enabled=0") { "0" } else { "1" });
    for user in ["apiuser", "lowuser", "lockme", "ipuser", "noapi", "nolead", "limited", "listlim"] {
        world.set_user(user, &[("pass", &password(user))]);
    }
    if mode.contains("stopped") {
        world.stop_database();
    }
    world
}

fn step(world: &mut World, step: &Value) {
    world.database(step).unwrap_or_else(|error| panic!("{error}"));
}

/// A fresh server with the rows that the exchange implies.
pub(crate) fn set_up(exchange: &Exchange) -> World {
    let mut world = fresh(exchange);
    users(&mut world, exchange);
    rows_said(&mut world, exchange);
    rows_answered(&mut world, exchange);
    world
}

fn users(world: &mut World, exchange: &Exchange) {
    let said = exchange.text("preconditions");
    let now = world.now().local;
    let user = exchange.param("user").unwrap_or_else(|| "lockme".to_owned());
    if said.contains("allow_ip_lists=1") {
        world.set_setting("allow_ip_lists", "1");
    }
    if exchange.text("body").contains("No list download permission") {
        world.set_user("nolead", &[("download_lists", "0")]);
    }
    if said.contains("active='N'") {
        world.set_user(&user, &[("active", "N")]);
    }
    if said.contains("@ and !") {
        world.set_user(&user, &[("pass", "p@ss!word")]);
    }
    if let Some(count) = said.split(' ').next().and_then(|word| word.parse::<u32>().ok())
        && said.contains("earlier failures")
    {
        world.set_user(&user, &[("failed_login_count", &count.to_string())]);
    }
    if said.contains("then 10 failures") || said.contains("user locked") {
        world.set_user("lockme", &[("failed_login_count", "10"), ("last_login_date", &now)]);
    }
}

/// The rows that the preconditions name.
fn rows_said(world: &mut World, exchange: &Exchange) {
    let said = exchange.text("preconditions");
    for part in said.split("; ") {
        if let Some(number) = part.strip_suffix(" in system DNC") {
            world.add_dnc(number, None);
        }
        if let Some((number, list)) = part.split_once(" already in list ") {
            lead(world, &[("phone_number", number), ("list_id", list)]);
        }
        if part.contains("archive table") && !part.contains("absent") || part.contains("both tables") {
            step(world, &json!({"create_table": "vicidial_list_archive", "like": "vicidial_list"}));
        }
    }
    let wants_archive = exchange.param("archived_lead").is_some() || exchange.text("function") == "lead_dearchive";
    if wants_archive && exchange.0["http_status"] == 200 {
        step(world, &json!({"create_table": "vicidial_list_archive", "like": "vicidial_list"}));
    }
    if said.contains("call window is 12:00-17:00") || said == "same" {
        step(world, &json!({"update": "vicidial_campaigns", "where": {"campaign_id": "CAMP2"}, "set": {"local_call_time": "12pm-5pm"}}));
    }
}

fn lead(world: &mut World, cells: &[(&str, &str)]) {
    let mut row = Map::new();
    let base = [
        ("list_id", "1001"),
        ("gmt_offset_now", "-5.00"),
        ("phone_code", "1"),
        ("status", "NEW"),
        ("user", "apiuser"),
        ("entry_list_id", "0"),
        ("entry_date", "2026-11-24 20:20:16"),
    ];
    for (name, value) in base.iter().chain(cells) {
        let is_null = *name == "last_local_call_time" && value.is_empty();
        row.insert((*name).to_owned(), if is_null { Value::Null } else { (*value).into() });
    }
    step(world, &json!({"insert": "vicidial_list", "row": row}));
}

/// The rows that the answer itself shows, put back into the tables.
fn rows_answered(world: &mut World, exchange: &Exchange) {
    let body = exchange.text("body");
    let archived = exchange.param("archived_lead").is_some() || body.contains("DE-ARCHIVED") || body.contains("NON-ARCHIVED");
    match exchange.text("function") {
        "lead_all_info" => all_info_leads(world, exchange, archived),
        "lead_field_info" if exchange.text("outcome") == "data" => {
            let (id, field) = (exchange.param("lead_id").unwrap(), exchange.param("field_name").unwrap());
            if exchange.param("custom_fields").is_some() {
                lead(world, &[("lead_id", &id), ("entry_list_id", "1001")]);
                step(world, &json!({"insert": "custom_1001", "row": {"lead_id": id, field: body}}));
            } else {
                lead(world, &[("lead_id", &id), (&field, body)]);
            }
        }
        "lead_search" => {
            let column = if exchange.param("vendor_lead_code").is_some() { "vendor_lead_code" } else { "phone_number" };
            let said = exchange.text("preconditions");
            // The codes that look like numbers are four leads of their own.
            let own = said.split('\'').skip(1).step_by(2).enumerate().filter(|_| said.contains("four leads"));
            for (place, code) in own {
                lead(world, &[("lead_id", &(place + 10).to_string()), (column, code)]);
            }
            for line in body.lines().filter(|line| line.matches('|').count() == 2 && !said.contains("four leads")) {
                let mut parts = line.split('|');
                let (key, ids) = (parts.next().unwrap(), parts.nth(1).unwrap());
                let list = exchange.param("list_id").unwrap_or_else(|| "1001".to_owned());
                for id in ids.split('-').filter(|id| !id.is_empty()) {
                    lead(world, &[("lead_id", id), (column, key), ("list_id", &list)]);
                }
            }
        }
        "lead_status_search" => status_search_leads(world, body, exchange),
        "add_lead" => duplicate(world, exchange),
        "update_lead" => updated_leads(world, exchange),
        "lead_dearchive" if body.contains("ARCHIVED:") || body.contains("NON-ARCHIVED") => {
            let id = exchange.param("lead_id").unwrap();
            if body.contains("DE-ARCHIVED") || body.contains("NON-ARCHIVED") {
                step(world, &json!({"insert": "vicidial_list_archive", "row": {"lead_id": id, "list_id": 1001}}));
            }
            if body.contains("NON-ARCHIVED") {
                lead(world, &[("lead_id", &id)]);
            }
        }
        "update_log_entry" if exchange.text("preconditions").contains("outbound log row") || body.contains("NO RECORDS UPDATED") => {
            let status = if body.contains("NO RECORDS UPDATED") { "NI" } else { "NA" };
            let row = json!({"uniqueid": "1795547100.1", "lead_id": 1, "campaign_id": "CAMP1", "status": status,
                             "call_date": "2026-11-24 14:05:00"});
            step(world, &json!({"insert": "vicidial_log", "row": row}));
        }
        "update_log_entry" if body.starts_with("SUCCESS") => {
            let row = json!({"lead_id": 7, "campaign_id": "AGENTDIRECT", "status": "SALE", "call_date": "2026-11-24 17:00:00"});
            step(world, &json!({"insert": "vicidial_closer_log", "row": row}));
        }
        _ => {}
    }
}

fn all_info_leads(world: &mut World, exchange: &Exchange, archived: bool) {
    let said = exchange.text("preconditions");
    let separator = match exchange.param("stage").as_deref() {
        Some("csv") => ',',
        Some("newline") => '\n',
        _ => '|',
    };
    let names = "status|user|vendor_lead_code|source_id|list_id|gmt_offset_now|phone_code|phone_number|title|first_name|middle_initial|\
                 last_name|address1|address2|address3|city|state|province|postal_code|country_code|gender|date_of_birth|alt_phone|\
                 email|security_phrase|comments|called_count|last_local_call_time|rank|owner|entry_list_id|lead_id";
    let (id, body) = (exchange.param("lead_id").unwrap_or_else(|| "1".to_owned()), exchange.text("body"));
    if exchange.text("outcome") != "data" {
        let list = if said.contains("888888") { "888888" } else { "1001" };
        if said.contains("last_name") || said.contains("888888") || exchange.0["http_status"] == 500 {
            lead(world, &[("lead_id", &id), ("list_id", list), ("last_name", "O'Post")]);
        }
        return;
    }
    let cells: Vec<&str> = body.trim_end_matches('\n').split(separator).collect();
    let skip = if exchange.param("header").is_some() { 32 } else { 0 };
    let cells = &cells[skip.min(cells.len())..];
    let mut row = Map::new();
    for (name, cell) in names.split('|').zip(cells) {
        row.insert(name.to_owned(), (*cell).into());
    }
    let table = if archived { "vicidial_list_archive" } else { "vicidial_list" };
    step(world, &json!({"insert": table, "row": row}));
}

fn status_search_leads(world: &mut World, body: &str, exchange: &Exchange) {
    for record in body.split(";---------- START").skip(1) {
        let pairs: Vec<(&str, &str)> = record.lines().filter_map(|line| line.split_once(" => ")).collect();
        let known = |name: &str| pairs.iter().find(|(key, _)| *key == name).map_or("", |(_, value)| value);
        let custom: Vec<_> = pairs.iter().skip(32).collect();
        lead(world, &pairs[..32.min(pairs.len())]);
        if !custom.is_empty() {
            let mut row = Map::new();
            row.insert("lead_id".to_owned(), known("lead_id").into());
            row.extend(custom.iter().map(|(name, value)| ((*name).to_owned(), (*value).into())));
            step(world, &json!({"insert": "custom_1001", "row": row}));
        }
        let date = exchange.param("date").unwrap_or_else(|| "2026-11-24".to_owned());
        let status = exchange.param("status").unwrap_or_else(|| known("status").to_owned());
        // The records are in the order of their calls, newest first.
        let minute = 59 - world.rows("vicidial_log").len();
        let row =
            json!({"lead_id": known("lead_id"), "status": status, "campaign_id": "CAMP1", "call_date": format!("{date} 12:{minute}:00")});
        step(world, &json!({"insert": "vicidial_log", "row": row}));
    }
}

/// The lead that a refused duplicate names.
fn duplicate(world: &mut World, exchange: &Exchange) {
    let body = exchange.text("body");
    let Some((what, data)) = body.split_once("DUPLICATE ").and_then(|(_, rest)| rest.trim_end().split_once(" - ")) else {
        return;
    };
    let cells: Vec<&str> = data.split('|').collect();
    let list = cells.iter().rfind(|cell| cell.len() == 4 && cell.parse::<u32>().is_ok()).copied().unwrap_or("1001");
    let sent = |name: &str| exchange.param(name).unwrap_or_default();
    let (phone, alternate) = (sent("phone_number"), sent("alt_phone"));
    if body.trim_end().ends_with("ALT") {
        lead(world, &[("list_id", list), ("alt_phone", &phone)]);
    } else if what.starts_with("TITLE") {
        lead(world, &[("list_id", list), ("title", &sent("title")), ("alt_phone", &alternate)]);
    } else {
        lead(world, &[("list_id", list), ("phone_number", &phone), ("first_name", &sent("first_name")), ("last_name", &sent("last_name"))]);
    }
}

/// The leads that update_lead says it has found.
fn updated_leads(world: &mut World, exchange: &Exchange) {
    let body = exchange.text("body");
    let sent = |name: &str| exchange.param(name).unwrap_or_default();
    let is_by_code = sent("search_method").contains("VENDOR_LEAD_CODE");
    let mut place = 0;
    for line in body.lines().filter(|line| !line.contains("NO MATCHES")) {
        let data = line.split([':', '-']).next_back().unwrap_or_default().trim_start_matches([' ', '|']);
        let cells: Vec<&str> = data.split('|').collect();
        let id = Some(sent("lead_id")).filter(|id| !id.is_empty()).unwrap_or_else(|| cells.get(1).copied().unwrap_or("1").to_owned());
        let is_there = world.leads().iter().any(|lead| lead.lead_id.to_string() == id);
        if is_there || line.contains("ADDED - ") && line.starts_with("SUCCESS") {
            continue;
        }
        let code = if is_by_code { sent("vendor_lead_code") } else { String::new() };
        place += 1;
        let entered = format!("2026-11-24 20:2{}:00", 5 - place.min(4));
        let custom = line.contains("CUSTOM FIELDS");
        let entry_list = if custom { cells.get(3).copied().unwrap_or("0") } else { "0" };
        let entry_list = if line.contains("DATA HAS BEEN DELETED") { "1001" } else { entry_list };
        let list = if line.contains("NO CUSTOM FIELDS DEFINED") { "1002" } else { "1001" };
        lead(
            world,
            &[
                ("lead_id", &id),
                ("vendor_lead_code", &code),
                ("entry_date", &entered),
                ("list_id", list),
                ("entry_list_id", entry_list),
                ("phone_number", &sent("phone_number")),
            ],
        );
        if custom && entry_list == "1001" {
            step(world, &json!({"insert": "custom_1001", "row": {"lead_id": id, "crm_id": "before"}}));
        }
        if line.contains("CALLBACK NOT UPDATED") {
            step(world, &json!({"insert": "vicidial_callbacks", "row": {"lead_id": id, "status": "ACTIVE"}}));
        }
    }
    if body.is_empty() && !sent("lead_id").is_empty() && exchange.0["http_status"] == 200 {
        lead(world, &[("lead_id", &sent("lead_id"))]);
    }
    if exchange.text("preconditions") == "same" || body.contains("OUTSIDE OF LOCAL TIME") {
        world.clock.hold(EVENING);
    }
}
