//! What may be typed. The words of `--help` stand here; what a command does stands in its own file.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

use super::schema::FILES;
use crate::model::FieldName;

/// Keeps a CRM and the call-centre dialer VICIdial the same, both ways.
#[derive(Debug, Parser)]
#[command(
    name = "vicisync",
    version,
    about = "Keeps a CRM and the call-centre dialer VICIdial the same, both ways",
    long_about = "Keeps a CRM and the call-centre dialer VICIdial the same, both ways: contacts become leads in the right list, \
                  outcomes of calls come back as CRM properties and call activities. Nothing is sent before you saw the plan and approved it.",
    after_help = "Start with `vicisync rehearse`: the whole way against built-in servers, nothing to install.",
    after_long_help = "Exit codes:\n  \
        0   fine (rejected contacts are reported, and are no failure)\n  \
        1   finished, with failed records: see `vicisync status`\n  \
        2   wrong usage, configuration, password, or a missing right\n  \
        3   held by a brake, or a first run that nobody approved yet\n  \
        75  temporary: a server out of reach, a blackout, a full disk, another vicisync on the state"
)]
pub struct Arguments {
    /// The config file [default: ./vicisync.toml, else /etc/vicisync/vicisync.toml]
    #[arg(long, global = true, value_name = "FILE", env = "VICISYNC_CONFIG")]
    pub config: Option<PathBuf>,
    /// The state directory [default: $STATE_DIRECTORY; /var/lib/vicisync for the config in /etc; else `state` beside the config]
    #[arg(long, global = true, value_name = "DIR")]
    pub state: Option<PathBuf>,
    /// Print one JSON object to stdout instead of text
    #[arg(long, global = true)]
    pub json: bool,
    /// The command
    #[command(subcommand)]
    pub command: Command,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// The daemon: runs all jobs by their schedules until it is told to end
    Run,
    /// Runs jobs now, once
    #[command(
        long_about = "Runs jobs now, once: reads what changed on both sides, plans, and sends. The first run of a job only shows its \
                            plan; `--approve` sends it. The same holds for a run that a brake stopped."
    )]
    Sync(Sync),
    /// Shows what a run would do, op by op, with reasons; sends nothing and changes nothing
    Plan(Plan),
    /// Makes reports now, once, and writes their files
    #[command(
        long_about = "Makes reports now, once, and writes their files. `--day` and `--since` ask for another time than the report's own period; \
                      then its metrics are left alone, because they are about its own period."
    )]
    Report(Report),
    /// Shows jobs and reports, their last runs, links, failures, holds, rejections
    Status(Status),
    /// Shows all that is known of one contact, and why it is, or is not, dialed
    Explain(Explain),
    /// Shows what the mapping makes of one contact, step by step, and why
    #[command(
        long_about = "Shows what the mapping makes of one contact, step by step, and why: the filter, the list, the phone, and each field with its \
                            steps and what VICIdial will keep of it. Reads the contact from the CRM, or a record from a file; writes nothing.",
        after_help = "Without any server:  vicisync map --mapping sales.toml --file contact.json"
    )]
    Map(Map),
    /// Checks the files; with --live also both systems: logins, rights, lists, fields, clocks
    Check(Check),
    /// Shows the fields that a mapping can name, of the CRM or of VICIdial, with masked examples; changes nothing
    #[command(
        long_about = "Shows the fields that a mapping can name, of the CRM or of VICIdial: type, width, whether the mapping uses them, and an example \
                      from a few real records in which letters are x and digits 9. It changes nothing in either system."
    )]
    Fields(Fields),
    /// Runs the [[test]] tables of the mappings, or records one of a contact
    #[command(
        long_about = "Runs the [[test]] tables of the mappings: it asks no server. With `--record` it reads a contact from the CRM, puts made-up \
                            values in the place of personal ones, and adds a test of that contact to the end of the job's mapping."
    )]
    Test(Test),
    /// Proposes config and mapping from what both systems really have
    #[command(
        long_about = "Asks for the addresses and logins of both systems, looks at what they have, and writes a config and a mapping that fit, \
                            with remarks for whoever edits them. Nothing is overwritten, and nothing is sent. All questions can be answered by flags."
    )]
    Init(Box<Init>),
    /// Explains an error code, for example E0102; without one, lists all
    Code(Code),
    /// Prints the JSON Schema of a file, for editors that complete and check while you type
    #[command(
        long_about = "Prints the JSON Schema (draft-07) of a file, for editors that complete and check while you type: those with Taplo, as \
                            VS Code with Even Better TOML, take it by a first line `#:schema FILE` of the TOML file."
    )]
    Schema(Schema),
    /// Rehearses the whole job with made-up people against built-in servers
    #[command(
        long_about = "Rehearses the whole job with about 1,000 made-up contacts against a built-in VICIdial and a built-in EspoCRM: \
                            shows the plan, pushes it, lets made-up agents call, brings the outcomes back, and shows that a further run \
                            writes nothing. Needs no config, no network and no installation; leaves nothing behind."
    )]
    Rehearse(Rehearse),
}

/// Arguments of `sync`.
#[derive(Debug, Args)]
pub struct Sync {
    /// The job [default: all]
    pub job: Option<String>,
    /// Look at everything on both sides, not only at what changed
    #[arg(long, group = "scope")]
    pub full: bool,
    /// Look at this contact only (the CRM's id)
    #[arg(long, group = "scope", value_name = "ID")]
    #[arg(value_parser = clap::builder::NonEmptyStringValueParser::new())]
    pub contact: Option<String>,
    /// Look at the contact and the calls of this lead only (VICIdial's lead_id)
    #[arg(long, group = "scope", value_name = "ID")]
    pub lead: Option<u64>,
    /// Look at everything of this VICIdial list only, on both sides: the contacts whose lead is in it, or is to be
    #[arg(long, group = "scope", value_name = "ID")]
    pub list: Option<u64>,
    /// Look at what changed since then: `2h`, `3d`, `2026-11-25`, `2026-11-25 14:30` (the job's zone), or with an offset as RFC 3339
    #[arg(long, group = "scope", value_name = "TIME")]
    pub since: Option<String>,
    /// Show the plan only, as `vicisync plan` does
    #[arg(long, conflicts_with = "approve")]
    pub dry_run: bool,
    /// Send it although it is the first run, or a brake would stop it
    #[arg(long)]
    pub approve: bool,
}

/// Arguments of `plan`.
#[derive(Debug, Args)]
pub struct Plan {
    /// The job [default: all]
    pub job: Option<String>,
    /// Look at everything on both sides, not only at what changed
    #[arg(long)]
    pub full: bool,
    /// Show at most so many ops; the totals count all
    #[arg(long, value_name = "N")]
    pub limit: Option<usize>,
}

/// Arguments of `report`.
#[derive(Debug, Args)]
pub struct Report {
    /// The report [default: all]
    pub name: Option<String>,
    /// Of this day: `today`, `yesterday`, `3d` (three days ago) or `2026-11-25`
    #[arg(long, value_name = "DAY", conflicts_with = "since")]
    pub day: Option<String>,
    /// From this day, or moment of the server's clock, to the end of today: also `2026-11-25 14:30`
    #[arg(long, value_name = "TIME")]
    pub since: Option<String>,
    /// Print it as CSV, and write no file
    #[arg(long)]
    pub stdout: bool,
}

/// Arguments of `status`.
#[derive(Debug, Args)]
pub struct Status {
    /// The job [default: all]
    pub job: Option<String>,
}

/// Arguments of `explain`.
#[derive(Debug, Args)]
pub struct Explain {
    /// A contact's id, a lead's id, or a phone with its country code (+12025550101)
    pub id: String,
    /// The job [default: all]
    #[arg(long)]
    pub job: Option<String>,
}

/// Arguments of `map`.
#[derive(Debug, Args)]
pub struct Map {
    /// The contact, by the CRM's id
    #[arg(value_name = "CONTACT_ID", required_unless_present = "file", conflicts_with = "file")]
    #[arg(value_parser = clap::builder::NonEmptyStringValueParser::new())]
    pub contact: Option<String>,
    /// A record as the CRM's API gives it, as JSON; `-` reads it from stdin. Asks no server, and needs no secret
    #[arg(long, value_name = "FILE")]
    pub file: Option<PathBuf>,
    /// The job [default: all]
    #[arg(long)]
    pub job: Option<String>,
    /// Use this mapping file, and no config; for `--file`
    #[arg(long, value_name = "FILE", requires = "file", conflicts_with = "job")]
    pub mapping: Option<PathBuf>,
    /// The built-in connector that reads the record; for `--mapping`
    #[arg(long, value_name = "NAME", requires = "mapping", default_value = "espocrm")]
    pub crm: String,
    /// Show as well what the contact would get of this text, typed into a field of its lead: `city=Tampa`. May be given several times
    #[arg(long, value_name = "FIELD=TEXT", value_parser = super::map::argument)]
    pub typed: Vec<(FieldName, String)>,
}

/// Arguments of `check`.
#[derive(Debug, Args)]
pub struct Check {
    /// Ask both systems too; a login that was stopped is tried once, and freed when it is good
    #[arg(long)]
    pub live: bool,
}

/// Arguments of `fields`.
#[derive(Debug, Args)]
pub struct Fields {
    /// Whose fields
    #[command(subcommand)]
    pub of: FieldsOf,
}

/// Whose fields.
#[derive(Debug, Subcommand)]
pub enum FieldsOf {
    /// The CRM's fields
    Crm(FieldsOfCrm),
    /// VICIdial's standard fields, and the custom fields of lists
    Vicidial(FieldsOfVicidial),
}

/// Arguments of `fields crm`.
#[derive(Debug, Args)]
pub struct FieldsOfCrm {
    /// Of this job's object [default: the only job]
    #[arg(long, conflicts_with = "crm")]
    pub job: Option<String>,
    /// Of this CRM connection, whatever jobs there are
    #[arg(long, value_name = "NAME")]
    pub crm: Option<String>,
    /// The object [default: the only one of the connector]
    #[arg(long, requires = "crm")]
    pub object: Option<String>,
}

/// Arguments of `fields vicidial`.
#[derive(Debug, Args)]
pub struct FieldsOfVicidial {
    /// Of this job's lists [default: the only job]
    #[arg(long, conflicts_with = "vicidial")]
    pub job: Option<String>,
    /// Of all lists of this VICIdial connection, whatever jobs there are
    #[arg(long, value_name = "NAME")]
    pub vicidial: Option<String>,
}

/// Arguments of `test`.
#[derive(Debug, Args)]
pub struct Test {
    /// A mapping file [default: those of all jobs]
    #[arg(conflicts_with = "record")]
    pub mapping: Option<PathBuf>,
    /// Only tests with this in their names, whatever the capitals
    #[arg(long, value_name = "TEXT", conflicts_with = "record")]
    pub only: Option<String>,
    /// Make a test of this contact (the CRM's id), personal details replaced by made-up ones
    #[arg(long, value_name = "CONTACT_ID", value_parser = clap::builder::NonEmptyStringValueParser::new())]
    pub record: Option<String>,
    /// The job whose mapping gets the test [default: the only one]
    #[arg(long, requires = "record")]
    pub job: Option<String>,
    /// The test's name [default: the day and what becomes of the contact]
    #[arg(long, requires = "record", value_parser = clap::builder::NonEmptyStringValueParser::new())]
    pub name: Option<String>,
    /// Print the test and write nothing
    #[arg(long, requires = "record")]
    pub print: bool,
}

/// Arguments of `init`. What is not given is asked for.
#[derive(Debug, Args)]
pub struct Init {
    /// VICIdial's web server: its address, with https:// in front
    #[arg(long, value_name = "URL")]
    pub vicidial_url: Option<String>,
    /// VICIdial's API user
    #[arg(long, value_name = "USER")]
    pub vicidial_user: Option<String>,
    /// A file with that user's password
    #[arg(long, value_name = "FILE", conflicts_with = "vicidial_pass_env")]
    pub vicidial_pass_file: Option<PathBuf>,
    /// An environment variable with that user's password
    #[arg(long, value_name = "NAME")]
    pub vicidial_pass_env: Option<String>,
    /// The CRM's connector
    #[arg(long, value_name = "KIND", default_value = "espocrm")]
    pub crm: String,
    /// The address by which people open the CRM
    #[arg(long, value_name = "URL")]
    pub crm_site: Option<String>,
    /// A file with the CRM's API key
    #[arg(long, value_name = "FILE", conflicts_with = "crm_key_env")]
    pub crm_key_file: Option<PathBuf>,
    /// An environment variable with the CRM's API key
    #[arg(long, value_name = "NAME")]
    pub crm_key_env: Option<String>,
    /// The id of the CRM user to whom calls are given whose agent no mapping names; without one calls are not logged
    #[arg(long, value_name = "ID")]
    pub crm_user: Option<String>,
    /// The VICIdial server's own time zone, as in America/New_York
    #[arg(long)]
    pub zone: Option<String>,
    /// The country of phone numbers that are written without one, as in US
    #[arg(long)]
    pub region: Option<String>,
    /// The job's name
    #[arg(long)]
    pub job: Option<String>,
    /// The CRM's kind of record
    #[arg(long, default_value = "Contact")]
    pub object: String,
    /// A list for the leads; several may be given, the first is the default
    #[arg(long = "list", value_name = "LIST", value_parser = clap::value_parser!(u64).range(100..=99_999_999_999_999))]
    pub lists: Vec<u64>,
    /// Ask neither system; propose from the answers alone
    #[arg(long)]
    pub offline: bool,
    /// Ask no questions: what is not given is guessed, or is an error
    #[arg(long)]
    pub yes: bool,
    /// Show the files and write none
    #[arg(long)]
    pub stdout: bool,
}

/// Arguments of `code`.
#[derive(Debug, Args)]
pub struct Code {
    /// The code [default: all, with their titles]
    pub code: Option<String>,
}

/// Arguments of `schema`.
#[derive(Debug, Args)]
pub struct Schema {
    /// Of which kind of file
    #[arg(value_parser = clap::builder::PossibleValuesParser::new(FILES.iter().map(|file| file.name)))]
    pub file: String,
}

/// Arguments of `rehearse`.
#[derive(Debug, Args)]
pub struct Rehearse {
    /// Keep both servers up, filled with contacts, for trying vicisync by hand; ends with Ctrl-C
    #[arg(long)]
    pub serve: bool,
    /// How many contacts
    #[arg(long, value_name = "N", default_value_t = 1000, value_parser = clap::value_parser!(u32).range(50..=20_000))]
    pub count: u32,
}
