//! The emulated VICIdial against recorded scenarios, and its telephony side and sockets.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a test fails by panicking and prints its table")]

mod replay;
mod singles;
mod telephony;
mod wire;
