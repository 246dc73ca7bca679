//! The built binary, as people and service managers use it, against the emulated servers.

#![allow(clippy::unwrap_used, reason = "a test that cannot be set up fails")]

mod bad_input;
mod crash;
mod daemon;
mod fields;
mod files;
mod init;
mod life;
mod login;
mod map;
mod matching;
mod record;
mod rehearse;
mod reports;
mod rig;
mod schema;
mod server;
mod two_ways;
