//! Reads `[[test]]`.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use toml::de::DeValue;

use crate::diag::render::position;
use crate::diag::{Code, Item, Table, suggest};
use crate::model::{Call, CampaignId, Contact, ContactId, FieldName, LeadId, ListId, Slot, Value};

use super::flags::Flag;
use super::moment;
use super::source;
use super::trial::{CallTrial, Expected, ExpectedLead, Trial, TypedTrial};

const REASONS: [(&str, &str); 6] = [
    ("opted_out", "opted_out"),
    ("no_list", "no_list"),
    ("phone_missing", "phone_missing"),
    ("phone_invalid", "phone_invalid"),
    ("phone_foreign", "phone_foreign"),
    ("template_failed", "template_failed"),
];

/// All tests, in the order of the text. `slots` are the names of further leads; `None` where they could not be read.
pub(super) fn read(root: &Table<'_, '_>, text: &str, slots: Option<&[&str]>) -> Vec<Trial> {
    let tables = root.get("test").and_then(|item| item.tables()).unwrap_or_default();
    tables.iter().filter_map(|table| trial(table, position(text, table.place().start).0, slots)).collect()
}

/// The further lead that a test is about.
fn slot(item: &Item<'_, '_>, has_contact: bool, slots: Option<&[&str]>) -> Option<Slot> {
    let name = item.filled()?;
    if !has_contact {
        item.wrong_key(Code::SaysNothing, "`slot` says nothing, since the test has no contact", "take it out");
    } else if let Some(slots) = slots.filter(|slots| !slots.contains(&name.as_str())) {
        let help = suggest::help(&name, slots).unwrap_or_else(|| "add a table `[[slot]]` with that name, or take the line out".to_owned());
        item.wrong(Code::BadValue, format!("there is no slot `{name}`"), help);
    }
    Some(Slot::named(&name))
}

fn trial(table: &Table<'_, '_>, line: usize, slots: Option<&[&str]>) -> Option<Trial> {
    let name = table.need("name").and_then(|item| item.filled());
    let contact = table.get("contact").and_then(|item| contact(&item));
    let slot = table.get("slot").map(|item| slot(&item, table.get("contact").is_some(), slots));
    let lead = table.get("lead").and_then(|item| lead(&item)).map(Expected::Lead);
    let rejected = table.get("rejected").and_then(|item| item.word(&REASONS)).map(|reason| Expected::Rejected(reason.to_owned()));
    let filtered = table.get("filtered").and_then(|item| item.flag()).filter(|flag| *flag).map(|_| Expected::Filtered);
    let has_expectation = ["lead", "rejected", "filtered"].map(|key| table.get(key).is_some());
    let call = table.get("call").and_then(|item| call(&item));
    let set = table.get("set").map(|item| values(&item));
    let activity = table.get("activity").and_then(|item| item.flag());
    let typed = table.get("typed").map(|item| typed(&item));
    table.finish();

    let empty = |message: &str, help: &str| {
        table.sink().report(table.sink().at(Code::EmptyTest, table.place(), message).help(help));
    };
    let has = |key: &str| table.get(key).is_some();
    let is_typed = has("typed");
    match (has("contact"), has_expectation.iter().filter(|has| **has).count()) {
        (true, 0) if is_typed => {}
        (true, 0) => {
            empty("the test does not say what must become of the contact", "add `lead = {..}`, `rejected = \"..\"` or `filtered = true`")
        }
        (false, 0) if is_typed => empty("the test has no contact whose lead is typed into", "add `contact = {..}`"),
        (true, 1) | (false, 0) => {}
        (true, _) => empty("the test expects more than one thing of its contact", "keep one of lead, rejected, filtered"),
        (false, _) => empty("the test has no contact", "add `contact = {..}`"),
    }
    match (has("call"), has("set") || has("activity")) {
        (true, _) if is_typed => {
            empty("the test has a call and something typed: nothing says which of them `set` is about", "make two of it")
        }
        (true, false) => empty("the test does not say what must become of the call", "add `set = {..}` or `activity = true`"),
        (false, _) if is_typed && !has("set") => {
            let help = "add `set = {..}` with what the contact gets, or `set = {}` where nothing goes to the CRM";
            empty("the test does not say what must become of what is typed", help);
        }
        (false, true) if is_typed && !has("activity") => {}
        (false, true) => empty("the test has no call", "add `call = { status = \"SALE\" }`"),
        (false, false) if !has("contact") && !has_expectation.contains(&true) => {
            empty("the test has neither a contact nor a call", "add `contact = {..}`")
        }
        (true, true) | (false, false) => {}
    }
    Some(Trial {
        name: name?,
        line,
        contact: contact.map(|contact| (contact, lead.or(rejected).or(filtered))),
        slot: slot.unwrap_or_else(|| Some(Slot::main()))?,
        typed: typed.map(|fields| TypedTrial { fields, set: set.clone().unwrap_or_default() }),
        call: call.map(|call| CallTrial { set, activity, ..call }),
    })
}

fn contact(item: &Item<'_, '_>) -> Option<Contact> {
    let table = item.table()?;
    let opted_out = table.get("opted_out").and_then(|item| item.flag()).unwrap_or(false);
    let id = table.get(source::ID).and_then(|item| item.filled()).unwrap_or_else(|| "test-contact".to_owned());
    let entries = table.entries();
    let fields = entries.iter().filter(|entry| entry.key != "opted_out" && entry.key != source::ID);
    Some(Contact {
        id: ContactId(id),
        updated: None,
        opted_out,
        fields: fields.filter_map(|entry| Some((entry.key.clone(), value(entry)?))).collect(),
    })
}

fn values(item: &Item<'_, '_>) -> BTreeMap<String, Value> {
    let entries = item.table().map_or_else(Vec::new, |table| table.entries());
    entries.iter().filter_map(|entry| Some((entry.key.clone(), value(entry)?))).collect()
}

fn value(item: &Item<'_, '_>) -> Option<Value> {
    match item.raw() {
        DeValue::String(text) => Some(Value::Text(text.clone().into_owned())),
        DeValue::Boolean(flag) => Some(Value::Bool(*flag)),
        DeValue::Integer(number) => match i64::from_str_radix(number.as_str(), number.radix()) {
            Ok(number) => Some(Value::Int(number)),
            Err(_) => {
                item.wrong(Code::BadValue, format!("`{}` is out of range", item.path()), "write a smaller number");
                None
            }
        },
        // As the model keeps numbers with a fraction and dates: as their text.
        DeValue::Float(number) => Some(Value::Text(number.as_str().to_owned())),
        DeValue::Datetime(date) => Some(Value::Text(date.to_string())),
        DeValue::Array(_) => Some(Value::List(item.list()?.iter().filter_map(value).collect())),
        DeValue::Table(_) => {
            item.wrong_type("a value as the CRM gives it");
            None
        }
    }
}

fn lead(item: &Item<'_, '_>) -> Option<ExpectedLead> {
    let table = item.table()?;
    let mut expected = ExpectedLead::default();
    for entry in table.entries() {
        match entry.key.as_str() {
            "list" => expected.list = entry.number(0, u64::MAX).map(ListId),
            "phone" => expected.phone = entry.text(),
            "status" => expected.status = entry.text(),
            "custom" => expected.fields.extend(custom(&entry)),
            name => match name.parse::<FieldName>() {
                Ok(field) => {
                    if let Some((_, text)) = named_text(&entry) {
                        expected.fields.insert(field, text);
                    }
                }
                Err(_) => {
                    let help = "write `list`, `phone`, `status`, a lead field, or `custom = {..}`";
                    entry.wrong_key(Code::UnknownLeadField, format!("a lead has no `{name}`"), help);
                }
            },
        }
    }
    Some(expected)
}

/// Custom fields by label.
fn custom(item: &Item<'_, '_>) -> Vec<(FieldName, String)> {
    let entries = item.table().map_or_else(Vec::new, |custom| custom.entries());
    entries.iter().filter_map(named_text).map(|(label, text)| (FieldName::Custom(label), text)).collect()
}

/// Fields of the lead, with what is typed into each.
fn typed(item: &Item<'_, '_>) -> BTreeMap<FieldName, String> {
    let mut fields = BTreeMap::new();
    for entry in item.table().map_or_else(Vec::new, |table| table.entries()) {
        match entry.key.parse::<FieldName>() {
            _ if entry.key == "custom" => fields.extend(custom(&entry)),
            Ok(field) => fields.extend(named_text(&entry).map(|(_, text)| (field, text))),
            Err(_) => {
                let help = "write a lead field, or `custom = {..}`";
                entry.wrong_key(Code::UnknownLeadField, format!("a lead has no `{}`", entry.key), help);
            }
        }
    }
    fields
}

fn named_text(item: &Item<'_, '_>) -> Option<(String, String)> {
    Some((item.key.clone(), source::text(&value(item)?)))
}

/// A call with what the test leaves out made up.
fn call(item: &Item<'_, '_>) -> Option<CallTrial> {
    let table = item.table()?;
    let text = |key: &str| table.get(key).and_then(|item| item.filled());
    let number = |key: &str| table.get(key).and_then(|item| item.number(0, u64::MAX));
    let status = table.need("status").and_then(|item| item.filled());
    let user = text("agent").unwrap_or_else(|| "agent".to_owned());
    let campaign = text("campaign").unwrap_or_else(|| "TESTCAMP".to_owned());
    let list_id = number("list").unwrap_or(1001);
    let lead_id = number("lead_id").unwrap_or(1);
    let flags = table.get("flags").and_then(|item| item.list());
    let flags = flags.map(|items| items.iter().filter_map(|item| item.word(Flag::ALL)).collect());
    let earlier = number("earlier").unwrap_or(0);
    let count = number("count");
    if let (Some(count), Some(item)) = (count, table.get("earlier").filter(|_| count.is_some_and(|count| earlier >= count.max(1)))) {
        let message = format!("of {count} calls, this one among them, {earlier} cannot be earlier ones");
        item.wrong(Code::BadValue, message, "write a smaller number, or a larger `count`");
    }
    let count = count.unwrap_or(earlier.saturating_add(1));
    let seconds = number("seconds").unwrap_or(60).min(86_400);
    let start = table.get("start").and_then(|item| start(&item)).unwrap_or(DateTime::UNIX_EPOCH);
    let is_inbound = table.get("inbound").and_then(|item| item.flag()).unwrap_or(false);
    table.finish();
    let end = start + TimeDelta::seconds(i64::try_from(seconds).unwrap_or(0));
    let call = Call {
        key: "test-call".to_owned(),
        lead_id: LeadId(lead_id),
        status: status?,
        user,
        campaign: CampaignId(campaign),
        list_id: ListId(list_id),
        start,
        end,
        seconds,
        is_inbound,
        phone: "2125550100".to_owned(),
    };
    Some(CallTrial { call, flags, count, earlier, set: None, activity: None })
}

fn start(item: &Item<'_, '_>) -> Option<DateTime<Utc>> {
    let start = moment::read(item.date()?, None).ok();
    if start.is_none() {
        item.wrong(Code::BadMoment, "`start` must be a moment", "write it as 2026-11-01T15:00:00Z");
    }
    start
}
