//! Rules by flag in a run: the mapping is given the flags that VICIdial's statuses have as they are known now, and a call whose status is newer than
//! what is known waits until the server was asked again.
//!
//! What a flag means stands in `mapping`; how statuses are asked for stands in `vicidial`.

use std::borrow::Cow;
use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};

use crate::mapping::{Program, StatusFlags};
use crate::model::{Call, LeadId, ServerFacts};
use crate::ports::{Clock, Store};
use crate::sync::fold;

use super::{Job, Outside, Stop};

/// Statuses that are not known are asked for no more often than this.
const PAUSE: TimeDelta = TimeDelta::hours(1);

/// The mapping, as it reads calls now.
pub(super) struct Reader<'j> {
    pub(super) program: Cow<'j, Program>,
    /// When the server was last asked, and when it told its statuses; matters where rules go by flags.
    surveyed_at: Option<DateTime<Utc>>,
    statuses_at: Option<DateTime<Utc>>,
    has_flags: bool,
}

impl<'j> Reader<'j> {
    /// The daemon's mapping is older than what surveys find, so the flags are put in for each run.
    pub(super) fn new<D, C, S: Store, K>(outside: &Outside<'_, D, C, S, K>, job: &'j Job) -> Result<Self, Stop> {
        if job.program.call_flags().is_empty() {
            return Ok(Self { program: Cow::Borrowed(&job.program), surveyed_at: None, statuses_at: None, has_flags: false });
        }
        Ok(Self::knowing(job, &outside.store.server_facts(&job.vicidial)?))
    }

    fn knowing(job: &'j Job, known: &ServerFacts) -> Self {
        let program = Cow::Owned(job.program.clone().with_statuses(StatusFlags::of(known)));
        let has_flags = !job.program.call_flags().is_empty();
        Self { program, surveyed_at: known.surveyed_at(), statuses_at: known.statuses_at(), has_flags }
    }

    /// Statuses of these calls whose flags are not known.
    fn unknown<'c>(&self, calls: &'c [Call]) -> impl Iterator<Item = &'c Call> {
        let calls = if self.has_flags { calls } else { &[] };
        calls.iter().filter(|call| !self.program.knows_status(call))
    }

    /// Whether one of these calls ended with a status that may be newer than what is known.
    pub(super) fn waits(&self, calls: &[Call]) -> bool {
        self.unknown(calls).any(|call| self.is_newer(call))
    }

    fn is_newer(&self, call: &Call) -> bool {
        self.statuses_at.is_none_or(|at| call.end > at)
    }

    /// A status that the server was asked for since the call, and did not tell: somebody must see to it.
    pub(super) fn in_vain<'c>(&self, calls: &'c [Call]) -> Option<&'c str> {
        let mut waiting = self.unknown(calls).filter(|call| self.is_newer(call));
        waiting.find(|call| self.surveyed_at.is_some_and(|at| call.end <= at)).map(|call| call.status.as_str())
    }

    /// Says in the log which statuses no rule by flag can take.
    pub(super) fn warn(&self, calls: &[Call], warned: &mut BTreeSet<String>) {
        for call in self.unknown(calls) {
            if warned.insert(call.status.to_uppercase()) {
                tracing::warn!(status = call.status, campaign = %call.campaign, "rules by flag pass by a call whose status VICIdial does not list");
            }
        }
    }
}

/// Whether rules go by flags of statuses, and none is known: every call would pass them by.
pub(super) fn lacks_all(job: &Job, known: &ServerFacts) -> bool {
    !job.program.call_flags().is_empty() && StatusFlags::of(known).is_empty()
}

/// Whether calls wait for statuses that the server must be asked for again.
pub(super) fn is_awaited<D, C, S: Store, K: Clock>(
    outside: &Outside<'_, D, C, S, K>,
    job: &Job,
    known: &ServerFacts,
) -> Result<bool, Stop> {
    let now = outside.clock.now();
    if job.program.call_flags().is_empty() || known.surveyed_at().is_some_and(|at| now - at < PAUSE && at <= now) {
        return Ok(false);
    }
    let reader = Reader::knowing(job, known);
    for lead in outside.store.unfolded(&job.name, u32::MAX)? {
        if reader.waits(&calls(outside, job, lead)?) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// The calls of a lead, oldest first.
pub(super) fn calls<D, C, S: Store, K>(outside: &Outside<'_, D, C, S, K>, job: &Job, lead: LeadId) -> Result<Vec<Call>, Stop> {
    let legs = outside.store.legs_of(&job.name, lead)?;
    Ok(fold::fold(&legs, &|status| job.program.is_transient(status)))
}
