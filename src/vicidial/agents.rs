//! Agents at work: who is logged in, by `logged_in_agents` or the database. While somebody is, what has no index is not searched.
//!
//! Whether anybody is there is remembered for a minute. Where the question is not answered (the right is missing, or this VICIdial lacks the
//! function), somebody is.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::call::Ask;
use super::client::Vicidial;
use super::reply::{Outcome, Reply};
use super::trouble;
use crate::model::{CampaignId, LeadId};
use crate::ports::Fault;

/// How long an answer is good for.
const REMEMBERED: Duration = Duration::from_secs(60);

/// An agent who is logged in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Agent {
    /// The user.
    pub user: String,
    /// The campaign.
    pub campaign: CampaignId,
    /// `READY`, `QUEUE`, `INCALL`, `PAUSED`, `CLOSER`, ...
    pub status: String,
    /// The lead on the screen, if there is one.
    pub lead: Option<LeadId>,
}

/// Reads `logged_in_agents` without a header: user, campaign, session, status, lead, and more that no one here needs. A row that does not fit makes
/// it no answer.
#[must_use]
pub fn read(text: &str) -> Option<Vec<Agent>> {
    let row = |line: &str| {
        let cells: Vec<&str> = line.split('|').collect();
        let lead: u64 = cells.get(4)?.parse().ok()?;
        Some(Agent {
            user: (*cells.first()?).to_owned(),
            campaign: CampaignId((*cells.get(1)?).to_owned()),
            status: (*cells.get(3)?).to_owned(),
            lead: (lead > 0).then_some(LeadId(lead)),
        })
    };
    text.lines().filter(|line| !line.trim().is_empty()).map(row).collect()
}

/// Whether an answer says that nobody is logged in.
fn says_nobody(reply: &Reply) -> bool {
    matches!(reply.outcome, Outcome::Refused | Outcome::NotFound) && reply.said.contains("NO LOGGED IN AGENTS")
}

/// Whether anybody was there when it was last asked.
#[derive(Default)]
pub(super) struct Floor(Mutex<Option<(Instant, bool)>>);

impl Vicidial {
    /// The agents who are logged in, as far as the API user may see their campaigns.
    ///
    /// # Errors
    /// A missing right (`view_reports`), or one of the connection.
    pub async fn logged_in_agents(&self) -> Result<Vec<Agent>, Fault> {
        let ask = Ask::api("logged_in_agents");
        let reply = self.ask(&ask).await?;
        if says_nobody(&reply) {
            return Ok(Vec::new());
        }
        let agents = if reply.outcome == Outcome::Data { read(&reply.data) } else { None };
        agents.ok_or_else(|| trouble::fault(&ask, &reply))
    }

    /// Whether anybody is logged in. An answer that does not say so clearly counts as yes; a server that fails is a fault.
    pub(super) async fn is_staffed(&self) -> Result<bool, Fault> {
        let known = *self.floor.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((at, is_staffed)) = known
            && at.elapsed() < REMEMBERED
        {
            return Ok(is_staffed);
        }
        let is_staffed = match &self.database {
            Some(database) => database.is_staffed().await?,
            None => {
                let ask = Ask::api("logged_in_agents");
                let reply = self.ask(&ask).await?;
                if matches!(reply.outcome, Outcome::ServerFault | Outcome::Unknown) {
                    return Err(trouble::fault(&ask, &reply));
                }
                !says_nobody(&reply)
            }
        };
        *self.floor.0.lock().unwrap_or_else(PoisonError::into_inner) = Some((Instant::now(), is_staffed));
        Ok(is_staffed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn agents_with_and_without_a_lead() {
        let agents = read("6001|TESTCAMP|8600051|READY|0||0|Ann Agent|AGENTS|1\n6002|CARE|8600052|INCALL|17|M1|3|Ann|Other|AGENTS|1\n")
            .expect("two");
        assert_eq!((agents[0].user.as_str(), agents[0].status.as_str(), agents[0].lead), ("6001", "READY", None));
        assert_eq!((agents[1].campaign.as_str(), agents[1].lead), ("CARE", Some(LeadId(17))));
        assert_eq!(read("no row of agents\n"), None);
    }
}
