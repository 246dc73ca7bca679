//! What calls bring back: into the CRM's fields for it, where there are any; else the fields to make.

use std::fmt::Write;

use super::likeness::named;
use super::{Answers, Fields, Seen};
use crate::model::{CrmField, CrmFieldKind};
use crate::setup::mask::key;

/// Fields for the results of calls: the name to give one that is missing, its type there, the names that such a field goes by, and what it is set to.
struct ResultField {
    name: &'static str,
    of_type: &'static str,
    names: &'static [&'static str],
    value: &'static str,
    is_always: bool,
}

const RESULTS: [ResultField; 4] = [
    ResultField {
        name: "cDialerStatus",
        of_type: "text",
        names: &["dialerstatus", "callstatus", "lastcallstatus", "vicidialstatus", "dialstatus", "disposition"],
        value: "${status}",
        is_always: false,
    },
    ResultField {
        name: "cDialerLeadId",
        of_type: "text",
        names: &["dialerleadid", "vicidialleadid"],
        value: "${lead_id}",
        is_always: false,
    },
    ResultField {
        name: "cLastCalledAt",
        of_type: "date-time",
        names: &["lastcalledat", "lastcallat", "lastcalled", "lastcalldate"],
        value: "${call_end}",
        is_always: true,
    },
    ResultField {
        name: "cCallCount",
        of_type: "whole number",
        names: &["callcount", "callscount", "callattempts"],
        value: "${call_count}",
        is_always: true,
    },
];

/// Results of the stock system that a human gave, and those that none did.
const ANSWERED: &str = r#"["SALE", "NI", "CALLBK", "DNC", "DEC", "N"]"#;
const UNANSWERED: &str = r#"["A", "AA", "B", "NA", "ADC", "DROP", "PDROP"]"#;

/// `[calls]` and the rules; what must be made by hand goes to the notes.
pub(super) fn text(answers: &Answers, seen: &Seen, notes: &mut Vec<String>) -> String {
    let mut missing = Vec::new();
    let (mut always, mut own) = (Vec::new(), Vec::new());
    for field in &RESULTS {
        match named(seen.fields.all(), field.names).filter(|found| fits(found, field, matches!(seen.fields, Fields::Guessed(_)))) {
            Some(found) => {
                let setting = format!("{} = \"{}\"", key(&found.name), field.value);
                if field.is_always {
                    always.push(setting)
                } else {
                    own.push(setting)
                };
            }
            None => missing.push(field),
        }
    }
    let mut text =
        format!("# What calls bring back: from this day on.\n[calls]\ngo_live = {}\nzone = \"{}\"\n", answers.day, answers.zone.name());
    if !missing.is_empty() {
        text.push_str("\n# The CRM has no fields for these results. Make them (EspoCRM: Administration, Entity Manager, Fields), give the API user's role\n# read and edit on them, and add them below:\n");
        for field in &missing {
            let place = if field.is_always { "[calls.always]" } else { "each `set` of [[disposition]]" };
            writeln!(text, "#   {} = \"{}\"   a {} field; in {place}", field.name, field.value, field.of_type).ok();
        }
        notes.push(format!(
            "the CRM has no field for {}: the mapping says which to make",
            missing.iter().map(|field| field.name).collect::<Vec<_>>().join(", ")
        ));
    }
    if always.is_empty() {
        text.push_str("\n# What every call with a result sets:\n# [calls.always]\n# set = { cCallCount = \"${call_count}\" }\n");
    } else {
        write!(
            text,
            "\n[calls.always]                           # what every call with a result sets\nset = {{ {} }}\n",
            always.join(", ")
        )
        .ok();
    }
    let set = match own.as_slice() {
        [] => "# set = { cDialerStatus = \"${status}\" }\n".to_owned(),
        own => format!("set = {{ {} }}\n", own.join(", ")),
    };
    let logged = match &answers.crm_user {
        Some(_) => "activity = true                          # logged with the contact as a call\n",
        None => {
            "# activity = true                        # to log the calls, give the CRM connection the option user_id, or name all agents in [users]\n"
        }
    };
    text.push_str("\n# The first rule with the call's status decides. These are results of a stock VICIdial: add your own.\n");
    write!(text, "[[disposition]]                          # a human answered\nstatus = {ANSWERED}\n{set}{logged}").ok();
    write!(text, "\n[[disposition]]                          # nobody did\nstatus = {UNANSWERED}\n{set}").ok();
    text.push_str("\n# Which CRM user an agent is, by the agent's user name in VICIdial.\n# [users]\n# agent6001 = \"the id from the address of the user's page in the CRM\"\n");
    text
}

/// Where kinds are guessed from a few records, a text may look like a choice or like the id of another record.
fn fits(found: &CrmField, field: &ResultField, are_kinds_guessed: bool) -> bool {
    let is_of_type = match &found.kind {
        CrmFieldKind::Text(width) => width.is_none_or(|width| width >= 6),
        CrmFieldKind::Number => field.value == "${call_count}",
        CrmFieldKind::Moment => field.value == "${call_end}",
        // A choice would refuse what is not among its words.
        CrmFieldKind::Choice(_) | CrmFieldKind::Link => are_kinds_guessed && field.of_type == "text",
        CrmFieldKind::Choices(_)
        | CrmFieldKind::Flag
        | CrmFieldKind::Date
        | CrmFieldKind::Phone
        | CrmFieldKind::Email
        | CrmFieldKind::Other(_) => false,
    };
    found.is_writable && is_of_type
}
