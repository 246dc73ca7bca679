//! Fields that go both ways, or only to the CRM: each side against its own base, and what both sides changed by the rule of the field.

use vicisync::engine::Scope;
use vicisync::model::{FieldName, LeadField, RunEnd, Value};
use vicisync::ports::Reach;

use super::rig::{Rig, field};
use super::world::trouble::{At, Script, Trouble};

pub(crate) const CITY: &str = "city = { from = \"city\", blank = \"clear\" }";
pub(crate) const EMAIL: &str = "email = \"email\"";
pub(crate) const LAST_NAME: &str = "last_name = \"lastName\"";
pub(crate) const PLAN: &str = "plan = \"plan\"";

/// City and plan go both ways, the e-mail comes from VICIdial only; a blank in the city counts.
pub(crate) fn both(contacts: u64) -> Rig {
    Rig::started_with(
        contacts,
        &[
            (CITY, "city = { from = \"city\", direction = \"both\", blank = \"clear\" }"),
            (EMAIL, "email = { from = \"email\", direction = \"pull\" }"),
            (PLAN, "plan = { from = \"plan\", direction = \"both\" }"),
        ],
    )
}

/// The city goes both ways, and this says whose counts.
fn city(rule: &str) -> Rig {
    Rig::started_with(3, &[(CITY, &format!("city = {{ from = \"city\", direction = \"both\", {rule} }}"))])
}

fn text(value: &str) -> Value {
    Value::Text(value.to_owned())
}

fn plan() -> FieldName {
    FieldName::Custom("plan".to_owned())
}

/// What both sides show of the city.
fn cities(rig: &Rig, id: &str) -> (String, String) {
    (rig.attribute(id, "city").text().unwrap_or_default(), rig.row(id).get(LeadField::City).to_owned())
}

/// Both sides have the same city, and are done with it.
fn live_in(rig: &mut Rig, id: &str, name: &str) {
    rig.edit(id, "city", name);
    rig.run();
    rig.wait(60);
    assert_eq!(cities(rig, id), (name.to_owned(), name.to_owned()));
}

/// P18: what an edit makes us write over there is no edit that comes back.
#[test]
fn one_sided_edits_always_arrive() {
    let mut rig = both(4);
    rig.edit("c00", "city", "Tampa");
    rig.edit("c00", "plan", "gold");
    rig.agent("c01", |row| {
        row.set(LeadField::City, "Largo");
        row.set(LeadField::Email, "agent@example.com");
        row.values.insert(plan(), "silver".to_owned());
    });
    let report = rig.full();
    assert_eq!((report.end, report.totals.pulled, report.totals.patched), (RunEnd::Clean, 1, 1));
    assert_eq!((cities(&rig, "c00").1.as_str(), rig.row("c00").custom("plan")), ("Tampa", "gold"));
    assert_eq!(rig.attribute("c01", "city"), text("Largo"));
    assert_eq!(rig.attribute("c01", "email"), text("agent@example.com"));
    assert_eq!(rig.attribute("c01", "plan"), text("silver"));
    assert_eq!(rig.written().iter().filter(|write| write.starts_with("patch")).count(), 1, "one write a contact");
    rig.is_quiet();
}

#[test]
fn different_fields_changed_on_both_sides_merge() {
    let mut rig = both(3);
    rig.edit("c01", "city", "Tampa");
    rig.agent("c01", |row| {
        row.set(LeadField::Email, "agent@example.com");
        row.values.insert(plan(), "gold".to_owned());
    });
    rig.edit("c01", "firstName", "Zoe");
    rig.full();
    let row = rig.row("c01");
    assert_eq!((row.get(LeadField::City), row.get(LeadField::FirstName), row.custom("plan")), ("Tampa", "Zoe", "gold"));
    assert_eq!(rig.attribute("c01", "email"), text("agent@example.com"));
    assert_eq!(rig.attribute("c01", "plan"), text("gold"));
    assert_eq!(rig.attribute("c01", "firstName"), text("Zoe"));
    rig.is_quiet();
}

#[test]
fn edits_on_both_sides_follow_the_rule_of_the_field() {
    for (rule, both) in
        [("wins = \"crm\"", "Tampa"), ("wins = \"vicidial\"", "Largo"), ("wins = \"newest\", otherwise = \"vicidial\"", "Largo")]
    {
        for scope in [Scope::Full, Scope::Changed, Scope::Contact("c01".into())] {
            let mut rig = city(rule);
            live_in(&mut rig, "c01", "Miami");
            rig.edit("c01", "city", "Tampa");
            rig.agent("c01", |row| row.set(LeadField::City, "Largo"));
            assert_eq!(rig.ask(scope.clone(), false).unwrap().end, RunEnd::Clean, "{rule} {scope:?}");
            assert_eq!(cities(&rig, "c01"), (both.to_owned(), both.to_owned()), "{rule} {scope:?}");
            rig.is_quiet();
        }
    }
}

#[test]
fn what_a_person_decides_waits_and_the_other_fields_go_on() {
    let mut rig = city("wins = \"hold\"");
    live_in(&mut rig, "c01", "Miami");
    rig.edit("c01", "city", "Tampa");
    rig.edit("c01", "firstName", "Zoe");
    rig.agent("c01", |row| row.set(LeadField::City, "Largo"));
    let report = rig.run();
    assert_eq!(report.end, RunEnd::WithFailures);
    let failure = rig.failures().remove(0);
    assert_eq!((failure.code.as_str(), failure.subject.as_str()), ("field_conflict", "conflict:c01"));
    assert!(failure.raw.starts_with("city: the CRM and VICIdial were both changed"), "{}", failure.raw);
    assert_eq!(rig.row("c01").get(LeadField::FirstName), "Zoe");
    // It waits, whatever looks at the contact, and is not written again and again.
    for scope in [Scope::Changed, Scope::Full] {
        rig.edit("c01", "lastName", "Other");
        rig.wait(400);
        rig.ask(scope, false);
        assert_eq!(cities(&rig, "c01"), ("Tampa".to_owned(), "Largo".to_owned()));
        assert_eq!(rig.failure_codes(), ["field_conflict"]);
    }
    // Somebody makes both the same.
    rig.agent("c01", |row| row.set(LeadField::City, "Tampa"));
    rig.wait(60);
    rig.full();
    assert_eq!(rig.failure_codes(), Vec::<String>::new());
    rig.is_quiet();
}

#[test]
fn a_conflict_ends_where_one_side_goes_back_to_what_it_was() {
    let mut rig = city("wins = \"hold\"");
    live_in(&mut rig, "c01", "Miami");
    rig.edit("c01", "city", "Tampa");
    rig.agent("c01", |row| row.set(LeadField::City, "Largo"));
    rig.run();
    rig.edit("c01", "city", "Miami");
    rig.wait(400);
    rig.run();
    assert_eq!(cities(&rig, "c01"), ("Largo".to_owned(), "Largo".to_owned()));
    assert_eq!(rig.failure_codes(), Vec::<String>::new());
    rig.is_quiet();
}

#[test]
fn the_later_edit_counts_where_that_can_be_told() {
    let rule = "wins = \"newest\", otherwise = \"hold\"";
    let mut rig = city(rule);
    live_in(&mut rig, "c01", "Miami");
    // The agent was first: a run in between saw the contact unchanged.
    rig.agent("c01", |row| row.set(LeadField::City, "Largo"));
    rig.wait(300);
    rig.run();
    rig.wait(300);
    rig.edit("c01", "city", "Tampa");
    rig.run();
    assert_eq!(cities(&rig, "c01"), ("Tampa".to_owned(), "Tampa".to_owned()));
    // Both since the last run: nobody can tell.
    rig.wait(300);
    rig.edit("c01", "city", "Ocala");
    rig.wait(5);
    rig.agent("c01", |row| row.set(LeadField::City, "Largo"));
    rig.run();
    assert_eq!(rig.failure_codes(), ["field_conflict"]);
    // And time alone does not make it known.
    rig.wait(3600);
    rig.run();
    rig.wait(3600);
    rig.full();
    assert_eq!((rig.failure_codes(), cities(&rig, "c01")), (vec!["field_conflict".to_owned()], ("Ocala".to_owned(), "Largo".to_owned())));
}

/// P60: clearing arrives where the field says so, and only there.
#[test]
fn a_blank_overwrites_only_where_the_field_says_so() {
    for (rule, clears) in [("blank = \"clear\"", true), ("blank = \"keep\"", false)] {
        let mut rig = city(rule);
        for id in ["c00", "c01"] {
            live_in(&mut rig, id, "Miami");
        }
        rig.edit("c00", "city", "");
        rig.agent("c01", |row| row.set(LeadField::City, ""));
        rig.full();
        let kept = if clears { "" } else { "Miami" };
        assert_eq!(rig.row("c00").get(LeadField::City), kept, "{rule}");
        assert_eq!(rig.attribute("c01", "city"), if clears { Value::Null } else { text("Miami") }, "{rule}");
        rig.is_quiet();
        // A value after the blank goes its way again.
        rig.edit("c00", "city", "Tampa");
        rig.agent("c01", |row| row.set(LeadField::City, "Largo"));
        rig.full();
        assert_eq!(cities(&rig, "c00"), ("Tampa".to_owned(), "Tampa".to_owned()), "{rule}");
        assert_eq!(cities(&rig, "c01"), ("Largo".to_owned(), "Largo".to_owned()), "{rule}");
        rig.is_quiet();
    }
}

/// P61: what VICIdial's columns show where nothing was ever entered, a rank of 0 and a gender `U`, is no value.
#[test]
fn what_a_column_shows_of_nothing_is_a_blank() {
    let lines = "gender = { from = \"gender\", direction = \"both\" }\nrank = { from = \"rank\", direction = \"both\" }";
    let mut rig = Rig::started_with(3, &[(LAST_NAME, &format!("{LAST_NAME}\n{lines}"))]);
    rig.world().person("c01", |person| {
        person.fields.insert("gender".to_owned(), text("F"));
        person.fields.insert("rank".to_owned(), Value::Int(7));
    });
    rig.run();
    assert_eq!((rig.row("c01").get(LeadField::Gender), rig.row("c01").get(LeadField::Rank)), ("F", "7"));
    rig.agent("c01", |row| {
        row.set(LeadField::Gender, "U");
        row.set(LeadField::Rank, "0");
    });
    rig.agent("c02", |row| {
        row.set(LeadField::Gender, "M");
        row.set(LeadField::Rank, "3");
    });
    rig.wait(60);
    rig.full();
    assert_eq!((rig.attribute("c01", "gender"), rig.attribute("c01", "rank")), (text("F"), Value::Int(7)));
    assert_eq!((rig.attribute("c02", "gender"), rig.attribute("c02", "rank").text()), (text("M"), Some("3".to_owned())));
    rig.is_quiet();
}

#[test]
fn edits_of_leads_that_had_calls_arrive_without_a_full_run() {
    let mut rig = both(4);
    rig.agent("c01", |row| row.set(LeadField::City, "Largo"));
    rig.call("c01", "NI");
    rig.agent("c02", |row| row.set(LeadField::City, "Ocala"));
    rig.wait(60);
    rig.world().forget_counts();
    rig.run();
    assert_eq!(rig.attribute("c01", "city"), text("Largo"));
    assert_eq!(rig.attribute("c02", "city"), Value::Null, "nobody looked at that one");
    assert_eq!(rig.world().requests.iter().filter(|name| **name == "read_lead").count(), 1);
    rig.wait(60);
    rig.full();
    assert_eq!(rig.attribute("c02", "city"), text("Ocala"));
    rig.is_quiet();
}

#[test]
fn an_edit_after_a_call_that_a_held_run_saw_is_not_lost() {
    let mut rig = both(3);
    rig.agent("c01", |row| row.set(LeadField::City, "Largo"));
    rig.call("c01", "NI");
    rig.job.limits.patches = 0;
    for _ in 0..2 {
        rig.wait(60);
        let report = rig.run();
        assert_eq!((report.end, report.holds), (RunEnd::Held, vec!["patches".to_owned()]));
    }
    assert_eq!(rig.attribute("c01", "city"), Value::Null);
    rig.job.limits.patches = 1;
    rig.wait(60);
    rig.run();
    assert_eq!(rig.attribute("c01", "city"), text("Largo"));
    rig.is_quiet();
}

#[test]
fn more_called_leads_than_are_read_one_by_one_are_read_by_their_lists() {
    let mut rig = both(0);
    (rig.job.limits.creates, rig.job.limits.patches) = (2_000, 2_000);
    for number in 0..510 {
        rig.add(&super::rig::id(number), number, "north");
    }
    rig.approve();
    for number in 0..510 {
        rig.agent(&super::rig::id(number), |row| row.set(LeadField::City, "Largo"));
        rig.call(&super::rig::id(number), "NA");
    }
    rig.world().forget_counts();
    let report = rig.run();
    assert_eq!((report.end, report.totals.pulled), (RunEnd::Clean, 510));
    let count = |wanted: &str| rig.world().requests.iter().filter(|name| **name == wanted).count();
    assert_eq!((count("sweep"), count("read_lead")), (3, 0));
}

/// An agent's screen writes all fields back as the call began with them: what was written during the call would look like an edit.
#[test]
fn a_lead_in_a_call_is_written_after_it() {
    for scope in [Scope::Changed, Scope::Full] {
        let mut rig = city("wins = \"crm\"");
        live_in(&mut rig, "c01", "Miami");
        rig.agent("c01", |row| row.status = "INCALL".to_owned());
        rig.edit("c01", "city", "Tampa");
        rig.ask(scope.clone(), false);
        assert_eq!(rig.failure_codes(), ["in_call"]);
        // The agent is done, and changed nothing.
        rig.agent("c01", |row| row.set(LeadField::City, "Miami"));
        rig.call("c01", "NI");
        rig.wait(60);
        rig.run();
        assert_eq!(
            (cities(&rig, "c01"), rig.failure_codes()),
            (("Tampa".to_owned(), "Tampa".to_owned()), Vec::<String>::new()),
            "{scope:?}"
        );
        rig.is_quiet();
    }
}

/// A list reset and the nightly jobs change the row, its stamp, its status and its counters: no field that a mapping fills.
#[test]
fn a_list_reset_is_no_edit() {
    let mut rig = both(3);
    for id in ["c00", "c01", "c02"] {
        rig.agent(id, |row| row.status = "NEW".to_owned());
    }
    rig.is_quiet();
}

/// A list shows blanks for the custom fields of a lead that came from another one: nobody emptied them.
#[test]
fn blanks_that_a_list_shows_for_a_moved_lead_are_no_edits() {
    let mut rig = Rig::started_with(3, &[(PLAN, "plan = { from = \"plan\", direction = \"both\", blank = \"clear\" }")]);
    let moved = rig.lead("c01");
    rig.agent("c01", |row| row.list = super::rig::list(1002));
    rig.world().vici.kept_elsewhere.insert(moved);
    rig.is_quiet();
    assert_eq!(rig.attribute("c01", "plan"), text("basic"));
    // What somebody does there is seen all the same.
    rig.agent("c01", |row| drop(row.values.insert(plan(), String::new())));
    rig.agent("c02", |row| drop(row.values.insert(plan(), String::new())));
    rig.full();
    assert_eq!((rig.attribute("c01", "plan"), rig.attribute("c02", "plan")), (Value::Null, Value::Null));
}

/// P20: what VICIdial drops or turns in our own write is no edit of anybody's.
#[test]
fn what_is_stored_otherwise_does_not_come_back() {
    let mut rig = both(3);
    rig.edit("c01", "city", "St. Pete; \"FL\" + #1");
    rig.run();
    rig.is_quiet();
    assert_eq!(cities(&rig, "c01").0, "St. Pete; \"FL\" + #1");
    rig.agent("c01", |row| row.set(LeadField::City, "Largo"));
    rig.full();
    assert_eq!(cities(&rig, "c01"), ("Largo".to_owned(), "Largo".to_owned()));
    rig.is_quiet();
}

/// P21: where the sides differ and neither changed, nothing is guessed; the next edit of either makes them one again.
#[test]
fn sides_that_differ_and_did_not_change_are_healed_by_the_next_edit() {
    let mut rig = city("blank = \"keep\"");
    for id in ["c00", "c01"] {
        live_in(&mut rig, id, "Miami");
        rig.edit(id, "city", "");
    }
    rig.full();
    assert_eq!(cities(&rig, "c00"), (String::new(), "Miami".to_owned()));
    rig.is_quiet();
    rig.edit("c00", "city", "Tampa");
    rig.agent("c01", |row| row.set(LeadField::City, "Largo"));
    rig.full();
    assert_eq!(cities(&rig, "c00"), ("Tampa".to_owned(), "Tampa".to_owned()));
    assert_eq!(cities(&rig, "c01"), ("Largo".to_owned(), "Largo".to_owned()));
    rig.is_quiet();
}

/// P40: a contact that is deleted while its lead is edited takes nothing along; once it is there again, so is the edit.
#[test]
fn an_edit_of_a_lead_whose_contact_is_gone_waits_for_it() {
    let mut rig = both(12);
    rig.agent("c01", |row| {
        row.set(LeadField::Email, "agent@example.com");
        row.set(LeadField::City, "Largo");
    });
    rig.delete("c01");
    rig.full();
    assert_eq!(rig.row("c01").status, "VSGONE");
    assert_eq!(rig.world().count("patch"), 0);
    rig.wait(60);
    rig.add("c01", 1, "north");
    rig.full();
    assert_eq!(rig.row("c01").status, "NEW");
    assert_eq!((rig.attribute("c01", "email"), rig.attribute("c01", "city")), (text("agent@example.com"), text("Largo")));
    rig.is_quiet();
}

/// P5: a write that waited is not sent over what was changed meanwhile: the contact and its lead are read again first.
#[test]
fn an_edit_that_waited_is_decided_about_anew() {
    let mut rig = city("wins = \"crm\"");
    live_in(&mut rig, "c01", "Miami");
    rig.agent("c01", |row| row.set(LeadField::City, "Largo"));
    rig.trouble(&[(At::Call("patch", 1), Trouble::Unreachable)]);
    rig.full();
    rig.calm();
    assert_eq!(cities(&rig, "c01").0, "Miami");
    rig.edit("c01", "city", "Tampa");
    rig.wait(60);
    rig.run();
    assert_eq!(cities(&rig, "c01"), ("Tampa".to_owned(), "Tampa".to_owned()));
    rig.is_quiet();
}

/// P5: the same while nobody changes anything: it is sent by the next run, whatever that looks at.
#[test]
fn an_edit_that_waited_arrives() {
    for trouble in [Trouble::Unreachable, Trouble::Lost(Reach::Record), Trouble::Vanished(Reach::Record), Trouble::Refused] {
        let mut rig = both(3);
        rig.agent("c01", |row| row.set(LeadField::City, "Largo"));
        rig.trouble(&[(At::Call("patch", 1), trouble)]);
        rig.full();
        rig.calm();
        rig.wait(700);
        rig.run();
        assert_eq!(rig.attribute("c01", "city"), text("Largo"), "{trouble:?}");
        rig.is_quiet();
    }
}

/// P5: an edit in the CRM in the middle of a run, of another field than the one that is written.
#[test]
fn an_edit_in_the_crm_while_a_run_writes_there_survives() {
    let mut rig = both(3);
    rig.agent("c01", |row| row.set(LeadField::City, "Largo"));
    rig.world().script = Script::default().meanwhile(At::Call("patch", 1), |world| {
        world.person("c01", |person| drop(person.fields.insert("plan".to_owned(), text("gold"))));
    });
    rig.full();
    rig.wait(60);
    rig.run();
    assert_eq!((rig.attribute("c01", "city"), rig.attribute("c01", "plan")), (text("Largo"), text("gold")));
    assert_eq!((rig.row("c01").get(LeadField::City), rig.row("c01").custom("plan")), ("Largo", "gold"));
    rig.is_quiet();
}

/// A write without an answer takes effect after a newer one. Nobody typed that value, so the newer one is written again.
#[test]
fn a_straggler_of_ours_is_written_over_and_an_old_value_by_hand_is_not() {
    for (rule, is_both) in [("direction = \"both\"", true), ("direction = \"push\"", false)] {
        for is_late in [true, false] {
            let mut rig = Rig::started_with(3, &[(CITY, &format!("city = {{ from = \"city\", {rule} }}"))]);
            if is_late {
                rig.trouble(&[(At::Call("update_lead", 1), Trouble::Late(900))]);
            }
            rig.edit("c01", "city", "Tampa");
            rig.run();
            rig.calm();
            rig.wait(200);
            rig.run();
            rig.wait(60);
            live_in(&mut rig, "c01", "Miami");
            rig.wait(900);
            if !is_late {
                rig.agent("c01", |row| row.set(LeadField::City, "Tampa"));
            }
            assert_eq!(cities(&rig, "c01"), ("Miami".to_owned(), "Tampa".to_owned()));
            rig.full();
            let expected = match (is_late, is_both) {
                (true, _) => ("Miami", "Miami"),
                (false, true) => ("Tampa", "Tampa"),
                (false, false) => ("Miami", "Tampa"),
            };
            assert_eq!(cities(&rig, "c01"), (expected.0.to_owned(), expected.1.to_owned()), "{rule} {is_late}");
            rig.is_quiet();
        }
    }
}

#[test]
fn what_cannot_go_back_is_kept_and_the_other_fields_go_on() {
    let prefixed = "plan = { from = \"plan\", direction = \"both\", transform = \"prefix:P-\" }";
    let mut rig = Rig::started_with(3, &[(CITY, "city = { from = \"city\", direction = \"both\" }"), (PLAN, prefixed)]);
    assert_eq!(rig.row("c01").custom("plan"), "P-basic");
    rig.agent("c01", |row| {
        row.set(LeadField::City, "Largo");
        row.values.insert(plan(), "gold".to_owned());
    });
    assert_eq!(rig.full().end, RunEnd::WithFailures);
    let failure = rig.failures().remove(0);
    assert_eq!((failure.code.as_str(), failure.contact.as_ref().map(|id| id.as_str())), ("no_way_back", Some("c01")));
    assert_eq!((rig.attribute("c01", "city"), rig.attribute("c01", "plan")), (text("Largo"), text("basic")));
    assert_eq!(rig.row("c01").custom("plan"), "gold");
    rig.agent("c01", |row| drop(row.values.insert(plan(), "P-gold".to_owned())));
    rig.wait(60);
    rig.full();
    assert_eq!((rig.attribute("c01", "plan"), rig.failure_codes()), (text("gold"), Vec::<String>::new()));
    rig.is_quiet();
}

#[test]
fn a_field_that_only_vicidial_says_is_never_written_there() {
    let mut rig = both(3);
    assert_eq!(rig.row("c01").get(LeadField::Email), "");
    rig.edit("c01", "email", "crm@example.com");
    rig.add("c05", 5, "north");
    rig.run();
    assert_eq!((rig.row("c01").get(LeadField::Email), rig.row("c05").get(LeadField::Email)), ("", ""));
    rig.agent("c05", |row| row.set(LeadField::Email, "agent@example.com"));
    rig.wait(60);
    rig.full();
    assert_eq!(rig.attribute("c05", "email"), text("agent@example.com"));
    rig.edit("c05", "email", "crm@example.com");
    rig.wait(60);
    rig.full();
    assert_eq!(rig.row("c05").get(LeadField::Email), "agent@example.com");
    rig.is_quiet();
}

/// Without a base nobody knows who changed what: what is filled flows, and where both are, the field's rule decides.
#[test]
fn a_field_that_goes_both_ways_from_now_on_is_compared_once() {
    for (wins, expected) in [("crm", "Tampa"), ("vicidial", "Largo")] {
        let mut rig = Rig::started_with(5, &[("last_name = \"lastName\"\n", ""), (CITY, "")]);
        for (id, in_crm, in_vicidial) in [("c00", "Tampa", ""), ("c01", "", "Largo"), ("c02", "Tampa", "Largo"), ("c03", "Tampa", "Tampa")]
        {
            rig.edit(id, "city", in_crm);
            rig.agent(id, |row| row.set(LeadField::City, in_vicidial));
        }
        rig.remap(CITY, &format!("city = {{ from = \"city\", direction = \"both\", blank = \"clear\", wins = \"{wins}\" }}"));
        rig.wait(60);
        rig.run();
        let same = |value: &str| (value.to_owned(), value.to_owned());
        assert_eq!(cities(&rig, "c00"), same("Tampa"));
        assert_eq!(cities(&rig, "c01"), same("Largo"));
        assert_eq!(cities(&rig, "c02"), same(expected));
        assert_eq!(cities(&rig, "c03"), same("Tampa"));
        rig.is_quiet();
    }
}

/// A lead that is taken over is compared once, too, and what VICIdial alone knows goes to the CRM.
#[test]
fn a_lead_found_by_its_code_tells_what_it_knows() {
    let mut rig = both(4);
    rig.agent("c01", |row| row.set(LeadField::City, "Largo"));
    rig.agent("c02", |row| row.set(LeadField::Email, "agent@example.com"));
    rig.wait(700);
    rig.lose_database();
    let report = rig.approve();
    assert_eq!((report.end, report.totals.adopted), (RunEnd::Clean, 4));
    assert_eq!(rig.attribute("c01", "city"), text("Largo"));
    assert_eq!(rig.attribute("c02", "email"), text("agent@example.com"));
    rig.is_quiet();
}

/// P17: whoever is new is written once.
#[test]
fn the_second_run_writes_nothing() {
    let mut rig = both(0);
    for number in 0..6 {
        rig.add(&super::rig::id(number), number, "north");
        rig.edit(&super::rig::id(number), "city", "Tampa");
    }
    rig.wait(60);
    rig.approve();
    rig.is_quiet();
    assert_eq!(rig.row("c03").values[&field(LeadField::City)], "Tampa");
}

/// VICIdial shows less than the CRM has: who edits that has not seen the rest, and must not take it away.
#[test]
fn a_part_never_replaces_the_whole() {
    let mut rig = Rig::started_with(3, &[(CITY, "city = { from = \"city\", direction = \"both\", wins = \"vicidial\" }")]);
    let long = "Tampa Bay ".repeat(8).trim().to_owned();
    rig.edit("c01", "city", &long);
    rig.wait(60);
    rig.full();
    assert_eq!(rig.row("c01").get(LeadField::City), &long[..50]);
    let edited = format!("9 {}", &long[..48]);
    rig.agent("c01", |row| row.set(LeadField::City, &edited));
    rig.agent("c02", |row| row.set(LeadField::City, "Largo"));
    rig.wait(60);
    rig.full();
    assert_eq!((rig.attribute("c01", "city"), rig.attribute("c02", "city")), (text(&long), text("Largo")));
    assert_eq!((rig.row("c01").get(LeadField::City), rig.failure_codes()), (edited.as_str(), vec!["no_way_back".to_owned()]));
    // A new text is one.
    rig.agent("c01", |row| row.set(LeadField::City, "Ocala"));
    rig.wait(60);
    rig.full();
    assert_eq!((rig.attribute("c01", "city"), rig.failure_codes()), (text("Ocala"), Vec::<String>::new()));
    // Somebody corrects it in the CRM.
    rig.edit("c01", "city", "Largo");
    rig.wait(60);
    rig.full();
    assert_eq!(rig.failure_codes(), Vec::<String>::new());
    rig.is_quiet();
}
