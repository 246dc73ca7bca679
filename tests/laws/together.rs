//! Leads that are changed alike are written together, and many requests are out at one time: no law is weaker for it.

use vicisync::engine::Scope;
use vicisync::model::{LeadField, LinkState, RunEnd};
use vicisync::ports::Reach;

use super::leaving::troubles;
use super::rig::{Rig, id, list};
use super::world::trouble::{At, Script, Trouble};

/// What is done to contacts `c00` to `c05`: a name for messages, the edit, and what their leads show then.
type Deed = (&'static str, fn(&Rig, &str), fn(&Rig, &str) -> bool);

const DEEDS: [Deed; 4] = [
    ("moved", |rig, id| rig.edit(id, "segment", "west"), |rig, id| rig.row(id).list == list(1003)),
    ("changed", |rig, id| rig.edit(id, "city", "Troy"), |rig, id| rig.row(id).get(LeadField::City) == "Troy"),
    ("closed", |rig, id| rig.edit(id, "segment", "closed"), |rig, id| rig.row(id).status == "VSGONE"),
    ("opted out", |rig, id| rig.opt_out(id), |rig, id| rig.row(id).status == "DNC"),
];

/// Writes to many leads, and to one.
fn writes(rig: &Rig) -> (usize, usize) {
    let world = rig.world();
    (world.count("update_leads"), world.count("update_lead"))
}

fn is_dialed_for_its_old_place(rig: &Rig, id: &str) -> bool {
    let lead = rig.lead(id);
    rig.world().vici.hopper.contains_key(&lead)
}

#[test]
fn a_thousand_equal_moves_take_few_writes() {
    let mut rig = Rig::new();
    (rig.job.limits.creates, rig.job.limits.moves) = (2_000, 2_000);
    for number in 0..1_000 {
        rig.add(&id(number), number, "north");
    }
    rig.approve();
    for number in 0..1_000 {
        rig.edit(&id(number), "segment", "west");
        if number % 100 == 0 {
            let lead = rig.lead(&id(number));
            rig.world().vici.hopper.insert(lead, list(1001));
        }
    }
    rig.world().forget_counts();
    let report = rig.run();
    assert_eq!((report.end, report.totals.moved), (RunEnd::Clean, 1_000));
    let count = |name| rig.world().count(name);
    assert_eq!((count("update_leads"), count("update_lead"), count("leave_hopper")), (16, 0, 10));
    assert_eq!(rig.world().most_out(), 4, "as many as the connection takes, and no more");
    assert!((0..1_000).all(|number| rig.row(&id(number)).list == list(1003)));
    assert!(rig.world().vici.hopper.is_empty());
}

#[test]
fn what_is_written_together_is_written_once() {
    for (deed, edit, is_done) in DEEDS {
        let mut rig = Rig::started(16);
        rig.world().vici.fill_hopper();
        (0..6).for_each(|number| edit(&rig, &id(number)));
        rig.run();
        assert_eq!(writes(&rig), (1, 0), "{deed}");
        assert!((0..6).all(|number| is_done(&rig, &id(number))), "{deed}");
        assert_eq!(rig.world().vici.hopper.len(), if deed == "changed" { 16 } else { 10 }, "{deed}");
        rig.is_quiet();
    }
}

#[test]
fn trouble_with_a_group_ends_well() {
    for (deed, edit, is_done) in DEEDS {
        for call in ["read_lead", "update_leads", "hopper", "leave_hopper"] {
            for trouble in troubles().into_iter().chain([Trouble::NotWritten, Trouble::NoRight]) {
                for nth in [1, 3] {
                    let mut rig = Rig::started(9);
                    rig.world().vici.fill_hopper();
                    (0..4).for_each(|number| edit(&rig, &id(number)));
                    rig.trouble(&[(At::Call(call, nth), trouble)]);
                    rig.ask(Scope::Changed, false);
                    rig.calm();
                    for _ in 0..2 {
                        rig.wait(700);
                        rig.run();
                    }
                    for number in 0..4 {
                        assert!(is_done(&rig, &id(number)), "{deed}: {call} {nth} {trouble:?}: c0{number}");
                        let is_in = deed != "changed" && is_dialed_for_its_old_place(&rig, &id(number));
                        assert!(!is_in, "{deed}: {call} {nth} {trouble:?}: c0{number} is in the hopper");
                    }
                    rig.is_quiet();
                }
            }
        }
    }
}

#[test]
fn a_lead_that_goes_before_its_group_is_written_fails_alone() {
    for (deed, edit, is_done) in DEEDS {
        let mut rig = Rig::started(16);
        (0..6).for_each(|number| edit(&rig, &id(number)));
        let gone = rig.lead("c03");
        rig.world().script = Script::default().meanwhile(At::Call("update_leads", 1), move |world| drop(world.vici.leads.remove(&gone)));
        rig.run();
        assert!([0, 1, 2, 4, 5].into_iter().all(|number| is_done(&rig, &id(number))), "{deed}");
        // Nobody dials a lead that is not there.
        let failed: &[&str] = if matches!(deed, "moved" | "changed") { &["lead_missing"] } else { &[] };
        assert_eq!(rig.failure_codes(), failed, "{deed}");
    }
}

#[test]
fn who_is_in_a_call_is_left_out_of_the_group() {
    for (deed, edit, is_done) in DEEDS.into_iter().filter(|(deed, ..)| *deed != "changed") {
        let mut rig = Rig::started(16);
        (0..6).for_each(|number| edit(&rig, &id(number)));
        rig.agent("c03", |row| row.status = "INCALL".to_owned());
        assert_eq!(rig.run().end, RunEnd::WithFailures);
        assert_eq!((rig.failure_codes(), rig.row("c03").status.as_str()), (vec!["in_call".to_owned()], "INCALL"), "{deed}");
        assert!([0, 1, 2, 4, 5].into_iter().all(|number| is_done(&rig, &id(number))), "{deed}");
        rig.agent("c03", |row| row.status = "NI".to_owned());
        rig.wait(600);
        rig.run();
        assert!(is_done(&rig, "c03"), "{deed}");
        rig.is_quiet();
    }
}

#[test]
fn each_keeps_the_status_that_is_its_own() {
    let mut rig = Rig::started(16);
    for (number, status) in [(0, "NI"), (1, "NA"), (2, "SALE")] {
        rig.agent(&id(number), |row| row.status = status.to_owned());
    }
    (0..6).for_each(|number| rig.edit(&id(number), "segment", "closed"));
    rig.run();
    assert_eq!(
        (0..6).map(|number| rig.row(&id(number)).status).collect::<Vec<_>>(),
        ["VSGONE", "VSGONE", "SALE", "VSGONE", "VSGONE", "VSGONE"]
    );
    rig.agent("c04", |row| row.status = "CALLBK".to_owned());
    (0..6).for_each(|number| rig.edit(&id(number), "segment", "west"));
    rig.wait(60);
    rig.world().forget_counts();
    rig.run();
    assert_eq!((0..6).map(|number| rig.row(&id(number)).status).collect::<Vec<_>>(), ["NI", "NA", "SALE", "NEW", "CALLBK", "NEW"]);
    assert!((0..6).all(|number| rig.row(&id(number)).list == list(1003)));
    assert!(rig.links().iter().all(|link| link.state == LinkState::Live));
    // Those that come back as new, and of the others each status by itself.
    assert!(rig.world().count("update_leads") >= 1);
    rig.is_quiet();
}

#[test]
fn the_status_that_was_left_outlives_a_lost_connection() {
    let lost = Trouble::Lost(Reach::Connection);
    for (call, trouble) in [("leave_hopper", Trouble::Unreachable), ("leave_hopper", lost), ("update_leads", lost)] {
        let mut rig = Rig::started(16);
        (0..6).for_each(|number| rig.agent(&id(number), |row| row.status = "NI".to_owned()));
        (0..6).for_each(|number| rig.edit(&id(number), "segment", "closed"));
        rig.trouble(&[(At::Call(call, 1), trouble)]);
        rig.run();
        rig.calm();
        rig.wait(600);
        rig.run();
        assert!((0..6).all(|number| rig.row(&id(number)).status == "VSGONE"), "{call} {trouble:?}");
        (0..6).for_each(|number| rig.edit(&id(number), "segment", "west"));
        rig.wait(60);
        rig.run();
        let back: Vec<String> = (0..6).map(|number| rig.row(&id(number)).status).collect();
        assert_eq!(back, ["NI"; 6], "{call} {trouble:?}: who was called already is not called as new");
        rig.is_quiet();
    }
}

#[test]
fn a_status_that_a_death_lost_is_not_taken_for_new() {
    for call in ["update_leads", "leave_hopper"] {
        let mut rig = Rig::started(16);
        (0..6).for_each(|number| rig.agent(&id(number), |row| (row.status, row.called) = ("NI".to_owned(), 1)));
        (0..6).for_each(|number| rig.edit(&id(number), "segment", "closed"));
        rig.trouble(&[(At::Call(call, 1), Trouble::DieAfter)]);
        assert!(rig.ask(Scope::Changed, false).is_none(), "{call}");
        rig.calm();
        rig.wait(600);
        rig.run();
        (0..6).for_each(|number| rig.edit(&id(number), "segment", "west"));
        rig.wait(60);
        rig.run();
        let back: Vec<String> = (0..6).map(|number| rig.row(&id(number)).status).collect();
        assert!(back.iter().all(|status| status == "VSGONE"), "{call}: {back:?}: nobody knows whether they said no");
        assert!(rig.failure_codes().iter().all(|code| code == "status_unknown") && rig.failures().len() == 6, "{call}");
        // A person says what it is.
        (0..6).for_each(|number| rig.agent(&id(number), |row| row.status = "NEW".to_owned()));
        rig.wait(7_200);
        rig.run();
        assert!((0..6).all(|number| (rig.row(&id(number)).list, rig.failures().len()) == (list(1003), 0)), "{call}");
        rig.is_quiet();
    }
}

#[test]
fn a_status_that_is_set_while_others_are_looked_at_is_kept() {
    let mut rig = Rig::started(16);
    (16..400).for_each(|number| rig.add(&id(number), number, "north"));
    (rig.job.limits.creates, rig.job.limits.deactivates, rig.job.limits.deactivates_share) = (1_000, 1_000, 1.0);
    rig.approve();
    (0..400).for_each(|number| rig.edit(&id(number), "segment", "closed"));
    let lead = rig.lead("c00");
    let sold = move |world: &mut super::world::World| world.vici.leads.get_mut(&lead).unwrap().status = "SALE".to_owned();
    rig.world().script = Script::default().meanwhile(At::Call("read_lead", 200), sold);
    rig.run();
    assert_eq!(rig.row("c00").status, "SALE", "its look was too old");
}

#[test]
fn what_a_group_is_refused_for_is_each_ones_failure() {
    let mut rig = Rig::started(16);
    rig.world().vici.lists.remove(&list(1003));
    (0..6).for_each(|number| rig.edit(&id(number), "segment", "west"));
    let report = rig.run();
    assert_eq!((report.end, report.failures, report.totals.refused), (RunEnd::WithFailures, 6, 6));
    assert!(rig.failure_codes().iter().all(|code| code == "list_missing"));
    assert_eq!(writes(&rig), (1, 0));
    assert!((0..6).all(|number| rig.row(&id(number)).list == list(1001)));
}

#[test]
fn what_got_no_clear_answer_together_is_sent_again_alone() {
    let mut rig = Rig::started(16);
    (0..6).for_each(|number| rig.edit(&id(number), "city", "Troy"));
    rig.trouble(&[(At::Call("update_leads", 1), Trouble::Vanished(Reach::Record))]);
    let report = rig.run();
    assert_eq!((report.end, report.totals.unknown), (RunEnd::WithFailures, 6));
    rig.calm();
    rig.run();
    assert_eq!(writes(&rig), (1, 6));
    rig.is_quiet();
}

#[test]
fn one_refused_statement_is_taken_apart() {
    let mut rig = Rig::started(16);
    (0..6).for_each(|number| rig.edit(&id(number), "city", "Troy"));
    rig.trouble(&[(At::Call("update_leads", 1), Trouble::NotWritten), (At::Call("update_lead", 2), Trouble::NotWritten)]);
    let report = rig.run();
    assert_eq!((report.totals.updated, report.totals.refused), (5, 1), "the lead whose statement is broken fails alone");
}

#[test]
fn a_new_phone_is_never_written_together() {
    let mut rig = Rig::started(16);
    (0..6).for_each(|number| rig.edit(&id(number), "phoneNumber", "+17275550177"));
    rig.run();
    assert_eq!(writes(&rig), (0, 6));
    rig.is_quiet();
}

#[test]
fn what_was_written_leaves_the_hopper_though_a_right_is_missing() {
    for (trouble, least, most) in [(Trouble::NoRight, 12, 12), (Trouble::Unreachable, 1, 4)] {
        let mut rig = Rig::started(30);
        rig.world().vici.fill_hopper();
        (0..12).for_each(|number| rig.edit(&id(number), "segment", "closed"));
        rig.trouble(&[(At::Call("leave_hopper", 1), trouble)]);
        rig.run();
        let tries = rig.world().count("leave_hopper");
        assert!((least..=most).contains(&tries), "{trouble:?}: {tries} tries");
        rig.calm();
        rig.wait(600);
        rig.run();
        assert_eq!(rig.world().vici.hopper.len(), 18, "{trouble:?}");
        rig.is_quiet();
    }
}

#[test]
fn a_right_that_is_missing_for_many_is_told_as_that() {
    let mut rig = Rig::started(30);
    (0..12).for_each(|number| rig.edit(&id(number), "segment", "closed"));
    rig.trouble(&[(At::Every("leave_hopper"), Trouble::NoRight)]);
    let report = rig.run();
    assert_eq!(report.end, RunEnd::Refused, "{}", report.message);
    assert!(report.message.contains("right"), "{}", report.message);
}

#[test]
fn contacts_of_one_phone_are_added_one_after_the_other() {
    let mut rig = Rig::new();
    rig.job.limits.creates = 1_000;
    for number in 0..300 {
        rig.add(&id(number), if number % 10 == 0 { number } else { 1_000 }, "north");
    }
    let report = rig.approve();
    assert_eq!((report.end, report.totals.added), (RunEnd::Clean, 300));
    assert_eq!(rig.world().races, 0, "two adds with one phone were out together");
}

#[test]
fn killed_between_two_windows_nothing_is_doubled_or_lost() {
    for at in [64, 65, 129, 192] {
        for trouble in [Trouble::DieAfter, Trouble::DieLate(60)] {
            let mut rig = Rig::new();
            rig.job.limits.creates = 1_000;
            for number in 0..200 {
                rig.add(&id(number), number, "north");
            }
            rig.trouble(&[(At::Call("add_lead", at), trouble)]);
            assert!(rig.ask(Scope::Full, true).is_none());
            rig.calm();
            rig.wait(400);
            rig.approve();
            assert!((0..200).all(|number| rig.leads(&id(number)).len() == 1), "{trouble:?} at {at}");
        }
    }
}
