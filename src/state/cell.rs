//! How values stand in the database's cells, and how rows are read. It knows no table.

use chrono::{DateTime, NaiveDateTime, SecondsFormat, Utc};
use rusqlite::{Connection, Params, Row};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::trouble::broken;
use crate::ports::StoreError;

const WALL: &str = "%Y-%m-%dT%H:%M:%S%.9f";

/// An instant as UTC text of fixed width: it sorts as time does.
pub(super) fn time(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Nanos, true)
}

/// The instant of [`time`]'s text.
pub(super) fn read_time(text: &str) -> Result<DateTime<Utc>, StoreError> {
    DateTime::parse_from_rfc3339(text).map(|at| at.to_utc()).map_err(|_| broken(format!("the state has `{text}` where an instant belongs")))
}

/// [`read_time`] of a cell that may be empty.
pub(super) fn read_time_or_none(text: Option<String>) -> Result<Option<DateTime<Utc>>, StoreError> {
    text.as_deref().map(read_time).transpose()
}

/// A wall time of VICIdial's server.
pub(super) fn wall(at: NaiveDateTime) -> String {
    at.format(WALL).to_string()
}

/// The wall time of [`wall`]'s text.
pub(super) fn read_wall(text: &str) -> Result<NaiveDateTime, StoreError> {
    NaiveDateTime::parse_from_str(text, WALL).map_err(|_| broken(format!("the state has `{text}` where a wall time belongs")))
}

/// A value as JSON.
pub(super) fn json<T: Serialize>(value: &T) -> Result<String, StoreError> {
    serde_json::to_string(value).map_err(|error| broken(format!("a value cannot be kept: {error}")))
}

/// The value of [`json`]'s text. The error names the place only: the text may be about a person.
pub(super) fn read_json<T: DeserializeOwned>(what: &str, text: &str) -> Result<T, StoreError> {
    serde_json::from_str(text).map_err(|error| broken(format!("a {what} in the state cannot be read (its column {})", error.column())))
}

/// A number that SQLite can hold.
pub(super) fn number(value: u64) -> Result<i64, StoreError> {
    i64::try_from(value).map_err(|_| broken(format!("{value} is too large to be kept")))
}

/// A number that is never negative.
pub(super) fn read_number(value: i64) -> Result<u64, StoreError> {
    u64::try_from(value).map_err(|_| broken(format!("the state has {value} where a count or an id belongs")))
}

/// The first row of a query.
pub(super) fn one<T, P: Params>(
    connection: &Connection,
    sql: &str,
    params: P,
    read: impl FnOnce(&Row<'_>) -> Result<T, StoreError>,
) -> Result<Option<T>, StoreError> {
    let mut statement = connection.prepare_cached(sql)?;
    let mut rows = statement.query(params)?;
    rows.next()?.map(read).transpose()
}

/// All rows of a query.
pub(super) fn all<T, P: Params>(
    connection: &Connection,
    sql: &str,
    params: P,
    mut read: impl FnMut(&Row<'_>) -> Result<T, StoreError>,
) -> Result<Vec<T>, StoreError> {
    let mut statement = connection.prepare_cached(sql)?;
    let mut rows = statement.query(params)?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        found.push(read(row)?);
    }
    Ok(found)
}

/// Runs a statement that writes. Gives the number of rows.
pub(super) fn run<P: Params>(connection: &Connection, sql: &str, params: P) -> Result<usize, StoreError> {
    Ok(connection.prepare_cached(sql)?.execute(params)?)
}

/// Whether a statement failed because a row would stand twice.
pub(super) fn is_double(error: &rusqlite::Error) -> bool {
    error.sqlite_error_code() == Some(rusqlite::ErrorCode::ConstraintViolation)
}
