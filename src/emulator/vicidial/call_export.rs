//! call_report_export.php: one row for each leg of a call in a window of hours.
//!
//! Decides the columns of each format, and how inbound legs differ: they are joined with the agent log, so a leg whose
//! agent has two log rows for the call comes out twice, and in the longer formats a cell of that log pushes the others.

use std::collections::HashMap;

use super::custom;
use super::export::{self, Asked, Leg};
use super::pages::{Page, Viewer};
use super::params::Params;
use super::world::World;

const EXTENDED: &[&str] = &["entry_date", "called_count", "last_local_call_time", "modify_date", "called_since_last_reset"];
const CARRIER: &[&str] = &[
    "wrapup_time",
    "queue_time",
    "uniqueid",
    "caller_code",
    "server_ip",
    "hangup_cause",
    "dialstatus",
    "channel",
    "dial_time",
    "answered_time",
    "cpd_result",
    "did_pattern",
    "did_id",
    "did_description",
];
const DID: &[&str] =
    &["did_custom_one", "did_custom_two", "did_custom_three", "did_custom_four", "did_custom_five", "did_carrier_description"];

/// The columns that a format adds behind the lead's number.
fn added(format: &str) -> Vec<&'static str> {
    let mut columns = Vec::new();
    match format {
        "EXTENDED_4" => columns.extend(["log_called_count", "log_list_id"]),
        _ if format.starts_with("EXTENDED") => columns.extend_from_slice(EXTENDED),
        _ => {}
    }
    if matches!(format, "EXTENDED_2" | "EXTENDED_3") {
        columns.push("term_reason");
    }
    columns
}

/// The columns at the end of a format.
fn ending(format: &str) -> Vec<&'static str> {
    let mut columns = Vec::new();
    if format.starts_with("EXTENDED") {
        columns.extend_from_slice(CARRIER);
    }
    if format == "EXTENDED_3" {
        columns.extend_from_slice(DID);
    }
    columns
}

/// The columns of recordings.
fn recording_columns(asked: &Asked) -> Vec<&'static str> {
    let all = [("ID", "recording_id"), ("FILENAME", "recording_filename"), ("LOCATION", "recording_location")];
    let wanted = all.into_iter().filter(|(word, _)| asked.recordings == *word || asked.recordings == "ALL");
    wanted.map(|(_, column)| column).collect()
}

/// Answers the page.
pub(super) fn page(world: &World, viewer: &Viewer, params: &Params) -> Page {
    if params.sent("run_export").is_none() {
        return Page::Html("<html>\n<head>\n<title>ADMINISTRATION: Export Calls Report</title>\n</head>\n</html>\n".to_owned());
    }
    let asked = Asked::read(world, params);
    let agents = by_call(world);
    let mut rows = Vec::new();
    for leg in export::legs(world, viewer, &asked, "vicidial_log") {
        rows.push(outbound(world, viewer, &asked, &agents, &leg));
    }
    for leg in export::legs(world, viewer, &asked, "vicidial_closer_log") {
        rows.extend(inbound(world, viewer, &asked, &agents, &leg));
    }
    if rows.is_empty() {
        let line = "There are no inbound calls during this time period for these parameters";
        return Page::Line(line.to_owned());
    }
    let mut text = String::new();
    if asked.has_header {
        let mut header = export::COLUMNS.to_vec();
        header.extend(added(&asked.fields));
        header.extend(["list_name", "list_description", "status_name"]);
        header.extend(recording_columns(&asked));
        header.extend(ending(&asked.fields));
        if asked.has_custom {
            header.push("custom_fields");
        }
        text.push_str(&header.join("\t"));
        text.push_str("\r\n");
    }
    for row in rows {
        text.push_str(&row.join("\t"));
        text.push_str("\r\n");
    }
    Page::File(text)
}

/// The rows of the agent log by the id of their call.
type AgentRows = HashMap<String, Vec<usize>>;

fn by_call(world: &World) -> AgentRows {
    let agents = world.table("vicidial_agent_log");
    let mut rows = AgentRows::new();
    for slot in agents.slots() {
        let uniqueid = agents.get(slot, "uniqueid").to_owned();
        rows.entry(uniqueid).or_default().push(slot);
    }
    rows
}

/// The agent log rows of a leg: same call, lead and user.
fn agent_rows(world: &World, rows: &AgentRows, leg: &Leg) -> Vec<usize> {
    let (log, agents) = (world.table(leg.log), world.table("vicidial_agent_log"));
    let own = |name: &str| log.get(leg.slot, name);
    let of_call = rows.get(own("uniqueid")).into_iter().flatten().copied();
    let of_leg = of_call.filter(|slot| agents.is(*slot, "lead_id", own("lead_id")) && agents.is(*slot, "user", own("user")));
    of_leg.collect()
}

fn outbound(world: &World, viewer: &Viewer, asked: &Asked, rows: &AgentRows, leg: &Leg) -> Vec<String> {
    let agents = world.table("vicidial_agent_log");
    let wrapup = agent_rows(world, rows, leg).last().map_or("0", |slot| agents.get(*slot, "dispo_sec"));
    row(world, viewer, asked, leg, added_cells(world, asked, leg), wrapup)
}

fn inbound(world: &World, viewer: &Viewer, asked: &Asked, rows: &AgentRows, leg: &Leg) -> Vec<Vec<String>> {
    let agents = world.table("vicidial_agent_log");
    let mut wrapups: Vec<&str> = agent_rows(world, rows, leg).iter().map(|slot| agents.get(*slot, "dispo_sec")).collect();
    if wrapups.is_empty() {
        wrapups.push("");
    }
    let rows = wrapups.into_iter().map(|wrapup| {
        let mut cells = added_cells(world, asked, leg);
        let count = cells.len();
        // The cell of the agent log stands before the others, and as many are printed as without it.
        cells.insert(0, wrapup.to_owned());
        cells.truncate(count);
        let wrapup = if wrapup.is_empty() { "0" } else { wrapup };
        row(world, viewer, asked, leg, cells, wrapup)
    });
    rows.collect()
}

fn added_cells(world: &World, asked: &Asked, leg: &Leg) -> Vec<String> {
    let (log, leads) = (world.table(leg.log), world.table("vicidial_list"));
    let columns = added(&asked.fields).into_iter();
    let cells = columns.map(|name| match name {
        "called_count" | "log_called_count" => log.get(leg.slot, "called_count"),
        "log_list_id" => log.get(leg.slot, "list_id"),
        "term_reason" => log.get(leg.slot, name),
        _ => leads.get(leg.lead, name),
    });
    cells.map(str::to_owned).collect()
}

fn row(world: &World, viewer: &Viewer, asked: &Asked, leg: &Leg, added: Vec<String>, wrapup: &str) -> Vec<String> {
    let log = world.table(leg.log);
    let status = log.get(leg.slot, "status");
    let mut row = export::cells(world, viewer, leg, status);
    row.extend(added);
    row.extend(export::list_cells(world, leg));
    row.push(export::status_name(world, status).unwrap_or_default().to_owned());
    row.extend(recordings(world, asked, leg));
    row.extend(ending(&asked.fields).into_iter().map(|name| match name {
        "wrapup_time" => wrapup.to_owned(),
        "queue_time" if leg.is_inbound() => log.get(leg.slot, "queue_seconds").to_owned(),
        "queue_time" => "0".to_owned(),
        "uniqueid" => log.get(leg.slot, name).to_owned(),
        _ => String::new(),
    }));
    row.extend(custom_cells(world, asked, leg));
    row
}

fn recordings(world: &World, asked: &Asked, leg: &Leg) -> Vec<String> {
    let (log, recordings) = (world.table(leg.log), world.table("recording_log"));
    let columns = recording_columns(asked).into_iter();
    let found = recordings.find("vicidial_id", log.get(leg.slot, "uniqueid"));
    let cells = columns.map(|column| {
        let name = column.strip_prefix("recording_").filter(|name| *name != "id").unwrap_or(column);
        found.map_or("", |slot| recordings.get(slot, name)).to_owned()
    });
    cells.collect()
}

/// The custom data of the leg's lead: a cell for each field and two empty ones, or nothing.
pub(super) fn custom_cells(world: &World, asked: &Asked, leg: &Leg) -> Vec<String> {
    if !asked.has_custom {
        return Vec::new();
    }
    let leads = world.table("vicidial_list");
    let list = leads.get(leg.lead, "entry_list_id");
    let row = world.custom_row(list, leads.get(leg.lead, "lead_id"));
    if row.is_empty() {
        return Vec::new();
    }
    let labels = custom::labels(world, list).into_iter();
    let mut cells: Vec<String> = labels.map(|label| row.get(&label).cloned().unwrap_or_default()).collect();
    cells.extend([String::new(), String::new()]);
    cells
}
