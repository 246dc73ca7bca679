//! Reads `[[slot]]`: names, the fields with the number, the list; and slots that could never have a number of their own.

use crate::diag::{Code, Item, Place, Table};
use crate::model::{ListId, Slot};

use super::phone::PhoneRule;
use super::slots::SlotRule;

/// Characters of the longest name.
const NAME_MAX: usize = 20;

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
        never(root, &from, &rule, phone, &rules);
        rules.push(rule);
    }
    rules
}

/// A plain word: it stands in messages, and codes are derived from it.
fn name(item: &Item<'_, '_>) -> Option<String> {
    let name = item.filled()?;
    let is_word = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'));
    if !is_word || name.len() > NAME_MAX {
        let help = format!("write up to {NAME_MAX} letters, digits, `_` or `-`, as in \"work\"");
        item.wrong(Code::BadValue, format!("`{name}` cannot be the name of a slot"), help);
        return None;
    }
    Some(name)
}

/// Says so where another lead looks at the slot's fields first, in the same order: whatever number is there, that one dials it.
fn never(root: &Table<'_, '_>, from: &Item<'_, '_>, rule: &SlotRule, main: &PhoneRule, earlier: &[SlotRule]) {
    let fields = &rule.phone.from;
    let report = |whose: &str, place: Option<Place>, label: &str| {
        let message =
            format!("the slot `{}` never has a number of its own: {whose} looks at `{}` first", rule.name.as_str(), fields.join("`, `"));
        let told = from.sink().at(Code::NeverMatches, from.place(), message);
        let told = told.help("name the field of another number here, or take the slot out");
        from.sink().report(match place {
            Some(place) => told.and(place, label),
            None => told,
        });
    };
    if main.from.starts_with(fields) {
        let place = root.get("phone").and_then(|item| item.table()).and_then(|table| table.get("from")).map(|item| item.place());
        report("the main lead", place, "these fields come first");
    } else if let Some(other) = earlier.iter().find(|other| other.phone.from.starts_with(fields)) {
        report(&format!("the slot `{}`", other.name.as_str()), Some(other.place.clone()), "this slot comes first");
    }
}
