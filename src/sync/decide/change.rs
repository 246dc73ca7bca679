//! A lead's changes: its fields, its list, its way back into dialing; and how they travel.

use std::collections::BTreeMap;

use crate::model::{
    Base, Failure, FieldName, Lane, Lead, LeadChange, Link, ListChange, ListId, Payload, Seat, StoredLead, TzMethod, VendorLeadCode,
};

use super::{Settings, Step, Verdict, op};
use crate::sync::delta::{self, Delta, Shown};

pub(super) fn change(lead: &Lead, link: &Link, stored: &StoredLead, shown: &Shown, settings: &Settings, is_return: bool) -> Step {
    let delta = delta::delta(&link.base, &lead.values(), stored, shown, &settings.rules);
    let list = match settings.list_change {
        ListChange::Move => lead.list_id,
        // Where it was moved as its contact left, it goes back to where it was.
        ListChange::Stay if is_return => link.base.left_list.unwrap_or(link.list_id),
        ListChange::Stay => link.list_id,
    };
    let is_moved = list != link.list_id;
    let base = settled_base(link, &delta, ruled(lead, link, settings));
    let (standard, custom) = split(&delta);
    let mut step = Step { base, ..Step::new(Verdict::Unchanged) };
    let carries = link.base.carries.as_deref();
    if !standard.0.is_empty() || is_moved || is_return || carries.is_some() {
        let reason = reason(&standard.0, is_moved.then_some((link.list_id, list)), is_return, carries.is_some());
        let mut change = LeadChange {
            fields: standard.0,
            list_id: is_moved.then_some(list),
            status: is_return.then(|| returning(link)),
            tz_method: settings.intake.tz_method,
            code: carries.map(|_| link.code.clone()),
        };
        if !change.moves_zone() {
            change.tz_method = TzMethod::default();
        }
        let before = LeadChange {
            fields: standard.1,
            list_id: is_moved.then_some(link.list_id),
            status: is_return.then(|| settings.leaving.clone()),
            code: carries.and_then(VendorLeadCode::read),
            ..LeadChange::default()
        };
        let payload = Payload::UpdateLead { change, before, is_return };
        let mut after = standard.2;
        // What happened while the contact was away counts no longer.
        after.is_spared = link.base.is_spared.filter(|_| is_return).map(|_| false);
        step.ops.push(op(Lane::Update, &link.seat(), Some(link.id), payload, after, reason));
    }
    if !custom.0.is_empty() {
        let reason =
            format!("changed in the CRM: {}", custom.0.keys().map(|label| format!("custom.{label}")).collect::<Vec<_>>().join(", "));
        let payload = Payload::SetCustom { values: custom.0 };
        step.ops.push(op(Lane::Custom, &link.seat(), Some(link.id), payload, custom.1, reason));
    }
    step.failures.extend(conflict(&link.seat(), &delta));
    step.pulls = delta.pulls;
    if !step.ops.is_empty() || !step.pulls.is_empty() {
        step.verdict = Verdict::Changed;
    }
    step
}

/// The subject of a failure about fields that both sides changed.
#[must_use]
pub fn conflict_of(seat: &Seat) -> String {
    format!("conflict:{seat}")
}

fn conflict(seat: &Seat, delta: &Delta) -> Option<Failure> {
    if delta.held.is_empty() {
        return None;
    }
    let fields = delta.held.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    let raw = format!(
        "{fields}: the CRM and VICIdial were both changed, and the mapping says that a person decides; make both the same, or set one side back to what it was \
         before"
    );
    Some(Failure { subject: conflict_of(seat), contact: Some(seat.contact.clone()), code: "field_conflict".to_owned(), raw, tries: 0 })
}

/// The status of a lead whose contact is back: the one that it left with. A callback was removed when it left, so nobody would call a held one.
fn returning(link: &Link) -> String {
    let left = link.base.left_status.as_deref().filter(|status| *status != "CBHOLD");
    left.unwrap_or("NEW").to_owned()
}

/// What the rules say of a lead that does not follow them, where that is not known yet.
fn ruled(lead: &Lead, link: &Link, settings: &Settings) -> Option<ListId> {
    match settings.list_change {
        ListChange::Move => None,
        ListChange::Stay => (link.base.ruled_list.unwrap_or(link.list_id) != lead.list_id).then_some(lead.list_id),
    }
}

fn settled_base(link: &Link, delta: &Delta, ruled: Option<ListId>) -> Option<Base> {
    if delta.settled.is_empty() && ruled.is_none() {
        return None;
    }
    let mut base = link.base.clone();
    base.fields.extend(delta.settled.clone());
    base.ruled_list = ruled.or(base.ruled_list);
    Some(base)
}

type Standard = (BTreeMap<FieldName, String>, BTreeMap<FieldName, String>, Base);
type Custom = (BTreeMap<String, String>, Base);

/// Standard fields go in one write, custom ones in another.
fn split(delta: &Delta) -> (Standard, Custom) {
    let mut standard: Standard = Default::default();
    let mut custom: Custom = Default::default();
    for (field, value) in &delta.write {
        let pair = delta.after.get(field).cloned();
        match field {
            FieldName::Standard(_) => {
                standard.0.insert(field.clone(), value.clone());
                standard.1.insert(field.clone(), delta.before.get(field).cloned().unwrap_or_default());
                standard.2.fields.extend(pair.map(|pair| (field.clone(), pair)));
            }
            FieldName::Custom(label) => {
                custom.0.insert(label.clone(), value.clone());
                custom.1.fields.extend(pair.map(|pair| (field.clone(), pair)));
            }
        }
    }
    (standard, custom)
}

fn reason(fields: &BTreeMap<FieldName, String>, moved: Option<(ListId, ListId)>, is_return: bool, is_marked: bool) -> String {
    let mut parts = Vec::new();
    if is_marked {
        parts.push("marked as ours".to_owned());
    }
    if is_return {
        parts.push("the contact, or its number, is back".to_owned());
    }
    if let Some((from, to)) = moved {
        parts.push(format!("the mapping says list {to} instead of {from}"));
    }
    if !fields.is_empty() {
        parts.push(format!("changed in the CRM: {}", fields.keys().map(ToString::to_string).collect::<Vec<_>>().join(", ")));
    }
    parts.join("; ")
}
