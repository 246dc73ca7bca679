//! The API file: reads a request, logs the user in, checks his rights, and calls the function.
//!
//! Decides the order of the checks, and what a log statement that fails does to an answer: with exceptions on, the script
//! dies right after the line that it has just printed. Knows the functions only by name.

use super::login::{self, Login};
use super::params::Params;
use super::text::Keep;
use super::world::{Died, Php, World};
use super::{
    add_lead, alt_url, batch, call_read, closed, dnc, floor_read, hopper, lead_read, lead_search, list_add, list_update, lists, logs,
    stats, status_search, system, update_lead,
};
use crate::emulator::http::{Reply, Request};

/// Where the API is.
pub(super) const PATH: &str = "/vicidial/non_agent_api.php";
const TEXT: &str = "text/html; charset=utf-8";

/// What PHP prints of an undefined variable, and how often one request does it: about 88 kB.
const WARNING: &str =
    "<br />\n<b>Warning</b>:  Undefined variable $row in <b>/var/www/html/vicidial/non_agent_api.php</b> on line <b>755</b><br />\n";
const WARNINGS: usize = 760;
/// What it prints when a script dies.
const FATAL: &str = "<br />\n<b>Fatal error</b>:  Uncaught mysqli_sql_exception: You have an error in your SQL syntax in \
                     /var/www/html/vicidial/non_agent_api.php:19835\nStack trace:\n#0 {main}\n  thrown in \
                     <b>/var/www/html/vicidial/non_agent_api.php</b> on line <b>19835</b><br />\n";

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
        self.text("header", Keep::Plain) == "YES"
    }

    /// What stands between the cells of a row.
    pub(super) fn separator(&self) -> &'static str {
        match self.text("stage", Keep::Ascii).as_str() {
            "csv" => ",",
            "tab" => "\t",
            _ => "|",
        }
    }

    /// The name of the output format, as error lines print it.
    pub(super) fn stage(&self) -> &'static str {
        match self.text("stage", Keep::Ascii).as_str() {
            "csv" => "csv",
            "tab" => "tab",
            "newline" => "newline",
            _ => "pipe",
        }
    }

    /// Prints a line and logs it.
    pub(super) fn say(&self, out: &mut String, line: &str) -> Result<(), Died> {
        out.push_str(line);
        out.push('\n');
        self.log()
    }

    /// Prints rows under a header, if one is asked for, and logs it.
    pub(super) fn table(&self, out: &mut String, header: &str, rows: &[Vec<&str>]) -> Result<(), Died> {
        let separator = if self.stage() == "newline" { "|" } else { self.separator() };
        if self.wants_header() {
            out.push_str(&format!("{}\n", header.replace('|', separator)));
        }
        for row in rows {
            out.push_str(&format!("{}\n", row.join(separator)));
        }
        self.log()
    }

    /// The lines that refuse a function to the user, or `None` if he may call it.
    pub(super) fn refusal(&self, world: &World, function: &str) -> Option<String> {
        let user = &self.user;
        if !login::is_function_allowed(world, self.slot, function) {
            return Some(format!("ERROR: auth USER DOES NOT HAVE PERMISSION TO USE THIS FUNCTION: |{user}|{function}|\n"));
        }
        login::refusal(world, self.slot, function)
    }

    /// Writes the log. The script may die of it.
    pub(super) fn log(&self) -> Result<(), Died> {
        if self.is_log_broken { Err(Died) } else { Ok(()) }
    }

    /// Whether custom fields are asked for. The class of this switch takes digits and small letters too.
    pub(super) fn has_custom_fields(&self) -> bool {
        self.text("custom_fields", Keep::Plain) == "Y"
    }

    /// Whether the user may name the list in a search or an insert: a number below 99 is not looked at.
    pub(super) fn may_use(&self, list_id: &str) -> bool {
        list_id.parse::<f64>().is_ok_and(|list| list < 99.0) || list_id.is_empty() || self.may_touch(list_id)
    }

    /// Whether the user's group sees a campaign.
    pub(super) fn sees(&self, world: &World, campaign: &str) -> bool {
        let group = world.table("vicidial_users").get(self.slot, "user_group");
        let allowed = world.campaigns_of_group(group);
        allowed.is_none_or(|allowed| allowed.iter().any(|one| one.eq_ignore_ascii_case(campaign)))
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
    if let Some(brew @ ("coffee" | "start_coffee" | "make_coffee" | "brew_coffee")) = params.sent("function") {
        return Reply::new(418, TEXT, format!("Coffee: {brew}|Error 418 I'm a teapot"));
    }
    let mut out = String::new();
    let done = run(world, &params, &request.peer, &mut out);
    let mut status = if done.is_ok() { 200 } else { 500 };
    if world.shows_errors && done.is_err() {
        // What was printed is on its way, so the status stays good.
        status = 200;
        out.push_str(FATAL);
    }
    if world.shows_errors {
        out.insert_str(0, &WARNING.repeat(WARNINGS));
    }
    let is_report = params.sent("function") == Some("call_dispo_report") && !out.starts_with("ERROR");
    let kind = match (is_report, params.sent("file_download") == Some("1")) {
        (true, false) => "text/plain;charset=UTF-8",
        (true, true) => "application/octet-stream",
        (false, _) => TEXT,
    };
    Reply::new(status, kind, charset.encode(&out))
}

/// Functions that look at what they are asked before they look at the user's rights.
const FIRST_THE_WORDS: &[&str] = &["call_status_stats", "call_dispo_report", "container_list"];

/// Whether the API has a function of that name; an unknown one is not checked against the user's allowed functions.
fn is_known(function: &str) -> bool {
    login::has_right(function)
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
    let looks_first = FIRST_THE_WORDS.contains(&function.as_str());
    if let Some(line) = call.refusal(world, &function).filter(|_| !looks_first && is_known(&function)) {
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
        "add_list" => list_add::run(world, &call, out),
        "update_list" => list_update::run(world, &call, out),
        "add_dnc_phone" | "delete_dnc_phone" => dnc::change(world, &call, &function, out),
        "add_fpg_phone" | "delete_fpg_phone" => dnc::change_filter(world, &call, &function, out),
        "check_phone_number" => dnc::check_number(world, &call, out),
        "hopper_list" => hopper::list(world, &call, out),
        "campaigns_list" => system::campaigns(world, &call, out),
        "update_campaign" => system::update_campaign(world, &call, out),
        "update_alt_url" => alt_url::run(world, &call, out),
        "user_details" => floor_read::user_details(world, &call, out),
        "logged_in_agents" => floor_read::logged_in(world, &call, out),
        "agent_status" => floor_read::agent_status(world, &call, out),
        "agent_stats_export" => floor_read::agent_stats(world, &call, out),
        "agent_campaigns" => floor_read::agent_campaigns(world, &call, out),
        "in_group_status" => floor_read::in_group_status(world, &call, out),
        "user_group_status" => floor_read::user_group_status(world, &call, out),
        "callid_info" => call_read::call_info(world, &call, out),
        "ccc_lead_info" => call_read::lead_of_call(world, &call, out),
        "call_status_stats" => stats::status_stats(world, &call, out),
        "call_dispo_report" => stats::dispo_report(world, &call, out),
        "recording_lookup" => logs::recordings(world, &call, out),
        "phone_number_log" => logs::phone_numbers(world, &call, out),
        "did_log_export" => logs::did(world, &call, out),
        "update_log_entry" => logs::update_entry(world, &call, out),
        other => closed::answer(world, &call, other, out).unwrap_or_else(|| call.say(out, "ERROR: NO FUNCTION SPECIFIED")),
    }
}
