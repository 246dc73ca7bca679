//! The gate before VICIdial: lets as many requests through as the controller allows, in the order in which they came.
//!
//! It knows the time and decides nothing; what it sees goes to [`super::load`]. A request's own time begins when it is through.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::{Semaphore, SemaphorePermit};

use super::load::{Controller, End, Kind, Load, Sample};

/// The gate of one VICIdial.
pub(super) struct Gate {
    room: Semaphore,
    inner: Mutex<Inner>,
    began: Instant,
}

struct Inner {
    controller: Controller,
    /// What the semaphore gives out in all, less what it is still to take back.
    given: usize,
    /// Permits to be taken back when their requests end.
    debt: usize,
    in_flight: usize,
}

/// A request that is through. Its place is free again when this is dropped.
pub(super) struct Pass<'a> {
    gate: &'a Gate,
    permit: Option<SemaphorePermit<'a>>,
    kind: Kind,
    level: usize,
    started: Duration,
}

impl Gate {
    pub(super) fn new(cap: usize) -> Self {
        let controller = Controller::new(cap);
        let given = controller.limit();
        let inner = Mutex::new(Inner { controller, given, debt: 0, in_flight: 0 });
        Self { room: Semaphore::new(given), inner, began: Instant::now() }
    }

    /// Waits until there is room. The gate is never closed, so the wait ends.
    pub(super) async fn enter(&self, kind: Kind) -> Pass<'_> {
        let permit = self.room.acquire().await.ok();
        let mut inner = self.inner();
        inner.in_flight += 1;
        Pass { gate: self, permit, kind, level: inner.in_flight, started: self.began.elapsed() }
    }

    pub(super) fn load(&self) -> Load {
        let inner = self.inner();
        inner.controller.load(inner.in_flight)
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Follows the controller's limit.
    fn follow(&self, inner: &mut Inner) {
        let limit = inner.controller.limit();
        if limit == inner.given {
            return;
        }
        let load = inner.controller.load(inner.in_flight);
        tracing::debug!(limit, was = inner.given, baseline = ?load.baseline, recent = ?load.recent, "requests in flight at VICIdial");
        if limit > inner.given {
            let more = limit - inner.given;
            let kept = more.min(inner.debt);
            inner.debt -= kept;
            self.room.add_permits(more - kept);
        } else {
            let fewer = inner.given - limit;
            inner.debt += fewer - self.room.forget_permits(fewer);
        }
        inner.given = limit;
    }
}

impl Pass<'_> {
    /// The request ended so. One that is dropped without a word was given up, and says nothing of the server.
    pub(super) fn ended(self, end: End) {
        let took = self.gate.began.elapsed().saturating_sub(self.started);
        let mut inner = self.gate.inner();
        inner.controller.ended(Sample { kind: self.kind, level: self.level, started: self.started, took, end });
        self.gate.follow(&mut inner);
    }
}

impl Drop for Pass<'_> {
    fn drop(&mut self) {
        let mut inner = self.gate.inner();
        inner.in_flight -= 1;
        if inner.debt > 0 {
            inner.debt -= 1;
            if let Some(permit) = self.permit.take() {
                permit.forget();
            }
        }
    }
}
