//! Where the config file and the state are. It decides by the arguments and the environment, and looks no further than whether
//! a file is there.

use std::env;
use std::path::{Path, PathBuf};

/// The config of an installed vicisync.
pub(super) const SYSTEM_CONFIG: &str = "/etc/vicisync/vicisync.toml";

/// The state of an installed vicisync.
pub(super) const SYSTEM_STATE: &str = "/var/lib/vicisync";

/// The config's name in the present directory.
pub(super) const LOCAL_CONFIG: &str = "vicisync.toml";

/// Config file and state directory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Places {
    /// The config file.
    pub config: PathBuf,
    /// The state directory.
    pub state: PathBuf,
}

impl Places {
    /// The config: as told, else `vicisync.toml` here, else the system's. The state: as told, else systemd's
    /// `$STATE_DIRECTORY`, else the system's for the system's config, else `state` beside the config.
    #[must_use]
    pub fn find(config: Option<&Path>, state: Option<&Path>) -> Self {
        let given = env::var("STATE_DIRECTORY").ok().filter(|text| !text.is_empty());
        Self::choose(config, state, given.as_deref(), Path::new(LOCAL_CONFIG).exists())
    }

    fn choose(config: Option<&Path>, state: Option<&Path>, given: Option<&str>, is_local: bool) -> Self {
        let config = match config {
            Some(config) => config.to_owned(),
            None if is_local => PathBuf::from(LOCAL_CONFIG),
            None => PathBuf::from(SYSTEM_CONFIG),
        };
        let state = match (state, given) {
            (Some(state), _) => state.to_owned(),
            // systemd separates several directories by colons; the first is ours.
            (None, Some(given)) => PathBuf::from(given.split(':').next().unwrap_or(given)),
            (None, None) if config == Path::new(SYSTEM_CONFIG) => PathBuf::from(SYSTEM_STATE),
            (None, None) => beside(&config).join("state"),
        };
        Self { config, state }
    }
}

/// The directory of a file; paths in the config are relative to it.
#[must_use]
pub(super) fn beside(file: &Path) -> PathBuf {
    match file.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent.to_owned(),
        Some(_) | None => PathBuf::from("."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(config: Option<&str>, state: Option<&str>, given: Option<&str>, is_local: bool, expected: (&str, &str)) {
        let places = Places::choose(config.map(Path::new), state.map(Path::new), given, is_local);
        assert_eq!((places.config.to_str(), places.state.to_str()), (Some(expected.0), Some(expected.1)));
    }

    #[test]
    fn arguments_come_first_then_systemd_then_what_lies_beside_the_config() {
        check(Some("a/b.toml"), Some("s"), Some("/x"), true, ("a/b.toml", "s"));
        check(Some("a/b.toml"), None, Some("/x:/y"), true, ("a/b.toml", "/x"));
        check(Some("a/b.toml"), None, None, true, ("a/b.toml", "a/state"));
        check(None, None, None, true, (LOCAL_CONFIG, "./state"));
        check(None, None, None, false, (SYSTEM_CONFIG, SYSTEM_STATE));
    }
}
