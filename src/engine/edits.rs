//! What people changed in VICIdial: how leads show now, as far as that is not what their bases say.
//!
//! It decides which leads are looked at beside the sweeps, and what counts as seen. What becomes of an edit is decided in `sync`, per field. A list reset and
//! VICIdial's nightly jobs change no field that a mapping fills, and what our own writes will show stands in the bases: neither is ever an edit here.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, NaiveDateTime, TimeDelta, Utc};
use futures_util::StreamExt;
use futures_util::stream;

use crate::model::{ContactId, Direction, Failure, FieldName, LeadId, LeadRow, Link, LinkId, LinkState, OpState, Payload, Way, Winner};
use crate::ports::{Clock, Contacts, Dialer, Fault, ServerTime, Store};
use crate::sync::decide::{Step, subject_of};
use crate::sync::delta::Shown;

use super::change::IN_CALL;
use super::plan::Plan;
use super::present::Present;
use super::{Job, Outside, Stop};

/// So many leads are read one by one; of more, the lists are read.
const READ_MAX: usize = 500;

/// A write without an answer may take effect so long after its connection closed.
const LATE: TimeDelta = TimeDelta::days(1);

/// By which route a row came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Route {
    /// The reading of its list. It shows blanks for the custom fields of a lead that came from another list.
    List,
    /// The lead alone, with all that belongs to it.
    Lead,
}

/// What was seen of leads.
#[derive(Default)]
pub(crate) struct Edits {
    ways: BTreeMap<FieldName, Way>,
    /// Fields that go to the CRM.
    pulled: BTreeSet<FieldName>,
    seen: Present,
    shown: BTreeMap<LinkId, Shown>,
    /// Leads of which a list shows blanks that may be none.
    doubtful: BTreeSet<LeadId>,
    /// Leads that were in a call when they were looked at.
    in_call: BTreeSet<LeadId>,
    /// The server's clock, where it decides anything.
    time: Option<ServerTime>,
}

impl Edits {
    /// Nothing was seen yet.
    pub(crate) fn of(job: &Job) -> Self {
        let ways = job.program.ways();
        let pulled = ways.iter().filter(|(_, way)| way.direction.pulls()).map(|(field, _)| field.clone()).collect();
        Self { ways, pulled, ..Self::default() }
    }

    /// Whether the mapping has fields that go to the CRM.
    pub(crate) fn are_pulled(&self) -> bool {
        !self.pulled.is_empty()
    }

    /// The fields that are asked of a lead.
    pub(crate) fn fields(&self) -> &BTreeSet<FieldName> {
        &self.pulled
    }

    /// Keeps what a row shows of a linked lead.
    pub(crate) fn see<D, C, S: Store, K: Clock>(
        &mut self,
        outside: &Outside<'_, D, C, S, K>,
        job: &Job,
        link: &Link,
        row: &LeadRow,
        route: Route,
    ) -> Result<(), Stop> {
        // The list does not show what it lacks: before anything is written there, the lead is read by itself.
        let is_whole = route == Route::Lead
            || self.pulled.iter().all(|field| matches!(field, FieldName::Standard(_)) || row.values.contains_key(field));
        if is_whole {
            self.seen.insert(row.lead_id);
        }
        if IN_CALL.contains(&row.status.as_str()) {
            self.in_call.insert(row.lead_id);
        }
        let mut fields = BTreeMap::new();
        for (field, now) in &row.values {
            let last = link.base.fields.get(field).map(|pair| pair.vicidial.as_str());
            let is_pulled = self.pulled.contains(field);
            let is_news = last.map_or_else(|| is_pulled && !now.trim().is_empty(), |last| last != now);
            if !is_news {
                continue;
            }
            let is_custom = matches!(field, FieldName::Custom(_));
            if route == Route::List && is_custom && is_pulled && now.trim().is_empty() {
                if self.ways.get(field).is_some_and(|way| way.clears) {
                    self.doubtful.insert(row.lead_id);
                }
                continue;
            }
            fields.insert(field.clone(), now.clone());
        }
        if fields.is_empty() {
            return Ok(());
        }
        let ours = outside.store.late_writes(&job.name, link.id, outside.clock.now() - LATE)?;
        let late = fields.iter().filter(|(field, now)| ours.get(*field).is_some_and(|ours| ours.contains(*now)));
        let late: Vec<FieldName> = late.map(|(field, _)| field.clone()).collect();
        let shown = self.shown.entry(link.id).or_default();
        shown.is_seen |= is_whole;
        shown.modified = shown.modified.max(row.modified);
        shown.late.extend(late);
        shown.fields.extend(fields);
        Ok(())
    }

    /// Whether the lead was looked at in this run.
    pub(crate) fn is_seen(&self, link: &Link) -> bool {
        link.lead_id.is_some_and(|lead| self.seen.contains(lead))
    }

    /// How a lead shows now.
    pub(crate) fn shown(&self, link: &Link) -> Shown {
        let is_seen = self.is_seen(link);
        self.shown.get(&link.id).cloned().unwrap_or_else(|| Shown { is_seen, ..Shown::default() })
    }

    /// The instant of a moment of the server's.
    pub(crate) fn instant(&self, local: Option<NaiveDateTime>) -> Option<DateTime<Utc>> {
        let (time, local) = (self.time?, local?);
        Some(time.utc - (time.local - local))
    }

    /// Whether some field goes by who changed it later.
    pub(crate) fn is_dated(&self) -> bool {
        self.ways.values().any(|way| match way.winner {
            Winner::Newest(_) => way.direction == Direction::Both,
            Winner::Always(_) => false,
        })
    }

    /// Whether there is something to decide, although the contact is as it was: an edit that goes to the CRM, or a late write of ours.
    pub(crate) fn is_news(&self, link: LinkId) -> bool {
        let pulls = |field: &FieldName| self.pulled.contains(field);
        self.shown.get(&link).is_some_and(|shown| !shown.late.is_empty() || shown.fields.keys().any(pulls))
    }

    /// The links of which that is so.
    pub(crate) fn news(&self) -> Vec<LinkId> {
        self.shown.keys().copied().filter(|link| self.is_news(*link)).collect()
    }

    /// It was decided about.
    pub(crate) fn decided(&mut self, link: LinkId) {
        self.shown.remove(&link);
    }

    /// All that nobody decided about.
    pub(crate) fn take_rest(&mut self) -> BTreeMap<LinkId, Shown> {
        std::mem::take(&mut self.shown)
    }

    /// Whether the lead must be looked at before this may be done: it writes a field over an edit that nobody saw, or nobody knows what is there.
    pub(crate) fn needs_look(&self, step: &Step, link: &Link) -> bool {
        if self.pulled.is_empty() || link.lead_id.is_none_or(|lead| self.seen.contains(lead)) {
            return false;
        }
        let both = |field: &FieldName| self.ways.get(field).is_some_and(|way| way.direction.pulls() && way.direction.pushes());
        // One that was adopted while its contact was away has no base at all when the contact comes back.
        let is_dialed = [LinkState::Live, LinkState::Left].contains(&link.state);
        let is_unknown = is_dialed && self.pulled.iter().any(|field| both(field) && !link.base.fields.contains_key(field));
        is_unknown || step.ops.iter().any(|op| self.writes_over(&op.payload))
    }

    /// Whether this waits for the end of a call: then the agent's screen writes all fields back as it showed them when the call began, and what was written
    /// meanwhile would come back as an edit.
    pub(crate) fn waits_for_call(&self, step: &Step, link: &Link) -> bool {
        link.lead_id.is_some_and(|lead| self.in_call.contains(&lead)) && step.ops.iter().any(|op| self.writes_over(&op.payload))
    }

    /// Whether a write changes a field that people's edits come from.
    fn writes_over(&self, payload: &Payload) -> bool {
        match payload {
            Payload::UpdateLead { change, .. } => change.fields.keys().any(|field| self.pulled.contains(field)),
            Payload::SetCustom { values } => values.keys().any(|label| self.pulled.contains(&FieldName::Custom(label.clone()))),
            Payload::AddLead { .. }
            | Payload::Deactivate { .. }
            | Payload::PatchContact { .. }
            | Payload::LogCall { .. }
            | Payload::SetStatus { .. }
            | Payload::DeleteLead { .. }
            | Payload::CreateContact { .. } => false,
        }
    }

    /// Contacts with writes from earlier runs that are not sent yet, and that may have been overtaken by edits since: a pull, or a write of a field that is
    /// pulled too. They are decided about anew.
    pub(crate) fn overtaken<D, C, S: Store, K>(&self, outside: &Outside<'_, D, C, S, K>, job: &Job) -> Result<BTreeSet<ContactId>, Stop> {
        if self.pulled.is_empty() {
            return Ok(BTreeSet::new());
        }
        let ops = outside.store.ops(&job.name, &[OpState::Intended], u32::MAX)?;
        let ops = ops.into_iter().filter(|op| op.is_pull() || self.writes_over(&op.payload));
        Ok(ops.map(|op| op.contact).collect())
    }

    /// Reads one lead. `Err` within is that lead's own trouble.
    pub(crate) async fn read<D: Dialer, C, S: Store, K: Clock>(
        &mut self,
        outside: &Outside<'_, D, C, S, K>,
        job: &Job,
        link: &Link,
    ) -> Result<Result<(), Fault>, Stop> {
        let Some(lead) = link.lead_id else { return Ok(Ok(())) };
        job.awake(outside.clock.now())?;
        match job.dialer_record(outside.dialer.read_lead(lead, &self.pulled).await)? {
            // One that is not there shows nothing; a sweep says that it is missing.
            Ok(None) => {
                self.seen.insert(lead);
                Ok(Ok(()))
            }
            Ok(Some(row)) => self.see(outside, job, link, &row, Route::Lead).map(Ok),
            Err(fault) => Ok(Err(fault)),
        }
    }
}

/// Whether a failure is about fields that wait for a person.
pub(crate) fn is_about_fields(failure: &Failure) -> bool {
    ["field_conflict", "no_way_back"].contains(&failure.code.as_str())
}

/// Looks at the leads of these contacts, and unless the run is about them only, at leads that had calls since the last run that came to its plan. Many are
/// looked at by their lists.
pub(crate) async fn look_at<D: Dialer, C: Contacts, S: Store, K: Clock>(
    outside: &Outside<'_, D, C, S, K>,
    job: &Job,
    plan: &mut Plan,
    edits: &mut Edits,
    contacts: &BTreeSet<ContactId>,
    only: bool,
) -> Result<(), Stop> {
    if edits.is_dated() {
        edits.time = Some(outside.dialer.time().await.map_err(|fault| job.dialer_stop(fault))?);
    }
    if !edits.are_pulled() {
        return Ok(());
    }
    let ids: Vec<ContactId> = contacts.iter().cloned().collect();
    let known = outside.store.links_by_contacts(&job.name, &ids)?.into_values().flatten();
    let mut links: BTreeMap<LeadId, Link> = known.filter_map(|link| Some((link.lead_id?, link))).collect();
    if !only {
        // What was typed into one of a contact's leads is held against what was typed into the others.
        let called = outside.store.links_by_leads(&job.name, &outside.store.unfolded(&job.name, u32::MAX)?)?;
        let whose: BTreeSet<ContactId> = called.into_values().map(|link| link.contact).collect();
        let whose: Vec<ContactId> = whose.into_iter().collect();
        let of_called = outside.store.links_by_contacts(&job.name, &whose)?.into_values().flatten();
        links.extend(of_called.filter_map(|link| Some((link.lead_id?, link))));
    }
    links.retain(|lead, _| !edits.seen.contains(*lead));
    if links.len() > READ_MAX {
        read_lists(outside, job, edits).await?;
        clear_doubts(outside, job, plan, edits).await?;
    }
    links.retain(|lead, _| !edits.seen.contains(*lead));
    if links.is_empty() {
        return Ok(());
    }
    outside.progress.stage("looking at leads that had calls");
    read_each(outside, job, plan, edits, links.into_values().collect()).await
}

/// The leads whose blanks may be none are read by themselves: only that says whether somebody emptied a custom field.
pub(crate) async fn clear_doubts<D: Dialer, C: Contacts, S: Store, K: Clock>(
    outside: &Outside<'_, D, C, S, K>,
    job: &Job,
    plan: &mut Plan,
    edits: &mut Edits,
) -> Result<(), Stop> {
    let leads: Vec<LeadId> = std::mem::take(&mut edits.doubtful).into_iter().collect();
    let links = outside.store.links_by_leads(&job.name, &leads)?;
    read_each(outside, job, plan, edits, links.into_values().collect()).await
}

async fn read_each<D: Dialer, C, S: Store, K: Clock>(
    outside: &Outside<'_, D, C, S, K>,
    job: &Job,
    plan: &mut Plan,
    edits: &mut Edits,
    links: Vec<Link>,
) -> Result<(), Stop> {
    let fields = edits.pulled.clone();
    let mut rows = stream::iter(links)
        .map(|link| {
            let fields = &fields;
            async move {
                let row = match (link.lead_id, job.awake(outside.clock.now())) {
                    (_, Err(stop)) => return Err(stop),
                    (None, Ok(())) => Ok(None),
                    (Some(lead), Ok(())) => job.dialer_record(outside.dialer.read_lead(lead, fields).await)?,
                };
                Ok((link, row))
            }
        })
        .buffered(job.vicidial_concurrency.max(1));
    while let Some(read) = rows.next().await {
        match read? {
            (link, Ok(Some(row))) => edits.see(outside, job, &link, &row, Route::Lead)?,
            (_, Ok(None)) => {}
            (link, Err(fault)) => plan.unreadable(subject_of(&link.seat()), Some(link.contact), fault),
        }
    }
    Ok(())
}

async fn read_lists<D: Dialer, C: Contacts, S: Store, K: Clock>(
    outside: &Outside<'_, D, C, S, K>,
    job: &Job,
    edits: &mut Edits,
) -> Result<(), Stop> {
    for list in job.program.lists() {
        job.awake(outside.clock.now())?;
        outside.progress.stage(&format!("reading list {list}"));
        let mut pages = std::pin::pin!(outside.dialer.sweep(list));
        while let Some(page) = pages.next().await {
            let rows = page.map_err(|fault| job.dialer_stop(fault))?;
            let leads: Vec<LeadId> = rows.iter().map(|row| row.lead_id).collect();
            let links = outside.store.links_by_leads(&job.name, &leads)?;
            for row in &rows {
                if let Some(link) = links.get(&row.lead_id) {
                    edits.see(outside, job, link, row, Route::List)?;
                }
            }
        }
    }
    Ok(())
}
