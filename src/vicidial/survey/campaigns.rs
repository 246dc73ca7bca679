//! The campaigns of these lists: whether they are active, and which statuses they dial.

use super::super::call::Ask;
use super::super::client::Vicidial;
use super::super::facts;
use super::super::probe::Finding;
use super::super::reply::Outcome;
use super::Survey;
use crate::model::{FactName, FactSource};
use crate::ports::Fault;

impl Vicidial {
    /// A user who may not list campaigns still runs: the facts stay out.
    pub(super) async fn ask_campaigns(&self, survey: &mut Survey) -> Result<(), Fault> {
        let ask = Ask::api("campaigns_list");
        let reply = self.ask(&ask).await?;
        if let Ok(may) = Self::may(&ask, &reply) {
            survey.fact(FactName::Right(ask.function().to_owned()), may, FactSource::Asked);
        }
        if reply.outcome != Outcome::Data {
            return Ok(());
        }
        for campaign in survey.campaigns() {
            let Some(found) = facts::campaign(&reply.data, &campaign) else { continue };
            survey.fact(FactName::Campaign(campaign.clone()), if found.is_active { "active" } else { "not active" }, FactSource::Asked);
            survey.fact(FactName::DialStatuses(campaign), found.dial_statuses, FactSource::Asked);
        }
        // Those that the config names and that no list has.
        let seen = survey.campaigns();
        for campaign in self.settings.campaigns.iter().filter(|campaign| !seen.contains(campaign)) {
            let word = match facts::campaign(&reply.data, campaign) {
                Some(found) if found.is_active => "active",
                Some(_) => "not active",
                None => "missing",
            };
            survey.fact(FactName::Campaign(campaign.clone()), word, FactSource::Asked);
            if word == "missing" {
                survey.find(Finding::bad(
                    format!("VICIdial shows no campaign {campaign}, whose calls are to be read"),
                    "correct `campaigns` of the connection, or let the API user see it (VICIdial, User Groups, Allowed Campaigns)",
                ));
            }
        }
        Ok(())
    }
}
