//! Reads `[phone]`: where numbers stand, whose they are, which may be dialed, and where further ones go.

use std::collections::BTreeSet;

use phonenumber::country::Id;
use toml::de::DeValue;

use crate::diag::{Code, Item, Table};
use crate::model::LeadField;

use super::phone::{self, PhoneRule};

/// The fields that may take further numbers: VICIdial can dial both by itself, with the lead's phone code.
const OTHERS: [(&str, LeadField); 2] = [("alt_phone", LeadField::AltPhone), ("address3", LeadField::Address3)];

/// `[phone]`.
pub(super) fn read(root: &Table<'_, '_>) -> Option<PhoneRule> {
    let table = root.need("phone")?.table()?;
    let from = table.need("from").and_then(|from| from.texts());
    let default_region = table.need("default_region").and_then(|item| region(&item));
    let region_from = table.get("region_from").and_then(|item| item.filled()).map(|name| name.trim().to_owned());
    let regions = table.get("regions").map(|item| regions(&item));
    let others = table.get("others").map_or_else(Vec::new, |item| others(root, &item));
    table.finish();
    if let (Some(home), Some(Some(Some(allowed))), None) = (&default_region, &regions, &region_from)
        && !allowed.is_empty()
        && !allowed.contains(home.as_ref())
        && let Some(item) = table.get("regions")
    {
        let home = home.as_ref();
        let message = format!("numbers that are written without a country are read as those of {home}, which `regions` does not allow");
        item.wrong(Code::HomeNotDialed, message, format!("add \"{home}\" to `regions`, or choose another `default_region`"));
    }
    let from: Vec<String> = from?.into_iter().map(|(name, _)| name).collect();
    let default_region = default_region?;
    let regions = match regions {
        Some(regions) => regions?,
        None => Some(BTreeSet::from([default_region.as_ref().to_owned()])),
    };
    Some(PhoneRule { from, default_region, region_from, regions, others, memo: phone::Memo::default() })
}

fn region(item: &Item<'_, '_>) -> Option<Id> {
    let name = item.text()?;
    let region = phone::region(&name);
    if region.is_none() {
        item.wrong(Code::BadRegion, format!("`{name}` is not a country"), "write two capital letters, as in US or GB");
    }
    region
}

/// The outer `None` is an error, the inner one means all.
fn regions(item: &Item<'_, '_>) -> Option<Option<BTreeSet<String>>> {
    if let DeValue::String(text) = item.raw() {
        if text == "all" {
            return Some(None);
        }
        let message = format!("`{text}` is not allowed for `{}`", item.path());
        item.wrong(Code::BadValue, message, "write the countries in square brackets, as in [\"US\", \"CA\"], or \"all\"");
        return None;
    }
    let items = item.list()?;
    if items.is_empty() {
        item.wrong(Code::BadValue, "`regions` is an empty list, so no number could be dialed", "write the countries, or \"all\"");
    }
    Some(Some(items.iter().filter_map(region).map(|region| region.as_ref().to_owned()).collect()))
}

/// Each field once, and none that `[lead]` fills.
fn others(root: &Table<'_, '_>, item: &Item<'_, '_>) -> Vec<LeadField> {
    let items = match item.raw() {
        DeValue::String(_) => vec![item.clone()],
        _ => item.list().unwrap_or_default(),
    };
    let mut fields = Vec::new();
    for item in items {
        let Some(field) = item.word(&OTHERS) else { continue };
        if fields.contains(&field) {
            item.wrong(Code::Doubled, format!("`{}` is named twice", field.name()), "take one of the two out");
            continue;
        }
        let lead = root.get("lead").filter(|lead| matches!(lead.raw(), DeValue::Table(_))).and_then(|lead| lead.table());
        if let Some(rule) = lead.and_then(|lead| lead.get(field.name())) {
            let message = format!("`{}` is filled twice: here with a further number, and in [lead]", field.name());
            let sink = root.sink();
            sink.report(sink.at(Code::Doubled, item.place(), message).and(rule.key_place, "filled here").help("keep one of the two"));
        }
        fields.push(field);
    }
    fields
}
