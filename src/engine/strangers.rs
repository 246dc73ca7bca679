//! Leads that no contact has, seen by their calls: held for a person, given to the one contact with their phone, or to be given one that is made.
//!
//! What makes a lead such a one, and what a new contact says, stands in `mapping`. How a contact and its lead are linked is decided as for any other:
//! here it is only said which belong together. A contact that was made carries its lead's mark, and is known again by that.

use std::collections::{BTreeMap, BTreeSet};

use crate::mapping::{Mapped, Then, WithoutContact};
use crate::model::{
    Base, Call, Contact, ContactId, Lane, LeadId, LeadRow, Op, OpId, OpState, Payload, Phone, Seat, Slot, Stranger, VendorLeadCode,
    stranger_subject,
};
use crate::ports::{Clock, Contacts, Dialer, Store};

use super::plan::Plan;
use super::{Job, Outside, Stop, flags};

/// Leads without a link, by whose they are.
pub(crate) type Claims = BTreeMap<Seat, LeadRow>;

/// Candidates that are named to a person.
const NAMED: usize = 5;

/// One look, with all it carries along.
pub(crate) struct Strangers<'a, 'b, D, C, S, K> {
    outside: &'a Outside<'b, D, C, S, K>,
    job: &'a Job,
    plan: &'a mut Plan,
    rule: &'a WithoutContact,
    /// Those that were held before.
    known: BTreeMap<LeadId, Stranger>,
    /// Phones of contacts that are to be made, with their leads.
    made: BTreeMap<Phone, LeadId>,
    claims: Claims,
}

/// What a lead comes to.
enum Found {
    /// A person decides, for this reason.
    Held(&'static str, String),
    /// It belongs to a contact, as that of its leads.
    Claimed(Seat),
    /// A contact is to be made, unless one of these is it after all: they were found and have another phone.
    Make(Phone, BTreeSet<ContactId>),
}

/// Looks at leads with calls and without a link. `due` are those that something went wrong with; `is_whole` has all that are held looked at again.
pub(crate) async fn look<D: Dialer, C: Contacts, S: Store, K: Clock>(
    outside: &Outside<'_, D, C, S, K>,
    job: &Job,
    plan: &mut Plan,
    due: &[LeadId],
    is_whole: bool,
) -> Result<Claims, Stop> {
    let known: BTreeMap<LeadId, Stranger> =
        outside.store.strangers(&job.name)?.into_iter().map(|stranger| (stranger.lead, stranger)).collect();
    let open = outside.store.ops(&job.name, &[OpState::Intended, OpState::Sent, OpState::Unknown], u32::MAX)?;
    let open = open.into_iter().filter_map(|op| match op.payload {
        Payload::CreateContact { lead, phone, .. } => Some((lead, phone, op.state)),
        Payload::AddLead { .. }
        | Payload::SetCustom { .. }
        | Payload::UpdateLead { .. }
        | Payload::Deactivate { .. }
        | Payload::PatchContact { .. }
        | Payload::LogCall { .. }
        | Payload::SetStatus { .. }
        | Payload::DeleteLead { .. } => None,
    });
    let open: Vec<(LeadId, Phone, OpState)> = open.collect();
    let waiting = open.iter().filter(|(_, _, state)| *state == OpState::Intended).map(|(lead, ..)| *lead);
    let Some(rule) = job.program.without_contact() else {
        plan.commit.no_strangers.extend(known.keys().copied().chain(waiting));
        plan.commit.mended.extend(due.iter().map(|lead| stranger_subject(*lead)));
        return Ok(Claims::new());
    };
    let mut leads: BTreeSet<LeadId> = outside.store.unfolded(&job.name, u32::MAX)?.into_iter().chain(waiting).collect();
    leads.extend(due);
    if is_whole {
        leads.extend(known.keys());
    }
    // What is on its way, and could not be looked at, is waited for.
    let sent: BTreeMap<Phone, LeadId> =
        open.into_iter().filter(|(_, _, state)| *state != OpState::Intended).map(|(lead, phone, _)| (phone, lead)).collect();
    leads.retain(|lead| !sent.values().any(|sent| sent == lead));
    let mut strangers = Strangers { outside, job, plan, rule, known, made: sent, claims: Claims::new() };
    for lead in leads {
        strangers.lead(lead).await?;
    }
    Ok(strangers.claims)
}

impl<D: Dialer, C: Contacts, S: Store, K: Clock> Strangers<'_, '_, D, C, S, K> {
    async fn lead(&mut self, lead: LeadId) -> Result<(), Stop> {
        let subject = stranger_subject(lead);
        let is_linked = self.outside.store.link_by_lead(&self.job.name, lead)?.is_some();
        if is_linked || self.job.claimed(self.outside.store, lead)?.is_some() {
            self.none(lead, subject);
            return Ok(());
        }
        self.job.awake(self.outside.clock.now())?;
        let calls = flags::calls(self.outside, self.job, lead)?;
        let Some(call) = calls.iter().rev().find(|call| self.rule.takes(call)) else {
            self.none(lead, subject);
            return Ok(());
        };
        let row = match self.job.dialer_record(self.outside.dialer.read_lead(lead, &self.job.program.stranger_fields()).await)? {
            Ok(Some(row)) => row,
            // Deleted or archived: there is nobody to link.
            Ok(None) => {
                self.none(lead, subject);
                return Ok(());
            }
            Err(fault) => {
                self.plan.unreadable(subject, None, fault);
                return Ok(());
            }
        };
        // Somebody's lead, whom the lists show by its code.
        if VendorLeadCode::parse(&row.code).is_some() {
            self.none(lead, subject);
            return Ok(());
        }
        match self.find(&row).await? {
            Found::Held(reason, detail) => {
                self.hold(lead, &row, (&calls, call), reason, detail);
                self.plan.commit.mended.push(subject);
            }
            Found::Claimed(seat) => {
                self.none(lead, subject);
                self.plan.claimed_leads.insert(lead);
                self.claims.insert(seat, row);
            }
            Found::Make(phone, others) => self.make(lead, &row, (&calls, call), phone, others),
        }
        Ok(())
    }

    /// It is no such lead, or none any more.
    fn none(&mut self, lead: LeadId, subject: String) {
        self.plan.commit.no_strangers.push(lead);
        self.plan.commit.mended.push(subject);
    }

    fn hold(&mut self, lead: LeadId, row: &LeadRow, (calls, call): (&[Call], &Call), reason: &str, detail: String) {
        self.plan.totals.strangers += 1;
        self.plan.commit.strangers.push(Stranger {
            lead,
            phone: self.job.program.stranger_phone(row).map_or_else(|_| call.phone.clone(), |phone| phone.e164()),
            status: call.status.clone(),
            campaign: call.campaign.clone(),
            reason: reason.to_owned(),
            detail,
            first_at: self
                .known
                .get(&lead)
                .map_or(call.start, |known| known.first_at)
                .min(calls.first().map_or(call.start, |call| call.start)),
            last_at: calls.last().map_or(call.start, |call| call.start),
        });
    }

    fn make(&mut self, lead: LeadId, row: &LeadRow, (calls, call): (&[Call], &Call), phone: Phone, others: BTreeSet<ContactId>) {
        let Some(key) = self.rule.key() else { return };
        self.made.insert(phone.clone(), lead);
        self.plan.totals.contacts += 1;
        let payload = Payload::CreateContact {
            lead,
            set: self.job.program.new_contact(row, &phone, call, calls.len() as u64),
            phones: self.job.program.phone_names(),
            phone,
            others,
            key: key.to_owned(),
            mark: self.job.mark(lead),
        };
        self.plan.commit.ops.push(Op {
            id: OpId(0),
            lane: Lane::Contact,
            subject: stranger_subject(lead),
            link: None,
            contact: ContactId(String::new()),
            slot: Slot::main(),
            payload,
            base_after: Base::default(),
            reason: format!("a call of lead {lead} ended with {}, and no contact has its phone", call.status),
            state: OpState::Intended,
            tries: 0,
        });
    }

    async fn find(&self, row: &LeadRow) -> Result<Found, Stop> {
        let program = &self.job.program;
        if self.rule.then() == Then::Hold {
            return Ok(Found::Held("no_contact", "no contact of the CRM is linked to it".to_owned()));
        }
        if !row.code.trim().is_empty() {
            let detail = format!("its vendor_lead_code is {:?}, which vicisync did not make and does not write over", row.code);
            return Ok(Found::Held("foreign_code", detail));
        }
        let phone = match program.stranger_phone(row) {
            Ok(phone) => phone,
            Err((reason, detail)) => return Ok(Found::Held(reason, detail)),
        };
        if let Some(key) = self.rule.key() {
            // Made before, and forgotten: the state was lost, or the answer was.
            let marked = self.search(key, &[self.job.mark(row.lead_id)]).await?;
            if let Some(contact) = marked.iter().find(|contact| contact.get(key).text().as_ref() == Some(&self.job.mark(row.lead_id))) {
                return self.claim(contact, None, row);
            }
        }
        let mut found: BTreeMap<ContactId, Contact> = BTreeMap::new();
        for name in program.phone_names() {
            found.extend(self.search(&name, &spellings(&phone)).await?.into_iter().map(|contact| (contact.id.clone(), contact)));
        }
        let (fit, others): (Vec<_>, Vec<_>) = found.into_values().partition(|contact| program.has_phone(contact, &phone));
        match (fit.as_slice(), self.rule.then()) {
            ([contact], _) => self.claim(contact, Some(&phone), row),
            ([], Then::Hold | Then::Match) => {
                Ok(Found::Held("no_contact", format!("no contact of the CRM has the phone {}", phone.e164())))
            }
            ([], Then::Create) => Ok(match self.made.get(&phone) {
                Some(other) => Found::Held("same_phone", format!("a contact is being made for lead {other}, which has the same phone")),
                None => Found::Make(phone, others.into_iter().map(|contact| contact.id).collect()),
            }),
            (several, _) => {
                let names: Vec<&str> = several.iter().take(NAMED).map(|contact| contact.id.as_str()).collect();
                let more = if several.len() > NAMED { ", and more" } else { "" };
                let detail = format!("{} contacts have the phone {}: {}{more}", several.len(), phone.e164(), names.join(", "));
                Ok(Found::Held("several_contacts", detail))
            }
        }
    }

    /// The one contact with the phone, or for which the contact was made: it gets the lead, unless it has one, or the mapping wants none of it. The lead
    /// is that of the slot which dials the number, else the main one.
    fn claim(&self, contact: &Contact, phone: Option<&Phone>, row: &LeadRow) -> Result<Found, Stop> {
        let id = &contact.id;
        let program = &self.job.program;
        let dials = |slot: &Slot| phone.is_some() && program.phone(contact, slot).as_ref() == phone;
        let slot = program.slots().into_iter().find(|slot| dials(slot) && !dials(&Slot::main())).unwrap_or_default();
        let seat = Seat { contact: id.clone(), slot };
        let has_lead =
            |lead: String| Found::Held("contact_has_lead", format!("its phone is that of contact {id}, which has {lead} already"));
        if let Some(link) = self.outside.store.link_at(&self.job.name, &seat)? {
            return Ok(has_lead(link.lead_id.map_or_else(|| "a lead on its way".to_owned(), |lead| format!("lead {lead}"))));
        }
        if let Some(other) = self.claims.get(&seat).filter(|other| other.lead_id != row.lead_id) {
            return Ok(has_lead(format!("lead {}", other.lead_id)));
        }
        match program.map_as(contact, &seat.slot) {
            Mapped::Lead(_) => Ok(Found::Claimed(seat)),
            // Do-not-call reaches the lead as well.
            _ if contact.opted_out => Ok(Found::Claimed(seat)),
            Mapped::Rejected(rejection) => {
                let detail = format!("its phone is that of contact {id}, which the mapping refuses: {}", rejection.detail);
                Ok(Found::Held("contact_refused", detail))
            }
            Mapped::Filtered { why } => Ok(Found::Held("contact_refused", format!("its phone is that of contact {id}, and {why}"))),
        }
    }

    async fn search(&self, name: &str, texts: &[String]) -> Result<Vec<Contact>, Stop> {
        self.outside.contacts.find(name, texts).await.map_err(|fault| self.job.crm_stop(fault))
    }
}

/// How a CRM may have a number, the canonical spelling first. What is found by them is compared as a number.
pub(crate) fn spellings(phone: &Phone) -> Vec<String> {
    let number = &phone.number;
    let mut texts = vec![phone.e164(), format!("{}{number}", phone.code), number.clone()];
    if let (Some(area), Some(middle), Some(last), 10) = (number.get(..3), number.get(3..6), number.get(6..), number.len()) {
        texts.extend([
            format!("({area}) {middle}-{last}"),
            format!("{area}-{middle}-{last}"),
            format!("+{} {area} {middle} {last}", phone.code),
            format!("+{} {area}-{middle}-{last}", phone.code),
            format!("+{} ({area}) {middle}-{last}", phone.code),
        ]);
    }
    texts
}
