//! A connector: the file that says how one CRM's API works, parsed and checked.
//!
//! It decides what such a file may say. Unknown keys, unknown names in templates and paths that are none are errors at load, all of them at once.
//! It knows no CRM: what is EspoCRM's stands in `connectors/espocrm.toml`.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

use super::path::Path;
use super::record::{self, Unreadable, Wanted};
use super::request::{Request, RequestText};
use super::template::Text;
use super::verdict::{self, Answer, Kind, Verdict};
use crate::model::Contact;

/// The connectors that are built in.
const EMBEDDED: [(&str, &str); 1] = [("espocrm", include_str!("connectors/espocrm.toml"))];
/// The format of the file that this version reads.
const FORMAT: u32 = 1;
/// What every request may name.
const NAMES_EVERYWHERE: [&str; 1] = ["object"];
const NAMES_OF_LISTS: [&str; 4] = ["fields", "page_size", "since", "after.id"];
const NAMES_OF_CALLS: [&str; 9] =
    ["id", "key", "call.title", "call.text", "call.answered", "call.direction", "call.start", "call.end", "call.user"];

/// A checked connector.
#[derive(Debug, Clone)]
pub struct Connector {
    /// Its name in the config.
    pub name: String,
    /// The CRM's name for people.
    pub title: String,
    /// The objects that it can sync.
    pub objects: Vec<String>,
    /// The most rows that the CRM gives at once.
    pub page_size_max: usize,
    /// Secrets that it takes, each with a sentence.
    pub secrets: BTreeMap<String, String>,
    /// Options that it takes, each with a sentence.
    pub options: BTreeMap<String, String>,
    pub(super) base: Text,
    pub(super) headers: BTreeMap<String, String>,
    pub(super) auth: Vec<Auth>,
    pub(super) answers: Answers,
    pub(super) record: Record,
    pub(super) list: List,
    pub(super) get: Request,
    pub(super) patch: Patch,
    pub(super) activity: Activity,
    pub(super) probe: Probe,
}

/// One way to log in.
#[derive(Debug, Clone)]
pub(super) struct Auth {
    pub(super) header: String,
    pub(super) value: Text,
    pub(super) is_base64: bool,
    /// The secret and the text of an HMAC-SHA-256 signature.
    pub(super) sign: Option<(String, Text)>,
    /// The secrets that it needs.
    pub(super) needs: BTreeSet<String>,
}

/// How answers that are no success are read.
#[derive(Debug, Clone)]
pub(super) struct Answers {
    pub(super) reason: String,
    pub(super) refused_label: Path,
    pub(super) refused_field: Path,
    pub(super) refused_type: Path,
    pub(super) record_labels: Vec<String>,
    pub(super) field_help: String,
    pub(super) no_right_help: String,
    pub(super) locked_help: String,
}

/// How a record is read.
#[derive(Debug, Clone)]
pub(super) struct Record {
    pub(super) id: Path,
    pub(super) updated: Path,
    pub(super) time: String,
    pub(super) deleted: Path,
    pub(super) opted_out: Vec<Path>,
    /// Names of the connector's own, with the paths whose values they list. They need the whole record.
    pub(super) fields: BTreeMap<String, Vec<Path>>,
}

/// How contacts are listed.
#[derive(Debug, Clone)]
pub(super) struct List {
    pub(super) rows: Path,
    pub(super) count: Count,
    pub(super) changed: Request,
    pub(super) all: Request,
}

/// Where an answer says whether there is a further page.
#[derive(Debug, Clone)]
pub(super) struct Count {
    pub(super) path: Path,
    pub(super) more: i64,
    pub(super) last: i64,
}

/// How a contact is changed.
#[derive(Debug, Clone)]
pub(super) struct Patch {
    pub(super) never: BTreeSet<String>,
    /// Attributes that the CRM sets by itself, whatever it is sent.
    pub(super) computed: BTreeSet<String>,
    pub(super) only_true: BTreeSet<String>,
    pub(super) request: Request,
}

/// How calls are kept.
#[derive(Debug, Clone)]
pub(super) struct Activity {
    pub(super) id: Path,
    pub(super) key_attribute: Text,
    pub(super) key_text: Path,
    pub(super) key_line: Text,
    pub(super) words: Words,
    pub(super) find: Request,
    pub(super) create: Request,
    pub(super) update: Request,
}

/// The CRM's words about a call.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Words {
    pub(super) inbound: String,
    pub(super) outbound: String,
    pub(super) answered: String,
    pub(super) unanswered: String,
}

/// What a live check asks.
#[derive(Debug, Clone)]
pub(super) struct Probe {
    pub(super) activity_entity: String,
    pub(super) attribute: Request,
    pub(super) user: Request,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FileText {
    format: u32,
    name: String,
    title: String,
    objects: Vec<String>,
    page_size_max: usize,
    #[serde(default)]
    secrets: BTreeMap<String, String>,
    #[serde(default)]
    options: BTreeMap<String, String>,
    http: HttpText,
    auth: Vec<AuthText>,
    answers: AnswersText,
    record: RecordText,
    list: ListText,
    get: RequestText,
    patch: PatchText,
    activity: ActivityText,
    probe: ProbeText,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct HttpText {
    base: String,
    #[serde(default)]
    headers: BTreeMap<String, String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AuthText {
    header: String,
    value: String,
    #[serde(default)]
    base64: bool,
    sign: Option<SignText>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SignText {
    key: String,
    text: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AnswersText {
    reason: String,
    refused_label: String,
    refused_field: String,
    refused_type: String,
    #[serde(default)]
    record_labels: Vec<String>,
    field_help: String,
    no_right_help: String,
    locked_help: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RecordText {
    id: String,
    updated: String,
    time: String,
    deleted: String,
    opted_out: Vec<String>,
    #[serde(default)]
    fields: BTreeMap<String, Vec<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ListText {
    rows: String,
    count: CountText,
    changed: RequestText,
    all: RequestText,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CountText {
    path: String,
    more: i64,
    last: i64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PatchText {
    #[serde(default)]
    never: BTreeSet<String>,
    #[serde(default)]
    computed: BTreeSet<String>,
    #[serde(default)]
    only_true: BTreeSet<String>,
    request: RequestText,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ActivityText {
    id: String,
    key_attribute: String,
    key_text: String,
    key_line: String,
    words: Words,
    find: RequestText,
    create: RequestText,
    update: RequestText,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ProbeText {
    activity_entity: String,
    attribute: RequestText,
    user: RequestText,
}

impl Connector {
    /// A built-in connector.
    #[must_use]
    pub fn embedded(name: &str) -> Option<Self> {
        let (_, text) = EMBEDDED.iter().find(|(known, _)| *known == name)?;
        // The test `embedded_connectors_are_sound` parses each of them.
        Self::parse(text).ok()
    }

    /// The names of the built-in connectors.
    #[must_use]
    pub fn names() -> Vec<&'static str> {
        EMBEDDED.iter().map(|(name, _)| *name).collect()
    }

    /// Names that a mapping may use beyond the CRM's own attributes.
    #[must_use]
    pub fn fields(&self) -> BTreeSet<String> {
        self.record.fields.keys().cloned().collect()
    }

    /// A whole record, or a row of a list, as a contact with these fields; `None` for one that was deleted.
    ///
    /// # Errors
    /// What makes it none.
    pub fn contact(&self, fields: &BTreeSet<String>, json: &serde_json::Value) -> Result<Option<Contact>, Unreadable> {
        record::contact(&self.record, &Wanted::new(&self.record, fields), json)
    }

    /// What became of a request.
    #[must_use]
    pub fn judge(&self, kind: Kind, answer: Answer<'_>) -> Verdict {
        verdict::judge(&self.answers, &self.title, kind, answer)
    }

    /// Parses a connector's file.
    ///
    /// # Errors
    /// All that is wrong with it, each in a sentence.
    pub fn parse(text: &str) -> Result<Self, Vec<String>> {
        let file: FileText = toml::from_str(text).map_err(|error| vec![error.to_string().trim_end().to_owned()])?;
        let mut check = Check { secrets: &file.secrets, options: &file.options, problems: Vec::new() };
        if file.format != FORMAT {
            check.problems.push(format!("format: this version reads format {FORMAT}, the file says {}", file.format));
        }
        if file.objects.is_empty() || file.page_size_max == 0 {
            check.problems.push("objects and page_size_max: there must be at least one".to_owned());
        }
        if file.auth.is_empty() {
            check.problems.push("auth: there must be at least one way to log in".to_owned());
        }
        let auth = file.auth.iter().enumerate().map(|(index, text)| check.auth(index, text)).collect();
        let connector = Self {
            base: check.text("http.base", &file.http.base, &["site"]),
            headers: file.http.headers.clone(),
            auth,
            answers: check.answers(&file.answers),
            record: check.record(&file.record),
            list: List {
                rows: check.path("list.rows", &file.list.rows),
                count: Count {
                    path: check.path("list.count.path", &file.list.count.path),
                    more: file.list.count.more,
                    last: file.list.count.last,
                },
                changed: check.request("list.changed", &file.list.changed, &NAMES_OF_LISTS),
                all: check.request("list.all", &file.list.all, &["fields", "page_size", "after.id"]),
            },
            get: check.request("get", &file.get, &["id"]),
            patch: Patch {
                request: check.request("patch.request", &file.patch.request, &["id", "set"]),
                never: file.patch.never.clone(),
                computed: file.patch.computed.clone(),
                only_true: file.patch.only_true.clone(),
            },
            activity: check.activity(&file.activity),
            probe: Probe {
                activity_entity: file.probe.activity_entity.clone(),
                attribute: check.request("probe.attribute", &file.probe.attribute, &["entity", "name"]),
                user: check.request("probe.user", &file.probe.user, &[]),
            },
            name: file.name.clone(),
            title: file.title.clone(),
            objects: file.objects.clone(),
            page_size_max: file.page_size_max,
            secrets: file.secrets.clone(),
            options: file.options.clone(),
        };
        if check.problems.is_empty() { Ok(connector) } else { Err(check.problems) }
    }
}

/// The file while it is checked: what it declares, and what is wrong with it.
struct Check<'a> {
    secrets: &'a BTreeMap<String, String>,
    options: &'a BTreeMap<String, String>,
    problems: Vec<String>,
}

impl Check<'_> {
    fn path(&mut self, place: &str, text: &str) -> Path {
        Path::parse(text).unwrap_or_else(|problem| {
            self.problems.push(format!("{place}: {problem}"));
            Path::empty()
        })
    }

    fn text(&mut self, place: &str, text: &str, allowed: &[&str]) -> Text {
        let parsed = Text::parse(text).unwrap_or_else(|problem| {
            self.problems.push(format!("{place}: {problem}"));
            Text::default()
        });
        for name in parsed.names() {
            if !allowed.contains(&name) && !name.strip_prefix("option.").is_some_and(|option| self.options.contains_key(option)) {
                self.problems.push(format!("{place}: there is no `${{{name}}}` here"));
            }
        }
        parsed
    }

    /// A request. Secrets have no names here: they go into the login's header and nowhere else.
    fn request(&mut self, place: &str, text: &RequestText, allowed: &[&str]) -> Request {
        let options = self.options;
        let is_allowed = |name: &str| {
            allowed.contains(&name)
                || NAMES_EVERYWHERE.contains(&name)
                || name.strip_prefix("option.").is_some_and(|option| options.contains_key(option))
        };
        Request::parse(text, place, &is_allowed, &mut self.problems)
    }

    fn auth(&mut self, index: usize, text: &AuthText) -> Auth {
        let place = format!("auth {}", index + 1);
        let value = Text::parse(&text.value).unwrap_or_else(|problem| {
            self.problems.push(format!("{place}.value: {problem}"));
            Text::default()
        });
        let mut needs = BTreeSet::new();
        for name in value.names() {
            match name.strip_prefix("secret.") {
                Some(secret) => {
                    needs.insert(secret.to_owned());
                }
                None if name == "signature" && text.sign.is_some() => {}
                None => self.problems.push(format!("{place}.value: there is no `${{{name}}}` here")),
            }
        }
        let sign = text.sign.as_ref().map(|sign| {
            needs.insert(sign.key.clone());
            (sign.key.clone(), self.text(&format!("{place}.sign.text"), &sign.text, &["method", "path"]))
        });
        for secret in &needs {
            if !self.secrets.contains_key(secret) {
                self.problems.push(format!("{place}: `{secret}` is not among [secrets]"));
            }
        }
        Auth { header: text.header.clone(), value, is_base64: text.base64, sign, needs }
    }

    fn answers(&mut self, text: &AnswersText) -> Answers {
        Answers {
            reason: text.reason.clone(),
            refused_label: self.path("answers.refused_label", &text.refused_label),
            refused_field: self.path("answers.refused_field", &text.refused_field),
            refused_type: self.path("answers.refused_type", &text.refused_type),
            record_labels: text.record_labels.clone(),
            field_help: text.field_help.clone(),
            no_right_help: text.no_right_help.clone(),
            locked_help: text.locked_help.clone(),
        }
    }

    fn record(&mut self, text: &RecordText) -> Record {
        if text.time.is_empty() || chrono::format::StrftimeItems::new(&text.time).any(|item| item == chrono::format::Item::Error) {
            self.problems.push(format!("record.time: `{}` is no form of a time", text.time));
        }
        let mut paths = |place: &str, texts: &[String]| texts.iter().map(|text| self.path(place, text)).collect::<Vec<_>>();
        let opted_out = paths("record.opted_out", &text.opted_out);
        let fields = text.fields.iter().map(|(name, texts)| (name.clone(), paths(&format!("record.fields.{name}"), texts))).collect();
        Record {
            id: self.path("record.id", &text.id),
            updated: self.path("record.updated", &text.updated),
            time: text.time.clone(),
            deleted: self.path("record.deleted", &text.deleted),
            opted_out,
            fields,
        }
    }

    fn activity(&mut self, text: &ActivityText) -> Activity {
        let names_of_update: Vec<&str> = NAMES_OF_CALLS.iter().copied().chain(["activity_id"]).collect();
        Activity {
            id: self.path("activity.id", &text.id),
            key_attribute: self.text("activity.key_attribute", &text.key_attribute, &[]),
            key_text: self.path("activity.key_text", &text.key_text),
            key_line: self.text("activity.key_line", &text.key_line, &["key"]),
            words: text.words.clone(),
            find: self.request("activity.find", &text.find, &["id", "key", "page_size", "after.id"]),
            create: self.request("activity.create", &text.create, &NAMES_OF_CALLS),
            update: self.request("activity.update", &text.update, &names_of_update),
        }
    }
}
