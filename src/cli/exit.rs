//! Exit codes: what a script, a timer or a service manager learns of a command. Nothing here is printed.

use std::process::ExitCode;

use crate::model::RunEnd;
use crate::ports::{Fault, Reach, StoreError, StoreErrorKind};

/// How a command ended. The order is that of urgency: of several jobs the worst one counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Exit {
    /// All well. Rejections are reported, and are no failure.
    Fine,
    /// Finished, and records failed: they are kept and looked at again.
    Failures,
    /// A brake, or a first run that nobody approved: a person decides.
    Held,
    /// A server that cannot be reached, a full disk, another vicisync on the state: try again later.
    Temporary,
    /// Wrong usage, configuration, password, or a missing right: nothing goes on until that is mended.
    Usage,
}

impl Exit {
    /// The number.
    #[must_use]
    pub fn number(self) -> u8 {
        match self {
            Self::Fine => 0,
            Self::Failures => 1,
            Self::Usage => 2,
            Self::Held => 3,
            Self::Temporary => 75,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        exit.number().into()
    }
}

impl From<RunEnd> for Exit {
    fn from(end: RunEnd) -> Self {
        match end {
            RunEnd::Clean => Self::Fine,
            RunEnd::WithFailures => Self::Failures,
            RunEnd::Held => Self::Held,
            RunEnd::Stopped => Self::Temporary,
            RunEnd::Refused => Self::Usage,
        }
    }
}

impl From<&StoreError> for Exit {
    fn from(error: &StoreError) -> Self {
        match error.kind {
            StoreErrorKind::Busy | StoreErrorKind::Full => Self::Temporary,
            StoreErrorKind::Broken | StoreErrorKind::Newer => Self::Usage,
        }
    }
}

impl From<&Fault> for Exit {
    fn from(fault: &Fault) -> Self {
        match fault.reach {
            Reach::Login | Reach::Person => Self::Usage,
            Reach::Connection => Self::Temporary,
            Reach::Record => Self::Failures,
        }
    }
}
