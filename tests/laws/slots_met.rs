//! Several leads of one contact, met again: after a lost state, in merges, as leads of an older tool, and as callers whom nobody knew.

use std::collections::BTreeMap;

use vicisync::model::{FieldName, LeadField, LeadId, LinkState, RunEnd, Value};
use vicisync::ports::Store;

use super::joints::calls_in;
use super::rig::{Rig, field, list, phone, seat};
use super::slots::{HOME, WORK};
use super::world::crm::Tells;
use super::world::dialer::Row;

pub(crate) const TELLING: [Tells; 3] = [Tells::ByLoser, Tells::ByListedLoser, Tells::ByWinner];
pub(crate) const BY_PHONE: &str = "[match]\nphone = true\nand = [\"last_name\"]\n\n[leaving]\n";
const BY_CODE: &str = "[match]\ncode_from = \"oldCode\"\n\n[leaving]\n";
const MATCHED: &str = "[without_contact]\nthen = \"match\"\n\n[leaving]\n";

/// A lead that somebody else made.
pub(crate) fn stranger(rig: &Rig, number: u64, code: &str) -> LeadId {
    let digits = phone(number).split_off(2);
    let values = [(LeadField::PhoneCode, "1"), (LeadField::PhoneNumber, digits.as_str()), (LeadField::LastName, "Example")];
    let values: BTreeMap<FieldName, String> = values.map(|(name, text)| (field(name), text.to_owned())).into();
    rig.world().vici.insert(Row { code: code.to_owned(), list: list(1001), status: "NI".to_owned(), called: 2, values })
}

/// Somebody whom no contact has calls in.
fn caller(rig: &Rig, number: u64) -> LeadId {
    let lead = stranger(rig, number, "");
    calls_in(rig, lead);
    lead
}

/// The lead of a seat, as the state has it.
pub(crate) fn linked(rig: &Rig, lead: &str) -> Option<LeadId> {
    rig.store().link_at(&rig.job.name, &seat(lead)).unwrap().and_then(|link| link.lead_id)
}

/// A contact with these numbers.
pub(crate) fn person(rig: &Rig, id: &str, main: u64, work: Option<u64>, home: Option<u64>) {
    rig.add(id, main, "north");
    for (name, number) in [("workPhone", work), ("homePhone", home)] {
        if let Some(number) = number {
            rig.edit(id, name, &phone(number));
        }
    }
}

fn settle(rig: &mut Rig) {
    for is_full in [false, true, false] {
        rig.wait(60);
        if is_full {
            rig.full()
        } else {
            rig.run()
        };
    }
}

#[test]
fn a_lost_state_adopts_every_lead_in_its_slot_and_writes_nothing() {
    let mut rig = Rig::slotted(3);
    rig.call("c01/work", "SALE");
    rig.call("c02", "NI");
    rig.next_run();
    rig.edit("c02", "homePhone", "");
    rig.next_run();
    rig.wait(700);
    let before = rig.picture();
    rig.written();
    rig.lose_database();
    let report = rig.approve();
    assert_eq!((report.end, report.totals.added), (RunEnd::Clean, 0), "{} {:?}", report.message, rig.failures());
    assert_eq!((rig.written(), rig.picture()), (Vec::new(), before));
    for lead in ["c00", "c00/work", "c00/home", "c01", "c01/work", "c01/home", "c02", "c02/work"] {
        assert_eq!(linked(&rig, lead), Some(rig.lead(lead)), "{lead}");
    }
    rig.is_quiet();
    // Each goes on in its slot.
    rig.edit("c00", "workPhone", &phone(96));
    rig.next_run();
    assert_eq!(rig.written(), [format!("update_lead {}", rig.lead("c00/work"))]);
    rig.is_quiet();
}

/// Its leads carry a code of ours that nobody knows any more, and that is no reason to take the install.key for another one.
#[test]
fn a_slot_that_was_taken_out_before_the_state_was_lost_stops_nobody() {
    let mut rig = Rig::slotted(2);
    person(&rig, "c08", 8, None, Some(68));
    rig.next_run();
    rig.slots(&[WORK], &[]);
    rig.wait(60);
    rig.full();
    rig.wait(700);
    rig.lose_database();
    assert_eq!(rig.approve().end, RunEnd::Clean);
    rig.wait(60);
    rig.edit("c08", "workPhone", &phone(38));
    person(&rig, "c09", 9, Some(39), None);
    let report = rig.full();
    assert_eq!((report.end, report.totals.added), (RunEnd::Clean, 3), "{}", report.message);
    assert_eq!((rig.dialed("c08"), rig.dialed("c09")), (vec!["main", "work"], vec!["main", "work"]));
    rig.is_quiet();
}

#[test]
fn beside_agents_leads_that_the_state_forgot_are_found_by_their_own_numbers() {
    let mut rig = Rig::slotted(2);
    let old = rig.back_up();
    person(&rig, "c09", 9, Some(39), Some(69));
    rig.next_run();
    let leads = ["c09", "c09/work", "c09/home"].map(|lead| rig.lead(lead));
    rig.restore(&old);
    rig.world().vici.is_staffed = true;
    rig.edit("c09", "city", "Tampa");
    let report = rig.next_run();
    assert_eq!((report.totals.added, report.totals.adopted), (0, 3));
    assert_eq!(["c09", "c09/work", "c09/home"].map(|lead| linked(&rig, lead)), leads.map(Some));
    assert_eq!(["c09", "c09/work", "c09/home"].map(|lead| rig.row(lead).get(LeadField::City).to_owned()), ["Tampa", "Tampa", "Tampa"]);
    rig.is_quiet();
}

#[test]
fn of_merged_contacts_each_slot_has_one_lead() {
    for tells in TELLING {
        let mut rig = Rig::slotted(2);
        rig.world().crm.tells = tells;
        person(&rig, "c08", 8, Some(38), None);
        person(&rig, "c09", 9, Some(39), Some(69));
        rig.next_run();
        rig.call("c09/home", "SALE");
        rig.next_run();
        let (own, passed) = (rig.lead("c08/work"), rig.lead("c09/home"));
        rig.agent("c09/home", |row| row.status = "NEW".to_owned());
        rig.world().merge("c09", "c08");
        rig.edit("c08", "homePhone", &phone(69));
        rig.wait(60);
        assert_eq!(rig.full().totals.added, 0, "{tells:?}");
        settle(&mut rig);
        assert_eq!((rig.dialed("c08"), rig.dialed("c09")), (vec!["main", "work", "home"], Vec::new()), "{tells:?}");
        assert_eq!((rig.lead("c08/work"), rig.lead("c08/home")), (own, passed), "{tells:?}");
        assert_eq!(rig.attribute("c08", "outcome"), Value::Text("SALE".to_owned()), "{tells:?}");
        assert_eq!(rig.activities("c08").len(), 1, "{tells:?}");
        rig.wait(60);
        rig.is_quiet();
    }
}

#[test]
fn a_losers_lead_in_a_slot_that_its_winner_does_not_have_leaves() {
    for tells in TELLING {
        let mut rig = Rig::slotted(2);
        rig.world().crm.tells = tells;
        person(&rig, "c08", 8, None, None);
        person(&rig, "c09", 9, Some(39), None);
        rig.next_run();
        rig.world().merge("c09", "c08");
        settle(&mut rig);
        assert_eq!((rig.dialed("c08"), rig.dialed("c09")), (vec!["main"], Vec::new()), "{tells:?}");
        rig.wait(60);
        rig.is_quiet();
    }
}

#[test]
fn an_opt_out_by_any_lead_of_a_loser_is_the_winners_in_all_slots() {
    for tells in TELLING {
        for has_winner_leads in [true, false] {
            let mut rig = Rig::slotted(2);
            rig.world().crm.tells = tells;
            // The loser has a lead at home alone, the winner none there.
            person(&rig, "c08", 8, Some(38), None);
            person(&rig, "c09", 9, None, Some(69));
            rig.edit("c09", "phoneNumber", "");
            if !has_winner_leads {
                rig.edit("c08", "segment", "closed");
            }
            rig.next_run();
            rig.opt_out("c09");
            rig.next_run();
            rig.world().merge("c09", "c08");
            rig.edit("c08", "segment", "north");
            settle(&mut rig);
            assert_eq!((rig.dialed("c08"), rig.dialed("c09")), (Vec::new(), Vec::new()), "{tells:?} {has_winner_leads}");
            rig.edit("c08", "homePhone", &phone(97));
            rig.edit("c08", "firstName", "Zoe");
            settle(&mut rig);
            assert_eq!(rig.dialed("c08"), Vec::<&str>::new(), "{tells:?} {has_winner_leads}");
            rig.wait(60);
            rig.is_quiet();
        }
    }
}

#[test]
fn an_opt_out_of_a_loser_takes_all_of_the_winners_leads_out_in_the_same_run() {
    let mut rig = Rig::slotted(2);
    rig.world().crm.tells = Tells::ByWinner;
    person(&rig, "c08", 8, Some(38), Some(68));
    person(&rig, "c09", 9, None, None);
    rig.next_run();
    rig.opt_out("c09");
    rig.next_run();
    assert_eq!((rig.dialed("c08").len(), rig.dialed("c09").len()), (3, 0));
    rig.world().merge("c09", "c08");
    rig.wait(60);
    let report = rig.full();
    assert_eq!((report.end, report.totals.opted_out), (RunEnd::Clean, 3), "{} {:?}", report.message, rig.failures());
    assert_eq!(rig.dialed("c08"), Vec::<&str>::new());
}

#[test]
fn leads_of_an_older_tool_one_for_each_number_are_each_known_as_their_slots() {
    let mut rig = Rig::new();
    rig.slots(&[WORK, HOME], &[("[leaving]\n", BY_PHONE)]);
    person(&rig, "c01", 1, Some(31), Some(61));
    let leads = [1, 31, 61].map(|number| stranger(&rig, number, ""));
    rig.wait(60);
    let report = rig.approve();
    assert_eq!(
        (report.end, report.totals.matched_by_phone, report.totals.added),
        (RunEnd::Clean, 3, 0),
        "{} {:?}",
        report.message,
        rig.failures()
    );
    assert_eq!(["c01", "c01/work", "c01/home"].map(|lead| rig.lead(lead)), leads);
    assert_eq!(["c01", "c01/work", "c01/home"].map(|lead| linked(&rig, lead)), leads.map(Some));
    assert_eq!(["c01", "c01/work", "c01/home"].map(|lead| rig.number(lead)), [1, 31, 61].map(phone));
    rig.is_quiet();
    // In a short run as well, for a person who comes later.
    person(&rig, "c02", 2, Some(32), None);
    let leads = [2, 32].map(|number| stranger(&rig, number, ""));
    let report = rig.next_run();
    assert_eq!((report.totals.matched_by_phone, report.totals.added), (2, 0));
    assert_eq!(["c02", "c02/work"].map(|lead| rig.lead(lead)), leads);
    rig.is_quiet();
}

#[test]
fn the_code_of_an_older_tool_is_the_main_leads() {
    let mut rig = Rig::new();
    rig.slots(&[WORK, HOME], &[("[leaving]\n", BY_CODE)]);
    person(&rig, "c01", 1, Some(31), None);
    rig.edit("c01", "oldCode", "CRM-1");
    let lead = stranger(&rig, 31, "CRM-1");
    rig.wait(60);
    let report = rig.approve();
    assert_eq!((report.end, report.totals.matched_by_code, report.totals.added), (RunEnd::Clean, 1, 1), "{:?}", rig.failures());
    assert_eq!(linked(&rig, "c01"), Some(lead));
    assert_eq!(rig.number("c01/work"), phone(31));
    let row = rig.world().vici.leads[&lead].clone();
    assert_eq!((row.code.as_str(), row.get(LeadField::PhoneNumber)), ("CRM-1", &phone(1)[2..]));
    rig.is_quiet();
}

#[test]
fn a_caller_with_the_number_of_a_slot_gets_that_slots_lead() {
    for is_full in [false, true] {
        let mut rig = Rig::slotted_with(2, &[("[leaving]\n", MATCHED)]);
        person(&rig, "c09", 9, Some(39), Some(69));
        let lead = caller(&rig, 39);
        rig.wait(60);
        let report = if is_full { rig.full() } else { rig.run() };
        assert_eq!((report.end, report.totals.added), (RunEnd::Clean, 2), "{} {:?}", report.message, rig.failures());
        assert_eq!((linked(&rig, "c09/work"), rig.leads("c09/work")), (Some(lead), vec![lead]));
        assert_eq!(["c09", "c09/work", "c09/home"].map(|lead| rig.number(lead)), [9, 39, 69].map(phone));
        assert_eq!(rig.logged("c09"), ["SALE"]);
        rig.is_quiet();
    }
}

#[test]
fn a_caller_with_a_number_that_has_a_lead_is_held() {
    let mut rig = Rig::slotted_with(2, &[("[leaving]\n", MATCHED)]);
    let lead = caller(&rig, 31);
    rig.wait(60);
    rig.run();
    let held = rig.store().strangers(&rig.job.name).unwrap();
    assert_eq!(held.iter().map(|held| (held.lead, held.reason.as_str())).collect::<Vec<_>>(), [(lead, "contact_has_lead")]);
    assert_eq!(rig.world().vici.leads[&lead].code, "");
    rig.is_quiet();
}

#[test]
fn a_caller_with_a_further_number_of_somebody_who_opted_out_leaves_dialing() {
    let mut rig = Rig::slotted_with(2, &[("[leaving]\n", MATCHED)]);
    person(&rig, "c09", 9, None, None);
    rig.next_run();
    rig.opt_out("c09");
    rig.next_run();
    rig.world().person("c09", |person| person.opted_out = false);
    rig.edit("c09", "workPhone", &phone(39));
    let lead = caller(&rig, 39);
    rig.world().vici.leads.get_mut(&lead).unwrap().status = "NEW".to_owned();
    settle(&mut rig);
    assert!(!rig.world().vici.is_dialable(lead));
    assert_eq!(rig.dialed("c09"), Vec::<&str>::new());
    assert!(rig.links().iter().filter(|link| link.contact.as_str() == "c09").all(|link| link.state == LinkState::OptedOut));
    rig.is_quiet();
}
