//! `vicisync check --live`: do both systems let vicisync do what the mapping wants, and would VICIdial cut what the CRM has.
//!
//! A login that a run found refused is tried once here, and freed when it is good.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use serde_json::{Value as Json, json};

use super::exit::Exit;
use super::facts;
use super::screen::{Failed, Screen};
use super::session::Session;
use crate::mapping::{Then, WithoutContact};
use crate::model::{CrmField, FactName, FactSource, ReportKind, ServerFacts, Wanted};
use crate::ports::{Contacts, Fault, Reach, Scope, Store, StoreErrorKind};
use crate::setup::{self, Checked, Compared, Problem, Ready, ReadyReport};
use crate::state::State;
use crate::sync::server::{Change, disagreement, merge};
use crate::vicidial::Asker;

/// Contacts of the CRM that the mapping is tried on.
const SAMPLES: usize = 200;

/// One thing that was looked at.
struct Finding {
    connection: String,
    is_ok: bool,
    what: String,
    advice: Option<String>,
}

/// A VICIdial that was asked about itself.
struct Server {
    connection: String,
    asked_at: DateTime<Utc>,
    facts: ServerFacts,
    changes: Vec<Change>,
}

/// What a live check came to.
#[derive(Default)]
struct Findings {
    list: Vec<Finding>,
    exit: Option<Exit>,
    /// What is known of each VICIdial, as it was asked just now.
    servers: Vec<Server>,
    /// Lines of the mappings that do not fit what the CRM has.
    warnings: Vec<Problem>,
}

impl Findings {
    fn add(&mut self, connection: &str, is_ok: bool, what: String, advice: Option<String>) {
        if !is_ok {
            self.worst(Exit::Usage);
        }
        self.list.push(Finding { connection: connection.to_owned(), is_ok, what, advice });
    }

    fn fault(&mut self, connection: &str, fault: &Fault) {
        self.worst(Exit::from(fault));
        self.list.push(Finding {
            connection: connection.to_owned(),
            is_ok: false,
            what: fault.message.clone(),
            advice: fault.help.clone(),
        });
    }

    fn worst(&mut self, exit: Exit) {
        self.exit = Some(self.exit.map_or(exit, |worst| worst.max(exit)));
    }
}

/// What came of it.
pub(super) struct Live {
    pub(super) findings: Vec<Json>,
    pub(super) servers: BTreeMap<String, Json>,
    pub(super) changes: Vec<Json>,
    pub(super) warnings: Vec<Problem>,
    pub(super) exit: Exit,
}

/// Asks both systems and tells what was found.
///
/// # Errors
/// A state that cannot be used.
pub(super) async fn run(
    session: &Session,
    checked: &Checked,
    jobs: Vec<Ready>,
    mut reports: Vec<ReadyReport>,
    copy: &State,
) -> Result<Live, Failed> {
    // The state is opened for writing, because a login that is good frees a connection that was stopped.
    let state = open_or_say(session)?;
    let jobs = match &state {
        Some(state) => {
            // Their warnings were told.
            let (jobs, _) = session.ready_quietly(checked, &checked.job_names(), state)?.map_err(Failed::problems)?;
            let key = state.install_key()?;
            (reports, _) = setup::reports(checked, &checked.report_names(), &jobs, &key).map_err(Failed::problems)?;
            jobs
        }
        None => jobs,
    };
    let mut findings = Findings::default();
    vicidials(&jobs, state.as_ref(), state.as_ref().unwrap_or(copy), &mut findings).await?;
    reported(&jobs, &reports, state.as_ref(), &mut findings).await?;
    crms(checked, &jobs, state.as_ref(), &mut findings).await?;
    told(&session.screen, &findings);
    let json = |finding: &Finding| json!({ "connection": finding.connection, "ok": finding.is_ok, "what": finding.what, "advice": finding.advice });
    let changes =
        |server: &Server| -> Vec<Json> { server.changes.iter().map(|change| facts::change_json(&server.connection, change)).collect() };
    Ok(Live {
        findings: findings.list.iter().map(json).collect(),
        servers: findings.servers.iter().map(|server| (server.connection.clone(), facts::to_json(&server.facts))).collect(),
        changes: findings.servers.iter().flat_map(changes).collect(),
        warnings: findings.warnings,
        exit: findings.exit.unwrap_or(Exit::Fine),
    })
}

fn open_or_say(session: &Session) -> Result<Option<State>, Failed> {
    match State::open(&session.places.state) {
        Ok(state) => Ok(Some(state)),
        Err(error) if error.kind == StoreErrorKind::Busy => {
            session.screen.talk(
                "note: another vicisync works on the state, so a stopped login stays stopped;\n  \
                 to free it: systemctl stop vicisync, vicisync check --live, systemctl start vicisync",
            );
            Ok(None)
        }
        Err(error) => Err(error.into()),
    }
}

/// Each VICIdial once, with the lists and custom fields of all its jobs. What it tells is kept, where the state may be written; `known` has what it
/// told before.
async fn vicidials(jobs: &[Ready], state: Option<&State>, known: &State, findings: &mut Findings) -> Result<(), Failed> {
    let mut by_name: BTreeMap<&str, Vec<&Ready>> = BTreeMap::new();
    for ready in jobs {
        by_name.entry(&ready.job.vicidial).or_default().push(ready);
    }
    for (name, jobs) in by_name {
        let ready = jobs[0];
        let login = ready.dialer.login().await;
        keep(credentials(ready, name), name, &login, state)?;
        if let Err(fault) = login {
            findings.fault(name, &fault);
            continue;
        }
        let mut wanted = Wanted::default();
        for job in &jobs {
            wanted.lists.extend(job.job.program.all_lists());
            wanted.custom.extend(job.job.program.custom_labels());
        }
        let asked_at = Utc::now();
        let survey = ready.dialer.look(Asker::Person, &wanted, asked_at).await;
        for finding in survey.findings {
            findings.add(name, finding.ok, finding.what, finding.advice);
        }
        let mut found = survey.facts;
        found.0.extend(agents(name, &jobs, asked_at, findings).await.0);
        let (now_known, changes) = merge(&known.server_facts(name)?, &found);
        compare(name, &jobs, &now_known, findings);
        if let Some(state) = state {
            state.put_server_facts(name, &now_known)?;
        }
        findings.servers.push(Server { connection: name.to_owned(), asked_at, facts: now_known, changes });
    }
    Ok(())
}

/// What the mappings and the config say, beside what the server is.
fn compare(name: &str, jobs: &[&Ready], facts: &ServerFacts, findings: &mut Findings) {
    for ready in jobs {
        for Compared { is_ok, what, advice } in setup::statuses(&ready.job.program, facts) {
            findings.add(name, is_ok, what, advice);
        }
    }
    // The database's own word was told already.
    let is_inferred = facts.0.get(&FactName::NonLatin).is_some_and(|fact| fact.source == FactSource::Inferred);
    if let Some(danger) = disagreement(facts).filter(|_| is_inferred) {
        findings.add(name, false, danger.message, Some(danger.help));
    }
}

/// The agents of `[users]`: one that VICIdial does not have is a slip of the pen.
async fn agents(name: &str, jobs: &[&Ready], at: DateTime<Utc>, findings: &mut Findings) -> ServerFacts {
    let agents: BTreeSet<String> = jobs.iter().flat_map(|ready| ready.job.program.agents()).collect();
    let mut facts = ServerFacts::default();
    if agents.is_empty() {
        return facts;
    }
    let asked = jobs[0].dialer.unknown_agents(&agents).await;
    if let Ok(unknown) = &asked {
        for agent in &agents {
            facts.put(FactName::Agent(agent.clone()), if unknown.contains(agent) { "missing" } else { "there" }, FactSource::Asked, at);
        }
    }
    match asked {
        Ok(unknown) if unknown.is_empty() => findings.add(name, true, "VICIdial has the agents of `[users]`".to_owned(), None),
        Ok(unknown) => {
            let unknown = unknown.into_iter().collect::<Vec<_>>().join(", ");
            let advice = "correct the names in the mapping: they are VICIdial's user ids, not the agents' names".to_owned();
            findings.add(name, false, format!("VICIdial has no user {unknown}, whom `[users]` names"), Some(advice));
        }
        Err(fault) => findings.add(
            name,
            true,
            format!("whether VICIdial has the agents of `[users]` could not be seen: {}", fault.message),
            fault.help,
        ),
    }
    facts
}

/// The CRM of each job, since each mapping wants fields of its own.
async fn crms(checked: &Checked, jobs: &[Ready], state: Option<&State>, findings: &mut Findings) -> Result<(), Failed> {
    let mut refused = BTreeSet::new();
    let mut described: BTreeMap<(&str, &str), Option<Vec<CrmField>>> = BTreeMap::new();
    for ready in jobs {
        let name = ready.job.crm.as_str();
        if refused.contains(name) {
            continue;
        }
        let login = ready.contacts.login().await;
        keep(credentials(ready, name), name, &login, state)?;
        if let Err(fault) = login {
            findings.fault(name, &fault);
            refused.insert(name);
            continue;
        }
        let object = ready.job.program.object();
        let fields = match described.entry((name, object)) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(free) => free.insert(describe(name, ready, state, findings).await?),
        };
        let program = &ready.job.program;
        let set: BTreeSet<String> = program.patch_names().into_iter().chain(program.created_names()).collect();
        let mut found = ready.contacts.probe(&set, fields.as_deref()).await;
        match program.without_contact().map(WithoutContact::then) {
            Some(then @ (Then::Match | Then::Create)) => found.extend(ready.contacts.probe_strangers(then == Then::Create).await),
            Some(Then::Hold) | None => {}
        }
        for finding in found {
            findings.add(name, finding.ok, finding.what, finding.advice);
        }
        users(name, ready, findings).await;
        cut(checked, ready, findings).await;
    }
    Ok(())
}

/// The CRM's own description of the job's object, where its connector says how to ask; kept, where the state may be written.
async fn describe(name: &str, ready: &Ready, state: Option<&State>, findings: &mut Findings) -> Result<Option<Vec<CrmField>>, Failed> {
    if !ready.contacts.describes() {
        return Ok(None);
    }
    let object = ready.job.program.object();
    match ready.contacts.describe(object).await {
        Ok(fields) => {
            if let Some(state) = state {
                state.put_crm_fields(name, object, Utc::now(), &fields)?;
            }
            let what =
                format!("the CRM describes {} fields of {object}; see them: vicisync fields crm --job {}", fields.len(), ready.job.name);
            findings.add(name, true, what, None);
            Ok(Some(fields))
        }
        Err(fault) => {
            findings.add(name, true, format!("the CRM does not describe the fields of {object}: {}", fault.message), fault.help);
            Ok(None)
        }
    }
}

/// Whether VICIdial would keep what the CRM has: one page of contacts is looked at.
async fn cut(checked: &Checked, ready: &Ready, findings: &mut Findings) {
    // A listing that fails was told by the probe.
    let Ok(page) = ready.contacts.page(&Scope::All, None).await else { return };
    let contacts = &page.contacts[..page.contacts.len().min(SAMPLES)];
    let facts = findings.servers.iter().find(|server| server.connection == ready.job.vicidial).map(|server| &server.facts);
    let cut = checked.cut(&ready.job.name, contacts, facts);
    findings.warnings.extend(cut);
}

/// Each VICIdial that reports ask, with the functions that they use.
async fn reported(jobs: &[Ready], reports: &[ReadyReport], state: Option<&State>, findings: &mut Findings) -> Result<(), Failed> {
    let mut wanted: BTreeMap<&str, (&ReadyReport, BTreeSet<ReportKind>)> = BTreeMap::new();
    for report in reports {
        wanted.entry(&report.job.vicidial).or_insert_with(|| (report, BTreeSet::new())).1.insert(report.job.kind);
    }
    for (name, (report, kinds)) in wanted {
        // A job's login was tried, and told of, before: after a refusal the client that both share sends nothing more.
        let is_jobs = jobs.iter().any(|ready| ready.job.vicidial == name);
        let login = report.dialer.login().await;
        if !is_jobs {
            keep(&report.job.credentials, name, &login, state)?;
        }
        match login {
            Ok(()) => {
                for finding in report.dialer.probe_reports(&kinds).await {
                    findings.add(name, finding.ok, finding.what, finding.advice);
                }
            }
            Err(_) if is_jobs => {}
            Err(fault) => findings.fault(name, &fault),
        }
    }
    Ok(())
}

fn credentials<'a>(ready: &'a Ready, connection: &str) -> &'a str {
    ready.job.credentials.get(connection).map_or("", String::as_str)
}

/// The CRM's users of `[users]`: calls of one that is not there would be refused, each by itself.
async fn users(name: &str, ready: &Ready, findings: &mut Findings) {
    let users = ready.job.program.users();
    if users.is_empty() {
        return;
    }
    match ready.contacts.unknown_users(&users).await {
        Ok(unknown) if unknown.is_empty() => findings.add(name, true, "the CRM has the users of `[users]`".to_owned(), None),
        Ok(unknown) => {
            let unknown = unknown.into_iter().collect::<Vec<_>>().join(", ");
            let advice = "copy the ids from the addresses of the users' pages in the CRM".to_owned();
            findings.add(name, false, format!("the CRM has no user {unknown}, whom `[users]` names"), Some(advice));
        }
        Err(fault) => {
            let what = format!("whether the CRM has the users of `[users]` could not be seen: {}", fault.message);
            findings.add(name, true, what, fault.help);
        }
    }
}

/// A good login frees the connection, a refused one stops it.
fn keep(print: &str, connection: &str, login: &Result<(), Fault>, state: Option<&State>) -> Result<(), Failed> {
    let Some(state) = state else { return Ok(()) };
    match login {
        Ok(()) => state.put_login_refused(connection, None)?,
        Err(fault) if fault.reach == Reach::Login => {
            state.put_login_refused(connection, Some((Utc::now(), print)))?;
        }
        Err(_) => {}
    }
    Ok(())
}

fn told(screen: &Screen, findings: &Findings) {
    for finding in &findings.list {
        screen.data(&format!("{} {}: {}", if finding.is_ok { "ok  " } else { "BAD " }, finding.connection, finding.what));
        if let Some(advice) = &finding.advice {
            screen.data(&format!("       {}", advice.replace('\n', "\n       ")));
        }
    }
    for server in &findings.servers {
        screen.data(&format!("\n{}, as it is known now:", server.connection));
        for line in facts::rows(&server.facts, server.asked_at).lines() {
            screen.data(&format!("  {line}"));
        }
        for change in &server.changes {
            screen.data(&format!("CHANGED {}: {}", server.connection, facts::change(change)));
        }
    }
    let bad = findings.list.iter().filter(|finding| !finding.is_ok).count();
    screen.talk(&match bad {
        0 => "all is well; see what a run would do: vicisync plan".to_owned(),
        bad => format!("{bad} of {} are not as they should be: mend them, then run: vicisync check --live", findings.list.len()),
    });
}
