//! The gate: how many requests are in flight, in which order, and from when on they count.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures_util::future::join_all;
use tokio::net::TcpListener;
use vicisync::model::LeadId;
use vicisync::ports::Dialer;
use vicisync::vicidial::{Load, Vicidial};

use crate::peer::{client, settings};

/// A VICIdial whose answers take a while, and that counts.
#[derive(Clone)]
struct Slow {
    url: String,
    now: Arc<AtomicUsize>,
    most: Arc<AtomicUsize>,
    leads: Arc<Mutex<Vec<u64>>>,
}

async fn slow(pause: Duration) -> Slow {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let slow = Slow { url, now: Arc::default(), most: Arc::default(), leads: Arc::default() };
    let state = slow.clone();
    let answer = move |body: String| {
        let state = state.clone();
        async move {
            let lead = body.split('&').find_map(|pair| pair.strip_prefix("lead_id=")).and_then(|id| id.parse::<u64>().ok());
            state.leads.lock().unwrap().extend(lead);
            state.most.fetch_max(state.now.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
            tokio::time::sleep(pause).await;
            state.now.fetch_sub(1, Ordering::SeqCst);
            "V0000000000000000001"
        }
    };
    tokio::spawn(async move { axum::serve(listener, axum::Router::new().fallback(answer)).await });
    slow
}

async fn look(dialer: &Vicidial, leads: std::ops::Range<u64>) -> usize {
    let looks = leads.map(|lead| async move { dialer.codes_of(&[LeadId(lead)]).await });
    join_all(looks).await.into_iter().filter(Result::is_ok).count()
}

fn load(dialer: &Vicidial) -> Load {
    dialer.load()
}

#[tokio::test]
async fn never_more_are_in_flight_than_the_config_says_and_first_come_first_served() {
    for most in [1, 3] {
        let slow = slow(Duration::from_millis(5)).await;
        let dialer = client(&slow.url, Duration::from_secs(20)).with_concurrency(most);
        assert_eq!(look(&dialer, 0..1).await, 1);
        assert_eq!(look(&dialer, 1..60).await, 59);
        let reached = slow.most.load(Ordering::SeqCst);
        assert!((1..=most).contains(&reached) && (most == 1 || reached > 1), "{reached} of {most}");
        let leads = slow.leads.lock().unwrap().clone();
        for (place, lead) in leads.iter().enumerate() {
            assert!(lead.abs_diff(place as u64) <= most as u64, "{leads:?}");
        }
        let load = load(&dialer);
        assert!(load.cap == most && load.in_flight == 0 && load.recent.is_some(), "{load:?}");
    }
}

#[tokio::test]
async fn who_waits_at_the_gate_does_not_time_out() {
    let slow = slow(Duration::from_millis(300)).await;
    let dialer = Vicidial::new(settings(&slow.url, Duration::from_secs(2))).unwrap().with_concurrency(1);
    assert_eq!(look(&dialer, 0..9).await, 9);
}

#[tokio::test]
async fn a_request_that_is_given_up_leaves_its_place() {
    let slow = slow(Duration::from_secs(3600)).await;
    let dialer = client(&slow.url, Duration::from_secs(7200)).with_concurrency(1);
    for lead in 0..3 {
        let given_up = tokio::time::timeout(Duration::from_millis(300), look(&dialer, lead..lead + 1)).await;
        assert!(given_up.is_err());
        assert_eq!(load(&dialer).in_flight, 0);
    }
    assert_eq!(*slow.leads.lock().unwrap(), [0, 1, 2]);
}

#[tokio::test]
async fn a_server_that_answers_too_late_is_asked_by_one_at_a_time() {
    let slow = slow(Duration::from_secs(3600)).await;
    let dialer = client(&slow.url, Duration::from_millis(200)).with_concurrency(8);
    assert_eq!(load(&dialer).limit, 2);
    assert_eq!(look(&dialer, 0..4).await, 0);
    assert_eq!(load(&dialer).limit, 1);
}
