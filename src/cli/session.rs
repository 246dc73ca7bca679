//! What most commands begin with: the files read, the jobs chosen, the state opened for writing or as a copy.

use std::collections::BTreeMap;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use super::exit::Exit;
use super::screen::{Failed, Screen};
use crate::model::{JobName, ServerFacts};
use crate::ports::{Store, StoreErrorKind};
use crate::setup::{self, Checked, Places, Problem, Ready, ReadyReport};
use crate::state::State;

/// What was built, with warnings, or what is wrong.
pub(super) type Built<T> = Result<(Vec<T>, Vec<Problem>), Vec<Problem>>;

/// A command under way.
pub(super) struct Session {
    /// Where words go.
    pub screen: Screen,
    /// Config and state.
    pub places: Places,
}

impl Session {
    /// Reads and checks all files; warnings are told.
    ///
    /// # Errors
    /// All problems of all files.
    pub(super) fn read(&self) -> Result<Checked, Failed> {
        let checked = Checked::read(&self.places).map_err(Failed::problems)?;
        self.screen.problems(&checked.problems);
        Ok(checked)
    }

    /// The jobs that are meant: the one named, else all.
    ///
    /// # Errors
    /// A job that the config does not have.
    pub(super) fn chosen(&self, checked: &Checked, job: Option<&str>) -> Result<Vec<JobName>, Failed> {
        let names = checked.job_names();
        let Some(wanted) = job else { return Ok(names) };
        match names.iter().find(|name| name.as_str() == wanted) {
            Some(name) => Ok(vec![name.clone()]),
            None => {
                let known = names.iter().map(JobName::as_str).collect::<Vec<_>>().join(", ");
                let message = format!("{} has no job `{wanted}`", self.places.config.display());
                Err(Failed::new(Exit::Usage, message, format!("its jobs are: {known}")))
            }
        }
    }

    /// The state, for a command that writes.
    ///
    /// # Errors
    /// Another vicisync on it, a full disk, another owner.
    pub(super) fn open(&self) -> Result<State, Failed> {
        refuse_foreign(&self.places.state)?;
        State::open(&self.places.state).map_err(|error| {
            let is_busy = error.kind == StoreErrorKind::Busy;
            let mut failed = Failed::from(error);
            if is_busy {
                failed.help = Some(
                    "if that is the daemon, it runs this job by its schedule: see `vicisync status`;\n  \
                     to run it by hand now: systemctl stop vicisync, then this command again"
                        .to_owned(),
                );
            }
            failed
        })
    }

    /// A copy of the state, for a command that changes nothing.
    ///
    /// # Errors
    /// A state that cannot be read.
    pub(super) fn open_copy(&self) -> Result<State, Failed> {
        Ok(State::open_copy(&self.places.state)?)
    }

    /// Secrets resolved and connections built, for these jobs.
    ///
    /// # Errors
    /// Secrets that are not there, settings that cannot work.
    pub(super) fn ready(&self, checked: &Checked, names: &[JobName], state: &State) -> Result<Vec<Ready>, Failed> {
        let (ready, warnings) = self.ready_quietly(checked, names, state)?.map_err(Failed::problems)?;
        self.screen.problems(&warnings);
        Ok(ready)
    }

    /// The same; problems are given to the caller.
    ///
    /// # Errors
    /// A state that cannot be read.
    pub(super) fn ready_quietly(&self, checked: &Checked, names: &[JobName], state: &State) -> Result<Built<Ready>, Failed> {
        let key = state.install_key()?;
        let known = self.known(checked, state)?;
        Ok(setup::ready(checked, names, &key, &known))
    }

    /// What is known of each VICIdial.
    ///
    /// # Errors
    /// A state that cannot be read.
    pub(super) fn known(&self, checked: &Checked, state: &State) -> Result<BTreeMap<String, ServerFacts>, Failed> {
        let mut known = BTreeMap::new();
        for connection in checked.config.vicidials.keys() {
            known.insert(connection.clone(), state.server_facts(connection)?);
        }
        Ok(known)
    }

    /// Reports with their connections; `jobs` are those whose connections are built already.
    ///
    /// # Errors
    /// Secrets that are not there, settings that cannot work.
    pub(super) fn reports(&self, checked: &Checked, names: &[String], jobs: &[Ready], state: &State) -> Result<Vec<ReadyReport>, Failed> {
        let (reports, warnings) = setup::reports(checked, names, jobs, &state.install_key()?).map_err(Failed::problems)?;
        self.screen.problems(&warnings);
        Ok(reports)
    }

    /// The state where nobody else works on it, else a copy, which forgets what is written. Says so with `false`.
    ///
    /// # Errors
    /// A state that cannot be read, another owner.
    pub(super) fn open_or_copy(&self) -> Result<(State, bool), Failed> {
        refuse_foreign(&self.places.state)?;
        match State::open(&self.places.state) {
            Ok(state) => Ok((state, true)),
            Err(error) if error.kind == StoreErrorKind::Busy => Ok((self.open_copy()?, false)),
            Err(error) => Err(error.into()),
        }
    }
}

/// A state that belongs to another user is left alone: files that root leaves in it would lock the daemon out of its own state.
fn refuse_foreign(state: &Path) -> Result<(), Failed> {
    let (Ok(theirs), Ok(ours)) = (std::fs::metadata(state), std::fs::metadata("/proc/self")) else { return Ok(()) };
    if theirs.uid() == ours.uid() {
        return Ok(());
    }
    let message = format!("the state in {} belongs to another user (uid {}); you are uid {}", state.display(), theirs.uid(), ours.uid());
    Err(Failed::new(Exit::Usage, message, format!("run the command as that user: sudo -u '#{}' vicisync ...", theirs.uid())))
}
