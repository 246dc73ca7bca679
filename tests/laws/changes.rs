//! Changes are found, whenever they come: during a run, in the same second, by a CRM whose clock is off.

use chrono::TimeDelta;
use vicisync::engine::Scope;
use vicisync::model::{LeadField, RunEnd, Value};

use super::rig::{Rig, id, list};
use super::world::World;
use super::world::trouble::{At, Script};

fn rename(id: &'static str, name: &'static str) -> impl FnOnce(&mut World) + Send + 'static {
    move |world| world.person(id, |person| drop(person.fields.insert("firstName".to_owned(), Value::Text(name.to_owned()))))
}

/// P22: the next run read from the end of this one, and what people changed meanwhile was never seen. Here it is, at whichever request it comes.
#[test]
fn a_change_during_a_run_is_not_lost() {
    let requests = {
        let mut rig = Rig::started(12);
        rig.edit("c00", "firstName", "Mia");
        rig.edit("c11", "firstName", "Mia");
        rig.full();
        rig.world().requests.len() as u64
    };
    for at in 1..=requests {
        let mut rig = Rig::started(12);
        rig.edit("c00", "firstName", "Mia");
        rig.edit("c11", "firstName", "Mia");
        rig.world().script = Script::default().meanwhile(At::Request(at), rename("c00", "Zoe"));
        rig.full();
        rig.calm();
        rig.wait(60);
        rig.run();
        assert_eq!(rig.row("c00").get(LeadField::FirstName), "Zoe", "changed before request {at}");
        assert_eq!(rig.row("c11").get(LeadField::FirstName), "Mia");
    }
}

/// P22: the same where the run takes so long that no overlap makes up for it.
#[test]
fn a_change_during_a_slow_run_is_not_lost() {
    let mut rig = Rig::started(12);
    rig.edit("c07", "firstName", "Mia");
    let slow = |world: &mut World| world.pass(TimeDelta::minutes(10));
    rig.world().script = Script::default()
        .meanwhile(At::Call("page", 2), rename("c00", "Zoe"))
        .meanwhile(At::Call("page", 3), slow)
        .meanwhile(At::Call("update_lead", 1), slow);
    rig.full();
    rig.wait(60);
    rig.run();
    assert_eq!(rig.row("c00").get(LeadField::FirstName), "Zoe");
    rig.is_quiet();
}

/// P25: a change showed after the listing, with a stamp before the newest that was listed, and was passed over for ever.
#[test]
fn changes_of_one_second_are_all_found_whatever_the_page() {
    let mut rig = Rig::started(14);
    for number in 0..14 {
        rig.edit(&id(number), "firstName", "Zoe");
    }
    let report = rig.run();
    assert_eq!(report.totals.updated, 14);
    // In the same second as the listing, after it.
    let now = rig.world().now;
    rig.edit("c03", "firstName", "Mia");
    rig.world().crm.people.get_mut(&"c03".into()).unwrap().modified = now - TimeDelta::seconds(2);
    rig.wait(60);
    rig.run();
    assert_eq!(rig.row("c03").get(LeadField::FirstName), "Mia");
    rig.is_quiet();
}

/// P25: records came to light after a run with stamps older than what that run had seen. One that is a little late is found by the next run; one that
/// comes hours late, as after a restored copy or an import, by the next look at everything.
#[test]
fn what_comes_to_light_late_with_an_old_stamp_is_found() {
    for (age, scope) in [(25, Scope::Changed), (7200, Scope::Full)] {
        let mut rig = Rig::started(4);
        let listed = rig.world().crm_now();
        rig.edit("c00", "firstName", "Mia");
        assert_eq!(rig.run().totals.updated, 1);
        rig.edit("c01", "firstName", "Zoe");
        rig.add("c09", 9, "north");
        for late in ["c01", "c09"] {
            rig.world().crm.people.get_mut(&late.into()).unwrap().modified = listed - TimeDelta::seconds(age);
        }
        rig.wait(60);
        rig.ask(scope, false);
        assert_eq!(rig.row("c01").get(LeadField::FirstName), "Zoe", "{age} s late");
        assert_eq!(rig.leads("c09").len(), 1, "{age} s late");
        rig.is_quiet();
    }
}

#[test]
fn a_crm_whose_clock_is_off_loses_no_change() {
    for skew in [-400, 400] {
        let mut rig = Rig::new();
        rig.world().crm.skew = TimeDelta::seconds(skew);
        rig.add("c00", 0, "north");
        rig.approve();
        for name in ["Mia", "Zoe", "Eve"] {
            rig.wait(20);
            rig.edit("c00", "firstName", name);
            rig.run();
            assert_eq!(rig.row("c00").get(LeadField::FirstName), name);
        }
        rig.is_quiet();
    }
}

#[test]
fn a_run_that_stopped_does_not_move_on() {
    let mut rig = Rig::started(8);
    rig.edit("c03", "firstName", "Zoe");
    rig.trouble(&[(At::Call("page", 1), super::world::trouble::Trouble::Unreachable)]);
    assert_eq!(rig.run().end, RunEnd::Stopped);
    rig.calm();
    // Long after any overlap.
    rig.wait(3600);
    rig.run();
    assert_eq!(rig.row("c03").get(LeadField::FirstName), "Zoe");
}

#[test]
fn a_moved_contact_moves_its_lead_and_leaves_the_hopper() {
    let mut rig = Rig::started(3);
    rig.world().vici.fill_hopper();
    rig.edit("c01", "segment", "west");
    let report = rig.run();
    assert_eq!(report.totals.moved, 1);
    let lead = rig.lead("c01");
    assert_eq!(rig.row("c01").list, list(1003));
    assert_eq!(rig.row("c01").status, "NEW");
    assert!(!rig.world().vici.hopper.contains_key(&lead), "it is not dialed for its old list any more");
    assert_eq!(rig.world().vici.hopper.len(), 2);
    rig.is_quiet();
}

#[test]
fn a_new_mapping_looks_at_everything_again() {
    let mut rig = Rig::started(6);
    rig.remap("first_name = \"firstName\"", "first_name = { from = \"firstName\", transform = [\"upper\"] }");
    rig.wait(3600);
    let report = rig.run();
    assert_eq!(report.totals.updated, 6);
    assert_eq!(rig.row("c04").get(LeadField::FirstName), "ANN4");
    rig.is_quiet();
}

#[test]
fn nothing_is_decided_twice_in_one_listing() {
    let mut rig = Rig::started(12);
    for number in 0..12 {
        rig.edit(&id(number), "firstName", &format!("Mia{number}"));
    }
    // It moves to the end of the listing, where it is shown again.
    rig.wait(5);
    rig.world().script = Script::default().meanwhile(At::Call("page", 2), rename("c00", "Zoe"));
    rig.run();
    assert_eq!(rig.world().count("update_lead"), 12);
    rig.wait(60);
    rig.run();
    assert_eq!(rig.row("c00").get(LeadField::FirstName), "Zoe");
    rig.is_quiet();
}
