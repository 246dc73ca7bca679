//! What becomes of leads whose contact left, by why it left: kept, deactivated, moved, deleted. Out of the hopper and without a callback each time.

use vicisync::engine::Scope;
use vicisync::model::{LeadField, LinkState, ListChange, RunEnd};

use super::leaving::troubles;
use super::rig::{Rig, id, list};
use super::world::trouble::{At, Script, Trouble};

const LEAVING: &str = "[leaving]\n";

/// A rig whose leads leave so.
fn leaving(contacts: u64, how: &str) -> Rig {
    let mut rig = Rig::started(contacts);
    rig.world().vici.lists.insert(list(9999), "PARKED".into());
    rig.remap(LEAVING, &format!("{LEAVING}{how}\n"));
    rig.full();
    rig.wait(60);
    rig.written();
    rig
}

/// The contact leaves, for each of the reasons.
fn leave(rig: &mut Rig, id: &str, why: &str) {
    match why {
        "gone" => rig.delete(id),
        "filtered" => rig.edit(id, "segment", "closed"),
        "rejected" => rig.edit(id, "phoneNumber", ""),
        other => panic!("nobody leaves so: {other}"),
    }
    rig.wait(60);
}

const REASONS: [&str; 3] = ["gone", "filtered", "rejected"];

#[test]
fn each_reason_has_its_own_fate() {
    for why in REASONS {
        for (fate, status, at) in [("deactivate", "VSGONE", 1001), ("keep", "NEW", 1001), ("move", "VSGONE", 9999)] {
            let place = if fate == "move" { "move_to = 9999\n" } else { "" };
            let mut rig = leaving(5, &format!("{place}{why} = \"{fate}\""));
            rig.world().vici.fill_hopper();
            let lead = rig.lead("c01");
            rig.world().vici.callbacks.insert(lead);
            // Those that leave otherwise are deactivated.
            let other = if why == "filtered" { "rejected" } else { "filtered" };
            leave(&mut rig, "c02", other);
            leave(&mut rig, "c01", why);
            rig.full();
            let row = rig.row("c01");
            assert_eq!((row.status.as_str(), row.list), (status, list(at)), "{why} {fate}");
            assert_eq!((rig.row("c02").status.as_str(), rig.row("c02").list), ("VSGONE", list(1001)), "{why} {fate}");
            let is_dialed = fate == "keep";
            assert_eq!(rig.world().vici.hopper.contains_key(&lead), is_dialed, "{why} {fate}");
            assert_eq!(rig.world().vici.callbacks.contains(&lead), is_dialed, "{why} {fate}");
            rig.is_quiet();
        }
    }
}

#[test]
fn who_is_deleted_is_out_of_the_hopper_first_and_comes_back_as_a_new_lead() {
    for why in REASONS {
        let mut rig = leaving(5, &format!("{why} = \"delete\""));
        rig.world().vici.fill_hopper();
        let lead = rig.lead("c01");
        rig.world().vici.callbacks.insert(lead);
        leave(&mut rig, "c01", why);
        let report = rig.full();
        assert_eq!((report.totals.deactivated, report.totals.deleted), (1, 1), "{why} {}", report.message);
        assert!(rig.leads("c01").is_empty() && rig.links().len() == 4, "{why}");
        assert!(!rig.world().vici.hopper.contains_key(&lead) && !rig.world().vici.callbacks.contains(&lead));
        let writes = rig.written();
        assert_eq!(writes, [format!("update_lead {lead}"), format!("leave_hopper {lead}"), format!("delete_lead {lead}")], "{why}");
        rig.is_quiet();
        match why {
            "gone" => rig.add("c01", 1, "north"),
            "filtered" => rig.edit("c01", "segment", "north"),
            _ => rig.edit("c01", "phoneNumber", "+17275550177"),
        }
        rig.wait(60);
        assert_eq!(rig.run().totals.added, 1, "{why}");
        assert!(rig.lead("c01") != lead && rig.row("c01").status == "NEW");
        rig.is_quiet();
    }
}

#[test]
fn a_lead_in_a_live_call_waits_whatever_becomes_of_it() {
    for fate in ["deactivate", "move", "delete"] {
        let place = if fate == "move" { "move_to = 9999\n" } else { "" };
        let mut rig = leaving(4, &format!("{place}filtered = \"{fate}\""));
        rig.world().vici.fill_hopper();
        rig.agent("c01", |row| row.status = "INCALL".to_owned());
        let lead = rig.lead("c01");
        leave(&mut rig, "c01", "filtered");
        let report = rig.run();
        assert_eq!((report.end, rig.failure_codes()), (RunEnd::WithFailures, vec!["in_call".to_owned()]), "{fate}");
        assert_eq!((rig.row("c01").status.as_str(), rig.row("c01").list, rig.written()), ("INCALL", list(1001), vec![]), "{fate}");
        rig.agent("c01", |row| row.status = "NI".to_owned());
        rig.wait(600);
        rig.run();
        assert!(!rig.world().vici.hopper.contains_key(&lead), "{fate}");
        assert_eq!(rig.leads("c01").len(), usize::from(fate != "delete"), "{fate}");
        rig.is_quiet();
    }
}

#[test]
fn who_was_moved_comes_back_to_its_list_with_the_status_it_left_with() {
    for list_change in [ListChange::Move, ListChange::Stay] {
        let mut rig = leaving(4, "move_to = 9999\nfiltered = \"move\"");
        rig.list_change(list_change);
        rig.full();
        rig.agent("c01", |row| row.status = "NI".to_owned());
        leave(&mut rig, "c01", "filtered");
        rig.run();
        assert_eq!((rig.row("c01").status.as_str(), rig.row("c01").list), ("VSGONE", list(9999)));
        rig.is_quiet();
        // Its rules send it elsewhere by now.
        rig.edit("c01", "segment", "south");
        rig.wait(60);
        rig.run();
        let back = match list_change {
            ListChange::Move => 1002,
            ListChange::Stay => 1001,
        };
        assert_eq!((rig.row("c01").status.as_str(), rig.row("c01").list), ("NI", list(back)), "{list_change:?}");
        assert_eq!(rig.links().iter().filter(|link| link.state == LinkState::Live).count(), 4);
        rig.is_quiet();
    }
}

#[test]
fn who_is_kept_is_not_written_and_goes_on_when_its_contact_is_back() {
    let mut rig = leaving(4, "filtered = \"keep\"");
    leave(&mut rig, "c01", "filtered");
    rig.edit("c01", "firstName", "Zoe");
    rig.wait(60);
    let report = rig.full();
    assert_eq!((report.end, rig.written()), (RunEnd::Clean, vec![]));
    assert_eq!(rig.links().iter().filter(|link| link.state == LinkState::Live).count(), 4);
    rig.edit("c01", "segment", "north");
    rig.wait(60);
    rig.run();
    assert_eq!((rig.row("c01").status.as_str(), rig.row("c01").get(LeadField::FirstName)), ("NEW", "Zoe"));
    rig.is_quiet();
    // Who opts out leaves dialing, kept or not.
    leave(&mut rig, "c01", "filtered");
    rig.run();
    rig.opt_out("c01");
    rig.wait(60);
    rig.run();
    assert_eq!(rig.row("c01").status, "DNC");
}

#[test]
fn a_list_rule_that_refuses_now_is_a_rejection() {
    let mut rig = leaving(4, "rejected = \"delete\"\nfiltered = \"keep\"");
    rig.edit("c01", "segment", "nowhere");
    rig.wait(60);
    let report = rig.run();
    assert_eq!((report.totals.deleted, report.rejected.get("no_list")), (1, Some(&1)));
    assert!(rig.leads("c01").is_empty());
    rig.is_quiet();
}

#[test]
fn deletes_have_a_brake_of_their_own() {
    let mut rig = leaving(6, "filtered = \"delete\"");
    rig.job.limits.deletes = 0;
    leave(&mut rig, "c01", "filtered");
    let report = rig.run();
    assert_eq!((report.end, report.holds.clone()), (RunEnd::Held, vec!["deletes".to_owned()]));
    assert_eq!(rig.written(), Vec::<String>::new());
    rig.wait(60);
    let report = rig.ask(Scope::Changed, true).unwrap();
    assert_eq!(report.totals.deleted, 1);
    rig.is_quiet();
}

/// P40: deleted in the CRM while somebody edited the lead in VICIdial: the edit is not lost.
#[test]
fn p40_an_edit_beats_a_delete() {
    let mut rig = leaving(5, "gone = \"delete\"");
    rig.world().vici.fill_hopper();
    rig.agent("c01", |row| row.set(LeadField::LastName, "Married"));
    let lead = rig.lead("c01");
    leave(&mut rig, "c01", "gone");
    for _ in 0..3 {
        let report = rig.full();
        assert_eq!((report.end, rig.failure_codes()), (RunEnd::WithFailures, vec!["deleted_and_changed".to_owned()]));
        assert_eq!((rig.row("c01").status.as_str(), rig.row("c01").get(LeadField::LastName)), ("VSGONE", "Married"));
        assert!(!rig.world().vici.hopper.contains_key(&lead), "held, and not dialed");
        rig.wait(86_400);
        rig.run();
        rig.wait(86_400);
    }
    // A person deletes it by hand: nothing is left to decide.
    rig.world().vici.leads.remove(&lead);
    rig.full();
    assert_eq!((rig.failure_codes(), rig.links().len()), (vec![], 4));
    rig.is_quiet();
}

/// P40: the same of a call; and the contact that is restored goes on with its lead.
#[test]
fn p40_a_call_beats_a_delete_and_the_restored_contact_goes_on() {
    let mut rig = leaving(5, "gone = \"delete\"");
    let lead = rig.lead("c01");
    let person = rig.world().crm.people[&"c01".into()].clone();
    rig.call("c01", "NI");
    leave(&mut rig, "c01", "gone");
    rig.full();
    assert_eq!(rig.failure_codes(), ["deleted_and_changed"]);
    rig.world().crm.people.insert("c01".into(), person);
    rig.edit("c01", "firstName", "Zoe");
    rig.wait(86_400);
    rig.full();
    assert_eq!((rig.lead("c01"), rig.row("c01").get(LeadField::FirstName)), (lead, "Zoe"));
    rig.is_quiet();
    // The next time it leaves nothing happened since.
    leave(&mut rig, "c01", "gone");
    rig.full();
    assert!(rig.leads("c01").is_empty());
}

#[test]
fn an_edit_between_the_plan_and_the_delete_is_seen() {
    for is_call in [false, true] {
        let mut rig = leaving(5, "filtered = \"delete\"");
        leave(&mut rig, "c01", "filtered");
        let lead = rig.lead("c01");
        rig.world().script = Script::default().meanwhile(At::Call("leave_hopper", 1), move |world| {
            let row = world.vici.leads.get_mut(&lead).unwrap();
            if is_call {
                row.called += 1;
            } else {
                row.set(LeadField::City, "Tampa");
            }
        });
        rig.run();
        assert_eq!((rig.leads("c01").len(), rig.row("c01").status.as_str()), (1, "VSGONE"));
        rig.wait(600);
        rig.run();
        // The edit is held; of the call the CRM's contact, which is still there, is told.
        assert_eq!(rig.failure_codes(), if is_call { vec![] } else { vec!["deleted_and_changed".to_owned()] });
        assert_eq!(rig.leads("c01").len(), usize::from(!is_call));
    }
}

#[test]
fn a_delete_that_nobody_heard_of_ends_well_whatever_gets_lost() {
    for call in ["read_lead", "update_lead", "leave_hopper", "delete_lead"] {
        for nth in [1, 2, 3] {
            for trouble in troubles() {
                let mut rig = leaving(4, "filtered = \"delete\"");
                rig.world().vici.fill_hopper();
                let lead = rig.lead("c01");
                leave(&mut rig, "c01", "filtered");
                rig.trouble(&[(At::Call(call, nth), trouble)]);
                rig.ask(Scope::Changed, false);
                rig.calm();
                for _ in 0..3 {
                    rig.wait(900);
                    rig.run();
                }
                assert!(rig.leads("c01").is_empty() && !rig.world().vici.hopper.contains_key(&lead), "{call} {nth} {trouble:?}");
                assert_eq!(rig.links().len(), 3, "{call} {nth} {trouble:?}");
                rig.is_quiet();
            }
        }
    }
}

#[test]
fn a_contact_that_is_back_before_its_lead_was_deleted_keeps_it() {
    let mut rig = leaving(4, "gone = \"delete\"");
    let lead = rig.lead("c01");
    let person = rig.world().crm.people[&"c01".into()].clone();
    leave(&mut rig, "c01", "gone");
    rig.trouble(&[(At::Every("delete_lead"), Trouble::Unreachable)]);
    rig.full();
    assert_eq!(rig.row("c01").status, "VSGONE");
    rig.calm();
    // It is restored as it was: no listing of changes shows it.
    rig.world().crm.people.insert("c01".into(), person);
    rig.wait(600);
    rig.run();
    assert_eq!((rig.lead("c01"), rig.row("c01").status.as_str()), (lead, "NEW"));
    rig.is_quiet();
}

#[test]
fn an_opt_out_is_remembered_when_its_lead_was_being_deleted() {
    let mut rig = leaving(4, "filtered = \"delete\"");
    leave(&mut rig, "c01", "filtered");
    rig.trouble(&[(At::Every("delete_lead"), Trouble::Unreachable)]);
    rig.run();
    rig.calm();
    rig.opt_out("c01");
    rig.wait(600);
    rig.run();
    assert_eq!(rig.row("c01").status, "DNC");
    assert_eq!(rig.links().iter().filter(|link| link.state == LinkState::OptedOut).count(), 1);
    rig.is_quiet();
}

/// P36: a filter edit makes many leave at once: held, and nothing is deleted.
#[test]
fn p36_an_edited_filter_deletes_nobody() {
    for how in ["", "filtered = \"delete\""] {
        let mut rig = leaving(14, how);
        let edited = "is_not = \"closed\" }\nlastName = { is_not = \"Example\" }";
        rig.remap_all(&[("is_not = \"closed\" }", edited), (LEAVING, &format!("{LEAVING}{how}\n"))]);
        assert_eq!(rig.run().end, RunEnd::Held);
        assert_eq!(rig.written(), Vec::<String>::new());
    }
}

/// P39: merged contacts are answered as not there: that deletes no lead unless the mapping says so.
#[test]
fn p39_not_there_is_not_deleted() {
    let mut rig = Rig::started(5);
    let lead = rig.lead("c01");
    rig.delete("c01");
    rig.full();
    assert_eq!((rig.lead("c01"), rig.row("c01").status.as_str()), (lead, "VSGONE"));
    assert_eq!(rig.world().count("delete_lead"), 0);
}

/// P42: both sides empty is fine; one side suddenly empty is a stop.
#[test]
fn p42_empty_and_empty_is_fine() {
    let mut rig = Rig::new();
    assert_eq!(rig.approve().end, RunEnd::Clean);
    rig.wait(60);
    assert_eq!(rig.full().end, RunEnd::Clean);
    let mut rig = leaving(3, "gone = \"delete\"");
    rig.world().crm.lists_nothing = true;
    let report = rig.full();
    assert_eq!((report.end, report.holds.clone()), (RunEnd::Held, vec!["crm_empty".to_owned()]));
    assert_eq!(rig.written(), Vec::<String>::new());
}

/// P43: a listing that leaves many out looks like a mass deletion: held, and when somebody approves, each is asked for.
#[test]
fn p43_a_broken_listing_deletes_nobody() {
    let mut rig = leaving(12, "gone = \"delete\"");
    rig.job.limits.deletes = 3;
    for number in 0..8 {
        rig.world().crm.unlisted.insert(id(number).as_str().into());
    }
    rig.wait(60);
    rig.job.limits.deactivates = 3;
    assert_eq!(rig.full().end, RunEnd::Held);
    rig.wait(60);
    rig.approve();
    assert_eq!(rig.written(), Vec::<String>::new(), "they are all there");
}

#[test]
fn gone_is_said_by_no_partial_listing_whatever_would_become_of_the_lead() {
    let mut rig = leaving(4, "gone = \"delete\"");
    leave(&mut rig, "c01", "gone");
    rig.run();
    assert_eq!(rig.written(), Vec::<String>::new());
    rig.wait(60);
    rig.full();
    assert!(rig.leads("c01").is_empty());
}
