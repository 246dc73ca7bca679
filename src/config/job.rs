//! Reads the jobs: `[job.NAME]`, their schedules and brakes.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::time::Duration;

use chrono_tz::Tz;

use crate::diag::{Code, Item, Table, suggest};
use crate::model::{JobName, ListId, Slot};
use crate::schedule::Schedule;

use super::connection::{Connections, CrmConnection, VicidialConnection, check_name, tables};

/// One mapping between two connections.
#[derive(Debug, Clone, PartialEq)]
pub struct Job {
    /// Its name.
    pub name: JobName,
    /// The CRM connection.
    pub crm: String,
    /// The VICIdial connection.
    pub vicidial: String,
    /// The mapping's file, relative to the config file.
    pub mapping: PathBuf,
    /// The lists that the mapping may fill; `None` for any.
    pub lists: Option<BTreeSet<ListId>>,
    /// When it looks for changes.
    pub schedule: Schedule,
    /// When it compares everything.
    pub full_schedule: Schedule,
    /// The zone of both schedules.
    pub zone: Tz,
    /// How long a write of unknown effect rests before anybody looks.
    pub settle: Duration,
    /// How much one run may change.
    pub brakes: Brakes,
    /// Whether its mapping may delete leads.
    pub may_delete: bool,
    /// Which lead of a contact is its own; jobs between the same systems have one each.
    pub slot: Slot,
}

/// Limits of one run. What reaches more waits for a person.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Brakes {
    /// Leads added.
    pub creates: u64,
    /// Leads changed.
    pub updates: u64,
    /// Leads taken out of dialing.
    pub deactivates: u64,
    /// The same as a share of the job's live leads.
    pub deactivates_share: f64,
    /// Leads moved to another list.
    pub moves: u64,
    /// Contacts of the CRM changed for edits in VICIdial.
    pub patches: u64,
    /// Leads deleted.
    pub deletes: u64,
    /// Contacts made in the CRM.
    pub contacts: u64,
}

impl Default for Brakes {
    fn default() -> Self {
        Self {
            creates: 1000,
            updates: 2000,
            deactivates: 100,
            deactivates_share: 0.2,
            moves: 1000,
            patches: 2000,
            deletes: 0,
            contacts: 50,
        }
    }
}

const SCHEDULE: &str = "*/2 * * * *";
const FULL_SCHEDULE: &str = "0 3 * * *";

/// All jobs. `reported` are VICIdials that reports use.
pub(super) fn jobs(
    root: &Table<'_, '_>,
    crms: &Connections<CrmConnection>,
    vicidials: &Connections<VicidialConnection>,
    reported: &BTreeSet<String>,
) -> Vec<Job> {
    let mut jobs = Vec::new();
    let (mut used_crms, mut used_vicidials) = (BTreeSet::new(), reported.clone());
    let items = tables(root, "job");
    let mut is_complete = !items.is_empty();
    for item in &items {
        check_name(item);
        let Some(table) = item.table() else { continue };
        let crm = table.need("crm").and_then(|item| connection(&item, "crm", crms));
        let vicidial = table.need("vicidial").and_then(|item| connection(&item, "vicidial", vicidials));
        is_complete &= crm.is_some() && vicidial.is_some();
        used_crms.extend(crm.clone());
        used_vicidials.extend(vicidial.clone());
        jobs.extend(job(item, &table, crm, vicidial, vicidials));
    }
    // A misspelt name makes the right one look unused.
    if is_complete {
        crms.warn_unused(root, "crm", &used_crms);
        vicidials.warn_unused(root, "vicidial", &used_vicidials);
    }
    jobs
}

fn job(
    item: &Item<'_, '_>,
    table: &Table<'_, '_>,
    crm: Option<String>,
    vicidial: Option<String>,
    vicidials: &Connections<VicidialConnection>,
) -> Option<Job> {
    let mapping = table.need("mapping").and_then(|item| item.filled());
    let lists = table.get("lists").map(|item| lists(&item));
    let own_zone = table.get("zone").map(|item| item.zone());
    let dialer_zone = vicidial.as_deref().and_then(|name| vicidials.get(name)).flatten().map(|connection| connection.zone);
    // With a zone that is wrong the expressions are still checked.
    let zone = own_zone.unwrap_or(dialer_zone).unwrap_or(Tz::UTC);
    let schedule = schedule(table, "schedule", SCHEDULE, zone);
    let full_schedule = self::schedule(table, "full_schedule", FULL_SCHEDULE, zone);
    let settle_s = table.get("settle_s").and_then(|item| item.number(10, 3600)).unwrap_or(120);
    let brakes = brakes(table);
    let may_delete = table.get("may_delete").and_then(|item| item.flag()).unwrap_or(false);
    let slot = table.get("slot").map(|item| slot(&item));
    table.finish();
    Some(Job {
        name: JobName(item.key.clone()),
        crm: crm?,
        vicidial: vicidial?,
        mapping: PathBuf::from(mapping?),
        lists: match lists {
            // A list with a mistake in it allows nothing by chance.
            Some(read) => Some(read?),
            None => None,
        },
        schedule: schedule?,
        full_schedule: full_schedule?,
        zone,
        settle: Duration::from_secs(settle_s),
        brakes,
        may_delete,
        slot: slot.unwrap_or(Some(Slot::main()))?,
    })
}

/// The name of a slot.
fn slot(item: &Item<'_, '_>) -> Option<Slot> {
    let name = item.filled()?;
    let slot = Slot::parse(&name);
    if slot.is_none() {
        let help = format!("write up to {} letters, digits, `_` or `-`, as in \"winback\"", Slot::NAME_MAX);
        item.wrong(Code::BadValue, format!("`{name}` cannot be the name of a slot"), help);
    }
    slot
}

/// The lists that a mapping may fill; `None` where one of them is wrong.
fn lists(item: &Item<'_, '_>) -> Option<BTreeSet<ListId>> {
    let items = item.list()?;
    if items.is_empty() {
        item.wrong(Code::BadValue, "`lists` allows no list at all", "name the lists that the mapping may fill, or take the line out");
        return None;
    }
    let read: Vec<Option<u64>> = items.iter().map(|item| item.number(100, 99_999_999_999_999)).collect();
    read.into_iter().map(|number| number.map(ListId)).collect()
}

pub(super) fn connection<T>(item: &Item<'_, '_>, kind: &str, connections: &Connections<T>) -> Option<String> {
    let name = item.text()?;
    if connections.get(&name).is_some() {
        return Some(name);
    }
    let help = suggest::help(&name, &connections.names()).unwrap_or_else(|| format!("add a table `[{kind}.{name}]`"));
    item.wrong(Code::UnknownConnection, format!("there is no connection `[{kind}.{name}]`"), help);
    None
}

fn schedule(table: &Table<'_, '_>, key: &str, default: &str, zone: Tz) -> Option<Schedule> {
    let Some(item) = table.get(key) else { return Schedule::parse(default, zone).ok() };
    expression(&item, zone)
}

/// Reads a schedule.
pub(super) fn expression(item: &Item<'_, '_>, zone: Tz) -> Option<Schedule> {
    match Schedule::parse(&item.text()?, zone) {
        Ok(schedule) => Some(schedule),
        Err(trouble) => {
            item.wrong(Code::BadSchedule, format!("`{}` is not a schedule", item.path()), trouble);
            None
        }
    }
}

fn brakes(job: &Table<'_, '_>) -> Brakes {
    let mut brakes = Brakes::default();
    let Some(table) = job.get("brakes").and_then(|item| item.table()) else { return brakes };
    let count = |key: &str, limit: &mut u64| {
        if let Some(number) = table.get(key).and_then(|item| item.number(0, 1_000_000_000)) {
            *limit = number;
        }
    };
    count("creates", &mut brakes.creates);
    count("updates", &mut brakes.updates);
    count("deactivates", &mut brakes.deactivates);
    count("moves", &mut brakes.moves);
    count("patches", &mut brakes.patches);
    count("deletes", &mut brakes.deletes);
    count("contacts", &mut brakes.contacts);
    if let Some(share) = table.get("deactivates_share").and_then(|item| item.share()) {
        brakes.deactivates_share = share;
    }
    table.finish();
    brakes
}
