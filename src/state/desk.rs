//! The one thread that owns the connection. Callers hand it work and wait; it knows nothing of what the work is about.

use std::sync::mpsc;
use std::thread::{self, JoinHandle};

use rusqlite::{Connection, TransactionBehavior};
use tokio::sync::oneshot;

use super::trouble::{broken, file};
use crate::ports::StoreError;

type Work = Box<dyn FnOnce(&mut Connection) + Send>;

/// The thread, and the way to it. Dropping it waits until the connection is closed.
pub(super) struct Desk {
    sender: Option<mpsc::Sender<Work>>,
    thread: Option<JoinHandle<()>>,
}

impl Desk {
    /// Starts the thread.
    pub(super) fn start(mut connection: Connection) -> Result<Self, StoreError> {
        let (sender, receiver) = mpsc::channel::<Work>();
        let thread = thread::Builder::new()
            .name("state".to_owned())
            .spawn(move || {
                for work in receiver {
                    work(&mut connection);
                }
            })
            .map_err(|error| file("start the thread of", "the state".as_ref(), &error))?;
        Ok(Self { sender: Some(sender), thread: Some(thread) })
    }

    /// Has something read.
    pub(super) fn read<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        self.ask(move |connection| work(connection))
    }

    /// Has something written, in one transaction: all of it is on disk when this returns, or nothing.
    pub(super) fn write<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        self.ask(move |connection| in_transaction(connection, work))
    }

    /// The same, without holding up the caller's thread. What was handed over is written also where nobody waits any more.
    pub(super) fn write_meanwhile<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T, StoreError> + Send + 'static,
    ) -> impl Future<Output = Result<T, StoreError>> + Send + 'static {
        let (answer, waiting) = oneshot::channel();
        let sent = self.hand_over(Box::new(move |connection| {
            // Whoever asked may have ended: it is on disk all the same.
            answer.send(in_transaction(connection, work)).ok();
        }));
        async move {
            sent?;
            waiting.await.map_err(|_| gone())?
        }
    }

    fn ask<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Connection) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let (answer, waiting) = mpsc::sync_channel(1);
        let work: Work = Box::new(move |connection| {
            // The caller waits for the answer until it has it, so the channel is open.
            answer.send(work(connection)).ok();
        });
        self.hand_over(work)?;
        waiting.recv().map_err(|_| gone())?
    }

    fn hand_over(&self, work: Work) -> Result<(), StoreError> {
        let is_taken = self.sender.as_ref().is_some_and(|sender| sender.send(work).is_ok());
        if is_taken { Ok(()) } else { Err(gone()) }
    }
}

fn in_transaction<T>(connection: &mut Connection, work: impl FnOnce(&Connection) -> Result<T, StoreError>) -> Result<T, StoreError> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let answer = work(&transaction)?;
    transaction.commit()?;
    Ok(answer)
}

fn gone() -> StoreError {
    broken("the state's thread ended after an error of our own; start vicisync again")
}

impl Drop for Desk {
    fn drop(&mut self) {
        self.sender = None;
        if let Some(thread) = self.thread.take() {
            // A panic in there was given to the caller whose work it was.
            thread.join().ok();
        }
    }
}
