//! Contacts: listed, or read one by one, and handed on to be decided about. Of a run over one list, those that belong to it; what was found out beside stands
//! in `beside`.

mod beside;
mod contact;
mod matching;
mod merged;
mod pull;
mod spare;
mod unlinked;

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};

use crate::mapping::StatusFlags;
use crate::model::{Contact, ContactId, Link, LinkId, LinkState, Seat, StoredLead, VendorLeadCode};
use crate::ports::{self, Clock, Contacts, Dialer, Effect, Fault, JobRecord, Reach, Store};
use crate::sync::brake::Blown;
use crate::sync::decide::{self, Seen, Settings, subject_of};
use crate::sync::delta::Rules;

use super::part::Part;
use super::plan::Plan;
use super::strangers::Claims;
use super::sweep::Swept;
use super::{Job, Outside, Stop};
use contact::paired;
use matching::Unmatched;
use unlinked::Pending;

/// Codes looked for in one request.
const CODES_MAX: usize = 500;

/// Pages of one listing; a CRM that never comes to an end is stopped here.
const PAGES_MAX: u64 = 200_000;

/// What becomes of contacts whose lead is not known.
enum Unlinked {
    /// Their codes are looked for.
    LookedFor,
    /// They are left for another run.
    LeftOut,
}

/// Fetching, with all it carries along.
pub(crate) struct Fetch<'a, 'b, D, C, S, K> {
    outside: &'a Outside<'b, D, C, S, K>,
    job: &'a Job,
    plan: &'a mut Plan,
    part: &'a mut Part,
    settings: Settings,
    /// What VICIdial's statuses mean, as far as it is known.
    flags: StatusFlags,
    swept: Swept,
    pending: Vec<Pending>,
    /// Contacts without a lead of our code, that one of nobody's may fit.
    unmatched: Vec<Unmatched>,
    unlinked: Unlinked,
    /// Contacts that went into others, with those.
    merges: BTreeMap<ContactId, ContactId>,
    /// Winners that waited for a look for their code, while it is decided whether they get a loser's lead.
    heirs: BTreeMap<Seat, Pending>,
    /// Contacts that are looked at even if nothing seems to have changed.
    forced: BTreeSet<ContactId>,
    /// Contacts with ops that may still take effect.
    in_flight: BTreeSet<ContactId>,
    /// Contacts that an earlier run did not get done with: when they were changed is not known.
    unsettled: BTreeSet<ContactId>,
    /// Leads without a link that belong to contacts.
    claims: Claims,
}

impl<'a, 'b, D: Dialer, C: Contacts, S: Store, K: Clock> Fetch<'a, 'b, D, C, S, K> {
    pub(crate) fn new(
        outside: &'a Outside<'b, D, C, S, K>,
        job: &'a Job,
        plan: &'a mut Plan,
        part: &'a mut Part,
        swept: Swept,
        mut forced: BTreeSet<ContactId>,
    ) -> Result<Self, Stop> {
        use crate::model::OpState::{Intended, Sent, Unknown};
        let in_flight = outside.store.contacts_with_ops(&job.name, &[Sent, Unknown])?;
        forced.extend(outside.store.contacts_with_ops(&job.name, &[Intended])?);
        for link in &swept.loosened {
            forced.extend(outside.store.link(*link)?.map(|link| link.contact));
        }
        let settings = settings(job, &plan.commit.job);
        let mut unsettled = BTreeSet::new();
        if swept.edits.is_dated() {
            unsettled.extend(forced.iter().chain(&in_flight).cloned());
            unsettled.extend(outside.store.failures(&job.name, None)?.into_iter().filter_map(|failure| failure.contact));
        }
        plan.has_slots = !job.program.slots().is_empty();
        let flags = StatusFlags::of(&outside.store.server_facts(&job.vicidial)?);
        Ok(Self {
            outside,
            job,
            plan,
            part,
            settings,
            flags,
            swept,
            pending: Vec::new(),
            unmatched: Vec::new(),
            unlinked: Unlinked::LookedFor,
            merges: BTreeMap::new(),
            heirs: BTreeMap::new(),
            forced,
            in_flight,
            unsettled,
            claims: Claims::new(),
        })
    }

    /// The same, knowing leads that belong to contacts.
    pub(crate) fn with_claims(mut self, claims: Claims) -> Self {
        self.claims = claims;
        self
    }

    /// The same for contacts whose lead is known only: VICIdial is asked for nothing.
    pub(crate) fn of_known_leads(mut self) -> Self {
        self.unlinked = Unlinked::LeftOut;
        self
    }

    /// All contacts of a listing, to its true end. Gives the CRM's clock when it began.
    pub(crate) async fn listing(&mut self, scope: &ports::Scope) -> Result<DateTime<Utc>, Stop> {
        self.outside.progress.stage("reading contacts");
        let mut cursor = None;
        let mut began = None;
        for _ in 0..PAGES_MAX {
            let page = self.outside.contacts.page(scope, cursor.as_ref()).await.map_err(|fault| self.job.crm_stop(fault))?;
            let began_at = *began.get_or_insert(page.read_at);
            self.note(page.merged);
            self.contacts(page.contacts).await?;
            for (contact, fault) in page.unreadable {
                // It is there: nobody may take it for gone.
                if self.plan.seen.insert(contact.clone()) && self.has(&contact)? {
                    self.plan.unreadable(subject_of(&Seat::main(&contact)), Some(contact), fault);
                }
            }
            self.outside.progress.step(self.plan.totals.read, 0);
            match page.next {
                None => return Ok(began_at),
                next => cursor = next,
            }
        }
        Err(self.job.crm_stop(Fault::new(
            Effect::None,
            Reach::Connection,
            "endless_listing",
            "the CRM's list of contacts does not come to an end",
        )))
    }

    /// Contacts one by one, by their ids.
    pub(crate) async fn by_id(&mut self, ids: &BTreeSet<ContactId>) -> Result<(), Stop> {
        for id in ids {
            if self.plan.seen.contains(id) || self.merges.contains_key(id) {
                continue;
            }
            match self.job.crm_record(self.outside.contacts.get(id).await)? {
                Ok(Some(contact)) => {
                    self.is_merged(id).await?;
                    self.contacts(vec![contact]).await?;
                }
                Ok(None) if self.is_merged(id).await? => {}
                Ok(None) => {
                    self.plan.gone.insert(id.clone());
                    self.gone(id)?;
                }
                Err(fault) if self.has(id)? => self.plan.unreadable(subject_of(&Seat::main(id)), Some(id.clone()), fault),
                Err(_) => {}
            }
        }
        Ok(())
    }

    /// Whether a contact belongs to the run's part, by one of its links.
    fn has(&mut self, id: &ContactId) -> Result<bool, Stop> {
        if self.part.has(id) {
            return Ok(true);
        }
        let links = self.outside.store.links_of(&self.job.name, id)?;
        let is_in = links.iter().any(|link| self.part.has_link(link));
        if is_in {
            self.part.add(id);
        }
        Ok(is_in)
    }

    /// The same of a contact that was read: one of its leads is in the list, by its link or by a code that no link has, or is to be.
    fn takes(&mut self, contact: &Contact, links: &[Link]) -> bool {
        let Some(list) = self.part.list() else { return true };
        let id = &contact.id;
        let is_here = |code: VendorLeadCode| self.swept.orphans.get(&code).is_some_and(|rows| rows.iter().any(|row| row.list_id == list));
        let is_found = || self.seats(id, &[]).iter().any(|seat| is_here(self.code(seat)));
        let is_meant = || self.map(contact).values().any(|seen| matches!(seen, Seen::Lead(lead) if lead.list_id == list));
        let is_in = self.part.has(id) || links.iter().any(|link| self.part.has_link(link)) || is_found() || is_meant();
        if is_in {
            self.part.add(id);
        }
        is_in
    }

    /// Contacts whose lead was edited, and that no listing showed.
    pub(crate) async fn edited(&mut self) -> Result<(), Stop> {
        let mut ids = BTreeSet::new();
        for link in self.swept.edits.news() {
            let link = self.outside.store.link(link)?.filter(|link| self.part.has_link(link));
            ids.extend(link.map(|link| link.contact));
        }
        self.by_id(&ids).await
    }

    /// Whether the CRM has no such contact, nor is it linked.
    pub(crate) fn is_unknown(&self, id: &ContactId) -> Result<bool, Stop> {
        Ok(self.plan.gone.contains(id) && self.outside.store.links_of(&self.job.name, id)?.is_empty())
    }

    /// Links whose contact a complete listing did not show. Each is asked for by its id, since a listing may omit one.
    pub(crate) async fn absent(&mut self, is_approved: bool) -> Result<(), Stop> {
        let mut absent = BTreeSet::new();
        let mut opted_out = BTreeSet::new();
        let (mut linked, mut live) = (0_u64, 0_u64);
        let mut after = LinkId(0);
        loop {
            let links = self.outside.store.links_after(&self.job.name, after, 1000)?;
            let Some(last) = links.last() else { break };
            after = last.id;
            for link in links.into_iter().filter(|link| !self.merges.contains_key(&link.contact)) {
                match link.state {
                    LinkState::Live | LinkState::Wanted => linked += 1,
                    LinkState::OptedOut if !self.plan.seen.contains(&link.contact) && self.part.has_link(&link) => {
                        opted_out.insert(link.contact);
                        continue;
                    }
                    LinkState::OptedOut | LinkState::Left | LinkState::LeadMissing => continue,
                }
                if !self.plan.seen.contains(&link.contact) && self.part.has_link(&link) {
                    live += u64::from(link.state == LinkState::Live);
                    absent.insert(link.contact);
                }
            }
        }
        if self.plan.totals.read == 0 && linked > 0 && !is_approved {
            let message = format!("the CRM lists no contact at all, while {linked} leads are linked");
            return Err(Stop::Held(vec![Blown { brake: "crm_empty", message }]));
        }
        // More live ones than the brake lets through are not asked for: all of them count, so the brake is blown and nothing is sent.
        // Where a person let them through, each is asked for.
        if !is_approved && live > self.job.limits.deactivates {
            for id in &absent {
                self.gone(id)?;
            }
            return Ok(());
        }
        self.by_id(&absent).await?;
        // Their leads are out of dialing; those that they went into may have leads that are not.
        for id in opted_out {
            self.is_merged(&id).await?;
        }
        Ok(())
    }

    fn gone(&mut self, id: &ContactId) -> Result<(), Stop> {
        if !self.plan.seen.insert(id.clone()) || !self.has(id)? {
            return Ok(());
        }
        let links = self.outside.store.links_of(&self.job.name, id)?;
        let nothing = StoredLead(BTreeMap::new());
        let seats = self.seats(id, &links);
        for (seat, link) in paired(&seats, &links) {
            let step = match link {
                Some(link) => self.linked(&Seen::Gone, link, &nothing),
                None => decide::unlinked(seat, &Seen::Gone, &self.code(seat), &nothing, &[], &self.settings),
            };
            self.plan.take(seat, link, step, "");
        }
        Ok(())
    }

    async fn contacts(&mut self, contacts: Vec<Contact>) -> Result<(), Stop> {
        let ids: Vec<ContactId> = contacts.iter().map(|contact| contact.id.clone()).collect();
        let mut links = self.outside.store.links_by_contacts(&self.job.name, &ids)?;
        for link in links.values_mut().flatten() {
            if let Some(state) = self.swept.states.get(&link.id) {
                link.state = *state;
                link.fingerprint.clear();
            }
        }
        for contact in contacts {
            if self.plan.seen.insert(contact.id.clone()) {
                self.plan.totals.read += 1;
                let links = links.get(&contact.id).map_or(&[][..], Vec::as_slice);
                if self.takes(&contact, links) {
                    self.contact(&contact, links).await?;
                }
            }
        }
        if self.pending.len() >= CODES_MAX {
            self.look_up().await?;
        }
        Ok(())
    }
}

/// What the mapping, and what was learned, say about blanks and leaving.
pub(crate) fn settings(job: &Job, record: &JobRecord) -> Settings {
    let program = &job.program;
    Settings {
        rules: Rules { ways: program.ways(), stopped: record.stopped.keys().cloned().collect(), numbers: program.numbers_beside_slots() },
        leaving: program.leaving().status.clone(),
        keep: program.leaving().keep.clone(),
        fates: program.leaving().fates,
        opt_out: program.opt_out_status().to_owned(),
        intake: program.intake(),
        list_change: program.list_change(),
    }
}
