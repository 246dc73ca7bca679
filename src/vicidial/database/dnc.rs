//! Do-not-call lists by SQL, page by page: they may hold millions of numbers, more than the download page can hand out.

use super::super::dnc::no_campaign;
use super::cells::literal;
use super::connect::Database;
use crate::model::CampaignId;
use crate::ports::Fault;

/// Numbers of one page.
const PAGE_ROWS: usize = 10_000;

/// A do-not-call list that is read page by page.
#[derive(Debug)]
pub struct Numbers<'a> {
    database: &'a Database,
    campaign: Option<CampaignId>,
    after: String,
    is_done: bool,
}

impl Database {
    /// A campaign's do-not-call list, or that of the system.
    #[must_use]
    pub fn dnc(&self, campaign: Option<&CampaignId>) -> Numbers<'_> {
        Numbers { database: self, campaign: campaign.cloned(), after: String::new(), is_done: false }
    }
}

impl Numbers<'_> {
    /// The next page in the order of the numbers' texts; `None` at the end. An entry like `312XXXXXXX` stands for an area code.
    ///
    /// # Errors
    /// A [`Fault`] of the connection; a campaign that does not exist is one of the record, with code `campaign_missing`.
    pub async fn next(&mut self) -> Result<Option<Vec<String>>, Fault> {
        if self.is_done {
            return Ok(None);
        }
        if let Some(campaign) = self.campaign.as_ref().filter(|_| self.after.is_empty()) {
            let wanted = literal(campaign.as_str());
            let known = self.database.rows(&format!("SELECT campaign_id FROM vicidial_campaigns WHERE campaign_id = {wanted}")).await?;
            if known.is_empty() {
                return Err(no_campaign(campaign));
            }
        }
        let (table, of) = match &self.campaign {
            Some(campaign) => ("vicidial_campaign_dnc", format!("campaign_id = {} AND ", literal(campaign.as_str()))),
            None => ("vicidial_dnc", String::new()),
        };
        let after = literal(&self.after);
        let statement =
            format!("SELECT phone_number FROM {table} WHERE {of}phone_number > {after} ORDER BY phone_number LIMIT {PAGE_ROWS}");
        let page: Vec<String> = self.database.rows(&statement).await?.iter().map(|row| row.at(0).to_owned()).collect();
        self.is_done = page.len() < PAGE_ROWS;
        let Some(last) = page.last() else { return Ok(None) };
        self.after.clone_from(last);
        Ok(Some(page))
    }
}
