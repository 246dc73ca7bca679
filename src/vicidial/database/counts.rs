//! Calls counted by SQL, and the leads that had a call with a status on a day.

use std::collections::BTreeMap;

use chrono::{Days, NaiveDate};

use super::super::counts::Counts;
use super::super::status_search::Found;
use super::cells::{literal, literals};
use super::connect::Database;
use crate::model::{CampaignId, FieldName, LeadField, LeadId};
use crate::ports::Fault;

impl Database {
    /// The calls of a day by campaign and in-group, hours and statuses counted. Empty `campaigns` or `groups` mean all.
    ///
    /// # Errors
    /// A [`Fault`] of the connection.
    pub async fn counts(&self, day: NaiveDate, campaigns: &[CampaignId], groups: &[String]) -> Result<Vec<Counts>, Fault> {
        let mut all: BTreeMap<String, Counts> = BTreeMap::new();
        let campaigns: Vec<&str> = campaigns.iter().map(CampaignId::as_str).collect();
        let groups: Vec<&str> = groups.iter().map(String::as_str).collect();
        for (table, wanted) in [("vicidial_log", campaigns), ("vicidial_closer_log", groups)] {
            let of = if wanted.is_empty() { String::new() } else { format!(" AND campaign_id IN ({})", literals(wanted)) };
            let statement = format!(
                "SELECT campaign_id, HOUR(call_date), status, COUNT(*) FROM {table} WHERE {}{of} GROUP BY campaign_id, HOUR(call_date), status",
                on(day)
            );
            for row in self.rows(&statement).await? {
                let counts = all.entry(row.at(0).to_owned()).or_insert_with(|| Counts {
                    campaign: CampaignId::from(row.at(0)),
                    hours: [0; 24],
                    statuses: BTreeMap::new(),
                });
                let count = row.number(3);
                if let Some(hour) = usize::try_from(row.number(1)).ok().and_then(|hour| counts.hours.get_mut(hour)) {
                    *hour += count;
                }
                *counts.statuses.entry(row.at(2).to_owned()).or_default() += count;
            }
        }
        Ok(all.into_values().collect())
    }

    /// Leads that had a call with a status on a day, as they are now, highest id first. All of them: there is no limit here.
    ///
    /// # Errors
    /// A [`Fault`] of the connection.
    pub async fn by_status(&self, status: &str, day: NaiveDate) -> Result<Found, Fault> {
        let mut ids: Vec<LeadId> = Vec::new();
        for table in ["vicidial_log", "vicidial_closer_log"] {
            let statement = format!("SELECT DISTINCT lead_id FROM {table} WHERE {} AND status = {}", on(day), literal(status));
            ids.extend(self.rows(&statement).await?.iter().map(|row| LeadId(row.number(0))));
        }
        ids.sort_unstable();
        ids.dedup();
        let standard = LeadField::ALL.iter().map(|&field| FieldName::Standard(field)).collect();
        let mut found = Found::default();
        for lead in ids.into_iter().rev() {
            found.leads.extend(self.read_lead(lead, &standard).await?);
        }
        Ok(found)
    }
}

fn on(day: NaiveDate) -> String {
    let next = day.checked_add_days(Days::new(1)).unwrap_or(day);
    format!("call_date >= '{day} 00:00:00' AND call_date < '{next} 00:00:00'")
}
