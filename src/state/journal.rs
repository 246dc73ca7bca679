//! Table `op`: the journal of intended writes. It decides which op a newer one replaces, and reads ops by what is asked
//! of them; what a result does to the rest of the state stands in `outcome`.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use rusqlite::{Connection, Row, params};

use super::cell::{all, json, one, read_json, read_number, read_time, run, time};
use super::trouble::broken;
use crate::model::{Base, ContactId, FieldName, Lane, LinkId, Op, OpId, OpState, RunId, Seat, Slot, Turn};
use crate::ports::StoreError;

macro_rules! select {
    ($rest:literal) => {
        concat!("SELECT id, lane, subject, link, contact, payload, base_after, reason, state, tries, closed_at, slot FROM op ", $rest)
    };
}

/// What became of an op that a plan brought.
pub(super) enum Entry {
    /// It is in the journal.
    Kept,
    /// One of the same kind is on its way: that one is waited for.
    LeftOut,
}

/// Writes a new op into the journal.
pub(super) fn insert(
    connection: &Connection,
    job: i64,
    run_id: RunId,
    op: &Op,
    link: Option<LinkId>,
    at: DateTime<Utc>,
) -> Result<Entry, StoreError> {
    let sql = "SELECT id, state FROM op WHERE job = ?1 AND lane = ?2 AND subject = ?3 AND kind = ?4 \
               AND state IN ('intended', 'sent', 'unknown')";
    let open = one(connection, sql, params![job, op.lane.name(), op.subject, op.payload.kind()], |row| {
        Ok((OpId(row.get(0)?), read_state(&row.get::<_, String>(1)?)?))
    })?;
    match open {
        Some((older, OpState::Intended)) => set_state(connection, older, OpState::Superseded, "a newer plan replaced it", at)?,
        Some((_, OpState::Sent | OpState::Unknown)) => return Ok(Entry::LeftOut),
        None | Some((_, OpState::Done | OpState::Refused | OpState::Superseded)) => {}
    }
    let payload = json(&op.payload)?;
    let sql = "INSERT INTO op (job, run, lane, kind, subject, link, contact, payload, base_after, reason, state, planned_at, changed_at, tries, slot) \
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, 'intended', ?11, ?11, ?12, ?13)";
    let values = params![
        job,
        run_id.0,
        op.lane.name(),
        op.payload.kind(),
        op.subject,
        link.map(|link| link.0),
        op.contact.as_str(),
        payload,
        json(&op.base_after)?,
        op.reason,
        time(at),
        tries_before(connection, job, op, &payload)?,
        op.slot.as_str(),
    ];
    run(connection, sql, values)?;
    Ok(Entry::Kept)
}

/// How often the same write was tried by an op that a newer look replaced: planned again it is still that write.
fn tries_before(connection: &Connection, job: i64, op: &Op, payload: &str) -> Result<u32, StoreError> {
    let sql = "SELECT state = 'superseded' AND payload = ?5, tries FROM op \
               WHERE job = ?1 AND contact = ?2 AND lane = ?3 AND subject = ?4 AND kind = ?6 ORDER BY id DESC LIMIT 1";
    let last = one(connection, sql, params![job, op.contact.as_str(), op.lane.name(), op.subject, payload, op.payload.kind()], |row| {
        Ok((row.get::<_, bool>(0)?, row.get::<_, u32>(1)?))
    })?;
    Ok(last.filter(|(is_same, _)| *is_same).map_or(0, |(_, tries)| tries))
}

/// The newest op that was ever planned.
pub(super) fn newest(connection: &Connection) -> Result<OpId, StoreError> {
    Ok(one(connection, "SELECT max(id) FROM op", [], |row| Ok(row.get::<_, Option<i64>>(0)?))?.flatten().map_or(OpId(0), OpId))
}

/// Moves an op to another state.
pub(super) fn set_state(connection: &Connection, op: OpId, state: OpState, raw: &str, at: DateTime<Utc>) -> Result<(), StoreError> {
    let closed_at = match state {
        OpState::Unknown => Some(time(at)),
        OpState::Intended | OpState::Sent | OpState::Done | OpState::Refused | OpState::Superseded => None,
    };
    // What got no answer once may still take effect, whatever was found out of it since.
    let sql = "UPDATE op SET state = ?2, raw = ?3, closed_at = coalesce(?4, closed_at), changed_at = ?5 WHERE id = ?1";
    run(connection, sql, params![op.0, state.name(), raw, closed_at, time(at)])?;
    Ok(())
}

/// Keeps what an op leaves behind, as far as its sending showed it.
pub(super) fn set_base_after(connection: &Connection, op: OpId, base_after: &Base) -> Result<(), StoreError> {
    run(connection, "UPDATE op SET base_after = ?2 WHERE id = ?1", params![op.0, json(base_after)?])?;
    Ok(())
}

/// Marks an intended op as sent.
pub(super) fn mark_sent(connection: &Connection, job: i64, op: OpId, at: DateTime<Utc>) -> Result<(), StoreError> {
    let sql = "UPDATE op SET state = 'sent', tries = tries + 1, changed_at = ?3 WHERE id = ?1 AND job = ?2 AND state = 'intended'";
    match run(connection, sql, params![op.0, job, time(at)])? {
        0 => Err(broken(format!("op {op} is to be sent but does not wait for that"))),
        _ => Ok(()),
    }
}

/// Every op that is marked as sent counts as unknown, closed now.
pub(super) fn close_sent(connection: &Connection, job: i64, at: DateTime<Utc>) -> Result<u64, StoreError> {
    let sql = "UPDATE op SET state = 'unknown', closed_at = ?2, changed_at = ?2, raw = 'vicisync ended before the answer came' \
               WHERE job = ?1 AND state = 'sent'";
    Ok(run(connection, sql, params![job, time(at)])? as u64)
}

/// Supersedes what waits to be added as, or changed on, one of a contact's leads.
pub(super) fn supersede_writes(connection: &Connection, job: i64, seat: &Seat, why: &str, at: DateTime<Utc>) -> Result<(), StoreError> {
    let sql = "UPDATE op SET state = 'superseded', raw = ?4, changed_at = ?5 \
               WHERE job = ?1 AND contact = ?2 AND slot = ?3 AND state = 'intended' AND lane IN ('create', 'custom', 'update')";
    run(connection, sql, params![job, seat.contact.as_str(), seat.slot.as_str(), why, time(at)])?;
    Ok(())
}

/// Supersedes all that waits on a link.
pub(super) fn supersede_on_link(connection: &Connection, link: LinkId, why: &str, at: DateTime<Utc>) -> Result<(), StoreError> {
    let sql = "UPDATE op SET state = 'superseded', raw = ?2, changed_at = ?3 WHERE link = ?1 AND state = 'intended'";
    run(connection, sql, params![link.0, why, time(at)])?;
    Ok(())
}

/// What the journal itself says of an op that has a result.
pub(super) struct Kept {
    /// Where it stands.
    pub(super) state: OpState,
    /// Its payload's kind.
    pub(super) kind: String,
    /// What it is about.
    pub(super) subject: String,
    /// The link it belongs to, if that is still there.
    pub(super) link: Option<LinkId>,
    /// The contact.
    pub(super) contact: ContactId,
}

/// What the journal says of an op.
pub(super) fn kept(connection: &Connection, job: i64, op: OpId) -> Result<Kept, StoreError> {
    let sql = "SELECT state, kind, subject, link, contact FROM op WHERE id = ?1 AND job = ?2";
    let found = one(connection, sql, params![op.0, job], |row| {
        Ok(Kept {
            state: read_state(&row.get::<_, String>(0)?)?,
            kind: row.get(1)?,
            subject: row.get(2)?,
            link: row.get::<_, Option<i64>>(3)?.map(LinkId),
            contact: ContactId(row.get(4)?),
        })
    })?;
    found.ok_or_else(|| broken(format!("there is a result of op {op}, which is not in this job's journal")))
}

/// Ops in the given states, oldest first.
pub(super) fn in_states(connection: &Connection, job: i64, states: &[OpState], limit: u32) -> Result<Vec<Op>, StoreError> {
    let names: BTreeSet<&str> = states.iter().map(|state| state.name()).collect();
    let mut ops = Vec::new();
    // One walk along the index a state: asked for all at once, SQLite would sort every op of the job.
    for name in names {
        ops.extend(all(connection, select!("WHERE job = ?1 AND state = ?2 ORDER BY id LIMIT ?3"), params![job, name, limit], read)?);
    }
    ops.sort_by_key(|op| op.id);
    ops.truncate(limit as usize);
    Ok(ops)
}

/// All ops of a contact, newest first.
pub(super) fn of_contact(connection: &Connection, job: i64, contact: &ContactId, limit: u32) -> Result<Vec<Op>, StoreError> {
    let values = params![job, contact.as_str(), limit];
    all(connection, select!("WHERE job = ?1 AND contact = ?2 ORDER BY id DESC LIMIT ?3"), values, read)
}

/// The intended ops that a turn takes, oldest first.
pub(super) fn next(connection: &Connection, job: i64, turn: &Turn) -> Result<Vec<Op>, StoreError> {
    let mut statement = connection.prepare_cached(select!("WHERE job = ?1 AND lane = ?2 AND state = 'intended' ORDER BY id"))?;
    let mut rows = statement.query(params![job, turn.lane.name()])?;
    let mut ops = Vec::new();
    while let Some(row) = if ops.len() < turn.limit as usize { rows.next()? } else { None } {
        let is_past = turn.past.contains(&OpId(row.get(0)?));
        let contact = ContactId(row.get(4)?);
        if !is_past && turn.only.as_ref().is_none_or(|only| only.contains(&contact)) {
            ops.push(read(row)?);
        }
    }
    Ok(ops)
}

/// The contacts that have ops in the given states.
pub(super) fn contacts_in_states(connection: &Connection, job: i64, states: &[OpState]) -> Result<BTreeSet<ContactId>, StoreError> {
    let mut found = BTreeSet::new();
    for state in states {
        let sql = "SELECT DISTINCT contact FROM op WHERE job = ?1 AND state = ?2 AND contact <> ''";
        found.extend(all(connection, sql, params![job, state.name()], |row| Ok(ContactId(row.get(0)?)))?);
    }
    Ok(found)
}

/// What VICIdial would show of the writes of a link's lead that got no answer since then and were not seen to take effect at their first try: they may come late.
pub(super) fn late_writes(
    connection: &Connection,
    job: i64,
    link: LinkId,
    since: DateTime<Utc>,
) -> Result<BTreeMap<FieldName, BTreeSet<String>>, StoreError> {
    let sql = "SELECT base_after FROM op WHERE job = ?1 AND link = ?2 AND lane IN ('custom', 'update') AND closed_at >= ?3 \
               AND (tries > 1 OR state <> 'done')";
    let bases: Vec<Base> =
        all(connection, sql, params![job, link.0, time(since)], |row| read_json("planned write's base", &row.get::<_, String>(0)?))?;
    let mut written: BTreeMap<FieldName, BTreeSet<String>> = BTreeMap::new();
    for (field, pair) in bases.into_iter().flat_map(|base| base.fields) {
        written.entry(field).or_default().insert(pair.vicidial);
    }
    Ok(written)
}

/// Supersedes what waits to be sent for one of a contact's leads: to VICIdial, and of what goes to the CRM, edits of it.
pub(super) fn cancel(connection: &Connection, job: i64, seat: &Seat, at: DateTime<Utc>) -> Result<(), StoreError> {
    let sql = "UPDATE op SET state = 'superseded', raw = 'a newer plan looked at the contact again', changed_at = ?4 \
               WHERE job = ?1 AND contact = ?2 AND slot = ?3 AND state = 'intended' \
               AND (lane NOT IN ('patch', 'activity') OR subject LIKE 'edit:%')";
    run(connection, sql, params![job, seat.contact.as_str(), seat.slot.as_str(), time(at)])?;
    Ok(())
}

/// Unknown ops with the moment their connection closed, oldest first.
pub(super) fn unknown(connection: &Connection, job: i64) -> Result<Vec<(Op, DateTime<Utc>)>, StoreError> {
    all(connection, select!("WHERE job = ?1 AND state = 'unknown' ORDER BY id"), [job], |row| {
        let closed: Option<String> = row.get(10)?;
        let closed = closed.ok_or_else(|| broken("an op of unknown effect has no moment at which its connection closed"))?;
        Ok((read(row)?, read_time(&closed)?))
    })
}

fn read_state(text: &str) -> Result<OpState, StoreError> {
    OpState::from_name(text).ok_or_else(|| broken(format!("the state has `{text}` where an op's state belongs")))
}

fn read(row: &Row<'_>) -> Result<Op, StoreError> {
    let lane: String = row.get(1)?;
    Ok(Op {
        id: OpId(row.get(0)?),
        lane: Lane::from_name(&lane).ok_or_else(|| broken(format!("the state has `{lane}` where a lane belongs")))?,
        subject: row.get(2)?,
        link: row.get::<_, Option<i64>>(3)?.map(LinkId),
        contact: ContactId(row.get(4)?),
        slot: Slot::named(&row.get::<_, String>(11)?),
        payload: read_json("planned write", &row.get::<_, String>(5)?)?,
        base_after: read_json("planned write's base", &row.get::<_, String>(6)?)?,
        reason: row.get(7)?,
        state: read_state(&row.get::<_, String>(8)?)?,
        tries: u32::try_from(read_number(row.get(9)?)?).unwrap_or(u32::MAX),
    })
}
