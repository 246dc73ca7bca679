//! The machine's clock, as the engine's port wants it.

use std::future::Future;
use std::time::Duration;

use chrono::{DateTime, Utc};

use crate::ports::Clock;

/// Real time.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> DateTime<Utc> {
        Utc::now()
    }

    fn sleep(&self, time: Duration) -> impl Future<Output = ()> + Send {
        tokio::time::sleep(time)
    }
}
