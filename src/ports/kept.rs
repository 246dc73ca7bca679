//! What the state keeps, as the engine speaks of it: a job's memory, what a plan commits, a run's record; and the state's trouble.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use chrono::{DateTime, NaiveDateTime, Utc};

use crate::model::{Base, CrmField, Failure, FieldName, LeadId, Link, LinkId, Op, Rejection, RunEnd, Seat, Stranger, Totals};

/// What kind of trouble the state has. It decides the exit code, and whether a later run may get through by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StoreErrorKind {
    /// Another vicisync works on it.
    Busy,
    /// The disk is full, or does not take writes now. Nothing of the call was kept.
    Full,
    /// It is damaged, or what was to be kept contradicts what is kept. A person looks.
    Broken,
    /// A newer vicisync made it.
    Newer,
}

impl StoreErrorKind {
    /// Whether the trouble may be gone later without anybody mending anything here.
    #[must_use]
    pub fn is_temporary(self) -> bool {
        match self {
            Self::Busy | Self::Full => true,
            Self::Broken | Self::Newer => false,
        }
    }
}

/// The state's trouble: full disk, locked, broken. Sending stops at once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoreError {
    /// Which kind.
    pub kind: StoreErrorKind,
    /// What happened.
    pub message: String,
    /// What to do.
    pub help: Option<String>,
}

impl fmt::Display for StoreError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.message)?;
        match &self.help {
            Some(help) => write!(out, "\n  help: {help}"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for StoreError {}

impl StoreError {
    /// Trouble of a kind, without advice.
    #[must_use]
    pub fn new(kind: StoreErrorKind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), help: None }
    }

    /// The same trouble with advice.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}

/// A job's memory between runs.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct JobRecord {
    /// Whether a person approved its first run.
    pub is_approved: bool,
    /// Hash of the mapping of the last run that committed a plan.
    pub mapping_hash: String,
    /// Changes are read from here on, CRM's clock.
    pub watermark: Option<DateTime<Utc>>,
    /// Calls are read from here on, server-local wall time.
    pub calls_watermark: Option<NaiveDateTime>,
    /// Start of the last full run that came to its end.
    pub full_done_at: Option<DateTime<Utc>>,
    /// Field classes whose stored form was read back and agreed: `first_name`, and `first_name delicate` for values with
    /// characters that VICIdial may drop or cut.
    pub proven: BTreeSet<String>,
    /// Fields that read back as something else than predicted: not written any more, with what was seen.
    pub stopped: BTreeMap<FieldName, String>,
}

/// A link as a plan leaves it; committed with the plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LinkWrite {
    /// Make or replace the link of (contact, slot), as it stands here. `id` is ignored. A lead or a code that another link of the job has is an
    /// error that names both contacts, and the whole plan is not committed.
    Put(Link),
    /// The link of that id, with its lead, becomes that of another contact, as it stands here. A link that this contact wanted and that has no lead goes.
    Pass(Link),
    /// The contact was seen and nothing is to be written: keep the fingerprint.
    Seen {
        /// The link.
        link: LinkId,
        /// The fingerprint.
        fingerprint: String,
        /// Base pairs that moved without a write (the CRM's side changed, VICIdial would show the same); the others stay.
        base: Option<Base>,
    },
}

/// All that a plan commits, together, or not at all.
#[derive(Debug, Clone, Default)]
pub struct PlanCommit {
    /// Leads of which intended ops to VICIdial, and intended pulls, are superseded first, since they were looked at anew. A wanted link of one that is not
    /// there yet goes too, unless this plan puts it again.
    pub cancelled: Vec<Seat>,
    /// Links made or changed. They are applied before the ops.
    pub links: Vec<LinkWrite>,
    /// Ops; `link` is `None` where the plan itself makes the link: it is found by contact and slot.
    pub ops: Vec<Op>,
    /// The rejections of the leads that were decided about: they replace what was known of the same leads.
    pub rejections: Vec<Rejection>,
    /// Leads that were decided about and are not rejected: what was known of them is dropped.
    pub accepted: Vec<Seat>,
    /// Failures that began or went on.
    pub failures: Vec<Failure>,
    /// Subjects that were looked at and are good now: their failures are dropped.
    pub mended: Vec<String>,
    /// Leads whose legs are folded now.
    pub folded: Vec<LeadId>,
    /// Leads without a contact that wait for a person. What an earlier plan wanted to make for them is superseded.
    pub strangers: Vec<Stranger>,
    /// Leads that are no strangers any more, or none that the mapping asks for: what was known of them is dropped, and superseded as well.
    pub no_strangers: Vec<LeadId>,
    /// The job as it stands afterwards.
    pub job: JobRecord,
}

/// The code of a failure that only says: look at this contact again.
pub const LOOK_AGAIN: &str = "look_again";

/// What `status` shows of a job.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RunRecord {
    /// The run.
    pub id: i64,
    /// The job.
    pub job: String,
    /// `manual`, `schedule`, `full`.
    pub trigger: String,
    /// Start.
    pub started: Option<DateTime<Utc>>,
    /// End; none while it runs, or when it was cut off.
    pub ended: Option<DateTime<Utc>>,
    /// How it ended.
    pub end: Option<RunEnd>,
    /// What stopped or held it.
    pub message: String,
    /// Counts.
    pub totals: Totals,
}

/// The fields of an object of the CRM, and when they were seen.
pub type SeenFields = (DateTime<Utc>, Vec<CrmField>);
