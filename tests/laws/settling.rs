//! Writes of unknown effect: looked at after a while, never sent again blind.

use vicisync::engine::Scope;
use vicisync::model::{LeadField, RunEnd};
use vicisync::ports::Reach;

use super::leaving::troubles;
use super::rig::{Rig, SETTLE_S, id, list};
use super::world::trouble::{At, Trouble};

/// P14: a dialer that keeps nothing apart took one number a hundred times over, once for each add that was sent again after a time-out. Here an add
/// whose answer was lost is one lead, whatever became of it.
#[test]
fn a_lost_answer_of_an_add_makes_no_double() {
    for trouble in troubles() {
        // With custom fields, whose op has the contact looked at again, and without.
        for plan in ["basic", ""] {
            let mut rig = Rig::started(2);
            rig.add("c09", 9, "north");
            rig.edit("c09", "plan", plan);
            // Long enough for the next run's listing not to show it again by the overlap alone.
            rig.wait(60);
            rig.trouble(&[(At::Call("add_lead", 1), trouble)]);
            rig.ask(Scope::Changed, false);
            rig.calm();
            for _ in 0..3 {
                rig.wait(400);
                rig.run();
            }
            assert_eq!(rig.leads("c09").len(), 1, "{trouble:?}");
            assert_eq!(rig.row("c09").custom("plan"), plan, "{trouble:?}");
            rig.is_quiet();
        }
    }
}

/// P14: the look comes first: what was added without an answer is found by its code, and not added again.
#[test]
fn a_lost_answer_is_settled_by_a_look_and_not_by_a_second_add() {
    let mut rig = Rig::started(2);
    rig.add("c09", 9, "north");
    rig.trouble(&[(At::Call("add_lead", 1), Trouble::Lost(Reach::Record))]);
    let report = rig.run();
    assert_eq!((report.end, report.totals.unknown), (RunEnd::WithFailures, 1));
    rig.run();
    assert_eq!(rig.world().count("add_lead"), 1);
    rig.is_quiet();
}

#[test]
fn a_commit_that_comes_while_settling_makes_no_double() {
    for seconds in [1, 60, SETTLE_S - 1] {
        let mut rig = Rig::started(2);
        rig.add("c09", 9, "north");
        rig.trouble(&[(At::Call("add_lead", 1), Trouble::Late(seconds))]);
        rig.run();
        rig.calm();
        // The next run comes at once: it has to wait, for itself.
        rig.run();
        assert_eq!(rig.leads("c09").len(), 1, "committed after {seconds} s");
        assert_eq!(rig.world().count("add_lead"), 1);
        rig.is_quiet();
    }
}

#[test]
fn a_commit_between_the_two_looks_makes_no_double() {
    let mut rig = Rig::started(2);
    rig.add("c09", 9, "north");
    rig.trouble(&[(At::Call("add_lead", 1), Trouble::Late(SETTLE_S + 1))]);
    rig.run();
    rig.calm();
    rig.run();
    assert_eq!(rig.leads("c09").len(), 1);
    assert_eq!(rig.world().count("add_lead"), 1);
    rig.is_quiet();
}

#[test]
fn after_a_restart_an_open_add_counts_as_closed_at_start_up() {
    let mut rig = Rig::started(2);
    rig.add("c09", 9, "north");
    rig.trouble(&[(At::Call("add_lead", 1), Trouble::DieLate(SETTLE_S + 60))]);
    assert!(rig.ask(Scope::Changed, false).is_none());
    rig.calm();
    rig.wait(100);
    rig.run();
    assert_eq!(rig.leads("c09").len(), 1);
    rig.is_quiet();
}

/// A contact whose add came so late that it was added again.
fn doubled() -> Rig {
    let mut rig = Rig::started(2);
    rig.add("c09", 9, "north");
    rig.wait(60);
    rig.trouble(&[(At::Call("add_lead", 1), Trouble::Late(10_000))]);
    rig.run();
    rig.calm();
    rig.run();
    rig.wait(20_000);
    assert_eq!(rig.leads("c09").len(), 2, "the first add came very late");
    rig
}

#[test]
fn a_double_is_found_by_the_next_full_run_and_leaves_dialing() {
    let mut rig = doubled();
    rig.world().vici.fill_hopper();
    let report = rig.full();
    assert_eq!(report.totals.doubles, 1);
    let dialable: Vec<_> = rig.leads("c09").into_iter().filter(|lead| rig.world().vici.is_dialable(*lead)).collect();
    assert_eq!(dialable.len(), 1);
    // The one that stays is the one that is linked.
    rig.edit("c09", "firstName", "Zoe");
    rig.wait(60);
    rig.run();
    assert_eq!(rig.world().vici.leads[&dialable[0]].get(LeadField::FirstName), "Zoe");
    rig.is_quiet();
}

#[test]
fn a_called_double_is_shown_to_a_person() {
    let mut rig = doubled();
    let late = rig.leads("c09")[1];
    rig.world().vici.leads.get_mut(&late).unwrap().called = 1;
    let report = rig.full();
    assert_eq!(report.end, RunEnd::WithFailures);
    assert_eq!(rig.failure_codes(), ["double_called"]);
    assert_eq!(rig.world().vici.leads[&late].status, "NEW");
    // Somebody settles it by hand.
    rig.world().vici.leads.remove(&late);
    rig.wait(60);
    rig.full();
    rig.is_quiet();
}

#[test]
fn a_double_that_settling_meets_is_taken_out_once() {
    for scope in [Scope::Changed, Scope::Full] {
        let mut rig = Rig::started(2);
        rig.add("c09", 9, "north");
        rig.trouble(&[(At::Call("add_lead", 1), Trouble::Lost(Reach::Record))]);
        rig.run();
        rig.calm();
        let copy = rig.row("c09");
        rig.world().vici.insert(copy);
        rig.ask(scope, false);
        let dialable = rig.leads("c09").into_iter().filter(|lead| rig.world().vici.is_dialable(*lead)).count();
        assert_eq!(dialable, 1);
        rig.is_quiet();
    }
}

#[test]
fn updates_of_unknown_effect_end_well() {
    for trouble in troubles() {
        for call in ["update_lead", "set_custom"] {
            let mut rig = Rig::started(3);
            rig.edit("c01", "firstName", "Zoe");
            rig.edit("c01", "plan", "gold");
            rig.edit("c01", "segment", "west");
            rig.trouble(&[(At::Call(call, 1), trouble)]);
            rig.ask(Scope::Changed, false);
            rig.calm();
            for _ in 0..2 {
                rig.wait(400);
                rig.run();
            }
            let row = rig.row("c01");
            let seen = (row.get(LeadField::FirstName), row.custom("plan"), row.list);
            assert_eq!(seen, ("Zoe", "gold", list(1003)), "{call} {trouble:?}");
            rig.is_quiet();
        }
    }
}

#[test]
fn a_newer_change_wins_over_an_open_one() {
    for trouble in troubles() {
        let mut rig = Rig::started(3);
        rig.edit("c01", "firstName", "Zoe");
        rig.trouble(&[(At::Call("update_lead", 1), trouble)]);
        rig.ask(Scope::Changed, false);
        rig.calm();
        rig.edit("c01", "firstName", "Mia");
        rig.run();
        rig.wait(400);
        rig.run();
        assert_eq!(rig.row("c01").get(LeadField::FirstName), "Mia", "{trouble:?}");
        rig.is_quiet();
    }
}

#[test]
fn a_change_that_is_taken_back_while_open_ends_well() {
    for trouble in troubles() {
        let mut rig = Rig::started(3);
        rig.edit("c01", "firstName", "Zoe");
        rig.trouble(&[(At::Call("update_lead", 1), trouble)]);
        rig.ask(Scope::Changed, false);
        rig.calm();
        rig.edit("c01", "firstName", "Ann1");
        rig.run();
        rig.wait(400);
        rig.run();
        assert_eq!(rig.row("c01").get(LeadField::FirstName), "Ann1", "{trouble:?}");
        rig.is_quiet();
    }
}

#[test]
fn a_contact_that_returns_while_its_leaving_is_open_is_dialed_again() {
    for trouble in troubles() {
        for call in ["update_lead", "leave_hopper"] {
            let mut rig = Rig::started(3);
            rig.world().vici.fill_hopper();
            rig.edit("c01", "segment", "closed");
            rig.trouble(&[(At::Call(call, 1), trouble)]);
            rig.ask(Scope::Changed, false);
            rig.calm();
            rig.edit("c01", "segment", "north");
            for _ in 0..2 {
                rig.run();
                rig.wait(400);
            }
            assert_eq!(rig.row("c01").status, "NEW", "{call} {trouble:?}");
            rig.is_quiet();
        }
    }
}

#[test]
fn a_contact_that_moves_back_while_its_move_is_open_ends_where_it_was() {
    for trouble in troubles() {
        for call in ["update_lead", "leave_hopper"] {
            let mut rig = Rig::started(3);
            rig.world().vici.fill_hopper();
            rig.edit("c01", "segment", "west");
            rig.trouble(&[(At::Call(call, 1), trouble)]);
            rig.ask(Scope::Changed, false);
            rig.calm();
            rig.edit("c01", "segment", "north");
            for _ in 0..2 {
                rig.run();
                rig.wait(400);
            }
            assert_eq!(rig.row("c01").list, list(1001), "{call} {trouble:?}");
            rig.is_quiet();
        }
    }
}

#[test]
fn an_agents_edit_after_an_open_update_survives() {
    for trouble in [Trouble::Lost(Reach::Record), Trouble::DieAfter] {
        let mut rig = Rig::started(3);
        rig.edit("c01", "firstName", "Zoe");
        rig.edit("c01", "email", "zoe@example.com");
        rig.trouble(&[(At::Call("update_lead", 1), trouble)]);
        rig.ask(Scope::Changed, false);
        rig.calm();
        rig.agent("c01", |row| row.set(LeadField::Email, "agent@example.com"));
        rig.run();
        rig.wait(400);
        rig.run();
        let row = rig.row("c01");
        assert_eq!(row.get(LeadField::FirstName), "Zoe");
        assert_eq!(row.get(LeadField::Email), "agent@example.com", "the update was done, and then the agent came");
        rig.is_quiet();
    }
}

#[test]
fn an_open_write_that_cannot_be_looked_at_stays_open() {
    let mut rig = Rig::started(3);
    rig.edit("c01", "segment", "west");
    rig.trouble(&[(At::Call("update_lead", 1), Trouble::Lost(Reach::Record))]);
    rig.run();
    rig.edit("c01", "segment", "north");
    rig.trouble(&[(At::Every("read_lead"), Trouble::Refused)]);
    for _ in 0..2 {
        assert_eq!(rig.run().end, RunEnd::WithFailures);
        rig.wait(400);
    }
    rig.calm();
    rig.run();
    rig.wait(7200);
    rig.run();
    assert_eq!(rig.row("c01").list, list(1001));
    rig.is_quiet();
}

#[test]
fn many_unclear_answers_stop_the_run() {
    let mut rig = Rig::started(2);
    for number in 20..60 {
        rig.add(&id(number), number, "north");
    }
    rig.trouble(&[(At::Every("add_lead"), Trouble::Vanished(Reach::Connection))]);
    let report = rig.run();
    assert_eq!(report.end, RunEnd::Stopped);
    assert!(rig.world().count("add_lead") <= 4, "a broken connection is not tried forty times");
    rig.calm();
    rig.wait(400);
    rig.run();
    rig.wait(400);
    rig.run();
    assert!((20..60).all(|number| rig.leads(&id(number)).len() == 1));
    rig.is_quiet();
}
