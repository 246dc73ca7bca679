//! Whether users are there: for the agents that a mapping names.

use std::collections::BTreeSet;

use super::super::call::Ask;
use super::super::client::Vicidial;
use super::super::reply::Outcome;
use super::super::trouble;
use crate::ports::Fault;

/// Agents asked for one by one; more are looked for in the database lane only.
const AGENTS_MAX: usize = 50;

impl Vicidial {
    /// Those of these users that VICIdial does not have. Names in small letters: VICIdial does not tell capitals from them. One request an agent
    /// and at most fifty, or one statement where there is a database lane.
    ///
    /// # Errors
    /// A [`Fault`]: the right to see users may be missing.
    pub async fn unknown_agents(&self, agents: &BTreeSet<String>) -> Result<BTreeSet<String>, Fault> {
        if let Some(database) = &self.database
            && let Ok(known) = database.users(agents).await
        {
            return Ok(agents.difference(&known).cloned().collect());
        }
        let mut unknown = BTreeSet::new();
        for agent in agents.iter().take(AGENTS_MAX) {
            let ask = Ask::api("user_details").with("agent_user", agent);
            let reply = self.ask(&ask).await?;
            match reply.outcome {
                Outcome::Data => {}
                Outcome::NotFound => {
                    unknown.insert(agent.clone());
                }
                Outcome::Done
                | Outcome::DoneInPart
                | Outcome::Nothing
                | Outcome::Already
                | Outcome::Duplicate
                | Outcome::Refused
                | Outcome::NoRight
                | Outcome::LoginRefused
                | Outcome::Locked
                | Outcome::Unknown
                | Outcome::ServerFault => return Err(trouble::fault(&ask, &reply)),
            }
        }
        Ok(unknown)
    }
}
