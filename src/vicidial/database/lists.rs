//! Lists by SQL: whose campaign they are, which custom fields they have, and what of them is in the hopper.

use super::cells::literal;
use super::connect::Database;
use crate::model::{CampaignId, LeadId, ListId};
use crate::ports::{Effect, Fault, HopperRow, Reach};

impl Database {
    /// The campaign of a list; `None` where the list does not exist.
    ///
    /// # Errors
    /// A [`Fault`] of the connection.
    pub async fn campaign_of(&self, list: ListId) -> Result<Option<CampaignId>, Fault> {
        let rows = self.rows(&format!("SELECT campaign_id FROM vicidial_lists WHERE list_id = {list}")).await?;
        Ok(rows.first().map(|row| CampaignId::from(row.at(0))))
    }

    /// Whether a list is active; `false` where it is not there.
    ///
    /// # Errors
    /// A [`Fault`] of the connection.
    pub async fn is_active(&self, list: ListId) -> Result<bool, Fault> {
        let rows = self.rows(&format!("SELECT active FROM vicidial_lists WHERE list_id = {list}")).await?;
        Ok(rows.first().is_some_and(|row| row.at(0) == "Y"))
    }

    /// The labels of a list's custom fields, in the table's order; `None` where it has none, or where they are switched off.
    ///
    /// # Errors
    /// A [`Fault`] of the connection.
    pub async fn labels(&self, list: ListId) -> Result<Option<Vec<String>>, Fault> {
        if !self.facts().await?.has_custom {
            return Ok(None);
        }
        let rows = self.rows_if_table(&format!("SHOW COLUMNS FROM custom_{list}")).await?;
        let labels = rows.map(|rows| rows.iter().map(|row| row.at(0).to_owned()).filter(|label| label != "lead_id").collect());
        Ok(labels.filter(|labels: &Vec<String>| !labels.is_empty()))
    }

    /// The READY leads of a campaign's hopper, next first. A lead that was deleted is still in it, without a status.
    ///
    /// # Errors
    /// A [`Fault`]; a campaign that does not exist is one for a person.
    pub async fn hopper(&self, campaign: &CampaignId) -> Result<Vec<HopperRow>, Fault> {
        let wanted = literal(campaign.as_str());
        let rows = self
            .rows(&format!(
                "SELECT h.lead_id, h.list_id, l.status FROM vicidial_hopper h LEFT JOIN vicidial_list l ON l.lead_id = h.lead_id \
                 WHERE h.status = 'READY' AND h.campaign_id = {wanted} ORDER BY h.priority DESC, h.hopper_id"
            ))
            .await?;
        if rows.is_empty()
            && self.rows(&format!("SELECT campaign_id FROM vicidial_campaigns WHERE campaign_id = {wanted}")).await?.is_empty()
        {
            let message = format!("VICIdial has no campaign `{campaign}`");
            return Err(
                Fault::new(Effect::None, Reach::Person, "campaign_missing", message).help("correct the campaign in the configuration")
            );
        }
        let row = |row: &super::cells::Cells| HopperRow {
            lead_id: LeadId(row.number(0)),
            list_id: ListId(row.number(1)),
            status: row.at(2).to_owned(),
        };
        Ok(rows.iter().map(row).collect())
    }
}
