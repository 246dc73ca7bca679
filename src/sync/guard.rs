//! The right systems: a sample of links, lead id with code, before anything is written.

use std::collections::BTreeMap;

use crate::model::{LeadId, Link};

/// How many links are sampled.
pub const SAMPLE: usize = 20;

/// What a sample showed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sample {
    /// Codes and ids agree as far as they were found, or there was nothing to sample.
    Agrees,
    /// Most leads do not carry their code: another VICIdial, or another state.
    Differs {
        /// How many of the sampled links disagree.
        wrong: usize,
        /// How many were sampled.
        of: usize,
    },
}

/// Compares sampled links with the codes that their leads carry. Single leads may be gone (deleted, archived) or replaced;
/// more than half of four or more may not.
#[must_use]
pub fn compare(links: &[Link], found: &BTreeMap<LeadId, Option<String>>) -> Sample {
    let mut of = 0;
    let mut wrong = 0;
    for link in links {
        let Some(lead) = link.lead_id else { continue };
        of += 1;
        if !found.get(&lead).and_then(Option::as_deref).is_some_and(|shown| link.knows_code(shown)) {
            wrong += 1;
        }
    }
    if of >= 4 && wrong * 2 > of { Sample::Differs { wrong, of } } else { Sample::Agrees }
}
