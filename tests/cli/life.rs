//! One job from the first check to the calls' way back.

use std::fs;

use serde_json::json;
use vicisync::emulator::vicidial::{CallSpec, Transfer};

use crate::rig::Rig;

/// How many of so many made-up people become leads: counted by a plan, checked against the server.
#[track_caller]
fn planned(rig: &Rig) -> u64 {
    let plan = rig.run(&["plan", "--json"]).expect(0).json();
    let added = plan["jobs"][0]["totals"]["added"].as_u64().unwrap();
    assert!(added > 0);
    added
}

#[test]
fn a_job_lives_from_check_to_calls() {
    let rig = Rig::new(120);
    rig.run(&["check"]).expect(0);
    rig.run(&["test"]).expect(0).says("tests passed");
    rig.run(&["check", "--live"]).expect(0);
    // It asks for rights by requests that are refused for what they lack; the server counts them as they come in.
    rig.vicidial.reset_counts();

    // A plan shows everything and leaves nothing.
    let plan = rig.run(&["plan", "--json"]).expect(0).json();
    let job = &plan["jobs"][0];
    let added = job["totals"]["added"].as_u64().unwrap();
    assert_eq!(job["holds"], json!(["first_run"]));
    assert_eq!(job["ops"].as_array().unwrap().iter().filter(|op| op["kind"] == "add_lead").count() as u64, added);
    assert!(job["ops"].as_array().unwrap().iter().all(|op| !op["reason"].as_str().unwrap().is_empty()));
    assert!(job["rejections"].as_array().unwrap().len() >= 5);
    assert_eq!(rig.writes(), (0, 0));

    // The first run waits for a person.
    let held = rig.run(&["sync"]).expect(3).says("vicisync sync sales --approve");
    assert!(held.out.contains("add a lead to list"), "the held plan is shown");
    assert_eq!(rig.writes(), (0, 0));
    rig.run(&["sync", "--approve"]).expect(0);
    assert_eq!(rig.codes_and_leads(), (added as usize, added as usize));

    // Looking changes no byte of the state.
    let database = fs::read(rig.path("state/state.db")).unwrap();
    for command in [&["plan"][..], &["status"], &["sync", "--full", "--dry-run"], &["explain", "1"]] {
        rig.run(command).expect(0);
    }
    assert!(database == fs::read(rig.path("state/state.db")).unwrap());

    // A call comes back, with its transfer as one call.
    let lead = rig.vicidial.leads()[0].clone();
    let (contact, lead_id) = (lead.source_id.clone(), lead.lead_id);
    rig.vicidial.with_world(|world| {
        let mut spec = CallSpec::answered("6001", "XFER", 40);
        spec.transfers.push(Transfer { agent: "6002".to_owned(), status: "SALE".to_owned(), seconds: 30 });
        world.call(lead_id, spec).unwrap();
        world.clock.advance(600);
    });
    rig.edit(&contact, json!({ "lastName": "Newname" }));
    rig.run(&["sync"]).expect(0);
    assert_eq!(rig.contact(&contact)["cDialerStatus"], "SALE");
    assert_eq!(rig.espo.calls().len(), 1);
    assert_eq!(rig.vicidial.with_world(|world| world.lead(lead_id)).unwrap().last_name, "Newname");

    // The repeat writes nothing.
    let before = rig.writes();
    rig.run(&["sync", "--full"]).expect(0);
    assert_eq!(rig.writes(), before);

    let status = rig.run(&["status", "--json"]).expect(0).json();
    let job = &status["jobs"][0];
    assert_eq!(job["links"]["live"], json!(added));
    assert_eq!(job["failures"], json!([]));
    assert_eq!(job["live_leads_per_link_max"], 1);
    assert_eq!(job["approved"], true);
    assert!(job["rejections"].as_object().unwrap().len() >= 2);
    assert_eq!(job["runs"][0]["end"], "clean");
    assert!(rig.run(&["status"]).expect(0).out.contains("failures: 0"));

    // One person, by each of the ids.
    let phone = format!("+{}{}", lead.phone_code, lead.phone_number);
    for id in [contact.as_str(), &lead_id.to_string(), &phone] {
        let found = rig.run(&["explain", id, "--json"]).expect(0).json();
        let known = found["found"].as_array().unwrap().iter().find(|known| known["contact"] == contact.as_str()).unwrap();
        assert_eq!(known["link"]["lead"], json!(lead_id));
        assert_eq!(known["calls"][0]["status"], "SALE");
        assert!(known["calls"][0]["activity"].is_string());
        assert_eq!(known["link"]["base"]["last_name"], json!({ "crm": "Newname", "vicidial": "Newname" }));
    }
    assert!(rig.run(&["explain", &contact]).expect(0).out.contains("dialable as far as vicisync is concerned"));
    rig.run(&["explain", "nobody"]).expect(2).says("no job knows `nobody`");
}

#[test]
fn who_opts_out_leaves_dialing_and_explain_says_so() {
    let rig = Rig::pushed(20);
    let lead = rig.vicidial.leads()[0].clone();
    rig.edit(&lead.source_id, json!({ "doNotCall": true }));
    rig.run(&["sync", "--contact", &lead.source_id]).expect(0);
    assert_eq!(rig.vicidial.with_world(|world| world.lead(lead.lead_id)).unwrap().status, "DNC");
    let found = rig.run(&["explain", &lead.source_id]).expect(0);
    assert!(found.out.contains("opted"), "{}", found.out);
}

#[test]
fn sync_looks_at_what_it_is_told() {
    let rig = Rig::pushed(30);
    let leads = rig.vicidial.leads();
    let (one, other) = (&leads[0], &leads[1]);
    rig.edit(&one.source_id, json!({ "lastName": "One" }));
    rig.edit(&other.source_id, json!({ "lastName": "Other" }));
    let name = |id| rig.vicidial.with_world(|world| world.lead(id)).unwrap().last_name;

    let dry = rig.run(&["sync", "--contact", &one.source_id, "--dry-run"]).expect(0);
    assert!(dry.out.contains("\"One\""), "{}", dry.out);
    assert_ne!(name(one.lead_id), "One");
    rig.run(&["sync", "--contact", &one.source_id]).expect(0);
    assert_eq!(name(one.lead_id), "One");
    assert_ne!(name(other.lead_id), "Other");
    rig.run(&["sync", "sales", "--lead", &other.lead_id.to_string()]).expect(0);
    assert_eq!(name(other.lead_id), "Other");

    rig.run(&["sync", "--lead", "99999"]).expect(2).says("linked to no contact");
    rig.run(&["sync", "--since", "2h"]).expect(0);
    rig.run(&["sync", "--since", "tomorrow"]).expect(2).says("is no time in the past");
    rig.run(&["sync", "nosuch"]).expect(2).says("its jobs are: sales");
    rig.run(&["sync", "--full", "--contact", "x"]).expect(2);
    rig.run(&["nosuch"]).expect(2);
}

#[test]
fn a_brake_holds_and_approval_lets_through() {
    let rig = Rig::pushed(30);
    rig.write_config(&rig.vicidial.url(), &rig.espo.url(), "[job.sales.brakes]\nupdates = 2");
    for lead in rig.vicidial.leads().iter().take(5) {
        rig.edit(&lead.source_id, json!({ "lastName": "Changed" }));
    }
    let before = rig.writes();
    rig.run(&["sync"]).expect(3).says("`updates` is set to 2").says("--approve");
    assert_eq!(rig.writes(), before);
    assert!(rig.run(&["status"]).expect(0).out.contains("HELD"));
    rig.run(&["sync", "--approve"]).expect(0);
    assert_eq!(rig.vicidial.leads().iter().filter(|lead| lead.last_name == "Changed").count(), 5);
}

#[test]
fn after_a_lost_database_the_leads_are_known_again() {
    let rig = Rig::new(40);
    let added = planned(&rig);
    rig.run(&["sync", "--approve"]).expect(0);
    for file in ["state.db", "state.db-wal", "state.db-shm"] {
        fs::remove_file(rig.path("state").join(file)).ok();
    }
    let report = rig.run(&["sync", "--approve", "--json"]).expect(0).json();
    assert_eq!(report["jobs"][0]["totals"]["adopted"], json!(added));
    assert_eq!(report["jobs"][0]["totals"]["added"], 0);
    assert_eq!(rig.codes_and_leads(), (added as usize, added as usize));
}

#[test]
fn one_list_is_synced_and_the_others_are_left_alone() {
    let rig = Rig::pushed(60);
    let leads = rig.vicidial.leads();
    let of = |list: u64| leads.iter().filter(|lead| lead.list_id == list).collect::<Vec<_>>();
    let lists: std::collections::BTreeSet<u64> = leads.iter().map(|lead| lead.list_id).collect();
    let (mine, other) = (*lists.first().unwrap(), *lists.last().unwrap());
    assert!(mine != other && of(mine).len() >= 3, "{lists:?}");
    rig.edit(&of(mine)[0].source_id, json!({ "lastName": "Mine" }));
    rig.edit(&of(mine)[1].source_id, json!({ "doNotCall": true }));
    rig.edit(&of(other)[0].source_id, json!({ "lastName": "Other" }));
    let lead = |id| rig.vicidial.with_world(|world| world.lead(id)).unwrap();
    let number = mine.to_string();

    let dry = rig.run(&["sync", "--list", &number, "--dry-run"]).expect(0).says(&format!("vicisync sync sales --list {mine}"));
    assert!(dry.out.contains("\"Mine\"") && !dry.out.contains("\"Other\""), "{}", dry.out);
    assert_ne!(lead(of(mine)[0].lead_id).last_name, "Mine");
    rig.run(&["sync", "sales", "--list", &number]).expect(0);
    assert_eq!(lead(of(mine)[0].lead_id).last_name, "Mine");
    assert_eq!(lead(of(mine)[1].lead_id).status, "DNC");
    assert_ne!(lead(of(other)[0].lead_id).last_name, "Other");
    rig.run(&["sync"]).expect(0);
    assert_eq!(lead(of(other)[0].lead_id).last_name, "Other");

    rig.run(&["sync", "--list", "7001"])
        .expect(2)
        .says("no list rule of job sales names list 7001")
        .says(&format!("its lists are: {mine}"));
    rig.run(&["sync", "--full", "--list", &number]).expect(2);
    rig.run(&["sync", "--list", "north"]).expect(2);
}

/// The install key is kept, the database is not: all is known again, and neither server is written to.
#[test]
fn a_state_that_is_lost_in_mid_life_writes_nothing_to_either_side() {
    let rig = Rig::pushed(40);
    let leads: Vec<u64> = rig.vicidial.leads().iter().map(|lead| lead.lead_id).collect();
    rig.vicidial.with_world(|world| {
        for (lead, status) in [(leads[0], "SALE"), (leads[1], "NI"), (leads[2], "NA")] {
            world.call(lead, CallSpec::answered("6001", status, 40)).unwrap();
            world.clock.advance(600);
        }
    });
    rig.run(&["sync"]).expect(0);
    rig.vicidial.with_world(|world| world.call(leads[0], CallSpec::answered("6002", "NI", 40)).unwrap());
    rig.vicidial.with_world(|world| world.clock.advance(600));
    rig.run(&["sync"]).expect(0);
    rig.run(&["sync", "--full"]).expect(0);
    assert!(!rig.espo.calls().is_empty());
    let (before, calls) = (rig.writes(), rig.espo.calls());
    for file in ["state.db", "state.db-wal", "state.db-shm"] {
        fs::remove_file(rig.path("state").join(file)).ok();
    }
    let report = rig.run(&["sync", "--approve", "--json"]).expect(0).json();
    assert_eq!(report["jobs"][0]["totals"]["adopted"], json!(leads.len()));
    for arguments in [&["sync"][..], &["sync", "--full"], &["sync"]] {
        rig.run(arguments).expect(0);
    }
    assert_eq!(rig.writes(), before);
    assert_eq!(rig.espo.calls(), calls);
    let status = rig.run(&["status", "--json"]).expect(0).json();
    assert_eq!(status["jobs"][0]["failures"], json!([]));
}
