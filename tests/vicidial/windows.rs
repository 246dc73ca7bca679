//! Windows of calls: what VICIdial counts is held against what it exports, and old days are looked for in the archive too.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use chrono::NaiveDateTime;
use serde_json::json;
use vicisync::emulator::vicidial::{CallSpec, Transfer};
use vicisync::model::{CampaignId, Intake, LegKind};
use vicisync::ports::{Dialer, Reach};
use vicisync::vicidial::Vicidial;
use vicisync::vicidial::counts::{self, Counts, Reading};

use crate::emulated::{NOW, code, lead, start};
use crate::peer::{Act, Peer, settings};
use crate::recorded::scenarios;

fn at(text: &str) -> NaiveDateTime {
    NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M:%S").unwrap()
}

/// The columns that an export must have, and rows under them.
fn export(rows: &[(&str, &str, &str, &str)]) -> Act {
    let columns = "call_date\tphone_number_dialed\tstatus\tuser\tcampaign_id\tvendor_lead_code\tlist_id\tlength_in_sec\talt_dial\tlead_id\tqueue_time\tuniqueid\r\n";
    let row = |(time, status, campaign, id): &(&str, &str, &str, &str)| {
        format!("{time}\t7275550101\t{status}\tVDAD\t{campaign}\tC-1\t1001\t5\tMAIN\t1\t0\t{id}\r\n")
    };
    Act::Answer(200, "application/octet-stream", format!("{columns}{}", rows.iter().map(row).collect::<String>()))
}

fn nothing() -> Act {
    Act::Answer(200, "text/html", "There are no inbound calls during this time period for these parameters\n".into())
}

/// A line of counts.
fn counted(campaign: &str, hours: &[(usize, u64)], statuses: &str) -> String {
    let of = |hour: usize| hours.iter().find(|(other, _)| *other == hour).map_or(0, |(_, count)| *count);
    let all: u64 = hours.iter().map(|(_, count)| count).sum();
    let hours: Vec<String> = (0..24).map(|hour| format!("{hour:02}-{}", of(hour))).collect();
    format!("{campaign}|{all}|0|{}|{statuses}|\n", hours.join(","))
}

#[tokio::test]
async fn calls_that_the_export_drops_are_a_gap() {
    let (server, dialer) = start().await;
    let lead = dialer.add_lead(&code(1), &lead(1, &[]), Intake::default()).await.unwrap();
    server.with_world(|world| {
        for (status, before) in [("NA", 7300), ("NI", 7200), ("SALE", 3700), ("NA", 60)] {
            world.call(lead.0, CallSpec { when: Some(NOW - before), ..CallSpec::unanswered(status) }).unwrap();
        }
        let transfers = vec![Transfer { agent: "6002".into(), status: "NI".into(), seconds: 60 }];
        world.call(lead.0, CallSpec { when: Some(NOW - 7000), transfers, ..CallSpec::answered("6001", "XFER", 40) }).unwrap();
    });
    let (from, to) = (at("2026-11-24 05:10:00"), at("2026-11-24 10:00:00"));
    let calls = dialer.calls(from, to).await.unwrap();
    assert_eq!((calls.legs.len(), calls.gaps.len(), calls.compared.len()), (6, 0, 1));
    // Somebody deletes the list of one call's row.
    server.with_world(|world| {
        let change = json!({ "update": "vicidial_log", "where": { "status": "NI" }, "set": { "list_id": 7777 } });
        world.database(&change).unwrap();
    });
    let calls = dialer.calls(from, to).await.unwrap();
    let gap = &calls.gaps[0];
    assert_eq!((gap.campaign.as_str(), gap.day.to_string().as_str(), gap.hour), ("TESTCAMP", "2026-11-24", 8));
    assert_eq!((gap.counted, gap.read, calls.gaps.len()), (5, 4, 1));
    assert_eq!(gap.statuses, BTreeMap::from([("NI".to_owned(), 1)]));
    // A window that does not reach the hour says nothing of it.
    assert!(dialer.calls(at("2026-11-24 09:00:00"), to).await.unwrap().gaps.is_empty());
    server.with_world(|world| world.add_list(7777, "Back again", "TESTCAMP", true));
    let calls = dialer.calls(from, to).await.unwrap();
    assert_eq!((calls.legs.len(), calls.gaps.len()), (6, 0));
}

#[tokio::test]
async fn hours_that_go_on_are_not_compared() {
    let (server, dialer) = start().await;
    let lead = dialer.add_lead(&code(1), &lead(1, &[]), Intake::default()).await.unwrap();
    server.with_world(|world| {
        world.begin_call(lead.0, Some("6001"), Some(NOW - 5000)).unwrap();
        world.call(lead.0, CallSpec { when: Some(NOW - 30), ..CallSpec::unanswered("NA") }).unwrap();
        let change = json!({ "update": "vicidial_log", "where": { "status": "NA" }, "set": { "list_id": 7777 } });
        world.database(&change).unwrap();
    });
    // 09:59:30 is within the hour of 09:59:50, and over at 10:00.
    let before = dialer.calls(at("2026-11-24 05:00:00"), at("2026-11-24 09:59:50")).await.unwrap();
    assert_eq!((before.gaps.len(), before.legs.len(), before.legs[0].status.as_str()), (0, 1, "INCALL"));
    assert_eq!(dialer.calls(at("2026-11-24 05:00:00"), at("2026-11-24 10:00:00")).await.unwrap().gaps.len(), 1);
    let window = dialer.calls(at("2026-11-24 10:00:00"), at("2026-11-24 10:00:00")).await.unwrap();
    assert!(window.compared.is_empty(), "no hour of it is over");
}

#[tokio::test]
async fn the_count_is_asked_for_once_an_hour() {
    let (server, dialer) = start().await;
    let (from, to) = (at("2026-11-23 20:00:00"), at("2026-11-24 10:00:00"));
    server.reset_counts();
    dialer.calls(from, to).await.unwrap();
    assert_eq!(server.requests(), 4, "two days, an export and a count each");
    dialer.calls(from, at("2026-11-24 10:59:00")).await.unwrap();
    assert_eq!(server.requests(), 6);
    dialer.calls(from, at("2026-11-24 11:00:00")).await.unwrap();
    assert_eq!(server.requests(), 10);
}

#[tokio::test]
async fn without_the_right_nothing_is_compared_and_it_is_asked_for_once() {
    let (server, dialer) = start().await;
    server.with_world(|world| world.set_user("apiuser", &[("user_level", "8")]));
    server.reset_counts();
    for hour in 10..13 {
        let calls = dialer.calls(at("2026-11-24 05:00:00"), at(&format!("2026-11-24 {hour}:00:00"))).await.unwrap();
        assert!(calls.compared.is_empty() && calls.gaps.is_empty());
    }
    assert_eq!(server.requests(), 4);
    server.with_world(|world| world.set_user("apiuser", &[("user_level", "9")]));
    let calls = dialer.calls(at("2026-11-25 05:00:00"), at("2026-11-25 10:00:00")).await.unwrap();
    assert_eq!(calls.compared.len(), 1, "the next day it is tried again");
}

#[tokio::test]
async fn a_count_that_fails_stops_nothing_and_a_refused_login_does() {
    let is_refused = Arc::new(AtomicBool::new(false));
    let refused = Arc::clone(&is_refused);
    let peer = Peer::start(move |request| {
        if request.contains("function=call_status_stats") {
            let is_refused = refused.load(Ordering::SeqCst);
            return if is_refused {
                Act::text("ERROR: Login incorrect, please try again: |u|p|BAD|\n")
            } else {
                Act::Answer(500, "text/html", String::new())
            };
        }
        export(&[("2026-11-24 08:00:00", "NA", "CAMP1", "1.1")])
    })
    .await;
    let dialer = peer.client();
    for _ in 0..2 {
        let calls = dialer.calls(at("2026-11-24 05:00:00"), at("2026-11-24 10:00:00")).await.unwrap();
        assert_eq!((calls.legs.len(), calls.compared.len()), (1, 0));
    }
    assert_eq!(peer.seen().len(), 3, "tried once an hour");
    is_refused.store(true, Ordering::SeqCst);
    let fault = dialer.calls(at("2026-11-24 05:00:00"), at("2026-11-24 11:00:00")).await.unwrap_err();
    assert_eq!(fault.reach, Reach::Login);
}

#[tokio::test]
async fn a_call_that_comes_between_both_answers_is_no_gap() {
    let order = Arc::new(Mutex::new(Vec::new()));
    let log = Arc::clone(&order);
    let peer = Peer::start(move |request| {
        let is_count = request.contains("function=call_status_stats");
        log.lock().unwrap().push(is_count);
        if is_count {
            return Act::text(&counted("CAMP1", &[(8, 1)], "NA-1"));
        }
        export(&[("2026-11-24 08:00:00", "NI", "CAMP1", "1.1"), ("2026-11-24 08:59:59", "NA", "CAMP1", "1.2")])
    })
    .await;
    let calls = peer.client().calls(at("2026-11-24 05:00:00"), at("2026-11-24 10:00:00")).await.unwrap();
    assert_eq!((calls.legs.len(), calls.gaps.len()), (2, 0));
    assert_eq!(*order.lock().unwrap(), [true, false]);
}

#[tokio::test]
async fn only_what_is_wanted_is_counted() {
    let peer = Peer::start(|request| {
        if request.contains("function=call_status_stats") {
            Act::text(&format!("{}{}", counted("ONE", &[(8, 1)], "NA-1"), counted("GROUP", &[(9, 2)], "NI-2")))
        } else {
            nothing()
        }
    })
    .await;
    let mut wanted = settings(&peer.url, std::time::Duration::from_secs(20));
    wanted.campaigns = vec![CampaignId::from("ONE"), CampaignId::from("T-WO")];
    wanted.groups = vec!["GROUP".to_owned()];
    let calls = Vicidial::new(wanted).unwrap().calls(at("2026-11-24 05:00:00"), at("2026-11-24 10:00:00")).await.unwrap();
    assert_eq!(
        calls.gaps.iter().map(|gap| (gap.campaign.as_str(), gap.hour, gap.counted)).collect::<Vec<_>>(),
        [("ONE", 8, 1), ("GROUP", 9, 2)]
    );
    let count = peer.seen().into_iter().find(|request| request.contains("call_status_stats")).unwrap();
    assert!(count.contains("campaigns=ONE&") && count.contains("ingroups=GROUP&"), "{count}");
}

#[tokio::test]
async fn days_of_long_ago_are_not_counted() {
    let peer = Peer::start(
        |request| {
            if request.contains("function=call_status_stats") { Act::text(&counted("CAMP1", &[], "")) } else { nothing() }
        },
    )
    .await;
    let calls = peer.client().calls(at("2026-11-04 10:00:00"), at("2026-11-24 10:00:00")).await.unwrap();
    let counts = peer.seen().iter().filter(|request| request.contains("call_status_stats")).count();
    assert_eq!((calls.compared.len(), counts), (8, 8), "today and a week");
}

#[tokio::test]
async fn an_old_day_is_looked_for_in_the_archive_too() {
    let peer = Peer::start(|request| {
        if request.contains("function=call_status_stats") {
            return Act::text(&counted("CAMP1", &[], ""));
        }
        let is_archive = request.contains("search_archived_data=checked");
        match (request.contains("query_date=2026-10-01"), is_archive) {
            (true, true) => export(&[("2026-10-01 08:00:00", "NA", "CAMP1", "1.1"), ("2026-10-01 09:00:00", "NI", "CAMP1", "1.2")]),
            (true, false) => export(&[("2026-10-01 09:00:00", "NI", "CAMP1", "1.2"), ("2026-10-01 10:00:00", "NA", "CAMP1", "1.3")]),
            (false, _) => nothing(),
        }
    })
    .await;
    let calls = peer.client().calls(at("2026-10-01 00:00:00"), at("2026-11-02 10:00:00")).await.unwrap();
    let ids: Vec<&str> = calls.legs.iter().map(|leg| leg.key.uniqueid.as_str()).collect();
    assert_eq!(ids, ["1.1", "1.2", "1.3"]);
    assert!(calls.gaps.is_empty(), "archived calls are not counted");
    let exports: Vec<String> = peer.seen().into_iter().filter(|request| request.contains("call_report_export")).collect();
    let archived = |exports: &[String]| exports.iter().filter(|request| request.contains("search_archived_data")).count();
    // 2026-10-01 and the day after lie further back than 30 days from 2026-11-02.
    assert_eq!((exports.len(), archived(&exports)), (33 + 2, 2));
    assert!(exports[0].contains("search_archived_data=checked") && !exports[1].contains("search_archived_data"), "the archive first");
    let usual = peer.client().calls(at("2026-11-02 05:00:00"), at("2026-11-02 10:00:00")).await.unwrap();
    assert!(usual.legs.is_empty());
    assert!(!peer.seen().last().unwrap().contains("search_archived_data"));
}

fn counts_of(campaign: &str, hours: &[(usize, u64)], statuses: &str) -> Counts {
    counts::read(&counted(campaign, hours, statuses)).unwrap().remove(0)
}

#[test]
fn counts_are_read() {
    let read = counts::read(&format!("{}{}", counted("A", &[(0, 2), (23, 1)], "A-B-2,-1"), counted("", &[], ""))).unwrap();
    assert_eq!((read[0].hours[0], read[0].hours[23], read[1].campaign.as_str()), (2, 1, ""));
    assert_eq!(read[0].statuses, BTreeMap::from([("A-B".to_owned(), 2), (String::new(), 1)]));
    for text in ["A|1|1|00-1|NA-1|\n", "<html>\n", "A|1|1|\n", "A|1|1|x|NA-1|\n"] {
        assert!(counts::read(text).is_none(), "{text}");
    }
    let twice = counts::read(&format!("{}{}", counted("A", &[(1, 3)], "NA-3"), counted("a", &[(1, 3)], "NA-3"))).unwrap();
    assert_eq!(twice.len(), 1, "a campaign and an in-group of one name have one count");
}

/// Compares one campaign's counts with legs at these times.
#[track_caller]
fn compare(counts: &Counts, from: u32, now: &str, legs: &[(&str, &str)], unreadable: u64) -> Option<(u32, u64, u64, String)> {
    let legs: Vec<vicisync::model::Leg> = legs
        .iter()
        .enumerate()
        .map(|(number, (time, status))| vicisync::model::Leg {
            key: vicisync::model::LegKey {
                kind: LegKind::Outbound,
                lead_id: vicisync::model::LeadId(1),
                campaign: CampaignId::from("sales"),
                start: at(&format!("2026-11-24 {time}")),
                uniqueid: number.to_string(),
                user: "VDAD".into(),
            },
            start: at(&format!("2026-11-24 {time}")).and_utc(),
            status: (*status).to_owned(),
            seconds: 1,
            phone: String::new(),
            code: String::new(),
            list_id: vicisync::model::ListId(1),
            term_reason: String::new(),
        })
        .collect();
    let reading = Reading { day: "2026-11-24".parse().unwrap(), from, counted_at: at(now), legs: &legs, unreadable };
    let mut gaps = counts::gaps(std::slice::from_ref(counts), &reading);
    let statuses =
        |gap: &vicisync::ports::Gap| gap.statuses.iter().map(|(status, count)| format!("{status}={count}")).collect::<Vec<_>>().join(",");
    gaps.pop().map(|gap| (gap.hour, gap.counted, gap.read, statuses(&gap)))
}

#[test]
fn counts_and_legs_are_compared_by_whole_past_hours() {
    let counts = counts_of("SALES", &[(8, 2), (9, 1)], "NA-2,NI-1");
    let next_day = "2026-11-25 00:10:00";
    let all = [("08:00:00", "NA"), ("08:59:59", "NA"), ("09:00:00", "NI")];
    assert_eq!(compare(&counts, 0, next_day, &all, 0), None);
    assert_eq!(compare(&counts, 0, next_day, &all[..2], 0), Some((9, 3, 2, "NI=1".into())));
    assert_eq!(compare(&counts, 0, next_day, &[], 0), Some((8, 3, 0, "NA=2,NI=1".into())));
    // The hour that goes on is not compared; then a status cannot be named, for statuses are not counted by hour.
    assert_eq!(compare(&counts, 0, "2026-11-24 09:59:59", &all[..2], 0), None);
    assert_eq!(compare(&counts, 0, "2026-11-24 09:59:59", &all[..1], 0), Some((8, 2, 1, String::new())));
    assert_eq!(compare(&counts, 9, next_day, &all[2..], 0), None, "hours before the window are not read");
    assert_eq!(compare(&counts, 9, next_day, &[], 0), Some((9, 1, 0, String::new())));
    assert_eq!(compare(&counts, 0, "2026-11-23 23:00:00", &[], 0), None, "a day that is to come");
    // A call more in one hour does not make up for one less in another.
    assert_eq!(
        compare(&counts, 0, next_day, &[("08:00:00", "NA"), ("09:00:00", "NI"), ("09:01:00", "NA")], 0),
        Some((8, 3, 3, String::new()))
    );
    // A status that changed between both answers is not taken for a missing one.
    assert_eq!(compare(&counts, 0, next_day, &[("08:00:00", "SALE"), ("08:59:59", "NA")], 0), Some((9, 3, 2, String::new())));
    assert_eq!(compare(&counts, 0, next_day, &all[..2], 1), None, "the row came and could not be read, which is told already");
    assert_eq!(compare(&counts, 0, next_day, &all[..1], 1), Some((8, 3, 1, "NA=1,NI=1".into())));
}

#[test]
fn what_a_recorded_export_dropped_is_found() {
    let all = scenarios();
    let scenario = all.iter().find(|scenario| scenario["name"] == "calls the export drops").unwrap();
    let body = |function: &str, at: &str| {
        let steps = scenario["steps"].as_array().unwrap().iter();
        let found = steps
            .filter_map(|entry| crate::recorded::step(scenario, entry))
            .find(|exchange| exchange.ask.function() == function && exchange.name.ends_with(at));
        String::from_utf8(found.unwrap().body).unwrap()
    };
    let counts = counts::read(&body("call_status_stats", "17:11:00")).unwrap();
    // The recorded export came without a header.
    let columns = vicisync::vicidial::rows::read(
        &vicisync::vicidial::call::Ask::page(vicisync::vicidial::call::Page::CallReport).with("export_fields", "EXTENDED"),
        b"",
    )
    .columns;
    let text = format!("{}\r\n{}", columns.join("\t"), body("call_report_export.php", "17:08:00"));
    let calls = vicisync::vicidial::legs::read(text.as_bytes(), chrono_tz::America::New_York, &[]).unwrap();
    assert_eq!(calls.legs.len(), 4);
    let reading =
        Reading { day: "2026-11-24".parse().unwrap(), from: 0, counted_at: at("2026-11-24 17:11:00"), legs: &calls.legs, unreadable: 0 };
    let gaps = counts::gaps(&counts, &reading);
    let found: Vec<(&str, u64, u64, usize)> =
        gaps.iter().map(|gap| (gap.campaign.as_str(), gap.counted, gap.read, gap.statuses.len())).collect();
    assert_eq!(found, [("CAMP1", 8, 3, 3), ("GONE", 1, 0, 1)]);
    assert_eq!(gaps[0].statuses, BTreeMap::from([("NI".to_owned(), 3), ("SALE".to_owned(), 1), ("ZZUNDF".to_owned(), 1)]));
}
