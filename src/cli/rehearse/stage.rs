//! The stage of a rehearsal: two servers with made-up people, and a directory with config, mapping and secrets that point at them.
//!
//! It decides what the made-up world is like; what vicisync makes of it is not known here.

use std::fs::{self, DirBuilder, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::json;

use crate::cli::exit::Exit;
use crate::cli::screen::Failed;
use crate::emulator::espocrm::{CustomField, Entity, Holds};
use crate::emulator::{espocrm, people, vicidial};
use crate::setup::Places;

/// The mapping of the rehearsal, as an admin would write it.
const MAPPING: &str = include_str!("../../../mappings/rehearsal.toml");

/// The same people each time.
const SEED: u64 = 7;

/// Login of the made-up VICIdial.
pub(super) const USER: &str = "apiuser";
/// Its password; worth nothing anywhere else.
pub(super) const PASS: &str = "apipass";
/// The key of the made-up CRM.
pub(super) const KEY: &str = "rehearsal-key";

/// The made-up CRM's user for calls that no agent took.
const FALLBACK_USER: &str = "00000000000000002";
/// The agents of both servers; in the CRM their ids end with their numbers.
const AGENTS: std::ops::RangeInclusive<u32> = 6001..=6005;

/// No simulated call with its transfers takes longer, in seconds.
const CALLS_LAST_S: i64 = 1800;

/// What customers have bought; some nothing.
const PLANS: [Option<&str>; 4] = [Some("Gold"), Some("Silver"), None, Some(" basic ")];

/// Servers and files; the directory goes with it.
pub(super) struct Stage {
    /// The dialer.
    pub vicidial: vicidial::Server,
    /// The CRM.
    pub espocrm: espocrm::Server,
    /// Config and state.
    pub places: Places,
    dir: PathBuf,
}

impl Stage {
    /// Starts the servers, fills the CRM, writes the files.
    ///
    /// # Errors
    /// No port, no temporary directory.
    pub(super) async fn build(count: u32) -> Result<Self, Failed> {
        let vicidial =
            vicidial::Server::start(vicidial::Options::default()).await.map_err(|error| trouble("start a server on 127.0.0.1", &error))?;
        let espocrm = espocrm::Server::start(crm()).await.map_err(|error| trouble("start a server on 127.0.0.1", &error))?;
        espocrm.with_world(|world| {
            for (number, mut person) in people::people(SEED, count as usize).into_iter().enumerate() {
                person["cPlan"] = PLANS[number % PLANS.len()].into();
                world.insert_contact(person);
            }
        });
        let dir = make_dir().map_err(|error| trouble("make a directory under the temporary one", &error))?;
        let config = dir.join("vicisync.toml");
        let files = [
            (config.as_path(), config_text(&vicidial.url(), &espocrm.url())),
            (&dir.join("rehearsal.toml"), mapping_text(Utc::now())),
            (&dir.join("vicidial.pass"), PASS.to_owned()),
            (&dir.join("espo.key"), KEY.to_owned()),
        ];
        for (path, text) in files {
            write(path, &text).map_err(|error| trouble(&format!("write {}", path.display()), &error))?;
        }
        let places = Places { state: dir.join("state"), config };
        Ok(Self { vicidial, espocrm, places, dir })
    }

    /// What reached the servers: writes to VICIdial, writes to the CRM.
    pub(super) fn writes(&self) -> (u64, u64) {
        (self.vicidial.writes(), self.espocrm.writes())
    }

    /// Made-up agents call and dispose. Gives how many calls they made.
    pub(super) fn call(&self, count: usize) -> usize {
        self.vicidial.with_world(|world| {
            let made = world.simulate_agents(SEED, count).len();
            // All calls start now and take minutes; the dialer's clock goes on until the last one is over.
            world.clock.advance(CALLS_LAST_S);
            made
        })
    }

    /// What people do meanwhile: some contacts are edited and moved in the CRM. Gives how many.
    pub(super) fn edit(&self) -> usize {
        let contacts = self.espocrm.contacts();
        let ids: Vec<&str> = contacts.iter().filter_map(|contact| contact.get("id").and_then(|id| id.as_str())).collect();
        self.espocrm.with_world(|world| {
            let renamed = ids.iter().step_by(97).filter(|id| world.edit_contact(id, json!({ "lastName": "Rehearsal-Newname" }))).count();
            let moved = ids.iter().skip(1).step_by(97).filter(|id| world.edit_contact(id, json!({ "cSegment": "west" }))).count();
            renamed + moved
        })
    }

    /// Ends the servers.
    pub(super) async fn strike(&self) {
        self.vicidial.stop().await;
        self.espocrm.stop().await;
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        // Nobody is left to be told; the system clears its temporary directory in the end.
        fs::remove_dir_all(&self.dir).ok();
    }
}

/// The made-up CRM: as it starts, with the field that says what a customer has bought.
fn crm() -> espocrm::Options {
    let mut options = espocrm::Options::default();
    options.fields.push(CustomField::new(Entity::Contact, "cPlan", Holds::Varchar(40)));
    options
}

fn config_text(vicidial: &str, espocrm: &str) -> String {
    format!(
        r#"# Made by `vicisync rehearse`: both servers are made up, and so is everybody on them.
format = 1

[crm.espo]
kind = "espocrm"
site = "{espocrm}"
secrets = {{ api_key = "file:espo.key" }}
options = {{ activity_key_field = "cDialerKey", user_id = "{FALLBACK_USER}" }}

[vicidial.main]
url = "{vicidial}"
user = "{USER}"
pass = "file:vicidial.pass"
zone = "America/New_York"
use_non_latin = "on"

[job.rehearsal]
crm = "espo"
vicidial = "main"
mapping = "rehearsal.toml"
settle_s = 10
"#
    )
}

/// The mapping with the made-up agents, and a go-live date of yesterday, since the calls of a rehearsal are made today.
fn mapping_text(now: DateTime<Utc>) -> String {
    let go_live = (now - TimeDelta::days(1)).format("%Y-%m-%dT00:00:00Z");
    let lines =
        MAPPING.lines().map(|line| if line.trim_start().starts_with("go_live") { format!("go_live = {go_live}") } else { line.to_owned() });
    let users: String = AGENTS.map(|agent| format!("{agent} = \"{agent:017}\"\n")).collect();
    format!("{}\n\n[users]\n{users}default = \"{FALLBACK_USER}\"\n", lines.collect::<Vec<_>>().join("\n"))
}

fn make_dir() -> io::Result<PathBuf> {
    let base = std::env::temp_dir();
    let mut last = io::Error::from(io::ErrorKind::AlreadyExists);
    for number in 0..100 {
        let dir = base.join(format!("vicisync-rehearsal-{}-{number}", std::process::id()));
        match DirBuilder::new().mode(0o700).create(&dir) {
            Ok(()) => return Ok(dir),
            Err(error) => last = error,
        }
    }
    Err(last)
}

fn write(path: &Path, text: &str) -> io::Result<()> {
    OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?.write_all(text.as_bytes())
}

fn trouble(what: &str, error: &io::Error) -> Failed {
    Failed::new(
        Exit::Temporary,
        format!("the rehearsal cannot {what}: {error}"),
        "free some disk space, or name another directory with TMPDIR, and try again",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_go_live_date_is_yesterday() {
        let now = DateTime::parse_from_rfc3339("2026-11-26T12:00:00Z").expect("a fixed time").with_timezone(&Utc);
        let text = mapping_text(now);
        assert_eq!(text.matches("go_live = 2026-11-25T00:00:00Z").count(), 1);
        crate::mapping::parse("rehearsal.toml", &text).expect("the mapping of the rehearsal is good");
    }
}
