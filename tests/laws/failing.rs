//! One bad record stops itself only; a run with one is no success; a refused login stops everything.

use chrono::TimeDelta;
use vicisync::engine::Scope;
use vicisync::model::{LeadField, RunEnd};

use super::rig::{Rig, id};
use super::world::trouble::{At, Trouble};

/// P77, P79: ten rows failed and the run was called a success, or one bad row ended it for all; later nobody knew why any was missing. Here the others go
/// on, the bad one is kept with its reason and tried again, and no run is a success before it is mended.
#[test]
fn one_refused_record_does_not_stop_the_others_and_is_looked_at_again() {
    let mut rig = Rig::started(2);
    for number in 20..30 {
        rig.add(&id(number), number, "north");
    }
    rig.trouble(&[(At::Call("add_lead", 4), Trouble::Refused)]);
    let report = rig.run();
    assert_eq!((report.end, report.totals.added, report.failures), (RunEnd::WithFailures, 9, 1));
    let refused = rig.failures()[0].contact.clone().unwrap().to_string();
    assert!(rig.leads(&refused).is_empty());
    // The next run is no success either, until it is looked at again and good.
    rig.trouble(&[(At::Every("add_lead"), Trouble::Refused)]);
    for _ in 0..2 {
        rig.wait(60);
        assert_eq!(rig.run().end, RunEnd::WithFailures);
    }
    rig.calm();
    // What is written then is what the contact is then.
    rig.edit(&refused, "firstName", "Zoe");
    rig.wait(3600);
    assert_eq!(rig.run().end, RunEnd::Clean);
    assert_eq!(rig.row(&refused).get(LeadField::FirstName), "Zoe");
    rig.is_quiet();
}

#[test]
fn a_failure_is_looked_at_again_though_nothing_changed() {
    for call in ["add_lead", "update_lead", "set_custom", "patch", "create_activity"] {
        let mut rig = Rig::started(3);
        rig.add("c09", 9, "north");
        rig.edit("c01", "firstName", "Zoe");
        rig.edit("c01", "plan", "gold");
        rig.call("c02", "SALE");
        rig.trouble(&[(At::Every(call), Trouble::Refused)]);
        for _ in 0..4 {
            assert_eq!(rig.run().end, RunEnd::WithFailures, "{call}");
            rig.wait(600);
        }
        rig.calm();
        rig.wait(86_400);
        rig.run();
        rig.wait(600);
        assert_eq!(rig.run().end, RunEnd::Clean, "{call} {:?}", rig.failures());
        assert_eq!(rig.leads("c09").len(), 1);
        assert_eq!(rig.row("c01").get(LeadField::FirstName), "Zoe");
        assert_eq!(rig.row("c01").custom("plan"), "gold");
        assert_eq!(rig.logged("c02"), ["SALE"]);
        rig.is_quiet();
    }
}

/// P23: a record that was passed over, being newer, moved the mark past one that was not done, and that one was never sent. Here each is remembered by
/// itself, so that newer ones may be done, filtered out or rejected without it.
#[test]
fn whoever_is_passed_over_moves_nothing_past_those_that_are_not_done() {
    let mut rig = Rig::started(2);
    rig.edit("c01", "firstName", "Zoe");
    rig.add("c08", 8, "north");
    rig.world().crm.broken.insert("c08".into());
    for (id, number, segment) in [("c09", 9, "closed"), ("c10", 10, "nowhere"), ("c11", 11, "north")] {
        rig.wait(5);
        rig.add(id, number, segment);
    }
    // Long enough for the next run's listing not to show them again by the overlap alone.
    rig.wait(60);
    rig.trouble(&[(At::Every("update_lead"), Trouble::Refused)]);
    let report = rig.run();
    assert_eq!((report.end, report.totals.added, report.failures), (RunEnd::WithFailures, 1, 2));
    assert_eq!(rig.leads("c11").len(), 1, "the newest is done");
    rig.calm();
    rig.world().crm.broken.clear();
    rig.wait(86_400);
    assert_eq!(rig.run().end, RunEnd::Clean);
    assert_eq!(rig.row("c01").get(LeadField::FirstName), "Zoe");
    let leads = ["c08", "c09", "c10", "c11"].map(|id| rig.leads(id).len());
    assert_eq!(leads, [1, 0, 0, 1]);
    rig.is_quiet();
}

#[test]
fn a_failure_backs_off() {
    let mut rig = Rig::started(2);
    rig.add("c09", 9, "north");
    rig.trouble(&[(At::Every("add_lead"), Trouble::Refused)]);
    for _ in 0..60 {
        rig.run();
        rig.wait(60);
    }
    let tries = rig.world().count("add_lead");
    assert!((3..=6).contains(&tries), "{tries} tries in an hour");
}

#[test]
fn a_failure_ends_with_what_caused_it() {
    let mut rig = Rig::started(2);
    rig.add("c09", 9, "north");
    rig.trouble(&[(At::Every("add_lead"), Trouble::Refused)]);
    assert_eq!(rig.run().end, RunEnd::WithFailures);
    rig.edit("c09", "segment", "closed");
    rig.wait(3600);
    assert_eq!(rig.run().end, RunEnd::Clean);
    rig.is_quiet();
    assert!(rig.leads("c09").is_empty());
}

#[test]
fn an_unreadable_record_does_not_stop_the_others() {
    for call in ["get", "read_lead", "read", "find_activity"] {
        let mut rig = Rig::started(6);
        // Everything of unknown effect, so that all is looked at.
        rig.add("c09", 9, "north");
        rig.edit("c01", "firstName", "Zoe");
        rig.edit("c02", "segment", "closed");
        rig.call("c03", "SALE");
        let lost = Trouble::Lost(vicisync::ports::Reach::Record);
        let all = ["add_lead", "update_lead", "set_custom", "patch", "create_activity"];
        rig.trouble(&all.map(|name| (At::Every(name), lost)));
        rig.run();
        rig.wait(600);
        rig.trouble(&[(At::Every(call), Trouble::Refused)]);
        rig.add("c10", 10, "north");
        let report = rig.run();
        assert!(matches!(report.end, RunEnd::WithFailures | RunEnd::Clean), "{call}: {}", report.message);
        assert_eq!(rig.leads("c10").len(), 1, "{call}");
        rig.calm();
        rig.wait(86_400);
        rig.run();
        rig.wait(86_400);
        rig.run();
        assert_eq!(rig.leads("c09").len(), 1);
        assert_eq!(rig.row("c01").get(LeadField::FirstName), "Zoe");
        assert_eq!(rig.row("c02").status, "VSGONE");
        assert_eq!(rig.logged("c03"), ["SALE"]);
        rig.is_quiet();
    }
}

#[test]
fn after_a_refused_login_nothing_is_asked_until_the_credentials_change() {
    for (call, connection) in [("time", "main"), ("sweep", "main"), ("page", "espo"), ("add_lead", "main"), ("patch", "espo")] {
        let mut rig = Rig::started(3);
        rig.add("c09", 9, "north");
        rig.call("c02", "SALE");
        rig.trouble(&[(At::Every(call), Trouble::Login)]);
        let report = rig.full();
        assert_eq!(report.end, RunEnd::Refused, "{call}");
        assert_eq!(rig.world().requests.last(), Some(&call), "nothing follows a refused login");
        rig.calm();
        for _ in 0..2 {
            rig.world().forget_counts();
            rig.wait(3600);
            let report = rig.full();
            assert_eq!(report.end, RunEnd::Refused);
            assert!(report.message.contains(connection), "{}", report.message);
            assert!(rig.world().requests.is_empty(), "not one more try");
            rig.restart();
        }
        rig.job.credentials.insert(connection.to_owned(), "two".to_owned());
        rig.wait(600);
        rig.run();
        rig.wait(600);
        rig.run();
        assert_eq!(rig.leads("c09").len(), 1);
        assert_eq!(rig.logged("c02"), ["SALE"]);
        rig.is_quiet();
    }
}

/// P84: a login that was refused in mid-run threw away what had been done, and the next run began at nothing. Here it goes on where this one ended.
#[test]
fn what_was_done_before_a_login_was_refused_is_not_done_again() {
    let mut rig = Rig::started(2);
    for number in 20..40 {
        rig.add(&id(number), number, "north");
    }
    // Long enough for the next run's listing not to show them again by the overlap alone.
    rig.wait(60);
    rig.trouble(&[(At::Call("add_lead", 11), Trouble::Login)]);
    assert_eq!(rig.run().end, RunEnd::Refused);
    let done = rig.world().vici.leads.len() - 2;
    assert!((8..20).contains(&done), "{done} were added before it");
    rig.calm();
    rig.job.credentials.insert("main".to_owned(), "two".to_owned());
    rig.world().forget_counts();
    rig.wait(600);
    assert_eq!(rig.run().end, RunEnd::Clean);
    assert_eq!(rig.world().count("add_lead"), 20 - done, "no more than the rest");
    assert!((20..40).all(|number| rig.leads(&id(number)).len() == 1));
    rig.is_quiet();
}

#[test]
fn a_missing_right_is_for_a_person_and_nothing_is_lost() {
    let mut rig = Rig::started(3);
    rig.add("c09", 9, "north");
    rig.trouble(&[(At::Every("add_lead"), Trouble::NoRight)]);
    for _ in 0..3 {
        let report = rig.run();
        assert_eq!(report.end, RunEnd::Refused);
        rig.wait(3600);
    }
    rig.calm();
    assert_eq!(rig.run().end, RunEnd::Clean);
    assert_eq!(rig.leads("c09").len(), 1);
    rig.is_quiet();
}

#[test]
fn a_run_by_contact_or_lead_touches_nobody_else() {
    let mut rig = Rig::started(4);
    for contact in ["c01", "c02", "c03"] {
        rig.edit(contact, "firstName", "Zoe");
    }
    let lead = rig.lead("c02");
    rig.ask(Scope::Contact("c01".into()), false);
    rig.ask(Scope::Lead(lead), false);
    let names: Vec<String> = (0..4).map(|number| rig.row(&id(number)).get(LeadField::FirstName).to_owned()).collect();
    assert_eq!(names, ["Ann0", "Zoe", "Zoe", "Ann3"]);
    rig.world().pass(TimeDelta::minutes(5));
    rig.run();
    assert_eq!(rig.row("c03").get(LeadField::FirstName), "Zoe");
    rig.is_quiet();
}

#[test]
fn a_contact_that_cannot_be_read_stops_itself_only_and_is_not_gone() {
    let mut rig = Rig::started(3);
    rig.world().crm.broken.insert("c01".into());
    rig.edit("c01", "firstName", "Zoe");
    rig.edit("c02", "firstName", "Ann");
    let report = rig.run();
    assert_eq!((report.end, report.failures), (RunEnd::WithFailures, 1));
    assert_eq!(rig.row("c02").get(LeadField::FirstName), "Ann", "the others are not kept from anything");
    rig.full();
    assert_eq!(rig.row("c01").status, "NEW", "a contact that cannot be read is not gone");
    rig.world().crm.broken.clear();
    rig.wait(7200);
    assert_eq!(rig.run().end, RunEnd::Clean);
    assert_eq!(rig.row("c01").get(LeadField::FirstName), "Zoe");
    rig.is_quiet();
}

#[test]
fn a_run_about_a_contact_that_nobody_knows_says_so() {
    let mut rig = Rig::started(2);
    let report = rig.ask(Scope::Contact("nobody".into()), false).expect("the run came to its end");
    assert_eq!(report.end, RunEnd::Refused);
    assert!(report.message.contains("nobody"), "{}", report.message);
    rig.is_quiet();
}
