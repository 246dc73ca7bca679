//! Whoever leaves is not dialed, and comes back when the contact does. Gone is not the same as not found.

use vicisync::engine::Scope;
use vicisync::model::{LeadField, LinkState, RunEnd};

use super::rig::{Rig, id};
use super::world::trouble::{At, Trouble};

#[test]
fn who_leaves_the_filter_leaves_dialing_and_comes_back() {
    let mut rig = Rig::started(4);
    rig.world().vici.fill_hopper();
    let lead = rig.lead("c01");
    rig.edit("c01", "segment", "closed");
    let report = rig.run();
    assert_eq!(report.totals.deactivated, 1);
    assert_eq!(rig.row("c01").status, "VSGONE");
    assert!(!rig.world().vici.is_dialable(lead));
    assert_eq!(rig.world().vici.hopper.len(), 3);
    rig.is_quiet();
    rig.edit("c01", "segment", "north");
    rig.edit("c01", "firstName", "Zoe");
    rig.run();
    assert_eq!(rig.row("c01").status, "NEW");
    assert_eq!(rig.row("c01").get(LeadField::FirstName), "Zoe");
    assert_eq!(rig.lead("c01"), lead);
    rig.is_quiet();
}

#[test]
fn who_loses_the_phone_leaves_dialing_and_comes_back() {
    let mut rig = Rig::started(4);
    rig.edit("c01", "phoneNumber", "");
    let report = rig.run();
    assert_eq!((report.totals.deactivated, report.totals.rejected), (1, 1));
    assert_eq!(rig.row("c01").status, "VSGONE");
    assert_eq!(report.end, RunEnd::Clean, "a rejection is no failure");
    rig.is_quiet();
    rig.edit("c01", "phoneNumber", "+17275550177");
    rig.run();
    assert_eq!((rig.row("c01").status.as_str(), rig.row("c01").get(LeadField::PhoneNumber)), ("NEW", "7275550177"));
    rig.is_quiet();
}

#[test]
fn a_contact_that_comes_back_gets_the_status_that_it_left_with() {
    for (left_with, comes_back_with) in [("NI", "NI"), ("NA", "NA"), ("CBHOLD", "NEW"), ("NEW", "NEW")] {
        let mut rig = Rig::started(3);
        rig.agent("c01", |row| row.status = left_with.to_owned());
        rig.edit("c01", "segment", "closed");
        rig.run();
        assert_eq!(rig.row("c01").status, "VSGONE");
        rig.edit("c01", "segment", "north");
        rig.wait(60);
        rig.run();
        assert_eq!(rig.row("c01").status, comes_back_with, "a person who said no is not dialed anew");
        rig.is_quiet();
    }
}

#[test]
fn a_status_that_is_kept_is_kept_and_not_made_new_on_return() {
    let mut rig = Rig::started(3);
    rig.agent("c01", |row| row.status = "SALE".to_owned());
    let lead = rig.lead("c01");
    rig.world().vici.hopper.insert(lead, super::rig::list(1001));
    rig.edit("c01", "segment", "closed");
    rig.run();
    assert_eq!(rig.row("c01").status, "SALE");
    assert!(!rig.world().vici.hopper.contains_key(&lead));
    rig.edit("c01", "segment", "north");
    rig.wait(60);
    rig.run();
    assert_eq!(rig.row("c01").status, "SALE");
    rig.is_quiet();
}

#[test]
fn an_agents_status_is_not_made_new_on_return() {
    let mut rig = Rig::started(3);
    rig.edit("c01", "segment", "closed");
    rig.run();
    rig.agent("c01", |row| row.status = "CALLBK".to_owned());
    rig.edit("c01", "segment", "north");
    rig.wait(60);
    rig.run();
    assert_eq!(rig.row("c01").status, "CALLBK");
    rig.is_quiet();
}

#[test]
fn gone_is_said_only_by_a_complete_listing() {
    let mut rig = Rig::started(4);
    rig.delete("c01");
    rig.run();
    assert_eq!(rig.written(), Vec::<String>::new(), "a partial listing says nothing of the others");
    rig.wait(60);
    rig.full();
    assert_eq!(rig.row("c01").status, "VSGONE");
    rig.is_quiet();
}

/// P33: a list left out a contact that people saw on their screens, which then counted as deleted. Whoever is missing in a list is asked for by id.
#[test]
fn a_contact_that_the_listing_omits_is_asked_for() {
    let mut rig = Rig::started(4);
    rig.world().crm.unlisted.insert("c01".into());
    rig.full();
    assert_eq!(rig.written(), Vec::<String>::new());
    // Its changes are seen all the same.
    rig.edit("c01", "firstName", "Zoe");
    rig.wait(60);
    rig.full();
    assert_eq!(rig.row("c01").get(LeadField::FirstName), "Zoe");
}

#[test]
fn lost_rights_are_not_gone() {
    let mut rig = Rig::started(6);
    rig.world().crm.unlisted.insert("c01".into());
    rig.world().crm.is_forbidden = true;
    let report = rig.full();
    assert_eq!(report.end, RunEnd::Refused);
    assert_eq!(rig.written(), Vec::<String>::new());
    assert!(rig.links().iter().all(|link| link.state == LinkState::Live));
}

#[test]
fn an_empty_listing_is_not_gone() {
    let mut rig = Rig::started(6);
    rig.world().crm.lists_nothing = true;
    let report = rig.full();
    assert_eq!(report.end, RunEnd::Held);
    assert_eq!(rig.written(), Vec::<String>::new());
    // Also where somebody approves: each is asked for by its id, and is there.
    rig.wait(60);
    rig.approve();
    assert_eq!(rig.written(), Vec::<String>::new());
    rig.world().crm.lists_nothing = false;
    rig.is_quiet();
}

#[test]
fn more_absent_contacts_than_the_brake_lets_through_are_asked_for_when_approved() {
    let mut rig = Rig::new();
    rig.job.limits.deactivates = 3;
    for number in 0..12 {
        rig.add(&id(number), number, "north");
    }
    rig.approve();
    rig.written();
    for number in 0..8 {
        rig.world().crm.unlisted.insert(id(number).as_str().into());
    }
    rig.wait(60);
    assert_eq!(rig.full().end, RunEnd::Held);
    rig.wait(60);
    rig.approve();
    assert_eq!(rig.written(), Vec::<String>::new(), "they are all there");
}

#[test]
fn many_gone_at_once_are_held() {
    let mut rig = Rig::started(12);
    for number in 0..7 {
        rig.delete(&id(number));
    }
    let report = rig.full();
    assert_eq!((report.end, report.holds.clone()), (RunEnd::Held, vec!["deactivates_share".to_owned()]));
    assert_eq!(rig.written(), Vec::<String>::new());
    rig.wait(60);
    let report = rig.approve();
    assert_eq!(report.totals.deactivated, 7);
    rig.is_quiet();
}

#[test]
fn many_missing_leads_are_held() {
    let mut rig = Rig::started(16);
    for number in 2..14 {
        let lead = rig.lead(&id(number));
        rig.agent(&id(number), |row| row.list = super::rig::list(999));
        assert!(rig.world().vici.leads.contains_key(&lead));
    }
    rig.edit("c00", "firstName", "Zoe");
    let report = rig.full();
    assert_eq!((report.end, report.holds.clone()), (RunEnd::Held, vec!["leads_missing".to_owned()]));
    assert_eq!(rig.written(), Vec::<String>::new());
}

#[test]
fn a_lead_in_a_live_call_waits() {
    let mut rig = Rig::started(3);
    rig.agent("c01", |row| row.status = "INCALL".to_owned());
    rig.edit("c01", "segment", "closed");
    let report = rig.run();
    assert_eq!(report.end, RunEnd::WithFailures);
    assert_eq!(rig.row("c01").status, "INCALL");
    rig.agent("c01", |row| row.status = "NI".to_owned());
    rig.wait(600);
    rig.run();
    assert_eq!(rig.row("c01").status, "VSGONE");
    rig.is_quiet();
}

#[test]
fn a_lead_in_a_live_call_is_not_moved() {
    let mut rig = Rig::started(3);
    rig.agent("c01", |row| row.status = "INCALL".to_owned());
    rig.edit("c01", "segment", "west");
    assert_eq!(rig.run().end, RunEnd::WithFailures);
    assert_eq!(rig.row("c01").list, super::rig::list(1001));
    rig.agent("c01", |row| row.status = "NI".to_owned());
    rig.wait(600);
    rig.run();
    assert_eq!((rig.row("c01").list, rig.row("c01").status.as_str()), (super::rig::list(1003), "NI"));
    rig.is_quiet();
}

#[test]
fn a_lead_leaves_the_hopper_whatever_gets_lost() {
    for (segment, calls) in
        [("closed", ["read_lead", "update_lead", "leave_hopper"]), ("west", ["read_lead", "update_lead", "leave_hopper"])]
    {
        for call in calls {
            for trouble in troubles() {
                let mut rig = Rig::started(5);
                rig.world().vici.fill_hopper();
                let lead = rig.lead("c01");
                rig.edit("c01", "segment", segment);
                rig.trouble(&[(At::Call(call, 1), trouble)]);
                rig.ask(Scope::Changed, false);
                rig.calm();
                rig.wait(600);
                rig.run();
                let is_in = rig.world().vici.hopper.contains_key(&lead);
                assert!(!is_in, "{segment}: {call} {trouble:?}");
                rig.wait(600);
                rig.run();
                rig.is_quiet();
            }
        }
    }
}

/// Every kind of trouble once.
pub(crate) fn troubles() -> Vec<Trouble> {
    use vicisync::ports::Reach::{Connection, Record};
    vec![
        Trouble::Refused,
        Trouble::Unreachable,
        Trouble::Lost(Record),
        Trouble::Lost(Connection),
        Trouble::Vanished(Record),
        Trouble::Vanished(Connection),
        Trouble::Late(30),
        Trouble::DieBefore,
        Trouble::DieAfter,
        Trouble::DieLate(30),
    ]
}
