//! The mapping: what an admin's file says, checked once, and then a total function from contacts to leads and from calls to CRM values.
//!
//! [`parse`] makes a [`Program`] out of text or says everything that is wrong with it. A program asks nobody anything: the same contact
//! gives the same lead, always. Whether a lead is written, and what VICIdial makes of the values, is decided elsewhere.
//! How the file is written: `docs/mapping.md`.

mod attributes;
mod back;
mod calls;
mod calls_read;
mod check;
mod condition;
mod condition_read;
mod dispositions_check;
mod dispositions_read;
mod fields;
mod fields_read;
mod flags;
pub mod form;
mod formula;
mod formula_scan;
mod intake_read;
mod leads_read;
mod logic;
mod matching_read;
mod measure;
mod moment;
mod phone;
mod phone_read;
mod places;
mod program;
mod pulled;
mod read;
mod rules_read;
mod slots;
mod slots_read;
mod source;
mod strangers;
mod strangers_read;
mod template;
mod template_read;
mod trace;
mod trace_read;
mod transform;
mod transform_named;
mod transform_read;
mod trial;
mod trial_found;
mod trial_read;
mod two_ways;
mod variables;

pub use calls::Disposed;
pub use flags::{Flag, Flags, StatusFlags};
pub use program::{Leaving, Mapped, Program};
pub use pulled::{Gives, Pulled};
pub use read::parse;
pub use strangers::{Then, WithoutContact};
pub use trace::{ListTried, NumberTried, Origin, Read, SlotTraced, Stage, StatusHeld, Step, Trace, Traced};
pub use transform::registry::{Documented, Example, documented};
pub use trial::TestOutcome;
pub use trial_found::Difference;
