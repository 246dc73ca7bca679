//! `vicisync rehearse`: the whole way with made-up people against built-in servers, with the real set-up and the real engine.
//!
//! It passes only if the last run, a repeat, wrote nothing by the count of the servers themselves.

mod stage;

use serde_json::{Value as Json, json};

use super::arguments::Rehearse;
use super::describe::{op_text, rejected_text, totals_text};
use super::exit::Exit;
use super::progress::Bar;
use super::screen::{Failed, Screen};
use super::session::Session;
use super::sync::once;
use crate::daemon::Ending;
use crate::engine::{Report, Request, Scope};
use crate::model::RunEnd;
use crate::ports::Store;
use crate::setup::Ready;
use crate::state::State;

use stage::{KEY, PASS, Stage, USER};

/// Ops of the plan that are shown.
const OPS_SHOWN: usize = 3;

/// One executed run, with what the servers counted.
struct Played {
    report: Report,
    to_vicidial: u64,
    to_crm: u64,
}

/// Runs the command.
///
/// # Errors
/// What kept the rehearsal from its end.
pub(super) async fn run(screen: &Screen, wanted: &Rehearse) -> Result<Exit, Failed> {
    let mut ending = Ending::listen().map_err(|error| {
        Failed::new(
            Exit::Temporary,
            format!("the system gives no signal handler: {error}"),
            "try again; if it stays so, restart the machine",
        )
    })?;
    let stage = Stage::build(wanted.count).await?;
    let exit = if wanted.serve {
        serve(screen, &stage, &mut ending).await;
        Exit::Fine
    } else {
        tokio::select! {
            exit = play(screen, &stage, wanted.count) => exit?,
            signal = ending.wished() => return Err(Failed::new(Exit::Temporary, format!("ended by {signal}"), "start again: vicisync rehearse")),
        }
    };
    stage.strike().await;
    Ok(exit)
}

/// Keeps the servers up until somebody wants the end.
async fn serve(screen: &Screen, stage: &Stage, ending: &mut Ending) {
    let config = stage.places.config.display();
    screen.json(&json!({
        "vicidial": { "url": stage.vicidial.url(), "user": USER, "pass": PASS },
        "espocrm": { "url": stage.espocrm.url(), "key": KEY },
        "config": stage.places.config,
    }));
    screen.data(&format!(
        "VICIdial   {}  user {USER}  password {PASS}\nEspoCRM    {}  API key {KEY}\nconfig     {config}\n\n\
         try, in another window:\n  vicisync --config {config} plan\n  vicisync --config {config} sync --approve\n  vicisync --config {config} status",
        stage.vicidial.url(),
        stage.espocrm.url()
    ));
    screen.talk("both servers stay up until Ctrl-C; then they and the config are gone");
    ending.wished().await;
}

async fn play(screen: &Screen, stage: &Stage, count: u32) -> Result<Exit, Failed> {
    let session = Session { screen: Screen { is_json: screen.is_json }, places: stage.places.clone() };
    let checked = session.read()?;
    let names = checked.job_names();
    let state = session.open()?;
    let jobs = session.ready(&checked, &names, &state)?;
    let Some(ready) = jobs.first() else { return Err(Failed::new(Exit::Usage, "the rehearsal has no job", "please report this")) };

    screen.data(&format!(
        "Rehearsal: {count} made-up contacts in EspoCRM, an empty VICIdial with three lists.\n\n1. The plan; nothing is sent"
    ));
    let plan = planned(stage, ready).await?;
    if plan.end != RunEnd::Clean {
        return Err(Failed {
            exit: Exit::from(plan.end).max(Exit::Failures),
            message: plan.message,
            help: plan.help,
            problems: Vec::new(),
        });
    }
    show_plan(screen, &plan);

    screen.data("\n2. Approved and pushed");
    let mut runs = vec![played(screen, stage, ready, &state, Scope::Changed, true).await];

    let calls = stage.call(count as usize / 3);
    let edits = stage.edit();
    screen.data(&format!("\n3. Made-up agents made {calls} calls, and people edited {edits} contacts: outcomes come back, edits go out"));
    runs.push(played(screen, stage, ready, &state, Scope::Changed, false).await);

    screen.data("\n4. The repeat: everything is looked at again, and nothing is to be written");
    runs.push(played(screen, stage, ready, &state, Scope::Full, false).await);

    let live_max = state.live_leads_per_link_max(&ready.job.name)?.max(leads_per_code(stage));
    let exit = verdict(screen, &runs, live_max);
    screen.json(&json!({ "runs": runs.iter().map(run_json).collect::<Vec<_>>(), "live_leads_per_link_max": live_max }));
    Ok(exit)
}

/// The plan of the first run, on a copy of the state as `vicisync plan` makes it.
async fn planned(stage: &Stage, ready: &Ready) -> Result<Report, Failed> {
    let copy = State::open_copy(&stage.places.state)?;
    let bar = Bar::new();
    let request = Request { trigger: "manual", scope: Scope::Changed, is_approved: false, is_dry: true };
    let report = once(ready, &copy, &request, &bar).await;
    bar.clear();
    Ok(report)
}

async fn played(screen: &Screen, stage: &Stage, ready: &Ready, state: &State, scope: Scope, is_approved: bool) -> Played {
    let before = stage.writes();
    let bar = Bar::new();
    let report = once(ready, state, &Request { trigger: "manual", scope, is_approved, is_dry: false }, &bar).await;
    bar.clear();
    let after = stage.writes();
    let played = Played { report, to_vicidial: after.0 - before.0, to_crm: after.1 - before.1 };
    show_run(screen, &played);
    played
}

fn show_plan(screen: &Screen, report: &Report) {
    screen.data(&format!("   {}", totals_text(&report.totals)));
    for op in report.plan.iter().take(OPS_SHOWN) {
        screen.data(&indented(&op_text(op)));
    }
    if report.plan.len() > OPS_SHOWN {
        screen.data(&format!("   ... and {} more writes", report.plan.len() - OPS_SHOWN));
    }
    screen.block(&indented(&rejected_text(report)));
    if !report.holds.is_empty() {
        screen.data(&format!("   held until a person approves it: {}", report.holds.join(", ")));
    }
}

fn show_run(screen: &Screen, played: &Played) {
    let report = &played.report;
    screen.data(&format!("   {}", totals_text(&report.totals)));
    screen.block(&indented(&rejected_text(report)));
    screen.data(&format!("   writes that reached the servers: VICIdial {}, EspoCRM {}", played.to_vicidial, played.to_crm));
    if !report.message.is_empty() {
        screen.talk(&format!("   {}", report.message));
    }
}

fn indented(text: &str) -> String {
    text.lines().map(|line| format!("   {line}")).collect::<Vec<_>>().join("\n")
}

/// The most leads in VICIdial that carry one and the same code of ours: counted by the server, not by the state.
fn leads_per_code(stage: &Stage) -> u64 {
    let mut counts = std::collections::BTreeMap::new();
    for lead in stage.vicidial.leads() {
        *counts.entry(lead.vendor_lead_code).or_insert(0_u64) += 1;
    }
    counts.into_values().max().unwrap_or(0)
}

fn verdict(screen: &Screen, runs: &[Played], live_max: u64) -> Exit {
    let mut wrong = Vec::new();
    for (number, played) in runs.iter().enumerate() {
        if played.report.end != RunEnd::Clean {
            wrong.push(format!("run {} ended {}", number + 1, super::status::end_word(played.report.end)));
        }
    }
    if let Some(last) = runs.last()
        && last.to_vicidial + last.to_crm > 0
    {
        wrong.push(format!("the repeat wrote: VICIdial {}, EspoCRM {}", last.to_vicidial, last.to_crm));
    }
    if live_max != 1 {
        wrong.push(format!("{live_max} live leads share one link"));
    }
    if wrong.is_empty() {
        screen.data("\nAll well: the repeat wrote nothing, and no contact has two leads.");
        return Exit::Fine;
    }
    screen.talk(&format!("error: the rehearsal failed: {}", wrong.join("; ")));
    screen.talk("  help: please report this with the output of: vicisync rehearse --json");
    Exit::Failures
}

fn run_json(played: &Played) -> Json {
    let report = &played.report;
    let totals = &report.totals;
    json!({
        "leads": {
            "added": totals.added, "updated": totals.updated, "moved": totals.moved,
            "adopted": totals.adopted, "unchanged": totals.unchanged, "rejected": totals.rejected,
        },
        "contacts": { "updated": totals.patched },
        "activities": { "created": totals.logged, "updated": totals.relogged },
        "writes": { "vicidial": played.to_vicidial, "crm": played.to_crm },
        "failures": report.failures,
        "holds": report.holds.len(),
        "rejected": report.rejected,
        "end": report.end,
    })
}
