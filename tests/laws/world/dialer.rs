//! VICIdial: leads, custom rows, the hopper, a do-not-call list, a call log. No uniqueness of any kind, as in the real one.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, NaiveDateTime, TimeDelta, Timelike, Utc};
use futures_util::{Stream, stream};
use vicisync::model::{
    CampaignId, FactName, FactSource, FactValue, FieldName, Intake, Lead, LeadChange, LeadField, LeadId, LeadRow, Leg, LegKey, LegKind,
    ListId, Phone, ServerFacts, StoredLead, TzMethod, VendorLeadCode,
};
use vicisync::ports::{Calls, Dialer, Fault, Gap, HopperRow, ServerTime, Sought, Wanted};

use super::{Sim, World};

/// The server's wall clock is so many hours behind UTC.
const HOURS_BEHIND: i64 = 5;

/// A server that is fit for any job.
fn facts() -> ServerFacts {
    let mut facts = ServerFacts::default();
    let mut put = |name, value: FactValue| facts.put(name, value, FactSource::Asked, DateTime::UNIX_EPOCH);
    put(FactName::Release, "2.14 build 1".into());
    put(FactName::ZoneAgrees, true.into());
    put(FactName::CustomFields, true.into());
    facts
}

/// One row of the lead table, with its custom row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Row {
    pub(crate) code: String,
    pub(crate) list: ListId,
    pub(crate) status: String,
    pub(crate) called: u64,
    pub(crate) values: BTreeMap<FieldName, String>,
}

/// One row of a call log.
#[derive(Debug, Clone)]
pub(crate) struct Logged {
    pub(crate) lead: LeadId,
    pub(crate) kind: LegKind,
    pub(crate) campaign: &'static str,
    pub(crate) start: DateTime<Utc>,
    pub(crate) uniqueid: String,
    pub(crate) user: &'static str,
    pub(crate) status: String,
    pub(crate) seconds: u64,
}

/// The dialer's tables.
pub(crate) struct Vicidial {
    pub(crate) leads: BTreeMap<LeadId, Row>,
    /// Leads that somebody archived.
    pub(crate) archive: BTreeMap<LeadId, Row>,
    pub(crate) lists: BTreeMap<ListId, CampaignId>,
    pub(crate) labels: BTreeSet<String>,
    /// Leads ready to be dialed, with the list that they were taken from.
    pub(crate) hopper: BTreeMap<LeadId, ListId>,
    /// Codes of leads that entered the hopper as they were added.
    pub(crate) entered: Vec<String>,
    /// It is outside of everybody's call times.
    pub(crate) is_night: bool,
    /// By what the time zone of a lead was found last.
    pub(crate) zoned: BTreeMap<LeadId, TzMethod>,
    pub(crate) callbacks: BTreeSet<LeadId>,
    /// National numbers that must not be called.
    pub(crate) dnc: BTreeSet<String>,
    pub(crate) log: Vec<Logged>,
    /// Campaigns that are not defined any more: their calls are counted, and not handed out.
    pub(crate) undefined: BTreeSet<&'static str>,
    /// Whether agents are at work: then leads are found by their phones only.
    pub(crate) is_staffed: bool,
    /// National numbers of more leads than one answer shows: beside agents, what has such a number is not looked for.
    pub(crate) crowded: BTreeSet<String>,
    /// Columns that are narrower than anybody expects.
    pub(crate) narrow: BTreeMap<FieldName, usize>,
    /// Leads that a sweep still shows in a list that they have left meanwhile.
    pub(crate) stale: BTreeSet<(ListId, LeadId)>,
    /// What it tells of itself.
    pub(crate) facts: ServerFacts,
    /// Names keep no letters but those of ASCII.
    pub(crate) drops_letters: bool,
    /// What every reading of a list meets.
    pub(crate) unreadable: Option<Fault>,
    /// When rows were changed last, as far as anybody asks.
    pub(crate) modified: BTreeMap<LeadId, DateTime<Utc>>,
    /// Leads whose list shows blanks for their custom fields, since these are kept with another list.
    pub(crate) kept_elsewhere: BTreeSet<LeadId>,
    next_lead: u64,
}

impl Vicidial {
    pub(crate) fn new() -> Self {
        let lists = [(1001, "SALES"), (1002, "SALES"), (1003, "CARE")];
        Self {
            leads: BTreeMap::new(),
            archive: BTreeMap::new(),
            lists: lists.into_iter().map(|(list, campaign)| (ListId(list), CampaignId::from(campaign))).collect(),
            labels: BTreeSet::from(["plan".to_owned(), "crm_note".to_owned()]),
            hopper: BTreeMap::new(),
            entered: Vec::new(),
            is_night: false,
            zoned: BTreeMap::new(),
            callbacks: BTreeSet::new(),
            dnc: BTreeSet::new(),
            log: Vec::new(),
            undefined: BTreeSet::new(),
            is_staffed: false,
            crowded: BTreeSet::new(),
            narrow: BTreeMap::new(),
            stale: BTreeSet::new(),
            facts: facts(),
            drops_letters: false,
            unreadable: None,
            modified: BTreeMap::new(),
            kept_elsewhere: BTreeSet::new(),
            next_lead: 1,
        }
    }

    /// Somebody adds a lead by hand.
    pub(crate) fn insert(&mut self, row: Row) -> LeadId {
        let lead = LeadId(self.next_lead);
        self.next_lead += 1;
        self.leads.insert(lead, row);
        lead
    }

    /// Somebody archives a lead.
    pub(crate) fn archive(&mut self, lead: LeadId) {
        let row = self.leads.remove(&lead).unwrap();
        self.hopper.remove(&lead);
        self.archive.insert(lead, row);
    }

    /// Somebody brings it back.
    pub(crate) fn dearchive(&mut self, lead: LeadId) {
        let row = self.archive.remove(&lead).unwrap();
        self.leads.insert(lead, row);
    }

    /// What a column keeps of a text: some characters never, and no more than it is wide.
    fn kept(&self, field: &FieldName, text: &str) -> String {
        let mut text = filtered(field, text);
        if self.drops_letters && matches!(field, FieldName::Standard(LeadField::FirstName | LeadField::LastName)) {
            text.retain(|letter| letter.is_ascii());
        }
        match self.narrow.get(field) {
            Some(width) => text.chars().take(*width).collect(),
            None => text,
        }
    }

    /// The dialer fills its hopper with what may be dialed.
    pub(crate) fn fill_hopper(&mut self) {
        for (lead, row) in &self.leads {
            if row.status == "NEW" && self.lists.contains_key(&row.list) {
                self.hopper.insert(*lead, row.list);
            }
        }
    }

    /// Whether the dialer may call the lead: in the hopper, or soon.
    pub(crate) fn is_dialable(&self, lead: LeadId) -> bool {
        self.hopper.contains_key(&lead) || self.leads.get(&lead).is_some_and(|row| row.status == "NEW")
    }
}

/// The leads of a table that carry what is sought; beside agents by their phones only, and what has none is not looked for then.
fn carriers(table: &BTreeMap<LeadId, Row>, sought: &[Sought], vici: &Vicidial) -> BTreeMap<VendorLeadCode, Vec<LeadId>> {
    let is_staffed = vici.is_staffed;
    let number = FieldName::Standard(LeadField::PhoneNumber);
    let is_its = |sought: &Sought, row: &Row| {
        let has_phone = || sought.phone.as_ref().is_some_and(|phone| row.values.get(&number) == Some(&phone.number));
        row.code == sought.code.as_str() && (!is_staffed || has_phone())
    };
    let leads = |sought: &Sought| table.iter().filter(|(_, row)| is_its(sought, row)).map(|(id, _)| *id).collect();
    let is_found_by = |phone: &Phone| !vici.crowded.contains(&phone.number);
    let looked_for = sought.iter().filter(|sought| !is_staffed || sought.phone.as_ref().is_some_and(is_found_by));
    looked_for.map(|sought| (sought.code.clone(), leads(sought))).collect()
}

fn filtered(field: &FieldName, text: &str) -> String {
    let (width, is_number) = match field {
        FieldName::Standard(LeadField::PhoneCode | LeadField::PhoneNumber) => (18, true),
        FieldName::Standard(field) => (field.width(), false),
        FieldName::Custom(_) => (60, false),
    };
    let kept = text.chars().filter(|letter| if is_number { letter.is_ascii_digit() } else { !";#\"".contains(*letter) });
    kept.map(|letter| if letter == '+' { ' ' } else { letter }).take(width).collect()
}

fn local(instant: DateTime<Utc>) -> NaiveDateTime {
    (instant - TimeDelta::hours(HOURS_BEHIND)).naive_utc()
}

fn hour(time: NaiveDateTime) -> NaiveDateTime {
    time.with_minute(0).and_then(|time| time.with_second(0)).and_then(|time| time.with_nanosecond(0)).unwrap()
}

fn no_lead(lead: LeadId) -> Fault {
    Fault::refused("lead_missing", format!("there is no lead {lead}"))
}

fn no_list(list: ListId) -> Fault {
    Fault::refused("list_missing", format!("there is no list {list}"))
}

impl World {
    fn add_lead(&mut self, code: &VendorLeadCode, lead: &Lead, intake: Intake) -> Result<LeadId, Fault> {
        if !self.vici.lists.contains_key(&lead.list_id) {
            return Err(no_list(lead.list_id));
        }
        if self.vici.dnc.contains(&lead.phone.number) {
            return Err(Fault::refused("on_dnc", "the number is on a do-not-call list"));
        }
        let standard = lead.values().into_iter().filter(|(field, _)| matches!(field, FieldName::Standard(_)));
        let values = standard.map(|(field, text)| (field.clone(), self.vici.kept(&field, &text))).collect();
        let id = self.vici.insert(Row { code: code.to_string(), list: lead.list_id, status: "NEW".to_owned(), called: 0, values });
        self.vici.zoned.insert(id, intake.tz_method);
        if intake.hopper.is_some_and(|hopper| !(hopper.checks_local_time && self.vici.is_night)) {
            self.vici.hopper.insert(id, lead.list_id);
            self.vici.entered.push(code.to_string());
        }
        Ok(id)
    }

    fn update_lead(&mut self, lead: LeadId, change: &LeadChange) -> Result<(), Fault> {
        let kept: Vec<_> = change.fields.iter().map(|(field, text)| (field.clone(), self.vici.kept(field, text))).collect();
        if let Some(list) = change.list_id.filter(|list| !self.vici.lists.contains_key(list)) {
            return Err(no_list(list));
        }
        self.vici.modified.insert(lead, self.now);
        let row = self.vici.leads.get_mut(&lead).ok_or_else(|| no_lead(lead))?;
        row.values.extend(kept);
        if change.moves_zone() {
            self.vici.zoned.insert(lead, change.tz_method);
        }
        if let Some(code) = &change.code {
            row.code = code.to_string();
        }
        row.list = change.list_id.unwrap_or(row.list);
        if let Some(status) = &change.status {
            row.status.clone_from(status);
        }
        Ok(())
    }

    fn set_custom(&mut self, lead: LeadId, values: &BTreeMap<String, String>) -> Result<(), Fault> {
        if let Some(label) = values.keys().find(|label| !self.vici.labels.contains(*label)) {
            return Err(Fault::refused("custom_unknown", format!("no list has a custom field {label}")));
        }
        let named = values.iter().map(|(label, text)| (FieldName::Custom(label.clone()), text));
        let kept: Vec<_> = named.map(|(field, text)| (field.clone(), self.vici.kept(&field, text))).collect();
        self.vici.leads.get_mut(&lead).ok_or_else(|| no_lead(lead))?.values.extend(kept);
        Ok(())
    }

    fn row(&self, lead: LeadId, fields: Option<&BTreeSet<FieldName>>) -> Option<LeadRow> {
        let row = self.vici.leads.get(&lead)?;
        let values = match fields {
            Some(fields) => fields.iter().map(|field| (field.clone(), row.values.get(field).cloned().unwrap_or_default())).collect(),
            None => {
                let standard = LeadField::ALL.iter().map(|field| FieldName::Standard(*field));
                let all = standard.chain(self.vici.labels.iter().cloned().map(FieldName::Custom));
                let is_blank = |field: &FieldName| matches!(field, FieldName::Custom(_)) && self.vici.kept_elsewhere.contains(&lead);
                let shown = |field: &FieldName| row.values.get(field).filter(|_| !is_blank(field)).cloned().unwrap_or_default();
                all.map(|field| (field.clone(), shown(&field))).collect()
            }
        };
        let (code, status) = (row.code.clone(), row.status.clone());
        let modified = self.vici.modified.get(&lead).map(|at| local(*at));
        Some(LeadRow { lead_id: lead, code, list_id: row.list, status, called_count: row.called, modified, values })
    }

    fn legs(&self, from: NaiveDateTime, to: NaiveDateTime) -> Calls {
        let is_within = |logged: &&Logged| (hour(from)..=hour(to)).contains(&hour(local(logged.start)));
        let is_hidden = |logged: &&Logged| self.vici.undefined.contains(logged.campaign);
        let mut gaps: Vec<Gap> = Vec::new();
        for logged in self.vici.log.iter().filter(is_within).filter(is_hidden).filter(|logged| hour(local(logged.start)) < hour(to)) {
            let (start, campaign) = (local(logged.start), CampaignId::from(logged.campaign));
            match gaps.iter_mut().find(|gap| gap.day == start.date() && gap.campaign == campaign) {
                Some(gap) => gap.counted += 1,
                None => gaps.push(Gap { day: start.date(), hour: start.hour(), campaign, counted: 1, read: 0, statuses: BTreeMap::new() }),
            }
        }
        let compared = BTreeSet::from([from.date(), to.date()]);
        let legs = self.vici.log.iter().filter(is_within).filter(|logged| !is_hidden(logged)).filter_map(|logged| {
            let row = self.vici.leads.get(&logged.lead)?;
            let key = LegKey {
                kind: logged.kind,
                lead_id: logged.lead,
                campaign: CampaignId::from(logged.campaign),
                start: local(logged.start),
                uniqueid: logged.uniqueid.clone(),
                user: logged.user.to_owned(),
            };
            Some(Leg {
                key,
                start: logged.start,
                status: logged.status.clone(),
                seconds: logged.seconds,
                phone: row.values.get(&FieldName::Standard(LeadField::PhoneNumber)).cloned().unwrap_or_default(),
                code: row.code.clone(),
                list_id: row.list,
                term_reason: String::new(),
            })
        });
        Calls { legs: legs.collect(), compared, gaps, ..Calls::default() }
    }
}

impl Dialer for Sim {
    fn stored(&self, values: &BTreeMap<FieldName, String>) -> StoredLead {
        StoredLead(values.iter().map(|(field, text)| (field.clone(), filtered(field, text))).collect())
    }

    async fn time(&self) -> Result<ServerTime, Fault> {
        self.request("time", None, |world| Ok(ServerTime { local: local(world.now), utc: world.now })).await
    }

    async fn survey(&self, _: &Wanted, at: DateTime<Utc>) -> Result<ServerFacts, Fault> {
        self.request("survey", None, move |world| {
            let mut facts = world.vici.facts.clone();
            facts.0.values_mut().for_each(|fact| fact.at = at);
            Ok(facts)
        })
        .await
    }

    async fn add_lead(&self, code: &VendorLeadCode, lead: &Lead, intake: Intake) -> Result<LeadId, Fault> {
        let (code, lead) = (code.clone(), lead.clone());
        let phone = lead.phone.e164();
        self.world().add_is_out(&phone);
        let added = self.request("add_lead", Some(format!("add_lead {code}")), move |world| world.add_lead(&code, &lead, intake)).await;
        self.world().add_is_back(&phone);
        added
    }

    async fn update_lead(&self, lead: LeadId, change: &LeadChange) -> Result<(), Fault> {
        let change = change.clone();
        self.request("update_lead", Some(format!("update_lead {lead}")), move |world| world.update_lead(lead, &change)).await
    }

    async fn set_custom(&self, lead: LeadId, values: &BTreeMap<String, String>) -> Result<(), Fault> {
        let values = values.clone();
        self.request("set_custom", Some(format!("set_custom {lead}")), move |world| world.set_custom(lead, &values)).await
    }

    async fn leave_hopper(&self, lead: LeadId) -> Result<(), Fault> {
        self.request("leave_hopper", Some(format!("leave_hopper {lead}")), move |world| {
            world.vici.hopper.remove(&lead);
            Ok(())
        })
        .await
    }

    async fn leave_dialing(&self, lead: LeadId) -> Result<(), Fault> {
        self.request("leave_hopper", Some(format!("leave_hopper {lead}")), move |world| {
            world.vici.hopper.remove(&lead);
            world.vici.callbacks.remove(&lead);
            Ok(())
        })
        .await
    }

    async fn delete_lead(&self, lead: LeadId) -> Result<(), Fault> {
        self.request("delete_lead", Some(format!("delete_lead {lead}")), move |world| {
            world.vici.leads.remove(&lead);
            world.vici.callbacks.remove(&lead);
            Ok(())
        })
        .await
    }

    async fn hopper(&self, campaign: &CampaignId) -> Result<Vec<HopperRow>, Fault> {
        let campaign = campaign.clone();
        self.request("hopper", None, move |world| {
            let ready = world.vici.hopper.iter().filter(|(_, list)| world.vici.lists.get(list) == Some(&campaign));
            let status = |lead| world.vici.leads.get(lead).map_or(String::new(), |row: &Row| row.status.clone());
            Ok(ready.map(|(lead, list)| HopperRow { lead_id: *lead, list_id: *list, status: status(lead) }).collect())
        })
        .await
    }

    async fn find_by_code(&self, sought: &[Sought]) -> Result<BTreeMap<VendorLeadCode, Vec<LeadId>>, Fault> {
        let sought = sought.to_vec();
        self.request("find_by_code", None, move |world| Ok(carriers(&world.vici.leads, &sought, &world.vici))).await
    }

    async fn archived(&self, sought: &[Sought]) -> Result<BTreeMap<VendorLeadCode, Vec<LeadId>>, Fault> {
        let sought = sought.to_vec();
        self.request("archived", None, move |world| Ok(carriers(&world.vici.archive, &sought, &world.vici))).await
    }

    async fn are_archived(&self, leads: &[LeadId]) -> Result<BTreeSet<LeadId>, Fault> {
        let leads = leads.to_vec();
        self.request("are_archived", None, move |world| {
            Ok(leads.into_iter().filter(|lead| world.vici.archive.contains_key(lead)).collect())
        })
        .await
    }

    async fn leads_by_phone(&self, phones: &[Phone]) -> Result<BTreeMap<Phone, Vec<LeadId>>, Fault> {
        let phones = phones.to_vec();
        self.request("leads_by_phone", None, move |world| {
            let number = FieldName::Standard(LeadField::PhoneNumber);
            let has = |row: &Row, phone: &Phone| row.values.get(&number) == Some(&phone.number);
            let leads =
                |phone: &Phone| world.vici.leads.iter().filter(|(_, row)| has(row, phone)).map(|(lead, _)| *lead).collect::<Vec<_>>();
            Ok(phones.iter().map(|phone| (phone.clone(), leads(phone))).filter(|(_, leads)| leads.len() <= 200).collect())
        })
        .await
    }

    async fn codes_of(&self, leads: &[LeadId]) -> Result<BTreeMap<LeadId, Option<String>>, Fault> {
        let leads = leads.to_vec();
        self.request("codes_of", None, move |world| {
            Ok(leads.iter().map(|lead| (*lead, world.vici.leads.get(lead).map(|row| row.code.clone()))).collect())
        })
        .await
    }

    async fn update_leads(&self, leads: &[LeadId], change: &LeadChange) -> Result<BTreeSet<LeadId>, Fault> {
        let (leads, change) = (leads.to_vec(), change.clone());
        self.request("update_leads", Some(format!("update_leads {leads:?}")), move |world| {
            if leads.len() > 1_000 {
                return Err(Fault::refused("refused", "these are more leads than one request takes"));
            }
            let there: BTreeSet<LeadId> = leads.iter().copied().filter(|lead| world.vici.leads.contains_key(lead)).collect();
            for lead in &there {
                world.update_lead(*lead, &change)?;
            }
            Ok(there)
        })
        .await
    }

    async fn read_lead(&self, lead: LeadId, fields: &BTreeSet<FieldName>) -> Result<Option<LeadRow>, Fault> {
        let fields = fields.clone();
        self.request("read_lead", None, move |world| Ok(world.row(lead, Some(&fields)))).await
    }

    fn sweep(&self, list: ListId) -> impl Stream<Item = Result<Vec<LeadRow>, Fault>> + Send {
        stream::once(self.request("sweep", None, move |world| {
            if !world.vici.lists.contains_key(&list) {
                return Err(no_list(list));
            }
            if let Some(fault) = &world.vici.unreadable {
                return Err(fault.clone());
            }
            let is_shown = |id: &LeadId, row: &Row| row.list == list || world.vici.stale.contains(&(list, *id));
            let ids: Vec<LeadId> = world.vici.leads.iter().filter(|(id, row)| is_shown(id, row)).map(|(id, _)| *id).collect();
            Ok(ids.into_iter().filter_map(|id| world.row(id, None)).collect())
        }))
    }

    async fn campaign_of(&self, list: ListId) -> Result<Option<CampaignId>, Fault> {
        self.request("campaign_of", None, move |world| Ok(world.vici.lists.get(&list).cloned())).await
    }

    async fn calls(&self, from: NaiveDateTime, to: NaiveDateTime) -> Result<Calls, Fault> {
        self.request("calls", None, move |world| Ok(world.legs(from, to))).await
    }
}
