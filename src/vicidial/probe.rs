//! What `check --live` says of a VICIdial: findings, each with advice where something is not as it should be. What is asked stands in `survey`.

use std::collections::BTreeSet;

use chrono::{NaiveDate, NaiveTime, Utc};

use super::call::{Ask, Page};
use super::client::Vicidial;
use super::reply::Outcome;
use super::survey::Asker;
use super::{reports, trouble};
use crate::model::{ListId, ReportAsk, ReportKind, Wanted, Window};
use crate::ports::Fault;

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
        let wanted = Wanted { lists: lists.iter().copied().collect(), custom: custom.iter().cloned().collect() };
        self.look(Asker::Person, &wanted, Utc::now()).await.findings
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

    /// Asks something that changes nothing, to see whether the user may.
    async fn right(&self, ask: &Ask) -> Result<Finding, Fault> {
        let reply = if ask.page == Page::Api { self.ask(ask).await? } else { self.fetch(ask).await?.0 };
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
}
