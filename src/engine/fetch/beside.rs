//! The end of the fetching: what was found out beside the contacts that were read. Doubles, opted-out people whose lead somebody made dialable, leads of
//! ours that nobody knows.

use std::collections::BTreeSet;

use crate::model::{ContactId, Failure, FieldName, Lane, LeadField, Link, LinkState, Seat};
use crate::ports::{Clock, Contacts, Dialer, Effect, Fault, LinkWrite, Reach, Store};
use crate::sync::agree::torn_of;
use crate::sync::decide::{self, Seen, Settings};
use crate::sync::delta;

use super::super::Stop;
use super::super::settle::Double;
use super::Fetch;

impl<D: Dialer, C: Contacts, S: Store, K: Clock> Fetch<'_, '_, D, C, S, K> {
    /// Looks for the codes of all that wait, and decides about them. Ends the fetching; what a sweep found out beside is planned.
    pub(crate) async fn finish(mut self, doubles: Vec<Double>, is_complete: bool) -> Result<(), Stop> {
        self.look_up().await?;
        self.match_all(is_complete).await?;
        self.plan.make_nobody_twice();
        self.opt_out_together()?;
        self.agree(is_complete)?;
        self.spare().await?;
        let found = std::mem::take(&mut self.swept.doubles);
        for (contact, lead) in doubles.into_iter().chain(found) {
            match self.job.dialer_record(self.outside.dialer.read_lead(lead, &BTreeSet::new()).await)? {
                Ok(Some(row)) => {
                    let known = self.outside.store.links_of(&self.job.name, &contact)?;
                    let is_opted_out = known.iter().any(|link| link.state == LinkState::OptedOut)
                        || self
                            .plan
                            .commit
                            .rejections
                            .iter()
                            .any(|rejection| rejection.contact == contact && rejection.reason == "opted_out");
                    let step = decide::double(&Seat::main(&contact), &row, is_opted_out, &self.settings);
                    self.plan.totals.doubles += step.ops.len() as u64;
                    self.plan.commit.ops.extend(step.ops);
                    self.plan.commit.failures.extend(step.failures);
                }
                Ok(None) => {}
                Err(fault) => self.plan.unreadable(format!("lead:{lead}"), Some(contact), fault),
            }
        }
        // Opted-out people whose contact no listing shows any more: their leads leave dialing all the same.
        for link in std::mem::take(&mut self.swept.loosened) {
            if let Some(link) = self.outside.store.link(link)? {
                let step = decide::tighten(&link, &self.settings);
                self.plan.take(&link.seat(), Some(&link), step, &link.fingerprint);
            }
        }
        for (link, shown) in self.swept.edits.take_rest() {
            let Some(known) = self.outside.store.link(link)? else { continue };
            if let Some(base) = delta::refresh(&known.base, &shown, &self.settings.rules) {
                self.plan.see(link, &known.fingerprint, Some(base));
            }
        }
        self.other_key()?;
        if is_complete {
            for (_, rows) in std::mem::take(&mut self.swept.orphans) {
                for row in rows.into_iter().filter(|row| self.part.has_list(row.list_id) && !is_out(&row.status, &self.settings)) {
                    self.plan.fail(Failure {
                        subject: format!("lead:{}", row.lead_id),
                        contact: None,
                        code: "orphan_lead".to_owned(),
                        raw: format!("lead {} carries a code of ours, and no contact of the CRM's list has that code: the contact is gone, its slot was renamed, or another install.key made it", row.lead_id),
                        tries: 0,
                    });
                }
            }
        }
        Ok(())
    }

    /// Whoever opted out by a lead that this plan links is dialed by none of their leads: neither by one that it links or adds, nor by one that is there.
    fn opt_out_together(&mut self) -> Result<(), Stop> {
        let linked = |write: &LinkWrite| match write {
            LinkWrite::Put(link) | LinkWrite::Pass(link) => Some(link.clone()),
            LinkWrite::Seen { .. } => None,
        };
        let planned: Vec<Link> = self.plan.commit.links.iter().filter_map(linked).collect();
        let out: BTreeSet<&ContactId> = planned.iter().filter(|link| link.state == LinkState::OptedOut).map(|link| &link.contact).collect();
        for contact in out {
            let mut links = self.outside.store.links_of(&self.job.name, contact)?;
            links.retain(|link| !planned.iter().any(|planned| planned.seat() == link.seat()));
            links.extend(planned.iter().filter(|link| link.contact == *contact).cloned());
            for link in links.into_iter().filter(|link| link.state != LinkState::OptedOut) {
                let seat = link.seat();
                self.plan.withdraw(&seat);
                self.plan.commit.accepted.retain(|accepted| *accepted != seat);
                let Seen::OptedOut(rejection) = decide::out_before(&seat, Seen::Gone, true) else { continue };
                self.plan.commit.rejections.push(rejection);
                if link.lead_id.is_some() {
                    self.plan.tighten(&link, &self.settings);
                }
            }
        }
        Ok(())
    }

    /// What several leads of one contact say has to agree before it goes there. Where all were looked at, what agrees now is no failure any more.
    fn agree(&mut self, is_complete: bool) -> Result<(), Stop> {
        let goes_to = self.job.program.pulled().into_iter().map(|pulled| (pulled.field, pulled.attribute)).collect();
        self.plan.agree(&goes_to);
        if is_complete && self.part.list().is_none() {
            let open = self.outside.store.failures(&self.job.name, None)?;
            let torn =
                open.into_iter().filter(|failure| failure.contact.as_ref().is_some_and(|contact| torn_of(contact) == failure.subject));
            self.plan.commit.mended.extend(torn.map(|failure| failure.subject));
        }
        Ok(())
    }

    /// Leads that carry somebody's code of our making and the id of a contact that is to be added: they were made under another
    /// `install.key`. To add them again would double them, whoever approved it. One that is out of dialing, of a contact that has other leads under this
    /// key, was that of a slot which the mapping does not have any more.
    fn other_key(&self) -> Result<(), Stop> {
        let added: BTreeSet<&str> =
            self.plan.commit.ops.iter().filter(|op| op.lane == Lane::Create).map(|op| op.contact.as_str()).collect();
        let source = FieldName::Standard(LeadField::SourceId);
        let mut doubled = 0;
        for row in self.swept.orphans.values().flatten() {
            let Some(id) = row.values.get(&source).filter(|id| added.contains(id.as_str())) else { continue };
            let is_left = is_out(&row.status, &self.settings) && self.has_lead(&ContactId::from(id.as_str()))?;
            doubled += usize::from(!is_left);
        }
        if doubled == 0 {
            return Ok(());
        }
        Err(self.job.dialer_stop(
            Fault::new(
                Effect::None,
                Reach::Person,
                "other_install_key",
                format!(
                    "{doubled} leads in the lists were made by vicisync under another install.key, or for slots that have other names now; to send this plan would double them"
                ),
            )
            .help("put `install.key` back from a backup of the state directory, or the slots' names in the mapping; without them, take these leads out of their lists first"),
        ))
    }

    /// Whether a contact has a lead, as the state or this plan has it.
    fn has_lead(&self, contact: &ContactId) -> Result<bool, Stop> {
        let is_kept = self.outside.store.links_of(&self.job.name, contact)?.iter().any(|link| link.lead_id.is_some());
        let is_planned = |write: &LinkWrite| match write {
            LinkWrite::Put(link) | LinkWrite::Pass(link) => link.contact == *contact && link.lead_id.is_some(),
            LinkWrite::Seen { .. } => false,
        };
        Ok(is_kept || self.plan.commit.links.iter().any(is_planned))
    }
}

/// Whether a lead with this status is out of dialing.
fn is_out(status: &String, Settings { leaving, opt_out, keep, .. }: &Settings) -> bool {
    status == leaving || status == opt_out || keep.contains(status)
}
