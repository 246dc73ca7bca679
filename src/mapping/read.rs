//! Text to a checked program: every table is read, whatever is wrong in the others, and all mistakes come out at once.

use std::collections::BTreeSet;

use crate::diag::names::Named;
use crate::diag::{Code, Diagnostic, Sink, Table, names, reader, syntax};
use crate::model::ListId;

use super::attributes::Attributes;
use super::calls::Calls;
use super::phone::PhoneRule;
use super::program::{Destination, Program};
use super::{
    calls_read, fields_read, form, intake_read, leads_read, matching_read, phone_read, pulled, rules_read, slots_read, strangers_read,
    template_read, trace_read, trial_read,
};

/// Reads a mapping. Gives the program with warnings, or all that is wrong.
///
/// # Errors
///
/// Everything that is wrong with the text, warnings among it, in the order of the text.
pub fn parse(file_name: &str, text: &str) -> Result<(Program, Vec<Diagnostic>), Vec<Diagnostic>> {
    let sink = Sink::new(file_name);
    let mended = syntax::mend(&sink, text);
    let program = reader::document(&sink, &mended).and_then(|table| {
        let names = template_read::expand(&mended, names::all(table.get_ref(), &form::MAPPING));
        program(&Table::root(&sink, &table, &form::MAPPING), text, names)
    });
    let is_clean = sink.errors() == 0;
    let found = sink.into_found();
    match program {
        Some(program) if is_clean => Ok((program, found)),
        Some(_) | None => Err(found),
    }
}

fn program(root: &Table<'_, '_>, text: &str, names: Vec<Named>) -> Option<Program> {
    if let Some(format) = root.get("format")
        && format.number(0, u64::MAX).is_some_and(|number| number != 1)
    {
        format.wrong(Code::BadFormat, "this release reads mappings of format 1", "write `format = 1`");
    }
    let object = root.need("object").and_then(|item| item.filled());
    let filter = rules_read::filter(root);
    let (lists, list_default) = rules_read::lists(root, &filter);
    let phone = phone_read::read(root);
    let errors = root.sink().errors();
    let slots = slots_read::read(root, phone.as_ref());
    let are_whole = phone.is_some() && root.sink().errors() == errors;
    let fields = fields_read::read(root);
    let (list_change, intake) = intake_read::read(root, &fields);
    let matching = matching_read::read(root, &fields);
    let filled: Vec<ListId> = lists
        .iter()
        .map(|rule| rule.then)
        .chain([list_default])
        .filter_map(Destination::list)
        .chain(slots.iter().filter_map(|rule| rule.list))
        .collect();
    let leaving = leads_read::leaving(root, &filled);
    let opt_out_status = leads_read::opt_out(root);
    let statuses = leads_read::statuses(root, &filter, &leaving, &opt_out_status);
    let calls = calls_read::read(root);
    let set: BTreeSet<String> = calls.as_ref().map(Calls::patch_names).unwrap_or_default();
    let back = fields.values().filter(|rule| rule.way.direction.pulls()).filter_map(|rule| rule.single());
    let written = set.iter().map(String::as_str).chain(back).collect();
    let without_contact = strangers_read::read(root, calls.as_ref().and_then(|calls| calls.go_live), &written);
    let slot_names: Vec<&str> = slots.iter().map(|rule| rule.name.as_str()).collect();
    let trials = trial_read::read(root, text, are_whole.then_some(&slot_names));
    let places = trace_read::read(root);
    let of_slots = slots.iter().flat_map(|rule| rule.phone.reads().map(|name| (name, Some(rule.place.clone()))));
    let phones = of_slots.chain(phone.iter().flat_map(PhoneRule::reads).map(|name| (name, places.phone.clone()))).collect();
    let rest = pulled::Rest {
        filter: &filter,
        lists: &lists,
        phones,
        set: calls.as_ref().map(Calls::patch_names).unwrap_or_default(),
        names: &names,
    };
    pulled::check(root, &fields, &places, &rest);
    slots_read::numbers(root, &slots, &places);
    root.finish();
    let mut program = Program {
        object: object?,
        hash: hash(text),
        filter,
        lists,
        list_default,
        list_change,
        intake,
        matching,
        phone: phone?,
        slots,
        filled: fields.keys().cloned().collect(),
        fields,
        attributes: Attributes::default(),
        leaving,
        opt_out_status,
        statuses,
        calls: calls?,
        without_contact,
        trials,
        names,
        places,
    };
    program.attributes = Attributes::of(program.contact_fields(), &program.fields);
    Some(program)
}

/// Another reading of the same text makes other leads, so it counts as another text: every contact is looked at again. To be raised by whatever
/// changes what a mapping makes of a contact: a transform, a condition, how phones are read.
const READING: u32 = 2;

fn hash(text: &str) -> String {
    blake3::hash(format!("{READING}\n{text}").as_bytes()).to_hex().to_string()
}
