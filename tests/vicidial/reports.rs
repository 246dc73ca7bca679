//! Reports: what is asked, and what recorded and crafted answers mean.

use chrono::NaiveDate;
use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use vicisync::model::{CampaignId, Cell, ReportAsk, ReportKind, Table, Window};
use vicisync::ports::{Effect, Reach, Reports};
use vicisync::vicidial::reports::{Unread, ask, table};

use crate::peer::{Act, PASSWORD, Peer};
use crate::recorded::{Exchange, transcripts};

fn wanted(kind: ReportKind) -> ReportAsk {
    let day = NaiveDate::from_ymd_opt(2026, 11, 24).unwrap();
    ReportAsk { kind, window: Window::of_days(day, day), campaigns: Vec::new(), groups: Vec::new(), users: Vec::new() }
}

fn places(names: &[&str]) -> Vec<CampaignId> {
    names.iter().map(|name| CampaignId::from(*name)).collect()
}

/// Rows as words.
fn words(table: &Table) -> Vec<String> {
    let cell = |cell: &Cell| match cell {
        Cell::Text(text) => text.clone(),
        Cell::Count(number) => number.to_string(),
        Cell::Seconds(seconds) => format!("{seconds}s"),
        Cell::Percent(share) => format!("{share}%"),
    };
    table.rows.iter().map(|row| row.iter().map(cell).collect::<Vec<_>>().join(" ")).collect()
}

/// The recorded answers of a function that hold data.
fn recorded(kind: ReportKind) -> Vec<Exchange> {
    transcripts().into_iter().filter(|exchange| exchange.ask.function() == kind.name() && exchange.outcome == "data").collect()
}

fn text(exchange: &Exchange) -> String {
    String::from_utf8(exchange.body.clone()).unwrap()
}

#[test]
fn recorded_counts_by_status_and_hour() {
    let all = recorded(ReportKind::CallStatusStats);
    assert_eq!(all.len(), 2);
    let rows = words(&table(&wanted(ReportKind::CallStatusStats), &text(&all[0])).unwrap());
    assert_eq!(rows.len(), 2 + 24 + 5 + 2 + 24);
    assert_eq!(rows[..2], ["CAMP1 all  6", "CAMP1 human_answered  4"]);
    assert_eq!(rows[2 + 14..2 + 17], ["CAMP1 hour 14 2", "CAMP1 hour 15 2", "CAMP1 hour 16 2"]);
    assert_eq!(rows[26..31], ["CALLBK 1", "DNC 1", "NA 2", "NI 1", "SALE 1"].map(|words| format!("CAMP1 status {words}")));
    assert_eq!(rows[31..33], ["CAMP2 all  0", "CAMP2 human_answered  0"]);

    let only = ReportAsk { campaigns: places(&["camp2"]), ..wanted(ReportKind::CallStatusStats) };
    assert_eq!(words(&table(&only, &text(&all[0])).unwrap())[0], "CAMP2 all  0");
    let mut hour = wanted(ReportKind::CallStatusStats);
    hour.window.from += chrono::TimeDelta::hours(15);
    hour.window.until -= chrono::TimeDelta::hours(8);
    let rows = words(&table(&hour, &text(&all[0])).unwrap());
    assert_eq!(rows[2..4], ["CAMP1 hour 15 2", "CAMP1 status CALLBK 1"]);
}

#[test]
fn statuses_with_dashes_and_in_groups_without_a_name() {
    let hours: Vec<String> = (0..24).map(|hour| format!("{hour:02}-{}", if hour == 9 { 5 } else { 0 })).collect();
    let hours = hours.join(",");
    let none = hours.replace("09-5", "09-0");
    let body = format!("CAMP1|5|1|{hours}|A-B-3,-2|\n-|0|0|{none}||\n|0|0|{none}||\n");
    let rows = words(&table(&wanted(ReportKind::CallStatusStats), &body).unwrap());
    assert_eq!(rows.len(), 2 + 24 + 2);
    assert_eq!(rows[26..], ["CAMP1 status A-B 3", "CAMP1 status  2"]);
    // A campaign and an in-group of one name: each its own calls, the statuses of both.
    let twins = format!("CAMP1|3|1|{hours}|A-B-3,-2|\nCAMP1|2|0|{hours}|A-B-3,-2|\n");
    let rows = words(&table(&wanted(ReportKind::CallStatusStats), &twins).unwrap());
    assert_eq!((rows.len(), rows[0].as_str()), (2 + 24 + 2, "CAMP1 all  5"));
    for broken in [
        body.replace("CAMP1|5|", "CAMP1|6|"),
        body.replace("|1|", "|6|"),
        body.replace("A-B-3", "A-B-x"),
        body.replace("00-0,", ""),
        body.trim_end().to_owned(),
        body.replace("||\n", "\n"),
        "VERSION: 2.14".to_owned(),
    ] {
        assert_eq!(table(&wanted(ReportKind::CallStatusStats), &broken), Err(Unread::NoAnswer), "{broken}");
    }
}

#[test]
fn recorded_dispositions_with_and_without_shares() {
    let all = recorded(ReportKind::CallDispoReport);
    assert_eq!(all.len(), 3);
    let expected = ["CALLBK 1 14.3%", "DNC 1 14.3%", "NA 2 28.6%", "NI 1 14.3%", "SALE 2 28.6%"].map(|words| format!("CAMP1 {words}"));
    let mut read = 0;
    for exchange in &all {
        match table(&wanted(ReportKind::CallDispoReport), &text(exchange)) {
            Ok(table) => {
                assert_eq!(words(&table), expected, "{}", exchange.name);
                read += 1;
            }
            // It was not asked for statuses.
            Err(why) => assert_eq!((why, text(exchange).contains("CALLBK")), (Unread::NoAnswer, false), "{}", exchange.name),
        }
    }
    assert_eq!(read, 2);
    assert_eq!(words(&table(&wanted(ReportKind::CallDispoReport), "CAMPAIGN,TOTAL CALLS\nTOTAL,0").unwrap()), [""; 0]);
}

/// As a server answered it: the second campaign's statuses stand behind the first one's, and all numbers are sorted by status.
const TWO_CAMPAIGNS: &str = "CAMPAIGN,TOTAL CALLS,A,SALE,B,DROP,NA\n\
    AREPT,3,1 (33.3%),0 (0.0%),0 (0.0%),0 (0.0%),2 (66.7%)\n\
    TESTCAMP,3,0 (0.0%),1 (33.3%),1 (33.3%),1 (33.3%),0 (0.0%)\n\
    TOTAL,6,1 (16.7%),1 (16.7%),1 (16.7%),1 (16.7%),2 (33.3%)";

#[test]
fn numbers_belong_to_the_sorted_statuses_and_not_to_the_header() {
    let table = table(&wanted(ReportKind::CallDispoReport), TWO_CAMPAIGNS).unwrap();
    let expected = ["AREPT A 1 33.3%", "AREPT SALE 2 66.7%", "TESTCAMP B 1 33.3%", "TESTCAMP DROP 1 33.3%", "TESTCAMP NA 1 33.3%"];
    assert_eq!(words(&table), expected);
}

#[test]
fn statuses_that_are_numbers_are_not_guessed_at() {
    let body = |statuses: &str| format!("CAMPAIGN,TOTAL CALLS,{statuses}\nCAMP1,3,1,2\nTOTAL,3,1,2");
    let read = |statuses: &str| table(&wanted(ReportKind::CallDispoReport), &body(statuses)).map(|table| words(&table));
    for statuses in ["10,9", "9,SALE", "1.5,SALE", "1E3,SALE"] {
        assert_eq!(read(statuses), Err(Unread::NumberStatuses), "{statuses}");
    }
    for (statuses, first) in [("2ND,INF", "2ND"), ("NAN,INF", "INF"), ("SALE,-", "-"), ("SALE,", "")] {
        assert_eq!(read(statuses).unwrap()[0], format!("CAMP1 {first} 1 33.3%"), "{statuses}");
    }
    let one = "CAMPAIGN,TOTAL CALLS,9\nCAMP1,3,3\nTOTAL,3,3";
    assert_eq!(words(&table(&wanted(ReportKind::CallDispoReport), one).unwrap()), ["CAMP1 9 3 100%"]);
}

#[test]
fn an_answer_that_was_cut_is_no_report() {
    let plain = "CAMPAIGN,TOTAL CALLS,A,SALE,B\nAREPT,3,1,0,2\nTESTCAMP,12,0,12,0\nTOTAL,15,1,12,2";
    let read = |text: &str| table(&wanted(ReportKind::CallDispoReport), text);
    assert_eq!(words(&read(plain).unwrap()), ["AREPT A 1 33.3%", "AREPT SALE 2 66.7%", "TESTCAMP B 12 100%"]);
    for whole in [TWO_CAMPAIGNS, plain] {
        for length in 0..whole.len() {
            assert_eq!(read(&whole[..length]), Err(Unread::NoAnswer), "cut at {length}: {}", &whole[..length]);
        }
    }
}

const AGENTS: &str = "campaign_id|user|full_name|user_group|calls|login_time|total_talk_time|avg_talk_time|avg_wait_time|pct_of_queue|pause_time|sessions|avg_session|pauses|avg_pause_time|pause_pct|pauses_per_session|wait_time|talk_time|dispo_time|dead_time\n\
    CAMP1|6002|Cleo|Agent|ADMIN|3|100:05:00|0:03:13|0:00:00|0:00:30|33.3%|20|1|0:05:00|1|0:00:20|6.7%|1|0:00:30|0:03:20|0:00:50|0:00:07\n\
    CAMP2|6001|Bo Agent|ADMIN|0|0:00:53|0:00:00|0:01:04|0:00:00|0%|0|1|0:00:53|0|0:00:00|100%|0|0:00:00|0:00:00|0:00:00|0:00:00\n";

#[test]
fn agents_by_the_names_of_columns() {
    let all = recorded(ReportKind::AgentStatsExport);
    assert_eq!(all.len(), 1);
    let old = table(&wanted(ReportKind::AgentStatsExport), &text(&all[0])).unwrap();
    assert_eq!(old.columns[..5], ["user", "full_name", "user_group", "calls", "login_time_s"]);
    // The talk time of 95 seconds in two calls: VICIdial's own average is that of another agent.
    let expected = "agent1 Agent One ADMIN 2 153s 95s 48s 15s 100% 10s 1 153s 2 5s 6.5% 2 30s 95s 18s 0s";
    assert_eq!(words(&old), [expected]);

    let both = table(&wanted(ReportKind::AgentStatsExport), AGENTS).unwrap();
    let cleo = "CAMP1 6002 Cleo|Agent ADMIN 3 360300s 193s 64s 30s 33.3% 20s 1 300s 1 20s 6.7% 1 30s 200s 50s 7s";
    let bo = "CAMP2 6001 Bo Agent ADMIN 0 53s 0s 0s 0s 0% 0s 1 53s 0 0s 100% 0 0s 0s 0s 0s";
    assert_eq!(words(&both), [cleo, bo]);
    let of_camp2 = ReportAsk { campaigns: places(&["camp2"]), ..wanted(ReportKind::AgentStatsExport) };
    assert_eq!(words(&table(&of_camp2, AGENTS).unwrap()), [bo]);
    assert_eq!(table(&of_camp2, &text(&all[0])), Err(Unread::NoCampaigns));
    let of_cleo = ReportAsk { users: vec!["6002".to_owned()], ..wanted(ReportKind::AgentStatsExport) };
    assert_eq!(words(&table(&of_cleo, AGENTS).unwrap()), [cleo]);

    for broken in [
        AGENTS.trim_end().to_owned(),
        AGENTS.replace("0:03:13", "0:03:73"),
        AGENTS.replace("33.3%", "33.3"),
        AGENTS.replace("|user|", "|agent|"),
        AGENTS.replace("Bo Agent|ADMIN|", "Bo Agent"),
        "SUCCESS: something else\n".to_owned(),
    ] {
        assert_eq!(table(&wanted(ReportKind::AgentStatsExport), &broken), Err(Unread::NoAnswer), "{broken}");
    }
}

#[test]
fn what_is_asked() {
    let get = |wanted: &ReportAsk, name: &str| ask(wanted).params.into_iter().find(|(key, _)| key == name).map(|(_, value)| value);
    let some = |text: &str| Some(text.to_owned());
    for (campaigns, groups, dispositions, stats) in [
        (vec![], vec![], (some("---ALL---"), some("---ALL---")), (some("---ALL---"), None)),
        (vec!["A1", "B_2"], vec![], (some("A1-B_2"), None), (some("A1-B_2"), None)),
        (vec![], vec!["IN1"], (None, some("IN1")), (some("---ALL---"), some("IN1"))),
        (vec!["A1"], vec!["IN1", "IN2"], (some("A1"), some("IN1-IN2")), (some("A1"), some("IN1-IN2"))),
    ] {
        let of = |kind| {
            let wanted = ReportAsk { campaigns: places(&campaigns), groups: places(&groups), ..wanted(kind) };
            (get(&wanted, "campaigns"), get(&wanted, "ingroups"))
        };
        assert_eq!(of(ReportKind::CallDispoReport), dispositions, "{campaigns:?} {groups:?}");
        assert_eq!(of(ReportKind::CallStatusStats), stats, "{campaigns:?} {groups:?}");
    }
    for kind in ReportKind::ALL {
        let ask = ask(&wanted(kind));
        assert!(!ask.is_write() && ask.function() == kind.name(), "{ask:?}");
    }
    let agents = wanted(ReportKind::AgentStatsExport);
    assert_eq!(get(&agents, "datetime_end"), some("2026-11-24 23:59:59"));
    assert_eq!(get(&agents, "group_by_campaign"), some("YES"));
    let users = ReportAsk { users: vec!["6001".to_owned(), "6002".to_owned()], ..wanted(ReportKind::CallDispoReport) };
    assert_eq!(get(&users, "users"), some("6001-6002"));
}

#[tokio::test]
async fn agents_over_the_wire() {
    let peer = Peer::start(|_| Act::text(AGENTS)).await;
    let found = peer.client().report(&wanted(ReportKind::AgentStatsExport)).await.unwrap();
    assert_eq!(words(&found).len(), 2);
    let seen = peer.seen();
    assert!(seen.len() == 1 && seen[0].starts_with("POST ") && seen[0].contains("header=YES"), "{seen:?}");

    let nobody = "ERROR: agent_stats_export NO RECORDS FOUND - apiuser||2026-11-24 00:00:00|2026-11-24 23:59:59|\n";
    let peer = Peer::start(move |_| Act::text(nobody)).await;
    let empty = peer.client().report(&wanted(ReportKind::AgentStatsExport)).await.unwrap();
    assert_eq!((empty.rows.len(), empty.columns.len()), (0, 21));
}

#[tokio::test]
async fn a_missing_right_names_the_function_and_what_it_wants() {
    // The server names the wrong function.
    let peer = Peer::start(|_| Act::text("ERROR: call_status_stats USER DOES NOT HAVE PERMISSION TO VIEW STATS: |apiuser|0|\n")).await;
    let fault = peer.client().report(&wanted(ReportKind::CallDispoReport)).await.unwrap_err();
    assert_eq!((fault.code, fault.reach, fault.effect), ("no_right", Reach::Person, Effect::None));
    assert!(fault.message.contains("`call_dispo_report`") && fault.help.unwrap().contains("user level 9 and `view_reports`"));
}

#[tokio::test]
async fn a_refused_login_is_sent_once() {
    let body = format!("ERROR: Login incorrect, please try again: |apiuser|{PASSWORD}|BAD|\n");
    let peer = Peer::start(move |_| Act::text(&body)).await;
    let client = peer.client();
    for kind in ReportKind::ALL {
        let fault = client.report(&wanted(kind)).await.unwrap_err();
        assert_eq!((fault.code, fault.reach), ("login_refused", Reach::Login));
        assert!(!fault.to_string().contains(PASSWORD));
    }
    assert_eq!(peer.seen().len(), 1);
}

#[tokio::test]
async fn what_is_no_answer_is_trouble_that_may_pass() {
    for body in ["", "<html><head><title>502</title></head></html>", "CAMPAIGN,TOTAL CALLS,NA\nCAMP1,3,3\nTOTAL,3"] {
        let peer = Peer::start(move |_| Act::text(body)).await;
        for kind in ReportKind::ALL {
            let answer = peer.client().report(&wanted(kind)).await;
            assert_eq!(answer.unwrap_err().reach, Reach::Connection, "{kind}: {body}");
        }
    }
}

fn config() -> ProptestConfig {
    ProptestConfig { rng_seed: RngSeed::Fixed(1), failure_persistence: None, cases: 400, ..ProptestConfig::default() }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn nothing_panics_on_any_text(
        start in prop::sample::select(vec!["", "CAMPAIGN,TOTAL CALLS", "user|full_name|calls|login_time\n", "CAMP1|1|0|00-1|"]),
        rest in "[A-Z0-9|,:%() .\n-]{0,60}",
    ) {
        for kind in ReportKind::ALL {
            if let Ok(table) = table(&wanted(kind), &format!("{start}{rest}")) {
                prop_assert!(table.rows.iter().all(|row| row.len() == table.columns.len()));
            }
        }
    }

    #[test]
    fn dispositions_of_any_campaigns_come_back_as_they_were(
        campaigns in prop::collection::vec(prop::collection::btree_map("[A-Z][A-Z0-9_-]{0,5}", 1u64..500, 1..6), 1..5),
        with_shares: bool,
    ) {
        // As the server does it: names as they are met, numbers sorted by name.
        let mut names: Vec<&String> = Vec::new();
        for name in campaigns.iter().flat_map(|counts| counts.keys()) {
            if !names.contains(&name) {
                names.push(name);
            }
        }
        let mut sorted = names.clone();
        sorted.sort();
        let mut body = String::from("CAMPAIGN,TOTAL CALLS");
        for name in &names {
            body += &format!(",{name}");
        }
        let mut line = |campaign: &str, count: &dyn Fn(&str) -> u64| {
            let all: u64 = sorted.iter().map(|name| count(name)).sum();
            body += &format!("\n{campaign},{all}");
            for name in &sorted {
                let number = count(name);
                let share = if with_shares { format!(" ({:.1}%)", number as f64 * 100.0 / all as f64) } else { String::new() };
                body += &format!(",{number}{share}");
            }
        };
        for (place, counts) in campaigns.iter().enumerate() {
            line(&format!("CAMP{place}"), &|name| counts.get(name).copied().unwrap_or(0));
        }
        line("TOTAL", &|name| campaigns.iter().filter_map(|counts| counts.get(name)).sum());
        let read = table(&wanted(ReportKind::CallDispoReport), &body).unwrap();
        let found: Vec<String> = words(&read).iter().map(|row| row.rsplit_once(' ').unwrap().0.to_owned()).collect();
        let expected: Vec<String> = campaigns
            .iter()
            .enumerate()
            .flat_map(|(place, counts)| counts.iter().map(move |(name, count)| format!("CAMP{place} {name} {count}")))
            .collect();
        prop_assert_eq!(found, expected);
    }
}
