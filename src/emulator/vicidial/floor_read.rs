//! What the API tells of agents: who is logged in, what each does, what each did, and the groups that take calls.
//!
//! Decides the columns and the sums. An agent who waits or pauses with a lead is one who has not disposed of it yet.

use std::collections::BTreeMap;

use super::api::Call;
use super::text::Keep;
use super::world::{Died, World};

const NO_SUCH: &str = "INVALID SEARCH PARAMETERS";

/// Answers user_details.
pub(super) fn user_details(world: &mut World, call: &Call<'_>, out: &mut String) -> Result<(), Died> {
    let agent = call.text("agent_user", Keep::Code);
    let users = world.table("vicidial_users");
    if !(1..100).contains(&agent.len()) {
        return call.say(out, &format!("ERROR: user_details {NO_SUCH}: {}|{agent}", call.user));
    }
    let Some(slot) = users.find("user", &agent) else {
        return call.say(out, &format!("ERROR: user_details USER NOT FOUND: {}|{agent}", call.user));
    };
    let own = |name: &str| users.get(slot, name);
    call.table(
        out,
        "user|full_name|user_group|user_level|active",
        &[vec![agent.as_str(), own("full_name"), own("user_group"), own("user_level"), own("active")]],
    )
}

/// Answers agent_status.
pub(super) fn agent_status(world: &mut World, call: &Call<'_>, out: &mut String) -> Result<(), Died> {
    let agent = call.text("agent_user", Keep::Code);
    let (users, live) = (world.table("vicidial_users"), world.table("vicidial_live_agents"));
    let say = |out: &mut String, what: &str| call.say(out, &format!("ERROR: agent_status {what}: {}|{agent}", call.user));
    if !(1..100).contains(&agent.len()) {
        return say(out, NO_SUCH);
    }
    let Some(user) = users.find("user", &agent) else {
        return say(out, "AGENT NOT FOUND");
    };
    let Some(slot) = live.find("user", &agent) else {
        return say(out, "AGENT NOT LOGGED IN");
    };
    let leads = world.table("vicidial_list");
    let own = |name: &str| live.get(slot, name);
    let lead = leads.find("lead_id", own("lead_id"));
    let of_lead = |name: &str| lead.map_or("", |lead| leads.get(lead, name));
    let state = sub_status(world, slot);
    let row = vec![
        own("status"),
        own("callerid"),
        own("lead_id"),
        own("campaign_id"),
        own("calls_today"),
        users.get(user, "full_name"),
        users.get(user, "user_group"),
        users.get(user, "user_level"),
        own("pause_code"),
        state,
        of_lead("phone_number"),
        of_lead("vendor_lead_code"),
        own("conf_exten"),
    ];
    let header = "status|callerid|lead_id|campaign_id|calls_today|full_name|user_group|user_level|pause_code|real_time_sub_status|\
                  phone_number|vendor_lead_code|session_id";
    call.table(out, header, &[row])
}

/// What an agent does besides his status: a pause with a lead is the choice of a disposition, a call without a channel is
/// dead.
fn sub_status(world: &World, slot: usize) -> &'static str {
    let live = world.table("vicidial_live_agents");
    let has_lead = live.number(slot, "lead_id") > 0;
    let has_channel = world.table("vicidial_auto_calls").find("callerid", live.get(slot, "callerid")).is_some();
    match live.get(slot, "status") {
        "PAUSED" if has_lead => "DISPO",
        "INCALL" if !has_channel => "DEAD",
        _ => "",
    }
}

/// Answers logged_in_agents.
pub(super) fn logged_in(world: &mut World, call: &Call<'_>, out: &mut String) -> Result<(), Died> {
    let (agents, users) = (world.table("vicidial_live_agents"), world.table("vicidial_users"));
    let asked = call.text("campaigns", Keep::Words);
    let groups = call.text("user_groups", Keep::Words);
    let is_among = |asked: &str, one: &str| asked.is_empty() || asked.split('|').any(|word| word.eq_ignore_ascii_case(one));
    let found = agents.select(|slot| {
        let campaign = agents.get(slot, "campaign_id");
        let group = users.find("user", agents.get(slot, "user")).map_or("", |user| users.get(user, "user_group"));
        is_among(&asked, campaign) && is_among(&groups, group) && call.sees(world, campaign)
    });
    if found.is_empty() {
        return call.say(out, &format!("ERROR: logged_in_agents NO LOGGED IN AGENTS: {}|", call.user));
    }
    let has_state = call.text("show_sub_status", Keep::Switch) == "YES";
    let mut header = "user|campaign_id|session_id|status|lead_id|callerid|calls_today|full_name|user_group|user_level".to_owned();
    if has_state {
        header.push_str("|pause_code|sub_status");
    }
    let rows: Vec<Vec<&str>> = found
        .into_iter()
        .map(|slot| {
            let own = |name: &str| agents.get(slot, name);
            let user = users.find("user", own("user"));
            let of_user = |name: &str| user.map_or("", |user| users.get(user, name));
            let mut row: Vec<&str> =
                ["user", "campaign_id", "conf_exten", "status", "lead_id", "callerid", "calls_today"].into_iter().map(own).collect();
            row.extend(["full_name", "user_group", "user_level"].into_iter().map(of_user));
            if has_state {
                row.extend([own("pause_code"), sub_status(world, slot)]);
            }
            row
        })
        .collect();
    call.table(out, &header, &rows)
}

/// Counts of agents by what they do.
#[derive(Default)]
struct Floor {
    all: usize,
    in_calls: usize,
    waiting: usize,
    paused: usize,
    dead: usize,
    in_dispo: usize,
    in_dial: usize,
}

fn floor(world: &World, is_counted: impl Fn(&str) -> bool) -> Floor {
    let live = world.table("vicidial_live_agents");
    let mut floor = Floor::default();
    for slot in live.slots().filter(|slot| is_counted(live.get(*slot, "user"))) {
        let status = live.get(slot, "status");
        let has_lead = live.number(slot, "lead_id") > 0;
        floor.all += 1;
        match status {
            "READY" | "CLOSER" | "PAUSED" if has_lead && status != "CLOSER" => floor.in_dispo += 1,
            "PAUSED" => floor.paused += 1,
            "READY" | "CLOSER" => floor.waiting += 1,
            "INCALL" if sub_status(world, slot) == "DEAD" => floor.dead += 1,
            "INCALL" | "QUEUE" => floor.in_calls += 1,
            _ => {}
        }
        floor.in_dial += usize::from(status.contains("DIAL"));
    }
    floor
}

/// Answers in_group_status.
pub(super) fn in_group_status(world: &mut World, call: &Call<'_>, out: &mut String) -> Result<(), Died> {
    let asked = call.text("in_groups", Keep::Words);
    if asked.is_empty() {
        return call.say(out, &format!("ERROR: in_group_status {NO_SUCH}: {}|{asked}", call.user));
    }
    let calls = world.table("vicidial_auto_calls");
    let found = calls.select(|slot| asked.split('|').any(|group| calls.is(slot, "campaign_id", group)));
    let waiting = found.iter().filter(|slot| calls.is(**slot, "status", "LIVE")).count();
    let groups = world.table("vicidial_live_inbound_agents");
    let takes = |user: &str| {
        groups.slots().any(|slot| groups.is(slot, "user", user) && asked.split('|').any(|group| groups.is(slot, "group_id", group)))
    };
    let floor = floor(world, takes);
    let in_calls = floor.in_calls + floor.dead;
    let counts = [found.len(), waiting, floor.all, in_calls, floor.waiting, floor.paused, floor.in_dispo, floor.in_dial];
    let counts = counts.map(|count| count.to_string());
    let name = asked.replace('|', " ");
    let mut row = vec![name.as_str()];
    row.extend(counts.iter().map(String::as_str));
    let header =
        "ingroups|total_calls|calls_waiting|agents_logged_in|agents_in_calls|agents_waiting|agents_paused|agents_in_dispo|agents_in_dial";
    call.table(out, header, &[row])
}

/// Answers user_group_status.
pub(super) fn user_group_status(world: &mut World, call: &Call<'_>, out: &mut String) -> Result<(), Died> {
    let asked = call.text("user_groups", Keep::Words);
    if asked.is_empty() {
        return call.say(out, &format!("ERROR: user_group_status {NO_SUCH}: {}|{asked}", call.user));
    }
    let calls = world.table("vicidial_auto_calls");
    let waiting = calls.select(|slot| calls.is(slot, "status", "LIVE") && call.sees(world, calls.get(slot, "campaign_id"))).len();
    let floor = floor(world, |user| asked.split('|').any(|group| group.eq_ignore_ascii_case(&world.group_of(user))));
    let counts = [waiting, floor.all, floor.in_calls, floor.waiting, floor.paused, floor.dead, floor.in_dispo, floor.in_dial];
    let counts = counts.map(|count| count.to_string());
    let name = asked.replace('|', " ");
    let mut row = vec![name.as_str()];
    row.extend(counts.iter().map(String::as_str));
    let header = "usergroups|calls_waiting|agents_logged_in|agents_in_calls|agents_waiting|agents_paused|agents_in_dead_calls|\
                  agents_in_dispo|agents_in_dial";
    call.table(out, header, &[row])
}

/// Answers agent_campaigns.
pub(super) fn agent_campaigns(world: &mut World, call: &Call<'_>, out: &mut String) -> Result<(), Died> {
    let agent = call.text("agent_user", Keep::Code);
    let user = &call.user;
    if world.table("vicidial_users").find("user", &agent).is_none() {
        return call.say(out, &format!("ERROR: agent_campaigns AGENT USER DOES NOT EXIST: |{user}|{agent}"));
    }
    let allowed = world.campaigns_of_group(&world.group_of(&agent));
    let only = call.text("campaign_id", Keep::Code);
    let campaigns = world.table("vicidial_campaigns");
    let found = campaigns.select(|slot| {
        let name = campaigns.get(slot, "campaign_id");
        campaigns.is(slot, "active", "Y")
            && (only.is_empty() || name.eq_ignore_ascii_case(&only))
            && allowed.as_ref().is_none_or(|allowed| allowed.iter().any(|one| one == name))
    });
    if found.is_empty() {
        return call.say(out, &format!("ERROR: agent_campaigns THIS AGENT USER HAS NO AVAILABLE CAMPAIGNS: {agent}|{user}|"));
    }
    let closers: Vec<&str> = found.iter().flat_map(|slot| campaigns.get(*slot, "closer_campaigns").split_whitespace()).collect();
    let groups = world.table("vicidial_inbound_groups");
    let without_direct = call.is_on("ignore_agentdirect");
    let groups: Vec<&str> = groups
        .slots()
        .filter(|slot| groups.is(*slot, "active", "Y"))
        .map(|slot| groups.get(slot, "group_id"))
        .filter(|group| closers.contains(group) && !(without_direct && group.starts_with("AGENTDIRECT")))
        .collect();
    let names: Vec<&str> = found.iter().map(|slot| campaigns.get(*slot, "campaign_id")).collect();
    let (names, groups) = (names.join("-"), groups.join("-"));
    call.table(out, "user|allowed_campaigns_list|allowed_ingroups_list", &[vec![&agent, &names, &groups]])
}

/// What an agent did in a time, in seconds and counts.
#[derive(Default)]
struct Work {
    calls: i64,
    pauses: i64,
    sessions: i64,
    pause: i64,
    wait: i64,
    talk: i64,
    dispo: i64,
    dead: i64,
    /// When his first row began.
    start: Option<i64>,
    /// When his last row ended.
    end: i64,
}

impl Work {
    /// The time he was logged in. With campaigns apart it is no longer than from the first row to the last.
    fn login(&self, by_campaign: bool) -> i64 {
        let sum = self.pause + self.wait + self.talk + self.dispo;
        let span = self.end - self.start.unwrap_or(self.end);
        if by_campaign { sum.min(span) } else { sum }
    }
}

/// Answers agent_stats_export.
pub(super) fn agent_stats(world: &mut World, call: &Call<'_>, out: &mut String) -> Result<(), Died> {
    let agent = call.text("agent_user", Keep::Code);
    let campaign = call.text("campaign_id", Keep::Code);
    let (start, end) = (call.text("datetime_start", Keep::Instant), call.text("datetime_end", Keep::Instant));
    let asked = format!("{}|{agent}|{start}|{end}|{campaign}", call.user);
    if start.len() != 19 || end.len() != 19 {
        return call.say(out, &format!("ERROR: agent_stats_export {NO_SUCH}: {asked}"));
    }
    let by_campaign = call.text("group_by_campaign", Keep::Plain) == "YES";
    let log = world.table("vicidial_agent_log");
    let mut found = log.select(|slot| {
        let event = log.get(slot, "event_time");
        (agent.is_empty() || log.is(slot, "user", &agent))
            && (campaign.is_empty() || log.is(slot, "campaign_id", &campaign))
            && event >= start.as_str()
            && event <= end.as_str()
    });
    if found.is_empty() {
        return call.say(out, &format!("ERROR: agent_stats_export NO RECORDS FOUND - {asked}"));
    }
    found.sort_by_key(|slot| log.number(*slot, "agent_log_id"));
    let mut all: BTreeMap<(&str, &str), Work> = BTreeMap::new();
    for slot in found {
        let number = |name: &str| log.number(slot, name);
        let group = if by_campaign { log.get(slot, "campaign_id") } else { "" };
        let work = all.entry((group, log.get(slot, "user"))).or_default();
        // Without campaigns the disposition time of the first row counts twice.
        if work.start.is_none() && !by_campaign {
            work.dispo += number("dispo_sec");
        }
        work.start.get_or_insert(number("pause_epoch"));
        work.calls += i64::from(number("lead_id") > 0);
        work.pauses += i64::from(number("pause_sec") > -1);
        work.sessions += i64::from(log.get(slot, "sub_status").contains("LOGIN"));
        work.pause += number("pause_sec");
        work.wait += number("wait_sec");
        work.talk += number("talk_sec");
        work.dispo += number("dispo_sec");
        work.dead += number("dead_sec");
        work.end = number("pause_epoch") + number("pause_sec") + number("wait_sec") + number("talk_sec") + number("dispo_sec");
    }
    let calls: i64 = all.values().map(|work| work.calls).sum();
    let users = world.table("vicidial_users");
    let mut rows = Vec::new();
    // The average of talk time is reckoned before the talk time is: what stands there is the hours of the agent before.
    let mut hours_before = 0;
    for ((group, user), work) in &all {
        let of_user = |name: &str| users.find("user", user).map_or(String::new(), |slot| users.get(slot, name).to_owned());
        let login = work.login(by_campaign);
        let sessions = work.sessions.max(1);
        let only = |value: i64| if work.calls > 0 { value } else { 0 };
        let pause_share = if work.pauses < 1 || login < 1 { 100.0 } else { work.pause as f64 * 100.0 / login as f64 };
        let call_share = if calls == 0 { 0.0 } else { work.calls as f64 * 100.0 / calls as f64 };
        let customer = only(work.talk - work.dead);
        let mut row = vec![
            (*user).to_owned(),
            of_user("full_name"),
            of_user("user_group"),
            work.calls.to_string(),
            clock(login),
            clock(customer),
            clock(quotient(hours_before, work.calls)),
            clock(quotient(work.wait, work.calls)),
            format!("{}%", one_decimal(call_share)),
            work.pause.to_string(),
            sessions.to_string(),
            clock(quotient(login, sessions)),
            work.pauses.to_string(),
            clock(quotient(work.pause, work.pauses)),
            format!("{}%", one_decimal(pause_share)),
            quotient(work.pauses, sessions).to_string(),
            clock(only(work.wait)),
            clock(only(work.talk)),
            clock(only(work.dispo)),
            clock(only(work.dead)),
        ];
        hours_before = customer / 3600;
        if by_campaign {
            row.insert(0, (*group).to_owned());
        }
        rows.push(row);
    }
    let mut header = "user|full_name|user_group|calls|login_time|total_talk_time|avg_talk_time|avg_wait_time|pct_of_queue|pause_time|\
                      sessions|avg_session|pauses|avg_pause_time|pause_pct|pauses_per_session|wait_time|talk_time|dispo_time|dead_time"
        .to_owned();
    if by_campaign {
        header.insert_str(0, "campaign_id|");
    }
    let rows: Vec<Vec<&str>> = rows.iter().map(|row| row.iter().map(String::as_str).collect()).collect();
    call.table(out, &header, &rows)
}

fn quotient(value: i64, by: i64) -> i64 {
    if by == 0 { 0 } else { (value as f64 / by as f64).round() as i64 }
}

/// Hours, minutes and seconds.
fn clock(seconds: i64) -> String {
    format!("{}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60)
}

/// A number with at most one decimal, as PHP prints it.
fn one_decimal(value: f64) -> String {
    ((value * 10.0).round() / 10.0).to_string()
}
