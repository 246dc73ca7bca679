//! Leads over HTTP: by id. Each answer is data or a fault; which leads to read is not decided here, and a whole list is read by `download`.

use std::collections::{BTreeMap, BTreeSet};

use super::answers::value;
use super::call;
use super::client::Vicidial;
use super::lead_info::{self, LeadInfo};
use super::listing;
use super::reply::Outcome;
use crate::model::{FieldName, LeadId, LeadRow, ListId};
use crate::ports::{Effect, Fault, Reach};

/// What one request for a whole lead came to.
enum AtOnce {
    /// VICIdial has no such lead.
    Gone,
    /// The answer proved itself.
    Shown(LeadInfo),
    /// It did not, or there was none: the lead is to be asked for field by field.
    Unproven,
}

impl Vicidial {
    /// One lead with these fields; `None` where it is not there.
    pub(super) async fn lead(&self, lead: LeadId, fields: &BTreeSet<FieldName>) -> Result<Option<LeadRow>, Fault> {
        let wants_custom = fields.iter().any(|field| matches!(field, FieldName::Custom(_)));
        match self.lead_at_once(lead, wants_custom).await? {
            AtOnce::Gone => Ok(None),
            AtOnce::Shown(info) => self.completed(info, fields).await,
            AtOnce::Unproven => self.lead_by_fields(lead, fields).await,
        }
    }

    /// One lead by one request, or by a second one without its custom fields. VICIdial fails at leads with apostrophes, at custom fields of a lead
    /// that has none, and refuses users who may not view reports: then nothing is known.
    async fn lead_at_once(&self, lead: LeadId, wants_custom: bool) -> Result<AtOnce, Fault> {
        let mut with_custom = wants_custom;
        loop {
            let (reply, body) = self.fetch(&call::lead_all_info(lead, with_custom)).await?;
            match reply.outcome {
                Outcome::Data => return Ok(lead_info::read(&body, lead).map_or(AtOnce::Unproven, AtOnce::Shown)),
                Outcome::NotFound if reply.said.contains("LEAD NOT FOUND") => return Ok(AtOnce::Gone),
                Outcome::ServerFault if with_custom => with_custom = false,
                Outcome::Done
                | Outcome::DoneInPart
                | Outcome::Nothing
                | Outcome::Already
                | Outcome::Duplicate
                | Outcome::NotFound
                | Outcome::Refused
                | Outcome::NoRight
                | Outcome::LoginRefused
                | Outcome::Locked
                | Outcome::Unknown
                | Outcome::ServerFault => return Ok(AtOnce::Unproven),
            }
        }
    }

    /// The fields that are wanted of a lead that was shown. A custom field that was not is asked for by its name: the lead's list may lack it.
    async fn completed(&self, info: LeadInfo, fields: &BTreeSet<FieldName>) -> Result<Option<LeadRow>, Fault> {
        let LeadInfo { mut row, has_custom, custom } = info;
        let mut custom: BTreeMap<String, String> = custom.into_iter().collect();
        row.values.retain(|field, _| fields.contains(field));
        for field in fields {
            let FieldName::Custom(label) = field else { continue };
            let text = match custom.remove(label) {
                Some(text) => listing::shown_custom(&text),
                None if !has_custom => String::new(),
                None => match self.custom(row.lead_id, label).await? {
                    Some(text) => text,
                    None => return Ok(None),
                },
            };
            row.values.insert(field.clone(), text);
        }
        Ok(Some(row))
    }

    /// A custom field by its name. Where the table of the lead's list lacks it PHP fails without a word, as where the server is down: the clock
    /// tells which.
    async fn custom(&self, lead: LeadId, label: &str) -> Result<Option<String>, Fault> {
        let ask = call::lead_field(lead, label, true);
        let reply = self.ask(&ask).await?;
        if reply.is_bare() && self.version().await.is_ok() {
            return Err(Fault::refused("custom_unknown", format!("the list that lead {lead} came in by has no custom field `{label}`"))
                .help("compare the labels in the mapping with those of the list in VICIdial (Lists, Custom Fields)"));
        }
        if reply.said.contains("LIST FIELD NOT FOUND") {
            // The table has no row of this lead, as one has that was dropped and made again: all blank.
            return Ok(Some(String::new()));
        }
        Ok(value(&ask, reply)?.map(|text| listing::shown_custom(&text)))
    }

    async fn lead_by_fields(&self, lead: LeadId, fields: &BTreeSet<FieldName>) -> Result<Option<LeadRow>, Fault> {
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
                FieldName::Custom(label) if has_custom => self.custom(lead, label).await?,
                FieldName::Custom(_) => Some(String::new()),
            };
            let Some(value) = value else { return Ok(None) };
            row.values.insert(field.clone(), value);
        }
        Ok(Some(row))
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
