//! Every call is accounted for: transfers are one call, later status changes change its activity, no call is told of twice.

use chrono::TimeDelta;
use vicisync::engine::Scope;
use vicisync::model::{FactName, FactSource, LegKind, RunEnd, Value};
use vicisync::ports::Reach;

use super::leaving::troubles;
use super::rig::{Rig, list};
use super::world::dialer::{Logged, Row};
use super::world::trouble::{At, Trouble};

impl Rig {
    /// The dialer calls a contact's lead, and the call ends so.
    pub(crate) fn call(&self, id: &str, status: &str) {
        let lead = self.lead(id);
        let mut world = self.world();
        let uniqueid = format!("{}.{}", world.now.timestamp(), world.vici.log.len());
        let start = world.now;
        let status = status.to_owned();
        world.vici.log.push(Logged {
            lead,
            kind: LegKind::Outbound,
            campaign: "SALES",
            start,
            uniqueid,
            user: "agent1",
            status: status.clone(),
            seconds: 40,
        });
        let row = world.vici.leads.get_mut(&lead).unwrap();
        row.status = status;
        row.called += 1;
        world.vici.hopper.remove(&lead);
        world.pass(TimeDelta::seconds(40));
    }

    /// The newest call goes on to a second agent, where it ends so.
    pub(crate) fn transfer(&self, id: &str, status: &str) {
        let lead = self.lead(id);
        let mut world = self.world();
        let last = world.vici.log.iter_mut().rev().find(|logged| logged.lead == lead).unwrap();
        last.status = "XFER".to_owned();
        let second = Logged {
            kind: LegKind::Inbound,
            campaign: "CLOSERS",
            start: last.start + TimeDelta::seconds(40),
            user: "agent2",
            status: status.to_owned(),
            seconds: 100,
            ..last.clone()
        };
        world.vici.log.push(second);
        world.vici.leads.get_mut(&lead).unwrap().status = status.to_owned();
        world.pass(TimeDelta::seconds(100));
    }

    /// Statuses of a contact's activities, sorted.
    pub(crate) fn logged(&self, id: &str) -> Vec<String> {
        let mut statuses: Vec<String> = self.activities(id).into_iter().map(|(_, logged)| logged.activity.status).collect();
        statuses.sort();
        statuses
    }

    /// Somebody changes the outcome of a lead's newest call.
    fn correct(&self, id: &str, status: &str) {
        let lead = self.lead(id);
        let mut world = self.world();
        world.vici.log.iter_mut().rev().find(|logged| logged.lead == lead).unwrap().status = status.to_owned();
    }
}

fn text(value: &str) -> Value {
    Value::Text(value.to_owned())
}

/// P58: notes of one talk showed up again with each run. A call is one activity, however often it is read.
#[test]
fn an_outcome_comes_back_as_attributes_and_one_activity() {
    let mut rig = Rig::started(3);
    rig.call("c01", "SALE");
    let report = rig.run();
    assert_eq!((report.end, report.totals.logged, report.totals.patched), (RunEnd::Clean, 1, 1));
    assert_eq!(rig.attribute("c01", "outcome"), text("SALE"));
    assert_eq!(rig.attribute("c01", "callCount"), Value::Int(1));
    assert_eq!(rig.logged("c01"), ["SALE"]);
    assert!(rig.logged("c00").is_empty());
    rig.is_quiet();
    rig.call("c01", "NI");
    rig.run();
    assert_eq!(rig.attribute("c01", "outcome"), text("NI"));
    assert_eq!(rig.attribute("c01", "callCount"), Value::Int(2));
    assert_eq!(rig.logged("c01"), ["NI", "SALE"]);
    rig.is_quiet();
}

#[test]
fn outcomes_that_are_not_listed_move_counters_only() {
    let mut rig = Rig::started(2);
    rig.call("c01", "NA");
    rig.run();
    assert_eq!(rig.attribute("c01", "callCount"), Value::Int(1));
    assert_eq!(rig.attribute("c01", "outcome"), Value::Null);
    assert!(rig.logged("c01").is_empty());
    rig.is_quiet();
}

#[test]
fn a_transferred_call_is_one_call_with_its_final_status() {
    let mut rig = Rig::started(2);
    rig.call("c01", "SALE");
    rig.transfer("c01", "NI");
    rig.run();
    assert_eq!(rig.logged("c01"), ["NI"]);
    assert_eq!(rig.attribute("c01", "callCount"), Value::Int(1));
    let (_, logged) = rig.activities("c01").remove(0);
    assert_eq!((logged.activity.end - logged.activity.start).num_seconds(), 140);
    rig.is_quiet();
}

#[test]
fn a_transfer_that_comes_to_light_later_updates_the_same_activity() {
    let mut rig = Rig::started(2);
    rig.call("c01", "SALE");
    rig.run();
    let (first, _) = rig.activities("c01").remove(0);
    rig.transfer("c01", "NI");
    rig.run();
    let activities = rig.activities("c01");
    assert_eq!(activities.len(), 1);
    assert_eq!((&activities[0].0, activities[0].1.activity.status.as_str()), (&first, "NI"));
    rig.is_quiet();
}

#[test]
fn the_last_leg_decides_and_not_the_first() {
    let mut rig = Rig::started(2);
    rig.call("c01", "NI");
    rig.transfer("c01", "SALE");
    rig.correct("c01", "SALE");
    // The first leg keeps a final status of its own.
    let lead = rig.lead("c01");
    rig.world().vici.log.iter_mut().find(|logged| logged.lead == lead).unwrap().status = "NI".to_owned();
    rig.run();
    assert_eq!(rig.logged("c01"), ["SALE"]);
    rig.is_quiet();
}

#[test]
fn a_later_status_change_updates_the_same_activity() {
    let mut rig = Rig::started(2);
    rig.call("c01", "NI");
    rig.run();
    rig.wait(3 * 3600);
    rig.run();
    rig.correct("c01", "SALE");
    rig.wait(60);
    let report = rig.run();
    assert_eq!((report.totals.logged, report.totals.relogged), (0, 1));
    assert_eq!(rig.logged("c01"), ["SALE"]);
    assert_eq!(rig.attribute("c01", "outcome"), text("SALE"));
    rig.is_quiet();
}

#[test]
fn transient_statuses_are_never_final() {
    let mut rig = Rig::started(2);
    for status in ["INCALL", "QUEUE", "DISPO"] {
        rig.call("c01", status);
        rig.run();
        assert_eq!(rig.attribute("c01", "callCount"), Value::Null, "{status}");
        rig.correct("c01", "DISPO");
    }
    rig.correct("c01", "SALE");
    rig.wait(60);
    rig.run();
    assert_eq!(rig.logged("c01"), ["SALE"]);
    assert_eq!(rig.attribute("c01", "callCount"), Value::Int(1));
    rig.agent("c01", |row| row.status = "SALE".to_owned());
    rig.is_quiet();
}

#[test]
fn calls_before_go_live_are_ignored() {
    let mut rig = Rig::started(2);
    rig.remap("2026-11-02T00:00:00Z", "2026-11-02T14:00:00Z");
    rig.call("c01", "SALE");
    let go_live = rig.job.program.go_live().unwrap();
    rig.world().vici.log[0].start = go_live - TimeDelta::minutes(10);
    rig.call("c00", "SALE");
    rig.world().vici.log[1].start = go_live + TimeDelta::minutes(10);
    rig.run();
    assert!(rig.logged("c01").is_empty());
    assert_eq!(rig.attribute("c01", "callCount"), Value::Null);
    assert_eq!(rig.logged("c00"), ["SALE"]);
    rig.is_quiet();
}

#[test]
fn calls_of_unlinked_leads_are_told_once_they_are_linked() {
    let mut rig = Rig::started(2);
    // A lead with our code that the state does not know, as after a loss; its contact comes into the filter later.
    rig.add("c09", 9, "closed");
    let row = Row { code: rig.code("c09").to_string(), list: list(1001), status: "NEW".to_owned(), called: 0, values: Default::default() };
    rig.world().vici.insert(row);
    rig.call("c09", "SALE");
    rig.run();
    assert!(rig.logged("c09").is_empty());
    assert_eq!(rig.world().count("patch"), 0);
    rig.edit("c09", "segment", "north");
    rig.wait(60);
    rig.run();
    rig.wait(60);
    rig.run();
    assert_eq!(rig.logged("c09"), ["SALE"]);
    assert_eq!(rig.attribute("c09", "callCount"), Value::Int(1));
    rig.is_quiet();
}

#[test]
fn calls_of_strangers_are_ignored() {
    let mut rig = Rig::started(2);
    let row = Row { code: "LEGACY-1".to_owned(), list: list(1001), status: "SALE".to_owned(), called: 1, values: Default::default() };
    let lead = rig.world().vici.insert(row);
    rig.call("c01", "SALE");
    rig.world().vici.log[0].lead = lead;
    rig.run();
    assert!(rig.written().is_empty());
    rig.agent("c01", |row| row.status = "NEW".to_owned());
    rig.is_quiet();
}

#[test]
fn a_lost_answer_of_an_activity_makes_one_activity() {
    for trouble in troubles() {
        for call in ["create_activity", "patch", "find_activity"] {
            let mut rig = Rig::started(2);
            rig.call("c01", "SALE");
            rig.call("c01", "NI");
            rig.trouble(&[(At::Call(call, 1), trouble)]);
            rig.ask(Scope::Changed, false);
            rig.calm();
            for _ in 0..3 {
                rig.wait(400);
                rig.run();
            }
            assert_eq!(rig.logged("c01"), ["NI", "SALE"], "{call} {trouble:?}");
            assert_eq!(rig.attribute("c01", "callCount"), Value::Int(2), "{call} {trouble:?}");
            rig.is_quiet();
        }
    }
}

#[test]
fn an_activity_of_unknown_effect_is_found_by_its_key() {
    let mut rig = Rig::started(2);
    rig.call("c01", "SALE");
    rig.trouble(&[(At::Call("create_activity", 1), Trouble::Lost(Reach::Record))]);
    rig.run();
    // Its outcome changes before anybody looked.
    rig.correct("c01", "NI");
    rig.run();
    assert_eq!(rig.world().count("create_activity"), 1);
    rig.wait(60);
    rig.run();
    assert_eq!(rig.logged("c01"), ["NI"]);
    rig.is_quiet();
}

#[test]
fn an_updated_activity_ends_well_whatever_gets_lost() {
    for trouble in troubles() {
        let mut rig = Rig::started(2);
        rig.call("c01", "SALE");
        rig.run();
        rig.correct("c01", "NI");
        rig.trouble(&[(At::Call("update_activity", 1), trouble)]);
        rig.ask(Scope::Changed, false);
        rig.calm();
        for _ in 0..2 {
            rig.wait(400);
            rig.run();
        }
        assert_eq!(rig.logged("c01"), ["NI"], "{trouble:?}");
        rig.is_quiet();
    }
}

#[test]
fn our_own_writes_are_no_changes_of_the_crm() {
    let mut rig = Rig::started(3);
    for contact in ["c00", "c01", "c02"] {
        rig.call(contact, "SALE");
    }
    rig.run();
    rig.wait(5);
    let report = rig.run();
    assert!(report.totals.read > 0, "the patched contacts are listed as changed");
    assert_eq!(report.totals.updated, 0);
    rig.is_quiet();
}

#[test]
fn calls_of_a_deleted_contact_are_no_failure_for_ever() {
    let mut rig = Rig::started(3);
    rig.call("c01", "SALE");
    rig.delete("c01");
    rig.run();
    rig.wait(600);
    rig.run();
    rig.is_quiet();
    assert!(rig.world().crm.activities.is_empty());
}

#[test]
fn calls_of_a_contact_that_left_are_still_told() {
    let mut rig = Rig::started(2);
    rig.call("c01", "NI");
    rig.opt_out("c01");
    rig.run();
    assert_eq!(rig.logged("c01"), ["NI"]);
    assert_eq!(rig.row("c01").status, "DNC");
    rig.is_quiet();
}

/// What the server's database says of its statuses.
fn statuses(rig: &Rig, statuses: &[(&str, &[&str])]) {
    let mut world = rig.world();
    let now = world.now;
    for (status, flags) in statuses {
        let flags: Vec<String> = flags.iter().map(|flag| (*flag).to_owned()).collect();
        world.vici.facts.put(FactName::Status(None, (*status).to_owned()), flags, FactSource::Database, now);
    }
}

/// P57: each talk came in twice and counted twice. Here it counts once, however often it is read.
#[test]
fn a_counter_is_the_number_of_calls_that_its_rules_took_however_often_they_are_seen() {
    let mut rig = Rig::started(2);
    let rules = "counter = \"reached\"\nactivity = true\n[[disposition]]\nstatus = \"CALLBK\"\ncounter = \"reached\"\n[[disposition]]\nstatus = \"NA\"\ncounter = \"missed\"";
    rig.remap_all(&[("\"NI\", \"CALLBK\", \"DNC\"]", "\"NI\"]"), ("activity = true", rules)]);
    rig.wait(60);
    rig.approve();
    rig.call("c01", "NA");
    rig.run();
    assert_eq!((rig.attribute("c01", "missed"), rig.attribute("c01", "reached")), (Value::Int(1), Value::Null), "none yet is not told");
    for status in ["NI", "NA", "CALLBK"] {
        rig.wait(60);
        rig.call("c01", status);
        rig.run();
    }
    rig.wait(60);
    rig.ask(Scope::Since(rig.job.program.go_live().unwrap()), false);
    assert_eq!((rig.attribute("c01", "missed"), rig.attribute("c01", "reached")), (Value::Int(2), Value::Int(2)));
    assert_eq!(rig.attribute("c00", "missed"), Value::Null);
    rig.is_quiet();
    // The newest call was no callback after all, and then the other one was not reached either.
    rig.correct("c01", "NA");
    rig.wait(60);
    rig.run();
    assert_eq!((rig.attribute("c01", "missed"), rig.attribute("c01", "reached")), (Value::Int(3), Value::Int(1)));
    let lead = rig.lead("c01");
    rig.world().vici.log.iter_mut().find(|logged| logged.lead == lead && logged.status == "NI").unwrap().status = "NA".to_owned();
    rig.wait(60);
    rig.run();
    assert_eq!((rig.attribute("c01", "missed"), rig.attribute("c01", "reached")), (Value::Int(4), Value::Int(0)), "it falls back to none");
    rig.is_quiet();
}

#[test]
fn rules_by_flag_go_by_the_flags_that_were_seen_last() {
    let mut rig = Rig::started(2);
    rig.remap("status = [\"SALE\", \"NI\", \"CALLBK\", \"DNC\"]", "flag = \"sale\"");
    statuses(&rig, &[("SALE", &["sale"]), ("WON", &[])]);
    rig.wait(60);
    rig.approve();
    rig.call("c00", "SALE");
    rig.call("c01", "WON");
    rig.run();
    assert_eq!((rig.logged("c00"), rig.logged("c01").len()), (vec!["SALE".to_owned()], 0));
    statuses(&rig, &[("WON", &["sale", "human_answered"])]);
    rig.wait(21 * 3600);
    rig.full();
    rig.call("c01", "WON");
    rig.run();
    assert_eq!(rig.logged("c01"), ["WON", "WON"], "the running job follows what VICIdial says now");
    rig.is_quiet();
}

#[test]
fn a_mapping_by_flag_writes_nothing_where_no_flags_are_known_but_opt_outs() {
    let mut rig = Rig::started(3);
    rig.remap("status = [\"SALE\", \"NI\", \"CALLBK\", \"DNC\"]", "flag = \"sale\"");
    rig.call("c00", "SALE");
    rig.edit("c01", "firstName", "Zoe");
    rig.opt_out("c02");
    rig.wait(60);
    let report = rig.approve();
    assert_eq!(report.end, RunEnd::Refused);
    assert!(report.message.contains("rules by flag") && report.help.unwrap().contains("database"), "{}", report.message);
    assert_eq!(rig.row("c02").status, "DNC");
    assert!(rig.written().iter().all(|write| !write.starts_with("patch") && !write.starts_with("create_activity")));
    assert_eq!(rig.plan().end, RunEnd::Refused);
    statuses(&rig, &[("SALE", &["sale"])]);
    rig.wait(60);
    assert_eq!(rig.approve().end, RunEnd::Clean, "once they are known it goes on by itself");
    assert_eq!(rig.logged("c00"), ["SALE"]);
}

#[test]
fn a_call_with_a_status_that_is_newer_than_the_survey_waits_for_the_next_one() {
    let mut rig = Rig::started(2);
    rig.remap("status = [\"SALE\", \"NI\", \"CALLBK\", \"DNC\"]", "flag = \"sale\"");
    statuses(&rig, &[("SALE", &["sale"])]);
    rig.wait(60);
    rig.approve();
    // One is a status of today, the other one none that VICIdial lists.
    statuses(&rig, &[("TODAY", &["sale"])]);
    rig.call("c00", "TODAY");
    rig.call("c01", "ODD");
    rig.world().forget_counts();
    for _ in 0..3 {
        rig.wait(60);
        rig.run();
    }
    assert_eq!((rig.logged("c00").len(), rig.attribute("c00", "callCount")), (0, Value::Null), "nothing is told of it by half");
    assert_eq!(rig.world().requests.iter().filter(|name| **name == "survey").count(), 0, "it is not asked for every minute");
    rig.wait(3600);
    rig.run();
    assert_eq!((rig.logged("c00"), rig.attribute("c00", "callCount")), (vec!["TODAY".to_owned()], Value::Int(1)));
    assert_eq!((rig.logged("c01").len(), rig.attribute("c01", "callCount")), (0, Value::Int(1)), "what is still not known waits no longer");
    rig.is_quiet();
    rig.world().forget_counts();
    rig.wait(2 * 3600);
    rig.run();
    assert_eq!(rig.world().requests.iter().filter(|name| **name == "survey").count(), 0);
}

#[test]
fn a_survey_that_is_told_no_statuses_lets_no_call_pass_by_the_rules() {
    let mut rig = Rig::started(2);
    rig.remap("status = [\"SALE\", \"NI\", \"CALLBK\", \"DNC\"]", "flag = \"sale\"");
    statuses(&rig, &[("SALE", &["sale"])]);
    rig.wait(60);
    rig.approve();
    // The account loses its right to that table, and somebody makes a status.
    let hidden = std::mem::take(&mut rig.world().vici.facts.0);
    rig.world().vici.facts.0 = hidden.into_iter().filter(|(name, _)| !matches!(name, FactName::Status(..))).collect();
    rig.wait(3700);
    rig.call("c00", "TODAY");
    rig.call("c01", "SALE");
    rig.run();
    assert_eq!((rig.logged("c00").len(), rig.logged("c01")), (0, vec!["SALE".to_owned()]));
    rig.wait(3700);
    assert_eq!((rig.run().end, rig.failure_codes()), (RunEnd::WithFailures, vec!["flags_unknown".to_owned()]), "it is told");
    assert_eq!(rig.attribute("c00", "callCount"), Value::Null);
    statuses(&rig, &[("SALE", &["sale"]), ("TODAY", &["sale"])]);
    rig.wait(24 * 3600);
    rig.run();
    assert_eq!(rig.logged("c00"), ["TODAY"]);
    rig.is_quiet();
}
