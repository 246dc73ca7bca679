//! Where two rooms meet: what one of them has decided about a lead, and the other does not know yet. Calls of strangers beside `[match]`, deletes beside
//! statuses, adoption beside moves, two jobs beside each other.

use std::collections::BTreeMap;

use chrono::TimeDelta;
use vicisync::model::{ContactId, FieldName, JobName, LeadField, LeadId, LegKind, LinkState, RunEnd, Value};
use vicisync::ports::Store;

use super::rig::{Rig, field, list, phone};
use super::two_ways::{CITY, PLAN};
use super::world::dialer::{Logged, Row};

/// The number of the stranger; contacts of the rig have lower ones.
const STRANGER: u64 = 60;

const BY_PHONE: &str = "[match]\nphone = true\nand = [\"last_name\"]\n\n";
const MATCHED: &str = "[without_contact]\nthen = \"match\"\n\n";
const HELD: &str = "[without_contact]\nthen = \"hold\"\n\n";
const MADE: &str = r#"[without_contact]
then = "create"
statuses = ["SALE"]
key = "leadOf"
set = { firstName = "${lead_first_name | title}", lastName = "Caller", segment = "north" }

"#;

/// A quiet rig whose mapping has these tables as well.
fn with(tables: &[&str]) -> Rig {
    let mut rig = Rig::started_with(3, &[("[leaving]\n", &format!("{}[leaving]\n", tables.concat()))]);
    rig.is_quiet();
    rig
}

/// Somebody whom no contact has calls in. VICIdial has them in a list of the mapping, with the last name that contacts of the rig have.
fn caller(rig: &Rig, number: u64) -> LeadId {
    let values = [
        (LeadField::PhoneCode, "1".to_owned()),
        (LeadField::PhoneNumber, phone(number).split_off(2)),
        (LeadField::FirstName, "Cara".to_owned()),
        (LeadField::LastName, "Example".to_owned()),
    ];
    let values: BTreeMap<FieldName, String> = values.into_iter().map(|(name, text)| (field(name), text)).collect();
    let lead = rig.world().vici.insert(Row { code: String::new(), list: list(1001), status: "SALE".to_owned(), called: 0, values });
    calls_in(rig, lead);
    lead
}

/// Somebody with the phone of that lead calls in.
pub(crate) fn calls_in(rig: &Rig, lead: LeadId) {
    let mut world = rig.world();
    let (start, uniqueid) = (world.now, format!("{}.{}", world.now.timestamp(), world.vici.log.len()));
    world.vici.leads.get_mut(&lead).unwrap().called += 1;
    world.vici.log.push(Logged {
        lead,
        kind: LegKind::Inbound,
        campaign: "INBOUND",
        start,
        uniqueid,
        user: "agent1",
        status: "SALE".to_owned(),
        seconds: 40,
    });
    world.pass(TimeDelta::seconds(60));
}

/// The contact has that number in words that no search for the number finds.
fn in_words(rig: &Rig, contact: &str, number: u64) {
    let digits = phone(number);
    rig.edit(contact, "phoneNumber", &format!("({}) {}-{} home", &digits[2..5], &digits[5..8], &digits[8..]));
}

fn lead_of(rig: &Rig, contact: &str) -> Option<LeadId> {
    rig.store().link_at(&rig.job.name, &contact.into()).unwrap().and_then(|link| link.lead_id)
}

/// Contacts that vicisync made.
fn made(rig: &Rig) -> Vec<ContactId> {
    rig.world().crm.people.keys().filter(|id| id.as_str().starts_with('n')).cloned().collect()
}

fn told(rig: &Rig, contact: &str) -> Vec<String> {
    rig.activities(contact).into_iter().map(|(_, logged)| logged.activity.status).collect()
}

#[test]
fn a_lead_that_a_call_and_a_match_give_to_two_contacts_becomes_ones_and_the_run_goes_on() {
    for is_full in [false, true] {
        let mut rig = with(&[MATCHED, BY_PHONE]);
        rig.add("c70", STRANGER, "north");
        rig.edit("c70", "lastName", "Other");
        rig.add("c71", STRANGER, "north");
        in_words(&rig, "c71", STRANGER);
        rig.add("c72", 72, "north");
        let lead = caller(&rig, STRANGER);
        let report = if is_full { rig.full() } else { rig.run() };
        assert_eq!((report.end, report.totals.added), (RunEnd::WithFailures, 1), "{is_full} {} {:?}", report.message, rig.failures());
        assert_eq!((lead_of(&rig, "c70"), lead_of(&rig, "c71")), (Some(lead), None), "{is_full}");
        assert_eq!(rig.failure_codes(), ["look_again"], "{is_full}");
        assert!(lead_of(&rig, "c72").is_some(), "the others are looked after in the same run");
        // The next look finds no lead for the other one, and adds its own.
        rig.wait(900);
        rig.run();
        assert_eq!((lead_of(&rig, "c70"), rig.row("c70").get(LeadField::LastName)), (Some(lead), "Other"));
        assert!(lead_of(&rig, "c71").is_some_and(|own| own != lead));
        assert_eq!((told(&rig, "c70"), told(&rig, "c71")), (vec!["SALE".to_owned()], Vec::new()));
        rig.is_quiet();
    }
}

#[test]
fn no_contact_is_made_for_a_lead_that_a_match_links_in_the_same_run() {
    for is_full in [false, true] {
        let mut rig = with(&[MADE, BY_PHONE]);
        rig.add("c70", STRANGER, "north");
        in_words(&rig, "c70", STRANGER);
        let lead = caller(&rig, STRANGER);
        let report = if is_full { rig.full() } else { rig.run() };
        assert_eq!((report.end, report.totals.matched_by_phone), (RunEnd::Clean, 1), "{} {:?}", report.message, rig.failures());
        assert_eq!((report.totals.contacts, made(&rig)), (0, Vec::new()), "{is_full}");
        assert_eq!(lead_of(&rig, "c70"), Some(lead));
        rig.wait(60);
        rig.full();
        assert_eq!((made(&rig), rig.leads("c70")), (Vec::new(), vec![lead]));
        assert!(rig.store().strangers(&rig.job.name).unwrap().is_empty());
    }
}

#[test]
fn a_lead_whose_contact_cannot_be_decided_about_keeps_its_calls_and_the_next_run_links_it() {
    for is_archived in [true, false] {
        let mut rig = with(&[MATCHED]);
        rig.add("c70", STRANGER, "north");
        let lead = caller(&rig, STRANGER);
        // Another lead of theirs lies in the archive, or the CRM does not show the contact.
        if is_archived {
            let code = rig.code("c70").to_string();
            let mut world = rig.world();
            let row = Row { code, ..world.vici.leads[&lead].clone() };
            world.vici.archive.insert(LeadId(900), row);
        } else {
            rig.world().crm.broken.insert(ContactId::from("c70"));
        }
        rig.run();
        assert_eq!(rig.failure_codes(), [if is_archived { "lead_archived" } else { "server_fault" }]);
        assert_eq!((lead_of(&rig, "c70"), rig.leads("c70")), (None, Vec::new()), "{is_archived}");
        rig.world().vici.archive.clear();
        rig.world().crm.broken.clear();
        rig.wait(60);
        rig.run();
        assert_eq!((lead_of(&rig, "c70"), rig.leads("c70")), (Some(lead), vec![lead]), "{is_archived} {:?}", rig.failures());
        assert_eq!(told(&rig, "c70"), ["SALE"], "{is_archived}");
        rig.wait(60);
        rig.is_quiet();
    }
}

#[test]
fn a_lead_that_was_to_be_deleted_and_was_let_in_again_leaves_again_and_is_held() {
    let mut rig = with(&[]);
    rig.edit("c01", "segment", "closed");
    rig.wait(60);
    rig.run();
    assert_eq!(rig.row("c01").status, "VSGONE");
    // Somebody resets the list; later the mapping says that such leads are deleted.
    let lead = rig.lead("c01");
    rig.agent("c01", |row| row.status = "NEW".to_owned());
    rig.world().vici.fill_hopper();
    rig.remap("[leaving]\n", "[leaving]\nfiltered = \"delete\"\n");
    rig.wait(60);
    rig.written();
    let report = rig.full();
    assert_eq!((report.end, report.totals.deactivated, report.totals.deleted), (RunEnd::WithFailures, 1, 0), "{}", report.message);
    assert_eq!((rig.lead("c01"), rig.row("c01").status.as_str()), (lead, "VSGONE"));
    assert!(!rig.world().vici.is_dialable(lead));
    assert_eq!(rig.failure_codes(), ["deleted_and_changed"]);
    let raw = rig.failures().remove(0).raw;
    assert!(raw.contains("got the status NEW") && raw.contains(&format!("lead {lead} ")), "{raw}");
    rig.written();
    for _ in 0..3 {
        rig.wait(86_400);
        rig.full();
        assert_eq!((rig.written(), rig.failure_codes()), (Vec::new(), vec!["deleted_and_changed".to_owned()]));
        assert_eq!(rig.row("c01").status, "VSGONE");
    }
    // A person brings the contact back: it goes on with its lead.
    rig.edit("c01", "segment", "north");
    rig.wait(86_400);
    rig.full();
    assert_eq!((rig.lead("c01"), rig.failures()), (lead, Vec::new()));
    rig.is_quiet();
}

#[test]
fn a_lead_that_a_neighbour_has_is_no_stranger() {
    for (table, code) in [(HELD, "OLD-1"), (MADE, "")] {
        let mut rig = with(&[table]);
        let lead = rig.lead("c01");
        // The other job works on the same VICIdial, and on a CRM that knows none of these people.
        rig.world().crm.people.clear();
        rig.world().vici.leads.get_mut(&lead).unwrap().code = code.to_owned();
        let sales = std::mem::replace(&mut rig.job.name, JobName::from("care"));
        rig.job.crm = "second".to_owned();
        rig.job.neighbours = vec![sales.clone()];
        calls_in(&rig, lead);
        let stranger = caller(&rig, STRANGER);
        rig.written();
        for _ in 0..2 {
            rig.wait(60);
            let report = rig.approve();
            assert!(matches!(report.end, RunEnd::Clean), "{table} {} {:?}", report.message, rig.failures());
            let held: Vec<LeadId> = rig.store().strangers(&rig.job.name).unwrap().into_iter().map(|stranger| stranger.lead).collect();
            // What is nobody's is one all the same.
            assert_eq!((held, made(&rig).len()), if table == HELD { (vec![stranger], 0) } else { (Vec::new(), 1) }, "{table}");
        }
        assert_eq!(rig.world().vici.leads[&lead].code, code, "{table}");
        let link = rig.store().link_by_lead(&sales, lead).unwrap().expect("it is the neighbour's as before");
        assert_eq!((link.contact.as_str(), link.state), ("c01", LinkState::Live));
    }
}

#[test]
fn an_adopted_lead_that_came_from_another_list_keeps_what_agents_typed() {
    let edits = [(PLAN, "plan = { from = \"plan\", direction = \"both\", wins = \"vicidial\" }")];
    for is_matched in [false, true] {
        let mut edits = edits.to_vec();
        let leaving = format!("{BY_PHONE}[leaving]\n");
        if is_matched {
            edits.push(("[leaving]\n", &leaving));
        }
        let mut rig = Rig::started_with(3, &edits);
        let lead = rig.lead("c01");
        rig.agent("c01", |row| drop(row.values.insert(FieldName::Custom("plan".to_owned()), "gold".to_owned())));
        rig.world().vici.kept_elsewhere.insert(lead);
        if is_matched {
            rig.world().vici.leads.get_mut(&lead).unwrap().code.clear();
        }
        rig.wait(700);
        rig.lose_database();
        let report = rig.approve();
        assert_eq!(
            (report.end, report.totals.adopted, report.totals.added),
            (RunEnd::Clean, 3, 0),
            "{} {:?}",
            report.message,
            rig.failures()
        );
        let row = rig.row("c01");
        assert_eq!((lead_of(&rig, "c01"), row.custom("plan")), (Some(lead), "gold"), "{is_matched}");
        assert_eq!(rig.attribute("c01", "plan"), Value::Text("gold".to_owned()), "{is_matched}");
        rig.is_quiet();
    }
}

/// Its fields were never compared: the run that brings it back looks at it first.
#[test]
fn a_lead_that_was_adopted_while_its_contact_was_away_has_all_fields_when_it_is_back() {
    for is_full in [false, true] {
        let mut rig = Rig::started_with(3, &[(CITY, "city = { from = \"city\", direction = \"both\", wins = \"crm\" }")]);
        rig.edit("c01", "segment", "closed");
        rig.wait(60);
        rig.full();
        rig.wait(700);
        rig.lose_database();
        assert_eq!(rig.approve().totals.added, 0);
        rig.edit("c01", "city", "Tampa");
        rig.edit("c01", "segment", "north");
        rig.wait(60);
        let report = if is_full { rig.full() } else { rig.run() };
        assert_eq!(report.end, RunEnd::Clean, "{} {:?}", report.message, rig.failures());
        assert_eq!((rig.row("c01").get(LeadField::City), rig.row("c01").status.as_str()), ("Tampa", "NEW"), "{is_full}");
        rig.is_quiet();
    }
}
