//! The controller of requests in flight against simulated servers: a line before a few workers, and another client that comes and goes.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::time::Duration;

use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use vicisync::vicidial::load::{CAP_MAX, Controller, End, Kind, Sample};

/// A server: `workers` serve one request each, first come first served; each request travels `delay` beside that.
#[derive(Debug, Clone, Copy)]
struct Server {
    workers: usize,
    /// Seconds of a worker's time.
    service: f64,
    /// How much that varies, as a share.
    spread: f64,
    delay: f64,
}

/// Another client with so many requests in flight, from one second to another.
#[derive(Debug, Clone, Copy)]
struct Other {
    in_flight: usize,
    from: f64,
    to: f64,
}

const NOBODY: Other = Other { in_flight: 0, from: 0.0, to: 0.0 };

/// Small, and the same every time.
struct Dice(u64);

impl Dice {
    /// From 0 to 1.
    fn roll(&mut self) -> f64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 11) as f64 / (1_u64 << 53) as f64
    }
}

/// An answer under way: when it comes (nanoseconds), its number, and of ours the level and the start.
type Answer = (u64, u64, Option<(usize, u64)>);

/// What a second looked like.
#[derive(Debug, Clone, Copy, Default)]
struct Second {
    done: usize,
    theirs: usize,
    limit: usize,
}

/// Plays so many seconds; `fixed` stands for a client that does not adapt. `slow` gives how many times the usual a request takes, by time.
fn play(server: Server, other: Other, seconds: usize, fixed: Option<usize>, slow: impl Fn(f64) -> f64) -> Vec<Second> {
    let nanos = |time: f64| (time * 1e9) as u64;
    let mut dice = Dice(7);
    let mut controller = Controller::new(CAP_MAX);
    let mut free = vec![0.0_f64; server.workers];
    let mut events: BinaryHeap<Reverse<Answer>> = BinaryHeap::new();
    let mut told = vec![Second::default(); seconds];
    let (mut now, mut ours, mut theirs, mut number) = (0.0_f64, 0_usize, 0_usize, 0_u64);
    while now < seconds as f64 {
        let limit = fixed.unwrap_or_else(|| controller.limit());
        let wanted = if (other.from..other.to).contains(&now) { other.in_flight } else { 0 };
        while ours < limit || theirs < wanted {
            let whose = if ours < limit {
                ours += 1;
                Some((ours, nanos(now)))
            } else {
                theirs += 1;
                None
            };
            let place = (0..free.len()).min_by(|left, right| free[*left].total_cmp(&free[*right])).unwrap();
            let service = server.service * slow(now) * (1.0 + server.spread * (2.0 * dice.roll() - 1.0));
            free[place] = free[place].max(now + server.delay / 2.0) + service;
            number += 1;
            events.push(Reverse((nanos(free[place] + server.delay / 2.0), number, whose)));
        }
        let Reverse((at, _, whose)) = events.pop().unwrap();
        now = at as f64 / 1e9;
        let Some(second) = told.get_mut(now as usize) else { break };
        if let Some((level, started)) = whose {
            ours -= 1;
            second.done += 1;
            let (started, took) = (Duration::from_nanos(started), Duration::from_nanos(at - started));
            controller.ended(Sample { kind: Kind::Add, level, started, took, end: End::Answered });
        } else {
            theirs -= 1;
            second.theirs += 1;
        }
        second.limit = fixed.unwrap_or_else(|| controller.limit());
    }
    told
}

fn steady(_: f64) -> f64 {
    1.0
}

fn done(told: &[Second]) -> usize {
    told.iter().map(|second| second.done).sum()
}

fn limit(told: &[Second]) -> f64 {
    told.iter().map(|second| second.limit as f64).sum::<f64>() / told.len() as f64
}

fn config() -> ProptestConfig {
    ProptestConfig { rng_seed: RngSeed::Fixed(1), failure_persistence: None, cases: 24, ..ProptestConfig::default() }
}

fn servers() -> impl Strategy<Value = Server> {
    (1_usize..=8, 0.002..0.05_f64, 0.0..0.6_f64, 0.0..0.3_f64).prop_map(|(workers, service, spread, delay)| Server {
        workers,
        service,
        spread,
        delay: service * delay,
    })
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn the_knee_is_found_and_nearly_all_of_the_throughput(server in servers()) {
        let told = play(server, NOBODY, 120, None, steady);
        let best = (1..=CAP_MAX).map(|fixed| done(&play(server, NOBODY, 60, Some(fixed), steady))).max().unwrap();
        let reached = done(&told[60..]);
        prop_assert!(reached * 10 >= best * 9, "{reached} of {best}");
        // Once the travel is paid for by one more, more of them only stand in line.
        let (least, most) = (server.workers as f64 * 0.85, server.workers as f64 * (1.0 + server.delay / server.service) + 1.7);
        let limit = limit(&told[60..]);
        prop_assert!((least..=most).contains(&limit), "{limit} with {} workers", server.workers);
    }

    #[test]
    fn another_client_is_given_way_to_and_its_leaving_is_noticed(server in servers(), more in 2_usize..6) {
        let other = Other { in_flight: server.workers * more, from: 60.0, to: 120.0 };
        let told = play(server, other, 180, None, steady);
        let (before, beside, after) = (&told[40..60], &told[65..90], &told[150..180]);
        prop_assert!(limit(beside) <= (limit(before) / 2.0).max(1.2), "{} before, {} beside", limit(before), limit(beside));
        prop_assert!(done(after) as f64 >= 0.85 * 1.5 * done(before) as f64, "{} before, {} after", done(before), done(after));
    }

    #[test]
    fn a_server_that_slowed_down_for_good_is_learned_in_minutes(server in servers(), times in 1.5..4.0_f64) {
        let told = play(server, NOBODY, 900, None, |now| if now < 60.0 { 1.0 } else { times });
        let best = (1..=CAP_MAX).map(|fixed| done(&play(server, NOBODY, 60, Some(fixed), |_| times))).max().unwrap();
        let reached = done(&told[720..]) / 3;
        prop_assert!(reached * 10 >= best * 9, "{reached} of {best} at {}", limit(&told[720..]));
    }

    #[test]
    fn hiccups_are_no_other_client(server in servers()) {
        let hiccups = |now: f64| if now % 1.7 < 0.1 { 3.0 } else { 1.0 };
        let told = play(server, NOBODY, 180, None, hiccups);
        let best = (1..=CAP_MAX).map(|fixed| done(&play(server, NOBODY, 60, Some(fixed), hiccups))).max().unwrap();
        let reached = done(&told[60..]) / 2;
        prop_assert!(reached * 100 >= best * 85, "{reached} of {best} at {}", limit(&told[60..]));
    }

    #[test]
    fn the_limit_stays_within_its_bounds_whatever_comes(
        cap in 1_usize..12,
        samples in prop::collection::vec((0_u64..100_000, 0_u64..5_000, 0_usize..12, 0_usize..3, 0_usize..5), 0..400),
    ) {
        let mut controller = Controller::new(cap);
        for (started, took, level, end, kind) in samples {
            let end = [End::Answered, End::Failed, End::TimedOut][end];
            let kind = [Kind::Add, Kind::Update, Kind::Custom, Kind::Look, Kind::Bulk][kind];
            let (started, took) = (Duration::from_millis(started), Duration::from_millis(took));
            controller.ended(Sample { kind, level, started, took, end });
            prop_assert!((1..=cap.clamp(1, CAP_MAX)).contains(&controller.limit()));
        }
    }
}

fn sample(at_ms: u64, level: usize, took_ms: u64, end: End) -> Sample {
    Sample { kind: Kind::Update, level, started: Duration::from_millis(at_ms), took: Duration::from_millis(took_ms), end }
}

/// A controller that has come to four in flight.
fn at_four() -> Controller {
    let mut controller = Controller::new(4);
    for at in 0..100 {
        controller.ended(sample(at * 10, controller.limit(), 10, End::Answered));
    }
    assert_eq!(controller.limit(), 4);
    controller
}

#[test]
fn it_starts_with_two_and_doubles_while_that_pays() {
    let mut controller = Controller::new(8);
    assert_eq!(controller.limit(), 2);
    assert_eq!(Controller::new(1).limit(), 1);
    let mut seen = vec![2];
    for at in 0..100 {
        controller.ended(sample(at * 10, controller.limit(), 10, End::Answered));
        seen.push(controller.limit());
    }
    seen.dedup();
    assert_eq!(seen, [2, 4, 8]);
}

#[test]
fn a_time_out_halves_once_for_all_that_were_under_way() {
    let mut controller = at_four();
    for _ in 0..4 {
        controller.ended(sample(2_000, 4, 20_000, End::TimedOut));
    }
    assert_eq!(controller.limit(), 2);
    controller.ended(sample(23_000, 2, 20_000, End::TimedOut));
    assert_eq!(controller.limit(), 1);
}

#[test]
fn failures_halve_when_they_come_in_a_burst() {
    let mut controller = at_four();
    for at in 0..40 {
        let end = if at % 10 == 0 { End::Failed } else { End::Answered };
        controller.ended(sample(2_000 + at * 10, 4, 10, end));
        assert!(controller.limit() >= 3, "a failure now and then is that record's");
    }
    let before = controller.limit();
    for at in 0..3 {
        controller.ended(sample(3_000 + at * 10, before, 10, End::Failed));
    }
    assert_eq!(controller.limit(), before / 2);
}

#[test]
fn exports_and_searches_teach_nothing() {
    let mut controller = at_four();
    for at in 0..100 {
        controller.ended(Sample { kind: Kind::Bulk, ..sample(2_000 + at * 10, 4, 60_000, End::TimedOut) });
    }
    assert_eq!(controller.limit(), 4);
}

#[test]
fn how_it_stands_is_shown() {
    let load = at_four().load(3);
    assert_eq!((load.limit, load.cap, load.in_flight), (4, 4, 3));
    assert_eq!((load.baseline, load.recent), (Some(Duration::from_millis(10)), Some(Duration::from_millis(10))));
}
