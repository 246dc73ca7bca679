//! The body of `list_download` read into leads. Pure.
//!
//! The file quotes nothing: a tab or a line break inside a value shifts everything after it. So each row must prove that its
//! cells stand where the header says, or its lead is named as doubtful, to be read again one field at a time. A row is never
//! guessed. Rows are split at CRLF, as stored values hold bare line feeds.

use std::collections::BTreeMap;

use chrono::NaiveDateTime;

use super::facts::local_time;
use super::line::decode;
use crate::model::{FieldName, LeadField, LeadId, LeadRow, ListId};

/// What a file holds.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Listing {
    /// Leads whose row is certain.
    pub rows: Vec<LeadRow>,
    /// Leads whose row is not.
    pub doubtful: Vec<LeadId>,
    /// Labels of the list's own custom fields.
    pub labels: Vec<String>,
}

/// Why a file could not be read at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unreadable {
    /// It does not begin with the header of a list.
    Header,
    /// It does not end with a line's end.
    CutOff,
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

/// Reads the file of one list.
///
/// # Errors
/// [`Unreadable`] where no row of it may be trusted.
pub fn read(body: &[u8], list: ListId) -> Result<Listing, Unreadable> {
    let Some(body) = body.strip_suffix(b"\r\n") else { return Err(Unreadable::CutOff) };
    let mut lines = split_crlf(body);
    let header = lines.next().map(|line| decode(line).into_owned()).unwrap_or_default();
    let names: Vec<&str> = header.split('\t').collect();
    if !names.starts_with(&COLUMNS) {
        return Err(Unreadable::Header);
    }
    let extra = &names[COLUMNS.len()..];
    let spare = spare_columns(extra);
    let labels: Vec<String> = extra[..extra.len() - spare].iter().map(|&label| label.to_owned()).collect();

    let mut listing = Listing { labels, ..Listing::default() };
    // Whether the last line's row was taken for certain; a line that begins no row takes that back.
    let mut last: Option<(LeadId, bool)> = None;
    for line in lines {
        let cells: Vec<String> = line.split(|&byte| byte == b'\t').map(|cell| decode(cell).into_owned()).collect();
        let Some(lead) = head(&cells) else {
            if let Some((lead, true)) = last.take() {
                listing.rows.pop();
                listing.doubtful.push(lead);
            }
            continue;
        };
        let row = row(&cells, lead, list, &listing.labels, spare);
        if row.as_ref().is_some_and(is_masked) {
            return Err(Unreadable::Masked);
        }
        last = Some((lead, row.is_some()));
        match row {
            Some(row) => listing.rows.push(row),
            None => listing.doubtful.push(lead),
        }
    }
    Ok(listing)
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

/// A time that may be none.
fn time(text: &str) -> Option<Option<NaiveDateTime>> {
    if text.is_empty() || text == "0000-00-00 00:00:00" { Some(None) } else { local_time(text).map(Some) }
}

/// The row, if every cell whose form is known has it.
fn row(cells: &[String], lead: LeadId, list: ListId, labels: &[String], spare: usize) -> Option<LeadRow> {
    let base = COLUMNS.len();
    let with_custom = base + if spare > 0 { spare } else { labels.len() };
    if cells.len() != base && cells.len() != with_custom {
        return None;
    }
    let custom = &cells[base..];
    if custom.iter().skip(labels.len()).any(|cell| !cell.is_empty()) {
        return None;
    }
    let get = |name: &str| COLUMNS.iter().position(|column| *column == name).and_then(|at| cells.get(at)).map_or("", String::as_str);
    let is_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    // What a column may hold beside a blank, which older leads have in some.
    let is_flag = |text: &str| matches!(text, "" | "N" | "D") || text.strip_prefix('Y').is_some_and(is_digits);
    let is_offset = |text: &str| text.is_empty() || text.parse::<f64>().is_ok_and(|offset| (-12.0..=14.0).contains(&offset));
    let is_count = |text: &str| !text.is_empty() && is_digits(text);
    let stands = get("list_id") == list.to_string()
        && is_offset(get("gmt_offset_now"))
        && is_flag(get("called_since_last_reset"))
        && is_digits(get("phone_code"))
        && !get("phone_number").contains(|letter: char| letter.is_ascii_alphabetic() && letter != 'X')
        && matches!(get("gender"), "" | "M" | "F" | "U")
        && is_date(get("date_of_birth"))
        && is_count(get("called_count"))
        && time(get("last_local_call_time")).is_some()
        && (get("rank").is_empty() || get("rank").parse::<i32>().is_ok())
        && is_count(get("entry_list_id"));
    if !stands {
        return None;
    }
    let mut values: BTreeMap<FieldName, String> =
        LeadField::ALL.iter().map(|&field| (FieldName::Standard(field), shown(field, get(field.name())))).collect();
    for (at, label) in labels.iter().enumerate() {
        // A lead without custom data has no such cells: all blank.
        values.insert(FieldName::Custom(label.clone()), shown_custom(custom.get(at).map_or("", String::as_str)));
    }
    Some(LeadRow {
        lead_id: lead,
        code: get("vendor_lead_code").to_owned(),
        list_id: list,
        status: get("status").to_owned(),
        called_count: get("called_count").parse().ok()?,
        modified: time(get("modify_date")).flatten(),
        values,
    })
}

fn is_date(text: &str) -> bool {
    text.is_empty()
        || (text.len() == 10
            && text.bytes().enumerate().all(|(at, byte)| if at == 4 || at == 7 { byte == b'-' } else { byte.is_ascii_digit() }))
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
