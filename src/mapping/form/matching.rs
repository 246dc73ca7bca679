//! The form of `[match]`: by what contacts and leads that exist already are known to be one.

use crate::diag::form::{Form, Key, Kind, Word};

use super::FIELD_NAME;

pub(super) static MATCH: Form = Form {
    about: "How a contact without a lead finds one that is in the lists already and that no contact has: made by an older tool, loaded from a file, or typed in. Leads that carry vicisync's own mark are found by it, with or without this table.",
    keys: &[
        Key::may(
            "code_from",
            FIELD_NAME,
            "The contact's field that holds exactly what stands in `vendor_lead_code` of such leads; `\"id\"` for the CRM's own id. A lead that is found by it keeps that code.",
        ),
        Key::or(
            "phone",
            Kind::Flag,
            "false",
            "Whether any usable number of the contact finds a lead. Such a lead gets vicisync's mark; one that carries another code is held.",
        ),
        Key::may(
            "and",
            Kind::List(&Kind::Text),
            "Lead fields that must agree as well as the phone, without regard to case: `[\"last_name\"]`.",
        ),
        Key::or(
            "ambiguous",
            Kind::Word(&[Word::now("hold", "a person decides; until then no lead is added"), Word::now("new", "a new lead is added")]),
            "\"hold\"",
            "What happens where several leads fit a contact, or several contacts a lead.",
        ),
    ],
    others: None,
};
