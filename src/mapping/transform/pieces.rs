//! Texts for other texts, by tables that the mapping gives: whole values (`map`), and pieces of a value (`replace`).

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

/// A `map`: from texts, compared without regard to case, to texts.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::mapping) struct Table {
    /// By the form that is compared: the text as it was written, and what it becomes.
    entries: BTreeMap<String, (String, String)>,
    /// For what is in no entry; without it, that becomes blank.
    default: Option<String>,
}

impl Table {
    /// An empty one.
    pub(in crate::mapping) fn new(default: Option<String>) -> Self {
        Self { entries: BTreeMap::new(), default }
    }

    /// Adds an entry; false where there is one for that text.
    pub(in crate::mapping) fn add(&mut self, from: &str, to: &str) -> bool {
        self.entries.insert(key(from), (from.to_owned(), to.to_owned())).is_none()
    }

    /// What it can give.
    pub(super) fn values(&self) -> impl Iterator<Item = &str> {
        self.entries.values().map(|(_, to)| to).chain(&self.default).map(String::as_str)
    }

    pub(super) fn find(&self, text: &str) -> &str {
        if text.trim().is_empty() {
            return "";
        }
        let found = self.entries.get(&key(text)).map(|(_, to)| to);
        found.or(self.default.as_ref()).map_or("", String::as_str)
    }

    /// The table the other way round, where that says for each value what it came from.
    pub(super) fn turned(&self) -> Result<Self, &'static str> {
        if self.default.is_some() {
            return Err("`map` with a `default` gives one text for many, and nothing says which it was");
        }
        let mut turned = Self::new(None);
        for (from, to) in self.entries.values() {
            if to.is_empty() {
                continue;
            }
            if to.trim().is_empty() || from.trim().is_empty() {
                return Err("`map` has a blank that nothing can be made of again");
            }
            if !turned.add(to, from) {
                return Err("`map` gives the same text for two, and nothing says which it was");
            }
        }
        Ok(turned)
    }
}

/// The form in which texts are compared.
fn key(text: &str) -> String {
    text.trim().to_lowercase()
}

/// Pieces of a text and what stands in their place.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::mapping) struct Pieces {
    /// The longest first.
    pairs: Vec<(String, String)>,
}

impl Pieces {
    /// Empty pieces are left out: they stand everywhere.
    pub(in crate::mapping) fn new(pairs: impl IntoIterator<Item = (String, String)>) -> Self {
        let mut known = BTreeSet::new();
        let mut pairs: Vec<_> = pairs.into_iter().filter(|(from, _)| !from.is_empty() && known.insert(from.clone())).collect();
        pairs.sort_by(|one, other| other.0.len().cmp(&one.0.len()).then_with(|| one.0.cmp(&other.0)));
        Self { pairs }
    }

    /// Goes through the text once: at each place the longest piece counts, and what was put in is not looked at again.
    pub(super) fn replace<'t>(&self, text: Cow<'t, str>) -> Cow<'t, str> {
        if !self.pairs.iter().any(|(from, _)| text.contains(from.as_str())) {
            return text;
        }
        let mut replaced = String::with_capacity(text.len());
        let mut rest = &*text;
        while let Some(letter) = rest.chars().next() {
            if let Some((from, to)) = self.pairs.iter().find(|(from, _)| rest.starts_with(from.as_str())) {
                replaced.push_str(to);
                rest = &rest[from.len()..];
            } else {
                replaced.push(letter);
                rest = &rest[letter.len_utf8()..];
            }
        }
        Cow::Owned(replaced)
    }
}

#[cfg(test)]
mod tests {
    use super::{Pieces, Table};

    #[test]
    fn whole_values() {
        let mut table = Table::new(None);
        assert!(table.add("Gold", "G") && table.add("silver", "S") && !table.add("GOLD ", "H"));
        table.add("Gold", "G");
        for (from, to) in [("gold", "G"), (" Silver ", "S"), ("bronze", ""), ("", "")] {
            assert_eq!(table.find(from), to, "{from}");
        }
        // Back comes the spelling that the CRM knows.
        assert_eq!(table.turned().map(|turned| turned.find("g").to_owned()), Ok("Gold".to_owned()));
        table.add("argent", "s");
        assert!(table.turned().is_err());
        let table = Table::new(Some("B".to_owned()));
        assert_eq!((table.find("bronze"), table.find(" ")), ("B", ""));
        assert!(table.turned().is_err());
    }

    #[test]
    fn pieces_of_a_value() {
        let pieces = Pieces::new([("a", "b"), ("b", "a"), ("ab", "-"), ("ß", "ss"), ("", "x")].map(|(from, to)| (from.into(), to.into())));
        for (from, to) in [("a", "b"), ("ba", "ab"), ("aab", "b-"), ("Straße", "Strbsse"), ("xyz", "xyz"), ("", "")] {
            assert_eq!(pieces.replace(from.into()), to, "{from}");
        }
    }
}
