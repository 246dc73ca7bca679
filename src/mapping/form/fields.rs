//! `[lead]` and `[custom]`.

use crate::diag::form::{Form, Key, Kind, Names, Others, Word};

use super::FIELD_NAME;

pub(super) static RULE: Kind = Kind::OneOf(&[FIELD_NAME, Kind::List(&FIELD_NAME), Kind::Table(&FIELD)]);

macro_rules! lead {
    ($($name:literal, $about:literal;)*) => {
        &[$(Key::may($name, Kind::OneOf(&[FIELD_NAME, Kind::List(&FIELD_NAME), Kind::Table(&FIELD)]), $about),)*]
    };
}

pub(super) static LEAD: Form = Form {
    about: "VICIdial's standard fields. VICIdial cuts what is longer than a field.",
    keys: lead! {
        "source_id", "The CRM's own id, for people who look from VICIdial into the CRM: so it is without the key. 50 characters.";
        "title", "Mr, Mrs. 4 characters.";
        "first_name", "Given name. 30 characters.";
        "middle_initial", "One letter.";
        "last_name", "Family name. 30 characters.";
        "address1", "First line of the address. 100 characters.";
        "address2", "Second line. 100 characters.";
        "address3", "Third line; a number to dial where the campaign says so. 100 characters.";
        "city", "City. 50 characters.";
        "state", "Two letters; VICIdial's call-time rules of states go by them.";
        "province", "Province, where there is one. 50 characters.";
        "postal_code", "Postal code. 10 characters.";
        "country_code", "The country by three letters.";
        "gender", "M, F or U.";
        "date_of_birth", "As 1990-12-31.";
        "alt_phone", "A second number, dialed where the campaign says so, with the first one's calling code. 12 digits.";
        "email", "E-mail address. 70 characters.";
        "security_phrase", "Free text that agents see. 100 characters.";
        "comments", "Free text. 255 characters.";
        "rank", "0 to 32767; campaigns may dial by it.";
        "owner", "Owner of the lead, or a time-zone code. 20 characters.";
    },
    others: None,
};

pub(super) static CUSTOM: Form = Form {
    about: "Fields that you made in VICIdial for the lists, by their labels.",
    keys: &[],
    others: Some(Others {
        name: "LABEL",
        about: "A custom field, with where its value comes from.",
        names: Some(Names::CustomLabel),
        kind: &RULE,
    }),
};

pub(super) static STEP: Kind = Kind::OneOf(&[Kind::Text, Kind::Table(&STEP_TABLE)]);

pub(super) static FIELD: Form = Form {
    about: "Where a field's value comes from and how it is turned.",
    keys: &[
        Key::may(
            "from",
            Kind::OneOf(&[FIELD_NAME, Kind::List(&FIELD_NAME)]),
            "A contact's field, or several: the first that is not blank.",
        ),
        Key::may(
            "all",
            Kind::List(&FIELD_NAME),
            "Several fields, all that are not blank: for the step `join`; with commas between them without it.",
        ),
        Key::may("template", Kind::Name(Names::ContactTemplate), "A text with `${field}` in it, or with `${expression}`."),
        Key::may("value", Kind::Scalar, "The same for every contact."),
        Key::may(
            "transform",
            Kind::OneOf(&[Kind::Text, Kind::List(&STEP), Kind::Table(&STEP_TABLE)]),
            "Steps that change the value, from left to right.",
        ),
        Key::or(
            "blank",
            Kind::Word(&[
                Word::now("keep", "a blank in the CRM leaves VICIdial's value alone, and one in VICIdial the CRM's"),
                Word::now("clear", "a blank in the CRM empties VICIdial's field, and where the field goes back, one in VICIdial the CRM's"),
            ]),
            "\"keep\"",
            "What a blank means.",
        ),
        Key::or(
            "direction",
            Kind::Word(&[
                Word::now("push", "from the CRM to VICIdial"),
                Word::now("pull", "from VICIdial to the CRM"),
                Word::now("both", "both ways"),
            ]),
            "\"push\"",
            "Which way it goes.",
        ),
        Key::may(
            "wins",
            Kind::Word(&[
                Word::now("crm", "the CRM's value"),
                Word::now("vicidial", "VICIdial's value"),
                Word::now("hold", "neither: a person decides"),
                Word::now("newest", "the later one, where that can be told for certain"),
            ]),
            "Whose value counts where both sides changed a field that goes both ways; the CRM's without it.",
        ),
        Key::may(
            "otherwise",
            Kind::Word(&[
                Word::now("crm", "the CRM's value"),
                Word::now("vicidial", "VICIdial's value"),
                Word::now("hold", "neither: a person decides"),
            ]),
            "What counts where `wins = \"newest\"` cannot tell, because a side has no date for the change. Needed with `newest`.",
        ),
    ],
    others: None,
};

pub(super) static STEP_TABLE: Form = Form {
    about: "A step that is written as a table: `map` with its `default`, or `replace`.",
    keys: &[
        Key::may("map", Kind::Table(&TEXTS), "One text for another, whatever the capitals."),
        Key::may("default", Kind::Text, "What becomes of a text that `map` does not name; blank without it."),
        Key::may("replace", Kind::Table(&TEXTS), "Pieces of the text and what stands in their place."),
    ],
    others: None,
};

pub(super) static TEXTS: Form = Form {
    about: "Texts by text.",
    keys: &[],
    others: Some(Others { name: "TEXT", about: "What becomes of it.", names: None, kind: &Kind::Text }),
};
