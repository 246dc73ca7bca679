//! How the server behaves: what PHP does when a statement fails, and what a login costs.

use std::time::Instant;

use super::super::call::Ask;
use super::super::client::Vicidial;
use super::super::line::decode;
use super::super::reply::{Outcome, Reply};
use super::super::{probe::Finding, trouble};
use super::{Survey, ends, infer};
use crate::model::{FactName, FactSource};
use crate::ports::Fault;

/// Pairs of requests whose times are compared.
const PAIRS: usize = 5;

impl Vicidial {
    pub(super) async fn ask_manner(&self, survey: &mut Survey) -> Result<(), Fault> {
        if let Some(manner) = self.php_errors().await? {
            survey.fact(FactName::PhpErrors, manner, FactSource::Inferred);
        }
        let mut pairs = Vec::new();
        for _ in 0..PAIRS {
            let began = Instant::now();
            self.ask_openly(&Ask::api("version")).await?;
            let open = began.elapsed();
            let began = Instant::now();
            // No function of that name: VICIdial says so as soon as it knows the user.
            self.ask(&Ask::api("none")).await?;
            pairs.push((open, began.elapsed()));
        }
        let Some(cost) = infer::login_cost(&pairs) else { return Ok(()) };
        survey.fact(FactName::LoginCost, i64::try_from(cost.as_millis()).unwrap_or(i64::MAX), FactSource::Inferred);
        if let Some(is_slow) = infer::slow_logins(cost) {
            survey.fact(FactName::SlowLogins, is_slow, FactSource::Inferred);
        }
        Ok(())
    }

    /// VICIdial pastes the last value of a request into its log statement as it came. With an apostrophe there the entry fails after the answer was
    /// printed, and nothing else happens: it is PHP's setting whether that shows.
    async fn php_errors(&self) -> Result<Option<&'static str>, Fault> {
        let ask = Ask::api("campaigns_list").with("zz", "'");
        match self.bare(&ask).await {
            Ok((status, body)) => Ok(infer::php_errors(status, &decode(&body))),
            Err(fault) if ends(&fault) => Err(fault),
            Err(_) => Ok(None),
        }
    }

    /// What a question about a right says: whether the user may; `None` where the answer does not tell.
    pub(super) fn may(ask: &Ask, reply: &Reply) -> Result<bool, Fault> {
        match reply.outcome {
            Outcome::NoRight => Ok(false),
            Outcome::ServerFault | Outcome::Unknown | Outcome::LoginRefused | Outcome::Locked => Err(trouble::fault(ask, reply)),
            Outcome::Refused if reply.said.contains("NO FUNCTION SPECIFIED") => Err(trouble::fault(ask, reply)),
            Outcome::Done
            | Outcome::DoneInPart
            | Outcome::Nothing
            | Outcome::Already
            | Outcome::Duplicate
            | Outcome::NotFound
            | Outcome::Refused
            | Outcome::Data => Ok(true),
        }
    }

    /// The finding of a right that is there.
    pub(super) fn may_use(function: &str) -> Finding {
        Finding::good(format!("the API user may use `{function}`"))
    }
}
