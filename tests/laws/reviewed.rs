//! What runs over some contacts, runs that stop, and people who opted out have to do with one another.

use vicisync::engine::Scope;
use vicisync::model::{LeadField, RunEnd};
use vicisync::ports::Reach;

use super::rig::{Rig, id};
use super::world::trouble::{At, Trouble};

#[test]
fn a_run_over_some_does_not_take_a_new_mapping_for_looked_at() {
    let mut rig = Rig::started(4);
    rig.remap("last_name = \"lastName\"", "last_name = { from = \"lastName\", transform = [\"upper\"] }");
    rig.ask(Scope::Contact("c01".into()), false);
    let since = rig.world().now;
    rig.wait(60);
    rig.ask(Scope::Since(since), false);
    assert_eq!(rig.row("c02").get(LeadField::LastName), "Example");
    rig.wait(60);
    rig.run();
    for number in 0..4 {
        assert_eq!(rig.row(&id(number)).get(LeadField::LastName), "EXAMPLE");
    }
    rig.is_quiet();
}

#[test]
fn a_run_over_some_does_not_send_what_was_planned_of_others() {
    for is_since in [false, true] {
        let mut rig = Rig::started(3);
        rig.add("c08", 8, "north");
        rig.trouble(&[(At::Every("add_lead"), Trouble::Unreachable)]);
        assert_eq!(rig.run().end, RunEnd::Stopped);
        rig.calm();
        rig.opt_out("c08");
        rig.wait(3600);
        let since = rig.world().now;
        rig.wait(60);
        rig.edit("c01", "firstName", "Zoe");
        rig.written();
        rig.ask(if is_since { Scope::Since(since) } else { Scope::Contact("c01".into()) }, false);
        assert_eq!(rig.row("c01").get(LeadField::FirstName), "Zoe");
        assert_eq!(rig.world().count("add_lead"), 0, "since: {is_since}");
        rig.wait(60);
        rig.run();
        assert!(rig.leads("c08").is_empty());
        rig.is_quiet();
    }
}

#[test]
fn an_opt_out_goes_out_while_the_run_cannot_go_on() {
    // A right that is missing for the calls, and a person who is to decide about missing leads.
    for is_held in [false, true] {
        let mut rig = Rig::started(30);
        rig.world().vici.fill_hopper();
        rig.opt_out("c01");
        let lead = rig.lead("c01");
        rig.add("c50", 50, "north");
        rig.wait(60);
        let report = if is_held {
            for number in 15..26 {
                let gone = rig.lead(&id(number));
                rig.world().vici.leads.remove(&gone);
            }
            rig.full()
        } else {
            rig.trouble(&[(At::Every("calls"), Trouble::NoRight)]);
            rig.run()
        };
        assert_eq!(report.end, if is_held { RunEnd::Held } else { RunEnd::Refused }, "{}", report.message);
        assert!(!rig.world().vici.is_dialable(lead));
        assert_eq!(rig.world().count("add_lead"), 0);
        if !is_held {
            rig.calm();
            rig.wait(60);
            assert_eq!(rig.run().totals.added, 1);
            rig.is_quiet();
        }
    }
}

#[test]
fn whoever_leaves_leaves_also_while_the_crm_takes_no_writes() {
    let mut rig = Rig::started(4);
    rig.call("c02", "SALE");
    rig.edit("c01", "segment", "closed");
    rig.trouble(&[(At::Every("patch"), Trouble::NoRight), (At::Every("create_activity"), Trouble::NoRight)]);
    assert_eq!(rig.run().end, RunEnd::Refused);
    assert_eq!(rig.row("c01").status, "VSGONE");
    rig.calm();
    rig.wait(60);
    assert_eq!(rig.run().end, RunEnd::Clean);
    assert_eq!(rig.logged("c02"), ["SALE"]);
    rig.is_quiet();
}

#[test]
fn a_refused_patch_stays_a_failure_whatever_happens_to_the_lead() {
    let mut rig = Rig::started(3);
    rig.call("c01", "SALE");
    rig.trouble(&[(At::Every("patch"), Trouble::Refused)]);
    assert_eq!(rig.run().end, RunEnd::WithFailures);
    rig.calm();
    rig.edit("c01", "firstName", "Zoe");
    rig.wait(60);
    assert_eq!(rig.run().end, RunEnd::WithFailures, "the outcome did not come back yet");
    rig.wait(600);
    rig.run();
    assert_eq!(rig.attribute("c01", "outcome").text().as_deref(), Some("SALE"));
    rig.is_quiet();
}

#[test]
fn a_lead_that_waits_to_leave_still_waits_after_its_calls_were_told() {
    let mut rig = Rig::started(3);
    rig.agent("c01", |row| row.status = "INCALL".to_owned());
    rig.opt_out("c01");
    assert_eq!(rig.run().end, RunEnd::WithFailures);
    rig.agent("c01", |row| row.status = "NEW".to_owned());
    rig.call("c01", "NI");
    rig.wait(60);
    rig.run();
    assert_eq!(rig.attribute("c01", "outcome").text().as_deref(), Some("NI"));
    rig.wait(600);
    rig.run();
    let lead = rig.lead("c01");
    assert!(!rig.world().vici.is_dialable(lead));
    rig.is_quiet();
}

#[test]
fn a_write_that_never_takes_effect_becomes_a_failure_with_pauses() {
    for call in ["add_lead", "update_lead", "patch", "create_activity"] {
        let mut rig = Rig::started(3);
        rig.add("c09", 9, "north");
        rig.edit("c01", "firstName", "Zoe");
        rig.call("c02", "SALE");
        rig.trouble(&[(At::Every(call), Trouble::Vanished(Reach::Record))]);
        for _ in 0..60 {
            rig.run();
            rig.wait(120);
        }
        let tries = rig.world().count(call);
        assert!((4..=24).contains(&tries), "{call}: {tries} tries in some hours");
        rig.calm();
        for _ in 0..3 {
            rig.wait(86_400);
            rig.run();
        }
        assert_eq!(rig.leads("c09").len(), 1);
        assert_eq!(rig.logged("c02"), ["SALE"]);
        rig.is_quiet();
    }
}

#[test]
fn absent_contacts_are_never_gone_without_being_asked_for() {
    for absent in 1..12 {
        let mut rig = Rig::started(20);
        rig.job.limits.deactivates = 3;
        for number in 0..absent {
            rig.world().crm.unlisted.insert(id(number).as_str().into());
        }
        rig.wait(60);
        assert_eq!(rig.full().end, if absent > 3 { RunEnd::Held } else { RunEnd::Clean });
        rig.wait(60);
        rig.approve();
        assert_eq!(rig.written(), Vec::<String>::new(), "all {absent} are there");
    }
}

#[test]
fn a_called_double_of_a_person_who_opted_out_leaves_dialing() {
    let mut rig = Rig::started(3);
    let mut row = rig.row("c01");
    row.called = 2;
    rig.world().vici.insert(row);
    rig.opt_out("c01");
    rig.wait(60);
    rig.full();
    for lead in rig.leads("c01") {
        assert!(!rig.world().vici.is_dialable(lead));
    }
    rig.is_quiet();
}

#[test]
fn a_lead_that_is_somebody_elses_stops_nobody_else() {
    let mut rig = Rig::started(3);
    let code = rig.code("c09");
    rig.agent("c01", |row| row.code = code.to_string());
    rig.add("c09", 9, "north");
    rig.add("c10", 10, "north");
    rig.wait(60);
    assert_eq!(rig.run().end, RunEnd::WithFailures);
    assert_eq!(rig.failure_codes(), ["lead_claimed"]);
    assert_eq!(rig.leads("c10").len(), 1);
}

#[test]
fn a_stopped_field_is_tried_again_when_a_person_says_so() {
    let mut rig = Rig::started(2);
    rig.world().vici.narrow.insert(super::rig::field(LeadField::City), 3);
    rig.edit("c01", "city", "Tampa");
    assert_eq!(rig.run().end, RunEnd::WithFailures);
    rig.world().vici.narrow.clear();
    rig.edit("c01", "city", "Orlando");
    rig.wait(60);
    assert_eq!(rig.approve().end, RunEnd::Clean);
    assert_eq!(rig.row("c01").get(LeadField::City), "Orlando");
    rig.is_quiet();
}
