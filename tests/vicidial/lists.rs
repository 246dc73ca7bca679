//! Whole lists over HTTP: in pages while the file comes, and never short without a word.

use futures_util::StreamExt;
use vicisync::model::{LeadId, ListId};
use vicisync::ports::{Dialer, Effect, Fault, Reach};

use crate::files::{file, row};
use crate::peer::{Act, Peer};
use crate::swept;

const LIST: ListId = ListId(1001);
const FILE: &str = "application/octet-stream";

/// What `list_info` says of a list with so many leads.
fn counted(leads: u64) -> Act {
    Act::text(&format!("1001|Sync list|CAMP1|Y|2026-11-24 10:00:00||2099-12-31|0|{leads}|0|\n"))
}

fn is_count(request: &str) -> bool {
    request.contains("leads_counts=Y")
}

fn list(leads: u64) -> String {
    let rows: Vec<String> = (1..=leads).map(|lead| row(lead, "C1", "x", "o", &[])).collect();
    String::from_utf8(file(&rows)).unwrap()
}

/// A VICIdial that counts so many leads, and hands out so many.
async fn peer(counts: u64, holds: u64) -> Peer {
    Peer::start(move |request| if is_count(request) { counted(counts) } else { Act::Answer(200, FILE, list(holds)) }).await
}

#[track_caller]
fn check(fault: &Fault, reach: Reach, code: &str) {
    assert_eq!((fault.effect, fault.reach, fault.code), (Effect::None, reach, code), "{fault}");
}

#[tokio::test]
async fn pages_are_given_while_the_file_still_comes() {
    let peer = Peer::start(|request| if is_count(request) { counted(9999) } else { Act::Stall(list(20_000)) }).await;
    let dialer = peer.client();
    let mut pages = std::pin::pin!(dialer.sweep(LIST));
    let mut leads = 0;
    for _ in 0..2 {
        let page = pages.next().await.unwrap().unwrap();
        // A page ends with the bytes that came together.
        assert!((1000..5000).contains(&page.len()), "{} rows", page.len());
        leads += page.len();
    }
    assert!(leads < 20_000);
}

#[tokio::test]
async fn every_lead_comes_once_and_in_order() {
    for count in [1, 999, 1000, 1001, 3333] {
        let peer = peer(count, count).await;
        let leads: Vec<LeadId> = swept(peer.client().sweep(LIST)).await.unwrap().iter().map(|row| row.lead_id).collect();
        assert_eq!(leads, (1..=count).map(LeadId).collect::<Vec<_>>());
        assert_eq!(peer.seen().len(), 2, "one count and one download");
    }
}

#[tokio::test]
async fn a_list_that_comes_short_is_no_whole_list() {
    let peer = peer(500, 300).await;
    let dialer = peer.client();
    let mut pages = std::pin::pin!(dialer.sweep(LIST));
    assert_eq!(pages.next().await.unwrap().unwrap().len(), 300);
    let fault = pages.next().await.unwrap().unwrap_err();
    assert!(fault.message.contains("500 leads") && fault.message.contains("showed 300"), "{fault}");
    check(&fault, Reach::Connection, "cut_off");
    assert!(pages.next().await.is_none());
}

#[tokio::test]
async fn no_leads_of_a_list_that_has_some_is_short_too() {
    let peer =
        Peer::start(|request| if is_count(request) { counted(500) } else { Act::text("There are no leads in list_id: 1001\n") }).await;
    check(&swept(peer.client().sweep(LIST)).await.unwrap_err(), Reach::Connection, "cut_off");
}

#[tokio::test]
async fn leads_that_went_away_meanwhile_are_not_missed() {
    // Ten leads may go without a question; of more, the list is counted again.
    assert_eq!(swept(peer(13, 3).await.client().sweep(LIST)).await.unwrap().len(), 3);
    let times = std::sync::atomic::AtomicU32::new(0);
    let peer = Peer::start(move |request| {
        if !is_count(request) {
            return Act::Answer(200, FILE, list(300));
        }
        counted(if times.fetch_add(1, std::sync::atomic::Ordering::Relaxed) == 0 { 500 } else { 290 })
    })
    .await;
    assert_eq!(swept(peer.client().sweep(LIST)).await.unwrap().len(), 300);
    assert_eq!(peer.seen().len(), 3);
}

#[tokio::test]
async fn a_user_who_may_not_count_may_still_read() {
    for said in [
        "ERROR: list_info USER DOES NOT HAVE PERMISSION TO MODIFY LISTS: |apiuser|0\n",
        "1001|Sync list|CAMP1|Y|2026-11-24 10:00:00||2099-12-31|0|\n",
    ] {
        let peer = Peer::start(move |request| if is_count(request) { Act::text(said) } else { Act::Answer(200, FILE, list(3)) }).await;
        assert_eq!(swept(peer.client().sweep(LIST)).await.unwrap().len(), 3);
    }
}

#[tokio::test]
async fn a_list_that_does_not_exist_is_not_downloaded() {
    let peer = Peer::start(|_| Act::text("ERROR: list_info LIST DOES NOT EXIST: |apiuser|1001\n")).await;
    check(&swept(peer.client().sweep(LIST)).await.unwrap_err(), Reach::Record, "list_missing");
    assert_eq!(peer.seen().len(), 1);
}

#[tokio::test]
async fn a_file_that_ends_within_a_row_is_cut_off() {
    let whole = list(50);
    for length in [whole.len() - 1, whole.len() - 40, 5] {
        let part = whole[..length].to_owned();
        let peer = Peer::start(move |request| if is_count(request) { counted(50) } else { Act::Answer(200, FILE, part.clone()) }).await;
        check(&swept(peer.client().sweep(LIST)).await.unwrap_err(), Reach::Connection, "cut_off");
    }
    // The connection broke between two rows.
    let peer = Peer::start(|request| if is_count(request) { counted(50) } else { Act::Cut(list(50)) }).await;
    check(&swept(peer.client().sweep(LIST)).await.unwrap_err(), Reach::Connection, "cut_off");
}
