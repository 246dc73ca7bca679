//! A contact of the CRM made into a test that holds nobody's data: personal values are replaced by made-up ones of the same shape, what decides stays.
//!
//! Pure: a mapping, its text and a contact in, a `[[test]]` table out. The made-up contact must take the real one's way through the mapping: the same
//! list, the same kind of result. Where it does not, the field that is to blame is named and nothing comes out. The same contact gives the same test.

mod leak;
mod made_up;
mod number;
mod table;
mod uses;

use std::collections::BTreeMap;

use crate::mapping::{Mapped, Program};
use crate::model::{Contact, ContactId, CrmFieldKind, ListId, Value};

pub(in crate::setup) use table::{key, literal, quoted};

use made_up::Dice;
use uses::{Role, Uses};

/// The id that every recorded contact has.
const ID: &str = "test-contact";

/// How many made-up contacts are tried before a field is to blame.
const TRIES: u32 = 24;

/// What becomes of a contact, as far as a made-up one must share it.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Way {
    List(ListId),
    Rejected(String),
    Filtered,
}

/// A test made of a contact.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recorded {
    /// The `[[test]]` table as text, ended by a line break.
    pub text: String,
    /// Its name.
    pub name: String,
}

/// Why no test can be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unmasked {
    /// Any made-up value of this field takes another way through the mapping.
    Decides(String),
    /// A real value of this field stood in what was to come out.
    Shows(String),
    /// The name that was asked for holds a value of this field.
    Named(String),
}

/// Makes a test of a contact. `kinds` says of fields what the CRM calls them, where that is known; `day` stands in the name where none was asked for.
///
/// # Errors
/// A field that cannot be masked.
pub fn record(
    program: &Program,
    text: &str,
    contact: &Contact,
    kinds: &BTreeMap<String, CrmFieldKind>,
    name: Option<&str>,
    day: &str,
) -> Result<Recorded, Unmasked> {
    let uses = Uses::read(text);
    let real = way(program, contact);
    let mut shown = None;
    for salt in 0..TRIES {
        let masked = mask(&uses, contact, kinds, salt);
        if way(program, &masked) != real {
            continue;
        }
        let is_kept = |name: &str| match uses.role(name, kinds.get(name)) {
            Role::Keep => true,
            Role::KeepKeys(_) => masked.get(name) == contact.get(name),
            Role::Phone | Role::Date | Role::Text => false,
        };
        if let Some(field) = leak::shows(contact, &masked, is_kept, &[]) {
            shown = Some(field);
            continue;
        }
        if let Some(field) = name.and_then(|name| leak::shows(contact, &masked, is_kept, &[name])) {
            return Err(Unmasked::Named(field));
        }
        let name = name.map_or_else(|| format!("recorded {day}: {}", title(&real)), str::to_owned);
        return Ok(Recorded { text: table::text(&name, &masked, &program.map(&masked), &uses), name });
    }
    Err(match shown {
        Some(field) => Unmasked::Shows(field),
        None => Unmasked::Decides(culprit(program, &uses, contact, kinds, &real)),
    })
}

fn way(program: &Program, contact: &Contact) -> Way {
    match program.map(contact) {
        Mapped::Lead(lead) => Way::List(lead.list_id),
        Mapped::Rejected(rejection) => Way::Rejected(rejection.reason),
        Mapped::Filtered { .. } => Way::Filtered,
    }
}

fn title(way: &Way) -> String {
    match way {
        Way::List(list) => format!("a lead in list {list}"),
        Way::Rejected(reason) => format!("rejected, {reason}"),
        Way::Filtered => "kept out by the filter".to_owned(),
    }
}

/// The contact with made-up values; each salt gives others.
fn mask(uses: &Uses, contact: &Contact, kinds: &BTreeMap<String, CrmFieldKind>, salt: u32) -> Contact {
    let fields = contact.fields.iter().filter(|(_, value)| !value.is_blank()).map(|(name, value)| {
        let mut dice = Dice::new(contact.id.as_str(), name, salt);
        let role = uses.role(name, kinds.get(name));
        (name.clone(), masked(value, &role, uses, &mut dice, salt))
    });
    Contact { id: ContactId(ID.to_owned()), updated: None, opted_out: contact.opted_out, fields: fields.collect() }
}

fn masked(value: &Value, role: &Role, uses: &Uses, dice: &mut Dice, salt: u32) -> Value {
    match value {
        Value::Null => Value::Null,
        Value::Bool(flag) => Value::Bool(*flag),
        Value::List(values) => Value::List(values.iter().map(|value| masked(value, role, uses, dice, salt)).collect()),
        Value::Int(number) => match role {
            Role::Keep => Value::Int(*number),
            Role::KeepKeys(keys) if keys.contains(&number.to_string()) => Value::Int(*number),
            Role::KeepKeys(_) | Role::Phone | Role::Date | Role::Text => {
                Value::Int(made_up::text(&number.to_string(), dice).parse().unwrap_or_default())
            }
        },
        Value::Text(text) => Value::Text(match role {
            Role::Keep => text.clone(),
            Role::KeepKeys(keys) if keys.contains(&text.trim().to_lowercase()) => text.clone(),
            Role::Phone => number::fictional(&uses.region, text, dice, salt),
            Role::KeepKeys(_) | Role::Date | Role::Text => {
                made_up::date(text, dice).or_else(|| made_up::mail(text, dice)).unwrap_or_else(|| made_up::text(text, dice))
            }
        }),
    }
}

/// The field whose made-up value alone takes another way; where only several together do, all of them.
fn culprit(program: &Program, uses: &Uses, contact: &Contact, kinds: &BTreeMap<String, CrmFieldKind>, real: &Way) -> String {
    let changed = |name: &&String| {
        (0..TRIES).all(|salt| {
            let mut alone = contact.clone();
            if let Some(value) = mask(uses, contact, kinds, salt).fields.remove(*name) {
                alone.fields.insert((*name).clone(), value);
            }
            way(program, &alone) != *real
        })
    };
    let alone: Vec<String> = contact.fields.keys().filter(changed).cloned().collect();
    if !alone.is_empty() {
        return alone.join(", ");
    }
    let mut anonymous = contact.clone();
    anonymous.id = ContactId(ID.to_owned());
    if way(program, &anonymous) != *real {
        return "id".to_owned();
    }
    contact.fields.keys().filter(|name| uses.role(name, kinds.get(*name)) != Role::Keep).cloned().collect::<Vec<_>>().join(", ")
}
