//! The paper that goes with the program says what the program does: schemas, reference pages, guides, explanations.

#![expect(clippy::unwrap_used, reason = "in a test a panic is the report")]

mod agreement;
mod defaults;
mod examples;
mod explanations;
mod links;
mod pages;
mod schemas;
mod whole;

use std::fs;
use std::path::{Path, PathBuf};

/// The repository.
fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// A file of the repository, by its path in it.
fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// The pages that people read, by their paths in the repository.
fn documents() -> Vec<String> {
    let mut found = vec!["README.md".to_owned()];
    let mut folders = vec![root().join("docs")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "md") {
                found.push(within(&path));
            }
        }
    }
    found.sort();
    found
}

fn within(path: &Path) -> String {
    path.strip_prefix(root()).unwrap().to_string_lossy().into_owned()
}
