//! Contacts: listed, mapped, decided about. Of a run over one list, those that belong to it; what was found out beside stands in `beside`.

mod beside;
mod matching;
mod merged;
mod pull;
mod spare;
mod unlinked;

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};

use crate::mapping::{Mapped, StatusFlags};
use crate::model::{Contact, ContactId, Failure, Link, LinkId, LinkState, StatusRule, StoredLead, VendorLeadCode};
use crate::ports::{self, Clock, Contacts, Dialer, Effect, Fault, JobRecord, Reach, Store};
use crate::sync::brake::Blown;
use crate::sync::decide::{self, Seen, Settings, Step, subject_of};
use crate::sync::delta::{self, Rules, Shown};
use crate::sync::fingerprint::fingerprint;

use super::part::Part;
use super::plan::Plan;
use super::strangers::Claims;
use super::sweep::Swept;
use super::{Job, Outside, Stop};
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
    heirs: BTreeMap<ContactId, Pending>,
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
        forced.extend(swept.loosened.iter().cloned());
        let settings = settings(job, &plan.commit.job);
        let mut unsettled = BTreeSet::new();
        if swept.edits.is_dated() {
            unsettled.extend(forced.iter().chain(&in_flight).cloned());
            unsettled.extend(outside.store.failures(&job.name, None)?.into_iter().filter_map(|failure| failure.contact));
        }
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
                    self.plan.unreadable(subject_of(&contact), Some(contact), fault);
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
                Err(fault) if self.has(id)? => self.plan.unreadable(subject_of(id), Some(id.clone()), fault),
                Err(_) => {}
            }
        }
        Ok(())
    }

    /// Whether a contact belongs to the run's part, by its link.
    fn has(&mut self, id: &ContactId) -> Result<bool, Stop> {
        if self.part.has(id) {
            return Ok(true);
        }
        let link = self.outside.store.link_by_contact(&self.job.name, id)?;
        let is_in = link.is_some_and(|link| self.part.has_link(&link));
        if is_in {
            self.part.add(id);
        }
        Ok(is_in)
    }

    /// The same of a contact that was read: its lead is in the list, by its link or by a code that no link has, or is to be.
    fn takes(&mut self, contact: &Contact, link: Option<&Link>) -> bool {
        let Some(list) = self.part.list() else { return true };
        let id = &contact.id;
        let is_found = || self.swept.orphans.get(&self.code(id)).is_some_and(|rows| rows.iter().any(|row| row.list_id == list));
        let is_meant = || matches!(self.map(contact), Seen::Lead(lead) if lead.list_id == list);
        let is_in = self.part.has(id) || link.is_some_and(|link| self.part.has_link(link)) || is_found() || is_meant();
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
        Ok(self.plan.gone.contains(id) && self.outside.store.link_by_contact(&self.job.name, id)?.is_none())
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
        let link = self.outside.store.link_by_contact(&self.job.name, id)?;
        let nothing = StoredLead(BTreeMap::new());
        let step = match &link {
            Some(link) => self.linked(&Seen::Gone, link, &nothing),
            None => decide::unlinked(id, &Seen::Gone, &self.code(id), &nothing, &[], &self.settings),
        };
        self.plan.take(id, link.as_ref(), step, "");
        Ok(())
    }

    async fn contacts(&mut self, contacts: Vec<Contact>) -> Result<(), Stop> {
        let ids: Vec<ContactId> = contacts.iter().map(|contact| contact.id.clone()).collect();
        let mut links = self.outside.store.links_by_contacts(&self.job.name, &ids)?;
        for (contact, link) in &mut links {
            if let Some(state) = self.swept.states.get(contact) {
                link.state = *state;
                link.fingerprint.clear();
            }
        }
        for contact in contacts {
            if self.plan.seen.insert(contact.id.clone()) {
                self.plan.totals.read += 1;
                let link = links.get(&contact.id);
                if self.takes(&contact, link) {
                    self.contact(&contact, link).await?;
                }
            }
        }
        if self.pending.len() >= CODES_MAX {
            self.look_up().await?;
        }
        Ok(())
    }

    async fn contact(&mut self, contact: &Contact, link: Option<&Link>) -> Result<(), Stop> {
        let id = &contact.id;
        // An opt-out of a known lead waits for nothing: it is absolute, and ends whatever else is open.
        let is_opt_out = contact.opted_out && link.is_some_and(|link| link.lead_id.is_some());
        if self.in_flight.contains(id) && !is_opt_out {
            self.plan.fail(Failure {
                subject: subject_of(id),
                contact: Some(id.clone()),
                code: "look_again".to_owned(),
                raw: "an earlier write for this contact is not settled yet".to_owned(),
                tries: 0,
            });
            return Ok(());
        }
        let print = fingerprint(self.job.program.hash(), contact);
        let is_forced = self.forced.contains(id);
        let is_same = |link: &&Link| link.fingerprint == print && !is_forced && !self.swept.edits.is_news(link.id);
        if let Some(link) = link.filter(is_same).filter(|link| link.state != LinkState::Wanted) {
            self.still(contact, link);
            return Ok(());
        }
        let seen = self.map(contact);
        let stored = match &seen {
            Seen::Lead(lead) => self.outside.dialer.stored(&lead.values()),
            Seen::OptedOut(_) | Seen::Rejected(_) | Seen::Filtered(_) | Seen::Gone => StoredLead(BTreeMap::new()),
        };
        match link {
            Some(link) if link.lead_id.is_some() => {
                let Some(mut step) = self.looked(contact, &seen, link, &stored).await? else { return Ok(()) };
                let is_seen = self.swept.edits.is_seen(link);
                self.pull(contact, &seen, Some(link.id), is_seen, &mut step);
                decide::ruled(&mut step, id, Some(link), self.rule(&seen, contact).as_ref());
                self.plan.take(id, Some(link), step, &print);
            }
            Some(_) | None => self.await_look_up(contact, link, seen, stored, print)?,
        }
        Ok(())
    }

    /// A contact that did not change: its rejection, if it has one, still counts.
    fn still(&mut self, contact: &Contact, link: &Link) {
        if let Seen::Rejected(rejection) | Seen::OptedOut(rejection) = self.map_if_away(contact, link) {
            *self.plan.rejected.entry(rejection.reason.clone()).or_default() += 1;
            self.plan.totals.rejected += 1;
            return;
        }
        self.plan.totals.unchanged += 1;
    }

    fn map_if_away(&self, contact: &Contact, link: &Link) -> Seen {
        match link.state {
            LinkState::Left | LinkState::OptedOut => self.map(contact),
            LinkState::Live | LinkState::Wanted | LinkState::LeadMissing => Seen::Gone,
        }
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
                self.plan.unreadable(subject_of(&contact.id), Some(contact.id.clone()), fault);
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
                subject: subject_of(&contact.id),
                contact: Some(contact.id.clone()),
                code: "in_call".to_owned(),
                raw: "its lead is in a call now, and the agent's screen would write the old values back; it is looked at again".to_owned(),
                tries: 0,
            });
            return Ok(None);
        }
        Ok(Some(self.done(link, &shown, step)))
    }

    fn linked(&mut self, seen: &Seen, link: &Link, stored: &StoredLead) -> Step {
        let shown = self.shown(link, None);
        let step = self.decided(seen, link, stored, &shown);
        self.done(link, &shown, step)
    }

    fn decided(&self, seen: &Seen, link: &Link, stored: &StoredLead, shown: &Shown) -> Step {
        if self.swept.loosened.contains(&link.contact) {
            return decide::tighten(link, &self.settings);
        }
        decide::linked(seen, link, stored, shown, &self.settings)
    }

    /// A link is done with. Where nothing was decided about its fields, those that only go to VICIdial are what it shows now.
    fn done(&mut self, link: &Link, shown: &Shown, mut step: Step) -> Step {
        self.swept.loosened.remove(&link.contact);
        self.swept.edits.decided(link.id);
        step.base = step.base.or_else(|| delta::refresh(&link.base, shown, &self.settings.rules));
        step
    }

    /// The rule for the status of a contact that is a lead.
    ///
    /// Nothing is taken out of a status that VICIdial flags as final, though nobody checked the files since.
    fn rule(&self, seen: &Seen, contact: &Contact) -> Option<StatusRule> {
        match seen {
            Seen::Lead(_) => self.job.program.status(contact).map(|rule| {
                let from = rule.from.iter().filter(|from| self.flags.final_flag(from).is_none()).cloned().collect();
                StatusRule { from, to: rule.to.clone() }
            }),
            Seen::OptedOut(_) | Seen::Rejected(_) | Seen::Filtered(_) | Seen::Gone => None,
        }
    }

    fn map(&self, contact: &Contact) -> Seen {
        match self.job.program.map(contact) {
            Mapped::Lead(lead) => Seen::Lead(lead),
            Mapped::Rejected(rejection) if rejection.reason == "opted_out" => Seen::OptedOut(rejection),
            Mapped::Rejected(rejection) => Seen::Rejected(rejection),
            Mapped::Filtered { .. } if contact.opted_out => Seen::OptedOut(crate::model::Rejection {
                contact: contact.id.clone(),
                reason: "opted_out".to_owned(),
                detail: "the person, or the number, must not be called".to_owned(),
            }),
            Mapped::Filtered { why } => Seen::Filtered(why),
        }
    }

    fn code(&self, contact: &ContactId) -> VendorLeadCode {
        VendorLeadCode::derive(&self.job.key, &self.job.crm, contact, 0)
    }
}

/// What the mapping, and what was learned, say about blanks and leaving.
pub(crate) fn settings(job: &Job, record: &JobRecord) -> Settings {
    let program = &job.program;
    Settings {
        rules: Rules { ways: program.ways(), stopped: record.stopped.keys().cloned().collect() },
        leaving: program.leaving().status.clone(),
        keep: program.leaving().keep.clone(),
        fates: program.leaving().fates,
        opt_out: program.opt_out_status().to_owned(),
        intake: program.intake(),
        list_change: program.list_change(),
    }
}
