//! The long explanations of what is wrong with fields that go back to the CRM: [`super::explain`] hands them out.

pub(super) const NO_WAY_BACK: &str = "A field that goes back to the CRM needs exactly one field to go to, and steps that can be undone. A text made of\n\
    several fields, a constant, or a step that forgets something (upper, truncate, a map with two keys for one\n\
    text) has no way back.\n\n\
    Wrong:   first_name = { from = \"firstName\", transform = \"upper\", direction = \"both\" }\n\
    Right:   first_name = { from = \"firstName\", transform = \"upper\" }";

pub(super) const NOTHING_TO_WIN: &str = "`wins` says whose value counts where both sides changed a field. In a field that goes one way only that cannot\n\
    happen.\n\n\
    Wrong:   city = { from = \"addressCity\", wins = \"crm\" }\n\
    Right:   city = { from = \"addressCity\" }";

pub(super) const TWO_SOURCES: &str = "A field of the contact that gets values from two places never comes to rest: each overwrites the other. Two lead fields\n\
    may be filled from one field of the contact, and only one of them may go back to it. Nor may a field go back to one that\n\
    calls set.\n\n\
    Wrong:   address1 = { from = \"addressStreet\", direction = \"both\" }\n         address2 = { from = \"addressStreet\", direction = \"pull\" }\n\
    Right:   address1 = { from = \"addressStreet\", direction = \"both\" }\n         address2 = { from = \"cSecondLine\", direction = \"pull\" }";

pub(super) const PULLED_PHONE: &str = "The number to dial is found by these fields of the contact. If a field of the lead went back to one of them, a slip of an\n\
    agent's hand would make us dial somebody else, and the opt-out of the old number would not count any more.\n\n\
    Wrong:   address3 = { from = \"phoneNumber\", direction = \"both\" }\n\
    Right:   address3 = { from = \"cOtherNumber\", direction = \"both\" }";

pub(super) const PULLED_DECIDES: &str = "The filter or a [[list]] rule looks at this field of the contact, and what an agent types in VICIdial goes back to it. So the\n\
    agent's edit can move the lead to another list, or end its dialing. That may be meant: an agent who corrects the state\n\
    hands the lead to those who call that state. If not, let the field go to VICIdial only.\n\n\
    Right:   city = \"addressCity\"";

pub(super) const NARROWER: &str = "What an agent can type into VICIdial's field is longer than what the CRM's field takes. The CRM refuses such a value, and the\n\
    contact is listed in `vicisync status` until somebody shortens it. Make the CRM's field wider, or shorten VICIdial's.\n\n\
    Narrow:  city = { from = \"cTown\", direction = \"both\" }        (cTown takes 20 characters, city 50)\n\
    Right:   the same, with a cTown of 50 characters in the CRM";

pub(super) const NUMBER_IN_EACH: &str = "All leads of a contact have the fields of [lead]. A further number there stands in each of them, and where the campaign\n\
    dials alternate numbers VICIdial calls it once for each lead. `others` of [phone] puts further numbers into the main lead only, and\n\
    leaves out those that a slot dials.\n\n\
    Wrong:   [[slot]]\n         name = \"work\"\n         from = \"cPhoneWork\"\n         [lead]\n         alt_phone = \"cPhoneHome\"\n\
    Right:   [phone]\n         from = [\"phoneNumber\", \"cPhoneHome\"]\n         others = [\"alt_phone\"]";
