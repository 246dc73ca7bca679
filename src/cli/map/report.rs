//! The same for programs. The keys are stable; `docs/commands.md` lists them.

use serde_json::{Value as Json, json};

use crate::diag::Place;
use crate::mapping::{Mapped, NumberTried, SlotTraced, Trace, Traced};
use crate::model::ListId;
use crate::setup::Mapper;

use super::back;
use super::kept::kept;
use super::told;

/// One contact's way.
pub(super) fn to_json(mapper: &Mapper, trace: &Trace) -> Json {
    let line = |place: Option<&Place>| place.map(|place| mapper.line(place));
    let Outcome { result, reason, list, phone } = Outcome::of(&trace.mapped);
    json!({
        "job": mapper.job,
        "mapping": mapper.file(),
        "contact": trace.contact,
        "result": result,
        "reason": reason,
        "says": told::verdict(trace),
        "help": told::help(mapper, trace),
        "list": list,
        "phone": phone,
        "opted_out": trace.opted_out,
        "filter": trace.filter.as_ref().map(|filter| json!({
            "line": line(filter.place.as_ref()), "holds": filter.why_not.is_none(), "why": filter.why_not,
        })),
        "lists": trace.lists.iter().map(|list| json!({
            "rule": list.number, "line": line(list.place.as_ref()), "taken": list.why_not.is_none(), "list": list.list, "why": list.why_not,
        })).collect::<Vec<_>>(),
        "status": trace.status.as_ref().map(|status| json!({
            "rule": status.number, "line": line(status.place.as_ref()), "from": status.rule.from, "to": status.rule.to,
        })),
        "phones": trace.phones.iter().map(number_json).collect::<Vec<_>>(),
        "fields": trace.fields.iter().map(|field| field_json(mapper, field)).collect::<Vec<_>>(),
        "slots": trace.slots.iter().map(|slot| slot_json(mapper, slot)).collect::<Vec<_>>(),
    })
}

/// What becomes of a lead, by the keys that say it.
struct Outcome<'m> {
    result: &'static str,
    reason: Option<&'m str>,
    list: Option<ListId>,
    phone: Option<Json>,
}

impl<'m> Outcome<'m> {
    fn of(mapped: &'m Mapped) -> Self {
        match mapped {
            Mapped::Lead(lead) => {
                let phone = &lead.phone;
                let phone = json!({ "e164": phone.e164(), "code": phone.code, "number": phone.number });
                Self { result: "lead", reason: None, list: Some(lead.list_id), phone: Some(phone) }
            }
            Mapped::Rejected(rejection) => Self { result: "rejected", reason: Some(&rejection.reason), list: None, phone: None },
            Mapped::Filtered { .. } => Self { result: "filtered", reason: None, list: None, phone: None },
        }
    }
}

fn slot_json(mapper: &Mapper, slot: &SlotTraced) -> Json {
    let Outcome { result, reason, list, phone } = Outcome::of(&slot.mapped);
    json!({
        "slot": slot.slot,
        "line": mapper.line(&slot.place),
        "outcome": result,
        "reason": reason,
        "says": told::slot_verdict(&slot.mapped),
        "list": list,
        "phone": phone,
        "phones": slot.phones.iter().map(number_json).collect::<Vec<_>>(),
    })
}

fn number_json(number: &NumberTried) -> Json {
    json!({
        "field": number.field,
        "text": number.text,
        "taken": number.outcome.is_ok(),
        "reason": number.outcome.as_ref().err().map(|(reason, _)| reason),
        "why": number.outcome.as_ref().err().map(|(_, why)| why),
    })
}

fn field_json(mapper: &Mapper, field: &Traced) -> Json {
    let line = |place: Option<&Place>| place.map(|place| mapper.line(place));
    let kept = field.value.as_ref().ok().and_then(|value| kept(mapper.forms, &field.field, value));
    json!({
        "field": field.field,
        "line": line(field.place.as_ref()),
        "value": field.value.as_ref().ok(),
        "error": field.value.as_ref().err(),
        "blank": if field.way.clears { "clear" } else { "keep" },
        "way": back::way_json(field),
        "from": field.origin.name(),
        "reads": field.reads.iter().map(|read| json!({ "field": read.name, "value": read.value, "taken": read.is_taken })).collect::<Vec<_>>(),
        "before": field.before,
        "steps": field.steps.iter().map(|step| json!({
            "step": step.written, "line": line(step.place.as_ref()), "after": step.after,
        })).collect::<Vec<_>>(),
        "kept": kept.map(|kept| json!({ "value": kept.value, "why": kept.why })),
    })
}
