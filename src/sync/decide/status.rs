//! A status that the CRM sets: when its rule speaks, and what is planned for it.
//!
//! A rule speaks when its answer for the contact changes, and when a lead is linked for the first time; not again against what dialing made of the lead since. It does not
//! know the lead's status: that is looked at before anything is written.

use crate::model::{Base, Lane, Link, LinkState, Payload, Seat, StatusRule};

use super::{Step, Verdict, op};

/// The status of leads that were just added.
const NEW: &str = "NEW";

/// Adds to a step what the rules for statuses ask for of a contact that is a lead. `rule` is the first whose conditions hold; `link` the link as the state
/// has it, where it has one.
pub fn ruled(step: &mut Step, seat: &Seat, link: Option<&Link>, rule: Option<&StatusRule>) {
    let Some(known) = step.link.as_ref().or(link) else { return };
    let is_added = step.verdict == Verdict::Added;
    let has_lead = match known.state {
        LinkState::Live | LinkState::Left => true,
        LinkState::Wanted => is_added,
        LinkState::OptedOut | LinkState::LeadMissing => false,
    };
    let answer = rule.map_or("", |rule| rule.to.as_str());
    if !has_lead || step.verdict == Verdict::Leaves || known.base.ruled_status.as_deref().unwrap_or_default() == answer {
        return;
    }
    let id = step.link.is_none().then_some(known.id);
    let after = Base { ruled_status: Some(answer.to_owned()), ..Base::default() };
    let Some(rule) = rule.filter(|rule| !is_added || rule.takes(NEW)) else { return answered(step, after) };
    for planned in &mut step.ops {
        // A lead that comes back gets one status, not two after one another.
        if let Payload::UpdateLead { change, is_return: true, .. } = &mut planned.payload {
            if change.status.as_ref().is_some_and(|status| rule.takes(status)) {
                change.status = Some(rule.to.clone());
                planned.reason.push_str("; the status rules ask for its status");
            }
            planned.base_after.ruled_status = after.ruled_status;
            return;
        }
    }
    let payload = Payload::SetStatus { rule: rule.clone() };
    let reason = format!("the status rules ask for {}", rule.to);
    step.ops.push(op(Lane::Update, seat, id, payload, after, reason));
    if step.verdict == Verdict::Unchanged {
        step.verdict = Verdict::Changed;
    }
}

/// A lead that was ours before, and that a lost state forgot: the answer was given then, and dialing went on since.
pub fn ruled_before(step: &mut Step, rule: Option<&StatusRule>) {
    if let Some(link) = &mut step.link {
        link.base.ruled_status = rule.map(|rule| rule.to.clone());
    }
}

/// Nothing is to be written for the answer: it is kept alone.
fn answered(step: &mut Step, after: Base) {
    match &mut step.link {
        Some(link) => link.base.ruled_status = after.ruled_status,
        None => step.base.get_or_insert_default().ruled_status = after.ruled_status,
    }
}
