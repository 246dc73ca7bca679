//! vicisync keeps a CRM and the call-centre dialer VICIdial the same, both ways.
//!
//! The rooms and who may see whom: `docs/architecture.md`.

pub mod cli;
pub mod config;
pub mod crm;
pub mod daemon;
pub mod diag;
pub mod emulator;
pub mod engine;
pub mod mapping;
pub mod model;
pub mod ports;
pub mod report;
pub mod schedule;
pub mod setup;
pub mod state;
pub mod sync;
pub mod vicidial;
