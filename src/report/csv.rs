//! A table as CSV (RFC 4180): a header, lines that end with CR LF, quotes where a cell needs them.
//!
//! Numbers are plain digits, durations are seconds. A spreadsheet takes a text that begins like a formula for one and would run it. Names of
//! agents and campaigns are typed by whoever administers VICIdial, who need not be who opens the file: such a text gets an apostrophe in front.
//! JSON lines have it as it is.

use crate::model::{Cell, Table, Window};

/// The table with the window's two ends in front of each row.
#[must_use]
pub fn csv(window: &Window, table: &Table) -> String {
    let mut text = String::from("from,until");
    for column in &table.columns {
        text.push(',');
        text.push_str(column);
    }
    text.push_str("\r\n");
    for row in &table.rows {
        text.push_str(&format!("{},{}", window.from, window.until));
        for cell in row {
            text.push(',');
            text.push_str(&written(cell));
        }
        text.push_str("\r\n");
    }
    text
}

fn written(cell: &Cell) -> String {
    match cell {
        Cell::Text(text) => quoted(text),
        Cell::Count(number) | Cell::Seconds(number) => number.to_string(),
        Cell::Percent(share) => share.to_string(),
    }
}

fn quoted(text: &str) -> String {
    let is_formula = text.starts_with(['=', '+', '-', '@', '\t', '\r']);
    let text = if is_formula { format!("'{text}") } else { text.to_owned() };
    let is_plain = !text.contains([',', '"', '\r', '\n']) && text.trim() == text;
    if is_plain { text } else { format!("\"{}\"", text.replace('"', "\"\"")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_quoted_where_they_must_be() {
        for (text, expected) in [
            ("Ann Agent", "Ann Agent"),
            ("Agent, Ann", "\"Agent, Ann\""),
            ("Ann \"A\" Agent", "\"Ann \"\"A\"\" Agent\""),
            ("two\nlines", "\"two\nlines\""),
            (" Ann", "\" Ann\""),
            ("", ""),
            ("=1+1", "'=1+1"),
            ("-2,5", "\"'-2,5\""),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("Łucja", "Łucja"),
        ] {
            assert_eq!(quoted(text), expected);
        }
    }
}
