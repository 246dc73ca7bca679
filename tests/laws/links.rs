//! Links are by id: one lead a contact, whatever changes; codes are ours or nobody's.

use vicisync::engine::Scope;
use vicisync::model::{LeadField, LinkState, OpState, RunEnd};
use vicisync::ports::Store;

use super::rig::{Rig, id, list, phone};
use super::world::dialer::Row;

#[test]
fn a_second_run_writes_nothing() {
    let mut rig = Rig::started(12);
    assert_eq!(rig.world().vici.leads.len(), 12);
    rig.is_quiet();
}

#[test]
fn every_contact_gets_one_lead_in_its_list_with_its_fields() {
    let mut rig = Rig::new();
    for (number, segment) in [(1, "north"), (2, "south"), (3, "west"), (4, "nowhere"), (5, "closed")] {
        rig.add(&id(number), number, segment);
    }
    let report = rig.approve();
    assert_eq!(report.end, RunEnd::Clean);
    assert_eq!((report.totals.added, report.totals.rejected), (3, 1));
    for (number, wanted) in [(1, 1001), (2, 1002), (3, 1003)] {
        let row = rig.row(&id(number));
        assert_eq!(row.list, list(wanted));
        assert_eq!(row.get(LeadField::FirstName), format!("Ann{number}"));
        assert_eq!(row.get(LeadField::SourceId), id(number));
        assert_eq!(format!("+{}{}", row.get(LeadField::PhoneCode), row.get(LeadField::PhoneNumber)), phone(number));
        assert_eq!(row.custom("plan"), "basic");
    }
    assert!(rig.leads(&id(4)).is_empty() && rig.leads(&id(5)).is_empty());
    rig.is_quiet();
}

#[test]
fn a_changed_phone_or_email_updates_the_same_lead() {
    let mut rig = Rig::started(3);
    let lead = rig.lead("c01");
    rig.edit("c01", "phoneNumber", &phone(55));
    rig.edit("c01", "email", "other@example.com");
    let report = rig.run();
    assert_eq!((report.totals.added, report.totals.updated), (0, 1));
    assert_eq!(rig.lead("c01"), lead);
    let row = rig.row("c01");
    assert_eq!(row.get(LeadField::PhoneNumber), &phone(55)[2..]);
    assert_eq!(row.get(LeadField::Email), "other@example.com");
    assert_eq!(rig.world().vici.leads.len(), 3);
    rig.is_quiet();
}

#[test]
fn two_contacts_with_one_phone_are_two_leads() {
    let mut rig = Rig::started(2);
    rig.edit("c01", "phoneNumber", &phone(0));
    rig.run();
    assert_ne!(rig.lead("c00"), rig.lead("c01"));
    rig.edit("c01", "firstName", "Zoe");
    rig.wait(60);
    rig.run();
    assert_eq!(rig.row("c00").get(LeadField::FirstName), "Ann0");
    assert_eq!(rig.row("c01").get(LeadField::FirstName), "Zoe");
    rig.is_quiet();
}

#[test]
fn a_lead_with_a_foreign_code_is_never_taken_over() {
    let mut rig = Rig::new();
    let mut foreign =
        Row { code: "LEGACY-4711".to_owned(), list: list(1001), status: "NEW".to_owned(), called: 0, values: Default::default() };
    foreign.set(LeadField::PhoneNumber, &phone(1)[2..]);
    foreign.set(LeadField::Email, "ann1@example.com");
    let lead = rig.world().vici.insert(foreign.clone());
    rig.add("c01", 1, "north");
    rig.approve();
    assert_ne!(rig.lead("c01"), lead);
    assert_eq!(rig.world().vici.leads[&lead], foreign);
    rig.is_quiet();
}

#[test]
fn a_code_that_somebody_else_wrote_on_our_lead_stays() {
    let mut rig = Rig::started(8);
    let lead = rig.lead("c03");
    rig.agent("c03", |row| row.code = "LEGACY-4711".to_owned());
    rig.edit("c03", "firstName", "Zoe");
    rig.run();
    rig.wait(60);
    rig.full();
    let row = rig.world().vici.leads[&lead].clone();
    assert_eq!((row.code.as_str(), row.get(LeadField::FirstName)), ("LEGACY-4711", "Zoe"));
    assert_eq!(rig.world().vici.leads.len(), 8, "no second lead is added");
}

#[test]
fn after_the_loss_of_the_database_everything_is_adopted_by_code() {
    let mut rig = Rig::started(7);
    rig.call("c02", "SALE");
    rig.wait(60);
    rig.run();
    rig.wait(60);
    let leads = rig.world().vici.leads.clone();
    let activities = rig.world().crm.activities.clone();
    rig.lose_database();
    rig.written();
    let held = rig.full();
    assert_eq!(held.end, RunEnd::Held);
    assert_eq!(rig.written(), Vec::<String>::new());
    let report = rig.approve();
    assert_eq!(report.end, RunEnd::Clean, "{}", report.message);
    assert_eq!((report.totals.adopted, report.totals.added), (7, 0));
    assert_eq!(rig.written(), Vec::<String>::new(), "adopting writes nothing");
    rig.wait(60);
    rig.full();
    assert_eq!(rig.world().vici.leads, leads);
    assert_eq!(rig.world().crm.activities, activities, "calls of adopted leads are not logged twice");
    rig.is_quiet();
}

#[test]
fn a_lead_that_moves_while_its_lists_are_read_is_looked_at_once() {
    let mut rig = Rig::started(3);
    let double = Row { list: list(1003), ..rig.row("c01") };
    let double = rig.world().vici.insert(double);
    rig.world().vici.stale.insert((list(1001), double));
    let report = rig.full();
    assert_eq!((report.end, report.totals.doubles), (RunEnd::Clean, 1), "{}", report.message);
    assert_eq!(rig.world().vici.leads[&double].status, "VSGONE");
    let ops = rig.store().ops(&rig.job.name, &[OpState::Done, OpState::Superseded], 100).unwrap();
    assert_eq!(ops.iter().filter(|op| op.subject == format!("lead:{double}")).count(), 1);
    // Nor is a lead a double of itself.
    let lead = rig.leads("c02")[0];
    rig.world().vici.stale.insert((list(1003), lead));
    rig.lose_database();
    let report = rig.approve();
    assert_eq!((report.end, report.totals.adopted, report.totals.doubles), (RunEnd::Clean, 3, 0), "{}", report.message);
}

#[test]
fn a_kept_lead_of_a_contact_that_is_gone_is_no_failure() {
    let mut rig = Rig::started(3);
    for (contact, status) in [("c01", "SALE"), ("c02", "NI")] {
        rig.agent(contact, |row| row.status = status.to_owned());
        rig.delete(contact);
    }
    rig.full();
    rig.wait(60);
    rig.lose_database();
    rig.approve();
    rig.is_quiet();
    // One that may be dialed is shown to a person, and is over when they mended it.
    rig.agent("c02", |row| row.status = "NEW".to_owned());
    assert_eq!(rig.full().end, RunEnd::WithFailures);
    assert_eq!(rig.failure_codes(), ["orphan_lead"]);
    rig.agent("c02", |row| row.status = "VSGONE".to_owned());
    rig.wait(60);
    rig.full();
    rig.is_quiet();
}

#[test]
fn an_adopted_lead_gets_what_the_crm_says() {
    let mut rig = Rig::started(3);
    rig.lose_database();
    rig.edit("c01", "firstName", "Zoe");
    rig.edit("c02", "segment", "south");
    rig.approve();
    assert_eq!(rig.row("c01").get(LeadField::FirstName), "Zoe");
    assert_eq!(rig.row("c02").list, list(1002));
    assert_eq!(rig.world().vici.leads.len(), 3);
    rig.is_quiet();
}

#[test]
fn after_the_loss_of_the_database_an_opted_out_contact_leaves_dialing() {
    let mut rig = Rig::started(3);
    rig.lose_database();
    rig.opt_out("c01");
    rig.world().vici.fill_hopper();
    let lead = rig.lead("c01");
    rig.approve();
    assert!(!rig.world().vici.is_dialable(lead));
    assert_eq!(rig.row("c01").status, "DNC");
    rig.is_quiet();
}

#[test]
fn another_vicidial_gets_nothing_written() {
    let mut rig = Rig::started(8);
    for number in 0..8 {
        rig.agent(&id(number), |row| row.code = "SOMEBODY-ELSE".to_owned());
    }
    rig.edit("c03", "firstName", "Zoe");
    for _ in 0..2 {
        let report = rig.run();
        assert_eq!(report.end, RunEnd::Refused);
        assert!(report.message.contains("another VICIdial"), "{}", report.message);
        rig.wait(60);
        assert_eq!(rig.full().end, RunEnd::Refused);
    }
    assert_eq!(rig.written(), Vec::<String>::new());
}

#[test]
fn a_deleted_lead_is_reported_and_never_added_again() {
    let mut rig = Rig::started(6);
    let lead = rig.lead("c02");
    let row = rig.world().vici.leads.remove(&lead).unwrap();
    let report = rig.full();
    assert_eq!(report.end, RunEnd::WithFailures);
    assert_eq!(rig.failure_codes(), ["lead_missing"]);
    rig.wait(60);
    // The contact changes meanwhile: still nothing is added, and it still is a failure.
    rig.edit("c02", "firstName", "Zoe");
    assert_eq!(rig.run().end, RunEnd::WithFailures);
    rig.wait(60);
    assert_eq!(rig.full().end, RunEnd::WithFailures);
    assert_eq!(rig.written(), Vec::<String>::new());
    // It comes back from the archive, and gets what it missed.
    rig.world().vici.leads.insert(lead, row);
    rig.wait(60);
    rig.full();
    assert_eq!(rig.row("c02").get(LeadField::FirstName), "Zoe");
    rig.is_quiet();
}

#[test]
fn live_links_are_those_of_live_contacts() {
    let mut rig = Rig::started(4);
    rig.opt_out("c00");
    rig.edit("c01", "segment", "closed");
    rig.run();
    let states: Vec<LinkState> = rig.links().into_iter().map(|link| link.state).collect();
    assert_eq!(states, [LinkState::OptedOut, LinkState::Left, LinkState::Live, LinkState::Live]);
}

#[test]
fn another_install_key_doubles_nobody() {
    let mut rig = Rig::started(5);
    rig.lose_database();
    rig.job.key = vicisync::model::InstallKey([9; 32]);
    let before = rig.written().len();
    for _ in 0..2 {
        let report = rig.approve();
        assert_eq!(report.end, RunEnd::Refused);
        assert!(report.message.contains("install.key"), "{}", report.message);
        rig.wait(60);
    }
    assert_eq!(rig.written().len(), before, "nothing was written");
}

#[test]
fn a_job_that_is_pointed_elsewhere_looks_at_everything_under_its_brakes() {
    let mut rig = Rig::started(40);
    rig.job.systems = "another CRM".to_owned();
    let everybody: Vec<_> = rig.world().crm.people.keys().cloned().collect();
    for contact in everybody {
        rig.delete(contact.as_str());
    }
    rig.add("x01", 77, "north");
    let report = rig.run();
    assert_eq!(report.end, RunEnd::Held, "{}", report.message);
    assert_eq!(rig.row("c01").status, "NEW");
    assert!(rig.leads("x01").is_empty());
}

#[test]
fn another_install_key_doubles_no_single_contact_either() {
    let mut rig = Rig::started(3);
    rig.lose_database();
    rig.job.key = vicisync::model::InstallKey([9; 32]);
    rig.wait(60);
    let report = rig.ask(Scope::Contact("c01".into()), true).expect("nobody killed this run");
    assert_eq!(report.end, RunEnd::Refused, "{}", report.message);
    assert!(report.message.contains("install.key"), "{}", report.message);
    assert_eq!(rig.world().vici.leads.len(), 3);
}

#[test]
fn a_state_with_another_install_key_writes_nothing() {
    let mut rig = Rig::started(3);
    rig.job.key = vicisync::model::InstallKey([9; 32]);
    rig.edit("c01", "firstName", "Zoe");
    let before = rig.written().len();
    let report = rig.run();
    assert_eq!(report.end, RunEnd::Refused);
    assert!(report.message.contains("install.key"), "{}", report.message);
    assert_eq!(rig.written().len(), before);
}
