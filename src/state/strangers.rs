//! Table `stranger`: leads that no contact of the CRM has and that wait for a person. They are reported, and are no failures; who is one is decided
//! elsewhere.

use chrono::{DateTime, Utc};
use rusqlite::{Connection, params};

use super::cell::{all, json, number, read_json, run, time};
use crate::model::{LeadId, Stranger, stranger_subject};
use crate::ports::StoreError;

/// Keeps a stranger; what was known of the lead is replaced.
pub(super) fn put(connection: &Connection, job: i64, stranger: &Stranger) -> Result<(), StoreError> {
    let sql = "INSERT OR REPLACE INTO stranger (job, lead_id, body) VALUES (?1, ?2, ?3)";
    run(connection, sql, params![job, number(stranger.lead.0)?, json(stranger)?])?;
    Ok(())
}

/// Forgets a stranger.
pub(super) fn forget(connection: &Connection, job: i64, lead: LeadId) -> Result<(), StoreError> {
    run(connection, "DELETE FROM stranger WHERE job = ?1 AND lead_id = ?2", params![job, number(lead.0)?])?;
    Ok(())
}

/// Supersedes the contact that an older plan wanted to make for a lead.
pub(super) fn supersede(connection: &Connection, job: i64, lead: LeadId, at: DateTime<Utc>) -> Result<(), StoreError> {
    let sql = "UPDATE op SET state = 'superseded', raw = 'a newer plan looked at the lead again', changed_at = ?3 \
               WHERE job = ?1 AND subject = ?2 AND state = 'intended' AND lane = 'contact'";
    run(connection, sql, params![job, stranger_subject(lead), time(at)])?;
    Ok(())
}

/// All of a job, lowest lead first.
pub(super) fn list(connection: &Connection, job: i64) -> Result<Vec<Stranger>, StoreError> {
    let sql = "SELECT body FROM stranger WHERE job = ?1 ORDER BY lead_id";
    all(connection, sql, [job], |row| read_json("lead without a contact", &row.get::<_, String>(0)?))
}
