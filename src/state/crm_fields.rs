//! Table `crm_fields`: how each CRM described its objects last. What another version of vicisync kept in a form of its own counts as not known.

use chrono::{DateTime, Utc};
use rusqlite::{Connection, params};

use super::cell::{json, one, read_time, run, time};
use crate::model::CrmField;
use crate::ports::{SeenFields, StoreError};

/// The fields of an object, and when they were seen.
pub(super) fn fields(connection: &Connection, name: &str, object: &str) -> Result<Option<SeenFields>, StoreError> {
    let sql = "SELECT seen_at, fields FROM crm_fields WHERE connection = ?1 AND object = ?2";
    let found = one(connection, sql, [name, object], |row| {
        let seen_at = read_time(&row.get::<_, String>(0)?)?;
        let text: String = row.get(1)?;
        // They are asked for again by any look; a kind that is not known here must not stop a run.
        Ok(serde_json::from_str(&text).ok().map(|fields| (seen_at, fields)))
    })?;
    Ok(found.flatten())
}

/// Keeps the fields of an object in place of what was known.
pub(super) fn put(
    connection: &Connection,
    name: &str,
    object: &str,
    seen_at: DateTime<Utc>,
    fields: &[CrmField],
) -> Result<(), StoreError> {
    let sql = "INSERT INTO crm_fields (connection, object, seen_at, fields) VALUES (?1, ?2, ?3, ?4)
               ON CONFLICT (connection, object) DO UPDATE SET seen_at = excluded.seen_at, fields = excluded.fields";
    run(connection, sql, params![name, object, time(seen_at), json(&fields)?]).map(|_| ())
}
