//! Contacts whose lead is not known yet: found by their code and taken over, or added. And second leads with a code of ours.

use std::collections::BTreeMap;

use crate::model::{
    Base, Failure, FieldName, Lane, Lead, LeadRow, Link, LinkId, LinkState, Pair, Payload, Seat, StoredLead, VendorLeadCode,
};

use super::{Seen, Settings, Step, Verdict, linked, op};
use crate::sync::delta::{self, Rules, Shown};
use crate::sync::matching::By;

/// A contact without a live link, after its code was looked for. `found`: the leads that carry it.
#[must_use]
pub fn unlinked(seat: &Seat, seen: &Seen, code: &VendorLeadCode, stored: &StoredLead, found: &[LeadRow], settings: &Settings) -> Step {
    let Some((kept, doubles)) = choose(found) else {
        return match seen {
            Seen::Lead(lead) => create(seat, lead, code, stored, settings),
            Seen::OptedOut(rejection) | Seen::Rejected(rejection) => {
                Step { rejection: Some(rejection.clone()), ..Step::new(Verdict::Rejected) }
            }
            Seen::Filtered(_) | Seen::NoSeat(_) | Seen::Gone => Step::new(Verdict::Out),
        };
    };
    let link = adopt(seat, seen, code, stored, kept, settings);
    let mut step = take_over(seen, link, kept, stored, settings, Verdict::Adopted);
    for double in doubles {
        mend_double(seat, double, matches!(seen, Seen::OptedOut(_)), settings, &mut step);
    }
    step
}

/// A contact without a link, and the one lead of the lists that was known to be its own: by the code of an older tool, which it keeps, or by what
/// `words` say, and then it gets ours.
#[must_use]
pub fn matched(pair: &Matched<'_>, stored: &StoredLead, settings: &Settings) -> Step {
    let Matched { seat, seen, code, row, by, words } = *pair;
    let mut link = adopt(seat, seen, code, stored, row, settings);
    if by == By::Code {
        link.code = VendorLeadCode::read(&row.code).unwrap_or(link.code);
    }
    let mut step = take_over(seen, link, row, stored, settings, Verdict::Matched(by));
    for op in &mut step.ops {
        op.reason = format!("matched by {words}; {}", op.reason);
    }
    step
}

/// What [`matched`] is about.
#[derive(Debug, Clone, Copy)]
pub struct Matched<'a> {
    /// Whose lead it is to be.
    pub seat: &'a Seat,
    /// What was seen of it.
    pub seen: &'a Seen,
    /// Our own code for it.
    pub code: &'a VendorLeadCode,
    /// Its lead.
    pub row: &'a LeadRow,
    /// By what it is.
    pub by: By,
    /// The same in words: `phone and last_name`.
    pub words: &'a str,
}

/// A contact that gets no lead before a person decided.
#[must_use]
pub fn held(failure: Failure) -> Step {
    Step { failures: vec![failure], ..Step::new(Verdict::Held) }
}

/// What a lead that was found comes to, now that it is linked.
fn take_over(seen: &Seen, link: Link, row: &LeadRow, stored: &StoredLead, settings: &Settings, verdict: Verdict) -> Step {
    let shown = Shown { is_seen: true, fields: row.values.clone(), modified: row.modified, ..Shown::default() };
    let mut step = linked(seen, &link, stored, &shown, settings);
    if matches!(step.verdict, Verdict::Unchanged | Verdict::Changed) {
        step.verdict = verdict;
    }
    for op in &mut step.ops {
        op.link = None;
    }
    let mut link = step.link.take().unwrap_or(link);
    if let Some(base) = step.base.take() {
        link.base = base;
    }
    step.link = Some(link);
    step
}

/// The lead to keep, a called one before an uncalled, then the oldest; and the others.
fn choose(found: &[LeadRow]) -> Option<(&LeadRow, Vec<&LeadRow>)> {
    let kept = found.iter().min_by_key(|row| (row.called_count == 0, row.lead_id))?;
    let mut others: Vec<&LeadRow> = found.iter().filter(|row| row.lead_id != kept.lead_id).collect();
    others.sort_by_key(|row| row.lead_id);
    Some((kept, others))
}

fn adopt(seat: &Seat, seen: &Seen, code: &VendorLeadCode, stored: &StoredLead, row: &LeadRow, settings: &Settings) -> Link {
    let (base, phone) = match seen {
        Seen::Lead(lead) => (delta::base_when_linking(&lead.values(), stored, &row.values, &settings.rules.numbers), lead.phone.e164()),
        Seen::OptedOut(_) | Seen::Rejected(_) | Seen::Filtered(_) | Seen::NoSeat(_) | Seen::Gone => (Base::default(), String::new()),
    };
    // Where it had none, ours is written. A lead that passed to its contact in a merge, before a state was lost, may carry the code of another contact still.
    let is_anothers = row.code != code.as_str() && VendorLeadCode::parse(&row.code).is_some();
    let base = Base { carries: (is_anothers || row.code.trim().is_empty()).then(|| row.code.clone()), ..base };
    let state = if row.status == settings.leaving {
        LinkState::Left
    } else if row.status == settings.opt_out {
        LinkState::OptedOut
    } else {
        LinkState::Live
    };
    Link {
        id: LinkId(0),
        contact: seat.contact.clone(),
        slot: seat.slot.clone(),
        lead_id: Some(row.lead_id),
        code: code.clone(),
        list_id: row.list_id,
        phone,
        state,
        base,
        fingerprint: String::new(),
    }
}

fn create(seat: &Seat, lead: &Lead, code: &VendorLeadCode, stored: &StoredLead, settings: &Settings) -> Step {
    let link = Link {
        id: LinkId(0),
        contact: seat.contact.clone(),
        slot: seat.slot.clone(),
        lead_id: None,
        code: code.clone(),
        list_id: lead.list_id,
        phone: lead.phone.e164(),
        state: LinkState::Wanted,
        base: Base::default(),
        fingerprint: String::new(),
    };
    let mut standard = Base::default();
    let mut custom = Base::default();
    let mut values = BTreeMap::new();
    let lead = pushed(lead, &settings.rules);
    for (field, value) in lead.values() {
        let pair = Pair { crm: value.clone(), vicidial: stored.0.get(&field).cloned().unwrap_or_default() };
        match &field {
            FieldName::Custom(label) if !value.trim().is_empty() => {
                values.insert(label.clone(), value);
                custom.fields.insert(field, pair);
            }
            FieldName::Custom(_) | FieldName::Standard(_) => {
                standard.fields.insert(field, pair);
            }
        }
    }
    let mut step = Step { link: Some(link), ..Step::new(Verdict::Added) };
    let new = if seat.slot.is_main() { "new contact" } else { "new lead of the contact" };
    step.ops.push(op(Lane::Create, seat, None, Payload::AddLead { lead, intake: settings.intake }, standard, new));
    if !values.is_empty() {
        step.ops.push(op(Lane::Custom, seat, None, Payload::SetCustom { values }, custom, "custom fields of the new lead"));
    }
    step
}

/// The lead without what only VICIdial says. Of such a field no base is kept: what the new lead shows first is compared with the contact's value.
fn pushed(lead: &Lead, rules: &Rules) -> Lead {
    let mut lead = lead.clone();
    lead.fields.retain(|field, _| rules.way(field).direction.pushes());
    lead
}

/// A second lead with a contact's code, met anywhere.
#[must_use]
pub fn double(seat: &Seat, row: &LeadRow, is_opted_out: bool, settings: &Settings) -> Step {
    let mut step = Step::new(Verdict::Unchanged);
    mend_double(seat, row, is_opted_out, settings, &mut step);
    step
}

/// An uncalled double leaves dialing; a called one is shown to a person, unless its person opted out.
fn mend_double(seat: &Seat, double: &LeadRow, is_opted_out: bool, settings: &Settings, step: &mut Step) {
    let subject = format!("lead:{}", double.lead_id);
    if double.called_count > 0 && !is_opted_out {
        step.failures.push(Failure {
            subject,
            contact: Some(seat.contact.clone()),
            code: "double_called".to_owned(),
            raw: format!("lead {} carries the same code as another lead of this contact and was called already", double.lead_id),
            tries: 0,
        });
        return;
    }
    if double.status == settings.leaving || double.status == settings.opt_out || settings.keep.contains(&double.status) {
        return;
    }
    let (lane, status, reason) = if is_opted_out {
        (Lane::Dnc, &settings.opt_out, "a second lead of a person who opted out")
    } else {
        (Lane::Deactivate, &settings.leaving, "a second lead with the same code, never called")
    };
    let payload = Payload::Deactivate {
        status: status.clone(),
        keep: settings.keep.clone(),
        then: LinkState::Live,
        double: Some(double.lead_id),
        list: None,
    };
    let mut op = op(lane, seat, None, payload, Base::default(), reason);
    op.subject = subject;
    step.ops.push(op);
}
