//! Brings a database to the schema of this version. It decides whether a database is ours, older, or too new; what a
//! schema means stands in the numbered files, which never change once they are released.

use std::fs;
use std::path::Path;

use rusqlite::{Connection, TransactionBehavior};

use super::lock::{make_private, sync_dir};
use super::trouble::{broken, file};
use crate::ports::{StoreError, StoreErrorKind};

/// All migrations; the schema's number is how many were applied.
pub(super) const MIGRATIONS: &[&str] = &[
    include_str!("migrations/0001.sql"),
    include_str!("migrations/0002.sql"),
    include_str!("migrations/0003.sql"),
    include_str!("migrations/0004.sql"),
    include_str!("migrations/0005.sql"),
];

/// Marks a database file as ours ("vici").
const APPLICATION_ID: i64 = 0x7669_6369;

/// Refuses what is not ours or newer than we are. Gives the schema's number, 0 for an empty database. Writes nothing.
pub(super) fn check(connection: &Connection, migrations: &[&str]) -> Result<usize, StoreError> {
    let version: i64 = connection.query_row("PRAGMA user_version", [], |row| row.get(0))?;
    let application: i64 = connection.query_row("PRAGMA application_id", [], |row| row.get(0))?;
    let tables: i64 = connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
    if tables > 0 && application != APPLICATION_ID {
        return Err(broken("state.db is a database of another program").help("`--state DIR` names a directory for vicisync alone"));
    }
    let known = migrations.len();
    match usize::try_from(version) {
        Ok(version) if version <= known => Ok(version),
        Ok(_) | Err(_) => Err(StoreError::new(
            StoreErrorKind::Newer,
            format!("the state has schema {version}, made by a newer vicisync; this one knows schemas up to {known}"),
        )
        .help(format!("install the newer vicisync again, or put back the backup `state.db.before-{}`", known + 1))),
    }
}

/// Applies what is missing. An existing database is copied to `state.db.before-N` in `backup_to` before schema N is made.
pub(super) fn migrate(connection: &mut Connection, migrations: &[&str], backup_to: Option<&Path>) -> Result<(), StoreError> {
    let present = check(connection, migrations)?;
    for (index, sql) in migrations.iter().enumerate().skip(present) {
        let version = index + 1;
        if let (true, Some(dir)) = (present > 0, backup_to) {
            back_up(connection, dir, version)?;
        }
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        transaction.execute_batch(sql)?;
        transaction.execute_batch(&format!("PRAGMA application_id = {APPLICATION_ID}; PRAGMA user_version = {version};"))?;
        transaction.commit()?;
    }
    Ok(())
}

/// Copies the whole database to a file that is whole or not there.
fn back_up(connection: &Connection, dir: &Path, version: usize) -> Result<(), StoreError> {
    let part = dir.join(format!("state.db.before-{version}.part"));
    let backup = dir.join(format!("state.db.before-{version}"));
    if part.exists() {
        fs::remove_file(&part).map_err(|error| file("remove", &part, &error))?;
    }
    vacuum_into(connection, &part)?;
    fs::rename(&part, &backup).map_err(|error| file("rename", &part, &error))?;
    sync_dir(dir)
}

/// `VACUUM INTO` a new file that only we can read, synced.
pub(super) fn vacuum_into(connection: &Connection, path: &Path) -> Result<(), StoreError> {
    // SQLite takes an existing file if it is empty; made first, it is never readable for others.
    make_private(path)?;
    let text = path.to_str().ok_or_else(|| broken(format!("the path {} is not plain text", path.display())))?;
    connection.execute("VACUUM INTO ?1", [text])?;
    fs::File::open(path).and_then(|copy| copy.sync_all()).map_err(|error| file("sync", path, &error))
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: &str = "ALTER TABLE job ADD COLUMN note TEXT NOT NULL DEFAULT 'none'";

    fn first(dir: &Path) -> Connection {
        let mut connection = Connection::open(dir.join("state.db")).unwrap();
        migrate(&mut connection, &MIGRATIONS[..1], Some(dir)).unwrap();
        connection.execute("INSERT INTO job (name) VALUES ('north')", []).unwrap();
        connection
    }

    #[test]
    fn an_older_database_is_backed_up_then_migrated() {
        let dir = tempfile::tempdir().unwrap();
        let mut connection = first(dir.path());
        assert!(!dir.path().join("state.db.before-1").exists());
        migrate(&mut connection, &[MIGRATIONS[0], SECOND], Some(dir.path())).unwrap();
        let note: String = connection.query_row("SELECT note FROM job WHERE name = 'north'", [], |row| row.get(0)).unwrap();
        assert_eq!(note, "none");
        let backup = Connection::open(dir.path().join("state.db.before-2")).unwrap();
        assert_eq!(check(&backup, &MIGRATIONS[..1]), Ok(1));
        let name: String = backup.query_row("SELECT name FROM job", [], |row| row.get(0)).unwrap();
        assert_eq!(name, "north");
    }

    #[test]
    fn a_migration_that_fails_leaves_the_database_as_it_was() {
        let dir = tempfile::tempdir().unwrap();
        let mut connection = first(dir.path());
        let bad = "ALTER TABLE job ADD COLUMN note TEXT; INSERT INTO nowhere VALUES (1);";
        migrate(&mut connection, &[MIGRATIONS[0], bad], Some(dir.path())).unwrap_err();
        assert_eq!(check(&connection, &MIGRATIONS[..1]), Ok(1));
        migrate(&mut connection, &[MIGRATIONS[0], SECOND], Some(dir.path())).unwrap();
        assert_eq!(check(&connection, &[MIGRATIONS[0], SECOND]), Ok(2));
    }

    #[test]
    fn a_newer_database_is_refused_with_both_numbers() {
        let dir = tempfile::tempdir().unwrap();
        let connection = first(dir.path());
        connection.execute_batch("PRAGMA user_version = 7").unwrap();
        let error = check(&connection, &MIGRATIONS[..1]).unwrap_err();
        assert_eq!(error.kind, StoreErrorKind::Newer);
        assert!(error.message.contains("schema 7") && error.message.contains("up to 1"), "{error}");
    }
}
