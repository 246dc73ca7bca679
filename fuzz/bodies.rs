//! What each fuzz target does with its bytes, and what must hold whatever they are. One place for the fuzzer and for the test that replays
//! the corpus, so both see the same.
//!
//! Each function is one target; it panics where a promise is broken. It knows no fuzzer.

#![allow(dead_code, reason = "each target uses one of them")]

use std::collections::BTreeMap;

use vicisync::model::{Contact, ContactId, FieldName, LeadChange, LeadField, LeadId, LeadRow, ListId, Slot, TzMethod, Value};
use vicisync::ports::Effect;
use vicisync::vicidial::call::{self, Ask, Page};
use vicisync::vicidial::reply::Outcome;
use vicisync::vicidial::{Forms, NonLatin, dialing, facts, label, legs, listing, reply, sendable, trouble};

/// One target.
pub(crate) type Body = fn(&[u8]);

/// The targets by their names, which are those of the folders of the corpus.
pub(crate) const TARGETS: [(&str, Body); 11] = [
    ("reply", reply),
    ("listing", listing),
    ("legs", legs),
    ("facts", facts),
    ("stored", stored),
    ("sending", sending),
    ("config", config),
    ("mapping", mapping),
    ("contact", contact),
    ("phone", phone),
    ("template", template),
];

const STATUSES: [u16; 8] = [200, 500, 401, 403, 404, 302, 418, 502];
const TYPES: [&str; 4] = ["text/html; charset=utf-8", "application/octet-stream", "text/plain;charset=UTF-8", ""];
const FUNCTIONS: [&str; 20] = [
    "add_lead",
    "update_lead",
    "batch_update_lead",
    "add_dnc_phone",
    "delete_dnc_phone",
    "lead_dearchive",
    "lead_search",
    "lead_field_info",
    "lead_all_info",
    "lead_callback_info",
    "lead_status_search",
    "list_info",
    "list_custom_fields",
    "campaigns_list",
    "hopper_list",
    "check_phone_number",
    "user_details",
    "version",
    "call_dispo_report",
    "phone_number_log",
];
const PAGES: [Page; 4] = [Page::ListDownload, Page::CallReport, Page::LeadReport, Page::CallbacksExport];

/// Takes one byte off the front; 0 at the end.
fn byte(data: &mut &[u8]) -> usize {
    let Some((first, rest)) = data.split_first() else { return 0 };
    *data = rest;
    usize::from(*first)
}

fn pick<T: Copy>(from: &[T], at: usize) -> T {
    from[at % from.len()]
}

/// Any answer of any status and type to anything that is asked: function, status, type, a switch, then the body.
pub(crate) fn reply(mut data: &[u8]) {
    let (function, status, kind, switch) = (byte(&mut data), byte(&mut data), byte(&mut data), byte(&mut data));
    let mut ask = match function % (FUNCTIONS.len() + PAGES.len()) {
        at if at < FUNCTIONS.len() => Ask::api(FUNCTIONS[at]),
        at => Ask::page(PAGES[at - FUNCTIONS.len()]),
    };
    if switch & 1 == 1 {
        ask = ask.with("custom_fields", "Y");
    }
    if switch & 2 == 2 {
        ask = ask.with("no_update", "Y");
    }
    let answer = reply::read(&ask, pick(&STATUSES, status), pick(&TYPES, kind), data);
    assert!(answer.said.chars().count() <= 200 && !answer.said.contains(char::is_control), "fit for one line: {:?}", answer.said);
    let _ = (answer.added(), answer.updated(), answer.existing());
    let _ = (answer.is_bare(), answer.is_database_down(), format!("{answer:?}"));
    let fault = trouble::fault(&ask, &answer);
    assert!(!fault.message.is_empty());
    let is_certain = matches!(
        answer.outcome,
        Outcome::NotFound | Outcome::Refused | Outcome::Duplicate | Outcome::NoRight | Outcome::LoginRefused | Outcome::Locked
    );
    assert!(!is_certain || fault.effect == Effect::None, "a refusal wrote nothing: {fault:?}");
    assert!(ask.is_write() || fault.effect == Effect::None, "a read writes nothing: {fault:?}");
    assert!(ask.is_write() || !matches!(answer.outcome, Outcome::Unknown | Outcome::Done | Outcome::DoneInPart), "{answer:?}");
    assert!(!ask.is_write() || answer.outcome != Outcome::Data, "{answer:?}");
    assert!(answer.outcome == Outcome::Data || answer.data.is_empty());
}

/// The file of a list, whole and in pieces. However it is cut, the same comes out.
pub(crate) fn listing(data: &[u8]) {
    let whole = rows_of(std::iter::once(data));
    assert_eq!(rows_of(data.chunks(data.len() % 97 + 1)), whole);
    let Ok(cut) = whole else { return };
    for row in &cut.0 {
        assert!(row.list_id == ListId(1001) && row.values.len() >= LeadField::ALL.len(), "{row:?}");
    }
}

fn rows_of<'a>(pieces: impl Iterator<Item = &'a [u8]>) -> Result<(Vec<LeadRow>, Vec<LeadId>), listing::Unreadable> {
    let mut reader = listing::Reader::new(ListId(1001));
    let mut rows = Vec::new();
    for piece in pieces {
        rows.extend(reader.feed(piece)?);
    }
    rows.extend(reader.finish()?);
    Ok((rows, reader.doubtful().to_vec()))
}

/// The file of calls.
pub(crate) fn legs(data: &[u8]) {
    let zone = chrono_tz::America::New_York;
    let Ok(calls) = legs::read(data, zone, &["INGROUP".to_owned()]) else { return };
    for leg in &calls.legs {
        assert_eq!(leg.start, legs::instant(zone, leg.key.start));
        assert!(!leg.key.user.is_empty() && !leg.key.uniqueid.is_empty());
    }
    // A remark says where and what, not who.
    assert!(calls.unreadable.iter().all(|remark| remark.starts_with("row ")));
}

/// The small answers: clock, offset, hopper, lists, leads by code, campaigns, users, callbacks.
pub(crate) fn facts(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let _ = (facts::version(&text), facts::local_time(&text), facts::hopper(&text), facts::list(&text, ListId(1001)));
    for offset in TzMethod::ALL.iter().filter_map(|method| facts::offset(&text, *method)) {
        assert!(offset.parse::<f64>().is_ok_and(|hours| (-12.0..=14.0).contains(&hours)));
    }
    let keys = ["V0000000000000000001", "V0000000000000000002"];
    if let Some(found) = facts::found(&text, &keys) {
        assert!(found.len() == keys.len() && found.values().all(|ids| ids.is_sorted()));
    }
    let _ = (dialing::agent(&text), dialing::Standing::read(&text, LeadId(1)), label::is_label(&text));
    assert!(dialing::campaign(&text, "TESTCAMP").is_none_or(|known| known.id().as_str().eq_ignore_ascii_case("TESTCAMP")));
    assert!(dialing::DncNumber::parse(&text).is_none_or(|number| (6..=18).contains(&number.as_str().len())));
}

fn field(at: usize) -> FieldName {
    match at % (LeadField::ALL.len() + 1) {
        at if at < LeadField::ALL.len() => FieldName::Standard(LeadField::ALL[at]),
        _ => FieldName::Custom("note".to_owned()),
    }
}

/// One value of one field: what is sent of it is shown as it was sent, and stays so.
pub(crate) fn stored(mut data: &[u8]) {
    let (non_latin, at) = (pick(&[NonLatin::On, NonLatin::Off, NonLatin::Unknown], byte(&mut data)), byte(&mut data));
    let (forms, field, text) = (Forms { non_latin }, field(at), String::from_utf8_lossy(data));
    let (wire, stored) = (forms.wire(&field, &text), forms.stored(&field, &text));
    assert_eq!(forms.wire(&field, &wire), wire, "the form that is sent is final");
    assert_eq!(forms.stored(&field, &stored), stored, "what is stored stays");
    assert_eq!(forms.shown(&field, &wire), stored, "what is shown is what was predicted");
    assert!(!wire.contains(['\\', '\n', '\r', '\t', '\0', '+']) && wire != "--BLANK--", "{wire:?}");
    assert!(wire.trim() == wire && wire.chars().all(|letter| letter.len_utf8() < 4), "{wire:?}");
    if let FieldName::Standard(standard) = field {
        assert!(stored.chars().count() <= standard.width(), "{stored:?}");
    }
    let remark = forms.remark(&text);
    assert_eq!(forms.remark(&remark), remark);
}

/// A change of many values: it can be sent, or only a phone or a status is turned back. Values are separated by noughts.
pub(crate) fn sending(mut data: &[u8]) {
    let non_latin = pick(&[NonLatin::On, NonLatin::Off, NonLatin::Unknown], byte(&mut data));
    let forms = Forms { non_latin };
    let mut fields = BTreeMap::new();
    let mut status = None;
    for (at, value) in data.split(|&byte| byte == 0).enumerate().take(LeadField::ALL.len() + 2) {
        let text = String::from_utf8_lossy(value).into_owned();
        if at > LeadField::ALL.len() {
            status = Some(text);
        } else {
            fields.insert(field(at), text);
        }
    }
    let custom: BTreeMap<String, String> =
        fields.values().filter(|label| label::is_label(label)).map(|label| (label.clone(), label.clone())).collect();
    let change = LeadChange { fields, status, ..LeadChange::default() };
    for ask in [
        call::update_lead(forms, LeadId(1), &change, Some("-5")),
        call::update_leads(forms, &[LeadId(1), LeadId(2)], &change),
        call::set_custom(forms, LeadId(1), &custom),
    ] {
        if let Err(fault) = sendable::check(&ask) {
            assert!(matches!(fault.code, "phone_refused" | "status_refused"), "{fault} {ask:?}");
        }
    }
}

/// The config's text.
pub(crate) fn config(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    match vicisync::config::parse("vicisync.toml", text) {
        Ok(_) => {}
        Err(found) => {
            assert!(!found.is_empty(), "what is refused has a reason");
            let _ = vicisync::diag::render::render(&found, text, false);
        }
    }
}

/// A mapping's text, and a contact for it where it can be read.
pub(crate) fn mapping(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    match vicisync::mapping::parse("m.toml", text) {
        Ok((program, _)) => {
            let _ = (program.map(&ann()), program.tests(), program.custom_labels());
        }
        Err(found) => {
            assert!(!found.is_empty(), "what is refused has a reason");
            let _ = vicisync::diag::render::render(&found, text, false);
        }
    }
}

const ATTRIBUTES: [&str; 12] = [
    "phoneNumber",
    "firstName",
    "lastName",
    "addressStreet",
    "addressCity",
    "addressState",
    "addressPostalCode",
    "addressCountry",
    "emailAddress",
    "description",
    "cPlan",
    "cNote",
];

fn ann() -> Contact {
    let values = ["(212) 555-0100", "Ann", "Example", "1 Main St", "Tampa", "Florida", "33701", "United States", "ann@example.com"];
    with(values.into_iter().map(|text| Value::Text(text.to_owned())))
}

fn with(values: impl Iterator<Item = Value>) -> Contact {
    let mut fields: BTreeMap<String, Value> = ATTRIBUTES.iter().map(|name| (*name).to_owned()).zip(values).collect();
    fields.insert("cSegment".to_owned(), Value::Text("north".to_owned()));
    Contact { id: ContactId("c1".to_owned()), updated: None, opted_out: false, fields }
}

/// A contact's values, separated by noughts, through the mapping of the rehearsal: phones, transforms, templates.
pub(crate) fn contact(data: &[u8]) {
    thread_local! {
        static PROGRAM: vicisync::mapping::Program = vicisync::mapping::parse("rehearsal.toml", include_str!("../mappings/rehearsal.toml"))
            .map(|(program, _)| program)
            .unwrap_or_else(|found| panic!("the rehearsal's mapping has {} mistakes", found.len()));
    }
    let text = String::from_utf8_lossy(data);
    let contact = with(text.split('\0').map(|value| Value::Text(value.to_owned())));
    let mapped = PROGRAM.with(|program| (program.map(&contact), program.map(&contact)));
    assert_eq!(format!("{:?}", mapped.0), format!("{:?}", mapped.1), "a mapping knows nothing but the contact");
    if let vicisync::mapping::Mapped::Lead(lead) = mapped.0 {
        assert!(!lead.phone.number.is_empty() && lead.phone.e164()[1..].bytes().all(|byte| byte.is_ascii_digit()), "{:?}", lead.phone);
    }
}

const REGIONS: [&str; 16] = ["US", "CA", "GB", "DE", "IT", "FR", "AU", "JP", "BR", "MX", "RU", "SE", "IE", "IN", "SG", "JM"];

/// A country, then texts of a contact's phone fields, separated by noughts: what is dialed is digits, stays the same when it is seen again, and
/// is the same number when it is written out in full.
pub(crate) fn phone(mut data: &[u8]) {
    thread_local! {
        static PROGRAMS: Vec<vicisync::mapping::Program> = REGIONS.iter().map(|region| dialing(region)).collect();
    }
    let at = byte(&mut data);
    let text = String::from_utf8_lossy(data);
    let texts: Vec<&str> = text.split('\0').collect();
    let contact = dialed(&texts);
    let mapped = PROGRAMS.with(|programs| pick(&programs.iter().collect::<Vec<_>>(), at).map(&contact));
    assert_eq!(mapped, dialing(pick(&REGIONS, at)).map(&contact), "what was seen before changes nothing");
    let lead = match mapped {
        vicisync::mapping::Mapped::Lead(lead) => lead,
        vicisync::mapping::Mapped::Rejected(rejection) => {
            assert!(matches!(rejection.reason.as_str(), "phone_missing" | "phone_invalid"), "{rejection:?}");
            return;
        }
        vicisync::mapping::Mapped::Filtered { why } => panic!("{why}"),
    };
    let is_number = |text: &str, longest: usize| text.len() <= longest && text.bytes().all(|byte| byte.is_ascii_digit());
    assert!(!lead.phone.code.is_empty() && !lead.phone.number.is_empty() && is_number(&lead.phone.e164()[1..], 15), "{:?}", lead.phone);
    let again = dialing(pick(&REGIONS, at)).phone(&dialed(&[&lead.phone.e164()]), &Slot::main());
    assert_eq!(again.as_ref(), Some(&lead.phone), "written out in full");
    let (alt, third) = (&lead.fields[&FieldName::Standard(LeadField::AltPhone)], &lead.fields[&FieldName::Standard(LeadField::Address3)]);
    assert!(is_number(alt, 12) && is_number(third, 15), "{alt} {third}");
    assert!(*alt != lead.phone.number && *third != lead.phone.number && (alt.is_empty() || alt != third), "{alt} {third}");
}

fn dialing(region: &str) -> vicisync::mapping::Program {
    let text = format!(
        "object = \"Contact\"\n[list_default]\nlist = 1000\n[phone]\nfrom = [\"a\", \"b\", \"c\"]\nregion_from = \"d\"\n\
         default_region = \"{region}\"\nregions = \"all\"\nothers = [\"alt_phone\", \"address3\"]\n"
    );
    vicisync::mapping::parse("m.toml", &text).map(|(program, _)| program).unwrap_or_else(|found| panic!("{} mistakes", found.len()))
}

fn dialed(texts: &[&str]) -> Contact {
    let values = texts.iter().map(|text| Value::Text((*text).to_owned()));
    let fields = ["a", "b", "c", "d"].into_iter().map(str::to_owned).zip(values).collect();
    Contact { id: ContactId("c1".to_owned()), updated: None, opted_out: false, fields }
}

/// A text with expressions, of contacts and of calls, and after a nought a contact's values: it is refused at characters that are there, or it gives one text
/// or one reason.
pub(crate) fn template(data: &[u8]) {
    let all = String::from_utf8_lossy(data);
    let mut pieces = all.split('\0');
    let written: String = pieces.next().unwrap_or_default().chars().map(escaped).collect();
    let rules = format!(
        "object = \"Contact\"\n[list_default]\nlist = 1000\n[phone]\nfrom = \"phoneNumber\"\ndefault_region = \"US\"\n\
         [lead]\ncomments = {{ template = \"{written}\" }}\n"
    );
    let calls = format!("{rules}[calls]\ngo_live = 2026-11-01T00:00:00Z\nalways = {{ set = {{ a = \"{written}\" }} }}\n");
    let mut contact = with(std::iter::once("(212) 555-0100").chain(pieces).map(|text| Value::Text(text.to_owned())));
    contact.fields.insert("tags".to_owned(), Value::List(vec![Value::Text("a".to_owned()), Value::Int(2), Value::Null]));
    for text in [rules, calls] {
        match vicisync::mapping::parse("m.toml", &text) {
            Ok((program, _)) => {
                let trace = program.trace(&contact);
                assert_eq!(trace.mapped, program.map(&contact), "a mapping knows nothing but the contact");
                let is_lead = matches!(trace.mapped, vicisync::mapping::Mapped::Lead(_));
                assert_eq!(is_lead, trace.fields.iter().all(|field| field.value.is_ok()));
                assert!(program.names().iter().all(|named| text.get(named.place.clone()).is_some()));
            }
            Err(found) => {
                assert!(!found.is_empty(), "what is refused has a reason");
                for diagnostic in &found {
                    assert!(diagnostic.labels.iter().all(|(place, _)| text.get(place.clone()).is_some()), "{diagnostic:?} in {text}");
                }
                let _ = vicisync::diag::render::render(&found, &text, false);
            }
        }
    }
}

/// A character as it stands in a text of TOML.
fn escaped(letter: char) -> String {
    match letter {
        '"' | '\\' => format!("\\{letter}"),
        _ if letter.is_control() => format!("\\u{:04X}", u32::from(letter)),
        _ => letter.to_string(),
    }
}
