//! Servers that stand in for the real ones: a VICIdial and a CRM, each a real HTTP server with state in memory.
//!
//! They speak the wire as the real servers do, quirks included, and prove it by replaying recorded exchanges. What
//! checks us must not share our beliefs, so nothing here knows any other room of this crate. A site decides its answers
//! in a plain function of its state; sockets, counting and scripted trouble live in the two shared files.

pub mod fault;
pub mod http;

mod connection;
pub mod espocrm;
pub mod people;
pub mod vicidial;
