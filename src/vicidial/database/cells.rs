//! What the database shows, as texts: the very bytes that VICIdial's own pages get, decoded as their answers are. And texts as SQL.

use std::fmt::Write;
use std::sync::Arc;

use mysql_async::{Row, Value};

use super::super::line::decode;

/// One row. NULL and an empty text are told apart here only.
#[derive(Debug, Clone)]
pub(super) struct Cells {
    names: Arc<[String]>,
    cells: Vec<Option<String>>,
}

impl Cells {
    /// Takes over the rows of one answer.
    pub(super) fn all(rows: Vec<Row>) -> Vec<Self> {
        let Some(first) = rows.first() else { return Vec::new() };
        let names: Arc<[String]> = first.columns_ref().iter().map(|column| column.name_str().into_owned()).collect();
        rows.into_iter().map(|row| Self { names: Arc::clone(&names), cells: row.unwrap().into_iter().map(text).collect() }).collect()
    }

    /// A cell by its place; NULL is empty, as PHP prints it.
    pub(super) fn at(&self, place: usize) -> &str {
        self.cells.get(place).and_then(Option::as_deref).unwrap_or_default()
    }

    /// A cell by its column's name; empty too where this release of VICIdial has no such column.
    pub(super) fn named(&self, name: &str) -> &str {
        self.names.iter().position(|other| other.eq_ignore_ascii_case(name)).map_or("", |place| self.at(place))
    }

    /// A number; 0 where there is none.
    pub(super) fn number(&self, place: usize) -> u64 {
        self.at(place).parse().unwrap_or(0)
    }

    /// All cells, NULL as empty.
    pub(super) fn texts(self) -> Vec<String> {
        self.cells.into_iter().map(Option::unwrap_or_default).collect()
    }
}

/// Plain statements are answered in texts; the other kinds of value belong to prepared ones, which the lane does not use.
fn text(value: Value) -> Option<String> {
    match value {
        Value::NULL => None,
        Value::Bytes(bytes) => Some(decode(&bytes).into_owned()),
        Value::Int(number) => Some(number.to_string()),
        Value::UInt(number) => Some(number.to_string()),
        Value::Float(number) => Some(number.to_string()),
        Value::Double(number) => Some(number.to_string()),
        Value::Date(..) | Value::Time(..) => Some(value.as_sql(true).trim_matches('\'').to_owned()),
    }
}

/// A text as a literal of SQL. Written in hexadecimal digits nothing in it can end the literal, whatever the server's modes are.
pub(super) fn literal(text: &str) -> String {
    if text.is_empty() {
        return "''".to_owned();
    }
    let mut literal = String::with_capacity(11 + 2 * text.len());
    literal.push_str("_utf8mb4 0x");
    for byte in text.bytes() {
        write!(literal, "{byte:02x}").expect("a String takes all that is written");
    }
    literal
}

/// Several of them, for `IN (…)`.
pub(super) fn literals<'a>(texts: impl IntoIterator<Item = &'a str>) -> String {
    texts.into_iter().map(literal).collect::<Vec<_>>().join(",")
}

/// A column's or table's name, quoted.
pub(super) fn name(name: &str) -> String {
    format!("`{}`", name.replace('`', "``"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_text_ends_its_literal() {
        assert_eq!(literal("O'B"), "_utf8mb4 0x4f2742");
        assert_eq!(literal(""), "''");
        assert_eq!(literals(["a", "b"]), "_utf8mb4 0x61,_utf8mb4 0x62");
        assert_eq!(name("a`b"), "`a``b`");
    }
}
