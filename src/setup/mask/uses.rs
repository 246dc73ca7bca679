//! What a mapping does with each field of a contact, as far as masking must know: read from the text, past the program, because a program tells what
//! becomes of a contact and not why.
//!
//! The text was checked before. What is not known here is taken for a personal text.

use std::collections::{BTreeMap, BTreeSet};

use toml::{Table, Value};

use crate::model::CrmFieldKind;

/// What masking does with a field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Role {
    /// Its value decides, or is one of few words: it stays.
    Keep,
    /// It stays if it is one of these words of a `map`, in small letters.
    KeepKeys(BTreeSet<String>),
    /// A phone number.
    Phone,
    /// A date.
    Date,
    /// Anything else.
    Text,
}

/// Where a mapping uses the contact's fields.
#[derive(Debug, Clone, Default)]
pub(super) struct Uses {
    /// The country of numbers without one.
    pub(super) region: String,
    /// The contact's fields by the lead field, or `custom.LABEL`, that they fill.
    pub(super) sources: BTreeMap<String, BTreeSet<String>>,
    decides: BTreeSet<String>,
    phones: BTreeSet<String>,
    personal: BTreeSet<String>,
    words: BTreeSet<String>,
    dates: BTreeSet<String>,
    maps: BTreeMap<String, BTreeSet<String>>,
}

/// Lead fields that hold who a person is: what fills them is masked even where a condition looks at it.
const PERSONAL: [&str; 10] =
    ["first_name", "last_name", "middle_initial", "address1", "address2", "address3", "email", "alt_phone", "date_of_birth", "postal_code"];

/// Lead fields of few words, which say nothing of a single person.
const WORDS: [&str; 4] = ["state", "country_code", "gender", "title"];

/// Steps that know their words: another text would come out as a blank.
const WORD_STEPS: [&str; 6] = ["state_us", "state", "country_iso2", "country_iso3", "gender", "yes_no"];

/// Steps that know dates.
const DATE_STEPS: [&str; 4] = ["date", "date_to", "moment", "moment_from"];

/// Steps that know phone numbers.
const PHONE_STEPS: [&str; 2] = ["phone_digits", "alt_phone"];

impl Uses {
    /// Reads a mapping's text.
    pub(super) fn read(text: &str) -> Self {
        let root: Table = text.parse().unwrap_or_default();
        let mut uses = Self::default();
        uses.conditions(root.get("filter"));
        for table in ["list", "status"].into_iter().filter_map(|name| root.get(name)).flat_map(tables) {
            uses.conditions(table.get("when"));
        }
        for phone in ["phone", "slot", "dnc"].into_iter().filter_map(|name| root.get(name)).flat_map(tables) {
            for key in ["from", "phones"] {
                uses.phones.extend(phone.get(key).into_iter().flat_map(names));
            }
            uses.decides.extend(phone.get("region_from").into_iter().flat_map(names));
            if let Some(region) = phone.get("default_region").and_then(Value::as_str) {
                uses.region = region.to_owned();
            }
        }
        uses.dates.extend(root.get("callbacks").and_then(|table| table.get("at_from")).into_iter().flat_map(names));
        for (group, prefix) in [("lead", ""), ("custom", "custom.")] {
            for (field, rule) in root.get(group).and_then(Value::as_table).into_iter().flatten() {
                uses.rule(&format!("{prefix}{field}"), rule);
            }
        }
        uses
    }

    /// What masking does with that field. The CRM's own word for it, where it is known, tells choices and links.
    pub(super) fn role(&self, name: &str, kind: Option<&CrmFieldKind>) -> Role {
        if self.phones.contains(name) || matches!(kind, Some(CrmFieldKind::Phone)) {
            return Role::Phone;
        }
        let is_word = match kind {
            Some(CrmFieldKind::Choice(_) | CrmFieldKind::Choices(_) | CrmFieldKind::Flag) => true,
            Some(
                CrmFieldKind::Text(_)
                | CrmFieldKind::Number
                | CrmFieldKind::Date
                | CrmFieldKind::Moment
                | CrmFieldKind::Phone
                | CrmFieldKind::Email
                | CrmFieldKind::Link
                | CrmFieldKind::Other(_),
            )
            | None => false,
        };
        if is_word || self.words.contains(name) || self.decides.contains(name) && !self.personal.contains(name) {
            return Role::Keep;
        }
        match self.maps.get(name) {
            Some(keys) => Role::KeepKeys(keys.clone()),
            None if self.dates.contains(name) => Role::Date,
            None => Role::Text,
        }
    }

    /// `is_set` and `is_blank` hold for any made-up value as well; what is compared with a value decides.
    fn conditions(&mut self, item: Option<&Value>) {
        for table in item.into_iter().flat_map(tables) {
            for (field, test) in table {
                let only_presence = test.as_table().is_some_and(|test| test.keys().all(|key| key == "is_set" || key == "is_blank"));
                if !only_presence {
                    self.decides.insert(field.clone());
                }
            }
        }
    }

    fn rule(&mut self, field: &str, rule: &Value) {
        let mut sources: BTreeSet<String> = match rule {
            Value::Table(_) => BTreeSet::new(),
            plain => names(plain).into_iter().collect(),
        };
        for key in ["from", "all"] {
            sources.extend(rule.get(key).into_iter().flat_map(names));
        }
        sources.extend(rule.get("template").and_then(Value::as_str).into_iter().flat_map(in_template));
        if PERSONAL.contains(&field) {
            self.personal.extend(sources.iter().cloned());
        }
        if WORDS.contains(&field) {
            self.words.extend(sources.iter().cloned());
        }
        if field == "date_of_birth" {
            self.dates.extend(sources.iter().cloned());
        }
        let steps = match rule.get("transform") {
            Some(Value::Array(steps)) => steps.iter().collect(),
            Some(step) => vec![step],
            None => Vec::new(),
        };
        for step in steps {
            self.step(step, &sources);
        }
        self.sources.insert(field.to_owned(), sources);
    }

    fn step(&mut self, step: &Value, sources: &BTreeSet<String>) {
        let name = step.as_str().map(|text| text.split(':').next().unwrap_or_default().trim());
        match name {
            Some(name) if WORD_STEPS.contains(&name) => self.words.extend(sources.iter().cloned()),
            Some(name) if DATE_STEPS.contains(&name) => self.dates.extend(sources.iter().cloned()),
            Some(name) if PHONE_STEPS.contains(&name) => self.phones.extend(sources.iter().cloned()),
            Some(_) | None => {}
        }
        if let Some(map) = step.get("map").and_then(Value::as_table) {
            for source in sources {
                self.maps.entry(source.clone()).or_default().extend(map.keys().map(|key| key.trim().to_lowercase()));
            }
        }
    }
}

/// A table, or the tables of a list.
fn tables(value: &Value) -> Vec<&Table> {
    match value {
        Value::Table(table) => vec![table],
        Value::Array(items) => items.iter().filter_map(Value::as_table).collect(),
        Value::String(_) | Value::Integer(_) | Value::Float(_) | Value::Boolean(_) | Value::Datetime(_) => Vec::new(),
    }
}

/// A name, or the names of a list.
fn names(value: &Value) -> Vec<String> {
    match value {
        Value::String(name) => vec![name.trim().to_owned()],
        Value::Array(items) => items.iter().filter_map(Value::as_str).map(|name| name.trim().to_owned()).collect(),
        Value::Integer(_) | Value::Float(_) | Value::Boolean(_) | Value::Datetime(_) | Value::Table(_) => Vec::new(),
    }
}

/// Every word between `${` and `}` that can be a field's name.
fn in_template(text: &str) -> Vec<String> {
    let inside = text.split("${").skip(1).map(|rest| rest.split('}').next().unwrap_or_default());
    let words = inside.flat_map(|text| text.split(|letter: char| !letter.is_alphanumeric() && letter != '_'));
    words.filter(|word| !word.is_empty()).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::{DATE_STEPS, PHONE_STEPS, WORD_STEPS};
    use crate::mapping::documented;

    /// Steps that take any text: what is made up comes through them as the real value does.
    const TEXT_STEPS: [&str; 22] = [
        "trim",
        "collapse",
        "upper",
        "lower",
        "title_case",
        "name_case",
        "first_word",
        "last_word",
        "first_letter",
        "digits",
        "truncate",
        "pad",
        "number",
        "before",
        "after",
        "prefix",
        "suffix",
        "replace",
        "strip_html",
        "default",
        "join",
        "map",
    ];

    #[test]
    fn of_every_step_is_known_what_it_takes() {
        for one in documented() {
            let kinds = [&WORD_STEPS[..], &DATE_STEPS, &PHONE_STEPS, &TEXT_STEPS];
            assert_eq!(kinds.iter().filter(|kind| kind.contains(&one.name)).count(), 1, "{}", one.name);
        }
    }
}
