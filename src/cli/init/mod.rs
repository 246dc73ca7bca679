//! `vicisync init`: asks for addresses and logins, looks at both systems, and writes a config and a mapping that fit.
//!
//! It decides in which order things are asked and where the files go. What stands in them is decided by `setup::propose`. Nothing is overwritten, and
//! neither system is changed.

mod answer;
mod files;
mod look;

use std::path::{Path, PathBuf};

use chrono::Utc;
use serde_json::json;

use super::arguments::Init;
use super::exit::Exit;
use super::screen::{Failed, table};
use super::session::Session;
use crate::model::{JobName, ListId};
use crate::setup::propose::{self, Answers, Proposal, Seen};
use crate::setup::{Draft, write_new};
use answer::{Asking, Secret};

/// The config that is written where none is named.
pub(super) const CONFIG: &str = "vicisync.toml";

/// The list that is proposed where VICIdial has none.
const LIST: u64 = 1001;

/// Runs the command.
///
/// # Errors
/// Files that are there already, an answer that is missing or wrong, a login that is refused, a server out of reach.
pub(super) async fn run(session: &Session, wanted: &Init) -> Result<Exit, Failed> {
    let config = session.places.config.clone();
    let home = files::home(&config);
    if !wanted.stdout {
        files::refuse_taken(&config)?;
    }
    let mut asking = Asking::new(&session.screen, wanted.yes);
    let job = asking.text("The job's name", wanted.job.as_deref(), "--job", Some("sales"))?;
    let job: JobName = job_name(&job)?;
    let mapping = format!("mappings/{job}.toml");
    if !wanted.stdout {
        files::refuse_taken(&home.join(&mapping))?;
    }
    if Connectors::kind(&wanted.crm).is_none() {
        return Err(Failed::new(
            Exit::Usage,
            format!("there is no connector `{}`", wanted.crm),
            format!("there are: {}", Connectors::names()),
        ));
    }

    let (dialer, zone) = vicidial(&mut asking, wanted, &home).await?;
    let (crm, mut seen) = crm(&mut asking, wanted, &home).await?;
    seen.release = dialer.release;
    seen.lists = dialer.lists;
    let found = propose::regions(&seen.samples, seen.fields.all(), zone);
    let region = asking.checked(
        "The country of phone numbers that are written without one, by two letters",
        wanted.region.as_deref(),
        "--region",
        found.default.as_deref().or(Some("US")),
        |text| files::is_region(text).then(|| text.to_owned()).ok_or("write two capital letters, as in US or GB"),
    )?;
    let answers = Answers {
        vicidial_url: dialer.url,
        vicidial_user: dialer.user,
        vicidial_pass: dialer.pass.reference(),
        crm: wanted.crm.clone(),
        crm_site: crm.site,
        crm_key: crm.key.reference(),
        crm_user: crm.user,
        zone,
        region,
        job: job.as_str().to_owned(),
        mapping: mapping.clone(),
        object: wanted.object.clone(),
        lists: dialer.chosen,
        day: Utc::now().with_timezone(&zone).date_naive(),
        schemas: files::schemas(&home),
    };
    let proposal = propose::propose(&answers, &seen);
    files::prove(&proposal)?;
    let mut drafts = vec![
        Draft { path: home.join(&mapping), text: proposal.mapping.clone(), is_secret: false },
        Draft { path: config.clone(), text: proposal.config.clone(), is_secret: false },
    ];
    drafts.extend([&dialer.pass, &crm.key].into_iter().filter_map(|secret| secret.draft(&home)));
    finish(session, wanted, &mut asking, &config, &proposal, &drafts)
}

/// What is known of the dialer.
struct Dialer {
    url: String,
    user: String,
    pass: Secret,
    release: Option<String>,
    lists: Vec<crate::vicidial::offered_lists::OfferedList>,
    chosen: Vec<u64>,
}

/// What is known of the CRM's connection.
struct CrmLogin {
    site: String,
    key: Secret,
    user: Option<String>,
}

async fn vicidial(asking: &mut Asking<'_>, wanted: &Init, home: &Path) -> Result<(Dialer, chrono_tz::Tz), Failed> {
    let url = asking.url("VICIdial's web address", wanted.vicidial_url.as_deref(), "--vicidial-url")?;
    let user = asking.text("VICIdial's API user", wanted.vicidial_user.as_deref(), "--vicidial-user", None)?;
    let given = (wanted.vicidial_pass_file.as_deref(), wanted.vicidial_pass_env.as_deref());
    let pass = asking.secret("That user's password", given, ("--vicidial-pass-file", "vicidial.pass"), home, wanted.offline)?;
    let mut dialer = Dialer { url, user, pass, release: None, lists: Vec::new(), chosen: wanted.lists.clone() };
    let mut guessed = None;
    if !wanted.offline {
        let named = wanted.lists.iter().copied().map(ListId).collect();
        let found = look::vicidial(&dialer.url, &dialer.user, &dialer.pass, &named).await?;
        asking.talk(&format!("VICIdial {} answers, and takes the login", found.release));
        guessed = propose::zone(found.offset_min, Utc::now());
        show_lists(asking, &found);
        dialer.release = Some(found.release);
        dialer.lists = found.lists;
    }
    let zone = asking.checked(
        "The time zone of VICIdial's server (VICIdial's times carry none)",
        wanted.zone.as_deref(),
        "--zone",
        guessed.map(|zone| zone.name()),
        |text| text.parse::<chrono_tz::Tz>().map_err(|_| "write the name of a place, as in America/New_York"),
    )?;
    if dialer.chosen.is_empty() {
        let likely = propose::lists_to_fill(&dialer.lists);
        let proposed = if likely.is_empty() { vec![LIST] } else { likely.iter().take(3).map(|list| list.0).collect() };
        let proposed = proposed.iter().map(u64::to_string).collect::<Vec<_>>().join(" ");
        dialer.chosen = asking.checked("The lists for the leads, the default one first", None, "--list", Some(&proposed), read_lists)?;
    }
    Ok((dialer, zone))
}

fn read_lists(text: &str) -> Result<Vec<u64>, &'static str> {
    let wrong = "write numbers of three digits or more, with spaces between";
    let read = text
        .split([' ', ','])
        .filter(|word| !word.is_empty())
        .map(|word| word.parse::<u64>().ok().filter(|id| *id >= 100))
        .collect::<Option<Vec<u64>>>();
    read.filter(|lists| !lists.is_empty()).ok_or(wrong)
}

fn show_lists(asking: &Asking<'_>, found: &look::FoundVicidial) {
    if let Some(trouble) = &found.trouble {
        asking.talk(&format!("its lists cannot be seen: {trouble}"));
    }
    let rows = found.lists.iter().map(|list| {
        let leads = list.leads.map(|leads| format!("{leads} leads")).unwrap_or_default();
        let activity = match (list.is_active, list.is_campaign_active) {
            (false, _) => "not active",
            (true, Some(false)) => "active; its campaign is not",
            (true, Some(true) | None) => "active",
        };
        vec![format!("  list {}", list.id), format!("campaign {}", list.campaign), activity.to_owned(), leads, list.labels.join(" ")]
    });
    let rows: Vec<Vec<String>> = rows.collect();
    if !rows.is_empty() {
        asking.talk(&table(&rows));
    }
}

async fn crm(asking: &mut Asking<'_>, wanted: &Init, home: &Path) -> Result<(CrmLogin, Seen), Failed> {
    let site = asking.url("The CRM's address in the browser", wanted.crm_site.as_deref(), "--crm-site")?;
    let given = (wanted.crm_key_file.as_deref(), wanted.crm_key_env.as_deref());
    let key = asking.secret("The key of its API user", given, ("--crm-key-file", "crm.key"), home, wanted.offline)?;
    let mut seen = Seen::default();
    if !wanted.offline {
        seen = look::crm(&wanted.crm, &site, &key, &wanted.object).await?;
        let fields = seen.fields.all().len();
        asking.talk(&format!("the CRM takes the key; {} contacts were looked at, which have {fields} fields", seen.samples.len()));
    }
    let user = asking.optional(
        "The id of the CRM user to whom calls are given whose agent is not known there (empty: calls are not logged)",
        wanted.crm_user.as_deref(),
    )?;
    Ok((CrmLogin { site, key, user }, seen))
}

fn finish(
    session: &Session,
    wanted: &Init,
    asking: &mut Asking<'_>,
    config: &Path,
    proposal: &Proposal,
    drafts: &[Draft],
) -> Result<Exit, Failed> {
    let shown: Vec<&Draft> = drafts.iter().filter(|draft| !draft.is_secret).collect();
    if wanted.stdout {
        for draft in shown {
            session.screen.data(&format!("# ---- {}\n{}", draft.path.display(), draft.text));
        }
        session.screen.json(&json!({ "written": false, "config": proposal.config, "mapping": proposal.mapping, "notes": proposal.notes }));
        session.screen.talk("nothing was written; without --stdout these files are");
        return Ok(Exit::Fine);
    }
    let paths: Vec<PathBuf> = drafts.iter().map(|draft| draft.path.clone()).collect();
    let list = paths.iter().map(|path| path.display().to_string()).collect::<Vec<_>>();
    if !asking.agreed(&format!("Write {}?", list.join(", ")))? {
        session.screen.talk("nothing was written");
        return Ok(Exit::Fine);
    }
    write_new(drafts).map_err(|problem| {
        let mut failed = Failed::problems(vec![problem]);
        failed.message = "nothing was written".to_owned();
        failed.help = None;
        failed
    })?;
    for path in &list {
        session.screen.data(&format!("wrote {path}"));
    }
    session.screen.json(&json!({ "written": true, "files": list, "notes": proposal.notes }));
    let mut talk = String::from("\nLook at both files. To do by hand:\n");
    for note in &proposal.notes {
        talk.push_str(&format!("  - {note}\n"));
    }
    let named = if config == Path::new(CONFIG) { String::new() } else { format!(" --config {}", config.display()) };
    talk.push_str(&format!(
        "\nThen, one after the other:\n  vicisync{named} check --live\n  vicisync{named} test\n  vicisync{named} plan\n  vicisync{named} sync --approve"
    ));
    session.screen.talk(&talk);
    Ok(Exit::Fine)
}

fn job_name(text: &str) -> Result<JobName, Failed> {
    let is_name = (1..=32).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-' || byte == b'_');
    if is_name {
        return Ok(JobName::from(text));
    }
    Err(Failed::new(Exit::Usage, format!("`{text}` cannot be a job's name"), "write 1 to 32 small letters, digits, `-` or `_`"))
}

/// The connectors that are built in.
struct Connectors;

impl Connectors {
    fn kind(name: &str) -> Option<crate::crm::Connector> {
        crate::crm::Connector::embedded(name)
    }

    fn names() -> String {
        crate::crm::Connector::names().join(", ")
    }
}
