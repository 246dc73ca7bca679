//! Reads `[describe]` of a connector file.

use std::collections::{BTreeMap, BTreeSet};

use toml::de::DeValue;

use super::describe::{Describe, Labels, Part, Rights, Word};
use super::offered::{self, Declared};
use super::path::Path;
use super::template::Text;
use crate::diag::{Code, Item, Table, suggest};

const WORDS: [(&str, Word); 12] = [
    ("text", Word::Text),
    ("number", Word::Number),
    ("flag", Word::Flag),
    ("date", Word::Date),
    ("moment", Word::Moment),
    ("choice", Word::Choice),
    ("choices", Word::Choices),
    ("phone", Word::Phone),
    ("email", Word::Email),
    ("link", Word::Link),
    ("other", Word::Other),
    ("none", Word::None),
];

/// Reads the table; `named` are the names of `[record.fields]`.
pub(super) fn describe(table: &Table<'_, '_>, declared: &Declared, named: &BTreeSet<String>) -> Describe {
    let path = |key: &str| table.get(key).map(|item| offered::path(&item));
    let paths = |key: &str| table.get(key).map(|item| offered::paths(&item)).unwrap_or_default();
    let request = table.need("request").and_then(|item| item.table()).map(|table| declared.request(&table, &[])).unwrap_or_default();
    let describe = Describe {
        request,
        rows: table.get("rows").map(|item| by_object(&item, declared)).unwrap_or_default(),
        name: path("name"),
        label: path("label"),
        kind: table.need("type").map_or_else(Path::empty, |item| offered::path(&item)),
        width: path("width"),
        options: path("options"),
        custom: paths("custom"),
        standard: paths("standard"),
        writable: paths("writable"),
        read_only: paths("read_only"),
        left_out: paths("left_out"),
        types: entries(table.need("types")).iter().map(|entry| (entry.key.clone(), parts(entry))).collect(),
        named: entries(table.get("named")).iter().filter_map(|entry| self::named(entry, named)).collect(),
        labels: table.get("labels").and_then(|item| item.table()).map(|table| labels(&table, declared)),
        rights: table.get("rights").and_then(|item| item.table()).map(|table| rights(&table, declared)),
    };
    table.finish();
    describe
}

fn entries<'r, 'i>(item: Option<Item<'r, 'i>>) -> Vec<Item<'r, 'i>> {
    item.and_then(|item| item.table()).map(|table| table.entries()).unwrap_or_default()
}

fn by_object(item: &Item<'_, '_>, declared: &Declared) -> BTreeMap<String, Path> {
    declared.path_of_object(item).into_iter().collect()
}

/// What a type of the CRM's comes to.
fn parts(item: &Item<'_, '_>) -> Vec<Part> {
    match item.raw() {
        DeValue::Table(_) => item.table().iter().filter_map(part).collect(),
        DeValue::Array(_) => item.tables().unwrap_or_default().iter().filter_map(part).collect(),
        _ => word(item).map(|word| Part { word, name: Text::default(), is_writable: true, width: None }).into_iter().collect(),
    }
}

fn part(table: &Table<'_, '_>) -> Option<Part> {
    let word = table.need("kind").and_then(|item| word(&item));
    // Only the field's own name is offered.
    let name = table.get("name").map(|item| Declared::default().text(&item, &["name"])).unwrap_or_default();
    let is_writable = table.get("writable").and_then(|item| item.flag()).unwrap_or(true);
    let width = table.get("width").and_then(|item| item.number(1, 1_000_000));
    table.finish();
    Some(Part { word: word?, name, is_writable, width: width.and_then(|width| usize::try_from(width).ok()) })
}

fn word(item: &Item<'_, '_>) -> Option<Word> {
    let text = item.text()?;
    let found = WORDS.iter().find(|(word, _)| *word == text).map(|(_, word)| *word);
    if found.is_none() {
        let known: Vec<&str> = WORDS.iter().map(|(word, _)| *word).collect();
        let help = suggest::help(&text, &known).unwrap_or_default();
        item.wrong(Code::ConnectorFieldKind, format!("there is no kind of field `{text}`"), help);
    }
    found
}

fn named(entry: &Item<'_, '_>, named: &BTreeSet<String>) -> Option<(String, Word)> {
    if !named.contains(&entry.key) {
        let known: Vec<&str> = named.iter().map(String::as_str).collect();
        let help = suggest::help(&entry.key, &known).unwrap_or_default();
        entry.wrong_key(Code::BadValue, format!("`{}` is not among `[record.fields]`", entry.key), help);
    }
    Some((entry.key.clone(), word(entry)?))
}

fn labels(table: &Table<'_, '_>, declared: &Declared) -> Labels {
    let request = table.need("request").and_then(|item| item.table()).map(|table| declared.request(&table, &[]));
    let at = table.need("at").and_then(|item| item.list()).unwrap_or_default();
    let labels = Labels { request: request.unwrap_or_default(), at: at.iter().map(|item| by_object(item, declared)).collect() };
    table.finish();
    labels
}

fn rights(table: &Table<'_, '_>, declared: &Declared) -> Rights {
    let request = table.need("request").and_then(|item| item.table()).map(|table| declared.request(&table, &[]));
    let at = |key: &str| table.need(key).map(|item| by_object(&item, declared)).unwrap_or_default();
    let rights = Rights { request: request.unwrap_or_default(), unreadable: at("unreadable"), read_only: at("read_only") };
    table.finish();
    rights
}
