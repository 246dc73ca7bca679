//! The telephony side: calls, with their dispositions and transfers.
//!
//! Decides which rows a call leaves: a log row when it starts, agent log and lead when it ends, an inbound log row for each
//! transfer.

use super::world::World;

/// Counts calls, so that no two share a unique id.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct CallIds(u64);

/// The in-group that takes transfers.
const TRANSFER_GROUP: &str = "AGENTDIRECT";
/// The server that dials.
const SERVER: &str = "10.10.10.15";
/// How long an agent thinks about a disposition.
const WRAPUP_S: i64 = 7;

/// A call to make.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallSpec {
    /// The disposition of the first leg; with transfers usually XFER.
    pub status: String,
    /// The agent of the first leg; `None` for a call that reached nobody.
    pub agent: Option<String>,
    /// How long the first leg lasted.
    pub seconds: i64,
    /// The legs after it.
    pub transfers: Vec<Transfer>,
    /// When it started, in seconds since 1970; `None` is now.
    pub when: Option<i64>,
}

/// A leg that follows a transfer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Transfer {
    /// The agent who took it.
    pub agent: String,
    /// His disposition.
    pub status: String,
    /// How long it lasted.
    pub seconds: i64,
}

impl CallSpec {
    /// A call that an agent disposed of.
    pub fn answered(agent: &str, status: &str, seconds: i64) -> Self {
        CallSpec { status: status.to_owned(), agent: Some(agent.to_owned()), seconds, transfers: Vec::new(), when: None }
    }

    /// A call that reached no agent.
    pub fn unanswered(status: &str) -> Self {
        CallSpec { status: status.to_owned(), agent: None, seconds: 22, transfers: Vec::new(), when: None }
    }
}

/// A call that was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Called {
    /// The lead.
    pub lead_id: u64,
    /// The number that was dialled.
    pub phone_number: String,
    /// The id that all its legs share.
    pub uniqueid: String,
    /// When it started, in seconds since 1970.
    pub when: i64,
    /// The disposition of each leg, the first one first.
    pub statuses: Vec<String>,
    /// The status of the lead afterwards.
    pub lead_status: String,
}

impl World {
    /// Makes a call from start to end. `None` if there is no such lead.
    pub fn call(&mut self, lead_id: u64, spec: CallSpec) -> Option<Called> {
        let uniqueid = self.begin_call(lead_id, spec.agent.as_deref(), spec.when)?;
        self.end_call(&uniqueid, spec)
    }

    /// Starts a call: the log row and the lead say INCALL. Gives the unique id.
    pub fn begin_call(&mut self, lead_id: u64, agent: Option<&str>, when: Option<i64>) -> Option<String> {
        let lead_id = lead_id.to_string();
        let now = self.now();
        let when = when.unwrap_or(now.epoch);
        let leads = self.table("vicidial_list");
        let slot = leads.find("lead_id", &lead_id)?;
        let of_lead = |name: &str| leads.get(slot, name).to_owned();
        let (list_id, phone_code) = (of_lead("list_id"), of_lead("phone_code"));
        let (phone_number, count) = (of_lead("phone_number"), leads.number(slot, "called_count") + 1);
        let campaign = self.campaign_of(&list_id);
        self.call_ids.0 += 1;
        let uniqueid = format!("{when}.{}", self.call_ids.0);
        let (start, count, user) = (when.to_string(), count.to_string(), agent.unwrap_or("VDAD"));
        let group = agent.map(|agent| self.group_of(agent));
        let started = self.clock.local(when);
        let row = [
            ("uniqueid", Some(uniqueid.as_str())),
            ("lead_id", Some(&lead_id)),
            ("list_id", Some(&list_id)),
            ("campaign_id", Some(&campaign)),
            ("call_date", Some(&started)),
            ("start_epoch", Some(&start)),
            ("end_epoch", Some(&start)),
            ("length_in_sec", Some("0")),
            ("status", Some("INCALL")),
            ("phone_code", Some(&phone_code)),
            ("phone_number", Some(&phone_number)),
            ("user", Some(user)),
            ("comments", Some("AUTO")),
            ("user_group", group.as_deref()),
            ("term_reason", Some("NONE")),
            ("alt_dial", Some("MAIN")),
            ("called_count", Some(&count)),
        ];
        self.table_mut("vicidial_log").insert_nullable(&row, &now);
        let stamp: String = started.chars().filter(char::is_ascii_digit).skip(4).collect();
        let code = format!("V{stamp}{lead_id:0>10}");
        let dialed = [
            ("uniqueid", uniqueid.as_str()),
            ("server_ip", SERVER),
            ("call_date", &started),
            ("lead_id", &lead_id),
            ("caller_code", &code),
        ];
        self.table_mut("vicidial_log_extended").insert(&dialed, &now);
        if agent.is_some() {
            self.load_screen(&uniqueid, slot);
            self.agent_takes(user, &lead_id, &code, &campaign);
        }
        let values = [("status", "INCALL"), ("user", user), ("called_count", count.as_str())];
        self.table_mut("vicidial_list").update(slot, &values, &now);
        let hopper = self.table_mut("vicidial_hopper");
        if let Some(slot) = hopper.find("lead_id", &lead_id) {
            hopper.delete(slot);
        }
        Some(uniqueid)
    }

    /// Ends a call that was started: dispositions, transfers, agent log, lead.
    pub fn end_call(&mut self, uniqueid: &str, spec: CallSpec) -> Option<Called> {
        let now = self.now();
        let log = self.table("vicidial_log");
        let slot = log.slots().find(|slot| log.get(*slot, "uniqueid") == uniqueid)?;
        let own = |name: &str| log.get(slot, name).to_owned();
        let (lead_id, list_id) = (own("lead_id"), own("list_id"));
        let (phone_code, phone_number) = (own("phone_code"), own("phone_number"));
        let (campaign, count) = (own("campaign_id"), own("called_count"));
        let when = log.number(slot, "start_epoch");
        let mut end = when + spec.seconds;
        let reason = if spec.agent.is_some() { "CALLER" } else { "NONE" };
        let values = [
            ("status", spec.status.clone()),
            ("length_in_sec", spec.seconds.to_string()),
            ("end_epoch", end.to_string()),
            ("term_reason", reason.to_owned()),
        ];
        let values: Vec<(&str, &str)> = values.iter().map(|(name, value)| (*name, value.as_str())).collect();
        self.table_mut("vicidial_log").update(slot, &values, &now);
        let mut last_user = spec.agent.clone().unwrap_or_else(|| "VDAD".to_owned());
        let mut statuses = vec![spec.status.clone()];
        if let Some(agent) = &spec.agent {
            self.log_agent(agent, &lead_id, &campaign, uniqueid, when, spec.seconds, &spec.status);
        }
        for (place, leg) in spec.transfers.iter().enumerate() {
            let (start, wait) = (end, 3 + i64::try_from(place).unwrap_or(0));
            end = start + leg.seconds;
            let group = self.group_of(&leg.agent);
            let (call_date, place) = (self.clock.local(start), (place + 1).to_string());
            let numbers = [start, end, leg.seconds].map(|number| number.to_string());
            let queue = format!("{wait}.20");
            let row = [
                ("lead_id", lead_id.as_str()),
                ("list_id", &list_id),
                ("campaign_id", TRANSFER_GROUP),
                ("call_date", &call_date),
                ("start_epoch", &numbers[0]),
                ("end_epoch", &numbers[1]),
                ("length_in_sec", &numbers[2]),
                ("status", &leg.status),
                ("phone_code", &phone_code),
                ("phone_number", &phone_number),
                ("user", &leg.agent),
                ("comments", "AUTO"),
                ("queue_seconds", &queue),
                ("user_group", &group),
                ("xfercallid", &place),
                ("term_reason", "CALLER"),
                ("uniqueid", uniqueid),
                ("called_count", &count),
            ];
            self.table_mut("vicidial_closer_log").insert(&row, &now);
            self.log_agent(&leg.agent, &lead_id, &campaign, uniqueid, start, leg.seconds, &leg.status);
            last_user.clone_from(&leg.agent);
            statuses.push(leg.status.clone());
        }
        self.write_back(uniqueid, &lead_id);
        self.agent_is_free(&lead_id);
        let last = statuses.last().cloned().unwrap_or_default();
        // A call back that has been scheduled keeps the lead out of dialling until its time.
        let lead_status = if last == "CALLBK" { "CBHOLD".to_owned() } else { last };
        let called = self.clock.local(when);
        let values =
            [("status", lead_status.as_str()), ("user", &last_user), ("last_local_call_time", &called), ("called_since_last_reset", "Y")];
        let leads = self.table_mut("vicidial_list");
        if let Some(slot) = leads.find("lead_id", &lead_id) {
            leads.update(slot, &values, &now);
        }
        Some(Called { lead_id: lead_id.parse().unwrap_or(0), phone_number, uniqueid: uniqueid.to_owned(), when, statuses, lead_status })
    }

    /// An agent who is logged in has a call, which is on a channel.
    fn agent_takes(&mut self, user: &str, lead_id: &str, code: &str, campaign: &str) {
        let now = self.now();
        let live = self.table_mut("vicidial_live_agents");
        let Some(slot) = live.find("user", user) else {
            return;
        };
        let calls = (live.number(slot, "calls_today") + 1).to_string();
        live.update(slot, &[("status", "INCALL"), ("lead_id", lead_id), ("callerid", code), ("calls_today", &calls)], &now);
        let row = [("callerid", code), ("status", "LIVE"), ("campaign_id", campaign), ("call_type", "OUT"), ("lead_id", lead_id)];
        self.table_mut("vicidial_auto_calls").insert(&row, &now);
    }

    /// The agents of a call that has ended wait for the next one.
    fn agent_is_free(&mut self, lead_id: &str) {
        let now = self.now();
        let live = self.table_mut("vicidial_live_agents");
        for slot in live.find_all("lead_id", lead_id) {
            live.update(slot, &[("status", "READY"), ("lead_id", "0"), ("callerid", "")], &now);
        }
        let calls = self.table_mut("vicidial_auto_calls");
        for slot in calls.find_all("lead_id", lead_id) {
            calls.delete(slot);
        }
    }

    /// The group of a user; empty for an unknown one.
    pub(super) fn group_of(&self, user: &str) -> String {
        let users = self.table("vicidial_users");
        users.find("user", user).map_or_else(String::new, |slot| users.get(slot, "user_group").to_owned())
    }

    #[expect(clippy::too_many_arguments, reason = "the columns of one log row")]
    fn log_agent(&mut self, agent: &str, lead_id: &str, campaign: &str, uniqueid: &str, start: i64, seconds: i64, status: &str) {
        let now = self.now();
        let group = self.group_of(agent);
        let event = self.clock.local(start - 20);
        let numbers = [start - 20, start - 15, start, start + seconds].map(|epoch| epoch.to_string());
        let (talk, wrapup) = (seconds.to_string(), WRAPUP_S.to_string());
        let row = [
            ("user", agent),
            ("server_ip", SERVER),
            ("event_time", &event),
            ("lead_id", lead_id),
            ("campaign_id", campaign),
            ("pause_epoch", &numbers[0]),
            ("pause_sec", "5"),
            ("wait_epoch", &numbers[1]),
            ("wait_sec", "15"),
            ("talk_epoch", &numbers[2]),
            ("talk_sec", &talk),
            ("dispo_epoch", &numbers[3]),
            ("dispo_sec", &wrapup),
            ("status", status),
            ("user_group", &group),
            ("uniqueid", uniqueid),
        ];
        self.table_mut("vicidial_agent_log").insert(&row, &now);
    }
}
