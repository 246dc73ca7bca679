//! One contact: what is seen of each of its leads, and what that comes to.
//!
//! Before anything is written over a field that people change in VICIdial, the lead was looked at in this run. Leads that are not known wait in
//! [`super::unlinked`]; what becomes of whom is decided in [`crate::sync::decide`].

use std::collections::{BTreeMap, BTreeSet};

use crate::mapping::Mapped;
use crate::model::{Contact, ContactId, Failure, Link, LinkId, LinkState, Rejection, Seat, Slot, StatusRule, StoredLead, VendorLeadCode};
use crate::ports::{Clock, Contacts, Dialer, LOOK_AGAIN, Store};
use crate::sync::decide::{self, Seen, Step, subject_of};
use crate::sync::delta::{self, Shown};
use crate::sync::fingerprint::fingerprint;

use super::super::Stop;
use super::{Fetch, Unlinked};

impl<D: Dialer, C: Contacts, S: Store, K: Clock> Fetch<'_, '_, D, C, S, K> {
    /// The leads that a contact has or may have, the main one first: those that the mapping names, and those that have a link.
    pub(super) fn seats(&self, contact: &ContactId, links: &[Link]) -> Vec<Seat> {
        let named = self.job.program.slots().into_iter().chain(links.iter().map(|link| link.slot.clone()));
        let slots: BTreeSet<Slot> = named.chain([Slot::main()]).collect();
        slots.into_iter().map(|slot| Seat { contact: contact.clone(), slot }).collect()
    }

    pub(super) async fn contact(&mut self, contact: &Contact, links: &[Link]) -> Result<(), Stop> {
        let id = &contact.id;
        // An opt-out of a known lead waits for nothing: it is absolute, and ends whatever else is open.
        let is_opt_out = contact.opted_out && links.iter().any(|link| link.lead_id.is_some());
        let is_open = self.in_flight.contains(id);
        if is_open && !is_opt_out {
            // Not under the name of a lead that is missing: that one waits for a person.
            let known = links.iter().find(|link| link.state != LinkState::LeadMissing);
            self.plan.fail(not_settled(&known.map_or_else(|| Seat::main(id), Link::seat)));
            return Ok(());
        }
        let print = fingerprint(self.job.program.hash(), contact);
        let is_forced = self.forced.contains(id);
        let is_out = links.iter().any(|link| link.state == LinkState::OptedOut);
        // Whoever opted out by one lead is dialed by none.
        let is_let_in = |link: &Link| is_out && matches!(link.state, LinkState::Live | LinkState::Left);
        let is_still = |link: &Link| {
            link.fingerprint == print
                && !is_forced
                && !is_let_in(link)
                && link.state != LinkState::Wanted
                && !self.swept.edits.is_news(link.id)
        };
        let still: BTreeSet<LinkId> = links.iter().filter(|link| is_still(link)).map(|link| link.id).collect();
        let seats = self.seats(id, links);
        let is_settled = |link: &Link| still.contains(&link.id) && !is_away(link);
        if paired(&seats, links).all(|(_, link)| link.is_some_and(is_settled)) {
            self.plan.totals.unchanged += seats.len() as u64;
            return Ok(());
        }
        // Where all of its leads are what they were, so are those that it does not have; but for one that came late, which the lists showed.
        let is_all_still = !links.is_empty() && still.len() == links.len();
        let mut leads = self.map(contact);
        let dialed: BTreeSet<String> = leads.values().filter_map(number).collect();
        for (seat, link) in paired(&seats, links) {
            let seen = leads.remove(&seat.slot).unwrap_or_else(|| no_slot(contact, &seat.slot));
            let seen = match link {
                Some(link) if link.state == LinkState::OptedOut => seen,
                Some(link) if is_out => decide::out_before(seat, seen, link.lead_id.is_some()),
                None if is_out => decide::out_before(seat, seen, false),
                Some(link) if link.state == LinkState::Live && dialed.contains(&link.phone) => yielding(seen),
                Some(_) | None => seen,
            };
            let is_still =
                link.map_or_else(|| is_all_still && !self.swept.orphans.contains_key(&self.code(seat)), |link| still.contains(&link.id));
            if is_still {
                self.still(&seen, seat, link)?;
            } else if is_open && link.is_some_and(|link| link.lead_id.is_none()) {
                // Its add may take effect yet: it is out of dialing only once it is known.
                self.plan.fail(not_settled(seat));
            } else {
                self.lead(contact, seat, link, seen, &print).await?;
            }
        }
        Ok(())
    }

    /// One of a contact's leads, there or not.
    async fn lead(&mut self, contact: &Contact, seat: &Seat, link: Option<&Link>, seen: Seen, print: &str) -> Result<(), Stop> {
        let stored = match &seen {
            Seen::Lead(lead) => self.outside.dialer.stored(&lead.values()),
            Seen::OptedOut(_) | Seen::Rejected(_) | Seen::Filtered(_) | Seen::NoSeat(_) | Seen::Gone => StoredLead(BTreeMap::new()),
        };
        match link {
            Some(link) if link.lead_id.is_some() => {
                let Some(mut step) = self.looked(contact, &seen, link, &stored).await? else { return Ok(()) };
                let is_seen = self.swept.edits.is_seen(link);
                self.pull(contact, &seen, (seat, Some(link.id)), is_seen, &mut step);
                decide::ruled(&mut step, seat, Some(link), self.rule(&seen, contact).as_ref());
                self.plan.take(seat, Some(link), step, print);
            }
            Some(_) | None => self.await_look_up(contact, seat, link, seen, stored, print)?,
        }
        Ok(())
    }

    /// A lead of a contact that did not change: a rejection, if it has one, still counts.
    fn still(&mut self, seen: &Seen, seat: &Seat, link: Option<&Link>) -> Result<(), Stop> {
        match (seen, link) {
            (Seen::Rejected(rejection) | Seen::OptedOut(rejection), link) if link.is_none_or(is_away) => self.plan.reject(rejection),
            // It is to be, and VICIdial turned it down.
            (Seen::Lead(_), None) => {
                let known = self.outside.store.rejections_of(&self.job.name, &seat.contact)?;
                known.iter().filter(|known| known.slot == seat.slot).for_each(|known| self.plan.reject(known));
            }
            (Seen::Lead(_) | Seen::Rejected(_) | Seen::OptedOut(_) | Seen::Filtered(_) | Seen::NoSeat(_) | Seen::Gone, link) => {
                self.plan.totals.unchanged += u64::from(link.is_some());
            }
        }
        Ok(())
    }

    /// What a contact with a lead comes to. Before anything is written over a field that people change in VICIdial, the lead was looked at in this run.
    /// `None` where it cannot be looked at, or is in a call that would undo the write: the contact is looked at again.
    async fn looked(&mut self, contact: &Contact, seen: &Seen, link: &Link, stored: &StoredLead) -> Result<Option<Step>, Stop> {
        let shown = self.shown(link, Some(contact));
        let step = self.decided(seen, link, stored, &shown);
        let needs_look = match self.unlinked {
            Unlinked::LookedFor => matches!(seen, Seen::Lead(_)) && self.swept.edits.needs_look(&step, link),
            Unlinked::LeftOut => false,
        };
        let (shown, step) = if needs_look {
            if let Err(fault) = self.swept.edits.read(self.outside, self.job, link).await? {
                self.plan.unreadable(subject_of(&link.seat()), Some(contact.id.clone()), fault);
                return Ok(None);
            }
            let shown = self.shown(link, Some(contact));
            let step = self.decided(seen, link, stored, &shown);
            (shown, step)
        } else {
            (shown, step)
        };
        if self.swept.edits.waits_for_call(&step, link) {
            self.plan.fail(Failure {
                subject: subject_of(&link.seat()),
                contact: Some(contact.id.clone()),
                code: "in_call".to_owned(),
                raw: "its lead is in a call now, and the agent's screen would write the old values back; it is looked at again".to_owned(),
                tries: 0,
            });
            return Ok(None);
        }
        Ok(Some(self.done(link, &shown, step)))
    }

    pub(super) fn linked(&mut self, seen: &Seen, link: &Link, stored: &StoredLead) -> Step {
        let shown = self.shown(link, None);
        let step = self.decided(seen, link, stored, &shown);
        self.done(link, &shown, step)
    }

    fn decided(&self, seen: &Seen, link: &Link, stored: &StoredLead, shown: &Shown) -> Step {
        if self.swept.loosened.contains(&link.id) {
            return decide::tighten(link, &self.settings);
        }
        decide::linked(seen, link, stored, shown, &self.settings)
    }

    /// A link is done with. Where nothing was decided about its fields, those that only go to VICIdial are what it shows now.
    fn done(&mut self, link: &Link, shown: &Shown, mut step: Step) -> Step {
        self.swept.loosened.remove(&link.id);
        self.swept.edits.decided(link.id);
        step.base = step.base.or_else(|| delta::refresh(&link.base, shown, &self.settings.rules));
        step
    }

    /// The rule for the status of a contact that is a lead.
    ///
    /// Nothing is taken out of a status that VICIdial flags as final, though nobody checked the files since.
    pub(super) fn rule(&self, seen: &Seen, contact: &Contact) -> Option<StatusRule> {
        match seen {
            Seen::Lead(_) => self.job.program.status(contact).map(|rule| {
                let from = rule.from.iter().filter(|from| self.flags.final_flag(from).is_none()).cloned().collect();
                StatusRule { from, to: rule.to.clone() }
            }),
            Seen::OptedOut(_) | Seen::Rejected(_) | Seen::Filtered(_) | Seen::NoSeat(_) | Seen::Gone => None,
        }
    }

    /// What each of a contact's leads is to be.
    pub(super) fn map(&self, contact: &Contact) -> BTreeMap<Slot, Seen> {
        let leads = self.job.program.leads(contact);
        let is_ours = leads.iter().any(|(slot, mapped)| slot.is_main() && !matches!(mapped, Mapped::Filtered { .. }));
        let seen = |slot: &Slot, mapped| match mapped {
            Mapped::Lead(lead) => Seen::Lead(lead),
            Mapped::Rejected(rejection) if rejection.reason == "opted_out" => Seen::OptedOut(rejection),
            Mapped::Rejected(rejection) => Seen::Rejected(rejection),
            Mapped::Filtered { .. } if contact.opted_out => opted_out(contact, slot),
            Mapped::Filtered { why } if is_ours => Seen::NoSeat(why),
            Mapped::Filtered { why } => Seen::Filtered(why),
        };
        leads.into_iter().map(|(slot, mapped)| (slot.clone(), seen(&slot, mapped))).collect()
    }

    pub(super) fn code(&self, seat: &Seat) -> VendorLeadCode {
        self.job.code(seat)
    }
}

/// Leads, each with its link where it has one.
pub(super) fn paired<'a>(seats: &'a [Seat], links: &'a [Link]) -> impl Iterator<Item = (&'a Seat, Option<&'a Link>)> {
    seats.iter().map(|seat| (seat, links.iter().find(|link| link.slot == seat.slot)))
}

/// Whether its lead is out of dialing, since its contact is.
fn is_away(link: &Link) -> bool {
    match link.state {
        LinkState::Left | LinkState::OptedOut => true,
        LinkState::Live | LinkState::Wanted | LinkState::LeadMissing => false,
    }
}

/// A lead in a slot that the mapping does not have any more.
pub(super) fn no_slot(contact: &Contact, slot: &Slot) -> Seen {
    match contact.opted_out {
        true => opted_out(contact, slot),
        false => Seen::NoSeat(format!("the mapping has no slot `{}` any more", slot.as_str())),
    }
}

fn opted_out(contact: &Contact, slot: &Slot) -> Seen {
    Seen::OptedOut(Rejection {
        contact: contact.id.clone(),
        slot: slot.clone(),
        reason: "opted_out".to_owned(),
        detail: "the person, or the number, must not be called".to_owned(),
    })
}

/// The number that a lead is to be dialed by.
fn number(seen: &Seen) -> Option<String> {
    match seen {
        Seen::Lead(lead) => Some(lead.phone.e164()),
        Seen::OptedOut(_) | Seen::Rejected(_) | Seen::Filtered(_) | Seen::NoSeat(_) | Seen::Gone => None,
    }
}

/// A lead that is to be none any more, and whose number another lead of the contact dials: it is not dialed on, whatever the mapping keeps.
fn yielding(seen: Seen) -> Seen {
    let why = match seen {
        Seen::Rejected(rejection) => rejection.detail,
        Seen::Filtered(why) | Seen::NoSeat(why) => why,
        Seen::Lead(_) | Seen::OptedOut(_) | Seen::Gone => return seen,
    };
    Seen::NoSeat(format!("{why}; another lead of the contact dials its number"))
}

fn not_settled(seat: &Seat) -> Failure {
    Failure {
        subject: subject_of(seat),
        contact: Some(seat.contact.clone()),
        code: LOOK_AGAIN.to_owned(),
        raw: "an earlier write for this contact is not settled yet".to_owned(),
        tries: 0,
    }
}
