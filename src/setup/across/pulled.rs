//! Fields that go back to the CRM, held against what the connector and the CRM say of the fields that they go to, and against what other jobs write.
//!
//! What is not known is not told. What a mapping by itself says wrong of such fields is told when it is read.

use std::collections::BTreeMap;

use super::used::{self, Way};
use super::{Problem, Work};
use crate::diag::form::Names;
use crate::diag::{Code, Place};
use crate::mapping::{Gives, Pulled};
use crate::model::{CrmField, CrmFieldKind, FactName, FactValue, FieldName, LeadField, ServerFacts};

const PUSH: &str = "leave `direction` out: then the field goes to VICIdial only";

/// Fields that go to where the connector never writes.
pub(super) fn connector(work: Work<'_>) -> Vec<Problem> {
    let Some(connector) = work.connector else { return Vec::new() };
    let title = &connector.title;
    let all = work.mapping.program.pulled().into_iter();
    all.filter_map(|pulled| {
        let Pulled { field, attribute, .. } = &pulled;
        let (code, why) = if connector.never_set().contains(attribute) || connector.only_true().contains(attribute) {
            (Code::NeverSet, format!("and what agents type there is never written: {title} could clear opt-outs by it"))
        } else if connector.computed().contains(attribute) {
            (Code::ComputedSet, format!("which {title} sets by itself: what is sent is dropped without a word"))
        } else if connector.fields().contains(attribute) {
            (Code::ComputedSet, format!("which the connector for {title} puts together of several fields: nothing can be written to it"))
        } else {
            return None;
        };
        Some(at(work, &pulled, code, format!("`{field}` goes back to `{attribute}`, {why}")).help(PUSH))
    })
    .collect()
}

/// Fields that the CRM's fields cannot take.
pub(super) fn fields(work: Work<'_>, fields: &[CrmField], facts: Option<&ServerFacts>) -> Vec<Problem> {
    let known: BTreeMap<&str, &CrmField> = fields.iter().map(|field| (field.name.as_str(), field)).collect();
    let all = work.mapping.program.pulled().into_iter();
    all.filter_map(|pulled| {
        let field = known.get(pulled.attribute.as_str())?;
        if field.is_writable {
            return unfit(work, &pulled, &field.kind, facts);
        }
        // The connector's own word about it was told.
        let is_told = work.connector.is_some_and(|connector| {
            connector.computed().contains(&field.name)
                || connector.never_set().contains(&field.name)
                || connector.only_true().contains(&field.name)
        });
        let message = format!("`{}` goes back to `{}`, which the CRM does not let be set", pulled.field, pulled.attribute);
        (!is_told).then(|| at(work, &pulled, Code::ReadOnlyField, message).help(PUSH))
    })
    .collect()
}

/// Why the CRM's field does not take what goes back to it.
fn unfit(work: Work<'_>, pulled: &Pulled, kind: &CrmFieldKind, facts: Option<&ServerFacts>) -> Option<Problem> {
    let Pulled { field, attribute, gives, .. } = pulled;
    let column = column(work, field, facts);
    let other = |is: &str, help: &str| {
        let message = format!("`{attribute}` {is} in the CRM, and `{field}` goes back to it as a text that the CRM may refuse");
        Some(at(work, pulled, Code::OtherType, message).help(help.to_owned()))
    };
    let is_typed_freely = matches!(gives, Gives::Anything) && column.is_free();
    match kind {
        CrmFieldKind::Text(Some(width)) => {
            let wide = column.width().filter(|wide| matches!(gives, Gives::Anything) && wide > width)?;
            let message = format!(
                "`{field}` takes {wide} characters in VICIdial, and `{attribute}` takes {width} in the CRM, which refuses what is longer"
            );
            Some(at(work, pulled, Code::Narrower, message).help(format!("make `{attribute}` wider in the CRM, or {PUSH}")))
        }
        CrmFieldKind::Choice(choices) if !choices.is_empty() => choice(work, pulled, choices),
        CrmFieldKind::Flag => match gives {
            Gives::Flags => None,
            Gives::Texts(texts) if texts.iter().all(|text| text == "true" || text == "false") => None,
            Gives::Anything | Gives::Piece | Gives::Texts(_) | Gives::Days | Gives::Moments => {
                other("is true or false", "write transform = \"yes_no:Y/N\", so that Y and N go back as true and false")
            }
        },
        CrmFieldKind::Number if is_typed_freely => {
            other("is a number", "choose a field of VICIdial that takes numbers only, or leave `direction` out")
        }
        CrmFieldKind::Date if is_typed_freely || matches!(gives, Gives::Moments) => {
            other("is a date", "write transform = \"date_to:%m/%d/%Y\", so that only dates go back")
        }
        CrmFieldKind::Moment if is_typed_freely || matches!(gives, Gives::Days) => {
            other("is a moment", "write transform = \"moment:America/New_York\", so that only moments go back")
        }
        CrmFieldKind::Choices(_) => other("holds several values", PUSH),
        CrmFieldKind::Link => other("names another record", PUSH),
        CrmFieldKind::Phone => {
            let message =
                format!("`{field}` goes back to `{attribute}`, which holds phone numbers in the CRM: their opt-outs could be lost");
            Some(at(work, pulled, Code::NeverSet, message).help(PUSH))
        }
        CrmFieldKind::Text(None)
        | CrmFieldKind::Number
        | CrmFieldKind::Date
        | CrmFieldKind::Moment
        | CrmFieldKind::Choice(_)
        | CrmFieldKind::Email
        | CrmFieldKind::Other(_) => None,
    }
}

/// A word that a `map` gives back and the CRM does not have. Those that it has in no spelling were told as keys of the `map`.
fn choice(work: Work<'_>, pulled: &Pulled, choices: &[String]) -> Option<Problem> {
    let Gives::Texts(texts) = &pulled.gives else { return None };
    let used = used::all(&work.mapping.source.text);
    let is_told = |text: &str| {
        let is_key = used.iter().any(|used| used.way == Way::Mapped && used.name == pulled.attribute && used.text == text.trim());
        is_key && !choices.iter().any(|choice| choice.trim().to_lowercase() == text.trim().to_lowercase())
    };
    let wrong = texts.iter().find(|text| !choices.iter().any(|choice| choice == *text) && !is_told(text))?;
    let message = format!("`map` gives back \"{wrong}\", and `{}` is never that in the CRM: capitals count here", pulled.attribute);
    let known: Vec<&str> = choices.iter().map(String::as_str).filter(|choice| !choice.is_empty()).collect();
    Some(at(work, pulled, Code::UnknownChoice, message).help(format!("write it in `map` as the CRM has it: {}", known.join(", "))))
}

/// What VICIdial's field takes.
enum Column {
    /// Text, up to so many characters.
    Text(usize),
    /// Numbers, dates, or moments.
    Other,
    Unknown,
}

impl Column {
    fn width(&self) -> Option<usize> {
        match self {
            Self::Text(width) => Some(*width),
            Self::Other | Self::Unknown => None,
        }
    }

    /// Whether anything can be typed into it, for certain.
    fn is_free(&self) -> bool {
        match self {
            Self::Text(_) => true,
            Self::Other | Self::Unknown => false,
        }
    }
}

/// The column of a field; of a custom one the widest of its lists.
fn column(work: Work<'_>, field: &FieldName, facts: Option<&ServerFacts>) -> Column {
    let label = match field {
        FieldName::Standard(LeadField::DateOfBirth | LeadField::Rank | LeadField::Gender) => return Column::Other,
        FieldName::Standard(field) => return Column::Text(field.width()),
        FieldName::Custom(label) => label,
    };
    let mut widest = Column::Unknown;
    for list in work.mapping.program.lists() {
        let fact = facts.and_then(|facts| facts.0.get(&FactName::Column(list, label.clone())));
        let Some(FactValue::Text(text)) = fact.map(|fact| &fact.value) else { continue };
        let width = text.split_once('(').and_then(|(kind, rest)| {
            let width = rest.split(')').next()?.trim().parse::<usize>().ok()?;
            kind.to_lowercase().ends_with("char").then_some(width)
        });
        match (width, widest.width()) {
            (Some(width), before) => widest = Column::Text(width.max(before.unwrap_or(0))),
            (None, Some(_)) => {}
            (None, None) => widest = Column::Other,
        }
    }
    widest
}

/// Fields of the CRM that two jobs write, of which one takes them from its VICIdial.
pub(super) fn jobs(work: Work<'_>, other: Work<'_>) -> Vec<Problem> {
    let (own, theirs) = (work.mapping.program.pulled(), other.mapping.program.pulled());
    let mut problems = Vec::new();
    for pulled in &own {
        if let Some(same) = theirs.iter().find(|same| same.attribute == pulled.attribute) {
            let message = format!(
                "jobs {} and {} both take `{}` from VICIdial: of a contact with a lead in both, the later edit overwrites",
                other.name(),
                work.name(),
                pulled.attribute
            );
            problems.push(shared(work, pulled, message, other, same.place.clone()));
        }
    }
    let one_sets = |puller: Work<'_>, setter: Work<'_>| {
        let set = setter.mapping.program.patch_names();
        let all = puller.mapping.program.pulled().into_iter().filter(move |pulled| set.contains(&pulled.attribute));
        let problems = all.map(|pulled| {
            let message = format!(
                "job {} takes `{}` from its VICIdial, and calls of job {} set it: each overwrites the other",
                puller.name(),
                pulled.attribute,
                setter.name()
            );
            shared(puller, &pulled, message, setter, super::jobs::first(setter, Names::Attribute, &pulled.attribute))
        });
        problems.collect::<Vec<_>>()
    };
    problems.extend(one_sets(work, other));
    problems.extend(one_sets(other, work));
    problems
}

fn shared(work: Work<'_>, pulled: &Pulled, message: String, other: Work<'_>, place: Place) -> Problem {
    at(work, pulled, Code::SetTwice, message)
        .label(format!("job {}", work.name()))
        .and(&other.mapping.source, place, format!("job {}", other.name()))
        .help("if that is not meant, give each job a field of its own, or leave `direction` out in one of them")
}

fn at(work: Work<'_>, pulled: &Pulled, code: Code, message: String) -> Problem {
    Problem::at(code, &work.mapping.source, pulled.place.clone(), message)
}
