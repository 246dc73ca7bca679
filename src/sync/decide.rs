//! One contact: what is written for it, and why. The table of link state against what was seen stands in [`linked`].
//!
//! It decides about leads only; what calls do to contacts is [`super::dispose`]'s. It does not know how a lead was looked
//! for, nor when anything is sent.

use std::collections::BTreeMap;

use crate::model::{
    Base, ContactId, Failure, FieldName, Intake, Lane, Lead, LeadChange, LeadRow, Link, LinkId, LinkState, ListChange, ListId, Op, OpId,
    OpState, Pair, Payload, Rejection, StoredLead, TzMethod, VendorLeadCode,
};

use super::delta::{self, Delta, Rules};

/// What a run saw of a contact.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Seen {
    /// The lead that it is to be.
    Lead(Lead),
    /// The person opted out.
    OptedOut(Rejection),
    /// The mapping refuses it.
    Rejected(Rejection),
    /// The filter leaves it out.
    Filtered(String),
    /// The CRM no longer has it.
    Gone,
}

/// What a job says about leaving and blanks.
#[derive(Debug, Clone, Default)]
pub struct Settings {
    /// Blanks, and fields that are not written.
    pub rules: Rules,
    /// The status of leads whose contact left.
    pub leaving: String,
    /// Statuses that leaving leads keep.
    pub keep: Vec<String>,
    /// The status of leads whose person opted out.
    pub opt_out: String,
    /// What VICIdial is told of new leads.
    pub intake: Intake,
    /// Whether leads follow the list rules.
    pub list_change: ListChange,
}

/// How a contact is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Nothing to write.
    Unchanged,
    /// A new lead.
    Added,
    /// An existing lead was found by its code.
    Adopted,
    /// Fields, or also the list, are to change.
    Changed,
    /// It leaves dialing.
    Leaves,
    /// Refused by the mapping.
    Rejected,
    /// Left out by the filter, or gone, and without a lead.
    Out,
    /// It waits for a person: its lead is missing.
    Waits,
}

/// What one contact adds to a plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// How it counts.
    pub verdict: Verdict,
    /// The link, made or changed.
    pub link: Option<Link>,
    /// The base, where it moved without a write.
    pub base: Option<Base>,
    /// What is written.
    pub ops: Vec<Op>,
    /// Why the mapping refuses it.
    pub rejection: Option<Rejection>,
    /// What a person has to look at.
    pub failures: Vec<Failure>,
}

impl Step {
    fn new(verdict: Verdict) -> Self {
        Self { verdict, link: None, base: None, ops: Vec::new(), rejection: None, failures: Vec::new() }
    }
}

/// The subject of ops and failures about a contact.
#[must_use]
pub fn subject_of(contact: &ContactId) -> String {
    format!("contact:{contact}")
}

fn op(lane: Lane, contact: &ContactId, link: Option<LinkId>, payload: Payload, base_after: Base, reason: impl Into<String>) -> Op {
    Op {
        id: OpId(0),
        lane,
        subject: subject_of(contact),
        link,
        contact: contact.clone(),
        payload,
        base_after,
        reason: reason.into(),
        state: OpState::Intended,
        tries: 0,
    }
}

/// A contact without a live link, after its code was looked for. `found`: the leads that carry it.
#[must_use]
pub fn unlinked(
    contact: &ContactId,
    seen: &Seen,
    code: &VendorLeadCode,
    stored: &StoredLead,
    found: &[LeadRow],
    settings: &Settings,
) -> Step {
    let Some((kept, doubles)) = choose(found) else {
        return match seen {
            Seen::Lead(lead) => create(contact, lead, code, stored, settings.intake),
            Seen::OptedOut(rejection) | Seen::Rejected(rejection) => {
                Step { rejection: Some(rejection.clone()), ..Step::new(Verdict::Rejected) }
            }
            Seen::Filtered(_) | Seen::Gone => Step::new(Verdict::Out),
        };
    };
    let link = adopt(contact, seen, code, stored, kept, settings);
    let mut step = linked(seen, &link, stored, settings);
    if matches!(step.verdict, Verdict::Unchanged | Verdict::Changed) {
        step.verdict = Verdict::Adopted;
    }
    for op in &mut step.ops {
        op.link = None;
    }
    let mut link = step.link.take().unwrap_or(link);
    if let Some(base) = step.base.take() {
        link.base = base;
    }
    step.link = Some(link);
    for double in doubles {
        mend_double(contact, double, matches!(seen, Seen::OptedOut(_)), settings, &mut step);
    }
    step
}

/// The lead to keep, a called one before an uncalled, then the oldest; and the others.
fn choose(found: &[LeadRow]) -> Option<(&LeadRow, Vec<&LeadRow>)> {
    let kept = found.iter().min_by_key(|row| (row.called_count == 0, row.lead_id))?;
    let mut others: Vec<&LeadRow> = found.iter().filter(|row| row.lead_id != kept.lead_id).collect();
    others.sort_by_key(|row| row.lead_id);
    Some((kept, others))
}

/// A second lead with a contact's code, met anywhere.
#[must_use]
pub fn double(contact: &ContactId, row: &LeadRow, is_opted_out: bool, settings: &Settings) -> Step {
    let mut step = Step::new(Verdict::Unchanged);
    mend_double(contact, row, is_opted_out, settings, &mut step);
    step
}

/// The lead of a person who opted out, made dialable by somebody: it leaves dialing again.
#[must_use]
pub fn tighten(link: &Link, settings: &Settings) -> Step {
    let payload = Payload::Deactivate { status: settings.opt_out.clone(), keep: Vec::new(), then: LinkState::OptedOut, double: None };
    let reason = "the person opted out, and somebody changed the lead's status";
    Step { ops: vec![op(Lane::Dnc, &link.contact, Some(link.id), payload, Base::default(), reason)], ..Step::new(Verdict::Leaves) }
}

/// An uncalled double leaves dialing; a called one is shown to a person, unless its person opted out.
fn mend_double(contact: &ContactId, double: &LeadRow, is_opted_out: bool, settings: &Settings, step: &mut Step) {
    let subject = format!("lead:{}", double.lead_id);
    if double.called_count > 0 && !is_opted_out {
        step.failures.push(Failure {
            subject,
            contact: Some(contact.clone()),
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
    let payload =
        Payload::Deactivate { status: status.clone(), keep: settings.keep.clone(), then: LinkState::Live, double: Some(double.lead_id) };
    let mut op = op(lane, contact, None, payload, Base::default(), reason);
    op.subject = subject;
    step.ops.push(op);
}

fn adopt(contact: &ContactId, seen: &Seen, code: &VendorLeadCode, stored: &StoredLead, row: &LeadRow, settings: &Settings) -> Link {
    let (base, phone) = match seen {
        Seen::Lead(lead) => (delta::base_when_linking(&lead.values(), stored, &row.values), lead.phone.e164()),
        Seen::OptedOut(_) | Seen::Rejected(_) | Seen::Filtered(_) | Seen::Gone => (Base::default(), String::new()),
    };
    let state = if row.status == settings.leaving {
        LinkState::Left
    } else if row.status == settings.opt_out {
        LinkState::OptedOut
    } else {
        LinkState::Live
    };
    Link {
        id: LinkId(0),
        contact: contact.clone(),
        slot: 0,
        lead_id: Some(row.lead_id),
        code: code.clone(),
        list_id: row.list_id,
        phone,
        state,
        base,
        fingerprint: String::new(),
    }
}

fn create(contact: &ContactId, lead: &Lead, code: &VendorLeadCode, stored: &StoredLead, intake: Intake) -> Step {
    let link = Link {
        id: LinkId(0),
        contact: contact.clone(),
        slot: 0,
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
    step.ops.push(op(Lane::Create, contact, None, Payload::AddLead { lead: lead.clone(), intake }, standard, "new contact"));
    if !values.is_empty() {
        step.ops.push(op(Lane::Custom, contact, None, Payload::SetCustom { values }, custom, "custom fields of the new lead"));
    }
    step
}

/// A contact with a lead:
///
/// | link | a lead | opted out | rejected, filtered, gone |
/// |---|---|---|---|
/// | live | its changes | leaves dialing, opted out | leaves dialing |
/// | left | comes back, with its changes | opted out | stays away |
/// | opted out | stays away: only a person releases | stays away | stays away |
/// | lead missing | waits for a person | stays away | stays away |
///
/// Its list is among its changes where the mapping moves leads; else the lead stays in its own, and the base keeps what the rules said.
#[must_use]
pub fn linked(seen: &Seen, link: &Link, stored: &StoredLead, settings: &Settings) -> Step {
    match (link.state, seen) {
        (LinkState::Wanted | LinkState::LeadMissing, Seen::Lead(_)) => Step::new(Verdict::Waits),
        (LinkState::Live, Seen::Lead(lead)) => change(lead, link, stored, settings, false),
        (LinkState::Left, Seen::Lead(lead)) => change(lead, link, stored, settings, true),
        (LinkState::OptedOut, Seen::Lead(_)) => Step {
            rejection: Some(Rejection {
                contact: link.contact.clone(),
                reason: "opted_out_before".to_owned(),
                detail: "the person opted out earlier, and vicisync never puts a lead back by itself after that".to_owned(),
            }),
            ..Step::new(Verdict::Rejected)
        },
        (LinkState::Live | LinkState::Left, Seen::OptedOut(rejection)) => {
            let payload =
                Payload::Deactivate { status: settings.opt_out.clone(), keep: Vec::new(), then: LinkState::OptedOut, double: None };
            let op = op(Lane::Dnc, &link.contact, Some(link.id), payload, Base::default(), "the person opted out");
            Step { ops: vec![op], rejection: Some(rejection.clone()), ..Step::new(Verdict::Leaves) }
        }
        (LinkState::Live, Seen::Rejected(_) | Seen::Filtered(_) | Seen::Gone) => {
            let payload =
                Payload::Deactivate { status: settings.leaving.clone(), keep: settings.keep.clone(), then: LinkState::Left, double: None };
            let op = op(Lane::Deactivate, &link.contact, Some(link.id), payload, Base::default(), leaving_reason(seen));
            Step { ops: vec![op], rejection: rejection_of(seen), ..Step::new(Verdict::Leaves) }
        }
        (LinkState::Wanted | LinkState::LeadMissing | LinkState::Left | LinkState::OptedOut, _) => {
            let rejection = rejection_of(seen);
            let verdict = if rejection.is_some() { Verdict::Rejected } else { Verdict::Out };
            Step { rejection, ..Step::new(verdict) }
        }
    }
}

fn rejection_of(seen: &Seen) -> Option<Rejection> {
    match seen {
        Seen::OptedOut(rejection) | Seen::Rejected(rejection) => Some(rejection.clone()),
        Seen::Lead(_) | Seen::Filtered(_) | Seen::Gone => None,
    }
}

fn leaving_reason(seen: &Seen) -> String {
    match seen {
        Seen::Rejected(rejection) => format!("the mapping refuses the contact now: {}", rejection.detail),
        Seen::Filtered(why) => format!("the filter leaves the contact out now: {why}"),
        Seen::Gone => "the CRM no longer has the contact".to_owned(),
        Seen::OptedOut(_) => "the person opted out".to_owned(),
        Seen::Lead(_) => "the contact is a lead".to_owned(),
    }
}

fn change(lead: &Lead, link: &Link, stored: &StoredLead, settings: &Settings, is_return: bool) -> Step {
    let delta = delta::delta(&link.base, &lead.values(), stored, &settings.rules);
    let is_moved = match settings.list_change {
        ListChange::Move => lead.list_id != link.list_id,
        ListChange::Stay => false,
    };
    let base = settled_base(link, &delta, ruled(lead, link, settings));
    let (standard, custom) = split(&delta);
    let mut step = Step { base, ..Step::new(Verdict::Unchanged) };
    if !standard.0.is_empty() || is_moved || is_return {
        let reason = reason(&standard.0, is_moved.then_some((link.list_id, lead.list_id)), is_return);
        let mut change = LeadChange {
            fields: standard.0,
            list_id: is_moved.then_some(lead.list_id),
            status: is_return.then(|| returning(link)),
            tz_method: settings.intake.tz_method,
        };
        if !change.moves_zone() {
            change.tz_method = TzMethod::default();
        }
        let before = LeadChange {
            fields: standard.1,
            list_id: is_moved.then_some(link.list_id),
            status: is_return.then(|| settings.leaving.clone()),
            ..LeadChange::default()
        };
        let payload = Payload::UpdateLead { change, before, is_return };
        step.ops.push(op(Lane::Update, &link.contact, Some(link.id), payload, standard.2, reason));
    }
    if !custom.0.is_empty() {
        let reason =
            format!("changed in the CRM: {}", custom.0.keys().map(|label| format!("custom.{label}")).collect::<Vec<_>>().join(", "));
        let payload = Payload::SetCustom { values: custom.0 };
        step.ops.push(op(Lane::Custom, &link.contact, Some(link.id), payload, custom.1, reason));
    }
    if !step.ops.is_empty() {
        step.verdict = Verdict::Changed;
    }
    step
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

fn reason(fields: &BTreeMap<FieldName, String>, moved: Option<(ListId, ListId)>, is_return: bool) -> String {
    let mut parts = Vec::new();
    if is_return {
        parts.push("the contact is back".to_owned());
    }
    if let Some((from, to)) = moved {
        parts.push(format!("the list rules say {to} instead of {from}"));
    }
    if !fields.is_empty() {
        parts.push(format!("changed in the CRM: {}", fields.keys().map(ToString::to_string).collect::<Vec<_>>().join(", ")));
    }
    parts.join("; ")
}
