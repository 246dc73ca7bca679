//! One run of a report: whether its login may be used, which window it is about, the table, its files, and what is kept of it.
//!
//! It plans nothing and writes to no system. It stands beside the jobs' runs, and follows the same law: a login that was refused is not tried
//! again. What the files look like is not known here.

use chrono::TimeDelta;

use super::Stop;
use crate::model::{CampaignId, Failure, JobName, Period, ReportAsk, ReportKind, RunEnd, Table, Totals, Window};
use crate::ports::{Clock, Fault, Made, Reach, Reports, Shelf, Store, StoreError};
use crate::sync::quiet::Quiet;

/// A report as the config wants it.
#[derive(Debug, Clone)]
pub struct ReportJob {
    /// Its name.
    pub name: String,
    /// The VICIdial connection.
    pub vicidial: String,
    /// When VICIdial is left alone, and the zone of its server.
    pub quiet: Quiet,
    /// Which function.
    pub kind: ReportKind,
    /// Of what time.
    pub period: Period,
    /// Campaigns; none for all.
    pub campaigns: Vec<CampaignId>,
    /// In-groups; none for all.
    pub groups: Vec<CampaignId>,
    /// Agents; none for all.
    pub users: Vec<String>,
    /// The fingerprint of the connection's credentials.
    pub credentials: String,
}

impl ReportJob {
    /// The name under which the state keeps a report's runs; no job can have it.
    #[must_use]
    pub fn record_name(name: &str) -> JobName {
        JobName(format!("report:{name}"))
    }
}

/// The outside of a report's run.
pub struct Surroundings<'a, R, F, S, K> {
    /// VICIdial.
    pub reports: &'a R,
    /// The files.
    pub shelf: &'a F,
    /// The state.
    pub store: &'a S,
    /// Time.
    pub clock: &'a K,
}

/// What a run of a report came to.
#[derive(Debug, Clone)]
pub struct Reported {
    /// The report.
    pub report: String,
    /// How it ended.
    pub end: RunEnd,
    /// What went wrong; empty where nothing did.
    pub message: String,
    /// What to do about it.
    pub help: Option<String>,
    /// The time that it is about, once that is known.
    pub window: Option<Window>,
    /// What was counted, where all went well.
    pub table: Table,
    /// The files that were written.
    pub files: Vec<String>,
}

/// Runs a report once, of its own period or of a window that a person asked for. Never fails: what went wrong is in the answer, and, of its own
/// period, in the state.
pub async fn report<R: Reports, F: Shelf, S: Store, K: Clock>(
    around: &Surroundings<'_, R, F, S, K>,
    job: &ReportJob,
    trigger: &str,
    asked: Option<Window>,
) -> Reported {
    let mut reported = Reported {
        report: job.name.clone(),
        end: RunEnd::Clean,
        message: String::new(),
        help: None,
        window: None,
        table: Table::default(),
        files: Vec::new(),
    };
    let name = ReportJob::record_name(&job.name);
    let run = match around.store.begin_run(&name, trigger, around.clock.now()) {
        Ok(run) => run,
        Err(error) => {
            stopped(&mut reported, job, Stop::Store(error));
            return reported;
        }
    };
    let ended = steps(around, job, asked, &mut reported).await;
    let code = ended.as_ref().err().map_or("", code_of);
    if let Err(stop) = ended {
        refused(around, job, &stop);
        stopped(&mut reported, job, stop);
        if asked.is_none()
            && let Err(fault) = around.shelf.failed()
        {
            tracing::warn!(report = job.name, what = fault.message, "the metrics could not be marked as no longer kept up");
        }
    }
    let kept = if asked.is_none() { remember(around, &name, code, &reported) } else { Ok(()) };
    let totals = Totals { read: reported.table.rows.len() as u64, ..Totals::default() };
    let kept = kept.and_then(|()| around.store.end_run(run, reported.end, &reported.message, &totals, around.clock.now()));
    if let Err(error) = kept {
        tracing::error!(%error, "the end of a report's run could not be kept");
        stopped(&mut reported, job, Stop::Store(error));
    }
    reported
}

async fn steps<R: Reports, F: Shelf, S: Store, K: Clock>(
    around: &Surroundings<'_, R, F, S, K>,
    job: &ReportJob,
    asked: Option<Window>,
    reported: &mut Reported,
) -> Result<(), Stop> {
    if let Some(end) = job.quiet.until(around.clock.now()) {
        return Err(Stop::Quiet(end));
    }
    let of_vicidial = |fault| Stop::Fault { connection: job.vicidial.clone(), fault };
    let refused = around.store.login_refused(&job.vicidial)?;
    if let Some((at, _)) = refused.as_ref().filter(|(_, print)| *print == job.credentials) {
        return Err(of_vicidial(super::run::login_stopped(&job.vicidial, *at)));
    }
    let window = match asked {
        Some(window) => window,
        None => {
            let time = around.reports.time().await.map_err(of_vicidial)?;
            let hour_ago = (time.utc - TimeDelta::hours(1)).with_timezone(&job.quiet.zone).naive_local();
            job.period.window(time.local, hour_ago)
        }
    };
    reported.window = Some(window);
    let ask = ReportAsk { kind: job.kind, window, campaigns: job.campaigns.clone(), groups: job.groups.clone(), users: job.users.clone() };
    let table = around.reports.report(&ask).await.map_err(of_vicidial)?;
    // The login is good. What was kept of another one is over, unless a run beside this one kept it just now.
    if refused.is_some() && around.store.login_refused(&job.vicidial)? == refused {
        around.store.put_login_refused(&job.vicidial, None)?;
    }
    let made = Made { table, window, at: around.clock.now(), is_of_own_period: asked.is_none() };
    reported.files = around.shelf.keep(&made).map_err(|fault| Stop::Fault { connection: String::new(), fault })?;
    reported.table = made.table;
    Ok(())
}

/// Keeps a refused login: the connection stays stopped until its credentials change.
fn refused<R, F, S: Store, K: Clock>(around: &Surroundings<'_, R, F, S, K>, job: &ReportJob, stop: &Stop) {
    let is_refused = matches!(stop, Stop::Fault { fault: Fault { reach: Reach::Login, .. }, .. });
    if is_refused && let Err(error) = around.store.put_login_refused(&job.vicidial, Some((around.clock.now(), &job.credentials))) {
        tracing::error!(%error, "the refused login could not be kept");
    }
}

/// When it was last good, or what is wrong with it.
fn remember<R, F, S: Store, K: Clock>(
    around: &Surroundings<'_, R, F, S, K>,
    name: &JobName,
    code: &str,
    reported: &Reported,
) -> Result<(), StoreError> {
    let now = around.clock.now();
    if reported.end != RunEnd::Clean {
        let failure =
            Failure { subject: "report".to_owned(), contact: None, code: code.to_owned(), raw: reported.message.clone(), tries: 1 };
        return around.store.put_failure(name, &failure, now);
    }
    around.store.drop_failure(name, "report")?;
    let mut record = around.store.job(name)?;
    record.full_done_at = Some(now);
    around.store.put_job(name, &record)
}

fn code_of(stop: &Stop) -> &'static str {
    match stop {
        Stop::Fault { fault, .. } => fault.code,
        Stop::Store(_) => "state",
        Stop::Held(_) => "held",
        Stop::Quiet(_) => "blackout",
    }
}

fn stopped(reported: &mut Reported, job: &ReportJob, stop: Stop) {
    reported.end = stop.end();
    (reported.message, reported.help) = match stop {
        Stop::Store(error) => (error.message, error.help),
        Stop::Held(_) => ("a report is never held".to_owned(), None),
        Stop::Quiet(end) => {
            let wall = job.quiet.wall(end).format("%H:%M");
            (format!("{} is left alone until {wall} ({}): it has a blackout now", job.vicidial, job.quiet.zone), None)
        }
        Stop::Fault { connection, fault } if connection == job.vicidial => (format!("{connection}: {}", fault.message), fault.help),
        Stop::Fault { fault, .. } => (fault.message, fault.help),
    };
}
