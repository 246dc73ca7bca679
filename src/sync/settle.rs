//! Writes of unknown effect: what a look says about them.
//!
//! Absolute writes are compared with before and after; creating ones are looked for by their mark. Nothing is ever sent
//! again on a guess.

use std::collections::BTreeMap;

use crate::model::{ActivityId, ContactId, FieldName, LeadChange, LeadId, LeadRow, ListId, Outcome, StatusRule, StoredLead, Value};

/// An update of unknown effect, after the lead was read again. `stored` is what VICIdial shows of the change's fields.
#[must_use]
pub fn update(change: &LeadChange, before: &LeadChange, stored: &StoredLead, row: Option<&LeadRow>) -> Outcome {
    let Some(row) = row else {
        return Outcome::Refused { code: "lead_missing".to_owned(), raw: "VICIdial no longer has the lead".to_owned() };
    };
    let mut is_after = true;
    let mut is_before = true;
    // One changed part that shows what was written proves the whole: it was one write. What differs was changed since.
    let mut is_proven = false;
    for field in change.fields.keys() {
        let shown = row.values.get(field).map_or("", String::as_str);
        let (after, last) = (stored.0.get(field).map(String::as_str), before.fields.get(field).map(String::as_str));
        is_after &= Some(shown) == after;
        is_before &= Some(shown) == last;
        is_proven |= Some(shown) == after && after != last;
    }
    if let Some(list) = change.list_id {
        is_after &= row.list_id == list;
        is_before &= before.list_id.is_none_or(|before| row.list_id == before);
        is_proven |= row.list_id == list && before.list_id.is_some_and(|before| before != list);
    }
    if let Some(code) = &change.code {
        let carried = before.code.as_ref().map_or("", |code| code.as_str());
        is_after &= row.code == code.as_str();
        is_before &= row.code.trim() == carried.trim();
        is_proven |= row.code == code.as_str() && before.code.as_ref() != Some(code);
    }
    if let Some(status) = &change.status {
        is_after &= row.status == *status;
        is_before &= before.status.as_ref().is_none_or(|before| row.status == *before);
    }
    seen(is_after || is_proven, is_before)
}

/// A lead that was to leave dialing, after it was read again. A lead that is not there is not dialed.
#[must_use]
pub fn deactivate(status: &str, list: Option<ListId>, row: Option<&LeadRow>) -> Outcome {
    match row {
        Some(row) if row.status != status || list.is_some_and(|list| row.list_id != list) => Outcome::NotSent,
        Some(_) | None => done(None, None),
    }
}

/// A status that was to be set, after the lead was read again. One that is neither there nor where it was set from came of dialing since: the rule is
/// answered.
#[must_use]
pub fn status(rule: &StatusRule, row: Option<&LeadRow>) -> Outcome {
    match row {
        None => Outcome::Refused { code: "lead_missing".to_owned(), raw: "VICIdial no longer has the lead".to_owned() },
        Some(row) if row.status != rule.to && rule.takes(&row.status) => Outcome::NotSent,
        Some(_) => done(None, None),
    }
}

/// A lead that was to be deleted, after it was looked for.
#[must_use]
pub fn delete(row: Option<&LeadRow>) -> Outcome {
    if row.is_none() { done(None, None) } else { Outcome::NotSent }
}

/// Custom fields of unknown effect, after they were read again.
#[must_use]
pub fn custom(values: &BTreeMap<String, String>, stored: &StoredLead, row: Option<&LeadRow>) -> Outcome {
    let Some(row) = row else {
        return Outcome::Refused { code: "lead_missing".to_owned(), raw: "VICIdial no longer has the lead".to_owned() };
    };
    let is_after = values.keys().all(|label| {
        let field = FieldName::Custom(label.clone());
        row.values.get(&field).map_or("", String::as_str) == stored.0.get(&field).map_or("", String::as_str)
    });
    // All of them are set at once and to absolute values: what is not there yet is sent again.
    seen(is_after, true)
}

fn seen(is_after: bool, is_before: bool) -> Outcome {
    if is_after {
        done(None, None)
    } else if is_before {
        Outcome::NotSent
    } else {
        Outcome::Superseded { why: "the lead shows neither what was written nor what was there before".to_owned() }
    }
}

/// CRM attributes of unknown effect, after they were read again.
#[must_use]
pub fn patch(set: &BTreeMap<String, Value>, shown: Option<&BTreeMap<String, Value>>) -> Outcome {
    let Some(shown) = shown else {
        return Outcome::Refused { code: "contact_missing".to_owned(), raw: "the CRM no longer has the contact".to_owned() };
    };
    let is_after = set.iter().all(|(name, value)| same(shown.get(name).unwrap_or(&Value::Null), value));
    if is_after { done(None, None) } else { Outcome::NotSent }
}

/// What of a patch is still to be written, where the contact was read because nobody knows whether some attributes were written before: a state that
/// was lost, or a contact that was never told of a call. `last` is what was written before, as far as it is known.
#[must_use]
pub fn unwritten(
    set: &BTreeMap<String, Value>,
    last: &BTreeMap<String, Value>,
    shown: &BTreeMap<String, Value>,
) -> BTreeMap<String, Value> {
    let is_there = |name: &String, value: &Value| !last.contains_key(name) && shown.get(name).is_some_and(|shown| same(shown, value));
    set.iter().filter(|(name, value)| !is_there(name, value)).map(|(name, value)| (name.clone(), value.clone())).collect()
}

/// Whether two values are the same to a CRM that may show numbers as text and blanks as nothing.
#[must_use]
pub fn same(one: &Value, other: &Value) -> bool {
    one == other || (one.is_blank() && other.is_blank()) || one.text().is_some_and(|text| other.text().as_ref() == Some(&text))
}

/// A create of unknown effect, after the second look for its code.
#[must_use]
pub fn create(found: &[LeadId]) -> Outcome {
    match found.first() {
        Some(lead) => done(Some(*lead), None),
        None => Outcome::NotSent,
    }
}

/// An activity of unknown effect, after the second look for its key.
#[must_use]
pub fn activity(found: Option<ActivityId>) -> Outcome {
    match found {
        Some(id) => done(None, Some(id)),
        None => Outcome::NotSent,
    }
}

/// A new contact of unknown effect, after the second look for its mark.
#[must_use]
pub fn contact(found: Option<ContactId>) -> Outcome {
    found.map_or(Outcome::NotSent, |contact| Outcome::Made { contact })
}

fn done(lead_id: Option<LeadId>, activity: Option<ActivityId>) -> Outcome {
    Outcome::Done { lead_id, activity }
}
