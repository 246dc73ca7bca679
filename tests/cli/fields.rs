//! `vicisync fields` against both emulated servers: what is told, that nobody is told, and that nothing is changed.

use serde_json::{Value, json};

use super::rig::Rig;

fn named<'a>(list: &'a Value, key: &str, name: &str) -> &'a Value {
    list.as_array().unwrap().iter().find(|entry| entry[key] == *name).unwrap_or_else(|| panic!("no {name} in {list}"))
}

#[test]
fn the_crms_fields_are_told_with_masked_examples() {
    let rig = Rig::new(30);
    let told = rig.run(&["fields", "crm", "--json"]).expect(0).json();
    assert_eq!(
        (&told["crm"], &told["object"], &told["described"], &told["records"]),
        (&json!("espo"), &json!("Contact"), &json!(true), &json!(20))
    );
    let field = |name: &str| named(&told["fields"], "name", name);
    let first = field("firstName");
    assert_eq!(
        (&first["type"], &first["width"], &first["writable"], &first["custom"]),
        (&json!("text"), &json!(100), &json!(true), &json!(false))
    );
    assert_eq!((&first["label"], &first["mapping"]), (&json!("First Name"), &json!(["reads"])));
    let status = field("cDialerStatus");
    assert_eq!((&status["custom"], &status["mapping"], &status["width"]), (&json!(true), &json!(["sets"]), &json!(20)));
    assert_eq!(field("salutationName")["options"], json!(["Mr.", "Ms.", "Mrs.", "Dr."]));
    assert_eq!(field("modifiedAt")["example"], "9999-99-99 99:99:99");
    assert_eq!(field("modifiedAt")["writable"], false);
    // Flags are shown as they are; nothing of a person is.
    assert!(field("doNotCall")["example"].is_string());
    assert!(field("phones")["example"].as_str().unwrap().starts_with("+9"), "{}", field("phones"));
    let text = rig.run(&["fields", "crm", "--job", "sales"]).expect(0);
    for record in rig.espo.contacts() {
        for name in ["firstName", "lastName", "emailAddress", "phoneNumber", "addressStreet", "id"] {
            let Some(value) = record[name].as_str().filter(|value| value.len() > 3) else { continue };
            assert!(!text.out.contains(value) && !told["fields"].to_string().contains(&format!("\"{value}\"")), "{name}: {value}");
        }
    }
    let line = text.out.lines().find(|line| line.starts_with("firstName ")).unwrap();
    assert!(line.contains("text 100") && line.contains("reads") && line.contains("First Name") && line.contains("Xxx"), "{line}");
    assert_eq!(rig.writes(), (0, 0));
    assert!(!rig.path("state").exists(), "the state is not touched");
}

#[test]
fn a_connection_is_looked_at_without_a_job() {
    let rig = Rig::new(3);
    let told = rig.run(&["fields", "crm", "--crm", "espo", "--object", "Contact", "--json"]).expect(0).json();
    assert_eq!((&told["records"], &named(&told["fields"], "name", "firstName")["mapping"]), (&json!(3), &json!([])));
    let same = rig.run(&["fields", "crm", "--crm", "espo", "--json"]).expect(0).json();
    assert_eq!(same, told);
    rig.run(&["fields", "crm", "--crm", "espo", "--object", "Account"]).expect(2).says("cannot sync `Account`");
    rig.run(&["fields", "crm", "--crm", "nosuch"]).expect(2).says("no connection [crm.nosuch]").says("it has: espo");
    rig.run(&["fields", "vicidial", "--vicidial", "nosuch"]).expect(2).says("it has: main");
    rig.run(&["fields", "crm", "--job", "nosuch"]).expect(2).says("no job `nosuch`");
    rig.run(&["fields", "crm", "--job", "sales", "--crm", "espo"]).expect(2);
}

#[test]
fn vicidials_fields_are_told_with_masked_examples() {
    let rig = Rig::pushed(30);
    let (writes, _) = rig.writes();
    let told = rig.run(&["fields", "vicidial", "--json"]).expect(0).json();
    assert_eq!(told["vicidial"], "main");
    assert!(told["leads"].as_u64().unwrap() > 0);
    let first = named(&told["fields"], "name", "first_name");
    assert_eq!((&first["width"], &first["mapping"]), (&json!(30), &json!(true)));
    assert!(first["example"].as_str().unwrap().starts_with('X'), "{first}");
    assert_eq!(named(&told["fields"], "name", "security_phrase")["mapping"], false);
    assert_eq!(named(&told["fields"], "name", "phone_number")["example"], "9999999999");
    let lists = told["lists"].as_array().unwrap();
    assert!(!lists.is_empty());
    for list in lists {
        let custom = named(&list["fields"], "label", "plan");
        // Types are the database's to tell, and this VICIdial is asked over HTTP alone.
        assert_eq!((&custom["type"], &list["remark"]), (&json!(null), &json!(null)));
    }
    let text = rig.run(&["fields", "vicidial", "--job", "sales"]).expect(0);
    for lead in rig.vicidial.leads() {
        for value in [&lead.phone_number, &lead.vendor_lead_code] {
            assert!(!text.out.contains(value.as_str()) && !told.to_string().contains(value.as_str()), "{value}");
        }
    }
    assert!(text.out.lines().any(|line| line.starts_with("first_name ") && line.contains("30") && line.contains("fills")), "{}", text.out);
    let all = rig.run(&["fields", "vicidial", "--vicidial", "main", "--json"]).expect(0).json();
    assert!(all["lists"].as_array().unwrap().len() >= lists.len());
    assert_eq!(rig.writes().0, writes, "nothing was written");
}

#[test]
fn a_connector_without_a_description_tells_what_records_show() {
    let rig = Rig::new(5);
    let espocrm = include_str!("../../src/crm/connectors/espocrm.toml");
    let (plain, _) = espocrm.split_once("[describe]").unwrap();
    rig.write("plain.toml", plain);
    let config = std::fs::read_to_string(rig.path("vicisync.toml")).unwrap();
    rig.write("vicisync.toml", &config.replace("kind = \"espocrm\"", "kind = \"plain\"\nconnector = \"plain.toml\""));
    let told = rig.run(&["fields", "crm", "--json"]).expect(0).says("does not say how this CRM describes").json();
    assert_eq!(told["described"], false);
    let field = |name: &str| named(&told["fields"], "name", name);
    assert_eq!((&field("doNotCall")["type"], &field("firstName")["type"]), (&json!("flag"), &json!("text")));
    assert_eq!((&field("modifiedAt")["writable"], &field("firstName")["label"]), (&json!(false), &json!(null)));
    // A mistake in it is shown with its line, as in any other file.
    rig.write("plain.toml", &plain.replace("updated = \"modifiedAt\"", "updated = \"modified At\""));
    rig.run(&["check"]).expect(2).says("E0603").says("updated = \"modified At\"").says("plain.toml:");
}

#[test]
fn a_live_check_keeps_the_description_and_names_what_was_meant() {
    let rig = Rig::new(2);
    rig.run(&["check", "--live"]).expect(0);
    let state = rusqlite::Connection::open(rig.path("state").join("state.db")).unwrap();
    let (connection, object, fields): (String, String, String) = state
        .query_row("SELECT connection, object, fields FROM crm_fields", [], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
        .unwrap();
    assert_eq!((connection.as_str(), object.as_str()), ("espo", "Contact"));
    assert!(fields.contains("cDialerStatus"));
    drop(state);
    let mapping = std::fs::read_to_string(rig.path("mapping.toml")).unwrap();
    let (good, bad) = ("first_name = { from = \"firstName\"", "first_name = { from = \"firstname\"");
    assert!(mapping.contains(good));
    rig.write("mapping.toml", &mapping.replacen(good, bad, 1));
    let ran = rig.run(&["check", "--live"]).expect(2);
    assert!(ran.out.contains("shows no attribute `firstname`") && ran.out.contains("Did you mean `firstName`?"), "{}", ran.out);
}

#[test]
fn a_refused_login_is_not_tried_again_by_looking() {
    let rig = Rig::new(2);
    rig.secret("espo.key", "wrong-key");
    rig.run(&["check", "--live"]).expect(2);
    let requests = rig.requests();
    rig.run(&["fields", "crm"]).expect(2).says("was refused").says("check --live");
    assert_eq!(rig.requests(), requests);
    // Without the state's memory it is tried, and refused once.
    rig.secret("espo.key", "another-wrong-key");
    rig.run(&["fields", "crm"]).expect(2).says("refused the login");
}

#[test]
fn in_a_blackout_vicidial_is_asked_for_nothing() {
    let rig = Rig::new(2);
    let now = chrono::Utc::now().with_timezone(&chrono_tz::America::New_York).naive_local();
    let wall = |minutes: i64| (now + chrono::TimeDelta::minutes(minutes)).format("%H:%M").to_string();
    let config = std::fs::read_to_string(rig.path("vicisync.toml")).unwrap();
    let window = format!("user = \"apiuser\"\nblackout = [\"{}-{}\"]", wall(-60), wall(60));
    rig.write("vicisync.toml", &config.replace("user = \"apiuser\"", &window));
    for way in [["--job", "sales"], ["--vicidial", "main"]] {
        rig.run(&["fields", "vicidial", way[0], way[1]]).expect(75).says("main is left alone until");
    }
    assert_eq!(rig.vicidial.requests(), 0);
    rig.run(&["fields", "crm"]).expect(0);
}
