//! `[without_contact]`.

use crate::diag::form::{Form, Key, Kind, Names, Others, Word};

use super::CALL_STATUS;

pub(super) static WITHOUT_CONTACT: Form = Form {
    about: "Leads that no contact of the CRM has, seen by their calls: inbound callers, bought lists. Without the table nothing happens to them.",
    keys: &[
        Key::or(
            "then",
            Kind::Word(&[
                Word::now("ignore", "nothing"),
                Word::now("hold", "they are counted and listed by `vicisync status`, and a person decides"),
                Word::now("match", "the one contact with exactly this phone is linked; without one, or with several, they are held"),
                Word::now("create", "the same, and where no contact has the phone, one is made"),
            ]),
            "\"hold\"",
            "What happens to them.",
        ),
        Key::may("statuses", Kind::List(&CALL_STATUS), "Only leads with a call that ended so. Needed by `create`."),
        Key::may(
            "groups",
            Kind::List(&Kind::Name(Names::Campaign)),
            "Only leads with such a call of these in-groups, or campaigns, whatever the capitals.",
        ),
        Key::may(
            "key",
            Kind::Name(Names::Attribute),
            "The CRM field, text of 40 characters or more, in which a contact that is made keeps whose it is: VICIdial's connection and the lead. By it the \
             contact is found again when an answer is lost, so none is made twice. Needed by `create`.",
        ),
        Key::may(
            "set",
            Kind::Table(&NEW_SETTINGS),
            "CRM fields of a contact that is made. It gets the phone, and what fields of two ways bring, by itself.",
        ),
    ],
    others: None,
};

static NEW_SETTINGS: Form = Form {
    about: "CRM fields of a contact that is made, and their values. A blank is never written.",
    keys: &[],
    others: Some(Others {
        name: "FIELD",
        about: "A text, in which `${lead_first_name}` and other columns stand for what the lead shows, `${lead_phone}` for its number with the country code, and \
                `${status}` and others for facts of the call; a whole number, or true or false.",
        names: Some(Names::Attribute),
        kind: &Kind::OneOf(&[Kind::Template, Kind::Scalar]),
    }),
};
