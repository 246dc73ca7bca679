//! The form of `[[slot]]`: further leads of a contact, for its other phones.

use crate::diag::form::{Form, Key, Kind, Names};

use super::FIELD_NAME;

pub(super) static SLOT: Form = Form {
    about: "A further lead of each contact that has another number there: dialed by its own number, and otherwise as the contact's main lead.",
    keys: &[
        Key::must(
            "name",
            Kind::Text,
            "The slot's name, up to 20 letters, digits, `_` or `-`. By it the lead is known again: one that is renamed is another one.",
        ),
        Key::must(
            "from",
            Kind::OneOf(&[FIELD_NAME, Kind::List(&FIELD_NAME)]),
            "The contact's fields with its number: the first usable one is dialed that neither the main lead nor an earlier slot dials.",
        ),
        Key::may("list", Kind::Name(Names::List), "Its list, by its number of three digits or more; that of the contact without the line."),
    ],
    others: None,
};
