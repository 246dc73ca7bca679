//! From files to jobs that can run: reads config, mappings and connectors, cross-checks them, resolves secrets, builds the connections.
//!
//! It knows where files are and what belongs to what. What a file may say is decided by `config`, `mapping` and `crm`; all problems of all
//! files come at once, as [`Problem`]s. It sends nothing, but for `fields`, which asks both systems what they have to offer. Pure parts for whoever begins:
//! [`propose`] makes first texts, [`mask`] makes tests of contacts.

mod across;
pub mod alone;
mod append;
mod checked;
mod clock;
mod draft;
mod fields;
mod machine;
mod mapper;
pub mod mask;
mod masked;
mod places;
mod problem;
pub mod propose;
mod ready;
mod reports;
mod secret;
mod shelf;
mod source;
mod statuses;

pub use across::Known;
pub use append::append;
pub use checked::{Checked, Timetable, mapping};
pub use clock::SystemClock;
pub use draft::{Draft, write_new};
pub use fields::{CrmFieldShown, CrmFields, EXAMPLES_MAX, ListFields, VicidialFields, crm_fields, vicidial_lists};
pub use mapper::Mapper;
pub use masked::{example, masked};
pub use places::Places;
pub use problem::{Problem, counted, drawn, sorted};
pub use ready::{AskedCrm, Ready, crms, ready};
pub use reports::{ReadyReport, reports};
pub use shelf::Files;
pub use statuses::{Compared, statuses};
