//! The one thread that owns the connection. Callers hand it work and wait; it knows nothing of what the work is about.

use std::sync::mpsc;
use std::thread::{self, JoinHandle};

use rusqlite::{Connection, TransactionBehavior};

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
        self.ask(move |connection| {
            let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            let answer = work(&transaction)?;
            transaction.commit()?;
            Ok(answer)
        })
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
        let sent = self.sender.as_ref().is_some_and(|sender| sender.send(work).is_ok());
        let gone = || broken("the state's thread ended after an error of our own; start vicisync again");
        if !sent {
            return Err(gone());
        }
        waiting.recv().map_err(|_| gone())?
    }
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
