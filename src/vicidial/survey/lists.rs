//! The lists of the mapping: whose they are, whether they are active, how many leads they hold, which custom fields they have.

use super::super::answers::is_read;
use super::super::call::Ask;
use super::super::client::Vicidial;
use super::super::probe::Finding;
use super::super::reply::Outcome;
use super::super::{facts, trouble};
use super::{Survey, ends};
use crate::model::{FactName, FactSource, ListId};
use crate::ports::{Fault, Wanted};

/// What one answer says of the custom fields of all lists.
enum Custom {
    /// They are switched off.
    Off(Fault),
    /// The answer, a line a list.
    Lists(String),
    /// It is not known.
    Unknown(Fault),
}

impl Vicidial {
    pub(super) async fn ask_lists(&self, wanted: &Wanted, survey: &mut Survey) -> Result<(), Fault> {
        let custom = self.custom_switch().await?;
        match &custom {
            Custom::Off(fault) => {
                survey.fact(FactName::CustomFields, false, FactSource::Asked);
                if !wanted.custom.is_empty() {
                    survey.find(Finding::of(fault.clone()));
                }
            }
            Custom::Lists(_) => survey.fact(FactName::CustomFields, true, FactSource::Asked),
            Custom::Unknown(fault) if wanted.custom.is_empty() => tracing::debug!(code = fault.code, "custom fields are not told"),
            Custom::Unknown(fault) => survey.find(Finding::of(fault.clone())),
        }
        for &list in &wanted.lists {
            if !self.ask_list(list, survey).await? {
                continue;
            }
            if let Custom::Lists(text) = &custom {
                labels(text, list, wanted, survey);
            }
        }
        Ok(())
    }

    async fn custom_switch(&self) -> Result<Custom, Fault> {
        let ask = Ask::api("list_custom_fields").with("list_id", "---ALL---");
        let reply = self.ask(&ask).await?;
        match is_read(&ask, &reply) {
            Ok(_) => Ok(Custom::Lists(reply.data)),
            Err(fault) if fault.code == "custom_missing" => Ok(Custom::Off(Fault {
                message: "custom fields are switched off on the server".to_owned(),
                help: Some(
                    "switch them on (VICIdial, Admin, System Settings, Custom Fields), or take custom fields out of the mapping".to_owned(),
                ),
                ..fault
            })),
            Err(fault) if ends(&fault) && reply.outcome != Outcome::ServerFault => Err(fault),
            Err(fault) => Ok(Custom::Unknown(fault)),
        }
    }

    /// One list. Gives whether it is there.
    async fn ask_list(&self, list: ListId, survey: &mut Survey) -> Result<bool, Fault> {
        let ask = Ask::api("list_info").with("list_id", list.to_string()).with("leads_counts", "Y");
        let reply = self.ask(&ask).await?;
        match is_read(&ask, &reply) {
            Ok(true) => {}
            Ok(false) => {
                survey.fact(FactName::List(list), "missing", FactSource::Asked);
                survey.find(Finding::bad(format!("VICIdial has no list {list}"), "create the list, or correct its id in the mapping"));
                return Ok(false);
            }
            Err(fault) if ends(&fault) => return Err(fault),
            Err(fault) => {
                survey.find(Finding::of(fault));
                return Ok(false);
            }
        }
        let found = facts::list(&reply.data, list).ok_or_else(|| trouble::fault(&ask, &reply))?;
        survey.fact(FactName::List(list), if found.is_active { "active" } else { "not active" }, FactSource::Asked);
        survey.fact(FactName::ListCampaign(list), found.campaign.as_str(), FactSource::Asked);
        if let Some(leads) = found.leads {
            survey.fact(FactName::ListLeads(list), leads, FactSource::Asked);
        }
        let activity = if found.is_active { "" } else { " and is not active: its leads are not dialed" };
        survey.find(Finding::good(format!("list {list} is of campaign {}{activity}", found.campaign)));
        Ok(true)
    }
}

fn labels(text: &str, list: ListId, wanted: &Wanted, survey: &mut Survey) {
    let labels = facts::list(text, list).map(|found| found.labels).unwrap_or_default();
    let missing: Vec<&str> = wanted.custom.iter().filter(|label| !labels.contains(label)).map(String::as_str).collect();
    if !missing.is_empty() {
        survey.find(Finding::bad(
            format!("list {list} lacks the custom fields {}", missing.join(", ")),
            "create them in VICIdial (Lists, Custom Fields), or take them out of the mapping",
        ));
    } else if !wanted.custom.is_empty() {
        survey.find(Finding::good(format!("list {list} has the custom fields of the mapping")));
    }
    // A line ends with the labels; without any it ends with a pipe.
    if labels.is_empty() && text.lines().any(|line| line.contains('|') && !line.trim_end().ends_with('|')) {
        // Seen on a live server: HTTP 500 as soon as such a list holds a lead.
        survey.find(Finding::bad(
            format!("list {list} has no custom fields while another list has: VICIdial fails when it is downloaded"),
            "give the list one custom field in VICIdial (Lists, Custom Fields)",
        ));
    }
    survey.fact(FactName::ListCustom(list), labels, FactSource::Asked);
}
