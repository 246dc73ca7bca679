//! What a read function printed, as a table: columns by name, rows as cells.
//!
//! Decides how an answer is cut into cells, by its function and by the format that was asked for (`stage`, `header`). Nothing in
//! an answer is escaped, so a separator inside a value shifts what follows. Such a row is named in `Table::odd`, not guessed. What
//! the cells mean is not known here; the orders of columns stand in `columns`.

use super::call::{Ask, Page};
use super::columns::{LEAD, known, names};
use super::facts::local_time;
use super::line::{Line, decode};
use super::listing::{self, split_crlf};
use super::status_search;

/// Rows with named columns.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Table {
    /// The columns, as VICIdial names them. Those of custom fields without a header are `custom1`, `custom2` and so on.
    pub columns: Vec<String>,
    /// The rows, each with a cell for every column.
    pub rows: Vec<Vec<String>>,
    /// Rows that cannot be read, as short remarks without data.
    pub odd: Vec<String>,
}

impl Table {
    /// A cell by the name of its column; empty where there is no such column.
    #[must_use]
    pub fn cell<'a>(&self, row: &'a [String], column: &str) -> &'a str {
        self.columns.iter().position(|name| name == column).and_then(|at| row.get(at)).map_or("", String::as_str)
    }

    fn of(columns: Vec<String>) -> Self {
        Self { columns, ..Self::default() }
    }

    fn take(&mut self, cells: Vec<String>) {
        if cells.len() == self.columns.len() {
            self.rows.push(cells);
        } else {
            self.odd(format!("{} cells instead of {}", cells.len(), self.columns.len()));
        }
    }

    fn odd(&mut self, why: String) {
        let number = self.rows.len() + self.odd.len() + 1;
        self.odd.push(format!("row {number}: {why}"));
    }
}

/// Reads the body of an answer whose outcome is `Data`. An answer that has no columns of its own is one cell of the column `text`.
#[must_use]
pub fn read(ask: &Ask, body: &[u8]) -> Table {
    let text = decode(body);
    match (ask.page, ask.function()) {
        (Page::ListDownload, _) => download(body),
        (Page::CallReport | Page::LeadReport, _) => report(ask, body),
        (Page::CallbacksExport, _) => csv(&text),
        (Page::Api, "version") => pairs(&text),
        (Page::Api, "lead_field_info") => one(ask.get("field_name"), &text),
        (Page::Api, "lead_status_search") => records(&text),
        (Page::Api, "lead_all_info") => leads(ask, &text),
        (Page::Api, "call_dispo_report") => plain(&text, ',', None),
        (Page::Api, "check_phone_number") => offsets(ask, &text),
        (Page::Api, "update_lead") => found(ask, &text),
        (Page::Api, _) => match known(ask) {
            Some(columns) => lines(ask, &text, columns),
            None => one("text", &text),
        },
    }
}

fn one(column: &str, text: &str) -> Table {
    Table { columns: vec![column.to_owned()], rows: vec![vec![text.to_owned()]], odd: Vec::new() }
}

fn separator(ask: &Ask) -> char {
    match ask.get("stage") {
        "csv" => ',',
        "tab" => '\t',
        _ => '|',
    }
}

fn cells(line: &str, separator: char) -> Vec<String> {
    line.split(separator).map(str::to_owned).collect()
}

/// Lines of the API. The header is the line that begins like the first two columns, or the one that lost its separators.
fn lines(ask: &Ask, text: &str, columns: Vec<String>) -> Table {
    let separator = separator(ask);
    let start: String = columns.iter().take(2).cloned().collect::<Vec<_>>().join(&separator.to_string());
    let run_together: String = columns.concat();
    // Some rows end with a separator, whatever the header does.
    let has_tail = matches!(ask.function(), "list_info" | "call_status_stats");
    // The remark of a callback comes last and may hold anything.
    let has_remark = ask.function() == "lead_callback_info";
    let mut table = Table::of(columns);
    // A phone without calls is a line of its own among the rows.
    for line in text.lines().filter(|line| (!line.is_empty() || has_remark) && !line.starts_with("NOTICE: ")) {
        if line == run_together || (ask.get("header") == "YES" && line.starts_with(&start)) {
            continue;
        }
        let width = table.columns.len();
        let mut cells = if has_remark { line.splitn(width, separator).map(str::to_owned).collect() } else { cells(line, separator) };
        if has_tail && cells.len() == width + 1 && cells.last().is_some_and(String::is_empty) {
            cells.pop();
        }
        let is_more = has_remark && !cells.get(1).is_some_and(|place| matches!(place.as_str(), "CURRENT" | "ARCHIVE"));
        if let (true, Some(remark)) = (is_more, table.rows.last_mut().and_then(|row| row.last_mut())) {
            remark.push('\n');
            remark.push_str(line);
            continue;
        }
        table.take(cells);
    }
    table
}

/// A table whose first line is its header.
fn plain(text: &str, separator: char, columns: Option<Vec<String>>) -> Table {
    let mut lines = text.lines().filter(|line| !line.is_empty());
    let columns = columns.unwrap_or_else(|| lines.next().map(|line| cells(line, separator)).unwrap_or_default());
    let mut table = Table::of(columns);
    lines.for_each(|line| table.take(cells(line, separator)));
    table
}

/// `NAME: value|NAME: value|`: one row.
fn pairs(text: &str) -> Table {
    let pairs = text.trim_end().split('|').filter_map(|pair| pair.split_once(": "));
    let (columns, row) = pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).unzip();
    Table { columns, rows: vec![row], odd: Vec::new() }
}

/// `AREACODE: 1|-5#POSTAL: 1|-5#PHONE: number|code|…|`: a row for each way to find the offset, with what was asked about.
fn offsets(ask: &Ask, text: &str) -> Table {
    let mut table = Table::of(known(ask).unwrap_or_default());
    let parts: Vec<(&str, &str)> = text.trim_end().split('#').filter_map(|part| part.split_once(": ")).collect();
    let phone = parts.iter().find(|(name, _)| *name == "PHONE").map_or("", |(_, phone)| phone.strip_suffix('|').unwrap_or(phone));
    for (name, offset) in parts.iter().filter(|(name, _)| *name != "PHONE") {
        let row = std::iter::once(*name).chain(offset.split('|')).chain(phone.split('|'));
        table.take(row.map(str::to_owned).collect());
    }
    table
}

/// What `no_update=Y` says of leads: its lines are notices.
fn found(ask: &Ask, text: &str) -> Table {
    let mut table = Table::of(known(ask).unwrap_or_default());
    text.lines().filter_map(Line::read).for_each(|line| table.take(line.data));
    table
}

/// Blocks of `name => value`. A lead of a list without a custom field that another's has shows a blank.
fn records(text: &str) -> Table {
    let (records, odd) = status_search::records(text);
    let mut table = Table { odd, ..Table::default() };
    for (name, _) in records.iter().flatten() {
        if !table.columns.contains(name) {
            table.columns.push(name.clone());
        }
    }
    for record in &records {
        let value = |column: &String| record.iter().find(|(name, _)| name == column).map(|(_, value)| value.clone());
        table.rows.push(table.columns.iter().map(|column| value(column).unwrap_or_default()).collect());
    }
    table
}

/// `lead_all_info`: one lead by its id, or the leads of a phone, each behind a header of its own.
fn leads(ask: &Ask, text: &str) -> Table {
    let standard = names(&[LEAD]);
    let text = text.strip_suffix('\n').unwrap_or(text);
    if ask.get("stage") == "newline" {
        return by_lines(ask, text, standard);
    }
    let separator = separator(ask);
    let is_header = |line: &&str| ask.get("header") == "YES" && line.starts_with(&standard[..4].join(&separator.to_string()));
    let header = text.lines().find(is_header);
    // One lead may hold line breaks; those of many cannot be told from the ends of rows.
    let rows: Vec<String> = if ask.get("lead_id").is_empty() {
        text.lines().filter(|line| !is_header(line)).map(str::to_owned).collect()
    } else {
        vec![header.and_then(|header| text.strip_prefix(header)).map_or(text, |rest| rest.trim_start_matches('\n')).to_owned()]
    };
    let rows: Vec<Vec<String>> = rows.iter().map(|row| cells(row, separator)).collect();
    let custom = ask.get("custom_fields") == "Y";
    let columns = match header {
        Some(header) => cells(header, separator),
        None => {
            let widest = if custom { rows.iter().map(Vec::len).max().unwrap_or(0) } else { 0 };
            let more = (1..=widest.saturating_sub(standard.len())).map(|number| format!("custom{number}"));
            standard.iter().cloned().chain(more).collect()
        }
    };
    let mut table = Table::of(columns);
    rows.into_iter().for_each(|row| table.take(row));
    table
}

/// A cell a line: one lead, its header before it.
fn by_lines(ask: &Ask, text: &str, standard: Vec<String>) -> Table {
    let all: Vec<String> = text.split('\n').map(str::to_owned).collect();
    let (columns, row) = if ask.get("header") == "YES" && all.len().is_multiple_of(2) {
        let (columns, row) = all.split_at(all.len() / 2);
        (columns.to_vec(), row.to_vec())
    } else {
        (standard, all)
    };
    let mut table = Table::of(columns);
    table.take(row);
    table
}

/// A list, or numbers. Rows of leads without custom data end early, and the page heads spare columns that stay blank.
fn download(body: &[u8]) -> Table {
    let mut rows = split_crlf(body.strip_suffix(b"\r\n").unwrap_or(body)).map(|row| cells(&decode(row), '\t'));
    let mut columns = rows.next().unwrap_or_default();
    let base = columns.iter().position(|name| name == "entry_list_id").map_or(columns.len(), |at| at + 1);
    let extra: Vec<&str> = columns[base..].iter().map(String::as_str).collect();
    let spare = listing::spare_columns(&extra);
    let own = columns.len() - spare;
    let with_custom = base + if spare > 0 { spare } else { own - base };
    columns.truncate(own);
    let mut table = Table::of(columns);
    for mut row in rows {
        let is_fit = (row.len() == base || row.len() == with_custom) && row.iter().skip(own).all(String::is_empty);
        if is_fit {
            row.resize(own, String::new());
        }
        table.take(row);
    }
    table
}

/// A report of calls or of leads. Its header has one cell for all custom fields; a row has as many as its list has, or none.
fn report(ask: &Ask, body: &[u8]) -> Table {
    let mut rows = split_crlf(body.strip_suffix(b"\r\n").unwrap_or(body)).map(|row| cells(&decode(row), '\t')).peekable();
    let has_header = rows.peek().and_then(|row| row.first()).is_some_and(|cell| cell == "call_date");
    let mut columns = if has_header { rows.next() } else { known(ask) }.unwrap_or_default();
    let has_custom = columns.last().is_some_and(|name| name == "custom_fields") || (!has_header && ask.get("custom_fields") == "YES");
    columns.pop_if(|name| name == "custom_fields");
    let (rows, base) = (rows.collect::<Vec<_>>(), columns.len());
    if has_custom {
        let widest = rows.iter().map(Vec::len).max().unwrap_or(0);
        columns.extend((1..=widest.saturating_sub(base)).map(|number| format!("custom{number}")));
    }
    let mut table = Table::of(columns);
    for mut row in rows {
        let begins =
            row.first().is_some_and(|cell| local_time(cell).is_some()) || table.columns.first().is_some_and(|name| name != "call_date");
        if has_custom && begins && row.len() >= base {
            row.resize(table.columns.len(), String::new());
        }
        if begins {
            table.take(row);
        } else {
            table.odd("it does not begin with the time of a call".to_owned());
        }
    }
    table
}

/// The callbacks: quoted, and not escaped. The notes come last and may hold anything.
fn csv(text: &str) -> Table {
    let (columns, rows, odd) = super::callbacks::cells(text);
    Table { columns, rows, odd }
}
