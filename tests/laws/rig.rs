//! The engine and a state on disk, put together with a world. Runs end by themselves, or by the death of the process.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::task::Poll;
use std::time::Duration;

use chrono::TimeDelta;
use tempfile::TempDir;
use vicisync::engine::{Job, Outside, Report, Request, Scope, Unwatched, run};
use vicisync::mapping;
use vicisync::model::{
    ActivityId, ContactId, Failure, FieldName, Hopper, InstallKey, Intake, JobName, LeadField, LeadId, Link, LinkId, ListChange, ListId,
    RunEnd, Seat, Slot, TzMethod, Value, VendorLeadCode,
};
use vicisync::ports::Store;
use vicisync::state::State;
use vicisync::sync::brake::Limits;
use vicisync::sync::quiet::Quiet;

use super::world::crm::{Logged, Person};
use super::world::dialer::Row;
use super::world::trouble::{At, Script, Trouble};
use super::world::{Sim, World};

/// The mapping of all laws, before a law edits it.
pub(crate) const MAPPING: &str = r#"
format = 1
object = "Contact"

[filter]
segment = { is_not = "closed" }

[[list]]
when = { segment = "north" }
list = 1001

[[list]]
when = { segment = "south" }
list = 1002

[[list]]
when = { segment = "west" }
list = 1003

[list_default]
reject = true

[phone]
from = ["phoneNumber"]
default_region = "US"

[lead]
first_name = "firstName"
last_name = "lastName"
email = "email"
city = { from = "city", blank = "clear" }

[custom]
plan = "plan"

[leaving]
status = "VSGONE"
keep = ["SALE", "DNC"]

[opt_out]
status = "DNC"

[calls]
go_live = 2026-11-02T00:00:00Z

[calls.always]
set = { callCount = "${call_count}", lastCall = "${call_end}" }

[[disposition]]
status = ["SALE", "NI", "CALLBK", "DNC"]
set = { outcome = "${status}" }
activity = true
"#;

/// How long a write of unknown effect is left alone.
pub(crate) const SETTLE_S: i64 = 120;

/// One installation and its world.
pub(crate) struct Rig {
    pub(crate) sim: Sim,
    pub(crate) job: Job,
    /// The mapping's text.
    text: String,
    dir: TempDir,
    state: Option<State>,
}

fn program(text: &str) -> mapping::Program {
    match mapping::parse("laws.toml", text) {
        Ok((program, _)) => program,
        Err(problems) => panic!("the laws' mapping is wrong: {problems:#?}"),
    }
}

fn temp_dir() -> TempDir {
    // Memory, where there is some: every commit is synced.
    let shm = Path::new("/dev/shm");
    if shm.is_dir() { TempDir::new_in(shm).unwrap() } else { TempDir::new().unwrap() }
}

impl Rig {
    /// A new installation in an empty world.
    pub(crate) fn new() -> Self {
        let job = Job {
            name: JobName::from("sales"),
            crm: "espo".to_owned(),
            vicidial: "main".to_owned(),
            neighbours: Vec::new(),
            program: program(MAPPING),
            limits: Limits {
                creates: 100,
                updates: 100,
                moves: 100,
                deactivates: 20,
                deactivates_share: 0.5,
                patches: 100,
                deletes: 20,
                contacts: 50,
            },
            settle: Duration::from_secs(SETTLE_S.unsigned_abs()),
            quiet: Quiet::never(),
            systems: "one".to_owned(),
            vicidial_concurrency: 4,
            crm_concurrency: 4,
            key: InstallKey([7; 32]),
            slot: Slot::main(),
            credentials: BTreeMap::from([("espo".to_owned(), "one".to_owned()), ("main".to_owned(), "one".to_owned())]),
        };
        let sim = Sim::new();
        sim.world().crm.asked = job.program.contact_fields();
        Self { sim, job, text: MAPPING.to_owned(), dir: temp_dir(), state: None }
    }

    /// An installation with so many contacts `c00`, `c01`, ... in segment north, pushed, and with nothing left to do.
    pub(crate) fn started(contacts: u64) -> Self {
        Self::started_with(contacts, &[])
    }

    /// The world.
    pub(crate) fn world(&self) -> std::sync::MutexGuard<'_, World> {
        self.sim.world()
    }

    /// Another mapping: the text with some of it replaced.
    pub(crate) fn remap(&mut self, from: &str, to: &str) {
        assert!(MAPPING.contains(from), "the mapping has no {from:?}");
        self.map_by(MAPPING.replace(from, to));
    }

    /// Another mapping: several replacements in the text.
    pub(crate) fn remap_all(&mut self, edits: &[(&str, &str)]) {
        let mut text = MAPPING.to_owned();
        for (from, to) in edits {
            assert!(text.contains(from), "the mapping has no {from:?}");
            text = text.replace(from, to);
        }
        self.map_by(text);
    }

    /// As [`Self::started`], with another mapping: several replacements in the text.
    pub(crate) fn started_with(contacts: u64, edits: &[(&str, &str)]) -> Self {
        let mut rig = Self::new();
        rig.remap_all(edits);
        for number in 0..contacts {
            rig.add(&id(number), number, "north");
        }
        rig.wait(60);
        rig.approve();
        rig.wait(60);
        rig.sim.world().forget_counts();
        rig
    }

    /// The same mapping with another value of `list_change`.
    pub(crate) fn list_change(&mut self, list_change: ListChange) {
        let word = match list_change {
            ListChange::Move => "move",
            ListChange::Stay => "stay",
        };
        let rules = self.text.lines().filter(|line| !line.starts_with("list_change"));
        let text = format!("list_change = \"{word}\"\n{}", rules.map(|line| format!("{line}\n")).collect::<String>());
        self.map_by(text);
    }

    /// The same mapping with other tables `[time_zone]` and `[hopper]`.
    pub(crate) fn intake(&mut self, intake: Intake) {
        let mut text = self.text.split("[time_zone]").next().unwrap_or_default().to_owned();
        let method = match intake.tz_method {
            TzMethod::AreaCode => "area_code",
            TzMethod::PostalCode => "postal_code",
            TzMethod::Nanpa => "nanpa",
            TzMethod::TzCode => "tz_code",
        };
        text.push_str(&format!("[time_zone]\nmethod = \"{method}\"\n"));
        if let Some(Hopper { priority, checks_local_time }) = intake.hopper {
            text.push_str(&format!("[hopper]\nnew_leads = true\npriority = {priority}\nlocal_time = {checks_local_time}\n"));
        }
        self.map_by(text);
        assert_eq!(self.job.program.intake(), intake);
    }

    fn map_by(&mut self, text: String) {
        self.job.program = program(&text);
        self.text = text;
        self.world().crm.asked = self.job.program.contact_fields();
    }

    /// A new contact.
    pub(crate) fn add(&self, id: &str, number: u64, segment: &str) {
        self.world().person(id, |person| {
            for (name, value) in [
                ("firstName", format!("Ann{number}")),
                ("lastName", "Example".to_owned()),
                ("email", format!("ann{number}@example.com")),
                ("phoneNumber", phone(number)),
                ("segment", segment.to_owned()),
                ("plan", "basic".to_owned()),
            ] {
                person.fields.insert(name.to_owned(), Value::Text(value));
            }
        });
    }

    /// Somebody changes one attribute in the CRM.
    pub(crate) fn edit(&self, id: &str, name: &str, value: &str) {
        self.world().person(id, |person| drop(person.fields.insert(name.to_owned(), Value::Text(value.to_owned()))));
    }

    /// The person, or somebody for them, opts out in the CRM.
    pub(crate) fn opt_out(&self, id: &str) {
        self.world().person(id, |person| person.opted_out = true);
    }

    /// Somebody deletes a contact.
    pub(crate) fn delete(&self, id: &str) {
        self.world().crm.people.remove(&ContactId::from(id));
    }

    /// Time passes.
    pub(crate) fn wait(&self, seconds: i64) {
        self.world().pass(TimeDelta::seconds(seconds));
    }

    /// What goes wrong from now on.
    pub(crate) fn trouble(&self, troubles: &[(At, Trouble)]) {
        self.world().script = Script::of(troubles);
    }

    /// Nothing goes wrong any more.
    pub(crate) fn calm(&self) {
        self.trouble(&[]);
    }

    /// A run over what changed.
    pub(crate) fn run(&mut self) -> Report {
        self.ask(Scope::Changed, false).expect("nobody killed this run")
    }

    /// A run over everything.
    pub(crate) fn full(&mut self) -> Report {
        self.ask(Scope::Full, false).expect("nobody killed this run")
    }

    /// A full run that a person approved.
    pub(crate) fn approve(&mut self) -> Report {
        self.ask(Scope::Full, true).expect("nobody killed this run")
    }

    /// What a run would do.
    pub(crate) fn plan(&mut self) -> Report {
        let store = self.state.as_ref().expect("a run opened it");
        let outside = Outside { dialer: &self.sim, contacts: &self.sim, store, clock: &self.sim, progress: &Unwatched };
        let request = Request { trigger: "manual", scope: Scope::Changed, is_approved: false, is_dry: true };
        tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(run(&outside, &self.job, &request))
    }

    /// A run; `None` where it was killed. Then the state is opened anew for the next one.
    pub(crate) fn ask(&mut self, scope: Scope, is_approved: bool) -> Option<Report> {
        if self.state.is_none() {
            self.state = Some(State::open(self.dir.path()).expect("the state opens"));
        }
        let store = self.state.as_ref().expect("it was opened just now");
        let outside = Outside { dialer: &self.sim, contacts: &self.sim, store, clock: &self.sim, progress: &Unwatched };
        let request = Request { trigger: "manual", scope, is_approved, is_dry: false };
        let report = tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
            let mut run = Box::pin(run(&outside, &self.job, &request));
            std::future::poll_fn(|context| match run.as_mut().poll(context) {
                Poll::Ready(report) => Poll::Ready(Some(report)),
                Poll::Pending if self.sim.world().is_dead => Poll::Ready(None),
                Poll::Pending => Poll::Pending,
            })
            .await
        });
        if report.is_none() {
            self.restart();
        }
        self.world().is_dead = false;
        report
    }

    /// The process ends; the next run opens the state anew.
    pub(crate) fn restart(&mut self) {
        self.state = None;
    }

    /// The database is lost, the install key is not.
    pub(crate) fn lose_database(&mut self) {
        self.state = None;
        for file in fs::read_dir(self.dir.path()).unwrap() {
            let path: PathBuf = file.unwrap().path();
            if path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("state.db")) {
                fs::remove_file(path).unwrap();
            }
        }
    }

    /// All leads, contacts and activities as they are now.
    pub(crate) fn picture(&self) -> (BTreeMap<LeadId, Row>, BTreeMap<ContactId, Person>, BTreeMap<ActivityId, Logged>) {
        let world = self.world();
        (world.vici.leads.clone(), world.crm.people.clone(), world.crm.activities.clone())
    }

    /// A copy of the state as it is now.
    pub(crate) fn back_up(&mut self) -> TempDir {
        // Closed, it has all in one file.
        self.restart();
        let copy = temp_dir();
        for file in fs::read_dir(self.dir.path()).unwrap() {
            let path: PathBuf = file.unwrap().path();
            if path.is_file() {
                fs::copy(&path, copy.path().join(path.file_name().unwrap())).unwrap();
            }
        }
        copy
    }

    /// An older state is put back.
    pub(crate) fn restore(&mut self, copy: &TempDir) {
        self.lose_database();
        for file in fs::read_dir(copy.path()).unwrap() {
            let path: PathBuf = file.unwrap().path();
            fs::copy(&path, self.dir.path().join(path.file_name().unwrap())).unwrap();
        }
    }

    /// The state.
    pub(crate) fn store(&self) -> &State {
        self.state.as_ref().expect("a run opened it")
    }

    /// What is open.
    pub(crate) fn failures(&self) -> Vec<Failure> {
        self.store().failures(&self.job.name, None).unwrap()
    }

    /// Codes of what is open, sorted.
    pub(crate) fn failure_codes(&self) -> Vec<String> {
        let mut codes: Vec<String> = self.failures().into_iter().map(|failure| failure.code).collect();
        codes.sort();
        codes
    }

    /// All links.
    pub(crate) fn links(&self) -> Vec<Link> {
        self.store().links_after(&self.job.name, LinkId(0), 10_000).unwrap()
    }

    /// The code of a contact's lead: of its main one by the contact's id, of a further one as `ID/SLOT`.
    pub(crate) fn code(&self, id: &str) -> VendorLeadCode {
        VendorLeadCode::derive(&self.job.key, &self.job.crm, &seat(id))
    }

    /// All leads of a contact, main or `ID/SLOT`, by its code.
    pub(crate) fn leads(&self, id: &str) -> Vec<LeadId> {
        let code = self.code(id);
        self.world().vici.leads.iter().filter(|(_, row)| row.code == code.as_str()).map(|(lead, _)| *lead).collect()
    }

    /// The one lead of a contact.
    pub(crate) fn lead(&self, id: &str) -> LeadId {
        let leads = self.leads(id);
        assert_eq!(leads.len(), 1, "leads of {id}");
        leads[0]
    }

    /// Its row.
    pub(crate) fn row(&self, id: &str) -> Row {
        let lead = self.lead(id);
        self.world().vici.leads[&lead].clone()
    }

    /// Somebody in VICIdial changes a lead.
    pub(crate) fn agent(&self, id: &str, change: impl FnOnce(&mut Row)) {
        let lead = self.lead(id);
        let mut world = self.world();
        change(world.vici.leads.get_mut(&lead).unwrap());
        let now = world.now;
        world.vici.modified.insert(lead, now);
    }

    /// The activities of a contact.
    pub(crate) fn activities(&self, id: &str) -> Vec<(ActivityId, Logged)> {
        let is_theirs = |logged: &Logged| logged.contact.as_str() == id;
        let world = self.world();
        world.crm.activities.iter().filter(|(_, logged)| is_theirs(logged)).map(|(id, logged)| (id.clone(), logged.clone())).collect()
    }

    /// One attribute of a contact.
    pub(crate) fn attribute(&self, id: &str, name: &str) -> Value {
        self.world().crm.people[&ContactId::from(id)].fields.get(name).cloned().unwrap_or(Value::Null)
    }

    /// Takes what was written since it was last asked.
    pub(crate) fn written(&self) -> Vec<String> {
        std::mem::take(&mut self.world().writes)
    }

    /// Nothing is left to do: a short run and a full one write nothing and end well.
    #[track_caller]
    pub(crate) fn is_quiet(&mut self) {
        self.calm();
        self.written();
        for scope in [Scope::Changed, Scope::Full] {
            self.wait(60);
            let report = self.ask(scope, false).expect("nobody killed this run");
            assert_eq!(self.written(), Vec::<String>::new(), "a run with nothing to do writes nothing");
            assert_eq!(report.end, RunEnd::Clean, "{} {:?}", report.message, self.failures());
        }
    }
}

/// The id of a contact by number.
pub(crate) fn id(number: u64) -> String {
    format!("c{number:02}")
}

/// One of a contact's leads: the main one by the contact's id, a further one as `ID/SLOT`.
pub(crate) fn seat(id: &str) -> Seat {
    match id.split_once('/') {
        Some((contact, slot)) => Seat { contact: contact.into(), slot: Slot::named(slot) },
        None => id.into(),
    }
}

/// A made-up phone as the CRM has it.
pub(crate) fn phone(number: u64) -> String {
    format!("+1727555{:04}", 100 + number)
}

/// A standard field.
pub(crate) fn field(field: LeadField) -> FieldName {
    FieldName::Standard(field)
}

impl Row {
    /// The value of a standard field.
    pub(crate) fn get(&self, field: LeadField) -> &str {
        self.values.get(&FieldName::Standard(field)).map_or("", String::as_str)
    }

    /// Somebody writes a standard field.
    pub(crate) fn set(&mut self, field: LeadField, value: &str) {
        self.values.insert(FieldName::Standard(field), value.to_owned());
    }

    /// The value of a custom field.
    pub(crate) fn custom(&self, label: &str) -> &str {
        self.values.get(&FieldName::Custom(label.to_owned())).map_or("", String::as_str)
    }
}

/// A list by number.
pub(crate) fn list(number: u64) -> ListId {
    ListId(number)
}
