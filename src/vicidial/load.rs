//! How many requests may be in flight at a VICIdial: found by trying, given back as soon as answers take longer.
//!
//! Pure: it is told of each request's start, length and end, and asked for the limit; it knows no clock and no network. Only requests
//! that cost about the same each are compared, and each kind with itself: writes of one lead, looks at one lead. Exports, searches
//! and batches count as in flight and teach nothing. With so many in flight that each takes so long, throughput is one divided by the other,
//! so latencies alone tell both where more requests bring nothing (the knee) and that somebody else needs the server.

use std::collections::VecDeque;
use std::time::Duration;

use super::call::{Ask, Page};

/// The most that may be in flight, whatever the config says: with ten wrong logins VICIdial locks the user.
pub const CAP_MAX: usize = 8;
/// What is in flight before anything is known.
const START: usize = 2;
/// More throughput that one request more must bring, or it goes back.
const GAIN: f64 = 0.04;
/// From this many times the baseline on, half as many are sent.
const HALVES_AT: f64 = 2.0;
/// From this many times the baseline on, one fewer is sent, and none more.
const YIELDS_AT: f64 = 1.5;
/// So many windows in a row must say so: one alone is a hiccup.
const SLOW_WINDOWS: u32 = 2;
/// The baseline grows to `e` times within this time while answers take that long: what is slow for good is learned in minutes.
const FORGETS_IN: f64 = 300.0;
/// It falls to faster answers within this time, so that a few lucky ones are no baseline.
const FALLS_IN: f64 = 10.0;
/// A pause longer than this teaches no more than this.
const LEARNS_AT_ONCE: f64 = 5.0;
/// Between two tries of another limit: doubled for each that brought nothing.
const PATIENCE: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(30));
/// Failed requests among the last ones that halve the limit.
const FAILED: (usize, usize) = (3, 16);
/// A window whose first request is older is begun anew.
const STALE: Duration = Duration::from_secs(30);
/// Requests of one window at most.
const WINDOW_MAX: usize = 512;

/// What a request costs the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A lead is added.
    Add,
    /// A lead is changed by its id.
    Update,
    /// Custom fields of a lead are set.
    Custom,
    /// One lead is looked at by its id.
    Look,
    /// Anything else: what it costs depends on what is asked for.
    Bulk,
}

impl Kind {
    /// The kind of a request.
    #[must_use]
    pub fn of(ask: &Ask) -> Self {
        match (ask.page, ask.function()) {
            (Page::Api, "add_lead") => Self::Add,
            (Page::Api, "update_lead") if ask.get("custom_fields") == "Y" => Self::Custom,
            (Page::Api, "update_lead") => Self::Update,
            (Page::Api, "lead_field_info" | "lead_all_info") => Self::Look,
            (Page::Api | Page::ListDownload | Page::CallReport | Page::LeadReport | Page::CallbacksExport, _) => Self::Bulk,
        }
    }

    /// Its place among the kinds that teach.
    fn place(self) -> Option<usize> {
        match self {
            Self::Add => Some(0),
            Self::Update => Some(1),
            Self::Custom => Some(2),
            Self::Look => Some(3),
            Self::Bulk => None,
        }
    }
}

/// How a request ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// With an answer, whatever it says.
    Answered,
    /// Without one, or with the server's own failure.
    Failed,
    /// Not in time.
    TimedOut,
}

/// One request that ended. Times count from any fixed moment.
#[derive(Debug, Clone, Copy)]
pub struct Sample {
    /// Its kind.
    pub kind: Kind,
    /// Requests in flight when it started, itself among them.
    pub level: usize,
    /// When it started.
    pub started: Duration,
    /// How long it took.
    pub took: Duration,
    /// How it ended.
    pub end: End,
}

/// How it stands, for logs and metrics.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Load {
    /// Requests that may be in flight.
    pub limit: usize,
    /// The most that the config allows.
    pub cap: usize,
    /// Requests in flight now.
    pub in_flight: usize,
    /// What a request takes when all is well, of the kind last sent; `None` where nothing is known yet.
    pub baseline: Option<Duration>,
    /// What one took lately.
    pub recent: Option<Duration>,
}

/// Requests of one kind that started with the same number in flight, until there are enough to speak of.
#[derive(Debug, Clone, Default)]
struct Window {
    since: Duration,
    took: Vec<f64>,
}

/// What is known of one kind at one level.
#[derive(Debug, Clone, Default)]
struct Level {
    window: Window,
    /// What a request takes when all is well: follows faster ones soon and slower ones over minutes.
    base: Option<f64>,
    /// What it takes lately.
    typical: Option<f64>,
}

/// One kind, by level from 1.
#[derive(Debug, Clone, Default)]
struct Record {
    levels: [Level; CAP_MAX + 1],
    learned_at: Option<Duration>,
}

/// What the limit is doing.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Phase {
    /// At first it doubles as long as that pays; with the level before and what a request took there.
    Rising(Option<(usize, f64)>),
    /// It rests until the next try.
    Resting,
    /// Another limit is tried; with the one before and what a request took there.
    Trying(usize, f64),
}

/// The controller of one VICIdial.
#[derive(Debug, Clone)]
pub struct Controller {
    cap: usize,
    limit: usize,
    phase: Phase,
    records: [Record; 4],
    /// Requests that started before say nothing of the present limit.
    cut_at: Duration,
    next_try: Duration,
    patience: Duration,
    tries_up: bool,
    failed: VecDeque<bool>,
    slow_windows: u32,
    last: Option<(f64, f64)>,
}

impl Controller {
    /// A controller that never lets more than `cap` through; 1 to [`CAP_MAX`].
    #[must_use]
    pub fn new(cap: usize) -> Self {
        let cap = cap.clamp(1, CAP_MAX);
        Self {
            cap,
            limit: START.min(cap),
            phase: Phase::Rising(None),
            records: Default::default(),
            cut_at: Duration::ZERO,
            next_try: Duration::ZERO,
            patience: PATIENCE.0,
            tries_up: true,
            failed: VecDeque::new(),
            slow_windows: 0,
            last: None,
        }
    }

    /// Requests that may be in flight now.
    #[must_use]
    pub fn limit(&self) -> usize {
        self.limit
    }

    /// How it stands.
    #[must_use]
    pub fn load(&self, in_flight: usize) -> Load {
        let (baseline, recent) = self.last.unzip();
        let time = |seconds: f64| Duration::try_from_secs_f64(seconds).unwrap_or_default();
        Load { limit: self.limit, cap: self.cap, in_flight, baseline: baseline.map(time), recent: recent.map(time) }
    }

    /// A request ended.
    pub fn ended(&mut self, sample: Sample) {
        let Some(kind) = sample.kind.place() else { return };
        if sample.started < self.cut_at {
            return;
        }
        let now = sample.started + sample.took;
        match sample.end {
            End::TimedOut => self.cut(now),
            End::Failed | End::Answered => {
                self.failed.push_back(sample.end == End::Failed);
                if self.failed.len() > FAILED.1 {
                    self.failed.pop_front();
                }
                if self.failed.iter().filter(|failed| **failed).count() >= FAILED.0 {
                    self.cut(now);
                } else if sample.end == End::Answered && (1..=CAP_MAX).contains(&sample.level) {
                    self.answered(kind, sample, now);
                }
            }
        }
    }

    fn answered(&mut self, kind: usize, sample: Sample, now: Duration) {
        let (count, span) = match self.phase {
            Phase::Rising(_) => (16, Duration::from_millis(40)),
            Phase::Resting => (16, Duration::from_millis(200)),
            // The fewer there are, the more one of them brings or costs, and the sooner that shows.
            Phase::Trying(..) => (16 * sample.level.min(5), Duration::from_millis(200)),
        };
        let window = &mut self.records[kind].levels[sample.level].window;
        if window.took.is_empty() || now.saturating_sub(window.since) > STALE {
            *window = Window { since: sample.started, took: Vec::new() };
        }
        window.took.push(sample.took.as_secs_f64());
        let is_full = window.took.len() >= WINDOW_MAX || (window.took.len() >= count && now.saturating_sub(window.since) >= span);
        if is_full {
            let recent = usual(std::mem::take(&mut window.took));
            self.look(kind, sample.level, recent, now);
        }
    }

    /// A window is full: what does it say?
    fn look(&mut self, kind: usize, level: usize, recent: f64, now: Duration) {
        let expected = self.records[kind].expected(level).unwrap_or(recent);
        self.records[kind].learn(level, recent, now);
        self.last = Some((expected, recent));
        let slowness = recent / expected;
        self.slow_windows = if slowness > YIELDS_AT { self.slow_windows + 1 } else { 0 };
        if self.slow_windows >= SLOW_WINDOWS {
            if slowness > HALVES_AT {
                self.limit = self.limit.min(level);
                return self.cut(now);
            }
            return self.rest(now, self.limit.min(level) - 1);
        }
        if level != self.limit || self.slow_windows > 0 {
            return;
        }
        match self.phase {
            Phase::Resting if now < self.next_try => {}
            Phase::Resting => self.try_another(kind, now),
            Phase::Rising(before) => {
                let pays = before.is_none_or(|before| is_gain(before, (level, recent)));
                let doubled = (level * 2).min(self.cap);
                match before {
                    Some((before, _)) if !pays => self.rest(now, before),
                    Some(_) | None if doubled == level => self.rest(now, level),
                    Some(_) | None => self.go(doubled, Phase::Rising(Some((level, recent)))),
                }
            }
            Phase::Trying(before, was) => {
                // More must pay; fewer must not cost.
                let is_better =
                    if level > before { is_gain((before, was), (level, recent)) } else { !is_gain((level, recent), (before, was)) };
                if is_better {
                    self.tries_up = level > before;
                    self.rest(now, level);
                    if self.tries_up {
                        self.patience = PATIENCE.0;
                        self.next_try = now;
                    }
                } else {
                    self.patience = (self.patience * 2).min(PATIENCE.1);
                    self.rest(now, before);
                    self.tries_up = level < before;
                }
            }
        }
    }

    fn try_another(&mut self, kind: usize, now: Duration) {
        let Some(was) = self.records[kind].levels[self.limit].typical else { return };
        let other = if (self.tries_up && self.limit < self.cap) || self.limit == 1 { self.limit + 1 } else { self.limit - 1 };
        if other > self.cap {
            self.next_try = now + self.patience;
            return;
        }
        self.go(other, Phase::Trying(self.limit, was));
    }

    /// Half as many, since the server fails or slows down.
    fn cut(&mut self, now: Duration) {
        self.cut_at = now;
        self.failed.clear();
        self.slow_windows = 0;
        self.patience = PATIENCE.0;
        self.tries_up = true;
        self.rest(now, self.limit / 2);
    }

    fn rest(&mut self, now: Duration, limit: usize) {
        self.next_try = now + self.patience;
        self.go(limit, Phase::Resting);
    }

    fn go(&mut self, limit: usize, phase: Phase) {
        self.phase = phase;
        let limit = limit.clamp(1, self.cap);
        if limit != self.limit {
            self.limit = limit;
            // What began under another limit is no part of a window at this one.
            for record in &mut self.records {
                record.levels[limit].window = Window::default();
            }
        }
    }
}

impl Record {
    /// What a request takes at that level when all is well. Where the level is new, at most what waiting in line would make of a lower one.
    fn expected(&self, level: usize) -> Option<f64> {
        let known = |at: usize| self.levels[at].base;
        known(level)
            .or_else(|| (1..level).rev().find_map(|at| Some(known(at)? * level as f64 / at as f64)))
            .or_else(|| (level + 1..=CAP_MAX).find_map(known))
    }

    fn learn(&mut self, level: usize, recent: f64, now: Duration) {
        let passed = self.learned_at.map_or(0.0, |at| now.saturating_sub(at).as_secs_f64()).min(LEARNS_AT_ONCE);
        self.learned_at = Some(now);
        let this = &mut self.levels[level];
        this.typical = Some(this.typical.map_or(recent, |typical| (typical + recent) / 2.0));
        match this.base {
            None => this.base = Some(recent),
            Some(base) if recent <= base => this.base = Some(base + (recent - base) * (1.0 - (-passed / FALLS_IN).exp())),
            Some(base) => {
                // A server that slowed down did so at every level.
                let growth = (passed / FORGETS_IN).exp().min(recent / base);
                for level in &mut self.levels {
                    level.base = level.base.map(|base| base * growth);
                }
            }
        }
        // Fewer in flight never take longer.
        let most = self.levels[level].base;
        for lower in &mut self.levels[..level] {
            lower.base = lower.base.zip(most).map(|(base, most)| base.min(most));
        }
    }
}

/// Whether the second level brings more than the first, for what each request more should bring.
fn is_gain((before, was): (usize, f64), (after, is): (usize, f64)) -> bool {
    let wanted = 1.0 + GAIN * after.saturating_sub(before) as f64;
    (after as f64 / is) / (before as f64 / was) >= wanted
}

/// The mean without the slowest tenth. Where some stand in line and others do not, a median is one or the other.
fn usual(mut took: Vec<f64>) -> f64 {
    took.sort_unstable_by(f64::total_cmp);
    took.truncate((took.len() - took.len() / 10).max(1));
    took.iter().sum::<f64>() / took.len() as f64
}
