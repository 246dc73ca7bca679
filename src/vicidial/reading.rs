//! Leads over HTTP: by code, by id, a whole list. Each answer is data or a fault; which leads to read is not decided here.

use std::collections::{BTreeMap, BTreeSet};

use super::answers::is_read;
use super::call;
use super::client::Vicidial;
use super::reply::{Outcome, Reply};
use super::{facts, listing, trouble};
use crate::model::{FieldName, LeadField, LeadId, LeadRow, ListId, VendorLeadCode};
use crate::ports::{Effect, Fault, Reach};

/// Codes that one look-up asks for. A thousand took two seconds beside a million leads, with the table locked meanwhile.
const CODES_MAX: usize = 500;
/// Doubtful rows of one list that are read again, one request a field.
const DOUBTFUL_MAX: usize = 100;

impl Vicidial {
    pub(super) async fn search_codes(&self, codes: &[VendorLeadCode]) -> Result<BTreeMap<VendorLeadCode, Vec<LeadId>>, Fault> {
        let unique: Vec<VendorLeadCode> = codes.iter().collect::<BTreeSet<_>>().into_iter().cloned().collect();
        let mut all = BTreeMap::new();
        for batch in unique.chunks(CODES_MAX) {
            let ask = call::lead_search(batch);
            let reply = self.read(&ask).await?;
            if reply.said.is_empty() && reply.outcome != Outcome::Data {
                // Where no code is found VICIdial says so. An empty answer proves nothing, and would double every lead that was asked for.
                return Err(Fault::new(Effect::None, Reach::Connection, "not_an_answer", "VICIdial answered nothing to `lead_search`")
                    .help("look at the web server's error log on VICIdial; vicisync tries again at the next run"));
            }
            if reply.outcome == Outcome::Data {
                all.extend(facts::found(&reply.data, batch).ok_or_else(|| trouble::fault(&ask, &reply))?);
            } else {
                all.extend(batch.iter().map(|code| (code.clone(), Vec::new())));
            }
        }
        Ok(all)
    }

    pub(super) async fn lead_by_fields(&self, lead: LeadId, fields: &BTreeSet<FieldName>) -> Result<Option<LeadRow>, Fault> {
        // `None` anywhere on the way: the lead went away meanwhile.
        let Some(code) = self.column(lead, "vendor_lead_code").await? else { return Ok(None) };
        let Some(list_id) = self.number(lead, "list_id").await? else { return Ok(None) };
        let Some(status) = self.column(lead, "status").await? else { return Ok(None) };
        let Some(called_count) = self.number(lead, "called_count").await? else { return Ok(None) };
        let mut row =
            LeadRow { lead_id: lead, code, list_id: ListId(list_id), status, called_count, modified: None, values: BTreeMap::new() };
        let wants_custom = fields.iter().any(|field| matches!(field, FieldName::Custom(_)));
        let has_custom = if wants_custom {
            let Some(table) = self.number(lead, "entry_list_id").await? else { return Ok(None) };
            table > 0
        } else {
            false
        };
        for field in fields {
            let value = match field {
                FieldName::Standard(standard) => self.column(lead, standard.name()).await?.map(|text| listing::shown(*standard, &text)),
                FieldName::Custom(label) if has_custom => {
                    self.value(&call::lead_field(lead, label, true)).await?.map(|text| listing::shown_custom(&text))
                }
                FieldName::Custom(_) => Some(String::new()),
            };
            let Some(value) = value else { return Ok(None) };
            row.values.insert(field.clone(), value);
        }
        Ok(Some(row))
    }

    pub(super) async fn download(&self, list: ListId) -> Result<Vec<LeadRow>, Fault> {
        let ask = call::list_download(list);
        let (reply, body) = self.fetch(&ask).await?;
        if reply.outcome == Outcome::NoRight && reply.said.contains("this list") {
            return Err(self.hidden_list(list, &reply).await?);
        }
        if reply.is_bare() {
            return Err(unreadable_list(list, &reply.said));
        }
        if !is_read(&ask, &reply)? {
            return Ok(Vec::new());
        }
        let found = listing::read(&body, list).map_err(|why| match why {
            listing::Unreadable::Masked => masked("list_download.php"),
            listing::Unreadable::CutOff => cut_off("list_download.php"),
            listing::Unreadable::Header => unreadable_list(list, "a file without the columns of a list"),
        })?;
        let mut rows = found.rows;
        if found.doubtful.is_empty() {
            return Ok(rows);
        }
        let count = found.doubtful.len();
        if count > DOUBTFUL_MAX {
            return Err(Fault::new(
                Effect::None,
                Reach::Person,
                "list_damaged",
                format!("list {list} holds {count} leads with tabs or line breaks in their texts, so that its download cannot be read"),
            )
            .help("remove tabs and line breaks from the codes and custom fields of these leads"));
        }
        tracing::warn!(list = list.0, count, "rows of a list were shifted by tabs or line breaks; these leads are read one by one");
        let fields: BTreeSet<FieldName> =
            LeadField::ALL.iter().map(|&field| FieldName::Standard(field)).chain(found.labels.into_iter().map(FieldName::Custom)).collect();
        for lead in found.doubtful {
            // A lead that moved away meanwhile is no longer this list's.
            rows.extend(self.lead_by_fields(lead, &fields).await?.filter(|row| row.list_id == list));
        }
        rows.sort_by_key(|row| row.lead_id);
        Ok(rows)
    }

    /// The download page has one sentence for a list that does not exist and for one that the user may not see.
    async fn hidden_list(&self, list: ListId, reply: &Reply) -> Result<Fault, Fault> {
        let is_there = self.list_facts("list_info", list).await;
        match is_there {
            Ok(None) => Ok(Fault::new(Effect::None, Reach::Record, "list_missing", format!("VICIdial has no list {list}"))
                .help("create the list in VICIdial, or correct the list id in the mapping")),
            Ok(Some(_)) => Ok(trouble::no_right("list_download.php", &reply.said)),
            Err(fault) if fault.reach == Reach::Person => Ok(trouble::no_right("list_download.php", &reply.said)),
            Err(fault) => Err(fault),
        }
    }
}

pub(super) fn masked(page: &str) -> Fault {
    Fault::new(Effect::None, Reach::Person, "masked", format!("`{page}` shows the API user X instead of phones or names"))
        .help("take `admin_hide_phone_data` and `admin_hide_lead_data` off the API user in VICIdial")
}

pub(super) fn cut_off(page: &str) -> Fault {
    Fault::new(Effect::None, Reach::Connection, "cut_off", format!("the file of `{page}` ends in the middle of a row"))
        .help("see the web server's error log on VICIdial; vicisync tries again at the next run")
}

fn unreadable_list(list: ListId, said: &str) -> Fault {
    Fault::new(Effect::None, Reach::Connection, "too_large_or_broken", format!("VICIdial could not hand out list {list}: {said}")).help(
        "the list may be larger than PHP's memory limit on VICIdial, or it has no custom fields while another list has: give it one custom field, or raise `memory_limit`",
    )
}
