//! A small world in memory: one VICIdial, one CRM, one clock. It decides what the two servers do with a request, naively and by its
//! own rules; it shares nothing with the crate but the model's plain types and the ports it implements.
//!
//! What goes wrong, and when, is scripted in [`trouble`].

pub(crate) mod crm;
pub(crate) mod dialer;
pub(crate) mod trouble;

use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, TimeZone, Utc};
use vicisync::ports::{Clock, Effect, Fault, Reach};

use crm::Crm;
use dialer::Vicidial;
use trouble::{Script, Trouble};

/// What a late write does when it comes at last.
type Late = Box<dyn FnOnce(&mut World) + Send>;

/// Everything outside of vicisync.
pub(crate) struct World {
    pub(crate) now: DateTime<Utc>,
    pub(crate) vici: Vicidial,
    pub(crate) crm: Crm,
    pub(crate) script: Script,
    /// Writes that took effect or were turned down, as received: `add_lead`, `patch`, ...
    pub(crate) writes: Vec<String>,
    /// Requests of any kind, as received.
    pub(crate) requests: Vec<&'static str>,
    /// Requests that are out now, and the most that were.
    out: (usize, usize),
    /// Phones that leads are being added with now.
    adding: Vec<String>,
    /// Adds that came while another with their phone was out.
    pub(crate) races: usize,
    /// The process that asks was killed: nothing is answered any more.
    pub(crate) is_dead: bool,
    /// How long the world has been there, whatever its clocks say.
    age: TimeDelta,
    late: Vec<(TimeDelta, Late)>,
}

impl World {
    /// Lets time pass; what comes late comes now.
    pub(crate) fn pass(&mut self, time: TimeDelta) {
        self.now += time;
        self.age += time;
        while let Some(at) = self.late.iter().position(|(due, _)| *due <= self.age) {
            let (_, effect) = self.late.remove(at);
            effect(self);
        }
    }

    /// Somebody sets all clocks back. No time passes.
    pub(crate) fn set_back(&mut self, time: TimeDelta) {
        self.now -= time;
    }

    /// Forgets what was counted.
    pub(crate) fn forget_counts(&mut self) {
        self.writes.clear();
        self.requests.clear();
        self.out = (0, 0);
    }

    /// The most requests that were out at one time.
    pub(crate) fn most_out(&self) -> usize {
        self.out.1
    }

    /// How many writes of that name came.
    pub(crate) fn count(&self, name: &str) -> usize {
        self.writes.iter().filter(|write| write.split(' ').next() == Some(name)).count()
    }
}

/// The world, as all ports share it.
#[derive(Clone)]
pub(crate) struct Sim(Arc<Mutex<World>>);

impl Sim {
    pub(crate) fn new() -> Self {
        let now = Utc.with_ymd_and_hms(2026, 11, 2, 15, 0, 0).unwrap();
        Self(Arc::new(Mutex::new(World {
            now,
            vici: Vicidial::new(),
            crm: Crm::new(),
            script: Script::default(),
            writes: Vec::new(),
            requests: Vec::new(),
            out: (0, 0),
            adding: Vec::new(),
            races: 0,
            is_dead: false,
            age: TimeDelta::zero(),
            late: Vec::new(),
        })))
    }

    /// The world itself. Never held over an await.
    pub(crate) fn world(&self) -> MutexGuard<'_, World> {
        self.0.lock().unwrap()
    }

    /// One request: counted, troubled where the script says so, and done.
    async fn request<T: Send + 'static>(
        &self,
        name: &'static str,
        write: Option<String>,
        effect: impl FnOnce(&mut World) -> Result<T, Fault> + Send + 'static,
    ) -> Result<T, Fault> {
        {
            let mut world = self.world();
            world.out.0 += 1;
            world.out.1 = world.out.1.max(world.out.0);
        }
        // Requests that are under way together reach the server in any order; here each lets the others start.
        tokio::task::yield_now().await;
        let answer = {
            let mut world = self.world();
            world.out.0 = world.out.0.saturating_sub(1);
            if world.is_dead { None } else { world.answer(name, write, effect) }
        };
        match answer {
            Some(answer) => answer,
            None => std::future::pending().await,
        }
    }
}

impl World {
    /// An add sets out, and comes back.
    fn add_is_out(&mut self, phone: &str) {
        self.races += usize::from(self.adding.iter().any(|other| other == phone));
        self.adding.push(phone.to_owned());
    }

    fn add_is_back(&mut self, phone: &str) {
        self.adding.retain(|other| other != phone);
    }

    /// What a request comes to; `None` where nobody is there any more to hear the answer.
    fn answer<T: Send + 'static>(
        &mut self,
        name: &'static str,
        write: Option<String>,
        effect: impl FnOnce(&mut World) -> Result<T, Fault> + Send + 'static,
    ) -> Option<Result<T, Fault>> {
        self.pass(TimeDelta::milliseconds(20));
        self.requests.push(name);
        let is_write = write.is_some();
        for hook in self.script.hooks_of(name) {
            hook(self);
        }
        let trouble = self.script.trouble_of(name);
        if let Some(write) = write {
            self.writes.push(write);
        }
        let Some(trouble) = trouble else { return Some(effect(self)) };
        let unclear = if is_write { Effect::Unknown } else { Effect::None };
        match trouble {
            Trouble::Refused => Some(Err(Fault::refused("refused", "the server turned this one down"))),
            Trouble::NotWritten => Some(Err(Fault::refused("not_written", "the database turned the statement down"))),
            Trouble::Unreachable => Some(Err(Fault::new(Effect::None, Reach::Connection, "unreachable", "nobody answers"))),
            Trouble::NoRight => Some(Err(Fault::new(Effect::None, Reach::Person, "no_right", "a right is missing"))),
            Trouble::Login => Some(Err(Fault::new(Effect::None, Reach::Login, "login_refused", "the login was refused"))),
            Trouble::Lost(reach) => {
                // The server did it, or turned it down; nobody knows which.
                drop(effect(self));
                Some(Err(Fault::new(unclear, reach, "no_answer", "the answer got lost")))
            }
            Trouble::Vanished(reach) => Some(Err(Fault::new(unclear, reach, "no_answer", "the request got lost"))),
            Trouble::Late(seconds) => {
                self.later(seconds, effect);
                Some(Err(Fault::new(unclear, Reach::Record, "no_answer", "no answer in time")))
            }
            Trouble::DieBefore => {
                self.is_dead = true;
                None
            }
            Trouble::DieAfter => {
                drop(effect(self));
                self.is_dead = true;
                None
            }
            Trouble::DieLate(seconds) => {
                self.later(seconds, effect);
                self.is_dead = true;
                None
            }
        }
    }

    fn later<T>(&mut self, seconds: i64, effect: impl FnOnce(&mut World) -> Result<T, Fault> + Send + 'static) {
        let due = self.age + TimeDelta::seconds(seconds);
        self.late.push((due, Box::new(|world| drop(effect(world)))));
    }
}

impl Clock for Sim {
    fn now(&self) -> DateTime<Utc> {
        self.world().now
    }

    async fn sleep(&self, time: Duration) {
        tokio::task::yield_now().await;
        let mut world = self.world();
        world.pass(TimeDelta::from_std(time).unwrap());
    }
}
