//! Statuses that the CRM sets: from where to where, when the rules' answer changes, and never against what dialing made of a lead.

use vicisync::engine::Scope;
use vicisync::model::RunEnd;

use super::leaving::troubles;
use super::rig::{Rig, id, list};
use super::world::trouble::At;

const RULES: &str = r#"
[[status]]
when = { stage = "won" }
from = ["NEW", "NA", "NI"]
to = "WON"

[[status]]
when = { stage = "again" }
from = ["NA", "NI", "WON"]
to = "NEW"

[leaving]
"#;

fn ruled(contacts: u64) -> Rig {
    let mut rig = Rig::started(contacts);
    rig.remap("[leaving]\n", RULES);
    rig.full();
    rig.wait(60);
    rig.written();
    rig
}

fn stage(rig: &mut Rig, id: &str, stage: &str) {
    rig.edit(id, "stage", stage);
    rig.wait(60);
}

#[test]
fn the_answer_of_the_rules_is_set_when_it_changes_and_not_again() {
    let mut rig = ruled(4);
    rig.world().vici.fill_hopper();
    let lead = rig.lead("c01");
    stage(&mut rig, "c01", "won");
    let report = rig.run();
    assert_eq!((report.totals.updated, rig.row("c01").status.as_str()), (1, "WON"));
    assert!(!rig.world().vici.hopper.contains_key(&lead));
    rig.is_quiet();
    // What dialing does since stands, whatever else changes.
    rig.agent("c01", |row| row.status = "NA".to_owned());
    rig.edit("c01", "firstName", "Zoe");
    rig.wait(60);
    rig.run();
    assert_eq!(rig.row("c01").status, "NA");
    rig.is_quiet();
    // Without a rule nothing is set; the next answer is.
    stage(&mut rig, "c01", "");
    rig.run();
    assert_eq!(rig.row("c01").status, "NA");
    stage(&mut rig, "c01", "won");
    rig.run();
    assert_eq!(rig.row("c01").status, "WON");
    stage(&mut rig, "c01", "again");
    rig.run();
    assert_eq!(rig.row("c01").status, "NEW");
    rig.is_quiet();
}

#[test]
fn a_status_that_is_not_named_stays() {
    for status in ["SALE", "DNC", "CALLBK", "CBHOLD", "XX"] {
        let mut rig = ruled(3);
        rig.agent("c01", |row| row.status = status.to_owned());
        stage(&mut rig, "c01", "won");
        let report = rig.run();
        assert_eq!((report.end, report.totals.updated, rig.written()), (RunEnd::Clean, 0, vec![]), "{status}");
        assert_eq!(rig.row("c01").status, status);
        // The answer was given: it is not set later either.
        rig.agent("c01", |row| row.status = "NA".to_owned());
        rig.edit("c01", "firstName", "Zoe");
        rig.wait(60);
        rig.run();
        assert_eq!(rig.row("c01").status, "NA", "{status}");
    }
}

#[test]
fn a_lead_in_a_live_call_waits() {
    let mut rig = ruled(3);
    rig.world().vici.fill_hopper();
    let lead = rig.lead("c01");
    rig.agent("c01", |row| row.status = "INCALL".to_owned());
    stage(&mut rig, "c01", "won");
    assert_eq!((rig.run().end, rig.failure_codes()), (RunEnd::WithFailures, vec!["in_call".to_owned()]));
    assert_eq!(rig.row("c01").status, "INCALL");
    rig.agent("c01", |row| row.status = "NI".to_owned());
    rig.wait(600);
    rig.run();
    assert_eq!(rig.row("c01").status, "WON");
    assert!(!rig.world().vici.hopper.contains_key(&lead));
    rig.is_quiet();
}

#[test]
fn a_new_lead_gets_its_status_in_the_same_run() {
    let mut rig = ruled(2);
    rig.add("c08", 8, "north");
    rig.edit("c08", "stage", "won");
    rig.add("c09", 9, "north");
    rig.edit("c09", "stage", "again");
    rig.wait(60);
    rig.run();
    assert_eq!((rig.row("c08").status.as_str(), rig.row("c09").status.as_str()), ("WON", "NEW"));
    rig.is_quiet();
}

#[test]
fn a_lost_state_sets_no_status_anew() {
    let mut rig = ruled(3);
    stage(&mut rig, "c01", "won");
    rig.run();
    rig.agent("c01", |row| row.status = "NA".to_owned());
    rig.lose_database();
    rig.wait(600);
    rig.written();
    let report = rig.approve();
    assert_eq!((report.totals.adopted, rig.row("c01").status.as_str(), rig.written()), (3, "NA", vec![]));
    rig.is_quiet();
    stage(&mut rig, "c01", "again");
    rig.run();
    assert_eq!(rig.row("c01").status, "NEW");
    rig.is_quiet();
}

#[test]
fn leads_with_one_answer_are_set_together_and_out_of_the_hopper() {
    let mut rig = ruled(9);
    rig.world().vici.fill_hopper();
    for number in 0..6 {
        rig.edit(&id(number), "stage", "won");
    }
    rig.agent("c05", |row| row.status = "SALE".to_owned());
    rig.wait(60);
    let report = rig.run();
    let sent = ["update_leads", "update_lead"].map(|name| rig.world().count(name));
    assert_eq!((report.totals.updated, sent), (5, [1, 0]));
    for number in 0..5 {
        let lead = rig.lead(&id(number));
        assert_eq!(rig.row(&id(number)).status, "WON");
        assert!(!rig.world().vici.hopper.contains_key(&lead));
    }
    rig.is_quiet();
}

#[test]
fn who_comes_back_gets_one_status() {
    let mut rig = ruled(3);
    rig.edit("c01", "segment", "closed");
    rig.wait(60);
    rig.run();
    assert_eq!(rig.row("c01").status, "VSGONE");
    rig.edit("c01", "segment", "north");
    stage(&mut rig, "c01", "won");
    rig.run();
    assert_eq!(rig.row("c01").status, "WON");
    rig.is_quiet();
}

#[test]
fn nobody_who_left_or_opted_out_gets_a_status() {
    let mut rig = ruled(4);
    rig.opt_out("c01");
    rig.edit("c02", "segment", "closed");
    rig.wait(60);
    rig.run();
    for person in ["c01", "c02"] {
        rig.edit(person, "stage", "won");
    }
    rig.wait(60);
    rig.run();
    assert_eq!((rig.row("c01").status.as_str(), rig.row("c02").status.as_str()), ("DNC", "VSGONE"));
    rig.is_quiet();
}

#[test]
fn an_opt_out_goes_before_a_status() {
    let mut rig = ruled(3);
    stage(&mut rig, "c01", "won");
    rig.opt_out("c01");
    rig.run();
    assert_eq!(rig.row("c01").status, "DNC");
    rig.is_quiet();
}

#[test]
fn many_statuses_are_held_as_changes() {
    let mut rig = ruled(6);
    rig.job.limits.updates = 2;
    for number in 0..4 {
        rig.edit(&id(number), "stage", "won");
    }
    rig.wait(60);
    let report = rig.run();
    assert_eq!((report.end, report.holds.clone()), (RunEnd::Held, vec!["updates".to_owned()]));
    assert_eq!(rig.written(), Vec::<String>::new());
}

#[test]
fn a_status_is_set_once_whatever_gets_lost() {
    for call in ["read_lead", "update_lead", "leave_hopper"] {
        for trouble in troubles() {
            let mut rig = ruled(4);
            rig.world().vici.fill_hopper();
            let lead = rig.lead("c01");
            stage(&mut rig, "c01", "won");
            rig.trouble(&[(At::Call(call, 1), trouble)]);
            rig.ask(Scope::Changed, false);
            rig.calm();
            for _ in 0..3 {
                rig.wait(900);
                rig.run();
            }
            assert_eq!((rig.row("c01").status.as_str(), rig.row("c01").list), ("WON", list(1001)), "{call} {trouble:?}");
            assert!(!rig.world().vici.hopper.contains_key(&lead), "{call} {trouble:?}");
            rig.is_quiet();
        }
    }
}
