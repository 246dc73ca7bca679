//! A run over one list does for it what a full run does, and nothing for any other.

use std::collections::{BTreeMap, BTreeSet};

use vicisync::engine::{Report, Scope};
use vicisync::model::{LeadField, LeadId, Link, ListId, RunEnd};
use vicisync::ports::{JobRecord, Store};

use super::rig::{Rig, id, list};
use super::world::dialer::Row;
use super::world::trouble::{At, Trouble};

/// Contacts north (odd) and south (even) of each kind of disorder.
const KINDS: u64 = 11;

impl Rig {
    fn list_run(&mut self, number: u64) -> Report {
        self.ask(Scope::List(list(number)), false).expect("nobody killed this run")
    }

    fn record(&self) -> JobRecord {
        self.store().job(&self.job.name).unwrap()
    }

    fn rows(&self) -> BTreeMap<LeadId, Row> {
        self.world().vici.leads.clone()
    }

    fn links_by_contact(&self) -> BTreeMap<String, Link> {
        self.links().into_iter().map(|link| (link.contact.to_string(), link)).collect()
    }
}

/// Both lists in the same disorder: on each side something of every kind happened since the last run.
fn disorder() -> Rig {
    let mut rig = Rig::new();
    for number in 0..KINDS * 2 {
        rig.add(&id(number), number, if number % 2 == 1 { "north" } else { "south" });
    }
    rig.add("c60", 60, "west");
    // Enough that stand still.
    for number in 70..90 {
        rig.add(&id(number), number, if number % 2 == 1 { "north" } else { "south" });
    }
    rig.wait(60);
    rig.approve();
    rig.wait(60);
    for side in [0, 1] {
        let of = |kind: u64| id(kind * 2 + side);
        let other = if side == 1 { "west" } else { "north" };
        rig.edit(&of(0), "firstName", "Zoe");
        rig.edit(&of(0), "plan", "gold");
        rig.edit(&of(1), "segment", other);
        rig.opt_out(&of(2));
        rig.delete(&of(3));
        rig.edit(&of(4), "segment", "closed");
        rig.agent(&of(5), |row| row.set(LeadField::Email, "agent@example.com"));
        rig.edit(&of(6), "phoneNumber", "12");
        let gone = rig.lead(&of(7));
        rig.world().vici.leads.remove(&gone);
        let double = rig.row(&of(8));
        rig.world().vici.insert(double);
        rig.call(&of(9), "SALE");
        let home = if side == 1 { "north" } else { "south" };
        rig.add(&id(40 + side), 40 + side, home);
        let stranger = Row { code: format!("V{:0>19}", side), ..rig.row(&of(10)) };
        rig.world().vici.insert(Row { code: rig.code(&format!("gone{side}")).to_string(), ..stranger });
    }
    rig.wait(60);
    rig.world().forget_counts();
    rig
}

#[test]
fn it_does_for_its_list_what_a_full_run_does() {
    let (mut one, mut whole) = (disorder(), disorder());
    let before = one.rows();
    let (links, record) = (one.links_by_contact(), one.record());
    let report = one.list_run(1001);
    assert_eq!(report.end, RunEnd::WithFailures, "{}", report.message);
    whole.full();
    let (mine, all) = (one.rows(), whole.rows());
    let in_list = |row: Option<&Row>| row.is_some_and(|row| row.list == list(1001));
    let ids: BTreeSet<LeadId> = mine.keys().chain(all.keys()).chain(before.keys()).copied().collect();
    // New leads are numbered in the order in which they come, so they are told by their codes.
    let fresh = |rows: &BTreeMap<LeadId, Row>| {
        rows.iter().filter(|(lead, _)| !before.contains_key(lead)).map(|(_, row)| row.clone()).collect::<Vec<_>>()
    };
    for lead in ids.iter().filter(|lead| before.contains_key(lead)) {
        let (was, is, full) = (before.get(lead), mine.get(lead), all.get(lead));
        if in_list(was) || in_list(full) {
            assert_eq!(is, full, "lead {lead} belongs to the list");
        } else {
            assert_eq!(is, was, "lead {lead} is none of the list's");
        }
    }
    let mine_new: Vec<Row> = fresh(&mine);
    assert_eq!(mine_new, fresh(&all).into_iter().filter(|row| row.list == list(1001)).collect::<Vec<_>>());
    assert_eq!(mine_new.len(), 1);
    // What the state knows of others is as it was, and the job's memory too.
    let known = one.links_by_contact();
    let full = whole.links_by_contact();
    for (contact, link) in &links {
        let belongs = link.list_id == list(1001) || full.get(contact).is_some_and(|link| link.list_id == list(1001));
        if belongs {
            let facts =
                |link: &Link| (link.state, link.lead_id, link.list_id, link.phone.clone(), link.base.clone(), link.fingerprint.clone());
            assert_eq!(known.get(contact).map(facts), full.get(contact).map(facts), "{contact}");
        } else {
            assert_eq!(known.get(contact), Some(link), "{contact}");
        }
    }
    let now = one.record();
    assert_eq!((now.watermark, now.full_done_at, now.mapping_hash), (record.watermark, record.full_done_at, record.mapping_hash));
    // Calls and rejections of the list alone.
    assert_eq!((one.logged(&id(19)).len(), one.logged(&id(18)).len()), (1, 0));
    let rejected: BTreeSet<String> = report.rejections.iter().map(|rejection| rejection.contact.to_string()).collect();
    assert_eq!(rejected, BTreeSet::from([id(5), id(13)]));
    // What it left undone, and nothing else, is done by the next ones.
    one.wait(60);
    one.full();
    let codes = |rig: &Rig| {
        let mut rows: Vec<(String, ListId, String)> = rig.rows().into_values().map(|row| (row.code, row.list, row.status)).collect();
        rows.sort();
        rows
    };
    assert_eq!(codes(&one), codes(&whole));
    assert_eq!(one.failure_codes(), whole.failure_codes());
    assert_eq!(one.logged(&id(18)).len(), 1);
}

#[test]
fn every_list_in_turn_does_what_one_full_run_does() {
    let (mut one, mut whole) = (disorder(), disorder());
    for number in [1001, 1002, 1003] {
        one.list_run(number);
        one.wait(60);
    }
    whole.full();
    let codes = |rig: &Rig| {
        let mut rows: Vec<(String, ListId, String, String)> = rig
            .rows()
            .into_values()
            .map(|row| (row.code.clone(), row.list, row.status.clone(), row.get(LeadField::FirstName).to_owned()))
            .collect();
        rows.sort();
        rows
    };
    assert_eq!(codes(&one), codes(&whole));
    assert_eq!(one.failure_codes(), whole.failure_codes());
    one.written();
    one.full();
    assert_eq!(one.written(), Vec::<String>::new(), "nothing is left");
}

#[test]
fn a_list_that_has_nothing_to_do_with_the_job_is_refused() {
    let mut rig = Rig::started(3);
    rig.edit("c01", "firstName", "Zoe");
    let report = rig.list_run(7001);
    assert_eq!(report.end, RunEnd::Refused);
    assert!(report.message.contains("no list rule of job sales names list 7001"), "{}", report.message);
    assert_eq!(report.help.as_deref(), Some("its lists are: 1001, 1002, 1003"));
    assert_eq!(rig.written(), Vec::<String>::new());
    assert_eq!(rig.world().requests.iter().filter(|name| **name == "sweep").count(), 0);
}

#[test]
fn a_list_that_no_rule_names_any_more_and_where_leads_are_is_run() {
    let mut rig = Rig::started(2);
    rig.add("c09", 9, "west");
    rig.run();
    rig.remap("list = 1003", "list = 1002");
    let record = rig.record();
    let report = rig.list_run(1003);
    assert_eq!((report.totals.moved, rig.row("c09").list), (1, list(1002)));
    let memory = |record: JobRecord| (record.mapping_hash, record.watermark, record.full_done_at);
    assert_eq!(memory(rig.record()), memory(record), "that the mapping is another is for a run over everything to know");
    rig.run();
    rig.is_quiet();
}

#[test]
fn writes_that_wait_for_others_go_on_waiting() {
    let mut rig = Rig::started(2);
    rig.add("c08", 8, "north");
    rig.add("c09", 9, "south");
    rig.trouble(&[(At::Every("add_lead"), Trouble::NoRight)]);
    rig.run();
    rig.calm();
    rig.opt_out("c09");
    rig.wait(60);
    rig.list_run(1001);
    assert_eq!((rig.leads("c08").len(), rig.leads("c09").len()), (1, 0));
    rig.wait(400);
    rig.run();
    assert_eq!(rig.leads("c09").len(), 0, "who opted out is not added by an older plan");
    rig.is_quiet();
}

#[test]
fn to_approve_a_list_is_not_to_approve_the_job() {
    let mut rig = Rig::new();
    rig.add("c01", 1, "north");
    rig.add("c02", 2, "south");
    let report = rig.list_run(1001);
    assert_eq!(report.end, RunEnd::Held);
    let help = report.help.unwrap();
    assert!(
        help.contains("vicisync sync sales --list 1001 --dry-run") && help.contains("vicisync sync sales --list 1001 --approve"),
        "{help}"
    );
    rig.ask(Scope::List(list(1001)), true);
    assert_eq!((rig.leads("c01").len(), rig.leads("c02").len()), (1, 0));
    assert_eq!(rig.run().end, RunEnd::Held);
    assert_eq!(rig.leads("c02").len(), 0);
}

#[test]
fn after_a_lost_state_no_lead_of_another_list_is_doubled() {
    for is_staffed in [false, true] {
        let mut rig = Rig::started(4);
        // The phones do not find it either.
        rig.agent("c01", |row| {
            row.list = list(1002);
            row.set(LeadField::PhoneNumber, "7275559999");
        });
        rig.lose_database();
        rig.world().vici.is_staffed = is_staffed;
        rig.ask(Scope::List(list(1001)), true);
        for number in 0..4 {
            assert_eq!(rig.leads(&id(number)).len(), 1, "c0{number}, staffed: {is_staffed}");
        }
    }
}

#[test]
fn a_contact_that_cannot_be_read_is_a_failure_of_its_own_list_only() {
    let mut rig = Rig::started(2);
    rig.add("c09", 9, "south");
    rig.run();
    rig.world().crm.broken.extend(["c01".into(), "c09".into()]);
    rig.list_run(1002);
    let contacts: Vec<String> = rig.failures().into_iter().map(|failure| failure.subject).collect();
    assert_eq!(contacts, ["contact:c09"]);
    assert_eq!((rig.row("c01").status.as_str(), rig.row("c09").status.as_str()), ("NEW", "NEW"), "nobody is taken for gone");
}
