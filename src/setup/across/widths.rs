//! Whether the values of real or made-up contacts fit into VICIdial's fields: the mapping is run over them, and what VICIdial would make of each value
//! is worked out. No value is shown: letters become `x` and digits 9.

use std::collections::BTreeMap;

use super::{Problem, Work};
use crate::config;
use crate::diag::Code;
use crate::mapping::Mapped;
use crate::model::{Contact, FactName, FactValue, FieldName, ListId, ServerFacts};
use crate::vicidial::{Forms, NonLatin};

/// The longest example.
const EXAMPLE: usize = 60;

/// Values of these contacts that VICIdial would cut; `whose` they are.
pub(super) fn check(work: Work<'_>, contacts: &[&Contact], whose: &str, facts: Option<&ServerFacts>) -> Vec<Problem> {
    let forms = Forms { non_latin: non_latin(work, facts) };
    let mut cut: BTreeMap<FieldName, (usize, String, String)> = BTreeMap::new();
    let mut leads = 0;
    for contact in contacts {
        let Mapped::Lead(lead) = work.mapping.program.map(contact) else { continue };
        leads += 1;
        for (field, value) in &lead.fields {
            if let Some(left) = lost(forms, field, value, width(field, lead.list_id, facts)) {
                cut.entry(field.clone()).or_insert_with(|| (0, masked(value), masked(&left))).0 += 1;
            }
        }
    }
    let cut = cut.into_iter();
    cut.map(|(field, (count, value, left))| problem(work, &field, format!("{count} of {leads} contacts of {whose}"), &value, &left))
        .collect()
}

fn problem(work: Work<'_>, field: &FieldName, whose: String, value: &str, left: &str) -> Problem {
    let source = &work.mapping.source;
    let (place, what) = match field {
        FieldName::Standard(standard) => {
            let place = source.key(&["lead", standard.name()]);
            (place, format!("`{field}` ({} characters)", standard.width()))
        }
        FieldName::Custom(label) => (source.key(&["custom", label]), format!("the custom field `{label}`")),
    };
    let left = if left.is_empty() { "nothing".to_owned() } else { format!("\"{left}\"") };
    Problem::at(Code::Cut, source, place, format!("VICIdial would not keep all of {what}: {whose}"))
        .label(format!("of \"{value}\" it would keep {left}"))
        .help("shorten the value by a transform, or choose a field that holds it")
}

/// What VICIdial would keep of a value, where that is less than what it says. Spaces and signs count for nothing.
fn lost(forms: Forms, field: &FieldName, value: &str, width: Option<usize>) -> Option<String> {
    // What VICIdial shows in place of a blank says nothing of the value.
    let kept = if forms.wire(field, value).is_empty() { String::new() } else { forms.stored(field, value) };
    let kept = match width {
        Some(width) => kept.chars().take(width).collect(),
        None => kept,
    };
    let core = |text: &str| text.chars().filter(|letter| letter.is_alphanumeric()).collect::<String>();
    let (before, after) = (core(&forms.stored(&FieldName::Custom(String::new()), value)), core(&kept));
    (before != after).then_some(kept)
}

/// The width of a custom column, where it is known.
fn width(field: &FieldName, list: ListId, facts: Option<&ServerFacts>) -> Option<usize> {
    let FieldName::Custom(label) = field else { return None };
    let FactValue::Text(column) = &facts?.0.get(&FactName::Column(list, label.clone()))?.value else { return None };
    let (_, width) = column.split_once('(').filter(|(kind, _)| kind.to_lowercase().ends_with("char"))?;
    width.split(')').next()?.trim().parse().ok()
}

/// As the config says, else as it was found out.
fn non_latin(work: Work<'_>, facts: Option<&ServerFacts>) -> NonLatin {
    let said = work.checked.config.vicidials.get(&work.job.vicidial).map(|vicidial| vicidial.use_non_latin);
    match said {
        Some(config::NonLatin::On) => NonLatin::On,
        Some(config::NonLatin::Off) => NonLatin::Off,
        Some(config::NonLatin::Unknown) | None => match facts.and_then(|facts| facts.switch(&FactName::NonLatin)) {
            Some(true) => NonLatin::On,
            Some(false) => NonLatin::Off,
            None => NonLatin::Unknown,
        },
    }
}

/// A value without what it says.
fn masked(value: &str) -> String {
    let shape = |letter: char| match letter {
        letter if letter.is_numeric() => '9',
        letter if letter.is_alphabetic() => 'x',
        letter if letter.is_control() => ' ',
        letter => letter,
    };
    let mut masked: String = value.chars().take(EXAMPLE).map(shape).collect();
    if value.chars().nth(EXAMPLE).is_some() {
        masked.push_str(&format!("... ({} characters)", value.chars().count()));
    }
    masked
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::LeadField;

    #[test]
    fn what_is_lost_is_told_and_what_only_looks_otherwise_is_not() {
        let on = Forms { non_latin: NonLatin::On };
        let off = Forms { non_latin: NonLatin::Off };
        let lost = |forms: Forms, field: LeadField, value: &str| lost(forms, &FieldName::Standard(field), value, None);
        assert_eq!(lost(on, LeadField::Title, "Professor").as_deref(), Some("Prof"));
        assert_eq!(lost(on, LeadField::FirstName, "Łukasz (Jr.)"), None);
        assert_eq!(lost(off, LeadField::FirstName, "Łukasz").as_deref(), Some("ukasz"));
        assert_eq!(lost(on, LeadField::Address1, "12 Main St.\n#4, Apt \"B\""), None);
        assert_eq!(lost(on, LeadField::Gender, "male").as_deref(), Some(""));
        assert_eq!(lost(on, LeadField::DateOfBirth, ""), None);
        assert_eq!(lost(on, LeadField::Rank, "5"), None);
        assert_eq!(lost(on, LeadField::Rank, "99999").as_deref(), Some("32767"));
    }

    #[test]
    fn an_example_says_nothing_of_the_person() {
        assert_eq!(masked("Ann Łee, 555-0100"), "xxx xxx, 999-9999");
        assert_eq!(masked(&"a".repeat(70)), format!("{}... (70 characters)", "x".repeat(60)));
    }
}
