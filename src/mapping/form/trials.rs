//! `[[test]]`.

use crate::diag::form::{Form, Key, Kind, Names, Others, Word};

use super::calls::FLAGS;

pub(super) static TEST: Form = Form {
    about: "A contact and what must become of it, what is typed into its lead, or a call, and what that must set. What is not named is not compared.",
    keys: &[
        Key::must("name", Kind::Text, "What is tested."),
        Key::may("contact", Kind::Table(&TEST_CONTACT), "A contact."),
        Key::may("slot", Kind::Text, "Which of the contact's leads is meant, by the name of a `[[slot]]`; the main one without it."),
        Key::may("lead", Kind::Table(&TEST_LEAD), "It becomes this lead."),
        Key::may(
            "rejected",
            Kind::Word(&[
                Word::now("opted_out", "the person, or the number, must not be called"),
                Word::now("no_list", "no list rule takes it"),
                Word::now("phone_missing", "none of the fields has a number"),
                Word::now("phone_invalid", "there is something, and it is no valid number"),
                Word::now("phone_foreign", "a valid number of a country that `regions` does not name"),
                Word::now("template_failed", "a template cannot be worked out for it"),
            ]),
            "Or: it is refused for this reason.",
        ),
        Key::may(
            "filtered",
            Kind::Flag,
            "Or: `true` where the filter keeps it out; with `slot` also where the contact has no number of its own there.",
        ),
        Key::may("typed", Kind::Table(&TEST_TYPED), "What an agent types into fields of the contact's lead. Or:"),
        Key::may("call", Kind::Table(&TEST_CALL), "A call."),
        Key::may("set", Kind::Table(&TEST_SET), "It sets these, at least; an empty table says that it sets nothing."),
        Key::may("activity", Kind::Flag, "It is, or is not, logged."),
        Key::later("hold", Kind::Any, "holds", "It waits for a person."),
        Key::later("trace", Kind::Any, "traces", "How it came to that."),
    ],
    others: None,
};

pub(super) static TEST_CONTACT: Form = Form {
    about: "A contact, with fields by the CRM's names.",
    keys: &[Key::may("id", Kind::Text, "Its id in the CRM."), Key::or("opted_out", Kind::Flag, "false", "Whether it must not be called.")],
    others: Some(Others { name: "FIELD", about: "A value as the CRM gives it.", names: Some(Names::ContactField), kind: &Kind::Any }),
};

pub(super) static TEST_LEAD: Form = Form {
    about: "A lead: `list`, `phone` with its country code, `status` of the rules, standard fields, custom fields.",
    keys: &[
        Key::may("list", Kind::Number(0, i64::MAX), "Its list."),
        Key::may("phone", Kind::Text, "The number that is dialed, as +12125550100."),
        Key::may("status", Kind::Text, "The status that a `[[status]]` rule asks for; `\"\"` where no rule holds."),
        Key::may("custom", Kind::Table(&TEST_CUSTOM), "Custom fields by label."),
    ],
    others: Some(Others { name: "FIELD", about: "A standard field.", names: None, kind: &Kind::Scalar }),
};

pub(super) static TEST_TYPED: Form = Form {
    about: "Fields of the lead, with what is typed into each. A blank text empties the field.",
    keys: &[Key::may("custom", Kind::Table(&TEST_CUSTOM), "Custom fields by label.")],
    others: Some(Others { name: "FIELD", about: "A standard field.", names: None, kind: &Kind::Scalar }),
};

pub(super) static TEST_CUSTOM: Form = Form {
    about: "Custom fields by label.",
    keys: &[],
    others: Some(Others { name: "LABEL", about: "Its value.", names: None, kind: &Kind::Scalar }),
};

pub(super) static TEST_CALL: Form = Form {
    about: "A call. What is left out is made up.",
    keys: &[
        Key::must("status", Kind::Text, "How it ended."),
        Key::may("flags", Kind::List(&Kind::Word(FLAGS)), "The flags of that status in VICIdial. Without them no rule by flag takes it."),
        Key::or("agent", Kind::Text, "\"agent\"", "The agent's user name."),
        Key::or("count", Kind::Number(0, i64::MAX), "1", "The contact's calls so far, this one among them."),
        Key::or("earlier", Kind::Number(0, i64::MAX), "0", "Earlier calls that the rule's `counter` has counted."),
        Key::or("seconds", Kind::Number(0, i64::MAX), "60", "Its length."),
        Key::or("start", Kind::Date, "1970-01-01T00:00:00Z", "When it began."),
        Key::or("campaign", Kind::Text, "\"TESTCAMP\"", "Its campaign or in-group."),
        Key::or("list", Kind::Number(0, i64::MAX), "1001", "The lead's list."),
        Key::or("lead_id", Kind::Number(0, i64::MAX), "1", "The lead."),
        Key::or("inbound", Kind::Flag, "false", "Whether the person called."),
    ],
    others: None,
};

pub(super) static TEST_SET: Form = Form {
    about: "CRM fields and the values that they get.",
    keys: &[],
    others: Some(Others { name: "FIELD", about: "Its value.", names: Some(Names::Attribute), kind: &Kind::Any }),
};
