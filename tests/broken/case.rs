//! One case: its files laid out, checked by the library as `vicisync check` does it, and what came of it.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use chrono::{DateTime, Utc};
use serde_json::Value;
use tempfile::TempDir;
use vicisync::model::{CrmField, FactName, FactSource, FactValue, JobName, ServerFacts};
use vicisync::ports::Store;
use vicisync::setup::{self, Checked, Known, Places};
use vicisync::state::State;

/// A case.
pub(crate) struct Case {
    pub(crate) name: String,
    path: PathBuf,
}

/// What an admin sees, and what a program reads.
pub(crate) struct Seen {
    pub(crate) text: String,
    pub(crate) diagnostics: Vec<Value>,
}

fn home() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/broken")
}

/// All cases, by name.
pub(crate) fn all() -> Vec<Case> {
    let mut cases = Vec::new();
    for entry in fs::read_dir(home()).unwrap() {
        let path = entry.unwrap().path();
        let is_case = path.is_dir() || path.extension().is_some_and(|extension| extension == "toml");
        let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
        if is_case && name != "good" {
            cases.push(Case { name, path });
        }
    }
    cases.sort_by(|one, other| one.name.cmp(&other.name));
    cases
}

impl Case {
    /// The files that all cases start from.
    pub(crate) fn good() -> Self {
        Self { name: "good".to_owned(), path: home().join("good") }
    }

    pub(crate) fn expected_file(&self) -> PathBuf {
        home().join(format!("{}.txt", self.name))
    }

    pub(crate) fn expected(&self) -> String {
        fs::read_to_string(self.expected_file()).unwrap_or_default()
    }

    /// The good files with those of the case over them.
    fn laid_out(&self) -> TempDir {
        let dir = tempfile::tempdir().unwrap();
        copy(&home().join("good"), dir.path());
        if self.path.is_dir() {
            copy(&self.path, dir.path());
        } else {
            let name = if self.name.starts_with("config") { "vicisync.toml" } else { "mapping.toml" };
            fs::copy(&self.path, dir.path().join(name)).unwrap();
        }
        // A large file is made, not kept.
        if let Ok(size) = fs::read_to_string(dir.path().join("size")) {
            let (bytes, name) = size.trim().split_once(' ').unwrap();
            fs::write(dir.path().join(name), "#".repeat(bytes.parse().unwrap())).unwrap();
        }
        for line in fs::read_to_string(dir.path().join("rights")).unwrap_or_default().lines() {
            let (mode, name) = line.split_once(' ').unwrap();
            let mode = fs::Permissions::from_mode(u32::from_str_radix(mode, 8).unwrap());
            fs::set_permissions(dir.path().join(name), mode).unwrap();
        }
        dir
    }

    /// Checks the case. Without knowledge of the CRM's fields, the program itself is run.
    pub(crate) fn run(&self) -> Seen {
        let dir = self.laid_out();
        let facts = facts(&dir.path().join("facts.json"));
        match fs::read_to_string(dir.path().join("crm_fields.json")) {
            Ok(text) => library(dir.path(), facts, serde_json::from_str(&text).unwrap()),
            Err(_) => program(dir.path(), &facts),
        }
    }
}

fn program(dir: &Path, facts: &BTreeMap<String, ServerFacts>) -> Seen {
    if !facts.is_empty() {
        let state = State::open(&dir.join("state")).unwrap();
        for (connection, facts) in facts {
            state.put_server_facts(connection, facts).unwrap();
        }
    }
    let run = |arguments: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_vicisync"));
        command.args(["--config", "vicisync.toml", "check"]).args(arguments).current_dir(dir);
        for name in ["STATE_DIRECTORY", "VICISYNC_CONFIG", "VICISYNC_LOG", "CREDENTIALS_DIRECTORY", "VICISYNC_TEST_NONE"] {
            command.env_remove(name);
        }
        let output = command.env("NO_COLOR", "1").output().unwrap();
        assert!(matches!(output.status.code(), Some(0 | 2)), "{output:?}");
        output
    };
    let json: Value = serde_json::from_slice(&run(&["--json"]).stdout).unwrap();
    let text = String::from_utf8(run(&[]).stderr).unwrap();
    Seen { text, diagnostics: json["diagnostics"].as_array().unwrap().clone() }
}

fn library(dir: &Path, servers: BTreeMap<String, ServerFacts>, fields: BTreeMap<String, Vec<CrmField>>) -> Seen {
    let checked = Checked::look(&Places { config: dir.join("vicisync.toml"), state: dir.join("state") });
    let fields = fields.into_iter().map(|(job, fields)| (JobName(job), fields)).collect();
    let mut problems = checked.problems.clone();
    problems.extend(checked.against(&Known { servers, fields }));
    let problems = setup::sorted(problems);
    let here = format!("{}/", dir.display());
    let text = format!("{}\n{}\n", setup::drawn(&problems, false), setup::counted(&problems)).replace(&here, "");
    let json = serde_json::to_string(&problems.iter().map(setup::Problem::to_json).collect::<Vec<_>>()).unwrap().replace(&here, "");
    Seen { text, diagnostics: serde_json::from_str(&json).unwrap() }
}

/// `{connection: {fact: value}}`, all seen on one day.
fn facts(path: &Path) -> BTreeMap<String, ServerFacts> {
    let Ok(text) = fs::read_to_string(path) else { return BTreeMap::new() };
    let at: DateTime<Utc> = "2026-11-20T12:00:00Z".parse().unwrap();
    let read: BTreeMap<String, BTreeMap<String, FactValue>> = serde_json::from_str(&text).unwrap();
    let of = |facts: BTreeMap<String, FactValue>| {
        let mut known = ServerFacts::default();
        for (name, value) in facts {
            known.put(FactName::parse(&name).unwrap_or_else(|| panic!("there is no fact {name}")), value, FactSource::Asked, at);
        }
        known
    };
    read.into_iter().map(|(connection, facts)| (connection, of(facts))).collect()
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let target = to.join(path.file_name().unwrap());
        if path.is_dir() {
            fs::remove_file(&target).ok();
            copy(&path, &target);
        } else if path.file_name().is_some_and(|name| name.to_str().unwrap().ends_with(".gone")) {
            fs::remove_file(target.with_extension("")).unwrap();
        } else {
            fs::copy(&path, &target).unwrap();
            // Whoever checked the files out, a secret's file is closed.
            fs::set_permissions(&target, fs::Permissions::from_mode(0o600)).unwrap();
        }
    }
}
