//! Types of custom columns by SQL, for all lists at once.

use super::super::custom::Columns;
use super::connect::Database;
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
}
