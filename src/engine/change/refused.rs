//! What a look says against a change of a lead: it is in a call, gone, another's, or not what it was when the change was planned.

use crate::model::{FieldName, LeadChange, LeadId, LeadRow, Outcome, Shown, VendorLeadCode};

pub(super) fn in_call(lead: LeadId, status: &str) -> Outcome {
    Outcome::Refused { code: "in_call".to_owned(), raw: format!("lead {lead} is in a call now ({status}); it is looked at again") }
}

/// A lead that was called had an outcome once, which nobody knows any more: to dial it as new may call somebody who said no.
pub(super) fn left_with(lead: LeadId, status: &str) -> Outcome {
    Outcome::Refused {
        code: "status_unknown".to_owned(),
        raw: format!(
            "lead {lead} was called before it left dialing with `{status}`, and which status it had is not known any more, since vicisync was stopped in that moment or its \
             state was lost; set the lead's status in VICIdial (NEW has it dialed), then it goes on"
        ),
    }
}

/// A code is written over a blank, over itself, and over the one that the plan saw.
pub(super) fn may_be_marked(carried: &str, code: &VendorLeadCode, before: &LeadChange) -> bool {
    carried.trim().is_empty() || carried == code.as_str() || before.code.as_ref().is_some_and(|before| before.as_str() == carried)
}

pub(super) fn other_code(lead: LeadId, carried: &str) -> Outcome {
    Outcome::Refused {
        code: "foreign_code".to_owned(),
        raw: format!(
            "lead {lead} carries the code `{carried}` now, which vicisync did not write and does not overwrite; clear its vendor_lead_code in VICIdial, then it goes on"
        ),
    }
}

pub(super) fn missing(lead: LeadId) -> Outcome {
    Outcome::Refused { code: "lead_missing".to_owned(), raw: format!("VICIdial no longer has lead {lead}") }
}

/// What was done to a lead that is to be deleted, since that was planned.
pub(super) fn changed(row: &LeadRow, out: &[String], shown: Option<&Shown>) -> Option<String> {
    if !out.contains(&row.status) {
        return Some(format!("it was to be deleted, and has the status {} now", row.status));
    }
    let is_same = |field: &FieldName, last: &String| row.values.get(field).is_none_or(|value| value == last);
    let is_changed =
        shown.is_some_and(|shown| shown.called != row.called_count || !shown.fields.iter().all(|(field, last)| is_same(field, last)));
    is_changed.then(|| "it was to be deleted, and was changed or called meanwhile".to_owned())
}
