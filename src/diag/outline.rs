//! The tables of a form, each once and in reading order, with the header under which people write it.
//!
//! A form that several keys share is one table. What a schema or a page makes of the tables is theirs.

use super::form::{Form, Kind, Need};

/// How people write a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Header {
    /// The file itself.
    Top,
    /// `[calls.always]`: the names between the brackets.
    Table(String),
    /// `[[list]]`.
    Tables(String),
    /// `[filter]`, or several `[[filter]]`.
    Either(String),
    /// `when = { .. }`: its key, and the table in which it stands.
    Braces(&'static str, Box<Header>),
}

/// A table of a file.
#[derive(Debug)]
pub(super) struct Part {
    pub(super) form: &'static Form,
    /// Where it stands first.
    pub(super) header: Header,
    /// The keys that lead there.
    pub(super) path: String,
    /// In how many places it may stand.
    pub(super) places: usize,
}

/// All tables below a form, itself the first. What is not yet supported is not entered.
pub(super) fn parts(form: &'static Form) -> Vec<Part> {
    let mut found = vec![Part { form, header: Header::Top, path: String::new(), places: 1 }];
    inside(form, &Header::Top, "", &mut found);
    found
}

/// The part that is this form.
pub(super) fn part_of<'p>(parts: &'p [Part], form: &'static Form) -> Option<&'p Part> {
    parts.iter().find(|part| std::ptr::eq(part.form, form))
}

/// The forms of the tables that may stand behind a key. Free ones are none: nothing is known of them.
pub(super) fn forms(kind: &'static Kind, found: &mut Vec<&'static Form>) {
    match kind {
        Kind::Table(form) | Kind::Tables(form) => found.push(form),
        Kind::List(kind) => forms(kind, found),
        Kind::OneOf(kinds) => kinds.iter().for_each(|kind| forms(kind, found)),
        Kind::Text
        | Kind::Name(_)
        | Kind::Number(..)
        | Kind::Share
        | Kind::Flag
        | Kind::Date
        | Kind::Zone
        | Kind::Schedule
        | Kind::Secret
        | Kind::Url
        | Kind::Path
        | Kind::Word(_)
        | Kind::Scalar
        | Kind::Template
        | Kind::Any => {}
    }
}

fn inside(form: &'static Form, header: &Header, path: &str, found: &mut Vec<Part>) {
    let keys = form.keys.iter().filter(|key| !matches!(key.need, Need::Later(_))).map(|key| (key.name, &key.kind));
    for (name, kind) in keys.chain(form.others.iter().map(|others| (others.name, others.kind))) {
        let mut inner = Vec::new();
        forms(kind, &mut inner);
        inner.dedup_by(|one, other| std::ptr::eq(*one, *other));
        for inner in inner {
            if let Some(known) = found.iter_mut().find(|part| std::ptr::eq(part.form, inner)) {
                known.places += 1;
                continue;
            }
            let path = if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") };
            let header = below(header, name, kind);
            found.push(Part { form: inner, header: header.clone(), path: path.clone(), places: 1 });
            inside(inner, &header, &path, found);
        }
    }
}

/// The header of what stands behind a key of a table.
fn below(header: &Header, name: &'static str, kind: &'static Kind) -> Header {
    let dotted = match header {
        Header::Top => Some(name.to_owned()),
        Header::Table(outer) => Some(format!("{outer}.{name}")),
        Header::Tables(_) | Header::Either(_) | Header::Braces(..) => None,
    };
    let is_either =
        |kinds: &[Kind]| kinds.iter().all(|kind| matches!(kind, Kind::Table(_) | Kind::Tables(_))) && matches!(header, Header::Top);
    match (kind, dotted) {
        (Kind::Table(_), Some(dotted)) => Header::Table(dotted),
        (Kind::Tables(_), Some(dotted)) => Header::Tables(dotted),
        (Kind::OneOf(kinds), Some(dotted)) if is_either(kinds) => Header::Either(dotted),
        _ => Header::Braces(name, Box::new(header.clone())),
    }
}
