//! A pusher's turn: what it takes, what it passes over, and that it is all on disk in one commit.

use std::collections::BTreeSet;

use vicisync::model::{ContactId, Lane, OpId, OpResult, OpState, Outcome, Taken, Turn};
use vicisync::ports::{Store, StoreErrorKind};

use super::{Desk, add, at, custom, deactivate, done, job, live, patch, update, wanted};
use vicisync::model::LinkState;

fn turn(limit: u32) -> Turn {
    Turn { results: Vec::new(), lane: Lane::Update, limit, only: None, past: BTreeSet::new() }
}

fn take(desk: &Desk, turn: Turn) -> Vec<Taken> {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(desk.state.turn(&job(), turn, at(5))).unwrap()
}

fn ids(taken: &[Taken]) -> Vec<i64> {
    taken.iter().map(|taken| taken.op.id.0).collect()
}

/// Updates 1 to 5 of contacts C1 to C5, and ops of other lanes.
fn desk() -> Desk {
    let desk = Desk::new();
    let names = ["C1", "C2", "C3", "C4", "C5"];
    let links = names.iter().enumerate().map(|(at, name)| live(name, 11 + at as u64)).collect();
    desk.plan(links, names.iter().map(|name| update(name, &[("city", "Bonn")], None, false)).collect());
    desk.plan(vec![wanted("C6")], vec![add("C6", "Doe"), custom("C6", "gold"), patch("C1", "x"), deactivate("C1", LinkState::Left, None)]);
    desk
}

#[test]
fn a_turn_takes_the_oldest_of_its_lane_and_marks_them() {
    let desk = desk();
    let first = take(&desk, turn(2));
    assert_eq!(ids(&first), [1, 2]);
    // As they were before they were marked, with their links.
    assert!(first.iter().all(|taken| taken.op.state == OpState::Intended && taken.op.tries == 0));
    assert_eq!(first[0].link, Some(desk.link("C1")));
    let sent = desk.state.ops(&job(), &[OpState::Sent], 10).unwrap();
    assert_eq!(sent.iter().map(|op| (op.id, op.tries)).collect::<Vec<_>>(), [(OpId(1), 1), (OpId(2), 1)]);
    assert_eq!(ids(&take(&desk, turn(9))), [3, 4, 5], "what is sent is not taken twice");
    assert!(take(&desk, turn(9)).is_empty());
    assert_eq!(ids(&take(&desk, Turn { lane: Lane::Create, ..turn(9) })), [6]);
}

#[test]
fn what_had_its_turn_is_passed_over_and_counts_for_no_limit() {
    let desk = desk();
    let first = take(&desk, turn(2));
    let results = first.into_iter().map(|taken| OpResult { op: taken.op, outcome: Outcome::NotSent }).collect();
    let past = BTreeSet::from([OpId(1), OpId(2)]);
    assert_eq!(ids(&take(&desk, Turn { results, past, ..turn(2) })), [3, 4]);
    let intended = desk.state.ops(&job(), &[OpState::Intended], 10).unwrap();
    assert_eq!(intended.iter().filter(|op| op.lane == Lane::Update).map(|op| op.id.0).collect::<Vec<_>>(), [1, 2, 5]);
    assert_eq!(ids(&take(&desk, turn(2))), [1, 2], "another push takes them again");
}

#[test]
fn only_the_contacts_that_a_run_is_about_have_their_turn() {
    let desk = desk();
    let only = Some(BTreeSet::from([ContactId::from("C4"), "C2".into(), "C9".into()]));
    assert_eq!(ids(&take(&desk, Turn { only: only.clone(), ..turn(1) })), [2]);
    assert_eq!(ids(&take(&desk, Turn { only, ..turn(9) })), [4]);
}

#[test]
fn results_and_marks_are_one_commit() {
    let desk = desk();
    let first = take(&desk, turn(2)).remove(0);
    take(&desk, Turn { results: vec![OpResult { op: first.op.clone(), outcome: done() }], ..turn(1) });
    let state = |state| desk.state.ops(&job(), &[state], 10).unwrap().iter().map(|op| op.id.0).collect::<Vec<_>>();
    assert_eq!((state(OpState::Done), state(OpState::Sent)), (vec![1], vec![2, 3]));
    // A result that cannot be kept marks nothing.
    let mut nobody = first.op;
    nobody.id = OpId(99);
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let bad = Turn { results: vec![OpResult { op: nobody, outcome: done() }], ..turn(9) };
    let error = runtime.block_on(desk.state.turn(&job(), bad, at(6))).unwrap_err();
    assert_eq!((error.kind, state(OpState::Sent)), (StoreErrorKind::Broken, vec![2, 3]));
}

#[test]
fn a_turn_that_nobody_waits_for_is_on_disk_all_the_same() {
    let desk = desk();
    drop(desk.state.turn(&job(), turn(2), at(5)));
    // Whatever is asked next comes after it.
    assert_eq!(desk.state.ops(&job(), &[OpState::Sent], 10).unwrap().len(), 2);
}
