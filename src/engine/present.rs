//! The leads that a sweep saw. It knows nothing of them but that they are there.
//!
//! Lead ids are given in order, so those of one installation lie close together: a bit for each, in blocks that appear when one of theirs does.
//! A million leads in a row take 140 kB; scattered so thinly that each has a block of its own, they would take 560 bytes each.

use std::collections::BTreeMap;

use crate::model::LeadId;

/// Words of one block: 4,096 leads.
const WORDS: usize = 64;

/// A set of leads.
#[derive(Default)]
pub(super) struct Present {
    blocks: BTreeMap<u64, Box<[u64; WORDS]>>,
}

impl Present {
    /// Keeps a lead. Gives whether it is new.
    pub(super) fn insert(&mut self, lead: LeadId) -> bool {
        let (block, word, bit) = place(lead);
        let word = &mut self.blocks.entry(block).or_insert_with(|| Box::new([0; WORDS]))[word];
        let is_new = *word & bit == 0;
        *word |= bit;
        is_new
    }

    /// Whether a lead was kept.
    pub(super) fn contains(&self, lead: LeadId) -> bool {
        let (block, word, bit) = place(lead);
        self.blocks.get(&block).is_some_and(|block| block[word] & bit != 0)
    }
}

/// A lead's block, and in it the word and the bit.
fn place(lead: LeadId) -> (u64, usize, u64) {
    let LeadId(id) = lead;
    (id >> 12, (id >> 6) as usize % WORDS, 1 << (id & 63))
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use proptest::prelude::*;
    use proptest::test_runner::RngSeed;

    use super::*;

    proptest! {
        #![proptest_config(ProptestConfig { rng_seed: RngSeed::Fixed(1), failure_persistence: None, cases: 200, ..ProptestConfig::default() })]

        #[test]
        fn it_is_a_set(leads in prop::collection::vec(prop_oneof![0u64..300, 4000u64..4200, any::<u64>()], 0..200), others in prop::collection::vec(0u64..5000, 0..50)) {
            let (mut present, mut set) = (Present::default(), HashSet::new());
            for lead in leads {
                prop_assert_eq!(present.insert(LeadId(lead)), set.insert(lead));
            }
            for lead in set.iter().chain(&others) {
                prop_assert_eq!(present.contains(LeadId(*lead)), set.contains(lead));
            }
        }
    }
}
