//! The CRM's own description of an object's fields, turned into what a mapping can name.
//!
//! It decides which values a field has, under which names, what they hold, and whether they can be set. Pure, but for the asking at its end. Where the
//! description stands, and what the CRM's words for types mean, is the connector's.

use std::collections::{BTreeMap, BTreeSet};

use futures_util::future::join_all;
use serde_json::Value as Json;

use super::connection::Crm;
use super::connector::Connector;
use super::path::Path;
use super::record::{self, Wanted, is_true};
use super::request::Request;
use super::template::{Names, Text};
use super::verdict::Kind;
use crate::model::{CrmField, CrmFieldKind, Value};
use crate::ports::Fault;

/// How the CRM describes fields.
#[derive(Debug, Clone)]
pub(super) struct Describe {
    pub(super) request: Request,
    /// Where the fields stand, by object; an object without an entry has them in the answer itself.
    pub(super) rows: BTreeMap<String, Path>,
    /// Where a field's name stands; without it the fields stand in a table by name.
    pub(super) name: Option<Path>,
    pub(super) label: Option<Path>,
    pub(super) kind: Path,
    pub(super) width: Option<Path>,
    pub(super) options: Option<Path>,
    pub(super) custom: Vec<Path>,
    pub(super) standard: Vec<Path>,
    pub(super) writable: Vec<Path>,
    pub(super) read_only: Vec<Path>,
    pub(super) left_out: Vec<Path>,
    /// The values of a field, by the CRM's word for its type.
    pub(super) types: BTreeMap<String, Vec<Part>>,
    /// What the names of the connector's own hold.
    pub(super) named: BTreeMap<String, Word>,
    pub(super) labels: Option<Labels>,
    pub(super) rights: Option<Rights>,
}

/// One value of a field.
#[derive(Debug, Clone)]
pub(super) struct Part {
    pub(super) word: Word,
    /// Its name, of the field's.
    pub(super) name: Text,
    pub(super) is_writable: bool,
    pub(super) width: Option<usize>,
}

/// What a value holds, in the file's words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Word {
    Text,
    Number,
    Flag,
    Date,
    Moment,
    Choice,
    Choices,
    Phone,
    Email,
    Link,
    Other,
    /// No value of its own.
    None,
}

/// Names that people see.
#[derive(Debug, Clone)]
pub(super) struct Labels {
    pub(super) request: Request,
    /// Tables by name; the first that has one counts. By object.
    pub(super) at: Vec<BTreeMap<String, Path>>,
}

/// What the API user may do.
#[derive(Debug, Clone)]
pub(super) struct Rights {
    pub(super) request: Request,
    /// Where the names stand that it is not shown, by object.
    pub(super) unreadable: BTreeMap<String, Path>,
    /// Where the names stand that it cannot set, by object.
    pub(super) read_only: BTreeMap<String, Path>,
}

/// What the CRM answered.
#[derive(Debug, Clone, Copy)]
pub struct Described<'a> {
    /// The description.
    pub fields: &'a Json,
    /// The names that people see, where the connector asks for them.
    pub labels: Option<&'a Json>,
    /// The rights, where the connector asks for them.
    pub rights: Option<&'a Json>,
}

impl Connector {
    /// Whether the connector says how the CRM describes its fields.
    #[must_use]
    pub fn describes(&self) -> bool {
        self.describe.is_some()
    }

    /// The fields of an object by the CRM's answers, the connector's own names at the end; `None` where the answer holds no description, or the connector
    /// says nothing of descriptions.
    #[must_use]
    pub fn described(&self, object: &str, answers: Described<'_>) -> Option<Vec<CrmField>> {
        let rules = self.describe.as_ref()?;
        let rows = rules.rows(object, answers.fields)?;
        let rights = Allowed::of(rules, object, answers.rights);
        let own: BTreeSet<&str> = rows.iter().map(|(name, _)| name.as_str()).collect();
        let mut seen = BTreeSet::new();
        let mut fields = Vec::new();
        for (row_name, row) in &rows {
            if rules.left_out.iter().any(|path| is_set(path, row)) {
                continue;
            }
            for part in rules.parts(row) {
                let Some(name) = part.name(row_name) else { continue };
                // A field by that name tells more of itself.
                let is_anothers = name != *row_name && own.contains(name.as_str());
                let Some(kind) = rules.kind(row, part).filter(|_| !is_anothers && !rights.unreadable.contains(name.as_str())) else {
                    continue;
                };
                if !seen.insert(name.clone()) {
                    continue;
                }
                let is_kept = !self.patch.never.contains(&name) && !self.patch.computed.contains(&name);
                fields.push(CrmField {
                    label: rules.label(object, row, answers.labels, [name.as_str(), row_name]),
                    kind,
                    is_custom: rules.is_custom(row),
                    is_writable: rules.is_writable(row) && part.is_writable && is_kept && !rights.read_only.contains(name.as_str()),
                    name,
                });
            }
        }
        for name in self.record.fields.keys().filter(|name| !seen.contains(*name)) {
            let word = rules.named.get(name).copied().unwrap_or(Word::Other);
            let Some(kind) = simple(word, None, Vec::new(), "list") else { continue };
            fields.push(CrmField { name: name.clone(), label: None, kind, is_custom: false, is_writable: false });
        }
        Some(fields)
    }
}

impl Describe {
    /// The rows with their names, in the CRM's order.
    fn rows<'a>(&self, object: &str, answer: &'a Json) -> Option<Vec<(String, &'a Json)>> {
        let at = match self.rows.get(object) {
            Some(path) => path.first(answer)?,
            None => answer,
        };
        let named = |row: &'a Json| Some((self.name.as_ref()?.text(row)?.to_owned(), row));
        match at {
            Json::Array(rows) => Some(rows.iter().filter_map(named).collect()),
            Json::Object(rows) if self.name.is_none() => Some(rows.iter().map(|(name, row)| (name.clone(), row)).collect()),
            Json::Object(rows) => Some(rows.values().filter_map(named).collect()),
            Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) => None,
        }
    }

    fn parts(&self, row: &Json) -> &[Part] {
        self.kind.text(row).and_then(|word| self.types.get(word)).map_or(OTHER.as_slice(), Vec::as_slice)
    }

    fn kind(&self, row: &Json, part: &Part) -> Option<CrmFieldKind> {
        let number = |path: &Path| path.first(row).and_then(Json::as_u64).and_then(|width| usize::try_from(width).ok());
        let width = self.width.as_ref().and_then(number).filter(|width| *width > 0).or(part.width);
        let options = self.options.as_ref().map(|path| options(path, row)).unwrap_or_default();
        simple(part.word, width, options, self.kind.text(row).unwrap_or_default())
    }

    fn label(&self, object: &str, row: &Json, labels: Option<&Json>, names: [&str; 2]) -> Option<String> {
        let own = self.label.as_ref().and_then(|path| path.text(row));
        let tables = self.labels.iter().flat_map(|labels| &labels.at).filter_map(|at| at.get(object)?.first(labels?)).collect::<Vec<_>>();
        let elsewhere = || names.iter().find_map(|name| tables.iter().find_map(|table| table.get(*name)?.as_str()));
        own.or_else(elsewhere).map(|label| label.trim().to_owned()).filter(|label| !label.is_empty())
    }

    fn is_custom(&self, row: &Json) -> bool {
        let says = |paths: &[Path]| paths.iter().any(|path| is_set(path, row));
        says(&self.custom) || (!self.standard.is_empty() && !says(&self.standard))
    }

    fn is_writable(&self, row: &Json) -> bool {
        self.writable.iter().all(|path| is_set(path, row)) && !self.read_only.iter().any(|path| is_set(path, row))
    }
}

/// What an unknown type is.
static OTHER: std::sync::LazyLock<Vec<Part>> =
    std::sync::LazyLock::new(|| vec![Part { word: Word::Other, name: Text::default(), is_writable: true, width: None }]);

impl Part {
    /// The name of the value; that of the field where nothing else is said.
    fn name(&self, field: &str) -> Option<String> {
        if self.name == Text::default() {
            return Some(field.to_owned());
        }
        self.name.render(&Names::default().with("name", field), str::to_owned).ok().flatten()
    }
}

/// What the API user may not do.
#[derive(Default)]
struct Allowed<'a> {
    unreadable: BTreeSet<&'a str>,
    read_only: BTreeSet<&'a str>,
}

impl<'a> Allowed<'a> {
    fn of(rules: &Describe, object: &str, answer: Option<&'a Json>) -> Self {
        let (Some(rights), Some(answer)) = (&rules.rights, answer) else { return Self::default() };
        let names = |paths: &BTreeMap<String, Path>| {
            let found = paths.get(object).map(|path| path.all(answer)).unwrap_or_default();
            found.into_iter().filter_map(Json::as_array).flatten().filter_map(Json::as_str).collect()
        };
        Self { unreadable: names(&rights.unreadable), read_only: names(&rights.read_only) }
    }
}

fn is_set(path: &Path, row: &Json) -> bool {
    path.first(row).is_some_and(is_true)
}

/// The values of a choice: texts, lists of texts, or one text with a value in each line.
fn options(path: &Path, row: &Json) -> Vec<String> {
    let mut options = Vec::new();
    let found = path.all(row);
    let singles = found.iter().flat_map(|value| match value {
        Json::Array(values) => values.iter().collect::<Vec<_>>(),
        single => vec![*single],
    });
    for value in singles {
        match value {
            Json::String(text) => options.extend(text.lines().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned)),
            Json::Number(number) => options.push(number.to_string()),
            Json::Null | Json::Bool(_) | Json::Array(_) | Json::Object(_) => {}
        }
    }
    options
}

fn simple(word: Word, width: Option<usize>, options: Vec<String>, theirs: &str) -> Option<CrmFieldKind> {
    Some(match word {
        Word::Text => CrmFieldKind::Text(width),
        Word::Number => CrmFieldKind::Number,
        Word::Flag => CrmFieldKind::Flag,
        Word::Date => CrmFieldKind::Date,
        Word::Moment => CrmFieldKind::Moment,
        Word::Choice => CrmFieldKind::Choice(options),
        Word::Choices => CrmFieldKind::Choices(options),
        Word::Phone => CrmFieldKind::Phone,
        Word::Email => CrmFieldKind::Email,
        Word::Link => CrmFieldKind::Link,
        Word::Other => CrmFieldKind::Other(theirs.to_owned()),
        Word::None => return None,
    })
}

impl Crm {
    /// Whether the connector says how the CRM describes its fields.
    #[must_use]
    pub fn describes(&self) -> bool {
        self.connector.describes()
    }

    /// The object that the connection is about.
    #[must_use]
    pub fn object(&self) -> &str {
        &self.object
    }

    /// The fields of an object as the CRM describes them: up to three requests.
    ///
    /// # Errors
    /// A [`Fault`]; also where the connector says nothing of descriptions, or the CRM shows none of this object.
    pub async fn describe(&self, object: &str) -> Result<Vec<CrmField>, Fault> {
        let Some(rules) = &self.connector.describe else {
            let message = format!("the connector for {} does not say how fields are described", self.connector.title);
            return Err(Fault::refused("not_described", message).help("add a table [describe] to the connector: docs/connectors.md"));
        };
        let names = self.names.clone().with("object", object);
        let fields = self.described_by(object, &rules.request, &names).await?;
        let labels = match &rules.labels {
            Some(labels) => Some(self.described_by(object, &labels.request, &names).await?),
            None => None,
        };
        let rights = match &rules.rights {
            Some(rights) => Some(self.described_by(object, &rights.request, &names).await?),
            None => None,
        };
        let answers = Described { fields: &fields, labels: labels.as_ref(), rights: rights.as_ref() };
        self.connector.described(object, answers).ok_or_else(|| self.not_described(object))
    }

    async fn described_by(&self, object: &str, request: &Request, names: &Names) -> Result<Json, Fault> {
        match self.request(Kind::List, request, names).await {
            Ok(reply) => reply.found.ok_or_else(|| self.not_described(object)),
            // Of what a user may not see, some say nothing at all.
            Err(fault) if fault.code == "not_an_answer" => Err(Fault { help: self.not_described(object).help, ..fault }),
            Err(fault) => Err(fault),
        }
    }

    fn not_described(&self, object: &str) -> Fault {
        let fault = self.unreadable(Kind::List, &format!("it describes no fields of {object}"));
        fault.help(format!("Check the object's name, and that the API user may read {object}. {}", self.connector.answers.no_right_help))
    }

    /// Up to so many whole records, as the CRM shows them: one request for the list, one for each.
    ///
    /// # Errors
    /// A [`Fault`].
    pub async fn samples(&self, count: usize) -> Result<Vec<Json>, Fault> {
        let names = self.names.clone().with("fields", vec![Json::from("id")]).with("page_size", count.clamp(1, self.page_size));
        let Some(json) = self.request(Kind::List, &self.connector.list.all, &names).await?.found else {
            return Err(self.unreadable(Kind::List, "it is empty"));
        };
        let ids: Vec<_> = self.rows(&json)?.iter().take(count).filter_map(|row| record::id(&self.connector.record, row)).collect();
        let read = join_all(ids.iter().map(|id| self.whole(id))).await;
        let found: Vec<Option<Json>> = read.into_iter().collect::<Result<_, _>>()?;
        Ok(found.into_iter().flatten().collect())
    }

    /// The values of a record under that name: the CRM's own attribute, or a name of the connector's. `None` where the record does not show it.
    #[must_use]
    pub fn value(&self, record: &Json, name: &str) -> Option<Value> {
        let wanted = Wanted::new(&self.connector.record, &BTreeSet::from([name.to_owned()]));
        record::values(&self.connector.record, &wanted, record).ok()?.remove(name)
    }

    /// What a record shows, where the CRM describes nothing: its attributes, with kinds guessed by their values.
    #[must_use]
    pub fn seen(&self, records: &[Json]) -> Vec<CrmField> {
        let mut fields: Vec<CrmField> = Vec::new();
        for (name, value) in records.iter().filter_map(Json::as_object).flatten() {
            let guessed = match value {
                Json::Bool(_) => CrmFieldKind::Flag,
                Json::Number(_) => CrmFieldKind::Number,
                Json::Array(_) => CrmFieldKind::Other("list".to_owned()),
                Json::Object(_) => CrmFieldKind::Other("table".to_owned()),
                Json::Null | Json::String(_) => CrmFieldKind::Text(None),
            };
            match fields.iter_mut().find(|field| field.name == *name) {
                // An empty value tells nothing.
                Some(field) if field.kind == CrmFieldKind::Text(None) => field.kind = guessed,
                Some(_) => {}
                None => {
                    let is_kept = !self.connector.patch.never.contains(name) && !self.connector.patch.computed.contains(name);
                    fields.push(CrmField { name: name.clone(), label: None, kind: guessed, is_custom: false, is_writable: is_kept });
                }
            }
        }
        fields
    }
}
