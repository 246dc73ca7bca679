//! Contacts that have no lead under our own code, where the mapping says by what an existing one is known: they wait until all were read, and are
//! compared with the leads of nobody at once.
//!
//! Where all lists were read, the leads come from there. Else they are looked for by number, which has an index, and by code as our own codes are: few
//! leads a run, and what is beyond waits for another. What fits whom is decided in `sync::matching`.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::{
    Contact, ContactId, Failure, FieldName, LeadField, LeadId, LeadRow, ListId, Matching, Phone, Seat, Slot, VendorLeadCode,
};
use crate::ports::{self, Clock, Contacts, Dialer, Fault, LinkWrite, Sought, Store};
use crate::sync::decide::{self, Matched, Seen, Step, subject_of};
use crate::sync::matching::{self, By, Found, Pairs, Person, Stranger};

use super::super::Stop;
use super::super::unowned::Address;
use super::Fetch;
use super::unlinked::Pending;

/// Leads that are read one by one in a run that did not read the lists.
const LOOKS_MAX: usize = 500;
/// Contacts left without a lead before that are read again beside new ones, to see whether a lead fits them as well. Where there are more, a full run decides.
const RIVALS_MAX: usize = 200;

/// A contact that waits for all others.
pub(super) struct Unmatched {
    pub(super) pending: Pending,
    pub(super) person: Person,
}

/// Where a lead that may fit was seen.
enum At {
    List(Address),
    Read(LeadRow),
}

impl<D: Dialer, C: Contacts, S: Store, K: Clock> Fetch<'_, '_, D, C, S, K> {
    /// One of a contact's leads as those that are there are compared with it; `None` where it is to be none, or the mapping compares nobody.
    pub(super) fn person(&self, contact: &Contact, slot: &Slot, seen: &Seen) -> Option<Person> {
        let program = &self.job.program;
        let matching = program.matching()?;
        let values = match seen {
            Seen::Lead(lead) => lead.values(),
            // Whoever opted out has a lead as anybody else, and it leaves dialing.
            Seen::OptedOut(_) => match self.map(&Contact { opted_out: false, ..contact.clone() }).remove(slot)? {
                Seen::Lead(lead) => lead.values(),
                Seen::OptedOut(_) | Seen::Rejected(_) | Seen::Filtered(_) | Seen::NoSeat(_) | Seen::Gone => return None,
            },
            Seen::Rejected(_) | Seen::Filtered(_) | Seen::NoSeat(_) | Seen::Gone => return None,
        };
        let mut shown = self.outside.dialer.stored(&values).0;
        shown.retain(|field, _| must_agree(matching, field));
        // An older tool's code is one a contact, so it is the main lead's.
        let code = program.older_code(contact).filter(|_| slot.is_main());
        let seat = Seat { contact: contact.id.clone(), slot: slot.clone() };
        Some(Person { seat, code, phones: program.phones(contact, slot), shown })
    }

    /// Decides about all that wait. `is_complete`: every contact was read.
    pub(super) async fn match_all(&mut self, is_complete: bool) -> Result<(), Stop> {
        let Some(matching) = self.job.program.matching().cloned() else { return Ok(()) };
        let unmatched = std::mem::take(&mut self.unmatched);
        let (mut pairs, mut seen_at, mut asked) = (Pairs::default(), BTreeMap::new(), Vec::new());
        let mut unowned = self.swept.unowned.take();
        let looked = if unowned.is_none() { self.look_for(&unmatched).await? } else { BTreeMap::new() };
        for Unmatched { pending, person } in unmatched {
            let leads: Vec<(At, LeadRow)> = match (&mut unowned, looked.get(&person.seat)) {
                (Some(unowned), _) => unowned.of(&person).into_iter().map(|(address, row)| (At::List(address), row)).collect(),
                (None, Some(Ok(rows))) => rows.iter().map(|row| (At::Read(row.clone()), row.clone())).collect(),
                (None, Some(Err(why))) => {
                    self.put_off(pending, why);
                    continue;
                }
                (None, None) => Vec::new(),
            };
            let mut compared = Vec::with_capacity(leads.len());
            for (at, row) in leads {
                compared.push(self.stranger(&row, &matching)?);
                seen_at.entry(row.lead_id).or_insert(at);
            }
            pairs.person(person, compared, &matching);
            asked.push(pending);
        }
        let saw_all = is_complete && self.part.list().is_none();
        let knows_rivals = saw_all || !pairs.has_any() || self.rivals(&mut pairs, &asked, &matching).await?;
        let mut taken = self.plan.leads();
        for (pending, found) in asked.into_iter().zip(pairs.decide(&matching)) {
            let row = |lead: LeadId| match seen_at.get(&lead).filter(|_| knows_rivals)? {
                At::List(address) => unowned.as_ref()?.row(*address),
                At::Read(row) => Some(row.clone()),
            };
            match found {
                Found::Lead(lead, by) => {
                    match row(lead) {
                        Some(_) if !taken.insert(lead) => self.put_off(pending, "a lead that fits it became another contact's in this run"),
                        Some(row) => self.give(pending, row, by, &matching).await?,
                        None => {
                            self.put_off(pending, "a lead fits it, and may fit others as well that are not linked yet; the next full run looks at all of them");
                        }
                    }
                }
                Found::Nobody => {
                    let step = decide::unlinked(&pending.seat, &pending.seen, &pending.code, &pending.stored, &[], &self.settings);
                    self.taken(&pending, false, step);
                }
                Found::Held(failure) => {
                    let step = self.held(&pending, failure);
                    self.plan.take(&pending.seat, None, step, &pending.fingerprint);
                }
            }
        }
        Ok(())
    }

    /// A contact gets the lead that fits it alone.
    async fn give(&mut self, pending: Pending, row: LeadRow, by: By, matching: &Matching) -> Result<(), Stop> {
        if let Some(failure) = self.code_taken(&pending, &row, by)? {
            let step = self.held(&pending, failure);
            self.plan.take(&pending.seat, None, step, &pending.fingerprint);
            return Ok(());
        }
        match self.whole(row, &pending.stored).await? {
            Ok(row) => {
                let step = self.matched(&pending, &row, by, matching);
                self.taken(&pending, false, step);
            }
            Err(fault) => self.plan.unreadable(subject_of(&pending.seat), Some(pending.seat.contact), fault),
        }
        Ok(())
    }

    /// The failure of a contact whose lead carries an older tool's code that another contact's lead carries as well.
    fn code_taken(&self, pending: &Pending, row: &LeadRow, by: By) -> Result<Option<Failure>, Stop> {
        let code = match by {
            By::Code => VendorLeadCode::read(&row.code),
            By::Phone => None,
        };
        let Some(code) = code else { return Ok(None) };
        let kept = self.outside.store.link_by_code(&self.job.name, &code)?.map(|link| link.seat());
        let planned = self.plan.commit.links.iter().find_map(|write| match write {
            LinkWrite::Put(link) | LinkWrite::Pass(link) if link.code == code => Some(link.seat()),
            LinkWrite::Put(_) | LinkWrite::Pass(_) | LinkWrite::Seen { .. } => None,
        });
        let other = kept.or(planned).filter(|other| *other != pending.seat);
        Ok(other.map(|other| Failure {
            subject: subject_of(&pending.seat),
            contact: Some(pending.seat.contact.clone()),
            code: matching::AMBIGUOUS.to_owned(),
            raw: format!(
                "lead {} carries the code `{code}` of this contact, and so does the lead of contact {other}; merge the two contacts, or clear the code of one lead in VICIdial",
                row.lead_id
            ),
            tries: 0,
        }))
    }

    /// The failure of a contact whose code, or one of the leads that carry it, another job has.
    pub(super) fn claimed(&self, pending: &Pending, leads: &[LeadId]) -> Result<Option<Failure>, Stop> {
        for neighbour in &self.job.neighbours {
            if self.outside.store.link_by_code(neighbour, &pending.code)?.is_some() {
                return Ok(Some(matching::claimed(&pending.seat, "the lead with its code", neighbour)));
            }
        }
        for lead in leads {
            if let Some(job) = self.job.claimed(self.outside.store, *lead)? {
                return Ok(Some(matching::claimed(&pending.seat, &format!("lead {lead}"), job)));
            }
        }
        Ok(None)
    }

    /// A contact that is held. An opted-out one stays refused as well.
    pub(super) fn held(&self, pending: &Pending, failure: Failure) -> Step {
        match &pending.seen {
            Seen::Lead(_) => decide::held(failure),
            Seen::OptedOut(_) | Seen::Rejected(_) | Seen::Filtered(_) | Seen::NoSeat(_) | Seen::Gone => {
                let mut step = decide::unlinked(&pending.seat, &pending.seen, &pending.code, &pending.stored, &[], &self.settings);
                step.failures.push(failure);
                step
            }
        }
    }

    fn matched(&self, pending: &Pending, row: &LeadRow, by: By, matching: &Matching) -> Step {
        let words = match by {
            By::Code => matching.code_from.clone().unwrap_or_default(),
            By::Phone => matching.phone_words(),
        };
        let pair = Matched { seat: &pending.seat, seen: &pending.seen, code: &pending.code, row, by, words: &words };
        decide::matched(&pair, &pending.stored, &self.settings)
    }

    /// A lead as people are compared with it.
    fn stranger(&self, row: &LeadRow, matching: &Matching) -> Result<Stranger, Stop> {
        let shown = |field| row.values.get(&FieldName::Standard(field)).map_or("", String::as_str);
        Ok(Stranger {
            lead: row.lead_id,
            code: row.code.clone(),
            phone: self.job.program.phone_of_lead(shown(LeadField::PhoneCode), shown(LeadField::PhoneNumber)),
            shown: row
                .values
                .iter()
                .filter(|(field, _)| must_agree(matching, field))
                .map(|(field, text)| (field.clone(), text.clone()))
                .collect(),
            claimed: self.job.claimed(self.outside.store, row.lead_id)?.cloned(),
        })
    }

    /// Without a look nobody is added: there may be a lead. Who is to have none anyway needs no look.
    fn put_off(&mut self, pending: Pending, why: &str) {
        match &pending.seen {
            Seen::Lead(_) => self.plan.fail(Failure {
                subject: subject_of(&pending.seat),
                contact: Some(pending.seat.contact),
                code: ports::LOOK_AGAIN.to_owned(),
                raw: why.to_owned(),
                tries: 0,
            }),
            Seen::OptedOut(_) | Seen::Rejected(_) | Seen::Filtered(_) | Seen::NoSeat(_) | Seen::Gone => {
                let step = decide::unlinked(&pending.seat, &pending.seen, &pending.code, &pending.stored, &[], &self.settings);
                self.plan.take(&pending.seat, None, step, &pending.fingerprint);
            }
        }
    }

    /// Leads that may be somebody's, asked for by number and by code; or why they cannot be looked for now.
    async fn look_for(&mut self, unmatched: &[Unmatched]) -> Result<BTreeMap<Seat, Result<Vec<LeadRow>, &'static str>>, Stop> {
        let mut looked = BTreeMap::new();
        let Some(matching) = self.job.program.matching().filter(|_| !unmatched.is_empty()) else { return Ok(looked) };
        self.job.awake(self.outside.clock.now())?;
        let is_by_phone = matching.phone_and.is_some();
        let phones: BTreeSet<&Phone> = unmatched.iter().filter(|_| is_by_phone).flat_map(|one| &one.person.phones).collect();
        let phones: Vec<Phone> = phones.into_iter().cloned().collect();
        let by_phone = self.outside.dialer.leads_by_phone(&phones).await.map_err(|fault| self.job.dialer_stop(fault))?;
        let code = |one: &Unmatched| one.person.code.as_deref().and_then(VendorLeadCode::read);
        let sought: Vec<Sought> = unmatched
            .iter()
            .filter_map(|one| Some(Sought { code: code(one).filter(VendorLeadCode::is_plain)?, phone: one.person.phones.first().cloned() }))
            .collect();
        let by_code = self.outside.dialer.find_by_code(&sought).await.map_err(|fault| self.job.dialer_stop(fault))?;
        let found: Vec<LeadId> = by_phone.values().chain(by_code.values()).flatten().copied().collect();
        let linked = self.outside.store.links_by_leads(&self.job.name, &found)?;
        let mut rows: BTreeMap<LeadId, Option<LeadRow>> = BTreeMap::new();
        for one in unmatched {
            let mut leads: BTreeSet<LeadId> = BTreeSet::new();
            let mut is_known = true;
            for found in one.person.phones.iter().filter(|_| is_by_phone).map(|phone| by_phone.get(phone)) {
                is_known &= found.is_some();
                leads.extend(found.into_iter().flatten());
            }
            if let Some(code) = code(one) {
                is_known &= by_code.contains_key(&code);
                leads.extend(by_code.get(&code).into_iter().flatten());
            }
            leads.retain(|lead| !linked.contains_key(lead));
            let unread = leads.iter().filter(|lead| !rows.contains_key(lead)).count();
            let found = if !is_known {
                Err(
                    "whether VICIdial has its lead already cannot be looked for beside agents, or not but by reading the lists; a full run does that",
                )
            } else if rows.len() + unread > LOOKS_MAX {
                Err("this run looked at as many leads as one may that does not read the lists; another one goes on")
            } else {
                self.strangers_of(&leads, &mut rows).await?
            };
            looked.insert(one.person.seat.clone(), found);
        }
        Ok(looked)
    }

    /// Of these leads, those in the mapping's lists that nobody has.
    async fn strangers_of(
        &mut self,
        leads: &BTreeSet<LeadId>,
        rows: &mut BTreeMap<LeadId, Option<LeadRow>>,
    ) -> Result<Result<Vec<LeadRow>, &'static str>, Stop> {
        let (fields, lists) = (self.job.program.lead_fields(), self.job.program.lists());
        let mut found = Vec::new();
        for lead in leads {
            if !rows.contains_key(lead) {
                match self.job.dialer_record(self.free(*lead, &fields, &lists).await)? {
                    Ok(row) => drop(rows.insert(*lead, row)),
                    Err(fault) => {
                        tracing::debug!(%lead, code = fault.code, "a lead that may fit a contact could not be read");
                        return Ok(Err("VICIdial does not show a lead that may be its own; a full run reads the lists"));
                    }
                }
            }
            found.extend(rows.get(lead).cloned().flatten());
        }
        Ok(Ok(found))
    }

    /// A lead, where it is in one of these lists and nobody has it. A lead of another list may lack custom fields, so the first look asks for none.
    async fn free(&self, lead: LeadId, fields: &BTreeSet<FieldName>, lists: &BTreeSet<ListId>) -> Result<Option<LeadRow>, Fault> {
        let is_free = |row: &LeadRow| lists.contains(&row.list_id) && matching::is_stranger(row);
        match self.outside.dialer.read_lead(lead, &BTreeSet::new()).await? {
            Some(row) if is_free(&row) => Ok(self.outside.dialer.read_lead(lead, fields).await?.filter(is_free)),
            Some(_) | None => Ok(None),
        }
    }

    /// Contacts without a lead that have something open and are not looked at now: a lead may be theirs as well. Gives whether all were compared.
    async fn rivals(&mut self, pairs: &mut Pairs, asked: &[Pending], matching: &Matching) -> Result<bool, Stop> {
        let own: BTreeSet<&ContactId> = asked.iter().map(|pending| &pending.seat.contact).collect();
        let failures = self.outside.store.failures(&self.job.name, None)?;
        let others: BTreeSet<ContactId> =
            failures.into_iter().filter_map(|failure| failure.contact).filter(|contact| !own.contains(contact)).collect();
        let mut unlinked = Vec::new();
        for id in others {
            let links = self.outside.store.links_of(&self.job.name, &id)?;
            let linked: BTreeSet<Slot> = links.into_iter().filter(|link| link.lead_id.is_some()).map(|link| link.slot).collect();
            let seats: Vec<Seat> = self.seats(&id, &[]).into_iter().filter(|seat| !linked.contains(&seat.slot)).collect();
            if !seats.is_empty() {
                unlinked.push((id, seats));
            }
        }
        if unlinked.len() > RIVALS_MAX {
            return Ok(false);
        }
        for (id, seats) in unlinked {
            match self.job.crm_record(self.outside.contacts.get(&id).await)? {
                Ok(Some(contact)) => {
                    let leads = self.map(&contact);
                    for seat in seats {
                        let seen = leads.get(&seat.slot);
                        if let Some(rival) = seen.and_then(|seen| self.person(&contact, &seat.slot, seen)) {
                            pairs.rival(&rival, matching);
                        }
                    }
                }
                Ok(None) => {}
                // Nobody knows whom a lead fits as well.
                Err(fault) => {
                    self.plan.unreadable(subject_of(&Seat::main(&id)), Some(id), fault);
                    return Ok(false);
                }
            }
        }
        Ok(true)
    }
}

fn must_agree(matching: &Matching, field: &FieldName) -> bool {
    matching.phone_and.as_ref().is_some_and(|and| and.contains(field))
}
