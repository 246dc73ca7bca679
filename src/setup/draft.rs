//! New files, put in their places together or not at all. What is there already is never touched.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use super::places::beside;
use super::problem::Problem;

/// A file that is to be.
#[derive(Debug, Clone)]
pub struct Draft {
    /// Where.
    pub path: PathBuf,
    /// What stands in it.
    pub text: String,
    /// Whether only its owner may read it; so may its folder, if it is made for it.
    pub is_secret: bool,
}

/// Writes all of them.
///
/// # Errors
/// One that is there already, or cannot be written: then none is.
pub fn write_new(drafts: &[Draft]) -> Result<(), Problem> {
    let mut made = Made::default();
    for draft in drafts {
        if let Err(error) = made.put(draft) {
            made.undo();
            let path = draft.path.display();
            return Err(match error.kind() {
                io::ErrorKind::AlreadyExists => Problem::unwritten(&draft.path, format!("{path} is there already; nothing was written"))
                    .help("move it away, or choose another place: --config FILE"),
                _ => Problem::unwritten(&draft.path, format!("{path} cannot be written: {error}; nothing was written"))
                    .help("choose a folder that you may write to: --config FILE"),
            });
        }
    }
    Ok(())
}

/// What this call made so far.
#[derive(Default)]
struct Made {
    files: Vec<PathBuf>,
    folders: Vec<PathBuf>,
}

impl Made {
    fn put(&mut self, draft: &Draft) -> io::Result<()> {
        let folder = beside(&draft.path);
        self.folder(&folder, draft.is_secret)?;
        let whole = folder.join(format!(".vicisync.{}.{}.new", std::process::id(), self.files.len()));
        let mode = if draft.is_secret { 0o600 } else { 0o644 };
        let written = write(&whole, &draft.text, mode);
        // Unlike a rename, a link takes no other file's place.
        let linked = written.and_then(|()| fs::hard_link(&whole, &draft.path));
        // It stands in its place, or nowhere: what is beside it is of no use.
        fs::remove_file(&whole).ok();
        linked?;
        self.files.push(draft.path.clone());
        File::open(&folder)?.sync_all()
    }

    fn folder(&mut self, folder: &Path, is_secret: bool) -> io::Result<()> {
        if folder.is_dir() {
            return Ok(());
        }
        if let Some(above) = folder.parent().filter(|above| !above.as_os_str().is_empty()) {
            self.folder(above, false)?;
        }
        DirBuilder::new().mode(if is_secret { 0o700 } else { 0o755 }).create(folder)?;
        self.folders.push(folder.to_owned());
        Ok(())
    }

    /// The first error was told; what cannot be removed shows itself.
    fn undo(&self) {
        for file in &self.files {
            fs::remove_file(file).ok();
        }
        for folder in self.folders.iter().rev() {
            fs::remove_dir(folder).ok();
        }
    }
}

fn write(path: &Path, text: &str, mode: u32) -> io::Result<()> {
    let mut file = OpenOptions::new().write(true).create_new(true).mode(mode).open(path)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    fn draft(path: PathBuf, is_secret: bool) -> Draft {
        Draft { path, text: "text\n".to_owned(), is_secret }
    }

    #[test]
    fn all_files_or_none() {
        let dir = tempfile::tempdir().expect("a folder");
        let (config, secret) = (dir.path().join("vicisync.toml"), dir.path().join("secrets/espo.key"));
        fs::write(&config, "mine").expect("written");
        let drafts = [draft(secret.clone(), true), draft(config.clone(), false)];
        let problem = write_new(&drafts).expect_err("the config is there").message().to_owned();
        assert!(problem.contains("is there already"), "{problem}");
        assert_eq!(fs::read_dir(dir.path()).expect("a folder").count(), 1, "neither the secret nor its folder stays");
        assert_eq!(fs::read_to_string(&config).expect("read"), "mine");
        fs::remove_file(&config).expect("removed");
        write_new(&drafts).expect("written");
        let mode = |path: &Path| fs::metadata(path).expect("there").permissions().mode() & 0o777;
        assert_eq!((mode(&secret), mode(&dir.path().join("secrets"))), (0o600, 0o700));
        assert_eq!(fs::read_dir(dir.path().join("secrets")).expect("a folder").count(), 1);
    }
}
