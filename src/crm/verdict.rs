//! What became of a request: status, headers and body, turned into a value, "not there", or a fault.
//!
//! It decides what is known of a write's effect and how far the trouble reaches. It sends nothing, remembers nothing, and never panics whatever bytes
//! come. That several troubles in a row mean the connection is for `http` to see.

use serde_json::Value as Json;

use super::connector::Answers;
use crate::ports::{Effect, Fault, Reach};

/// The longest reason that is passed on, in characters.
const REASON_MAX: usize = 300;

/// What a request was for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Reads a list: trouble is nobody's own.
    List,
    /// Reads one record.
    Read,
    /// Writes.
    Write,
    /// Makes a record that the CRM may have already.
    Create,
}

/// An answer as it came.
#[derive(Debug, Clone, Copy)]
pub struct Answer<'a> {
    /// The status.
    pub status: u16,
    /// The header in which the CRM tells its reason; `None` where it is not there, which an empty one is not.
    pub reason: Option<&'a str>,
    /// The body.
    pub body: &'a [u8],
}

/// What became of a request.
#[derive(Debug, Clone, PartialEq)]
pub enum Verdict {
    /// It was answered.
    Found(Json),
    /// The CRM itself says that the record is not there.
    Missing,
    /// Trouble.
    Fault(Fault),
}

/// Judges an answer. `title` is the CRM's name for people.
#[must_use]
pub(super) fn judge(rules: &Answers, title: &str, kind: Kind, answer: Answer<'_>) -> Verdict {
    let Answer { status, reason, body } = answer;
    let reason = reason.map(tidy);
    let said = match reason.as_deref() {
        Some(reason) if !reason.is_empty() => format!(": {reason}"),
        Some(_) | None => String::new(),
    };
    Verdict::Fault(match status {
        200..=299 => match success(title, kind, body) {
            Ok(json) => return Verdict::Found(json),
            Err(fault) => fault,
        },
        300..=399 => Fault::new(Effect::None, Reach::Person, "moved", format!("{title} is not at this address: it sends us elsewhere ({status})."))
            .help("Set the site to the address where it ends up in a browser, with https:// if it has that."),
        401 => Fault::new(Effect::None, Reach::Login, "login_refused", format!("{title} refused the login (401)."))
            .help("Check the key, and that its user is active. Nothing more is sent until the credentials change: more tries would lock this address out."),
        403 => forbidden(rules, title, &answer, reason.is_some(), &said),
        404 | 410 if reason.is_none() => {
            Fault::new(Effect::None, Reach::Person, "wrong_address", format!("There is no {title} at this address ({status})."))
                .help("Set the site to the address of the start page, without anything after it that only a page has.")
        }
        404 | 410 => match kind {
            Kind::Read | Kind::Write | Kind::Create => return Verdict::Missing,
            Kind::List => Fault::new(Effect::None, Reach::Person, "list_missing", format!("{title} has no such list{said}.")),
        },
        409 => match (kind, serde_json::from_slice(body)) {
            // The records that it takes for the same.
            (Kind::Create, Ok(alike @ Json::Array(_))) => return Verdict::Found(alike),
            (Kind::List | Kind::Read | Kind::Write | Kind::Create, Ok(_) | Err(_)) => {
                Fault::refused("conflict", format!("{title} refused the change as a conflict (409){said}."))
            }
        },
        429 => Fault::new(Effect::None, Reach::Connection, "rate_limited", format!("{title} asks for fewer requests (429).")),
        400..=499 => refused(rules, title, kind, &answer, &said),
        500..=599 => {
            let effect = unknown_of(kind);
            Fault::new(effect, reach_of(kind), "server_error", format!("{title} failed with an error of its own ({status}){said}."))
                .help("Its own log says more.")
        }
        _ => Fault::new(unknown_of(kind), Reach::Connection, "not_an_answer", format!("{title} answered with status {status}, which means nothing.")),
    })
}

/// A write may have taken effect, a read has none.
#[must_use]
pub fn unknown_of(kind: Kind) -> Effect {
    match kind {
        Kind::List | Kind::Read => Effect::None,
        Kind::Write | Kind::Create => Effect::Unknown,
    }
}

/// One record's trouble is its own, a list's is the connection's.
#[must_use]
pub fn reach_of(kind: Kind) -> Reach {
    match kind {
        Kind::List => Reach::Connection,
        Kind::Read | Kind::Write | Kind::Create => Reach::Record,
    }
}

/// A reason without line breaks and other control characters, and not too long.
#[must_use]
pub fn tidy(text: &str) -> String {
    let flat: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(REASON_MAX).collect();
    flat.trim().trim_end_matches('.').to_owned()
}

fn success(title: &str, kind: Kind, body: &[u8]) -> Result<Json, Fault> {
    let is_page = body.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b'<');
    if is_page {
        return Err(Fault::new(unknown_of(kind), Reach::Connection, "not_an_answer", format!("Instead of {title}, a web page answered."))
            .help("A proxy, a login page or a maintenance page stands in between. Open the site in a browser from this machine."));
    }
    match serde_json::from_slice(body) {
        Ok(json @ Json::Object(_)) => Ok(json),
        Ok(_) => Err(not_an_answer(title, kind, "it is JSON, but no record")),
        Err(error) if error.is_eof() => Err(not_an_answer(title, kind, "it was cut off")),
        Err(_) => Err(not_an_answer(title, kind, "it is no JSON")),
    }
}

/// A success that cannot be read.
#[must_use]
pub fn not_an_answer(title: &str, kind: Kind, why: &str) -> Fault {
    Fault::new(unknown_of(kind), reach_of(kind), "not_an_answer", format!("{title}'s answer cannot be read: {why}."))
}

fn forbidden(rules: &Answers, title: &str, answer: &Answer<'_>, has_reason: bool, said: &str) -> Fault {
    let label = body_text(rules, answer.body, |rules, json| rules.refused_label.text(json).map(str::to_owned));
    if label.is_some_and(|label| rules.record_labels.contains(&label)) {
        return Fault::refused("related_missing", format!("{title} refused it{said}."))
            .help("The contact, or the user that the call is assigned to, is not there any more.");
    }
    if !has_reason {
        // Everything at once is refused, with the right key too: for now, not for good.
        return Fault::new(
            Effect::None,
            Reach::Connection,
            "locked_out",
            format!("{title} refuses everything from this address (403), and gives no reason."),
        )
        .help(rules.locked_help.clone());
    }
    let message = if said.is_empty() {
        format!("{title} refuses it (403), and gives no reason.")
    } else {
        format!("{title} refuses it (403){said}.")
    };
    Fault::new(Effect::None, Reach::Person, "no_right", message).help(rules.no_right_help.clone())
}

fn refused(rules: &Answers, title: &str, kind: Kind, answer: &Answer<'_>, said: &str) -> Fault {
    let status = answer.status;
    let detail = body_text(rules, answer.body, |rules, json| {
        let field = rules.refused_field.text(json)?;
        let problem = rules.refused_type.text(json).unwrap_or("refused");
        Some(format!("field {}, {}", tidy(field), tidy(problem)))
    });
    match (kind, detail) {
        (Kind::Write | Kind::Create, Some(detail)) => Fault::refused("validation", format!("{title} refused the values: {detail}.")),
        (Kind::Write | Kind::Create, None) => Fault::refused("validation", format!("{title} refused the request ({status}){said}.")),
        (Kind::Read | Kind::List, _) => {
            Fault::new(Effect::None, Reach::Person, "request_refused", format!("{title} does not accept the request ({status}){said}."))
                .help("Check the names of the attributes in the mapping and in the connector's options.")
        }
    }
}

fn body_text(rules: &Answers, body: &[u8], read: impl Fn(&Answers, &Json) -> Option<String>) -> Option<String> {
    let json: Json = serde_json::from_slice(body).ok()?;
    read(rules, &json)
}
