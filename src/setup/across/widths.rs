//! Whether the values of real or made-up contacts fit into VICIdial's fields: the mapping is run over them, and what VICIdial would make of each value
//! is worked out. No value is shown, only its shape.

use std::collections::{BTreeMap, BTreeSet};

use super::{Problem, Work};
use crate::diag::Code;
use crate::model::{Contact, FactName, FactValue, FieldName, Lead, ListId, ServerFacts};
use crate::setup::masked::masked;
use crate::setup::ready::known_non_latin;
use crate::vicidial::Forms;

/// The longest example.
const EXAMPLE: usize = 60;

/// Values of these contacts that VICIdial would cut; `whose` they are.
pub(super) fn check(work: Work<'_>, contacts: &[&Contact], whose: &str, facts: Option<&ServerFacts>) -> Vec<Problem> {
    let said = work.checked.config.vicidials.get(&work.job.vicidial).map(|vicidial| vicidial.use_non_latin).unwrap_or_default();
    let forms = Forms { non_latin: known_non_latin(said, || facts.and_then(|facts| facts.switch(&FactName::NonLatin))) };
    let mut cut: BTreeMap<FieldName, (usize, String, String)> = BTreeMap::new();
    let mut leads = 0;
    for contact in contacts {
        let all = work.mapping.program.leads(contact).into_iter();
        let mapped: Vec<Lead> = all.filter_map(|(_, mapped)| mapped.lead()).collect();
        leads += usize::from(!mapped.is_empty());
        let mut told: BTreeSet<&FieldName> = BTreeSet::new();
        // They say the same, and a custom field may be narrower in the list of one of them.
        for (list, (field, value)) in mapped.iter().flat_map(|lead| lead.fields.iter().map(|field| (lead.list_id, field))) {
            if let Some(left) = lost(forms, field, value, width(field, list, facts)).filter(|_| told.insert(field)) {
                cut.entry(field.clone()).or_insert_with(|| (0, shape(value), shape(&left))).0 += 1;
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

/// A value without what it says, cut where it is long.
fn shape(value: &str) -> String {
    let mut shape: String = masked(value).chars().take(EXAMPLE).collect();
    if value.chars().nth(EXAMPLE).is_some() {
        shape.push_str(&format!("... ({} characters)", value.chars().count()));
    }
    shape
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::LeadField;
    use crate::vicidial::NonLatin;

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
        assert_eq!(shape("Ann Łee, 555-0100"), "Xxx Xxx, 999-9999");
        assert_eq!(shape("Zoe\u{308} 🙂"), "Xxxx x");
        assert_eq!(shape(&"a".repeat(70)), format!("{}... (70 characters)", "x".repeat(60)));
    }
}
