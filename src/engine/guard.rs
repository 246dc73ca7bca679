//! Before anything is written: is this the VICIdial that the state knows?

use crate::model::{Link, LinkId, LinkState};
use crate::ports::{Clock, Contacts, Dialer, Effect, Fault, Reach, Store};
use crate::sync::guard::{SAMPLE, Sample, compare};

use super::{Job, Outside, Stop};

/// Samples links, half of them the oldest and half from somewhere behind, by their leads' ids, which are the one unique key.
///
/// A person who approves a full run has been told that most sampled leads do not carry their codes; nobody approves another key.
pub(crate) async fn guard<D: Dialer, C: Contacts, S: Store, K: Clock>(
    outside: &Outside<'_, D, C, S, K>,
    job: &Job,
    is_approved: bool,
) -> Result<(), Stop> {
    let count: u64 = outside.store.link_count(&job.name)?.values().sum();
    if count == 0 {
        return Ok(());
    }
    let half = u32::try_from(SAMPLE / 2).unwrap_or(10);
    let spread = outside.clock.now().timestamp().unsigned_abs() % count;
    let mut links = outside.store.links_after(&job.name, LinkId(0), half)?;
    let behind = links.last().map_or(0, |link| link.id.0);
    links.extend(outside.store.links_after(&job.name, LinkId(behind.max(i64::try_from(spread).unwrap_or(0))), half)?);
    links.retain(|link| link.lead_id.is_some() && link.state != LinkState::LeadMissing);
    if links.is_empty() {
        return Ok(());
    }
    right_key(job, &links)?;
    if is_approved {
        return Ok(());
    }
    let leads: Vec<_> = links.iter().filter_map(|link| link.lead_id).collect();
    let found = outside.dialer.codes_of(&leads).await.map_err(|fault| job.dialer_stop(fault))?;
    match compare(&links, &found) {
        Sample::Agrees => Ok(()),
        Sample::Differs { wrong, of } => Err(job.dialer_stop(
            Fault::new(
                Effect::None,
                Reach::Person,
                "other_vicidial",
                format!("{wrong} of {of} sampled leads do not carry the code that the state knows: this state belongs to another VICIdial, or its leads were replaced"),
            )
            .help(format!(
                "nothing was written; check `url` of the VICIdial connection and `--state`. If most leads were deleted on purpose: vicisync sync {} --full --approve",
                job.name
            )),
        )),
    }
}

/// Codes are derived from the install key: under another one every lost link would be doubled.
fn right_key(job: &Job, links: &[Link]) -> Result<(), Stop> {
    // An adopted lead may keep the code of an older tool.
    let is_ours = |link: &Link| !link.code.is_ours() || job.code(&link.seat()) == link.code;
    if links.iter().all(is_ours) {
        return Ok(());
    }
    Err(job.dialer_stop(
        Fault::new(
            Effect::None,
            Reach::Person,
            "other_install_key",
            "the codes of the linked leads were not made with this `install.key`, this CRM connection's name, and this `slot` of the job",
        )
        .help("put back what was changed: the job's `slot` as it was when the job ran, or none if it had none; the connection's name; or `install.key`, from a backup of the state directory. Nothing was written"),
    ))
}
