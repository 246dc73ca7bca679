//! Leads whose list the rules change: moved there, or kept where they are, as the mapping says.

use proptest::prelude::*;
use vicisync::engine::Scope;
use vicisync::model::{LeadField, LinkState, ListChange, RunEnd};
use vicisync::ports::Reach;

use super::rig::{Rig, list};
use super::world::trouble::{At, Trouble};

impl Rig {
    fn staying(contacts: u64) -> Self {
        let mut rig = Self::started(contacts);
        rig.list_change(ListChange::Stay);
        rig
    }

    /// The list of a contact's link, and what the rules said.
    fn linked_list(&self, id: &str) -> (u64, Option<u64>) {
        let link = self.links().into_iter().find(|link| link.contact.as_str() == id).unwrap();
        (link.list_id.0, link.base.ruled_list.map(|list| list.0))
    }
}

#[test]
fn a_lead_that_stays_keeps_its_list_and_gets_all_else() {
    let mut rig = Rig::staying(3);
    rig.world().vici.fill_hopper();
    rig.edit("c01", "segment", "west");
    rig.edit("c01", "firstName", "Zoe");
    rig.edit("c01", "plan", "gold");
    let report = rig.run();
    assert_eq!((report.totals.moved, report.totals.updated), (0, 2));
    let row = rig.row("c01");
    assert_eq!((row.list, row.get(LeadField::FirstName), row.custom("plan")), (list(1001), "Zoe", "gold"));
    assert_eq!(rig.world().vici.hopper.len(), 3, "it left no place");
    assert_eq!(rig.linked_list("c01"), (1001, Some(1003)));
    rig.is_quiet();
    // Nothing but the rules changes.
    rig.edit("c02", "segment", "south");
    let report = rig.run();
    assert_eq!((report.totals.unchanged, rig.written()), (1, vec![]));
    assert_eq!(rig.linked_list("c02"), (1001, Some(1002)));
    rig.edit("c02", "segment", "north");
    rig.run();
    assert_eq!(rig.linked_list("c02"), (1001, Some(1001)));
    rig.is_quiet();
}

#[test]
fn new_leads_go_by_the_rules_all_the_same() {
    let mut rig = Rig::staying(2);
    rig.add("c09", 9, "west");
    rig.run();
    assert_eq!((rig.row("c09").list, rig.linked_list("c09")), (list(1003), (1003, None)));
    rig.is_quiet();
}

#[test]
fn a_lead_that_somebody_moved_stays_where_it_was_put() {
    for list_change in [ListChange::Move, ListChange::Stay] {
        let mut rig = Rig::started(3);
        rig.list_change(list_change);
        rig.agent("c01", |row| row.list = list(1002));
        rig.full();
        rig.edit("c01", "firstName", "Zoe");
        rig.run();
        let row = rig.row("c01");
        assert_eq!((row.list, row.get(LeadField::FirstName)), (list(1002), "Zoe"), "{list_change:?}");
        rig.is_quiet();
    }
}

#[test]
fn who_leaves_and_comes_back_by_another_rule_comes_back_into_the_same_list() {
    let mut rig = Rig::staying(3);
    rig.edit("c01", "segment", "closed");
    rig.run();
    assert_eq!(rig.row("c01").status, "VSGONE");
    rig.edit("c01", "segment", "west");
    rig.run();
    let row = rig.row("c01");
    assert_eq!((row.list, row.status.as_str()), (list(1001), "NEW"));
    // No rule takes it: that is leaving, and no move.
    rig.edit("c01", "segment", "east");
    rig.run();
    assert_eq!(rig.row("c01").status, "VSGONE");
    rig.is_quiet();
}

#[test]
fn a_found_lead_stays_in_its_list_too() {
    let mut rig = Rig::staying(3);
    rig.edit("c01", "segment", "west");
    rig.run();
    rig.lose_database();
    rig.approve();
    assert_eq!((rig.row("c01").list, rig.linked_list("c01")), (list(1001), (1001, Some(1003))));
    rig.is_quiet();
}

#[test]
fn a_move_that_waits_is_not_sent_once_leads_stay() {
    for trouble in [Trouble::NoRight, Trouble::Vanished(Reach::Record)] {
        let mut rig = Rig::started(3);
        rig.edit("c01", "segment", "west");
        rig.trouble(&[(At::Every("update_lead"), trouble)]);
        rig.run();
        rig.calm();
        rig.wait(400);
        rig.remap("go_live = 2026-11-02", "go_live = 2026-11-01");
        rig.list_change(ListChange::Stay);
        rig.run();
        assert_eq!(rig.row("c01").list, list(1001), "{trouble:?}");
        rig.is_quiet();
    }
}

#[test]
fn leads_that_stayed_move_once_the_mapping_moves_them() {
    let mut rig = Rig::staying(3);
    rig.edit("c01", "segment", "west");
    rig.run();
    rig.remap("go_live = 2026-11-02", "go_live = 2026-11-01");
    let report = rig.run();
    assert_eq!((report.totals.moved, rig.row("c01").list, rig.linked_list("c01").0), (1, list(1003), 1003));
    rig.is_quiet();
}

proptest! {
    #![proptest_config(ProptestConfig {
        rng_seed: proptest::test_runner::RngSeed::Fixed(1), failure_persistence: None, cases: 40, ..ProptestConfig::default()
    })]

    /// Whatever the rules say in turn: a lead that follows them is where they said last, one that stays where it was added.
    #[test]
    fn a_lead_is_where_the_rules_put_it_first_or_last(
        segments in prop::collection::vec(prop::sample::select(vec!["north", "south", "west", "closed", "east"]), 1..6),
        is_full in any::<bool>(),
    ) {
        let list_of = |segment: &str| match segment {
            "north" => Some(1001),
            "south" => Some(1002),
            "west" => Some(1003),
            _ => None,
        };
        for list_change in [ListChange::Move, ListChange::Stay] {
            let mut rig = Rig::new();
            rig.list_change(list_change);
            rig.add("c00", 0, segments[0]);
            rig.add("other", 1, "north");
            rig.approve();
            for segment in &segments[1..] {
                rig.wait(60);
                rig.edit("c00", "segment", segment);
                let report = rig.ask(if is_full { Scope::Full } else { Scope::Changed }, false).unwrap();
                prop_assert_eq!(report.end, RunEnd::Clean);
            }
            let mut wanted = segments.iter().filter_map(|segment| list_of(segment));
            let expected = match list_change {
                ListChange::Move => wanted.next_back(),
                ListChange::Stay => wanted.next(),
            };
            let Some(expected) = expected else {
                prop_assert_eq!(rig.leads("c00").len(), 0);
                continue;
            };
            prop_assert_eq!(rig.row("c00").list, list(expected));
            prop_assert_eq!(rig.linked_list("c00").0, expected);
            let is_live = list_of(segments[segments.len() - 1]).is_some();
            let state = rig.links().into_iter().find(|link| link.contact.as_str() == "c00").unwrap().state;
            prop_assert_eq!(state, if is_live { LinkState::Live } else { LinkState::Left });
            rig.is_quiet();
        }
    }
}
