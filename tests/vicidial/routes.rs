//! The other reading routes against an emulated VICIdial, and what they say when they fail.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use futures_util::TryStreamExt;
use serde_json::json;
use vicisync::emulator::vicidial::{CallSpec, Server, Transfer};
use vicisync::model::{CampaignId, FieldName, Intake, LeadField, LeadId};
use vicisync::ports::{Dialer, Effect, Fault, Reach};
use vicisync::vicidial::call::{Ask, Page};
use vicisync::vicidial::{Vicidial, ask_read, dnc};

use crate::emulated::{NOW, code, lead, start};

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

#[track_caller]
fn check(fault: Fault, reach: Reach, code: &str) {
    assert_eq!((fault.effect, fault.reach, fault.code), (Effect::None, reach, code), "{fault}");
    assert!(fault.help.is_some(), "{fault}");
}

/// Five leads, some with callbacks.
async fn called_back() -> (Server, Vicidial, Vec<LeadId>) {
    let (server, dialer) = start().await;
    let mut leads = Vec::new();
    for number in 1..=5 {
        leads.push(dialer.add_lead(&code(number), &lead(number, &[("last_name", "O'Brien")]), Intake::default()).await.unwrap());
    }
    server.with_world(|world| {
        let mut add = |lead: LeadId, time: &str, user: &str, notes: &str, campaign: &str| {
            let row = json!({
                "lead_id": lead.0, "list_id": 1001, "campaign_id": campaign, "status": "ACTIVE", "entry_time": "2026-11-24 10:01:00",
                "callback_time": time, "user": user, "recipient": if user.is_empty() { "ANYONE" } else { "USERONLY" },
                "comments": notes, "user_group": "", "lead_status": "CALLBK",
            });
            world.database(&json!({ "insert": "vicidial_callbacks", "row": row })).unwrap();
        };
        add(leads[0], "2026-12-01 14:30:00", "", "ring back soon", "TESTCAMP");
        add(leads[1], "2026-12-01 09:00:00", "6001", "said \"later\",\"perhaps\"\nor never", "TESTCAMP");
        add(leads[2], "0000-00-00 00:00:00", "", "no time", "TESTCAMP");
        add(leads[3], "2026-12-09 09:00:00", "6002", "", "OTHER");
    });
    (server, dialer, leads)
}

#[tokio::test]
async fn callbacks_of_a_range_of_days() {
    let (server, dialer, leads) = called_back().await;
    let found = dialer.callbacks(day("2026-11-01"), day("2026-12-31"), &[]).await.unwrap();
    assert_eq!(found.all.iter().map(|callback| callback.lead_id).collect::<Vec<_>>(), [leads[1], leads[0], leads[3]]);
    assert!(found.odd.is_empty());
    let first = &found.all[0];
    assert_eq!((first.phone.as_str(), first.state.as_str(), first.user.as_str()), ("7275550102", "ACTIVE", "6001"));
    assert_eq!(first.notes, "said \"later\",\"perhaps\"\nor never");
    assert_eq!(first.due.unwrap().to_string(), "2026-12-01 09:00:00");
    assert_eq!(first.entered.unwrap().to_string(), "2026-11-24 10:01:00");
    let other = dialer.callbacks(day("2026-11-01"), day("2026-12-31"), &[CampaignId::from("OTHER")]).await.unwrap();
    assert_eq!(other.all.len(), 1);
    assert!(dialer.callbacks(day("2026-12-02"), day("2026-12-03"), &[]).await.unwrap().all.is_empty(), "the page answers its own form");
    server.with_world(|world| world.set_user("apiuser", &[("modify_leads", "0")]));
    let fault = dialer.callbacks(day("2026-11-01"), day("2026-12-31"), &[]).await.unwrap_err();
    assert!(fault.help.as_deref().is_some_and(|help| help.contains("modify_leads")), "{fault}");
    check(fault, Reach::Person, "no_right");
}

#[tokio::test]
async fn a_callback_of_an_archived_lead_breaks_the_page() {
    let (server, dialer, leads) = called_back().await;
    server.with_world(|world| {
        world
            .database(&json!({ "create_table": "vicidial_list_archive", "like": "vicidial_list", "but": "lead_id is not automatic" }))
            .unwrap();
        world
            .database(&json!({ "move": { "from": "vicidial_list", "to": "vicidial_list_archive" }, "where": { "lead_id": leads[0].0 } }))
            .unwrap();
    });
    check(dialer.callbacks(day("2026-11-01"), day("2026-12-31"), &[]).await.unwrap_err(), Reach::Person, "callbacks_broke");
    // One by one they can be read.
    assert_eq!(dialer.callbacks_of(leads[0]).await.unwrap().len(), 1);
}

#[tokio::test]
async fn callbacks_of_one_lead() {
    let (server, dialer, leads) = called_back().await;
    let all = dialer.callbacks_of(leads[1]).await.unwrap();
    assert_eq!(all.len(), 1);
    let one = &all[0];
    assert_eq!((one.lead_id, one.is_archived, one.is_for_one, one.state.as_str()), (leads[1], false, true, "ACTIVE"));
    assert_eq!((one.campaign.as_str(), one.lead_status.as_str(), one.user.as_str(), one.list_id.0), ("TESTCAMP", "CALLBK", "6001", 1001));
    assert_eq!(dialer.callbacks_of(leads[2]).await.unwrap()[0].due, None, "a time that VICIdial could not read");
    assert_eq!(dialer.callbacks_of(leads[4]).await.unwrap(), []);
    dialer.leave_dialing(leads[0]).await.unwrap();
    assert!(dialer.callbacks_of(leads[0]).await.unwrap()[0].is_archived);
    server.with_world(|world| world.set_user("apiuser", &[("view_reports", "0")]));
    check(dialer.callbacks_of(leads[0]).await.unwrap_err(), Reach::Person, "no_right");
}

#[tokio::test]
async fn do_not_call_lists() {
    let (server, dialer) = start().await;
    let camp = CampaignId::from("TESTCAMP");
    let all = async |campaign: Option<&CampaignId>| dialer.dnc(campaign).try_concat().await;
    assert_eq!((all(None).await, all(Some(&camp)).await), (Ok(Vec::new()), Ok(Vec::new())));
    server.with_world(|world| {
        for number in ["7275550101", "17275550101", "312XXXXXXX"] {
            world.add_dnc(number, None);
        }
        world.add_dnc("7275550102", Some("TESTCAMP"));
    });
    let system = all(None).await.unwrap();
    assert_eq!(system, ["17275550101", "312XXXXXXX", "7275550101"]);
    assert_eq!(system.iter().filter_map(|entry| dnc::area(entry)).collect::<Vec<_>>(), ["312"]);
    assert_eq!(all(Some(&camp)).await.unwrap(), ["7275550102"]);
    // A campaign that is not defined may not be downloaded, though it can hold numbers.
    check(all(Some(&CampaignId::from("NOPE"))).await.unwrap_err(), Reach::Record, "campaign_missing");
    server.with_world(|world| (0..25_000).for_each(|number| world.add_dnc(&format!("72755{number:05}"), Some("TESTCAMP"))));
    let sizes: Vec<usize> = dialer.dnc(Some(&camp)).map_ok(|page| page.len()).try_collect().await.unwrap();
    assert_eq!(sizes, [10_000, 10_000, 5_001]);
    server.with_world(|world| world.set_user("apiuser", &[("download_lists", "0")]));
    check(all(None).await.unwrap_err(), Reach::Person, "no_right");
}

#[tokio::test]
async fn leads_by_the_status_of_a_call() {
    let (server, dialer) = start().await;
    let mut leads = Vec::new();
    for number in 1..=3 {
        leads.push(
            dialer.add_lead(&code(number), &lead(number, &[("last_name", "O'Brien"), ("comments", "x")]), Intake::default()).await.unwrap(),
        );
    }
    server.with_world(|world| {
        for (lead, status) in [(0, "NA"), (0, "SALE"), (1, "NA"), (1, "NA"), (2, "NI")] {
            world.call(leads[lead].0, CallSpec { when: Some(NOW - 3600), ..CallSpec::answered("6001", status, 20) }).unwrap();
        }
        world.agent_edit(leads[1].0, "comments", "one\nlist_id => 5\ntwo");
    });
    let found = dialer.by_status("NA", day("2026-11-24")).await.unwrap();
    assert_eq!(found.leads.iter().map(|lead| lead.lead_id).collect::<Vec<_>>(), [leads[1], leads[0]]);
    assert_eq!((found.leads[0].status.as_str(), found.leads[1].status.as_str()), ("NA", "SALE"), "as they are now");
    assert!(!found.is_capped && found.odd.is_empty());
    let comments = &found.leads[0].values[&FieldName::Standard(LeadField::Comments)];
    assert_eq!(
        (comments.as_str(), found.leads[0].code.as_str(), found.leads[0].called_count),
        ("one\nlist_id => 5\ntwo", code(2).as_str(), 2)
    );
    assert!(dialer.by_status("NA", day("2026-11-23")).await.unwrap().leads.is_empty());
    check(dialer.by_status("NOT A STATUS", day("2026-11-24")).await.map(|_| ()).unwrap_err().help("x"), Reach::Record, "status_refused");
    server.with_world(|world| world.set_user("apiuser", &[("modify_leads", "0")]));
    check(dialer.by_status("NA", day("2026-11-24")).await.unwrap_err(), Reach::Person, "no_right");
}

/// Makes so many leads, with so many calls each.
async fn busy(leads: u64, calls: u64) -> (Server, Vicidial) {
    let (server, dialer) = start().await;
    server.with_world(|world| {
        for lead in 1..=leads {
            let row = json!({ "lead_id": lead, "list_id": 1001, "status": "NA", "phone_number": "7275550100", "called_count": 1, "entry_list_id": 0 });
            world.database(&json!({ "insert": "vicidial_list", "row": row })).unwrap();
            for call in 0..calls {
                let row = json!({
                    "uniqueid": format!("{lead}.{call}"), "lead_id": lead, "list_id": 1001, "campaign_id": "TESTCAMP",
                    "call_date": "2026-11-24 08:00:00", "status": "NA", "user": "VDAD", "length_in_sec": 1, "phone_number": "7275550100",
                });
                world.database(&json!({ "insert": "vicidial_log", "row": row })).unwrap();
            }
        }
    });
    (server, dialer)
}

/// P35: a search by status that stopped at its thousandth row looked like a whole answer. Here it says that there may be more.
#[tokio::test]
async fn the_limit_of_a_search_is_noticed() {
    for (leads, calls, is_capped) in [(1001, 1, true), (1000, 1, true), (300, 2, false), (400, 3, true)] {
        let (_server, dialer) = busy(leads, calls).await;
        let found = dialer.by_status("NA", day("2026-11-24")).await.unwrap();
        assert_eq!(found.is_capped, is_capped, "{leads} leads with {calls} calls, {} found", found.leads.len());
    }
}

/// P35: calls were looked for by their status, of which the search looks at a thousand a day; older outcomes were lost. Outcomes are read by another
/// route, which has all of them.
#[tokio::test]
async fn more_calls_of_one_status_than_a_search_looks_at_are_all_read() {
    let (_server, dialer) = busy(1001, 1).await;
    let at = |time: &str| day("2026-11-24").and_time(time.parse().unwrap());
    let calls = dialer.calls(at("00:00:00"), at("10:00:00")).await.unwrap();
    assert_eq!((calls.unreadable, calls.gaps.len()), (Vec::new(), 0));
    let leads: BTreeSet<LeadId> = calls.legs.iter().map(|leg| leg.key.lead_id).collect();
    assert_eq!((calls.legs.len(), leads.len()), (1001, 1001));
}

#[tokio::test]
async fn calls_counted() {
    let (server, dialer) = start().await;
    let lead = dialer.add_lead(&code(1), &lead(1, &[]), Intake::default()).await.unwrap();
    server.with_world(|world| {
        for (status, before) in [("NA", 7200), ("SALE", 7100), ("NA", 60)] {
            world.call(lead.0, CallSpec { when: Some(NOW - before), ..CallSpec::unanswered(status) }).unwrap();
        }
        let transfers = vec![Transfer { agent: "6002".into(), status: "NI".into(), seconds: 60 }];
        world.call(lead.0, CallSpec { when: Some(NOW - 7200), transfers, ..CallSpec::answered("6001", "XFER", 40) }).unwrap();
    });
    let counts = dialer.counts(day("2026-11-24")).await.unwrap();
    let of = counts.iter().find(|counts| counts.campaign.as_str() == "TESTCAMP").unwrap();
    assert_eq!((of.hours[8], of.hours[9], of.hours.iter().sum::<u64>()), (3, 1, 4));
    assert_eq!(
        of.statuses.iter().map(|(status, count)| (status.as_str(), *count)).collect::<Vec<_>>(),
        [("NA", 2), ("SALE", 1), ("XFER", 1)]
    );
    server.with_world(|world| world.set_user("apiuser", &[("user_level", "8")]));
    let fault = dialer.counts(day("2026-11-24")).await.unwrap_err();
    assert!(fault.help.as_deref().is_some_and(|help| help.contains("level 9")), "{fault}");
    check(fault, Reach::Person, "no_right");
}

#[tokio::test]
async fn any_route_as_a_table() {
    let (server, dialer) = start().await;
    let lead = dialer.add_lead(&code(1), &lead(1, &[]), Intake::default()).await.unwrap();
    server.with_world(|world| world.call(lead.0, CallSpec { when: Some(NOW - 3600), ..CallSpec::unanswered("NA") }).unwrap());
    let report = dialer.table(&ask_read::lead_report(day("2026-11-24"), day("2026-11-25"), &[], &[])).await.unwrap();
    assert_eq!(report.rows.iter().map(|row| report.cell(row, "vendor_lead_code")).collect::<Vec<_>>(), [code(1).as_str()]);
    let log = dialer.table(&Ask::api("phone_number_log").with("phone_number", "7275550101").with("type", "ALL")).await.unwrap();
    assert_eq!(log.cell(&log.rows[0], "call_status"), "NA");
    let none = dialer.table(&ask_read::lead_report(day("2026-10-24"), day("2026-10-25"), &[], &[])).await.unwrap();
    assert!(none.rows.is_empty());
    let writes = server.writes();
    check(dialer.table(&Ask::api("update_lead").with("lead_id", "1")).await.unwrap_err().help("x"), Reach::Record, "not_a_read");
    assert_eq!(server.writes(), writes);
    assert!(dialer.table(&Ask::page(Page::CallReport)).await.is_err(), "a form is no data");
}
