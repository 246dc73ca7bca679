//! What belongs to the language and is not built yet: its shape is checked, and it is refused by name.

use crate::diag::form::{Form, Key, Kind, Names, Word};

use super::FIELD_NAME;
use super::calls::SETTINGS;

pub(super) static DNC: Form = Form {
    about: "Do-not-call lists of both sides.",
    keys: &[
        Key::or("push", Kind::Flag, "true", "Whether opt-outs of the CRM go to VICIdial's do-not-call list."),
        Key::may("campaigns", Kind::List(&Kind::Name(Names::Campaign)), "Campaigns to whose own lists they go as well."),
        Key::may("phones", Kind::List(&FIELD_NAME), "All fields with numbers of the person."),
        Key::may("source", Kind::Tables(&DNC_SOURCE), "VICIdial's lists, and what an entry of each means."),
    ],
    others: None,
};

pub(super) static DNC_SOURCE: Form = Form {
    about: "A do-not-call list of VICIdial's.",
    keys: &[
        Key::must("list", Kind::Text, "`\"system\"`, or a campaign."),
        Key::must(
            "means",
            Kind::Word(&[
                Word::now("wish", "the person's wish: it goes to the CRM"),
                Word::now("scrub", "a bought or official list: it blocks dialing and goes nowhere"),
            ]),
            "What an entry means.",
        ),
        Key::may("set", Kind::Table(&SETTINGS), "CRM fields that are set."),
    ],
    others: None,
};

pub(super) static CALLBACKS: Form = Form {
    about: "Callbacks of both sides.",
    keys: &[
        Key::may("set", Kind::Table(&SETTINGS), "CRM fields that a callback sets."),
        Key::may("at_from", FIELD_NAME, "The contact's field with the moment at which it wants to be called."),
        Key::may("zone", Kind::Zone, "The time zone of such a moment without an offset."),
        Key::or("activity", Kind::Flag, "false", "Whether a callback becomes a planned call in the CRM."),
    ],
    others: None,
};
