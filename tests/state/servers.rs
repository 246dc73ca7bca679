//! What is known of servers: kept by connection, replaced whole; and a state of the first release, which knew nothing of it.

use std::collections::BTreeMap;

use vicisync::model::{FactName, FactSource, FactValue, ListId, ServerFacts};
use vicisync::ports::Store;
use vicisync::state::State;

use super::{Desk, at, job};

fn facts(is_on: bool) -> ServerFacts {
    let mut facts = ServerFacts::default();
    facts.put(FactName::Release, "2.14 build 1", FactSource::Asked, at(0));
    facts.put(FactName::NonLatin, is_on, FactSource::Inferred, at(1));
    facts.put(FactName::ClockOffset, -300_i64, FactSource::Asked, at(2));
    facts.put(FactName::ListCustom(ListId(1001)), vec!["plan".to_owned(), "crm_note".to_owned()], FactSource::Asked, at(3));
    facts.put(FactName::ListCustom(ListId(1002)), Vec::new(), FactSource::Database, at(3));
    facts.0.get_mut(&FactName::NonLatin).unwrap().before = Some((FactValue::Switch(!is_on), at(1)));
    facts
}

#[test]
fn facts_are_kept_by_connection_and_replaced_whole() {
    let desk = Desk::new();
    assert_eq!(desk.state.server_facts("main").unwrap(), ServerFacts::default());
    desk.state.put_server_facts("main", &facts(true)).unwrap();
    desk.state.put_server_facts("other", &facts(false)).unwrap();
    let fewer = ServerFacts(facts(true).0.into_iter().take(2).collect::<BTreeMap<_, _>>());
    desk.state.put_server_facts("other", &fewer).unwrap();
    let Desk { dir, state, .. } = desk;
    drop(state);
    let state = State::open(dir.path()).unwrap();
    assert_eq!(state.server_facts("main").unwrap(), facts(true));
    assert_eq!(state.server_facts("other").unwrap(), fewer);
}

#[test]
fn a_fact_of_another_version_is_passed_over() {
    let desk = Desk::new();
    desk.state.put_server_facts("main", &facts(true)).unwrap();
    let Desk { dir, state, .. } = desk;
    drop(state);
    let connection = rusqlite::Connection::open(dir.path().join("state.db")).unwrap();
    let sql = "INSERT INTO server_fact (connection, name, value, source, at) VALUES ('main', 'moon_phase', '\"full\"', 'asked', 'x')";
    connection.execute(sql, []).unwrap();
    drop(connection);
    assert_eq!(State::open(dir.path()).unwrap().server_facts("main").unwrap(), facts(true));
}

/// A state that the first release left.
fn released() -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    let connection = rusqlite::Connection::open(dir.path().join("state.db")).unwrap();
    connection.execute_batch(include_str!("../fixtures/state-1.sql")).unwrap();
    dir
}

fn holds_all(state: &State) {
    let record = state.job(&job_of_then()).unwrap();
    assert!(record.is_approved && record.full_done_at.is_some());
    let link = state.link_at(&job_of_then(), &"C1".into()).unwrap().unwrap();
    assert_eq!(link.lead_id.map(|lead| lead.0), Some(11));
    assert_eq!(link.base.fields.len(), 1);
    assert_eq!(state.rejections(&job_of_then(), 10).unwrap().0.len(), 1);
    assert!(state.login_refused("main").unwrap().is_some());
    assert_eq!(state.server_facts("main").unwrap(), ServerFacts::default());
}

fn job_of_then() -> vicisync::model::JobName {
    "north".into()
}

#[test]
fn a_state_of_the_first_release_is_copied_and_brought_up_to_date() {
    let dir = released();
    holds_all(&State::open_copy(dir.path()).unwrap());
    assert!(!dir.path().join("state.db.before-2").exists(), "whoever only looks changes nothing");
    let state = State::open(dir.path()).unwrap();
    holds_all(&state);
    state.put_server_facts("main", &facts(true)).unwrap();
    state.put_job(&job(), &vicisync::ports::JobRecord::default()).unwrap();
    drop(state);
    let backup = rusqlite::Connection::open(dir.path().join("state.db.before-2")).unwrap();
    let version: i64 = backup.query_row("PRAGMA user_version", [], |row| row.get(0)).unwrap();
    assert_eq!(version, 1);
}

/// What later releases added to the first one's schema, in their order.
const LATER: [&str; 4] = [
    include_str!("../../src/state/migrations/0002.sql"),
    include_str!("../../src/state/migrations/0003.sql"),
    include_str!("../../src/state/migrations/0004.sql"),
    include_str!("../../src/state/migrations/0005.sql"),
];

/// P30: a new release did not know the marks of the one before, and read everything again. A state of any earlier release goes on from where it was.
#[test]
fn states_of_all_earlier_releases_go_on_from_where_they_were() {
    for version in 1..=LATER.len() {
        let dir = released();
        let connection = rusqlite::Connection::open(dir.path().join("state.db")).unwrap();
        LATER[..version - 1].iter().for_each(|sql| connection.execute_batch(sql).unwrap());
        connection.execute_batch(&format!("PRAGMA user_version = {version}")).unwrap();
        drop(connection);
        let record = State::open(dir.path()).unwrap().job(&job_of_then()).unwrap();
        assert_eq!(record.watermark, Some("2026-11-20T10:00:00Z".parse().unwrap()), "from release {version}");
        assert_eq!(record.calls_watermark, Some("2026-11-20T04:30:00".parse().unwrap()), "from release {version}");
        assert_eq!(record.full_done_at, Some("2026-11-20T09:00:00Z".parse().unwrap()), "from release {version}");
        assert_eq!((record.is_approved, record.mapping_hash.as_str()), (true, "m1"), "from release {version}");
        let connection = rusqlite::Connection::open(dir.path().join("state.db")).unwrap();
        let now: i64 = connection.query_row("PRAGMA user_version", [], |row| row.get(0)).unwrap();
        assert_eq!(usize::try_from(now), Ok(LATER.len() + 1), "a later schema is tried here too");
    }
}
