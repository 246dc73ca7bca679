//! Who may open a state, what its files look like, what is refused, and what is left when the disk is full.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use vicisync::model::JobName;
use vicisync::ports::{JobRecord, PlanCommit, Store, StoreErrorKind};
use vicisync::state::State;

use super::{Desk, add, at, job, live, waiting, wanted};

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

/// All files of a directory with their bytes.
fn bytes(dir: &Path) -> BTreeMap<String, Vec<u8>> {
    let entry = |entry: fs::DirEntry| (entry.file_name().into_string().unwrap(), fs::read(entry.path()).unwrap());
    fs::read_dir(dir).unwrap().map(|found| entry(found.unwrap())).collect()
}

fn approved() -> JobRecord {
    JobRecord { is_approved: true, mapping_hash: "m1".to_owned(), ..JobRecord::default() }
}

#[test]
fn only_the_owner_reads_the_files() {
    let above = tempfile::tempdir().unwrap();
    let dir = above.path().join("lib/vicisync");
    let state = State::open(&dir).unwrap();
    state.put_job(&job(), &approved()).unwrap();
    state.install_key().unwrap();
    assert_eq!(mode(&dir), 0o700);
    let names: Vec<String> = bytes(&dir).into_keys().collect();
    assert_eq!(names, ["install.key", "lock", "state.db", "state.db-shm", "state.db-wal"]);
    for name in names {
        assert_eq!(mode(&dir.join(&name)), 0o600, "{name}");
    }
}

#[test]
fn looser_modes_are_tightened() {
    let dir = tempfile::tempdir().unwrap();
    drop(State::open(dir.path()).unwrap());
    fs::set_permissions(dir.path(), fs::Permissions::from_mode(0o755)).unwrap();
    fs::set_permissions(dir.path().join("state.db"), fs::Permissions::from_mode(0o644)).unwrap();
    let _state = State::open(dir.path()).unwrap();
    assert_eq!((mode(dir.path()), mode(&dir.path().join("state.db"))), (0o700, 0o600));
}

#[test]
fn a_second_vicisync_is_told_who_has_the_state() {
    let desk = Desk::new();
    let error = State::open(desk.dir.path()).err().unwrap();
    assert_eq!(error.kind, StoreErrorKind::Busy);
    assert!(error.kind.is_temporary());
    assert_eq!(error.message, format!("another vicisync (pid {}) works on {}", std::process::id(), desk.dir.path().display()));
    assert!(error.help.unwrap().contains("--state"));
    let Desk { dir, state, .. } = desk;
    drop(state);
    State::open(dir.path()).unwrap();
}

#[test]
fn whoever_only_reads_for_a_moment_is_waited_for() {
    let dir = tempfile::tempdir().unwrap();
    drop(State::open(dir.path()).unwrap());
    let reader = fs::File::open(dir.path().join("lock")).unwrap();
    reader.lock_shared().unwrap();
    let path = dir.path().to_owned();
    let opening = std::thread::spawn(move || State::open(&path).map(drop));
    std::thread::sleep(std::time::Duration::from_millis(150));
    drop(reader);
    opening.join().unwrap().unwrap();
}

#[test]
fn a_newer_state_is_refused_untouched() {
    let dir = tempfile::tempdir().unwrap();
    drop(State::open(dir.path()).unwrap());
    let connection = rusqlite::Connection::open(dir.path().join("state.db")).unwrap();
    connection.execute_batch("PRAGMA user_version = 99").unwrap();
    drop(connection);
    let before = fs::read(dir.path().join("state.db")).unwrap();
    for error in [State::open(dir.path()).err().unwrap(), State::open_copy(dir.path()).err().unwrap()] {
        assert_eq!(error.kind, StoreErrorKind::Newer);
        assert!(error.message.contains("schema 99") && error.message.contains("up to 5"), "{error}");
    }
    assert_eq!(fs::read(dir.path().join("state.db")).unwrap(), before);
}

#[test]
fn somebody_elses_database_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let connection = rusqlite::Connection::open(dir.path().join("state.db")).unwrap();
    connection.execute_batch("CREATE TABLE bookmarks (url TEXT)").unwrap();
    drop(connection);
    let before = fs::read(dir.path().join("state.db")).unwrap();
    let error = State::open(dir.path()).err().unwrap();
    assert_eq!(error.kind, StoreErrorKind::Broken);
    assert!(error.message.contains("another program"), "{error}");
    assert_eq!(fs::read(dir.path().join("state.db")).unwrap(), before, "not even its journal mode is changed");
    fs::write(dir.path().join("state.db"), b"not a database at all, but long enough to be taken for one").unwrap();
    let error = State::open(dir.path()).err().unwrap();
    assert_eq!(error.kind, StoreErrorKind::Broken);
    assert!(error.message.contains("damaged") && error.help.is_some(), "{error}");
}

#[test]
fn a_full_disk_keeps_nothing_of_the_call_and_says_so() {
    let desk = Desk::new();
    desk.plan(vec![live("C1", 11)], vec![]);
    desk.state.limit_pages(1).unwrap();
    let many: Vec<String> = (0..500).map(|number| format!("D{number}")).collect();
    let plan = PlanCommit {
        links: many.iter().map(|name| vicisync::ports::LinkWrite::Put(wanted(name))).collect(),
        ops: many.iter().map(|name| add(name, "Doe")).collect(),
        job: approved(),
        ..PlanCommit::default()
    };
    let error = desk.state.commit_plan(&job(), desk.run, &plan, at(1)).unwrap_err();
    assert_eq!(error.kind, StoreErrorKind::Full);
    assert!(error.message.contains("full") && error.help.is_some(), "{error}");
    let nothing = |state: &State| {
        assert_eq!(state.job(&job()).unwrap(), JobRecord::default());
        assert_eq!(state.link_count(&job()).unwrap().values().max(), Some(&1));
        assert!(waiting(state).is_empty());
    };
    nothing(&desk.state);
    let Desk { dir, state, run } = desk;
    drop(state);
    let state = State::open(dir.path()).unwrap();
    nothing(&state);
    state.commit_plan(&job(), run, &plan, at(1)).unwrap();
    assert_eq!(waiting(&state).len(), 500);
}

/// P87: a trial run kept what it had only tried. Looking works on a copy, and not a byte of the state is another one.
#[test]
fn a_copy_changes_no_byte_and_is_removed() {
    let desk = Desk::new();
    desk.plan(vec![live("C1", 11)], vec![]);
    let Desk { dir, state, run } = desk;
    // The log as a crash leaves it: it holds what the database has not yet.
    let log = fs::read(dir.path().join("state.db-wal")).unwrap();
    let database = fs::read(dir.path().join("state.db")).unwrap();
    drop(state);
    fs::write(dir.path().join("state.db"), database).unwrap();
    fs::write(dir.path().join("state.db-wal"), log).unwrap();
    let before = bytes(dir.path());
    let copy = State::open_copy(dir.path()).unwrap();
    assert!(copy.link_at(&job(), &"C1".into()).unwrap().is_some());
    let plan = PlanCommit { ops: vec![add("C1", "Doe")], job: approved(), ..PlanCommit::default() };
    copy.commit_plan(&job(), run, &plan, at(1)).unwrap();
    copy.install_key().unwrap_err();
    // Two commands may read at once, and nothing is left of either.
    let reader = fs::File::open(dir.path().join("lock")).unwrap();
    reader.lock_shared().unwrap();
    drop(State::open_copy(dir.path()).unwrap());
    drop(reader);
    assert_eq!(bytes(dir.path()), before);
    drop(copy);
    let state = State::open(dir.path()).unwrap();
    assert_eq!(state.job(&job()).unwrap(), JobRecord::default());
    assert!(state.link_at(&job(), &"C1".into()).unwrap().is_some());
}

#[test]
fn a_copy_is_taken_beside_the_one_who_works() {
    let desk = Desk::new();
    desk.state.install_key().unwrap();
    desk.plan(vec![live("C1", 11)], vec![]);
    let kept = |dir: &Path| {
        let mut bytes = bytes(dir);
        // The memory that SQLite's readers and writers share; it is no part of the state.
        bytes.remove("state.db-shm");
        bytes
    };
    let before = kept(desk.dir.path());
    let copy = State::open_copy(desk.dir.path()).unwrap();
    assert_eq!(kept(desk.dir.path()), before);
    assert_eq!(copy.link_at(&job(), &"C1".into()).unwrap().unwrap(), desk.link("C1"));
    copy.put_job(&job(), &approved()).unwrap();
    assert_eq!(desk.state.job(&job()).unwrap(), JobRecord::default());
    assert_eq!(copy.install_key().unwrap().0, desk.state.install_key().unwrap().0);
    drop(copy);
    assert_eq!(kept(desk.dir.path()), before);
}

#[test]
fn a_copy_of_nothing_is_empty_and_makes_nothing() {
    let above = tempfile::tempdir().unwrap();
    for dir in [above.path().to_owned(), above.path().join("not there")] {
        let copy = State::open_copy(&dir).unwrap();
        assert_eq!(copy.job(&JobName::from("north")).unwrap(), JobRecord::default());
        copy.put_job(&job(), &approved()).unwrap();
        assert_eq!(copy.job(&job()).unwrap(), approved());
        copy.install_key().unwrap();
    }
    assert_eq!(fs::read_dir(above.path()).unwrap().count(), 0);
}

#[test]
fn the_install_key_is_made_once() {
    let dir = tempfile::tempdir().unwrap();
    let state = State::open(dir.path()).unwrap();
    let key = state.install_key().unwrap().0;
    assert_ne!(key, [0; 32]);
    assert_eq!(fs::read(dir.path().join("install.key")).unwrap(), key);
    drop(state);
    let state = State::open(dir.path()).unwrap();
    assert_eq!(state.install_key().unwrap().0, key);
    let other = tempfile::tempdir().unwrap();
    assert_ne!(State::open(other.path()).unwrap().install_key().unwrap().0, key);
}

#[test]
fn a_lost_install_key_is_never_replaced() {
    let desk = Desk::new();
    desk.state.install_key().unwrap();
    desk.plan(vec![wanted("C1")], vec![]);
    fs::remove_file(desk.dir.path().join("install.key")).unwrap();
    let error = desk.state.install_key().unwrap_err();
    assert_eq!(error.kind, StoreErrorKind::Broken);
    assert!(error.help.unwrap().contains("backup"));
    assert!(!desk.dir.path().join("install.key").exists());
    fs::write(desk.dir.path().join("install.key"), b"short").unwrap();
    assert!(desk.state.install_key().unwrap_err().message.contains("5 bytes"));
}
