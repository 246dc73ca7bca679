//! The first writes of each field class are read back. A field that shows something else than predicted is not written any
//! more, instead of being written again and again.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::{FactName, Failure, FieldName, LeadId, Op};
use crate::ports::{Clock, Contacts, Dialer, JobRecord, Store};
use crate::sync::server::proof;

use super::{Job, Outside, Stop, survey};

/// Written values that are read back, one a field class.
#[derive(Default)]
pub(crate) struct Samples(BTreeMap<String, (LeadId, FieldName, String)>);

impl Samples {
    /// Keeps the first value of each class that a done op wrote.
    pub(crate) fn note(&mut self, lead: LeadId, op: &Op) {
        for (field, pair) in &op.base_after.fields {
            if pair.crm.trim().is_empty() {
                continue;
            }
            self.0.entry(class(field, &pair.crm)).or_insert_with(|| (lead, field.clone(), pair.vicidial.clone()));
        }
    }
}

/// Plain values prove little about delicate ones: characters that VICIdial drops, turns or cuts.
fn class(field: &FieldName, value: &str) -> String {
    let width = match field {
        FieldName::Standard(field) => field.width(),
        FieldName::Custom(_) => usize::MAX,
    };
    let is_plain = value.chars().count() <= width && value.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == ' ');
    if is_plain { field.to_string() } else { format!("{field} delicate") }
}

/// Reads back what is not proven yet, and keeps what was learned. Gives the fields that were stopped now.
pub(crate) async fn prove<D: Dialer, C: Contacts, S: Store, K: Clock>(
    outside: &Outside<'_, D, C, S, K>,
    job: &Job,
    record: &mut JobRecord,
    samples: &Samples,
) -> Result<u64, Stop> {
    let mut wanted: BTreeMap<LeadId, Vec<(&String, &FieldName, &String)>> = BTreeMap::new();
    for (class, (lead, field, predicted)) in &samples.0 {
        if !record.proven.contains(class) && !record.stopped.contains_key(field) {
            wanted.entry(*lead).or_default().push((class, field, predicted));
        }
    }
    if wanted.is_empty() {
        return Ok(0);
    }
    outside.progress.stage("reading back first writes");
    let mut stopped = 0;
    for (lead, classes) in wanted {
        let fields: BTreeSet<FieldName> = classes.iter().map(|(_, field, _)| (*field).clone()).collect();
        // One that cannot be read proves nothing; the next write of the class will.
        let Ok(Some(row)) = job.dialer_record(outside.dialer.read_lead(lead, &fields).await)? else { continue };
        for (class, field, predicted) in classes {
            let shown = row.values.get(field).map_or("", String::as_str);
            if let Some(is_on) = proof(field, predicted, shown) {
                survey::conclude(outside, job, FactName::NonLatin, is_on.into())?;
            }
            if shown == predicted {
                record.proven.insert(class.clone());
                continue;
            }
            stopped += 1;
            let raw = format!(
                "lead {lead} shows {} characters in {field} where {} were expected: the field is not written any more. If VICIdial's `use_non_latin` is off, say so in the config; then have it tried again: vicisync sync {} --full --approve",
                shown.chars().count(),
                predicted.chars().count(),
                job.name
            );
            record.stopped.insert(field.clone(), raw.clone());
            let failure = Failure { subject: format!("field:{field}"), contact: None, code: "stored_otherwise".to_owned(), raw, tries: 0 };
            outside.store.put_failure(&job.name, &failure, outside.clock.now())?;
        }
    }
    outside.store.put_job(&job.name, record)?;
    Ok(stopped)
}
