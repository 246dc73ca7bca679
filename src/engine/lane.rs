//! One lane, drained: so many requests as its connection takes are always under way.
//!
//! Ops are taken from the journal a window at a time: marked as sent, in one commit with the results so far, before any of them is sent. The
//! next window is taken while half of the last one still waits, and requests go on while the commit is written. What is sent next is
//! decided in `queue`.

use std::collections::BTreeSet;

use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;

use crate::model::{ContactId, Lane, Op, Taken, Target, Turn};
use crate::ports::{Clock, Contacts, Dialer, Store, StoreError};

use super::change::{Step, Went};
use super::push::Pushed;
use super::queue::{BLACKOUT, Queue};
use super::send::Sent;
use super::{Job, Outside, Stop};

/// Ops of one commit.
const WINDOW: u32 = 128;

/// Ops of one commit where many may be written in one request.
const WINDOW_ALIKE: u32 = 512;

/// What the lanes of a push have in common.
pub(crate) struct Drain<'a> {
    /// The only contacts whose ops are sent, where it is about some.
    pub(crate) only: Option<&'a BTreeSet<ContactId>>,
    /// What was done.
    pub(crate) pushed: &'a mut Pushed,
    /// Ops that are through.
    pub(crate) done: u64,
    /// Ops that were planned.
    pub(crate) planned: u64,
}

impl Drain<'_> {
    fn keep<D, C, S, K>(&mut self, outside: &Outside<'_, D, C, S, K>, queue: &mut Queue, answers: Vec<(Op, Sent)>) {
        for (op, sent) in answers {
            self.done += 1;
            outside.progress.step(self.done, self.planned);
            self.pushed.note(&op, &sent);
            queue.keep(op, sent);
        }
    }
}

/// What is waited for.
enum Task {
    Turn(Turn),
    Step(Box<Step>),
}

/// What came back.
enum Event {
    Turned(Result<Vec<Taken>, StoreError>),
    Went(Box<Went>, Option<String>),
}

/// Drains a lane.
pub(crate) async fn drain<D: Dialer, C: Contacts, S: Store, K: Clock>(
    outside: &Outside<'_, D, C, S, K>,
    job: &Job,
    lane: Lane,
    drained: &mut Drain<'_>,
) -> Result<(), Stop> {
    let in_flight = match lane.target() {
        Target::Vicidial => job.vicidial_concurrency.max(1),
        Target::Crm => job.crm_concurrency.max(1),
    };
    let window = window(lane);
    let mut queue = Queue::default();
    let mut under_way = FuturesUnordered::new();
    let mut is_turning = false;
    loop {
        if job.awake_for(lane, outside.clock.now()).is_err() {
            queue.rest();
        }
        if !is_turning && queue.is_low(window as usize) {
            let results = std::mem::take(&mut queue.results);
            let turn = Turn { results, lane, limit: window, only: drained.only.cloned(), past: queue.past.clone() };
            under_way.push(wait_for(outside, job, Task::Turn(turn)));
            is_turning = true;
        }
        while under_way.len() - usize::from(is_turning) < in_flight
            && let Some(step) = queue.next()
        {
            under_way.push(wait_for(outside, job, Task::Step(Box::new(step))));
        }
        let answers = match under_way.next().await {
            Some(Event::Turned(taken)) => {
                is_turning = false;
                queue.taken(taken?, window as usize)
            }
            Some(Event::Went(went, phone)) => queue.went(*went, phone.as_ref()),
            None => break,
        };
        drained.keep(outside, &mut queue, answers);
    }
    let stop = queue.end();
    let (stop, rest) = stop.map_or((None, Vec::new()), |(stop, rest)| (Some(stop), rest));
    drained.keep(outside, &mut queue, rest);
    if !queue.results.is_empty() {
        outside.store.advance(&job.name, &queue.results, &[], outside.clock.now())?;
    }
    match (stop, lane.target()) {
        (None, _) => job.awake_for(lane, outside.clock.now()),
        (Some(fault), _) if fault.code == BLACKOUT => job.awake_for(lane, outside.clock.now()),
        (Some(fault), Target::Vicidial) => Err(job.dialer_stop(fault)),
        (Some(fault), Target::Crm) => Err(job.crm_stop(fault)),
    }
}

fn window(lane: Lane) -> u32 {
    match lane {
        Lane::Dnc | Lane::Update | Lane::Deactivate => WINDOW_ALIKE,
        Lane::Create | Lane::Custom | Lane::Contact | Lane::Patch | Lane::Activity | Lane::Delete => WINDOW,
    }
}

async fn wait_for<D: Dialer, C: Contacts, S: Store, K: Clock>(outside: &Outside<'_, D, C, S, K>, job: &Job, task: Task) -> Event {
    match task {
        Task::Turn(turn) => Event::Turned(outside.store.turn(&job.name, turn, outside.clock.now()).await),
        Task::Step(step) => {
            let phone = step.phone();
            Event::Went(Box::new(step.take(outside).await), phone)
        }
    }
}
