//! The log: one line a run, its counts as fields; trouble once, when it begins, changes or ends. No person stands in it.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use tokio::task::JoinError;
use tracing_subscriber::EnvFilter;

use crate::engine::Report;
use crate::model::{JobName, RunEnd};

/// Starts logging to stderr. `default` is the level where `VICISYNC_LOG` says nothing. Journald stamps the lines itself.
pub fn begin(default: &str) {
    let filter = EnvFilter::try_from_env("VICISYNC_LOG").unwrap_or_else(|_| EnvFilter::new(default));
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).with_target(false).with_ansi(false);
    let begun = if std::env::var_os("JOURNAL_STREAM").is_some() { log.without_time().try_init() } else { log.try_init() };
    // A second call in one process (tests) keeps the first log.
    begun.ok();
}

/// What was said of each job's trouble, so that it is said once.
#[derive(Debug, Default)]
pub(super) struct Told {
    trouble: BTreeMap<JobName, String>,
}

impl Told {
    /// A run came to its end.
    pub(super) fn run(&mut self, report: &Report, scope: &str, began: DateTime<Utc>, skipped: u64) {
        let job = &report.job;
        let totals = &report.totals;
        tracing::info!(
            %job,
            scope,
            end = ?report.end,
            ms = (Utc::now() - began).num_milliseconds(),
            read = totals.read,
            added = totals.added,
            updated = totals.updated,
            moved = totals.moved,
            adopted = totals.adopted,
            matched_by_code = totals.matched_by_code,
            matched_by_phone = totals.matched_by_phone,
            unmatched = totals.unmatched,
            deactivated = totals.deactivated,
            opted_out = totals.opted_out,
            doubles = totals.doubles,
            unchanged = totals.unchanged,
            rejected = totals.rejected,
            patched = totals.patched,
            pulled = totals.pulled,
            logged = totals.logged,
            relogged = totals.relogged,
            refused = totals.refused,
            unknown = totals.unknown,
            failures = report.failures,
            "run ended"
        );
        if skipped > 0 {
            tracing::warn!(%job, skipped, "runs were skipped because this one took longer than its schedule's step");
        }
        let trouble = match report.end {
            RunEnd::Clean => None,
            RunEnd::Stopped if report.resumes.is_some() => {
                tracing::info!(%job, what = %report.message, "a blackout");
                return;
            }
            RunEnd::WithFailures => Some(format!("{job} has {} failures", report.failures)),
            RunEnd::Held => Some(format!("{job} is held: {}", report.message)),
            RunEnd::Stopped => Some(format!("{job} stopped: {}", report.message)),
            RunEnd::Refused => Some(format!("{job} is refused: {}", report.message)),
        };
        let Some(trouble) = trouble else {
            if self.trouble.remove(job).is_some() {
                tracing::info!(%job, "the job is well again");
            }
            return;
        };
        if self.trouble.get(job) == Some(&trouble) {
            return;
        }
        let help = report.help.as_deref().unwrap_or("");
        match report.end {
            RunEnd::Clean => {}
            RunEnd::WithFailures | RunEnd::Held | RunEnd::Stopped => {
                tracing::warn!(%job, what = %report.message, help, "the job needs a look")
            }
            RunEnd::Refused => tracing::error!(%job, what = %report.message, help, "the job cannot go on until this is mended"),
        }
        self.trouble.insert(job.clone(), trouble);
    }

    /// A run panicked: the job is stopped.
    pub(super) fn panicked(&mut self, job: &JobName, error: &JoinError) {
        tracing::error!(%job, %error, "a run came upon a fault of vicisync's own; the job stops until a restart; please report it");
        self.trouble.insert(job.clone(), format!("{job} stopped after a fault of vicisync's own"));
    }

    /// All trouble, for the service manager's line.
    pub(super) fn trouble(&self) -> String {
        self.trouble.values().map(String::as_str).collect::<Vec<_>>().join("; ")
    }
}
