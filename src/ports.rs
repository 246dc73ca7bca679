//! What a run needs of the outside: a clock, the CRM, the dialer, the state. Traits and plain words; no HTTP, no SQL.
//!
//! `vicidial`, `crm` and `state` implement them and never see each other; the laws implement them in memory.

mod fault;
mod kept;
mod report;

use std::collections::{BTreeMap, BTreeSet};
use std::future::Future;
use std::time::Duration;

use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc};
use futures_util::Stream;

pub use crate::model::Wanted;
use crate::model::{
    Activity, ActivityId, CampaignId, Contact, ContactId, CrmField, Failure, FieldName, Intake, JobName, Lead, LeadChange, LeadId, LeadRow,
    Leg, Link, LinkId, ListId, Merge, Merges, Op, OpId, OpResult, OpState, Phone, Rejection, RunEnd, RunId, Seat, ServerFacts, StoredLead,
    Stranger, Taken, Totals, Turn, Value, VendorLeadCode,
};

pub use fault::{Effect, Fault, Reach};
pub use kept::{JobRecord, LOOK_AGAIN, LinkWrite, PlanCommit, RunRecord, SeenFields, StoreError, StoreErrorKind};
pub use report::{Made, Reports, Shelf};

/// Time, so that laws can turn it.
pub trait Clock: Send + Sync {
    /// Now.
    fn now(&self) -> DateTime<Utc>;
    /// Waits.
    fn sleep(&self, time: Duration) -> impl Future<Output = ()> + Send;
}

/// Which contacts to list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scope {
    /// Those that changed at or after an instant of the CRM's clock.
    ChangedSince(DateTime<Utc>),
    /// All. Only a listing that came to its end says who is gone.
    All,
}

/// Where the next page starts; only the connector reads it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cursor(pub String);

/// One page of contacts.
#[derive(Debug, Clone)]
pub struct Page {
    /// The contacts, fit for the mapping (details that lists hide are read already).
    pub contacts: Vec<Contact>,
    /// Contacts of the page that could not be read whole: each is a failure of its own, and does not stop the others.
    pub unreadable: Vec<(ContactId, Fault)>,
    /// Merges that the page tells of. A contact that went into another one is among these, and not among the contacts.
    pub merged: Vec<Merge>,
    /// Where to go on; `None` at the true end.
    pub next: Option<Cursor>,
    /// The CRM's clock when the page was answered.
    pub read_at: DateTime<Utc>,
}

/// What became of a contact that was to be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Birth {
    /// It was made.
    Made(ContactId),
    /// The CRM has contacts that it takes for the same, and made none.
    Alike(Vec<ContactId>),
}

/// An activity that the CRM has already.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownActivity {
    /// The CRM's id of it.
    pub id: ActivityId,
    /// Whether it shows all that a change would write.
    pub is_same: bool,
}

/// The CRM.
pub trait Contacts: Send + Sync {
    /// One page of a listing.
    ///
    /// # Errors
    /// A [`Fault`]; also where the server shows rows that the scope excludes, or the same page again.
    fn page(&self, scope: &Scope, cursor: Option<&Cursor>) -> impl Future<Output = Result<Page, Fault>> + Send;
    /// One contact; `None` where the CRM says that it is not there (gone, or never was). Lost rights are a fault.
    fn get(&self, contact: &ContactId) -> impl Future<Output = Result<Option<Contact>, Fault>> + Send;
    /// What the CRM tells of a contact's merges, also of one that is gone. One that tells nothing of them is not asked.
    fn merges(&self, contact: &ContactId) -> impl Future<Output = Result<Merges, Fault>> + Send;
    /// The present values of attributes of one contact; `None` where it is not there.
    fn read(
        &self,
        contact: &ContactId,
        names: &BTreeSet<String>,
    ) -> impl Future<Output = Result<Option<BTreeMap<String, Value>>, Fault>> + Send;
    /// Sets attributes, no others.
    fn patch(&self, contact: &ContactId, set: &BTreeMap<String, Value>) -> impl Future<Output = Result<(), Fault>> + Send;
    /// Contacts of which an attribute is one of these texts, as the CRM compares; whoever asks compares again. An attribute of phones is asked for all
    /// numbers of a contact. Many are more than anybody can tell apart, so of a long list the first page is enough.
    fn find(&self, name: &str, texts: &[String]) -> impl Future<Output = Result<Vec<Contact>, Fault>> + Send;
    /// Makes a contact with a phone. It does not look first, but the CRM may.
    fn create(&self, phone: &Phone, set: &BTreeMap<String, Value>) -> impl Future<Output = Result<Birth, Fault>> + Send;
    /// Looks among the contact's own activities for one with that key.
    fn find_activity(&self, contact: &ContactId, key: &str) -> impl Future<Output = Result<Option<ActivityId>, Fault>> + Send;
    /// The same for an activity as it is to be written, told with whether the CRM shows it so already.
    fn known_activity(&self, contact: &ContactId, activity: &Activity)
    -> impl Future<Output = Result<Option<KnownActivity>, Fault>> + Send;
    /// Creates a call activity. It does not look first.
    fn create_activity(&self, contact: &ContactId, activity: &Activity) -> impl Future<Output = Result<ActivityId, Fault>> + Send;
    /// Changes a call activity.
    fn update_activity(&self, id: &ActivityId, contact: &ContactId, activity: &Activity) -> impl Future<Output = Result<(), Fault>> + Send;
}

/// So many rows of a hopper are shown at most: one that shows them all may hold more (read in VICIdial's source).
pub const HOPPER_SHOWN_MAX: usize = 10_000;

/// Where a lead stands in the hopper.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HopperRow {
    /// The lead.
    pub lead_id: LeadId,
    /// The list that it was taken from.
    pub list_id: ListId,
    /// The lead's present status.
    pub status: String,
}

/// Calls of a time window.
#[derive(Debug, Clone, Default)]
pub struct Calls {
    /// The legs.
    pub legs: Vec<Leg>,
    /// Rows that could not be read, as short remarks without personal data.
    pub unreadable: Vec<String>,
    /// Days of which the calls that were read were held against VICIdial's own count. Needs a right, so it may be none.
    pub compared: BTreeSet<NaiveDate>,
    /// What that showed to be missing.
    pub gaps: Vec<Gap>,
}

/// Calls that VICIdial counts and does not hand out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gap {
    /// The day, server-local.
    pub day: NaiveDate,
    /// The first hour with a missing call.
    pub hour: u32,
    /// The campaign, or in-group.
    pub campaign: CampaignId,
    /// Calls that were counted in the hours that were compared.
    pub counted: u64,
    /// Those of them that came.
    pub read: u64,
    /// The missing calls by their status, where that is known for certain; empty otherwise.
    pub statuses: BTreeMap<String, u64>,
}

/// What the dialer's clock says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ServerTime {
    /// Wall time of the server.
    pub local: NaiveDateTime,
    /// The same instant.
    pub utc: DateTime<Utc>,
}

/// A code that is looked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sought {
    /// The code.
    pub code: VendorLeadCode,
    /// The phone that its lead was, or would be, added with. Codes have no index in VICIdial and phones have one: while an agent is
    /// logged in, leads are looked for by their phones only.
    pub phone: Option<Phone>,
}

impl From<VendorLeadCode> for Sought {
    fn from(code: VendorLeadCode) -> Self {
        Self { code, phone: None }
    }
}

/// VICIdial.
pub trait Dialer: Send + Sync {
    /// Asks about the server itself, by some twenty requests that read. What it does not tell is left out; a right that is missing is a fact, no
    /// fault.
    fn survey(&self, wanted: &Wanted, at: DateTime<Utc>) -> impl Future<Output = Result<ServerFacts, Fault>> + Send;
    /// What VICIdial will show of these values. Pure, given what [`Self::prepare`] learnt.
    fn stored(&self, values: &BTreeMap<FieldName, String>) -> StoredLead;
    /// Learns what predictions need, before each run. Most have nothing to learn.
    fn prepare(&self) -> impl Future<Output = Result<(), Fault>> + Send {
        std::future::ready(Ok(()))
    }
    /// The server's clock. Needs no rights, and answers even when the user is locked.
    fn time(&self) -> impl Future<Output = Result<ServerTime, Fault>> + Send;
    /// Adds a lead with its standard fields, DNC and list checked. Never custom fields. One that does not get into the hopper is added all the same.
    fn add_lead(&self, code: &VendorLeadCode, lead: &Lead, intake: Intake) -> impl Future<Output = Result<LeadId, Fault>> + Send;
    /// Changes a lead by its id; fields standard only, the time-zone offset follows what it goes by. A lead that is not there is refused with code `lead_missing`.
    fn update_lead(&self, lead: LeadId, change: &LeadChange) -> impl Future<Output = Result<(), Fault>> + Send;
    /// Sets custom fields of a lead.
    fn set_custom(&self, lead: LeadId, values: &BTreeMap<String, String>) -> impl Future<Output = Result<(), Fault>> + Send;
    /// Takes a lead out of the hopper; not being in it is fine.
    fn leave_hopper(&self, lead: LeadId) -> impl Future<Output = Result<(), Fault>> + Send;
    /// Takes a lead out of dialing: out of the hopper, and its scheduled callbacks removed; having neither is fine.
    fn leave_dialing(&self, lead: LeadId) -> impl Future<Output = Result<(), Fault>> + Send;
    /// Deletes a lead and its custom row; not being there is fine. Out of the hopper it must be before: VICIdial leaves it there.
    fn delete_lead(&self, lead: LeadId) -> impl Future<Output = Result<(), Fault>> + Send;
    /// The READY leads of a campaign's hopper.
    fn hopper(&self, campaign: &CampaignId) -> impl Future<Output = Result<Vec<HopperRow>, Fault>> + Send;
    /// Leads by code, in batches; each code that was looked for has an entry, empty where nothing was found. Lowest id first.
    ///
    /// While nobody is logged in as an agent, all leads are searched. While somebody is, leads are found by the phone, and by it only as long as nobody
    /// changed it in VICIdial; a code without a phone is not looked for then, and has no entry, nor has one whose phone a lead has that VICIdial
    /// does not show.
    fn find_by_code(&self, sought: &[Sought]) -> impl Future<Output = Result<BTreeMap<VendorLeadCode, Vec<LeadId>>, Fault>> + Send;
    /// The same among archived leads: VICIdial moves them to a table of its own, where no other search finds them, and may bring them back. A VICIdial
    /// without an archive has none of them: each code has an entry then, empty.
    fn archived(&self, sought: &[Sought]) -> impl Future<Output = Result<BTreeMap<VendorLeadCode, Vec<LeadId>>, Fault>> + Send;
    /// Which of these leads are in the archive. For few leads.
    fn are_archived(&self, leads: &[LeadId]) -> impl Future<Output = Result<BTreeSet<LeadId>, Fault>> + Send;
    /// Leads by the number that they are dialed by, whatever code they carry. Lowest id first. A number that so many leads have that nobody could look at
    /// each has no entry. Numbers have an index, so this may be asked beside agents.
    fn leads_by_phone(&self, phones: &[Phone]) -> impl Future<Output = Result<BTreeMap<Phone, Vec<LeadId>>, Fault>> + Send;
    /// The codes that leads carry, by their ids; each lead asked for has an entry, `None` where it is not there. For few leads.
    fn codes_of(&self, leads: &[LeadId]) -> impl Future<Output = Result<BTreeMap<LeadId, Option<String>>, Fault>> + Send;
    /// Changes leads all alike; fields standard only, and no phone. Gives those that are there: VICIdial skips the others without a word.
    /// One request writes them all, so a fault of unknown effect is one of each.
    fn update_leads(&self, leads: &[LeadId], change: &LeadChange) -> impl Future<Output = Result<BTreeSet<LeadId>, Fault>> + Send;
    /// One lead with these fields; `None` where it is not there. One request where VICIdial can show it whole, else one a field: for few leads.
    fn read_lead(&self, lead: LeadId, fields: &BTreeSet<FieldName>) -> impl Future<Output = Result<Option<LeadRow>, Fault>> + Send;
    /// All leads of a list with their present state, some at a time. An empty list is fine; one that does not exist is a fault. Only a stream
    /// that came to its end without a fault was the whole list.
    fn sweep(&self, list: ListId) -> impl Stream<Item = Result<Vec<LeadRow>, Fault>> + Send;
    /// The campaign that a list belongs to; `None` where the list does not exist.
    fn campaign_of(&self, list: ListId) -> impl Future<Output = Result<Option<CampaignId>, Fault>> + Send;
    /// Legs of calls that started in the hours from `from` to `to`, both server-local, inclusive.
    fn calls(&self, from: NaiveDateTime, to: NaiveDateTime) -> impl Future<Output = Result<Calls, Fault>> + Send;
}

/// The state. Calls block until what they write is on disk; each is one transaction. Only [`Store::turn`] is waited for as a request is.
pub trait Store: Send + Sync {
    /// The job's memory; a default record for a new job.
    fn job(&self, job: &JobName) -> Result<JobRecord, StoreError>;
    /// Keeps the job's memory.
    fn put_job(&self, job: &JobName, record: &JobRecord) -> Result<(), StoreError>;
    /// When and why the login of a connection was refused, and the fingerprint of the credentials that were.
    fn login_refused(&self, connection: &str) -> Result<Option<(DateTime<Utc>, String)>, StoreError>;
    /// Remembers, or with `None` forgets, a refused login.
    fn put_login_refused(&self, connection: &str, refused: Option<(DateTime<Utc>, &str)>) -> Result<(), StoreError>;

    /// What is known of the server of a connection.
    fn server_facts(&self, connection: &str) -> Result<ServerFacts, StoreError>;
    /// Keeps it, whole.
    fn put_server_facts(&self, connection: &str, facts: &ServerFacts) -> Result<(), StoreError>;

    /// The fields of an object as the CRM of a connection described them last, and when that was.
    fn crm_fields(&self, connection: &str, object: &str) -> Result<Option<SeenFields>, StoreError>;
    /// Keeps them, whole.
    fn put_crm_fields(&self, connection: &str, object: &str, seen_at: DateTime<Utc>, fields: &[CrmField]) -> Result<(), StoreError>;

    /// Starts a run's record.
    fn begin_run(&self, job: &JobName, trigger: &str, at: DateTime<Utc>) -> Result<RunId, StoreError>;
    /// Ends it.
    fn end_run(&self, run: RunId, end: RunEnd, message: &str, totals: &Totals, at: DateTime<Utc>) -> Result<(), StoreError>;
    /// The newest runs of all jobs, newest first.
    fn runs(&self, limit: u32) -> Result<Vec<RunRecord>, StoreError>;

    /// The link of one of a contact's leads.
    fn link_at(&self, job: &JobName, seat: &Seat) -> Result<Option<Link>, StoreError>;
    /// The links of a contact, that of its main lead first.
    fn links_of(&self, job: &JobName, contact: &ContactId) -> Result<Vec<Link>, StoreError>;
    /// The same of many contacts; contacts without a link have no entry.
    fn links_by_contacts(&self, job: &JobName, contacts: &[ContactId]) -> Result<BTreeMap<ContactId, Vec<Link>>, StoreError>;
    /// The link of a code.
    fn link_by_code(&self, job: &JobName, code: &VendorLeadCode) -> Result<Option<Link>, StoreError>;
    /// The link of a lead.
    fn link_by_lead(&self, job: &JobName, lead: LeadId) -> Result<Option<Link>, StoreError>;
    /// The links of many leads; leads without a link have no entry.
    fn links_by_leads(&self, job: &JobName, leads: &[LeadId]) -> Result<BTreeMap<LeadId, Link>, StoreError>;
    /// A link by its id.
    fn link(&self, id: LinkId) -> Result<Option<Link>, StoreError>;
    /// Links in the order of their ids, after one of them: for walks over all.
    fn links_after(&self, job: &JobName, after: LinkId, limit: u32) -> Result<Vec<Link>, StoreError>;
    /// How many links there are by state (the state's word). What is none has no entry.
    fn link_count(&self, job: &JobName) -> Result<BTreeMap<String, u64>, StoreError>;
    /// Live links of a phone, E.164.
    fn links_by_phone(&self, job: &JobName, phone: &str) -> Result<Vec<Link>, StoreError>;
    /// Changes one link outside of a plan (a look found something out). As [`LinkWrite::Put`].
    fn put_link(&self, job: &JobName, link: &Link) -> Result<(), StoreError>;

    /// Commits a plan. An intended op of the same (lane, subject, kind) is superseded by the new one; a sent or unknown one stays and the new one is left out:
    /// then the contact is due again at once ([`LOOK_AGAIN`]), and its link's fingerprint is forgotten.
    ///
    /// Adds and changes of leads that are still intended (lanes create, custom, update) are superseded where the plan rejects their contact, or puts its link
    /// as left, opted out or missing: a contact that left after an earlier plan is never added by that plan.
    fn commit_plan(&self, job: &JobName, run: RunId, plan: &PlanCommit, at: DateTime<Utc>) -> Result<(), StoreError>;
    /// Ops in the given states, oldest first.
    fn ops(&self, job: &JobName, states: &[OpState], limit: u32) -> Result<Vec<Op>, StoreError>;
    /// All ops of one contact, newest first: for `explain`.
    fn ops_of(&self, job: &JobName, contact: &ContactId, limit: u32) -> Result<Vec<Op>, StoreError>;
    /// Contacts that have ops in the given states.
    fn contacts_with_ops(&self, job: &JobName, states: &[OpState]) -> Result<BTreeSet<ContactId>, StoreError>;
    /// What VICIdial would show of the writes of a link's lead that got no answer at or after an instant, by field: those that may take effect late, over
    /// what was written since. A write that was seen to be done after its one try is none of them.
    fn late_writes(&self, job: &JobName, link: LinkId, since: DateTime<Utc>) -> Result<BTreeMap<FieldName, BTreeSet<String>>, StoreError>;
    /// Records results, then marks ops as sent (adding one to `tries`), in one commit, on disk before it returns. A result of an op that is settled
    /// already changes nothing; marking an op that is not intended is an error.
    ///
    /// - Done: the link gets `lead_id`, state, list, phone and base of the op; a done activity gets its id and hash; the
    ///   subject's failure is dropped, unless another op left it after this one was planned.
    /// - Refused: a failure is kept, its next look due after a backoff, and the link's fingerprint is forgotten. A link whose lead was refused, and has
    ///   none, goes, with what waited for it.
    /// - Superseded: the contact is due again at once ([`LOOK_AGAIN`]), and the link's fingerprint is forgotten.
    /// - Made: the lead is no stranger any more, and the contact is due at once ([`LOOK_AGAIN`]): that look links the two.
    /// - Unknown: kept with `at` as the moment the connection closed. Not sent: intended again.
    fn advance(&self, job: &JobName, results: &[OpResult], sent: &[OpId], at: DateTime<Utc>) -> Result<(), StoreError>;
    /// Records results as [`Store::advance`] does, then takes the next intended ops of a lane and marks them as sent: one commit, on disk before it gives
    /// them. A turn that gives fewer ops than its limit came to the lane's end.
    fn turn(&self, job: &JobName, turn: Turn, at: DateTime<Utc>) -> impl Future<Output = Result<Vec<Taken>, StoreError>> + Send;
    /// At start-up: every op still marked as sent counts as unknown, closed now. Gives how many.
    fn close_sent(&self, job: &JobName, at: DateTime<Utc>) -> Result<u64, StoreError>;
    /// Unknown ops with the moment their connection closed, oldest first.
    fn unknown_ops(&self, job: &JobName) -> Result<Vec<(Op, DateTime<Utc>)>, StoreError>;

    /// Keeps legs. Gives the leads whose legs are new or changed.
    fn put_legs(&self, job: &JobName, legs: &[Leg]) -> Result<BTreeSet<LeadId>, StoreError>;
    /// Leads with legs that were not folded since they changed.
    fn unfolded(&self, job: &JobName, limit: u32) -> Result<Vec<LeadId>, StoreError>;
    /// All legs of a lead, oldest first.
    fn legs_of(&self, job: &JobName, lead: LeadId) -> Result<Vec<Leg>, StoreError>;
    /// The activity that the CRM has of a call ([`Activity::key`]), and its [`Activity::hash`] as last written.
    fn activity(&self, job: &JobName, call_key: &str) -> Result<Option<(ActivityId, String)>, StoreError>;

    /// Failures, those due at an instant or all.
    fn failures(&self, job: &JobName, due_at: Option<DateTime<Utc>>) -> Result<Vec<Failure>, StoreError>;
    /// Keeps a failure outside of a plan; the next look is due after a backoff that grows with `tries`: 5 minutes, doubled each time, at most a day.
    /// The state counts: one try more than was kept of the subject, or the failure's own `tries` where that is more.
    fn put_failure(&self, job: &JobName, failure: &Failure, at: DateTime<Utc>) -> Result<(), StoreError>;
    /// Drops the failure of a subject.
    fn drop_failure(&self, job: &JobName, subject: &str) -> Result<(), StoreError>;
    /// Rejections, and how many contacts there are with each reason.
    fn rejections(&self, job: &JobName, limit: u32) -> Result<(Vec<Rejection>, BTreeMap<String, u64>), StoreError>;
    /// Leads without a contact that wait for a person, lowest first.
    fn strangers(&self, job: &JobName) -> Result<Vec<Stranger>, StoreError>;
    /// The rejections of one contact's leads, the main one first.
    fn rejections_of(&self, job: &JobName, contact: &ContactId) -> Result<Vec<Rejection>, StoreError>;
    /// The most live links that share one lead: 1 unless we are wrong.
    fn live_leads_per_link_max(&self, job: &JobName) -> Result<u64, StoreError>;
}
