//! Where a text names things of elsewhere: contact fields, lists, statuses, connections. Found by the file's [`Form`], so that whoever knows what there
//! is can point at each that is not there.

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::form::{Form, Kind, Names};
use super::reader::Place;

/// One name in a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Named {
    /// What it names.
    pub names: Names,
    /// The name.
    pub text: String,
    /// Where it stands.
    pub place: Place,
}

/// All names of a document, in the order of the text.
#[must_use]
pub fn all(document: &DeTable<'_>, form: &'static Form) -> Vec<Named> {
    let mut found = Vec::new();
    table(document, form, &mut found);
    found.sort_by_key(|named| named.place.start);
    found
}

fn table(entries: &DeTable<'_>, form: &'static Form, found: &mut Vec<Named>) {
    for (key, entry) in entries {
        let name = key.get_ref().as_ref();
        if let Some(known) = form.key(name) {
            value(entry, &known.kind, found);
        } else if let Some(others) = &form.others {
            if let Some(names) = others.names {
                found.push(Named { names, text: name.to_owned(), place: key.span() });
            }
            value(entry, others.kind, found);
        }
    }
}

fn value(entry: &Spanned<DeValue<'_>>, kind: &Kind, found: &mut Vec<Named>) {
    match (kind, entry.get_ref()) {
        (Kind::Name(names), DeValue::String(text)) => {
            found.push(Named { names: *names, text: text.trim().to_owned(), place: entry.span() });
        }
        (Kind::Name(names), DeValue::Integer(number)) => {
            found.push(Named { names: *names, text: number.to_string(), place: entry.span() });
        }
        (Kind::List(kind), DeValue::Array(items)) => items.iter().for_each(|item| value(item, kind, found)),
        (Kind::Tables(form), DeValue::Array(items)) => {
            for item in items.iter() {
                if let DeValue::Table(entries) = item.get_ref() {
                    table(entries, form, found);
                }
            }
        }
        (Kind::Table(form), DeValue::Table(entries)) => table(entries, form, found),
        (Kind::OneOf(kinds), _) => kinds.iter().for_each(|kind| value(entry, kind, found)),
        _ => {}
    }
}
