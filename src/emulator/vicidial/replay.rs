//! Direct access to the tables, for tests that play what an administrator or the telephony side did to them.
//!
//! Decides how a step in JSON changes rows: insert, update, delete, move, a new table, the database down or up.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::seed;
use super::world::World;

impl World {
    /// Does a step. The forms are those of the recorded scenarios; an unknown form is an error in words.
    pub fn database(&mut self, step: &Value) -> Result<(), String> {
        let empty = Map::new();
        let row = step["row"].as_object().unwrap_or(&empty);
        let condition = step["where"].as_object().unwrap_or(&empty);
        let now = self.now();
        if let Some(table) = step["insert"].as_str() {
            let from = step["repeat"]["from"].as_i64().unwrap_or(1);
            let count = step["repeat"]["count"].as_i64().unwrap_or(1);
            for number in from..from + count {
                let filled = row.iter().map(|(name, value)| (name.clone(), filled(value, number))).collect();
                seed::insert(self.table_mut(table), &filled, &now);
            }
            return Ok(());
        }
        if let Some(table) = step["update"].as_str() {
            let set = step["set"].as_object().ok_or("an update without set")?;
            let cells: Vec<(&str, Option<String>)> = set.iter().map(|(name, value)| (name.as_str(), seed::cell(value))).collect();
            let cells: Vec<(&str, Option<&str>)> = cells.iter().map(|(name, value)| (*name, value.as_deref())).collect();
            for slot in self.selected(table, condition) {
                self.table_mut(table).update_nullable(slot, &cells, &now);
            }
            return Ok(());
        }
        if let Some(table) = step["delete"].as_str() {
            for slot in self.selected(table, condition) {
                self.table_mut(table).delete(slot);
            }
            return Ok(());
        }
        if let Some(table) = step["create_table"].as_str() {
            let like = step["like"].as_str().ok_or("a new table without a model")?;
            let made = self.table(like).like();
            self.tables.insert(table.to_owned(), made);
            return Ok(());
        }
        if let (Some(from), Some(to)) = (step["move"]["from"].as_str(), step["move"]["to"].as_str()) {
            for slot in self.selected(from, condition) {
                if let Some(row) = self.table_mut(from).delete(slot) {
                    self.table_mut(to).place_row(row);
                }
            }
            return Ok(());
        }
        match step["state"].as_str() {
            Some("down") => self.stop_database(),
            Some("up") => self.start_database(),
            _ => return Err(format!("an unknown step: {step}")),
        }
        Ok(())
    }

    fn selected(&self, table: &str, condition: &Map<String, Value>) -> Vec<usize> {
        let table = self.table(table);
        table.select(|slot| {
            let mut cells = condition.iter().map(|(name, value)| (table.cell(slot, name), seed::cell(value)));
            cells.all(|(cell, wanted)| cell == wanted.as_deref())
        })
    }

    /// The rows of a table, in the order on disk; `None` is NULL. The moment of the last change is there too, as
    /// `modify_date_epoch`. An undefined table has no rows.
    pub fn rows(&self, table: &str) -> Vec<BTreeMap<String, Option<String>>> {
        let Some(table) = self.find_table(table) else {
            return Vec::new();
        };
        let rows = table.slots().filter_map(|slot| {
            let row = table.row(slot)?;
            let names = table.columns().iter().map(|column| column.name.clone());
            let mut cells: BTreeMap<String, Option<String>> = names.zip(row.cells.iter().cloned()).collect();
            cells.insert("modify_date_epoch".to_owned(), Some(row.touched.to_string()));
            Some(cells)
        });
        rows.collect()
    }
}

/// A value with the number of a repeated row in place of `{n}` and `{n:04d}`.
fn filled(value: &Value, number: i64) -> Value {
    match value {
        Value::String(text) => Value::String(text.replace("{n:04d}", &format!("{number:04}")).replace("{n}", &number.to_string())),
        other => other.clone(),
    }
}
