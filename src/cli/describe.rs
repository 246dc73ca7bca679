//! Ops, totals and rejections in words and as JSON: one spelling for `plan`, `sync`, `explain` and `rehearse`.

use std::collections::BTreeMap;

use serde_json::{Value as Json, json};

use crate::engine::Report;
use crate::model::{FieldName, Hopper, LeadChange, Op, Payload, Target, Totals, Value};

/// One op: a line, then its values, one a line.
#[must_use]
pub(super) fn op_text(op: &Op) -> String {
    let mut text = match op.contact.as_str() {
        "" => format!("{:<10} {}", op.lane.name(), headline(op)),
        contact if op.slot.is_main() || op.lane.target() == Target::Crm => {
            format!("{:<10} contact {contact}: {}", op.lane.name(), headline(op))
        }
        contact => format!("{:<10} contact {contact}, slot `{}`: {}", op.lane.name(), op.slot.as_str(), headline(op)),
    };
    if !op.reason.is_empty() {
        text.push_str(&format!(" ({})", op.reason));
    }
    for (name, value) in values(&op.payload) {
        text.push_str(&format!("\n             {name:<20} {value}"));
    }
    text
}

/// The same for programs.
#[must_use]
pub(super) fn op_json(op: &Op) -> Json {
    json!({
        "lane": op.lane.name(),
        "kind": op.payload.kind(),
        "contact": op.contact,
        "slot": Some(&op.slot).filter(|slot| !slot.is_main()),
        "subject": op.subject,
        "state": op.state.name(),
        "reason": op.reason,
        "tries": op.tries,
        "payload": op.payload,
    })
}

fn headline(op: &Op) -> String {
    match &op.payload {
        Payload::AddLead { lead, .. } => format!("add a lead to list {}", lead.list_id),
        Payload::SetCustom { .. } => "set custom fields".to_owned(),
        Payload::UpdateLead { change, is_return, .. } => match (change.list_id, is_return) {
            (Some(list), true) => format!("bring the lead back, into list {list}"),
            (Some(list), false) => format!("move the lead to list {list}"),
            (None, true) => "bring the lead back".to_owned(),
            (None, false) => "change the lead".to_owned(),
        },
        Payload::Deactivate { status, double: None, list: Some(list), .. } => {
            format!("take the lead out of dialing, status {status}, and move it to list {list}")
        }
        Payload::Deactivate { status, double: None, list: None, .. } => format!("take the lead out of dialing, status {status}"),
        Payload::Deactivate { status, double: Some(lead), .. } => format!("take lead {lead}, a double, out of dialing, status {status}"),
        Payload::PatchContact { .. } if op.is_pull() => "change the contact".to_owned(),
        Payload::PatchContact { .. } => "set CRM properties".to_owned(),
        Payload::LogCall { existing: None, activity, .. } => format!("log a call: {}", activity.title),
        Payload::LogCall { existing: Some(_), activity, .. } => format!("change a logged call: {}", activity.title),
        Payload::SetStatus { rule } => format!("set the status {}, if it is {}", rule.to, rule.from.join(" or ")),
        Payload::DeleteLead { .. } => "delete the lead".to_owned(),
        Payload::CreateContact { lead, .. } => format!("make a contact for lead {lead}"),
    }
}

/// What an op sets, by name, with what stood there before where that is known.
fn values(payload: &Payload) -> Vec<(String, String)> {
    match payload {
        Payload::AddLead { lead, intake } => {
            let mut rows = vec![("phone".to_owned(), lead.phone.to_string())];
            rows.extend(intake.tz_method.word().map(|word| ("tz_method".to_owned(), word.to_owned())));
            rows.extend(intake.hopper.map(|hopper| ("hopper".to_owned(), hopper_text(hopper))));
            // Custom fields stand in an op of their own.
            let standard = lead.fields.iter().filter(|(name, text)| !text.is_empty() && matches!(name, FieldName::Standard(_)));
            rows.extend(standard.map(|(name, text)| (name.to_string(), quoted(text))));
            rows
        }
        Payload::SetCustom { values } => values.iter().map(|(label, text)| (format!("custom.{label}"), quoted(text))).collect(),
        Payload::UpdateLead { change, before, .. } => changes(change, before),
        Payload::Deactivate { .. } | Payload::SetStatus { .. } | Payload::DeleteLead { .. } => Vec::new(),
        Payload::PatchContact { set, .. } => set.iter().map(|(name, value)| (name.clone(), value_text(value))).collect(),
        Payload::CreateContact { phone, key, mark, set, .. } => {
            let own = [("phone".to_owned(), phone.to_string()), (key.clone(), quoted(mark))];
            own.into_iter().chain(set.iter().map(|(name, value)| (name.clone(), value_text(value)))).collect()
        }
        Payload::LogCall { activity, .. } => vec![
            ("status".to_owned(), activity.status.clone()),
            ("start".to_owned(), activity.start.format("%Y-%m-%d %H:%M:%S UTC").to_string()),
            ("end".to_owned(), activity.end.format("%Y-%m-%d %H:%M:%S UTC").to_string()),
        ],
    }
}

fn hopper_text(hopper: Hopper) -> String {
    let when = if hopper.checks_local_time { ", in its local call times only" } else { "" };
    format!("enters it, priority {}{when}", hopper.priority)
}

fn changes(change: &LeadChange, before: &LeadChange) -> Vec<(String, String)> {
    let mut rows = Vec::new();
    let mut row = |name: String, old: Option<String>, new: String| match old {
        Some(old) => rows.push((name, format!("{old} -> {new}"))),
        None => rows.push((name, new)),
    };
    if let Some(list) = change.list_id {
        row("list_id".to_owned(), before.list_id.map(|list| list.to_string()), list.to_string());
    }
    if let Some(status) = &change.status {
        row("status".to_owned(), before.status.clone(), status.clone());
    }
    if let Some(code) = &change.code {
        row("vendor_lead_code".to_owned(), before.code.as_ref().map(|code| quoted(code.as_str())), quoted(code.as_str()));
    }
    for (name, text) in &change.fields {
        row(name.to_string(), before.fields.get(name).map(|text| quoted(text)), quoted(text));
    }
    rows
}

/// A text between quotes, on one line.
#[must_use]
pub(super) fn quoted(text: &str) -> String {
    format!("{text:?}")
}

/// A CRM value as people read it.
#[must_use]
pub(super) fn value_text(value: &Value) -> String {
    match value {
        Value::Null => "(blank)".to_owned(),
        Value::Bool(flag) => flag.to_string(),
        Value::Int(number) => number.to_string(),
        Value::Text(text) => quoted(text),
        Value::List(values) => values.iter().map(value_text).collect::<Vec<_>>().join(", "),
    }
}

/// The counts that are not zero, in a sentence.
#[must_use]
pub(super) fn totals_text(totals: &Totals) -> String {
    let Totals {
        read,
        added,
        updated,
        moved,
        adopted,
        unchanged,
        rejected,
        deactivated,
        opted_out,
        doubles,
        patched,
        logged,
        relogged,
        legs,
        refused,
        unknown,
        pulled,
        deleted,
        matched_by_code,
        matched_by_phone,
        unmatched,
        contacts,
        strangers,
    } = *totals;
    let by_mark = adopted.saturating_sub(matched_by_code + matched_by_phone);
    let counts = [
        (added, "added"),
        (updated, "updated"),
        (moved, "moved"),
        (by_mark, "adopted"),
        (matched_by_code, "adopted by the code of an older tool"),
        (matched_by_phone, "adopted by phone"),
        (deactivated, "taken out of dialing"),
        (opted_out, "taken out of dialing for good: opted out"),
        (deleted, "deleted"),
        (doubles, "doubles taken out"),
        (unchanged, "unchanged"),
        (rejected, "rejected"),
        (unmatched, "held, since it cannot be told which lead is theirs"),
    ];
    let calls = [
        (contacts, "contacts made"),
        (strangers, "leads without a contact held"),
        (patched, "contacts updated"),
        (pulled, "of them for edits in VICIdial"),
        (logged, "calls logged"),
        (relogged, "logged calls changed"),
        (legs, "call legs read"),
    ];
    let trouble = [(refused, "refused"), (unknown, "of unknown effect")];
    let words = |counts: &[(u64, &str)]| {
        counts.iter().filter(|(count, _)| *count > 0).map(|(count, word)| format!("{count} {word}")).collect::<Vec<_>>().join(", ")
    };
    let parts = [format!("{read} contacts read"), words(&counts), words(&calls), words(&trouble)];
    parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("; ")
}

/// Each reason with its count and one example.
#[must_use]
pub(super) fn rejected_text(report: &Report) -> String {
    let mut examples: BTreeMap<&str, String> = BTreeMap::new();
    for rejection in &report.rejections {
        let slot = Some(&rejection.slot).filter(|slot| !slot.is_main()).map(|slot| format!("slot `{}`: ", slot.as_str()));
        examples.entry(&rejection.reason).or_insert_with(|| format!("{}{}", slot.unwrap_or_default(), rejection.detail));
    }
    let mut text = String::new();
    for (reason, count) in &report.rejected {
        let example = examples.get(reason.as_str()).map(|detail| format!("  for example: {detail}")).unwrap_or_default();
        text.push_str(&format!("  rejected {count:>6}  {reason:<16}{example}\n"));
    }
    text
}

/// A report with its ops and rejections, for programs.
#[must_use]
pub(super) fn plan_json(report: &Report) -> Json {
    let mut object = json!(report);
    if let Some(fields) = object.as_object_mut() {
        fields.insert("ops".to_owned(), report.plan.iter().map(op_json).collect());
        fields.insert("rejections".to_owned(), json!(report.rejections));
    }
    object
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Base, Lane, LeadField, ListId, OpId, OpState, Slot};

    #[test]
    fn a_change_shows_what_stood_there_before() {
        let field = FieldName::Standard(LeadField::FirstName);
        let change =
            LeadChange { fields: [(field.clone(), "Vera".to_owned())].into(), list_id: Some(ListId(1002)), ..LeadChange::default() };
        let before = LeadChange { fields: [(field, "Wera".to_owned())].into(), list_id: Some(ListId(1001)), ..LeadChange::default() };
        let rows = changes(&change, &before);
        assert_eq!(rows, [("list_id".to_owned(), "1001 -> 1002".to_owned()), ("first_name".to_owned(), "\"Wera\" -> \"Vera\"".to_owned())]);
    }

    #[test]
    fn what_goes_to_the_crm_says_whence_it_comes() {
        let patch = Payload::PatchContact {
            contact: "c1".into(),
            set: [("addressCity".to_owned(), Value::Text("Tampa".to_owned())), ("cVip".to_owned(), Value::Null)].into(),
        };
        let op = |subject: &str, reason: &str| Op {
            id: OpId(0),
            link: None,
            contact: "c1".into(),
            slot: Slot::main(),
            lane: Lane::Patch,
            subject: subject.to_owned(),
            payload: patch.clone(),
            base_after: Base::default(),
            reason: reason.to_owned(),
            state: OpState::Intended,
            tries: 0,
        };
        assert_eq!(
            op_text(&op("edit:c1", "changed in VICIdial: city, custom.vip")),
            "patch      contact c1: change the contact (changed in VICIdial: city, custom.vip)\n             \
             addressCity          \"Tampa\"\n             cVip                 (blank)"
        );
        assert!(op_text(&op("c1", "")).starts_with("patch      contact c1: set CRM properties\n"));
    }

    #[test]
    fn totals_name_only_what_happened() {
        let totals = Totals { read: 3, added: 2, rejected: 1, ..Totals::default() };
        assert_eq!(totals_text(&totals), "3 contacts read; 2 added, 1 rejected");
    }
}
