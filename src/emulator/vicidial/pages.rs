//! The export pages: HTTP Basic, rights, masks, and which page a path names.
//!
//! Decides who may see a page, and what the masks of a user hide. The pages' rows have files of their own.

use super::login::{self, Login};
use super::params::Params;
use super::text::Charset;
use super::world::World;
use super::{call_export, callbacks_export, lead_export, list_download};
use crate::emulator::http::{Reply, Request};

/// The content type of a page of text. Errors that come after the login have it in another spelling.
pub(super) const HTML: &str = "text/html; charset=UTF-8";
const REFUSED: &str = "text/html; charset=utf-8";
const FILE: &str = "application/octet-stream";

/// The user who looks at a page.
pub(super) struct Viewer {
    /// His name.
    pub(super) user: String,
    /// The campaigns that his group may see, or `None` for all.
    pub(super) campaigns: Option<Vec<String>>,
    hide_phone: String,
    hides_lead: bool,
}

impl Viewer {
    /// A phone number as the viewer may see it.
    pub(super) fn phone(&self, number: &str) -> String {
        let shown = match self.hide_phone.as_str() {
            "" | "0" => return number.to_owned(),
            "1" => 0,
            mask => mask.split('_').next().and_then(|digits| digits.parse().ok()).unwrap_or(0),
        };
        let hidden = number.chars().count().saturating_sub(shown);
        let masked = number.chars().enumerate().map(|(place, char)| if place < hidden { 'X' } else { char });
        masked.collect()
    }

    /// A value of a lead as the viewer may see it.
    pub(super) fn value(&self, column: &str, value: &str) -> String {
        if column == "phone_number" {
            return self.phone(value);
        }
        let is_private = matches!(
            column,
            "vendor_lead_code"
                | "source_id"
                | "title"
                | "first_name"
                | "middle_initial"
                | "last_name"
                | "address1"
                | "address2"
                | "address3"
                | "city"
                | "state"
                | "province"
                | "postal_code"
                | "alt_phone"
                | "email"
                | "security_phrase"
        );
        if self.hides_lead && is_private { masked(value) } else { value.to_owned() }
    }

    /// Whether the viewer may see a campaign.
    pub(super) fn sees(&self, campaign: &str) -> bool {
        self.campaigns.as_ref().is_none_or(|allowed| allowed.iter().any(|one| one == campaign))
    }
}

/// A value with an X for each of its bytes; a line break stays.
pub(super) fn masked(value: &str) -> String {
    value.bytes().map(|byte| if byte == b'\n' { '\n' } else { 'X' }).collect()
}

/// Answers a request to one of the pages, or `None` for a path that is none of them.
pub(super) fn answer(world: &mut World, request: &Request) -> Option<Reply> {
    let page = request.path.strip_prefix("/vicidial/")?;
    let level = match page {
        "list_download.php" | "callbacks_export.php" => 8,
        "call_report_export.php" | "lead_report_export.php" => 7,
        _ => return None,
    };
    let (user, pass) = login::basic(world, request);
    let slot = match login::log_in(world, &user, &pass, level) {
        Login::Good(slot) => slot,
        Login::Bad => {
            let mut reply = text(401, HTML, &format!("Login incorrect, please try again: |{user}|{pass}|BAD|"));
            let challenge = ("www-authenticate".to_owned(), "Basic realm=\"CONTACT-CENTER-ADMIN\"".to_owned());
            reply.headers.push(challenge);
            return Some(reply);
        }
        Login::Locked => {
            let line = format!("Too many login attempts, try again in 15 minutes: |{user}|LOCK|");
            return Some(text(200, REFUSED, &line));
        }
    };
    if let Some(line) = refusal(world, slot, page, &user) {
        return Some(text(200, REFUSED, &line));
    }
    let users = world.table("vicidial_users");
    let viewer = Viewer {
        campaigns: world.campaigns_of_group(users.get(slot, "user_group")),
        hide_phone: users.get(slot, "admin_hide_phone_data").to_owned(),
        hides_lead: users.number(slot, "admin_hide_lead_data") > 0,
        user,
    };
    let params = Params::read(request, world.charset());
    let answer = match page {
        "list_download.php" => list_download::page(world, &viewer, &params),
        "callbacks_export.php" => callbacks_export::page(world, &viewer, &params),
        "lead_report_export.php" => lead_export::page(world, &viewer, &params),
        _ => call_export::page(world, &viewer, &params),
    };
    Some(answer.reply(world.charset()))
}

/// What a page gives.
pub(super) enum Page {
    /// A file.
    File(String),
    /// A line of text in place of a file.
    Line(String),
    /// A whole HTML page.
    Html(String),
    /// The script died after it had announced a file, or before.
    Dead {
        /// Whether it had.
        as_file: bool,
    },
}

impl Page {
    fn reply(self, charset: Charset) -> Reply {
        match self {
            Page::File(text) => Reply::new(200, FILE, charset.encode(&text)),
            Page::Line(line) => Reply::new(200, HTML, charset.encode(&format!("{line}\n"))),
            Page::Html(page) => Reply::new(200, HTML, charset.encode(&page)),
            Page::Dead { as_file } => Reply::new(500, if as_file { FILE } else { HTML }, ""),
        }
    }
}

fn text(status: u16, kind: &str, line: &str) -> Reply {
    Reply::new(status, kind, format!("{line}\n"))
}

fn refusal(world: &World, slot: usize, page: &str, user: &str) -> Option<String> {
    let users = world.table("vicidial_users");
    let lacks = |right: &str| users.number(slot, right) == 0;
    match page {
        "list_download.php" => lacks("download_lists").then(|| format!("No list download permission: |{user}|")),
        "callbacks_export.php" => lacks("modify_leads").then(|| format!("You do not have permissions to modify leads: |{user}|")),
        _ if lacks("view_reports") => Some(format!("You are not allowed to view reports: |{user}|GOOD|")),
        _ => lacks("export_reports").then(|| format!("You do not have permissions for export reports: |{user}|")),
    }
}
