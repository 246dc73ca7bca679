//! From files to jobs that can run: reads config, mappings and connectors, cross-checks them, resolves secrets, builds the connections.
//!
//! It knows where files are and what belongs to what. What a file may say is decided by `config`, `mapping` and `crm`; all problems of all
//! files come at once, as [`Problem`]s. It sends nothing.

mod across;
mod checked;
mod clock;
mod flags;
mod mapper;
mod places;
mod problem;
mod ready;
mod reports;
mod secret;
mod shelf;
mod statuses;

pub use checked::{Checked, Timetable, mapping};
pub use clock::SystemClock;
pub use mapper::Mapper;
pub use places::Places;
pub use problem::Problem;
pub use ready::{AskedCrm, Ready, crms, ready};
pub use reports::{ReadyReport, reports};
pub use shelf::Files;
pub use statuses::{Compared, statuses};
