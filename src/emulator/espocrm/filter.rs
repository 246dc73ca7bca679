//! The `where` of a list: from JSON to a test of records, with the database's way of comparing.
//!
//! Texts compare without case and accents. A comparison with nothing is never true. A time that is none counts as
//! earlier than all: greater-than then matches everything and less-than nothing.

use chrono::{DateTime, Utc};
use serde_json::Value;
use unicode_normalization::UnicodeNormalization;

use super::attribute::{Attribute, Kind};
use super::clock::{day_start, filter_time};
use super::schema::Entity;
use super::wire::Refusal;
use super::world::{Row, World};

/// A condition on a record.
pub(super) enum Test {
    All(Vec<Test>),
    Any(Vec<Test>),
    One(Box<Attribute>, Check),
    Linked(String, Entity, Vec<String>),
}

/// A condition on one attribute's value.
pub(super) enum Check {
    Never,
    Null(bool),
    True(bool),
    In(Vec<Plain>, bool),
    Order(Plain, bool, bool),
    Between(Plain, Plain),
    Text(Place, String, bool),
    Past,
    Future,
    Days(i64, i64),
    OlderThan(i64),
    NewerThan(i64),
}

/// Where a text is looked for.
#[derive(Clone, Copy)]
pub(super) enum Place {
    Start,
    End,
    Anywhere,
}

/// A value in the form in which it is compared.
#[derive(Clone, Debug, PartialEq, PartialOrd)]
pub(super) enum Plain {
    Number(f64),
    Text(String),
}

/// A text as the database compares it: no case, no accents, no blanks at the end.
pub(super) fn fold(text: &str) -> String {
    if text.is_ascii() {
        return text.trim_end().to_ascii_lowercase();
    }
    let plain = text.nfd().filter(|c| !unicode_normalization::char::is_combining_mark(*c));
    plain.flat_map(char::to_lowercase).collect::<String>().trim_end().to_owned()
}

impl Test {
    /// All of the items of a `where` list.
    pub(super) fn all(items: &[Value], schema: &[Attribute], is_admin: bool) -> Result<Test, Refusal> {
        let tests = items.iter().map(|item| Test::one(item, schema, is_admin));
        Ok(Test::All(tests.collect::<Result<_, _>>()?))
    }

    fn one(item: &Value, schema: &[Attribute], is_admin: bool) -> Result<Test, Refusal> {
        let kind = item.get("type").and_then(Value::as_str).unwrap_or_default();
        let value = item.get("value").unwrap_or(&Value::Null);
        let parts = || {
            let items: Vec<Value> = match value {
                Value::Array(items) => items.clone(),
                Value::Object(items) => items.values().cloned().collect(),
                _ => Vec::new(),
            };
            let tests = items.iter().map(|item| Test::one(item, schema, is_admin));
            tests.collect::<Result<Vec<Test>, Refusal>>()
        };
        match kind {
            "and" => return Ok(Test::All(parts()?)),
            "or" => return Ok(Test::Any(parts()?)),
            "not" | "subQueryIn" | "subQueryNotIn" if !is_admin => {
                return Err(Refusal::new(403, "Sub-queries are forbidden in where."));
            }
            _ => {}
        }
        let name = item.get("attribute").or_else(|| item.get("field"));
        let name = name.and_then(Value::as_str).unwrap_or_default();
        if kind == "linkedWith" {
            let list = schema.iter().find(|attribute| attribute.name == format!("{name}Ids"));
            if let Some(Kind::Ids(entity)) = list.map(|attribute| &attribute.kind) {
                return Ok(Test::Linked(format!("{name}Ids"), *entity, texts(value)));
            }
        }
        let check = check(kind, value)?;
        let Some(attribute) = schema.iter().find(|attribute| attribute.name == name) else {
            return Err(Refusal::new(400, format!("Not existing attribute '{name}' in where.")));
        };
        Ok(Test::One(Box::new(attribute.clone()), check.for_kind(&attribute.kind)))
    }

    /// True if a record meets the condition.
    pub(super) fn passes(&self, world: &World, row: &Row, now: DateTime<Utc>) -> bool {
        match self {
            Test::All(tests) => tests.iter().all(|test| test.passes(world, row, now)),
            Test::Any(tests) => tests.iter().any(|test| test.passes(world, row, now)),
            Test::Linked(list, entity, ids) => world.linked(row, list, *entity).iter().any(|id| ids.contains(id)),
            Test::One(attribute, check) => {
                // A condition on the number or address looks at all that the record holds, but for being there.
                let kind = &attribute.kind;
                let is_held = matches!(kind, Kind::Phone | Kind::Email);
                if !is_held || matches!(check, Check::Null(_)) {
                    return check.passes(&world.attribute(row, attribute), kind, now);
                }
                let shelf = if *kind == Kind::Phone { &row.phones } else { &row.emails };
                let mut keys = shelf.keys.iter();
                keys.any(|key| check.passes(&Value::String(key.clone()), kind, now))
            }
        }
    }
}

fn check(kind: &str, value: &Value) -> Result<Check, Refusal> {
    let order =
        |is_greater: bool, is_inclusive: bool| plain(value).map_or(Check::Never, |bound| Check::Order(bound, is_greater, is_inclusive));
    let values = || match value {
        Value::Array(items) => items.iter().filter_map(plain).collect(),
        single => plain(single).into_iter().collect(),
    };
    let text = |place: Place, is_wanted: bool| {
        let text = value.as_str().unwrap_or_default();
        Check::Text(place, fold(text), is_wanted)
    };
    let days = || value.as_i64().or_else(|| value.as_str()?.parse().ok()).unwrap_or_default();
    Ok(match kind {
        "equals" | "on" if value.is_null() => Check::Null(true),
        "notEquals" | "notOn" if value.is_null() => Check::Null(false),
        "equals" | "on" | "in" | "=" => Check::In(values(), true),
        "notEquals" | "notOn" | "notIn" | "!=" => Check::In(values(), false),
        "isNull" => Check::Null(true),
        "isNotNull" | "ever" => Check::Null(false),
        "isTrue" => Check::True(true),
        "isFalse" => Check::True(false),
        "startsWith" => text(Place::Start, true),
        "endsWith" => text(Place::End, true),
        "contains" => text(Place::Anywhere, true),
        "notContains" => text(Place::Anywhere, false),
        "like" | "notLike" => {
            let pattern = value.as_str().unwrap_or_default();
            let place = match (pattern.starts_with('%'), pattern.ends_with('%')) {
                (true, true) => Place::Anywhere,
                (true, false) => Place::End,
                (false, _) => Place::Start,
            };
            Check::Text(place, fold(pattern.trim_matches('%')), kind == "like")
        }
        "greaterThan" | "after" => order(true, false),
        "greaterThanOrEquals" => order(true, true),
        "lessThan" | "before" => order(false, false),
        "lessThanOrEquals" => order(false, true),
        "between" => {
            let bounds: Vec<Plain> = values();
            match bounds.as_slice() {
                [low, high] => Check::Between(low.clone(), high.clone()),
                _ => Check::Never,
            }
        }
        "past" => Check::Past,
        "future" => Check::Future,
        "today" => Check::Days(0, 1),
        "lastSevenDays" => Check::Days(-7, 1),
        "lastXDays" => Check::Days(-days(), 1),
        "nextXDays" => Check::Days(0, days() + 1),
        "olderThanXDays" => Check::OlderThan(days()),
        "afterXDays" => Check::NewerThan(days()),
        _ => {
            return Err(Refusal::new(400, format!("Unknown where item type '{kind}'.")));
        }
    })
}

impl Check {
    /// Brings the values of a comparison with times into the form of times.
    fn for_kind(self, kind: &Kind) -> Check {
        if !matches!(kind, Kind::Stamp | Kind::Datetime) {
            return self;
        }
        let time = |value: Plain| match value {
            Plain::Text(text) => Plain::Text(filter_time(&text)),
            number @ Plain::Number(_) => number,
        };
        match self {
            Check::In(values, is_wanted) => Check::In(values.into_iter().map(time).collect(), is_wanted),
            Check::Order(bound, is_greater, is_inclusive) => Check::Order(time(bound), is_greater, is_inclusive),
            Check::Between(low, high) => Check::Between(time(low), time(high)),
            other @ (Check::Never
            | Check::Null(_)
            | Check::True(_)
            | Check::Text(..)
            | Check::Past
            | Check::Future
            | Check::Days(..)
            | Check::OlderThan(_)
            | Check::NewerThan(_)) => other,
        }
    }

    fn passes(&self, value: &Value, kind: &Kind, now: DateTime<Utc>) -> bool {
        if let Check::Null(is_wanted) = self {
            return value.is_null() == *is_wanted;
        }
        if let Check::True(is_wanted) = self {
            return value.as_bool() == Some(*is_wanted);
        }
        let Some(mut value) = plain(value) else {
            return false;
        };
        if let (Plain::Text(text), false) = (&mut value, matches!(kind, Kind::Stamp | Kind::Datetime)) {
            *text = fold(text);
        }
        let text = match &value {
            Plain::Text(text) => text.clone(),
            Plain::Number(number) => number.to_string(),
        };
        match self {
            Check::Never | Check::Null(_) | Check::True(_) => false,
            Check::In(values, is_wanted) => values.iter().any(|one| same(one, &value)) == *is_wanted,
            Check::Order(bound, is_greater, is_inclusive) => {
                let order = if *is_greater { compare(&value, bound) } else { compare(bound, &value) };
                order.is_gt() || (*is_inclusive && order.is_eq())
            }
            Check::Between(low, high) => compare(&value, low).is_ge() && compare(&value, high).is_le(),
            Check::Text(place, wanted, is_wanted) => {
                let is_found = match place {
                    Place::Start => text.starts_with(wanted),
                    Place::End => text.ends_with(wanted),
                    Place::Anywhere => text.contains(wanted),
                };
                is_found == *is_wanted
            }
            Check::Past => text < now.format("%Y-%m-%d %H:%M:%S").to_string(),
            Check::Future => text > now.format("%Y-%m-%d %H:%M:%S").to_string(),
            Check::Days(from, to) => text >= day_start(now, *from) && text < day_start(now, *to),
            Check::OlderThan(days) => text < day_start(now, -*days),
            Check::NewerThan(days) => text >= day_start(now, *days + 1),
        }
    }
}

/// Numbers as numbers, all else as folded text; number against text by the text's number, as the database does.
fn compare(a: &Plain, b: &Plain) -> std::cmp::Ordering {
    let number = |value: &Plain| match value {
        Plain::Number(number) => *number,
        Plain::Text(text) => text.trim().parse().unwrap_or(0.0),
    };
    if let (Plain::Text(a), Plain::Text(b)) = (a, b) {
        return a.cmp(b);
    }
    number(a).total_cmp(&number(b))
}

fn same(a: &Plain, b: &Plain) -> bool {
    compare(a, b).is_eq()
}

fn plain(value: &Value) -> Option<Plain> {
    match value {
        Value::Null | Value::Array(_) | Value::Object(_) => None,
        Value::Bool(is_true) => Some(Plain::Number(f64::from(u8::from(*is_true)))),
        Value::Number(number) => number.as_f64().map(Plain::Number),
        Value::String(text) => Some(Plain::Text(fold(text))),
    }
}

fn texts(value: &Value) -> Vec<String> {
    match value {
        Value::String(text) => vec![text.clone()],
        Value::Array(items) => items.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_compare_without_case_and_accents() {
        assert_eq!(fold("José "), "jose");
        assert_eq!(fold("JOSE\u{301}"), "jose");
        assert_eq!(fold("Łukasz"), "łukasz");
    }
}
