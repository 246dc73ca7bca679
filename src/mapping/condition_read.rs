//! Reads conditions: `field = value`, `field = { is = .., in = [..], at_least = .., .. }`, and lists of such tables, of which one must hold.

use std::collections::BTreeSet;

use toml::de::DeValue;

use crate::diag::{Code, Item, Table};

use super::condition::{Alternative, Condition, Conditions, Part, Test};
use super::measure::{Measure, Range, Side};

/// Reads a table of conditions, or a list of such tables.
pub(super) fn read(item: &Item<'_, '_>) -> Conditions {
    if !matches!(item.raw(), DeValue::Array(_)) {
        return Conditions(item.table().map(|table| one(&table)).into_iter().collect());
    }
    let tables = item.tables().unwrap_or_default();
    let errors = tables.first().map_or(0, |table| table.sink().errors());
    let alternatives: Vec<Alternative> = tables.iter().map(one).collect();
    if tables.first().is_none_or(|table| table.sink().errors() == errors) {
        let help = "write the conditions, or take the whole list out";
        if alternatives.is_empty() {
            item.wrong(Code::BadCondition, format!("`{}` is an empty list", item.path()), help);
        }
        for (table, alternative) in tables.iter().zip(&alternatives).filter(|(_, alternative)| alternative.conditions.is_empty()) {
            let message = format!("an alternative of `{}` has no condition, so it takes every contact", item.path());
            table.sink().report(table.sink().at(Code::BadCondition, alternative.place.clone(), message).help(help));
        }
    }
    Conditions(alternatives)
}

fn one(table: &Table<'_, '_>) -> Alternative {
    let mut conditions = Vec::new();
    for item in table.entries() {
        let field = item.key.clone();
        if let DeValue::Table(_) = item.raw() {
            let Some(tests) = item.table() else { continue };
            let before = conditions.len();
            let errors = table.sink().errors();
            read_tests(&field, &tests, &mut conditions);
            if conditions.len() == before && table.sink().errors() == errors {
                item.wrong(
                    Code::BadCondition,
                    format!("`{field}` says nothing that must hold"),
                    "write a value, as in `field = \"value\"`",
                );
            }
        } else if let Some(value) = scalar(&item) {
            conditions.push(Condition { field, test: Test::OneOf(BTreeSet::from([value])) });
        }
    }
    Alternative { conditions, place: table.place() }
}

fn read_tests(field: &str, tests: &Table<'_, '_>, conditions: &mut Vec<Condition>) {
    let mut add = |test| conditions.push(Condition { field: field.to_owned(), test });
    let one = |key: &str| tests.get(key).and_then(|item| scalar(&item)).map(|value| BTreeSet::from([value]));
    let many = |key: &str| {
        let items = several(field, key, &tests.get(key)?)?;
        Some(items.iter().filter_map(scalar).collect::<BTreeSet<_>>())
    };
    if let Some(values) = one("is") {
        add(Test::OneOf(values));
    }
    if let Some(values) = many("in") {
        add(Test::OneOf(values));
    }
    if let Some(values) = one("is_not") {
        add(Test::NoneOf(values));
    }
    if let Some(values) = many("not_in") {
        add(Test::NoneOf(values));
    }
    if let Some(flag) = tests.get("is_set").and_then(|item| item.flag()) {
        add(if flag { Test::IsSet } else { Test::IsBlank });
    }
    if let Some(flag) = tests.get("is_blank").and_then(|item| item.flag()) {
        add(if flag { Test::IsBlank } else { Test::IsSet });
    }
    for (key, part) in [("starts_with", Part::Start), ("ends_with", Part::End), ("contains", Part::Anywhere)] {
        let Some(item) = tests.get(key) else { continue };
        let items = match item.raw() {
            DeValue::Array(_) => several(field, key, &item).unwrap_or_default(),
            _ => vec![item],
        };
        // The contact's values have no spaces around them, so none can stand at that end of what is wanted.
        let trimmed = |text: String| match part {
            Part::Start => text.trim_start().to_owned(),
            Part::End => text.trim_end().to_owned(),
            Part::Anywhere => text,
        };
        let wanted: Vec<String> = items.iter().filter_map(Item::filled).map(trimmed).collect();
        if !wanted.is_empty() {
            add(Test::Has(part, wanted));
        }
    }
    if let Some(test) = range(field, tests) {
        add(test);
    }
    tests.finish();
}

/// The elements of a list that must have some.
fn several<'r, 'i>(field: &str, key: &str, item: &Item<'r, 'i>) -> Option<Vec<Item<'r, 'i>>> {
    let items = item.list()?;
    if items.is_empty() {
        item.wrong(Code::BadCondition, format!("`{key}` of `{field}` is an empty list"), "write the values, or take it out");
        return None;
    }
    Some(items)
}

/// The bounds of a table make one range: one value must lie in it.
fn range(field: &str, tests: &Table<'_, '_>) -> Option<Test> {
    let given = Side::ALL.map(|side| tests.get(side.key()).map(|item| (side, item)));
    let mut range: Option<Range> = None;
    let mut words: Vec<String> = Vec::new();
    let mut is_whole = true;
    for (side, item) in given.into_iter().flatten() {
        let Some((own, written)) = bound(side, &item) else {
            is_whole = false;
            continue;
        };
        range = match range {
            None => Some(own),
            Some(before) => match before.and(&own).filter(|both| !both.is_empty()) {
                Some(both) => Some(both),
                None => {
                    let message = format!("nothing is {} and {} {written}, so `{field}` never is", words.join(" and "), side.words());
                    item.wrong(Code::BadCondition, message, "correct one of the bounds");
                    return None;
                }
            },
        };
        words.push(format!("{} {written}", side.words()));
    }
    range.filter(|_| is_whole).map(|range| Test::In(range, words.join(" and ")))
}

/// What lies on that side of a bound, and the bound as it was written.
fn bound(side: Side, item: &Item<'_, '_>) -> Option<(Range, String)> {
    let written = match item.raw() {
        DeValue::String(_) => item.filled()?.trim().to_owned(),
        DeValue::Integer(number) if number.radix() == 10 => number.as_str().to_owned(),
        DeValue::Float(number) => number.as_str().to_owned(),
        DeValue::Datetime(date) => date.to_string(),
        DeValue::Integer(_) | DeValue::Boolean(_) | DeValue::Array(_) | DeValue::Table(_) => {
            item.wrong_type("a number or a date");
            return None;
        }
    };
    if let Some(measure) = Measure::read(&written) {
        return Some((Range::new(side, measure), written));
    }
    let is_relative = ["today", "now", "yesterday", "tomorrow", "day", "week", "month", "year", "ago"]
        .iter()
        .any(|word| written.to_lowercase().split(|letter: char| !letter.is_alphabetic()).any(|part| part.trim_end_matches('s') == *word));
    let help = if is_relative {
        "a mapping knows no today: the same contact always gives the same lead. Write a date, as in 2026-11-01, or let the CRM keep a field that says it"
    } else {
        "write a number, as in 100 or 99.5, or a date, as in 2026-11-01 or 2026-11-01T15:00:00Z"
    };
    item.wrong(Code::BadBound, format!("`{written}` is neither a number nor a date"), help);
    None
}

/// A value to compare with, as text.
fn scalar(item: &Item<'_, '_>) -> Option<String> {
    match item.raw() {
        DeValue::String(_) => item.filled().map(|text| text.trim().to_owned()),
        DeValue::Boolean(flag) => Some(flag.to_string()),
        DeValue::Integer(number) if number.radix() == 10 => Some(number.as_str().to_owned()),
        DeValue::Integer(_) | DeValue::Float(_) | DeValue::Datetime(_) | DeValue::Array(_) | DeValue::Table(_) => {
            item.wrong_type("a text, a whole number, or true or false");
            None
        }
    }
}
