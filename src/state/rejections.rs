//! Table `rejection`: the contacts, and further leads of contacts, that the mapping refuses, each with its reason. They are reported, and are no failures.

use std::collections::BTreeMap;

use rusqlite::{Connection, Row, params};

use super::cell::{all, read_number, run};
use crate::model::{ContactId, Rejection, Seat, Slot};
use crate::ports::StoreError;

/// Keeps a rejection; what was known of the same lead is replaced.
pub(super) fn put(connection: &Connection, job: i64, rejection: &Rejection) -> Result<(), StoreError> {
    let sql = "INSERT OR REPLACE INTO rejection (job, contact, slot, reason, detail) VALUES (?1, ?2, ?3, ?4, ?5)";
    let (contact, slot) = (rejection.contact.as_str(), rejection.slot.as_str());
    run(connection, sql, params![job, contact, slot, rejection.reason, rejection.detail])?;
    Ok(())
}

/// Forgets the rejection of one of a contact's leads.
pub(super) fn forget(connection: &Connection, job: i64, seat: &Seat) -> Result<(), StoreError> {
    let sql = "DELETE FROM rejection WHERE job = ?1 AND contact = ?2 AND slot = ?3";
    run(connection, sql, params![job, seat.contact.as_str(), seat.slot.as_str()])?;
    Ok(())
}

/// The first rejections by contact, and how many contacts there are with each reason.
pub(super) fn list(connection: &Connection, job: i64, limit: u32) -> Result<(Vec<Rejection>, BTreeMap<String, u64>), StoreError> {
    let sql = "SELECT contact, slot, reason, detail FROM rejection WHERE job = ?1 ORDER BY contact, slot LIMIT ?2";
    let first = all(connection, sql, params![job, limit], read)?;
    let sql = "SELECT reason, count(DISTINCT contact) FROM rejection WHERE job = ?1 GROUP BY reason";
    let counts = all(connection, sql, [job], |row| Ok((row.get(0)?, read_number(row.get(1)?)?)))?;
    Ok((first, counts.into_iter().collect()))
}

/// The rejections of one contact's leads, the main one first.
pub(super) fn of(connection: &Connection, job: i64, contact: &ContactId) -> Result<Vec<Rejection>, StoreError> {
    let sql = "SELECT contact, slot, reason, detail FROM rejection WHERE job = ?1 AND contact = ?2 ORDER BY slot";
    all(connection, sql, params![job, contact.as_str()], read)
}

fn read(row: &Row<'_>) -> Result<Rejection, StoreError> {
    let slot = Slot::named(&row.get::<_, String>(1)?);
    Ok(Rejection { contact: ContactId(row.get(0)?), slot, reason: row.get(2)?, detail: row.get(3)? })
}
