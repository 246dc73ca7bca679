//! What becomes of leads beside their fields: `[leaving]`, `[[status]]`.

use crate::diag::form::{Form, Key, Kind, Names, Word};

use super::CONDITIONS;

const FATE: Kind = Kind::Word(&[
    Word::now("deactivate", "it gets `status` and leaves dialing"),
    Word::now("keep", "it stays as it is and is dialed on; nothing is written to it while its contact is away"),
    Word::now("move", "as `deactivate`, and it moves to the list `move_to`"),
    Word::now(
        "delete",
        "as `deactivate`, and then it is deleted, unless somebody changed or called it; the job must allow it with `may_delete`",
    ),
]);

pub(super) static LEAVING: Form = Form {
    about: "What becomes of the lead of a contact that left, by why it left. Whoever leaves is out of the hopper, and has no callback.",
    keys: &[
        Key::or("gone", FATE, "\"deactivate\"", "The lead of a contact that the CRM no longer has; only a complete listing says so."),
        Key::or("filtered", FATE, "\"deactivate\"", "The lead of a contact that the filter leaves out."),
        Key::or(
            "rejected",
            FATE,
            "\"deactivate\"",
            "The lead of a contact that is refused: no list rule takes it, or it has no usable number.",
        ),
        Key::may("move_to", Kind::Name(Names::List), "The list that leads move to, by its number; none that contacts go to."),
        Key::or("status", Kind::Name(Names::LeadStatus), "\"VSGONE\"", "The status of leads that leave dialing. No campaign may dial it."),
        Key::or(
            "keep",
            Kind::List(&Kind::Name(Names::LeadStatus)),
            "[\"SALE\", \"DNC\", \"DNCL\", \"DNCC\"]",
            "Statuses that stay as they are.",
        ),
    ],
    others: None,
};

pub(super) static STATUS: Form = Form {
    about: "A status that the CRM sets, from where to where: the first rule whose conditions hold, when that changes. Never out of a final, callback or \
            do-not-call status.",
    keys: &[
        Key::must("when", Kind::OneOf(&[Kind::Table(&CONDITIONS), Kind::Tables(&CONDITIONS)]), "Conditions on the contact."),
        Key::must(
            "from",
            Kind::List(&Kind::Name(Names::LeadStatus)),
            "Statuses that it may have before. With another one it stays as it is.",
        ),
        Key::must("to", Kind::Name(Names::LeadStatus), "The status that it gets."),
    ],
    others: None,
};
