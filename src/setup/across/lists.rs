//! The lists that a job allows, and those that its mapping fills.

use super::{Problem, Work};
use crate::diag::Code;
use crate::diag::form::Names;
use crate::model::ListId;

/// Lists that the mapping fills and the job does not allow.
pub(super) fn check(work: Work<'_>) -> Vec<Problem> {
    let Some(allowed) = &work.job.lists else { return Vec::new() };
    let config = &work.checked.source;
    let filled = work.named(Names::List).filter_map(|named| Some((named, ListId(named.text.parse().ok()?))));
    let wrong = filled.filter(|(_, list)| !allowed.contains(list));
    wrong
        .map(|(named, list)| {
            let known = allowed.iter().map(ListId::to_string).collect::<Vec<_>>().join(", ");
            Problem::at(
                Code::ListNotAllowed,
                &work.mapping.source,
                named.place.clone(),
                format!("job {} may not fill list {list}", work.name()),
            )
            .label("the mapping fills it here")
            .and(config, config.value(&["job", work.name(), "lists"]), "these are allowed")
            .help(format!("write one of {known}, or add {list} to `lists` of the job"))
        })
        .collect()
}
