//! Table `run`: what each run counted and how it ended. A run that was cut off has no end.

use chrono::{DateTime, Utc};
use rusqlite::{Connection, params};

use super::cell::{all, json, read_json, read_time, read_time_or_none, run, time};
use super::trouble::broken;
use crate::model::{RunEnd, RunId, Totals};
use crate::ports::{RunRecord, StoreError};

/// Starts a run's record.
pub(super) fn begin(connection: &Connection, job: i64, cause: &str, at: DateTime<Utc>) -> Result<RunId, StoreError> {
    run(connection, "INSERT INTO run (job, cause, started_at) VALUES (?1, ?2, ?3)", params![job, cause, time(at)])?;
    Ok(RunId(connection.last_insert_rowid()))
}

/// Ends it.
pub(super) fn end(
    connection: &Connection,
    id: RunId,
    end: RunEnd,
    message: &str,
    totals: &Totals,
    at: DateTime<Utc>,
) -> Result<(), StoreError> {
    let sql = "UPDATE run SET ended_at = ?2, ending = ?3, message = ?4, totals = ?5 WHERE id = ?1";
    match run(connection, sql, params![id.0, time(at), word(end), message, json(totals)?])? {
        0 => Err(broken(format!("run {id} was never begun"))),
        _ => Ok(()),
    }
}

/// The newest runs of all jobs, newest first.
pub(super) fn newest(connection: &Connection, limit: u32) -> Result<Vec<RunRecord>, StoreError> {
    let sql = "SELECT run.id, job.name, cause, started_at, ended_at, ending, message, totals \
               FROM run JOIN job ON job.id = run.job ORDER BY run.id DESC LIMIT ?1";
    all(connection, sql, [limit], |row| {
        Ok(RunRecord {
            id: row.get(0)?,
            job: row.get(1)?,
            trigger: row.get(2)?,
            started: Some(read_time(&row.get::<_, String>(3)?)?),
            ended: read_time_or_none(row.get(4)?)?,
            end: row.get::<_, Option<String>>(5)?.as_deref().map(of_word).transpose()?,
            message: row.get(6)?,
            totals: read_json("run's totals", &row.get::<_, String>(7)?)?,
        })
    })
}

fn word(end: RunEnd) -> &'static str {
    match end {
        RunEnd::Clean => "clean",
        RunEnd::WithFailures => "with_failures",
        RunEnd::Held => "held",
        RunEnd::Stopped => "stopped",
        RunEnd::Refused => "refused",
    }
}

fn of_word(text: &str) -> Result<RunEnd, StoreError> {
    [RunEnd::Clean, RunEnd::WithFailures, RunEnd::Held, RunEnd::Stopped, RunEnd::Refused]
        .into_iter()
        .find(|end| word(*end) == text)
        .ok_or_else(|| broken(format!("the state has `{text}` where a run's end belongs")))
}
