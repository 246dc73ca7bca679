//! A whole list over HTTP, page by page while it arrives, so that a list of a million leads needs no more memory than one of a thousand.
//!
//! Only an end without a fault says that this was the whole list, for a list that came short would make leads look missing. So the list is
//! counted before, and what came is held against the count. Rows that cannot be read for certain are asked for alone at the end.

use std::collections::BTreeSet;

use futures_util::{Stream, stream};

use super::answers::is_read;
use super::call;
use super::client::{File, Vicidial};
use super::facts;
use super::listing::{Reader, Unreadable};
use super::reading::{cut_off, masked};
use super::reply::Outcome;
use crate::model::{FieldName, LeadField, LeadId, LeadRow, ListId};
use crate::ports::{Effect, Fault, Reach};

/// Leads of one page.
const PAGE_ROWS: usize = 1000;
/// Doubtful rows of one list that are read again, each by itself.
const DOUBTFUL_MAX: usize = 100;
/// So many leads may be gone from a list between its count and its reading, and one in a hundred besides, before anybody asks why.
const SHORT_FINE: u64 = 10;

/// How far the reading of a list is.
enum Step<'a> {
    Begin,
    /// The file is coming.
    Rows(Box<Rows<'a>>),
    /// It came; these leads are still to be read.
    Doubtful(Counted, Vec<LeadId>, BTreeSet<FieldName>),
    /// All was read; what came is to be held against the count.
    Check(Counted),
    End,
}

struct Rows<'a> {
    file: File<'a>,
    reader: Reader,
    counted: Counted,
}

/// How many leads VICIdial said that the list holds, where it may be asked, and how many came.
#[derive(Clone, Copy)]
struct Counted {
    before: Option<u64>,
    read: u64,
}

impl Vicidial {
    /// All leads of a list. It ends with the first fault.
    pub(super) fn download(&self, list: ListId) -> impl Stream<Item = Result<Vec<LeadRow>, Fault>> + Send {
        stream::try_unfold(Step::Begin, move |mut step| async move {
            loop {
                let (page, next) = match step {
                    Step::Begin => (Vec::new(), self.begin(list).await?),
                    Step::Rows(rows) => self.page(list, rows).await?,
                    Step::Doubtful(counted, leads, fields) => (self.again(list, &leads, &fields).await?, Step::Check(counted)),
                    Step::Check(counted) => (Vec::new(), self.check(list, counted).await?),
                    Step::End => return Ok(None),
                };
                if !page.is_empty() {
                    return Ok(Some((page, next)));
                }
                step = next;
            }
        })
    }

    /// Counts the list and begins its download.
    async fn begin(&self, list: ListId) -> Result<Step<'_>, Fault> {
        let counted = Counted { before: self.lead_count(list).await?, read: 0 };
        let ask = call::list_download(list);
        let (reply, file) = self.open(&ask).await?;
        if reply.is_bare() {
            return Err(unreadable_list(list, counted.before, &reply.said));
        }
        if !is_read(&ask, &reply)? {
            return Ok(Step::Check(counted));
        }
        Ok(Step::Rows(Box::new(Rows { file, reader: Reader::new(list), counted })))
    }

    /// The next page of the file.
    async fn page<'a>(&'a self, list: ListId, mut rows: Box<Rows<'a>>) -> Result<(Vec<LeadRow>, Step<'a>), Fault> {
        let Rows { file, reader, counted } = &mut *rows;
        let unreadable = |why| match why {
            Unreadable::Masked => masked("list_download.php"),
            Unreadable::CutOff => cut_off("list_download.php"),
            Unreadable::Header => unreadable_list(list, counted.before, "a file without the columns of a list"),
            Unreadable::LongLine => unreadable_list(list, counted.before, "a file with a line longer than any lead's"),
        };
        let mut page = Vec::new();
        while page.len() < PAGE_ROWS {
            if let Some(piece) = self.piece(file).await? {
                page.extend(reader.feed(&piece).map_err(unreadable)?);
                continue;
            }
            page.extend(reader.finish().map_err(unreadable)?);
            let doubtful = reader.doubtful();
            let counted = Counted { read: counted.read + (page.len() + doubtful.len()) as u64, ..*counted };
            if doubtful.is_empty() {
                return Ok((page, Step::Check(counted)));
            }
            let custom = reader.labels().iter().cloned().map(FieldName::Custom);
            let fields = LeadField::ALL.iter().map(|&field| FieldName::Standard(field)).chain(custom).collect();
            return Ok((page, Step::Doubtful(counted, doubtful.to_vec(), fields)));
        }
        counted.read += page.len() as u64;
        Ok((page, Step::Rows(rows)))
    }

    /// Doubtful leads, each read by itself.
    async fn again(&self, list: ListId, doubtful: &[LeadId], fields: &BTreeSet<FieldName>) -> Result<Vec<LeadRow>, Fault> {
        let count = doubtful.len();
        if count > DOUBTFUL_MAX {
            return Err(Fault::new(
                Effect::None,
                Reach::Person,
                "list_damaged",
                format!("list {list} holds {count} leads with tabs or line breaks in their texts, so that its download cannot be read"),
            )
            .help("remove tabs and line breaks from the codes and custom fields of these leads"));
        }
        tracing::warn!(list = list.0, count, "rows of a list were shifted by tabs or line breaks; these leads are read one by one");
        let standard: BTreeSet<FieldName> = LeadField::ALL.iter().map(|&field| FieldName::Standard(field)).collect();
        let mut rows = Vec::new();
        for &lead in doubtful {
            let row = match self.lead(lead, fields).await {
                // A lead that was moved here has its custom data elsewhere; as in the file, they are left out.
                Err(fault) if fault.reach == Reach::Record => self.lead(lead, &standard).await?,
                answer => answer?,
            };
            // A lead that moved away meanwhile is no longer this list's.
            rows.extend(row.filter(|row| row.list_id == list));
        }
        Ok(rows)
    }

    /// Whether what came can be all. Leads come and go while a list is read, so a list that looks short is counted again.
    async fn check(&self, list: ListId, counted: Counted) -> Result<Step<'_>, Fault> {
        let Counted { before: Some(before), read } = counted else { return Ok(Step::End) };
        if is_whole(before, read) {
            return Ok(Step::End);
        }
        match self.lead_count(list).await? {
            Some(now) if !is_whole(before.min(now), read) => Err(Fault::new(
                Effect::None,
                Reach::Connection,
                "cut_off",
                format!("list {list} holds {} leads, and `list_download.php` showed {read} of them", before.min(now)),
            )
            .help(
                "see the web server's error log on VICIdial; vicisync tries again at the next run. If it stays so, let vicisync read the database (docs/database-lane.md)",
            )),
            Some(_) | None => Ok(Step::End),
        }
    }

    /// How many leads a list holds; `None` where the API user may not ask, or where this VICIdial does not say.
    async fn lead_count(&self, list: ListId) -> Result<Option<u64>, Fault> {
        let ask = call::lead_count(list);
        let reply = self.ask(&ask).await?;
        if reply.outcome == Outcome::NoRight && !reply.said.contains("IP Address") {
            return Ok(None);
        }
        if is_read(&ask, &reply)? {
            return Ok(facts::lead_count(&reply.data, list));
        }
        Err(Fault::new(Effect::None, Reach::Record, "list_missing", format!("VICIdial has no list {list}"))
            .help("create the list in VICIdial, or correct the list id in the mapping"))
    }
}

/// Whether so many leads may be all of a list that holds so many.
fn is_whole(holds: u64, read: u64) -> bool {
    read + SHORT_FINE + holds / 100 >= holds
}

fn unreadable_list(list: ListId, holds: Option<u64>, said: &str) -> Fault {
    let size = holds.map(|count| format!(", which holds {count} leads")).unwrap_or_default();
    Fault::new(Effect::None, Reach::Connection, "too_large_or_broken", format!("VICIdial could not hand out list {list}{size}: {said}")).help(
        "the list may be larger than PHP's memory limit on VICIdial: raise `memory_limit`, split the list, or let vicisync read the database \
         (docs/database-lane.md). Or it has no custom fields while another list has: give it one custom field",
    )
}
