//! Which field of the CRM is meant by a name of VICIdial's: by its words, whatever their spelling.

use crate::model::{CrmField, ListId};
use crate::vicidial::offered_lists::OfferedList;

/// Words in the labels of custom fields that say only whose field it is.
const EMPTY_WORDS: [&str; 8] = ["crm", "contact", "customer", "cust", "lead", "field", "custom", "vici"];

/// Lists of every VICIdial that are for leads without one.
const STOCK_LISTS: [u64; 2] = [998, 999];

/// The words of a name in small letters: `cLastCalledAt` and `last_called_at` have the same ones. The `c` that EspoCRM puts before names is none.
fn words(name: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut is_lower = false;
    for letter in name.chars() {
        if !letter.is_alphanumeric() {
            is_lower = false;
            words.push(String::new());
            continue;
        }
        if words.is_empty() || (letter.is_uppercase() && is_lower) {
            words.push(String::new());
        }
        is_lower = !letter.is_uppercase();
        if let Some(word) = words.last_mut() {
            word.extend(letter.to_lowercase());
        }
    }
    words.retain(|word| !word.is_empty());
    if words.len() > 1 && words[0] == "c" {
        words.remove(0);
    }
    words
}

/// The words as one.
pub(super) fn plain(name: &str) -> String {
    words(name).concat()
}

/// The first of these names, written as one word in small letters, that a field has; fields of the CRM's maker before own ones.
pub(super) fn named<'f>(fields: &'f [CrmField], names: &[&str]) -> Option<&'f CrmField> {
    names.iter().find_map(|name| {
        let mut found: Vec<&CrmField> = fields.iter().filter(|field| plain(&field.name) == **name).collect();
        found.sort_by_key(|field| field.is_custom);
        found.first().copied()
    })
}

/// The field that a custom label of VICIdial's resembles: the same words, apart from those that say nothing.
pub(super) fn resembling<'f>(fields: &'f [CrmField], label: &str) -> Option<&'f CrmField> {
    let telling = |name: &str| {
        let mut telling = words(name);
        telling.retain(|word| !EMPTY_WORDS.contains(&word.as_str()));
        telling.sort();
        telling
    };
    let wanted = telling(label);
    if wanted.is_empty() {
        return None;
    }
    let mut found: Vec<&CrmField> = fields.iter().filter(|field| telling(&field.name) == wanted).collect();
    found.sort_by_key(|field| !field.is_custom);
    found.first().copied()
}

/// The lists that leads may be meant for: active ones of active campaigns; where there are none, active ones.
#[must_use]
pub fn lists_to_fill(lists: &[OfferedList]) -> Vec<ListId> {
    let own = lists.iter().filter(|list| list.id.0 >= 100 && !STOCK_LISTS.contains(&list.id.0) && list.is_active);
    let dialed: Vec<ListId> = own.clone().filter(|list| list.is_campaign_active != Some(false)).map(|list| list.id).collect();
    if dialed.is_empty() { own.map(|list| list.id).collect() } else { dialed }
}

/// The custom labels that every one of these lists has.
pub(super) fn labels(lists: &[OfferedList], wanted: &[u64]) -> Vec<String> {
    let mut chosen = wanted.iter().filter_map(|id| lists.iter().find(|list| list.id.0 == *id));
    let Some(first) = chosen.next() else { return Vec::new() };
    let others: Vec<_> = chosen.collect();
    first.labels.iter().filter(|label| others.iter().all(|list| list.labels.contains(label))).cloned().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::CrmFieldKind;

    fn field(name: &str) -> CrmField {
        CrmField { name: name.to_owned(), label: None, kind: CrmFieldKind::Text(None), is_custom: name.starts_with('c'), is_writable: true }
    }

    #[test]
    fn names_are_compared_by_their_words() {
        assert_eq!(words("cLastCalledAt"), ["last", "called", "at"]);
        assert_eq!(
            (plain("last_called_at"), plain("addressPostalCode"), plain("city")),
            ("lastcalledat".into(), "addresspostalcode".into(), "city".into())
        );
        let fields = ["cNote", "cPlan", "firstName", "cCrmId"].map(field);
        let name = |label: &str| resembling(&fields, label).map(|field| field.name.as_str());
        assert_eq!((name("crm_note"), name("PLAN"), name("plan_type"), name("crm")), (Some("cNote"), Some("cPlan"), None, None));
        assert_eq!(named(&fields, &["givenname", "firstname"]).map(|field| field.name.as_str()), Some("firstName"));
    }
}
