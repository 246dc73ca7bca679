//! Brakes: a first run is a plan; what changes too much at once waits for a person, and nothing of it is written.

use vicisync::engine::Scope;
use vicisync::model::RunEnd;

use super::rig::{Rig, id};

#[test]
fn a_first_run_is_held_and_writes_nothing() {
    let mut rig = Rig::new();
    rig.add("c00", 0, "north");
    for _ in 0..2 {
        let report = rig.run();
        assert_eq!((report.end, report.holds.clone()), (RunEnd::Held, vec!["first_run".to_owned()]));
        assert!(report.help.is_some_and(|help| help.contains("--approve")));
        assert_eq!(report.plan.len(), 2);
        rig.wait(60);
    }
    assert_eq!(rig.written(), Vec::<String>::new());
    assert_eq!(rig.approve().totals.added, 1);
    // From then on nobody is asked.
    rig.add("c01", 1, "north");
    rig.wait(60);
    assert_eq!(rig.run().totals.added, 1);
}

#[test]
fn a_first_run_with_nothing_to_do_approves_nothing() {
    let mut rig = Rig::new();
    assert_eq!(rig.run().end, RunEnd::Clean);
    rig.add("c00", 0, "north");
    rig.wait(60);
    assert_eq!(rig.run().end, RunEnd::Held);
    assert_eq!(rig.written(), Vec::<String>::new());
}

#[test]
fn approving_one_contact_does_not_approve_the_job() {
    let mut rig = Rig::new();
    rig.add("c00", 0, "north");
    rig.add("c01", 1, "north");
    let report = rig.ask(Scope::Contact("c00".into()), true).unwrap();
    assert_eq!(report.totals.added, 1);
    rig.wait(60);
    assert_eq!(rig.run().end, RunEnd::Held);
}

#[test]
fn a_change_before_a_held_run_is_not_lost() {
    let mut rig = Rig::started(3);
    rig.job.limits.creates = 1;
    rig.add("c08", 8, "north");
    rig.add("c09", 9, "north");
    rig.edit("c01", "firstName", "Zoe");
    for _ in 0..3 {
        let report = rig.run();
        assert_eq!((report.end, report.holds.clone()), (RunEnd::Held, vec!["creates".to_owned()]));
        rig.wait(3600);
    }
    assert_eq!(rig.written(), Vec::<String>::new());
    let report = rig.ask(Scope::Changed, true).unwrap();
    assert_eq!((report.totals.added, report.totals.updated), (2, 1));
    rig.is_quiet();
}

#[test]
fn too_many_updates_moves_and_leavers_are_held() {
    for (name, value, brake) in [("firstName", "Zoe", "updates"), ("segment", "west", "moves"), ("segment", "closed", "deactivates")] {
        let mut rig = Rig::started(9);
        rig.job.limits.updates = 2;
        rig.job.limits.moves = 2;
        rig.job.limits.deactivates = 2;
        for number in 0..3 {
            rig.edit(&id(number), name, value);
        }
        let report = rig.run();
        assert_eq!((report.end, report.holds.clone()), (RunEnd::Held, vec![brake.to_owned()]));
        assert_eq!(rig.written(), Vec::<String>::new());
        rig.edit("c02", name, if name == "segment" { "north" } else { "Ann2" });
        rig.wait(60);
        assert_eq!(rig.run().end, RunEnd::Clean);
        rig.is_quiet();
    }
}

#[test]
fn a_mapping_edit_that_filters_many_is_held() {
    let mut rig = Rig::started(14);
    rig.remap("is_not = \"closed\" }", "is_not = \"closed\" }\nlastName = { is_not = \"Example\" }");
    for _ in 0..2 {
        let report = rig.run();
        assert_eq!(report.end, RunEnd::Held);
        assert_eq!(report.holds, ["deactivates_share"]);
        rig.wait(60);
    }
    assert_eq!(rig.written(), Vec::<String>::new());
    // It was a mistake: the old mapping is back, and there is nothing to do.
    rig.remap("", "");
    rig.is_quiet();
}

#[test]
fn what_an_older_mapping_planned_is_not_sent() {
    use super::world::trouble::{At, Trouble};
    let mut rig = Rig::started(4);
    rig.add("c08", 8, "north");
    rig.add("c09", 9, "north");
    rig.trouble(&[(At::Every("add_lead"), Trouble::Unreachable)]);
    assert_eq!(rig.run().end, RunEnd::Stopped);
    rig.calm();
    rig.written();
    rig.remap("is_not = \"closed\"", "not_in = [\"closed\"], is_set = true");
    rig.edit("c09", "segment", "");
    rig.wait(7200);
    rig.run();
    assert_eq!(rig.leads("c08").len(), 1);
    assert!(rig.leads("c09").is_empty());
    rig.is_quiet();
}
