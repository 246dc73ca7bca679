//! Reads `[lead]` and `[custom]`: which fields may be filled, and each field's rule.

use std::collections::BTreeMap;

use toml::de::DeValue;

use crate::diag::{Code, Item, Table, suggest};
use crate::model::{FieldName, LeadField, Way};

use super::fields::{FieldRule, Origin};
use super::{source, template_read, transform_read, two_ways};

/// Reads both tables. The contact's own id goes to `source_id` unless the mapping fills that otherwise.
pub(super) fn read(root: &Table<'_, '_>) -> BTreeMap<FieldName, FieldRule> {
    let mut fields = BTreeMap::new();
    for item in entries(root, "lead") {
        if let Some(field) = standard(&item) {
            keep(&mut fields, FieldName::Standard(field), &item);
        }
    }
    let mut labels: Vec<String> = Vec::new();
    for item in entries(root, "custom") {
        let lower = item.key.to_lowercase();
        if labels.contains(&lower) {
            let message = format!("`{}` is filled twice, since VICIdial's field names do not tell capitals from small letters", item.key);
            item.wrong_key(Code::Doubled, message, "keep one of the two");
            continue;
        }
        if is_custom_label(&item) {
            keep(&mut fields, FieldName::Custom(item.key.clone()), &item);
        }
        labels.push(lower);
    }
    fields.entry(FieldName::Standard(LeadField::SourceId)).or_insert_with(|| FieldRule::plain(source::ID));
    fields
}

fn entries<'r, 'i>(root: &Table<'r, 'i>, name: &str) -> Vec<Item<'r, 'i>> {
    root.get(name).and_then(|item| item.table()).map_or_else(Vec::new, |table| table.entries())
}

fn keep(fields: &mut BTreeMap<FieldName, FieldRule>, field: FieldName, item: &Item<'_, '_>) {
    let Some(rule) = rule(item) else { return };
    if let FieldName::Standard(standard) = &field {
        for constant in rule.constants() {
            let (width, length) = (standard.width(), constant.chars().count());
            if length > width {
                let message = format!("\"{constant}\" has {length} characters, and `{}` takes {width}", standard.name());
                item.wrong(Code::TooWide, message, format!("shorten it, or end the transforms with `truncate:{width}`"));
            }
        }
    }
    fields.insert(field, rule);
}

/// The field of a key in `[lead]`, if a mapping may fill it.
fn standard(item: &Item<'_, '_>) -> Option<LeadField> {
    if let Some(why) = reserved(&item.key) {
        let (why, help) = why;
        item.wrong_key(Code::ReservedField, format!("`{}` cannot be filled by a mapping: {why}", item.key), help);
        return None;
    }
    let field = LeadField::from_name(&item.key);
    if field.is_none() {
        let names = LeadField::ALL.iter().map(|field| field.name()).filter(|name| reserved(name).is_none());
        let help = suggest::meant(&item.key, names).unwrap_or_else(|| "fields that you made in VICIdial stand in [custom]".to_owned());
        item.wrong_key(Code::UnknownLeadField, format!("VICIdial's leads have no field `{}`", item.key), help);
    }
    field
}

fn is_custom_label(item: &Item<'_, '_>) -> bool {
    let label = item.key.as_str();
    let lower = label.to_lowercase();
    let trouble = if LeadField::from_name(&lower).is_some() || reserved(&lower).is_some() {
        Some((format!("`{label}` is a standard field of the lead, not a custom one"), "write it in [lead], where mappings may fill it"))
    } else if ["user", "pass", "function", "source", "custom_fields"].contains(&lower.as_str()) {
        Some((
            format!("`{label}` is a word of VICIdial's API and cannot be a custom field's label"),
            "name the field otherwise in VICIdial",
        ))
    } else if label.is_empty() || label.len() > 50 || !label.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '_') {
        Some((format!("`{label}` cannot be the label of a custom field"), "write the label as VICIdial shows it: letters, digits and `_`"))
    } else {
        None
    };
    let Some((message, help)) = trouble else { return true };
    item.wrong_key(Code::ReservedField, message, help);
    false
}

/// Why nobody but vicisync or VICIdial fills that field, and what to do instead.
fn reserved(name: &str) -> Option<(&'static str, &'static str)> {
    let out = "take the line out";
    let call = "take the line out; to have it in the CRM, let calls set a field of the contact ([calls.always], [[disposition]])";
    Some(match name {
        "vendor_lead_code" => ("vicisync keeps its own mark there, by which the lead is known again", out),
        "phone_number" | "phone_code" => ("the phone comes from [phone]", out),
        "list_id" => ("the list comes from the [[list]] rules", out),
        "status" => (
            "it is VICIdial's own: how the last call ended, and whether the lead is dialed",
            "take the line out; [[status]] says which statuses the CRM may set, and [[disposition]] what a status does to the contact",
        ),
        "lead_id" | "entry_list_id" | "entry_date" | "modify_date" => ("VICIdial gives it", out),
        "user" | "called_count" | "called_since_last_reset" | "last_local_call_time" => ("it belongs to the dialing", call),
        "gmt_offset_now" => ("VICIdial works it out from the phone number", "take the line out; [time_zone] says by what it is found"),
        _ => return None,
    })
}

/// `"attr"`, `["attr", "other"]`, or a table with from or value.
fn rule(item: &Item<'_, '_>) -> Option<FieldRule> {
    match item.raw() {
        DeValue::String(_) | DeValue::Array(_) => {
            Some(FieldRule { origin: Origin::From(names(item)?), transforms: Vec::new(), way: Way::default() })
        }
        DeValue::Table(_) => long_rule(item),
        DeValue::Integer(_) | DeValue::Float(_) | DeValue::Boolean(_) | DeValue::Datetime(_) => {
            item.wrong_type("the name of a contact's field, or `{ value = ... }` for a constant");
            None
        }
    }
}

fn names(item: &Item<'_, '_>) -> Option<Vec<String>> {
    let names: Vec<String> = item.texts()?.into_iter().map(|(name, _)| name.trim().to_owned()).collect();
    if names.is_empty() {
        item.wrong(Code::BadValue, format!("`{}` names no field", item.path()), "write the contact's field in quotes");
        return None;
    }
    Some(names)
}

fn long_rule(item: &Item<'_, '_>) -> Option<FieldRule> {
    let table = item.table()?;
    let from = table.get("from").map(|from| names(&from).map(Origin::From));
    let all = table.get("all").map(|all| names(&all).map(Origin::All));
    let template = table.get("template").map(|template| template_read::of_contacts(&template).map(Origin::Template));
    let value = table.get("value").map(|value| constant(&value).map(Origin::Constant));
    let transforms = table.get("transform").map_or_else(Vec::new, |transform| transform_read::read(&transform));
    let way = two_ways::read(&table);
    table.finish();
    let given = [("from", from), ("all", all), ("template", template), ("value", value)];
    let mut given = given.into_iter().filter_map(|(key, origin)| Some((key, origin?)));
    let Some((key, origin)) = given.next() else {
        let message = format!("`{}` says neither `from`, `all`, `template` nor `value`", item.path());
        item.wrong(Code::MissingKey, message, "write `from = \"contactField\"`");
        return None;
    };
    if let Some((other, _)) = given.next() {
        let message = format!("`{}` has both `{key}` and `{other}`", item.path());
        item.wrong(Code::Doubled, message, "keep one; for a blank field use `default:TEXT`");
        return None;
    }
    let origin = origin?;
    if let Some(way) = way {
        two_ways::check(&table, way, &origin, &transforms);
    }
    Some(FieldRule { origin, transforms, way: way.unwrap_or_default() })
}

fn constant(item: &Item<'_, '_>) -> Option<String> {
    match item.raw() {
        DeValue::Integer(number) if number.radix() == 10 => Some(number.as_str().to_owned()),
        DeValue::Boolean(flag) => Some(flag.to_string()),
        _ => item.filled(),
    }
}
