//! The lists that a VICIdial has, for whoever does not know yet which there are. It changes nothing.

use std::collections::BTreeSet;

use super::answers::is_read;
use super::call::Ask;
use super::client::Vicidial;
use super::facts;
use super::reply::Outcome;
use crate::model::{CampaignId, ListId};
use crate::ports::Fault;

/// Lists whose leads are counted: one request each.
const COUNTED_MAX: usize = 30;

/// A list as VICIdial shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OfferedList {
    /// Its number.
    pub id: ListId,
    /// Its campaign.
    pub campaign: CampaignId,
    /// Whether it is active.
    pub is_active: bool,
    /// Whether its campaign is; `None` where the API user may not see campaigns.
    pub is_campaign_active: Option<bool>,
    /// Labels of its custom fields.
    pub labels: Vec<String>,
    /// How many leads it holds, where that was asked.
    pub leads: Option<i64>,
}

impl Vicidial {
    /// What it calls itself and the whole minutes that its clock is from UTC. Needs no login.
    ///
    /// # Errors
    /// A server out of reach, or an address where no VICIdial answers.
    pub async fn release(&self) -> Result<(String, i64), Fault> {
        let ask = Ask::api("version");
        let reply = self.ask_openly(&ask).await?;
        is_read(&ask, &reply)?;
        let (release, time) = facts::version(&reply.data).ok_or_else(|| super::trouble::fault(&ask, &reply))?;
        let offset = time.local - time.utc.naive_utc();
        Ok((release, (offset.num_seconds() + 30).div_euclid(60)))
    }

    /// All lists, where custom fields are switched on; else those named. With the number of leads of the first thirty.
    ///
    /// # Errors
    /// A [`Fault`]: the right to see lists may be missing.
    pub async fn offered_lists(&self, named: &BTreeSet<ListId>) -> Result<Vec<OfferedList>, Fault> {
        let campaigns = self.ask(&Ask::api("campaigns_list")).await?;
        let campaigns = (campaigns.outcome == Outcome::Data).then_some(campaigns.data);
        let ask = Ask::api("list_custom_fields").with("list_id", "---ALL---");
        let reply = self.ask(&ask).await?;
        let (ids, labelled) = match is_read(&ask, &reply) {
            Ok(_) => {
                let ids = reply.data.lines().filter_map(|line| line.split('|').next()?.parse().ok().map(ListId));
                (ids.chain(named.iter().copied()).collect::<BTreeSet<ListId>>(), reply.data)
            }
            Err(fault) if fault.code == "custom_missing" => (named.clone(), String::new()),
            Err(fault) => return Err(fault),
        };
        let mut lists = Vec::new();
        for id in ids {
            let counted = if lists.len() < COUNTED_MAX { self.counted_list(id).await? } else { None };
            let known = facts::list(&labelled, id);
            let Some(list) = known.clone().or(counted.clone()) else { continue };
            lists.push(OfferedList {
                id,
                is_active: list.is_active,
                is_campaign_active: campaigns
                    .as_deref()
                    .map(|text| facts::campaign(text, &list.campaign).is_some_and(|found| found.is_active)),
                labels: known.map(|known| known.labels).unwrap_or_default(),
                leads: counted.and_then(|counted| counted.leads),
                campaign: list.campaign,
            });
        }
        Ok(lists)
    }

    /// A list as `list_info` shows it; `None` where it is not there, or must not be seen.
    async fn counted_list(&self, id: ListId) -> Result<Option<facts::ListFacts>, Fault> {
        let reply = self.ask(&Ask::api("list_info").with("list_id", id.to_string()).with("leads_counts", "Y")).await?;
        Ok(if reply.outcome == Outcome::Data { facts::list(&reply.data, id) } else { None })
    }
}
