//! How transforms are written: `"trim"`, `"truncate:30"`, `{ map = { gold = "G" }, default = "B" }`, or `{ replace = { Street = "St" } }`.
//!
//! What a text of them says: [`super::transform_named`].

use toml::de::DeValue;

use crate::diag::{Code, Item};

use super::transform::{Pieces, Table, Transform};
use super::transform_named;

/// Reads one transform or a list of them.
pub(super) fn read(item: &Item<'_, '_>) -> Vec<Transform> {
    let single = std::slice::from_ref(item);
    match item.raw() {
        DeValue::Array(_) => item.list().unwrap_or_default().iter().filter_map(one).collect(),
        DeValue::String(_) | DeValue::Table(_) => single.iter().filter_map(one).collect(),
        DeValue::Integer(_) | DeValue::Float(_) | DeValue::Boolean(_) | DeValue::Datetime(_) => {
            item.wrong_type("the name of a transform, or a list of them");
            Vec::new()
        }
    }
}

fn one(item: &Item<'_, '_>) -> Option<Transform> {
    if let DeValue::Table(_) = item.raw() {
        return table(item);
    }
    match transform_named::of_text(&item.filled()?) {
        Ok(transform) => Some(transform),
        Err(found) => {
            for wrong in found {
                item.wrong_part(wrong.part, wrong.code, wrong.message, wrong.help);
            }
            None
        }
    }
}

/// `{ map = .., default = .. }` or `{ replace = .. }`.
fn table(item: &Item<'_, '_>) -> Option<Transform> {
    let table = item.table()?;
    let replace = table.get("replace");
    let map = if replace.is_some() { table.get("map") } else { table.need("map") };
    let default = table.get("default");
    table.finish();
    match (map, replace) {
        (Some(map), None) => self::map(&map, default.and_then(|default| default.text())),
        (None, Some(replace)) => {
            if let Some(default) = default {
                default.wrong_key(Code::UnknownTransform, "`replace` has no `default`", "add a step `default:TEXT` behind it");
                return None;
            }
            pieces(&replace)
        }
        (Some(_), Some(replace)) => {
            replace.wrong_key(Code::Doubled, "both `map` and `replace` are given", "make them two steps, each in braces of its own");
            None
        }
        (None, None) => None,
    }
}

fn map(item: &Item<'_, '_>, default: Option<String>) -> Option<Transform> {
    let mut table = Table::new(default);
    for (from, (to, place)) in item.text_map()? {
        if !table.add(&from, &to) {
            let message = format!("`{from}` stands twice in this map, since capitals count for nothing");
            let sink = item.table()?;
            sink.sink().report(sink.sink().at(Code::Doubled, place, message).help("keep one of the two"));
        }
    }
    Some(Transform::Map(table))
}

fn pieces(item: &Item<'_, '_>) -> Option<Transform> {
    let pairs = item.text_map()?;
    if pairs.is_empty() || pairs.contains_key("") {
        item.wrong(Code::BadValue, "`replace` has a piece that is empty, or none at all", "write `{ replace = { Street = \"St\" } }`");
        return None;
    }
    Some(Transform::Replace(Pieces::new(pairs.into_iter().map(|(from, (to, _))| (from, to)))))
}

#[cfg(test)]
pub(super) fn of_text(written: &str) -> Vec<Transform> {
    let text = format!("transform = {written}");
    let sink = crate::diag::Sink::new("example");
    let document = crate::diag::reader::document(&sink, &text);
    let root = document.as_ref().map(|document| crate::diag::Table::root(&sink, document, &crate::diag::form::FREE));
    let transforms = root.and_then(|root| root.get("transform")).map(|item| read(&item));
    assert_eq!(sink.errors(), 0, "{written}");
    transforms.unwrap_or_default()
}
