//! All of VICIdial but the one that tests stand up: what is asked, what the answers mean, what the lead table does to values, and the HTTP between.
//!
//! `call`, `dialing`, `sendable`, `line`, `reply`, `stored`, `custom`, `listing`, `lead_info`, `legs`, `facts` and `load` are pure: bytes and values in, values
//! out. `client` is the only file that knows HTTP and the password of the API user; `gate` lets its requests through. `database` reads the same by SQL, where there is an
//! account for it. `rows` reads any answer as a table, `routes` asks what no run needs every time, `writing` writes what is not a lead's own
//! field; `dialer` puts them together as the port that a run uses; `survey` asks what the server itself is like, and `probe` says it to an admin. What a list, a lead or a
//! leg *means* to a sync is not known here.

mod agent_report;
pub mod agents;
mod answers;
mod archive;
pub mod ask_read;
pub mod call;
pub mod callbacks;
pub mod client;
mod columns;
pub mod counts;
pub mod custom;
pub mod database;
mod days;
pub mod dialer;
pub mod dialing;
pub mod dnc;
mod download;
pub mod facts;
mod gate;
pub mod label;
mod lead_cells;
pub mod lead_info;
pub mod legs;
pub mod line;
pub mod listing;
pub mod load;
pub mod offered_lists;
pub mod probe;
mod reading;
pub mod reply;
pub mod reports;
mod routes;
pub mod rows;
mod search;
pub mod sendable;
mod shown;
pub mod status_search;
pub mod stored;
pub mod survey;
pub mod trouble;
mod unanswered;
pub mod writing;
pub mod written;

pub use client::{Settings, Vicidial};
pub use database::Database;
pub use load::Load;
pub use probe::Finding;
pub use shown::{CustomShown, ListShown};
pub use stored::{Forms, NonLatin};
pub use survey::{Asker, Survey};
pub use writing::{Done, Left};
