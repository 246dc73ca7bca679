//! Random lives: people work on both sides, runs come and go, and much goes wrong. In the end everything is as a naive model says.
//!
//! `VICISYNC_LAW_CASES=N` plays N lives of a random seed instead of the fixed ones.

use std::collections::{BTreeMap, BTreeSet};

use chrono::TimeDelta;
use proptest::prelude::*;
use proptest::test_runner::{Config, RngSeed, TestRunner};
use vicisync::engine::Scope;
use vicisync::model::{Hopper, Intake, LeadField, LeadId, Value};
use vicisync::ports::Reach;

use super::rig::{Rig, id, list, phone};
use super::world::dialer::Row;
use super::world::trouble::{At, Trouble};

/// Contacts of one life. The last is never touched: a CRM without any contact is held.
const CONTACTS: u64 = 6;

#[derive(Debug, Clone)]
enum Step {
    Add(u64, u8),
    Name(u64, u8),
    Email(u64, u8),
    City(u64, u8),
    Plan(u64, u8),
    Phone(u64, u8),
    Segment(u64, u8),
    OptOut(u64),
    Delete(u64),
    AgentName(u64, u8),
    AgentCity(u64, u8),
    AgentNote(u64, u8),
    AdminMove(u64, u8),
    Call(u64, u8, Option<u8>),
    Hopper,
    Wait(i64),
    /// All clocks were ahead, and are set back.
    SetBack(i64),
    /// The mapping is edited, or edited back.
    Remap,
    /// The database is lost, the install key is not.
    Lose,
    Run {
        looks_at: LooksAt,
        troubles: Vec<(u64, Trouble)>,
    },
}

#[derive(Debug, Clone)]
enum LooksAt {
    Changes,
    All,
    One(u64),
    List(u64),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let who = || 0..CONTACTS - 1;
    let trouble = (1..45_u64, 0..11_usize).prop_map(|(at, kind)| (at, kinds()[kind]));
    let looks_at = prop_oneof![6 => Just(LooksAt::Changes), 3 => Just(LooksAt::All), 1 => who().prop_map(LooksAt::One), 2 => (1001..1004_u64).prop_map(LooksAt::List)];
    let run = (looks_at, prop::collection::vec(trouble, 0..3));
    let step = prop_oneof![
        2 => (who(), 0..4_u8).prop_map(|(who, segment)| Step::Add(who, segment)),
        2 => (who(), 0..4_u8).prop_map(|(who, value)| Step::Name(who, value)),
        1 => (who(), 0..4_u8).prop_map(|(who, value)| Step::Email(who, value)),
        1 => (who(), 0..4_u8).prop_map(|(who, value)| Step::City(who, value)),
        1 => (who(), 0..4_u8).prop_map(|(who, value)| Step::Plan(who, value)),
        1 => (who(), 0..4_u8).prop_map(|(who, value)| Step::Phone(who, value)),
        2 => (who(), 0..5_u8).prop_map(|(who, segment)| Step::Segment(who, segment)),
        1 => who().prop_map(Step::OptOut),
        1 => who().prop_map(Step::Delete),
        1 => (who(), 0..4_u8).prop_map(|(who, value)| Step::AgentName(who, value)),
        1 => (who(), 0..4_u8).prop_map(|(who, value)| Step::AgentCity(who, value)),
        1 => (who(), 0..3_u8).prop_map(|(who, value)| Step::AgentNote(who, value)),
        1 => (who(), 0..3_u8).prop_map(|(who, value)| Step::AdminMove(who, value)),
        2 => (who(), 0..5_u8, prop::option::weighted(0.3, 0..5_u8)).prop_map(|(who, end, transfer)| Step::Call(who, end, transfer)),
        1 => Just(Step::Hopper),
        2 => prop_oneof![1..5_i64, 5..700_i64].prop_map(Step::Wait),
        1 => (1..1000_i64).prop_map(Step::SetBack),
        1 => prop_oneof![2 => Just(Step::Remap), 1 => Just(Step::Lose)],
        6 => run.prop_map(|(looks_at, troubles)| Step::Run { looks_at, troubles }),
    ];
    prop::collection::vec(step, 4..40)
}

fn kinds() -> [Trouble; 11] {
    [
        Trouble::Refused,
        Trouble::Unreachable,
        Trouble::NoRight,
        Trouble::Lost(Reach::Record),
        Trouble::Lost(Reach::Connection),
        Trouble::Vanished(Reach::Record),
        Trouble::Vanished(Reach::Connection),
        Trouble::Late(60),
        Trouble::DieBefore,
        Trouble::DieAfter,
        Trouble::DieLate(60),
    ]
}

fn segment(number: u8) -> (&'static str, Option<u64>) {
    [("north", Some(1001)), ("south", Some(1002)), ("west", Some(1003)), ("closed", None), ("nowhere", None)][usize::from(number)]
}

const OUTCOMES: [&str; 5] = ["SALE", "NI", "CALLBK", "NA", "B"];
const LISTED: [&str; 3] = ["SALE", "NI", "CALLBK"];

/// A field that blanks leave alone. What is there after a blank depends on which values VICIdial ever saw.
#[derive(Debug, Clone, Default)]
struct Kept {
    may: BTreeSet<String>,
    ever: BTreeSet<String>,
}

impl Kept {
    fn of(value: &str) -> Self {
        Self { may: BTreeSet::from([value.to_owned()]), ever: BTreeSet::from([String::new(), value.to_owned()]) }
    }

    fn edited(&mut self, value: &str) {
        let value = shown(value);
        if value.trim().is_empty() {
            self.may.clone_from(&self.ever);
        } else {
            self.ever.insert(value.clone());
            self.may = BTreeSet::from([value]);
        }
    }
}

/// What is true of one contact, as the people who made it so would say.
#[derive(Debug, Clone, Default)]
struct Known {
    is_there: bool,
    is_opted_out: bool,
    /// The list that its segment says; none where it is not to be dialed.
    list: Option<u64>,
    /// Lists where an admin put its lead.
    moved: BTreeSet<u64>,
    first_name: String,
    email: Kept,
    plan: Kept,
    phone: String,
    /// Agents alone write this one; after a loss of the base it may be taken for one that the CRM changed.
    last_name: BTreeSet<String>,
    /// Both sides write this one: whoever did last, or the CRM.
    city: BTreeSet<String>,
    /// Agents alone write this one, and it goes to the CRM.
    note: String,
    /// Calls: start and final outcome.
    calls: Vec<(i64, &'static str)>,
}

struct Life {
    rig: Rig,
    known: BTreeMap<u64, Known>,
    /// Whether the mapping writes first names in capitals now.
    is_upper: bool,
    /// Whether the base was lost once.
    is_lost: bool,
}

impl Life {
    fn new() -> Self {
        let mut rig = Rig::new();
        rig.remap_all(&edits(false));
        let mut life = Self { rig, known: BTreeMap::new(), is_upper: false, is_lost: false };
        life.add(0, 0);
        life.add(CONTACTS - 1, 0);
        life.rig.approve();
        life.rig.wait(60);
        life
    }

    fn add(&mut self, who: u64, number: u8) {
        if self.known.contains_key(&who) {
            return;
        }
        self.rig.add(&id(who), who, segment(number).0);
        let known = Known {
            is_there: true,
            list: segment(number).1,
            first_name: format!("Ann{who}"),
            email: Kept::of(&format!("ann{who}@example.com")),
            plan: Kept::of("basic"),
            phone: phone(who),
            last_name: BTreeSet::from(["Example".to_owned()]),
            city: BTreeSet::from([String::new()]),
            ..Known::default()
        };
        self.known.insert(who, known);
    }

    /// A person in the CRM changes one attribute.
    fn edit(&mut self, who: u64, name: &str, value: &str, told: impl FnOnce(&mut Known)) {
        if let Some(known) = self.known.get_mut(&who).filter(|known| known.is_there) {
            told(known);
            self.rig.edit(&id(who), name, value);
        }
    }

    /// The lead, where it is there and its contact known.
    fn lead(&self, who: u64) -> Option<LeadId> {
        self.known.get(&who)?;
        self.rig.leads(&id(who)).first().copied()
    }

    /// A person in VICIdial changes the lead.
    fn agent(&mut self, who: u64, change: impl FnOnce(&mut Row), told: impl FnOnce(&mut Known)) {
        let Some(lead) = self.lead(who) else { return };
        change(self.rig.world().vici.leads.get_mut(&lead).unwrap());
        told(self.known.get_mut(&who).unwrap());
    }

    fn step(&mut self, step: &Step) {
        match step {
            Step::Add(who, number) => self.add(*who, *number),
            Step::Name(who, value) => {
                let value = ["Zoe", "O'Hara; #2", "  Mia  ", "Eve+Ann"][usize::from(*value)];
                self.edit(*who, "firstName", value, |known| known.first_name = shown(value));
            }
            Step::Email(who, value) => {
                let value = ["a+b@example.com", "", "c@example.com", "  "][usize::from(*value)];
                self.edit(*who, "email", value, |known| known.email.edited(value));
            }
            Step::City(who, value) => {
                let value = ["Tampa", "", "St. Pete; FL", "Miami"][usize::from(*value)];
                self.edit(*who, "city", value, |known| known.city.extend([shown(value)]));
            }
            Step::Plan(who, value) => {
                let value = ["gold", "", "silver+", "basic"][usize::from(*value)];
                self.edit(*who, "plan", value, |known| known.plan.edited(value));
            }
            Step::Phone(who, value) => {
                let value = phone(80 + u64::from(*value));
                self.edit(*who, "phoneNumber", &value, |known| known.phone.clone_from(&value));
            }
            Step::Segment(who, number) => {
                let (name, list) = segment(*number);
                self.edit(*who, "segment", name, |known| known.list = list);
            }
            Step::OptOut(who) => {
                if let Some(known) = self.known.get_mut(who).filter(|known| known.is_there) {
                    known.is_opted_out = true;
                    self.rig.opt_out(&id(*who));
                }
            }
            Step::Delete(who) => {
                if let Some(known) = self.known.get_mut(who) {
                    known.is_there = false;
                    self.rig.delete(&id(*who));
                }
            }
            Step::AgentName(who, value) => {
                let value = ["Smith", "Jones", "", "Lee"][usize::from(*value)];
                let lost = self.is_lost;
                self.agent(
                    *who,
                    |row| row.set(LeadField::LastName, value),
                    |known| {
                        known.last_name.retain(|name| lost && name == "Example");
                        known.last_name.insert(value.to_owned());
                    },
                );
            }
            Step::AgentCity(who, value) => {
                let value = ["Largo", "Tampa", "", "Ocala"][usize::from(*value)];
                self.agent(*who, |row| row.set(LeadField::City, value), |known| known.city.extend([value.to_owned()]));
            }
            Step::AgentNote(who, value) => {
                let value = ["asked for papers", "call at noon", "speaks Spanish"][usize::from(*value)];
                self.agent(*who, |row| row.set(LeadField::Comments, value), |known| known.note = value.to_owned());
            }
            Step::AdminMove(who, value) => {
                let wanted = 1001 + u64::from(*value);
                self.agent(*who, |row| row.list = list(wanted), |known| known.moved.extend([wanted]));
            }
            Step::Call(who, end, transfer) => self.call(*who, OUTCOMES[usize::from(*end)], transfer.map(|end| OUTCOMES[usize::from(end)])),
            Step::Hopper => self.rig.world().vici.fill_hopper(),
            Step::Wait(seconds) => self.rig.wait(*seconds),
            Step::SetBack(seconds) => self.rig.world().set_back(TimeDelta::seconds(*seconds)),
            Step::Remap => {
                self.is_upper = !self.is_upper;
                self.rig.remap_all(&edits(self.is_upper));
                // That one puts new leads into the hopper, too.
                let hopper = self.is_upper.then_some(Hopper { priority: 0, checks_local_time: false });
                self.rig.intake(Intake { hopper, ..Intake::default() });
            }
            Step::Lose => {
                // Nothing is on its way any more: what the lost journal knew of that is known to nobody now.
                self.rig.wait(700);
                // The hopper was dialed empty meanwhile, too: what had still to leave it is among what was lost.
                self.rig.world().vici.hopper.clear();
                self.rig.lose_database();
                self.is_lost = true;
                for known in self.known.values_mut() {
                    known.last_name.insert("Example".to_owned());
                }
            }
            Step::Run { looks_at, troubles } => {
                let troubles: Vec<_> = troubles.iter().map(|(at, trouble)| (At::Request(*at), *trouble)).collect();
                self.rig.trouble(&troubles);
                let scope = match looks_at {
                    LooksAt::Changes => Scope::Changed,
                    LooksAt::All => Scope::Full,
                    LooksAt::One(who) => Scope::Contact(id(*who).into()),
                    LooksAt::List(number) => Scope::List(list(*number)),
                };
                // After a loss a person has to approve again.
                self.rig.ask(scope, true);
                self.rig.calm();
            }
        }
    }

    /// The dialer calls who is not out of dialing.
    fn call(&mut self, who: u64, end: &'static str, transfer: Option<&'static str>) {
        let Some(lead) = self.lead(who) else { return };
        let status = self.rig.world().vici.leads[&lead].status.clone();
        if ["VSGONE", "DNC", "SALE"].contains(&status.as_str()) {
            return;
        }
        let start = self.rig.world().now.timestamp();
        self.rig.call(&id(who), end);
        if let Some(end) = transfer {
            self.rig.transfer(&id(who), end);
        }
        self.known.get_mut(&who).unwrap().calls.push((start, transfer.unwrap_or(end)));
    }

    /// Nothing goes wrong any more, time passes, and everything is as it should be.
    fn end(&mut self) {
        self.rig.calm();
        for _ in 0..3 {
            self.rig.wait(90_000);
            self.rig.approve();
        }
        self.rig.written();
        self.rig.wait(60);
        let report = self.rig.full();
        assert_eq!(self.rig.written(), Vec::<String>::new(), "the last run writes nothing");
        // A lead whose contact was deleted while nobody knew of the two is shown to a person.
        let deleted = self.known.values().filter(|known| !known.is_there).count();
        let failures = self.rig.failures();
        let orphans = failures.iter().filter(|failure| failure.code == "orphan_lead").count();
        assert!(orphans == failures.len() && orphans <= deleted, "{} {failures:?}", report.message);
        for (who, known) in &self.known {
            self.contact(&id(*who), known);
            assert!(self.rig.entered(&id(*who)) <= 1, "{who} entered the hopper twice");
        }
    }

    fn contact(&self, id: &str, known: &Known) {
        let leads = self.rig.leads(id);
        let is_shown = |lead: &LeadId| self.rig.failures().iter().any(|failure| failure.subject == format!("lead:{lead}"));
        if !known.is_there && leads.iter().any(is_shown) {
            return;
        }
        assert!(leads.len() <= 1, "{id} has {} leads", leads.len());
        let is_dialed = known.is_there && !known.is_opted_out && known.list.is_some();
        let Some(lead) = leads.first() else {
            assert!(!is_dialed, "{id} has no lead");
            return;
        };
        let row = self.rig.row(id);
        let is_in_hopper = self.rig.world().vici.hopper.contains_key(lead);
        if known.is_opted_out {
            // Whoever was deleted right after may have opted out unseen, and then merely left.
            let is_out = row.status == "DNC" || (!known.is_there && ["VSGONE", "SALE"].contains(&row.status.as_str()));
            assert!(is_out && !is_in_hopper, "{id} opted out: {} {is_in_hopper}", row.status);
        } else if !is_dialed {
            assert!(["VSGONE", "SALE", "DNC"].contains(&row.status.as_str()) && !is_in_hopper, "{id} left: {} {is_in_hopper}", row.status);
        } else {
            assert_ne!(row.status, "VSGONE", "{id} is to be dialed");
            let place = row.list.0;
            assert!(known.list == Some(place) || known.moved.contains(&place), "{id} is in list {place}: {known:?}");
            let first_name = if self.is_upper { known.first_name.to_uppercase() } else { known.first_name.clone() };
            assert_eq!(row.get(LeadField::FirstName), first_name, "{id}");
            assert!(known.email.may.contains(row.get(LeadField::Email)), "{id}: {} {known:?}", row.get(LeadField::Email));
            assert!(known.plan.may.contains(row.custom("plan")), "{id}: {} {known:?}", row.custom("plan"));
            assert_eq!(format!("+{}{}", row.get(LeadField::PhoneCode), row.get(LeadField::PhoneNumber)), known.phone, "{id}");
            assert!(known.last_name.contains(row.get(LeadField::LastName)), "{id}: {} {known:?}", row.get(LeadField::LastName));
            assert!(known.city.contains(row.get(LeadField::City)), "{id}: {} {known:?}", row.get(LeadField::City));
            let city = self.rig.attribute(id, "city").text().unwrap_or_default();
            assert_eq!(shown(&city), row.get(LeadField::City), "both sides of {id} have one city");
            assert_eq!(self.rig.attribute(id, "note").text().unwrap_or_default(), known.note, "what agents noted of {id} is in the CRM");
        }
        if known.is_there {
            self.calls(id, known);
        }
    }

    fn calls(&self, id: &str, known: &Known) {
        let mut wanted: Vec<(i64, &str)> = known.calls.iter().filter(|(_, end)| LISTED.contains(end)).copied().collect();
        wanted.sort_unstable();
        let activities = self.rig.activities(id);
        let mut logged: Vec<(i64, &str)> =
            activities.iter().map(|(_, logged)| (logged.activity.start.timestamp(), logged.activity.status.as_str())).collect();
        logged.sort_unstable();
        assert_eq!(logged, wanted, "activities of {id}");
        let count = i64::try_from(known.calls.len()).unwrap();
        let shown = self.rig.attribute(id, "callCount");
        assert!(shown == Value::Int(count) || (count == 0 && shown == Value::Null), "{id}: {shown:?} of {count} calls");
    }
}

/// The laws' mapping, edited: the city goes both ways, notes come from VICIdial, and first names may be in capitals.
fn edits(is_upper: bool) -> [(&'static str, &'static str); 2] {
    let upper = "first_name = { from = \"firstName\", transform = [\"upper\"] }";
    let lines = "city = { from = \"city\", direction = \"both\", blank = \"clear\" }\ncomments = { from = \"note\", direction = \"pull\" }";
    [("first_name = \"firstName\"", if is_upper { upper } else { "first_name = \"firstName\"" }), (super::two_ways::CITY, lines)]
}

/// What VICIdial keeps of a text.
fn shown(text: &str) -> String {
    text.replace([';', '#', '"'], "").replace('+', " ")
}

#[test]
fn whatever_happens_it_ends_as_the_model_says() {
    let cases = std::env::var("VICISYNC_LAW_CASES").ok().and_then(|cases| cases.parse().ok());
    let seed = if cases.is_some() { RngSeed::Random } else { RngSeed::Fixed(1) };
    let config = Config { cases: cases.unwrap_or(200), rng_seed: seed, failure_persistence: None, ..Config::default() };
    let outcome = TestRunner::new(config).run(&steps(), |steps| {
        let mut life = Life::new();
        for step in &steps {
            life.step(step);
        }
        life.end();
        Ok(())
    });
    if let Err(error) = outcome {
        panic!("{error}");
    }
}
