//! The client on the wire: how requests look, and what a broken exchange leaves known.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use tokio::net::TcpListener;
use vicisync::model::{FieldName, Intake, Lead, LeadChange, LeadField, LeadId, ListId, Phone, VendorLeadCode};
use vicisync::ports::{Dialer, Effect, Fault, Reach, Sought};

use crate::peer::{Act, PASSWORD, Peer, client, settings};

use crate::{sought, swept};

const ADDED: &str = "SUCCESS: add_lead LEAD HAS BEEN ADDED - 7275550101|1001|12|-5|apiuser\n";
const UPDATED: &str = "SUCCESS: update_lead LEAD HAS BEEN UPDATED - apiuser|12|1|||\n";
const VERSION: &str = "VERSION: 2.14-194|BUILD: 241004-1518|DATE: 2026-11-24 20:20:16|EPOCH: 1795569616|DST: 0|TZ: -5.00|TZNOW: -5.00|\n";
const LIST: &str = "1001|Sync list|CAMP1|Y|2026-11-24 10:00:00||2099-12-31|0|\n";

const COUNTED: &str = "1001|Sync list|CAMP1|Y|2026-11-24 10:00:00||2099-12-31|0|412000|7|\n";

fn code() -> VendorLeadCode {
    VendorLeadCode::parse("V0000000000000000001").unwrap()
}

fn lead() -> Lead {
    let field = |name: &str| name.parse::<FieldName>().unwrap();
    Lead {
        list_id: ListId(1001),
        phone: Phone { code: "1".into(), number: "7275550101".into() },
        fields: [
            (field("last_name"), "O'Brien".into()),
            (field("city"), String::new()),
            (field("comments"), "a\\".into()),
            (field("custom.plan"), "gold".into()),
        ]
        .into(),
    }
}

fn rename() -> LeadChange {
    LeadChange { fields: BTreeMap::from([(FieldName::Standard(LeadField::FirstName), "Ada".into())]), ..LeadChange::default() }
}

/// The form of a request, in order.
fn form(request: &str) -> Vec<(String, String)> {
    let body = request.split_once("\r\n\r\n").unwrap().1;
    url::form_urlencoded::parse(body.as_bytes()).into_owned().collect()
}

/// The function that a request calls; empty where it is a page that it asks for.
fn function(request: &str) -> String {
    value(&form(request), "function").unwrap_or("").to_owned()
}

fn value<'a>(form: &'a [(String, String)], name: &str) -> Option<&'a str> {
    form.iter().find(|(other, _)| other == name).map(|(_, value)| value.as_str())
}

fn answer(request: &str) -> Act {
    let fields = form(request);
    Act::text(match value(&fields, "function") {
        Some("list_info") => LIST,
        Some("add_lead") => ADDED,
        Some("update_lead") => UPDATED,
        Some("version") => VERSION,
        Some("check_phone_number") => "AREACODE: 1|-8#PHONE: 4155550101|1||||\n",
        _ => "ERROR: NO FUNCTION SPECIFIED\n",
    })
}

/// A fault that certainly tells no secret.
fn told(fault: Fault) -> Fault {
    assert!(!format!("{fault} {fault:?}").contains(PASSWORD));
    fault
}

#[track_caller]
fn check(fault: Fault, effect: Effect, reach: Reach, code: &str) {
    let fault = told(fault);
    assert_eq!((fault.effect, fault.reach, fault.code), (effect, reach, code), "{fault}");
}

#[tokio::test]
async fn requests_are_posts_with_credentials_in_the_body_and_a_harmless_end() {
    let peer = Peer::start(answer).await;
    let dialer = peer.client();
    assert_eq!(dialer.add_lead(&code(), &lead(), Intake::default()).await, Ok(LeadId(12)));
    assert_eq!(dialer.add_lead(&code(), &lead(), Intake::default()).await, Ok(LeadId(12)));
    let seen = peer.seen();
    assert_eq!(seen.len(), 3, "the list's campaign is asked for once");
    for request in &seen {
        assert!(request.starts_with("POST /vicidial/non_agent_api.php HTTP/1.1\r\n"), "{request}");
        assert!(!request.to_lowercase().contains("authorization:"));
        let form = form(request);
        assert_eq!((value(&form, "user"), value(&form, "pass")), (Some("apiuser"), Some(PASSWORD)));
        assert_eq!(form.last(), Some(&("zz".to_owned(), "1".to_owned())));
    }
    let add = form(&seen[1]);
    for (name, expected) in [
        ("phone_number", Some("7275550101")),
        ("vendor_lead_code", Some("V0000000000000000001")),
        ("list_exists_check", Some("Y")),
        ("dnc_check", Some("Y")),
        ("campaign_dnc_check", Some("Y")),
        ("campaign_id", Some("CAMP1")),
        ("last_name", Some("O'Brien")),
        ("comments", Some("a/")),
        ("city", None),
        ("plan", None),
        ("custom_fields", None),
        ("duplicate_check", None),
    ] {
        assert_eq!(value(&add, name), expected, "{name}");
    }
    swept(dialer.sweep(ListId(1001))).await.unwrap_err();
    let page = peer.seen().pop().unwrap();
    assert!(page.starts_with("POST /vicidial/list_download.php HTTP/1.1\r\n"), "{page}");
    assert!(page.to_lowercase().contains("authorization: basic ") && !page.contains(PASSWORD));
}

#[tokio::test]
async fn the_clock_needs_no_credentials() {
    let peer = Peer::start(answer).await;
    peer.client().time().await.unwrap();
    assert!(!peer.seen()[0].contains(PASSWORD));
}

#[tokio::test]
async fn an_update_clears_moves_and_takes_the_offset_along() {
    let peer = Peer::start(answer).await;
    let field = |name: &str| name.parse::<FieldName>().unwrap();
    let change = LeadChange {
        fields: BTreeMap::from([
            (field("city"), String::new()),
            (field("last_name"), "!!".into()),
            (field("rank"), String::new()),
            (field("gender"), String::new()),
            (field("phone_code"), "1".into()),
            (field("phone_number"), "4155550101".into()),
        ]),
        list_id: Some(ListId(1002)),
        status: Some("NEW".into()),
        ..LeadChange::default()
    };
    peer.client().update_lead(LeadId(12), &change).await.unwrap();
    let update = form(&peer.seen()[1]);
    for (name, expected) in [
        ("lead_id", "12"),
        ("search_method", "LEAD_ID"),
        ("city", "--BLANK--"),
        ("last_name", "--BLANK--"),
        ("rank", "0"),
        ("gender", "U"),
        ("phone_number", "4155550101"),
        ("phone_code", "1"),
        ("update_phone_number", "Y"),
        ("gmt_offset_now", "-8"),
        ("list_id_field", "1002"),
        ("list_exists_check", "Y"),
        ("status", "NEW"),
    ] {
        assert_eq!(value(&update, name), Some(expected), "{name}");
    }
    assert_eq!(value(&update, "list_id"), None, "that would only search in the list");
}

#[tokio::test]
async fn a_refused_login_is_sent_once() {
    let body = format!("ERROR: Login incorrect, please try again: |apiuser|{PASSWORD}|BAD|\n");
    let peer = Peer::start(move |_| Act::text(&body)).await;
    let dialer = peer.client();
    let codes = [code()];
    let wanted = sought(&codes);
    let calls = (0..8).map(|_| dialer.find_by_code(&wanted));
    for result in futures_util::future::join_all(calls).await {
        check(result.unwrap_err(), Effect::None, Reach::Login, "login_refused");
    }
    check(dialer.update_lead(LeadId(1), &rename()).await.unwrap_err(), Effect::None, Reach::Login, "login_refused");
    check(swept(dialer.sweep(ListId(1001))).await.unwrap_err(), Effect::None, Reach::Login, "login_refused");
    check(dialer.time().await.unwrap_err(), Effect::None, Reach::Login, "login_refused");
    assert_eq!(peer.seen().len(), 1);
}

#[tokio::test]
async fn a_password_that_can_never_match_is_told() {
    let peer = Peer::start(|_| Act::text("ERROR: Login incorrect, please try again: |apiuser|hunter2secret|BAD|\n")).await;
    let mut settings = settings(&peer.url, Duration::from_secs(20));
    settings.pass = "hunter@2secret".into();
    let fault = told(vicisync::vicidial::Vicidial::new(settings).unwrap().login().await.unwrap_err());
    assert!(fault.help.as_deref().is_some_and(|help| help.contains("can never match")), "{fault}");
    assert!(!format!("{fault}").contains("2secret"));
}

#[tokio::test]
async fn a_lock_stops_all_sending_too() {
    let peer = Peer::start(|_| Act::text("ERROR: Too many login attempts, try again in 15 minutes: |apiuser|LOCK|\n")).await;
    let dialer = peer.client();
    for _ in 0..3 {
        check(dialer.login().await.unwrap_err(), Effect::None, Reach::Login, "locked");
    }
    assert_eq!(peer.seen().len(), 1);
}

#[tokio::test]
async fn export_pages_refuse_by_status() {
    let peer =
        Peer::start(|_| Act::Answer(401, "text/html", format!("Login incorrect, please try again: |apiuser|{PASSWORD}|BAD|\n"))).await;
    let dialer = peer.client();
    check(swept(dialer.sweep(ListId(1001))).await.unwrap_err(), Effect::None, Reach::Login, "login_refused");
    check(dialer.leave_hopper(LeadId(1)).await.unwrap_err(), Effect::None, Reach::Login, "login_refused");
    assert_eq!(peer.seen().len(), 1);
}

#[tokio::test]
async fn nobody_there_means_no_effect() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let dialer = client(&url, Duration::from_secs(20));
    check(dialer.leave_hopper(LeadId(1)).await.unwrap_err(), Effect::None, Reach::Connection, "unreachable");
    check(swept(dialer.sweep(ListId(1001))).await.unwrap_err(), Effect::None, Reach::Connection, "unreachable");
}

#[tokio::test]
async fn a_lost_answer_leaves_a_write_unknown_and_a_read_without_effect() {
    let peer = Peer::start(|_| Act::Close).await;
    let dialer = peer.client();
    check(dialer.update_lead(LeadId(1), &rename()).await.unwrap_err(), Effect::Unknown, Reach::Connection, "cut_off");
    check(dialer.find_by_code(&sought(&[code()])).await.unwrap_err(), Effect::None, Reach::Connection, "cut_off");

    let peer = Peer::start(|_| Act::Hang).await;
    let dialer = client(&peer.url, Duration::from_millis(300));
    check(dialer.update_lead(LeadId(1), &rename()).await.unwrap_err(), Effect::Unknown, Reach::Connection, "timed_out");
    check(dialer.find_by_code(&sought(&[code()])).await.unwrap_err(), Effect::None, Reach::Connection, "timed_out");

    let peer = Peer::start(|_| Act::Cut(UPDATED.to_owned())).await;
    let dialer = peer.client();
    check(dialer.update_lead(LeadId(1), &rename()).await.unwrap_err(), Effect::Unknown, Reach::Connection, "cut_off");
    check(swept(dialer.sweep(ListId(1001))).await.unwrap_err(), Effect::None, Reach::Connection, "cut_off");
}

#[tokio::test]
async fn a_page_of_somebody_else_is_no_answer() {
    let peer = Peer::start(|_| Act::text("<html><head><title>Please sign in</title></head><body>x</body></html>")).await;
    let dialer = peer.client();
    let fault = dialer.update_lead(LeadId(1), &rename()).await.unwrap_err();
    assert!(fault.message.contains("Please sign in"), "{fault}");
    check(fault, Effect::Unknown, Reach::Connection, "not_an_answer");
    check(dialer.find_by_code(&sought(&[code()])).await.unwrap_err(), Effect::None, Reach::Connection, "server_fault");
    check(swept(dialer.sweep(ListId(1001))).await.unwrap_err(), Effect::None, Reach::Connection, "server_fault");
}

#[tokio::test]
async fn an_empty_500_of_an_export_never_means_an_empty_list() {
    for status in [500, 200] {
        let peer = Peer::start(move |request| match function(request).as_str() {
            "list_info" => Act::text(COUNTED),
            _ => Act::Answer(status, "application/octet-stream", String::new()),
        })
        .await;
        let fault = swept(peer.client().sweep(ListId(1001))).await.unwrap_err();
        assert!(fault.message.contains("which holds 412000 leads"), "{fault}");
        check(fault, Effect::None, Reach::Connection, "too_large_or_broken");
    }
}

#[tokio::test]
async fn a_redirect_is_a_wrong_address_and_is_not_followed() {
    let peer = Peer::start(|_| Act::Answer(302, "text/html", String::new())).await;
    let dialer = peer.client();
    check(dialer.update_lead(LeadId(1), &rename()).await.unwrap_err(), Effect::None, Reach::Person, "wrong_address");
    check(swept(dialer.sweep(ListId(1001))).await.unwrap_err(), Effect::None, Reach::Person, "wrong_address");
    assert_eq!(peer.seen().len(), 2);
}

#[tokio::test]
async fn a_bare_500_concerns_the_record_where_the_server_is_well() {
    let broken = |request: &str| {
        if form(request).iter().any(|(_, value)| value == "update_lead") {
            Act::Answer(500, "text/html", String::new())
        } else {
            answer(request)
        }
    };
    let peer = Peer::start(broken).await;
    check(peer.client().update_lead(LeadId(1), &rename()).await.unwrap_err(), Effect::Unknown, Reach::Record, "write_broke");
    let peer = Peer::start(|_| Act::Answer(500, "text/html", String::new())).await;
    check(peer.client().update_lead(LeadId(1), &rename()).await.unwrap_err(), Effect::Unknown, Reach::Connection, "not_an_answer");
    let peer = Peer::start(|_| Act::Answer(500, "text/html", UPDATED.to_owned())).await;
    assert_eq!(peer.client().update_lead(LeadId(12), &rename()).await, Ok(()));
}

#[tokio::test]
async fn what_the_lines_say_decides() {
    for (said, effect, reach, code) in [
        ("MySQL connect ERROR:  Connection refused", Effect::None, Reach::Connection, "database_down"),
        ("ERROR: update_lead NO MATCHES FOUND IN THE SYSTEM: |apiuser|1||\n", Effect::None, Reach::Record, "lead_missing"),
        ("ERROR: update_lead NOT A DEFINED LIST ID, LIST EXISTS CHECK ENABLED - |888889\n", Effect::None, Reach::Record, "list_missing"),
        ("SUCCESS: update_lead LEAD HAS BEEN UPDATED - apiuser|36|-1|||\n", Effect::None, Reach::Record, "not_written"),
        (
            "ERROR: update_lead USER DOES NOT HAVE PERMISSION TO UPDATE LEADS IN THE SYSTEM: |apiuser|0|\n",
            Effect::None,
            Reach::Person,
            "no_right",
        ),
        (
            "ERROR: auth USER DOES NOT HAVE PERMISSION TO USE THIS FUNCTION: |apiuser|update_lead|\n",
            Effect::None,
            Reach::Person,
            "no_right",
        ),
        ("ERROR: update_lead NOT AN ALLOWED LIST ID, RESULTS - 1009\n", Effect::None, Reach::Record, "no_right"),
        ("ERROR: Your IP Address is not allowed: 127.0.0.1: ||IPBLOCK|\n", Effect::None, Reach::Person, "no_right"),
    ] {
        let peer = Peer::start(move |_| Act::text(said)).await;
        check(peer.client().update_lead(LeadId(1), &rename()).await.unwrap_err(), effect, reach, code);
    }
    let peer = Peer::start(|_| Act::text("")).await;
    assert_eq!(peer.client().update_lead(LeadId(1), &LeadChange::default()).await, Ok(()), "nothing to change");
    // A change that is answered by nothing may have died on the way; a look-up that is does not say that there is no lead.
    check(peer.client().update_lead(LeadId(1), &rename()).await.unwrap_err(), Effect::Unknown, Reach::Connection, "not_an_answer");
    let code = VendorLeadCode::parse("V0000000000000000001").unwrap();
    let wanted = Sought { code, phone: Some(lead().phone) };
    check(peer.client().find_by_code(&[wanted]).await.unwrap_err(), Effect::None, Reach::Connection, "not_an_answer");
    check(
        peer.client().set_custom(LeadId(1), &BTreeMap::from([("nosuch".into(), "x".into())])).await.unwrap_err(),
        Effect::None,
        Reach::Record,
        "custom_unknown",
    );
}

#[tokio::test]
async fn a_custom_label_cannot_reach_the_lead_itself() {
    let peer = Peer::start(answer).await;
    for label in ["status", "phone_number", "delete_lead", "list_id_field", "a b", ""] {
        check(
            peer.client().set_custom(LeadId(1), &BTreeMap::from([(label.into(), "Y".into())])).await.unwrap_err(),
            Effect::None,
            Reach::Record,
            "custom_unknown",
        );
    }
    assert!(peer.seen().is_empty());
}

#[tokio::test]
async fn a_lead_that_goes_away_while_it_is_read_is_not_there() {
    let peer = Peer::start(|request| {
        let fields = form(request);
        Act::text(match value(&fields, "field_name") {
            Some("vendor_lead_code") => "V0000000000000000001",
            Some("list_id") => "1001",
            _ => "ERROR: lead_field_info LEAD NOT FOUND: apiuser|12\n",
        })
    })
    .await;
    assert_eq!(peer.client().read_lead(LeadId(12), &BTreeSet::new()).await, Ok(None));
}

#[test]
fn bad_settings_are_told_at_once() {
    for url in ["dialer.example.com", "ftp://dialer.example.com", "https://user:pass@dialer.example.com"] {
        assert_eq!(vicisync::vicidial::Vicidial::new(settings(url, Duration::from_secs(1))).unwrap_err().code, "bad_settings", "{url}");
    }
}
