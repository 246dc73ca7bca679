//! What each condition takes, alone and as one of several alternatives.

use vicisync::diag::Code;
use vicisync::mapping::{Mapped, Program};
use vicisync::model::Value;

use crate::mapping::{BASE, PHONE, contact, program, reason};
use crate::mistakes::only;

fn with(filter: &str) -> String {
    BASE.replace("[list_default]", &format!("{filter}\n[list_default]"))
}

fn filtered(program: &Program, fields: &[(&str, Value)]) -> Option<String> {
    match program.map(&contact(&[&[PHONE], fields].concat())) {
        Mapped::Filtered { why } => Some(why),
        Mapped::Lead(_) => None,
        Mapped::Rejected(rejection) => panic!("{rejection:?}"),
    }
}

fn text(text: &str) -> Value {
    Value::Text(text.to_owned())
}

fn list(texts: &[&str]) -> Value {
    Value::List(texts.iter().map(|one| text(one)).collect())
}

#[track_caller]
fn check(condition: &str, holds: &[Value], fails: &[Value]) {
    let program = program(&with(&format!("[filter]\nf = {condition}")));
    for (values, is_in) in [(holds, true), (fails, false)] {
        for value in values {
            assert_eq!(filtered(&program, &[("f", value.clone())]).is_none(), is_in, "{condition} of {value:?}");
        }
    }
}

#[test]
fn parts_of_texts() {
    check(r#"{ starts_with = ["ab", "x"] }"#, &[text("abc"), text(" xy "), list(&["no", "xy"])], &[text("cab"), text("AB"), Value::Null]);
    check(r#"{ ends_with = "bc" }"#, &[text("abc "), list(&["no", "bc"])], &[text("abcd"), text(""), list(&[])]);
    check(r#"{ ends_with = ["7", "e"] }"#, &[Value::Int(17), Value::Bool(true)], &[Value::Int(70), text("E")]);
    check(r#"{ contains = "b c" }"#, &[text("ab cd")], &[text("abcd"), text("b  c"), list(&["b", "c"])]);
    check(r#"{ contains = ["@example.com", "@example.org"] }"#, &[text("ann@example.org")], &[text("ann@example.net")]);
    // Spaces at the end at which a value is cut are cut here too.
    check(r#"{ starts_with = " a " }"#, &[text("  a b")], &[text("ab")]);
}

#[test]
fn numbers() {
    let int = Value::Int;
    check("{ at_least = 5 }", &[int(5), int(6), text("5.0"), text(" 5.25 "), text("0100")], &[int(4), text("4.999"), text("1,234.5")]);
    check("{ more_than = 5 }", &[int(6), text("5.001")], &[int(5), text("5.00"), text("six"), Value::Null, Value::Bool(true)]);
    check("{ at_most = -1.5 }", &[int(-2), text("-1.50")], &[int(-1), text("-1.4"), text("1e-9")]);
    check("{ less_than = \"2\" }", &[int(1), int(-300)], &[int(2), text("2026-01-01"), text("")]);
    check("{ at_least = 1, less_than = 10 }", &[int(1), text("9.99")], &[int(0), int(10), text("100")]);
    check("{ at_least = 9007199254740993 }", &[int(9_007_199_254_740_993)], &[int(9_007_199_254_740_992)]);
    // A field with several values is no number, whatever the values are.
    check("{ at_least = 1 }", &[], &[list(&["5"]), Value::List(vec![int(5)]), list(&["0", "9"])]);
}

#[test]
fn dates() {
    check(
        "{ at_least = 2026-11-01 }",
        &[text("2026-11-01"), text("2026-11-01 00:00:00"), text("2027-01-01T00:00:00Z")],
        &[text("2026-10-31"), text("2026-11-01T01:00:00+02:00"), text("11/02/2026"), text("20261105"), Value::Int(99_999_999)],
    );
    check(
        "{ at_most = 2026-11-01 }",
        &[text("2026-11-01 23:59:59"), text("2026-11-01")],
        &[text("2026-11-02"), text("2026-11-02 00:00:00")],
    );
    check("{ more_than = \"2026-11-01\" }", &[text("2026-11-02")], &[text("2026-11-01 23:59:59")]);
    check("{ less_than = 2026-11-01T15:00:00-04:00 }", &[text("2026-11-01 18:59:59"), text("2026-11-01")], &[text("2026-11-01 19:00:00")]);
    check("{ more_than = 2026-11-01 15:00:00 }", &[text("2026-11-01 15:00:01")], &[text("2026-11-01 15:00:00"), text("2026-11-01")]);
}

#[test]
fn one_alternative_must_hold_whole() {
    for filter in [
        "[[filter]]\na = \"1\"\nb = \"1\"\n[[filter]]\nc = { is_set = true }",
        "filter = [{ a = \"1\", b = \"1\" }, { c = { is_set = true } }]",
    ] {
        let text_of = if filter.starts_with("filter") { BASE.replace("object", &format!("{filter}\nobject")) } else { with(filter) };
        let program = program(&text_of);
        assert_eq!(filtered(&program, &[("a", text("1")), ("b", text("1"))]), None);
        assert_eq!(filtered(&program, &[("c", text("x"))]), None);
        let why = filtered(&program, &[("a", text("1"))]).expect("it is kept out");
        assert_eq!(why, "the filter wants that `b` is \"1\", or that `c` is set");
        assert_eq!(program.contact_fields().into_iter().collect::<Vec<_>>(), ["a", "b", "c", "phoneNumber", "phones"]);
    }
}

#[test]
fn a_list_rule_may_have_alternatives() {
    let program = program(&with("[[list]]\nwhen = [{ a = \"1\" }, { b = { at_least = 5 } }]\nlist = 1001\n"));
    assert_eq!(reason(&program, &[PHONE, ("a", text("1"))]), "list 1001");
    assert_eq!(reason(&program, &[PHONE, ("b", Value::Int(5))]), "list 1001");
    assert_eq!(reason(&program, &[PHONE, ("a", text("2")), ("b", Value::Int(4))]), "list 1000");
}

#[test]
fn bounds_and_alternatives_that_make_no_sense() {
    let at = |filter: &str| {
        let (code, place, diagnostic) = only(&with(&format!("[filter]\nf = {filter}")));
        (code, place, diagnostic.help.unwrap_or_default())
    };
    for (bound, shown) in [("\"today\"", "\"today\""), ("\"now\"", "\"now\""), ("\"30 days ago\"", "\"30 days ago\"")] {
        let (code, place, help) = at(&format!("{{ at_least = {bound} }}"));
        assert_eq!((code, place.as_str()), (Code::BadBound, shown));
        assert!(help.contains("knows no today"), "{help}");
    }
    for bound in ["\"1,234.5\"", "\"many\"", "1e5", "inf", "15:00:00", "\"11/01/2026\""] {
        let (code, place, help) = at(&format!("{{ less_than = {bound} }}"));
        assert_eq!((code, place.as_str()), (Code::BadBound, bound));
        assert!(help.contains("write a number") && !help.contains("today"), "{help}");
    }
    assert_eq!(at("{ at_least = true }").0, Code::WrongType);
    assert_eq!(at("{ at_least = [1] }").0, Code::WrongType);
    for bounds in [
        "{ at_least = 5, at_most = 4 }",
        "{ more_than = 5, at_most = 5 }",
        "{ at_least = 5, less_than = 2026-11-01 }",
        "{ more_than = 2026-11-01, at_most = 2026-11-01 }",
    ] {
        assert_eq!(at(bounds).0, Code::BadCondition, "{bounds}");
    }
    assert_eq!(at("{ contains = [] }").0, Code::BadCondition);
    assert_eq!(at("{ contains = \"\" }").0, Code::BadValue);
    assert_eq!(at("{ starts_with = 5 }").0, Code::WrongType);
    // What could not be read is not taken for a rule without conditions.
    assert_eq!(
        only(&with("[[list]]\nwhen = { a = { equals = 1 } }\nlist = 1001\n[[list]]\nwhen = { a = 1 }\nlist = 1002\n")).0,
        Code::UnknownKey
    );
    assert_eq!(only(&with("[[list]]\nwhen = []\nlist = 1001\n")).0, Code::BadCondition);
    assert_eq!(only(&with("[[filter]]\na = 1\n[[filter]]\n")).0, Code::BadCondition);
    assert_eq!(only(&BASE.replace("object", "filter = 5\nobject")).0, Code::WrongType);
    assert_eq!(only(&BASE.replace("object", "filter = [5, { a = 1 }]\nobject")).0, Code::WrongType);
}
