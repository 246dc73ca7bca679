//! What a mapping would do to leads beside their fields, against what the job allows and what VICIdial's statuses mean: deletions, statuses set from
//! the CRM.

use super::super::problem::Problem;
use super::Work;
use crate::diag::Code;
use crate::mapping::StatusFlags;
use crate::model::{Fate, ServerFacts};

/// A mapping that deletes, of a job that does not allow it.
pub(super) fn check(work: Work<'_>) -> Vec<Problem> {
    if work.job.may_delete {
        return Vec::new();
    }
    let config = &work.checked.source;
    let source = &work.mapping.source;
    let deletes = work.mapping.program.leaving().fates.all().into_iter().filter(|(_, fate)| *fate == Fate::Delete);
    deletes
        .map(|(why, _)| {
            let message = format!("job {} may not delete leads, and the mapping deletes those whose contact is {why}", work.name());
            Problem::at(Code::MayNotDelete, source, source.value(&["leaving", why]), message)
                .label("it is asked for here")
                .and(config, config.key(&["job", work.name()]), "the job does not say `may_delete = true`")
                .help("write \"deactivate\" here; or, if leads are to be deleted for good, add `may_delete = true` to the job")
        })
        .collect()
}

/// Statuses that rules take leads out of, and that end a lead's dialing in this VICIdial.
pub(super) fn final_statuses(work: Work<'_>, facts: &ServerFacts) -> Vec<Problem> {
    let flags = StatusFlags::of(facts);
    let found = work.mapping.program.left_statuses().filter_map(|(status, place)| Some((status, place, flags.final_flag(status)?)));
    found
        .map(|(status, place, flag)| {
            let message = format!("VICIdial's status {status} has the flag {}: nothing of the CRM takes a lead out of it", flag.name());
            let help = "take it out of `from`; or, if the flag is wrong, correct it in VICIdial (Admin, System Statuses) and run: vicisync check --live";
            Problem::at(Code::FinalStatus, &work.mapping.source, place.clone(), message).help(help)
        })
        .collect()
}
