//! Two emulated servers, a directory with config, mapping and secrets, and the binary.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;
use tempfile::TempDir;
use tokio::runtime::Runtime;
use vicisync::emulator::espocrm::{self, CustomField, Entity, Holds};
use vicisync::emulator::people::people;
use vicisync::emulator::vicidial;

/// The longest wait for something that is to come.
pub(crate) const PATIENCE: Duration = Duration::from_secs(90);

const MAPPING: &str = include_str!("../../mappings/rehearsal.toml");

/// Everything a command needs.
pub(crate) struct Rig {
    pub(crate) vicidial: vicidial::Server,
    pub(crate) espo: espocrm::Server,
    pub(crate) dir: TempDir,
    // Dropped last: the servers run on it.
    _runtime: Runtime,
}

/// What a command came to.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Ran {
    pub(crate) fn of(output: Output) -> Self {
        Self {
            code: output.status.code().unwrap_or(-1),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }

    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("stdout holds one JSON object: {error}\n{self:?}"))
    }

    /// Asserts the exit code, showing everything where it is another.
    #[track_caller]
    pub(crate) fn expect(self, code: i32) -> Self {
        assert_eq!(self.code, code, "stdout:\n{}\nstderr:\n{}", self.out, self.err);
        self
    }

    /// Asserts that the talk says something.
    #[track_caller]
    pub(crate) fn says(self, words: &str) -> Self {
        assert!(self.err.contains(words), "`{words}` is not in:\n{}", self.err);
        self
    }
}

impl Rig {
    /// Servers with so many made-up people; config, mapping and secrets that fit.
    pub(crate) fn new(count: usize) -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        let mut options = espocrm::Options::default();
        options.fields.push(CustomField::new(Entity::Contact, "cPlan", Holds::Varchar(40)));
        let (vicidial, espo) = runtime.block_on(async {
            let vicidial = vicidial::Server::start(vicidial::Options::default()).await.unwrap();
            (vicidial, espocrm::Server::start(options).await.unwrap())
        });
        espo.with_world(|world| {
            for person in people(11, count) {
                world.insert_contact(person);
            }
        });
        let rig = Self { vicidial, espo, dir: tempfile::tempdir().unwrap(), _runtime: runtime };
        rig.write_config(&rig.vicidial.url(), &rig.espo.url(), "");
        rig.write("mapping.toml", &mapping());
        rig.secret("vicidial.pass", "apipass");
        rig.secret("espo.key", "rehearsal-key");
        rig
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    pub(crate) fn write(&self, name: &str, text: &str) {
        fs::write(self.path(name), text).unwrap();
    }

    pub(crate) fn secret(&self, name: &str, text: &str) {
        self.write(name, text);
        fs::set_permissions(self.path(name), fs::Permissions::from_mode(0o600)).unwrap();
    }

    /// Writes the config; `more` is added to the job.
    pub(crate) fn write_config(&self, vicidial: &str, espo: &str, more: &str) {
        let text = format!(
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
{more}
"#
        );
        self.write("vicisync.toml", &text);
    }

    /// The binary with the rig's config.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_vicisync"));
        command.arg("--config").arg(self.path("vicisync.toml")).args(arguments).stdin(Stdio::null());
        for name in ["STATE_DIRECTORY", "VICISYNC_CONFIG", "VICISYNC_LOG", "NOTIFY_SOCKET", "CREDENTIALS_DIRECTORY", "JOURNAL_STREAM"] {
            command.env_remove(name);
        }
        command
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Ran {
        Ran::of(self.command(arguments).output().unwrap())
    }

    pub(crate) fn spawn(&self, arguments: &[&str]) -> Started {
        let mut command = self.command(arguments);
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        Started::of(command.spawn().unwrap())
    }

    /// The job, approved and pushed.
    #[track_caller]
    pub(crate) fn pushed(count: usize) -> Self {
        let rig = Self::new(count);
        rig.run(&["sync", "--approve"]).expect(0);
        rig
    }

    /// A command repeated until it ends well: what is unsettled after a crash needs its time.
    #[track_caller]
    pub(crate) fn run_until_clean(&self, arguments: &[&str]) -> Ran {
        let began = Instant::now();
        loop {
            let ran = self.run(arguments);
            if ran.code == 0 || began.elapsed() > PATIENCE {
                return ran.expect(0);
            }
            std::thread::sleep(Duration::from_millis(500));
        }
    }

    /// Writes that reached VICIdial and the CRM.
    pub(crate) fn writes(&self) -> (u64, u64) {
        (self.vicidial.writes(), self.espo.writes())
    }

    /// Requests of any kind that reached both.
    pub(crate) fn requests(&self) -> u64 {
        self.vicidial.requests() + self.espo.requests()
    }

    /// How many different codes the leads carry, and how many leads there are.
    pub(crate) fn codes_and_leads(&self) -> (usize, usize) {
        let leads = self.vicidial.leads();
        let codes: std::collections::BTreeSet<&str> = leads.iter().map(|lead| lead.vendor_lead_code.as_str()).collect();
        (codes.len(), leads.len())
    }

    /// The contact with that id.
    #[track_caller]
    pub(crate) fn contact(&self, id: &str) -> Value {
        self.espo.contacts().into_iter().find(|contact| contact["id"] == *id).unwrap()
    }

    /// Changes a contact as a user of the screens does.
    #[track_caller]
    pub(crate) fn edit(&self, id: &str, change: Value) {
        assert!(self.espo.with_world(|world| world.edit_contact(id, change)));
    }
}

/// The rehearsal's mapping, live since yesterday.
pub(crate) fn mapping() -> String {
    let yesterday = (chrono::Utc::now() - chrono::TimeDelta::days(1)).format("%Y-%m-%dT00:00:00Z");
    let line = |line: &str| if line.starts_with("go_live") { format!("go_live = {yesterday}\n") } else { format!("{line}\n") };
    MAPPING.lines().map(line).collect()
}

/// A command under way; killed when dropped.
pub(crate) struct Started(Option<Child>);

impl Started {
    pub(crate) fn of(child: Child) -> Self {
        Self(Some(child))
    }

    fn child(&mut self) -> &mut Child {
        self.0.as_mut().expect("it was not waited for yet")
    }

    pub(crate) fn signal(&mut self, name: &str) {
        let id = self.child().id().to_string();
        assert!(Command::new("kill").args([&format!("-{name}"), &id]).status().unwrap().success());
    }

    pub(crate) fn kill(mut self) {
        self.child().kill().unwrap();
        self.child().wait().unwrap();
        self.0 = None;
    }

    /// Waits for its end.
    #[track_caller]
    pub(crate) fn wait(mut self) -> Ran {
        until("the command's end", || self.child().try_wait().unwrap().is_some());
        Ran::of(self.0.take().expect("it was not waited for yet").wait_with_output().unwrap())
    }

    /// Whether it still runs.
    pub(crate) fn is_running(&mut self) -> bool {
        self.child().try_wait().unwrap().is_none()
    }

    /// The pipe of its stdout.
    pub(crate) fn stdout(&mut self) -> std::process::ChildStdout {
        self.child().stdout.take().expect("it was not taken yet")
    }
}

impl Drop for Started {
    fn drop(&mut self) {
        if let Some(child) = &mut self.0 {
            child.kill().ok();
            child.wait().ok();
        }
    }
}

/// Waits until a condition holds.
#[track_caller]
pub(crate) fn until(what: &str, mut holds: impl FnMut() -> bool) {
    let began = Instant::now();
    while !holds() {
        assert!(began.elapsed() < PATIENCE, "{what} did not come");
        std::thread::sleep(Duration::from_millis(20));
    }
}
