//! Reports that can run: their VICIdial connected, their files known, nothing asked yet.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::checked::Checked;
use super::problem::Problem;
use super::ready::{Building, Ready, quiet};
use super::shelf::Files;
use super::source::shown;
use crate::config;
use crate::diag::Code;
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
    let named = checked.config.reports.iter().filter(|report| names.contains(&report.name));
    building.problems.extend(named.flat_map(|report| folders(checked, report)));
    let problems = building.problems;
    if problems.iter().any(Problem::is_error) { Err(problems) } else { Ok((reports, problems)) }
}

/// The folders of a report that are not there.
pub(super) fn folders(checked: &Checked, report: &config::Report) -> Vec<Problem> {
    let number = report_number(checked, &report.name);
    let files = [("csv", &report.csv), ("jsonl", &report.jsonl), ("metrics", &report.metrics)];
    let named = files.into_iter().filter_map(|(key, name)| Some((key, checked.home.join(name.as_ref()?.folder()))));
    let missing = named.filter(|(_, folder)| !folder.is_dir());
    missing
        .map(|(key, folder)| {
            let place = checked.source.value(&["report", &number, key]);
            Problem::at(Code::NoFolder, &checked.source, place, format!("there is no folder {}", shown(&folder)))
                .help(format!("make it: sudo install -d -m 2750 -o vicisync {}", shown(&folder)))
        })
        .collect()
}

/// Which of the config's reports it is: those with mistakes are counted too.
fn report_number(checked: &Checked, name: &str) -> String {
    let is_it = |number: &usize| {
        let place = checked.source.value(&["report", &number.to_string(), "name"]);
        checked.source.text.get(place).is_some_and(|text| text.trim_matches(['"', '\'']) == name)
    };
    (0..checked.source.text.matches("report").count()).find(is_it).unwrap_or(0).to_string()
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
