//! One whole life of a job, played by the engine over HTTP and over SQL: both end the same.
//!
//! Two servers, a state on disk, people who edit, agents who call, a connection that breaks. All clocks stand unless the life moves them, and
//! one request is sent at a time, so that nothing but the way of reading differs.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::time::Duration;

use chrono::{DateTime, Utc};
use serde_json::{Value, json};
use vicisync::emulator::espocrm::{self, CustomField, Entity, Holds};
use vicisync::emulator::fault::{Class, Fault as Trouble, Script};
use vicisync::emulator::people::people;
use vicisync::emulator::vicidial::{CallSpec, Options, Server, Transfer};
use vicisync::engine::{Outside, Report, Request, Scope, Unwatched, run};
use vicisync::model::{JobName, Link, LinkId, LinkState, OpState, RunEnd, Totals};
use vicisync::ports::{Clock, Store};
use vicisync::setup::{Checked, Places, Ready, ready};
use vicisync::state::State;

use super::mirrored::Way;
use super::server::{Mariadb, mariadb};
use super::world::NOW;

const MAPPING: &str = include_str!("../../mappings/rehearsal.toml");
const PLANS: [Option<&str>; 4] = [Some("Gold"), Some("Silver"), None, Some(" it's basic ")];
const ALL: [OpState; 6] = [OpState::Intended, OpState::Sent, OpState::Unknown, OpState::Done, OpState::Refused, OpState::Superseded];

/// What is left in the end, and what each run said, by headings.
type End = BTreeMap<String, Vec<String>>;

/// One installation and its two servers.
struct Life {
    vicidial: Server,
    espo: espocrm::Server,
    way: Way,
    ready: Ready,
    state: State,
    end: End,
    _dir: tempfile::TempDir,
}

/// The servers' clocks.
struct Hands<'a>(&'a Server, &'a espocrm::Server);

impl Hands<'_> {
    fn pass(&self, seconds: i64) {
        self.0.with_world(|world| world.clock.advance(seconds));
        self.1.with_world(|world| world.clock.advance(seconds));
    }
}

impl Clock for Hands<'_> {
    fn now(&self) -> DateTime<Utc> {
        DateTime::from_timestamp(self.0.with_world(|world| world.clock.epoch()), 0).unwrap()
    }

    async fn sleep(&self, time: Duration) {
        self.pass(i64::try_from(time.as_secs()).unwrap() + 1);
    }
}

fn write(path: &Path, text: impl AsRef<[u8]>) {
    fs::write(path, text).unwrap();
    fs::set_permissions(path, fs::Permissions::from_mode(0o600)).unwrap();
}

/// The installation as the commands build it, from files.
fn installed(dir: &Path, vicidial: &str, espo: &str) -> (Ready, State) {
    let config = format!(
        r#"format = 1
[crm.espo]
kind = "espocrm"
site = "{espo}"
secrets = {{ api_key = "file:espo.key" }}
options = {{ activity_key_field = "cDialerKey", user_id = "00000000000000002" }}
[vicidial.main]
url = "{vicidial}"
user = "apiuser"
pass = "file:vicidial.pass"
zone = "America/New_York"
use_non_latin = "on"
[job.sales]
crm = "espo"
vicidial = "main"
mapping = "mapping.toml"
settle_s = 10
"#
    );
    write(&dir.join("vicisync.toml"), config);
    write(&dir.join("mapping.toml"), format!("{MAPPING}\n[users]\ndefault = \"00000000000000002\"\n"));
    write(&dir.join("espo.key"), "rehearsal-key");
    write(&dir.join("vicidial.pass"), "apipass");
    let places = Places { config: dir.join("vicisync.toml"), state: dir.join("state") };
    let state = State::open(&places.state).unwrap();
    // The same codes in both lives.
    write(&places.state.join("install.key"), [7; 32]);
    let checked = Checked::read(&places).unwrap_or_else(|problems| panic!("{problems:#?}"));
    let (mut jobs, _) = ready(&checked, &[JobName::from("sales")], &state.install_key().unwrap(), &std::collections::BTreeMap::new())
        .unwrap_or_else(|problems| panic!("{problems:#?}"));
    let mut ready = jobs.remove(0);
    ready.job.systems = "both".to_owned();
    (ready.job.vicidial_concurrency, ready.job.crm_concurrency) = (1, 1);
    (ready, state)
}

impl Life {
    async fn begin(mariadb: Option<Mariadb>) -> Self {
        let vicidial = Server::start(Options::default()).await.unwrap();
        let mut options = espocrm::Options::default();
        options.fields.push(CustomField::new(Entity::Contact, "cPlan", Holds::Varchar(40)));
        let espo = espocrm::Server::start(options).await.unwrap();
        vicidial.with_world(|world| world.clock.hold(NOW));
        espo.with_world(|world| {
            world.clock.fix("2026-11-24 15:00:00");
            for (number, mut person) in people(5, 60).into_iter().enumerate() {
                person["cPlan"] = PLANS[number % PLANS.len()].into();
                world.insert_contact(person);
            }
        });
        let dir = tempfile::tempdir().unwrap();
        let (ready, state) = installed(dir.path(), &vicidial.url(), &espo.url());
        let way = match mariadb {
            Some(mariadb) => Way::sql(&vicidial, mariadb).await,
            None => Way::http(&vicidial),
        };
        Self { vicidial, espo, way, ready, state, end: End::new(), _dir: dir }
    }

    fn hands(&self) -> Hands<'_> {
        Hands(&self.vicidial, &self.espo)
    }

    /// A run, and what it said. Time passes before it.
    async fn run(&mut self, scope: Scope, is_approved: bool) -> Report {
        self.hands().pass(600);
        let clock = self.hands();
        let outside =
            Outside { dialer: &self.way, contacts: &*self.ready.contacts, store: &self.state, clock: &clock, progress: &Unwatched };
        let request = Request { trigger: "manual", scope, is_approved, is_dry: false };
        let report = run(&outside, &self.ready.job, &request).await;
        let number = self.end.keys().filter(|key| key.starts_with("run")).count() + 1;
        // How a connection broke is the system's word, one time this and one time that.
        let message = report.message.split(" (`").next().unwrap_or_default();
        let failures = self.state.failures(&self.ready.job.name, None).unwrap();
        let said = vec![
            format!("{:?} {:?}", report.end, report.totals),
            format!("{message} {:?} {:?}", report.holds, report.rejected),
            format!("{failures:#?}"),
        ];
        self.end.insert(format!("run {number}"), said);
        report
    }

    /// Live links, in the order of their leads.
    fn live(&self) -> Vec<Link> {
        let mut links = self.state.links_after(&self.ready.job.name, LinkId(0), 10_000).unwrap();
        links.retain(|link| link.state == LinkState::Live);
        links.sort_by_key(|link| link.lead_id);
        links
    }

    fn edit(&self, contact: &Link, change: Value) {
        assert!(self.espo.with_world(|world| world.edit_contact(contact.contact.as_str(), change)));
    }

    fn agent(&self, lead: &Link, field: &str, value: &str) {
        assert!(self.vicidial.with_world(|world| world.agent_edit(lead.lead_id.unwrap().0, field, value)));
    }

    fn call(&self, lead: &Link, spec: CallSpec) {
        self.vicidial.with_world(|world| world.call(lead.lead_id.unwrap().0, spec).unwrap());
    }

    fn list(&mut self, heading: &str, lines: impl IntoIterator<Item = String>) {
        self.end.insert(heading.to_owned(), lines.into_iter().collect());
    }

    /// All that is left.
    fn ended(mut self) -> End {
        let job = self.ready.job.name.clone();
        let links = self.state.links_after(&job, LinkId(0), 10_000).unwrap();
        self.list("links", links.iter().map(|link| format!("{link:#?}")));
        let ops = self.state.ops(&job, &ALL, 10_000).unwrap();
        self.list("ops", ops.iter().map(|op| format!("{op:#?}")));
        let rejections = self.state.rejections(&job, 10_000).unwrap();
        self.list("rejections", rejections.0.iter().map(|rejection| format!("{rejection:?}")));
        let mut record = self.state.job(&job).unwrap();
        // The CRM's clock is known to the length of a request only.
        assert!(record.watermark.take().is_some());
        self.list("memory", [format!("{record:#?}")]);
        let (contacts, calls) = (self.espo.contacts(), self.espo.calls());
        self.list("contacts", contacts.iter().map(Value::to_string));
        self.list("activities", calls.iter().map(Value::to_string));
        for table in ["vicidial_list", "custom_1001", "custom_1002", "custom_1003", "vicidial_hopper", "vicidial_callbacks"] {
            let rows = self.vicidial.with_world(|world| world.rows(table));
            self.list(table, rows.iter().map(|row| format!("{row:?}")));
        }
        self.end
    }
}

/// A job's life, from its first run to one that has nothing left to do.
async fn lived(mariadb: Option<Mariadb>) -> (End, Totals) {
    let mut life = Life::begin(mariadb).await;
    let mut all = Totals::default();
    let held = life.run(Scope::Changed, false).await;
    assert_eq!((held.end, life.vicidial.writes()), (RunEnd::Held, 0), "{}", held.message);
    all = sum(all, life.run(Scope::Changed, true).await);

    // People edit on both sides, some of them the same lead; one answer is lost.
    let live = life.live();
    for link in &live[0..4] {
        life.edit(link, json!({ "lastName": "O'Newname", "cPlan": "Platinum" }));
    }
    life.edit(&live[5], json!({ "addressCity": "Straße\u{308} 5", "description": "one\ntwo" }));
    // Tabs and line breaks make a list's file doubtful. Whoever has them is not called here: the export of calls may not show such calls.
    let edits = [
        (0, "city", "Agent's City"),
        (5, "city", "Elsewhere"),
        (22, "comments", "told\tus"),
        (23, "source_id", "a\r\nb"),
        (24, "address1", "it's\nbroken"),
    ];
    for (at, field, value) in edits {
        life.agent(&live[at], field, value);
    }
    life.vicidial.with_world(|world| world.agent_edit_custom(live[25].lead_id.unwrap().0, "crm_note", "line\nfeed"));
    life.vicidial.script(Script::new().nth(Class::Write, 2, Trouble::DropAfter));
    all = sum(all, life.run(Scope::Changed, false).await);
    life.vicidial.script(Script::new());
    all = sum(all, life.run(Scope::Changed, false).await);

    // Calls, some with transfers, and one that goes on.
    for (at, status) in ["SALE", "NI", "CALLBK", "DNC", "A", "NA", "B", "SALE"].iter().enumerate() {
        life.call(&live[at], if at < 4 { CallSpec::answered("6001", status, 65) } else { CallSpec::unanswered(status) });
    }
    let transfers = vec![Transfer { agent: "6002".into(), status: "SALE".into(), seconds: 60 }];
    life.call(&live[8], CallSpec { transfers, ..CallSpec::answered("6001", "XFER", 40) });
    life.vicidial.with_world(|world| world.begin_call(live[9].lead_id.unwrap().0, Some("6003"), None)).unwrap();
    life.hands().pass(1800);
    all = sum(all, life.run(Scope::Changed, false).await);

    // Contacts move, opt out, leave; leads wait in the hopper; one lead is deleted, one moved by an admin.
    life.vicidial.with_world(|world| world.fill_hopper(40));
    let segment = |link: &Link| if link.list_id.0 == 1001 { "south" } else { "north" };
    for link in &live[10..14] {
        life.edit(link, json!({ "cSegment": segment(link) }));
    }
    life.edit(&live[14], json!({ "cSegment": segment(&live[14]), "cPlan": "moved" }));
    life.edit(&live[15], json!({ "doNotCall": true }));
    life.edit(&live[16], json!({ "cSegment": null }));
    life.espo.with_world(|world| {
        assert!(world.delete_contact(live[17].contact.as_str()));
        assert!(world.set_opt_out(&live[18].phone));
    });
    life.agent(&live[19], "list_id", if live[19].list_id.0 == 1003 { "1001" } else { "1003" });
    let deleted = json!({ "delete": "vicidial_list", "where": { "lead_id": live[20].lead_id.unwrap().to_string() } });
    life.vicidial.with_world(|world| world.database(&deleted)).unwrap();
    all = sum(all, life.run(Scope::Changed, false).await);
    all = sum(all, life.run(Scope::Full, false).await);

    // Somebody lets an opted-out person in again; custom fields of moved leads change.
    life.agent(&live[15], "status", "NEW");
    life.edit(&live[10], json!({ "cPlan": "after the move" }));
    all = sum(all, life.run(Scope::Full, false).await);
    life.vicidial.reset_counts();
    life.espo.reset_counts();
    life.run(Scope::Full, false).await;
    assert_eq!((life.vicidial.writes(), life.espo.writes()), (0, 0), "nothing is left to do");
    (life.ended(), all)
}

fn sum(all: Totals, report: Report) -> Totals {
    let Totals { added, updated, moved, deactivated, opted_out, patched, logged, unknown, .. } = report.totals;
    Totals {
        added: all.added + added,
        updated: all.updated + updated,
        moved: all.moved + moved,
        deactivated: all.deactivated + deactivated,
        opted_out: all.opted_out + opted_out,
        patched: all.patched + patched,
        logged: all.logged + logged,
        unknown: all.unknown + unknown,
        ..all
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_life_over_http_and_over_sql_ends_the_same() {
    let Some(mariadb) = mariadb("a_life_over_http_and_over_sql_ends_the_same").await else { return };
    let (http, all) = lived(None).await;
    let (sql, _) = lived(Some(mariadb)).await;
    // It was a life worth comparing.
    let Totals { added, updated, moved, deactivated, opted_out, patched, logged, unknown, .. } = all;
    for (what, count, least) in [
        ("added", added, 30),
        ("updated", updated, 6),
        ("moved", moved, 5),
        ("deactivated", deactivated, 2),
        ("opted out", opted_out, 3),
        ("patched", patched, 9),
        ("logged", logged, 5),
        ("unknown", unknown, 1),
    ] {
        assert!(count >= least, "{what}: {count} of {least} at least: {all:?}");
    }
    for heading in http.keys() {
        assert_eq!(http[heading], sql[heading], "{heading}");
    }
    assert_eq!(http.len(), sql.len());
}
