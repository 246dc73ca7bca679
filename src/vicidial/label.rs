//! Which labels a custom field can have. Pure.

use crate::model::LeadField;

/// Labels that VICIdial can hold and that no parameter of `update_lead` has already: such a one would change the lead itself.
#[must_use]
pub fn is_label(label: &str) -> bool {
    const TAKEN: [&str; 23] = [
        "user",
        "pass",
        "source",
        "function",
        "lead_id",
        "list_id",
        "list_id_field",
        "vendor_lead_code",
        "status",
        "called_count",
        "phone_number",
        "update_phone_number",
        "search_method",
        "search_location",
        "records",
        "custom_fields",
        "delete_lead",
        "delete_cf_data",
        "user_field",
        "gmt_offset_now",
        "reset_lead",
        "callback",
        "zz",
    ];
    let is_word =
        !label.is_empty() && label.len() <= 64 && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-');
    is_word && !TAKEN.contains(&label) && LeadField::from_name(label).is_none()
}
