//! What a custom column makes of a text, where its type is known: only the database tells it. Pure.
//!
//! VICIdial writes custom values without looking at the type, and its database cuts, blanks or respells what does not fit, without a word. So
//! a value is brought into the column's form before it is sent, and what will be shown is known. Over HTTP a column is of unknown type, and
//! takes any text; the first writes that are read back tell.

use std::collections::BTreeMap;

use chrono::{Datelike, NaiveDate};

use super::stored::Forms;
use crate::model::FieldName;

/// The type of a custom column, as far as it matters for texts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Column {
    /// Text of at most so many characters: fields of one line, of several choices, and hidden ones.
    Text(usize),
    /// One of these words, or blank: drop-down lists and radio buttons.
    Words(Vec<String>),
    /// A date.
    Date,
    /// Something else: text is sent as it is.
    Other,
}

impl Column {
    /// Reads a type as the database writes it: `varchar(50)`, `enum('gold','silver')`, `date`.
    #[must_use]
    pub fn read(definition: &str) -> Self {
        let (word, rest) = definition.split_once('(').unwrap_or((definition, ""));
        let inside = rest.rsplit_once(')').map_or(rest, |(inside, _)| inside);
        match word.trim().to_ascii_lowercase().as_str() {
            "varchar" | "char" => inside.parse().map_or(Self::Other, Self::Text),
            "tinytext" => Self::Text(255),
            "enum" => Self::Words(words(inside)),
            "date" => Self::Date,
            _ => Self::Other,
        }
    }

    /// What two lists have in common that have a field of the same label: the narrower text, or nothing that is known.
    fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::Text(one), Self::Text(two)) => Self::Text(one.min(two)),
            (one, two) if one == two => one,
            (Self::Text(_) | Self::Words(_) | Self::Date | Self::Other, Self::Text(_) | Self::Words(_) | Self::Date | Self::Other) => {
                Self::Other
            }
        }
    }

    /// The form of a text that the column takes as it is.
    fn fit(&self, forms: Forms, text: &str) -> String {
        match self {
            Self::Text(width) => {
                let mut cut = forms.cut_to(*width, text);
                if cut == "--BLANK--" {
                    // This word would clear the field; only a text that began with it comes to be cut to it.
                    cut.pop();
                }
                cut
            }
            // The database takes a word in whatever case, and stores its own spelling; any other becomes blank.
            Self::Words(words) => words.iter().find(|word| word.to_lowercase() == text.to_lowercase()).cloned().unwrap_or_default(),
            Self::Date => {
                let date = NaiveDate::parse_from_str(text, "%Y-%m-%d").ok().filter(|date| (1000..=9999).contains(&date.year()));
                date.map(|date| date.format("%Y-%m-%d").to_string()).unwrap_or_default()
            }
            Self::Other => text.to_owned(),
        }
    }
}

/// The words of an enumeration: quoted, with commas between; a quote inside is written twice.
fn words(inside: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut rest = inside.trim();
    while let Some(start) = rest.strip_prefix('\'') {
        let mut word = String::new();
        let mut letters = start.char_indices().peekable();
        let mut end = start.len();
        while let Some((at, letter)) = letters.next() {
            if letter == '\'' && letters.next_if(|(_, next)| *next == '\'').is_none() {
                end = at + 1;
                break;
            }
            word.push(letter);
        }
        words.push(word);
        rest = start.get(end..).unwrap_or_default().trim_start_matches([',', ' ']);
    }
    words
}

/// The known custom columns, by label. Lists with a field of the same label share it: a value is sent before it is known which list's table
/// takes it.
#[derive(Debug, Clone, Default)]
pub struct Columns(BTreeMap<String, Column>);

impl Columns {
    /// Gathers labels and types of all lists.
    pub fn gather<'a>(found: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let mut columns: BTreeMap<String, Column> = BTreeMap::new();
        for (label, definition) in found {
            let column = Column::read(definition);
            let column = match columns.remove(label) {
                Some(other) => other.and(column),
                None => column,
            };
            columns.insert(label.to_owned(), column);
        }
        Self(columns)
    }

    /// A value of a field, in the form that its column takes. Standard fields and unknown labels come out as they are.
    #[must_use]
    pub fn fit(&self, forms: Forms, field: &FieldName, text: &str) -> String {
        let FieldName::Custom(label) = field else { return text.to_owned() };
        match self.0.get(label) {
            Some(column) => column.fit(forms, &forms.wire(field, text)),
            None => text.to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vicidial::NonLatin;

    #[track_caller]
    fn check(definition: &str, text: &str, fitted: &str) {
        let columns = Columns::gather([("plan", definition)]);
        let field = FieldName::Custom("plan".to_owned());
        let forms = Forms { non_latin: NonLatin::On };
        let once = columns.fit(forms, &field, text);
        assert_eq!(once, fitted, "{text:?} in {definition}");
        assert_eq!(columns.fit(forms, &field, &once), once, "twice");
        assert_eq!(forms.wire(&field, &once), once, "and it is sent so");
    }

    #[test]
    fn texts_in_columns() {
        check("varchar(5)", "gold; plan", "gold");
        check("varchar(5)", "Żółćęą", "Żółćę");
        check("varchar(9)", "--BLANK--x", "--BLANK-");
        check("enum('Gold','O''Brien','')", "gold", "Gold");
        check("enum('Gold','O''Brien')", "O'Brien", "O'Brien");
        check("enum('Gold','Silver')", "bronze", "");
        check("date", "2027-03-04", "2027-03-04");
        check("date", "4.3.2027", "");
        check("date", "2027-02-30", "");
        check("text", "as it is", "as it is");
        check("int(5)", "12 pieces", "12 pieces");
        check("varchar", "no width", "no width");
        check("enum('a", "a", "a");
    }

    #[test]
    fn a_server_of_bytes_cuts_bytes() {
        let columns = Columns::gather([("plan", "varchar(5)")]);
        assert_eq!(columns.fit(Forms { non_latin: NonLatin::Off }, &FieldName::Custom("plan".to_owned()), "ééé"), "éé");
    }

    #[test]
    fn lists_that_share_a_label() {
        let fit = |one: &str, two: &str, text: &str| {
            Columns::gather([("plan", one), ("plan", two)]).fit(Forms::default(), &FieldName::Custom("plan".to_owned()), text)
        };
        assert_eq!(fit("varchar(5)", "varchar(3)", "golden"), "gol");
        assert_eq!(fit("varchar(5)", "date", "golden"), "golden");
        assert_eq!(fit("date", "date", "golden"), "");
    }
}
