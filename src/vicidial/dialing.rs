//! What decides whether and when a lead is dialed, beside the lead itself: do-not-call entries, scheduled callbacks, the hopper, the archive.
//! Pure: the nouns, and the requests that write them. `writing` sends these and reads what came of them.
//!
//! VICIdial checks next to nothing here. A campaign that does not exist has a do-not-call list all the same, a changed callback
//! takes any user, and a time that is none becomes noughts. So the nouns can only be made of what was looked up or is well formed:
//! a [`KnownCampaign`] and a [`KnownAgent`] come from VICIdial's own answers, a time is a time, a number is digits.

use std::fmt;

use chrono::{Datelike, NaiveDateTime};

use super::call::Ask;
use super::facts::{TIME_FORMAT, local_time};
use super::stored::Forms;
use crate::model::{CampaignId, LeadId, Phone};

/// A campaign that VICIdial showed to the API user, spelled as VICIdial spells it. Only `Vicidial::known_campaign` makes one.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct KnownCampaign(pub(super) CampaignId);

impl KnownCampaign {
    /// Its id.
    #[must_use]
    pub fn id(&self) -> &CampaignId {
        &self.0
    }
}

/// An active user of VICIdial, spelled as VICIdial spells it. Only `Vicidial::known_agent` makes one.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct KnownAgent(pub(super) String);

impl KnownAgent {
    /// The user's name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A do-not-call list.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum DncList {
    /// The one of the whole system.
    System,
    /// A campaign's own. Which list a campaign consults is its switch, and no function of the API shows it.
    Campaign(KnownCampaign),
}

impl DncList {
    /// Its name in requests.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::System => "SYSTEM_INTERNAL",
            Self::Campaign(campaign) => campaign.0.as_str(),
        }
    }
}

impl fmt::Display for DncList {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::System => out.write_str("the system's do-not-call list"),
            Self::Campaign(campaign) => write!(out, "the do-not-call list of campaign {}", campaign.0),
        }
    }
}

/// An entry of a do-not-call list: 6 to 18 digits, the bounds of VICIdial's function and of its column.
///
/// VICIdial looks up by exact digits, so the number with and without its country code are two entries that do not know of each other.
/// Entries for area codes (`312XXXXXXX`) cannot be made through the API: it drops the letters, and what is left is too short.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct DncNumber(String);

impl DncNumber {
    const DIGITS: std::ops::RangeInclusive<usize> = 6..=18;

    /// Reads digits; `None` for anything else, spaces and signs included.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let is_number = Self::DIGITS.contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
        is_number.then(|| Self(text.to_owned()))
    }

    /// The number as leads have it, without its country code: what VICIdial compares with.
    #[must_use]
    pub fn national(phone: &Phone) -> Option<Self> {
        Self::parse(&phone.number)
    }

    /// The number behind its country code, as leads have it that were loaded with the code in the number.
    #[must_use]
    pub fn international(phone: &Phone) -> Option<Self> {
        Self::parse(&format!("{}{}", phone.code, phone.number))
    }

    /// Its digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Who calls back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Recipient {
    /// Whoever is free: VICIdial puts the lead into the hopper when the time has come.
    Anyone,
    /// One agent, on his own list.
    Agent(KnownAgent),
}

/// The status that a lead gets when its callback falls due.
const DUE: &str = "CALLBK";
/// The status of a lead that waits for its callback. With another one it may be dialed before the time.
pub const WAITING: &str = "CBHOLD";

/// A scheduled callback.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Callback {
    /// The campaign that calls.
    pub campaign: KnownCampaign,
    /// When, by VICIdial's wall clock. It has whole seconds.
    pub at: NaiveDateTime,
    /// Who.
    pub recipient: Recipient,
    /// A remark for the agent; VICIdial keeps letters, digits, spaces and `.:/@_-` of it.
    pub comments: String,
}

/// The callback that a lead has, as `lead_callback_info` shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// Whether its time has come and an agent has it, or the hopper.
    pub is_live: bool,
    campaign: String,
    at: String,
    recipient: String,
    user: String,
    comments: String,
}

/// What takes a lead's callback from what stands to what is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// It is so.
    Stands,
    /// One request adds or changes it.
    Put,
    /// A change leaves out what is empty, and never makes a live callback wait again: it is removed first.
    Replace,
}

impl Standing {
    /// Reads the answer: the newest callback that is not done with, or `None`. Comments come last, so that a pipe in them shifts nothing.
    /// `Err` where a row is none.
    ///
    /// # Errors
    /// Nothing is known of an answer with a row that cannot be read.
    pub fn read(text: &str, lead: LeadId) -> Result<Option<Self>, Unreadable> {
        let mut found = None;
        for line in text.lines().filter(|line| !line.is_empty()) {
            let cells: Vec<&str> = line.splitn(14, '|').collect();
            let [id, kind, recipient, state, _, at, _, user, _, campaign, _, _, _, comments] = cells[..] else { return Err(Unreadable) };
            if id != lead.to_string() {
                return Err(Unreadable);
            }
            if kind == "CURRENT" && matches!(state, "ACTIVE" | "LIVE") {
                found = Some(Self {
                    is_live: state == "LIVE",
                    campaign: campaign.to_owned(),
                    at: at.to_owned(),
                    recipient: recipient.to_owned(),
                    user: user.to_owned(),
                    comments: comments.to_owned(),
                });
            }
        }
        Ok(found)
    }

    /// When, where it is a time.
    #[must_use]
    pub fn at(&self) -> Option<NaiveDateTime> {
        local_time(&self.at)
    }

    /// How to get from it to what is wanted.
    #[must_use]
    pub fn way(&self, wanted: &Callback, forms: Forms) -> Way {
        let (recipient, user) = wanted.recipient.columns();
        let comments = forms.remark(&wanted.comments);
        let is_so = self.campaign == wanted.campaign.0.as_str()
            && self.at == wanted.time()
            && self.recipient == recipient
            && (self.user == user || recipient == "ANYONE")
            && self.comments == comments;
        let loses_something =
            (user.is_empty() && self.recipient != "ANYONE" && !self.user.is_empty()) || (comments.is_empty() && !self.comments.is_empty());
        match (self.is_live, is_so) {
            (false, true) => Way::Stands,
            (false, false) if !loses_something => Way::Put,
            (true, _) | (false, false) => Way::Replace,
        }
    }
}

/// An answer that holds no rows of callbacks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unreadable;

impl Recipient {
    fn columns(&self) -> (&'static str, &str) {
        match self {
            Self::Anyone => ("ANYONE", ""),
            Self::Agent(agent) => ("USERONLY", agent.as_str()),
        }
    }
}

impl Callback {
    /// Whether VICIdial's column can hold the time. It stores noughts in place of one that it cannot.
    #[must_use]
    pub fn has_storable_time(&self) -> bool {
        (1000..=9999).contains(&self.at.year()) && local_time(&self.time()).is_some()
    }

    fn time(&self) -> String {
        self.at.format(TIME_FORMAT).to_string()
    }
}

fn update(lead: LeadId) -> Ask {
    Ask::api("update_lead").with("search_method", "LEAD_ID").with("lead_id", lead.to_string())
}

/// Puts a number on a do-not-call list.
#[must_use]
pub fn add_dnc(list: &DncList, number: &DncNumber) -> Ask {
    Ask::api("add_dnc_phone").with("phone_number", number.as_str()).with("campaign_id", list.name())
}

/// Takes a number off a do-not-call list.
#[must_use]
pub fn delete_dnc(list: &DncList, number: &DncNumber) -> Ask {
    Ask::api("delete_dnc_phone").with("phone_number", number.as_str()).with("campaign_id", list.name())
}

/// Adds a lead's callback, or changes the one that it has, and makes the lead wait for it.
#[must_use]
pub fn put_callback(forms: Forms, lead: LeadId, callback: &Callback, is_waiting: bool) -> Ask {
    let (recipient, user) = callback.recipient.columns();
    let comments = forms.remark(&callback.comments);
    let ask = if is_waiting { update(lead) } else { update(lead).with("status", WAITING) };
    let mut ask = ask
        .with("callback", "Y")
        .with("campaign_id", callback.campaign.0.as_str())
        .with("callback_datetime", callback.time())
        .with("callback_type", recipient)
        .with("callback_status", DUE);
    if !user.is_empty() {
        ask = ask.with("callback_user", user);
    }
    if comments.is_empty() { ask } else { ask.with("callback_comments", comments) }
}

/// Removes a lead's callbacks, and gives the lead another status with it: one that is left waiting for no callback is never dialed.
#[must_use]
pub fn remove_callback(lead: LeadId, status: Option<&str>) -> Ask {
    let ask = match status {
        Some(status) => update(lead).with("status", status),
        None => update(lead),
    };
    ask.with("callback", "REMOVE")
}

/// The callbacks that a lead has.
#[must_use]
pub fn callbacks_of(lead: LeadId) -> Ask {
    Ask::api("lead_callback_info").with("lead_id", lead.to_string()).with("search_location", "CURRENT")
}

/// Puts a lead into the hopper of its list's campaign, inside its local call times only. Priorities go from -99 to 99.
#[must_use]
pub fn enter_hopper(lead: LeadId, priority: i8) -> Ask {
    update(lead)
        .with("add_to_hopper", "Y")
        .with("hopper_priority", priority.clamp(-99, 99).to_string())
        .with("hopper_local_call_time_check", "Y")
}

/// Whether a number is on the system's do-not-call list or on that of a campaign, by itself or by its area: whether the campaign looks at areas
/// no function shows. `24hours` is a call time of every install.
#[must_use]
pub fn check_dnc(phone: &Phone, campaign: &CampaignId) -> Ask {
    super::call::check_phone(phone)
        .with("dnc_check", "AREACODE")
        .with("campaign_dnc_check", "AREACODE")
        .with("campaign_id", campaign.as_str())
}

/// Brings a lead back from the archive.
#[must_use]
pub fn dearchive(lead: LeadId) -> Ask {
    Ask::api("lead_dearchive").with("lead_id", lead.to_string())
}

/// `campaigns_list`: the campaign of that id, spelled as VICIdial spells it. Its database compares without regard to case.
#[must_use]
pub fn campaign(text: &str, wanted: &str) -> Option<KnownCampaign> {
    let mut ids = text.lines().filter_map(|line| line.split('|').next()).filter(|id| !id.is_empty());
    ids.find(|id| id.eq_ignore_ascii_case(wanted)).map(|id| KnownCampaign(id.into()))
}

/// `user_details`: user, full name, group, level, active. Gives the user and whether he is active.
#[must_use]
pub fn agent(text: &str) -> Option<(KnownAgent, bool)> {
    let cells: Vec<&str> = text.trim_end().split('|').collect();
    let (Some(user), Some(active), true) = (cells.first(), cells.last(), cells.len() >= 5) else { return None };
    (!user.is_empty()).then(|| (KnownAgent((*user).to_owned()), *active == "Y"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wanted(recipient: Recipient, comments: &str) -> Callback {
        Callback {
            campaign: KnownCampaign("CAMP1".into()),
            at: local_time("2026-12-01 14:30:00").expect("a time"),
            recipient,
            comments: comments.to_owned(),
        }
    }

    #[track_caller]
    fn check(row: &str, wanted: &Callback, way: Way) {
        let standing = Standing::read(row, LeadId(1)).expect("rows").expect("a callback");
        assert_eq!(standing.way(wanted, Forms::default()), way);
    }

    #[test]
    fn ways_from_what_stands() {
        let mine = Recipient::Agent(KnownAgent("agent1".to_owned()));
        let row = |kind: &str, state: &str, time: &str, user: &str, remark: &str| {
            format!("1|CURRENT|{kind}|{state}|CALLBK|{time}|2026-11-24 10:01:00|{user}|1001|CAMP1|ADMIN|||{remark}\n")
        };
        let time = "2026-12-01 14:30:00";
        check(&row("ANYONE", "ACTIVE", time, "", "ring"), &wanted(Recipient::Anyone, "ring;"), Way::Stands);
        check(&row("ANYONE", "ACTIVE", time, "6001", "ring"), &wanted(Recipient::Anyone, "ring"), Way::Stands);
        check(&row("ANYONE", "ACTIVE", "0000-00-00 00:00:00", "", ""), &wanted(Recipient::Anyone, ""), Way::Put);
        check(&row("ANYONE", "ACTIVE", time, "", "ring"), &wanted(Recipient::Anyone, ""), Way::Replace);
        check(&row("USERONLY", "ACTIVE", time, "agent1", ""), &wanted(Recipient::Anyone, ""), Way::Replace);
        check(&row("USERONLY", "ACTIVE", time, "agent1", ""), &wanted(mine.clone(), ""), Way::Stands);
        check(&row("USERONLY", "ACTIVE", time, "agent2", ""), &wanted(mine.clone(), ""), Way::Put);
        check(&row("USERONLY", "LIVE", time, "agent1", ""), &wanted(mine, ""), Way::Replace);
    }

    #[test]
    fn rows_of_callbacks() {
        let read = |text: &str| Standing::read(text, LeadId(1));
        assert_eq!(read("1|ARCHIVE|ANYONE|ACTIVE|CALLBK|2026-12-01 14:30:00|x||1001|CAMP1||||\n"), Ok(None));
        assert_eq!(read("1|CURRENT|ANYONE|INACTIVE|CALLBK|2026-12-01 14:30:00|x||1001|CAMP1||||\n"), Ok(None));
        assert_eq!(read("2|CURRENT|ANYONE|ACTIVE|CALLBK|2026-12-01 14:30:00|x||1001|CAMP1||||\n"), Err(Unreadable));
        assert_eq!(read("1|CURRENT|ANYONE\n"), Err(Unreadable));
        let piped = read("1|CURRENT|ANYONE|ACTIVE|CALLBK|2026-12-01 14:30:00|x||1001|CAMP1||||a|b\n").expect("rows").expect("one");
        assert_eq!((piped.comments.as_str(), piped.at()), ("a|b", local_time("2026-12-01 14:30:00")));
    }

    #[test]
    fn numbers() {
        assert_eq!(DncNumber::parse("7275550101").as_ref().map(DncNumber::as_str), Some("7275550101"));
        for text in ["12345", "1234567890123456789", "727-555-0101", "312XXXXXXX", "", "７２７５５５０１０１"] {
            assert_eq!(DncNumber::parse(text), None, "{text}");
        }
        let phone = Phone { code: "1".to_owned(), number: "7275550101".to_owned() };
        assert_ne!(DncNumber::national(&phone), DncNumber::international(&phone), "two entries");
    }

    #[test]
    fn campaigns_and_agents_are_spelled_as_shown() {
        let text = "CAMP1|Campaign One|Y|---ALL---|MANUAL|1||NEW NA B|60|9||\nCAMP2|Two|Y|---ALL---|MANUAL|0||NEW|60|9||\n";
        assert_eq!(campaign(text, "camp2").map(|known| known.0.0), Some("CAMP2".to_owned()));
        assert_eq!(campaign(text, "CAMP"), None);
        assert_eq!(campaign(text, ""), None);
        assert_eq!(agent("agent1|Agent One|ADMIN|1|Y\n"), Some((KnownAgent("agent1".to_owned()), true)));
        assert_eq!(agent("agent1|A|B|ADMIN|1|N\n"), Some((KnownAgent("agent1".to_owned()), false)));
        assert_eq!(agent("agent1\n"), None);
    }
}
