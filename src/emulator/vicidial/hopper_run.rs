//! What the hopper's own process does each minute: wakes callbacks, throws out what may not be dialled, and fills up.
//!
//! Decides which leads go in and what becomes of those that stand on a do-not-call list: their status says so from then on.
//! A callback for anyone goes in whatever the lead's status is, and the status becomes the callback's.

use super::dnc;
use super::world::World;

/// The priority of a callback in the hopper, before everything else.
const CALLBACK_PRIORITY: &str = "50";

/// What one run of the process did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct HopperRun {
    /// Callbacks whose time had come.
    pub woken: usize,
    /// Leads put in.
    pub put: usize,
    /// Leads marked as standing on a do-not-call list.
    pub marked: usize,
}

impl World {
    /// One run of the hopper's process, which puts in up to so many dialable leads.
    pub fn run_hopper(&mut self, count: usize) -> HopperRun {
        self.empty_inactive_lists();
        let (woken, called, marked) = self.wake_callbacks();
        let marked = marked + self.mark_listed_leads();
        HopperRun { woken, put: called + self.fill_hopper(count), marked }
    }

    /// Leads of lists that are not active are taken out.
    fn empty_inactive_lists(&mut self) {
        let (hopper, lists) = (self.table("vicidial_hopper"), self.table("vicidial_lists"));
        let is_active = |list: &str| lists.find("list_id", list).is_some_and(|slot| lists.is(slot, "active", "Y"));
        let gone = hopper.select(|slot| !is_active(hopper.get(slot, "list_id")));
        for slot in gone {
            self.table_mut("vicidial_hopper").delete(slot);
        }
    }

    /// Callbacks whose time has come are live; those for anyone go into the hopper. Gives how many were woken, put in and
    /// refused.
    fn wake_callbacks(&mut self) -> (usize, usize, usize) {
        let now = self.now();
        let callbacks = self.table("vicidial_callbacks");
        let due =
            callbacks.select(|slot| callbacks.is(slot, "status", "ACTIVE") && callbacks.get(slot, "callback_time") <= now.local.as_str());
        let (mut put, mut marked) = (0, 0);
        for slot in &due {
            self.table_mut("vicidial_callbacks").update(*slot, &[("status", "LIVE")], &now);
            let callbacks = self.table("vicidial_callbacks");
            let own = |name: &str| callbacks.get(*slot, name).to_owned();
            let (lead_id, campaign, status) = (own("lead_id"), own("campaign_id"), own("lead_status"));
            let leads = self.table("vicidial_list");
            let Some(lead) = leads.find("lead_id", &lead_id).filter(|_| own("recipient") == "ANYONE") else {
                continue;
            };
            let phone = leads.get(lead, "phone_number").to_owned();
            // Callbacks pass the do-not-call lists unless the campaign says otherwise.
            let listed = if self.checks_callbacks(&campaign) { dnc::listed(self, &phone, &campaign) } else { None };
            if let Some(listed) = listed {
                self.table_mut("vicidial_list").update(lead, &[("status", listed)], &now);
                self.table_mut("vicidial_callbacks").update(*slot, &[("status", "DEAD")], &now);
                marked += 1;
                continue;
            }
            self.table_mut("vicidial_list").update(lead, &[("status", &status)], &now);
            put += usize::from(self.put_into_hopper(&lead_id, "C", CALLBACK_PRIORITY));
        }
        (due.len(), put, marked)
    }

    fn checks_callbacks(&self, campaign: &str) -> bool {
        let campaigns = self.table("vicidial_campaigns");
        campaigns.find("campaign_id", campaign).is_some_and(|slot| campaigns.is(slot, "callback_dnc", "ENABLED"))
    }

    /// Leads that would be dialled but for a do-not-call list get a status that says so.
    fn mark_listed_leads(&mut self) -> usize {
        let now = self.now();
        let lists = self.table("vicidial_lists");
        let leads = self.table("vicidial_list");
        let mut found = Vec::new();
        for list in lists.slots() {
            let (id, campaign) = (lists.get(list, "list_id"), lists.get(list, "campaign_id"));
            for slot in super::lists::candidates(self, id) {
                if let Some(status) = dnc::listed(self, leads.get(slot, "phone_number"), campaign) {
                    found.push((slot, status));
                }
            }
        }
        for (slot, status) in &found {
            self.table_mut("vicidial_list").update(*slot, &[("status", status)], &now);
        }
        found.len()
    }

    /// Puts up to so many dialable leads into the hopper. Gives how many.
    pub fn fill_hopper(&mut self, count: usize) -> usize {
        let mut put = 0;
        for lead_id in self.dialable() {
            if put == count {
                break;
            }
            put += usize::from(self.put_into_hopper(&lead_id.to_string(), "S", "0"));
        }
        put
    }

    /// Puts a lead into the hopper, unless it is there. False if it is, or if there is no such lead.
    fn put_into_hopper(&mut self, lead_id: &str, source: &str, priority: &str) -> bool {
        let now = self.now();
        let leads = self.table("vicidial_list");
        let is_there = self.table("vicidial_hopper").find("lead_id", lead_id).is_some();
        let Some(slot) = leads.find("lead_id", lead_id).filter(|_| !is_there) else {
            return false;
        };
        let own = |name: &str| leads.get(slot, name).to_owned();
        let (list_id, offset) = (own("list_id"), own("gmt_offset_now"));
        let (state, code) = (own("state"), own("vendor_lead_code"));
        let campaign = self.campaign_of(&list_id);
        let row = [
            ("lead_id", lead_id),
            ("campaign_id", &campaign),
            ("status", "READY"),
            ("user", ""),
            ("list_id", &list_id),
            ("gmt_offset_now", &offset),
            ("state", &state),
            ("priority", priority),
            ("source", source),
            ("vendor_lead_code", &code),
        ];
        self.table_mut("vicidial_hopper").insert(&row, &now);
        true
    }

    /// The dialer takes a lead to call it: its place in the hopper and its status say so. False if it does not wait there.
    pub fn queue_lead(&mut self, lead_id: u64) -> bool {
        let (now, lead_id) = (self.now(), lead_id.to_string());
        let hopper = self.table_mut("vicidial_hopper");
        let Some(slot) = hopper.find("lead_id", &lead_id) else {
            return false;
        };
        hopper.update(slot, &[("status", "QUEUE")], &now);
        let leads = self.table_mut("vicidial_list");
        let slot = leads.find("lead_id", &lead_id);
        slot.is_some_and(|slot| leads.update(slot, &[("status", "QUEUE")], &now))
    }

    /// The leads in the hopper in the order in which they are dialled.
    pub fn hopper(&self) -> Vec<u64> {
        let hopper = self.table("vicidial_hopper");
        let mut slots = hopper.select(|slot| hopper.is(slot, "status", "READY"));
        slots.sort_by_key(|slot| (-hopper.number(*slot, "priority"), hopper.number(*slot, "hopper_id")));
        slots.into_iter().filter_map(|slot| hopper.get(slot, "lead_id").parse().ok()).collect()
    }
}
