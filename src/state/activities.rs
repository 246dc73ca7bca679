//! Table `activity`: which activity the CRM has of a call, and a hash of what it was last told.

use rusqlite::{Connection, params};

use super::cell::{one, run};
use crate::model::{Activity, ActivityId};
use crate::ports::StoreError;

/// Remembers the activity of a call as written now.
pub(super) fn put(connection: &Connection, job: i64, activity: &Activity, id: &ActivityId) -> Result<(), StoreError> {
    let sql = "INSERT OR REPLACE INTO activity (job, call_key, activity_id, written) VALUES (?1, ?2, ?3, ?4)";
    run(connection, sql, params![job, activity.key, id.as_str(), activity.hash()])?;
    Ok(())
}

/// The activity of a call, and the hash of it as last written.
pub(super) fn of(connection: &Connection, job: i64, call_key: &str) -> Result<Option<(ActivityId, String)>, StoreError> {
    let sql = "SELECT activity_id, written FROM activity WHERE job = ?1 AND call_key = ?2";
    one(connection, sql, params![job, call_key], |row| Ok((ActivityId(row.get(0)?), row.get(1)?)))
}
