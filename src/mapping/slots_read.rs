//! Reads `[[slot]]`: names, the fields with the number, the list.

use crate::diag::{Code, Item, Table};
use crate::model::{ListId, Slot};

use super::phone::PhoneRule;
use super::slots::SlotRule;

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
        if let Some((_, other)) = names.iter().find(|(other, _)| other.eq_ignore_ascii_case(&name)) {
            let message = format!("there are two slots `{name}`");
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
