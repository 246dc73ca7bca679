//! Table `server_fact`: what is known of each connection's server. A fact of another version of vicisync is passed over when read.

use rusqlite::{Connection, params};

use super::cell::{all, json, read_json, read_time, read_time_or_none, run, time};
use super::trouble::broken;
use crate::model::{Fact, FactName, FactSource, ServerFacts};
use crate::ports::StoreError;

/// The facts of a connection's server.
pub(super) fn facts(connection: &Connection, name: &str) -> Result<ServerFacts, StoreError> {
    let sql = "SELECT name, value, source, at, before, changed_at FROM server_fact WHERE connection = ?1";
    let rows = all(connection, sql, [name], |row| {
        let Some(name) = FactName::parse(&row.get::<_, String>(0)?) else { return Ok(None) };
        let source: String = row.get(2)?;
        let source = FactSource::parse(&source).ok_or_else(|| broken(format!("the state has `{source}` where a fact's source belongs")))?;
        let before: Option<String> = row.get(4)?;
        let before = before.as_deref().map(|text| read_json("fact", text)).transpose()?;
        Ok(Some((
            name,
            Fact {
                value: read_json("fact", &row.get::<_, String>(1)?)?,
                source,
                at: read_time(&row.get::<_, String>(3)?)?,
                before: before.zip(read_time_or_none(row.get(5)?)?),
            },
        )))
    })?;
    Ok(ServerFacts(rows.into_iter().flatten().collect()))
}

/// Keeps the facts of a connection's server in place of all that was known.
pub(super) fn put(connection: &Connection, name: &str, facts: &ServerFacts) -> Result<(), StoreError> {
    run(connection, "DELETE FROM server_fact WHERE connection = ?1", [name])?;
    let sql = "INSERT INTO server_fact (connection, name, value, source, at, before, changed_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
    for (fact_name, fact) in &facts.0 {
        let before = fact.before.as_ref().map(|(value, _)| json(value)).transpose()?;
        let changed_at = fact.before.as_ref().map(|(_, at)| time(*at));
        let values = params![name, fact_name.to_string(), json(&fact.value)?, fact.source.name(), time(fact.at), before, changed_at];
        run(connection, sql, values)?;
    }
    Ok(())
}
