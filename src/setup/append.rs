//! Adds to the end of a file of the admin's: all that stood there stays byte for byte, and the file is whole at any moment.

use std::ffi::OsString;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt, fchown};
use std::path::Path;

use super::problem::Problem;

/// Adds a text to the file, which must still be what was read before. Owner and mode stay.
///
/// # Errors
/// A file that somebody changed meanwhile, or that cannot be replaced: it is as it was then.
pub fn append(path: &Path, read: &str, more: &str) -> Result<(), Problem> {
    let cannot = |error: &io::Error| {
        let help = match error.kind() {
            io::ErrorKind::PermissionDenied => {
                "run the command as the user to whom the file and its folder belong, or show the text: --print"
            }
            _ => "see whether the disk is well; to show the text alone: --print",
        };
        Problem::unwritten(path, format!("{} cannot be written: {error}", path.display())).help(help)
    };
    // A link stays a link.
    let path = fs::canonicalize(path).map_err(|error| cannot(&error))?;
    let now = fs::read(&path).map_err(|error| cannot(&error))?;
    if now != read.as_bytes() {
        let message = format!("{} was changed meanwhile; nothing was written", path.display());
        return Err(Problem::unwritten(&path, message).help("run the command again"));
    }
    replace(&path, &[read.as_bytes(), more.as_bytes()].concat()).map_err(|error| cannot(&error))
}

fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let name = path.file_name().ok_or(io::ErrorKind::InvalidInput)?;
    let folder = path.parent().ok_or(io::ErrorKind::InvalidInput)?;
    let mut beside = OsString::from(".");
    beside.push(name);
    beside.push(format!(".{}.new", std::process::id()));
    let beside = folder.join(beside);
    let done = write(&beside, path, bytes).and_then(|()| fs::rename(&beside, path));
    if done.is_err() {
        // The first error says why.
        fs::remove_file(&beside).ok();
        return done;
    }
    File::open(folder)?.sync_all()
}

fn write(beside: &Path, path: &Path, bytes: &[u8]) -> io::Result<()> {
    let old = fs::metadata(path)?;
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(beside)?;
    file.write_all(bytes)?;
    let made = file.metadata()?;
    if (made.uid(), made.gid()) != (old.uid(), old.gid()) {
        fchown(&file, Some(old.uid()), Some(old.gid()))?;
    }
    file.set_permissions(old.permissions())?;
    file.sync_all()
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn what_stood_there_stays_and_so_does_the_mode() {
        let dir = tempfile::tempdir().expect("a folder");
        let path = dir.path().join("sales.toml");
        fs::write(&path, "# first\r\n").expect("written");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).expect("a mode");
        let link = dir.path().join("link.toml");
        std::os::unix::fs::symlink(&path, &link).expect("a link");
        append(&link, "# first\r\n", "# second\r\n").expect("appended");
        assert_eq!(fs::read_to_string(&path).expect("read"), "# first\r\n# second\r\n");
        assert_eq!(fs::metadata(&path).expect("there").permissions().mode() & 0o777, 0o640);
        assert!(fs::symlink_metadata(&link).expect("there").is_symlink());
        assert!(append(&path, "# first\r\n", "# third\r\n").is_err(), "it was changed meanwhile");
        assert_eq!(fs::read_dir(dir.path()).expect("a folder").count(), 2);
    }
}
