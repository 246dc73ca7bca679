//! A private copy of the state, for commands that must change nothing. It decides how a copy is taken without writing a
//! byte into the state directory, and that it does not outlive its reader.

use std::env;
use std::fs::{self, DirBuilder};
use std::io;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use rusqlite::{Connection, OpenFlags};

use super::lock::{Shared, share, tighten};
use super::migrate::vacuum_into;
use super::open::DATABASE;
use super::trouble::{broken, file};
use crate::ports::{StoreError, StoreErrorKind};

/// How often a copy is tried while another vicisync starts or ends.
const TRIES: u32 = 20;
const WAIT: Duration = Duration::from_millis(100);

/// A directory of our own under the system's temporary one, removed when dropped.
pub(super) struct Scratch {
    dir: PathBuf,
}

impl Scratch {
    fn make() -> Result<Self, StoreError> {
        let base = env::temp_dir();
        clear_stale(&base);
        let mut last = None;
        for number in 0..1000 {
            let dir = base.join(format!("vicisync-{}-{number}", std::process::id()));
            // `mkdir` fails on what is there already, be it a link that somebody laid: so the directory is ours.
            match DirBuilder::new().mode(0o700).create(&dir) {
                Ok(()) => return Ok(Self { dir }),
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => last = Some(error),
                Err(error) => return Err(file("make a temporary directory", &dir, &error)),
            }
        }
        let error = last.unwrap_or_else(|| io::ErrorKind::AlreadyExists.into());
        Err(file("make a temporary directory in", &base, &error).help("remove old `vicisync-*` directories there"))
    }

    /// The copied database.
    pub(super) fn database(&self) -> PathBuf {
        self.dir.join(DATABASE)
    }
}

/// Removes copies of processes that were killed: they hold people's data. What cannot be removed is somebody else's.
fn clear_stale(base: &Path) {
    let Ok(entries) = fs::read_dir(base) else { return };
    for entry in entries.flatten() {
        let name = entry.file_name();
        let pid = name.to_str().and_then(|name| name.strip_prefix("vicisync-")).and_then(|rest| rest.split_once('-')).map(|(pid, _)| pid);
        let Some(pid) = pid.filter(|pid| pid.parse::<u32>().is_ok()) else { continue };
        if !Path::new("/proc").join(pid).exists() {
            fs::remove_dir_all(entry.path()).ok();
        }
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // Nobody is left to be told; the system clears its temporary directory in the end.
        fs::remove_dir_all(&self.dir).ok();
    }
}

/// Copies the database of a state directory; `None` where there is none.
pub(super) fn copy_of(dir: &Path) -> Result<Option<Scratch>, StoreError> {
    for _ in 0..TRIES {
        if !is_there(&dir.join(DATABASE))? {
            return Ok(None);
        }
        let scratch = Scratch::make()?;
        match share(dir)? {
            Shared::Quiet(lock) => {
                copy_files(dir, &scratch)?;
                // Without a lock file nobody worked here before; if somebody began meanwhile, the copy may be torn.
                if lock.is_some() || !is_there(&dir.join("lock"))? {
                    return Ok(Some(scratch));
                }
            }
            Shared::Held => match read_beside(dir, &scratch) {
                Ok(()) => return Ok(Some(scratch)),
                // The other one may be starting (no schema yet, no log yet) or ending: then the next try finds it settled.
                Err(error) if error.kind == StoreErrorKind::Newer || error.kind == StoreErrorKind::Full => return Err(error),
                Err(_) => {}
            },
        }
        thread::sleep(WAIT);
    }
    let help = "run the command again in a moment";
    Err(StoreError::new(StoreErrorKind::Busy, format!("the state in {} cannot be read beside another vicisync", dir.display())).help(help))
}

/// Nobody writes: database and log are copied as they are. The log may hold commits that the database has not yet.
fn copy_files(dir: &Path, scratch: &Scratch) -> Result<(), StoreError> {
    for name in [DATABASE, "state.db-wal"] {
        let from = dir.join(name);
        if !is_there(&from)? {
            continue;
        }
        let to = scratch.dir.join(name);
        fs::copy(&from, &to).map_err(|error| file("copy", &from, &error))?;
        tighten(&to, 0o600)?;
    }
    Ok(())
}

/// Another process writes: SQLite gives a consistent picture. Copying the files could tear it.
fn read_beside(dir: &Path, scratch: &Scratch) -> Result<(), StoreError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(dir.join(DATABASE), flags)?;
    connection.busy_timeout(Duration::from_secs(10))?;
    let tables: i64 = connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
    if tables == 0 {
        return Err(broken("the state is just being made"));
    }
    vacuum_into(&connection, &scratch.database())
}

fn is_there(path: &Path) -> Result<bool, StoreError> {
    path.try_exists().map_err(|error| file("look for", path, &error))
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn a_scratch_directory_is_private_and_does_not_outlive_its_copy() {
        let (one, other) = (Scratch::make().unwrap(), Scratch::make().unwrap());
        assert_ne!(one.dir, other.dir);
        assert_eq!(fs::metadata(&one.dir).unwrap().permissions().mode() & 0o777, 0o700);
        fs::write(one.database(), b"people").unwrap();
        let dir = one.dir.clone();
        drop(one);
        assert!(!dir.exists() && other.dir.exists());
    }
}
