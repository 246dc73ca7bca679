//! The same for programs. The keys are stable; `docs/commands.md` lists them.

use serde_json::{Value as Json, json};

use crate::diag::Place;
use crate::mapping::{Mapped, Trace, Traced};
use crate::setup::Mapper;

use super::back;
use super::kept::kept;
use super::told;

/// One contact's way.
pub(super) fn to_json(mapper: &Mapper, trace: &Trace) -> Json {
    let line = |place: Option<&Place>| place.map(|place| mapper.line(place));
    let (result, reason, list, phone) = match &trace.mapped {
        Mapped::Lead(lead) => ("lead", None, Some(lead.list_id), Some(&lead.phone)),
        Mapped::Rejected(rejection) => ("rejected", Some(rejection.reason.as_str()), None, None),
        Mapped::Filtered { .. } => ("filtered", None, None, None),
    };
    json!({
        "job": mapper.job,
        "mapping": mapper.file(),
        "contact": trace.contact,
        "result": result,
        "reason": reason,
        "says": told::verdict(trace),
        "help": told::help(mapper, trace),
        "list": list,
        "phone": phone.map(|phone| json!({ "e164": phone.e164(), "code": phone.code, "number": phone.number })),
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
        "phones": trace.phones.iter().map(|number| json!({
            "field": number.field,
            "text": number.text,
            "taken": number.outcome.is_ok(),
            "reason": number.outcome.as_ref().err().map(|(reason, _)| reason),
            "why": number.outcome.as_ref().err().map(|(_, why)| why),
        })).collect::<Vec<_>>(),
        "fields": trace.fields.iter().map(|field| field_json(mapper, field)).collect::<Vec<_>>(),
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
