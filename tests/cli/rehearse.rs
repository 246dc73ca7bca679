//! The rehearsal: its promise, its JSON, its servers.

use std::io::{BufRead, BufReader};
use std::path::Path;

use serde_json::Value;

use crate::rig::{Rig, until};

#[test]
fn a_rehearsal_pushes_pulls_and_repeats_without_a_write() {
    let rig = Rig::new(0);
    let json = rig.run(&["rehearse", "--json"]).expect(0).json();
    let runs = json["runs"].as_array().unwrap();
    assert!(runs.len() >= 2);
    let number = |run: &Value, path: &str| run.pointer(path).and_then(Value::as_u64).unwrap_or_else(|| panic!("{path} in {run}"));
    for run in runs {
        for path in ["/leads/added", "/leads/updated", "/leads/moved", "/leads/adopted", "/leads/unchanged", "/leads/rejected", "/holds"] {
            number(run, path);
        }
        for path in ["/contacts/updated", "/activities/created", "/activities/updated", "/writes/vicidial", "/writes/crm"] {
            number(run, path);
        }
        assert_eq!(number(run, "/failures"), 0);
    }
    let (first, last) = (&runs[0], runs.last().unwrap());
    assert!(number(first, "/leads/added") >= 800);
    assert!(number(first, "/leads/rejected") >= 5);
    assert!(number(first, "/writes/vicidial") >= 800);
    assert!(runs.iter().map(|run| number(run, "/activities/created")).sum::<u64>() >= 50);
    assert!(runs.iter().map(|run| number(run, "/leads/moved")).sum::<u64>() > 0);
    assert_eq!((number(last, "/writes/vicidial"), number(last, "/writes/crm")), (0, 0));
    assert!(number(last, "/leads/unchanged") >= 800);
    assert_eq!(json["live_leads_per_link_max"], 1);
}

#[test]
fn a_rehearsal_tells_its_story() {
    let rig = Rig::new(0);
    let ran = rig.run(&["rehearse", "--count", "100"]).expect(0);
    for words in ["The plan", "Approved and pushed", "phone_invalid", "opted_out", "VICIdial 0, EspoCRM 0", "All well"] {
        assert!(ran.out.contains(words), "{words} is not in:\n{}", ran.out);
    }
}

#[test]
fn served_servers_stay_up_until_they_are_told_to_end() {
    let rig = Rig::new(0);
    let mut serving = rig.spawn(&["rehearse", "--serve", "--json", "--count", "60"]);
    let mut line = String::new();
    BufReader::new(serving.stdout()).read_line(&mut line).unwrap();
    let told: Value = serde_json::from_str(&line).unwrap();
    for path in ["/vicidial/url", "/vicidial/user", "/vicidial/pass", "/espocrm/url", "/espocrm/key", "/config"] {
        assert!(told.pointer(path).is_some_and(Value::is_string), "{path}");
    }
    let config = told["config"].as_str().unwrap();
    rig.run(&["--config", config, "check", "--live"]).expect(2); // a flag given twice is a wrong usage
    let output =
        std::process::Command::new(env!("CARGO_BIN_EXE_vicisync")).args(["--config", config, "sync", "--approve"]).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    serving.signal("INT");
    until("the end of the servers", || !serving.is_running());
    assert!(!Path::new(config).exists(), "the directory is gone");
}
