//! Power loss: what a call said it kept was synced; what was written behind that may be lost, in part or whole, or be garbage.
//!
//! The write-ahead log is cut at many places behind its length at the last return of a call. Whatever is left, the state shows what it
//! showed before the interrupted call or after it, and never something between.

use std::fs;
use std::path::Path;

use vicisync::model::{LinkId, OpId, OpResult, OpState};
use vicisync::ports::{PlanCommit, Store};
use vicisync::state::State;

use super::{Desk, add, added, at, call, custom, done, job, leg, live, log, patch, refused, update, wanted};

/// Places at which the log of one call is cut.
const CUTS: usize = 24;

/// Files as they are on disk.
#[derive(Clone, PartialEq)]
struct Files {
    database: Vec<u8>,
    log: Vec<u8>,
}

fn files(desk: &Desk) -> Files {
    Files { database: fs::read(desk.dir.path().join("state.db")).unwrap(), log: fs::read(desk.dir.path().join("state.db-wal")).unwrap() }
}

fn put(dir: &Path, database: &[u8], log: &[u8]) {
    fs::write(dir.join("state.db"), database).unwrap();
    fs::write(dir.join("state.db-wal"), log).unwrap();
}

/// All that the state shows.
fn picture(state: &State) -> String {
    let states = [OpState::Intended, OpState::Sent, OpState::Unknown, OpState::Done, OpState::Refused, OpState::Superseded];
    let ops = state.ops(&job(), &states, 1000).unwrap();
    let links = state.links_after(&job(), LinkId(0), 1000).unwrap();
    let legs = state.legs_of(&job(), vicisync::model::LeadId(11)).unwrap();
    let failures = state.failures(&job(), None).unwrap();
    format!(
        "{ops:#?}\n{links:#?}\n{legs:#?}\n{failures:#?}\n{:#?}\n{:?}",
        state.job(&job()).unwrap(),
        state.activity(&job(), "call-1").unwrap()
    )
}

fn shown(files: &Files, log: &[u8]) -> String {
    let dir = tempfile::tempdir().unwrap();
    put(dir.path(), &files.database, log);
    picture(&State::open_copy(dir.path()).unwrap())
}

fn sent(desk: &Desk) {
    let ids: Vec<OpId> = desk.state.ops(&job(), &[OpState::Intended], 100).unwrap().iter().map(|op| op.id).collect();
    desk.state.advance(&job(), &[], &ids, at(5)).unwrap();
}

fn results(desk: &Desk) {
    let ops = desk.state.ops(&job(), &[OpState::Sent], 100).unwrap();
    let results: Vec<OpResult> = ops
        .into_iter()
        .enumerate()
        .map(|(number, op)| {
            let outcome = match op.payload.kind() {
                "add_lead" if number == 0 => added(11),
                "add_lead" => refused("phone_refused"),
                _ => done(),
            };
            OpResult { op, outcome }
        })
        .collect();
    desk.state.advance(&job(), &results, &[], at(6)).unwrap();
}

#[test]
fn power_lost_at_any_write_leaves_the_state_before_or_after_the_call() {
    let desk = Desk::new();
    type Step = (&'static str, fn(&Desk));
    let steps: [Step; 7] = [
        ("a plan", |desk| {
            desk.plan(vec![wanted("a"), wanted("b"), live("c", 12)], vec![add("a", "Ray"), add("b", "Lee"), custom("a", "gold")])
        }),
        ("a window is marked", sent),
        ("a window's results", results),
        ("legs", |desk| {
            desk.state.put_legs(&job(), &[leg(11, 1, "SALE"), leg(12, 2, "NA")]).unwrap();
        }),
        ("calls' writes", |desk| desk.plan(Vec::new(), vec![patch("c", "NA"), log("c", call("call-1", "note"), None)])),
        ("a job's memory", |desk| {
            let mut record = desk.state.job(&job()).unwrap();
            record.watermark = Some(at(100));
            desk.state.put_job(&job(), &record).unwrap();
        }),
        ("a newer plan", |desk| {
            desk.commit(&PlanCommit {
                cancelled: vec!["c".into()],
                ops: vec![update("c", &[("last_name", "Fox")], None, false)],
                mended: vec!["contact:b".to_owned()],
                ..PlanCommit::default()
            });
        }),
    ];
    let mut cuts = 0;
    for (name, step) in steps {
        let before = files(&desk);
        let old = picture(&desk.state);
        step(&desk);
        let after = files(&desk);
        let new = picture(&desk.state);
        assert_ne!(old, new, "{name} changes something");
        assert_eq!(shown(&after, &after.log), new, "{name}: what returned is on disk");
        assert!(after.log.starts_with(&before.log), "{name}: the log of this test is never restarted");
        assert!(before.database == after.database, "{name}: the database of this test is never checkpointed");
        let written = after.log.len() - before.log.len();
        for number in 0..CUTS {
            let kept = before.log.len() + written * number / CUTS;
            let mut garbage = after.log.clone();
            garbage[kept..].iter_mut().for_each(|byte| *byte ^= 0xA5);
            let mut zeros = after.log.clone();
            zeros[kept..].fill(0);
            for log in [after.log[..kept].to_vec(), garbage, zeros] {
                let left = shown(&before, &log);
                assert!(left == old || left == new, "{name}: half of it is left where the log was cut at {kept}");
                cuts += 1;
            }
        }
    }
    assert_eq!(cuts, 7 * CUTS * 3);
}
