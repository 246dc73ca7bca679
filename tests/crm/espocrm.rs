//! The whole room against the emulated EspoCRM.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value as Json, json};
use vicisync::crm::{Crm, Finding, Settings};
use vicisync::emulator::espocrm::{Entity, Options, Server, World};
use vicisync::emulator::fault::{Class, Fault as Trouble, Script};
use vicisync::emulator::people::people;
use vicisync::model::{Activity, Contact, ContactId, Value};
use vicisync::ports::{Contacts, Effect, Fault, Reach, Scope};

use super::{names, settings};

const KEY: &str = "k234567890abcdefghijklmnop";
const AGENT: &str = "00000000000006001";

async fn server() -> Server {
    Server::start(Options::default()).await.unwrap()
}

fn crm(server: &Server, fields: &[&str]) -> Crm {
    Crm::new(settings(&server.url(), fields)).unwrap()
}

fn with_options(server: &Server, options: &[(&str, &str)]) -> Crm {
    let options = options.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    Crm::new(Settings { options, ..settings(&server.url(), &[]) }).unwrap()
}

fn vera(world: &mut World) -> ContactId {
    ContactId(world.insert_contact(json!({"firstName": "Vera", "lastName": "Testerman", "cSegment": "north", "phoneNumberData": [
        {"phoneNumber": "+12025550101", "type": "Mobile", "primary": true},
        {"phoneNumber": "+12025550102", "type": "Home", "primary": false}]})))
}

fn sale(user: Option<&str>) -> Activity {
    Activity {
        key: KEY.into(),
        title: "Dialer call: SALE".into(),
        note: "SALE, 200 s".into(),
        status: "SALE".into(),
        is_answered: true,
        is_inbound: false,
        start: "2026-11-25T01:00:00Z".parse().unwrap(),
        end: "2026-11-25T01:03:20Z".parse().unwrap(),
        user: user.map(str::to_owned),
        phone: "12025550101".into(),
    }
}

/// All contacts of a listing, page by page; `between` runs after each page.
async fn walk(crm: &Crm, scope: &Scope, mut between: impl FnMut(usize)) -> Result<Vec<Contact>, Fault> {
    let mut contacts = Vec::new();
    let mut cursor = None;
    for page in 1.. {
        let answer = crm.page(scope, cursor.as_ref()).await?;
        contacts.extend(answer.contacts);
        between(page);
        match answer.next {
            Some(next) => cursor = Some(next),
            None => break,
        }
    }
    Ok(contacts)
}

fn ids(contacts: &[Contact]) -> BTreeSet<String> {
    contacts.iter().map(|contact| contact.id.0.clone()).collect()
}

/// P32: the count agrees: as many contacts as are there, each with what was asked for.
#[tokio::test]
async fn a_listing_of_all_comes_to_its_end() {
    let server = server().await;
    let everybody: BTreeSet<String> =
        server.with_world(|world| people(7, 650).into_iter().map(|person| world.insert_contact(person)).collect());
    let crm = crm(&server, &["firstName", "phoneNumber", "addressStreet", "cSegment", "description"]);
    let contacts = walk(&crm, &Scope::All, |_| ()).await.unwrap();
    assert_eq!((contacts.len(), ids(&contacts)), (650, everybody));
    assert_eq!(server.requests(), 4);
    // What was read is what is there.
    let truth: BTreeMap<String, Json> =
        server.contacts().into_iter().map(|record| (record["id"].as_str().unwrap().to_owned(), record)).collect();
    for contact in &contacts {
        let record = &truth[contact.id.as_str()];
        for name in ["firstName", "phoneNumber", "addressStreet", "cSegment", "description"] {
            let expected = record[name].as_str().map_or(Value::Null, |text| Value::Text(text.to_owned()));
            assert_eq!(*contact.get(name), expected, "{name}");
        }
        let opted_out = record["doNotCall"] == true || record["phoneNumberIsOptedOut"] == true;
        assert_eq!(contact.opted_out, opted_out, "{record}");
    }
    assert!(contacts.iter().any(|contact| contact.opted_out) && contacts.iter().any(|contact| !contact.opted_out));
}

#[tokio::test]
async fn whoever_changes_during_a_walk_is_not_missed() {
    let server = server().await;
    // All in one second: only the ids tell them apart.
    let mut expected: BTreeSet<String> = server.with_world(|world| {
        world.clock.fix("2026-11-25 01:00:00");
        world.insert_contact(json!({"lastName": "Earlier"}));
        world.clock.advance(60);
        (0..60).map(|n| world.insert_contact(json!({"lastName": format!("Row{n}")}))).collect()
    });
    let crm = Crm::new(Settings { page_size: 7, ..settings(&server.url(), &["lastName"]) }).unwrap();
    let scope = Scope::ChangedSince("2026-11-25T01:01:00.9Z".parse().unwrap());
    let everybody: Vec<String> = expected.iter().cloned().collect();
    let mut added = Vec::new();
    let contacts = walk(&crm, &scope, |page| {
        server.with_world(|world| {
            if page <= 5 {
                world.clock.advance(1);
                // One that was read already changes, one that is still to be read changes, one is new.
                assert!(world.edit_contact(&everybody[page], json!({"description": "x"})));
                assert!(world.edit_contact(&everybody[59 - page], json!({"description": "y"})));
                added.push(world.insert_contact(json!({"lastName": format!("New{page}")})));
            }
        });
    })
    .await
    .unwrap();
    expected.extend(added);
    assert_eq!(ids(&contacts), expected);
    let mut seen = BTreeSet::new();
    assert!(contacts.iter().all(|contact| seen.insert((contact.id.clone(), contact.updated))), "the same row twice");
}

/// P26, P27: a listing gave up after ten thousand rows and said nothing, or could not be asked for changes alone, so that everything was read each time.
/// Here more than that many changes of one second, as an import leaves them, all come, and nothing else does.
#[tokio::test]
async fn ten_thousand_and_one_changes_of_one_second_are_all_listed() {
    let server = server().await;
    let expected: BTreeSet<String> = server.with_world(|world| {
        world.clock.fix("2026-11-25 01:00:00");
        (0..300).for_each(|n| drop(world.insert_contact(json!({"lastName": format!("Earlier{n}")}))));
        world.clock.advance(1);
        (0..10_001).map(|n| world.insert_contact(json!({"lastName": format!("Row{n}")}))).collect()
    });
    let scope = Scope::ChangedSince("2026-11-25T01:00:01Z".parse().unwrap());
    let contacts = walk(&crm(&server, &["lastName"]), &scope, |_| ()).await.unwrap();
    assert_eq!(contacts.len(), 10_001);
    assert!(ids(&contacts) == expected, "each of them once");
    assert_eq!(server.requests(), 51);
}

#[tokio::test]
async fn read_at_is_the_crms_clock() {
    let server = server().await;
    server.with_world(|world| world.clock.fix("2026-11-25 01:00:00"));
    let page = crm(&server, &[]).page(&Scope::All, None).await.unwrap();
    let clock = "2026-11-25T01:00:00Z".parse::<chrono::DateTime<chrono::Utc>>().unwrap();
    assert!((0..3600).contains(&(clock - page.read_at).num_seconds()), "the CRM's clock, less the time the answer took: {}", page.read_at);
    assert!(page.contacts.is_empty() && page.next.is_none());
}

#[tokio::test]
async fn phones_cost_a_request_for_each_contact() {
    let server = server().await;
    let vera = server.with_world(|world| {
        world.insert_contact(json!({"lastName": "Nophone"}));
        vera(world)
    });
    let crm = crm(&server, &["phones", "lastName"]);
    let contacts = walk(&crm, &Scope::All, |_| ()).await.unwrap();
    assert_eq!(server.requests(), 3);
    let phones = |contact: &Contact| contact.get("phones").clone();
    let two = Value::List(vec![Value::Text("+12025550101".into()), Value::Text("+12025550102".into())]);
    assert_eq!(contacts.iter().map(phones).collect::<Vec<_>>(), [Value::List(vec![]), two]);
    // An opt-out of the dialed number opts the contact out; one of the other number only takes that number away.
    server.with_world(|world| world.set_opt_out("+12025550102"));
    let contact = crm.get(&vera).await.unwrap().unwrap();
    assert_eq!((contact.opted_out, phones(&contact)), (false, Value::List(vec![Value::Text("+12025550101".into())])));
    server.with_world(|world| world.set_opt_out("+12025550101"));
    assert!(crm.get(&vera).await.unwrap().unwrap().opted_out);
    assert!(walk(&crm, &Scope::All, |_| ()).await.unwrap().iter().any(|contact| contact.opted_out));
}

#[tokio::test]
async fn one_contact_is_read_changed_and_gone() {
    let server = server().await;
    let vera = server.with_world(vera);
    let crm = crm(&server, &["lastName", "cDialerStatus"]);
    let contact = crm.get(&vera).await.unwrap().unwrap();
    assert_eq!(*contact.get("lastName"), Value::Text("Testerman".into()));
    let set = BTreeMap::from([
        ("cDialerStatus".to_owned(), Value::Text("SALE".into())),
        ("cCallCount".to_owned(), Value::Int(3)),
        ("cLastCalledAt".to_owned(), Value::Text("2026-11-25 01:00:00".into())),
    ]);
    crm.patch(&vera, &set).await.unwrap();
    assert_eq!(crm.read(&vera, &set.keys().cloned().collect()).await.unwrap().unwrap(), set);
    let blank = BTreeMap::from([("cCallCount".to_owned(), Value::Null)]);
    crm.patch(&vera, &blank).await.unwrap();
    assert_eq!(crm.read(&vera, &names(&["cCallCount", "phones"])).await.unwrap().unwrap()["cCallCount"], Value::Null);
    let misspelt = BTreeMap::from([("dialerStatus".to_owned(), Value::Text("SALE".into()))]);
    assert_eq!(crm.patch(&vera, &misspelt).await.unwrap_err().code, "field_missing");
    let long = BTreeMap::from([("cDialerStatus".to_owned(), Value::Text("X".repeat(30)))]);
    let refused = crm.patch(&vera, &long).await.unwrap_err();
    assert_eq!((refused.effect, refused.reach, refused.code), (Effect::None, Reach::Record, "validation"));
    assert!(refused.message.contains("cDialerStatus") && refused.message.contains("maxLength"), "{refused}");
    server.with_world(|world| world.delete_contact(vera.as_str()));
    assert_eq!(crm.get(&vera).await.unwrap(), None);
    assert_eq!(crm.read(&vera, &names(&["lastName"])).await.unwrap(), None);
    assert_eq!(crm.patch(&vera, &set).await.unwrap_err().code, "contact_missing");
}

#[tokio::test]
async fn an_opt_out_is_written_and_not_taken_back() {
    let server = server().await;
    let vera = server.with_world(vera);
    let crm = crm(&server, &[]);
    let set = |value| BTreeMap::from([("doNotCall".to_owned(), Value::Bool(value))]);
    crm.patch(&vera, &set(true)).await.unwrap();
    assert!(crm.get(&vera).await.unwrap().unwrap().opted_out);
    assert_eq!(crm.patch(&vera, &set(false)).await.unwrap_err().code, "unsafe_attribute");
    assert!(crm.get(&vera).await.unwrap().unwrap().opted_out);
}

#[tokio::test]
async fn a_call_is_found_by_its_key_and_changed() {
    for options in [vec![], vec![("activity_key_field", "cDialerKey"), ("user_id", AGENT)]] {
        let server = server().await;
        let vera = server.with_world(vera);
        let crm = with_options(&server, &options);
        assert_eq!(crm.find_activity(&vera, KEY).await.unwrap(), None);
        let other = Activity { key: "other67890abcdefghijklmnop".into(), ..sale(Some(AGENT)) };
        crm.create_activity(&vera, &other).await.unwrap();
        let id = crm.create_activity(&vera, &sale(if options.is_empty() { Some(AGENT) } else { None })).await.unwrap();
        assert_eq!(crm.find_activity(&vera, KEY).await.unwrap(), Some(id.clone()));
        crm.update_activity(&id, &vera, &Activity { note: "DNC".into(), is_answered: false, ..sale(Some(AGENT)) }).await.unwrap();
        assert_eq!(crm.find_activity(&vera, KEY).await.unwrap(), Some(id.clone()));
        let calls = server.calls();
        assert_eq!(calls.len(), 2);
        let call = calls.iter().find(|call| call["id"] == *id.as_str()).unwrap();
        assert_eq!(call["description"], format!("DNC\nvicisync:{KEY}"));
        assert_eq!((&call["status"], &call["parentId"]), (&json!("Not Held"), &json!(vera.as_str())));
        assert_eq!(call["assignedUserId"], AGENT);
        assert_eq!(call["cDialerKey"], if options.is_empty() { Json::Null } else { json!(KEY) });
    }
}

#[tokio::test]
async fn another_contacts_call_is_not_found() {
    let server = server().await;
    let (vera, other) = server.with_world(|world| (vera(world), ContactId(world.insert_contact(json!({"lastName": "Other"})))));
    let crm = crm(&server, &[]);
    crm.create_activity(&other, &sale(Some(AGENT))).await.unwrap();
    assert_eq!(crm.find_activity(&vera, KEY).await.unwrap(), None);
}

#[tokio::test]
async fn a_call_for_somebody_who_is_not_there_is_refused() {
    let server = server().await;
    let vera = server.with_world(vera);
    let crm = crm(&server, &[]);
    let missing_user = crm.create_activity(&vera, &sale(Some("nobody"))).await.unwrap_err();
    assert_eq!((missing_user.effect, missing_user.reach, missing_user.code), (Effect::None, Reach::Record, "related_missing"));
    server.with_world(|world| world.delete_contact(vera.as_str()));
    assert_eq!(crm.create_activity(&vera, &sale(Some(AGENT))).await.unwrap_err().code, "related_missing");
    assert!(server.calls().is_empty());
}

#[tokio::test]
async fn a_lost_answer_may_have_made_a_call() {
    for trouble in [Trouble::DropAfter, Trouble::CutBody(20), Trouble::Reset, Trouble::Status(500, String::new())] {
        let has_effect = matches!(trouble, Trouble::DropAfter | Trouble::CutBody(_));
        let server = server().await;
        let vera = server.with_world(vera);
        let crm = crm(&server, &[]);
        server.script(Script::new().nth(Class::Write, 1, trouble));
        let fault = crm.create_activity(&vera, &sale(Some(AGENT))).await.unwrap_err();
        assert_eq!((fault.effect, fault.reach), (Effect::Unknown, Reach::Record), "{fault}");
        assert_eq!(crm.find_activity(&vera, KEY).await.unwrap().is_some(), has_effect);
        assert_eq!(server.calls().len(), usize::from(has_effect));
    }
    let server = server().await;
    let vera = server.with_world(vera);
    server.script(Script::new().nth(Class::Write, 1, Trouble::Html));
    let fault = crm(&server, &[]).create_activity(&vera, &sale(Some(AGENT))).await.unwrap_err();
    assert_eq!((fault.effect, fault.reach, fault.code), (Effect::Unknown, Reach::Connection, "not_an_answer"));
}

#[tokio::test]
async fn a_lost_right_is_no_empty_crm() {
    let server = server().await;
    let vera = server.with_world(vera);
    let crm = crm(&server, &[]);
    server.with_world(|world| world.deny(Entity::Contact, "read"));
    for fault in [crm.get(&vera).await.unwrap_err(), crm.page(&Scope::All, None).await.unwrap_err(), crm.login().await.unwrap_err()] {
        assert_eq!((fault.effect, fault.reach, fault.code), (Effect::None, Reach::Person, "no_right"));
        assert!(fault.message.contains("No read access"), "{fault}");
    }
    server.with_world(|world| {
        world.allow_all();
        world.deny(Entity::Call, "create");
    });
    let fault = crm.create_activity(&vera, &sale(Some(AGENT))).await.unwrap_err();
    assert_eq!((fault.effect, fault.reach, fault.code), (Effect::None, Reach::Person, "no_right"));
}

#[tokio::test]
async fn a_wrong_key_is_tried_once_and_a_lock_out_is_told_apart() {
    let server = server().await;
    server.with_world(|world| world.change_api_key("rehearsal-key", "another-key"));
    let first = crm(&server, &[]);
    for _ in 0..3 {
        assert_eq!(first.login().await.unwrap_err().reach, Reach::Login);
    }
    assert_eq!(server.requests(), 1);
    for _ in 0..10 {
        assert_eq!(crm(&server, &[]).login().await.unwrap_err().code, "login_refused");
    }
    let fault = crm(&server, &[]).login().await.unwrap_err();
    assert_eq!((fault.reach, fault.code), (Reach::Connection, "locked_out"));
    server.with_world(|world| world.change_api_key("another-key", "rehearsal-key"));
    assert_eq!(crm(&server, &[]).login().await.unwrap_err().code, "locked_out");
    server.with_world(|world| world.clock.advance(120));
    crm(&server, &[]).login().await.unwrap();
}

#[tokio::test]
async fn an_attribute_that_does_not_exist_stops_the_listing() {
    let server = server().await;
    server.with_world(vera);
    let fault = crm(&server, &["dialerStatus"]).page(&Scope::All, None).await.unwrap_err();
    assert_eq!((fault.reach, fault.code), (Reach::Person, "field_missing"));
}

fn bad(findings: &[Finding]) -> Vec<&str> {
    findings.iter().filter(|finding| !finding.ok).map(|finding| finding.what.as_str()).collect()
}

#[tokio::test]
async fn a_probe_of_a_sound_connection_finds_nothing_wrong() {
    for has_contact in [true, false] {
        let server = server().await;
        if has_contact {
            server.with_world(vera);
        }
        let options =
            BTreeMap::from([("activity_key_field".to_owned(), "cDialerKey".to_owned()), ("user_id".to_owned(), AGENT.to_owned())]);
        let crm = Crm::new(Settings { options, ..settings(&server.url(), &["firstName", "phoneNumber", "cSegment", "phones"]) }).unwrap();
        let findings = crm.probe(&names(&["cDialerStatus", "cCallCount", "cLastCalledAt", "doNotCall"]), None).await;
        assert!(bad(&findings).is_empty() && findings.len() > 7, "{findings:?}");
        assert_eq!(server.writes(), 0);
    }
}

/// P79: a field that was taken out of the CRM stopped everything, and a row of cryptic letters was all that told which. Here each is named.
#[tokio::test]
async fn a_probe_names_what_is_wrong() {
    for has_contact in [true, false] {
        let server = server().await;
        server.with_world(|world| {
            world.clock.advance(-900);
            if has_contact {
                vera(world);
            }
        });
        let options = BTreeMap::from([("activity_key_field".to_owned(), "cNoKey".to_owned()), ("user_id".to_owned(), "nobody".to_owned())]);
        let crm = Crm::new(Settings { options, ..settings(&server.url(), &["firstName", "cNoSuch"]) }).unwrap();
        let findings = crm.probe(&names(&["dialerStatus", "phoneNumber", "modifiedAt"]), None).await;
        let bad = bad(&findings);
        for says in ["behind", "`cNoSuch`", "`dialerStatus`", "`phoneNumber`", "`modifiedAt`", "`cNoKey`", "user_id"] {
            assert_eq!(bad.iter().filter(|what| what.contains(says)).count(), 1, "{says}: {bad:?}");
        }
        assert_eq!(bad.len(), 7, "{bad:?}");
        assert!(findings.iter().filter(|finding| !finding.ok).all(|finding| finding.advice.is_some()));
    }
    let server = server().await;
    server.with_world(|world| world.deny(Entity::Contact, "read"));
    let findings = crm(&server, &[]).probe(&names(&[]), None).await;
    assert!(bad(&findings).len() == 1 && findings.len() == 1, "{findings:?}");
}

#[tokio::test]
async fn a_probe_by_the_description_names_what_was_meant() {
    for has_contact in [true, false] {
        let server = server().await;
        if has_contact {
            server.with_world(vera);
        }
        let crm = crm(&server, &["firstname", "cSegment"]);
        let fields = crm.describe("Contact").await.unwrap();
        let asked = server.requests();
        let findings = crm.probe(&names(&["cDialerState", "accountType", "modifiedAt"]), Some(&fields)).await;
        assert!(server.requests() - asked <= 3, "no attribute is asked for by itself");
        assert_eq!(bad(&findings).len(), 4, "{findings:?}");
        let advice =
            |what: &str| findings.iter().find(|finding| !finding.ok && finding.what.contains(what)).unwrap().advice.clone().unwrap();
        assert!(advice("`firstname`").starts_with("Did you mean `firstName`? Check its spelling"));
        assert!(advice("`cDialerState`").starts_with("Did you mean `cDialerStatus`?"));
        assert!(findings.iter().any(|finding| finding.what.contains("`accountType`, which EspoCRM does not let the API user set")));
    }
}

#[tokio::test]
async fn samples_are_whole_records_and_no_more_than_asked() {
    let server = server().await;
    server.with_world(|world| people(3, 9).into_iter().for_each(|person| drop(world.insert_contact(person))));
    let crm = crm(&server, &[]);
    let records = crm.samples(4).await.unwrap();
    assert_eq!((records.len(), server.requests()), (4, 5));
    assert!(records.iter().all(|record| record.get("phoneNumberData").is_some()));
    assert_eq!(crm.value(&records[0], "lastName"), Some(Value::Text(records[0]["lastName"].as_str().unwrap().to_owned())));
    assert!(matches!(crm.value(&records[0], "phones"), Some(Value::List(_))));
    assert_eq!(crm.value(&records[0], "nosuch"), None);
    assert_eq!(crm.samples(20).await.unwrap().len(), 9);
}
