//! Several leads of one contact, each for one of its numbers: which there are, which leave, and that an opt-out is the person's.

use vicisync::engine::Scope;
use vicisync::model::{LeadField, LinkState, RunEnd};
use vicisync::ports::Store;

use super::leaving::troubles;
use super::rig::{Rig, id, list, phone, seat};
use super::two_ways::{CITY, EMAIL};
use super::world::trouble::{At, Trouble};

pub(crate) const WORK: &str = "[[slot]]\nname = \"work\"\nfrom = \"workPhone\"\nlist = 1002\n\n";
pub(crate) const HOME: &str = "[[slot]]\nname = \"home\"\nfrom = \"homePhone\"\n\n";
const FAX: &str = "[[slot]]\nname = \"fax\"\nfrom = \"faxPhone\"\n\n";

/// The leads that a contact may have, as they are told.
const LEADS: [(&str, &str); 4] = [("main", ""), ("work", "/work"), ("home", "/home"), ("fax", "/fax")];

impl Rig {
    /// The mapping with these slots, and with these replacements.
    pub(crate) fn slots(&mut self, slots: &[&str], edits: &[(&str, &str)]) {
        let lead = format!("{}[lead]\n", slots.concat());
        let mut all = edits.to_vec();
        all.push(("[lead]\n", &lead));
        self.remap_all(&all);
    }

    /// So many contacts with a number of each kind, pushed, and with nothing left to do.
    pub(crate) fn slotted_with(contacts: u64, edits: &[(&str, &str)]) -> Self {
        let mut rig = Self::new();
        rig.slots(&[WORK, HOME], edits);
        for number in 0..contacts {
            rig.add(&id(number), number, "north");
            rig.edit(&id(number), "workPhone", &phone(30 + number));
            rig.edit(&id(number), "homePhone", &phone(60 + number));
        }
        rig.wait(60);
        rig.approve();
        rig.wait(60);
        rig.world().forget_counts();
        rig
    }

    /// The same with the slots alone.
    pub(crate) fn slotted(contacts: u64) -> Self {
        Self::slotted_with(contacts, &[])
    }

    /// Which of a contact's leads may be dialed; one that is there twice is told twice.
    pub(crate) fn dialed(&self, contact: &str) -> Vec<&'static str> {
        let mut dialed = Vec::new();
        for (name, slot) in LEADS {
            let leads = self.leads(&format!("{contact}{slot}"));
            let world = self.world();
            dialed.extend(leads.into_iter().filter(|lead| world.vici.is_dialable(*lead)).map(|_| name));
        }
        dialed
    }

    /// The number of a lead, as the CRM has it.
    pub(crate) fn number(&self, lead: &str) -> String {
        let row = self.row(lead);
        format!("+{}{}", row.get(LeadField::PhoneCode), row.get(LeadField::PhoneNumber))
    }

    /// A short run after a while; it ends well.
    #[track_caller]
    pub(crate) fn next_run(&mut self) -> vicisync::engine::Report {
        self.wait(60);
        let report = self.run();
        assert_eq!(report.end, RunEnd::Clean, "{} {:?}", report.message, self.failures());
        report
    }
}

#[test]
fn each_number_of_a_contact_is_a_lead_of_its_own_and_seen_again_it_writes_nothing() {
    let mut rig = Rig::slotted(3);
    assert_eq!(rig.world().vici.leads.len(), 9);
    let codes: std::collections::BTreeSet<String> = rig.world().vici.leads.values().map(|row| row.code.clone()).collect();
    assert_eq!(codes.len(), 9, "each has a code of its own");
    for number in 0..3 {
        let contact = id(number);
        assert_eq!(rig.dialed(&contact), ["main", "work", "home"]);
        for (slot, number, at) in [("", number, 1001), ("/work", 30 + number, 1002), ("/home", 60 + number, 1001)] {
            let lead = format!("{contact}{slot}");
            let row = rig.row(&lead);
            assert_eq!((rig.number(&lead), row.list), (phone(number), list(at)), "{lead}");
            assert_eq!((row.get(LeadField::LastName), row.custom("plan")), ("Example", "basic"), "{lead}");
        }
    }
    rig.is_quiet();
    // A slot without a list of its own goes where the contact goes.
    rig.edit("c01", "segment", "west");
    rig.next_run();
    assert_eq!(["c01", "c01/work", "c01/home"].map(|lead| rig.row(lead).list), [1003, 1002, 1003].map(list));
    rig.is_quiet();
}

#[test]
fn a_number_that_comes_later_adds_one_lead() {
    let mut rig = Rig::slotted(2);
    rig.add("c09", 9, "north");
    assert_eq!(rig.next_run().totals.added, 1);
    assert_eq!(rig.dialed("c09"), ["main"]);
    let (before, ..) = rig.picture();
    rig.edit("c09", "homePhone", &phone(69));
    assert_eq!(rig.next_run().totals.added, 1);
    assert_eq!((rig.dialed("c09"), rig.number("c09/home")), (vec!["main", "home"], phone(69)));
    let (after, ..) = rig.picture();
    assert!(before.iter().all(|(lead, row)| after[lead] == *row), "the others are as they were");
    rig.is_quiet();
}

#[test]
fn a_number_that_goes_takes_its_lead_along_and_no_other_and_brings_it_back() {
    let mut rig = Rig::slotted(3);
    rig.world().vici.fill_hopper();
    let (before, ..) = rig.picture();
    let lead = rig.lead("c01/home");
    rig.edit("c01", "homePhone", "");
    assert_eq!(rig.next_run().totals.deactivated, 1);
    assert_eq!((rig.dialed("c01"), rig.row("c01/home").status.as_str()), (vec!["main", "work"], "VSGONE"));
    let (after, ..) = rig.picture();
    assert!(before.iter().all(|(other, row)| *other == lead || after[other] == *row), "the others are as they were");
    rig.is_quiet();
    rig.edit("c01", "homePhone", &phone(90));
    assert_eq!(rig.next_run().totals.added, 0);
    assert_eq!((rig.dialed("c01"), rig.lead("c01/home"), rig.number("c01/home")), (vec!["main", "work", "home"], lead, phone(90)));
    rig.is_quiet();
}

#[test]
fn without_a_main_number_the_further_leads_are_dialed_all_the_same() {
    let mut rig = Rig::slotted(3);
    rig.edit("c01", "phoneNumber", "");
    rig.add("c09", 9, "north");
    rig.edit("c09", "phoneNumber", "none");
    rig.edit("c09", "workPhone", &phone(39));
    let report = rig.next_run();
    assert_eq!((report.totals.rejected, report.totals.deactivated, report.totals.added), (2, 1, 1));
    assert_eq!((rig.dialed("c01"), rig.dialed("c09")), (vec!["work", "home"], vec!["work"]));
    rig.is_quiet();
    rig.edit("c01", "phoneNumber", &phone(1));
    rig.edit("c09", "phoneNumber", &phone(9));
    assert_eq!(rig.next_run().totals.added, 1);
    assert_eq!((rig.dialed("c01"), rig.dialed("c09")), (vec!["main", "work", "home"], vec!["main", "work"]));
    rig.is_quiet();
}

#[test]
fn a_number_that_changes_is_written_to_its_lead_alone_and_swapped_numbers_once_to_each() {
    let mut rig = Rig::slotted(2);
    rig.edit("c01", "workPhone", &phone(91));
    rig.next_run();
    assert_eq!(rig.written(), [format!("update_lead {}", rig.lead("c01/work"))]);
    assert_eq!(rig.number("c01/work"), phone(91));
    let leads = ["c01", "c01/work", "c01/home"];
    let ids = leads.map(|lead| rig.lead(lead));
    rig.edit("c01", "phoneNumber", &phone(91));
    rig.edit("c01", "workPhone", &phone(61));
    rig.edit("c01", "homePhone", &phone(1));
    rig.next_run();
    let mut written = rig.written();
    written.sort();
    assert_eq!(written, ids.map(|lead| format!("update_lead {lead}")));
    assert_eq!(leads.map(|lead| rig.number(lead)), [91, 61, 1].map(phone));
    assert_eq!(leads.map(|lead| rig.lead(lead)), ids);
    rig.is_quiet();
}

#[test]
fn an_equal_number_is_dialed_by_one_lead_only_also_when_it_becomes_equal_later() {
    let mut rig = Rig::slotted(3);
    rig.add("c09", 9, "north");
    let digits = phone(9);
    rig.edit("c09", "workPhone", &format!("({}) {}-{}", &digits[2..5], &digits[5..8], &digits[8..]));
    rig.edit("c09", "homePhone", &digits[2..]);
    rig.next_run();
    assert_eq!(rig.dialed("c09"), ["main"]);
    rig.is_quiet();
    // Two slots: the first in the file dials it.
    let work = rig.lead("c01/work");
    rig.edit("c01", "homePhone", &phone(31));
    rig.next_run();
    assert_eq!(rig.dialed("c01"), ["main", "work"]);
    rig.is_quiet();
    // The main lead before all.
    rig.edit("c01", "phoneNumber", &phone(31));
    rig.next_run();
    assert_eq!((rig.dialed("c01"), rig.number("c01")), (vec!["main"], phone(31)));
    rig.is_quiet();
    rig.edit("c01", "workPhone", &phone(92));
    rig.next_run();
    assert_eq!((rig.dialed("c01"), rig.lead("c01/work"), rig.number("c01/work")), (vec!["main", "work"], work, phone(92)));
    rig.is_quiet();
}

#[test]
fn an_opt_out_takes_all_leads_of_the_person_out_of_dialing() {
    let mut rig = Rig::slotted(3);
    rig.world().vici.fill_hopper();
    rig.opt_out("c01");
    assert_eq!(rig.next_run().totals.opted_out, 3);
    assert_eq!(rig.dialed("c01"), Vec::<&str>::new());
    assert_eq!(["c01", "c01/work", "c01/home"].map(|lead| rig.row(lead).status), ["DNC", "DNC", "DNC"]);
    assert_eq!(rig.dialed("c00"), ["main", "work", "home"]);
    rig.is_quiet();
    // And again, where somebody let one in.
    rig.agent("c01/home", |row| row.status = "NEW".to_owned());
    rig.world().vici.fill_hopper();
    rig.wait(60);
    rig.full();
    assert_eq!(rig.dialed("c01"), Vec::<&str>::new());
    rig.is_quiet();
}

#[test]
fn an_opt_out_of_all_leads_goes_out_while_the_job_is_held() {
    let mut rig = Rig::slotted(3);
    rig.job.limits.creates = 1;
    rig.edit("c01", "homePhone", "");
    rig.next_run();
    for number in 8..10 {
        rig.add(&id(number), number, "north");
    }
    rig.edit("c01", "homePhone", &phone(61));
    rig.opt_out("c01");
    rig.wait(60);
    assert_eq!(rig.run().end, RunEnd::Held);
    assert_eq!(rig.dialed("c01"), Vec::<&str>::new());
    rig.wait(60);
    rig.approve();
    assert_eq!(rig.dialed("c01"), Vec::<&str>::new());
    rig.is_quiet();
}

#[test]
fn whoever_opted_out_once_gets_no_further_lead() {
    let mut rig = Rig::slotted(2);
    for (contact, field) in [("c08", "phoneNumber"), ("c09", "workPhone")] {
        rig.add(contact, 0, "north");
        rig.edit(contact, "phoneNumber", "");
        rig.edit(contact, field, &phone(93));
    }
    rig.edit("c09", "workPhone", &phone(94));
    rig.next_run();
    assert_eq!((rig.dialed("c08"), rig.dialed("c09")), (vec!["main"], vec!["work"]));
    for contact in ["c08", "c09"] {
        rig.opt_out(contact);
    }
    rig.next_run();
    // The CRM's flag is taken back, and numbers come: all of them.
    for (contact, number) in [("c08", 40), ("c09", 50)] {
        rig.world().person(contact, |person| person.opted_out = false);
        for (place, field) in ["phoneNumber", "workPhone", "homePhone", "faxPhone"].into_iter().enumerate() {
            rig.edit(contact, field, &phone(number + place as u64));
        }
    }
    let report = rig.next_run();
    assert_eq!((report.totals.added, report.rejected["opted_out_before"]), (0, 2), "{:?}", report.rejected);
    // A slot more does not let anybody in either.
    rig.slots(&[WORK, HOME, FAX], &[]);
    for scope in [Scope::Changed, Scope::Full] {
        rig.wait(60);
        assert_eq!(rig.ask(scope, false).unwrap().totals.added, 0);
    }
    assert_eq!((rig.dialed("c08"), rig.dialed("c09")), (Vec::new(), Vec::new()));
    assert_eq!(rig.world().vici.leads.len(), 8);
    rig.is_quiet();
}

#[test]
fn an_opt_out_wins_over_a_further_lead_whose_add_nobody_heard_of() {
    for trouble in troubles() {
        for is_taken_back in [false, true] {
            let mut rig = Rig::slotted(2);
            rig.add("c09", 9, "north");
            rig.next_run();
            rig.edit("c09", "workPhone", &phone(39));
            rig.wait(5);
            rig.trouble(&[(At::Call("add_lead", 1), trouble)]);
            rig.ask(Scope::Changed, false);
            rig.calm();
            rig.opt_out("c09");
            rig.wait(5);
            rig.run();
            assert!(!rig.dialed("c09").contains(&"main"), "{trouble:?}");
            if is_taken_back {
                rig.world().person("c09", |person| person.opted_out = false);
            }
            rig.edit("c09", "homePhone", &phone(69));
            for scope in [Scope::Changed, Scope::Changed, Scope::Full] {
                rig.wait(700);
                rig.ask(scope, false);
            }
            assert_eq!(rig.dialed("c09"), Vec::<&str>::new(), "{trouble:?} {is_taken_back}");
            assert!(rig.leads("c09/home").is_empty(), "{trouble:?} {is_taken_back}");
            rig.is_quiet();
        }
    }
}

/// The contact does not change any more: its lead that came late is seen by its code.
#[test]
fn a_further_lead_that_comes_late_leaves_dialing_when_it_is_no_longer_wanted() {
    for why in ["opted out", "no number", "closed"] {
        let mut rig = Rig::slotted(2);
        rig.add("c09", 9, "north");
        rig.next_run();
        rig.edit("c09", "workPhone", &phone(39));
        rig.wait(5);
        rig.trouble(&[(At::Call("add_lead", 1), Trouble::Late(2000))]);
        rig.run();
        rig.calm();
        match why {
            "opted out" => rig.opt_out("c09"),
            "no number" => rig.edit("c09", "workPhone", ""),
            _ => rig.edit("c09", "segment", "closed"),
        }
        for _ in 0..2 {
            rig.wait(700);
            rig.run();
        }
        assert!(rig.leads("c09/work").is_empty(), "it is still on its way");
        rig.wait(2000);
        assert_eq!(rig.leads("c09/work").len(), 1);
        rig.full();
        assert_eq!(rig.dialed("c09"), if why == "no number" { vec!["main"] } else { Vec::new() }, "{why}");
        rig.is_quiet();
    }
}

#[test]
fn a_contact_that_leaves_takes_all_its_leads_along_and_comes_back_with_them() {
    for why in ["gone", "filtered", "rejected"] {
        let mut rig = Rig::slotted(3);
        rig.world().vici.fill_hopper();
        let leads = ["c01", "c01/work", "c01/home"].map(|lead| rig.lead(lead));
        let person = rig.world().crm.people[&"c01".into()].clone();
        match why {
            "gone" => rig.delete("c01"),
            "filtered" => rig.edit("c01", "segment", "closed"),
            _ => rig.edit("c01", "segment", "nowhere"),
        }
        rig.wait(60);
        let report = rig.full();
        assert_eq!((report.end, report.totals.deactivated), (RunEnd::Clean, 3), "{why}");
        assert_eq!(rig.dialed("c01"), Vec::<&str>::new(), "{why}");
        assert_eq!(["c01", "c01/work", "c01/home"].map(|lead| rig.row(lead).status), ["VSGONE", "VSGONE", "VSGONE"]);
        rig.is_quiet();
        rig.world().person("c01", |back| *back = person);
        rig.wait(60);
        let report = rig.full();
        assert_eq!((report.end, report.totals.added), (RunEnd::Clean, 0), "{why}");
        assert_eq!(["c01", "c01/work", "c01/home"].map(|lead| rig.lead(lead)), leads, "{why}");
        assert_eq!(rig.dialed("c01"), ["main", "work", "home"], "{why}");
        rig.is_quiet();
    }
}

#[test]
fn leads_that_are_deleted_with_their_contact_are_added_anew() {
    let mut rig = Rig::slotted_with(3, &[("[leaving]\n", "[leaving]\nfiltered = \"delete\"\n")]);
    rig.edit("c01", "segment", "closed");
    rig.edit("c02", "homePhone", "");
    for _ in 0..2 {
        rig.wait(700);
        rig.full();
    }
    assert_eq!(rig.world().vici.leads.len(), 5);
    rig.is_quiet();
    rig.edit("c01", "segment", "north");
    rig.edit("c02", "homePhone", &phone(62));
    assert_eq!(rig.next_run().totals.added, 4);
    assert_eq!((rig.dialed("c01"), rig.dialed("c02")), (vec!["main", "work", "home"], vec!["main", "work", "home"]));
    rig.is_quiet();
}

#[test]
fn a_slot_that_is_taken_out_lets_its_leads_leave_and_put_back_it_has_the_same() {
    let mut rig = Rig::slotted(3);
    rig.world().vici.fill_hopper();
    let leads = [0, 1, 2].map(|number| rig.lead(&format!("{}/work", id(number))));
    rig.slots(&[HOME], &[]);
    rig.wait(60);
    let report = rig.full();
    assert_eq!((report.end, report.totals.deactivated), (RunEnd::Clean, 3), "{}", report.message);
    assert_eq!(rig.dialed("c01"), ["main", "home"]);
    rig.is_quiet();
    // Other places in the file are nothing new.
    rig.slots(&[HOME, WORK], &[]);
    rig.wait(60);
    let report = rig.full();
    assert_eq!((report.end, report.totals.added), (RunEnd::Clean, 0), "{}", report.message);
    assert_eq!([0, 1, 2].map(|number| rig.lead(&format!("{}/work", id(number)))), leads);
    assert_eq!(rig.dialed("c01"), ["main", "work", "home"]);
    rig.is_quiet();
}

#[test]
fn a_renamed_slot_is_another_one() {
    let mut rig = Rig::slotted(3);
    rig.slots(&[&WORK.replace("\"work\"", "\"fax\""), HOME], &[]);
    rig.wait(60);
    let report = rig.full();
    assert_eq!((report.end, report.totals.deactivated, report.totals.added), (RunEnd::Clean, 3, 3), "{}", report.message);
    assert_eq!(rig.dialed("c01"), ["main", "home", "fax"]);
    assert_eq!(rig.number("c01/fax"), phone(31));
    rig.is_quiet();
}

/// Neither one lead that cannot be written, nor one that nobody heard of, nor one in a call holds up the others of its contact for good.
#[test]
fn a_lead_in_trouble_does_not_stop_the_others_of_its_contact() {
    for trouble in troubles() {
        for call in ["update_lead", "update_leads", "read_lead"] {
            for nth in 1..=3 {
                let mut rig = Rig::slotted_with(2, &[(CITY, "city = { from = \"city\", direction = \"both\", wins = \"crm\" }")]);
                rig.edit("c01", "city", "Tampa");
                rig.wait(5);
                rig.trouble(&[(At::Call(call, nth), trouble)]);
                rig.ask(Scope::Changed, false);
                rig.calm();
                for _ in 0..2 {
                    rig.wait(700);
                    rig.run();
                }
                for lead in ["c01", "c01/work", "c01/home"] {
                    assert_eq!(rig.row(lead).get(LeadField::City), "Tampa", "{lead} {call} {nth} {trouble:?}");
                }
                rig.is_quiet();
            }
        }
    }
}

#[test]
fn a_lead_that_is_refused_again_and_again_does_not_stop_the_others_of_its_contact() {
    let mut rig = Rig::slotted(2);
    for (city, number) in [("Tampa", 40), ("Largo", 41)] {
        rig.edit("c01", "city", city);
        rig.edit("c01", "homePhone", &phone(number));
        rig.trouble(&[(At::Call("update_lead", 1), Trouble::Refused)]);
        rig.wait(60);
        rig.run();
        rig.calm();
        let written = ["c01", "c01/work", "c01/home"].map(|lead| rig.row(lead).get(LeadField::City) == city);
        assert_eq!(written.iter().filter(|is_written| **is_written).count(), 2, "{city}");
    }
    rig.wait(3600);
    rig.run();
    for lead in ["c01", "c01/work", "c01/home"] {
        assert_eq!(rig.row(lead).get(LeadField::City), "Largo", "{lead}");
    }
    rig.is_quiet();
}

#[test]
fn while_one_lead_is_in_a_call_the_others_are_written() {
    let mut rig = Rig::slotted_with(2, &[(CITY, "city = { from = \"city\", direction = \"both\", wins = \"crm\" }")]);
    rig.agent("c01/work", |row| row.status = "INCALL".to_owned());
    rig.edit("c01", "city", "Tampa");
    rig.wait(60);
    rig.run();
    assert_eq!(["c01", "c01/home"].map(|lead| rig.row(lead).get(LeadField::City).to_owned()), ["Tampa", "Tampa"]);
    assert_eq!(rig.failure_codes(), ["in_call"]);
    assert_eq!(rig.failures()[0].subject, "contact:c01/work");
    rig.agent("c01/work", |row| row.status = "NI".to_owned());
    rig.wait(700);
    rig.run();
    assert_eq!(rig.row("c01/work").get(LeadField::City), "Tampa");
    rig.is_quiet();
}

#[test]
fn a_further_lead_that_somebody_deletes_is_told_by_itself() {
    let mut rig = Rig::slotted(3);
    let lead = rig.lead("c01/work");
    rig.world().vici.leads.remove(&lead);
    rig.edit("c01", "city", "Tampa");
    for _ in 0..2 {
        rig.wait(700);
        rig.full();
    }
    assert_eq!(rig.failures().iter().map(|failure| failure.subject.as_str()).collect::<Vec<_>>(), ["contact:c01/work"]);
    assert_eq!(rig.store().link_at(&rig.job.name, &seat("c01/work")).unwrap().unwrap().state, LinkState::LeadMissing);
    assert_eq!(["c01", "c01/home"].map(|lead| rig.row(lead).get(LeadField::City).to_owned()), ["Tampa", "Tampa"]);
}

/// What waits to be written to one lead is not called off by a look at another one of the same contact.
#[test]
fn a_look_at_one_lead_leaves_what_waits_for_the_others() {
    for scope in [Scope::Changed, Scope::Full] {
        let mut rig = Rig::slotted_with(2, &[(EMAIL, "email = { from = \"email\", direction = \"both\", wins = \"crm\" }")]);
        rig.edit("c01", "city", "Tampa");
        rig.wait(60);
        rig.trouble(&[(At::Every("update_lead"), Trouble::Unreachable), (At::Every("update_leads"), Trouble::Unreachable)]);
        assert_eq!(rig.run().end, RunEnd::Stopped);
        rig.calm();
        // Nobody changed the contact since; an agent changed one of its leads.
        rig.agent("c01", |row| row.set(LeadField::Email, "agent@example.com"));
        rig.call("c01", "NI");
        rig.wait(60);
        rig.ask(scope.clone(), false);
        for lead in ["c01", "c01/work", "c01/home"] {
            assert_eq!(rig.row(lead).get(LeadField::City), "Tampa", "{lead} {scope:?}");
        }
        rig.wait(60);
        rig.full();
        rig.is_quiet();
    }
}
