//! Reads a connector file: all its tables, and everything that is wrong with them, each at its place.
//!
//! Which keys there are stands in `form`, what a template or path may say in `offered`. It knows no CRM.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use super::connector::{Activity, Answers, Auth, Connector, Count, Create, List, Patch, Probe, Record, Right, Search, Words};
use super::describe_read;
use super::form::CONNECTOR;
use super::offered::{self, Declared, inside};
use super::path::Path;
use super::record;
use super::request::Request;
use super::template::Text;
use crate::diag::reader::document;
use crate::diag::{Code, Diagnostic, Item, Sink, Table};

const NAMES_OF_LISTS: [&str; 4] = ["fields", "page_size", "since", "after.id"];
const NAMES_OF_CALLS: [&str; 10] =
    ["id", "key", "call.title", "call.text", "call.answered", "call.direction", "call.start", "call.end", "call.user", "activity_id"];

/// Parses and checks a file. Gives its warnings too.
///
/// # Errors
/// All that is wrong with it, in the order of the text.
pub(super) fn parse(file_name: &str, text: &str) -> Result<(Connector, Vec<Diagnostic>), Vec<Diagnostic>> {
    let sink = Sink::new(file_name);
    let connector = document(&sink, text).and_then(|document| connector(&Table::root(&sink, &document, &CONNECTOR)));
    let is_clean = sink.errors() == 0;
    let found = sink.into_found();
    match connector {
        Some(connector) if is_clean => Ok((connector, found)),
        Some(_) | None => Err(found),
    }
}

fn connector(root: &Table<'_, '_>) -> Option<Connector> {
    if let Some(format) = root.need("format")
        && format.number(0, u64::MAX).is_some_and(|number| number != 1)
    {
        format.wrong(Code::BadFormat, "this release reads connectors of format 1", "write `format = 1`");
    }
    let objects = root.need("objects").map(|item| objects(&item)).unwrap_or_default();
    let secrets = sentences(root, "secrets");
    let options = sentences(root, "options");
    let declared =
        Declared { objects: objects.clone(), secrets: secrets.keys().cloned().collect(), options: options.keys().cloned().collect() };
    let part = |key: &str| root.need(key).and_then(|item| item.table()).map(|table| Part { table, declared: &declared });
    let name = word(root, "name");
    let title = word(root, "title");
    let page_size_max = root.need("page_size_max").and_then(|item| item.number(1, 1_000_000));
    let http = part("http").map(|part| part.http());
    let auth = logins(root, &declared);
    let answers = part("answers").map(|part| part.answers());
    let record = part("record").map(|part| part.record());
    let list = part("list").and_then(|part| part.list());
    let get = part("get").map(|part| declared.request(&part.table, &["id"]));
    let patch = part("patch").map(|part| part.patch());
    let further = |key: &str| root.get(key).and_then(|item| item.table()).map(|table| Part { table, declared: &declared });
    let search = further("search").and_then(|part| part.search());
    let create = further("create").and_then(|part| part.create());
    let activity = part("activity").and_then(|part| part.activity());
    let probe = part("probe").map(|part| part.probe());
    let named = record.as_ref().map(|record| record.fields.keys().cloned().collect()).unwrap_or_default();
    let describe = root.get("describe").and_then(|item| item.table()).map(|table| describe_read::describe(&table, &declared, &named));
    root.finish();
    let (base, headers) = http?;
    Some(Connector {
        name,
        title,
        objects,
        page_size_max: usize::try_from(page_size_max?).ok()?,
        secrets,
        options,
        base,
        headers,
        auth,
        answers: answers?,
        record: record?,
        list: list?,
        get: get?,
        patch: patch?,
        search,
        create,
        activity: activity?,
        probe: probe?,
        describe,
    })
}

fn objects(item: &Item<'_, '_>) -> Vec<String> {
    let objects: Vec<String> = item.list().unwrap_or_default().iter().filter_map(Item::filled).collect();
    if item.list().is_some_and(|list| list.is_empty()) {
        item.wrong(Code::BadValue, "there must be at least one object", "write the CRM's own name, as in objects = [\"Contact\"]");
    }
    objects
}

/// What the config may set, with a sentence each.
fn sentences(root: &Table<'_, '_>, key: &str) -> BTreeMap<String, String> {
    let entries = root.get(key).and_then(|item| item.table()).map(|table| table.entries()).unwrap_or_default();
    entries.iter().filter_map(|entry| Some((entry.key.clone(), entry.text()?))).collect()
}

/// The ways to log in.
fn logins(root: &Table<'_, '_>, declared: &Declared) -> Vec<Auth> {
    let item = root.get("auth");
    let tables = match &item {
        Some(item) => match item.tables() {
            Some(tables) => tables,
            None => return Vec::new(),
        },
        None => Vec::new(),
    };
    if tables.is_empty() {
        let place = item.map_or_else(|| root.place(), |item| item.key_place);
        let diagnostic = root.sink().at(Code::ConnectorLogin, place, "there must be at least one way to log in");
        root.sink().report(diagnostic.help("write a table `[[auth]]` with `header` and `value`"));
    }
    tables.iter().map(|table| login(table, declared)).collect()
}

fn login(table: &Table<'_, '_>, declared: &Declared) -> Auth {
    let header = table.need("header").and_then(|item| {
        let name = item.filled()?;
        offered::check_header_name(&item, &name, item.place());
        Some(name)
    });
    let value = table.need("value");
    let is_base64 = table.get("base64").and_then(|item| item.flag()).unwrap_or(false);
    let mut needs = BTreeSet::new();
    let sign = table.get("sign").and_then(|item| item.table()).and_then(|table| {
        let key = table.need("key").and_then(|item| {
            let key = item.filled()?;
            declared.check_secret(&item, &key, item.place());
            Some(key)
        });
        let text = table.need("text").map(|item| declared.text(&item, &["method", "path"])).unwrap_or_default();
        table.finish();
        Some((key?, text))
    });
    needs.extend(sign.as_ref().map(|(key, _)| key.clone()));
    let value = value.map(|item| credentials(&item, declared, sign.is_some(), &mut needs)).unwrap_or_default();
    table.finish();
    Auth { header: header.unwrap_or_default(), value, is_base64, sign, needs }
}

/// The text that carries the login: of secrets, and perhaps a signature.
fn credentials(item: &Item<'_, '_>, declared: &Declared, has_signature: bool, needs: &mut BTreeSet<String>) -> Text {
    let Some(text) = item.text() else { return Text::default() };
    let mut offered: Vec<String> = declared.secrets.iter().map(|secret| format!("secret.{secret}")).collect();
    if has_signature {
        offered.push("signature".to_owned());
    }
    if let Ok((_, names)) = Text::parse(&text) {
        for (name, place) in names {
            if let Some(secret) = name.strip_prefix("secret.") {
                declared.check_secret(item, secret, inside(&item.place(), &text, place));
                needs.insert(secret.to_owned());
                offered.push(name);
            }
        }
    }
    // Options are no part of a login.
    let without_options = Declared::default();
    without_options.text(item, &offered.iter().map(String::as_str).collect::<Vec<_>>())
}

/// Text that says something.
fn word(table: &Table<'_, '_>, key: &str) -> String {
    table.need(key).and_then(|item| item.filled()).unwrap_or_default()
}

/// A path that must be there.
fn path(table: &Table<'_, '_>, key: &str) -> Path {
    table.need(key).map_or_else(Path::empty, |item| offered::path(&item))
}

/// Names, if there are some.
fn words(table: &Table<'_, '_>, key: &str) -> BTreeSet<String> {
    let items = table.get(key).and_then(|item| item.list()).unwrap_or_default();
    items.iter().filter_map(Item::text).collect()
}

/// A table with what its texts may name.
struct Part<'t, 'r, 'i> {
    table: Table<'r, 'i>,
    declared: &'t Declared,
}

impl Part<'_, '_, '_> {
    fn request(&self, key: &str, offered: &[&str]) -> Option<Request> {
        let table = self.table.need(key).and_then(|item| item.table());
        table.map(|table| self.declared.request(&table, offered))
    }

    fn text(&self, key: &str, offered: &[&str]) -> Text {
        self.table.need(key).map(|item| self.declared.text(&item, offered)).unwrap_or_default()
    }

    fn http(&self) -> (Text, BTreeMap<String, String>) {
        let base = self.text("base", &["site"]);
        let entries = self.table.get("headers").and_then(|item| item.table()).map(|table| table.entries()).unwrap_or_default();
        let header = |entry: &Item<'_, '_>| {
            offered::check_header_name(entry, &entry.key, entry.key_place.clone());
            offered::check_header_value(entry);
            Some((entry.key.clone(), entry.text()?))
        };
        let headers = entries.iter().filter_map(header).collect();
        self.table.finish();
        (base, headers)
    }

    fn answers(&self) -> Answers {
        let table = &self.table;
        let reason = table.need("reason").and_then(|item| {
            let name = item.filled()?;
            offered::check_header_name(&item, &name, item.place());
            Some(name)
        });
        let answers = Answers {
            reason: reason.unwrap_or_default(),
            refused_label: path(table, "refused_label"),
            refused_field: path(table, "refused_field"),
            refused_type: path(table, "refused_type"),
            record_labels: words(table, "record_labels").into_iter().collect(),
            field_help: word(table, "field_help"),
            no_right_help: word(table, "no_right_help"),
            locked_help: word(table, "locked_help"),
        };
        table.finish();
        answers
    }

    fn record(&self) -> Record {
        let table = &self.table;
        let named = table.get("fields").and_then(|item| item.table()).map(|table| table.entries()).unwrap_or_default();
        let record = Record {
            id: path(table, "id"),
            updated: path(table, "updated"),
            time: word(table, "time"),
            deleted: path(table, "deleted"),
            opted_out: table.need("opted_out").map(|item| offered::paths(&item)).unwrap_or_default(),
            merged_into: table.get("merged_into").map(|item| offered::path(&item)),
            merged_ids: table.get("merged_ids").map(|item| offered::path(&item)),
            fields: named.iter().map(|entry| (entry.key.clone(), offered::paths(entry))).collect(),
        };
        if let Some(item) = table.get("time").filter(|_| !record.time.is_empty() && !is_time_form(&record)) {
            let help = "write it as in `%Y-%m-%d %H:%M:%S`: year, month, day, hour, minute and second";
            item.wrong(Code::ConnectorTime, format!("`{}` is no form of a time", record.time), help);
        }
        table.finish();
        record
    }

    fn list(&self) -> Option<List> {
        let rows = path(&self.table, "rows");
        let count = self.table.need("count").and_then(|item| item.table()).and_then(|table| {
            let number = |key: &str| table.need(key).and_then(|item| item.signed(i64::MIN, i64::MAX));
            let (path, more, last) = (path(&table, "path"), number("more"), number("last"));
            table.finish();
            Some(Count { path, more: more?, last: last? })
        });
        let changed = self.request("changed", &NAMES_OF_LISTS);
        let all = self.request("all", &["fields", "page_size", "after.id"]);
        self.table.finish();
        Some(List { rows, count: count?, changed: changed?, all: all? })
    }

    fn patch(&self) -> Patch {
        let table = &self.table;
        let patch = Patch {
            request: self.request("request", &["id", "set"]).unwrap_or_default(),
            never: words(table, "never"),
            computed: words(table, "computed"),
            only_true: words(table, "only_true"),
        };
        table.finish();
        patch
    }

    fn search(&self) -> Option<Search> {
        let table = &self.table;
        let request = self.request("request", &["fields", "page_size", "attribute", "values"]);
        let names = table.get("names").and_then(|item| item.table()).map(|table| table.entries()).unwrap_or_default();
        let names = names.iter().filter_map(|entry| Some((entry.key.clone(), entry.filled()?))).collect();
        let holders = words(table, "holders").into_iter().collect();
        let opted_out = table.get("opted_out").map(|item| offered::path(&item));
        table.finish();
        Some(Search { request: request?, names, holders, opted_out })
    }

    fn create(&self) -> Option<Create> {
        let request = self.request("request", &["set"]);
        let phone = word(&self.table, "phone");
        let right = self.table.get("right").and_then(|item| item.table()).map(|table| {
            let request = table.need("request").and_then(|item| item.table()).map(|table| self.declared.request(&table, &[]));
            let at = table.need("at").map(|item| self.declared.path_of_object(&item).into_iter().collect()).unwrap_or_default();
            let right = Right { request: request.unwrap_or_default(), at, denied: word(&table, "denied") };
            table.finish();
            right
        });
        self.table.finish();
        Some(Create { request: request?, phone, right })
    }

    fn activity(&self) -> Option<Activity> {
        let table = &self.table;
        let words = table.need("words").and_then(|item| item.table()).map(|table| {
            let words = Words {
                inbound: word(&table, "inbound"),
                outbound: word(&table, "outbound"),
                answered: word(&table, "answered"),
                unanswered: word(&table, "unanswered"),
            };
            table.finish();
            words
        });
        let (id, key_text) = (path(table, "id"), path(table, "key_text"));
        let (key_attribute, key_line) = (self.text("key_attribute", &[]), self.text("key_line", &["key"]));
        let find = self.request("find", &["id", "key", "page_size", "after.id"]);
        let create = self.request("create", &NAMES_OF_CALLS[..NAMES_OF_CALLS.len() - 1]);
        let update = self.request("update", &NAMES_OF_CALLS);
        table.finish();
        Some(Activity { id, key_attribute, key_text, key_line, words: words?, find: find?, create: create?, update: update? })
    }

    fn probe(&self) -> Probe {
        let probe = Probe {
            activity_entity: word(&self.table, "activity_entity"),
            attribute: self.request("attribute", &["entity", "name"]).unwrap_or_default(),
            user: self.request("user", &[]).unwrap_or_default(),
        };
        self.table.finish();
        probe
    }
}

/// Whether a time that is written so is read as the same second.
fn is_time_form(rules: &Record) -> bool {
    if chrono::format::StrftimeItems::new(&rules.time).any(|item| item == chrono::format::Item::Error) {
        return false;
    }
    let Some(time) = chrono::DateTime::from_timestamp(1_795_569_637, 0) else { return false };
    let mut text = String::new();
    write!(text, "{}", time.format(&rules.time)).is_ok() && record::time(rules, &text) == Some(time)
}
