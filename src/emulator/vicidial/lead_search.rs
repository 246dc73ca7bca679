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
    let method = if method.chars().count() < 6 { "PHONE_NUMBER".to_owned() } else { method };
    let lead_id = call.digits("lead_id");
    let (codes, phones) = (call.text("vendor_lead_code", Keep::Free), call.text("phone_number", Keep::Numbers));
    let by_id = method.contains("LEAD_ID") && !lead_id.is_empty();
    let by_code = method.contains("VENDOR_LEAD_CODE") && !codes.is_empty();
    let by_phone = method.contains("PHONE_NUMBER") && phones.len() > 5;
    if !by_id && !by_code && !by_phone {
        let line = "ERROR: lead_search NO VALID SEARCH METHOD";
        return call.say(out, &format!("{line} - {user}|{method}|{lead_id}(0)|{codes}(0)|{phones}(0)"));
    }
    let list_id = call.digits("list_id");
    if !call.may_use(&list_id) {
        return call.say(out, &format!("ERROR: lead_search NOT AN ALLOWED LIST ID - {phones}|{list_id}"));
    }
    let lists = update_lead::searched_lists(world, &call.text("search_location", Keep::Switch), &list_id);
    let limit = Some(call.digits("records")).filter(|records| !records.is_empty());
    let limit = limit.map_or(RECORDS, |records| records.parse().unwrap_or(usize::MAX));
    let code_keys: Vec<&str> = codes.split(',').filter(|key| by_code && !key.is_empty()).collect();
    let phone_keys: Vec<&str> = phones.split(',').filter(|key| by_phone && (6..19).contains(&key.len())).collect();
    let mut found = Vec::new();
    if by_id {
        found = by_column(
            world,
            call,
            "lead_id",
            &call.text("lead_ids", Keep::Numbers).split(',').collect::<Vec<_>>(),
            lists.as_deref(),
            limit,
        )?;
    }
    if by_code && found.is_empty() {
        found = by_column(world, call, "vendor_lead_code", &code_keys, lists.as_deref(), limit)?;
    }
    if by_phone && found.is_empty() {
        found = by_column(world, call, "phone_number", &phone_keys, lists.as_deref(), limit)?;
    }
    if found.is_empty() {
        let line = "ERROR: lead_search NO MATCHES FOUND IN THE SYSTEM";
        return call.say(out, &format!("{line}: |{user}|{lead_id}|{codes}|{phones}"));
    }
    if call.wants_header() {
        out.push_str("search_keyrecords_foundlead_ids\n");
    }
    let mut by_value: HashMap<Loose, Vec<&str>> = HashMap::new();
    for (value, lead_id) in &found {
        by_value.entry(Loose::of(value)).or_default().push(lead_id);
    }
    // Phones are listed before codes, whichever was found.
    for key in phone_keys.into_iter().chain(code_keys) {
        let ids = by_value.get(&Loose::of(key)).map_or(&[][..], Vec::as_slice);
        out.push_str(&format!("{key}|{}|{}\n", ids.len(), ids.join("-")));
    }
    call.log()
}

/// The values of a column that are among the keys, with the numbers of their leads, highest number first.
fn by_column(
    world: &World,
    call: &Call<'_>,
    column: &str,
    keys: &[&str],
    lists: Option<&[String]>,
    limit: usize,
) -> Result<Vec<(String, String)>, Died> {
    let nothing = || world.failed().map(|()| Vec::new());
    let Some(leads) = world.find_table(update_lead::table(call)) else {
        return nothing();
    };
    let mut wanted = HashSet::new();
    for key in keys {
        match text::unescape(key) {
            Some(key) => wanted.insert(text::fold(&key)),
            None => return nothing(),
        };
    }
    let is_broken = wanted.is_empty() || (column == "lead_id" && keys.iter().any(|key| key.is_empty()));
    let Some(place) = leads.place(column).filter(|_| !is_broken) else {
        return nothing();
    };
    let mut found = leads.select(|slot| {
        let cell = leads.row(slot).and_then(|row| row.cells[place].as_deref());
        let list = leads.get(slot, "list_id");
        cell.is_some_and(|cell| wanted.contains(&text::fold(cell))) && lists.is_none_or(|lists| lists.iter().any(|one| one == list))
    });
    found.sort_by_key(|slot| -leads.number(*slot, "lead_id"));
    found.truncate(limit);
    Ok(found.into_iter().map(|slot| (leads.get(slot, column).to_owned(), leads.get(slot, "lead_id").to_owned())).collect())
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
