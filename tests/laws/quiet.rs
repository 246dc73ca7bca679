//! Blackouts: VICIdial is left alone, but for do-not-call.

use chrono::TimeDelta;
use vicisync::engine::{Report, Scope};
use vicisync::model::{Blackout, RunEnd};
use vicisync::ports::Reach;
use vicisync::sync::quiet::Quiet;

use super::rig::{Rig, id, phone};
use super::world::trouble::{At, Script, Trouble};

/// What the CRM is asked; all else is VICIdial's.
const OF_THE_CRM: [&str; 7] = ["page", "get", "read", "patch", "find_activity", "create_activity", "update_activity"];

/// A blackout of VICIdial from now on for so many minutes. Its clock is five hours behind UTC.
fn blackout(rig: &mut Rig, minutes: i64) {
    let zone = chrono_tz::America::New_York;
    let begin = rig.world().now.with_timezone(&zone).time();
    let end = begin + TimeDelta::minutes(minutes);
    rig.job.quiet = Quiet { windows: vec![Blackout { begin, end }], zone };
}

fn asked(rig: &Rig) -> Vec<&'static str> {
    rig.world().requests.iter().copied().filter(|name| !OF_THE_CRM.contains(name)).collect()
}

#[track_caller]
fn is_ended_by_blackout(report: &Report) {
    assert_eq!(report.end, RunEnd::Stopped, "{}", report.message);
    assert!(report.resumes.is_some() && report.message.contains("left alone until"), "{report:?}");
}

#[test]
fn in_a_blackout_vicidial_is_asked_for_nothing() {
    let mut rig = Rig::started(3);
    rig.add("c09", 9, "north");
    rig.edit("c01", "firstName", "Zoe");
    rig.edit("c02", "segment", "closed");
    rig.wait(60);
    blackout(&mut rig, 90);
    let end = rig.world().now + TimeDelta::minutes(90);
    for scope in [Scope::Changed, Scope::Full, Scope::Contact("c01".into())] {
        let report = rig.ask(scope, false).expect("nobody killed this run");
        is_ended_by_blackout(&report);
        assert!(report.resumes.is_some_and(|at| (at - end).abs() < TimeDelta::seconds(1)), "{:?}", report.resumes);
        assert!(report.message.contains("America/New_York"), "{}", report.message);
    }
    assert_eq!((asked(&rig), rig.written()), (vec![], vec![]));
    rig.wait(90 * 60);
    assert_eq!(rig.run().end, RunEnd::Clean);
    assert_eq!(rig.leads("c09").len(), 1);
    assert_eq!(rig.row("c02").status, "VSGONE");
    rig.is_quiet();
}

#[test]
fn a_blackout_looks_nobody_up_however_many_are_new() {
    let mut rig = Rig::new();
    for number in 0..600 {
        rig.add(&format!("n{number}"), number, "north");
    }
    blackout(&mut rig, 90);
    is_ended_by_blackout(&rig.run());
    assert_eq!(asked(&rig), Vec::<&str>::new());
}

#[test]
fn in_a_blackout_opt_outs_go_out_at_once() {
    let mut rig = Rig::started(3);
    rig.world().vici.fill_hopper();
    blackout(&mut rig, 90);
    rig.opt_out("c01");
    rig.edit("c00", "firstName", "Zoe");
    rig.wait(60);
    is_ended_by_blackout(&rig.run());
    let lead = rig.lead("c01");
    assert_eq!(rig.row("c01").status, "DNC");
    assert!(!rig.world().vici.is_dialable(lead));
    assert_ne!(rig.row("c00").get(vicisync::model::LeadField::FirstName), "Zoe");
    rig.written();
    rig.world().forget_counts();
    // Nothing is left to be done, so nothing is asked.
    is_ended_by_blackout(&rig.run());
    assert_eq!((asked(&rig), rig.written()), (vec![], vec![]));
}

#[test]
fn an_opt_out_of_unknown_effect_is_settled_in_a_blackout() {
    let mut rig = Rig::started(3);
    rig.opt_out("c01");
    rig.wait(60);
    rig.trouble(&[(At::Call("update_lead", 1), Trouble::Vanished(Reach::Record))]);
    rig.run();
    rig.calm();
    assert_ne!(rig.row("c01").status, "DNC");
    blackout(&mut rig, 90);
    for _ in 0..2 {
        rig.wait(300);
        is_ended_by_blackout(&rig.run());
    }
    assert_eq!(rig.row("c01").status, "DNC");
}

#[test]
fn who_opts_out_in_a_blackout_is_not_dialed_though_the_add_was_of_unknown_effect() {
    let mut rig = Rig::started(3);
    rig.add("c09", 9, "north");
    rig.wait(60);
    rig.trouble(&[(At::Call("add_lead", 1), Trouble::Lost(Reach::Record))]);
    rig.run();
    rig.calm();
    blackout(&mut rig, 90);
    rig.opt_out("c09");
    for _ in 0..2 {
        rig.wait(300);
        is_ended_by_blackout(&rig.run());
    }
    assert_eq!(rig.row("c09").status, "DNC");
}

#[test]
fn a_blackout_asks_no_other_vicidial() {
    let mut rig = Rig::started(12);
    for number in 0..12 {
        let lead = rig.lead(&id(number));
        rig.world().vici.leads.get_mut(&lead).unwrap().code = "V0000000000000000000".to_owned();
    }
    rig.opt_out("c01");
    rig.wait(60);
    blackout(&mut rig, 90);
    rig.written();
    let report = rig.run();
    assert_eq!(report.end, RunEnd::Refused, "{}", report.message);
    assert_eq!(rig.written(), Vec::<String>::new());
}

#[test]
fn a_push_stops_where_a_blackout_begins_and_goes_on_after_it() {
    let mut rig = Rig::started(1);
    for number in 1..300 {
        rig.add(&format!("n{number}"), number, "north");
    }
    rig.job.limits.creates = 1000;
    rig.wait(60);
    // Somewhere in the first window: a request takes 20 ms.
    let zone = chrono_tz::America::New_York;
    rig.world().script = Script::default().meanwhile(At::Call("add_lead", 50), |world| world.pass(TimeDelta::hours(1)));
    let begin = (rig.world().now + TimeDelta::minutes(30)).with_timezone(&zone).time();
    rig.job.quiet = Quiet { windows: vec![Blackout { begin, end: begin + TimeDelta::minutes(90) }], zone };
    is_ended_by_blackout(&rig.run());
    let added = rig.world().count("add_lead");
    assert!((50..=60).contains(&added), "{added} were added: what was not begun waits");
    rig.world().forget_counts();
    is_ended_by_blackout(&rig.run());
    assert_eq!(asked(&rig), Vec::<&str>::new(), "what was begun has its answer, so nothing is left to be looked at");
    rig.wait(90 * 60);
    rig.calm();
    assert_eq!(rig.run().end, RunEnd::Clean);
    for number in 1..300 {
        assert_eq!(rig.leads(&format!("n{number}")).len(), 1, "n{number}");
    }
    rig.is_quiet();
}

#[test]
fn who_moved_before_a_blackout_is_not_left_in_the_hopper() {
    let mut rig = Rig::started(3);
    rig.world().vici.fill_hopper();
    rig.edit("c01", "segment", "south");
    rig.wait(60);
    let zone = chrono_tz::America::New_York;
    // The dialer fills its hopper anew from the old list's leads while the run is under way, and the blackout begins.
    let lead = rig.lead("c01");
    rig.world().script = Script::default().meanwhile(At::Call("leave_hopper", 1), |world| world.pass(TimeDelta::hours(1)));
    let begin = (rig.world().now + TimeDelta::minutes(30)).with_timezone(&zone).time();
    rig.job.quiet = Quiet { windows: vec![Blackout { begin, end: begin + TimeDelta::minutes(90) }], zone };
    is_ended_by_blackout(&rig.run());
    assert!(!rig.world().vici.hopper.contains_key(&lead));
    assert!(rig.world().requests.contains(&"hopper"), "the hopper was read after the move");
}

#[test]
fn a_plan_in_a_blackout_asks_for_nothing_either() {
    let mut rig = Rig::started(2);
    rig.edit("c01", "phoneNumber", &phone(70));
    rig.wait(60);
    blackout(&mut rig, 90);
    let report = rig.plan();
    is_ended_by_blackout(&report);
    assert_eq!(asked(&rig), Vec::<&str>::new());
}
