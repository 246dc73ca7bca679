//! How the emulator describes fields, against what a real EspoCRM 8.4.2 answered: names, types, widths, flags, labels, in the same order.

use serde_json::{Value, json};
use vicisync::emulator::espocrm::{CustomField, Entity, Holds, Options, Server};

/// The real one's custom fields, in its order.
fn options() -> Options {
    let contact = |name: &str, holds| CustomField::new(Entity::Contact, name, holds);
    let fields = vec![
        contact("cDialerStatus", Holds::Varchar(20)),
        contact("cDialerLeadId", Holds::Varchar(20)),
        contact("cLastCalledAt", Holds::Datetime),
        contact("cCallCount", Holds::Int),
        contact("cNote", Holds::Text),
        contact("cSegment", Holds::Varchar(20)),
        contact("cPlan", Holds::Varchar(40)),
    ];
    Options { fields, ..Options::default() }
}

async fn get(server: &Server, path: &str) -> (u16, String) {
    let url = format!("{}/api/v1/{path}", server.url());
    let response = crate::client().get(url).header("X-Api-Key", "rehearsal-key").send().await.unwrap();
    (response.status().as_u16(), response.text().await.unwrap())
}

#[tokio::test]
async fn fields_and_labels_are_those_of_the_real_one() {
    let recorded: Value = serde_json::from_str(include_str!("../fixtures/espocrm-fields.json")).unwrap();
    let server = Server::start(options()).await.unwrap();
    let (status, text) = get(&server, "Metadata?key=entityDefs.Contact.fields").await;
    let given: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(status, 200);
    let names = |value: &Value| value.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    assert_eq!(names(&given), names(&recorded["Contact"]));
    for (name, definition) in recorded["Contact"].as_object().unwrap() {
        assert_eq!(given[name], *definition, "{name}");
    }
    let given: Value = serde_json::from_str(&get(&server, "I18n").await.1).unwrap();
    for scope in ["Contact", "Global"] {
        for (name, label) in recorded["labels"][scope]["fields"].as_object().unwrap() {
            // The id's label was typed by a person.
            let expected = if name == "cDialerLeadId" { json!("Dialer Lead Id") } else { label.clone() };
            assert_eq!(given[scope]["fields"][name], expected, "{scope} {name}");
        }
    }
}

#[tokio::test]
async fn what_is_not_there_or_may_not_be_read_is_an_empty_answer() {
    let server = Server::start(options()).await.unwrap();
    assert_eq!(get(&server, "Metadata?key=entityDefs.Nosuch.fields").await, (200, String::new()));
    server.with_world(|world| world.deny(Entity::Contact, "read"));
    assert_eq!(get(&server, "Metadata?key=entityDefs.Contact.fields").await, (200, String::new()));
}

#[tokio::test]
async fn a_role_hides_a_field_and_says_so() {
    let server = Server::start(options()).await.unwrap();
    let id = server.with_world(|world| world.insert_contact(json!({"lastName": "Testerman", "cPlan": "gold"})));
    server.with_world(|world| world.hide_attribute("cPlan"));
    let user: Value = serde_json::from_str(&get(&server, "App/user").await.1).unwrap();
    assert_eq!(user["acl"]["fieldTableQuickAccess"]["Contact"]["attributes"]["read"]["no"], json!(["cPlan"]));
    let record: Value = serde_json::from_str(&get(&server, &format!("Contact/{id}")).await.1).unwrap();
    assert!(record.get("cPlan").is_none() && record["lastName"] == "Testerman");
    let list: Value = serde_json::from_str(&get(&server, "Contact").await.1).unwrap();
    assert!(list["list"][0].get("cPlan").is_none() && list["list"][0]["lastName"] == "Testerman");
}
