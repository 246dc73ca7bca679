//! One life with edits on both sides, killed and troubled at each of its requests: it ends as the calm one did.

use std::collections::BTreeMap;

use vicisync::engine::Scope;
use vicisync::model::{FieldName, LeadField, Value};
use vicisync::ports::Reach;

use super::rig::{Rig, id};
use super::two_ways::both;
use super::world::trouble::{At, Trouble};

const CONTACTS: u64 = 8;

/// What both sides show in the end, by contact.
type Picture = BTreeMap<String, (BTreeMap<FieldName, String>, Vec<Value>)>;

/// Edits of one side, of both in different fields, and of both in one; some of the leads had calls.
fn busy() -> Rig {
    let rig = both(CONTACTS);
    let plan = FieldName::Custom("plan".to_owned());
    rig.edit("c00", "city", "Tampa");
    rig.agent("c01", |row| row.set(LeadField::City, "Largo"));
    rig.edit("c02", "firstName", "Zoe");
    rig.agent("c02", |row| {
        row.set(LeadField::Email, "agent@example.com");
        row.values.insert(plan.clone(), "gold".to_owned());
    });
    rig.edit("c03", "city", "Tampa");
    rig.agent("c03", |row| row.set(LeadField::City, "Largo"));
    rig.agent("c04", |row| drop(row.values.insert(plan.clone(), "silver".to_owned())));
    rig.call("c04", "SALE");
    rig.edit("c05", "plan", "gold");
    rig.agent("c05", |row| row.set(LeadField::City, "Ocala"));
    rig.call("c05", "NI");
    rig.wait(60);
    rig.world().forget_counts();
    rig
}

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
    let of = |id: String| {
        let attributes = ["city", "email", "plan", "firstName", "outcome", "callCount"].map(|name| rig.attribute(&id, name)).to_vec();
        let values = rig.row(&id).values.into_iter().filter(|(_, value)| !value.is_empty()).collect();
        (id, (values, attributes))
    };
    (0..CONTACTS).map(id).map(of).collect()
}

fn at_every_request(scope: &Scope, trouble: Trouble) {
    let mut rig = busy();
    rig.ask(scope.clone(), false).unwrap();
    let requests = rig.world().requests.len() as u64;
    to_the_end(&mut rig);
    let wanted = picture(&rig);
    assert!(requests > 15, "the life is too short to prove much: {requests} requests");
    for at in 1..=requests {
        let mut rig = busy();
        rig.trouble(&[(At::Request(at), trouble)]);
        rig.ask(scope.clone(), false);
        to_the_end(&mut rig);
        assert_eq!(picture(&rig), wanted, "{scope:?}: {trouble:?} at request {at}");
    }
}

#[test]
fn the_calm_life_ends_with_all_edits() {
    let mut rig = busy();
    to_the_end(&mut rig);
    let city = |id: &str| (rig.attribute(id, "city").text().unwrap_or_default(), rig.row(id).get(LeadField::City).to_owned());
    let same = |value: &str| (value.to_owned(), value.to_owned());
    assert_eq!([city("c00"), city("c01"), city("c03"), city("c05")], [same("Tampa"), same("Largo"), same("Tampa"), same("Ocala")]);
    assert_eq!(rig.attribute("c02", "email"), Value::Text("agent@example.com".to_owned()));
    assert_eq!((rig.attribute("c04", "plan"), rig.row("c05").custom("plan")), (Value::Text("silver".to_owned()), "gold"));
}

#[test]
fn killed_before_any_request_all_edits_arrive() {
    at_every_request(&Scope::Full, Trouble::DieBefore);
    at_every_request(&Scope::Changed, Trouble::DieBefore);
}

#[test]
fn killed_after_any_request_all_edits_arrive() {
    at_every_request(&Scope::Full, Trouble::DieAfter);
    at_every_request(&Scope::Changed, Trouble::DieAfter);
}

#[test]
fn killed_while_a_server_works_on_it_all_edits_arrive() {
    at_every_request(&Scope::Full, Trouble::DieLate(60));
    at_every_request(&Scope::Changed, Trouble::DieLate(60));
}

#[test]
fn with_a_lost_answer_or_a_lost_request_all_edits_arrive() {
    for trouble in [Trouble::Lost(Reach::Record), Trouble::Vanished(Reach::Connection), Trouble::Late(60), Trouble::Refused] {
        at_every_request(&Scope::Full, trouble);
    }
}
