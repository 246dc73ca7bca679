//! Table `link`: contact and lead known to be one. It decides that no lead and no code is ever had by two links of a job.

use std::collections::BTreeMap;

use rusqlite::{Connection, Row, params};

use super::cell::{all, is_double, json, number, one, read_json, read_number, run};
use super::legs;
use super::trouble::broken;
use crate::model::{Base, ContactId, LeadId, Link, LinkId, LinkState, ListId, Seat, Slot, VendorLeadCode};
use crate::ports::{LinkWrite, StoreError};

macro_rules! select {
    ($rest:literal) => {
        concat!("SELECT id, contact, slot, lead_id, code, list_id, phone, state, base, fingerprint FROM link ", $rest)
    };
}

/// The link of one of a contact's leads.
pub(super) fn at(connection: &Connection, job: i64, seat: &Seat) -> Result<Option<Link>, StoreError> {
    let values = params![job, seat.contact.as_str(), seat.slot.as_str()];
    one(connection, select!("WHERE job = ?1 AND contact = ?2 AND slot = ?3"), values, read)
}

/// The links of a contact, that of its main lead first.
pub(super) fn of(connection: &Connection, job: i64, contact: &ContactId) -> Result<Vec<Link>, StoreError> {
    all(connection, select!("WHERE job = ?1 AND contact = ?2 ORDER BY slot"), params![job, contact.as_str()], read)
}

/// The links of many contacts.
pub(super) fn by_contacts(connection: &Connection, job: i64, contacts: &[ContactId]) -> Result<BTreeMap<ContactId, Vec<Link>>, StoreError> {
    let mut found = BTreeMap::new();
    for contact in contacts {
        let links = of(connection, job, contact)?;
        if !links.is_empty() {
            found.insert(contact.clone(), links);
        }
    }
    Ok(found)
}

/// The row of the link of one of a contact's leads.
pub(super) fn id_of(connection: &Connection, job: i64, seat: &Seat) -> Result<Option<LinkId>, StoreError> {
    let sql = "SELECT id FROM link WHERE job = ?1 AND contact = ?2 AND slot = ?3";
    one(connection, sql, params![job, seat.contact.as_str(), seat.slot.as_str()], |row| Ok(LinkId(row.get(0)?)))
}

/// The link of a lead.
pub(super) fn by_lead(connection: &Connection, job: i64, lead: LeadId) -> Result<Option<Link>, StoreError> {
    one(connection, select!("WHERE job = ?1 AND lead_id = ?2"), params![job, number(lead.0)?], read)
}

/// The links of many leads.
pub(super) fn by_leads(connection: &Connection, job: i64, leads: &[LeadId]) -> Result<BTreeMap<LeadId, Link>, StoreError> {
    let mut found = BTreeMap::new();
    for &lead in leads {
        if let Some(link) = by_lead(connection, job, lead)? {
            found.insert(lead, link);
        }
    }
    Ok(found)
}

/// The link of a code.
pub(super) fn by_code(connection: &Connection, job: i64, code: &VendorLeadCode) -> Result<Option<Link>, StoreError> {
    one(connection, select!("WHERE job = ?1 AND code = ?2"), params![job, code.as_str()], read)
}

/// A link by its row.
pub(super) fn by_id(connection: &Connection, id: LinkId) -> Result<Option<Link>, StoreError> {
    one(connection, select!("WHERE id = ?1"), [id.0], read)
}

/// Links in the order of their rows, after one of them.
pub(super) fn after(connection: &Connection, job: i64, after: LinkId, limit: u32) -> Result<Vec<Link>, StoreError> {
    // The plus keeps SQLite from gathering and sorting all links of the job: it walks the rows.
    all(connection, select!("WHERE +job = ?1 AND id > ?2 ORDER BY id LIMIT ?3"), params![job, after.0, limit], read)
}

/// Live links of a phone.
pub(super) fn by_phone(connection: &Connection, job: i64, phone: &str) -> Result<Vec<Link>, StoreError> {
    all(connection, select!("WHERE job = ?1 AND phone = ?2 AND state = 'live' ORDER BY id"), params![job, phone], read)
}

/// How many links there are by state.
pub(super) fn count(connection: &Connection, job: i64) -> Result<BTreeMap<String, u64>, StoreError> {
    let sql = "SELECT state, count(*) FROM link WHERE job = ?1 GROUP BY state";
    let counts = all(connection, sql, [job], |row| Ok((row.get::<_, String>(0)?, read_number(row.get(1)?)?)))?;
    Ok(counts.into_iter().collect())
}

/// The most live links that share one lead.
pub(super) fn most_on_one_lead(connection: &Connection, job: i64) -> Result<u64, StoreError> {
    let sql = "SELECT coalesce(max(links), 0) FROM (SELECT count(*) AS links FROM link \
               WHERE job = ?1 AND state = 'live' AND lead_id IS NOT NULL GROUP BY lead_id)";
    Ok(one(connection, sql, [job], |row| read_number(row.get(0)?))?.unwrap_or(0))
}

/// Whether there is any link of any job.
pub(super) fn are_there(connection: &Connection) -> Result<bool, StoreError> {
    Ok(one(connection, "SELECT 1 FROM link LIMIT 1", [], |_| Ok(()))?.is_some())
}

/// Applies a plan's write.
pub(super) fn write(connection: &Connection, job: i64, write: &LinkWrite) -> Result<(), StoreError> {
    match write {
        LinkWrite::Put(link) => {
            put(connection, job, link)?;
            match link.lead_id {
                // Calls of the lead may have come before its link.
                Some(lead) => legs::unfold(connection, job, lead),
                None => Ok(()),
            }
        }
        LinkWrite::Pass(link) => pass(connection, job, link),
        LinkWrite::Seen { link, fingerprint, base: None } => {
            let sql = "UPDATE link SET fingerprint = ?3 WHERE id = ?1 AND job = ?2";
            match run(connection, sql, params![link.0, job, fingerprint])? {
                0 => Err(missing(*link)),
                _ => Ok(()),
            }
        }
        LinkWrite::Seen { link, fingerprint, base: Some(moved) } => {
            let Some(mut seen) = by_id(connection, *link)? else { return Err(missing(*link)) };
            seen.fingerprint.clone_from(fingerprint);
            merge(&mut seen.base, moved);
            put(connection, job, &seen)
        }
    }
}

/// Gives a link to another contact. Its row stays, and with it all that names it.
fn pass(connection: &Connection, job: i64, link: &Link) -> Result<(), StoreError> {
    remove_wanted(connection, job, &link.seat())?;
    let sql = "UPDATE link SET contact = ?3, slot = ?4, fingerprint = '' WHERE id = ?1 AND job = ?2";
    match run(connection, sql, params![link.id.0, job, link.contact.as_str(), link.slot.as_str()])? {
        0 => return Err(missing(link.id)),
        _ => put(connection, job, link)?,
    }
    // The contact is told of the lead's calls.
    link.lead_id.map_or(Ok(()), |lead| legs::unfold(connection, job, lead))
}

/// Pairs and values of one base over those of another.
pub(super) fn merge(base: &mut Base, over: &Base) {
    base.fields.extend(over.fields.clone());
    base.pulled.extend(over.pulled.clone());
    if over.left_status.is_some() {
        base.left_status.clone_from(&over.left_status);
    }
    base.left_list = over.left_list.or(base.left_list);
    base.is_spared = over.is_spared.or(base.is_spared);
    base.ruled_list = over.ruled_list.or(base.ruled_list);
    if over.ruled_status.is_some() {
        base.ruled_status.clone_from(&over.ruled_status);
    }
    if over.carries.is_some() {
        base.carries.clone_from(&over.carries);
    }
    base.former.extend(&over.former);
}

/// Makes or replaces the link of (contact, slot).
pub(super) fn put(connection: &Connection, job: i64, link: &Link) -> Result<(), StoreError> {
    let sql = "INSERT INTO link (job, contact, slot, lead_id, code, list_id, phone, state, base, fingerprint) \
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10) \
               ON CONFLICT (job, contact, slot) DO UPDATE SET lead_id = excluded.lead_id, code = excluded.code, list_id = excluded.list_id, \
               phone = excluded.phone, state = excluded.state, base = excluded.base, fingerprint = excluded.fingerprint";
    let values = params![
        job,
        link.contact.as_str(),
        link.slot.as_str(),
        link.lead_id.map(|lead| number(lead.0)).transpose()?,
        link.code.as_str(),
        number(link.list_id.0)?,
        link.phone,
        link.state.name(),
        json(&link.base)?,
        link.fingerprint,
    ];
    match connection.prepare_cached(sql)?.execute(values) {
        Ok(_) => Ok(()),
        Err(error) if is_double(&error) => Err(claimed_twice(connection, job, link)?.unwrap_or_else(|| error.into())),
        Err(error) => Err(error.into()),
    }
}

/// Removes the wanted link of one of a contact's leads that is not there yet and has no write on its way.
pub(super) fn remove_wanted(connection: &Connection, job: i64, seat: &Seat) -> Result<(), StoreError> {
    let sql = "DELETE FROM link WHERE job = ?1 AND contact = ?2 AND slot = ?3 AND state = 'wanted' AND lead_id IS NULL \
               AND NOT EXISTS (SELECT 1 FROM op WHERE op.link = link.id AND op.state IN ('sent', 'unknown'))";
    run(connection, sql, params![job, seat.contact.as_str(), seat.slot.as_str()])?;
    Ok(())
}

/// Removes the link of a lead that was deleted. The calls of the lead, and what they set in the CRM, stay with the contact as long as it has others.
pub(super) fn bequeath(connection: &Connection, job: i64, link: &Link) -> Result<(), StoreError> {
    let others = of(connection, job, &link.contact)?;
    if let Some(mut heir) = others.into_iter().find(|other| other.id != link.id) {
        heir.base.former.extend(&link.base.former);
        heir.base.former.extend(link.lead_id);
        // Of two, the link that stands first was told last.
        let mut pulled = link.base.pulled.clone();
        if heir.slot < link.slot {
            pulled.extend(std::mem::take(&mut heir.base.pulled));
            heir.base.pulled = pulled;
        } else {
            heir.base.pulled.extend(pulled);
        }
        put(connection, job, &heir)?;
    }
    remove(connection, link.id)
}

/// Removes a link; its ops stay, without it.
pub(super) fn remove(connection: &Connection, id: LinkId) -> Result<(), StoreError> {
    run(connection, "DELETE FROM link WHERE id = ?1", [id.0])?;
    Ok(())
}

/// Forgets what a contact's links saw of it, so that the next look decides anew.
pub(super) fn forget_fingerprint(connection: &Connection, job: i64, contact: &ContactId) -> Result<(), StoreError> {
    run(connection, "UPDATE link SET fingerprint = '' WHERE job = ?1 AND contact = ?2", params![job, contact.as_str()])?;
    Ok(())
}

/// Names the two contacts of which each claims the same lead or code.
fn claimed_twice(connection: &Connection, job: i64, link: &Link) -> Result<Option<StoreError>, StoreError> {
    let sql = "SELECT contact, lead_id FROM link WHERE job = ?1 AND (lead_id = ?2 OR code = ?3) AND NOT (contact = ?4 AND slot = ?5)";
    let lead = link.lead_id.map(|lead| number(lead.0)).transpose()?;
    let values = params![job, lead, link.code.as_str(), link.contact.as_str(), link.slot.as_str()];
    one(connection, sql, values, |row| {
        let other: String = row.get(0)?;
        let what = match (lead, row.get::<_, Option<i64>>(1)?) {
            (Some(ours), Some(theirs)) if ours == theirs => format!("lead {ours}"),
            (Some(_) | None, Some(_) | None) => format!("the vendor_lead_code {}", link.code),
        };
        Ok(broken(format!("{what} cannot belong to contact {} because it belongs to contact {other}", link.contact)).help(format!(
            "compare the two contacts in the CRM with {what} in VICIdial; merge the contacts if they are the same person, then sync again"
        )))
    })
}

fn missing(link: LinkId) -> StoreError {
    broken(format!("a plan is about link {link}, which is not in the state"))
}

fn read_state(text: &str) -> Result<LinkState, StoreError> {
    LinkState::from_name(text).ok_or_else(|| broken(format!("the state has `{text}` where a link's state belongs")))
}

fn read(row: &Row<'_>) -> Result<Link, StoreError> {
    let code: String = row.get(4)?;
    Ok(Link {
        id: LinkId(row.get(0)?),
        contact: ContactId(row.get(1)?),
        slot: Slot::named(&row.get::<_, String>(2)?),
        lead_id: row.get::<_, Option<i64>>(3)?.map(read_number).transpose()?.map(LeadId),
        code: VendorLeadCode::read(&code).ok_or_else(|| broken("a link in the state has a vendor_lead_code that no lead can carry"))?,
        list_id: ListId(read_number(row.get(5)?)?),
        phone: row.get(6)?,
        state: read_state(&row.get::<_, String>(7)?)?,
        base: read_json("link's base", &row.get::<_, String>(8)?)?,
        fingerprint: row.get(9)?,
    })
}
