//! Texts that an admin writes: config, mapping, schedules, and what is said when they are wrong.

#![expect(clippy::unwrap_used, reason = "in a test a panic is the report")]

mod conditions;
mod config;
mod dead_rules;
mod departures;
mod diagnostics;
mod dispositions;
mod documents;
mod intake;
mod mapping;
mod masked;
mod matching;
mod mistakes;
mod phones;
mod proposed;
mod reports;
mod schedule;
mod shipped;
mod slots;
mod strangers;
mod texts;
mod transforms;
mod two_ways;
