//! What is known of the VICIdial: shown by `check --live`, kept, told again by `status`, and what changed since.

use serde_json::Value;

use crate::rig::Rig;

/// Measured times, rights by level and clocks aside, which differ from run to run.
fn steady(out: &str) -> String {
    let begin = out.find("main, as it is known now:").expect("a table");
    let lines = out[begin..].lines().take_while(|line| !line.starts_with("CHANGED"));
    let moving = ["clock, minutes", "clock, seconds", "clock, hours", "cost of a login", "hashed passwords"];
    let kept = lines.filter(|line| !moving.iter().any(|title| line.contains(title)));
    kept.map(|line| line.split_whitespace().collect::<Vec<_>>().join(" ")).collect::<Vec<_>>().join("\n")
}

const TABLE: &str = "\
main, as it is known now:
version 2.14-194 build 241004-1518 asked
clock is of the configured zone yes asked
failing statements in PHP raise exceptions inferred
custom fields on asked
use_non_latin in the config on config
list 1001 active asked
list 1002 active asked
list 1003 active asked
list 1001, campaign TESTCAMP asked
list 1002, campaign TESTCAMP asked
list 1003, campaign TESTCAMP asked
list 1001, leads 0 asked
list 1002, leads 0 asked
list 1003, leads 0 asked
list 1001, custom fields crm_note plan asked
list 1002, custom fields crm_note plan asked
list 1003, custom fields crm_note plan asked
campaign TESTCAMP active asked
campaign TESTCAMP, dials NEW NA B AA A CALLBK asked
may use add_dnc_phone add_lead batch_update_lead asked
call_report_export.php call_status_stats
callbacks_export.php campaigns_list
check_phone_number delete_dnc_phone hopper_list
lead_all_info lead_callback_info lead_field_info
lead_search lead_status_search list_download.php
logged_in_agents update_lead";

#[test]
fn check_live_shows_what_the_server_is_like() {
    let rig = Rig::new(5);
    let ran = rig.run(&["check", "--live"]).expect(0);
    assert_eq!(steady(&ran.out), TABLE);
    assert!(!ran.out.contains("CHANGED"), "{}", ran.out);
    assert!(rig.vicidial.leads().is_empty());

    let json = rig.run(&["check", "--live", "--json"]).expect(0).json();
    let facts = &json["vicidials"]["main"];
    assert_eq!(facts["custom_fields"]["value"], Value::Bool(true));
    assert_eq!(facts["right.add_lead"]["source"], "asked");
    assert_eq!(facts["list_custom.1001"]["value"], serde_json::json!(["crm_note", "plan"]));
    assert!(facts["release"]["at"].is_string() && facts["release"]["before"].is_null());
    assert_eq!(json["changes"].as_array().unwrap().iter().filter(|change| change["fact"] != "slow_logins").count(), 0);
}

#[test]
fn what_changed_since_is_told_by_check_and_status() {
    let rig = Rig::new(5);
    assert!(rig.run(&["status"]).expect(0).out.contains("vicidial main: not asked about itself yet"));
    rig.run(&["check", "--live"]).expect(0);
    rig.vicidial.with_world(|world| {
        world.set_setting("custom_fields_enabled", "0");
        world.set_user("apiuser", &[("delete_from_dnc", "0")]);
    });
    let ran = rig.run(&["check", "--live"]).expect(2);
    assert!(ran.out.contains("BAD  main: custom fields are switched off on the server"), "{}", ran.out);
    for told in ["CHANGED main: custom fields: was on, is off now", "CHANGED main: right to use delete_dnc_phone: was yes, is no now"] {
        assert!(ran.out.contains(told), "{told}:\n{}", ran.out);
    }
    let again = rig.run(&["check", "--live"]).expect(2);
    assert!(!again.out.contains("CHANGED main: custom fields"), "a change is told once:\n{}", again.out);

    let status = rig.run(&["status"]).expect(0).out;
    assert!(status.contains("vicidial main: 2.14-194 build 241004-1518"), "{status}");
    assert!(status.contains("CHANGED: custom fields: was on, is off now (seen "), "{status}");
    let json = rig.run(&["status", "--json"]).expect(0).json();
    let fact = &json["vicidials"]["main"]["custom_fields"];
    assert_eq!((&fact["value"], &fact["before"]), (&Value::Bool(false), &Value::Bool(true)));

    rig.run(&["sync", "--approve"]).expect(2).says("custom fields are switched off on the server");
    assert!(rig.vicidial.leads().is_empty());
    rig.vicidial.with_world(|world| world.set_setting("custom_fields_enabled", "1"));
    rig.run_until_clean(&["sync", "--approve"]);
}

#[test]
fn a_run_asks_about_the_server_once_and_an_ordinary_one_not_again() {
    let rig = Rig::pushed(20);
    let known = rig.run(&["status", "--json"]).expect(0).json()["vicidials"]["main"]["release"]["at"].clone();
    assert!(known.is_string(), "the first run asked");
    rig.run(&["sync"]).expect(0);
    rig.run(&["sync", "--full"]).expect(0);
    let now = rig.run(&["status", "--json"]).expect(0).json()["vicidials"]["main"].clone();
    assert_eq!(now["release"]["at"], known, "once a day is enough");
    assert!(now["largest_list_rows"]["value"].as_i64().is_some_and(|rows| rows > 0), "{now}");
    assert_eq!(now["masking"]["value"], Value::Bool(false));
}

#[test]
fn a_campaign_that_dials_who_left_and_an_agent_that_is_not_there_are_wrong() {
    let rig = Rig::new(5);
    let mapping = std::fs::read_to_string(rig.path("mapping.toml")).unwrap();
    rig.write(
        "mapping.toml",
        &(mapping.replace("VSGONE", "NA") + "\n[users]\n6001 = \"00000000000006001\"\nghost = \"00000000000009999\"\n"),
    );
    let ran = rig.run(&["check", "--live"]).expect(2);
    assert!(ran.out.contains("BAD  main: campaign TESTCAMP dials the status NA, which the leads of contacts that left get"), "{}", ran.out);
    assert!(ran.out.contains("BAD  espo: the CRM has no user 00000000000009999, whom `[users]` names"), "{}", ran.out);
    assert!(ran.out.contains("BAD  main: VICIdial has no user ghost, whom `[users]` names"), "{}", ran.out);
}
