//! Contacts found by a value, and contacts that are made, against the emulated EspoCRM.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value as Json, json};
use vicisync::crm::{Connector, Crm};
use vicisync::emulator::espocrm::{Entity, Options, Server};
use vicisync::emulator::fault::{Class, Fault as Trouble, Script};
use vicisync::model::{Contact, Phone, Value};
use vicisync::ports::{Birth, Contacts, Effect, Reach};

use super::settings;

const FIELDS: [&str; 4] = ["firstName", "phoneNumber", "phones", "cDialerStatus"];

async fn server() -> Server {
    Server::start(Options::default()).await.unwrap()
}

fn crm(server: &Server) -> Crm {
    Crm::new(settings(&server.url(), &FIELDS)).unwrap()
}

fn phone() -> Phone {
    Phone { code: "1".to_owned(), number: "2025550101".to_owned() }
}

fn set(first_name: &str) -> BTreeMap<String, Value> {
    let values = [("firstName", first_name), ("lastName", "Caller"), ("cDialerStatus", "main:7")];
    values.into_iter().map(|(name, value)| (name.to_owned(), Value::Text(value.to_owned()))).collect()
}

fn ids(contacts: &[Contact]) -> BTreeSet<String> {
    contacts.iter().map(|contact| contact.id.to_string()).collect()
}

/// P67: by any of a contact's numbers, not the primary one alone.
#[tokio::test]
async fn contacts_are_found_by_any_of_their_numbers() {
    let server = server().await;
    let (one, two) = server.with_world(|world| {
        let one = world.insert_contact(json!({"firstName": "Vera", "lastName": "Testerman", "phoneNumberData": [
            {"phoneNumber": "+12025550199", "type": "Mobile", "primary": true},
            {"phoneNumber": "+12025550101", "type": "Home", "primary": false}]}));
        let two = world.insert_contact(json!({"firstName": "Walt", "lastName": "Testerman", "phoneNumber": "+12025550101"}));
        world.insert_contact(json!({"firstName": "Xena", "lastName": "Testerman", "phoneNumber": "+12025550102"}));
        (one, two)
    });
    let crm = crm(&server);
    let both = BTreeSet::from([one, two]);
    for name in ["phones", "phoneNumber"] {
        let found = crm.find(name, &["+12025550101".to_owned(), "2025550101".to_owned()]).await.unwrap();
        assert_eq!(ids(&found), both, "{name}");
        assert!(found.iter().all(|contact| matches!(contact.get("phones"), Value::List(_))));
    }
    assert!(crm.find("cDialerStatus", &["main:7".to_owned()]).await.unwrap().is_empty());
    assert_eq!(server.writes(), 0);
}

#[tokio::test]
async fn a_contact_is_made_and_found_by_its_mark() {
    let server = server().await;
    let crm = crm(&server);
    let Birth::Made(made) = crm.create(&phone(), &set("Cara")).await.unwrap() else { panic!("nobody is like her") };
    let found = crm.find("cDialerStatus", &["main:7".to_owned()]).await.unwrap();
    assert_eq!(ids(&found), BTreeSet::from([made.to_string()]));
    assert_eq!(found[0].get("phoneNumber"), &Value::Text("+12025550101".to_owned()));
    assert!(!found[0].opted_out);
}

/// P1: the refusal names the one that there is, in its body alone.
#[tokio::test]
async fn whoever_the_crm_takes_for_the_same_is_named() {
    let server = server().await;
    let crm = crm(&server);
    let Birth::Made(made) = crm.create(&phone(), &set("Cara")).await.unwrap() else { panic!("nobody is like her") };
    assert_eq!(crm.create(&phone(), &set("Cara")).await.unwrap(), Birth::Alike(vec![made]));
    assert_eq!(server.contacts().len(), 1);
}

#[tokio::test]
async fn a_lost_answer_may_have_made_a_contact() {
    for trouble in [Trouble::DropAfter, Trouble::CutBody(20), Trouble::Reset, Trouble::Status(500, String::new())] {
        let has_effect = matches!(trouble, Trouble::DropAfter | Trouble::CutBody(_));
        let server = server().await;
        let crm = crm(&server);
        server.script(Script::new().nth(Class::Write, 1, trouble));
        let fault = crm.create(&phone(), &set("Cara")).await.unwrap_err();
        assert_eq!((fault.effect, fault.reach), (Effect::Unknown, Reach::Record), "{fault}");
        assert_eq!(crm.find("cDialerStatus", &["main:7".to_owned()]).await.unwrap().len(), usize::from(has_effect));
    }
}

/// A number's opt-out is one for all who have it: a new holder would clear it without a word.
#[tokio::test]
async fn no_new_contact_takes_a_do_not_call_from_somebody() {
    for holder in ["Lead", "Account"] {
        let server = server().await;
        let crm = crm(&server);
        let body = json!({"name": "Example Ltd", "lastName": "Example", "phoneNumberData": [
            {"phoneNumber": "+12025550177", "type": "Mobile", "primary": true, "optOut": false},
            {"phoneNumber": "+12025550101", "type": "Mobile", "primary": false, "optOut": true}]});
        post(&server, holder, &body).await;
        let writes = server.writes();
        let fault = crm.create(&phone(), &set("Cara")).await.unwrap_err();
        assert_eq!((fault.code, fault.effect, fault.reach), ("opted_out", Effect::None, Reach::Record), "{holder}");
        assert_eq!((server.contacts().len() as u64, server.writes()), (0, writes));
    }
    let server = server().await;
    for name in ["phoneNumberData", "phoneNumber"] {
        let mut set = set("Cara");
        set.insert(name.to_owned(), Value::Text("+12025550101".to_owned()));
        assert_eq!(crm(&server).create(&phone(), &set).await.unwrap_err().code, "unsafe_attribute");
    }
    let opted_in = BTreeMap::from([("doNotCall".to_owned(), Value::Bool(false))]);
    assert_eq!(crm(&server).create(&phone(), &opted_in).await.unwrap_err().code, "unsafe_attribute");
    assert_eq!(server.writes(), 0);
}

/// P4: an invalid value is refused, and makes nobody.
#[tokio::test]
async fn a_value_that_is_refused_makes_nobody() {
    let server = server().await;
    let mut set = set("Cara");
    set.insert("emailAddress".to_owned(), Value::Text("no address".to_owned()));
    let fault = crm(&server).create(&phone(), &set).await.unwrap_err();
    assert_eq!((fault.code, fault.effect, fault.reach), ("validation", Effect::None, Reach::Record));
    assert!(server.contacts().is_empty());
}

#[tokio::test]
async fn a_live_check_tells_whether_contacts_may_be_made() {
    let server = server().await;
    let findings = crm(&server).probe_strangers(true).await;
    assert!(findings.len() == 1 && findings[0].ok, "{findings:?}");
    server.with_world(|world| world.deny(Entity::Contact, "create"));
    let findings = crm(&server).probe_strangers(true).await;
    assert!(findings.len() == 1 && !findings[0].ok && findings[0].advice.is_some(), "{findings:?}");
    server.with_world(|world| {
        world.allow_all();
        world.deny(Entity::Lead, "read");
    });
    assert!(crm(&server).probe_strangers(true).await.iter().any(|finding| !finding.ok && finding.what.contains("Lead")));
    assert_eq!(server.writes(), 0);
}

#[tokio::test]
async fn a_connector_that_says_nothing_of_it_makes_nobody() {
    let server = server().await;
    let text = include_str!("../../src/crm/connectors/espocrm.toml");
    let (start, end) = (text.find("# All numbers of a contact").unwrap(), text.find("[activity]\n").unwrap());
    let (connector, _) = Connector::parse("espocrm", &format!("{}{}", &text[..start], &text[end..])).unwrap();
    let crm = Crm::new(vicisync::crm::Settings { connector, ..settings(&server.url(), &FIELDS) }).unwrap();
    assert_eq!(crm.create(&phone(), &set("Cara")).await.unwrap_err().code, "bad_setting");
    assert_eq!(crm.find("phoneNumber", &[]).await.unwrap_err().reach, Reach::Person);
    assert_eq!(server.requests(), 0);
}

async fn post(server: &Server, entity: &str, body: &Json) {
    let answer = reqwest::Client::new()
        .post(format!("{}/api/v1/{entity}", server.url()))
        .header("X-Api-Key", super::KEY)
        .header("Content-Type", "application/json")
        .body(body.to_string())
        .send();
    let answer = answer.await.unwrap();
    assert!(answer.status().is_success(), "{}", answer.text().await.unwrap());
}
