//! Fills a fresh server from a description in JSON: table definitions, settings, users, lists, statuses and so on.
//!
//! The stock description comes with the emulator; a replay of recorded exchanges brings its own. Decides only how the
//! description's parts map to tables. A part that is missing gives an empty table.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::column::Column;
use super::table::{Now, Table};

/// The description of a stock server with one campaign and three lists.
const STOCK: &str = include_str!("stock.json");

/// The stock description.
pub(super) fn stock() -> Value {
    serde_json::from_str(STOCK).unwrap_or_default()
}

/// Parts of the description with the tables they fill, and the columns that the code counts on beyond those described.
const PARTS: &[(&str, &str, &[&str])] = &[
    ("users", "vicidial_users", &["user", "pass", "active", "failed_login_count", "last_login_date"]),
    ("user_groups", "vicidial_user_groups", &["user_group", "allowed_campaigns"]),
    ("ip_lists", "vicidial_ip_lists", &["ip_list_id", "active"]),
    ("ip_list_entries", "vicidial_ip_list_entries", &["ip_list_id", "ip_address"]),
    ("campaigns", "vicidial_campaigns", &["campaign_id", "dial_timeout", "dial_prefix", "manual_dial_prefix", "three_way_dial_prefix"]),
    ("inbound_groups", "vicidial_inbound_groups", &["group_id"]),
    ("lists", "vicidial_lists", &["list_id", "list_name", "campaign_id", "active"]),
    ("custom_fields", "vicidial_lists_fields", &["field_id", "list_id", "field_label"]),
    ("statuses", "vicidial_statuses", &["status", "status_name"]),
    ("campaign_statuses", "vicidial_campaign_statuses", &["status", "status_name", "campaign_id"]),
    ("phone_codes", "vicidial_phone_codes", &["country_code", "areacode", "state", "GMT_offset", "DST", "DST_range", "tz_code"]),
    ("postal_codes", "vicidial_postal_codes", &["postal_code", "country_code", "state", "GMT_offset", "DST", "DST_range"]),
    ("nanpa_prefix_codes", "vicidial_nanpa_prefix_codes", &["areacode", "prefix", "GMT_offset", "DST"]),
    ("filter_phone_groups", "vicidial_filter_phone_groups", &["filter_phone_group_id"]),
    ("call_times", "vicidial_call_times", &["call_time_id"]),
    ("servers", "servers", &["server_ip", "local_gmt"]),
];

/// Tables that start empty and are in no description.
const EMPTY: &[(&str, &[&str])] = &[
    ("vicidial_filter_phone_numbers", &["phone_number", "filter_phone_group_id"]),
    ("vicidial_live_agents", &["user", "campaign_id", "conf_exten", "status", "lead_id", "callerid", "calls_today", "pause_code"]),
    ("vicidial_auto_calls", &["callerid", "status", "campaign_id", "call_type", "lead_id", "uniqueid", "phone_number"]),
    ("vicidial_live_inbound_agents", &["user", "group_id"]),
    ("vicidial_log_extended", &["uniqueid", "server_ip", "call_date", "lead_id", "caller_code"]),
    ("vicidial_dial_log", &["caller_code", "lead_id", "call_date", "uniqueid"]),
    (
        "vicidial_url_multi",
        &[
            "url_id",
            "campaign_id",
            "entry_type",
            "active",
            "url_type",
            "url_rank",
            "url_statuses",
            "url_description",
            "url_lists",
            "url_call_length",
            "url_address",
        ],
    ),
    ("vicidial_did_log", &["uniqueid", "extension", "caller_id_number", "call_date"]),
    ("vicidial_list_alt_phones", &["lead_id", "phone_code", "phone_number", "alt_phone_note", "alt_phone_count"]),
];

/// All tables of a server by the description.
pub(super) fn tables(description: &Value, now: &Now) -> BTreeMap<String, Table> {
    let mut tables = BTreeMap::new();
    for (name, columns) in description["tables"].as_object().into_iter().flatten() {
        tables.insert(name.clone(), defined(columns));
    }
    for (part, name, columns) in PARTS {
        let rows = description[part].as_array().cloned().unwrap_or_default();
        tables.insert((*name).to_owned(), plain(columns, &rows, now));
    }
    for (name, columns) in EMPTY {
        tables.insert((*name).to_owned(), plain(columns, &[], now));
    }
    let settings = [description["system_settings"].clone()];
    tables.insert("system_settings".to_owned(), plain(&["use_non_latin"], &settings, now));
    custom_tables(&mut tables);
    tables
}

/// A table from its definition: an array of columns.
pub(super) fn defined(columns: &Value) -> Table {
    let columns: Vec<Column> = columns.as_array().into_iter().flatten().map(column).collect();
    let has_key = columns.first().is_some_and(|first| {
        let is_custom = first.name == "lead_id" && !first.is_automatic;
        first.is_automatic || is_custom || first.name == "callback_id"
    });
    Table::new(columns, has_key)
}

fn column(described: &Value) -> Column {
    let text = |name: &str| described[name].as_str().unwrap_or_default();
    let is_nullable = text("null") == "YES";
    Column::parse(text("name"), text("type"), described["default"].as_str(), is_nullable, text("extra"))
}

/// A table of plain text whose columns are those of its rows.
fn plain(columns: &[&str], rows: &[Value], now: &Now) -> Table {
    let mut names: Vec<String> = columns.iter().map(|name| (*name).to_owned()).collect();
    for row in rows {
        for name in row.as_object().into_iter().flat_map(Map::keys) {
            if !names.contains(name) {
                names.push(name.clone());
            }
        }
    }
    let has_key = names.first().is_some_and(|first| first == "list_id");
    let columns = names.iter().map(|name| Column::text(name, 65_535)).collect();
    let mut table = Table::new(columns, has_key);
    for row in rows.iter().filter_map(Value::as_object) {
        insert(&mut table, row, now);
    }
    table
}

/// Puts a row of JSON into a table.
pub(super) fn insert(table: &mut Table, row: &Map<String, Value>, now: &Now) {
    let cells: Vec<(&str, Option<String>)> = row.iter().map(|(name, value)| (name.as_str(), cell(value))).collect();
    let cells: Vec<(&str, Option<&str>)> = cells.iter().map(|(name, value)| (*name, value.as_deref())).collect();
    table.insert_nullable(&cells, now);
}

/// A JSON value as a cell.
pub(super) fn cell(value: &Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::String(text) => Some(text.clone()),
        Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => Some(value.to_string()),
    }
}

/// Makes the custom tables of lists that have custom fields and no table yet.
pub(super) fn custom_tables(tables: &mut BTreeMap<String, Table>) {
    let Some(fields) = tables.get("vicidial_lists_fields") else {
        return;
    };
    let mut wanted: BTreeMap<String, Vec<Column>> = BTreeMap::new();
    for slot in fields.slots() {
        let name = format!("custom_{}", fields.get(slot, "list_id"));
        let columns = wanted.entry(name).or_default();
        if let Some(column) = custom_column(fields, slot) {
            columns.push(column);
        }
    }
    for (name, columns) in wanted {
        let table = tables.entry(name).or_insert_with(|| {
            let lead_id = Column::parse("lead_id", "int(9) unsigned", None, false, "");
            Table::new(vec![lead_id], true)
        });
        for column in columns {
            table.add_column(column);
        }
    }
}

/// The column of a custom field; fields that only show something have none.
fn custom_column(fields: &Table, slot: usize) -> Option<Column> {
    let label = fields.get(slot, "field_label");
    let width = fields.get(slot, "field_max").parse().unwrap_or(255);
    let definition = match fields.get(slot, "field_type") {
        "DISPLAY" | "SCRIPT" | "SWITCH" | "BUTTON" => return None,
        "DATE" => "date".to_owned(),
        "AREA" => "text".to_owned(),
        "CHECKBOX" | "RADIO" => "varchar(500)".to_owned(),
        _ => format!("varchar({width})"),
    };
    Some(Column::parse(label, &definition, Some("NULL"), true, ""))
}
