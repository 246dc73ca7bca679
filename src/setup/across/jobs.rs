//! Two jobs beside each other: they must not fight over a lead, and a person should know what they share.

use std::collections::BTreeSet;

use super::{Problem, Work, pulled};
use crate::diag::form::Names;
use crate::diag::{Code, Place};
use crate::model::ListId;

/// Whatever two jobs should not share.
pub(super) fn check(work: Work<'_>, other: Work<'_>) -> Vec<Problem> {
    let mut problems = Vec::new();
    let config = &work.checked.source;
    let url = |work: Work<'_>| {
        work.checked.config.vicidials.get(&work.job.vicidial).map(|vicidial| vicidial.url.trim_end_matches('/').to_owned())
    };
    let is_one_vicidial = work.job.vicidial == other.job.vicidial || url(work) == url(other);
    let at = |work: Work<'_>, key: &str| config.value(&["job", work.name(), key]);
    let is_one_mapping = work.mapping.source == other.mapping.source;
    if is_one_vicidial && work.job.crm == other.job.crm && work.job.slot == other.job.slot {
        let message = format!(
            "jobs {} and {} sync the same CRM with the same VICIdial, and each would claim one contact's lead",
            other.name(),
            work.name()
        );
        problems.push(
            Problem::at(Code::SameSystems, config, config.key(&["job", work.name()]), message)
                .and(config, config.key(&["job", other.name()]), "the other one")
                .help(if work.job.slot.is_main() {
                    format!(
                        "make them one job, whose mapping sends contacts to several lists by [[list]] rules; or, if a contact of both is to have a lead in each, write `slot = \"{}\"` in the newer of the two: one that ran already keeps its leads only without",
                        work.name()
                    )
                } else {
                    format!("both have the slot `{}`: give the newer one another name", work.job.slot.as_str())
                }),
        );
        return problems;
    }
    if is_one_vicidial {
        problems.extend(shared_lists(work, other));
    }
    if is_one_mapping {
        let message = format!("jobs {} and {} use one mapping: each of its contacts becomes a lead in both", other.name(), work.name());
        problems.push(
            Problem::at(Code::MappedTwice, config, at(work, "mapping"), message)
                .and(config, at(other, "mapping"), "used here too")
                .help("if that is not meant, give each job a mapping with a filter of its own"),
        );
    } else if work.job.crm == other.job.crm && work.mapping.program.object() == other.mapping.program.object() {
        problems.extend(shared_attributes(work, other));
        problems.extend(pulled::jobs(work, other));
    }
    problems
}

/// Two jobs that hold one list would each take the other's leads for strangers, and out of dialing.
fn shared_lists(work: Work<'_>, other: Work<'_>) -> Vec<Problem> {
    let theirs = other.mapping.program.lists();
    let shared: Vec<ListId> = work.mapping.program.lists().into_iter().filter(|list| theirs.contains(list)).collect();
    let shared = shared.into_iter();
    shared
        .map(|list| {
            let message = format!("jobs {} and {} both fill list {list}: two jobs cannot share a list", other.name(), work.name());
            let place = |work: Work<'_>| first(work, Names::List, &list.to_string());
            Problem::at(Code::SharedList, &work.mapping.source, place(work), message)
                .label(format!("job {}", work.name()))
                .and(&other.mapping.source, place(other), format!("job {}", other.name()))
                .help("give each job lists of its own")
        })
        .collect()
}

/// A CRM field that both set says what the later call was, whichever job's that is.
fn shared_attributes(work: Work<'_>, other: Work<'_>) -> Vec<Problem> {
    let theirs = other.mapping.program.patch_names();
    let shared: BTreeSet<String> = work.mapping.program.patch_names().into_iter().filter(|name| theirs.contains(name)).collect();
    let shared = shared.into_iter();
    shared
        .map(|name| {
            let message =
                format!("jobs {} and {} both set `{name}` of the same contacts: the later call overwrites", other.name(), work.name());
            let place = |work: Work<'_>| first(work, Names::Attribute, &name);
            Problem::at(Code::SetTwice, &work.mapping.source, place(work), message)
                .label(format!("job {}", work.name()))
                .and(&other.mapping.source, place(other), format!("job {}", other.name()))
                .help("if that is not meant, give each job a field of its own")
        })
        .collect()
}

/// Where the mapping first names something.
pub(super) fn first(work: Work<'_>, names: Names, text: &str) -> Place {
    work.named(names).find(|named| named.text == text).map_or(0..0, |named| named.place.clone())
}
