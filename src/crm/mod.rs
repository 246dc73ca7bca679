//! The CRM: connectors, and the engine that runs them.
//!
//! A connector is a TOML file (`connectors/espocrm.toml`) that says how one CRM's API works: login, requests, where values stand in answers. The files
//! here run it and know no CRM by name. Pure: what a file may say (`form` has its keys, `reader` and `offered` read it), what a template gives, whether a
//! page is the one that was asked for, what became of a request, which fields a description tells of. The outside: `http`, and `contacts` on top of it,
//! which is the port that the engine sees.

mod activity;
mod connection;
pub mod connector;
mod contacts;
mod created;
pub mod describe;
mod describe_read;
pub mod form;
mod http;
mod known;
mod offered;
pub mod paging;
pub mod path;
mod probe;
mod reader;
pub mod record;
pub mod request;
mod samples;
pub mod template;
pub mod verdict;

pub use connection::{Crm, Settings};
pub use connector::Connector;
pub use probe::Finding;
pub use record::Unreadable;
