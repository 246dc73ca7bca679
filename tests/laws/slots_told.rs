//! Several leads of one contact, and what comes back from them: their calls are one story, and edits of agents are the contact's.

use vicisync::model::{FieldName, LeadField, RunEnd, Value};

use super::rig::{Rig, phone};
use super::two_ways::{CITY, EMAIL, PLAN};

pub(crate) const SEATS: [&str; 3] = ["c01", "c01/work", "c01/home"];

fn text(value: &str) -> Value {
    Value::Text(value.to_owned())
}

/// City, e-mail and plan go both ways.
pub(crate) fn both() -> Rig {
    Rig::slotted_with(
        3,
        &[
            (CITY, "city = { from = \"city\", direction = \"both\", wins = \"vicidial\" }"),
            (EMAIL, "email = { from = \"email\", direction = \"both\", wins = \"crm\" }"),
            (PLAN, "plan = { from = \"plan\", direction = \"both\", wins = \"vicidial\" }"),
        ],
    )
}

pub(crate) fn cities(rig: &Rig) -> Vec<String> {
    let mut cities = vec![rig.attribute("c01", "city").text().unwrap_or_default()];
    cities.extend(SEATS.map(|lead| rig.row(lead).get(LeadField::City).to_owned()));
    cities
}

pub(crate) fn full(rig: &mut Rig) -> RunEnd {
    rig.wait(700);
    rig.full().end
}

#[test]
fn calls_of_all_leads_of_a_contact_are_one_story() {
    let mut rig = Rig::slotted(3);
    rig.call("c01/work", "SALE");
    rig.call("c01", "NA");
    rig.call("c01/home", "NI");
    let report = rig.next_run();
    assert_eq!((report.totals.patched, report.totals.logged), (1, 2));
    assert_eq!((rig.attribute("c01", "callCount"), rig.attribute("c01", "outcome")), (Value::Int(3), text("NI")));
    assert_eq!(rig.logged("c01"), ["NI", "SALE"]);
    rig.is_quiet();
    // Whichever lead: the newest of all decides, and the earlier ones are not forgotten.
    for (lead, outcome, calls) in [("c01/work", "CALLBK", 4), ("c01", "SALE", 5), ("c01/home", "NI", 6)] {
        rig.call(lead, outcome);
        let report = rig.next_run();
        assert_eq!((report.totals.patched, report.totals.logged, report.totals.relogged), (1, 1, 0));
        assert_eq!((rig.attribute("c01", "callCount"), rig.attribute("c01", "outcome")), (Value::Int(calls), text(outcome)), "{lead}");
        rig.is_quiet();
    }
    assert_eq!(rig.activities("c01").len(), 5);
    assert!(rig.activities("c00").is_empty());
}

#[test]
fn counters_count_the_calls_of_all_leads() {
    let rule = "[[disposition]]\nstatus = [\"SALE\"";
    let counted = format!("[[disposition]]\nstatus = [\"NA\", \"B\"]\ncounter = \"missed\"\n\n{rule}");
    let mut rig = Rig::slotted_with(3, &[(rule, &counted)]);
    for (lead, status) in [("c01", "NA"), ("c01/work", "B"), ("c01/home", "NI"), ("c01/work", "NA")] {
        rig.call(lead, status);
    }
    rig.next_run();
    assert_eq!((rig.attribute("c01", "missed"), rig.attribute("c01", "callCount")), (Value::Int(3), Value::Int(4)));
    rig.is_quiet();
    rig.call("c01/home", "NA");
    rig.next_run();
    assert_eq!((rig.attribute("c01", "missed"), rig.attribute("c01", "callCount")), (Value::Int(4), Value::Int(5)));
    rig.is_quiet();
}

#[test]
fn a_call_of_a_further_lead_is_told_whatever_became_of_the_main_one() {
    for why in ["rejected", "missing", "never there"] {
        let mut rig = Rig::slotted(3);
        let contact = if why == "never there" { "c09" } else { "c01" };
        match why {
            "rejected" => rig.edit("c01", "phoneNumber", "none"),
            "missing" => {
                let lead = rig.lead("c01");
                rig.world().vici.leads.remove(&lead);
            }
            _ => {
                rig.add("c09", 9, "north");
                rig.edit("c09", "phoneNumber", "");
                rig.edit("c09", "workPhone", &phone(39));
            }
        }
        rig.wait(60);
        rig.full();
        rig.call(&format!("{contact}/work"), "SALE");
        rig.wait(60);
        rig.run();
        assert_eq!((rig.attribute(contact, "outcome"), rig.attribute(contact, "callCount")), (text("SALE"), Value::Int(1)), "{why}");
        assert_eq!(rig.logged(contact), ["SALE"], "{why}");
        // And once more after the main lead is there, which tells nothing again.
        if why != "missing" {
            rig.edit(contact, "phoneNumber", &phone(95));
            rig.next_run();
            rig.is_quiet();
            rig.call(contact, "NI");
            rig.next_run();
            rig.call(&format!("{contact}/work"), "SALE");
            rig.next_run();
            assert_eq!((rig.attribute(contact, "outcome"), rig.attribute(contact, "callCount")), (text("SALE"), Value::Int(3)), "{why}");
            assert_eq!(rig.logged(contact), ["NI", "SALE", "SALE"], "{why}");
            rig.is_quiet();
        }
    }
}

#[test]
fn calls_of_a_lead_that_left_stay_in_the_story() {
    let mut rig = Rig::slotted(3);
    rig.call("c01/work", "SALE");
    rig.next_run();
    rig.edit("c01", "workPhone", "");
    rig.next_run();
    rig.call("c01", "NI");
    rig.next_run();
    assert_eq!((rig.attribute("c01", "outcome"), rig.attribute("c01", "callCount")), (text("NI"), Value::Int(2)));
    rig.is_quiet();
}

#[test]
fn an_edit_in_one_lead_goes_to_the_contact_and_from_it_to_the_others() {
    for lead in SEATS {
        let mut rig = both();
        rig.agent(lead, |row| row.set(LeadField::City, "Largo"));
        assert_eq!(full(&mut rig), RunEnd::Clean, "{lead}");
        assert_eq!(rig.attribute("c01", "city"), text("Largo"), "{lead}");
        assert_eq!(full(&mut rig), RunEnd::Clean, "{lead}");
        assert_eq!(cities(&rig), ["Largo"; 4], "{lead}");
        rig.is_quiet();
    }
}

#[test]
fn leads_that_were_edited_alike_say_one_thing() {
    let mut rig = both();
    for lead in SEATS {
        rig.agent(lead, |row| row.set(LeadField::City, "Largo"));
    }
    for _ in 0..2 {
        assert_eq!(full(&mut rig), RunEnd::Clean);
    }
    assert_eq!(cities(&rig), ["Largo"; 4]);
    rig.is_quiet();
}

#[test]
fn leads_that_were_edited_differently_wait_for_a_person() {
    let mut rig = both();
    rig.edit("c01", "city", "Miami");
    rig.next_run();
    rig.agent("c01/work", |row| row.set(LeadField::City, "Largo"));
    rig.agent("c01/home", |row| row.set(LeadField::City, "Ocala"));
    rig.agent("c02", |row| row.set(LeadField::City, "Tampa"));
    for _ in 0..3 {
        assert_eq!(full(&mut rig), RunEnd::WithFailures);
        assert_eq!(cities(&rig), ["Miami", "Miami", "Largo", "Ocala"]);
        assert_eq!(rig.failure_codes(), ["field_conflict"]);
        let failure = rig.failures().remove(0);
        assert!(failure.subject == "torn:c01" && failure.raw.starts_with("city: "), "{failure:?}");
    }
    assert_eq!(rig.attribute("c02", "city"), text("Tampa"), "others go on");
    // A change of the contact meanwhile reaches its leads.
    rig.edit("c01", "firstName", "Zoe");
    full(&mut rig);
    assert!(SEATS.iter().all(|lead| rig.row(lead).get(LeadField::FirstName) == "Zoe"));
    assert_eq!(cities(&rig), ["Miami", "Miami", "Largo", "Ocala"]);
    // Somebody makes them the same.
    rig.agent("c01/home", |row| row.set(LeadField::City, "Largo"));
    for _ in 0..2 {
        full(&mut rig);
    }
    assert_eq!(cities(&rig), ["Largo"; 4]);
    assert_eq!(rig.failure_codes(), Vec::<String>::new());
    rig.is_quiet();
}

#[test]
fn a_conflict_of_two_leads_ends_where_one_goes_back_to_what_it_was() {
    let mut rig = both();
    rig.edit("c01", "city", "Miami");
    rig.next_run();
    rig.agent("c01/work", |row| row.set(LeadField::City, "Largo"));
    rig.agent("c01/home", |row| row.set(LeadField::City, "Ocala"));
    assert_eq!(full(&mut rig), RunEnd::WithFailures);
    rig.agent("c01/work", |row| row.set(LeadField::City, "Miami"));
    for _ in 0..2 {
        full(&mut rig);
    }
    assert_eq!(cities(&rig), ["Ocala"; 4]);
    assert_eq!(rig.failure_codes(), Vec::<String>::new());
    rig.is_quiet();
}

#[test]
fn edits_of_different_fields_in_two_leads_both_arrive() {
    let mut rig = both();
    rig.agent("c01/work", |row| row.set(LeadField::City, "Largo"));
    rig.agent("c01/home", |row| drop(row.values.insert(FieldName::Custom("plan".to_owned()), "gold".to_owned())));
    for _ in 0..2 {
        assert_eq!(full(&mut rig), RunEnd::Clean);
    }
    assert_eq!((rig.attribute("c01", "city"), rig.attribute("c01", "plan")), (text("Largo"), text("gold")));
    for lead in SEATS {
        let row = rig.row(lead);
        assert_eq!((row.get(LeadField::City), row.custom("plan")), ("Largo", "gold"), "{lead}");
    }
    rig.is_quiet();
}

#[test]
fn where_two_leads_contradict_each_other_in_one_field_nothing_else_is_lost() {
    let mut rig = both();
    rig.edit("c01", "city", "Miami");
    rig.next_run();
    rig.agent("c01/work", |row| {
        row.set(LeadField::City, "Largo");
        row.set(LeadField::Email, "agent@example.com");
    });
    rig.agent("c01/home", |row| row.set(LeadField::City, "Ocala"));
    assert_eq!(full(&mut rig), RunEnd::WithFailures);
    assert_eq!(cities(&rig), ["Miami", "Miami", "Largo", "Ocala"]);
    rig.agent("c01/home", |row| row.set(LeadField::City, "Largo"));
    for _ in 0..2 {
        full(&mut rig);
    }
    assert_eq!((cities(&rig), rig.attribute("c01", "email")), (vec!["Largo".to_owned(); 4], text("agent@example.com")));
    assert!(SEATS.iter().all(|lead| rig.row(lead).get(LeadField::Email) == "agent@example.com"));
    rig.is_quiet();
}

#[test]
fn an_edit_of_a_called_lead_arrives_without_a_full_run() {
    let mut rig = both();
    rig.agent("c01/work", |row| row.set(LeadField::City, "Largo"));
    rig.call("c01/work", "NI");
    rig.next_run();
    assert_eq!(rig.attribute("c01", "city"), text("Largo"));
    rig.next_run();
    assert_eq!(cities(&rig), ["Largo"; 4]);
    rig.is_quiet();
}
