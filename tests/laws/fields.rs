//! Each side against its own base: one-sided edits survive, blanks write nothing, what VICIdial cuts does not come back as a change.

use vicisync::model::{LeadField, RunEnd};

use super::rig::{Rig, field, list};

#[test]
fn one_sided_edits_in_vicidial_survive() {
    let mut rig = Rig::started(3);
    rig.agent("c01", |row| {
        row.set(LeadField::LastName, "Corrected");
        row.set(LeadField::City, "Tampa");
        row.values.insert(vicisync::model::FieldName::Custom("plan".to_owned()), "gold".to_owned());
    });
    rig.edit("c01", "email", "new@example.com");
    rig.run();
    rig.wait(60);
    rig.full();
    rig.edit("c01", "firstName", "Zoe");
    rig.wait(60);
    rig.full();
    let row = rig.row("c01");
    assert_eq!(row.get(LeadField::LastName), "Corrected");
    assert_eq!(row.get(LeadField::City), "Tampa");
    assert_eq!(row.custom("plan"), "gold");
    assert_eq!(row.get(LeadField::Email), "new@example.com");
    assert_eq!(row.get(LeadField::FirstName), "Zoe");
    rig.is_quiet();
}

#[test]
fn what_was_written_once_is_not_written_again() {
    let mut rig = Rig::started(3);
    rig.edit("c01", "email", "new@example.com");
    rig.edit("c01", "plan", "gold");
    rig.run();
    rig.agent("c01", |row| {
        row.set(LeadField::Email, "agent@example.com");
        row.values.insert(vicisync::model::FieldName::Custom("plan".to_owned()), "silver".to_owned());
    });
    rig.edit("c01", "firstName", "Zoe");
    rig.wait(60);
    rig.run();
    let row = rig.row("c01");
    assert_eq!((row.get(LeadField::FirstName), row.get(LeadField::Email)), ("Zoe", "agent@example.com"));
    assert_eq!(row.custom("plan"), "silver");
    rig.is_quiet();
}

#[test]
fn an_edit_in_vicidial_alone_causes_no_write() {
    let mut rig = Rig::started(3);
    rig.agent("c01", |row| row.set(LeadField::LastName, "Corrected"));
    rig.is_quiet();
    assert_eq!(rig.row("c01").get(LeadField::LastName), "Corrected");
}

#[test]
fn of_two_edits_of_one_field_the_crm_wins() {
    let mut rig = Rig::started(3);
    rig.agent("c01", |row| row.set(LeadField::LastName, "Agent"));
    rig.edit("c01", "lastName", "Office");
    rig.full();
    assert_eq!(rig.row("c01").get(LeadField::LastName), "Office");
    rig.is_quiet();
}

#[test]
fn a_blank_never_overwrites() {
    let mut rig = Rig::started(3);
    rig.edit("c01", "email", "");
    rig.edit("c02", "plan", "  ");
    rig.run();
    assert_eq!(rig.row("c01").get(LeadField::Email), "ann1@example.com");
    assert_eq!(rig.row("c02").custom("plan"), "basic");
    rig.is_quiet();
}

#[test]
fn a_value_of_which_vicidial_keeps_nothing_overwrites_nothing() {
    let mut rig = Rig::started(3);
    rig.edit("c01", "email", "###");
    rig.edit("c02", "plan", ";;");
    rig.run();
    assert_eq!(rig.row("c01").get(LeadField::Email), "ann1@example.com");
    assert_eq!(rig.row("c02").custom("plan"), "basic");
    rig.is_quiet();
    rig.edit("c01", "email", "back@example.com");
    rig.run();
    assert_eq!(rig.row("c01").get(LeadField::Email), "back@example.com");
}

#[test]
fn a_value_that_comes_back_after_a_blank_is_seen() {
    let mut rig = Rig::started(2);
    rig.edit("c01", "email", "");
    rig.run();
    rig.wait(60);
    rig.edit("c01", "email", "back@example.com");
    rig.run();
    assert_eq!(rig.row("c01").get(LeadField::Email), "back@example.com");
    rig.is_quiet();
}

#[test]
fn a_blank_clears_only_where_the_mapping_says_so() {
    let mut rig = Rig::started(2);
    rig.edit("c01", "city", "Tampa");
    rig.run();
    rig.wait(60);
    assert_eq!(rig.row("c01").get(LeadField::City), "Tampa");
    rig.edit("c01", "city", "");
    rig.run();
    assert_eq!(rig.row("c01").get(LeadField::City), "");
    rig.is_quiet();
}

#[test]
fn what_vicidial_cuts_or_drops_is_not_written_again() {
    let mut rig = Rig::started(2);
    rig.edit("c01", "lastName", "O'Brien & Sons; \"X\" #1");
    rig.edit("c01", "email", "bob+tag@example.com");
    rig.edit("c01", "city", &"Long ".repeat(30));
    rig.edit("c01", "plan", &"wide+;".repeat(30));
    let report = rig.run();
    assert_eq!(report.end, RunEnd::Clean, "{}", report.message);
    assert_eq!(rig.row("c01").get(LeadField::Email), "bob tag@example.com");
    rig.is_quiet();
    // A change that ends up the same is none.
    rig.edit("c01", "email", "bob tag@example.com");
    rig.is_quiet();
}

#[test]
fn a_field_that_reads_back_otherwise_is_stopped_and_reported() {
    let mut rig = Rig::started(2);
    rig.world().vici.narrow.insert(field(LeadField::City), 3);
    rig.edit("c01", "city", "Tampa");
    let report = rig.run();
    assert_eq!(report.end, RunEnd::WithFailures);
    assert_eq!(rig.failure_codes(), ["stored_otherwise"]);
    rig.written();
    for value in ["Orlando", "Miami"] {
        rig.edit("c01", "city", value);
        rig.wait(60);
        rig.run();
        rig.wait(60);
        rig.full();
        assert_eq!(rig.written(), Vec::<String>::new(), "a stopped field is not written");
    }
    // The others go on.
    rig.edit("c01", "firstName", "Zoe");
    rig.wait(60);
    rig.run();
    assert_eq!(rig.row("c01").get(LeadField::FirstName), "Zoe");
    assert_eq!(rig.row("c01").get(LeadField::City), "Tam");
}

#[test]
fn a_list_where_an_admin_moved_a_lead_is_left_alone() {
    let mut rig = Rig::started(3);
    rig.agent("c01", |row| row.list = list(1003));
    rig.edit("c01", "firstName", "Zoe");
    rig.run();
    rig.is_quiet();
    assert_eq!(rig.row("c01").list, list(1003));
    assert_eq!(rig.row("c01").get(LeadField::FirstName), "Zoe");
}

#[test]
fn statuses_belong_to_vicidial() {
    let mut rig = Rig::started(3);
    rig.agent("c01", |row| row.status = "NI".to_owned());
    rig.edit("c01", "firstName", "Zoe");
    rig.run();
    rig.is_quiet();
    assert_eq!(rig.row("c01").status, "NI");
}
