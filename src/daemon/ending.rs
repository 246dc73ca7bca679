//! The wish to end: SIGTERM from a service manager, SIGINT from a keyboard. It decides nothing about what is ended.

use std::io;

use tokio::signal::unix::{Signal, SignalKind, signal};

/// Listens for the wish to end.
pub struct Ending {
    terminate: Signal,
    interrupt: Signal,
}

impl Ending {
    /// Listens from now on.
    ///
    /// # Errors
    /// Where the system gives no signal handler.
    pub fn listen() -> io::Result<Self> {
        Ok(Self { terminate: signal(SignalKind::terminate())?, interrupt: signal(SignalKind::interrupt())? })
    }

    /// Waits until somebody wants the program to end. Gives the signal's name.
    pub async fn wished(&mut self) -> &'static str {
        tokio::select! {
            _ = self.terminate.recv() => "SIGTERM",
            _ = self.interrupt.recv() => "SIGINT",
        }
    }
}
