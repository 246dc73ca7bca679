//! One life, killed at each of its requests, and troubled at each of them: it ends as the calm one did.

use std::collections::BTreeMap;

use vicisync::engine::Scope;
use vicisync::model::{FieldName, ListId, RunEnd, Value};
use vicisync::ports::Reach;

use super::rig::{Rig, id, phone};
use super::world::trouble::{At, Trouble};

/// A lead as far as it has to be the same in all lives.
type LeadPicture = (ListId, String, BTreeMap<FieldName, String>, bool);

/// The world's end: leads by contact, attributes by contact, activities by contact. Ids aside.
#[derive(Debug, PartialEq, Eq)]
struct Picture {
    leads: BTreeMap<String, Vec<LeadPicture>>,
    attributes: BTreeMap<String, Vec<(String, Value)>>,
    activities: BTreeMap<String, Vec<(String, i64)>>,
}

/// Twenty contacts, eighteen of them pushed, and then a busy hour.
fn busy() -> Rig {
    let rig = Rig::started(18);
    rig.world().vici.fill_hopper();
    rig.add("c18", 18, "south");
    rig.add("c19", 19, "north");
    rig.edit("c19", "plan", "");
    rig.edit("c01", "firstName", "Zoe");
    rig.edit("c02", "plan", "gold");
    rig.edit("c03", "email", "bob+tag@example.com");
    rig.edit("c03", "plan", "silver");
    rig.edit("c04", "segment", "west");
    rig.edit("c05", "segment", "closed");
    rig.opt_out("c06");
    rig.edit("c07", "phoneNumber", &phone(77));
    rig.delete("c08");
    rig.call("c09", "SALE");
    rig.call("c10", "NI");
    rig.transfer("c10", "SALE");
    rig.call("c11", "NA");
    rig.call("c11", "CALLBK");
    rig.call("c12", "SALE");
    rig.opt_out("c12");
    rig.agent("c13", |row| row.set(vicisync::model::LeadField::LastName, "Agent"));
    rig.edit("c14", "segment", "south");
    rig.edit("c14", "firstName", "Mia");
    // Moved together with c04.
    rig.edit("c15", "segment", "west");
    rig.edit("c16", "segment", "west");
    // Long enough for a later listing not to show them again by the overlap alone.
    rig.wait(60);
    rig.world().forget_counts();
    rig
}

/// Runs until nothing is left to do.
fn to_the_end(rig: &mut Rig) {
    rig.calm();
    for _ in 0..2 {
        rig.wait(700);
        rig.run();
    }
    rig.wait(700);
    rig.full();
    rig.is_quiet();
}

fn picture(rig: &Rig) -> Picture {
    let ids: Vec<String> = (0..20).map(id).collect();
    let mut end = Picture { leads: BTreeMap::new(), attributes: BTreeMap::new(), activities: BTreeMap::new() };
    for contact in ids {
        let leads = rig.leads(&contact);
        let world = rig.world();
        let pictures = leads.iter().map(|lead| {
            let row = &world.vici.leads[lead];
            let values = row.values.iter().filter(|(_, value)| !value.is_empty());
            let values = values.map(|(field, value)| (field.clone(), value.clone())).collect();
            (row.list, row.status.clone(), values, world.vici.hopper.contains_key(lead))
        });
        end.leads.insert(contact.clone(), pictures.collect());
        let person = world.crm.people.get(&contact.as_str().into());
        let fields = person.map(|person| person.fields.iter().map(|(name, value)| (name.clone(), value.clone())).collect());
        end.attributes.insert(contact.clone(), fields.unwrap_or_default());
        let theirs = world.crm.activities.values().filter(|logged| logged.contact.as_str() == contact);
        let mut theirs: Vec<_> = theirs.map(|logged| (logged.activity.status.clone(), logged.activity.end.timestamp())).collect();
        theirs.sort();
        end.activities.insert(contact, theirs);
    }
    end
}

/// The calm life: its end, and how many requests its busy run took.
fn calm(scope: &Scope) -> (Picture, u64) {
    let mut rig = busy();
    let report = rig.ask(scope.clone(), false).expect("nobody killed it");
    assert_eq!(report.end, RunEnd::Clean);
    let requests = rig.world().requests.len() as u64;
    to_the_end(&mut rig);
    (picture(&rig), requests)
}

fn at_every_request(scope: &Scope, trouble: Trouble) {
    let (wanted, requests) = calm(scope);
    assert!(requests > 40, "the life is too short to prove much: {requests} requests");
    for at in 1..=requests {
        let mut rig = busy();
        rig.trouble(&[(At::Request(at), trouble)]);
        let report = rig.ask(scope.clone(), false);
        let is_killed = matches!(trouble, Trouble::DieBefore | Trouble::DieAfter | Trouble::DieLate(_));
        assert_eq!(report.is_none(), is_killed, "{trouble:?} at request {at}");
        to_the_end(&mut rig);
        assert_eq!(picture(&rig), wanted, "{trouble:?} at request {at}");
    }
}

#[test]
fn the_calm_life_ends_as_it_should() {
    let (end, _) = calm(&Scope::Full);
    let status = |contact: &str| end.leads[contact].iter().map(|lead| lead.1.as_str()).collect::<Vec<_>>();
    assert_eq!(status("c01"), ["NEW"]);
    assert_eq!(status("c05"), ["VSGONE"]);
    assert_eq!(status("c06"), ["DNC"]);
    assert_eq!(status("c08"), ["VSGONE"]);
    assert_eq!(status("c12"), ["DNC"]);
    assert_eq!(end.leads["c04"][0].0, ListId(1003));
    assert!(
        end.leads["c00"][0].3 && ["c04", "c05", "c06", "c08", "c12", "c14", "c15", "c16"].iter().all(|contact| !end.leads[*contact][0].3)
    );
    assert_eq!(end.activities["c10"].len(), 1);
    assert_eq!(end.activities["c11"].len(), 1);
    assert_eq!(end.leads.values().filter(|leads| leads.len() == 1).count(), 20);
}

#[test]
fn killed_in_its_first_run_it_ends_with_one_lead_each() {
    for trouble in [Trouble::DieBefore, Trouble::DieAfter, Trouble::DieLate(60)] {
        for at in 1..=50 {
            let mut rig = Rig::new();
            for number in 0..12 {
                rig.add(&id(number), number, "north");
            }
            rig.trouble(&[(At::Request(at), trouble)]);
            rig.ask(Scope::Full, true);
            rig.calm();
            rig.approve();
            rig.wait(700);
            rig.run();
            assert!((0..12).all(|number| rig.leads(&id(number)).len() == 1), "{trouble:?} at request {at}");
            assert!((0..12).all(|number| rig.row(&id(number)).custom("plan") == "basic"), "{trouble:?} at request {at}");
            rig.is_quiet();
        }
    }
}

/// P86: after a run was broken off, only a person could put it right, by doing everything anew. Here the next run goes on by itself.
#[test]
fn killed_before_any_request_it_ends_the_same() {
    at_every_request(&Scope::Full, Trouble::DieBefore);
}

#[test]
fn killed_after_any_request_it_ends_the_same() {
    at_every_request(&Scope::Full, Trouble::DieAfter);
}

#[test]
fn killed_while_the_server_works_on_it_ends_the_same() {
    at_every_request(&Scope::Full, Trouble::DieLate(60));
}

#[test]
fn killed_in_a_short_run_it_ends_the_same() {
    at_every_request(&Scope::Changed, Trouble::DieAfter);
}

#[test]
fn refused_at_any_request_it_ends_the_same() {
    at_every_request(&Scope::Full, Trouble::Refused);
}

#[test]
fn with_any_answer_lost_it_ends_the_same() {
    at_every_request(&Scope::Full, Trouble::Lost(Reach::Record));
}

#[test]
fn with_any_request_lost_it_ends_the_same() {
    at_every_request(&Scope::Full, Trouble::Vanished(Reach::Connection));
}

#[test]
fn with_any_write_late_it_ends_the_same() {
    at_every_request(&Scope::Full, Trouble::Late(60));
}

#[test]
fn without_a_connection_at_any_request_it_ends_the_same() {
    at_every_request(&Scope::Changed, Trouble::Unreachable);
}

#[test]
fn killed_again_and_again_it_gets_through() {
    let (wanted, requests) = calm(&Scope::Full);
    for step in [3, 7, 13] {
        let mut rig = busy();
        let mut runs = 0;
        for at in (1..=requests).step_by(step) {
            rig.trouble(&[(At::Request(at), Trouble::DieAfter)]);
            rig.wait(30);
            rig.ask(Scope::Full, false);
            runs += 1;
        }
        assert!(runs > 3);
        to_the_end(&mut rig);
        assert_eq!(picture(&rig), wanted, "killed at every {step}th request");
    }
}
