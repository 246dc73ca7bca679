//! What both systems have to offer a mapping: the CRM's fields, and VICIdial's standard and custom ones, each with a masked example from a few records.
//!
//! It reads, and changes nothing. How a value is masked: `masked`.

use std::collections::{BTreeMap, BTreeSet};

use futures_util::StreamExt;

use super::masked::{example, masked};
use crate::crm::Crm;
use crate::model::{CrmField, FieldName, LeadField, LeadRow, ListId};
use crate::ports::{Dialer, Fault, Reach};
use crate::vicidial::custom::Column;
use crate::vicidial::{ListShown, Vicidial};

/// So many records of the CRM, and so many leads of a list, are looked at for examples.
pub const EXAMPLES_MAX: usize = 20;
/// Leads of so many lists are looked at.
const LISTS_MAX: usize = 3;

/// What VICIdial's database has in place of no day.
const NO_DAY: &str = "0000-00-00";

/// A field of the CRM, with an example.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CrmFieldShown {
    /// The field.
    pub field: CrmField,
    /// A masked value of a real record; none where all that were looked at are blank.
    pub example: Option<String>,
}

/// The fields of an object of the CRM.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CrmFields {
    /// The object.
    pub object: String,
    /// Its fields, in the CRM's order.
    pub fields: Vec<CrmFieldShown>,
    /// Whether the CRM describes them; else they are what records show.
    pub is_described: bool,
    /// How many records were looked at.
    pub records: usize,
}

/// The fields of the connection's object: up to three requests for the description, and one a record.
///
/// # Errors
/// A [`Fault`].
pub async fn crm_fields(crm: &Crm, records_max: usize) -> Result<CrmFields, Fault> {
    let is_described = crm.describes();
    let described = if is_described { crm.describe(crm.object()).await? } else { Vec::new() };
    let records = crm.samples(records_max).await?;
    let fields = if is_described { described } else { crm.seen(&records) };
    let shown = |field: CrmField| {
        let values = records.iter().filter_map(|record| crm.value(record, &field.name));
        let example = values.filter_map(|value| example(&field.kind, &value)).next();
        CrmFieldShown { field, example }
    };
    Ok(CrmFields { object: crm.object().to_owned(), fields: fields.into_iter().map(shown).collect(), is_described, records: records.len() })
}

/// The fields of a VICIdial's leads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VicidialFields {
    /// Masked examples of standard fields; those that are blank in all leads that were looked at have none.
    pub standard: BTreeMap<LeadField, String>,
    /// The lists, with their custom fields.
    pub lists: Vec<ListFields>,
    /// How many leads were looked at.
    pub leads: usize,
}

/// A list's fields.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListFields {
    /// The list.
    pub shown: ListShown,
    /// Masked examples of its custom fields, by label.
    pub examples: BTreeMap<String, String>,
    /// Why there are no examples, where the leads could not be read.
    pub remark: Option<String>,
}

/// The fields of these lists' leads, or of all lists where none is named. Examples come from the first leads of the first few lists.
///
/// # Errors
/// A [`Fault`]; leads that cannot be read are a remark.
pub async fn vicidial_lists(vicidial: &Vicidial, lists: &BTreeSet<ListId>, leads_max: usize) -> Result<VicidialFields, Fault> {
    let mut found = VicidialFields { standard: BTreeMap::new(), lists: Vec::new(), leads: 0 };
    for (number, shown) in vicidial.lists_shown(lists).await?.into_iter().enumerate() {
        let mut list = ListFields { shown, examples: BTreeMap::new(), remark: None };
        if number < LISTS_MAX && leads_max > 0 {
            match first_leads(vicidial, list.shown.list, leads_max).await {
                Ok(leads) => {
                    found.leads += leads.len();
                    leads.iter().for_each(|lead| examples(lead, &mut found.standard, &mut list));
                }
                Err(fault) if fault.reach == Reach::Login => return Err(fault),
                Err(fault) => list.remark = Some(fault.message),
            }
        }
        found.lists.push(list);
    }
    Ok(found)
}

/// The first leads of a list. The download is given up after them.
async fn first_leads(vicidial: &Vicidial, list: ListId, leads_max: usize) -> Result<Vec<LeadRow>, Fault> {
    let pages = vicidial.sweep(list);
    let mut pages = std::pin::pin!(pages);
    let mut leads = pages.next().await.transpose()?.unwrap_or_default();
    leads.truncate(leads_max);
    Ok(leads)
}

fn examples(lead: &LeadRow, standard: &mut BTreeMap<LeadField, String>, list: &mut ListFields) {
    for (name, text) in lead.values.iter().filter(|(_, text)| !text.trim().is_empty() && *text != NO_DAY) {
        match name {
            FieldName::Standard(field) => {
                standard.entry(*field).or_insert_with(|| masked(text));
            }
            FieldName::Custom(label) => {
                // Words that VICIdial itself lists say nothing of a person.
                let column = list.shown.custom.iter().find(|custom| custom.label == *label).and_then(|custom| custom.column());
                let is_listed = matches!(column, Some(Column::Words(words)) if words.contains(text));
                list.examples.entry(label.clone()).or_insert_with(|| if is_listed { text.clone() } else { masked(text) });
            }
        }
    }
}
