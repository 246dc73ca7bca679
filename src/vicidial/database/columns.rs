//! Types of custom columns by SQL, for all lists at once.

use std::collections::BTreeMap;

use super::super::custom::Columns;
use super::connect::Database;
use crate::model::ListId;
use crate::ports::Fault;

impl Database {
    /// The custom columns of all lists; none where custom fields are switched off.
    ///
    /// # Errors
    /// A [`Fault`] of the connection.
    pub async fn columns(&self) -> Result<Columns, Fault> {
        if !self.facts().await?.has_custom {
            return Ok(Columns::default());
        }
        let rows = self
            .rows(
                "SELECT COLUMN_NAME, COLUMN_TYPE FROM information_schema.COLUMNS \
                 WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME REGEXP '^custom_[0-9]+$' AND COLUMN_NAME <> 'lead_id'",
            )
            .await?;
        Ok(Columns::gather(rows.iter().map(|row| (row.at(0), row.at(1)))))
    }

    /// The types of custom columns by list and label, as the database writes them (`varchar(50)`).
    ///
    /// # Errors
    /// A [`Fault`] of the connection.
    pub async fn custom_types(&self) -> Result<BTreeMap<ListId, BTreeMap<String, String>>, Fault> {
        let mut types: BTreeMap<ListId, BTreeMap<String, String>> = BTreeMap::new();
        if !self.facts().await?.has_custom {
            return Ok(types);
        }
        let rows = self
            .rows(
                "SELECT TABLE_NAME, COLUMN_NAME, COLUMN_TYPE FROM information_schema.COLUMNS \
                 WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME REGEXP '^custom_[0-9]+$' AND COLUMN_NAME <> 'lead_id'",
            )
            .await?;
        for row in &rows {
            if let Some(list) = row.at(0).strip_prefix("custom_").and_then(|list| list.parse().ok()) {
                types.entry(ListId(list)).or_default().insert(row.at(1).to_owned(), row.at(2).to_owned());
            }
        }
        Ok(types)
    }
}
