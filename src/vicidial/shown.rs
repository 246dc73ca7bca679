//! Lists as a person sees them who wants to know what there is: campaign, custom fields, and, where the database is read, the types of those.
//!
//! No run needs this. It reads, and decides nothing.

use std::collections::{BTreeMap, BTreeSet};

use super::answers::is_read;
use super::call::Ask;
use super::client::Vicidial;
use super::custom::Column;
use super::facts::{self, ListFacts};
use crate::model::{CampaignId, ListId};
use crate::ports::Fault;

/// A list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListShown {
    /// Its id.
    pub list: ListId,
    /// Its campaign.
    pub campaign: CampaignId,
    /// Whether it is active.
    pub is_active: bool,
    /// Its custom fields, in VICIdial's order.
    pub custom: Vec<CustomShown>,
}

/// A custom field of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CustomShown {
    /// The label, which mappings name.
    pub label: String,
    /// The column's type as the database writes it (`varchar(50)`); only the database lane shows it.
    pub definition: Option<String>,
}

impl CustomShown {
    /// The column, where its type is known.
    #[must_use]
    pub fn column(&self) -> Option<Column> {
        self.definition.as_deref().map(Column::read)
    }
}

impl Vicidial {
    /// These lists, or all where none is named; those that VICIdial does not show are left out.
    ///
    /// # Errors
    /// A [`Fault`].
    pub async fn lists_shown(&self, wanted: &BTreeSet<ListId>) -> Result<Vec<ListShown>, Fault> {
        let types = match &self.database {
            Some(database) => database.custom_types().await?,
            None => BTreeMap::new(),
        };
        let ask = Ask::api("list_custom_fields").with("list_id", "---ALL---");
        let reply = self.ask(&ask).await?;
        let found = match is_read(&ask, &reply) {
            Ok(_) => all(&reply.data, wanted),
            // Custom fields are switched off; the lists are there all the same.
            Err(fault) if fault.code == "custom_missing" => self.plain_lists(wanted).await?,
            Err(fault) => return Err(fault),
        };
        Ok(found.into_iter().map(|(list, facts)| shown(list, facts, types.get(&list))).collect())
    }

    /// Lists that are asked for one by one: so they show no custom fields.
    async fn plain_lists(&self, wanted: &BTreeSet<ListId>) -> Result<BTreeMap<ListId, ListFacts>, Fault> {
        let mut found = BTreeMap::new();
        for &list in wanted {
            let ask = Ask::api("list_info").with("list_id", list.to_string());
            let reply = self.ask(&ask).await?;
            if is_read(&ask, &reply)?
                && let Some(facts) = facts::list(&reply.data, list)
            {
                // Other columns stand here in the place of the labels.
                found.insert(list, ListFacts { labels: Vec::new(), ..facts });
            }
        }
        Ok(found)
    }
}

/// The lists of an answer that has a line for each.
fn all(text: &str, wanted: &BTreeSet<ListId>) -> BTreeMap<ListId, ListFacts> {
    let ids = text.lines().filter_map(|line| line.split('|').next()?.trim().parse().ok()).map(ListId);
    let ids = ids.filter(|list| wanted.is_empty() || wanted.contains(list));
    ids.filter_map(|list| Some((list, facts::list(text, list)?))).collect()
}

fn shown(list: ListId, facts: ListFacts, types: Option<&BTreeMap<String, String>>) -> ListShown {
    let definition = |label: &str| types.and_then(|types| types.iter().find(|(known, _)| known.eq_ignore_ascii_case(label)));
    let custom = facts.labels.into_iter().map(|label| CustomShown { definition: definition(&label).map(|(_, kind)| kind.clone()), label });
    ListShown { list, campaign: facts.campaign, is_active: facts.is_active, custom: custom.collect() }
}
