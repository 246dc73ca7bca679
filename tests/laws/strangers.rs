//! Leads that no contact has: held, matched, or given a contact that is made once, whatever happens on the way.

use std::collections::BTreeMap;

use chrono::TimeDelta;
use vicisync::engine::Report;
use vicisync::model::{ContactId, FieldName, LeadField, LeadId, LegKind, LinkState, RunEnd, Stranger, Value};
use vicisync::ports::{Reach, Store};

use super::rig::{Rig, SETTLE_S, id, list, phone};
use super::world::dialer::{Logged, Row};
use super::world::trouble::{At, Script, Trouble};

/// The number of the first stranger; contacts of the rig have lower ones.
const STRANGER: u64 = 60;

const MADE: &str = r#"
[without_contact]
then = "create"
statuses = ["SALE", "CALLBK"]
groups = ["INBOUND"]
key = "leadOf"
set = { firstName = "${lead_first_name | title}", lastName = "Caller", segment = "north", plan = "inbound ${status}", email = "${lead_email}" }
"#;

impl Rig {
    /// Another mapping, with such a table, and quiet under it.
    fn strangers(table: &str) -> Self {
        let mut rig = Self::started(3);
        rig.ruled(table);
        rig.wait(60);
        let report = rig.full();
        assert_eq!(report.end, RunEnd::Clean, "{}", report.message);
        rig.wait(60);
        rig.world().forget_counts();
        rig
    }

    fn ruled(&mut self, table: &str) {
        self.remap("[calls]\n", &format!("{table}\n[calls]\n"));
    }

    /// Somebody calls in whom VICIdial does not know: it makes a lead of its own, in a list of its own.
    fn caller(&self, number: u64, status: &str) -> LeadId {
        let values = [
            (LeadField::PhoneCode, "1".to_owned()),
            (LeadField::PhoneNumber, phone(number)[2..].to_owned()),
            (LeadField::FirstName, format!("cara{number}")),
        ];
        let values: BTreeMap<FieldName, String> = values.into_iter().map(|(field, text)| (FieldName::Standard(field), text)).collect();
        let lead = self.world().vici.insert(Row { code: String::new(), list: list(999), status: "NEW".to_owned(), called: 0, values });
        self.calls_in(lead, status);
        lead
    }

    fn calls_in(&self, lead: LeadId, status: &str) {
        let mut world = self.world();
        let (start, uniqueid) = (world.now, format!("{}.{}", world.now.timestamp(), world.vici.log.len()));
        let status = status.to_owned();
        let row = world.vici.leads.get_mut(&lead).unwrap();
        row.status.clone_from(&status);
        row.called += 1;
        world.vici.log.push(Logged {
            lead,
            kind: LegKind::Inbound,
            campaign: "INBOUND",
            start,
            uniqueid,
            user: "agent1",
            status,
            seconds: 40,
        });
        world.pass(TimeDelta::seconds(60));
    }

    fn held(&self) -> Vec<Stranger> {
        self.store().strangers(&self.job.name).unwrap()
    }

    fn reasons(&self) -> Vec<(LeadId, String)> {
        self.held().into_iter().map(|stranger| (stranger.lead, stranger.reason)).collect()
    }

    /// Contacts that were made, by whomever.
    fn made(&self) -> Vec<String> {
        self.world().crm.people.keys().map(ToString::to_string).filter(|id| id.starts_with('n')).collect()
    }

    fn next(&mut self) -> Report {
        self.wait(60);
        self.run()
    }

    #[track_caller]
    fn is_linked(&self, lead: LeadId, contact: &str) {
        let link = self.store().link_by_lead(&self.job.name, lead).unwrap().expect("the lead is linked");
        assert_eq!((link.contact.as_str(), link.state), (contact, LinkState::Live));
        let world = self.world();
        assert_eq!(world.vici.leads[&lead].code, self.code(contact).as_str(), "our code is on the lead");
        let theirs = world.vici.leads.values().filter(|row| row.code == self.code(contact).as_str()).count();
        assert_eq!(theirs, 1, "no lead was added beside it");
    }
}

fn text(value: &str) -> Value {
    Value::Text(value.to_owned())
}

#[test]
fn without_the_table_nothing_happens_to_them() {
    for table in ["", "[without_contact]\nthen = \"ignore\"\n"] {
        let mut rig = Rig::strangers(table);
        rig.caller(STRANGER, "SALE");
        let report = rig.next();
        assert_eq!((report.end, report.totals.strangers, rig.written()), (RunEnd::Clean, 0, Vec::new()), "{table}");
        assert!(rig.held().is_empty());
    }
}

#[test]
fn held_ones_are_listed_and_are_no_failure() {
    let mut rig = Rig::strangers("[without_contact]\nstatuses = [\"SALE\"]\ngroups = [\"inbound\"]\n");
    let lead = rig.caller(STRANGER, "SALE");
    rig.caller(STRANGER + 1, "NI");
    rig.caller(STRANGER + 2, "INCALL");
    let report = rig.next();
    assert_eq!((report.end, report.totals.strangers, report.failures), (RunEnd::Clean, 1, 0));
    assert_eq!(rig.reasons(), [(lead, "no_contact".to_owned())]);
    let held = &rig.held()[0];
    assert_eq!((held.phone.as_str(), held.status.as_str(), held.campaign.as_str()), (phone(STRANGER).as_str(), "SALE", "INBOUND"));
    rig.calls_in(lead, "SALE");
    rig.next();
    assert!(rig.held()[0].last_at > rig.held()[0].first_at);
    assert_eq!(rig.written(), Vec::<String>::new());
    rig.is_quiet();
    // Where the table asks for others, they are none any more.
    rig.ruled("[without_contact]\nstatuses = [\"NI\"]\n");
    rig.wait(60);
    rig.full();
    assert_eq!(rig.reasons().len(), 0);
    rig.ruled("");
    rig.wait(60);
    rig.full();
    assert!(rig.held().is_empty());
}

/// P66: a number that only ends alike is another one. P67: a contact's other number is theirs as well.
#[test]
fn the_one_contact_with_exactly_the_phone_gets_the_lead() {
    let mut rig = Rig::strangers("[without_contact]\nthen = \"match\"\n");
    rig.remap_all(&[
        ("[calls]\n", "[without_contact]\nthen = \"match\"\n\n[calls]\n"),
        ("from = [\"phoneNumber\"]", "from = [\"phoneNumber\", \"mobile\"]"),
    ]);
    rig.wait(60);
    rig.full();
    // Added and dialed by somebody else, with a number of theirs.
    rig.add("c70", 70, "closed");
    rig.wait(60);
    rig.run();
    let number = format!("({}) {}-{}", &phone(STRANGER)[2..5], &phone(STRANGER)[5..8], &phone(STRANGER)[8..]);
    rig.world().person("c70", |person| {
        person.fields.insert("mobile".to_owned(), text(&number));
        person.fields.insert("segment".to_owned(), text("south"));
        person.fields.insert("phoneNumber".to_owned(), text("555"));
    });
    rig.world().person("c71", |person| {
        person.fields.insert("phoneNumber".to_owned(), text(&format!("+44{}", &phone(STRANGER)[2..])));
    });
    let lead = rig.caller(STRANGER, "SALE");
    let report = rig.run();
    assert_eq!((report.end, report.totals.adopted, report.totals.added), (RunEnd::Clean, 1, 0), "{}", report.message);
    rig.is_linked(lead, "c70");
    assert_eq!(rig.logged("c70"), ["SALE"]);
    assert_eq!(rig.world().vici.leads[&lead].list, list(1002), "it moves where the list rules send its contact");
    rig.is_quiet();
}

/// P7, P8: with several contacts nobody guesses, and a person sees which.
#[test]
fn of_several_contacts_with_the_phone_none_gets_the_lead() {
    let mut rig = Rig::strangers("[without_contact]\nthen = \"match\"\n");
    for contact in ["c80", "c81", "c82", "c83"] {
        rig.add(contact, STRANGER, "closed");
    }
    rig.wait(60);
    rig.run();
    let lead = rig.caller(STRANGER, "SALE");
    rig.written();
    rig.next();
    assert_eq!(rig.reasons(), [(lead, "several_contacts".to_owned())]);
    for contact in ["c80", "c81", "c82", "c83"] {
        assert!(rig.held()[0].detail.contains(contact), "{}", rig.held()[0].detail);
    }
    assert_eq!(rig.written(), Vec::<String>::new());
    for contact in ["c81", "c82", "c83"] {
        rig.delete(contact);
    }
    rig.edit("c80", "segment", "north");
    rig.edit("c80", "phoneNumber", &phone(STRANGER + 1));
    rig.wait(60);
    rig.full();
    assert_eq!(rig.reasons(), [(lead, "no_contact".to_owned())]);
}

#[test]
fn a_further_lead_of_somebody_who_has_one_is_held() {
    for table in ["[without_contact]\nthen = \"match\"\n", MADE] {
        let mut rig = Rig::strangers(table);
        let lead = rig.caller(1, "SALE");
        rig.next();
        assert_eq!(rig.reasons(), [(lead, "contact_has_lead".to_owned())]);
        assert_eq!(rig.written(), Vec::<String>::new());
    }
}

#[test]
fn leads_that_carry_a_code_are_left_alone() {
    let mut rig = Rig::strangers(MADE);
    let theirs = rig.caller(STRANGER, "SALE");
    rig.world().vici.leads.get_mut(&theirs).unwrap().code = "LIST-77".to_owned();
    let ours = rig.caller(STRANGER + 1, "SALE");
    let code = rig.code("somebody").to_string();
    rig.world().vici.leads.get_mut(&ours).unwrap().code = code;
    rig.next();
    assert_eq!(rig.reasons(), [(theirs, "foreign_code".to_owned())]);
    assert_eq!(rig.written(), Vec::<String>::new());
}

#[test]
fn a_contact_that_is_made_is_linked_told_of_its_calls_and_made_once() {
    let mut rig = Rig::strangers(MADE);
    let lead = rig.caller(STRANGER, "SALE");
    let report = rig.next();
    assert_eq!((report.end, report.totals.contacts, report.totals.added), (RunEnd::Clean, 1, 0), "{}", report.message);
    assert_eq!(rig.made(), ["n01"]);
    rig.is_linked(lead, "n01");
    for (name, value) in [
        ("firstName", "Cara60"),
        ("plan", "inbound SALE"),
        ("leadOf", &format!("main:{lead}")),
        ("phoneNumber", &phone(STRANGER)),
        ("outcome", "SALE"),
    ] {
        assert_eq!(rig.attribute("n01", name), text(value), "{name}");
    }
    assert_eq!(rig.attribute("n01", "email"), Value::Null, "a blank is not written");
    assert_eq!(rig.logged("n01"), ["SALE"]);
    assert!(rig.held().is_empty());
    rig.is_quiet();
    // Two calls of one stranger are two calls of one contact.
    rig.calls_in(lead, "CALLBK");
    rig.next();
    assert_eq!((rig.made().len(), rig.logged("n01")), (1, vec!["CALLBK".to_owned(), "SALE".to_owned()]));
    rig.lose_database();
    rig.wait(60);
    rig.approve();
    rig.is_linked(lead, "n01");
    assert_eq!(rig.made(), ["n01"]);
}

#[test]
fn only_what_the_table_lists_makes_a_contact() {
    let mut rig = Rig::strangers(MADE);
    rig.caller(STRANGER, "DNC");
    rig.caller(STRANGER + 1, "NI");
    let elsewhere = rig.caller(STRANGER + 2, "SALE");
    rig.world().vici.log.iter_mut().filter(|logged| logged.lead == elsewhere).for_each(|logged| logged.campaign = "OTHER");
    rig.next();
    assert_eq!((rig.made().len(), rig.held().len(), rig.written()), (0, 0, Vec::new()));
}

#[test]
fn two_callers_with_one_phone_make_one_contact() {
    let mut rig = Rig::strangers(MADE);
    let (first, second) = (rig.caller(STRANGER, "SALE"), rig.caller(STRANGER, "SALE"));
    rig.next();
    assert_eq!(rig.made(), ["n01"]);
    rig.is_linked(first, "n01");
    rig.wait(60);
    rig.full();
    assert_eq!((rig.made().len(), rig.reasons()), (1, vec![(second, "contact_has_lead".to_owned())]));
}

/// P4: a number that is none, or a value that the CRM refuses, makes no contact, and no second one later.
#[test]
fn an_invalid_value_never_makes_another() {
    let mut rig = Rig::strangers(MADE);
    let nobody = rig.caller(STRANGER, "SALE");
    rig.world().vici.leads.get_mut(&nobody).unwrap().set(LeadField::PhoneNumber, "12345");
    let refused = rig.caller(STRANGER + 1, "SALE");
    rig.world().vici.leads.get_mut(&refused).unwrap().set(LeadField::Email, "no address");
    rig.world().crm.forbidden = Some("no address".to_owned());
    assert_eq!(rig.next().end, RunEnd::WithFailures);
    assert_eq!(rig.reasons(), [(nobody, "phone_invalid".to_owned())]);
    assert_eq!(rig.failure_codes(), ["validation"]);
    for _ in 0..4 {
        rig.next();
    }
    assert_eq!(rig.world().count("create"), 1, "it waits for its time");
    rig.wait(3600);
    rig.run();
    assert_eq!(rig.world().count("create"), 2);
    assert!(rig.made().is_empty());
    rig.world().crm.forbidden = None;
    rig.wait(24 * 3600);
    rig.run();
    rig.wait(60);
    rig.full();
    assert_eq!((rig.made().len(), rig.failure_codes()), (1, Vec::new()));
    rig.is_linked(refused, "n01");
}

/// P1: the search does not show yet what was made just now; the CRM names it as the one that it has.
#[test]
fn a_contact_that_search_does_not_show_yet_is_adopted_by_its_refusal() {
    let mut rig = Rig::strangers(MADE);
    rig.world().crm.search_lag = TimeDelta::seconds(86_400);
    let lead = rig.caller(STRANGER, "SALE");
    rig.trouble(&[(At::Call("create", 1), Trouble::Lost(Reach::Record))]);
    rig.next();
    rig.calm();
    for _ in 0..3 {
        rig.wait(SETTLE_S + 60);
        rig.run();
    }
    assert_eq!(rig.made(), ["n01"]);
    rig.is_linked(lead, "n01");
}

#[test]
fn a_namesake_with_another_phone_is_left_to_a_person() {
    let mut rig = Rig::strangers(MADE);
    rig.world().person("c90", |person| {
        person.fields.insert("firstName".to_owned(), text("Cara60"));
        person.fields.insert("lastName".to_owned(), text("Caller"));
    });
    let lead = rig.caller(STRANGER, "SALE");
    let report = rig.next();
    assert_eq!((report.end, rig.failure_codes()), (RunEnd::WithFailures, vec!["contact_alike".to_owned()]));
    assert!(rig.failures()[0].raw.contains("c90"), "{}", rig.failures()[0].raw);
    rig.edit("c90", "phoneNumber", &phone(STRANGER));
    rig.edit("c90", "segment", "north");
    // Whoever gave it the phone made it one of ours: then it may have got a lead first.
    rig.wait(24 * 3600);
    rig.run();
    assert!(rig.made().is_empty());
    assert_eq!(rig.failure_codes(), Vec::<String>::new());
    let links = rig.links().into_iter().filter(|link| link.contact == ContactId::from("c90")).count();
    assert!(links <= 1 && rig.world().vici.leads.contains_key(&lead));
}

#[test]
fn a_contact_that_somebody_makes_meanwhile_is_taken() {
    let mut rig = Rig::strangers(MADE);
    let lead = rig.caller(STRANGER, "SALE");
    // The plan found nobody; before the write, somebody is there.
    rig.world().script = Script::default().meanwhile(At::Call("find", 3), |world| {
        world.person("c95", |person| {
            for (name, value) in [("firstName", "Cara"), ("segment", "north"), ("phoneNumber", &phone(STRANGER))] {
                person.fields.insert(name.to_owned(), text(value));
            }
        });
    });
    rig.next();
    assert!(rig.made().is_empty(), "{:?}", rig.made());
    rig.wait(600);
    rig.run();
    rig.wait(600);
    rig.full();
    assert!(rig.made().is_empty());
    rig.is_linked(lead, "c95");
    assert_eq!(rig.logged("c95"), ["SALE"]);
}

#[test]
fn the_lead_of_somebody_who_opted_out_leaves_dialing() {
    for table in ["[without_contact]\nthen = \"match\"\n", MADE] {
        let mut rig = Rig::strangers(table);
        rig.add("c96", STRANGER, "closed");
        rig.opt_out("c96");
        rig.wait(60);
        rig.run();
        let lead = rig.caller(STRANGER, "SALE");
        rig.world().vici.hopper.insert(lead, list(999));
        rig.next();
        assert_eq!(rig.world().vici.leads[&lead].status, "DNC");
        assert!(!rig.world().vici.is_dialable(lead));
        assert!(rig.made().is_empty() && rig.attribute("c96", "phoneNumber") == text(&phone(STRANGER)));
    }
}

#[test]
fn too_many_contacts_at_once_wait_for_a_person() {
    let mut rig = Rig::strangers(MADE);
    rig.job.limits.contacts = 1;
    rig.caller(STRANGER, "SALE");
    rig.caller(STRANGER + 1, "SALE");
    let report = rig.next();
    assert_eq!((report.end, report.holds.as_slice()), (RunEnd::Held, ["contacts".to_owned()].as_slice()));
    assert_eq!(rig.written(), Vec::<String>::new());
    rig.wait(60);
    rig.approve();
    assert_eq!(rig.made().len(), 2);
}

/// P11, P15: however often the answer, or the request, is lost, it is one contact, and no call is lost.
#[test]
fn lost_answers_make_one_contact() {
    for trouble in [Trouble::Lost(Reach::Record), Trouble::Vanished(Reach::Record), Trouble::Late(30), Trouble::Lost(Reach::Connection)] {
        let mut rig = Rig::strangers(MADE);
        let lead = rig.caller(STRANGER, "SALE");
        rig.trouble(&[(At::Call("create", 1), trouble)]);
        rig.next();
        for _ in 0..2 {
            rig.trouble(&[(At::Call("create", 1), trouble)]);
            rig.wait(SETTLE_S + 10);
            rig.run();
        }
        rig.calm();
        // What was tried three times in vain rests for a while.
        for _ in 0..2 {
            rig.wait(24 * 3600);
            rig.run();
        }
        assert_eq!(rig.made(), ["n01"], "{trouble:?}");
        rig.is_linked(lead, "n01");
        assert_eq!(rig.logged("n01"), ["SALE"], "{trouble:?}");
    }
}

#[test]
fn killed_at_any_request_it_is_one_contact_and_no_call_is_lost() {
    let life = || {
        let rig = Rig::strangers(MADE);
        let lead = rig.caller(STRANGER, "SALE");
        let matched = rig.caller(STRANGER + 1, "SALE");
        rig.world().person(&id(50), |person| {
            for (name, value) in [("firstName", "Cara"), ("segment", "north"), ("phoneNumber", &phone(STRANGER + 1))] {
                person.fields.insert(name.to_owned(), text(value));
            }
        });
        rig.wait(60);
        rig.world().forget_counts();
        (rig, lead, matched)
    };
    let (mut rig, ..) = life();
    rig.run();
    let requests = rig.world().requests.len() as u64;
    assert!(requests > 12, "{requests}");
    for trouble in [Trouble::DieBefore, Trouble::DieAfter, Trouble::DieLate(40), Trouble::Lost(Reach::Connection)] {
        for at in 1..=requests {
            let (mut rig, lead, matched) = life();
            rig.trouble(&[(At::Request(at), trouble)]);
            let _ = rig.ask(vicisync::engine::Scope::Changed, false);
            rig.calm();
            for _ in 0..3 {
                rig.wait(700);
                rig.run();
            }
            rig.wait(24 * 3600);
            rig.full();
            let case = format!("{trouble:?} at request {at}: {:?} {:?}", rig.failures(), rig.held());
            assert_eq!(rig.made(), ["n01"], "{case}");
            rig.is_linked(lead, "n01");
            rig.is_linked(matched, "c50");
            assert_eq!((rig.logged("n01"), rig.logged("c50")), (vec!["SALE".to_owned()], vec!["SALE".to_owned()]), "{case}");
            rig.is_quiet();
        }
    }
}
