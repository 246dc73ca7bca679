//! Archived leads: a table beside the lead table, which VICIdial's archiving script makes when it first runs. No search of live leads finds what is in it.
//!
//! It decides whether there is an archive, once a run, and asks of it what is asked of live leads. A request that is about an archive that does not exist
//! ends without an answer (HTTP 500); so does one that met a broken database, so the same request about live leads has to be answered beside it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, PoisonError};

use super::call;
use super::client::Vicidial;
use super::reply::Outcome;
use super::search::Place;
use super::trouble;
use crate::model::{LeadId, VendorLeadCode};
use crate::ports::{Fault, Reach, Sought};

/// A lead that may exist or not: what is asked about it tells of the table alone.
const ANY_LEAD: LeadId = LeadId(1);

/// Whether there is an archive, as far as that was asked.
#[derive(Default)]
pub(super) struct Archive(Mutex<Option<bool>>);

impl Archive {
    /// It is asked for again.
    pub(super) fn forget(&self) {
        self.put(None);
    }

    fn known(&self) -> Option<bool> {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn put(&self, is_there: Option<bool>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = is_there;
    }
}

impl Vicidial {
    /// Archived leads by code. Each code has an entry where there is no archive.
    pub(super) async fn look_in_archive(&self, sought: &[Sought]) -> Result<BTreeMap<VendorLeadCode, Vec<LeadId>>, Fault> {
        let database = match &self.database {
            Some(database) if !sought.is_empty() && database.shows_archive().await? => Some(database),
            Some(_) | None => None,
        };
        if database.is_none() && !sought.is_empty() && !self.has_archive().await? {
            return Ok(sought.iter().map(|sought| (sought.code.clone(), Vec::new())).collect());
        }
        self.look_in(Place::Archive, sought, database).await
    }

    /// Which of these leads are in the archive.
    pub(super) async fn of_archive(&self, leads: &[LeadId]) -> Result<BTreeSet<LeadId>, Fault> {
        if leads.is_empty() {
            return Ok(BTreeSet::new());
        }
        if let Some(database) = &self.database
            && database.shows_archive().await?
        {
            return database.of_archive(leads).await;
        }
        let mut found = BTreeSet::new();
        if !self.has_archive().await? {
            return Ok(found);
        }
        for &lead in leads {
            match self.value(&call::in_archive(call::lead_field(lead, "status", false))).await {
                Ok(Some(_)) => {
                    found.insert(lead);
                }
                Ok(None) => {}
                // It is there, and its list is not defined any more.
                Err(fault) if fault.reach == Reach::Record => {
                    found.insert(lead);
                }
                Err(fault) => return Err(fault),
            }
        }
        Ok(found)
    }

    /// Whether there is an archive. Where the account of the database does not see it, the API may.
    async fn has_archive(&self) -> Result<bool, Fault> {
        if let Some(known) = self.archive.known() {
            return Ok(known);
        }
        let live = call::lead_field(ANY_LEAD, "status", false);
        let archived = call::in_archive(live.clone());
        let mut is_there = self.ask(&archived).await?.outcome != Outcome::ServerFault;
        if !is_there {
            let beside = self.ask(&live).await?;
            if beside.outcome == Outcome::ServerFault {
                return Err(trouble::fault(&live, &beside));
            }
            is_there = self.ask(&archived).await?.outcome != Outcome::ServerFault;
        }
        self.archive.put(Some(is_there));
        Ok(is_there)
    }
}
