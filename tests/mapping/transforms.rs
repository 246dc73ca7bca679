//! Every transform as its documents show it, and what is said where one is written wrongly.

use std::collections::BTreeSet;

use vicisync::diag::{Code, Diagnostic};
use vicisync::mapping::{Mapped, documented, parse};
use vicisync::model::{Contact, ContactId, FieldName, Value};

use crate::mapping::{BASE, program};

fn mapping(transform: &str) -> String {
    format!("{BASE}[custom]\nout = {{ from = \"in\", transform = [{transform}] }}\n")
}

fn given(transform: &str, value: Value) -> String {
    let fields = [("phoneNumber".to_owned(), Value::Int(2_125_550_100)), ("in".to_owned(), value)].into();
    let contact = Contact { id: ContactId::from("c1"), updated: None, opted_out: false, fields };
    match program(&mapping(transform)).map(&contact) {
        Mapped::Lead(lead) => lead.fields[&FieldName::Custom("out".to_owned())].to_owned(),
        other => panic!("no lead: {other:?}"),
    }
}

#[test]
fn the_documents_examples_are_true() {
    let all = documented();
    assert!(all.len() >= 35);
    for one in &all {
        assert!(!one.examples.is_empty() && !one.about.is_empty() && !one.about.ends_with('.'), "{}", one.name);
        for example in one.examples {
            let value = match example.before.split_once('|') {
                Some((first, second)) => Value::List([first, second].map(|text| Value::Text(text.to_owned())).to_vec()),
                None => Value::Text(example.before.to_owned()),
            };
            assert_eq!(given(example.written, value), example.after, "{} of {:?}", example.written, example.before);
            let written = example.written.trim_start_matches(['"', '{', ' ']);
            assert!(written.starts_with(one.name), "{} shows {}", one.name, example.written);
        }
    }
    let names: BTreeSet<(&str, bool)> = all.iter().map(|one| (one.name, one.argument.is_empty())).collect();
    assert_eq!(names.len(), all.len(), "a name and whether it takes something say which it is");
}

#[test]
fn what_is_documented_to_stand_behind_the_colon_may_stand_there() {
    for one in documented().iter().filter(|one| !one.argument.is_empty()) {
        program(&mapping(&format!("\"{}:{}\"", one.name, one.argument)));
    }
}

#[test]
fn several_values_go_through_each_step() {
    let list = |texts: &[&str]| Value::List(texts.iter().map(|text| Value::Text((*text).to_owned())).collect());
    let colours = list(&["Red", "", "light blue"]);
    for (transform, expected) in [
        ("", "Red, light blue"),
        ("\"upper\"", "RED, LIGHT BLUE"),
        ("\"first_word\", \"join:+\", \"lower\"", "red+light"),
        ("{ map = { red = \"R\", \"light blue\" = \"B\" } }, \"join:\\n\"", "R\nB"),
        ("{ map = { red = \"R\" } }", "R"),
        ("{ map = { red = \"R\" } }, \"default:?\"", "R, ?"),
    ] {
        assert_eq!(given(transform, colours.clone()), expected, "{transform}");
    }
    assert_eq!(given("\"default:none\"", list(&[])), "none");
    assert_eq!(given("\"yes_no:Y/N\"", Value::Bool(false)), "N");
}

/// The only mistake: its code, and the characters that it points at.
fn mistake(text: &str) -> (Diagnostic, String) {
    let found = parse("sales.toml", text).expect_err(text);
    assert_eq!(found.len(), 1, "{}", vicisync::diag::render::render(&found, text, false));
    let place = found[0].labels[0].0.clone();
    (found[0].clone(), text[place].to_owned())
}

#[test]
fn mistakes_point_at_the_characters() {
    for (transform, code, at, help) in [
        ("\"uper\"", Code::UnknownTransform, "\"uper\"", "did you mean `upper`?"),
        ("\"uper:1\"", Code::UnknownTransform, "uper", "did you mean `upper`?"),
        ("\"upper:1\"", Code::UnknownTransform, "1", "write `upper`"),
        ("\"truncate\"", Code::UnknownTransform, "\"truncate\"", "write `truncate:30`"),
        ("\"truncate: \"", Code::UnknownTransform, "\"truncate: \"", "write `truncate:30`"),
        ("\"truncate:many\"", Code::BadValue, "many", "write `truncate:30`"),
        ("\"truncate: 0 \"", Code::BadValue, "0", "write `truncate:30`"),
        ("\"number:7\"", Code::BadValue, "7", "write `number:2`"),
        ("\"pad:5x\"", Code::BadValue, "5x", "write `pad:5`"),
        ("\"phone_digits:usa\"", Code::BadRegion, "usa", "write two capital letters, as in `phone_digits:US`"),
        ("'alt_phone:us'", Code::BadRegion, "us", "write two capital letters, as in `alt_phone:US`"),
        ("\"state:DE\"", Code::BadRegion, "DE", "write one of US, CA, MX, AU, BR, as in `state:US`"),
        ("\"moment:America/NewYork\"", Code::BadZone, "America/NewYork", "did you mean `America/New_York`?"),
        ("\"moment_from:UTC>Mars\"", Code::BadZone, "Mars", "write the name of a place, as in America/New_York"),
        ("\"moment_from:UTC\"", Code::BadZone, "UTC", "write `moment_from:Europe/Berlin>America/New_York`"),
        ("\"date:%d/%q/%Y\"", Code::BadValue, "%q", "there are %d, %m and %Y"),
        ("\"date:%d/%m\"", Code::BadValue, "%d/%m", "say day, month and year, as in `date:%d/%m/%Y`"),
        ("\"date_to:%H:%M\"", Code::BadValue, "%H", "there are %d, %m and %Y"),
        ("\"yes_no:Y\"", Code::BadValue, "Y", "write `yes_no:Y/N`"),
        ("\"yes_no:Y/\"", Code::BadValue, "Y/", "write `yes_no:Y/N`"),
        ("\"map:a\"", Code::UnknownTransform, "\"map:a\"", "write `{ map = "),
        ("\"replace\"", Code::UnknownTransform, "\"replace\"", "write `{ replace = "),
        ("{ replace = { \"\" = \"x\" } }", Code::BadValue, "{ \"\" = \"x\" }", "write `{ replace = "),
        ("{ replace = {} }", Code::BadValue, "{}", "write `{ replace = "),
        ("{ replace = { a = \"b\" }, default = \"x\" }", Code::UnknownTransform, "default", "add a step `default:TEXT` behind it"),
        ("{ replace = { a = \"b\" }, map = { a = \"b\" } }", Code::Doubled, "replace", "make them two steps, each in braces of its own"),
        ("{ repalce = { a = \"b\" }, map = { a = \"b\" } }", Code::UnknownKey, "repalce", "did you mean `replace`?"),
        // An escape shifts what follows it, so the whole is pointed at.
        ("\"moment:\\u0041merica\"", Code::BadZone, "\"moment:\\u0041merica\"", "write the name of a place"),
    ] {
        let text = mapping(transform);
        let (diagnostic, place) = mistake(&text);
        assert_eq!((diagnostic.code, place.as_str()), (code, at), "{transform}");
        assert!(diagnostic.help.as_deref().is_some_and(|found| found.starts_with(help)), "{transform}: {:?}", diagnostic.help);
    }
}

#[test]
fn every_step_takes_whatever_comes() {
    let odd = [
        "",
        " ",
        "\u{0}",
        "\u{feff}",
        "a\u{301}",
        "ﬀ",
        "İ",
        "ß",
        "🦀",
        "-",
        "--",
        "+",
        ".",
        ",",
        "%",
        "<",
        "<a",
        "&",
        "&#",
        "&#x;",
        "0",
        "00000000-00-00",
        "9999-12-31T23:59:59.999999999+14:00",
        "2026-02-30",
        "2026-06-30 23:59:60",
        "1e999",
        "-0",
        "(",
        "()",
        "'",
        "o'",
        "mc",
        "mac",
        "'''",
        "|",
        "\\",
        "\r\n",
        "99999999999999999999999999999999999999",
    ];
    for one in documented() {
        for example in one.examples {
            let program = program(&mapping(example.written));
            for text in odd {
                let fields =
                    [("phoneNumber".to_owned(), Value::Int(2_125_550_100)), ("in".to_owned(), Value::Text(text.to_owned()))].into();
                let contact = Contact { id: ContactId::from("c1"), updated: None, opted_out: false, fields };
                assert!(matches!(program.map(&contact), Mapped::Lead(_)), "{} of {text:?}", example.written);
            }
        }
    }
}
