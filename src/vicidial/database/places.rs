//! What only the database shows of how a VICIdial is set: the flags of its statuses, the switches of its campaigns. And its clock.

use chrono::DateTime;

use super::super::facts::local_time;
use super::cells::Cells;
use super::connect::Database;
use super::refused;
use crate::model::CampaignId;
use crate::ports::{Fault, ServerTime};

/// A status with its flags.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Status {
    /// Its code.
    pub status: String,
    /// Its name on the screen.
    pub name: String,
    /// The campaign that has it; `None` for one of the system's.
    pub campaign: Option<CampaignId>,
    /// Whether agents can choose it.
    pub is_selectable: bool,
    /// Whether it means that a human answered.
    pub is_human_answered: bool,
    /// Whether it means a sale.
    pub is_sale: bool,
    /// Whether it means that the person is not to be called.
    pub is_dnc: bool,
    /// Whether it means that the right person was reached.
    pub is_customer_contact: bool,
    /// Whether it means that the person is not interested.
    pub is_not_interested: bool,
    /// Whether it means that the lead is of no use.
    pub is_unworkable: bool,
    /// Whether it means that a callback was agreed.
    pub is_scheduled_callback: bool,
    /// Whether it means that the lead is done with.
    pub is_completed: bool,
    /// Whether it means that a machine answered.
    pub is_answering_machine: bool,
}

/// Whether a campaign looks at a do-not-call list before it dials.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DncUse {
    /// It does not: numbers on the list are dialed.
    No,
    /// It does, by exact digits.
    Exact,
    /// It does, by exact digits and by entries for area codes.
    AreaCode,
}

/// A campaign's switches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Campaign {
    /// Its id.
    pub id: CampaignId,
    /// Its name.
    pub name: String,
    /// Whether it dials at all.
    pub is_active: bool,
    /// Whether it looks at the system's list.
    pub internal_dnc: DncUse,
    /// Whether it looks at a campaign's list.
    pub campaign_dnc: DncUse,
    /// Whose list that is, where not its own.
    pub other_campaign_dnc: Option<CampaignId>,
    /// Whether callbacks of numbers on those lists are dialed nevertheless.
    pub dials_callbacks_of_dnc: bool,
    /// The statuses that are dialed.
    pub dial_statuses: Vec<String>,
}

impl Database {
    /// The server's clock.
    ///
    /// # Errors
    /// A [`Fault`] of the connection.
    pub async fn time(&self) -> Result<ServerTime, Fault> {
        let rows = self.rows("SELECT NOW(), UNIX_TIMESTAMP()").await?;
        let time = rows.first().and_then(|row| {
            let local = local_time(row.at(0))?;
            let utc = DateTime::from_timestamp(row.at(1).parse().ok()?, 0)?;
            Some(ServerTime { local, utc })
        });
        time.ok_or_else(|| refused::odd("no time of day"))
    }

    /// The statuses of the system, then those of campaigns.
    ///
    /// # Errors
    /// A [`Fault`] of the connection.
    pub async fn statuses(&self) -> Result<Vec<Status>, Fault> {
        // All columns: older releases lack some, which then read as a flag that is not set.
        let system = self.rows("SELECT * FROM vicidial_statuses ORDER BY status").await?;
        let campaigns = self.rows("SELECT * FROM vicidial_campaign_statuses ORDER BY campaign_id, status").await?;
        let of_campaign = |row: &Cells| Status { campaign: Some(row.named("campaign_id").into()), ..status(row) };
        Ok(system.iter().map(status).chain(campaigns.iter().map(of_campaign)).collect())
    }

    /// All campaigns.
    ///
    /// # Errors
    /// A [`Fault`] of the connection.
    pub async fn campaigns(&self) -> Result<Vec<Campaign>, Fault> {
        let rows = self.rows("SELECT * FROM vicidial_campaigns ORDER BY campaign_id").await?;
        Ok(rows.iter().map(campaign).collect())
    }
}

fn status(row: &Cells) -> Status {
    let is = |name: &str| row.named(name) == "Y";
    Status {
        status: row.named("status").to_owned(),
        name: row.named("status_name").to_owned(),
        campaign: None,
        is_selectable: is("selectable"),
        is_human_answered: is("human_answered"),
        is_sale: is("sale"),
        is_dnc: is("dnc"),
        is_customer_contact: is("customer_contact"),
        is_not_interested: is("not_interested"),
        is_unworkable: is("unworkable"),
        is_scheduled_callback: is("scheduled_callback"),
        is_completed: is("completed"),
        is_answering_machine: is("answering_machine"),
    }
}

fn campaign(row: &Cells) -> Campaign {
    let dnc_use = |name: &str| match row.named(name) {
        "Y" => DncUse::Exact,
        "AREACODE" => DncUse::AreaCode,
        _ => DncUse::No,
    };
    let other = row.named("use_other_campaign_dnc");
    Campaign {
        id: row.named("campaign_id").into(),
        name: row.named("campaign_name").to_owned(),
        is_active: row.named("active") == "Y",
        internal_dnc: dnc_use("use_internal_dnc"),
        campaign_dnc: dnc_use("use_campaign_dnc"),
        other_campaign_dnc: (!other.is_empty()).then(|| other.into()),
        dials_callbacks_of_dnc: row.named("callback_dnc") != "ENABLED",
        // Written ` NEW NA B -`.
        dial_statuses: row.named("dial_statuses").split_whitespace().filter(|word| *word != "-").map(str::to_owned).collect(),
    }
}
