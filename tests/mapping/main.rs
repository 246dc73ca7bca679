//! Texts that an admin writes: config, mapping, schedules, and what is said when they are wrong.

#![expect(clippy::unwrap_used, reason = "in a test a panic is the report")]

mod config;
mod diagnostics;
mod documents;
mod mapping;
mod mistakes;
mod phones;
mod reports;
mod schedule;
mod transforms;
