//! What a run of a report needs of the outside: somebody who counts, and a place for the files.

use std::future::Future;

use chrono::{DateTime, Utc};

use super::{Fault, ServerTime};
use crate::model::{ReportAsk, Table, Window};

/// VICIdial's counts of calls and agents.
pub trait Reports: Send + Sync {
    /// The server's clock, by which periods are meant.
    fn time(&self) -> impl Future<Output = Result<ServerTime, Fault>> + Send;
    /// One report. Nothing to count is an empty table.
    fn report(&self, ask: &ReportAsk) -> impl Future<Output = Result<Table, Fault>> + Send;
}

/// A report that was made.
#[derive(Debug, Clone, PartialEq)]
pub struct Made {
    /// What was counted.
    pub table: Table,
    /// The time that it is about.
    pub window: Window,
    /// When it was made.
    pub at: DateTime<Utc>,
    /// Whether it is about the report's own period, and not about a time that a person asked for.
    pub is_of_own_period: bool,
}

/// Where a report's files stand.
pub trait Shelf: Send + Sync {
    /// Puts all files of a report in their places, each whole or not at all. Gives their paths.
    fn keep(&self, made: &Made) -> Result<Vec<String>, Fault>;
    /// Leaves the files of the last good run, and says in the metrics that they are no longer kept up.
    fn failed(&self) -> Result<(), Fault>;
}
