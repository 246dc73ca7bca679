//! Each method of the port over HTTP and over SQL, on the same data.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDateTime;
use vicisync::emulator::vicidial::{Options, Server};
use vicisync::model::{CampaignId, Hopper, Intake, Lead, LeadChange, LeadId, Leg, ListId, Phone, VendorLeadCode};
use vicisync::ports::{Dialer, Fault, Sought};
use vicisync::vicidial::{NonLatin, Vicidial};

use super::server::{Mariadb, mariadb};
use super::tables::copy;
use super::world::{LISTS, alike, all_fields, client, code, field, start};

use crate::{sought, swept};

/// A client for each lane, and the leads that both show.
struct Lanes {
    server: Server,
    http: Vicidial,
    sql: Vicidial,
    leads: Vec<LeadId>,
    mariadb: Mariadb,
}

async fn lanes(test: &str, options: Options) -> Option<Lanes> {
    let mut mariadb = mariadb(test).await?;
    let non_latin = if options.use_non_latin { NonLatin::On } else { NonLatin::Off };
    let (server, http, leads) = start(options).await;
    let world = server.with_world(|world| world.clone());
    copy(&world, &mut mariadb).await;
    let sql = client(&server, non_latin).with_database(mariadb.lane());
    Some(Lanes { server, http, sql, leads, mariadb })
}

fn at(text: &str) -> NaiveDateTime {
    NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M:%S").unwrap()
}

fn sorted(mut legs: Vec<Leg>) -> Vec<Leg> {
    legs.sort_by(|left, right| left.key.cmp(&right.key));
    legs
}

#[track_caller]
fn check(http: Fault, sql: Fault) {
    assert_eq!((http.effect, http.reach, http.code), (sql.effect, sql.reach, sql.code), "{http}\n{sql}");
}

#[tokio::test]
async fn whole_lists() {
    let Some(lanes) = lanes("whole_lists", Options::default()).await else { return };
    let mut count = 0;
    for list in LISTS {
        let (http, sql) = alike(swept(lanes.http.sweep(list)).await.unwrap(), swept(lanes.sql.sweep(list)).await.unwrap());
        count += http.len();
        for (http, sql) in http.iter().zip(&sql) {
            assert_eq!(http, sql);
        }
        assert_eq!(http.len(), sql.len());
    }
    assert_eq!(count, lanes.leads.len());
    check(swept(lanes.http.sweep(ListId(5555))).await.unwrap_err(), swept(lanes.sql.sweep(ListId(5555))).await.unwrap_err());
    let empty = ListId(999);
    assert_eq!((swept(lanes.http.sweep(empty)).await, swept(lanes.sql.sweep(empty)).await), (Ok(Vec::new()), Ok(Vec::new())));
}

#[tokio::test]
async fn whole_lists_of_a_server_with_an_old_character_set() {
    let options = Options { use_non_latin: false, ..Options::default() };
    let Some(mut lanes) = lanes("whole_lists_of_a_server_with_an_old_character_set", options).await else { return };
    let before = lanes.mariadb.texts("SELECT @@GLOBAL.character_set_server").await.remove(0);
    lanes.mariadb.run("SET GLOBAL character_set_server = 'latin1'").await;
    let mut rows = Vec::new();
    for list in LISTS {
        rows.push((swept(lanes.http.sweep(list)).await, swept(lanes.sql.sweep(list)).await));
    }
    lanes.mariadb.run(&format!("SET GLOBAL character_set_server = '{before}'")).await;
    let mut is_beyond_ascii = false;
    for (http, sql) in rows {
        let (http, sql) = alike(http.unwrap(), sql.unwrap());
        for (http, sql) in http.iter().zip(&sql) {
            assert_eq!(http, sql);
            is_beyond_ascii |= http.values[&field("comments")].contains("日本語");
        }
        assert_eq!(http.len(), sql.len());
    }
    assert!(is_beyond_ascii, "texts that lie in the table as two characters for one");
}

#[tokio::test]
async fn a_server_without_custom_fields() {
    let options = Options { has_custom_fields: false, ..Options::default() };
    let Some(mut mariadb) = mariadb("a_server_without_custom_fields").await else { return };
    let server = Server::start(options).await.unwrap();
    let http = client(&server, NonLatin::On);
    let lead = Lead { list_id: LISTS[0], phone: Phone { code: "1".into(), number: "7275550100".into() }, fields: [].into() };
    http.add_lead(&code(1), &lead, Intake::default()).await.unwrap();
    let world = server.with_world(|world| world.clone());
    copy(&world, &mut mariadb).await;
    let (http, sql) = alike(swept(http.sweep(LISTS[0])).await.unwrap(), swept(mariadb.lane().sweep(LISTS[0])).await.unwrap());
    assert_eq!(http, sql);
    assert_eq!(http.len(), 1);
}

#[tokio::test]
async fn single_leads() {
    let Some(lanes) = lanes("single_leads", Options::default()).await else { return };
    let fields = all_fields();
    for &lead in &lanes.leads {
        assert_eq!(lanes.http.read_lead(lead, &fields).await.unwrap(), lanes.sql.read_lead(lead, &fields).await.unwrap(), "{lead}");
    }
    let few = BTreeSet::from([field("city"), field("custom.plan")]);
    let lead = lanes.leads[0];
    assert_eq!(lanes.http.read_lead(lead, &few).await.unwrap(), lanes.sql.read_lead(lead, &few).await.unwrap());
    assert_eq!((lanes.http.read_lead(LeadId(99_999), &few).await, lanes.sql.read_lead(LeadId(99_999), &few).await), (Ok(None), Ok(None)));
}

#[tokio::test]
async fn leads_by_code() {
    let Some(lanes) = lanes("leads_by_code", Options::default()).await else { return };
    let codes: Vec<VendorLeadCode> = (0..80).map(code).collect();
    let (http, sql) = (lanes.http.find_by_code(&sought(&codes)).await.unwrap(), lanes.sql.find_by_code(&sought(&codes)).await.unwrap());
    assert_eq!(http, sql);
    assert_eq!((sql[&code(3)].len(), sql[&code(4)].len(), sql[&code(79)].len()), (2, 1, 0));
    assert_eq!(lanes.sql.find_by_code(&[]).await.unwrap().len(), 0);
}

#[tokio::test]
async fn archived_leads() {
    let Some(mut mariadb) = mariadb("archived_leads").await else { return };
    let (server, _, leads) = start(Options::default()).await;
    let world = server.with_world(|world| world.clone());
    copy(&world, &mut mariadb).await;
    let http = client(&server, NonLatin::On);
    let sql = client(&server, NonLatin::On).with_database(mariadb.lane());
    let wanted = sought(&[code(3), code(4), code(79)]);
    // No archive: neither lane has one.
    for lane in [&http, &sql] {
        assert!(lane.archived(&wanted).await.unwrap().values().all(Vec::is_empty));
        assert!(lane.are_archived(&leads[3..5]).await.unwrap().is_empty());
        lane.prepare().await.unwrap();
    }
    let away = leads[4];
    for step in [
        serde_json::json!({"create_table": "vicidial_list_archive", "like": "vicidial_list"}),
        serde_json::json!({"move": {"from": "vicidial_list", "to": "vicidial_list_archive"}, "where": {"lead_id": away.0}}),
    ] {
        server.with_world(|world| world.database(&step)).unwrap();
    }
    // The account of the database does not see it yet: the API does.
    assert_eq!(sql.are_archived(&leads[3..6]).await.unwrap(), BTreeSet::from([away]));
    mariadb.run("CREATE TABLE vicidial_list_archive LIKE vicidial_list").await;
    mariadb.run(&format!("INSERT INTO vicidial_list_archive SELECT * FROM vicidial_list WHERE lead_id = {away}")).await;
    mariadb.run(&format!("DELETE FROM vicidial_list WHERE lead_id = {away}")).await;
    for lane in [&http, &sql] {
        let found = lane.archived(&wanted).await.unwrap();
        assert_eq!(found, BTreeMap::from([(code(3), vec![]), (code(4), vec![away]), (code(79), vec![])]));
        assert_eq!(lane.are_archived(&leads[3..6]).await.unwrap(), BTreeSet::from([away]));
        assert!(lane.find_by_code(&wanted).await.unwrap()[&code(4)].is_empty());
    }
}

#[tokio::test]
async fn leads_by_phone_while_agents_are_at_work() {
    let Some(mut mariadb) = mariadb("leads_by_phone_while_agents_are_at_work").await else { return };
    let (server, _, leads) = start(Options::default()).await;
    server.with_world(|world| {
        world.log_in_agent("6001", "TESTCAMP");
        // An agent changed a number since: by the old one the lead is not found.
        world.agent_edit(leads[5].0, "phone_number", "7275550199");
    });
    let world = server.with_world(|world| world.clone());
    copy(&world, &mut mariadb).await;
    // The client that made the leads found nobody at work, and remembers.
    let http = client(&server, NonLatin::On);
    let sql = client(&server, NonLatin::On).with_database(mariadb.lane());
    let phone = |n: usize| Some(Phone { code: "1".into(), number: format!("(727) 555-01{n:02}") });
    let wanted: Vec<Sought> = (0..50)
        .chain([79])
        .map(|n| Sought { code: code(n), phone: if n == 7 { None } else { phone(if n == 8 { 9 } else { n }) } })
        .collect();
    let (by_http, by_sql) = (http.find_by_code(&wanted).await.unwrap(), sql.find_by_code(&wanted).await.unwrap());
    assert_eq!(by_http, by_sql);
    let numbers: Vec<Phone> = (0..50).filter_map(phone).collect();
    let by_number = sql.leads_by_phone(&numbers).await.unwrap();
    assert_eq!(http.leads_by_phone(&numbers).await.unwrap(), by_number);
    assert_eq!((by_number.len(), by_number.values().any(|leads| !leads.is_empty())), (50, true));
    // Two leads have code 3, of which one has another number.
    assert_eq!((by_sql[&code(3)].as_slice(), by_sql[&code(4)].len(), by_sql[&code(5)].len()), (&leads[3..4], 1, 0));
    assert_eq!((by_sql.get(&code(7)), by_sql[&code(8)].len(), by_sql[&code(79)].len()), (None, 0, 0));
    mariadb.run("DELETE FROM vicidial_live_agents").await;
    let idle = client(&server, NonLatin::On).with_database(mariadb.lane());
    let found = idle.find_by_code(&wanted).await.unwrap();
    assert_eq!((found.len(), found[&code(3)].len(), found[&code(5)].len(), found[&code(7)].len()), (51, 2, 1, 1));
    mariadb.run("DROP TABLE vicidial_live_agents").await;
    let unseen = client(&server, NonLatin::On).with_database(mariadb.lane());
    assert_eq!(unseen.find_by_code(&wanted).await.unwrap().len(), 50, "who is not seen may be there");
}

#[tokio::test]
async fn hopper_campaigns_and_clock() {
    let Some(lanes) = lanes("hopper_campaigns_and_clock", Options::default()).await else { return };
    let campaign = CampaignId::from("TESTCAMP");
    let (http, sql) = (lanes.http.hopper(&campaign).await.unwrap(), lanes.sql.hopper(&campaign).await.unwrap());
    assert_eq!(http, sql);
    assert_eq!(sql.len(), 25);
    let nowhere = CampaignId::from("NOPE");
    check(lanes.http.hopper(&nowhere).await.unwrap_err(), lanes.sql.hopper(&nowhere).await.unwrap_err());
    for list in [LISTS[0], ListId(5555)] {
        assert_eq!(lanes.http.campaign_of(list).await, lanes.sql.campaign_of(list).await);
    }
    let skew = lanes.sql.time().await.unwrap().utc - chrono::Utc::now();
    assert!(skew.num_minutes().abs() < 5, "{skew}");
}

#[tokio::test]
async fn calls_in_windows() {
    let Some(lanes) = lanes("calls_in_windows", Options::default()).await else { return };
    let mut most = 0;
    for (from, to) in [
        ("2026-11-23 00:00:00", "2026-11-24 10:30:00"),
        ("2026-11-24 09:59:59", "2026-11-24 09:00:00"),
        ("2026-11-24 08:59:59", "2026-11-24 09:00:00"),
        ("2026-11-24 09:10:00", "2026-11-24 09:20:00"),
        ("2026-11-20 09:10:00", "2026-11-20 09:20:00"),
    ] {
        let (http, sql) = (lanes.http.calls(at(from), at(to)).await.unwrap(), lanes.sql.calls(at(from), at(to)).await.unwrap());
        most = most.max(sql.legs.len());
        // Line breaks in a lead's texts make its row of the file unreadable; the lane has no file.
        let garbled = [lanes.leads[2]];
        let (odd, even): (Vec<Leg>, Vec<Leg>) = sql.legs.into_iter().partition(|leg| garbled.contains(&leg.key.lead_id));
        assert_eq!(odd.is_empty(), http.unreadable.is_empty(), "{:?}", http.unreadable);
        let (http, even) = (sorted(http.legs), sorted(even));
        for (http, sql) in http.iter().zip(&even) {
            assert_eq!(http, sql, "{from} {to}");
        }
        assert_eq!((http.len(), sql.unreadable), (even.len(), Vec::new()));
    }
    assert_eq!(most, 24 + 12 + 1, "one leg for each call, two for each call with transfers, and the call that goes on");
}

#[tokio::test]
async fn calls_of_some_campaigns_and_groups() {
    let Some(lanes) = lanes("calls_of_some_campaigns_and_groups", Options::default()).await else { return };
    let (from, to) = (at("2026-11-23 00:00:00"), at("2026-11-24 10:30:00"));
    let lane = lanes.mariadb.lane();
    let count = async |campaigns: &[&str], groups: &[&str]| {
        let campaigns: Vec<CampaignId> = campaigns.iter().map(|&campaign| campaign.into()).collect();
        let groups: Vec<String> = groups.iter().map(|&group| group.to_owned()).collect();
        lane.calls(from, to, &campaigns, &groups).await.unwrap().legs.len()
    };
    assert_eq!(count(&[], &[]).await, 37);
    assert_eq!(count(&["TESTCAMP"], &["AGENTDIRECT"]).await, 37);
    assert_eq!(count(&["OTHER"], &[]).await, 12);
    assert_eq!(count(&[], &["O'THER"]).await, 25);
}

#[tokio::test]
async fn reads_go_by_sql_and_writes_by_the_api() {
    let Some(mut lanes) = lanes("reads_go_by_sql_and_writes_by_the_api", Options::default()).await else { return };
    lanes.server.reset_counts();
    swept(lanes.sql.sweep(LISTS[0])).await.unwrap();
    lanes.sql.read_lead(lanes.leads[0], &all_fields()).await.unwrap();
    lanes.sql.find_by_code(&sought(&[code(1)])).await.unwrap();
    lanes.sql.hopper(&CampaignId::from("TESTCAMP")).await.unwrap();
    lanes.sql.campaign_of(LISTS[0]).await.unwrap();
    lanes.sql.calls(at("2026-11-24 00:00:00"), at("2026-11-24 10:00:00")).await.unwrap();
    lanes.sql.time().await.unwrap();
    assert_eq!(lanes.server.requests(), 0);
    let change = LeadChange { fields: [(field("city"), "Tampa".to_owned())].into(), ..LeadChange::default() };
    lanes.sql.update_lead(lanes.leads[0], &change).await.unwrap();
    assert_eq!((lanes.server.requests(), lanes.server.writes()), (1, 1));
    // Whether a list is active is read by SQL, too: only leads of active ones enter the hopper.
    let entered = |lane: &Lanes| lane.server.with_world(|world| world.rows("vicidial_hopper").len());
    let before = entered(&lanes);
    lanes.mariadb.run(&format!("UPDATE vicidial_lists SET active = 'N' WHERE list_id = {}", LISTS[1])).await;
    let intake = Intake { hopper: Some(Hopper { priority: 5, checks_local_time: false }), ..Intake::default() };
    for (number, list, expected) in [(8_001, LISTS[0], 1), (8_002, LISTS[1], 1)] {
        let phone = Phone { code: "1".into(), number: format!("727555{number}") };
        lanes.sql.add_lead(&code(number), &Lead { list_id: list, phone, fields: [].into() }, intake).await.unwrap();
        assert_eq!(entered(&lanes) - before, expected, "{list}");
    }
    assert_eq!((lanes.server.requests(), lanes.server.writes()), (3, 3));
    // The copy in MariaDB does not follow; the emulator's own table does.
    assert_eq!(lanes.server.leads()[0].columns["city"], "Tampa");
}
