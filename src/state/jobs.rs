//! Table `job`: a job's memory between runs; and table `login_refused`: connections that stay stopped until their credentials change.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use rusqlite::{Connection, params};

use super::cell::{json, one, read_json, read_time, read_time_or_none, read_wall, run, time, wall};
use crate::model::{FieldName, JobName};
use crate::ports::{JobRecord, StoreError};

/// The job's row; 0, which no row has, where it was never written to.
pub(super) fn find(connection: &Connection, job: &JobName) -> Result<i64, StoreError> {
    let found = one(connection, "SELECT id FROM job WHERE name = ?1", [job.as_str()], |row| Ok(row.get(0)?))?;
    Ok(found.unwrap_or(0))
}

/// The job's row, made where it is missing.
pub(super) fn find_or_make(connection: &Connection, job: &JobName) -> Result<i64, StoreError> {
    match find(connection, job)? {
        0 => {
            run(connection, "INSERT INTO job (name) VALUES (?1)", [job.as_str()])?;
            Ok(connection.last_insert_rowid())
        }
        id => Ok(id),
    }
}

/// The job's memory.
pub(super) fn record(connection: &Connection, job: i64) -> Result<JobRecord, StoreError> {
    let sql = "SELECT is_approved, mapping_hash, watermark, calls_watermark, full_done_at, proven, stopped FROM job WHERE id = ?1";
    let found = one(connection, sql, [job], |row| {
        Ok(JobRecord {
            is_approved: row.get(0)?,
            mapping_hash: row.get(1)?,
            watermark: read_time_or_none(row.get(2)?)?,
            calls_watermark: row.get::<_, Option<String>>(3)?.as_deref().map(read_wall).transpose()?,
            full_done_at: read_time_or_none(row.get(4)?)?,
            proven: read_json::<BTreeSet<String>>("list of fields", &row.get::<_, String>(5)?)?,
            stopped: read_json::<BTreeMap<FieldName, String>>("list of fields", &row.get::<_, String>(6)?)?,
        })
    })?;
    Ok(found.unwrap_or_default())
}

/// Keeps the job's memory.
pub(super) fn put_record(connection: &Connection, job: i64, record: &JobRecord) -> Result<(), StoreError> {
    let sql = "UPDATE job SET is_approved = ?2, mapping_hash = ?3, watermark = ?4, calls_watermark = ?5, full_done_at = ?6, proven = ?7, \
               stopped = ?8 WHERE id = ?1";
    let values = params![
        job,
        record.is_approved,
        record.mapping_hash,
        record.watermark.map(time),
        record.calls_watermark.map(wall),
        record.full_done_at.map(time),
        json(&record.proven)?,
        json(&record.stopped)?,
    ];
    run(connection, sql, values)?;
    Ok(())
}

/// When the login of a connection was refused, and with which credentials.
pub(super) fn login_refused(connection: &Connection, name: &str) -> Result<Option<(DateTime<Utc>, String)>, StoreError> {
    one(connection, "SELECT at, fingerprint FROM login_refused WHERE connection = ?1", [name], |row| {
        Ok((read_time(&row.get::<_, String>(0)?)?, row.get(1)?))
    })
}

/// Remembers or forgets it.
pub(super) fn put_login_refused(connection: &Connection, name: &str, refused: Option<(DateTime<Utc>, &str)>) -> Result<(), StoreError> {
    match refused {
        Some((at, fingerprint)) => {
            let sql = "INSERT OR REPLACE INTO login_refused (connection, at, fingerprint) VALUES (?1, ?2, ?3)";
            run(connection, sql, params![name, time(at), fingerprint])?;
        }
        None => {
            run(connection, "DELETE FROM login_refused WHERE connection = ?1", [name])?;
        }
    }
    Ok(())
}
