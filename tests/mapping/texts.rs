//! Fields made of texts, of several fields, and those that would go back to the CRM.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use vicisync::diag::Code;
use vicisync::diag::form::Names;
use vicisync::mapping::{Mapped, Origin, Program};
use vicisync::model::{Contact, ContactId, FieldName, Fields, Value};

use crate::mapping::{BASE, any_value, program};
use crate::mistakes::check;

fn text(text: &str) -> Value {
    Value::Text(text.to_owned())
}

fn contact(fields: &[(&str, Value)]) -> Contact {
    let mut fields: BTreeMap<String, Value> = fields.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
    fields.entry("phoneNumber".to_owned()).or_insert(text("2125550100"));
    Contact { id: ContactId::from("c1"), updated: None, opted_out: false, fields }
}

fn comments(template: &str) -> Program {
    program(&format!("{BASE}[lead]\ncomments = {{ template = '''{template}''' }}\n"))
}

/// The value of `comments`, or the rejection.
fn filled(program: &Program, fields: &[(&str, Value)]) -> Result<String, (String, String)> {
    match program.map(&contact(fields)) {
        Mapped::Lead(lead) => Ok(lead.fields[&"comments".parse::<FieldName>().unwrap()].to_owned()),
        Mapped::Rejected(rejection) => Err((rejection.reason, rejection.detail)),
        Mapped::Filtered { why } => panic!("{why}"),
    }
}

#[test]
fn texts_of_contacts() {
    let ann = [
        ("firstName", text("Ann")),
        ("lastName", text("Example")),
        ("tags", Value::List(vec![text("a"), Value::Null, text("b")])),
        ("cScore", Value::Int(7)),
        ("cVip", Value::Bool(true)),
        ("cEmpty", text("  ")),
    ];
    let value = |template: &str| filled(&comments(template), &ann);
    for (template, expected) in [
        ("${firstName} ${lastName}", "Ann Example"),
        ("${firstName} ${cEmpty}", "Ann"),
        ("${cEmpty} ${none_such}", ""),
        ("Dear ${cEmpty | upper}", ""),
        ("Dear ${cEmpty | default(\"customer\")}", "Dear customer"),
        ("${lastName | upper}, ${firstName | truncate(2)}", "EXAMPLE, An"),
        ("${tags} / ${tags | join(\"+\")} / ${tags | upper} / ${tags | length}", "a, b / a+b / A, B / 2"),
        ("${\"vip\" if cVip else \"none\"} ${cScore * 2} ${cScore > 5 and cVip}", "vip 14 true"),
        ("${cEmpty is blank} ${firstName is set} ${\"b\" in tags}", "true true true"),
        ("${cEmpty | default(lastName | upper)} ${cEmpty | default(none_such)}", "EXAMPLE"),
        ("${id}: $${id}", "c1: ${id}"),
        ("${'New York' | state_us} ${id}", "NY c1"),
        ("${tags[5]}", ""),
        ("${none}${firstName}", "Ann"),
    ] {
        assert_eq!(value(template), Ok(expected.to_owned()), "{template}");
    }
    let fields = comments("${firstName | default(lastName ~ id)} ${tags}").contact_fields();
    assert_eq!(fields, BTreeSet::from(["firstName", "lastName", "phoneNumber", "phones", "tags"].map(str::to_owned)));
}

#[test]
fn a_template_is_turned_like_any_value() {
    let program = program(&format!(
        "{BASE}[lead]\ncomments = {{ template = \"${{a}}  ${{b}}\", transform = [\"collapse\", \"upper\"], blank = \"clear\" }}\n"
    ));
    assert_eq!(filled(&program, &[("a", text("x")), ("b", text("y"))]), Ok("X Y".to_owned()));
    assert!(program.ways()[&"comments".parse().unwrap()].clears);
}

#[test]
fn values_of_contacts_are_data() {
    let trap = "${lastName} {{ 7*7 }} {% set x = 1 %} $${a} ' \" }";
    for template in ["${firstName}", "${firstName | trim}", "${firstName ~ ''}", "${[firstName] | join}"] {
        assert_eq!(filled(&comments(template), &[("firstName", text(trap)), ("lastName", text("x"))]), Ok(trap.to_owned()), "{template}");
    }
}

#[test]
fn what_cannot_be_worked_out_is_a_rejection() {
    let program = comments("${amount | float * 2}");
    assert_eq!(filled(&program, &[("amount", text("1.25"))]), Ok("2.5".to_owned()));
    assert_eq!(filled(&program, &[]), Ok(String::new()));
    let (reason, detail) = filled(&program, &[("amount", text("many"))]).unwrap_err();
    assert_eq!(reason, "template_failed");
    assert!(detail.contains("`comments`") && detail.contains("amount | float * 2"), "{detail}");
    let (reason, detail) = filled(&comments("${a * 1000000}"), &[("a", text("abcdefghijkl"))]).unwrap_err();
    assert!(reason == "template_failed" && detail.contains("too much work"), "{detail}");
    // A text that is long by itself is no trouble.
    assert_eq!(filled(&comments("${a | trim}"), &[("a", text(&"x".repeat(60_000)))]).map(|text| text.len()), Ok(60_000));
}

#[test]
fn a_template_that_names_no_field_is_worth_a_look() {
    let text = format!("{BASE}[lead]\ncity = {{ template = \"firstName\" }}\n");
    let (_, warnings) = vicisync::mapping::parse("sales.toml", &text).unwrap();
    let found: Vec<_> = warnings.iter().map(|warning| (warning.code, &text[warning.labels[0].0.clone()])).collect();
    assert_eq!(found, [(Code::PlainTemplate, "\"firstName\"")]);
}

#[test]
fn all_fields_that_say_something() {
    let program = program(&format!("{BASE}[lead]\ncomments = {{ all = [\"a\", \"b\", \"c\"], transform = \"upper\" }}\n"));
    let tags = Value::List(vec![text("y"), text("z")]);
    assert_eq!(filled(&program, &[("a", text("x")), ("b", text(" ")), ("c", tags)]), Ok("X, Y, Z".to_owned()));
    assert_eq!(filled(&program, &[]), Ok(String::new()));
    assert!(program.contact_fields().contains("c"));
}

#[test]
fn mistakes_stand_at_their_characters() {
    let rule = |rule: &str| format!("[lead]\ncity = {{ {rule} }}\n");
    check(&rule("template = \"é ${a | shout} b\""), Code::UnknownFilter, "shout");
    check(&rule("template = 'x ${a +} b'"), Code::BadTemplate, "+");
    check(&rule("template = '''\nx ${a b}'''"), Code::BadTemplate, "b");
    check(&rule("template = \"x ${a\""), Code::BadTemplate, "${a");
    check(&rule("template = \"x ${upper(a)}\""), Code::UnknownFilter, "upper");
    // With escapes the bytes of the file are others.
    check(&rule("template = \"\\u00e9 ${a | shout} b\""), Code::UnknownFilter, "\"\\u00e9 ${a | shout} b\"");
    let diagnostic = check(&rule("template = \"${a | uper}\""), Code::UnknownFilter, "uper");
    assert_eq!(diagnostic.help.as_deref(), Some("did you mean `upper`?"));
    check(&rule("template = \"${a | phone_digits('XX')}\""), Code::BadRegion, "phone_digits('XX')");
    check(&rule("template = \"\""), Code::BadValue, "\"\"");
    check(&rule("template = 5"), Code::WrongType, "5");
    check("[lead]\ncity = { from = \"a\", template = \"${b}\" }\n", Code::Doubled, "{ from = \"a\", template = \"${b}\" }");
    check("[lead]\ncity = { all = [\"a\"], value = \"b\" }\n", Code::Doubled, "{ all = [\"a\"], value = \"b\" }");
    check("[lead]\ncity = { blank = \"clear\" }\n", Code::MissingKey, "{ blank = \"clear\" }");
    check("[lead]\ncity = { all = [] }\n", Code::BadValue, "[]");
}

#[test]
fn texts_of_calls_take_expressions() {
    let calls = |set: &str| format!("[calls]\ngo_live = 2026-11-01T00:00:00Z\n[[disposition]]\nany = true\nset = {{ a = '''{set}''' }}\n");
    let diagnostic = check(&calls("x ${stats ~ status}"), Code::UnknownVariable, "stats");
    assert_eq!(diagnostic.help.as_deref(), Some("did you mean `status`?"));
    check(&calls("${status / 60}"), Code::BrokenText, "'''${status / 60}'''");
    check("[calls]\nnote = \"${call_count + 1}\"\n", Code::UnknownVariable, "call_count");
    check("[calls]\ntitle = \"${status} of ${list ~ ''}\"\n", Code::UnknownVariable, "list");
    let text = format!("{BASE}{}", calls("${(talk_seconds / 60) | round | int}"));
    let tested = format!("{text}[[test]]\nname = \"t\"\ncall = {{ status = \"SALE\", seconds = 130 }}\nset = {{ a = 2 }}\n");
    assert_eq!(program(&tested).tests()[0].problems, Vec::<String>::new());
}

#[test]
fn the_names_inside_of_texts_have_their_places() {
    let text = format!(
        "{BASE}[lead]\ncity = {{ template = \"${{a}} é ${{ b | upper ~ c }}\" }}\nprovince = {{ template = '''\n${{d}}''' }}\naddress1 = {{ template = \"\\t${{e}}\" }}\n"
    );
    let program = program(&text);
    let names: Vec<(&str, &str)> = program
        .names()
        .iter()
        .filter(|named| named.names == Names::ContactField && named.place.start > BASE.len())
        .map(|named| (named.text.as_str(), &text[named.place.clone()]))
        .collect();
    assert_eq!(names, [("a", "a"), ("b", "b"), ("c", "c"), ("d", "d"), ("e", "\"\\t${e}\"")]);
    assert!(program.names().iter().all(|named| named.names != Names::ContactTemplate));
}

/// The codes of a field's rule with the characters that they point at.
fn codes(rule: &str) -> Vec<(Code, String)> {
    let text = format!("{BASE}[lead]\ncity = {{ {rule} }}\n");
    let found = vicisync::mapping::parse("m.toml", &text).map_or_else(|found| found, |(_, warnings)| warnings);
    found.into_iter().map(|found| (found.code, text[found.labels[0].0.clone()].to_owned())).collect()
}

#[test]
fn fields_of_both_directions_are_checked_whole() {
    let at = |code: Code, at: &str| vec![(code, at.to_owned())];
    let both = "direction = \"both\"";
    assert_eq!(codes(&format!("from = \"a\", {both}")), []);
    assert_eq!(codes(&format!("from = \"a\", {both}, wins = \"crm\", transform = [\"trim\", \"collapse\"]")), []);
    assert_eq!(
        codes("from = \"a\", direction = \"pull\", transform = [\"trim\", \"upper\", \"digits\"]"),
        at(Code::NoWayBack, "\"upper\"")
    );
    assert_eq!(codes(&format!("from = \"a\", {both}, transform = \"truncate:5\"")), at(Code::NoWayBack, "\"truncate:5\""));
    let map = |pairs: &str| format!("from = \"a\", {both}, transform = {{ map = {{ {pairs} }} }}");
    assert_eq!(codes(&map("a = \"x\", b = \"y\"")), []);
    assert_eq!(codes(&map("a = \"x\", b = \"x\"")), at(Code::NoWayBack, "{ map = { a = \"x\", b = \"x\" } }"));
    assert_eq!(codes(&format!("template = \"${{a}}\", {both}")), at(Code::NoWayBack, "template"));
    assert_eq!(codes(&format!("value = \"a\", {both}")), at(Code::NoWayBack, "value"));
    assert_eq!(codes(&format!("all = [\"a\"], {both}")), at(Code::NoWayBack, "all"));
    assert_eq!(codes(&format!("from = [\"a\", \"b\"], {both}")), at(Code::NoWayBack, "[\"a\", \"b\"]"));
    assert_eq!(codes(&format!("from = \"id\", {both}")), at(Code::NoWayBack, "\"id\""));
    assert_eq!(codes(&format!("from = [\"a\"], {both}")), []);
    // Who wins.
    assert_eq!(codes("from = \"a\", wins = \"crm\""), at(Code::NothingToWin, "wins"));
    assert_eq!(codes("from = \"a\", direction = \"pull\", wins = \"crm\""), at(Code::NothingToWin, "wins"));
    assert_eq!(codes("from = \"a\", otherwise = \"crm\""), at(Code::NothingToWin, "otherwise"));
    assert_eq!(codes(&format!("from = \"a\", {both}, wins = \"newest\"")), at(Code::MissingKey, "\"newest\""));
    assert_eq!(codes(&format!("from = \"a\", {both}, wins = \"newest\", otherwise = \"hold\"")), []);
    assert_eq!(codes(&format!("from = \"a\", {both}, wins = \"crm\", otherwise = \"hold\"")), at(Code::NothingToWin, "otherwise"));
    assert_eq!(codes(&format!("from = \"a\", {both}, wins = \"me\"")), at(Code::BadValue, "\"me\""));
    // What goes one way only may do all of it.
    let text = format!("{BASE}[lead]\ncity = {{ template = \"${{a}}\", transform = \"upper\", direction = \"push\" }}\n");
    assert!(program(&text).contact_fields().contains("a"));
}

const TRACED: &str = r#"
object = "Contact"
[filter]
cSegment = { is_set = true }
[[list]]
when = { cSegment = "north" }
list = 1001
[[list]]
when = { cSegment = "south" }
list = 1002
[list_default]
reject = true
[phone]
from = ["phoneNumber", "phones"]
default_region = "US"
[lead]
first_name = { from = ["cNick", "firstName"], transform = ["trim", "title_case", { map = { Ann = "Anna" } }] }
last_name = { template = "${firstName} ${lastName | upper}", blank = "clear" }
rank = { template = "${cScore | int}" }
title = { value = "Dr" }
[custom]
plan = "cPlan"
"#;

#[test]
fn a_trace_tells_each_decision_with_its_place() {
    let program = program(TRACED);
    let of = |fields: &[(&str, Value)]| program.trace(&contact(fields));
    let place = |place: &Option<std::ops::Range<usize>>| TRACED[place.clone().unwrap()].to_owned();

    let trace = of(&[]);
    assert!(matches!(trace.mapped, Mapped::Filtered { .. }));
    assert_eq!(trace.filter.as_ref().unwrap().why_not.as_deref(), Some("`cSegment` is set"));
    assert!(trace.lists.is_empty() && trace.phones.is_empty() && trace.fields.is_empty() && !trace.opted_out);

    let trace = of(&[("cSegment", text("west"))]);
    let lists: Vec<_> = trace.lists.iter().map(|list| (list.number, list.why_not.is_none(), list.list.map(|list| list.0))).collect();
    assert_eq!(lists, [(Some(1), false, Some(1001)), (Some(2), false, Some(1002)), (None, true, None)]);
    assert_eq!(trace.lists[0].why_not.as_deref(), Some("`cSegment` is \"north\""));
    assert!(trace.phones.is_empty());

    let phones = Value::List(vec![text("+44 20 7946 0123"), text("212 555 0101"), text("212 555 0102")]);
    let trace = of(&[("cSegment", text("south")), ("phoneNumber", text("555")), ("phones", phones)]);
    assert_eq!(trace.lists.len(), 2);
    let tried: Vec<_> = trace
        .phones
        .iter()
        .map(|number| (number.field.as_str(), number.outcome.as_ref().map_or_else(|(reason, _)| reason.clone(), |phone| phone.e164())))
        .collect();
    assert_eq!(
        tried,
        [("phoneNumber", "phone_invalid".to_owned()), ("phones", "phone_foreign".to_owned()), ("phones", "+12125550101".to_owned())]
    );

    let trace = of(&[("cSegment", text("north")), ("firstName", text(" ann")), ("cScore", Value::Int(5))]);
    let field = |name: &str| trace.fields.iter().find(|field| field.field.to_string() == name).unwrap();
    let first = field("first_name");
    assert_eq!((place(&first.place), first.origin, first.before.as_str()), ("first_name".to_owned(), Origin::First, " ann"));
    let reads: Vec<_> = first.reads.iter().map(|read| (read.name.as_str(), read.is_taken)).collect();
    assert_eq!(reads, [("cNick", false), ("firstName", true)]);
    let steps: Vec<_> = first.steps.iter().map(|step| (step.written.as_str(), step.after.as_str(), place(&step.place))).collect();
    assert_eq!(
        steps,
        [
            ("trim", "ann", "\"trim\"".to_owned()),
            ("title_case", "Ann", "\"title_case\"".to_owned()),
            ("map", "Anna", "{ map = { Ann = \"Anna\" } }".to_owned())
        ]
    );
    assert_eq!(first.value.as_deref(), Ok("Anna"));
    assert_eq!((field("last_name").value.as_deref(), field("last_name").way.clears), (Ok("ann"), true));
    assert_eq!((field("rank").value.as_deref(), field("rank").origin), (Ok("5"), Origin::Template));
    assert_eq!((field("title").origin, field("title").reads.len()), (Origin::Constant, 0));
    assert_eq!((field("custom.plan").value.as_deref(), place(&field("custom.plan").place)), (Ok(""), "plan".to_owned()));
    assert_eq!((field("source_id").value.as_deref(), field("source_id").place.is_none()), (Ok("c1"), true));

    let trace = of(&[("cSegment", text("north")), ("cScore", Value::List(vec![text("x")]))]);
    assert!(matches!(&trace.mapped, Mapped::Rejected(rejection) if rejection.reason == "template_failed"));
    assert!(trace.fields.last().is_some_and(|field| field.value.is_err() && field.field.to_string() == "rank"));

    let mut opted_out = contact(&[("cSegment", text("north"))]);
    opted_out.opted_out = true;
    let trace = program.trace(&opted_out);
    assert!(trace.opted_out && trace.lists.is_empty());
}

proptest! {
    #![proptest_config(ProptestConfig {
        rng_seed: proptest::test_runner::RngSeed::Fixed(1), failure_persistence: None, cases: 400, ..Default::default()
    })]

    /// A trace tells the decision that is made: its stages end where the contact's way ends, and its values are the lead's.
    #[test]
    fn a_trace_and_the_mapping_agree(values in prop::collection::vec(any_value(), 14), segment in "north|south|west|", opted_out in any::<bool>(), which in 0..2_usize) {
        let program = program([TRACED, include_str!("../../mappings/rehearsal.toml")][which]);
        let mut fields: BTreeMap<String, Value> = program.contact_fields().into_iter().zip(values).collect();
        fields.insert("cSegment".to_owned(), Value::Text(segment));
        let contact = Contact { id: ContactId::from("c1"), updated: None, opted_out, fields };
        let trace = program.trace(&contact);
        prop_assert_eq!(&trace.mapped, &program.map(&contact));
        let is_filtered = trace.filter.as_ref().is_some_and(|filter| filter.why_not.is_some());
        let last_list = trace.lists.last().and_then(|list| list.list);
        let last_phone = trace.phones.last().and_then(|number| number.outcome.clone().ok());
        match &trace.mapped {
            Mapped::Filtered { why } => {
                prop_assert!(is_filtered && trace.lists.is_empty());
                prop_assert!(why.contains(trace.filter.as_ref().and_then(|filter| filter.why_not.as_deref()).unwrap_or("?")));
            }
            Mapped::Rejected(rejection) => {
                prop_assert!(!is_filtered);
                let expected = match rejection.reason.as_str() {
                    "opted_out" => trace.opted_out,
                    "no_list" => !trace.lists.is_empty() && last_list.is_none(),
                    "phone_missing" => last_list.is_some() && trace.phones.is_empty(),
                    "template_failed" => trace.fields.last().is_some_and(|field| field.value.is_err()),
                    reason => trace.phones.first().is_some_and(|number| number.outcome.as_ref().is_err_and(|(why, _)| why == reason)) && last_phone.is_none(),
                };
                prop_assert!(expected, "{:?}", trace);
            }
            Mapped::Lead(lead) => {
                prop_assert_eq!(last_list, Some(lead.list_id));
                prop_assert_eq!(last_phone.as_ref(), Some(&lead.phone));
                let values: Fields = trace.fields.iter().map(|field| (field.field.clone(), field.value.clone().unwrap())).collect();
                prop_assert_eq!(&values, &lead.fields);
                for field in &trace.fields {
                    let last = field.steps.last().map_or(&field.before, |step| &step.after);
                    prop_assert_eq!(Ok(last), field.value.as_ref());
                }
            }
        }
    }
}
