//! The state directory: its modes, and the kernel lock that keeps a second vicisync out. The lock dies with its
//! process, however that ends, so that nothing stale is left behind.

use std::fs::{self, DirBuilder, File, OpenOptions, Permissions, TryLockError};
use std::io::{Read, Seek, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::Path;
use std::thread;
use std::time::Duration;

use super::trouble::file;
use crate::ports::{StoreError, StoreErrorKind};

const FILE: &str = "lock";

/// How often we wait for a reader that is copying the state, and how long each time.
const READER_WAITS: u32 = 100;
const READER_WAIT: Duration = Duration::from_millis(100);

/// Makes the directory, for its owner only.
pub(super) fn make_dir(dir: &Path) -> Result<(), StoreError> {
    DirBuilder::new().recursive(true).mode(0o700).create(dir).map_err(|error| file("make the state directory", dir, &error))?;
    tighten(dir, 0o700)
}

/// Makes a file if it is not there, and sees to it that only its owner reads it.
pub(super) fn make_private(path: &Path) -> Result<(), StoreError> {
    private().open(path).map_err(|error| file("open", path, &error))?;
    tighten(path, 0o600)
}

/// Makes the modes of a file or directory narrower, where it is there.
pub(super) fn tighten(path: &Path, mode: u32) -> Result<(), StoreError> {
    let Ok(found) = fs::metadata(path) else { return Ok(()) };
    if found.permissions().mode() & 0o7777 == mode {
        return Ok(());
    }
    fs::set_permissions(path, Permissions::from_mode(mode)).map_err(|error| file("set the mode of", path, &error))
}

/// Makes new names in a directory last through a power loss.
pub(super) fn sync_dir(dir: &Path) -> Result<(), StoreError> {
    File::open(dir).and_then(|dir| dir.sync_all()).map_err(|error| file("sync", dir, &error))
}

fn private() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false).mode(0o600);
    options
}

/// Takes the lock of a directory for the life of the file that it gives.
pub(super) fn take(dir: &Path) -> Result<File, StoreError> {
    let path = dir.join(FILE);
    let mut lock = private().open(&path).map_err(|error| file("open", &path, &error))?;
    tighten(&path, 0o600)?;
    let mut waits = 0;
    loop {
        match lock.try_lock() {
            Ok(()) => break,
            Err(TryLockError::Error(error)) => return Err(file("lock", &path, &error)),
            Err(TryLockError::WouldBlock) => {}
        }
        // Whoever only copies the state (`plan`, `status`) shares the lock, and is gone in a moment.
        if !is_shared(&lock, &path)? || waits == READER_WAITS {
            return Err(busy(dir, &mut lock));
        }
        waits += 1;
        thread::sleep(READER_WAIT);
    }
    let write = |lock: &mut File| {
        lock.set_len(0)?;
        lock.rewind()?;
        write!(lock, "{}", std::process::id())
    };
    write(&mut lock).map_err(|error| file("write", &path, &error))?;
    Ok(lock)
}

/// What [`share`] found.
pub(super) enum Shared {
    /// Nobody writes while the file lives.
    Quiet(Option<File>),
    /// A live process has the state.
    Held,
}

/// Shares the lock for reading, making and writing nothing. Without a lock file nobody ever worked here.
pub(super) fn share(dir: &Path) -> Result<Shared, StoreError> {
    let path = dir.join(FILE);
    let lock = match File::open(&path) {
        Ok(lock) => lock,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Shared::Quiet(None)),
        Err(error) => return Err(file("open", &path, &error)),
    };
    match lock.try_lock_shared() {
        Ok(()) => Ok(Shared::Quiet(Some(lock))),
        Err(TryLockError::WouldBlock) => Ok(Shared::Held),
        Err(TryLockError::Error(error)) => Err(file("lock", &path, &error)),
    }
}

fn is_shared(lock: &File, path: &Path) -> Result<bool, StoreError> {
    match lock.try_lock_shared() {
        Ok(()) => {
            lock.unlock().map_err(|error| file("unlock", path, &error))?;
            Ok(true)
        }
        Err(TryLockError::WouldBlock) => Ok(false),
        Err(TryLockError::Error(error)) => Err(file("lock", path, &error)),
    }
}

fn busy(dir: &Path, lock: &mut File) -> StoreError {
    let mut text = String::new();
    // The number is for people; without it the message still says enough.
    let pid = lock.read_to_string(&mut text).ok().and_then(|_| text.trim().parse::<u32>().ok());
    let who = pid.map_or_else(String::new, |pid| format!(" (pid {pid})"));
    StoreError::new(StoreErrorKind::Busy, format!("another vicisync{who} works on {}", dir.display()))
        .help("wait until it is done or end it (`systemctl stop vicisync`), or name another directory with `--state DIR`")
}
