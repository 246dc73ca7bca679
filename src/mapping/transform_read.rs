//! How transforms are written: `"trim"`, `"truncate:30"`, or `{ map = { gold = "G" }, default = "B" }`.

use std::collections::BTreeMap;

use toml::de::DeValue;

use crate::diag::{Code, Item, suggest};

use super::phone;
use super::transform::{Table, Transform};

const NAMES: [&str; 14] = [
    "trim",
    "collapse",
    "upper",
    "lower",
    "title_case",
    "digits",
    "truncate",
    "state_us",
    "country_iso2",
    "country_iso3",
    "date",
    "phone_digits",
    "default",
    "map",
];

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
        return map(item);
    }
    let text = item.filled()?;
    let (name, argument) = match text.split_once(':') {
        Some((name, argument)) => (name.trim(), Some(argument)),
        None => (text.trim(), None),
    };
    let transform = match (name, argument) {
        ("trim", None) => Transform::Trim,
        ("collapse", None) => Transform::Collapse,
        ("upper", None) => Transform::Upper,
        ("lower", None) => Transform::Lower,
        ("title_case", None) => Transform::TitleCase,
        ("digits", None) => Transform::Digits,
        ("state_us", None) => Transform::StateUs,
        ("country_iso2", None) => Transform::CountryIso2,
        ("country_iso3", None) => Transform::CountryIso3,
        ("date", None) => Transform::Date,
        ("truncate", Some(width)) => match width.trim().parse::<usize>() {
            Ok(width @ 1..=1000) => Transform::Truncate(width),
            Ok(_) | Err(_) => return wrong(item, "`truncate` needs a number from 1 to 1000", "write `truncate:30`"),
        },
        ("phone_digits", Some(name)) => match phone::region(name.trim()) {
            Some(region) => Transform::PhoneDigits(region),
            None => {
                item.wrong(
                    Code::BadRegion,
                    format!("`{}` is not a country", name.trim()),
                    "write two capital letters, as in `phone_digits:US`",
                );
                return None;
            }
        },
        ("default", Some(text)) if !text.trim().is_empty() => Transform::Default(text.to_owned()),
        ("truncate", None) => return wrong(item, "`truncate` needs a width", "write `truncate:30`"),
        ("phone_digits", None) => return wrong(item, "`phone_digits` needs a country", "write `phone_digits:US`"),
        ("default", _) => return wrong(item, "`default` needs a text", "write `default:unknown`"),
        ("map", _) => return wrong(item, "`map` needs a table", "write `{ map = { gold = \"G\" }, default = \"B\" }`"),
        (name, Some(_)) if NAMES.contains(&name) => {
            return wrong(item, &format!("`{name}` takes nothing after a colon"), &format!("write `{name}`"));
        }
        (name, _) => {
            let help = suggest::closest(name, NAMES)
                .map_or_else(|| format!("there are: {}", NAMES.join(", ")), |word| format!("did you mean `{word}`?"));
            return wrong(item, &format!("there is no transform `{name}`"), &help);
        }
    };
    Some(transform)
}

fn wrong(item: &Item<'_, '_>, message: &str, help: &str) -> Option<Transform> {
    item.wrong(Code::UnknownTransform, message, help);
    None
}

fn map(item: &Item<'_, '_>) -> Option<Transform> {
    let table = item.table()?;
    let pairs = table.need("map").and_then(|map| map.text_map());
    let default = table.get("default").and_then(|default| default.text());
    table.finish();
    let mut entries = BTreeMap::new();
    for (from, (to, place)) in pairs? {
        if entries.insert(Table::key(&from), to).is_some() {
            let message = format!("`{from}` stands twice in this map, since capitals count for nothing");
            table.sink().report(table.sink().at(Code::Doubled, place, message).help("keep one of the two"));
        }
    }
    Some(Transform::Map(Table { entries, default }))
}
