//! Links that last: through a lost or restored state, through merges and restores in the CRM, through VICIdial's archive.

use vicisync::engine::Scope;
use vicisync::model::{ContactId, JobName, LeadField, LinkState, RunEnd, Value};

use super::rig::{Rig, id, list};
use super::world::Sim;
use super::world::crm::Tells;
use super::world::trouble::{At, Trouble};

/// Contacts with every kind of call, told to the CRM, and with nothing left to do.
fn lived() -> Rig {
    let mut rig = Rig::started(7);
    rig.call("c02", "SALE");
    rig.call("c03", "NI");
    rig.wait(60);
    rig.run();
    rig.wait(600);
    rig.call("c02", "NI");
    rig.call("c04", "NA");
    rig.wait(60);
    rig.run();
    rig.wait(60);
    rig.is_quiet();
    rig
}

#[test]
fn a_lost_state_adopts_every_lead_and_writes_nothing_on_either_side() {
    let mut rig = lived();
    let before = rig.picture();
    rig.lose_database();
    rig.written();
    let report = rig.approve();
    assert_eq!((report.end, report.totals.adopted, report.totals.added), (RunEnd::Clean, 7, 0), "{}", report.message);
    for scope in [Scope::Changed, Scope::Full, Scope::Changed] {
        rig.wait(60);
        let report = rig.ask(scope, false).unwrap();
        assert_eq!(report.end, RunEnd::Clean, "{} {:?}", report.message, rig.failures());
        let totals = report.totals;
        assert_eq!((totals.patched, totals.logged, totals.relogged), (0, 0, 0), "nothing is told twice, nor counted as told");
    }
    assert_eq!(rig.written(), Vec::<String>::new());
    assert!(rig.picture() == before);
    // What is new afterwards is told as ever, and only that.
    rig.call("c03", "SALE");
    rig.wait(60);
    rig.run();
    assert_eq!(rig.written().iter().filter(|write| write.starts_with("create_activity")).count(), 1);
    assert_eq!(rig.activities("c03").len(), 2);
    rig.wait(60);
    rig.is_quiet();
}

#[test]
fn a_lost_state_tells_what_was_not_told_before_it_was_lost() {
    let mut rig = lived();
    rig.call("c05", "SALE");
    rig.edit("c06", "firstName", "Zoe");
    rig.lose_database();
    rig.wait(60);
    rig.written();
    rig.approve();
    rig.wait(60);
    rig.run();
    assert_eq!(rig.activities("c05").len(), 1);
    assert_eq!(rig.row("c06").get(LeadField::FirstName), "Zoe");
    assert_eq!(rig.written().iter().filter(|write| write.contains("activity")).count(), 1, "the other calls are known to be there");
    rig.wait(60);
    rig.is_quiet();
}

#[test]
fn an_activity_that_somebody_changed_is_put_right_after_a_lost_state() {
    let mut rig = lived();
    let (activity, logged) = rig.activities("c03").remove(0);
    rig.world().crm.activities.get_mut(&activity).unwrap().activity.title = "something else".to_owned();
    rig.lose_database();
    rig.approve();
    rig.wait(60);
    rig.run();
    assert_eq!(rig.activities("c03"), [(activity, logged)]);
    rig.wait(60);
    rig.is_quiet();
}

#[test]
fn a_state_of_yesterday_adopts_the_leads_that_were_added_since() {
    let mut rig = lived();
    let backup = rig.back_up();
    rig.add("c20", 20, "south");
    rig.edit("c01", "firstName", "Zoe");
    rig.call("c06", "SALE");
    rig.wait(60);
    rig.run();
    rig.call("c02", "SALE");
    rig.wait(60);
    rig.run();
    rig.wait(60);
    rig.is_quiet();
    let (leads, _, activities) = rig.picture();
    rig.restore(&backup);
    rig.written();
    for scope in [Scope::Changed, Scope::Full, Scope::Changed] {
        rig.wait(60);
        assert_eq!(rig.ask(scope, false).unwrap().end, RunEnd::Clean, "{:?}", rig.failures());
    }
    assert_eq!(rig.written().iter().filter(|write| write.contains("activity") || write.contains("add_lead")).count(), 0);
    let now = rig.picture();
    assert_eq!((now.0, now.2), (leads, activities));
    assert_eq!(rig.row("c01").get(LeadField::FirstName), "Zoe", "later edits stay");
    assert_eq!(rig.leads(&id(20)).len(), 1);
    rig.wait(60);
    rig.is_quiet();
}

/// P45: a lead that was archived is not added again, whether its link is known or not; brought back, it goes on.
#[test]
fn an_archived_lead_is_known_as_archived_and_goes_on_when_it_is_brought_back() {
    let mut rig = Rig::started(6);
    let (archived, deleted) = (rig.lead("c01"), rig.lead("c02"));
    rig.world().vici.archive(archived);
    rig.world().vici.leads.remove(&deleted);
    assert_eq!(rig.full().end, RunEnd::WithFailures);
    assert_eq!(rig.failure_codes(), ["lead_archived", "lead_missing"]);
    rig.edit("c01", "firstName", "Zoe");
    rig.wait(60);
    rig.run();
    assert!(rig.leads("c01").is_empty() && rig.leads("c02").is_empty());
    rig.world().vici.dearchive(archived);
    rig.wait(60);
    rig.full();
    assert_eq!(rig.failure_codes(), ["lead_missing"]);
    assert_eq!(rig.row("c01").get(LeadField::FirstName), "Zoe", "what was changed meanwhile arrives");
    assert_eq!(rig.links().iter().filter(|link| link.state == LinkState::Live).count(), 5);
}

/// P45: after a lost state an archived lead has no link, and its contact asks for a lead.
#[test]
fn an_archived_lead_is_looked_for_before_its_contact_is_added() {
    for is_staffed in [false, true] {
        let mut rig = Rig::started(4);
        let archived = rig.lead("c01");
        rig.world().vici.archive(archived);
        rig.lose_database();
        rig.world().vici.is_staffed = is_staffed;
        rig.written();
        let report = rig.approve();
        assert_eq!((report.totals.adopted, report.totals.added), (3, 0));
        assert_eq!(rig.failure_codes(), ["lead_archived"]);
        assert!(rig.failures()[0].raw.contains(&format!("lead {archived} ")), "{:?}", rig.failures());
        for _ in 0..3 {
            rig.wait(4000);
            rig.run();
        }
        assert_eq!(rig.written(), Vec::<String>::new());
        rig.world().vici.dearchive(archived);
        rig.wait(90_000);
        rig.run();
        assert_eq!((rig.lead("c01"), rig.failures()), (archived, Vec::new()));
        rig.wait(60);
        rig.is_quiet();
    }
}

#[test]
fn nobody_is_added_while_the_archive_cannot_be_looked_into() {
    let mut rig = Rig::new();
    rig.add("c01", 1, "north");
    rig.trouble(&[(At::Every("archived"), Trouble::Unreachable)]);
    assert_eq!(rig.approve().end, RunEnd::Stopped);
    assert!(rig.leads("c01").is_empty());
    rig.calm();
    rig.wait(60);
    assert_eq!(rig.approve().totals.added, 1);
}

#[test]
fn a_lead_that_somebody_moved_to_another_list_stays_its_contacts() {
    let mut rig = Rig::started(4);
    let lead = rig.lead("c01");
    rig.world().vici.lists.insert(list(7000), "OTHER".into());
    rig.agent("c01", |row| row.list = list(7000));
    for _ in 0..2 {
        rig.wait(60);
        assert_eq!(rig.full().end, RunEnd::Clean, "{:?}", rig.failures());
    }
    rig.edit("c01", "firstName", "Zoe");
    rig.wait(60);
    rig.run();
    assert_eq!((rig.lead("c01"), rig.row("c01").get(LeadField::FirstName)), (lead, "Zoe"));
    assert_eq!(rig.world().vici.leads.len(), 4);
}

const TELLING: [Tells; 3] = [Tells::ByLoser, Tells::ByListedLoser, Tells::ByWinner];

fn merging(tells: Tells) -> Rig {
    let rig = Rig::started(6);
    rig.world().crm.tells = tells;
    rig.wait(60);
    rig
}

/// The leads that any of these contacts ever had and that may be dialed.
fn dialable(rig: &Rig, contacts: &[&str]) -> Vec<vicisync::model::LeadId> {
    let leads: Vec<_> = contacts.iter().flat_map(|contact| rig.leads(contact)).collect();
    let world = rig.world();
    leads.into_iter().filter(|lead| world.vici.is_dialable(*lead)).collect()
}

/// Runs until both kinds had their say.
fn settle(rig: &mut Rig) {
    for scope in [Scope::Changed, Scope::Full, Scope::Changed] {
        rig.wait(60);
        rig.ask(scope, false).unwrap();
    }
}

/// P37, P39: whatever the CRM tells of a merge, one lead of the person is dialed, and it is the winner's.
#[test]
fn of_merged_contacts_with_two_leads_the_winners_is_dialed() {
    for tells in [Tells::Nothing, Tells::ByLoser, Tells::ByListedLoser, Tells::ByWinner] {
        let mut rig = merging(tells);
        let (loser, winner) = (rig.lead("c01"), rig.lead("c02"));
        rig.world().vici.fill_hopper();
        rig.world().merge("c01", "c02");
        rig.edit("c02", "firstName", "Zoe");
        settle(&mut rig);
        assert_eq!(dialable(&rig, &["c01", "c02"]), [winner], "{tells:?}");
        assert_eq!(rig.world().vici.leads[&loser].status, "VSGONE");
        assert_eq!((rig.lead("c02"), rig.row("c02").get(LeadField::FirstName)), (winner, "Zoe"));
        rig.wait(60);
        rig.is_quiet();
    }
}

/// P37: a winner without a lead gets the loser's, with its history.
#[test]
fn a_winner_without_a_lead_gets_the_losers_with_its_calls() {
    for tells in TELLING {
        let mut rig = merging(tells);
        rig.call("c01", "SALE");
        rig.add("c20", 1, "closed");
        rig.wait(60);
        rig.full();
        let (lead, logged) = (rig.lead("c01"), rig.activities("c01").len());
        rig.edit("c20", "segment", "south");
        rig.edit("c20", "firstName", "Zoe");
        rig.world().merge("c01", "c20");
        rig.wait(60);
        rig.written();
        let report = rig.full();
        assert_eq!((report.end, report.totals.added), (RunEnd::Clean, 0), "{tells:?} {} {:?}", report.message, rig.failures());
        settle(&mut rig);
        let row = rig.row("c20");
        assert_eq!((rig.lead("c20"), row.list, row.get(LeadField::FirstName)), (lead, list(1002), "Zoe"));
        assert!(rig.leads("c01").is_empty());
        assert_eq!((logged, rig.activities("c20").len()), (1, 1), "what is logged is not logged again");
        assert_eq!(rig.attribute("c20", "outcome"), Value::Text("SALE".to_owned()), "the winner is told of the calls");
        assert!(rig.written().iter().all(|write| !write.contains("activity")));
        rig.call("c20", "NI");
        rig.wait(60);
        rig.run();
        assert_eq!(rig.activities("c20").len(), 2);
        rig.wait(60);
        rig.is_quiet();
        rig.lose_database();
        assert_eq!(rig.approve().totals.added, 0);
        rig.wait(60);
        rig.is_quiet();
    }
}

/// P37: chains of merges, seen at once or one by one.
#[test]
fn chains_of_merges_end_with_one_lead() {
    for tells in TELLING {
        for is_seen_between in [false, true] {
            for has_lead in [false, true] {
                let mut rig = merging(tells);
                rig.add("c20", 20, if has_lead { "north" } else { "closed" });
                rig.wait(60);
                rig.full();
                rig.world().merge("c01", "c02");
                if is_seen_between {
                    settle(&mut rig);
                }
                rig.world().merge("c02", "c20");
                rig.edit("c20", "segment", "north");
                rig.wait(60);
                rig.full();
                settle(&mut rig);
                assert_eq!(dialable(&rig, &["c01", "c02", "c20"]), [rig.lead("c20")], "{tells:?} {is_seen_between} {has_lead}");
                rig.wait(60);
                rig.is_quiet();
            }
        }
    }
}

/// P37: in a merge the CRM forgets the loser's opt-out.
#[test]
fn an_opt_out_of_a_loser_is_the_winners() {
    for tells in TELLING {
        for has_lead in [false, true] {
            let mut rig = merging(tells);
            rig.add("c20", 20, if has_lead { "north" } else { "closed" });
            rig.opt_out("c01");
            rig.wait(60);
            rig.full();
            rig.world().merge("c01", "c20");
            rig.edit("c20", "segment", "north");
            rig.wait(60);
            rig.full();
            settle(&mut rig);
            assert!(dialable(&rig, &["c01", "c20"]).is_empty(), "{tells:?} {has_lead}");
            let links = rig.links();
            let link = links.iter().find(|link| link.contact == ContactId::from("c20")).unwrap();
            assert_eq!(link.state, LinkState::OptedOut);
            rig.edit("c20", "firstName", "Zoe");
            settle(&mut rig);
            assert!(dialable(&rig, &["c01", "c20"]).is_empty());
        }
    }
}

/// Two merges, one with a lead that passes and one with a lead that leaves, killed at each request.
#[test]
fn merges_that_are_cut_off_anywhere_end_the_same() {
    let scene = || {
        let mut rig = merging(Tells::ByWinner);
        rig.call("c01", "SALE");
        rig.add("c20", 20, "closed");
        rig.wait(60);
        rig.full();
        rig.world().merge("c01", "c20");
        rig.world().merge("c02", "c03");
        rig.edit("c20", "segment", "south");
        rig.edit("c03", "firstName", "Zoe");
        rig.wait(60);
        rig.world().forget_counts();
        rig
    };
    let mut calm = scene();
    calm.full();
    let requests = calm.world().requests.len() as u64;
    settle(&mut calm);
    let expected = calm.picture();
    for at in 1..=requests {
        for trouble in [Trouble::DieBefore, Trouble::DieAfter] {
            let mut rig = scene();
            rig.trouble(&[(At::Request(at), trouble)]);
            assert!(rig.ask(Scope::Full, false).is_none(), "{at}");
            rig.calm();
            settle(&mut rig);
            rig.wait(400);
            settle(&mut rig);
            assert_eq!(rig.picture().0, expected.0, "{at} {trouble:?}");
            assert_eq!((rig.activities("c20").len(), rig.attribute("c20", "outcome")), (1, Value::Text("SALE".to_owned())));
            assert_eq!(dialable(&rig, &["c02", "c03"]), [rig.lead("c03")]);
        }
    }
}

/// The lead of a loser has become the winner's, its code is not rewritten yet, and the state is lost.
#[test]
fn a_state_that_is_lost_between_a_merge_and_its_writes_adds_nobody() {
    let mut rig = merging(Tells::ByWinner);
    let lead = rig.lead("c01");
    rig.add("c20", 20, "closed");
    rig.wait(60);
    rig.full();
    rig.edit("c20", "segment", "north");
    rig.world().merge("c01", "c20");
    rig.wait(60);
    rig.trouble(&[(At::Call("update_lead", 1), Trouble::DieBefore)]);
    assert!(rig.ask(Scope::Full, false).is_none());
    rig.calm();
    assert_eq!(rig.lead("c01"), lead, "the code is the loser's still");
    rig.lose_database();
    rig.approve();
    settle(&mut rig);
    assert_eq!((rig.lead("c20"), rig.leads("c01")), (lead, Vec::new()));
    rig.wait(60);
    rig.is_quiet();
}

#[test]
fn a_contact_that_is_made_anew_is_dialed_by_its_new_lead_only() {
    let mut rig = Rig::started(6);
    let old = rig.lead("c01");
    rig.delete("c01");
    rig.add("c20", 1, "north");
    settle(&mut rig);
    assert_eq!(dialable(&rig, &["c01", "c20"]), [rig.lead("c20")]);
    assert_eq!(rig.world().vici.leads[&old].status, "VSGONE");
    rig.wait(60);
    rig.is_quiet();
}

#[test]
fn a_restored_contact_keeps_its_time_and_comes_back_with_the_next_full_run() {
    let mut rig = Rig::started(6);
    let (lead, person) = (rig.lead("c01"), rig.world().crm.people[&ContactId::from("c01")].clone());
    rig.delete("c01");
    settle(&mut rig);
    assert_eq!(rig.row("c01").status, "VSGONE");
    rig.world().crm.people.insert(ContactId::from("c01"), person);
    rig.wait(60);
    rig.run();
    assert_eq!(rig.row("c01").status, "VSGONE", "its time of change is the old one");
    rig.wait(60);
    rig.full();
    assert_eq!((rig.lead("c01"), rig.row("c01").status.as_str()), (lead, "NEW"));
    rig.wait(60);
    rig.is_quiet();
}

#[test]
fn two_jobs_on_two_vicidials_keep_a_lead_each() {
    let mut rig = Rig::started(4);
    // The same contacts, and another VICIdial that has leads of its own already.
    let mut other = Sim::new();
    {
        let mut world = other.world();
        world.pass(chrono::TimeDelta::seconds(600));
        world.crm.asked = rig.job.program.contact_fields();
        world.crm.people = rig.world().crm.people.clone();
        let row = rig.row("c03");
        for _ in 0..3 {
            world.vici.insert(super::world::dialer::Row { code: "LEGACY".to_owned(), ..row.clone() });
        }
    }
    let first = rig.lead("c01");
    let mut names = (JobName::from("care"), "other".to_owned());
    let mut turn = |rig: &mut Rig| {
        std::mem::swap(&mut rig.sim, &mut other);
        std::mem::swap(&mut rig.job.name, &mut names.0);
        std::mem::swap(&mut rig.job.vicidial, &mut names.1);
    };
    turn(&mut rig);
    assert_eq!(rig.approve().totals.added, 4);
    let second = rig.lead("c01");
    assert_ne!(first, second);
    rig.wait(60);
    rig.is_quiet();
    turn(&mut rig);
    rig.wait(60);
    rig.is_quiet();
    let of = |rig: &Rig| rig.links().into_iter().find(|link| link.contact == ContactId::from("c01")).unwrap().lead_id;
    assert_eq!((of(&rig), rig.lead("c01")), (Some(first), first));
    turn(&mut rig);
    assert_eq!((of(&rig), rig.lead("c01")), (Some(second), second));
}
