//! What an answer means: one of twelve outcomes, read from its lines and never from its status alone.
//!
//! A status of 200 comes with every refusal, 500 with writes that were done, and an empty body can be good news. So the lines
//! decide; where there is none, the kind of request decides between a fault and an unknown effect. Nothing here knows HTTP,
//! and nothing that is kept for people to read holds an answer's data.

use std::collections::BTreeSet;

use super::call::{Ask, Page};
use super::line::{Line, Word, decode, is_html, page_title};
use crate::model::LeadId;

/// What became of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Outcome {
    /// The write took effect as asked.
    Done,
    /// The lead was written, but a wanted part was not.
    DoneInPart,
    /// There was nothing to change.
    Nothing,
    /// What was asked for was so already.
    Already,
    /// Turned down by a duplicate check; the lead that exists is in the answer.
    Duplicate,
    /// The thing asked about is not there; an empty listing too.
    NotFound,
    /// Turned down for its content.
    Refused,
    /// The user may not do this.
    NoRight,
    /// The credentials were refused.
    LoginRefused,
    /// The user is locked for 15 minutes.
    Locked,
    /// A read function's rows.
    Data,
    /// A write whose effect cannot be known from the answer.
    Unknown,
    /// The server failed; a write certainly had no effect.
    ServerFault,
}

impl Outcome {
    /// The word in the recorded exchanges.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::DoneInPart => "done_in_part",
            Self::Nothing => "nothing",
            Self::Already => "already",
            Self::Duplicate => "duplicate",
            Self::NotFound => "not_found",
            Self::Refused => "refused",
            Self::NoRight => "no_right",
            Self::LoginRefused => "login_refused",
            Self::Locked => "locked",
            Self::Data => "data",
            Self::Unknown => "unknown",
            Self::ServerFault => "server_fault",
        }
    }
}

/// An answer, read.
#[derive(Clone)]
pub struct Reply {
    /// What became of the request.
    pub outcome: Outcome,
    /// VICIdial's message without its data: fit for people. Empty where there is none.
    pub said: String,
    /// Its lines.
    pub lines: Vec<Line>,
    /// The text of an API function's data; empty otherwise.
    pub data: String,
}

impl std::fmt::Debug for Reply {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "Reply({:?}, {:?}, {} bytes of data)", self.outcome, self.said, self.data.len())
    }
}

impl Reply {
    /// Whether a line holds this message.
    #[must_use]
    pub fn says(&self, part: &str) -> bool {
        self.lines.iter().any(|line| line.message.contains(part))
    }

    /// Whether a line's data hold this piece.
    #[must_use]
    pub fn has_datum(&self, datum: &str) -> bool {
        self.lines.iter().any(|line| line.data.iter().any(|other| other == datum))
    }

    /// The lead that was added.
    #[must_use]
    pub fn added(&self) -> Option<LeadId> {
        let line = self.lines.iter().find(|line| line.word == Word::Success && line.message.ends_with("LEAD HAS BEEN ADDED"))?;
        line.datum(2).parse().ok().map(LeadId)
    }

    /// The leads that a batch found, and wrote.
    #[must_use]
    pub fn updated(&self) -> Option<BTreeSet<LeadId>> {
        let line = self.lines.iter().find(|line| line.word == Word::Success && line.message.ends_with("LEADS HAVE BEEN UPDATED"))?;
        line.datum(3).split(',').map(|id| id.parse().ok().map(LeadId)).collect()
    }

    /// The lead that a duplicate check found.
    #[must_use]
    pub fn existing(&self) -> Option<LeadId> {
        let line = self.lines.iter().find(|line| line.message.contains(" DUPLICATE "))?;
        let at = if line.message.contains("NAME PHONE") {
            4
        } else if line.message.contains("TITLE ALT_PHONE") {
            3
        } else {
            2
        };
        line.datum(at).parse().ok().map(LeadId)
    }

    /// Whether the server failed without a word: a list too large for its memory looks like that, and so does a broken page.
    #[must_use]
    pub fn is_bare(&self) -> bool {
        self.outcome == Outcome::ServerFault && matches!(self.said.as_str(), "HTTP 500 and nothing else" | EMPTY_FILE)
    }

    /// Whether the server's database could not be reached.
    #[must_use]
    pub fn is_database_down(&self) -> bool {
        self.said.starts_with(NO_DATABASE)
    }
}

/// How the content type of an export begins.
pub(super) const FILE_TYPE: &str = "application/octet-stream";

const EMPTY_FILE: &str = "an empty file";
const NO_DATABASE: &str = "MySQL connect ERROR";

/// Reads an answer to `ask`.
#[must_use]
pub fn read(ask: &Ask, status: u16, content_type: &str, body: &[u8]) -> Reply {
    let text = decode(body);
    let lines: Vec<Line> = whole_lines(&text).filter_map(Line::read).collect();
    let (outcome, said) = match before_all(ask, status, &text) {
        Some(verdict) => verdict,
        None => match ask.page {
            Page::Api if ask.is_write() => of_write(ask, status, &text, &lines),
            Page::Api => of_read(ask, status, &text),
            page @ (Page::ListDownload | Page::CallReport | Page::LeadReport | Page::CallbacksExport) => {
                of_page(page, status, content_type, &text)
            }
        },
    };
    let data = if outcome == Outcome::Data && ask.page == Page::Api { text.into_owned() } else { String::new() };
    Reply { outcome, said: short(&said), lines, data }
}

/// Lines that came whole. A line without its end may be cut inside a lead's id, so it proves nothing.
fn whole_lines(text: &str) -> impl Iterator<Item = &str> {
    text.split_inclusive('\n').filter(|line| line.ends_with('\n')).map(|line| line.trim_end_matches(['\r', '\n']))
}

/// Messages that concern every page and function: credentials, address, database.
fn before_all(ask: &Ask, status: u16, text: &str) -> Option<(Outcome, String)> {
    let start = text.trim_start();
    // Export pages leave the word out. At the API a bare text may be a lead's own.
    let start = match (start.strip_prefix("ERROR: "), ask.page) {
        (Some(message), _) => message,
        (None, Page::Api) if !start.starts_with(NO_DATABASE) => "",
        (None, _) => start,
    };
    let verdict = |outcome, said: &str| Some((outcome, said.to_owned()));
    if start.starts_with("Login incorrect") {
        return verdict(Outcome::LoginRefused, "Login incorrect");
    }
    if start.starts_with("Too many login attempts") {
        return verdict(Outcome::Locked, "Too many login attempts");
    }
    if start.starts_with("Your IP Address is not allowed") {
        return verdict(Outcome::NoRight, "Your IP Address is not allowed");
    }
    if start.starts_with(NO_DATABASE) {
        return verdict(Outcome::ServerFault, NO_DATABASE);
    }
    if status == 401 {
        // Export pages refuse by HTTP; at the API it is a server in front of VICIdial that wants other credentials.
        return verdict(Outcome::LoginRefused, "HTTP 401");
    }
    // PHP stops at an array parameter before the function is looked at.
    (status == 500 && ask.has_array() && text.is_empty()).then(|| (Outcome::ServerFault, "HTTP 500".to_owned()))
}

fn of_write(ask: &Ask, status: u16, text: &str, lines: &[Line]) -> (Outcome, String) {
    let ours: Vec<&Line> = lines.iter().filter(|line| line.is_of(ask.function()) || line.word == Word::Error).collect();
    let of = |class: Class| ours.iter().copied().find(|line| classify(line) == class);
    let said = |line: &Line| line.message.clone();
    let success = of(Class::Done);
    let part_failed = of(Class::PartFailed);
    if let Some(line) = success {
        let lost_custom = ask.get("custom_fields") == "Y"
            && matches!(ask.function(), "add_lead" | "update_lead")
            && !ours.iter().any(|line| classify(line) == Class::Done && line.message.contains("CUSTOM FIELDS"));
        return match part_failed.or_else(|| of(Class::NotWritten)).or_else(|| of(Class::NoRight)) {
            Some(failed) => (Outcome::DoneInPart, said(failed)),
            None if lost_custom && ask.get("delete_lead") != "Y" => (Outcome::DoneInPart, said(line)),
            None => (Outcome::Done, said(line)),
        };
    }
    let order = [
        (Class::NotWritten, Outcome::ServerFault),
        (Class::NoRight, Outcome::NoRight),
        (Class::Duplicate, Outcome::Duplicate),
        (Class::Refused, Outcome::Refused),
        (Class::Already, Outcome::Already),
        (Class::PartFailed, Outcome::Refused),
        (Class::NotFound, Outcome::NotFound),
        (Class::Nothing, Outcome::Nothing),
    ];
    if let Some((line, outcome)) = order.into_iter().find_map(|(class, outcome)| of(class).map(|line| (line, outcome))) {
        return (outcome, said(line));
    }
    if status == 200 && text.is_empty() && matches!(ask.function(), "update_lead" | "batch_update_lead") {
        return (Outcome::Nothing, String::new());
    }
    // These come from a web server that never handed the request to VICIdial.
    let outcome = if matches!(status, 300..=399 | 403 | 404 | 405) { Outcome::ServerFault } else { Outcome::Unknown };
    (outcome, no_answer(status, text))
}

fn of_read(ask: &Ask, status: u16, text: &str) -> (Outcome, String) {
    // Only the first line: what follows may be somebody's text.
    let first = text.lines().find(|line| !line.trim().is_empty()).and_then(Line::read).filter(|line| line.is_of(ask.function()));
    if let Some(line) = first.filter(|line| line.word != Word::Success) {
        let only_notices = text.lines().filter(|line| !line.is_empty()).all(|line| line.starts_with("NOTICE: "));
        let outcome = match (line.word, classify(&line)) {
            (Word::Notice, Class::NotFound) if only_notices => Outcome::NotFound,
            (Word::Notice, _) => Outcome::Data,
            (_, Class::NoRight) => Outcome::NoRight,
            (_, Class::NotFound) => Outcome::NotFound,
            (
                _,
                Class::Done
                | Class::PartFailed
                | Class::NotWritten
                | Class::Duplicate
                | Class::Already
                | Class::Nothing
                | Class::Refused
                | Class::Remark,
            ) => Outcome::Refused,
        };
        return (outcome, line.message);
    }
    let is_answer = match status {
        // A lead's text with an apostrophe breaks the log statement after the value was printed.
        500 => !text.is_empty(),
        200 | 418 => true,
        _ => false,
    };
    if !is_answer || is_html(text) {
        return (Outcome::ServerFault, no_answer(status, text));
    }
    if text.is_empty() && ask.function() == "lead_search" {
        return (Outcome::NotFound, String::new());
    }
    // A list of rows ends with its last row's end; one value has none.
    let is_whole = text.is_empty()
        || text.ends_with('\n')
        || !matches!(
            ask.function(),
            "version" | "lead_search" | "hopper_list" | "list_info" | "list_custom_fields" | "campaigns_list" | "check_phone_number"
        );
    if is_whole { (Outcome::Data, String::new()) } else { (Outcome::ServerFault, "the answer was cut off".to_owned()) }
}

fn of_page(page: Page, status: u16, content_type: &str, text: &str) -> (Outcome, String) {
    let first = text.trim_start().lines().next().unwrap_or("");
    let is_file = content_type.starts_with(FILE_TYPE);
    if status != 200 {
        return (Outcome::ServerFault, no_answer(status, text));
    }
    if is_file {
        return if text.is_empty() { (Outcome::ServerFault, EMPTY_FILE.to_owned()) } else { (Outcome::Data, String::new()) };
    }
    let message = first.split(": ").next().unwrap_or("");
    if first.starts_with("There are no ") {
        return (Outcome::NotFound, message.to_owned());
    }
    if ["You are not allowed", "You do not have permission", "No list download permission"].iter().any(|start| first.starts_with(start)) {
        return (Outcome::NoRight, message.to_owned());
    }
    // With nothing to list, the callbacks page answers its own form.
    let is_form = page == Page::CallbacksExport && is_html(text) && text.to_ascii_lowercase().contains("callback");
    let outcome = if is_form { Outcome::NotFound } else { Outcome::ServerFault };
    (outcome, no_answer(status, text))
}

/// What one line says of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Class {
    Done,
    PartFailed,
    /// SUCCESS with -1 rows: the statement failed and its error was hidden.
    NotWritten,
    Duplicate,
    Already,
    NoRight,
    NotFound,
    Nothing,
    Refused,
    /// Says nothing of the outcome.
    Remark,
}

fn classify(line: &Line) -> Class {
    let message = line.message.as_str();
    let has = |part: &str| message.contains(part);
    match line.word {
        Word::Success if has("LEAD HAS BEEN UPDATED") && line.datum(2) == "-1" => Class::NotWritten,
        Word::Success if has("LEADS HAVE BEEN UPDATED") && line.datum(1) == "-1" => Class::NotWritten,
        Word::Success => Class::Done,
        Word::Error => {
            if has("PERMISSION") || has("NOT AN ALLOWED") || has("not allowed") {
                Class::NoRight
            } else if has(" DUPLICATE ") {
                Class::Duplicate
            } else if has("ALREADY EXISTS") || has("NUMBER DOES NOT EXIST") {
                Class::Already
            } else if has("NOT FOUND")
                || has("DOES NOT EXIST")
                || has("THERE ARE NO ")
                || (has(" NO ") && (has(" FOUND") || has("NO RECORDS")))
            {
                Class::NotFound
            } else {
                Class::Refused
            }
        }
        Word::Notice => {
            if has("PERMISSION") {
                Class::NoRight
            } else if has("ALREADY IN THE HOPPER")
                || has("NOT IN THE HOPPER")
                || (has("CALLBACK DELETED") && line.datum(2) == "0" && line.datum(3) == "0")
            {
                Class::Already
            } else if has(" NOT ADDED")
                || has(" NOT UPDATED")
                || has(" NOT DELETED")
                || has("HAS NO CUSTOM FIELDS")
                || line.data.iter().any(|datum| datum.starts_with("ERROR: "))
            {
                Class::PartFailed
            } else if has("NO MATCHES FOUND") || has("NO RECORDS FOUND") {
                Class::NotFound
            } else if has("NO UPDATES DEFINED") {
                Class::Nothing
            } else if has("options disabled") {
                Class::Remark
            } else {
                Class::Done
            }
        }
    }
}

/// What to say of a body that is no answer: its status, and a page's title.
fn no_answer(status: u16, text: &str) -> String {
    match page_title(text) {
        Some(title) => format!("HTTP {status}, a web page titled `{title}`"),
        None if is_html(text) => format!("HTTP {status}, a web page"),
        None if text.is_empty() => format!("HTTP {status} and nothing else"),
        None => format!("HTTP {status} and no line that VICIdial would write"),
    }
}

/// Messages are kept short: a text of the server's may go on and on.
fn short(text: &str) -> String {
    text.chars().filter(|letter| !letter.is_control()).take(200).collect()
}
