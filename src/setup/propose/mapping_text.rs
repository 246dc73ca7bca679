//! The proposed mapping.

use std::fmt::Write;

use super::field_lines::{self, line};
use super::{Answers, Seen, guess, result_lines, test_text};
use crate::model::{CrmField, CrmFieldKind};
use crate::setup::mask::{key, quoted};

/// A field with more words makes no example of list rules.
const WORDS_MAX: usize = 6;

/// The text; what must be done by hand goes to the notes.
pub(super) fn mapping(answers: &Answers, seen: &Seen, notes: &mut Vec<String>) -> String {
    let mut text = String::new();
    if let Some((_, schema)) = &answers.schemas {
        write!(text, "#:schema {schema}\n\n").ok();
    }
    let Answers { day, object, .. } = answers;
    // Writing into a text cannot fail.
    write!(
        text,
        "# Which contacts of the CRM become leads in VICIdial, and what calls bring back. Proposed by `vicisync init` on {day} from what both\n\
         # systems had that day: look at every line. docs/mapping.md explains them; `vicisync test` tries the tests at the end.\n\
         # Lines that begin with # are remarks and examples: take the # away to use one.\n\
         format = 1\nobject = {}\n",
        quoted(object)
    )
    .ok();
    text.push_str(&filter_and_lists(answers, seen, notes));
    text.push_str(&phone_and_fields(answers, seen, notes));
    text.push_str(
        "\n# The lead of a contact that is gone, filtered out or rejected gets this status: make it in VICIdial, and let no campaign dial it.\n\
         [leaving]\nstatus = \"VSGONE\"\nkeep = [\"SALE\", \"DNC\", \"DNCL\", \"DNCC\"]      # these stay as they are\n\n\
         [opt_out]                                # the lead of a person who must not be called\nstatus = \"DNC\"\n\n",
    );
    notes.push("make the status VSGONE in VICIdial (Admin, System Statuses), and let no campaign dial it".to_owned());
    text.push_str(&result_lines::text(answers, seen, notes));
    let tests = test_text::tests(&text, answers, seen);
    text.push_str(&tests);
    text
}

fn filter_and_lists(answers: &Answers, seen: &Seen, notes: &mut Vec<String>) -> String {
    let mut text = String::new();
    let choice = choice(seen.fields.all());
    let (field, words) = match &choice {
        Some((field, words)) => (key(&field.name), words.clone()),
        None => ("cSegment".to_owned(), vec!["north".to_owned(), "south".to_owned()]),
    };
    write!(text, "\n# Whose contacts these are: all conditions must hold. Without a filter all contacts are.\n# [filter]\n# {field} = {{ is_set = true }}\n").ok();
    text.push_str("\n# Which list a contact goes to. Rules are tried from top to bottom; the first whose conditions hold decides.\n");
    if choice.is_some() {
        writeln!(text, "# {field} has few values: {}.", words.iter().map(|word| key(word)).collect::<Vec<_>>().join(", ")).ok();
    }
    let list = |place: usize| answers.lists.get(place).or(answers.lists.first()).copied().unwrap_or(1001);
    for (place, word) in words.iter().enumerate().take(3) {
        write!(text, "# [[list]]\n# when = {{ {field} = {} }}\n# list = {}\n", quoted(word), list(place)).ok();
    }
    for id in &answers.lists {
        let remark = match seen.lists.iter().find(|seen| seen.id.0 == *id) {
            Some(seen) => {
                let leads = seen.leads.map(|leads| format!(", {leads} leads now")).unwrap_or_default();
                let activity = if seen.is_active { "" } else { ", not active: its leads are not dialed" };
                format!("list {id}: campaign {}{leads}{activity}", seen.campaign)
            }
            None if seen.release.is_some() => {
                notes.push(format!("make the list {id} in VICIdial: there is none"));
                format!("list {id}: VICIdial has no such list yet")
            }
            None => format!("list {id}"),
        };
        writeln!(text, "# {remark}").ok();
    }
    write!(text, "[list_default]\nlist = {}\n", list(0)).ok();
    text
}

/// A choice field for an example: one of the admin's own, with the fewest words.
fn choice(fields: &[CrmField]) -> Option<(&CrmField, Vec<String>)> {
    let choices = fields.iter().filter_map(|field| match &field.kind {
        CrmFieldKind::Choice(words) => {
            let words: Vec<String> = words.iter().filter(|word| !word.trim().is_empty()).cloned().collect();
            (field.is_custom && (2..=WORDS_MAX).contains(&words.len())).then_some((field, words))
        }
        CrmFieldKind::Text(_)
        | CrmFieldKind::Number
        | CrmFieldKind::Flag
        | CrmFieldKind::Date
        | CrmFieldKind::Moment
        | CrmFieldKind::Choices(_)
        | CrmFieldKind::Phone
        | CrmFieldKind::Email
        | CrmFieldKind::Link
        | CrmFieldKind::Other(_) => None,
    });
    choices.min_by_key(|(field, words)| (words.len(), field.name.clone()))
}

fn phone_and_fields(answers: &Answers, seen: &Seen, notes: &mut Vec<String>) -> String {
    let fields = seen.fields.all();
    let phones = field_lines::phones(fields);
    let phone = phones.first().map_or("phoneNumber", |field| field.name.as_str());
    let mut text = String::from("\n# The number to dial.\n[phone]\n");
    writeln!(
        text,
        "{}",
        line(&format!("from = {}", quoted(phone)), "several are possible: [\"a\", \"b\"]; the first usable one is dialed")
    )
    .ok();
    writeln!(
        text,
        "{}",
        line(&format!("default_region = {}", quoted(&answers.region)), "the country of numbers that are written without one")
    )
    .ok();
    let seen_there = guess::regions(&seen.samples, fields, answers.zone);
    let others: Vec<String> = seen_there
        .others
        .iter()
        .filter(|(region, _)| *region != answers.region)
        .map(|(region, count)| format!("{region} ({count})"))
        .collect();
    if others.is_empty() {
        text.push_str(
            "# regions = [\"US\", \"CA\"]                  # the countries that may be dialed; only the default one without the line\n",
        );
    } else {
        writeln!(
            text,
            "# Only that country is dialed. Among {} sampled contacts were also numbers of {}: add their countries if they may be dialed.",
            seen.samples.len(),
            others.join(", ")
        )
        .ok();
        writeln!(
            text,
            "# regions = [{}]",
            std::iter::once(&answers.region)
                .chain(seen_there.others.iter().map(|(region, _)| region).filter(|region| **region != answers.region))
                .map(|region| quoted(region))
                .collect::<Vec<_>>()
                .join(", ")
        )
        .ok();
    }
    // The connector's own name for all numbers is a list, and no second number.
    let alt = phones.iter().skip(1).find(|field| field.name != "phones");
    if let Some(second) = alt.or(phones.get(1)) {
        write!(
            text,
            "\n# A further lead of each contact that has another number there. Take alt_phone out of [lead] then: all leads of a contact have it.\n\
             # [[slot]]\n# name = \"second\"\n# from = {}\n",
            quoted(&second.name)
        )
        .ok();
    }
    let (lead, _) = field_lines::lead(answers, seen, alt.copied());
    text.push_str(
        "\n# VICIdial's standard fields, each with the CRM's field that fills it. What agents correct goes back to the CRM where a line says\n\
         # direction = \"both\", as in { from = \"addressCity\", direction = \"both\" }: docs/two-ways.md.\n[lead]\n",
    );
    if lead.is_empty() {
        text.push_str("# first_name = \"firstName\"\n# last_name = \"lastName\"\n");
        notes.push("nothing is known of the CRM's fields: fill [lead] in the mapping".to_owned());
    }
    for line in lead {
        writeln!(text, "{line}").ok();
    }
    text.push_str("\n# Fields that were made in VICIdial for the lists, by their labels.\n");
    let custom = field_lines::custom(seen, &answers.lists);
    if custom.iter().any(|line| !line.starts_with('#')) {
        text.push_str("[custom]\n");
    } else {
        text.push_str("# [custom]\n");
    }
    if custom.is_empty() {
        text.push_str("# label = \"cField\"\n");
    }
    for line in custom {
        writeln!(text, "{line}").ok();
    }
    text
}
