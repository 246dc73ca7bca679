//! One full reading of the lists, or of one: what VICIdial shows now, leads that are missing, leads of ours that nobody knows.
//!
//! Rows that show nothing new are dropped page by page; what stays is what differs, and a bit for each lead that is there.

use std::collections::{BTreeMap, BTreeSet};

use futures_util::StreamExt;

use crate::model::{Failure, FieldName, LeadField, LeadId, LeadRow, Link, LinkId, LinkState, ListId, VendorLeadCode};
use crate::ports::{Clock, Contacts, Dialer, LinkWrite, Store};
use crate::sync::brake::Blown;
use crate::sync::decide::subject_of;
use crate::sync::server::Seen;

use super::edits::{self, Edits, Route};
use super::part::Part;
use super::plan::Plan;
use super::present::Present;
use super::settle::Double;
use super::unowned::Unowned;
use super::{Job, Outside, Stop, survey};

/// Links walked in one go.
const LINKS_BATCH: u32 = 1000;

/// Below this many missing leads nothing is suspicious yet.
const MISSING_FINE: usize = 10;

/// What a sweep found.
#[derive(Default)]
pub(crate) struct Swept {
    /// Leads of ours without a link, by code: a state that was lost.
    pub(crate) orphans: BTreeMap<VendorLeadCode, Vec<LeadRow>>,
    /// How the VICIdial side of links shows now.
    pub(crate) edits: Edits,
    /// Links of people who opted out, whose lead somebody made dialable again.
    pub(crate) loosened: BTreeSet<LinkId>,
    /// Links whose state is another one than the state database says, since this plan changes it.
    pub(crate) states: BTreeMap<LinkId, LinkState>,
    /// Second leads with the code of a link.
    pub(crate) doubles: Vec<Double>,
    /// Leads of nobody, where the mapping looks for their contacts and all lists were read.
    pub(crate) unowned: Option<Unowned>,
    present: Present,
}

/// Reads all lists of the mapping, or the one that the run is about.
pub(crate) async fn sweep<D: Dialer, C: Contacts, S: Store, K: Clock>(
    outside: &Outside<'_, D, C, S, K>,
    job: &Job,
    plan: &mut Plan,
    part: &mut Part,
    is_approved: bool,
) -> Result<Swept, Stop> {
    let mut swept = Swept::none(job);
    let mut seen = Seen::default();
    let kept = kept(job);
    let lists = lists(job, plan, part);
    let is_whole = job.program.lists().is_subset(&lists);
    swept.unowned = job.program.matching().filter(|_| is_whole).map(|matching| Unowned::new(matching.clone(), kept.clone()));
    for list in lists {
        job.awake(outside.clock.now())?;
        outside.progress.stage(&format!("reading list {list}"));
        let mut pages = std::pin::pin!(outside.dialer.sweep(list));
        let mut read = 0;
        while let Some(page) = pages.next().await {
            if let Err(fault) = &page {
                survey::too_large(outside, job, list, fault)?;
            }
            let mut rows = page.map_err(|fault| job.dialer_stop(fault))?;
            // A lead that is moved while its lists are read comes twice: it is looked at once.
            rows.retain(|row| swept.present.insert(row.lead_id));
            let leads: Vec<LeadId> = rows.iter().map(|row| row.lead_id).collect();
            let mut links = outside.store.links_by_leads(&job.name, &leads)?;
            read += leads.len() as u64;
            for row in rows {
                seen.row(list, &row);
                let link = links.remove(&row.lead_id);
                if part.has_list(list) {
                    look(outside, job, plan, part, &mut swept, row, link, &kept)?;
                } else if link.is_none() {
                    stray(outside, job, &mut swept, row, &kept)?;
                }
            }
            outside.progress.step(read, 0);
        }
    }
    let known = outside.store.server_facts(&job.vicidial)?;
    survey::keep(outside, job, &known, &seen.facts(&known, outside.clock.now()))?;
    let absent = absent(outside, job, part, &swept.present, is_approved)?;
    missing(outside, job, plan, &mut swept, absent).await?;
    edits::clear_doubts(outside, job, plan, &mut swept.edits).await?;
    Ok(swept)
}

/// The lists to read. A state that never saw all of them, or was lost, adds nobody before it knows the leads in each by their codes.
fn lists(job: &Job, plan: &Plan, part: &Part) -> BTreeSet<ListId> {
    let all = job.program.lists();
    match part.list() {
        Some(list) if plan.commit.job.full_done_at.is_some() => BTreeSet::from([list]),
        Some(list) => all.into_iter().chain([list]).collect(),
        None => all,
    }
}

impl Swept {
    /// Nothing yet.
    pub(crate) fn none(job: &Job) -> Self {
        Self { edits: Edits::of(job), ..Self::default() }
    }

    /// Ends failures about leads that a complete run does not find again: any, or those of leads in the list that it is about.
    pub(crate) fn mend<D, C, S: Store, K>(
        &self,
        outside: &Outside<'_, D, C, S, K>,
        job: &Job,
        plan: &mut Plan,
        part: &Part,
    ) -> Result<(), Stop> {
        let is_over = |subject: &str| {
            let lead = subject.strip_prefix("lead:");
            lead.is_some_and(|lead| part.list().is_none() || lead.parse().is_ok_and(|lead| self.present.contains(LeadId(lead))))
        };
        let failures = outside.store.failures(&job.name, None)?;
        plan.commit.mended.extend(failures.into_iter().map(|failure| failure.subject).filter(|subject| is_over(subject)));
        Ok(())
    }
}

/// The fields that a run may ask of an orphan: those of the mapping, and by which CRM id it was made.
fn kept(job: &Job) -> BTreeSet<FieldName> {
    let own = [LeadField::PhoneCode, LeadField::PhoneNumber, LeadField::SourceId].map(FieldName::Standard);
    job.program.lead_fields().into_iter().chain(own).collect()
}

#[allow(clippy::too_many_arguments)]
fn look<D, C, S: Store, K: Clock>(
    outside: &Outside<'_, D, C, S, K>,
    job: &Job,
    plan: &mut Plan,
    part: &mut Part,
    swept: &mut Swept,
    row: LeadRow,
    link: Option<Link>,
    kept: &BTreeSet<FieldName>,
) -> Result<(), Stop> {
    if let Some(link) = link {
        part.add(&link.contact);
        if link.state == LinkState::OptedOut && row.status != job.program.opt_out_status() {
            swept.loosened.insert(link.id);
        }
        swept.edits.see(outside, job, &link, &row, Route::List)?;
        if link.state == LinkState::LeadMissing {
            plan.commit.mended.push(subject_of(&link.seat()));
            swept.states.insert(link.id, LinkState::Live);
            plan.commit.links.push(LinkWrite::Put(Link { state: LinkState::Live, fingerprint: String::new(), ..link }));
        }
        return Ok(());
    }
    if let Some(double) = stray(outside, job, swept, row, kept)? {
        part.add(&double.0);
        swept.doubles.push(double);
    }
    Ok(())
}

/// A lead without a link: an orphan where its code is ours and free, a double where it is another lead's.
fn stray<D, C, S: Store, K>(
    outside: &Outside<'_, D, C, S, K>,
    job: &Job,
    swept: &mut Swept,
    mut row: LeadRow,
    kept: &BTreeSet<FieldName>,
) -> Result<Option<Double>, Stop> {
    let Some(code) = VendorLeadCode::parse(&row.code) else {
        swept.unowned.iter_mut().for_each(|unowned| unowned.keep(&row));
        return Ok(None);
    };
    match outside.store.link_by_code(&job.name, &code)? {
        Some(link) if link.lead_id.is_some() => Ok(Some((link.contact, row.lead_id))),
        None if job.claimed(outside.store, row.lead_id)?.is_some() => Ok(None),
        Some(_) | None => {
            row.values.retain(|field, _| kept.contains(field));
            swept.orphans.entry(code).or_default().push(row);
            Ok(None)
        }
    }
}

/// Leads that no list shows that was read.
#[derive(Default)]
struct Absent {
    live: Vec<(Link, LeadId)>,
    opted_out: Vec<(Link, LeadId)>,
}

/// Leads that no list shows. When many live ones are gone at once, a person decides.
fn absent<D, C, S: Store, K>(
    outside: &Outside<'_, D, C, S, K>,
    job: &Job,
    part: &Part,
    present: &Present,
    is_approved: bool,
) -> Result<Absent, Stop> {
    let mut absent = Absent::default();
    let mut live = 0_usize;
    let mut after = LinkId(0);
    loop {
        let links = outside.store.links_after(&job.name, after, LINKS_BATCH)?;
        let Some(last) = links.last() else { break };
        after = last.id;
        for link in links.into_iter().filter(|link| part.has_list(link.list_id)) {
            let Some(lead) = link.lead_id else { continue };
            live += usize::from(link.state == LinkState::Live);
            let is_present = present.contains(lead);
            match link.state {
                LinkState::Live if !is_present => absent.live.push((link, lead)),
                LinkState::OptedOut if !is_present => absent.opted_out.push((link, lead)),
                LinkState::Live | LinkState::OptedOut | LinkState::Wanted | LinkState::Left | LinkState::LeadMissing => {}
            }
        }
    }
    let gone = absent.live.len();
    if gone > MISSING_FINE && gone * 5 > live && !is_approved {
        let message = match part.list() {
            Some(list) => format!("{gone} of {live} linked leads of list {list} are not in it any more"),
            None => format!("{gone} of {live} linked leads are in none of the mapping's lists any more"),
        };
        return Err(Stop::Held(vec![Blown { brake: "leads_missing", message }]));
    }
    Ok(absent)
}

/// Leads that no list shows, asked for by their ids: moved elsewhere by an admin, or deleted, or archived.
async fn missing<D: Dialer, C: Contacts, S: Store, K: Clock>(
    outside: &Outside<'_, D, C, S, K>,
    job: &Job,
    plan: &mut Plan,
    swept: &mut Swept,
    absent: Absent,
) -> Result<(), Stop> {
    for (link, lead) in absent.opted_out {
        match job.dialer_record(outside.dialer.read_lead(lead, &BTreeSet::new()).await)? {
            Ok(Some(row)) if row.status != job.program.opt_out_status() => {
                swept.loosened.insert(link.id);
            }
            Ok(_) => {}
            Err(fault) => plan.unreadable(subject_of(&link.seat()), Some(link.contact), fault),
        }
    }
    let mut gone = Vec::new();
    for (link, lead) in absent.live {
        match job.dialer_record(outside.dialer.read_lead(lead, swept.edits.fields()).await)? {
            Ok(None) => gone.push((link, lead)),
            Ok(Some(row)) => swept.edits.see(outside, job, &link, &row, Route::Lead)?,
            Err(fault) => plan.unreadable(subject_of(&link.seat()), Some(link.contact), fault),
        }
    }
    let leads: Vec<LeadId> = gone.iter().map(|(_, lead)| *lead).collect();
    let archived = match leads.is_empty() {
        true => BTreeSet::new(),
        false => outside.dialer.are_archived(&leads).await.map_err(|fault| job.dialer_stop(fault))?,
    };
    for (link, lead) in gone {
        let (code, raw) = if archived.contains(&lead) {
            let help = "to go on with it, bring it back there (VICIdial's API function `lead_dearchive`)";
            ("lead_archived", format!("lead {lead} is in VICIdial's archive: it is not dialed, nor added again by itself; {help}"))
        } else {
            ("lead_missing", format!("VICIdial no longer has lead {lead}: it was deleted there. It is not added again by itself"))
        };
        plan.fail(Failure { subject: subject_of(&link.seat()), contact: None, code: code.to_owned(), raw, tries: 0 });
        swept.states.insert(link.id, LinkState::LeadMissing);
        plan.commit.links.push(LinkWrite::Put(Link { state: LinkState::LeadMissing, ..link }));
    }
    Ok(())
}
