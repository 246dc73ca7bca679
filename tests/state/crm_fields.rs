//! How CRMs describe their objects: kept by connection and object, replaced whole; none in a state of an earlier release.

use vicisync::model::{CrmField, CrmFieldKind};
use vicisync::ports::Store;
use vicisync::state::State;

use super::{Desk, at};

fn fields(count: usize) -> Vec<CrmField> {
    let kinds = [
        CrmFieldKind::Text(Some(40)),
        CrmFieldKind::Text(None),
        CrmFieldKind::Choice(vec!["a".to_owned(), "é".to_owned()]),
        CrmFieldKind::Moment,
        CrmFieldKind::Other("jsonArray".to_owned()),
    ];
    let field = |(number, kind): (usize, CrmFieldKind)| CrmField {
        name: format!("cField{number}"),
        label: (number > 0).then(|| format!("Field {number}")),
        kind,
        is_custom: number % 2 == 0,
        is_writable: number % 2 == 1,
    };
    kinds.into_iter().enumerate().take(count).map(field).collect()
}

#[test]
fn fields_are_kept_by_connection_and_object_and_replaced_whole() {
    let desk = Desk::new();
    assert_eq!(desk.state.crm_fields("espo", "Contact").unwrap(), None);
    desk.state.put_crm_fields("espo", "Contact", at(1), &fields(5)).unwrap();
    desk.state.put_crm_fields("espo", "Lead", at(2), &fields(1)).unwrap();
    desk.state.put_crm_fields("other", "Contact", at(3), &[]).unwrap();
    desk.state.put_crm_fields("espo", "Contact", at(4), &fields(3)).unwrap();
    let Desk { dir, state, .. } = desk;
    drop(state);
    let state = State::open(dir.path()).unwrap();
    assert_eq!(state.crm_fields("espo", "Contact").unwrap(), Some((at(4), fields(3))));
    assert_eq!(state.crm_fields("espo", "Lead").unwrap(), Some((at(2), fields(1))));
    assert_eq!(state.crm_fields("other", "Contact").unwrap(), Some((at(3), Vec::new())));
}

#[test]
fn what_another_version_kept_otherwise_is_not_known() {
    let desk = Desk::new();
    desk.state.put_crm_fields("espo", "Contact", at(1), &fields(5)).unwrap();
    let Desk { dir, state, .. } = desk;
    drop(state);
    let connection = rusqlite::Connection::open(dir.path().join("state.db")).unwrap();
    connection.execute("UPDATE crm_fields SET fields = '[{\"name\": \"a\", \"kind\": \"hologram\"}]'", []).unwrap();
    drop(connection);
    let state = State::open(dir.path()).unwrap();
    assert_eq!(state.crm_fields("espo", "Contact").unwrap(), None);
    state.put_crm_fields("espo", "Contact", at(2), &fields(2)).unwrap();
    assert_eq!(state.crm_fields("espo", "Contact").unwrap(), Some((at(2), fields(2))));
}

#[test]
fn states_of_earlier_releases_get_the_table_and_keep_what_they_had() {
    for version in [1, 2] {
        let dir = tempfile::tempdir().unwrap();
        let connection = rusqlite::Connection::open(dir.path().join("state.db")).unwrap();
        connection.execute_batch(include_str!("../fixtures/state-1.sql")).unwrap();
        if version == 2 {
            connection.execute_batch(include_str!("../../src/state/migrations/0002.sql")).unwrap();
            connection.execute_batch("PRAGMA user_version = 2").unwrap();
        }
        drop(connection);
        assert_eq!(State::open_copy(dir.path()).unwrap().crm_fields("espo", "Contact").unwrap(), None);
        let state = State::open(dir.path()).unwrap();
        assert_eq!(state.crm_fields("espo", "Contact").unwrap(), None);
        state.put_crm_fields("espo", "Contact", at(1), &fields(2)).unwrap();
        assert!(state.link_at(&"north".into(), &"C1".into()).unwrap().is_some());
        drop(state);
        let backup = rusqlite::Connection::open(dir.path().join(format!("state.db.before-{}", version + 1))).unwrap();
        assert_eq!(backup.query_row("PRAGMA user_version", [], |row| row.get::<_, i64>(0)).unwrap(), version);
        assert!(dir.path().join("state.db.before-3").exists());
    }
}
