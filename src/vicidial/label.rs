//! Which labels a custom field can have. Pure.

use super::sendable::is_forbidden;
use crate::model::LeadField;

/// Parameters that `update_lead` reads itself, beside the columns of the lead and what is never sent.
const TAKEN: [&str; 30] = [
    "add_to_hopper",
    "callback",
    "callback_comments",
    "callback_datetime",
    "callback_status",
    "callback_type",
    "callback_user",
    "campaign_dnc_check",
    "campaign_id",
    "custom_fields",
    "dnc_check",
    "function",
    "gmt_offset_now",
    "header",
    "hopper_local_call_time_check",
    "hopper_priority",
    "lead_id",
    "lead_ids",
    "list_exists_check",
    "list_id",
    "list_id_field",
    "no_update",
    "records",
    "remove_from_hopper",
    "search_method",
    "stage",
    "status",
    "update_phone_number",
    "user",
    "vendor_lead_code",
];

/// Labels that VICIdial can hold and that no parameter of `update_lead` has already: such a one would change the lead itself. Its database
/// takes capitals and small letters for the same.
#[must_use]
pub fn is_label(label: &str) -> bool {
    let is_word =
        !label.is_empty() && label.len() <= 64 && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-');
    let small = label.to_ascii_lowercase();
    is_word && !TAKEN.contains(&small.as_str()) && !is_forbidden(&small) && LeadField::from_name(&small).is_none()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels() {
        for label in ["crm_id", "notes-2", "Plan", "active", "list_name"] {
            assert!(is_label(label), "{label}");
        }
        for label in [
            "",
            "a b",
            "x[]",
            "delete.lead",
            "delete_lead",
            "Insert_If_Not_Found",
            "comments",
            "reset_lead",
            "callback",
            "zz",
            "pass",
            "add_to_hopper",
        ] {
            assert!(!is_label(label), "{label}");
        }
    }
}
