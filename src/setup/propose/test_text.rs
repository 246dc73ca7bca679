//! The proposed mapping's tests: what must always hold, and contacts of the CRM with made-up values.

use std::collections::{BTreeMap, BTreeSet};

use super::{Answers, Fields, Seen, field_lines};
use crate::mapping::{self, Mapped, Program};
use crate::model::{Call, CampaignId, Contact, CrmFieldKind, LeadId, ListId};
use crate::setup::mask::{self, key, quoted};

/// Numbers that the countries keep for fiction.
const NUMBERS: [(&str, &str); 7] = [
    ("US", "(212) 555-0100"),
    ("CA", "(416) 555-0100"),
    ("PR", "(787) 555-0100"),
    ("GB", "020 7946 0100"),
    ("DE", "030 23125 100"),
    ("FR", "01 99 00 01 00"),
    ("AU", "02 5550 0100"),
];

/// Contacts of the CRM that become tests.
const SAMPLES_MAX: usize = 3;

/// The tables, for the mapping that `text` is so far.
pub(super) fn tests(text: &str, answers: &Answers, seen: &Seen) -> String {
    let mut tests =
        String::from("\n# Tests of your own: what must become of a contact, or of a call. Run them after each change: vicisync test\n");
    let Ok((program, _)) = mapping::parse("mapping", text) else { return String::new() };
    let phones = field_lines::phones(seen.fields.all());
    let phone = phones.first().map_or_else(|| "phoneNumber".to_owned(), |field| key(&field.name));
    if let Some((_, number)) = NUMBERS.iter().find(|(region, _)| *region == answers.region) {
        tests.push_str(&table(
            "a contact with a phone becomes a lead",
            &[
                &format!("contact = {{ {phone} = {} }}", quoted(number)),
                &format!("lead = {{ list = {} }}", answers.lists.first().unwrap_or(&1001)),
            ],
        ));
        tests.push_str(&table(
            "a person who must not be called is never dialed",
            &[&format!("contact = {{ {phone} = {}, opted_out = true }}", quoted(number)), "rejected = \"opted_out\""],
        ));
    }
    tests.push_str(&table("nobody without a phone", &[&format!("contact = {{ {phone} = \"\" }}"), "rejected = \"phone_missing\""]));
    tests.push_str(&call(&program));
    let recorded = samples(text, &program, answers, seen);
    if !recorded.is_empty() {
        tests.push_str("\n# Contacts as they are in the CRM, with made-up values in the place of personal ones. More of them: vicisync test --record CONTACT_ID\n");
        tests.push_str(&recorded.join("\n"));
    }
    tests
}

fn table(name: &str, lines: &[&str]) -> String {
    format!("\n[[test]]\nname = {}\n{}\n", quoted(name), lines.join("\n"))
}

/// A sale, with what it sets.
fn call(program: &Program) -> String {
    let start = chrono::DateTime::from_timestamp(1_800_000_000, 0).unwrap_or_default();
    let sale = Call {
        key: String::new(),
        lead_id: LeadId(77),
        status: "SALE".to_owned(),
        user: "agent6001".to_owned(),
        campaign: CampaignId("SALES".to_owned()),
        list_id: ListId(1001),
        start,
        end: start + chrono::TimeDelta::seconds(65),
        seconds: 65,
        is_inbound: false,
        phone: String::new(),
    };
    let disposed = program.dispose(&sale, 3);
    let set: Vec<String> = disposed.set.iter().map(|(name, value)| format!("{} = {}", key(name), mask::literal(value))).collect();
    let set = if set.is_empty() { "set = {}".to_owned() } else { format!("set = {{ {} }}", set.join(", ")) };
    let activity = format!("activity = {}", disposed.activity.is_some());
    let call = format!(
        "call = {{ status = \"SALE\", agent = \"agent6001\", count = 3, lead_id = 77, start = {}, seconds = 65 }}",
        start.format("%Y-%m-%dT%H:%M:%SZ")
    );
    table("a sale", &[&call, &set, &activity])
}

/// Tests of the first contacts that differ in what becomes of them, leads with many fields first.
fn samples(text: &str, program: &Program, answers: &Answers, seen: &Seen) -> Vec<String> {
    let kinds: BTreeMap<String, CrmFieldKind> = match &seen.fields {
        Fields::Told(fields) => fields.iter().map(|field| (field.name.clone(), field.kind.clone())).collect(),
        // A guessed choice may be somebody's name.
        Fields::Guessed(_) | Fields::Unknown => BTreeMap::new(),
    };
    let read = program.contact_fields();
    let mut contacts: Vec<(usize, Contact)> = seen
        .samples
        .iter()
        .map(|sample| {
            let fields = sample.fields.iter().filter(|(name, value)| read.contains(*name) && !value.is_blank());
            let contact = Contact { fields: fields.map(|(name, value)| (name.clone(), value.clone())).collect(), ..sample.clone() };
            (contact.fields.len(), contact)
        })
        .collect();
    contacts.sort_by_key(|(count, _)| std::cmp::Reverse(*count));
    let mut ways: BTreeSet<String> = BTreeSet::new();
    let mut recorded = Vec::new();
    for (_, contact) in contacts {
        let way = match program.map(&contact) {
            Mapped::Lead(lead) => format!("a lead in list {}", lead.list_id),
            Mapped::Rejected(rejection) => format!("rejected, {}", rejection.reason),
            Mapped::Filtered { .. } => "kept out".to_owned(),
        };
        if recorded.len() < SAMPLES_MAX && !ways.contains(&way) {
            let name = format!("like a contact of the CRM: {way}");
            // One that cannot be masked is left out: another may do.
            if let Ok(made) = mask::record(program, text, &contact, &kinds, Some(&name), &answers.day.to_string()) {
                recorded.push(made.text);
                ways.insert(way);
            }
        }
    }
    if !recorded.is_empty() {
        recorded.insert(0, String::new());
    }
    recorded
}
