//! Every recorded write that was read back, against the prediction: what we would send agrees without exception; what we would never send
//! agrees too, or for a reason that is named here.

use std::collections::BTreeMap;

use serde_json::Value;
use vicisync::model::{FieldName, LeadField};
use vicisync::vicidial::custom::Columns;
use vicisync::vicidial::{Forms, NonLatin};

use crate::recorded::{Exchange, custom_columns, scenarios, step, transcripts};

/// The columns of `lead_all_info`, as far as fields of ours go.
const ALL_INFO: [&str; 32] = [
    "status",
    "user",
    "vendor_lead_code",
    "source_id",
    "list_id",
    "gmt_offset_now",
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
    "lead_id",
];

/// What stands for a value of raw bytes.
const BYTES: &str = "(bytes)";

/// What was found.
#[derive(Default)]
struct Tally {
    columns: Columns,
    /// Values in the form that we send, all of which must agree.
    ours: usize,
    /// Values that we would never send, which agree nevertheless.
    others: usize,
    /// Values that we would never send and that do not agree, by the reason.
    apart: BTreeMap<&'static str, usize>,
    wrong: Vec<String>,
}

impl Tally {
    fn compare(&mut self, forms: Forms, place: &str, field: &FieldName, sent: &str, real: &str) {
        let predicted = forms.shown(field, sent);
        // The database lane tells the types of custom columns; then those values are in our form that fit them.
        let is_ours = forms.wire(field, sent) == sent && self.columns.fit(forms, field, sent) == sent && sent != BYTES;
        // A date column of a custom table shows noughts for a blank.
        let agrees = predicted == real || (matches!(field, FieldName::Custom(_)) && predicted.is_empty() && real == "0000-00-00");
        match (agrees, is_ours) {
            (true, true) => self.ours += 1,
            (true, false) => self.others += 1,
            (false, _) => match reason(forms, field, sent, real).filter(|_| !is_ours) {
                Some(reason) => *self.apart.entry(reason).or_default() += 1,
                None => self.wrong.push(format!("{place}: {field} of {sent:?}: predicted {predicted:?}, is {real:?}")),
            },
        }
    }
}

/// Why a value that we would not send reads back as something else than it was filtered to.
fn reason(forms: Forms, field: &FieldName, sent: &str, real: &str) -> Option<&'static str> {
    if sent.contains('\\') {
        Some("a backslash is an escape of SQL; we send a slash")
    } else if sent.contains(['\n', '\r']) {
        Some("update_lead writes a line break as !N; we send a space")
    } else if sent.chars().any(|letter| letter.len_utf8() > 3) {
        Some("characters beyond three bytes become question marks; we leave them out")
    } else if forms.non_latin == NonLatin::Off && sent.len() > real.len() && !sent.is_ascii() {
        Some("an old character set counts bytes; we cut by bytes there")
    } else if real.contains('\u{FFFD}') || sent.contains('\u{FFFD}') || sent == BYTES {
        Some("bytes that are no UTF-8; we send none")
    } else if *field == FieldName::Standard(LeadField::PhoneNumber) && sent.contains(',') {
        Some("a comma stays in a phone number; we send digits")
    } else if matches!(field, FieldName::Custom(_)) && sent.starts_with(real) {
        Some("a custom column cuts what is too long; we cut where the database tells the width")
    } else if matches!(field, FieldName::Custom(_)) && (real == "0000-00-00" || real.is_empty()) {
        Some("a custom column of dates makes noughts of other texts; we send a blank where the database tells the type")
    } else {
        None
    }
}

/// What is known to have been sent last, by lead and field; for custom fields by the list whose table holds them.
#[derive(Default)]
struct Sent {
    standard: BTreeMap<(String, LeadField), (String, How)>,
    custom: BTreeMap<(String, String, String), String>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum How {
    Insert,
    Update,
}

/// The data of an answer's lines of this kind.
fn data<'a>(body: &'a str, message: &'a str) -> impl Iterator<Item = Vec<&'a str>> {
    body.lines().filter_map(move |line| line.split_once(message)).map(|(_, data)| data.trim_start_matches(" - ").split('|').collect())
}

impl Sent {
    fn note(&mut self, forms: Forms, exchange: &Exchange) {
        let function = exchange.ask.function();
        if !matches!(function, "add_lead" | "update_lead" | "batch_update_lead")
            || !matches!(exchange.outcome.as_str(), "done" | "done_in_part")
        {
            return;
        }
        let body = String::from_utf8_lossy(&exchange.body).into_owned();
        let get = |name: &str| exchange.ask.params.iter().rfind(|(other, _)| other == name).map(|(_, value)| value.as_str());
        for cells in data(&body, " LEAD HAS BEEN DELETED ") {
            // `0|0 - user|lead|…`
            if let Some(lead) = cells.get(2) {
                self.standard.retain(|(other, _), _| other != lead);
            }
        }
        let mut leads: Vec<(String, How)> = data(&body, "LEAD HAS BEEN ADDED").map(|cells| (cells[2].to_owned(), How::Insert)).collect();
        leads.extend(data(&body, "LEAD HAS BEEN UPDATED").filter(|cells| cells[2] != "-1").map(|cells| (cells[1].to_owned(), How::Update)));
        for cells in data(&body, "LEADS HAVE BEEN UPDATED") {
            leads.extend(cells[3].split(',').map(|lead| (lead.to_owned(), How::Update)));
        }
        for (lead, how) in leads {
            if how == How::Insert {
                self.standard.retain(|(other, _), _| *other != lead);
            }
            for &field in LeadField::ALL {
                let Some(text) = get(field.name()) else { continue };
                let is_phone = field == LeadField::PhoneNumber && how == How::Update;
                if is_phone && get("update_phone_number") != Some("Y") || (how == How::Update && leaves_unchanged(forms, field, text)) {
                    continue;
                }
                self.standard.insert((lead.clone(), field), (text.to_owned(), how));
            }
        }
        for (message, at) in [("CUSTOM FIELDS VALUES UPDATED", 4), ("CUSTOM FIELDS VALUES ADDED", 2)] {
            for cells in data(&body, message) {
                for (name, text) in exchange.ask.params.iter().filter(|(name, _)| LeadField::from_name(name).is_none()) {
                    self.custom.insert((cells[at].to_owned(), cells[1].to_owned(), name.clone()), text.clone());
                }
            }
        }
    }

    /// What the telephony side or an admin wrote is nobody's prediction.
    fn forget(&mut self, database: &Value) {
        if database["update"] == "vicidial_list" {
            let set = database["set"].as_object().unwrap();
            self.standard.retain(|(_, field), _| !set.contains_key(field.name()));
        } else if database["insert"] == "vicidial_list" || database["delete"] == "vicidial_list" {
            self.standard.clear();
        }
    }

    fn compare(&self, forms: Forms, place: &str, lead: &str, real: impl Fn(LeadField) -> Option<String>, tally: &mut Tally) {
        for ((_, field), (text, how)) in
            self.standard.range((lead.to_owned(), LeadField::SourceId)..).take_while(|((other, _), _)| other == lead)
        {
            let Some(real) = real(*field) else { continue };
            if text == "--BLANK--" && *how == How::Update {
                let cleared = if *field == LeadField::DateOfBirth { "0000-00-00" } else { "" };
                assert_eq!(real, cleared, "{place}: cleared {}", field.name());
                tally.ours += usize::from(*field != LeadField::Gender);
            } else {
                tally.compare(forms, place, &FieldName::Standard(*field), text, &real);
            }
        }
    }
}

/// Whether the filter leaves nothing of a text: then an update leaves the field as it is.
fn leaves_unchanged(forms: Forms, field: LeadField, text: &str) -> bool {
    match field {
        LeadField::Rank | LeadField::PhoneCode | LeadField::PhoneNumber => !text.contains(|letter: char| letter.is_ascii_digit()),
        LeadField::DateOfBirth => !text.contains(|letter: char| letter.is_ascii_digit() || letter == '-'),
        LeadField::Gender => text != "--BLANK--" && !text.contains(|letter: char| letter.is_ascii_uppercase()),
        _ => text != "--BLANK--" && forms.shown(&FieldName::Standard(field), text).is_empty(),
    }
}

/// A column as VICIdial's own pages show it. Without `use_non_latin` a stock server keeps each byte of a text as a character of its own.
fn shown(cell: &Value, non_latin: NonLatin) -> Option<String> {
    const HIGH: &str = "€\u{81}‚ƒ„…†‡ˆ‰Š‹Œ\u{8d}Ž\u{8f}\u{90}‘’“”•–—˜™š›œ\u{9d}žŸ";
    let text = match cell {
        Value::String(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        _ => return None,
    };
    if non_latin != NonLatin::Off || text.is_ascii() {
        return Some(text);
    }
    let byte = |letter: char| match HIGH.chars().position(|high| high == letter) {
        Some(at) => u8::try_from(0x80 + at).unwrap(),
        None => u8::try_from(u32::from(letter)).unwrap_or(b'?'),
    };
    Some(String::from_utf8_lossy(&text.chars().map(byte).collect::<Vec<u8>>()).into_owned())
}

/// The row of a `lead_all_info` without custom fields, in the plain format.
fn all_info(exchange: &Exchange) -> Option<BTreeMap<&'static str, String>> {
    let is_plain = exchange.ask.function() == "lead_all_info"
        && exchange.outcome == "data"
        && ["header", "stage", "custom_fields", "archived_lead"].iter().all(|name| exchange.ask.get(name).is_empty());
    let body = std::str::from_utf8(&exchange.body).ok()?;
    let cells: Vec<&str> = body.strip_suffix('\n')?.split('|').collect();
    (is_plain && cells.len() == ALL_INFO.len()).then(|| ALL_INFO.into_iter().zip(cells.into_iter().map(str::to_owned)).collect())
}

fn of_scenario(scenario: &Value, tally: &mut Tally) {
    let non_latin = if scenario["settings"]["use_non_latin"] == "1" { NonLatin::On } else { NonLatin::Off };
    let forms = Forms { non_latin };
    let mut sent = Sent::default();
    for one in scenario["steps"].as_array().unwrap() {
        let place = format!("{} at {}", scenario["name"].as_str().unwrap(), one["clock"].as_str().unwrap());
        if let Some(exchange) = step(scenario, one) {
            sent.note(forms, &exchange);
            if let Some(row) = all_info(&exchange) {
                sent.compare(forms, &place, &row["lead_id"], |field| row.get(field.name()).cloned(), tally);
            }
        }
        if one.get("database").is_some() {
            sent.forget(&one["database"]);
        }
        let rows = one["check"]["rows"].as_array();
        let table = one["check"]["table"].as_str().unwrap_or("");
        for row in rows.into_iter().flatten() {
            let lead = row["lead_id"].to_string();
            if table == "vicidial_list" {
                sent.compare(forms, &place, &lead, |field| shown(&row[field.name()], non_latin), tally);
            } else if let Some(list) = table.strip_prefix("custom_") {
                for ((_, _, label), text) in sent.custom.iter().filter(|((of, other, _), _)| of == list && *other == lead) {
                    if let Some(real) = shown(&row[label.as_str()], non_latin) {
                        let text = if text == "--BLANK--" { "" } else { text };
                        tally.compare(forms, &place, &FieldName::Custom(label.clone()), text, &real);
                    }
                }
            }
        }
    }
}

/// Between two recorded exchanges others took place: an add and a read belong together where lead and phone are the same.
fn of_transcripts(tally: &mut Tally) {
    let mut sent = Sent::default();
    for exchange in transcripts() {
        let is_on = exchange.preconditions.contains("use_non_latin=1") || exchange.name.contains("non_latin=1");
        let forms = Forms { non_latin: if is_on { NonLatin::On } else { NonLatin::Off } };
        if exchange.ask.function() == "add_lead" {
            sent.note(forms, &exchange);
        }
        let Some(row) = all_info(&exchange) else { continue };
        let phone = sent.standard.get(&(row["lead_id"].clone(), LeadField::PhoneNumber)).map(|(phone, _)| phone.clone());
        if phone.as_ref() == Some(&row["phone_number"]) && !exchange.name.contains("stored under non_latin=1") {
            sent.compare(forms, &exchange.name, &row["lead_id"], |field| row.get(field.name()).cloned(), tally);
        }
    }
}

#[test]
fn every_recorded_write_that_was_read_back_shows_what_is_predicted() {
    let columns = custom_columns();
    let columns = Columns::gather(columns.iter().map(|(label, definition)| (label.as_str(), definition.as_str())));
    let mut tally = Tally { columns, ..Tally::default() };
    for scenario in scenarios() {
        of_scenario(&scenario, &mut tally);
    }
    let of_scenarios = (tally.ours, tally.others);
    of_transcripts(&mut tally);
    println!("in the form that we send: {} agree; in others: {} agree", tally.ours, tally.others);
    println!("({} and {} of them from scenarios)", of_scenarios.0, of_scenarios.1);
    for (reason, count) in &tally.apart {
        println!("{count:4} cannot agree: {reason}");
    }
    assert!(tally.wrong.is_empty(), "{} wrong:\n{}", tally.wrong.len(), tally.wrong.join("\n"));
    assert!(tally.ours > 1_500 && tally.ours > of_scenarios.0, "{} compared, {} of scenarios", tally.ours, of_scenarios.0);
}
