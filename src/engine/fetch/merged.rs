//! Contacts that the CRM made one: found in listings and by looks at single contacts, followed to the one that is left, and decided about once all
//! contacts were read.
//!
//! Where the CRM tells nothing of merges a loser is gone, and leaves dialing as such. What becomes of whom is decided in `sync::decide`.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::{Contact, ContactId, Failure, Link, LinkState, Merge, Seat, Slot, StoredLead};
use crate::ports::{self, Clock, Contacts, Dialer, Store};
use crate::sync::decide::{self, Fate, Seen, subject_of};
use crate::sync::delta::Shown;
use crate::sync::fingerprint::fingerprint;

use super::super::Stop;
use super::Fetch;
use super::contact::no_slot;
use super::matching::Unmatched;

/// Merges that are followed one after the other.
const CHAIN_MAX: usize = 50;

/// What a contact that gets a loser's lead looks like.
struct Heir {
    seen: Seen,
    stored: StoredLead,
    fingerprint: String,
}

impl<D: Dialer, C: Contacts, S: Store, K: Clock> Fetch<'_, '_, D, C, S, K> {
    pub(super) fn note(&mut self, merges: impl IntoIterator<Item = Merge>) {
        for merge in merges.into_iter().filter(|merge| merge.loser != merge.winner) {
            self.merges.insert(merge.loser, merge.winner);
        }
    }

    /// Asks for a contact's merges. Gives whether it was merged into another one, or nobody can tell.
    pub(super) async fn is_merged(&mut self, id: &ContactId) -> Result<bool, Stop> {
        match self.job.crm_record(self.outside.contacts.merges(id).await)? {
            Ok(merges) => {
                let is_merged = merges.into.is_some();
                self.note(merges.into.map(|winner| Merge { loser: id.clone(), winner }));
                self.note(merges.losers.into_iter().map(|loser| Merge { loser, winner: id.clone() }));
                Ok(is_merged)
            }
            Err(fault) => {
                self.plan.unreadable(subject_of(&Seat::main(id)), Some(id.clone()), fault);
                Ok(true)
            }
        }
    }

    /// Decides about all losers that have a link.
    pub(crate) async fn merge(&mut self) -> Result<(), Stop> {
        let noted: Vec<ContactId> = self.merges.keys().cloned().collect();
        let mut losers: BTreeMap<ContactId, Vec<Link>> = BTreeMap::new();
        for loser in noted {
            // One that is there as a contact of its own is none, whatever another one says of it.
            if self.plan.seen.contains(&loser) {
                continue;
            }
            let links = self.outside.store.links_of(&self.job.name, &loser)?;
            if links.is_empty() || !self.has(&loser)? {
                continue;
            }
            match self.winner_of(&loser).await? {
                Some(winner) => losers.entry(winner).or_default().extend(links.into_iter().map(|link| self.as_swept(link))),
                None => self.gone(&loser)?,
            }
        }
        for (winner, losers) in losers {
            self.part.add(&winner);
            let has_opted_out = losers.iter().any(|link| link.state == LinkState::OptedOut);
            let mut by_slot: BTreeMap<Slot, Vec<Link>> = BTreeMap::new();
            if has_opted_out {
                let links = self.outside.store.links_of(&self.job.name, &winner)?;
                by_slot.extend(self.seats(&winner, &links).into_iter().map(|seat| (seat.slot, Vec::new())));
            }
            for link in losers {
                by_slot.entry(link.slot.clone()).or_default().push(link);
            }
            for (slot, losers) in by_slot {
                self.join(&Seat { contact: winner.clone(), slot }, &losers, has_opted_out).await?;
            }
        }
        Ok(())
    }

    /// The contact that is left of a chain of merges; `None` where that is gone as well.
    async fn winner_of(&mut self, loser: &ContactId) -> Result<Option<ContactId>, Stop> {
        let mut passed = BTreeSet::from([loser.clone()]);
        let mut at = loser.clone();
        while passed.len() <= CHAIN_MAX {
            match self.merges.get(&at) {
                Some(winner) => at = winner.clone(),
                None if self.plan.seen.contains(&at) && !self.plan.gone.contains(&at) => return Ok(Some(at)),
                None => match self.job.crm_record(self.outside.contacts.get(&at).await)? {
                    // Of one that cannot be read nothing is decided, nor of those that went into it.
                    Ok(Some(_)) | Err(_) => return Ok(Some(at)),
                    Ok(None) if !self.is_merged(&at).await? => return Ok(None),
                    Ok(None) => continue,
                },
            }
            if !passed.insert(at.clone()) {
                return Ok(None);
            }
        }
        Ok(None)
    }

    /// One lead of a winner with the same ones of its losers. `has_opted_out`: one of them did, by whichever lead.
    async fn join(&mut self, winner: &Seat, losers: &[Link], has_opted_out: bool) -> Result<(), Stop> {
        let is_open = self.in_flight.contains(&winner.contact) || losers.iter().any(|link| self.in_flight.contains(&link.contact));
        let (own, has_planned) = self.lead_of(winner)?;
        let waits = self.pending.iter().chain(self.unmatched.iter().map(|one| &one.pending)).any(|pending| pending.seat == *winner);
        if own.is_none() && losers.is_empty() && !waits {
            return Ok(());
        }
        let mut heir = None;
        if own.is_none() && !is_open {
            heir = self.heir(winner).await?;
        }
        if is_open || (own.is_none() && heir.is_none()) {
            self.plan.fail(Failure {
                subject: subject_of(winner),
                contact: Some(winner.contact.clone()),
                code: ports::LOOK_AGAIN.to_owned(),
                raw: "the CRM merged another contact into it, and one of the two cannot be decided about yet".to_owned(),
                tries: 0,
            });
            return Ok(());
        }
        let rejections = &self.plan.commit.rejections;
        let is_opted_out = rejections.iter().any(|rejection| rejection.contact == winner.contact && rejection.reason == "opted_out")
            || heir.as_ref().is_some_and(|heir| matches!(heir.seen, Seen::OptedOut(_)));
        let merged = decide::merged(own.as_ref(), is_opted_out, has_opted_out, losers);
        for (loser, fate) in losers.iter().zip(&merged.fates) {
            self.plan.seen.insert(loser.contact.clone());
            match (fate, heir.take_if(|_| *fate == Fate::Passes)) {
                (Fate::Passes, Some(heir)) => {
                    let link = decide::passed(loser, winner, &self.code(winner));
                    if self.swept.edits.are_pulled()
                        && !self.swept.edits.is_seen(loser)
                        && let Err(fault) = self.swept.edits.read(self.outside, self.job, loser).await?
                    {
                        // Nothing is written over edits that nobody looked at.
                        self.plan.unreadable(subject_of(winner), Some(winner.contact.clone()), fault);
                        continue;
                    }
                    let is_out = has_opted_out && loser.state != LinkState::OptedOut;
                    let seen = if is_out { decide::opted_out(winner) } else { heir.seen };
                    // Edits of its lead that go to the CRM are decided about by the next look: then the lead is the winner's.
                    let shown = self.shown(loser, None);
                    let step = decide::inherits(&seen, &link, &heir.stored, &shown, &self.settings);
                    self.swept.edits.decided(loser.id);
                    self.plan.commit.cancelled.push(loser.seat());
                    self.plan.commit.mended.push(subject_of(&loser.seat()));
                    self.plan.take(winner, None, step, &heir.fingerprint);
                }
                (Fate::Passes | Fate::Leaves | Fate::OptsOut | Fate::Stays, _) => {
                    let step = decide::yields(*fate, loser, &winner.contact, &self.settings);
                    self.plan.take(&loser.seat(), Some(loser), step, "");
                }
            }
        }
        if let Some(mut pending) = self.heirs.remove(winner).filter(|_| !merged.fates.contains(&Fate::Passes)) {
            // None of the losers' leads passed: the winner is decided about as ever.
            if has_opted_out {
                pending.seen = decide::opted_out(winner);
            }
            self.pending.push(pending);
        }
        if let Some(own) = own.filter(|_| merged.winner_opts_out) {
            let mut step =
                decide::linked(&decide::opted_out(winner), &own, &StoredLead(BTreeMap::new()), &Shown::default(), &self.settings);
            self.plan.commit.accepted.retain(|seat| seat != winner);
            if !has_planned {
                self.plan.take(winner, Some(&own), step, &own.fingerprint);
                return Ok(());
            }
            self.plan.withdraw(winner);
            if own.lead_id.is_some() {
                // This plan linked a lead that is there: it leaves dialing at once.
                for op in &mut step.ops {
                    op.link = None;
                }
                self.plan.commit.ops.extend(step.ops);
                self.plan.commit.rejections.extend(step.rejection);
            }
        }
        Ok(())
    }

    /// The winner's link where it has a lead, and whether this plan is what made it.
    fn lead_of(&self, winner: &Seat) -> Result<(Option<Link>, bool), Stop> {
        let link = self.outside.store.link_at(&self.job.name, winner)?.map(|link| self.as_swept(link));
        if let Some(link) = link.filter(|link| link.lead_id.is_some()) {
            return Ok((Some(link), false));
        }
        let planned = self.plan.link_at(winner).cloned();
        let is_planned = planned.is_some();
        Ok((planned, is_planned))
    }

    /// A link as the lists showed it.
    fn as_swept(&self, mut link: Link) -> Link {
        if let Some(state) = self.swept.states.get(&link.id) {
            link.state = *state;
        }
        link
    }

    /// A winner without that lead. One that waits for the look for its code waits no longer.
    async fn heir(&mut self, winner: &Seat) -> Result<Option<Heir>, Stop> {
        if let Some(at) = self.unmatched.iter().position(|one| one.pending.seat == *winner) {
            let Unmatched { mut pending, person } = self.unmatched.swap_remove(at);
            pending.person = Some(person);
            self.pending.push(pending);
        }
        if let Some(at) = self.pending.iter().position(|pending| pending.seat == *winner) {
            let pending = self.pending.swap_remove(at);
            let heir = Heir { seen: pending.seen.clone(), stored: pending.stored.clone(), fingerprint: pending.fingerprint.clone() };
            self.heirs.insert(winner.clone(), pending);
            return Ok(Some(heir));
        }
        let Ok(Some(contact)) = self.job.crm_record(self.outside.contacts.get(&winner.contact).await)? else { return Ok(None) };
        self.plan.seen.insert(winner.contact.clone());
        let mut heir = self.looked_at(&contact, &winner.slot);
        let links = self.outside.store.links_of(&self.job.name, &winner.contact)?;
        if links.iter().any(|link| link.state == LinkState::OptedOut) {
            heir.seen = decide::out_before(winner, heir.seen, true);
        }
        Ok(Some(heir))
    }

    fn looked_at(&self, contact: &Contact, slot: &Slot) -> Heir {
        let seen = self.map(contact).remove(slot).unwrap_or_else(|| no_slot(contact, slot));
        let stored = match &seen {
            Seen::Lead(lead) => self.outside.dialer.stored(&lead.values()),
            Seen::OptedOut(_) | Seen::Rejected(_) | Seen::Filtered(_) | Seen::NoSeat(_) | Seen::Gone => StoredLead(BTreeMap::new()),
        };
        Heir { seen, stored, fingerprint: fingerprint(self.job.program.hash(), contact) }
    }
}
