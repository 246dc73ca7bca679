//! The database lane: VICIdial read by SQL, through an account that can only read. Faster than the export pages, and it shows what no API does.
//!
//! Its answers have the form of the HTTP routes' answers, so that a run cannot tell them apart; where they differ on purpose,
//! `docs/database-lane.md` says so. Nothing here writes, and nothing here knows HTTP. `connect` is the only file that knows the
//! driver and the password; `cells` is how values come out; every other file is one kind of question.

mod callbacks;
mod calls;
mod cells;
mod columns;
mod connect;
mod counts;
mod dnc;
mod leads;
mod lists;
mod places;
mod probe;
mod refused;
mod settings;

pub use connect::{Database, Settings, Tls};
pub use dnc::Numbers;
pub use leads::Sweep;
pub use places::{Campaign, DncUse, Status};
