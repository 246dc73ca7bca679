//! Requests side by side: a check and the insert after it are two statements, so two requests may both find nothing.
//!
//! Decides which leads a request misses: some of those that were put in after it had arrived, by a seed. A request that
//! arrives when all before it are answered misses none.

use super::world::World;
use crate::emulator::http::Request;

/// In how many of a hundred cases a lead that was put in meanwhile is missed.
const MISSED_OF_100: u64 = 12;

/// The dice of a server, and how things stood when the present request arrived.
#[derive(Clone, Debug)]
pub(super) struct Races {
    dice: u64,
    arrived: u64,
}

impl Races {
    /// Dice by a seed.
    pub(super) fn new(seed: u64) -> Self {
        Races { dice: seed, arrived: u64::MAX }
    }

    fn roll(&mut self) -> u64 {
        self.dice = self.dice.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.dice ^ (self.dice >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB) >> 33
    }
}

impl World {
    /// How many leads were ever put in.
    pub(super) fn leads_ever(&self) -> u64 {
        self.table("vicidial_list").counted()
    }

    /// Takes note of when a request arrived.
    pub(super) fn arrives(&mut self, request: &Request) {
        if let Some(races) = &mut self.races {
            races.arrived = request.arrived.unwrap_or(u64::MAX);
        }
    }

    /// Whether the check that comes now loses a race: a test has asked for it, or leads were put in since the request
    /// arrived and the dice say so.
    pub(super) fn is_missed(&mut self) -> bool {
        if self.racing > 0 {
            self.racing -= 1;
            return true;
        }
        let ever = self.leads_ever();
        let Some(races) = &mut self.races else {
            return false;
        };
        races.arrived < ever && races.roll() % 100 < MISSED_OF_100
    }
}
