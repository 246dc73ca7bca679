//! Reads `[match]`, and what a contact is compared with leads by: the code that an older tool gave its lead. By which numbers: [`super::slots`].
//!
//! Which lead fits which contact is decided in `sync`.

use std::collections::{BTreeMap, BTreeSet};

use crate::diag::{Code, Item, Table, suggest};
use crate::model::{Ambiguous, Contact, FieldName, LeadField, Matching, Phone};

use super::attributes::Attributes;
use super::fields::FieldRule;
use super::program::Program;
use super::source;

/// `[match]`; `fields` are those that the mapping fills.
pub(super) fn read(root: &Table<'_, '_>, fields: &BTreeMap<FieldName, FieldRule>) -> Option<Matching> {
    let item = root.get("match")?;
    let table = item.table()?;
    let errors = root.sink().errors();
    let code_from = table.get("code_from").and_then(|item| item.filled()).map(|name| name.trim().to_owned());
    let is_by_phone = table.get("phone").and_then(|item| item.flag()).unwrap_or(false);
    let also = table.get("and");
    let and = also.as_ref().map_or_else(BTreeSet::new, |item| agreeing(item, fields));
    let ambiguous = table.get("ambiguous").and_then(|item| item.word(&[("hold", Ambiguous::Hold), ("new", Ambiguous::New)]));
    table.finish();
    // Of a table that could not be read whole nothing more is concluded.
    if root.sink().errors() > errors {
        return None;
    }
    if let Some(item) = also.filter(|_| !is_by_phone) {
        let message = "`and` says nothing, since leads are not looked for by phone";
        item.wrong_key(Code::SaysNothing, message, "write `phone = true` as well, or take it out");
    } else if code_from.is_none() && !is_by_phone {
        let message = "[match] does not say by what contacts and leads are known to be one";
        item.wrong_key(
            Code::MissingKey,
            message,
            "add `phone = true`, or `code_from = \"cVicidialCode\"` with the name of the CRM's field",
        );
    }
    Some(Matching { code_from, phone_and: is_by_phone.then_some(and), ambiguous: ambiguous.unwrap_or_default() })
}

/// Each field once, and only such as the mapping fills beside the phone.
fn agreeing(item: &Item<'_, '_>, fields: &BTreeMap<FieldName, FieldRule>) -> BTreeSet<FieldName> {
    let mut found = BTreeSet::new();
    for item in item.list().unwrap_or_default() {
        let Some(name) = item.filled() else { continue };
        let Ok(field) = name.trim().parse::<FieldName>() else {
            let help = suggest::meant(&name, LeadField::ALL.iter().map(|field| field.name()));
            let help = help.unwrap_or_else(|| "name a field of [lead], or `custom.LABEL` for one of [custom]".to_owned());
            item.wrong(Code::UnknownLeadField, format!("VICIdial's leads have no field `{name}`"), help);
            continue;
        };
        if matches!(field, FieldName::Standard(LeadField::PhoneCode | LeadField::PhoneNumber)) {
            item.wrong(Code::SaysNothing, format!("`{field}` agrees already where the phone does"), "take it out");
        } else if !fields.contains_key(&field) {
            let message = format!("`{field}` can never agree: the mapping does not fill it");
            item.wrong(Code::NeverMatches, message, format!("fill `{field}` in the mapping, or take it out here"));
        } else if !found.insert(field) {
            item.wrong(Code::Doubled, format!("`{name}` is named twice"), "take one of the two out");
        }
    }
    found
}

impl Program {
    /// How contacts and leads that exist already are known to be one; `None` where only by our own mark.
    #[must_use]
    pub fn matching(&self) -> Option<&Matching> {
        self.matching.as_ref()
    }

    /// What an older tool wrote as the code of this contact's lead, where the mapping says where that stands.
    #[must_use]
    pub fn older_code(&self, contact: &Contact) -> Option<String> {
        let mut first = None;
        let unread = Attributes::default();
        source::each(&unread.see(contact), self.matching.as_ref()?.code_from.as_ref()?, &mut |text| {
            first.get_or_insert_with(|| text.trim().to_owned());
        });
        first.filter(|code| !code.is_empty())
    }

    /// The number that a lead has, read as the mapping reads numbers; `None` where it is none.
    #[must_use]
    pub fn phone_of_lead(&self, phone_code: &str, phone_number: &str) -> Option<Phone> {
        self.phone.of_lead(phone_code, phone_number)
    }
}
