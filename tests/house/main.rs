//! The rules of the house: who may see whom, how long a file may be, what a tree must not hold.

#![allow(clippy::unwrap_used)]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use syn::visit::Visit;

/// Each room with the rooms that it may name. `docs/architecture.md` draws the same table.
const EDGES: &[(&str, &[&str])] = &[
    ("model", &[]),
    ("diag", &[]),
    ("schedule", &[]),
    ("report", &["model"]),
    ("config", &["model", "diag", "schedule", "report"]),
    ("mapping", &["model", "diag"]),
    ("sync", &["model"]),
    ("ports", &["model"]),
    ("vicidial", &["model", "ports"]),
    ("crm", &["model", "diag", "ports"]),
    ("state", &["model", "ports"]),
    ("engine", &["model", "mapping", "sync", "ports"]),
    ("emulator", &[]),
    ("setup", &["model", "diag", "schedule", "report", "config", "mapping", "ports", "sync", "vicidial", "crm", "state", "engine"]),
    ("daemon", &["model", "diag", "schedule", "config", "mapping", "ports", "state", "engine", "setup"]),
    (
        "cli",
        &[
            "model", "diag", "schedule", "report", "config", "mapping", "ports", "sync", "vicidial", "crm", "state", "engine", "emulator",
            "setup", "daemon",
        ],
    ),
];

/// Lines of the longest file in `src`.
const LINES_MAX: usize = 500;

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn files(folder: &Path, extension: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|found| found == extension) {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

/// The module path of a file below `src`: `src/sync/fold.rs` is `[sync, fold]`.
fn module_of(file: &Path) -> Vec<String> {
    let inner = file.strip_prefix(root().join("src")).unwrap().with_extension("");
    let mut parts: Vec<String> = inner.iter().map(|part| part.to_string_lossy().into_owned()).collect();
    if parts.last().is_some_and(|last| last == "mod") {
        parts.pop();
    }
    parts
}

/// Collects every path of a file, as segments; use trees are flattened, macros' tokens are read as text.
#[derive(Default)]
struct Paths {
    inner: Vec<String>,
    found: Vec<(Vec<String>, Vec<String>)>,
}

impl Paths {
    fn tree(&mut self, prefix: &mut Vec<String>, tree: &syn::UseTree) {
        match tree {
            syn::UseTree::Path(path) => {
                prefix.push(path.ident.to_string());
                self.tree(prefix, &path.tree);
                prefix.pop();
            }
            syn::UseTree::Name(name) => self.leaf(prefix, &name.ident.to_string()),
            syn::UseTree::Rename(rename) => self.leaf(prefix, &rename.ident.to_string()),
            syn::UseTree::Glob(_) => self.leaf(prefix, "*"),
            syn::UseTree::Group(group) => group.items.iter().for_each(|tree| self.tree(prefix, tree)),
        }
    }

    fn leaf(&mut self, prefix: &[String], last: &str) {
        let mut path = prefix.to_vec();
        path.push(last.to_owned());
        self.found.push((self.inner.clone(), path));
    }
}

impl<'ast> Visit<'ast> for Paths {
    fn visit_item_use(&mut self, item: &'ast syn::ItemUse) {
        self.tree(&mut Vec::new(), &item.tree);
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        let segments = path.segments.iter().map(|segment| segment.ident.to_string()).collect();
        self.found.push((self.inner.clone(), segments));
        syn::visit::visit_path(self, path);
    }

    fn visit_item_mod(&mut self, item: &'ast syn::ItemMod) {
        self.inner.push(item.ident.to_string());
        syn::visit::visit_item_mod(self, item);
        self.inner.pop();
    }

    fn visit_macro(&mut self, item: &'ast syn::Macro) {
        let text = item.tokens.to_string().replace(' ', "");
        for (at, _) in text.match_indices("crate::") {
            let room: String = text[at + 7..].chars().take_while(|letter| letter.is_alphanumeric() || *letter == '_').collect();
            self.found.push((self.inner.clone(), vec!["crate".to_owned(), room]));
        }
        syn::visit::visit_macro(self, item);
    }
}

/// The room that a path leads to, if it leaves the crate's own module by `crate`, `vicisync` or `super`.
fn room_of(module: &[String], inner: &[String], path: &[String]) -> Option<String> {
    let first = path.first()?;
    if first == "crate" || first == "vicisync" {
        return path.get(1).cloned();
    }
    let ups = path.iter().take_while(|part| *part == "super").count();
    if ups == 0 {
        return None;
    }
    let depth = (module.len() + inner.len()).checked_sub(ups)?;
    if depth == 0 { path.get(ups).cloned() } else { module.first().cloned() }
}

fn edges_of(file: &Path, module: &[String]) -> BTreeSet<String> {
    let tree = syn::parse_file(&fs::read_to_string(file).unwrap()).unwrap();
    let mut paths = Paths::default();
    paths.visit_file(&tree);
    paths.found.iter().filter_map(|(inner, path)| room_of(module, inner, path)).collect()
}

#[test]
fn rooms_see_only_whom_they_may() {
    let allowed: BTreeMap<&str, BTreeSet<&str>> = EDGES.iter().map(|(room, seen)| (*room, seen.iter().copied().collect())).collect();
    let mut wrong = Vec::new();
    for file in files(&root().join("src"), "rs") {
        let module = module_of(&file);
        let Some(room) = module.first().filter(|room| !["lib", "main"].contains(&room.as_str())) else { continue };
        let Some(seen) = allowed.get(room.as_str()) else {
            wrong.push(format!("{} is in a room that the table does not know", file.display()));
            continue;
        };
        for other in edges_of(&file, &module) {
            if other != *room && allowed.contains_key(other.as_str()) && !seen.contains(other.as_str()) {
                wrong.push(format!("{room} names {other} in {}", file.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_rule_sees_every_way_to_name_a_room() {
    let text = "use crate::state::State; use super::super::crm::Crm; fn f() { crate::cli::go(); vec![crate::daemon::x]; } mod deep { use super::super::super::engine::run; }";
    let tree = syn::parse_file(text).unwrap();
    let mut paths = Paths::default();
    paths.visit_file(&tree);
    let module = ["sync".to_owned(), "fold".to_owned()];
    let rooms: BTreeSet<String> = paths.found.iter().filter_map(|(inner, path)| room_of(&module, inner, path)).collect();
    for room in ["state", "crm", "cli", "daemon", "engine"] {
        assert!(rooms.contains(room), "{room} was not seen: {rooms:?}");
    }
}

#[test]
fn the_emulators_name_nothing_of_ours() {
    for file in files(&root().join("src/emulator"), "rs") {
        let text = fs::read_to_string(&file).unwrap();
        for (room, _) in EDGES.iter().filter(|(room, _)| *room != "emulator") {
            assert!(!text.contains(&format!("crate::{room}")), "{} names {room}", file.display());
        }
    }
}

#[test]
fn no_file_is_longer_than_one_idea() {
    let long: Vec<String> = files(&root().join("src"), "rs")
        .into_iter()
        .filter_map(|file| {
            let lines = fs::read_to_string(&file).unwrap().lines().count();
            (lines > LINES_MAX).then(|| format!("{}: {lines} lines", file.display()))
        })
        .collect();
    assert!(long.is_empty(), "{}", long.join("\n"));
}

#[test]
fn files_open_with_what_they_are_about() {
    for file in files(&root().join("src"), "rs") {
        let text = fs::read_to_string(&file).unwrap();
        assert!(text.starts_with("//!"), "{} does not say what it is about", file.display());
    }
}

#[test]
fn no_room_is_a_drawer() {
    for file in files(&root().join("src"), "rs") {
        for name in module_of(&file) {
            assert!(!["utils", "util", "helpers", "common", "types", "manager", "misc"].contains(&name.as_str()), "{}", file.display());
        }
    }
}

#[test]
fn ci_runs_the_readmes_test_command() {
    let readme = fs::read_to_string(root().join("README.md")).unwrap();
    let command = readme.lines().find(|line| line.starts_with("cargo test")).expect("README has a cargo test line");
    let ci = fs::read_to_string(root().join(".ci/run")).unwrap();
    assert!(ci.lines().any(|line| line.trim() == command), ".ci/run has no line `{command}`");
}
