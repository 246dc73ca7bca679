//! The routes that no run takes every time, over HTTP and over SQL, on the same data.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use futures_util::TryStreamExt;
use serde_json::json;
use vicisync::emulator::vicidial::Options;
use vicisync::model::{CampaignId, LeadId};
use vicisync::ports::{Dialer, Fault};
use vicisync::vicidial::counts::Counts;
use vicisync::vicidial::{NonLatin, Vicidial};

use super::server::{Mariadb, mariadb};
use super::tables::copy;
use super::world::{client, start};

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

/// A client for each lane.
struct Lanes {
    _server: vicisync::emulator::vicidial::Server,
    http: Vicidial,
    sql: Vicidial,
    leads: Vec<LeadId>,
    mariadb: Mariadb,
}

async fn lanes(test: &str) -> Option<Lanes> {
    let mut mariadb = mariadb(test).await?;
    let (server, http, leads) = start(Options::default()).await;
    server.with_world(|world| {
        let callbacks = [
            (0, "2026-12-01 14:30:00", "", "ring back", "TESTCAMP"),
            (1, "2026-12-01 09:00:00", "6001", "said \"later\",\"perhaps\"\nor never: żółć", "TESTCAMP"),
            (2, "0000-00-00 00:00:00", "", "no time", "TESTCAMP"),
            (3, "2026-12-09 23:59:59", "6002", "", "OTHER"),
            (4, "2026-12-09 08:00:00", "", "done", "TESTCAMP"),
        ];
        for (lead, time, user, notes, campaign) in callbacks {
            let row = json!({
                "lead_id": leads[lead].0, "list_id": 1001, "campaign_id": campaign, "status": "ACTIVE", "entry_time": "2026-11-24 10:01:00",
                "callback_time": time, "user": user, "recipient": if user.is_empty() { "ANYONE" } else { "USERONLY" }, "comments": notes,
                "user_group": "", "lead_status": "CALLBK",
            });
            world.database(&json!({ "insert": "vicidial_callbacks", "row": row })).unwrap();
        }
    });
    http.leave_dialing(leads[4]).await.unwrap();
    let world = server.with_world(|world| world.clone());
    copy(&world, &mut mariadb).await;
    let sql = client(&server, NonLatin::On).with_database(mariadb.lane());
    Some(Lanes { _server: server, http, sql, leads, mariadb })
}

#[tokio::test]
async fn callbacks() {
    let Some(lanes) = lanes("callbacks").await else { return };
    let mut most = 0;
    for (from, to) in [("2026-11-01", "2026-12-31"), ("2026-12-01", "2026-12-01"), ("2026-12-02", "2026-12-03")] {
        for campaigns in [vec![], vec![CampaignId::from("OTHER")], vec!["TESTCAMP".into(), "OTHER".into()]] {
            let http = lanes.http.callbacks(day(from), day(to), &campaigns).await.unwrap();
            let sql = lanes.sql.callbacks(day(from), day(to), &campaigns).await.unwrap();
            most = most.max(sql.all.len());
            assert_eq!(http, sql, "{from} {to} {campaigns:?}");
        }
    }
    assert_eq!(most, 3);
    let mut count = 0;
    for lead in lanes.leads.iter().take(6).chain([&LeadId(99_999)]) {
        let (http, sql) = (lanes.http.callbacks_of(*lead).await.unwrap(), lanes.sql.callbacks_of(*lead).await.unwrap());
        count += sql.len();
        assert_eq!(http, sql, "{lead}");
    }
    assert_eq!(count, 5, "the one that is done with too");
}

#[tokio::test]
async fn a_callback_whose_lead_is_gone() {
    let Some(mut lanes) = lanes("a_callback_whose_lead_is_gone").await else { return };
    let lead = lanes.leads[0];
    lanes.mariadb.run(&format!("DELETE FROM vicidial_list WHERE lead_id = {lead}")).await;
    let all = lanes.sql.callbacks(day("2026-11-01"), day("2026-12-31"), &[]).await.unwrap().all;
    let one = all.iter().find(|callback| callback.lead_id == lead).unwrap();
    assert_eq!((one.state.as_str(), one.phone.as_str()), ("LEAD MISSING", ""));
    lanes.mariadb.run("DROP TABLE vicidial_callbacks_archive").await;
    assert_eq!(lanes.sql.callbacks_of(lanes.leads[4]).await.unwrap(), [], "a server that archives none");
}

#[tokio::test]
async fn do_not_call_lists() {
    let Some(lanes) = lanes("do_not_call_lists").await else { return };
    for (campaign, count) in [(None, 2), (Some(CampaignId::from("TESTCAMP")), 1)] {
        let http: Vec<String> = lanes.http.dnc(campaign.as_ref()).try_concat().await.unwrap();
        let sql: Vec<String> = lanes.sql.dnc(campaign.as_ref()).try_concat().await.unwrap();
        assert_eq!((sql.len(), http), (count, sql));
    }
    let nobody = CampaignId::from("NOPE");
    let http: Result<Vec<String>, Fault> = lanes.http.dnc(Some(&nobody)).try_concat().await;
    assert_eq!(http.as_ref().unwrap_err().code, "campaign_missing");
    assert_eq!(http, lanes.sql.dnc(Some(&nobody)).try_concat().await);
}

#[tokio::test]
async fn leads_by_the_status_of_a_call() {
    let Some(lanes) = lanes("leads_by_the_status_of_a_call").await else { return };
    let mut most = 0;
    for status in ["NA", "SALE", "NI", "XFER", "na", "NONE"] {
        for date in ["2026-11-23", "2026-11-24"] {
            let http = lanes.http.by_status(status, day(date)).await.unwrap();
            let sql = lanes.sql.by_status(status, day(date)).await.unwrap();
            most = most.max(sql.leads.len());
            assert_eq!(http, sql, "{status} on {date}");
        }
    }
    assert!(most > 3, "{most}");
}

#[tokio::test]
async fn calls_counted() {
    let Some(lanes) = lanes("calls_counted").await else { return };
    let with_calls = |counts: Vec<Counts>| -> BTreeMap<String, Counts> {
        let all = counts.into_iter().filter(|counts| counts.hours.iter().sum::<u64>() > 0);
        all.map(|counts| (counts.campaign.to_string(), counts)).collect()
    };
    let http = with_calls(lanes.http.counts(day("2026-11-24")).await.unwrap());
    let sql = with_calls(lanes.sql.counts(day("2026-11-24")).await.unwrap());
    assert_eq!(http["TESTCAMP"], sql["TESTCAMP"]);
    // Over HTTP the in-groups are those that campaigns take calls from, and here none does.
    assert_eq!(sql.keys().map(String::as_str).collect::<Vec<_>>(), ["AGENTDIRECT", "TESTCAMP"]);
}

#[tokio::test]
async fn the_lane_has_no_gaps() {
    let Some(mut lanes) = lanes("the_lane_has_no_gaps").await else { return };
    let at = |text: &str| chrono::NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M:%S").unwrap();
    lanes.mariadb.run("DELETE FROM vicidial_lists").await;
    lanes.mariadb.run("DELETE FROM vicidial_campaigns").await;
    lanes.mariadb.run("UPDATE vicidial_log SET user = NULL, list_id = NULL, status = 'ODD' WHERE lead_id % 2 = 0").await;
    lanes.mariadb.run("DELETE FROM vicidial_list WHERE lead_id % 3 = 0").await;
    let calls = lanes.sql.calls(at("2026-11-23 00:00:00"), at("2026-11-24 10:00:00")).await.unwrap();
    assert_eq!(calls.compared.into_iter().collect::<Vec<_>>(), [day("2026-11-23"), day("2026-11-24")]);
    assert!(calls.gaps.is_empty() && calls.unreadable.is_empty());
    let mut counted = 0;
    for date in ["2026-11-23", "2026-11-24"] {
        let counts = lanes.sql.counts(day(date)).await.unwrap();
        counted += counts.iter().map(|counts| counts.hours.iter().sum::<u64>()).sum::<u64>();
    }
    assert_eq!(calls.legs.len() as u64, counted, "every row of the logs comes");
    assert!(counted > 20, "{counted}");
}
