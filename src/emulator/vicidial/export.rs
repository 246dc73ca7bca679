//! What the two report pages share: the window of time, the filters, the calls they find, and the cells of a call.
//!
//! Decides which calls come out. Rows that cannot be joined are dropped without notice: the lead must be there, the log
//! row's user, list and campaign must be defined, and its status must be one of the system's or of any campaign.

use super::list_download::without_breaks;
use super::pages::Viewer;
use super::params::Params;
use super::text::Keep;
use super::world::World;

/// What a request asks for.
pub(super) struct Asked {
    pub(super) from: String,
    pub(super) to: String,
    campaigns: Wanted,
    groups: Wanted,
    user_groups: Wanted,
    lists: Wanted,
    statuses: Wanted,
    /// The agent whose calls are wanted; empty for all.
    user: String,
    pub(super) has_header: bool,
    pub(super) fields: String,
    pub(super) recordings: String,
    pub(super) has_custom: bool,
    pub(super) has_notes: bool,
    /// Whether the calls are looked for where old ones are moved to.
    is_archived: bool,
    /// Whether the window is one of the leads' entry, not of the calls.
    is_by_entry: bool,
    /// Whether the status is the lead's present one, not the call's.
    is_of_leads: bool,
    /// Whether any campaign was asked for, and any in-group.
    pub(super) has_campaigns: bool,
    pub(super) has_groups: bool,
}

/// A filter: all, none, or these.
enum Wanted {
    All,
    These(Vec<String>),
}

impl Wanted {
    fn read(params: &Params, name: &str, or_none: bool) -> Self {
        let values = params.all(name);
        if values.iter().any(|value| value == "--ALL--") || (values.is_empty() && !or_none) {
            return Wanted::All;
        }
        Wanted::These(values.into_iter().filter(|value| value != "--NONE--").collect())
    }

    fn has(&self, value: &str) -> bool {
        match self {
            Wanted::All => true,
            Wanted::These(values) => values.iter().any(|one| one.eq_ignore_ascii_case(value)),
        }
    }
}

impl Asked {
    pub(super) fn read(world: &World, params: &Params) -> Self {
        let today = world.now().local[..10].to_owned();
        let or = |name: &str, keep: Keep, other: &str| {
            let sent = params.clean(name, keep);
            if sent.is_empty() { other.to_owned() } else { sent }
        };
        let (from, to) = (or("query_date", Keep::Date, &today), or("end_date", Keep::Date, &today));
        let (first, last) = (or("query_hour", Keep::Digits, "00"), or("end_hour", Keep::Digits, "23"));
        let is_by_entry = params.clean("date_field", Keep::Code) == "entry_date";
        Asked {
            from: format!("{from} {first:0>2}:00:00"),
            to: format!("{to} {last:0>2}:59:59"),
            campaigns: Wanted::read(params, "campaign", true),
            groups: Wanted::read(params, "group", true),
            user_groups: Wanted::read(params, "user_group", false),
            lists: Wanted::read(params, "list_id", false),
            statuses: Wanted::read(params, "status", false),
            has_header: params.is("header_row", "YES"),
            // Only the longer formats show when a lead was entered, so they are taken if that is the window.
            fields: Some(or("export_fields", Keep::Code, "STANDARD"))
                .filter(|fields| !is_by_entry || fields.contains("EXTENDED"))
                .unwrap_or_else(|| "EXTENDED".to_owned()),
            user: params.clean("user", Keep::Code),
            recordings: or("rec_fields", Keep::Code, "NONE"),
            has_custom: params.is("custom_fields", "YES") && world.has_custom_fields(),
            has_notes: params.is("call_notes", "YES"),
            is_archived: !params.clean("search_archived_data", Keep::Ascii).is_empty(),
            is_by_entry,
            is_of_leads: false,
            has_campaigns: !params.all("campaign").is_empty(),
            has_groups: !params.all("group").is_empty(),
        }
    }
}

impl Asked {
    /// The same for the report of leads, which filters by the leads' present status.
    pub(super) fn of_leads(world: &World, params: &Params) -> Self {
        Asked { is_of_leads: true, ..Asked::read(world, params) }
    }

    /// The log that is read: the archive of old calls if that is asked for and there is one.
    pub(super) fn log(&self, world: &World, name: &'static str) -> &'static str {
        let archive = match name {
            "vicidial_log" => "vicidial_log_archive",
            "vicidial_closer_log" => "vicidial_closer_log_archive",
            "vicidial_agent_log" => "vicidial_agent_log_archive",
            "recording_log" => "recording_log_archive",
            _ => "vicidial_log_extended_archive",
        };
        if self.is_archived && world.find_table(archive).is_some() { archive } else { name }
    }
}

/// One leg of a call that comes out.
#[derive(Clone, Debug)]
pub(super) struct Leg {
    /// The log that it is in.
    pub(super) log: &'static str,
    /// Its row there.
    pub(super) slot: usize,
    /// The row of its lead.
    pub(super) lead: usize,
    /// The row of its user.
    pub(super) user: usize,
}

impl Leg {
    /// Whether it came in by a group.
    pub(super) fn is_inbound(&self) -> bool {
        self.log.starts_with("vicidial_closer_log")
    }
}

/// The legs of one log in the window, oldest first.
pub(super) fn legs(world: &World, viewer: &Viewer, asked: &Asked, log: &'static str) -> Vec<Leg> {
    let is_inbound = log == "vicidial_closer_log";
    let log = asked.log(world, log);
    let (table, leads, users) = (world.table(log), world.table("vicidial_list"), world.table("vicidial_users"));
    let groups = world.table("vicidial_inbound_groups");
    let mut found = Vec::new();
    for slot in table.slots() {
        let own = |name: &str| table.get(slot, name);
        let lead = leads.find("lead_id", own("lead_id"));
        let moment = match lead {
            Some(lead) if asked.is_by_entry => leads.get(lead, "entry_date"),
            _ => own("call_date"),
        };
        if moment < asked.from.as_str() || moment > asked.to.as_str() {
            continue;
        }
        let campaign = own("campaign_id");
        let status = match lead {
            Some(lead) if asked.is_of_leads => leads.get(lead, "status"),
            _ => own("status"),
        };
        let is_wanted = if is_inbound {
            asked.groups.has(campaign) && groups.find("group_id", campaign).is_some()
        } else {
            asked.campaigns.has(campaign) && world.has_campaign(campaign) && viewer.sees(campaign)
        };
        let is_wanted = is_wanted
            && (asked.user.is_empty() || asked.user.eq_ignore_ascii_case(own("user")))
            && asked.user_groups.has(own("user_group"))
            && asked.lists.has(own("list_id"))
            && asked.statuses.has(status)
            && world.has_list(own("list_id"))
            && status_name(world, status).is_some();
        if !is_wanted || table.cell(slot, "user").is_none() {
            continue;
        }
        let user = users.find("user", own("user"));
        if let (Some(lead), Some(user)) = (lead, user) {
            found.push(Leg { log, slot, lead, user });
        }
    }
    let moment = |leg: &Leg| match asked.is_by_entry {
        true => leads.get(leg.lead, "entry_date"),
        false => table.get(leg.slot, "call_date"),
    };
    found.sort_by(|left, right| moment(left).cmp(moment(right)));
    found
}

/// The name of a status as a campaign's calls show it: the system's name first, then the campaign's own, then any.
pub(super) fn status_name_in<'a>(world: &'a World, status: &str, campaign: &str) -> Option<&'a str> {
    let own = world.table("vicidial_campaign_statuses");
    let is_of_system = world.table("vicidial_statuses").find("status", status).is_some();
    let found = own.find_all("status", status).into_iter().find(|slot| own.is(*slot, "campaign_id", campaign));
    match found.filter(|_| !is_of_system) {
        Some(slot) => Some(own.get(slot, "status_name")),
        None => status_name(world, status),
    }
}

/// The name of a status, of the system or of any campaign.
pub(super) fn status_name<'a>(world: &'a World, status: &str) -> Option<&'a str> {
    for table in ["vicidial_statuses", "vicidial_campaign_statuses"] {
        let table = world.table(table);
        if let Some(slot) = table.find("status", status) {
            return Some(table.get(slot, "status_name"));
        }
    }
    None
}

/// The columns of every report, up to the lead's number.
pub(super) const COLUMNS: &[&str] = &[
    "call_date",
    "phone_number_dialed",
    "status",
    "user",
    "full_name",
    "campaign_id",
    "vendor_lead_code",
    "source_id",
    "list_id",
    "gmt_offset_now",
    "phone_code",
    "phone_number",
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
    "length_in_sec",
    "user_group",
    "alt_dial",
    "rank",
    "owner",
    "lead_id",
];

/// The cells of a leg under those columns, with this status.
pub(super) fn cells(world: &World, viewer: &Viewer, leg: &Leg, status: &str) -> Vec<String> {
    let (log, leads, users) = (world.table(leg.log), world.table("vicidial_list"), world.table("vicidial_users"));
    let cell = |name: &&str| match *name {
        "phone_number_dialed" => viewer.phone(log.get(leg.slot, "phone_number")),
        "status" => status.to_owned(),
        "full_name" => users.get(leg.user, "full_name").to_owned(),
        "alt_dial" if leg.is_inbound() => log.get(leg.slot, "queue_seconds").to_owned(),
        "call_date" | "user" | "campaign_id" | "length_in_sec" | "user_group" | "alt_dial" => log.get(leg.slot, name).to_owned(),
        "comments" => without_breaks(leads.get(leg.lead, name)),
        _ => viewer.value(name, leads.get(leg.lead, name)),
    };
    COLUMNS.iter().map(|name| cell(name).replace('\t', " -- ")).collect()
}

/// The name and description of the lead's list; empty for an undefined one.
pub(super) fn list_cells(world: &World, leg: &Leg) -> [String; 2] {
    let (lists, leads) = (world.table("vicidial_lists"), world.table("vicidial_list"));
    let found = lists.find("list_id", leads.get(leg.lead, "list_id"));
    ["list_name", "list_description"].map(|name| found.map_or_else(String::new, |slot| lists.get(slot, name).to_owned()))
}
