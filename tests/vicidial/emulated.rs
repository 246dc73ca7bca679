//! The dialer against an emulated VICIdial: each method's contract, and its faults.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use chrono::{Datelike, NaiveDate, NaiveDateTime};
use vicisync::emulator::fault::{Class, Fault as Trouble, Script};
use vicisync::emulator::vicidial::{CallSpec, Options, Php, Server, Transfer};
use vicisync::model::{CampaignId, FieldName, Intake, Lead, LeadChange, LeadField, LeadId, LegKind, ListId, Phone, VendorLeadCode};
use vicisync::ports::{Dialer, Effect, Fault, Reach};
use vicisync::vicidial::{NonLatin, Settings, Vicidial};

use crate::{sought, swept};

const LIST: ListId = ListId(1001);
/// 2026-11-24 10:00:00 in New York.
pub(crate) const NOW: i64 = 1_795_532_400;

pub(crate) async fn start() -> (Server, Vicidial) {
    start_with(Options::default()).await
}

async fn start_with(options: Options) -> (Server, Vicidial) {
    let server = Server::start(options).await.unwrap();
    server.with_world(|world| world.clock.hold(NOW));
    let dialer = client(&server, "apipass");
    (server, dialer)
}

pub(crate) fn client(server: &Server, pass: &str) -> Vicidial {
    Vicidial::new(Settings {
        url: server.url(),
        user: "apiuser".into(),
        pass: pass.into(),
        source: "vicisync".into(),
        timeout: Duration::from_secs(20),
        zone: chrono_tz::America::New_York,
        use_non_latin: NonLatin::On,
        campaigns: Vec::new(),
        groups: Vec::new(),
    })
    .unwrap()
}

pub(crate) fn code(number: u32) -> VendorLeadCode {
    VendorLeadCode::parse(&format!("V{number:019}")).unwrap()
}

fn field(name: &str) -> FieldName {
    name.parse().unwrap()
}

pub(crate) fn lead(number: u32, values: &[(&str, &str)]) -> Lead {
    Lead {
        list_id: LIST,
        phone: Phone { code: "1".into(), number: format!("72755501{number:02}") },
        fields: values.iter().map(|(name, text)| (field(name), (*text).to_owned())).collect(),
    }
}

fn change(values: &[(&str, &str)]) -> LeadChange {
    LeadChange { fields: values.iter().map(|(name, text)| (field(name), (*text).to_owned())).collect(), ..LeadChange::default() }
}

#[track_caller]
fn check(fault: Fault, effect: Effect, reach: Reach, code: &str) {
    assert_eq!((fault.effect, fault.reach, fault.code), (effect, reach, code), "{fault}");
}

/// Values that a server changes, and one for each field.
fn nasty() -> Vec<(&'static str, &'static str)> {
    vec![
        ("source_id", "crm \"1\"; #2 \\ end\\"),
        ("title", "Professor"),
        ("first_name", "Zoe\u{308} 😀 + Łukasz"),
        ("middle_initial", "Karl"),
        ("last_name", "O'Brien-Żółć"),
        ("address1", "Apt #2 & (rear), floor 3"),
        ("address2", "a\tb\r\nc"),
        ("address3", "C:\\new\\t"),
        ("city", "  São Paulo  "),
        ("state", "Florida"),
        ("province", "Île-de-France"),
        ("postal_code", "33701-1234 X"),
        ("country_code", "USA!"),
        ("gender", "female"),
        ("date_of_birth", "31/12/1990"),
        ("alt_phone", "+1 (727) 555-0199"),
        ("email", "bob+tag@example.com"),
        ("security_phrase", "--BLANK--"),
        ("comments", "one\ntwo; \"three\" 100% <b> !Now \\"),
        ("rank", "99999"),
        ("owner", "ERROR: fake"),
    ]
}

#[tokio::test]
async fn what_is_added_reads_back_as_predicted() {
    let (server, dialer) = start().await;
    let lead = lead(1, &nasty());
    let id = dialer.add_lead(&code(1), &lead, Intake::default()).await.unwrap();
    let rows = swept(dialer.sweep(LIST)).await.unwrap();
    assert_eq!(rows.len(), 1);
    let row = &rows[0];
    assert_eq!(
        (row.lead_id, row.code.as_str(), row.list_id, row.status.as_str(), row.called_count),
        (id, code(1).as_str(), LIST, "NEW", 0)
    );
    assert!(row.modified.is_some());
    for (name, predicted) in dialer.stored(&lead.values()).0 {
        assert_eq!(row.values[&name], predicted, "{name}");
    }
    let names: BTreeSet<FieldName> = row.values.keys().cloned().collect();
    let alone = dialer.read_lead(id, &names).await.unwrap().unwrap();
    assert_eq!((&alone.values, &alone.code, &alone.status), (&row.values, &row.code, &row.status));
    assert_eq!(server.writes(), 1);
}

#[tokio::test]
async fn what_is_updated_reads_back_as_predicted_and_a_blank_clears() {
    let (server, dialer) = start().await;
    let full: Vec<(&str, &str)> = LeadField::ALL
        .iter()
        .map(|field| field.name())
        .filter(|name| !name.starts_with("phone_"))
        .map(|name| {
            (
                name,
                match name {
                    "date_of_birth" => "1980-12-10",
                    "gender" => "F",
                    "rank" => "7",
                    _ => "x",
                },
            )
        })
        .collect();
    let id = dialer.add_lead(&code(1), &lead(1, &full), Intake::default()).await.unwrap();
    let blank: Vec<(&str, &str)> = full.iter().map(|(name, _)| (*name, "")).collect();
    for values in [nasty(), full, blank] {
        let change = change(&values);
        dialer.update_lead(id, &change).await.unwrap();
        let row = swept(dialer.sweep(LIST)).await.unwrap().remove(0);
        for (name, predicted) in dialer.stored(&change.fields).0 {
            assert_eq!(row.values[&name], predicted, "{name}");
        }
        assert_eq!(row.code, code(1).as_str(), "the code stays");
        dialer.update_lead(id, &change).await.unwrap();
    }
    assert_eq!(server.leads().len(), 1);
}

#[tokio::test]
async fn custom_fields_go_in_a_call_of_their_own() {
    let (_server, dialer) = start().await;
    let id = dialer.add_lead(&code(1), &lead(1, &[("custom.plan", "never sent here")]), Intake::default()).await.unwrap();
    let wanted = BTreeSet::from([field("custom.plan"), field("custom.crm_note")]);
    let read = async |dialer: &Vicidial| dialer.read_lead(id, &wanted).await.unwrap().unwrap().values;
    assert!(read(&dialer).await.values().all(String::is_empty), "no custom row yet");
    let values = BTreeMap::from([("plan".to_owned(), "gold; \"+1\"".to_owned()), ("crm_note".to_owned(), "it's\nhere\\".to_owned())]);
    dialer.set_custom(id, &values).await.unwrap();
    let predicted = dialer.stored(&values.iter().map(|(label, text)| (FieldName::Custom(label.clone()), text.clone())).collect()).0;
    assert_eq!(read(&dialer).await, predicted);
    let row = swept(dialer.sweep(LIST)).await.unwrap().remove(0);
    assert_eq!(
        (&row.values[&field("custom.plan")], &row.values[&field("custom.crm_note")]),
        (&predicted[&field("custom.plan")], &predicted[&field("custom.crm_note")])
    );
    dialer.set_custom(id, &BTreeMap::from([("plan".to_owned(), String::new())])).await.unwrap();
    assert_eq!(read(&dialer).await[&field("custom.plan")], "");
    check(
        dialer.set_custom(id, &BTreeMap::from([("nosuch".into(), "x".into())])).await.unwrap_err(),
        Effect::None,
        Reach::Record,
        "custom_unknown",
    );
}

#[tokio::test]
async fn a_list_without_custom_fields_refuses_them() {
    let (server, dialer) = start().await;
    server.with_world(|world| world.add_list(2001, "Bare list", "TESTCAMP", true));
    let id = dialer.add_lead(&code(1), &Lead { list_id: ListId(2001), ..lead(1, &[]) }, Intake::default()).await.unwrap();
    check(
        dialer.set_custom(id, &BTreeMap::from([("plan".into(), "x".into())])).await.unwrap_err(),
        Effect::None,
        Reach::Record,
        "custom_missing",
    );
    check(swept(dialer.sweep(ListId(2001))).await.unwrap_err(), Effect::None, Reach::Connection, "too_large_or_broken");
    let findings = dialer.probe(&[ListId(2001)], &[]).await;
    assert!(findings.iter().any(|finding| !finding.ok && finding.what.contains("fails when it is downloaded")), "{findings:?}");
}

#[tokio::test]
async fn adds_are_refused_for_lists_phones_and_wishes() {
    let (server, dialer) = start().await;
    server.with_world(|world| {
        world.add_dnc("7275550102", None);
        world.add_dnc("7275550103", Some("TESTCAMP"));
    });
    let missing = Lead { list_id: ListId(5555), ..lead(1, &[]) };
    check(dialer.add_lead(&code(1), &missing, Intake::default()).await.unwrap_err(), Effect::None, Reach::Record, "list_missing");
    check(dialer.add_lead(&code(2), &lead(2, &[]), Intake::default()).await.unwrap_err(), Effect::None, Reach::Record, "on_dnc");
    check(dialer.add_lead(&code(3), &lead(3, &[]), Intake::default()).await.unwrap_err(), Effect::None, Reach::Record, "on_dnc");
    let short = Lead { phone: Phone { code: "1".into(), number: "12345".into() }, ..lead(4, &[]) };
    check(dialer.add_lead(&code(4), &short, Intake::default()).await.unwrap_err(), Effect::None, Reach::Record, "phone_refused");
    assert!(server.leads().is_empty());
}

#[tokio::test]
async fn a_code_is_written_onto_a_lead_that_has_none() {
    let (server, dialer) = start().await;
    let id = dialer.add_lead(&code(1), &lead(1, &[("city", "Tampa")]), Intake::default()).await.unwrap();
    dialer.update_lead(id, &LeadChange { code: Some(code(2)), ..change(&[("source_id", "c1")]) }).await.unwrap();
    let now = server.leads().remove(0);
    assert_eq!((now.columns["vendor_lead_code"].as_str(), now.columns["source_id"].as_str()), (code(2).as_str(), "c1"));
    assert_eq!((server.leads().len(), now.columns["city"].as_str()), (1, "Tampa"));
    assert_eq!(dialer.codes_of(&[id]).await, Ok([(id, Some(code(2).to_string()))].into()));
}

#[tokio::test]
async fn moves_statuses_and_phones() {
    let (server, dialer) = start().await;
    let id = dialer.add_lead(&code(1), &lead(1, &[]), Intake::default()).await.unwrap();
    let to = LeadChange {
        list_id: Some(ListId(1002)),
        status: Some("NI".into()),
        ..change(&[("phone_code", "1"), ("phone_number", "4155550102")])
    };
    dialer.update_lead(id, &to).await.unwrap();
    let now = server.leads().remove(0);
    assert_eq!((now.list_id, now.status.as_str(), now.phone_number.as_str()), (1002, "NI", "4155550102"));
    assert_eq!(now.columns["gmt_offset_now"], "-8.00", "the offset follows the phone");
    assert_eq!(swept(dialer.sweep(LIST)).await, Ok(Vec::new()), "an empty list is fine");
    assert_eq!(swept(dialer.sweep(ListId(1002))).await.unwrap().len(), 1);
    let nowhere = LeadChange { list_id: Some(ListId(5555)), ..LeadChange::default() };
    check(dialer.update_lead(id, &nowhere).await.unwrap_err(), Effect::None, Reach::Record, "list_missing");
    check(dialer.update_lead(LeadId(999), &change(&[("city", "Tampa")])).await.unwrap_err(), Effect::None, Reach::Record, "lead_missing");
    assert_eq!(dialer.update_lead(id, &LeadChange::default()).await, Ok(()), "nothing to change is done");
    check(swept(dialer.sweep(ListId(5555))).await.unwrap_err(), Effect::None, Reach::Record, "list_missing");
    assert_eq!(dialer.campaign_of(LIST).await, Ok(Some(CampaignId::from("TESTCAMP"))));
    assert_eq!(dialer.campaign_of(ListId(5555)).await, Ok(None));
    assert_eq!(dialer.read_lead(LeadId(999), &BTreeSet::new()).await, Ok(None));
}

#[tokio::test]
async fn a_list_that_was_given_to_another_campaign_is_known_in_the_next_run() {
    let (server, dialer) = start().await;
    server.with_world(|world| world.add_list(7001, "moved", "TESTCAMP", true));
    dialer.prepare().await.unwrap();
    assert_eq!(dialer.campaign_of(ListId(7001)).await, Ok(Some(CampaignId::from("TESTCAMP"))));
    server.with_world(|world| world.add_list(7001, "moved", "OTHERCAMP", true));
    dialer.prepare().await.unwrap();
    assert_eq!(dialer.campaign_of(ListId(7001)).await, Ok(Some(CampaignId::from("OTHERCAMP"))));
}

#[tokio::test]
async fn leads_are_found_by_code_in_batches() {
    let (server, dialer) = start().await;
    assert_eq!(dialer.find_by_code(&sought(&[code(1)])).await.unwrap()[&code(1)], []);
    let mut ids = Vec::new();
    for number in [1, 2, 2] {
        ids.push(dialer.add_lead(&code(number), &lead(number, &[]), Intake::default()).await.unwrap());
    }
    server.reset_counts();
    let codes: Vec<VendorLeadCode> = (1..=1_200).map(code).chain([code(2)]).collect();
    let found = dialer.find_by_code(&sought(&codes)).await.unwrap();
    assert_eq!(server.requests(), 3);
    assert_eq!(found.len(), 1_200);
    assert_eq!((&found[&code(1)], &found[&code(2)], &found[&code(1_200)]), (&vec![ids[0]], &vec![ids[1], ids[2]], &vec![]));
}

#[tokio::test]
async fn the_hopper_is_read_and_left() {
    let (server, dialer) = start().await;
    let campaign = CampaignId::from("TESTCAMP");
    assert_eq!(dialer.hopper(&campaign).await, Ok(Vec::new()));
    let first = dialer.add_lead(&code(1), &lead(1, &[]), Intake::default()).await.unwrap();
    let second = dialer.add_lead(&code(2), &lead(2, &[]), Intake::default()).await.unwrap();
    server.with_world(|world| world.fill_hopper(10));
    let rows = dialer.hopper(&campaign).await.unwrap();
    assert_eq!(rows.iter().map(|row| row.lead_id).collect::<BTreeSet<_>>(), BTreeSet::from([first, second]));
    assert!(rows.iter().all(|row| row.list_id == LIST && row.status == "NEW"));
    dialer.leave_hopper(first).await.unwrap();
    dialer.leave_hopper(first).await.unwrap();
    assert_eq!(dialer.hopper(&campaign).await.unwrap().len(), 1);
    check(dialer.hopper(&CampaignId::from("NOPE")).await.unwrap_err(), Effect::None, Reach::Person, "campaign_missing");
}

#[tokio::test]
async fn a_deleted_lead_is_gone_with_its_custom_row_and_its_callback() {
    let (server, dialer) = start().await;
    server.with_world(|world| world.add_list(2001, "Bare list", "TESTCAMP", true));
    let id = dialer.add_lead(&code(1), &lead(1, &[]), Intake::default()).await.unwrap();
    let other = dialer.add_lead(&code(2), &lead(2, &[]), Intake::default()).await.unwrap();
    let bare = dialer.add_lead(&code(3), &Lead { list_id: ListId(2001), ..lead(3, &[]) }, Intake::default()).await.unwrap();
    for id in [id, other] {
        dialer.set_custom(id, &BTreeMap::from([("plan".to_owned(), "gold".to_owned())])).await.unwrap();
    }
    let rows = |table: &str| server.with_world(|world| world.rows(table).len());
    assert_eq!(rows("custom_1001"), 2);
    for lead in [id, bare] {
        // Not being there is fine.
        for _ in 0..2 {
            dialer.leave_dialing(lead).await.ok();
            assert_eq!(dialer.delete_lead(lead).await, Ok(()), "{lead}");
        }
        assert_eq!(dialer.read_lead(lead, &BTreeSet::new()).await, Ok(None));
    }
    assert_eq!((server.leads().len(), rows("custom_1001")), (1, 1));
}

fn at(text: &str) -> NaiveDateTime {
    NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M:%S").unwrap()
}

/// P53: results of calls that no agent had, or whose one message got lost, never arrived. Here all are read, whoever had them, each under a key of its own.
#[tokio::test]
async fn calls_come_with_all_their_legs() {
    let (server, dialer) = start().await;
    let first = dialer.add_lead(&code(1), &lead(1, &[("comments", "a\tb")]), Intake::default()).await.unwrap();
    let second = dialer.add_lead(&code(2), &lead(2, &[]), Intake::default()).await.unwrap();
    let from = at("2026-11-23 22:00:00");
    let to = at("2026-11-24 10:30:00");
    assert!(dialer.calls(from, to).await.unwrap().legs.is_empty());
    let hand_over = |agent: &str, status: &str| Transfer { agent: agent.into(), status: status.into(), seconds: 60 };
    server.with_world(|world| {
        let earlier = |hours: i64| Some(NOW - hours * 3600);
        let transferred = CallSpec {
            transfers: vec![hand_over("6002", "NI"), hand_over("6003", "SALE")],
            when: earlier(1),
            ..CallSpec::answered("6001", "XFER", 40)
        };
        world.call(first.0, transferred).unwrap();
        world.call(second.0, CallSpec { when: earlier(11), ..CallSpec::unanswered("NA") }).unwrap();
        world.call(second.0, CallSpec { when: earlier(30), ..CallSpec::unanswered("B") }).unwrap();
    });
    let calls = dialer.calls(from, to).await.unwrap();
    assert_eq!(calls.unreadable, Vec::<String>::new());
    let legs: Vec<_> = calls.legs.iter().map(|leg| (leg.key.kind, leg.key.lead_id, leg.status.as_str(), leg.key.user.as_str())).collect();
    assert_eq!(
        legs,
        [
            (LegKind::Outbound, second, "NA", "VDAD"),
            (LegKind::Outbound, first, "XFER", "6001"),
            (LegKind::Inbound, first, "NI", "6002"),
            (LegKind::Inbound, first, "SALE", "6003"),
        ]
    );
    let keys: BTreeSet<String> = calls.legs.iter().map(|leg| leg.key.to_string()).collect();
    assert_eq!(keys.len(), 4, "a transferred call keeps its uniqueid, its legs differ nevertheless");
    let xfer = &calls.legs[1];
    assert_eq!(
        (xfer.start.timestamp(), xfer.seconds, xfer.phone.as_str(), xfer.code.as_str(), xfer.list_id),
        (NOW - 3600, 40, "7275550101", code(1).as_str(), LIST)
    );
    let narrow = dialer.calls(at("2026-11-24 09:59:59"), at("2026-11-24 09:00:00")).await.unwrap();
    assert!(narrow.legs.is_empty(), "a window that ends before it begins");
    let hour = dialer.calls(at("2026-11-24 09:59:59"), at("2026-11-24 09:59:59")).await.unwrap();
    assert_eq!(hour.legs.len(), 3, "whole hours");
}

#[tokio::test]
async fn rows_that_others_damaged_are_read_again_alone() {
    let (server, dialer) = start().await;
    let mut ids = Vec::new();
    for number in 1..=3 {
        ids.push(dialer.add_lead(&code(number), &lead(number, &[("first_name", "Ada")]), Intake::default()).await.unwrap());
    }
    server.with_world(|world| {
        world.agent_edit(ids[1].0, "source_id", "a\tb");
        world.agent_edit(ids[2].0, "source_id", "c\r\nd");
    });
    let rows = swept(dialer.sweep(LIST)).await.unwrap();
    assert_eq!(rows.iter().map(|row| row.lead_id).collect::<Vec<_>>(), ids);
    let sources: Vec<&str> = rows.iter().map(|row| row.values[&field("source_id")].as_str()).collect();
    assert_eq!(sources, ["", "a\tb", "c\r\nd"]);
    assert!(rows.iter().all(|row| row.values[&field("first_name")] == "Ada" && row.values.contains_key(&field("custom.plan"))));
}

#[tokio::test]
async fn what_an_agent_wrote_is_shown() {
    let (server, dialer) = start().await;
    let id = dialer.add_lead(&code(1), &lead(1, &[]), Intake::default()).await.unwrap();
    dialer.set_custom(id, &BTreeMap::from([("plan".to_owned(), "gold".to_owned())])).await.unwrap();
    server.with_world(|world| {
        assert!(world.agent_edit(id.0, "comments", "line one!Nline two"));
        assert!(world.agent_edit(id.0, "last_name", "O'Hara"));
        assert!(world.agent_edit_custom(id.0, "plan", "silver"));
    });
    let row = swept(dialer.sweep(LIST)).await.unwrap().remove(0);
    assert_eq!(row.values[&field("comments")], "line one\nline two");
    assert_eq!((row.values[&field("last_name")].as_str(), row.values[&field("custom.plan")].as_str()), ("O'Hara", "silver"));
    let alone =
        dialer.read_lead(id, &BTreeSet::from([field("comments"), field("last_name"), field("custom.plan")])).await.unwrap().unwrap();
    assert!(alone.values.iter().all(|(name, text)| row.values[name] == *text), "{alone:?}");
}

#[tokio::test]
async fn a_masked_user_stops_the_run() {
    let (server, dialer) = start().await;
    let id = dialer.add_lead(&code(1), &lead(1, &[("first_name", "Ada"), ("last_name", "Lovelace")]), Intake::default()).await.unwrap();
    server.with_world(|world| {
        world.call(id.0, CallSpec::answered("6001", "SALE", 60));
        world.set_user("apiuser", &[("admin_hide_phone_data", "1")]);
    });
    check(swept(dialer.sweep(LIST)).await.unwrap_err(), Effect::None, Reach::Person, "masked");
    check(dialer.calls(at("2026-11-24 09:00:00"), at("2026-11-24 11:00:00")).await.unwrap_err(), Effect::None, Reach::Person, "masked");
    server.with_world(|world| world.set_user("apiuser", &[("admin_hide_phone_data", "0"), ("admin_hide_lead_data", "1")]));
    check(swept(dialer.sweep(LIST)).await.unwrap_err(), Effect::None, Reach::Person, "masked");
}

#[tokio::test]
async fn missing_rights_name_function_and_flag() {
    for (flag, value) in [
        ("modify_leads", "0"),
        ("vdc_agent_api_access", "0"),
        ("user_level", "7"),
        ("modify_lists", "0"),
        ("view_reports", "0"),
        ("export_reports", "0"),
        ("download_lists", "0"),
    ] {
        let (server, dialer) = start().await;
        server.with_world(|world| world.set_user("apiuser", &[(flag, value)]));
        let fault = match flag {
            "view_reports" | "export_reports" => dialer.calls(at("2026-11-24 09:00:00"), at("2026-11-24 09:00:00")).await.unwrap_err(),
            "download_lists" => swept(dialer.sweep(LIST)).await.unwrap_err(),
            "modify_lists" => dialer.campaign_of(LIST).await.unwrap_err(),
            _ => dialer.update_lead(LeadId(1), &change(&[("city", "Tampa")])).await.unwrap_err(),
        };
        assert_eq!((fault.effect, fault.reach, fault.code), (Effect::None, Reach::Person, "no_right"), "{flag}: {fault}");
        let words = if flag == "user_level" { "user level" } else { flag };
        assert!(fault.help.as_deref().is_some_and(|help| help.contains(words)), "{flag}: {fault}");
        assert!(dialer.login().await.is_ok(), "{flag}: the login itself is good");
    }
}

#[tokio::test]
async fn a_wrong_password_reaches_the_server_once() {
    let (server, _) = start().await;
    let dialer = client(&server, "wrongpass");
    for _ in 0..4 {
        check(dialer.update_lead(LeadId(1), &change(&[("city", "Tampa")])).await.unwrap_err(), Effect::None, Reach::Login, "login_refused");
        check(dialer.login().await.unwrap_err(), Effect::None, Reach::Login, "login_refused");
        check(swept(dialer.sweep(LIST)).await.unwrap_err(), Effect::None, Reach::Login, "login_refused");
    }
    assert_eq!(server.requests(), 1);
}

#[tokio::test]
async fn broken_exchanges_leave_known_what_is_known() {
    let (server, dialer) = start().await;
    let id = dialer.add_lead(&code(1), &lead(1, &[]), Intake::default()).await.unwrap();
    for (trouble, effect, code, is_done) in [
        (Trouble::DropAfter, Effect::Unknown, "cut_off", true),
        (Trouble::CutBody(30), Effect::Unknown, "cut_off", true),
        (Trouble::Reset, Effect::Unknown, "cut_off", false),
        (Trouble::Html, Effect::Unknown, "not_an_answer", false),
        (Trouble::Status(502, String::new()), Effect::Unknown, "not_an_answer", false),
    ] {
        dialer.update_lead(id, &change(&[("city", "before")])).await.unwrap();
        server.script(Script::new().nth(Class::Write, 1, trouble.clone()));
        let fault = dialer.update_lead(id, &change(&[("city", "after")])).await.unwrap_err();
        assert_eq!((fault.effect, fault.reach, fault.code), (effect, Reach::Connection, code), "{trouble:?}: {fault}");
        assert_eq!(server.leads()[0].columns["city"], if is_done { "after" } else { "before" }, "{trouble:?}");
    }
    for trouble in [Trouble::CutBody(300), Trouble::Html, Trouble::Reset, Trouble::DropAfter, Trouble::Status(500, String::new())] {
        // The first request counts the list, the second downloads it.
        server.script(Script::new().nth(Class::Any, 2, trouble.clone()));
        let fault = swept(dialer.sweep(LIST)).await.unwrap_err();
        assert_eq!((fault.effect, fault.reach), (Effect::None, Reach::Connection), "{trouble:?}: {fault}");
        assert_eq!(swept(dialer.sweep(LIST)).await.unwrap().len(), 1, "after {trouble:?}");
    }
}

#[tokio::test]
async fn a_server_that_is_gone_is_unreachable() {
    let (server, dialer) = start().await;
    dialer.login().await.unwrap();
    server.stop().await;
    let fault = dialer.time().await.unwrap_err();
    assert_eq!((fault.effect, fault.reach), (Effect::None, Reach::Connection), "{fault}");
    check(dialer.update_lead(LeadId(1), &change(&[("city", "Tampa")])).await.unwrap_err(), Effect::None, Reach::Connection, "unreachable");
}

#[tokio::test]
async fn a_database_that_is_down() {
    for (php, code, effect) in [(Php::Silent, "database_down", Effect::None), (Php::Exceptions, "not_an_answer", Effect::Unknown)] {
        let (server, dialer) = start_with(Options { php, ..Options::default() }).await;
        let id = dialer.add_lead(&self::code(1), &lead(1, &[]), Intake::default()).await.unwrap();
        server.with_world(|world| world.stop_database());
        check(dialer.update_lead(id, &change(&[("city", "Tampa")])).await.unwrap_err(), effect, Reach::Connection, code);
        assert_eq!(swept(dialer.sweep(LIST)).await.unwrap_err().reach, Reach::Connection);
        server.with_world(|world| world.start_database());
        assert_eq!(swept(dialer.sweep(LIST)).await.unwrap().len(), 1);
    }
}

#[tokio::test]
async fn the_clock_is_the_servers() {
    let (server, dialer) = start().await;
    let time = dialer.time().await.unwrap();
    assert_eq!((time.local, time.utc.timestamp()), (at("2026-11-24 10:00:00"), NOW));
    server.with_world(|world| world.set_user("apiuser", &[("active", "N")]));
    assert!(dialer.time().await.is_ok(), "the clock needs no user");
    assert_eq!(time.local.date(), NaiveDate::from_ymd_opt(2026, 11, 24).unwrap());
    assert_eq!(time.local.month(), 11);
}

#[tokio::test]
async fn a_probe_of_a_good_server_finds_nothing_wrong_and_changes_nothing() {
    let (server, dialer) = start().await;
    server.with_world(|world| world.clock.release());
    let findings = dialer.probe(&[LIST, ListId(1002)], &["plan".to_owned(), "crm_note".to_owned()]).await;
    let wrong: Vec<_> = findings.iter().filter(|finding| !finding.ok).collect();
    assert!(wrong.is_empty() && findings.len() > 12, "{wrong:?}");
    assert!(server.leads().is_empty());
}

#[tokio::test]
async fn a_probe_tells_what_is_wrong() {
    let (server, dialer) = start().await;
    server.with_world(|world| {
        world.clock.release();
        world.clock.advance(600);
        world.set_user("apiuser", &[("export_reports", "0"), ("modify_leads", "0"), ("download_lists", "0")]);
    });
    let findings = dialer.probe(&[LIST, ListId(5555)], &["nosuch".to_owned()]).await;
    for part in [
        "seconds off",
        "add_lead",
        "lead_search",
        "call_report_export.php",
        "list_download.php",
        "no list 5555",
        "lacks the custom fields nosuch",
    ] {
        assert!(
            findings.iter().any(|finding| !finding.ok && finding.what.contains(part) && finding.advice.is_some()),
            "{part}: {findings:?}"
        );
    }
    let refused = client(&server, "wrongpass").probe(&[LIST], &[]).await;
    assert!(refused.last().is_some_and(|finding| !finding.ok && finding.what.contains("refused the login")), "{refused:?}");
}
