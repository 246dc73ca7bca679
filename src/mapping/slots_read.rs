//! Reads `[[slot]]`: names, the fields with the number, the list.

use crate::diag::{Code, Item, Table};
use crate::model::{FieldName, LeadField, ListId, Slot};

use super::phone::PhoneRule;
use super::slots::SlotRule;
use super::trace_read::Places;

/// All slots, in the order of the text. They read numbers as `[phone]` does, so without it there are none.
pub(super) fn read(root: &Table<'_, '_>, phone: Option<&PhoneRule>) -> Vec<SlotRule> {
    let tables = root.get("slot").and_then(|item| item.tables()).unwrap_or_default();
    let mut names: Vec<(String, Item<'_, '_>)> = Vec::new();
    let mut rules: Vec<SlotRule> = Vec::new();
    for table in &tables {
        let item = table.need("name");
        let name = item.as_ref().and_then(name);
        let from = table.need("from");
        let fields = from.as_ref().and_then(|from| from.texts());
        let list = table.get("list").and_then(|item| item.number(100, 99_999_999_999_999).map(ListId));
        table.finish();
        let (Some(item), Some(name)) = (item, name) else { continue };
        // Names that differ by capitals alone would be taken for one another by people.
        if let Some((other_name, other)) = names.iter().find(|(other, _)| other.eq_ignore_ascii_case(&name)) {
            let message = if *other_name == name {
                format!("there are two slots `{name}`")
            } else {
                format!("there is a slot `{other_name}` already, and `{name}` differs by capitals only")
            };
            let told = root.sink().at(Code::Doubled, item.place(), message).and(other.place(), "the other one");
            root.sink().report(told.help("give each slot a name of its own; by it vicisync knows whose lead is which"));
            continue;
        }
        names.push((name.clone(), item));
        let (Some(phone), Some(from), Some(fields)) = (phone, from, fields) else { continue };
        if fields.is_empty() {
            from.wrong(Code::BadValue, format!("the slot `{name}` names no field"), "name the contact's field with its number");
            continue;
        }
        let own = PhoneRule { from: fields.into_iter().map(|(name, _)| name).collect(), others: Vec::new(), ..phone.clone() };
        let rule = SlotRule { name: Slot::named(&name), phone: own, list, place: table.place() };
        rules.push(rule);
    }
    rules
}

/// Further numbers that each lead of a contact would have.
pub(super) fn numbers(root: &Table<'_, '_>, slots: &[SlotRule], places: &Places) {
    let further = [LeadField::AltPhone, LeadField::Address3].map(FieldName::Standard);
    let filled = further.iter().filter_map(|field| Some((field, places.fields.get(field)?)));
    for (field, place) in filled.filter(|_| !slots.is_empty()) {
        let message = format!("every lead of a contact gets `{field}`, and VICIdial may dial it once for each");
        let told = root.sink().at(Code::NumberInEach, place.place.clone(), message);
        root.sink().report(
            told.help("take it out, and put further numbers into the main lead by `others` of [phone]; text that is no number may stay"),
        );
    }
}

/// A plain word: it stands in messages, and codes are derived from it.
fn name(item: &Item<'_, '_>) -> Option<String> {
    let name = item.filled()?;
    if Slot::parse(&name).is_none() {
        let help = format!("write up to {} letters, digits, `_` or `-`, as in \"work\"", Slot::NAME_MAX);
        item.wrong(Code::BadValue, format!("`{name}` cannot be the name of a slot"), help);
        return None;
    }
    Some(name)
}
