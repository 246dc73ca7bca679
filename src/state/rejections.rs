//! Table `rejection`: the contacts that the mapping refuses, each with its reason. They are reported, and are no failures.

use std::collections::BTreeMap;

use rusqlite::{Connection, Row, params};

use super::cell::{all, one, read_number, run};
use crate::model::{ContactId, Rejection};
use crate::ports::StoreError;

/// Keeps a rejection; what was known of the contact is replaced.
pub(super) fn put(connection: &Connection, job: i64, rejection: &Rejection) -> Result<(), StoreError> {
    let sql = "INSERT OR REPLACE INTO rejection (job, contact, reason, detail) VALUES (?1, ?2, ?3, ?4)";
    run(connection, sql, params![job, rejection.contact.as_str(), rejection.reason, rejection.detail])?;
    Ok(())
}

/// Forgets the rejection of a contact.
pub(super) fn forget(connection: &Connection, job: i64, contact: &ContactId) -> Result<(), StoreError> {
    run(connection, "DELETE FROM rejection WHERE job = ?1 AND contact = ?2", params![job, contact.as_str()])?;
    Ok(())
}

/// The first rejections by contact, and how many there are of each reason.
pub(super) fn list(connection: &Connection, job: i64, limit: u32) -> Result<(Vec<Rejection>, BTreeMap<String, u64>), StoreError> {
    let sql = "SELECT contact, reason, detail FROM rejection WHERE job = ?1 ORDER BY contact LIMIT ?2";
    let first = all(connection, sql, params![job, limit], read)?;
    let sql = "SELECT reason, count(*) FROM rejection WHERE job = ?1 GROUP BY reason";
    let counts = all(connection, sql, [job], |row| Ok((row.get(0)?, read_number(row.get(1)?)?)))?;
    Ok((first, counts.into_iter().collect()))
}

/// The rejection of one contact.
pub(super) fn of(connection: &Connection, job: i64, contact: &ContactId) -> Result<Option<Rejection>, StoreError> {
    let sql = "SELECT contact, reason, detail FROM rejection WHERE job = ?1 AND contact = ?2";
    one(connection, sql, params![job, contact.as_str()], read)
}

fn read(row: &Row<'_>) -> Result<Rejection, StoreError> {
    Ok(Rejection { contact: ContactId(row.get(0)?), reason: row.get(1)?, detail: row.get(2)? })
}
