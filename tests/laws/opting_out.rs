//! Do-not-call only tightens: an opted-out contact is never created, nor left dialable.

use vicisync::engine::Scope;
use vicisync::model::{LinkState, RunEnd};

use super::leaving::troubles;
use super::rig::{Rig, id, list};
use super::world::World;
use super::world::trouble::{At, Script, Trouble};

fn opt_out(id: &'static str) -> impl FnOnce(&mut World) + Send + 'static {
    move |world| world.person(id, |person| person.opted_out = true)
}

#[test]
fn an_opted_out_contact_is_never_created() {
    let mut rig = Rig::started(2);
    rig.add("c09", 9, "north");
    rig.opt_out("c09");
    let report = rig.run();
    assert_eq!((report.end, report.totals.rejected), (RunEnd::Clean, 1));
    rig.is_quiet();
    assert!(rig.leads("c09").is_empty());
}

#[test]
fn who_opts_out_leaves_dialing_in_status_and_hopper() {
    let mut rig = Rig::started(3);
    rig.world().vici.fill_hopper();
    rig.opt_out("c01");
    let report = rig.run();
    assert_eq!(report.end, RunEnd::Clean);
    let lead = rig.lead("c01");
    assert_eq!(rig.row("c01").status, "DNC");
    assert!(!rig.world().vici.is_dialable(lead));
    assert_eq!(rig.world().vici.hopper.len(), 2);
    rig.is_quiet();
}

#[test]
fn an_opt_out_beats_every_status_and_every_edit() {
    let mut rig = Rig::started(3);
    rig.agent("c01", |row| row.status = "SALE".to_owned());
    rig.opt_out("c01");
    rig.edit("c01", "segment", "closed");
    rig.run();
    assert_eq!(rig.row("c01").status, "DNC");
    rig.is_quiet();
}

/// P49: a box that was ticked for "do not call" was cleared by an edit of something else. Nothing that happens to the contact puts its lead back.
#[test]
fn nothing_puts_an_opted_out_lead_back() {
    let mut rig = Rig::started(3);
    rig.opt_out("c01");
    rig.run();
    rig.world().person("c01", |person| person.opted_out = false);
    rig.edit("c01", "firstName", "Zoe");
    rig.edit("c01", "segment", "west");
    rig.wait(60);
    let report = rig.run();
    assert_eq!(report.totals.rejected, 1);
    assert_eq!(rig.row("c01").status, "DNC");
    rig.is_quiet();
    rig.remap("last_name = \"lastName\"", "last_name = { from = \"lastName\", transform = [\"upper\"] }");
    rig.wait(60);
    rig.run();
    assert_eq!(rig.row("c01").status, "DNC");
}

#[test]
fn who_opts_out_or_leaves_is_not_called_back() {
    for is_opt_out in [true, false] {
        let mut rig = Rig::started(3);
        let lead = rig.lead("c01");
        rig.world().vici.callbacks.insert(lead);
        if is_opt_out {
            rig.opt_out("c01");
        } else {
            rig.edit("c01", "segment", "closed");
        }
        rig.run();
        assert!(rig.world().vici.callbacks.is_empty(), "opted out: {is_opt_out}");
        rig.is_quiet();
    }
}

#[test]
fn a_lead_that_somebody_loosened_is_tightened_again() {
    for is_deleted in [false, true] {
        let mut rig = Rig::started(3);
        rig.opt_out("c01");
        rig.run();
        rig.agent("c01", |row| row.status = "NEW".to_owned());
        rig.world().vici.fill_hopper();
        if is_deleted {
            rig.delete("c01");
        }
        rig.wait(60);
        rig.full();
        assert_eq!(rig.row("c01").status, "DNC", "contact deleted: {is_deleted}");
        let lead = rig.lead("c01");
        assert!(!rig.world().vici.is_dialable(lead));
        rig.is_quiet();
    }
}

#[test]
fn an_opt_out_that_comes_while_the_add_is_open_wins() {
    for trouble in troubles() {
        let mut rig = Rig::started(2);
        rig.add("c09", 9, "north");
        rig.trouble(&[(At::Call("add_lead", 1), trouble)]);
        rig.ask(Scope::Changed, false);
        rig.calm();
        rig.opt_out("c09");
        rig.wait(5);
        rig.run();
        rig.wait(600);
        rig.run();
        rig.wait(600);
        rig.full();
        for lead in rig.leads("c09") {
            assert!(!rig.world().vici.is_dialable(lead), "{trouble:?}");
        }
        rig.is_quiet();
    }
}

#[test]
fn an_opt_out_during_any_request_of_the_adding_run_wins() {
    for at in 1..=20 {
        let mut rig = Rig::started(2);
        rig.add("c09", 9, "north");
        rig.world().script = Script::default().meanwhile(At::Request(at), opt_out("c09"));
        rig.run();
        rig.calm();
        rig.wait(60);
        rig.opt_out("c09");
        rig.run();
        for lead in rig.leads("c09") {
            assert!(!rig.world().vici.is_dialable(lead), "opted out before request {at}");
        }
        rig.is_quiet();
    }
}

#[test]
fn an_opted_out_late_lead_is_found_by_the_next_full_run() {
    let mut rig = Rig::started(2);
    rig.add("c09", 9, "north");
    rig.trouble(&[(At::Call("add_lead", 1), Trouble::Late(1000))]);
    rig.run();
    rig.calm();
    rig.opt_out("c09");
    rig.wait(5);
    rig.run();
    rig.wait(2000);
    assert_eq!(rig.leads("c09").len(), 1);
    rig.full();
    let lead = rig.lead("c09");
    assert!(!rig.world().vici.is_dialable(lead));
    rig.is_quiet();
}

#[test]
fn an_opt_out_goes_through_whatever_gets_lost() {
    for call in ["read_lead", "update_lead", "leave_hopper", "hopper", "campaign_of"] {
        for trouble in troubles() {
            let mut rig = Rig::started(5);
            rig.world().vici.fill_hopper();
            rig.opt_out("c01");
            rig.trouble(&[(At::Call(call, 1), trouble)]);
            rig.ask(Scope::Changed, false);
            rig.calm();
            rig.wait(600);
            rig.run();
            let lead = rig.lead("c01");
            assert!(!rig.world().vici.is_dialable(lead), "{call} {trouble:?}");
            rig.wait(600);
            rig.run();
            rig.is_quiet();
        }
    }
}

#[test]
fn an_opt_out_goes_out_while_the_job_is_held() {
    let mut rig = Rig::started(4);
    rig.job.limits.creates = 1;
    rig.world().vici.fill_hopper();
    rig.add("c08", 8, "north");
    rig.add("c09", 9, "north");
    rig.opt_out("c01");
    let report = rig.run();
    assert_eq!(report.end, RunEnd::Held);
    let lead = rig.lead("c01");
    assert!(!rig.world().vici.is_dialable(lead));
    assert_eq!(rig.world().count("add_lead"), 0);
    // The rest still waits for a person, and nothing of it is lost.
    rig.written();
    rig.wait(60);
    assert_eq!(rig.run().end, RunEnd::Held);
    assert_eq!(rig.written(), Vec::<String>::new());
    rig.wait(60);
    assert_eq!(rig.approve().totals.added, 2);
    rig.is_quiet();
    assert_eq!(rig.row("c01").status, "DNC");
}

#[test]
fn opt_outs_are_never_braked() {
    let mut rig = Rig::started(12);
    for number in 0..12 {
        rig.opt_out(&id(number));
    }
    let report = rig.run();
    assert_eq!(report.end, RunEnd::Clean);
    assert!(rig.links().iter().all(|link| link.state == LinkState::OptedOut));
    rig.is_quiet();
}

#[test]
fn a_number_on_the_dialers_list_is_a_rejection_and_stays_one() {
    let mut rig = Rig::started(2);
    rig.world().vici.dnc.insert("7275550109".to_owned());
    rig.add("c09", 9, "north");
    let report = rig.run();
    assert_eq!(report.end, RunEnd::Clean, "a rejection is no failure: {:?}", rig.failures());
    assert_eq!(report.rejected.get("on_dnc"), Some(&1));
    assert!(rig.leads("c09").is_empty());
    rig.is_quiet();
    rig.edit("c09", "firstName", "Zoe");
    rig.is_quiet();
    // Another number is another matter.
    rig.edit("c09", "phoneNumber", "+17275550188");
    rig.run();
    assert_eq!(rig.row("c09").list, list(1001));
    rig.is_quiet();
}

#[test]
fn the_first_run_may_tighten_nothing_it_does_not_know() {
    let mut rig = Rig::new();
    rig.add("c00", 0, "north");
    rig.opt_out("c00");
    assert_eq!(rig.full().end, RunEnd::Clean);
    assert_eq!(rig.written(), Vec::<String>::new());
}

#[test]
fn a_call_that_loosens_an_opted_out_lead_is_answered_by_the_next_run() {
    let mut rig = Rig::started(3);
    rig.opt_out("c01");
    rig.run();
    rig.call("c01", "NA");
    rig.world().vici.fill_hopper();
    let lead = rig.lead("c01");
    rig.wait(60);
    rig.run();
    assert_eq!(rig.row("c01").status, "DNC");
    assert!(!rig.world().vici.is_dialable(lead));
    rig.is_quiet();
}

#[test]
fn a_run_about_an_opted_out_contact_tightens_its_lead() {
    let mut rig = Rig::started(3);
    rig.opt_out("c01");
    rig.run();
    rig.agent("c01", |row| row.status = "NEW".to_owned());
    rig.ask(Scope::Contact("c01".into()), false);
    assert_eq!(rig.row("c01").status, "DNC");
}

#[test]
fn an_opted_out_lead_outside_the_mappings_lists_is_tightened_by_a_full_run() {
    let mut rig = Rig::started(3);
    rig.opt_out("c01");
    rig.run();
    rig.agent("c01", |row| {
        row.status = "NEW".to_owned();
        row.list = super::rig::list(2000);
    });
    rig.full();
    assert_eq!(rig.row("c01").status, "DNC");
    rig.is_quiet();
}
