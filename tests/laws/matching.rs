//! Contacts and leads that exist on both sides already: known to be one by an older tool's code, or by phone and name; held where that cannot be
//! told; never doubled, never overwritten.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use proptest::test_runner::{Config, RngSeed};
use vicisync::engine::{Job, Outside, Request, Scope, Unwatched, run};
use vicisync::model::{
    Ambiguous, Failure, FieldName, JobName, LeadField, LeadId, LinkState, ListId, Matching, Phone, RunEnd, Seat, Slot, VendorLeadCode,
};
use vicisync::ports::Store;
use vicisync::sync::matching::{By, Fit, Found, Pairs, Person, Stranger, fit};

use super::rig::{Rig, field, list, phone};
use super::world::dialer::Row;
use super::world::trouble::{At, Script, Trouble};

const BY_PHONE: &str = "[match]\nphone = true\nand = [\"last_name\"]\n\n";
const BY_CODE: &str = "[match]\ncode_from = \"oldCode\"\n\n";

fn matching(table: &str) -> Rig {
    let mut rig = Rig::new();
    rig.remap("[leaving]\n", &format!("{table}[leaving]\n"));
    rig
}

/// A lead that somebody else made, with the phone of contact `number`.
fn stranger(rig: &Rig, number: u64, last_name: &str, code: &str) -> LeadId {
    let digits = phone(number).split_off(2);
    let values = [
        (LeadField::PhoneCode, "1"),
        (LeadField::PhoneNumber, digits.as_str()),
        (LeadField::FirstName, "Annabel"),
        (LeadField::LastName, last_name),
    ];
    let values = values.map(|(name, text)| (field(name), text.to_owned())).into();
    rig.world().vici.insert(Row { code: code.to_owned(), list: list(1001), status: "NI".to_owned(), called: 2, values })
}

fn row(rig: &Rig, lead: LeadId) -> Row {
    rig.world().vici.leads[&lead].clone()
}

fn change(rig: &Rig, lead: LeadId, change: impl FnOnce(&mut Row)) {
    change(rig.world().vici.leads.get_mut(&lead).unwrap());
}

/// What is open of a contact: code and words.
fn held(rig: &Rig, contact: &str) -> (String, String) {
    let found = rig.failures().into_iter().find(|failure| failure.subject == format!("contact:{contact}"));
    found.map(|failure| (failure.code, failure.raw)).unwrap_or_default()
}

#[test]
fn a_lead_of_an_older_tool_is_known_by_its_code_and_keeps_it() {
    let mut rig = matching(BY_CODE);
    for number in 0..6 {
        rig.add(&format!("c{number}"), number, "north");
        rig.edit(&format!("c{number}"), "oldCode", &format!(" CRM-{number}"));
    }
    let leads: Vec<LeadId> = (0..5).map(|number| stranger(&rig, 50 + number, "Example", &format!("CRM-{number}"))).collect();
    let plan = rig.full();
    assert_eq!((plan.end, plan.totals.adopted, plan.totals.matched_by_code, plan.totals.added), (RunEnd::Held, 5, 5, 1));
    assert!(plan.plan.iter().any(|op| op.reason.starts_with("matched by oldCode; ")), "{:?}", plan.plan);
    assert_eq!(rig.approve().end, RunEnd::Clean);
    for (number, lead) in leads.iter().enumerate() {
        let row = row(&rig, *lead);
        assert_eq!((row.code, row.status.as_str()), (format!("CRM-{number}"), "NI"));
        assert_eq!(row.values[&field(LeadField::PhoneNumber)], phone(number as u64).split_off(2), "the CRM's fields are pushed");
    }
    assert_eq!(rig.world().vici.leads.len(), 6);
    rig.is_quiet();
    // A changed contact reaches its lead, a lost state finds it again, and a state that belongs elsewhere is still noticed.
    rig.edit("c3", "firstName", "Zoe");
    rig.wait(60);
    rig.run();
    assert_eq!(row(&rig, leads[3]).get(LeadField::FirstName), "Zoe");
    rig.lose_database();
    let report = rig.approve();
    assert_eq!((report.end, report.totals.matched_by_code, report.totals.adopted, report.totals.added), (RunEnd::Clean, 5, 6, 0));
    rig.is_quiet();
    for lead in &leads {
        change(&rig, *lead, |row| row.code = "ELSE".to_owned());
    }
    assert_eq!(rig.full().end, RunEnd::Refused);
}

/// P64, P66, P69: a code is the same to the letter or it is another one. Numbers that count alike, capitals, and what VICIdial cuts are not the same.
#[test]
fn codes_agree_to_the_letter() {
    let mut rig = matching(BY_CODE);
    let pairs = [("4711", "04711"), ("4712", "4712.0"), ("abc", "ABC"), ("A-123456789012345678901234567", "A-123456789012345678")];
    for (number, (ours, theirs)) in pairs.iter().enumerate() {
        rig.add(&format!("c{number}"), number as u64, "north");
        rig.edit(&format!("c{number}"), "oldCode", ours);
        stranger(&rig, 50 + number as u64, "Example", theirs);
        // VICIdial's own search takes some of them for one.
        let rule = rig.job.program.matching().unwrap();
        let person = Person { code: Some((*ours).to_owned()), ..person(0, (1, 1, 1, 0)) };
        assert_eq!(fit(&person, &Stranger { code: (*theirs).to_owned(), ..lead_of(0, (2, 2, 2, 0)) }, rule), Fit::No);
        assert_eq!(fit(&person, &Stranger { code: format!("{ours} "), ..lead_of(0, (2, 2, 2, 0)) }, rule), Fit::Yes(By::Code));
    }
    let report = rig.approve();
    assert_eq!((report.end, report.totals.adopted, report.totals.added), (RunEnd::Clean, 0, 4), "{:?}", rig.failures());
    rig.is_quiet();
}

/// P10, P67: numbers are compared in one form, however they are written, and all of a contact's.
#[test]
fn a_lead_is_known_by_any_number_and_the_name_and_is_marked_as_ours() {
    let mut rig = matching(BY_PHONE);
    rig.add("c0", 0, "north");
    rig.edit("c0", "phoneNumber", "(727) 555-0100 home");
    rig.add("c1", 1, "north");
    rig.edit("c1", "phoneNumber", &format!("{} / {}", phone(1), phone(51)));
    rig.add("c2", 2, "north");
    let leads = [stranger(&rig, 0, " EXAMPLE", ""), stranger(&rig, 51, "example", ""), stranger(&rig, 2, "Example", "")];
    change(&rig, leads[2], |row| row.set(LeadField::PhoneNumber, "17275550102"));
    let plan = rig.full();
    assert_eq!((plan.totals.matched_by_phone, plan.totals.added), (3, 0));
    let first = plan.plan.iter().find(|op| op.contact.as_str() == "c0").unwrap();
    assert!(first.reason.starts_with("matched by phone and last_name; marked as ours"), "{}", first.reason);
    assert_eq!(rig.approve().end, RunEnd::Clean);
    for (number, lead) in leads.into_iter().enumerate() {
        let row = row(&rig, lead);
        assert_eq!(row.code, rig.code(&format!("c{number}")).to_string());
        assert_eq!((row.status.as_str(), row.get(LeadField::LastName)), ("NI", "Example"));
    }
    assert_eq!(rig.world().vici.leads.len(), 3);
    assert!(rig.links().iter().all(|link| link.base.carries.is_none() && link.state == LinkState::Live));
    rig.is_quiet();
    // P2: a link is by id. Another number is a change, and no other lead.
    rig.edit("c0", "phoneNumber", &phone(70));
    rig.wait(60);
    rig.run();
    assert_eq!((rig.row("c0").get(LeadField::PhoneNumber), rig.world().vici.leads.len()), (&phone(70)[2..], 3));
    rig.is_quiet();
    rig.lose_database();
    let report = rig.approve();
    assert_eq!(
        (report.totals.adopted, report.totals.matched_by_phone, report.totals.added),
        (3, 0, 0),
        "now they are known by our own mark"
    );
    rig.is_quiet();
}

/// P8: several leads fit: the person who decides is told which, and by what. The contact is not dialed twice meanwhile.
#[test]
fn a_contact_that_several_leads_fit_waits_for_a_person() {
    let mut rig = matching(BY_PHONE);
    rig.add("c0", 0, "north");
    rig.add("c1", 1, "north");
    let leads = [stranger(&rig, 0, "Example", ""), stranger(&rig, 0, "Example", "")];
    let report = rig.approve();
    assert_eq!((report.end, report.totals.unmatched, report.totals.added), (RunEnd::WithFailures, 1, 1));
    let (code, words) = held(&rig, "c0");
    assert_eq!(code, "ambiguous_match");
    assert!(words.contains("phone and last_name") && leads.iter().all(|lead| words.contains(&lead.to_string())), "{words}");
    for _ in 0..3 {
        rig.wait(600);
        rig.run();
        assert_eq!((held(&rig, "c0").0.as_str(), rig.world().vici.leads.len()), ("ambiguous_match", 3));
    }
    rig.world().vici.leads.remove(&leads[0]);
    rig.wait(90_000);
    let report = rig.run();
    assert_eq!((report.end, report.totals.matched_by_phone), (RunEnd::Clean, 1), "{:?}", rig.failures());
    assert_eq!(row(&rig, leads[1]).code, rig.code("c0").to_string());
    rig.is_quiet();
}

#[test]
fn a_mapping_may_have_a_new_lead_added_where_several_fit() {
    let mut rig = matching(&BY_PHONE.replace("\n\n", "\nambiguous = \"new\"\n\n"));
    rig.add("c0", 0, "north");
    rig.add("c1", 1, "north");
    rig.add("c2", 1, "north");
    for number in [0, 0, 1] {
        stranger(&rig, number, "Example", "");
    }
    let report = rig.approve();
    assert_eq!((report.end, report.totals.added, report.totals.adopted), (RunEnd::Clean, 3, 0), "{:?}", rig.failures());
    rig.is_quiet();
}

/// P7, P13: a number that two people share is nobody's proof; what agrees beside it tells them apart.
#[test]
fn a_lead_that_several_contacts_fit_is_taken_by_none() {
    let mut rig = matching(BY_PHONE);
    for (id, last_name) in [("c0", "Example"), ("c1", "Example"), ("c2", "Sample")] {
        rig.add(id, 0, "north");
        rig.edit(id, "lastName", last_name);
    }
    let leads = [stranger(&rig, 0, "Example", ""), stranger(&rig, 0, "Sample", "")];
    let report = rig.approve();
    assert_eq!((report.totals.unmatched, report.totals.matched_by_phone, report.totals.added), (2, 1, 0), "{:?}", rig.failures());
    assert!(held(&rig, "c0").1.contains("contact c1") && held(&rig, "c1").1.contains("contact c0"));
    assert_eq!(row(&rig, leads[1]).code, rig.code("c2").to_string());
    // Somebody edits one of the two: alone it would fit.
    rig.edit("c0", "city", "Tampa");
    rig.wait(60);
    rig.run();
    assert_eq!((held(&rig, "c0").0.as_str(), row(&rig, leads[0]).code.as_str()), ("ambiguous_match", ""));
    // Nor does it where the other one is open for another reason now.
    let open = rig.failures().into_iter().find(|failure| failure.subject == "contact:c1").unwrap();
    let now = rig.world().now;
    rig.store().put_failure(&rig.job.name, &Failure { code: "look_again".to_owned(), ..open }, now).unwrap();
    rig.edit("c0", "city", "Miami");
    rig.wait(60);
    rig.run();
    assert_eq!((held(&rig, "c0").0.as_str(), row(&rig, leads[0]).code.as_str()), ("ambiguous_match", ""));
    // One turns out to be somebody else.
    rig.edit("c1", "lastName", "Other");
    rig.wait(90_000);
    let report = rig.run();
    assert_eq!((report.end, report.totals.matched_by_phone, report.totals.added), (RunEnd::Clean, 1, 1), "{:?}", rig.failures());
    assert_eq!(row(&rig, leads[0]).code, rig.code("c0").to_string());
    rig.is_quiet();
}

#[test]
fn a_name_that_is_blank_on_one_side_proves_nothing() {
    let mut rig = matching(BY_PHONE);
    rig.add("c0", 0, "north");
    let lead = stranger(&rig, 0, "", "");
    rig.approve();
    assert_eq!((held(&rig, "c0").0.as_str(), rig.world().vici.leads.len()), ("ambiguous_match", 1));
    change(&rig, lead, |row| row.set(LeadField::LastName, "Sample"));
    rig.wait(60);
    let report = rig.full();
    assert_eq!((report.end, report.totals.added), (RunEnd::Clean, 1), "it is another person's lead");
}

#[test]
fn a_foreign_code_is_never_overwritten() {
    let mut rig = matching(BY_PHONE);
    rig.add("c0", 0, "north");
    rig.add("c1", 1, "north");
    let leads = [stranger(&rig, 0, "Example", "LEGACY-7"), stranger(&rig, 1, "Example", "")];
    // Somebody marks the other one while the run is on its way.
    let other = leads[1];
    // The first reading is that of its custom fields.
    rig.world().script = Script::default().meanwhile(At::Call("read_lead", 2), move |world| {
        world.vici.leads.get_mut(&other).unwrap().code = "LEGACY-8".to_owned();
    });
    let report = rig.approve();
    assert_eq!(report.end, RunEnd::WithFailures);
    for (number, lead) in leads.into_iter().enumerate() {
        let (code, words) = held(&rig, &format!("c{number}"));
        assert_eq!((code.as_str(), row(&rig, lead).code), ("foreign_code", format!("LEGACY-{}", 7 + number)));
        assert!(words.contains("LEGACY-") && words.contains("clear its vendor_lead_code"), "{words}");
    }
    assert_eq!(rig.world().vici.leads.len(), 2, "nor is a second lead added");
    rig.calm();
    for lead in leads {
        change(&rig, lead, |row| row.code.clear());
    }
    rig.wait(90_000);
    rig.full();
    assert_eq!(row(&rig, leads[0]).code, rig.code("c0").to_string());
    assert_eq!(row(&rig, leads[1]).code, rig.code("c1").to_string());
    rig.is_quiet();
}

#[test]
fn a_death_between_the_plan_and_the_marks_loses_nothing() {
    for at in [At::Call("update_lead", 1), At::Call("update_lead", 4)] {
        for trouble in [Trouble::DieBefore, Trouble::DieAfter] {
            let mut rig = matching(BY_PHONE);
            for number in 0..8 {
                rig.add(&format!("c{number}"), number, "north");
                stranger(&rig, number, "Example", "");
            }
            rig.trouble(&[(at, trouble)]);
            assert_eq!(rig.ask(Scope::Full, true).map(|report| report.end), None);
            rig.calm();
            rig.wait(600);
            let report = rig.run();
            assert_eq!(report.end, RunEnd::Clean, "{} {:?}", report.message, rig.failures());
            assert_eq!(rig.world().vici.leads.len(), 8);
            assert!((0..8).all(|number| rig.leads(&format!("c{number}")).len() == 1));
            rig.is_quiet();
        }
    }
}

#[test]
fn a_lead_in_a_call_gets_its_mark_afterwards() {
    let mut rig = matching(BY_PHONE);
    rig.add("c0", 0, "north");
    let lead = stranger(&rig, 0, "Example", "");
    change(&rig, lead, |row| row.status = "INCALL".to_owned());
    rig.approve();
    assert_eq!((held(&rig, "c0").0.as_str(), row(&rig, lead).code.as_str()), ("in_call", ""));
    change(&rig, lead, |row| row.status = "SALE".to_owned());
    rig.wait(600);
    rig.run();
    assert_eq!((row(&rig, lead).code, row(&rig, lead).status.as_str()), (rig.code("c0").to_string(), "SALE"));
    rig.is_quiet();
}

#[test]
fn a_new_contact_finds_its_lead_without_a_reading_of_the_lists() {
    let mut rig = matching(&BY_PHONE.replace("phone", "code_from = \"oldCode\"\nphone"));
    rig.add("c0", 0, "north");
    rig.approve();
    rig.wait(60);
    for number in 1..6 {
        rig.add(&format!("c{number}"), number, "north");
    }
    rig.edit("c2", "oldCode", "OLD-2");
    rig.edit("c4", "oldCode", "no, none");
    let leads = [stranger(&rig, 1, "Example", ""), stranger(&rig, 60, "Example", "OLD-2"), stranger(&rig, 3, "Example", "")];
    // It is in no list of the mapping.
    change(&rig, leads[2], |row| row.list = list(998));
    rig.world().forget_counts();
    let report = rig.run();
    let totals = report.totals;
    assert_eq!((totals.matched_by_phone, totals.matched_by_code, totals.added), (1, 1, 2), "{:?}", rig.failures());
    let count = |name: &str| rig.world().requests.iter().filter(|request| **request == name).count();
    assert_eq!((count("sweep"), count("leads_by_phone")), (0, 1));
    assert_eq!(held(&rig, "c4").0, "look_again", "a code that VICIdial cannot be asked for waits for a full run");
    rig.wait(60);
    assert_eq!((rig.full().totals.added, rig.world().vici.leads.len()), (1, 7));
    rig.is_quiet();
}

#[test]
fn beside_agents_a_new_contact_is_looked_for_by_phone() {
    let mut rig = matching(BY_PHONE);
    rig.add("c0", 0, "north");
    rig.approve();
    rig.wait(60);
    rig.world().vici.is_staffed = true;
    rig.add("c1", 1, "north");
    let lead = stranger(&rig, 1, "Example", "");
    assert_eq!(rig.run().end, RunEnd::Clean);
    assert_eq!(row(&rig, lead).code, rig.code("c1").to_string());
    rig.is_quiet();
}

#[test]
fn whoever_opted_out_leaves_dialing_with_the_lead_that_was_theirs() {
    let mut rig = matching(BY_PHONE);
    rig.add("c0", 0, "north");
    rig.opt_out("c0");
    let lead = stranger(&rig, 0, "Example", "");
    change(&rig, lead, |row| row.status = "NEW".to_owned());
    rig.approve();
    assert_eq!(row(&rig, lead).status, "DNC");
    assert!(!rig.world().vici.is_dialable(lead));
    rig.is_quiet();
}

#[test]
fn without_the_table_leads_of_others_are_left_alone() {
    let mut rig = Rig::new();
    rig.add("c0", 0, "north");
    let lead = stranger(&rig, 0, "Example", "");
    let before = row(&rig, lead);
    let report = rig.approve();
    assert_eq!((report.totals.added, report.totals.adopted), (1, 0));
    assert_eq!(row(&rig, lead), before);
}

/// Two jobs on one VICIdial: a lead is one's.
#[test]
fn a_lead_of_another_job_is_not_taken() {
    let mut rig = matching(BY_PHONE);
    rig.add("c0", 0, "north");
    rig.approve();
    let first = rig.job.name.clone();
    rig.job.name = JobName::from("care");
    rig.job.neighbours = vec![first.clone()];
    rig.wait(60);
    // By its own code, since it is the same CRM.
    let report = rig.approve();
    assert_eq!((report.end, report.totals.adopted, report.totals.added), (RunEnd::WithFailures, 0, 0));
    assert_eq!(held(&rig, "c0").0, "claimed");
    assert!(held(&rig, "c0").1.contains("job sales"), "{:?}", held(&rig, "c0"));
    assert_eq!(rig.failure_codes(), ["claimed"], "nor is the other job's lead an orphan");
    // By phone, from another CRM: the lead of the first job is adopted under a foreign code there.
    rig.job.name = first.clone();
    rig.job.neighbours = Vec::new();
    rig.remap("[leaving]\n", &format!("{BY_CODE}[leaving]\n"));
    rig.add("c1", 1, "north");
    rig.edit("c1", "oldCode", "OLD-1");
    let lead = stranger(&rig, 1, "Example", "OLD-1");
    rig.wait(60);
    rig.approve();
    assert_eq!(rig.store().link_by_lead(&first, lead).unwrap().map(|link| link.code.to_string()).as_deref(), Some("OLD-1"));
    rig.job.name = JobName::from("other");
    rig.job.crm = "second".to_owned();
    rig.job.neighbours = vec![first.clone()];
    rig.wait(60);
    rig.approve();
    assert_eq!(held(&rig, "c1").0, "claimed");
    // It goes when the other job has gone.
    rig.job.neighbours = Vec::new();
    rig.wait(60);
    rig.full();
    assert_eq!(held(&rig, "c1").0, "");
}

#[test]
fn one_contact_in_two_jobs_on_two_vicidials_has_a_lead_in_each() {
    let mut rig = Rig::started(3);
    let elsewhere = Rig::new();
    rig.job.name = JobName::from("abroad");
    rig.job.vicidial = "other".to_owned();
    for approved in [true, false] {
        let store = rig.store();
        let outside = Outside { dialer: &elsewhere.sim, contacts: &rig.sim, store, clock: &rig.sim, progress: &Unwatched };
        let request = Request { trigger: "manual", scope: Scope::Full, is_approved: approved, is_dry: false };
        let report = tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(run(&outside, &rig.job, &request));
        assert_eq!((report.end, report.totals.added), (RunEnd::Clean, if approved { 3 } else { 0 }), "{}", report.message);
    }
    assert_eq!((rig.world().vici.leads.len(), elsewhere.world().vici.leads.len()), (3, 3));
    rig.job.name = JobName::from("sales");
    rig.job.vicidial = "main".to_owned();
    rig.is_quiet();
}

/// A job of the same CRM and VICIdial has leads of its own, as long as it has a slot of its own.
#[test]
fn one_contact_in_two_jobs_between_the_same_systems_has_a_lead_in_each() {
    let mut rig = Rig::started(3);
    let sales: Vec<LeadId> = rig.world().vici.leads.keys().copied().collect();
    let (first, other) = (rig.job.clone(), JobName::from("winback"));
    rig.remap_all(&[("list = 1001", "list = 1004"), ("list = 1002", "list = 1005"), ("list = 1003", "list = 1006")]);
    for list in [1004, 1005, 1006] {
        rig.world().vici.lists.insert(ListId(list), "WINBACK".into());
    }
    let second = Job { name: other, neighbours: vec![first.name.clone()], slot: Slot::named("winback"), ..rig.job.clone() };
    let first = Job { neighbours: vec![second.name.clone()], ..first };
    rig.job = second.clone();
    rig.wait(60);
    let report = rig.approve();
    assert_eq!((report.end, report.totals.added, report.totals.adopted), (RunEnd::Clean, 3, 0), "{}", report.message);
    rig.is_quiet();
    rig.job = first.clone();
    rig.is_quiet();
    let codes: BTreeSet<String> = rig.world().vici.leads.values().map(|lead| lead.code.clone()).collect();
    assert_eq!((rig.world().vici.leads.len(), codes.len()), (6, 6));
    // Who opts out is dialed by neither; the state of neither is needed to know its leads again.
    rig.opt_out("c01");
    rig.lose_database();
    for job in [&first, &second] {
        rig.job = job.clone();
        rig.wait(60);
        let report = rig.approve();
        assert_eq!((report.totals.added, report.totals.adopted, report.totals.opted_out), (0, 2, 1), "{} {}", job.name, report.message);
        rig.is_quiet();
    }
    let mut out: Vec<LeadId> = rig.world().vici.leads.iter().filter(|(_, lead)| lead.status == "DNC").map(|(id, _)| *id).collect();
    out.retain(|lead| !sales.contains(lead));
    assert_eq!(out.len(), 1, "one of each job");
}

fn people() -> impl Strategy<Value = Vec<(u8, u8, u8, u8)>> {
    prop::collection::vec((0u8..4, 0u8..4, 0u8..3, 0u8..4), 0..6)
}

fn text(letter: &str, number: u8) -> String {
    if number == 0 { String::new() } else { format!("{letter}{number}") }
}

fn number_of(number: u8) -> Phone {
    Phone { code: "1".to_owned(), number: format!("727555010{number}") }
}

fn name(name: u8) -> BTreeMap<FieldName, String> {
    [(field(LeadField::LastName), text("Name", name))].into()
}

fn person(place: usize, (one, other, last, code): (u8, u8, u8, u8)) -> Person {
    let code = Some(text("OLD", code)).filter(|code| !code.is_empty());
    Person { seat: format!("c{place}").as_str().into(), code, phones: vec![number_of(one), number_of(other)], shown: name(last) }
}

fn lead_of(place: usize, (phone, _, last, code): (u8, u8, u8, u8)) -> Stranger {
    Stranger { lead: LeadId(place as u64), code: text("OLD", code), phone: Some(number_of(phone)), shown: name(last), claimed: None }
}

fn decided(people: &[Person], leads: &[Stranger], rule: &Matching) -> BTreeMap<Seat, Found> {
    let mut pairs = Pairs::default();
    for person in people {
        pairs.person(person.clone(), leads.to_vec(), rule);
    }
    people.iter().map(|person| person.seat.clone()).zip(pairs.decide(rule)).collect()
}

fn config() -> Config {
    let cases = std::env::var("VICISYNC_LAW_CASES").ok().and_then(|cases| cases.parse().ok());
    let seed = if cases.is_some() { RngSeed::Random } else { RngSeed::Fixed(1) };
    Config { cases: cases.unwrap_or(2_000), rng_seed: seed, failure_persistence: None, ..Config::default() }
}

proptest! {
    #![proptest_config(config())]

    /// Whoever gets a lead fits it, alone, and nothing else fits as well; the order in which people and leads come decides nothing.
    #[test]
    fn no_lead_is_ever_two_peoples(people in people(), leads in people(), is_new in any::<bool>(), by_code in any::<bool>()) {
        let people: Vec<Person> = people.into_iter().enumerate().map(|(place, made)| person(place, made)).collect();
        let leads: Vec<Stranger> = leads.into_iter().enumerate().map(|(place, made)| lead_of(place, made)).collect();
        let rule = Matching {
            code_from: by_code.then(|| "oldCode".to_owned()),
            phone_and: Some(BTreeSet::from([field(LeadField::LastName)])),
            ambiguous: if is_new { Ambiguous::New } else { Ambiguous::Hold },
        };
        let found = decided(&people, &leads, &rule);
        let back = decided(&people.iter().rev().cloned().collect::<Vec<_>>(), &leads.iter().rev().cloned().collect::<Vec<_>>(), &rule);
        prop_assert_eq!(&found, &back);
        let fits = |person: &Person, by: By| leads.iter().filter(|lead| fit(person, lead, &rule) == Fit::Yes(by)).map(|lead| lead.lead).collect::<Vec<_>>();
        let coded: BTreeSet<LeadId> = people.iter().flat_map(|person| fits(person, By::Code)).collect();
        let mut taken = BTreeSet::new();
        for person in &people {
            match &found[&person.seat] {
                Found::Lead(lead, by) => {
                    prop_assert!(taken.insert(*lead));
                    let mut own = fits(person, *by);
                    own.retain(|lead| *by == By::Code || !coded.contains(lead));
                    prop_assert_eq!(own, vec![*lead]);
                    let code = &leads[lead.0 as usize].code;
                    prop_assert!(*by == By::Code || code.is_empty(), "a foreign code is never overwritten");
                }
                Found::Nobody => {
                    let own = fits(person, By::Code).len() + fits(person, By::Phone).iter().filter(|lead| !coded.contains(lead)).count();
                    prop_assert!(own == 0 || is_new, "a double of {:?}", person);
                }
                Found::Held(failure) => prop_assert!(!is_new || failure.code == "foreign_code", "{:?}", failure),
            }
        }
    }
}

#[test]
fn what_older_tools_write_as_codes_is_kept_to_the_letter() {
    for text in ["4711", "a b", " x", "ABCDEFGHIJ0123456789", "V0123456789ABCDEFGHJ"] {
        assert_eq!(VendorLeadCode::read(text).unwrap().as_str(), text);
    }
    assert!(["", "  ", "ABCDEFGHIJ01234567890"].iter().all(|text| VendorLeadCode::read(text).is_none()));
    let is_ours = |text: &str| VendorLeadCode::read(text).unwrap().is_ours();
    assert!(is_ours("V0123456789ABCDEFGHJ") && !is_ours("v0123456789ABCDEFGHJ") && !is_ours("4711"));
}
