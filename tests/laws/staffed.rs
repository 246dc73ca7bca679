//! While agents are at work nothing without an index is searched: leads are found by their phones. That doubles nobody.

use vicisync::engine::Scope;
use vicisync::model::{LeadField, RunEnd};
use vicisync::ports::Reach;

use super::rig::{Rig, SETTLE_S, id, phone};
use super::world::trouble::{At, Trouble};

fn staffed(contacts: u64) -> Rig {
    let rig = Rig::started(contacts);
    rig.world().vici.is_staffed = true;
    rig
}

#[test]
fn a_lost_answer_of_an_add_makes_no_double_beside_agents() {
    for trouble in [Trouble::Lost(Reach::Record), Trouble::Vanished(Reach::Record), Trouble::Late(SETTLE_S - 1), Trouble::DieAfter] {
        let mut rig = staffed(2);
        rig.add("c09", 9, "north");
        rig.wait(60);
        rig.trouble(&[(At::Call("add_lead", 1), trouble)]);
        rig.ask(Scope::Changed, false);
        rig.calm();
        for _ in 0..3 {
            rig.wait(400);
            rig.run();
        }
        assert_eq!(rig.leads("c09").len(), 1, "{trouble:?}");
        rig.is_quiet();
    }
}

#[test]
fn two_contacts_of_one_phone_are_told_apart_by_their_codes() {
    let mut rig = staffed(2);
    rig.add("c08", 9, "north");
    rig.add("c09", 9, "north");
    rig.trouble(&[(At::Every("add_lead"), Trouble::Lost(Reach::Record))]);
    rig.run();
    rig.calm();
    rig.wait(400);
    rig.run();
    assert_eq!((rig.leads("c08").len(), rig.leads("c09").len()), (1, 1));
    rig.is_quiet();
}

#[test]
fn a_lost_state_adopts_beside_agents_whatever_became_of_the_phones() {
    let mut rig = staffed(6);
    // An agent corrected one number, the CRM another: neither is found by its phone.
    rig.agent("c01", |row| row.set(LeadField::PhoneNumber, "7275550999"));
    rig.edit("c02", "phoneNumber", &phone(77));
    rig.lose_database();
    rig.wait(60);
    let report = rig.approve();
    assert_eq!((report.totals.added, report.totals.adopted), (0, 6), "{}", report.message);
    for number in 0..6 {
        assert_eq!(rig.leads(&id(number)).len(), 1);
    }
}

#[test]
fn after_a_lost_state_one_contact_alone_is_adopted_too() {
    let mut rig = staffed(3);
    rig.agent("c01", |row| row.set(LeadField::PhoneNumber, "7275550999"));
    rig.lose_database();
    rig.wait(60);
    rig.ask(Scope::Contact("c01".into()), true).expect("nobody killed this run");
    assert_eq!(rig.leads("c01").len(), 1);
    assert_eq!(rig.links().len(), 1);
}

#[test]
fn who_opted_out_and_has_a_forgotten_lead_elsewhere_is_found_by_phone() {
    let mut rig = staffed(4);
    // Moved to a list that the mapping does not know, so no sweep shows it.
    rig.world().vici.lists.insert(vicisync::model::ListId(5000), "CARE".into());
    rig.agent("c01", |row| row.list = vicisync::model::ListId(5000));
    rig.opt_out("c01");
    rig.lose_database();
    rig.wait(60);
    rig.approve();
    assert_eq!(rig.row("c01").status, "DNC");
}

#[test]
fn contacts_without_a_phone_wait_for_nothing() {
    let mut rig = staffed(2);
    rig.add("c09", 9, "north");
    rig.opt_out("c09");
    rig.edit("c09", "phoneNumber", "none");
    rig.wait(60);
    let report = rig.run();
    assert_eq!((report.end, report.totals.rejected), (RunEnd::Clean, 1), "{}", report.message);
    rig.is_quiet();
}
