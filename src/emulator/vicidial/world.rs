//! The whole state of a VICIdial server: its tables, its clock, and how its PHP takes a failing statement.
//!
//! Decides nothing about requests; the functions do. Table names are the database's own. A table that the code names
//! must exist, with the archive of leads as the one exception.

use std::collections::BTreeMap;

use super::clock::Clock;
use super::dialer::CallIds;
use super::race::Races;
use super::screen::Screen;
use super::table::{Now, Table};
use super::text::Charset;

/// What PHP does when the database refuses a statement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Php {
    /// It dies: HTTP 500. PHP from 8.1 on.
    Exceptions,
    /// It goes on as if nothing had been found or done. Older ones.
    Silent,
}

/// The character set that a database server speaks when nobody says otherwise.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Database {
    /// The Western code page: each byte of a text is stored as a character.
    Latin1,
    /// UTF-8 with four bytes.
    Utf8mb4,
}

/// A statement failed and the script died of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Died;

/// The state of the server.
#[derive(Clone)]
pub struct World {
    /// The server's clock.
    pub clock: Clock,
    /// How PHP takes a failing statement.
    pub php: Php,
    /// False while the database refuses connections.
    pub is_database_up: bool,
    /// How many of the next duplicate checks miss a lead that is there, as when requests run side by side.
    pub racing: u32,
    /// Whether the database refuses values that do not fit.
    pub(super) is_strict: bool,
    pub(super) database: Database,
    pub(super) download_bytes_max: Option<usize>,
    pub(super) shows_errors: bool,
    pub(super) races: Option<Races>,
    /// What agents' screens show, by the call.
    pub(super) screens: BTreeMap<String, Screen>,
    pub(super) tables: BTreeMap<String, Table>,
    pub(super) call_ids: CallIds,
}

/// A lead as it lies in the table, with its custom data.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lead {
    /// The unique number.
    pub lead_id: u64,
    /// The list it is in.
    pub list_id: u64,
    /// The list whose custom table holds its custom data; 0 is none.
    pub entry_list_id: u64,
    /// The status.
    pub status: String,
    /// The user of the last call, or who put it in.
    pub user: String,
    /// The foreign key.
    pub vendor_lead_code: String,
    /// The second foreign key.
    pub source_id: String,
    /// The number that is dialled, without the country code.
    pub phone_number: String,
    /// The country code.
    pub phone_code: String,
    /// Given name.
    pub first_name: String,
    /// Family name.
    pub last_name: String,
    /// Free text.
    pub comments: String,
    /// How often it was dialled.
    pub called_count: u64,
    /// When the row last changed, local time.
    pub modify_date: String,
    /// When the row was put in, local time.
    pub entry_date: String,
    /// When the last call was, local time.
    pub last_local_call_time: String,
    /// All columns of the lead table by name; NULL is empty.
    pub columns: BTreeMap<String, String>,
    /// The custom fields by label; empty without a row in the custom table.
    pub custom: BTreeMap<String, String>,
}

impl World {
    /// A table that must exist.
    pub(super) fn table(&self, name: &str) -> &Table {
        let table = self.tables.get(name);
        table.unwrap_or_else(|| panic!("the emulated database has a table {name}"))
    }

    /// A table that must exist, to change it.
    pub(super) fn table_mut(&mut self, name: &str) -> &mut Table {
        let table = self.tables.get_mut(name);
        table.unwrap_or_else(|| panic!("the emulated database has a table {name}"))
    }

    /// A table that some servers lack.
    pub(super) fn find_table(&self, name: &str) -> Option<&Table> {
        self.tables.get(name)
    }

    /// The present moment.
    pub fn now(&self) -> Now {
        self.clock.now()
    }

    /// A system setting.
    pub(super) fn setting(&self, name: &str) -> &str {
        let settings = self.table("system_settings");
        settings.slots().next().map_or("", |slot| settings.get(slot, name))
    }

    /// Changes a system setting.
    pub fn set_setting(&mut self, name: &str, value: &str) {
        let now = self.now();
        let settings = self.table_mut("system_settings");
        let first = settings.slots().next();
        if let Some(slot) = first {
            settings.update(slot, &[(name, value)], &now);
        }
    }

    /// How texts are read and written.
    pub(super) fn charset(&self) -> Charset {
        match (self.setting("use_non_latin"), self.database) {
            ("1", _) => Charset::Utf8,
            (_, Database::Latin1) => Charset::Western,
            (_, Database::Utf8mb4) => Charset::Narrow,
        }
    }

    /// Whether custom fields are switched on.
    pub(super) fn has_custom_fields(&self) -> bool {
        self.setting("custom_fields_enabled") != "0"
    }

    /// What a failing statement does to the script: it dies, or goes on with nothing.
    pub(super) fn failed(&self) -> Result<(), Died> {
        match self.php {
            Php::Exceptions => Err(Died),
            Php::Silent => Ok(()),
        }
    }

    /// Changes columns of a user: rights, password, group and so on.
    pub fn set_user(&mut self, user: &str, values: &[(&str, &str)]) {
        let now = self.now();
        let users = self.table_mut("vicidial_users");
        match users.find("user", user) {
            Some(slot) => {
                users.update(slot, values, &now);
            }
            None => {
                let mut row = vec![("user", user)];
                row.extend_from_slice(values);
                users.insert(&row, &now);
            }
        }
    }

    /// Makes a list.
    pub fn add_list(&mut self, list_id: u64, name: &str, campaign: &str, is_active: bool) {
        let now = self.now();
        let list_id = list_id.to_string();
        let active = if is_active { "Y" } else { "N" };
        let row = [
            ("list_id", list_id.as_str()),
            ("list_name", name),
            ("campaign_id", campaign),
            ("active", active),
            ("list_changedate", &now.local),
            ("expiration_date", "2099-12-31"),
            ("resets_today", "0"),
            ("local_call_time", "campaign"),
        ];
        self.table_mut("vicidial_lists").insert(&row, &now);
    }

    /// All leads, in the order in which they lie on disk.
    pub fn leads(&self) -> Vec<Lead> {
        let table = self.table("vicidial_list");
        table.slots().map(|slot| self.lead_in(slot)).collect()
    }

    /// One lead.
    pub fn lead(&self, lead_id: u64) -> Option<Lead> {
        let slot = self.table("vicidial_list").find("lead_id", &lead_id.to_string())?;
        Some(self.lead_in(slot))
    }

    fn lead_in(&self, slot: usize) -> Lead {
        let table = self.table("vicidial_list");
        let text = |name: &str| table.get(slot, name).to_owned();
        let number = |name: &str| table.get(slot, name).parse().unwrap_or(0);
        let entry_list_id = number("entry_list_id");
        let columns = table.columns().iter().map(|column| column.name.as_str());
        Lead {
            lead_id: number("lead_id"),
            list_id: number("list_id"),
            entry_list_id,
            status: text("status"),
            user: text("user"),
            vendor_lead_code: text("vendor_lead_code"),
            source_id: text("source_id"),
            phone_number: text("phone_number"),
            phone_code: text("phone_code"),
            first_name: text("first_name"),
            last_name: text("last_name"),
            comments: text("comments"),
            called_count: number("called_count"),
            modify_date: text("modify_date"),
            entry_date: text("entry_date"),
            last_local_call_time: text("last_local_call_time"),
            columns: columns.map(|name| (name.to_owned(), text(name))).collect(),
            custom: self.custom_row(&entry_list_id.to_string(), table.get(slot, "lead_id")),
        }
    }

    /// The custom data of a lead in a list's custom table, without the lead's number.
    pub(super) fn custom_row(&self, list_id: &str, lead_id: &str) -> BTreeMap<String, String> {
        let Some(table) = self.find_table(&format!("custom_{list_id}")) else {
            return BTreeMap::new();
        };
        let Some(slot) = table.find("lead_id", lead_id) else {
            return BTreeMap::new();
        };
        let columns = table.columns().iter().skip(1);
        let cells = columns.map(|column| (column.name.clone(), table.get(slot, &column.name).to_owned()));
        cells.collect()
    }

    /// The campaign of a list; empty for an undefined list.
    pub(super) fn campaign_of(&self, list_id: &str) -> String {
        let lists = self.table("vicidial_lists");
        let found = lists.find("list_id", list_id);
        found.map_or_else(String::new, |slot| lists.get(slot, "campaign_id").to_owned())
    }

    /// The lists of a campaign.
    pub(super) fn lists_of(&self, campaign: &str) -> Vec<String> {
        let lists = self.table("vicidial_lists");
        let found = lists.find_all("campaign_id", campaign);
        found.iter().map(|slot| lists.get(*slot, "list_id").to_owned()).collect()
    }

    /// Whether a list is defined.
    pub(super) fn has_list(&self, list_id: &str) -> bool {
        self.table("vicidial_lists").find("list_id", list_id).is_some()
    }

    /// Whether a campaign is defined.
    pub(super) fn has_campaign(&self, campaign: &str) -> bool {
        self.table("vicidial_campaigns").find("campaign_id", campaign).is_some()
    }

    /// The campaigns that a user group may see, or `None` for all.
    pub(super) fn campaigns_of_group(&self, group: &str) -> Option<Vec<String>> {
        let groups = self.table("vicidial_user_groups");
        let slot = groups.find("user_group", group)?;
        let allowed = groups.get(slot, "allowed_campaigns");
        if allowed.contains("-ALL-CAMPAIGNS-") {
            return None;
        }
        let words = allowed.split_whitespace().filter(|word| *word != "-");
        Some(words.map(str::to_owned).collect())
    }

    /// Whether the group of the user in that row sees all campaigns.
    pub(super) fn sees_all(&self, user: usize) -> bool {
        let group = self.table("vicidial_users").get(user, "user_group");
        self.campaigns_of_group(group).is_none()
    }

    /// The database goes down: every page fails until it is up again.
    pub fn stop_database(&mut self) {
        self.is_database_up = false;
    }

    /// The database comes up again; what was held in memory is gone.
    pub fn start_database(&mut self) {
        self.is_database_up = true;
        self.table_mut("vicidial_hopper").clear();
        self.table_mut("vicidial_live_agents").clear();
    }
}
