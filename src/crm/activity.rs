//! A call as the CRM keeps it: the values that requests may name, and how a row is known to be the call that was looked for.
//!
//! It decides no wording of titles and notes: those come with the activity. It sends nothing.

use serde_json::Value as Json;

use super::connector::{Activity as Rules, Record};
use super::template::Names;
use crate::model::Activity;

/// The option that names the user of calls without an agent of their own.
const OPTION_USER: &str = "user_id";

/// The names of a call, added to those of the request.
pub(super) fn names(rules: &Rules, record: &Record, names: Names, activity: &Activity, fallback_user: Option<&str>) -> Names {
    let words = &rules.words;
    let time = |at: chrono::DateTime<chrono::Utc>| at.format(&record.time).to_string();
    let mut text = activity.note.trim_end().to_owned();
    if let Some(line) = key_line(rules, &activity.key) {
        if !text.is_empty() {
            text.push('\n');
        }
        text.push_str(&line);
    }
    let user = activity.user.as_deref().or(fallback_user).filter(|user| !user.trim().is_empty());
    names
        .with("key", activity.key.as_str())
        .with("call.title", activity.title.as_str())
        .with("call.text", text)
        .with("call.answered", if activity.is_answered { words.answered.as_str() } else { words.unanswered.as_str() })
        .with("call.direction", if activity.is_inbound { words.inbound.as_str() } else { words.outbound.as_str() })
        .with("call.start", time(activity.start))
        .with("call.end", time(activity.end.max(activity.start)))
        .with("call.user", user)
}

/// The option of the fallback user.
pub(super) fn fallback_user(options: &std::collections::BTreeMap<String, String>) -> Option<&str> {
    options.get(OPTION_USER).map(String::as_str)
}

/// Whether a row is the call with that key. The CRM's filter alone is not believed: one that it does not understand gives everything.
pub(super) fn is_call(rules: &Rules, options: &Names, key: &str, row: &Json) -> bool {
    let attribute = rules.key_attribute.render(options, str::to_owned).ok().flatten();
    let by_attribute = attribute.and_then(|name| row.get(&name)).and_then(Json::as_str) == Some(key);
    let by_line = key_line(rules, key)
        .is_some_and(|wanted| rules.key_text.text(row).is_some_and(|text| text.lines().any(|line| line.trim() == wanted)));
    by_attribute || by_line
}

/// Whether a row shows all that a change would write. What a list leaves out may be anything, so it shows nothing.
pub(super) fn shows(row: &Json, written: &Json) -> bool {
    let Some(written) = written.as_object() else { return false };
    written.iter().all(|(name, value)| row.get(name) == Some(value))
}

fn key_line(rules: &Rules, key: &str) -> Option<String> {
    rules.key_line.render(&Names::default().with("key", key), str::to_owned).ok().flatten()
}
