//! The install key: 32 random bytes beside the database, from which the leads' codes are derived. It decides that a key is
//! made once, and never a second time for leads that carry the codes of the first.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use super::links;
use super::lock::{sync_dir, tighten};
use super::open::{Source, State};
use super::trouble::{broken, file};
use crate::model::InstallKey;
use crate::ports::StoreError;

const FILE: &str = "install.key";

impl State {
    /// The key of this installation. A state that is locked for writing makes it at first use; a copy of a state without one gets a key that is
    /// forgotten with it.
    ///
    /// # Errors
    /// Where the key's file is missing although leads were linked, or is not a key.
    pub fn install_key(&self) -> Result<InstallKey, StoreError> {
        let path = self.dir.join(FILE);
        match fs::read(&path) {
            Ok(bytes) => {
                let key = <[u8; 32]>::try_from(bytes.as_slice()).map_err(|_| {
                    broken(format!("{} is no install key: it has {} bytes, not 32", path.display(), bytes.len()))
                        .help("put back `install.key` from a backup of the state directory")
                })?;
                match &self.source {
                    Source::Own { .. } => tighten(&path, 0o600)?,
                    Source::Copy { .. } => {}
                }
                return Ok(InstallKey(key));
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(file("read", &path, &error)),
        }
        if self.desk.read(links::are_there)? {
            return Err(broken(format!("{} is missing, and the state has leads whose codes were made with it", path.display()))
                .help("put back `install.key` from a backup of the state directory; a new key would not know those leads again"));
        }
        let key = random()?;
        match &self.source {
            Source::Own { .. } => keep(&self.dir, &path, &key)?,
            Source::Copy { .. } => {}
        }
        Ok(InstallKey(key))
    }
}

fn random() -> Result<[u8; 32], StoreError> {
    let source = Path::new("/dev/urandom");
    let mut key = [0; 32];
    File::open(source).and_then(|mut source| source.read_exact(&mut key)).map_err(|error| file("read", source, &error))?;
    Ok(key)
}

/// Written beside, synced, then renamed: a power loss leaves no key, or the whole of it.
fn keep(dir: &Path, path: &Path, key: &[u8; 32]) -> Result<(), StoreError> {
    let part = dir.join("install.key.part");
    let write = || {
        let mut part = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&part)?;
        part.write_all(key)?;
        part.sync_all()
    };
    write().map_err(|error| file("write", &part, &error))?;
    tighten(&part, 0o600)?;
    fs::rename(&part, path).map_err(|error| file("rename", &part, &error))?;
    sync_dir(dir)
}
