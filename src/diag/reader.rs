//! Walks TOML tables and collects everything that is wrong with them, each with its place.
//!
//! A [`Table`] knows its [`Form`]: [`Table::finish`] reports what stands in it and is no key of the form, and what is not yet supported. Whoever asks
//! for a key that the form does not have, or forgets one that it has, is stopped by an assertion in tests. The reader knows no key itself.
//! Single values: [`super::item`].

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::code::Code;
use super::form::{Form, Kind, Need};
use super::item::Item;
use super::{Diagnostic, Severity};
use super::{shape, suggest, syntax};

/// Where something stands in the text: a byte range.
pub type Place = Range<usize>;

/// The place where diagnostics of one file collect.
#[derive(Debug)]
pub struct Sink {
    file: String,
    found: RefCell<Vec<Diagnostic>>,
    /// The lines that are no TOML; what is said of them beyond that would be a guess.
    torn: RefCell<Vec<Place>>,
}

impl Sink {
    /// An empty one for a file of that name.
    #[must_use]
    pub fn new(file: &str) -> Self {
        Self { file: file.to_owned(), found: RefCell::default(), torn: RefCell::default() }
    }

    /// A diagnostic at a place, not kept yet.
    #[must_use]
    pub fn at(&self, code: Code, place: Place, message: impl Into<String>) -> Diagnostic {
        Diagnostic::new(code, &self.file, place, message)
    }

    /// Keeps a diagnostic, unless it would only follow from a mistake of the syntax.
    pub fn report(&self, diagnostic: Diagnostic) {
        let torn = self.torn.borrow();
        let start = diagnostic.labels.first().map_or(0, |(place, _)| place.start);
        if diagnostic.code != Code::Syntax
            && !torn.is_empty()
            && (syntax::follows(diagnostic.code) || torn.iter().any(|line| line.contains(&start)))
        {
            return;
        }
        drop(torn);
        self.found.borrow_mut().push(diagnostic);
    }

    /// Remembers the line of a mistake of the syntax; a doubled key alone tears nothing.
    pub(super) fn torn(&self, text: &str, place: &Place, is_doubled: bool) {
        if !is_doubled {
            let start = text.get(..place.start).and_then(|before| before.rfind('\n')).map_or(0, |newline| newline + 1);
            let end = text.get(place.end..).and_then(|rest| rest.find('\n')).map_or(text.len(), |newline| place.end + newline);
            self.torn.borrow_mut().push(start..end.max(start + 1));
        }
    }

    /// How many errors there are so far.
    #[must_use]
    pub fn errors(&self) -> usize {
        self.found.borrow().iter().filter(|diagnostic| diagnostic.severity == Severity::Error).count()
    }

    /// All of them, in the order of the text.
    #[must_use]
    pub fn into_found(self) -> Vec<Diagnostic> {
        let mut found = self.found.into_inner();
        found.sort_by_key(|diagnostic| diagnostic.labels.first().map_or(0, |(place, _)| place.start));
        found
    }
}

/// Parses a text. Syntax errors go to the sink; `None` says that the rest is not worth reading, because what follows would be guesses. A text that
/// [`syntax::mend`] went over is always read.
pub fn document<'i>(sink: &Sink, text: &'i str) -> Option<Spanned<DeTable<'i>>> {
    let (table, errors) = DeTable::parse_recoverable(text);
    let mut is_readable = true;
    let is_return = |message: &str| message.starts_with("carriage return");
    let first_return = errors.iter().position(|error| is_return(error.message()));
    for (number, error) in errors.into_iter().enumerate() {
        // A file with the line ends of old Macs has one at every line.
        if is_return(error.message()) && first_return != Some(number) {
            continue;
        }
        is_readable &= syntax::is_local(error.message());
        syntax::report(sink, error.message(), error.span().unwrap_or(0..0), text);
    }
    is_readable.then_some(table)
}

/// A table that is being read.
#[derive(Debug)]
pub struct Table<'r, 'i> {
    table: &'r DeTable<'i>,
    place: Place,
    path: String,
    form: &'static Form,
    asked: RefCell<BTreeSet<String>>,
    sink: &'r Sink,
}

impl<'r, 'i> Table<'r, 'i> {
    /// The document's own table, of that form.
    #[must_use]
    pub fn root(sink: &'r Sink, table: &'r Spanned<DeTable<'i>>, form: &'static Form) -> Self {
        let place = table.span();
        Self { table: table.get_ref(), place: place.start..place.start, path: String::new(), form, asked: RefCell::default(), sink }
    }

    pub(super) fn nested(sink: &'r Sink, table: &'r DeTable<'i>, place: Place, path: String, form: &'static Form) -> Self {
        Self { table, place, path, form, asked: RefCell::default(), sink }
    }

    /// Its form.
    #[must_use]
    pub fn form(&self) -> &'static Form {
        self.form
    }

    /// Where the table stands.
    #[must_use]
    pub fn place(&self) -> Place {
        self.place.clone()
    }

    /// Where it collects.
    #[must_use]
    pub fn sink(&self) -> &'r Sink {
        self.sink
    }

    /// The name by which messages call the table: `job.sales`; empty for the document itself.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The entry of that key of the form.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<Item<'r, 'i>> {
        debug_assert!(self.form.kind(key).is_some(), "the form of `{}` has no key `{key}`", self.path);
        self.asked.borrow_mut().insert(key.to_owned());
        let (name, value) = self.table.get_key_value(key)?;
        Some(self.item(name, value))
    }

    /// The entry of that key; reports that it is missing.
    #[must_use]
    pub fn need(&self, key: &str) -> Option<Item<'r, 'i>> {
        let item = self.get(key);
        if item.is_none() && !self.is_misspelt(key) {
            let message =
                if self.path.is_empty() { format!("`{key}` is missing") } else { format!("`{key}` is missing in `{}`", self.path) };
            let dot = if self.path.is_empty() { "" } else { "." };
            let help = match self.form.kind(key) {
                Some(Kind::Table(_)) => format!("add a line `[{}{dot}{key}]`, and its keys below it", self.path),
                Some(_) | None => format!("add a line `{key} = ...`"),
            };
            self.sink.report(self.sink.at(Code::MissingKey, self.place(), message).help(help));
        }
        item
    }

    /// Whether a key that is not there is one that is misspelt, which [`Table::finish`] reports.
    #[must_use]
    pub fn is_misspelt(&self, key: &str) -> bool {
        let free: Vec<&str> = self.free().collect();
        let unknown = self.table.keys().map(|name| name.get_ref().as_ref()).filter(|name| self.form.key(name).is_none());
        self.form.others.is_none() && unknown.into_iter().any(|name| suggest::closest(name, free.iter().copied()) == Some(key))
    }

    /// The keys that could still be written.
    fn free(&self) -> impl Iterator<Item = &'static str> {
        let is_now = |need: Need| !matches!(need, Need::Later(_));
        self.form.keys.iter().filter(move |key| is_now(key.need) && !self.table.contains_key(key.name)).map(|key| key.name)
    }

    /// All entries, in the order of the text; all of them count as known.
    #[must_use]
    pub fn entries(&self) -> Vec<Item<'r, 'i>> {
        let mut items: Vec<_> = self.table.iter().map(|(name, value)| self.item(name, value)).collect();
        items.sort_by_key(|item| item.key_place.start);
        let mut asked = self.asked.borrow_mut();
        asked.extend(items.iter().map(|item| item.key.clone()));
        items
    }

    /// Reports keys that the form does not have, and those of what is not yet supported.
    pub fn finish(&self) {
        self.assert_whole();
        let is_now = |need: Need| !matches!(need, Need::Later(_));
        let all: Vec<&str> = self.form.keys.iter().filter(|key| is_now(key.need)).map(|key| key.name).collect();
        let free: Vec<&str> = self.free().collect();
        for (name, value) in self.table {
            let key = name.get_ref().as_ref();
            let inside = if self.path.is_empty() { String::new() } else { format!(" in `{}`", self.path) };
            match self.form.key(key) {
                Some(known) => {
                    let Need::Later(what) = known.need else { continue };
                    shape::check(&self.item(name, value), &known.kind);
                    let message = format!("`{key}`{inside} is not yet supported: {what}");
                    self.sink.report(self.sink.at(Code::NotYet, name.span(), message).help("take it out; it would do nothing"));
                }
                None if self.form.others.is_some() => {}
                None => {
                    let diagnostic = self.sink.at(Code::UnknownKey, name.span(), format!("there is no key `{key}`{inside}"));
                    let help = suggest::meant(key, free.iter().copied()).or_else(|| suggest::help(key, &all));
                    self.sink.report(diagnostic.help(help.unwrap_or_else(|| "take it out: no key here is like it".to_owned())));
                }
            }
        }
    }

    /// A key of the form that its reader forgot would be taken and ignored.
    fn assert_whole(&self) {
        if cfg!(debug_assertions) {
            let asked = self.asked.borrow();
            let forgotten = |key: &&super::form::Key| !matches!(key.need, Need::Later(_)) && !asked.contains(key.name);
            let forgotten: Vec<&str> = self.form.keys.iter().filter(forgotten).map(|key| key.name).collect();
            debug_assert!(forgotten.is_empty(), "the reader of `{}` asks for no {forgotten:?}", self.path);
        }
    }

    fn item(&self, name: &Spanned<std::borrow::Cow<'i, str>>, value: &'r Spanned<DeValue<'i>>) -> Item<'r, 'i> {
        let key = name.get_ref().clone().into_owned();
        let path = if self.path.is_empty() { key.clone() } else { format!("{}.{key}", self.path) };
        let kind = self.form.kind(&key).unwrap_or(&Kind::Any);
        Item { key, key_place: name.span(), path, kind, value, sink: self.sink }
    }
}
