//! A file of the admin's with its text: where problems point. A file that could not be read has no text, and its problems stand at its first line.

use std::fs;
use std::io;
use std::path::Path;
use std::sync::Arc;

use super::problem::Problem;
use crate::diag::{Code, Place, places};

/// Files larger than this are no config.
const BYTES_MAX: u64 = 4 << 20;

/// A file's name and text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Source {
    /// The config comes before what it names.
    pub(super) is_config: bool,
    pub(super) file: Arc<str>,
    pub(super) text: Arc<str>,
}

impl Source {
    /// A file of that name with that text.
    pub(super) fn new(file: &str, text: &str) -> Self {
        Self { is_config: false, file: file.into(), text: text.into() }
    }

    /// The config.
    pub(super) fn config(file: &str, text: &str) -> Self {
        Self { is_config: true, ..Self::new(file, text) }
    }

    /// Reads a file; `what` it is, and what to do where it is not there.
    pub(super) fn read(path: &Path, what: &str, help: &str) -> Result<Self, Problem> {
        let file = shown(path);
        let nothing = Self::new(&file, "");
        let unreadable = |error: &io::Error| {
            let message = format!("{what} {file} cannot be read: {}", because(error));
            Problem::at(Code::Unreadable, &nothing, 0..0, message).help(match error.kind() {
                io::ErrorKind::PermissionDenied => "run the command as vicisync's user: sudo -u vicisync vicisync ...",
                _ => help,
            })
        };
        let facts = fs::metadata(path).map_err(|error| unreadable(&error))?;
        if facts.is_dir() {
            return Err(Problem::at(Code::Unreadable, &nothing, 0..0, format!("{what} {file} is a folder, not a file")).help(help));
        }
        if facts.len() > BYTES_MAX {
            let message = format!("{what} {file} is too large: {} bytes, and {BYTES_MAX} are the most", facts.len());
            return Err(Problem::at(Code::TooLarge, &nothing, 0..0, message).help(help));
        }
        let bytes = fs::read(path).map_err(|error| unreadable(&error))?;
        match String::from_utf8(bytes) {
            // The mark that some editors put in front says nothing.
            Ok(text) => Ok(Self::new(&file, text.strip_prefix('\u{feff}').unwrap_or(&text))),
            Err(error) => {
                let at = error.utf8_error().valid_up_to();
                let byte = error.as_bytes().get(at).copied().unwrap_or_default();
                let shown = Self::new(&file, &String::from_utf8_lossy(error.as_bytes()));
                let is_wide = matches!(error.as_bytes(), [0xFF, 0xFE, ..] | [0xFE, 0xFF, ..]);
                let (message, help) = if is_wide {
                    (format!("{what} {file} is in UTF-16"), "save the file as UTF-8 in your editor")
                } else {
                    let message = format!("{what} {file} is not in UTF-8: the byte {byte:02X} is no part of a letter");
                    (message, "type that letter again and save the file as UTF-8 in your editor")
                };
                Err(Problem::at(Code::NotUtf8, &shown, at..at + '\u{fffd}'.len_utf8(), message).help(help))
            }
        }
    }

    /// Where the value of an entry stands, or what is nearest to it.
    pub(super) fn value(&self, path: &[&str]) -> Place {
        places::find(&self.text, path).map_or(0..0, |found| found.value)
    }

    /// Where the key of an entry stands, or what is nearest to it.
    pub(super) fn key(&self, path: &[&str]) -> Place {
        places::find(&self.text, path).map_or(0..0, |found| found.key)
    }
}

/// A path as an admin writes it.
pub(super) fn shown(path: &Path) -> String {
    let bare = path.strip_prefix(".").unwrap_or(path);
    if bare.as_os_str().is_empty() { path } else { bare }.display().to_string()
}

/// A system's error without its number.
pub(super) fn because(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "it is not there".to_owned(),
        io::ErrorKind::PermissionDenied => "this user may not read it".to_owned(),
        io::ErrorKind::IsADirectory => "it is a folder".to_owned(),
        _ => error.to_string(),
    }
}
