//! VICIdial as the port that a run uses. Each method asks, reads, and says in a fault what it means for the record or the run.
//!
//! Where there is a database lane, it does the reading and the API the writing. What is to be written is not decided here, nor is
//! anything tried twice: a run's laws for that stand in `engine`.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::PoisonError;

use chrono::{Days, NaiveDateTime, TimeDelta, Timelike};

use super::call::{self, Ask};
use super::client::Vicidial;
use super::reply::{Outcome, Reply};
use super::{facts, legs, listing, trouble};
use crate::model::{CampaignId, FieldName, Lead, LeadChange, LeadField, LeadId, LeadRow, ListId, StoredLead, VendorLeadCode};
use crate::ports::{Calls, Dialer, Effect, Fault, HopperRow, Reach, ServerTime};

/// Codes that one look-up asks for. A thousand took two seconds beside a million leads, with the table locked meanwhile.
const CODES_MAX: usize = 500;
/// Doubtful rows of one list that are read again, one request a field.
const DOUBTFUL_MAX: usize = 100;
/// How far VICIdial's wall clock may be from that of the configured zone.
const ZONE_SLACK: TimeDelta = TimeDelta::minutes(10);
/// Days that one question for calls may span, each a request of its own: ten years.
const DAYS_MAX: u64 = 3_660;

impl Dialer for Vicidial {
    fn stored(&self, values: &BTreeMap<FieldName, String>) -> StoredLead {
        self.forms.stored_lead(values)
    }

    async fn time(&self) -> Result<ServerTime, Fault> {
        if let Some(database) = &self.database {
            return database.time().await;
        }
        let (_, time) = self.version().await?;
        let expected = time.utc.with_timezone(&self.settings.zone).naive_local();
        if (expected - time.local).abs() > ZONE_SLACK {
            return Err(Fault::new(
                Effect::None,
                Reach::Person,
                "wrong_zone",
                format!(
                    "VICIdial's clock shows {} where {} has {}: calls would be taken for hours earlier or later",
                    time.local, self.settings.zone, expected
                ),
            )
            .help("correct `zone` of the VICIdial connection to the zone of its server"));
        }
        Ok(time)
    }

    async fn add_lead(&self, code: &VendorLeadCode, lead: &Lead) -> Result<LeadId, Fault> {
        // Without the campaign VICIdial skips the campaign's do-not-call list without a word.
        let campaign = self.campaign_of(lead.list_id).await?;
        let ask = call::add_lead(self.forms, code, lead, campaign.as_ref());
        let reply = self.write(&ask).await?;
        reply.added().ok_or_else(|| trouble::fault(&ask, &reply))
    }

    async fn update_lead(&self, lead: LeadId, change: &LeadChange) -> Result<(), Fault> {
        let offset = self.offset(change).await?;
        let ask = call::update_lead(self.forms, lead, change, offset.as_deref());
        let reply = self.write(&ask).await?;
        // With something to change VICIdial says what it did. Nothing at all is what a script that died on the way leaves.
        if reply.outcome == Outcome::Nothing
            && ask.params.len() > call::update_lead(self.forms, lead, &LeadChange::default(), None).params.len()
        {
            return Err(trouble::fault(&ask, &reply));
        }
        Ok(())
    }

    async fn set_custom(&self, lead: LeadId, values: &BTreeMap<String, String>) -> Result<(), Fault> {
        if let Some(label) = values.keys().find(|label| !is_label(label)) {
            return Err(Fault::refused("custom_unknown", format!("`{label}` cannot be the label of a custom field"))
                .help("correct the label in the mapping"));
        }
        let ask = call::set_custom(self.forms, lead, values);
        let reply = self.write(&ask).await?;
        if reply.says("CUSTOM FIELDS VALUES") {
            Ok(())
        } else if reply.outcome == Outcome::Nothing {
            Err(Fault::refused("custom_unknown", "the lead's list has none of these custom fields")
                .help("compare the labels in the mapping with those of the list in VICIdial (Lists, Custom Fields)"))
        } else {
            Err(trouble::fault(&ask, &reply))
        }
    }

    async fn leave_hopper(&self, lead: LeadId) -> Result<(), Fault> {
        let ask = call::leave_hopper(lead);
        let reply = self.write(&ask).await?;
        // An empty answer would mean that the parameter was not understood.
        if reply.outcome == Outcome::Nothing { Err(trouble::fault(&ask, &reply)) } else { Ok(()) }
    }

    async fn leave_dialing(&self, lead: LeadId) -> Result<(), Fault> {
        let ask = call::leave_dialing(lead);
        let reply = self.write(&ask).await?;
        let is_done = reply.says("CALLBACK DELETED") && reply.says("FROM HOPPER");
        if is_done { Ok(()) } else { Err(trouble::fault(&ask, &reply)) }
    }

    async fn hopper(&self, campaign: &CampaignId) -> Result<Vec<HopperRow>, Fault> {
        if let Some(database) = &self.database {
            return database.hopper(campaign).await;
        }
        let ask = Ask::api("hopper_list").with("campaign_id", campaign.as_str());
        let reply = self.read(&ask).await?;
        if reply.outcome == Outcome::Data {
            facts::hopper(&reply.data).ok_or_else(|| trouble::fault(&ask, &reply))
        } else if reply.said.contains("THERE ARE NO LEADS") {
            Ok(Vec::new())
        } else {
            let message = format!("VICIdial shows no campaign `{campaign}` to the API user");
            Err(Fault::new(Effect::None, Reach::Person, "campaign_missing", message)
                .help("correct the campaign in the configuration, or let the API user see it"))
        }
    }

    async fn find_by_code(&self, codes: &[VendorLeadCode]) -> Result<BTreeMap<VendorLeadCode, Vec<LeadId>>, Fault> {
        if let Some(database) = &self.database {
            return database.find_by_code(codes).await;
        }
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

    async fn read_lead(&self, lead: LeadId, fields: &BTreeSet<FieldName>) -> Result<Option<LeadRow>, Fault> {
        if let Some(database) = &self.database {
            return database.read_lead(lead, fields).await;
        }
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

    async fn sweep(&self, list: ListId) -> Result<Vec<LeadRow>, Fault> {
        if let Some(database) = &self.database {
            return database.sweep(list).await;
        }
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
            rows.extend(self.read_lead(lead, &fields).await?.filter(|row| row.list_id == list));
        }
        rows.sort_by_key(|row| row.lead_id);
        Ok(rows)
    }

    async fn campaign_of(&self, list: ListId) -> Result<Option<CampaignId>, Fault> {
        if let Some(campaign) = self.campaigns.lock().unwrap_or_else(PoisonError::into_inner).get(&list) {
            return Ok(Some(campaign.clone()));
        }
        let campaign = match &self.database {
            Some(database) => database.campaign_of(list).await?,
            None => self.list_facts("list_info", list).await?.map(|facts| facts.campaign),
        };
        if let Some(campaign) = &campaign {
            self.campaigns.lock().unwrap_or_else(PoisonError::into_inner).insert(list, campaign.clone());
        }
        Ok(campaign)
    }

    async fn calls(&self, from: NaiveDateTime, to: NaiveDateTime) -> Result<Calls, Fault> {
        let mut calls = Calls::default();
        let days = u64::try_from((to.date() - from.date()).num_days()).unwrap_or(0);
        if to < from {
            return Ok(calls);
        }
        if days > DAYS_MAX {
            return Err(Fault::new(
                Effect::None,
                Reach::Person,
                "window_too_long",
                format!("calls of {days} days are asked for at once, one request a day"),
            )
            .help("take a later start, at most ten years back"));
        }
        if let Some(database) = &self.database {
            return database.calls(from, to, &self.settings.campaigns, &self.settings.groups).await;
        }
        for day in (0..=days).filter_map(|day| from.date().checked_add_days(Days::new(day))) {
            let first = if day == from.date() { from.hour() } else { 0 };
            let last = if day == to.date() { to.hour() } else { 23 };
            let ask = call::call_report(day, first, last, &self.settings.campaigns, &self.settings.groups);
            let (reply, body) = self.fetch(&ask).await?;
            if !is_read(&ask, &reply)? {
                continue;
            }
            let more = legs::read(&body, self.settings.zone, &self.settings.groups).map_err(|why| match why {
                legs::Unreadable::Masked => masked("call_report_export.php"),
                legs::Unreadable::CutOff => cut_off("call_report_export.php"),
                legs::Unreadable::Header => trouble::fault(&ask, &reply),
            })?;
            calls.legs.extend(more.legs);
            calls.unreadable.extend(more.unreadable);
        }
        Ok(calls)
    }
}

impl Vicidial {
    /// One call that needs the credentials and no right, and one of the database where it is read.
    ///
    /// # Errors
    /// The login's fault, or one of the connection. A missing right is none: the login was good.
    pub async fn login(&self) -> Result<(), Fault> {
        let ask = Ask::api("campaigns_list");
        let reply = self.ask(&ask).await?;
        let is_in = match reply.outcome {
            Outcome::NoRight => !reply.said.contains("IP Address"),
            Outcome::Data | Outcome::NotFound | Outcome::Refused => true,
            Outcome::Done
            | Outcome::DoneInPart
            | Outcome::Nothing
            | Outcome::Already
            | Outcome::Duplicate
            | Outcome::LoginRefused
            | Outcome::Locked
            | Outcome::Unknown
            | Outcome::ServerFault => false,
        };
        if !is_in {
            return Err(trouble::fault(&ask, &reply));
        }
        match &self.database {
            Some(database) => database.login().await,
            None => Ok(()),
        }
    }

    pub(super) async fn version(&self) -> Result<(String, ServerTime), Fault> {
        let ask = Ask::api("version");
        let reply = self.ask_openly(&ask).await?;
        is_read(&ask, &reply)?;
        facts::version(&reply.data).ok_or_else(|| trouble::fault(&ask, &reply))
    }

    /// A list by `list_info` or `list_custom_fields`; `None` where it does not exist.
    pub(super) async fn list_facts(&self, function: &str, list: ListId) -> Result<Option<facts::ListFacts>, Fault> {
        let ask = Ask::api(function).with("list_id", list.to_string());
        let reply = self.read(&ask).await?;
        if reply.outcome == Outcome::NotFound {
            return Ok(None);
        }
        facts::list(&reply.data, list).map(Some).ok_or_else(|| trouble::fault(&ask, &reply))
    }

    /// Asks for data; an answer that says that there is none is fine too.
    async fn read(&self, ask: &Ask) -> Result<Reply, Fault> {
        let reply = self.ask(ask).await?;
        is_read(ask, &reply)?;
        Ok(reply)
    }

    /// Asks for a write; an answer that says that it was done, or so already, is fine.
    async fn write(&self, ask: &Ask) -> Result<Reply, Fault> {
        let reply = self.ask(ask).await?;
        match reply.outcome {
            Outcome::Done | Outcome::DoneInPart | Outcome::Nothing | Outcome::Already => Ok(reply),
            Outcome::Duplicate
            | Outcome::NotFound
            | Outcome::Refused
            | Outcome::NoRight
            | Outcome::LoginRefused
            | Outcome::Locked
            | Outcome::Data
            | Outcome::Unknown
            | Outcome::ServerFault => Err(self.fault(ask, &reply).await),
        }
    }

    /// The offset that goes with a changed phone. Where VICIdial gives none the old one stays; that is no reason to keep an old number.
    async fn offset(&self, change: &LeadChange) -> Result<Option<String>, Fault> {
        let Some(phone) = call::phone_of(change) else { return Ok(None) };
        match self.read(&call::check_phone(&phone)).await {
            Ok(reply) => Ok(facts::offset(&reply.data)),
            Err(fault) if matches!(fault.reach, Reach::Record | Reach::Person) => Ok(None),
            Err(fault) => Err(fault),
        }
    }

    /// The fault of a write. A bare status 500 may be this record's values or a server that is down: the clock tells which.
    async fn fault(&self, ask: &Ask, reply: &Reply) -> Fault {
        let fault = trouble::fault(ask, reply);
        if fault.effect == Effect::Unknown && reply.said.starts_with("HTTP 500") && self.version().await.is_ok() {
            return Fault { reach: Reach::Record, code: "write_broke", ..fault };
        }
        fault
    }

    async fn column(&self, lead: LeadId, name: &str) -> Result<Option<String>, Fault> {
        self.value(&call::lead_field(lead, name, false)).await
    }

    async fn number(&self, lead: LeadId, name: &str) -> Result<Option<u64>, Fault> {
        let ask = call::lead_field(lead, name, false);
        let Some(text) = self.value(&ask).await? else { return Ok(None) };
        // Blank where an old lead has none.
        let text = if text.trim().is_empty() { "0" } else { text.trim() };
        text.parse().map(Some).map_err(|_| {
            Fault::new(Effect::None, Reach::Connection, "not_an_answer", format!("VICIdial shows no number as `{name}` of a lead"))
                .help("see whether something stands between vicisync and VICIdial")
        })
    }

    async fn value(&self, ask: &Ask) -> Result<Option<String>, Fault> {
        let reply = self.read(ask).await?;
        if reply.outcome == Outcome::Data {
            Ok(Some(reply.data))
        } else if reply.said.contains("LEAD NOT FOUND") {
            Ok(None)
        } else {
            Err(trouble::fault(ask, &reply))
        }
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

/// Whether an answer holds data: `false` where it says that there is none.
fn is_read(ask: &Ask, reply: &Reply) -> Result<bool, Fault> {
    match reply.outcome {
        Outcome::Data => Ok(true),
        Outcome::NotFound => Ok(false),
        Outcome::Done
        | Outcome::DoneInPart
        | Outcome::Nothing
        | Outcome::Already
        | Outcome::Duplicate
        | Outcome::Refused
        | Outcome::NoRight
        | Outcome::LoginRefused
        | Outcome::Locked
        | Outcome::Unknown
        | Outcome::ServerFault => Err(trouble::fault(ask, reply)),
    }
}

/// Labels that VICIdial can hold and that no parameter of `update_lead` has already: such a one would change the lead itself.
fn is_label(label: &str) -> bool {
    const TAKEN: [&str; 23] = [
        "user",
        "pass",
        "source",
        "function",
        "lead_id",
        "list_id",
        "list_id_field",
        "vendor_lead_code",
        "status",
        "called_count",
        "phone_number",
        "update_phone_number",
        "search_method",
        "search_location",
        "records",
        "custom_fields",
        "delete_lead",
        "delete_cf_data",
        "user_field",
        "gmt_offset_now",
        "reset_lead",
        "callback",
        "zz",
    ];
    let is_word =
        !label.is_empty() && label.len() <= 64 && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-');
    is_word && !TAKEN.contains(&label) && LeadField::from_name(label).is_none()
}

fn masked(page: &str) -> Fault {
    Fault::new(Effect::None, Reach::Person, "masked", format!("`{page}` shows the API user X instead of phones or names"))
        .help("take `admin_hide_phone_data` and `admin_hide_lead_data` off the API user in VICIdial")
}

fn cut_off(page: &str) -> Fault {
    Fault::new(Effect::None, Reach::Connection, "cut_off", format!("the file of `{page}` ends in the middle of a row"))
        .help("see the web server's error log on VICIdial; vicisync tries again at the next run")
}

fn unreadable_list(list: ListId, said: &str) -> Fault {
    Fault::new(Effect::None, Reach::Connection, "too_large_or_broken", format!("VICIdial could not hand out list {list}: {said}")).help(
        "the list may be larger than PHP's memory limit on VICIdial, or it has no custom fields while another list has: give it one custom field, or raise `memory_limit`",
    )
}
