//! The writes beside leads' own fields: do-not-call entries, callbacks, the hopper, the archive. Each looks before it writes where
//! VICIdial would not, and says what came of it. When to write what is not decided here.
//!
//! What may be repeated after an answer was lost, once VICIdial's script had time to end:
//!
//! | write | class | repeated it |
//! |---|---|---|
//! | do-not-call entry, added or deleted | idempotent | says that it is so |
//! | callback put | keyed by the lead | changes the callback that the first one made |
//! | callback removed, hopper left | idempotent | says that there is none |
//! | hopper entered | idempotent | says that the lead is in it |
//! | lead brought back from the archive | idempotent | finds it among the leads |

use super::call::{self, Ask};
use super::client::Vicidial;
use super::dialing::{self, Callback, DncList, DncNumber, KnownAgent, KnownCampaign, Standing, WAITING, Way};
use super::reply::{Outcome, Reply};
use super::trouble;
use crate::model::{CampaignId, LeadId, ListId, Phone};
use crate::ports::{Dialer, Effect, Fault, Reach};

/// What a write found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Done {
    /// It was not so, and is now.
    Now,
    /// It was so already.
    Already,
}

/// Where in the hopper a lead was that was taken out of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Left {
    /// It waited, or was in no hopper: it is not dialed from there.
    Waiting,
    /// The dialer had it already, in this state of the hopper: the call may take place nevertheless.
    Taken(String),
}

impl Vicidial {
    /// A campaign, looked up. Wants level 8 and `view_reports`; a user whose group is limited to some campaigns sees only those.
    ///
    /// # Errors
    /// `campaign_missing` for a person where VICIdial shows no such campaign.
    pub async fn known_campaign(&self, campaign: &CampaignId) -> Result<KnownCampaign, Fault> {
        let ask = Ask::api("campaigns_list");
        let reply = self.read(&ask).await?;
        dialing::campaign(&reply.data, campaign.as_str()).ok_or_else(|| {
            Fault::new(
                Effect::None,
                Reach::Person,
                "campaign_missing",
                format!("VICIdial shows no campaign `{campaign}` to the API user, and would take an entry for it all the same"),
            )
            .help("correct the campaign in the configuration, or let the API user see it")
        })
    }

    /// A user to whom callbacks can be given, looked up. Wants level 7 and `view_reports`.
    ///
    /// # Errors
    /// `agent_missing` or `agent_inactive` for the record.
    pub async fn known_agent(&self, user: &str) -> Result<KnownAgent, Fault> {
        let missing = || {
            Fault::refused("agent_missing", format!("VICIdial has no user `{user}`"))
                .help("correct the user in the mapping: callbacks of agents who are not there are never called")
        };
        // What VICIdial would drop from the name could leave somebody else's.
        if user.is_empty() || !user.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-')) {
            return Err(missing());
        }
        let ask = Ask::api("user_details").with("agent_user", user);
        let reply = self.read(&ask).await?;
        if reply.outcome == Outcome::NotFound {
            return Err(missing());
        }
        match dialing::agent(&reply.data).filter(|(agent, _)| agent.as_str().eq_ignore_ascii_case(user)) {
            Some((agent, true)) => Ok(agent),
            Some((_, false)) => Err(Fault::refused("agent_inactive", format!("the user `{user}` of VICIdial is not active"))
                .help("make the user active in VICIdial, or give the callback to somebody else")),
            None => Err(trouble::fault(&ask, &reply)),
        }
    }

    /// Puts a number on a do-not-call list. Idempotent. It changes no lead, and leaves the hopper and callbacks as they are.
    ///
    /// # Errors
    /// A [`Fault`]; of unknown effect where the answer was lost.
    pub async fn add_dnc(&self, list: &DncList, number: &DncNumber) -> Result<Done, Fault> {
        self.entry(&dialing::add_dnc(list, number)).await
    }

    /// Takes a number off a do-not-call list. Idempotent. Only a person who releases a number may want that.
    ///
    /// # Errors
    /// A [`Fault`]; of unknown effect where the answer was lost.
    pub async fn delete_dnc(&self, list: &DncList, number: &DncNumber) -> Result<Done, Fault> {
        self.entry(&dialing::delete_dnc(list, number)).await
    }

    async fn entry(&self, ask: &Ask) -> Result<Done, Fault> {
        let reply = self.write(ask).await?;
        if reply.outcome == Outcome::Already {
            Ok(Done::Already)
        } else if reply.says("DNC NUMBER HAS BEEN") && reply.has_datum(ask.get("phone_number")) {
            Ok(Done::Now)
        } else {
            Err(trouble::fault(ask, &reply))
        }
    }

    /// The callback that a lead has and that is not done with, if there is one. Wants level 7 and `view_reports`.
    ///
    /// # Errors
    /// A [`Fault`].
    pub async fn callback_of(&self, lead: LeadId) -> Result<Option<Standing>, Fault> {
        let ask = dialing::callbacks_of(lead);
        let reply = self.read(&ask).await?;
        if reply.outcome == Outcome::NotFound {
            return Ok(None);
        }
        Standing::read(&reply.data, lead).map_err(|dialing::Unreadable| trouble::fault(&ask, &reply))
    }

    /// Makes a lead wait for this callback and no other: adds it, changes the one that stands, or removes that first where a change could
    /// not tell all. The lead's status becomes `CBHOLD`, since with another one it may be dialed before the time. Whether a lead may be
    /// taken out of its status is the caller's to know.
    ///
    /// # Errors
    /// A [`Fault`]: `lead_missing`, `time_refused`, or `done_in_part` of unknown effect where the status was set and the callback not.
    pub async fn put_callback(&self, lead: LeadId, callback: &Callback) -> Result<Done, Fault> {
        if !callback.has_storable_time() {
            return Err(
                Fault::refused("time_refused", "VICIdial cannot hold the time of this callback").help("correct the date in the CRM")
            );
        }
        let status = self.column(lead, "status").await?.ok_or_else(|| missing(lead))?;
        let is_waiting = status == WAITING;
        let way = self.callback_of(lead).await?.map_or(Way::Put, |standing| standing.way(callback, self.forms));
        if way == Way::Stands && is_waiting {
            return Ok(Done::Already);
        }
        if way == Way::Replace {
            self.remove_callback(lead, None).await?;
        }
        let ask = dialing::put_callback(self.forms, lead, callback, is_waiting);
        let done = self.parts(&ask, &["SCHEDULED CALLBACK ADDED", "SCHEDULED CALLBACK UPDATED"]).await;
        match (done, way) {
            (Ok(_), _) => Ok(Done::Now),
            // The old one is gone: whoever looks again must not take the lead for untouched.
            (Err(fault), Way::Replace) => Err(Fault { effect: Effect::Unknown, ..fault }),
            (Err(fault), Way::Stands | Way::Put) => Err(fault),
        }
    }

    /// Removes a lead's callbacks, live ones too, and sets its status if one is given: a lead that is left in `CBHOLD` is never dialed.
    ///
    /// # Errors
    /// A [`Fault`]; `lead_missing` where the lead is not there.
    pub async fn remove_callback(&self, lead: LeadId, status: Option<&str>) -> Result<Done, Fault> {
        let ask = dialing::remove_callback(lead, status);
        let reply = self.parts(&ask, &["SCHEDULED CALLBACK DELETED"]).await?;
        Ok(if reply.outcome == Outcome::Already { Done::Already } else { Done::Now })
    }

    /// Puts a lead into the hopper of its list's campaign, inside its local call times only. The dialer looks at nothing more once a lead
    /// is in it, so its list is looked up and its number is checked first; its status is the caller's to know.
    ///
    /// # Errors
    /// A [`Fault`] of the record: `list_missing`, `on_dnc`, `outside_local_time`, `hopper_elsewhere`; `not_in_hopper` of unknown effect where
    /// VICIdial said that it was done and its hopper does not show the lead.
    pub async fn enter_hopper(&self, lead: LeadId, priority: i8) -> Result<Done, Fault> {
        let number = self.column(lead, "phone_number").await?.ok_or_else(|| missing(lead))?;
        let code = self.column(lead, "phone_code").await?.ok_or_else(|| missing(lead))?;
        let list = self.number(lead, "list_id").await?.map(ListId).ok_or_else(|| missing(lead))?;
        // VICIdial would put it into a hopper without a campaign and say that it was done.
        let campaign = self.campaign_of(list).await?.ok_or_else(|| {
            Fault::refused("list_missing", format!("the lead is in list {list}, which VICIdial does not have: no campaign would dial it"))
                .help("move the lead to a list of a campaign")
        })?;
        self.not_on_dnc(&Phone { code, number }, &campaign).await?;
        let ask = dialing::enter_hopper(lead, priority);
        let reply = self.ask(&ask).await?;
        if reply.outcome == Outcome::Refused && reply.says("OUTSIDE OF LOCAL TIME") {
            return Err(Fault::refused("outside_local_time", "it is outside of the call times where this person lives")
                .help("the lead is dialed by its campaign when its time has come"));
        }
        let written = if reply.outcome == Outcome::Already {
            Done::Already
        } else if reply.outcome == Outcome::Done && reply.says("ADDED TO HOPPER") {
            Done::Now
        } else {
            return Err(self.fault(&ask, &reply).await);
        };
        let is_there = self.hopper(&campaign).await?.iter().any(|row| row.lead_id == lead);
        match (written, is_there) {
            (written, true) => Ok(written),
            (Done::Now, false) => Err(Fault::new(
                Effect::Unknown,
                Reach::Record,
                "not_in_hopper",
                format!("VICIdial said that the lead entered the hopper, but that of campaign {campaign} does not show it"),
            )
            .help("it may have been dialed meanwhile; see the campaign's hopper in VICIdial")),
            (Done::Already, false) => Err(Fault::refused(
                "hopper_elsewhere",
                format!("the lead is in a hopper already, but not waiting in that of campaign {campaign}: it is being dialed, or another campaign has it"),
            )
            .help("take the lead out of the hopper first")),
        }
    }

    /// Takes a lead out of the hopper, and tells whether the dialer had it already. Idempotent.
    ///
    /// # Errors
    /// A [`Fault`]; `lead_missing` where the lead is not there: then VICIdial leaves it in the hopper.
    pub async fn take_from_hopper(&self, lead: LeadId) -> Result<Left, Fault> {
        let ask = call::leave_hopper(lead);
        let reply = self.parts(&ask, &["FROM HOPPER"]).await?;
        // Phone, lead, state, user; the phone is empty, since the lead was found by its id.
        let line = reply.lines.iter().find(|line| line.message.ends_with(" REMOVED FROM HOPPER"));
        let state = line.and_then(|line| line.data.iter().rev().nth(1));
        Ok(match state.map(String::as_str) {
            None | Some("READY") => Left::Waiting,
            Some(state) => Left::Taken(state.chars().filter(char::is_ascii_alphanumeric).collect()),
        })
    }

    /// Brings a lead back from the archive. A lead that is among the leads already stays as it is there. Nothing is checked for doubles: a
    /// lead that was added again since it was archived is there twice then.
    ///
    /// # Errors
    /// A [`Fault`]: `lead_missing` where the lead is in neither place, `archive_missing` where this server has no archive.
    pub async fn dearchive(&self, lead: LeadId) -> Result<Done, Fault> {
        let ask = dialing::dearchive(lead);
        let reply = self.ask(&ask).await?;
        if reply.outcome == Outcome::Done {
            return Ok(Done::Now);
        }
        let is_bare = reply.outcome == Outcome::Unknown && reply.said.starts_with("HTTP 500");
        if reply.says("NON-ARCHIVED LEAD FOUND") {
            return Ok(Done::Already);
        }
        if reply.outcome != Outcome::NotFound && !is_bare {
            return Err(self.fault(&ask, &reply).await);
        }
        // The archive is looked at first, so a lead that never left it answers the same as one that is nowhere.
        match self.column(lead, "list_id").await? {
            Some(_) => Ok(if is_bare { Done::Now } else { Done::Already }),
            None if is_bare => Err(Fault::refused(
                "archive_missing",
                "VICIdial's web server failed when it looked for the lead in the archive: this server may have no archive of leads",
            )
            .help("the archive is made by VICIdial's own archiving script; see whether it was ever run")),
            None => Err(missing(lead)),
        }
    }

    async fn not_on_dnc(&self, phone: &Phone, campaign: &CampaignId) -> Result<(), Fault> {
        let ask = dialing::check_dnc(phone, campaign);
        let reply = self.ask(&ask).await?;
        if reply.outcome == Outcome::Data {
            return Ok(());
        }
        if reply.outcome == Outcome::Refused && reply.said.contains("DNC") {
            let message =
                format!("the phone number is on a do-not-call list of VICIdial (`{}`); the lead was not put into the hopper", reply.said);
            return Err(Fault::refused("on_dnc", message).help("this person must not be called; mark the contact as opted out in the CRM"));
        }
        Err(trouble::fault(&ask, &reply))
    }

    /// Sends a write that prints a line for its part, and sees that one of `wanted` is among them.
    async fn parts(&self, ask: &Ask, wanted: &[&str]) -> Result<Reply, Fault> {
        let reply = self.write(ask).await?;
        if wanted.iter().any(|part| reply.says(part)) {
            return Ok(reply);
        }
        let is_part = matches!(reply.outcome, Outcome::Done | Outcome::DoneInPart);
        Err(if is_part { trouble::in_part(ask, &reply) } else { trouble::fault(ask, &reply) })
    }
}

fn missing(lead: LeadId) -> Fault {
    Fault::refused("lead_missing", format!("VICIdial has no lead {lead}: it was deleted or archived"))
}
