//! Edits in VICIdial on their way into the CRM: one write a contact, with the values that the mapping's steps lead back to; and when each side was changed.
//!
//! What goes there is decided in `sync`. A value that no way leads back from is kept as a failure; the contact's other fields go on.

use std::collections::{BTreeMap, BTreeSet};

use crate::mapping::{Mapped, Program};
use crate::model::{Base, Contact, Failure, FieldName, Lane, Link, LinkId, Op, OpId, OpState, Pair, Payload, Seat, Slot, Value};
use crate::ports::{Clock, Contacts, Dialer, Store};
use crate::sync::decide::{Seen, Step, conflict_of};
use crate::sync::delta::Shown;
use crate::sync::later::{Span, later};

use super::Fetch;

/// The subject of a failure about values that do not go back.
fn no_way_of(seat: &Seat) -> String {
    format!("back:{seat}")
}

impl<D: Dialer, C: Contacts, S: Store, K: Clock> Fetch<'_, '_, D, C, S, K> {
    /// How a lead shows now, and who changed it later.
    pub(super) fn shown(&self, link: &Link, contact: Option<&Contact>) -> Shown {
        let mut shown = self.swept.edits.shown(link);
        let Some(contact) = contact.filter(|contact| !self.unsettled.contains(&contact.id)) else { return shown };
        let job = &self.plan.commit.job;
        let in_crm = Span::between(job.watermark, contact.updated);
        let in_vicidial = Span::between(job.full_done_at, self.swept.edits.instant(shown.modified));
        shown.later = later(in_crm, in_vicidial);
        shown
    }

    /// The write of what goes to the CRM becomes part of the step. What a look showed to be in order is no failure any more.
    pub(super) fn pull(&mut self, contact: &Contact, seen: &Seen, (seat, link): (&Seat, Option<LinkId>), is_seen: bool, step: &mut Step) {
        if is_seen && matches!(seen, Seen::Lead(_)) {
            self.plan.commit.mended.extend([conflict_of(seat), no_way_of(seat), Op::pull_of(seat)]);
        }
        if step.pulls.is_empty() {
            return;
        }
        let kept_in_part = self.kept_in_part(seen, &step.pulls);
        let (op, failure) = write(&self.job.program, contact, (seat, link), &step.pulls, &kept_in_part);
        step.ops.extend(op);
        step.failures.extend(failure);
    }

    /// The fields of which VICIdial shows less than the CRM has, and that shows with an edit in it: who typed that has not seen the rest. A new text is one.
    fn kept_in_part(&self, seen: &Seen, pulls: &BTreeMap<FieldName, Pair>) -> BTreeSet<FieldName> {
        let Seen::Lead(lead) = seen else { return BTreeSet::new() };
        let wanted: BTreeMap<FieldName, String> =
            pulls.keys().filter_map(|field| Some((field.clone(), lead.fields.get(field)?.trim().to_owned()))).collect();
        let stored = self.outside.dialer.stored(&wanted);
        // A dropped comma is no loss; a letter is, and so is what was cut off.
        let said = |text: &str| text.chars().filter(|letter| letter.is_alphanumeric()).count();
        let is_edited = |field: &FieldName, stored: &str| pulls.get(field).is_some_and(|pair| is_mostly(stored, &pair.vicidial));
        let is_cut = |(field, text): &(FieldName, String)| {
            stored.0.get(field).is_some_and(|stored| said(stored) < said(text) && is_edited(field, stored))
        };
        wanted.into_iter().filter(is_cut).map(|(field, _)| field).collect()
    }
}

/// Whether a half of what stood there, at its beginning, its middle or its end, still stands there now.
fn is_mostly(before: &str, now: &str) -> bool {
    let letters: Vec<char> = before.trim().chars().collect();
    let half = letters.len().div_ceil(2);
    let starts = [0, (letters.len() - half) / 2, letters.len() - half];
    let mut parts = starts.iter().filter_map(|start| letters.get(*start..start + half));
    half > 0 && parts.any(|part| now.contains(&part.iter().collect::<String>()))
}

/// The write of these fields into the CRM, and what does not go back.
fn write(
    program: &Program,
    contact: &Contact,
    (seat, link): (&Seat, Option<LinkId>),
    pulls: &BTreeMap<FieldName, Pair>,
    kept_in_part: &BTreeSet<FieldName>,
) -> (Option<Op>, Option<Failure>) {
    let mut set: BTreeMap<String, Value> = BTreeMap::new();
    let mut pairs = BTreeMap::new();
    let mut stuck = Vec::new();
    for (field, pair) in pulls {
        if kept_in_part.contains(field) {
            stuck.push(format!("`{field}`: VICIdial keeps only a part of the CRM's text (its letters, or its length), and what was typed there would replace the whole"));
            continue;
        }
        match program.back(field, &pair.vicidial, contact) {
            Ok((attribute, value)) if set.get(&attribute).is_none_or(|other| *other == value) => {
                set.insert(attribute, value);
                pairs.insert(field.clone(), pair.clone());
            }
            Ok((attribute, _)) => stuck.push(format!("`{field}`: another field of VICIdial says something else for `{attribute}`")),
            Err(why) => stuck.push(format!("`{field}`: {why}")),
        }
    }
    let failure = (!stuck.is_empty()).then(|| Failure {
        subject: no_way_of(seat),
        contact: Some(contact.id.clone()),
        code: "no_way_back".to_owned(),
        raw: format!("changed in VICIdial, and it cannot go to the CRM: {}; correct it on either side", stuck.join("; ")),
        tries: 0,
    });
    if set.is_empty() {
        return (None, failure);
    }
    made(program, contact, &seat.slot, &set, &mut pairs);
    let fields = pairs.keys().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    let op = Op {
        id: OpId(0),
        lane: Lane::Patch,
        subject: Op::pull_of(seat),
        link,
        contact: contact.id.clone(),
        slot: seat.slot.clone(),
        payload: Payload::PatchContact { contact: contact.id.clone(), set },
        base_after: Base { fields: pairs, ..Base::default() },
        reason: format!("changed in VICIdial: {fields}"),
        state: OpState::Intended,
        tries: 0,
    };
    (Some(op), failure)
}

/// What the mapping will make of the contact afterwards: that it shows it is no edit of the CRM's.
fn made(program: &Program, contact: &Contact, slot: &Slot, set: &BTreeMap<String, Value>, pairs: &mut BTreeMap<FieldName, Pair>) {
    let mut contact = contact.clone();
    contact.fields.extend(set.clone());
    if let Mapped::Lead(lead) = program.map_as(&contact, slot) {
        for (field, pair) in pairs {
            if let Some(value) = lead.fields.get(field) {
                value.clone_into(&mut pair.crm);
            }
        }
    }
}
