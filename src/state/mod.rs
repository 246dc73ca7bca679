//! The state: what vicisync remembers between runs, in one SQLite database behind [`crate::ports::Store`].
//!
//! It decides how things are kept, and what one commit holds together; never what is written to the CRM or to VICIdial.
//! One thread owns the connection; whoever calls waits until the answer is on disk. Where to read on: [`State`] for how
//! the database is opened and locked, then one file a table.

mod activities;
mod cell;
mod copy;
mod crm_fields;
mod desk;
mod failures;
mod jobs;
mod journal;
mod key;
mod legs;
mod links;
mod lock;
mod migrate;
mod open;
mod outcome;
mod plan;
mod rejections;
mod runs;
mod servers;
mod store;
mod strangers;
mod trouble;

pub use open::State;
