//! Reads what new leads are told beside their fields, and what happens when a lead's list changes: `[time_zone]`, `[hopper]`, `list_change`.

use std::collections::BTreeMap;

use crate::diag::{Code, Table};
use crate::model::{FieldName, Hopper, Intake, ListChange, TzMethod};

use super::fields::FieldRule;

/// Reads all three; `fields` are those that the mapping fills.
pub(super) fn read(root: &Table<'_, '_>, fields: &BTreeMap<FieldName, FieldRule>) -> (ListChange, Intake) {
    let words = [("move", ListChange::Move), ("stay", ListChange::Stay)];
    let list_change = root.get("list_change").and_then(|item| item.word(&words)).unwrap_or_default();
    (list_change, Intake { tz_method: time_zone(root, fields).unwrap_or_default(), hopper: hopper(root) })
}

fn time_zone(root: &Table<'_, '_>, fields: &BTreeMap<FieldName, FieldRule>) -> Option<TzMethod> {
    let table = root.get("time_zone")?.table()?;
    let item = table.need("method");
    table.finish();
    let item = item?;
    let method = item.word(&[
        ("area_code", TzMethod::AreaCode),
        ("postal_code", TzMethod::PostalCode),
        ("nanpa", TzMethod::Nanpa),
        ("tz_code", TzMethod::TzCode),
    ])?;
    if let Some(field) = method.field().filter(|field| !fields.contains_key(&FieldName::Standard(*field))) {
        let name = field.name();
        let message =
            format!("this method goes by `{name}`, and the mapping does not fill it: VICIdial would go by the area code without a word");
        let example = if method == TzMethod::PostalCode { "addressPostalCode" } else { "cTimeZone" };
        item.wrong(Code::MethodWithoutField, message, format!("add `{name} = \"{example}\"` to [lead], with the name of the CRM's field"));
    }
    Some(method)
}

fn hopper(root: &Table<'_, '_>) -> Option<Hopper> {
    let table = root.get("hopper")?.table()?;
    let is_on = table.need("new_leads").and_then(|item| item.flag());
    let more = [table.get("priority"), table.get("local_time")];
    let [priority, local_time] = &more;
    let priority = match priority {
        Some(item) => item.signed(-99, 99).and_then(|number| i8::try_from(number).ok()).unwrap_or(0),
        None => 0,
    };
    let checks_local_time = local_time.as_ref().and_then(|item| item.flag()).unwrap_or(true);
    table.finish();
    if is_on == Some(false) {
        for item in more.iter().flatten() {
            let message = format!("`{}` says nothing, since `new_leads = false` keeps new leads out of the hopper", item.key);
            item.wrong_key(Code::SaysNothing, message, "take it out, or write `new_leads = true`");
        }
    }
    is_on?.then_some(Hopper { priority, checks_local_time })
}
