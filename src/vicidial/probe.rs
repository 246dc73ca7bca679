//! What `check --live` asks of a VICIdial: each question harmless, each answer a finding with advice. Knows no configuration.

use std::collections::BTreeSet;

use chrono::{NaiveDate, NaiveTime, Offset, TimeDelta, TimeZone, Utc};

use super::call::{self, Ask};
use super::client::{Settings, Vicidial};
use super::reply::Outcome;
use super::{reports, trouble};
use crate::model::{LeadId, ListId, Phone, ReportAsk, ReportKind, VendorLeadCode, Window};
use crate::ports::{Fault, Reach};

/// A clock that is off by more makes windows miss calls.
const SKEW_MAX: TimeDelta = TimeDelta::seconds(60);

/// One thing that was looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Whether it is as it should be.
    pub ok: bool,
    /// What was found, in a sentence.
    pub what: String,
    /// What to do about it.
    pub advice: Option<String>,
}

impl Finding {
    pub(super) fn good(what: impl Into<String>) -> Self {
        Self { ok: true, what: what.into(), advice: None }
    }

    pub(super) fn bad(what: impl Into<String>, advice: impl Into<String>) -> Self {
        Self { ok: false, what: what.into(), advice: Some(advice.into()) }
    }

    pub(super) fn of(fault: Fault) -> Self {
        Self { ok: false, what: fault.message, advice: fault.help }
    }
}

impl Vicidial {
    /// Looks at the server, the login, the rights, the lists and their custom fields. Writes nothing.
    ///
    /// After a refused login it asks nothing more.
    pub async fn probe(&self, lists: &[ListId], custom: &[String]) -> Vec<Finding> {
        let mut findings = Vec::new();
        match self.version().await {
            Ok((release, time)) => {
                findings.push(Finding::good(format!("VICIdial {release} answers")));
                findings.push(skew(time.utc));
                findings.push(self.zone(time));
            }
            Err(fault) => {
                findings.push(Finding::of(fault));
                return findings;
            }
        }
        match self.login().await {
            Ok(()) => findings.push(Finding::good("the API user's login is good")),
            Err(fault) => {
                findings.push(Finding::of(fault));
                return findings;
            }
        }
        for ask in harmless(&self.settings) {
            let found = match self.right(&ask).await {
                Ok(finding) => finding,
                Err(fault) if matches!(fault.reach, Reach::Login | Reach::Connection) => {
                    findings.push(Finding::of(fault));
                    return findings;
                }
                Err(fault) => Finding::of(fault),
            };
            findings.push(found);
        }
        findings.push(self.download_right().await.unwrap_or_else(Finding::of));
        findings.extend(self.may_count().await);
        for &list in lists {
            findings.extend(self.look_at_list(list, custom).await);
        }
        if let Some(database) = &self.database {
            findings.extend(database.probe(lists, custom).await);
        }
        findings
    }

    /// Whether the user may ask for these reports. Each is asked for one second of long ago.
    pub async fn probe_reports(&self, kinds: &BTreeSet<ReportKind>) -> Vec<Finding> {
        let mut findings = Vec::new();
        let second = NaiveDate::default().and_time(NaiveTime::MIN);
        for &kind in kinds {
            let window = Window { from: second, until: second };
            let wanted = ReportAsk { kind, window, campaigns: Vec::new(), groups: Vec::new(), users: Vec::new() };
            findings.push(self.right(&reports::ask(&wanted)).await.unwrap_or_else(Finding::of));
        }
        findings
    }

    fn zone(&self, time: crate::ports::ServerTime) -> Finding {
        let zone = self.settings.zone;
        let ours = zone.offset_from_utc_datetime(&time.utc.naive_utc()).fix();
        let theirs = time.local - time.utc.naive_utc();
        if TimeDelta::seconds(i64::from(ours.local_minus_utc())) == theirs {
            Finding::good(format!("the server's clock is that of {zone}"))
        } else {
            Finding::bad(
                format!(
                    "the server's clock is {} minutes from UTC, but {zone} is {} minutes now",
                    theirs.num_minutes(),
                    ours.local_minus_utc() / 60
                ),
                "set `zone` of the VICIdial connection to the zone of the server (`date.timezone` of its PHP)",
            )
        }
    }

    /// Asks something that changes nothing, to see whether the user may.
    async fn right(&self, ask: &Ask) -> Result<Finding, Fault> {
        let reply = if ask.page == call::Page::Api { self.ask(ask).await? } else { self.fetch(ask).await?.0 };
        let function = ask.function();
        match reply.outcome {
            Outcome::NoRight | Outcome::ServerFault | Outcome::Unknown | Outcome::LoginRefused | Outcome::Locked => {
                Err(trouble::fault(ask, &reply))
            }
            Outcome::Refused if reply.said.contains("NO FUNCTION SPECIFIED") => Err(trouble::fault(ask, &reply)),
            Outcome::Done
            | Outcome::DoneInPart
            | Outcome::Nothing
            | Outcome::Already
            | Outcome::Duplicate
            | Outcome::NotFound
            | Outcome::Refused
            | Outcome::Data => Ok(Finding::good(format!("the API user may use `{function}`"))),
        }
    }

    async fn look_at_list(&self, list: ListId, custom: &[String]) -> Vec<Finding> {
        let mut findings = Vec::new();
        match self.list_facts("list_info", list).await {
            Ok(Some(facts)) => {
                let activity = if facts.is_active { "" } else { " and is not active: its leads are not dialed" };
                findings.push(Finding::good(format!("list {list} is of campaign {}{activity}", facts.campaign)));
            }
            Ok(None) => {
                findings.push(Finding::bad(format!("VICIdial has no list {list}"), "create the list, or correct its id in the mapping"));
                return findings;
            }
            Err(fault) => {
                findings.push(Finding::of(fault));
                return findings;
            }
        }
        let labels = match self.list_facts("list_custom_fields", list).await {
            Ok(facts) => facts.map(|facts| facts.labels).unwrap_or_default(),
            // Custom fields may be switched off; that matters only where the mapping has some.
            Err(_) if custom.is_empty() => return findings,
            Err(fault) => {
                findings.push(Finding::of(fault));
                return findings;
            }
        };
        let missing: Vec<&str> = custom.iter().filter(|label| !labels.contains(label)).map(String::as_str).collect();
        if !missing.is_empty() {
            findings.push(Finding::bad(
                format!("list {list} lacks the custom fields {}", missing.join(", ")),
                "create them in VICIdial (Lists, Custom Fields), or take them out of the mapping",
            ));
        } else if !custom.is_empty() {
            findings.push(Finding::good(format!("list {list} has the custom fields of the mapping")));
        }
        if labels.is_empty() && self.has_custom_elsewhere().await {
            // Seen on a live server: HTTP 500 as soon as such a list holds a lead.
            findings.push(Finding::bad(
                format!("list {list} has no custom fields while another list has: VICIdial fails when it is downloaded"),
                "give the list one custom field in VICIdial (Lists, Custom Fields)",
            ));
        }
        findings
    }

    async fn has_custom_elsewhere(&self) -> bool {
        let ask = Ask::api("list_custom_fields").with("list_id", "---ALL---");
        let Ok(reply) = self.ask(&ask).await else { return false };
        // A line ends with the labels; without any it ends with a pipe.
        reply.outcome == Outcome::Data && reply.data.lines().any(|line| line.contains('|') && !line.trim_end().ends_with('|'))
    }

    /// Whether the user may download lists at all. Asked with a list that does not exist: a real one may take a minute.
    async fn download_right(&self) -> Result<Finding, Fault> {
        let ask = call::list_download(ListId(0));
        let (reply, _) = self.fetch(&ask).await?;
        let may = matches!(reply.outcome, Outcome::NotFound | Outcome::Data)
            || (reply.outcome == Outcome::NoRight && reply.said.contains("this list"));
        if may { Ok(Finding::good("the API user may download lists")) } else { Err(trouble::fault(&ask, &reply)) }
    }
}

fn skew(theirs: chrono::DateTime<Utc>) -> Finding {
    let skew = theirs - Utc::now();
    if skew.abs() <= SKEW_MAX {
        Finding::good("the server's clock and ours agree")
    } else {
        Finding::bad(format!("the server's clock is {} seconds off from ours", skew.num_seconds()), "set both by NTP")
    }
}

/// One call of each function that runs use, made so that it changes nothing.
fn harmless(settings: &Settings) -> Vec<Ask> {
    // Lead 0 never exists; a phone of three digits is refused after the rights were looked at.
    let no_lead = "0";
    let phone = Phone { code: "1".to_owned(), number: "7275550100".to_owned() };
    let nobody: Vec<VendorLeadCode> = VendorLeadCode::parse("V0000000000000000000").into_iter().collect();
    vec![
        Ask::api("add_lead").with("phone_number", "555").with("list_exists_check", "Y"),
        Ask::api("update_lead").with("search_method", "LEAD_ID").with("lead_id", no_lead).with("no_update", "Y"),
        call::lead_search(&nobody),
        call::lead_field(LeadId(0), "status", false),
        call::check_phone(&phone),
        Ask::api("hopper_list").with("campaign_id", "none"),
        call::call_report(Utc::now().date_naive(), 0, 0, &settings.campaigns, &settings.groups),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_harmless_can_write() {
        let settings = Settings {
            url: "http://127.0.0.1".to_owned(),
            user: String::new(),
            pass: "".into(),
            source: "vicisync".to_owned(),
            timeout: std::time::Duration::from_secs(1),
            zone: chrono_tz::UTC,
            use_non_latin: crate::vicidial::NonLatin::Unknown,
            campaigns: Vec::new(),
            groups: Vec::new(),
        };
        for ask in harmless(&settings) {
            let is_refused_add = ask.function() == "add_lead" && ask.get("phone_number").len() < 6;
            assert!(!ask.is_write() || is_refused_add, "{ask:?}");
        }
    }
}
