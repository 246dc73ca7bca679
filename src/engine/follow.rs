//! After the push: contacts that were made, or matched, in this run are linked and told of their calls at once, not by the next run.

use std::collections::BTreeSet;

use crate::model::{ContactId, Lane, LeadId, RunId};
use crate::ports::{Clock, Contacts, Dialer, Store};

use super::fetch::{self, Fetch};
use super::part::Part;
use super::plan::Plan;
use super::push::{Drained, Pushed, push};
use super::sweep::Swept;
use super::{Job, Outside, Stop, collect};

/// The first round links, the last one tells of the calls.
const ROUNDS: usize = 2;

/// Gives how many leads were adopted.
pub(crate) async fn follow<D: Dialer, C: Contacts, S: Store, K: Clock>(
    outside: &Outside<'_, D, C, S, K>,
    job: &Job,
    run: RunId,
    contacts: &BTreeSet<ContactId>,
    pushed: &mut Pushed,
) -> Result<u64, Stop> {
    let mut adopted = 0;
    if contacts.is_empty() {
        return Ok(adopted);
    }
    for _ in 0..ROUNDS {
        let mut plan = Plan::new(outside.store.job(&job.name)?);
        let mut part = Part::whole();
        let mut fetch = Fetch::new(outside, job, &mut plan, &mut part, Swept::default(), contacts.clone())?;
        fetch.by_id(contacts).await?;
        fetch.finish(Vec::new(), false).await?;
        let mut leads: Vec<LeadId> = Vec::new();
        for contact in contacts {
            leads.extend(outside.store.links_of(&job.name, contact)?.into_iter().filter_map(|link| link.lead_id));
        }
        let settings = fetch::settings(job, &plan.commit.job);
        collect::fold_calls(outside, job, &mut plan, &settings, &leads, Some(contacts))?;
        plan.settle_failures(&[], &[]);
        adopted += plan.totals.adopted;
        let (planned, record) = (plan.commit.ops.len() as u64, plan.commit.job.clone());
        outside.store.commit_plan(&job.name, run, &plan.commit, outside.clock.now())?;
        push(outside, job, &record, run, Drained { lanes: &Lane::ALL, only: Some(contacts) }, pushed, planned).await?;
    }
    Ok(adopted)
}
