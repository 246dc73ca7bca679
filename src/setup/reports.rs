//! Reports that can run: their VICIdial connected, their files known, nothing asked yet.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::checked::Checked;
use super::problem::Problem;
use super::ready::{Building, Ready, quiet};
use super::shelf::Files;
use crate::config;
use crate::engine::ReportJob;
use crate::model::InstallKey;
use crate::schedule::Schedule;
use crate::vicidial::Vicidial;

/// A report with its connection and its files.
#[derive(Debug, Clone)]
pub struct ReadyReport {
    /// What the engine runs.
    pub job: ReportJob,
    /// VICIdial; the jobs of the same connection share it, so that a refused login is seen by all.
    pub dialer: Arc<Vicidial>,
    /// Where its files stand.
    pub files: Files,
    /// When it is made.
    pub schedule: Schedule,
}

impl Checked {
    /// The reports' names, in the order of the config.
    #[must_use]
    pub fn report_names(&self) -> Vec<String> {
        self.config.reports.iter().map(|report| report.name.clone()).collect()
    }

    /// The reports as the config has them.
    #[must_use]
    pub fn reports(&self) -> &[config::Report] {
        &self.config.reports
    }
}

/// Builds reports by name, on the connections of these jobs where those have them. Gives warnings too.
///
/// # Errors
/// Every secret that is not there, and every setting that cannot work.
pub fn reports(
    checked: &Checked,
    names: &[String],
    jobs: &[Ready],
    key: &InstallKey,
) -> Result<(Vec<ReadyReport>, Vec<Problem>), Vec<Problem>> {
    // Reports write nothing: what is known of the servers changes none of them.
    let known = BTreeMap::new();
    let mut building = Building::new(checked, key, &known);
    for ready in jobs {
        if let Some(print) = ready.job.credentials.get(&ready.job.vicidial) {
            building.share(&ready.job.vicidial, Arc::clone(&ready.dialer), print.clone());
        }
    }
    let wanted = checked.config.reports.iter().filter(|report| names.contains(&report.name));
    let reports: Vec<ReadyReport> = wanted.filter_map(|report| one(checked, &mut building, report)).collect();
    for folder in reports.iter().flat_map(|report| report.files.folders()).filter(|folder| !folder.is_dir()) {
        let problem = Problem::warning(
            format!("reports are to be written to {}, which is no folder yet", folder.display()),
            format!("make it: sudo install -d -m 2750 -o vicisync {}", folder.display()),
        );
        building.problems.push(problem);
    }
    let problems = building.problems;
    if problems.iter().any(Problem::is_error) { Err(problems) } else { Ok((reports, problems)) }
}

fn one(checked: &Checked, building: &mut Building<'_>, report: &config::Report) -> Option<ReadyReport> {
    let (dialer, credentials) = building.vicidial(&report.vicidial)?;
    Some(ReadyReport {
        job: ReportJob {
            name: report.name.clone(),
            vicidial: report.vicidial.clone(),
            quiet: checked.config.vicidials.get(&report.vicidial).map(quiet)?,
            kind: report.kind,
            period: report.period,
            campaigns: report.campaigns.clone(),
            groups: report.groups.clone(),
            users: report.users.clone(),
            credentials,
        },
        dialer,
        files: Files {
            report: report.name.clone(),
            kind: report.kind,
            home: checked.home.clone(),
            csv: report.csv.clone(),
            jsonl: report.jsonl.clone(),
            metrics: report.metrics.clone(),
        },
        schedule: report.schedule.clone(),
    })
}
