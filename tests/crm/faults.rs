//! Trouble, against a stub: what is sent, what is known afterwards, and what is never said.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::json;
use vicisync::crm::{Crm, Settings};
use vicisync::model::{Activity, ActivityId, ContactId, Value};
use vicisync::ports::{Contacts, Effect, Fault, Reach, Scope};

use super::stub::{Reply, Stub, ok, refuse};
use super::{KEY, settings};

const REASON: &str = "Content-Type: application/json\r\nX-Status-Reason: Record x does not exist.\r\n";

fn crm(stub: &Stub, fields: &[&str]) -> Crm {
    Crm::new(settings(&stub.url, fields)).unwrap()
}

fn id() -> ContactId {
    ContactId::from("6b0a")
}

fn set(name: &str, value: Value) -> BTreeMap<String, Value> {
    BTreeMap::from([(name.to_owned(), value)])
}

fn sale() -> BTreeMap<String, Value> {
    set("cDialerStatus", Value::Text("SALE".into()))
}

fn call(user: Option<&str>) -> Activity {
    Activity {
        key: "k234567890abcdefghijklmnop".into(),
        title: "Dialer call: SALE".into(),
        note: "SALE, 200 s".into(),
        status: "SALE".into(),
        is_answered: true,
        is_inbound: false,
        start: "2026-11-25T01:00:00Z".parse().unwrap(),
        end: "2026-11-25T00:59:00Z".parse().unwrap(),
        user: user.map(str::to_owned),
        phone: "12025550101".into(),
    }
}

fn parts(fault: &Fault) -> (Effect, Reach, &'static str) {
    (fault.effect, fault.reach, fault.code)
}

#[tokio::test]
async fn a_refused_login_is_the_last_request() {
    let stub = Stub::start(vec![refuse(401, "", ""), ok(json!({"id": "6b0a"}))]).await;
    let crm = crm(&stub, &[]);
    let first = crm.get(&id()).await.unwrap_err();
    assert_eq!(parts(&first), (Effect::None, Reach::Login, "login_refused"));
    assert_eq!(crm.patch(&id(), &sale()).await.unwrap_err().reach, Reach::Login);
    assert_eq!(crm.page(&Scope::All, None).await.unwrap_err().reach, Reach::Login);
    assert_eq!(crm.login().await.unwrap_err().reach, Reach::Login);
    assert_eq!(stub.asked().len(), 1);
}

#[tokio::test]
async fn requests_that_wait_their_turn_are_not_sent_after_a_refused_login() {
    let stub = Stub::start(vec![refuse(401, "", "")]).await;
    let crm = Crm::new(Settings { concurrency: 1, ..settings(&stub.url, &[]) }).unwrap();
    let (contact, ids) = (id(), id());
    let (a, b, c) = tokio::join!(crm.get(&contact), crm.get(&ids), crm.login());
    assert!(a.is_err() && b.is_err() && c.is_err());
    assert_eq!(stub.asked().len(), 1);
}

#[tokio::test]
async fn writes_without_an_answer_may_have_taken_effect() {
    let cut = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 400\r\n\r\n{\"id\":\"6b0a\"";
    let cut_chunks = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{\"id\"\r\n";
    for (reply, code) in [
        (Reply::Bytes(String::new()), "cut_off"),
        (Reply::Bytes(cut.into()), "cut_off"),
        (Reply::Bytes(cut_chunks.into()), "cut_off"),
        (refuse(500, "", ""), "server_error"),
        (ok(json!({"id": "another"})), "not_an_answer"),
        (ok(json!({"total": 0})), "not_an_answer"),
    ] {
        let stub = Stub::start(vec![reply]).await;
        let fault = crm(&stub, &[]).patch(&id(), &sale()).await.unwrap_err();
        assert_eq!(parts(&fault), (Effect::Unknown, Reach::Record, code));
        // Never again by itself.
        assert_eq!(stub.asked().len(), 1);
        let fault = crm(&stub, &[]).create_activity(&id(), &call(Some("u1"))).await;
        if code != "not_an_answer" {
            assert_eq!(parts(&fault.unwrap_err()), (Effect::Unknown, Reach::Record, code));
        }
        let fault = crm(&stub, &[]).get(&id()).await.unwrap_err();
        assert_eq!((fault.effect, fault.code), (Effect::None, code));
    }
}

#[tokio::test]
async fn silence_is_a_time_out() {
    let stub = Stub::start(vec![Reply::Silence]).await;
    let crm = Crm::new(Settings { timeout: Duration::from_millis(300), ..settings(&stub.url, &[]) }).unwrap();
    let fault = crm.create_activity(&id(), &call(Some("u1"))).await.unwrap_err();
    assert_eq!(parts(&fault), (Effect::Unknown, Reach::Record, "timed_out"));
    let fault = crm.page(&Scope::All, None).await.unwrap_err();
    assert_eq!(parts(&fault), (Effect::None, Reach::Connection, "timed_out"));
}

#[tokio::test]
async fn a_closed_port_wrote_nothing() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let fault = Crm::new(settings(&url, &[])).unwrap().patch(&id(), &sale()).await.unwrap_err();
    assert_eq!(parts(&fault), (Effect::None, Reach::Connection, "unreachable"));
}

#[tokio::test]
async fn troubles_in_a_row_are_the_connections() {
    let (bad, good) = (refuse(500, "", ""), ok(json!({"id": "6b0a", "cDialerStatus": "SALE"})));
    let stub = Stub::start(vec![bad.clone(), bad.clone(), good, bad.clone(), bad.clone(), bad.clone(), bad]).await;
    let crm = crm(&stub, &[]);
    let mut reaches = Vec::new();
    for _ in 0..7 {
        reaches.push(crm.patch(&id(), &sale()).await.err().map(|fault| fault.reach));
    }
    let (record, connection) = (Some(Reach::Record), Some(Reach::Connection));
    assert_eq!(reaches, [record, record, None, record, record, connection, connection]);
}

#[tokio::test]
async fn redirects_are_not_followed() {
    let other = Stub::start(vec![ok(json!({"id": "6b0a"}))]).await;
    let location = format!("HTTP/1.1 302 X\r\nLocation: {}/api/v1/Contact/6b0a\r\nContent-Length: 0\r\n\r\n", other.url);
    let stub = Stub::start(vec![Reply::Bytes(location)]).await;
    assert_eq!(parts(&crm(&stub, &[]).get(&id()).await.unwrap_err()), (Effect::None, Reach::Person, "moved"));
    assert!(other.asked().is_empty());
}

#[tokio::test]
async fn too_large_an_answer_is_not_swallowed_whole() {
    let size = 17 << 20;
    let bytes = format!("HTTP/1.1 200 OK\r\nContent-Length: {size}\r\n\r\n{{\"id\":\"{}", "x".repeat(size));
    let stub = Stub::start(vec![Reply::Bytes(bytes)]).await;
    let fault = crm(&stub, &[]).get(&id()).await.unwrap_err();
    assert!(fault.code == "not_an_answer" && fault.message.contains("larger"), "{fault}");
}

#[tokio::test]
async fn gone_is_what_the_crm_itself_says() {
    let stub = Stub::start(vec![refuse(404, REASON, "")]).await;
    let crm = crm(&stub, &[]);
    assert_eq!(crm.get(&id()).await.unwrap(), None);
    assert_eq!(crm.read(&id(), &super::names(&["a"])).await.unwrap(), None);
    assert_eq!(crm.find_activity(&id(), "k").await.unwrap(), None);
    assert_eq!(crm.patch(&id(), &sale()).await.unwrap_err().code, "contact_missing");
    assert_eq!(crm.update_activity(&ActivityId::from("c"), &id(), &call(Some("u"))).await.unwrap_err().code, "activity_missing");
    let page = Stub::start(vec![refuse(404, "Content-Type: text/html\r\n", "<h1>Not Found</h1>")]).await;
    assert_eq!(parts(&super::faults::crm(&page, &[]).get(&id()).await.unwrap_err()), (Effect::None, Reach::Person, "wrong_address"));
    let deleted = Stub::start(vec![ok(json!({"id": "6b0a", "deleted": true}))]).await;
    assert_eq!(super::faults::crm(&deleted, &[]).get(&id()).await.unwrap(), None);
}

#[tokio::test]
async fn ids_cannot_change_the_path() {
    let stub = Stub::start(vec![ok(json!({"id": "a/../b?c"}))]).await;
    let crm = crm(&stub, &[]);
    crm.get(&ContactId::from("a/../b?c")).await.unwrap();
    assert_eq!(stub.asked()[0].line, "GET /api/v1/Contact/a%2F..%2Fb%3Fc HTTP/1.1");
    for bad in ["", ".", ".."] {
        assert_eq!(crm.get(&ContactId::from(bad)).await.unwrap_err().code, "bad_id");
        assert_eq!(crm.patch(&ContactId::from(bad), &sale()).await.unwrap_err().code, "bad_id");
    }
    assert_eq!(stub.asked().len(), 1);
}

/// P49: an opt-out is set in the CRM and never taken back: neither a no nor a blank leaves here.
#[tokio::test]
async fn unsafe_attributes_never_leave() {
    let stub = Stub::start(vec![ok(json!({"id": "6b0a", "doNotCall": true}))]).await;
    let crm = crm(&stub, &[]);
    for name in ["phoneNumber", "phoneNumberData", "emailAddressData"] {
        assert_eq!(crm.patch(&id(), &set(name, Value::Null)).await.unwrap_err().code, "unsafe_attribute");
    }
    for value in [Value::Bool(false), Value::Null, Value::Text("true".into())] {
        assert_eq!(crm.patch(&id(), &set("doNotCall", value)).await.unwrap_err().code, "unsafe_attribute");
    }
    crm.patch(&id(), &BTreeMap::new()).await.unwrap();
    assert!(stub.asked().is_empty());
    crm.patch(&id(), &set("doNotCall", Value::Bool(true))).await.unwrap();
    assert_eq!(stub.asked()[0].json(), json!({"doNotCall": true}));
}

#[tokio::test]
async fn an_attribute_that_was_left_out_is_a_failure() {
    let stub = Stub::start(vec![ok(json!({"id": "6b0a", "cDialerStatus": "SALE"}))]).await;
    let both = BTreeMap::from([("cDialerStatus".to_owned(), Value::Text("SALE".into())), ("dialerStatus".to_owned(), Value::Int(1))]);
    let fault = crm(&stub, &[]).patch(&id(), &both).await.unwrap_err();
    assert!(fault.code == "field_missing" && fault.message.contains("`dialerStatus`"), "{fault}");
}

#[tokio::test]
async fn a_lost_attribute_is_no_blank() {
    let row =
        json!({"id": "6b0a", "modifiedAt": "2026-11-25 01:00:00", "doNotCall": false, "phoneNumberIsOptedOut": false, "firstName": "Vera"});
    let stub = Stub::start(vec![ok(json!({"total": -2, "list": [row]})), ok(row.clone())]).await;
    let fault = crm(&stub, &["firstName", "cSegment"]).page(&Scope::All, None).await.unwrap_err();
    assert_eq!(parts(&fault), (Effect::None, Reach::Person, "field_missing"));
    assert!(fault.message.contains("cSegment"));
    // Least of all where it tells of opt-outs.
    let row = json!({"id": "6b0a", "modifiedAt": "2026-11-25 01:00:00", "phoneNumberIsOptedOut": false, "firstName": "Vera"});
    let stub = Stub::start(vec![ok(json!({"total": -2, "list": [row]}))]).await;
    let fault = crm(&stub, &["firstName"]).page(&Scope::All, None).await.unwrap_err();
    assert_eq!(parts(&fault), (Effect::None, Reach::Person, "field_missing"));
    assert!(fault.message.contains("doNotCall"));
}

/// P29: the address of the next page was not followed, and the first two thousand rows were read again for ever. The same page again ends the listing
/// with a word of it.
#[tokio::test]
async fn a_crm_that_leaves_the_filter_out_is_found_out() {
    let old = json!({"id": "a", "modifiedAt": "2026-11-24 01:00:00"});
    let stub = Stub::start(vec![ok(json!({"total": -2, "list": [old]}))]).await;
    let scope = Scope::ChangedSince("2026-11-25T00:00:00Z".parse().unwrap());
    let fault = crm(&stub, &[]).page(&scope, None).await.unwrap_err();
    assert_eq!(parts(&fault), (Effect::None, Reach::Person, "filter_not_understood"));
    for scope in [scope, Scope::All] {
        let same = json!({"id": "a", "modifiedAt": "2026-11-25 01:00:00", "doNotCall": false, "phoneNumberIsOptedOut": false});
        let stub = Stub::start(vec![ok(json!({"total": -1, "list": [same]}))]).await;
        let crm = crm(&stub, &[]);
        let page = crm.page(&scope, None).await.unwrap();
        assert_eq!(crm.page(&scope, page.next.as_ref()).await.unwrap_err().code, "page_repeats");
    }
}

#[tokio::test]
async fn a_contact_that_cannot_be_read_is_named_and_stops_nobody_else() {
    let row = json!({"id": "6b0a", "modifiedAt": "2026-11-25 01:00:00", "doNotCall": false, "phoneNumberIsOptedOut": false});
    let stub = Stub::start(vec![ok(json!({"total": -2, "list": [row]})), refuse(500, "", "")]).await;
    let page = crm(&stub, &["phones"]).page(&Scope::All, None).await.unwrap();
    assert!(page.contacts.is_empty());
    let unreadable: Vec<_> = page.unreadable.iter().map(|(id, fault)| (id.as_str(), parts(fault))).collect();
    assert_eq!(unreadable, [("6b0a", (Effect::None, Reach::Record, "server_error"))]);
    // One that went between list and look is gone.
    let stub = Stub::start(vec![ok(json!({"total": -2, "list": [row]})), refuse(404, REASON, "")]).await;
    assert!(crm(&stub, &["phones"]).page(&Scope::All, None).await.unwrap().contacts.is_empty());
}

/// P32: what a CRM did not hand out was missing without an error. A page without rows that says more follow is no end.
#[tokio::test]
async fn an_empty_page_that_promises_more_is_not_the_end() {
    let stub = Stub::start(vec![ok(json!({"total": -1, "list": []}))]).await;
    assert_eq!(crm(&stub, &[]).page(&Scope::All, None).await.unwrap_err().code, "not_an_answer");
    let stub = Stub::start(vec![ok(json!({"total": -2, "list": []}))]).await;
    assert!(crm(&stub, &[]).page(&Scope::All, None).await.unwrap().next.is_none());
    let stub = Stub::start(vec![ok(json!({"total": 0}))]).await;
    assert_eq!(crm(&stub, &[]).page(&Scope::All, None).await.unwrap_err().code, "not_an_answer");
}

/// P26, P32: pages by their number end where a CRM stops counting, and whole records took half an hour to read. What is asked for is the next page by
/// the last row of this one, never by its number, and of each contact only what the mapping reads.
#[tokio::test]
async fn a_page_tells_the_crms_clock_and_its_keyset() {
    let row =
        |id: &str, at: &str| json!({"id": id, "modifiedAt": at, "doNotCall": id == "b", "phoneNumberIsOptedOut": false, "accountId": null});
    let first = json!({"total": -1, "list": [row("a", "2026-11-25 01:00:00"), row("b", "2026-11-25 01:00:01")]});
    let stub = Stub::start(vec![ok(first), ok(json!({"total": -2, "list": [row("c", "2026-11-25 01:00:01")]}))]).await;
    let crm = Crm::new(Settings { page_size: 2, ..settings(&stub.url, &["accountId"]) }).unwrap();
    let scope = Scope::ChangedSince("2026-11-25T01:00:00Z".parse().unwrap());
    let page = crm.page(&scope, None).await.unwrap();
    // Less the time that the answer took.
    let stamp = "2026-11-25T02:23:22Z".parse::<chrono::DateTime<chrono::Utc>>().unwrap();
    assert!((0..3600).contains(&(stamp - page.read_at).num_seconds()), "{}", page.read_at);
    assert_eq!(page.contacts.iter().map(|contact| contact.opted_out).collect::<Vec<_>>(), [false, true]);
    let last = crm.page(&scope, page.next.as_ref()).await.unwrap();
    assert_eq!(last.contacts.len(), 1);
    assert!(last.next.is_none());
    let asked = stub.asked();
    let select = json!(["accountId", "doNotCall", "id", "modifiedAt", "phoneNumberIsOptedOut"]);
    let at_least = |time: &str| json!({"type": "greaterThanOrEquals", "attribute": "modifiedAt", "value": time});
    assert_eq!(
        asked[0].search(),
        json!({"select": select, "maxSize": 2, "orderBy": "modifiedAt", "order": "asc", "where": [at_least("2026-11-25 01:00:00")]})
    );
    let after = json!([at_least("2026-11-25 01:00:01"), {"type": "or", "value": [
        {"type": "greaterThan", "attribute": "modifiedAt", "value": "2026-11-25 01:00:01"},
        {"type": "greaterThan", "attribute": "id", "value": "b"}]}]);
    assert_eq!(asked[1].search()["where"], after);
    let head = asked[0].head.to_ascii_lowercase();
    assert!(head.contains("x-no-total: true") && head.contains(&format!("x-api-key: {KEY}")), "{head}");
}

#[tokio::test]
async fn a_call_is_posted_with_its_key() {
    let stub = Stub::start(vec![ok(json!({"id": "call1"}))]).await;
    let options = BTreeMap::from([("activity_key_field".to_owned(), "cDialerKey".to_owned()), ("user_id".to_owned(), "u9".to_owned())]);
    let crm = Crm::new(Settings { options, ..settings(&stub.url, &[]) }).unwrap();
    assert_eq!(crm.create_activity(&id(), &call(None)).await.unwrap().as_str(), "call1");
    crm.update_activity(&ActivityId::from("call1"), &id(), &Activity { is_inbound: true, is_answered: false, ..call(Some("u1")) })
        .await
        .unwrap();
    let asked = stub.asked();
    assert_eq!(asked[0].line, "POST /api/v1/Call HTTP/1.1");
    let key = "k234567890abcdefghijklmnop";
    let text = format!("SALE, 200 s\nvicisync:{key}");
    let common = json!({"name": "Dialer call: SALE", "dateStart": "2026-11-25 01:00:00", "dateEnd": "2026-11-25 01:00:00", "description": text,
        "cDialerKey": key});
    let with = |extra: serde_json::Value| {
        let mut all = common.clone();
        for (name, value) in extra.as_object().unwrap() {
            all[name] = value.clone();
        }
        all
    };
    let created = json!({"status": "Held", "direction": "Outbound", "parentType": "Contact", "parentId": "6b0a", "contactsIds": ["6b0a"],
        "assignedUserId": "u9"});
    assert_eq!(asked[0].json(), with(created));
    assert_eq!(asked[1].line, "PUT /api/v1/Call/call1 HTTP/1.1");
    assert_eq!(asked[1].json(), with(json!({"status": "Not Held", "direction": "Inbound", "assignedUserId": "u1"})));
}

#[tokio::test]
async fn a_call_needs_a_user_and_says_so() {
    let stub = Stub::start(vec![ok(json!({"id": "call1"}))]).await;
    assert_eq!(crm(&stub, &[]).create_activity(&id(), &call(None)).await.unwrap_err().code, "user_missing");
    assert!(stub.asked().is_empty());
}

#[tokio::test]
async fn only_a_row_with_the_key_is_the_call() {
    let key = "k234567890abcdefghijklmnop";
    let other = json!({"id": "c1", "description": format!("vicisync:{key}x"), "cDialerKey": "another"});
    let another = json!({"id": "c2", "description": null});
    let by_line = json!({"id": "c3", "description": format!("SALE\r\nvicisync:{key}\r\nchecked by hand")});
    let by_field = json!({"id": "c4", "description": "rewritten by hand", "cDialerKey": key});
    for (list, found) in [
        (json!([other, another]), None),
        (json!([other, another, by_line]), Some("c3")),
        (json!([other, by_field]), Some("c4")),
        (json!([]), None),
    ] {
        let stub = Stub::start(vec![ok(json!({"total": -2, "list": list}))]).await;
        let options = BTreeMap::from([("activity_key_field".to_owned(), "cDialerKey".to_owned())]);
        let crm = Crm::new(Settings { options, ..settings(&stub.url, &[]) }).unwrap();
        assert_eq!(crm.find_activity(&id(), key).await.unwrap().map(|id| id.0), found.map(str::to_owned));
        assert_eq!(stub.asked()[0].line.split('?').next(), Some("GET /api/v1/Contact/6b0a/calls"));
    }
}

#[tokio::test]
async fn the_search_for_a_call_goes_through_all_pages() {
    let row = |id: &str, key: &str| json!({"id": id, "description": format!("vicisync:{key}")});
    let stub =
        Stub::start(vec![ok(json!({"total": -1, "list": [row("c1", "x")]})), ok(json!({"total": -2, "list": [row("c2", "wanted")]}))])
            .await;
    assert_eq!(crm(&stub, &[]).find_activity(&id(), "wanted").await.unwrap().unwrap().as_str(), "c2");
    let filters = stub.asked()[1].search()["where"].clone();
    assert_eq!(filters[1], json!({"type": "greaterThan", "attribute": "id", "value": "c1"}));
}

#[tokio::test]
async fn secrets_stay_in_their_header() {
    let leak = format!("X-Status-Reason: bad key {KEY}\r\n");
    let stub = Stub::start(vec![refuse(403, Box::leak(leak.into_boxed_str()), "")]).await;
    let settings = settings(&stub.url, &[]);
    assert!(!format!("{settings:?}").contains(KEY));
    let fault = Crm::new(settings).unwrap().get(&id()).await.unwrap_err();
    assert!(!format!("{fault:?}").contains(KEY) && fault.message.contains("***"), "{fault}");
    assert!(!stub.asked()[0].line.contains(KEY));
}

#[tokio::test]
async fn an_hmac_user_signs_method_and_path() {
    let stub = Stub::start(vec![ok(json!({"id": "6b0647d1ee90fc1b7"}))]).await;
    let mut settings = settings(&stub.url, &[]);
    settings.secrets = BTreeMap::from([
        ("api_key".to_owned(), "example-hmac-api-key-0001".into()),
        ("hmac_key".to_owned(), "example-hmac-secret-0001".into()),
    ]);
    Crm::new(settings).unwrap().get(&ContactId::from("6b0647d1ee90fc1b7")).await.unwrap();
    // As a real server accepted it.
    let header = "ZXhhbXBsZS1obWFjLWFwaS1rZXktMDAwMTpmZjc3MDI3NDg4ZjhiZTllYWQ5YTRiOTc1Nzc1OGQxMmY4Nzk1NzRhMTU5OWZhOGY3YmEwMGZmMzkwYTcwNzI5";
    let head = &stub.asked()[0].head;
    assert!(
        head.lines().any(|line| line
            .split_once(": ")
            .is_some_and(|(name, value)| name.eq_ignore_ascii_case("X-Hmac-Authorization") && value == header)),
        "{head}"
    );
    assert!(!head.to_ascii_lowercase().contains("x-api-key"));
}

#[test]
fn settings_that_cannot_work_are_refused() {
    let good = || settings("https://crm.example.com/espo/", &[]);
    Crm::new(good()).unwrap();
    let bad: Vec<(&str, Settings)> = vec![
        ("an address", Settings { site: "crm.example.com".into(), ..good() }),
        ("https://", Settings { site: "ftp://crm.example.com".into(), ..good() }),
        ("password", Settings { site: "https://a:b@crm.example.com".into(), ..good() }),
        ("`?`", Settings { site: "https://crm.example.com/?a".into(), ..good() }),
        ("Lead", Settings { object: "Lead".into(), ..good() }),
        ("200", Settings { page_size: 201, ..good() }),
        ("200", Settings { page_size: 0, ..good() }),
        ("more than zero", Settings { concurrency: 0, ..good() }),
        ("api_key", Settings { secrets: BTreeMap::new(), ..good() }),
        ("`token`", Settings { secrets: BTreeMap::from([("token".to_owned(), KEY.into())]), ..good() }),
        ("`userid`", Settings { options: BTreeMap::from([("userid".to_owned(), "u".to_owned())]), ..good() }),
    ];
    for (says, settings) in bad {
        let Err(fault) = Crm::new(settings) else { panic!("{says}: accepted") };
        assert_eq!((fault.reach, fault.code), (Reach::Person, "bad_setting"));
        assert!(fault.message.contains(says), "{says}: {fault}");
    }
}

#[tokio::test]
async fn a_call_that_shows_what_would_be_written_is_known_as_the_same() {
    let shown = json!({"id": "c1", "name": "Dialer call: SALE", "status": "Held", "direction": "Outbound", "dateStart": "2026-11-25 01:00:00",
        "dateEnd": "2026-11-25 01:00:00", "description": "SALE, 200 s\nvicisync:k234567890abcdefghijklmnop", "assignedUserId": "u1"});
    for (name, value, is_same) in
        [("name", json!("Dialer call: SALE"), true), ("name", json!("Renamed"), false), ("dateEnd", json!(null), false)]
    {
        let mut row = shown.clone();
        row[name] = value;
        let stub = Stub::start(vec![ok(json!({"total": -2, "list": [row]}))]).await;
        let known = crm(&stub, &[]).known_activity(&id(), &call(Some("u1"))).await.unwrap().unwrap();
        assert_eq!((known.id.as_str(), known.is_same), ("c1", is_same), "{name}");
    }
    // What a list does not show may be anything.
    let mut row = shown.clone();
    row.as_object_mut().unwrap().remove("direction");
    let stub = Stub::start(vec![ok(json!({"total": -2, "list": [row]}))]).await;
    assert!(!crm(&stub, &[]).known_activity(&id(), &call(Some("u1"))).await.unwrap().unwrap().is_same);
}

/// P37: what a CRM tells of merges.
#[tokio::test]
async fn merges_are_told_by_losers_and_by_winners() {
    let text = include_str!("../../src/crm/connectors/espocrm.toml");
    let merging = text.replace("[record.fields]", "merged_into = \"masterId\"\nmerged_ids = \"mergedIds\"\n[record.fields]");
    let (connector, _) = vicisync::crm::Connector::parse("espocrm.toml", &merging).unwrap();
    let crm = |stub: &Stub| Crm::new(Settings { connector: connector.clone(), ..settings(&stub.url, &[]) }).unwrap();
    let row = |id: &str, into: serde_json::Value, ids: serde_json::Value| {
        json!({"id": id, "modifiedAt": "2026-11-25 01:00:00", "doNotCall": false, "phoneNumberIsOptedOut": false, "accountId": null,
            "masterId": into, "mergedIds": ids})
    };
    let rows = [row("a", json!("w"), json!(null)), row("w", json!(null), json!("b;c")), row("x", json!(""), json!(["d", 7]))];
    let stub = Stub::start(vec![ok(json!({"total": -2, "list": rows}))]).await;
    let page = crm(&stub).page(&Scope::All, None).await.unwrap();
    let pairs: Vec<String> = page.merged.iter().map(|merge| format!("{}>{}", merge.loser, merge.winner)).collect();
    assert_eq!(pairs, ["a>w", "b>w", "c>w", "d>x", "7>x"]);
    assert_eq!(page.contacts.iter().map(|contact| contact.id.as_str()).collect::<Vec<_>>(), ["w", "x"], "a loser is no contact");
    assert!(stub.asked()[0].search()["select"].as_array().unwrap().contains(&json!("masterId")));

    let told = async |found: serde_json::Value| crm(&Stub::start(vec![ok(found)]).await).merges(&id()).await;
    assert_eq!(told(row("6b0a", json!("w"), json!(null))).await.unwrap().into, Some(ContactId::from("w")));
    // Asked for a loser, some CRMs give the winner.
    assert_eq!(told(row("w", json!(null), json!(["6b0a"]))).await.unwrap().into, Some(ContactId::from("w")));
    assert!(told(row("w", json!(null), json!(["6b0b"]))).await.is_err());
    // EspoCRM tells nothing, and is not asked.
    let stub = Stub::start(vec![ok(json!({}))]).await;
    assert_eq!(self::crm(&stub, &[]).merges(&id()).await.unwrap(), vicisync::model::Merges::default());
    assert!(stub.asked().is_empty());
}
