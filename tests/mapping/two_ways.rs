//! Fields that go back to the CRM: what a program says of them, what would go back of what is typed, and the admin's own tests of it.

use vicisync::mapping::{Gives, Mapped, Program, parse};
use vicisync::model::{Contact, ContactId, Direction, Side, Value, Way, Winner};

const BASE: &str = "object = \"Contact\"\n[list_default]\nlist = 1001\n[phone]\nfrom = \"phoneNumber\"\ndefault_region = \"US\"\n";

const FIELDS: &str = r#"
[lead]
first_name = "firstName"
city = { from = "addressCity", direction = "both", transform = "collapse" }
email = { from = "emailAddress", direction = "both", wins = "newest", otherwise = "hold", blank = "clear" }
comments = { from = "cNote", direction = "pull" }
date_of_birth = { from = "cBorn", direction = "both", wins = "vicidial", transform = "date:%d.%m.%Y" }

[custom]
plan = { from = "cPlan", direction = "both", transform = { map = { gold = "G", silver = "S" } } }
active = { from = "cActive", direction = "both", transform = "yes_no:Y/N" }
account = { from = "cAccount", direction = "both", transform = "prefix:CRM-" }
"#;

fn with(more: &str) -> Program {
    parse("m.toml", &format!("{BASE}{FIELDS}{more}")).unwrap().0
}

fn contact(fields: &[(&str, Value)]) -> Contact {
    let fields = fields.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
    Contact { id: ContactId("c1".to_owned()), updated: None, opted_out: false, fields }
}

fn text(text: &str) -> Value {
    Value::Text(text.to_owned())
}

#[test]
fn a_program_says_which_fields_go_back_and_what() {
    let text = format!("{BASE}{FIELDS}");
    let pulled = with("").pulled();
    let shown: Vec<(String, &str, &Gives)> =
        pulled.iter().map(|one| (one.field.to_string(), &text[one.place.clone()], &one.gives)).collect();
    let plan = shown.iter().find(|(field, ..)| field == "custom.plan").map(|(.., gives)| (*gives).clone());
    assert_eq!(plan, Some(Gives::Texts(["gold", "silver"].map(str::to_owned).into())));
    let rest: Vec<_> =
        shown.iter().filter(|(field, ..)| field != "custom.plan").map(|(field, place, gives)| (field.as_str(), *place, *gives)).collect();
    assert_eq!(
        rest,
        [
            ("city", "\"addressCity\"", &Gives::Anything),
            ("date_of_birth", "\"cBorn\"", &Gives::Piece),
            ("email", "\"emailAddress\"", &Gives::Anything),
            ("comments", "\"cNote\"", &Gives::Anything),
            ("custom.account", "\"cAccount\"", &Gives::Piece),
            ("custom.active", "\"cActive\"", &Gives::Flags),
        ]
    );
    let way = |name: &str| pulled.iter().find(|one| one.field.to_string() == name).map(|one| one.way);
    let both = |winner, clears| Some(Way { direction: Direction::Both, winner, clears });
    assert_eq!(way("city"), both(Winner::Always(Some(Side::Crm)), false));
    assert_eq!(way("email"), both(Winner::Newest(None), true));
    assert_eq!(way("date_of_birth"), both(Winner::Always(Some(Side::Vicidial)), false));
    assert_eq!(way("comments").map(|way| way.direction), Some(Direction::Pull));
    assert_eq!(way("first_name"), None);
}

#[test]
fn what_is_typed_goes_back_as_the_crm_has_it_or_it_is_said_why_not() {
    let program = with("");
    let contact =
        contact(&[("cActive", Value::Bool(true)), ("cPlan", text("Gold")), ("cAccount", Value::Int(7)), ("addressCity", text("Miami"))]);
    for (field, typed, expected) in [
        ("city", "Tampa", Ok(("addressCity", text("Tampa")))),
        ("city", " Fort  Worth", Ok(("addressCity", text("Fort Worth")))),
        ("city", " ", Err("a blank says nothing, unless the field has `blank = \"clear\"`")),
        ("email", "", Ok(("emailAddress", Value::Null))),
        ("date_of_birth", "1990-12-31", Ok(("cBorn", text("31.12.1990")))),
        ("date_of_birth", "31.12.1990", Err("no value of `cBorn` is \"31.12.1990\" in VICIdial")),
        ("custom.plan", "S", Ok(("cPlan", text("silver")))),
        ("custom.plan", "X", Err("no value of `cPlan` is \"X\" in VICIdial")),
        ("custom.active", "N", Ok(("cActive", Value::Bool(false)))),
        ("custom.account", "CRM-12", Ok(("cAccount", Value::Int(12)))),
        ("custom.account", "12", Err("no value of `cAccount` is \"12\" in VICIdial")),
        ("first_name", "Ann", Err("`first_name` goes to VICIdial only: its direction is \"push\"")),
        ("last_name", "Lee", Err("the mapping does not fill `last_name`")),
        ("phone_number", "2125550100", Err("numbers go to VICIdial only")),
    ] {
        let found = program.typed(&field.parse().unwrap(), typed, &contact);
        let expected = expected.map(|(name, value)| (name.to_owned(), value)).map_err(str::to_owned);
        assert_eq!(found, expected, "{field} = {typed:?}");
    }
}

#[test]
fn tests_of_the_way_back() {
    let program = with(
        r#"
[[test]]
name = "a city and a plan"
contact = { phoneNumber = "(212) 555-0100", cPlan = "gold" }
typed = { city = "Tampa", custom = { plan = "S" } }
set = { addressCity = "Tampa", cPlan = "silver" }
[[test]]
name = "what is not named is not compared, and a blank is a blank"
contact = { phoneNumber = "(212) 555-0100", emailAddress = "ann@example.com" }
lead = { email = "ann@example.com" }
typed = { city = "Tampa", email = "" }
set = { emailAddress = "" }
[[test]]
name = "nothing goes"
contact = { phoneNumber = "(212) 555-0100" }
typed = { first_name = "Ann", city = "" }
set = {}
[[test]]
name = "wrong"
contact = { phoneNumber = "(212) 555-0100" }
typed = { city = "Tampa", custom = { plan = "X" } }
set = { addressCity = "Miami", cPlan = "silver" }
[[test]]
name = "more than nothing"
contact = { phoneNumber = "(212) 555-0100" }
typed = { city = "Tampa" }
set = {}
[[test]]
name = "no lead to type into"
contact = {}
typed = { city = "Tampa" }
set = { addressCity = "Tampa" }
"#,
    );
    let outcomes = program.tests();
    for outcome in &outcomes[..3] {
        assert_eq!(outcome.problems, Vec::<String>::new(), "{}", outcome.name);
    }
    assert_eq!(
        outcomes[3].problems,
        [
            "`addressCity`: expected \"Miami\", and it is \"Tampa\"",
            "`cPlan`: expected \"silver\", and nothing that is typed goes there",
            "\"X\" in `custom.plan` does not go to the CRM: no value of `cPlan` is \"X\" in VICIdial",
        ]
    );
    assert_eq!(outcomes[3].made, [("addressCity".to_owned(), "\"Tampa\"".to_owned())]);
    assert_eq!(outcomes[4].problems, ["expected that nothing goes to the CRM, and it sets addressCity"]);
    assert_eq!(outcomes[5].problems, ["nothing can be typed into the lead of a contact that has none: no phone number in phoneNumber"]);
}

/// A mapping of one custom field that goes both ways.
fn one(rule: &str) -> Program {
    parse("m.toml", &format!("{BASE}[custom]\nx = {{ from = \"cX\", direction = \"both\", {rule} }}\n")).unwrap().0
}

/// What VICIdial shows of a contact with this value.
fn shows(program: &Program, value: &Value) -> String {
    match program.map(&contact(&[("phoneNumber", text("(212) 555-0100")), ("cX", value.clone())])) {
        Mapped::Lead(lead) => lead.fields[&"custom.x".parse().unwrap()].to_owned(),
        other => panic!("{other:?}"),
    }
}

/// P54: a moment that goes there and back, again and again, stays the same moment, in whatever zone the dialer's people are.
#[test]
fn moments_do_not_drift() {
    for zone in ["America/New_York", "Europe/London", "Asia/Kolkata", "Australia/Sydney"] {
        let program = one(&format!("transform = \"moment:{zone}\""));
        for first in ["2026-01-15 12:00:00", "2026-07-01 23:30:00", "2026-03-08 06:59:59"] {
            let mut value = text(first);
            for _ in 0..10 {
                let shown = shows(&program, &value);
                value = program.typed(&"custom.x".parse().unwrap(), &shown, &contact(&[("cX", value)])).unwrap().1;
            }
            assert_eq!(value, text(first), "{zone}");
        }
    }
}

/// P60, P61: a blank arrives where the mapping says that blanks count, and only there; 0 and `false` are no blanks.
#[test]
fn a_blank_is_told_from_nought() {
    let field = "custom.x".parse().unwrap();
    let typed = |rule: &str, now: Value, typed: &str| one(rule).typed(&field, typed, &contact(&[("cX", now)])).ok().map(|(_, value)| value);
    assert_eq!(typed("blank = \"clear\"", text("old"), ""), Some(Value::Null));
    assert_eq!(typed("blank = \"keep\"", text("old"), ""), None);
    for rule in ["blank = \"clear\"", "blank = \"keep\""] {
        assert_eq!(typed(rule, Value::Int(5), "0"), Some(Value::Int(0)));
        assert_eq!(typed(rule, Value::Bool(true), "false"), Some(Value::Bool(false)));
        assert_eq!(typed(rule, Value::Null, "0"), Some(text("0")));
    }
    assert_eq!(shows(&one("blank = \"keep\""), &Value::Int(0)), "0");
}

/// P63: several values that VICIdial shows as one text are not turned into that text.
#[test]
fn several_values_stay_several() {
    let list = Value::List(vec![text("red"), text("blue")]);
    let program = one("blank = \"clear\"");
    assert_eq!(shows(&program, &list), "red, blue");
    for typed in ["red", "red, blue", ""] {
        let why = program.typed(&"custom.x".parse().unwrap(), typed, &contact(&[("cX", list.clone())])).unwrap_err();
        assert!(why.contains("several values"), "{why}");
    }
}

/// What VICIdial shows where nothing was ever entered is nothing, and stays out of the CRM.
#[test]
fn what_stands_for_a_blank_is_a_blank() {
    let rules = "[lead]\ndate_of_birth = { from = \"cBorn\", direction = \"both\", blank = \"clear\" }\n\
                 gender = { from = \"cSex\", direction = \"both\", blank = \"clear\" }\nrank = { from = \"cRank\", direction = \"both\", blank = \"clear\" }\n";
    let program = parse("m.toml", &format!("{BASE}{rules}")).unwrap().0;
    let full = contact(&[("cBorn", text("1990-01-02")), ("cSex", text("F")), ("cRank", Value::Int(4))]);
    for (field, shown, attribute) in [("date_of_birth", "0000-00-00", "cBorn"), ("gender", "U", "cSex"), ("rank", "0", "cRank")] {
        let field = field.parse().unwrap();
        assert_eq!(program.back(&field, shown, &full), Ok((attribute.to_owned(), Value::Null)));
        assert_eq!(program.typed(&field, shown, &full), Ok((attribute.to_owned(), Value::Null)));
    }
    let keeps = parse("m.toml", &format!("{BASE}{}", rules.replace(", blank = \"clear\"", ""))).unwrap().0;
    let why = keeps.typed(&"gender".parse().unwrap(), "U", &full).unwrap_err();
    assert!(why.contains("a blank says nothing"), "{why}");
}

/// An agent's stray spaces are none of the value where the field's steps cut them anyway.
#[test]
fn stray_spaces_go_nowhere() {
    let program = with("");
    let city = "city".parse().unwrap();
    for typed in ["Reno ", "  Reno", "Reno"] {
        assert_eq!(program.back(&city, typed, &contact(&[])), Ok(("addressCity".to_owned(), text("Reno"))), "{typed:?}");
    }
    assert_eq!(program.back(&city, "Sao  Paulo", &contact(&[])).unwrap().1, text("Sao Paulo"));
}
