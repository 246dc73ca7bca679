//! Leads that leave dialing: their contact left, or the person opted out; and those whose person opted out, and that somebody let in again.

use crate::model::{Base, Lane, Link, LinkState, Payload};

use super::{Seen, Settings, Step, Verdict, op};

/// The lead of a person who opted out, made dialable by somebody: it leaves dialing again.
#[must_use]
pub fn tighten(link: &Link, settings: &Settings) -> Step {
    let payload = Payload::Deactivate { status: settings.opt_out.clone(), keep: Vec::new(), then: LinkState::OptedOut, double: None };
    let reason = "the person opted out, and somebody changed the lead's status";
    Step { ops: vec![op(Lane::Dnc, &link.contact, Some(link.id), payload, Base::default(), reason)], ..Step::new(Verdict::Leaves) }
}

pub(super) fn leaving_reason(seen: &Seen) -> String {
    match seen {
        Seen::Rejected(rejection) => format!("the mapping refuses the contact now: {}", rejection.detail),
        Seen::Filtered(why) => format!("the filter leaves the contact out now: {why}"),
        Seen::Gone => "the CRM no longer has the contact".to_owned(),
        Seen::OptedOut(_) => "the person opted out".to_owned(),
        Seen::Lead(_) => "the contact is a lead".to_owned(),
    }
}
