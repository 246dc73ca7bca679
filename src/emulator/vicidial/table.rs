//! A table: rows in the order in which they lie on disk, since many answers come without an order of their own.
//!
//! Decides defaults, the automatic key, whether an update changes anything, and where a new row lies: a MyISAM table
//! fills the place of the row that was deleted last. Knows no table by name.

use std::collections::HashMap;

use super::column::{Column, Kind};
use super::text;

/// The present moment, as clock time and as seconds since 1970.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Now {
    /// Local time, `YYYY-MM-DD HH:MM:SS`.
    pub local: String,
    /// Seconds since 1970.
    pub epoch: i64,
}

/// One row.
#[derive(Clone, Debug)]
pub(super) struct Row {
    /// Cells by column; `None` is NULL.
    pub(super) cells: Vec<Option<String>>,
    /// When the row last changed, in seconds since 1970: at the end of daylight saving local time does not tell.
    pub(super) touched: i64,
}

/// A table of the database.
#[derive(Clone, Debug)]
pub(super) struct Table {
    columns: Vec<Column>,
    places: HashMap<String, usize>,
    slots: Vec<Option<Row>>,
    holes: Vec<usize>,
    next: i64,
    /// Slots by the value of the first column, where that is a key.
    keys: Option<HashMap<String, usize>>,
}

impl Table {
    /// An empty table. A first column that counts itself or is named `lead_id` or `list_id` is a unique key.
    pub(super) fn new(columns: Vec<Column>, has_key: bool) -> Self {
        let places = columns.iter().enumerate();
        let places = places.map(|(place, column)| (column.name.clone(), place)).collect();
        Table { columns, places, slots: Vec::new(), holes: Vec::new(), next: 1, keys: has_key.then(HashMap::new) }
    }

    /// An empty table with the same columns; its key is not counted up.
    pub(super) fn like(&self) -> Self {
        let mut columns = self.columns.clone();
        for column in &mut columns {
            column.is_automatic = false;
        }
        Table::new(columns, self.keys.is_some())
    }

    /// The columns in order.
    pub(super) fn columns(&self) -> &[Column] {
        &self.columns
    }

    /// Adds a column; rows that are there hold NULL in it.
    pub(super) fn add_column(&mut self, column: Column) {
        if self.places.contains_key(&column.name) {
            return;
        }
        self.places.insert(column.name.clone(), self.columns.len());
        self.columns.push(column);
        for row in self.slots.iter_mut().flatten() {
            row.cells.push(None);
        }
    }

    /// Takes a column out.
    pub(super) fn drop_column(&mut self, name: &str) {
        let Some(place) = self.place(name) else {
            return;
        };
        self.columns.remove(place);
        self.places = self.columns.iter().enumerate().map(|(place, column)| (column.name.clone(), place)).collect();
        for row in self.slots.iter_mut().flatten() {
            row.cells.remove(place);
        }
    }

    /// Where a column stands, if there is one of that name.
    pub(super) fn place(&self, name: &str) -> Option<usize> {
        self.places.get(name).copied()
    }

    /// The slots that hold rows, in the order on disk.
    pub(super) fn slots(&self) -> impl DoubleEndedIterator<Item = usize> + '_ {
        let taken = self.slots.iter().enumerate();
        taken.filter(|(_, row)| row.is_some()).map(|(slot, _)| slot)
    }

    /// The slots of rows that pass a test, in the order on disk.
    pub(super) fn select(&self, test: impl Fn(usize) -> bool) -> Vec<usize> {
        self.slots().filter(|slot| test(*slot)).collect()
    }

    /// How far the automatic key has counted.
    pub(super) fn counted(&self) -> u64 {
        u64::try_from(self.next - 1).unwrap_or(0)
    }

    /// Whether the values fit their columns as they are, so that a strict database takes them. An empty text is no number,
    /// no date and no word.
    pub(super) fn takes(&self, values: &[(&str, &str)]) -> bool {
        values.iter().all(|(name, value)| {
            let kind = self.place(name).map(|place| &self.columns[place].kind);
            kind.is_none_or(|kind| kind.takes(value))
        })
    }

    /// How many rows there are.
    pub(super) fn len(&self) -> usize {
        self.slots().count()
    }

    /// The row in a slot.
    pub(super) fn row(&self, slot: usize) -> Option<&Row> {
        self.slots.get(slot)?.as_ref()
    }

    /// A cell, or `None` for NULL, a missing row or a missing column.
    pub(super) fn cell(&self, slot: usize, name: &str) -> Option<&str> {
        let place = self.place(name)?;
        self.row(slot)?.cells[place].as_deref()
    }

    /// A cell as text; NULL is empty.
    pub(super) fn get(&self, slot: usize, name: &str) -> &str {
        self.cell(slot, name).unwrap_or_default()
    }

    /// A cell as a number; anything else is 0.
    pub(super) fn number(&self, slot: usize, name: &str) -> i64 {
        self.get(slot, name).parse().unwrap_or(0)
    }

    /// Whether a cell equals a text as the database compares.
    pub(super) fn is(&self, slot: usize, name: &str, value: &str) -> bool {
        self.cell(slot, name).is_some_and(|cell| text::same(cell, value))
    }

    fn holds(&self, slot: usize, place: usize, value: &str) -> bool {
        let cell = self.row(slot).and_then(|row| row.cells[place].as_deref());
        cell.is_some_and(|cell| text::same(cell, value))
    }

    /// The first row whose column holds the value.
    pub(super) fn find(&self, name: &str, value: &str) -> Option<usize> {
        if let Some(keys) = &self.keys
            && self.place(name) == Some(0)
        {
            // Keys are numbers: 007 and 7 are one.
            return keys.get(&key(value)).copied();
        }
        let place = self.place(name)?;
        self.slots().find(|slot| self.holds(*slot, place, value))
    }

    /// All rows whose column holds the value, in the order on disk.
    pub(super) fn find_all(&self, name: &str, value: &str) -> Vec<usize> {
        match self.place(name) {
            Some(place) => self.select(|slot| self.holds(slot, place, value)),
            None => Vec::new(),
        }
    }

    /// Adds a row. Gives its slot and the value of its first column.
    pub(super) fn insert(&mut self, values: &[(&str, &str)], now: &Now) -> (usize, String) {
        let values: Vec<_> = values.iter().map(|(name, value)| (*name, Some(*value))).collect();
        self.insert_nullable(&values, now)
    }

    /// Adds a row that may hold NULL.
    pub(super) fn insert_nullable(&mut self, values: &[(&str, Option<&str>)], now: &Now) -> (usize, String) {
        let mut cells: Vec<Option<String>> = self.columns.iter().map(|column| fresh(column, now)).collect();
        for (name, value) in values {
            if let Some(place) = self.place(name) {
                let kind = &self.columns[place].kind;
                cells[place] = value.map(|value| kind.store(&text::stored(value)));
            }
        }
        if let Some(first) = self.columns.first()
            && first.is_automatic
        {
            let given = cells[0].as_deref().and_then(|id| id.parse().ok()).unwrap_or(0);
            let id = if given > 0 { given } else { self.next };
            cells[0] = Some(id.to_string());
            self.next = self.next.max(id + 1);
        }
        let row = Row { cells, touched: now.epoch };
        self.place_row(row)
    }

    /// Puts a whole row in, as when it comes from another table of the same columns.
    pub(super) fn place_row(&mut self, row: Row) -> (usize, String) {
        let id = row.cells.first().cloned().flatten().unwrap_or_default();
        let slot = self.holes.pop().unwrap_or(self.slots.len());
        if let Some(keys) = &mut self.keys {
            keys.insert(key(&id), slot);
        }
        if slot == self.slots.len() {
            self.slots.push(Some(row));
        } else {
            self.slots[slot] = Some(row);
        }
        (slot, id)
    }

    /// Changes cells. True if any cell changed; then the row's moment of change moves to now.
    pub(super) fn update(&mut self, slot: usize, values: &[(&str, &str)], now: &Now) -> bool {
        let values: Vec<_> = values.iter().map(|(name, value)| (*name, Some(*value))).collect();
        self.update_nullable(slot, &values, now)
    }

    /// Changes cells, to NULL too.
    pub(super) fn update_nullable(&mut self, slot: usize, values: &[(&str, Option<&str>)], now: &Now) -> bool {
        let mut changes = Vec::new();
        let mut is_touched_given = false;
        for (name, value) in values {
            let Some(place) = self.place(name) else {
                continue;
            };
            let kind = &self.columns[place].kind;
            is_touched_given |= *kind == Kind::Touched;
            changes.push((place, value.map(|value| kind.store(&text::stored(value)))));
        }
        let touched = self.columns.iter().position(|column| column.kind == Kind::Touched);
        let Some(Some(row)) = self.slots.get_mut(slot) else {
            return false;
        };
        let before = row.cells.clone();
        for (place, value) in changes {
            row.cells[place] = value;
        }
        let is_changed = row.cells != before;
        if is_changed {
            row.touched = now.epoch;
            if let Some(place) = touched
                && !is_touched_given
            {
                row.cells[place] = Some(now.local.clone());
            }
        }
        if is_changed && let Some(keys) = &mut self.keys {
            keys.remove(&key(before[0].as_deref().unwrap_or_default()));
            keys.insert(key(row.cells[0].as_deref().unwrap_or_default()), slot);
        }
        is_changed
    }

    /// Takes a row out.
    pub(super) fn delete(&mut self, slot: usize) -> Option<Row> {
        let row = self.slots.get_mut(slot)?.take()?;
        self.holes.push(slot);
        if let Some(keys) = &mut self.keys {
            keys.remove(&key(row.cells[0].as_deref().unwrap_or_default()));
        }
        Some(row)
    }

    /// Takes all rows out.
    pub(super) fn clear(&mut self) {
        self.slots.clear();
        self.holes.clear();
        if let Some(keys) = &mut self.keys {
            keys.clear();
        }
    }
}

fn key(value: &str) -> String {
    match value.trim().parse::<u64>() {
        Ok(number) => number.to_string(),
        Err(_) => value.trim().to_owned(),
    }
}

fn fresh(column: &Column, now: &Now) -> Option<String> {
    if column.kind == Kind::Touched {
        return Some(now.local.clone());
    }
    column.default.clone()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn leads() -> Table {
        let columns = vec![
            Column::parse("lead_id", "int(9) unsigned", None, false, "auto_increment"),
            Column::text("city", 5),
            Column::parse("modify_date", "timestamp", Some("current_timestamp()"), false, ""),
        ];
        Table::new(columns, true)
    }

    fn at(second: i64) -> Now {
        Now { local: format!("2026-11-24 10:00:0{second}"), epoch: second }
    }

    #[test]
    fn an_update_that_changes_nothing_does_not_touch_the_row() {
        let mut table = leads();
        let (slot, id) = table.insert(&[("city", "Tampa Bay")], &at(1));
        assert_eq!((id.as_str(), table.get(slot, "city")), ("1", "Tampa"));
        assert!(!table.update(slot, &[("city", "Tampa")], &at(2)));
        assert_eq!(table.get(slot, "modify_date"), at(1).local);
        assert!(table.update(slot, &[("city", "TAMPA")], &at(3)));
        assert_eq!(table.get(slot, "modify_date"), at(3).local);
    }

    #[test]
    fn a_new_row_lies_where_the_last_deleted_one_lay() {
        let mut table = leads();
        for _ in 0..3 {
            table.insert(&[], &at(1));
        }
        let second = table.find("lead_id", "2");
        assert!(second.is_some_and(|slot| table.delete(slot).is_some()));
        table.insert(&[], &at(1));
        let ids: Vec<_> = table.slots().map(|slot| table.get(slot, "lead_id").to_owned()).collect();
        assert_eq!(ids, ["1", "4", "3"]);
        assert_eq!(table.find("lead_id", "2"), None);
    }
}
