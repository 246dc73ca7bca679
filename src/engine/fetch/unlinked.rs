//! Contacts whose lead is not known: they wait until their codes were looked for, many at once, and are decided about then.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::{
    Contact, ContactId, Failure, FieldName, LeadId, LeadRow, Link, Phone, Rejection, Seat, StatusRule, StoredLead, VendorLeadCode,
};
use crate::ports::{self, Clock, Contacts, Dialer, Fault, Sought, Store};
use crate::sync::decide::{self, Seen, Step, subject_of};
use crate::sync::matching::Person;

use super::super::Stop;
use super::matching::Unmatched;
use super::{CODES_MAX, Fetch, Unlinked};

/// A lead that waits until its code was looked for.
pub(super) struct Pending {
    pub(super) seat: Seat,
    pub(super) seen: Seen,
    pub(super) code: VendorLeadCode,
    /// What the mapping finds as its phone, whether the contact is to have it or not.
    phone: Option<Phone>,
    /// As leads of nobody are compared with it, where they are.
    pub(super) person: Option<Person>,
    pub(super) stored: StoredLead,
    /// The rule for its status.
    rule: Option<StatusRule>,
    pub(super) fingerprint: String,
    /// The contact whole, where edits of an adopted lead may go to it.
    whole: Option<Contact>,
    /// The lead that it was made for, by its mark.
    made_for: Option<LeadId>,
}

impl Pending {
    fn sought(&self) -> Sought {
        Sought { code: self.code.clone(), phone: self.phone.clone() }
    }
}

fn not_looked_for(seat: &Seat) -> Failure {
    let raw = "its lead cannot be looked for while agents are logged in to VICIdial".to_owned();
    Failure { subject: subject_of(seat), contact: Some(seat.contact.clone()), code: ports::LOOK_AGAIN.to_owned(), raw, tries: 0 }
}

/// The lead of a contact is in the archive: it waits until somebody brings it back.
fn archived_lead(seat: &Seat, lead: LeadId) -> Failure {
    let raw = format!(
        "lead {lead} of this contact is in VICIdial's archive, so that the contact is not added again; to have it dialed, bring the lead back in VICIdial (its \
         API function `lead_dearchive`)"
    );
    Failure { subject: subject_of(seat), contact: Some(seat.contact.clone()), code: "lead_archived".to_owned(), raw, tries: 0 }
}

impl<D: Dialer, C: Contacts, S: Store, K: Clock> Fetch<'_, '_, D, C, S, K> {
    pub(super) fn await_look_up(
        &mut self,
        contact: &Contact,
        seat: &Seat,
        link: Option<&Link>,
        seen: Seen,
        stored: StoredLead,
        print: &str,
    ) -> Result<(), Stop> {
        let id = &contact.id;
        let code = self.code(seat);
        let is_orphaned = self.swept.orphans.contains_key(&code);
        let phone = self.job.program.phone(contact, &seat.slot);
        let needs_look = match &seen {
            Seen::Lead(lead) => {
                // The dialer turned this number down before; it is asked again when the contact changes, or by hand.
                let known = self.outside.store.rejections_of(&self.job.name, id)?;
                let is_known =
                    |known: &&Rejection| known.slot == seat.slot && known.reason == "on_dnc" && known.detail.contains(&lead.phone.e164());
                if let Some(known) = known.iter().find(is_known).filter(|_| !self.forced.contains(id)) {
                    self.plan.reject(known);
                    return Ok(());
                }
                true
            }
            // A further lead without a number was never added, as far as anybody can tell who did not read the lists.
            Seen::OptedOut(_) => is_orphaned || link.is_some() || seat.slot.is_main() || phone.is_some(),
            Seen::Rejected(_) | Seen::Filtered(_) | Seen::NoSeat(_) | Seen::Gone => is_orphaned || link.is_some(),
        };
        if needs_look {
            match self.unlinked {
                Unlinked::LookedFor => {
                    let whole = self.swept.edits.are_pulled().then(|| contact.clone());
                    let rule = self.rule(&seen, contact);
                    let person = self.person(contact, &seat.slot, &seen);
                    let mark = self.job.program.without_contact().and_then(|rule| contact.get(rule.key()?).text());
                    let made_for = mark.and_then(|mark| self.job.marked(&mark));
                    self.pending.push(Pending {
                        seat: seat.clone(),
                        seen,
                        code,
                        phone,
                        person,
                        stored,
                        rule,
                        fingerprint: print.to_owned(),
                        whole,
                        made_for,
                    });
                }
                Unlinked::LeftOut => {}
            }
        } else {
            let step = decide::unlinked(seat, &seen, &code, &stored, &[], &self.settings);
            self.plan.take(seat, link, step, print);
        }
        Ok(())
    }

    /// Looks for the codes of waiting contacts, in batches, and decides about them.
    pub(super) async fn look_up(&mut self) -> Result<(), Stop> {
        let mut pending = std::mem::take(&mut self.pending).into_iter();
        loop {
            let chunk: Vec<Pending> = pending.by_ref().take(CODES_MAX).collect();
            if chunk.is_empty() {
                return Ok(());
            }
            self.job.awake(self.outside.clock.now())?;
            let sought: Vec<Sought> = chunk.iter().map(Pending::sought).collect();
            let mut found = self.outside.dialer.find_by_code(&sought).await.map_err(|fault| self.job.dialer_stop(fault))?;
            self.find_by_losers(&chunk, &mut found).await?;
            let archived = self.archived(&chunk, &found).await?;
            for mut pending in chunk {
                match archived.get(&pending.code) {
                    Some(Some(lead)) => {
                        self.plan.fail(archived_lead(&pending.seat, *lead));
                        continue;
                    }
                    Some(None) => {
                        self.plan.fail(not_looked_for(&pending.seat));
                        continue;
                    }
                    None => {}
                }
                let leads = match (found.get(&pending.code), &pending.seen) {
                    (Some(leads), _) => leads.as_slice(),
                    // Never added without a look: there may be one.
                    (None, Seen::Lead(_)) => {
                        self.plan.fail(not_looked_for(&pending.seat));
                        continue;
                    }
                    // No lead is added for it. One that a lost state forgot is found by the sweep, in the lists; elsewhere by a full run while no agent
                    // is logged in.
                    (None, Seen::OptedOut(_) | Seen::Rejected(_) | Seen::Filtered(_) | Seen::NoSeat(_) | Seen::Gone) => &[],
                };
                if let Some(failure) = self.claimed(&pending, leads)? {
                    let step = self.held(&pending, failure);
                    self.plan.take(&pending.seat, None, step, &pending.fingerprint);
                    continue;
                }
                let rows = match self.rows(&pending, leads).await? {
                    Ok(rows) if rows.is_empty() => self.made_for(&pending).await?,
                    rows => rows,
                };
                let rows = match rows {
                    Ok(rows) => rows,
                    Err(fault) => {
                        self.plan.unreadable(subject_of(&pending.seat), Some(pending.seat.contact.clone()), fault);
                        continue;
                    }
                };
                if let Some(person) = pending.person.take().filter(|_| rows.is_empty()) {
                    self.unmatched.push(Unmatched { pending, person });
                    continue;
                }
                let step = decide::unlinked(&pending.seat, &pending.seen, &pending.code, &pending.stored, &rows, &self.settings);
                let is_marked = rows.iter().any(|row| row.code == pending.code.as_str());
                self.taken(&pending, is_marked, step);
            }
        }
    }

    /// Takes what a contact without a link came to, with the edits of a lead that it takes over and the rule for its status. `is_marked`: the lead carried
    /// our code before, so the rule was heeded already.
    pub(super) fn taken(&mut self, pending: &Pending, is_marked: bool, mut step: Step) {
        if let Some(contact) = &pending.whole {
            self.pull(contact, &pending.seen, (&pending.seat, None), true, &mut step);
        }
        if is_marked {
            decide::ruled_before(&mut step, pending.rule.as_ref());
        } else {
            decide::ruled(&mut step, &pending.seat, None, pending.rule.as_ref());
        }
        self.plan.take(&pending.seat, None, step, &pending.fingerprint);
    }

    /// A state that was lost forgot which losers' leads became a winner's, and their codes may not be rewritten yet: where a winner has no lead of its own
    /// code, those of its losers count for it.
    async fn find_by_losers(&mut self, chunk: &[Pending], found: &mut BTreeMap<VendorLeadCode, Vec<LeadId>>) -> Result<(), Stop> {
        let mut losers: BTreeMap<&ContactId, Vec<&ContactId>> = BTreeMap::new();
        for (loser, winner) in &self.merges {
            losers.entry(winner).or_default().push(loser);
        }
        let mut sought = Vec::new();
        let mut own = BTreeMap::new();
        for pending in chunk {
            let is_free = found.get(&pending.code).is_some_and(Vec::is_empty) && !self.swept.orphans.contains_key(&pending.code);
            for loser in losers.get(&pending.seat.contact).into_iter().flatten().filter(|_| is_free) {
                let seat = Seat { contact: (*loser).clone(), slot: pending.seat.slot.clone() };
                if self.outside.store.link_at(&self.job.name, &seat)?.is_none() {
                    own.insert(self.code(&seat), pending.code.clone());
                    sought.push(Sought { code: self.code(&seat), phone: pending.phone.clone() });
                }
            }
        }
        if sought.is_empty() {
            return Ok(());
        }
        let theirs = self.outside.dialer.find_by_code(&sought).await.map_err(|fault| self.job.dialer_stop(fault))?;
        for (code, own) in own {
            if let Some(rows) = self.swept.orphans.remove(&code) {
                self.swept.orphans.entry(own.clone()).or_default().extend(rows);
            }
            found.entry(own).or_default().extend(theirs.get(&code).into_iter().flatten());
        }
        Ok(())
    }

    /// The archived leads of those whose lead is to be added: that would dial somebody whose lead was put away. None where the archive cannot be looked
    /// into; a contact without an entry has no archived lead.
    async fn archived(
        &mut self,
        chunk: &[Pending],
        found: &BTreeMap<VendorLeadCode, Vec<LeadId>>,
    ) -> Result<BTreeMap<VendorLeadCode, Option<LeadId>>, Stop> {
        let is_added = |pending: &&Pending| {
            let is_free = found.get(&pending.code).is_some_and(Vec::is_empty) && !self.swept.orphans.contains_key(&pending.code);
            is_free && matches!(pending.seen, Seen::Lead(_))
        };
        let sought: Vec<Sought> = chunk.iter().filter(is_added).map(Pending::sought).collect();
        if sought.is_empty() {
            return Ok(BTreeMap::new());
        }
        let archived = self.outside.dialer.archived(&sought).await.map_err(|fault| self.job.dialer_stop(fault))?;
        let of = |sought: Sought| match archived.get(&sought.code) {
            Some(leads) => leads.first().map(|lead| (sought.code, Some(*lead))),
            None => Some((sought.code, None)),
        };
        Ok(sought.into_iter().filter_map(of).collect())
    }

    /// The rows of leads that were found under a code: from the sweep where it saw them, else read.
    async fn rows(&mut self, pending: &Pending, leads: &[LeadId]) -> Result<Result<Vec<LeadRow>, Fault>, Stop> {
        let mut rows = self.swept.orphans.remove(&pending.code).unwrap_or_default();
        let fields: BTreeSet<FieldName> = pending.stored.0.keys().cloned().collect();
        for lead in leads {
            if rows.iter().any(|row| row.lead_id == *lead) {
                continue;
            }
            if let Some(link) = self.outside.store.link_by_lead(&self.job.name, *lead)?.filter(|link| link.seat() != pending.seat) {
                let message = format!("lead {lead} carries this contact's code, and is the lead of contact {}", link.seat());
                return Ok(Err(Fault::refused("lead_claimed", message)));
            }
            match self.job.dialer_record(self.outside.dialer.read_lead(*lead, &fields).await)? {
                Ok(row) => rows.extend(row),
                Err(fault) => return Ok(Err(fault)),
            }
        }
        let mut whole = Vec::with_capacity(rows.len());
        for row in rows {
            match self.whole(row, &pending.stored).await? {
                Ok(row) => whole.push(row),
                Err(fault) => return Ok(Err(fault)),
            }
        }
        Ok(Ok(whole))
    }

    /// A row with its custom fields: the reading of a list does not show those of a lead that came from another list. One that lacks what the contact would
    /// fill is read by itself, so that nothing is written over what people typed there.
    pub(super) async fn whole(&self, row: LeadRow, stored: &StoredLead) -> Result<Result<LeadRow, Fault>, Stop> {
        let is_shown = |field: &FieldName| row.values.get(field).is_some_and(|text| !text.trim().is_empty());
        let mut filled = stored.0.iter().filter(|(field, text)| matches!(field, FieldName::Custom(_)) && !text.is_empty());
        if filled.all(|(field, _)| is_shown(field)) {
            return Ok(Ok(row));
        }
        let fields = stored.0.keys().cloned().chain(row.values.keys().cloned()).collect();
        let read = self.job.dialer_record(self.outside.dialer.read_lead(row.lead_id, &fields).await)?;
        Ok(read.and_then(|read| match read {
            Some(read) if read.code == row.code => Ok(read),
            Some(_) | None => Err(Fault::refused("lead_changed", format!("lead {} changed while it was looked at", row.lead_id))),
        }))
    }

    /// The lead that belongs to a contact whose code no lead carries: the one with its phone, or that for which it was made. A lead that somebody else has,
    /// or that carries a code, is nobody's any more.
    async fn made_for(&mut self, pending: &Pending) -> Result<Result<Vec<LeadRow>, Fault>, Stop> {
        let row = match (self.claims.remove(&pending.seat), pending.made_for.filter(|_| pending.seat.slot.is_main())) {
            (Some(row), _) => Some(row),
            (None, Some(lead)) if self.outside.store.link_by_lead(&self.job.name, lead)?.is_none() => {
                let fields: BTreeSet<FieldName> = pending.stored.0.keys().cloned().collect();
                match self.job.dialer_record(self.outside.dialer.read_lead(lead, &fields).await)? {
                    Ok(row) => row,
                    Err(fault) => return Ok(Err(fault)),
                }
            }
            (None, _) => None,
        };
        let is_free = |row: &LeadRow| row.code.trim().is_empty() && !self.plan.leads().contains(&row.lead_id);
        let Some(row) = row.filter(is_free) else { return Ok(Ok(Vec::new())) };
        let is_others = self.job.claimed(self.outside.store, row.lead_id)?.is_some();
        Ok(Ok(if is_others { Vec::new() } else { vec![row] }))
    }
}
