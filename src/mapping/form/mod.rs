//! The form of a mapping: every key of the language with what it is for. What a value may say is checked where it is read.
//!
//! What belongs to the language and is not built yet stands here too, and is refused by name.

mod calls;
mod fields;
mod later;
mod leads;
mod matching;
mod slots;
mod strangers;
mod trials;

use crate::diag::form::{Form, Key, Kind, Names, Others, Word};

use calls::{CALLS, DISPOSITION, USERS};
use fields::{CUSTOM, LEAD};
use later::{CALLBACKS, DNC};
use leads::{LEAVING, STATUS};
use matching::MATCH;
use slots::SLOT;
use strangers::WITHOUT_CONTACT;
use trials::TEST;

const FIELD_NAME: Kind = Kind::Name(Names::ContactField);
const BOUND: Kind = Kind::OneOf(&[Kind::Scalar, Kind::Date]);
static CALL_STATUS: Kind = Kind::Name(Names::CallStatus);

/// The form of a whole mapping.
pub static MAPPING: Form = Form {
    about: "Which contacts of the CRM become leads, in which list, how their fields correspond, and what calls bring back.",
    keys: &[
        Key::or("format", Kind::Number(1, 1), "1", "Which edition of this language is meant."),
        Key::must("object", Kind::Name(Names::Object), "The CRM's word for the kind of record: `\"Contact\"`."),
        Key::may(
            "filter",
            Kind::OneOf(&[Kind::Table(&CONDITIONS), Kind::Tables(&CONDITIONS)]),
            "Whose contacts these are: all conditions must hold; of several `[[filter]]` tables, those of one. Without it every contact is ours.",
        ),
        Key::may("list", Kind::Tables(&LIST_RULE), "Which list a contact goes to: the first rule whose conditions hold decides."),
        Key::may(
            "list_default",
            Kind::Table(&LIST_DEFAULT),
            "What happens to contacts that no rule takes. Needed unless a rule takes all.",
        ),
        Key::or(
            "list_change",
            Kind::Word(&[
                Word::now("move", "its lead moves to the new list"),
                Word::now("stay", "its lead stays where it is; the rules count for new leads only"),
            ]),
            "\"move\"",
            "What happens when the rules give a contact another list than its lead is in.",
        ),
        Key::must("phone", Kind::Table(&PHONE), "The number to dial."),
        Key::may(
            "slot",
            Kind::Tables(&SLOT),
            "Further leads of each contact, one for each of its other phones. Their order says which dials a number that two have.",
        ),
        Key::may("lead", Kind::Table(&LEAD), "VICIdial's standard fields, each with where its value comes from."),
        Key::may("custom", Kind::Table(&CUSTOM), "Fields that you made in VICIdial for the lists, by their labels."),
        Key::may("time_zone", Kind::Table(&TIME_ZONE), "How VICIdial finds a new lead's time zone; by its area code without it."),
        Key::may("hopper", Kind::Table(&HOPPER), "Whether new leads go into the hopper at once. Without it they wait for their turn."),
        Key::may(
            "match",
            Kind::Table(&MATCH),
            "How contacts and leads that exist already are known to be one. Without it only by vicisync's own mark.",
        ),
        Key::may("leaving", Kind::Table(&LEAVING), "What happens to the lead of a contact that is gone, filtered out or rejected."),
        Key::may(
            "status",
            Kind::Tables(&STATUS),
            "Statuses that the CRM sets: when, from, to. The first rule whose conditions hold decides.",
        ),
        Key::may("opt_out", Kind::Table(&OPT_OUT), "What happens to the lead of a person who opted out."),
        Key::may("calls", Kind::Table(&CALLS), "Which calls are taken, and what each of them sets."),
        Key::may(
            "disposition",
            Kind::Tables(&DISPOSITION),
            "What a call with a certain result sets, and whether it is logged. The first rule decides.",
        ),
        Key::may("users", Kind::Table(&USERS), "Which CRM user an agent is."),
        Key::may(
            "without_contact",
            Kind::Table(&WITHOUT_CONTACT),
            "What happens to leads that no contact of the CRM has: inbound callers, bought lists.",
        ),
        Key::may("test", Kind::Tables(&TEST), "Tests of your own, run by `vicisync test`."),
        Key::later(
            "code",
            Kind::Word(&[Word::now("vicisync", "a mark of vicisync's own"), Word::now("crm_id", "the contact's id in the CRM")]),
            "another code than vicisync's own",
            "What stands in vendor_lead_code.",
        ),
        Key::later("dnc", Kind::Table(&DNC), "do-not-call lists", "Do-not-call lists of both sides."),
        Key::later("callbacks", Kind::Table(&CALLBACKS), "callbacks", "Callbacks of both sides."),
        Key::later("recordings", Kind::Any, "recordings", "Links to recordings."),
    ],
    others: None,
};

static CONDITIONS: Form = Form {
    about: "Conditions that must all hold.",
    keys: &[],
    others: Some(Others {
        name: "FIELD",
        about: "A contact's field, with the value that it must have or a table of what must hold.",
        names: Some(Names::ContactField),
        kind: &Kind::OneOf(&[Kind::Scalar, Kind::Table(&CONDITION)]),
    }),
};

static CONDITION: Form = Form {
    about: "What must hold for one field. A field with several values is a value if one of them is, and is not if none is.",
    keys: &[
        Key::may("is", Kind::Scalar, "It is this."),
        Key::may("is_not", Kind::Scalar, "It is not this; a blank field is not this either."),
        Key::may("in", Kind::List(&Kind::Scalar), "It is one of these."),
        Key::may("not_in", Kind::List(&Kind::Scalar), "It is none of these."),
        Key::may("is_set", Kind::Flag, "It says something; 0 and `false` say something."),
        Key::may("is_blank", Kind::Flag, "It says nothing."),
        Key::may("starts_with", Kind::OneOf(&[Kind::Text, Kind::List(&Kind::Text)]), "It begins with this, or with one of these."),
        Key::may("ends_with", Kind::OneOf(&[Kind::Text, Kind::List(&Kind::Text)]), "It ends with this, or with one of these."),
        Key::may("contains", Kind::OneOf(&[Kind::Text, Kind::List(&Kind::Text)]), "It has this in it, or one of these."),
        Key::may("at_least", BOUND, "A number, or a date, that is this or more. A field with several values is none."),
        Key::may("at_most", BOUND, "A number, or a date, that is this or less; of a date alone, until the end of that day, by UTC."),
        Key::may("more_than", BOUND, "A number, or a date, that is more than this; of a date alone, a later day, by UTC."),
        Key::may("less_than", BOUND, "A number, or a date, that is less than this."),
        Key::later("matches", Kind::Text, "patterns", "It fits this pattern."),
    ],
    others: None,
};

static LIST_RULE: Form = Form {
    about: "A rule that sends contacts to a list, or refuses them.",
    keys: &[
        Key::may(
            "when",
            Kind::OneOf(&[Kind::Table(&CONDITIONS), Kind::Tables(&CONDITIONS)]),
            "Conditions that must all hold; of a list of tables, those of one. Without it every contact is taken.",
        ),
        Key::may("list", Kind::Name(Names::List), "The list, by its number of three digits or more."),
        Key::may("reject", Kind::Flag, "`true` in place of `list`: the contact is refused and reported (`no_list`)."),
        Key::later("campaign", Kind::Name(Names::Campaign), "campaigns by contact", "A campaign."),
        Key::later("reset", Kind::Flag, "resetting a lead's dialing", "Whether a lead that comes here is dialed anew."),
    ],
    others: None,
};

static LIST_DEFAULT: Form = Form {
    about: "What happens to contacts that no `[[list]]` rule takes.",
    keys: &[
        Key::may("list", Kind::Name(Names::List), "The list, by its number of three digits or more."),
        Key::may("reject", Kind::Flag, "`true` in place of `list`: the contact is refused and reported (`no_list`)."),
    ],
    others: None,
};

const OTHER: Kind = Kind::Word(&[
    Word::now("alt_phone", "VICIdial's second number"),
    Word::now("address3", "VICIdial's third number, where a campaign dials it"),
]);

static PHONE: Form = Form {
    about: "The number to dial: the first usable one of these fields.",
    keys: &[
        Key::must(
            "from",
            Kind::OneOf(&[FIELD_NAME, Kind::List(&FIELD_NAME)]),
            "The contact's fields with phone numbers, the most wanted first.",
        ),
        Key::must("default_region", Kind::Text, "The country of numbers that are written without one, by two letters: `\"US\"`."),
        Key::may(
            "region_from",
            FIELD_NAME,
            "A field with the contact's country, by name or code: the country of its numbers that are written without one. Where it says none, `default_region` counts.",
        ),
        Key::may(
            "regions",
            Kind::OneOf(&[Kind::Word(&[Word::now("all", "all countries")]), Kind::List(&Kind::Text)]),
            "The countries that may be dialed; only the default one without it.",
        ),
        Key::may(
            "others",
            Kind::OneOf(&[OTHER, Kind::List(&OTHER)]),
            "Where the contact's further usable numbers go. Only numbers with the first one's calling code: VICIdial dials them with it.",
        ),
        Key::later("zone", Kind::Any, "time zones by contact", "The contact's time zone."),
    ],
    others: None,
};

static TIME_ZONE: Form = Form {
    about: "How VICIdial finds a new lead's time zone, by which it knows when the person may be called.",
    keys: &[Key::must(
        "method",
        Kind::Word(&[
            Word::now("area_code", "by country and area code: VICIdial's own way, and so it is without the table"),
            Word::now("postal_code", "by the US postal code, which `[lead]` must fill"),
            Word::now("nanpa", "by area code and exchange, where VICIdial has the NANPA tables"),
            Word::now("tz_code", "by a code such as EST in `owner`, which `[lead]` must fill"),
        ]),
        "The way.",
    )],
    others: None,
};

static HOPPER: Form = Form {
    about: "Whether new leads go into the hopper at once, to be dialed within moments.",
    keys: &[
        Key::must("new_leads", Kind::Flag, "`true`: they do."),
        Key::or("priority", Kind::Number(-99, 99), "0", "Which goes first: more is sooner. VICIdial's own leads have 0."),
        Key::or("local_time", Kind::Flag, "true", "Only while the person may be called by the time at their place."),
    ],
    others: None,
};

static OPT_OUT: Form = Form {
    about: "The lead of a person who opted out.",
    keys: &[
        Key::or("status", Kind::Name(Names::LeadStatus), "\"DNC\"", "The status that it gets."),
        Key::later("dnc_list", Kind::Flag, "do-not-call lists", "Whether its number goes to VICIdial's do-not-call list."),
        Key::later("campaign_dnc", Kind::Any, "do-not-call lists", "Campaigns to whose do-not-call lists its number goes."),
        Key::later("phones", Kind::Any, "do-not-call lists", "Further fields whose numbers must not be called."),
    ],
    others: None,
};
