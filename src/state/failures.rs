//! Table `failure`: what went wrong, kept until it is good. It decides when the next look is due; what the look finds
//! is not its business.

use chrono::{DateTime, TimeDelta, Utc};
use rusqlite::{Connection, Row, params};

use super::cell::{all, one, run, time};
use crate::model::{ContactId, Failure, OpId};
use crate::ports::{LOOK_AGAIN, StoreError};

/// A lead in a live call: the call ends soon, and the person may have opted out.
const IN_CALL: &str = "in_call";
const IN_CALL_S: i64 = 30;
const BACKOFF_FIRST_S: i64 = 5 * 60;
const BACKOFF_MOST_S: i64 = 24 * 60 * 60;

/// How long to wait after that many tries: 5 minutes, doubled each time, at most a day.
fn backoff(tries: u32) -> TimeDelta {
    let doublings = tries.saturating_sub(1).min(16);
    TimeDelta::seconds((BACKOFF_FIRST_S << doublings).min(BACKOFF_MOST_S))
}

/// Keeps a failure. Ops up to `after` do not end it when they are done: they were planned before it arose.
pub(super) fn put(connection: &Connection, job: i64, failure: &Failure, at: DateTime<Utc>, after: OpId) -> Result<(), StoreError> {
    let sql = "SELECT tries FROM failure WHERE job = ?1 AND subject = ?2";
    let before: Option<u32> = one(connection, sql, params![job, failure.subject], |row| Ok(row.get(0)?))?;
    let tries = before.unwrap_or(0).saturating_add(1).max(failure.tries);
    let sql = "INSERT INTO failure (job, subject, contact, code, raw, tries, first_at, last_at, next_at, after_op) \
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?7, ?8, ?9) \
               ON CONFLICT (job, subject) DO UPDATE SET contact = coalesce(excluded.contact, contact), code = excluded.code, \
               raw = excluded.raw, tries = excluded.tries, last_at = excluded.last_at, next_at = excluded.next_at, \
               after_op = max(after_op, excluded.after_op)";
    let values = params![
        job,
        failure.subject,
        failure.contact.as_ref().and_then(named),
        failure.code,
        failure.raw,
        tries,
        time(at),
        time(at + if failure.code == IN_CALL { TimeDelta::seconds(IN_CALL_S) } else { backoff(tries) }),
        after.0,
    ];
    run(connection, sql, values)?;
    Ok(())
}

/// Has a contact looked at again at once. A failure that is known of the subject stays as it is, and is due.
pub(super) fn look_again(
    connection: &Connection,
    job: i64,
    subject: &str,
    contact: &ContactId,
    why: &str,
    at: DateTime<Utc>,
    after: OpId,
) -> Result<(), StoreError> {
    let sql = "INSERT INTO failure (job, subject, contact, code, raw, tries, first_at, last_at, next_at, after_op) \
               VALUES (?1, ?2, ?3, ?4, ?5, 0, ?6, ?6, ?6, ?7) \
               ON CONFLICT (job, subject) DO UPDATE SET next_at = excluded.next_at, after_op = excluded.after_op";
    run(connection, sql, params![job, subject, named(contact), LOOK_AGAIN, why, time(at), after.0])?;
    Ok(())
}

/// The contact, where there is one: of what is to make one, none is known.
fn named(contact: &ContactId) -> Option<&str> {
    Some(contact.as_str()).filter(|id| !id.is_empty())
}

/// Drops the failure of a subject.
pub(super) fn forget(connection: &Connection, job: i64, subject: &str) -> Result<(), StoreError> {
    run(connection, "DELETE FROM failure WHERE job = ?1 AND subject = ?2", params![job, subject])?;
    Ok(())
}

/// Drops the failure of a subject whose op is done, if the op was planned after the failure arose.
pub(super) fn forget_by(connection: &Connection, job: i64, subject: &str, op: OpId) -> Result<(), StoreError> {
    run(connection, "DELETE FROM failure WHERE job = ?1 AND subject = ?2 AND after_op < ?3", params![job, subject, op.0])?;
    Ok(())
}

/// The failures that are due, or all, longest due first.
pub(super) fn list(connection: &Connection, job: i64, due_at: Option<DateTime<Utc>>) -> Result<Vec<Failure>, StoreError> {
    match due_at {
        Some(at) => {
            let sql = "SELECT subject, contact, code, raw, tries FROM failure WHERE job = ?1 AND next_at <= ?2 ORDER BY next_at, subject";
            all(connection, sql, params![job, time(at)], read)
        }
        None => {
            let sql = "SELECT subject, contact, code, raw, tries FROM failure WHERE job = ?1 ORDER BY next_at, subject";
            all(connection, sql, [job], read)
        }
    }
}

fn read(row: &Row<'_>) -> Result<Failure, StoreError> {
    Ok(Failure {
        subject: row.get(0)?,
        contact: row.get::<_, Option<String>>(1)?.map(ContactId),
        code: row.get(2)?,
        raw: row.get(3)?,
        tries: row.get(4)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_backoff_doubles_up_to_a_day() {
        let minutes: Vec<i64> = [0, 1, 2, 3, 9, 10, 40, u32::MAX].into_iter().map(|tries| backoff(tries).num_minutes()).collect();
        assert_eq!(minutes, [5, 5, 10, 20, 1280, 1440, 1440, 1440]);
    }
}
