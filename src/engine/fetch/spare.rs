//! Leads that are to be deleted are looked at before anything is planned: an edit beats a delete. What was changed or called since is kept, and shown to a
//! person.
//!
//! Whether that is so is decided in [`crate::sync::decide::spared`]; here the lead is read, and its calls.

use std::collections::BTreeSet;

use crate::model::{Failure, Lane, LeadRow, Link, LinkId, LinkState, Op, Payload, Seat, Shown};
use crate::ports::{Clock, Contacts, Dialer, LinkWrite, Store};
use crate::sync::decide::{self, subject_of};

use super::super::Stop;
use super::Fetch;

impl<D: Dialer, C: Contacts, S: Store, K: Clock> Fetch<'_, '_, D, C, S, K> {
    /// Looks at each lead that this plan would delete.
    pub(super) async fn spare(&mut self) -> Result<(), Stop> {
        let (deletes, others): (Vec<Op>, Vec<Op>) =
            std::mem::take(&mut self.plan.commit.ops).into_iter().partition(|op| op.lane == Lane::Delete);
        self.plan.commit.ops = others;
        for mut op in deletes {
            self.job.awake(self.outside.clock.now())?;
            let Some((link, lead)) = self.known(&op.seat())?.and_then(|link| link.lead_id.map(|lead| (link, lead))) else {
                self.plan.totals.deleted = self.plan.totals.deleted.saturating_sub(1);
                continue;
            };
            let fields: BTreeSet<_> = link.base.fields.keys().cloned().collect();
            let row = match self.job.dialer_record(self.outside.dialer.read_lead(lead, &fields).await)? {
                Ok(row) => row,
                Err(fault) => {
                    self.plan.totals.deleted = self.plan.totals.deleted.saturating_sub(1);
                    self.plan.unreadable(subject_of(&op.seat()), Some(op.contact), fault);
                    continue;
                }
            };
            if let Some(row) = row {
                let is_called = self.plan.gone.contains(&op.contact) && self.is_called(&row)?;
                if let Some(raw) = decide::spared(&link.base, &row, is_called, &self.settings) {
                    self.keep(link.id, op.seat(), raw);
                    continue;
                }
                if let Payload::DeleteLead { out, .. } = &op.payload
                    && link.state == LinkState::Left
                    && !out.contains(&row.status)
                {
                    // Somebody let it in again since it left: it leaves once more, and a person decides about the rest.
                    self.plan.commit.ops.push(decide::leaves_again(&link, &self.settings));
                    self.plan.totals.deactivated += 1;
                    let raw = format!(
                        "lead {lead} was to be deleted, since its contact left, and got the status {} since then: it is taken out of dialing again, and kept. \
                         Delete it in VICIdial if nothing of it is needed, or bring the contact back in the CRM",
                        row.status
                    );
                    self.keep(link.id, op.seat(), raw);
                    continue;
                }
                let shown = |row: LeadRow| Shown { fields: row.values, called: row.called_count };
                if let Payload::DeleteLead { shown: seen, .. } = &mut op.payload {
                    *seen = Some(shown(row));
                }
            }
            self.plan.commit.ops.push(op);
        }
        Ok(())
    }

    /// The link of a lead: as the state has it, with what was last seen of the lead before this run's sweep; or as this plan makes it.
    fn known(&self, seat: &Seat) -> Result<Option<Link>, Stop> {
        let kept = self.outside.store.link_at(&self.job.name, seat)?;
        Ok(kept.filter(|link| link.lead_id.is_some()).or_else(|| self.plan.link_at(seat).cloned()))
    }

    /// Whether a lead was called since the last run that saw every contact. Where calls are not read, one call ever is enough.
    fn is_called(&self, row: &LeadRow) -> Result<bool, Stop> {
        if self.job.program.go_live().is_none() {
            return Ok(row.called_count > 0);
        }
        let since = self.plan.commit.job.full_done_at;
        let legs = self.outside.store.legs_of(&self.job.name, row.lead_id)?;
        Ok(legs.iter().any(|leg| since.is_none_or(|since| leg.start >= since)))
    }

    /// The lead leaves dialing and is not deleted: a person decides.
    fn keep(&mut self, link: LinkId, seat: Seat, raw: String) {
        let plan = &mut self.plan;
        plan.totals.deleted = plan.totals.deleted.saturating_sub(1);
        for write in &mut plan.commit.links {
            match write {
                LinkWrite::Put(put) | LinkWrite::Pass(put) if put.seat() == seat => put.base.is_spared = Some(true),
                LinkWrite::Seen { link: seen, base, .. } if *seen == link => base.get_or_insert_default().is_spared = Some(true),
                LinkWrite::Put(_) | LinkWrite::Pass(_) | LinkWrite::Seen { .. } => {}
            }
        }
        plan.fail(Failure {
            subject: subject_of(&seat),
            contact: Some(seat.contact),
            code: "deleted_and_changed".to_owned(),
            raw,
            tries: 0,
        });
    }
}
