//! What newly found facts of a server change in the known ones, which of them stop a run, and what leads read or written prove of it.
//!
//! How facts are asked for is not known here, nor where they are kept.

use std::collections::BTreeMap;

use chrono::TimeDelta;

use crate::model::{Fact, FactName, FactSource, FactValue, FieldName, LeadField, LeadRow, ListId, ServerFacts};

/// A conclusion does not replace a server's own word before that is so old.
const WORD_HOLDS: TimeDelta = TimeDelta::days(7);

/// A fact that is another one now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// What it is about.
    pub name: FactName,
    /// What it was.
    pub before: FactValue,
    /// What it is now.
    pub after: FactValue,
}

/// Puts what was found to what is known. Gives the facts as they stand now, and what changed. Facts that were not looked at stay; those of the
/// config are all told each time, so that a key that was taken out is forgotten, if any facts of the config or an answer of a survey are among them.
#[must_use]
pub fn merge(known: &ServerFacts, found: &ServerFacts) -> (ServerFacts, Vec<Change>) {
    let mut merged = known.clone();
    let mut changes = Vec::new();
    if found.surveyed_at().is_some() {
        merged.0.retain(|name, fact| fact.source != FactSource::Config || found.0.contains_key(name));
    }
    for (name, fact) in &found.0 {
        let old = known.0.get(name);
        if old.is_some_and(|old| outweighs(old, fact)) {
            continue;
        }
        let before = match old {
            Some(old) if old.value == fact.value || !name.is_steady() => old.before.clone(),
            Some(old) => {
                changes.push(Change { name: name.clone(), before: old.value.clone(), after: fact.value.clone() });
                Some((old.value.clone(), fact.at))
            }
            None => None,
        };
        merged.0.insert(name.clone(), Fact { before, ..fact.clone() });
    }
    (merged, changes)
}

/// Whether a known fact holds against one that was only concluded.
fn outweighs(known: &Fact, found: &Fact) -> bool {
    let is_own_word = matches!(known.source, FactSource::Asked | FactSource::Database);
    is_own_word && found.source == FactSource::Inferred && found.at - known.at < WORD_HOLDS
}

/// Something about a server that a job must not run with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Danger {
    /// A stable code.
    pub code: &'static str,
    /// What is wrong, in an admin's words.
    pub message: String,
    /// What to do.
    pub help: String,
}

/// What a job may not run with, worst first. Each is something that a survey can ask, so that a mended one is seen at the next run.
#[must_use]
pub fn dangers(facts: &ServerFacts, has_custom: bool) -> Vec<Danger> {
    let mut dangers = Vec::new();
    if facts.switch(&FactName::ZoneAgrees) == Some(false) {
        dangers.push(Danger {
            code: "wrong_zone",
            message: "the server's clock is not that of the configured zone: calls would be taken for hours earlier or later".to_owned(),
            help: "correct `zone` of the VICIdial connection to the zone of its server; where its database is read, give MariaDB and PHP the same zone"
                .to_owned(),
        });
    }
    if has_custom && facts.switch(&FactName::CustomFields) == Some(false) {
        dangers.push(Danger {
            code: "custom_off",
            message: "custom fields are switched off on the server, and the mapping fills some: none of them could be written".to_owned(),
            help: "switch custom fields on (VICIdial, Admin, System Settings, Custom Fields), or take them out of the mapping".to_owned(),
        });
    }
    let is_certain = facts.0.get(&FactName::NonLatin).is_some_and(|fact| fact.source == FactSource::Database);
    dangers.extend(disagreement(facts).filter(|_| is_certain));
    dangers
}

/// The config says one thing of `use_non_latin` and the server another.
#[must_use]
pub fn disagreement(facts: &ServerFacts) -> Option<Danger> {
    let (is_on, said) = (facts.switch(&FactName::NonLatin)?, facts.switch(&FactName::NonLatinSaid)?);
    let word = |is_on: bool| if is_on { "on" } else { "off" };
    (is_on != said).then(|| Danger {
        code: "other_non_latin",
        message: format!(
            "`use_non_latin` is {} on the server, and the config says {}: names with other letters would be written and compared wrongly",
            word(is_on),
            word(said)
        ),
        help: format!("write use_non_latin = \"{}\" in the VICIdial connection, or change the setting on the server", word(is_on)),
    })
}

/// What one full reading of lists shows beside the leads.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Seen {
    /// Rows and bytes of text by list.
    lists: BTreeMap<ListId, (i64, i64)>,
    has_letters: bool,
}

impl Seen {
    /// One row.
    pub fn row(&mut self, list: ListId, row: &LeadRow) {
        let (rows, bytes) = self.lists.entry(list).or_default();
        *rows += 1;
        let size: usize = row.values.values().map(|text| text.len() + 1).sum();
        *bytes = bytes.saturating_add(i64::try_from(size).unwrap_or(i64::MAX));
        let names = [LeadField::FirstName, LeadField::LastName].map(FieldName::Standard);
        self.has_letters |= names.iter().any(|name| row.values.get(name).is_some_and(|text| has_other_letters(text)));
    }

    /// What that proves, given what is known. A name with other letters proves little where a write of our own once lost them: it may be older
    /// than the setting.
    #[must_use]
    pub fn facts(&self, known: &ServerFacts, at: chrono::DateTime<chrono::Utc>) -> ServerFacts {
        let mut facts = ServerFacts::default();
        let mut put = |name, value: FactValue| facts.put(name, value, FactSource::Inferred, at);
        if let Some((rows, bytes)) = self.lists.values().max()
            && known.number(&FactName::LargestList).is_none_or(|most| most <= *rows)
        {
            put(FactName::LargestList, (*rows).into());
            put(FactName::LargestListBytes, (*bytes).into());
        }
        // Masked rows are none: they end the reading.
        if self.lists.values().any(|(rows, _)| *rows > 0) {
            put(FactName::Masking, false.into());
        }
        if self.has_letters && known.switch(&FactName::NonLatin).is_none() {
            put(FactName::NonLatin, true.into());
        }
        facts
    }
}

/// What a value of a name that was just written and read back proves of `use_non_latin`; `None` where it proves nothing.
#[must_use]
pub fn proof(field: &FieldName, written: &str, shown: &str) -> Option<bool> {
    let is_name = matches!(field, FieldName::Standard(LeadField::FirstName | LeadField::LastName));
    if !is_name || !has_other_letters(written) {
        return None;
    }
    if shown == written {
        return Some(true);
    }
    let left: String = written.chars().filter(char::is_ascii).collect();
    let same = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    (same(&left) == same(shown)).then_some(false)
}

fn has_other_letters(text: &str) -> bool {
    text.chars().any(|letter| !letter.is_ascii() && letter.is_alphabetic())
}

#[cfg(test)]
mod tests {
    use chrono::{DateTime, Utc};

    use super::*;

    fn at(day: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::days(day)
    }

    fn facts(list: &[(FactName, FactValue, FactSource, i64)]) -> ServerFacts {
        let mut facts = ServerFacts::default();
        for (name, value, source, day) in list {
            facts.put(name.clone(), value.clone(), *source, at(*day));
        }
        facts
    }

    fn row(first_name: &str) -> LeadRow {
        LeadRow {
            lead_id: crate::model::LeadId(1),
            code: String::new(),
            list_id: ListId(1),
            status: "NEW".to_owned(),
            called_count: 0,
            modified: None,
            values: [(FieldName::Standard(LeadField::FirstName), first_name.to_owned())].into(),
        }
    }

    #[test]
    fn a_change_is_told_once_and_remembered() {
        let known = facts(&[(FactName::NonLatin, true.into(), FactSource::Database, 1)]);
        let found = facts(&[(FactName::NonLatin, false.into(), FactSource::Database, 2)]);
        let (now, changes) = merge(&known, &found);
        assert_eq!(changes, [Change { name: FactName::NonLatin, before: true.into(), after: false.into() }]);
        let again = facts(&[(FactName::NonLatin, false.into(), FactSource::Database, 3)]);
        let (later, changes) = merge(&now, &again);
        assert_eq!(changes, []);
        let fact = &later.0[&FactName::NonLatin];
        assert_eq!((fact.at, fact.before.clone()), (at(3), Some((true.into(), at(2)))));
    }

    #[test]
    fn what_moves_by_itself_is_no_change() {
        let known = facts(&[(FactName::ClockOffset, FactValue::Number(-240), FactSource::Asked, 1)]);
        let (now, changes) = merge(&known, &facts(&[(FactName::ClockOffset, FactValue::Number(-300), FactSource::Asked, 2)]));
        assert_eq!((changes.len(), now.number(&FactName::ClockOffset)), (0, Some(-300)));
    }

    #[test]
    fn a_conclusion_waits_until_the_servers_own_word_is_old() {
        let known = facts(&[(FactName::NonLatin, false.into(), FactSource::Database, 1)]);
        let soon = facts(&[(FactName::NonLatin, true.into(), FactSource::Inferred, 2)]);
        assert_eq!(merge(&known, &soon).0, known);
        let late = facts(&[(FactName::NonLatin, true.into(), FactSource::Inferred, 9)]);
        assert_eq!(merge(&known, &late).0.switch(&FactName::NonLatin), Some(true));
    }

    #[test]
    fn a_key_taken_out_of_the_config_is_forgotten_by_a_survey_only() {
        let known = facts(&[(FactName::NonLatinSaid, true.into(), FactSource::Config, 1)]);
        let learned = facts(&[(FactName::Masking, false.into(), FactSource::Inferred, 2)]);
        assert!(merge(&known, &learned).0.0.contains_key(&FactName::NonLatinSaid));
        let survey = facts(&[(FactName::Release, "2.14".into(), FactSource::Asked, 2)]);
        assert!(!merge(&known, &survey).0.0.contains_key(&FactName::NonLatinSaid));
    }

    #[test]
    fn dangers_stop_only_what_they_endanger() {
        let off = facts(&[(FactName::CustomFields, false.into(), FactSource::Asked, 1)]);
        assert_eq!(dangers(&off, false), []);
        assert_eq!(dangers(&off, true)[0].code, "custom_off");
        let zone = facts(&[(FactName::ZoneAgrees, false.into(), FactSource::Asked, 1)]);
        assert_eq!(dangers(&zone, false)[0].code, "wrong_zone");
        let said = (FactName::NonLatinSaid, true.into(), FactSource::Config, 1);
        let guessed = facts(&[said.clone(), (FactName::NonLatin, false.into(), FactSource::Inferred, 1)]);
        assert_eq!(dangers(&guessed, true), []);
        assert_eq!(disagreement(&guessed).map(|danger| danger.code), Some("other_non_latin"));
        let certain = facts(&[said, (FactName::NonLatin, false.into(), FactSource::Database, 1)]);
        assert_eq!(dangers(&certain, true)[0].code, "other_non_latin");
    }

    #[test]
    fn a_reading_shows_letters_and_sizes() {
        let mut seen = Seen::default();
        assert_eq!(seen.facts(&ServerFacts::default(), at(1)), ServerFacts::default());
        seen.row(ListId(1), &row("Ann"));
        assert_eq!(seen.facts(&ServerFacts::default(), at(1)).switch(&FactName::NonLatin), None);
        seen.row(ListId(1), &row("Zoë"));
        seen.row(ListId(2), &row("Bob"));
        let found = seen.facts(&ServerFacts::default(), at(1));
        assert_eq!(found.switch(&FactName::NonLatin), Some(true));
        assert_eq!((found.number(&FactName::LargestList), found.number(&FactName::LargestListBytes)), (Some(2), Some(9)));
        assert_eq!(found.switch(&FactName::Masking), Some(false));
        let lost = facts(&[
            (FactName::NonLatin, false.into(), FactSource::Inferred, 1),
            (FactName::LargestList, FactValue::Number(3), FactSource::Inferred, 1),
        ]);
        let found = seen.facts(&lost, at(2));
        assert_eq!((found.switch(&FactName::NonLatin), found.number(&FactName::LargestList)), (None, None));
    }

    #[test]
    fn our_own_write_proves_the_setting() {
        let first = FieldName::Standard(LeadField::FirstName);
        assert_eq!(proof(&first, "Łukasz", "Łukasz"), Some(true));
        assert_eq!(proof(&first, "Łukasz", "ukasz"), Some(false));
        assert_eq!(proof(&first, "Ann Ł Lee", "Ann Lee"), Some(false));
        assert_eq!(proof(&first, "Łukasz", "Zoe"), None, "somebody wrote something else meanwhile");
        assert_eq!(proof(&first, "Ann", "Ann"), None);
        assert_eq!(proof(&FieldName::Standard(LeadField::Comments), "naïve", "naïve"), None, "comments are not filtered");
    }
}
