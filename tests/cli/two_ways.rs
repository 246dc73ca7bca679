//! A thousand people edited on both sides at once: what one side changed arrives, what both changed follows its rule, and the next run writes nothing.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::rig::{Rig, mapping};

/// What people do to the n-th contact, by n modulo five.
const KINDS: u64 = 5;

/// The rehearsal's mapping with four fields that people edit in VICIdial too.
fn both_ways() -> String {
    let mut text = mapping();
    for (old, new) in [
        (
            r#"city = { from = "addressCity", transform = "collapse" }"#,
            r#"city = { from = "addressCity", direction = "both", wins = "crm" }"#,
        ),
        (
            r#"email = { from = "emailAddress", transform = ["trim", "lower"] }"#,
            r#"email = { from = "emailAddress", direction = "both", wins = "vicidial" }"#,
        ),
        (r#"comments = "description""#, r#"comments = { from = "description", direction = "pull" }"#),
        (
            r#"plan = { from = "cPlan", transform = ["trim", "lower", "default:none"] }"#,
            r#"plan = { from = "cPlan", direction = "both", wins = "hold" }"#,
        ),
    ] {
        assert!(text.contains(old), "the mapping has no {old}");
        text = text.replace(old, new);
    }
    text
}

fn email(who: &str, number: u64) -> String {
    format!("{who}{number}@example.com")
}

/// The n-th contact, edited on both sides.
fn edit(rig: &Rig, contact: &str, lead: u64, number: u64) {
    let crm = |change: Value| rig.edit(contact, change);
    let agent = |field: &str, value: &str| assert!(rig.vicidial.with_world(|world| world.agent_edit(lead, field, value)), "{field}");
    match number % KINDS {
        0 => crm(json!({ "addressCity": "Tampa", "lastName": format!("Crm{number}") })),
        1 => {
            agent("city", "Largo");
            agent("comments", "asked for papers");
        }
        2 => {
            crm(json!({ "addressCity": "Tampa" }));
            agent("email", &email("agent", number));
        }
        3 => {
            crm(json!({ "addressCity": "Tampa", "emailAddress": email("crm", number) }));
            agent("city", "Largo");
            agent("email", &email("agent", number));
        }
        _ => {
            crm(json!({ "cPlan": "gold", "addressCity": "Ocala" }));
            assert!(rig.vicidial.with_world(|world| world.agent_edit_custom(lead, "plan", "silver")));
        }
    }
}

#[test]
fn a_thousand_contacts_edited_on_both_sides_follow_their_rules() {
    let rig = Rig::new(1_200);
    rig.write("mapping.toml", &both_ways());
    // A lead without custom fields shows none that an agent could change.
    for contact in rig.espo.contacts() {
        rig.edit(contact["id"].as_str().unwrap(), json!({ "cPlan": "basic" }));
    }
    rig.run(&["sync", "--approve"]).expect(0);
    let leads: Vec<(String, u64)> = rig.vicidial.leads().into_iter().map(|lead| (lead.source_id, lead.lead_id)).take(1_000).collect();
    assert_eq!(leads.len(), 1_000);
    for (number, (contact, lead)) in (0..).zip(&leads) {
        edit(&rig, contact, *lead, number);
    }
    let ran = rig.run(&["sync", "--full", "--json"]);
    assert_eq!(ran.json()["jobs"][0]["end"], "with_failures", "{}", ran.err);

    let contacts: BTreeMap<String, Value> =
        rig.espo.contacts().into_iter().map(|contact| (contact["id"].as_str().unwrap().to_owned(), contact)).collect();
    for (number, (contact, lead)) in (0..).zip(&leads) {
        let row = rig.vicidial.with_world(|world| world.lead(*lead)).unwrap();
        let crm = |name: &str| contacts[contact][name].as_str().unwrap_or_default();
        let vicidial = |name: &str| row.columns[name].as_str();
        let city = (crm("addressCity"), vicidial("city"));
        let mail = (crm("emailAddress"), vicidial("email"));
        match number % KINDS {
            0 => assert_eq!((city, row.last_name.clone()), (("Tampa", "Tampa"), format!("Crm{number}"))),
            1 => assert_eq!((city, crm("description")), (("Largo", "Largo"), "asked for papers")),
            2 => assert_eq!((city, mail), (("Tampa", "Tampa"), (&*email("agent", number), &*email("agent", number)))),
            3 => assert_eq!((city, mail), (("Tampa", "Tampa"), (&*email("agent", number), &*email("agent", number)))),
            // The plan waits for a person, and the city does not.
            _ => assert_eq!((city, crm("cPlan"), row.custom["plan"].as_str()), (("Ocala", "Ocala"), "gold", "silver")),
        }
    }
    let status = rig.run(&["status", "--json"]).json();
    let failures = status["jobs"][0]["failures"].as_array().unwrap();
    assert_eq!(failures.len(), 200);
    assert!(failures.iter().all(|failure| failure["code"] == "field_conflict"));

    let before = rig.writes();
    for command in [&["sync"][..], &["sync", "--full"]] {
        rig.run(command);
        assert_eq!(rig.writes(), before, "a run with nothing to do writes nothing");
    }
}
