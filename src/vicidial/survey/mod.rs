//! What a VICIdial tells of itself: one walk of harmless questions, each answered by a fact that is kept and, for an admin, by a finding with advice.
//!
//! Which questions there are stands in the files below; `infer` concludes from measured times and odd answers. Nothing is written and nothing is
//! decided. After a refused login nothing more is asked.

mod agents;
mod campaigns;
mod clock;
mod infer;
mod lists;
mod manner;
mod rights;

use chrono::{DateTime, Utc};

use super::client::Vicidial;
use super::probe::Finding;
use super::stored::NonLatin;
use crate::model::{CampaignId, FactName, FactSource, FactValue, ServerFacts};
use crate::ports::{Fault, Reach, Wanted};

/// Who wants to know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asker {
    /// A run: it calls no function that could write, however harmlessly. Its own writes show soon enough whether they are allowed.
    Run,
    /// A person: each right is asked for.
    Person,
}

/// What a walk came to.
#[derive(Debug, Clone)]
pub struct Survey {
    /// What is known now.
    pub facts: ServerFacts,
    /// The same in sentences: what is as it should be and what is not.
    pub findings: Vec<Finding>,
    /// What ended the walk before its end.
    pub stopped: Option<Fault>,
    at: DateTime<Utc>,
}

impl Survey {
    /// Keeps a fact.
    pub(super) fn fact(&mut self, name: FactName, value: impl Into<FactValue>, source: FactSource) {
        self.facts.put(name, value, source, self.at);
    }

    pub(super) fn find(&mut self, finding: Finding) {
        self.findings.push(finding);
    }

    /// The campaigns of the lists that were looked at.
    pub(super) fn campaigns(&self) -> Vec<CampaignId> {
        let campaigns = self.facts.0.iter().filter_map(|(name, fact)| match (name, &fact.value) {
            (FactName::ListCampaign(_), FactValue::Text(campaign)) => Some(campaign.clone()),
            _ => None,
        });
        let mut campaigns: Vec<String> = campaigns.collect();
        campaigns.sort();
        campaigns.dedup();
        campaigns.into_iter().map(CampaignId).collect()
    }
}

impl Vicidial {
    /// Asks all there is to ask: some thirty requests, and one a list.
    pub async fn look(&self, asker: Asker, wanted: &Wanted, at: DateTime<Utc>) -> Survey {
        let mut survey = Survey { facts: ServerFacts::default(), findings: Vec::new(), stopped: None, at };
        if let Err(fault) = self.walk(asker, wanted, &mut survey).await {
            survey.find(Finding::of(fault.clone()));
            survey.stopped = Some(fault);
        }
        survey
    }

    async fn walk(&self, asker: Asker, wanted: &Wanted, survey: &mut Survey) -> Result<(), Fault> {
        match self.settings.use_non_latin {
            NonLatin::On => survey.fact(FactName::NonLatinSaid, true, FactSource::Config),
            NonLatin::Off => survey.fact(FactName::NonLatinSaid, false, FactSource::Config),
            NonLatin::Unknown => {}
        }
        let time = self.ask_clock(survey).await?;
        self.login().await?;
        survey.find(Finding::good("the API user's login is good"));
        self.ask_manner(survey).await?;
        self.ask_rights(asker, survey, time).await?;
        if asker == Asker::Person {
            survey.findings.extend(self.may_count().await);
        }
        self.ask_lists(wanted, survey).await?;
        self.ask_campaigns(survey).await?;
        if let Some(database) = &self.database {
            let lists: Vec<_> = wanted.lists.iter().copied().collect();
            let custom: Vec<_> = wanted.custom.iter().cloned().collect();
            survey.findings.extend(database.probe(&lists, &custom).await);
            database.ask_settings(wanted, &self.settings.user, &self.settings.campaigns, survey).await?;
        }
        Ok(())
    }
}

/// Whether nothing more is to be asked after this fault.
fn ends(fault: &Fault) -> bool {
    matches!(fault.reach, Reach::Login | Reach::Connection)
}
