//! The duplicate checks of add_lead: words that may be combined, each with a number of days.
//!
//! Decides which lead is reported: the first on disk. The check and the insert are two statements, so requests side by
//! side miss each other's leads; a test can ask for that.

use super::api::Call;
use super::fields::Sent;
use super::text::Keep;
use super::world::{Died, World};

/// The numbers of days that a word may carry.
const DAYS: &[i64] = &[1, 2, 3, 7, 14, 15, 21, 28, 30, 60, 90, 180, 360];

/// Where to look for a duplicate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Where {
    List,
    Campaign,
    System,
}

/// What must agree.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum What {
    Phone,
    PhoneOrAlternate,
    TitleAlternate,
    NamePhone,
}

/// The words in the order in which they are tried.
const WORDS: &[(&str, What, Where)] = &[
    ("DUPLIST", What::Phone, Where::List),
    ("DUPCAMP", What::Phone, Where::Campaign),
    ("DUPSYS", What::Phone, Where::System),
    ("DUPPHONEALTLIST", What::PhoneOrAlternate, Where::List),
    ("DUPPHONEALTCAMP", What::PhoneOrAlternate, Where::Campaign),
    ("DUPPHONEALTSYS", What::PhoneOrAlternate, Where::System),
    ("DUPTITLEALTPHONELIST", What::TitleAlternate, Where::List),
    ("DUPTITLEALTPHONECAMP", What::TitleAlternate, Where::Campaign),
    ("DUPTITLEALTPHONESYS", What::TitleAlternate, Where::System),
    ("DUPNAMEPHONELIST", What::NamePhone, Where::List),
    ("DUPNAMEPHONECAMP", What::NamePhone, Where::Campaign),
    ("DUPNAMEPHONESYS", What::NamePhone, Where::System),
];

/// The line that refuses a duplicate, or `None` if there is none or no check was asked for.
pub(super) fn find(world: &mut World, call: &Call<'_>, phone: &str, list_id: &str) -> Result<Option<String>, Died> {
    let asked = call.text("duplicate_check", Keep::Code).to_uppercase();
    if asked.is_empty() {
        return Ok(None);
    }
    if world.is_missed() {
        return Ok(None);
    }
    let sent = Sent::read(call);
    let since = since(world, &asked);
    for (word, what, r#where) in WORDS {
        if !asked.contains(word) {
            continue;
        }
        // The names stand between single quotes.
        let is_broken = *what == What::NamePhone && (sent.get("first_name").contains('\'') || sent.get("last_name").contains('\''));
        let lists = match r#where {
            Where::List => Some(vec![list_id.to_owned()]),
            Where::Campaign => Some(campaign_lists(world, list_id)),
            Where::System => None,
        };
        if is_broken || lists.as_ref().is_some_and(Vec::is_empty) {
            world.failed()?;
            continue;
        }
        let table = world.table("vicidial_list");
        let mut found = table.slots().filter(|slot| {
            let is_same = match what {
                What::Phone => table.is(*slot, "phone_number", phone),
                What::PhoneOrAlternate => table.is(*slot, "phone_number", phone) || table.is(*slot, "alt_phone", phone),
                What::TitleAlternate => table.is(*slot, "title", sent.get("title")) && table.is(*slot, "alt_phone", sent.get("alt_phone")),
                What::NamePhone => {
                    table.is(*slot, "first_name", sent.get("first_name"))
                        && table.is(*slot, "last_name", sent.get("last_name"))
                        && table.is(*slot, "phone_number", phone)
                }
            };
            let list = table.get(*slot, "list_id");
            is_same
                && lists.as_ref().is_none_or(|lists| lists.iter().any(|one| one == list))
                && since.as_ref().is_none_or(|since| table.get(*slot, "entry_date") > since.as_str())
        });
        // Within a campaign the rows are read list by list.
        let found = match r#where {
            Where::Campaign => found.min_by_key(|slot| (table.number(*slot, "list_id"), *slot)),
            Where::List | Where::System => found.next(),
        };
        if let Some(slot) = found {
            return Ok(Some(line(world, &sent, *what, *r#where, phone, list_id, slot)));
        }
    }
    Ok(None)
}

fn line(world: &World, sent: &Sent, what: What, r#where: Where, phone: &str, list_id: &str, slot: usize) -> String {
    let table = world.table("vicidial_list");
    let place = match r#where {
        Where::List => "LIST",
        Where::Campaign => "CAMPAIGN LISTS",
        Where::System => "SYSTEM",
    };
    let (name, key) = match what {
        What::Phone | What::PhoneOrAlternate => ("PHONE NUMBER", phone.to_owned()),
        What::TitleAlternate => {
            let key = format!("{}|{}", sent.get("title"), sent.get("alt_phone"));
            ("TITLE ALT_PHONE", key)
        }
        What::NamePhone => {
            let key = format!("{}|{}|{phone}", sent.get("first_name"), sent.get("last_name"));
            ("NAME PHONE", key)
        }
    };
    let mut line = format!("ERROR: add_lead DUPLICATE {name} IN {place} - {key}|{list_id}|{}", table.get(slot, "lead_id"));
    if r#where != Where::List {
        line.push_str(&format!("|{}", table.get(slot, "list_id")));
    }
    if what == What::PhoneOrAlternate {
        let is_phone = table.is(slot, "phone_number", phone);
        line.push_str(if is_phone { "|PHONE" } else { "|ALT" });
    }
    line
}

fn campaign_lists(world: &World, list_id: &str) -> Vec<String> {
    let lists = world.table("vicidial_lists");
    match lists.find("list_id", list_id) {
        Some(slot) => world.lists_of(lists.get(slot, "campaign_id")),
        None => Vec::new(),
    }
}

/// The moment after which a lead must have been put in to count, if the words carry days. A count that ends like another
/// holds that one too, and the longest that is there wins.
fn since(world: &World, asked: &str) -> Option<String> {
    let days = DAYS.iter().rev().find(|days| asked.contains(&format!("{days}DAY")))?;
    let then = world.clock.at(world.clock.epoch()).naive_local() - chrono::Duration::days(*days);
    Some(then.format("%Y-%m-%d %H:%M:%S").to_string())
}
