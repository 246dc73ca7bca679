//! lead_search: which leads have these phone numbers or foreign keys, for many keys at once.
//!
//! Decides how the rows that the database found are given to the keys that were asked. The database compares without case;
//! the script compares loosely by its own rules, which take texts that look like numbers for numbers.

use std::collections::{HashMap, HashSet};

use super::api::Call;
use super::text::{self, Keep};
use super::update_lead;
use super::world::{Died, World};

/// How many leads are read unless the request says otherwise.
const RECORDS: usize = 1000;

/// Answers lead_search.
pub(super) fn run(world: &mut World, call: &Call<'_>, out: &mut String) -> Result<(), Died> {
    let user = &call.user;
    let method = call.text("search_method", Keep::Code);
    let method = if method.is_empty() { "PHONE_NUMBER".to_owned() } else { method };
    let (column, asked) = match method.as_str() {
        "VENDOR_LEAD_CODE" => ("vendor_lead_code", call.text("vendor_lead_code", Keep::Free)),
        "LEAD_ID" => ("lead_id", call.text("lead_id", Keep::Numbers)),
        _ => ("phone_number", call.text("phone_number", Keep::Numbers)),
    };
    let list_id = call.digits("list_id");
    let location = call.text("search_location", Keep::Code);
    let lists = match location.as_str() {
        "LIST" if list_id.len() > 2 => Some(vec![list_id.clone()]),
        "CAMPAIGN" if list_id.len() > 2 => Some(world.lists_of(&world.campaign_of(&list_id))),
        _ => None,
    };
    if lists.is_some() && !call.may_touch(&list_id) {
        return call.say(out, &format!("ERROR: lead_search NOT AN ALLOWED LIST ID - {asked}|{list_id}"));
    }
    let keys: Vec<&str> = asked.split(',').filter(|key| !key.is_empty()).collect();
    if keys.is_empty() {
        let line = "ERROR: lead_search NO VALID SEARCH METHOD";
        return call.say(out, &format!("{line} - {user}|{method}|(0)|(0)|(0)"));
    }
    if column == "lead_id" {
        // This search builds a wrong statement.
        return world.failed();
    }
    let Some(leads) = world.find_table(update_lead::table(call)) else {
        return world.failed();
    };
    let mut wanted = HashSet::new();
    for key in &keys {
        match text::unescape(key) {
            Some(key) => wanted.insert(text::fold(&key)),
            None => return world.failed(),
        };
    }
    let Some(place) = leads.place(column) else {
        return world.failed();
    };
    let mut found = leads.select(|slot| {
        let cell = leads.row(slot).and_then(|row| row.cells[place].as_deref());
        let list = leads.get(slot, "list_id");
        cell.is_some_and(|cell| wanted.contains(&text::fold(cell)))
            && lists.as_ref().is_none_or(|lists| lists.iter().any(|one| one == list))
    });
    found.sort_by_key(|slot| -leads.number(*slot, "lead_id"));
    found.truncate(call.digits("records").parse().unwrap_or(RECORDS));
    if found.is_empty() {
        let line = "ERROR: lead_search NO MATCHES FOUND IN THE SYSTEM";
        let keys = if column == "phone_number" { format!("||{asked}") } else { format!("|{asked}|") };
        return call.say(out, &format!("{line}: |{user}|{keys}"));
    }
    if call.wants_header() {
        out.push_str("search_keyrecords_foundlead_ids\n");
    }
    let mut by_value: HashMap<Loose, Vec<&str>> = HashMap::new();
    for slot in found {
        let value = Loose::of(leads.get(slot, column));
        by_value.entry(value).or_default().push(leads.get(slot, "lead_id"));
    }
    for key in keys {
        let ids = by_value.get(&Loose::of(key)).map_or(&[][..], Vec::as_slice);
        out.push_str(&format!("{key}|{}|{}\n", ids.len(), ids.join("-")));
    }
    call.log()
}

/// A value as PHP 8 compares it loosely with another text: a number if it looks like one, else its bytes.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Loose {
    Number(u64),
    Text(String),
}

impl Loose {
    fn of(text: &str) -> Self {
        match numeric(text) {
            // Both noughts are one.
            Some(number) => Loose::Number((number + 0.0).to_bits()),
            None => Loose::Text(text.to_owned()),
        }
    }
}

fn numeric(text: &str) -> Option<f64> {
    let trimmed = text.trim_matches([' ', '\t', '\n', '\r', '\u{b}', '\u{c}']);
    let is_number = trimmed.chars().all(|char| char.is_ascii_digit() || matches!(char, '.' | '-' | '+' | 'e' | 'E'));
    if !is_number {
        return None;
    }
    trimmed.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_that_look_like_numbers_are_numbers() {
        for (left, right, is_equal) in [
            ("1e3", "1000", true),
            ("007", "7", true),
            ("1.0", "1", true),
            ("0x1A", "26", false),
            ("Abc", "abc", false),
            ("V-0004 ", "V-0004", false),
        ] {
            assert_eq!(Loose::of(left) == Loose::of(right), is_equal, "{left} {right}");
        }
    }
}
