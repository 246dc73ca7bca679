//! What VICIdial's own tables say of its settings: what no API function shows, as facts of a survey.
//!
//! The account may lack a right to one of these tables; then the fact stays out. What a missing right means for a run is told by `probe`.

use std::collections::BTreeSet;

use super::super::probe::Finding;
use super::super::survey::Survey;
use super::cells::{Cells, literal, literals};
use super::connect::Database;
use super::places::{Campaign, DncUse, Status};
use crate::model::{CampaignId, FactName, FactSource};
use crate::ports::{Fault, Reach, Wanted};

impl Database {
    /// Those of these users that are there, in small letters.
    pub(in crate::vicidial) async fn users(&self, users: &BTreeSet<String>) -> Result<BTreeSet<String>, Fault> {
        let rows =
            self.rows(&format!("SELECT user FROM vicidial_users WHERE user IN ({})", literals(users.iter().map(String::as_str)))).await?;
        Ok(rows.iter().map(|row| row.at(0).to_lowercase()).collect())
    }

    /// Adds the facts of the settings, of the API user, of the lists' campaigns and custom columns, and of the statuses that calls can have: those of
    /// the campaigns whose calls are read (`called`; none means all), and of the lists' campaigns.
    pub(in crate::vicidial) async fn ask_settings(
        &self,
        wanted: &Wanted,
        user: &str,
        called: &[CampaignId],
        survey: &mut Survey,
    ) -> Result<(), Fault> {
        let found = told(self.rows("SELECT * FROM system_settings LIMIT 1").await)?;
        if let Some(row) = found.iter().flatten().next() {
            system(row, survey);
        }
        if let Some(time) = told(self.time().await)? {
            let zone = self.settings.zone;
            let expected = time.utc.with_timezone(&zone).naive_local();
            if (expected - time.local).num_minutes() != 0 {
                survey.fact(FactName::ZoneAgrees, false, FactSource::Database);
            }
        }
        // Column by column: this table holds passwords, and an account may be kept from them.
        let statement = format!("SELECT admin_hide_phone_data, admin_hide_lead_data FROM vicidial_users WHERE user = {}", literal(user));
        if let Some(row) = told(self.rows(&statement).await)?.iter().flatten().next() {
            let hides = (0..2).any(|place| !matches!(row.at(place), "" | "0"));
            survey.fact(FactName::Masking, hides, FactSource::Database);
        }
        let campaigns = survey.campaigns();
        for campaign in told(self.campaigns().await)?.unwrap_or_default() {
            if campaigns.contains(&campaign.id) {
                campaign_facts(campaign, survey);
            }
        }
        for status in told(self.statuses().await)?.unwrap_or_default() {
            let is_called = |campaign: &CampaignId| called.is_empty() || called.contains(campaign) || campaigns.contains(campaign);
            if status.campaign.as_ref().is_none_or(is_called) {
                let flags = flags(&status);
                survey.fact(FactName::Status(status.campaign, status.status), flags, FactSource::Database);
            }
        }
        for list in &wanted.lists {
            let rows = told(self.rows_if_table(&format!("SHOW COLUMNS FROM custom_{list}")).await)?.flatten().unwrap_or_default();
            for row in rows.iter().filter(|row| row.at(0) != "lead_id") {
                survey.fact(FactName::Column(*list, row.at(0).to_owned()), row.at(1), FactSource::Database);
            }
        }
        Ok(())
    }
}

/// A fault that ends the survey, or nothing told.
fn told<T>(answer: Result<T, Fault>) -> Result<Option<T>, Fault> {
    match answer {
        Ok(found) => Ok(Some(found)),
        Err(fault) if matches!(fault.reach, Reach::Login | Reach::Connection) => Err(fault),
        Err(_) => Ok(None),
    }
}

fn system(row: &Cells, survey: &mut Survey) {
    survey.fact(FactName::NonLatin, row.named("use_non_latin") == "1", FactSource::Database);
    survey.fact(FactName::CustomFields, !matches!(row.named("custom_fields_enabled"), "" | "0"), FactSource::Database);
    // Older releases have no hashes, and no such column.
    survey.fact(FactName::SlowLogins, row.named("pass_hash_enabled") == "1", FactSource::Database);
    if let Ok(schema) = row.named("db_schema_version").parse::<i64>() {
        survey.fact(FactName::Schema, schema, FactSource::Database);
    }
}

fn campaign_facts(campaign: Campaign, survey: &mut Survey) {
    let activity = if campaign.is_active { "active" } else { "not active" };
    survey.fact(FactName::Campaign(campaign.id.clone()), activity, FactSource::Database);
    let list = |name: &str, used: DncUse| match used {
        DncUse::No => None,
        DncUse::Exact => Some(name.to_owned()),
        DncUse::AreaCode => Some(format!("{name}_with_area_codes")),
    };
    let mut words: Vec<String> =
        [list("system_list", campaign.internal_dnc), list("campaign_list", campaign.campaign_dnc)].into_iter().flatten().collect();
    if words.is_empty() {
        survey.find(Finding {
            ok: true,
            what: format!("campaign {} looks at no do-not-call list before it dials", campaign.id),
            advice: Some("switch `Use Internal DNC List` and `Use Campaign DNC List` on in the campaign's detail view".to_owned()),
        });
    }
    words.extend(campaign.other_campaign_dnc.map(|other| format!("list_of_{other}")));
    if campaign.dials_callbacks_of_dnc {
        words.push("callbacks_dialed_nevertheless".to_owned());
    }
    survey.fact(FactName::CampaignDnc(campaign.id.clone()), words, FactSource::Database);
    survey.fact(FactName::DialStatuses(campaign.id), campaign.dial_statuses, FactSource::Database);
}

fn flags(status: &Status) -> Vec<String> {
    let flags = [
        (status.is_selectable, "selectable"),
        (status.is_human_answered, "human_answered"),
        (status.is_sale, "sale"),
        (status.is_dnc, "dnc"),
        (status.is_customer_contact, "customer_contact"),
        (status.is_not_interested, "not_interested"),
        (status.is_unworkable, "unworkable"),
        (status.is_scheduled_callback, "scheduled_callback"),
        (status.is_completed, "completed"),
        (status.is_answering_machine, "answering_machine"),
    ];
    flags.into_iter().filter(|(is_set, _)| *is_set).map(|(_, name)| name.to_owned()).collect()
}
