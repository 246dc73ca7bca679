//! The form of a connector file: every key with what it is for. What a template or path may say is checked where it is read.

use crate::diag::form::{FREE, Form, Key, Kind, Others, Word};

/// The whole file.
pub static CONNECTOR: Form = Form {
    about: "How one CRM's API works: how to log in, to list what changed, to read and change a record, and to log a call.",
    keys: &[
        Key::must("format", Kind::Number(1, 1), "Which edition of this language is meant: 1."),
        Key::must("name", Kind::Text, "The connector's name."),
        Key::must("title", Kind::Text, "The CRM's name, as messages say it."),
        Key::must("objects", Kind::List(&Kind::Text), "The objects that it can sync, by the CRM's own names: `[\"Contact\"]`."),
        Key::must("page_size_max", Kind::Number(1, 1_000_000), "The most rows that the CRM gives at once."),
        Key::may("secrets", Kind::Table(&SECRETS), "The secrets that the config may set."),
        Key::may("options", Kind::Table(&OPTIONS), "The options that the config may set."),
        Key::must("http", Kind::Table(&HTTP), "What all requests have in common."),
        Key::must("auth", Kind::Tables(&AUTH), "Ways to log in. The first whose secrets are all set is used."),
        Key::must("answers", Kind::Table(&ANSWERS), "How answers that are no success are read."),
        Key::must("record", Kind::Table(&RECORD), "Where things stand in a record."),
        Key::must("list", Kind::Table(&LIST), "How records are listed, each page from behind the last row of the one before."),
        Key::must("get", Kind::Table(&REQUEST), "Reads one record whole. Offers `id`."),
        Key::must("patch", Kind::Table(&PATCH), "How a record is changed."),
        Key::may("search", Kind::Table(&SEARCH), "How records are found by a value. Needed where leads without a contact are matched."),
        Key::may("create", Kind::Table(&CREATE), "How a record is made. Needed where contacts are made for leads."),
        Key::must("activity", Kind::Table(&ACTIVITY), "How calls are kept."),
        Key::must("probe", Kind::Table(&PROBE), "What `check --live` asks."),
        Key::may(
            "describe",
            Kind::Table(&DESCRIBE),
            "How the CRM describes an object's fields. Without it, only a record shows what there is.",
        ),
    ],
    others: None,
};

static SECRETS: Form = Form {
    about: "Secrets, each with a sentence for people.",
    keys: &[],
    others: Some(Others { name: "NAME", about: "What it is and where to find it.", names: None, kind: &Kind::Text }),
};

static OPTIONS: Form = Form {
    about: "Options, each with a sentence for people.",
    keys: &[],
    others: Some(Others { name: "NAME", about: "What it chooses.", names: None, kind: &Kind::Text }),
};

static HEADERS: Form = Form {
    about: "Headers by name.",
    keys: &[],
    others: Some(Others { name: "NAME", about: "The header's value.", names: None, kind: &Kind::Template }),
};

static HTTP: Form = Form {
    about: "What all requests have in common.",
    keys: &[
        Key::must("base", Kind::Template, "The address that paths are added to. Offers `site`, the address of the config."),
        Key::may("headers", Kind::Table(&HEADERS), "Headers of all requests."),
    ],
    others: None,
};

static AUTH: Form = Form {
    about: "A way to log in: one header.",
    keys: &[
        Key::must("header", Kind::Text, "The header's name."),
        Key::must("value", Kind::Template, "Its value. Offers `secret.NAME`, and `signature` where there is `sign`."),
        Key::or("base64", Kind::Flag, "false", "Whether the value is sent in Base64."),
        Key::may("sign", Kind::Table(&SIGN), "A signature (HMAC-SHA-256) that goes into the value."),
    ],
    others: None,
};

static SIGN: Form = Form {
    about: "A signature of each request.",
    keys: &[
        Key::must("key", Kind::Text, "The secret that signs."),
        Key::must("text", Kind::Template, "What is signed. Offers `method` and `path`."),
    ],
    others: None,
};

static ANSWERS: Form = Form {
    about: "How answers that are no success are read.",
    keys: &[
        Key::must("reason", Kind::Text, "The header in which the CRM tells its reason."),
        Key::must("refused_label", Kind::Text, "The path to the word for a refusal's kind."),
        Key::must("refused_field", Kind::Text, "The path to the field that was refused."),
        Key::must("refused_type", Kind::Text, "The path to what was wrong with it."),
        Key::may("record_labels", Kind::List(&Kind::Text), "Kinds of refusal that are about the record, not about rights."),
        Key::must("field_help", Kind::Text, "What helps where a field is not there."),
        Key::must("no_right_help", Kind::Text, "What helps where a right is missing."),
        Key::must("locked_help", Kind::Text, "What helps where everything is refused."),
    ],
    others: None,
};

static RECORD: Form = Form {
    about: "Where things stand in a record.",
    keys: &[
        Key::must("id", Kind::Text, "The path to the id."),
        Key::must("updated", Kind::Text, "The path to the time of the last change."),
        Key::must("time", Kind::Text, "How the CRM writes times, as in `%Y-%m-%d %H:%M:%S`; UTC."),
        Key::must("deleted", Kind::Text, "The path to the flag of a deleted record."),
        Key::must("opted_out", Kind::List(&Kind::Text), "Paths to flags of which each says that the person must not be called."),
        Key::may(
            "merged_into",
            Kind::Text,
            "The path to the id of the record that this one was merged into; where it has one, the record is no contact any more.",
        ),
        Key::may(
            "merged_ids",
            Kind::Text,
            "The path to the ids of records that were merged into this one: a list, or one text with `;` between them.",
        ),
        Key::may("fields", Kind::Table(&RECORD_FIELDS), "Names of the connector's own, which need the whole record."),
    ],
    others: None,
};

static RECORD_FIELDS: Form = Form {
    about: "Names that a mapping can use beside the CRM's own.",
    keys: &[],
    others: Some(Others { name: "NAME", about: "The paths whose values it lists.", names: None, kind: &Kind::List(&Kind::Text) }),
};

static LIST: Form = Form {
    about: "How records are listed.",
    keys: &[
        Key::must("rows", Kind::Text, "The path to the rows of an answer."),
        Key::must("count", Kind::Table(&COUNT), "Where an answer says whether there is a further page."),
        Key::must("changed", Kind::Table(&REQUEST), "Records that changed. Offers `fields`, `page_size`, `since`, `after.id`."),
        Key::must("all", Kind::Table(&REQUEST), "All records. Offers `fields`, `page_size`, `after.id`."),
    ],
    others: None,
};

static COUNT: Form = Form {
    about: "Where an answer says whether there is a further page.",
    keys: &[
        Key::must("path", Kind::Text, "The path to the number: of all records, or one of these."),
        Key::must("more", Kind::Number(i64::MIN, i64::MAX), "The number that means: there are more."),
        Key::must("last", Kind::Number(i64::MIN, i64::MAX), "The number that means: this is the last page."),
    ],
    others: None,
};

static METHODS: &[Word] =
    &[Word::now("GET", "Reads."), Word::now("POST", "Creates."), Word::now("PUT", "Changes."), Word::now("PATCH", "Changes.")];

static REQUEST: Form = Form {
    about: "One request. All offer `object` and `option.NAME`.",
    keys: &[
        Key::must("method", Kind::Word(METHODS), "The method."),
        Key::must("path", Kind::Template, "The path behind the base address. Values in it are percent-encoded."),
        Key::may("query", Kind::Table(&FREE), "Parameters; what is no text is sent as JSON."),
        Key::may("headers", Kind::Table(&HEADERS), "Headers of this request."),
        Key::may("json", Kind::Any, "The body."),
    ],
    others: None,
};

static PATCH: Form = Form {
    about: "How a record is changed.",
    keys: &[
        Key::must("request", Kind::Table(&REQUEST), "Offers `id` and `set`, the attributes with their values."),
        Key::may("never", Kind::List(&Kind::Text), "Attributes that are never written."),
        Key::may("computed", Kind::List(&Kind::Text), "Attributes that the CRM sets by itself, whatever it is sent."),
        Key::may("only_true", Kind::List(&Kind::Text), "Attributes that are only ever set to true."),
    ],
    others: None,
};

static SEARCH: Form = Form {
    about: "How records are found by a value. Whoever asks compares the values again.",
    keys: &[
        Key::must(
            "request",
            Kind::Table(&REQUEST),
            "Lists them. Offers `fields`, `page_size`, `attribute`, and `values`, of which it may be any.",
        ),
        Key::may("names", Kind::Table(&SEARCH_NAMES), "By which attribute the names of `[record.fields]` are searched."),
        Key::may("opted_out", Kind::Text, "The path to phones of a record, `+` and digits, that must not be called."),
        Key::may(
            "holders",
            Kind::List(&Kind::Text),
            "Further objects whose records share phones, and their opt-outs, with contacts: `[\"Lead\"]`. A phone that one of them opted out is given to no new \
             contact.",
        ),
    ],
    others: None,
};

static SEARCH_NAMES: Form = Form {
    about: "Attributes that can be searched, by the names of `[record.fields]`.",
    keys: &[],
    others: Some(Others { name: "NAME", about: "The attribute.", names: None, kind: &Kind::Text }),
};

static CREATE: Form = Form {
    about: "How a record is made.",
    keys: &[
        Key::must("request", Kind::Table(&REQUEST), "Offers `set`, the attributes with their values, the phone among them."),
        Key::must("phone", Kind::Text, "The attribute that gets the phone, `+` and digits."),
        Key::may("right", Kind::Table(&RIGHT), "Where the CRM says whether the API user may make records, for `check --live`."),
    ],
    others: None,
};

static RIGHT: Form = Form {
    about: "Where the CRM says whether the API user may make records.",
    keys: &[
        Key::must("request", Kind::Table(&REQUEST), "Asks for it."),
        Key::must("at", Kind::Template, "The path to the word. Offers `object`."),
        Key::must("denied", Kind::Text, "The word for no."),
    ],
    others: None,
};

static ACTIVITY: Form = Form {
    about: "How calls are kept.",
    keys: &[
        Key::must("id", Kind::Text, "The path to a call's id."),
        Key::must("key_attribute", Kind::Template, "The attribute that holds a call's key; may be left out by an option that is not set."),
        Key::must("key_text", Kind::Text, "The path to the text that holds the key otherwise."),
        Key::must("key_line", Kind::Template, "The line of that text. Offers `key`."),
        Key::must("words", Kind::Table(&WORDS), "The CRM's words."),
        Key::must(
            "find",
            Kind::Table(&REQUEST),
            "Lists a contact's calls, with all that `update` writes: what they show already is not written again. Offers `id`, `key`, `page_size`, `after.id`.",
        ),
        Key::must("create", Kind::Table(&REQUEST), "Makes a call. Offers `id`, `key` and `call.title`, `call.text`, `call.answered`, ..."),
        Key::must("update", Kind::Table(&REQUEST), "Changes a call. Offers the same and `activity_id`."),
    ],
    others: None,
};

static WORDS: Form = Form {
    about: "The CRM's words about a call.",
    keys: &[
        Key::must("inbound", Kind::Text, "They called us."),
        Key::must("outbound", Kind::Text, "We called them."),
        Key::must("answered", Kind::Text, "Somebody was talked to."),
        Key::must("unanswered", Kind::Text, "Nobody was."),
    ],
    others: None,
};

static PROBE: Form = Form {
    about: "What `check --live` asks.",
    keys: &[
        Key::must("activity_entity", Kind::Text, "The CRM's name of calls."),
        Key::must("attribute", Kind::Table(&REQUEST), "Refused where an attribute is not there. Offers `entity` and `name`."),
        Key::must("user", Kind::Table(&REQUEST), "Reads a user, by `option.user_id`."),
    ],
    others: None,
};

static DESCRIBE: Form = Form {
    about: "How the CRM describes an object's fields.",
    keys: &[
        Key::must("request", Kind::Table(&REQUEST), "Asks for the description."),
        Key::may(
            "rows",
            Kind::Template,
            "The path to the fields: a list, or a table by name; without it the answer itself. Offers `object`.",
        ),
        Key::may("name", Kind::Text, "The path to a field's name; without it the fields stand in a table by name."),
        Key::may("label", Kind::Text, "The path to the name that people see."),
        Key::must("type", Kind::Text, "The path to the CRM's word for the type."),
        Key::may("width", Kind::Text, "The path to the width in characters; 0 is none."),
        Key::may("options", Kind::Text, "The path to the values of a choice: texts, or one text with a value in each line."),
        Key::may("custom", Kind::List(&Kind::Text), "Paths to flags of which each says that people made the field."),
        Key::may(
            "standard",
            Kind::List(&Kind::Text),
            "Paths to flags of which each says that the CRM's maker made it; without one it is custom.",
        ),
        Key::may("writable", Kind::List(&Kind::Text), "Paths to flags that must all be set where the field can be set."),
        Key::may("read_only", Kind::List(&Kind::Text), "Paths to flags of which each says that it cannot be set."),
        Key::may("left_out", Kind::List(&Kind::Text), "Paths to flags of which each says that records do not show it."),
        Key::must("types", Kind::Table(&TYPES), "What the CRM's words for types mean."),
        Key::may("named", Kind::Table(&NAMED), "What the names of `[record.fields]` hold."),
        Key::may("labels", Kind::Table(&LABELS), "Where the names that people see stand in another answer."),
        Key::may("rights", Kind::Table(&RIGHTS), "Where another answer says what the API user may read and set."),
    ],
    others: None,
};

static FIELD_KINDS: &[Word] = &[
    Word::now("text", "Text."),
    Word::now("number", "A number."),
    Word::now("flag", "Yes or no."),
    Word::now("date", "A day."),
    Word::now("moment", "A moment."),
    Word::now("choice", "One of a few values."),
    Word::now("choices", "Some of a few values."),
    Word::now("phone", "A phone number."),
    Word::now("email", "An e-mail address."),
    Word::now("link", "Another record, by its id."),
    Word::now("other", "Something else."),
    Word::now("none", "No field of its own."),
];

static TYPES: Form = Form {
    about: "What the CRM's words for types mean. A word that is not here is `other`.",
    keys: &[],
    others: Some(Others {
        name: "TYPE",
        about: "A kind; or a table, or several, where the field's values have other names than the field.",
        names: None,
        kind: &Kind::OneOf(&[Kind::Word(FIELD_KINDS), Kind::Table(&PART), Kind::Tables(&PART)]),
    }),
};

static PART: Form = Form {
    about: "One value of a field of that type.",
    keys: &[
        Key::must("kind", Kind::Word(FIELD_KINDS), "What it holds."),
        Key::or("name", Kind::Template, "\"${name}\"", "The name as a mapping writes it. Offers `name`, the field's own."),
        Key::or("writable", Kind::Flag, "true", "Whether it can be set, where the field can."),
        Key::may("width", Kind::Number(1, 1_000_000), "The width where the field tells none."),
    ],
    others: None,
};

static NAMED: Form = Form {
    about: "What the names of `[record.fields]` hold.",
    keys: &[],
    others: Some(Others { name: "NAME", about: "A kind.", names: None, kind: &Kind::Word(FIELD_KINDS) }),
};

static LABELS: Form = Form {
    about: "Names that people see.",
    keys: &[
        Key::must("request", Kind::Table(&REQUEST), "Asks for them."),
        Key::must("at", Kind::List(&Kind::Template), "Paths to tables of labels by name; the first that has one counts. Offers `object`."),
    ],
    others: None,
};

static RIGHTS: Form = Form {
    about: "What the API user may read and set.",
    keys: &[
        Key::must("request", Kind::Table(&REQUEST), "Asks for it."),
        Key::must("unreadable", Kind::Template, "The path to the names that it is not shown. Offers `object`."),
        Key::must("read_only", Kind::Template, "The path to the names that it cannot set. Offers `object`."),
    ],
    others: None,
};
