//! The ids that the answer to a write holds. Pure: which write it was is not known here, only what its lines say.

use std::collections::BTreeSet;

use super::line::{Line, Word};
use super::reply::Reply;
use crate::model::LeadId;

/// What a write's answer names.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Written {
    /// The lead that was added.
    pub added: Option<LeadId>,
    /// The lead that a duplicate check found.
    pub existing: Option<LeadId>,
    /// The leads that were updated, one by one or in a batch, or deleted.
    pub leads: BTreeSet<LeadId>,
    /// The row of the hopper that a lead got.
    pub hopper_id: Option<u64>,
}

impl Written {
    /// Reads an answer.
    #[must_use]
    pub fn of(reply: &Reply) -> Self {
        let done = |line: &&Line| line.word == Word::Success;
        let id = |text: &str| text.parse().ok().map(LeadId);
        let mut leads = reply.updated().unwrap_or_default();
        for line in reply.lines.iter().filter(done) {
            let is_one = line.message.ends_with("LEAD HAS BEEN UPDATED") || line.message.contains("LEAD HAS BEEN DELETED");
            leads.extend(is_one.then(|| id(line.datum(1))).flatten());
        }
        let hopper = reply.lines.iter().find(|line| line.message.ends_with(" ADDED TO HOPPER") && !line.message.contains(" NOT ADDED"));
        // Before the user, who comes last; how much comes before it depends on the function.
        let hopper_id = hopper.and_then(|line| line.datum(line.data.len().checked_sub(2)?).parse().ok());
        Self { added: reply.added(), existing: reply.existing(), leads, hopper_id }
    }
}
