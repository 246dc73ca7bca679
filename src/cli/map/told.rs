//! How one contact's way through a mapping is told to a person.

use crate::diag::Place;
use crate::mapping::{ListTried, Mapped, NumberTried, Origin, SlotTraced, Trace, Traced};
use crate::setup::Mapper;

use super::super::describe::quoted;
use super::super::screen::table;
use super::kept::kept;

/// Characters that are shown of one text.
const TEXT_MAX: usize = 60;

/// The whole of it.
pub(super) fn text(mapper: &Mapper, trace: &Trace) -> String {
    let job = mapper.job.as_ref().map_or_else(|| mapper.file().to_owned(), |job| format!("job {job} ({})", mapper.file()));
    let mut text = format!("contact {} in {job}\n  {}\n", trace.contact, verdict(trace));
    if let Some(help) = help(mapper, trace) {
        text.push_str(&format!("  to change that: {help}\n"));
    }
    let mut stages: Vec<Vec<String>> = Vec::new();
    let mut stage = |name: &str, words: String| stages.push(vec![format!("  {name}"), words]);
    match &trace.filter {
        Some(filter) => {
            let line = at(mapper, filter.place.as_ref());
            match &filter.why_not {
                None => stage("filter", format!("lets the contact in{line}")),
                Some(why) => stage("filter", format!("keeps the contact out{line}: it wants that {why}")),
            }
        }
        None => stage("filter", "there is none: every contact is taken".to_owned()),
    }
    if trace.opted_out {
        stage("opt-out", "the person, or the number, must not be called".to_owned());
    }
    for list in &trace.lists {
        stage("list", list_words(mapper, list));
    }
    for number in &trace.phones {
        stage("phone", number_words(number));
    }
    if let Some(status) = &trace.status {
        let line = at(mapper, status.place.as_ref());
        let (from, to) = (status.rule.from.join(", "), &status.rule.to);
        stage("status", format!("{to} by [[status]] {}{line}, for a lead with {from}", status.number));
    }
    for slot in &trace.slots {
        stage(&format!("slot {}", slot.slot.as_str()), slot_words(mapper, slot));
    }
    text.push_str(&table(&stages));
    if !trace.fields.is_empty() {
        text.push('\n');
        text.push_str(&fields(mapper, trace));
    }
    text.push_str(&cut(mapper, trace));
    text
}

/// What becomes of the contact, in a sentence.
pub(super) fn verdict(trace: &Trace) -> String {
    match &trace.mapped {
        Mapped::Lead(lead) => format!("becomes a lead in list {}, dialed at {}", lead.list_id, lead.phone.e164()),
        Mapped::Rejected(rejection) => format!("is rejected: {}: {}", rejection.reason, rejection.detail),
        Mapped::Filtered { why } => format!("is not one of this job's contacts: {why}"),
    }
}

/// What becomes of a further lead, in a sentence.
pub(super) fn slot_verdict(mapped: &Mapped) -> String {
    match mapped {
        Mapped::Lead(lead) => format!("a further lead in list {}, dialed at {}", lead.list_id, lead.phone.e164()),
        Mapped::Rejected(rejection) => format!("no lead: {}: {}", rejection.reason, rejection.detail),
        Mapped::Filtered { why } => format!("no lead: {why}"),
    }
}

/// What to change so that the contact becomes a lead.
pub(super) fn help(mapper: &Mapper, trace: &Trace) -> Option<String> {
    let phone = at(mapper, trace.phone_place.as_ref());
    let reason = match &trace.mapped {
        Mapped::Lead(_) => return None,
        Mapped::Filtered { .. } => {
            let line = at(mapper, trace.filter.as_ref().and_then(|filter| filter.place.as_ref()));
            return Some(format!("change the contact in the CRM, or [filter]{line}"));
        }
        Mapped::Rejected(rejection) => rejection.reason.as_str(),
    };
    Some(match reason {
        "opted_out" => "nothing, unless the person wishes to be called again: the opt-out stands in the CRM".to_owned(),
        "no_list" => {
            let line = at(mapper, trace.lists.last().and_then(|list| list.place.as_ref()));
            format!("add a [[list]] rule that takes the contact, or write `list = NUMBER` in place of `reject`{line}")
        }
        "phone_missing" => format!("give the contact a number in the CRM, or name the field that has one in `from` of [phone]{phone}"),
        "phone_invalid" => "correct the number in the CRM; a number of another country begins with `+` and its country code".to_owned(),
        "phone_foreign" => format!("if that country may be dialed, add it to `regions` of [phone]{phone}"),
        "template_failed" => {
            let line = at(mapper, trace.fields.last().and_then(|field| field.place.as_ref()));
            format!("change the template{line}: `default('..')` or `if` can say what becomes of a value that does not fit")
        }
        _ => "change the contact in the CRM, or the mapping".to_owned(),
    })
}

/// ` (line 12)`, or nothing.
fn at(mapper: &Mapper, place: Option<&Place>) -> String {
    place.map_or_else(String::new, |place| format!(" (line {})", mapper.line(place)))
}

fn list_words(mapper: &Mapper, list: &ListTried) -> String {
    let rule = list.number.map_or_else(|| "[list_default]".to_owned(), |number| format!("[[list]] {number}"));
    let line = at(mapper, list.place.as_ref());
    match (&list.why_not, list.list) {
        (Some(why), _) => format!("not by {rule}{line}: it wants that {why}"),
        (None, Some(number)) => format!("{number} by {rule}{line}"),
        (None, None) => format!("refused by {rule}{line}"),
    }
}

fn number_words(number: &NumberTried) -> String {
    match &number.outcome {
        Ok(phone) => {
            let from = format!("`{}`, {}", number.field, short(number.text.trim()));
            format!("{} from {from}: phone_code {}, phone_number {}", phone.e164(), phone.code, phone.number)
        }
        Err((reason, why)) => format!("{reason}: {why}"),
    }
}

fn slot_words(mapper: &Mapper, slot: &SlotTraced) -> String {
    let line = at(mapper, Some(&slot.place));
    let from = match (&slot.mapped, slot.phones.last()) {
        (Mapped::Lead(_), Some(number)) => format!(" from `{}`, {}", number.field, short(number.text.trim())),
        (Mapped::Lead(_), None) | (Mapped::Rejected(_) | Mapped::Filtered { .. }, _) => String::new(),
    };
    format!("{}{from}{line}", slot_verdict(&slot.mapped))
}

/// The fields as a table: field, value, where from, steps.
fn fields(mapper: &Mapper, trace: &Trace) -> String {
    let mut rows = vec![["  field", "value", "line", "from", "steps"].map(str::to_owned).to_vec()];
    for field in &trace.fields {
        let value = match &field.value {
            Ok(value) if value.is_empty() => if field.way.clears { "(blank: empties the field)" } else { "(blank: left alone)" }.to_owned(),
            Ok(value) => short(value),
            Err(why) => format!("FAILED: {why}"),
        };
        let line = field.place.as_ref().map_or_else(|| "-".to_owned(), |place| mapper.line(place).to_string());
        rows.push(vec![format!("  {}", field.field), value, line, origin(field), steps(field)]);
    }
    table(&rows)
}

fn origin(field: &Traced) -> String {
    // Of several fields with fall-back, those behind the one that was taken say nothing.
    let taken = field.reads.iter().position(|read| read.is_taken);
    let shown = match taken {
        Some(taken) if field.origin == Origin::First => &field.reads[..=taken],
        Some(_) | None => &field.reads[..],
    };
    let names = shown.iter().map(|read| if read.value.is_blank() { format!("{} (blank)", read.name) } else { read.name.clone() });
    let names = names.collect::<Vec<_>>().join(", ");
    match field.origin {
        Origin::Template if names.is_empty() => "template".to_owned(),
        Origin::Template => format!("template of {names}"),
        Origin::First | Origin::All => names,
        Origin::Constant => "constant".to_owned(),
        Origin::FurtherNumber => "a further number".to_owned(),
    }
}

/// The way of a value through its steps; a step that changes nothing is named alone.
fn steps(field: &Traced) -> String {
    let mut before = field.before.as_str();
    let mut words = Vec::new();
    for step in &field.steps {
        words.push(if step.after == before { step.written.clone() } else { format!("{} -> {}", step.written, short(&step.after)) });
        before = &step.after;
    }
    let is_changed = field.steps.iter().any(|step| step.after != field.before);
    if is_changed { format!("{}, {}", short(&field.before), words.join(", ")) } else { words.join(", ") }
}

/// What VICIdial will keep otherwise.
fn cut(mapper: &Mapper, trace: &Trace) -> String {
    let mut rows = Vec::new();
    for field in &trace.fields {
        let Ok(value) = &field.value else { continue };
        if let Some(kept) = kept(mapper.forms, &field.field, value) {
            let shown = if kept.value.is_empty() { "nothing".to_owned() } else { short(&kept.value) };
            rows.push(vec![format!("  {}", field.field), shown, kept.why.join("; ")]);
        }
    }
    if rows.is_empty() { String::new() } else { format!("\n  VICIdial will keep, of these fields:\n{}", table(&rows)) }
}

/// A text between quotes, cut where it would make a line too long for a screen; `--json` has all of it.
fn short(text: &str) -> String {
    match text.char_indices().nth(TEXT_MAX) {
        Some((end, _)) => format!("{}..", quoted(&text[..end])),
        None => quoted(text),
    }
}
