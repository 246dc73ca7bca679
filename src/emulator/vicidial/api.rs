//! The API file: reads a request, logs the user in, checks his rights, and calls the function.
//!
//! Decides the order of the checks, and what a log statement that fails does to an answer: with exceptions on, the script
//! dies right after the line that it has just printed. Knows the functions only by name.

use super::login::{self, Login};
use super::params::Params;
use super::text::Keep;
use super::world::{Died, Php, World};
use super::{add_lead, batch, dnc, hopper, lead_read, lead_search, lists, logs, stats, status_search, system, update_lead};
use crate::emulator::http::{Reply, Request};

/// Where the API is.
pub(super) const PATH: &str = "/vicidial/non_agent_api.php";
const TEXT: &str = "text/html; charset=utf-8";

/// Functions that change something, or may.
pub(super) const WRITES: &[&str] = &[
    "add_lead",
    "update_lead",
    "batch_update_lead",
    "lead_dearchive",
    "add_list",
    "update_list",
    "add_dnc_phone",
    "delete_dnc_phone",
    "add_fpg_phone",
    "delete_fpg_phone",
    "update_log_entry",
    "update_campaign",
    "update_alt_url",
];

/// One call of a function, by a user who has logged in.
pub(super) struct Call<'a> {
    /// The parameters.
    pub(super) params: &'a Params,
    /// The user's name as sent.
    pub(super) user: String,
    /// The user's row.
    pub(super) slot: usize,
    /// The lists that he is restricted to, if he is.
    pub(super) lists: Option<Vec<String>>,
    is_log_broken: bool,
}

impl Call<'_> {
    /// A parameter without what may not be in it.
    pub(super) fn text(&self, name: &str, keep: Keep) -> String {
        self.params.clean(name, keep)
    }

    /// The digits of a parameter.
    pub(super) fn digits(&self, name: &str) -> String {
        self.params.clean(name, Keep::Digits)
    }

    /// Whether a switch is Y.
    pub(super) fn is_on(&self, name: &str) -> bool {
        self.params.is(name, "Y")
    }

    /// Whether header=YES.
    pub(super) fn wants_header(&self) -> bool {
        self.params.is("header", "YES")
    }

    /// What stands between the cells of a row.
    pub(super) fn separator(&self) -> &'static str {
        match self.params.sent("stage").unwrap_or_default() {
            "csv" => ",",
            "tab" => "\t",
            _ => "|",
        }
    }

    /// The name of the output format, as error lines print it.
    pub(super) fn stage(&self) -> &str {
        self.params.sent("stage").filter(|stage| !stage.is_empty()).unwrap_or("pipe")
    }

    /// Prints a line and logs it.
    pub(super) fn say(&self, out: &mut String, line: &str) -> Result<(), Died> {
        out.push_str(line);
        out.push('\n');
        self.log()
    }

    /// Writes the log. The script may die of it.
    pub(super) fn log(&self) -> Result<(), Died> {
        if self.is_log_broken { Err(Died) } else { Ok(()) }
    }

    /// Whether the user may touch the list.
    pub(super) fn may_touch(&self, list_id: &str) -> bool {
        self.lists.as_ref().is_none_or(|lists| lists.iter().any(|list| list == list_id))
    }
}

/// Answers a request to the API.
pub(super) fn answer(world: &mut World, request: &Request) -> Reply {
    let charset = world.charset();
    let params = Params::read(request, charset);
    if params.has_array() {
        return Reply::new(500, TEXT, "");
    }
    if params.sent("function") == Some("coffee") {
        return Reply::new(418, TEXT, "Coffee: coffee|Error 418 I'm a teapot");
    }
    let mut out = String::new();
    let done = run(world, &params, &request.peer, &mut out);
    let status = if done.is_ok() { 200 } else { 500 };
    let is_report = params.sent("function") == Some("call_dispo_report") && !out.starts_with("ERROR");
    let kind = match (is_report, params.sent("file_download") == Some("1")) {
        (true, false) => "text/plain;charset=UTF-8",
        (true, true) => "application/octet-stream",
        (false, _) => TEXT,
    };
    Reply::new(status, kind, charset.encode(&out))
}

fn run(world: &mut World, params: &Params, peer: &str, out: &mut String) -> Result<(), Died> {
    let function = params.clean("function", Keep::Code);
    if function == "version" {
        system::version(world, out);
        return Ok(());
    }
    let user = params.clean("user", Keep::Code);
    let pass = params.clean("pass", Keep::Code);
    let slot = match login::log_in(world, &user, &pass, 7) {
        Login::Good(slot) => slot,
        Login::Bad => {
            out.push_str(&format!("ERROR: Login incorrect, please try again: |{user}|{pass}|BAD|\n"));
            return Ok(());
        }
        Login::Locked => {
            out.push_str(&format!("ERROR: Too many login attempts, try again in 15 minutes: |{user}|LOCK|\n"));
            return Ok(());
        }
    };
    if !login::is_address_allowed(world, slot, peer) {
        out.push_str(&format!("ERROR: Your IP Address is not allowed: {peer}: ||IPBLOCK|\n"));
        return Ok(());
    }
    if !login::is_function_allowed(world, slot, &function) {
        out.push_str(&format!("ERROR: auth USER DOES NOT HAVE PERMISSION TO USE THIS FUNCTION: |{user}|{function}|\n"));
        return Ok(());
    }
    let source = params.clean("source", Keep::Plain);
    if source.chars().count() < 2 {
        out.push_str(&format!("ERROR: Invalid Source - {source}\nERROR: Invalid Source: |{source}|\n"));
        return Ok(());
    }
    let call = Call {
        params,
        user,
        slot,
        lists: login::lists_allowed(world, slot),
        is_log_broken: params.breaks_the_log() && world.php == Php::Exceptions,
    };
    if let Some(line) = login::refusal(world, slot, &function) {
        out.push_str(&line);
        return call.log();
    }
    match function.as_str() {
        "add_lead" => add_lead::run(world, &call, out),
        "update_lead" => update_lead::run(world, &call, out),
        "batch_update_lead" => batch::run(world, &call, out),
        "lead_search" => lead_search::run(world, &call, out),
        "lead_all_info" => lead_read::all_info(world, &call, out),
        "lead_field_info" => lead_read::field_info(world, &call, out),
        "lead_callback_info" => lead_read::callback_info(world, &call, out),
        "lead_status_search" => status_search::run(world, &call, out),
        "lead_dearchive" => lead_read::dearchive(world, &call, out),
        "list_info" => lists::info(world, &call, out),
        "list_custom_fields" => lists::custom_fields(world, &call, out),
        "add_list" => lists::add(world, &call, out),
        "update_list" => super::list_update::run(world, &call, out),
        "add_dnc_phone" | "delete_dnc_phone" => dnc::change(world, &call, &function, out),
        "add_fpg_phone" | "delete_fpg_phone" => dnc::change_filter(world, &call, &function, out),
        "check_phone_number" => dnc::check_number(world, &call, out),
        "hopper_list" => hopper::list(world, &call, out),
        "campaigns_list" => system::campaigns(world, &call, out),
        "update_campaign" => system::update_campaign(world, &call, out),
        "user_details" => system::user_details(world, &call, out),
        "logged_in_agents" => system::logged_in_agents(world, &call, out),
        "call_status_stats" => stats::status_stats(world, &call, out),
        "call_dispo_report" => stats::dispo_report(world, &call, out),
        "recording_lookup" => logs::recordings(world, &call, out),
        "phone_number_log" => logs::phone_numbers(world, &call, out),
        "did_log_export" => logs::did(&call, out),
        "update_log_entry" => logs::update_entry(world, &call, out),
        _ => {
            out.push_str("ERROR: NO FUNCTION SPECIFIED\n");
            Ok(())
        }
    }
}
