//! Agents at work: dials what is dialable and disposes of it, with a mix that depends only on the seed and the leads.
//!
//! Decides who calls whom and how it ends. What a call leaves in the tables is decided elsewhere.

use super::dialer::{CallSpec, Called, Transfer};
use super::world::World;

impl World {
    /// Dials up to so many dialable leads, in an order and with dispositions that depend only on the seed and the leads.
    /// Gives the calls in the order in which they were made.
    pub fn simulate_agents(&mut self, seed: u64, calls_max: usize) -> Vec<Called> {
        let mut dice = Dice(seed);
        let users = self.table("vicidial_users");
        let agents = users.select(|slot| users.number(slot, "user_level") == 1 && users.is(slot, "active", "Y"));
        let agents: Vec<String> = agents.into_iter().map(|slot| users.get(slot, "user").to_owned()).collect();
        let mut waiting = self.dialable();
        let mut made = Vec::new();
        while made.len() < calls_max && !waiting.is_empty() && !agents.is_empty() {
            let lead_id = waiting.swap_remove(dice.below(waiting.len()));
            let spec = dice.call(&agents);
            let agent = spec.transfers.last().map(|leg| leg.agent.clone()).or_else(|| spec.agent.clone());
            let Some(called) = self.call(lead_id, spec) else {
                continue;
            };
            match called.lead_status.as_str() {
                "CBHOLD" => self.schedule(&called, agent.as_deref().unwrap_or_default()),
                "DNC" => self.add_dnc(&called.phone_number, None),
                _ => {}
            }
            made.push(called);
        }
        made
    }

    /// The callback that an agent sets when he disposes of a call with CALLBK: tomorrow at the same time, for himself.
    fn schedule(&mut self, called: &Called, agent: &str) {
        let now = self.now();
        let lead_id = called.lead_id.to_string();
        let leads = self.table("vicidial_list");
        let list = leads.find("lead_id", &lead_id).map(|slot| leads.get(slot, "list_id").to_owned());
        let list = list.unwrap_or_default();
        let (campaign, group) = (self.campaign_of(&list), self.group_of(agent));
        let time = self.clock.local(called.when + 86_400);
        let row = [
            ("lead_id", lead_id.as_str()),
            ("list_id", &list),
            ("campaign_id", &campaign),
            ("status", "ACTIVE"),
            ("entry_time", &now.local),
            ("callback_time", &time),
            ("user", agent),
            ("recipient", "USERONLY"),
            ("comments", ""),
            ("user_group", &group),
            ("lead_status", "CALLBK"),
        ];
        self.table_mut("vicidial_callbacks").insert(&row, &now);
    }
}

/// A small generator of numbers; equal seeds give equal calls.
struct Dice(u64);

/// Dispositions with their weights out of a hundred; XFER stands for a call with one or two transfers.
const MIX: &[(&str, usize)] =
    &[("NA", 28), ("B", 8), ("AA", 8), ("A", 12), ("SALE", 10), ("NI", 14), ("CALLBK", 8), ("DNC", 4), ("XFER", 8)];

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, limit: usize) -> usize {
        (self.next() % limit.max(1) as u64) as usize
    }

    fn call(&mut self, agents: &[String]) -> CallSpec {
        let total = MIX.iter().map(|(_, weight)| weight).sum();
        let mut place = self.below(total);
        let mut status = "NA";
        for (candidate, weight) in MIX {
            if place < *weight {
                status = candidate;
                break;
            }
            place -= weight;
        }
        if matches!(status, "NA" | "B" | "AA") {
            return CallSpec::unanswered(status);
        }
        let agent = &agents[self.below(agents.len())];
        let mut spec = CallSpec::answered(agent, status, 10 + self.below(200) as i64);
        if status == "XFER" {
            for leg in 0..=self.below(2) {
                let status = if leg == 0 { "NI" } else { "SALE" };
                spec.transfers.push(Transfer {
                    agent: agents[self.below(agents.len())].clone(),
                    status: status.to_owned(),
                    seconds: 10 + self.below(300) as i64,
                });
            }
        }
        spec
    }
}
