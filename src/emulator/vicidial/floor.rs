//! What people on the floor and the dialer's own processes do beside calls: edits on the screen, do-not-call entries, list
//! resets, and agents who log in.
//!
//! Decides which rows change. Calls and the hopper have files of their own.

use super::lists;
use super::world::World;

impl World {
    /// An agent or an administrator changes a column of a lead on the screen.
    pub fn agent_edit(&mut self, lead_id: u64, field: &str, value: &str) -> bool {
        let now = self.now();
        let leads = self.table_mut("vicidial_list");
        let slot = leads.find("lead_id", &lead_id.to_string());
        slot.is_some_and(|slot| leads.update(slot, &[(field, value)], &now))
    }

    /// An agent changes a custom field of a lead on the screen. The lead's own row is not touched.
    pub fn agent_edit_custom(&mut self, lead_id: u64, label: &str, value: &str) -> bool {
        let now = self.now();
        let lead_id = lead_id.to_string();
        let leads = self.table("vicidial_list");
        let list = leads.find("lead_id", &lead_id).map(|slot| leads.get(slot, "entry_list_id").to_owned());
        let name = format!("custom_{}", list.unwrap_or_default());
        let Some(table) = self.tables.get_mut(&name) else {
            return false;
        };
        let slot = table.find("lead_id", &lead_id);
        slot.is_some_and(|slot| table.update(slot, &[(label, value)], &now))
    }

    /// Puts a number on a campaign's do-not-call list, or on that of the system.
    pub fn add_dnc(&mut self, phone_number: &str, campaign: Option<&str>) {
        let now = self.now();
        let table = if campaign.is_some() { "vicidial_campaign_dnc" } else { "vicidial_dnc" };
        let row = [("phone_number", phone_number), ("campaign_id", campaign.unwrap_or_default())];
        self.table_mut(table).insert(&row, &now);
    }

    /// The numbers on a campaign's do-not-call list, or on that of the system.
    pub fn dnc(&self, campaign: Option<&str>) -> Vec<String> {
        let table = self.table(if campaign.is_some() { "vicidial_campaign_dnc" } else { "vicidial_dnc" });
        let found = table.select(|slot| campaign.is_none_or(|campaign| table.is(slot, "campaign_id", campaign)));
        found.into_iter().map(|slot| table.get(slot, "phone_number").to_owned()).collect()
    }

    /// Makes all leads of a list dialable again, as the nightly reset does.
    pub fn reset_list(&mut self, list_id: u64) {
        let now = self.now();
        let leads = self.table_mut("vicidial_list");
        for slot in leads.find_all("list_id", &list_id.to_string()) {
            leads.update(slot, &[("called_since_last_reset", "N")], &now);
        }
    }

    /// Logs an agent in to a campaign, as one who waits for calls.
    pub fn log_in_agent(&mut self, user: &str, campaign: &str) {
        let now = self.now();
        let row = [
            ("user", user),
            ("campaign_id", campaign),
            ("conf_exten", "8600051"),
            ("status", "READY"),
            ("lead_id", "0"),
            ("callerid", ""),
            ("calls_today", "0"),
        ];
        self.table_mut("vicidial_live_agents").insert(&row, &now);
    }

    /// The numbers of the leads that the dialer would dial now, lowest first.
    pub fn dialable(&self) -> Vec<u64> {
        let (lists, leads) = (self.table("vicidial_lists"), self.table("vicidial_list"));
        let all = lists.slots().flat_map(|slot| lists::dialable(self, lists.get(slot, "list_id")));
        let mut ids: Vec<u64> = all.filter_map(|slot| leads.get(slot, "lead_id").parse().ok()).collect();
        ids.sort_unstable();
        ids
    }
}
