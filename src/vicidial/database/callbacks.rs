//! Callbacks by SQL, in the form of the pages. A callback of a lead that is not there is shown, where the page may fail.

use chrono::NaiveDate;

use super::super::callbacks::{Callback, Callbacks, LeadCallback};
use super::super::facts::local_time;
use super::cells::{Cells, literals};
use super::connect::Database;
use crate::model::{CampaignId, LeadId, ListId};
use crate::ports::Fault;

const OF_LEAD: &str = "lead_id, recipient, status, lead_status, callback_time, entry_time, user, list_id, campaign_id, comments";

impl Database {
    /// Callbacks that are scheduled for a range of days, both inclusive, by their time. No campaigns mean all.
    ///
    /// # Errors
    /// A [`Fault`] of the connection.
    pub async fn callbacks(&self, from: NaiveDate, to: NaiveDate, campaigns: &[CampaignId]) -> Result<Callbacks, Fault> {
        let of = match campaigns {
            [] => String::new(),
            campaigns => format!(" AND c.campaign_id IN ({})", literals(campaigns.iter().map(CampaignId::as_str))),
        };
        let rows = self
            .rows(&format!(
                "SELECT c.lead_id, l.phone_number, c.status, c.user, c.entry_time, c.callback_time, c.comments, l.lead_id \
                 FROM vicidial_callbacks c LEFT JOIN vicidial_list l ON l.lead_id = c.lead_id \
                 WHERE c.callback_time >= '{from} 00:00:00' AND c.callback_time <= '{to} 23:59:59'{of} \
                 ORDER BY c.callback_time, c.entry_time"
            ))
            .await?;
        let callback = |row: &Cells| Callback {
            lead_id: LeadId(row.number(0)),
            phone: row.at(1).to_owned(),
            // The page's own word for it.
            state: if row.at(7).is_empty() { "LEAD MISSING".to_owned() } else { row.at(2).to_owned() },
            user: row.at(3).to_owned(),
            entered: local_time(row.at(4)),
            due: local_time(row.at(5)),
            notes: row.at(6).to_owned(),
        };
        Ok(Callbacks { all: rows.iter().map(callback).collect(), odd: Vec::new() })
    }

    /// The callbacks of one lead, those that are done with too.
    ///
    /// # Errors
    /// A [`Fault`] of the connection.
    pub async fn callbacks_of(&self, lead: LeadId) -> Result<Vec<LeadCallback>, Fault> {
        let mut all = Vec::new();
        for (table, is_archived) in [("vicidial_callbacks", false), ("vicidial_callbacks_archive", true)] {
            let statement = format!("SELECT {OF_LEAD} FROM {table} WHERE lead_id = {lead} ORDER BY callback_id");
            let rows = self.rows_if_table(&statement).await?.unwrap_or_default();
            all.extend(rows.iter().map(|row| of_lead(row, is_archived)));
        }
        Ok(all)
    }
}

fn of_lead(row: &Cells, is_archived: bool) -> LeadCallback {
    LeadCallback {
        lead_id: LeadId(row.number(0)),
        is_archived,
        is_for_one: row.at(1) == "USERONLY",
        state: row.at(2).to_owned(),
        lead_status: row.at(3).to_owned(),
        due: local_time(row.at(4)),
        entered: local_time(row.at(5)),
        user: row.at(6).to_owned(),
        list_id: ListId(row.number(7)),
        campaign: CampaignId::from(row.at(8)),
        notes: row.at(9).to_owned(),
    }
}
