//! The proposed vicisync.toml.

use std::fmt::Write;

use super::{Answers, Seen};
use crate::setup::mask::quoted;

/// The text.
pub(super) fn config(answers: &Answers, seen: &Seen) -> String {
    let mut text = String::new();
    if let Some((schema, _)) = &answers.schemas {
        write!(text, "#:schema {schema}\n\n").ok();
    }
    let mut options = Vec::new();
    if let Some(user) = &answers.crm_user {
        options.push(format!("user_id = {}", quoted(user)));
    }
    if let Some(field) = &seen.activity_key_field {
        options.push(format!("activity_key_field = {}", quoted(field)));
    }
    let release = seen.release.as_ref().map(|release| format!("                          # {release}")).unwrap_or_default();
    let Answers { vicidial_url, vicidial_user, vicidial_pass, crm, crm_site, crm_key, zone, job, mapping, day, .. } = answers;
    let (url, user, pass, site, key) =
        (quoted(vicidial_url), quoted(vicidial_user), quoted(vicidial_pass), quoted(crm_site), quoted(crm_key));
    let options = match options.as_slice() {
        [] => "# options = { user_id = \"...\" }         # the CRM user for calls of agents whom the mapping's [users] does not name"
            .to_owned(),
        options => format!("options = {{ {} }}", options.join(", ")),
    };
    // Writing into a text cannot fail.
    write!(
        text,
        r#"# Which CRM and which VICIdial there are, and which jobs run between them. Proposed by `vicisync init` on {day}.
# Every key is explained in docs/config.md. After each change: vicisync check --live
format = 1

[crm.{crm}]                            # the name is yours to choose, and stays: the state remembers connections by it
kind = {kind}
site = {site}
secrets = {{ api_key = {key} }}
# user_id: the CRM user for calls of agents that the mapping's [users] does not name.
# activity_key_field: a text field of your own on Call, by which a logged call is found again.
{options}

[vicidial.main]{release}
url = {url}
user = {user}
pass = {pass}
# The server's own time zone: VICIdial's times carry none. Two zones may agree today and not in summer.
zone = {zone}
# blackout = ["01:30-02:30"]             # times in which VICIdial is left alone, but for opt-outs
# campaigns = ["TESTCAMP"]               # whose calls are read; all without the line

[job.{job}]
crm = {kind}
vicidial = "main"
mapping = {mapping}
# schedule = "*/2 * * * *"               # looks for changes every two minutes
# full_schedule = "0 3 * * *"            # compares everything at 3 in the morning

# What one run may change; more waits for a person. The numbers are those that count without the lines.
# [job.{job}.brakes]
# creates = 1000
# updates = 2000
# deactivates = 100
"#,
        kind = quoted(crm),
        zone = quoted(zone.name()),
        mapping = quoted(mapping),
    )
    .ok();
    text
}
