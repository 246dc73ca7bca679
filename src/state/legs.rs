//! Table `leg`: the inbox of call legs, as the call logs showed them. It decides whether a leg says something new; what a
//! lead's legs come to together is decided elsewhere.

use std::collections::BTreeSet;

use rusqlite::{Connection, params};

use super::cell::{all, json, number, one, read_json, read_number, run, time};
use crate::model::{LeadId, Leg};
use crate::ports::StoreError;

/// Keeps legs. Gives the leads whose legs are new or changed.
pub(super) fn put(connection: &Connection, job: i64, legs: &[Leg]) -> Result<BTreeSet<LeadId>, StoreError> {
    let mut changed = BTreeSet::new();
    for leg in legs {
        let key = json(&leg.key)?;
        let body = json(leg)?;
        let sql = "SELECT body = ?3 FROM leg WHERE job = ?1 AND key = ?2";
        let is_known = one(connection, sql, params![job, key, body], |row| Ok(row.get::<_, bool>(0)?))?;
        if is_known == Some(true) {
            continue;
        }
        let sql = "INSERT INTO leg (job, key, lead_id, start_at, body, is_folded) VALUES (?1, ?2, ?3, ?4, ?5, 0) \
                   ON CONFLICT (job, key) DO UPDATE SET start_at = excluded.start_at, body = excluded.body, is_folded = 0";
        run(connection, sql, params![job, key, number(leg.key.lead_id.0)?, time(leg.start), body])?;
        changed.insert(leg.key.lead_id);
    }
    Ok(changed)
}

/// Leads with legs that were not folded since they changed, lowest first.
pub(super) fn unfolded(connection: &Connection, job: i64, limit: u32) -> Result<Vec<LeadId>, StoreError> {
    let sql = "SELECT DISTINCT lead_id FROM leg WHERE job = ?1 AND is_folded = 0 ORDER BY lead_id LIMIT ?2";
    all(connection, sql, params![job, limit], |row| Ok(LeadId(read_number(row.get(0)?)?)))
}

/// Marks the legs of leads as folded.
pub(super) fn put_folded(connection: &Connection, job: i64, leads: &[LeadId]) -> Result<(), StoreError> {
    for lead in leads {
        let sql = "UPDATE leg SET is_folded = 1 WHERE job = ?1 AND lead_id = ?2 AND is_folded = 0";
        run(connection, sql, params![job, number(lead.0)?])?;
    }
    Ok(())
}

/// All legs of a lead, oldest first.
pub(super) fn of_lead(connection: &Connection, job: i64, lead: LeadId) -> Result<Vec<Leg>, StoreError> {
    let sql = "SELECT body FROM leg WHERE job = ?1 AND lead_id = ?2 ORDER BY start_at, key";
    all(connection, sql, params![job, number(lead.0)?], |row| read_json("call leg", &row.get::<_, String>(0)?))
}

/// The legs of a lead count as not folded.
pub(super) fn unfold(connection: &Connection, job: i64, lead: LeadId) -> Result<(), StoreError> {
    run(connection, "UPDATE leg SET is_folded = 0 WHERE job = ?1 AND lead_id = ?2", params![job, number(lead.0)?])?;
    Ok(())
}
