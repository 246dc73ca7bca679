//! What `check --live` asks of the database: does the login work, can it only read, can it read all that is needed.

use chrono::{Offset, TimeDelta, TimeZone};

use super::super::probe::Finding;
use super::super::stored::NonLatin;
use super::cells::literals;
use super::connect::{Database, Facts};
use super::refused::TABLE_MISSING;
use crate::model::ListId;
use crate::ports::{Fault, Reach};

/// Tables that the lane reads. Archives and custom tables come and go.
const TABLES: [&str; 11] = [
    "vicidial_list",
    "vicidial_lists",
    "vicidial_lists_fields",
    "vicidial_log",
    "vicidial_closer_log",
    "vicidial_hopper",
    "vicidial_dnc",
    "vicidial_campaign_dnc",
    "vicidial_statuses",
    "vicidial_campaign_statuses",
    "vicidial_campaigns",
];

/// Rights that only look.
const HARMLESS: [&str; 6] = ["USAGE", "SELECT", "SHOW VIEW", "SHOW DATABASES", "PROCESS", "REPLICATION CLIENT"];

impl Database {
    /// Looks at the login, its rights, the tables and the settings. Writes nothing.
    pub async fn probe(&self, lists: &[ListId], custom: &[String]) -> Vec<Finding> {
        let facts = match self.facts().await {
            Ok(facts) => facts,
            Err(fault) => return vec![Finding::of(fault)],
        };
        let how = if facts.is_encrypted { "encrypted" } else { "not encrypted, on this machine" };
        let mut findings = vec![Finding::good(format!("VICIdial's database answers ({}, {how})", facts.release))];
        for look in [self.rights().await, self.zone().await] {
            findings.push(look.unwrap_or_else(Finding::of));
        }
        findings.extend(self.tables().await);
        findings.push(self.charsets(&facts));
        if !custom.is_empty() {
            findings.extend(self.hidden(lists, custom).await.unwrap_or_else(|fault| vec![Finding::of(fault)]));
        }
        findings
    }

    /// Whether the account could write. It is asked for what it is granted, nothing is tried.
    async fn rights(&self) -> Result<Finding, Fault> {
        let rows = self.rows("SHOW GRANTS").await?;
        let mut more: Vec<String> = rows.iter().flat_map(|row| grants(row.at(0))).filter(|right| !is_harmless(right)).collect();
        more.sort();
        more.dedup();
        Ok(if more.is_empty() {
            Finding::good("the database account can only read")
        } else {
            Finding::bad(
                format!("the database account `{}` can do more than read: {}", self.settings.user, more.join(", ")),
                format!("vicisync never writes there; make an account with SELECT on {}.* alone", self.settings.database),
            )
        })
    }

    async fn zone(&self) -> Result<Finding, Fault> {
        let time = self.time().await?;
        let zone = self.settings.zone;
        let ours = i64::from(zone.offset_from_utc_datetime(&time.utc.naive_utc()).fix().local_minus_utc());
        let theirs = time.local - time.utc.naive_utc();
        Ok(if TimeDelta::seconds(ours) == theirs {
            Finding::good(format!("the database's clock is that of {zone}"))
        } else {
            Finding::bad(
                format!("the database's clock is {} minutes from UTC, but {zone} is {} minutes now", theirs.num_minutes(), ours / 60),
                "set `zone` of the VICIdial connection to the zone of the server, and the same zone in MariaDB and PHP",
            )
        })
    }

    async fn tables(&self) -> Vec<Finding> {
        let mut findings = Vec::new();
        for table in TABLES {
            match self.rows(&format!("SELECT 1 FROM {table} LIMIT 1")).await {
                Ok(_) => {}
                Err(fault) if matches!(fault.reach, Reach::Login | Reach::Connection) => {
                    findings.push(Finding::of(fault));
                    return findings;
                }
                Err(fault) if fault.code == TABLE_MISSING => findings.push(Finding::bad(
                    format!("the database `{}` has no table {table}", self.settings.database),
                    "correct `database`; it is called asterisk on most servers",
                )),
                Err(fault) => findings.push(Finding::of(fault)),
            }
        }
        if findings.is_empty() {
            findings.push(Finding::good("the database account reads all tables that are needed"));
        }
        findings
    }

    fn charsets(&self, facts: &Facts) -> Finding {
        let is_on = facts.is_non_latin;
        let word = if is_on { "on" } else { "off" };
        match (self.settings.non_latin, is_on) {
            (NonLatin::On, true) | (NonLatin::Off, false) => Finding::good(format!("`use_non_latin` is {word}, as the config says")),
            (NonLatin::Unknown, true) => Finding::good("`use_non_latin` is on"),
            // Off and not said: what is written would be predicted wrongly.
            (NonLatin::Unknown | NonLatin::On, false) | (NonLatin::Off, true) => Finding::bad(
                format!("`use_non_latin` is {word} on this server, and the config says something else or nothing"),
                format!("write use_non_latin = \"{word}\" in the VICIdial connection"),
            ),
        }
    }

    /// Custom fields that VICIdial keeps encrypted or hides: the pages decrypt them, the table does not.
    async fn hidden(&self, lists: &[ListId], custom: &[String]) -> Result<Vec<Finding>, Fault> {
        if lists.is_empty() {
            return Ok(Vec::new());
        }
        let lists: Vec<String> = lists.iter().map(ListId::to_string).collect();
        let labels = literals(custom.iter().map(String::as_str));
        let statement = format!(
            "SELECT DISTINCT field_label FROM vicidial_lists_fields \
             WHERE field_encrypt = 'Y' AND list_id IN ({}) AND field_label IN ({labels})",
            lists.join(",")
        );
        // Releases before encryption lack the column.
        let rows = self.rows_if_table(&statement).await?.unwrap_or_default();
        let found = rows.iter().map(|row| {
            Finding::bad(
                format!("the custom field {} is kept encrypted; read from the database it is of no use", row.at(0)),
                "take it out of the mapping, or read without the `database` table",
            )
        });
        Ok(found.collect())
    }
}

/// The rights of a line like ``GRANT SELECT, SHOW VIEW ON `asterisk`.* TO `reader`@`%` ``.
fn grants(line: &str) -> Vec<String> {
    let Some(rest) = line.strip_prefix("GRANT ") else { return Vec::new() };
    let until = rest.find(" ON ").unwrap_or(rest.len());
    let mut rights: Vec<String> = rest[..until].split(", ").map(|right| right.trim().to_owned()).collect();
    if line.contains("WITH GRANT OPTION") {
        rights.push("GRANT OPTION".to_owned());
    }
    rights
}

/// Whether a right only looks; one on columns is written `SELECT (a, b)`.
fn is_harmless(right: &str) -> bool {
    let is_column = !right.chars().next().is_some_and(|letter| letter.is_ascii_uppercase());
    let word = right.split(" (").next().unwrap_or(right);
    is_column || HARMLESS.contains(&word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(line: &str, more: &[&str]) {
        let found: Vec<String> = grants(line).into_iter().filter(|right| !is_harmless(right)).collect();
        assert_eq!(found, more);
    }

    #[test]
    fn rights_beyond_reading_are_seen() {
        check("GRANT USAGE ON *.* TO `reader`@`%` IDENTIFIED BY PASSWORD '*0'", &[]);
        check("GRANT SELECT, SHOW VIEW ON `asterisk`.* TO `reader`@`%`", &[]);
        check("GRANT SELECT (lead_id, status) ON `asterisk`.`vicidial_list` TO `reader`@`%`", &[]);
        check("GRANT SELECT, INSERT, UPDATE ON `asterisk`.* TO `cron`@`%`", &["INSERT", "UPDATE"]);
        check("GRANT ALL PRIVILEGES ON *.* TO `root`@`localhost` WITH GRANT OPTION", &["ALL PRIVILEGES", "GRANT OPTION"]);
    }
}
