//! Requests without an answer, or with one that is not taken whole: what became of them, in words. A write whose answer was lost may have been done.
//!
//! Answers that came and say what is wrong: [`super::trouble`].

use std::time::Duration;

use super::call::Ask;
use crate::ports::{Effect, Fault, Reach};

/// A request without an answer. The address is left out of the message: it is known, and could hold a secret.
pub(super) fn lost(ask: &Ask, host: &str, patience: Duration, error: &reqwest::Error) -> Fault {
    let why = text_of(error);
    if error.is_connect() {
        return Fault::new(Effect::None, Reach::Connection, "unreachable", format!("VICIdial at {host} cannot be reached: {why}"))
            .help("check the address, the firewall, and whether the web server of VICIdial runs");
    }
    if error.is_timeout() {
        return late(ask, patience);
    }
    let what = format!("the connection to VICIdial broke before its answer was whole (`{}`: {why})", ask.function());
    unanswered(ask, "cut_off", what)
}

/// A request whose answer did not come in time.
pub(super) fn late(ask: &Ask, patience: Duration) -> Fault {
    unanswered(ask, "timed_out", format!("VICIdial did not answer `{}` in time ({} s)", ask.function(), patience.as_secs()))
}

/// An answer that is larger than that many bytes.
pub(super) fn too_large(ask: &Ask, limit: u64) -> Fault {
    let effect = if ask.is_write() { Effect::Unknown } else { Effect::None };
    Fault::new(
        effect,
        Reach::Connection,
        "too_large_or_broken",
        format!("the answer to `{}` is larger than {} MB", ask.function(), limit >> 20),
    )
    .help("split the list into smaller ones")
}

fn unanswered(ask: &Ask, code: &'static str, message: String) -> Fault {
    let effect = if ask.is_write() { Effect::Unknown } else { Effect::None };
    let fault = Fault::new(effect, Reach::Connection, code, message);
    match effect {
        Effect::Unknown => fault.help("it may have been done nevertheless; vicisync looks before it sends anything again"),
        Effect::None => fault.help("vicisync tries again at the next run"),
    }
}

/// The innermost cause of an HTTP error: `Connection refused`, `operation timed out`.
pub(super) fn text_of(error: &reqwest::Error) -> String {
    let mut cause: &dyn std::error::Error = error;
    while let Some(next) = cause.source() {
        cause = next;
    }
    if std::ptr::addr_eq(cause, error as &dyn std::error::Error) { "no cause was given".to_owned() } else { cause.to_string() }
}
