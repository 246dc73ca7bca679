//! Several leads of one contact beside each other: numbers that move between them, opt-outs of one and the others, edits that contradict, leads that are
//! deleted, and what one of them leaves open.

use std::collections::BTreeSet;

use vicisync::engine::Scope;
use vicisync::model::{LeadField, LinkState, RunEnd, Value};
use vicisync::ports::{Reach, Store};

use super::rig::{Rig, id, list, phone, seat};
use super::slots::{HOME, WORK};
use super::slots_met::{BY_PHONE, TELLING, linked, person, stranger};
use super::slots_told::{SEATS, both, cities, full};
use super::two_ways::{CITY, EMAIL};
use super::world::crm::Tells;
use super::world::trouble::{At, Trouble};

const LEAVING: &str = "[leaving]\n";

/// Further numbers of the main lead go to `alt_phone`.
const FROM: &str = "from = [\"phoneNumber\"]";
const FROM_TWO: &str = "from = [\"phoneNumber\", \"mobile\"]\nothers = \"alt_phone\"";

/// A field of the contact, and what somebody makes of it.
type Edit = (&'static str, String);

/// Which leads of a contact are dialed.
type Dialed = &'static [&'static str];

fn text(value: &str) -> Value {
    Value::Text(value.to_owned())
}

/// The digits that VICIdial has of a number.
fn digits(number: u64) -> String {
    phone(number).split_off(2)
}

impl Rig {
    /// The numbers that VICIdial dials for a contact, the further ones of its main lead as well; one that is dialed twice is told twice.
    fn numbers(&self, contact: &str) -> Vec<String> {
        let mut numbers = Vec::new();
        for name in self.dialed(contact) {
            let lead = if name == "main" { contact.to_owned() } else { format!("{contact}/{name}") };
            let row = self.row(&lead);
            let shown = [LeadField::PhoneNumber, LeadField::AltPhone].map(|field| row.get(field).to_owned());
            numbers.extend(shown.into_iter().filter(|number| !number.is_empty()));
        }
        numbers.sort();
        numbers
    }

    fn state_of(&self, lead: &str) -> Option<LinkState> {
        self.store().link_at(&self.job.name, &seat(lead)).unwrap().map(|link| link.state)
    }
}

#[test]
fn a_number_that_moves_from_the_main_lead_to_a_slot_is_dialed_once() {
    let mut rig = Rig::new();
    rig.slots(&[WORK, HOME], &[(FROM, FROM_TWO)]);
    person(&rig, "c01", 1, None, None);
    rig.edit("c01", "mobile", &phone(31));
    rig.approve();
    assert_eq!((rig.row("c01").get(LeadField::AltPhone), rig.dialed("c01")), (digits(31).as_str(), vec!["main"]));
    rig.edit("c01", "workPhone", &phone(31));
    rig.next_run();
    assert_eq!((rig.number("c01/work"), rig.numbers("c01")), (phone(31), vec![digits(1), digits(31)]));
    assert_eq!((rig.row("c01").get(LeadField::AltPhone), rig.row("c01/work").get(LeadField::AltPhone)), ("", ""));
    rig.is_quiet();
    // And back.
    rig.edit("c01", "workPhone", "");
    rig.next_run();
    assert_eq!((rig.dialed("c01"), rig.numbers("c01")), (vec!["main"], vec![digits(1), digits(31)]));
    rig.is_quiet();
}

#[test]
fn a_lead_of_an_older_tool_has_no_further_number_that_its_contact_does_not_have_there() {
    let mut rig = Rig::new();
    rig.slots(&[WORK, HOME], &[(FROM, FROM_TWO), (LEAVING, BY_PHONE)]);
    person(&rig, "c01", 1, Some(31), None);
    rig.edit("c01", "mobile", &phone(41));
    let lead = stranger(&rig, 31, "");
    rig.world().vici.leads.get_mut(&lead).unwrap().set(LeadField::AltPhone, &digits(41));
    // A main lead that dials what is a slot's now.
    person(&rig, "c02", 2, Some(32), None);
    let main = stranger(&rig, 2, "");
    rig.world().vici.leads.get_mut(&main).unwrap().set(LeadField::AltPhone, &digits(32));
    rig.wait(60);
    let report = rig.approve();
    assert_eq!((report.end, report.totals.matched_by_phone, report.totals.added), (RunEnd::Clean, 2, 2), "{:?}", rig.failures());
    assert_eq!((linked(&rig, "c01/work"), linked(&rig, "c02")), (Some(lead), Some(main)));
    assert_eq!((rig.row("c02").get(LeadField::AltPhone), rig.number("c02/work")), ("", phone(32)));
    assert_eq!((rig.row("c01").get(LeadField::AltPhone), rig.row("c01/work").get(LeadField::AltPhone)), (digits(41).as_str(), ""));
    rig.is_quiet();
}

#[test]
fn a_losers_further_lead_leaves_dialing_where_its_winner_opted_out_before() {
    for tells in TELLING {
        for number in [None, Some(39)] {
            let mut rig = Rig::slotted(2);
            rig.world().crm.tells = tells;
            person(&rig, "c08", 8, None, None);
            person(&rig, "c09", 9, Some(39), None);
            rig.next_run();
            rig.opt_out("c08");
            rig.next_run();
            // The CRM keeps no flag. What the contact has it has for a while.
            rig.world().person("c08", |person| person.opted_out = false);
            if let Some(number) = number {
                rig.edit("c08", "workPhone", &phone(number));
            }
            rig.next_run();
            assert_eq!((rig.dialed("c08"), rig.dialed("c09")), (Vec::new(), vec!["main", "work"]));
            let lead = rig.lead("c09/work");
            rig.world().merge("c09", "c08");
            rig.wait(60);
            rig.full();
            rig.wait(60);
            rig.run();
            assert!(!rig.world().vici.is_dialable(lead), "{tells:?} {number:?}");
            assert_eq!((rig.dialed("c08"), rig.dialed("c09")), (Vec::new(), Vec::new()), "{tells:?} {number:?}");
            rig.wait(60);
            rig.is_quiet();
        }
    }
}

/// Of so many contacts some were looked for before the merges are decided about.
#[test]
fn a_losers_opt_out_reaches_a_number_of_its_winner_that_waits_for_a_match() {
    let mut rig = Rig::slotted_with(2, &[(LEAVING, BY_PHONE)]);
    rig.job.limits.creates = 1000;
    rig.world().crm.tells = Tells::ByWinner;
    person(&rig, "c08", 8, None, None);
    person(&rig, "c09", 9, None, None);
    rig.next_run();
    rig.opt_out("c09");
    rig.next_run();
    rig.world().merge("c09", "c08");
    rig.edit("c08", "workPhone", &phone(38));
    for number in 100..600 {
        rig.add(&format!("p{number}"), number, "north");
    }
    rig.wait(60);
    let report = rig.full();
    assert_eq!((report.end, report.totals.added), (RunEnd::Clean, 500), "{}", report.message);
    assert_eq!(rig.dialed("c08"), Vec::<&str>::new());
    assert!(rig.leads("c08/work").is_empty());
    rig.is_quiet();
}

#[test]
fn an_opt_out_that_is_found_in_one_lead_is_the_persons_in_the_same_run() {
    for out in [1, 31] {
        let mut rig = Rig::new();
        rig.slots(&[WORK, HOME], &[(LEAVING, BY_PHONE)]);
        person(&rig, "c01", 1, Some(31), Some(61));
        person(&rig, "c02", 2, Some(32), None);
        let leads = [1, 31].map(|number| stranger(&rig, number, ""));
        for (lead, number) in leads.into_iter().zip([1, 31]) {
            let status = if number == out { "DNC" } else { "NEW" };
            rig.world().vici.leads.get_mut(&lead).unwrap().status = status.to_owned();
        }
        rig.world().vici.fill_hopper();
        rig.wait(60);
        let report = rig.approve();
        assert_eq!((report.end, report.totals.matched_by_phone, report.totals.added), (RunEnd::Clean, 1, 2), "{:?}", rig.failures());
        assert_eq!(["c01", "c01/work"].map(|lead| linked(&rig, lead)), leads.map(Some), "{out}");
        assert_eq!((rig.dialed("c01"), rig.dialed("c02")), (Vec::new(), vec!["main", "work"]), "{out}");
        assert_eq!(leads.map(|lead| rig.world().vici.leads[&lead].status.clone()), ["DNC", "DNC"], "{out}");
        assert!(!leads.iter().any(|lead| rig.world().vici.is_dialable(*lead)), "{out}");
        assert!(rig.leads("c01/home").is_empty(), "nobody is added, {out}");
        rig.is_quiet();
        // A number more lets nobody in.
        rig.edit("c01", "homePhone", &phone(71));
        assert_eq!(rig.next_run().totals.added, 0);
        rig.is_quiet();
    }
}

#[test]
fn after_a_lost_state_an_opt_out_of_one_lead_is_the_persons_also_where_the_mapping_keeps_leads() {
    for is_closed in [false, true] {
        for out in SEATS {
            let keeping = format!("{LEAVING}filtered = \"keep\"\nrejected = \"keep\"\n");
            let mut rig = Rig::slotted_with(3, &[(LEAVING, &keeping)]);
            if is_closed {
                rig.edit("c01", "segment", "closed");
                rig.next_run();
                assert_eq!(rig.dialed("c01"), ["main", "work", "home"]);
            }
            rig.agent(out, |row| row.status = "DNC".to_owned());
            rig.wait(700);
            rig.lose_database();
            let report = rig.approve();
            assert_eq!(report.end, RunEnd::Clean, "{} {:?}", report.message, rig.failures());
            assert_eq!(rig.dialed("c01"), Vec::<&str>::new(), "{out} {is_closed}");
            assert_eq!(rig.dialed("c02"), ["main", "work", "home"], "{out} {is_closed}");
            assert_eq!(SEATS.map(|lead| rig.state_of(lead)), [Some(LinkState::OptedOut); 3], "{out} {is_closed}");
            rig.is_quiet();
        }
    }
}

#[test]
fn an_opt_out_of_a_lead_that_is_found_later_takes_those_that_are_there_along() {
    let mut rig = Rig::slotted_with(2, &[(LEAVING, BY_PHONE)]);
    let lead = stranger(&rig, 39, "");
    rig.world().vici.leads.get_mut(&lead).unwrap().status = "DNC".to_owned();
    person(&rig, "c09", 9, None, None);
    rig.next_run();
    assert_eq!(rig.dialed("c09"), ["main"]);
    rig.edit("c09", "workPhone", &phone(39));
    rig.edit("c09", "homePhone", &phone(69));
    rig.next_run();
    assert_eq!((linked(&rig, "c09/work"), rig.dialed("c09")), (Some(lead), Vec::new()));
    assert!(rig.leads("c09/home").is_empty());
    rig.is_quiet();
}

/// One that somebody put away does not come back into dialing either.
#[test]
fn an_opt_out_of_a_lead_that_is_found_later_reaches_one_that_is_in_the_archive() {
    let mut rig = Rig::slotted_with(2, &[(LEAVING, BY_PHONE)]);
    let lead = stranger(&rig, 39, "");
    rig.world().vici.leads.get_mut(&lead).unwrap().status = "DNC".to_owned();
    person(&rig, "c09", 9, None, Some(69));
    rig.next_run();
    let main = rig.lead("c09");
    rig.world().vici.archive(main);
    rig.wait(60);
    rig.full();
    assert_eq!(rig.failure_codes(), ["lead_archived"]);
    rig.edit("c09", "workPhone", &phone(39));
    rig.wait(60);
    rig.full();
    assert_eq!((linked(&rig, "c09/work"), rig.dialed("c09")), (Some(lead), Vec::new()), "{:?}", rig.failures());
    rig.is_quiet();
    rig.world().vici.dearchive(main);
    assert_eq!(rig.dialed("c09"), ["main"]);
    rig.wait(60);
    rig.full();
    assert_eq!((rig.dialed("c09"), rig.row("c09").status.as_str()), (Vec::new(), "DNC"));
    rig.is_quiet();
}

/// A state in which one lead is out and others are in: they leave at the next look, though nothing changed.
#[test]
fn a_lead_beside_one_that_opted_out_leaves_at_the_next_look() {
    for (keep, segment) in [(false, "north"), (true, "closed")] {
        let keeping = format!("{LEAVING}filtered = \"keep\"\nrejected = \"keep\"\n");
        let mut rig = Rig::slotted_with(3, &[(LEAVING, if keep { &keeping } else { LEAVING })]);
        rig.edit("c01", "segment", segment);
        rig.next_run();
        rig.agent("c01/work", |row| row.status = "DNC".to_owned());
        let link = rig.store().link_at(&rig.job.name, &seat("c01/work")).unwrap().unwrap();
        rig.store().put_link(&rig.job.name, &vicisync::model::Link { state: LinkState::OptedOut, ..link }).unwrap();
        assert_eq!(rig.dialed("c01"), ["main", "home"]);
        rig.wait(60);
        let report = rig.full();
        assert_eq!((report.end, report.totals.opted_out), (RunEnd::Clean, 2), "{}", report.message);
        assert_eq!(rig.dialed("c01"), Vec::<&str>::new(), "{segment}");
        assert_eq!(rig.dialed("c02"), ["main", "work", "home"]);
        rig.is_quiet();
    }
}

#[test]
fn what_the_mapping_keeps_is_dialed_on_and_no_number_by_two_leads() {
    let keeping = format!("{LEAVING}filtered = \"keep\"\nrejected = \"keep\"\n");
    // Who is dialed after it, and by which numbers.
    let cases: [(&str, &[Edit], Dialed, &[u64]); 7] = [
        ("the contact is filtered", &[("segment", "closed".to_owned())], &["main", "work", "home"], &[1, 31, 61]),
        ("the contact is rejected", &[("segment", "nowhere".to_owned())], &["main", "work", "home"], &[1, 31, 61]),
        ("a slot's number is gone", &[("homePhone", String::new())], &["main", "work"], &[1, 31]),
        ("a slot's number is the main lead's now", &[("phoneNumber", phone(31))], &["main", "home"], &[31, 61]),
        ("a slot's number is another slot's now", &[("workPhone", phone(61))], &["main", "work"], &[1, 61]),
        (
            "the main number is none, and a slot's now",
            &[("phoneNumber", "12".to_owned()), ("workPhone", phone(1))],
            &["work", "home"],
            &[1, 61],
        ),
        (
            "a slot's number is none, and the main lead's now",
            &[("workPhone", "12".to_owned()), ("phoneNumber", phone(31))],
            &["main", "home"],
            &[31, 61],
        ),
    ];
    for (why, edits, dialed, numbers) in cases {
        let mut rig = Rig::slotted_with(3, &[(LEAVING, &keeping)]);
        for (name, value) in edits {
            rig.edit("c01", name, value);
        }
        rig.next_run();
        let expected: Vec<String> = numbers.iter().map(|number| digits(*number)).collect();
        assert_eq!((rig.dialed("c01"), rig.numbers("c01")), (dialed.to_vec(), expected.clone()), "{why}");
        rig.is_quiet();
        assert_eq!((rig.dialed("c01"), rig.numbers("c01")), (dialed.to_vec(), expected), "{why}");
    }
}

#[test]
fn leads_of_a_slot_that_was_renamed_or_taken_out_leave_also_where_the_mapping_keeps_leads() {
    let keeping = format!("{LEAVING}filtered = \"keep\"\nrejected = \"keep\"\n");
    let renamed = WORK.replace("\"work\"", "\"fax\"");
    let cases: [(&[&str], u64, Dialed, &[u64]); 2] =
        [(&[&renamed, HOME], 3, &["main", "home", "fax"], &[1, 31, 61]), (&[HOME], 0, &["main", "home"], &[1, 61])];
    for (slots, added, dialed, numbers) in cases {
        let mut rig = Rig::slotted_with(3, &[(LEAVING, &keeping)]);
        rig.slots(slots, &[(LEAVING, &keeping)]);
        rig.wait(60);
        let report = rig.full();
        assert_eq!((report.end, report.totals.deactivated, report.totals.added), (RunEnd::Clean, 3, added), "{}", report.message);
        assert_eq!((rig.dialed("c01"), rig.numbers("c01")), (dialed.to_vec(), numbers.iter().map(|number| digits(*number)).collect()));
        rig.is_quiet();
    }
}

#[test]
fn an_opt_out_waits_for_a_further_lead_whose_add_nobody_can_look_for() {
    for trouble in [Trouble::Lost(Reach::Record), Trouble::Late(300)] {
        let mut rig = Rig::slotted(2);
        person(&rig, "c09", 9, None, None);
        rig.next_run();
        rig.edit("c09", "workPhone", &phone(39));
        rig.wait(5);
        rig.trouble(&[(At::Call("add_lead", 1), trouble)]);
        rig.run();
        rig.calm();
        rig.world().vici.is_staffed = true;
        rig.world().vici.crowded.insert(digits(39));
        rig.opt_out("c09");
        rig.wait(200);
        rig.run();
        assert!(!rig.dialed("c09").contains(&"main"), "an opt-out waits for nothing");
        rig.wait(400);
        rig.world().vici.crowded.clear();
        // Nobody changes the contact any more, and no full run comes by.
        for _ in 0..3 {
            rig.wait(7200);
            rig.run();
        }
        assert_eq!(rig.leads("c09/work").len(), 1, "{trouble:?}");
        assert_eq!((rig.dialed("c09"), rig.failures()), (Vec::new(), Vec::new()), "{trouble:?}");
        rig.is_quiet();
    }
}

#[test]
fn a_run_over_a_list_of_further_leads_leaves_leads_of_other_lists_alone() {
    for contacts in [4, 16] {
        let mut rig = Rig::slotted(contacts);
        rig.edit("c01", "firstName", "Zoe");
        rig.wait(60);
        let report = rig.ask(Scope::List(list(1002)), false).unwrap();
        assert_eq!((report.end, rig.failures()), (RunEnd::Clean, Vec::new()), "{contacts} {}", report.message);
        let asked: BTreeSet<&str> = rig.world().requests.iter().copied().collect();
        assert!(!asked.contains("read_lead"), "{contacts} {asked:?}");
        assert_eq!(SEATS.map(|lead| rig.row(lead).get(LeadField::FirstName).to_owned()), ["Zoe", "Zoe", "Zoe"]);
        // One that is missing in the list itself is noticed all the same.
        let lead = rig.lead("c02/work");
        rig.world().vici.leads.remove(&lead);
        rig.wait(60);
        rig.ask(Scope::List(list(1002)), false);
        assert_eq!(rig.failures().iter().map(|failure| failure.subject.as_str()).collect::<Vec<_>>(), ["contact:c02/work"]);
    }
}

/// Two leads of `c01` say different things of the city, and that is known.
fn torn() -> Rig {
    let mut rig = both();
    rig.edit("c01", "city", "Miami");
    rig.next_run();
    rig.agent("c01/work", |row| row.set(LeadField::City, "Largo"));
    rig.agent("c01/home", |row| row.set(LeadField::City, "Ocala"));
    assert_eq!(full(&mut rig), RunEnd::WithFailures);
    rig
}

#[test]
fn a_contradiction_of_two_leads_does_not_end_when_one_of_them_is_looked_at() {
    for called in SEATS {
        let mut rig = torn();
        for scope in [Scope::Changed, Scope::Changed, Scope::Contact("c01".into()), Scope::Full, Scope::Changed] {
            rig.call(called, "NI");
            rig.wait(700);
            rig.ask(scope.clone(), false);
            assert_eq!(cities(&rig), ["Miami", "Miami", "Largo", "Ocala"], "{called} {scope:?}");
            assert_eq!(rig.failure_codes(), ["field_conflict"], "{called} {scope:?}");
        }
        // Somebody makes them the same.
        rig.agent("c01/work", |row| row.set(LeadField::City, "Ocala"));
        full(&mut rig);
        assert_eq!((rig.failures(), rig.attribute("c01", "city")), (Vec::new(), text("Ocala")), "{called}");
        full(&mut rig);
        assert_eq!(cities(&rig), ["Ocala"; 4], "{called}");
        rig.is_quiet();
    }
}

#[test]
fn two_leads_that_were_edited_differently_are_held_when_only_one_of_them_was_called() {
    let mut rig = both();
    rig.edit("c01", "city", "Miami");
    rig.next_run();
    rig.agent("c01", |row| row.set(LeadField::City, "Largo"));
    rig.agent("c01/home", |row| row.set(LeadField::City, "Ocala"));
    rig.call("c01/home", "NI");
    rig.wait(60);
    rig.run();
    assert_eq!(cities(&rig), ["Miami", "Largo", "Miami", "Ocala"]);
    assert_eq!(rig.failure_codes(), ["field_conflict"]);
}

#[test]
fn a_contradiction_of_leads_and_one_with_the_contact_wait_side_by_side() {
    for first in ["city", "email"] {
        let mut rig = Rig::slotted_with(
            3,
            &[
                (CITY, "city = { from = \"city\", direction = \"both\", wins = \"vicidial\" }"),
                (EMAIL, "email = { from = \"email\", direction = \"both\", wins = \"hold\" }"),
            ],
        );
        rig.edit("c01", "email", "crm@example.com");
        rig.agent("c01", |row| row.set(LeadField::Email, "agent@example.com"));
        rig.agent("c01/work", |row| row.set(LeadField::City, "Largo"));
        rig.agent("c01/home", |row| row.set(LeadField::City, "Ocala"));
        let subjects = |rig: &Rig| rig.failures().into_iter().map(|failure| failure.subject).collect::<BTreeSet<_>>();
        full(&mut rig);
        assert_eq!(subjects(&rig), ["conflict:c01", "torn:c01"].map(str::to_owned).into());
        if first == "city" {
            rig.agent("c01/home", |row| row.set(LeadField::City, "Largo"));
        } else {
            rig.agent("c01", |row| row.set(LeadField::Email, "crm@example.com"));
        }
        for _ in 0..2 {
            full(&mut rig);
            assert_eq!(subjects(&rig), [if first == "city" { "conflict:c01" } else { "torn:c01" }.to_owned()].into());
        }
    }
}

#[test]
fn what_nobody_disputes_goes_to_the_contact_beside_a_contradiction() {
    let mut rig = torn();
    rig.agent("c01/work", |row| row.set(LeadField::Email, "agent@example.com"));
    for _ in 0..2 {
        assert_eq!(full(&mut rig), RunEnd::WithFailures);
        assert_eq!(rig.attribute("c01", "email"), text("agent@example.com"));
        assert_eq!(
            (cities(&rig), rig.failure_codes()),
            (["Miami", "Miami", "Largo", "Ocala"].map(str::to_owned).to_vec(), vec!["field_conflict".to_owned()])
        );
    }
    assert!(SEATS.iter().all(|lead| rig.row(lead).get(LeadField::Email) == "agent@example.com"));
    rig.written();
    full(&mut rig);
    assert_eq!(rig.written(), Vec::<String>::new(), "nothing is written again and again");
}

#[test]
fn a_lead_that_is_deleted_leaves_its_calls_with_the_contact() {
    let deleting = format!("{LEAVING}filtered = \"delete\"\nrejected = \"delete\"\n");
    for (gone, field, number) in [("c01/home", "homePhone", 61), ("c01", "phoneNumber", 1)] {
        let mut rig = Rig::slotted_with(3, &[(LEAVING, &deleting)]);
        rig.call(gone, "SALE");
        rig.next_run();
        rig.call("c01/work", "NI");
        rig.next_run();
        rig.call(gone, "NA");
        rig.next_run();
        rig.wait(60);
        rig.full();
        assert_eq!(rig.attribute("c01", "callCount"), Value::Int(3));
        rig.edit("c01", field, "");
        for _ in 0..2 {
            rig.wait(700);
            rig.full();
        }
        assert!(rig.leads(gone).is_empty(), "{gone} {:?}", rig.failures());
        assert_eq!(rig.attribute("c01", "callCount"), Value::Int(3), "{gone}");
        rig.is_quiet();
        rig.call("c01/work", "CALLBK");
        rig.next_run();
        assert_eq!((rig.attribute("c01", "callCount"), rig.attribute("c01", "outcome")), (Value::Int(4), text("CALLBK")), "{gone}");
        assert_eq!(rig.logged("c01"), ["CALLBK", "NI", "SALE"], "{gone}");
        rig.is_quiet();
        // The number comes back, as a new lead.
        rig.edit("c01", field, &phone(number));
        assert_eq!(rig.next_run().totals.added, 1, "{gone}");
        rig.call(gone, "SALE");
        rig.next_run();
        assert_eq!((rig.attribute("c01", "callCount"), rig.attribute("c01", "outcome")), (Value::Int(5), text("SALE")), "{gone}");
        assert_eq!(rig.logged("c01"), ["CALLBK", "NI", "SALE", "SALE"], "{gone}");
        rig.is_quiet();
    }
}

#[test]
fn of_two_leads_that_are_deleted_one_after_the_other_all_calls_stay() {
    let deleting = format!("{LEAVING}filtered = \"delete\"\nrejected = \"delete\"\n");
    for fields in [["homePhone", "phoneNumber"], ["phoneNumber", "homePhone"], ["workPhone", "homePhone"]] {
        let mut rig = Rig::slotted_with(3, &[(LEAVING, &deleting)]);
        for lead in SEATS {
            rig.call(lead, "SALE");
        }
        rig.next_run();
        for field in fields {
            rig.edit("c01", field, "");
            for _ in 0..2 {
                rig.wait(700);
                rig.full();
            }
        }
        let last: Vec<&str> = SEATS.into_iter().filter(|lead| !rig.leads(lead).is_empty()).collect();
        assert_eq!(last.len(), 1, "{last:?}");
        rig.call(last[0], "NI");
        rig.next_run();
        assert_eq!((rig.attribute("c01", "callCount"), rig.attribute("c01", "outcome")), (Value::Int(4), text("NI")), "{fields:?}");
        assert_eq!(rig.logged("c01"), ["NI", "SALE", "SALE", "SALE"], "{fields:?}");
        rig.is_quiet();
    }
}

#[test]
fn a_slots_number_on_the_dialers_list_is_counted_in_every_full_run() {
    let mut rig = Rig::slotted(2);
    rig.world().vici.dnc.insert(digits(39));
    person(&rig, "c09", 9, Some(39), None);
    let report = rig.next_run();
    assert_eq!((report.rejected.get("on_dnc"), rig.dialed("c09")), (Some(&1), vec!["main"]));
    for _ in 0..3 {
        rig.wait(60);
        let report = rig.full();
        assert_eq!((report.rejected.get("on_dnc"), report.totals.rejected), (Some(&1), 1), "{:?}", report.rejected);
    }
    assert_eq!(rig.store().rejections(&rig.job.name, 100).unwrap().1, [("on_dnc".to_owned(), 1)].into());
    rig.is_quiet();
}

#[test]
fn a_write_that_is_not_settled_leaves_the_missing_main_lead_a_failure() {
    for reach in [Reach::Record, Reach::Connection] {
        let mut rig = Rig::slotted(3);
        let lead = rig.lead("c01");
        rig.world().vici.leads.remove(&lead);
        rig.wait(60);
        rig.full();
        assert_eq!(rig.failure_codes(), ["lead_missing"]);
        rig.edit("c01", "city", "Tampa");
        rig.wait(5);
        rig.trouble(&[
            (At::Every("update_lead"), Trouble::Vanished(reach)),
            (At::Every("update_leads"), Trouble::Vanished(reach)),
            (At::Every("read_lead"), Trouble::Refused),
        ]);
        for city in ["Largo", "Ocala"] {
            rig.run();
            rig.edit("c01", "city", city);
            rig.wait(200);
        }
        rig.run();
        let main = |rig: &Rig| rig.failures().into_iter().find(|failure| failure.subject == "contact:c01").map(|failure| failure.code);
        assert_eq!(main(&rig).as_deref(), Some("lead_missing"), "{reach:?} {:?}", rig.failures());
        rig.calm();
        for _ in 0..3 {
            rig.wait(7200);
            rig.run();
            rig.full();
        }
        assert_eq!(rig.failure_codes(), ["lead_missing"], "{reach:?}");
        assert_eq!(["c01/work", "c01/home"].map(|lead| rig.row(lead).get(LeadField::City).to_owned()), ["Ocala", "Ocala"], "{reach:?}");
    }
}

#[test]
fn a_contact_that_is_rejected_in_several_leads_counts_once() {
    let mut rig = Rig::slotted(2);
    // Each is rejected for one reason in all of its leads, and each for its own: by its numbers, and for what it is.
    for number in 10..13 {
        rig.add(&id(number), number, "north");
        for field in ["phoneNumber", "workPhone", "homePhone"] {
            rig.edit(&id(number), field, "12");
        }
    }
    for number in 20..22 {
        person(&rig, &id(number), number, Some(number + 1000), Some(number + 2000));
        rig.edit(&id(number), "segment", "nowhere");
    }
    for number in 30..32 {
        person(&rig, &id(number), number, None, None);
    }
    rig.next_run();
    // Leads that are there and leads that are not.
    for number in 30..32 {
        rig.opt_out(&id(number));
        rig.edit(&id(number), "workPhone", &phone(number + 1000));
        rig.edit(&id(number), "homePhone", &phone(number + 2000));
    }
    for scope in [Scope::Changed, Scope::Full, Scope::Full] {
        rig.wait(60);
        let report = rig.ask(scope.clone(), false).unwrap();
        let status = rig.store().rejections(&rig.job.name, 1000).unwrap().1;
        assert_eq!(report.rejected["opted_out"], 2, "{scope:?}");
        assert_eq!(status["opted_out"], 2);
        if scope == Scope::Full {
            assert_eq!((report.rejected["phone_invalid"], report.rejected["no_list"], report.totals.rejected), (3, 2, 7));
            assert_eq!(status, report.rejected);
        }
    }
    rig.is_quiet();
}
