//! The emulated VICIdial against recorded scenarios, and its telephony side and sockets.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a test fails by panicking and prints its table")]

mod compared;
mod exchanges;
mod floor_scene;
mod replay;
mod scene;
mod singles;
mod switches;
mod telephony;
mod wire;
