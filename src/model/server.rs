//! What is known of a VICIdial server: each fact with its value, where it comes from, and when. Plain data.
//!
//! Which facts there are stands here; how they are found out stands in `vicidial`, what a change of one means in `sync`.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::id::{CampaignId, ListId};

/// What a fact is about.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FactName {
    /// Version and build, as `version` says them. Text.
    Release,
    /// The number of the database's schema. Number.
    Schema,
    /// The wall clock's distance from UTC now, in minutes. Number.
    ClockOffset,
    /// Seconds that its clock is ahead of ours. Number.
    ClockSkew,
    /// The offset that the servers table claims, in hours, as `version` shows it. Text.
    ServersOffset,
    /// Whether the server's clock is that of the configured zone. Switch.
    ZoneAgrees,
    /// How PHP takes a failing statement: `exceptions` or `hidden`. Text.
    PhpErrors,
    /// The system setting `custom_fields_enabled`. Switch.
    CustomFields,
    /// The system setting `use_non_latin`. Switch.
    NonLatin,
    /// What the config says of it; no fact where it says nothing. Switch.
    NonLatinSaid,
    /// Whether export pages show X instead of phones or names to the API user. Switch.
    Masking,
    /// What checking the login costs, in milliseconds, beyond an answer that needs none. Number.
    LoginCost,
    /// Whether passwords are hashed, so that each login starts a program on the server. Switch.
    SlowLogins,
    /// Rows of the largest list that was read whole. Number.
    LargestList,
    /// Its size, in bytes of text. Number.
    LargestListBytes,
    /// Rows of the smallest list that the export page could not hand out. Number.
    SmallestTooLarge,
    /// Whether the API user may use that function or page. Switch.
    Right(String),
    /// `active`, `not active` or `missing`. Text.
    List(ListId),
    /// The list's campaign. Text.
    ListCampaign(ListId),
    /// How many leads the list holds. Number.
    ListLeads(ListId),
    /// The labels of the list's custom fields. Words.
    ListCustom(ListId),
    /// Type and width of a list's custom column. Text.
    Column(ListId, String),
    /// `active`, `not active` or `missing`. Text.
    Campaign(CampaignId),
    /// Which do-not-call lists a campaign looks at before it dials, and whether it dials callbacks past them. Words.
    CampaignDnc(CampaignId),
    /// The statuses that a campaign dials. Words.
    DialStatuses(CampaignId),
    /// A status of the system, or of one campaign, with its flags. Words.
    Status(Option<CampaignId>, String),
    /// Whether a user is there, by the user id in small letters: `there` or `missing`. Text.
    Agent(String),
}

impl FactName {
    /// Whether another value is news. Clocks and measured times move by themselves.
    #[must_use]
    pub fn is_steady(&self) -> bool {
        match self {
            Self::ClockOffset
            | Self::ClockSkew
            | Self::ServersOffset
            | Self::LoginCost
            | Self::LargestList
            | Self::LargestListBytes
            | Self::SmallestTooLarge
            | Self::ListLeads(_) => false,
            Self::Release
            | Self::Schema
            | Self::ZoneAgrees
            | Self::PhpErrors
            | Self::CustomFields
            | Self::NonLatin
            | Self::NonLatinSaid
            | Self::Masking
            | Self::SlowLogins
            | Self::Right(_)
            | Self::List(_)
            | Self::ListCampaign(_)
            | Self::ListCustom(_)
            | Self::Column(..)
            | Self::Campaign(_)
            | Self::CampaignDnc(_)
            | Self::DialStatuses(_)
            | Self::Status(..)
            | Self::Agent(_) => true,
        }
    }

    /// Reads what [`fmt::Display`] wrote; `None` for a fact of another version of vicisync.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (word, rest) = text.split_once('.').unwrap_or((text, ""));
        let list = |text: &str| text.parse().ok().map(ListId);
        Some(match word {
            "release" => Self::Release,
            "schema" => Self::Schema,
            "clock_offset_min" => Self::ClockOffset,
            "clock_skew_s" => Self::ClockSkew,
            "servers_offset" => Self::ServersOffset,
            "zone_agrees" => Self::ZoneAgrees,
            "php_errors" => Self::PhpErrors,
            "custom_fields" => Self::CustomFields,
            "use_non_latin" => Self::NonLatin,
            "use_non_latin_in_config" => Self::NonLatinSaid,
            "masking" => Self::Masking,
            "login_cost_ms" => Self::LoginCost,
            "slow_logins" => Self::SlowLogins,
            "largest_list_rows" => Self::LargestList,
            "largest_list_bytes" => Self::LargestListBytes,
            "smallest_too_large_rows" => Self::SmallestTooLarge,
            "right" => Self::Right(rest.to_owned()),
            "list" => Self::List(list(rest)?),
            "list_campaign" => Self::ListCampaign(list(rest)?),
            "list_leads" => Self::ListLeads(list(rest)?),
            "list_custom" => Self::ListCustom(list(rest)?),
            "column" => {
                let (id, label) = rest.split_once('.')?;
                Self::Column(list(id)?, label.to_owned())
            }
            "campaign" => Self::Campaign(rest.into()),
            "campaign_dnc" => Self::CampaignDnc(rest.into()),
            "dial_statuses" => Self::DialStatuses(rest.into()),
            "agent" => Self::Agent(rest.to_owned()),
            "status" => match rest.split_once('.')? {
                ("", status) => Self::Status(None, status.to_owned()),
                (campaign, status) => Self::Status(Some(campaign.into()), status.to_owned()),
            },
            _ => return None,
        })
    }
}

impl fmt::Display for FactName {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Release => out.write_str("release"),
            Self::Schema => out.write_str("schema"),
            Self::ClockOffset => out.write_str("clock_offset_min"),
            Self::ClockSkew => out.write_str("clock_skew_s"),
            Self::ServersOffset => out.write_str("servers_offset"),
            Self::ZoneAgrees => out.write_str("zone_agrees"),
            Self::PhpErrors => out.write_str("php_errors"),
            Self::CustomFields => out.write_str("custom_fields"),
            Self::NonLatin => out.write_str("use_non_latin"),
            Self::NonLatinSaid => out.write_str("use_non_latin_in_config"),
            Self::Masking => out.write_str("masking"),
            Self::LoginCost => out.write_str("login_cost_ms"),
            Self::SlowLogins => out.write_str("slow_logins"),
            Self::LargestList => out.write_str("largest_list_rows"),
            Self::LargestListBytes => out.write_str("largest_list_bytes"),
            Self::SmallestTooLarge => out.write_str("smallest_too_large_rows"),
            Self::Right(function) => write!(out, "right.{function}"),
            Self::List(list) => write!(out, "list.{list}"),
            Self::ListCampaign(list) => write!(out, "list_campaign.{list}"),
            Self::ListLeads(list) => write!(out, "list_leads.{list}"),
            Self::ListCustom(list) => write!(out, "list_custom.{list}"),
            Self::Column(list, label) => write!(out, "column.{list}.{label}"),
            Self::Campaign(campaign) => write!(out, "campaign.{campaign}"),
            Self::CampaignDnc(campaign) => write!(out, "campaign_dnc.{campaign}"),
            Self::DialStatuses(campaign) => write!(out, "dial_statuses.{campaign}"),
            Self::Agent(user) => write!(out, "agent.{user}"),
            Self::Status(campaign, status) => write!(out, "status.{}.{status}", campaign.as_ref().map_or("", CampaignId::as_str)),
        }
    }
}

/// A fact's value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum FactValue {
    /// On or off, may or may not.
    Switch(bool),
    /// A number.
    Number(i64),
    /// A word or a sentence.
    Text(String),
    /// Several words.
    Words(Vec<String>),
}

impl fmt::Display for FactValue {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Switch(is_on) => out.write_str(if *is_on { "yes" } else { "no" }),
            Self::Number(number) => number.fmt(out),
            Self::Text(text) => out.write_str(text),
            Self::Words(words) if words.is_empty() => out.write_str("(none)"),
            Self::Words(words) => out.write_str(&words.join(" ")),
        }
    }
}

impl From<bool> for FactValue {
    fn from(is_on: bool) -> Self {
        Self::Switch(is_on)
    }
}

impl From<i64> for FactValue {
    fn from(number: i64) -> Self {
        Self::Number(number)
    }
}

impl From<&str> for FactValue {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for FactValue {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<Vec<String>> for FactValue {
    fn from(words: Vec<String>) -> Self {
        Self::Words(words)
    }
}

/// Where a fact comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FactSource {
    /// VICIdial's web side answered so.
    Asked,
    /// Concluded from what was read, written or measured.
    Inferred,
    /// VICIdial's own settings, read by SQL.
    Database,
    /// The admin's config.
    Config,
}

impl FactSource {
    /// Its word in the state and on the screen.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Asked => "asked",
            Self::Inferred => "inferred",
            Self::Database => "database",
            Self::Config => "config",
        }
    }

    /// Reads the word.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Asked, Self::Inferred, Self::Database, Self::Config].into_iter().find(|source| source.name() == word)
    }
}

/// One fact.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Fact {
    /// Its value.
    pub value: FactValue,
    /// Where it comes from.
    pub source: FactSource,
    /// When it was last seen so.
    pub at: DateTime<Utc>,
    /// What it was before, and when it was first seen otherwise; `None` where it never changed.
    pub before: Option<(FactValue, DateTime<Utc>)>,
}

/// All that is known of one server.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ServerFacts(pub BTreeMap<FactName, Fact>);

impl ServerFacts {
    /// Adds a fact seen at an instant; it takes the place of an earlier one.
    pub fn put(&mut self, name: FactName, value: impl Into<FactValue>, source: FactSource, at: DateTime<Utc>) {
        self.0.insert(name, Fact { value: value.into(), source, at, before: None });
    }

    /// A switch; `None` where it is not known.
    #[must_use]
    pub fn switch(&self, name: &FactName) -> Option<bool> {
        match self.0.get(name)?.value {
            FactValue::Switch(is_on) => Some(is_on),
            FactValue::Number(_) | FactValue::Text(_) | FactValue::Words(_) => None,
        }
    }

    /// A number; `None` where it is not known.
    #[must_use]
    pub fn number(&self, name: &FactName) -> Option<i64> {
        match self.0.get(name)?.value {
            FactValue::Number(number) => Some(number),
            FactValue::Switch(_) | FactValue::Text(_) | FactValue::Words(_) => None,
        }
    }

    /// Words; `None` where they are not known.
    #[must_use]
    pub fn words(&self, name: &FactName) -> Option<&[String]> {
        match &self.0.get(name)?.value {
            FactValue::Words(words) => Some(words),
            FactValue::Switch(_) | FactValue::Number(_) | FactValue::Text(_) => None,
        }
    }

    /// When the server was last surveyed.
    #[must_use]
    pub fn surveyed_at(&self) -> Option<DateTime<Utc>> {
        self.0.get(&FactName::Release).map(|fact| fact.at)
    }

    /// When its statuses were last seen. A survey may be answered all else.
    #[must_use]
    pub fn statuses_at(&self) -> Option<DateTime<Utc>> {
        self.0.iter().filter(|(name, _)| matches!(name, FactName::Status(..))).map(|(_, fact)| fact.at).max()
    }
}

/// What of a server matters to a job.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Wanted {
    /// The lists that it fills.
    pub lists: BTreeSet<ListId>,
    /// Labels of the custom fields that it fills.
    pub custom: BTreeSet<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_back() {
        let names = [
            FactName::Release,
            FactName::Schema,
            FactName::ClockOffset,
            FactName::ClockSkew,
            FactName::ServersOffset,
            FactName::ZoneAgrees,
            FactName::PhpErrors,
            FactName::CustomFields,
            FactName::NonLatin,
            FactName::NonLatinSaid,
            FactName::Masking,
            FactName::LoginCost,
            FactName::SlowLogins,
            FactName::LargestList,
            FactName::LargestListBytes,
            FactName::SmallestTooLarge,
            FactName::Right("list_download.php".to_owned()),
            FactName::List(ListId(1001)),
            FactName::ListCampaign(ListId(1001)),
            FactName::ListLeads(ListId(1001)),
            FactName::ListCustom(ListId(1001)),
            FactName::Column(ListId(1001), "crm_note".to_owned()),
            FactName::Campaign("SALES".into()),
            FactName::CampaignDnc("SALES".into()),
            FactName::DialStatuses("SALES".into()),
            FactName::Status(None, "NI".to_owned()),
            FactName::Status(Some("SALES".into()), "NI".to_owned()),
            FactName::Agent("j.doe".to_owned()),
        ];
        for name in names {
            assert_eq!(FactName::parse(&name.to_string()), Some(name));
        }
        assert_eq!(FactName::parse("moon_phase"), None);
    }

    #[test]
    fn values_are_read_back() {
        for value in [true.into(), (-300_i64).into(), "2.14".into(), FactValue::from(vec!["sale".to_owned()]), FactValue::from(Vec::new())]
        {
            let text = serde_json::to_string(&value).expect("plain values");
            assert_eq!(serde_json::from_str::<FactValue>(&text).expect("the same"), value, "{text}");
        }
    }
}
