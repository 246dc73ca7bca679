//! Routes that no run takes every time: callbacks, do-not-call lists, leads by the status of a call, counts of calls.
//!
//! Each is answered by the database where there is one, and over HTTP in the same form otherwise. Where both differ on purpose,
//! `docs/database-lane.md` says so. What callbacks or counts mean to a sync is not known here.

use chrono::NaiveDate;
use futures_util::{Stream, StreamExt, stream};

use super::answers::is_read;
use super::ask_read;
use super::call::Ask;
use super::callbacks::{self, Callbacks, LeadCallback};
use super::client::Vicidial;
use super::counts::Counts;
use super::line::decode;
use super::reading::cut_off;
use super::reply::{Outcome, Reply};
use super::status_search::{self, Found, LOG_ROWS_MAX};
use super::{dnc, rows, trouble};
use crate::model::{CampaignId, LeadId};
use crate::ports::{Effect, Fault, Reach};

/// Numbers of one page of a do-not-call list.
const PAGE_NUMBERS: usize = 10_000;
/// Fewer leads than this had not enough calls of one status on one day to reach VICIdial's limit.
const UNCAPPED_MAX: u64 = LOG_ROWS_MAX / 20;

impl Vicidial {
    /// Callbacks that are scheduled for a range of days, both inclusive, by their time. No campaigns mean all. A callback whose time
    /// VICIdial could not read is in no range: only [`Vicidial::callbacks_of`] shows it.
    ///
    /// # Errors
    /// A [`Fault`]; one with code `callbacks_broke` where VICIdial's page fails at a callback whose lead was archived or deleted.
    pub async fn callbacks(&self, from: NaiveDate, to: NaiveDate, campaigns: &[CampaignId]) -> Result<Callbacks, Fault> {
        if let Some(database) = &self.database {
            return database.callbacks(from, to, campaigns).await;
        }
        let ask = ask_read::callbacks(from, to, campaigns);
        let (reply, body) = self.fetch(&ask).await?;
        if reply.is_bare() {
            return Err(callbacks_broke(&reply));
        }
        // With nothing to list the page answers its own form.
        if !is_read(&ask, &reply)? {
            return Ok(Callbacks::default());
        }
        callbacks::read(&decode(&body)).ok_or_else(|| cut_off("callbacks_export.php"))
    }

    /// The callbacks of one lead, those that are done with too.
    ///
    /// # Errors
    /// A [`Fault`].
    pub async fn callbacks_of(&self, lead: LeadId) -> Result<Vec<LeadCallback>, Fault> {
        if let Some(database) = &self.database {
            return database.callbacks_of(lead).await;
        }
        let ask = ask_read::callbacks_of(lead);
        let reply = self.read(&ask).await?;
        if reply.outcome != Outcome::Data {
            return Ok(Vec::new());
        }
        callbacks::of_lead(&rows::read(&ask, reply.data.as_bytes())).ok_or_else(|| trouble::fault(&ask, &reply))
    }

    /// A campaign's do-not-call list, or that of the system, some numbers at a time. A list without numbers has no page; a campaign that does not
    /// exist, or that the user may not see, is a fault with code `campaign_missing`. An entry like `312XXXXXXX` stands for an area. Only a stream that ended without a fault was the whole list.
    pub fn dnc(&self, campaign: Option<&CampaignId>) -> impl Stream<Item = Result<Vec<String>, Fault>> + Send {
        let campaign = campaign.cloned();
        match &self.database {
            Some(database) => stream::try_unfold(database.dnc(campaign.as_ref()), |mut numbers| async move {
                Ok(numbers.next().await?.map(|page| (page, numbers)))
            })
            .left_stream(),
            None => stream::once(self.dnc_over_http(campaign))
                .flat_map(|answer| {
                    let pages = match answer {
                        Ok(numbers) => numbers.chunks(PAGE_NUMBERS).map(|page| Ok(page.to_vec())).collect(),
                        Err(fault) => vec![Err(fault)],
                    };
                    stream::iter(pages)
                })
                .right_stream(),
        }
    }

    async fn dnc_over_http(&self, campaign: Option<CampaignId>) -> Result<Vec<String>, Fault> {
        let ask = ask_read::dnc(campaign.as_ref());
        let (reply, body) = self.fetch(&ask).await?;
        if reply.is_bare() {
            let whose = campaign.as_ref().map_or_else(|| "of the system".to_owned(), |campaign| format!("of campaign {campaign}"));
            return Err(too_large(&format!("the do-not-call list {whose}"), &reply));
        }
        if let Some(campaign) = campaign.filter(|_| reply.outcome == Outcome::NoRight && reply.said.contains("this list")) {
            return Err(dnc::no_campaign(&campaign));
        }
        if !is_read(&ask, &reply)? {
            return Ok(Vec::new());
        }
        dnc::read(&body).map_err(|why| match why {
            dnc::Unreadable::CutOff => cut_off("list_download.php"),
            dnc::Unreadable::Header => trouble::fault(&ask, &reply),
        })
    }

    /// Leads that had a call with a status on a day, as they are now, highest id first.
    ///
    /// # Errors
    /// A [`Fault`]; one with code `status_refused` where the status is none that VICIdial could have.
    pub async fn by_status(&self, status: &str, day: NaiveDate) -> Result<Found, Fault> {
        // Other letters are removed by the API, and another status is looked for.
        if status.is_empty() || status.len() > 6 || !status.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
        {
            return Err(Fault::refused("status_refused", format!("`{status}` cannot be a status of VICIdial"))
                .help("a status has up to 6 letters, digits, `-` and `_`"));
        }
        if let Some(database) = &self.database {
            return database.by_status(status, day).await;
        }
        let ask = ask_read::by_status(status, day);
        let reply = self.ask(&ask).await?;
        if reply.outcome == Outcome::ServerFault && reply.is_bare() {
            return Err(trouble::fault(&ask, &reply).help(
                "VICIdial's `lead_status_search` fails for users whose group is limited to some campaigns: give the API user a group with all of them",
            ));
        }
        if !is_read(&ask, &reply)? {
            return Ok(Found::default());
        }
        let found = status_search::read(&reply.data, None);
        if found.is_capped || (found.leads.len() as u64) < UNCAPPED_MAX {
            return Ok(found);
        }
        // Many calls of few leads reach the limit too. Who may not see the counts is not told.
        let counted = match self.counted_of(status, day).await {
            Ok(counted) => counted,
            Err(fault) if fault.reach == Reach::Login => return Err(fault),
            Err(_) => None,
        };
        Ok(status_search::read(&reply.data, counted))
    }

    /// Log rows of a status on a day, over all campaigns.
    async fn counted_of(&self, status: &str, day: NaiveDate) -> Result<Option<u64>, Fault> {
        let counts = self.counts_over_http(day, &[], &[]).await?;
        let of =
            |counts: &Counts| counts.statuses.iter().filter(|(name, _)| name.eq_ignore_ascii_case(status)).map(|(_, count)| count).sum();
        Ok(counts.map(|counts| counts.iter().map(of).collect::<Vec<u64>>().into_iter().sum()))
    }

    /// The calls of a day as VICIdial counts them, by campaign. Over HTTP in-groups are among them that a campaign takes calls from.
    ///
    /// # Errors
    /// A [`Fault`]; counting wants user level 9.
    pub async fn counts(&self, day: NaiveDate) -> Result<Vec<Counts>, Fault> {
        match &self.database {
            Some(database) => database.counts(day, &self.settings.campaigns, &self.settings.groups).await,
            None => Ok(self.counts_over_http(day, &self.settings.campaigns, &self.settings.groups).await?.unwrap_or_default()),
        }
    }

    /// Asks for data and reads it as a table, whatever route it is; no rows where VICIdial says that there is nothing. Never a write.
    ///
    /// # Errors
    /// A [`Fault`]; one with code `not_a_read` where the request would change something.
    pub async fn table(&self, ask: &Ask) -> Result<rows::Table, Fault> {
        if ask.is_write() {
            return Err(Fault::refused("not_a_read", format!("`{}` would change something in VICIdial", ask.function())));
        }
        let (reply, body) = self.fetch(ask).await?;
        if is_read(ask, &reply)? { Ok(rows::read(ask, &body)) } else { Ok(rows::Table::default()) }
    }
}

fn callbacks_broke(reply: &Reply) -> Fault {
    Fault::new(
        Effect::None,
        Reach::Person,
        "callbacks_broke",
        format!("VICIdial cannot list its callbacks ({}): one of them is of a lead that was archived or deleted", reply.said),
    )
    .help("remove the callbacks of archived and deleted leads in VICIdial, or let vicisync read its database")
}

fn too_large(what: &str, reply: &Reply) -> Fault {
    Fault::new(Effect::None, Reach::Connection, "too_large_or_broken", format!("VICIdial could not hand out {what}: {}", reply.said))
        .help("it may be larger than PHP's memory limit on VICIdial: raise `memory_limit`, or let vicisync read its database")
}
