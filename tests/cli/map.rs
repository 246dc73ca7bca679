//! What becomes of one contact: asked of the CRM, or given as a file.

use std::io::Write;
use std::process::Stdio;

use serde_json::json;

use crate::rig::{Ran, Rig, mapping};

/// A record as the CRM's API gives it for one contact.
fn record(rig: &Rig) -> serde_json::Value {
    let contacts = rig.espo.contacts();
    contacts.into_iter().find(|contact| contact["phoneNumber"].is_string() && contact["doNotCall"] == false).unwrap()
}

#[test]
fn a_contact_of_the_crm_is_shown_and_nothing_is_written() {
    let rig = Rig::new(60);
    let id = record(&rig)["id"].as_str().unwrap().to_owned();
    let shown = rig.run(&["map", &id, "--json"]).expect(0).json();
    let mapped = &shown["mapped"][0];
    assert_eq!((&mapped["job"], &mapped["contact"]), (&json!("sales"), &json!(id)));
    assert_eq!(rig.vicidial.requests(), 0);
    assert!(!rig.path("state").exists());
    // What is planned is what is shown.
    let plan = rig.run(&["plan", "--full", "--json"]).expect(0).json();
    let op = plan["jobs"][0]["ops"]
        .as_array()
        .unwrap()
        .iter()
        .find(|op| op["contact"] == json!(id) && op["kind"] == "add_lead")
        .unwrap()
        .clone();
    assert_eq!(mapped["list"], op["payload"]["lead"]["list_id"]);
    let fields = op["payload"]["lead"]["fields"].as_object().unwrap();
    for field in mapped["fields"].as_array().unwrap() {
        let name = field["field"].as_str().unwrap();
        let kept = field["kept"].as_object().map_or(&field["value"], |kept| &kept["value"]);
        if let Some(planned) = fields.get(name) {
            assert!(planned == &field["value"] || planned == kept, "{name}: {planned} {field}");
        }
        assert!(field["line"].is_number() || name == "source_id", "{field}");
    }
    let text = rig.run(&["map", &id, "--job", "sales"]).expect(0);
    assert!(text.out.contains("becomes a lead in list") && text.out.contains("first_name"), "{}", text.out);
    assert_eq!(rig.writes(), (0, 0));

    rig.run(&["map", "nobody"]).expect(2).says("no contact `nobody`");
    rig.run(&["map", &id, "--job", "none"]).expect(2).says("no job `none`");
    rig.run(&["map"]).expect(2);
    rig.run(&["map", &id, "--file", "x.json"]).expect(2);
}

#[test]
fn a_rejection_says_what_to_change() {
    let rig = Rig::new(60);
    let id = record(&rig)["id"].as_str().unwrap().to_owned();
    rig.edit(&id, json!({ "phoneNumber": null, "phoneNumberData": [] }));
    let ran = rig.run(&["map", &id]).expect(0);
    assert!(ran.out.contains("is rejected: phone_missing") && ran.out.contains("to change that:"), "{}", ran.out);
    let json = rig.run(&["map", &id, "--json"]).expect(0).json();
    assert_eq!((&json["mapped"][0]["result"], &json["mapped"][0]["reason"]), (&json!("rejected"), &json!("phone_missing")));
}

#[test]
fn a_login_that_was_refused_is_not_tried_again() {
    let rig = Rig::new(5);
    let id = record(&rig)["id"].as_str().unwrap().to_owned();
    rig.secret("espo.key", "wrong");
    rig.run(&["sync", "--approve"]).expect(2);
    let requests = rig.requests();
    rig.run(&["map", &id]).expect(2).says("is not tried again");
    assert_eq!(rig.requests(), requests);
}

#[test]
fn a_record_of_a_file_needs_no_server_and_no_config() {
    let rig = Rig::new(20);
    let mut record = record(&rig);
    record["firstName"] = json!("Ann; \"Annie\"");
    record["cPlan"] = json!("gold");
    rig.write("contact.json", &record.to_string());
    rig.write("alone.toml", &mapping());
    let (contact, alone) = (rig.path("contact.json"), rig.path("alone.toml"));
    let (contact, alone) = (contact.to_str().unwrap(), alone.to_str().unwrap());
    let requests = rig.requests();
    // With the job's mapping, without its secrets.
    std::fs::remove_file(rig.path("espo.key")).unwrap();
    std::fs::remove_file(rig.path("vicidial.pass")).unwrap();
    let of_job = rig.run(&["map", "--file", contact, "--json"]).expect(0).json();
    assert_eq!(of_job["mapped"][0]["job"], "sales");
    // With a mapping alone.
    rig.write("vicisync.toml", "this is no config");
    let ran = rig.run(&["map", "--file", contact, "--mapping", alone]).expect(0);
    assert!(ran.out.contains("VICIdial will keep") && ran.out.contains("drops `;`"), "{}", ran.out);
    let json = rig.run(&["map", "--file", contact, "--mapping", alone, "--json"]).expect(0).json();
    assert_eq!(json["mapped"][0]["fields"], of_job["mapped"][0]["fields"]);
    let mut child = rig.command(&["map", "--file", "-", "--mapping", alone, "--json"]);
    let mut child = child.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(record.to_string().as_bytes()).unwrap();
    assert_eq!(Ran::of(child.wait_with_output().unwrap()).expect(0).json(), json);
    assert_eq!(rig.requests(), requests);
}

#[test]
fn the_way_back_is_told_and_what_would_go_back() {
    let rig = Rig::new(0);
    let record = json!({ "id": "c1", "deleted": false, "doNotCall": false, "lastName": "Lee", "phoneNumber": "+12125550100", "phoneNumberIsOptedOut": false,
        "phoneNumberData": [], "addressCity": "Miami", "cPlan": "gold", "emailAddress": null });
    rig.write("contact.json", &record.to_string());
    rig.write(
        "alone.toml",
        r#"
object = "Contact"
[list_default]
list = 1001
[phone]
from = "phoneNumber"
default_region = "US"
[lead]
last_name = "lastName"
city = { from = "addressCity", direction = "both", wins = "newest", otherwise = "vicidial", transform = "collapse" }
email = { from = "emailAddress", direction = "pull", blank = "clear" }
[custom]
plan = { from = "cPlan", direction = "both", transform = { map = { gold = "G", silver = "S" } } }
"#,
    );
    let (contact, alone) = (rig.path("contact.json"), rig.path("alone.toml"));
    let (contact, alone) = (contact.to_str().unwrap(), alone.to_str().unwrap());
    let run = |more: &[&str]| rig.run(&[&["map", "--file", contact, "--mapping", alone], more].concat());
    let text = run(&["--typed", "city=Tampa", "--typed", "custom.plan=xyz", "--typed", "email=", "--typed", "last_name=Roe"]).expect(0).out;
    let (_, back) = text.split_once("what is changed in VICIdial").unwrap();
    let lines: Vec<String> = back.lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" ")).collect();
    assert_eq!(
        lines,
        [
            "goes back to the CRM, of these fields:",
            "field to where both sides changed it a blank",
            "city addressCity the later value counts; where that cannot be told, VICIdial's value counts says nothing",
            "email emailAddress nothing goes to VICIdial empties the other side",
            "custom.plan cPlan the CRM's value counts says nothing",
            "",
            "typed into the lead:",
            "city \"Tampa\" addressCity = \"Tampa\"",
            "custom.plan \"xyz\" nothing goes to the CRM: no value of `cPlan` is \"xyz\" in VICIdial",
            "email \"\" emailAddress = (blank)",
            "last_name \"Roe\" nothing goes to the CRM: `last_name` goes to VICIdial only: its direction is \"push\"",
        ]
    );
    let json = run(&["--json", "--typed", "custom.plan=S", "--typed", "city="]).expect(0).json();
    let mapped = &json["mapped"][0];
    let way = |name: &str| mapped["fields"].as_array().unwrap().iter().find(|field| field["field"] == name).unwrap()["way"].clone();
    assert_eq!(way("city"), json!({ "direction": "both", "to": "addressCity", "wins": "newest", "otherwise": "vicidial" }));
    assert_eq!(way("email"), json!({ "direction": "pull", "to": "emailAddress", "wins": null, "otherwise": null }));
    assert_eq!(way("last_name"), json!({ "direction": "push", "to": null, "wins": null, "otherwise": null }));
    assert_eq!(mapped["typed"][0], json!({ "field": "custom.plan", "text": "S", "to": "cPlan", "value": "silver", "why": null }));
    assert!(mapped["typed"][1]["to"].is_null() && mapped["typed"][1]["why"].as_str().unwrap().contains("a blank says nothing"));

    let plain = run(&[]).expect(0).out;
    assert!(plain.contains("goes back to the CRM") && !plain.contains("typed into"), "{plain}");
    run(&["--typed", "town=Tampa"]).expect(2).says("`town` is no lead field");
    run(&["--typed", "Tampa"]).expect(2).says("city=Tampa");
}

#[test]
fn each_lead_of_a_contact_is_shown() {
    let rig = Rig::new(0);
    let record = json!({ "id": "c1", "deleted": false, "doNotCall": false, "lastName": "Lee", "phoneNumber": "+12125550100", "phoneNumberIsOptedOut": false,
        "phoneNumberData": [], "cWork": "n/a", "cDesk": "(212) 555-0101", "cHome": "212-555-0100", "cFax": null, "cBoat": "555" });
    rig.write("contact.json", &record.to_string());
    rig.write(
        "alone.toml",
        r#"
object = "Contact"
[list_default]
list = 1001
[phone]
from = "phoneNumber"
default_region = "US"
[lead]
last_name = "lastName"
[[slot]]
name = "work"
from = ["cWork", "cDesk"]
list = 1002
[[slot]]
name = "home"
from = "cHome"
[[slot]]
name = "fax"
from = "cFax"
[[slot]]
name = "boat"
from = "cBoat"
"#,
    );
    let (contact, alone) = (rig.path("contact.json"), rig.path("alone.toml"));
    let args = ["map", "--file", contact.to_str().unwrap(), "--mapping", alone.to_str().unwrap()];
    let text = rig.run(&args).expect(0).out;
    let lines: Vec<String> = text.lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" ")).collect();
    assert_eq!(lines[1], "becomes a lead in list 1001, dialed at +12125550100");
    let slots: Vec<&str> = lines.iter().map(String::as_str).filter(|line| line.starts_with("slot ")).collect();
    assert_eq!(
        slots,
        [
            "slot work a further lead in list 1002, dialed at +12125550101 from `cDesk`, \"(212) 555-0101\" (line 10)",
            "slot home no lead: its number is that of the main lead (line 14)",
            "slot fax no lead: it has no number for the slot `fax` (line 17)",
            "slot boat no lead: phone_invalid: `cBoat` is no valid phone number: \"555\" (line 20)",
        ]
    );
    let json = rig.run(&[&args[..], &["--json"]].concat()).expect(0).json();
    let mapped = &json["mapped"][0];
    assert_eq!((&mapped["result"], &mapped["list"]), (&json!("lead"), &json!(1001)));
    let slots = mapped["slots"].as_array().unwrap();
    let told = |key: &str| slots.iter().map(|slot| slot[key].clone()).collect::<Vec<_>>();
    assert_eq!(told("slot"), ["work", "home", "fax", "boat"]);
    assert_eq!(told("outcome"), ["lead", "filtered", "filtered", "rejected"]);
    assert_eq!(told("list"), [json!(1002), json!(null), json!(null), json!(null)]);
    assert_eq!(told("reason"), [json!(null), json!(null), json!(null), json!("phone_invalid")]);
    assert_eq!(slots[0]["phone"], json!({ "e164": "+12125550101", "code": "1", "number": "2125550101" }));
    assert_eq!((&slots[0]["phones"][0]["reason"], &slots[0]["phones"][1]["taken"]), (&json!("phone_invalid"), &json!(true)));
    assert_eq!(slots[0]["line"], 10);
}

#[test]
fn a_file_that_is_no_record_is_told() {
    let rig = Rig::new(0);
    rig.write("alone.toml", &mapping());
    let alone = rig.path("alone.toml");
    let alone = alone.to_str().unwrap();
    let run = |text: &str| {
        rig.write("contact.json", text);
        rig.run(&["map", "--file", rig.path("contact.json").to_str().unwrap(), "--mapping", alone]).expect(2)
    };
    run("not json").says("is no JSON");
    run("[]").says("holds a list");
    run("5").says("holds no record");
    run("{}").says("has no id");
    run("{\"id\": \"c1\"}").says("which").says("has no `");
    run("{\"id\": \"c1\", \"deleted\": true}").says("deleted");
    rig.run(&["map", "--file", "none.json", "--mapping", alone]).expect(2).says("cannot be read");
    rig.run(&["map", "--file", "none.json", "--mapping", "none.toml"]).expect(2).says("cannot be read");
    rig.run(&["map", "--file", "none.json", "--mapping", alone, "--crm", "nothing"]).expect(2).says("write one of: espocrm");
    rig.run(&["map", "c1", "--mapping", alone]).expect(2);
    rig.run(&["map", "--file", "none.json", "--mapping", alone, "--job", "sales"]).expect(2);
}
