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
pub(super) fn recording_columns(asked: &Asked) -> Vec<&'static str> {
    let all = [("ID", "recording_id"), ("FILENAME", "recording_filename"), ("LOCATION", "recording_location")];
    let wanted = all.into_iter().filter(|(word, _)| asked.recordings == *word || asked.recordings == "ALL");
    wanted.map(|(_, column)| column).collect()
}

/// The form that this page shows when it is not told to run.
const FORM: &str = "<html>\n<head>\n<title>ADMINISTRATION: Export Calls Report</title>\n</head>\n</html>\n";

/// Answers the page.
pub(super) fn page(world: &World, viewer: &Viewer, params: &Params) -> Page {
    if params.sent("run_export").is_none() {
        return Page::Html(FORM.to_owned());
    }
    let asked = Asked::read(world, params);
    let format = Format::of(&asked.fields);
    let agents = AgentRows::read(world, asked.log(world, "vicidial_agent_log"));
    let mut rows = Vec::new();
    for leg in export::legs(world, viewer, &asked, "vicidial_log") {
        // The agent log is joined in the longer formats only.
        let found = if format == Format::Extended { agents.of(world, &leg) } else { vec![None] };
        rows.extend(found.into_iter().map(|agent| row(world, viewer, &asked, &leg, agent)));
    }
    for leg in export::legs(world, viewer, &asked, "vicidial_closer_log") {
        rows.extend(agents.of(world, &leg).into_iter().map(|agent| row(world, viewer, &asked, &leg, agent)));
    }
    if rows.is_empty() {
        let kind = match (asked.has_campaigns, asked.has_groups) {
            (_, true) => "inbound calls",
            (true, false) => "outbound calls",
            (false, false) => "calls",
        };
        return Page::Line(format!("There are no {kind} during this time period for these parameters"));
    }
    let mut text = if asked.has_header { header(&asked, format) } else { String::new() };
    for row in rows {
        text.push_str(&format!("{row}\r\n"));
    }
    Page::File(text)
}

/// How a row is put together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Format {
    /// Tabs, all columns of a call.
    Standard,
    /// The same with more of the call behind.
    Extended,
    /// Pipes, to the minute.
    Pipes,
    /// Tabs, a few columns, without a header and without the lead's number.
    Short,
}

impl Format {
    fn of(fields: &str) -> Self {
        match fields {
            "ALTERNATE_1" => Format::Pipes,
            "ALTERNATE_2" => Format::Short,
            "EXTENDED" | "EXTENDED_2" | "EXTENDED_3" | "EXTENDED_4" => Format::Extended,
            _ => Format::Standard,
        }
    }
}

fn header(asked: &Asked, format: Format) -> String {
    let mut columns: Vec<&str> = match format {
        Format::Short => return String::new(),
        Format::Pipes => {
            let first = "call_date|phone_number_dialed|status|campaign_id|vendor_lead_code|source_id|first_name|last_name|length_in_sec";
            let mut text = format!("{first}|called_count|last_local_call_time");
            for column in recording_columns(asked) {
                text.push_str(&format!("\t{column}"));
            }
            text.push_str("|caller_code");
            text.push_str(if asked.has_notes { "\tcall_notes" } else { "" });
            text.push_str(if asked.has_custom { "\tcustom_fields" } else { "" });
            return format!("{text}\r\n");
        }
        Format::Standard | Format::Extended => export::COLUMNS.to_vec(),
    };
    columns.extend(added(&asked.fields));
    columns.extend(["list_name", "list_description", "status_name"]);
    columns.extend(recording_columns(asked));
    columns.extend(ending(&asked.fields));
    columns.extend(asked.has_notes.then_some("call_notes"));
    columns.extend(asked.has_custom.then_some("custom_fields"));
    format!("{}\r\n", columns.join("\t"))
}

/// The rows of the agent log by the id of their call.
struct AgentRows {
    log: &'static str,
    by_call: HashMap<String, Vec<usize>>,
}

impl AgentRows {
    fn read(world: &World, log: &'static str) -> Self {
        let mut by_call: HashMap<String, Vec<usize>> = HashMap::new();
        let agents = world.table(log);
        for slot in agents.slots() {
            by_call.entry(agents.get(slot, "uniqueid").to_owned()).or_default().push(slot);
        }
        AgentRows { log, by_call }
    }

    /// The agent log rows of a leg: same call, lead and user. Without any there is one row of nothing.
    fn of(&self, world: &World, leg: &Leg) -> Vec<Option<AgentRow>> {
        let (log, agents) = (world.table(leg.log), world.table(self.log));
        let own = |name: &str| log.get(leg.slot, name);
        let of_call = self.by_call.get(own("uniqueid")).into_iter().flatten().copied();
        let of_leg = of_call.filter(|slot| agents.is(*slot, "lead_id", own("lead_id")) && agents.is(*slot, "user", own("user")));
        let mut found: Vec<Option<AgentRow>> = of_leg
            .map(|slot| {
                // NULL and a number make NULL, which counts as nought.
                let dead = agents.cell(slot, "dead_sec").is_some();
                let sum = agents.number(slot, "dispo_sec") + agents.number(slot, "dead_sec");
                Some(AgentRow { wrapup: if dead { sum } else { 0 }, campaign: agents.get(slot, "campaign_id").to_owned() })
            })
            .collect();
        if found.is_empty() {
            found.push(None);
        }
        found
    }
}

/// What a row takes from the agent log.
struct AgentRow {
    wrapup: i64,
    campaign: String,
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

fn row(world: &World, viewer: &Viewer, asked: &Asked, leg: &Leg, agent: Option<AgentRow>) -> String {
    let log = world.table(leg.log);
    let status = log.get(leg.slot, "status");
    let mut cells = export::cells(world, viewer, leg, status);
    let status_name = export::status_name_in(world, status, log.get(leg.slot, "campaign_id")).unwrap_or_default();
    let format = Format::of(&asked.fields);
    if format == Format::Short {
        let at = |name: &str| export::COLUMNS.iter().position(|column| *column == name).map_or("", |place| cells[place].as_str());
        return [at("address3"), at("first_name"), at("last_name"), at("phone_number"), at("address2"), status_name, at("call_date")]
            .join("\t");
    }
    if format == Format::Pipes {
        return pipes(world, asked, leg, &cells, agent);
    }
    let mut added = added_cells(world, asked, leg);
    if leg.is_inbound() && !added.is_empty() {
        // The cell of the agent log stands before the others, and as many are printed as without it.
        added.insert(0, agent.as_ref().map_or_else(|| "0".to_owned(), |agent| agent.wrapup.to_string()));
        added.pop();
    }
    cells.extend(added);
    cells.extend(export::list_cells(world, leg));
    cells.push(status_name.to_owned());
    cells.extend(recordings(world, asked, leg));
    let (code, server) = dialed(world, asked, leg);
    cells.extend(ending(&asked.fields).into_iter().map(|name| match name {
        "wrapup_time" => agent.as_ref().map_or_else(|| "0".to_owned(), |agent| agent.wrapup.to_string()),
        "queue_time" if leg.is_inbound() => log.get(leg.slot, "queue_seconds").to_owned(),
        "queue_time" => "0".to_owned(),
        "uniqueid" => log.get(leg.slot, name).to_owned(),
        "caller_code" => code.clone(),
        "server_ip" => server.clone(),
        _ => String::new(),
    }));
    cells.extend(asked.has_notes.then(String::new));
    cells.extend(custom_cells(world, asked, leg));
    cells.join("\t")
}

/// A row of the format with pipes. An inbound one shows its call's id and the agent's campaign where the count of calls and
/// the time of the last one should stand.
fn pipes(world: &World, asked: &Asked, leg: &Leg, cells: &[String], agent: Option<AgentRow>) -> String {
    let (log, leads) = (world.table(leg.log), world.table("vicidial_list"));
    let minute = |time: &str| {
        let digits: String = time.chars().filter(char::is_ascii_digit).collect();
        digits.get(..12).map(str::to_owned).unwrap_or(digits)
    };
    let at = |name: &str| export::COLUMNS.iter().position(|column| *column == name).map_or("", |place| cells[place].as_str());
    let mut row = minute(at("call_date"));
    for name in
        ["phone_number_dialed", "status", "campaign_id", "vendor_lead_code", "source_id", "first_name", "last_name", "length_in_sec"]
    {
        row.push_str(&format!("|{}", at(name)));
    }
    let (count, last) = match leg.is_inbound() {
        true => (log.get(leg.slot, "uniqueid").to_owned(), agent.map_or_else(String::new, |agent| agent.campaign)),
        false => (log.get(leg.slot, "called_count").to_owned(), minute(leads.get(leg.lead, "last_local_call_time"))),
    };
    row.push_str(&format!("|{count}|{last}|"));
    for cell in recordings(world, asked, leg) {
        row.push_str(&format!("\t{cell}"));
    }
    row.push_str(&dialed(world, asked, leg).0);
    row.push_str(if asked.has_notes { "\t" } else { "" });
    for cell in custom_cells(world, asked, leg) {
        row.push_str(&format!("\t{cell}"));
    }
    row
}

/// The dialer's id of a leg's call and the server that dialled it.
pub(super) fn dialed(world: &World, asked: &Asked, leg: &Leg) -> (String, String) {
    let log = world.table(leg.log);
    let start = log.get(leg.slot, "uniqueid").split('.').next().unwrap_or_default();
    let extended = world.table(asked.log(world, "vicidial_log_extended"));
    let mut rows = extended.slots();
    let found = rows.find(|slot| {
        !start.is_empty()
            && extended.get(*slot, "uniqueid").starts_with(start)
            && extended.is(*slot, "lead_id", log.get(leg.slot, "lead_id"))
    });
    let cell = |name: &str| found.map_or_else(String::new, |slot| extended.get(slot, name).to_owned());
    (cell("caller_code"), cell("server_ip"))
}

/// The recordings of a leg, newest first, between pipes; of an inbound one they go by its number.
pub(super) fn recordings(world: &World, asked: &Asked, leg: &Leg) -> Vec<String> {
    const SHOWN_MAX: usize = 10;
    let log = world.table(leg.log);
    let id = log.get(leg.slot, if leg.is_inbound() { "closecallid" } else { "uniqueid" });
    let recordings = world.table(asked.log(world, "recording_log"));
    let mut found = recordings.find_all("vicidial_id", id);
    found.sort_by_key(|slot| -recordings.number(*slot, "recording_id"));
    found.truncate(SHOWN_MAX);
    let columns = recording_columns(asked).into_iter();
    let cells = columns.map(|column| {
        let name = column.strip_prefix("recording_").filter(|name| *name != "id").unwrap_or(column);
        let all: Vec<&str> = found.iter().map(|slot| recordings.get(*slot, name)).collect();
        all.join("|")
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
    let plain = |value: &String| value.replace('\t', " -- ").replace("\r\n", "!N").replace('\n', "!N");
    let mut cells: Vec<String> = labels.map(|label| row.get(&label).map(plain).unwrap_or_default()).collect();
    cells.extend([String::new(), String::new()]);
    cells
}
