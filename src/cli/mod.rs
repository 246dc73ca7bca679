//! The commands, one file each, and the way from the arguments to the exit code.
//!
//! A command reads files through `setup`, runs the engine, and tells what came of it. Data goes to stdout, talk to stderr, by
//! `screen` alone; what the words of `--help` are stands in `arguments`.

pub mod arguments;
mod check;
mod code;
mod describe;
mod exit;
mod explain;
mod facts;
mod fields;
mod init;
mod live;
mod logins;
mod map;
mod plan;
mod progress;
mod rehearse;
mod report;
mod report_status;
mod run;
pub mod schema;
mod screen;
mod session;
mod status;
mod sync;
mod test;

use std::path::Path;
use std::process::ExitCode;

use clap::Parser;

pub use exit::Exit;

use crate::daemon;
use crate::setup::Places;
use arguments::{Arguments, Command};
use screen::{Failed, Screen};
use session::Session;

/// The program: reads its arguments, does what they say, gives the exit code.
#[must_use]
pub fn main() -> ExitCode {
    let arguments = Arguments::parse();
    daemon::begin_log(if matches!(arguments.command, Command::Run) { "info" } else { "warn" });
    let session =
        Session { screen: Screen { is_json: arguments.json }, places: Places::find(config(&arguments), arguments.state.as_deref()) };
    let ended = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime.block_on(command(&session, &arguments.command)),
        Err(error) => Err(Failed::new(Exit::Temporary, format!("the program's threads cannot be started: {error}"), "try again")),
    };
    match ended {
        Ok(exit) => exit.into(),
        Err(failed) => session.screen.failed(&failed).into(),
    }
}

/// The config that is named. What `init` makes is not looked for elsewhere.
fn config(arguments: &Arguments) -> Option<&Path> {
    match (&arguments.config, &arguments.command) {
        (None, Command::Init(_)) => Some(Path::new(init::CONFIG)),
        (named, _) => named.as_deref(),
    }
}

async fn command(session: &Session, command: &Command) -> Result<Exit, Failed> {
    match command {
        Command::Run => run::run(session).await,
        Command::Sync(wanted) => sync::run(session, wanted).await,
        Command::Plan(wanted) => plan::run(session, wanted).await,
        Command::Report(wanted) => report::run(session, wanted).await,
        Command::Status(wanted) => status::run(session, wanted),
        Command::Explain(wanted) => explain::run(session, wanted),
        Command::Map(wanted) => map::run(session, wanted).await,
        Command::Check(wanted) => check::run(session, wanted).await,
        Command::Fields(wanted) => fields::run(session, wanted).await,
        Command::Test(wanted) => test::run(session, wanted).await,
        Command::Init(wanted) => init::run(session, wanted).await,
        Command::Code(wanted) => code::run(&session.screen, wanted),
        Command::Schema(wanted) => schema::run(&session.screen, wanted),
        Command::Rehearse(wanted) => rehearse::run(&session.screen, wanted).await,
    }
}
