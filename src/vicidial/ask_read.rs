//! What is asked of VICIdial to read its other routes: callbacks, do-not-call lists, leads by a call's status, counts, reports. Pure.
//!
//! Traps that are met here: `lead_status_search` reads `lead_id=1,2` as lead 12, so one id is asked for; a list download without
//! `download_type` is one of leads; parts of `campaigns` are cut at dashes, so a campaign with one in its name is left out.

use chrono::NaiveDate;

use super::call::{self, Ask, Page};
use crate::model::{CampaignId, LeadId};

fn text(day: NaiveDate) -> String {
    day.format("%Y-%m-%d").to_string()
}

/// Callbacks whose time lies in a range of days, both inclusive. No campaigns mean all.
#[must_use]
pub fn callbacks(from: NaiveDate, to: NaiveDate, campaigns: &[CampaignId]) -> Ask {
    let ask = Ask::page(Page::CallbacksExport).with("query_date", text(from)).with("end_date", text(to));
    let ask = if campaigns.is_empty() { ask.with("cb_groups[]", "ALL") } else { ask };
    let ask = campaigns.iter().fold(ask, |ask, campaign| ask.with("cb_groups[]", campaign.as_str()));
    ask.with("file_download", "1").with("SUBMIT", "SUBMIT")
}

/// The callbacks of one lead, done ones included.
#[must_use]
pub fn callbacks_of(lead: LeadId) -> Ask {
    Ask::api("lead_callback_info").with("lead_id", lead.to_string()).with("search_location", "ALL").with("stage", "tab")
}

/// A campaign's do-not-call list, or that of the system.
#[must_use]
pub fn dnc(campaign: Option<&CampaignId>) -> Ask {
    let ask = Ask::page(Page::ListDownload);
    match campaign {
        Some(campaign) => ask.with("group_id", campaign.as_str()).with("download_type", "dnc"),
        None => ask.with("group_id", "SYSTEM_INTERNAL").with("download_type", "systemdnc"),
    }
}

/// Leads that had a call with a status on a day.
#[must_use]
pub fn by_status(status: &str, day: NaiveDate) -> Ask {
    Ask::api("lead_status_search").with("status", status).with("date", text(day))
}

/// Calls of a day, counted. `None` where none of the campaigns can be asked for.
#[must_use]
pub fn counts(day: NaiveDate, campaigns: &[CampaignId], groups: &[String]) -> Option<Ask> {
    let wanted: Vec<&str> = campaigns.iter().map(CampaignId::as_str).filter(|name| !name.contains('-') && !name.is_empty()).collect();
    if wanted.is_empty() && !campaigns.is_empty() {
        return None;
    }
    let wanted = if wanted.is_empty() { "---ALL---".to_owned() } else { wanted.join("-") };
    let ask = Ask::api("call_status_stats").with("campaigns", wanted).with("query_date", text(day));
    // Without this the in-groups are those that the campaigns take calls from.
    let groups: Vec<&str> = groups.iter().map(String::as_str).filter(|group| !group.contains('-')).collect();
    Some(if groups.is_empty() { ask } else { ask.with("ingroups", groups.join("-")) })
}

/// The leads that had a call in a range of days, each by its latest call.
#[must_use]
pub fn lead_report(from: NaiveDate, to: NaiveDate, campaigns: &[CampaignId], groups: &[String]) -> Ask {
    let mut ask = call::call_report(from, 0, 23, campaigns, groups);
    ask.page = Page::LeadReport;
    for (name, value) in &mut ask.params {
        if name == "end_date" {
            *value = text(to);
        }
    }
    ask
}

/// The same calls as `ask`, from the archive of the logs. VICIdial looks there *instead*; where it has no archive, into the logs as before.
#[must_use]
pub fn archived(ask: Ask) -> Ask {
    // What the page's own form sends; anything but nothing will do.
    ask.with("search_archived_data", "checked")
}
