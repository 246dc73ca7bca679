//! Opens the state of a directory. It decides who may write, how durable a commit is, and what files there are; what is
//! in the tables it does not know.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::{Connection, OpenFlags};

use super::copy::{Scratch, copy_of};
use super::desk::Desk;
use super::lock::{make_dir, make_private, sync_dir, take, tighten};
use super::migrate::{MIGRATIONS, check, migrate};
use super::trouble::broken;
use crate::ports::StoreError;

/// The database's file in the state directory.
pub(super) const DATABASE: &str = "state.db";

/// How long SQLite waits for a reader of another process.
const BUSY: Duration = Duration::from_secs(10);

/// What vicisync remembers, open. All calls of [`crate::ports::Store`] go to it.
///
/// Made by [`State::open`] by whoever writes, by [`State::open_copy`] for commands that must change nothing.
pub struct State {
    // Dropped in this order: the connection is closed before the lock is let go or the copy removed.
    pub(super) desk: Desk,
    pub(super) dir: PathBuf,
    pub(super) source: Source,
}

/// What the open database is.
pub(super) enum Source {
    /// The state itself; the file keeps the lock.
    Own {
        /// Held for its life.
        _lock: File,
    },
    /// A copy, or an empty state in memory where there was none.
    Copy {
        /// Removed with it.
        _scratch: Option<Scratch>,
    },
}

impl State {
    /// Opens the state of a directory and locks out every other vicisync; makes the directory and an empty state where there is none.
    ///
    /// # Errors
    /// Kind `Busy` where another vicisync has it, `Newer` where a newer vicisync made it, `Full` and `Broken` as they say.
    pub fn open(dir: &Path) -> Result<Self, StoreError> {
        make_dir(dir)?;
        let lock = take(dir)?;
        let path = dir.join(DATABASE);
        make_private(&path)?;
        for beside in ["state.db-wal", "state.db-shm"] {
            tighten(&dir.join(beside), 0o600)?;
        }
        let mut connection = connect(&path)?;
        check(&connection, MIGRATIONS)?;
        let mode: String = connection.query_row("PRAGMA journal_mode = WAL", [], |row| row.get(0))?;
        if mode != "wal" {
            return Err(broken(format!(
                "the disk of {} cannot hold the state: SQLite's write-ahead log does not work there",
                dir.display()
            ))
            .help("put the state on a local disk, not on a network share"));
        }
        connection.execute_batch("PRAGMA synchronous = FULL; PRAGMA journal_size_limit = 67108864;")?;
        migrate(&mut connection, MIGRATIONS, Some(dir))?;
        sync_dir(dir)?;
        Ok(Self { desk: Desk::start(connection)?, dir: dir.to_owned(), source: Source::Own { _lock: lock } })
    }

    /// Opens a private copy of the state, for commands that must not change a byte of it; whatever is written goes to the copy, which is
    /// removed in the end. Works beside a running vicisync. Where there is no state, the copy is empty.
    ///
    /// # Errors
    /// As [`State::open`]; `Busy` only where a copy cannot be taken in a moment.
    pub fn open_copy(dir: &Path) -> Result<Self, StoreError> {
        let scratch = copy_of(dir)?;
        let mut connection = match &scratch {
            Some(scratch) => connect(&scratch.database())?,
            None => set_up(Connection::open_in_memory()?)?,
        };
        connection.execute_batch("PRAGMA synchronous = OFF")?;
        migrate(&mut connection, MIGRATIONS, None)?;
        Ok(Self { desk: Desk::start(connection)?, dir: dir.to_owned(), source: Source::Copy { _scratch: scratch } })
    }

    /// Caps the size of the database, as a full disk would. For tests of what happens then.
    ///
    /// # Errors
    /// None in practice.
    #[doc(hidden)]
    pub fn limit_pages(&self, pages: u32) -> Result<(), StoreError> {
        self.desk.read(move |connection| {
            connection.query_row(&format!("PRAGMA max_page_count = {pages}"), [], |_| Ok(()))?;
            Ok(())
        })
    }
}

/// Opens a database file that is there.
fn connect(path: &Path) -> Result<Connection, StoreError> {
    set_up(Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX)?)
}

fn set_up(connection: Connection) -> Result<Connection, StoreError> {
    connection.busy_timeout(BUSY)?;
    // The pages of a walk over a million links pass through; the cache is for the indexes' upper levels.
    connection.execute_batch("PRAGMA foreign_keys = ON; PRAGMA cache_size = -16384;")?;
    connection.set_prepared_statement_cache_capacity(96);
    Ok(connection)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_commit_of_the_state_is_on_disk_and_one_of_a_copy_need_not_be() {
        let dir = tempfile::tempdir().unwrap();
        let set = |state: &State, pragma: &'static str| {
            state
                .desk
                .read(move |connection| Ok(connection.query_row(&format!("PRAGMA {pragma}"), [], |row| row.get::<_, i64>(0))?))
                .unwrap()
        };
        let state = State::open(dir.path()).unwrap();
        assert_eq!((set(&state, "synchronous"), set(&state, "foreign_keys")), (2, 1));
        let copy = State::open_copy(dir.path()).unwrap();
        assert_eq!((set(&copy, "synchronous"), set(&copy, "foreign_keys")), (0, 1));
    }
}
