//! Leads whose contact left, by why it left; leads of people who opted out; and those whose person opted out, and that somebody let in again.

use crate::model::{Base, Fate, Lane, LeadRow, Link, LinkState, Op, Payload};

use super::{Seen, Settings, Step, Verdict, op, rejection_of};

/// The lead of a person who opted out, made dialable by somebody: it leaves dialing again.
#[must_use]
pub fn tighten(link: &Link, settings: &Settings) -> Step {
    let reason = "the person opted out, and somebody changed the lead's status";
    let op = op(Lane::Dnc, &link.seat(), Some(link.id), opted_out(settings), Base::default(), reason);
    Step { ops: vec![op], ..Step::new(Verdict::Leaves) }
}

/// What takes the lead of a person who opted out of dialing.
pub(super) fn opted_out(settings: &Settings) -> Payload {
    Payload::Deactivate { status: settings.opt_out.clone(), keep: Vec::new(), then: LinkState::OptedOut, double: None, list: None }
}

/// What becomes of the lead of a contact that is away. `None` where it is not away.
fn fate(seen: &Seen, settings: &Settings) -> Option<Fate> {
    match seen {
        Seen::Rejected(_) => Some(settings.fates.rejected),
        Seen::Filtered(_) => Some(settings.fates.filtered),
        Seen::NoSeat(_) => Some(if settings.fates.filtered == Fate::Keep { Fate::Deactivate } else { settings.fates.filtered }),
        Seen::Gone => Some(settings.fates.gone),
        Seen::OptedOut(_) | Seen::Lead(_) => None,
    }
}

/// The contact left just now.
pub(super) fn leaves(seen: &Seen, link: &Link, settings: &Settings) -> Step {
    let list = match fate(seen, settings) {
        // It is dialed on: the link stays live, and nothing is written while the contact is away.
        Some(Fate::Keep) => return stays_away(seen),
        Some(Fate::Move(list)) => Some(list).filter(|list| *list != link.list_id),
        Some(Fate::Deactivate | Fate::Delete) | None => None,
    };
    let payload =
        Payload::Deactivate { status: settings.leaving.clone(), keep: settings.keep.clone(), then: LinkState::Left, double: None, list };
    let after = Base { left_list: Some(link.list_id), ..Base::default() };
    let leaves = op(Lane::Deactivate, &link.seat(), Some(link.id), payload, after, leaving_reason(seen));
    let mut step = Step { ops: vec![leaves], rejection: rejection_of(seen), ..Step::new(Verdict::Leaves) };
    delete(seen, link, settings, &mut step);
    step
}

/// The contact left before, and its lead with it.
pub(super) fn is_away(seen: &Seen, link: &Link, settings: &Settings) -> Step {
    let mut step = stays_away(seen);
    delete(seen, link, settings, &mut step);
    step
}

/// A lead that left, and that somebody let in again, leaves once more.
#[must_use]
pub fn leaves_again(link: &Link, settings: &Settings) -> Op {
    let payload = Payload::Deactivate {
        status: settings.leaving.clone(),
        keep: settings.keep.clone(),
        then: LinkState::Left,
        double: None,
        list: None,
    };
    op(Lane::Deactivate, &link.seat(), Some(link.id), payload, Base::default(), "its contact left, and somebody changed the lead's status")
}

/// Nothing is written for a contact that is away.
pub(super) fn stays_away(seen: &Seen) -> Step {
    let rejection = rejection_of(seen);
    let verdict = if rejection.is_some() { Verdict::Rejected } else { Verdict::Out };
    Step { rejection, ..Step::new(verdict) }
}

/// The deletion comes after the lead left dialing, in a lane of its own.
fn delete(seen: &Seen, link: &Link, settings: &Settings, step: &mut Step) {
    if fate(seen, settings) == Some(Fate::Delete) {
        let out = settings.keep.iter().chain([&settings.leaving]).cloned().collect();
        let payload = Payload::DeleteLead { out, shown: None };
        step.ops.push(op(Lane::Delete, &link.seat(), Some(link.id), payload, Base::default(), leaving_reason(seen)));
    }
}

/// Why a lead that was to be deleted is not: an edit beats a delete. `base` is what was last seen of it, before the row that is there now; `is_called` says
/// whether it was called since its contact was last seen.
#[must_use]
pub fn spared(base: &Base, row: &LeadRow, is_called: bool, settings: &Settings) -> Option<String> {
    let is_edited = |field, last: &str| !settings.rules.stopped.contains(field) && row.values.get(field).is_some_and(|shown| shown != last);
    let edited: Vec<String> =
        base.fields.iter().filter(|(field, pair)| is_edited(field, &pair.vicidial)).map(|(field, _)| field.to_string()).collect();
    let what = match (edited.is_empty(), is_called, base.is_spared == Some(true)) {
        (false, _, _) => format!("somebody changed {} of it in VICIdial", edited.join(", ")),
        (true, true, _) => "it was called since its contact was last seen in the CRM".to_owned(),
        (true, false, true) => "somebody changed or called it before".to_owned(),
        (true, false, false) => return None,
    };
    Some(format!(
        "lead {} was to be deleted, since its contact left, and {what}: it is out of dialing, and kept. Delete it in VICIdial if nothing of it is needed, or bring \
         the contact back in the CRM",
        row.lead_id
    ))
}

fn leaving_reason(seen: &Seen) -> String {
    match seen {
        Seen::Rejected(rejection) => format!("the mapping refuses the contact now: {}", rejection.detail),
        Seen::Filtered(why) => format!("the filter leaves the contact out now: {why}"),
        Seen::NoSeat(why) => format!("the contact has this lead no more: {why}"),
        Seen::Gone => "the CRM no longer has the contact".to_owned(),
        Seen::OptedOut(_) => "the person opted out".to_owned(),
        Seen::Lead(_) => "the contact is a lead".to_owned(),
    }
}
