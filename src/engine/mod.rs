//! One run of one job: settle what was left, look at both sides, plan, brake, commit, push, and look again.
//!
//! It sees `model`, `mapping`, `sync` and the ports; never HTTP, never SQL. Everything that is written goes through the
//! journal (`push`). The one write beside it takes a lead that left its place out of the hopper, once more, where a look cannot tell whether
//! that was done.

mod change;
mod collect;
mod edits;
mod ending;
mod fetch;
mod flags;
mod follow;
mod gaps;
mod guard;
mod lane;
mod opt_outs;
mod part;
mod plan;
mod present;
mod prove;
mod push;
mod queue;
mod report;
mod run;
mod send;
mod settle;
mod strangers;
mod survey;
mod sweep;
mod unowned;

use std::collections::BTreeMap;
use std::time::Duration;

use chrono::{DateTime, Utc};
use serde::Serialize;

use crate::mapping::Program;
use crate::model::{
    ContactId, InstallKey, JobName, Lane, LeadId, ListId, Op, Rejection, RunEnd, Seat, Slot, Target, Totals, VendorLeadCode,
};
use crate::ports::{Fault, Reach, Store, StoreError};
use crate::sync::brake::{Blown, Limits};
use crate::sync::quiet::Quiet;

pub use report::{ReportJob, Reported, Surroundings, report};
pub use run::{login_stopped, run};

/// A job, ready to run.
#[derive(Debug, Clone)]
pub struct Job {
    /// Its name in the config.
    pub name: JobName,
    /// The CRM connection's name; part of every code.
    pub crm: String,
    /// The VICIdial connection's name.
    pub vicidial: String,
    /// Other jobs that go to the same VICIdial: a lead of theirs is none of this job's.
    pub neighbours: Vec<JobName>,
    /// The checked mapping.
    pub program: Program,
    /// Its brakes.
    pub limits: Limits,
    /// How long a write of unknown effect is left alone.
    pub settle: Duration,
    /// When VICIdial is left alone.
    pub quiet: Quiet,
    /// Writes offered to VICIdial at one time; how many are in flight follows its pace.
    pub vicidial_concurrency: usize,
    /// Requests in flight at the CRM.
    pub crm_concurrency: usize,
    /// Where both systems are: a job that is pointed elsewhere looks at everything again, under its brakes.
    pub systems: String,
    /// The key of this installation.
    pub key: InstallKey,
    /// Which lead of a contact is its own, where other jobs sync the same systems.
    pub slot: Slot,
    /// Fingerprints of the credentials in use, by connection: a refused login is forgotten when they change.
    pub credentials: BTreeMap<String, String>,
}

/// The outside of a run.
pub struct Outside<'a, D, C, S, K> {
    /// VICIdial.
    pub dialer: &'a D,
    /// The CRM.
    pub contacts: &'a C,
    /// The state.
    pub store: &'a S,
    /// Time.
    pub clock: &'a K,
    /// Who is told how far it is.
    pub progress: &'a dyn Progress,
}

/// Somebody who watches a run.
pub trait Progress: Send + Sync {
    /// A stage began, in the pipeline's own words.
    fn stage(&self, stage: &str);
    /// How far the stage is; `total` is 0 where it is not known.
    fn step(&self, done: u64, total: u64);
}

/// Nobody watches.
pub struct Unwatched;

impl Progress for Unwatched {
    fn stage(&self, _: &str) {}
    fn step(&self, _: u64, _: u64) {}
}

/// What to look at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scope {
    /// What changed since the last run; everything on the first.
    Changed,
    /// Everything on both sides.
    Full,
    /// What changed since an instant.
    Since(DateTime<Utc>),
    /// One contact.
    Contact(ContactId),
    /// The contact of one lead, and its calls.
    Lead(LeadId),
    /// Everything of one list, on both sides: contacts whose lead is in it, or is to be.
    List(ListId),
}

impl Scope {
    /// What `sync` is told of it: ` --list 1001`. Empty where the next ordinary run sees the same.
    fn words(&self) -> String {
        match self {
            Self::Changed | Self::Full | Self::Since(_) => String::new(),
            Self::Contact(contact) => format!(" --contact {contact}"),
            Self::Lead(lead) => format!(" --lead {lead}"),
            Self::List(list) => format!(" --list {list}"),
        }
    }
}

/// One wish to run a job.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// Who asked: `manual`, `schedule`.
    pub trigger: &'static str,
    /// What to look at.
    pub scope: Scope,
    /// A person approved the first run, or what a brake stopped.
    pub is_approved: bool,
    /// Plan only; the store is a copy.
    pub is_dry: bool,
}

/// What a run came to.
#[derive(Debug, Clone, Serialize)]
pub struct Report {
    /// The job.
    pub job: JobName,
    /// How it ended.
    pub end: RunEnd,
    /// What stopped or held it, in a sentence; empty when all is well.
    pub message: String,
    /// What to type next.
    pub help: Option<String>,
    /// What was done; of a dry run, what would be.
    pub totals: Totals,
    /// Failures that are open now.
    pub failures: u64,
    /// Holds: what a person decides before the job goes on.
    pub holds: Vec<String>,
    /// When a blackout ended the run: the moment from which it can go on.
    pub resumes: Option<DateTime<Utc>>,
    /// Rejections that this run saw, counted by reason.
    pub rejected: BTreeMap<String, u64>,
    /// What to type to run the same: `vicisync sync JOB --list 1001`.
    #[serde(skip)]
    pub again: String,
    /// The plan, of a dry or held run.
    #[serde(skip)]
    pub plan: Vec<Op>,
    /// The rejections that this run saw.
    #[serde(skip)]
    pub rejections: Vec<Rejection>,
}

/// Why a run cannot go on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Stop {
    /// The world.
    Fault {
        /// Which connection.
        connection: String,
        /// What happened.
        fault: Fault,
    },
    /// The state.
    Store(StoreError),
    /// A person decides.
    Held(Vec<Blown>),
    /// VICIdial is left alone until then.
    Quiet(DateTime<Utc>),
}

impl From<StoreError> for Stop {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl Job {
    /// Hash of what decides about every contact: the mapping, and where both systems are.
    pub(crate) fn hash(&self) -> String {
        let text = format!("{}\n{}", self.program.hash(), self.systems);
        blake3::hash(text.as_bytes()).to_hex()[..32].to_owned()
    }

    /// Our own code for one of a contact's leads.
    pub(crate) fn code(&self, seat: &Seat) -> VendorLeadCode {
        let slot = seat.slot.of_job(&self.slot);
        VendorLeadCode::derive(&self.key, &self.crm, &Seat { contact: seat.contact.clone(), slot })
    }

    /// What a contact that was made for a lead carries: VICIdial's connection and the lead.
    pub(crate) fn mark(&self, lead: LeadId) -> String {
        format!("{}:{lead}", self.vicidial)
    }

    /// The lead of such a mark.
    pub(crate) fn marked(&self, mark: &str) -> Option<LeadId> {
        mark.trim().strip_prefix(&self.vicidial)?.strip_prefix(':')?.parse().ok().map(LeadId)
    }

    /// The job beside this one that has a lead.
    pub(crate) fn claimed<S: Store>(&self, store: &S, lead: LeadId) -> Result<Option<&JobName>, StoreError> {
        for neighbour in &self.neighbours {
            if store.link_by_lead(neighbour, lead)?.is_some() {
                return Ok(Some(neighbour));
            }
        }
        Ok(None)
    }

    /// Stops a run that is about to ask VICIdial for something in a blackout.
    pub(crate) fn awake(&self, now: DateTime<Utc>) -> Result<(), Stop> {
        self.quiet.until(now).map_or(Ok(()), |end| Err(Stop::Quiet(end)))
    }

    /// The same for a lane of writes: do-not-call never waits, and the CRM has no blackouts.
    pub(crate) fn awake_for(&self, lane: Lane, now: DateTime<Utc>) -> Result<(), Stop> {
        if lane == Lane::Dnc || lane.target() == Target::Crm { Ok(()) } else { self.awake(now) }
    }

    /// A fault of VICIdial stops the run.
    pub(crate) fn dialer_stop(&self, fault: Fault) -> Stop {
        Stop::Fault { connection: self.vicidial.clone(), fault }
    }

    /// An answer about one record of VICIdial's: its fault is that record's, unless it reaches further.
    pub(crate) fn dialer_record<T>(&self, answer: Result<T, Fault>) -> Result<Result<T, Fault>, Stop> {
        match answer {
            Err(fault) if fault.reach != Reach::Record => Err(self.dialer_stop(fault)),
            answer => Ok(answer),
        }
    }

    /// The same of the CRM's.
    pub(crate) fn crm_record<T>(&self, answer: Result<T, Fault>) -> Result<Result<T, Fault>, Stop> {
        match answer {
            Err(fault) if fault.reach != Reach::Record => Err(self.crm_stop(fault)),
            answer => Ok(answer),
        }
    }

    /// A fault of the CRM stops the run.
    pub(crate) fn crm_stop(&self, fault: Fault) -> Stop {
        Stop::Fault { connection: self.crm.clone(), fault }
    }
}

impl Stop {
    pub(crate) fn end(&self) -> RunEnd {
        match self {
            Self::Held(_) => RunEnd::Held,
            // It goes on by itself, so nobody is waited for.
            Self::Store(_) | Self::Quiet(_) => RunEnd::Stopped,
            Self::Fault { fault, .. } => match fault.reach {
                // What stops a run although it reaches one record only, a list that does not exist, is for a person to mend.
                Reach::Login | Reach::Person | Reach::Record => RunEnd::Refused,
                Reach::Connection => RunEnd::Stopped,
            },
        }
    }
}
