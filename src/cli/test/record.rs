//! `vicisync test --record`: a contact of the CRM becomes a test at the end of its job's mapping, with made-up values in the place of personal ones.
//!
//! It decides which job and which name; what is masked and how stands in `setup::mask`.

use std::collections::BTreeMap;
use std::fs;

use chrono::Utc;
use serde_json::json;

use crate::cli::arguments::Test;
use crate::cli::exit::Exit;
use crate::cli::logins;
use crate::cli::screen::Failed;
use crate::cli::session::Session;
use crate::mapping;
use crate::model::{ContactId, CrmFieldKind, JobName};
use crate::ports::Contacts;
use crate::setup::mask::{self, Unmasked};
use crate::setup::{self, Checked, Ready};

/// Runs the command.
///
/// # Errors
/// Files that cannot be used, a contact that is not there, a field that cannot be masked, a test of that name.
pub(super) async fn run(session: &Session, wanted: &Test, contact: &str) -> Result<Exit, Failed> {
    let checked = session.read()?;
    let job = one_job(session, &checked, wanted.job.as_deref())?;
    let (Some(program), Some(path)) = (checked.program(&job), checked.mapping_file(&job)) else {
        return Err(Failed::new(Exit::Usage, format!("job {job} has no mapping"), "run: vicisync check"));
    };
    let file = path.display().to_string();
    let text = fs::read_to_string(&path)
        .map_err(|error| Failed::new(Exit::Usage, format!("{file} cannot be read: {error}"), "see who may read it: ls -l"))?;
    let taken: Vec<String> = program.tests().into_iter().map(|outcome| outcome.name).collect();
    if let Some(name) = wanted.name.as_ref().filter(|name| taken.contains(name)) {
        let message = format!("{file} has a test `{name}` already; nothing was written");
        return Err(Failed::new(Exit::Usage, message, "choose another name: --name NAME"));
    }
    let copy = session.open_copy()?;
    let ready = session.ready(&checked, std::slice::from_ref(&job), &copy)?;
    let Some(ready) = ready.first() else {
        return Err(Failed::new(Exit::Usage, format!("job {job} cannot be made ready"), "run: vicisync check"));
    };
    let crm = &ready.job.crm;
    logins::not_stopped(&copy, crm, ready.job.credentials.get(crm).map_or("", String::as_str))?;
    let id = ContactId(contact.trim().to_owned());
    let Some(contact) = logins::answered(session, &checked, crm, ready.contacts.get(&id).await)? else {
        let message = format!("the CRM has no {} with the id {id}", program.object());
        return Err(Failed::new(Exit::Usage, message, "copy the id from the address of its page in the CRM"));
    };
    let day = Utc::now().with_timezone(&ready.zone).format("%Y-%m-%d").to_string();
    let kinds = kinds(ready).await;
    let mut recorded =
        mask::record(program, &text, &contact, &kinds, wanted.name.as_deref(), &day).map_err(|unmasked| cannot(&file, &unmasked))?;
    if taken.contains(&recorded.name) {
        let name = free(&recorded.name, &taken);
        recorded = mask::record(program, &text, &contact, &kinds, Some(&name), &day).map_err(|unmasked| cannot(&file, &unmasked))?;
    }
    let more = addition(&text, &recorded.text);
    prove(&file, &format!("{text}{more}"), &recorded.name)?;
    session.screen.data(recorded.text.trim_end());
    if !wanted.print {
        setup::append(&path, &text, &more).map_err(|problem| {
            let mut failed = Failed::problems(vec![problem]);
            failed.message = format!("{file} is as it was");
            failed.help = None;
            failed
        })?;
    }
    session.screen.json(&json!({ "file": file, "name": recorded.name, "test": recorded.text, "written": !wanted.print }));
    session.screen.talk(&if wanted.print {
        "nothing was written; without --print it goes to the end of the mapping".to_owned()
    } else {
        format!("added to {file}; look at it, change what you like, and run: vicisync test")
    });
    Ok(Exit::Fine)
}

fn one_job(session: &Session, checked: &Checked, wanted: Option<&str>) -> Result<JobName, Failed> {
    let names = session.chosen(checked, wanted)?;
    match names.as_slice() {
        [one] => Ok(one.clone()),
        several => {
            let known = several.iter().map(JobName::as_str).collect::<Vec<_>>().join(", ");
            Err(Failed::new(
                Exit::Usage,
                "there are several jobs, and each has a mapping of its own",
                format!("say which: --job NAME, of {known}"),
            ))
        }
    }
}

/// What the CRM calls its fields; nothing where it does not tell.
async fn kinds(ready: &Ready) -> BTreeMap<String, CrmFieldKind> {
    if !ready.contacts.describes() {
        return BTreeMap::new();
    }
    // What is not known is masked, so a right that is missing for it does no harm.
    let fields = ready.contacts.describe(ready.job.program.object()).await.unwrap_or_default();
    fields.into_iter().map(|field| (field.name, field.kind)).collect()
}

fn cannot(file: &str, unmasked: &Unmasked) -> Failed {
    let (message, help) = match unmasked {
        Unmasked::Decides(field) => (
            format!("{field} cannot be masked: with a made-up value the mapping decides otherwise than with the real one"),
            format!("write this test by hand into {file}, with made-up values that you choose"),
        ),
        Unmasked::Shows(field) => (
            format!("{field} cannot be masked: a real value of it would stand in the test"),
            format!("write this test by hand into {file}, with made-up values that you choose"),
        ),
        Unmasked::Named(field) => (
            format!("the name of the test holds the real value of {field}"),
            "choose a name that says what is tested, and not of whom: --name NAME".to_owned(),
        ),
    };
    Failed::new(Exit::Usage, format!("{message}; nothing was written"), help)
}

/// The name with the first number behind it that is free.
fn free(name: &str, taken: &[String]) -> String {
    (2..).map(|number: u64| format!("{name} ({number})")).find(|name| !taken.contains(name)).unwrap_or_else(|| name.to_owned())
}

/// The table as it follows the text: an empty line before it, the text's own line ends.
fn addition(text: &str, table: &str) -> String {
    let end = if text.contains("\r\n") { "\r\n" } else { "\n" };
    let gap = match text {
        "" => String::new(),
        text if text.ends_with('\n') => end.to_owned(),
        _ => end.repeat(2),
    };
    format!("{gap}{}", table.replace('\n', end))
}

/// The file as it would be is read, and its new test run, before anything is written.
fn prove(file: &str, text: &str, name: &str) -> Result<(), Failed> {
    let help = "write this test by hand; --print shows it";
    let program = match mapping::parse(file, text) {
        Ok((program, _)) => program,
        Err(found) => {
            let why = found.first().map(|diagnostic| diagnostic.message.clone()).unwrap_or_default();
            return Err(Failed::new(Exit::Usage, format!("a test cannot be added to {file}: {why}"), help));
        }
    };
    match program.tests().into_iter().find(|outcome| outcome.name == name) {
        Some(outcome) if outcome.problems.is_empty() => Ok(()),
        Some(outcome) => Err(Failed::new(Exit::Usage, format!("the recorded test would not pass: {}", outcome.problems.join("; ")), help)),
        None => Err(Failed::new(Exit::Usage, format!("a test cannot be added to {file}"), help)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_follows_with_the_texts_own_line_ends() {
        assert_eq!(addition("a = 1\n", "[[test]]\nx\n"), "\n[[test]]\nx\n");
        assert_eq!(addition("a = 1", "[[test]]\n"), "\n\n[[test]]\n");
        assert_eq!(addition("a = 1\r\n", "[[test]]\nx\n"), "\r\n[[test]]\r\nx\r\n");
        assert_eq!(free("a", &["a".to_owned(), "a (2)".to_owned()]), "a (3)");
    }
}
