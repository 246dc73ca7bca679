//! VICIdial as the port that a run uses. Each method asks, reads, and says in a fault what it means for the record or the run.
//!
//! Where there is a database lane, it does the reading and the API the writing. What is to be written is not decided here, nor is
//! anything tried twice: a run's laws for that stand in `engine`. How leads are read over HTTP stands in `reading`, how they are found in `search`,
//! and how whole lists are in `download`.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, PoisonError};

use chrono::{DateTime, Days, NaiveDateTime, TimeDelta, Timelike, Utc};
use futures_util::{Stream, StreamExt};

use super::call::{self, Ask};
use super::client::Vicidial;
use super::custom::Columns;
use super::days::Day;
use super::label::is_label;
use super::reply::Outcome;
use super::survey::Asker;
use super::{facts, trouble};
use crate::model::{
    CampaignId, FieldName, Intake, Lead, LeadChange, LeadId, LeadRow, ListId, Phone, ServerFacts, StoredLead, VendorLeadCode,
};
use crate::ports::{Calls, Dialer, Effect, Fault, HopperRow, Reach, ServerTime, Sought, Wanted};

/// How far VICIdial's wall clock may be from that of the configured zone.
const ZONE_SLACK: TimeDelta = TimeDelta::minutes(10);
/// Days that one question for calls may span, each a request of its own: ten years.
const DAYS_MAX: u64 = 3_660;

impl Vicidial {
    /// The custom columns as far as they are known.
    fn columns(&self) -> Arc<Columns> {
        Arc::clone(&self.columns.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Dialer for Vicidial {
    fn stored(&self, values: &BTreeMap<FieldName, String>) -> StoredLead {
        let columns = self.columns();
        let fitted = values.iter().map(|(field, text)| (field.clone(), columns.fit(self.forms, field, text))).collect();
        self.forms.stored_lead(&fitted)
    }

    async fn prepare(&self) -> Result<(), Fault> {
        // Somebody may have given a list to another campaign since the last run: a moved lead is looked for in that one's hopper.
        self.campaigns.lock().unwrap_or_else(PoisonError::into_inner).clear();
        self.active.lock().unwrap_or_else(PoisonError::into_inner).clear();
        self.archive.forget();
        if let Some(database) = &self.database {
            let columns = Arc::new(database.columns().await?);
            *self.columns.lock().unwrap_or_else(PoisonError::into_inner) = columns;
        }
        Ok(())
    }

    async fn survey(&self, wanted: &Wanted, at: DateTime<Utc>) -> Result<ServerFacts, Fault> {
        let survey = self.look(Asker::Run, wanted, at).await;
        match survey.stopped {
            Some(fault) => Err(fault),
            None => Ok(survey.facts),
        }
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

    async fn add_lead(&self, code: &VendorLeadCode, lead: &Lead, mut intake: Intake) -> Result<LeadId, Fault> {
        // Without the campaign VICIdial skips the campaign's do-not-call list without a word.
        let campaign = self.campaign_of(lead.list_id).await?;
        // Whoever switched a list off wants nobody of it called, and the hopper takes its leads all the same.
        if intake.hopper.is_some() && !self.is_active(lead.list_id).await? {
            intake.hopper = None;
        }
        let ask = call::add_lead(self.forms, code, lead, campaign.as_ref(), intake);
        let reply = self.write(&ask).await?;
        reply.added().ok_or_else(|| trouble::fault(&ask, &reply))
    }

    async fn update_lead(&self, lead: LeadId, change: &LeadChange) -> Result<(), Fault> {
        let offset = self.offset(lead, change).await?;
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
        let columns = self.columns();
        let fit = |(label, text): (&String, &String)| (label.clone(), columns.fit(self.forms, &FieldName::Custom(label.clone()), text));
        let ask = call::set_custom(self.forms, lead, &values.iter().map(fit).collect());
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

    async fn delete_lead(&self, lead: LeadId) -> Result<(), Fault> {
        let ask = call::delete_lead(lead);
        // Of a list without custom fields VICIdial says so behind what it did.
        let reply = self.ask(&ask).await?;
        let is_gone = reply.says("LEAD HAS BEEN DELETED") || reply.outcome == Outcome::NotFound;
        if is_gone { Ok(()) } else { Err(self.fault(&ask, &reply).await) }
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

    async fn find_by_code(&self, sought: &[Sought]) -> Result<BTreeMap<VendorLeadCode, Vec<LeadId>>, Fault> {
        self.look_for(sought).await
    }

    async fn archived(&self, sought: &[Sought]) -> Result<BTreeMap<VendorLeadCode, Vec<LeadId>>, Fault> {
        self.look_in_archive(sought).await
    }

    async fn are_archived(&self, leads: &[LeadId]) -> Result<BTreeSet<LeadId>, Fault> {
        self.of_archive(leads).await
    }

    async fn leads_by_phone(&self, phones: &[Phone]) -> Result<BTreeMap<Phone, Vec<LeadId>>, Fault> {
        self.look_for_phones(phones).await
    }

    async fn codes_of(&self, leads: &[LeadId]) -> Result<BTreeMap<LeadId, Option<String>>, Fault> {
        if let Some(database) = &self.database {
            return database.codes_of(leads).await;
        }
        let mut codes = BTreeMap::new();
        for &lead in leads {
            codes.insert(lead, self.column(lead, "vendor_lead_code").await?);
        }
        Ok(codes)
    }

    async fn update_leads(&self, leads: &[LeadId], change: &LeadChange) -> Result<BTreeSet<LeadId>, Fault> {
        let ask = call::update_leads(self.forms, leads, change);
        match self.write(&ask).await {
            Ok(reply) => reply.updated().ok_or_else(|| trouble::fault(&ask, &reply)),
            Err(fault) if fault.code == "lead_missing" => Ok(BTreeSet::new()),
            Err(fault) => Err(fault),
        }
    }

    async fn read_lead(&self, lead: LeadId, fields: &BTreeSet<FieldName>) -> Result<Option<LeadRow>, Fault> {
        match &self.database {
            Some(database) => database.read_lead(lead, fields).await,
            None => self.lead(lead, fields).await,
        }
    }

    fn sweep(&self, list: ListId) -> impl Stream<Item = Result<Vec<LeadRow>, Fault>> + Send {
        match &self.database {
            Some(database) => database.sweep(list).left_stream(),
            None => self.download(list).right_stream(),
        }
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
        let days = (0..=days).filter_map(|day| from.date().checked_add_days(Days::new(day)));
        if let Some(database) = &self.database {
            let calls = database.calls(from, to, &self.settings.campaigns, &self.settings.groups).await?;
            // The lane joins nothing that could drop a row: what stands in the logs came.
            return Ok(Calls { compared: days.collect(), ..calls });
        }
        for day in days {
            let first = if day == from.date() { from.hour() } else { 0 };
            let last = if day == to.date() { to.hour() } else { 23 };
            self.read_day(Day { day, first, last }, to, &mut calls).await?;
        }
        Ok(calls)
    }
}
