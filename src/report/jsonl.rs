//! A table as JSON lines: one object a row, numbers as numbers, the window's two ends in each.

use serde_json::{Map, Value as Json};

use crate::model::{Cell, Table, Window};

/// One line a row; an empty table is an empty text.
#[must_use]
pub fn jsonl(window: &Window, table: &Table) -> String {
    objects(window, table).into_iter().map(|object| format!("{object}\n")).collect()
}

/// The rows as objects, for those who put them into a larger one.
#[must_use]
pub fn objects(window: &Window, table: &Table) -> Vec<Json> {
    let moment = |time: chrono::NaiveDateTime| Json::from(time.format("%Y-%m-%dT%H:%M:%S").to_string());
    let object = |row: &Vec<Cell>| {
        let mut object = Map::new();
        object.insert("from".to_owned(), moment(window.from));
        object.insert("until".to_owned(), moment(window.until));
        object.extend(table.columns.iter().zip(row).map(|(column, cell)| ((*column).to_owned(), value(cell))));
        Json::Object(object)
    };
    table.rows.iter().map(object).collect()
}

fn value(cell: &Cell) -> Json {
    match cell {
        Cell::Text(text) => text.as_str().into(),
        Cell::Count(number) | Cell::Seconds(number) => (*number).into(),
        Cell::Percent(share) => (*share).into(),
    }
}
