//! The body of `list_download` read into leads while it arrives. Pure: bytes in, rows out, and no more kept than the line under way.
//!
//! The file quotes nothing: a tab or a line break inside a value shifts everything after it. So each row must prove that its
//! cells stand where the header says (`lead_cells` checks them), or its lead is named as doubtful, to be read again alone. A row is
//! never guessed. Rows are split at CRLF, as stored values hold bare line feeds; and a row is given only when the next one has begun, since a
//! line that begins no row is the rest of the row before it. Custom fields of a lead that was moved here from another list are left out: the
//! page shows those of the wrong table.

use super::lead_cells::{Cells, time};
use super::line::decode;
use crate::model::{FieldName, LeadField, LeadId, LeadRow, ListId};

/// The most that one line may weigh: custom fields may be long texts, but a file without any line's end must not fill the memory.
const LINE_BYTES_MAX: usize = 16 << 20;

/// Lists with an id up to this have no custom fields: those ids are VICIdial's own.
const OWN_LISTS_MAX: u64 = 99;

/// Why a file could not be read at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unreadable {
    /// It does not begin with the header of a list.
    Header,
    /// It does not end with a line's end.
    CutOff,
    /// A line is longer than any lead's.
    LongLine,
    /// The user is not shown real data.
    Masked,
}

/// The columns of every list, in the page's order.
const COLUMNS: [&str; 35] = [
    "lead_id",
    "entry_date",
    "modify_date",
    "status",
    "user",
    "vendor_lead_code",
    "source_id",
    "list_id",
    "gmt_offset_now",
    "called_since_last_reset",
    "phone_code",
    "phone_number",
    "title",
    "first_name",
    "middle_initial",
    "last_name",
    "address1",
    "address2",
    "address3",
    "city",
    "state",
    "province",
    "postal_code",
    "country_code",
    "gender",
    "date_of_birth",
    "alt_phone",
    "email",
    "security_phrase",
    "comments",
    "called_count",
    "last_local_call_time",
    "rank",
    "owner",
    "entry_list_id",
];

/// The columns behind those of every list.
#[derive(Debug, Clone)]
struct Extra {
    /// Labels of the list's own custom fields.
    labels: Vec<String>,
    /// How many columns at the end are the page's spare ones.
    spare: usize,
}

/// Reads the file of one list, piece by piece.
#[derive(Debug)]
pub struct Reader {
    list: ListId,
    /// The line under way, as far as it came.
    line: Vec<u8>,
    /// Known once the header came.
    extra: Option<Extra>,
    /// The last row that was taken for certain. A line that begins no row takes that back.
    held: Option<LeadRow>,
    doubtful: Vec<LeadId>,
}

impl Reader {
    /// Begins with nothing read.
    #[must_use]
    pub fn new(list: ListId) -> Self {
        Self { list, line: Vec::new(), extra: None, held: None, doubtful: Vec::new() }
    }

    /// Takes the next bytes, cut anywhere. Gives the rows that are certain by now, in the file's order.
    ///
    /// # Errors
    /// [`Unreadable`] where no row of the file may be trusted. Then nothing more is to be fed.
    pub fn feed(&mut self, piece: &[u8]) -> Result<Vec<LeadRow>, Unreadable> {
        let mut rows = Vec::new();
        for part in piece.split_inclusive(|&byte| byte == b'\n') {
            if self.line.len() + part.len() > LINE_BYTES_MAX {
                return Err(Unreadable::LongLine);
            }
            self.line.extend_from_slice(part);
            if self.line.ends_with(b"\r\n") {
                let mut line = std::mem::take(&mut self.line);
                rows.extend(self.take(&line[..line.len() - 2])?);
                // Its memory serves the next line.
                line.clear();
                self.line = line;
            }
        }
        Ok(rows)
    }

    /// The file is over. Gives its last row, if that is certain.
    ///
    /// # Errors
    /// [`Unreadable::CutOff`] where it ends within a line, or before there was one.
    pub fn finish(&mut self) -> Result<Option<LeadRow>, Unreadable> {
        if self.extra.is_none() || !self.line.is_empty() {
            return Err(Unreadable::CutOff);
        }
        Ok(self.held.take())
    }

    /// Leads whose row is not certain, of what was fed.
    #[must_use]
    pub fn doubtful(&self) -> &[LeadId] {
        &self.doubtful
    }

    /// Labels of the list's own custom fields; none before the header came.
    #[must_use]
    pub fn labels(&self) -> &[String] {
        self.extra.as_ref().map_or(&[], |extra| &extra.labels)
    }

    /// One line without its end. Gives the row before it, which is certain now.
    fn take(&mut self, line: &[u8]) -> Result<Option<LeadRow>, Unreadable> {
        let Some(extra) = &self.extra else {
            self.extra = Some(header(line)?);
            return Ok(None);
        };
        let cells: Vec<String> = line.split(|&byte| byte == b'\t').map(|cell| decode(cell).into_owned()).collect();
        let Some(lead) = head(&cells) else {
            self.doubtful.extend(self.held.take().map(|torn| torn.lead_id));
            return Ok(None);
        };
        let certain = self.held.take();
        match row(&cells, lead, self.list, extra) {
            Some(row) if is_masked(&row) => return Err(Unreadable::Masked),
            Some(row) => self.held = Some(row),
            None => self.doubtful.push(lead),
        }
        Ok(certain)
    }
}

fn header(line: &[u8]) -> Result<Extra, Unreadable> {
    let header = decode(line);
    let names: Vec<&str> = header.split('\t').collect();
    if !names.starts_with(&COLUMNS) {
        return Err(Unreadable::Header);
    }
    let extra = &names[COLUMNS.len()..];
    let spare = spare_columns(extra);
    Ok(Extra { labels: extra[..extra.len() - spare].iter().map(|&label| label.to_owned()).collect(), spare })
}

/// The lines of a file. Values may hold bare line feeds.
pub(super) fn split_crlf(body: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = Some(body);
    std::iter::from_fn(move || {
        let now = rest?;
        let at = now.windows(2).position(|pair| pair == b"\r\n");
        let (line, next) = match at {
            Some(at) => (&now[..at], Some(&now[at + 2..])),
            None => (now, None),
        };
        rest = next;
        Some(line)
    })
}

/// How many columns at the end are the page's spare ones. A list with n custom fields, one of whose leads has custom data, is
/// headed with n + 2 names `custom1`, `custom2` and so on beyond its own.
pub(super) fn spare_columns(extra: &[&str]) -> usize {
    if extra.len() < 4 || !extra.len().is_multiple_of(2) {
        return 0;
    }
    let spare = extra.len() / 2 + 1;
    let own = extra.len() - spare;
    let are_spare = extra[own..].iter().enumerate().all(|(at, name)| *name == format!("custom{}", at + 1));
    if are_spare { spare } else { 0 }
}

/// The lead of a line that begins a row: an id and two times.
fn head(cells: &[String]) -> Option<LeadId> {
    let id = cells.first()?;
    let is_id = !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_digit());
    (is_id && time(cells.get(1)?).is_some() && time(cells.get(2)?).is_some()).then_some(())?;
    id.parse().ok().map(LeadId)
}

/// The row, if every cell whose form is known has it.
fn row(cells: &[String], lead: LeadId, list: ListId, extra: &Extra) -> Option<LeadRow> {
    let Extra { labels, spare } = extra;
    let base = COLUMNS.len();
    let with_custom = base + if *spare > 0 { *spare } else { labels.len() };
    if cells.len() != base && cells.len() != with_custom {
        return None;
    }
    let custom = &cells[base..];
    if custom.iter().skip(labels.len()).any(|cell| !cell.is_empty()) {
        return None;
    }
    let named = Cells { names: &COLUMNS, cells };
    let mut row = named.lead(lead).filter(|row| row.list_id == list)?;
    let entry: u64 = named.get("entry_list_id").parse().ok()?;
    if entry > OWN_LISTS_MAX && entry != list.0 {
        // The lead was moved, and its custom data with the list that it came in by: the page looked in the table of this list.
        return Some(row);
    }
    for (at, label) in labels.iter().enumerate() {
        // A lead without custom data has no such cells: all blank.
        row.values.insert(FieldName::Custom(label.clone()), shown_custom(custom.get(at).map_or("", String::as_str)));
    }
    Some(row)
}

/// A standard field as the port wants it: VICIdial writes each character of a line break in comments as `!N`, and other routes
/// show the characters themselves.
#[must_use]
pub fn shown(field: LeadField, text: &str) -> String {
    match field {
        LeadField::Comments => text.replace("!N", "\n").replace('\r', "\n"),
        LeadField::SourceId
        | LeadField::PhoneCode
        | LeadField::PhoneNumber
        | LeadField::Title
        | LeadField::FirstName
        | LeadField::MiddleInitial
        | LeadField::LastName
        | LeadField::Address1
        | LeadField::Address2
        | LeadField::Address3
        | LeadField::City
        | LeadField::State
        | LeadField::Province
        | LeadField::PostalCode
        | LeadField::CountryCode
        | LeadField::Gender
        | LeadField::DateOfBirth
        | LeadField::AltPhone
        | LeadField::Email
        | LeadField::SecurityPhrase
        | LeadField::Rank
        | LeadField::Owner => text.to_owned(),
    }
}

/// A custom field as the port wants it: a date column shows zeros for a blank, and some releases' download pages write a line
/// break as `!N` where every other route shows it as it is.
#[must_use]
pub fn shown_custom(text: &str) -> String {
    if text == super::stored::NO_DATE { String::new() } else { text.replace("\r\n", "\n").replace("!N", "\n") }
}

/// Whether a phone is hidden behind X: `XXXXXXX101`. No phone holds a letter otherwise.
#[must_use]
pub fn is_masked_phone(phone: &str) -> bool {
    phone.contains('X')
}

/// Whether a row is what a user with hidden data is shown: X of equal length in every text that is not blank.
fn is_masked(row: &LeadRow) -> bool {
    use LeadField::{Address1, City, Email, FirstName, LastName, PhoneNumber, PostalCode, SourceId};
    let get = |field: LeadField| row.values.get(&FieldName::Standard(field)).map_or("", String::as_str);
    let is_hidden = |text: &str| text.bytes().all(|byte| byte == b'X');
    let hidden = [SourceId, FirstName, LastName, Address1, City, PostalCode, Email].map(get);
    let length: usize = hidden.iter().chain([&row.code.as_str()]).map(|text| text.len()).sum();
    is_masked_phone(get(PhoneNumber)) || (length >= 6 && is_hidden(&row.code) && hidden.iter().all(|text| is_hidden(text)))
}
