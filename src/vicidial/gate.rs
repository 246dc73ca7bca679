//! The gate before VICIdial: lets as many requests through as the controller allows, in the order in which they came.
//!
//! Files have a place of their own, one at a time: a list that is read slowly must not keep out the requests that its reader sends in between.
//! It knows the time and decides nothing; what it sees goes to [`super::load`]. A request's own time begins when it is through.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::{Semaphore, SemaphorePermit};

use super::load::{Controller, End, Kind, Load, Sample};

/// The gate of one VICIdial.
pub(super) struct Gate {
    room: Semaphore,
    files: Semaphore,
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
    /// What it teaches; nothing where it is a file.
    lesson: Option<Lesson>,
}

#[derive(Clone, Copy)]
struct Lesson {
    kind: Kind,
    level: usize,
    started: Duration,
}

impl Gate {
    pub(super) fn new(cap: usize) -> Self {
        let controller = Controller::new(cap);
        let given = controller.limit();
        let inner = Mutex::new(Inner { controller, given, debt: 0, in_flight: 0 });
        Self { room: Semaphore::new(given), files: Semaphore::new(1), inner, began: Instant::now() }
    }

    /// Waits until there is room. The gate is never closed, so the wait ends.
    pub(super) async fn enter(&self, kind: Kind) -> Pass<'_> {
        let permit = self.room.acquire().await.ok();
        let mut inner = self.inner();
        inner.in_flight += 1;
        Pass { gate: self, permit, lesson: Some(Lesson { kind, level: inner.in_flight, started: self.began.elapsed() }) }
    }

    /// The same for a file.
    pub(super) async fn enter_with_file(&self) -> Pass<'_> {
        Pass { gate: self, permit: self.files.acquire().await.ok(), lesson: None }
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
        let Some(Lesson { kind, level, started }) = self.lesson else { return };
        let took = self.gate.began.elapsed().saturating_sub(started);
        let mut inner = self.gate.inner();
        inner.controller.ended(Sample { kind, level, started, took, end });
        self.gate.follow(&mut inner);
    }
}

impl Drop for Pass<'_> {
    fn drop(&mut self) {
        if self.lesson.is_none() {
            return;
        }
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
