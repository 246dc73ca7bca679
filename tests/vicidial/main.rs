//! VICIdial's room: recorded exchanges read, stored forms predicted, files read, and the dialer against the emulator.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod emulated;
mod files;
mod forms;
mod http;
mod peer;
mod recorded;
mod replies;
