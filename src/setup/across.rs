//! Checks across files: what each file alone cannot know. Jobs that would fight over a lead, a mapping that a connector cannot serve.

use std::collections::BTreeMap;

use super::problem::Problem;
use crate::config::{Config, Job};
use crate::crm::Connector;
use crate::mapping::Program;
use crate::model::{JobName, ListId};

/// Everything that does not fit together.
pub(super) fn check(config: &Config, programs: &BTreeMap<JobName, Program>, connectors: &BTreeMap<String, Connector>) -> Vec<Problem> {
    let mut problems = Vec::new();
    let jobs: Vec<(&JobName, &Program, &Job)> =
        config.jobs.iter().filter_map(|job| programs.get(&job.name).map(|program| (&job.name, program, job))).collect();
    for (place, (name, program, job)) in jobs.iter().enumerate() {
        if let Some(connector) = connectors.get(&job.crm) {
            problems.extend(object(name, program, &job.crm, connector));
        }
        for (other_name, other, other_job) in &jobs[..place] {
            problems.extend(fight(config, (name, program, job), (other_name, other, other_job)));
        }
    }
    problems
}

fn object(name: &JobName, program: &Program, crm: &str, connector: &Connector) -> Option<Problem> {
    let objects = &connector.objects;
    (!objects.iter().any(|object| object == program.object())).then(|| {
        Problem::error(
            format!("job {name}: the mapping's object `{}` cannot be synced with the connector of [crm.{crm}]", program.object()),
            format!("write object = one of: {}", objects.join(", ")),
        )
    })
}

/// Two jobs must never hold one lead, nor one list: each would take the other's leads for strangers, and out of dialing.
fn fight(
    config: &Config,
    (name, program, job): (&JobName, &Program, &Job),
    (other_name, other, other_job): (&JobName, &Program, &Job),
) -> Option<Problem> {
    let url = |job: &Job| config.vicidials.get(&job.vicidial).map(|vicidial| vicidial.url.trim_end_matches('/'));
    if job.vicidial != other_job.vicidial && url(job) != url(other_job) {
        return None;
    }
    if job.crm == other_job.crm {
        return Some(Problem::error(
            format!(
                "jobs {other_name} and {name} sync the same CRM with the same VICIdial, which is not yet supported: both would claim one contact's lead"
            ),
            "make them one job, whose mapping sends contacts to several lists by [[list]] rules",
        ));
    }
    let theirs = other.lists();
    let shared: Vec<ListId> = program.lists().into_iter().filter(|list| theirs.contains(list)).collect();
    (!shared.is_empty()).then(|| {
        let lists = shared.iter().map(ListId::to_string).collect::<Vec<_>>().join(", ");
        Problem::error(
            format!("jobs {other_name} and {name} both fill list {lists}: two jobs cannot share a list"),
            "give each job lists of its own",
        )
    })
}
