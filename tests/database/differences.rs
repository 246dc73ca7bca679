//! Where the lane shows more than the HTTP routes, on purpose; and what only the lane shows.

use std::collections::BTreeSet;

use chrono::NaiveDateTime;
use serde_json::json;
use vicisync::emulator::vicidial::{Options, World};
use vicisync::model::{CampaignId, LeadChange, LegKind, ListId, VendorLeadCode};
use vicisync::ports::{Dialer, Reach};
use vicisync::vicidial::database::{DncUse, Settings, Tls};
use vicisync::vicidial::{Database, NonLatin};

use super::server::{CA, mariadb};
use super::tables::copy;
use super::world::{LISTS, client, code, field, start};

use crate::swept;

fn at(text: &str) -> NaiveDateTime {
    NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M:%S").unwrap()
}

/// Puts a row of a call into a log.
fn log(world: &mut World, table: &str, row: serde_json::Value) {
    world.database(&json!({ "insert": table, "row": row })).unwrap();
}

#[tokio::test]
async fn calls_that_the_export_drops() {
    let Some(mut mariadb) = mariadb("calls_that_the_export_drops").await else { return };
    let (server, http, leads) = start(Options::default()).await;
    let world = server.with_world(|world| {
        let row = |id: &str, lead: u64, list: serde_json::Value, campaign: &str, status: &str, user: serde_json::Value| {
            json!({
                "uniqueid": id, "lead_id": lead, "list_id": list, "campaign_id": campaign, "call_date": "2026-11-22 12:00:00",
                "length_in_sec": 5, "status": status, "phone_number": "7275550100", "user": user,
            })
        };
        let lead = leads[0].0;
        log(world, "vicidial_log", row("1.1", lead, json!(1001), "TESTCAMP", "NA", json!("VDAD")));
        log(world, "vicidial_log", row("1.2", lead, json!(7777), "TESTCAMP", "NA", json!("VDAD")));
        log(world, "vicidial_log", row("1.3", lead, json!(1001), "GONE", "NA", json!("VDAD")));
        log(world, "vicidial_log", row("1.4", lead, json!(1001), "TESTCAMP", "ODD", json!("VDAD")));
        log(world, "vicidial_log", row("1.5", lead, json!(1001), "TESTCAMP", "NA", json!("ghost")));
        log(world, "vicidial_log", row("1.6", lead, json!(1001), "TESTCAMP", "NA", json!(null)));
        log(world, "vicidial_log", row("1.7", 99_999, json!(1001), "TESTCAMP", "NA", json!("VDAD")));
        log(world, "vicidial_log", row("1.8", lead, json!(null), "TESTCAMP", "NA", json!("VDAD")));
        log(world, "vicidial_closer_log", row("1.9", lead, json!(1001), "NOGROUP", "NA", json!("VDCL")));
        world.clone()
    });
    copy(&world, &mut mariadb).await;
    let (from, to) = (at("2026-11-22 12:00:00"), at("2026-11-22 12:00:00"));
    let export = http.calls(from, to).await.unwrap();
    assert_eq!(export.legs.iter().map(|leg| leg.key.uniqueid.as_str()).collect::<Vec<_>>(), ["1.1"]);
    let calls = mariadb.lane().calls(from, to, &[], &[]).await.unwrap();
    let ids: BTreeSet<&str> = calls.legs.iter().map(|leg| leg.key.uniqueid.as_str()).collect();
    assert_eq!(ids, BTreeSet::from(["1.1", "1.2", "1.3", "1.4", "1.5", "1.6", "1.7", "1.8", "1.9"]));
    assert!(calls.unreadable.is_empty());
    let leg = |id: &str| calls.legs.iter().find(|leg| leg.key.uniqueid == id).unwrap();
    assert_eq!(*leg("1.1"), export.legs[0]);
    assert_eq!(leg("1.6").key.user, "VDAD");
    assert_eq!((leg("1.7").code.as_str(), leg("1.7").list_id), ("", ListId(1001)), "the lead is gone: its list is the log's");
    assert_eq!(leg("1.8").list_id, ListId(1001), "where the lead stands now");
    assert_eq!(leg("1.9").key.kind, LegKind::Inbound);
}

#[tokio::test]
async fn calls_that_were_archived() {
    let Some(mut mariadb) = mariadb("calls_that_were_archived").await else { return };
    let (server, ..) = start(Options::default()).await;
    let world = server.with_world(|world| world.clone());
    copy(&world, &mut mariadb).await;
    let lane = mariadb.lane();
    let (from, to) = (at("2026-11-20 00:00:00"), at("2026-11-24 10:30:00"));
    let before = lane.calls(from, to, &[], &[]).await.unwrap().legs.len();
    // The archive job copies, and deletes later: for a while a row is in both.
    for table in ["vicidial_log", "vicidial_closer_log"] {
        mariadb.run(&format!("INSERT INTO {table}_archive SELECT * FROM {table}")).await;
    }
    assert_eq!(lane.calls(from, to, &[], &[]).await.unwrap().legs.len(), before);
    for table in ["vicidial_log", "vicidial_closer_log"] {
        mariadb.run(&format!("DELETE FROM {table} WHERE call_date < '2026-11-24 09:00:00'")).await;
    }
    assert_eq!(lane.calls(from, to, &[], &[]).await.unwrap().legs.len(), before, "some here, the rest there");
    for table in ["vicidial_log", "vicidial_closer_log"] {
        mariadb.run(&format!("DELETE FROM {table}")).await;
    }
    assert_eq!(lane.calls(from, to, &[], &[]).await.unwrap().legs.len(), before, "all there");
    for table in ["vicidial_log", "vicidial_closer_log"] {
        mariadb.run(&format!("DROP TABLE {table}_archive")).await;
    }
    assert_eq!(lane.calls(from, to, &[], &[]).await.unwrap().legs.len(), 0, "a server that archives nothing");
}

#[tokio::test]
async fn custom_data_stay_with_a_lead_that_moved() {
    let Some(mut mariadb) = mariadb("custom_data_stay_with_a_lead_that_moved").await else { return };
    let (server, http, leads) = start(Options::default()).await;
    http.update_lead(leads[0], &LeadChange { list_id: Some(LISTS[1]), ..LeadChange::default() }).await.unwrap();
    let world = server.with_world(|world| world.clone());
    copy(&world, &mut mariadb).await;
    let lane = mariadb.lane();
    let plan = field("custom.plan");
    let found = swept(lane.sweep(LISTS[1])).await.unwrap().into_iter().find(|row| row.lead_id == leads[0]).unwrap();
    let alone = lane.read_lead(leads[0], &BTreeSet::from([plan.clone()])).await.unwrap().unwrap();
    assert_eq!((found.values[&plan].as_str(), alone.values[&plan].as_str()), ("50% off `tick` -- drop", "50% off `tick` -- drop"));
    let downloaded = swept(http.sweep(LISTS[1])).await.unwrap().into_iter().find(|row| row.lead_id == leads[0]).unwrap();
    assert_eq!(downloaded.values.get(&plan), None, "the download looks into the table of the list where the lead is now");
    let fault = lane.read_lead(leads[0], &BTreeSet::from([field("custom.nosuch")])).await.unwrap_err();
    assert_eq!((fault.reach, fault.code), (Reach::Record, "custom_unknown"));
}

#[tokio::test]
async fn long_lists_come_page_by_page() {
    let Some(mut mariadb) = mariadb("long_lists_come_page_by_page").await else { return };
    let (server, ..) = start(Options::default()).await;
    let world = server.with_world(|world| world.clone());
    copy(&world, &mut mariadb).await;
    mariadb.run("INSERT INTO vicidial_lists VALUES (3001, 'Long', 'TESTCAMP', 'Y')").await;
    mariadb
        .run(
            "INSERT INTO vicidial_list (vendor_lead_code, list_id, phone_number, status, entry_list_id) \
             SELECT CONCAT('v', LPAD(seq, 19, '0')), IF(seq % 5 = 0, 1001, 3001), '7275550100', 'NEW', 0 FROM seq_1_to_15625",
        )
        .await;
    let lane = mariadb.lane();
    let mut sweep = lane.begin_sweep(ListId(3001)).await.unwrap();
    let (mut sizes, mut ids) = (Vec::new(), BTreeSet::new());
    while let Some(page) = sweep.next().await.unwrap() {
        sizes.push(page.len());
        ids.extend(page.iter().map(|row| row.lead_id));
    }
    assert_eq!((sizes, ids.len()), (vec![5000, 5000, 2500], 12_500));
    // These codes differ from ours in the case of one letter, which the database takes for no difference.
    let codes: Vec<VendorLeadCode> = (0..6000).map(code).collect();
    let found = lane.find_by_code(&codes).await.unwrap();
    assert_eq!(found.len(), 6000);
    assert_eq!(found.values().map(Vec::len).sum::<usize>(), 60);
}

#[tokio::test]
async fn what_only_the_database_shows() {
    let Some(mut mariadb) = mariadb("what_only_the_database_shows").await else { return };
    let (server, ..) = start(Options::default()).await;
    let world = server.with_world(|world| world.clone());
    copy(&world, &mut mariadb).await;
    mariadb.run("INSERT INTO vicidial_campaign_dnc SELECT seq, 'TESTCAMP' FROM seq_2125550100_to_2125560099").await;
    mariadb.run("INSERT INTO vicidial_campaign_dnc SELECT seq, 'TESTCAMP' FROM seq_3125550100_to_3125550199").await;
    mariadb.run("UPDATE vicidial_campaigns SET use_internal_dnc = 'AREACODE', use_campaign_dnc = 'Y', dial_statuses = ' NEW NA -'").await;
    mariadb.run("UPDATE vicidial_statuses SET sale = 'Y', human_answered = 'Y' WHERE status = 'SALE'").await;
    mariadb.run("INSERT INTO vicidial_campaign_statuses VALUES ('WARM', 'Warm lead', 'Y', 'TESTCAMP')").await;
    let lane = mariadb.lane();

    let mut numbers = lane.dnc(None);
    assert_eq!(numbers.next().await.unwrap(), Some(vec!["312XXXXXXX".to_owned(), "7275550111".to_owned()]));
    assert_eq!(numbers.next().await.unwrap(), None);
    let mut numbers = lane.dnc(Some(&CampaignId::from("TESTCAMP")));
    let mut all = BTreeSet::new();
    while let Some(page) = numbers.next().await.unwrap() {
        all.extend(page);
    }
    assert_eq!(all.len(), 10_101, "with the one that was there");

    let campaigns = lane.campaigns().await.unwrap();
    let campaign = campaigns.iter().find(|campaign| campaign.id.as_str() == "TESTCAMP").unwrap();
    assert_eq!((campaign.internal_dnc, campaign.campaign_dnc, campaign.is_active), (DncUse::AreaCode, DncUse::Exact, true));
    assert_eq!((campaign.dial_statuses.as_slice(), &campaign.other_campaign_dnc), (["NEW".to_owned(), "NA".to_owned()].as_slice(), &None));

    let statuses = lane.statuses().await.unwrap();
    let sale = statuses.iter().find(|status| status.status == "SALE").unwrap();
    assert_eq!((sale.is_sale, sale.is_human_answered, sale.is_answering_machine, &sale.campaign), (true, true, false, &None));
    let warm = statuses.iter().find(|status| status.status == "WARM").unwrap();
    assert_eq!((warm.is_selectable, warm.campaign.as_ref().map(CampaignId::as_str)), (true, Some("TESTCAMP")));
    assert_eq!(lane.non_latin().await, Ok(NonLatin::On));
}

#[tokio::test]
async fn the_probe_says_what_is_wrong() {
    let Some(mut mariadb) = mariadb("the_probe_says_what_is_wrong").await else { return };
    let (server, ..) = start(Options::default()).await;
    let world = server.with_world(|world| world.clone());
    copy(&world, &mut mariadb).await;
    mariadb.run("INSERT INTO vicidial_lists_fields (list_id, field_label, field_encrypt) VALUES (1001, 'plan', 'Y')").await;
    let bad = async |settings: Settings| {
        let findings = Database::new(settings).unwrap().probe(&[LISTS[0]], &["plan".to_owned()]).await;
        assert!(findings.iter().all(|finding| finding.ok || finding.advice.is_some()), "{findings:?}");
        findings.into_iter().filter(|finding| !finding.ok).map(|finding| finding.what).collect::<Vec<_>>().join("\n")
    };
    let of_reader = bad(mariadb.settings()).await;
    assert!(of_reader.contains("plan is kept encrypted"), "{of_reader}");
    assert!(!of_reader.contains("do more than read"), "{of_reader}");
    let owner = Settings {
        user: mariadb.opts.user().unwrap().to_owned(),
        pass: mariadb.opts.pass().unwrap_or_default().into(),
        non_latin: NonLatin::Off,
        zone: chrono_tz::Asia::Kathmandu,
        ..mariadb.settings()
    };
    let of_owner = bad(owner).await;
    for part in ["do more than read", "`use_non_latin` is on", "clock"] {
        assert!(of_owner.contains(part), "{part}: {of_owner}");
    }
    mariadb.run("DROP TABLE vicidial_dnc").await;
    let of_reader = bad(mariadb.settings()).await;
    assert!(of_reader.contains("no table vicidial_dnc"), "{of_reader}");
}

#[tokio::test]
async fn the_lane_only_reads() {
    let Some(mut mariadb) = mariadb("the_lane_only_reads").await else { return };
    let (server, _, leads) = start(Options::default()).await;
    let world = server.with_world(|world| world.clone());
    copy(&world, &mut mariadb).await;
    mariadb.run("SET GLOBAL log_output = 'TABLE'").await;
    mariadb.run("TRUNCATE TABLE mysql.general_log").await;
    mariadb.run("SET GLOBAL general_log = 1").await;
    let lane = mariadb.lane();
    let fields = BTreeSet::from([field("city"), field("custom.plan")]);
    client(&server, NonLatin::On).with_database(mariadb.lane()).probe(&LISTS, &["plan".to_owned()]).await;
    swept(lane.sweep(LISTS[0])).await.unwrap();
    lane.read_lead(leads[0], &fields).await.unwrap();
    lane.find_by_code(&[code(1)]).await.unwrap();
    lane.hopper(&CampaignId::from("TESTCAMP")).await.unwrap();
    lane.calls(at("2026-11-20 00:00:00"), at("2026-11-24 10:30:00"), &[], &[]).await.unwrap();
    lane.statuses().await.unwrap();
    lane.campaigns().await.unwrap();
    lane.dnc(None).next().await.unwrap();
    mariadb.run("SET GLOBAL general_log = 0").await;
    let asked = mariadb
        .texts(
            "SELECT CONVERT(argument USING utf8mb4) FROM mysql.general_log \
             WHERE user_host LIKE 'vicisync_reader%' AND command_type IN ('Query', 'Execute', 'Prepare')",
        )
        .await;
    assert!(asked.len() > 20, "{asked:?}");
    let read_only = asked.iter().position(|text| text.contains("READ ONLY")).expect("the session is made read-only");
    for (at, text) in asked.iter().enumerate() {
        let is_look = ["SELECT ", "SHOW "].iter().any(|word| text.starts_with(word)) && !text.contains(" INTO ");
        assert!(is_look || text.starts_with("SET NAMES ") || text.starts_with("SET SESSION "), "{text}");
        assert!(at > read_only || !text.contains(" FROM "), "before the session is read-only: {text}");
    }
}

#[tokio::test]
async fn a_wrong_password_is_sent_once() {
    let Some(mut mariadb) = mariadb("a_wrong_password_is_sent_once").await else { return };
    let (server, ..) = start(Options::default()).await;
    let world = server.with_world(|world| world.clone());
    copy(&world, &mut mariadb).await;
    let refused = "SELECT VARIABLE_VALUE FROM information_schema.GLOBAL_STATUS WHERE VARIABLE_NAME = 'ACCESS_DENIED_ERRORS'";
    let before: u64 = mariadb.texts(refused).await[0].parse().unwrap();
    let lane = Database::new(Settings { pass: "hunter2".into(), ..mariadb.settings() }).unwrap();
    let all = tokio::join!(swept(lane.sweep(LISTS[0])), swept(lane.sweep(LISTS[1])), swept(lane.sweep(LISTS[2])));
    for fault in [all.0.unwrap_err(), all.1.unwrap_err(), all.2.unwrap_err(), lane.login().await.unwrap_err()] {
        assert_eq!((fault.reach, fault.code), (Reach::Login, "database_login_refused"));
        assert!(!fault.to_string().contains("hunter2"), "{fault}");
    }
    let after: u64 = mariadb.texts(refused).await[0].parse().unwrap();
    assert_eq!(after - before, 1);
}

#[tokio::test]
async fn an_account_without_rights_says_what_to_grant() {
    let Some(mut mariadb) = mariadb("an_account_without_rights_says_what_to_grant").await else { return };
    let (server, ..) = start(Options::default()).await;
    let world = server.with_world(|world| world.clone());
    copy(&world, &mut mariadb).await;
    let database = mariadb.opts.db_name().unwrap().to_owned();
    mariadb.run(&format!("REVOKE SELECT ON `{database}`.* FROM vicisync_reader@'%'")).await;
    mariadb.run(&format!("GRANT SELECT ON `{database}`.system_settings TO vicisync_reader@'%'")).await;
    let fault = swept(mariadb.lane().sweep(LISTS[0])).await.unwrap_err();
    assert_eq!((fault.reach, fault.code), (Reach::Person, "no_right"));
    assert!(fault.help.unwrap().contains(&format!("GRANT SELECT ON {database}.*")));
    let nowhere = Database::new(Settings { database: "vicisync_test_nowhere".into(), ..mariadb.settings() }).unwrap();
    let fault = nowhere.login().await.unwrap_err();
    assert_eq!((fault.reach, fault.code), (Reach::Person, "database_missing"));
}

#[tokio::test]
async fn a_connection_that_the_server_closed_is_made_anew() {
    let Some(mut mariadb) = mariadb("a_connection_that_the_server_closed_is_made_anew").await else { return };
    let (server, ..) = start(Options::default()).await;
    let world = server.with_world(|world| world.clone());
    copy(&world, &mut mariadb).await;
    let lane = mariadb.lane();
    lane.login().await.unwrap();
    let open = mariadb.texts("SELECT CONCAT('KILL ', ID) FROM information_schema.PROCESSLIST WHERE USER = 'vicisync_reader'").await;
    assert!(!open.is_empty());
    for kill in open {
        // It may have gone by itself.
        mysql_async::prelude::Queryable::query_drop(&mut mariadb.conn, kill).await.ok();
    }
    assert_eq!(swept(lane.sweep(LISTS[0])).await.unwrap().len(), 20);
}

#[tokio::test]
async fn encryption_is_checked_against_the_named_authority() {
    let Some(mut mariadb) = mariadb("encryption_is_checked_against_the_named_authority").await else { return };
    let Ok(ca) = std::env::var(CA) else {
        eprintln!("encryption_is_checked_against_the_named_authority: skipped, since {CA} names no certificate");
        return;
    };
    let (server, ..) = start(Options::default()).await;
    let world = server.with_world(|world| world.clone());
    copy(&world, &mut mariadb).await;
    let lane = |tls: Tls| Database::new(Settings { tls, ..mariadb.settings() }).unwrap();
    let trusted = lane(Tls::RequiredWithCa(std::fs::read(ca).unwrap()));
    assert_eq!(swept(trusted.sweep(LISTS[0])).await.unwrap().len(), 20);
    let findings = trusted.probe(&[], &[]).await;
    assert!(findings[0].what.contains(", encrypted)"), "{findings:?}");
    let fault = swept(lane(Tls::Required).sweep(LISTS[0])).await.unwrap_err();
    assert_eq!((fault.reach, fault.code), (Reach::Person, "database_tls"), "{fault}");
}
