//! Leads by SQL: a list page by page, leads by code, one lead. With custom fields, which lie in a table for each list.
//!
//! A lead's custom data lie in the table of the list that it came in by (`entry_list_id`), also after it was moved to another
//! list: that is where VICIdial's agents see them and where `update_lead` writes them.

use std::collections::{BTreeMap, BTreeSet};

use futures_util::{Stream, stream};

use super::super::facts::local_time;
use super::super::listing::{shown, shown_custom};
use super::super::search::Place;
use super::cells::{Cells, literals, name};
use super::connect::Database;
use crate::model::{FieldName, LeadField, LeadId, LeadRow, ListId, VendorLeadCode};
use crate::ports::{Fault, Reach};

/// Leads of one page of a sweep. The lead table is locked against changes while a page is read.
const PAGE_ROWS: usize = 5000;
/// Codes that one look-up asks for. Codes have no index, so each look-up reads the whole table once.
const CODES_MAX: usize = 5000;
/// Lists with an id up to this have no custom fields: those ids are VICIdial's own.
const OWN_LISTS_MAX: u64 = 99;

/// Columns before those of [`LeadField::ALL`].
const HEAD: [&str; 7] = ["lead_id", "list_id", "entry_list_id", "vendor_lead_code", "status", "called_count", "modify_date"];

/// A list that is read page by page.
#[derive(Debug)]
pub struct Sweep<'a> {
    database: &'a Database,
    list: ListId,
    labels: Vec<String>,
    after: LeadId,
    is_done: bool,
    tables: BTreeMap<ListId, Vec<String>>,
}

impl Database {
    /// All leads of a list, lowest id first, a page at a time. It ends with the first fault.
    pub fn sweep(&self, list: ListId) -> impl Stream<Item = Result<Vec<LeadRow>, Fault>> + Send {
        stream::try_unfold(None, move |sweep| async move {
            let mut sweep = match sweep {
                Some(sweep) => sweep,
                None => self.begin_sweep(list).await?,
            };
            Ok(sweep.next().await?.map(|page| (page, Some(sweep))))
        })
    }

    /// Begins the same, for those who ask for the pages themselves.
    ///
    /// # Errors
    /// A [`Fault`]; a list that does not exist is one of the record, with code `list_missing`.
    pub async fn begin_sweep(&self, list: ListId) -> Result<Sweep<'_>, Fault> {
        if self.campaign_of(list).await?.is_none() {
            return Err(Self::missing(
                "list_missing",
                format!("VICIdial has no list {list}"),
                "create the list in VICIdial, or correct the list id in the mapping",
            ));
        }
        let labels = self.labels(list).await?.unwrap_or_default();
        let tables = [(list, labels.clone())].into();
        Ok(Sweep { database: self, list, labels, after: LeadId(0), is_done: false, tables })
    }

    /// Leads by code, lowest id first; each code asked for has an entry. Capitals and small letters are not the same here.
    ///
    /// # Errors
    /// A [`Fault`] of the connection.
    pub async fn find_by_code(&self, codes: &[VendorLeadCode]) -> Result<BTreeMap<VendorLeadCode, Vec<LeadId>>, Fault> {
        self.by_code(Place::Live, codes).await
    }

    pub(in crate::vicidial) async fn by_code(
        &self,
        place: Place,
        codes: &[VendorLeadCode],
    ) -> Result<BTreeMap<VendorLeadCode, Vec<LeadId>>, Fault> {
        let mut found: BTreeMap<VendorLeadCode, Vec<LeadId>> = codes.iter().map(|code| (code.clone(), Vec::new())).collect();
        let unique: Vec<VendorLeadCode> = found.keys().cloned().collect();
        for batch in unique.chunks(CODES_MAX) {
            let wanted = literals(batch.iter().map(VendorLeadCode::as_str));
            let statement = format!("SELECT lead_id, vendor_lead_code FROM {} WHERE vendor_lead_code IN ({wanted})", place.table());
            for row in self.rows(&statement).await? {
                // The database compares without regard to case and to spaces at the end.
                let code = VendorLeadCode::read(row.at(1));
                if let Some(leads) = code.and_then(|code| found.get_mut(&code)) {
                    leads.push(LeadId(row.number(0)));
                }
            }
        }
        found.values_mut().for_each(|leads| leads.sort_unstable());
        Ok(found)
    }

    /// The same by the numbers that the leads were added with, which have an index. Each code asked for has an entry.
    ///
    /// # Errors
    /// A [`Fault`] of the connection.
    pub(in crate::vicidial) async fn by_phone(
        &self,
        place: Place,
        phones: &BTreeMap<VendorLeadCode, String>,
    ) -> Result<BTreeMap<VendorLeadCode, Vec<LeadId>>, Fault> {
        let mut found: BTreeMap<VendorLeadCode, Vec<LeadId>> = phones.keys().map(|code| (code.clone(), Vec::new())).collect();
        // Digits only, so they stand as they are: the index is used whatever the column's character set.
        let digits = |number: &String| number.chars().filter(char::is_ascii_digit).collect::<String>();
        let unique: BTreeSet<String> = phones.values().map(digits).filter(|number| !number.is_empty()).collect();
        let unique: Vec<String> = unique.into_iter().map(|number| format!("'{number}'")).collect();
        for batch in unique.chunks(CODES_MAX) {
            let statement = format!("SELECT lead_id, vendor_lead_code FROM {} WHERE phone_number IN ({})", place.table(), batch.join(","));
            for row in self.rows(&statement).await? {
                let code = VendorLeadCode::read(row.at(1));
                if let Some(leads) = code.and_then(|code| found.get_mut(&code)) {
                    leads.push(LeadId(row.number(0)));
                }
            }
        }
        found.values_mut().for_each(|leads| leads.sort_unstable());
        Ok(found)
    }

    /// Whether the account sees an archive of leads.
    ///
    /// # Errors
    /// A [`Fault`] of the connection.
    pub(in crate::vicidial) async fn shows_archive(&self) -> Result<bool, Fault> {
        Ok(!self.rows("SHOW TABLES LIKE 'vicidial\\_list\\_archive'").await?.is_empty())
    }

    /// Which of these leads are in the archive.
    ///
    /// # Errors
    /// A [`Fault`] of the connection.
    pub(in crate::vicidial) async fn of_archive(&self, leads: &[LeadId]) -> Result<BTreeSet<LeadId>, Fault> {
        let mut found = BTreeSet::new();
        for batch in leads.chunks(CODES_MAX) {
            let ids = batch.iter().map(LeadId::to_string).collect::<Vec<_>>().join(",");
            let rows = self.rows(&format!("SELECT lead_id FROM {} WHERE lead_id IN ({ids})", Place::Archive.table())).await?;
            found.extend(rows.iter().map(|row| LeadId(row.number(0))));
        }
        Ok(found)
    }

    /// Leads by their numbers, lowest id first; each number asked for has an entry.
    ///
    /// # Errors
    /// A [`Fault`] of the connection.
    pub async fn leads_by_number(&self, numbers: &[&str]) -> Result<BTreeMap<String, Vec<LeadId>>, Fault> {
        let mut found: BTreeMap<String, Vec<LeadId>> = numbers.iter().map(|number| ((*number).to_owned(), Vec::new())).collect();
        let digits: Vec<&str> =
            numbers.iter().copied().filter(|number| !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit())).collect();
        for batch in digits.chunks(CODES_MAX) {
            let wanted = batch.iter().map(|number| format!("'{number}'")).collect::<Vec<_>>().join(",");
            for row in self.rows(&format!("SELECT lead_id, phone_number FROM vicidial_list WHERE phone_number IN ({wanted})")).await? {
                if let Some(leads) = found.get_mut(row.at(1)) {
                    leads.push(LeadId(row.number(0)));
                }
            }
        }
        found.values_mut().for_each(|leads| leads.sort_unstable());
        Ok(found)
    }

    /// Whether any agent is logged in. Where the account may not see that, somebody is.
    ///
    /// # Errors
    /// A [`Fault`] of the connection.
    pub async fn is_staffed(&self) -> Result<bool, Fault> {
        match self.rows("SELECT 1 FROM vicidial_live_agents LIMIT 1").await {
            Ok(rows) => Ok(!rows.is_empty()),
            Err(fault) if fault.reach == Reach::Person => Ok(true),
            Err(fault) => Err(fault),
        }
    }

    /// The codes that leads carry; `None` where a lead is not there.
    ///
    /// # Errors
    /// A [`Fault`] of the connection.
    pub async fn codes_of(&self, leads: &[LeadId]) -> Result<BTreeMap<LeadId, Option<String>>, Fault> {
        let mut codes: BTreeMap<LeadId, Option<String>> = leads.iter().map(|lead| (*lead, None)).collect();
        let unique: Vec<String> = codes.keys().map(LeadId::to_string).collect();
        for batch in unique.chunks(CODES_MAX) {
            let statement = format!("SELECT lead_id, vendor_lead_code FROM vicidial_list WHERE lead_id IN ({})", batch.join(","));
            for row in self.rows(&statement).await? {
                codes.insert(LeadId(row.number(0)), Some(row.at(1).to_owned()));
            }
        }
        Ok(codes)
    }

    /// One lead with these fields; `None` where it is not there.
    ///
    /// # Errors
    /// A [`Fault`]; a custom field that the lead's table lacks is one of the record, with code `custom_unknown`.
    pub async fn read_lead(&self, lead: LeadId, fields: &BTreeSet<FieldName>) -> Result<Option<LeadRow>, Fault> {
        let rows = self.rows(&format!("{} WHERE lead_id = {lead}", select())).await?;
        let Some((mut row, entry)) = rows.into_iter().next().map(lead_row) else { return Ok(None) };
        let wanted: Vec<String> = fields
            .iter()
            .filter_map(|field| match field {
                FieldName::Custom(label) => Some(label.clone()),
                FieldName::Standard(_) => None,
            })
            .collect();
        let table = custom_table(entry, row.list_id);
        let known = if wanted.is_empty() { None } else { self.labels(table).await? };
        let mut custom = Vec::new();
        if let Some(known) = &known {
            if let Some(label) = wanted.iter().find(|label| !has(known, label)) {
                return Err(Self::missing(
                    "custom_unknown",
                    format!("list {table} has no custom field `{label}`"),
                    "compare the labels in the mapping with those of the list in VICIdial (Lists, Custom Fields)",
                ));
            }
            custom = self.custom_rows(table, &wanted, &[lead]).await?.remove(&lead).unwrap_or_default();
        }
        row.values.retain(|field, _| fields.contains(field));
        for (at, label) in wanted.into_iter().enumerate() {
            row.values.insert(FieldName::Custom(label), custom.get(at).map(|text| shown_custom(text)).unwrap_or_default());
        }
        // One request shows no `modify_date` over HTTP, and those who read one lead do not ask for it.
        row.modified = None;
        Ok(Some(row))
    }

    /// The custom values of some leads, in the order of `labels`.
    async fn custom_rows(&self, table: ListId, labels: &[String], leads: &[LeadId]) -> Result<BTreeMap<LeadId, Vec<String>>, Fault> {
        if labels.is_empty() || leads.is_empty() {
            return Ok(BTreeMap::new());
        }
        let columns: Vec<String> = labels.iter().map(|label| name(label)).collect();
        let ids: Vec<String> = leads.iter().map(LeadId::to_string).collect();
        let statement = format!("SELECT lead_id, {} FROM custom_{table} WHERE lead_id IN ({})", columns.join(", "), ids.join(","));
        let rows = self.rows(&statement).await?;
        Ok(rows.into_iter().map(|row| (LeadId(row.number(0)), row.texts().split_off(1))).collect())
    }
}

impl Sweep<'_> {
    /// The labels of the list's custom fields, in the table's order.
    #[must_use]
    pub fn labels(&self) -> &[String] {
        &self.labels
    }

    /// The next page; `None` at the end.
    ///
    /// # Errors
    /// A [`Fault`] of the connection.
    pub async fn next(&mut self) -> Result<Option<Vec<LeadRow>>, Fault> {
        if self.is_done {
            return Ok(None);
        }
        let (list, after) = (self.list, self.after);
        let statement = format!("{} WHERE list_id = {list} AND lead_id > {after} ORDER BY lead_id LIMIT {PAGE_ROWS}", select());
        let rows: Vec<(LeadRow, ListId)> = self.database.rows(&statement).await?.into_iter().map(lead_row).collect();
        self.is_done = rows.len() < PAGE_ROWS;
        let Some((last, _)) = rows.last() else { return Ok(None) };
        self.after = last.lead_id;
        self.with_custom(rows).await.map(Some)
    }

    /// Adds the custom values. Most leads of a page have theirs in one table.
    async fn with_custom(&mut self, rows: Vec<(LeadRow, ListId)>) -> Result<Vec<LeadRow>, Fault> {
        if self.labels.is_empty() {
            return Ok(rows.into_iter().map(|(row, _)| row).collect());
        }
        let mut leads: BTreeMap<ListId, Vec<LeadId>> = BTreeMap::new();
        for (row, entry) in &rows {
            leads.entry(custom_table(*entry, self.list)).or_default().push(row.lead_id);
        }
        let mut found: BTreeMap<LeadId, BTreeMap<String, String>> = BTreeMap::new();
        for (table, leads) in leads {
            if !self.tables.contains_key(&table) {
                let labels = self.database.labels(table).await?.unwrap_or_default();
                self.tables.insert(table, labels);
            }
            let known = self.tables.get(&table).map(Vec::as_slice).unwrap_or_default();
            let labels: Vec<String> = self.labels.iter().filter(|label| has(known, label)).cloned().collect();
            for (lead, texts) in self.database.custom_rows(table, &labels, &leads).await? {
                found.insert(lead, labels.iter().cloned().zip(texts).collect());
            }
        }
        let rows = rows.into_iter().map(|(mut row, _)| {
            let mut custom = found.remove(&row.lead_id).unwrap_or_default();
            for label in &self.labels {
                let text = custom.remove(label).map(|text| shown_custom(&text)).unwrap_or_default();
                row.values.insert(FieldName::Custom(label.clone()), text);
            }
            row
        });
        Ok(rows.collect())
    }
}

fn has(labels: &[String], label: &str) -> bool {
    labels.iter().any(|known| known.eq_ignore_ascii_case(label))
}

/// The list whose table holds a lead's custom data.
fn custom_table(entry: ListId, list: ListId) -> ListId {
    if entry.0 > OWN_LISTS_MAX { entry } else { list }
}

fn select() -> String {
    let columns: Vec<String> = HEAD.into_iter().chain(LeadField::ALL.iter().map(|field| field.name())).map(name).collect();
    format!("SELECT {} FROM vicidial_list", columns.join(", "))
}

/// A lead with its standard fields, and the list that it came in by.
fn lead_row(cells: Cells) -> (LeadRow, ListId) {
    let fields = LeadField::ALL.iter().enumerate();
    let values = fields.map(|(at, &field)| (FieldName::Standard(field), shown(field, cells.at(HEAD.len() + at)))).collect();
    let row = LeadRow {
        lead_id: LeadId(cells.number(0)),
        code: cells.at(3).to_owned(),
        list_id: ListId(cells.number(1)),
        status: cells.at(4).to_owned(),
        called_count: cells.number(5),
        // A time that is none is zeros.
        modified: local_time(cells.at(6)),
        values,
    };
    (row, ListId(cells.number(2)))
}
