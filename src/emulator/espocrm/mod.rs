//! An EspoCRM 8.4.2 in memory: its REST API under `/api/v1`, as a real HTTP server.
//!
//! It answers as the recorded server does: soft deletes, numbers shared by contacts, times to the second, silently
//! ignored attributes, the lock-out, refusals told in a header. The state is a [`World`] of plain structs; requests change
//! it in `routes`. Start reading at `schema` (what records have) and `write` (what a change does). Contacts, leads,
//! accounts, calls, notes, users, webhooks and the action history are here; everything else of the product is not.

mod admin;
mod attribute;
mod bulk;
mod clock;
mod convert;
mod description;
mod filter;
mod hooks;
mod intake;
mod login;
mod points;
mod routes;
mod schema;
mod search;
mod server;
mod special;
mod view;
mod wire;
mod world;
mod write;

pub use attribute::{CustomField, Holds};
pub use clock::Clock;
pub use hooks::Delivery;
pub use schema::Entity;
pub use server::{Options, Server};
pub use world::World;
