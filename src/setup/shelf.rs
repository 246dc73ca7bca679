//! A report's files on disk: each is written beside its place and then put there, so that nobody ever reads half of one.
//!
//! What stands in them is `report`'s. They can be read by the group too: whoever watches them is another user than vicisync.

use std::fs::{self, File, OpenOptions, Permissions};
use std::io::{self, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use crate::model::ReportKind;
use crate::ports::{Effect, Fault, Made, Reach, Shelf};
use crate::report::{FileName, csv, jsonl, metrics};

/// Owner and group read.
const MODE: u32 = 0o640;
/// An old file of metrics that is larger is none of ours.
const METRICS_BYTES_MAX: u64 = 32 << 20;

/// Where the files of one report stand.
#[derive(Debug, Clone)]
pub struct Files {
    pub(super) report: String,
    pub(super) kind: ReportKind,
    /// The config's directory: what paths are relative to.
    pub(super) home: PathBuf,
    pub(super) csv: Option<FileName>,
    pub(super) jsonl: Option<FileName>,
    pub(super) metrics: Option<FileName>,
}

impl Files {
    fn metrics_path(&self) -> Option<PathBuf> {
        self.metrics.as_ref().map(|name| self.home.join(name.of_report(&self.report)))
    }
}

impl Shelf for Files {
    fn keep(&self, made: &Made) -> Result<Vec<String>, Fault> {
        let mut written = Vec::new();
        let mut put = |path: PathBuf, text: String| {
            put(&path, &text).map_err(|error| cannot(&path, &error))?;
            written.push(path.display().to_string());
            Ok(())
        };
        let path = |name: &FileName| self.home.join(name.fill(&self.report, &made.window));
        if let Some(name) = &self.csv {
            put(path(name), csv(&made.window, &made.table))?;
        }
        if let Some(name) = &self.jsonl {
            put(path(name), jsonl(&made.window, &made.table))?;
        }
        // Metrics are of now: a day that a person asked for is not.
        if made.is_of_own_period
            && let Some(path) = self.metrics_path()
        {
            put(path, metrics::metrics(&self.report, self.kind, &made.table, made.at))?;
        }
        Ok(written)
    }

    fn failed(&self) -> Result<(), Fault> {
        let Some(path) = self.metrics_path() else { return Ok(()) };
        let old = match fs::metadata(&path) {
            Ok(facts) if facts.is_file() && facts.len() <= METRICS_BYTES_MAX => fs::read_to_string(&path).unwrap_or_default(),
            Ok(_) | Err(_) => String::new(),
        };
        let new = metrics::down(&self.report, &old);
        if new == old {
            return Ok(());
        }
        put(&path, &new).map_err(|error| cannot(&path, &error))
    }
}

/// Writes a file whole or not at all.
fn put(path: &Path, text: &str) -> io::Result<()> {
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        Some(_) | None => Path::new("."),
    };
    let name = path.file_name().ok_or_else(|| io::Error::from(io::ErrorKind::InvalidInput))?;
    // A name that the collector of metrics and patterns like `*.csv` pass over; each process has its own.
    let mut beside = std::ffi::OsString::from(".");
    beside.push(name);
    beside.push(format!(".{}.new", std::process::id()));
    let beside = folder.join(beside);
    let done = write(&beside, text).and_then(|()| fs::rename(&beside, path));
    if done.is_err() {
        // What is left of it would be taken for ours by nobody; where it cannot be removed, the first error says why.
        fs::remove_file(&beside).ok();
        return done;
    }
    File::open(folder)?.sync_all()
}

fn write(path: &Path, text: &str) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        Ok(()) | Err(_) => {}
    }
    // `create_new` follows no link that somebody laid there.
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
    file.write_all(text.as_bytes())?;
    file.set_permissions(Permissions::from_mode(MODE))?;
    file.sync_all()
}

fn cannot(path: &Path, error: &io::Error) -> Fault {
    let fault = |reach, help: String| {
        Fault::new(Effect::None, reach, "file", format!("the file {} cannot be written: {error}", path.display())).help(help)
    };
    let folder = path.parent().unwrap_or(path).display();
    match error.kind() {
        io::ErrorKind::NotFound => fault(Reach::Person, format!("make the folder: sudo install -d -m 2750 -o vicisync {folder}")),
        io::ErrorKind::PermissionDenied => fault(Reach::Person, format!("let vicisync's user write there: sudo chown vicisync {folder}")),
        io::ErrorKind::ReadOnlyFilesystem => fault(
            Reach::Person,
            format!("the service may write where its unit says only: add ReadWritePaths={folder} (systemctl edit vicisync)"),
        ),
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => fault(Reach::Connection, "make room on the disk".to_owned()),
        _ => fault(Reach::Connection, "it is tried again at the report's next time; see whether the disk is well".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_replaced_whole_and_nothing_stays_beside_it() {
        let dir = tempfile::tempdir().expect("a folder");
        let path = dir.path().join("calls.csv");
        put(&path, "a long first text\n").expect("it is written");
        put(&path, "second\n").expect("it is written");
        assert_eq!(fs::read_to_string(&path).expect("it is there"), "second\n");
        let mode = fs::metadata(&path).expect("it is there").permissions().mode();
        assert_eq!(mode & 0o777, MODE);
        assert_eq!(fs::read_dir(dir.path()).expect("a folder").count(), 1);
        fs::create_dir(dir.path().join("taken.csv")).expect("a folder");
        assert!(put(&dir.path().join("taken.csv"), "x").is_err());
        assert_eq!(fs::read_dir(dir.path()).expect("a folder").count(), 2, "what could not be put in its place is removed");
        assert_eq!(put(&dir.path().join("none/calls.csv"), "x").map_err(|error| error.kind()), Err(io::ErrorKind::NotFound));
    }
}
