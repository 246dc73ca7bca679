//! Plain data that every room speaks: ids, contacts, leads, calls, ops, links. No decisions, no I/O, no clock.
//!
//! What a word means stands in `docs/glossary.md`. Types here are made once, at the edge, and cannot be wrong afterwards.

pub mod blackout;
pub mod call;
pub mod code;
pub mod contact;
pub mod crm_field;
pub mod field;
pub mod fields;
pub mod id;
pub mod intake;
pub mod lead;
pub mod leaving;
pub mod link;
pub mod matching;
pub mod op;
pub mod phone;
pub mod report;
pub mod run;
pub mod server;
pub mod slot;
pub mod stranger;
pub mod turn;
pub mod way;

pub use blackout::Blackout;
pub use call::{Activity, Call, Leg, LegKey, LegKind};
pub use code::{InstallKey, VendorLeadCode};
pub use contact::{Contact, Merge, Merges, Value};
pub use crm_field::{CrmField, CrmFieldKind};
pub use field::{FieldName, LeadField, NO_DATE};
pub use fields::Fields;
pub use id::{ActivityId, CampaignId, ContactId, JobName, LeadId, LinkId, ListId, OpId, RunId};
pub use intake::{Hopper, Intake, ListChange, TzMethod};
pub use lead::{Lead, LeadChange, LeadRow, StoredLead};
pub use leaving::{Fate, Fates, StatusRule};
pub use link::{Base, Link, LinkState, Pair};
pub use matching::{Ambiguous, Matching};
pub use op::{Lane, Op, OpResult, OpState, Outcome, Payload, Shown, Target};
pub use phone::Phone;
pub use report::{Cell, Period, ReportAsk, ReportKind, Table, Window};
pub use run::{Failure, Rejection, RunEnd, Totals};
pub use server::{Fact, FactName, FactSource, FactValue, ServerFacts, Wanted};
pub use slot::{Seat, Slot};
pub use stranger::{Stranger, stranger_subject};
pub use turn::{Taken, Turn};
pub use way::{Direction, Side, Way, Winner};
