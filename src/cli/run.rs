//! `vicisync run`: sets everything up and hands it to the daemon.

use std::sync::Arc;

use super::exit::Exit;
use super::screen::Failed;
use super::session::Session;
use crate::daemon::{self, Ended};
use crate::model::JobName;

/// Runs the daemon until it is told to end.
///
/// # Errors
/// What kept it from starting.
pub(super) async fn run(session: &Session) -> Result<Exit, Failed> {
    let checked = session.read()?;
    let names = checked.job_names();
    let state = session.open()?;
    let jobs = session.ready(&checked, &names, &state)?;
    let report_names = checked.report_names();
    let reports = session.reports(&checked, &report_names, &jobs, &state)?;
    let state = Arc::new(state);
    let renew = |name: &JobName| session.ready(&checked, std::slice::from_ref(name), &state).ok().and_then(|jobs| jobs.into_iter().next());
    let renew_report =
        |name: &str| session.reports(&checked, &[name.to_owned()], &[], &state).ok().and_then(|reports| reports.into_iter().next());
    match daemon::run(Arc::clone(&state), jobs, reports, renew, renew_report).await {
        Ok(Ended::Told) => Ok(Exit::Fine),
        Ok(Ended::NoJobLeft) => Err(Failed::new(
            Exit::Failures,
            "every job stopped after a fault of vicisync's own",
            "report it with the log of this run: journalctl -u vicisync; then: systemctl restart vicisync",
        )),
        Err(error) => Err(Failed::new(
            Exit::Temporary,
            format!("the system gives no signal handler: {error}"),
            "try again; if it stays so, restart the machine",
        )),
    }
}
