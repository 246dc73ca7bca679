//! `[calls]`, `[[disposition]]`, `[users]`.

use crate::diag::form::{Form, Key, Kind, Names, Others, Word};

use super::CALL_STATUS;

pub(super) static CALLS: Form = Form {
    about: "Which calls are taken, and what each of them sets.",
    keys: &[
        Key::may("go_live", Kind::Date, "The moment from which calls are taken. Needed if calls set anything."),
        Key::may("zone", Kind::Zone, "The time zone of a `go_live` without an offset."),
        Key::or("transient", Kind::List(&CALL_STATUS), "[\"INCALL\", \"QUEUE\", \"DISPO\", \"XFER\"]", "Statuses that are no result yet."),
        Key::or("title", Kind::Template, "\"Dialer call: ${status}\"", "The title of a logged call."),
        Key::may("note", Kind::Template, "The text of a logged call."),
        Key::may("always", Kind::Table(&ALWAYS), "What every call with a result sets, rule or not."),
        Key::later("backfill", Kind::Any, "older calls", "Calls before the go-live date."),
        Key::later("recordings", Kind::Any, "recordings", "Links to recordings."),
    ],
    others: None,
};

pub(super) static ALWAYS: Form = Form {
    about: "What every call with a result sets.",
    keys: &[Key::must("set", Kind::Table(&SETTINGS), "CRM fields and their values.")],
    others: None,
};

pub(super) static SETTINGS: Form = Form {
    about: "CRM fields and their values. A blank is never written.",
    keys: &[],
    others: Some(Others {
        name: "FIELD",
        about: "A text, in which `${status}` and others stand for facts of the call, a whole number, or true or false.",
        names: Some(Names::Attribute),
        kind: &Kind::OneOf(&[Kind::Template, Kind::Scalar]),
    }),
};

pub(super) static DISPOSITION: Form = Form {
    about: "What calls with certain results set, and whether they are logged. It says for which calls: `status`, `flag` or `any`.",
    keys: &[
        Key::may("status", Kind::OneOf(&[Kind::Name(Names::CallStatus), Kind::List(&CALL_STATUS)]), "The statuses that it takes."),
        Key::may(
            "flag",
            Kind::OneOf(&[Kind::Word(FLAGS), Kind::List(&Kind::Word(FLAGS))]),
            "Or: statuses with one of these flags in VICIdial. They are known where VICIdial is read by SQL: `[vicidial.NAME.database]` in the config.",
        ),
        Key::may("any", Kind::Flag, "Or: `true` for all statuses that are left."),
        Key::may(
            "campaign",
            Kind::OneOf(&[Kind::Name(Names::Campaign), Kind::List(&Kind::Name(Names::Campaign))]),
            "Only calls of these campaigns or in-groups, whatever the capitals.",
        ),
        Key::may("inbound", Kind::Flag, "`true`: only inbound calls; `false`: only outbound ones."),
        Key::may("set", Kind::Table(&SETTINGS), "CRM fields and their values."),
        Key::may(
            "counter",
            Kind::Name(Names::Attribute),
            "A CRM field that gets the number of the contact's calls that this rule took; of several rules with one counter, together.",
        ),
        Key::may("activity", Kind::Flag, "Whether the call is logged with the contact; as `answered` says without it."),
        Key::may("answered", Kind::Flag, "Whether a human answered; as `activity` says without it."),
        Key::may("title", Kind::Template, "The title of the calls that this rule logs, in place of that in `[calls]`."),
        Key::may("note", Kind::Template, "The text of the calls that this rule logs, in place of that in `[calls]`."),
        Key::later("callback", Kind::Any, "callbacks", "A callback."),
        Key::later("dnc", Kind::Any, "do-not-call lists", "The number must not be called any more."),
    ],
    others: None,
};

pub(super) const FLAGS: &[Word] = &[
    Word::now("human_answered", "a human answered"),
    Word::now("sale", "a sale"),
    Word::now("dnc", "the person must not be called"),
    Word::now("customer_contact", "the customer was reached"),
    Word::now("not_interested", "the customer does not want it"),
    Word::now("unworkable", "nothing can be done with the number"),
    Word::now("scheduled_callback", "a callback was agreed"),
    Word::now("completed", "nothing is left to do"),
    Word::now("answering_machine", "an answering machine"),
];

pub(super) static USERS: Form = Form {
    about: "Which CRM user an agent is, by the agent's user name, whatever the capitals.",
    keys: &[Key::may("default", Kind::Name(Names::CrmUser), "The CRM user of all other agents.")],
    others: Some(Others { name: "AGENT", about: "The id of a CRM user.", names: Some(Names::Agent), kind: &Kind::Name(Names::CrmUser) }),
};
