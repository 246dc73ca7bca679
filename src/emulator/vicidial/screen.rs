//! The agent's screen: what it loads when a call reaches the agent, and what it writes back when he disposes of it.
//!
//! Decides which fields are written back: all that the screen shows, changed by the agent or not. What anybody else wrote
//! to the lead during the call is lost.

use super::world::World;

/// The fields that the screen shows.
const SHOWN: &[&str] = &[
    "vendor_lead_code",
    "title",
    "first_name",
    "middle_initial",
    "last_name",
    "address1",
    "address2",
    "address3",
    "city",
    "state",
    "province",
    "postal_code",
    "country_code",
    "gender",
    "date_of_birth",
    "alt_phone",
    "email",
    "security_phrase",
    "comments",
];

/// What a screen shows of a lead.
#[derive(Clone, Debug, Default)]
pub(super) struct Screen(Vec<(&'static str, String)>);

impl World {
    /// Loads a lead onto the screen of the agent who takes the call.
    pub(super) fn load_screen(&mut self, uniqueid: &str, lead: usize) {
        let leads = self.table("vicidial_list");
        let shown = SHOWN.iter().map(|name| (*name, leads.get(lead, name).to_owned())).collect();
        self.screens.insert(uniqueid.to_owned(), Screen(shown));
    }

    /// The agent types into a field of the screen during a call. False if no screen shows the call or the field.
    pub fn screen_edit(&mut self, uniqueid: &str, field: &str, value: &str) -> bool {
        let screen = self.screens.get_mut(uniqueid);
        let cell = screen.and_then(|screen| screen.0.iter_mut().find(|(name, _)| *name == field));
        cell.map(|cell| value.clone_into(&mut cell.1)).is_some()
    }

    /// Writes back what the screen of a call shows.
    pub(super) fn write_back(&mut self, uniqueid: &str, lead_id: &str) {
        let now = self.now();
        let Some(Screen(shown)) = self.screens.remove(uniqueid) else {
            return;
        };
        let values: Vec<(&str, &str)> = shown.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let leads = self.table_mut("vicidial_list");
        if let Some(slot) = leads.find("lead_id", lead_id) {
            leads.update(slot, &values, &now);
        }
    }

    /// The customer hangs up and the agent has not chosen a disposition yet. False if there is no such call.
    pub fn hang_up(&mut self, uniqueid: &str, seconds: i64) -> bool {
        let now = self.now();
        let log = self.table("vicidial_log");
        let Some(slot) = log.find("uniqueid", uniqueid) else {
            return false;
        };
        let lead_id = log.get(slot, "lead_id").to_owned();
        let length = seconds.to_string();
        self.table_mut("vicidial_log").update(slot, &[("status", "DISPO"), ("length_in_sec", &length)], &now);
        let leads = self.table_mut("vicidial_list");
        if let Some(slot) = leads.find("lead_id", &lead_id) {
            leads.update(slot, &[("status", "DISPO")], &now);
        }
        true
    }
}
