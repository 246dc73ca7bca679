//! What a server tells of itself: against the emulated VICIdial in its shapes, and against a peer that says what no emulator does.

use std::time::Duration;

use chrono::{DateTime, Utc};
use vicisync::emulator::vicidial::{CallSpec, Options, Php, Server};
use vicisync::model::{FactName, FactSource, FactValue, Intake, Lead, ListId, Phone, ServerFacts, VendorLeadCode};
use vicisync::ports::{Dialer, Reach, Wanted};
use vicisync::vicidial::{Asker, NonLatin, Settings, Vicidial};

use crate::peer::{Act, PASSWORD, Peer, settings};

fn wanted(custom: &[&str]) -> Wanted {
    Wanted { lists: [ListId(1001), ListId(1002)].into(), custom: custom.iter().map(|label| (*label).to_owned()).collect() }
}

fn now() -> DateTime<Utc> {
    DateTime::from_timestamp(1_795_532_400, 0).unwrap()
}

fn of(server: &Server) -> Vicidial {
    Vicidial::new(Settings { pass: "apipass".into(), ..settings(&server.url(), Duration::from_secs(20)) }).unwrap()
}

async fn survey(options: Options, prepare: impl FnOnce(&Server)) -> ServerFacts {
    let server = Server::start(options).await.unwrap();
    prepare(&server);
    let survey = of(&server).look(Asker::Person, &wanted(&["plan"]), now()).await;
    assert_eq!(survey.stopped, None);
    assert!(server.leads().is_empty(), "a survey writes nothing");
    survey.facts
}

fn text<'a>(facts: &'a ServerFacts, name: &FactName) -> Option<&'a str> {
    match &facts.0.get(name)?.value {
        FactValue::Text(text) => Some(text),
        FactValue::Switch(_) | FactValue::Number(_) | FactValue::Words(_) => None,
    }
}

fn right(function: &str) -> FactName {
    FactName::Right(function.to_owned())
}

#[tokio::test]
async fn a_server_of_today() {
    let facts = survey(Options::default(), |_| {}).await;
    assert!(text(&facts, &FactName::Release).is_some_and(|release| release.starts_with("2.14")));
    assert!(matches!(facts.number(&FactName::ClockOffset), Some(-300 | -240)));
    assert_eq!(facts.switch(&FactName::ZoneAgrees), Some(true));
    assert!(facts.number(&FactName::ClockSkew).is_some_and(|skew| skew.abs() < 60));
    assert_eq!(text(&facts, &FactName::PhpErrors), Some("exceptions"));
    assert_eq!(facts.switch(&FactName::CustomFields), Some(true));
    assert_eq!(facts.switch(&FactName::NonLatinSaid), Some(true));
    assert_eq!(facts.switch(&FactName::NonLatin), None, "no function shows it");
    for list in [1001, 1002] {
        assert_eq!(text(&facts, &FactName::List(ListId(list))), Some("active"));
        assert_eq!(facts.number(&FactName::ListLeads(ListId(list))), Some(0));
        assert!(facts.words(&FactName::ListCustom(ListId(list))).is_some_and(|labels| labels.contains(&"plan".to_owned())));
    }
    let campaign = text(&facts, &FactName::ListCampaign(ListId(1001))).unwrap();
    assert_eq!(text(&facts, &FactName::Campaign(campaign.into())), Some("active"));
    assert!(facts.words(&FactName::DialStatuses(campaign.into())).is_some_and(|dialed| dialed.contains(&"NEW".to_owned())));
    for function in [
        "add_lead",
        "update_lead",
        "batch_update_lead",
        "lead_search",
        "lead_field_info",
        "check_phone_number",
        "hopper_list",
        "lead_all_info",
        "lead_status_search",
        "lead_callback_info",
        "call_status_stats",
        "logged_in_agents",
        "add_dnc_phone",
        "delete_dnc_phone",
        "campaigns_list",
        "call_report_export.php",
        "list_download.php",
        "callbacks_export.php",
    ] {
        assert_eq!(facts.switch(&right(function)), Some(true), "{function}");
    }
    assert!(facts.0.values().all(|fact| fact.at == now() && fact.before.is_none()));
    assert_eq!(facts.0[&FactName::Release].source, FactSource::Asked);
}

#[tokio::test]
async fn a_server_that_hides_its_errors_and_has_no_custom_fields() {
    let options = Options { php: Php::Silent, has_custom_fields: false, ..Options::default() };
    let facts = survey(options, |_| {}).await;
    assert_eq!(text(&facts, &FactName::PhpErrors), Some("hidden"));
    assert_eq!(facts.switch(&FactName::CustomFields), Some(false));
    assert!(!facts.0.contains_key(&FactName::ListCustom(ListId(1001))));
    assert_eq!(text(&facts, &FactName::List(ListId(1001))), Some("active"), "the lists are looked at nevertheless");
}

#[tokio::test]
async fn rights_are_told_one_by_one() {
    let facts = survey(Options::default(), |server| {
        server.with_world(|world| {
            world.set_user("apiuser", &[("delete_from_dnc", "0"), ("download_lists", "0"), ("export_reports", "0"), ("user_level", "8")]);
        });
    })
    .await;
    for (function, may) in [
        ("add_lead", true),
        ("add_dnc_phone", true),
        ("delete_dnc_phone", false),
        ("list_download.php", false),
        ("call_report_export.php", false),
        ("call_status_stats", false),
        ("callbacks_export.php", true),
    ] {
        assert_eq!(facts.switch(&right(function)), Some(may), "{function}");
    }
}

#[tokio::test]
async fn a_user_below_level_eight_is_not_asked_for_what_would_count_as_a_wrong_password() {
    let server = Server::start(Options::default()).await.unwrap();
    server.with_world(|world| world.set_user("apiuser", &[("user_level", "7")]));
    let survey = of(&server).look(Asker::Person, &wanted(&[]), now()).await;
    assert_eq!(survey.stopped, None);
    assert_eq!(survey.facts.switch(&right("lead_field_info")), Some(true));
    assert_eq!(survey.facts.switch(&right("add_lead")), Some(false));
    assert_eq!(survey.facts.switch(&right("list_download.php")), None);
    assert!(
        survey.findings.iter().any(|finding| !finding.ok && finding.what.contains("counts as a wrong password")),
        "{:?}",
        survey.findings
    );
    let users = server.with_world(|world| world.rows("vicidial_users"));
    let user = users.into_iter().find(|row| row["user"].as_deref() == Some("apiuser")).unwrap();
    assert_eq!(user["failed_login_count"].as_deref().unwrap_or("0"), "0");
}

#[tokio::test]
async fn lists_that_are_gone_or_not_active_and_another_zone_are_facts() {
    let server = Server::start(Options::default()).await.unwrap();
    let dialer = Vicidial::new(Settings {
        pass: "apipass".into(),
        zone: chrono_tz::Asia::Tokyo,
        ..settings(&server.url(), Duration::from_secs(20))
    })
    .unwrap();
    let facts = dialer.survey(&Wanted { lists: [ListId(5555)].into(), ..Wanted::default() }, now()).await.unwrap();
    assert_eq!(text(&facts, &FactName::List(ListId(5555))), Some("missing"));
    assert_eq!(facts.switch(&FactName::ZoneAgrees), Some(false));
}

#[tokio::test]
async fn a_call_that_is_exported_shows_whether_data_is_hidden() {
    for hides in ["0", "1"] {
        let server = Server::start(Options::default()).await.unwrap();
        let dialer = of(&server);
        let phone = Phone { code: "1".to_owned(), number: "7275550101".to_owned() };
        let lead = Lead { list_id: ListId(1001), phone, fields: [("first_name".parse().unwrap(), "Ann".to_owned())].into() };
        let lead = dialer.add_lead(&VendorLeadCode::parse("V0000000000000000001").unwrap(), &lead, Intake::default()).await.unwrap();
        server.with_world(|world| {
            world.call(lead.0, CallSpec::answered("6001", "NI", 30)).unwrap();
            world.set_user("apiuser", &[("admin_hide_phone_data", hides)]);
        });
        let survey = dialer.look(Asker::Person, &wanted(&[]), now()).await;
        assert_eq!(survey.facts.switch(&FactName::Masking), Some(hides == "1"));
        let told = survey.findings.iter().any(|finding| !finding.ok && finding.what.contains("shows the API user X"));
        assert_eq!(told, hides == "1", "{:?}", survey.findings);
    }
}

/// A peer that answers like a VICIdial, as far as a survey asks.
async fn peer(login: Duration, broken_log: Act) -> Peer {
    let broken = std::sync::Mutex::new(Some(broken_log));
    Peer::start(move |request| {
        let body = request.split("\r\n\r\n").nth(1).unwrap_or_default();
        let version = "VERSION: 2.12-1|BUILD: 1|DATE: 2026-11-24 10:00:00|EPOCH: 1795532400|DST: 0|TZ: -5.00|TZNOW: -5.00|\n";
        if body.contains("pass=") {
            std::thread::sleep(login);
        }
        if request.starts_with("POST /vicidial/call_report_export.php") || request.starts_with("POST /vicidial/callbacks_export.php") {
            Act::text("There are no outbound calls during this time period for these parameters")
        } else if request.starts_with("POST /vicidial/list_download.php") {
            Act::text("You are not allowed to download this list: 0")
        } else if body.contains("function=version") {
            Act::text(version)
        } else if body.ends_with("zz=%27") {
            broken.lock().unwrap().take().expect("it is asked once")
        } else {
            Act::text("ERROR: LEAD NOT FOUND: |apiuser|\n")
        }
    })
    .await
}

#[tokio::test]
async fn what_a_login_costs_is_measured() {
    for (cost, is_slow) in [(40, true), (0, false)] {
        let server = peer(Duration::from_millis(cost), Act::text("SALES|Sales|Y|\n")).await;
        let facts = server.client().survey(&Wanted::default(), now()).await.unwrap();
        if is_slow {
            assert_eq!(facts.switch(&FactName::SlowLogins), Some(true));
            assert!(facts.number(&FactName::LoginCost).is_some_and(|cost| cost >= 30));
        } else {
            // A busy machine may make any request slow, but it makes none quick.
            assert!(facts.number(&FactName::LoginCost).is_some());
        }
        assert_eq!(text(&facts, &FactName::PhpErrors), Some("hidden"));
        assert!(server.seen().iter().all(|request| !request.contains("function=version") || !request.contains(PASSWORD)));
    }
}

#[tokio::test]
async fn what_stands_before_vicidial_tells_nothing_of_its_php() {
    for (answer, expected) in [
        (Act::Answer(403, "text/html", "<html><title>Forbidden</title></html>".to_owned()), None),
        (Act::Answer(500, "text/html", String::new()), None),
        (Act::Answer(500, "text/html", "SALES|Sales|Y|\n".to_owned()), Some("exceptions")),
        (Act::text("<br />Fatal error: Uncaught mysqli_sql_exception: You have an error in your SQL syntax"), Some("exceptions")),
    ] {
        let server = peer(Duration::ZERO, answer).await;
        let facts = server.client().survey(&Wanted::default(), now()).await.unwrap();
        assert_eq!(text(&facts, &FactName::PhpErrors), expected);
    }
}

#[tokio::test]
async fn a_run_calls_no_function_that_writes() {
    let server = Server::start(Options::default()).await.unwrap();
    let facts = of(&server).survey(&wanted(&["plan"]), now()).await.unwrap();
    assert_eq!(server.writes(), 0);
    assert_eq!(facts.switch(&right("lead_search")), Some(true));
    assert_eq!(facts.switch(&right("add_lead")), None);
    assert_eq!(facts.switch(&right("list_download.php")), Some(true));
    assert!(server.requests() < 40, "{}", server.requests());
}

#[tokio::test]
async fn a_refused_login_ends_the_survey_at_once() {
    let server = Server::start(Options::default()).await.unwrap();
    let dialer = Vicidial::new(Settings { pass: "wrongpass".into(), ..settings(&server.url(), Duration::from_secs(20)) }).unwrap();
    let fault = dialer.survey(&wanted(&[]), now()).await.unwrap_err();
    assert_eq!(fault.reach, Reach::Login);
    let users = server.with_world(|world| world.rows("vicidial_users"));
    let user = users.into_iter().find(|row| row["user"].as_deref() == Some("apiuser")).unwrap();
    assert_eq!(user["failed_login_count"].as_deref(), Some("1"));
}

#[tokio::test]
async fn agents_that_are_not_there_are_named() {
    let server = Server::start(Options::default()).await.unwrap();
    let dialer = of(&server);
    let agents = ["6001", "ghost", "APIUSER"].map(str::to_lowercase).into();
    assert_eq!(dialer.unknown_agents(&agents).await.unwrap(), ["ghost".to_owned()].into());
}

#[tokio::test]
async fn what_is_known_decides_what_is_predicted_unless_the_config_says_it() {
    let field = "first_name".parse().unwrap();
    let values = [(field, "Łucja".to_owned())].into();
    for (said, known, expected) in [
        (NonLatin::Unknown, None, "Łucja"),
        (NonLatin::Unknown, Some(false), "ucja"),
        (NonLatin::Unknown, Some(true), "Łucja"),
        (NonLatin::On, Some(false), "Łucja"),
        (NonLatin::Off, Some(true), "ucja"),
    ] {
        let dialer = Vicidial::new(Settings { use_non_latin: said, ..settings("http://127.0.0.1:1", Duration::from_secs(1)) }).unwrap();
        let stored = dialer.known(known).stored(&values);
        assert_eq!(stored.0.values().next().unwrap(), expected, "{said:?} {known:?}");
    }
}
