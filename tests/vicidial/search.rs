//! Leads by code, while agents are at work and while they are not, against the emulated VICIdial and on the wire.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use vicisync::emulator::vicidial::{Options, Php, Server};
use vicisync::model::{Intake, Lead, LeadId, ListId, Phone, VendorLeadCode};
use vicisync::ports::{Dialer, Effect, Reach, Sought};
use vicisync::vicidial::{NonLatin, Settings, Vicidial};

use crate::peer::{Act, Peer};

const NOBODY: &str = "ERROR: logged_in_agents NO LOGGED IN AGENTS: apiuser|\n";
const SOMEBODY: &str = "6001|TESTCAMP|8600051|READY|0||0|Ann Agent|AGENTS|1\n";

fn client(server: &Server) -> Vicidial {
    Vicidial::new(Settings {
        url: server.url(),
        user: "apiuser".into(),
        pass: "apipass".into(),
        source: "vicisync".into(),
        timeout: Duration::from_secs(20),
        zone: chrono_tz::America::New_York,
        use_non_latin: NonLatin::On,
        campaigns: Vec::new(),
        groups: Vec::new(),
    })
    .unwrap()
}

fn code(number: u32) -> VendorLeadCode {
    VendorLeadCode::parse(&format!("V{number:019}")).unwrap()
}

fn phone(number: &str) -> Phone {
    Phone { code: "1".into(), number: number.into() }
}

fn sought(number: u32, at: &str) -> Sought {
    Sought { code: code(number), phone: Some(phone(at)) }
}

async fn add(dialer: &Vicidial, number: u32, at: &str) -> LeadId {
    dialer.add_lead(&code(number), &Lead { list_id: ListId(1001), phone: phone(at), fields: [].into() }, Intake::default()).await.unwrap()
}

/// A server with agents at work, and what looks at it.
async fn staffed() -> (Server, Vicidial) {
    let server = Server::start(Options::default()).await.unwrap();
    server.with_world(|world| world.log_in_agent("6001", "TESTCAMP"));
    let dialer = client(&server);
    (server, dialer)
}

#[tokio::test]
async fn beside_agents_leads_are_found_by_their_phones() {
    let (_server, dialer) = staffed().await;
    let one = add(&dialer, 1, "7275550101").await;
    // Two leads of one number, one of them of another contact; and one code twice.
    let (two, other, again) =
        (add(&dialer, 2, "7275550102").await, add(&dialer, 3, "7275550102").await, add(&dialer, 2, "7275550102").await);
    let wanted = [sought(1, "7275550101"), sought(2, "7275550102"), sought(3, "7275550102"), sought(4, "7275550104")];
    let found = dialer.find_by_code(&wanted).await.unwrap();
    let expected = BTreeMap::from([(code(1), vec![one]), (code(2), vec![two, again]), (code(3), vec![other]), (code(4), vec![])]);
    assert_eq!(found, expected);
    assert_eq!(dialer.find_by_code(&[]).await.unwrap(), BTreeMap::new());
}

#[tokio::test]
async fn a_number_is_looked_for_as_vicidial_keeps_it() {
    let (_server, dialer) = staffed().await;
    let one = add(&dialer, 1, "(727) 555-0101").await;
    // VICIdial counts these two as one number, since both look like the same.
    let (two, three) = (add(&dialer, 2, "0755501020").await, add(&dialer, 3, "755501020").await);
    let found = dialer.find_by_code(&[sought(1, "(727) 555-0101"), sought(2, "0755501020"), sought(3, "755501020")]).await.unwrap();
    assert_eq!((&found[&code(1)], &found[&code(2)], &found[&code(3)]), (&vec![one], &vec![two], &vec![three]));
}

#[tokio::test]
async fn beside_agents_a_code_without_a_phone_waits_and_a_changed_phone_is_not_found() {
    let (server, dialer) = staffed().await;
    let one = add(&dialer, 1, "7275550101").await;
    server.with_world(|world| world.agent_edit(one.0, "phone_number", "7275550199"));
    let wanted = [sought(1, "7275550101"), Sought::from(code(2))];
    assert_eq!(dialer.find_by_code(&wanted).await.unwrap(), BTreeMap::from([(code(1), vec![])]));
    // Nobody is there: all leads are searched.
    server.with_world(|world| {
        world.stop_database();
        world.start_database();
    });
    let found = client(&server).find_by_code(&wanted).await.unwrap();
    assert_eq!(found, BTreeMap::from([(code(1), vec![one]), (code(2), vec![])]));
}

#[tokio::test]
async fn beside_agents_a_lead_that_is_not_shown_leaves_only_its_own_number_unknown() {
    let (server, dialer) = staffed().await;
    let one = add(&dialer, 1, "7275550101").await;
    let (two, again) = (add(&dialer, 2, "7275550102").await, add(&dialer, 2, "7275550102").await);
    let (three, other) = (add(&dialer, 3, "7275550103").await, add(&dialer, 9, "7275550104").await);
    // Lists that an admin deleted keep their leads: VICIdial finds them by phone, and shows nothing of them.
    for lead in [again, three, other] {
        let step = serde_json::json!({"update": "vicidial_list", "set": {"list_id": 777_777}, "where": {"lead_id": lead.0}});
        server.with_world(|world| world.database(&step)).unwrap();
    }
    let wanted = [(1, 101), (2, 102), (3, 103), (4, 104), (5, 105)].map(|(number, at)| sought(number, &format!("7275550{at}")));
    let expected = BTreeMap::from([(code(1), vec![one]), (code(2), vec![two]), (code(5), vec![])]);
    assert_eq!(dialer.find_by_code(&wanted).await.unwrap(), expected);
}

#[tokio::test]
async fn beside_agents_a_number_that_hundreds_have_tells_nothing_and_costs_nothing() {
    let (server, dialer) = staffed().await;
    for number in 0..201 {
        add(&dialer, number, "7275550100").await;
    }
    let one = add(&dialer, 300, "7275550101").await;
    let before = server.requests();
    let found = dialer.find_by_code(&[sought(7, "7275550100"), sought(300, "7275550101")]).await.unwrap();
    assert_eq!(found, BTreeMap::from([(code(300), vec![one])]));
    assert!(server.requests() - before < 5, "{}", server.requests() - before);
}

#[tokio::test]
async fn without_the_right_to_see_agents_somebody_is_at_work() {
    let server = Server::start(Options::default()).await.unwrap();
    server.with_world(|world| world.set_user("apiuser", &[("view_reports", "0")]));
    let dialer = client(&server);
    let one = add(&dialer, 1, "7275550101").await;
    let found = dialer.find_by_code(&[sought(1, "7275550101"), Sought::from(code(2))]).await.unwrap();
    assert_eq!(found, BTreeMap::from([(code(1), vec![one])]));
    let fault = dialer.logged_in_agents().await.unwrap_err();
    assert_eq!((fault.effect, fault.reach, fault.code), (Effect::None, Reach::Person, "no_right"), "{fault}");
    assert!(fault.help.is_some_and(|help| help.contains("view_reports")));
}

#[tokio::test]
async fn agents_are_listed_with_their_campaigns() {
    let (server, dialer) = staffed().await;
    let agents = dialer.logged_in_agents().await.unwrap();
    assert_eq!(agents.len(), 1);
    assert_eq!((agents[0].user.as_str(), agents[0].campaign.as_str(), agents[0].status.as_str()), ("6001", "TESTCAMP", "READY"));
    assert_eq!(agents[0].lead, None);
    server.with_world(|world| {
        world.stop_database();
        world.start_database();
    });
    assert_eq!(dialer.logged_in_agents().await.unwrap(), []);
}

fn function(request: &str) -> String {
    value(request, "function")
}

fn value(request: &str, name: &str) -> String {
    let body = request.split_once("\r\n\r\n").unwrap().1;
    url::form_urlencoded::parse(body.as_bytes()).find(|(other, _)| other == name).map(|(_, value)| value.into_owned()).unwrap_or_default()
}

#[tokio::test]
async fn beside_agents_no_search_without_an_index_is_sent_and_agents_are_asked_for_once() {
    let peer = Peer::start(|request| {
        Act::text(match function(request).as_str() {
            "logged_in_agents" => SOMEBODY,
            _ => "ERROR: lead_search NO MATCHES FOUND IN THE SYSTEM: |apiuser||1|\n",
        })
    })
    .await;
    let dialer = peer.client();
    let wanted: Vec<Sought> =
        (0..700).map(|number| sought(number, &format!("727555{number:04}"))).chain([Sought::from(code(999))]).collect();
    for _ in 0..2 {
        let found = dialer.find_by_code(&wanted).await.unwrap();
        assert_eq!((found.len(), found.values().all(Vec::is_empty)), (700, true));
    }
    let seen = peer.seen();
    let functions: Vec<String> = seen.iter().map(|request| function(request)).collect();
    assert_eq!(functions, ["logged_in_agents", "lead_search", "lead_search", "lead_search", "lead_search"]);
    for request in &seen[1..] {
        assert_eq!((value(request, "search_method").as_str(), value(request, "vendor_lead_code").as_str()), ("PHONE_NUMBER", ""));
        assert_eq!(value(request, "records"), "100000");
    }
    assert_eq!(value(&seen[1], "phone_number").split(',').count(), 500);
}

#[tokio::test]
async fn a_search_whose_end_may_be_cut_off_proves_nothing() {
    let many: String = (0..100_000).map(|id| format!("{id}-")).collect();
    let peer = Peer::start(move |request| {
        Act::text(&match function(request).as_str() {
            "logged_in_agents" => NOBODY.to_owned(),
            _ => format!("{}|100000|{many}\n", code(1)),
        })
    })
    .await;
    let fault = peer.client().find_by_code(&[Sought::from(code(1))]).await.unwrap_err();
    assert_eq!((fault.effect, fault.reach, fault.code), (Effect::None, Reach::Person, "too_many_leads"), "{fault}");
}

fn archive(server: &Server, leads: &[LeadId]) {
    server.with_world(|world| {
        for lead in leads {
            let step = serde_json::json!({"move": {"from": "vicidial_list", "to": "vicidial_list_archive"}, "where": {"lead_id": lead.0}});
            world.database(&step).unwrap();
        }
    });
}

#[tokio::test]
async fn archived_leads_are_found_by_their_codes_and_beside_agents_by_their_phones() {
    for is_staffed in [false, true] {
        let server = Server::start(Options { has_archive: true, ..Options::default() }).await.unwrap();
        if is_staffed {
            server.with_world(|world| world.log_in_agent("6001", "TESTCAMP"));
        }
        let dialer = client(&server);
        let (one, two) = (add(&dialer, 1, "7275550101").await, add(&dialer, 2, "7275550102").await);
        archive(&server, &[one]);
        let wanted = [sought(1, "7275550101"), sought(2, "7275550102"), sought(3, "7275550101")];
        let expected = BTreeMap::from([(code(1), vec![one]), (code(2), vec![]), (code(3), vec![])]);
        assert_eq!(dialer.archived(&wanted).await.unwrap(), expected);
        assert_eq!(dialer.find_by_code(&wanted).await.unwrap()[&code(1)], vec![]);
        assert_eq!(dialer.are_archived(&[one, two, LeadId(999)]).await.unwrap(), BTreeSet::from([one]));
        let before = server.requests();
        assert_eq!(dialer.archived(&[]).await.unwrap(), BTreeMap::new());
        assert_eq!(server.requests(), before);
    }
}

#[tokio::test]
async fn a_vicidial_without_an_archive_has_no_archived_leads() {
    for php in [Php::Exceptions, Php::Silent] {
        let server = Server::start(Options { php, ..Options::default() }).await.unwrap();
        let dialer = client(&server);
        let one = add(&dialer, 1, "7275550101").await;
        let none = BTreeMap::from([(code(1), vec![]), (code(2), vec![])]);
        assert_eq!(dialer.archived(&[sought(1, "7275550101"), sought(2, "7275550102")]).await.unwrap(), none);
        assert_eq!(dialer.are_archived(&[one]).await.unwrap(), BTreeSet::new());
        // That is asked once a run; the archiving script may make one between two.
        let before = server.requests();
        dialer.are_archived(&[one]).await.unwrap();
        assert_eq!(server.requests(), before);
        server.with_world(|world| {
            world.database(&serde_json::json!({"create_table": "vicidial_list_archive", "like": "vicidial_list"})).unwrap()
        });
        archive(&server, &[one]);
        dialer.prepare().await.unwrap();
        assert_eq!(dialer.are_archived(&[one]).await.unwrap(), BTreeSet::from([one]));
    }
}

#[tokio::test]
async fn a_broken_database_is_not_a_vicidial_without_an_archive() {
    let server = Server::start(Options::default()).await.unwrap();
    let dialer = client(&server);
    let one = add(&dialer, 1, "7275550101").await;
    server.with_world(vicisync::emulator::vicidial::World::stop_database);
    assert!(dialer.archived(&[sought(1, "7275550101")]).await.is_err());
    assert!(dialer.are_archived(&[one]).await.is_err());
}
