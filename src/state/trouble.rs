//! SQLite's and the file system's errors in an admin's words. It decides the kind of trouble, which decides the exit code.

use std::io;
use std::path::Path;

use rusqlite::ErrorCode;

use crate::ports::{StoreError, StoreErrorKind};

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        match error.sqlite_error_code() {
            Some(ErrorCode::DiskFull) => full("the disk of the state directory is full: nothing of this step was kept"),
            // A full or failing disk shows up as an I/O error too, where a file cannot grow or be synced.
            Some(ErrorCode::SystemIoFailure) => full(&format!("the disk of the state directory does not take writes: {error}")),
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => {
                StoreError::new(StoreErrorKind::Busy, format!("another program holds the state database: {error}"))
                    .help("end the program that has state.db open (a database browser, a backup script), then start again")
            }
            Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => {
                StoreError::new(StoreErrorKind::Broken, format!("the state database is damaged: {error}"))
                    .help("put the newest backup of the state directory in its place; do not start with an empty one")
            }
            _ => StoreError::new(StoreErrorKind::Broken, format!("the state database cannot be used: {error}")),
        }
    }
}

fn full(message: &str) -> StoreError {
    StoreError::new(StoreErrorKind::Full, message).help("free space on that disk and start again: it goes on where it stopped")
}

/// Trouble with a file or directory of the state.
pub(super) fn file(what: &str, path: &Path, error: &io::Error) -> StoreError {
    let message = format!("cannot {what} {}: {error}", path.display());
    match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => full(&message),
        io::ErrorKind::PermissionDenied => StoreError::new(StoreErrorKind::Broken, message)
            .help("the state directory must belong to the user that vicisync runs as; `--state DIR` names another one"),
        _ => StoreError::new(StoreErrorKind::Broken, message),
    }
}

/// What is kept, or is to be kept, contradicts itself.
pub(super) fn broken(message: impl Into<String>) -> StoreError {
    StoreError::new(StoreErrorKind::Broken, message)
}
