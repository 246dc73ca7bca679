//! Whether a value has the shape that its form says: for what belongs to the language and has no reader yet.

use toml::de::DeValue;

use super::code::Code;
use super::form::{Form, Kind, Need};
use super::item::Item;
use super::reader::Table;
use super::suggest;

/// Reports what does not fit, inside tables and lists too.
pub(super) fn check(item: &Item<'_, '_>, kind: &Kind) {
    match kind {
        Kind::Text | Kind::Name(_) | Kind::Secret | Kind::Url | Kind::Path | Kind::Template | Kind::Schedule => {
            let _: Option<String> = item.filled();
        }
        Kind::Number(least, most) => {
            let _: Option<i64> = item.signed(*least, *most);
        }
        Kind::Share => {
            let _: Option<f64> = item.share();
        }
        Kind::Flag => {
            let _: Option<bool> = item.flag();
        }
        Kind::Date => {
            let _: Option<toml::value::Datetime> = item.date();
        }
        Kind::Zone => {
            let _: Option<chrono_tz::Tz> = item.zone();
        }
        Kind::Word(words) => {
            let known: Vec<&str> = words.iter().map(|word| word.name).collect();
            if let Some(text) = item.text().filter(|text| !known.contains(&text.as_str())) {
                let help = suggest::help(&text, &known).unwrap_or_default();
                item.wrong(Code::BadValue, format!("`{text}` is not allowed for `{}`", item.path()), help);
            }
        }
        Kind::Scalar => {
            if matches!(item.raw(), DeValue::Array(_) | DeValue::Table(_)) {
                item.wrong_type("a text, a number, or true or false");
            }
        }
        Kind::Any => {}
        Kind::List(kind) => item.list().unwrap_or_default().iter().for_each(|item| check(item, kind)),
        Kind::OneOf(kinds) => match kinds.iter().find(|kind| accepts(kind, item.raw())) {
            Some(kind) => check(item, kind),
            None => item.wrong_type("something else"),
        },
        Kind::Table(form) => {
            if let Some(table) = item.table() {
                check_table(&table, form);
            }
        }
        Kind::Tables(form) => item.tables().unwrap_or_default().iter().for_each(|table| check_table(table, form)),
    }
}

fn check_table(table: &Table<'_, '_>, form: &'static Form) {
    for key in form.keys.iter().filter(|key| !matches!(key.need, Need::Later(_))) {
        let item = if key.need == Need::Must { table.need(key.name) } else { table.get(key.name) };
        if let Some(item) = item {
            check(&item, &key.kind);
        }
    }
    if let Some(others) = &form.others {
        for entry in table.entries().iter().filter(|entry| form.key(&entry.key).is_none()) {
            check(entry, others.kind);
        }
    }
    table.finish();
}

/// Whether a value is of the kind's type, whatever it says.
fn accepts(kind: &Kind, value: &DeValue<'_>) -> bool {
    match kind {
        Kind::Text
        | Kind::Name(_)
        | Kind::Secret
        | Kind::Url
        | Kind::Path
        | Kind::Template
        | Kind::Schedule
        | Kind::Zone
        | Kind::Word(_) => matches!(value, DeValue::String(_)),
        Kind::Number(..) => matches!(value, DeValue::Integer(_)),
        Kind::Share => matches!(value, DeValue::Integer(_) | DeValue::Float(_)),
        Kind::Flag => matches!(value, DeValue::Boolean(_)),
        Kind::Date => matches!(value, DeValue::Datetime(_)),
        Kind::Scalar => !matches!(value, DeValue::Array(_) | DeValue::Table(_)),
        Kind::Any => true,
        Kind::List(_) | Kind::Tables(_) => matches!(value, DeValue::Array(_)),
        Kind::OneOf(kinds) => kinds.iter().any(|kind| accepts(kind, value)),
        Kind::Table(_) => matches!(value, DeValue::Table(_)),
    }
}
