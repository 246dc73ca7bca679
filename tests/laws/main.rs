//! The laws: what must hold whatever happens, tried on the real engine and the real state against a small world in memory.
//!
//! Each invariant of the design is a test with its sentence as its name. [`world`] is what vicisync works on, [`rig`] puts the two
//! together; [`history`] plays random lives, [`crashes`] kills one life at each of its requests.

#![allow(clippy::unwrap_used)]

mod brakes;
mod calls;
mod changes;
mod crashes;
mod departures;
mod failing;
mod fields;
mod gaps;
mod history;
mod intake;
mod joints;
mod lasting;
mod leaving;
mod links;
mod matching;
mod one_list;
mod opting_out;
mod quiet;
mod reviewed;
mod rig;
mod server;
mod settling;
mod slot_lives;
mod slot_mends;
mod slots;
mod slots_met;
mod slots_told;
mod staffed;
mod statuses;
mod staying;
mod strangers;
mod together;
mod two_way_crashes;
mod two_way_lives;
mod two_ways;
mod way_back;
mod world;
