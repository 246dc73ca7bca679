//! What a mapping says beside a name: the value that a field is compared with, the keys of a `map`, the value that an attribute gets. Found by the
//! mapping's form, wherever in the text it stands.

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::diag::Place;
use crate::diag::form::{Form, Kind, Names};
use crate::mapping::form::MAPPING;

/// A text beside a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Used {
    /// The field or attribute.
    pub(super) name: String,
    /// What it is for.
    pub(super) way: Way,
    /// The value as text.
    pub(super) text: String,
    /// Whether it stands in quotes.
    pub(super) is_text: bool,
    /// Where the value stands.
    pub(super) place: Place,
}

/// What a value is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    /// A condition compares the field with it.
    Compared,
    /// A `map` has it as a key, and nothing changed the field's value before.
    Mapped,
    /// A call sets the attribute to it.
    Set,
}

/// All of a mapping's text.
pub(super) fn all(text: &str) -> Vec<Used> {
    let (document, _) = DeTable::parse_recoverable(text);
    let mut found = Vec::new();
    walk(document.get_ref(), &MAPPING, &mut found);
    found.sort_by_key(|used| used.place.start);
    found
}

fn walk(table: &DeTable<'_>, form: &'static Form, found: &mut Vec<Used>) {
    if let Some((field, steps)) = mapped(table, form) {
        keys(&field, steps, found);
    }
    for (key, entry) in table {
        let name = key.get_ref().as_ref();
        if let Some(known) = form.key(name) {
            inside(entry, &known.kind, found);
            continue;
        }
        let Some(others) = &form.others else { continue };
        match others.names {
            Some(Names::Attribute) if is_settings(others.kind) => push(name, Way::Set, entry, found),
            Some(Names::ContactField) if others.kind.form().is_some() && !matches!(others.kind, Kind::Any) => condition(name, entry, found),
            Some(_) | None => inside(entry, others.kind, found),
        }
    }
}

fn inside(entry: &Spanned<DeValue<'_>>, kind: &'static Kind, found: &mut Vec<Used>) {
    let Some(form) = kind.form() else { return };
    match entry.get_ref() {
        DeValue::Table(table) => walk(table, form, found),
        DeValue::Array(items) => items.iter().for_each(|item| inside(item, kind, found)),
        DeValue::String(_) | DeValue::Integer(_) | DeValue::Float(_) | DeValue::Boolean(_) | DeValue::Datetime(_) => {}
    }
}

/// Values that calls set; those that a test expects are written as anything.
fn is_settings(kind: &Kind) -> bool {
    !matches!(kind, Kind::Any)
}

fn condition(field: &str, entry: &Spanned<DeValue<'_>>, found: &mut Vec<Used>) {
    let DeValue::Table(tests) = entry.get_ref() else { return push(field, Way::Compared, entry, found) };
    for (key, value) in tests {
        if matches!(key.get_ref().as_ref(), "is" | "is_not" | "in" | "not_in") {
            match value.get_ref() {
                DeValue::Array(items) => items.iter().for_each(|item| push(field, Way::Compared, item, found)),
                _ => push(field, Way::Compared, value, found),
            }
        }
    }
}

/// The field and the first step of a rule `{ from = "field", transform = .. }`.
fn mapped<'t, 'i>(table: &'t DeTable<'i>, form: &'static Form) -> Option<(String, &'t DeTable<'i>)> {
    form.key("from").zip(form.key("transform"))?;
    let DeValue::String(field) = table.get("from")?.get_ref() else { return None };
    let step = match table.get("transform")?.get_ref() {
        DeValue::Array(steps) => steps.iter().next()?.get_ref(),
        step => step,
    };
    let DeValue::Table(step) = step else { return None };
    let DeValue::Table(map) = step.get("map")?.get_ref() else { return None };
    Some((field.trim().to_owned(), map))
}

fn keys(field: &str, map: &DeTable<'_>, found: &mut Vec<Used>) {
    found.extend(map.keys().map(|key| Used {
        name: field.to_owned(),
        way: Way::Mapped,
        text: key.get_ref().trim().to_owned(),
        is_text: true,
        place: key.span(),
    }));
}

fn push(name: &str, way: Way, value: &Spanned<DeValue<'_>>, found: &mut Vec<Used>) {
    let (text, is_text) = match value.get_ref() {
        DeValue::String(text) => (text.trim().to_owned(), true),
        DeValue::Integer(number) => (number.to_string(), false),
        DeValue::Float(number) => (number.to_string(), false),
        DeValue::Boolean(flag) => (flag.to_string(), false),
        DeValue::Datetime(date) => (date.to_string(), false),
        DeValue::Array(_) | DeValue::Table(_) => return,
    };
    found.push(Used { name: name.to_owned(), way, text, is_text, place: value.span() });
}

#[cfg(test)]
mod tests {
    use super::{Way, all};

    #[test]
    fn values_are_found_beside_their_names() {
        let text = r#"
filter = { isActive = true, cPlan = { in = ["A", "B"], is_set = true } }
[[list]]
when = { cSegment = "north" }
list = 1001
[lead]
state = { from = "addressState", transform = { map = { Texas = "TX" } } }
city = { from = "addressCity", transform = ["upper", { map = { X = "Y" } }] }
[[disposition]]
status = ["SALE"]
set = { doNotCall = true }
[[test]]
contact = { cPlan = "C" }
set = { cSold = 1 }
"#;
        let seen: Vec<String> =
            all(text).into_iter().map(|used| format!("{:?} {}={} {}", used.way, used.name, used.text, &text[used.place])).collect();
        let expected = [
            "Compared isActive=true true",
            "Compared cPlan=A \"A\"",
            "Compared cPlan=B \"B\"",
            "Compared cSegment=north \"north\"",
            "Mapped addressState=Texas Texas",
            "Set doNotCall=true true",
        ];
        assert_eq!(seen, expected);
        assert!(all("filter = { a = 1 }").iter().all(|used| used.way == Way::Compared && !used.is_text));
    }
}
